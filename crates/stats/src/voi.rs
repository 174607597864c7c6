//! What it would be worth to know more before choosing between options.
//!
//! From draws of what is uncertain and the net benefit of every option under each: the expected value of perfect information, and of
//! perfect information about one parameter alone, by regression of the net benefit on it (Strong, Oakley and Brennan 2014,
//! doi:10.1177/0272989X13505910). The regression is a natural cubic spline (Hastie, Tibshirani and Friedman, *Elements*, eq. 5.4) whose
//! number of knots cross-validation chooses; its error follows from the covariance of its coefficients, as there.

use crate::random::{Purpose, Stream};
use thiserror::Error;

/// Draws of the coefficients of a regression.
const COEFFICIENTS: Purpose = Purpose(0x766f_6921);
/// Knots that are tried; two are a line.
const KNOTS: [usize; 6] = [2, 3, 4, 5, 6, 8];
/// Times that coefficients are drawn for an error.
const TIMES: u32 = 200;
/// Times that a parameter is shuffled to see what a regression finds in nothing.
const SHUFFLES: u32 = 20;
/// Fewest draws for a regression.
const FEWEST: usize = 20;

/// Why a value cannot be computed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VoiError {
    /// Options or a parameter with other numbers of draws.
    #[error("options and parameter must have as many draws")]
    Lengths,
    /// Too few draws.
    #[error("a regression needs at least {FEWEST} draws")]
    Few,
    /// Something that is no number.
    #[error("a net benefit or a parameter is not a number")]
    NotFinite,
}

/// The value of perfect information about one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evppi {
    /// In the unit of the net benefit.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// What the same regression finds on average where the parameter is shuffled, so that there is nothing to find.
    pub of_nothing: f64,
}

/// The expected value of perfect information, of `net[option][draw]`.
///
/// # Errors
/// [`VoiError`].
pub fn evpi(net: &[Vec<f64>]) -> Result<f64, VoiError> {
    checked(net, None)?;
    Ok(gain(net))
}

/// The expected value of perfect information about a parameter, of `net[option][draw]` and its values by draw.
///
/// # Errors
/// [`VoiError`].
pub fn evppi(net: &[Vec<f64>], parameter: &[f64]) -> Result<Evppi, VoiError> {
    checked(net, Some(parameter))?;
    let nothing = Evppi {
        value: 0.0,
        se: 0.0,
        of_nothing: 0.0,
    };
    let Some((first, others)) = net.split_first() else {
        return Ok(nothing);
    };
    if others.is_empty() || parameter.iter().all(|value| *value == parameter[0]) {
        return Ok(nothing);
    }
    // Against the first option, whose increment is nothing.
    let increments: Vec<Vec<f64>> = others
        .iter()
        .map(|option| option.iter().zip(first).map(|(one, first)| one - first).collect())
        .collect();
    let fits: Vec<Fit> = increments
        .iter()
        .map(|increment| Fit::best(parameter, increment))
        .collect();
    let of = |curves: Vec<Vec<f64>>| {
        let mut all = vec![vec![0.0; parameter.len()]];
        all.extend(curves);
        gain(&all)
    };
    let value = of(fits.iter().map(|fit| fit.fitted.clone()).collect());
    let stream = Stream::new(0);
    let drawn = |time: u32| {
        let curve = |(option, fit): (usize, &Fit)| fit.drawn(stream, time, option as u64);
        of(fits.iter().enumerate().map(curve).collect())
    };
    let drawn: Vec<f64> = (0..TIMES).map(drawn).collect();
    let mean = drawn.iter().sum::<f64>() / f64::from(TIMES);
    let squares: f64 = drawn.iter().map(|one| (one - mean) * (one - mean)).sum();
    let of_nothing = (0..SHUFFLES)
        .map(|time| {
            let shuffled = shuffled(parameter, stream, time);
            let fits = increments
                .iter()
                .map(|increment| Fit::best(&shuffled, increment).fitted);
            of(fits.collect())
        })
        .sum::<f64>()
        / f64::from(SHUFFLES);
    Ok(Evppi {
        value,
        se: (squares / f64::from(TIMES - 1)).sqrt(),
        of_nothing,
    })
}

fn checked(net: &[Vec<f64>], parameter: Option<&[f64]>) -> Result<(), VoiError> {
    let draws = net.first().map_or(0, Vec::len);
    let lengths = net.iter().map(Vec::len).chain(parameter.map(<[f64]>::len));
    if lengths.clone().any(|length| length != draws) {
        return Err(VoiError::Lengths);
    }
    if parameter.is_some() && draws < FEWEST {
        return Err(VoiError::Few);
    }
    let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    if net.iter().all(|option| finite(option)) && parameter.is_none_or(finite) {
        Ok(())
    } else {
        Err(VoiError::NotFinite)
    }
}

/// The mean of the best of every draw less the best of the means.
fn gain(net: &[Vec<f64>]) -> f64 {
    let draws = net.first().map_or(0, Vec::len);
    if draws == 0 {
        return 0.0;
    }
    let best = |draw: usize| {
        net.iter()
            .map(|option| option[draw])
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let means = net.iter().map(|option| option.iter().sum::<f64>() / draws as f64);
    let informed = (0..draws).map(best).sum::<f64>() / draws as f64;
    (informed - means.fold(f64::NEG_INFINITY, f64::max)).max(0.0)
}

/// The same values in an order that chance makes.
fn shuffled(values: &[f64], stream: Stream, time: u32) -> Vec<f64> {
    let source = stream.at(COEFFICIENTS, TIMES + time, 0);
    let mut keyed: Vec<(f64, f64)> = (0u32..)
        .zip(values)
        .map(|(at, value)| (source.uniform(at), *value))
        .collect();
    keyed.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    keyed.into_iter().map(|(_, value)| value).collect()
}

/// A regression on a spline.
struct Fit {
    fitted: Vec<f64>,
    /// Rows of the basis.
    basis: Vec<Vec<f64>>,
    /// Lower triangle of the Cholesky factor of the cross products.
    factor: Vec<Vec<f64>>,
    /// Variance of the residuals.
    variance: f64,
}

impl Fit {
    /// With as many knots as cross-validation finds best.
    fn best(x: &[f64], y: &[f64]) -> Self {
        let mut sorted = x.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut best: Option<(f64, Self)> = None;
        for count in KNOTS {
            let Some(fit) = Self::new(x, y, &knots(&sorted, count)) else {
                continue;
            };
            let (n, terms) = (x.len() as f64, fit.factor.len() as f64);
            let score = fit.variance / (n - terms).max(1.0);
            if best.as_ref().is_none_or(|(known, _)| score < *known) {
                best = Some((score, fit));
            }
        }
        best.map_or_else(
            || {
                let mean = y.iter().sum::<f64>() / y.len().max(1) as f64;
                Self {
                    fitted: vec![mean; y.len()],
                    basis: Vec::new(),
                    factor: Vec::new(),
                    variance: 0.0,
                }
            },
            |(_, fit)| fit,
        )
    }

    /// With these knots; nothing where they are too few or the values too alike.
    fn new(x: &[f64], y: &[f64], knots: &[f64]) -> Option<Self> {
        let basis: Vec<Vec<f64>> = x.iter().map(|x| row(*x, knots)).collect();
        let terms = basis.first()?.len();
        let mut products = vec![vec![0.0; terms]; terms];
        let mut right = vec![0.0; terms];
        for (row, y) in basis.iter().zip(y) {
            for (at, one) in row.iter().enumerate() {
                right[at] += one * y;
                for (other, value) in row.iter().enumerate().take(at + 1) {
                    products[at][other] += one * value;
                }
            }
        }
        let factor = factored(products)?;
        let coefficients = solved(&factor, &right);
        let of = |row: &Vec<f64>| row.iter().zip(&coefficients).map(|(x, b)| x * b).sum::<f64>();
        let fitted: Vec<f64> = basis.iter().map(of).collect();
        let squares: f64 = fitted.iter().zip(y).map(|(fit, y)| (fit - y) * (fit - y)).sum();
        Some(Self {
            variance: squares / (x.len() as f64 - terms as f64).max(1.0),
            fitted,
            basis,
            factor,
        })
    }

    /// The curve with coefficients drawn from their distribution.
    fn drawn(&self, stream: Stream, time: u32, option: u64) -> Vec<f64> {
        let source = stream.at(COEFFICIENTS, time, option);
        let normals: Vec<f64> = (0u32..)
            .take(self.factor.len())
            .map(|at| source.normal(at))
            .collect();
        // With covariance V (X'X)^-1 = V L^-T L^-1.
        let shift = backward(&self.factor, &normals);
        let sd = self.variance.sqrt();
        let of = |(row, fitted): (&Vec<f64>, &f64)| {
            fitted + sd * row.iter().zip(&shift).map(|(x, b)| x * b).sum::<f64>()
        };
        if self.basis.is_empty() {
            return self.fitted.clone();
        }
        self.basis.iter().zip(&self.fitted).map(of).collect()
    }
}

/// Knots at quantiles, the outer ones near the ends; equal ones once, on a scale from 0 to 1.
fn knots(sorted: &[f64], count: usize) -> Vec<f64> {
    let at = |part: f64| crate::quantile::type7(sorted, part);
    let mut knots: Vec<f64> = (0..count)
        .map(|knot| at(0.02 + 0.96 * knot as f64 / (count - 1).max(1) as f64))
        .collect();
    knots.dedup();
    knots
}

/// The natural cubic spline basis at a point.
fn row(x: f64, knots: &[f64]) -> Vec<f64> {
    let (Some(first), Some(last)) = (knots.first(), knots.last()) else {
        return vec![1.0];
    };
    let width = last - first;
    if width <= 0.0 {
        return vec![1.0];
    }
    let scaled: Vec<f64> = knots.iter().map(|knot| (knot - first) / width).collect();
    let x = (x - first) / width;
    let cubed = |knot: f64| {
        let over = (x - knot).max(0.0);
        over * over * over
    };
    let end = scaled.len() - 1;
    let slope = |at: usize| (cubed(scaled[at]) - cubed(scaled[end])) / (scaled[end] - scaled[at]);
    let mut row = vec![1.0, x];
    row.extend((0..end.saturating_sub(1)).map(|at| slope(at) - slope(end - 1)));
    row
}

/// The Cholesky factor of a symmetric matrix given by its lower triangle; nothing where it is not positive definite.
fn factored(matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (at, given) in matrix.into_iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(at + 1);
        for other in 0..=at {
            let before = |above: &[f64], row: &[f64]| -> f64 {
                above.iter().zip(row).map(|(one, other)| one * other).sum()
            };
            if at == other {
                let left = given[at] - before(&row, &row);
                if left <= 1e-12 * given[at].abs() {
                    return None;
                }
                row.push(left.sqrt());
            } else {
                let above = &factor[other];
                row.push((given[other] - before(&above[..other], &row)) / above[other]);
            }
        }
        factor.push(row);
    }
    Some(factor)
}

fn solved(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut values = Vec::with_capacity(right.len());
    for (at, row) in factor.iter().enumerate() {
        let before: f64 = row.iter().zip(&values).map(|(l, x): (&f64, &f64)| l * x).sum();
        values.push((right[at] - before) / row[at]);
    }
    backward(factor, &values)
}

/// Solves with the transpose of a lower triangle.
fn backward(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut values = right.to_vec();
    for at in (0..factor.len()).rev() {
        for below in at + 1..factor.len() {
            values[at] -= factor[below][at] * values[below];
        }
        values[at] /= factor[at][at];
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal;

    const MANY: u32 = 4000;

    /// Two options: the second is better by `mean + slope a + noise b`.
    fn net(mean: f64, slope: f64, noise: f64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let stream = Stream::new(5);
        let of = |draw: u32| {
            let source = stream.at(Purpose(1), draw, 0);
            (source.normal(0), source.normal(1))
        };
        let (a, b): (Vec<f64>, Vec<f64>) = (0..MANY).map(of).unzip();
        let second = a.iter().zip(&b).map(|(a, b)| mean + slope * a + noise * b);
        (vec![vec![0.0; MANY as usize], second.collect()], a)
    }

    /// What is gained by knowing a normal increment of mean m and standard deviation s.
    fn exact(m: f64, s: f64) -> f64 {
        s * normal::density(m / s) - m.abs() * normal::cdf(-m.abs() / s)
    }

    #[test]
    fn normal_increments_have_a_closed_form() {
        for (mean, slope, noise) in [(0.0, 1.0, 2.0), (0.5, 1.0, 1.0), (-1.0, 2.0, 0.5)] {
            let (net, a) = net(mean, slope, noise);
            let all = evpi(&net).expect("numbers");
            let total = (slope * slope + noise * noise).sqrt();
            // Of a mean over so many draws.
            let error = 4.0 * total / f64::from(MANY).sqrt();
            assert!(
                (all - exact(mean, total)).abs() < error,
                "{all} {}",
                exact(mean, total)
            );
            let one = evppi(&net, &a).expect("numbers");
            assert!(
                (one.value - exact(mean, slope)).abs() < error,
                "{one:?} {}",
                exact(mean, slope)
            );
            assert!(
                one.se > 0.0 && one.se < error && one.of_nothing < error,
                "{one:?}"
            );
        }
    }

    #[test]
    fn curves_are_followed() {
        // An increment of a^2 - 1: the gain is E max(a^2 - 1, 0) = 2 phi(1).
        let (_, a) = net(0.0, 1.0, 0.0);
        let net = vec![vec![0.0; a.len()], a.iter().map(|a| a * a - 1.0).collect()];
        let one = evppi(&net, &a).expect("numbers");
        assert!((one.value - 2.0 * normal::density(1.0)).abs() < 0.04, "{one:?}");
    }

    #[test]
    fn what_does_not_matter_is_worth_what_is_found_in_nothing() {
        let (net, _) = net(0.0, 1.0, 1.0);
        let stream = Stream::new(9);
        let other: Vec<f64> = (0..MANY)
            .map(|draw| stream.at(Purpose(2), draw, 0).normal(0))
            .collect();
        let one = evppi(&net, &other).expect("numbers");
        assert!(one.value < 4.0 * (one.of_nothing + one.se), "{one:?}");
        let constant = evppi(&net, &vec![1.0; MANY as usize]).expect("numbers");
        assert_eq!(constant.value, 0.0);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let net = vec![vec![0.0; 30], vec![1.0; 30]];
        assert_eq!(evppi(&net, &[f64::NAN; 30]), Err(VoiError::NotFinite));
        assert_eq!(evppi(&net, &[1.0; 29]), Err(VoiError::Lengths));
        assert_eq!(
            evppi(&[vec![0.0; 3], vec![1.0; 3]], &[1.0, 2.0, 3.0]),
            Err(VoiError::Few)
        );
        assert_eq!(evpi(&[]), Ok(0.0));
    }
}
