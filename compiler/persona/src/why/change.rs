//! The smallest change: for an answer that is *no*, the fewest conditions that would have to turn for it to be *yes*.
//! Counted along the tree, each condition by itself; two that cannot turn together are not noticed.

use super::{Part, PartKind};
use crate::Location;

/// A condition that would have to turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// As written.
    pub text: String,
    /// Where it is written.
    pub location: Location,
    /// What it would have to become.
    pub wanted: bool,
    /// The values that it looks at now: names and values.
    pub operands: Vec<(String, String)>,
    /// What the history says about it now.
    pub evidence: Vec<String>,
}

/// The fewest conditions that would have to turn for the whole to hold.
pub(crate) fn smallest(part: &Part) -> Vec<Change> {
    let mut conditions = Vec::new();
    needed(part, true).collect(&mut conditions);
    conditions
}

/// What must turn, as a tree of choices already made.
struct Needed<'p> {
    count: usize,
    what: What<'p>,
}

enum What<'p> {
    Nothing,
    This(&'p Part, bool),
    All(Vec<Needed<'p>>),
}

impl<'p> Needed<'p> {
    fn all(needed: Vec<Self>) -> Self {
        Self {
            count: needed.iter().map(|needed| needed.count).sum(),
            what: What::All(needed),
        }
    }

    fn collect(&self, into: &mut Vec<Change>) {
        match &self.what {
            What::Nothing => {}
            What::This(part, wanted) => into.push(change(part, *wanted)),
            What::All(all) => all.iter().for_each(|needed| needed.collect(into)),
        }
    }
}

fn needed(part: &Part, wanted: bool) -> Needed<'_> {
    if part
        .value
        .as_ref()
        .is_some_and(|value| value.truth == Some(wanted))
    {
        return Needed {
            count: 0,
            what: What::Nothing,
        };
    }
    let all = || Needed::all(part.parts.iter().map(|part| needed(part, wanted)).collect());
    let cheapest = || {
        part.parts
            .iter()
            .map(|part| needed(part, wanted))
            .min_by_key(|needed| needed.count)
    };
    let chosen = match (&part.kind, &part.parts[..]) {
        (PartKind::And, _) if wanted => Some(all()),
        (PartKind::Or, _) if !wanted => Some(all()),
        (PartKind::And | PartKind::Or, _) => cheapest(),
        (PartKind::Not, [inner]) => Some(needed(inner, !wanted)),
        (PartKind::Reference(_) | PartKind::Stage(_), [inner]) if is_condition(inner) => {
            Some(needed(inner, wanted))
        }
        _ => None,
    };
    chosen.unwrap_or(Needed {
        count: 1,
        what: What::This(part, wanted),
    })
}

fn is_condition(part: &Part) -> bool {
    part.value
        .as_ref()
        .is_some_and(|value| value.truth.is_some())
}

fn change(part: &Part, wanted: bool) -> Change {
    let operand = |part: &Part| {
        part.value
            .as_ref()
            .map(|value| (part.text.clone(), value.text.clone()))
    };
    Change {
        text: part.text.clone(),
        location: part.location.clone(),
        wanted,
        operands: part.parts.iter().filter_map(operand).collect(),
        evidence: part.evidence.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shown;

    fn part(kind: PartKind, text: &str, holds: bool, parts: Vec<Part>) -> Part {
        Part {
            kind,
            text: text.to_owned(),
            location: Location {
                path: "a.persona".into(),
                line: 1,
                column: 1,
            },
            value: Some(Shown::of_bool(holds)),
            evidence: Vec::new(),
            parts,
        }
    }

    fn atom(text: &str, holds: bool) -> Part {
        part(PartKind::Condition, text, holds, Vec::new())
    }

    fn all(parts: Vec<Part>) -> Part {
        let holds = parts.iter().all(|part| {
            part.value
                .as_ref()
                .is_some_and(|value| value.truth == Some(true))
        });
        part(PartKind::And, "", holds, parts)
    }

    fn any(parts: Vec<Part>) -> Part {
        let holds = parts.iter().any(|part| {
            part.value
                .as_ref()
                .is_some_and(|value| value.truth == Some(true))
        });
        part(PartKind::Or, "", holds, parts)
    }

    fn not(inner: Part) -> Part {
        let holds = inner
            .value
            .as_ref()
            .is_some_and(|value| value.truth == Some(false));
        part(PartKind::Not, "", holds, vec![inner])
    }

    fn changes(part: &Part) -> Vec<(String, bool)> {
        smallest(part)
            .into_iter()
            .map(|change| (change.text, change.wanted))
            .collect()
    }

    #[test]
    fn what_holds_needs_no_change() {
        assert_eq!(changes(&all(vec![atom("a", true), atom("b", true)])), []);
    }

    #[test]
    fn of_a_conjunction_every_failing_part_must_change() {
        let found = changes(&all(vec![
            atom("a", false),
            atom("b", true),
            atom("c", false),
        ]));
        assert_eq!(found, [("a".to_owned(), true), ("c".to_owned(), true)]);
    }

    #[test]
    fn of_a_disjunction_the_cheapest_part_does() {
        let hard = all(vec![atom("a", false), atom("b", false)]);
        assert_eq!(
            changes(&any(vec![hard, atom("c", false)])),
            [("c".to_owned(), true)]
        );
    }

    #[test]
    fn under_not_the_condition_must_stop_holding() {
        let inner = all(vec![atom("a", true), atom("b", true)]);
        assert_eq!(changes(&not(inner)), [("a".to_owned(), false)]);
        let inner = any(vec![atom("a", true), atom("b", false), atom("c", true)]);
        assert_eq!(
            changes(&not(inner)),
            [("a".to_owned(), false), ("c".to_owned(), false)]
        );
    }

    #[test]
    fn references_are_looked_into() {
        let inner = all(vec![atom("a", true), atom("b", false)]);
        let reference = part(
            PartKind::Reference("vip".into()),
            "in vip",
            false,
            vec![inner],
        );
        assert_eq!(changes(&reference), [("b".to_owned(), true)]);
        let opaque = part(
            PartKind::Reference("vip".into()),
            "in vip",
            false,
            Vec::new(),
        );
        assert_eq!(changes(&opaque), [("in vip".to_owned(), true)]);
    }
}
