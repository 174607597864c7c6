//! Study by study: its contrast, or why it has none.

use nalgebra::DMatrix;

use crate::arm::Arm;
use crate::label;
use crate::outcome::OutcomeRow;
use crate::study::Study;
use crate::tables::Evidence;
use crate::vocabulary::{Design, Measure, Statistic, TimeBasis, Verified};
use crate::words::Words;

use super::arms::{self, Arms, Found, joined};
use super::contrast::Contrast;
use super::convert::SCORES;
use super::query::{Crossover, Resolved, Shared, Time, spoken};
use super::{Excluded, Included, Selection, Source, overlap};

/// Selects with the measure and the instrument that most studies allow, where the question leaves them open.
pub(super) fn select(evidence: &Evidence, words: &Words, query: &Resolved) -> Selection {
    let mut best: Option<Selection> = None;
    for (measure, word) in choices(query) {
        let found = with(evidence, words, query, measure, word.as_deref());
        let more = |best: &Selection| found.included.len() > best.included.len();
        if best.as_ref().is_none_or(more) {
            best = Some(found);
        }
    }
    best.unwrap_or_else(|| with(evidence, words, query, Measure::RiskRatio, None))
}

/// Measures and instruments to try, the preferred ones first.
fn choices(query: &Resolved) -> Vec<(Measure, Option<String>)> {
    if query.outcome.event {
        return vec![(query.measure.unwrap_or(Measure::RiskRatio), None)];
    }
    let within = query.outcome.words.iter();
    let mut choices: Vec<(Measure, Option<String>)> = Vec::new();
    if query.measure != Some(Measure::StandardisedMeanDifference) {
        choices.extend(within.map(|word| (Measure::MeanDifference, Some(word.clone()))));
    }
    if query.measure != Some(Measure::MeanDifference) {
        choices.push((Measure::StandardisedMeanDifference, None));
    }
    choices
}

/// Everything a study is asked with.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) query: &'a Resolved,
    pub(super) measure: Measure,
    pub(super) word: Option<&'a str>,
}

fn with(
    evidence: &Evidence,
    words: &Words,
    query: &Resolved,
    measure: Measure,
    word: Option<&str>,
) -> Selection {
    let asked = Asked {
        evidence,
        query,
        measure,
        word,
    };
    let (mut included, mut excluded) = (Vec::new(), Vec::new());
    for study in &evidence.studies {
        let (reason, may_be_asked) = match arms::find(evidence, study, query) {
            Found::Elsewhere => continue,
            Found::No(reason, may_be_asked) => (reason, may_be_asked),
            Found::Arms(_) if study.verified != Verified::Yes && !query.include_memory => {
                ("known from memory only (`--include-memory`)".to_owned(), true)
            }
            Found::Arms(of_study) => match asked.study(study, &of_study) {
                Ok(found) => {
                    included.push(found);
                    continue;
                }
                Err(no) => (no.reason, no.may_be_asked),
            },
        };
        excluded.push(Excluded {
            study_id: study.study_id.clone(),
            label: label::study(&study.study_id),
            reason,
            source_url: study.source_url.clone(),
            may_be_asked,
        });
    }
    overlap::once(evidence, &mut included, &mut excluded);
    let mut warnings: Vec<String> = included
        .iter()
        .flat_map(|study: &Included| study.suspicions.clone())
        .collect();
    warnings.extend(overlap::shared_registrations(evidence, &included));
    warnings.extend(mixed_scores(measure, &included));
    let instrument = match measure {
        Measure::MeanDifference => word.map(|word| words.scale_label(word)),
        _ => None,
    };
    Selection {
        question: query.question.clone(),
        rules: rules(query, measure, word, words),
        outcome: query.outcome.clone(),
        measure,
        instrument,
        included,
        excluded,
        warnings,
        wider: Vec::new(),
    }
}

/// What was followed, for whoever reads the result.
fn rules(query: &Resolved, measure: Measure, word: Option<&str>, words: &Words) -> Vec<String> {
    let mut rules = Vec::new();
    rules.push(match query.time {
        Time::Near { wanted, low, high } => format!(
            "of each study the measurement nearest to {}, from {} to {} after the first dose",
            spoken(wanted),
            spoken(low),
            spoken(high)
        ),
        Time::Last => "of each study the last measurement that the tables hold".to_owned(),
    });
    match (measure, word) {
        (Measure::MeanDifference, Some(word)) => {
            rules.push(format!("points of one instrument, {}", words.scale_label(word)));
        }
        (Measure::StandardisedMeanDifference, _) => {
            rules
                .push("instruments are put on one scale by their standard deviations (Hedges' g)".to_owned());
        }
        _ => {}
    }
    rules.push(
        match query.shared {
            Shared::Combine => "treated arms of one study are joined to one group",
            Shared::Split => "a control shared by several arms is divided evenly between them",
            Shared::Covariance => "arms that share a control are joined with the covariance that it makes",
        }
        .to_owned(),
    );
    rules.push(match query.crossover {
        Crossover::Parallel => {
            "crossover trials: the published contrast within people where there is one, else the two \
                                periods as if they were two groups (wider than need be)"
                .to_owned()
        }
        Crossover::Paired(r) => {
            format!("crossover trials: paired, with a correlation of {r} between the periods ASSUMED")
        }
        Crossover::Exclude => "crossover trials are left out".to_owned(),
    });
    if query.include_memory {
        rules.push("numbers from memory count too, as asked".to_owned());
    }
    if query.impute_sd {
        rules.push("missing standard deviations are imputed from other studies, as asked".to_owned());
    }
    rules
}

/// Standardised differences of changes and of final scores are not of the same thing.
fn mixed_scores(measure: Measure, included: &[Included]) -> Option<String> {
    if measure != Measure::StandardisedMeanDifference {
        return None;
    }
    let of_changes = included.iter().filter(|study| study.of_changes).count();
    (of_changes > 0 && of_changes < included.len()).then(|| {
        format!(
            "{of_changes} of {} standardised differences are of changes, the others of final scores or as published: their \
             standard deviations differ in kind",
            included.len()
        )
    })
}

/// Why a study has no contrast.
#[derive(Clone, Debug)]
pub(super) struct No {
    pub(super) reason: String,
    pub(super) may_be_asked: bool,
}

impl No {
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            may_be_asked: false,
        }
    }

    /// Asking otherwise would help.
    pub(super) fn unless_asked(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            may_be_asked: true,
        }
    }
}

impl From<String> for No {
    fn from(reason: String) -> Self {
        Self::because(reason)
    }
}

/// What was gathered of a study.
pub(super) struct Gathered {
    pub(super) contrasts: Vec<Contrast>,
    pub(super) covariance: DMatrix<f64>,
    pub(super) missing: Vec<(String, String)>,
    pub(super) yi: f64,
    pub(super) vi: f64,
    pub(super) n: Option<f64>,
    pub(super) outcome: String,
    pub(super) time_h: Option<f64>,
    /// Whether its scores are changes.
    pub(super) of_changes: bool,
    pub(super) conversions: Vec<String>,
    pub(super) cautions: Vec<String>,
    /// Those of the cautions that say a number may be another than it is called.
    pub(super) suspicions: Vec<String>,
    pub(super) sources: Vec<Source>,
    pub(super) memory: bool,
}

impl<'a> Asked<'a> {
    fn study(&self, study: &Study, of_study: &Arms<'_>) -> Result<Included, No> {
        let crossover = study.design == Design::Crossover;
        if crossover && self.query.crossover == Crossover::Exclude {
            return Err(No::unless_asked("a crossover trial, left out as asked"));
        }
        let by_arms = || self.by_arms(study, of_study);
        let by_paper = || {
            if self.query.published {
                self.by_paper(study, of_study)
            } else {
                Err(None)
            }
        };
        // Within people the published contrast knows what the arms do not: how the periods go together.
        let gathered = if crossover {
            by_paper().or_else(|paper| by_arms().map_err(|arms| arms.or(paper)))
        } else {
            by_arms().or_else(|arms| by_paper().map_err(|paper| paper.or(arms)))
        };
        let gathered = gathered.map_err(|why| self.no(study, of_study, why))?;
        let of_control = joined(
            &of_study
                .control
                .iter()
                .map(|arm| arm.drug.as_str())
                .collect::<Vec<_>>(),
        );
        let treated: Vec<&Arm> = of_study
            .treated
            .iter()
            .copied()
            .filter(|arm| {
                gathered
                    .contrasts
                    .iter()
                    .any(|one| one.treated.contains(&arm.arm_id))
            })
            .collect();
        let shown: Vec<String> = treated.iter().map(|arm| label::treatment(arm)).collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        Ok(Included {
            study_id: study.study_id.clone(),
            label: label::study(&study.study_id),
            arms: format!("{} against {of_control}", joined(&shown)),
            time_h: gathered.time_h,
            outcome: gathered.outcome,
            yi: gathered.yi,
            vi: gathered.vi,
            n: gathered.n,
            contrasts: gathered.contrasts,
            covariance: gathered.covariance,
            missing: gathered.missing,
            of_changes: gathered.of_changes,
            conversions: gathered.conversions,
            cautions: gathered.cautions,
            suspicions: gathered.suspicions,
            sources: gathered.sources,
            memory: gathered.memory,
            layer: self.evidence.layered.contains(&study.study_id),
        })
    }

    /// Whether a row may be used for this question, apart from its time.
    pub(super) fn is_wanted(&self, row: &OutcomeRow) -> bool {
        let word = match self.word {
            Some(word) => row.outcome == word,
            None => self.query.outcome.words.contains(&row.outcome),
        };
        let statistic = if self.query.outcome.event {
            matches!(row.statistic, Statistic::Events | Statistic::Proportion)
        } else {
            SCORES.iter().any(|(known, _)| *known == row.statistic)
        };
        let clock = match self.query.time {
            Time::Near { .. } => row.time_basis == TimeBasis::AfterFirstDose,
            Time::Last => true,
        };
        word && statistic && clock && row.time_h.is_none_or(|time| time > 0.0)
    }

    pub(super) fn rows(&self, arm: &Arm) -> Vec<&'a OutcomeRow> {
        self.evidence
            .outcomes
            .iter()
            .filter(|row| row.study_id == arm.study_id && row.arm_id == arm.arm_id)
            .filter(|row| {
                self.is_wanted(row)
                    && self.query.time.admits(row.time_h)
                    && super::usable(row.verified, self.query)
            })
            .collect()
    }
}

pub(super) fn joined_names(names: &[String]) -> String {
    joined(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

pub(super) fn once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
