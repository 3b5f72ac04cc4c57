//! Dates, times of day, instants and durations: as files hold them, as ISO 8601 text, or as a `strptime` format says.

use jiff::fmt::strtime::{self, BrokenDownTime};
use persona_runtime::calendar;

use super::Reader;
use crate::value::civil::{self, DAY, MAX_DATE, MAX_TIMESTAMP, MIN_DATE, MIN_TIMESTAMP, TimePoint};
use crate::value::raw::{Bad, Raw};

/// Why a number is not an instant: files count in too many units to guess.
const COUNTED: &str =
    "is a number, not an instant; if it counts seconds since 1970, write `.as(Timestamp, \"%s\")`";

impl Reader {
    pub(super) fn read_date(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let days = match raw {
            Raw::Date(days) => Some(*days),
            Raw::Local(micros) => (micros.rem_euclid(DAY) == 0).then(|| micros.div_euclid(DAY)),
            Raw::Text(text) => match &self.format {
                Some(format) => {
                    return self
                        .strptime(text, format)
                        .and_then(|tm| civil_date(&tm, text));
                }
                None => civil::parse_date(text),
            },
            _ => None,
        };
        match days {
            Some(days) if (MIN_DATE..=MAX_DATE).contains(&days) => Ok(days),
            _ => self.bad(raw),
        }
    }

    pub(super) fn read_time(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let seconds = match raw {
            Raw::Time(seconds) => Some(*seconds),
            Raw::Text(text) => match &self.format {
                Some(format) => {
                    let tm = self.strptime(text, format)?;
                    Some(civil_time(&tm, text)? / civil::SECOND)
                }
                None => civil::parse_time(text),
            },
            _ => None,
        };
        seconds.map_or_else(|| self.bad(raw), Ok)
    }

    fn strptime(&self, text: &str, format: &str) -> Result<BrokenDownTime, Box<Bad>> {
        strtime::parse(format, text.trim_ascii())
            .map_err(|_| Bad::text(text, format!("does not read as `{format}`")))
    }

    pub(super) fn read_timestamp(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let point = match raw {
            Raw::Instant(at) => TimePoint::Instant(*at),
            Raw::Local(at) => TimePoint::Local(*at),
            Raw::Date(days) => TimePoint::Local(days.saturating_mul(DAY)),
            Raw::Text(text) => match &self.format {
                Some(format) => time_point(&self.strptime(text, format)?, text)?,
                None => match civil::parse_timestamp(text) {
                    Some(point) => point,
                    None if text.parse::<i64>().is_ok_and(|n| n > 99_999_999) => {
                        return Err(Bad::text(text, COUNTED));
                    }
                    None => return self.bad(raw),
                },
            },
            Raw::Number(_) | Raw::Float(_) => return Err(Bad::new(raw, COUNTED)),
            _ => return self.bad(raw),
        };
        let instant = match point {
            TimePoint::Instant(at) => Some(at),
            TimePoint::Local(at) => self.zone.instant(at),
        };
        instant
            .filter(|at| (MIN_TIMESTAMP..=MAX_TIMESTAMP).contains(at))
            .ok_or_else(|| Bad::new(raw, "is outside the years 1 to 9999"))
    }

    pub(super) fn read_duration(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        match raw {
            Raw::Duration(micros) => Ok(*micros),
            Raw::Text(text) => civil::parse_duration(text).map_or_else(|| self.bad(raw), Ok),
            Raw::Number(_) | Raw::Float(_) => {
                Err(Bad::new(raw, "is a number without a unit, such as `90m`"))
            }
            _ => self.bad(raw),
        }
    }
}

fn civil_date(tm: &BrokenDownTime, text: &str) -> Result<i64, Box<Bad>> {
    let date = tm
        .to_date()
        .map_err(|_| Bad::text(text, "is a date that does not exist"))?;
    calendar::date(date.year().into(), date.month().into(), date.day().into())
        .ok_or_else(|| Bad::text(text, "is outside the years 1 to 9999"))
}

/// Microseconds since midnight.
fn civil_time(tm: &BrokenDownTime, text: &str) -> Result<i64, Box<Bad>> {
    let time = tm
        .to_time()
        .map_err(|_| Bad::text(text, "is not a whole time of day"))?;
    let seconds =
        (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    Ok(seconds * civil::SECOND + i64::from(time.subsec_nanosecond()) / 1000)
}

fn time_point(tm: &BrokenDownTime, text: &str) -> Result<TimePoint, Box<Bad>> {
    if tm.offset().is_some() || tm.timestamp().is_some() || tm.iana_time_zone().is_some() {
        let at = tm
            .to_timestamp()
            .map_err(|_| Bad::text(text, "is not a whole instant"))?;
        return Ok(TimePoint::Instant(at.as_microsecond()));
    }
    Ok(TimePoint::Local(
        civil_date(tm, text)? * DAY + civil_time(tm, text)?,
    ))
}
