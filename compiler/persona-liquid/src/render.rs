//! Writes a message: goes through the checked template once, into one buffer. Nothing can be wrong here but size: what is
//! written and what is worked is bounded.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::display::Display;
use crate::filters::{self, Fid, equal, escape_into, is_blank, order, size};
use crate::ir::{Call, Checked, Expr, From, List, Loop, LoopField, Node, Place, Test, With};
use crate::limits::{MAX_LIST, MAX_OUTPUT, MAX_WORK};
use crate::{Ty, Value};

/// Why a message cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderError {
    /// The message, a text or a list made on the way is longer than [`MAX_OUTPUT`] or [`MAX_LIST`].
    TooLong(Place),
    /// More than [`MAX_WORK`] was done.
    TooMuch(Place),
}

impl RenderError {
    /// Where the template was.
    pub const fn place(&self) -> Place {
        match self {
            Self::TooLong(place) | Self::TooMuch(place) => *place,
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(_) => write!(
                f,
                "a text of more than {MAX_OUTPUT} bytes, or a list of more than {MAX_LIST} elements"
            ),
            Self::TooMuch(_) => write!(f, "more than {MAX_WORK} steps"),
        }
    }
}

impl std::error::Error for RenderError {}

/// Why rendering ends early.
pub(crate) type Stop = RenderError;

/// Writes the message of a template. `values` are those of [`Checked::roots`], in their order and of their types.
///
/// # Errors
///
/// When the message, or the work for it, has no bounds: see [`RenderError`].
pub fn render(
    template: &Checked,
    values: &[Value],
    display: &dyn Display,
) -> Result<String, RenderError> {
    let nowhere = Place {
        file: persona_base::FileId(0),
        span: persona_base::Span::default(),
    };
    let mut state = State {
        roots: values,
        locals: vec![Value::Missing; template.locals],
        loops: vec![LoopState::default(); template.locals],
        cycles: vec![BTreeMap::new(); template.cycles],
        offsets: vec![0; template.offsets],
        changes: vec![None; template.changes],
        work: Work {
            left: MAX_WORK,
            display,
            place: nowhere,
        },
        out: String::new(),
    };
    state.nodes(&template.nodes)?;
    Ok(state.out)
}

/// What may still be done.
pub(crate) struct Work<'d> {
    left: u64,
    pub(crate) display: &'d dyn Display,
    place: Place,
}

impl Work<'_> {
    pub(crate) fn spend(&mut self, work: u64) -> Result<(), Stop> {
        match self.left.checked_sub(work) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Stop::TooMuch(self.place)),
        }
    }

    /// Something of this size was made.
    pub(crate) fn made(&mut self, size: u64) -> Result<(), Stop> {
        if size > MAX_OUTPUT as u64 {
            return Err(self.too_long());
        }
        self.spend(size)
    }

    pub(crate) const fn too_long(&self) -> Stop {
        Stop::TooLong(self.place)
    }
}

/// Where a loop is.
#[derive(Clone, Copy, Debug, Default)]
struct LoopState {
    index: usize,
    length: usize,
    columns: usize,
}

/// How a sequence of nodes ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

struct State<'a> {
    roots: &'a [Value],
    locals: Vec<Value>,
    loops: Vec<LoopState>,
    cycles: Vec<BTreeMap<String, usize>>,
    offsets: Vec<usize>,
    changes: Vec<Option<String>>,
    work: Work<'a>,
    out: String,
}

impl<'a> State<'a> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<Flow, Stop> {
        for node in nodes {
            let flow = self.node(node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &Node) -> Result<Flow, Stop> {
        match node {
            Node::Text(text) => self.push(text)?,
            Node::Print { expr, ty, escape } => self.print(expr, ty, *escape)?,
            Node::If(branches, otherwise) => {
                self.work.spend(1)?;
                for (test, body) in branches {
                    if self.test(test)? {
                        return self.nodes(body);
                    }
                }
                return self.nodes(otherwise);
            }
            Node::Case(whens, otherwise) => return self.case(whens, otherwise),
            Node::For(for_) => self.for_(for_)?,
            Node::Set(slot, expr) => {
                self.work.spend(1)?;
                let value = self.value(expr)?;
                self.locals[*slot as usize] = value;
            }
            Node::Capture(slot, body) => {
                let (flow, text) = self.apart(body)?;
                self.locals[*slot as usize] = Value::Str(Arc::from(text));
                return Ok(flow);
            }
            Node::Cycle {
                slot,
                group,
                items,
                escape,
            } => {
                let key = match group {
                    None => String::new(),
                    Some(expr) => match self.value(expr)? {
                        Value::Str(text) => text.to_string(),
                        _ => String::new(),
                    },
                };
                self.work.spend(1 + key.len() as u64)?;
                let at = self.cycles[*slot as usize].entry(key).or_insert(0);
                let index = *at % items.len().max(1);
                *at = index + 1;
                if let Some((expr, ty)) = items.get(index) {
                    self.print(expr, ty, *escape)?;
                }
            }
            Node::Count(slot, up) => self.count(*slot, *up)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
            Node::IfChanged(slot, body) => {
                let (flow, text) = self.apart(body)?;
                if self.changes[*slot as usize].as_deref().unwrap_or_default() != text {
                    self.push(&text)?;
                    self.changes[*slot as usize] = Some(text);
                }
                return Ok(flow);
            }
            Node::Anew(anew) => {
                let at = |range: &std::ops::Range<u32>| range.start as usize..range.end as usize;
                self.cycles[at(&anew.cycles)]
                    .iter_mut()
                    .for_each(BTreeMap::clear);
                self.offsets[at(&anew.offsets)].fill(0);
                self.changes[at(&anew.changes)].fill(None);
            }
        }
        Ok(Flow::Next)
    }

    fn push(&mut self, text: &str) -> Result<(), Stop> {
        self.out.push_str(text);
        self.written(text.len())
    }

    fn written(&mut self, bytes: usize) -> Result<(), Stop> {
        if self.out.len() > MAX_OUTPUT {
            return Err(self.work.too_long());
        }
        self.work.spend(bytes as u64 + 1)
    }

    /// What nodes write, apart from the message.
    fn apart(&mut self, nodes: &[Node]) -> Result<(Flow, String), Stop> {
        let outside = std::mem::take(&mut self.out);
        let flow = self.nodes(nodes)?;
        Ok((flow, std::mem::replace(&mut self.out, outside)))
    }

    fn print(&mut self, expr: &Expr, ty: &Ty, escape: bool) -> Result<(), Stop> {
        let before = self.out.len();
        let value = self.value(expr)?;
        match (&value, ty) {
            (Value::Str(text), Ty::Html) => self.out.push_str(text),
            (Value::Str(text), Ty::Str) if escape => escape_into(&mut self.out, text),
            (Value::Str(text), Ty::Str) => self.out.push_str(text),
            (value, ty) if escape => {
                let mut text = String::new();
                self.work.display.value(&mut text, ty, value);
                escape_into(&mut self.out, &text);
            }
            (value, ty) => self.work.display.value(&mut self.out, ty, value),
        }
        self.written(self.out.len() - before)
    }

    fn case(&mut self, whens: &[(Vec<Test>, Vec<Node>)], otherwise: &[Node]) -> Result<Flow, Stop> {
        let mut found = false;
        for (tests, body) in whens {
            for test in tests {
                self.work.spend(1)?;
                if self.test(test)? {
                    found = true;
                    let flow = self.nodes(body)?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
            }
        }
        if found {
            Ok(Flow::Next)
        } else {
            self.nodes(otherwise)
        }
    }

    fn count(&mut self, slot: u32, up: bool) -> Result<(), Stop> {
        let slot = &mut self.locals[slot as usize];
        let before = match slot {
            Value::Int(number) => *number,
            _ => 0,
        };
        let after = if up {
            before.saturating_add(1)
        } else {
            before.saturating_sub(1)
        };
        *slot = Value::Int(after);
        let shown = if up { before } else { after };
        self.push(&shown.to_string())
    }

    /// A number that bounds a loop; negative ones are none.
    fn bound(&mut self, expr: &Expr) -> Result<usize, Stop> {
        Ok(match self.value(expr)? {
            Value::Int(number) => usize::try_from(number).unwrap_or(0),
            _ => 0,
        })
    }

    fn for_(&mut self, for_: &Loop) -> Result<(), Stop> {
        self.work.place = for_.place;
        let (first, values) = match &for_.list {
            List::Range(from, to) => {
                let (from, to) = (self.whole(from)?, self.whole(to)?);
                let count = i128::from(to) - i128::from(from) + 1;
                (Some((from, usize::try_from(count).unwrap_or(0))), None)
            }
            List::Values(expr) => match self.value(expr)? {
                Value::List(list) => (None, Some(list)),
                _ => (None, None),
            },
        };
        let count = first.map_or_else(
            || values.as_ref().map_or(0, |list| list.len()),
            |(_, count)| count,
        );
        let from = match &for_.offset {
            None => 0,
            Some(From::At(expr)) => self.bound(expr)?,
            Some(From::Reached(slot)) => self.offsets[*slot as usize],
        };
        let from = from.min(count);
        let length = match &for_.limit {
            None => count - from,
            Some(expr) => self.bound(expr)?.min(count - from),
        };
        if let Some(slot) = for_.reached {
            self.offsets[slot as usize] = from + length;
        }
        let columns = match &for_.table {
            Some(Some(expr)) => self.bound(expr)?.max(1),
            _ => length.max(1),
        };
        if length == 0 && for_.table.is_none() {
            self.nodes(&for_.otherwise)?;
            return Ok(());
        }
        if for_.table.is_some() {
            self.push("<tr class=\"row1\">\n")?;
        }
        for index in 0..length {
            self.work.place = for_.place;
            self.work.spend(1)?;
            let at = from
                + if for_.reversed {
                    length - 1 - index
                } else {
                    index
                };
            let item = match (&first, &values) {
                (Some((start, _)), _) => {
                    Value::Int(start.saturating_add(i64::try_from(at).unwrap_or(i64::MAX)))
                }
                (None, Some(list)) => list[at].clone(),
                (None, None) => Value::Missing,
            };
            self.locals[for_.item as usize] = item;
            self.loops[for_.state as usize] = LoopState {
                index,
                length,
                columns,
            };
            if self.pass(for_, index, length, columns)? == Flow::Break {
                break;
            }
        }
        if for_.table.is_some() {
            self.push("</tr>\n")?;
        }
        Ok(())
    }

    /// One pass of a loop, in its cell if it is a table.
    fn pass(
        &mut self,
        for_: &Loop,
        index: usize,
        length: usize,
        columns: usize,
    ) -> Result<Flow, Stop> {
        if for_.table.is_none() {
            return self.nodes(&for_.body);
        }
        self.push(&format!("<td class=\"col{}\">", index % columns + 1))?;
        let flow = self.nodes(&for_.body)?;
        self.push("</td>")?;
        if (index + 1).is_multiple_of(columns) && index + 1 < length && flow != Flow::Break {
            self.push(&format!(
                "</tr>\n<tr class=\"row{}\">",
                (index + 1) / columns + 1
            ))?;
        }
        Ok(flow)
    }

    fn whole(&mut self, expr: &Expr) -> Result<i64, Stop> {
        Ok(match self.value(expr)? {
            Value::Int(number) => number,
            _ => 0,
        })
    }

    fn value(&mut self, expr: &Expr) -> Result<Value, Stop> {
        Ok(match expr {
            Expr::Const(value) => value.clone(),
            Expr::Root(slot) => self
                .roots
                .get(*slot as usize)
                .cloned()
                .unwrap_or(Value::Missing),
            Expr::Local(slot) => self.locals[*slot as usize].clone(),
            Expr::Loop(slot, field) => self.loops[*slot as usize].field(*field),
            Expr::Record(fields) => {
                let fields = fields.iter().map(|field| self.value(field));
                Value::Record(fields.collect::<Result<Vec<_>, Stop>>()?.into())
            }
            Expr::Field(of, index) => match self.value(of)? {
                Value::Record(fields) => fields
                    .get(*index as usize)
                    .cloned()
                    .unwrap_or(Value::Missing),
                _ => Value::Missing,
            },
            Expr::Index(of, index) => match (self.value(of)?, self.value(index)?) {
                (Value::List(list), Value::Int(at)) => element(&list, at),
                _ => Value::Missing,
            },
            Expr::First(of) => match self.value(of)? {
                Value::List(list) => element(&list, 0),
                _ => Value::Missing,
            },
            Expr::Last(of) => match self.value(of)? {
                Value::List(list) => element(&list, -1),
                _ => Value::Missing,
            },
            Expr::Size(of) => {
                let count = match self.value(of)? {
                    Value::List(list) => list.len(),
                    Value::Str(text) => {
                        self.work.spend(text.len() as u64)?;
                        text.chars().count()
                    }
                    _ => return Ok(Value::Missing),
                };
                Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
            }
            Expr::Name(of, ty) => match self.value(of)? {
                Value::Missing => Value::Missing,
                value => {
                    let mut out = String::new();
                    self.work.display.value(&mut out, ty, &value);
                    Value::Str(Arc::from(out))
                }
            },
            Expr::Range(ends, place) => {
                let (from, to) = (self.whole(&ends.0)?, self.whole(&ends.1)?);
                let count = (i128::from(to) - i128::from(from) + 1).max(0);
                self.work.place = *place;
                if count > MAX_LIST as i128 {
                    return Err(self.work.too_long());
                }
                self.work.spend(u64::try_from(count).unwrap_or(0))?;
                Value::list((from..=to).map(Value::Int))
            }
            Expr::Call(call) => self.call(call)?,
        })
    }

    fn call(&mut self, call: &Call) -> Result<Value, Stop> {
        let mut input = self.value(&call.input)?;
        let mut args: [Value; 2] = [Value::Missing, Value::Missing];
        for (slot, arg) in args.iter_mut().zip(&call.args) {
            *slot = self.value(arg)?;
        }
        self.work.place = call.place;
        if let (Fid::Default, With::Default { keep_false, .. }, Value::Bool(false)) =
            (call.filter, &call.with, &input)
        {
            let kept = match keep_false {
                None => false,
                Some(expr) => self.value(expr)? == Value::Bool(true),
            };
            if !kept {
                input = Value::Missing;
            }
        }
        filters::call(
            call.filter,
            input,
            &args[..call.args.len().min(2)],
            &call.with,
            &mut self.work,
        )
    }

    fn test(&mut self, test: &Test) -> Result<bool, Stop> {
        Ok(match test {
            Test::Always(yes) => *yes,
            Test::Holds(expr) => self.value(expr)? == Value::Bool(true),
            Test::Known(expr) => !self.value(expr)?.is_missing(),
            Test::Not(of) => !self.test(of)?,
            Test::And(both) => self.test(&both.0)? && self.test(&both.1)?,
            Test::Or(both) => self.test(&both.0)? || self.test(&both.1)?,
            Test::Eq(a, b) => {
                let (a, b) = self.both(a, b)?;
                equal(&a, &b)
            }
            Test::Lt(a, b) => {
                let (a, b) = self.both(a, b)?;
                !a.is_missing() && !b.is_missing() && order(&a, &b).is_lt()
            }
            Test::Le(a, b) => {
                let (a, b) = self.both(a, b)?;
                !a.is_missing() && !b.is_missing() && order(&a, &b).is_le()
            }
            Test::Contains(a, b) => match self.both(a, b)? {
                (Value::Str(whole), Value::Str(part)) => whole.contains(&*part),
                _ => false,
            },
            Test::Has(a, b) => match self.both(a, b)? {
                (Value::List(list), item) => {
                    self.work
                        .spend((list.len() as u64).saturating_mul(size(&item)))?;
                    list.iter().any(|other| equal(other, &item))
                }
                _ => false,
            },
            Test::Blank(expr) => match self.value(expr)? {
                Value::Missing | Value::Bool(false) => true,
                Value::Str(text) => is_blank(&text),
                Value::List(list) => list.is_empty(),
                _ => false,
            },
            Test::Empty(expr) => match self.value(expr)? {
                Value::Str(text) => text.is_empty(),
                Value::List(list) => list.is_empty(),
                _ => false,
            },
        })
    }

    /// Both sides of a comparison, whose length is work.
    fn both(&mut self, a: &Expr, b: &Expr) -> Result<(Value, Value), Stop> {
        let both = (self.value(a)?, self.value(b)?);
        self.work.spend(1 + size(&both.0))?;
        Ok(both)
    }
}

fn element(list: &[Value], at: i64) -> Value {
    let index = if at < 0 {
        usize::try_from(at.unsigned_abs())
            .ok()
            .and_then(|back| list.len().checked_sub(back))
    } else {
        usize::try_from(at).ok()
    };
    index
        .and_then(|index| list.get(index))
        .cloned()
        .unwrap_or(Value::Missing)
}

impl LoopState {
    fn field(self, field: LoopField) -> Value {
        let number = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let columns = self.columns.max(1);
        match field {
            LoopField::Index => number(self.index + 1),
            LoopField::Index0 => number(self.index),
            LoopField::Rindex => number(self.length.saturating_sub(self.index)),
            LoopField::Rindex0 => number(self.length.saturating_sub(self.index + 1)),
            LoopField::First => Value::Bool(self.index == 0),
            LoopField::Last => Value::Bool(self.index + 1 == self.length),
            LoopField::Length => number(self.length),
            LoopField::Col => number(self.index % columns + 1),
            LoopField::Col0 => number(self.index % columns),
            LoopField::ColFirst => Value::Bool(self.index.is_multiple_of(columns)),
            LoopField::ColLast => {
                Value::Bool(self.index % columns + 1 == columns || self.index + 1 == self.length)
            }
            LoopField::Row => number(self.index / columns + 1),
        }
    }
}
