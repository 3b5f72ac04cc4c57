//! Against counting by hand, one person after another.

use super::*;

/// People made up: whether person `row` is in set `index`, without any pattern.
fn is_in(row: usize, index: usize) -> bool {
    let mixed = (row as u64 * 8 + index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 40) % 7 < index as u64 + 1
}

fn made_up(profiles: usize, sets: usize) -> Vec<Members> {
    let set = |index| {
        let bits = BooleanBuffer::collect_bool(profiles, |row| is_in(row, index));
        let count = bits.count_set_bits();
        let set = OverlapSet {
            name: format!("s{index}").into(),
            title: None,
            partition: None,
            count,
            share: count as f64 / profiles as f64,
        };
        Members { set, bits }
    };
    (0..sets).map(set).collect()
}

#[test]
fn pairs_and_intersections_are_those_of_counting_one_by_one() {
    for profiles in [1, 63, 64, 65, 1_000, 4_097] {
        let options = OverlapOptions {
            intersections: 1_000,
            ..OverlapOptions::default()
        };
        let found = compare(made_up(profiles, 5), profiles, &options);
        // The sets in the order found.
        let index = |set: usize| {
            found.sets[set].name[1..]
                .parse::<usize>()
                .expect("a number")
        };
        let in_set = |row: usize, set: usize| is_in(row, index(set));
        for a in 0..found.sets.len() {
            for b in 0..found.sets.len() {
                let both = (0..profiles).filter(|row| in_set(*row, a) && in_set(*row, b));
                assert_eq!(found.both(a, b), both.count(), "{profiles}: {a} {b}");
            }
        }
        let mut people = found.nobodys;
        for intersection in &found.intersections {
            let exactly = |row: &usize| {
                (0..found.sets.len())
                    .all(|set| in_set(*row, set) == intersection.sets.contains(&set))
            };
            assert_eq!(intersection.count, (0..profiles).filter(exactly).count());
            people += intersection.count;
        }
        assert_eq!(
            (people, found.others),
            (profiles, (0, 0)),
            "everybody is counted once"
        );
    }
}

#[test]
fn what_is_left_out_is_said() {
    let options = OverlapOptions {
        sets: 3,
        intersections: 2,
        ..OverlapOptions::default()
    };
    let found = compare(made_up(1_000, 6), 1_000, &options);
    assert_eq!((found.sets.len(), found.left_out.len()), (3, 3));
    assert!(found.sets.is_sorted_by(|a, b| a.count >= b.count));
    assert_eq!(found.intersections.len(), 2);
    let shown: usize = found.intersections.iter().map(|shown| shown.count).sum();
    assert_eq!(shown + found.others.1 + found.nobodys, 1_000);
    assert!(found.others.0 > 0);
}

fn sets(rows: &[&str]) -> OverlapResult {
    let profiles = rows[0].len();
    let sets = rows.iter().enumerate().map(|(index, row)| {
        let bits: BooleanBuffer = row.bytes().map(|byte| byte == b'1').collect();
        let count = bits.count_set_bits();
        let set = OverlapSet {
            name: format!("s{index}").into(),
            title: None,
            partition: None,
            count,
            share: count as f64 / profiles as f64,
        };
        Members { set, bits }
    });
    compare(sets.collect(), profiles, &OverlapOptions::default())
}

#[test]
fn measures_of_two_sets_are_as_defined() {
    let found = sets(&["11110000", "00111000", "00000000"]);
    assert_eq!(&*found.empty, ["s2".into()]);
    let pair = found.pair(0, 1);
    assert_eq!(
        pair,
        Pair {
            a: 0,
            b: 1,
            both: 2,
            of_a: 0.5,
            of_b: 2.0 / 3.0,
            jaccard: 2.0 / 5.0,
            lift: 2.0 * 8.0 / 12.0,
        }
    );
    assert_eq!(found.pairs(), [pair]);
    assert_eq!(found.nobodys, 3);
}

#[test]
fn sets_that_are_the_same_or_inside_another_are_found() {
    let found = sets(&["111100", "110000", "110000", "111111", "000011"]);
    let name = |set: usize| &*found.sets[set].name;
    let relations: Vec<_> = found
        .relations()
        .into_iter()
        .map(|(a, b, relation)| (name(a), name(b), relation))
        .collect();
    assert_eq!(
        relations,
        [
            ("s1", "s0", Relation::Inside),
            ("s2", "s0", Relation::Inside),
            ("s1", "s2", Relation::Same),
        ]
    );
}

#[test]
fn sixty_four_sets_fit() {
    let found = compare(
        made_up(500, 6).into_iter().cycle_to(70),
        500,
        &OverlapOptions {
            sets: 1_000,
            ..OverlapOptions::default()
        },
    );
    assert_eq!((found.sets.len(), found.left_out.len()), (MOST_SETS, 6));
    let all: usize = found.intersections.iter().map(|shown| shown.count).sum();
    assert_eq!(all + found.others.1 + found.nobodys, 500);
}

trait CycleTo {
    fn cycle_to(self, length: usize) -> Vec<Members>;
}

impl<I: Iterator<Item = Members>> CycleTo for I {
    fn cycle_to(self, length: usize) -> Vec<Members> {
        let first: Vec<Members> = self.collect();
        let copy = |index: usize| Members {
            set: first[index % first.len()].set.clone(),
            bits: first[index % first.len()].bits.clone(),
        };
        (0..length).map(copy).collect()
    }
}
