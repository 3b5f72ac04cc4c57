//! The words of the text form, each written once: for printing and for reading.

use crate::{
    AggKind, CalendarUnit, DatePart, ListAggKind, NodeId, Op, RawAgg, RawOp, Validate, Weekday,
};

/// Words for the values of an enum without fields, both ways.
macro_rules! words {
    ($name:ident, $parse:ident, $ty:ident { $($word:literal $variant:ident),* $(,)? }) => {
        #[doc = concat!("The word for a [`", stringify!($ty), "`].")]
        pub(super) fn $name(value: $ty) -> &'static str {
            match value {
                $($ty::$variant => $word,)*
            }
        }

        #[doc = concat!("The [`", stringify!($ty), "`] of a word.")]
        pub(super) fn $parse(word: &str) -> Option<$ty> {
            match word {
                $($word => Some($ty::$variant),)*
                _ => None,
            }
        }
    };
}

words!(unit_word, unit, CalendarUnit {
    "day" Day, "week" Week, "month" Month, "quarter" Quarter, "year" Year,
});
words!(part_word, part, DatePart {
    "year" Year, "quarter" Quarter, "month" Month, "day" Day, "weekday" Weekday, "hour" Hour, "minute" Minute,
    "date" Date, "time" Time,
});
words!(weekday_word, weekday, Weekday {
    "monday" Monday, "tuesday" Tuesday, "wednesday" Wednesday, "thursday" Thursday, "friday" Friday,
    "saturday" Saturday, "sunday" Sunday,
});
words!(validate_word, validate, Validate {
    "email" Email, "phone" Phone, "url" Url, "timezone" TimeZone, "locale" Locale,
});
words!(list_agg_word, list_agg, ListAggKind {
    "count" Count, "sum" Sum, "avg" Avg, "min" Min, "max" Max, "distinct" Distinct,
});
words!(raw_agg_word, raw_agg, RawAgg {
    "sum" Sum, "min" Min, "max" Max, "first" First, "last" Last, "count" Count, "avg" Avg,
});
words!(raw_op_word, raw_op, RawOp {
    "add" Add, "sub" Sub, "mul" Mul, "div" Div, "neg" Neg, "eq" Eq, "lt" Lt, "le" Le, "not" Not, "and" And, "or" Or,
    "known" Known, "coalesce" Coalesce, "contains" Contains, "starts_with" StartsWith, "ends_with" EndsWith,
    "trim" Trim, "lower" Lower, "upper" Upper, "split" Split, "replace" Replace, "geo" Geo,
    "empty_as_missing" EmptyAsMissing,
});

/// A list of nodes.
macro_rules! nodes {
    ($($operand:ident),*) => { vec![$(*$operand),*] };
}

/// Words for operations that have nothing but one or two operands, both ways. The operands are given twice: for the
/// reader's parameters, and for the pattern.
macro_rules! operations {
    ($name:ident, $parse:ident, ($($param:ident),*) $operands:tt { $($word:literal $variant:ident),* $(,)? }) => {
        /// The word and the operands of such an operation.
        pub(super) fn $name(op: &Op) -> Option<(&'static str, Vec<NodeId>)> {
            match op {
                $(Op::$variant $operands => Some(($word, nodes! $operands)),)*
                _ => None,
            }
        }

        /// The operation of a word.
        pub(super) fn $parse(word: &str, $($param: NodeId),*) -> Option<Op> {
            match word {
                $($word => Some(Op::$variant $operands),)*
                _ => None,
            }
        }
    };
}

operations!(unary_words, unary, (a) (a) {
    "not" Not, "known" Known, "neg" Neg, "fneg" FNeg, "to_float" ToFloat, "abs" Abs, "round" Round, "floor" Floor,
    "ceil" Ceil, "start_of_day" StartOfDay, "date_of" DateOf, "age" Age, "anniversary" Anniversary,
    "days_since" DaysSince, "lower" Lower, "upper" Upper, "trim" Trim, "fold" Fold, "str_len" StrLen,
    "domain" Domain, "size" Size,
});
operations!(binary_words, binary, (a, b) (a, b) {
    "coalesce" Coalesce, "eq" Eq, "lt" Lt, "le" Le, "eq_num" EqNum, "lt_num" LtNum, "le_num" LeNum,
    "eq_fold" EqFold, "contains" Contains, "starts_with" StartsWith, "ends_with" EndsWith, "add" Add, "sub" Sub,
    "mul" Mul, "int_div" IntDiv, "int_mod" IntMod, "ratio" Ratio, "fadd" FAdd, "fsub" FSub, "fmul" FMul,
    "fdiv" FDiv, "scale" Scale, "unscale" Unscale, "unscale_int" UnscaleInt, "min" Min, "max" Max, "has" Has,
    "geo_make" GeoMake, "distance" Distance,
});

/// The word for an aggregate without parameters.
pub(super) fn agg_word(kind: &AggKind) -> Option<&'static str> {
    Some(match kind {
        AggKind::Exists => "exists",
        AggKind::Count => "count",
        AggKind::Sum => "sum",
        AggKind::Avg => "avg",
        AggKind::Min => "min",
        AggKind::Max => "max",
        AggKind::Distinct => "distinct",
        AggKind::MostCommon => "most_common",
        AggKind::TopShare => "top_share",
        AggKind::Share => "share",
        AggKind::Gap => "gap",
        AggKind::MaxPerValue => "max_per_value",
        AggKind::Nth { .. } | AggKind::UnitsHit { .. } => return None,
    })
}

/// The aggregate without parameters of a word.
pub(super) fn agg(word: &str) -> Option<AggKind> {
    let plain = [
        AggKind::Exists,
        AggKind::Count,
        AggKind::Sum,
        AggKind::Avg,
        AggKind::Min,
        AggKind::Max,
        AggKind::Distinct,
        AggKind::MostCommon,
        AggKind::TopShare,
        AggKind::Share,
        AggKind::Gap,
        AggKind::MaxPerValue,
    ];
    plain.into_iter().find(|kind| agg_word(kind) == Some(word))
}
