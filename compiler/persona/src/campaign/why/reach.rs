//! Whether somebody may be reached now: what a channel or a purpose asks, one by one; and which arm of an experiment they are
//! in.

use std::sync::Arc;

use persona_ir::ExperimentId;
use persona_ir::campaign::ChannelId;
use persona_runtime::experiment::{GlobalHoldout, bucket, hash};
use persona_runtime::machine::{Seen, Sight, Witness};
use persona_runtime::time::Zone;
use persona_runtime::{Dataset, Value};

use super::content::{Seat, arm_name, seat};
use super::look::Lookout;
use super::{Because, WhyOptions};
use crate::campaign::Staged;
use crate::why::Moment;
use crate::{Error, Location, Now, Program, Progress};

/// Whether somebody may be reached.
#[derive(Clone, Debug)]
pub struct ChannelWhy {
    /// The channel's or purpose's name.
    pub name: Arc<str>,
    /// Whether it is a purpose, and no channel.
    pub purpose: bool,
    /// Where it is declared.
    pub location: Location,
    /// The profile's key.
    pub key: String,
    /// The evaluation time.
    pub now: Now,
    /// The profile's zone.
    pub zone: String,
    /// Whether a message would go out now.
    pub open: bool,
    /// Where only time is in the way: when it no longer is, if nothing else happens.
    pub until: Option<Moment>,
    /// What is asked, in its order.
    pub checks: Vec<Check>,
}

/// Something that is asked before a message goes out.
#[derive(Clone, Debug)]
pub struct Check {
    /// What: `holdout`, `address`, `consent`, `purpose`, `skip`, `quiet`, `limit`, as in logs.
    pub what: &'static str,
    /// Whether it lets messages through.
    pub passes: bool,
    /// In words.
    pub text: String,
    /// The rule.
    pub because: Because,
}

/// Which arm of an experiment somebody is in.
#[derive(Clone, Debug)]
pub struct ExperimentWhy {
    /// The experiment.
    pub name: Arc<str>,
    /// Where it is declared.
    pub location: Location,
    /// The profile's key.
    pub key: String,
    /// Where the person is.
    pub seat: Seat,
    /// The bucket, of so many; where the person takes part.
    pub bucket: Option<(u32, u32)>,
    /// The hash and its salt.
    pub hash: (&'static str, Arc<str>),
    /// The first bucket of each place, and the one behind its last.
    pub ranges: Vec<(Seat, u32, u32)>,
    /// The layer, the person's bucket of it, and the buckets that the experiment has: the first, and the one behind the last.
    pub layer: Option<(Arc<str>, u32, (u32, u32))>,
    /// The triggers and contents that it is about.
    pub on: Vec<Arc<str>>,
}

impl Program {
    pub(super) fn why_reach(
        &self,
        name: &str,
        key: &str,
        options: &WhyOptions,
        progress: &dyn Progress,
    ) -> Result<Box<ChannelWhy>, Error> {
        let staged = self.staged()?;
        let stretch = self.stretch(key, options, progress)?;
        let machine = stretch.machine(staged);
        let mut asked = Asked {
            look: Lookout::new(staged, &machine),
            name,
            key,
            found: None,
        };
        stretch.replay(&machine, &mut asked)?;
        let found = asked.found.take();
        let (
            zone,
            Found {
                purpose,
                location,
                checks,
                until,
            },
        ) = found.ok_or_else(|| Error::internal("a replay has an end"))?;
        let stuck = checks.iter().any(|check| !check.passes && !is_time(check));
        Ok(Box::new(ChannelWhy {
            name: name.into(),
            purpose,
            location,
            key: key.to_owned(),
            now: stretch.loaded.now.clone(),
            zone: zone.name().to_owned(),
            open: checks.iter().all(|check| check.passes),
            until: until.filter(|_| !stuck).map(|at| Moment::new(at, &zone)),
            checks,
        }))
    }

    pub(super) fn why_experiment(
        &self,
        name: &str,
        key: &str,
        options: &WhyOptions,
        progress: &dyn Progress,
    ) -> Result<Box<ExperimentWhy>, Error> {
        let staged = self.staged()?;
        let loaded = staged.load(options.now.clone(), progress)?;
        let plan = &staged.program.plan;
        if loaded.data.find(&plan.schema, key).is_none() {
            return Err(self.no_profile(key, &loaded.data));
        }
        let mut all = staged.campaign.experiments.iter_enumerated();
        let found = all.find(|(_, of)| *of.arm.experiment == *name);
        let (id, of) = found.ok_or_else(|| Error::internal("a checked experiment is lowered"))?;
        let arm = &of.arm;
        let seat = seat(staged, id, key);
        let mut ranges = Vec::new();
        if arm.holdout > 0 {
            ranges.push((Seat::Holdout, 0, arm.holdout));
        }
        let mut from = arm.holdout;
        for (index, end) in (0_u32..).zip(arm.ends.iter()) {
            ranges.push((Seat::Arm(arm_name(staged, id, index)), from, *end));
            from = *end;
        }
        Ok(Box::new(ExperimentWhy {
            name: arm.experiment.clone(),
            location: declared(staged, id),
            key: key.to_owned(),
            bucket: (seat != Seat::Outside).then(|| (bucket(arm, key), arm.hash.buckets())),
            seat,
            hash: (arm.hash.name(), arm.salt.clone()),
            ranges,
            layer: arm.layer.as_ref().map(|layer| {
                let own = hash::sha256(&layer.name, key);
                (layer.name.clone(), own, (layer.from, layer.to))
            }),
            on: of.on.clone(),
        }))
    }
}

/// Where an experiment is declared.
pub(super) fn declared(staged: &Staged, experiment: ExperimentId) -> Location {
    let def = &staged.program.checked.experiments[usize::from(experiment)];
    staged
        .program
        .texts
        .location(def.origin.file, def.origin.span)
}

/// `bucket 120 of 10000; its holdout has the first 500`
pub(super) fn bucket_words(staged: &Staged, experiment: ExperimentId, key: &str) -> String {
    let arm = &staged.campaign.experiments[experiment].arm;
    format!(
        "bucket {} of {}; its holdout has the first {}",
        bucket(arm, key),
        arm.hash.buckets(),
        arm.holdout
    )
}

/// Whether only time is in the way.
fn is_time(check: &Check) -> bool {
    matches!(check.what, "quiet" | "limit")
}

/// Asks at the end of a replay.
struct Asked<'a> {
    look: Lookout<'a>,
    name: &'a str,
    key: &'a str,
    /// The person's zone, and what was found.
    found: Option<(Zone, Found)>,
}

/// What is found out.
struct Found {
    purpose: bool,
    location: Location,
    checks: Vec<Check>,
    /// When time is no longer in the way.
    until: Option<i64>,
}

impl Witness<Dataset> for Asked<'_> {
    fn see(&mut self, sight: &Sight<'_, Dataset>) {
        if !matches!(sight.what, Seen::End) {
            return;
        }
        let staged = self.look.staged;
        let (campaign, checked) = (&staged.campaign, &staged.program.checked);
        let mut channels = campaign.channels.iter_enumerated();
        if let Some((id, _)) = channels.find(|(_, of)| *of.name == *self.name) {
            let location = self.look.declared(checked.channels[usize::from(id)].origin);
            let (checks, until) = self.channel(sight, id);
            let found = Found {
                purpose: false,
                location,
                checks,
                until,
            };
            self.found = Some((sight.clock.zone().clone(), found));
            return;
        }
        let mut purposes = campaign.purposes.iter_enumerated();
        if let Some((id, of)) = purposes.find(|(_, of)| *of.name == *self.name) {
            let location = self.look.declared(checked.purposes[usize::from(id)].origin);
            let part = self.look.part(sight, &of.requires.explain);
            let passes = part.value.as_ref().and_then(|value| value.truth) == Some(true);
            let check = Check {
                what: "purpose",
                passes,
                text: "what it requires".to_owned(),
                because: Because::of(part),
            };
            let found = Found {
                purpose: true,
                location,
                checks: vec![check],
                until: None,
            };
            self.found = Some((sight.clock.zone().clone(), found));
        }
    }
}

impl Asked<'_> {
    /// What a channel asks, one by one, and when time is no longer in the way.
    fn channel(&self, sight: &Sight<'_, Dataset>, id: ChannelId) -> (Vec<Check>, Option<i64>) {
        let look = &self.look;
        let campaign = &look.staged.campaign;
        let channel = &campaign.channels[id];
        let mut checks = Vec::new();
        let mut check = |what, passes, text: &str, because| {
            checks.push(Check {
                what,
                passes,
                text: text.to_owned(),
                because,
            });
        };
        if !channel.transactional && campaign.holdout > 0 {
            let holdout = GlobalHoldout::new(&campaign.plan.package, campaign.holdout);
            let held = holdout.holds(self.key);
            check(
                "holdout",
                !held,
                "not in the package's holdout",
                look.package_holdout(self.key),
            );
        }
        let address = look.value(sight, channel.to) != Value::Missing;
        check(
            "address",
            address,
            "has an address",
            look.address(sight, id),
        );
        if let Some(because) = look.consent(sight, id) {
            let part = because.parts.first();
            let truth = part.and_then(|part| part.value.as_ref()?.truth);
            check("consent", truth == Some(true), "what it requires", because);
        }
        if !channel.skips.is_empty() {
            match look.channel_skip(sight, id) {
                Some((reason, because)) => {
                    check("skip", false, &format!("skipped: {reason}"), because);
                }
                None => check("skip", true, "no `skip when` holds", Because::default()),
            }
        }
        let mut until = None;
        if !channel.transactional && !channel.quiet.is_empty() {
            match look.quiet(sight, id) {
                Some((end, because)) => {
                    until = Some(end);
                    let end = Moment::new(end, sight.clock.zone()).text;
                    check("quiet", false, &format!("quiet until {end}"), because);
                }
                None => check("quiet", true, "no quiet hours now", Because::default()),
            }
        }
        if !channel.transactional {
            for (room, because) in look.rooms(sight, id) {
                until = until.max(room.until);
                let text = match room.until {
                    Some(end) => {
                        let end = Moment::new(end, sight.clock.zone()).text;
                        format!("full until {end}")
                    }
                    None => "has room".to_owned(),
                };
                check("limit", room.until.is_none(), &text, because);
            }
        }
        (checks, until)
    }
}
