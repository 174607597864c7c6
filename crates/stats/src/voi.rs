//! What it would be worth to know more before choosing between options.
//!
//! From draws of what is uncertain and the net benefit of every option under each: the expected value of perfect information, and of
//! perfect information about one parameter alone or a few together, by regression of the net benefit on them (Strong, Oakley and Brennan
//! 2014, doi:10.1177/0272989X13505910). The regression is a natural cubic spline (Hastie, Tibshirani and Friedman, *Elements*, eq. 5.4)
//! whose number of knots cross-validation chooses, for several parameters a sum of such splines and of products; its error follows from
//! the covariance of its coefficients, as there.
//!
//! The best of several curves that scatter is too high on average, so with few draws the value of what does not matter is not 0.
//! [`Evppi::of_nothing`] says how much that is. The error knows of the scatter of the curve, not of that of the mean net benefits, nor of
//! what no curve of its kind can follow.

mod additive;
mod spline;

use crate::random::{Purpose, Stream};
use spline::Fit;
use thiserror::Error;

/// Draws of the coefficients of a regression.
const COEFFICIENTS: Purpose = Purpose(0x766f_6921);
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
    /// Options or parameters with other numbers of draws.
    #[error("options and parameters must have as many draws")]
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
    checked(net, &[])?;
    Ok(gain(net))
}

/// The expected value of perfect information about a parameter, of `net[option][draw]` and its values by draw.
///
/// # Errors
/// [`VoiError`].
pub fn evppi(net: &[Vec<f64>], parameter: &[f64]) -> Result<Evppi, VoiError> {
    evppi_of(net, &[parameter])
}

/// The expected value of perfect information about a few parameters together, of `net[option][draw]` and `parameters[which][draw]`.
///
/// Sums of splines and products of two parameters are followed, other interactions are not. Parameters that are the same or constant
/// count once or not at all.
///
/// # Errors
/// [`VoiError`].
pub fn evppi_of(net: &[Vec<f64>], parameters: &[&[f64]]) -> Result<Evppi, VoiError> {
    checked(net, parameters)?;
    let nothing = Evppi {
        value: 0.0,
        se: 0.0,
        of_nothing: 0.0,
    };
    let Some((first, others)) = net.split_first() else {
        return Ok(nothing);
    };
    let varies = |parameter: &&[f64]| parameter.iter().any(|value| *value != parameter[0]);
    let parameters: Vec<&[f64]> = parameters.iter().copied().filter(varies).collect();
    if others.is_empty() || parameters.is_empty() {
        return Ok(nothing);
    }
    // Against the first option, whose increment is nothing.
    let increments: Vec<Vec<f64>> = others
        .iter()
        .map(|option| option.iter().zip(first).map(|(one, first)| one - first).collect())
        .collect();
    let fits = regressions(&parameters, &increments);
    let of = |curves: Vec<Vec<f64>>| {
        let mut all = vec![vec![0.0; first.len()]];
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
            // Together, so that what they have to do with each other stays.
            let order = shuffled(first.len(), stream, time);
            let moved = |parameter: &&[f64]| order.iter().map(|draw| parameter[*draw]).collect();
            let shuffled: Vec<Vec<f64>> = parameters.iter().map(moved).collect();
            let shuffled: Vec<&[f64]> = shuffled.iter().map(Vec::as_slice).collect();
            let fits = regressions(&shuffled, &increments);
            of(fits.into_iter().map(|fit| fit.fitted).collect())
        })
        .sum::<f64>()
        / f64::from(SHUFFLES);
    Ok(Evppi {
        value,
        se: (squares / f64::from(TIMES - 1)).sqrt(),
        of_nothing,
    })
}

/// A curve for every increment.
fn regressions(parameters: &[&[f64]], increments: &[Vec<f64>]) -> Vec<Fit> {
    if let [parameter] = parameters {
        increments
            .iter()
            .map(|increment| Fit::best(parameter, increment))
            .collect()
    } else {
        let terms = additive::Terms::new(parameters);
        increments.iter().map(|increment| terms.best(increment)).collect()
    }
}

fn checked(net: &[Vec<f64>], parameters: &[&[f64]]) -> Result<(), VoiError> {
    let draws = net.first().map_or(0, Vec::len);
    let lengths = net
        .iter()
        .map(Vec::len)
        .chain(parameters.iter().map(|values| values.len()));
    if lengths.clone().any(|length| length != draws) {
        return Err(VoiError::Lengths);
    }
    if !parameters.is_empty() && draws < FEWEST {
        return Err(VoiError::Few);
    }
    let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    if net.iter().all(|option| finite(option)) && parameters.iter().all(|values| finite(values)) {
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

/// Draws in an order that chance makes.
fn shuffled(draws: usize, stream: Stream, time: u32) -> Vec<usize> {
    let source = stream.at(COEFFICIENTS, TIMES + time, 0);
    let mut keyed: Vec<(f64, usize)> = (0u32..)
        .zip(0..draws)
        .map(|(at, draw)| (source.uniform(at), draw))
        .collect();
    keyed.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    keyed.into_iter().map(|(_, draw)| draw).collect()
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

    /// Two standard normals and something else, by draw.
    fn normals(count: u32) -> [Vec<f64>; 3] {
        let stream = Stream::new(11);
        [0, 1, 2].map(|which| {
            let of = |draw: u32| stream.at(Purpose(3), draw, 0).normal(which);
            (0..count).map(of).collect()
        })
    }

    fn against_nothing(increment: Vec<f64>) -> Vec<Vec<f64>> {
        vec![vec![0.0; increment.len()], increment]
    }

    #[test]
    fn two_parameters_are_worth_what_their_sum_is() {
        let [a, b, noise] = normals(1000);
        let sum = |draw: usize| 0.3 + a[draw] + 0.5 * b[draw] + noise[draw];
        let net = against_nothing((0..1000).map(sum).collect());
        let both = evppi_of(&net, &[&a, &b]).expect("numbers");
        assert!(
            (both.value - exact(0.3, 1.25_f64.sqrt())).abs() < 0.15,
            "{both:?}"
        );
        assert!(both.value > evppi(&net, &a).expect("numbers").value);
        let turned = evppi_of(&net, &[&b, &a]).expect("numbers");
        assert!((turned.value - both.value).abs() < 1e-9 * both.value);
    }

    #[test]
    fn what_matters_only_together_is_found_together() {
        // A product of normals: E max(ab, 0) = E|a| E|b| / 2 = 1 / pi, and neither tells anything alone.
        let [a, b, _] = normals(1000);
        let net = against_nothing(a.iter().zip(&b).map(|(a, b)| a * b).collect());
        let both = evppi_of(&net, &[&a, &b]).expect("numbers");
        assert!(
            (both.value - std::f64::consts::FRAC_1_PI).abs() < 0.06,
            "{both:?}"
        );
        let alone = evppi(&net, &a).expect("numbers");
        assert!(alone.value < 0.1, "{alone:?}");
    }

    #[test]
    fn a_parameter_counts_once() {
        let [a, _, noise] = normals(1000);
        let net = against_nothing(a.iter().zip(&noise).map(|(a, b)| a + b).collect());
        let constant = vec![2.0; a.len()];
        let one = evppi(&net, &a).expect("numbers");
        assert_eq!(evppi_of(&net, &[&a, &constant]).expect("numbers"), one);
        let twice = evppi_of(&net, &[&a, &a]).expect("numbers");
        assert!((twice.value - one.value).abs() < 0.02, "{twice:?} {one:?}");
        assert_eq!(evppi_of(&net, &[]).expect("numbers").value, 0.0);
        let other = &a[1..];
        assert_eq!(evppi_of(&net, &[&a, other]), Err(VoiError::Lengths));
    }
}
