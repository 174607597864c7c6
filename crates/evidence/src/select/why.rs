//! Why a study of the right people and treatment is not pooled.

use crate::arm::Arm;
use crate::outcome::OutcomeRow;
use crate::study::Study;

use super::arms::{Arms, joined};
use super::query::spoken;
use super::study::{Asked, No};

impl Asked<'_> {
    /// Why a study has no contrast, as exactly as the tables tell.
    pub(super) fn no(&self, study: &Study, of_study: &Arms<'_>, why: Option<No>) -> No {
        let remembered = {
            let mut query = self.query.clone();
            query.include_memory = true;
            let asked = Asked {
                query: &query,
                ..*self
            };
            !self.query.include_memory
                && (asked.by_arms(study, of_study).is_ok()
                    || self.query.published && asked.by_paper(study, of_study).is_ok())
        };
        if remembered {
            return No::unless_asked("the number is known from memory only (`--include-memory`)");
        }
        if let Some(no) = why {
            return no;
        }
        let arms: Vec<&Arm> = of_study
            .treated
            .iter()
            .chain(&of_study.control)
            .copied()
            .collect();
        let of_arms = |row: &&OutcomeRow| {
            row.study_id == study.study_id && arms.iter().any(|arm| arm.arm_id == row.arm_id)
        };
        let wanted: Vec<&OutcomeRow> = self
            .evidence
            .outcomes
            .iter()
            .filter(of_arms)
            .filter(|row| self.is_wanted(row))
            .collect();
        let contrasts =
            self.evidence.comparisons.iter().filter(|row| {
                row.study_id == study.study_id && self.query.outcome.words.contains(&row.outcome)
            });
        let mut times: Vec<f64> = wanted
            .iter()
            .map(|row| row.time_h)
            .chain(contrasts.clone().map(|row| row.time_h))
            .flatten()
            .collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let in_window = wanted.iter().any(|row| self.query.time.admits(row.time_h));
        if let Some(word) = self.word {
            let group = |row: &&OutcomeRow| self.query.outcome.words.contains(&row.outcome);
            let others: Vec<&str> = self
                .evidence
                .outcomes
                .iter()
                .filter(of_arms)
                .filter(group)
                .map(|row| row.outcome.as_str())
                .chain(contrasts.map(|row| row.outcome.as_str()))
                .collect();
            if !others.is_empty() && !others.contains(&word) {
                return No::unless_asked(format!(
                    "measured by {}, not by {word} (`--measure SMD` pools across scales)",
                    joined(&others)
                ));
            }
        }
        if in_window {
            return No::because("one side alone was reported: there is nothing to compare");
        }
        if times.is_empty() {
            return No::because(format!("the tables hold no {} of it", self.query.outcome.label));
        }
        let shown: Vec<String> = times.iter().map(|time| spoken(*time)).collect();
        No::unless_asked(format!(
            "measured at {}",
            joined(&shown.iter().map(String::as_str).collect::<Vec<_>>())
        ))
    }
}
