//! How sure a result is, and why.

use serde::Serialize;

/// How sure a result is: which trials inform it, and where it goes beyond them.
#[derive(Clone, Debug, Serialize)]
pub struct Certainty {
    /// All of it, as a paragraph.
    pub paragraph: String,
    /// Draws of the posterior behind the response model; absent where it was not fitted.
    pub posterior_draws: Option<u32>,
    /// Trials that were fitted to and gave one of the drugs by its route, in this condition, as the evidence tables call
    /// them.
    pub trials: Vec<String>,
    /// What lies outside of the trials that were fitted to; nothing is known of it where the response model was not fitted.
    pub extrapolated: Vec<Extrapolation>,
}

/// Where a course goes beyond the trials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extrapolation {
    /// What goes beyond.
    pub what: Beyond,
    /// In a sentence.
    pub sentence: String,
}

/// What can go beyond the trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beyond {
    /// No trial was in people with this condition.
    Condition,
    /// No trial gave this drug by this route.
    Route,
    /// None gave such a dose.
    Dose,
    /// None gave so many doses.
    Doses,
    /// None followed people for so long.
    Horizon,
    /// None had psychotherapy.
    Psychotherapy,
    /// None started an antidepressant with the treatment.
    NewAntidepressant,
}
