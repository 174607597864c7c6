//! Distribution functions and quantiles against values computed with 40 digits.
#![allow(clippy::unwrap_used)]

use euthymia_stats::{beta, gamma, normal, student};

const REFERENCE: &str = include_str!("data/distributions.txt");

/// Largest relative error of one function.
fn largest_error(name: &str, function: impl Fn(&[f64]) -> f64) -> f64 {
    let mut largest: f64 = 0.0;
    let mut count = 0;
    for line in REFERENCE.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        if words.next() != Some(name) {
            continue;
        }
        let numbers: Vec<f64> = words.map(|word| word.parse().unwrap()).collect();
        let (expected, arguments) = numbers.split_last().unwrap();
        let value = function(arguments);
        let error = if value == *expected {
            0.0
        } else {
            ((value - expected) / expected).abs()
        };
        assert!(error < 1e-9, "{name}{arguments:?} = {value:e}, not {expected:e}");
        largest = largest.max(error);
        count += 1;
    }
    assert!(count > 3, "{name}: {count} reference values");
    largest
}

#[test]
fn errors_stay_within_the_documented_bounds() {
    let within = |name, bound, function: &dyn Fn(&[f64]) -> f64| {
        let error = largest_error(name, function);
        assert!(error < bound, "{name}: {error:e}");
    };
    within("normal_quantile", 2e-15, &|x| normal::quantile(x[0]));
    within("normal_cdf", 1e-15, &|x| normal::cdf(x[0]));
    within("normal_density", 1e-15, &|x| normal::density(x[0]));
    within("beta_cdf", 1e-12, &|x| beta::cdf(x[0], x[1], x[2]));
    within("gamma_cdf", 1e-12, &|x| gamma::cdf(x[0], x[1]));
    within("gamma_complement", 1e-12, &|x| {
        gamma::cdf_and_complement(x[0], x[1]).1
    });
    within("student_cdf", 1e-12, &|x| student::cdf(x[0], x[1]));
}

#[test]
fn quantiles_invert_the_distribution_functions() {
    for p in [1e-12, 0.001, 0.025, 0.3, 0.5, 0.6, 0.95, 0.9999] {
        let near =
            |value: f64, what: &str| assert!((value / p - 1.0).abs() < 1e-11, "{what} at {p}: {value}");
        near(normal::cdf(normal::quantile(p)), "normal");
        for (a, b) in [(0.5, 0.5), (9.2, 13.8), (300.0, 2.0), (0.05, 3.0)] {
            near(beta::cdf(a, b, beta::quantile(a, b, p)), "beta");
        }
        for shape in [0.1, 0.5, 3.0, 400.0] {
            near(gamma::cdf(shape, gamma::quantile(shape, p)), "gamma");
        }
        for degrees in [1.0, 4.5, 60.0] {
            near(student::cdf(degrees, student::quantile(degrees, p)), "student");
        }
    }
}

/// Tables printed in every textbook.
#[test]
fn printed_quantiles() {
    assert!((normal::quantile(0.975) - 1.959_964).abs() < 5e-7);
    assert!((student::quantile(3.0, 0.975) - 3.1824).abs() < 5e-5);
    assert!((student::quantile(30.0, 0.95) - 1.697_261).abs() < 5e-7);
    assert!((gamma::chi_square_quantile(1.0, 0.95) - 3.841_459).abs() < 5e-7);
    assert!((gamma::chi_square_cdf(10.0, 18.307) - 0.95).abs() < 5e-6);
}

#[test]
fn outside_the_domain() {
    assert_eq!(normal::quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal::quantile(1.0), f64::INFINITY);
    assert_eq!((beta::cdf(2.0, 3.0, -1.0), beta::cdf(2.0, 3.0, 2.0)), (0.0, 1.0));
    assert_eq!(
        (beta::quantile(2.0, 3.0, 0.0), beta::quantile(2.0, 3.0, 1.0)),
        (0.0, 1.0)
    );
    assert_eq!(
        (gamma::cdf(2.0, -1.0), gamma::cdf(2.0, f64::INFINITY)),
        (0.0, 1.0)
    );
    assert_eq!(student::quantile(5.0, 0.5), 0.0);
    assert_eq!(student::quantile(5.0, 1.0), f64::INFINITY);
    let undefined = [
        normal::quantile(1.1),
        normal::quantile(f64::NAN),
        beta::cdf(0.0, 1.0, 0.5),
        beta::cdf(1.0, 1.0, f64::NAN),
        beta::quantile(1.0, 1.0, -0.1),
        gamma::cdf(-1.0, 1.0),
        gamma::quantile(1.0, 2.0),
        student::quantile(0.0, 0.4),
        student::cdf(f64::NAN, 0.4),
    ];
    assert!(undefined.iter().all(|value| value.is_nan()), "{undefined:?}");
}
