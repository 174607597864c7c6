//! Recorded gradients beside closed forms, dual numbers and differences.

use std::ops::{Add, Div, Mul, Neg, Sub};

use euthymia_calibrate::tape::Tape;
use euthymia_stats::normal;
use euthymia_stats::real::Real;
use num_dual::{Dual64, DualNum};

/// The dual numbers of another crate, for the formulas of this one.
#[derive(Clone, Copy)]
struct Forward(Dual64);

macro_rules! operators {
    ($($operator:ident $name:ident)*) => {$(
        impl $operator for Forward {
            type Output = Self;
            fn $name(self, other: Self) -> Self {
                Self(self.0.$name(other.0))
            }
        }
        impl $operator<f64> for Forward {
            type Output = Self;
            fn $name(self, other: f64) -> Self {
                Self(self.0.$name(other))
            }
        }
    )*};
}

operators! { Add add Sub sub Mul mul Div div }

impl Neg for Forward {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Real for Forward {
    fn value(self) -> f64 {
        self.0.re
    }

    fn lift(inputs: &[Self], value: f64, partials: &[f64]) -> Self {
        let along = inputs
            .iter()
            .zip(partials)
            .map(|(x, partial)| x.0.eps * partial)
            .sum();
        Self(Dual64::new(value, along))
    }

    fn exp(self) -> Self {
        Self(self.0.exp())
    }

    fn ln(self) -> Self {
        Self(self.0.ln())
    }

    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }
}

trait Formula {
    fn of<R: Real>(&self, x: &[R]) -> R;
}

/// Every operation at least once.
struct Everything;

impl Formula for Everything {
    fn of<R: Real>(&self, x: &[R]) -> R {
        let products: R = x.windows(2).fold(x[0], |sum, pair| sum + pair[0] * pair[1]);
        let ratio = (x[0] - x[1]) / (x[2] * x[2] + 1.0);
        let smooth = (ratio * 0.5).exp() + (x[1] * x[1] + 2.0).ln() - (x[2] * x[2] + 3.0).sqrt();
        let weights: Vec<f64> = (0..x.len()).map(|i| 0.25 * i as f64 - 0.5).collect();
        let weighted = x.iter().zip(&weights).map(|(x, w)| x.value() * w).sum();
        -products / 3.0 + smooth * (x[3] - 1.0) + (x[0] * 0.1).normal_cdf() + R::lift(x, weighted, &weights)
    }
}

fn positions() -> Vec<Vec<f64>> {
    vec![
        vec![0.3, -1.2, 0.7, 2.5, -0.4],
        vec![-2.0, 0.5, 1.5, 0.25, 3.0],
        vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    ]
}

fn assert_near(value: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1.0);
    assert!(
        (value - expected).abs() <= tolerance * scale,
        "{value}, not {expected}"
    );
}

#[test]
fn agrees_with_dual_numbers() {
    let mut tape = Tape::default();
    for position in positions() {
        let mut gradient = vec![f64::NAN; position.len()];
        let value = tape.gradient(&position, &mut gradient, |x| Everything.of(x));
        for (i, slope) in gradient.iter().enumerate() {
            let seeded: Vec<Forward> = (0..position.len())
                .map(|j| Forward(Dual64::new(position[j], f64::from(u8::from(i == j)))))
                .collect();
            let forward = Everything.of(&seeded).0;
            assert_near(value, forward.re, 1e-14);
            assert_near(*slope, forward.eps, 1e-13);
        }
    }
}

/// Central differences err by about eps^(2/3).
#[test]
fn agrees_with_differences_of_plain_numbers() {
    let mut tape = Tape::default();
    for position in positions() {
        let mut gradient = vec![f64::NAN; position.len()];
        let value = tape.gradient(&position, &mut gradient, |x| Everything.of(x));
        assert_eq!(
            value,
            Everything.of(&position),
            "a value has the same bits, recorded or not"
        );
        for (i, slope) in gradient.iter().enumerate() {
            let at = |step: f64| {
                let mut moved = position.clone();
                moved[i] += step;
                Everything.of(&moved)
            };
            let step = 6e-6;
            assert_near(*slope, (at(step) - at(-step)) / (2.0 * step), 1e-9);
        }
    }
}

/// A multivariate normal has the gradient `-P x`, a logistic density `1 - 2 p`, a normal tail `phi / Phi`.
#[test]
fn agrees_with_closed_forms() {
    let mut tape = Tape::default();
    let position = [0.4, -1.1, 2.0];
    let precision = [[2.0, -0.5, 0.1], [-0.5, 1.0, 0.3], [0.1, 0.3, 3.0]];
    let mut gradient = [0.0; 3];
    tape.gradient(&position, &mut gradient, |x| {
        let mut sum = x[0] * 0.0;
        for i in 0..3 {
            for j in 0..3 {
                sum = sum + x[i] * x[j] * precision[i][j];
            }
        }
        sum * -0.5
    });
    for (slope, row) in gradient.iter().zip(precision) {
        let expected: f64 = row.iter().zip(position).map(|(p, x)| -p * x).sum();
        assert_near(*slope, expected, 1e-15);
    }

    for z in [-3.0, 0.0, 1.7] {
        let mut slope = [0.0];
        tape.gradient(&[z], &mut slope, |x| -x[0] - ((-x[0]).exp() + 1.0).ln() * 2.0);
        let p = 1.0 / (1.0 + euthymia_vecmath::scalar::exp(-z));
        assert_near(slope[0], 1.0 - 2.0 * p, 1e-15);
        tape.gradient(&[z], &mut slope, |x| x[0].normal_cdf().ln());
        assert_near(slope[0], normal::density(z) / normal::cdf(z), 1e-14);
    }
}

#[test]
fn an_input_may_be_the_result_and_an_input_may_be_unused() {
    let mut tape = Tape::default();
    let mut gradient = [f64::NAN; 3];
    let value = tape.gradient(&[1.0, 2.0, 3.0], &mut gradient, |x| x[1]);
    assert_eq!((value, gradient), (2.0, [0.0, 1.0, 0.0]));
    let value = tape.gradient(&[1.0, 2.0, 3.0], &mut gradient, |x| x[0] + x[0] - 7.0);
    assert_eq!((value, gradient), (-5.0, [2.0, 0.0, 0.0]));
}

/// The branch not taken may be one where derivatives are infinite.
#[test]
fn what_the_result_does_not_depend_on_does_no_harm() {
    let mut tape = Tape::default();
    let mut gradient = [f64::NAN];
    tape.gradient(&[0.0], &mut gradient, |x| {
        let root = x[0].sqrt();
        let unused = root * root;
        let _ = unused;
        x[0] * 3.0
    });
    assert_eq!(gradient, [3.0]);
}

#[test]
fn a_tape_used_before_gives_the_same_as_a_fresh_one() {
    let mut used = Tape::default();
    for position in positions() {
        let mut again = vec![0.0; position.len()];
        let mut fresh = vec![0.0; position.len()];
        used.gradient(&position, &mut again, |x| Everything.of(x));
        Tape::default().gradient(&position, &mut fresh, |x| Everything.of(x));
        assert_eq!(again, fresh);
    }
}
