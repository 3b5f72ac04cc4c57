//! Arithmetic on numbers as they are written: 10.1 less 2.2 is 7.9. Where a number has more digits than fit, the machine's
//! own arithmetic is used; results are finite (saturated at the ends), as everywhere in the language.

/// A number as digits and how many of them are decimals.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    scale: u32,
}

/// The most digits that two numbers may have together, so that sums and products fit.
const MAX_DIGITS: usize = 18;

fn decimal(number: f64) -> Option<Decimal> {
    if !(number == 0.0 || (1e-9..1e15).contains(&number.abs())) {
        return None;
    }
    let text = format!("{number}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    if whole.len() + part.len() > MAX_DIGITS {
        return None;
    }
    let digits = format!("{whole}{part}").parse().ok()?;
    Some(Decimal {
        digits,
        scale: u32::try_from(part.len()).ok()?,
    })
}

fn number(decimal: Decimal) -> Option<f64> {
    format!("{}e-{}", decimal.digits, decimal.scale)
        .parse()
        .ok()
}

/// Both with the same number of decimals.
fn aligned(a: f64, b: f64) -> Option<(i128, i128, u32)> {
    let (a, b) = (decimal(a)?, decimal(b)?);
    let scale = a.scale.max(b.scale);
    let to = |x: Decimal| x.digits.checked_mul(10_i128.checked_pow(scale - x.scale)?);
    Some((to(a)?, to(b)?, scale))
}

fn finite(number: f64) -> f64 {
    number.clamp(-f64::MAX, f64::MAX)
}

/// `a + b`
pub(crate) fn add(a: f64, b: f64) -> f64 {
    aligned(a, b)
        .and_then(|(a, b, scale)| {
            number(Decimal {
                digits: a.checked_add(b)?,
                scale,
            })
        })
        .unwrap_or_else(|| finite(a + b))
}

/// `a * b`
pub(crate) fn mul(a: f64, b: f64) -> f64 {
    let exact = || {
        let (a, b) = (decimal(a)?, decimal(b)?);
        number(Decimal {
            digits: a.digits.checked_mul(b.digits)?,
            scale: a.scale + b.scale,
        })
    };
    exact().unwrap_or_else(|| finite(a * b))
}

/// The rest of a division that rounds down; `b` is not zero.
pub(crate) fn modulo(a: f64, b: f64) -> f64 {
    let exact = || {
        let (a, b, scale) = aligned(a, b)?;
        let rest = a.checked_rem(b)?;
        let digits = if rest != 0 && (rest < 0) != (b < 0) {
            rest + b
        } else {
            rest
        };
        number(Decimal { digits, scale })
    };
    exact().unwrap_or_else(|| {
        let rest = a % b;
        finite(if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
            rest + b
        } else {
            rest
        })
    })
}

/// `a` with so many decimals, halves away from zero.
pub(crate) fn round(a: f64, places: u32) -> f64 {
    let exact = || {
        let a = decimal(a)?;
        if a.scale <= places {
            return number(a);
        }
        let unit = 10_i128.checked_pow(a.scale - places)?;
        let half = unit / 2 * a.digits.signum();
        number(Decimal {
            digits: (a.digits + half) / unit,
            scale: places,
        })
    };
    // What has more digits than fit has none to lose: it is rounded as text.
    exact().unwrap_or_else(|| format!("{a:.*}", places as usize).parse().unwrap_or(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_added_as_they_are_written() {
        assert_eq!(add(10.1, -2.2).to_string(), "7.9");
        assert_eq!(mul(5.0, 2.1).to_string(), "10.5");
        assert_eq!(modulo(10.1, 7.0).to_string(), "3.1");
        assert_eq!(modulo(-1.0, 3.0).to_string(), "2");
        assert_eq!(round(5.666, 1).to_string(), "5.7");
        assert_eq!(round(2.5, 0).to_string(), "3");
        assert_eq!(round(-0.25, 1).to_string(), "-0.3");
        assert_eq!(add(f64::MAX, f64::MAX), f64::MAX);
    }
}
