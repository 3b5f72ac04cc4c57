//! The tree of a template: tags inside each other, with spans in the template's text. No name is resolved.

use std::sync::Arc;

use persona_base::Span;

/// A sequence of nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    pub(crate) nodes: Vec<Node>,
    /// Whether nothing in it ever prints: then its white space is not printed either.
    pub(crate) blank: bool,
}

/// A tag, an output, or text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) span: Span,
}

/// The forms of nodes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeKind {
    /// Already reported.
    Error,
    /// Text as it stands.
    Text,
    Output(Filtered),
    If(Vec<Branch>, Option<Block>),
    Case(Box<Case>),
    For(Box<Loop>),
    Assign(Name, Filtered),
    Capture(Name, Block),
    Cycle(Box<Cycle>),
    /// `increment` (true) and `decrement`.
    Count(Name, bool),
    Break,
    Continue,
    Partial(Box<Partial>),
    IfChanged(Block),
}

impl NodeKind {
    /// The blocks inside it.
    pub(crate) fn blocks<'a>(&'a self, into: &mut Vec<&'a Block>) {
        match self {
            Self::If(branches, otherwise) => {
                into.extend(branches.iter().map(|branch| &branch.body).chain(otherwise));
            }
            Self::Case(case) => {
                into.extend(
                    case.whens
                        .iter()
                        .map(|(_, body)| body)
                        .chain(&case.otherwise),
                );
            }
            Self::For(for_) => into.extend(std::iter::once(&for_.body).chain(&for_.otherwise)),
            Self::Capture(_, body) | Self::IfChanged(body) => into.push(body),
            Self::Error
            | Self::Text
            | Self::Output(_)
            | Self::Assign(..)
            | Self::Cycle(_)
            | Self::Count(..)
            | Self::Break
            | Self::Continue
            | Self::Partial(_) => {}
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: Arc<str>,
    pub(crate) span: Span,
}

/// A branch of `if`, or the first of `unless`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Branch {
    pub(crate) condition: Condition,
    /// `unless`
    pub(crate) negated: bool,
    pub(crate) body: Block,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    pub(crate) subject: Operand,
    pub(crate) whens: Vec<(Vec<Operand>, Block)>,
    pub(crate) otherwise: Option<Block>,
}

/// `for` and `tablerow`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Loop {
    pub(crate) name: Name,
    pub(crate) list: Operand,
    pub(crate) reversed: bool,
    pub(crate) limit: Option<Operand>,
    pub(crate) offset: Option<Offset>,
    /// `tablerow`, with its columns.
    pub(crate) table: Option<Option<Operand>>,
    pub(crate) body: Block,
    pub(crate) otherwise: Option<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Offset {
    /// `offset: continue`
    Continue,
    At(Operand),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cycle {
    pub(crate) group: Option<Operand>,
    pub(crate) items: Vec<Operand>,
}

/// `render` and `include`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Partial {
    /// Whether it sees and changes the variables around it.
    pub(crate) include: bool,
    pub(crate) path: Operand,
    pub(crate) bound: Option<Bound>,
    pub(crate) args: Vec<(Name, Operand)>,
}

/// `with x as y`, `for x as y`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bound {
    pub(crate) each: bool,
    pub(crate) value: Operand,
    pub(crate) name: Option<Name>,
}

/// Comparisons with `and` and `or` between them, which bind from the right.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) first: Comparison,
    /// `true` for `and`.
    pub(crate) rest: Vec<(bool, Span, Comparison)>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) left: Operand,
    pub(crate) right: Option<(Compare, Span, Operand)>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Contains,
}

/// A value with filters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filtered {
    pub(crate) value: Operand,
    pub(crate) filters: Vec<Filter>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    pub(crate) name: Name,
    pub(crate) args: Vec<Argument>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Argument {
    pub(crate) name: Option<Name>,
    pub(crate) value: Operand,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operand {
    pub(crate) kind: OperandKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OperandKind {
    Error,
    Nil,
    Blank,
    Empty,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    Range(Box<(Operand, Operand)>),
    Path(Box<Path>),
}

/// A variable, and what is asked of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) head: Head,
    pub(crate) steps: Vec<(Step, Span)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Head {
    Name(Name),
    /// `[expr]`: a variable whose name is a value.
    Dynamic(Operand),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Field(Arc<str>),
    Index(Operand),
}
