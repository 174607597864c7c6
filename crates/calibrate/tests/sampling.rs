//! Chains on densities whose answers are known.
#![allow(clippy::unwrap_used)]

use euthymia_calibrate::prior::standard_normal;
use euthymia_calibrate::sampler::{Draws, Mass, SampleError, Settings, sample};
use euthymia_calibrate::target::LogDensity;
use euthymia_stats::convergence::{e_bfmi, ess_bulk, ess_tail, mcse_mean, r_hat};
use euthymia_stats::normal;
use euthymia_stats::real::Real;
use euthymia_vecmath::scalar::{exp, ln};

/// x[0] normal, each next one a step of an autoregression of variance 1.
struct Autoregression {
    dimension: usize,
    correlation: f64,
}

impl LogDensity for Autoregression {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn log_density<R: Real>(&self, x: &[R]) -> R {
        let rest = 1.0 - self.correlation * self.correlation;
        let mut sum = x[0] * x[0];
        for pair in x.windows(2) {
            let step = pair[1] - pair[0] * self.correlation;
            sum = sum + step * step / rest;
        }
        sum * -0.5
    }
}

type Quantity = fn(&[f64]) -> f64;

fn mean(chains: &[Vec<f64>]) -> f64 {
    let draws: Vec<f64> = chains.iter().flatten().copied().collect();
    draws.iter().sum::<f64>() / draws.len() as f64
}

/// Chains agree, and their mean is `expected` within `errors` standard errors.
fn assert_mean(what: &str, chains: &[Vec<f64>], expected: f64, errors: f64) {
    let agreement = r_hat(chains).unwrap();
    assert!(agreement < 1.02, "{what}: R-hat {agreement}");
    let (mean, error) = (mean(chains), mcse_mean(chains).unwrap());
    assert!(
        (mean - expected).abs() < errors * error,
        "{what}: {mean}, not {expected}, with a standard error of {error}"
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let target = Autoregression {
        dimension: 5,
        correlation: 0.5,
    };
    for mass in [Mass::Diagonal, Mass::LowRank] {
        let settings = Settings {
            tune: 200,
            draws: 50,
            threads: 1,
            mass,
            ..Settings::for_target(&target, 7)
        };
        let alone = sample(&target, &settings, &()).unwrap();
        for threads in [2, 3, 8] {
            let settings = Settings {
                threads,
                ..settings.clone()
            };
            assert_eq!(alone, sample(&target, &settings, &()).unwrap());
        }
        let other = sample(&target, &Settings { seed: 8, ..settings }, &()).unwrap();
        assert_ne!(alone.chains[0], other.chains[0]);
        assert_ne!(alone.chains[0], alone.chains[1]);
    }
}

/// A hundred means, variances and covariances of neighbours: within 5 standard errors.
#[test]
fn a_hundred_correlated_normals_have_their_moments() {
    let target = Autoregression {
        dimension: 100,
        correlation: 0.8,
    };
    for mass in [Mass::Diagonal, Mass::LowRank] {
        let settings = Settings {
            tune: 500,
            draws: 500,
            mass,
            ..Settings::for_target(&target, 1)
        };
        let draws = sample(&target, &settings, &()).unwrap();
        assert_eq!(draws.divergences(), 0);
        for i in 0..100 {
            let next = (i + 1) % 100;
            let covariance = if next == 0 { 0.8_f64.powi(99) } else { 0.8 };
            assert_mean("mean", &draws.quantity(|x| x[i]), 0.0, 5.0);
            assert_mean("variance", &draws.quantity(|x| x[i] * x[i]), 1.0, 5.0);
            assert_mean("covariance", &draws.quantity(|x| x[i] * x[next]), covariance, 5.0);
        }
        for chain in &draws.chains {
            assert!(e_bfmi(&chain.energy).unwrap() > 0.5);
            // The Hamiltonian is the potential and a kinetic part, half a chi-square of 100 degrees of freedom.
            let kinetic: Vec<f64> = chain
                .energy
                .iter()
                .zip(&chain.log_density)
                .map(|(e, d)| e + d)
                .collect();
            let middle = kinetic.iter().sum::<f64>() / 500.0;
            let variance = kinetic.iter().map(|k| (k - middle) * (k - middle)).sum::<f64>() / 499.0;
            assert!((35.0..65.0).contains(&variance), "{variance}");
            assert!(chain.log_density.iter().zip(chain.positions()).all(|(d, x)| {
                let again: f64 = target.log_density(x);
                (again - d).abs() < 1e-9 * d.abs()
            }));
        }
    }
}

/// Rubin (1981): coaching for a test in eight schools; the effects of schools as `mu + tau * eta`, so that the funnel is
/// gone. Priors as in posteriordb: mu normal(0, 5), tau half-Cauchy(5).
struct EightSchools;

const EFFECTS: [f64; 8] = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
const ERRORS: [f64; 8] = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];

impl LogDensity for EightSchools {
    fn dimension(&self) -> usize {
        10
    }

    /// mu, the logarithm of tau, eight etas.
    fn log_density<R: Real>(&self, x: &[R]) -> R {
        let (mu, log_tau) = (x[0], x[1]);
        let tau = log_tau.exp();
        let ratio = tau / 5.0;
        let mut sum = standard_normal(mu / 5.0) - (ratio * ratio + 1.0).ln() + log_tau;
        for ((&eta, effect), error) in x[2..].iter().zip(EFFECTS).zip(ERRORS) {
            let theta = mu + tau * eta;
            sum = sum + standard_normal(eta) + standard_normal((theta - effect) / error);
        }
        sum
    }
}

/// The posterior means of mu, tau and the effect of the first school by integration over tau: given it, all else is normal.
fn eight_schools_exactly() -> [f64; 3] {
    let mut sums = [0.0; 4];
    // Steps of 0.01 on the logarithm of tau, from e^-9 to e^7: the integrand is smooth and gone at both ends.
    for step in 0..1600 {
        let log_tau = -9.0 + 0.01 * f64::from(step);
        let tau = exp(log_tau);
        let mut precision = 1.0 / 25.0;
        let mut weighted = 0.0;
        for (effect, error) in EFFECTS.iter().zip(ERRORS) {
            let weight = 1.0 / (error * error + tau * tau);
            precision += weight;
            weighted += weight * effect;
        }
        let mu = weighted / precision;
        let mut log_weight = log_tau - ln(1.0 + tau * tau / 25.0) - 0.5 * ln(precision) - mu * mu / 50.0;
        for (effect, error) in EFFECTS.iter().zip(ERRORS) {
            let variance = error * error + tau * tau;
            log_weight -= 0.5 * ln(variance) + 0.5 * (effect - mu) * (effect - mu) / variance;
        }
        let weight = exp(log_weight);
        let share = tau * tau / (tau * tau + ERRORS[0] * ERRORS[0]);
        let first = mu + share * (EFFECTS[0] - mu);
        for (sum, value) in sums.iter_mut().zip([1.0, mu, tau, first]) {
            *sum += weight * value;
        }
    }
    [sums[1] / sums[0], sums[2] / sums[0], sums[3] / sums[0]]
}

#[test]
fn eight_schools_have_the_posterior_of_integration_and_of_posteriordb() {
    let expected = eight_schools_exactly();
    // Means and their standard errors of 10,000 reference draws of Stan: posteriordb, `eight_schools-eight_schools_noncentered`.
    let published = [
        (4.410_518, 0.033_037),
        (3.602_060, 0.031_862),
        (6.150_502, 0.055_738),
    ];
    for (expected, (published, error)) in expected.into_iter().zip(published) {
        assert!(
            (expected - published).abs() < 3.0 * error,
            "{expected}, not {published}"
        );
    }
    let settings = Settings {
        draws: 2000,
        target_acceptance: 0.95,
        ..Settings::for_target(&EightSchools, 8)
    };
    let draws = sample(&EightSchools, &settings, &()).unwrap();
    let quantities: [(&str, Quantity); 3] = [
        ("mu", |x| x[0]),
        ("tau", |x| exp(x[1])),
        ("theta 1", |x| x[0] + exp(x[1]) * x[2]),
    ];
    for ((name, quantity), expected) in quantities.into_iter().zip(expected) {
        let chains = draws.quantity(quantity);
        assert_mean(name, &chains, expected, 4.0);
        assert!(ess_bulk(&chains).unwrap() > 800.0 && ess_tail(&chains).unwrap() > 800.0);
    }
    assert!(draws.divergences() <= 4, "{} diverged", draws.divergences());
}

/// Neal's (2003) funnel: v normal(0, 3), the others normal(0, e^(v / 2)). Its neck is too narrow for any one step size.
struct Funnel;

impl LogDensity for Funnel {
    fn dimension(&self) -> usize {
        10
    }

    fn log_density<R: Real>(&self, x: &[R]) -> R {
        let v = x[0];
        let inverse = (v * -0.5).exp();
        x[1..].iter().fold(standard_normal(v / 3.0), |sum, &x| {
            sum + standard_normal(x * inverse) - v * 0.5
        })
    }
}

#[test]
fn a_funnel_diverges_and_it_is_counted() {
    let draws = sample(&Funnel, &Settings::for_target(&Funnel, 3), &()).unwrap();
    let counted: usize = draws
        .chains
        .iter()
        .map(|chain| chain.diverging.iter().filter(|&&d| d).count())
        .sum();
    assert_eq!(counted, draws.divergences());
    assert!(counted > 0);
    // Chains know little of how far the funnel goes, and of how much energy there is in its parts.
    let neck = draws.quantity(|x| x[0]);
    assert!(ess_bulk(&neck).unwrap() < 400.0, "{:?}", ess_bulk(&neck));
    let fractions = draws.chains.iter().map(|chain| e_bfmi(&chain.energy).unwrap());
    assert!(fractions.fold(f64::INFINITY, f64::min) < 0.5);
}

/// A density that is 0 below 0 is sampled above; one that is 0 everywhere is refused.
struct Above(f64);

impl LogDensity for Above {
    fn dimension(&self) -> usize {
        1
    }

    fn log_density<R: Real>(&self, x: &[R]) -> R {
        if x[0].value() > self.0 {
            -x[0] * x[0] * 0.5
        } else {
            x[0].ln() * f64::NAN
        }
    }
}

#[test]
fn an_edge_is_a_divergence_and_nothing_but_edges_is_refused() {
    let half = Above(0.0);
    let draws: Draws = sample(&half, &Settings::for_target(&half, 5), &()).unwrap();
    assert!(draws.positions().all(|x| x[0] > 0.0));
    assert!(draws.divergences() > 0);
    let mean = mean(&draws.quantity(|x| normal::cdf(x[0])));
    assert!((mean - 0.75).abs() < 0.05, "{mean}");

    let nowhere = Above(f64::INFINITY);
    let error = sample(&nowhere, &Settings::for_target(&nowhere, 5), &()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "chain 1 found no start: at 100 positions the log density or its gradient was not finite"
    );
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    let target = Above(0.0);
    let good = Settings::for_target(&target, 1);
    for bad in [
        Settings {
            chains: 0,
            ..good.clone()
        },
        Settings {
            draws: 0,
            ..good.clone()
        },
        Settings {
            start: vec![],
            ..good.clone()
        },
        Settings {
            spread: f64::NAN,
            ..good.clone()
        },
        Settings {
            target_acceptance: 1.0,
            ..good.clone()
        },
        Settings { max_depth: 0, ..good },
    ] {
        let error = sample(&target, &bad, &()).unwrap_err();
        assert!(matches!(error, SampleError::Settings { .. }), "{error}");
    }
}
