//! What an editor wants to know of a place: the text there is replaced by a name that nobody declares ([`PROBE`]), the
//! declaration is checked as always, and where the checker meets that name it tells what could stand there: the type that is
//! wanted, the names that are visible, whose fields are meant. Nothing is told, and nothing costs, where nobody asks.

use std::cell::RefCell;
use std::sync::Arc;

use persona_syntax::ast;

use super::names::{Bound, Owner, Thing};
use super::{Checker, Want};
use crate::editor::{Local, LocalKind, PROBE, Spot, ValueSpot};
use crate::env::Global;
use crate::{AggKind, EventId, Expr, ExprKind, Kinds, Type, TypeKind};

/// What was found where [`PROBE`] stands, the first first.
#[derive(Debug, Default)]
pub struct Probe(RefCell<Vec<Spot>>);

impl Probe {
    /// What was found.
    pub(crate) fn into_spots(self) -> Vec<Spot> {
        self.0.into_inner()
    }

    /// Keeps what was found; some places are looked at twice.
    pub(crate) fn keep(&self, spot: Spot) {
        let mut spots = self.0.borrow_mut();
        if spots.len() < 16 && !spots.contains(&spot) {
            spots.push(spot);
        }
    }
}

/// Whether a name stands for the place that is asked about.
pub(crate) fn is_probe(name: &str) -> bool {
    name.ends_with(PROBE)
}

impl Checker<'_> {
    fn probe(&self, name: &ast::Name) -> Option<&Probe> {
        self.env.probe().filter(|_| is_probe(&name.text))
    }

    /// A name where a value may stand; whether it was the one asked about.
    pub(super) fn probed_value(&self, name: &ast::Name, want: Want<'_>) -> bool {
        let Some(probe) = self.probe(name) else {
            return false;
        };
        probe.keep(match name.text.strip_suffix(PROBE) {
            Some(module) if module.ends_with('.') => {
                Spot::Module(module.trim_end_matches('.').to_owned())
            }
            _ => Spot::Value(Box::new(self.value_spot(want))),
        });
        true
    }

    fn value_spot(&self, want: Want<'_>) -> ValueSpot {
        ValueSpot {
            want: want.ty.filter(|ty| !ty.is_error()).cloned(),
            now: want.now,
            names: self.locals(),
            pure: self.scope.pure,
            history: !self.scope.pure && self.wheres == 0 && self.scope.event.is_none(),
            framed: !self.frames.is_empty(),
            in_event: self
                .frames
                .iter()
                .any(|bound| matches!(bound, Bound::Event { .. })),
            slots: self.scope.around.slots,
        }
    }

    /// The names that this place sees without any declaration but its own and the schema.
    fn locals(&self) -> Vec<Local> {
        let mut locals: Vec<Local> = Vec::new();
        for named in self.named.iter().rev() {
            let ty = match &named.bound {
                Bound::Elem { ty, .. } => Some(ty.clone()),
                Bound::Event {
                    kinds: Kinds::Events(kinds),
                    ..
                } => Some(Type::of(TypeKind::EventRecord(kinds.as_slice().into()))),
                Bound::Event { .. } => None,
            };
            locals.push(Local {
                name: named.name.clone(),
                ty,
                kind: LocalKind::Named,
            });
        }
        locals.extend(self.scope.params.iter().map(|param| Local {
            name: param.name.to_string(),
            ty: Some(param.ty.clone()),
            kind: LocalKind::Param,
        }));
        let owner = self.bare_owner();
        if !(self.scope.pure && matches!(owner, Owner::Profile)) {
            let kind = match &owner {
                Owner::Profile => LocalKind::ProfileField,
                Owner::Bound(Bound::Event { .. }) => LocalKind::EventField,
                Owner::Bound(Bound::Elem { ty, .. }) if matches!(ty.kind, TypeKind::Item(..)) => {
                    LocalKind::ItemField
                }
                _ => LocalKind::ElementField,
            };
            locals.extend(self.directly_under(&owner, "", kind));
        }
        locals
    }

    /// The names directly under a prefix of an owner's fields; groups of them have no type.
    fn directly_under(&self, owner: &Owner, prefix: &str, kind: LocalKind) -> Vec<Local> {
        let mut found: Vec<Local> = Vec::new();
        for (name, ty) in self.all_fields(owner) {
            let rest = match prefix {
                "" => Some(name.as_str()),
                _ => name
                    .strip_prefix(prefix)
                    .and_then(|rest| rest.strip_prefix('.')),
            };
            let Some(rest) = rest else { continue };
            let (first, ty) = match rest.split_once('.') {
                Some((first, _)) => (first, None),
                None => (rest, Some(ty)),
            };
            if found.last().is_none_or(|last| last.name != first) {
                found.push(Local {
                    name: first.to_owned(),
                    ty,
                    kind,
                });
            }
        }
        found
    }

    /// A name after a dot, among an owner's fields; whether it was the one asked about.
    pub(super) fn probed_field(&self, owner: &Owner, prefix: &str, name: &ast::Name) -> bool {
        let Some(probe) = self.probe(name) else {
            return false;
        };
        let kind = match owner {
            Owner::Profile => LocalKind::ProfileField,
            Owner::Bound(Bound::Event { .. }) | Owner::Picked(_) => LocalKind::EventField,
            Owner::Item(_) => LocalKind::ItemField,
            Owner::Content(_) => LocalKind::Slot,
            Owner::Bound(Bound::Elem { .. }) => LocalKind::ElementField,
        };
        probe.keep(Spot::Fields(self.directly_under(owner, prefix, kind)));
        true
    }

    /// A name after a dot; whether it was the one asked about.
    pub(super) fn probed_after_dot(&self, thing: &Thing, name: &ast::Name) -> bool {
        let Some(probe) = self.probe(name) else {
            return false;
        };
        match thing {
            Thing::Fields(owner, prefix) => {
                self.probed_field(owner, prefix, name);
            }
            Thing::Local(instant) => probe.keep(Spot::Parts {
                ty: instant.ty.clone(),
                clock: true,
            }),
            Thing::Enum(id) => probe.keep(Spot::EnumValue(*id)),
            Thing::Value(value) => self.probed_part(value, name, probe),
            Thing::Events(event) => {
                if let Some(owner) = self.events_named(event) {
                    self.probed_field(&owner, "", name);
                }
            }
            Thing::Segment(_) | Thing::Fn(_) | Thing::EventParam(_) | Thing::Source(_) => {}
            Thing::Error => {}
        }
        true
    }

    fn probed_part(&self, value: &Expr, name: &ast::Name, probe: &Probe) {
        match (&value.kind, &value.ty.kind) {
            (
                ExprKind::Agg {
                    value: None,
                    kind: AggKind::Nth { .. },
                    ..
                },
                _,
            ) => {
                self.probed_field(&Owner::Picked(Box::new(value.clone())), "", name);
            }
            (ExprKind::Partition(_), TypeKind::Enum(id)) => probe.keep(Spot::EnumValue(*id)),
            (_, TypeKind::Item(..)) => {
                self.probed_field(&Owner::Item(Box::new(value.clone())), "", name);
            }
            (_, TypeKind::Error) => {}
            _ => probe.keep(Spot::Parts {
                ty: value.ty.clone(),
                clock: false,
            }),
        }
    }

    /// The events of a kind or group, as the owner of fields.
    fn events_named(&self, name: &str) -> Option<Owner> {
        let kinds = match self.env.global(name)? {
            Global::Event(id) => vec![id],
            Global::Events => self.schema().groups.get(name).cloned()?,
            _ => return None,
        };
        Some(Owner::Bound(Bound::Event {
            binder: crate::BinderId(u32::MAX),
            kinds: Kinds::Events(kinds),
        }))
    }

    /// A value of an enum by its qualified name; whether it was the one asked about.
    pub(super) fn probed_enum_value(&self, id: crate::EnumId, name: &ast::Name) -> bool {
        self.probed(name, || Spot::EnumValue(id))
    }

    /// The name of an event; whether it was the one asked about.
    pub(super) fn probed_event(&self, name: &ast::Name) -> bool {
        self.probed(name, || Spot::Event)
    }

    /// The name of a segment; whether it was the one asked about.
    pub(super) fn probed_segment(&self, name: &ast::Name) -> bool {
        match name.text.strip_suffix(PROBE) {
            Some(module) if module.ends_with('.') => self.probed(name, || {
                Spot::Module(module.trim_end_matches('.').to_owned())
            }),
            _ => self.probed(name, || Spot::Segment),
        }
    }

    /// Whether an argument names an event, or a field of one.
    pub(super) fn probed_field_argument(&self, name: &ast::Name, of: &Type) -> bool {
        self.probed(name, || Spot::EventOfField(of.clone()))
    }

    /// An event that has a name, as an argument; whether it was the one asked about.
    pub(super) fn probed_event_given(&self, wanted: &Arc<[EventId]>, written: &ast::Expr) -> bool {
        let ast::ExprKind::Name(name) = &written.kind else {
            return false;
        };
        let ty = Type::of(TypeKind::EventRecord(Arc::clone(wanted)));
        self.probed_value(name, Want::of(&ty))
    }

    /// A format of text; whether it was the one asked about.
    pub(super) fn probed_format(&self, of: &Type, name: &ast::Name) -> bool {
        self.probed(name, || Spot::Format(of.clone()))
    }

    fn probed(&self, name: &ast::Name, spot: impl FnOnce() -> Spot) -> bool {
        match self.probe(name) {
            Some(probe) => {
                probe.keep(spot());
                true
            }
            None => false,
        }
    }
}
