//! Conditions: Bools that are never missing.

use persona_ir::{AggKind, CatalogId, Const, NodeId, Op, Ty};

use super::super::fixture::{item, list_of, set_of};
use super::{Bind, Maker, Scope};

const PATTERNS: [&str; 4] = ["^a", "(?i)strasse|b", "^$", r"\d+|é"];

impl Maker<'_> {
    /// A Bool that is never missing.
    pub(super) fn condition(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let node = if depth == 0 {
            self.leaf(&Ty::Bool, scope)
        } else {
            self.test(depth - 1, scope)
        };
        if !self.optional(node) {
            return node;
        }
        let no = self.b.constant(Const::Bool(self.rng.chance(20)), Ty::Bool);
        self.bool(Op::Coalesce(node, no))
    }

    pub(super) fn test(&mut self, depth: usize, scope: &Scope) -> NodeId {
        match self.rng.below(24) {
            0..=3 => self.connective(depth, scope),
            4 => {
                let a = self.condition(depth, scope);
                self.bool(Op::Not(a))
            }
            5 => {
                let ty = self.any_type();
                let a = self.make(&ty, depth, scope);
                self.bool(Op::Known(a))
            }
            6..=9 => self.comparison(depth, scope),
            10 | 11 => self.text_test(depth, scope),
            12 => self.mixed(depth, scope),
            13 | 14 => self.list_test(depth, scope),
            15 => {
                let salt = (*self.rng.pick(&["a", "b"])).into();
                let buckets = *self.rng.pick(&[0, 2_500, 5_000, 10_000]);
                self.bool(Op::Sample { salt, buckets })
            }
            16 => {
                let ty = self.ordered_type();
                let (a, most) = (
                    self.make(&ty, depth, scope),
                    if self.rng.chance(50) { 3 } else { 12 },
                );
                let set = self.constants(&ty, most);
                self.bool(Op::In(a, set))
            }
            17 | 18 if scope.is_empty() => {
                self.aggregate(AggKind::Exists, &Ty::Bool, None, false, depth)
            }
            19..=22 if scope.is_empty() => self.sequence(depth),
            _ => self.leaf(&Ty::Bool, scope),
        }
    }

    pub(super) fn connective(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let count = 2 + self.rng.below(3);
        let mut all: Vec<NodeId> = (0..count).map(|_| self.condition(depth, scope)).collect();
        all.sort_unstable();
        all.dedup();
        match all[..] {
            [one] => one,
            _ if self.rng.chance(50) => self.bool(Op::And(all.into())),
            _ => self.bool(Op::Or(all.into())),
        }
    }

    pub(super) fn comparison(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let ty = self.ordered_type();
        let (a, b) = (self.make(&ty, depth, scope), self.make(&ty, depth, scope));
        let op = match self.rng.below(3) {
            0 => Op::Eq(a, b),
            1 => Op::Lt(a, b),
            _ => Op::Le(a, b),
        };
        self.bool(op)
    }

    pub(super) fn mixed(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let (mut a, mut b) = (
            self.make(&Ty::Int, depth, scope),
            self.make(&Ty::Float, depth, scope),
        );
        if self.rng.chance(50) {
            std::mem::swap(&mut a, &mut b);
        }
        let op = match self.rng.below(3) {
            0 => Op::EqNum(a, b),
            1 => Op::LtNum(a, b),
            _ => Op::LeNum(a, b),
        };
        self.bool(op)
    }

    pub(super) fn text_test(&mut self, depth: usize, scope: &Scope) -> NodeId {
        let (a, b) = (
            self.make(&Ty::Str, depth, scope),
            self.make(&Ty::Str, depth, scope),
        );
        let op = match self.rng.below(5) {
            0 => Op::EqFold(a, b),
            1 => Op::Contains(a, b),
            2 => Op::StartsWith(a, b),
            3 => Op::EndsWith(a, b),
            _ => Op::Matches(a, (*self.rng.pick(&PATTERNS)).into()),
        };
        self.bool(op)
    }

    pub(super) fn list_test(&mut self, depth: usize, scope: &Scope) -> NodeId {
        if self.rng.chance(15) {
            let catalog = CatalogId::from(self.rng.below(self.schema.catalogs.len()));
            let ty = list_of(Ty::Item(catalog));
            let list = self.node(Op::Items(catalog), ty, false);
            return self.quantifier(list, Ty::Item(catalog), depth, scope);
        }
        let element = self.rng.pick(&[Ty::Str, Ty::Int, item()]).clone();
        let ty = if element == Ty::Str {
            set_of(Ty::Str)
        } else {
            list_of(element.clone())
        };
        let list = self.make(&ty, depth, scope);
        let choice = if element == item() {
            3 + self.rng.below(2)
        } else {
            self.rng.below(5)
        };
        match choice {
            0 => {
                let value = self.make(&element, depth, scope);
                self.bool(Op::Has(list, value))
            }
            1 => {
                let set = self.constants(&element, 9);
                self.bool(Op::HasAny(list, set))
            }
            2 => {
                let set = self.constants(&element, 3);
                self.bool(Op::HasAll(list, set))
            }
            _ => self.quantifier(list, element, depth, scope),
        }
    }

    pub(super) fn quantifier(
        &mut self,
        list: NodeId,
        element: Ty,
        depth: usize,
        scope: &Scope,
    ) -> NodeId {
        let level = u8::try_from(scope.len()).unwrap();
        let mut inner = scope.clone();
        inner.push(Bind::Elem(element));
        let body = self.condition(depth, &inner);
        if self.optional(list) || self.rng.chance(50) {
            return self.bool(Op::AnyElem { list, level, body });
        }
        self.bool(Op::AllElem { list, level, body })
    }
}
