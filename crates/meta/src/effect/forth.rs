//! From the scale on which people read to the one on which a measure is pooled: the inverse of [`Scale::back`].

use euthymia_stats::normal;
use euthymia_vecmath::scalar::{ln, ln_1p, pow};

use super::correlation::fisher_z;
use super::scale::freeman_tukey;
use super::{Scale, arcsine};

impl Scale {
    /// What `x` is on the scale on which it is pooled; infinite at the ends of scales that are. `n` is the number of
    /// people (or the person-time) of the study, which the double transformations need.
    #[must_use]
    pub fn forth(self, x: f64, n: f64) -> f64 {
        match self {
            Self::Identity => x,
            Self::Log => ln(x),
            Self::Logit => ln(x / (1.0 - x)),
            Self::Probit => normal::quantile(x),
            Self::Arcsine => arcsine::of_root(x),
            Self::DoubleArcsine => freeman_tukey(x * n, n),
            Self::FisherZ => fisher_z(x),
            Self::FisherRoot => fisher_z(x.sqrt()),
            Self::Root => x.sqrt(),
            Self::DoubleRoot => 0.5 * (x.sqrt() + (x + 1.0 / n).sqrt()),
            Self::CubeRoot => 1.0 - pow(1.0 - x, 1.0 / 3.0),
            Self::LogComplement => -ln_1p(-x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let all = [
            Scale::Identity,
            Scale::Log,
            Scale::Logit,
            Scale::Probit,
            Scale::Arcsine,
            Scale::DoubleArcsine,
            Scale::FisherZ,
            Scale::FisherRoot,
            Scale::Root,
            Scale::DoubleRoot,
            Scale::CubeRoot,
            Scale::LogComplement,
        ];
        for scale in all {
            for x in [0.05, 0.3, 0.5, 0.9] {
                let back = scale.back(scale.forth(x, 40.0), Some(40.0)).unwrap();
                assert!((back - x).abs() < 1e-12, "{scale:?} {x} {back}");
            }
        }
        assert_eq!(Scale::Logit.forth(1.0, 9.0), f64::INFINITY);
        assert_eq!(Scale::Logit.forth(0.0, 9.0), f64::NEG_INFINITY);
    }
}
