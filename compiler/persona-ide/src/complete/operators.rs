//! What follows an operand: operators that its type has, and the words of questions about events.

use persona_base::Span;
use persona_sema::editor::{PROBE, Spot};
use persona_sema::{Type, TypeKind};

use super::context::After;
use super::item::CompletionKind;
use super::lex::Kind;
use super::offer::{Collector, Fit, Near, Offered};
use super::rules::Place;
use super::words;

impl Place<'_> {
    /// What follows an operand.
    pub(super) fn operators(&self, after: After, out: &mut Collector) {
        if after.query {
            for word in words::QUERIES {
                // A step has no window, and a name stands before the window.
                let of_window = !matches!(word.label, "where" | "as");
                let fits = match (after.windowed, after.step) {
                    (true, _) => word.label == "where",
                    (false, true) => !of_window,
                    (false, false) => true,
                };
                if fits {
                    out.words("query", std::slice::from_ref(word), Fit::Exact);
                }
            }
            for word in words::DID.iter().filter(|_| after.did) {
                let fits = match word.label {
                    "within" => after.step,
                    "then" | "then not" => true,
                    _ => !after.step,
                };
                if fits {
                    out.words("did", std::slice::from_ref(word), Fit::Exact);
                }
            }
        } else {
            self.typed_operators(out);
        }
        if !after.bare {
            out.words("logic", words::LOGIC, Fit::Open);
        }
        self.single(after.words, out);
        if matches!(self.context.keyword, "profile" | "event" | "catalog") {
            self.single(&["else"], out);
        }
    }

    fn single(&self, some: &[&'static str], out: &mut Collector) {
        for label in some {
            let known = words::SINGLE.iter().find(|word| word.label == *label);
            out.add(
                Offered::new(*label, CompletionKind::Keyword)
                    .snippet(known.map_or("", |word| word.snippet))
                    .doc(format!("word:word:{label}"))
                    .fit(Fit::Open)
                    .near(Near::Word),
            );
        }
    }

    fn typed_operators(&self, out: &mut Collector) {
        let left = self.left_type();
        let kind = left.as_ref().map(|ty| &ty.kind);
        let is = |wanted: &[&str]| match kind {
            None => true,
            Some(kind) => wanted.contains(&family(kind)),
        };
        let add = |list: &str, some: &[words::Word], out: &mut Collector| {
            out.words(list, some, Fit::Exact);
        };
        if left.as_ref().is_none_or(|ty| ty.optional) {
            add("missing", words::MISSING, out);
        }
        if is(&["date", "time"]) {
            add("time", words::TIMES, out);
        }
        if is(&["text"]) {
            add("text", words::TEXTS, out);
        }
        if is(&["list"]) {
            add("collection", words::COLLECTIONS, out);
        }
        if is(&[
            "number", "money", "length", "span", "clock", "enum", "text", "date", "time",
        ]) {
            add("equality", words::EQUALITY, out);
        }
        if is(&[
            "number", "money", "length", "span", "clock", "enum", "date", "time",
        ]) {
            add("order", words::ORDER, out);
        }
        if is(&["span"]) {
            add("length", words::LENGTHS, out);
        }
        if is(&["number"]) {
            add("number", words::NUMBERS, out);
        }
    }

    /// The type of the operand that ends before the place: what would be wanted of a value beside it.
    fn left_type(&self) -> Option<Type> {
        self.wanted_with(self.context.before.word, &format!("== {PROBE}"))
    }

    /// The type that is wanted where [`PROBE`] stands in another text.
    pub(super) fn wanted_with(&self, replaced: Span, new: &str) -> Option<Type> {
        let spots = self.spots_with(replaced, new);
        spots.into_iter().find_map(|spot| match spot {
            Spot::Value(value) => value.want,
            _ => None,
        })
    }

    /// Windows, after `in` in a question about events.
    pub(super) fn windows(&self, events: bool, out: &mut Collector) {
        match events {
            true => out.words("event_window", words::EVENT_WINDOWS, Fit::Exact),
            false => out.words("window", words::WINDOWS, Fit::Exact),
        }
    }

    /// A window or a list, after a value and `in`.
    pub(super) fn in_value(&self, out: &mut Collector) {
        // `x in |` asks for the same type as `x == |`.
        let tokens = &self.context.before.tokens;
        let Some(found) = tokens.last().filter(|token| token.kind == Kind::Word) else {
            return;
        };
        let replaced = Span::new(found.start as u32, self.context.before.word.end);
        let wanted = self.wanted_with(replaced, &format!("== {PROBE}"));
        let is_time = wanted
            .as_ref()
            .is_none_or(|ty| matches!(ty.kind, TypeKind::Date | TypeKind::Timestamp));
        if is_time {
            self.windows(false, out);
        }
        if wanted.as_ref().is_none_or(|_| !is_time) {
            out.add(
                Offered::new("[ ]", CompletionKind::Value)
                    .snippet("[$0]")
                    .fit(Fit::Exact)
                    .near(Near::Word)
                    .again(),
            );
            self.values(out, false);
        }
    }

    /// Lengths of time.
    pub(super) fn amounts(&self, last: bool, out: &mut Collector) {
        for (label, says) in [
            ("30d", "30 days of 24 hours"),
            ("7d", "7 days of 24 hours"),
            ("24h", "24 hours"),
            ("90d", "90 days of 24 hours"),
            ("365d", "365 days of 24 hours"),
            ("1h", "an hour"),
            ("15m", "15 minutes"),
        ] {
            out.add(
                Offered::new(label, CompletionKind::Value)
                    .detail(says)
                    .fit(Fit::Exact)
                    .near(Near::Here),
            );
        }
        if last {
            let forms = [
                (
                    "6 months",
                    "${1:6} months",
                    "so many months of the calendar's length",
                ),
                (
                    "calendar month",
                    "calendar ${1:month}",
                    "the whole unit before this one",
                ),
                (
                    "3 calendar months",
                    "${1:3} calendar ${2:months}",
                    "whole units before this one",
                ),
            ];
            for (label, snippet, says) in forms {
                out.add(
                    Offered::new(label, CompletionKind::Snippet)
                        .detail(says)
                        .snippet(snippet)
                        .fit(Fit::Exact)
                        .near(Near::Here),
                );
            }
        }
        for spot in self.spots() {
            if let Spot::Value(value) = spot {
                for local in &value.names {
                    let ty = local.ty.as_ref().map(|ty| &ty.kind);
                    if matches!(ty, Some(TypeKind::Duration | TypeKind::Period)) {
                        out.add(
                            Offered::new(format!("({})", local.name), CompletionKind::Parameter)
                                .detail("Duration")
                                .fit(Fit::Exact)
                                .near(Near::Here),
                        );
                    }
                }
            }
        }
    }

    /// Units after a number.
    pub(super) fn units(&self, number: usize, duration: bool, calendar: bool, out: &mut Collector) {
        let text = self.context.text;
        let written = &text[number..self.context.before.word.end as usize];
        let digits: String = written
            .chars()
            .take_while(|c| c.is_ascii_digit() || matches!(c, '_' | '.'))
            .collect();
        let close = number == self.context.before.word.start as usize;
        let wanted = match duration {
            true => None,
            false => {
                let replaced = Span::new(number as u32, self.context.before.word.end);
                self.wanted_with(replaced, PROBE)
            }
        };
        let kind = wanted.as_ref().map(|ty| &ty.kind);
        let open = kind.is_none() && !duration;
        if duration
            || open
            || matches!(
                kind,
                Some(TypeKind::Duration | TypeKind::Timestamp | TypeKind::Date)
            )
        {
            self.lengths(&digits, close, calendar, out);
        }
        let mut unit = |unit: &str, space: bool, detail: &str| {
            let label = match (close, space) {
                (true, true) => format!("{digits} {unit}"),
                (true, false) => format!("{digits}{unit}"),
                (false, _) => unit.to_owned(),
            };
            out.add(
                Offered::new(label, CompletionKind::Value)
                    .detail(detail)
                    .fit(Fit::Exact)
                    .near(Near::Here),
            );
        };
        match kind {
            Some(TypeKind::Money(currency)) => unit(currency.code(), true, "Money"),
            Some(TypeKind::Length) => {
                unit("km", true, "Length");
                unit("m", true, "Length");
                unit("mi", true, "Length");
            }
            Some(TypeKind::Float) => unit("%", false, "Float"),
            None if open => {
                for currency in self.currencies() {
                    unit(&currency, true, "Money");
                }
                unit("km", true, "Length");
            }
            _ => {}
        }
    }

    fn lengths(&self, digits: &str, close: bool, calendar: bool, out: &mut Collector) {
        let mut add = |label: String, detail: &str| {
            out.add(
                Offered::new(label, CompletionKind::Value)
                    .detail(detail)
                    .fit(Fit::Exact)
                    .near(Near::Here),
            );
        };
        if close {
            for (unit, says) in [
                ("d", "days of 24 hours"),
                ("h", "hours"),
                ("m", "minutes"),
                ("w", "weeks of 7 days"),
                ("s", "seconds"),
            ] {
                add(format!("{digits}{unit}"), says);
            }
        } else {
            for unit in ["days", "weeks", "months", "years"] {
                add(unit.to_owned(), "of the calendar");
            }
            if calendar {
                for unit in ["months", "weeks", "days", "quarters", "years"] {
                    add(format!("calendar {unit}"), "whole units before this one");
                }
            }
        }
    }

    /// The currencies that the package's amounts are in.
    pub(super) fn currencies(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let tables = std::iter::once(&self.schema.profile).chain(&self.schema.events);
        for field in tables.flat_map(|table| &table.fields) {
            if let TypeKind::Money(currency) = &field.ty.kind
                && !found.iter().any(|known| known == currency.code())
            {
                found.push(currency.code().to_owned());
            }
        }
        found
    }
}

/// What operators go by.
fn family(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Int | TypeKind::Float => "number",
        TypeKind::Money(_) => "money",
        TypeKind::Length => "length",
        TypeKind::Duration | TypeKind::Period => "span",
        TypeKind::TimeOfDay => "clock",
        TypeKind::Date => "date",
        TypeKind::Timestamp => "time",
        TypeKind::Enum(_) => "enum",
        TypeKind::List(_) | TypeKind::Set(_) => "list",
        kind if kind.is_text() => "text",
        _ => "other",
    }
}
