//! How zero cells, sampling variances and small samples are treated.

use crate::MetaError;

use super::Measure;

/// To which studies a constant is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Addition {
    /// To those with a cell that is zero.
    #[default]
    OnlyZero,
    /// To all.
    All,
    /// To all, if one of them has a cell that is zero.
    IfZeroAll,
    /// To none.
    None,
}

/// How the sampling variance is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Variance {
    /// The large-sample approximation.
    #[default]
    LargeSample,
    /// Another large-sample approximation.
    LargeSample2,
    /// A third.
    LargeSample3,
    /// Unbiased.
    Unbiased,
    /// With the average over the studies in place of each study's own value.
    Average,
    /// The other approximation, with the average.
    Average2,
    /// With the average, under equal variances of the groups.
    AverageEqual,
    /// Under equal variances of the groups.
    Equal,
    /// As if people were sampled with their groups given.
    Stratified,
    /// As if people were sampled, and their groups with them.
    CrossSectional,
    /// Under no effect.
    Null,
    /// Under no effect, as `Null`.
    NullA,
    /// Under no effect, another formula.
    NullB,
    /// The largest that it can be.
    Largest,
}

/// How effect sizes are computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What is added to zero cells; a half, and nothing for measures that need no addition.
    pub add: Option<f64>,
    /// To which studies.
    pub to: Addition,
    /// Whether studies without events in both groups, or with nothing else, are left out.
    pub drop00: bool,
    /// How the sampling variance is estimated.
    pub variance: Variance,
    /// Whether biases of small samples are corrected.
    pub correct: bool,
    /// Coverage of the intervals that studies report.
    pub level: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            add: None,
            to: Addition::OnlyZero,
            drop00: false,
            variance: Variance::LargeSample,
            correct: true,
            level: 0.95,
        }
    }
}

impl Addition {
    /// By metafor's name: `only0`, `all`, `if0all`, `none`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "only0" => Self::OnlyZero,
            "all" => Self::All,
            "if0all" => Self::IfZeroAll,
            "none" => Self::None,
            _ => return None,
        })
    }

    /// What is added to each study, `zero` telling which have a zero cell.
    pub(crate) fn amounts(self, add: f64, zero: &[bool]) -> Vec<f64> {
        let any = zero.iter().any(|zero| *zero);
        zero.iter()
            .map(|zero| match self {
                Self::OnlyZero if *zero => add,
                Self::All => add,
                Self::IfZeroAll if any => add,
                _ => 0.0,
            })
            .collect()
    }
}

/// Variances with metafor's names.
const VARIANCES: &[(&str, Variance)] = &[
    ("LS", Variance::LargeSample),
    ("LS2", Variance::LargeSample2),
    ("LS3", Variance::LargeSample3),
    ("UB", Variance::Unbiased),
    ("AV", Variance::Average),
    ("AV2", Variance::Average2),
    ("AVHO", Variance::AverageEqual),
    ("HO", Variance::Equal),
    ("ST", Variance::Stratified),
    ("CS", Variance::CrossSectional),
    ("H0", Variance::Null),
    ("H0a", Variance::NullA),
    ("H0b", Variance::NullB),
    ("MAX", Variance::Largest),
];

impl Variance {
    /// By metafor's name: `LS`, `UB`, `AV`, ...
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        VARIANCES
            .iter()
            .find(|(found, _)| *found == name)
            .map(|(_, variance)| *variance)
    }

    /// metafor's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        VARIANCES
            .iter()
            .find(|(_, variance)| *variance == self)
            .map_or("LS", |(name, _)| name)
    }

    /// All names.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        VARIANCES.iter().map(|(name, _)| *name).collect()
    }
}

impl Options {
    /// The addition to zero cells of a measure.
    pub(crate) fn addition(&self, measure: Measure) -> f64 {
        self.add.unwrap_or_else(|| measure.default_addition())
    }

    /// Says that a measure does not have this variance.
    pub(crate) fn no_variance(&self, measure: Measure, known: &[Variance]) -> MetaError {
        let known: Vec<&str> = known.iter().map(|variance| variance.name()).collect();
        MetaError::field(
            "vtype",
            format!(
                "measure `{}` has no sampling variance `{}`; it has {}",
                measure.name(),
                self.variance.name(),
                known.join(", ")
            ),
        )
    }

    /// Refuses a variance that is not among those of a measure.
    pub(crate) fn check(&self, measure: Measure, known: &[Variance]) -> Result<(), MetaError> {
        if known.contains(&self.variance) {
            Ok(())
        } else {
            Err(self.no_variance(measure, known))
        }
    }
}
