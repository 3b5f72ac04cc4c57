//! Values: names that are visible, sorted by how well their types fit; what stands after a dot.

use persona_base::Span;
use persona_sema::editor::{Local, LocalKind, PROBE, Spot, ValueSpot, fits, formats_of, type_text};
use persona_sema::{EnumId, ItemKind, Type, TypeKind};

use super::builtin::{self, Function};
use super::context::Block;
use super::item::CompletionKind;
use super::offer::{Collector, Fit, Near, Offered};
use super::rules::Place;
use super::words;

/// What is wanted at a place.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'w> {
    pub(super) ty: Option<&'w Type>,
    /// Whether any value may begin what is wanted: the first operand of a condition.
    pub(super) begins: bool,
    /// Whether bare names are those of an event or an element: they are what is asked about.
    framed: bool,
}

impl Wanted<'_> {
    pub(super) const ANYTHING: Wanted<'static> = Wanted {
        ty: None,
        begins: false,
        framed: false,
    };

    /// How well a value of a type fits.
    pub(super) fn fit(&self, ty: Option<&Type>) -> Fit {
        let (Some(wanted), Some(ty)) = (self.ty, ty) else {
            return Fit::Open;
        };
        let one = |wanted: &Type| fits(&wanted.kind, &ty.kind);
        match (&wanted.kind, self.begins) {
            (TypeKind::Bool, true) if ty.kind == TypeKind::Bool => Fit::Exact,
            (TypeKind::Bool, true) => Fit::Open,
            _ if one(wanted) => Fit::Exact,
            _ if self.begins => Fit::Open,
            _ => Fit::Other,
        }
    }

    /// The type that is wanted, as it is written.
    pub(super) fn written(&self, place: &Place<'_>) -> Option<String> {
        let wanted = self.ty?.clone().known();
        Some(type_text(place.schema, &wanted))
    }

    /// The same fit, of a type that is only known as it is written.
    pub(super) fn fit_written(&self, wanted: Option<&str>, written: Option<&str>) -> Fit {
        let (Some(shown), Some(written)) = (wanted, written) else {
            return Fit::Open;
        };
        let written = written.trim_end_matches('?');
        let numbers = |name: &str| matches!(name, "Int" | "Float");
        let texts = |name: &str| {
            matches!(
                name,
                "String" | "Email" | "Phone" | "Url" | "TimeZone" | "Locale"
            )
        };
        let same = shown == written
            || (numbers(shown) && numbers(written))
            || (texts(shown) && texts(written));
        match same {
            true => Fit::Exact,
            false if self.begins => Fit::Open,
            false => Fit::Other,
        }
    }
}

impl Place<'_> {
    /// Values, and whatever else the checker says could stand at the place.
    pub(super) fn values(&self, out: &mut Collector, aggregated: bool) {
        let spots = self.spots();
        let mut asked: Option<&ValueSpot> = None;
        for spot in spots {
            match spot {
                Spot::Value(value) => {
                    if asked.is_none_or(|known| known.want.is_none() && value.want.is_some()) {
                        asked = Some(value);
                    }
                }
                other => self.other_spot(other, out),
            }
        }
        if let Some(value) = asked {
            self.value_names(value, out, aggregated);
        }
        let after_dot = self.last_sign() == Some(".");
        if aggregated {
            self.event_names(out, Fit::Exact, None);
            self.lists(out);
        } else if spots.is_empty() && !after_dot {
            self.unknown_place(out);
        }
    }

    /// Lists that are visible, and what may have some: an aggregate goes over their elements.
    fn lists(&self, out: &mut Collector) {
        // The same place without its aggregate is one where a value stands.
        let tokens = &self.context.before.tokens;
        let Some(name) = tokens.len().checked_sub(2).map(|at| tokens[at]) else {
            return;
        };
        let replaced = Span::new(name.start as u32, self.context.before.word.end);
        for spot in &self.spots_with(replaced, &format!("({PROBE}")) {
            let Spot::Value(value) = spot else { continue };
            for local in &value.names {
                let has_elements = local.ty.as_ref().is_none_or(|ty| {
                    ty.kind.element().is_some()
                        || matches!(
                            ty.kind,
                            TypeKind::EventRecord(_) | TypeKind::Event | TypeKind::Field(_)
                        )
                });
                if has_elements {
                    self.local(local, Wanted::ANYTHING, out);
                }
            }
        }
    }

    /// The last word or sign before the place.
    pub(super) fn last_sign(&self) -> Option<&str> {
        let last = self.context.before.tokens.last();
        last.map(|token| self.context.text_of(*token))
    }

    fn other_spot(&self, spot: &Spot, out: &mut Collector) {
        match spot {
            Spot::Fields(fields) => {
                for field in fields {
                    self.local(field, Wanted::ANYTHING, out);
                }
            }
            Spot::Parts { ty, clock } => self.parts(ty, *clock, out),
            Spot::EnumValue(id) => self.enum_values(*id, Fit::Exact, out),
            Spot::Event => self.event_names(out, Fit::Exact, None),
            Spot::EventOfField(ty) => self.event_names(out, Fit::Exact, Some(ty)),
            Spot::Segment => self.segment_names(out),
            Spot::Module(module) => self.module_members(module, out),
            Spot::Format(ty) => self.format_names(ty, out),
            Spot::Value(_) | Spot::Template(..) => {}
        }
    }

    /// Where the text cannot be read at all: the profile's fields and the package's names.
    fn unknown_place(&self, out: &mut Collector) {
        let mut last = String::new();
        for field in &self.schema.profile.fields {
            let first = field.name.split('.').next().unwrap_or_default();
            if last != first {
                first.clone_into(&mut last);
                let ty = (first.len() == field.name.len()).then(|| field.ty.clone());
                let local = Local {
                    name: first.to_owned(),
                    ty,
                    kind: LocalKind::ProfileField,
                };
                self.local(&local, Wanted::ANYTHING, out);
            }
        }
        self.declared_values(Wanted::ANYTHING, false, out);
    }

    fn value_names(&self, value: &ValueSpot, out: &mut Collector, aggregated: bool) {
        let begins = self.begins_operand();
        let wanted = Wanted {
            ty: value.want.as_ref(),
            begins,
            framed: value.framed,
        };
        let fixed = self.is_fixed();
        for local in &value.names {
            if !(fixed && local.kind == LocalKind::ProfileField) {
                self.local(local, wanted, out);
            }
        }
        if let Some(TypeKind::Enum(id)) = value.want.as_ref().map(|ty| &ty.kind) {
            self.enum_values(*id, Fit::Exact, out);
        }
        self.literals(wanted, out);
        self.language_words(value, wanted, out);
        if !aggregated && !fixed {
            self.questions(value, wanted, out);
            out.words("value", words::VALUES, Fit::Leads);
        }
        if value.history && !fixed {
            for function in builtin::AGGREGATES {
                self.function("aggregate", function, wanted, out);
            }
        }
        for function in builtin::FUNCTIONS {
            let rests = matches!(function.name, "ntile" | "percentile" | "sample" | "arm");
            let is_fixed = !fixed || function.name == "geo";
            if is_fixed && !(rests && (value.pure || value.framed)) {
                self.function("function", function, wanted, out);
            }
        }
        self.declared_values(wanted, value.pure || fixed, out);
        if value.slots {
            self.offer_kinds(&[ItemKind::Content], Fit::Leads, out);
        }
    }

    /// What a condition may begin with.
    fn questions(&self, value: &ValueSpot, wanted: Wanted<'_>, out: &mut Collector) {
        let is_bool = |ty: &Type| ty.kind == TypeKind::Bool;
        if !(wanted.begins && wanted.ty.is_some_and(is_bool)) {
            return;
        }
        for word in words::CONDITIONS {
            let asks = word.label.starts_with("did") || word.label.ends_with("in");
            if !asks || (value.history && !value.framed) {
                out.words("condition", std::slice::from_ref(word), Fit::Exact);
            }
        }
    }

    /// Whether only what is known when the package is compiled may stand at the place.
    fn is_fixed(&self) -> bool {
        let is_row = self
            .context
            .before
            .open
            .iter()
            .any(|open| matches!(self.context.block(*open), Block::Row(_)));
        match self.context.keyword {
            "const" => true,
            "test" => is_row,
            "profile" | "event" | "catalog" => self.last_sign() == Some("="),
            _ => crate::signature::call_around(self).is_some_and(|call| call.is_fixed),
        }
    }

    /// Whether the place is where a comparison may begin: not behind an operator or in a list.
    fn begins_operand(&self) -> bool {
        matches!(
            self.last_sign(),
            Some(
                "when"
                    | "where"
                    | "requires"
                    | "and"
                    | "or"
                    | "not"
                    | "("
                    | "if"
                    | "expect"
                    | "check"
                    | "="
                    | "then"
                    | "else"
                    | "{"
                    | "=>"
            ) | None
        )
    }

    fn literals(&self, wanted: Wanted<'_>, out: &mut Collector) {
        let literal = |label: &str, snippet: &str| {
            Offered::new(label, CompletionKind::Value)
                .snippet(snippet)
                .fit(Fit::Exact)
                .near(Near::Word)
        };
        let Some(ty) = wanted.ty else { return };
        match &ty.kind {
            TypeKind::Bool if !wanted.begins => {
                out.add(literal("true", ""));
                out.add(literal("false", ""));
            }
            TypeKind::Money(currency) => {
                let code = currency.code();
                out.add(
                    literal(&format!("100 {code}"), &format!("${{1:100}} {code}"))
                        .detail(format!("Money<{code}>")),
                );
            }
            TypeKind::Duration => self.amounts(false, out),
            TypeKind::Length => {
                out.add(literal("10 km", "${1:10} km").detail("Length"));
                out.add(literal("5 mi", "${1:5} mi").detail("Length"));
            }
            TypeKind::TimeOfDay => out.add(literal("09:00", "${1:09:00}").detail("TimeOfDay")),
            TypeKind::Date => {
                out.add(literal("2026-01-31", "${1:2026-01-31}").detail("Date"));
                if !self.is_fixed() {
                    out.add(literal("30d ago", "${1:30d} ago").detail("Timestamp"));
                }
            }
            TypeKind::Timestamp if self.is_fixed() => {
                let now = "2026-01-31T10:00Z";
                out.add(literal(now, &format!("${{1:{now}}}")).detail("Timestamp"));
            }
            TypeKind::Timestamp => {
                out.add(literal("30d ago", "${1:30d} ago").detail("Timestamp"));
                out.add(literal("7d from now", "${1:7d} from now").detail("Timestamp"));
            }
            TypeKind::List(element) | TypeKind::Set(element) => {
                let shown = type_text(self.schema, element);
                out.add(literal("[ ]", "[$0]").detail(format!("List<{shown}>")));
            }
            _ => {}
        }
    }

    fn language_words(&self, value: &ValueSpot, wanted: Wanted<'_>, out: &mut Collector) {
        let word = |label: &str, detail: &str, fit: Fit| {
            Offered::new(label, CompletionKind::Keyword)
                .detail(detail)
                .doc(format!("name:{label}"))
                .fit(fit)
                .near(Near::Word)
        };
        if value.now {
            let now = Type::of(TypeKind::Timestamp);
            out.add(word("now", "Timestamp", wanted.fit(Some(&now))));
        }
        let today = Type::of(TypeKind::Date);
        out.add(word("today", "Date", wanted.fit(Some(&today))));
        if value.framed && !value.pure {
            out.add(word("profile", "the person's fields", Fit::Leads).again());
        }
        if value.in_event {
            out.add(word("event", "the event's fields", Fit::Leads).again());
        }
    }

    fn function(&self, list: &str, function: &Function, wanted: Wanted<'_>, out: &mut Collector) {
        let fit = match (function.gives, wanted.ty) {
            ("", _) | (_, None) => Fit::Open,
            (gives, Some(_)) => wanted.fit_written(wanted.written(self).as_deref(), Some(gives)),
        };
        out.add(
            Offered::new(function.name, CompletionKind::Function)
                .detail(function.form())
                .snippet(function.snippet())
                .doc(format!("function:{list}:{}", function.name))
                .fit(fit)
                .near(Near::Word),
        );
    }

    /// A name that is visible here, or a field.
    pub(super) fn local(&self, local: &Local, wanted: Wanted<'_>, out: &mut Collector) {
        let (kind, near) = match local.kind {
            LocalKind::Named => (CompletionKind::Variable, Near::Here),
            LocalKind::Param => (CompletionKind::Parameter, Near::Here),
            LocalKind::Slot => (CompletionKind::Slot, Near::Field),
            LocalKind::ProfileField
            | LocalKind::EventField
            | LocalKind::ItemField
            | LocalKind::ElementField => (CompletionKind::Field, Near::Field),
        };
        let is_group = local.ty.is_none()
            || local.ty.as_ref().is_some_and(|ty| {
                matches!(
                    ty.kind,
                    TypeKind::EventRecord(_) | TypeKind::Record(_) | TypeKind::Item(..)
                )
            });
        let takes_events = wanted
            .ty
            .is_some_and(|ty| matches!(ty.kind, TypeKind::EventRecord(_)));
        let fit = match &local.ty {
            Some(ty) if takes_events => match ty.kind == wanted.ty.unwrap_or(ty).kind {
                true => Fit::Exact,
                false => Fit::Other,
            },
            _ if self.is_compared(&local.name) => Fit::Other,
            _ if wanted.framed && wanted.begins && near == Near::Field => Fit::Exact,
            _ if is_group => Fit::Leads,
            ty => wanted.fit(ty.as_ref()),
        };
        let detail = match &local.ty {
            Some(ty) => type_text(self.schema, ty),
            None => "{ … }".to_owned(),
        };
        let mut offered = Offered::new(&local.name, kind)
            .detail(detail)
            .fit(fit)
            .near(near);
        if local.kind == LocalKind::ProfileField {
            let path = self.dotted_before(&local.name);
            offered = offered.doc(format!("field:{}:{path}", self.schema.profile.name));
        }
        offered.again = local.ty.is_none();
        out.add(offered);
    }

    /// Whether this name stands on the other side of the comparison at the place: nobody compares a value with itself.
    fn is_compared(&self, name: &str) -> bool {
        let tokens = &self.context.before.tokens;
        let text = |back: usize| {
            let at = tokens.len().checked_sub(back)?;
            Some(self.context.text_of(*tokens.get(at)?))
        };
        let compares = matches!(
            text(1),
            Some(
                "==" | "!="
                    | "<"
                    | "<="
                    | ">"
                    | ">="
                    | "in"
                    | "["
                    | "=~"
                    | "before"
                    | "after"
                    | "between"
            )
        );
        compares
            && (text(2) == Some(name) || (text(1) == Some("[") && text(3) == Some(name)))
            && text(3 + usize::from(text(1) == Some("["))) != Some(".")
    }

    /// `address.city`, where `address.` stands before the place.
    fn dotted_before(&self, name: &str) -> String {
        let tokens = &self.context.before.tokens;
        let mut parts = vec![name];
        let mut at = tokens.len();
        while at >= 2 && self.context.text_of(tokens[at - 1]) == "." {
            let part = self.context.text_of(tokens[at - 2]);
            if part != "profile" {
                parts.push(part);
            }
            at -= 2;
        }
        parts.reverse();
        parts.join(".")
    }

    /// Methods and parts of a value.
    fn parts(&self, ty: &Type, clock: bool, out: &mut Collector) {
        let part = |name: &str, gives: &str| {
            Offered::new(name, CompletionKind::Field)
                .detail(gives)
                .doc(format!("part:{name}"))
                .near(Near::Word)
        };
        if clock || ty.kind == TypeKind::Date {
            for (name, gives) in builtin::DATE_PARTS {
                out.add(part(name, gives));
            }
        }
        if clock {
            for (name, gives) in builtin::CLOCK_PARTS {
                out.add(part(name, gives));
            }
            return;
        }
        for method in builtin::methods(&ty.kind) {
            out.add(
                Offered::new(method.name, CompletionKind::Method)
                    .detail(method.form())
                    .snippet(format!("{}()", method.name))
                    .doc(format!("function:method:{}", method.name))
                    .near(Near::Word),
            );
        }
    }

    /// The values of an enum.
    pub(super) fn enum_values(&self, id: EnumId, fit: Fit, out: &mut Collector) {
        let Some(def) = self.schema.enums.get(id) else {
            return;
        };
        for (value, title) in &def.values {
            let detail = match title {
                Some(title) => format!("{} \"{title}\"", def.name),
                None => def.name.to_string(),
            };
            out.add(
                Offered::new(&**value, CompletionKind::EnumValue)
                    .detail(detail)
                    .doc(format!("value:{}:{value}", def.name))
                    .fit(fit)
                    .near(Near::Here),
            );
        }
    }

    pub(super) fn format_names(&self, ty: &Type, out: &mut Collector) {
        for format in formats_of(&ty.kind) {
            out.add(
                Offered::new(*format, CompletionKind::Value)
                    .detail(type_text(self.schema, ty))
                    .doc(format!("format:{format}"))
                    .fit(Fit::Exact),
            );
        }
    }

    /// A type as people write it.
    pub(crate) fn type_text(&self, ty: &Type) -> String {
        type_text(self.schema, ty)
    }
}
