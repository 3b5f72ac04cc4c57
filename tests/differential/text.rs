//! Generated programs and rows as text: a `.persona` file and NDJSON lines.

use std::fmt::Write as _;

use super::naive::civil;
use super::tree::{
    Agg, COLORS, Cmp, Data, E, EventRow, Field, Fun, GOOD, ITEM, K, Never, Num, Output, PATTERNS,
    ProfileRow, Program, Query, Schema, Span, TIERS, Times, Ty, Unit, V, Window,
};

const SECOND: i64 = 1_000_000;

/// The manifest.
pub(super) fn manifest(schema: &Schema) -> String {
    let start = if schema.sunday { "sunday" } else { "monday" };
    format!(
        "[package]\nname = \"generated\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"{}\"\nweek_starts = \"{start}\"\n\n[levels]\nunreachable_stage = \"allow\"\n",
        schema.package_zone
    )
}

/// The program's text. The declarations of `only` and those they need, or all.
pub(super) fn program(program: &Program, only: Option<&[usize]>) -> String {
    let mut text = tables(&program.schema);
    for (index, output) in program.outputs.iter().enumerate() {
        if only.is_none_or(|only| only.contains(&index)) {
            text.push_str(&declaration(program, index, output));
        }
    }
    text
}

fn tables(schema: &Schema) -> String {
    let mut text = "enum Color { red, green, blue }\nordered enum Tier { bronze, silver, gold }\n\nprofile P {\n  id: String @key\n".to_owned();
    if schema.zoned {
        text.push_str("  zone: TimeZone?\n");
    }
    schema
        .profile
        .iter()
        .for_each(|field| line(&mut text, field));
    text.push_str("}\n\n");
    for (kind, fields) in &schema.events {
        writeln!(text, "event {kind} {{").expect("text grows");
        fields.iter().for_each(|field| line(&mut text, field));
        text.push_str("}\n\n");
    }
    if schema.goods {
        text.push_str("catalog Good {\n  key: String @key\n");
        for (name, ty, optional) in GOOD {
            let mark = if optional { "?" } else { "" };
            writeln!(text, "  {name}: {}{mark}", type_name(ty)).expect("text grows");
        }
        text.push_str("}\n\nsource goods of Good {\n  from \"goods.ndjson\"\n}\n\n");
    }
    text.push_str("source people of P {\n  from \"people.ndjson\"\n");
    for field in schema.profile.iter().filter(|field| field.ty == Ty::Geo) {
        let name = field.name;
        writeln!(
            text,
            "  {name} = geo(column(\"{name}_lat\"), column(\"{name}_lon\"))"
        )
        .expect("text grows");
    }
    text.push_str("}\n\n");
    for (kind, _) in &schema.events {
        let file = kind.to_lowercase();
        writeln!(text, "source of_{file} of {kind} {{\n  from \"{file}.ndjson\"\n  profile = column(\"profile\")\n}}\n").expect("text grows");
    }
    text
}

fn line(text: &mut String, field: &Field) {
    let mark = if field.optional { "?" } else { "" };
    let default = field
        .default
        .as_ref()
        .map(|value| format!(" = {}", literal(field.ty, value)))
        .unwrap_or_default();
    writeln!(
        text,
        "  {}: {}{mark}{default}",
        field.name,
        type_name(field.ty)
    )
    .expect("text grows");
}

fn type_name(ty: Ty) -> String {
    match ty {
        Ty::Str => "String".to_owned(),
        Ty::Time => "TimeOfDay".to_owned(),
        Ty::Money => "Money<USD>".to_owned(),
        Ty::Ints => "List<Int>".to_owned(),
        Ty::Strs => "Set<String>".to_owned(),
        Ty::Items => {
            let field = |(name, ty, optional): (&str, Ty, bool)| {
                format!(
                    "{name}: {}{}",
                    type_name(ty),
                    if optional { "?" } else { "" }
                )
            };
            format!("List<{{ {} }}>", ITEM.map(field).join(", "))
        }
        plain => format!("{plain:?}"),
    }
}

fn declaration(program: &Program, index: usize, output: &Output) -> String {
    let name = program.name(index);
    let printer = Printer {
        program,
        place: Place::Top,
    };
    match output {
        Output::Trait(e) => {
            let mark = if e.optional && e.ty != Ty::Bool {
                "?"
            } else {
                ""
            };
            format!(
                "trait {name}: {}{mark} = {}\n\n",
                type_name(e.ty),
                printer.expr(e)
            )
        }
        Output::Segment(parameter, e) => {
            let parameter = if *parameter { "(n: Int)" } else { "" };
            format!(
                "segment {name}{parameter} {{\n  when {}\n}}\n\n",
                printer.expr(e)
            )
        }
        Output::Partition(stages) => {
            let mut text = format!("partition {name} {{\n");
            for (stage, condition) in stages.iter().enumerate() {
                writeln!(text, "  st{stage} when {}", printer.expr(condition)).expect("text grows");
            }
            writeln!(text, "  otherwise st{}\n}}\n", stages.len()).expect("text grows");
            text
        }
    }
}

/// What an expression stands in, which says how names are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Fields of the profile are bare.
    Top,
    /// The step with this number is bare, the profile is `profile.`, earlier steps are `a0.`, `a1.`.
    Event(usize),
    /// The item is bare, its event is `event.`.
    Item,
    /// A quantifier's or aggregate's element is `el`.
    Elem,
    /// Inside the event's condition, the item is `el`.
    EachItem(usize),
}

#[derive(Clone, Copy)]
struct Printer<'a> {
    program: &'a Program,
    place: Place,
}

impl Printer<'_> {
    fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// In parentheses where it is more than a name, a number or a call.
    fn operand(self, e: &E) -> String {
        let text = self.expr(e);
        let plain = text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.\"".contains(c))
            && !text.is_empty();
        if plain { text } else { format!("({text})") }
    }

    fn expr(self, e: &E) -> String {
        match &e.k {
            K::Lit(value) => literal(e.ty, value),
            K::Profile(index) => self.profile(self.program.schema.profile[*index].name),
            K::Event(step, field) => self.event(*step, field),
            K::Item(field) if matches!(self.place, Place::EachItem(_)) => format!("el.{field}"),
            K::Item(field) => (*field).to_owned(),
            K::Elem => "el".to_owned(),
            K::Look(key, field) => format!("Good[{}].{}", self.expr(key), GOOD[*field].0),
            K::Good(field) => format!("good.{}", GOOD[*field].0),
            K::Trait(index) => self.program.name(*index),
            K::Param => "n".to_owned(),
            K::Ago(micros) if *micros >= 0 => format!("{} ago", duration(*micros)),
            K::Ago(micros) => format!("{} from now", duration(-micros)),
            K::Today => "today".to_owned(),
            K::Num(op, a, b) => self.number(*op, a, b),
            K::Fun(fun, a) => self.function(*fun, a),
            K::Distance(a, lat, lon) => {
                format!("distance({}, geo({lat:?}, {lon:?}))", self.expr(a))
            }
            K::Coalesce(a, b) => format!("{} ?? {}", self.operand(a), self.operand(b)),
            K::If(c, a, b) => format!(
                "if {} then {} else {}",
                self.operand(c),
                self.operand(a),
                self.operand(b)
            ),
            K::Match(subject, arms, missing) => self.matching(subject, arms, missing.as_deref()),
            K::Agg(kind, query, field) => self.aggregate(*kind, query, *field),
            K::ListAgg(kind, list, filter) => self.list_aggregate(*kind, list, filter.as_deref()),
            K::Rank(tiles, ranked, among) => self.rank(*tiles, *ranked, *among),
            _ => self.condition(e),
        }
    }

    fn profile(self, field: &str) -> String {
        match self.place {
            Place::Event(_) | Place::Item | Place::EachItem(_) => format!("profile.{field}"),
            Place::Top | Place::Elem => field.to_owned(),
        }
    }

    fn event(self, step: usize, field: &str) -> String {
        match self.place {
            Place::Event(current) | Place::EachItem(current)
                if step != usize::MAX && current != step =>
            {
                format!("a{step}.{field}")
            }
            Place::Item => format!("event.{field}"),
            _ => field.to_owned(),
        }
    }

    fn number(self, op: Num, a: &E, b: &E) -> String {
        let (a, b) = match op {
            Num::Least | Num::Greatest => (self.expr(a), self.expr(b)),
            _ => (self.operand(a), self.operand(b)),
        };
        match op {
            Num::Add => format!("{a} + {b}"),
            Num::Sub => format!("{a} - {b}"),
            Num::Mul => format!("{a} * {b}"),
            Num::Div => format!("{a} / {b}"),
            Num::IntDiv => format!("{a} div {b}"),
            Num::Mod => format!("{a} mod {b}"),
            Num::Least => format!("least({a}, {b})"),
            Num::Greatest => format!("greatest({a}, {b})"),
        }
    }

    fn function(self, fun: Fun, a: &E) -> String {
        let call = |name: &str| format!("{name}({})", self.expr(a));
        let part = |name: &str| match a.ty {
            Ty::Timestamp => format!("local({}).{name}", self.expr(a)),
            _ => format!("{}.{name}", self.operand(a)),
        };
        let method = |name: &str| format!("{}.{name}()", self.operand(a));
        match fun {
            Fun::Neg => format!("-{}", self.operand(a)),
            Fun::Abs => call("abs"),
            Fun::Round => call("round"),
            Fun::Floor => call("floor"),
            Fun::Ceil => call("ceil"),
            Fun::Age => call("age"),
            Fun::DaysSince => call("days_since"),
            Fun::Anniversary => call("anniversary"),
            Fun::DateOf => call("date"),
            Fun::Year => part("year"),
            Fun::Quarter => part("quarter"),
            Fun::Month => part("month"),
            Fun::Day => part("day"),
            Fun::Hour => part("hour"),
            Fun::Minute => part("minute"),
            Fun::LocalDate => part("date"),
            Fun::LocalTime => part("time"),
            Fun::Length => method("length"),
            Fun::Size => method("size"),
            Fun::Lower => method("lower"),
            Fun::Upper => method("upper"),
            Fun::Trim => method("trim"),
        }
    }

    fn matching(self, subject: &E, arms: &[E], missing: Option<&E>) -> String {
        let mut text = format!("match {} {{ ", self.operand(subject));
        for (color, arm) in COLORS.iter().zip(arms) {
            write!(text, "{color} => {}, ", self.operand(arm)).expect("text grows");
        }
        if let Some(missing) = missing {
            write!(text, "missing => {}, ", self.operand(missing)).expect("text grows");
        }
        text.truncate(text.len() - 2);
        text + " }"
    }

    fn aggregate(self, kind: Agg, query: &Query, field: Option<&str>) -> String {
        let text = self.query(
            query,
            0,
            match kind {
                Agg::First | Agg::Last | Agg::Nth(_) => None,
                _ => field,
            },
        );
        let of = || field.map(|field| format!(".{field}")).unwrap_or_default();
        match kind {
            Agg::Count => format!("count({text})"),
            Agg::Sum => format!("sum({text})"),
            Agg::Avg => format!("avg({text})"),
            Agg::Min => format!("min({text})"),
            Agg::Max => format!("max({text})"),
            Agg::Distinct => format!("distinct({text})"),
            Agg::MostCommon => format!("most_common({text})"),
            Agg::TopShare => format!("top_share({text})"),
            Agg::Share => format!("share({text})"),
            Agg::Gap => format!("gap({text})"),
            Agg::First => format!("first({text}){}", of()),
            Agg::Last => format!("last({text}){}", of()),
            Agg::Nth(n) => format!("nth({n}, {text}){}", of()),
        }
    }

    fn list_aggregate(self, kind: Agg, list: &E, filter: Option<&E>) -> String {
        let name = format!("{kind:?}").to_lowercase();
        match filter {
            None => format!("{name}({})", self.expr(list)),
            Some(filter) => format!(
                "{name}({} as el where {})",
                self.expr(list),
                self.at(Place::Elem).operand(filter)
            ),
        }
    }

    fn rank(self, tiles: Option<u32>, ranked: usize, among: Option<usize>) -> String {
        let among = among
            .map(|segment| format!(" among {}", self.program.name(segment)))
            .unwrap_or_default();
        let ranked = self.program.name(ranked);
        match tiles {
            Some(tiles) => format!("ntile({tiles}, {ranked}{among})"),
            None => format!("percentile({ranked}{among})"),
        }
    }

    /// Kinds, list or field, name, window, `where`.
    fn query(self, query: &Query, step: usize, field: Option<&str>) -> String {
        let (head, tail) = self.query_parts(query, step, field);
        format!("{head}{tail}")
    }

    /// The kinds with their path, and the rest.
    fn query_parts(self, query: &Query, step: usize, field: Option<&str>) -> (String, String) {
        let kinds: Vec<&str> = query
            .kinds
            .iter()
            .map(|kind| self.program.schema.events[*kind].0)
            .collect();
        let mut head = if kinds.len() == 1 {
            kinds[0].to_owned()
        } else {
            format!("({})", kinds.join(" or "))
        };
        if query.items {
            head.push_str(".items");
        }
        if let Some(field) = field {
            head = format!("{head}.{field}");
        }
        let mut tail = query
            .window
            .map(|window| format!(" {}", window_text(window)))
            .unwrap_or_default();
        if let Some(filter) = &query.filter {
            let place = if query.items {
                Place::Item
            } else {
                Place::Event(step)
            };
            tail = format!("{tail} where {}", self.at(place).operand(filter));
        }
        (head, tail)
    }

    fn condition(self, e: &E) -> String {
        match &e.k {
            K::And(parts) => self.joined(parts, " and "),
            K::Or(parts) => self.joined(parts, " or "),
            K::Not(a) => format!("not {}", self.operand(a)),
            K::Compare(op, a, b) => format!(
                "{} {} {}",
                self.operand(a),
                comparison(*op),
                self.operand(b)
            ),
            K::Between(x, a, b) => format!(
                "{} between {} and {}",
                self.operand(x),
                self.operand(a),
                self.operand(b)
            ),
            K::In(negated, a, values) => {
                let not = if *negated { "not " } else { "" };
                format!("{} {not}in {}", self.operand(a), list(a.ty, values))
            }
            K::Known(known, a) => format!(
                "{} is {}",
                self.operand(a),
                if *known { "known" } else { "missing" }
            ),
            K::InWindow(a, window) => format!("{} {}", self.operand(a), window_text(*window)),
            K::Weekday(a, day) => format!("local({}).weekday == {}", self.expr(a), WEEKDAYS[*day]),
            K::Quantifier(all, list, body) => {
                let word = if *all { "all" } else { "any" };
                format!(
                    "{word} el in {} where {}",
                    self.operand(list),
                    self.at(Place::Elem).operand(body)
                )
            }
            K::Goods(all, body) => {
                let word = if *all { "all" } else { "any" };
                format!("{word} good in Good where {}", self.operand(body))
            }
            K::EachItem(all, body) => {
                let word = if *all { "all" } else { "any" };
                let Place::Event(step) = self.place else {
                    unreachable!("items belong to an event")
                };
                let body = self.at(Place::EachItem(step)).operand(body);
                format!("{word} el in items where {body}")
            }
            K::Matches(a, pattern) => {
                format!("{} matches r\"{}\"", self.operand(a), PATTERNS[*pattern])
            }
            K::Sample(percent, salt) => format!("sample({percent}%, \"salt {salt}\")"),
            K::Has(set, value) => format!("{} contains {}", self.operand(set), self.operand(value)),
            K::HasAny(all, set, values) => {
                let element = if set.ty == Ty::Ints { Ty::Int } else { Ty::Str };
                let word = if *all { "all" } else { "any" };
                format!(
                    "{} contains {word} {}",
                    self.operand(set),
                    list(element, values)
                )
            }
            K::Segment(negated, index, argument) => {
                let not = if *negated { "not " } else { "" };
                let argument = argument
                    .map(|n| format!("({})", literal(Ty::Int, &V::Int(n))))
                    .unwrap_or_default();
                format!("{not}in {}{argument}", self.program.name(*index))
            }
            K::Stage(stage) => self.stage(*stage),
            _ => self.did(e),
        }
    }

    /// Stages are numbered through: a partition's index times 8, plus the stage's.
    fn stage(self, stage: usize) -> String {
        format!("in {}.st{}", self.program.name(stage / 8), stage % 8)
    }

    fn did(self, e: &E) -> String {
        match &e.k {
            K::Did(negated, query) => format!(
                "did {}{}",
                if *negated { "not " } else { "" },
                self.query(query, 0, None)
            ),
            K::DidTimes(query, times) => {
                let (head, tail) = self.query_parts(query, 0, None);
                let times = match times {
                    Times::AtLeast(n) => format!("at least {n} times"),
                    Times::AtMost(n) => format!("at most {n} times"),
                    Times::Exactly(n) => format!("exactly {n} times"),
                };
                format!("did {head} {times}{tail}")
            }
            K::DidPer(query, n, field) => {
                let (head, tail) = self.query_parts(query, 0, None);
                format!("did {head} at least {n} times{tail} per {field}")
            }
            K::Regular(query, k, n, unit) => {
                let (head, tail) = self.query_parts(query, 0, None);
                format!(
                    "did {head} in at least {k} of last {n} calendar {}s{tail}",
                    unit_name(*unit)
                )
            }
            K::Sequence {
                latest,
                first,
                steps,
                never,
            } => {
                let mut text = format!(
                    "did {}{}",
                    if *latest { "latest " } else { "" },
                    self.step(first, 0, None)
                );
                for (index, step) in steps.iter().enumerate() {
                    let within = step
                        .within
                        .map(|micros| format!(" within {}", duration(micros)));
                    write!(text, " then {}", self.step(&step.query, index + 1, within))
                        .expect("text grows");
                }
                if let Some((query, mode)) = never {
                    let limit = match mode {
                        Never::Within(micros) => Some(format!(" within {}", duration(*micros))),
                        Never::For(micros) => Some(format!(" for {}", duration(*micros))),
                        Never::Ever => None,
                    };
                    write!(
                        text,
                        " then not {}",
                        self.step(query, steps.len() + 1, limit)
                    )
                    .expect("text grows");
                }
                text
            }
            other => unreachable!("{other:?} is printed elsewhere"),
        }
    }

    fn step(self, query: &Query, step: usize, limit: Option<String>) -> String {
        let (head, tail) = self.query_parts(query, step, None);
        format!("{head} as a{step}{}{tail}", limit.unwrap_or_default())
    }

    fn joined(self, parts: &[E], word: &str) -> String {
        parts
            .iter()
            .map(|part| self.operand(part))
            .collect::<Vec<_>>()
            .join(word)
    }
}

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

fn comparison(op: Cmp) -> &'static str {
    match op {
        Cmp::Eq => "==",
        Cmp::Ne => "!=",
        Cmp::Lt => "<",
        Cmp::Le => "<=",
        Cmp::Gt => ">",
        Cmp::Ge => ">=",
        Cmp::Before => "before",
        Cmp::After => "after",
        Cmp::Fold => "=~",
        Cmp::Contains => "contains",
        Cmp::StartsWith => "starts with",
        Cmp::EndsWith => "ends with",
        Cmp::NotContains => "not contains",
    }
}

fn unit_name(unit: Unit) -> String {
    format!("{unit:?}").to_lowercase()
}

fn window_text(window: Window) -> String {
    match window {
        Window::Last(span) => format!("in last {}", span_text(span)),
        Window::Next(span) => format!("in next {}", span_text(span)),
        Window::FromTo(from, to) => {
            format!("from {} ago to {} ago", span_text(from), span_text(to))
        }
        Window::This(unit) => format!("in this {}", unit_name(unit)),
        Window::LastCalendar(1, unit) => format!("in last calendar {}", unit_name(unit)),
        Window::LastCalendar(n, unit) => format!("in last {n} calendar {}s", unit_name(unit)),
        Window::Latest(n) => format!("in latest {n}"),
    }
}

fn span_text(span: Span) -> String {
    match span {
        Span::Fixed(micros) => duration(micros),
        Span::Months(1) => "1 month".to_owned(),
        Span::Months(n) => format!("{n} months"),
    }
}

/// `1h30m`, `30d`, `90s`; never negative.
fn duration(micros: i64) -> String {
    let mut seconds = micros / SECOND;
    let mut text = String::new();
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if seconds >= length {
            write!(text, "{}{unit}", seconds / length).expect("text grows");
            seconds %= length;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

fn list(ty: Ty, values: &[V]) -> String {
    let values: Vec<String> = values.iter().map(|value| literal(ty, value)).collect();
    format!("[{}]", values.join(", "))
}

/// A literal as programs write it.
fn literal(ty: Ty, value: &V) -> String {
    match (ty, value) {
        (Ty::Color, V::Int(index)) => COLORS[usize::try_from(*index).expect("a color")].to_owned(),
        (Ty::Tier, V::Int(index)) => TIERS[usize::try_from(*index).expect("a tier")].to_owned(),
        (Ty::Money, V::Int(cents)) => format!("{} USD", decimal(*cents)),
        (Ty::Length, V::Int(metres)) => format!("{metres} m"),
        (Ty::Duration, V::Int(micros)) => duration(*micros),
        (Ty::Date, V::Int(days)) => civil::date_text(*days),
        (Ty::Time, V::Int(seconds)) => format!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60),
        (Ty::Timestamp, V::Int(micros)) => civil::instant_text(*micros),
        (_, V::Int(n)) => n.to_string(),
        (_, V::Bool(b)) => b.to_string(),
        (_, V::Float(x)) => format!("{x:?}"),
        (_, V::Str(text)) => quoted(text),
        (Ty::Ints, V::List(values)) => list(Ty::Int, values),
        (Ty::Strs, V::List(values)) => list(Ty::Str, values),
        (Ty::Items, V::List(values)) if values.is_empty() => "[]".to_owned(),
        other => unreachable!("{other:?} has no literal"),
    }
}

fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' | '{' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out + "\""
}

/// Cents with two decimals.
fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let size = cents.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// The sources' files.
pub(super) fn files(schema: &Schema, data: &Data) -> Vec<(String, String)> {
    let listed = data.profiles.iter().filter(|row| row.listed);
    let people: String = listed.map(|row| profile_line(schema, row) + "\n").collect();
    let mut files = vec![("people.ndjson".to_owned(), people)];
    if schema.goods {
        let goods = data.goods.iter();
        let lines = goods.map(|(key, values)| good_line(key, values) + "\n");
        files.push(("goods.ndjson".to_owned(), lines.collect()));
    }
    for (kind, (name, _)) in schema.events.iter().enumerate() {
        let events = data.events.iter().filter(|row| row.kind == kind);
        let lines: String = events.map(|row| event_line(schema, row) + "\n").collect();
        files.push((format!("{}.ndjson", name.to_lowercase()), lines));
    }
    files
}

fn profile_line(schema: &Schema, row: &ProfileRow) -> String {
    let mut members = vec![format!("\"id\":{}", json_text(&row.key))];
    if let Some(zone) = row.zone.filter(|_| schema.zoned) {
        members.push(format!("\"zone\":\"{zone}\""));
    }
    json_members(&schema.profile, &row.values, &mut members);
    format!("{{{}}}", members.join(","))
}

fn good_line(key: &str, values: &[V]) -> String {
    let mut members = vec![format!("\"key\":{}", json_text(key))];
    for ((name, ty, _), value) in GOOD.iter().zip(values) {
        members.push(format!("\"{name}\":{}", json(*ty, value)));
    }
    format!("{{{}}}", members.join(","))
}

fn event_line(schema: &Schema, row: &EventRow) -> String {
    let mut members = vec![
        format!("\"profile\":{}", json_text(&row.key)),
        format!("\"at\":\"{}\"", civil::instant_text(row.at)),
    ];
    if let Some(id) = &row.id {
        members.push(format!("\"id\":{}", json_text(id)));
    }
    json_members(&schema.events[row.kind].1, &row.values, &mut members);
    format!("{{{}}}", members.join(","))
}

/// Missing values are left out or `null`, in turn.
fn json_members(fields: &[Field], values: &[V], members: &mut Vec<String>) {
    for (index, (field, value)) in fields.iter().zip(values).enumerate() {
        match value {
            V::Missing if index % 2 == 0 => {}
            V::Geo(lat, lon) => members.push(format!(
                "\"{0}_lat\":{lat:?},\"{0}_lon\":{lon:?}",
                field.name
            )),
            value => members.push(format!("\"{}\":{}", field.name, json(field.ty, value))),
        }
    }
}

fn json(ty: Ty, value: &V) -> String {
    match (ty, value) {
        (_, V::Missing) => "null".to_owned(),
        (_, V::Str(text)) => json_text(text),
        (Ty::Color, V::Int(_))
        | (Ty::Tier, V::Int(_))
        | (Ty::Date, V::Int(_))
        | (Ty::Timestamp, V::Int(_)) => {
            format!("\"{}\"", literal(ty, value))
        }
        (Ty::Time, V::Int(_)) => format!("\"{}\"", literal(ty, value)),
        (Ty::Money, V::Int(cents)) => decimal(*cents),
        (Ty::Ints, V::List(values)) => format!(
            "[{}]",
            values
                .iter()
                .map(|v| json(Ty::Int, v))
                .collect::<Vec<_>>()
                .join(",")
        ),
        (Ty::Strs, V::List(values)) => format!(
            "[{}]",
            values
                .iter()
                .map(|v| json(Ty::Str, v))
                .collect::<Vec<_>>()
                .join(",")
        ),
        (Ty::Items, V::List(values)) => format!(
            "[{}]",
            values.iter().map(json_item).collect::<Vec<_>>().join(",")
        ),
        _ => literal(ty, value),
    }
}

fn json_item(item: &V) -> String {
    let V::Record(values) = item else {
        unreachable!("items are records")
    };
    let member = |((name, ty, _), value): (&(&str, Ty, bool), &V)| {
        format!("\"{name}\":{}", json(*ty, value))
    };
    format!(
        "{{{}}}",
        ITEM.iter()
            .zip(values)
            .map(member)
            .collect::<Vec<_>>()
            .join(",")
    )
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
