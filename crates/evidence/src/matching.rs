//! Which arms received a regimen.

use crate::arm::{Arm, Dose};
use crate::schedule::Schedule;
use crate::study::Study;
use crate::tables::Evidence;
use crate::vocabulary::{Route, Verified};

/// A regimen, described as the tables describe arms.
#[derive(Clone, Debug, PartialEq)]
pub struct Regimen {
    /// The drug, as the library calls it.
    pub drug: String,
    /// The route. `None` matches every route (a control).
    pub route: Option<Route>,
    /// The dose; a range where it is titrated. `None` matches every dose (a control).
    pub dose: Option<Dose>,
    /// One dose, or so many each week.
    pub schedule: Schedule,
    /// Conditions of comparably ill people, as the tables name them.
    pub conditions: Vec<String>,
}

/// An arm that received a regimen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match<'e> {
    /// The study.
    pub study: &'e Study,
    /// Its arm.
    pub arm: &'e Arm,
    /// Until when the arm and the regimen are alike, h after the first dose: the end of the shorter of two courses of
    /// different length; the second dose, where the arm had one only. `None` where they never part.
    pub until_h: Option<f64>,
}

/// Doses are the same within this part of each other.
const DOSE_TOLERANCE: f64 = 0.02;
const HOURS_PER_WEEK: f64 = 168.0;

impl Evidence {
    /// Arms that received the regimen, in the order of the table: drug and route the same, dose within 2 % (both ends,
    /// where it is titrated), as many doses each week (a single one matches until the second), people comparably ill. Arms that nobody read on a page
    /// and arms whose people are already counted in another are left out.
    #[must_use]
    pub fn matching(&self, regimen: &Regimen) -> Vec<Match<'_>> {
        self.arms
            .iter()
            .filter_map(|arm| self.match_arm(arm, regimen))
            .collect()
    }

    fn match_arm<'e>(&'e self, arm: &'e Arm, regimen: &Regimen) -> Option<Match<'e>> {
        let study = self.study(&arm.study_id)?;
        let verified = arm.verified == Verified::Yes && study.verified == Verified::Yes;
        let from_memory = arm
            .memory_fields
            .iter()
            .any(|field| field == "dose" || field == "schedule");
        let alike = verified
            && !from_memory
            && !arm.is_subset()
            && arm.drug == regimen.drug
            && regimen.route.is_none_or(|route| arm.route == Some(route))
            && regimen
                .dose
                .is_none_or(|dose| arm.dose.is_some_and(|other| same_dose(dose, other)))
            && regimen.conditions.contains(&study.condition);
        if !alike {
            return None;
        }
        let until_h = same_schedule(regimen.schedule, arm.schedule)?;
        Some(Match { study, arm, until_h })
    }
}

fn same_dose(a: Dose, b: Dose) -> bool {
    let near = |x: f64, y: f64| (x - y).abs() <= DOSE_TOLERANCE * x.max(y);
    a.unit == b.unit && near(a.minimum, b.minimum) && near(a.maximum, b.maximum)
}

/// `None` where they differ from the start; else until when they are alike.
fn same_schedule(a: Schedule, b: Schedule) -> Option<Option<f64>> {
    match (a, b) {
        (Schedule::Single, Schedule::Single) => Some(None),
        // Before its second dose a repeated course is a single one. Not the other way round: many an arm of repeated
        // doses is an extension for people who had a single one before.
        (Schedule::Weekly { per_week, .. }, Schedule::Single) if per_week > 0.0 => {
            Some(Some(HOURS_PER_WEEK / per_week))
        }
        (
            Schedule::Weekly {
                per_week: a,
                weeks: ends,
            },
            Schedule::Weekly {
                per_week: b,
                weeks: other_ends,
            },
        ) => {
            if (a - b).abs() > DOSE_TOLERANCE * a.max(b) {
                return None;
            }
            let until = match (ends, other_ends) {
                (Some(weeks), Some(other)) if weeks == other => None,
                (Some(weeks), Some(other)) => Some(weeks.min(other)),
                (weeks, other) => weeks.or(other),
            };
            Some(until.map(|weeks| HOURS_PER_WEEK * weeks))
        }
        _ => None,
    }
}
