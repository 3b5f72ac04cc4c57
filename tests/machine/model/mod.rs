//! The trigger machine against a naive model: generated packages and inputs, in whatever batches, replayed, and saved and
//! restored at every step. 300 programs each time; `PERSONA_CAMPAIGNS=20000` asks for more, and `PERSONA_FIRST_CAMPAIGN` starts
//! elsewhere. A failure is shrunk and printed with both logs.

mod cart;
mod engine;
mod facts;
mod generate;
mod log;
mod naive;
mod seen;
mod shrink;
mod starts;
mod steps;
mod stream;

use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use persona_ir::campaign::Campaign;
use persona_runtime::machine::{Counts, Options, Outcome};

use crate::support::rng::Rng;
use generate::Package;
use naive::Model;
use seen::Seen;
use stream::Stream;

/// A package with an input.
#[derive(Clone, Debug)]
struct Case {
    package: Package,
    stream: Stream,
    options: Options,
    /// Where random batches come from.
    seed: u64,
}

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => default,
    }
}

/// The case with this number, always the same; and how many packages were refused before it.
fn case(number: u64) -> (Case, Vec<String>) {
    let mut rng = Rng::stream(6_2026, number);
    let (package, campaign, refused) = generate::accepted(&mut rng);
    let mut stream = stream::stream(&mut rng, &campaign);
    let mut options = Options::from(stream.from);
    options.record_where = rng.chance(5_000);
    options.payloads = rng.chance(3_000);
    let model = Model::new(&campaign, options.clone());
    let (outcomes, _) = model.run(&stream.inputs, stream.until);
    stream::open(&mut rng, &campaign, &mut stream, &outcomes);
    let case = Case {
        package,
        stream,
        options,
        seed: number,
    };
    (case, refused)
}

/// What the model says.
fn expected(campaign: &Campaign, case: &Case, stream: &Stream) -> (Vec<Outcome>, Counts) {
    let model = Model::new(campaign, case.options.clone());
    model.run(&stream.inputs, stream.until)
}

/// Compares everything; the first difference, in words.
fn check(case: &Case, seen: &mut Seen) -> Result<(), String> {
    let campaign = case
        .package
        .campaign()
        .map_err(|why| format!("refused: {why}"))?;
    let checked = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let expected_all = expected(&campaign, case, &case.stream);
        engine::agrees(&campaign, case, &expected_all)?;
        let sorted = stream::on_time(&case.stream);
        let expected_sorted = expected(&campaign, case, &sorted);
        engine::replays(&campaign, case, &sorted, &expected_sorted)?;
        Ok((expected_all, expected_sorted))
    }));
    let (all, sorted) =
        checked.unwrap_or_else(|_| Err("a panic; its message is above".to_owned()))?;
    seen.campaign(&campaign, &case.stream);
    seen.outcomes(&campaign, &all);
    seen.outcomes(&campaign, &sorted);
    Ok(())
}

#[test]
fn the_machine_is_the_naive_model_on_generated_campaigns() {
    let first = setting("PERSONA_FIRST_CAMPAIGN", 0);
    let end = first + setting("PERSONA_CAMPAIGNS", 300);
    let next = AtomicU64::new(first);
    let failure: Mutex<Option<String>> = Mutex::new(None);
    let all: Mutex<Seen> = Mutex::new(Seen::default());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut seen = Seen::default();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let failed = || failure.lock().expect("no thread panics").is_some();
                    if number >= end || failed() {
                        break;
                    }
                    let (case, refused) = case(number);
                    seen.refused(refused);
                    if let Err(message) = check(&case, &mut seen) {
                        let report = shrink::report(number, case, &message);
                        let mut failure = failure.lock().expect("no thread panics");
                        failure.get_or_insert(report);
                    }
                }
                all.lock().expect("no thread panics").add(&seen);
            });
        }
    });
    if let Some(report) = failure.into_inner().expect("no thread panics") {
        panic!("{report}");
    }
    let seen = all.into_inner().expect("no thread panics");
    eprintln!("{}", seen.show());
    if end - first >= 300 {
        seen.assert_everything();
    }
}
