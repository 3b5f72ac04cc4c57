//! Contents: slots, variants, languages, and what fills them. How values print is not said here.

use std::sync::Arc;

use persona_base::{Span, define_id};

use super::{Condition, Skip, Slot};
use crate::{Const, NodeId, Place, Ty};

define_id! {
    /// A template that is used in a place. The templates themselves are kept beside the campaign.
    pub struct TemplateId;
}

/// What people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its name.
    pub name: Arc<str>,
    /// The title.
    pub title: Option<Arc<str>>,
    /// Where it is declared.
    pub place: Place,
    /// Its parameters.
    pub params: Vec<ContentParam>,
    /// What its expressions ask for besides the profile.
    pub frame: Vec<Slot>,
    /// Its slots, in the order of the text.
    pub slots: Vec<SlotDef>,
    /// When the message is given up, in the order of the text.
    pub skips: Vec<Skip>,
    /// The variants in order; the last is `otherwise`.
    pub variants: Vec<Variant>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentParam {
    /// Its name.
    pub name: Arc<str>,
    /// The type of a value; absent for an event.
    pub ty: Option<Ty>,
    /// The kinds of an event; empty for a value.
    pub kinds: Box<[crate::KindId]>,
    /// Whether the argument may be missing.
    pub optional: bool,
    /// The value where there is no argument.
    pub default: Option<Const>,
}

/// A slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotDef {
    /// Its name.
    pub name: Arc<str>,
    /// The type of its value: text for `Html` and addresses.
    pub ty: Ty,
    /// Whether it is HTML: interpolated text is escaped.
    pub html: bool,
    /// Whether it may stay empty.
    pub optional: bool,
    /// What it is where a variant does not fill it.
    pub default: Option<Fill>,
}

/// A variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name; `otherwise` for the last.
    pub name: Arc<str>,
    /// When it is taken; absent for the last.
    pub condition: Option<Condition>,
    /// What it fills: the slot and its value, sorted by slot.
    pub slots: Vec<(u32, Fill)>,
    /// What languages replace, in the order of the text.
    pub locales: Vec<Localized>,
    /// Where it is written, absolute in the content's file.
    pub span: Span,
}

/// What a language replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localized {
    /// The language tag in its usual case: `de-AT`.
    pub tag: Arc<str>,
    /// The slot and its value, sorted by slot.
    pub slots: Vec<(u32, Fill)>,
}

/// What fills a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fill {
    /// A value as it is, in a slot that is no text.
    Value(NodeId),
    /// Text made of parts; missing where a value is that may be.
    Text(Vec<TextPart>),
    /// The filling of the first condition that holds, or the last one.
    Choose(Vec<(NodeId, Self)>, Box<Self>),
    /// A template with the values of its variables, in its order.
    Template {
        /// Which.
        template: TemplateId,
        /// Its variables.
        roots: Vec<NodeId>,
    },
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// As it is, also in HTML.
    Text(Arc<str>),
    /// A value, printed by its type in the content's locale; escaped in HTML.
    Value {
        /// The value.
        node: NodeId,
        /// The format's name; `raw` is none, it says that HTML is not escaped.
        format: Option<Arc<str>>,
    },
}
