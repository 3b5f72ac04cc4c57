//! Kernels against loops that are plain to read, and long histories that must not take long.

use super::aggregates::{self, NO_ROW, Place};
use super::cuts::{Sample, search_each};
use super::marks::{Every, Pick};
use super::sequences::{Course, Lane, Level, Mode, Stand, Walker};
use super::{Cutter, Marks, Method, Run, Spans};
use crate::kernels::Isa;
use crate::num;

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ mixed >> 29) % end
    }
}

/// Histories with ties: offsets and instants. The first rows belong to no profile of the run.
fn histories(random: &mut Random, profiles: u64, longest: u64) -> (Vec<u32>, Vec<i64>) {
    let mut at: Vec<i64> = (0..random.below(70)).map(|_| 3).collect();
    let mut offsets = vec![u32::try_from(at.len()).unwrap()];
    for _ in 0..profiles {
        let mut rows: Vec<i64> = (0..random.below(longest + 1))
            .map(|_| i64::try_from(random.below(50)).unwrap())
            .collect();
        rows.sort_unstable();
        at.extend(rows);
        offsets.push(u32::try_from(at.len()).unwrap());
    }
    (offsets, at)
}

#[test]
fn every_way_to_cut_finds_the_first_row_that_is_not_before_the_limit() {
    let mut random = Random(1);
    let sizes: &[(u64, u64)] = if cfg!(miri) {
        &[(0, 0), (1, 0), (1, 150), (20, 3), (4, 40)]
    } else {
        &[(0, 0), (1, 0), (1, 200), (90, 3), (40, 80)]
    };
    for (profiles, longest) in sizes.iter().copied() {
        let (offsets, at) = histories(&mut random, profiles, longest);
        let run = Run {
            at: &at,
            offsets: &offsets,
        };
        for limit in [i64::MIN, 0, 1, 17, 49, 50, i64::MAX] {
            let rows = |ends: &[u32]| &at[ends[0] as usize..ends[1] as usize];
            let first = |ends: &[u32]| {
                ends[0] as usize + rows(ends).iter().filter(|at| **at < limit).count()
            };
            let expected: Vec<usize> = offsets.windows(2).map(first).collect();
            let mut cutter = Cutter::default();
            for isa in Isa::available() {
                let all = [
                    Method::Scan,
                    Method::FromStart,
                    Method::FromEnd,
                    Method::Scan,
                ];
                let limits = all.map(|method| (limit, method));
                let mut cuts = vec![Vec::new(); limits.len()];
                cutter.cut(isa, run, &limits, &mut cuts);
                for cut in cuts {
                    assert!(cut.iter().map(|row| *row as usize).eq(expected.clone()));
                }
            }
            let mut own = Vec::new();
            search_each(run, &vec![limit; run.profiles()], &mut own);
            assert!(own.iter().map(|row| *row as usize).eq(expected));
        }
    }
}

#[test]
fn long_histories_are_searched_and_short_ones_scanned() {
    let near = Sample { before: 0.01 };
    let far = Sample { before: 0.99 };
    let at = vec![0; 100_000];
    let long = Run {
        at: &at,
        offsets: &[0, 50_000, 100_000],
    };
    let short: Vec<u32> = (0..=25_000).map(|profile| profile * 4).collect();
    let short = Run {
        at: &at,
        offsets: &short,
    };
    assert_eq!(Method::choose(long, near), Method::FromStart);
    assert_eq!(Method::choose(long, far), Method::FromEnd);
    assert_eq!(Method::choose(short, far), Method::Scan);
    assert_eq!(Sample::take(long, 1), Sample { before: 1.0 });
}

#[test]
fn marked_rows_are_counted_and_found() {
    let mut random = Random(2);
    for (base, rows) in [
        (0, 0),
        (5, 1),
        (64, 64),
        (3, if cfg!(miri) { 150 } else { 500 }),
    ] {
        let mut marks = Marks::default();
        let set: Vec<usize> = (base..base + rows)
            .filter(|_| random.below(3) == 0)
            .collect();
        let words = marks.clear(base, base + rows);
        for row in &set {
            words[(row - base) / 64] |= 1 << ((row - base) % 64);
        }
        marks.recount();
        for _ in 0..if cfg!(miri) { 5 } else { 200 } {
            let low = base + usize::try_from(random.below(rows as u64 + 1)).unwrap();
            let high = low + usize::try_from(random.below((base + rows - low) as u64 + 1)).unwrap();
            let expected: Vec<usize> = set
                .iter()
                .copied()
                .filter(|row| (low..high).contains(row))
                .collect();
            let pick = &marks;
            assert!(Pick::rows(pick, low, high).eq(expected.iter().copied()));
            assert_eq!(pick.count(low, high) as usize, expected.len());
            assert_eq!(pick.first(low, high), expected.first().copied());
            assert_eq!(pick.last(low, high), expected.last().copied());
            for index in 0..=expected.len() {
                let nth = Pick::nth(pick, low, high, u32::try_from(index).unwrap());
                assert_eq!(nth, expected.get(index).copied());
            }
        }
    }
}

#[test]
fn float_sums_are_those_of_clamped_steps_in_order() {
    let values = [
        f64::MAX,
        f64::MAX,
        f64::MIN,
        1e16,
        1.0,
        -1e16,
        0.1,
        0.2,
        f64::MIN,
        f64::MIN,
        -0.0,
        -0.0,
    ];
    let mut marks = Marks::default();
    marks.clear(0, values.len())[0] = 0b1111_1011_0111;
    marks.recount();
    for low in 0..=values.len() {
        for high in low..=values.len() {
            for isa in Isa::available() {
                float_sums_and_means(isa, &values, (low, high), Every);
                float_sums_and_means(isa, &values, (low, high), &marks);
            }
        }
    }
}

fn float_sums_and_means<P: Pick>(isa: Isa, values: &[f64], (low, high): (usize, usize), pick: P) {
    let ends = [low, high].map(|end| u32::try_from(end).unwrap());
    let spans = Spans {
        low: &ends[..1],
        high: &ends[1..],
    };
    let rows = pick.rows(low, high);
    let expected = rows.fold(0.0, |sum, row| num::float_add(sum, values[row]));
    let mut sum = [7.0];
    aggregates::sums_of_floats(isa, values, spans, pick, &mut sum);
    assert_eq!(sum[0].to_bits(), expected.to_bits(), "{low}..{high}");
    let (mut mean, mut known) = ([7.0], [u64::MAX]);
    let out = (&mut mean[..], &mut known[..]);
    aggregates::means_of_floats(isa, values, spans, pick, out);
    let expected = num::mean_float(expected, pick.count(low, high).into());
    assert_eq!(known, [u64::from(expected.is_some())]);
    let expected = expected.unwrap_or_default();
    assert_eq!(mean[0].to_bits(), expected.to_bits(), "{low}..{high}");
}

#[test]
fn integers_are_added_exactly_and_their_means_rounded_as_their_types_ask() {
    let values = [
        i64::MAX,
        i64::MAX,
        -1,
        i64::MIN,
        7,
        0,
        1 << 33,
        i64::MIN,
        i64::MIN,
        -8,
        3,
    ];
    let mut marks = Marks::default();
    marks.clear(0, values.len())[0] = 0b101_1101_0110;
    marks.recount();
    for low in 0..=values.len() {
        for high in low..=values.len() {
            for isa in Isa::available() {
                sums_and_means(isa, &values, (low, high), Every);
                sums_and_means(isa, &values, (low, high), &marks);
            }
        }
    }
}

fn sums_and_means<P: Pick>(isa: Isa, values: &[i64], (low, high): (usize, usize), pick: P) {
    let ends = [low, high].map(|end| u32::try_from(end).unwrap());
    // A span without rows comes first, so that each profile's place is seen to be its own.
    let spans = Spans {
        low: &[ends[0]; 2],
        high: &ends,
    };
    let picked: Vec<i64> = pick.rows(low, high).map(|row| values[row]).collect();
    let sum: i128 = picked.iter().map(|value| i128::from(*value)).sum();
    let mut sums = [7; 2];
    aggregates::sums_of_ints(isa, values, spans, pick, &mut sums);
    assert_eq!(sums, [0, num::narrow(sum)], "{low}..{high}");
    let count = picked.len() as u64;
    let (mut amounts, mut floats, mut known) = ([7; 2], [7.0; 2], [u64::MAX]);
    let out = (&mut amounts[..], &mut known[..]);
    aggregates::means_of_ints(isa, values, spans, pick, num::mean_amount, out);
    let expected = num::mean_amount(sum, count);
    assert_eq!(amounts, [0, expected.unwrap_or_default()], "{low}..{high}");
    assert_eq!(known, [u64::from(expected.is_some()) << 1]);
    let out = (&mut floats[..], &mut known[..]);
    aggregates::means_of_ints(isa, values, spans, pick, num::mean_int, out);
    let expected = num::mean_int(sum, count).unwrap_or_default();
    assert_eq!(floats.map(f64::to_bits), [0.0, expected].map(f64::to_bits));
}

#[test]
fn places_beyond_a_span_are_no_rows() {
    let spans = Spans {
        low: &[0, 4, 9],
        high: &[4, 4, 10],
    };
    let mut rows = Vec::new();
    let mut ask = |index, from_end| {
        let place = Place { index, from_end };
        aggregates::places(Isa::Portable, spans, Every, place, &mut rows);
        rows.clone()
    };
    assert_eq!(ask(0, false), [0, NO_ROW, 9]);
    assert_eq!(ask(3, false), [3, NO_ROW, NO_ROW]);
    assert_eq!(ask(1, true), [2, NO_ROW, NO_ROW]);
    assert_eq!(ask(u32::MAX, true), [NO_ROW; 3]);
}

/// One profile with many events of two kinds in turns, and a sequence of both that comes about nowhere but perhaps at
/// the very end: a step tried again for each event before would take hours.
#[test]
fn long_histories_take_one_walk() {
    const EVENTS: u32 = if cfg!(miri) { 400 } else { 100_000 };
    let order = |kind: u32| (0..EVENTS / 2).map(move |row| row * 2 + kind);
    let orders: [Vec<u32>; 2] = [order(0).collect(), order(1).collect()];
    let at: Vec<Vec<i64>> = orders
        .iter()
        .map(|all| all.iter().map(|of| i64::from(*of)).collect())
        .collect();
    let ends = [0, EVENTS / 2];
    let rows = Spans {
        low: &ends[..1],
        high: &ends[1..],
    };
    let none = Spans {
        low: &ends[..1],
        high: &ends[..1],
    };
    let lanes = || {
        let lane = |kind: usize| Lane {
            at: &at[kind],
            order: &orders[kind],
            rows,
        };
        vec![lane(0), lane(1)]
    };
    let walk = |levels: usize, within: i64, mode: Option<Mode>, keys: Option<u64>| {
        let level = |index: usize| Level {
            stands: match index % 2 {
                0 => vec![Stand::Every, Stand::None],
                _ => vec![Stand::None, Stand::Every],
            },
            within: (index > 0).then_some(within),
        };
        let key = |modulus: u64| {
            let of = move |row: usize| Some(row as u64 % modulus);
            [Box::new(of) as Box<dyn Fn(usize) -> _>, Box::new(of)].into()
        };
        let course = Course {
            lanes: lanes(),
            first: vec![rows, none],
            latest: false,
            levels: (0..levels).map(level).collect(),
            not: mode.map(|mode| (vec![Stand::None, Stand::Every], mode)),
            keys: keys.map(key),
            now: EVENTS.into(),
        };
        let mut out = [0];
        Walker::default().walk(Isa::best(), &course, 1, &mut out);
        out[0] == 1
    };
    let all = u64::from(EVENTS);
    assert!(!walk(2, 0, None, None), "the next event is later");
    assert!(walk(2, 1, None, None));
    assert!(!walk(1, 0, Some(Mode::Within(1)), None), "each is followed");
    assert!(!walk(1, 0, Some(Mode::Ever), None));
    assert!(!walk(200, 0, None, None));
    for modulus in [1, 2, all / 100, all] {
        assert!(!walk(2, 0, None, Some(modulus)));
        assert!(!walk(1, 0, Some(Mode::Ever), Some(modulus)));
        assert!(walk(2, i64::MAX, None, Some(modulus)));
    }
    assert!(walk(3, i64::MAX, None, Some(1)));
    assert!(!walk(3, i64::MAX, None, Some(all)), "each key comes once");
}
