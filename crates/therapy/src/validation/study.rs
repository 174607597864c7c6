//! What a paper observed, checked: what a file of `library/validation/` describes, in the units the models use.

use crate::course::Treatment;
use crate::interaction::Interaction;
use crate::lint::Grade;
use crate::moiety::{Class, Moiety};
use euthymia_diagnostics::{Source, Span};
use euthymia_units::Quantity;
use serde::Serialize;
use std::collections::BTreeMap;

/// A paper: who was observed, how, and what came out.
#[derive(Clone, Debug)]
pub struct Study {
    /// Stem of its file.
    pub id: String,
    /// What was studied.
    pub title: String,
    /// Who took part, in words.
    pub people: String,
    /// How many, where that is told.
    pub n: Option<u32>,
    /// Where blood was taken.
    pub sampling: Sampling,
    /// The person simulated in their place.
    pub subject: Subject,
    /// What was observed, in the order of the file.
    pub observations: Vec<Observation>,
    /// The text it came from.
    pub source: Source,
}

/// Where blood was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// Plasma from an artery.
    ArterialPlasma,
    /// Plasma from a vein.
    VenousPlasma,
    /// Serum from a vein.
    VenousSerum,
    /// Blood with its cells.
    WholeBlood,
    /// The paper does not say, or it was not seen.
    Unknown,
    /// None: an effect was observed.
    None,
}

impl Sampling {
    pub(crate) const WORDS: [(&str, Self); 6] = [
        ("arterial plasma", Self::ArterialPlasma),
        ("venous plasma", Self::VenousPlasma),
        ("venous serum", Self::VenousSerum),
        ("whole blood", Self::WholeBlood),
        ("unknown", Self::Unknown),
        ("none", Self::None),
    ];

    /// The word of the files.
    #[must_use]
    pub fn word(self) -> &'static str {
        let own = |(_, sampling): &&(&'static str, Self)| *sampling == self;
        Self::WORDS.iter().find(own).map_or("unknown", |(word, _)| word)
    }

    /// Whether blood was taken from a vein, as far as one knows: who punctures an artery says so.
    pub(crate) fn may_be_venous(self) -> bool {
        matches!(self, Self::VenousPlasma | Self::VenousSerum | Self::Unknown)
    }

    /// Whether concentrations are those of plasma, as models have them. Where a paper does not say, plasma is meant.
    #[must_use]
    pub fn is_plasma(self) -> bool {
        !matches!(self, Self::WholeBlood | Self::None)
    }
}

/// The typical person of a paper.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Weight, kg.
    pub weight_kg: f64,
    /// What models may ask for by name (`WT`, `AGE`, ...), and its value.
    pub characteristics: Vec<(String, f64)>,
}

/// One number of a paper and the treatment it belongs to.
#[derive(Clone, Debug)]
pub struct Observation {
    /// What it is, in words.
    pub name: String,
    /// What was measured.
    pub what: Analyte,
    /// Which number of its course.
    pub measure: Measure,
    /// The end of what is looked at, h; absent: of an area never, of a highest or lowest value a day after the last dose.
    pub until_h: Option<f64>,
    /// The number.
    pub value: Quantity,
    /// Standard deviation of people.
    pub sd: Option<Quantity>,
    /// Interval, as the paper has it.
    pub interval: Option<(Quantity, Quantity)>,
    /// What `sd` or `interval` is.
    pub spread: Option<String>,
    /// What people received.
    pub given: Given,
    /// What a ratio compares it with.
    pub against: Option<Given>,
    /// Structures or models that it is compared with; empty: all that can serve the treatment.
    pub tests: Vec<String>,
    /// Models of which a parameter was set by it.
    pub used_for: Vec<String>,
    /// Why no parameter of the reference was set by it.
    pub independent: Option<String>,
    /// Where the number comes from.
    pub origin: Origin,
    /// Where it is written.
    pub span: Span,
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Key of `sources.toml`.
    pub source: String,
    /// How it was come by.
    pub grade: Grade,
    /// Where in the source.
    pub locator: Option<String>,
}

/// A treatment beside other drugs.
#[derive(Clone, Debug)]
pub struct Given {
    /// Drug, route, dose and times.
    pub treatment: Treatment,
    /// Drugs taken beside.
    pub interactions: Vec<Interaction>,
    /// Every factor that the library names, as they together make it.
    pub factors: BTreeMap<String, f64>,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Analyte {
    /// A concentration.
    Moiety(Moiety),
    /// Anything else that models report, by its name there.
    Effect(String),
}

impl Analyte {
    /// The word of the files.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Moiety(moiety) => &moiety.id,
            Self::Effect(name) => name,
        }
    }

    /// Drug or metabolite, where it is a concentration.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        match self {
            Self::Moiety(moiety) => Some(moiety.class),
            Self::Effect(_) => None,
        }
    }
}

/// A number that sums up a course over time. Times count from the first dose, h.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// The highest concentration.
    Cmax,
    /// The time from the last dose before it to the highest concentration.
    Tmax,
    /// Area under the curve.
    Auc,
    /// Concentration or effect at a time.
    Concentration {
        /// When, h.
        at_h: f64,
    },
    /// Half-life of the straight line through the logarithms of a stretch of time.
    HalfLife {
        /// Where it begins, h.
        from_h: f64,
        /// Where it ends, h.
        to_h: f64,
    },
    /// Dose over area under the curve.
    Clearance,
    /// The highest value of an effect.
    Peak,
    /// The lowest value: with repeated doses, within the interval after the last.
    Trough,
    /// The greatest difference from the value before the first dose.
    Change,
    /// Area over dose, divided by the same of the other treatment.
    Bioavailability,
    /// Area, divided by that of the other treatment.
    AucRatio,
    /// Highest value, divided by that of the other treatment.
    CmaxRatio,
    /// Area, divided by that of another moiety, both as mass.
    MetaboliteRatio {
        /// The other.
        over: Moiety,
    },
}

impl Measure {
    /// The word of the files.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Cmax => "cmax",
            Self::Tmax => "tmax",
            Self::Auc => "auc",
            Self::Concentration { .. } => "concentration",
            Self::HalfLife { .. } => "half-life",
            Self::Clearance => "clearance",
            Self::Peak => "peak",
            Self::Trough => "trough",
            Self::Change => "change",
            Self::Bioavailability => "bioavailability",
            Self::AucRatio => "auc-ratio",
            Self::CmaxRatio => "cmax-ratio",
            Self::MetaboliteRatio { .. } => "metabolite-ratio",
        }
    }
}
