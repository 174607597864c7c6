//! The scale on which a measure is pooled, and the way back to the one on which it is read.

use euthymia_stats::normal;
use euthymia_vecmath::scalar::{cos, exp, sin, tanh};

use super::arcsine;

/// The scale on which effect sizes are pooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Pooled as it is read.
    Identity,
    /// The logarithm of a ratio, a mean or a rate.
    Log,
    /// The logarithm of the odds of a proportion.
    Logit,
    /// The normal quantile of a proportion.
    Probit,
    /// The arcsine of the square root of a proportion.
    Arcsine,
    /// The mean of two arcsines (Freeman and Tukey 1950).
    DoubleArcsine,
    /// Fisher's z of a correlation.
    FisherZ,
    /// Fisher's z of the root of a coefficient of determination.
    FisherRoot,
    /// The square root of a rate.
    Root,
    /// The mean of two roots of a rate (Freeman and Tukey 1950).
    DoubleRoot,
    /// One minus the cube root of one minus alpha (Hakstian and Whalen 1976).
    CubeRoot,
    /// The negative logarithm of one minus alpha (Bonett 2002).
    LogComplement,
}

impl Scale {
    /// What `y` means on the scale on which people read. `n` is the number of people (or the person-time) that the
    /// double transformations need, the harmonic mean for pooled estimates; `None` where it is needed and not given,
    /// or where `y` stands for nothing.
    #[must_use]
    pub fn back(self, y: f64, n: Option<f64>) -> Option<f64> {
        let x = match self {
            Self::Identity => y,
            Self::Log => exp(y),
            Self::Logit => 1.0 / (1.0 + exp(-y)),
            Self::Probit => normal::cdf(y),
            Self::Arcsine => {
                let within = y.clamp(0.0, core::f64::consts::FRAC_PI_2);
                sin(within) * sin(within)
            }
            Self::DoubleArcsine => double_arcsine(y, n?),
            Self::FisherZ => tanh(y),
            Self::FisherRoot => tanh(y) * tanh(y),
            Self::Root => y.max(0.0) * y.max(0.0),
            Self::DoubleRoot => double_root(y, n?),
            Self::CubeRoot => {
                let rest = 1.0 - y.clamp(0.0, 1.0);
                1.0 - rest * rest * rest
            }
            Self::LogComplement => (1.0 - exp(-y)).max(0.0),
        };
        (!x.is_nan()).then_some(x)
    }

    /// Whether no effect is 1 and not 0 on the scale on which people read.
    #[must_use]
    pub fn is_ratio(self) -> bool {
        self == Self::Log
    }
}

/// The Freeman-Tukey transformation of `events` among `n`.
pub(crate) fn freeman_tukey(events: f64, n: f64) -> f64 {
    let angle = |x: f64| arcsine::angle((x / (n + 1.0)).sqrt(), ((n + 1.0 - x) / (n + 1.0)).sqrt());
    0.5 * (angle(events) + angle(events + 1.0))
}

/// Miller 1978, doi:10.1080/00031305.1978.10479283.
fn double_arcsine(y: f64, n: f64) -> f64 {
    if y <= freeman_tukey(0.0, n) {
        return 0.0;
    }
    if y >= freeman_tukey(n, n) {
        return 1.0;
    }
    let (s, c) = (sin(2.0 * y), cos(2.0 * y));
    let inner = s + (s - 1.0 / s) / n;
    0.5 * (1.0 - c.signum() * (1.0 - inner * inner).max(0.0).sqrt())
}

fn double_root(y: f64, time: f64) -> f64 {
    if y <= 0.5 * (1.0 / time).sqrt() {
        return 0.0;
    }
    let square = y * y;
    let x = (1.0 / time - 8.0 * square + 16.0 * time * square * square) / (16.0 * square * time);
    if x <= f64::EPSILON { 0.0 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_double_transformations_come_back() {
        for (x, n) in [(0.0, 10.0), (3.0, 17.0), (17.0, 17.0), (9.0, 10.0)] {
            let back = Scale::DoubleArcsine.back(freeman_tukey(x, n), Some(n)).unwrap();
            assert!((back - x / n).abs() < 1e-12, "{x} {n} {back}");
            let rate: f64 = x / n;
            let y = 0.5 * (rate.sqrt() + (rate + 1.0 / n).sqrt());
            let back = Scale::DoubleRoot.back(y, Some(n)).unwrap();
            assert!((back - rate).abs() < 1e-12, "{x} {n} {back}");
        }
        assert_eq!(Scale::DoubleArcsine.back(0.5, None), None);
    }
}
