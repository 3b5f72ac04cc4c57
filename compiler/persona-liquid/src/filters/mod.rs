//! The filters: how many arguments each takes, what a missing value does to it, and what it computes. Types are settled by
//! the check; here every value is of the type that it was checked for.

mod list;
mod number;
mod text;

pub(crate) use list::{equal, order};
pub(crate) use number::whole;
pub use text::escape_into;
pub(crate) use text::is_blank;

use std::sync::Arc;

use crate::Value;
use crate::ir::With;
use crate::render::{Stop, Work};
use crate::strftime::Moment;

/// A filter; each is described in the registry, under its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fid {
    Abs,
    Append,
    AtLeast,
    AtMost,
    Base64Decode,
    Base64Encode,
    Base64UrlDecode,
    Base64UrlEncode,
    Capitalize,
    Ceil,
    Compact,
    Concat,
    Date,
    Default,
    DividedBy,
    Downcase,
    Escape,
    EscapeOnce,
    Find,
    FindIndex,
    First,
    Floor,
    Has,
    Join,
    Last,
    Lstrip,
    Map,
    Minus,
    Modulo,
    Money,
    MoneyWithCurrency,
    MoneyWithoutCurrency,
    MoneyWithoutTrailingZeros,
    NewlineToBr,
    Pluralize,
    Plus,
    Prepend,
    Raw,
    Reject,
    Remove,
    RemoveFirst,
    RemoveLast,
    Replace,
    ReplaceFirst,
    ReplaceLast,
    Reverse,
    Round,
    Rstrip,
    Size,
    Slice,
    Sort,
    SortNatural,
    Split,
    Strip,
    StripHtml,
    StripNewlines,
    Sum,
    Times,
    Truncate,
    TruncateWords,
    Uniq,
    Upcase,
    UrlDecode,
    UrlEncode,
    Where,
}

/// What filters work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    /// Lists as they are.
    List,
    /// Lists by a field of their records, or by their elements.
    Pick,
    Money,
    Date,
    Default,
}

impl Fid {
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Abs
            | Self::AtLeast
            | Self::AtMost
            | Self::Ceil
            | Self::DividedBy
            | Self::Floor
            | Self::Minus
            | Self::Modulo
            | Self::Plus
            | Self::Round
            | Self::Times => Kind::Number,
            Self::Concat
            | Self::First
            | Self::Join
            | Self::Last
            | Self::Reverse
            | Self::Size
            | Self::Slice => Kind::List,
            Self::Compact
            | Self::Find
            | Self::FindIndex
            | Self::Has
            | Self::Map
            | Self::Reject
            | Self::Sort
            | Self::SortNatural
            | Self::Sum
            | Self::Uniq
            | Self::Where => Kind::Pick,
            Self::Money
            | Self::MoneyWithCurrency
            | Self::MoneyWithoutCurrency
            | Self::MoneyWithoutTrailingZeros => Kind::Money,
            Self::Date => Kind::Date,
            Self::Default => Kind::Default,
            _ => Kind::Text,
        }
    }

    /// Whether it looks for records by a field.
    pub(crate) const fn seeks(self) -> bool {
        matches!(
            self,
            Self::Find | Self::FindIndex | Self::Has | Self::Reject | Self::Where
        )
    }

    /// The least and the most arguments.
    pub(crate) const fn arity(self) -> (usize, usize) {
        match self {
            Self::Append
            | Self::AtLeast
            | Self::AtMost
            | Self::Concat
            | Self::Date
            | Self::Default
            | Self::DividedBy
            | Self::Map
            | Self::Minus
            | Self::Modulo
            | Self::Plus
            | Self::Prepend
            | Self::Remove
            | Self::RemoveFirst
            | Self::RemoveLast
            | Self::Split
            | Self::Times => (1, 1),
            Self::Compact
            | Self::Join
            | Self::Round
            | Self::Sort
            | Self::SortNatural
            | Self::Sum
            | Self::Uniq => (0, 1),
            Self::Find | Self::FindIndex | Self::Has | Self::Reject | Self::Where | Self::Slice => {
                (1, 2)
            }
            Self::Pluralize | Self::Replace | Self::ReplaceFirst | Self::ReplaceLast => (2, 2),
            Self::Truncate | Self::TruncateWords => (0, 2),
            _ => (0, 0),
        }
    }

    /// Which arguments are texts; the others are whole numbers. Only for filters that want nothing else.
    pub(crate) const fn wants(self) -> &'static [bool] {
        match self {
            Self::Truncate | Self::TruncateWords => &[false, true],
            _ => &[true, true],
        }
    }

    /// Whether a missing value stays missing, which is what Liquid makes of it too. The others would make something of nothing.
    pub(crate) const fn carries(self) -> bool {
        !matches!(self.kind(), Kind::Number)
            && !matches!(
                self,
                Self::Append
                    | Self::Prepend
                    | Self::Pluralize
                    | Self::Size
                    | Self::Concat
                    | Self::Sum
            )
    }

    /// How it is written.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Append => "name | append: \"!\"",
            Self::AtLeast => "count | at_least: 1",
            Self::AtMost => "count | at_most: 10",
            Self::Concat => "list | concat: others",
            Self::Date => "birthday | date: \"%d %B\"",
            Self::Default => "name | default: \"friend\"",
            Self::DividedBy => "count | divided_by: 2",
            Self::Find => "items | find: \"sku\", \"A1\"",
            Self::FindIndex => "items | find_index: \"sku\", \"A1\"",
            Self::Has => "items | has: \"sku\", \"A1\"",
            Self::Map => "items | map: \"name\"",
            Self::Minus => "count | minus: 1",
            Self::Modulo => "count | modulo: 2",
            Self::Pluralize => "count | pluralize: \"item\", \"items\"",
            Self::Plus => "count | plus: 1",
            Self::Prepend => "name | prepend: \"Dear \"",
            Self::Reject => "items | reject: \"sku\", \"A1\"",
            Self::Remove | Self::RemoveFirst | Self::RemoveLast => "text | remove: \"!\"",
            Self::Replace | Self::ReplaceFirst | Self::ReplaceLast => {
                "text | replace: \"a\", \"b\""
            }
            Self::Slice => "text | slice: 0, 3",
            Self::Split => "text | split: \",\"",
            Self::Times => "count | times: 2",
            Self::Where => "items | where: \"category\", \"shoes\"",
            _ => "value | upcase",
        }
    }
}

/// Computes a filter.
pub(crate) fn call(
    filter: Fid,
    input: Value,
    args: &[Value],
    with: &With,
    work: &mut Work<'_>,
) -> Result<Value, Stop> {
    if let (Fid::Default, With::Default { print, .. }) = (filter, with) {
        return default(input, args, print.as_ref(), work);
    }
    if input.is_missing() {
        return Ok(Value::Missing);
    }
    work.spend(size(&input))?;
    let value = match filter.kind() {
        Kind::Text => text::call(filter, &input, args, with, work)?,
        Kind::Number => number::call(filter, &input, args, with),
        Kind::List | Kind::Pick => list::call(filter, &input, args, with, work)?,
        Kind::Money => number::money(filter, &input, with, work),
        Kind::Date => date(&input, args, with, work),
        Kind::Default => input,
    };
    work.made(size(&value))?;
    Ok(value)
}

/// How much there is of a value.
pub(crate) fn size(value: &Value) -> u64 {
    match value {
        Value::Str(text) => text.len() as u64,
        Value::List(list) => list.len() as u64,
        _ => 1,
    }
}

/// The argument where there is nothing; `false` was turned into missing before, where it counts as nothing.
fn default(
    input: Value,
    args: &[Value],
    print: Option<&crate::Ty>,
    work: &mut Work<'_>,
) -> Result<Value, Stop> {
    let nothing = match &input {
        Value::Missing => true,
        Value::Str(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        _ => false,
    };
    if nothing {
        return Ok(args.first().cloned().unwrap_or(Value::Missing));
    }
    let Some(ty) = print else {
        return Ok(input);
    };
    let mut out = String::new();
    work.display.value(&mut out, ty, &input);
    work.made(out.len() as u64)?;
    Ok(Value::Str(Arc::from(out)))
}

fn date(input: &Value, args: &[Value], with: &With, work: &Work<'_>) -> Value {
    let (Value::Int(number), With::Format(format)) = (input, with) else {
        return Value::Missing;
    };
    let moment = match args.first() {
        Some(Value::Int(0)) => Moment::of_date(*number),
        Some(Value::Int(1)) => Moment::of_time(*number),
        _ => Moment::of_local(work.display.local(*number), *number),
    };
    let mut out = String::new();
    format.write(&mut out, &moment, work.display);
    Value::Str(Arc::from(out))
}
