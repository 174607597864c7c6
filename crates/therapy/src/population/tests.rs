//! The drawn population against the distributions it was asked for. Tolerances are four standard errors of the sample
//! size, so that a right sampler fails about once in 16,000 comparisons; the seed is fixed.

use super::sampler::Characteristics;
use super::truncation::{lognormal_mass, lognormal_value, normal_mass, normal_value};
use super::*;
use crate::course::{self, Course, Distribution, People, PopulationSpec};
use crate::library::Library;
use euthymia_diagnostics::Source;
use euthymia_stats::moments::Moments;
use proptest::prelude::*;

const N: u64 = 20_000;

fn course(text: &str) -> Course {
    let mut library = Library::new();
    for path in ["drugs/racemic-ketamine.toml", "instruments/madrs.toml"] {
        let file = format!("{}/../../library/{path}", env!("CARGO_MANIFEST_DIR"));
        let source = Source::new(path, std::fs::read_to_string(file).unwrap());
        library.add_document(path, euthymia_io::toml::document(&source).0.unwrap());
    }
    let document = euthymia_io::toml::document(&Source::new("course.toml", text))
        .0
        .unwrap();
    let (course, diagnostics) = course::read::without_models(&document, &library);
    assert_eq!(diagnostics, []);
    course.unwrap()
}

const CLINIC: &str = r#"
title = "T"
condition = "trd"
horizon = "1 wk"
[population]
age = { mean = "46 y", sd = "12 y", min = "18 y", max = "75 y" }
female = { proportion = 0.6 }
ancestry = { asian = 0.3, japanese = "10 %" }
baseline = { instrument = "madrs", mean = 33, sd = 5, min = 20, max = 60 }
[population.weight]
female = { mean = "77 kg", sd = "20 kg" }
male = { mean = "90 kg", sd = "20 kg" }
min = "40 kg"
max = "160 kg"
[[population.correlations]]
between = ["weight", "age"]
r = 0.5
[[population.correlations]]
between = ["baseline", "age"]
r = -0.3
[[treatments]]
drug = "racemic-ketamine"
route = "iv"
dose = "0.5 mg/kg"
"#;

fn spec(course: &Course) -> &PopulationSpec {
    match &course.people {
        People::Population(population) => population,
        People::Patient(_) => panic!("a population"),
    }
}

fn drawn(course: &Course, seed: u64) -> Vec<Characteristics> {
    let sampler = Sampler::new(&course.people, seed).unwrap();
    (0..N).map(|subject| sampler.characteristics(subject)).collect()
}

#[test]
fn proportions_are_those_asked_for() {
    let patients = drawn(&course(CLINIC), 7);
    let close = |count: usize, proportion: f64| {
        let n = N as f64;
        let error = (proportion * (1.0 - proportion) / n).sqrt();
        assert!(
            (count as f64 / n - proportion).abs() < 4.0 * error,
            "{count} of {n}, not {proportion}"
        );
    };
    close(patients.iter().filter(|patient| patient.female).count(), 0.6);
    close(patients.iter().filter(|patient| patient.asian).count(), 0.3);
    close(patients.iter().filter(|patient| patient.japanese).count(), 0.1);
    assert!(
        patients.iter().all(|patient| patient.asian || !patient.japanese),
        "Japanese people are Asian"
    );
}

#[test]
fn marginals_have_the_moments_and_the_cut_offs_asked_for() {
    let course = course(CLINIC);
    let population = spec(&course);
    let patients = drawn(&course, 7);
    let check = |values: Vec<f64>, quantile: &dyn Fn(f64) -> f64, distribution: &Distribution| {
        assert!(
            values
                .iter()
                .all(|value| (distribution.minimum..=distribution.maximum).contains(value))
        );
        // The mean of the truncated distribution by the midpoint rule over its own quantiles.
        let steps = 10_000;
        let expected: f64 = (0..steps)
            .map(|k| quantile((f64::from(k) + 0.5) / f64::from(steps)))
            .sum::<f64>()
            / f64::from(steps);
        let mut moments = Moments::new();
        values.iter().for_each(|value| moments.push(*value));
        let error = moments.standard_deviation() / (values.len() as f64).sqrt();
        assert!(
            (moments.mean() - expected).abs() < 4.0 * error,
            "{} is not {expected}",
            moments.mean()
        );
    };
    let ages = patients.iter().map(|patient| patient.age_years).collect();
    check(ages, &|p| normal_value(&population.age, p), &population.age);
    let women = patients
        .iter()
        .filter(|patient| patient.female)
        .map(|patient| patient.weight_kg)
        .collect();
    check(
        women,
        &|p| lognormal_value(&population.weight_female, p),
        &population.weight_female,
    );
    let men = patients
        .iter()
        .filter(|patient| !patient.female)
        .map(|patient| patient.weight_kg)
        .collect();
    check(
        men,
        &|p| lognormal_value(&population.weight_male, p),
        &population.weight_male,
    );
}

#[test]
fn rank_correlations_are_recovered() {
    let patients = drawn(&course(CLINIC), 7);
    let women: Vec<_> = patients.iter().filter(|patient| patient.female).collect();
    let ages: Vec<f64> = women.iter().map(|patient| patient.age_years).collect();
    let weights: Vec<f64> = women.iter().map(|patient| patient.weight_kg).collect();
    let baselines: Vec<f64> = women.iter().map(|patient| patient.baseline).collect();
    // Spearman's rho of a Gaussian copula with correlation r: 6/pi asin(r/2).
    for (one, other, r) in [
        (&ages, &weights, 0.5_f64),
        (&ages, &baselines, -0.3),
        (&weights, &baselines, 0.0),
    ] {
        let expected = 6.0 / std::f64::consts::PI * (r / 2.0).asin();
        let found = spearman(one, other);
        // Baselines are whole numbers, whose ties lower rho by about 1/(2 x 12 sd^2), far below the tolerance.
        assert!(
            (found - expected).abs() < 4.0 / (one.len() as f64).sqrt(),
            "{found}, not {expected}"
        );
    }
}

fn spearman(one: &[f64], other: &[f64]) -> f64 {
    let ranks = |values: &[f64]| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut ranks = vec![0.0; values.len()];
        let mut at = 0;
        while at < order.len() {
            let end = (at..order.len())
                .take_while(|k| values[order[*k]] == values[order[at]])
                .count()
                + at;
            let middle = (at + end - 1) as f64 / 2.0;
            order[at..end].iter().for_each(|k| ranks[*k] = middle);
            at = end;
        }
        ranks
    };
    let (one, other) = (ranks(one), ranks(other));
    let mean = (one.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    product(&one, &other) / (product(&one, &one) * product(&other, &other)).sqrt()
}

#[test]
fn a_patient_is_the_same_whoever_asks() {
    let course = course(CLINIC);
    let sampler = Sampler::new(&course.people, 3).unwrap();
    let alone = sampler.characteristics(731);
    (0..1000).for_each(|subject| {
        let _ = sampler.characteristics(subject);
    });
    assert_eq!(sampler.characteristics(731), alone);
    assert_ne!(sampler.characteristics(732), alone);
    assert_ne!(
        Sampler::new(&course.people, 4).unwrap().characteristics(731),
        alone
    );
}

fn distribution() -> impl Strategy<Value = Distribution> {
    (20.0..90.0_f64, 1.0..30.0_f64, -2.0..0.5_f64, 0.6..3.0_f64).prop_map(|(mean, sd, low, high)| {
        Distribution {
            mean,
            sd,
            minimum: (mean + low * sd).max(1.0),
            maximum: mean + high * sd,
            source: String::new(),
        }
    })
}

proptest! {
    #[test]
    fn values_rise_with_probability_and_stay_within(distribution in distribution(), p in 0.0..1.0_f64, q in 0.0..1.0_f64) {
        let (low, high) = (p.min(q), p.max(q));
        for value in [normal_value, lognormal_value] {
            let (one, other) = (value(&distribution, low), value(&distribution, high));
            prop_assert!(one <= other);
            prop_assert!((distribution.minimum..=distribution.maximum).contains(&one));
        }
        for mass in [normal_mass(&distribution), lognormal_mass(&distribution)] {
            prop_assert!((0.0..=1.0).contains(&mass));
        }
    }

    #[test]
    fn the_cut_offs_are_the_ends(distribution in distribution()) {
        let tolerance = 1e-6 * (distribution.maximum - distribution.minimum);
        prop_assert!((normal_value(&distribution, 0.0) - distribution.minimum).abs() < tolerance);
        prop_assert!((normal_value(&distribution, 1.0) - distribution.maximum).abs() < tolerance);
    }
}
