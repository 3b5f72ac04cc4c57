//! Checked templates: what is left to do when a message is written. Variables are slots, fields are indices, formats are read.

use std::ops::Range;
use std::sync::Arc;

use persona_base::{FileId, Span};

use crate::filters::Fid;
use crate::strftime::Format;
use crate::{Ty, Value};

/// A template that was checked, ready to be rendered.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What it needs, in the order of first use: [`crate::render()`] is given one value for each.
    pub roots: Vec<Root>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) locals: usize,
    /// Counters of cycles, offsets of loops, and what `ifchanged` printed.
    pub(crate) cycles: usize,
    pub(crate) offsets: usize,
    pub(crate) changes: usize,
}

/// A variable of the scope, or a field of one, that a template uses. It is no record: of one that is used as a whole, each field
/// is a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// `cart`, `value` for `cart.value`.
    pub path: Vec<Arc<str>>,
    /// Its type, as the scope gave it.
    pub ty: Ty,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Printed as it is.
    Text(Arc<str>),
    /// A value printed by its type, escaped where it must be.
    Print {
        expr: Expr,
        ty: Ty,
        escape: bool,
    },
    If(Vec<(Test, Vec<Node>)>, Vec<Node>),
    /// All whose value it is, each as often as it stands there.
    Case(Vec<(Vec<Test>, Vec<Node>)>, Vec<Node>),
    For(Box<Loop>),
    Set(u32, Expr),
    Capture(u32, Vec<Node>),
    Cycle {
        slot: u32,
        group: Option<Expr>,
        items: Vec<(Expr, Ty)>,
        escape: bool,
    },
    /// The local that counts; up or down.
    Count(u32, bool),
    Break,
    Continue,
    IfChanged(u32, Vec<Node>),
    /// A partial begins.
    Anew(Box<Anew>),
}

/// What a partial forgets when it is rendered again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Anew {
    pub(crate) cycles: Range<u32>,
    pub(crate) offsets: Range<u32>,
    pub(crate) changes: Range<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Loop {
    pub(crate) list: List,
    pub(crate) item: u32,
    /// Where `forloop` is kept.
    pub(crate) state: u32,
    pub(crate) reversed: bool,
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<From>,
    /// Where the loop leaves how far it came.
    pub(crate) reached: Option<u32>,
    pub(crate) table: Option<Option<Expr>>,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
    pub(crate) place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum From {
    /// Where the loop of this slot stopped.
    Reached(u32),
    At(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum List {
    Values(Expr),
    Range(Expr, Expr),
}

/// Where something stands, for errors of rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The template.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Const(Value),
    Root(u32),
    Local(u32),
    /// What a loop tells of itself.
    Loop(u32, LoopField),
    /// A record of the scope, made of its fields.
    Record(Vec<Expr>),
    Field(Box<Expr>, u32),
    /// An element of a list, from the end if negative; missing where there is none.
    Index(Box<Expr>, Box<Expr>),
    First(Box<Expr>),
    Last(Box<Expr>),
    Size(Box<Expr>),
    /// An enum's value as text.
    Name(Box<Expr>, Ty),
    Range(Box<(Expr, Expr)>, Place),
    Call(Box<Call>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) filter: Fid,
    pub(crate) input: Expr,
    pub(crate) args: Vec<Expr>,
    pub(crate) with: With,
    pub(crate) place: Place,
}

/// What the check found out for a filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum With {
    Nothing,
    /// The type of what it works on.
    Ty(Ty),
    /// A field's index in the list's records.
    Field(u32, Ty),
    Format(Arc<Format>),
    /// How much what is written out is.
    Number(i64),
    /// In an `Html` slot.
    Html(bool),
    /// `default` keeps false; and prints the value by this type, if it becomes text.
    Default {
        keep_false: Option<Expr>,
        print: Option<Ty>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoopField {
    Index,
    Index0,
    Rindex,
    Rindex0,
    First,
    Last,
    Length,
    Col,
    Col0,
    ColFirst,
    ColLast,
    Row,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    Always(bool),
    /// A `Bool` that is there and true.
    Holds(Expr),
    Known(Expr),
    Not(Box<Test>),
    And(Box<(Test, Test)>),
    Or(Box<(Test, Test)>),
    /// Both are there and equal.
    Eq(Expr, Expr),
    /// Both are there and the first is less.
    Lt(Expr, Expr),
    Le(Expr, Expr),
    /// A text in a text.
    Contains(Expr, Expr),
    /// A value in a list.
    Has(Expr, Expr),
    /// Missing, false, an empty list, or nothing but white space.
    Blank(Expr),
    /// An empty text or list.
    Empty(Expr),
}
