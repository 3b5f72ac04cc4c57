//! `persona why`: one answer about one person, with its reasons; what they read, and why that; what a trigger did for them,
//! and why not more.

mod content;
pub(crate) mod human;
pub(crate) mod json;
mod reach;
mod trigger;

use std::io::{self, Write};

use persona::{Explained, Package, WhyOptions};
use serde_json::Value;

use crate::args::{Prose, Why};
use crate::fail::{Failure, Outcome};
use crate::run;
use crate::run::progress::Bars;
use crate::term::{Paint, Term};

/// Explains whatever has a name.
pub(crate) fn why(args: &Why, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = run::compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let options = WhyOptions {
        now: args.now.clone(),
        from: args.from.clone(),
        args: args.args.clone(),
    };
    let bars = Bars::new(term.progress);
    let result = program.reasons(&args.name, &args.profile, &options, &bars);
    bars.finish();
    let explained = result?;
    let text = match args.format {
        Prose::Human => human(&explained, term.out),
        Prose::Json => format!("{}\n", object(&explained)),
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Fine)
}

fn human(explained: &Explained, paint: Paint) -> String {
    match explained {
        Explained::Answer(why, now) => human::text(why, &run::when(now), paint),
        Explained::Content(why) => content::text(why, paint),
        Explained::Trigger(why) => trigger::text(why, paint),
        Explained::Channel(why) => reach::channel_text(why, paint),
        Explained::Experiment(why) => reach::experiment_text(why, paint),
    }
}

/// Reasons as JSON.
pub(crate) fn object(explained: &Explained) -> Value {
    match explained {
        Explained::Answer(why, now) => json::object(why, now),
        Explained::Content(why) => content::object(why),
        Explained::Trigger(why) => trigger::object(why),
        Explained::Channel(why) => reach::channel_object(why),
        Explained::Experiment(why) => reach::experiment_object(why),
    }
}
