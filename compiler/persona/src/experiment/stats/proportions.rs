//! Two rates: how they differ, how surely, and between which bounds.

use super::{Interval, two_sided, z_of_tail};

/// How many of some people did something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proportion {
    /// The people.
    pub exposed: u64,
    /// Those of them who did it; never more.
    pub converted: u64,
}

impl Proportion {
    /// The rate; nothing without people.
    pub fn rate(self) -> Option<f64> {
        (self.exposed > 0).then(|| self.converted as f64 / self.exposed as f64)
    }
}

/// A treatment's rate against the control's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProportionTest {
    /// The treatment's rate less the control's.
    pub difference: f64,
    /// Newcombe's interval of the difference.
    pub difference_interval: Interval,
    /// The difference as a part of the control's rate; nothing where that is 0.
    pub lift: Option<f64>,
    /// The interval of the lift: of the logarithm of the ratio, with Walter's correction.
    pub lift_interval: Interval,
    /// The test: how many standard errors, and how likely so many are if nothing differs. Nothing where nobody converted, or
    /// everybody: then there is nothing to test.
    pub test: Option<ZTest>,
}

/// A z test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZTest {
    /// Standard errors.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
}

/// Wilson's interval of a rate; nothing without people. `confidence` lies between 0 and 1.
pub fn wilson(proportion: Proportion, confidence: f64) -> Option<Interval> {
    let rate = proportion.rate()?;
    let people = proportion.exposed as f64;
    let z = z_of_tail((1.0 - confidence) / 2.0);
    let z2 = z * z;
    let center = (rate + z2 / (2.0 * people)) / (1.0 + z2 / people);
    let spread = rate * (1.0 - rate) / people + z2 / (4.0 * people * people);
    let half = z * spread.sqrt() / (1.0 + z2 / people);
    Some(Interval {
        low: (center - half).max(0.0),
        high: (center + half).min(1.0),
    })
}

/// Compares a treatment with the control; nothing where one of them has no people.
pub fn compare_proportions(
    control: Proportion,
    treatment: Proportion,
    confidence: f64,
) -> Option<ProportionTest> {
    let (of_control, of_treatment) = (control.rate()?, treatment.rate()?);
    let difference = of_treatment - of_control;
    let (low, high) = (wilson(control, confidence)?, wilson(treatment, confidence)?);
    let below = (of_treatment - high.low).hypot(low.high - of_control);
    let above = (high.high - of_treatment).hypot(of_control - low.low);
    Some(ProportionTest {
        difference,
        difference_interval: Interval {
            low: difference - below,
            high: difference + above,
        },
        lift: (control.converted > 0).then(|| of_treatment / of_control - 1.0),
        lift_interval: lift_interval(control, treatment, confidence),
        test: pooled(control, treatment),
    })
}

/// The z test with pooled variance.
fn pooled(control: Proportion, treatment: Proportion) -> Option<ZTest> {
    let people = control.exposed as f64 + treatment.exposed as f64;
    let rate = (control.converted as f64 + treatment.converted as f64) / people;
    let variance =
        rate * (1.0 - rate) * (1.0 / control.exposed as f64 + 1.0 / treatment.exposed as f64);
    if variance <= 0.0 {
        return None;
    }
    let z = (treatment.rate()? - control.rate()?) / variance.sqrt();
    Some(ZTest { z, p: two_sided(z) })
}

fn lift_interval(control: Proportion, treatment: Proportion, confidence: f64) -> Interval {
    let half = |count: u64| count as f64 + 0.5;
    let logarithm = (half(treatment.converted) / half(treatment.exposed)).ln()
        - (half(control.converted) / half(control.exposed)).ln();
    let variance = 1.0 / half(treatment.converted) - 1.0 / half(treatment.exposed)
        + 1.0 / half(control.converted)
        - 1.0 / half(control.exposed);
    let around = z_of_tail((1.0 - confidence) / 2.0) * variance.max(0.0).sqrt();
    let ends = Interval {
        low: logarithm - around,
        high: logarithm + around,
    };
    ends.map(|end| end.exp() - 1.0)
}
