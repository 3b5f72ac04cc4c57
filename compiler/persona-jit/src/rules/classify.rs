//! What an atom says about one value: which value, and for which of its values the atom holds. Reads the plan; decides
//! nothing about indexes. An atom that is not about one value stands for itself, as a value that is yes or no.

use std::cmp::Ordering;
use std::sync::Arc;

use persona_ir::{Const, InstantSpec, NodeId, Op, Plan, Ty};
use persona_runtime::num;

use crate::atoms::{self, Bound, Part, TestOp};

/// What a value is compared to besides constants, so that a test stays the same test while time goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Base {
    /// Nothing: its own value counts.
    Own,
    /// `now`: an instant counts by how many microseconds after it it lies.
    Now,
    /// Today in the profile's zone: a date counts by how many days after it it lies.
    Today,
}

/// What gives a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// A closed node of a scalar type.
    Node(NodeId),
    /// An atom: whether it holds.
    Atom(Part),
}

/// A value that rules test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    /// What gives it.
    pub(crate) value: Source,
    /// What it counts from.
    pub(crate) base: Base,
}

/// How a value lies to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
}

impl Relation {
    /// Whether a value that lies so to the bound has the relation.
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Equal => order.is_eq(),
            Self::AtLeast => order.is_ge(),
            Self::Greater => order.is_gt(),
        }
    }

    /// The keys that have the relation to a key, as inclusive ranges.
    fn keys(self, bound: i64) -> Vec<(i64, i64)> {
        let range = match self {
            Self::Less => bound.checked_sub(1).map(|last| (i64::MIN, last)),
            Self::AtMost => Some((i64::MIN, bound)),
            Self::Equal => Some((bound, bound)),
            Self::AtLeast => Some((bound, i64::MAX)),
            Self::Greater => bound.checked_add(1).map(|first| (first, i64::MAX)),
        };
        range.into_iter().collect()
    }
}

/// For which values a test holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// For those whose key (see [`float_key`]) is in one of the inclusive ranges.
    Keys(Vec<(i64, i64)>),
    /// For these texts.
    Texts(Vec<Arc<str>>),
    /// For the texts that lie so to a text.
    Text(Relation, Arc<str>),
    /// For all values; not where there is none.
    Known,
}

/// A test of one value. It never holds where the value is missing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test {
    /// The value.
    pub(crate) subject: Subject,
    /// When it holds.
    pub(crate) condition: Condition,
    /// Where the subject counts from `now` or today: the relation to the bound this far from it. The bound is clamped to
    /// the range of instants or dates, which the condition does not know.
    pub(crate) moving: Option<(Relation, i64)>,
}

/// The key of a finite Float: an integer in the same order, equal for equal numbers.
pub(crate) fn float_key(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits().cast_signed();
    bits ^ (((bits >> 63).cast_unsigned() >> 1).cast_signed())
}

/// A bound as plans write it.
enum Fixed<'p> {
    Const(&'p Const),
    Moving(Base, i64),
}

/// The test that an atom is. `part` is no structure and no constant.
pub(crate) fn classify(plan: &Plan, part: &Part) -> Test {
    let known = match part {
        Part::Test(test) => compared(plan, test),
        Part::Known(node) if is_scalar(&plan.nodes[*node].ty) => {
            Some(test_of(*node, Condition::Known))
        }
        Part::Holds(node) => Some(test_of(*node, yes())),
        _ => None,
    };
    known.unwrap_or_else(|| Test {
        subject: Subject {
            value: Source::Atom(part.clone()),
            base: Base::Own,
        },
        condition: yes(),
        moving: None,
    })
}

fn yes() -> Condition {
    Condition::Keys(vec![(1, 1)])
}

fn test_of(node: NodeId, condition: Condition) -> Test {
    Test {
        subject: Subject {
            value: Source::Node(node),
            base: Base::Own,
        },
        condition,
        moving: None,
    }
}

fn is_scalar(ty: &Ty) -> bool {
    matches!(ty, Ty::Bool | Ty::Float | Ty::Str | Ty::Enum(_)) || ty.is_integer()
}

fn fixed<'p>(plan: &'p Plan, bound: &Bound) -> Option<Fixed<'p>> {
    let Bound::Node(node) = bound else {
        return None;
    };
    match &plan.nodes[*node].op {
        Op::Const(Const::Missing) => None,
        Op::Const(constant) => Some(Fixed::Const(constant)),
        Op::Now => Some(Fixed::Moving(Base::Now, 0)),
        Op::Instant(InstantSpec::NowPlus(micros)) => Some(Fixed::Moving(Base::Now, *micros)),
        Op::Today { months: 0, days } => Some(Fixed::Moving(Base::Today, i64::from(*days))),
        _ => None,
    }
}

fn relation(op: TestOp) -> Option<Relation> {
    match op {
        TestOp::Lt => Some(Relation::Less),
        TestOp::Le => Some(Relation::AtMost),
        TestOp::Eq => Some(Relation::Equal),
        TestOp::Ge => Some(Relation::AtLeast),
        TestOp::Gt => Some(Relation::Greater),
        TestOp::In => None,
    }
}

/// A comparison with constants, `now` or today.
fn compared(plan: &Plan, test: &atoms::Test) -> Option<Test> {
    let ty = &plan.nodes[test.of].ty;
    if !is_scalar(ty) {
        return None;
    }
    if let Bound::Consts(constants) = &test.bound {
        return listed(ty, test.of, constants);
    }
    let relation = relation(test.op)?;
    let condition = match (fixed(plan, &test.bound)?, ty) {
        (Fixed::Const(Const::Str(text)), _) if relation == Relation::Equal => {
            Condition::Texts(vec![Arc::clone(text)])
        }
        (Fixed::Const(Const::Str(text)), _) => Condition::Text(relation, Arc::clone(text)),
        (Fixed::Const(Const::Float(float)), ty) if *ty != Ty::Float => {
            Condition::Keys(ints_beside(relation, float.get()))
        }
        (Fixed::Const(Const::Int(int)), Ty::Float) => {
            Condition::Keys(floats_beside(relation, *int))
        }
        (Fixed::Const(constant), _) => Condition::Keys(relation.keys(key(constant)?)),
        (Fixed::Moving(base, distance), _) => {
            return Some(Test {
                subject: Subject {
                    value: Source::Node(test.of),
                    base,
                },
                condition: Condition::Keys(relation.keys(distance)),
                moving: Some((relation, distance)),
            });
        }
    };
    Some(test_of(test.of, condition))
}

/// The key of a constant that is no text.
fn key(constant: &Const) -> Option<i64> {
    match constant {
        Const::Bool(value) => Some(i64::from(*value)),
        Const::Int(value) => Some(*value),
        Const::Float(value) => Some(float_key(value.get())),
        Const::Enum(index) => Some(i64::from(*index)),
        Const::Missing | Const::Str(_) | Const::Geo(..) | Const::List(_) | Const::Record(_) => None,
    }
}

/// The integers that have the relation to a Float.
fn ints_beside(relation: Relation, float: f64) -> Vec<(i64, i64)> {
    const END: f64 = 9_223_372_036_854_775_808.0;
    let (all, none) = (vec![(i64::MIN, i64::MAX)], Vec::new());
    let below = matches!(relation, Relation::Less | Relation::AtMost);
    let above = matches!(relation, Relation::AtLeast | Relation::Greater);
    if float >= END {
        return if below { all } else { none };
    }
    if float < -END {
        return if above { all } else { none };
    }
    // Within the range of `i64`, so that the conversion is exact.
    let whole = float.floor();
    let floor = whole as i64;
    match relation {
        _ if whole == float => relation.keys(floor),
        Relation::Less | Relation::AtMost => Relation::AtMost.keys(floor),
        Relation::Equal => none,
        Relation::AtLeast | Relation::Greater => Relation::Greater.keys(floor),
    }
}

/// The keys of the Floats that have the relation to an integer.
fn floats_beside(relation: Relation, int: i64) -> Vec<(i64, i64)> {
    let nearest = int as f64;
    let key = float_key(nearest);
    // How the integer lies to the Float next to it.
    match (num::compare(int, nearest), relation) {
        (Ordering::Equal, _) => relation.keys(key),
        (_, Relation::Equal) => Vec::new(),
        (Ordering::Less, Relation::Less | Relation::AtMost) => Relation::Less.keys(key),
        (Ordering::Less, _) => Relation::AtLeast.keys(key),
        (Ordering::Greater, Relation::Less | Relation::AtMost) => Relation::AtMost.keys(key),
        (Ordering::Greater, _) => Relation::Greater.keys(key),
    }
}

/// Whether a value is one of some constants of its type.
fn listed(ty: &Ty, node: NodeId, constants: &[Const]) -> Option<Test> {
    if *ty == Ty::Str {
        let texts = constants.iter().filter_map(|constant| match constant {
            Const::Str(text) => Some(Arc::clone(text)),
            _ => None,
        });
        return Some(test_of(node, Condition::Texts(texts.collect())));
    }
    let keys: Option<Vec<i64>> = constants.iter().map(key).collect();
    let ranges = keys?.into_iter().map(|key| (key, key)).collect();
    Some(test_of(node, Condition::Keys(ranges)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOATS: [f64; 14] = [
        f64::MIN,
        -9_223_372_036_854_775_808.0,
        -9_223_372_036_854_777_856.0,
        -3.0,
        -0.5,
        -f64::MIN_POSITIVE,
        0.0,
        f64::MIN_POSITIVE,
        0.5,
        3.0,
        9_007_199_254_740_992.0,
        9_223_372_036_854_774_784.0,
        9_223_372_036_854_775_808.0,
        f64::MAX,
    ];
    const INTS: [i64; 10] = [
        i64::MIN,
        i64::MIN + 1,
        -3,
        -1,
        0,
        1,
        3,
        (1 << 53) + 1,
        i64::MAX - 1,
        i64::MAX,
    ];
    const RELATIONS: [Relation; 5] = [
        Relation::Less,
        Relation::AtMost,
        Relation::Equal,
        Relation::AtLeast,
        Relation::Greater,
    ];

    fn within(ranges: &[(i64, i64)], key: i64) -> bool {
        ranges
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&key))
    }

    #[test]
    fn keys_of_floats_are_in_their_order() {
        for (a, b) in FLOATS
            .iter()
            .flat_map(|a| FLOATS.iter().map(move |b| (a, b)))
        {
            let order = a.partial_cmp(b).expect("no NaN");
            assert_eq!(float_key(*a).cmp(&float_key(*b)), order, "{a} {b}");
        }
        assert_eq!(float_key(-0.0), float_key(0.0));
    }

    #[test]
    fn integers_and_floats_are_compared_exactly() {
        for relation in RELATIONS {
            for (int, float) in INTS
                .iter()
                .flat_map(|i| FLOATS.iter().map(move |f| (*i, *f)))
            {
                let order = num::compare(int, float);
                let (of_int, of_float) = (relation.holds(order), relation.holds(order.reverse()));
                assert_eq!(
                    within(&ints_beside(relation, float), int),
                    of_int,
                    "{int} {relation:?} {float}"
                );
                assert_eq!(
                    within(&floats_beside(relation, int), float_key(float)),
                    of_float,
                    "{float} {relation:?} {int}"
                );
            }
        }
    }
}
