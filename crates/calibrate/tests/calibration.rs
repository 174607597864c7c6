//! Simulation-based calibration tells a right model from wrong ones.

use euthymia_calibrate::prior::{Prior, standard_normal};
use euthymia_calibrate::sampler::{Settings, Watch};
use euthymia_calibrate::sbc::{Plan, Simulator, sbc};
use euthymia_calibrate::target::LogDensity;
use euthymia_stats::random::Address;
use euthymia_stats::real::Real;
use euthymia_vecmath::scalar::exp;

const MEAN: Prior = Prior::Normal { mean: 1.0, sd: 2.0 };
const SD: Prior = Prior::HalfNormal { sd: 1.5 };

/// Normal data whose mean and standard deviation are unknown; those who fit believe the mean to spread `belief` times as
/// far as it does.
struct Model {
    belief: f64,
}

struct Posterior {
    data: Vec<f64>,
    belief: f64,
}

impl LogDensity for Posterior {
    fn dimension(&self) -> usize {
        2
    }

    fn log_density<R: Real>(&self, x: &[R]) -> R {
        let believed = Prior::Normal {
            mean: 1.0,
            sd: 2.0 * self.belief,
        };
        let (mean, mean_density) = believed.free(x[0]);
        let (sd, sd_density) = SD.free(x[1]);
        self.data.iter().fold(mean_density + sd_density, |sum, &y| {
            sum + standard_normal((mean - y) / sd) - x[1]
        })
    }
}

impl Simulator for Model {
    type Target = Posterior;

    fn quantities(&self) -> Vec<String> {
        ["mean", "sd", "ratio"].map(str::to_owned).into()
    }

    fn simulate(&self, randomness: &Address) -> (Vec<f64>, Posterior) {
        let (mean, sd) = (MEAN.draw(randomness, 0), SD.draw(randomness, 1));
        let data = (2..7).map(|draw| mean + sd * randomness.normal(draw)).collect();
        let truth = vec![mean, SD.support().free(sd)];
        (
            truth,
            Posterior {
                data,
                belief: self.belief,
            },
        )
    }

    fn at(&self, position: &[f64]) -> Vec<f64> {
        let sd = exp(position[1]);
        vec![position[0], sd, position[0] / sd]
    }
}

fn plan() -> Plan {
    Plan {
        replicates: 200,
        ranks: 99,
        settings: Settings {
            chains: 1,
            tune: 300,
            draws: 99 * 5,
            seed: 20,
            threads: 2,
            target_acceptance: 0.9,
            max_depth: 10,
            mass: Default::default(),
            start: vec![],
            spread: 1.0,
        },
    }
}

#[test]
fn ranks_of_a_right_model_are_uniform() {
    let ranks = sbc(&Model { belief: 1.0 }, &plan(), &()).unwrap();
    for quantity in 0..3 {
        let test = ranks.chi_square(quantity, 10);
        println!(
            "{} {test:?} {:?}",
            ranks.names[quantity],
            ranks.histogram(quantity, 10)
        );
        assert!(test.p > 0.005, "{}: {test:?}", ranks.names[quantity]);
        assert!(ranks.band(quantity, 20, 0.99).holds());
    }
}

#[test]
fn ranks_of_a_wrong_prior_are_not() {
    let ranks = sbc(&Model { belief: 0.25 }, &plan(), &()).unwrap();
    assert!(ranks.chi_square(0, 10).p < 1e-6);
    assert!(!ranks.band(0, 20, 0.99).holds());
}

#[test]
fn the_number_of_threads_changes_no_rank() {
    let few = |threads| Plan {
        replicates: 6,
        settings: Settings {
            threads,
            ..plan().settings
        },
        ..plan()
    };
    let model = Model { belief: 1.0 };
    assert_eq!(
        sbc(&model, &few(1), &()).unwrap(),
        sbc(&model, &few(3), &()).unwrap()
    );
    struct Stop;
    impl Watch for Stop {
        fn cancelled(&self) -> bool {
            true
        }
    }
    assert!(sbc(&model, &few(2), &Stop).is_err());
}
