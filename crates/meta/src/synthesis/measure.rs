//! What a measure is called in words, and how what is pooled becomes what is read.

use crate::effect::{self, Family, Scale};

/// A measure of effect with what its way back needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// Which.
    pub kind: effect::Measure,
    /// People (or person-time) that double transformations are read with: the harmonic mean of the studies.
    pub people: Option<f64>,
}

impl From<effect::Measure> for Measure {
    fn from(kind: effect::Measure) -> Self {
        Self { kind, people: None }
    }
}

impl Measure {
    /// Its name in the data, as `RR`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Whether it is read on the scale that is pooled because the people are not known that the way back needs.
    #[must_use]
    pub fn is_without_way_back(&self) -> bool {
        self.people.is_none() && matches!(self.scale(), Scale::DoubleArcsine | Scale::DoubleRoot)
    }

    /// Its name in words, on the scale that is read: `risk ratio`.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self.name() {
            "PFT" if self.is_without_way_back() => "double arcsine of the proportion",
            "IRFT" if self.is_without_way_back() => "double root of the rate",
            "RR" => "risk ratio",
            "OR" => "odds ratio",
            "PETO" => "Peto odds ratio",
            "D2OR" | "D2ORN" | "D2ORL" => "odds ratio from means",
            "HR" => "hazard ratio",
            "IRR" => "rate ratio",
            "ROM" | "ROMC" => "ratio of means",
            "VR" | "VRC" => "ratio of standard deviations",
            "CVR" | "CVRC" => "ratio of coefficients of variation",
            "RD" => "risk difference",
            "AS" => "difference of arcsines",
            "IRD" => "rate difference",
            "IRSD" => "difference of root rates",
            "MD" => "mean difference",
            "MC" => "mean change",
            "SMD" | "SMDH" | "SMD1" | "SMD1H" => "standardised mean difference",
            "SMCC" | "SMCR" | "SMCRH" | "SMCRP" | "SMCRPH" => "standardised mean change",
            "OR2D" | "OR2DN" | "OR2DL" | "PBIT" => "standardised difference of proportions",
            "SDLN" => "standard deviation",
            "CVLN" => "coefficient of variation",
            "SMN" => "standardised mean",
            "GEN" => "effect",
            _ => match self.kind.family() {
                Family::Proportion => "proportion",
                Family::Rate => "rate",
                Family::Mean => "mean",
                Family::Correlation => "correlation",
                _ => self.kind.label(),
            },
        }
    }

    /// With the people of the studies, where all are known.
    #[must_use]
    pub fn of_people(mut self, people: &[Option<f64>]) -> Self {
        let known: Option<Vec<f64>> = people.iter().copied().collect();
        if let Some(known) = known.filter(|known| !known.is_empty()) {
            let inverse: f64 = known.iter().map(|n| 1.0 / n).sum();
            self.people = Some(known.len() as f64 / inverse);
        }
        self
    }

    /// Whether equal distances on its axis are equal ratios.
    #[must_use]
    pub fn is_ratio(&self) -> bool {
        self.kind.scale().is_ratio()
    }

    /// The value, on the scale that is pooled, at which nothing is different; proportions, rates and means have none.
    #[must_use]
    pub fn null(&self) -> Option<f64> {
        let one_group = matches!(
            self.kind.family(),
            Family::Proportion | Family::Rate | Family::Mean
        );
        (!one_group).then_some(0.0)
    }

    /// A number on the scale that is pooled, as it is read; as it is where it stands for nothing there.
    #[must_use]
    pub fn shown(&self, x: f64) -> f64 {
        self.shown_for(x, self.people)
    }

    /// The same for a study of so many people.
    #[must_use]
    pub fn shown_for(&self, x: f64, people: Option<f64>) -> f64 {
        if self.is_without_way_back() {
            // One axis has one scale.
            return x;
        }
        self.scale().back(x, people.or(self.people)).unwrap_or(x)
    }

    fn scale(&self) -> Scale {
        self.kind.scale()
    }

    /// Where nothing is different, as it is read.
    #[must_use]
    pub fn shown_null(&self) -> Option<f64> {
        self.null().map(|null| self.shown(null))
    }
}
