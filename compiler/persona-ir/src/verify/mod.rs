//! Checks that a plan means something: every rule that engines rely on without looking again.
//!
//! **Graph** (`graph`)
//! - An operand has a smaller id than its user.
//! - No two nodes are equal.
//! - Enums, columns, kinds, catalogs and ranks that a node names exist.
//!
//! **Types** (`type`)
//! - The operands have the types that the operation's documentation asks for, and the node has the type that follows:
//!   - `Eq`, `In`, `Has…`, `Distinct`, `MostCommon`, `TopShare`, `MaxPerValue`: one type of Bool, integers, Float, Str, enums.
//!   - `Lt`, `Le`, `Min`, `Max`: one type of integers, Float, Str, enums.
//!   - `Add`: two of `Int`, two of one Money, two Durations, two Lengths; Timestamp + Duration; Date + `Int`. `Sub`:
//!     as `Add`; two Timestamps give a Duration, two Dates an `Int`.
//!   - `Mul`: `Int` × `Int`, Money, Duration or Length. `Scale`, `Unscale`, `UnscaleInt`: Money, Duration or Length.
//!   - `Sum`, `Avg`: `Int`, Float, Money, Duration, Length.
//!   - `Lookup`: a key of the type of the catalog's key gives an item of it, which has the columns of its table.
//! - Constants fit their type: enums have the value, dates, instants and times of day are in range, lists hold no
//!   missing values. The constants of `In` are sorted by [`crate::Const::compare`], none repeated.
//! - Numbers are in range: buckets up to 10 000, `Nth` and `UnitsHit` from 1, tiles from 1.
//!
//! **Missing** (`missing`)
//! - A node is optional exactly when it may be missing: when an operand is, or the operation adds it:
//!   - division: unless the divisor is a constant that is not zero; `Domain`, `GeoMake`, `Rank`, `Lookup`: always;
//!   - aggregates: `Avg`, `Min`, `Max`, `MostCommon`, `TopShare`, `Share`, `Gap`, `Nth` always, the others never;
//!   - `Coalesce`: when both are; `If`: when a branch is; tests, `Known`, quantifiers: never;
//!   - profile columns: as [`crate::Schema::may_lack`] says; event columns: when one of them is; columns of items: when they
//!     are, or the item is.
//! - Operands of `And`, `Or`, `Not`, conditions of `If`, bodies of quantifiers, filters, and the list of `AllElem` are
//!   never optional.
//!
//! **Order** (`sorted`)
//! - Operands of `And` and `Or` (at least two), kinds (at least one), and columns per kind are strictly ascending.
//!
//! **Binders** (`binder`)
//! - A body uses only levels that are bound where it stands, an event as an event of kinds that the node has columns
//!   for, an element as one of that type.
//! - An open quantifier binds the level that equals the number of binders around it.
//! - Event queries and sequences are closed, their bounds and lengths included; a sequence has at most 254 steps and no elements.
//!
//! **Schema** (`schema`)
//! - Names are unique, kinds sorted by name. The key is a Str column that is never missing (a profile without columns has none); the zone is a Str column
//!   validated as one. Event tables begin with `at: Timestamp` and `id: Str?`. Defaults fit their columns, which are not
//!   optional then. Records stand only in lists and sets, and are not empty. Catalogs are sorted by name; their keys are columns
//!   of text, `Int` or an enum that are never missing and have no default. No column holds items.
//!
//! **Asked** (`asked`)
//! - Answers are sorted by name, none repeated, and closed: a Bool that is never missing for a segment, the stages'
//!   enum for a partition. Nodes of explanations are closed.
//! - A rank ranks a closed integer or Float among a closed Bool, using only ranks before it; its uses rank values of that type.
//! - A check is a Bool that is never missing, closed but for the checked event or item at level 0; it uses no rank; what it clears is
//!   an optional column.
//! - Sources are sorted by name, none repeated; they fill columns that exist, `each` lists of records. Preferences name sources.

mod asked;
mod binders;
mod history;
mod result;
mod schema;

use crate::{Node, NodeId, Op, Plan, operands};

/// A rule that a plan breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's group, as in this module's documentation.
    pub rule: &'static str,
    /// Where, and what is wrong.
    pub message: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {}", self.rule, self.message)
    }
}

/// Checks every rule.
///
/// # Errors
/// All violations found, nodes first, in id order. Parts that stand on broken parts are not looked at.
pub fn verify(plan: &Plan) -> Result<(), Vec<Violation>> {
    let mut violations = Vec::new();
    schema::check(plan, &mut violations);
    if violations.is_empty() {
        graph(plan, &mut violations);
    }
    if violations.is_empty() {
        for (id, node) in plan.nodes.iter_enumerated() {
            if let Err(violation) = result::check(plan, node) {
                violations.push(located(&format!("%{}", id.0), violation));
            }
        }
    }
    if violations.is_empty() {
        binders::check(plan, &mut violations);
        asked::check(plan, &mut violations);
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violations)
    }
}

/// What is wrong with a node: the rule, and why.
type Broken = (&'static str, String);

fn located(place: &str, (rule, why): Broken) -> Violation {
    Violation {
        rule,
        message: format!("{place}: {why}"),
    }
}

/// The rules that everything else needs to be able to look at operands.
fn graph(plan: &Plan, violations: &mut Vec<Violation>) {
    let mut known: rustc_hash::FxHashMap<&Node, NodeId> = rustc_hash::FxHashMap::default();
    for (id, node) in plan.nodes.iter_enumerated() {
        let mut report =
            |why: String| violations.push(located(&format!("%{}", id.0), ("graph", why)));
        for operand in operands(&node.op)
            .iter()
            .filter(|operand| operand.node >= id)
        {
            report(format!("its operand %{} is not before it", operand.node.0));
        }
        if let Some(missing) = unknown(plan, node) {
            report(format!("it names {missing} that does not exist"));
        }
        if let Some(first) = known.insert(node, id) {
            report(format!("it equals %{}", first.0));
        }
    }
}

/// Something that a node names and the plan does not have.
fn unknown(plan: &Plan, node: &Node) -> Option<&'static str> {
    let schema = &plan.schema;
    let kind = |kind| schema.events.get(kind).is_some();
    let event_col = |col: &crate::EventCol| {
        schema
            .events
            .get(col.kind)
            .is_some_and(|table| table.columns.get(col.col).is_some())
    };
    let query = |query: &crate::Query| {
        query.kinds.iter().copied().all(kind) && query.items.iter().flatten().all(event_col)
    };
    let exists = match &node.op {
        Op::Profile(col) => schema.profile.columns.get(*col).is_some(),
        Op::Event { cols, .. } => cols.iter().all(event_col),
        Op::Lookup { catalog, .. } | Op::Items(catalog) => schema.catalogs.get(*catalog).is_some(),
        Op::Rank(id, _) => plan.ranks.get(*id).is_some(),
        Op::Agg(agg) => query(&agg.query),
        Op::Sequence(sequence) => {
            let steps = sequence.steps.iter().flat_map(|step| &step.kinds);
            let not = sequence.not.iter().flat_map(|not| &not.kinds);
            query(&sequence.first) && steps.chain(not).copied().all(kind)
        }
        _ => true,
    };
    if !exists {
        return Some("a column, a kind, a catalog or a rank");
    }
    (!schema::named_exist(schema, &node.ty)).then_some("an enum or a catalog")
}

/// Whether something is strictly ascending.
fn ascending<T: PartialOrd>(items: &[T]) -> bool {
    items.windows(2).all(|pair| pair[0] < pair[1])
}

#[cfg(test)]
mod tests;
