//! One particle, one patient: the exact update of normal traits by scores.
//!
//! Given the parameters and what a study makes of them, the improvement is linear in the patient's standard normal traits and the
//! logarithm of a rated score scatters normally. The traits given the scores are normal again, and the probability of the scores is a
//! closed form: it is the weight of the particle. Nothing is drawn.

use euthymia_vecmath::scalar::ln;
use std::f64::consts::PI;

/// Traits: of expectancy, of the drug, of an antidepressant, the patient's own drift, and what surrounds the patient (the arm).
pub(super) const TRAITS: usize = 5;

/// The improvement at one time: what is typical, and how it goes with the traits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) mean: f64,
    pub(super) traits: [f64; TRAITS],
    /// Variance of what no trait explains and all ratings of one time share: the misfit of a visit.
    pub(super) misfit: f64,
    /// Variance of one rating.
    pub(super) residual: f64,
}

/// Ratings of one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rated {
    /// How many.
    pub(super) count: f64,
    /// Their mean improvement, on the logarithm of the score.
    pub(super) improvement: f64,
    /// Their squares around it.
    pub(super) squares: f64,
    /// Variance of one by which a whole score lies beside what was meant: it is large where scores are low.
    pub(super) rounding: f64,
}

/// Traits of a patient under one particle: normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Traits {
    mean: [f64; TRAITS],
    /// The lower triangle that times its transpose is the inverse of the covariance.
    precision: [[f64; TRAITS]; TRAITS],
}

impl Traits {
    /// Of somebody nobody has rated: standard normal.
    pub(super) const UNKNOWN: Self = {
        let mut precision = [[0.0; TRAITS]; TRAITS];
        let mut at = 0;
        while at < TRAITS {
            precision[at][at] = 1.0;
            at += 1;
        }
        Self {
            mean: [0.0; TRAITS],
            precision,
        }
    };

    /// After ratings, and the logarithm of how probable those were.
    pub(super) fn given(rated: &[(Line, Rated)]) -> (Self, f64) {
        let mut precision = [[0.0; TRAITS]; TRAITS];
        for (at, row) in precision.iter_mut().enumerate() {
            row[at] = 1.0;
        }
        let mut pull = [0.0; TRAITS];
        let mut log = 0.0;
        for (line, seen) in rated {
            // The mean of ratings of one time is all that the traits know of them; how they lie around it tells of the residual.
            let residual = line.residual + seen.rounding;
            let variance = line.misfit + residual / seen.count;
            let off = seen.improvement - line.mean;
            for (row, slope) in line.traits.iter().enumerate() {
                pull[row] += slope * off / variance;
                for (cell, other) in precision[row].iter_mut().zip(&line.traits[..=row]) {
                    *cell += slope * other / variance;
                }
            }
            log += ln(2.0 * PI * variance) + off * off / variance;
            log += (seen.count - 1.0) * ln(2.0 * PI * residual) + seen.squares / residual + ln(seen.count);
        }
        let lower = cholesky(precision);
        let half = forward(&lower, &pull);
        let mean = backward(&lower, &half);
        for (at, row) in lower.iter().enumerate() {
            log += 2.0 * ln(row[at]);
        }
        log -= half.iter().map(|value| value * value).sum::<f64>();
        let traits = Self {
            mean,
            precision: lower,
        };
        (traits, -0.5 * log)
    }

    /// Mean and variance of the improvement at another time, without misfit and residual.
    pub(super) fn improvement(&self, line: &Line) -> (f64, f64) {
        let pairs = line.traits.iter().zip(&self.mean);
        let mean = line.mean + pairs.map(|(trait_, mean)| trait_ * mean).sum::<f64>();
        let half = forward(&self.precision, &line.traits);
        (mean, half.iter().map(|value| value * value).sum())
    }
}

/// The lower triangle that times its transpose is `matrix`, of which the lower triangle is read. It exists, for the identity is part of
/// the sum.
fn cholesky(matrix: [[f64; TRAITS]; TRAITS]) -> [[f64; TRAITS]; TRAITS] {
    let mut lower = [[0.0; TRAITS]; TRAITS];
    for (row, given) in matrix.iter().enumerate() {
        for (column, value) in given[..=row].iter().enumerate() {
            let pairs = lower[row][..column].iter().zip(&lower[column][..column]);
            let rest = value - pairs.map(|(a, b)| a * b).sum::<f64>();
            lower[row][column] = if row == column {
                rest.sqrt()
            } else {
                rest / lower[column][column]
            };
        }
    }
    lower
}

fn forward(lower: &[[f64; TRAITS]; TRAITS], right: &[f64; TRAITS]) -> [f64; TRAITS] {
    let mut solution = [0.0; TRAITS];
    for (row, factors) in lower.iter().enumerate() {
        let pairs = factors.iter().zip(&solution[..row]);
        let known: f64 = pairs.map(|(factor, value)| factor * value).sum();
        solution[row] = (right[row] - known) / factors[row];
    }
    solution
}

fn backward(lower: &[[f64; TRAITS]; TRAITS], right: &[f64; TRAITS]) -> [f64; TRAITS] {
    let mut solution = [0.0; TRAITS];
    for row in (0..TRAITS).rev() {
        let pairs = lower[row + 1..].iter().zip(&solution[row + 1..]);
        let known: f64 = pairs.map(|(factors, value)| factors[row] * value).sum();
        solution[row] = (right[row] - known) / lower[row][row];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;
    use euthymia_stats::random::{Purpose, Stream};
    use euthymia_vecmath::scalar::exp;

    fn line(mean: f64, traits: [f64; TRAITS]) -> Line {
        Line {
            mean,
            traits,
            misfit: 0.02,
            residual: 0.05,
        }
    }

    /// Two ratings of one time and one of another, against 400,000 patients drawn one by one and weighted by how probable the ratings
    /// are: the probability, and mean and variance of the improvement at a third time.
    #[test]
    fn patients_drawn_one_by_one_agree() {
        let (first, second) = (
            line(0.4, [0.3, 0.2, 0.0, 0.1, 0.05]),
            line(0.7, [0.2, 0.5, 0.1, 0.25, 0.05]),
        );
        let later = line(0.9, [0.25, 0.3, 0.2, 0.27, 0.05]);
        let ratings = [[0.1, 0.3], [1.1, f64::NAN]];
        let seen = [
            (
                first,
                Rated {
                    count: 2.0,
                    improvement: 0.2,
                    squares: 0.02,
                    rounding: 0.0,
                },
            ),
            (
                second,
                Rated {
                    count: 1.0,
                    improvement: 1.1,
                    squares: 0.0,
                    rounding: 0.01,
                },
            ),
        ];
        let (traits, log) = Traits::given(&seen);
        let (mean, variance) = traits.improvement(&later);
        let density =
            |off: f64, variance: f64| exp(-0.5 * off * off / variance) / (2.0 * PI * variance).sqrt();
        let n = 400_000_u64;
        let stream = Stream::new(3);
        let mut sums = [0.0; 4];
        for patient in 0..n {
            let source = stream.at(Purpose(1), 0, patient);
            let of = |line: &Line| {
                let traits = (0..TRAITS).map(|at| line.traits[at] * source.normal(at as u32));
                line.mean + traits.sum::<f64>()
            };
            let mut weight = 1.0;
            for (at, line) in [first, second].iter().enumerate() {
                let misfit = line.misfit.sqrt() * source.normal(5 + at as u32);
                for rating in ratings[at].iter().filter(|rating| rating.is_finite()) {
                    let residual = line.residual + seen[at].1.rounding;
                    weight *= density(rating - of(line) - misfit, residual);
                }
            }
            let improvement = of(&later);
            sums[0] += weight;
            sums[1] += weight * weight;
            sums[2] += weight * improvement;
            sums[3] += weight * improvement * improvement;
        }
        let all = n as f64;
        let error = (sums[1] / all - (sums[0] / all) * (sums[0] / all)).sqrt() / all.sqrt();
        let probable = sums[0] / all;
        assert!(
            (exp(log) - probable).abs() < 4.0 * error,
            "{} {probable}",
            exp(log)
        );
        let effective = sums[0] * sums[0] / sums[1];
        let drawn_mean = sums[2] / sums[0];
        let drawn_variance = sums[3] / sums[0] - drawn_mean * drawn_mean;
        assert!((mean - drawn_mean).abs() < 4.0 * (variance / effective).sqrt());
        assert!((variance / drawn_variance - 1.0).abs() < 4.0 * (2.0 / effective).sqrt());
    }

    #[test]
    fn without_ratings_traits_are_as_before() {
        let (traits, log) = Traits::given(&[]);
        assert_eq!((traits, log), (Traits::UNKNOWN, -0.0));
    }
}
