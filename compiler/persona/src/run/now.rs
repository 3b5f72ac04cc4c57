//! The evaluation time: given, or the latest event's. Decides nothing else, and reads no clock.

use persona_ir::{AggKind, Op, Plan};
use persona_runtime::display::iso;
use persona_runtime::time::Zone;
use persona_runtime::{calendar, parse};

use crate::Error;

/// The evaluation time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Now {
    /// Microseconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// In UTC: `2026-01-31T10:00:00Z`.
    pub text: String,
    /// Where it comes from.
    pub from: NowFrom,
}

/// Where the evaluation time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NowFrom {
    /// It was given.
    Given,
    /// It is the latest event's.
    LatestEvent,
    /// There are no events, and the program uses no time: any instant will do.
    Irrelevant,
    /// It was chosen for made-up data.
    Chosen,
}

impl NowFrom {
    /// A word for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::LatestEvent => "latest_event",
            Self::Irrelevant => "irrelevant",
            Self::Chosen => "chosen",
        }
    }

    /// Words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Given => "as given by --now",
            Self::LatestEvent => "the latest event; --now sets another time",
            Self::Irrelevant => "no rule asks for the time",
            Self::Chosen => "of the made-up data; --now sets another time",
        }
    }
}

/// The evaluation time as text: an instant, or a date or wall clock time in the package's zone.
pub(crate) fn given_now(plan: &Plan, text: &str) -> Result<i64, Error> {
    let zone = Zone::named(&plan.zone).unwrap_or_else(Zone::utc);
    let text = text.trim();
    let wall = || {
        let (date, time) = text.split_once(['T', ' '])?;
        let (date, time) = (parse::date(date)?, parse::time_of_day(time)?);
        Some(zone.instant(date * calendar::DAY + time * calendar::SECOND))
    };
    let instant = parse::timestamp(text)
        .or_else(wall)
        .or_else(|| Some(zone.start_of_day(parse::date(text)?)));
    instant.ok_or_else(|| {
        Error::time(format!("`{text}` is no time that persona can read")).with_help(format!(
            "write an instant such as 2026-01-31T10:00Z, or a date or time in the package's zone ({}): 2026-01-31, 2026-01-31T10:00",
            zone.name()
        ))
    })
}

/// The evaluation time: given, or the latest event's.
pub(super) fn settled_now(
    plan: &Plan,
    given: Option<i64>,
    latest: Option<i64>,
) -> Result<Now, Error> {
    let (at, from) = match (given, latest) {
        (Some(at), _) => (at, NowFrom::Given),
        (None, Some(at)) => (at, NowFrom::LatestEvent),
        (None, None) if !uses_time(plan) => {
            return Ok(Now {
                at: 0,
                text: "any time".to_owned(),
                from: NowFrom::Irrelevant,
            });
        }
        (None, None) => {
            return Err(Error::time(
                "the rules ask for the time, and there is no event whose time could stand for it",
            )
            .with_help("say when with --now, for example --now 2026-01-31T10:00Z"));
        }
    };
    Ok(Now {
        at,
        text: iso(at),
        from,
    })
}

/// Whether an answer or a check depends on `now`.
fn uses_time(plan: &Plan) -> bool {
    plan.nodes.iter().any(|node| match &node.op {
        Op::Now
        | Op::Today { .. }
        | Op::Instant(_)
        | Op::Age(_)
        | Op::Anniversary(_)
        | Op::DaysSince(_) => true,
        Op::Agg(agg) => matches!(agg.kind, AggKind::UnitsHit { .. }),
        Op::Sequence(sequence) => sequence.not.is_some(),
        _ => false,
    })
}

/// A word of warning where a few late events decide what `now` is.
pub(super) fn moved_now(now: &Now, latest_999: Option<i64>) -> Option<String> {
    let usual = latest_999.filter(|_| now.from == NowFrom::LatestEvent)?;
    (now.at.saturating_sub(usual) > calendar::DAY).then(|| {
        format!(
            "warning: now is {}, the latest event, but 99.9 % of events are no later than {}; a few events may have wrong \
             dates (--now sets the time)",
            now.text,
            iso(usual)
        )
    })
}
