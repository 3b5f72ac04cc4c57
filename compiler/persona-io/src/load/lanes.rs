//! Growing rows of numbers that are as narrow as their values allow: a lane widens when a value needs it. Knows nothing
//! of columns, and of missing values only that zeros stand for them.

use arrow_buffer::NullBuffer;

/// A number that lanes hold: `wide` loses nothing, `cut` drops what does not fit.
pub(crate) trait Number: Copy + Ord + Default + TryFrom<Self::Wide> {
    /// The widest number of its kind.
    type Wide: Copy;
    fn wide(self) -> Self::Wide;
    fn cut(wide: Self::Wide) -> Self;
}

macro_rules! numbers {
    ($wide:ty: $($ty:ty)*) => {$(
        impl Number for $ty {
            type Wide = $wide;

            #[inline(always)]
            fn wide(self) -> $wide {
                self as $wide
            }

            #[inline(always)]
            fn cut(wide: $wide) -> Self {
                wide as Self
            }
        }
    )*};
}

numbers!(i64: i8 i16 i32 i64);
numbers!(u32: u8 u16 u32);

fn fits<N: Number>(value: N::Wide) -> bool {
    N::try_from(value).is_ok()
}

fn convert<N: Number, M: Number<Wide = N::Wide>>(from: &[N]) -> impl Iterator<Item = M> {
    from.iter().map(|value| M::cut(value.wide()))
}

fn pick<N: Number, M: Number<Wide = N::Wide>>(values: &[N], rows: &[u32]) -> Vec<M> {
    rows.iter()
        .map(|row| M::cut(values[*row as usize].wide()))
        .collect()
}

/// Appends values of a table by their places, zeros where there is nothing and for places that are not in it.
pub(crate) fn pick_at<T: Copy + Default>(
    to: &mut Vec<T>,
    table: &[T],
    places: &[i32],
    nulls: Option<&NullBuffer>,
) {
    pick_cut(to, table, places, nulls, |value| value);
}

fn pick_cut<T: Copy, U: Copy + Default>(
    to: &mut Vec<U>,
    table: &[T],
    places: &[i32],
    nulls: Option<&NullBuffer>,
    cut: impl Fn(T) -> U,
) {
    let from = to.len();
    if table.len() < places.len() {
        let table: Vec<U> = table.iter().map(|value| cut(*value)).collect();
        pick_often(to, table, places);
    } else {
        let at = |place: &i32| {
            let place = usize::try_from(*place).unwrap_or(usize::MAX);
            table
                .get(place)
                .map_or_else(U::default, |value| cut(*value))
        };
        to.extend(places.iter().map(at));
    }
    if let Some(nulls) = nulls {
        clear_missing(&mut to[from..], nulls);
    }
}

/// Appends values of a table that is shorter than what is asked of it.
fn pick_often<U: Copy + Default>(to: &mut Vec<U>, mut table: Vec<U>, places: &[i32]) {
    // A zero behind the table, for places that are not in it; and as many more as let the mask say that a place is in it.
    let outside = table.len();
    table.resize((outside + 1).next_power_of_two(), U::default());
    let table = table.as_slice();
    let mask = table.len() - 1;
    let at = |place: &i32| {
        let place = usize::try_from(*place).unwrap_or(outside);
        table[place.min(outside) & mask]
    };
    to.extend(places.iter().map(at));
}

/// Puts zeros where nothing is.
fn clear_missing<U: Copy + Default>(values: &mut [U], nulls: &NullBuffer) {
    const BITS: usize = u64::BITS as usize;
    let chunks = nulls.inner().bit_chunks();
    for (values, word) in values.chunks_mut(BITS).zip(chunks.iter_padded()) {
        if word == u64::MAX {
            continue;
        }
        for (at, value) in values.iter_mut().enumerate() {
            *value = if word >> at & 1 == 1 {
                *value
            } else {
                U::default()
            };
        }
    }
}

/// Keeps those from `from` on that `keep` names by their places.
pub(crate) fn retain_from<T: Copy>(values: &mut Vec<T>, from: usize, keep: &dyn Fn(usize) -> bool) {
    let mut to = from;
    for at in from..values.len() {
        if keep(at) {
            values[to] = values[at];
            to += 1;
        }
    }
    values.truncate(to);
}

macro_rules! lane {
    ($(#[$doc:meta])* $name:ident($wide:ty) { $($variant:ident: $ty:ty),* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(crate) enum $name {
            $(
                /// Numbers of this width.
                $variant(Vec<$ty>),
            )*
        }

        impl $name {
            #[inline]
            pub(crate) fn get(&self, at: usize) -> $wide {
                match self {
                    $(Self::$variant(values) => values[at].wide(),)*
                }
            }

            #[inline]
            pub(crate) fn push(&mut self, value: $wide) {
                match self {
                    $(Self::$variant(values) if fits::<$ty>(value) => {
                        return values.push(Number::cut(value));
                    })*
                    _ => {}
                }
                self.widen(value, value);
                self.push(value);
            }

            /// Appends numbers of any width.
            pub(crate) fn extend<N: Number<Wide = $wide>>(&mut self, from: &[N]) {
                let (least, most) = Self::bounds(from);
                self.extend_within(from, least, most);
            }

            /// The least and the greatest of these; zeros where there are none.
            pub(crate) fn bounds<N: Number<Wide = $wide>>(from: &[N]) -> ($wide, $wide) {
                let first = from.first().copied().unwrap_or_default();
                let (mut least, mut most) = (first, first);
                for value in from {
                    least = least.min(*value);
                    most = most.max(*value);
                }
                (least.wide(), most.wide())
            }

            /// Appends numbers of any width that lie between these.
            pub(crate) fn extend_within<N: Number<Wide = $wide>>(
                &mut self,
                from: &[N],
                least: $wide,
                most: $wide,
            ) {
                if from.is_empty() {
                    return;
                }
                self.widen(least, most);
                match self {
                    $(Self::$variant(values) => values.extend(convert::<N, $ty>(from)),)*
                }
            }

            /// Makes room for so many more numbers.
            pub(crate) fn reserve(&mut self, more: usize) {
                match self {
                    $(Self::$variant(values) => values.reserve(more),)*
                }
            }

            pub(crate) fn clear(&mut self) {
                match self {
                    $(Self::$variant(values) => values.clear(),)*
                }
            }

            /// Appends a lane.
            pub(crate) fn append(&mut self, other: &Self) {
                self.widen_to(other.width());
                match (&mut *self, other) {
                    $((Self::$variant(to), Self::$variant(from)) => {
                        return to.extend_from_slice(from);
                    })*
                    _ => {}
                }
                match other {
                    $(Self::$variant(values) => self.append_narrow(values),)*
                }
            }

            /// Appends numbers of a table by their places, zeros where there is nothing.
            pub(crate) fn append_at(
                &mut self,
                table: &Self,
                places: &[i32],
                nulls: Option<&NullBuffer>,
            ) {
                self.widen_to(table.width());
                match table {
                    $(Self::$variant(table) => self.append_narrow_at(table, places, nulls),)*
                }
            }

            fn append_narrow_at<N: Number<Wide = $wide>>(
                &mut self,
                table: &[N],
                places: &[i32],
                nulls: Option<&NullBuffer>,
            ) {
                match self {
                    $(Self::$variant(values) => {
                        pick_cut(values, table, places, nulls, |value| {
                            <$ty as Number>::cut(value.wide())
                        });
                    })*
                }
            }

            fn append_narrow<N: Number<Wide = $wide>>(&mut self, from: &[N]) {
                match self {
                    $(Self::$variant(values) => values.extend(convert::<N, $ty>(from)),)*
                }
            }

            /// The numbers of these rows.
            pub(crate) fn gather(&self, rows: &[u32]) -> Self {
                match self {
                    $(Self::$variant(values) => Self::$variant(pick(values, rows)),)*
                }
            }

            /// The numbers of these rows, as wide as they can be.
            pub(crate) fn gather_wide(&self, rows: &[u32]) -> Vec<$wide> {
                match self {
                    $(Self::$variant(values) => pick(values, rows),)*
                }
            }

            /// All numbers, as wide as they can be.
            pub(crate) fn wide(&self) -> Vec<$wide> {
                match self {
                    $(Self::$variant(values) => convert(values).collect(),)*
                }
            }

            /// Keeps those from `from` on that `keep` names by their places.
            pub(crate) fn retain_from(&mut self, from: usize, keep: &dyn Fn(usize) -> bool) {
                match self {
                    $(Self::$variant(values) => retain_from(values, from, keep),)*
                }
            }

            /// Widens so that both fit.
            fn widen(&mut self, least: $wide, most: $wide) {
                $(if fits::<$ty>(least) && fits::<$ty>(most) {
                    return self.widen_to(size_of::<$ty>());
                })*
            }

            fn width(&self) -> usize {
                match self {
                    $(Self::$variant(_) => size_of::<$ty>(),)*
                }
            }

            fn widen_to(&mut self, bytes: usize) {
                if self.width() >= bytes {
                    return;
                }
                $(if bytes == size_of::<$ty>() {
                    *self = Self::$variant(self.converted());
                })*
            }

            fn converted<M: Number<Wide = $wide>>(&self) -> Vec<M> {
                match self {
                    $(Self::$variant(values) => {
                        let mut out = Vec::with_capacity(values.capacity());
                        out.extend(convert::<$ty, M>(values));
                        out
                    })*
                }
            }
        }
    };
}

lane! {
    /// Signed numbers.
    IntLane(i64) { I8: i8, I16: i16, I32: i32, I64: i64 }
}

lane! {
    /// Codes.
    CodeLane(u32) { U8: u8, U16: u16, U32: u32 }
}

impl Default for IntLane {
    fn default() -> Self {
        Self::I8(Vec::new())
    }
}

impl Default for CodeLane {
    fn default() -> Self {
        Self::U8(Vec::new())
    }
}

/// Text codes: few distinct ones lie in `entries`, to which the rows point; of many, the rows hold the codes themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextLane {
    rows: CodeLane,
    /// The distinct codes; absent once there are too many.
    entries: Option<Vec<u32>>,
    /// For each code of the table of texts its place in `entries` and one more, or 0.
    places: Vec<u32>,
}

/// More distinct texts than this lie in no dictionary of their own.
const MOST_ENTRIES: usize = 1 << 16;

impl TextLane {
    pub(crate) fn new() -> Self {
        Self {
            entries: Some(Vec::new()),
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The code of the text at a row.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> u32 {
        let row = self.rows.get(at);
        match &self.entries {
            Some(entries) => entries.get(row as usize).copied().unwrap_or(0),
            None => row,
        }
    }

    /// The code of the last row.
    pub(crate) fn last(&self) -> Option<u32> {
        self.len().checked_sub(1).map(|at| self.get(at))
    }

    /// What rows hold for a code.
    pub(crate) fn place(&mut self, code: u32) -> u32 {
        let Some(entries) = &mut self.entries else {
            return code;
        };
        let index = code as usize;
        if self.places.len() <= index {
            self.places.resize(index + 1, 0);
        }
        if self.places[index] == 0 {
            if entries.len() == MOST_ENTRIES {
                self.spill();
                return code;
            }
            entries.push(code);
            self.places[index] = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        }
        self.places[index] - 1
    }

    /// From now on rows hold codes.
    fn spill(&mut self) {
        if let Some(entries) = self.entries.take() {
            let mut codes = self.rows.wide();
            look_up(&entries, &mut codes);
            self.rows = CodeLane::U32(codes);
            self.places = Vec::new();
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, code: u32) {
        let place = self.place(code);
        self.rows.push(place);
    }

    /// Appends a row without a text.
    #[inline]
    pub(crate) fn push_missing(&mut self) {
        self.rows.push(0);
    }

    /// Appends rows by what they hold, as [`TextLane::place`] said: of a table of that, the places. None of it may have been
    /// said before a spill.
    pub(crate) fn append_places(
        &mut self,
        table: &CodeLane,
        places: &[i32],
        nulls: Option<&NullBuffer>,
    ) {
        self.rows.append_at(table, places, nulls);
    }

    /// Makes room for so many more rows.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
    }

    /// Whether rows point into the lane's own dictionary.
    pub(crate) fn has_entries(&self) -> bool {
        self.entries.is_some()
    }

    /// Drops all rows, and what is known of texts.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.places.clear();
        match &mut self.entries {
            Some(entries) => entries.clear(),
            None => *self = Self::new(),
        }
    }

    /// Appends a lane whose codes mean `codes[…]` here.
    pub(crate) fn append(&mut self, other: &Self, codes: &[u32]) {
        let (Some(_), Some(entries)) = (&self.entries, &other.entries) else {
            self.spill();
            let mut rows = other.codes();
            look_up(codes, &mut rows);
            return self.rows.append(&CodeLane::U32(rows));
        };
        let places: Vec<u32> = entries
            .iter()
            .map(|code| self.place(codes[*code as usize]))
            .collect();
        if !self.has_entries() {
            // It spilled on the way, and not all that was said are places.
            return self.append(other, codes);
        }
        if places.iter().zip(0..).all(|(place, at)| *place == at) {
            return self.rows.append(&other.rows);
        }
        let mut rows = other.rows.wide();
        look_up(&places, &mut rows);
        self.rows.extend(&rows);
    }

    pub(crate) fn gather(&self, rows: &[u32]) -> Self {
        Self {
            rows: self.rows.gather(rows),
            entries: self.entries.clone(),
            places: Vec::new(),
        }
    }

    /// The codes of these rows.
    pub(crate) fn gather_codes(&self, rows: &[u32]) -> Vec<u32> {
        let mut codes = self.rows.gather_wide(rows);
        if let Some(entries) = &self.entries {
            look_up(entries, &mut codes);
        }
        codes
    }

    /// The codes of all rows.
    pub(crate) fn codes(&self) -> Vec<u32> {
        let mut codes = self.rows.wide();
        if let Some(entries) = &self.entries {
            look_up(entries, &mut codes);
        }
        codes
    }

    /// The rows and the entries they point to, in the order that `before` says, if it is worth a dictionary: with four
    /// rows or more for each entry. Else the codes themselves.
    pub(crate) fn into_parts(
        self,
        before: impl Fn(u32, u32) -> std::cmp::Ordering,
    ) -> (CodeLane, Option<Vec<u32>>) {
        const ROWS: usize = 4;
        let entries = match self.entries {
            Some(entries) if entries.len() * ROWS <= self.rows.len() => entries,
            Some(_) => return (CodeLane::U32(self.codes()), None),
            None => return (self.rows, None),
        };
        let mut order: Vec<u32> = (0..u32::try_from(entries.len()).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by(|a, b| before(entries[*a as usize], entries[*b as usize]));
        let sorted = order.iter().map(|at| entries[*at as usize]).collect();
        let mut places = vec![0; entries.len()];
        for (place, at) in (0..).zip(&order) {
            places[*at as usize] = place;
        }
        let mut rows = self.rows;
        if !order.is_sorted() {
            rows.recode(&places);
        }
        (rows, Some(sorted))
    }

    pub(crate) fn retain_from(&mut self, from: usize, keep: &dyn Fn(usize) -> bool) {
        self.rows.retain_from(from, keep);
    }
}

/// Replaces places in a table by what stands there; rows without a value may point beyond it.
fn look_up(table: &[u32], places: &mut [u32]) {
    for place in places {
        *place = table.get(*place as usize).copied().unwrap_or(0);
    }
}

impl CodeLane {
    fn len(&self) -> usize {
        match self {
            Self::U8(rows) => rows.len(),
            Self::U16(rows) => rows.len(),
            Self::U32(rows) => rows.len(),
        }
    }

    /// Replaces places in a table by what stands there, which is as narrow.
    fn recode(&mut self, table: &[u32]) {
        let at = |place: u32| table.get(place as usize).copied().unwrap_or(0);
        match self {
            Self::U8(rows) => rows
                .iter_mut()
                .for_each(|row| *row = u8::cut(at(row.wide()))),
            Self::U16(rows) => rows
                .iter_mut()
                .for_each(|row| *row = u16::cut(at(row.wide()))),
            Self::U32(rows) => rows.iter_mut().for_each(|row| *row = at(*row)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_widen_when_a_value_needs_it_and_keep_what_they_hold() {
        let values = [
            0,
            -128,
            127,
            128,
            -40_000,
            5_000_000_000,
            i64::MIN,
            i64::MAX,
        ];
        let mut pushed = IntLane::default();
        for (count, value) in (1..).zip(values) {
            pushed.push(value);
            let mut extended = IntLane::default();
            extended.extend(&values[..1]);
            extended.extend(&values[1..count]);
            assert_eq!(pushed.wide(), values[..count]);
            assert_eq!(extended.wide(), values[..count]);
            let mut joined = IntLane::default();
            joined.append(&extended);
            joined.append(&pushed);
            assert_eq!(joined.wide(), [&values[..count], &values[..count]].concat());
        }
        assert!(matches!(pushed, IntLane::I64(_)));
        let mut small = CodeLane::default();
        small.extend(&[255_u32]);
        assert!(matches!(small, CodeLane::U8(_)));
        small.push(256);
        assert!(matches!(small, CodeLane::U16(_)));
        assert_eq!(small.gather_wide(&[1, 0, 1]), [256, 255, 256]);
    }

    #[test]
    fn dictionaries_of_texts_are_joined_and_given_up_when_large() {
        let (mut a, mut b) = (TextLane::new(), TextLane::new());
        [7, 7, 3].into_iter().for_each(|code| a.push(code));
        [0, 2, 2].into_iter().for_each(|code| b.push(code));
        // The other's codes 0 and 2 mean 3 and 9 here.
        a.append(&b, &[3, 8, 9]);
        assert_eq!(a.codes(), [7, 7, 3, 3, 9, 9]);
        assert_eq!(a.gather_codes(&[5, 0]), [9, 7]);
        let mut many = TextLane::new();
        let codes: Vec<u32> = (0..100_000).collect();
        for code in &codes {
            many.push(*code);
        }
        assert!(!many.has_entries());
        assert_eq!(many.codes(), codes);
        a.append(&many, &codes);
        assert_eq!(a.len(), 100_006);
        assert_eq!((a.get(4), a.get(6), a.last()), (9, 0, Some(99_999)));
    }
}
