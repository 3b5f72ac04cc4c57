//! From what a source reads to what its file holds: which columns to write, and how, so that the source's expression gives the value
//! back. Where an expression has no way back, its columns are left to whoever fills what nobody decides. Writes no file.

use std::sync::Arc;

use persona_ir::{Plan, RawAgg, RawExpr, RawOp, Ty};
use persona_runtime::Value;

/// How one column is filled from one value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    pub(super) column: Arc<str>,
    /// What the column's values are, after the steps.
    pub(super) ty: Ty,
    pub(super) steps: Vec<Step>,
}

/// What is done to a value on its way into a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Always this.
    Always(Value),
    /// One of these, by whether the value is true.
    Either(Value, Value),
    /// The text beside the value's own; for others the last text.
    Arms(Vec<(String, String)>, String),
    /// Elements with this between them.
    Join(Arc<str>),
    /// This for that, in its text.
    Replace(Arc<str>, Arc<str>),
    /// So many times.
    Times(f64),
    /// The latitude of a place, or its longitude.
    Degrees { longitude: bool },
    /// As `.as(Type, "…")` reads it, of this type.
    As(Ty, Arc<str>),
}

/// What writes the columns of an expression so that it gives a value of a type back; absent where no way is known.
pub(super) fn inverse(expr: &RawExpr, ty: &Ty) -> Option<Vec<Written>> {
    let mut found = Vec::new();
    walk(expr, ty, Vec::new(), &mut found).then_some(found)
}

/// What makes a condition true, as far as single columns can; absent parts are left to what the columns hold anyway.
pub(super) fn conditions(filter: &RawExpr) -> Vec<Written> {
    let mut found = Vec::new();
    if let RawExpr::Op(RawOp::And, both) = filter {
        return both.iter().flat_map(conditions).collect();
    }
    let known = matches!(filter, RawExpr::Op(RawOp::Known, _));
    if !known
        && walk(
            filter,
            &Ty::Bool,
            vec![Step::Always(Value::Bool(true))],
            &mut found,
        )
    {
        return found;
    }
    Vec::new()
}

/// The columns that an expression reads, each once.
pub(super) fn columns(expr: &RawExpr, into: &mut Vec<Arc<str>>) {
    match expr {
        RawExpr::Column(name) if into.contains(name) => {}
        RawExpr::Column(name) => into.push(name.clone()),
        RawExpr::Text(_) | RawExpr::Number(_) | RawExpr::Bool(_) => {}
        RawExpr::Op(_, operands) => operands.iter().for_each(|operand| columns(operand, into)),
        RawExpr::Matches(operand, _) | RawExpr::As(operand, ..) => columns(operand, into),
        RawExpr::In(operand, items) => {
            columns(operand, into);
            items.iter().for_each(|item| columns(item, into));
        }
        RawExpr::Agg(_, operand) => {
            if let Some(operand) = operand {
                columns(operand, into);
            }
        }
        RawExpr::If(a, b, c) => [a, b, c].into_iter().for_each(|part| columns(part, into)),
        RawExpr::Match(operand, arms, otherwise) => {
            columns(operand, into);
            for (pattern, result) in arms {
                columns(pattern, into);
                columns(result, into);
            }
            columns(otherwise, into);
        }
    }
}

/// Goes from an expression's value, of type `ty` after `steps`, to its columns. False where there is no way.
fn walk(expr: &RawExpr, ty: &Ty, mut steps: Vec<Step>, found: &mut Vec<Written>) -> bool {
    match expr {
        RawExpr::Column(name) => {
            found.push(Written {
                column: name.clone(),
                ty: ty.clone(),
                steps,
            });
            true
        }
        // Nothing to write: it is what it is.
        RawExpr::Text(_) | RawExpr::Number(_) | RawExpr::Bool(_) => true,
        RawExpr::Agg(RawAgg::Count, _) => true,
        RawExpr::Agg(_, Some(operand)) => walk(operand, ty, steps, found),
        RawExpr::As(operand, read, text) => match text {
            Some(text) => {
                steps.push(Step::As(read.clone(), text.clone()));
                walk(operand, &Ty::Str, steps, found)
            }
            None => walk(operand, ty, steps, found),
        },
        RawExpr::Op(op, operands) => operation(*op, operands, ty, steps, found),
        RawExpr::In(operand, items) if *ty == Ty::Bool => {
            let Some(first) = items.first().and_then(literal) else {
                return false;
            };
            steps.push(Step::Either(Value::text(first), Value::text("other")));
            walk(operand, &Ty::Str, steps, found)
        }
        RawExpr::Match(operand, arms, otherwise) => {
            let Some((arms, rest)) = match_arms(arms, otherwise) else {
                return false;
            };
            steps.push(Step::Arms(arms, rest));
            walk(operand, &Ty::Str, steps, found)
        }
        RawExpr::If(condition, then, otherwise) => {
            let (Some(then), Some(otherwise)) = (literal(then), literal(otherwise)) else {
                return false;
            };
            steps.push(Step::Arms(
                vec![(then, YES.to_owned()), (otherwise, NO.to_owned())],
                NO.to_owned(),
            ));
            steps.push(Step::Either(Value::Bool(true), Value::Bool(false)));
            walk(condition, &Ty::Bool, steps, found)
        }
        RawExpr::In(..) | RawExpr::Matches(..) | RawExpr::Agg(_, None) => false,
    }
}

const YES: &str = "true";
const NO: &str = "false";

fn operation(
    op: RawOp,
    operands: &[RawExpr],
    ty: &Ty,
    mut steps: Vec<Step>,
    found: &mut Vec<Written>,
) -> bool {
    match (op, operands) {
        (RawOp::Trim | RawOp::Lower | RawOp::Upper | RawOp::EmptyAsMissing, [operand])
        | (RawOp::Coalesce, [operand, _]) => walk(operand, ty, steps, found),
        (RawOp::Eq, [a, b]) if *ty == Ty::Bool => {
            let (Some(wanted), operand) = (match literal(b) {
                Some(text) => (Some(text), a),
                None => (literal(a), b),
            }) else {
                return false;
            };
            let other = opposite(&wanted).to_owned();
            steps.push(Step::Either(Value::text(wanted), Value::text(other)));
            walk(operand, &Ty::Str, steps, found)
        }
        (RawOp::Known, [operand]) if *ty == Ty::Bool => {
            steps.push(Step::Either(Value::text("yes"), Value::Missing));
            walk(operand, &Ty::Str, steps, found)
        }
        (RawOp::Not, [operand]) if *ty == Ty::Bool => {
            steps.push(Step::Either(Value::Bool(false), Value::Bool(true)));
            walk(operand, ty, steps, found)
        }
        (RawOp::StartsWith | RawOp::EndsWith | RawOp::Contains, [operand, text])
            if *ty == Ty::Bool =>
        {
            let Some(text) = literal(text) else {
                return false;
            };
            steps.push(Step::Either(Value::text(text), Value::text("other")));
            walk(operand, &Ty::Str, steps, found)
        }
        (RawOp::Split, [operand, RawExpr::Text(between)]) => {
            steps.push(Step::Join(between.clone()));
            walk(operand, &Ty::Str, steps, found)
        }
        (RawOp::Replace, [operand, RawExpr::Text(from), RawExpr::Text(to)]) => {
            // What becomes nothing cannot be put back, and need not be.
            if !to.is_empty() && !from.is_empty() {
                steps.push(Step::Replace(to.clone(), from.clone()));
            }
            walk(operand, &Ty::Str, steps, found)
        }
        (RawOp::Geo, [latitude, longitude]) => {
            let mut of = |longitude, operand| {
                let mut steps = steps.clone();
                steps.push(Step::Degrees { longitude });
                walk(operand, &Ty::Float, steps, found)
            };
            of(false, latitude) && of(true, longitude)
        }
        (RawOp::Add | RawOp::Sub | RawOp::Mul | RawOp::Div, [a, b]) if is_number(ty) => {
            arithmetic(op, (a, b), ty, steps, found)
        }
        (RawOp::Neg, [operand]) if is_number(ty) => {
            steps.push(Step::Times(-1.0));
            walk(operand, &Ty::Str, steps, found)
        }
        _ => false,
    }
}

/// The whole value goes to one operand; the other is what changes nothing.
fn arithmetic(
    op: RawOp,
    (a, b): (&RawExpr, &RawExpr),
    ty: &Ty,
    mut steps: Vec<Step>,
    found: &mut Vec<Written>,
) -> bool {
    let factor = |expr: &RawExpr| literal(expr).and_then(|text| text.parse::<f64>().ok());
    let neutral = match op {
        RawOp::Mul | RawOp::Div => 1,
        _ => 0,
    };
    let by = match (op, factor(a), factor(b)) {
        (RawOp::Mul, _, Some(by)) if by != 0.0 => Some((a, 1.0 / by)),
        (RawOp::Mul, Some(by), _) if by != 0.0 => Some((b, 1.0 / by)),
        (RawOp::Div, _, Some(by)) => Some((a, by)),
        _ => None,
    };
    if let Some((operand, by)) = by {
        steps.push(Step::Times(by));
        return walk(operand, &Ty::Str, steps, found);
    }
    let (value, other) = match op {
        RawOp::Mul if counts(a) && !counts(b) => (b, a),
        _ => (a, b),
    };
    let mut constant = steps.clone();
    constant.push(Step::Always(Value::Int(neutral)));
    walk(value, ty, steps, found) && walk(other, &Ty::Int, constant, found)
}

fn is_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Float | Ty::Money(_) | Ty::Length)
}

/// Whether a column says how many, by its name.
fn counts(expr: &RawExpr) -> bool {
    let mut names = Vec::new();
    columns(expr, &mut names);
    names
        .iter()
        .any(|name| super::super::field::is_few(&name.to_lowercase()))
}

fn literal(expr: &RawExpr) -> Option<String> {
    match expr {
        RawExpr::Text(text) | RawExpr::Number(text) => Some(text.to_string()),
        RawExpr::Bool(value) => Some(value.to_string()),
        RawExpr::As(operand, ..) => literal(operand),
        _ => None,
    }
}

/// The texts that a `match` reads for each result, and one for what is left.
fn match_arms(
    arms: &[(RawExpr, RawExpr)],
    otherwise: &RawExpr,
) -> Option<(Vec<(String, String)>, String)> {
    let mut texts = Vec::new();
    for (pattern, result) in arms {
        texts.push((literal(result)?, literal(pattern)?));
    }
    let read: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
    let rest = [
        opposite(read.first().unwrap_or(&"")),
        "other",
        "none of these",
    ];
    let rest = rest
        .into_iter()
        .find(|word| !read.contains(word))?
        .to_owned();
    // What falls through is its own text where the source hands it on.
    if let Some(result) = literal(otherwise) {
        texts.push((result, rest.clone()));
    }
    Some((texts, rest))
}

/// What people write where it is not so.
fn opposite(word: &str) -> &'static str {
    match word {
        "yes" => "no",
        "no" => "yes",
        "Yes" => "No",
        "No" => "Yes",
        "YES" => "NO",
        "y" => "n",
        "Y" => "N",
        "true" => "false",
        "True" => "False",
        "1" => "0",
        "0" => "1",
        _ => "other",
    }
}

impl Written {
    /// The value to write; `Err` where this one cannot be said in this way.
    pub(super) fn value(&self, plan: &Plan, ty: &Ty, value: &Value) -> Value {
        let (mut value, mut ty) = (value.clone(), ty.clone());
        for step in &self.steps {
            if value == Value::Missing && !matches!(step, Step::Always(_)) {
                return Value::Missing;
            }
            (value, ty) = step.take(plan, &value, &ty);
        }
        value
    }
}

impl Step {
    fn take(&self, plan: &Plan, value: &Value, ty: &Ty) -> (Value, Ty) {
        let text = || persona_io::cell_text(value, ty, &plan.schema);
        let as_text = |text: String| (Value::text(text), Ty::Str);
        match self {
            Self::Always(value) => (value.clone(), type_of(value)),
            Self::Either(yes, no) => {
                let chosen = if value.is_true() || value.str() == Some(YES) {
                    yes
                } else {
                    no
                };
                (chosen.clone(), type_of(chosen))
            }
            Self::Arms(arms, rest) => {
                let text = text();
                let arm = arms.iter().find(|(result, _)| *result == text);
                as_text(arm.map_or(rest, |(_, read)| read).clone())
            }
            Self::Join(between) => {
                let element = ty.element().unwrap_or(&Ty::Str);
                let items = value.list().unwrap_or_default().iter();
                let items = items.map(|item| persona_io::cell_text(item, element, &plan.schema));
                as_text(items.collect::<Vec<_>>().join(between))
            }
            Self::Replace(from, to) => as_text(text().replace(&**from, to)),
            Self::Times(by) => {
                let number = text().parse::<f64>().unwrap_or(0.0) * by;
                as_text(plain_number(number))
            }
            Self::Degrees { longitude } => match value.geo() {
                Some((latitude, other)) => {
                    let degrees = if *longitude { other } else { latitude };
                    (Value::Float(degrees), Ty::Float)
                }
                None => (Value::Missing, Ty::Float),
            },
            Self::As(read, said) => {
                let written = value
                    .int()
                    .and_then(|value| persona_io::write_value(plan, read, value, said));
                as_text(written.unwrap_or_else(text))
            }
        }
    }
}

fn type_of(value: &Value) -> Ty {
    match value {
        Value::Bool(_) => Ty::Bool,
        Value::Int(_) => Ty::Int,
        Value::Float(_) => Ty::Float,
        _ => Ty::Str,
    }
}

/// A number as people write it, to the sixth decimal.
fn plain_number(number: f64) -> String {
    let text = format!("{number:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
