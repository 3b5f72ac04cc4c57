//! What helpers of code over rows look into while it runs.

use std::ptr;
use std::sync::Arc;

use memchr::memmem::Finder;
use persona_ir::Const;
use persona_runtime::Value;
use persona_runtime::time::Clock;
use rustc_hash::{FxHashMap, FxHashSet};

use super::buffer::Rows;
use super::rest::Rest;
use crate::pools::{Moment, Pools};

/// So many names of zones are remembered.
const NAMES: usize = 4096;

/// What texts are looked for, ready to be looked for.
#[derive(Debug, Default)]
pub(crate) struct Searches {
    texts: Vec<(Arc<str>, Finder<'static>)>,
    sets: Vec<FxHashSet<Arc<str>>>,
}

impl Searches {
    pub(crate) fn new(pools: &Pools) -> Self {
        let text = |text: &Arc<str>| {
            let finder = Finder::new(text.as_bytes()).into_owned();
            (Arc::clone(text), finder)
        };
        let set = |set: &Arc<[Const]>| {
            let texts = set.iter().filter_map(|value| match value {
                Const::Str(text) => Some(Arc::clone(text)),
                _ => None,
            });
            texts.collect()
        };
        Self {
            texts: pools.texts_in_rows.items().iter().map(text).collect(),
            sets: pools.text_sets.items().iter().map(set).collect(),
        }
    }

    fn text(&self, index: u64) -> Option<&(Arc<str>, Finder<'static>)> {
        self.texts.get(usize::try_from(index).ok()?)
    }
}

/// The helpers' side of a session over rows.
pub(crate) struct RowSide<'a> {
    searches: &'a Searches,
    /// The way to histories, where something asks for it.
    pub(crate) rest: Option<Rest<'a>>,
    /// The rows that code runs over; null while none does.
    pub(crate) rows: *const Rows,
    pub(crate) zones: Zones<'a>,
}

/// Zones that rows have named so far, and the moments that depend on them.
pub(crate) struct Zones<'a> {
    known: FxHashMap<Box<str>, u64>,
    specs: &'a [Moment],
    moments: Vec<Vec<i64>>,
    addresses: Vec<*const i64>,
}

impl<'a> Zones<'a> {
    /// No zone but the package's, whose clock this is.
    pub(crate) fn new(specs: &'a [Moment], package: &Clock) -> Self {
        let mut zones = Self {
            known: FxHashMap::default(),
            specs,
            moments: specs.iter().map(|_| Vec::new()).collect(),
            addresses: Vec::new(),
        };
        zones.add(package);
        zones
    }

    /// The index of a zone's clock, if the name was asked before.
    pub(crate) fn known(&self, name: &str) -> Option<u64> {
        self.known.get(name).copied()
    }

    /// Remembers a name: the zone's clock and its index among all clocks, or nothing for a name that no zone has, which then
    /// stands for the package's. Gives the index.
    pub(crate) fn learn(&mut self, name: &str, clock: Option<(usize, Clock)>) -> u64 {
        let index = clock.map_or(0, |(index, clock)| {
            self.add(&clock);
            index as u64
        });
        if self.known.len() < NAMES || index != 0 {
            self.known.insert(name.into(), index);
        }
        index
    }

    fn add(&mut self, clock: &Clock) {
        for (moment, by_zone) in self.specs.iter().zip(&mut self.moments) {
            by_zone.push(match *moment {
                Moment::Today { months, days } => clock.today(months, days),
                Moment::Instant(spec) => clock.instant(spec),
            });
        }
        self.addresses = self.moments.iter().map(|row| row.as_ptr()).collect();
    }

    /// The moments by zone, as code reads them.
    pub(crate) fn addresses(&self) -> *const *const i64 {
        self.addresses.as_ptr()
    }
}

impl<'a> RowSide<'a> {
    pub(crate) fn new(searches: &'a Searches, rest: Option<Rest<'a>>, zones: Zones<'a>) -> Self {
        Self {
            searches,
            rest,
            rows: ptr::null(),
            zones,
        }
    }

    /// Whether a text contains a constant.
    pub(crate) fn contains(&self, index: u64, text: &str) -> bool {
        let sought = self.searches.text(index);
        sought.is_some_and(|(_, finder)| finder.find(text.as_bytes()).is_some())
    }

    /// Whether a text starts with a constant.
    pub(crate) fn starts(&self, index: u64, text: &str) -> bool {
        let sought = self.searches.text(index);
        sought.is_some_and(|(sought, _)| text.starts_with(&**sought))
    }

    /// Whether a text ends with a constant.
    pub(crate) fn ends(&self, index: u64, text: &str) -> bool {
        let sought = self.searches.text(index);
        sought.is_some_and(|(sought, _)| text.ends_with(&**sought))
    }

    /// Whether a text is in a set.
    pub(crate) fn one_of(&self, set: u64, text: &str) -> bool {
        let set = usize::try_from(set)
            .ok()
            .and_then(|set| self.searches.sets.get(set));
        set.is_some_and(|set| set.contains(text))
    }

    /// Whether what the rest answers under a number holds for the row at an address.
    pub(crate) fn rest_holds(&mut self, row: *const u64, number: u64) -> bool {
        if self.rows.is_null() {
            return false;
        }
        // SAFETY: whoever runs code over rows has set these to rows that are alive and not written to meanwhile.
        let rows = unsafe { &*self.rows };
        let place = (row.addr().wrapping_sub(rows.address().addr())) / rows.layout().row_bytes();
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let rest = self.rest.as_mut();
        rest.is_some_and(|rest| rest.value(rows, place, number) == Value::Bool(true))
    }
}
