//! What it costs to make profile columns narrow, next to a copy of the same values: `cargo bench -p persona-runtime --bench
//! narrow [-- ROWS]`. Prints times and ratios, and asserts none. A million rows unless told otherwise.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::hint::black_box;
use std::time::Instant;

use arrow_buffer::{NullBuffer, ScalarBuffer};
use persona_runtime::{Column, Strings, Values};

const ROUNDS: usize = 9;

fn main() {
    let mut rows = std::env::args().filter_map(|argument| argument.parse().ok());
    let rows: usize = rows.next_back().unwrap_or(1_000_000);
    let mut strings = Strings::new();
    // Keys come first, as when data are read.
    for row in 0..rows {
        strings.intern(&format!("C{row:08}"));
    }
    let word = |strings: &mut Strings, number: usize| strings.intern(&format!("word {number}"));
    let mut random = 1_u64;
    let mut below = |n: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % n
    };
    let ints: Vec<i64> = (0..rows).map(|_| below(50_000) as i64).collect();
    let enums: Vec<u32> = (0..rows).map(|_| below(8) as u32).collect();
    let few: Vec<u32> = (0..200).map(|number| word(&mut strings, number)).collect();
    let few: Vec<u32> = (0..rows).map(|_| few[below(200)]).collect();
    let some: Vec<u32> = (0..20_000)
        .map(|number| word(&mut strings, number))
        .collect();
    let some: Vec<u32> = (0..rows).map(|_| some[below(20_000)]).collect();
    let keys: Vec<u32> = (0..rows as u32).collect();
    let valid: NullBuffer = (0..rows).map(|_| below(10) > 0).collect();
    let times: ScalarBuffer<i64> = ints.iter().map(|v| v * 1_000_000_000).collect();
    println!("{rows} rows, best of {ROUNDS} rounds; a copy writes as much as it reads");
    let show = |what: &str, bytes: usize, column: Column| {
        let narrow = best(|| column.clone().narrowed(&strings));
        let source = vec![1_u8; bytes];
        let copy = best(|| black_box(&source).clone());
        let ratio = narrow / copy;
        println!(
            "{what:44} {:8.2} ms  copy {:8.2} ms  {ratio:5.1} x",
            narrow * 1e3,
            copy * 1e3
        );
    };
    show(
        "integers to 32 bits",
        rows * 8,
        Column::new(Values::Int(ints.clone().into()), None),
    );
    show(
        "integers to 32 bits, one in ten missing",
        rows * 8,
        Column::new(Values::Int(ints.into()), Some(valid.clone())),
    );
    show(
        "instants, which stay wide",
        rows * 8,
        Column::new(Values::Int(times.into()), None),
    );
    show(
        "enums to 8 bits",
        rows * 4,
        Column::new(Values::Enum(enums.into()), None),
    );
    show(
        "200 texts to 8 bits",
        rows * 4,
        Column::new(Values::Str(few.clone().into()), None),
    );
    show(
        "200 texts to 8 bits, one in ten missing",
        rows * 4,
        Column::new(Values::Str(few.into()), Some(valid)),
    );
    show(
        "20,000 texts to 16 bits",
        rows * 4,
        Column::new(Values::Str(some.into()), None),
    );
    show(
        "keys, which stay as they are",
        rows * 4,
        Column::new(Values::Str(keys.into()), None),
    );
}

/// The least time of some rounds, in seconds; what is made is dropped behind the clock.
fn best<T>(mut work: impl FnMut() -> T) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let made = black_box(work());
        best = best.min(start.elapsed().as_secs_f64());
        drop(made);
    }
    best
}
