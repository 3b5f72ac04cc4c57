//! Proofs about conditions: that one implies another, that one never holds or always does, that two exclude each other,
//! and a person for whom they do not. A proof is a proof: where there is any doubt the answer is *unknown*, and nothing is
//! reported. It reads checked conditions only; it runs nothing, and changes nothing.
//!
//! `build` turns conditions into formulas over terms (`term`, `key`), `atoms` and `streams` say what comparisons
//! and questions about events mean, `solve` looks for a way in which formulas could hold together, `lint` and
//! `exclusive` report what `worth` lets through with the `reasons` for it, `witness` makes people up, and `eval` asks the conditions about them, on its own.

mod atoms;
mod build;
mod eval;
mod exclusive;
mod key;
mod lint;
mod reasons;
mod report;
mod set;
mod sites;
mod solve;
mod streams;
mod term;
#[cfg(test)]
mod tests;
mod witness;
mod words;
mod worth;

use persona_base::FileId;

use self::build::{Body, BodyKind, Builder, Tables, World};
use self::solve::Solver;
use crate::{Checked, Expr, Param, TypeKind};

pub(crate) use sites::proven_of;

/// The answer to a question about conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is so, for all people and all histories at any time.
    Yes,
    /// It could not be proven; perhaps it is so, perhaps not.
    Unknown,
}

impl Verdict {
    fn of(proven: bool) -> Self {
        if proven { Self::Yes } else { Self::Unknown }
    }

    /// Whether it is proven.
    pub fn is_proven(self) -> bool {
        self == Self::Yes
    }
}

/// Whether two conditions exclude each other.
#[derive(Clone, Debug, PartialEq)]
pub enum Disjoint {
    /// Nobody is ever in both.
    Proof,
    /// A person who is in both: in source syntax, a fact each.
    Witness(Vec<String>),
    /// Neither could be shown.
    Unknown,
}

/// How a condition of one version of a package compares with that of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It holds for the same people.
    Same,
    /// It holds for all it held for, and perhaps for more.
    Wider,
    /// It holds for nobody it did not hold for.
    Narrower,
    /// Neither could be proven.
    Unknown,
}

/// Whether `b` holds wherever `a` does. Both are of the package, without parameters of their own.
pub fn implies(package: &Checked, a: &Expr, b: &Expr) -> Verdict {
    let world = Package(package);
    let mut builder = Builder::new(vec![&world], true);
    let frame = builder.root(0, HERE);
    let (a, not_b) = (
        builder.formula(a, frame, true),
        builder.formula(b, frame, false),
    );
    Verdict::of(Solver::new(&builder.terms).never(&[&a, &not_b]))
}

/// Whether a condition never holds.
pub fn contradictory(package: &Checked, a: &Expr) -> Verdict {
    fixed(package, a, true)
}

/// Whether a condition always holds.
pub fn tautology(package: &Checked, a: &Expr) -> Verdict {
    fixed(package, a, false)
}

fn fixed(package: &Checked, a: &Expr, never: bool) -> Verdict {
    let world = Package(package);
    let mut builder = Builder::new(vec![&world], true);
    let frame = builder.root(0, HERE);
    let a = builder.formula(a, frame, never);
    Verdict::of(Solver::new(&builder.terms).never(&[&a]))
}

/// Whether nobody is ever in both.
pub fn disjoint(package: &Checked, a: &Expr, b: &Expr) -> Disjoint {
    let world = Package(package);
    match witness::decide(&world, HERE, (a, b)) {
        witness::Decided::Never => Disjoint::Proof,
        witness::Decided::Both(facts) => Disjoint::Witness(facts),
        witness::Decided::Neither(_) => Disjoint::Unknown,
    }
}

/// How a condition changed from one version of a package to another. Conditions with parameters are compared for the same
/// arguments; both have to have the same ones. What the package as a whole says (its zone, when weeks start) is not compared.
pub fn compare(
    (old, old_params, before): (&Checked, &[Param], &Expr),
    (new, new_params, after): (&Checked, &[Param], &Expr),
) -> Change {
    let same = |(a, b): (&Param, &Param)| {
        a.name == b.name && a.ty.optional == b.ty.optional && same_kind(&a.ty.kind, &b.ty.kind)
    };
    if old_params.len() != new_params.len() || !old_params.iter().zip(new_params).all(same) {
        return Change::Unknown;
    }
    let (old, new) = (Package(old), Package(new));
    let mut builder = Builder::new(vec![&old, &new], true);
    let (first, second) = (builder.root(0, HERE), builder.root(1, HERE));
    let was = builder.formula(before, first, true);
    let was_not = builder.formula(before, first, false);
    builder.refill();
    let is = builder.formula(after, second, true);
    let is_not = builder.formula(after, second, false);
    let mut solver = Solver::new(&builder.terms);
    match (
        solver.never(&[&was, &is_not]),
        solver.never(&[&is, &was_not]),
    ) {
        (true, true) => Change::Same,
        (true, false) => Change::Wider,
        (false, true) => Change::Narrower,
        (false, false) => Change::Unknown,
    }
}

/// Whether two types are the same in two packages, by themselves.
fn same_kind(a: &TypeKind, b: &TypeKind) -> bool {
    let plain = |kind: &TypeKind| {
        !matches!(
            kind,
            TypeKind::Enum(_)
                | TypeKind::List(_)
                | TypeKind::Set(_)
                | TypeKind::Record(_)
                | TypeKind::EventRecord(_)
                | TypeKind::Field(_)
        )
    };
    a == b && plain(a)
}

/// A file that is never looked into.
const HERE: FileId = FileId(u32::MAX);

/// A checked package as a world.
struct Package<'a>(&'a Checked);

impl<'a> World<'a> for Package<'a> {
    fn tables(&self) -> Tables<'a> {
        Tables {
            enums: &self.0.enums,
            profile: &self.0.profile,
            events: &self.0.events,
        }
    }

    fn body(&self, name: &str) -> Option<Body<'a>> {
        let body = |params: &'a [Param], kind| Body {
            params,
            kind,
            file: HERE,
        };
        let package = self.0;
        if let Ok(at) = package
            .segments
            .binary_search_by(|found| (*found.name).cmp(name))
        {
            let found = &package.segments[at];
            return Some(body(&found.params, BodyKind::Segment(&found.body)));
        }
        if let Ok(at) = package
            .traits
            .binary_search_by(|found| (*found.name).cmp(name))
        {
            let found = &package.traits[at];
            return Some(body(&found.params, BodyKind::Value(&found.body, &found.ty)));
        }
        if let Ok(at) = package
            .fns
            .binary_search_by(|found| (*found.name).cmp(name))
        {
            let found = &package.fns[at];
            // Its declared type is that of its value, or it would not be followed.
            return Some(body(
                &found.params,
                BodyKind::Value(&found.body, &found.body.ty),
            ));
        }
        let at = package
            .partitions
            .binary_search_by(|found| (*found.name).cmp(name));
        let found = &package.partitions[at.ok()?];
        Some(body(&[], BodyKind::Stages(&found.conditions)))
    }
}
