//! Student's distribution for any number of degrees of freedom. The library's own search for quantiles loses its digits where they
//! are many, and does not come to an end where they are very many.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// From so many degrees of freedom on, the series for the equivalent normal deviate has all digits that count.
const MANY: f64 = 1e4;

/// How likely a value above `t` is; `t` is not negative, `freedom` is above 0.
pub(super) fn tail(t: f64, freedom: f64) -> f64 {
    if freedom < MANY
        && let Ok(student) = StudentsT::new(0.0, 1.0, freedom)
    {
        return student.sf(t);
    }
    let square = t * t;
    let first = (square + 1.0) / (4.0 * freedom);
    let second = (square * (13.0 * square + 8.0) + 3.0) / (96.0 * freedom * freedom);
    let third = (square * (square * (35.0 * square + 19.0) + 1.0) - 15.0)
        / (384.0 * freedom * freedom * freedom);
    Normal::standard().sf(t * (1.0 - first + second - third))
}

/// How many standard errors leave `tail` above them; `tail` is at most a half.
pub(super) fn times(tail: f64, freedom: f64) -> f64 {
    let mut high = 1.0;
    // Doubled so often, it is beyond any number that means something.
    for _ in 0..1_000 {
        if self::tail(high, freedom) <= tail {
            break;
        }
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if self::tail(middle, freedom) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
