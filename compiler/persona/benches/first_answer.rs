//! From text to the first answer: a package of 10,000 segments is parsed, checked, lowered, compiled and asked about
//! the people of a small file. `cargo bench -p persona --bench first_answer [-- SEGMENTS]`.
//!
//! Each phase is measured apart, the median and the spread of several rounds; the last line compares them with one
//! pass over the text that only adds up its bytes. Prints; asserts nothing.
#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use persona::{Compiled, Engine, Package, Program, Progress, RunOptions, Stage};
use persona_base::Severity;
use persona_jit::Compiled as MachineCode;

const SEGMENTS_PER_FILE: usize = 100;
const PEOPLE: usize = 1_000;
const ROUNDS: usize = 5;

const CONFIG: &str =
    "[package]\nname = \"many\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"UTC\"\n";

const SCHEMA: &str = "\
enum Country { US, CA, GB, DE, FR, IT, ES, NL, SE, PL, other }
enum Plan { free, basic, pro, enterprise }
profile Customer {
  id: String @key
  age: Int?
  country: Country = other
  plan: Plan = free
  city: String?
  orders: Int = 0
  sessions: Int = 0
  spend: Float = 0.0
  churn: Float?
  balance: Money<USD>
  last_seen: Timestamp
  opt_in: Bool = false
}
event Viewed { sku: String }
event Purchase { total: Money<USD> }
source people of Customer { from \"people.csv\" }
source views of Viewed {
  from \"views.csv\"
  profile = column(\"customer\")
}
source purchases of Purchase {
  from \"purchases.csv\"
  profile = column(\"customer\")
}
";

/// Numbers without a clock or a seed from outside.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let count = of.len() as u64;
        of[usize::try_from(self.below(count)).unwrap_or(0)]
    }
}

/// A condition as people write them.
fn condition(dice: &mut Dice) -> String {
    let countries = ["US", "CA", "GB", "DE", "FR", "IT", "ES", "NL", "SE", "PL"];
    match dice.below(12) {
        0 => format!("age >= {}", 18 + dice.below(50)),
        1 => {
            let from = 18 + dice.below(40);
            format!("age between {from} and {}", from + dice.below(30))
        }
        2 => format!("country == {}", dice.one(&countries)),
        3 => format!(
            "country in [{}, {}]",
            dice.one(&countries[..5]),
            dice.one(&countries[5..])
        ),
        4 => format!(
            "plan == {}",
            dice.one(&["free", "basic", "pro", "enterprise"])
        ),
        5 => format!("city == \"city {}\"", dice.below(200)),
        6 => format!("spend > {}", 10 * (1 + dice.below(100))),
        7 => format!("churn < 0.{}", 1 + dice.below(9)),
        8 => format!("last_seen in last {}d", 1 + dice.below(180)),
        9 => "opt_in".to_owned(),
        10 => format!(
            "did Viewed at least {} times in last {}d",
            2 + dice.below(5),
            1 + dice.below(60)
        ),
        _ => format!(
            "sum(Purchase.total in last {}d) > {} USD",
            7 + dice.below(90),
            10 * dice.below(60)
        ),
    }
}

fn package(segments: usize) -> Vec<(String, String)> {
    let mut dice = Dice(11);
    let mut files = vec![("schema.persona".to_owned(), SCHEMA.to_owned())];
    let mut number = 0;
    while number < segments {
        let mut text = String::new();
        for _ in 0..SEGMENTS_PER_FILE.min(segments - number) {
            let conditions: Vec<String> = (0..2 + dice.below(4))
                .map(|_| condition(&mut dice))
                .collect();
            let when = conditions.join("\n    and ");
            writeln!(text, "segment rule_{number:05} {{\n  when {when}\n}}\n").expect("text grows");
            number += 1;
        }
        files.push((format!("rules_{:03}.persona", files.len()), text));
    }
    files
}

/// The people and what they did.
fn write_data(folder: &Path) -> std::io::Result<()> {
    let mut dice = Dice(5);
    let mut people = String::from(
        "id,age,country,plan,city,orders,sessions,spend,churn,balance,last_seen,opt_in\n",
    );
    let (mut views, mut purchases) = (
        String::from("customer,at,sku\n"),
        String::from("customer,at,total\n"),
    );
    let day = |dice: &mut Dice| {
        format!(
            "2026-{:02}-{:02}T10:00:00Z",
            1 + dice.below(9),
            1 + dice.below(28)
        )
    };
    for person in 0..PEOPLE {
        let (age, city, spend) = (13 + dice.below(80), dice.below(200), dice.below(2_000));
        let (country, plan) = (
            dice.one(&["US", "GB", "DE", "FR"]),
            dice.one(&["free", "basic", "pro"]),
        );
        let seen = day(&mut dice);
        writeln!(
            people,
            "c{person:05},{age},{country},{plan},city {city},3,5,{spend}.5,0.{},12.50,{seen},true",
            dice.below(10)
        )
        .expect("text grows");
        for _ in 0..dice.below(8) {
            writeln!(views, "c{person:05},{},s{}", day(&mut dice), dice.below(50))
                .expect("text grows");
            writeln!(
                purchases,
                "c{person:05},{},{}.00",
                day(&mut dice),
                dice.below(90)
            )
            .expect("text grows");
        }
    }
    std::fs::write(folder.join("people.csv"), people)?;
    std::fs::write(folder.join("views.csv"), views)?;
    std::fs::write(folder.join("purchases.csv"), purchases)
}

/// Hears nothing.
struct Silent;

impl Progress for Silent {
    fn stage(&self, _: Stage<'_>) {}
}

/// How long each phase took, in order.
struct Round {
    phases: Vec<(&'static str, Duration)>,
    members: usize,
}

fn round(files: &[(String, String)], folder: &Path) -> Round {
    let mut phases = Vec::new();
    let mut timed = |name, since: Instant| phases.push((name, since.elapsed()));
    let start = Instant::now();
    let package = Package::from_memory(
        "many",
        Some(CONFIG),
        files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
        folder,
    );
    let report = package.check().expect("the check ends");
    let error = report
        .diagnostics
        .iter()
        .find(|found| found.severity == Severity::Error);
    assert!(error.is_none(), "{error:#?}");
    timed("check", start);
    let start = Instant::now();
    let program: Program = match package.compile().expect("the package compiles") {
        Compiled::Program(program, _) => *program,
        Compiled::Broken(_) => unreachable!("the package was just checked"),
    };
    timed("lower", start);
    let start = Instant::now();
    let code = MachineCode::new(program.plan()).expect("machine code is made");
    timed("machine code alone", start);
    drop(code);
    let options = RunOptions {
        engine: Engine::Batch,
        ..RunOptions::default()
    };
    let result = program.run(&options, &Silent).expect("the program runs");
    phases.extend([
        ("load", result.timing.load),
        ("compile", result.timing.compile),
        ("answer", result.timing.answer),
    ]);
    Round {
        phases,
        members: result.segments.iter().map(|segment| segment.count).sum(),
    }
}

fn main() {
    let segments = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .next()
        .unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_data(folder.path()).expect("data are written");
    let files = package(segments);
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let rounds: Vec<Round> = (0..ROUNDS).map(|_| round(&files, folder.path())).collect();
    println!(
        "{segments} segments in {bytes} bytes, {PEOPLE} people, {} memberships",
        rounds[0].members
    );
    println!(
        "{:<20} {:>10} {:>10} {:>10}",
        "phase", "median ms", "least", "most"
    );
    let mut whole = vec![Duration::ZERO; ROUNDS];
    for (index, (name, _)) in rounds[0].phases.iter().enumerate() {
        let times: Vec<Duration> = rounds.iter().map(|round| round.phases[index].1).collect();
        if *name != "machine code alone" {
            whole
                .iter_mut()
                .zip(&times)
                .for_each(|(sum, time)| *sum += *time);
        }
        show(name, times);
    }
    show("text to answer", whole);
}

fn show(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (least, most) = (times[0], times[times.len() - 1]);
    println!(
        "{name:<20} {:>10.1} {:>10.1} {:>10.1}",
        ms(times[times.len() / 2]),
        ms(least),
        ms(most)
    );
}
