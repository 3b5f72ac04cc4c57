//! Openness (SEMANTICS §3): a comparison with an operand that may be missing is false then, and may stand only where a *no*
//! means *not chosen*. Such comparisons are noted as they are found; whoever stands around them says what their
//! place makes of them: `not` turns them around, an `if` cannot have them at all. What is left at the end in a
//! negative place is P0301.

use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, Span, missing};

use super::Checker;
use super::narrow::{is_strict, key};
use super::walk::each_part;
use crate::env::OpenOperand;
use crate::{Expr, ExprKind};

/// An open comparison, or something that has one inside.
#[derive(Clone, Debug)]
pub(super) struct OpenAtom {
    /// All of it.
    span: Span,
    /// What may be missing.
    roots: Vec<Root>,
    /// Whether events or elements are asked, not people.
    inside_where: bool,
    /// Whether a *no* of it counts as a *yes* at this place.
    negative: bool,
    /// The `not` that made it so.
    because: Option<Span>,
    /// Whether an odd number of `not`s stand around it, its own negative operator aside.
    behind_not: bool,
    /// What joins it with others, so that a fix has the right parentheses.
    parent: Parent,
    /// Where the operand is.
    source: Source,
}

#[derive(Clone, Debug)]
struct Root {
    text: String,
    param: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Parent {
    /// Nothing: it is all that stands there.
    Whole,
    /// `and`
    And,
    /// `or`
    Or,
    /// Something else: parentheses are needed.
    Other,
}

#[derive(Clone, Debug)]
enum Source {
    /// In the comparison itself.
    Here,
    /// In the list of an `all`.
    AllOf,
    /// Inside a trait or function.
    Inside {
        what: &'static str,
        name: Arc<str>,
        operand: OpenOperand,
    },
    /// Inside a segment: only its negation is worth a word.
    Segment {
        name: Arc<str>,
        operand: OpenOperand,
    },
}

/// Where a *no* decides something besides *not chosen*.
#[derive(Clone, Copy, Debug)]
pub(super) enum Position {
    /// A partition's stage.
    Stage,
    /// A check, or another place where both answers count.
    Decision,
    /// The condition of an `if`.
    If,
    /// What a `match` looks at.
    Match,
    /// An operand or argument.
    Operand,
    /// The `where` of an aggregate that is not only bounded from below.
    Filter,
    /// The `where` after `then not`.
    Negation,
    /// The `where` of `did latest`, which decides which event is the latest.
    Latest,
    /// The `where` of an `all`.
    All,
    /// `skip when`.
    Skip,
    /// The `when` of quiet hours.
    Quiet,
    /// `exclude` of a recommendation.
    Exclude,
}

impl Position {
    fn consequence(self, operand: &str) -> String {
        match self {
            Self::Stage => {
                format!("people without `{operand}` would silently fall into a later stage")
            }
            Self::Decision => format!(
                "where `{operand}` is missing, this would silently count as a no, and that decides something too"
            ),
            Self::If => format!("people without `{operand}` would silently get the `else` branch"),
            Self::Match | Self::Operand => {
                format!("without `{operand}` this is a no, which is then used as if it were known")
            }
            Self::Filter => format!(
                "events without `{operand}` would silently be left out, which changes the result either way"
            ),
            Self::Negation => {
                format!("an event without `{operand}` would silently count as not having happened")
            }
            Self::Latest => format!(
                "an event without `{operand}` would silently be passed over when the latest is looked for"
            ),
            Self::Skip => {
                format!("without `{operand}` the message would silently be sent")
            }
            Self::Quiet => {
                format!("people without `{operand}` would silently have no quiet hours")
            }
            Self::Exclude => {
                format!("without `{operand}` the item would silently be recommended")
            }
            Self::All => {
                format!("an element without `{operand}` would silently make the answer no")
            }
        }
    }
}

impl Checker<'_> {
    /// Notes a comparison, if one of its operands may be missing.
    pub(super) fn atom(&mut self, span: Span, operands: &[&Expr]) {
        self.note_atom(span, operands, Source::Here);
    }

    /// The list of an `all` must be there.
    pub(super) fn all_of(&mut self, span: Span, list: &Expr) {
        let mark = self.open.len();
        self.note_atom(span, &[list], Source::AllOf);
        self.strict(mark, Position::Operand, span);
    }

    fn note_atom(&mut self, span: Span, operands: &[&Expr], source: Source) {
        let mut roots: Vec<&Expr> = Vec::new();
        for operand in operands
            .iter()
            .filter(|operand| operand.ty.optional && !operand.ty.is_error())
        {
            missing_roots(operand, &mut roots);
        }
        if roots.is_empty() {
            return;
        }
        let mut seen = Vec::new();
        roots.retain(|root| {
            let key = key(root);
            let new = !seen.contains(&key);
            seen.push(key);
            new
        });
        let roots = roots.iter().take(4).map(|root| self.root(root)).collect();
        self.open.push(OpenAtom {
            span,
            roots,
            inside_where: self.wheres > 0,
            negative: false,
            because: None,
            behind_not: false,
            parent: Parent::Other,
            source,
        });
    }

    fn root(&self, expr: &Expr) -> Root {
        let param = match expr.kind {
            ExprKind::Param(param) => Some(param),
            _ => None,
        };
        let text = self.text(expr.span);
        let bare_branches =
            matches!(expr.kind, ExprKind::If(..) | ExprKind::Match(..)) && !text.starts_with('(');
        let text = if bare_branches {
            format!("({text})")
        } else {
            text.to_owned()
        };
        Root { text, param }
    }

    /// Notes a use of a trait or function of type Bool that is open inside.
    pub(super) fn open_inside(
        &mut self,
        span: Span,
        what: &'static str,
        name: &Arc<str>,
        operand: &OpenOperand,
    ) {
        let source = Source::Inside {
            what,
            name: Arc::clone(name),
            operand: operand.clone(),
        };
        self.push_inside(span, source);
    }

    /// Notes a use of a segment that is open inside.
    pub(super) fn open_segment(&mut self, span: Span, name: &Arc<str>, operand: &OpenOperand) {
        self.push_inside(
            span,
            Source::Segment {
                name: Arc::clone(name),
                operand: operand.clone(),
            },
        );
    }

    fn push_inside(&mut self, span: Span, source: Source) {
        let atom = OpenAtom {
            span,
            roots: Vec::new(),
            inside_where: self.wheres > 0,
            negative: false,
            because: None,
            behind_not: false,
            parent: Parent::Other,
            source,
        };
        self.open.push(atom);
    }

    /// A negation around everything noted since `mark`.
    pub(super) fn flip(&mut self, mark: usize, not: Span) {
        for atom in &mut self.open[mark..] {
            atom.negative = !atom.negative;
            atom.because = Some(not).filter(|_| atom.negative);
            atom.behind_not ^= !covers(atom.span, not);
        }
    }

    /// Says what joins the comparison that is all of an operand.
    pub(super) fn joined_by(&mut self, mark: usize, operand: Span, parent: Parent) {
        for atom in &mut self.open[mark..] {
            if atom.span == operand {
                atom.parent = parent;
            }
        }
    }

    /// Nothing noted since `mark` may be open here: both answers count.
    pub(super) fn strict(&mut self, mark: usize, position: Position, whole: Span) {
        if self.open.len() == mark {
            return;
        }
        if !matches!(position, Position::Operand | Position::Match) {
            self.joined_by(mark, whole, Parent::Whole);
        }
        for atom in self.open.split_off(mark) {
            if !matches!(atom.source, Source::Segment { .. }) {
                self.report_open(&atom, Some(position));
            } else if atom.negative {
                self.report_segment(&atom);
            }
        }
    }

    /// At the end: what ended in a negative place.
    pub(super) fn report_negative(&mut self) {
        let (negative, positive): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(|atom| atom.negative);
        self.open = positive;
        for atom in negative {
            match atom.source {
                Source::Segment { .. } => self.report_segment(&atom),
                _ => self.report_open(&atom, None),
            }
        }
    }

    /// What stays open: the first operand that is no parameter, and the parameters.
    pub(super) fn remaining_open(&self) -> (Option<OpenOperand>, Vec<u32>) {
        let mut first = None;
        let mut params = Vec::new();
        for atom in &self.open {
            match &atom.source {
                Source::Segment { .. } => continue,
                Source::Inside { operand, name, .. } if first.is_none() => {
                    let declaration = operand
                        .declaration
                        .clone()
                        .or_else(|| Some(Arc::clone(name)));
                    first = Some(OpenOperand {
                        declaration,
                        ..operand.clone()
                    });
                }
                _ => {}
            }
            for root in &atom.roots {
                match root.param {
                    Some(param) => params.push(param),
                    None if first.is_none() => {
                        first = Some(OpenOperand {
                            text: root.text.as_str().into(),
                            span: atom.span,
                            declaration: None,
                        });
                    }
                    None => {}
                }
            }
        }
        params.sort_unstable();
        params.dedup();
        (first, params)
    }

    fn report_open(&mut self, atom: &OpenAtom, position: Option<Position>) {
        let diagnostic = match &atom.source {
            Source::Inside {
                what,
                name,
                operand,
            } => self.open_elsewhere(atom, what, name, operand),
            _ => self.open_here(atom, position.is_none()),
        };
        let operand = match &atom.source {
            Source::Inside { operand, .. } | Source::Segment { operand, .. } => {
                operand.text.to_string()
            }
            _ => atom
                .roots
                .first()
                .map(|root| one_line(&root.text))
                .unwrap_or_default(),
        };
        let diagnostic = match (position, atom.because) {
            (Some(position), _) => diagnostic.note(position.consequence(&operand)),
            (None, Some(not)) if !covers(atom.span, not) => diagnostic
                .secondary(self.scope.file, not, "this turns the no into a yes")
                .note(taken_in(&operand, atom.inside_where)),
            (None, _) => diagnostic.note(taken_in(&operand, atom.inside_where)),
        };
        self.report(diagnostic);
    }

    fn open_here(&self, atom: &OpenAtom, chooses: bool) -> Diagnostic {
        let names: Vec<String> = atom
            .roots
            .iter()
            .map(|root| format!("`{}`", one_line(&root.text)))
            .collect();
        let diagnostic = self.diagnostic(
            missing::MISSING_BECOMES_YES,
            atom.span,
            format!(
                "{} may be missing, and this does not say what then",
                names.join(" or ")
            ),
        );
        if matches!(atom.source, Source::AllOf) {
            let list = &atom.roots[0].text;
            return self.settle_all(
                diagnostic.label("without a list, there is no telling whether it holds for all"),
                atom,
                list,
            );
        }
        let written = self.text(atom.span);
        let known: Vec<String> = atom
            .roots
            .iter()
            .map(|root| format!("{} is known", root.text))
            .collect();
        let missing: Vec<String> = atom
            .roots
            .iter()
            .map(|root| format!("{} is missing", root.text))
            .collect();
        let both = format!("{} and {written}", known.join(" and "));
        let either = format!("{} or {written}", missing.join(" or "));
        let (both, either) = match atom.parent {
            Parent::Whole | Parent::Or => (both, either),
            Parent::And => (both, format!("({either})")),
            Parent::Other => (format!("({both})"), format!("({either})")),
        };
        let names = names.join(" or ");
        let title = |new: &str, what: &str, behind_not: &str| {
            let new = one_line(new);
            if chooses && atom.behind_not {
                // A no behind a `not` is a yes to those who read both: what counts is who is chosen.
                let who = without(atom.inside_where);
                format!("to {behind_not} {who} {names}, write `{new}` behind the `not`")
            } else {
                format!("if missing is a {what} here, write `{new}`")
            }
        };
        let both_title = title(&both, "no", "take in");
        let either_title = title(&either, "yes", "leave out");
        diagnostic
            .label("neither yes nor no without it")
            .fix(both_title, Applicability::Maybe, atom.span, both)
            .fix(either_title, Applicability::Maybe, atom.span, either)
    }

    fn settle_all(&self, diagnostic: Diagnostic, atom: &OpenAtom, list: &str) -> Diagnostic {
        let written = self.text(atom.span);
        diagnostic
            .fix(
                "if no list is a no",
                Applicability::Maybe,
                atom.span,
                format!("({list} is known and {written})"),
            )
            .fix(
                "if no list is a yes",
                Applicability::Maybe,
                atom.span,
                format!("({list} is missing or {written})"),
            )
    }

    fn open_elsewhere(
        &self,
        atom: &OpenAtom,
        what: &str,
        name: &str,
        operand: &OpenOperand,
    ) -> Diagnostic {
        let message = format!(
            "`{name}` rests on `{}`, which may be missing, and this does not say what then",
            operand.text
        );
        let declaration = operand.declaration.as_deref().unwrap_or(name);
        let mut diagnostic = self
            .diagnostic(missing::MISSING_BECOMES_YES, atom.span, message)
            .label("neither yes nor no without it")
            .help(format!(
                "settle it inside `{declaration}`: `{0} is known and …` or `{0} is missing or …`",
                operand.text
            ));
        if let Some(place) = self.env.place(declaration) {
            diagnostic = diagnostic.secondary(
                place.file,
                place.span,
                format!("this {what} rests on `{}`", operand.text),
            );
        }
        diagnostic
    }

    fn report_segment(&mut self, atom: &OpenAtom) {
        let Source::Segment { name, operand } = &atom.source else {
            return;
        };
        let declaration = operand.declaration.as_deref().unwrap_or(name);
        let mut diagnostic = self
            .diagnostic(
                missing::OPEN_SEGMENT_NEGATED,
                atom.span,
                format!(
                    "people without `{}` are not in `{name}`, and so are chosen here",
                    operand.text
                ),
            )
            .label(format!(
                "`{name}` rests on `{}`, which may be missing",
                operand.text
            ))
            .help(format!(
                "settle it inside `{declaration}`: `{0} is known and …` or `{0} is missing or …`",
                operand.text
            ));
        if let Some(place) = self.env.place(name) {
            diagnostic = diagnostic.secondary(place.file, place.span, "the segment");
        }
        self.report(diagnostic);
    }
}

fn taken_in(operand: &str, inside_where: bool) -> String {
    let who = without(inside_where);
    format!("{who} `{operand}` would silently be taken in")
}

fn without(inside_where: bool) -> &'static str {
    if inside_where {
        "what lacks"
    } else {
        "people without"
    }
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= 80 {
        line
    } else {
        line.chars().take(79).chain(['…']).collect()
    }
}

/// The parts of an operand that may be missing of themselves, not because their own parts are.
fn missing_roots<'e>(expr: &'e Expr, into: &mut Vec<&'e Expr>) {
    if into.len() >= 16 {
        return;
    }
    let mut inner: Vec<&Expr> = Vec::new();
    let goes_in = match &expr.kind {
        ExprKind::Op(op, _) => is_strict(*op),
        ExprKind::Fn(..) => true,
        _ => false,
    };
    if goes_in {
        each_part(expr, &mut |part| {
            if part.ty.optional {
                inner.push(part);
            }
        });
    }
    if inner.is_empty() || own_missing(expr) {
        into.push(expr);
    } else {
        inner.into_iter().for_each(|part| missing_roots(part, into));
    }
}

/// Whether an operation may give missing although its operands are there: then only the whole can be asked for.
fn own_missing(expr: &Expr) -> bool {
    use crate::Op;
    match &expr.kind {
        ExprKind::Op(Op::Div | Op::IntDiv | Op::Mod, operands) => operands
            .get(1)
            .is_none_or(|divisor| !super::consts::is_nonzero(divisor)),
        ExprKind::Op(Op::Domain | Op::Geo, _) => true,
        // Whether the function itself may give nothing is not known here; asking for the whole is always right.
        ExprKind::Fn(..) => true,
        _ => false,
    }
}
