//! Leaves: constants, columns, moments.

use std::sync::Arc;

use persona_ir::{
    Arm, ArmHash, CatalogId, ColId, Const, EventCol, F64, InstantSpec, KindId, Layer, NodeId, Op,
    Ty,
};
use persona_runtime::Value;

use super::super::fixture::{self, TIER};
use super::{Bind, Maker, Scope, UNITS};

impl Maker<'_> {
    pub(super) fn constant(&mut self, ty: &Ty) -> Const {
        let value = fixture::value(self.rng, ty);
        to_const(&value)
    }

    pub(super) fn constants(&mut self, ty: &Ty, most: usize) -> Arc<[Const]> {
        let count = 1 + self.rng.below(most);
        let mut all: Vec<Const> = (0..count).map(|_| self.constant(ty)).collect();
        all.sort_by(Const::compare);
        all.dedup();
        all.into()
    }

    pub(super) fn leaf(&mut self, ty: &Ty, scope: &Scope) -> NodeId {
        let mut leaves: Vec<NodeId> = Vec::new();
        for level in 0..scope.len() {
            leaves.extend(self.bound_leaf(ty, scope, level));
            leaves.extend(self.bound_leaf(ty, scope, level));
        }
        leaves.extend(self.profile_leaf(ty));
        if self.rng.chance(12) {
            leaves.extend(self.looked_up(ty, scope));
        }
        if *ty == Ty::Enum(TIER) && self.rng.chance(40) {
            leaves.push(self.arm());
        }
        if leaves.is_empty() || self.rng.chance(25) {
            return self.plain_leaf(ty);
        }
        *self.rng.pick(&leaves)
    }

    pub(super) fn plain_leaf(&mut self, ty: &Ty) -> NodeId {
        if self.rng.chance(8) {
            return self.node(Op::Const(Const::Missing), ty.clone(), true);
        }
        match ty {
            Ty::Timestamp if self.rng.chance(60) => self.moment(),
            Ty::Date if self.rng.chance(60) => {
                let (months, days) = self.period();
                self.node(Op::Today { months, days }, Ty::Date, false)
            }
            Ty::List(element) if matches!(**element, Ty::Record(_)) => {
                self.node(Op::Const(Const::Missing), ty.clone(), true)
            }
            _ => {
                let value = self.constant(ty);
                self.b.constant(value, ty.clone())
            }
        }
    }

    pub(super) fn period(&mut self) -> (i32, i32) {
        (
            *self.rng.pick(&[0, 0, 1, -1, 12, i32::MIN]),
            *self.rng.pick(&[0, 1, -7, -30, i32::MAX]),
        )
    }

    pub(super) fn moment(&mut self) -> NodeId {
        let (months, days) = self.period();
        let unit = *self.rng.pick(&UNITS);
        let spec = match self.rng.below(4) {
            0 => return self.node(Op::Now, Ty::Timestamp, false),
            1 => InstantSpec::NowPlus(fixture::span(self.rng)),
            2 => InstantSpec::NowPlusPeriod { months, days },
            _ => InstantSpec::UnitStart {
                unit,
                offset: *self.rng.pick(&[0, -1, 1, -3]),
            },
        };
        self.node(Op::Instant(spec), Ty::Timestamp, false)
    }

    pub(super) fn profile_leaf(&mut self, ty: &Ty) -> Option<NodeId> {
        let columns = self.schema.profile.columns.iter_enumerated();
        let fitting: Vec<_> = columns
            .filter(|(_, col)| col.ty == *ty)
            .map(|(id, col)| (id, col.optional))
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let (col, optional) = *self.rng.pick(&fitting);
        Some(self.node(Op::Profile(col), ty.clone(), optional))
    }

    /// A column of an item that is looked up by its key.
    fn looked_up(&mut self, ty: &Ty, scope: &Scope) -> Option<NodeId> {
        let catalog = CatalogId::from(self.rng.below(self.schema.catalogs.len()));
        let of = &self.schema.catalogs[catalog];
        let key = of.table.columns[of.key].ty.clone();
        self.item_column(catalog, ty)?;
        let key = self.leaf(&key, scope);
        let op = Op::Lookup { catalog, key };
        let item = self.node(op, Ty::Item(catalog), true);
        let (col, _) = self.item_column(catalog, ty)?;
        Some(self.node(Op::ItemCol { item, col }, ty.clone(), true))
    }

    /// A column of this type that a catalog's items have, and whether it may be missing.
    fn item_column(&mut self, catalog: CatalogId, ty: &Ty) -> Option<(ColId, bool)> {
        let columns = self.schema.catalogs[catalog]
            .table
            .columns
            .iter_enumerated();
        let fitting: Vec<(ColId, bool)> = columns
            .filter(|(_, column)| column.ty == *ty)
            .map(|(col, column)| (col, column.optional))
            .collect();
        (!fitting.is_empty()).then(|| *self.rng.pick(&fitting))
    }

    /// An arm of an experiment, of as many as there are tiers.
    fn arm(&mut self) -> NodeId {
        let (_, hash) = *self.rng.pick(&ArmHash::ALL);
        let buckets = hash.buckets();
        let holdout = *self.rng.pick(&[0, buckets / 20]);
        let layer = self.rng.chance(30).then(|| Layer {
            name: "page".into(),
            from: 2_000,
            to: 9_000,
        });
        let optional = holdout > 0 || layer.is_some();
        let arm = Arm {
            experiment: "x".into(),
            hash,
            salt: (*self.rng.pick(&["a", "b"])).into(),
            holdout,
            ends: [buckets / 2, buckets / 2, buckets].into(),
            layer,
        };
        self.node(Op::Arm(Arc::new(arm)), Ty::Enum(TIER), optional)
    }

    pub(super) fn bound_leaf(&mut self, ty: &Ty, scope: &Scope, level: usize) -> Option<NodeId> {
        let at = u8::try_from(level).unwrap();
        match &scope[level] {
            Bind::Event(kinds) => {
                let (cols, optional) = self.event_cols(ty, kinds)?;
                Some(self.node(Op::Event { level: at, cols }, ty.clone(), optional))
            }
            Bind::Elem(Ty::Record(fields)) => {
                let fields: Vec<_> = (0..)
                    .zip(fields.iter())
                    .filter(|(_, field)| field.ty == *ty)
                    .collect();
                let (child, optional) = fields
                    .first()
                    .map(|(child, field)| (*child, field.optional))?;
                Some(self.node(Op::Elem { level: at, child }, ty.clone(), optional))
            }
            Bind::Elem(Ty::Item(catalog)) => {
                let catalog = *catalog;
                let (col, optional) = self.item_column(catalog, ty)?;
                let elem = Op::Elem {
                    level: at,
                    child: 0,
                };
                let item = self.node(elem, Ty::Item(catalog), false);
                Some(self.node(Op::ItemCol { item, col }, ty.clone(), optional))
            }
            Bind::Elem(element) if element == ty => Some(self.node(
                Op::Elem {
                    level: at,
                    child: 0,
                },
                ty.clone(),
                false,
            )),
            Bind::Elem(_) => None,
        }
    }

    /// A column of this type for each of the kinds.
    pub(super) fn event_cols(
        &mut self,
        ty: &Ty,
        kinds: &[KindId],
    ) -> Option<(Box<[EventCol]>, bool)> {
        let (mut cols, mut optional) = (Vec::new(), false);
        for kind in kinds {
            let columns = self.schema.events[*kind].columns.iter_enumerated();
            let fitting: Vec<_> = columns
                .filter(|(_, col)| col.ty == *ty)
                .map(|(id, col)| (id, col.optional))
                .collect();
            if fitting.is_empty() {
                return None;
            }
            let (col, may_lack) = *self.rng.pick(&fitting);
            cols.push(EventCol { kind: *kind, col });
            optional |= may_lack;
        }
        Some((cols.into(), optional))
    }
}

fn to_const(value: &Value) -> Const {
    match value {
        Value::Missing | Value::Record(_) => Const::Missing,
        Value::Bool(value) => Const::Bool(*value),
        Value::Int(value) => Const::Int(*value),
        Value::Float(value) => Const::Float(F64::new(*value)),
        Value::Str(text) => Const::Str(Arc::clone(text)),
        Value::Enum(index) => Const::Enum(*index),
        Value::Geo(lat, lng) => Const::Geo(F64::new(*lat), F64::new(*lng)),
        Value::List(values) => Const::List(values.iter().map(to_const).collect()),
    }
}
