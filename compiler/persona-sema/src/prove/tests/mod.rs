//! What is proven and what is not, in tables; and that nothing is proven that is not so, by brute force.

use std::cell::Cell;

use super::set::Set;
use super::term::Lit;

mod brute;
mod cost;
mod lints;
mod table;

/// Mistakes that a solver could make, made on purpose to see whether they would be noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    None,
    /// Lower bounds are open where they are closed.
    LowerBounds,
    /// Upper bounds are open where they are closed.
    UpperBounds,
    /// What is missing satisfies nothing, not even the opposite.
    Missing,
}

thread_local! {
    static MISTAKE: Cell<Mistake> = const { Cell::new(Mistake::None) };
}

/// A literal as the solver reads it: with the mistake that is being made.
pub(super) fn spoilt(lit: &Lit) -> Lit {
    let mut lit = lit.clone();
    let mistake = MISTAKE.get();
    if let Set::Ints(ranges) = &mut lit.set {
        for (low, high) in ranges.iter_mut() {
            if mistake == Mistake::LowerBounds && *low != i64::MIN {
                *low += 1;
            }
            if mistake == Mistake::UpperBounds && *high != i64::MAX {
                *high -= 1;
            }
        }
        ranges.retain(|(low, high)| low <= high);
    }
    lit.missing &= mistake != Mistake::Missing;
    lit
}
