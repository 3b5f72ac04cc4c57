//! A prepared recommendation for one person: the candidates are walked, each until the first condition that it fails; of an order
//! in which the person has a part only the first so many are kept.

use std::cmp::Ordering;

use persona_ir::campaign::Recommendation;
use rustc_hash::FxHashSet;

use super::column::Distinct;
use super::prepare::{By, Comparison, Condition, How, Near, Prepared, Rank, holds};
use super::{excluded, item, order};
use crate::{Catalogs, Facts, ProfileEvaluator, Value, geo};

/// The first items that a recommendation chooses by itself.
pub(super) fn walk<F: Facts>(
    def: &Recommendation,
    prepared: &Prepared,
    catalogs: &Catalogs,
    person: &mut ProfileEvaluator<'_, F>,
    take: usize,
) -> Vec<usize> {
    person.evaluate(&prepared.closed);
    let mut asking = Asking {
        prepared,
        excluded: excluded(def, catalogs, person),
        tests: prepared
            .conditions
            .iter()
            .map(|of| Test::new(of, &prepared.columns, person))
            .collect(),
    };
    if prepared.rank.is_empty() {
        let mut found = Vec::with_capacity(take);
        for (index, row) in prepared.candidates.iter().enumerate() {
            if found.len() == take {
                break;
            }
            if asking.passes(index, person) {
                found.push(*row as usize);
            }
        }
        return found;
    }
    let mut best = Best::new(prepared, take, person);
    for index in 0..prepared.candidates.len() {
        if !best.is_behind(index) && asking.passes(index, person) {
            best.offer(index, person);
        }
    }
    best.rows()
}

/// What is asked of the candidates for one person.
struct Asking<'p> {
    prepared: &'p Prepared,
    excluded: FxHashSet<usize>,
    tests: Vec<Test<'p>>,
}

impl Asking<'_> {
    fn passes<F: Facts>(&mut self, index: usize, person: &mut ProfileEvaluator<'_, F>) -> bool {
        let row = self.prepared.candidates[index] as usize;
        // The cheap ones stand first.
        self.tests
            .iter_mut()
            .all(|test| test.holds(index, row, person))
            && (self.excluded.is_empty() || !self.excluded.contains(&row))
    }
}

/// A condition for one person.
enum Test<'p> {
    /// The value's place is in a range, or is not.
    Range {
        column: &'p Distinct,
        from: usize,
        to: usize,
        negated: bool,
    },
    /// What was found out of each value.
    Column {
        column: &'p Distinct,
        of: &'p Condition,
        known: Vec<Option<bool>>,
    },
    Each(&'p Condition),
}

impl<'p> Test<'p> {
    fn new<F: Facts>(
        of: &'p Condition,
        columns: &'p [Distinct],
        person: &ProfileEvaluator<'_, F>,
    ) -> Self {
        match of.how {
            How::Each => Self::Each(of),
            How::Column(column) => Self::Column {
                column: &columns[column],
                of,
                known: vec![None; columns[column].places()],
            },
            How::Range {
                column,
                value,
                comparison,
            } => {
                let column = &columns[column];
                let (from, to) = range(column, comparison, person.known(value));
                Self::Range {
                    column,
                    from,
                    to,
                    negated: of.of.negated,
                }
            }
        }
    }

    fn holds<F: Facts>(
        &mut self,
        index: usize,
        row: usize,
        person: &mut ProfileEvaluator<'_, F>,
    ) -> bool {
        match self {
            Self::Range {
                column,
                from,
                to,
                negated,
            } => (*from..*to).contains(&column.place(index)) != *negated,
            Self::Column { column, of, known } => {
                let place = column.place(index);
                *known[place].get_or_insert_with(|| holds(of.of, person, column.example(place)))
            }
            Self::Each(of) => holds(of.of, person, row),
        }
    }
}

/// The places of the values of which a comparison with a person's value holds. Behind all of them is the place of no value.
fn range(column: &Distinct, comparison: Comparison, value: &Value) -> (usize, usize) {
    if !value.is_known() {
        return (0, 0);
    }
    let (same, above) = column.around(value);
    match comparison {
        Comparison::Equal => (same, above),
        Comparison::Below => (0, same),
        Comparison::AtMost => (0, above),
        Comparison::Above => (above, column.len()),
        Comparison::AtLeast => (same, column.len()),
    }
}

/// The first so many candidates that were offered, in order.
struct Best<'p> {
    prepared: &'p Prepared,
    take: usize,
    keys: Vec<Key<'p>>,
    /// Candidates with their values, the first first.
    kept: Vec<(Vec<Ranked>, usize)>,
    offered: Vec<Ranked>,
}

/// A key for one person.
struct Key<'p> {
    rank: &'p Rank,
    column: Option<&'p Distinct>,
    /// What was found out of each value of the column.
    known: Vec<Option<Value>>,
    /// The person's place, where the key is the distance to it.
    from: Option<(f64, f64)>,
}

/// What a key says of a candidate.
enum Ranked {
    Place(u32),
    Value(Value),
}

impl<'p> Best<'p> {
    fn new<F: Facts>(
        prepared: &'p Prepared,
        take: usize,
        person: &ProfileEvaluator<'_, F>,
    ) -> Self {
        let keys = prepared.rank.iter().map(|rank| {
            let (column, from) = match &rank.by {
                By::Column(column) => (Some(&prepared.columns[*column]), None),
                By::Near(near) => (None, person.known(near.from).geo()),
                By::Own(_) | By::Each => (None, None),
            };
            Key {
                rank,
                column,
                known: vec![None; column.map_or(0, Distinct::places)],
                from,
            }
        });
        Self {
            prepared,
            take,
            keys: keys.collect(),
            kept: Vec::new(),
            offered: Vec::new(),
        }
    }

    /// Whether a candidate is farther away than the last that is kept, and the nearest are wanted: two places are no nearer to
    /// each other than their latitudes.
    fn is_behind(&self, index: usize) -> bool {
        let Some(Key {
            rank,
            from: Some(from),
            ..
        }) = self.keys.first()
        else {
            return false;
        };
        let By::Near(Near { places, .. }) = &rank.by else {
            return false;
        };
        let last = match self.kept.last() {
            Some((last, _)) if self.kept.len() == self.take && !rank.key.descending => last,
            _ => return false,
        };
        let Some(Ranked::Value(Value::Int(last))) = last.first() else {
            return false;
        };
        let between = (places[index].0 - from.0).abs().to_radians() * geo::EARTH_RADIUS;
        // Distances are whole metres, and not exact to the last bit.
        between * (1.0 - 1e-9) - 1.0 > *last as f64
    }

    /// Keeps a candidate if it is among the first so many up to now. Candidates are offered in the order of items' keys, so
    /// that one that ties with another comes behind it.
    fn offer<F: Facts>(&mut self, index: usize, person: &mut ProfileEvaluator<'_, F>) {
        let row = self.prepared.candidates[index] as usize;
        self.offered.clear();
        let last = match self.kept.last() {
            Some((last, _)) if self.kept.len() == self.take => Some(last),
            _ => None,
        };
        let mut ahead = last.is_none();
        for (place, key) in self.keys.iter_mut().enumerate() {
            let value = key.value(index, row, person);
            if let Some(last) = last.filter(|_| !ahead) {
                match compare(key.rank, &value, &last[place]) {
                    Ordering::Less => ahead = true,
                    Ordering::Equal => {}
                    Ordering::Greater => return,
                }
            }
            self.offered.push(value);
        }
        if !ahead {
            return;
        }
        let (keys, offered) = (&self.keys, &self.offered);
        let at = self.kept.partition_point(|(kept, _)| {
            let pairs = keys.iter().zip(kept.iter().zip(offered));
            let orders = pairs.map(|(key, (a, b))| compare(key.rank, a, b));
            orders.fold(Ordering::Equal, Ordering::then) != Ordering::Greater
        });
        if self.kept.len() == self.take {
            self.kept.pop();
        }
        let values = std::mem::take(&mut self.offered);
        self.kept.insert(at, (values, row));
    }

    fn rows(self) -> Vec<usize> {
        self.kept.into_iter().map(|(_, row)| row).collect()
    }
}

impl Key<'_> {
    fn value<F: Facts>(
        &mut self,
        index: usize,
        row: usize,
        person: &mut ProfileEvaluator<'_, F>,
    ) -> Ranked {
        let node = self.rank.key.value;
        match &self.rank.by {
            By::Own(places) => return Ranked::Place(places[index]),
            By::Near(Near { places, .. }) => {
                let distance = |from| geo::distance(places[index], from);
                return Ranked::Value(self.from.map(distance).into());
            }
            By::Column(_) | By::Each => {}
        }
        Ranked::Value(match self.column {
            None => person.element_value(node, item(row)),
            Some(column) => {
                let place = column.place(index);
                let ask = || person.element_value(node, item(column.example(place)));
                self.known[place].get_or_insert_with(ask).clone()
            }
        })
    }
}

fn compare(rank: &Rank, a: &Ranked, b: &Ranked) -> Ordering {
    match (a, b) {
        (Ranked::Place(a), Ranked::Place(b)) => a.cmp(b),
        (Ranked::Value(a), Ranked::Value(b)) => order(rank.key, a, b),
        _ => Ordering::Equal,
    }
}
