//! Conditions: what may be compared with what, where a missing value may stand, and what a condition says about what is there.

use persona_base::{Diagnostic, Span, liquid, nearest};

use super::paths::listed;
use super::{Checker, Typed};
use crate::ast::{Compare, Comparison, Condition, Operand, OperandKind};
use crate::ir::{Expr, Test};
use crate::literals;
use crate::{Ty, Value};

/// The most comparisons of one condition: whoever walks it knows its stack.
const MAX_COMPARISONS: usize = 256;

/// A checked condition.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) test: Test,
    /// Paths that are there where it holds.
    pub(super) yes: Vec<String>,
    /// Paths that are there where it does not.
    pub(super) no: Vec<String>,
    /// A value whose absence makes it false, so that *not* would make it true.
    pub(super) open: Option<Typed>,
}

impl Judged {
    fn of(test: Test) -> Self {
        Self {
            test,
            yes: Vec::new(),
            no: Vec::new(),
            open: None,
        }
    }
}

fn common(a: &[String], b: &[String]) -> Vec<String> {
    a.iter().filter(|key| b.contains(key)).cloned().collect()
}

impl Checker<'_> {
    /// A condition of `if`, `elsif` or `unless`.
    pub(super) fn condition(&mut self, condition: &Condition) -> Judged {
        if condition.rest.len() >= MAX_COMPARISONS {
            let diagnostic = self.problem(
                liquid::TOO_LARGE,
                condition.span,
                "too many comparisons in one condition",
            );
            self.report(diagnostic.label(format!("{MAX_COMPARISONS} are the most")));
            return Judged::of(Test::Always(false));
        }
        self.mixed(condition);
        let before = self.env.known.clone();
        let mut parts = vec![(true, self.comparison(&condition.first))];
        for (and, _, comparison) in &condition.rest {
            let (_, last) = parts.last().expect("there is a first");
            let facts = if *and {
                last.yes.clone()
            } else {
                last.no.clone()
            };
            self.env.learn(facts);
            let judged = self.comparison(comparison);
            parts.push((*and, judged));
        }
        self.env.known = before;
        // Liquid binds from the right: `a and b or c` is `a and (b or c)`.
        let (mut and, mut judged) = parts.pop().expect("there is a first");
        while let Some((outer, left)) = parts.pop() {
            judged = joined(and, left, judged);
            and = outer;
        }
        judged
    }

    /// `a and b or c` is not what it is elsewhere.
    fn mixed(&mut self, condition: &Condition) {
        let first_and = condition.rest.iter().position(|(and, ..)| *and);
        let or_after = condition
            .rest
            .iter()
            .skip(first_and.map_or(usize::MAX, |at| at + 1))
            .find(|(and, ..)| !*and);
        if let Some((_, place, _)) = or_after {
            let diagnostic = self
                .problem(
                    liquid::AND_OR,
                    *place,
                    "`and` before `or` is not read as elsewhere",
                )
                .label("Liquid binds from the right: `a and b or c` is `a and (b or c)`")
                .help("put one `{% if … %}` inside another");
            self.report(diagnostic);
        }
    }

    fn comparison(&mut self, comparison: &Comparison) -> Judged {
        let left = &comparison.left;
        match &comparison.right {
            None => self.alone(left),
            Some((compare, place, right)) => {
                match (special(left), special(right)) {
                    (None, None) => {
                        let left = self.value(left);
                        let right = self.value(right);
                        self.compared(&left, *compare, *place, &right)
                    }
                    (None, Some(word)) => {
                        let value = self.value(left);
                        self.with_word(&value, *compare, *place, word)
                    }
                    (Some(word), None) => {
                        let value = self.value(right);
                        self.with_word(&value, *compare, *place, word)
                    }
                    (Some(_), Some(_)) => {
                        let diagnostic = self.problem(
                            liquid::COMPARED,
                            comparison.span,
                            "no value is compared here",
                        );
                        self.report(diagnostic.help(
                            "`nil`, `blank` and `empty` stand beside a value: `name == blank`",
                        ));
                        Judged::of(Test::Always(false))
                    }
                }
            }
        }
    }

    /// A value by itself: a yes or no, or something that may be missing.
    fn alone(&mut self, operand: &Operand) -> Judged {
        match &operand.kind {
            OperandKind::Bool(yes) => return Judged::of(Test::Always(*yes)),
            OperandKind::Nil => {
                self.always(operand.span, false, "`nil` is no");
                return Judged::of(Test::Always(false));
            }
            OperandKind::Blank | OperandKind::Empty => {
                self.always(operand.span, true, "by itself it is yes");
                return Judged::of(Test::Always(true));
            }
            _ => {}
        }
        let typed = self.value(operand);
        let facts: Vec<String> = typed.key.clone().into_iter().collect();
        match &typed.ty {
            Ty::Error => Judged::of(Test::Always(false)),
            Ty::Bool => Judged::of(Test::Holds(typed.expr)),
            Ty::Optional(of) => Judged {
                test: if **of == Ty::Bool {
                    Test::Holds(typed.expr)
                } else {
                    Test::Known(typed.expr)
                },
                yes: facts,
                no: Vec::new(),
                open: None,
            },
            other => {
                let why = format!(
                    "this is {}, which is always there, and Liquid takes it for yes",
                    other.describe()
                );
                self.always(operand.span, true, &why);
                Judged::of(Test::Always(true))
            }
        }
    }

    /// A condition that is always, or never, so.
    fn always(&mut self, span: Span, yes: bool, why: &str) {
        let message = if yes {
            "this is always so"
        } else {
            "this is never so"
        };
        let diagnostic = self.problem(liquid::ALWAYS, span, message).label(why);
        self.report(
            diagnostic.help("a text or a list that may be empty is compared: `name != blank`"),
        );
    }

    /// A value beside `nil`, `blank` or `empty`.
    fn with_word(&mut self, value: &Typed, compare: Compare, place: Span, word: Word) -> Judged {
        let yes = match compare {
            Compare::Eq => true,
            Compare::Ne => false,
            _ => {
                let diagnostic = self.problem(
                    liquid::COMPARED,
                    place,
                    format!("`{}` is compared with `==` and `!=` only", word.name()),
                );
                self.report(diagnostic);
                return Judged::of(Test::Always(false));
            }
        };
        if value.ty.is_error() {
            return Judged::of(Test::Always(false));
        }
        let facts: Vec<String> = value.key.clone().into_iter().collect();
        let of = value.ty.clone().known();
        let expr = value.expr.clone();
        let optional = value.ty.is_optional();
        let mut judged = match word {
            Word::Nil if optional => Judged {
                no: facts,
                ..Judged::of(Test::Not(Box::new(Test::Known(expr))))
            },
            Word::Blank
                if optional || matches!(of, Ty::Str | Ty::Html | Ty::List(_) | Ty::Bool) =>
            {
                Judged {
                    no: facts,
                    ..Judged::of(Test::Blank(expr))
                }
            }
            Word::Empty if matches!(of, Ty::Str | Ty::Html | Ty::List(_)) => Judged {
                yes: facts,
                open: optional.then(|| value.clone()),
                ..Judged::of(Test::Empty(expr))
            },
            _ => {
                let fields = matches!(&of, Ty::Record(fields) if fields.is_empty());
                let equal = fields && word != Word::Nil;
                let why = format!("this is {}, and never {}", value.ty.describe(), word.name());
                self.always(value.span.to(place), equal == yes, &why);
                return Judged::of(Test::Always(equal == yes));
            }
        };
        if !yes {
            if let Some(open) = judged.open.take() {
                self.missing_as_yes(&open);
            }
            std::mem::swap(&mut judged.yes, &mut judged.no);
            judged.test = Test::Not(Box::new(judged.test));
        }
        judged
    }

    /// Two values.
    pub(super) fn compared(
        &mut self,
        left: &Typed,
        compare: Compare,
        place: Span,
        right: &Typed,
    ) -> Judged {
        if left.ty.is_error() || right.ty.is_error() {
            return Judged::of(Test::Always(false));
        }
        if compare == Compare::Contains {
            return self.contains(left, right);
        }
        let equality = matches!(compare, Compare::Eq | Compare::Ne);
        let Some((left, right)) = self.agreed(left, right, equality, place) else {
            return Judged::of(Test::Always(false));
        };
        let (a, b) = (left.expr.clone(), right.expr.clone());
        let test = match compare {
            Compare::Lt => Test::Lt(a, b),
            Compare::Le => Test::Le(a, b),
            Compare::Gt => Test::Lt(b, a),
            Compare::Ge => Test::Le(b, a),
            Compare::Eq | Compare::Ne | Compare::Contains => Test::Eq(a, b),
        };
        let open = [&left, &right]
            .into_iter()
            .find(|side| side.ty.is_optional())
            .cloned();
        let yes: Vec<String> = [&left, &right]
            .iter()
            .filter_map(|side| side.key.clone())
            .collect();
        if compare == Compare::Ne {
            if let Some(open) = &open {
                self.missing_as_yes(open);
            }
            return Judged {
                no: yes,
                ..Judged::of(Test::Not(Box::new(test)))
            };
        }
        Judged {
            test,
            yes,
            no: Vec::new(),
            open,
        }
    }

    /// Where a missing value would turn into a yes.
    pub(super) fn missing_as_yes(&mut self, open: &Typed) {
        let source = self.source(open.span).to_owned();
        let diagnostic = self
            .problem(
                liquid::MAY_BE_MISSING,
                open.span,
                format!("`{source}` may be missing"),
            )
            .label("a missing value would turn into a yes")
            .help(format!(
                "say what is meant: `{source} != blank and …`, or `{source} == blank or …`"
            ));
        self.report(diagnostic);
    }

    /// Both sides with one type; reports where there is none.
    fn agreed(
        &mut self,
        left: &Typed,
        right: &Typed,
        equality: bool,
        place: Span,
    ) -> Option<(Typed, Typed)> {
        let (mut left, mut right) = (left.clone(), right.clone());
        if let Some(read) = self.read_as(&right, &left.ty) {
            right = read?;
        } else if let Some(read) = self.read_as(&left, &right.ty) {
            left = read?;
        }
        let (a, b) = (left.ty.clone().known(), right.ty.clone().known());
        let numbers = a.is_number() && b.is_number();
        let ordered = numbers
            || matches!(
                a,
                Ty::Str
                    | Ty::Money(_)
                    | Ty::Date
                    | Ty::TimeOfDay
                    | Ty::Timestamp
                    | Ty::Duration
                    | Ty::Length
            );
        let comparable = if equality {
            !matches!(a, Ty::Record(_) | Ty::Geo | Ty::Html)
        } else {
            ordered
        };
        if (a == b || numbers) && comparable {
            return Some((left, right));
        }
        let message = if a == b || numbers {
            format!("{} cannot be compared like this", a.describe())
        } else {
            format!("{} is compared to {}", a.describe(), b.describe())
        };
        let diagnostic = self.problem(liquid::COMPARED, place, message);
        let diagnostic = self.instead(diagnostic, &left, &right);
        let diagnostic = if a == b {
            diagnostic
        } else {
            diagnostic
                .secondary(self.file, left.span, format!("this is {}", a.describe()))
                .secondary(self.file, right.span, format!("this is {}", b.describe()))
        };
        self.report(diagnostic);
        None
    }

    /// How the two could be compared.
    fn instead(&self, diagnostic: Diagnostic, left: &Typed, right: &Typed) -> Diagnostic {
        for (literal, other) in [(right, left), (left, right)] {
            let source = self.source(literal.span);
            match (literal.literal(), other.ty.clone().known()) {
                (Some(Value::Str(text)), Ty::Int | Ty::Float)
                    if text.parse::<f64>().is_ok_and(f64::is_finite) =>
                {
                    return diagnostic.perhaps(literal.span, &**text);
                }
                (Some(Value::Str(text)), Ty::Bool) if matches!(&**text, "true" | "false") => {
                    return diagnostic.perhaps(literal.span, &**text);
                }
                (Some(Value::Int(_) | Value::Float(_)), Ty::Str) => {
                    return diagnostic.perhaps(literal.span, format!("\"{source}\""));
                }
                (Some(Value::Int(_) | Value::Float(_)), Ty::Money(currency)) => {
                    return diagnostic.perhaps(literal.span, format!("\"{source} {currency}\""));
                }
                _ => {}
            }
        }
        diagnostic.help("in Liquid elsewhere such a comparison is always false, or fails when the message is written")
    }

    /// A text in quotes beside a value of another type is read as that type: `tier == "gold"`, `price > "20 USD"`. `None` where that
    /// is not asked; `Some(None)` where it cannot be read, which is reported.
    fn read_as(&mut self, literal: &Typed, ty: &Ty) -> Option<Option<Typed>> {
        let Some(Value::Str(text)) = literal.literal() else {
            return None;
        };
        let of = ty.clone().known();
        let form = literals::form(&of)?;
        let text = std::sync::Arc::clone(text);
        if let Some(value) = literals::read(&text, &of) {
            return Some(Some(Typed::new(Expr::Const(value), of, literal.span)));
        }
        let message = format!("`{text}` is not {}", of.describe());
        let diagnostic = self.problem(liquid::COMPARED, literal.span, message);
        let diagnostic = match &of {
            Ty::Enum(values) => {
                let names = || values.values.iter().map(|value| &**value);
                match nearest(&text, names()) {
                    Some(near) => diagnostic.perhaps(literal.span, format!("\"{near}\"")),
                    None => diagnostic.label(format!("the values are {}", listed(names()))),
                }
            }
            _ => diagnostic.help(format!("write it as in {form}")),
        };
        self.report(diagnostic);
        Some(None)
    }

    /// `a contains b`: a text in a text, a value in a list.
    fn contains(&mut self, left: &Typed, right: &Typed) -> Judged {
        let yes: Vec<String> = [left, right]
            .iter()
            .filter_map(|side| side.key.clone())
            .collect();
        let open = [left, right]
            .into_iter()
            .find(|side| side.ty.is_optional())
            .cloned();
        let test = match left.ty.clone().known() {
            Ty::Str => {
                if right.ty.clone().known() != Ty::Str {
                    let diagnostic =
                        self.problem(liquid::COMPARED, right.span, "a text contains texts");
                    let diagnostic = diagnostic.label(format!("this is {}", right.ty.describe()));
                    let source = self.source(right.span).to_owned();
                    self.report(if right.literal().is_some() {
                        diagnostic.perhaps(right.span, format!("\"{source}\""))
                    } else {
                        diagnostic
                    });
                    return Judged::of(Test::Always(false));
                }
                Test::Contains(left.expr.clone(), right.expr.clone())
            }
            Ty::List(element) => {
                let item = Typed::new(Expr::Const(Value::Missing), (*element).clone(), left.span);
                let Some((_, right)) = self.agreed(&item, right, true, right.span) else {
                    return Judged::of(Test::Always(false));
                };
                Test::Has(left.expr.clone(), right.expr)
            }
            other => {
                let diagnostic = self.problem(
                    liquid::COMPARED,
                    left.span,
                    "only texts and lists contain something",
                );
                let diagnostic = diagnostic.label(format!("this is {}", other.describe()));
                self.report(match other {
                    Ty::Record(_) => diagnostic.help("a record's fields are known; ask for the field itself: `record.field != blank`"),
                    _ => diagnostic,
                });
                return Judged::of(Test::Always(false));
            }
        };
        Judged {
            test,
            yes,
            no: Vec::new(),
            open,
        }
    }
}

fn joined(and: bool, left: Judged, right: Judged) -> Judged {
    let both = Box::new((left.test, right.test));
    let open = left.open.or(right.open);
    let all = |mut a: Vec<String>, b: Vec<String>| {
        a.extend(b);
        a
    };
    if and {
        Judged {
            test: Test::And(both),
            no: common(&left.no, &right.no),
            yes: all(left.yes, right.yes),
            open,
        }
    } else {
        Judged {
            test: Test::Or(both),
            yes: common(&left.yes, &right.yes),
            no: all(left.no, right.no),
            open,
        }
    }
}

/// A word that is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Nil,
    Blank,
    Empty,
}

impl Word {
    const fn name(self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Blank => "blank",
            Self::Empty => "empty",
        }
    }
}

const fn special(operand: &Operand) -> Option<Word> {
    match operand.kind {
        OperandKind::Nil => Some(Word::Nil),
        OperandKind::Blank => Some(Word::Blank),
        OperandKind::Empty => Some(Word::Empty),
        _ => None,
    }
}

impl Checker<'_> {
    /// `when blank`
    pub(super) fn word_in_when(&mut self, subject: &Typed, value: &Operand) -> Judged {
        let word = special(value).unwrap_or(Word::Nil);
        self.with_word(subject, Compare::Eq, value.span, word)
    }
}
