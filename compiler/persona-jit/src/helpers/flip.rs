//! Bounds of flips: what the runtime knows of calendars, of intervals, and of events that enter and leave a count; and the
//! interpreter, for sequences.

use persona_ir::{NodeId, Ty};
use persona_runtime::flips::{Keep, NEVER, Turnover, moments};

use super::time::{clock, part, unit};
use crate::context::Context;
use crate::pools::Moment;

const RANGES: [Ty; 3] = [Ty::Int, Ty::Timestamp, Ty::Date];

/// How code names the range that a type's values have.
pub(crate) fn range_number(ty: &Ty) -> i64 {
    match ty {
        Ty::Timestamp => 1,
        Ty::Date => 2,
        _ => 0,
    }
}

fn range(number: i64) -> &'static Ty {
    let place = usize::try_from(number).ok();
    place
        .and_then(|place| RANGES.get(place))
        .unwrap_or(&Ty::Int)
}

/// Leaves the upper end for code to read, and gives the lower one.
fn ends(ctx: &mut Context, keep: Keep) -> i64 {
    ctx.give(keep.hi);
    keep.lo
}

// ---- intervals ----

pub(super) extern "C" fn adding(ctx: &mut Context, lo: i64, hi: i64, by: i64, of: i64) -> i64 {
    ends(ctx, Keep { lo, hi }.before_adding(by.into(), range(of)))
}

pub(super) extern "C" fn taking(ctx: &mut Context, lo: i64, hi: i64, by: i64, of: i64) -> i64 {
    let by = -i128::from(by);
    ends(ctx, Keep { lo, hi }.before_adding(by, range(of)))
}

pub(super) extern "C" fn taken_from(ctx: &mut Context, lo: i64, hi: i64, by: i64, of: i64) -> i64 {
    let keep = Keep { lo, hi };
    ends(ctx, keep.before_subtracting_from(by, range(of)))
}

pub(super) extern "C" fn multiplying(ctx: &mut Context, lo: i64, hi: i64, by: i64) -> i64 {
    let keep = if by > 0 {
        Keep { lo, hi }.before_multiplying(by)
    } else {
        Keep::NONE
    };
    ends(ctx, keep)
}

pub(super) extern "C" fn dividing(ctx: &mut Context, lo: i64, hi: i64, by: i64) -> i64 {
    ends(ctx, Keep { lo, hi }.before_dividing(by))
}

pub(super) extern "C" fn negated(ctx: &mut Context, lo: i64, hi: i64) -> i64 {
    ends(ctx, Keep { lo, hi }.negated())
}

// ---- moments ----

/// The moment of a number, if there is one.
fn moment_of(ctx: &mut Context, index: u64) -> Option<Moment> {
    let place = usize::try_from(index).ok()?;
    ctx.state().moments.get(place).copied()
}

pub(super) extern "C" fn moment(ctx: &mut Context, zone: u64, index: u64, lo: i64, hi: i64) -> i64 {
    let Some(moment) = moment_of(ctx, index) else {
        return NEVER;
    };
    let (clock, keep) = (clock(ctx, zone), Keep { lo, hi });
    match moment {
        Moment::Instant(spec) => moments::instant(clock, spec, keep),
        Moment::Today { months, days } => moments::today(clock, months, days, keep),
    }
}

pub(super) extern "C" fn moment_at_all(ctx: &mut Context, zone: u64, index: u64) -> i64 {
    let key = (zone, index);
    if let Some(known) = ctx.state().moment_flips.get(&key) {
        return *known;
    }
    let Some(moment) = moment_of(ctx, index) else {
        return NEVER;
    };
    let clock = clock(ctx, zone);
    let at = match moment {
        Moment::Instant(spec) => moments::instant(clock, spec, Keep::only(clock.instant(spec))),
        Moment::Today { months, days } => {
            moments::today(clock, months, days, Keep::only(clock.today(months, days)))
        }
    };
    ctx.state().moment_flips.insert(key, at);
    at
}

pub(super) extern "C" fn age(ctx: &mut Context, zone: u64, born: i64, lo: i64, hi: i64) -> i64 {
    moments::age(clock(ctx, zone), born, Keep { lo, hi })
}

pub(super) extern "C" fn anniversary(
    ctx: &mut Context,
    zone: u64,
    of: i64,
    lo: i64,
    hi: i64,
) -> i64 {
    moments::anniversary(clock(ctx, zone), of, Keep { lo, hi })
}

pub(super) extern "C" fn days_since(at: i64, hi: i64) -> i64 {
    moments::days_since(at, Keep::at_most(hi))
}

pub(super) extern "C" fn local_part(
    ctx: &mut Context,
    zone: u64,
    shift: i64,
    which: i64,
    lo: i64,
    hi: i64,
) -> i64 {
    moments::part(clock(ctx, zone), shift, part(which), Keep { lo, hi })
}

pub(super) extern "C" fn running_unit(ctx: &mut Context, zone: u64, which: i64) -> i64 {
    moments::unit(clock(ctx, zone), unit(which))
}

// ---- counts ----

fn turnover(ctx: &mut Context, index: u64) -> &mut Turnover {
    let turnovers = &mut ctx.state().turnovers;
    let place = usize::try_from(index).expect("programs have few counts");
    if turnovers.len() <= place {
        turnovers.resize_with(place + 1, Turnover::default);
    }
    &mut turnovers[place]
}

pub(super) extern "C" fn turnover_clear(ctx: &mut Context, index: u64) -> i64 {
    turnover(ctx, index).clear();
    0
}

pub(super) extern "C" fn turnover_push(
    ctx: &mut Context,
    index: u64,
    until: i64,
    counts: i64,
) -> i64 {
    turnover(ctx, index).push(until, counts != 0);
    0
}

pub(super) extern "C" fn turnover_leaves(ctx: &mut Context, index: u64, lo: i64, hi: i64) -> i64 {
    let turnover = turnover(ctx, index);
    turnover.settle();
    turnover.leaves(Keep { lo, hi })
}

// ---- the interpreter ----

pub(super) extern "C" fn interpret(ctx: &mut Context, profile: u64, node: u64) -> i64 {
    let now = ctx.now;
    about(ctx, profile, node).map_or(now + 1, |(_, until)| until)
}

pub(super) extern "C" fn interpret_stays(
    ctx: &mut Context,
    profile: u64,
    node: u64,
    lo: i64,
    hi: i64,
) -> i64 {
    let now = ctx.now;
    let stays = about(ctx, profile, node).map(|(node, _)| {
        let asked = ctx.state().interpreter.as_mut();
        asked.map_or(now + 1, |asked| asked.stays(node, Keep { lo, hi }))
    });
    stays.unwrap_or(now + 1)
}

/// A node's bound for a profile, where the interpreter is there, as it is for programs that ask it.
fn about(ctx: &mut Context, profile: u64, node: u64) -> Option<(NodeId, i64)> {
    let node = NodeId(u32::try_from(node).ok()?);
    let profile = usize::try_from(profile).ok()?;
    let asked = ctx.state().interpreter.as_mut()?;
    if asked.row() != profile {
        asked.move_to(profile);
    }
    Some((node, asked.flip(node)))
}
