//! Parts of conditions that stand in another place than people think: a window behind `where`, values joined with `or`,
//! annotations before their field. Each is read as it was meant.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{CompareOp, Expr, ExprKind, FieldDecl, Window};

/// What is known while the condition behind a `where` is read.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Right before the innermost `where`: where its window belongs.
    before: Option<Span>,
    /// A window that stands behind it.
    late: Option<(Window, Span)>,
}

impl Builder<'_> {
    /// Reads the condition behind a `where`; gives a window that stands in it too.
    pub(super) fn filter<'a>(
        &mut self,
        pair: P<'a>,
        read: impl FnOnce(&mut Self, P<'a>) -> Expr,
    ) -> (Expr, Option<(Window, Span)>) {
        let before = Some(self.gap(&pair));
        let outer = std::mem::replace(&mut self.filter, Filter { before, late: None });
        let condition = read(self, pair);
        let inner = std::mem::replace(&mut self.filter, outer);
        (condition, inner.late)
    }

    /// A window behind a whole condition: it belongs before the `where`. Nothing where no `where` is around.
    pub(super) fn late_window(&mut self, pair: P<'_>) -> Option<()> {
        let before = self.filter.before?;
        let place = self.span(&pair);
        let cut = Span::new(self.gap(&pair).start, place.end);
        let text = format!(" {}", self.written(place));
        let window = pair.into_inner().next().map(|window| self.window(window))?;
        let error = SyntaxError::new(
            syntax::MISPLACED_CLAUSE,
            place,
            "the window of a question stands before its `where`",
        );
        let error = if self.filter.late.is_none() {
            error.edits(
                "move it before `where`",
                Applicability::Always,
                vec![(before, text), (cut, String::new())],
            )
        } else {
            error
        };
        self.push(error);
        self.filter.late.get_or_insert((window, place));
        Some(())
    }

    /// `country == US or CA`: read as `country in [US, CA]`.
    pub(super) fn values_joined(&mut self, alternatives: Vec<Expr>) -> Vec<Expr> {
        let plain = |expr: &Expr| match &expr.kind {
            ExprKind::Name(name) => name.text.starts_with(|c: char| c.is_ascii_uppercase()),
            ExprKind::Str(_) | ExprKind::RawStr(_) => true,
            ExprKind::Literal(literal) => !matches!(literal, crate::ast::Literal::Bool(_)),
            _ => false,
        };
        if !alternatives.iter().skip(1).any(plain) {
            return alternatives;
        }
        let mut read: Vec<Expr> = Vec::with_capacity(alternatives.len());
        let mut alternatives = alternatives.into_iter().peekable();
        while let Some(mut first) = alternatives.next() {
            let mut more = Vec::new();
            // The comparison may be the last of several that are joined with `and`.
            let compared = match &mut first.kind {
                ExprKind::And(items) => items.last_mut(),
                _ => Some(&mut first),
            };
            if let Some(compared) = compared
                && matches!(&compared.kind, ExprKind::Compare { op: CompareOp::Eq, right, .. } if plain(right) || matches!(right.kind, ExprKind::Name(_)))
            {
                while let Some(value) = alternatives.next_if(plain) {
                    more.push(value);
                }
                if !more.is_empty() {
                    self.in_list(compared, more);
                    first.span.end = first.span.end.max(match &first.kind {
                        ExprKind::And(items) => items.last().map_or(0, |last| last.span.end),
                        _ => 0,
                    });
                }
            }
            read.push(first);
        }
        read
    }

    fn in_list(&mut self, compared: &mut Expr, more: Vec<Expr>) {
        let whole = Span::new(
            compared.span.start,
            more.last().map_or(compared.span.end, |last| last.span.end),
        );
        let error = Expr {
            kind: ExprKind::Error,
            span: whole,
        };
        let old = std::mem::replace(compared, error);
        let ExprKind::Compare {
            op_span,
            left,
            right,
            ..
        } = old.kind
        else {
            return;
        };
        // That `is` is no comparison is part of the same habit.
        self.errors
            .retain(|error| error.span != op_span || error.code != syntax::IS_FOR_EQUALS);
        let values: Vec<Expr> = std::iter::once(*right).chain(more).collect();
        let list = Span::new(values[0].span.start, whole.end);
        let texts: Vec<&str> = values
            .iter()
            .map(|value| self.written(value.span))
            .collect();
        let meant = format!("in [{}]", texts.join(", "));
        let cut = op_span.to(list);
        let text = self.spaced(cut, &meant);
        self.push(
            SyntaxError::new(
                syntax::VALUES_JOINED,
                cut,
                "several values are compared with `in` and a list: `or` joins whole conditions",
            )
            .fix(format!("write `{meant}`"), Applicability::Always, cut, text),
        );
        compared.kind = ExprKind::In {
            negated: false,
            op_span,
            operand: Some(left),
            set: Box::new(Expr {
                kind: ExprKind::List(values),
                span: list,
            }),
        };
    }

    /// Annotations on lines of their own belong to the field below them.
    pub(super) fn annotations_above(&mut self, fields: &mut [FieldDecl]) {
        for index in 1..fields.len() {
            let (before, behind) = fields.split_at_mut(index);
            let (Some(field), Some(next)) = (before.last_mut(), behind.first_mut()) else {
                continue;
            };
            while let Some(annotation) = field.annotations.last() {
                let span = annotation.span;
                if span.start < field.name.span.end || !self.stands_below(span, field.span.start) {
                    break;
                }
                let line = self.written(Span::new(0, span.start)).trim_end().len() as u32;
                let text = format!(" {}", self.written(span));
                let message = format!(
                    "an annotation stands behind its field, as in `{}: … {}`",
                    next.name.text,
                    text.trim()
                );
                self.push(
                    SyntaxError::new(syntax::MISPLACED_CLAUSE, span, message)
                        .secondary(next.name.span, "it seems to belong to this field")
                        .edits(
                            "move it behind the field",
                            Applicability::Always,
                            vec![
                                (Span::new(line, span.end), String::new()),
                                (Span::at(next.span.end), text),
                            ],
                        ),
                );
                next.annotations.extend(field.annotations.pop());
                field.span.end = line.max(field.name.span.end);
            }
        }
    }

    /// Whether something is the first on its line, and no further in than a field that starts at `field`.
    fn stands_below(&self, span: Span, field: u32) -> bool {
        let column = |at: u32| {
            let before = self.written(Span::new(0, at));
            let line = before.rsplit('\n').next().unwrap_or("");
            (line.len(), line.trim().is_empty() && before.contains('\n'))
        };
        let (own, first) = column(span.start);
        first && own <= column(field).0
    }
}
