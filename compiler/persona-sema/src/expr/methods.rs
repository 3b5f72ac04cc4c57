//! Methods: what text and collections can be asked, `name.lower()`, `tags.size()`.

use persona_base::{Applicability, Span, names, types};
use persona_syntax::ast;

use super::Checker;
use crate::{Expr, ExprKind, Op, Type, TypeKind};
use persona_base::nearest;

/// Methods of text.
pub(crate) const TEXT_METHODS: [(&str, Op); 6] = [
    ("domain", Op::Domain),
    ("fold", Op::Fold),
    ("length", Op::StrLen),
    ("lower", Op::Lower),
    ("trim", Op::Trim),
    ("upper", Op::Upper),
];

/// The one method of lists and sets.
pub(crate) const SIZE: &str = "size";

/// Methods that only columns of sources have.
const OF_SOURCES: [&str; 4] = ["as", "empty_as_missing", "replace", "split"];

/// Whether some type has a method of this name.
pub(super) fn exists(name: &str) -> bool {
    name == SIZE || TEXT_METHODS.iter().any(|(method, _)| *method == name)
}

impl Checker<'_> {
    /// `receiver.name(args)`.
    pub(super) fn method(
        &mut self,
        receiver: Expr,
        name: &ast::Name,
        args: &[ast::Arg],
        span: Span,
    ) -> Expr {
        if receiver.ty.is_error() || name.is_missing() {
            return self.error_at(span);
        }
        if super::types::is_picked(&receiver) {
            return self.whole_event(&receiver);
        }
        let Some(op) = method_of(&receiver.ty.kind, &name.text) else {
            return self.no_method(&receiver, name, args, span);
        };
        if let Some(first) = args.first() {
            let place = match &first.value {
                ast::ArgValue::Expr(value) => value.span,
                ast::ArgValue::Type(ty) => ty.span,
            };
            let diagnostic = self
                .diagnostic(
                    types::WRONG_ARGUMENTS,
                    place,
                    format!("`.{}()` takes no arguments", name.text),
                )
                .label("this is one too many");
            return self.fail(span, diagnostic);
        }
        let kind = if matches!(op, Op::Size | Op::StrLen) {
            TypeKind::Int
        } else {
            TypeKind::Str
        };
        // Without an `@` there is no domain.
        let optional =
            receiver.ty.optional || (op == Op::Domain && receiver.ty.kind != TypeKind::Email);
        self.settled(Expr {
            kind: ExprKind::Op(op, vec![receiver]),
            ty: Type { kind, optional },
            span,
        })
    }

    fn no_method(
        &mut self,
        receiver: &Expr,
        name: &ast::Name,
        args: &[ast::Arg],
        span: Span,
    ) -> Expr {
        let noun = self.noun(&receiver.ty.kind);
        let text = name.text.as_str();
        let mut diagnostic = self
            .diagnostic(
                names::UNKNOWN_FUNCTION,
                name.span,
                format!("{noun} has no method `.{text}()`"),
            )
            .label(format!("this is asked of {noun}"));
        diagnostic = match self.foreign_method(diagnostic, receiver, name, args, span) {
            (said, true) => return self.fail(span, said),
            (diagnostic, false) => diagnostic,
        };
        let known = methods(&receiver.ty.kind);
        let habit = habit(text).filter(|habit| known.contains(habit));
        diagnostic = if OF_SOURCES.contains(&text) {
            diagnostic.help("raw data is converted in its source, before any rule sees it")
        } else if let Some(near) = habit.or_else(|| nearest(text, known.iter().copied())) {
            diagnostic.fix(
                format!("write `.{near}()`"),
                Applicability::Maybe,
                name.span,
                near,
            )
        } else if known.is_empty() {
            diagnostic
        } else {
            let known: Vec<String> = known
                .iter()
                .map(|method| format!("`.{method}()`"))
                .collect();
            diagnostic.help(format!("there are {}", known.join(", ")))
        };
        self.fail(span, diagnostic)
    }
}

fn method_of(kind: &TypeKind, name: &str) -> Option<Op> {
    if Checker::is_collection(kind) {
        return (name == SIZE).then_some(Op::Size);
    }
    if !kind.is_text() || *kind == TypeKind::Html {
        return None;
    }
    TEXT_METHODS
        .iter()
        .find(|(method, _)| *method == name)
        .map(|(_, op)| *op)
}

fn methods(kind: &TypeKind) -> Vec<&'static str> {
    if Checker::is_collection(kind) {
        vec![SIZE]
    } else if kind.is_text() && *kind != TypeKind::Html {
        TEXT_METHODS.iter().map(|(method, _)| *method).collect()
    } else {
        Vec::new()
    }
}

/// What other languages call it.
fn habit(name: &str) -> Option<&'static str> {
    Some(match name {
        "len" | "count" | "length" => "size",
        "size" => "length",
        "to_lower" | "toLowerCase" | "lowercase" | "lcase" => "lower",
        "to_upper" | "toUpperCase" | "uppercase" | "ucase" => "upper",
        "strip" => "trim",
        _ => return None,
    })
}
