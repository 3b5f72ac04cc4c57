//! Scans against what their tests mean.

use super::Random;
use super::lanes::{KINDS, Values, tests};
use crate::kernels::{Bits, CHUNK, Isa, LaneKind, Row, Scan, Test};

/// Under Miri, which runs a thousand times slower, fewer.
const LENGTHS: &[usize] = if cfg!(miri) {
    &[0, 1, 63, 65, 130, 517]
} else {
    &[
        0, 1, 2, 7, 8, 9, 31, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1000, 1023,
        1024, 1537, 2047, 2048,
    ]
};

/// Runs the tests on every instruction set and compares each bit.
fn agree(values: &Values, asked: &[Test], valid: Option<Bits<'_>>) {
    let lane = values.lane();
    let scan = Scan::new(lane.kind(), asked);
    let known = valid.map(|valid| valid.row());
    let expected = asked.iter().map(|test| {
        let mut expected = Row::NONE;
        for at in 0..lane.len() {
            let is_known = known.is_none_or(|known| known.get(at));
            let passes = is_known && values.passes(test, at);
            expected.0[at / 64] |= u64::from(passes) << (at % 64);
        }
        expected
    });
    let expected: Vec<Row> = expected.collect();
    for isa in Isa::available() {
        let mut out = vec![Row([0x5555_5555_5555_5555; 32]); asked.len()];
        scan.run(isa, lane, valid, &mut out);
        for ((test, row), expected) in asked.iter().zip(&out).zip(&expected) {
            if row != expected {
                let wrong = (0..CHUNK).find(|at| row.get(*at) != expected.get(*at));
                panic!("{isa:?}, row {wrong:?} of {lane:?}, {test:?}");
            }
        }
    }
}

#[test]
fn every_lane_and_tail_gives_what_its_tests_mean() {
    let mut random = Random(7);
    for kind in KINDS {
        for len in LENGTHS {
            let values = Values::generate(kind, *len, &mut random);
            let count = 1 + random.below(12);
            agree(&values, &tests(kind, count, &mut random), None);
        }
    }
}

#[test]
fn tests_of_missing_values_fail_at_any_offset_of_the_bitmap() {
    let mut random = Random(11);
    for kind in KINDS {
        for offset in 0..if cfg!(miri) { 3 } else { 67 } {
            let len = if random.one_in(4) {
                CHUNK
            } else {
                random.below(300)
            };
            let values = Values::generate(kind, len, &mut random);
            let bytes: Vec<u8> = (0..(offset + len).div_ceil(8))
                .map(|_| random.next() as u8)
                .collect();
            let valid = Bits::new(&bytes, offset, len);
            agree(&values, &tests(kind, 3, &mut random), Some(valid));
        }
    }
}

#[test]
fn many_tests_of_one_lane_are_answered_together() {
    let mut random = Random(13);
    for kind in KINDS {
        for count in if cfg!(miri) {
            vec![9, 20]
        } else {
            vec![2, 8, 9, 17, 33, 64, 163, 300]
        } {
            let len = if cfg!(miri) { 200 } else { 1500 };
            let values = Values::generate(kind, len, &mut random);
            agree(&values, &tests(kind, count, &mut random), None);
        }
    }
}

#[test]
fn many_lists_of_codes_are_answered_together() {
    let mut random = Random(29);
    let rows = if cfg!(miri) { 100 } else { 1333 };
    let codes: Vec<u16> = (0..rows).map(|_| random.below(700) as u16).collect();
    let wide: Vec<u32> = codes.iter().map(|code| u32::from(*code) * 3).collect();
    for count in if cfg!(miri) {
        vec![10]
    } else {
        vec![10, 40, 300]
    } {
        let lists = (0..count).map(|at| {
            let codes = 1 + random.below(if at % 40 == 0 { 30 } else { 5 });
            Test::OneOf((0..codes).map(|_| random.below(2100) as i64).collect())
        });
        let lists: Vec<Test> = lists.collect();
        agree(&Values::U16(codes.clone()), &lists, None);
        agree(&Values::U32(wide.clone()), &lists, None);
    }
}

#[test]
fn slots_of_missing_floats_may_hold_anything() {
    let values: Vec<f64> = (0..130)
        .map(|at| if at % 3 == 0 { f64::NAN } else { f64::from(at) })
        .collect();
    let bits: Vec<u8> = (0..17)
        .map(|byte| {
            (0..8).fold(0, |bits, bit| {
                bits | u8::from((byte * 8 + bit) % 3 != 0) << bit
            })
        })
        .collect();
    let asked = tests(LaneKind::F64, 20, &mut Random(17));
    agree(&Values::F64(values), &asked, Some(Bits::new(&bits, 0, 130)));
}

#[test]
fn every_code_of_a_byte_is_found_in_every_size_of_table() {
    let values = Values::U8((0..=255).collect());
    let mut random = Random(19);
    let lasts: &[usize] = if cfg!(miri) {
        &[255]
    } else {
        &[5, 62, 63, 64, 126, 127, 128, 200, 255]
    };
    for last in lasts {
        for count in if cfg!(miri) { 3..4 } else { 1..10 } {
            let lists = (0..count).map(|_| {
                let mut list: Vec<i64> = (0..6).map(|_| random.below(*last) as i64).collect();
                list.push(*last as i64);
                Test::OneOf(list)
            });
            let lists: Vec<Test> = lists.collect();
            agree(&values, &lists, None);
        }
    }
}

#[test]
fn no_tests_need_no_rows() {
    for kind in KINDS {
        let values = Values::generate(kind, CHUNK, &mut Random(31));
        agree(&values, &[], None);
    }
}

#[test]
#[should_panic(expected = "a lane of the scan's kind")]
fn a_lane_of_another_kind_is_refused() {
    let scan = Scan::new(LaneKind::I8, &[Test::Ints { lo: 0, hi: 1 }]);
    let values = Values::U8(vec![1]);
    scan.run(Isa::best(), values.lane(), None, &mut [Row::NONE]);
}

#[test]
fn a_lane_is_cut_into_chunks() {
    let values = Values::I16((0..5000).collect());
    let lane = values.lane();
    assert_eq!(
        [0, 1, 2].map(|chunk| lane.chunk(chunk).len()),
        [2048, 2048, 904]
    );
    let mut out = [Row::NONE];
    let scan = Scan::new(LaneKind::I16, &[Test::Ints { lo: 4099, hi: 4100 }]);
    scan.run(Isa::best(), lane.chunk(2), None, &mut out);
    assert_eq!(out[0].0[0], 0b11000);
    assert_eq!(out[0].count(), 2);
}
