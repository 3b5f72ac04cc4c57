//! Two means, by Welch.

use super::{Interval, student};

/// What is known of a sample's values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// How many values.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Their variance, divided by one less than their number.
    pub variance: f64,
}

/// A treatment's mean against the control's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanTest {
    /// The treatment's mean less the control's.
    pub difference: f64,
    /// Welch's interval of the difference.
    pub difference_interval: Interval,
    /// The difference as a part of the control's mean; nothing where that is not above 0.
    pub lift: Option<f64>,
    /// How many standard errors the difference is.
    pub t: f64,
    /// Welch's degrees of freedom.
    pub freedom: f64,
    /// Two-sided.
    pub p: f64,
}

impl Moments {
    /// Of these values. Values that are not finite make all moments such.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        // Welford's: one pass, and no loss where values are large and alike.
        let (mut count, mut mean, mut squares) = (0_u64, 0.0, 0.0);
        for value in values {
            count += 1;
            let before = value - mean;
            mean += before / count as f64;
            squares += before * (value - mean);
        }
        let variance = match count {
            0 | 1 => 0.0,
            _ => squares / (count - 1) as f64,
        };
        Self {
            count,
            mean,
            variance,
        }
    }
}

/// Compares a treatment with the control; nothing where one of them has less than two values, or nothing varies.
pub fn compare_means(control: Moments, treatment: Moments, confidence: f64) -> Option<MeanTest> {
    if control.count < 2 || treatment.count < 2 {
        return None;
    }
    let of_control = control.variance / control.count as f64;
    let of_treatment = treatment.variance / treatment.count as f64;
    let variance = of_control + of_treatment;
    let difference = treatment.mean - control.mean;
    // Also what is not a number ends here.
    if !(variance > 0.0 && variance.is_finite() && difference.is_finite()) {
        return None;
    }
    let freedom = variance * variance
        / (of_control * of_control / (control.count - 1) as f64
            + of_treatment * of_treatment / (treatment.count - 1) as f64);
    let t = difference / variance.sqrt();
    let around = student::times((1.0 - confidence) / 2.0, freedom) * variance.sqrt();
    Some(MeanTest {
        difference,
        difference_interval: Interval {
            low: difference - around,
            high: difference + around,
        },
        lift: (control.mean > 0.0).then(|| difference / control.mean),
        t,
        freedom,
        p: (2.0 * student::tail(t.abs(), freedom)).min(1.0),
    })
}
