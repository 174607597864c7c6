//! What must hold whatever the data: order of studies, units, and answers to data that have none.

use nalgebra::DMatrix;

use super::*;
use crate::MetaError;
use crate::pool::{Fit, Method, Test, fit};
use crate::predict::{Reference, new_rows, predict};

const YI: [f64; 8] = [-0.9, -1.6, -1.3, -1.4, -0.2, -0.8, 0.1, -0.4];
const VI: [f64; 8] = [0.33, 0.19, 0.42, 0.02, 0.05, 0.007, 0.22, 0.1];
const MODERATOR: [f64; 8] = [44.0, 55.0, 42.0, 52.0, 13.0, 44.0, 19.0, 27.0];

fn regression(yi: &[f64], vi: &[f64], moderator: &[f64]) -> Data {
    Data {
        yi: yi.to_vec(),
        vi: vi.to_vec(),
        x: DMatrix::from_fn(yi.len(), 2, |i, j| if j == 0 { 1.0 } else { moderator[i] }),
        names: vec!["intrcpt".to_owned(), "moderator".to_owned()],
        intercept: true,
    }
}

fn fitted(data: &Data, method: Method, test: Test) -> (Fit, Options) {
    let options = Options {
        method,
        test,
        ..Options::default()
    };
    (fit(data, &options).unwrap(), options)
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{what}: {a}, {b}");
}

/// Turning the studies round turns the answers round.
#[test]
fn order_of_studies_is_nothing() {
    let back = |values: &[f64]| -> Vec<f64> { values.iter().rev().copied().collect() };
    let (there, again) = (
        regression(&YI, &VI, &MODERATOR),
        regression(&back(&YI), &back(&VI), &back(&MODERATOR)),
    );
    for method in [Method::EqualEffects, Method::DerSimonianLaird, Method::Restricted] {
        let (a, _) = fitted(&there, method, Test::KnappHartung);
        let (b, _) = fitted(&again, method, Test::KnappHartung);
        let (a_residuals, b_residuals) = (residuals(&there, &a).unwrap(), residuals(&again, &b).unwrap());
        let (a_influence, b_influence) = (influence(&there, &a).unwrap(), influence(&again, &b).unwrap());
        for i in 0..8 {
            close(a_residuals.z[i], b_residuals.z[7 - i], "z");
            close(
                a_influence[i].rstudent.unwrap(),
                b_influence[7 - i].rstudent.unwrap(),
                "rstudent",
            );
            close(
                a_influence[i].cook.unwrap(),
                b_influence[7 - i].cook.unwrap(),
                "cook",
            );
        }
        if method.is_random() {
            let interval = |data, fit| variance_interval(data, fit, IntervalMethod::QProfile, 0.95).unwrap();
            close(interval(&there, &a).upper, interval(&again, &b).upper, "upper");
        }
    }
}

/// In other units tau2 and its bounds go with the square, ratios stay.
#[test]
fn units_are_nothing() {
    let c = 12.5;
    let scaled: Vec<f64> = YI.iter().map(|y| c * y).collect();
    let variances: Vec<f64> = VI.iter().map(|v| c * c * v).collect();
    let (here, there) = (
        Data::without_moderators(YI.to_vec(), VI.to_vec()),
        Data::without_moderators(scaled, variances),
    );
    let (a, _) = fitted(&here, Method::Restricted, Test::Z);
    let (b, _) = fitted(&there, Method::Restricted, Test::Z);
    for method in [
        IntervalMethod::QProfile,
        IntervalMethod::ProfileLikelihood,
        IntervalMethod::HigginsThompson,
        IntervalMethod::Wald,
        IntervalMethod::WaldRoot,
        IntervalMethod::WaldLog,
    ] {
        let (a, b) = (
            variance_interval(&here, &a, method, 0.9).unwrap(),
            variance_interval(&there, &b, method, 0.9).unwrap(),
        );
        close(c * c * a.lower, b.lower, "lower");
        close(c * c * a.upper, b.upper, "upper");
        assert!(a.lower <= a.upper);
    }
    let (a, b) = (influence(&here, &a).unwrap(), influence(&there, &b).unwrap());
    for (a, b) in a.iter().zip(&b) {
        close(a.dffits.unwrap(), b.dffits.unwrap(), "dffits");
        close(a.covariance_ratio.unwrap(), b.covariance_ratio.unwrap(), "ratio");
    }
}

/// Leverages add up to the coefficients, and a shrunken effect lies between what was seen and what is expected.
#[test]
fn leverage_and_shrinkage() {
    let data = regression(&YI, &VI, &MODERATOR);
    let (fit, _) = fitted(&data, Method::Restricted, Test::Z);
    close(hat_values(&data, &fit).unwrap().iter().sum(), 2.0, "leverage");
    for (i, effect) in blup(&data, &fit).unwrap().iter().enumerate() {
        let expected = (data.x.row(i) * &fit.beta)[(0, 0)];
        let (low, high) = (expected.min(YI[i]), expected.max(YI[i]));
        assert!(low - 1e-12 <= effect.pred && effect.pred <= high + 1e-12);
    }
}

/// The last of the cumulative fits is the fit; the test of one coefficient is its z squared.
#[test]
fn ends_meet() {
    let data = Data::without_moderators(YI.to_vec(), VI.to_vec());
    let (all, options) = fitted(&data, Method::PauleMandel, Test::Z);
    let order: Vec<usize> = (0..8).collect();
    let last = cumulative(&data, &options, &order)
        .unwrap()
        .pop()
        .unwrap()
        .unwrap();
    close(last.beta[0], all.beta[0], "beta");
    let fits = subset_fits(&data, &options).unwrap();
    assert_eq!(fits.len(), 255);
    close(
        fits.last().unwrap().beta.as_ref().unwrap()[0],
        all.beta[0],
        "beta",
    );
    let regression = regression(&YI, &VI, &MODERATOR);
    let (fit, _) = fitted(&regression, Method::Restricted, Test::Z);
    close(wald(&fit, &[1]).unwrap().qm, fit.zval[1] * fit.zval[1], "wald");
    let x = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
    close(
        contrasts(&fit, &x, &[0.0]).unwrap().0[0].z,
        fit.zval[1],
        "contrast",
    );
    close(
        variance_inflation(&fit, true, &[vec![1]]).unwrap()[0],
        1.0,
        "one moderator alone",
    );
    let rows = new_rows(2, true, &[vec![30.0, 50.0]]).unwrap();
    let predictions = predict(&fit, &rows, Reference::OfTest, 0.95);
    close(
        predictions[1].pred,
        fit.beta[0] + 50.0 * fit.beta[1],
        "prediction",
    );
}

/// Of eight studies with the same sign two of the 256 patterns of signs are as extreme.
#[test]
fn signs_that_all_agree() {
    let yi: Vec<f64> = YI.iter().map(|y| y.abs() + 0.5).collect();
    let data = Data::without_moderators(yi, vec![0.1; 8]);
    for test in [Test::Z, Test::KnappHartung] {
        let (fit, _) = fitted(&data, Method::DerSimonianLaird, test);
        let found = permutation_test(&data, &fit, &PermutationOptions::default()).unwrap();
        assert!(found.exact);
        assert_eq!(found.iterations, 256);
        assert_eq!(found.pval[0], 2.0 / 256.0);
    }
    let (fit, _) = fitted(&data, Method::DerSimonianLaird, Test::Z);
    let drawn = PermutationOptions {
        iterations: 200,
        ..PermutationOptions::default()
    };
    let found = permutation_test(&data, &fit, &drawn).unwrap();
    assert!(!found.exact && found.pval[0] >= 1.0 / 200.0);
}

#[test]
fn data_without_an_answer() {
    let one = Data::without_moderators(vec![0.1], vec![0.2]);
    let (alone, _) = fitted(&one, Method::Restricted, Test::Z);
    let refused = variance_interval(&one, &alone, IntervalMethod::QProfile, 0.95);
    assert!(
        matches!(
            refused,
            Err(MetaError::TooFew {
                needed: 2,
                found: 1,
                ..
            })
        ),
        "{refused:?}"
    );
    assert_eq!(influence(&one, &alone).unwrap()[0].rstudent, None);

    let data = regression(&YI, &VI, &MODERATOR);
    let (fit, options) = fitted(&data, Method::EqualEffects, Test::Z);
    assert!(variance_interval(&data, &fit, IntervalMethod::QProfile, 0.95).is_err());
    assert!(leave_one_out(&data, &options).is_err());
    assert!(wald(&fit, &[2]).is_err());
    assert!(wald(&fit, &[]).is_err());
    assert!(variance_inflation(&fit, true, &[vec![0]]).is_err());
    assert!(likelihood_ratio(&fit, &fit).is_err());
    assert!(radial(&data, &fit, false).is_err());
    assert!(new_rows(3, true, &[vec![1.0]]).is_err());
    assert_eq!(
        permutation_count(&data),
        20_160.0,
        "two of the moderators are the same"
    );

    let many = Data::without_moderators(vec![0.1; 40], vec![0.2; 40]);
    let (fit, options) = fitted(&many, Method::DerSimonianLaird, Test::Z);
    let exact = PermutationOptions {
        exact: true,
        ..PermutationOptions::default()
    };
    assert!(permutation_test(&many, &fit, &exact).is_err());
    assert!(subset_fits(&many, &options).is_err());
}

/// Studies that agree better than chance lets them have no tau2 to agree with.
#[test]
fn no_variance_is_small_enough() {
    let data = Data::without_moderators(vec![0.3; 10], vec![0.1; 10]);
    let (fit, _) = fitted(&data, Method::Restricted, Test::Z);
    let found = variance_interval(&data, &fit, IntervalMethod::QProfile, 0.95).unwrap();
    assert!(found.empty && found.upper == 0.0);
}

/// Numbers that are not one for each study are told, whatever is fitted without some of them.
#[test]
fn lengths_that_differ_are_no_panic() {
    let data = Data::without_moderators(YI.to_vec(), VI.to_vec());
    let short = Options {
        weights: Some(vec![1.0; 3]),
        ..Options::default()
    };
    let order: Vec<usize> = (0..YI.len()).collect();
    let usual = Options::default();
    let cut = Data {
        vi: VI[..5].to_vec(),
        ..data.clone()
    };
    for (data, options, field) in [(&data, &short, "`weights`"), (&cut, &usual, "`vi`")] {
        for error in [
            leave_one_out(data, options).unwrap_err(),
            cumulative(data, options, &order).unwrap_err(),
            subset_fits(data, options).unwrap_err(),
        ] {
            assert!(error.to_string().starts_with(field), "{error}");
        }
    }
    let error = cumulative(&data, &usual, &[0, 8]).unwrap_err().to_string();
    assert_eq!(error, "`order`: there is no study 9, there are 8");
}
