//! A figure measured more than once: the middle of what was measured, and how far the rest lies from it.

use std::time::{Duration, Instant};

/// What rounds of one measurement gave, in the measured unit (seconds, or bytes per second).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How many rounds were measured; what came before to warm up does not count.
    pub rounds: usize,
    /// The least.
    pub least: f64,
    /// A quarter of the rounds gave this or less.
    pub lower: f64,
    /// Half of the rounds gave this or less.
    pub median: f64,
    /// Three quarters of the rounds gave this or less.
    pub upper: f64,
    /// The greatest.
    pub greatest: f64,
}

impl Spread {
    /// Of what was measured, in any order. Quartiles are measured values: no value is made up between two others.
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let at = |quarters: usize| {
            let last = values.len().saturating_sub(1);
            values.get(last * quarters / 4).copied().unwrap_or(0.0)
        };
        Self {
            rounds: values.len(),
            least: at(0),
            lower: at(1),
            median: at(2),
            upper: at(3),
            greatest: at(4),
        }
    }

    /// So many things per second, where this is how long they take. The quickest round is the greatest rate.
    pub fn rate(self, things: f64) -> Self {
        let per = |seconds: f64| things / seconds.max(1e-9);
        Self {
            rounds: self.rounds,
            least: per(self.greatest),
            lower: per(self.upper),
            median: per(self.median),
            upper: per(self.lower),
            greatest: per(self.least),
        }
    }
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// Rounds whose times are not kept: at least one, and as many as fit into this.
    pub(super) warm_up: Duration,
    /// Rounds go on until so much time has passed …
    pub(super) time: Duration,
    /// … and there are so many of them, …
    pub(super) least: usize,
    /// … but no more than this.
    pub(super) most: usize,
}

impl Budget {
    /// So long, with a fifth of it to warm up, and five rounds at least.
    pub(super) fn of(time: Duration) -> Self {
        Self {
            warm_up: time / 5,
            time,
            least: 5,
            most: 1_000,
        }
    }

    /// Measures work that is done again and again; what it gives is thrown away behind the clock.
    pub(super) fn measure<T, E>(self, mut work: impl FnMut() -> Result<T, E>) -> Result<Spread, E> {
        let start = Instant::now();
        loop {
            drop(work()?);
            if start.elapsed() >= self.warm_up {
                break;
            }
        }
        let start = Instant::now();
        let mut seconds = Vec::new();
        while seconds.len() < self.most
            && (seconds.len() < self.least || start.elapsed() < self.time)
        {
            let begin = Instant::now();
            let result = work()?;
            seconds.push(begin.elapsed().as_secs_f64());
            drop(result);
        }
        Ok(Spread::of(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_a_measured_value() {
        let spread = Spread::of(vec![5.0, 1.0, 2.0, 9.0, 3.0]);
        assert_eq!(
            spread,
            Spread {
                rounds: 5,
                least: 1.0,
                lower: 2.0,
                median: 3.0,
                upper: 5.0,
                greatest: 9.0
            }
        );
        let one = Spread::of(vec![4.0]);
        assert_eq!((one.least, one.median, one.greatest), (4.0, 4.0, 4.0));
        let rate = spread.rate(18.0);
        assert_eq!((rate.least, rate.median, rate.greatest), (2.0, 6.0, 18.0));
    }

    #[test]
    fn rounds_stay_within_their_bounds() {
        let mut calls = 0;
        let budget = Budget {
            warm_up: Duration::ZERO,
            time: Duration::ZERO,
            least: 3,
            most: 10,
        };
        let spread = budget.measure(|| {
            calls += 1;
            Ok::<_, ()>(())
        });
        assert_eq!((spread.map(|spread| spread.rounds), calls), (Ok(3), 4));
        let budget = Budget {
            time: Duration::from_secs(60),
            ..budget
        };
        let spread = budget.measure(|| Ok::<_, ()>(()));
        assert_eq!(spread.map(|spread| spread.rounds), Ok(10));
        assert_eq!(budget.measure(|| Err::<(), _>("no")), Err("no"));
    }
}
