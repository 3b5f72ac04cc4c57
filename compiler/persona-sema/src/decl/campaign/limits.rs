//! Limits of channels: how often in which time, counted with which others, and which of them can never be reached.

use std::sync::Arc;

use persona_base::{Applicability, Span, campaign, nearest};
use persona_syntax::ast::{self, CalendarUnit, ChannelClause, Literal, Rate};

use super::clauses::without;
use crate::db::{ItemKind, lookup, names_of_kind, tree};
use crate::decl::Checking;
use crate::decl::text::removal;
use crate::{Const, Limit, Per, Type, TypeKind};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// A limit; `None` where something is wrong with it.
pub(super) fn limit(
    checking: &mut Checking<'_>,
    count: &ast::Expr,
    per: &Rate,
    across: &[ast::Name],
    span: Span,
) -> Option<Limit> {
    let count = times(checking, count);
    let per = rate(checking, per);
    let channels = channels(checking, across);
    Some(Limit {
        count: count?,
        per: per?,
        channels: channels?,
        span,
    })
}

/// How many: a whole number, at least one.
fn times(checking: &mut Checking<'_>, written: &ast::Expr) -> Option<u32> {
    let Const::Int(count) = checking.constant(written, &Type::of(TypeKind::Int)) else {
        return None;
    };
    if count >= 1 {
        return Some(u32::try_from(count).unwrap_or(u32::MAX));
    }
    let diagnostic = checking
        .diagnostic(
            campaign::BAD_LIMIT,
            written.span,
            "a limit lets at least one message through",
        )
        .label("this lets none through")
        .fix("write `1`", Applicability::Maybe, written.span, "1")
        .help("a channel that is not to be used is better removed");
    checking.report(diagnostic);
    None
}

/// In which time.
fn rate(checking: &mut Checking<'_>, per: &Rate) -> Option<Per> {
    match per {
        Rate::Error => None,
        Rate::Calendar(
            unit @ (CalendarUnit::Day | CalendarUnit::Week | CalendarUnit::Month),
            _,
        ) => Some(Per::Calendar(*unit)),
        Rate::Calendar(unit, span) => {
            let days = if *unit == CalendarUnit::Year { 365 } else { 90 };
            let new = format!("{days}d");
            let diagnostic = checking
                .diagnostic(
                    campaign::BAD_LIMIT,
                    *span,
                    "the calendar's limits are per day, per week or per month",
                )
                .label("longer ones are counted back from now")
                .perhaps(*span, new);
            checking.report(diagnostic);
            None
        }
        Rate::Rolling(written) => rolling(checking, written),
    }
}

fn rolling(checking: &mut Checking<'_>, written: &ast::Expr) -> Option<Per> {
    if let ast::ExprKind::Literal(Literal::Period { months, days }) = &written.kind {
        let diagnostic = checking
            .diagnostic(
                campaign::BAD_LIMIT,
                written.span,
                "a limit takes a fixed length of time, or a day, week or month of the calendar",
            )
            .label("how long this is depends on when it begins");
        let length = i64::from(*months) * 30 + i64::from(*days);
        let mut new = vec![format!("{length}d")];
        if (*months, *days) == (1, 0) {
            new.insert(0, "month".to_owned());
        }
        let diagnostic = new.into_iter().fold(diagnostic, |diagnostic, new| {
            diagnostic.perhaps(written.span, new)
        });
        checking.report(diagnostic);
        return None;
    }
    let Const::Int(micros) = checking.constant(written, &Type::of(TypeKind::Duration)) else {
        return None;
    };
    if micros > 0 {
        return Some(Per::Rolling(micros));
    }
    let diagnostic = checking
        .diagnostic(
            campaign::BAD_LIMIT,
            written.span,
            "a limit counts over some time",
        )
        .label("this is none")
        .help("say how long, as in `limit 3 per 7d`");
    checking.report(diagnostic);
    None
}

/// The channels that are counted together, the own one included.
fn channels(checking: &mut Checking<'_>, across: &[ast::Name]) -> Option<Vec<Arc<str>>> {
    let own = Arc::clone(checking.decl.name(checking.db));
    let mut known = true;
    let mut all = vec![Arc::clone(&own)];
    for (index, name) in across.iter().enumerate() {
        let earlier = across[..index]
            .iter()
            .find(|earlier| earlier.text == name.text);
        if name.is_missing() || !is_channel(checking, name) {
            known = false;
        } else if let Some(earlier) = earlier {
            let whole = removal(checking.text, name.span);
            let diagnostic = checking
                .diagnostic(
                    campaign::POINTLESS_CLAUSE,
                    name.span,
                    format!("`{}` is counted already", name.text),
                )
                .secondary(checking.file, earlier.span, "named here")
                .fix("remove it", Applicability::Always, whole, "");
            checking.report(diagnostic);
        } else {
            all.push(Arc::from(name.text.as_str()));
        }
    }
    if let [alone] = across
        && *alone.text == *own
    {
        let diagnostic = checking
            .diagnostic(
                campaign::POINTLESS_CLAUSE,
                alone.span,
                format!("`{own}` alone is counted by every limit of `{own}`"),
            )
            .label("this is the channel itself")
            .help("name the other channels that are counted with it, or remove `across`");
        checking.report(diagnostic);
    }
    all.sort_unstable();
    all.dedup();
    known.then_some(all)
}

fn is_channel(checking: &mut Checking<'_>, name: &ast::Name) -> bool {
    let db = checking.db;
    let found = lookup(db, &name.text).map(|decl| decl.kind(db));
    let message = match found {
        Some(ItemKind::Channel) => return true,
        Some(ItemKind::Error) => return false,
        Some(kind) => format!("`{}` is {}, not a channel", name.text, kind.described()),
        None => format!("no channel is called `{}`", name.text),
    };
    let all = names_of_kind(db, ItemKind::Channel);
    let diagnostic = checking
        .diagnostic(campaign::NOT_A_CHANNEL, name.span, message)
        .label("`across` names channels");
    let diagnostic = match nearest(&name.text, all.iter().map(|name| &**name)) {
        Some(near) => diagnostic.perhaps(name.span, near),
        None => {
            let all: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
            diagnostic.help(format!("the channels are {}", all.join(", ")))
        }
    };
    checking.report(diagnostic);
    false
}

/// Whether a limit of another channel counts this one.
pub(super) fn is_counted_elsewhere(checking: &Checking<'_>) -> bool {
    let db = checking.db;
    let own = checking.decl.name(db);
    let counts = |clause: &ChannelClause| match clause {
        ChannelClause::Limit { across, .. } => across.iter().any(|name| *name.text == **own),
        _ => false,
    };
    let mut others = names_of_kind(db, ItemKind::Channel)
        .into_iter()
        .filter(|name| name != own)
        .filter_map(|name| lookup(db, &name));
    others.any(|other| match &tree(db, other).kind {
        ast::DeclKind::Channel { clauses } => clauses.iter().any(counts),
        _ => false,
    })
}

/// Limits that another one of the same channel never lets anybody reach.
pub(super) fn pointless(checking: &mut Checking<'_>, limits: &[Limit]) {
    for (index, limit) in limits.iter().enumerate() {
        let reason = limits.iter().enumerate().find(|(other, stricter)| {
            *other != index
                && implies(stricter, limit)
                // Of two that say the same, the first stays.
                && (*other < index || !implies(limit, stricter))
        });
        let Some((_, stricter)) = reason else {
            continue;
        };
        let most = most(stricter, limit);
        let text = stricter.span.of(checking.text);
        let diagnostic = checking
            .diagnostic(
                campaign::POINTLESS_CLAUSE,
                limit.span,
                "this limit is never reached",
            )
            .label(format!(
                "`{text}` lets no more than {most} through in that time"
            ))
            .secondary(checking.file, stricter.span, "this is the stricter one");
        let diagnostic = without(checking, diagnostic, limit.span, "remove it");
        checking.report(diagnostic);
    }
}

/// Whether whoever keeps `stricter` keeps `limit` too.
fn implies(stricter: &Limit, limit: &Limit) -> bool {
    let counts_as_much = limit
        .channels
        .iter()
        .all(|channel| stricter.channels.contains(channel));
    counts_as_much && most(stricter, limit) <= i64::from(limit.count)
}

/// How many messages `stricter` lets through at most in the time of `limit`.
fn most(stricter: &Limit, limit: &Limit) -> i64 {
    i64::from(stricter.count).saturating_mul(touched(limit.per, stricter.per))
}

/// How many windows of the second kind cover, or are touched by, one of the first.
fn touched(window: Per, by: Per) -> i64 {
    use CalendarUnit::{Day, Month, Week};
    match (window, by) {
        (Per::Calendar(a), Per::Calendar(b)) => match (a, b) {
            (Week, Day) => 7,
            (Month, Day) => 31,
            (Month, Week) => 6,
            (Week, Month) => 2,
            _ => 1,
        },
        (_, Per::Rolling(length)) => longest(window).div_ceil_by(length),
        (Per::Rolling(length), Per::Calendar(unit)) => {
            let shortest = match unit {
                Day => DAY - HOUR,
                Week => 7 * DAY - HOUR,
                _ => 28 * DAY - HOUR,
            };
            length.div_ceil_by(shortest).saturating_add(1)
        }
    }
}

/// The longest that such a window lasts, the hour of a change of clocks included.
fn longest(per: Per) -> i64 {
    match per {
        Per::Rolling(length) => length,
        Per::Calendar(CalendarUnit::Day) => DAY + HOUR,
        Per::Calendar(CalendarUnit::Week) => 7 * DAY + HOUR,
        Per::Calendar(_) => 31 * DAY + HOUR,
    }
}

/// Division that rounds up, of positive numbers.
trait DivCeil {
    fn div_ceil_by(self, by: Self) -> Self;
}

impl DivCeil for i64 {
    fn div_ceil_by(self, by: Self) -> Self {
        (self - 1).div_euclid(by).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(count: u32, per: Per) -> Limit {
        Limit {
            count,
            per,
            channels: vec![Arc::from("email")],
            span: Span::default(),
        }
    }

    #[test]
    fn a_limit_follows_from_a_stricter_one() {
        use CalendarUnit::{Day, Month, Week};
        let (day, week, month) = (
            Per::Calendar(Day),
            Per::Calendar(Week),
            Per::Calendar(Month),
        );
        let rolling = |days: i64| Per::Rolling(days * DAY);
        for (stricter, other, follows) in [
            (limit(1, day), limit(7, week), true),
            (limit(1, day), limit(6, week), false),
            (limit(3, week), limit(3, day), true),
            (limit(3, week), limit(2, day), false),
            (limit(1, day), limit(31, month), true),
            (limit(1, day), limit(30, month), false),
            (limit(5, month), limit(10, week), true),
            (limit(5, month), limit(9, week), false),
            (limit(3, rolling(7)), limit(3, rolling(1)), true),
            (limit(1, rolling(1)), limit(7, rolling(7)), true),
            (limit(1, rolling(1)), limit(6, rolling(7)), false),
            // A local day may last 25 hours.
            (limit(1, rolling(1)), limit(1, day), false),
            (limit(1, rolling(2)), limit(1, day), true),
            // Any 24 hours touch two days, three when one of them is short.
            (limit(1, day), limit(2, rolling(1)), false),
            (limit(1, day), limit(3, rolling(1)), true),
        ] {
            assert_eq!(
                implies(&stricter, &other),
                follows,
                "{stricter:?} {other:?}"
            );
        }
    }

    #[test]
    fn a_limit_of_one_channel_says_nothing_of_two() {
        let day = Per::Calendar(CalendarUnit::Day);
        let both = Limit {
            channels: vec![Arc::from("email"), Arc::from("sms")],
            ..limit(1, day)
        };
        assert!(!implies(&limit(1, day), &both));
        assert!(implies(&both, &limit(1, day)));
    }
}
