//! Variance components against a textbook, against quadratic forms, and against simulations with known components.
#![allow(clippy::unwrap_used)]

use euthymia_stats::random::{Purpose, Stream};
use euthymia_stats::variance::{NestedSums, nested};

#[track_caller]
fn near(value: f64, expected: f64, relative: f64) {
    assert!(
        (value - expected).abs() <= relative * expected.abs(),
        "{value}, not {expected}"
    );
}

/// Calcium in turnip greens: 4 plants, 3 leaves of each, 2 determinations of each leaf (Snedecor and Cochran,
/// Statistical Methods, 6th edition, section 10.17: mean squares 2.5201, 0.3288, 0.0066; components 0.3652, 0.1611,
/// 0.0066).
#[test]
fn turnip_greens_of_snedecor_and_cochran() {
    let leaves = [
        [3.28, 3.09],
        [3.52, 3.48],
        [2.88, 2.80],
        [2.46, 2.44],
        [1.87, 1.92],
        [2.19, 2.19],
        [2.77, 2.66],
        [3.74, 3.44],
        [2.55, 2.55],
        [3.78, 3.87],
        [4.07, 4.12],
        [3.31, 3.31],
    ];
    let mut sums = NestedSums::new(4, 3);
    for (sim, leaf) in leaves.iter().enumerate() {
        leaf.iter().for_each(|value| sums.push(sim, *value));
    }
    let components = nested(&sums);
    assert!((components.parameters.unwrap() - 0.3652).abs() < 5e-5);
    assert!((components.between_studies.unwrap() - 0.1611).abs() < 5e-5);
    assert!((components.between_patients.unwrap() - 0.0066).abs() < 1e-4);
}

/// Unequal sample sizes. Expected: numpy 2.4, the same mean squares as quadratic forms y'Ay, their expectations as
/// traces tr(AZZ') over the design matrices, and the linear system solved.
#[test]
fn unequal_sizes_against_quadratic_forms() {
    let studies: [&[f64]; 6] = [
        &[3.7, 7.4, 5.4],
        &[1.1, -0.2, 1.4, -2.1, 1.6],
        &[13.9, 11.3],
        &[8.5, 16.0, 7.7, 13.7],
        &[12.2, 12.7, 12.7, 14.8, 13.8, 17.0],
        &[9.5, 7.7],
    ];
    let mut sums = NestedSums::new(3, 2);
    for (sim, values) in studies.iter().enumerate() {
        values.iter().for_each(|value| sums.push(sim, *value));
    }
    let components = nested(&sums);
    near(components.parameters.unwrap(), 29.460629153415358, 1e-12);
    near(components.between_studies.unwrap(), 8.143514380530972, 1e-12);
    near(components.between_patients.unwrap(), 5.38205208333334, 1e-12);
}

/// A simulated run with known standard deviations between draws, studies and patients.
fn simulate(replicate: u32, draws: usize, studies: usize, subjects: u64, sd: [f64; 3]) -> NestedSums {
    let mut sums = NestedSums::new(draws, studies);
    let stream = Stream::new(11);
    let sims = (draws * studies) as u64;
    for subject in 0..subjects {
        let sim = subject % sims;
        let draw = sim / studies as u64;
        let effect = |purpose, at| stream.at(Purpose(purpose), replicate, at).normal(0);
        let value = 30.0 + sd[0] * effect(1, draw) + sd[1] * effect(2, sim) + sd[2] * effect(3, subject);
        sums.push(sim as usize, value);
    }
    sums
}

#[test]
fn components_are_recovered_on_average() {
    let sd = [2.0, 1.0, 8.0];
    let mut mean = [0.0; 3];
    let replicates = 60;
    for replicate in 0..replicates {
        let components = simulate(replicate, 50, 2, 2_001, sd).components();
        mean[0] += components.parameters.unwrap() / f64::from(replicates);
        mean[1] += components.between_studies.unwrap() / f64::from(replicates);
        mean[2] += components.between_patients.unwrap() / f64::from(replicates);
    }
    // Standard errors of the averages: 0.17, 0.12, 0.26; truncation at 0 adds a little to the second.
    assert!((mean[0] - 4.0).abs() < 0.7, "{mean:?}");
    assert!((mean[1] - 1.0).abs() < 0.5, "{mean:?}");
    assert!((mean[2] - 64.0).abs() < 1.1, "{mean:?}");
}

/// Between-study standard deviation sqrt(5): a 90 % interval is 2 * 1.645 * 2.236 = 7.36 wide, whether a study has 5
/// subjects or 200. Without the correction 5 subjects of SD 8 would make it 13.8.
#[test]
fn mean_interval_does_not_depend_on_the_number_of_subjects() {
    for subjects in [500, 20_000] {
        let mut width = 0.0;
        for replicate in 0..40 {
            let interval = simulate(replicate, 50, 2, subjects, [2.0, 1.0, 8.0])
                .mean_interval(0.9)
                .unwrap();
            width += (interval.upper - interval.lower) / 40.0;
        }
        assert!((width - 7.36).abs() < 0.7, "{subjects} subjects: {width}");
    }
}

#[test]
fn proportions_vary_less_when_the_noise_is_removed() {
    // The proportion of a study is 0.3 or 0.5 with equal probability: mean 0.4, standard deviation 0.1.
    let mut sums = NestedSums::new(100, 1);
    let stream = Stream::new(3);
    for subject in 0..10_000u64 {
        let sim = subject % 100;
        let chance = if stream.at(Purpose(1), 0, sim).uniform(0) < 0.5 {
            0.3
        } else {
            0.5
        };
        let event = stream.at(Purpose(2), 0, subject).uniform(0) < chance;
        sums.push(sim as usize, f64::from(u8::from(event)));
    }
    let interval = sums.proportion_interval(0.9).unwrap();
    // Beta with mean 0.4 and standard deviation 0.1: 0.241 to 0.569.
    assert!((interval.lower - 0.241).abs() < 0.03, "{interval:?}");
    assert!((interval.upper - 0.569).abs() < 0.03, "{interval:?}");
    assert!((sums.monte_carlo_error().unwrap() - 0.0049).abs() < 3e-4);
}

/// Every study responds as one person: the proportion of a study is 0 or 1.
#[test]
fn proportions_as_different_as_they_can_be() {
    let mut sums = NestedSums::new(20, 1);
    (0..200).for_each(|i| sums.push(i % 20, f64::from(u8::from(i % 20 < 6))));
    let interval = sums.proportion_interval(0.9).unwrap();
    assert!(interval.lower < 1e-6 && interval.upper > 0.999, "{interval:?}");
    let mut nobody = NestedSums::new(20, 1);
    (0..200).for_each(|i| nobody.push(i, 0.0));
    let interval = nobody.proportion_interval(0.9).unwrap();
    assert_eq!((interval.lower, interval.upper), (0.0, 0.0));
}

#[test]
fn a_design_too_small_says_so() {
    let mut one_each = NestedSums::new(50, 2);
    (0..100).for_each(|sim| one_each.push(sim, sim as f64));
    assert_eq!(one_each.components().between_patients, None);
    assert_eq!(one_each.mean_interval(0.9), None);
    assert_eq!(one_each.monte_carlo_error(), None);
    let mut one_draw = NestedSums::new(1, 1);
    (0..100).for_each(|i| one_draw.push(0, f64::from(i)));
    assert_eq!(one_draw.components().parameters, None);
    assert_eq!(one_draw.mean_interval(0.9), None);
    assert!(one_draw.monte_carlo_error().unwrap() > 0.0);
    let empty = NestedSums::new(0, 0);
    assert!(empty.mean().is_nan());
    assert_eq!(empty.mean_interval(0.9), None);
}

#[test]
fn merged_blocks_are_the_whole() {
    let whole = simulate(0, 10, 2, 1000, [1.0, 1.0, 1.0]);
    let mut blocks = NestedSums::new(10, 2);
    for block in 0..4 {
        let mut part = NestedSums::new(10, 2);
        let stream = Stream::new(11);
        for subject in block * 250..(block + 1) * 250u64 {
            let sim = subject % 20;
            let effect = |purpose, at| stream.at(Purpose(purpose), 0, at).normal(0);
            part.push(
                sim as usize,
                30.0 + effect(1, sim / 2) + effect(2, sim) + effect(3, subject),
            );
        }
        blocks.merge(&part);
    }
    near(
        blocks.components().parameters.unwrap(),
        whole.components().parameters.unwrap(),
        1e-9,
    );
    near(blocks.mean(), whole.mean(), 1e-13);
}
