//! What machine code and helper functions see of the world: plain structs at known offsets, filled by
//! [`crate::bind`]. Holds addresses only; whoever fills them keeps what they point to alive.

use std::mem::{offset_of, size_of};

use crate::layout::Shape;
use crate::row::RowSide;
use crate::state::State;

/// The one argument that every generated function and helper gets.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Context {
    /// The evaluation time.
    pub(crate) now: i64,
    /// The slots of the profile under evaluation.
    pub(crate) frame: *mut u8,
    /// The profile table's columns.
    pub(crate) columns: *const ColumnRef,
    /// The event tables, by kind.
    pub(crate) events: *const EventsRef,
    /// The catalogs.
    pub(crate) catalogs: *const CatalogRef,
    /// The codes of the program's text constants.
    pub(crate) texts: *const u64,
    /// The program's constant lists.
    pub(crate) lists: *const ListRef,
    /// Sets of keys that membership is tested against.
    pub(crate) keys: *const KeysRef,
    /// For each profile the index of its zone among those the dataset uses.
    pub(crate) zone_of: *const u32,
    /// For each moment (see [`crate::pools::Moment`]) its values by zone.
    pub(crate) moments: *const *const i64,
    /// Where variadic helpers find their arguments.
    pub(crate) args: *mut i64,
    /// The block of members: for each of 64 profiles a row of words.
    pub(crate) members: *mut u64,
    /// Buffers of the outputs of a batch.
    pub(crate) outs: *const OutRef,
    /// The value of the helper that has just returned, where it returned whether there is one.
    pub(crate) result: i64,
    /// Everything that only helpers look into.
    pub(crate) state: *mut State<'static>,
    /// What helpers of code over rows look into; null elsewhere.
    pub(crate) row: *mut RowSide<'static>,
    /// Where code over rows leaves values.
    pub(crate) row_values: *mut u64,
    /// How many arguments there is room for.
    pub(crate) arg_count: usize,
    /// How many sets of keys there are.
    pub(crate) key_count: usize,
}

impl Context {
    /// What only helpers look into.
    pub(crate) fn state<'a>(&'a mut self) -> &'a mut State<'a> {
        let state: *mut State<'a> = self.state.cast();
        // SAFETY: whoever made this context set `state` to a `State` that outlives it, and which nobody else
        // refers to while machine code runs. The lifetime within it is shortened to that of the borrow, and
        // helpers put nothing borrowed into it.
        unsafe { &mut *state }
    }

    /// What helpers of code over rows look into, and only they.
    pub(crate) fn row<'a>(&'a mut self) -> &'a mut RowSide<'a> {
        debug_assert!(
            !self.row.is_null(),
            "only code over rows calls these helpers"
        );
        let row: *mut RowSide<'a> = self.row.cast();
        // SAFETY: whoever runs code over rows set `row` to a `RowSide` that outlives the run, and which nobody else refers to
        // meanwhile; other code does not call helpers that come here. The lifetime within it is shortened to that of the
        // borrow, and helpers put nothing borrowed into it.
        unsafe { &mut *row }
    }

    /// The first so many arguments.
    pub(crate) fn args(&self, count: u64) -> &[i64] {
        let count = usize::try_from(count)
            .unwrap_or(usize::MAX)
            .min(self.arg_count);
        // SAFETY: `args` points to `arg_count` initialised words that live as long as the context, and the borrow of
        // the context keeps them from being written.
        unsafe { std::slice::from_raw_parts(self.args, count) }
    }

    /// Replaces an argument, which code reads back.
    pub(crate) fn set_arg(&mut self, index: usize, word: i64) {
        if index < self.arg_count {
            // SAFETY: `args` points to `arg_count` words that live as long as the context, borrowed mutably.
            unsafe { *self.args.add(index) = word }
        }
    }

    /// A set of keys.
    pub(crate) fn keys(&self, set: u64) -> &[u64] {
        let index = usize::try_from(set).unwrap_or(usize::MAX);
        if index >= self.key_count {
            return &[];
        }
        // SAFETY: `keys` points to `key_count` descriptions of arrays that live as long as the context.
        unsafe {
            let set = &*self.keys.add(index);
            std::slice::from_raw_parts(set.keys, set.len)
        }
    }

    /// Leaves a value for code to read, and says that there is one.
    pub(crate) fn give(&mut self, value: i64) -> i64 {
        self.result = value;
        1
    }

    /// As [`Self::give`], for a Float.
    pub(crate) fn give_float(&mut self, value: f64) -> i64 {
        self.give(value.to_bits().cast_signed())
    }
}

/// A column.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct ColumnRef {
    /// The values: bits for Bool, least significant first, `u32` for codes, `i64`, `f64`, latitudes, or the `u32` offsets of lists.
    pub(crate) data: *const u8,
    /// Longitudes, or the [`ColumnRef`]s of a list's children; for Bool no address but the number of row 0's bit.
    pub(crate) aux: *const u8,
    /// Validity bits, least significant first. The bit of row `r` is number `(r & mask) + shift`.
    pub(crate) valid: *const u8,
    /// The number of row 0's bit.
    pub(crate) shift: u64,
    /// All ones, or zero where all rows share one bit.
    pub(crate) mask: u64,
}

impl ColumnRef {
    /// The value in a row as words, if there is one. For lists: the children's address, first row, row behind the last.
    ///
    /// # Safety
    ///
    /// What the column points to is alive, has this shape, and has the row.
    pub(crate) unsafe fn read(&self, shape: Shape, row: u64) -> Option<[u64; 3]> {
        let index = usize::try_from(row).ok()?;
        let bit = usize::try_from((row & self.mask) + self.shift).ok()?;
        // SAFETY: `bind` made the column of buffers that have a value, an offset and a bit for each row, of the shape's
        // width; a list's offsets have one entry more.
        unsafe {
            if *self.valid.add(bit / 8) >> (bit % 8) & 1 == 0 {
                return None;
            }
            Some(match shape {
                Shape::Bool => {
                    let bit = index + self.aux.addr();
                    [u64::from(*self.data.add(bit / 8) >> (bit % 8) & 1); 3]
                }
                Shape::Code => [u64::from(*self.data.cast::<u32>().add(index)); 3],
                Shape::Int | Shape::Float => [*self.data.cast::<u64>().add(index); 3],
                Shape::Geo => {
                    let (lat, lng) = (self.data.cast::<u64>(), self.aux.cast::<u64>());
                    [*lat.add(index), *lng.add(index), 0]
                }
                Shape::List => {
                    let offsets = self.data.cast::<u32>().add(index);
                    let (first, last) = (u64::from(*offsets), u64::from(*offsets.add(1)));
                    [self.aux as u64, first, last]
                }
            })
        }
    }
}

/// The events of one kind.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct EventsRef {
    /// The rows of profile `p` are `offsets[p]..offsets[p + 1]`.
    pub(crate) offsets: *const u32,
    /// The place of each event among all events of its profile.
    pub(crate) order: *const u32,
    /// The instants, sorted within a profile.
    pub(crate) at: *const i64,
    /// The columns.
    pub(crate) columns: *const ColumnRef,
}

/// A catalog.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct CatalogRef {
    /// The columns.
    pub(crate) columns: *const ColumnRef,
    /// The one column of a list of all items: their places.
    pub(crate) items: *const ColumnRef,
    /// How many there are.
    pub(crate) len: u64,
}

/// A constant list.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct ListRef {
    /// The one column of its elements.
    pub(crate) children: *const ColumnRef,
    /// How many there are.
    pub(crate) len: u64,
}

/// A sorted set of keys (see [`crate::codegen`] on keys).
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct KeysRef {
    /// The keys, ascending as unsigned numbers.
    pub(crate) keys: *const u64,
    /// How many there are.
    pub(crate) len: usize,
}

/// The buffers of one output of a batch.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct OutRef {
    /// Values as in [`ColumnRef::data`], or bits for a set of members. Null for lists, which a helper collects.
    pub(crate) data: *mut u8,
    /// Longitudes.
    pub(crate) aux: *mut u8,
    /// Validity bits, all zero at first.
    pub(crate) valid: *mut u8,
}

/// A field's offset as loads and stores want it.
macro_rules! field {
    ($type:ty, $field:ident) => {
        crate::context::small(std::mem::offset_of!($type, $field))
    };
}
pub(crate) use field;

/// The size of a struct in an array, as address arithmetic wants it.
pub(crate) const fn stride<T>() -> i64 {
    small(size_of::<T>()) as i64
}

/// A small number as an offset.
pub(crate) const fn small(offset: usize) -> i32 {
    assert!(offset < 4096, "structs of the context are small");
    offset as i32
}

/// The offset of a column in a table's array of [`ColumnRef`]s.
pub(crate) fn column_offset(column: u32) -> i64 {
    i64::from(column) * stride::<ColumnRef>()
}

const _: () = assert!(
    offset_of!(Context, now) == 0 && size_of::<usize>() == 8,
    "64-bit addresses"
);
