//! The differential test: generated programs over generated data, answered by every engine and by an evaluator that
//! shares nothing with them, in two readings. 2,000 programs each time; `PERSONA_PROGRAMS=200000` asks for more, and
//! `PERSONA_FIRST_PROGRAM` starts elsewhere. A failure is shrunk and printed as a case of the suite.

mod build;
mod constants;
mod mutants;
mod naive;
mod rows;
mod run;
mod shrink;
mod text;
mod tree;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use run::{Case, check};

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => default,
    }
}

#[test]
fn all_engines_and_both_readings_agree_on_generated_programs() {
    let first = setting("PERSONA_FIRST_PROGRAM", 0);
    let end = first + setting("PERSONA_PROGRAMS", 2_000);
    let next = AtomicU64::new(first);
    let failure: Mutex<Option<String>> = Mutex::new(None);
    // Programs of which loops over several columns have answered something.
    let fused = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let folder = tempfile::tempdir().expect("a temporary folder");
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let failed = || failure.lock().expect("no thread panics").is_some();
                    if number >= end || failed() {
                        return;
                    }
                    let case = Case::new(number);
                    match check(&case, folder.path()) {
                        Ok(conditions) => {
                            fused.fetch_add(u64::from(conditions > 0), Ordering::Relaxed);
                        }
                        Err(message) => {
                            let report = shrink::report(number, case, &message, folder.path());
                            failure
                                .lock()
                                .expect("no thread panics")
                                .get_or_insert(report);
                        }
                    }
                }
            });
        }
    });
    if let Some(report) = failure.into_inner().expect("no thread panics") {
        panic!("{report}");
    }
    let (fused, programs) = (fused.into_inner(), end - first);
    assert!(
        fused * 4 >= programs,
        "loops over several columns took part in {fused} of {programs} programs: too few to say that they agree"
    );
}

#[test]
fn programs_look_items_up_and_go_through_them() {
    let texts = (0..300).map(|number| text::program(&Case::new(number).program, None));
    let (mut looked_up, mut gone_through) = (0, 0);
    for text in texts {
        looked_up += usize::from(text.contains("Good["));
        gone_through += usize::from(text.contains("good in Good"));
    }
    assert!(
        looked_up > 60 && gone_through > 20,
        "{looked_up} of 300 programs look items up, {gone_through} go through them"
    );
}
