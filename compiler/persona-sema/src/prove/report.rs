//! The words in which conditions of one answer are reported: what follows from it, which of its parts exclude each other, and
//! what their values are.

use persona_base::{Diagnostic, Span, proofs};

use super::build::Builder;
use super::lint::{Linter, Site};
use super::reasons::Item;
use super::term::Formula;
use super::words;
use crate::{Expr, ExprKind, Op, TypeKind};

impl<'a, 'w> Linter<'a, 'w> {
    /// Says that a condition has the same answer for everybody.
    pub(super) fn report(
        &mut self,
        builder: &mut Builder<'a, 'w>,
        expr: &Expr,
        core: &[Item<'a>],
        site: &Site,
        always: bool,
    ) {
        // What is wrong only in another declaration is said there.
        if !core
            .iter()
            .any(|item| builder.of_frame(item.frame).file == self.file)
        {
            return;
        }
        let code = if always {
            proofs::ALWAYS_HOLDS
        } else {
            proofs::NEVER_HOLDS
        };
        let consequence = match (site, always) {
            (Site::Segment(name), false) => format!("nobody can ever be in `{name}`"),
            (Site::Segment(name), true) => format!("everybody is in `{name}`"),
            (Site::Entry(name), false) => format!("nobody can ever enter `{name}`"),
            (Site::Entry(_), true) => "this condition keeps nobody out".to_owned(),
            (Site::Filter, false) => "nothing can ever match this".to_owned(),
            (Site::Filter, true) => "everything matches this".to_owned(),
            (Site::Other(never, _), false) => (*never).to_owned(),
            (Site::Other(_, always), true) => (*always).to_owned(),
            (Site::Part, false) => "this can never be true".to_owned(),
            (Site::Part, true) => "this is always true".to_owned(),
        };
        let message = match self.why(builder, core, always) {
            Some(why) => format!("{consequence}: {why}"),
            None => consequence,
        };
        let own = |item: &&Item<'a>| {
            builder.of_frame(item.frame).file == self.file && inside(item.span, expr.span)
        };
        let (main, others): (Span, Vec<&Item<'a>>) = match core.iter().rfind(own) {
            Some(last) if core.len() > 1 => (
                last.span,
                core.iter()
                    .filter(|item| !std::ptr::eq(item.expr, last.expr))
                    .collect(),
            ),
            _ => (expr.span, Vec::new()),
        };
        let mut diagnostic = Diagnostic::new(code, self.file, main, message);
        diagnostic = diagnostic.label(if others.is_empty() {
            "the answer is the same for everyone"
        } else if always {
            "takes in whoever the rest leaves out"
        } else {
            "never true together with the rest"
        });
        for item in others {
            let file = builder.of_frame(item.frame).file;
            let words = if always {
                "takes in the others"
            } else {
                "excludes it"
            };
            diagnostic = diagnostic.secondary(file, item.span, words);
        }
        let help = match (site, always) {
            (Site::Part, false) => "take this part out, or correct a value in it",
            (Site::Part, true) => "take this part out: it changes nothing",
            (_, false) => "correct one of the values, or join them with `or`",
            (_, true) => "correct one of the values, or leave the condition out",
        };
        self.found.push(diagnostic.help(help));
    }

    /// Why some things are never so together: in words about values, where it is about the values of one thing.
    fn why(
        &self,
        builder: &mut Builder<'a, 'w>,
        core: &[Item<'a>],
        always: bool,
    ) -> Option<String> {
        let [first, second] = core else {
            return None;
        };
        let said = |builder: &mut Builder<'a, 'w>, item: &Item<'a>, yes: bool| {
            let Formula::Lit(lit) = builder.formula(item.expr, item.frame, yes) else {
                return None;
            };
            let term = builder.terms.get(lit.term);
            let (source, frame) = term.source?;
            let text = self.texts.text(builder.of_frame(frame).file, source.span)?;
            let tables = builder.tables(item.frame);
            let words = self
                .as_written(builder, item, yes)
                .or_else(|| words::said(&lit.channel, &lit.set, lit.missing, &term.kind, tables))?;
            Some((lit.term, text.to_owned(), words))
        };
        let flip = |item: &Item<'a>| item.yes != always;
        let (a, b) = (flip(first), flip(second));
        let (a, b) = (said(builder, first, a), said(builder, second, b));
        if let (Some((x, text, one)), Some((y, _, other))) = (a, b)
            && x == y
            && one != other
        {
            let verb = if always { "is always" } else { "cannot be" };
            let (joint, end) = if always {
                ("or", "")
            } else {
                ("and", " at once")
            };
            return Some(format!("`{text}` {verb} {one} {joint} {other}{end}"));
        }
        let quoted = |item: &Item<'a>| {
            let file = builder.of_frame(item.frame).file;
            let text = self.texts.text(file, item.span)?;
            (text.len() <= 60 && !text.contains('\n')).then(|| {
                let not = if item.said == always { "not " } else { "" };
                format!("{not}`{text}`")
            })
        };
        let (a, b) = (quoted(first)?, quoted(second)?);
        Some(if always {
            format!("{a} or {b} holds for everyone")
        } else {
            format!("{a} and {b} never hold together")
        })
    }

    /// A comparison with a constant in the words it was written with: `above 1000 USD`.
    fn as_written(&self, builder: &Builder<'a, 'w>, item: &Item<'a>, yes: bool) -> Option<String> {
        let ExprKind::Op(op, operands) = &item.expr.kind else {
            return None;
        };
        let [a, b] = operands.as_slice() else {
            return None;
        };
        let fixed = |expr: &Expr| matches!(expr.kind, ExprKind::Const(_));
        let (word, value) = match (op, fixed(a), fixed(b), yes) {
            (Op::Lt, false, true, true) | (Op::Le, true, false, false) => ("below", b),
            (Op::Lt, true, false, true) | (Op::Le, false, true, false) => ("above", a),
            (Op::Le, false, true, true) | (Op::Lt, true, false, false) => ("at most", b),
            (Op::Le, true, false, true) | (Op::Lt, false, true, false) => ("at least", a),
            _ => return None,
        };
        let value = if fixed(value) {
            value
        } else if fixed(a) {
            a
        } else {
            b
        };
        if matches!(value.ty.kind, TypeKind::Date | TypeKind::Timestamp) {
            return None;
        }
        let file = builder.of_frame(item.frame).file;
        Some(format!("{word} {}", self.texts.text(file, value.span)?))
    }
}

fn inside(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
