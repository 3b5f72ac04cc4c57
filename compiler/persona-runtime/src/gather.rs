//! Columns from columns: some rows of one, one behind the other, and with values taken away. Moves values; looks at
//! none.

use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, ScalarBuffer};

use crate::{Column, Values};

/// The rows of a column in this order. Rows may repeat.
pub(crate) fn take(column: &Column, rows: &[usize]) -> Column {
    let valid = column.valid.as_ref().map(|valid| {
        rows.iter()
            .map(|row| valid.is_valid(*row))
            .collect::<NullBuffer>()
    });
    let values = match &column.values {
        Values::Bool(values) => {
            let bit = |at: usize| values.value(rows[at]);
            Values::Bool(BooleanBuffer::collect_bool(rows.len(), bit))
        }
        Values::Int(values) => Values::Int(values.pick(rows)),
        Values::Float(values) => Values::Float(pick(values, rows)),
        Values::Str(codes) => Values::Str(codes.pick(rows)),
        Values::Enum(codes) => Values::Enum(codes.pick(rows)),
        Values::Geo(a, b) => Values::Geo(pick(a, rows), pick(b, rows)),
        Values::List { offsets, children } => take_lists(offsets, children, rows),
        Values::Absent(_) => Values::Absent(rows.len()),
    };
    Column::new(values, valid)
}

fn pick<T: ArrowNativeType>(values: &ScalarBuffer<T>, rows: &[usize]) -> ScalarBuffer<T> {
    rows.iter().map(|row| values[*row]).collect()
}

fn take_lists(offsets: &ScalarBuffer<u32>, children: &[Column], rows: &[usize]) -> Values {
    let mut elements = Vec::new();
    let mut ends = vec![0];
    for row in rows {
        elements.extend(offsets[*row] as usize..offsets[*row + 1] as usize);
        ends.push(offset(elements.len()));
    }
    let children = children
        .iter()
        .map(|child| take(child, &elements))
        .collect();
    Values::List {
        offsets: ends.into(),
        children,
    }
}

/// A count of elements as an offset.
pub(crate) fn offset(count: usize) -> u32 {
    u32::try_from(count).expect("a column holds fewer than 2^32 elements")
}

/// The rows of a column, and behind them those of another one of the same type, wide. None when the types differ.
pub(crate) fn concat(first: &Column, second: &Column) -> Option<Column> {
    let valid = (first.valid.is_some() || second.valid.is_some()).then(|| {
        let known = |column: &Column, row| {
            column
                .valid
                .as_ref()
                .is_none_or(|valid| valid.is_valid(row))
        };
        let rows = (0..first.len()).map(|row| known(first, row));
        rows.chain((0..second.len()).map(|row| known(second, row)))
            .collect::<NullBuffer>()
    });
    let values = match (&first.values, &second.values) {
        (Values::Bool(a), Values::Bool(b)) => Values::Bool(a.iter().chain(b.iter()).collect()),
        (Values::Int(a), Values::Int(b)) => Values::Int(a.iter().chain(b.iter()).collect()),
        (Values::Float(a), Values::Float(b)) => Values::Float(join(a, b)),
        (Values::Str(a), Values::Str(b)) => Values::Str(a.iter().chain(b.iter()).collect()),
        (Values::Enum(a), Values::Enum(b)) => Values::Enum(a.iter().chain(b.iter()).collect()),
        (Values::Geo(a, b), Values::Geo(c, d)) => Values::Geo(join(a, c), join(b, d)),
        (
            Values::List { offsets, children },
            Values::List {
                offsets: more,
                children: others,
            },
        ) => {
            let end = offsets.last().copied().unwrap_or(0);
            let shifted = more.iter().skip(1).map(|offset| end + offset);
            let pairs = children.iter().zip(others);
            let children = pairs
                .map(|(a, b)| concat(&prefix(a, end as usize), b))
                .collect::<Option<_>>()?;
            Values::List {
                offsets: offsets.iter().copied().chain(shifted).collect(),
                children,
            }
        }
        (Values::Absent(len), _) => Values::Absent(len + second.len()),
        _ => return None,
    };
    Some(Column::new(values, valid))
}

fn join<T: ArrowNativeType>(a: &ScalarBuffer<T>, b: &ScalarBuffer<T>) -> ScalarBuffer<T> {
    a.iter().chain(b.iter()).copied().collect()
}

/// The first rows of a column.
fn prefix(column: &Column, len: usize) -> Column {
    if column.len() == len {
        column.clone()
    } else {
        take(column, &(0..len).collect::<Vec<_>>())
    }
}

/// The column with these rows missing.
pub(crate) fn clear(column: Column, rows: impl IntoIterator<Item = usize>) -> Column {
    let mut known: Vec<bool> = (0..column.len()).map(|row| column.is_known(row)).collect();
    let mut cleared = false;
    for row in rows {
        known[row] = false;
        cleared = true;
    }
    if cleared {
        return Column::new(column.values, Some(NullBuffer::from(known)));
    }
    column
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(values: &[i64]) -> Column {
        Column::new(Values::Int(values.to_vec().into()), None)
    }

    fn lists(offsets: &[u32], values: &[i64]) -> Column {
        let values = Values::List {
            offsets: offsets.to_vec().into(),
            children: vec![ints(values)],
        };
        Column::new(values, None)
    }

    #[test]
    fn rows_are_taken_in_any_order() {
        assert_eq!(take(&ints(&[1, 2, 3]), &[2, 0, 0]), ints(&[3, 1, 1]));
        assert_eq!(
            take(&lists(&[0, 2, 2, 3], &[1, 2, 3]), &[2, 1, 0]),
            lists(&[0, 1, 1, 3], &[3, 1, 2])
        );
    }

    #[test]
    fn columns_follow_each_other_with_their_missing_values() {
        let missing = clear(ints(&[7]), [0]);
        let both = concat(&ints(&[1]), &missing).expect("one type");
        assert_eq!(
            (both.len(), both.is_known(0), both.is_known(1)),
            (2, true, false)
        );
        assert_eq!(
            concat(&lists(&[0, 1], &[5]), &lists(&[0, 0, 1], &[6])),
            Some(lists(&[0, 1, 1, 2], &[5, 6]))
        );
        assert_eq!(concat(&ints(&[1]), &lists(&[0], &[])), None);
    }
}
