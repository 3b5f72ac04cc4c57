//! A failing case, made small: declarations, parts of conditions, people and events go, as long as it still fails.

use std::fmt::Write as _;
use std::path::Path;

use super::naive::civil::instant_text;
use super::run::{Case, check, readings};
use super::text;
use super::tree::{E, K, Output, Ty, V};

/// The failure as a case of the suite, with the naive evaluator's answers as its expectation.
pub(super) fn report(number: u64, mut case: Case, message: &str, folder: &Path) -> String {
    shrink(&mut case, folder);
    let message = check(&case, folder)
        .err()
        .unwrap_or_else(|| message.to_owned());
    let mut text =
        format!("generated program {number}: {message}\n\n## Generated program {number}\n\n");
    writeln!(
        text,
        "```toml\n{}```\n",
        text::manifest(&case.program.schema)
    )
    .expect("text grows");
    writeln!(
        text,
        "```persona\n{}```\n",
        text::program(&case.program, None).trim_end().to_owned() + "\n"
    )
    .expect("text grows");
    for (name, lines) in text::files(&case.program.schema, &case.data) {
        writeln!(text, "```file {name}\n{lines}```\n").expect("text grows");
    }
    writeln!(text, "```output now={}", instant_text(case.data.now)).expect("text grows");
    for (index, values) in readings(&case).unwrap_or_default().iter().enumerate() {
        writeln!(text, "{}: {values:?}", case.program.name(index)).expect("text grows");
    }
    text + "```\n"
}

fn shrink(case: &mut Case, folder: &Path) {
    let mut attempts = 600;
    let mut smaller = true;
    while smaller && attempts > 0 {
        smaller = false;
        for candidate in candidates(case) {
            attempts -= 1;
            if attempts == 0 {
                return;
            }
            if check(&candidate, folder).is_err() {
                *case = candidate;
                smaller = true;
                break;
            }
        }
    }
}

/// The case with one thing less, the largest things first.
fn candidates(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    let mut with = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        change(&mut smaller);
        found.push(smaller);
    };
    for index in (0..case.program.outputs.len()).rev() {
        if let Some(plain) = plain(&case.program.outputs[index]) {
            with(&|case| case.program.outputs[index] = plain.clone());
        }
    }
    for profile in &case.data.profiles {
        if case.data.profiles.len() > 1 {
            with(&|case| {
                case.data.profiles.retain(|other| other.key != profile.key);
                case.data.events.retain(|event| event.key != profile.key);
            });
        }
    }
    for index in 0..case.data.events.len() {
        with(&|case| {
            let key = case.data.events.remove(index).key;
            let alone = case.data.events.iter().all(|event| event.key != key);
            for profile in case
                .data
                .profiles
                .iter_mut()
                .filter(|profile| alone && profile.key == key)
            {
                profile.listed = true;
            }
        });
    }
    for index in 0..case.data.goods.len() {
        with(&|case| drop(case.data.goods.remove(index)));
    }
    for index in 0..case.program.outputs.len() {
        for part in parts(&case.program.outputs[index]) {
            with(&|case| {
                if let Output::Segment(_, e) = &mut case.program.outputs[index] {
                    *e = part.clone();
                }
            });
        }
    }
    found
}

/// The same kind of declaration, as plain as can be; none if it is already.
fn plain(output: &Output) -> Option<Output> {
    let constant = |ty, value| E {
        k: K::Lit(value),
        ty,
        optional: false,
    };
    let is_plain = |e: &E| matches!(e.k, K::Lit(_));
    match output {
        Output::Trait(e) if is_plain(e) => None,
        Output::Trait(e) if e.ty == Ty::Bool => {
            Some(Output::Trait(constant(Ty::Bool, V::Bool(true))))
        }
        // Whoever uses the trait may count on its being optional, or on its being none.
        Output::Trait(_) => None,
        Output::Segment(_, e) if is_plain(e) => None,
        Output::Segment(parameter, _) => Some(Output::Segment(
            *parameter,
            constant(Ty::Bool, V::Bool(true)),
        )),
        Output::Partition(stages) if stages.iter().all(is_plain) => None,
        Output::Partition(stages) => Some(Output::Partition(
            stages
                .iter()
                .map(|_| constant(Ty::Bool, V::Bool(false)))
                .collect(),
        )),
    }
}

/// Conditions that a segment's condition is made of, and the condition without one of them.
fn parts(output: &Output) -> Vec<E> {
    let Output::Segment(_, e) = output else {
        return Vec::new();
    };
    match &e.k {
        K::And(parts) | K::Or(parts) => parts.clone(),
        K::Not(inner) => vec![(**inner).clone()],
        _ => Vec::new(),
    }
}
