//! Comparisons in words, as spreadsheets and the web forms of vendors have them: `is equal to`, `greater than`, `is one
//! of`, `exists`, `older than 90d`. Each is read as what it means here.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{CompareOp, Expr, ExprKind, Literal};

/// What words between two values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Worded {
    op: CompareOp,
    /// Whether they speak of age: `older than 90d`.
    aged: bool,
}

/// What words between two values mean; nothing where they are none of these.
pub(super) fn worded(text: &str) -> Option<Worded> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let more = [
        "greater", "more", "larger", "bigger", "higher", "newer", "above", "over", "exceeds",
    ];
    let less = [
        "less", "fewer", "smaller", "lower", "older", "below", "under",
    ];
    let any = |list: &[&str]| list.iter().any(|word| has(word));
    let (or_equal, not) = (has("or") && has("equal"), has("not"));
    let op = match () {
        () if has("least") => CompareOp::Ge,
        () if has("most") => CompareOp::Le,
        () if any(&more) && or_equal => CompareOp::Ge,
        () if any(&less) && or_equal => CompareOp::Le,
        () if any(&more) => CompareOp::Gt,
        () if any(&less) => CompareOp::Lt,
        () if has("equals") || has("equal") || has("exactly") => CompareOp::Eq,
        () => return None,
    };
    let op = if not { opposite(op) } else { op };
    let aged = has("older") || has("newer");
    Some(Worded { op, aged })
}

fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Ne,
        CompareOp::Lt => CompareOp::Ge,
        CompareOp::Le => CompareOp::Gt,
        CompareOp::Gt => CompareOp::Le,
        CompareOp::Ge => CompareOp::Lt,
        other => other,
    }
}

const fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
        CompareOp::Before => "before",
        CompareOp::After => "after",
        _ => "==",
    }
}

impl Builder<'_> {
    /// A comparison whose operator is written in words. Of moments, `more than 30d ago` is earlier, and so is `older than
    /// 30d`.
    pub(super) fn worded_comparison(
        &mut self,
        left: Expr,
        op_span: Span,
        words: Worded,
        mut right: Expr,
    ) -> Expr {
        let is_length = matches!(
            right.kind,
            ExprKind::Literal(Literal::Duration(_) | Literal::Period { .. })
        );
        let of_time = matches!(right.kind, ExprKind::Ago(_)) || words.aged;
        let op = match words.op {
            CompareOp::Lt | CompareOp::Le if words.aged => CompareOp::Before,
            CompareOp::Gt | CompareOp::Ge if words.aged => CompareOp::After,
            CompareOp::Gt | CompareOp::Ge if of_time => CompareOp::Before,
            CompareOp::Lt | CompareOp::Le if of_time => CompareOp::After,
            other => other,
        };
        let written = self
            .written(op_span)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let meant = sign(op);
        let mut edits = vec![(op_span, self.spaced(op_span, meant))];
        let mut shown = meant.to_owned();
        if words.aged && is_length {
            edits.push((Span::at(right.span.end), " ago".to_owned()));
            shown = format!("{meant} {} ago", self.written(right.span));
            let span = right.span;
            right = Expr {
                kind: ExprKind::Ago(Box::new(right)),
                span,
            };
        }
        let message = format!("`{written}` is written `{meant}`");
        self.push(
            SyntaxError::new(syntax::FOREIGN_COMPARISON, op_span, message).edits(
                format!("write `{shown}`"),
                Applicability::Always,
                edits,
            ),
        );
        let span = left.span.to(right.span);
        Expr {
            kind: ExprKind::Compare {
                op,
                op_span,
                left: Box::new(left),
                right: Box::new(right),
            },
            span,
        }
    }

    /// `is one of [..]`, `is none of [..]`.
    pub(super) fn one_of(&mut self, left: Expr, pair: P<'_>) -> Expr {
        let (Some(words), set) = Self::two(pair) else {
            return left;
        };
        let op_span = self.exact(&words);
        let text: Vec<&str> = words.as_str().split_whitespace().collect();
        let negated = text.contains(&"not") || text.contains(&"none");
        let meant = if negated { "not in" } else { "in" };
        let message = format!("`{}` is written `{meant}`", text.join(" "));
        self.habit(syntax::FOREIGN_COMPARISON, op_span, message, meant);
        let set = self.right(set, op_span);
        let span = left.span.to(set.span);
        Expr {
            kind: ExprKind::In {
                negated,
                op_span,
                operand: Some(Box::new(left)),
                set: Box::new(set),
            },
            span,
        }
    }

    /// `exists`, `has any value`.
    pub(super) fn exists(&mut self, left: Expr, pair: &P<'_>) -> Expr {
        let op_span = self.exact(pair);
        let words: Vec<&str> = pair.as_str().split_whitespace().collect();
        let known = !words.contains(&"not") && !words.contains(&"no");
        let meant = if known { "is known" } else { "is missing" };
        let message = format!("`{}` is written `{meant}`", words.join(" "));
        self.habit(syntax::COMPARED_WITH_MISSING, op_span, message, meant);
        let span = left.span.to(op_span);
        Expr {
            kind: ExprKind::IsKnown {
                known,
                op_span,
                operand: Box::new(left),
            },
            span,
        }
    }

    /// `is` before an operator that stands alone.
    pub(super) fn needless_is(&mut self, pair: &P<'_>) {
        let span = self.exact(pair);
        let rest = &self.text[pair.as_span().end()..];
        let operator: Vec<&str> = rest.split_whitespace().take(2).collect();
        let operator = match operator[..] {
            ["not" | "NOT", second] => format!("not {}", second.to_ascii_lowercase()),
            [first, ..] => first.to_ascii_lowercase(),
            [] => String::new(),
        };
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let cut = Span::new(span.start, span.end + blanks as u32);
        let message = format!("`{operator}` needs no `{}`", pair.as_str());
        self.push(SyntaxError::new(syntax::IS_FOR_EQUALS, span, message).fix(
            "remove it",
            Applicability::Always,
            cut,
            "",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_people_mean() {
        let op = |text: &str| worded(text).map(|words| words.op);
        assert_eq!(op("is equal to"), Some(CompareOp::Eq));
        assert_eq!(op("does not equal"), Some(CompareOp::Ne));
        assert_eq!(op("is  greater than or equal to"), Some(CompareOp::Ge));
        assert_eq!(op("is not less than"), Some(CompareOp::Ge));
        assert_eq!(op("at most"), Some(CompareOp::Le));
        assert_eq!(op("older than"), Some(CompareOp::Lt));
        assert_eq!(op("=="), None);
    }
}
