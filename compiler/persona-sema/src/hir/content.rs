//! Checked contents: slots, variants, and what fills them. How text is made of them is not said here.

use std::sync::Arc;

use persona_base::Span;

use persona_liquid::Checked;

use super::{Expr, Param, Place, Skip};
use crate::Type;

/// What people read.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// Its name.
    pub name: Arc<str>,
    /// The title.
    pub title: Option<Arc<str>>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// Its parameters. Parameter `i` is bound as `BinderId(i)`: an event of the kinds of its type `EventRecord`, or a value
    /// ([`super::ExprKind::Elem`]).
    pub params: Vec<Param>,
    /// Its slots, in the order of the text.
    pub slots: Vec<Slot>,
    /// When the message is given up, in the order of the text.
    pub skips: Vec<Skip>,
    /// The variants in order; the last is `otherwise`.
    pub variants: Vec<Variant>,
}

/// A slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Its name.
    pub name: Arc<str>,
    /// Its type. An optional one may stay empty.
    pub ty: Type,
    /// What it is where a variant does not fill it.
    pub default: Option<Expr>,
    /// `///` text.
    pub doc: Option<String>,
}

/// A variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name; `otherwise` for the last.
    pub name: Arc<str>,
    /// When it is taken; absent for the last.
    pub condition: Option<Expr>,
    /// What it fills: the slot's index and its value, sorted by slot.
    pub slots: Vec<(u32, SlotValue)>,
    /// What languages replace, in the order of the text.
    pub locales: Vec<Localized>,
    /// Where it is written.
    pub span: Span,
}

/// What fills a slot.
#[derive(Clone, Debug, PartialEq)]
pub enum SlotValue {
    /// A value. Text in a slot of type `Html` is escaped, but for parts with the format `raw`.
    Expr(Expr),
    /// A template in a file.
    Template {
        /// Relative to the package, with `/`.
        path: Arc<str>,
        /// Where it is named.
        span: Span,
        /// What was read there; absent where the package has no folder, so that nobody knows its files.
        read: Option<Arc<TemplateUse>>,
    },
}

impl Content {
    /// What fills its slots in variants and languages, in the order of the text; not the slots' defaults.
    pub fn fillings(&self) -> impl Iterator<Item = &SlotValue> {
        let slots = self.variants.iter().flat_map(|variant| {
            let localized = variant.locales.iter().flat_map(|locale| &locale.slots);
            variant.slots.iter().chain(localized)
        });
        slots.map(|(_, value)| value)
    }
}

impl SlotValue {
    /// The expressions whose values it is made of.
    pub fn values(&self) -> impl Iterator<Item = &Expr> {
        let (one, many): (Option<&Expr>, &[Expr]) = match self {
            Self::Expr(value) => (Some(value), &[]),
            Self::Template { read, .. } => (None, read.as_ref().map_or(&[], |read| &read.roots)),
        };
        one.into_iter().chain(many)
    }
}

/// A template, checked against what its content sees.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateUse {
    /// The checked template.
    pub template: Checked,
    /// The values of its roots ([`Checked::roots`]), in their order. A value's type is that of the root: lists of records,
    /// events and items have their fields nested as the root's type says, in the order of their flattened names.
    pub roots: Vec<Expr>,
}

/// What a language replaces.
#[derive(Clone, Debug, PartialEq)]
pub struct Localized {
    /// The language tag in its usual case: `de-AT`.
    pub tag: Arc<str>,
    /// The slot's index and its value, sorted by slot.
    pub slots: Vec<(u32, SlotValue)>,
}
