//! Wall-clock times of a zone as instants. A time that a clock skips is moved forward by the gap; one that
//! it shows twice means the first. The rules are the runtime's; this remembers the offsets of days, because
//! files have millions of times.

use std::cell::RefCell;
use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use persona_runtime::time;
use rustc_hash::FxHashMap;

use super::civil::{DAY, MAX_TIMESTAMP, MIN_TIMESTAMP};

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The most days whose offset is remembered; more than that and the memory starts over.
const MEMORY: usize = 8192;

/// A zone, and what it remembers of days whose offset does not change.
pub(crate) struct Zone {
    zone: time::Zone,
    rules: TimeZone,
    utc: bool,
    /// The offset of a whole local day, in microseconds; `None` for a day near a transition.
    days: RefCell<FxHashMap<i64, Option<i64>>>,
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.zone.name())
    }
}

impl Zone {
    /// The zone of this IANA name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let zone = time::Zone::named(name)?;
        let rules = DATABASE.get(zone.name()).ok()?;
        Some(Self {
            utc: matches!(zone.name(), "UTC" | "Etc/UTC"),
            zone,
            rules,
            days: RefCell::default(),
        })
    }

    /// Whether its clock shows UTC.
    pub(crate) fn is_utc(&self) -> bool {
        self.utc
    }

    /// The instant at which this zone's clock shows `local`; `None` outside the years 1 to 9999.
    pub(crate) fn instant(&self, local: i64) -> Option<i64> {
        if !(MIN_TIMESTAMP..=MAX_TIMESTAMP).contains(&local) {
            return None;
        }
        let instant = match self.offset_of_day(local.div_euclid(DAY)) {
            Some(offset) => local - offset,
            None => self.zone.instant(local),
        };
        (MIN_TIMESTAMP..=MAX_TIMESTAMP)
            .contains(&instant)
            .then_some(instant)
    }

    fn offset_of_day(&self, day: i64) -> Option<i64> {
        if self.utc {
            return Some(0);
        }
        let mut days = self.days.borrow_mut();
        if days.len() > MEMORY {
            days.clear();
        }
        *days.entry(day).or_insert_with(|| self.whole_day(day))
    }

    /// The offset, if no transition comes from a day before this day until a day after it: no offset is that large.
    fn whole_day(&self, day: i64) -> Option<i64> {
        // The library's instants end a day before the year 9999 does; no clock changes in that day.
        let clamped = |micros| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX);
        let from = clamped((day - 1) * DAY);
        let to = clamped((day + 2) * DAY);
        if self
            .rules
            .following(from)
            .next()
            .is_some_and(|next| next.timestamp() <= to)
        {
            return None;
        }
        Some(i64::from(self.rules.to_offset(from).seconds()) * super::civil::SECOND)
    }
}

/// The name as the IANA database writes it, if it knows the zone.
pub(crate) fn canonical_zone(name: &str) -> Option<String> {
    time::Zone::named(name).map(|zone| zone.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::civil::{SECOND, TimePoint, format_instant, parse_timestamp};
    use super::*;

    fn at(zone: &str, text: &str) -> String {
        let Some(TimePoint::Local(local)) = parse_timestamp(text) else {
            panic!("{text} is a local time")
        };
        Zone::named(zone)
            .unwrap()
            .instant(local)
            .map_or("-".to_owned(), format_instant)
    }

    #[test]
    fn wall_clock_times_become_instants() {
        assert_eq!(at("UTC", "2026-01-31T10:00"), "2026-01-31T10:00:00Z");
        assert_eq!(
            at("Europe/Berlin", "2026-01-31T10:00"),
            "2026-01-31T09:00:00Z"
        );
        assert_eq!(
            at("Europe/Berlin", "2026-07-31T10:00"),
            "2026-07-31T08:00:00Z"
        );
        assert_eq!(
            at("Asia/Kolkata", "2026-07-31T00:00"),
            "2026-07-30T18:30:00Z"
        );
    }

    #[test]
    fn gaps_move_forward_and_repeated_times_mean_the_first() {
        assert_eq!(
            at("Europe/Berlin", "2026-03-29T02:30"),
            "2026-03-29T01:30:00Z"
        );
        assert_eq!(
            at("Europe/Berlin", "2026-10-25T02:30"),
            "2026-10-25T00:30:00Z"
        );
        assert_eq!(
            at("Europe/Berlin", "2026-10-25T03:00"),
            "2026-10-25T02:00:00Z"
        );
    }

    #[test]
    fn remembered_days_agree_with_the_slow_way() {
        for name in [
            "America/New_York",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
            "Pacific/Apia",
            "Europe/London",
        ] {
            let zone = Zone::named(name).unwrap();
            for hours in 0..24 * 400 {
                let local = 1_300_000_000 * SECOND + hours * 3600 * SECOND;
                assert_eq!(
                    zone.instant(local),
                    Some(zone.zone.instant(local)),
                    "{name} {}",
                    format_instant(local)
                );
            }
        }
    }

    #[test]
    fn the_ends_of_time_are_not_instants_everywhere() {
        assert_eq!(at("UTC", "0001-01-01T00:00"), "0001-01-01T00:00:00Z");
        assert_eq!(at("Asia/Tokyo", "0001-01-01T00:00"), "-");
        assert_eq!(at("America/New_York", "9999-12-31T23:00"), "-");
        assert_eq!(
            at("Europe/Berlin", "9999-12-31T23:59"),
            "9999-12-31T22:59:00Z"
        );
    }

    #[test]
    fn zone_names_are_canonical() {
        assert_eq!(
            canonical_zone("europe/berlin").as_deref(),
            Some("Europe/Berlin")
        );
        assert_eq!(canonical_zone("Mars/Olympus"), None);
        assert_eq!(canonical_zone(""), None);
    }
}
