//! Dose-response curves and the accuracy of tests: answers known in closed form, and what is refused.

#![allow(clippy::unwrap_used, reason = "a model that is not fitted fails the test")]

use euthymia_meta::accuracy::{self, Corrected, bivariate};
use euthymia_meta::dose_response::{
    Counts, CovarianceMethod, Curve, Procedure, RiskDesign, Study, covariances, fit, fit_emax, quantile_knots,
};
use euthymia_meta::multivariate::Method;
use euthymia_vecmath::scalar::ln;
use nalgebra::DMatrix;

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + b.abs())
}

/// Crude relative risks of counts, with the variance of each.
fn crude(counts: &Counts, design: RiskDesign) -> (Vec<f64>, Vec<f64>) {
    let (a, n) = (&counts.cases, &counts.total);
    let log = |i: usize| match design {
        RiskDesign::CaseControl => ln(a[i] / (n[i] - a[i])),
        _ => ln(a[i] / n[i]),
    };
    let own = |i: usize| match design {
        RiskDesign::CaseControl => 1.0 / a[i] + 1.0 / (n[i] - a[i]),
        RiskDesign::IncidenceRate => 1.0 / a[i],
        RiskDesign::CumulativeIncidence => 1.0 / a[i] - 1.0 / n[i],
    };
    let of = |i: usize| {
        if i == 0 {
            (0.0, 0.0)
        } else {
            (log(i) - log(0), own(i) + own(0))
        }
    };
    (0..a.len()).map(of).unzip()
}

#[test]
fn crude_relative_risks_share_the_variance_of_the_reference() {
    let counts = Counts {
        cases: vec![40.0, 30.0, 60.0],
        total: vec![500.0, 400.0, 450.0],
    };
    for design in [
        RiskDesign::CaseControl,
        RiskDesign::IncidenceRate,
        RiskDesign::CumulativeIncidence,
    ] {
        let (y, v) = crude(&counts, design);
        let shared = match design {
            RiskDesign::CaseControl => 1.0 / 40.0 + 1.0 / 460.0,
            RiskDesign::IncidenceRate => 1.0 / 40.0,
            RiskDesign::CumulativeIncidence => 1.0 / 40.0 - 1.0 / 500.0,
        };
        let hamling = covariances(&y, &v, &counts, design, CovarianceMethod::Hamling).unwrap();
        assert!(near(hamling[(0, 1)], shared, 1e-6), "{design:?} {hamling}");
        if design != RiskDesign::CumulativeIncidence {
            let greenland =
                covariances(&y, &v, &counts, design, CovarianceMethod::GreenlandLongnecker).unwrap();
            assert!(near(greenland[(0, 1)], shared, 1e-9), "{design:?} {greenland}");
        }
        assert!(near(hamling[(1, 1)], v[2], 1e-12));
    }
}

#[test]
fn the_unit_of_the_time_that_people_are_followed_does_not_matter() {
    let of = |unit: f64| {
        let (cases, time) = ([30.0, 42.0, 55.0], [1000.0, 1100.0, 900.0]);
        let counts = Counts {
            cases: cases.to_vec(),
            total: time.iter().map(|time| time * unit).collect(),
        };
        let ratio = |i: usize| ln((cases[i] / time[i]) / (cases[0] / time[0]));
        covariances(
            &[0.0, ratio(1), ratio(2)],
            &[0.0, 1.0 / 30.0 + 1.0 / 42.0, 1.0 / 30.0 + 1.0 / 55.0],
            &counts,
            RiskDesign::IncidenceRate,
            CovarianceMethod::Hamling,
        )
        .unwrap()[(0, 1)]
    };
    // In thousands of years there are more cases than time.
    for unit in [1.0, 0.01, 1e-3, 365.0] {
        assert!(near(of(unit), 1.0 / 30.0, 1e-4), "{unit}: {}", of(unit));
    }
}

#[test]
fn counts_that_contradict_the_risks_are_refused() {
    let counts = Counts {
        cases: vec![1.0, 1.0],
        total: vec![2.0, 2.0],
    };
    let refused = covariances(
        &[0.0, 900.0],
        &[0.0, 0.1],
        &counts,
        RiskDesign::CaseControl,
        CovarianceMethod::GreenlandLongnecker,
    );
    assert!(refused.is_err());
    let two = covariances(
        &[0.0, 0.0],
        &[0.0, 0.0],
        &counts,
        RiskDesign::CaseControl,
        CovarianceMethod::GreenlandLongnecker,
    );
    assert!(two.unwrap_err().to_string().contains("one reference"));
}

/// Studies whose effects are exactly those of a function.
fn exact(curve: &Curve, effect: impl Fn(f64) -> f64) -> Vec<Study> {
    let doses = [
        [0.0, 10.0, 30.0, 80.0],
        [5.0, 20.0, 40.0, 60.0],
        [0.0, 15.0, 50.0, 100.0],
    ];
    doses
        .iter()
        .map(|doses| {
            let y: Vec<f64> = doses.iter().map(|x| effect(*x) - effect(doses[0])).collect();
            let covariance = DMatrix::from_fn(3, 3, |i, j| if i == j { 0.02 } else { 0.01 });
            Study::new(
                &curve.columns(doses).unwrap(),
                &y,
                &[0.0, 0.02, 0.02, 0.02],
                covariance,
            )
            .unwrap()
        })
        .collect()
}

#[test]
fn curves_without_error_are_found_again_in_one_stage_and_in_two() {
    for procedure in [Procedure::OneStage, Procedure::TwoStage] {
        let found = fit(
            &exact(&Curve::Quadratic, |x| 0.03 * x - 0.0002 * x * x),
            Method::Fixed,
            procedure,
        )
        .unwrap();
        assert!(near(found.coefficients[0], 0.03, 1e-9) && near(found.coefficients[1], -0.0002, 1e-9));
    }
    let found = fit_emax((0.1, 1000.0), Method::Fixed, |curve| {
        Ok(exact(curve, |x| 2.0 * x / (x + 25.0)))
    })
    .unwrap();
    assert!(found.inside && near(found.ed50, 25.0, 1e-3), "{found:?}");
    assert!(near(found.fit.coefficients[0], 2.0, 1e-3));
}

#[test]
fn a_spline_is_linear_outside_its_knots() {
    let knots = quantile_knots(&[0.0, 10.0, 20.0, 30.0, 40.0, 50.0], 3).unwrap();
    assert_eq!(knots, [5.0, 25.0, 45.0]);
    let columns = Curve::Spline(knots)
        .columns(&[0.0, 2.0, 60.0, 70.0, 80.0])
        .unwrap();
    assert_eq!(columns[(0, 1)], 0.0);
    assert_eq!(columns[(1, 1)], 0.0);
    let (first, second) = (
        columns[(3, 1)] - columns[(2, 1)],
        columns[(4, 1)] - columns[(3, 1)],
    );
    assert!(near(first, second, 1e-9) && first > 0.0);
    assert!(Curve::Spline(vec![1.0, 1.0, 2.0]).columns(&[0.0]).is_err());
}

#[test]
fn a_study_with_too_few_doses_is_told() {
    let mut studies = exact(&Curve::Quadratic, |x| x);
    studies[1].terms = studies[1].terms.rows(0, 1).into_owned();
    studies[1].effects = studies[1].effects.rows(0, 1).into_owned();
    studies[1].covariance = DMatrix::from_element(1, 1, 0.02);
    let refused = fit(&studies, Method::Restricted, Procedure::TwoStage).unwrap_err();
    assert!(refused.to_string().contains("study 2 has 1 doses"));
}

fn counts() -> accuracy::Counts {
    accuracy::Counts {
        tp: vec![45.0, 30.0, 80.0],
        fn_: vec![5.0, 10.0, 12.0],
        fp: vec![8.0, 4.0, 15.0],
        tn: vec![90.0, 60.0, 110.0],
    }
}

#[test]
fn fixed_effects_of_a_test_are_weighted_means_of_logits() {
    let counts = counts();
    let x = DMatrix::from_element(3, 1, 1.0);
    let found = bivariate(&counts, &x, &["intrcpt".to_owned()], Method::Fixed).unwrap();
    let (mut sum, mut weight) = (0.0, 0.0);
    for study in 0..3 {
        let (yes, no) = (counts.tp[study], counts.fn_[study]);
        let w = 1.0 / (1.0 / yes + 1.0 / no);
        sum += w * ln(yes / no);
        weight += w;
    }
    assert!(near(found.fit.coefficients[0], sum / weight, 1e-10));
    let (sensitivity, false_positive) = found.pooled.unwrap();
    assert!(sensitivity > 0.8 && false_positive < 0.2 && found.auc.is_none());
}

#[test]
fn cells_of_0_are_corrected_or_refused() {
    let mut counts = counts();
    counts.fn_[1] = 0.0;
    let x = DMatrix::from_element(3, 1, 1.0);
    let refused = bivariate(&counts, &x, &["intrcpt".to_owned()], Method::Fixed).unwrap_err();
    assert!(refused.to_string().contains("study 2"));
    assert_eq!(counts.corrected(0.5, Corrected::All).tp, [45.5, 30.5, 80.5]);
    assert_eq!(counts.corrected(0.5, Corrected::Single).tp, [45.0, 30.5, 80.0]);
    assert_eq!(counts.corrected(0.5, Corrected::None), counts);
    counts.tp[0] = -1.0;
    assert!(counts.check().unwrap_err().to_string().contains("study 1"));
}
