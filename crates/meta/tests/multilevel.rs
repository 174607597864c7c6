//! Laws of dependent effect sizes: what must hold whatever the data, and answers known in closed form.

#![allow(clippy::unwrap_used, reason = "a model that is not fitted fails the test")]

use euthymia_meta::multilevel::{
    ComponentKind, Correlation, Data, DegreesOfFreedom, Dependence, Fit, Method, Options, Random, Sampling,
    Structure, aggregate, approximate_covariances, blups, cooks_distances, fit, profile_intervals,
};
use euthymia_meta::robust::{Correction, Fitted, WorkingModel, estimate, sandwich};
use euthymia_meta::{MetaError, multivariate, pool};
use nalgebra::DMatrix;

const YI: [f64; 12] = [
    0.31, 0.52, -0.11, 0.08, 0.94, 0.71, 0.66, 0.12, -0.25, 0.43, 0.29, 0.05,
];
const VI: [f64; 12] = [
    0.020, 0.031, 0.015, 0.042, 0.027, 0.018, 0.055, 0.023, 0.036, 0.012, 0.049, 0.021,
];
const STUDY: [usize; 12] = [0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5];
const LEVEL: [usize; 12] = [0, 1, 0, 1, 0, 1, 2, 0, 2, 0, 1, 2];

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|i| i.to_string()).collect()
}

fn data(yi: &[f64], sampling: Sampling) -> Data {
    Data {
        yi: yi.to_vec(),
        sampling,
        x: DMatrix::from_element(yi.len(), 1, 1.0),
        names: vec!["intrcpt".to_owned()],
        intercept: true,
    }
}

fn nested(study: &[usize]) -> Vec<Random> {
    let rows: Vec<usize> = (0..study.len()).collect();
    vec![
        Random::intercept("study", study.to_vec(), names(6)),
        Random::intercept("study/row", rows, names(study.len())),
    ]
}

fn levels(structure: Structure) -> Vec<Random> {
    vec![Random::levels(
        "level | study",
        (LEVEL.to_vec(), names(3)),
        (STUDY.to_vec(), names(6)),
        structure,
    )]
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + b.abs())
}

fn fitted(random: &[Random]) -> Fit {
    fit(
        &data(&YI, Sampling::independent(&VI)),
        random,
        &Options::default(),
    )
    .unwrap()
}

#[test]
fn an_effect_for_each_row_is_the_univariate_model() {
    let rows = vec![Random::intercept("row", (0..12).collect(), names(12))];
    let multi = fitted(&rows);
    let single = pool::fit(
        &pool::Data::without_moderators(YI.to_vec(), VI.to_vec()),
        &pool::Options::default(),
    )
    .unwrap();
    assert!(near(multi.sigma2()[0], single.tau2, 1e-8));
    assert!(near(multi.beta[0], single.beta[0], 1e-9));
    assert!(near(multi.ll, single.ll, 1e-10));
    assert!(near(multi.qe.unwrap(), single.qe, 1e-12));
}

#[test]
fn nested_effects_are_compound_symmetry() {
    let nested = fitted(&nested(&STUDY));
    let rows = vec![Random::levels(
        "row | study",
        ((0..12).collect(), names(12)),
        (STUDY.to_vec(), names(6)),
        Structure::CompoundSymmetry,
    )];
    let symmetric = fitted(&rows);
    let (tau2, rho) = (
        symmetric.components[0].variances[0],
        symmetric.components[0].correlations[0],
    );
    assert!(near(nested.ll, symmetric.ll, 1e-10));
    assert!(near(nested.sigma2()[0], rho * tau2, 1e-6));
    assert!(near(nested.sigma2()[1], (1.0 - rho) * tau2, 1e-6));
}

#[test]
fn the_order_of_rows_and_the_unit_of_effects_do_not_matter() {
    let order = [7, 3, 11, 0, 5, 9, 1, 10, 2, 8, 6, 4];
    let pick = |cells: &[f64]| order.map(|row| cells[row]);
    let study = order.map(|row| STUDY[row]);
    let plain = fitted(&nested(&STUDY));
    let permuted = fit(
        &data(&pick(&YI), Sampling::independent(&pick(&VI))),
        &nested(&study),
        &Options::default(),
    )
    .unwrap();
    assert!(near(plain.beta[0], permuted.beta[0], 1e-9));
    assert!(near(plain.sigma2()[0], permuted.sigma2()[0], 1e-8));
    let scaled = fit(
        &data(
            &YI.map(|y| 100.0 * y),
            Sampling::independent(&VI.map(|v| 10_000.0 * v)),
        ),
        &nested(&STUDY),
        &Options::default(),
    )
    .unwrap();
    assert!(near(scaled.beta[0], 100.0 * plain.beta[0], 1e-9));
    assert!(near(scaled.sigma2()[1], 10_000.0 * plain.sigma2()[1], 1e-7));
    assert!(near(scaled.zval[0], plain.zval[0], 1e-8));
}

#[test]
fn richer_structures_fit_no_worse() {
    let ll = |structure| fitted(&levels(structure)).ll;
    let (id, cs) = (ll(Structure::Identity), ll(Structure::CompoundSymmetry));
    let (hcs, un) = (
        ll(Structure::HeteroscedasticCompoundSymmetry),
        ll(Structure::Unstructured),
    );
    let (ar, har) = (
        ll(Structure::Autoregressive),
        ll(Structure::HeteroscedasticAutoregressive),
    );
    assert!(id <= cs + 1e-8 && cs <= hcs + 1e-8 && hcs <= un + 1e-6);
    assert!(id <= ar + 1e-8 && ar <= har + 1e-8);
    assert!(ll(Structure::Diagonal) <= hcs + 1e-8);
    let spaced = ll(Structure::ContinuousAutoregressive(vec![1.0, 2.0, 3.0]));
    // The same as AR where the levels are one apart and the correlation is not negative.
    assert!(spaced <= ar + 1e-8);
}

#[test]
fn a_profile_interval_ends_where_the_likelihood_has_fallen_by_half_the_quantile() {
    let data = data(&YI, Sampling::independent(&VI));
    let fit = fitted(&nested(&STUDY));
    let profiles = profile_intervals(&data, &fit, 0.95);
    assert_eq!(profiles.len(), 2);
    for profile in &profiles {
        assert_eq!(profile.kind, ComponentKind::Variance);
        assert!(profile.lower.unwrap() <= profile.estimate && profile.estimate < profile.upper.unwrap());
    }
    // A tighter interval lies inside.
    let tight = profile_intervals(&data, &fit, 0.5);
    assert!(tight[1].upper.unwrap() < profiles[1].upper.unwrap());
}

#[test]
fn predicted_effects_sum_to_nothing_and_shrink() {
    let fit = fitted(&nested(&STUDY));
    let predicted = blups(&fit);
    assert_eq!(predicted[0].effects.len(), 6);
    assert_eq!(predicted[1].effects.len(), 12);
    // The estimating equation of the intercept: weighted residuals, and so effects over their variance, sum to 0.
    assert!(predicted[0].effects.iter().sum::<f64>().abs() < 1e-8);
    let before = fit.sigma2()[0].sqrt();
    assert!(predicted[0].se.iter().all(|se| *se < 1.5 * before));
}

#[test]
fn influence_of_each_cluster() {
    let data = data(&YI, Sampling::independent(&VI));
    let distances = cooks_distances(&data, &nested(&STUDY), &Options::default(), &STUDY).unwrap();
    assert_eq!(distances.len(), 6);
    let third = distances[2].unwrap();
    // The study with the largest effects.
    assert!(distances.iter().flatten().all(|distance| *distance <= third));
}

#[test]
fn clusters_of_one_size_have_the_variance_of_their_means() {
    let study: Vec<usize> = (0..12).map(|row| row / 3).collect();
    let groups = vec![Random::intercept("study", study.clone(), names(4))];
    let fit = fit(
        &data(&YI, Sampling::independent(&[0.03; 12])),
        &groups,
        &Options::default(),
    )
    .unwrap();
    let robust = sandwich(
        &Fitted::of_multilevel(&fit, true),
        &study,
        Correction::BiasReduced,
        0.95,
    )
    .unwrap();
    let means: Vec<f64> = YI
        .chunks(3)
        .map(|three| three.iter().sum::<f64>() / 3.0)
        .collect();
    let mean = means.iter().sum::<f64>() / 4.0;
    let variance = means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / 3.0;
    assert!(near(robust.se[0], (variance / 4.0).sqrt(), 1e-10));
    assert!(near(robust.ddf[0], 3.0, 1e-10));
    let plain = sandwich(
        &Fitted::of_multilevel(&fit, true),
        &study,
        Correction::Clusters,
        0.95,
    )
    .unwrap();
    assert!(near(plain.se[0], robust.se[0], 1e-10));
}

#[test]
fn one_effect_a_study_has_the_variance_of_dersimonian_and_laird() {
    let x = DMatrix::from_element(12, 1, 1.0);
    let studies: Vec<usize> = (0..12).collect();
    let working = WorkingModel::Correlated { rho: 0.8 };
    let found = estimate(&YI, &VI, &x, &["intrcpt".to_owned()], &studies, working, true).unwrap();
    let options = pool::Options {
        method: pool::Method::DerSimonianLaird,
        ..pool::Options::default()
    };
    let moments = pool::fit(
        &pool::Data::without_moderators(YI.to_vec(), VI.to_vec()),
        &options,
    )
    .unwrap();
    assert!(near(found.tau2, moments.tau2, 1e-10));
    assert!(near(found.beta[0], moments.beta[0], 1e-10));
}

#[test]
fn contrasts_with_a_shared_group_of_the_same_size_correlate_by_a_half() {
    let shared = Dependence {
        clusters: vec![0, 0],
        groups: Some((vec![0, 1], vec![2, 2])),
        ..Dependence::default()
    };
    let v = approximate_covariances(&[0.04, 0.09], &shared)
        .unwrap()
        .to_matrix();
    assert!(near(v[(0, 1)], 0.5 * 0.06, 1e-12));
    let refused = Dependence {
        clusters: vec![0, 0],
        observations: Some((vec![0, 1], Correlation::One(1.2))),
        ..Dependence::default()
    };
    assert!(approximate_covariances(&[0.04, 0.09], &refused).is_err());
}

#[test]
fn aggregates_of_independent_effects_are_their_weighted_means() {
    let found = aggregate(
        &[1.0, 3.0, 5.0],
        &Sampling::independent(&[1.0, 0.5, 2.0]),
        &[0, 0, 1],
        true,
    )
    .unwrap();
    assert!(near(found.yi[0], 7.0 / 3.0, 1e-12) && near(found.vi[0], 1.0 / 3.0, 1e-12));
    assert!(near(found.yi[1], 5.0, 1e-12));
}

#[test]
fn one_outcome_is_the_univariate_model() {
    let data = multivariate::Data {
        outcomes: YI.iter().map(|y| vec![Some(*y)]).collect(),
        within: VI.iter().map(|v| DMatrix::from_element(1, 1, *v)).collect(),
        x: DMatrix::from_element(12, 1, 1.0),
        names: vec!["intrcpt".to_owned()],
    };
    let single = |method| {
        let options = pool::Options {
            method,
            ..pool::Options::default()
        };
        pool::fit(
            &pool::Data::without_moderators(YI.to_vec(), VI.to_vec()),
            &options,
        )
        .unwrap()
    };
    for (multi, uni) in [
        (multivariate::Method::Moments, pool::Method::DerSimonianLaird),
        (multivariate::Method::Restricted, pool::Method::Restricted),
        (
            multivariate::Method::MaximumLikelihood,
            pool::Method::MaximumLikelihood,
        ),
        (multivariate::Method::Fixed, pool::Method::EqualEffects),
    ] {
        let (multi, uni) = (multivariate::fit(&data, multi).unwrap(), single(uni));
        assert!(near(multi.psi.map_or(0.0, |psi| psi[0]), uni.tau2, 1e-8));
        assert!(near(multi.coefficients[0], uni.beta[0], 1e-8));
        assert!(near(multi.q[0].q, uni.qe, 1e-10));
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let options = Options::default();
    let plain = data(&YI, Sampling::independent(&VI));
    let singular = Data {
        x: DMatrix::from_element(12, 2, 1.0),
        names: vec!["intrcpt".to_owned(), "again".to_owned()],
        ..plain.clone()
    };
    assert!(matches!(
        fit(&singular, &nested(&STUDY), &options),
        Err(MetaError::Singular { .. })
    ));
    let one = data(&YI[..1], Sampling::independent(&VI[..1]));
    assert!(matches!(fit(&one, &[], &options), Err(MetaError::TooFew { .. })));
    let contradiction =
        Sampling::of_matrix(&DMatrix::from_fn(12, 12, |i, j| if i == j { 0.01 } else { 0.02 })).unwrap();
    let refused = fit(&data(&YI, contradiction), &[], &options);
    assert!(matches!(refused, Err(MetaError::NoAnswer(_))), "{refused:?}");
    let short = vec![Random::intercept("study", vec![0, 1], names(2))];
    assert!(fit(&plain, &short, &options).is_err());
    let unnamed = vec![Random::intercept("study", STUDY.to_vec(), names(2))];
    assert!(fit(&plain, &unnamed, &options).is_err());
    // CR2 needs clusters that hold all that depends on each other.
    let across: Vec<usize> = (0..12).map(|row| row % 3).collect();
    let found = fitted(&nested(&STUDY));
    let refused = sandwich(
        &Fitted::of_multilevel(&found, true),
        &across,
        Correction::BiasReduced,
        0.95,
    );
    assert!(refused.unwrap_err().to_string().contains("different clusters"));
}

#[test]
fn full_likelihood_estimates_are_smaller() {
    let maximum = fit(
        &data(&YI, Sampling::independent(&VI)),
        &nested(&STUDY),
        &Options {
            method: Method::MaximumLikelihood,
            ..Options::default()
        },
    )
    .unwrap();
    let restricted = fitted(&nested(&STUDY));
    assert!(maximum.sigma2().iter().sum::<f64>() < restricted.sigma2().iter().sum::<f64>());
}

/// Two outcomes of each of eight studies, the second far more variable.
fn pairs(structure: Structure) -> (Data, Vec<Random>) {
    let yi = [
        0.31, 0.90, -0.11, -0.70, 0.94, 1.21, 0.26, 0.12, -0.25, -0.73, 0.29, 0.95, 0.61, 0.44, 0.02, -0.51,
    ];
    let vi: Vec<f64> = (0..16).map(|i| 0.02 + 0.004 * (i % 5) as f64).collect();
    let study: Vec<usize> = (0..16).map(|i| i / 2).collect();
    let outcome: Vec<usize> = (0..16).map(|i| i % 2).collect();
    let random = Random::levels(
        "outcome | study",
        (outcome, names(2)),
        (study, names(8)),
        structure,
    );
    (data(&yi, Sampling::independent(&vi)), vec![random])
}

#[test]
fn two_levels_have_the_same_intervals_whatever_the_structure_is_called() {
    let of = |structure| {
        let (data, random) = pairs(structure);
        let fitted = fit(&data, &random, &Options::default()).unwrap();
        profile_intervals(&data, &fitted, 0.95)
    };
    let (hcs, un) = (
        of(Structure::HeteroscedasticCompoundSymmetry),
        of(Structure::Unstructured),
    );
    assert_eq!((hcs.len(), un.len()), (3, 3));
    for (one, other) in hcs.iter().zip(&un) {
        assert!(near(one.estimate, other.estimate, 1e-5), "{one:?} {other:?}");
        for (a, b) in [(one.lower, other.lower), (one.upper, other.upper)] {
            assert!(near(a.unwrap(), b.unwrap(), 1e-5), "{one:?} {other:?}");
        }
    }
    // The first outcome may not vary at all between studies, as far as these data tell.
    let wide = {
        let (data, random) = pairs(Structure::HeteroscedasticCompoundSymmetry);
        let fitted = fit(&data, &random, &Options::default()).unwrap();
        profile_intervals(&data, &fitted, 0.9999999)
    };
    for bound in wide.iter().filter(|bound| bound.kind == ComponentKind::Variance) {
        let lower = bound.lower.unwrap();
        assert!(lower == 0.0 || lower < 0.3 * bound.estimate, "{bound:?}");
    }
}

/// Four times in each of seven studies, with errors that change their sign from one time to the next if `sign` is -1.
fn series(structure: Structure, sign: f64) -> (Data, Vec<Random>) {
    let size = [0.9, 0.4, 0.7, 0.3, 0.8, 0.5, 0.6];
    let wave = [1.0, 0.8, 0.9, 0.7];
    let rest = [
        0.31, -0.12, -0.44, 0.22, 0.05, -0.27, 0.38, 0.41, -0.35, 0.17, -0.08,
    ];
    let yi: Vec<f64> = (0..28)
        .map(|i| {
            let (study, time) = (i / 4, i % 4);
            let turned = if sign < 0.0 && time % 2 == 1 { -1.0 } else { 1.0 };
            let side = if study % 2 == 0 { 1.0 } else { -1.0 };
            turned * side * size[study] * wave[(study + time) % 4] + rest[i % 11]
        })
        .collect();
    let study: Vec<usize> = (0..28).map(|i| i / 4).collect();
    let time: Vec<usize> = (0..28).map(|i| i % 4).collect();
    let random = Random::levels("time | study", (time, names(4)), (study, names(7)), structure);
    (data(&yi, Sampling::independent(&[0.01; 28])), vec![random])
}

#[test]
fn a_negative_autocorrelation_has_a_bound_below_it() {
    let (data, random) = series(Structure::Autoregressive, -1.0);
    let fitted = fit(&data, &random, &Options::default()).unwrap();
    let found = profile_intervals(&data, &fitted, 0.95);
    let rho = found
        .iter()
        .find(|bound| bound.kind == ComponentKind::Correlation)
        .unwrap();
    assert!(rho.estimate < -0.3 && rho.estimate > -0.95, "{rho:?}");
    assert!(rho.lower.unwrap() < rho.estimate - 0.01, "{rho:?}");
    assert!(rho.upper.unwrap() > rho.estimate + 0.01, "{rho:?}");
}

#[test]
fn a_continuous_autocorrelation_may_be_0_and_with_steps_of_one_is_the_discrete_one() {
    let values: Vec<f64> = (0..4).map(f64::from).collect();
    // Errors that change sign: no correlation that is not negative fits better than none.
    let (data, random) = series(Structure::ContinuousAutoregressive(values.clone()), -1.0);
    let none = fit(&data, &random, &Options::default()).unwrap();
    assert!(none.components[0].correlations[0] < 1e-6, "{:?}", none.components);
    let (_, single) = series(Structure::Identity, -1.0);
    let identity = fit(&data, &single, &Options::default()).unwrap();
    assert!(near(none.ll, identity.ll, 1e-8));
    let (data, discrete) = series(Structure::Autoregressive, 1.0);
    let discrete = fit(&data, &discrete, &Options::default()).unwrap();
    for unit in [1.0, 0.01, 40.0] {
        let far: Vec<f64> = values.iter().map(|x| unit * x).collect();
        let (data, random) = series(Structure::ContinuousAutoregressive(far), 1.0);
        let found = fit(&data, &random, &Options::default()).unwrap();
        let rho = found.components[0].correlations[0];
        let step = euthymia_vecmath::scalar::pow(rho, unit);
        assert!(
            near(step, discrete.components[0].correlations[0], 1e-5),
            "{unit}: {rho}"
        );
        assert!(near(found.ll, discrete.ll, 1e-8));
    }
}

#[test]
fn covariances_that_are_no_numbers_are_refused() {
    let with = |shared: Dependence| {
        approximate_covariances(
            &[0.04, 0.09],
            &Dependence {
                clusters: vec![0, 0],
                ..shared
            },
        )
        .unwrap_err()
        .to_string()
    };
    let itself = Dependence {
        groups: Some((vec![0, 1], vec![2, 1])),
        ..Dependence::default()
    };
    assert!(with(itself).starts_with("effect size 2 compares a group with itself"));
    let times = |first: [f64; 2], phi: f64| Dependence {
        times: Some((first.to_vec(), first.to_vec(), phi)),
        ..Dependence::default()
    };
    assert!(with(times([1.0, 2.5], -0.5)).contains("effect sizes 1 and 2"));
    assert!(with(times([1.0, f64::INFINITY], 0.5)).starts_with("effect size 2 has a time"));
    let negative = approximate_covariances(
        &[0.04, -0.09],
        &Dependence {
            clusters: vec![0, 0],
            ..Dependence::default()
        },
    );
    assert!(negative.unwrap_err().to_string().starts_with("effect size 2"));
}

#[test]
fn degrees_of_freedom_are_taken_as_given_or_refused() {
    let of = |given: Vec<f64>| {
        let options = Options {
            test: pool::Test::T,
            degrees: DegreesOfFreedom::Given(given),
            ..Options::default()
        };
        fit(&data(&YI, Sampling::independent(&VI)), &nested(&STUDY), &options)
    };
    assert_eq!(of(vec![0.5]).unwrap().ddf.unwrap(), [0.5]);
    for wrong in [vec![], vec![3.0, 4.0], vec![0.0], vec![f64::NAN]] {
        assert!(of(wrong.clone()).is_err(), "{wrong:?}");
    }
}

#[test]
fn numbers_that_are_none_are_refused_with_their_row() {
    let mut yi = YI;
    yi[3] = f64::NAN;
    let refused = |data: &Data| {
        fit(data, &nested(&STUDY), &Options::default())
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&data(&yi, Sampling::independent(&VI))).starts_with("effect size 4 is NaN"));
    let mut v = DMatrix::from_diagonal(&nalgebra::DVector::from_column_slice(&VI));
    v[(5, 2)] = f64::INFINITY;
    v[(2, 5)] = f64::INFINITY;
    let sampling = Sampling::of_matrix(&v).unwrap();
    let told = refused(&data(&YI, sampling));
    assert!(told.starts_with("effect sizes 3 and 6"), "{told}");
}

#[test]
fn variances_that_cannot_be_told_apart_are_refused() {
    let one = || ["intrcpt".to_owned()];
    let x = DMatrix::from_element(12, 1, 1.0);
    let single: Vec<usize> = (0..12).collect();
    let refused = estimate(&YI, &VI, &x, &one(), &single, WorkingModel::Hierarchical, true);
    assert!(refused.unwrap_err().to_string().contains("cannot be told apart"));
    // Two studies, two coefficients: nothing is left between them.
    let study = [0, 0, 1, 1];
    let x = DMatrix::from_fn(4, 2, |i, j| if j == 0 { 1.0 } else { study[i] as f64 });
    let names = ["intrcpt".to_owned(), "second".to_owned()];
    let working = WorkingModel::Correlated { rho: 0.8 };
    let refused = estimate(&YI[..4], &VI[..4], &x, &names, &study, working, true);
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("no variance between them")
    );
}
