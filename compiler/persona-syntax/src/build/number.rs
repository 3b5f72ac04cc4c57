//! Number literals: integers, decimals, percentages, money, dates, times, durations, periods, lengths.

use persona_base::{Applicability, Span, syntax};

use super::calendar::{self, Wrong};
use super::units::{self, Unit};
use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{Expr, ExprKind, Literal, Name};
use crate::grammar::Rule;

impl Builder<'_> {
    /// A number with its unit.
    pub(super) fn number(&mut self, pair: P<'_>) -> Expr {
        let span = self.exact(&pair);
        let mut core = "";
        let mut unit = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::number_unit => {
                    unit = Some(Name {
                        text: inner.as_str().to_owned(),
                        span: self.exact(&inner),
                    });
                }
                _ => core = inner.as_str(),
            }
        }
        self.plain_number(core, unit, span)
    }

    /// A number from its text and the unit behind it.
    pub(super) fn plain_number(&mut self, core: &str, unit: Option<Name>, span: Span) -> Expr {
        let points = core
            .bytes()
            .filter(|byte| matches!(byte, b'.' | b'/'))
            .count();
        let kind = if points >= 2 && unit.is_none() {
            self.foreign_date(core, span)
        } else if core.bytes().filter(|byte| *byte == b'-').count() >= 2 {
            self.date_or_instant(core, span)
        } else if core.contains(':') {
            self.time_of_day(core, span)
        } else {
            self.quantity(core, unit, span)
        };
        Expr {
            kind: kind.map_or(ExprKind::Error, ExprKind::Literal),
            span,
        }
    }

    fn date_or_instant(&mut self, text: &str, span: Span) -> Option<Literal> {
        let bytes = text.as_bytes();
        let date_len = bytes
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'-')
            .count();
        if date_len == text.len() {
            return match calendar::date(text) {
                Ok((year, month, day)) => {
                    let padded = format!("{year:04}-{month:02}-{day:02}");
                    if padded != text {
                        self.habit(
                            syntax::NO_SUCH_DATE,
                            span,
                            format!("a date is written `{padded}`"),
                            &padded,
                        );
                    }
                    i32::try_from(calendar::days_since_epoch(year, month, day))
                        .ok()
                        .map(Literal::Date)
                }
                Err(_) => self.no_such_date(text, span),
            };
        }
        match calendar::instant(text) {
            Ok(instant) => {
                let padded =
                    text[..date_len].to_owned() + "T" + text[date_len + 1..].trim_end_matches('z');
                let meant = if text.ends_with('z') {
                    format!("{padded}Z")
                } else {
                    padded
                };
                if meant != text {
                    self.habit(
                        syntax::NO_SUCH_TIME,
                        span,
                        format!("an instant is written `{meant}`"),
                        &meant,
                    );
                }
                Some(Literal::Timestamp(instant))
            }
            Err(Wrong::Zone) => self.no_zone(text, date_len, span),
            Err(Wrong::Date) => self.no_such_date(&text[..date_len], span),
            Err(Wrong::Time | Wrong::Form) => {
                let message =
                    format!("`{text}` is no instant: it is written like `2026-01-31T10:00Z`");
                self.push(SyntaxError::new(syntax::NO_SUCH_TIME, span, message));
                None
            }
        }
    }

    /// `31.01.2026`, `01/31/2026`, `2026/01/31`.
    fn foreign_date(&mut self, text: &str, span: Span) -> Option<Literal> {
        let parts: Vec<&str> = text.split(['.', '/']).collect();
        let numbers: Vec<i64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
        let [first, second, third] = numbers[..] else {
            return None;
        };
        // Which of the two is the month, where nothing tells? Between slashes nobody knows.
        let (year, month, day, sure) = if parts[0].len() == 4 {
            (first, second, third, true)
        } else if text.contains('.') || first > 12 {
            (third, second, first, true)
        } else {
            (third, first, second, second > 12 || first == second)
        };
        let meant = format!("{year:04}-{month:02}-{day:02}");
        let Ok(_) = calendar::date(&meant) else {
            return self.no_such_date(text, span);
        };
        if sure {
            self.habit(
                syntax::NO_SUCH_DATE,
                span,
                format!("a date is written `{meant}`"),
                &meant,
            );
        } else {
            let other = format!("{year:04}-{day:02}-{month:02}");
            self.push(
                SyntaxError::new(
                    syntax::NO_SUCH_DATE,
                    span,
                    "a date is written year, month, day",
                )
                .help(format!("write `{meant}` or `{other}`")),
            );
        }
        i32::try_from(calendar::days_since_epoch(year, month, day))
            .ok()
            .map(Literal::Date)
    }

    fn no_such_date(&mut self, text: &str, span: Span) -> Option<Literal> {
        let mut error = SyntaxError::new(
            syntax::NO_SUCH_DATE,
            span,
            format!("the calendar has no `{text}`"),
        );
        let numbers: Vec<i64> = text
            .split('-')
            .filter_map(|part| part.parse().ok())
            .collect();
        if let [year @ 1..=9999, month @ 1..=12, _] = numbers[..] {
            let last = calendar::month_days(year, month);
            error = error.label(format!("that month has {last} days"));
        } else if let [year @ 1..=9999, month, day] = numbers[..] {
            error = error.label(format!("there is no month {month}"));
            let meant = format!("{year:04}-{day:02}-{month:02}");
            if calendar::date(&meant).is_ok() {
                error = error.fix(
                    format!("write `{meant}`"),
                    Applicability::Maybe,
                    span,
                    meant,
                );
            }
        }
        self.push(error);
        None
    }

    fn no_zone(&mut self, text: &str, date_len: usize, span: Span) -> Option<Literal> {
        let meant = format!("{}T{}Z", &text[..date_len], &text[date_len + 1..]);
        let error = SyntaxError::new(
            syntax::NO_ZONE,
            span,
            "an instant needs its zone: `Z` for UTC, or an offset such as `+01:00`",
        );
        let Ok(instant) = calendar::instant(&meant) else {
            self.push(error);
            return None;
        };
        self.push(error.fix(
            format!("write `{meant}`, in UTC"),
            Applicability::Maybe,
            span,
            meant,
        ));
        Some(Literal::Timestamp(instant))
    }

    /// `7:30am`, `7:30 pm`.
    fn half_day(&mut self, text: &str, span: Span) -> Option<Literal> {
        let (clock, half) = text.split_at(text.len() - 2);
        let (hour, minutes) = clock.trim_end().split_once(':')?;
        let hour: u32 = hour.parse().ok()?;
        let later = if half.eq_ignore_ascii_case("pm") {
            12
        } else {
            0
        };
        let meant = format!("{:02}:{minutes}", hour % 12 + later);
        let message = "a time of day has 24 hours, without `am` and `pm`";
        let mut error = SyntaxError::new(syntax::NO_SUCH_TIME, span, message);
        let micros = calendar::time(&meant)
            .ok()
            .filter(|_| (1..=12).contains(&hour));
        if micros.is_some() {
            error = error.fix(
                format!("write `{meant}`"),
                Applicability::Always,
                span,
                meant,
            );
        }
        self.push(error);
        u32::try_from(micros? / calendar::SECOND)
            .ok()
            .map(Literal::TimeOfDay)
    }

    fn time_of_day(&mut self, text: &str, span: Span) -> Option<Literal> {
        if text.ends_with(['m', 'M']) {
            return self.half_day(text, span);
        }
        let Ok(micros) = calendar::time(text) else {
            let message =
                format!("there is no time of day `{text}`: they go from `00:00` to `23:59:59`");
            self.push(SyntaxError::new(syntax::NO_SUCH_TIME, span, message));
            return None;
        };
        if text.as_bytes()[1] == b':' {
            let meant = format!("0{text}");
            self.habit(
                syntax::NO_SUCH_TIME,
                span,
                format!("a time of day is written with two digits: `{meant}`"),
                &meant,
            );
        }
        u32::try_from(micros / calendar::SECOND)
            .ok()
            .map(Literal::TimeOfDay)
    }

    /// A number that counts something: alone, with letters right behind it, or with a unit.
    fn quantity(&mut self, core: &str, unit: Option<Name>, span: Span) -> Option<Literal> {
        let plain = core.replace(',', "_");
        if plain != core {
            let place = Span::new(span.start, span.start + core.len() as u32);
            let message = "thousands are set apart with `_`, not with a comma";
            self.habit(syntax::BAD_NUMBER, place, message, &plain);
        }
        let core = plain.as_str();
        let digits = core
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
            .count();
        let (number, suffix) = core.split_at(digits);
        if suffix == "%" {
            return self.percent(number, span);
        }
        if !suffix.is_empty() {
            return self.suffixed(core, number, suffix, span);
        }
        let Some(unit) = unit else {
            return self.bare(number, span);
        };
        match units::unit(&unit.text) {
            None => Some(self.money(number, unit)),
            Some(Unit::Currency(code)) => {
                let meant = format!("{number} {code}");
                self.habit(
                    syntax::CURRENCY_SIGN,
                    span,
                    format!("an amount of money is written `{meant}`"),
                    &meant,
                );
                Some(self.money(
                    number,
                    Name {
                        text: code.to_owned(),
                        span: unit.span,
                    },
                ))
            }
            Some(Unit::Percent) => {
                let meant = format!("{number}%");
                self.habit(
                    syntax::PERCENT_APART,
                    span,
                    format!("a percentage is written `{meant}`"),
                    &meant,
                );
                self.percent(number, span)
            }
            Some(Unit::Duration(letter)) => self.spelled_duration(number, letter, span),
            Some(Unit::Period { months, days }) => self.period(number, &unit, (months, days), span),
            Some(Unit::Length { metres, written }) => {
                self.length(number, &unit, metres, written, span)
            }
        }
    }

    fn money(&self, number: &str, currency: Name) -> Literal {
        Literal::Money {
            amount: number.replace('_', ""),
            currency,
        }
    }

    /// A number alone: digits, with or without decimals.
    fn bare(&mut self, number: &str, span: Span) -> Option<Literal> {
        let plain = number.replace('_', "");
        if !well_grouped(number) {
            let message = "underscores stand between digits: `1_000`";
            self.push(SyntaxError::new(syntax::BAD_NUMBER, span, message).fix(
                "remove them",
                Applicability::Always,
                span,
                plain.clone(),
            ));
        }
        if plain.contains('.') {
            return plain
                .parse::<f64>()
                .ok()
                .filter(|value| value.is_finite())
                .map(Literal::Float)
                .or_else(|| self.out_of_range(span));
        }
        plain
            .parse::<i64>()
            .ok()
            .map(Literal::Int)
            .or_else(|| self.out_of_range(span))
    }

    fn out_of_range(&mut self, span: Span) -> Option<Literal> {
        let number = self.written(span);
        let shown = if number.len() > 40 {
            "this number".to_owned()
        } else {
            format!("`{number}`")
        };
        let mut error = SyntaxError::new(
            syntax::NUMBER_OUT_OF_RANGE,
            span,
            format!("{shown} is too large"),
        );
        if number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
        {
            error = error.label("integers go up to 9223372036854775807");
        }
        self.push(error);
        None
    }

    fn percent(&mut self, number: &str, span: Span) -> Option<Literal> {
        let plain = number.replace('_', "");
        let share = format!("{plain}e-2")
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite());
        share
            .map(Literal::Percent)
            .or_else(|| self.out_of_range(span))
    }

    /// Letters right behind a number: a duration, or a unit that needs a space, or none.
    fn suffixed(&mut self, core: &str, number: &str, suffix: &str, span: Span) -> Option<Literal> {
        match units::duration(core) {
            Ok(micros) => return Some(Literal::Duration(micros)),
            Err(true) => return self.out_of_range(span),
            Err(false) => {}
        }
        let digits_and_units = suffix.bytes().all(|byte| {
            byte.is_ascii_digit() || byte == b'_' || units::duration_unit(byte).is_some()
        });
        let ends_in_unit = suffix
            .bytes()
            .next_back()
            .and_then(units::duration_unit)
            .is_some();
        if digits_and_units && ends_in_unit {
            return self.bad_duration(number, suffix, span);
        }
        let letters = suffix.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_currency = persona_base::Currency::from_code(&suffix.to_ascii_uppercase()).is_some();
        if letters && (is_currency || units::unit(suffix).is_some()) {
            return self.unit_needs_space(number, suffix, is_currency, span);
        }
        if matches!(suffix, "am" | "pm" | "AM" | "PM")
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return self.half_day(&format!("{number}:00{suffix}"), span);
        }
        if let Some(meant) = self.meant_quantity(number, suffix, span) {
            let message = format!("`{suffix}` is no unit");
            self.push(SyntaxError::new(syntax::UNKNOWN_UNIT, span, message).fix(
                format!("write `{meant}`"),
                Applicability::Maybe,
                span,
                meant.clone(),
            ));
            return self.silently(&meant, span);
        }
        let mut error =
            SyntaxError::new(syntax::UNKNOWN_UNIT, span, format!("`{suffix}` is no unit"));
        if let Some(value) = scientific(core) {
            error = SyntaxError::new(
                syntax::BAD_NUMBER,
                span,
                "a number is written out, without an exponent",
            )
            .fix(
                format!("write `{value}`"),
                Applicability::Always,
                span,
                value,
            );
        } else {
            error = error.help("units are `s m h d w` (`30d`), a currency (`100 USD`), `months`, `years`, `km`, `m`, `mi`, `ft`");
        }
        self.push(error);
        None
    }

    /// What a number with an unknown unit right behind it means: `6mo`, `1y`, `30D`, `3x`.
    fn meant_quantity(&self, number: &str, suffix: &str, span: Span) -> Option<String> {
        let plural = |one: &str| {
            let s = if number == "1" { "" } else { "s" };
            Some(format!("{number} {one}{s}"))
        };
        match suffix {
            "mo" | "mon" | "mos" | "mth" => plural("month"),
            "y" | "yr" | "yrs" | "Y" => plural("year"),
            "q" | "Q" => plural("quarter"),
            "kms" => Some(format!("{number} km")),
            "D" | "H" | "W" | "S" => Some(format!("{number}{}", suffix.to_ascii_lowercase())),
            "x" => {
                let before = self.source[..span.start as usize].trim_end();
                let counted = ["least", "most", "exactly"]
                    .iter()
                    .any(|word| before.ends_with(word));
                counted.then(|| format!("{number} times"))
            }
            _ => None,
        }
    }

    /// The value of a corrected number, without further reports.
    fn silently(&mut self, text: &str, span: Span) -> Option<Literal> {
        let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
        let errors = self.errors.len();
        let unit = (!unit.is_empty() && unit != "times").then(|| Name {
            text: unit.to_owned(),
            span,
        });
        let value = self.quantity(number, unit, span);
        self.errors.truncate(errors);
        value
    }

    fn bad_duration(&mut self, number: &str, suffix: &str, span: Span) -> Option<Literal> {
        if number.contains('.') {
            let message = format!(
                "`{number}{suffix}`: the parts of a duration are whole numbers, as in `1h30m`"
            );
            self.push(SyntaxError::new(syntax::BAD_DURATION, span, message));
            return None;
        }
        let message = "the parts of a duration go from the largest unit to the smallest, each once, as in `1h30m`";
        let mut error = SyntaxError::new(syntax::BAD_DURATION, span, message);
        let sorted = sorted_duration(&format!("{number}{suffix}"));
        let mut value = None;
        if let Some(meant) = sorted {
            value = units::duration(&meant).ok().map(Literal::Duration);
            error = error.fix(
                format!("write `{meant}`"),
                Applicability::Always,
                span,
                meant,
            );
        }
        self.push(error);
        value
    }

    /// `10km`, `100USD`.
    fn unit_needs_space(
        &mut self,
        number: &str,
        suffix: &str,
        is_currency: bool,
        span: Span,
    ) -> Option<Literal> {
        let unit = if is_currency {
            suffix.to_ascii_uppercase()
        } else {
            suffix.to_owned()
        };
        let name = Name {
            text: unit.clone(),
            span: Span::new(span.end - suffix.len() as u32, span.end),
        };
        if let Some(Unit::Duration(_)) = units::unit(&unit)
            && !is_currency
        {
            return self.quantity(number, Some(name), span);
        }
        let meant = format!("{number} {unit}");
        let code = if is_currency {
            syntax::CURRENCY_SIGN
        } else {
            syntax::UNKNOWN_UNIT
        };
        let errors = self.errors.len();
        let value = self.quantity(number, Some(name), span);
        if self.errors.len() == errors {
            self.habit(
                code,
                span,
                format!("`{unit}` stands behind a space: `{meant}`"),
                &meant,
            );
        }
        value
    }

    /// `30 days`, `24 hours`, `30 d`.
    fn spelled_duration(&mut self, number: &str, letter: u8, span: Span) -> Option<Literal> {
        let meant = format!("{number}{}", char::from(letter));
        let Ok(micros) = units::duration(&meant) else {
            let message = format!(
                "`{}`: a duration is a whole number and its unit, as in `36h`",
                self.written(span)
            );
            self.push(SyntaxError::new(syntax::BAD_DURATION, span, message));
            return None;
        };
        self.habit(
            syntax::SPELLED_DURATION,
            span,
            format!("a duration is written `{meant}`"),
            &meant,
        );
        Some(Literal::Duration(micros))
    }

    fn period(
        &mut self,
        number: &str,
        unit: &Name,
        (months, days): (i64, i64),
        span: Span,
    ) -> Option<Literal> {
        let plain = number.replace('_', "");
        let Ok(count) = plain.parse::<i64>() else {
            let message = format!(
                "`{}` have no fractions: a period is a whole number of them",
                unit.text
            );
            self.push(SyntaxError::new(syntax::BAD_NUMBER, span, message));
            return None;
        };
        let part = |one: i64| {
            count
                .checked_mul(one)
                .and_then(|all| i32::try_from(all).ok())
        };
        match (part(months), part(days)) {
            (Some(months), Some(days)) => Some(Literal::Period { months, days }),
            _ => self.out_of_range(span),
        }
    }

    fn length(
        &mut self,
        number: &str,
        unit: &Name,
        metres: f64,
        written: &str,
        span: Span,
    ) -> Option<Literal> {
        if unit.text != written {
            let message = format!("`{}` is written `{written}`", unit.text);
            self.habit(syntax::UNKNOWN_UNIT, unit.span, message, written);
        }
        let value = number.replace('_', "").parse::<f64>().ok()? * metres;
        // Below 2^53 every whole number of metres is exact.
        if value.round() < 9_007_199_254_740_992.0 {
            Some(Literal::Length(value.round() as i64))
        } else {
            self.out_of_range(span)
        }
    }
}

/// The parts of a duration from the largest to the smallest, where each unit is there once.
fn sorted_duration(text: &str) -> Option<String> {
    let parts = text.split_inclusive(|c: char| c.is_ascii_alphabetic());
    let mut parts: Vec<(i64, &str)> = parts
        .map(|part| {
            let unit = part.bytes().next_back().and_then(units::duration_unit);
            unit.map(|unit| (unit, part))
        })
        .collect::<Option<_>>()?;
    parts.sort_by_key(|(unit, _)| std::cmp::Reverse(*unit));
    let meant: String = parts.iter().map(|(_, part)| *part).collect();
    units::duration(&meant).is_ok().then_some(meant)
}

/// Whether underscores stand only between digits.
fn well_grouped(number: &str) -> bool {
    !number.ends_with('_')
        && !number.contains("__")
        && !number.contains("_.")
        && !number.contains("._")
}

/// `1e5`, written out, when it is a whole number of bearable length.
fn scientific(core: &str) -> Option<String> {
    let (number, power) = core.split_once(['e', 'E'])?;
    let power: usize = power.parse().ok().filter(|power| *power <= 18)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let zeros = power.checked_sub(fraction.len())?;
    let digits = format!("{whole}{fraction}{}", "0".repeat(zeros));
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(digits)
}
