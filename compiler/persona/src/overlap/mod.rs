//! How segments overlap on the data: sizes, pairs, and who is in exactly which of them. Counts bits of members; what they mean was
//! answered before.

mod exact;
mod sets;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow_buffer::BooleanBuffer;

use crate::error::guarded;
use crate::run::{Now, NowFrom, Progress, RunOptions};
use crate::{Error, Program};

/// The most sets that are compared: who is in which of them fits into a word of the machine.
pub const MOST_SETS: usize = 64;

/// What to compare.
#[derive(Clone, Debug)]
pub struct OverlapOptions {
    /// The evaluation time, the engine and the threads. Its `only` names the sets: segments, partitions (all their stages) and stages
    /// (`lifecycle.active`); all segments and stages when empty. Its `members` is not written.
    pub run: RunOptions,
    /// At most so many sets, the largest ones; at most [`MOST_SETS`].
    pub sets: usize,
    /// At most so many exact intersections, the largest ones.
    pub intersections: usize,
}

impl Default for OverlapOptions {
    fn default() -> Self {
        Self {
            run: RunOptions::default(),
            sets: 24,
            intersections: 24,
        }
    }
}

/// How sets overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlapResult {
    /// The evaluation time.
    pub now: Now,
    /// How many profiles there are.
    pub profiles: usize,
    /// The sets that were compared, the largest first; those of one size by name. None is empty.
    pub sets: Vec<OverlapSet>,
    /// How many people are in both of two sets; for each set, those with the sets before it. See [`OverlapResult::both`].
    both: Vec<Vec<usize>>,
    /// Who is in exactly which sets, the most people first.
    pub intersections: Vec<Intersection>,
    /// Further exact intersections: how many, and how many people are in them.
    pub others: (usize, usize),
    /// How many people are in none of the sets.
    pub nobodys: usize,
    /// Sets with nobody in them, by name.
    pub empty: Vec<Arc<str>>,
    /// Sets that were left out because there are too many, the largest first.
    pub left_out: Vec<Arc<str>>,
    /// Worth knowing about the data.
    pub notes: Vec<String>,
}

/// A segment or a partition's stage.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlapSet {
    /// `vip`, `lifecycle.active`.
    pub name: Arc<str>,
    /// The title.
    pub title: Option<Arc<str>>,
    /// The partition that it is a stage of.
    pub partition: Option<Arc<str>>,
    /// How many people are in it.
    pub count: usize,
    /// Their share of all.
    pub share: f64,
}

/// People who are in exactly these sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intersection {
    /// Indices of the sets, ascending.
    pub sets: Vec<usize>,
    /// How many people.
    pub count: usize,
}

/// Two sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The first's index.
    pub a: usize,
    /// The second's index.
    pub b: usize,
    /// How many people are in both.
    pub both: usize,
    /// Their share of the first.
    pub of_a: f64,
    /// Their share of the second.
    pub of_b: f64,
    /// Those in both, as a share of those in either.
    pub jaccard: f64,
    /// How many times as many as there would be if neither had to do with the other.
    pub lift: f64,
}

/// What is remarkable about two sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same people are in both.
    Same,
    /// Everybody of the first is in the second, too.
    Inside,
}

impl OverlapResult {
    /// How many people are in both of two sets, by their indices; those of one set with itself are all its people.
    pub fn both(&self, a: usize, b: usize) -> usize {
        match a.cmp(&b) {
            std::cmp::Ordering::Equal => self.sets[a].count,
            std::cmp::Ordering::Less => self.both[b][a],
            std::cmp::Ordering::Greater => self.both[a][b],
        }
    }

    /// Two sets, by their indices.
    pub fn pair(&self, a: usize, b: usize) -> Pair {
        let both = self.both(a, b);
        let [of_a, of_b] = [a, b].map(|set| self.sets[set].count);
        let (shared, either) = (both as f64, (of_a + of_b - both) as f64);
        Pair {
            a,
            b,
            both,
            of_a: shared / of_a as f64,
            of_b: shared / of_b as f64,
            jaccard: shared / either,
            lift: shared * self.profiles as f64 / (of_a as f64 * of_b as f64),
        }
    }

    /// All pairs, the most alike first.
    pub fn pairs(&self) -> Vec<Pair> {
        let all = (0..self.sets.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let mut pairs: Vec<Pair> = all.map(|(a, b)| self.pair(a, b)).collect();
        pairs.sort_by(|x, y| {
            let alike = y.jaccard.total_cmp(&x.jaccard);
            alike
                .then(y.both.cmp(&x.both))
                .then((x.a, x.b).cmp(&(y.a, y.b)))
        });
        pairs
    }

    /// What is remarkable: which sets have the same people, and which lie wholly inside another. In the order of the sets; an
    /// `Inside` has the smaller set first.
    pub fn relations(&self) -> Vec<(usize, usize, Relation)> {
        let mut found = Vec::new();
        for small in 0..self.sets.len() {
            for large in 0..small {
                let (count, of_large) = (self.sets[small].count, self.sets[large].count);
                if self.both(small, large) != count {
                    continue;
                }
                found.push(match count == of_large {
                    true => (large, small, Relation::Same),
                    // What holds for everybody holds for all of any set.
                    false if of_large == self.profiles => continue,
                    false => (small, large, Relation::Inside),
                });
            }
        }
        found
    }
}

impl Program {
    /// Compares segments and stages on the data of the package's sources.
    ///
    /// # Errors
    /// Where there is nothing to compare, a name means nothing, and as [`Program::run`].
    pub fn overlap(
        &self,
        options: &OverlapOptions,
        progress: &dyn Progress,
    ) -> Result<OverlapResult, Error> {
        let wanted = self.wanted(&options.run.only)?;
        let plan = self.restricted(&wanted.outputs)?;
        let (loaded, answers, _) = self.members(&plan, &options.run, progress)?;
        let profiles = loaded.data.profiles;
        if profiles == 0 {
            return Err(nobody());
        }
        let found = guarded("counting overlaps", || {
            let sets = sets::of(&plan, &answers, &wanted);
            compare(sets, profiles, options)
        })?;
        Ok(OverlapResult {
            now: loaded.now,
            notes: loaded.notes,
            ..found
        })
    }
}

fn nobody() -> Error {
    Error::call("there is nobody in the data, so no segments can be compared")
        .with_help("`persona run` says what was read from each source")
}

/// A set with who is in it.
pub(crate) struct Members {
    set: OverlapSet,
    bits: BooleanBuffer,
}

/// Counts. The evaluation time and the notes are filled by the caller.
fn compare(mut all: Vec<Members>, profiles: usize, options: &OverlapOptions) -> OverlapResult {
    all.sort_by(|a, b| {
        let larger = b.set.count.cmp(&a.set.count);
        larger.then_with(|| a.set.name.cmp(&b.set.name))
    });
    let filled = all.partition_point(|members| members.set.count > 0);
    let mut empty: Vec<Arc<str>> = all
        .drain(filled..)
        .map(|members| members.set.name)
        .collect();
    empty.sort();
    let most = options.sets.clamp(1, MOST_SETS).min(all.len());
    let left_out = all.drain(most..).map(|members| members.set.name).collect();
    let both = |b: usize| {
        (0..b)
            .map(|a| exact::both(&all[a].bits, &all[b].bits))
            .collect()
    };
    let both = (0..all.len()).map(both).collect();
    let bits: Vec<&BooleanBuffer> = all.iter().map(|members| &members.bits).collect();
    let counted = exact::count(&bits, profiles);
    let mut result = OverlapResult {
        now: Now {
            at: 0,
            text: String::new(),
            from: NowFrom::Irrelevant,
        },
        profiles,
        both,
        intersections: Vec::new(),
        others: (0, 0),
        nobodys: 0,
        empty,
        left_out,
        notes: Vec::new(),
        sets: all.into_iter().map(|members| members.set).collect(),
    };
    for (signature, count) in counted {
        if signature == 0 {
            result.nobodys = count;
        } else if result.intersections.len() < options.intersections {
            let sets = (0..result.sets.len()).filter(|set| signature >> set & 1 == 1);
            let sets = sets.collect();
            result.intersections.push(Intersection { sets, count });
        } else {
            result.others.0 += 1;
            result.others.1 += count;
        }
    }
    result
}
