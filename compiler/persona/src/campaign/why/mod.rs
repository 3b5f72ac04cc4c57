//! `why` for what happens and what people read: which variant of a content and why, what became of a trigger and why. Finds
//! what a name is; the modules beside this one explain it. Decides nothing: machines and contents do, and are looked at.

mod content;
mod look;
mod never;
mod outcomes;
mod reach;
mod sends;
mod trigger;

use persona_base::nearest;

use crate::{Error, Location, Now, Part, Program, Progress, RunOptions, Why};

pub use content::{ArmWhy, ContentWhy, ReadThere, Seat};
pub use reach::{ChannelWhy, Check, ExperimentWhy};
pub use trigger::{Nearest, Never, TriggerCounts, TriggerMoment, TriggerWhy};

/// What an explanation is asked with.
#[derive(Clone, Debug, Default)]
pub struct WhyOptions {
    /// The evaluation time, as in [`RunOptions`]; of a trigger, the end of the replay.
    pub now: Option<String>,
    /// Of a trigger, where the replay starts: everything up to then is history. By default just before the first event.
    pub from: Option<String>,
    /// Of a content, its arguments by name, as people type them.
    pub args: Vec<(String, String)>,
}

/// An explanation.
#[derive(Clone, Debug)]
pub enum Explained {
    /// Of a segment, trait, partition or stage, with the evaluation time.
    Answer(Box<Why>, Now),
    /// Of a content: which variant.
    Content(Box<ContentWhy>),
    /// Of a trigger: what became of it.
    Trigger(Box<TriggerWhy>),
    /// Of a channel, or a purpose: whether somebody may be reached.
    Channel(Box<ChannelWhy>),
    /// Of an experiment: which arm.
    Experiment(Box<ExperimentWhy>),
}

/// A rule that decided something, with what it looked at.
#[derive(Clone, Debug, Default)]
pub struct Because {
    /// Where it is written.
    pub location: Option<Location>,
    /// What it looked at, in words.
    pub facts: Vec<String>,
    /// Its conditions with their values.
    pub parts: Vec<Part>,
}

/// What a name is.
enum Named {
    Answer,
    Content,
    Trigger,
    Channel,
    Purpose,
    Experiment,
}

impl Program {
    /// Explains whatever has this name, about one person.
    ///
    /// # Errors
    /// Where nothing has this name that can be explained, there is no such profile, an option is not one of what is explained,
    /// and as [`Program::run`].
    pub fn reasons(
        &self,
        name: &str,
        key: &str,
        options: &WhyOptions,
        progress: &dyn Progress,
    ) -> Result<Explained, Error> {
        let named = self.named(name)?;
        fits(&named, name, options)?;
        Ok(match named {
            Named::Answer => {
                let options = RunOptions {
                    now: options.now.clone(),
                    ..RunOptions::default()
                };
                let (why, now) = self.why(name, key, &options, progress)?;
                Explained::Answer(Box::new(why), now)
            }
            Named::Content => Explained::Content(self.why_content(name, key, options, progress)?),
            Named::Trigger => Explained::Trigger(self.why_trigger(name, key, options, progress)?),
            Named::Channel | Named::Purpose => {
                Explained::Channel(self.why_reach(name, key, options, progress)?)
            }
            Named::Experiment => {
                Explained::Experiment(self.why_experiment(name, key, options, progress)?)
            }
        })
    }

    fn named(&self, name: &str) -> Result<Named, Error> {
        let checked = &self.checked;
        let base = name.split('.').next().unwrap_or(name);
        let is = |other: &str| *other == *name;
        let found = [
            (
                self.plan.outputs.iter().any(|of| *of.name == *base),
                Named::Answer,
            ),
            (
                checked.contents.iter().any(|of| is(&of.name)),
                Named::Content,
            ),
            (
                checked.triggers.iter().any(|of| is(&of.name)),
                Named::Trigger,
            ),
            (
                checked.channels.iter().any(|of| is(&of.name)),
                Named::Channel,
            ),
            (
                checked.purposes.iter().any(|of| is(&of.name)),
                Named::Purpose,
            ),
            (
                checked.experiments.iter().any(|of| is(&of.name)),
                Named::Experiment,
            ),
        ];
        let found = found.into_iter().find(|(is, _)| *is);
        found
            .map(|(_, named)| named)
            .ok_or_else(|| self.unexplained(name))
    }

    /// Says that nothing with this name can be explained, and what may be meant.
    fn unexplained(&self, name: &str) -> Error {
        let checked = &self.checked;
        if checked.recommendations.iter().any(|of| *of.name == *name) {
            return Error::unknown(format!(
                "`{name}` is a recommendation, which has no reasons of its own"
            ))
            .with_help("ask about a content that shows it: `persona why CONTENT --profile KEY`");
        }
        let plan = &self.plan;
        let mut columns = plan.schema.profile.columns.iter();
        if columns.any(|column| *column.name == *name) {
            return Error::unknown(format!(
                "`{name}` is a field of the profile: it is what the data say, and has no reasons"
            ))
            .with_help("ask about a segment or a trait that reads it: `persona uses` lists them");
        }
        let answers = plan.outputs.iter().map(|of| &*of.name);
        let names: Vec<&str> = answers
            .chain(checked.triggers.iter().map(|of| &*of.name))
            .chain(checked.contents.iter().map(|of| &*of.name))
            .chain(checked.channels.iter().map(|of| &*of.name))
            .chain(checked.purposes.iter().map(|of| &*of.name))
            .chain(checked.experiments.iter().map(|of| &*of.name))
            .collect();
        let error = Error::unknown(format!("nothing is called `{name}` that can be explained"));
        match nearest(name, names.iter().copied()) {
            Some(near) => error.with_help(format!("did you mean `{near}`?")),
            None if names.is_empty() => error.with_help(
                "this package has no segment, trait, partition, trigger or content (those with parameters cannot be asked \
                 about by themselves)",
            ),
            None if names.len() <= 12 => error.with_help(format!("there is {}", names.join(", "))),
            None => error.with_help(
                "segments, traits, partitions, triggers, contents, channels, purposes and experiments can be: `persona run` \
                 and `persona simulate` list them",
            ),
        }
    }
}

/// Says where an option has nothing to do with what is explained.
fn fits(named: &Named, name: &str, options: &WhyOptions) -> Result<(), Error> {
    if !options.args.is_empty() && !matches!(named, Named::Content) {
        return Err(Error::call(format!(
            "`{name}` is no content, so that it takes no --arg"
        )));
    }
    if options.from.is_some() && !matches!(named, Named::Trigger | Named::Channel) {
        return Err(Error::call(format!(
            "`{name}` is no trigger: nothing is replayed, so that --from says nothing"
        ))
        .with_help("--now says when it is asked"));
    }
    Ok(())
}
