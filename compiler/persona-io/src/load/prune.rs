//! Row groups of which a source's `where` can hold for no row, by the figures that the file gives of its columns. Says so
//! only where the condition cannot fail either: a row that it would set aside must be set aside.

use std::cmp::Ordering;

use persona_ir::RawOp;

use crate::format::Group;
use crate::source::expr::Ex;
use crate::value::civil::{self, MAX_TIMESTAMP, MIN_TIMESTAMP, SECOND};
use crate::value::raw::Raw;

/// Whether the condition holds for no row of the group.
pub(super) fn never(filter: &Ex, group: &Group) -> bool {
    matches!(may_hold(filter, group), Some(false))
}

/// Whether a condition that cannot fail may hold for some row; nothing where it may fail, or is not understood.
fn may_hold(ex: &Ex, group: &Group) -> Option<bool> {
    match ex {
        Ex::Bool(value) => Some(*value),
        Ex::Op(RawOp::And, operands) => {
            // What stands behind a condition that never holds is not asked.
            for operand in operands {
                if !may_hold(operand, group)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        Ex::Op(RawOp::Or, operands) => operands
            .iter()
            .map(|operand| may_hold(operand, group))
            .try_fold(false, |any, one| Some(any | one?)),
        Ex::Op(RawOp::Not, operands) => match operands.as_slice() {
            [operand] => may_hold(operand, group).map(|_| true),
            _ => None,
        },
        Ex::Op(op @ (RawOp::Eq | RawOp::Lt | RawOp::Le), operands) => match operands.as_slice() {
            [Ex::Column(slot), constant] => compares(*op, *slot, constant, false, group),
            [constant, Ex::Column(slot)] => compares(*op, *slot, constant, true, group),
            _ => None,
        },
        Ex::In(operand, items) => {
            let Ex::Column(slot) = **operand else {
                return None;
            };
            items
                .iter()
                .map(|item| compares(RawOp::Eq, slot, item, false, group))
                .try_fold(false, |any, one| Some(any | one?))
        }
        _ => None,
    }
}

/// Whether some value of the column, which never fails, may compare so with a constant.
fn compares(op: RawOp, slot: usize, constant: &Ex, swapped: bool, group: &Group) -> Option<bool> {
    let constant = match constant {
        Ex::Text(text) => Raw::str(text),
        Ex::Number(number) => Raw::Number(*number),
        _ => return None,
    };
    let (least, most) = group.bounds(slot)?;
    let (least, most) = ordered_as(least, most, &constant)?;
    // Every value lies between these, in the very order that the condition asks for.
    let (low, high) = (least.compare(&constant), most.compare(&constant));
    Some(match (op, swapped) {
        (RawOp::Lt, false) => low == Ordering::Less,
        (RawOp::Lt, true) => high == Ordering::Greater,
        (RawOp::Le, false) => low != Ordering::Greater,
        (RawOp::Le, true) => high != Ordering::Less,
        _ => low != Ordering::Greater && high != Ordering::Less,
    })
}

/// Bounds in the order in which values are compared with this constant: as numbers, or as text.
fn ordered_as(
    least: Raw<'static>,
    most: Raw<'static>,
    constant: &Raw<'_>,
) -> Option<(Raw<'static>, Raw<'static>)> {
    let text = |text: String| Raw::Text(text.into());
    match (&least, &most, constant) {
        (Raw::Number(_), Raw::Number(_), constant) => {
            constant.number().ok()?;
            Some((least, most))
        }
        (Raw::Text(_), Raw::Text(_), Raw::Text(_)) => Some((least, most)),
        // Days print in their order; the years are those of four digits.
        (Raw::Date(a), Raw::Date(b), Raw::Text(_)) => {
            let known = |day: i64| (civil::MIN_DATE..=civil::MAX_DATE).contains(&day);
            (known(*a) && known(*b)).then_some((least, most))
        }
        // Instants of one second do not print in their order, seconds do.
        (Raw::Instant(a) | Raw::Local(a), Raw::Instant(b) | Raw::Local(b), Raw::Text(_)) => {
            let known = |at: i64| (MIN_TIMESTAMP..=MAX_TIMESTAMP).contains(&at);
            let second = |at: i64| civil::format_local(at.div_euclid(SECOND) * SECOND);
            let last = char::MAX;
            (known(*a) && known(*b))
                .then(|| (text(second(*a)), text(format!("{}{last}", second(*b)))))
        }
        _ => None,
    }
}
