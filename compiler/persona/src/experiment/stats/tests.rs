//! Against scipy 1.17.1 and statsmodels 0.15.0, whose calls stand beside the figures.

use super::*;

#[track_caller]
fn near(found: f64, expected: f64) {
    let scale = expected.abs().max(1e-12);
    assert!(
        ((found - expected) / scale).abs() < 1e-9,
        "{found:?} is not {expected:?}"
    );
}

#[track_caller]
fn between(found: Interval, low: f64, high: f64) {
    near(found.low, low);
    near(found.high, high);
}

fn rate(converted: u64, exposed: u64) -> Proportion {
    Proportion { exposed, converted }
}

#[test]
fn rates_are_compared_as_statsmodels_does() {
    // proportions_ztest([t, c], [n1, n0]); confint_proportions_2indep(t, n1, c, n0, method='newcomb', compare='diff');
    // the same with method='log-adjusted', compare='ratio', less 1.
    let cases = [
        (
            (20_034, 44_700, 20_119, 45_489),
            (-1.7840862247974725, 0.07440965529691913),
            (-0.012391904992707325, 0.000582095069752226),
            (0.9725504852139288, 1.0013078739874208),
        ),
        (
            (0, 10, 3, 12),
            (1.7013926184468013, 0.08886928647264575),
            (-0.0708804156994084, 0.5323053349335658),
            (0.34103280013377185, 101.3814506594029),
        ),
        (
            (1, 1_000, 9, 900),
            (2.7071334338320727, 0.0067866973548140214),
            (0.0023721849542477696, 0.017933354466625362),
            (1.260453387572543, 39.2830006619407),
        ),
        (
            (5, 5, 3, 5),
            (-1.5811388300841898, 0.11384629800665805),
            (-0.7692757187239871, 0.11818243828697239),
            (0.3383282439820506, 1.1969402049313824),
        ),
    ];
    for ((c, n0, t, n1), (z, p), (low, high), (least, most)) in cases {
        let found = compare_proportions(rate(c, n0), rate(t, n1), 0.95).expect("people");
        let test = found.test.expect("something varies");
        near(test.z, z);
        near(test.p, p);
        between(found.difference_interval, low, high);
        between(found.lift_interval.map(|lift| lift + 1.0), least, most);
    }
    // The same with alpha=0.01.
    let found = compare_proportions(rate(8_502, 44_700), rate(8_279, 45_489), 0.99);
    let found = found.expect("people").difference_interval;
    between(found, -0.014878589958581961, -0.0015251237495449606);
}

#[test]
fn wilson_s_interval_is_that_of_statsmodels() {
    // proportion_confint(t, n1, method='wilson')
    let found = wilson(rate(20_119, 45_489), 0.95).expect("people");
    between(found, 0.43772374727049607, 0.44685149948007);
    let found = wilson(rate(9, 900), 0.95).expect("people");
    between(found, 0.0052698222078629555, 0.018895321587590087);
    let none = wilson(rate(0, 10), 0.95).expect("people");
    assert!(none.low.abs() < 1e-15, "{none:?}");
}

#[test]
fn where_there_is_nothing_to_test_nothing_is_said() {
    assert_eq!(compare_proportions(rate(0, 0), rate(1, 2), 0.95), None);
    let nobody = compare_proportions(rate(0, 10), rate(0, 20), 0.95).expect("people");
    assert_eq!(
        (nobody.test, nobody.lift, nobody.difference),
        (None, None, 0.0)
    );
    let everybody = compare_proportions(rate(10, 10), rate(20, 20), 0.95).expect("people");
    assert_eq!((everybody.test, everybody.lift), (None, Some(0.0)));
    let same = Moments::of([3.0, 3.0, 3.0]);
    assert_eq!(compare_means(same, same, 0.95), None);
    assert_eq!(compare_means(same, Moments::of([1.0]), 0.95), None);
    assert_eq!(
        compare_means(same, Moments::of([1.0, f64::NAN]), 0.95),
        None
    );
}

#[test]
fn means_are_compared_as_scipy_does() {
    // ttest_ind_from_stats(m1, sqrt(v1), n1, m0, sqrt(v0), n0, equal_var=False); Welch's degrees of freedom; t.ppf(0.975, df).
    let cases = [
        (
            [(20, 5.5, 4.0), (25, 7.0, 9.0)],
            (2.004459314343183, 0.051530072003844275, 41.784011220196355),
            (-0.010425372697403068, 3.0104253726974033),
        ),
        (
            [(3, 1.0, 2.0), (4, 5.0, 0.5)],
            (4.4956118955921305, 0.024559354491796855, 2.7557251908396942),
            (1.0209666838385467, 6.979033316161454),
        ),
        (
            [(400_000, 0.10780847, 0.0961858), (380_000, 0.1083, 0.0962)],
            (0.699604513010878, 0.48417453254964243, 777944.8779051744),
            (-0.0008855088530694364, 0.0018685688530694165),
        ),
        (
            [(5_000, 3.0, 2.0), (4_000, 3.1, 5.0)],
            (2.4618298195866566, 0.013849036227723419, 6440.29501693779),
            (0.020370921449328852, 0.17962907855067134),
        ),
    ];
    for (samples, (t, p, freedom), (low, high)) in cases {
        let [control, treatment] = samples.map(|(count, mean, variance)| Moments {
            count,
            mean,
            variance,
        });
        let found = compare_means(control, treatment, 0.95).expect("something varies");
        near(found.t, t);
        near(found.p, p);
        near(found.freedom, freedom);
        between(found.difference_interval, low, high);
    }
}

#[test]
fn moments_keep_their_digits_where_values_are_large_and_alike() {
    let found = Moments::of([4.0, 7.0, 13.0, 16.0].map(|value| value + 1e9));
    assert_eq!(
        (found.count, found.mean, found.variance),
        (4, 1e9 + 10.0, 30.0)
    );
    assert_eq!(Moments::of([]), Moments::default());
}

#[test]
fn divisions_are_checked_as_scipy_does() {
    // chisquare(people, shares / sum(shares) * sum(people))
    let cases: [(&[u64], &[f64], f64, f64); 3] = [
        (
            &[45_489, 44_700],
            &[1.0, 1.0],
            6.9024049496058275,
            0.008607987810836262,
        ),
        (
            &[1_000, 1_100, 900],
            &[1.0, 1.0, 1.0],
            20.0,
            4.539992976248486e-5,
        ),
        (
            &[5_000, 3_100, 1_900],
            &[0.5, 0.3, 0.2],
            8.333333333333334,
            0.015503853599009307,
        ),
    ];
    for (people, shares, chi_squared, p) in cases {
        let found = check_ratio(people, shares).expect("people");
        near(found.chi_squared, chi_squared);
        near(found.p, p);
        assert_eq!(found.is_mismatch(), p < 0.001);
    }
    let far = check_ratio(&[10, 20_000], &[1.0, 1.0]).expect("people");
    near(far.chi_squared, 19970.019990005);
    assert_eq!((far.p, far.is_mismatch()), (0.0, true));
    for (people, shares) in [
        (&[][..], &[][..]),
        (&[5], &[1.0]),
        (&[0, 0], &[1.0, 1.0]),
        (&[1, 2], &[1.0]),
        (&[1, 2], &[1.0, 0.0]),
        (&[u64::MAX, 2], &[1.0, 1.0]),
    ] {
        assert_eq!(check_ratio(people, shares), None, "{people:?}");
    }
}

#[test]
fn several_comparisons_are_corrected_as_statsmodels_does() {
    // multipletests([.01, .04, .03, .005, .9], method='holm')
    let found = holm(&[0.01, 0.04, 0.03, 0.005, 0.9]);
    for (found, expected) in found.into_iter().zip([0.04, 0.09, 0.09, 0.025, 0.9]) {
        near(found, expected);
    }
    assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    assert!(holm(&[]).is_empty());
}

const FIVE: Design<'_> = Design {
    baseline: 0.05,
    effect: Effect::Relative(0.1),
    alpha: 0.05,
    power: 0.8,
    shares: &[0.5, 0.5],
};

#[test]
fn sizes_are_those_of_statsmodels() {
    // samplesize_proportions_2indep_onetail(diff, prop2, power, ratio, alpha): the treatment's size, the control's being ratio
    // times as large.
    let cases = [
        (FIVE, 31233.43794013002),
        (
            Design {
                power: 0.9,
                shares: &[0.9, 0.1],
                ..FIVE
            },
            23045.743671051914,
        ),
        (
            Design {
                baseline: 0.3,
                effect: Effect::Absolute(-0.03),
                alpha: 0.01,
                ..FIVE
            },
            5287.187689135618,
        ),
        // Two treatments: each comparison has half of alpha.
        (
            Design {
                shares: &[0.25, 0.25, 0.25],
                ..FIVE
            },
            37823.99632866718,
        ),
        (
            Design {
                baseline: 0.02,
                effect: Effect::Absolute(0.01),
                shares: &[0.2, 0.4],
                ..FIVE
            },
            5880.921313414321,
        ),
    ];
    for (design, treatment) in cases {
        let share = design.shares[1];
        let found = sample_size(&design).expect("a size");
        assert_eq!(
            found.people,
            (treatment / share).ceil() as u64,
            "{design:?}"
        );
        assert_eq!(found.groups[1], treatment.ceil() as u64, "{design:?}");
    }
}

#[test]
fn the_smallest_of_several_treatments_decides() {
    let uneven = Design {
        shares: &[0.4, 0.4, 0.1],
        ..FIVE
    };
    let even = Design {
        shares: &[0.4, 0.1, 0.1],
        ..FIVE
    };
    let size = |design| sample_size(&design).expect("a size").people;
    assert_eq!(size(uneven), size(even));
}

#[test]
fn designs_without_sense_have_no_size() {
    let wrong = [
        (
            Design {
                baseline: 0.0,
                ..FIVE
            },
            SizeError::Baseline,
        ),
        (
            Design {
                baseline: f64::NAN,
                ..FIVE
            },
            SizeError::Baseline,
        ),
        (
            Design {
                effect: Effect::Relative(0.0),
                ..FIVE
            },
            SizeError::Effect,
        ),
        (
            Design {
                effect: Effect::Absolute(0.95),
                ..FIVE
            },
            SizeError::Effect,
        ),
        (
            Design {
                effect: Effect::Absolute(f64::NAN),
                ..FIVE
            },
            SizeError::Effect,
        ),
        (Design { alpha: 1.0, ..FIVE }, SizeError::Chances),
        (
            Design {
                power: 0.05,
                ..FIVE
            },
            SizeError::Chances,
        ),
        (
            Design {
                shares: &[1.0],
                ..FIVE
            },
            SizeError::Groups,
        ),
        (
            Design {
                shares: &[0.6, 0.6],
                ..FIVE
            },
            SizeError::Groups,
        ),
        (
            Design {
                shares: &[0.5, 0.0],
                ..FIVE
            },
            SizeError::Groups,
        ),
        (
            Design {
                effect: Effect::Absolute(1e-9),
                ..FIVE
            },
            SizeError::Endless,
        ),
    ];
    for (design, expected) in wrong {
        assert_eq!(sample_size(&design), Err(expected), "{design:?}");
    }
}

#[test]
fn what_can_be_seen_needs_just_the_people_there_are() {
    for people in [200, 1_000, 62_467, 5_000_000] {
        let part = detectable(&FIVE, people).expect("an effect");
        let needs = |part| {
            sample_size(&Design {
                effect: Effect::Relative(part),
                ..FIVE
            })
        };
        assert_eq!(needs(part).expect("a size").people, people);
        assert!(needs(part * 0.99).expect("a size").people > people);
    }
    assert_eq!(detectable(&FIVE, 3), None);
}
#[test]
fn student_s_distribution_is_that_of_scipy_however_many_there_are() {
    // t.sf([0.5, 2, 5, 12], freedom) and t.ppf(0.975, freedom)
    let cases: [(f64, [f64; 4], f64); 8] = [
        (
            9999.0,
            [
                0.30854304021175677,
                0.02276363168075505,
                2.915168205114154e-07,
                2.9900440056831956e-33,
            ],
            1.960201263621357,
        ),
        (
            20000.0,
            [
                0.30854028921507787,
                0.022756880979249966,
                2.89075707382903e-07,
                2.307518829186818e-33,
            ],
            1.9600826051581348,
        ),
        (
            1.0,
            [
                0.35241638234956674,
                0.14758361765043326,
                0.06283295818900114,
                0.026464676059589878,
            ],
            12.706204736174694,
        ),
        (
            30.0,
            [
                0.3103615024425636,
                0.027312522481491547,
                1.16483427335039e-05,
                2.7900927075996303e-13,
            ],
            2.0422724563012378,
        ),
        (
            1e3,
            [
                0.30859254041693734,
                0.02288517324662583,
                3.3836281823243174e-07,
                2.1620286933872145e-31,
            ],
            1.9623390808264083,
        ),
        (
            1e6,
            [
                0.3085375937361857,
                0.02275026692565962,
                2.8669989354453723e-07,
                1.785842562382547e-33,
            ],
            1.959966356814107,
        ),
        (
            1e8,
            [
                0.3085375392760892,
                0.022750133297953345,
                2.866520550633632e-07,
                1.7765754821345106e-33,
            ],
            1.9599640082627663,
        ),
        (
            1e12,
            [
                0.308537538726042,
                0.022750131948314174,
                2.866515719275125e-07,
                1.7764821214144394e-33,
            ],
            1.9599639845424262,
        ),
    ];
    for (freedom, tails, times) in cases {
        for (t, tail) in [0.5, 2.0, 5.0, 12.0].into_iter().zip(tails) {
            near(student::tail(t, freedom), tail);
        }
        near(student::times(0.025, freedom), times);
    }
    assert!(student::times(1e-300, 1.0).is_finite());
}
