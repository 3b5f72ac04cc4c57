//! That nothing is proven that is not so: generated conditions over a small package, every claim about them checked against
//! all people of a small world, by a little evaluator that knows neither the formulas nor the other evaluator. And that
//! this would notice: claims that are spoilt on purpose are caught.

use super::table::{condition, package};
use crate::Checked;
use crate::prove::{Disjoint, contradictory, disjoint, implies, tautology};

/// A little language of its own, printed as source and evaluated here.
#[derive(Clone, Debug)]
enum Test {
    Visits(Compare, i64),
    Score(Compare, i64),
    ScoreOr(i64, Compare, i64),
    ScoreKnown(bool),
    Country(Vec<usize>, bool),
    Home(Vec<usize>),
    HomeKnown(bool),
    Tier(Compare, usize),
    Vip(bool),
    Tags(bool, Vec<usize>),
    Name(&'static str, &'static str),
    Joined(Window),
    Bought {
        not: bool,
        within: Option<i64>,
        over: Option<i64>,
    },
    Count(Compare, i64, Option<i64>),
    Big,
    Stage(usize, bool),
    VisitsBesideScore(Compare),
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
}

#[derive(Clone, Copy, Debug)]
enum Compare {
    Less,
    UpTo,
    Equal,
    Other,
    From,
    More,
}

#[derive(Clone, Copy, Debug)]
enum Window {
    Last(i64),
    FromTo(i64, i64),
    Before(i64),
    After(i64),
}

/// A person of the small world.
#[derive(Clone, Debug)]
struct Somebody {
    visits: i64,
    score: Option<i64>,
    country: usize,
    home: Option<usize>,
    tier: usize,
    vip: bool,
    tags: u8,
    name: &'static str,
    /// Days ago.
    joined: i64,
    spend: i64,
    /// Days ago, and total.
    bought: Vec<(i64, i64)>,
}

const COUNTRIES: [&str; 5] = ["US", "CA", "GB", "DE", "other"];
const TIERS: [&str; 3] = ["bronze", "silver", "gold"];
const TAGS: [&str; 2] = ["x", "y"];
const NAMES: [&str; 5] = ["", "a", "ab", "abc", "ba"];
const DAYS: [i64; 4] = [1, 14, 90, 180];

impl Compare {
    const ALL: [Self; 6] = [
        Self::Less,
        Self::UpTo,
        Self::Equal,
        Self::Other,
        Self::From,
        Self::More,
    ];

    fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::UpTo => "<=",
            Self::Equal => "==",
            Self::Other => "!=",
            Self::From => ">=",
            Self::More => ">",
        }
    }

    fn of<T: PartialOrd + Copy>(self, a: T, b: T) -> bool {
        match self {
            Self::Less => a < b,
            Self::UpTo => a <= b,
            Self::Equal => a == b,
            Self::Other => a != b,
            Self::From => a >= b,
            Self::More => a > b,
        }
    }
}

impl Window {
    fn text(self) -> String {
        match self {
            Self::Last(days) => format!("joined in last {days}d"),
            Self::FromTo(from, to) => format!("joined from {from}d ago to {to}d ago"),
            Self::Before(days) => format!("joined before {days}d ago"),
            Self::After(days) => format!("joined after {days}d ago"),
        }
    }

    fn has(self, ago: i64) -> bool {
        match self {
            Self::Last(days) => (0..days).contains(&ago),
            Self::FromTo(from, to) => to <= ago && ago < from,
            Self::Before(days) => ago > days,
            Self::After(days) => ago < days,
        }
    }
}

impl Test {
    fn text(&self) -> String {
        let named = |all: &[&str], which: &[usize]| {
            which.iter().map(|i| all[*i]).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Visits(how, n) => format!("visits {} {n}", how.sign()),
            Self::Score(how, n) => match how {
                // Settled, or it would be an error.
                Compare::Other => format!("(score is known and score != {n})"),
                how => format!("(score is known and score {} {n})", how.sign()),
            },
            Self::ScoreOr(default, how, n) => format!("(score ?? {default}) {} {n}", how.sign()),
            Self::ScoreKnown(yes) => format!("score is {}", if *yes { "known" } else { "missing" }),
            Self::Country(which, yes) => {
                format!(
                    "country {}in [{}]",
                    if *yes { "" } else { "not " },
                    named(&COUNTRIES, which)
                )
            }
            Self::Home(which) => {
                format!("(home is known and home in [{}])", named(&COUNTRIES, which))
            }
            Self::HomeKnown(yes) => format!("home is {}", if *yes { "known" } else { "missing" }),
            Self::Tier(how, tier) => format!("tier {} {}", how.sign(), TIERS[*tier]),
            Self::Vip(yes) => if *yes { "vip" } else { "not vip" }.to_owned(),
            Self::Tags(all, which) => {
                let quoted: Vec<String> = which.iter().map(|i| format!("{:?}", TAGS[*i])).collect();
                format!(
                    "tags contains {} [{}]",
                    if *all { "all" } else { "any" },
                    quoted.join(", ")
                )
            }
            Self::Name(how, with) => format!("name {how} {with:?}"),
            Self::Joined(window) => window.text(),
            Self::Bought { not, within, over } => {
                let not = if *not { "not " } else { "" };
                format!(
                    "(did {not}Purchase{}{})",
                    last(*within),
                    over.map_or(String::new(), |over| format!(" where total > {over} USD"))
                )
            }
            Self::Count(how, n, within) => {
                format!("count(Purchase{}) {} {n}", last(*within), how.sign())
            }
            Self::Big => "in big".to_owned(),
            Self::Stage(stage, yes) => {
                let stages = ["fresh", "active", "at_risk", "lapsed"];
                format!(
                    "{}in lifecycle.{}",
                    if *yes { "" } else { "not " },
                    stages[*stage]
                )
            }
            Self::VisitsBesideScore(how) => {
                format!("(score is known and visits {} score)", how.sign())
            }
            Self::And(parts) => joined(parts, " and "),
            Self::Or(parts) => joined(parts, " or "),
            Self::Not(inner) => format!("not ({})", inner.text()),
        }
    }

    fn holds(&self, who: &Somebody) -> bool {
        let bought = |within: &Option<i64>, over: &Option<i64>| {
            let inside = |ago: i64| within.is_none_or(|days| ago < days);
            who.bought
                .iter()
                .filter(|(ago, total)| inside(*ago) && over.is_none_or(|over| *total > over))
                .count() as i64
        };
        match self {
            Self::Visits(how, n) => how.of(who.visits, *n),
            Self::Score(how, n) => who.score.is_some_and(|score| how.of(score, *n)),
            Self::ScoreOr(default, how, n) => how.of(who.score.unwrap_or(*default), *n),
            Self::ScoreKnown(yes) => who.score.is_some() == *yes,
            Self::Country(which, yes) => which.contains(&who.country) == *yes,
            Self::Home(which) => who.home.is_some_and(|home| which.contains(&home)),
            Self::HomeKnown(yes) => who.home.is_some() == *yes,
            Self::Tier(how, tier) => how.of(who.tier, *tier),
            Self::Vip(yes) => who.vip == *yes,
            Self::Tags(all, which) => {
                let mut each = which.iter().map(|tag| who.tags & (1 << tag) != 0);
                if *all {
                    each.all(|has| has)
                } else {
                    each.any(|has| has)
                }
            }
            Self::Name(how, with) => match *how {
                "==" => who.name == *with,
                "!=" => who.name != *with,
                "starts with" => who.name.starts_with(with),
                "ends with" => who.name.ends_with(with),
                "contains" => who.name.contains(with),
                other => unreachable!("{other}"),
            },
            Self::Joined(window) => window.has(who.joined),
            Self::Bought { not, within, over } => (bought(within, over) > 0) != *not,
            Self::Count(how, n, within) => how.of(bought(within, &None), *n),
            Self::Big => who.spend > 1000,
            Self::Stage(stage, yes) => {
                let active = bought(&Some(90), &None) > 0;
                let at_risk = bought(&Some(180), &None) > 0;
                let own = match (who.joined < 14 && who.joined >= 0, active, at_risk) {
                    (true, ..) => 0,
                    (_, true, _) => 1,
                    (_, _, true) => 2,
                    _ => 3,
                };
                (own == *stage) == *yes
            }
            Self::VisitsBesideScore(how) => {
                who.score.is_some_and(|score| how.of(who.visits, score))
            }
            Self::And(parts) => parts.iter().all(|part| part.holds(who)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(who)),
            Self::Not(inner) => !inner.holds(who),
        }
    }
}

fn last(within: Option<i64>) -> String {
    within.map_or(String::new(), |days| format!(" in last {days}d"))
}

fn joined(parts: &[Test], with: &str) -> String {
    let texts: Vec<String> = parts.iter().map(Test::text).collect();
    format!("({})", texts.join(with))
}

/// Numbers that look random and are always the same.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below
    }

    fn small(&mut self) -> i64 {
        self.next(5) as i64
    }

    fn maybe(&mut self, days: &[i64]) -> Option<i64> {
        let at = self.next(days.len() + 1);
        days.get(at).copied()
    }

    fn compare(&mut self) -> Compare {
        Compare::ALL[self.next(6)]
    }

    fn some(&mut self, of: usize) -> Vec<usize> {
        let first = self.next(of);
        let found: Vec<usize> = (0..of)
            .filter(|i| *i == first || self.next(3) == 0)
            .collect();
        found
    }

    fn atom(&mut self) -> Test {
        match self.next(19) {
            0 | 1 => Test::Visits(self.compare(), self.small()),
            2 => Test::Score(self.compare(), self.small()),
            3 => Test::ScoreOr(self.small(), self.compare(), self.small()),
            4 => Test::ScoreKnown(self.next(2) == 0),
            5 => {
                let yes = self.next(2) == 0;
                Test::Country(self.some(5), yes)
            }
            6 => Test::Home(self.some(5)),
            7 => Test::HomeKnown(self.next(2) == 0),
            8 => Test::Tier(self.compare(), self.next(3)),
            9 => Test::Vip(self.next(2) == 0),
            10 => {
                let all = self.next(2) == 0;
                Test::Tags(all, self.some(2))
            }
            11 => {
                let how = ["==", "!=", "starts with", "ends with", "contains"][self.next(5)];
                Test::Name(how, NAMES[1 + self.next(4)])
            }
            12 | 13 => {
                let (a, b) = (DAYS[self.next(4)], DAYS[self.next(4)]);
                Test::Joined(match self.next(4) {
                    0 => Window::Last(a),
                    1 if a != b => Window::FromTo(a.max(b), a.min(b)),
                    2 => Window::Before(a),
                    _ => Window::After(a),
                })
            }
            14 | 15 => Test::Bought {
                not: self.next(2) == 0,
                within: self.maybe(&DAYS),
                over: self.maybe(&[0, 5, 9]),
            },
            16 => {
                let how = self.compare();
                Test::Count(how, 1 + self.next(2) as i64, self.maybe(&DAYS))
            }
            17 if self.next(2) == 0 => Test::Big,
            17 => Test::VisitsBesideScore(self.compare()),
            _ => {
                let yes = self.next(2) == 0;
                Test::Stage(self.next(4), yes)
            }
        }
    }

    fn test(&mut self, depth: usize) -> Test {
        if depth == 0 {
            return self.atom();
        }
        let parts = |numbers: &mut Self| {
            let count = 2 + numbers.next(2);
            (0..count).map(|_| numbers.test(depth - 1)).collect()
        };
        match self.next(7) {
            0..=2 => Test::And(parts(self)),
            3 | 4 => Test::Or(parts(self)),
            5 => Test::Not(Box::new(self.test(depth - 1))),
            _ => self.atom(),
        }
    }

    /// Somebody, at the edges of what conditions ask for.
    fn somebody(&mut self) -> Somebody {
        let edges = [0, 1, 2, 13, 14, 15, 89, 90, 91, 179, 180, 181, 400, -1];
        let bought = (0..self.next(4))
            .map(|_| (edges[self.next(13)], [0, 1, 5, 6, 9, 10][self.next(6)]))
            .collect();
        Somebody {
            visits: self.next(7) as i64 - 1,
            score: [None, Some(self.next(7) as i64 - 1)][self.next(2)],
            country: self.next(5),
            home: [None, Some(self.next(5))][self.next(2)],
            tier: self.next(3),
            vip: self.next(2) == 0,
            tags: self.next(4) as u8,
            name: NAMES[self.next(5)],
            joined: edges[self.next(14)],
            spend: [0, 1000, 1001][self.next(3)],
            bought,
        }
    }
}

/// What is claimed about two conditions.
#[derive(Clone, Copy, Debug, Default)]
struct Claims {
    implies: bool,
    never: bool,
    always: bool,
    apart: bool,
    both: bool,
}

fn claims(package: &Checked, index: usize) -> Claims {
    let (a, b) = (
        condition(package, index * 2),
        condition(package, index * 2 + 1),
    );
    let apart = disjoint(package, a, b);
    Claims {
        implies: implies(package, a, b).is_proven(),
        never: contradictory(package, a).is_proven(),
        always: tautology(package, a).is_proven(),
        apart: apart == Disjoint::Proof,
        both: matches!(apart, Disjoint::Witness(_)),
    }
}

/// Who of the world contradicts a claim.
fn refuted<'p>(
    world: &'p [Somebody],
    (a, b): (&Test, &Test),
    claims: Claims,
) -> Option<&'p Somebody> {
    world.iter().find(|who| {
        let (a, b) = (a.holds(who), b.holds(who));
        (claims.implies && a && !b)
            || (claims.never && a)
            || (claims.always && !a)
            || (claims.apart && a && b)
    })
}

const PAIRS: usize = 240;
const WORLD: usize = 4_000;

/// Pairs of conditions, what is claimed of each, and a world of people.
fn claimed(seed: u64) -> (Vec<(Test, Test)>, Vec<Claims>, Vec<Somebody>) {
    let mut numbers = Numbers(seed);
    let pairs: Vec<(Test, Test)> = (0..PAIRS)
        .map(|_| {
            let depth = numbers.next(3);
            (numbers.test(depth), numbers.test(depth.min(1)))
        })
        .collect();
    let texts: Vec<String> = pairs
        .iter()
        .flat_map(|(a, b)| [a.text(), b.text()])
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let package = package(&texts);
    let claims = (0..PAIRS).map(|index| claims(&package, index)).collect();
    let world = (0..WORLD).map(|_| numbers.somebody()).collect();
    (pairs, claims, world)
}

#[test]
fn no_claim_is_refuted_by_anybody() {
    let mut made = [0_usize; 5];
    for seed in 1..=10 {
        let (pairs, claims, world) = claimed(seed * 7919);
        for ((a, b), claims) in pairs.iter().zip(&claims) {
            if let Some(who) = refuted(&world, (a, b), *claims) {
                panic!(
                    "{claims:?} about\n  {}\n  {}\nis refuted by {who:?}",
                    a.text(),
                    b.text()
                );
            }
            let all = [
                claims.implies,
                claims.never,
                claims.always,
                claims.apart,
                claims.both,
            ];
            for (count, claimed) in made.iter_mut().zip(all) {
                *count += usize::from(claimed);
            }
        }
    }
    // It would prove little if little were claimed.
    assert!(made.iter().all(|count| *count >= 20), "{made:?}");
}

#[test]
fn most_of_what_is_so_is_found() {
    // Conditions that nobody of a large world satisfies together mostly never hold together.
    let (mut found, mut all) = (0, 0);
    for seed in 1..=4 {
        let (pairs, claims, world) = claimed(seed * 104_729);
        for ((a, b), claims) in pairs.iter().zip(&claims) {
            if !world.iter().any(|who| a.holds(who) && b.holds(who)) {
                all += 1;
                found += usize::from(claims.apart);
            }
        }
    }
    assert!(found * 10 >= all * 8, "{found} of {all}");
}

/// The same test with one bound moved, or its opposite: no longer what was asked about.
fn spoilt(test: &Test) -> Vec<Test> {
    match test {
        Test::Visits(how, n) => {
            let other = match how {
                Compare::Less => Compare::UpTo,
                Compare::UpTo => Compare::Less,
                Compare::From => Compare::More,
                Compare::More => Compare::From,
                Compare::Equal => Compare::Other,
                Compare::Other => Compare::Equal,
            };
            vec![
                Test::Visits(other, *n),
                Test::Visits(*how, n + 1),
                Test::Visits(*how, n - 1),
            ]
        }
        Test::ScoreKnown(yes) => vec![Test::ScoreKnown(!yes)],
        Test::Joined(Window::Last(days)) if *days > 1 => vec![
            Test::Joined(Window::Last(days + 1)),
            Test::Joined(Window::Last(days - 1)),
        ],
        Test::Bought { not, within, over } => vec![Test::Bought {
            not: !not,
            within: *within,
            over: *over,
        }],
        Test::And(parts) => spoilt_parts(parts).into_iter().map(Test::And).collect(),
        Test::Or(parts) => spoilt_parts(parts).into_iter().map(Test::Or).collect(),
        Test::Not(inner) => spoilt(inner)
            .into_iter()
            .map(|inner| Test::Not(Box::new(inner)))
            .collect(),
        _ => Vec::new(),
    }
}

fn spoilt_parts(parts: &[Test]) -> Vec<Vec<Test>> {
    let mut all = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        for other in spoilt(part) {
            let mut with = parts.to_vec();
            with[at] = other;
            all.push(with);
        }
    }
    all
}

#[test]
fn a_claim_with_a_bound_moved_is_caught() {
    // If a bound were open where it is closed, what is claimed would be about another condition than what is asked of people:
    // the same as asking people another one.
    let (mut caught, mut all) = (0, 0);
    for seed in 1..=4 {
        let (pairs, claims, world) = claimed(seed * 7919);
        for ((a, b), claims) in pairs
            .iter()
            .zip(&claims)
            .filter(|(_, c)| c.implies || c.apart)
        {
            for other in spoilt(a) {
                // Whether the claim stays true with the other condition is found by asking for it.
                let (texts, fresh) = ([other.text(), b.text()], &other);
                let package = package(&[&texts[0], &texts[1]]);
                let still = self::claims(&package, 0);
                if (claims.implies && !still.implies) || (claims.apart && !still.apart) {
                    all += 1;
                    caught += usize::from(refuted(&world, (fresh, b), *claims).is_some());
                }
            }
        }
    }
    assert!(all >= 20, "{all}");
    assert!(caught * 10 >= all * 9, "{caught} of {all}");
}

#[test]
fn mistakes_of_the_solver_are_noticed() {
    use super::{MISTAKE, Mistake};
    for mistake in [Mistake::LowerBounds, Mistake::UpperBounds, Mistake::Missing] {
        let mut numbers = Numbers(7919);
        let pairs: Vec<(Test, Test)> = (0..PAIRS)
            .map(|_| (numbers.test(1), numbers.test(1)))
            .collect();
        let texts: Vec<String> = pairs
            .iter()
            .flat_map(|(a, b)| [a.text(), b.text()])
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let package = package(&texts);
        let world: Vec<Somebody> = (0..WORLD).map(|_| numbers.somebody()).collect();
        MISTAKE.set(mistake);
        let claims: Vec<Claims> = (0..PAIRS).map(|index| claims(&package, index)).collect();
        MISTAKE.set(Mistake::None);
        let noticed = pairs
            .iter()
            .zip(&claims)
            .filter(|((a, b), claims)| refuted(&world, (a, b), **claims).is_some())
            .count();
        assert!(noticed >= 3, "{mistake:?}: {noticed}");
    }
}
