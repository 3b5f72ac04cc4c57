//! Predicates over one profile at a time, next to closures by hand over a plain struct:
//!
//! ```text
//! cargo bench -p persona-jit --bench rows              4,096 profiles again and again, and 524,288 in their order
//! cargo bench -p persona-jit --bench rows -- small     a quick look: 4,096 and 32,768
//! ```
//!
//! Each answer is compared with the closure's. Times are the thread's own on the processor, in rounds that alternate
//! between all ways, and medians of them; what counts are the ratios to the closures in the same run. Asserts no times.
#![expect(
    unsafe_code,
    reason = "the thread's time on the processor is asked of the system"
)]
#![expect(clippy::print_stdout, reason = "it is run to be read")]

mod people;
mod plan;

use std::hint::black_box;
use std::sync::Arc;

use persona_jit::{RowLayout, RowProgram, RowSession, Rows};
use persona_runtime::Value;

use people::{ByHand, NOW, Person, by_hand, people};
use plan::{SECOND, SEGMENTS};

fn main() {
    let small = std::env::args().any(|argument| argument == "small");
    let plan = plan::plan();
    let layout = RowLayout::for_answers(&plan, &SEGMENTS).expect("a layout");
    let share = |name: &str| RowProgram::sharing(&layout, &plan, &[name]).expect("a program");
    let programs: Vec<RowProgram> = SEGMENTS.iter().map(|name| share(name)).collect();
    let together = RowProgram::sharing(&layout, &plan, &SEGMENTS).expect("a program");
    println!(
        "a row: {} bytes; a struct: {}",
        layout.row_bytes(),
        size_of::<Person>()
    );
    let cold = if small { 32_768 } else { 524_288 };
    for (heat, count) in [("hot", 4_096), ("cold", cold)] {
        let people = people(count);
        let rows = rows(&layout, &people);
        let bench = Bench {
            people: &people,
            rows: &rows,
            rounds: if small { 5 } else { 15 },
        };
        bench.compare(heat, &programs, &together);
    }
    costs(&plan, &layout);
}

fn rows(layout: &Arc<RowLayout>, people: &[Person]) -> Rows {
    let mut rows = Rows::new(layout);
    for person in people {
        let tags = plan::tags(person);
        plan::fill(&mut rows.push(), person, &tags).expect("values of the columns' types");
    }
    rows
}

/// The thread's time on the processor, in seconds.
fn cpu() -> f64 {
    #[cfg(target_os = "linux")]
    {
        unsafe extern "C" {
            fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
        }
        const THREAD_CPUTIME: i32 = 3;
        let mut time = [0_i64; 2];
        // SAFETY: on 64-bit Linux a `timespec` is two 64-bit numbers, and this clock exists.
        let failed = unsafe { clock_gettime(THREAD_CPUTIME, &raw mut time) };
        assert_eq!(failed, 0, "the thread's clock can be read");
        time[0] as f64 + time[1] as f64 * 1e-9
    }
    #[cfg(not(target_os = "linux"))]
    {
        static START: std::sync::LazyLock<std::time::Instant> =
            std::sync::LazyLock::new(std::time::Instant::now);
        START.elapsed().as_secs_f64()
    }
}

/// One way to answer: how many hold, of all profiles.
type Way<'a> = Box<dyn FnMut() -> usize + 'a>;

struct Bench<'a> {
    people: &'a [Person],
    rows: &'a Rows,
    rounds: usize,
}

impl<'a> Bench<'a> {
    fn by_hand(&self, predicate: ByHand) -> Way<'a> {
        let people = self.people;
        Box::new(move || {
            let predicate = black_box(predicate);
            people
                .iter()
                .map(|person| usize::from(predicate(person)))
                .sum()
        })
    }

    fn one_call_each(&self, mut session: RowSession<'a>) -> Way<'a> {
        let rows = self.rows;
        Box::new(move || rows.iter().map(|row| usize::from(session.holds(row))).sum())
    }

    fn loop_in_code(&self, mut session: RowSession<'a>) -> Way<'a> {
        let rows = self.rows;
        Box::new(move || {
            let sets = session.run(rows);
            sets.iter().map(|set| set.count_set_bits()).sum()
        })
    }

    fn all_in_one(&self, mut session: RowSession<'a>) -> Way<'a> {
        let rows = self.rows;
        Box::new(move || {
            let ones = |row| -> u32 {
                session
                    .matches(row)
                    .iter()
                    .map(|word| word.count_ones())
                    .sum()
            };
            usize::try_from(rows.iter().map(ones).sum::<u32>()).unwrap_or(0)
        })
    }

    /// Nanoseconds for each profile, of each way: medians of rounds.
    fn times(&self, ways: &mut [Way<'a>]) -> Vec<f64> {
        let profiles = self.people.len() as f64;
        let repeats: Vec<usize> = ways
            .iter_mut()
            .map(|way| {
                let start = cpu();
                way();
                let once = (cpu() - start).max(1e-6);
                ((0.004 / once).ceil() as usize).clamp(1, 4096)
            })
            .collect();
        let mut times = vec![Vec::new(); ways.len()];
        for _ in 0..self.rounds {
            for (place, way) in ways.iter_mut().enumerate() {
                let start = cpu();
                for _ in 0..repeats[place] {
                    black_box(way());
                }
                let took = (cpu() - start) * 1e9;
                times[place].push(took / (repeats[place] as f64 * profiles));
            }
        }
        times.into_iter().map(median).collect()
    }

    fn compare(&self, heat: &str, programs: &'a [RowProgram], together: &'a RowProgram) {
        println!(
            "\n{heat}: {} profiles; nanoseconds each (ratio to the closure)",
            self.people.len()
        );
        println!(
            "{:22}{:>10}{:>20}{:>20}",
            "", "closure", "one call each", "loop in code"
        );
        let now = NOW * SECOND;
        for ((name, predicate), program) in by_hand().into_iter().zip(programs) {
            let mut ways = [
                self.by_hand(predicate),
                self.one_call_each(program.at(now, None)),
                self.loop_in_code(program.at(now, None)),
            ];
            let counts: Vec<usize> = ways.iter_mut().map(|way| way()).collect();
            assert!(
                counts.iter().all(|count| *count == counts[0]),
                "{name}: {counts:?}"
            );
            let times = self.times(&mut ways);
            let ratio =
                |place: usize| format!("{:.2} ({:.2})", times[place], times[place] / times[0]);
            println!(
                "{name:22}{:>10.2}{:>20}{:>20}",
                times[0],
                ratio(1),
                ratio(2)
            );
        }
        let (people, predicates) = (self.people, by_hand());
        let by_hand: Way<'a> = Box::new(move || {
            let predicates = black_box(predicates);
            let ones = |person| predicates.iter().filter(|(_, holds)| holds(person)).count();
            people.iter().map(ones).sum()
        });
        let mut ways = [
            by_hand,
            self.all_in_one(together.at(now, None)),
            self.loop_in_code(together.at(now, None)),
        ];
        let counts: Vec<usize> = ways.iter_mut().map(|way| way()).collect();
        assert!(
            counts.iter().all(|count| *count == counts[0]),
            "all nine: {counts:?}"
        );
        let times = self.times(&mut ways);
        let ratio = |place: usize| format!("{:.2} ({:.2})", times[place], times[place] / times[0]);
        println!(
            "{:22}{:>10.2}{:>20}{:>20}",
            "all nine",
            times[0],
            ratio(1),
            ratio(2)
        );
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// What it costs to compile each predicate, and to fill a row.
fn costs(plan: &persona_ir::Plan, layout: &Arc<RowLayout>) {
    println!("\ncompiling, from a plan to a function and its loop, microseconds:");
    let compile = |names: &[&str]| {
        let times = (0..15).map(|_| {
            let start = cpu();
            let program = RowProgram::sharing(layout, plan, names).expect("a program");
            let took = cpu() - start;
            drop(program);
            took * 1e6
        });
        median(times.collect())
    };
    for name in SEGMENTS {
        println!("  {name} {:.0}", compile(&[name]));
    }
    println!("  all nine {:.0}", compile(&SEGMENTS));
    let people = people(4_096);
    let tags: Vec<Vec<Value>> = people.iter().map(plan::tags).collect();
    let fill = |_| {
        let mut rows = Rows::new(layout);
        for (person, tags) in people.iter().zip(&tags) {
            plan::fill(&mut rows.push(), person, tags).expect("values of the columns' types");
        }
        let start = cpu();
        rows.clear();
        for (person, tags) in people.iter().zip(&tags) {
            plan::fill(&mut rows.push(), person, tags).expect("values of the columns' types");
        }
        let took = cpu() - start;
        black_box(&rows);
        took * 1e9 / people.len() as f64
    };
    let took = median((0..15).map(fill).collect());
    println!("filling a row of 16 columns, value by value: {took:.0} ns");
}
