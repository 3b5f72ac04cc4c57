//! The type of each operation's result, and whether it may be missing.

use super::schema::fits;
use super::{Broken, ascending, history};
use crate::{Const, DatePart, Node, NodeId, Op, Plan, Ty};

/// What an operation gives: its type, and whether it may be missing.
pub(super) type Given = (Ty, bool);

/// Checks a node's operands, and that its type and optionality are those that follow.
pub(super) fn check(plan: &Plan, node: &Node) -> Result<(), Broken> {
    let (ty, optional) = Typer { plan, node }.given()?;
    if ty != node.ty {
        return Err(("type", format!("it gives {ty:?}, not {:?}", node.ty)));
    }
    if optional != node.optional {
        let word = if optional { "may" } else { "cannot" };
        return Err(("missing", format!("it {word} be missing")));
    }
    Ok(())
}

/// Looks at one node.
#[derive(Clone, Copy)]
pub(super) struct Typer<'a> {
    pub(super) plan: &'a Plan,
    pub(super) node: &'a Node,
}

/// A type rule that is broken.
pub(super) fn wrong<T>(why: &str) -> Result<T, Broken> {
    Err(("type", why.to_owned()))
}

impl<'a> Typer<'a> {
    fn given(self) -> Result<Given, Broken> {
        match &self.node.op {
            Op::Const(_)
            | Op::Now
            | Op::Today { .. }
            | Op::Instant(_)
            | Op::Profile(_)
            | Op::Event { .. }
            | Op::Input(_)
            | Op::Elem { .. } => self.leaf(),
            Op::And(_)
            | Op::Or(_)
            | Op::Not(_)
            | Op::Known(_)
            | Op::Coalesce(..)
            | Op::If { .. } => self.logic(),
            Op::Eq(..)
            | Op::Lt(..)
            | Op::Le(..)
            | Op::EqNum(..)
            | Op::LtNum(..)
            | Op::LeNum(..)
            | Op::EqFold(..)
            | Op::In(..)
            | Op::Contains(..)
            | Op::StartsWith(..)
            | Op::EndsWith(..)
            | Op::Matches(..) => self.comparison(),
            Op::Add(..)
            | Op::Sub(..)
            | Op::Mul(..)
            | Op::Neg(_)
            | Op::IntDiv(..)
            | Op::IntMod(..)
            | Op::Ratio(..)
            | Op::Scale(..)
            | Op::Unscale(..)
            | Op::UnscaleInt(..)
            | Op::Abs(_)
            | Op::Min(..)
            | Op::Max(..) => self.integers(),
            Op::FAdd(..)
            | Op::FSub(..)
            | Op::FMul(..)
            | Op::FDiv(..)
            | Op::FNeg(_)
            | Op::ToFloat(_)
            | Op::Round(_)
            | Op::Floor(_)
            | Op::Ceil(_) => self.floats(),
            Op::DateAdd { .. }
            | Op::StartOfDay(_)
            | Op::DateOf(_)
            | Op::LocalPart(..)
            | Op::DatePart(..)
            | Op::Age(_)
            | Op::Anniversary(_)
            | Op::DaysSince(_) => self.dates(),
            Op::Lower(_)
            | Op::Upper(_)
            | Op::Trim(_)
            | Op::Fold(_)
            | Op::StrLen(_)
            | Op::Domain(_)
            | Op::Concat(_)
            | Op::Display(..) => self.texts(),
            Op::Size(_)
            | Op::Has(..)
            | Op::HasAny(..)
            | Op::HasAll(..)
            | Op::AnyElem { .. }
            | Op::AllElem { .. }
            | Op::ListAgg { .. } => history::list(self),
            Op::Lookup { .. } | Op::ItemCol { .. } | Op::Items(_) => self.catalogs(),
            Op::GeoMake(..) | Op::Distance(..) | Op::Sample { .. } | Op::Arm(_) | Op::Rank(..) => {
                self.places_and_ranks()
            }
            Op::Agg(agg) => history::aggregate(self, agg),
            Op::Sequence(sequence) => history::sequence(self, sequence),
        }
    }

    pub(super) fn ty(self, id: NodeId) -> &'a Ty {
        &self.plan.nodes[id].ty
    }

    pub(super) fn optional(self, id: NodeId) -> bool {
        self.plan.nodes[id].optional
    }

    /// An operand of this type; whether it may be missing.
    pub(super) fn of(self, id: NodeId, ty: &Ty) -> Result<bool, Broken> {
        if self.ty(id) == ty {
            Ok(self.optional(id))
        } else {
            wrong(&format!("%{} should be {ty:?}", id.0))
        }
    }

    /// A condition: a Bool that is never missing.
    pub(super) fn condition(self, id: NodeId) -> Result<(), Broken> {
        if self.of(id, &Ty::Bool)? {
            Err(("missing", format!("%{} may be missing", id.0)))
        } else {
            Ok(())
        }
    }

    /// Two operands of these types; whether one may be missing.
    fn two(self, a: NodeId, b: NodeId, types: (&Ty, &Ty)) -> Result<bool, Broken> {
        Ok(self.of(a, types.0)? | self.of(b, types.1)?)
    }

    /// Two operands of one type that `allowed` allows; the type, and whether one may be missing.
    fn alike(self, a: NodeId, b: NodeId, allowed: impl Fn(&Ty) -> bool) -> Result<Given, Broken> {
        let ty = self.ty(a);
        if !allowed(ty) || self.ty(b) != ty {
            return wrong("its operands are not of one type that it can take");
        }
        Ok((ty.clone(), self.optional(a) || self.optional(b)))
    }

    fn leaf(self) -> Result<Given, Broken> {
        let schema = &self.plan.schema;
        match &self.node.op {
            Op::Const(value) if !fits(schema, value, &self.node.ty) => {
                wrong("the constant is not of its type")
            }
            Op::Const(value) => Ok((self.node.ty.clone(), *value == Const::Missing)),
            Op::Today { .. } => Ok((Ty::Date, false)),
            // Whoever fills the frame knows what is in it.
            Op::Input(_) => Ok((self.node.ty.clone(), self.node.optional)),
            Op::Profile(col) => Ok((
                schema.profile.columns[*col].ty.clone(),
                schema.may_lack(*col),
            )),
            Op::Event { cols, .. } => {
                if cols.is_empty() || !cols.windows(2).all(|pair| pair[0].kind < pair[1].kind) {
                    return Err(("sorted", "its columns are not sorted by kind".to_owned()));
                }
                let columns = || {
                    cols.iter()
                        .map(|col| &schema.events[col.kind].columns[col.col])
                };
                if columns().any(|column| column.ty != self.node.ty) {
                    return wrong("a column is not of its type");
                }
                Ok((
                    self.node.ty.clone(),
                    columns().any(|column| column.optional),
                ))
            }
            // What an element is follows from the binder.
            Op::Elem { .. } => Ok((self.node.ty.clone(), self.node.optional)),
            _ => Ok((Ty::Timestamp, false)),
        }
    }

    fn logic(self) -> Result<Given, Broken> {
        match &self.node.op {
            Op::And(nodes) | Op::Or(nodes) => {
                if nodes.len() < 2 || !ascending(nodes) {
                    return Err((
                        "sorted",
                        "its operands are not two or more in ascending order".to_owned(),
                    ));
                }
                nodes.iter().try_for_each(|node| self.condition(*node))?;
            }
            Op::Not(a) => self.condition(*a)?,
            Op::Coalesce(a, b) => {
                self.alike(*a, *b, |_| true)?;
                return Ok((self.ty(*a).clone(), self.optional(*a) && self.optional(*b)));
            }
            Op::If { cond, then, other } => {
                self.condition(*cond)?;
                return self.alike(*then, *other, |_| true);
            }
            _ => {}
        }
        Ok((Ty::Bool, false))
    }

    fn comparison(self) -> Result<Given, Broken> {
        match &self.node.op {
            Op::Eq(a, b) => self.alike(*a, *b, has_equality).map(|_| ())?,
            Op::Lt(a, b) | Op::Le(a, b) => self.alike(*a, *b, has_order).map(|_| ())?,
            Op::EqNum(a, b) | Op::LtNum(a, b) | Op::LeNum(a, b) => match (self.ty(*a), self.ty(*b))
            {
                (Ty::Int, Ty::Float) | (Ty::Float, Ty::Int) => {}
                _ => return wrong("its operands are not an Int and a Float"),
            },
            Op::In(a, values) => {
                if !has_equality(self.ty(*a)) {
                    return wrong("values of this type are not compared");
                }
                self.constants(values, self.ty(*a))?;
                if !values
                    .windows(2)
                    .all(|pair| pair[0].compare(&pair[1]).is_lt())
                {
                    return Err((
                        "type",
                        "its constants are not sorted, or one is repeated".to_owned(),
                    ));
                }
            }
            Op::EqFold(a, b) | Op::Contains(a, b) | Op::StartsWith(a, b) | Op::EndsWith(a, b) => {
                self.two(*a, *b, (&Ty::Str, &Ty::Str)).map(|_| ())?;
            }
            Op::Matches(a, _) => self.of(*a, &Ty::Str).map(|_| ())?,
            _ => {}
        }
        Ok((Ty::Bool, false))
    }

    /// Constants of a type, none missing.
    pub(super) fn constants(self, values: &[Const], ty: &Ty) -> Result<(), Broken> {
        let fit = |value: &Const| *value != Const::Missing && fits(&self.plan.schema, value, ty);
        if values.iter().all(fit) {
            Ok(())
        } else {
            wrong("a constant is not of the type it is compared with")
        }
    }

    /// Whether a division's result may be missing because its divisor may be zero.
    fn may_be_zero(self, divisor: NodeId) -> bool {
        match &self.plan.nodes[divisor].op {
            Op::Const(Const::Int(value)) => *value == 0,
            Op::Const(Const::Float(value)) => value.get() == 0.0,
            _ => true,
        }
    }

    fn integers(self) -> Result<Given, Broken> {
        match &self.node.op {
            Op::Add(a, b) => self.sum(*a, *b),
            Op::Sub(a, b) => self.difference(*a, *b),
            Op::Mul(a, b) => match (self.ty(*a), self.ty(*b)) {
                (Ty::Int, ty) | (ty, Ty::Int) if is_amount(ty) => {
                    Ok((ty.clone(), self.optional(*a) || self.optional(*b)))
                }
                _ => wrong("its operands are not an Int and an amount"),
            },
            Op::Neg(a) if is_amount(self.ty(*a)) => Ok((self.ty(*a).clone(), self.optional(*a))),
            Op::Abs(a) if is_amount(self.ty(*a)) || *self.ty(*a) == Ty::Float => {
                Ok((self.ty(*a).clone(), self.optional(*a)))
            }
            Op::IntDiv(a, b) => {
                let (_, optional) =
                    self.alike(*a, *b, |ty| matches!(ty, Ty::Int | Ty::Duration))?;
                Ok((Ty::Int, optional || self.may_be_zero(*b)))
            }
            Op::IntMod(a, b) => Ok((
                Ty::Int,
                self.two(*a, *b, (&Ty::Int, &Ty::Int))? || self.may_be_zero(*b),
            )),
            Op::Ratio(a, b) => {
                let (_, optional) = self.alike(*a, *b, is_amount)?;
                Ok((Ty::Float, optional || self.may_be_zero(*b)))
            }
            Op::Scale(a, b) => self.scaled(*a, *b, &Ty::Float, false),
            Op::Unscale(a, b) => self.scaled(*a, *b, &Ty::Float, true),
            Op::UnscaleInt(a, b) => self.scaled(*a, *b, &Ty::Int, true),
            Op::Min(a, b) | Op::Max(a, b) => self.alike(*a, *b, has_order),
            _ => wrong("its operand is no amount"),
        }
    }

    fn sum(self, a: NodeId, b: NodeId) -> Result<Given, Broken> {
        let optional = self.optional(a) || self.optional(b);
        match (self.ty(a), self.ty(b)) {
            (x, y) if x == y && is_amount(x) => Ok((x.clone(), optional)),
            (Ty::Timestamp, Ty::Duration) => Ok((Ty::Timestamp, optional)),
            (Ty::Date, Ty::Int) => Ok((Ty::Date, optional)),
            _ => wrong("values of these types are not added"),
        }
    }

    fn difference(self, a: NodeId, b: NodeId) -> Result<Given, Broken> {
        match (self.ty(a), self.ty(b)) {
            (Ty::Timestamp, Ty::Timestamp) => {
                Ok((Ty::Duration, self.optional(a) || self.optional(b)))
            }
            (Ty::Date, Ty::Date) => Ok((Ty::Int, self.optional(a) || self.optional(b))),
            _ => self.sum(a, b),
        }
    }

    fn scaled(self, a: NodeId, b: NodeId, by: &Ty, divides: bool) -> Result<Given, Broken> {
        if !is_amount(self.ty(a)) || *self.ty(a) == Ty::Int {
            return wrong("its first operand is no Money, Duration or Length");
        }
        let optional = self.optional(a) || self.of(b, by)?;
        Ok((
            self.ty(a).clone(),
            optional || (divides && self.may_be_zero(b)),
        ))
    }

    fn floats(self) -> Result<Given, Broken> {
        match &self.node.op {
            Op::FAdd(a, b) | Op::FSub(a, b) | Op::FMul(a, b) => {
                Ok((Ty::Float, self.two(*a, *b, (&Ty::Float, &Ty::Float))?))
            }
            Op::FDiv(a, b) => Ok((
                Ty::Float,
                self.two(*a, *b, (&Ty::Float, &Ty::Float))? || self.may_be_zero(*b),
            )),
            Op::FNeg(a) => Ok((Ty::Float, self.of(*a, &Ty::Float)?)),
            Op::ToFloat(a) => Ok((Ty::Float, self.of(*a, &Ty::Int)?)),
            Op::Round(a) | Op::Floor(a) | Op::Ceil(a) => Ok((Ty::Int, self.of(*a, &Ty::Float)?)),
            _ => wrong("it is no operation on Floats"),
        }
    }

    fn dates(self) -> Result<Given, Broken> {
        match &self.node.op {
            Op::DateAdd { date: a, .. } | Op::Anniversary(a) => {
                Ok((Ty::Date, self.of(*a, &Ty::Date)?))
            }
            Op::StartOfDay(a) => Ok((Ty::Timestamp, self.of(*a, &Ty::Date)?)),
            Op::DateOf(a) => Ok((Ty::Date, self.of(*a, &Ty::Timestamp)?)),
            Op::Age(a) => Ok((Ty::Int, self.of(*a, &Ty::Date)?)),
            Op::DaysSince(a) => Ok((Ty::Int, self.of(*a, &Ty::Timestamp)?)),
            Op::LocalPart(a, part) => Ok((self.part(*part)?, self.of(*a, &Ty::Timestamp)?)),
            Op::DatePart(a, part @ (DatePart::Hour | DatePart::Minute | DatePart::Time)) => {
                wrong(&format!("%{} is a date and has no {part:?}", a.0))
            }
            Op::DatePart(a, part) => Ok((self.part(*part)?, self.of(*a, &Ty::Date)?)),
            _ => wrong("it is no operation on dates"),
        }
    }

    fn part(self, part: DatePart) -> Result<Ty, Broken> {
        let weekday = |ty: &Ty| match ty {
            Ty::Enum(id) => {
                let def = &self.plan.schema.enums[*id];
                &*def.name == "Weekday" && def.values.len() == 7
            }
            _ => false,
        };
        match part {
            DatePart::Date => Ok(Ty::Date),
            DatePart::Time => Ok(Ty::TimeOfDay),
            DatePart::Weekday if weekday(&self.node.ty) => Ok(self.node.ty.clone()),
            DatePart::Weekday => wrong("it gives no enum Weekday of seven values"),
            _ => Ok(Ty::Int),
        }
    }

    fn texts(self) -> Result<Given, Broken> {
        match &self.node.op {
            Op::StrLen(a) => Ok((Ty::Int, self.of(*a, &Ty::Str)?)),
            Op::Domain(a) => self.of(*a, &Ty::Str).map(|_| (Ty::Str, true)),
            Op::Lower(a) | Op::Upper(a) | Op::Trim(a) | Op::Fold(a) => {
                Ok((Ty::Str, self.of(*a, &Ty::Str)?))
            }
            Op::Concat(nodes) => {
                if nodes.len() < 2 {
                    return wrong("it has fewer than two operands");
                }
                let optional = nodes
                    .iter()
                    .try_fold(false, |any, node| Ok(any | self.of(*node, &Ty::Str)?))?;
                Ok((Ty::Str, optional))
            }
            Op::Display(a, _) => Ok((Ty::Str, self.optional(*a))),
            _ => wrong("it is no operation on text"),
        }
    }

    fn catalogs(self) -> Result<Given, Broken> {
        let catalogs = &self.plan.schema.catalogs;
        match &self.node.op {
            Op::Lookup { catalog, key } => {
                let of = &catalogs[*catalog];
                let ty = &of.table.columns[of.key].ty;
                self.of(*key, ty).map(|_| (Ty::Item(*catalog), true))
            }
            Op::ItemCol { item, col } => {
                let Ty::Item(catalog) = self.ty(*item) else {
                    return wrong("only items of catalogs have columns");
                };
                let Some(column) = catalogs[*catalog].table.columns.get(*col) else {
                    return wrong("the catalog has no such column");
                };
                let optional = column.optional || self.optional(*item);
                Ok((column.ty.clone(), optional))
            }
            Op::Items(catalog) => Ok((Ty::List(Ty::Item(*catalog).into()), false)),
            _ => wrong("it is no operation on catalogs"),
        }
    }

    /// An arm for each end, ascending within the hash's buckets.
    fn arm(self, arm: &crate::Arm) -> Result<Given, Broken> {
        let Ty::Enum(id) = &self.node.ty else {
            return wrong("an arm is a value of an enum");
        };
        let arms = self.plan.schema.enums.get(*id).map(|def| def.values.len());
        if arms != Some(arm.ends.len()) {
            return wrong("there is not one end for each arm");
        }
        let ends = std::iter::once(&arm.holdout).chain(&arm.ends);
        let last = arm
            .ends
            .last()
            .is_some_and(|end| *end == arm.hash.buckets());
        if !ends.is_sorted() || !last {
            return wrong("its arms do not divide the buckets of its hash");
        }
        Ok((self.node.ty.clone(), arm.holdout > 0 || arm.layer.is_some()))
    }

    fn places_and_ranks(self) -> Result<Given, Broken> {
        match &self.node.op {
            Op::GeoMake(a, b) => self
                .two(*a, *b, (&Ty::Float, &Ty::Float))
                .map(|_| (Ty::Geo, true)),
            Op::Distance(a, b) => Ok((Ty::Length, self.two(*a, *b, (&Ty::Geo, &Ty::Geo))?)),
            Op::Sample { buckets, .. } if *buckets > 10_000 => {
                wrong("it has more than 10 000 buckets")
            }
            Op::Arm(arm) => self.arm(arm),
            Op::Rank(id, a) => {
                let rank = &self.plan.ranks[*id];
                let ranked = self.plan.nodes.get(rank.value).map(|node| &node.ty);
                if ranked != Some(self.ty(*a)) {
                    return wrong("the value is not of the ranked value's type");
                }
                let tiles = matches!(rank.kind, crate::RankKind::Ntile(_));
                Ok((if tiles { Ty::Int } else { Ty::Float }, true))
            }
            _ => Ok((Ty::Bool, false)),
        }
    }
}

/// Numbers that are added and scaled.
pub(super) fn is_amount(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Money(_) | Ty::Duration | Ty::Length)
}

/// Types with `==`.
pub(super) fn has_equality(ty: &Ty) -> bool {
    *ty == Ty::Bool || has_order(ty)
}

/// Types with `<`.
pub(super) fn has_order(ty: &Ty) -> bool {
    ty.is_integer() || matches!(ty, Ty::Float | Ty::Str | Ty::Enum(_))
}
