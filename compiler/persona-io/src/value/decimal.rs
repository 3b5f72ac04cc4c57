//! Exact decimal numbers: what text and whole numbers are read as before they become a column's type. Knows
//! nothing of currencies or columns.

use std::cmp::Ordering;

/// The most digits that a decimal has.
const MAX_DIGITS: u32 = 38;
/// The digits after the point that a quotient which does not come out even is rounded to.
const QUOTIENT_DIGITS: u32 = 18;

/// The number `mantissa / 10^scale`, with at most 38 digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Why a text is not a decimal, or why a result does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DecimalError {
    /// The text is not a number.
    NotANumber,
    /// The number has more than 38 digits.
    TooLong,
}

impl DecimalError {
    /// The reason for people, following the value.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NotANumber => "is not a number",
            Self::TooLong => "is a number of more than 38 digits",
        }
    }
}

fn pow10(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

/// `numerator / divisor`, rounded half to even; the divisor is positive.
pub(crate) fn div_half_even(numerator: i128, divisor: i128) -> i128 {
    let quotient = numerator.div_euclid(divisor);
    let rest = numerator.rem_euclid(divisor);
    match rest.cmp(&(divisor - rest)) {
        Ordering::Less => quotient,
        Ordering::Greater => quotient + 1,
        Ordering::Equal => quotient + (quotient & 1),
    }
}

impl Decimal {
    /// The number `mantissa / 10^scale`; fails beyond 38 digits of scale.
    pub(crate) fn new(mantissa: i128, scale: u32) -> Result<Self, DecimalError> {
        Self { mantissa, scale }.checked()
    }

    /// A whole number.
    pub(crate) fn whole(value: i64) -> Self {
        Self {
            mantissa: i128::from(value),
            scale: 0,
        }
    }

    /// Whole number of 128 bits.
    pub(crate) fn big(value: i128) -> Self {
        Self {
            mantissa: value,
            scale: 0,
        }
    }

    fn checked(mut self) -> Result<Self, DecimalError> {
        while self.scale > MAX_DIGITS && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        if self.scale > MAX_DIGITS {
            return Err(DecimalError::TooLong);
        }
        Ok(self)
    }

    /// Reads `-12`, `+1.50`, `.5`, `1e3`; spaces around are allowed, separators of thousands are not.
    pub(crate) fn parse(text: &str) -> Result<Self, DecimalError> {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (digits, exponent) = match digits.find(['e', 'E']) {
            Some(at) => (&digits[..at], parse_exponent(&digits[at + 1..])?),
            None => (digits, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return Err(DecimalError::NotANumber);
        }
        let fraction = fraction.trim_end_matches('0');
        let mut mantissa: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            mantissa = mantissa
                .checked_mul(10)
                .and_then(|m| m.checked_add(i128::from(byte - b'0')))
                .ok_or(DecimalError::TooLong)?;
        }
        let mantissa = if negative { -mantissa } else { mantissa };
        Self::with_exponent(mantissa, fraction.len(), exponent)
    }

    fn with_exponent(mantissa: i128, fraction: usize, exponent: i64) -> Result<Self, DecimalError> {
        if mantissa == 0 {
            return Ok(Self::whole(0));
        }
        let fraction = i64::try_from(fraction).map_err(|_| DecimalError::TooLong)?;
        let scale = fraction - exponent;
        if let Ok(scale) = u32::try_from(scale) {
            return Self::new(mantissa, scale);
        }
        let up = u32::try_from(-scale).map_err(|_| DecimalError::TooLong)?;
        let factor = pow10(up).ok_or(DecimalError::TooLong)?;
        let mantissa = mantissa.checked_mul(factor).ok_or(DecimalError::TooLong)?;
        Ok(Self { mantissa, scale: 0 })
    }

    /// The shortest decimal that reads back as this finite Float: what people see when it is printed.
    pub(crate) fn from_f64(value: f64) -> Result<Self, DecimalError> {
        if !value.is_finite() {
            return Err(DecimalError::NotANumber);
        }
        Self::parse(&format!("{value:e}"))
    }

    /// Without zeros at the end of the fraction.
    pub(crate) fn normal(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let a = self.mantissa.checked_mul(pow10(scale - self.scale)?)?;
        let b = other.mantissa.checked_mul(pow10(scale - other.scale)?)?;
        Some((a, b, scale))
    }

    /// The sum.
    pub(crate) fn add(self, other: Self) -> Result<Self, DecimalError> {
        let (a, b, scale) = self
            .aligned(other)
            .or_else(|| self.normal().aligned(other.normal()))
            .ok_or(DecimalError::TooLong)?;
        Self::new(a.checked_add(b).ok_or(DecimalError::TooLong)?, scale)
    }

    /// The number with the other sign.
    pub(crate) fn neg(self) -> Result<Self, DecimalError> {
        let mantissa = self.mantissa.checked_neg().ok_or(DecimalError::TooLong)?;
        Ok(Self { mantissa, ..self })
    }

    /// The product.
    pub(crate) fn mul(self, other: Self) -> Result<Self, DecimalError> {
        let direct = self.mantissa.checked_mul(other.mantissa);
        if let Some(mantissa) = direct {
            return Self::new(mantissa, self.scale + other.scale);
        }
        let (a, b) = (self.normal(), other.normal());
        let mantissa = a.mantissa.checked_mul(b.mantissa);
        Self::new(mantissa.ok_or(DecimalError::TooLong)?, a.scale + b.scale)
    }

    /// The quotient, rounded half to even after 18 decimals where it does not come out even; `None` by zero.
    pub(crate) fn div(self, other: Self) -> Result<Option<Self>, DecimalError> {
        let (a, b) = (self.normal(), other.normal());
        if b.mantissa == 0 {
            return Ok(None);
        }
        // a / b = (a.mantissa · 10^(b.scale + shift)) / (b.mantissa · 10^a.scale) / 10^shift, with as many digits as fit.
        for shift in (0..=QUOTIENT_DIGITS).rev() {
            let numerator = pow10(b.scale + shift).and_then(|p| a.mantissa.checked_mul(p));
            let divisor = pow10(a.scale).and_then(|p| b.mantissa.checked_mul(p));
            if let (Some(n), Some(d)) = (numerator, divisor)
                && let (Some(n), Some(d)) = (n.checked_mul(d.signum()), d.checked_abs())
            {
                return Ok(Some(Self::new(div_half_even(n, d), shift)?.normal()));
            }
        }
        Err(DecimalError::TooLong)
    }

    /// The value times `10^digits` as an exact whole number; `None` where digits would be lost or it does not fit.
    pub(crate) fn exact_at(self, digits: u32) -> Option<i128> {
        let value = self.normal();
        let up = digits.checked_sub(value.scale)?;
        value.mantissa.checked_mul(pow10(up)?)
    }

    /// The value times `10^digits`, rounded half to even; `None` where it does not fit.
    pub(crate) fn rounded_at(self, digits: u32) -> Option<i128> {
        if self.scale <= digits {
            return self.exact_at(digits);
        }
        Some(div_half_even(self.mantissa, pow10(self.scale - digits)?))
    }

    /// The nearest Float.
    pub(crate) fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::MAX)
    }

    /// Numeric order; equal numbers are equal whatever their digits.
    pub(crate) fn compare(self, other: Self) -> Ordering {
        if let Some((a, b, _)) = self.aligned(other) {
            return a.cmp(&b);
        }
        let parts = |d: Self| {
            let unit = pow10(d.scale).unwrap_or(i128::MAX);
            (
                d.mantissa.div_euclid(unit),
                d.mantissa.rem_euclid(unit),
                d.scale,
            )
        };
        let (whole_a, rest_a, scale_a) = parts(self);
        let (whole_b, rest_b, scale_b) = parts(other);
        whole_a.cmp(&whole_b).then_with(|| {
            let scale = scale_a.max(scale_b);
            // A rest is below 10^scale, and scales are at most 38: the products fit.
            let up = |rest: i128, from: u32| rest.saturating_mul(pow10(scale - from).unwrap_or(1));
            up(rest_a, scale_a).cmp(&up(rest_b, scale_b))
        })
    }
}

fn parse_exponent(text: &str) -> Result<i64, DecimalError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DecimalError::NotANumber);
    }
    text.parse::<i32>()
        .map(i64::from)
        .map_err(|_| DecimalError::TooLong)
}

impl std::fmt::Display for Decimal {
    /// The shortest form: `12`, `-0.5`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.normal();
        let sign = if value.mantissa < 0 { "-" } else { "" };
        let digits = value.mantissa.unsigned_abs().to_string();
        let scale = value.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn reads_and_prints_exactly() {
        for (text, printed) in [
            ("12", "12"),
            ("-0.50", "-0.5"),
            (" +1.5 ", "1.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("1.25E-2", "0.0125"),
            ("0e999", "0"),
            (
                "170141183460469231731687303715884105727",
                "170141183460469231731687303715884105727",
            ),
            ("0.10000000000000000000000000000000000000000000", "0.1"),
        ] {
            assert_eq!(dec(text).to_string(), printed, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in [
            "", " ", "-", ".", "1,000", "1 000", "0x10", "1e", "e5", "NaN", "inf", "1.2.3", "１",
            "--1",
        ] {
            assert_eq!(
                Decimal::parse(text).err(),
                Some(DecimalError::NotANumber),
                "{text:?}"
            );
        }
        for text in [
            "1e40",
            "1e-40",
            "1e99999999999",
            "999999999999999999999999999999999999999999",
        ] {
            assert_eq!(
                Decimal::parse(text).err(),
                Some(DecimalError::TooLong),
                "{text:?}"
            );
        }
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(dec("0.1").add(dec("0.2")).unwrap().to_string(), "0.3");
        assert_eq!(dec("2.55").mul(dec("6")).unwrap().to_string(), "15.3");
        assert_eq!(
            dec("1").div(dec("3")).unwrap().unwrap().to_string(),
            "0.333333333333333333"
        );
        assert_eq!(
            dec("-1").div(dec("8")).unwrap().unwrap().to_string(),
            "-0.125"
        );
        assert_eq!(
            dec("1").div(dec("-8")).unwrap().unwrap().to_string(),
            "-0.125"
        );
        assert!(dec("1").div(dec("0.00")).unwrap().is_none());
        let top = Decimal::big(i128::MAX);
        assert!(top.add(Decimal::whole(1)).is_err() && top.mul(top).is_err());
        assert!(Decimal::big(i128::MIN).neg().is_err());
        assert!(Decimal::big(i128::MIN).div(dec("-0.1")).is_err());
    }

    #[test]
    fn rounds_half_to_even() {
        for (text, cents) in [
            ("0.125", 12),
            ("0.135", 14),
            ("-0.125", -12),
            ("-0.135", -14),
            ("1.005", 100),
            ("2.5", 250),
        ] {
            assert_eq!(dec(text).rounded_at(2), Some(cents), "{text}");
        }
        assert_eq!(dec("0.125").exact_at(2), None);
        assert_eq!(dec("0.120").exact_at(2), Some(12));
        assert_eq!(Decimal::big(i128::MAX).rounded_at(2), None);
    }

    #[test]
    fn compares_across_scales_and_extremes() {
        assert_eq!(dec("1.50").compare(dec("1.5")), Ordering::Equal);
        assert_eq!(dec("-1.5").compare(dec("-1.4")), Ordering::Less);
        let big = Decimal::big(i128::MAX);
        let tiny = Decimal::new(1, 38).unwrap();
        assert_eq!(big.compare(tiny), Ordering::Greater);
        assert_eq!(Decimal::big(i128::MIN).compare(tiny), Ordering::Less);
        let near = Decimal::new(-1, 38).unwrap();
        assert_eq!(near.compare(Decimal::whole(0)), Ordering::Less);
    }

    #[test]
    fn a_float_is_its_shortest_decimal() {
        assert_eq!(Decimal::from_f64(0.1).unwrap().to_string(), "0.1");
        assert_eq!(Decimal::from_f64(1.015).unwrap().rounded_at(2), Some(102));
        assert_eq!(Decimal::from_f64(17850.0).unwrap().to_string(), "17850");
        assert!(Decimal::from_f64(f64::NAN).is_err() && Decimal::from_f64(1e300).is_err());
        assert_eq!(dec("0.1").to_f64(), 0.1);
    }
}
