//! The statistics of experiments. Plain functions over counts and moments; they know nothing of packages and data.
//!
//! What is computed, and why this and not something else:
//!
//! | question | method | reason |
//! |---|---|---|
//! | do two rates differ? | z test with pooled variance, two-sided | what most people mean by "significant", and what they can recompute |
//! | by how much? | Newcombe's interval, of Wilson's for each rate | keeps its promise also for small samples and rates near 0, where Wald's does not |
//! | by how much, relatively? | the interval of the logarithm of the ratio, Walter's correction | never below −100 %, and defined when nobody converted |
//! | do two means differ? | Welch's t test and interval | arms seldom have the same variance |
//! | is one of several arms better? | Holm's correction of the p-values | never worse than Bonferroni's, and asks nothing of the data |
//! | did the division work? | chi-squared of the counts against the shares | a division that is off says that something else is, too |
//! | how many people? | the z test's sample size, Bonferroni's share of alpha for each comparison | what Holm's first step needs |
//!
//! Distributions come from `statrs`. Each function is compared with `scipy` and `statsmodels` on real data, in the tests.

mod means;
mod proportions;
mod ratio;
mod several;
mod size;
mod student;
#[cfg(test)]
mod tests;

pub use means::{MeanTest, Moments, compare_means};
pub use proportions::{Proportion, ProportionTest, compare_proportions, wilson};
pub use ratio::{MISMATCH, RatioCheck, check_ratio};
pub use several::holm;
pub use size::{Design, Effect, Size, SizeError, detectable, sample_size};

use statrs::distribution::{ContinuousCDF, Normal};

/// Where a value lies with some confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Both ends through a rising function.
    #[must_use]
    pub fn map(self, through: impl Fn(f64) -> f64) -> Self {
        Self {
            low: through(self.low),
            high: through(self.high),
        }
    }
}

/// How many standard deviations leave `tail` above them.
pub(crate) fn z_of_tail(tail: f64) -> f64 {
    -Normal::standard().inverse_cdf(tail.clamp(f64::MIN_POSITIVE, 1.0))
}

/// How likely a normal deviate lies as far out as this, on either side.
pub fn two_sided(z: f64) -> f64 {
    (2.0 * Normal::standard().sf(z.abs())).min(1.0)
}
