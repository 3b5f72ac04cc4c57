//! Channels: the address, who may be reached, when nobody is disturbed, how often.

use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, Span, campaign};
use persona_syntax::ast::{self, ChannelClause};

use super::clauses::{consent, insertion, is_broken, reason, repeated, without};
use super::limits;
use crate::db::schema;
use crate::decl::{Checking, Unit};
use crate::expr::{Ruling, check_any_value, check_ruling, type_in_words};
use crate::{Channel, Const, Expr, ExprKind, Place, Quiet, Skip, Type, TypeKind};

/// The clauses that there is one of, by place.
#[derive(Default)]
struct Once {
    to: Option<Span>,
    requires: Option<Span>,
    full: Option<(bool, Span)>,
    transactional: Option<Span>,
}

pub(in crate::decl) fn check_channel(
    checking: &mut Checking<'_>,
    clauses: &[ChannelClause],
) -> Unit {
    let broken = is_broken(checking);
    let once = once(checking, clauses);
    let (mut to, mut requires) = (None, None);
    let (mut quiet, mut limits, mut skips) = (Vec::new(), Vec::new(), Vec::new());
    for clause in clauses {
        match clause {
            ChannelClause::To { value, .. } => {
                let address = address(checking, value);
                to = to.or(address);
            }
            ChannelClause::Requires(one) => {
                if let Some(written) = &one.condition {
                    let condition = checking.condition(&[], written, true).expr;
                    requires.get_or_insert(condition);
                }
            }
            ChannelClause::Quiet {
                from,
                to,
                condition,
                span,
            } => quiet.extend(hours(checking, (from, to), condition.as_ref(), *span)),
            ChannelClause::Limit {
                count,
                per,
                across,
                span,
            } => limits.extend(limits::limit(checking, count, per, across, *span)),
            ChannelClause::Skip(skip) => skips.extend(check_skip(checking, skip)),
            ChannelClause::WhenFull { .. } | ChannelClause::Transactional(_) => {}
        }
    }
    if !broken {
        lacking(checking, clauses, &once);
    }
    match once.transactional {
        Some(transactional) => without_effect(checking, clauses, transactional),
        None => {
            repeated_quiet(checking, &quiet);
            limits::pointless(checking, &limits);
            full_of_what(checking, clauses, once.full.map(|(_, span)| span));
        }
    }
    let Some(to) = to else { return Unit::None };
    Unit::Channel(Channel {
        name: Arc::clone(checking.decl.name(checking.db)),
        origin: Place {
            file: checking.file,
            span: Span::default(),
        },
        to,
        requires,
        quiet,
        limits,
        defers: once.full.is_some_and(|(defer, _)| defer),
        skips,
        transactional: once.transactional.is_some(),
    })
}

/// Finds the clauses that there is one of, and reports the others.
fn once(checking: &mut Checking<'_>, clauses: &[ChannelClause]) -> Once {
    let mut once = Once::default();
    for clause in clauses {
        let (what, first, span, help) = match clause {
            ChannelClause::To { span, .. } => (
                "to",
                &mut once.to,
                *span,
                "a second address is a second channel; which of two fields is known says `??`",
            ),
            ChannelClause::Requires(one) => (
                "requires",
                &mut once.requires,
                one.span,
                "join the conditions with `and`",
            ),
            ChannelClause::Transactional(span) => (
                "transactional",
                &mut once.transactional,
                *span,
                "once is enough",
            ),
            ChannelClause::WhenFull { defer, span } => {
                match once.full {
                    None => once.full = Some((*defer, *span)),
                    Some((_, first)) => {
                        let help = "either `when full drop` or `when full defer`";
                        repeated(checking, ("when full", "a channel"), *span, first, help);
                    }
                }
                continue;
            }
            ChannelClause::Quiet { .. } | ChannelClause::Limit { .. } | ChannelClause::Skip(_) => {
                continue;
            }
        };
        match first {
            None => *first = Some(span),
            Some(first) => {
                let first = *first;
                repeated(checking, (what, "a channel"), span, first, help);
            }
        }
    }
    once
}

/// The address: text of the profile.
fn address(checking: &mut Checking<'_>, written: &ast::Expr) -> Option<Expr> {
    let checked = check_any_value(&checking.env, checking.scope(&[]), written);
    checking.diagnostics.extend(checked.diagnostics);
    let value = checked.expr;
    if value.ty.is_error() {
        return None;
    }
    let is_address = value.ty.kind.is_text()
        && !matches!(
            value.ty.kind,
            TypeKind::Html | TypeKind::TimeZone | TypeKind::Locale
        );
    if !is_address {
        let words = type_in_words(&checking.env, checking.scope(&[]), &value.ty.kind);
        let diagnostic = checking
            .diagnostic(
                campaign::CHANNEL_ADDRESS,
                written.span,
                format!("nothing can be sent to {words}"),
            )
            .label("this is no address");
        let diagnostic = match addresses(checking).first() {
            Some(field) => diagnostic.fix(
                format!("send it to `{field}`"),
                Applicability::Maybe,
                written.span,
                field.clone(),
            ),
            None => diagnostic.help("name a field of type `Email`, `Phone`, `Url` or `String`"),
        };
        checking.report(diagnostic);
        return None;
    }
    if matches!(value.kind, ExprKind::Const(_)) {
        let diagnostic = checking
            .diagnostic(
                campaign::CHANNEL_ADDRESS,
                written.span,
                "this address is the same for everybody",
            )
            .label("every message would go here")
            .help("name the field of the profile that holds the person's address");
        checking.report(diagnostic);
        return None;
    }
    Some(value)
}

/// The fields that may hold an address, the likeliest first.
fn addresses(checking: &Checking<'_>) -> Vec<String> {
    let profile = &schema(checking.db, checking.db.project()).profile;
    let own = &checking.tree.name.text;
    let mut found: Vec<(u8, String)> = profile
        .fields
        .iter()
        .filter(|field| {
            matches!(
                field.ty.kind,
                TypeKind::Email | TypeKind::Phone | TypeKind::Url
            )
        })
        .map(|field| {
            let rank = match &field.ty.kind {
                _ if *field.name == **own => 0,
                TypeKind::Email if own.contains("mail") => 1,
                TypeKind::Phone if ["sms", "phone", "whatsapp"].contains(&own.as_str()) => 1,
                _ => 2,
            };
            (rank, field.name.to_string())
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, name)| name).collect()
}

/// What every channel has.
fn lacking(checking: &mut Checking<'_>, clauses: &[ChannelClause], once: &Once) {
    let name = checking.tree.name.clone();
    let first = clauses.first().map(span_of);
    if once.to.is_none() {
        let diagnostic = checking
            .diagnostic(
                campaign::CHANNEL_ADDRESS,
                name.span,
                format!(
                    "the channel `{}` does not say where its messages go",
                    name.text
                ),
            )
            .label("it needs `to`");
        let diagnostic = match addresses(checking).first() {
            Some(field) => {
                let clause = format!("to {field}");
                let (at, text) = insertion(checking, None, first, &clause);
                diagnostic.fix(format!("write `{clause}`"), Applicability::Maybe, at, text)
            }
            None => diagnostic.help("name the field with the address: `to email`"),
        };
        checking.report(diagnostic);
    }
    if once.requires.is_none() {
        let consent = consent(checking, &name.text).map(|consent| format!("requires {consent}"));
        let diagnostic = checking
            .diagnostic(
                campaign::REQUIRES_LACKING,
                name.span,
                format!(
                    "the channel `{}` does not say who may be reached",
                    name.text
                ),
            )
            .label("it needs `requires`")
            .note("without it, people who never agreed would be written to");
        let clauses = consent.into_iter().chain(["requires nothing".to_owned()]);
        let diagnostic = clauses.fold(diagnostic, |diagnostic: Diagnostic, clause| {
            let title = if clause.ends_with("nothing") {
                format!("if no consent is needed, write `{clause}`")
            } else {
                format!("write `{clause}`")
            };
            let (at, text) = insertion(checking, once.to, first, &clause);
            diagnostic.fix(title, Applicability::Maybe, at, text)
        });
        checking.report(diagnostic);
    }
}

fn span_of(clause: &ChannelClause) -> Span {
    match clause {
        ChannelClause::Requires(one) => one.span,
        ChannelClause::Skip(skip) => skip.span,
        ChannelClause::To { span, .. }
        | ChannelClause::Quiet { span, .. }
        | ChannelClause::Limit { span, .. }
        | ChannelClause::WhenFull { span, .. }
        | ChannelClause::Transactional(span) => *span,
    }
}

/// `quiet 21:00 to 08:00 when …`
fn hours(
    checking: &mut Checking<'_>,
    (from, to): (&ast::Expr, &ast::Expr),
    condition: Option<&ast::Expr>,
    span: Span,
) -> Option<Quiet> {
    let time = Type::of(TypeKind::TimeOfDay);
    let bounds = [from, to].map(|bound| match checking.constant(bound, &time) {
        Const::Int(seconds) => u32::try_from(seconds).ok(),
        _ => None,
    });
    let condition = condition.map(|written| {
        let checked = check_ruling(&checking.env, checking.scope(&[]), written, Ruling::Quiet);
        checking.diagnostics.extend(checked.diagnostics);
        checked.expr
    });
    let [Some(begin), Some(end)] = bounds else {
        return None;
    };
    if begin == end {
        let diagnostic = checking
            .diagnostic(
                campaign::QUIET_HOURS,
                from.span.to(to.span),
                "these quiet hours end when they begin",
            )
            .label("no time, or the whole day?")
            .help("say when they end, as in `quiet 21:00 to 08:00`; a channel that is never used is better removed");
        checking.report(diagnostic);
        return None;
    }
    Some(Quiet {
        from: begin,
        to: end,
        condition,
        span,
    })
}

/// The same hours again, for the same people or for fewer.
fn repeated_quiet(checking: &mut Checking<'_>, quiet: &[Quiet]) {
    for (index, later) in quiet.iter().enumerate() {
        let text = |one: &Quiet| {
            let condition = one.condition.as_ref();
            condition.map(|condition| condition.span.of(checking.text).to_owned())
        };
        let same = quiet[..index].iter().find(|earlier| {
            (earlier.from, earlier.to) == (later.from, later.to)
                && (earlier.condition.is_none() || text(earlier) == text(later))
        });
        let Some(same) = same else { continue };
        let diagnostic = checking
            .diagnostic(
                campaign::POINTLESS_CLAUSE,
                later.span,
                "these hours are quiet already",
            )
            .secondary(checking.file, same.span, "because of this");
        let diagnostic = without(checking, diagnostic, later.span, "remove it");
        checking.report(diagnostic);
    }
}

/// `skip when EXPR "reason"`
pub(super) fn check_skip(checking: &mut Checking<'_>, skip: &ast::Skip) -> Option<Skip> {
    let scope = checking.scope(&[]);
    let checked = check_ruling(&checking.env, scope, &skip.condition, Ruling::Skip);
    checking.diagnostics.extend(checked.diagnostics);
    let reason = reason(checking, skip.reason.as_ref(), skip.span)?;
    Some(Skip {
        condition: checked.expr,
        reason,
        span: skip.span,
    })
}

/// Quiet hours and limits of a channel that knows none.
fn without_effect(checking: &mut Checking<'_>, clauses: &[ChannelClause], transactional: Span) {
    for clause in clauses {
        let what = match clause {
            ChannelClause::Quiet { .. } => "quiet hours",
            ChannelClause::Limit { .. } => "limits",
            ChannelClause::WhenFull { .. } => "limits that could be full",
            _ => continue,
        };
        let span = span_of(clause);
        let diagnostic = checking
            .diagnostic(
                campaign::TRANSACTIONAL_CLAUSE,
                span,
                format!("a transactional channel knows no {what}"),
            )
            .label("this would have no effect")
            .secondary(checking.file, transactional, "its messages go out at once");
        let diagnostic = without(checking, diagnostic, span, "remove it");
        let diagnostic = without(
            checking,
            diagnostic,
            transactional,
            "if its messages can wait, remove `transactional`",
        );
        checking.report(diagnostic);
    }
}

/// `when full` where nothing can be full.
fn full_of_what(checking: &mut Checking<'_>, clauses: &[ChannelClause], full: Option<Span>) {
    let Some(full) = full else { return };
    let has_limit = |clauses: &[ChannelClause]| {
        clauses
            .iter()
            .any(|clause| matches!(clause, ChannelClause::Limit { .. }))
    };
    if has_limit(clauses) || limits::is_counted_elsewhere(checking) {
        return;
    }
    let diagnostic = checking
        .diagnostic(
            campaign::POINTLESS_CLAUSE,
            full,
            "this channel has no limit, so it is never full",
        )
        .help("say how often it may be used, as in `limit 1 per day`");
    let diagnostic = without(checking, diagnostic, full, "remove it");
    checking.report(diagnostic);
}
