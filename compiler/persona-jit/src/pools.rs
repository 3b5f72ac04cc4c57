//! What a program refers to by number: texts, lists, sets of keys, patterns, formats, zone-dependent moments.
//! Filled while code is generated; [`crate::bind`] makes the values for one dataset and one evaluation.

use std::hash::Hash;
use std::sync::Arc;

use persona_ir::{Arm, CatalogId, ColId, Const, InstantSpec, Ty};
use rustc_hash::{FxHashMap, FxHashSet};

/// Distinct things in the order of their first use.
#[derive(Debug)]
pub(crate) struct Pool<T> {
    items: Vec<T>,
    known: FxHashMap<T, usize>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            known: FxHashMap::default(),
        }
    }
}

impl<T: Clone + Eq + Hash> Pool<T> {
    /// The number of a thing, new or known.
    pub(crate) fn index(&mut self, item: T) -> i64 {
        let index = self.place(item);
        i64::try_from(index).expect("a vector has fewer than 2^63 items")
    }

    /// As [`Self::index`], for use outside of code.
    pub(crate) fn place(&mut self, item: T) -> usize {
        let next = self.items.len();
        *self.known.entry(item).or_insert_with_key(|item| {
            self.items.push(item.clone());
            next
        })
    }

    /// All things, by number.
    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }
}

/// An instant or a date that depends on `now` and the zone alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Moment {
    /// [`persona_ir::Op::Today`].
    Today {
        /// Months added.
        months: i32,
        /// Days added after them.
        days: i32,
    },
    /// [`persona_ir::Op::Instant`].
    Instant(InstantSpec),
}

/// Everything that a program refers to by number.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    /// The profile's columns that code reads.
    pub(crate) profile: FxHashSet<ColId>,
    /// The columns of catalogs that code reads.
    pub(crate) items: FxHashSet<(CatalogId, ColId)>,
    /// Experiments' arms.
    pub(crate) arms: Pool<Arc<Arm>>,
    /// Text constants.
    pub(crate) texts: Pool<Arc<str>>,
    /// Constant lists with their elements' type.
    pub(crate) lists: Pool<(Arc<[Const]>, Ty)>,
    /// Constants that membership is tested against.
    pub(crate) keys: Pool<Arc<[Const]>>,
    /// Patterns.
    pub(crate) patterns: Pool<Arc<str>>,
    /// Texts that code over rows looks for with helpers.
    pub(crate) texts_in_rows: Pool<Arc<str>>,
    /// Sets of texts that code over rows looks a text up in.
    pub(crate) text_sets: Pool<Arc<[Const]>>,
    /// Salts of samples.
    pub(crate) salts: Pool<Arc<str>>,
    /// Types that are printed, with their formats.
    pub(crate) displays: Pool<(Ty, Option<Arc<str>>)>,
    /// Moments.
    pub(crate) moments: Pool<Moment>,
    /// The greatest number of arguments of a variadic helper.
    pub(crate) args: usize,
    /// Whether any helper is called.
    pub(crate) calls: bool,
    /// Whether anything asks for the profile's zone.
    pub(crate) zones: bool,
}
