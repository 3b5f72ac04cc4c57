//! Integers and codes in the narrowest width that holds them. Knows nothing of what they mean.

use std::ops::Range;

use arrow_buffer::{ArrowNativeType, NullBuffer, ScalarBuffer};

/// A width of a wide type: cut to it and back without loss where the value fits.
trait Width<Wide>: ArrowNativeType {
    fn cut(wide: Wide) -> Self;
    fn wide(self) -> Wide;
}

/// For each 64 rows a word of validity bits, least significant first; bits behind the last row are of no meaning.
pub(super) fn words(valid: Option<&NullBuffer>, rows: usize) -> impl Iterator<Item = u64> + '_ {
    let chunks = valid.map(|valid| valid.inner().bit_chunks());
    let mut known = chunks.map(|chunks| {
        let rest = chunks.remainder_bits();
        let all: Vec<u64> = chunks.iter().chain([rest]).collect();
        all.into_iter()
    });
    (0..rows.div_ceil(64)).map(move |_| {
        known
            .as_mut()
            .map_or(u64::MAX, |words| words.next().unwrap_or(0))
    })
}

/// The least and the greatest of the known values.
pub(super) fn bounds<T: Copy>(
    values: &[T],
    valid: Option<&NullBuffer>,
    less: impl Fn(T, T) -> bool,
) -> Option<(T, T)> {
    let mut words = words(valid, values.len());
    let mut found: Option<(T, T)> = None;
    for chunk in values.chunks(64) {
        let word = words.next().unwrap_or(0);
        if word == 0 {
            continue;
        }
        // Where a value is missing, one that was seen stands for it, which changes nothing.
        let seen = chunk[(word.trailing_zeros() as usize).min(chunk.len() - 1)];
        let (mut least, mut most) = found.unwrap_or((seen, seen));
        if word == u64::MAX {
            for value in chunk {
                least = if less(*value, least) { *value } else { least };
                most = if less(most, *value) { *value } else { most };
            }
            found = Some((least, most));
            continue;
        }
        for (bit, value) in chunk.iter().enumerate() {
            let value = if word >> bit & 1 == 1 { *value } else { seen };
            least = if less(value, least) { value } else { least };
            most = if less(most, value) { value } else { most };
        }
        found = Some((least, most));
    }
    found
}

/// The values in another width; zeros where they are missing.
fn cut<Wide: ArrowNativeType, Narrow: Width<Wide>>(
    values: &[Wide],
    valid: Option<&NullBuffer>,
) -> ScalarBuffer<Narrow> {
    let mut words = words(valid, values.len());
    let mut out = Vec::with_capacity(values.len());
    for chunk in values.chunks(64) {
        let word = words.next().unwrap_or(0);
        if word == u64::MAX {
            out.extend(chunk.iter().map(|value| Narrow::cut(*value)));
        } else {
            let known = |bit: usize| word >> bit & 1 == 1;
            let narrow = |(bit, value): (usize, &Wide)| {
                let value = Narrow::cut(*value);
                if known(bit) { value } else { Narrow::default() }
            };
            out.extend(chunk.iter().enumerate().map(narrow));
        }
    }
    out.into()
}

fn widen<Wide, Narrow: Width<Wide>>(values: &[Narrow], out: &mut [Wide]) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = value.wide();
    }
}

/// An enum over the widths of one kind of values, with what can be done whatever the width.
macro_rules! lanes {
    (
        $(#[$doc:meta])*
        $name:ident: $wide:ident in $widest:ident {
            $($(#[$variant_doc:meta])* $variant:ident($ty:ident)),* $(,)?
        }
    ) => {
        $(
            impl Width<$wide> for $ty {
                #[inline]
                fn cut(wide: $wide) -> Self {
                    wide as Self
                }

                #[inline]
                fn wide(self) -> $wide {
                    $wide::from(self)
                }
            }
        )*

        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant(ScalarBuffer<$ty>)),*
        }

        impl $name {
            /// The number of rows.
            pub fn len(&self) -> usize {
                match self {
                    $(Self::$variant(values) => values.len()),*
                }
            }

            /// Whether there are no rows.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// The size of a value, in bytes.
            pub fn width(&self) -> usize {
                match self {
                    $(Self::$variant(_) => size_of::<$ty>()),*
                }
            }

            /// The value in a row, which must be one of the column.
            #[inline]
            pub fn get(&self, row: usize) -> $wide {
                match self {
                    $(Self::$variant(values) => values[row].wide()),*
                }
            }

            /// The values of so many rows from a first one. Copies nothing.
            pub fn slice(&self, from: usize, len: usize) -> Self {
                match self {
                    $(Self::$variant(values) => Self::$variant(values.slice(from, len))),*
                }
            }

            /// Writes the values of a range of rows, at their full width, to a slice of as many.
            pub fn widen(&self, rows: Range<usize>, out: &mut [$wide]) {
                assert_eq!(rows.len(), out.len(), "a place for each row");
                match self {
                    $(Self::$variant(values) => widen(&values[rows], out)),*
                }
            }

            /// All values at their full width. Copies nothing where they have it already.
            pub fn to_wide(&self) -> ScalarBuffer<$wide> {
                if let Self::$widest(values) = self {
                    return values.clone();
                }
                let mut out = vec![0; self.len()];
                self.widen(0..self.len(), &mut out);
                out.into()
            }

            /// The values, where they have their full width.
            pub fn wide(&self) -> Option<&ScalarBuffer<$wide>> {
                match self {
                    Self::$widest(values) => Some(values),
                    _ => None,
                }
            }

            /// The values at their full width, row by row.
            pub fn iter(&self) -> impl Iterator<Item = $wide> + '_ {
                (0..self.len()).map(|row| self.get(row))
            }

            /// The same values in the narrowest width that holds those that are known; the others become zeros.
            pub fn narrowed(&self, valid: Option<&NullBuffer>) -> Self {
                let wide = self.to_wide();
                let bounds = bounds(&wide, valid, |a, b| a < b);
                Self::narrow(&wide, valid, bounds.unwrap_or((0, 0)))
            }

            /// As [`Self::narrowed`], where the least and the greatest known value are known.
            pub(super) fn narrow(
                wide: &ScalarBuffer<$wide>,
                valid: Option<&NullBuffer>,
                (least, most): ($wide, $wide),
            ) -> Self {
                $(
                    if $wide::from($ty::MIN) <= least && most <= $wide::from($ty::MAX) {
                        return Self::$variant(cut(wide, valid));
                    }
                )*
                Self::$widest(wide.clone())
            }

            /// The values of these rows, in this order, in the same width.
            pub(crate) fn pick(&self, rows: &[usize]) -> Self {
                match self {
                    $(Self::$variant(values) => {
                        Self::$variant(rows.iter().map(|row| values[*row]).collect())
                    }),*
                }
            }
        }

        impl From<ScalarBuffer<$wide>> for $name {
            fn from(values: ScalarBuffer<$wide>) -> Self {
                Self::$widest(values)
            }
        }

        impl From<Vec<$wide>> for $name {
            fn from(values: Vec<$wide>) -> Self {
                Self::$widest(values.into())
            }
        }

        impl FromIterator<$wide> for $name {
            fn from_iter<I: IntoIterator<Item = $wide>>(values: I) -> Self {
                Self::$widest(values.into_iter().collect())
            }
        }
    };
}

lanes! {
    /// Integers. Made of 64-bit ones they are wide; [`Ints::narrowed`] makes them narrow.
    Ints: i64 in I64 {
        /// One byte each.
        I8(i8),
        /// Two bytes each.
        I16(i16),
        /// Four bytes each.
        I32(i32),
        /// Eight bytes each.
        I64(i64),
    }
}

lanes! {
    /// Codes: small unsigned numbers. Made of 32-bit ones they are wide; [`Codes::narrowed`] makes them narrow.
    Codes: u32 in U32 {
        /// One byte each.
        U8(u8),
        /// Two bytes each.
        U16(u16),
        /// Four bytes each.
        U32(u32),
    }
}
