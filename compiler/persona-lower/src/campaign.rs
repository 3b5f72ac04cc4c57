//! What happens and what people read, on its way to the plan: each declaration is lowered with a frame of its own. The answers
//! are lowered beside it, so that triggers and tests share what they ask.

mod content;
pub(crate) mod experiment;
mod recommend;
mod test;
mod trigger;

use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::KindId;
use persona_ir::campaign::{
    Campaign, Channel, ChannelId, Condition, ContentId, Limit, Per, Purpose, PurposeId, Quiet, Skip,
};
use persona_sema::{Checked, Expr, Place};

use crate::body::Body;
use crate::explain::{self, Budget};
use crate::expr::calendar_unit;
use crate::program::{Args, Program};
use crate::{TooLarge, prune, source};

/// The campaign of a package.
///
/// # Errors
/// [`TooLarge`] where declarations with arguments multiply.
pub fn lower_campaign(checked: &Checked) -> Result<Campaign, TooLarge> {
    let mut program = Program::new(checked, true);
    let mut budget = Budget::new();
    let purposes = purposes(&mut program, &mut budget)?;
    let channels = channels(&mut program, &mut budget)?;
    let experiments = experiment::experiments(&mut program)?;
    let contents = content::contents(&mut program, &mut budget)?;
    let triggers = trigger::triggers(&mut program, &contents, &mut budget)?;
    let recommendations = recommend::recommendations(&mut program)?;
    let tests = test::tests(&mut program, &mut budget)?;
    let mut campaign = Campaign {
        plan: crate::plan(program)?,
        lateness: checked.package.lateness,
        holdout: checked.package.holdout,
        sent: KindId(checked.sent.event.0),
        purposes,
        channels,
        experiments,
        contents,
        recommendations,
        triggers,
        tests,
    };
    prune::prune_campaign(&mut campaign);
    if cfg!(debug_assertions) {
        crate::assert_valid(&campaign.plan);
    }
    Ok(campaign)
}

/// A condition with its explanation. All that it refers to is lowered already, or will be in another attempt.
fn condition(
    program: &mut Program<'_>,
    name: &Arc<str>,
    origin: Place,
    expr: &Expr,
    budget: &mut Budget,
) -> Result<Condition, TooLarge> {
    let node = program.resolve_with(|program| {
        Body::new(program, name.clone(), Args::from([]), 0).condition(expr)
    })?;
    budget.next();
    let explain = explain::explain(program, name, origin, expr, budget);
    Ok(Condition { node, explain })
}

/// A value.
fn value(
    program: &mut Program<'_>,
    name: &Arc<str>,
    expr: &Expr,
) -> Result<persona_ir::NodeId, TooLarge> {
    program.resolve_with(|program| Body::new(program, name.clone(), Args::from([]), 0).expr(expr))
}

fn purposes(
    program: &mut Program<'_>,
    budget: &mut Budget,
) -> Result<IndexVec<PurposeId, Purpose>, TooLarge> {
    let checked = program.checked;
    let purpose = |def: &persona_sema::Purpose| {
        let requires = condition(program, &def.name, def.origin, &def.requires, budget)?;
        Ok(Purpose {
            name: def.name.clone(),
            requires,
        })
    };
    checked.purposes.iter().map(purpose).collect()
}

fn channels(
    program: &mut Program<'_>,
    budget: &mut Budget,
) -> Result<IndexVec<ChannelId, Channel>, TooLarge> {
    let checked = program.checked;
    let channel = |def| channel(program, def, budget);
    checked.channels.iter().map(channel).collect()
}

fn channel(
    program: &mut Program<'_>,
    def: &persona_sema::Channel,
    budget: &mut Budget,
) -> Result<Channel, TooLarge> {
    let (name, origin) = (&def.name, def.origin);
    let to = value(program, name, &def.to)?;
    let mut ask = |expr: &Expr| condition(program, name, origin, expr, budget);
    let requires = def.requires.as_ref().map(&mut ask).transpose()?;
    let quiet = def.quiet.iter().map(|quiet| {
        Ok(Quiet {
            from: quiet.from,
            to: quiet.to,
            condition: quiet.condition.as_ref().map(&mut ask).transpose()?,
        })
    });
    let quiet = quiet.collect::<Result<_, _>>()?;
    let skips = def.skips.iter().map(|skip| {
        Ok(Skip {
            condition: ask(&skip.condition)?,
            reason: skip.reason.clone(),
        })
    });
    let skips = skips.collect::<Result<_, _>>()?;
    let checked = program.checked;
    let limits = def.limits.iter().map(|limit| {
        let mut channels: Vec<ChannelId> = limit
            .channels
            .iter()
            .map(|name| channel_id(checked, name))
            .collect();
        channels.sort_unstable();
        Limit {
            count: limit.count,
            per: per(limit.per),
            channels,
        }
    });
    Ok(Channel {
        name: name.clone(),
        place: source::place(origin),
        to,
        requires,
        quiet,
        limits: limits.collect(),
        defers: def.defers,
        skips,
        transactional: def.transactional,
    })
}

fn per(per: persona_sema::Per) -> Per {
    match per {
        persona_sema::Per::Rolling(length) => Per::Rolling(length),
        persona_sema::Per::Calendar(unit) => Per::Calendar(calendar_unit(unit)),
    }
}

/// The place of a name in a list sorted by names.
fn find<T>(all: &[T], name: &str, name_of: impl Fn(&T) -> &str) -> usize {
    let found = all.binary_search_by(|def| name_of(def).cmp(name));
    found.expect("a checked package refers to what there is")
}

fn channel_id(checked: &Checked, name: &str) -> ChannelId {
    ChannelId::from(find(&checked.channels, name, |def| &def.name))
}

fn purpose_id(checked: &Checked, name: &str) -> PurposeId {
    PurposeId::from(find(&checked.purposes, name, |def| &def.name))
}

fn content_id(checked: &Checked, name: &str) -> ContentId {
    ContentId::from(find(&checked.contents, name, |def| &def.name))
}
