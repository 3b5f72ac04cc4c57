//! How many people an experiment needs, and what it can see with those it gets.

use super::z_of_tail;

/// An effect, as people think of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// A part of the baseline: 0.1 takes 5 % to 5.5 %.
    Relative(f64),
    /// Added to the baseline: 0.01 takes 5 % to 6 %.
    Absolute(f64),
}

impl Effect {
    /// The rate that the baseline becomes.
    pub fn applied(self, baseline: f64) -> f64 {
        match self {
            Self::Relative(part) => baseline * (1.0 + part),
            Self::Absolute(part) => baseline + part,
        }
    }
}

/// What an experiment is to find out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design<'a> {
    /// The control's rate, between 0 and 1.
    pub baseline: f64,
    /// The least effect that it is to find.
    pub effect: Effect,
    /// How often it may find one where none is, over all comparisons.
    pub alpha: f64,
    /// How often it is to find one that is there.
    pub power: f64,
    /// The control's share of all people who come, and each treatment's; 1 together, or less with a holdout.
    pub shares: &'a [f64],
}

/// How many people a design needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// In each group, in the order of the shares.
    pub groups: Vec<u64>,
    /// All people who must come, those outside the groups too.
    pub people: u64,
}

/// Why a design has no size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeError {
    /// The baseline is not between 0 and 1.
    Baseline,
    /// The effect is none, or leaves the rates between 0 and 1.
    Effect,
    /// Alpha or power are not between 0 and 1, or power is not above alpha.
    Chances,
    /// There are not two groups, or one has no share.
    Groups,
    /// More people than can be counted.
    Endless,
}

/// How many people a design needs so that the z test of each treatment against the control finds the effect.
///
/// # Errors
///
/// When the design makes no sense, see [`SizeError`].
pub fn sample_size(design: &Design<'_>) -> Result<Size, SizeError> {
    let people = needed(design)?;
    // Beyond this, whole numbers are no longer exact, and no country has so many people.
    if people.is_nan() || people >= 9e15 {
        return Err(SizeError::Endless);
    }
    let up = |people: f64| people.ceil() as u64;
    Ok(Size {
        groups: design
            .shares
            .iter()
            .map(|share| up(people * share))
            .collect(),
        people: up(people),
    })
}

fn needed(design: &Design<'_>) -> Result<f64, SizeError> {
    let inside = |value: f64| value > 0.0 && value < 1.0;
    if !inside(design.baseline) {
        return Err(SizeError::Baseline);
    }
    let rate = design.effect.applied(design.baseline);
    if !inside(rate) || rate == design.baseline {
        return Err(SizeError::Effect);
    }
    if !inside(design.alpha) || !inside(design.power) || design.power <= design.alpha {
        return Err(SizeError::Chances);
    }
    let sum: f64 = design.shares.iter().sum();
    let proper = design.shares.iter().all(|share| *share > 0.0) && sum <= 1.0 + 1e-9;
    let [control, treatments @ ..] = design.shares else {
        return Err(SizeError::Groups);
    };
    if treatments.is_empty() || !proper {
        return Err(SizeError::Groups);
    }
    let alpha = design.alpha / treatments.len() as f64;
    let chances = (z_of_tail(alpha / 2.0), z_of_tail(1.0 - design.power));
    let people = treatments.iter().map(|treatment| {
        let group = treatment_size((design.baseline, rate), control / treatment, chances);
        group / treatment
    });
    Ok(people.fold(0.0, f64::max))
}

/// How many people the treatment needs when the control has `ratio` times as many: pooled variance if nothing differs, each its
/// own if the effect is there.
fn treatment_size((control, treatment): (f64, f64), ratio: f64, (alpha, beta): (f64, f64)) -> f64 {
    let pooled = (treatment + control * ratio) / (1.0 + ratio);
    let none = (pooled * (1.0 - pooled) * (1.0 + 1.0 / ratio)).sqrt();
    let there = (treatment * (1.0 - treatment) + control * (1.0 - control) / ratio).sqrt();
    ((alpha * none + beta * there) / (treatment - control)).powi(2)
}

/// The least relative effect upwards that a design finds with so many people; nothing where none does. The design's own effect is
/// not looked at.
pub fn detectable(design: &Design<'_>, people: u64) -> Option<f64> {
    let most = 1.0 / design.baseline - 1.0;
    let finds = |part: f64| {
        let effect = Effect::Relative(part);
        needed(&Design { effect, ..*design }).is_ok_and(|needed| needed <= people as f64)
    };
    // The larger the effect, the fewer people: up to a hair below everybody.
    let (mut low, mut high) = (0.0, most * (1.0 - 1e-9));
    if !finds(high) {
        return None;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if finds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}
