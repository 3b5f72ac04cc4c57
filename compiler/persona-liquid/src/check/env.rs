//! What is known at a place of a template: its variables with their types, and which values are there. Cloned at branches, joined behind
//! them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Ty;
use crate::ir::Place;
use crate::limits::MAX_FACTS;

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
    /// The type of the message's own variable of this name, which is read where this one is not assigned.
    pub(super) shadows: Option<Ty>,
    pub(super) place: Place,
}

/// What is known at a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    pub(super) vars: Arc<Vars>,
    /// Paths whose value is there.
    pub(super) known: Arc<BTreeSet<String>>,
    /// Whether nothing comes here: behind `break` and `continue`.
    pub(super) left: bool,
}

/// Variables by name.
pub(super) type Vars = BTreeMap<Arc<str>, Var>;

impl Env {
    /// The variables, to be changed.
    pub(super) fn vars_mut(&mut self) -> &mut Vars {
        Arc::make_mut(&mut self.vars)
    }

    /// Takes back what is known of a variable that changes.
    pub(super) fn forget(&mut self, name: &str) {
        self.keep(|key| !is_of(key, name));
    }

    /// A loop may change what its body assigns before the body comes again.
    pub(super) fn enter_loop(&mut self) {
        let vars = Arc::clone(&self.vars);
        self.keep(|key| !vars.contains_key(head(key)));
    }

    fn keep(&mut self, keep: impl Fn(&str) -> bool) {
        if !self.known.iter().all(|key| keep(key)) {
            Arc::make_mut(&mut self.known).retain(|key| keep(key));
        }
    }

    /// Adds paths that are there; more than so many say too much, and what is not kept is asked for again.
    pub(super) fn learn(&mut self, facts: impl IntoIterator<Item = String>) {
        let room = MAX_FACTS.saturating_sub(self.known.len());
        for fact in facts.into_iter().take(room) {
            if !self.known.contains(&fact) {
                Arc::make_mut(&mut self.known).insert(fact);
            }
        }
    }

    /// What holds where one way meets others.
    pub(super) fn met(others: Option<Self>, way: Self) -> Self {
        match others {
            None => way,
            Some(others) if others.left => way,
            Some(others) if way.left => others,
            Some(others) => others.meet(way),
        }
    }

    fn meet(self, other: Self) -> Self {
        // Most ways change nothing, and share what they came with.
        let vars = if Arc::ptr_eq(&self.vars, &other.vars) {
            self.vars
        } else {
            Arc::new(meet_vars(
                Arc::unwrap_or_clone(self.vars),
                Arc::unwrap_or_clone(other.vars),
            ))
        };
        let known = if Arc::ptr_eq(&self.known, &other.known) {
            self.known
        } else {
            Arc::new(self.known.intersection(&other.known).cloned().collect())
        };
        Self {
            vars,
            known,
            left: false,
        }
    }
}

fn meet_vars(first: Vars, mut second: Vars) -> Vars {
    let mut vars = Vars::new();
    for (name, var) in first {
        let met = match second.remove(&name) {
            Some(other) => both(var, other),
            None => sometimes(var),
        };
        vars.insert(name, met);
    }
    vars.extend(second.into_iter().map(|(name, var)| (name, sometimes(var))));
    vars
}

/// A variable that is assigned on one way only.
fn sometimes(mut var: Var) -> Var {
    if let Some(own) = var.shadows.clone() {
        var.conflict.get_or_insert((var.ty.clone(), own));
    }
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
