//! Measures of effect that comparisons of arms may have.

use super::arms::Outcome;

/// A measure of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Log odds ratio.
    OddsRatio,
    /// Log odds ratio by Peto's one step.
    Peto,
    /// Log risk ratio.
    RiskRatio,
    /// Risk difference.
    RiskDifference,
    /// Difference of the arcsines of the roots of risks.
    ArcsineDifference,
    /// Mean difference.
    MeanDifference,
    /// Cohen's d.
    StandardisedMeanDifference,
    /// Log ratio of means.
    RatioOfMeans,
    /// Log ratio of incidence rates.
    RateRatio,
    /// Difference of incidence rates.
    RateDifference,
    /// Difference of the roots of incidence rates.
    RootRateDifference,
    /// Differences of estimates that were computed elsewhere, on a log scale where `ratio`.
    Given {
        /// Whether results are shown as exponentials.
        ratio: bool,
    },
}

impl Measure {
    /// The measure of a name as R has it; names of others are those of given estimates.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "OR" => Self::OddsRatio,
            "PETO" => Self::Peto,
            "RR" => Self::RiskRatio,
            "RD" => Self::RiskDifference,
            "ASD" => Self::ArcsineDifference,
            "MD" => Self::MeanDifference,
            "SMD" => Self::StandardisedMeanDifference,
            "ROM" => Self::RatioOfMeans,
            "IRR" => Self::RateRatio,
            "IRD" => Self::RateDifference,
            "IRSD" => Self::RootRateDifference,
            "HR" => Self::Given { ratio: true },
            _ => return None,
        })
    }

    /// Whether effects are logs of ratios.
    #[must_use]
    pub fn is_ratio(self) -> bool {
        matches!(
            self,
            Self::OddsRatio
                | Self::Peto
                | Self::RiskRatio
                | Self::RatioOfMeans
                | Self::RateRatio
                | Self::Given { ratio: true }
        )
    }

    /// Whether cells are filled where there are no events.
    pub(super) fn takes_increment(self) -> bool {
        matches!(
            self,
            Self::OddsRatio | Self::RiskRatio | Self::RiskDifference | Self::RateRatio | Self::RateDifference
        )
    }

    /// Whether it can be computed from such an outcome.
    pub(super) fn fits(self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Events { .. } => matches!(
                self,
                Self::OddsRatio
                    | Self::Peto
                    | Self::RiskRatio
                    | Self::RiskDifference
                    | Self::ArcsineDifference
            ),
            Outcome::Mean { .. } => matches!(
                self,
                Self::MeanDifference | Self::StandardisedMeanDifference | Self::RatioOfMeans
            ),
            Outcome::Rate { .. } => {
                matches!(
                    self,
                    Self::RateRatio | Self::RateDifference | Self::RootRateDifference
                )
            }
            Outcome::Estimate { .. } => true,
        }
    }
}

impl core::fmt::Display for Measure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::OddsRatio => "an odds ratio",
            Self::Peto => "Peto's odds ratio",
            Self::RiskRatio => "a risk ratio",
            Self::RiskDifference => "a risk difference",
            Self::ArcsineDifference => "an arcsine difference",
            Self::MeanDifference => "a mean difference",
            Self::StandardisedMeanDifference => "a standardised mean difference",
            Self::RatioOfMeans => "a ratio of means",
            Self::RateRatio => "a rate ratio",
            Self::RateDifference | Self::RootRateDifference => "a difference of rates",
            Self::Given { .. } => "a difference of estimates",
        })
    }
}
