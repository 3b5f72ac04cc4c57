//! persona's part of the harness's predicates about one profile: their text, its compilation, rows, one call each and the loop in
//! machine code. Put beside the harness's own adapters by `rowbench.py`; the harness compares every count of members.
use super::{COMPILE_PREDS, Out, Ps};
use crate::ast::{self, E, L};
use crate::profile::{DAY, NOW, Profile};
use persona::{Compiled, Package, Program};
use persona_jit::{RowError, RowLayout, RowProgram, RowWriter, Rows};
use persona_runtime::Value;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

const CONFIG: &str = "[package]\nname = \"rows\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"UTC\"\n";
const PROFILE: &str = "\
profile Person {
  id: String @key
  age: Int
  orders_count: Int
  sessions: Int
  lifetime_spend: Float
  churn: Float
  balance_cents: Money<USD>
  credit_cents: Money<USD>
  last_seen: Timestamp
  is_subscriber: Bool
  country: String
  email: String
  city: String
  plan: String
  device: String
  region: String?
  tags: List<String>
}
";
const NAMES: [&str; 9] = ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"];

/// A predicate in persona's words.
fn text(e: &E) -> String {
    let list = |all: &[E], word: &str| format!("({})", all.iter().map(text).collect::<Vec<_>>().join(word));
    match e {
        E::And(all) => list(all, " and "),
        E::Or(all) => list(all, " or "),
        E::Not(a) => format!("not ({})", text(a)),
        E::Cmp("last_seen", op, L::I(at)) => format!("last_seen {} now - {}d", op.s(), (NOW - at) / DAY),
        E::Cmp(field, op, L::I(value)) => format!("{field} {} {value}", op.s()),
        E::Cmp(field, op, L::F(value)) => format!("{field} {} {value:?}", op.s()),
        E::Cmp(field, op, L::S(value)) => format!("{field} {} \"{value}\"", op.s()),
        E::Cmp(field, _, L::B(_)) => (*field).to_string(),
        E::In(field, values) => format!("{field} in {values:?}"),
        E::StartsWith(field, start) => format!("{field} starts with \"{start}\""),
        E::Contains(field, part) => format!("{field} contains \"{part}\""),
        E::Region(value) => format!("region == \"{value}\""),
        E::AnyTag(tag) => format!("tags contains \"{tag}\""),
        E::Money(field, op, cents) => format!("{field} {} {}.{:02} USD", op.s(), cents / 100, cents % 100),
    }
}

fn compiled(predicates: &[(&str, E)]) -> Program {
    let mut rules = PROFILE.to_string();
    for (name, predicate) in predicates {
        rules += &format!("segment {name} {{ when {} }}\n", text(predicate));
    }
    let package = Package::from_memory("rows", Some(CONFIG), [("rules.persona", rules.as_str())], Path::new("."));
    match package.compile() {
        Ok(Compiled::Program(program, _)) => *program,
        Ok(Compiled::Broken(report)) => panic!("{rules}\n{:#?}", report.diagnostics.first()),
        Err(error) => panic!("{error}"),
    }
}

fn fill(row: &mut RowWriter<'_>, layout: &RowLayout, p: &Profile, tags: &[Value]) -> Result<(), RowError> {
    let col = |name| layout.column(name).expect("a field of the profile");
    for (name, value) in [
        ("age", p.age),
        ("orders_count", p.orders_count),
        ("sessions", p.sessions),
        ("balance_cents", p.balance_cents),
        ("credit_cents", p.credit_cents),
        ("last_seen", p.last_seen * 1_000_000),
    ] {
        row.set(col(name), value)?;
    }
    row.set(col("lifetime_spend"), p.lifetime_spend)?;
    row.set(col("churn"), p.churn)?;
    row.set(col("is_subscriber"), p.is_subscriber)?;
    for (name, value) in [("country", &p.country), ("email", &p.email), ("city", &p.city), ("plan", &p.plan), ("device", &p.device)] {
        row.set(col(name), value.as_str())?;
    }
    let geo = p.address.as_ref().and_then(|address| address.geo.as_ref());
    if let Some(region) = geo.and_then(|geo| geo.region.as_deref()) {
        row.set(col("region"), region)?;
    }
    row.set(col("tags"), tags)
}

fn tags(p: &Profile) -> Vec<Value> {
    p.tags.iter().map(|tag| Value::text(tag.as_str())).collect()
}

pub(super) fn ours_(o: &mut Out, ps: Ps) {
    let predicates: Vec<(&str, E)> = NAMES.into_iter().zip(ast::preds()).collect();
    let program: &'static Program = Box::leak(Box::new(compiled(&predicates)));
    let layout: &'static Arc<RowLayout> = Box::leak(Box::new(RowLayout::for_answers(program.plan(), &NAMES).expect("a layout")));
    let mut rows = Rows::new(layout);
    for p in ps {
        fill(&mut rows.push(), layout, p, &tags(p)).expect("values of the fields' types");
    }
    let rows: &'static Rows = Box::leak(Box::new(rows));
    for (index, name) in NAMES.into_iter().enumerate() {
        let code = RowProgram::sharing(layout, program.plan(), &[name]).expect("machine code");
        let code: &'static RowProgram = Box::leak(Box::new(code));
        let mut each = code.at(NOW * 1_000_000, None);
        o.cell("persona: one call each", index, ps.len(), move || rows.iter().map(|row| u64::from(each.holds(row))).sum());
        let mut all = code.at(NOW * 1_000_000, None);
        o.cell("persona: loop in code", index, ps.len(), move || {
            all.run(rows).iter().map(|members| members.count_set_bits() as u64).sum()
        });
    }
    for index in COMPILE_PREDS {
        let name = NAMES[index];
        o.cost("persona: one call each", format!("compile P{} (plan -> function and loop)", index + 1), 1.0, move || {
            black_box(RowProgram::sharing(layout, program.plan(), &[name]).expect("machine code"));
        });
        let predicate = ast::preds()[index].clone();
        o.cost("persona: one call each", format!("compile P{} (text of a package -> function and loop)", index + 1), 1.0, move || {
            let program = compiled(&[(name, predicate.clone())]);
            black_box(RowProgram::new(program.plan(), &[name]).expect("machine code"));
        });
    }
    let (mut room, of) = (Rows::new(layout), tags(&ps[7]));
    o.cost("persona: one call each", "bind (fill a row of 16 fields by name)", 1.0, move || {
        room.clear();
        fill(&mut room.push(), layout, &ps[7], &of).expect("values of the fields' types");
    });
}
