//! `persona experiment`: how many people an experiment needs, and what came out of it.

mod json;
mod plan;
mod report;

use std::io::{self, Write};

use persona::Package;
use persona::experiment::stats::Effect;
use persona::experiment::{ExposedBy, PlanOptions, ReportOptions};

use crate::args::{Experiment, Prose};
use crate::fail::{Failure, Outcome};
use crate::run::compiled;
use crate::run::progress::Bars;
use crate::term::Term;

/// Plans or reports.
pub(crate) fn experiment(args: &Experiment, term: Term) -> Result<Outcome, Failure> {
    let package = Package::open(args.path.as_deref())?;
    let Some(program) = compiled(&package, term)? else {
        return Ok(Outcome::ProgramIsWrong);
    };
    let bars = Bars::new(term.progress);
    let text = if args.plan {
        let options = PlanOptions {
            now: args.now.clone(),
            baseline: args.baseline.map(|share| share.0),
            effect: args.effect.0,
            alpha: args.alpha.0,
            power: args.power.0,
            traffic: args.traffic,
            control: args.control.clone(),
        };
        let result = program.experiment_plan(&args.name, &options, &bars);
        bars.finish();
        let result = result?;
        match args.format {
            Prose::Human => plan::text(&result, term.out),
            Prose::Json => format!("{}\n", json::plan(&result)),
        }
    } else {
        let options = ReportOptions {
            now: args.now.clone(),
            exposed: exposed(args)?,
            exposed_at: args.exposed_at.clone(),
            goals: args.goals.clone(),
            control: args.control.clone(),
            confidence: args.confidence.0,
        };
        let result = program.experiment_report(&args.name, &options, &bars);
        bars.finish();
        let result = result?;
        match args.format {
            Prose::Human => report::text(&result, term.out),
            Prose::Json => format!("{}\n", json::report(&result)),
        }
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Fine)
}

fn exposed(args: &Experiment) -> Result<ExposedBy, Failure> {
    match (&args.log, &args.exposure) {
        (Some(log), _) => Ok(ExposedBy::Log(log.clone())),
        (None, Some(field)) => Ok(ExposedBy::Field(field.clone())),
        (None, None) => Err(Failure::call("nothing says who was exposed to the experiment").help(
            "name a log of what was sent (`--log sent.ndjson`, which `persona simulate --out` writes), or the field of the data \
             that says who was in which arm (`--exposure variant`, or an event's: `--exposure Assigned.variant`)",
        )),
    }
}

/// A share: `5%` or `0.05`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(f64);

impl Share {
    /// Between 0 and 1.
    pub(crate) fn part(self) -> f64 {
        self.0
    }
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = match text.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
            None => text.trim().parse(),
        };
        let found = number.ok().filter(|share| *share > 0.0 && *share < 1.0);
        found
            .map(Self)
            .ok_or_else(|| "write a percentage between 0 % and 100 %, as in `5%`".to_owned())
    }
}

/// The least effect worth finding: `10%` of the rate, or `1pp` beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LeastEffect(Effect);

impl std::str::FromStr for LeastEffect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let part = |number: &str| {
            let number = number.trim().parse::<f64>().ok();
            number.filter(|number| number.is_finite() && *number != 0.0)
        };
        let relative = text.strip_suffix('%').and_then(part);
        let absolute = text.strip_suffix("pp").and_then(part);
        match (relative, absolute) {
            (Some(percent), _) => Ok(Self(Effect::Relative(percent / 100.0))),
            (None, Some(points)) => Ok(Self(Effect::Absolute(points / 100.0))),
            (None, None) => Err(
                "write `10%` for 10 % more than now, or `1pp` for one percentage point more"
                    .to_owned(),
            ),
        }
    }
}

/// How many people come each day.
pub(crate) fn traffic(text: &str) -> Result<f64, String> {
    let number = text.trim().replace(',', "").parse::<f64>().ok();
    let found = number.filter(|number| number.is_finite() && *number > 0.0);
    found.ok_or_else(|| "write how many new people come each day, as in `500`".to_owned())
}

/// A change as a percentage with its sign: `+12.3 %`.
fn signed(part: f64) -> String {
    let text = format!("{:+.1}", part * 100.0);
    // What rounds to nothing has no sign.
    let text = if text == "-0.0" { "+0.0" } else { &text };
    format!("{} %", text.replace('-', "−"))
}

/// The same in percentage points.
fn points(part: f64) -> String {
    let text = format!("{:+.2}", part * 100.0);
    let text = if text == "-0.00" { "+0.00" } else { &text };
    text.replace('-', "−")
}

/// A rate with digits enough to tell small ones apart.
fn rate(share: f64) -> String {
    match share {
        small if small > 0.0 && small < 0.01 => format!("{:.3} %", small * 100.0),
        share => format!("{:.2} %", share * 100.0),
    }
}

/// A p-value.
fn chance(p: f64) -> String {
    match p {
        tiny if tiny < 0.0001 => "< 0.0001".to_owned(),
        small if small < 0.1 => format!("{small:.4}"),
        p => format!("{p:.2}"),
    }
}

/// A share that was given, without digits that nobody wrote.
fn plain(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_are_relative_or_in_points() {
        let effect = |text: &str| text.parse::<LeastEffect>().map(|effect| effect.0);
        assert_eq!(effect("10%"), Ok(Effect::Relative(0.1)));
        assert_eq!(effect("-5 %"), Ok(Effect::Relative(-0.05)));
        assert_eq!(effect("1pp"), Ok(Effect::Absolute(0.01)));
        for wrong in ["10", "0%", "NaN%", "infpp", "", "pp"] {
            assert!(effect(wrong).is_err(), "{wrong}");
        }
        for wrong in ["0%", "100%", "5", "x", "NaN"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
        assert_eq!("5%".parse(), Ok(Share(0.05)));
        assert_eq!(traffic("1,500"), Ok(1_500.0));
        assert!(traffic("0").is_err() && traffic("inf").is_err());
    }

    #[test]
    fn figures_keep_the_digits_that_count() {
        assert_eq!(
            [0.1234, -0.00001, -0.05].map(signed),
            ["+12.3 %", "+0.0 %", "−5.0 %"]
        );
        assert_eq!([0.0123, -0.000001].map(points), ["+1.23", "+0.00"]);
        assert_eq!(
            [0.0, 0.00123, 0.5].map(rate),
            ["0.00 %", "0.123 %", "50.00 %"]
        );
        assert_eq!(
            [0.5, 0.0123, 1e-9].map(chance),
            ["0.50", "0.0123", "< 0.0001"]
        );
        assert_eq!([0.05, 0.001].map(plain), ["5 %", "0.1 %"]);
    }
}
