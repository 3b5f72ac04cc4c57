//! What is known at a place of a template: its variables with their types, and which values are there. Cloned at branches, joined behind
//! them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Ty;
use crate::ir::Place;

/// A variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Var {
    pub(super) slot: u32,
    pub(super) ty: Ty,
    /// How many loops stand around its first assignment.
    pub(super) depth: usize,
    /// Why it cannot be assigned: an item of a loop, an argument.
    pub(super) fixed: Option<&'static str>,
    /// What it is on other ways to the same place.
    pub(super) conflict: Option<(Ty, Ty)>,
    pub(super) place: Place,
}

/// What is known at a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    pub(super) vars: BTreeMap<Arc<str>, Var>,
    /// Paths whose value is there.
    pub(super) known: BTreeSet<String>,
    /// Whether nothing comes here: behind `break` and `continue`.
    pub(super) left: bool,
}

impl Env {
    /// Takes back what is known of a variable that changes.
    pub(super) fn forget(&mut self, name: &str) {
        self.known.retain(|key| !is_of(key, name));
    }

    /// A loop may change what its body assigns before the body comes again.
    pub(super) fn enter_loop(&mut self) {
        let vars = &self.vars;
        self.known.retain(|key| !vars.contains_key(head(key)));
    }

    /// What holds behind several ways that meet.
    pub(super) fn join(ways: Vec<Self>) -> Self {
        let mut open: Vec<Self> = ways.iter().filter(|way| !way.left).cloned().collect();
        if open.is_empty() {
            return ways.into_iter().next().unwrap_or_default();
        }
        let mut joined = open.pop().expect("not empty");
        for way in open {
            joined = joined.meet(way);
        }
        joined
    }

    fn meet(mut self, mut other: Self) -> Self {
        let mut vars = BTreeMap::new();
        for (name, var) in std::mem::take(&mut self.vars) {
            let met = match other.vars.remove(&name) {
                Some(second) => both(var, second),
                None => sometimes(var),
            };
            vars.insert(name, met);
        }
        vars.extend(
            other
                .vars
                .into_iter()
                .map(|(name, var)| (name, sometimes(var))),
        );
        Self {
            vars,
            known: self.known.intersection(&other.known).cloned().collect(),
            left: false,
        }
    }
}

/// A variable that is assigned on one way only.
fn sometimes(mut var: Var) -> Var {
    var.ty = var.ty.optional();
    var
}

fn both(mut var: Var, other: Var) -> Var {
    if var.ty == other.ty {
        var.conflict = var.conflict.or(other.conflict);
    } else if var.ty.clone().known() == other.ty.clone().known() {
        var.ty = var.ty.optional();
    } else if !var.ty.is_error() && !other.ty.is_error() {
        var.conflict = Some((var.ty.clone(), other.ty));
    } else {
        var.ty = Ty::Error;
    }
    var.depth = var.depth.min(other.depth);
    var.fixed = var.fixed.or(other.fixed);
    var
}

/// The variable of a path.
fn head(key: &str) -> &str {
    key.split(['.', '[']).next().unwrap_or(key)
}

fn is_of(key: &str, name: &str) -> bool {
    key.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
