//! Experiments: who is in which arm, in whole buckets of the hash. That experiments of one layer do not overlap, and that arms
//! differ, is found between declarations.

use std::collections::BTreeMap;
use std::sync::Arc;

use persona_base::{Applicability, Span, experiments, names, nearest};
use persona_syntax::ast::{self, ExperimentClause as Clause};

use super::clauses::{is_broken, repeated};
use super::refs::{list, refer};
use crate::db::{ItemKind, enum_ids};
use crate::decl::text::plain_string;
use crate::decl::{Checking, Unit, casing, enums};
use crate::expr::around::{self, Asks};
use crate::{ArmHash, Const, Experiment, LAYER_BUCKETS, LayerPart, Place, Query, Type, TypeKind};

/// The clauses, the first of each kind; goals may be several.
#[derive(Default)]
struct Clauses<'d> {
    on: Option<&'d [ast::Name]>,
    arms: Option<(&'d [ast::Arm], Span)>,
    holdout: Option<&'d ast::Expr>,
    goals: Vec<(&'d ast::Query, Option<&'d ast::Expr>)>,
    hash: Option<&'d ast::Name>,
    salt: Option<&'d ast::Expr>,
    layer: Option<(&'d ast::Name, Option<&'d (ast::Expr, ast::Expr)>)>,
}

/// Checks an experiment.
pub(in crate::decl) fn check_experiment(checking: &mut Checking<'_>, clauses: &[Clause]) -> Unit {
    let clauses = Clauses::of(checking, clauses);
    clauses.complete(checking);
    let hash = match clauses.hash {
        Some(name) => hash(checking, name),
        None => Some(ArmHash::Sha256),
    };
    // Where the hash is not known, nothing is said to be too fine for it.
    let buckets = hash.map_or(u32::MAX, ArmHash::buckets);
    let on = clauses.on.map(|names| on(checking, names));
    let holdout = match clauses.holdout {
        Some(written) => holdout(checking, written, buckets),
        None => Some(0),
    };
    let weights = clauses.arms.and_then(|(arms, span)| {
        let has_holdout = clauses.holdout.is_some();
        weights(checking, arms, span, buckets, has_holdout)
    });
    let goals: Vec<Option<(Query, Option<i64>)>> = clauses
        .goals
        .iter()
        .map(|(query, within)| goal(checking, query, *within))
        .collect();
    let name = Arc::clone(checking.decl.name(checking.db));
    let salt = match clauses.salt {
        Some(written) => salt(checking, written),
        None => Some(Arc::clone(&name)),
    };
    let layer = match clauses.layer {
        Some((layer, range)) => self::layer(checking, layer, range).map(Some),
        None => Some(None),
    };
    let arms = enum_ids(checking.db, checking.db.project())
        .get(&name)
        .copied();
    let whole = (|| {
        Some(Experiment {
            name,
            origin: Place {
                file: checking.file,
                span: Span::default(),
            },
            on: on?,
            arms: arms?,
            holdout: holdout?,
            ends: ends(&weights?, holdout?, buckets),
            goals: goals.into_iter().collect::<Option<_>>()?,
            hash: hash?,
            salt: salt?,
            layer: layer?,
        })
    })();
    whole.map_or(Unit::None, Unit::Experiment)
}

impl<'d> Clauses<'d> {
    fn of(checking: &mut Checking<'_>, written: &'d [Clause]) -> Self {
        let mut clauses = Self::default();
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for clause in written {
            let (word, span) = described(clause);
            if word != "goal"
                && let Some(before) = first.get(word).copied()
            {
                repeated(
                    checking,
                    (word, "an experiment"),
                    span,
                    before,
                    "keep one of them",
                );
                continue;
            }
            first.entry(word).or_insert(span);
            match clause {
                Clause::On { names, .. } => clauses.on = Some(names),
                Clause::Arms { arms, span } => clauses.arms = Some((arms, *span)),
                Clause::Holdout { share, .. } => clauses.holdout = Some(share),
                Clause::Goal { query, within, .. } => clauses.goals.push((query, within.as_ref())),
                Clause::Hash { name, .. } => clauses.hash = Some(name),
                Clause::Salt { salt, .. } => clauses.salt = Some(salt),
                Clause::Layer { name, range, .. } => clauses.layer = Some((name, range.as_ref())),
            }
        }
        clauses
    }

    fn complete(&self, checking: &mut Checking<'_>) {
        if is_broken(checking) {
            return;
        }
        let lacks = [
            (
                self.on.is_none_or(<[_]>::is_empty),
                "what it is about",
                "on cart_rescue",
            ),
            (
                self.arms.is_none(),
                "which arms there are",
                "arms { control, personal }",
            ),
        ];
        let name = &checking.tree.name;
        for (_, what, form) in lacks.into_iter().filter(|(lacks, ..)| *lacks) {
            let diagnostic = checking
                .diagnostic(
                    experiments::INCOMPLETE_EXPERIMENT,
                    name.span,
                    format!("`{}` does not say {what}", name.text),
                )
                .help(format!("say it: `{form}`"));
            checking.report(diagnostic);
        }
    }
}

fn described(clause: &Clause) -> (&'static str, Span) {
    match clause {
        Clause::On { span, .. } => ("on", *span),
        Clause::Arms { span, .. } => ("arms", *span),
        Clause::Holdout { span, .. } => ("holdout", *span),
        Clause::Goal { span, .. } => ("goal", *span),
        Clause::Hash { span, .. } => ("hash", *span),
        Clause::Salt { span, .. } => ("salt", *span),
        Clause::Layer { span, .. } => ("layer", *span),
    }
}

fn hash(checking: &mut Checking<'_>, name: &ast::Name) -> Option<ArmHash> {
    if name.is_missing() {
        return None;
    }
    if let Some((_, hash)) = ArmHash::ALL.iter().find(|(known, _)| *known == name.text) {
        return Some(*hash);
    }
    let all = ArmHash::ALL.map(|(known, _)| known);
    let diagnostic = checking.diagnostic(
        experiments::UNKNOWN_HASH,
        name.span,
        format!("there is no hash `{}`", name.text),
    );
    let begins = all
        .into_iter()
        .find(|known| known.starts_with(name.text.as_str()));
    let diagnostic = match nearest(&name.text, all).or(begins) {
        Some(near) => diagnostic.perhaps(name.span, near),
        None => diagnostic.label(format!("the hashes are {}", list(all.into_iter()))),
    };
    checking.report(diagnostic);
    None
}

/// The triggers and contents it is about.
fn on(checking: &mut Checking<'_>, written: &[ast::Name]) -> Vec<Arc<str>> {
    let mut found: BTreeMap<&str, Span> = BTreeMap::new();
    for name in written.iter().filter(|name| !name.is_missing()) {
        if let Some(first) = found.get(name.text.as_str()).copied() {
            let diagnostic = checking
                .diagnostic(
                    names::DUPLICATE_VALUE,
                    name.span,
                    format!("`{}` is there twice", name.text),
                )
                .label("again")
                .secondary(checking.file, first, "first here")
                .help("remove one of them");
            checking.report(diagnostic);
        } else if refer(checking, name, &[ItemKind::Trigger, ItemKind::Content]).is_some() {
            found.insert(&name.text, name.span);
        }
    }
    found.into_keys().map(Arc::from).collect()
}

/// A constant share.
fn share(checking: &mut Checking<'_>, written: &ast::Expr, role: &str) -> Option<f64> {
    let float = Type::of(TypeKind::Float);
    let judged = around::check_fixed(&checking.env, checking.scope(&[]), written, &float, role);
    checking.diagnostics.extend(judged.diagnostics);
    match judged.value {
        Some(Const::Float(share)) => Some(share),
        _ => None,
    }
}

/// A share as whole buckets.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the share was seen to lie between none and all"
)]
fn whole(
    checking: &mut Checking<'_>,
    written: &ast::Expr,
    share: f64,
    buckets: u32,
) -> Option<u32> {
    let exact = share * f64::from(buckets);
    let rounded = exact.round();
    // A percentage is a decimal fraction, and so seldom exact.
    if buckets == u32::MAX || (exact - rounded).abs() < 1e-6 {
        return Some(rounded as u32);
    }
    let message = format!(
        "`{}` is finer than the hash, which divides people into {buckets} parts",
        written.span.of(checking.text)
    );
    let nearest = percent((rounded / f64::from(buckets)).max(1.0 / f64::from(buckets)));
    let diagnostic = checking
        .diagnostic(experiments::TOO_FINE, written.span, message)
        .label(format!(
            "a share is a multiple of {}",
            percent(1.0 / f64::from(buckets))
        ))
        .fix(
            format!("take `{nearest}`"),
            Applicability::Maybe,
            written.span,
            nearest,
        );
    checking.report(diagnostic);
    None
}

/// A share as people write it: `12.5%`.
fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

fn bad_share(checking: &mut Checking<'_>, span: Span, message: &str, help: &str) {
    let diagnostic = checking
        .diagnostic(experiments::BAD_SHARE, span, message)
        .help(help);
    checking.report(diagnostic);
}

fn holdout(checking: &mut Checking<'_>, written: &ast::Expr, buckets: u32) -> Option<u32> {
    let share = share(checking, written, "holdout")?;
    if share <= 0.0 {
        bad_share(
            checking,
            written.span,
            "a holdout with nobody in it is none",
            "take `holdout` away, or give it a share, as in `5%`",
        );
        return None;
    }
    if share >= 1.0 {
        bad_share(
            checking,
            written.span,
            "this holdout leaves nobody for the arms",
            "write a share below 100 %, as in `5%`",
        );
        return None;
    }
    whole(checking, written, share, buckets)
}

/// The weight of each arm in buckets, with how many there are in all; equal ones where nothing is said.
fn weights(
    checking: &mut Checking<'_>,
    arms: &[ast::Arm],
    span: Span,
    buckets: u32,
    has_holdout: bool,
) -> Option<(Vec<u64>, u64)> {
    let named: Vec<(&ast::Name, Option<&String>)> =
        arms.iter().map(|arm| (&arm.name, None)).collect();
    let before = checking.diagnostics.len();
    enums::check_values(checking, &named, "the arm");
    for arm in arms {
        casing::check_snake(checking, &arm.name, "an arm");
    }
    let fine = checking.diagnostics.len() == before;
    let least = if has_holdout { 1 } else { 2 };
    if arms.len() < least {
        if is_broken(checking) {
            return None;
        }
        let diagnostic = checking
            .diagnostic(
                experiments::TOO_FEW_ARMS,
                span,
                "there is nothing to compare here",
            )
            .label(if arms.is_empty() {
                "no arm"
            } else {
                "everybody gets the same"
            })
            .help("add an arm, or a `holdout` of people who get nothing of it");
        checking.report(diagnostic);
        return None;
    }
    let written: Vec<&ast::Expr> = arms.iter().filter_map(|arm| arm.weight.as_ref()).collect();
    if written.is_empty() {
        return fine.then(|| (vec![1; arms.len()], arms.len() as u64));
    }
    if let Some(without) = arms.iter().find(|arm| arm.weight.is_none()) {
        let diagnostic = checking
            .diagnostic(
                experiments::ARM_WEIGHTS,
                without.name.span,
                format!(
                    "`{}` has no weight, and other arms have one",
                    without.name.text
                ),
            )
            .label("how many get this?")
            .secondary(checking.file, written[0].span, "this arm has a weight")
            .help("give each arm a weight, or none");
        checking.report(diagnostic);
        return None;
    }
    let mut all = Vec::with_capacity(written.len());
    for written in &written {
        all.push(weight(checking, written, buckets));
    }
    let all: Vec<u32> = all.into_iter().collect::<Option<_>>()?;
    sum(checking, arms, &all, span, buckets)?;
    fine.then(|| (all.into_iter().map(u64::from).collect(), u64::from(buckets)))
}

fn weight(checking: &mut Checking<'_>, written: &ast::Expr, buckets: u32) -> Option<u32> {
    let share = share(checking, written, "arms")?;
    if share <= 0.0 {
        bad_share(
            checking,
            written.span,
            "nobody would get into this arm",
            "take the arm away, or give it a share, as in `50%`",
        );
        return None;
    }
    if share > 1.0 {
        bad_share(
            checking,
            written.span,
            "an arm has at most all people",
            "write a share, as in `50%`",
        );
        return None;
    }
    whole(checking, written, share, buckets)
}

/// The weights are 100 % together.
fn sum(
    checking: &mut Checking<'_>,
    arms: &[ast::Arm],
    all: &[u32],
    span: Span,
    buckets: u32,
) -> Option<()> {
    let total: u64 = all.iter().map(|weight| u64::from(*weight)).sum();
    if buckets == u32::MAX || total == u64::from(buckets) {
        return Some(());
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a sum of a few shares, shown to people"
    )]
    let shown = percent(total as f64 / f64::from(buckets));
    let mut diagnostic = checking
        .diagnostic(
            experiments::ARM_WEIGHTS,
            span,
            format!("the arms have {shown} together, not 100%"),
        )
        .label("the weights share what the holdout leaves");
    let last = all.last().copied().unwrap_or(0);
    let others = total - u64::from(last);
    if let (Some(arm), Ok(others)) = (arms.last(), u32::try_from(others))
        && others < buckets
        && let Some(written) = &arm.weight
    {
        let rest = percent(f64::from(buckets - others) / f64::from(buckets));
        diagnostic = diagnostic.fix(
            format!("give `{}` {rest}", arm.name.text),
            Applicability::Maybe,
            written.span,
            rest,
        );
    } else {
        diagnostic = diagnostic.help("correct the weights so that they are 100 % together");
    }
    checking.report(diagnostic);
    None
}

/// Where each arm ends (SEMANTICS §7): `⌊h + (N − h) · cumulated weight⌋`.
fn ends((weights, total): &(Vec<u64>, u64), holdout: u32, buckets: u32) -> Vec<u32> {
    let (holdout, rest) = (
        u64::from(holdout),
        u64::from(buckets.saturating_sub(holdout)),
    );
    let mut cumulated = 0;
    let end = |weight: &u64| {
        cumulated += weight;
        u32::try_from(holdout + rest * cumulated / (*total).max(1)).unwrap_or(buckets)
    };
    weights.iter().map(end).collect()
}

fn goal(
    checking: &mut Checking<'_>,
    query: &ast::Query,
    within: Option<&ast::Expr>,
) -> Option<(Query, Option<i64>)> {
    let judged = around::check_events(
        &checking.env,
        checking.scope(&[]),
        query,
        Asks::Begins,
        "goal",
    );
    checking.diagnostics.extend(judged.diagnostics);
    let within = match within {
        None => Some(None),
        Some(written) => length(checking, written).map(Some),
    };
    let (query, _) = judged.value?;
    Some((query, within?))
}

/// A constant length of time in microseconds, longer than none.
fn length(checking: &mut Checking<'_>, written: &ast::Expr) -> Option<i64> {
    let judged = around::check_length(&checking.env, checking.scope(&[]), written, "within");
    checking.diagnostics.extend(judged.diagnostics);
    judged.value?;
    let duration = Type::of(TypeKind::Duration);
    let judged = around::check_fixed(
        &checking.env,
        checking.scope(&[]),
        written,
        &duration,
        "within",
    );
    checking.diagnostics.extend(judged.diagnostics);
    match judged.value {
        Some(Const::Int(micros)) => Some(micros),
        _ => None,
    }
}

fn salt(checking: &mut Checking<'_>, written: &ast::Expr) -> Option<Arc<str>> {
    if written.kind == ast::ExprKind::Error {
        return None;
    }
    let (message, help) = match plain_string(written) {
        Some(text) if !text.is_empty() => return Some(Arc::from(text)),
        Some(_) => (
            "this salt is empty",
            "take it away (then the experiment's name is the salt), or write a text",
        ),
        None => (
            "a salt is a plain text, the same for everybody",
            "write it in quotes, as in `\"autumn\"`",
        ),
    };
    let diagnostic = checking
        .diagnostic(experiments::BAD_SALT, written.span, message)
        .help(help);
    checking.report(diagnostic);
    None
}

fn layer(
    checking: &mut Checking<'_>,
    name: &ast::Name,
    range: Option<&(ast::Expr, ast::Expr)>,
) -> Option<LayerPart> {
    casing::check_snake(checking, name, "a layer");
    let range = match range {
        None => None,
        Some((from, to)) => {
            let (low, high) = (bound(checking, from), bound(checking, to));
            let (low, high) = low.zip(high)?;
            if low >= high {
                let span = from.span.to(to.span);
                bad_share(
                    checking,
                    span,
                    "this part of the layer has nobody in it",
                    "it begins before it ends, as in `0% to 40%`",
                );
                return None;
            }
            Some((low, high))
        }
    };
    (!name.is_missing()).then(|| LayerPart {
        layer: Arc::from(name.text.as_str()),
        range,
    })
}

fn bound(checking: &mut Checking<'_>, written: &ast::Expr) -> Option<u32> {
    let share = share(checking, written, "layer")?;
    if !(0.0..=1.0).contains(&share) {
        bad_share(
            checking,
            written.span,
            "a layer goes from 0% to 100%",
            "write a share in between",
        );
        return None;
    }
    whole(checking, written, share, LAYER_BUCKETS)
}
