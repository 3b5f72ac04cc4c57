//! What of a recommendation is the items' own business, settled once: conditions that look at the item alone leave the
//! *candidates*; an order in which no person has a part is the candidates' own. Of the rest, what depends on one column of the
//! item is asked by the column's distinct values.

use std::cmp::Ordering;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::campaign::{Campaign, Conjunct, RankKey, Recommendation};
use persona_ir::{ColId, KindId, NodeId, Op, Plan, Schema, operands};
use rustc_hash::FxHashSet;

use super::column::Distinct;
use super::{item, order, roots_of_keys};
use crate::time::Times;
use crate::{Calibration, Catalogs, Evaluator, EventRef, Facts, ProfileEvaluator, Value};

/// A recommendation, prepared.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The items that somebody may be shown. Where the order is the items' own, they are in it.
    pub(super) candidates: Vec<u32>,
    /// Columns of the candidates.
    pub(super) columns: Vec<Distinct>,
    /// What a person has a part in, cheap ones first.
    pub(super) conditions: Vec<Condition>,
    /// What a person puts the candidates in order by; nothing where the order is their own.
    pub(super) rank: Vec<Rank>,
    /// The closed nodes that all of it needs for one person.
    pub(super) closed: Vec<NodeId>,
}

/// A condition in which a person has a part.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) of: Conjunct,
    pub(super) how: How,
}

/// How a condition is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// A comparison of a column with a value of the person.
    Range {
        column: usize,
        value: NodeId,
        comparison: Comparison,
    },
    /// Once for each value of a column.
    Column(usize),
    /// Of every item.
    Each,
}

/// What must hold of the item's value beside the person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// A key of an order in which a person has a part.
#[derive(Debug)]
pub(super) struct Rank {
    pub(super) key: RankKey,
    pub(super) by: By,
}

/// How a key's values are known.
#[derive(Debug)]
pub(super) enum By {
    /// The items' own: the place of each candidate in the order of this key, equal ones the same.
    Own(Vec<u32>),
    /// Once for each value of a column.
    Column(usize),
    /// The distance to a place of the person.
    Near(Near),
    /// Of every item.
    Each,
}

/// A distance between items and a person.
#[derive(Debug)]
pub(super) struct Near {
    /// The place of each candidate.
    pub(super) places: Vec<(f64, f64)>,
    /// The person's.
    pub(super) from: NodeId,
}

/// What a node asks.
#[derive(Debug, Default)]
struct Asks {
    /// Columns of the item.
    cols: FxHashSet<ColId>,
    /// Something else of the item.
    whole: bool,
    /// A person, or the time.
    person: bool,
}

/// Prepares a recommendation.
pub(super) fn prepare(
    campaign: &Campaign,
    graph: &Arc<crate::Prepared>,
    catalogs: &Arc<Catalogs>,
    def: &Recommendation,
) -> Prepared {
    let plan = &campaign.plan;
    let nobody = Nobody(Arc::clone(catalogs));
    let calibration = Arc::new(Calibration {
        now: 0,
        ranks: IndexVec::new(),
    });
    let times = Times::package(plan, 0);
    let evaluator = Evaluator::over(plan, &nobody, times, calibration, Arc::clone(graph));
    let mut nobody = evaluator.profile(0);
    let asks = |node: NodeId| asks(plan, graph, node);
    let (own, others): (Vec<Conjunct>, Vec<Conjunct>) = def
        .conjuncts(&plan.nodes)
        .into_iter()
        .partition(|of| !asks(of.node).person);
    nobody.evaluate_for(&own.iter().map(|of| of.node).collect::<Vec<_>>());
    let rows = (0_u32..).take(catalogs.len(def.catalog));
    let mut candidates: Vec<u32> = rows
        .filter(|row| own.iter().all(|of| holds(*of, &mut nobody, *row as usize)))
        .collect();
    let settled: Vec<Option<Vec<u32>>> = def
        .rank
        .iter()
        .map(|key| (!asks(key.value).person).then(|| places(*key, &mut nobody, &candidates)))
        .collect();
    let all_settled: Option<Vec<&Vec<u32>>> = settled.iter().map(Option::as_ref).collect();
    let mut columns = Columns {
        catalogs,
        def,
        cols: Vec::new(),
    };
    let rank = match all_settled {
        Some(places) => {
            candidates = in_order(&candidates, &places);
            Vec::new()
        }
        None => {
            let keys = def.rank.iter().zip(settled);
            let ranks = keys.map(|(key, own)| Rank {
                key: *key,
                by: match (own, near(plan, graph, &columns, key.value, &candidates)) {
                    (Some(places), _) => By::Own(places),
                    (None, Some(near)) => By::Near(near),
                    (None, None) => columns
                        .single(&asks(key.value))
                        .map_or(By::Each, By::Column),
                },
            });
            ranks.collect()
        }
    };
    let conditions = others.iter().map(|of| Condition {
        of: *of,
        how: how(plan, graph, &mut columns, *of, &asks(of.node)),
    });
    let mut conditions: Vec<Condition> = conditions.collect();
    conditions.sort_by_key(|of| match of.how {
        How::Range { .. } => 0,
        How::Column(_) => 1,
        How::Each => 2,
    });
    let closed = evaluator.needed(&roots(def, &conditions, &rank));
    Prepared {
        columns: columns.of(&candidates),
        candidates,
        conditions,
        rank,
        closed,
    }
}

/// The distance between a column of the item, which all candidates have, and a place of the person.
fn near(
    plan: &Plan,
    graph: &crate::Prepared,
    columns: &Columns<'_>,
    node: NodeId,
    candidates: &[u32],
) -> Option<Near> {
    let Op::Distance(a, b) = plan.nodes[node].op else {
        return None;
    };
    // A distance is the same from both ends.
    let (col, from) = match (column(plan, a), column(plan, b)) {
        (Some(col), None) if graph.is_closed(b) => (col, b),
        (None, Some(col)) if graph.is_closed(a) => (col, a),
        _ => return None,
    };
    let (catalogs, catalog) = (columns.catalogs, columns.def.catalog);
    let place = |row: &u32| catalogs.value(catalog, col, *row as usize).geo();
    let places = candidates.iter().map(place).collect::<Option<_>>()?;
    Some(Near { places, from })
}

/// What is asked for one person.
fn roots(def: &Recommendation, conditions: &[Condition], rank: &[Rank]) -> Vec<NodeId> {
    let mut roots = roots_of_keys(def);
    roots.extend(conditions.iter().map(|condition| match condition.how {
        How::Range { value, .. } => value,
        How::Column(_) | How::Each => condition.of.node,
    }));
    roots.extend(rank.iter().filter_map(|rank| match &rank.by {
        By::Own(_) => None,
        By::Near(near) => Some(near.from),
        By::Column(_) | By::Each => Some(rank.key.value),
    }));
    roots
}

/// Whether an item passes, where the closed nodes are evaluated.
pub(super) fn holds<F: Facts>(
    of: Conjunct,
    person: &mut ProfileEvaluator<'_, F>,
    row: usize,
) -> bool {
    person.element_holds(of.node, item(row)) != of.negated
}

/// The place of each candidate in the order of a key, equal ones the same.
fn places(key: RankKey, nobody: &mut ProfileEvaluator<'_, Nobody>, candidates: &[u32]) -> Vec<u32> {
    nobody.evaluate_for(&[key.value]);
    let mut value = |row: &u32| nobody.element_value(key.value, item(*row as usize));
    let values: Vec<Value> = candidates.iter().map(&mut value).collect();
    let mut sorted: Vec<usize> = (0..values.len()).collect();
    sorted.sort_by(|a, b| order(key, &values[*a], &values[*b]));
    let mut places = vec![0; values.len()];
    let (mut place, mut last) = (0, None);
    for index in sorted {
        if last.is_some_and(|last| order(key, last, &values[index]) != Ordering::Equal) {
            place += 1;
        }
        last = Some(&values[index]);
        places[index] = place;
    }
    places
}

/// Candidates in the order of their places by each key, at last in the order of items' keys.
fn in_order(candidates: &[u32], keys: &[&Vec<u32>]) -> Vec<u32> {
    let mut sorted: Vec<usize> = (0..candidates.len()).collect();
    // Stable: ties stay in the order of items, which is that of their keys.
    sorted.sort_by(|a, b| {
        let orders = keys.iter().map(|places| places[*a].cmp(&places[*b]));
        orders.fold(Ordering::Equal, Ordering::then)
    });
    sorted.into_iter().map(|index| candidates[index]).collect()
}

/// The columns that are asked by their values, each once.
struct Columns<'p> {
    catalogs: &'p Catalogs,
    def: &'p Recommendation,
    cols: Vec<ColId>,
}

impl Columns<'_> {
    /// The number of a column.
    fn number(&mut self, col: ColId) -> usize {
        let known = self.cols.iter().position(|of| *of == col);
        known.unwrap_or_else(|| {
            self.cols.push(col);
            self.cols.len() - 1
        })
    }

    /// The number of the only thing of the item that is asked, where it is one column.
    fn single(&mut self, asks: &Asks) -> Option<usize> {
        let mut cols = asks.cols.iter();
        match (cols.next(), cols.next(), asks.whole) {
            (Some(col), None, false) => Some(self.number(*col)),
            _ => None,
        }
    }

    fn of(&self, candidates: &[u32]) -> Vec<Distinct> {
        let distinct =
            |col: &ColId| Distinct::new(self.catalogs, self.def.catalog, *col, candidates);
        self.cols.iter().map(distinct).collect()
    }
}

/// How a condition is asked.
fn how(
    plan: &Plan,
    graph: &crate::Prepared,
    columns: &mut Columns<'_>,
    of: Conjunct,
    asks: &Asks,
) -> How {
    use Comparison::{Above, AtLeast, AtMost, Below, Equal};
    let (a, b, comparison, turned) = match plan.nodes[of.node].op {
        Op::Eq(a, b) => (a, b, Equal, Equal),
        Op::Lt(a, b) => (a, b, Below, Above),
        Op::Le(a, b) => (a, b, AtMost, AtLeast),
        _ => return columns.single(asks).map_or(How::Each, How::Column),
    };
    match (column(plan, a), column(plan, b)) {
        (Some(col), None) if graph.is_closed(b) => How::Range {
            column: columns.number(col),
            value: b,
            comparison,
        },
        (None, Some(col)) if graph.is_closed(a) => How::Range {
            column: columns.number(col),
            value: a,
            comparison: turned,
        },
        _ => columns.single(asks).map_or(How::Each, How::Column),
    }
}

/// The column of the item that a node is.
fn column(plan: &Plan, node: NodeId) -> Option<ColId> {
    match plan.nodes[node].op {
        Op::ItemCol { item, col } if is_the_item(plan, item) => Some(col),
        _ => None,
    }
}

fn is_the_item(plan: &Plan, node: NodeId) -> bool {
    matches!(plan.nodes[node].op, Op::Elem { level: 0, .. })
}

/// What a node asks, with the item as the element at level 0.
fn asks(plan: &Plan, graph: &crate::Prepared, root: NodeId) -> Asks {
    let mut asks = Asks::default();
    // Each with whether level 0 is the item there: under a binder of that level it is something else.
    let first = (root, true);
    let mut seen = FxHashSet::from_iter([first]);
    let mut next = vec![first];
    while let Some((node, bound)) = next.pop() {
        let op = &plan.nodes[node].op;
        let about_item = bound && graph.free(node).contains(0);
        match *op {
            Op::ItemCol { item, col } if about_item && is_the_item(plan, item) => {
                asks.cols.insert(col);
                continue;
            }
            Op::Elem { level: 0, .. } if about_item => asks.whole = true,
            _ => asks.person |= is_the_persons(plan, op),
        }
        for operand in operands(op) {
            let rebound = operand.bound > 0 && operand.binds().contains(0);
            let of = (operand.node, about_item && !rebound);
            if seen.insert(of) {
                next.push(of);
            }
        }
    }
    asks
}

/// Whether an operation itself, besides its operands, looks at a person or the time.
fn is_the_persons(plan: &Plan, op: &Op) -> bool {
    let of_catalogs = matches!(
        op,
        Op::Elem { .. } | Op::ItemCol { .. } | Op::Lookup { .. } | Op::Items(_)
    );
    op.asks_now() || op.asks_zone(&plan.nodes) || (op.reads_data() && !of_catalogs)
}

/// Nobody, to whom catalogs are shown.
#[derive(Debug)]
struct Nobody(Arc<Catalogs>);

impl Facts for Nobody {
    fn profile_value(&self, _col: ColId, _profile: usize) -> Value {
        Value::Missing
    }

    fn event_value(&self, _event: EventRef, _col: ColId) -> Value {
        Value::Missing
    }

    fn at(&self, _event: EventRef) -> i64 {
        0
    }

    fn precedes(&self, _one: EventRef, _other: EventRef) -> bool {
        false
    }

    fn history(&self, _kinds: &[KindId], _profile: usize) -> Vec<EventRef> {
        Vec::new()
    }

    fn key<'f>(&'f self, _schema: &Schema, _profile: usize) -> &'f str {
        ""
    }

    fn catalogs(&self) -> &Arc<Catalogs> {
        &self.0
    }
}
