//! What a bare name means at its place: a name given with `as`, a field, a parameter, a value of the wanted enum, or
//! another declaration. Two meanings are an error that shows both; what no meaning fits is explained in [`super::unknown`].

use std::sync::Arc;

use persona_base::{Applicability, Span, names};
use persona_syntax::ast;

use super::{Checker, Want};
use crate::env::Global;
use crate::{
    AggKind, BinderId, Const, EnumId, EventId, Expr, ExprKind, FieldId, Kinds, Place, RecordType,
    Type, TypeKind,
};

/// An event or an element that is bound, whose fields are within reach.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// An event of these kinds.
    Event {
        /// What binds it.
        binder: BinderId,
        /// What it may be.
        kinds: Kinds,
    },
    /// An element of a list.
    Elem {
        /// What binds it.
        binder: BinderId,
        /// Its type.
        ty: Type,
    },
}

impl Bound {
    /// What binds it.
    pub(super) fn binder(&self) -> BinderId {
        match self {
            Self::Event { binder, .. } | Self::Elem { binder, .. } => *binder,
        }
    }
}

/// A name given with `as`, or an element's in a quantifier.
#[derive(Debug)]
pub(super) struct Named {
    /// The name.
    pub(super) name: String,
    /// Where it is given.
    pub(super) span: Span,
    /// What it stands for.
    pub(super) bound: Bound,
}

/// Whose field something is.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    /// The profile.
    Profile,
    /// A bound event or element.
    Bound(Bound),
    /// An item of a catalog.
    Item(Box<Expr>),
    /// What `first`, `last` and `nth` give: an aggregate without a value yet.
    Picked(Box<Expr>),
    /// A content, whose slots are within reach.
    Content(Arc<str>),
}

/// What a name, or the beginning of `a.b.c`, stands for.
#[derive(Clone, Debug)]
pub(super) enum Thing {
    /// A value.
    Value(Expr),
    /// All fields of an owner (empty prefix), or those of a nested record.
    Fields(Owner, String),
    /// `local(t)`, whose parts are values.
    Local(Expr),
    /// An enum, whose values are values.
    Enum(EnumId),
    /// A kind or a group of events.
    Events(Arc<str>),
    /// A segment.
    Segment(Arc<str>),
    /// A function.
    Fn(Arc<str>),
    /// A parameter that stands for events or a field of events.
    EventParam(Arc<str>),
    /// The name of a source.
    Source(Arc<str>),
    /// Already reported.
    Error,
}

/// One meaning of a name.
struct Hit {
    thing: Thing,
    /// "a field of `Customer`".
    what: String,
    /// Another way to write it, which means nothing else: `profile.other`.
    qualified: Option<String>,
    /// Where it is declared.
    place: Option<Place>,
}

/// What a dotted name is among the fields of an owner.
pub(super) enum FieldHit {
    /// A field.
    Value(ExprKind, Type),
    /// The beginning of several fields' names.
    Fields,
    /// Not each of several kinds has it, or not with one type: why.
    Differs(String),
    /// Nothing.
    None,
}

impl Checker<'_> {
    /// A bare name as a value.
    pub(super) fn name(&mut self, name: &ast::Name, want: Want<'_>) -> Expr {
        let thing = self.thing(name, want);
        self.value_of(thing, name.span, want)
    }

    /// What a bare name stands for.
    pub(super) fn thing(&mut self, name: &ast::Name, want: Want<'_>) -> Thing {
        if name.is_missing() || self.probed_value(name, want) {
            return Thing::Error;
        }
        let mut hits = self.hits(&name.text, name.span, want.ty);
        match hits.len() {
            0 => self.other_thing(name, want),
            1 => self.taken(hits.remove(0).thing, name.span),
            _ => {
                self.ambiguous(name, &hits, want.ty);
                Thing::Error
            }
        }
    }

    /// Whether a name has a meaning without anything being wanted of it.
    pub(super) fn means_something(&mut self, name: &ast::Name) -> bool {
        name.is_missing()
            || matches!(name.text.as_str(), "now" | "today" | "profile" | "event")
            || !self.hits(&name.text, name.span, None).is_empty()
            || self.env.global(&name.text).is_some()
    }

    /// Traits are applied only when their name is really meant.
    fn taken(&mut self, thing: Thing, span: Span) -> Thing {
        match thing {
            Thing::Value(Expr {
                kind: ExprKind::Trait(name, _),
                ..
            }) => match self.env.global(&name) {
                Some(Global::Trait(signature)) => {
                    Thing::Value(self.apply_trait(&name, &signature, &[], span))
                }
                _ => Thing::Error,
            },
            Thing::Value(value) => {
                if matches!(value.kind, ExprKind::Partition(_)) {
                    if self.scope.pure {
                        self.not_in_function(span, "partitions");
                        return Thing::Error;
                    }
                    // A partition may ask about events; its signature does not say.
                    self.history = true;
                }
                Thing::Value(self.settled(value))
            }
            other => other,
        }
    }

    fn hits(&self, name: &str, span: Span, want: Option<&Type>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        if let Some(named) = self.named.iter().rev().find(|named| named.name == name) {
            hits.push(self.named_hit(named, span));
        }
        hits.extend(self.field_hit(name, span));
        hits.extend(self.param_hit(name, span));
        hits.extend(self.enum_hit(name, span, want));
        hits.extend(self.global_hit(name, span));
        hits
    }

    fn named_hit(&self, named: &Named, span: Span) -> Hit {
        let thing = match &named.bound {
            Bound::Elem { binder, ty } if !matches!(ty.kind, TypeKind::Record(_)) => {
                Thing::Value(Expr {
                    kind: ExprKind::Elem(*binder, 0),
                    ty: ty.clone(),
                    span,
                })
            }
            bound => Thing::Fields(Owner::Bound(bound.clone()), String::new()),
        };
        let place = Place {
            file: self.scope.file,
            span: named.span,
        };
        Hit {
            thing,
            what: "named here".to_owned(),
            qualified: None,
            place: Some(place),
        }
    }

    /// The owner of bare names at this place.
    pub(super) fn bare_owner(&self) -> Owner {
        self.frames
            .last()
            .map_or(Owner::Profile, |bound| Owner::Bound(bound.clone()))
    }

    fn field_hit(&self, name: &str, span: Span) -> Option<Hit> {
        let owner = self.bare_owner();
        if self.scope.pure && matches!(owner, Owner::Profile) {
            return None;
        }
        let thing = match self.field(&owner, name) {
            FieldHit::Value(kind, ty) => Thing::Value(Expr { kind, ty, span }),
            FieldHit::Fields => Thing::Fields(owner.clone(), name.to_owned()),
            FieldHit::Differs(_) | FieldHit::None => return None,
        };
        let (what, qualified, place) = match &owner {
            Owner::Profile => {
                let profile = &self.schema().profile.name;
                (
                    format!("a field of `{profile}`"),
                    Some(format!("profile.{name}")),
                    self.env.place(profile),
                )
            }
            Owner::Bound(Bound::Event { .. }) => (
                "a field of the event".to_owned(),
                Some(format!("event.{name}")),
                None,
            ),
            Owner::Bound(Bound::Elem { ty, .. }) if matches!(ty.kind, TypeKind::Item(..)) => {
                let TypeKind::Item(_, catalog) = &ty.kind else {
                    return None;
                };
                (
                    format!("a field of `{catalog}`"),
                    None,
                    self.env.place(catalog),
                )
            }
            Owner::Bound(Bound::Elem { .. })
            | Owner::Item(_)
            | Owner::Picked(_)
            | Owner::Content(_) => ("a field of the element".to_owned(), None, None),
        };
        Some(Hit {
            thing,
            what,
            qualified,
            place,
        })
    }

    fn param_hit(&self, name: &str, span: Span) -> Option<Hit> {
        let index = self
            .scope
            .params
            .iter()
            .position(|param| &*param.name == name)?;
        let param = &self.scope.params[index];
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let thing = match &param.ty.kind {
            TypeKind::Field(_) if self.frame_of_param(index) => return None,
            TypeKind::Event | TypeKind::Field(_) => Thing::EventParam(Arc::clone(&param.name)),
            _ => Thing::Value(Expr {
                kind: ExprKind::Param(index),
                ty: param.ty.clone(),
                span,
            }),
        };
        Some(Hit {
            thing,
            what: "a parameter".to_owned(),
            qualified: None,
            place: None,
        })
    }

    /// Whether bare names are fields of the events that a parameter stands for.
    fn frame_of_param(&self, index: u32) -> bool {
        matches!(self.frames.last(), Some(Bound::Event { kinds: Kinds::Param(param), .. }) if *param == index)
    }

    fn enum_hit(&self, name: &str, span: Span, want: Option<&Type>) -> Option<Hit> {
        let TypeKind::Enum(id) = want?.kind else {
            return None;
        };
        let def = self.schema().enums.get(id)?;
        let index = def.values.iter().position(|(value, _)| &**value == name)?;
        let kind = ExprKind::Const(Const::Enum(u32::try_from(index).unwrap_or(u32::MAX)));
        Some(Hit {
            thing: Thing::Value(Expr {
                kind,
                ty: Type::of(TypeKind::Enum(id)),
                span,
            }),
            what: format!("a value of `{}`", def.name),
            qualified: (!self.schema().is_own_enum(id)).then(|| format!("{}.{name}", def.name)),
            place: self.env.place(&def.name),
        })
    }

    /// Declarations that are values by their name alone.
    fn global_hit(&self, name: &str, span: Span) -> Option<Hit> {
        let value = |kind, ty| Thing::Value(Expr { kind, ty, span });
        let (thing, what) = match self.env.global(name)? {
            Global::Const {
                ty,
                value: constant,
            } => (value(ExprKind::Const(constant), ty), "a constant"),
            Global::Trait(signature) => (
                value(ExprKind::Trait(Arc::from(name), Vec::new()), signature.ty),
                "a trait",
            ),
            Global::Partition(id) => (
                value(
                    ExprKind::Partition(Arc::from(name)),
                    Type::of(TypeKind::Enum(id)),
                ),
                "a partition",
            ),
            Global::Broken => (Thing::Error, "a declaration"),
            Global::Fn(_)
            | Global::Segment(_)
            | Global::Event(_)
            | Global::Events
            | Global::Enum(_)
            | Global::Profile
            | Global::Catalog(_)
            | Global::Purpose
            | Global::Channel
            | Global::Recommend(..)
            | Global::Content
            | Global::Trigger
            | Global::Experiment(_)
            | Global::Source => return None,
        };
        Some(Hit {
            thing,
            what: what.to_owned(),
            qualified: None,
            place: self.env.place(name),
        })
    }

    /// Names that are no values, and the words that may stand for something.
    fn other_thing(&mut self, name: &ast::Name, want: Want<'_>) -> Thing {
        let text: Arc<str> = Arc::from(name.text.as_str());
        match self.env.global(&text) {
            Some(Global::Enum(id)) => Thing::Enum(id),
            Some(Global::Event(_) | Global::Events) => Thing::Events(text),
            Some(Global::Segment(_)) => Thing::Segment(text),
            Some(Global::Fn(_)) => Thing::Fn(text),
            Some(Global::Profile) => Thing::Fields(Owner::Profile, String::new()),
            Some(Global::Source) => Thing::Source(text),
            Some(Global::Recommend(..)) if self.is_shown(&text, want) => {
                Thing::Value(self.recommended(name, &[], name.span))
            }
            Some(
                global @ (Global::Catalog(_)
                | Global::Purpose
                | Global::Channel
                | Global::Recommend(..)),
            ) => {
                self.no_value_of_campaign(name, &global);
                Thing::Error
            }
            Some(Global::Content | Global::Trigger | Global::Experiment(_)) => {
                self.campaign_name(name)
            }
            Some(_) => Thing::Error,
            None => self.word(name, want),
        }
    }

    fn word(&mut self, name: &ast::Name, want: Want<'_>) -> Thing {
        let span = name.span;
        match name.text.as_str() {
            "today" => Thing::Value(Expr {
                kind: ExprKind::Today,
                ty: Type::of(TypeKind::Date),
                span,
            }),
            "now" => Thing::Value(self.now(span, want)),
            "profile" if self.scope.pure => {
                self.not_in_function(span, "the profile");
                Thing::Error
            }
            "profile" => Thing::Fields(Owner::Profile, String::new()),
            "event" => match self
                .frames
                .iter()
                .rev()
                .find(|bound| matches!(bound, Bound::Event { .. }))
            {
                Some(bound) => Thing::Fields(Owner::Bound(bound.clone()), String::new()),
                None => {
                    self.unknown_name(name, want.ty);
                    Thing::Error
                }
            },
            _ => {
                self.unknown_name(name, want.ty);
                Thing::Error
            }
        }
    }

    /// A function sees its parameters and nothing else.
    pub(super) fn not_in_function(&mut self, span: Span, what: &str) {
        let diagnostic = self
            .diagnostic(
                names::NOT_IN_FUNCTION,
                span,
                format!("a function cannot see {what}"),
            )
            .label("only the parameters are visible here")
            .help("pass what it needs as an argument, or declare a `trait` instead of an `fn`");
        self.report(diagnostic);
    }

    fn ambiguous(&mut self, name: &ast::Name, hits: &[Hit], want: Option<&Type>) {
        let declared = self.env.global(&name.text).is_some();
        if declared && self.schema().profile.field(&name.text).is_some() && hits.len() == 2 {
            // Where it is declared, it is reported that a field has this name.
            return;
        }
        let meanings: Vec<&str> = hits.iter().map(|hit| hit.what.as_str()).collect();
        let mut diagnostic = self
            .diagnostic(
                names::AMBIGUOUS_NAME,
                name.span,
                format!("`{}` can mean two things here", name.text),
            )
            .label(meanings.join(", or "));
        for hit in hits {
            if let Some(place) = hit.place {
                diagnostic = diagnostic.secondary(place.file, place.span, hit.what.clone());
            }
            let fits = match (&hit.thing, want) {
                (Thing::Value(value), Some(want)) => {
                    super::types::comparable(&value.ty.kind, &want.kind)
                }
                _ => true,
            };
            if let Some(qualified) = hit.qualified.as_ref().filter(|_| fits) {
                let title = format!("write `{qualified}` for {}", hit.what);
                diagnostic =
                    diagnostic.fix(title, Applicability::Maybe, name.span, qualified.clone());
            }
        }
        if diagnostic.fixes.is_empty() {
            diagnostic = diagnostic.help("give one of them another name");
        }
        self.report(diagnostic);
    }

    /// What a dotted name is among the fields of an owner.
    pub(super) fn field(&self, owner: &Owner, dotted: &str) -> FieldHit {
        match owner {
            Owner::Profile => {
                let profile = &self.schema().profile;
                match profile.field(dotted) {
                    Some(id) => {
                        FieldHit::Value(ExprKind::Profile(id), profile.fields[id].ty.clone())
                    }
                    None => fields_under(profile.fields.iter().map(|field| &*field.name), dotted),
                }
            }
            Owner::Bound(Bound::Event {
                binder,
                kinds: Kinds::Events(kinds),
            }) => self.perhaps_none(*binder, self.event_field(*binder, kinds, dotted)),
            Owner::Bound(Bound::Event {
                binder,
                kinds: Kinds::Param(param),
            }) => self.param_field(*binder, *param, dotted),
            Owner::Bound(Bound::Elem { binder, ty }) if matches!(ty.kind, TypeKind::Item(..)) => {
                let item = Expr {
                    kind: ExprKind::Elem(*binder, 0),
                    ty: ty.clone(),
                    span: Span::default(),
                };
                self.item_field(&item, dotted)
            }
            Owner::Bound(Bound::Elem { binder, ty }) => element_field(*binder, ty, dotted),
            Owner::Item(item) => self.item_field(item, dotted),
            Owner::Picked(picked) => self.picked_field(picked, dotted),
            Owner::Content(content) => self.slot(content, dotted),
        }
    }

    /// A field that all kinds have, with one type.
    fn event_field(&self, binder: BinderId, kinds: &[EventId], dotted: &str) -> FieldHit {
        let events = &self.schema().events;
        let mut found: Vec<(EventId, FieldId)> = Vec::with_capacity(kinds.len());
        let mut ty: Option<Type> = None;
        let mut lacking: Vec<&str> = Vec::new();
        let mut prefix = false;
        for kind in kinds {
            let table = &events[*kind];
            let Some(field) = table.field(dotted) else {
                prefix |= matches!(
                    fields_under(table.fields.iter().map(|f| &*f.name), dotted),
                    FieldHit::Fields
                );
                lacking.push(&table.name);
                continue;
            };
            let here = &table.fields[field].ty;
            match &mut ty {
                None => ty = Some(here.clone()),
                Some(ty) if ty.kind == here.kind => ty.optional |= here.optional,
                Some(ty) => {
                    let (a, b) = (self.type_name(ty), self.type_name(here));
                    return FieldHit::Differs(format!(
                        "it is `{b}` in `{}`, and `{a}` in another",
                        table.name
                    ));
                }
            }
            found.push((*kind, field));
        }
        match ty {
            Some(ty) if lacking.is_empty() => FieldHit::Value(ExprKind::Event(binder, found), ty),
            Some(_) => FieldHit::Differs(format!("`{}` does not have it", lacking.join("` and `"))),
            None if prefix => FieldHit::Fields,
            None => FieldHit::None,
        }
    }

    /// What is known of the events that a parameter stands for: what all events have, and the field it names.
    fn param_field(&self, binder: BinderId, param: u32, dotted: &str) -> FieldHit {
        let declared = &self.scope.params[param as usize];
        if let TypeKind::Field(ty) = &declared.ty.kind
            && dotted == &*declared.name
        {
            return FieldHit::Value(ExprKind::EventParam(binder, param), ty.as_ref().clone());
        }
        // What persona sent may be given for it, too.
        let all: Vec<EventId> = self.schema().events.ids().collect();
        if matches!(dotted, "at" | "id") {
            self.event_field(binder, &all, dotted)
        } else {
            FieldHit::None
        }
    }

    fn picked_field(&self, picked: &Expr, dotted: &str) -> FieldHit {
        let ExprKind::Agg {
            kind: kind @ AggKind::Nth { .. },
            query,
            value: None,
        } = &picked.kind
        else {
            return FieldHit::None;
        };
        let bound = match (&query.items, &picked.ty.kind) {
            (Some(items), element) => Bound::Elem {
                binder: items.binder,
                ty: Type::of(element.clone()),
            },
            (None, _) => Bound::Event {
                binder: query.binder,
                kinds: query.kinds.clone(),
            },
        };
        match self.field(&Owner::Bound(bound), dotted) {
            FieldHit::Value(field, ty) => {
                let value = Expr {
                    kind: field,
                    ty: ty.clone(),
                    span: picked.span,
                };
                let kind = ExprKind::Agg {
                    kind: kind.clone(),
                    query: query.clone(),
                    value: Some(Box::new(value)),
                };
                FieldHit::Value(
                    kind,
                    if picked.ty.optional {
                        ty.optional()
                    } else {
                        ty
                    },
                )
            }
            other => other,
        }
    }
}

pub(super) fn fields_under<'n>(mut names: impl Iterator<Item = &'n str>, prefix: &str) -> FieldHit {
    let under = |name: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    if names.any(under) {
        FieldHit::Fields
    } else {
        FieldHit::None
    }
}

fn element_field(binder: BinderId, ty: &Type, dotted: &str) -> FieldHit {
    let TypeKind::Record(record) = &ty.kind else {
        return FieldHit::None;
    };
    let leaves = leaves(record);
    match leaves.iter().position(|(name, _)| name == dotted) {
        Some(index) => {
            let child = u32::try_from(index).unwrap_or(u32::MAX);
            FieldHit::Value(ExprKind::Elem(binder, child), leaves[index].1.clone())
        }
        None => fields_under(leaves.iter().map(|(name, _)| name.as_str()), dotted),
    }
}

/// The names of a record's fields, flattened.
pub(crate) fn leaf_names(record: &RecordType) -> Vec<String> {
    leaves(record).into_iter().map(|(name, _)| name).collect()
}

/// A record's fields, flattened: `a.b` is one; a field inside an optional record is optional.
pub(super) fn leaves(record: &RecordType) -> Vec<(String, Type)> {
    let mut all = Vec::new();
    collect_leaves(record, "", false, &mut all);
    all
}

fn collect_leaves(
    record: &RecordType,
    prefix: &str,
    optional: bool,
    into: &mut Vec<(String, Type)>,
) {
    for field in &record.fields {
        let name = format!("{prefix}{}", field.name);
        let optional = optional || field.ty.optional;
        match &field.ty.kind {
            TypeKind::Record(inner) => collect_leaves(inner, &format!("{name}."), optional, into),
            kind => into.push((
                name,
                Type {
                    kind: kind.clone(),
                    optional,
                },
            )),
        }
    }
}
