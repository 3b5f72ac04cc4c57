//! Whether as many people are in each arm as should be.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// A p-value below this says that the division is not what was declared. Strict on purpose: the check is made over and over.
pub const MISMATCH: f64 = 0.001;

/// The result of a sample-ratio check.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatioCheck {
    /// Pearson's statistic.
    pub chi_squared: f64,
    /// One less than the groups.
    pub freedom: u32,
    /// How likely a deviation like this is by chance.
    pub p: f64,
}

impl RatioCheck {
    /// Whether no result should be trusted before the reason is known.
    pub fn is_mismatch(self) -> bool {
        self.p < MISMATCH
    }
}

/// Compares how many people each group has with its share; shares need not be 1 together. Nothing where there are no people, fewer
/// than two groups, or a share that is not above 0.
pub fn check_ratio(people: &[u64], shares: &[f64]) -> Option<RatioCheck> {
    let all: u64 = people
        .iter()
        .try_fold(0_u64, |sum, count| sum.checked_add(*count))?;
    let sum: f64 = shares.iter().sum();
    let proper = shares.iter().all(|share| *share > 0.0 && share.is_finite());
    if people.len() < 2 || people.len() != shares.len() || all == 0 || !proper {
        return None;
    }
    let deviation = |(count, share): (&u64, &f64)| {
        let expected = all as f64 * share / sum;
        (*count as f64 - expected).powi(2) / expected
    };
    let chi_squared: f64 = people.iter().zip(shares).map(deviation).sum();
    let freedom = u32::try_from(people.len() - 1).ok()?;
    let distribution = ChiSquared::new(f64::from(freedom)).ok()?;
    Some(RatioCheck {
        chi_squared,
        freedom,
        p: distribution.sf(chi_squared).clamp(0.0, 1.0),
    })
}
