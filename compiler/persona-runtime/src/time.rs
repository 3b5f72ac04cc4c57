//! Time zones and the evaluation's `now`: what depends on the two, in one place, for every engine.
//!
//! An *instant* is a number of microseconds since 1970-01-01T00:00Z. A *wall clock* is what a clock on the wall
//! shows, as the instant at which a clock in UTC shows the same. Both stay within 0001-01-01 … 9999-12-31. Reads
//! the bundled time zone database only: never the system's, never the clock.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use persona_ir::{CalendarUnit, DatePart, InstantSpec, Plan, Weekday};
use rustc_hash::FxHashMap;

use crate::calendar::{self, DAY, SECOND, clamp_timestamp};
use crate::{Dataset, Values};

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone {
    name: Arc<str>,
    rules: TimeZone,
}

impl Zone {
    /// The zone with this name in the IANA database (letters of either case), if there is one.
    pub fn named(name: &str) -> Option<Self> {
        let rules = DATABASE
            .get(name)
            .ok()
            .filter(|rules| !rules.is_unknown())?;
        let name = rules.iana_name().unwrap_or(name).into();
        Some(Self { name, rules })
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".into(),
            rules: TimeZone::UTC,
        }
    }

    /// The zone's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the clock on the wall shows at an instant.
    pub fn wall(&self, instant: i64) -> i64 {
        clamp_timestamp(instant + self.offset(instant))
    }

    /// How far the clock on the wall is ahead of UTC at an instant, in microseconds.
    pub fn offset(&self, instant: i64) -> i64 {
        let known = Timestamp::from_microsecond(instant);
        // The last day of the range is beyond jiff's; no rule changes there.
        let nearest = if instant < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        micros(self.rules.to_offset(known.unwrap_or(nearest)))
    }

    /// What people call the zone's time at an instant: `CET`, or `+03` where it has no name.
    pub fn abbreviation(&self, instant: i64) -> String {
        let known = Timestamp::from_microsecond(instant).unwrap_or(Timestamp::UNIX_EPOCH);
        self.rules.to_offset_info(known).abbreviation().to_owned()
    }

    /// The instant at which the clock on the wall shows this. A time that does not exist is moved forward by the
    /// gap; one that exists twice means the first.
    pub fn instant(&self, wall: i64) -> i64 {
        let offset = match self
            .rules
            .to_ambiguous_timestamp(civil(clamp_timestamp(wall)))
            .offset()
        {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
        };
        clamp_timestamp(wall - micros(offset))
    }

    /// The next instant after one at which the zone's offset changes.
    pub fn next_transition(&self, instant: i64) -> Option<i64> {
        let from = Timestamp::from_microsecond(instant).ok()?;
        let next = self.rules.following(from).next()?;
        Some(next.timestamp().as_microsecond())
    }

    /// The civil date of an instant.
    pub fn date_of(&self, instant: i64) -> i64 {
        self.wall(instant).div_euclid(DAY)
    }

    /// The instant at which a date begins. A date after the range gives the range's last instant, one before it
    /// the first.
    pub fn start_of_day(&self, date: i64) -> i64 {
        if date > calendar::MAX_DATE {
            calendar::MAX_TIMESTAMP
        } else if date < calendar::MIN_DATE {
            calendar::MIN_TIMESTAMP
        } else {
            self.instant(date * DAY)
        }
    }

    /// A part of the wall clock at an instant: see [`DatePart`]; a weekday by its number, 0 is Monday; a time of
    /// day in seconds.
    pub fn part(&self, instant: i64, part: DatePart) -> i64 {
        let wall = self.wall(instant);
        let second_of_day = wall.rem_euclid(DAY) / SECOND;
        match part {
            DatePart::Hour => second_of_day / 3600,
            DatePart::Minute => second_of_day / 60 % 60,
            DatePart::Time => second_of_day,
            DatePart::Year
            | DatePart::Quarter
            | DatePart::Month
            | DatePart::Day
            | DatePart::Weekday
            | DatePart::Date => calendar::part(wall.div_euclid(DAY), part),
        }
    }
}

fn micros(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * SECOND
}

/// A wall clock within the range as jiff sees it.
fn civil(wall: i64) -> DateTime {
    let date = calendar::civil_from_days(wall.div_euclid(DAY));
    let time = wall.rem_euclid(DAY);
    let second = time / SECOND;
    let small =
        |number: i64| i8::try_from(number).expect("months, days, hours and minutes are small");
    DateTime::new(
        i16::try_from(date.year).expect("a year has at most four digits"),
        small(date.month),
        small(date.day),
        small(second / 3600),
        small(second / 60 % 60),
        small(second % 60),
        i32::try_from(time % SECOND * 1000).expect("less than a second"),
    )
    .expect("a wall clock within the range is a civil time")
}

/// Whole periods of 24 hours from an instant to `now`, rounded down; negative for an instant in the future.
pub fn days_since(instant: i64, now: i64) -> i64 {
    (now - instant).div_euclid(DAY)
}

/// `now` in one zone.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: Zone,
    now: i64,
    wall: i64,
    week_start: Weekday,
}

impl Clock {
    /// `now` (clamped to the range of instants) in a zone.
    pub fn new(zone: Zone, now: i64, week_start: Weekday) -> Self {
        let now = clamp_timestamp(now);
        let wall = zone.wall(now);
        Self {
            zone,
            now,
            wall,
            week_start,
        }
    }

    /// Another instant in the same zone.
    #[must_use]
    pub fn at(&self, now: i64) -> Self {
        Self::new(self.zone.clone(), now, self.week_start)
    }

    /// The first day of a week.
    pub fn week_start(&self) -> Weekday {
        self.week_start
    }

    /// The zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The evaluation time.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The civil date of `now`, moved by months, then days.
    pub fn today(&self, months: i32, days: i32) -> i64 {
        calendar::add(self.date(), months, days)
    }

    /// An instant that depends on `now` and the zone alone.
    pub fn instant(&self, spec: InstantSpec) -> i64 {
        match spec {
            InstantSpec::NowPlus(micros) => clamp_timestamp(self.now.saturating_add(micros)),
            InstantSpec::NowPlusPeriod { months, days } => {
                let date = calendar::add_unclamped(self.date(), months, days);
                // Beyond the range by a day at most, so that the clamp below decides.
                let date = date.clamp(calendar::MIN_DATE - 1, calendar::MAX_DATE + 1);
                let wall = date * DAY + self.wall.rem_euclid(DAY);
                self.zone.instant(clamp_timestamp(wall))
            }
            InstantSpec::UnitStart { unit, offset } => self.unit_start(unit, offset.into()),
        }
    }

    /// Whole civil years from a date to today.
    pub fn age(&self, date: i64) -> i64 {
        calendar::age(date, self.date())
    }

    /// The first anniversary of a date on or after today.
    pub fn anniversary(&self, date: i64) -> i64 {
        calendar::next_anniversary(date, self.date())
    }

    /// How many units before the running one an instant lies: 1 for the last whole unit before it, and so on; 0
    /// for instants in the running unit or later.
    pub fn units_back(&self, unit: CalendarUnit, instant: i64) -> u64 {
        let index = |date| calendar::unit_index(unit, date, self.week_start);
        let mut offset = index(self.zone.date_of(instant)) - index(self.date());
        // Where clocks are turned back over midnight, the date alone may be off by one.
        while self.unit_start(unit, offset) > instant {
            offset -= 1;
        }
        while offset < 0 && self.unit_start(unit, offset + 1) <= instant {
            offset += 1;
        }
        offset.min(0).unsigned_abs()
    }

    fn date(&self) -> i64 {
        self.wall.div_euclid(DAY)
    }

    fn unit_start(&self, unit: CalendarUnit, offset: i64) -> i64 {
        let index = calendar::unit_index(unit, self.date(), self.week_start) + offset;
        self.zone
            .start_of_day(calendar::unit_start(unit, index, self.week_start))
    }
}

/// The clocks of an evaluation: one per distinct zone of the profiles, and which profile has which.
#[derive(Clone, Debug)]
pub struct Times {
    clocks: Vec<Clock>,
    /// Per profile; empty when all have the first.
    of: Vec<u32>,
}

impl Times {
    /// The clocks for these data at `now`. A profile whose zone is missing or unknown has the package's, which is
    /// always the first clock.
    pub fn new(plan: &Plan, data: &Dataset, now: i64) -> Self {
        let package = Zone::named(&plan.zone).expect("the plan's zone is in the database");
        let mut clocks = vec![Clock::new(package, now, plan.week_start)];
        let column = plan.schema.zone.map(|col| &data.columns[col]);
        let Some((column, Values::Str(codes))) = column.map(|c| (c, &c.values)) else {
            return Self {
                clocks,
                of: Vec::new(),
            };
        };
        let mut known: FxHashMap<u32, u32> = FxHashMap::default();
        let mut clock_of = |code: u32| {
            *known.entry(code).or_insert_with(|| {
                let Some(zone) = Zone::named(data.strings.get(code)) else {
                    return 0;
                };
                clocks.push(Clock::new(zone, now, plan.week_start));
                u32::try_from(clocks.len() - 1).expect("fewer zones than profiles")
            })
        };
        let index = |row: usize| {
            if column.is_known(row) {
                clock_of(codes.get(row))
            } else {
                0
            }
        };
        let of = (0..data.profiles).map(index).collect();
        Self { clocks, of }
    }

    /// The package's clock for all profiles.
    pub fn package(plan: &Plan, now: i64) -> Self {
        let package = Zone::named(&plan.zone).expect("the plan's zone is in the database");
        Self {
            clocks: vec![Clock::new(package, now, plan.week_start)],
            of: Vec::new(),
        }
    }

    /// Adds a clock for the zone with this name, which must be new; its index, or nothing where no zone has the name.
    pub fn add(&mut self, name: &str) -> Option<usize> {
        let zone = Zone::named(name)?;
        let package = &self.clocks[0];
        let clock = Clock::new(zone, package.now, package.week_start);
        self.clocks.push(clock);
        Some(self.clocks.len() - 1)
    }

    /// One clock for all profiles.
    pub fn single(clock: Clock) -> Self {
        Self {
            clocks: vec![clock],
            of: Vec::new(),
        }
    }

    /// All clocks; the first is the package's.
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// The index in [`Times::clocks`] of a profile's clock.
    pub fn index(&self, profile: usize) -> usize {
        self.of.get(profile).map_or(0, |index| *index as usize)
    }

    /// A profile's clock.
    pub fn clock(&self, profile: usize) -> &Clock {
        &self.clocks[self.index(profile)]
    }
}

#[cfg(test)]
mod tests;
