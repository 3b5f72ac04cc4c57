//! Making a case that fails as small as it gets: leaving out inputs, declarations and clauses as long as it fails.

use super::{Case, Seen, check, engine, expected, log, stream};

/// The smallest case that still fails, with both logs.
pub(super) fn report(number: u64, mut case: Case, message: &str) -> String {
    let mut message = message.to_owned();
    while let Some((smaller, why)) = smaller(&case) {
        case = smaller;
        message = why;
    }
    let Ok(campaign) = case.package.campaign() else {
        return format!("campaign {number}: {message}\n{}", case.package.text());
    };
    let lines = |of: &stream::Stream| {
        let lines = of.inputs.iter();
        lines
            .map(|input| format!("{}\n", log::input(&campaign, input)))
            .collect::<String>()
    };
    let (model, counts) = expected(&campaign, &case, &case.stream);
    let both = match engine::pushed(&campaign, &case) {
        Ok((machine, other)) => format!(
            "{}\nmodel   {counts:?}\nmachine {other:?}",
            log::beside(&campaign, &model, &machine)
        ),
        Err(why) => why,
    };
    format!(
        "campaign {number}: {message}\n\n{}\n{}\n{}\nfrom {} until {} {:?}\n\n{both}",
        case.package.config,
        case.package.text(),
        lines(&case.stream),
        persona_runtime::display::iso(case.stream.from),
        persona_runtime::display::iso(case.stream.until),
        case.options,
    )
}

/// A smaller case that fails, too.
fn smaller(case: &Case) -> Option<(Case, String)> {
    let fails = |smaller: Case| {
        let why = check(&smaller, &mut Seen::default()).err()?;
        let other = why.starts_with("refused") || why.starts_with("a panic");
        (!other).then_some((smaller, why))
    };
    let inputs = (0..case.stream.inputs.len()).map(|place| {
        let mut smaller = case.clone();
        smaller.stream.inputs.remove(place);
        smaller
    });
    let parts = (0..case.package.parts.len()).map(|place| {
        let mut smaller = case.clone();
        smaller.package.parts.remove(place);
        smaller
    });
    let clauses = case
        .package
        .parts
        .iter()
        .enumerate()
        .flat_map(|(part, of)| (0..of.clauses.len()).map(move |clause| (part, clause)));
    let clauses = clauses.map(|(part, clause)| {
        let mut smaller = case.clone();
        smaller.package.parts[part].clauses.remove(clause);
        smaller
    });
    let values = (0..case.stream.inputs.len()).flat_map(|place| {
        let persona_runtime::machine::What::Row { values, .. } = &case.stream.inputs[place].what
        else {
            return Vec::new();
        };
        let without = |value: usize| {
            let mut smaller = case.clone();
            if let persona_runtime::machine::What::Row { values, .. } =
                &mut smaller.stream.inputs[place].what
            {
                values.remove(value);
            }
            smaller
        };
        (0..values.len()).map(without).collect()
    });
    parts
        .chain(clauses)
        .chain(inputs)
        .chain(values)
        .find_map(fails)
}
