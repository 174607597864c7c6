//! Laws that pooling obeys whatever the numbers: the order of studies, the unit of the effect and the names of the groups
//! change nothing but rounding.

use euthymia_meta::pool::{Data, Fit, Method, Options, Test, fit};
use nalgebra::DMatrix;
use proptest::prelude::*;

const METHODS: [Method; 12] = [
    Method::EqualEffects,
    Method::DerSimonianLaird,
    Method::DerSimonianLairdIterated,
    Method::Hedges,
    Method::HunterSchmidt,
    Method::HunterSchmidtSmall,
    Method::SidikJonkman,
    Method::SidikJonkmanIterated,
    Method::PauleMandel,
    Method::EmpiricalBayes,
    Method::MaximumLikelihood,
    Method::Restricted,
];

fn studies() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    prop::collection::vec((-2.0..2.0_f64, 0.01..0.5_f64, -1.0..1.0_f64), 4..15)
}

/// Studies with a mean, or with a mean and a slope.
fn data(rows: &[(f64, f64, f64)], moderated: bool) -> Data {
    let columns = if moderated { 2 } else { 1 };
    let names = ["intrcpt", "x"][..columns]
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    Data {
        yi: rows.iter().map(|row| row.0).collect(),
        vi: rows.iter().map(|row| row.1).collect(),
        x: DMatrix::from_fn(rows.len(), columns, |i, j| if j == 0 { 1.0 } else { rows[i].2 }),
        names,
        intercept: true,
    }
}

fn options(method: Method, test: Test) -> Options {
    Options {
        method,
        test,
        ..Options::default()
    }
}

/// Equal but for rounding; tau2 near 0 is held to the size of the sampling variances.
fn near(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= 1e-8 * (a.abs().max(b.abs()) + size)
}

fn same(a: &Fit, b: &Fit, unit: f64) -> Result<(), TestCaseError> {
    let square = unit * unit;
    prop_assert!(
        near(a.tau2 * square, b.tau2, square),
        "tau2 {} {}",
        a.tau2,
        b.tau2
    );
    for i in 0..a.p {
        prop_assert!(
            near(a.beta[i] * unit, b.beta[i], unit),
            "beta {} {}",
            a.beta[i],
            b.beta[i]
        );
        prop_assert!(near(a.se[i] * unit, b.se[i], unit), "se {} {}", a.se[i], b.se[i]);
        prop_assert!(near(a.ci_lb[i] * unit, b.ci_lb[i], unit));
        prop_assert!(near(a.pval[i], b.pval[i], 1.0));
    }
    prop_assert!(near(a.qe, b.qe, 1.0) && near(a.i2, b.i2, 100.0) && near(a.h2, b.h2, 1.0));
    Ok(())
}

proptest! {
    #[test]
    fn the_order_of_studies_changes_nothing(
        (rows, shuffled) in studies().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        moderated: bool,
    ) {
        for method in METHODS {
            for test in [Test::Z, Test::KnappHartung] {
                let (a, b) = (fit(&data(&rows, moderated), &options(method, test)), fit(&data(&shuffled, moderated), &options(method, test)));
                let (a, b) = (a.expect("four studies or more"), b.expect("the same"));
                same(&a, &b, 1.0)?;
                prop_assert!(near(a.ll, b.ll, 1.0), "{} {}", a.ll, b.ll);
            }
        }
    }

    #[test]
    fn another_unit_scales_what_has_a_unit_and_nothing_else(rows in studies(), unit in 0.01..100.0_f64, moderated: bool) {
        let scaled: Vec<_> = rows.iter().map(|(y, v, x)| (y * unit, v * unit * unit, *x)).collect();
        for method in METHODS {
            let a = fit(&data(&rows, moderated), &options(method, Test::T)).expect("four studies or more");
            let b = fit(&data(&scaled, moderated), &options(method, Test::T)).expect("the same");
            same(&a, &b, unit)?;
        }
    }

    #[test]
    fn the_other_direction_turns_the_sign(rows in studies()) {
        let turned: Vec<_> = rows.iter().map(|(y, v, x)| (-y, *v, *x)).collect();
        for method in METHODS {
            let a = fit(&data(&rows, false), &options(method, Test::Z)).expect("four studies or more");
            let b = fit(&data(&turned, false), &options(method, Test::Z)).expect("the same");
            prop_assert!(near(a.beta[0], -b.beta[0], 1.0) && near(a.ci_lb[0], -b.ci_ub[0], 1.0) && near(a.tau2, b.tau2, 1.0));
        }
    }

    #[test]
    fn a_moderator_moved_and_stretched_tells_the_same(rows in studies(), shift in -1000.0..1000.0_f64, stretch in 0.01..100.0_f64) {
        let spread = rows.iter().map(|row| row.2).fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
        prop_assume!(spread.1 - spread.0 > 0.1);
        let moved: Vec<_> = rows.iter().map(|(y, v, x)| (*y, *v, shift + stretch * x)).collect();
        let a = fit(&data(&rows, true), &options(Method::Restricted, Test::Z)).expect("four studies or more");
        let b = fit(&data(&moved, true), &options(Method::Restricted, Test::Z)).expect("the same");
        // A shift of a thousand takes three digits of a slope, and stretching down to a hundredth two more.
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (a.abs() + 1.0);
        prop_assert!(close(a.beta[1], b.beta[1] * stretch), "{} {}", a.beta[1], b.beta[1] * stretch);
        prop_assert!(close(a.tau2, b.tau2) && close(a.qe, b.qe));
    }
}

#[test]
fn weights_that_are_not_one_for_each_study_are_refused() {
    let rows = [(0.1, 0.2, 0.0), (0.5, 0.1, 0.0), (-0.2, 0.3, 0.0)];
    for method in [
        Method::GeneralisedQ,
        Method::GeneralisedQMedian,
        Method::EqualEffects,
        Method::Restricted,
    ] {
        let short = Options {
            weights: Some(vec![1.0]),
            ..options(method, Test::Z)
        };
        let refused = fit(&data(&rows, false), &short).expect_err("one weight for three studies");
        assert!(
            refused
                .to_string()
                .contains("`weights`: expected one for each of 3 studies, found 1"),
            "{refused}"
        );
    }
}

/// Near the top of this likelihood the score is rounding: the search must end all the same, in any unit.
#[test]
fn a_search_ends_where_rounding_hides_the_top() {
    let rows = [
        (1.677_195_125_402_640_7, 0.479_875_632_144_467_1, 0.0),
        (1.437_301_584_539_693_3, 0.250_469_013_738_127_13, 0.0),
        (0.971_416_682_667_797_9, 0.01, 0.0),
        (1.652_660_348_223_633_7, 0.459_805_699_801_347_15, 0.0),
        (1.724_286_934_005_067, 0.01, 0.0),
        (1.302_675_672_769_007_4, 0.256_008_911_348_614_37, 0.0),
    ];
    for unit in [1.0, 0.01] {
        let scaled: Vec<_> = rows
            .iter()
            .map(|(y, v, x)| (y * unit, v * unit * unit, *x))
            .collect();
        for method in METHODS {
            assert!(
                fit(&data(&scaled, false), &options(method, Test::Z)).is_ok(),
                "{method:?} in {unit}"
            );
        }
    }
}

/// A variance of 0 weighs everything: there is no answer, and none is made up.
#[test]
fn a_variance_that_is_not_above_0_is_refused() {
    for v in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        let rows = [(0.1, 0.2, 0.0), (0.5, v, 0.0), (-0.2, 0.3, 0.0)];
        for method in METHODS {
            let refused = fit(&data(&rows, false), &options(method, Test::Z)).expect_err("no weight");
            assert!(refused.to_string().starts_with("study 2:"), "{refused}");
        }
    }
}

#[test]
fn a_level_and_a_tau2_that_cannot_be_are_refused() {
    let rows = [(0.1, 0.2, 0.0), (0.5, 0.1, 0.0), (-0.2, 0.3, 0.0)];
    for (level, tau2) in [
        (1.5, None),
        (95.0, None),
        (0.0, None),
        (0.95, Some(-1.0)),
        (0.95, Some(f64::NAN)),
    ] {
        let wrong = Options {
            level,
            tau2,
            ..Options::default()
        };
        assert!(fit(&data(&rows, false), &wrong).is_err(), "{level} {tau2:?}");
    }
}
