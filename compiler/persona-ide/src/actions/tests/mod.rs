//! Every action, on packages with marks. Whatever is applied, the package is checked again: it has no error that it did not have.
//! What claims to keep the meaning is proven to: every segment holds for the same people as before; where the prover knows
//! nothing, it is asked about many people.

mod example;
mod extract;
mod fill;
mod fixes;
mod inline;
mod opposite;
mod rewrite;
mod trying;

use expect_test::Expect;
use persona_base::{Edit, Severity};
use persona_sema::prove::{Change as Meaning, compare};
use persona_sema::{Checked, Database};

use super::{Action, Change, actions, resolve};
use crate::fixture::Fixture;

/// A schema that most tests speak about.
pub(super) const SCHEMA: &str = "\
//- schema.persona
profile Customer {
  id: String @key
  email: Email?
  country: Country = other
  tier: Tier?
  age: Int?
  visits: Int = 0
  score: Float = 0.0
  spend: Money<EUR> = 0 EUR
  birthday: Date?
  signed_up_at: Timestamp
  tags: Set<String> = []
  vip_since: Timestamp?
  language: Locale?
  consent: { email: Bool = false, offers: Bool? }
}
enum Country { DE, FR, other }
ordered enum Tier { bronze, silver, gold }
event Purchase { total: Money<EUR>, coupon: String?, channel: Country = other }
event Viewed { sku: String, seconds: Int? }
";

/// The schema, and rules in `main.persona`.
pub(super) fn fixture(rules: &str) -> Fixture {
    Fixture::new(&format!("{SCHEMA}//- main.persona\n{rules}"))
}

/// What is offered.
pub(super) fn offered(fixture: &Fixture) -> Vec<Action> {
    let (file, range) = fixture.selection();
    actions(&fixture.db, file, range, &fixture.db.diagnostics())
}

pub(super) fn titles(fixture: &Fixture) -> Vec<String> {
    offered(fixture)
        .into_iter()
        .map(|action| action.title)
        .collect()
}

/// The edits of the only action whose title begins so.
pub(super) fn edits_of(fixture: &Fixture, title: &str) -> Vec<Edit> {
    let all = offered(fixture);
    let found: Vec<&Action> = all
        .iter()
        .filter(|one| one.title.starts_with(title))
        .collect();
    let [only] = found[..] else {
        panic!("one action `{title}` in {:#?}", titles(fixture));
    };
    match &only.change {
        Change::Edits(edits) => edits.clone(),
        Change::Later(later) => resolve(&fixture.db, *later).expect("it can be done"),
    }
}

pub(super) fn errors(db: &Database) -> Vec<String> {
    let found = db.diagnostics().into_iter();
    let errors = found.filter(|one| one.severity == Severity::Error);
    errors
        .map(|one| format!("{} {}", one.code, one.message))
        .collect()
}

/// The package after an action, which has no new error.
pub(super) fn applied(fixture: &Fixture, title: &str) -> Database {
    let edits = edits_of(fixture, title);
    for pair in edits.iter().zip(edits.iter().skip(1)) {
        let (a, b) = pair;
        let apart = a.file != b.file || a.span.end <= b.span.start || b.span.end <= a.span.start;
        assert!(apart, "edits overlap: {edits:?}");
    }
    let after = fixture.edited(&edits);
    let before = errors(&fixture.db);
    let new: Vec<String> = errors(&after)
        .into_iter()
        .filter(|error| !before.contains(error))
        .collect();
    assert!(new.is_empty(), "{new:?}\n{}", main_text(&after));
    after
}

pub(super) fn main_text(db: &Database) -> String {
    let file = db.file_at("main.persona").expect("the rules");
    db.file_text(file).to_owned()
}

/// Applies the action whose title begins so, and shows the rules.
pub(super) fn check(rules: &str, title: &str, expected: &Expect) {
    assert_eq!(errors(&fixture(rules).db), [] as [String; 0]);
    check_broken(rules, title, expected);
}

/// The same on a package that does not compile.
pub(super) fn check_broken(rules: &str, title: &str, expected: &Expect) {
    let fixture = fixture(rules);
    expected.assert_eq(&main_text(&applied(&fixture, title)));
}

/// The same for an action that keeps the meaning, on a package that compiles.
pub(super) fn check_same(rules: &str, title: &str, expected: &Expect) {
    let fixture = fixture(rules);
    assert_eq!(errors(&fixture.db), [] as [String; 0]);
    let after = applied(&fixture, title);
    expected.assert_eq(&main_text(&after));
    let (old, new) = (checked(&fixture.db), checked(&after));
    let mut compared = 0;
    for segment in &old.segments {
        let again = new.segments.iter().find(|other| other.name == segment.name);
        if let Some(again) = again {
            let before = (&*old, &segment.params[..], &segment.body);
            let change = compare(before, (&*new, &again.params[..], &again.body));
            let same = change == Meaning::Same
                || change == Meaning::Unknown
                    && trying::same((&old, &segment.body), (&new, &again.body));
            assert!(same, "{}: {change:?}", segment.name);
            compared += 1;
        }
    }
    assert!(compared > 0, "nothing was compared");
}

pub(super) fn checked(db: &Database) -> std::sync::Arc<Checked> {
    db.checked().expect("a package without errors")
}

/// Nothing is offered whose title begins so.
pub(super) fn refused(rules: &str, title: &str) {
    let fixture = fixture(rules);
    let all = titles(&fixture);
    assert!(!all.iter().any(|one| one.starts_with(title)), "{all:#?}");
}

#[test]
fn nothing_is_offered_where_nothing_is() {
    for text in [
        "\n$0\n",
        "$0",
        "// $0 x\n",
        "segment $0",
        "}$0",
        "segment a { when $0",
    ] {
        let fixture = fixture(text);
        let _ = offered(&fixture);
    }
    let other =
        Fixture::new("//- ../common/a.persona\nsegment a { when tr$0ue }\n//- main.persona\n");
    assert_eq!(titles(&other), [] as [&str; 0]);
}

#[test]
fn every_action_at_every_place_of_the_example_leaves_no_new_error() {
    let rules = "\
trait spent: Money<EUR> = sum(Purchase.total in last 90d)
const MANY: Int = 3
segment a \"A\" { when age > 3 and tier == gold or not (visits >= 2 and visits <= 5) }
segment b(n: Int = 2) { when visits between n and 7 and in a and spent > 10 EUR }
segment c { when in b(4) and not in a and visits > MANY and did Purchase in last (7d) where total > 5 EUR }
partition p { x when birthday is known and birthday before 2000-01-01 y when visits == 1 otherwise z }
trait word: String = match country { DE => \"de\", FR => \"fr\", otherwise => \"\" }
trait word2: String = if country == DE then \"x\" else \"y\"
content hello(n: Int = 1) {
  subject: String
  variant v when age > 3 { subject = \"a {n}\" locale de { subject = \"b\" } }
  otherwise { subject = \"c\" }
}
exclusive { p.x, p.y }
";
    let plain = fixture(rules);
    let file = plain.db.file_at("main.persona").expect("the rules");
    let diagnostics = plain.db.diagnostics();
    let before = errors(&plain.db);
    assert_eq!(before, [] as [String; 0]);
    let decls = plain.db.declarations(file);
    let mut tried = std::collections::BTreeSet::new();
    let mut ranges: Vec<persona_base::Span> = Vec::new();
    for decl in &decls {
        let mut visit =
            |expr: &persona_syntax::ast::Expr| spans(expr, decl.span.start, &mut ranges);
        decl.tree.kind.for_each_expr(&mut visit);
        ranges.push(decl.name_span());
        ranges.push(persona_base::Span::at(decl.name_span().start));
    }
    let mut count = 0;
    for range in ranges {
        for action in actions(&plain.db, file, range, &diagnostics) {
            let edits = match &action.change {
                Change::Edits(edits) => edits.clone(),
                Change::Later(later) => resolve(&plain.db, *later).unwrap_or_default(),
            };
            if !tried.insert(format!("{edits:?}")) {
                continue;
            }
            count += 1;
            let after = errors(&plain.edited(&edits));
            assert_eq!(after, before, "{} at {range:?}: {edits:?}", action.title);
        }
    }
    assert!(count > 40, "only {count} actions");
}

fn spans(expr: &persona_syntax::ast::Expr, start: u32, found: &mut Vec<persona_base::Span>) {
    found.push(expr.span.offset(start));
    found.push(persona_base::Span::at(expr.span.start + start));
    expr.for_each_child(&mut |child| spans(child, start, found));
}
