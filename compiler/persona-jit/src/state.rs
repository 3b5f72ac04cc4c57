//! What only helper functions look into: texts, clocks, patterns, stacks. Plain safe data; the addresses that
//! machine code needs are in [`crate::context`].

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{Arm, CatalogId, KindId, Rank, RankId, RankKind, Schema, Ty};
use persona_runtime::flips::Turnover;
use persona_runtime::time::{Clock, Times};
use persona_runtime::{Calibration, Dataset, ProfileEvaluator, RankTable, Value, experiment};
use regex::Regex;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::members::Members;
use crate::pools::Moment;
use crate::texts::Texts;

/// The helpers' side of one run.
#[derive(Debug)]
pub(crate) struct State<'a> {
    /// The texts.
    pub(crate) texts: Texts<'a>,
    /// The tables, for printing.
    pub(crate) schema: &'a Schema,
    /// Values under aggregation; nested loops stack theirs on top.
    pub(crate) stack: Vec<u64>,
    /// The sets of members that a batch fills.
    pub(crate) members: Members,
    /// The choices of events that the sequence under evaluation has tried.
    pub(crate) tried: FxHashSet<Box<[i64]>>,
    /// The thresholds of ranks.
    pub(crate) calibration: Arc<Calibration>,
    /// The lists of a batch's outputs, row by row.
    pub(crate) lists: Vec<ListOut<'a>>,
    pub(crate) data: &'a Dataset,
    pub(crate) times: Arc<Times>,
    pub(crate) ranks: &'a IndexVec<RankId, Rank>,
    /// Whether each rank's value is a Float.
    pub(crate) float_ranks: &'a [bool],
    pub(crate) patterns: &'a [Option<Regex>],
    pub(crate) salts: &'a [Arc<str>],
    pub(crate) arms: &'a [Arc<Arm>],
    pub(crate) displays: &'a [(Ty, Option<Arc<str>>)],
    pub(crate) instants: Vec<&'a [i64]>,
    pub(crate) sites: Vec<Vec<u64>>,
    pub(crate) moments: &'a [Moment],
    /// When moments (the second number) change in zones (the first), as far as it was asked.
    pub(crate) moment_flips: FxHashMap<(u64, u64), i64>,
    /// When the events of each count turn, for the profile under evaluation.
    pub(crate) turnovers: Vec<Turnover>,
    /// The interpreter over the same data, for programs that ask it.
    pub(crate) interpreter: Option<ProfileEvaluator<'a>>,
}

/// The lists that an output gave so far; empty and never asked for other outputs.
#[derive(Debug)]
pub(crate) struct ListOut<'a> {
    /// The output's type.
    pub(crate) ty: &'a Ty,
    /// One list, or none, per row.
    pub(crate) rows: Vec<Value>,
}

fn place(index: u64) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

impl State<'_> {
    /// `now` in the zone of this index; in the package's zone for an index that is out of range.
    pub(crate) fn clock(&self, zone: u64) -> &Clock {
        let clocks = self.times.clocks();
        clocks.get(place(zone)).unwrap_or(&clocks[0])
    }

    /// A pattern, if it compiled.
    pub(crate) fn pattern(&self, index: u64) -> Option<&Regex> {
        self.patterns.get(place(index))?.as_ref()
    }

    /// A salt.
    pub(crate) fn salt(&self, index: u64) -> &str {
        self.salts.get(place(index)).map_or("", |salt| salt)
    }

    /// The number of the arm that a key has in an experiment; −1 where it has none.
    pub(crate) fn arm(&self, index: u64, key: &str) -> i64 {
        let arm = self.arms.get(place(index));
        let arm = arm.and_then(|arm| experiment::assign(arm, key).arm());
        arm.map_or(-1, i64::from)
    }

    /// The item of a catalog whose key is the value with this key (see [`crate::codegen`]); −1 where there is none.
    pub(crate) fn lookup(&self, catalog: u64, key: u64) -> i64 {
        let id = u32::try_from(catalog).map(CatalogId);
        let table = id.ok().and_then(|id| self.data.catalogs.tables.get(id));
        let row = table.and_then(|table| table.find_word(key));
        row.and_then(|row| i64::try_from(row).ok()).unwrap_or(-1)
    }

    /// A printed type and its format.
    pub(crate) fn display(&self, index: u64) -> Option<(&Ty, Option<&str>)> {
        self.displays
            .get(place(index))
            .map(|(ty, format)| (ty, format.as_deref()))
    }

    /// The key of a profile.
    pub(crate) fn key(&self, profile: u64) -> &str {
        match place(profile) {
            row if row < self.data.profiles => self.data.key(self.schema, row),
            _ => "",
        }
    }

    /// A rank's kind and thresholds, if it has any of its value's type.
    pub(crate) fn rank(&self, rank: u64) -> Option<(RankKind, &RankTable)> {
        let id = RankId(u32::try_from(rank).ok()?);
        let table = self.calibration.ranks.get(id)?;
        let float = *self.float_ranks.get(place(rank))?;
        let fits = matches!(table, RankTable::Float(_)) == float;
        fits.then_some((self.ranks.get(id)?.kind, table))
    }

    /// The instants of a kind's events.
    pub(crate) fn instants(&self, kind: u64) -> &[i64] {
        self.instants.get(place(kind)).copied().unwrap_or_default()
    }

    /// The places of a kind's events.
    pub(crate) fn orders(&self, kind: u64) -> &[u32] {
        let kind = u32::try_from(kind)
            .ok()
            .and_then(|kind| self.data.events.get(KindId(kind)));
        kind.map_or(&[], |table| &table.order)
    }

    /// Where the merged events of a walk lie.
    pub(crate) fn site(&mut self, site: u64) -> &mut Vec<u64> {
        let index = place(site);
        if self.sites.len() <= index {
            self.sites.resize_with(index + 1, Vec::new);
        }
        &mut self.sites[index]
    }

    /// The type of a list output.
    pub(crate) fn list_type(&self, out: u64) -> Option<&Ty> {
        self.lists.get(place(out)).map(|list| list.ty)
    }

    /// Keeps the next row of a list output.
    pub(crate) fn keep_list(&mut self, out: u64, value: Value) {
        if let Some(list) = self.lists.get_mut(place(out)) {
            list.rows.push(value);
        }
    }
}
