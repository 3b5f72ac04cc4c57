//! Names that mean nothing at their place: what was probably meant, and where the name does mean something.

use persona_base::{Applicability, Diagnostic, names};
use persona_syntax::ast;

use super::Checker;
use super::names::{Bound, FieldHit, Owner};
use crate::env::{Global, Sort};
use crate::vocabulary;
use crate::{EnumId, Kinds, Type, TypeKind};
use persona_base::nearest;

impl Checker<'_> {
    /// Reports a bare name without a meaning.
    pub(super) fn unknown_name(&mut self, name: &ast::Name, want: Option<&Type>) {
        let text = name.text.as_str();
        if want.is_some_and(Type::is_error) && !self.enums_with(text).is_empty() {
            // A value of an enum beside something broken: which enum was meant is not known.
            return;
        }
        if self.scope.pure
            && self
                .schema()
                .profile
                .fields
                .iter()
                .any(|f| is_or_begins(&f.name, text))
        {
            self.not_in_function(name.span, &format!("the profile's `{text}`"));
            return;
        }
        if let FieldHit::Differs(why) = self.field(&self.bare_owner(), text) {
            self.fields_differ(text, &why, name.span);
            return;
        }
        let diagnostic = match want.map(|ty| &ty.kind) {
            Some(TypeKind::Enum(id)) => {
                self.where_it_exists(text, self.unknown_for_enum(*id, name), name)
            }
            Some(kind) if kind.is_text() => self.unknown_for_text(name, want),
            _ => match self.enums_with(text) {
                enums if enums.is_empty() => {
                    self.where_it_exists(text, self.unknown_for_any(name, want), name)
                }
                enums => self.bare_value(&enums, name),
            },
        };
        self.report(diagnostic);
    }

    fn unknown_for_enum(&self, id: EnumId, name: &ast::Name) -> Diagnostic {
        let def = &self.schema().enums[id];
        let values: Vec<&str> = def.values.iter().map(|(value, _)| &**value).collect();
        let shown = shown(&values);
        let own = self.schema().is_own_enum(id);
        let message = if own {
            format!("no {} is called `{}`", def.name, name.text)
        } else {
            format!("`{}` is not a value of `{}`", name.text, def.name)
        };
        let label = match values.len() {
            0 => format!("this package has no {}", def.name),
            1 if own => format!("the only {} is {shown}", def.name),
            _ if own => format!("the {}s are {shown}", def.name),
            _ => format!("its values are {shown}"),
        };
        let diagnostic = self
            .diagnostic(names::UNKNOWN_VALUE, name.span, message)
            .label(label);
        match nearest(&name.text, values.iter().copied()) {
            Some(near) => diagnostic.perhaps(name.span, near),
            None => self.near_name(name, diagnostic, Some(&Type::of(TypeKind::Enum(id)))),
        }
    }

    /// Beside text, an unknown word is most often text without its quotes.
    fn unknown_for_text(&self, name: &ast::Name, want: Option<&Type>) -> Diagnostic {
        let diagnostic = self
            .diagnostic(
                names::UNKNOWN_NAME,
                name.span,
                format!("nothing is called `{}` here", name.text),
            )
            .label("not a field, a parameter or a declaration");
        let diagnostic =
            self.where_it_exists(&name.text, self.near_name(name, diagnostic, want), name);
        if !diagnostic.fixes.is_empty() || self.is_compared(name) {
            return diagnostic;
        }
        let quoted = format!("\"{}\"", name.text);
        diagnostic.fix(
            format!("write the text {quoted}, in quotes"),
            Applicability::Maybe,
            name.span,
            quoted,
        )
    }

    fn unknown_for_any(&self, name: &ast::Name, want: Option<&Type>) -> Diagnostic {
        let text = name.text.as_str();
        let diagnostic = self.diagnostic(
            names::UNKNOWN_NAME,
            name.span,
            format!("nothing is called `{text}` here"),
        );
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "null" | "nil" | "none" | "undefined" => diagnostic
                .label("a value that is not there has no name")
                .help("ask `… is missing` or `… is known`"),
            "yes" | "no" | "true" | "false" => {
                let yes = lower == "yes" || lower == "true";
                let word = if yes { "true" } else { "false" };
                diagnostic.fix(
                    format!("write `{word}`"),
                    Applicability::Always,
                    name.span,
                    word,
                )
            }
            "user" | "customer" | "person" | "contact" => {
                let diagnostic = diagnostic
                    .label("the person is called `profile`, where a name is needed at all");
                let follows = self.text(persona_base::Span::new(name.span.end, name.span.end + 1));
                if follows == "." {
                    diagnostic.fix(
                        "write `profile`",
                        Applicability::Maybe,
                        name.span,
                        "profile",
                    )
                } else {
                    diagnostic.help("write the field alone: `country`; inside a `where`, write `profile.country`")
                }
            }
            _ => {
                let diagnostic = diagnostic.label("not a field, a parameter or a declaration");
                match super::habits::number_word(&lower) {
                    Some(number) if want.is_none_or(|want| want.kind == TypeKind::Int) => {
                        diagnostic.fix(
                            format!("write `{number}`"),
                            Applicability::Always,
                            name.span,
                            number.to_string(),
                        )
                    }
                    _ => self.near_name(name, diagnostic, want),
                }
            }
        }
    }

    /// Whether a comparison follows a name: then it is no text that lacks its quotes.
    fn is_compared(&self, name: &ast::Name) -> bool {
        self.compared_at(name.span.end)
    }

    /// Whether a comparison stands here.
    pub(super) fn compared_at(&self, at: u32) -> bool {
        let rest = self.scope.text.get(at as usize..).unwrap_or_default();
        let rest = rest.trim_start();
        [
            "==", "!=", "=~", "<", ">", "in ", "contains", "starts", "ends", "matches", "is ",
            "not ",
        ]
        .iter()
        .any(|op| rest.starts_with(op))
    }

    /// The enums that have a value of this name.
    fn enums_with(&self, value: &str) -> Vec<&str> {
        let has = |def: &crate::EnumDef| def.values.iter().any(|(name, _)| &**name == value);
        let schema = self.schema();
        schema
            .enums
            .iter_enumerated()
            .filter(|(id, def)| !schema.is_own_enum(*id) && has(def))
            .map(|(_, def)| &*def.name)
            .collect()
    }

    /// A value of an enum where nothing says of which.
    fn bare_value(&self, enums: &[&str], name: &ast::Name) -> Diagnostic {
        let mut diagnostic = self
            .diagnostic(
                names::UNKNOWN_NAME,
                name.span,
                format!("`{}` alone means nothing here", name.text),
            )
            .label(format!("it is a value of {}", shown(enums)));
        for of in enums.iter().take(3) {
            let new = format!("{of}.{}", name.text);
            diagnostic = diagnostic.perhaps(name.span, new);
        }
        diagnostic
    }

    /// The nearest visible name; one of a fitting type first.
    fn near_name(
        &self,
        name: &ast::Name,
        diagnostic: Diagnostic,
        want: Option<&Type>,
    ) -> Diagnostic {
        let visible = self.visible();
        let fitting = visible.iter().filter(|(_, ty)| match (want, ty) {
            (Some(want), Some(ty)) => super::types::comparable(&want.kind, &ty.kind),
            _ => true,
        });
        if let Some(near) = self.enum_before_dot(name) {
            let title = format!("write `{near}`");
            return diagnostic.fix(title, Applicability::Maybe, name.span, near);
        }
        let near = nearest(&name.text, fitting.map(|(name, _)| name.as_str()))
            .or_else(|| nearest(&name.text, visible.iter().map(|(name, _)| name.as_str())))
            .map(str::to_owned)
            .or_else(|| self.nested_field(&name.text));
        match near {
            Some(near) => diagnostic.perhaps(name.span, near),
            None => diagnostic,
        }
    }

    /// `Teir.gold`: a name in capitals before a dot is that of an enum.
    fn enum_before_dot(&self, name: &ast::Name) -> Option<String> {
        let rest = self.scope.text.get(name.span.end as usize..)?;
        let is_type = name.text.starts_with(|c: char| c.is_ascii_uppercase());
        if !is_type || !rest.starts_with('.') {
            return None;
        }
        let enums = self.schema().enums.iter().map(|def| &*def.name);
        nearest(&name.text, enums).map(str::to_owned)
    }

    /// Whether a bare name is a field of the profile that is visible here; constants and functions see none.
    pub(super) fn near_visible(&self, name: &str) -> bool {
        !self.scope.pure && matches!(self.field(&Owner::Profile, name), FieldHit::Value(..))
    }

    /// `location`, `address_location` for `address.location`.
    fn nested_field(&self, name: &str) -> Option<String> {
        let owner = self.bare_owner();
        if self.scope.pure && matches!(owner, Owner::Profile) {
            return None;
        }
        let fields = self.all_fields(&owner);
        let mut hits = fields.iter().map(|(field, _)| field).filter(|field| {
            let last = field.rsplit_once('.').map(|(_, last)| last);
            last == Some(name) || (last.is_some() && field.replace('.', "_") == name)
        });
        let found = hits.next()?;
        hits.next().is_none().then(|| found.clone())
    }

    /// Everything that may be written as a value here, with its type where it has one.
    fn visible(&self) -> Vec<(String, Option<Type>)> {
        let mut visible: Vec<(String, Option<Type>)> = Vec::new();
        visible.extend(self.named.iter().map(|named| (named.name.clone(), None)));
        let owner = self.bare_owner();
        if !(self.scope.pure && matches!(owner, Owner::Profile)) {
            for (name, ty) in self.all_fields(&owner) {
                match name.split_once('.') {
                    Some((group, _)) => visible.push((group.to_owned(), None)),
                    None => visible.push((name, Some(ty))),
                }
            }
        }
        let params = self.scope.params.iter();
        visible.extend(params.map(|param| (param.name.to_string(), Some(param.ty.clone()))));
        for name in self.env.names() {
            if !matches!(
                self.env.sort(&name),
                Some(Sort::Const | Sort::Trait | Sort::Partition)
            ) {
                continue;
            }
            let ty = match self.env.global(&name) {
                Some(Global::Const { ty, .. }) => Some(ty),
                Some(Global::Trait(signature)) => Some(signature.ty),
                Some(Global::Partition(id)) => Some(Type::of(TypeKind::Enum(id))),
                _ => None,
            };
            visible.push((name.to_string(), ty));
        }
        visible
    }

    /// The fields of an owner with their dotted names.
    pub(super) fn all_fields(&self, owner: &Owner) -> Vec<(String, Type)> {
        let of_table = |table: &crate::TableDef| -> Vec<(String, Type)> {
            table
                .fields
                .iter()
                .map(|field| (field.name.to_string(), field.ty.clone()))
                .collect()
        };
        match owner {
            Owner::Profile => of_table(&self.schema().profile),
            Owner::Bound(Bound::Event {
                kinds: Kinds::Events(kinds),
                ..
            }) => {
                let Some(first) = kinds.first() else {
                    return Vec::new();
                };
                let mut fields = of_table(&self.schema().events[*first]);
                fields.retain(|(name, _)| matches!(self.field(owner, name), FieldHit::Value(..)));
                fields
            }
            Owner::Bound(Bound::Event {
                kinds: Kinds::Param(_),
                ..
            }) => vec![
                ("at".to_owned(), Type::of(TypeKind::Timestamp)),
                ("id".to_owned(), Type::of(TypeKind::Str).optional()),
            ],
            Owner::Bound(Bound::Elem { ty, .. }) => match &ty.kind {
                TypeKind::Record(record) => super::names::leaves(record),
                _ => self.item_table(ty).map(of_table).unwrap_or_default(),
            },
            Owner::Item(item) => self.item_table(&item.ty).map(of_table).unwrap_or_default(),
            Owner::Content(content) => self.slots_of(content),
            Owner::Picked(picked) => match &picked.kind {
                crate::ExprKind::Agg { query, .. } if query.items.is_none() => {
                    let bound = Bound::Event {
                        binder: query.binder,
                        kinds: query.kinds.clone(),
                    };
                    self.all_fields(&Owner::Bound(bound))
                }
                _ => {
                    let bound = Bound::Elem {
                        binder: crate::BinderId(0),
                        ty: picked.ty.clone(),
                    };
                    self.all_fields(&Owner::Bound(bound))
                }
            },
        }
    }

    /// Says where else the name does mean something: on the profile, in an element, in an event, or as a segment.
    fn where_it_exists(&self, text: &str, diagnostic: Diagnostic, name: &ast::Name) -> Diagnostic {
        if !self.frames.is_empty()
            && !self.scope.pure
            && !matches!(self.field(&Owner::Profile, text), FieldHit::None)
        {
            let written = format!("profile.{text}");
            let item = match self.frames.last() {
                Some(Bound::Elem { ty, .. }) if matches!(ty.kind, TypeKind::Item(..)) => Some(ty),
                _ => None,
            };
            let note = match item {
                Some(ty) => format!("here a name alone is a field of `{}`", self.type_name(ty)),
                None => "inside `where`, a name alone is a field of the event".to_owned(),
            };
            if item.is_none() && self.beside_literal(name) {
                return diagnostic.note(note).help(format!(
                    "ask it beside the question: `(did … where …) and {text} …`"
                ));
            }
            return diagnostic.note(note).fix(
                format!("write `{written}` for the profile's"),
                Applicability::Always,
                name.span,
                written,
            );
        }
        let bounds = self.named.iter().rev().find(|named| {
            let owner = Owner::Bound(named.bound.clone());
            matches!(self.field(&owner, text), FieldHit::Value(..))
        });
        if let Some(named) = bounds {
            let written = format!("{}.{text}", named.name);
            return diagnostic.fix(
                format!("write `{written}`"),
                Applicability::Always,
                name.span,
                written,
            );
        }
        if let Some(Bound::Event { .. }) = self.frames.iter().rev().skip(1).find(|bound| {
            matches!(
                self.field(&Owner::Bound((*bound).clone()), text),
                FieldHit::Value(..)
            )
        }) {
            let written = format!("event.{text}");
            return diagnostic.fix(
                format!("write `{written}` for the event's"),
                Applicability::Always,
                name.span,
                written,
            );
        }
        let events = self.schema().declared_events();
        let with: Vec<&str> = events
            .map(|event| &self.schema().events[event])
            .filter(|table| table.field(text).is_some())
            .map(|table| &*table.name)
            .collect();
        match with.first() {
            Some(first) if self.frames.is_empty() && !self.scope.pure => diagnostic.note(format!(
                "`{text}` is a field of {}; it is reached inside `where`, or as in `last({first}).{text}`",
                shown(&with)
            )),
            _ => diagnostic,
        }
    }

    /// Whether a name is compared with something written out: then nothing of the event is asked.
    fn beside_literal(&self, name: &ast::Name) -> bool {
        let rest = self
            .scope
            .text
            .get(name.span.end as usize..)
            .unwrap_or_default();
        let rest = rest.trim_start();
        let operand = rest.trim_start_matches(['=', '!', '<', '>', '~']);
        operand.len() < rest.len()
            && operand
                .trim_start()
                .starts_with(|c: char| c == '"' || c.is_ascii_digit())
    }

    /// Reports a field that its owner does not have.
    pub(super) fn unknown_field(&mut self, owner: &Owner, prefix: &str, name: &ast::Name) {
        if self.probed_field(owner, prefix, name) {
            return;
        }
        let fields = self.fields_of(owner, prefix);
        let whose = self.whose(owner, prefix);
        let names: Vec<&str> = fields.iter().map(String::as_str).collect();
        let mut diagnostic = self.diagnostic(
            names::UNKNOWN_FIELD,
            name.span,
            format!("{whose} has no {} `{}`", part_of(owner), name.text),
        );
        let habit = super::habits::field(&name.text, &names);
        diagnostic = match habit.or_else(|| nearest(&name.text, names.iter().copied())) {
            Some(near) => diagnostic.perhaps(name.span, near),
            None if names.is_empty() => diagnostic,
            None => diagnostic.label(format!("its {}s are {}", part_of(owner), shown(&names))),
        };
        if let Owner::Bound(Bound::Event {
            kinds: Kinds::Param(_),
            ..
        }) = owner
        {
            diagnostic = diagnostic.help("of events that a parameter stands for, only `at` and `id` are known; a parameter of type `Field<…>` brings a field");
        }
        self.report(diagnostic);
    }

    fn whose(&self, owner: &Owner, prefix: &str) -> String {
        if !prefix.is_empty() {
            return format!("`{prefix}`");
        }
        let kinds = match owner {
            Owner::Profile => return format!("`{}`", self.schema().profile.name),
            Owner::Bound(Bound::Event {
                kinds: Kinds::Events(kinds),
                ..
            }) => kinds.clone(),
            Owner::Bound(Bound::Event { .. }) => return "the event".to_owned(),
            Owner::Bound(Bound::Elem { ty, .. }) => {
                return match &ty.kind {
                    TypeKind::Item(_, catalog) => format!("`{catalog}`"),
                    _ => "the element".to_owned(),
                };
            }
            Owner::Item(item) => return format!("`{}`", self.type_name(&item.ty.clone().known())),
            Owner::Content(content) => return format!("`{content}`"),
            Owner::Picked(picked) => match &picked.kind {
                crate::ExprKind::Agg { query, .. } => match (&query.kinds, &query.items) {
                    (Kinds::Events(kinds), None) => kinds.clone(),
                    (Kinds::Param(_), None) => return "the event".to_owned(),
                    (_, Some(_)) => return "the element".to_owned(),
                },
                _ => return "the event".to_owned(),
            },
        };
        let names: Vec<&str> = kinds
            .iter()
            .map(|kind| &*self.schema().events[*kind].name)
            .collect();
        shown(&names)
    }

    /// Reports `Tier.silber`.
    pub(super) fn unknown_value(&mut self, id: EnumId, name: &ast::Name) {
        if self.probed_enum_value(id, name) {
            return;
        }
        let def = &self.schema().enums[id];
        let values: Vec<&str> = def.values.iter().map(|(value, _)| &**value).collect();
        let message = format!("`{}` is not a value of `{}`", name.text, def.name);
        let mut diagnostic = self
            .diagnostic(names::UNKNOWN_VALUE, name.span, message)
            .label(format!("its values are {}", shown(&values)));
        if let Some(near) = nearest(&name.text, values.iter().copied()) {
            diagnostic = diagnostic.perhaps(name.span, near);
        }
        self.report(diagnostic);
    }

    /// Reports a name that should be that of an event.
    pub(super) fn unknown_event(&mut self, name: &ast::Name) {
        let schema = self.schema();
        let events = schema
            .declared_events()
            .map(|event| &*schema.events[event].name)
            .chain(schema.groups.keys().map(|name| &**name));
        let mut all: Vec<&str> = events.collect();
        let lists = schema
            .profile
            .fields
            .iter()
            .filter(|field| field.ty.kind.element().is_some());
        if name.text.starts_with(|c: char| c.is_ascii_lowercase()) {
            all.extend(lists.map(|field| &*field.name));
        }
        let mut diagnostic = self.diagnostic(
            names::UNKNOWN_NAME,
            name.span,
            format!("no event is called `{}`", name.text),
        );
        let sent = &*schema.events[schema.sent].name;
        diagnostic = match nearest(&name.text, all.iter().copied().chain([sent])) {
            Some(near) => diagnostic.perhaps(name.span, near),
            None if all.is_empty() => diagnostic.help("declare it with `event`"),
            None => diagnostic.label(format!("the events are {}", shown(&all))),
        };
        self.report(diagnostic);
    }

    /// Reports a name that should be that of a segment.
    pub(super) fn unknown_segment(&mut self, name: &ast::Name) {
        if self.probed_segment(name) {
            return;
        }
        let all = self.env.names();
        let segments = all
            .iter()
            .filter(|name| matches!(self.env.sort(name), Some(Sort::Segment | Sort::Partition)));
        let near = nearest(&name.text, segments.map(|name| &**name));
        let mut diagnostic = self.diagnostic(
            names::UNKNOWN_NAME,
            name.span,
            format!("no segment is called `{}`", name.text),
        );
        diagnostic = match near {
            Some(near) => diagnostic.perhaps(name.span, near),
            None => diagnostic.label("neither a segment nor a partition"),
        };
        self.report(diagnostic);
    }

    /// Reports `nam(…)`.
    pub(super) fn unknown_function(
        &mut self,
        name: &ast::Name,
        args: &[ast::Arg],
        span: persona_base::Span,
    ) {
        if self.probed_value(name, super::Want::NOTHING) {
            return;
        }
        let all = self.env.names();
        let declared = all
            .iter()
            .filter(|name| matches!(self.env.sort(name), Some(Sort::Fn | Sort::Trait)));
        let candidates = vocabulary::FUNCTIONS
            .into_iter()
            .chain(vocabulary::AGGREGATES)
            .chain(declared.map(|name| &**name));
        let mut diagnostic = self.diagnostic(
            names::UNKNOWN_FUNCTION,
            name.span,
            format!("there is no function `{}`", name.text),
        );
        diagnostic = match self.foreign_call(diagnostic, name, args, span) {
            (said, true) => return self.report(said),
            (diagnostic, false) => diagnostic,
        };
        diagnostic = match nearest(&name.text, candidates) {
            Some(near) => diagnostic.perhaps(name.span, near),
            None => diagnostic
                .label("not a function of persona, nor an `fn` or `trait` of this package"),
        };
        self.report(diagnostic);
    }
}

fn is_or_begins(field: &str, name: &str) -> bool {
    field == name
        || field
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// "`a`, `b` and 3 more".
pub(super) fn shown(names: &[&str]) -> String {
    let first: Vec<String> = names
        .iter()
        .take(6)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len() {
        0 => "none".to_owned(),
        1 => first[0].clone(),
        2..=6 => format!(
            "{} and {}",
            first[..first.len() - 1].join(", "),
            first[first.len() - 1]
        ),
        more => format!("{} and {} more", first.join(", "), more - 6),
    }
}

/// What a part of an owner is called.
fn part_of(owner: &Owner) -> &'static str {
    match owner {
        Owner::Content(_) => "slot",
        _ => "field",
    }
}
