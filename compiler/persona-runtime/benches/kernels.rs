//! How near kernels are to what the machine can do: scans of each width, several tests in one pass, and circuits, each
//! next to a loop of intrinsics written by hand for that one task, in the same run. Prints ratios, asserts answers, never
//! times.
//!
//! `cargo bench -p persona-runtime --bench kernels [-- ROWS]`, 10 million rows unless told.
#![expect(clippy::print_stdout, reason = "a program that reports")]

#[cfg(target_arch = "x86_64")]
fn main() {
    if persona_runtime::kernels::Isa::best() == persona_runtime::kernels::Isa::Avx512 {
        limits::main();
    } else {
        println!("the limits are written for AVX-512, which this machine lacks");
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn main() {
    println!("the limits are written for AVX-512, which this machine lacks");
}

#[cfg(target_arch = "x86_64")]
mod limits {
    //! The measurements and the loops they are held against.
    #![expect(
        unsafe_code,
        reason = "the loops by hand are intrinsics; the clock is the system's"
    )]

    use std::arch::x86_64::*;
    use std::hint::black_box;
    use std::ops::Bound;

    use persona_runtime::kernels::{
        CHUNK, Circuit, Gates, Isa, Lane, Row, Scan, Test, WORDS, Wire,
    };

    pub(super) fn main() {
        let rows = std::env::args().skip(1).find_map(|word| word.parse().ok());
        let rows: usize = rows.unwrap_or(10_000_000_usize).next_multiple_of(CHUNK);
        let bandwidth = bandwidth(rows);
        println!("{rows} rows; one thread reads {bandwidth:.1} GB/s\n");
        single(rows, bandwidth);
        thresholds();
        lists();
        circuits();
    }

    /// Numbers without order, the same on every run.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed ^ mixed >> 31
        }

        fn below(&mut self, end: u64) -> u64 {
            ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
        }
    }

    /// Seconds this thread was on a core: what others do between does not count.
    fn clock() -> f64 {
        #[repr(C)]
        struct Time {
            seconds: i64,
            nanos: i64,
        }
        unsafe extern "C" {
            fn clock_gettime(clock: i32, time: *mut Time) -> i32;
        }
        const THREAD: i32 = if cfg!(target_os = "macos") { 16 } else { 3 };
        let mut time = Time {
            seconds: 0,
            nanos: 0,
        };
        // SAFETY: a place for the time, laid out as the system has it.
        unsafe { clock_gettime(THREAD, &raw mut time) };
        time.seconds as f64 + time.nanos as f64 * 1e-9
    }

    /// The least seconds that each of two takes, in turns, so that both meet the same disturbances.
    fn race(rounds: usize, mut one: impl FnMut(), mut other: impl FnMut()) -> (f64, f64) {
        let (mut best, mut rival) = (f64::MAX, f64::MAX);
        for _ in 0..rounds {
            let start = clock();
            one();
            let middle = clock();
            other();
            let end = clock();
            best = best.min(middle - start);
            rival = rival.min(end - middle);
        }
        (best, rival)
    }

    fn bandwidth(rows: usize) -> f64 {
        let values = vec![1_u64; rows * 4];
        #[target_feature(enable = "avx512f")]
        fn sum(values: &[u64]) -> i64 {
            let mut sums = [_mm512_setzero_si512(); 8];
            for block in values.as_chunks::<64>().0 {
                for (at, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: eight vectors of a block.
                    let words = unsafe { _mm512_loadu_si512(block.as_ptr().add(at * 8).cast()) };
                    *sum = _mm512_add_epi64(*sum, words);
                }
            }
            sums.into_iter()
                .map(|sum| _mm512_reduce_add_epi64(sum))
                .sum()
        }
        // SAFETY: the machine has AVX-512, or `main` had not come here.
        let (best, _) = race(9, || assert!(black_box(unsafe { sum(&values) }) > 0), || ());
        size_of_val(values.as_slice()) as f64 / best / 1e9
    }

    /// A loop by hand: one range, all rows, masks into words.
    macro_rules! by_hand {
        ($name:ident, $value:ty, $mask:ty, $set:ident, $ge:expr, $le:expr) => {
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
            fn $name(values: &[$value], lo: $value, hi: Option<$value>, out: &mut [Row]) {
                const LANES: usize = 64 / size_of::<$value>();
                assert!(values.len() <= out.len() * CHUNK && values.len() % 512 == 0);
                let (from, to) = (values.as_ptr(), out.as_mut_ptr().cast::<$mask>());
                let low = $set(lo as _);
                // SAFETY: as many masks as vectors of values; rows hold a bit for each.
                unsafe {
                    match hi {
                        None => {
                            for at in 0..values.len() / LANES {
                                let vector = _mm512_loadu_si512(from.add(at * LANES).cast());
                                to.add(at).write($ge(<$mask>::MAX, vector, low));
                            }
                        }
                        Some(hi) => {
                            let high = $set(hi as _);
                            for at in 0..values.len() / LANES {
                                let vector = _mm512_loadu_si512(from.add(at * LANES).cast());
                                to.add(at)
                                    .write($le($ge(<$mask>::MAX, vector, low), vector, high));
                            }
                        }
                    }
                }
            }
        };
    }

    by_hand!(
        hand_i8,
        i8,
        u64,
        _mm512_set1_epi8,
        _mm512_mask_cmpge_epi8_mask,
        _mm512_mask_cmple_epi8_mask
    );
    by_hand!(
        hand_i16,
        i16,
        u32,
        _mm512_set1_epi16,
        _mm512_mask_cmpge_epi16_mask,
        _mm512_mask_cmple_epi16_mask
    );
    by_hand!(
        hand_i32,
        i32,
        u16,
        _mm512_set1_epi32,
        _mm512_mask_cmpge_epi32_mask,
        _mm512_mask_cmple_epi32_mask
    );
    by_hand!(
        hand_i64,
        i64,
        u8,
        _mm512_set1_epi64,
        _mm512_mask_cmpge_epi64_mask,
        _mm512_mask_cmple_epi64_mask
    );
    by_hand!(
        hand_f64,
        f64,
        u8,
        _mm512_set1_pd,
        |mask, values, low| _mm512_mask_cmp_pd_mask::<_CMP_GE_OQ>(
            mask,
            _mm512_castsi512_pd(values),
            low
        ),
        |mask, values, high| _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(
            mask,
            _mm512_castsi512_pd(values),
            high
        )
    );

    /// A width: its values, how a test and a loop by hand ask them.
    trait Width: Copy {
        fn lane(values: &[Self]) -> Lane<'_>;
        fn at(value: u64) -> Self;
        fn test(lo: Self, hi: Option<Self>) -> Test;
        fn by_hand(values: &[Self], lo: Self, hi: Option<Self>, out: &mut [Row]);
    }

    macro_rules! width {
        ($value:ty, $lane:ident, $hand:ident) => {
            impl Width for $value {
                fn lane(values: &[Self]) -> Lane<'_> {
                    Lane::$lane(values)
                }
                fn at(value: u64) -> Self {
                    value as Self
                }
                fn test(lo: Self, hi: Option<Self>) -> Test {
                    let hi = hi.map_or(i64::MAX, i64::from);
                    Test::Ints {
                        lo: i64::from(lo),
                        hi,
                    }
                }
                fn by_hand(values: &[Self], lo: Self, hi: Option<Self>, out: &mut [Row]) {
                    // SAFETY: the machine has AVX-512, or `main` had not come here.
                    unsafe { $hand(values, lo, hi, out) }
                }
            }
        };
    }
    width!(i8, I8, hand_i8);
    width!(i16, I16, hand_i16);
    width!(i32, I32, hand_i32);
    width!(i64, I64, hand_i64);

    impl Width for f64 {
        fn lane(values: &[Self]) -> Lane<'_> {
            Lane::F64(values)
        }
        fn at(value: u64) -> Self {
            value as Self
        }
        fn test(lo: Self, hi: Option<Self>) -> Test {
            let hi = hi.map_or(Bound::Unbounded, Bound::Included);
            Test::Floats {
                lo: Bound::Included(lo),
                hi,
            }
        }
        fn by_hand(values: &[Self], lo: Self, hi: Option<Self>, out: &mut [Row]) {
            // SAFETY: the machine has AVX-512, or `main` had not come here.
            unsafe { hand_f64(values, lo, hi, out) }
        }
    }

    fn values<T: Width>(rows: usize) -> Vec<T> {
        let mut random = Random(3);
        (0..rows).map(|_| T::at(random.below(100))).collect()
    }

    fn single(rows: usize, bandwidth: f64) {
        println!("one test          from memory                          from the cache");
        println!(
            "                  GB/s  of bandwidth  to the limit     ns per chunk  to the limit"
        );
        each_single::<i8>("1 byte, from", rows, bandwidth, None);
        each_single::<i8>("1 byte, range", rows, bandwidth, Some(60));
        each_single::<i16>("2 bytes, from", rows, bandwidth, None);
        each_single::<i32>("4 bytes, from", rows, bandwidth, None);
        each_single::<i32>("4 bytes, range", rows, bandwidth, Some(60));
        each_single::<i64>("8 bytes, from", rows, bandwidth, None);
        each_single::<i64>("8 bytes, range", rows, bandwidth, Some(60));
        each_single::<f64>("floats, from", rows, bandwidth, None);
        each_single::<f64>("floats, range", rows, bandwidth, Some(60));
        println!();
    }

    fn each_single<T: Width>(name: &str, rows: usize, bandwidth: f64, hi: Option<u64>) {
        let values = values::<T>(rows);
        let (lo, hi) = (T::at(30), hi.map(T::at));
        let lane = T::lane(&values);
        let scan = Scan::new(lane.kind(), &[T::test(lo, hi)]);
        let mut out = vec![Row::NONE; rows / CHUNK];
        let mut expected = out.clone();
        let (ours, limit) = race(
            15,
            || {
                for (chunk, row) in out.iter_mut().enumerate() {
                    scan.run(
                        Isa::Avx512,
                        lane.chunk(chunk),
                        None,
                        std::slice::from_mut(row),
                    );
                }
            },
            || T::by_hand(&values, lo, hi, &mut expected),
        );
        assert!(out == expected, "{name}");
        let speed = size_of_val(values.as_slice()) as f64 / ours / 1e9;
        let (one, hand) = (lane.chunk(0), &values[..CHUNK]);
        let (cached, cached_limit) = race(
            200,
            || (0..64).for_each(|_| scan.run(Isa::Avx512, black_box(one), None, &mut out[..1])),
            || (0..64).for_each(|_| T::by_hand(black_box(hand), lo, hi, &mut expected[..1])),
        );
        println!(
            "{name:16} {speed:5.1}  {:12.2}  {:12.2}     {:12.0}  {:12.2}",
            speed / bandwidth,
            ours / limit,
            cached / 64.0 * 1e9,
            cached / cached_limit,
        );
    }

    fn thresholds() {
        println!(
            "tests of one lane in one pass: ns per test of a chunk, and to one pass for each by hand"
        );
        println!("tests        1 byte        2 bytes        4 bytes        8 bytes         floats");
        for count in [1, 2, 4, 8, 12, 16, 24, 32, 64] {
            print!("{count:5}");
            together::<i8>(count);
            together::<i16>(count);
            together::<i32>(count);
            together::<i64>(count);
            together::<f64>(count);
            println!();
        }
        println!();
    }

    fn together<T: Width>(count: usize) {
        let values = values::<T>(CHUNK);
        let limits: Vec<T> = (0..count)
            .map(|at| T::at((at * 100 / count) as u64))
            .collect();
        let tests: Vec<Test> = limits.iter().map(|lo| T::test(*lo, None)).collect();
        let lane = T::lane(&values);
        let scan = Scan::new(lane.kind(), &tests);
        let mut out = vec![Row::NONE; count];
        let mut expected = out.clone();
        let repeats = 1 + 64 / count;
        let (ours, limit) = race(
            150,
            || (0..repeats).for_each(|_| scan.run(Isa::Avx512, black_box(lane), None, &mut out)),
            || {
                for _ in 0..repeats {
                    for (lo, row) in limits.iter().zip(&mut expected) {
                        T::by_hand(black_box(&values), *lo, None, std::slice::from_mut(row));
                    }
                }
            },
        );
        assert!(out == expected, "{count} tests");
        print!(
            "   {:6.1} {:5.2}",
            ours * 1e9 / (repeats * count) as f64,
            ours / limit
        );
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    fn list_by_hand_u8(values: &[u8], list: &[i64], out: &mut Row) {
        for (word, codes) in out.0.iter_mut().zip(values.as_chunks::<64>().0) {
            // SAFETY: 64 codes.
            let codes = unsafe { _mm512_loadu_si512(codes.as_ptr().cast()) };
            *word = list.iter().fold(0, |found, code| {
                found | _mm512_cmpeq_epi8_mask(codes, _mm512_set1_epi8(*code as i8))
            });
        }
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    fn list_by_hand_u16(values: &[u16], list: &[i64], out: &mut Row) {
        for (word, codes) in out.0.iter_mut().zip(values.as_chunks::<64>().0) {
            // SAFETY: 64 codes in two vectors.
            let (low, high) = unsafe {
                let from = codes.as_ptr();
                (
                    _mm512_loadu_si512(from.cast()),
                    _mm512_loadu_si512(from.add(32).cast()),
                )
            };
            *word = list.iter().fold(0, |found, code| {
                let code = _mm512_set1_epi16(*code as i16);
                let low = u64::from(_mm512_cmpeq_epi16_mask(low, code));
                found | low | u64::from(_mm512_cmpeq_epi16_mask(high, code)) << 32
            });
        }
    }

    fn lists() {
        println!(
            "lists of one to five codes: ns per list of a chunk, and to comparing each code by hand"
        );
        println!("lists      60 codes, 1 byte    2000 codes, 2 bytes");
        let mut random = Random(5);
        let bytes: Vec<u8> = (0..CHUNK).map(|_| random.below(60) as u8).collect();
        let words: Vec<u16> = (0..CHUNK).map(|_| random.below(2000) as u16).collect();
        for count in [1, 8, 32, 64, 150] {
            let mut lists = |end: u64| -> Vec<Vec<i64>> {
                let lengths = [1, 1, 1, 2, 3, 5];
                let mut list = |at: usize| {
                    (0..lengths[at % 6])
                        .map(|_| random.below(end) as i64)
                        .collect()
                };
                (0..count).map(|at| list(at + 3)).collect()
            };
            let (short, long) = (lists(60), lists(2000));
            print!("{count:5}");
            // SAFETY: the machine has AVX-512, or `main` had not come here.
            list_race(Lane::U8(&bytes), &short, |list, row| unsafe {
                list_by_hand_u8(&bytes, list, row);
            });
            // SAFETY: as before.
            list_race(Lane::U16(&words), &long, |list, row| unsafe {
                list_by_hand_u16(&words, list, row);
            });
            println!();
        }
        println!();
    }

    fn list_race(lane: Lane<'_>, lists: &[Vec<i64>], by_hand: impl Fn(&[i64], &mut Row)) {
        let tests: Vec<Test> = lists.iter().map(|list| Test::OneOf(list.clone())).collect();
        let scan = Scan::new(lane.kind(), &tests);
        let mut out = vec![Row::NONE; lists.len()];
        let mut expected = out.clone();
        let repeats = 1 + 64 / lists.len();
        let (ours, limit) = race(
            150,
            || (0..repeats).for_each(|_| scan.run(Isa::Avx512, black_box(lane), None, &mut out)),
            || {
                for _ in 0..repeats {
                    for (list, row) in lists.iter().zip(&mut expected) {
                        by_hand(black_box(list), row);
                    }
                }
            },
        );
        assert!(out == expected, "{} lists", lists.len());
        let each = ours * 1e9 / (repeats * lists.len()) as f64;
        print!("      {each:8.1} {:8.2}", ours / limit);
    }

    /// Conditions by hand: for each, an and of ors over rows in four registers, and a count.
    #[target_feature(enable = "avx512f,avx512vpopcntdq")]
    fn conditions_by_hand(
        conditions: &[Vec<Vec<u32>>],
        rows: &[Row],
        out: &mut [Row],
        counts: &mut [u64],
    ) {
        let load = |row: u32| -> [__m512i; 4] {
            // SAFETY: vectors of a row.
            std::array::from_fn(|at| unsafe {
                _mm512_load_si512(rows[row as usize].0.as_ptr().add(at * 8).cast())
            })
        };
        for ((condition, out), count) in conditions.iter().zip(out).zip(counts) {
            let mut all = [_mm512_set1_epi64(-1); 4];
            for clause in condition {
                let mut any = load(clause[0]);
                for row in &clause[1..] {
                    let words = load(*row);
                    for at in 0..4 {
                        any[at] = _mm512_or_si512(any[at], words[at]);
                    }
                }
                for at in 0..4 {
                    all[at] = _mm512_and_si512(all[at], any[at]);
                }
            }
            let mut sum = _mm512_setzero_si512();
            for (at, words) in all.into_iter().enumerate() {
                sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(words));
                // SAFETY: vectors of a row.
                unsafe { _mm512_store_si512(out.0.as_mut_ptr().add(at * 8).cast(), words) }
            }
            *count += _mm512_reduce_add_epi64(sum) as u64;
        }
    }

    fn circuits() {
        println!("conditions of 2 to 5 clauses, a fifth of them ors: ns per condition of a chunk");
        println!("conditions  inputs   ours   by hand  ratio");
        for (count, inputs) in [(10, 31), (100, 163), (1000, 531), (10_000, 2000)] {
            let mut random = Random(9);
            let conditions: Vec<Vec<Vec<u32>>> = (0..count)
                .map(|_| {
                    let clauses = 2 + random.below(10) / 3;
                    let clause = |random: &mut Random| {
                        let wires = 1 + u64::from(random.below(5) == 0);
                        (0..wires).map(|_| random.below(inputs) as u32).collect()
                    };
                    (0..clauses).map(|_| clause(&mut random)).collect()
                })
                .collect();
            let mut circuit = circuit(inputs as usize, &conditions);
            // The loop by hand leaves its rows too.
            (0..count).for_each(|output| circuit.keep(output));
            let mut rows = vec![Row::NONE; circuit.rows()];
            for row in &mut rows[..inputs as usize] {
                row.0 = std::array::from_fn::<u64, WORDS, _>(|_| random.next());
            }
            let given = rows[..inputs as usize].to_vec();
            let (mut out, mut expected) = (vec![0; count], vec![0; count]);
            let mut places = vec![Row::NONE; count];
            let repeats = 1 + 1000 / count;
            let (ours, limit) = race(
                60,
                || {
                    (0..repeats).for_each(|_| {
                        circuit.count(Isa::Avx512, &mut rows, CHUNK, &mut out);
                    });
                },
                || {
                    // SAFETY: the machine has AVX-512, or `main` had not come here.
                    (0..repeats).for_each(|_| unsafe {
                        conditions_by_hand(&conditions, &given, &mut places, &mut expected);
                    });
                },
            );
            assert!(out == expected, "{count} conditions");
            let each = |seconds: f64| seconds * 1e9 / (repeats * count) as f64;
            println!(
                "{count:10}  {inputs:6}  {:5.1}   {:7.1}  {:5.2}",
                each(ours),
                each(limit),
                ours / limit
            );
        }
    }

    fn circuit(inputs: usize, conditions: &[Vec<Vec<u32>>]) -> Circuit {
        let mut gates = Gates::new(inputs);
        let outputs: Vec<Wire> = conditions
            .iter()
            .map(|condition| {
                let clauses: Vec<Wire> = condition
                    .iter()
                    .map(|clause| {
                        let wires: Vec<Wire> = clause.iter().map(|row| Wire::input(*row)).collect();
                        gates.or(&wires)
                    })
                    .collect();
                gates.and(&clauses)
            })
            .collect();
        gates.finish(&outputs)
    }
}
