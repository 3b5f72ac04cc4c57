//! Whether formulas can hold together. A cube is one way in which they might: for each term, what is left of its values.
//! All ways are tried, up to a bound; that none is left is a proof, that one is left is not yet a person.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::set::Set;
use super::term::{Channel, Counts, Formula, Lit, TermId, Terms, TextTest};
use crate::TypeKind;

/// How many ways are tried for one question.
const WAYS: u32 = 256;
/// How many literals are looked at for one question.
const LITERALS: u32 = 8_192;
/// How many terms one way may speak of.
const MAX_TERMS: usize = 128;
/// Months for which days are counted.
const MAX_MONTHS: i64 = 1_200;
const DAY: i64 = super::atoms::DAY;

/// What is left of a term's values.
#[derive(Clone, Debug)]
pub(super) struct Left {
    /// It may be missing.
    pub(super) missing: bool,
    /// It may be there.
    pub(super) there: bool,
    /// What it then is.
    pub(super) sets: Vec<(Channel, Set)>,
}

impl Left {
    /// What is left of one of the things that are looked at.
    pub(super) fn set(&self, channel: &Channel) -> Option<&Set> {
        self.sets
            .iter()
            .find(|(other, _)| other == channel)
            .map(|(_, set)| set)
    }

    fn narrow(&mut self, channel: &Channel, set: &Set) {
        let at = self.sets.iter().position(|(other, _)| other == channel);
        let left = match at {
            Some(at) => {
                let left = self.sets[at].1.intersect(set);
                self.sets[at].1 = left.clone();
                left
            }
            None => {
                self.sets.push((channel.clone(), set.clone()));
                set.clone()
            }
        };
        self.there &= !left.is_empty();
    }
}

/// One way in which formulas might hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Cube {
    /// By term.
    pub(super) terms: Vec<(TermId, Left)>,
}

/// The answer.
#[derive(Debug)]
pub(super) enum Sat {
    /// They never hold together.
    Never,
    /// Nothing speaks against it. The ways that were found, as many as were asked for.
    Perhaps(Vec<Cube>),
    /// There were too many ways.
    TooMany,
}

/// Asks about formulas over the same terms.
#[derive(Debug)]
pub(super) struct Solver<'s, 'a> {
    terms: &'s Terms<'a>,
    ways: u32,
    literals: u32,
    wanted: usize,
    /// Which filters are known to imply which.
    implied: FxHashMap<(TermId, TermId), bool>,
}

impl<'s, 'a> Solver<'s, 'a> {
    /// Over these terms.
    pub(super) fn new(terms: &'s Terms<'a>) -> Self {
        Self {
            terms,
            ways: 0,
            literals: 0,
            wanted: 1,
            implied: FxHashMap::default(),
        }
    }

    /// Whether formulas can hold together.
    pub(super) fn together(&mut self, formulas: &[&Formula]) -> Sat {
        self.ways(formulas, 1)
    }

    /// Up to so many ways in which formulas might hold together.
    pub(super) fn ways(&mut self, formulas: &[&Formula], wanted: usize) -> Sat {
        (self.ways, self.literals, self.wanted) = (WAYS, LITERALS, wanted);
        let mut found = Vec::new();
        let done = self.search(Cube::default(), formulas.to_vec(), Vec::new(), &mut found);
        match (done, found.is_empty()) {
            (_, false) => Sat::Perhaps(found),
            (true, true) => Sat::Never,
            (false, true) => Sat::TooMany,
        }
    }

    /// Whether they never hold together.
    pub(super) fn never(&mut self, formulas: &[&Formula]) -> bool {
        matches!(self.together(formulas), Sat::Never)
    }

    /// Tries what is pending, then each choice in turn. `false` where it was given up.
    fn search<'f>(
        &mut self,
        mut cube: Cube,
        mut pending: Vec<&'f Formula>,
        mut choices: Vec<&'f [Formula]>,
        found: &mut Vec<Cube>,
    ) -> bool {
        while let Some(formula) = pending.pop() {
            if self.literals == 0 {
                return false;
            }
            self.literals -= 1;
            match formula {
                Formula::All(parts) => pending.extend(parts),
                Formula::Any(parts) => match parts.as_slice() {
                    [] => return true,
                    [one] => pending.push(one),
                    many => choices.push(many),
                },
                Formula::Lit(lit) => {
                    if cube.terms.len() > MAX_TERMS {
                        return false;
                    }
                    if !self.add(&mut cube, lit) {
                        return true;
                    }
                }
            }
        }
        if !self.consistent(&mut cube) {
            return true;
        }
        let Some(next) = choices
            .iter()
            .enumerate()
            .min_by_key(|(_, choice)| choice.len())
            .map(|(index, _)| index)
        else {
            found.push(cube);
            return true;
        };
        let choice = choices.swap_remove(next);
        for way in choice {
            if found.len() >= self.wanted {
                return true;
            }
            if self.ways == 0 {
                return false;
            }
            self.ways -= 1;
            if !self.search(cube.clone(), vec![way], choices.clone(), found) {
                return false;
            }
        }
        true
    }

    /// What is left of a term, from all that it can be.
    fn left<'c>(&self, cube: &'c mut Cube, term: TermId) -> &'c mut Left {
        let at = match cube.terms.iter().position(|(other, _)| *other == term) {
            Some(at) => at,
            None => {
                let known = self.terms.get(term);
                cube.terms.push((
                    term,
                    Left {
                        missing: known.may_miss,
                        there: !known.universe.is_empty(),
                        sets: vec![(Channel::Value, known.universe.clone())],
                    },
                ));
                cube.terms.len() - 1
            }
        };
        &mut cube.terms[at].1
    }

    /// Takes a literal into account; `false` where nothing is left.
    fn add(&self, cube: &mut Cube, lit: &Lit) -> bool {
        #[cfg(test)]
        let lit = &super::tests::spoilt(lit);
        let left = self.left(cube, lit.term);
        left.missing &= lit.missing;
        left.narrow(&lit.channel, &lit.set);
        left.missing || left.there
    }

    /// Takes into account what follows from one term for others, and from one thing about a term for another.
    fn consistent(&mut self, cube: &mut Cube) -> bool {
        let mut at = 0;
        while at < cube.terms.len() {
            let (term, left) = &cube.terms[at];
            let (term, must_be_there) = (*term, !left.missing);
            let known = self.terms.get(term);
            by_calendar(&known.kind, &mut cube.terms[at].1);
            by_text(&mut cube.terms[at].1);
            let left = &cube.terms[at].1;
            if !left.missing && !left.there {
                return false;
            }
            if must_be_there && !self.there_too(cube, term) {
                return false;
            }
            at += 1;
            if at > MAX_TERMS * 2 {
                break;
            }
        }
        self.counts_agree(cube)
    }

    /// What has to be there because a term is.
    fn there_too(&self, cube: &mut Cube, term: TermId) -> bool {
        let known = self.terms.get(term);
        for needed in &known.needs {
            let left = self.left(cube, *needed);
            let was_missing = std::mem::replace(&mut left.missing, false);
            if !left.there || (was_missing && !self.there_too(cube, *needed)) {
                return false;
            }
        }
        if let Some(counted) = known.needs_one {
            let left = self.left(cube, counted);
            left.narrow(&Channel::Value, &Set::range(1, i64::MAX));
            if !left.there {
                return false;
            }
        }
        if let Some(bound) = known.at_most {
            let least = self
                .left(cube, term)
                .set(&Channel::Value)
                .and_then(Set::least);
            let left = self.left(cube, bound);
            left.narrow(
                &Channel::Value,
                &Set::range(least.unwrap_or(i64::MIN), i64::MAX),
            );
            if !left.there {
                return false;
            }
        }
        true
    }

    /// Of what is a part of something else there is not more.
    fn counts_agree(&mut self, cube: &Cube) -> bool {
        let counted: Vec<(TermId, &Counts, i64, i64)> = cube
            .terms
            .iter()
            .filter(|(_, left)| !left.missing)
            .filter_map(|(term, left)| {
                let set = left.set(&Channel::Value)?;
                let counts = self.terms.get(*term).counts.as_ref()?;
                Some((*term, counts, set.least()?, set.greatest()?))
            })
            .collect();
        for (part, counts, least, _) in &counted {
            for (whole, others, _, greatest) in &counted {
                if least > greatest
                    && part != whole
                    && self.is_part((*part, counts), (*whole, others))
                {
                    return false;
                }
            }
        }
        true
    }

    /// Whether everything that one term counts, another counts too.
    fn is_part(
        &mut self,
        (part, counts): (TermId, &Counts),
        (whole, others): (TermId, &Counts),
    ) -> bool {
        let kinds = counts.kinds.iter().all(|kind| others.kinds.contains(kind));
        if !kinds || counts.shape != others.shape {
            return false;
        }
        if let Some(known) = self.implied.get(&(part, whole)) {
            return *known;
        }
        let mut inner = Solver::new(self.terms);
        let found = inner.never(&[&counts.filter, &others.no_filter]);
        self.implied.insert((part, whole), found);
        found
    }
}

/// Months ago are days ago, roughly: a month has 28 to 31 of them, and clocks are moved.
fn by_calendar(kind: &TypeKind, left: &mut Left) {
    let unit = match kind {
        TypeKind::Timestamp => DAY,
        TypeKind::Date => 1,
        _ => return,
    };
    let Some(months) = left.set(&Channel::Months) else {
        return;
    };
    let (least, greatest) = (months.least(), months.greatest());
    // 2m + 1 or more: m months ago or earlier.
    if let Some(months) = least
        .and_then(|least| least.checked_sub(1))
        .map(|least| least.div_euclid(2))
        .filter(|m| (1..=MAX_MONTHS).contains(m))
    {
        let days = months * 30 - 4;
        left.narrow(&Channel::FromNow, &Set::range(i64::MIN, -days * unit));
    }
    // 2m or less: later than m months ago.
    if let Some(months) = greatest
        .and_then(|most| most.checked_add(1))
        .map(|most| most.div_euclid(2))
        .filter(|m| (1..=MAX_MONTHS).contains(m))
    {
        let days = months * 31 + 2;
        left.narrow(&Channel::FromNow, &Set::range(-days * unit, i64::MAX));
    }
}

/// What tests of a text say of each other, and of its value.
fn by_text(left: &mut Left) {
    let tests: Vec<(TextTest, Arc<str>, bool)> = left
        .sets
        .iter()
        .filter_map(|(channel, set)| match channel {
            Channel::Test(test, with) if set.has(1) != set.has(0) => {
                Some((*test, Arc::clone(with), set.has(1)))
            }
            _ => None,
        })
        .collect();
    if tests.is_empty() {
        return;
    }
    if let Some(Set::Text {
        except: false,
        items,
    }) = left.set(&Channel::Value)
    {
        let fits = |text: &&Arc<str>| {
            tests
                .iter()
                .all(|(test, with, yes)| holds(*test, text, with).is_none_or(|holds| holds == *yes))
        };
        let fitting = Set::texts(items.iter().filter(fits).cloned().collect());
        left.narrow(&Channel::Value, &fitting);
    }
    for (test, with, yes) in &tests {
        for (other, inside, other_yes) in &tests {
            let clash = match (*yes, *other_yes) {
                // Whatever begins with `with` begins with its beginnings.
                (true, false) => follows(*test, with, *other, inside),
                (true, true) => test == other && apart(*test, with, inside),
                _ => false,
            };
            left.there &= !clash;
        }
    }
}

/// Whether a text passes a test; `None` where that is not known here.
fn holds(test: TextTest, text: &str, with: &str) -> Option<bool> {
    match test {
        TextTest::Starts => Some(text.starts_with(with)),
        TextTest::Ends => Some(text.ends_with(with)),
        TextTest::Contains => Some(text.contains(with)),
        TextTest::Folds | TextTest::Matches => None,
    }
}

/// Whether passing one test means passing another.
fn follows(test: TextTest, with: &str, other: TextTest, inside: &str) -> bool {
    match (test, other) {
        (TextTest::Starts, TextTest::Starts) => with.starts_with(inside),
        (TextTest::Ends, TextTest::Ends) => with.ends_with(inside),
        (TextTest::Starts | TextTest::Ends | TextTest::Contains, TextTest::Contains) => {
            with.contains(inside)
        }
        _ => false,
    }
}

/// Whether no text passes both.
fn apart(test: TextTest, a: &str, b: &str) -> bool {
    match test {
        TextTest::Starts => !a.starts_with(b) && !b.starts_with(a),
        TextTest::Ends => !a.ends_with(b) && !b.ends_with(a),
        _ => false,
    }
}
