//! Formats of dates as `strftime` writes them: read once, when the template is checked; so no message fails over one.

use jiff::civil::{Date, Time};

use crate::display::{Display, Local, NameOf};

/// A format that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    parts: Vec<Part>,
    /// Whether it asks for parts of a day, of a time, of a zone.
    pub(crate) date: bool,
    pub(crate) time: bool,
    pub(crate) zone: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    code: char,
    /// `-`, `_`, `0`.
    pad: Option<char>,
    /// `^`
    upper: bool,
    width: Option<u8>,
}

/// Formats that stand for others.
const SHORT: &[(char, &str)] = &[
    ('D', "%m/%d/%y"),
    ('x', "%m/%d/%y"),
    ('F', "%Y-%m-%d"),
    ('v', "%e-%^b-%Y"),
    ('R', "%H:%M"),
    ('T', "%H:%M:%S"),
    ('X', "%H:%M:%S"),
    ('r', "%I:%M:%S %p"),
    ('c', "%a %b %e %H:%M:%S %Y"),
];

const DATE: &str = "YCymBbhdejAauwGgVUW";
const TIME: &str = "HkIlMSLNpP";
const ZONE: &str = "zZs";

impl Format {
    /// Reads a format; says where (in bytes) and why it cannot be.
    pub(crate) fn read(text: &str) -> Result<Self, (usize, String)> {
        let mut format = Self {
            parts: Vec::new(),
            date: false,
            time: false,
            zone: false,
        };
        format.add(text)?;
        Ok(format)
    }

    fn add(&mut self, text: &str) -> Result<(), (usize, String)> {
        let mut chars = text.char_indices().peekable();
        let mut plain = String::new();
        while let Some((at, c)) = chars.next() {
            if c != '%' {
                plain.push(c);
                continue;
            }
            let mut field = Field {
                code: '%',
                pad: None,
                upper: false,
                width: None,
            };
            loop {
                let Some((_, c)) = chars.next() else {
                    return Err((at, "this `%` stands at the end; `%%` prints one".to_owned()));
                };
                match c {
                    '-' | '_' => field.pad = Some(c),
                    '0' if field.width.is_none() => field.pad = Some(c),
                    '^' => field.upper = true,
                    '0'..='9' => {
                        let digit = c as u8 - b'0';
                        field.width = Some(
                            field
                                .width
                                .unwrap_or(0)
                                .saturating_mul(10)
                                .saturating_add(digit)
                                .min(32),
                        );
                    }
                    code => {
                        field.code = code;
                        break;
                    }
                }
            }
            match field.code {
                '%' => plain.push('%'),
                'n' => plain.push('\n'),
                't' => plain.push('\t'),
                code => {
                    if !plain.is_empty() {
                        self.parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    self.field(field, code).map_err(|why| (at, why))?;
                }
            }
        }
        if !plain.is_empty() {
            self.parts.push(Part::Text(plain));
        }
        Ok(())
    }

    fn field(&mut self, field: Field, code: char) -> Result<(), String> {
        if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == code) {
            return self.add(long).map_err(|(_, why)| why);
        }
        if DATE.contains(code) {
            self.date = true;
        } else if TIME.contains(code) {
            self.time = true;
        } else if ZONE.contains(code) {
            self.zone = true;
        } else {
            return Err(format!("`strftime` knows no `%{code}`"));
        }
        self.parts.push(Part::Field(field));
        Ok(())
    }

    /// Writes a moment; what the format asks for is there.
    pub(crate) fn write(&self, out: &mut String, moment: &Moment, display: &dyn Display) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Field(field) => field.write(out, moment, display),
            }
        }
    }
}

/// What is written.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    date: Date,
    time: Time,
    offset: i32,
    zone: String,
    seconds: i64,
}

impl Moment {
    /// A day, from days since 1970-01-01.
    pub(crate) fn of_date(days: i64) -> Self {
        Self {
            date: date(days),
            time: Time::midnight(),
            offset: 0,
            zone: String::new(),
            seconds: days.saturating_mul(86_400),
        }
    }

    /// A time of day, from seconds.
    pub(crate) fn of_time(seconds: i64) -> Self {
        Self {
            date: date(0),
            time: time(seconds),
            offset: 0,
            zone: String::new(),
            seconds,
        }
    }

    /// An instant, as it is where the reader is.
    pub(crate) fn of_local(local: Local, micros: i64) -> Self {
        Self {
            date: local.time.date(),
            time: local.time.time(),
            offset: local.offset,
            zone: local.zone,
            seconds: micros.div_euclid(1_000_000),
        }
    }
}

/// The day so many days after 1970-01-01, within the calendar.
pub(crate) fn date(days: i64) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    let span = jiff::Span::new().try_days(days);
    span.and_then(|span| epoch.checked_add(span))
        .unwrap_or(if days < 0 { Date::MIN } else { Date::MAX })
}

/// The time of day so many seconds after midnight.
pub(crate) fn time(seconds: i64) -> Time {
    let seconds = seconds.rem_euclid(86_400);
    let part = |n: i64| i8::try_from(n).unwrap_or(0);
    Time::new(
        part(seconds / 3600),
        part(seconds / 60 % 60),
        part(seconds % 60),
        0,
    )
    .unwrap_or_default()
}

impl Field {
    fn write(self, out: &mut String, moment: &Moment, display: &dyn Display) {
        let (date, time) = (moment.date, moment.time);
        let hour = i64::from(time.hour());
        let twelve = (hour + 11) % 12 + 1;
        let week = |first: i64| {
            let weekday = i64::from(date.weekday().to_sunday_zero_offset());
            (i64::from(date.day_of_year()) + 6 - (weekday + 7 - first) % 7) / 7
        };
        let iso = date.iso_week_date();
        let (number, width, pad) = match self.code {
            'Y' => (i64::from(date.year()), 4, '0'),
            'C' => (i64::from(date.year()).div_euclid(100), 2, '0'),
            'y' => (i64::from(date.year()).rem_euclid(100), 2, '0'),
            'G' => (i64::from(iso.year()), 4, '0'),
            'g' => (i64::from(iso.year()).rem_euclid(100), 2, '0'),
            'V' => (i64::from(iso.week()), 2, '0'),
            'U' => (week(0), 2, '0'),
            'W' => (week(1), 2, '0'),
            'm' => (i64::from(date.month()), 2, '0'),
            'd' => (i64::from(date.day()), 2, '0'),
            'e' => (i64::from(date.day()), 2, ' '),
            'j' => (i64::from(date.day_of_year()), 3, '0'),
            'u' => (i64::from(date.weekday().to_monday_one_offset()), 1, '0'),
            'w' => (i64::from(date.weekday().to_sunday_zero_offset()), 1, '0'),
            'H' => (hour, 2, '0'),
            'k' => (hour, 2, ' '),
            'I' => (twelve, 2, '0'),
            'l' => (twelve, 2, ' '),
            'M' => (i64::from(time.minute()), 2, '0'),
            'S' => (i64::from(time.second()), 2, '0'),
            'L' => (i64::from(time.subsec_nanosecond()) / 1_000_000, 3, '0'),
            'N' => (i64::from(time.subsec_nanosecond()), 9, '0'),
            's' => (moment.seconds, 1, '0'),
            _ => return self.word(out, moment, display),
        };
        self.number(out, number, width, pad);
    }

    fn number(self, out: &mut String, number: i64, width: usize, pad: char) {
        let digits = number.unsigned_abs().to_string();
        let pad = match self.pad {
            Some('-') => None,
            Some('_') => Some(' '),
            Some(_) => Some('0'),
            None => Some(pad),
        };
        let width = self.width.map_or(width, usize::from);
        if number < 0 {
            out.push('-');
        }
        if let Some(pad) = pad {
            out.extend(std::iter::repeat_n(pad, width.saturating_sub(digits.len())));
        }
        out.push_str(&digits);
    }

    fn word(self, out: &mut String, moment: &Moment, display: &dyn Display) {
        let start = out.len();
        let month = u8::try_from(moment.date.month()).unwrap_or(1);
        let weekday = u8::try_from(moment.date.weekday().to_monday_zero_offset()).unwrap_or(0);
        let afternoon = moment.time.hour() >= 12;
        match self.code {
            'B' => display.name(out, NameOf::Month(month)),
            'b' | 'h' => display.name(out, NameOf::ShortMonth(month)),
            'A' => display.name(out, NameOf::Weekday(weekday)),
            'a' => display.name(out, NameOf::ShortWeekday(weekday)),
            'p' => display.name(out, NameOf::HalfOfDay(afternoon)),
            'P' => out.push_str(if afternoon { "pm" } else { "am" }),
            'z' => {
                let minutes = moment.offset.unsigned_abs() / 60;
                out.push(if moment.offset < 0 { '-' } else { '+' });
                out.push_str(&format!("{:02}{:02}", minutes / 60, minutes % 60));
            }
            _ => out.push_str(&moment.zone),
        }
        if self.upper {
            let upper = out[start..].to_uppercase();
            out.replace_range(start.., &upper);
        }
        let written = out[start..].chars().count();
        let lacking = self.width.map_or(0, usize::from).saturating_sub(written);
        out.insert_str(start, &" ".repeat(lacking));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::Plain;

    fn written(format: &str, micros: i64) -> String {
        let mut out = String::new();
        let moment = Moment::of_local(Plain.local(micros), micros);
        Format::read(format)
            .expect(format)
            .write(&mut out, &moment, &Plain);
        out
    }

    #[test]
    fn directives_flags_and_widths() {
        // 2016-03-04T05:06:07.089Z
        let at = 1_457_067_967_089_000;
        for (format, expected) in [
            ("%%%b %d, %y", "%Mar 04, 16"),
            ("%A %-d %B %Y", "Friday 4 March 2016"),
            ("%e|%k|%l|%j|%u|%w", " 4| 5| 5|064|5|5"),
            ("%H:%M:%S.%L %p %P", "05:06:07.089 AM am"),
            ("%F %T %z %Z", "2016-03-04 05:06:07 +0000 UTC"),
            ("%U %W %V %G", "09 09 09 2016"),
            ("%^a %_m %03d %c", "FRI  3 004 Fri Mar  4 05:06:07 2016"),
            ("%s", "1457067967"),
        ] {
            assert_eq!(written(format, at), expected, "{format}");
        }
    }

    #[test]
    fn what_is_no_directive_is_refused_where_it_stands() {
        assert_eq!(Format::read("a %Q").map_err(|(at, _)| at), Err(2));
        assert_eq!(Format::read("a %").map_err(|(at, _)| at), Err(2));
    }
}
