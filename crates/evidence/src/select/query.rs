//! The question: outcome, time, people, treatment, control, and how the numbers may be made comparable.

use serde::Serialize;

use crate::tables::Evidence;
use crate::vocabulary::{Measure, Route};
use crate::words::{OutcomeGroup, UnknownWord, Words};

/// When it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Time {
    /// Nearest to a time, within a window, h.
    Near {
        /// The time wanted.
        wanted: f64,
        /// Earliest.
        low: f64,
        /// Latest.
        high: f64,
    },
    /// The last that a study reports, times that vary between people included.
    Last,
}

/// How far from the time that is asked for a measurement may be: from two thirds of it to one and a half times it.
const WINDOW: f64 = 1.5;

impl Time {
    /// A time with the usual window.
    #[must_use]
    pub fn near(wanted: f64) -> Self {
        Self::Near {
            wanted,
            low: wanted / WINDOW,
            high: wanted * WINDOW,
        }
    }

    /// Reads `24h`, `7d`, `4wk`, `6mo`, `last`, and `18h..36h` for a window (its middle on a logarithmic scale is wanted).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "last" {
            return Some(Self::Last);
        }
        if let Some((low, high)) = text.split_once("..") {
            let (low, high) = (hours(low)?, hours(high)?);
            let middle = (low.max(1e-3) * high).sqrt();
            return (low <= high).then_some(Self::Near {
                wanted: middle,
                low,
                high,
            });
        }
        Some(Self::near(hours(text)?))
    }

    /// Whether a time lies in the window.
    pub(crate) fn admits(self, time_h: Option<f64>) -> bool {
        match (self, time_h) {
            (Self::Last, _) => true,
            (Self::Near { low, high, .. }, Some(time)) => (low..=high).contains(&time),
            (Self::Near { .. }, None) => false,
        }
    }

    /// How far a time is from the one that is wanted: smaller is better.
    pub(crate) fn distance(self, time_h: Option<f64>) -> f64 {
        match (self, time_h) {
            (Self::Near { wanted, .. }, Some(time)) => (time - wanted).abs(),
            (Self::Near { .. }, None) => f64::INFINITY,
            // A time that varies between people is the end of what the study followed.
            (Self::Last, None) => f64::NEG_INFINITY,
            (Self::Last, Some(time)) => -time,
        }
    }
}

/// Hours of `24h`, `1.5 d`, `4wk`, `6mo`; a bare number is hours.
fn hours(text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit = match text[end..].trim() {
        "" | "h" => 1.0,
        "min" => 1.0 / 60.0,
        "d" => 24.0,
        "wk" | "w" => 168.0,
        "mo" => 730.0,
        "y" => 8760.0,
        _ => return None,
    };
    let hours = number * unit;
    (hours.is_finite() && hours > 0.0).then_some(hours)
}

/// Hours as a person would say them: `24 h`, `7 d`, `4 wk`.
#[must_use]
pub(crate) fn spoken(hours: f64) -> String {
    let (value, unit) = if hours < 1.0 {
        (hours * 60.0, "min")
    } else if hours <= 72.0 {
        (hours, "h")
    } else if hours <= 504.0 {
        (hours / 24.0, "d")
    } else {
        (hours / 168.0, "wk")
    };
    format!("{} {unit}", (value * 10.0).round() / 10.0)
}

/// What becomes of several treated arms that share a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shared {
    /// The treated arms are joined into one group (as the Cochrane Handbook advises).
    #[default]
    Combine,
    /// The control is divided evenly between them; their contrasts are then joined.
    Split,
    /// Each contrast keeps the whole control; they are joined by generalised least squares with the covariance that the
    /// control they share makes.
    Covariance,
}

/// What becomes of crossover trials.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Crossover {
    /// As if the two periods were two groups of people: intervals are wider than they need be.
    #[default]
    Parallel,
    /// With a correlation between the periods.
    Paired(f64),
    /// Left out.
    Exclude,
}

/// How studies are built, as a question asks.
pub use crate::vocabulary::Design;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// A group of outcomes, or a word of the column `outcome`.
    pub outcome: String,
    /// When.
    pub time: Time,
    /// Conditions or groups of them; none: any.
    pub conditions: Vec<String>,
    /// Drugs or groups of them; none: the first group.
    pub drugs: Vec<String>,
    /// Controls or groups of them; none: the first group; `any`: whatever holds none of the drugs.
    pub controls: Vec<String>,
    /// Routes; none: any.
    pub routes: Vec<Route>,
    /// Designs; none: all with a control that people were randomised to.
    pub designs: Vec<Design>,
    /// What effects are measured in; `None`: RR for events, for scores MD or SMD, whichever more studies allow.
    pub measure: Option<Measure>,
    /// Whether numbers that nobody read on a page count too.
    pub include_memory: bool,
    /// What becomes of several arms with one control.
    pub shared: Shared,
    /// What becomes of crossover trials.
    pub crossover: Crossover,
    /// Correlation of a score with its baseline, to turn final scores into changes.
    pub change_correlation: Option<f64>,
    /// Whether a missing standard deviation is taken from the other studies on the same scale.
    pub impute_sd: bool,
    /// Whether contrasts as published may stand in where arms do not suffice.
    pub published: bool,
    /// Only these studies; none: all.
    pub studies: Vec<String>,
    /// Never these.
    pub without: Vec<LeftOut>,
}

/// A study that a question leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The study.
    pub study: String,
    /// Why, where somebody says so.
    pub reason: Option<String>,
}

impl Query {
    /// A question about an outcome with everything else as usual.
    #[must_use]
    pub fn new(outcome: impl Into<String>, time: Time) -> Self {
        Self {
            outcome: outcome.into(),
            time,
            conditions: Vec::new(),
            drugs: Vec::new(),
            controls: Vec::new(),
            routes: Vec::new(),
            designs: Vec::new(),
            measure: None,
            include_memory: false,
            shared: Shared::default(),
            crossover: Crossover::default(),
            change_correlation: None,
            impute_sd: false,
            published: true,
            studies: Vec::new(),
            without: Vec::new(),
        }
    }
}

/// Why a question cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A word that the tables do not have.
    #[error("no {what} is called `{word}`{}", hint(.near))]
    Unknown {
        /// `outcome`, `condition` ...
        what: &'static str,
        /// It.
        word: String,
        /// The nearest that there is.
        near: Option<String>,
    },
    /// A measure that does not suit the outcome.
    #[error("{0}")]
    Measure(String),
}

fn hint(near: &Option<String>) -> String {
    near.as_ref()
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// The question with every group spelt out.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) outcome: OutcomeGroup,
    pub(crate) time: Time,
    pub(crate) conditions: Vec<String>,
    pub(crate) drugs: Vec<String>,
    /// Every word that is a drug of some group: an arm with one of them is never a control unless it is asked for.
    pub(crate) any_drug: Vec<String>,
    /// `None`: any.
    pub(crate) controls: Option<Vec<String>>,
    pub(crate) routes: Vec<Route>,
    pub(crate) designs: Vec<Design>,
    pub(crate) measure: Option<Measure>,
    pub(crate) include_memory: bool,
    pub(crate) shared: Shared,
    pub(crate) crossover: Crossover,
    pub(crate) change_correlation: Option<f64>,
    pub(crate) impute_sd: bool,
    pub(crate) published: bool,
    pub(crate) studies: Vec<String>,
    pub(crate) without: Vec<LeftOut>,
    pub(crate) question: String,
}

impl Query {
    /// Spells out every group.
    pub(crate) fn resolve(&self, evidence: &Evidence, words: &Words) -> Result<Resolved, QueryError> {
        let unknown = |what| move |UnknownWord { word, near }| QueryError::Unknown { what, word, near };
        let outcome = words.outcome(&self.outcome);
        self.check_outcome(evidence, words, &outcome)?;
        let mut outcome = outcome;
        if words
            .outcomes
            .iter()
            .all(|group| group.name != outcome.name && !group.words.contains(&outcome.name))
        {
            outcome.event = is_event(evidence, &outcome.name);
        }
        self.check_measure(&outcome)?;
        let known = evidence.studies.iter().map(|study| study.condition.as_str());
        let conditions =
            Words::expand(&words.conditions, known, &self.conditions).map_err(unknown("condition"))?;
        let arm_drugs = || evidence.arms.iter().map(|arm| arm.drug.as_str());
        let first = |groups: &[(String, Vec<String>)], asked: &[String]| {
            if asked.is_empty() {
                groups.first().map(|(name, _)| name.clone()).into_iter().collect()
            } else {
                asked.to_vec()
            }
        };
        let asked_drugs = first(&words.drugs, &self.drugs);
        let drugs = Words::expand(&words.drugs, arm_drugs(), &asked_drugs).map_err(unknown("drug"))?;
        let asked_controls = first(&words.controls, &self.controls);
        let controls = if asked_controls.iter().any(|word| word == "any") {
            None
        } else {
            Some(Words::expand(&words.controls, arm_drugs(), &asked_controls).map_err(unknown("control"))?)
        };
        let left_out = self.without.iter().map(|left_out| &left_out.study);
        for study in self.studies.iter().chain(left_out) {
            if evidence.study(study).is_none() {
                let ids = evidence.studies.iter().map(|study| study.study_id.as_str());
                return Err(QueryError::Unknown {
                    what: "study",
                    word: study.clone(),
                    near: euthymia_diagnostics::nearest(study, ids).map(str::to_owned),
                });
            }
        }
        let any_drug = words
            .drugs
            .iter()
            .flat_map(|(_, members)| members.clone())
            .collect();
        let designs = if self.designs.is_empty() {
            vec![Design::Parallel, Design::Crossover, Design::Withdrawal]
        } else {
            self.designs.clone()
        };
        Ok(Resolved {
            question: self.in_words(&outcome, &asked_drugs, &asked_controls),
            outcome,
            time: self.time,
            conditions,
            drugs,
            any_drug,
            controls,
            routes: self.routes.clone(),
            designs,
            measure: self.measure,
            include_memory: self.include_memory,
            shared: self.shared,
            crossover: self.crossover,
            change_correlation: self.change_correlation,
            impute_sd: self.impute_sd,
            published: self.published,
            studies: self.studies.clone(),
            without: self.without.clone(),
        })
    }

    fn check_outcome(
        &self,
        evidence: &Evidence,
        words: &Words,
        outcome: &OutcomeGroup,
    ) -> Result<(), QueryError> {
        let measured = || {
            let rows = evidence.outcomes.iter().map(|row| row.outcome.as_str());
            rows.chain(evidence.comparisons.iter().map(|row| row.outcome.as_str()))
        };
        let group = words.outcomes.iter().any(|group| group.name == outcome.name);
        if group || measured().any(|known| known == self.outcome) {
            return Ok(());
        }
        let names = words.outcomes.iter().map(|group| group.name.as_str());
        Err(QueryError::Unknown {
            what: "outcome",
            word: self.outcome.clone(),
            near: euthymia_diagnostics::nearest(&self.outcome, names.chain(measured())).map(str::to_owned),
        })
    }

    fn check_measure(&self, outcome: &OutcomeGroup) -> Result<(), QueryError> {
        let Some(measure) = self.measure else {
            return Ok(());
        };
        let of_events = matches!(
            measure,
            Measure::RiskRatio | Measure::OddsRatio | Measure::RiskDifference | Measure::HazardRatio
        );
        let of_scores = matches!(
            measure,
            Measure::MeanDifference | Measure::StandardisedMeanDifference
        );
        if outcome.event && !of_events {
            return Err(QueryError::Measure(format!(
                "`{}` counts people with an event: measure it by RR, OR, RD or HR, not {}",
                outcome.name,
                measure.word()
            )));
        }
        if !outcome.event && !of_scores {
            return Err(QueryError::Measure(format!(
                "`{}` is a score: measure it by MD or SMD, not {}",
                outcome.name,
                measure.word()
            )));
        }
        Ok(())
    }

    /// The question in one line.
    fn in_words(&self, outcome: &OutcomeGroup, drugs: &[String], controls: &[String]) -> String {
        let when = match self.time {
            Time::Near { wanted, .. } => format!("at {}", spoken(wanted)),
            Time::Last => "at the last time each study reports".to_owned(),
        };
        let whom = if self.conditions.is_empty() {
            "any condition".to_owned()
        } else {
            self.conditions.join(", ")
        };
        let mut line = format!(
            "{} {when}: {} against {} in {whom}",
            outcome.label,
            drugs.join(", "),
            controls.join(", ")
        );
        if !self.routes.is_empty() {
            let routes: Vec<&str> = self.routes.iter().map(|route| route.label()).collect();
            line.push_str(&format!(", {}", routes.join(" or ")));
        }
        line
    }
}

/// Whether a word that no group holds counts people: its rows tell.
fn is_event(evidence: &Evidence, word: &str) -> bool {
    use crate::vocabulary::Statistic;
    let rows = evidence.outcomes.iter().filter(|row| row.outcome == word);
    let counted = rows
        .clone()
        .filter(|row| matches!(row.statistic, Statistic::Events | Statistic::Proportion))
        .count();
    if rows.clone().count() > 0 {
        return 2 * counted >= rows.count();
    }
    let of = evidence.comparisons.iter().filter(|row| row.outcome == word);
    of.into_iter().any(|row| {
        matches!(
            row.measure,
            Measure::RiskRatio | Measure::OddsRatio | Measure::RiskDifference | Measure::HazardRatio
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_write_them() {
        assert_eq!(Time::parse("24h"), Some(Time::near(24.0)));
        assert_eq!(Time::parse("1 d"), Some(Time::near(24.0)));
        assert_eq!(Time::parse("4wk"), Some(Time::near(672.0)));
        assert_eq!(Time::parse("last"), Some(Time::Last));
        assert_eq!(
            Time::parse("16h..36h"),
            Some(Time::Near {
                wanted: 24.0,
                low: 16.0,
                high: 36.0
            })
        );
        for wrong in ["", "h", "24 parsecs", "-3h", "36h..16h", "0h"] {
            assert_eq!(Time::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_window_is_from_two_thirds_to_one_and_a_half() {
        let day = Time::near(24.0);
        for (time, admitted) in [(16.0, true), (15.9, false), (36.0, true), (40.0, false)] {
            assert_eq!(day.admits(Some(time)), admitted, "{time}");
        }
        assert!(!day.admits(None) && Time::Last.admits(None));
    }
}
