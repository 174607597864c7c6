//! The delta method: an estimate on another scale, and its variance there.

use euthymia_stats::{normal, optimize};
use euthymia_vecmath::scalar::{exp, ln, ln_1p, pow, sin, tanh};

use super::super::arcsine;

/// A function of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transformation {
    /// `e^x`.
    Exp,
    /// The logarithm.
    Log,
    /// The logarithm of the odds.
    Logit,
    /// Its inverse.
    InverseLogit,
    /// Fisher's z.
    RToZ,
    /// Its inverse.
    ZToR,
    /// Fisher's z squared on the scale of correlations.
    ZToR2,
    /// The square root.
    Root,
    /// The square.
    Square,
    /// The arcsine of the root.
    Arcsine,
    /// Its inverse.
    InverseArcsine,
    /// The normal quantile.
    Probit,
    /// Its inverse.
    InverseProbit,
    /// Hakstian and Whalen's of an alpha.
    CubeRoot,
    /// Its inverse.
    InverseCubeRoot,
    /// Bonett's of an alpha.
    LogComplement,
    /// Its inverse.
    InverseLogComplement,
    /// A standardized difference from log odds, logistic.
    OddsToDifference,
    /// Log odds from a standardized difference, logistic.
    DifferenceToOdds,
    /// The common language effect size of a standardized difference.
    DifferenceToArea,
}

/// Names in metafor's manner (`transf.ilogit` is `ilogit`).
const NAMES: &[(&str, Transformation)] = &[
    ("exp", Transformation::Exp),
    ("log", Transformation::Log),
    ("logit", Transformation::Logit),
    ("ilogit", Transformation::InverseLogit),
    ("rtoz", Transformation::RToZ),
    ("ztor", Transformation::ZToR),
    ("ztor2", Transformation::ZToR2),
    ("sqrt", Transformation::Root),
    ("square", Transformation::Square),
    ("arcsin", Transformation::Arcsine),
    ("iarcsin", Transformation::InverseArcsine),
    ("probit", Transformation::Probit),
    ("qnorm", Transformation::Probit),
    ("iprobit", Transformation::InverseProbit),
    ("pnorm", Transformation::InverseProbit),
    ("ahw", Transformation::CubeRoot),
    ("iahw", Transformation::InverseCubeRoot),
    ("abt", Transformation::LogComplement),
    ("iabt", Transformation::InverseLogComplement),
    ("lnortod.logis", Transformation::OddsToDifference),
    ("dtolnor.logis", Transformation::DifferenceToOdds),
    ("dtocles", Transformation::DifferenceToArea),
];

impl Transformation {
    /// By metafor's name, with or without `transf.`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().trim_start_matches("transf.");
        NAMES
            .iter()
            .find(|(found, _)| *found == name)
            .map(|(_, transformation)| *transformation)
    }

    /// All names.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        NAMES.iter().map(|(name, _)| *name).collect()
    }

    /// Its value; NaN where it has none.
    #[must_use]
    pub fn of(self, x: f64) -> f64 {
        let slope = core::f64::consts::PI / 3f64.sqrt();
        match self {
            Self::Exp => exp(x),
            Self::Log => ln(x),
            Self::Logit => ln(x / (1.0 - x)),
            Self::InverseLogit => 1.0 / (1.0 + exp(-x)),
            Self::RToZ => 0.5 * (ln_1p(x) - ln_1p(-x)),
            Self::ZToR => tanh(x),
            Self::ZToR2 => tanh(x) * tanh(x),
            Self::Root => x.sqrt(),
            Self::Square => x * x,
            Self::Arcsine => arcsine::of_root(x),
            Self::InverseArcsine => sin(x) * sin(x),
            Self::Probit => normal::quantile(x),
            Self::InverseProbit => normal::cdf(x),
            Self::CubeRoot => 1.0 - pow(1.0 - x, 1.0 / 3.0),
            Self::InverseCubeRoot => 1.0 - (1.0 - x) * (1.0 - x) * (1.0 - x),
            Self::LogComplement => -ln(1.0 - x),
            Self::InverseLogComplement => 1.0 - exp(-x),
            Self::OddsToDifference => x / slope,
            Self::DifferenceToOdds => x * slope,
            Self::DifferenceToArea => normal::cdf(x / core::f64::consts::SQRT_2),
        }
    }
}

/// The estimate `y` with variance `v` on another scale.
#[must_use]
pub fn delta(transformation: Transformation, y: f64, v: f64) -> (f64, f64) {
    let slope = optimize::gradient(&[y], |x| transformation.of(x[0]))[0];
    (transformation.of(y), v * slope * slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_calculus() {
        let (y, v) = delta(Transformation::Exp, 0.3, 0.04);
        assert!((v - 0.04 * y * y).abs() < 1e-9);
        let (y, v) = delta(Transformation::InverseLogit, 0.2, 0.01);
        assert!((v - 0.01 * y * y * (1.0 - y) * (1.0 - y)).abs() < 1e-11);
        let (y, v) = delta(Transformation::ZToR, 0.5, 0.02);
        assert!((v - 0.02 * (1.0 - y * y) * (1.0 - y * y)).abs() < 1e-10);
    }

    #[test]
    fn inverses_come_back() {
        for (there, back) in [
            ("exp", "log"),
            ("ilogit", "logit"),
            ("ztor", "rtoz"),
            ("iarcsin", "arcsin"),
            ("pnorm", "qnorm"),
            ("iahw", "ahw"),
            ("transf.iabt", "transf.abt"),
        ] {
            let there = Transformation::parse(there).unwrap();
            let back = Transformation::parse(back).unwrap();
            assert!((back.of(there.of(0.4)) - 0.4).abs() < 1e-14, "{there:?}");
        }
        assert_eq!(Transformation::parse("cosh"), None);
    }
}
