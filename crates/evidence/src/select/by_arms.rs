//! A study's contrast, computed from what its arms measured.

use nalgebra::DMatrix;

use crate::arm::Arm;
use crate::outcome::OutcomeRow;
use crate::study::Study;
use crate::vocabulary::{Design, Measure, Statistic, Verified};

use super::arms::{Arms, joined};
use super::contrast::{self, Contrast, Numbers};
use super::convert::{self, SCORES, rounded};
use super::group::Group;
use super::query::{Crossover, Shared};
use super::study::{Asked, Gathered, No, joined_names, once};
use super::{Source, suspect};

/// Baselines that differ by more than this part of their standard deviation are told.
const UNLIKE: f64 = 0.4;

impl Asked<'_> {
    /// The contrast computed from the arms.
    ///
    /// `Err(None)` where they measured nothing that is wanted.
    pub(super) fn by_arms(&self, study: &Study, of_study: &Arms<'_>) -> Result<Gathered, Option<No>> {
        let all_rows = |arms: &[&Arm]| arms.iter().flat_map(|arm| self.rows(arm)).collect::<Vec<_>>();
        let (treated, control) = (all_rows(&of_study.treated), all_rows(&of_study.control));
        // What both sides have: word, statistic, time.
        let mut keys: Vec<(usize, usize, Option<f64>, &OutcomeRow)> = Vec::new();
        for row in &treated {
            let alike = |other: &&&OutcomeRow| self.alike(row, other);
            let (Some(word), Some(_)) = (self.word_rank(row), control.iter().find(alike)) else {
                continue;
            };
            if !keys.iter().any(|(.., known)| self.alike(known, row)) {
                keys.push((word, self.statistic_rank(row), row.time_h, row));
            }
        }
        keys.sort_by(|a, b| {
            let distance = |key: &(usize, usize, Option<f64>, &OutcomeRow)| self.query.time.distance(key.2);
            a.0.cmp(&b.0)
                .then(distance(a).total_cmp(&distance(b)))
                .then(a.1.cmp(&b.1))
        });
        let mut why = None;
        for (.., key) in keys {
            match self.of_key(study, of_study, key) {
                Ok(gathered) => return Ok(gathered),
                Err(no) => why = why.or(Some(no)),
            }
        }
        Err(why)
    }

    fn word_rank(&self, row: &OutcomeRow) -> Option<usize> {
        self.query
            .outcome
            .words
            .iter()
            .position(|word| *word == row.outcome)
    }

    fn statistic_rank(&self, row: &OutcomeRow) -> usize {
        let rank = SCORES.iter().position(|(known, _)| *known == row.statistic);
        rank.unwrap_or(usize::from(row.statistic == Statistic::Proportion))
    }

    /// Whether two rows report the same thing at the same time.
    fn alike(&self, one: &OutcomeRow, other: &OutcomeRow) -> bool {
        one.outcome == other.outcome
            && one.time_h == other.time_h
            && one.time_basis == other.time_basis
            && (self.query.outcome.event || one.statistic == other.statistic)
    }

    fn of_key(&self, study: &Study, of_study: &Arms<'_>, key: &OutcomeRow) -> Result<Gathered, No> {
        let mut conversions = Vec::new();
        let mut cautions: Vec<String> = Vec::new();
        let mut sources = Vec::new();
        let mut memory = false;
        let mut missing = Vec::new();
        let mut suspicions: Vec<String> = Vec::new();
        let from_baseline = self.change_from_baseline(key, of_study, &mut conversions);
        let mut groups = |arms: &[&Arm]| -> Result<Vec<(String, Group)>, No> {
            let mut groups = Vec::new();
            for arm in arms {
                let mut rows: Vec<&OutcomeRow> = self
                    .rows(arm)
                    .into_iter()
                    .filter(|row| self.alike(row, key))
                    .collect();
                rows.sort_by_key(|row| self.statistic_rank(row));
                let Some(row) = rows.first() else {
                    missing.push(arm.arm_id.clone());
                    continue;
                };
                let group = self.group(row, arm, from_baseline, &mut conversions)?;
                groups.push((arm.arm_id.clone(), group));
                if !self.query.outcome.event {
                    suspicions.extend(suspect::dispersion(self.evidence, row, arm, self.query));
                }
                cautions.extend(row.note.iter().map(|note| format!("{}: {note}", arm.arm_id)));
                let before =
                    from_baseline.and_then(|_| convert::baseline(self.evidence, row, arm, self.query));
                memory |= row.verified != Verified::Yes
                    || arm.verified != Verified::Yes
                    || before.is_some_and(|before| before.verified != Verified::Yes);
                let source = Source {
                    url: row.source_url.clone(),
                    locator: row.source_locator.clone(),
                };
                if !sources.contains(&source) {
                    sources.push(source);
                }
            }
            Ok(groups)
        };
        let treated = groups(&of_study.treated)?;
        let control = groups(&of_study.control)?;
        if !missing.is_empty() {
            conversions.push(format!(
                "without arm {}, of which the tables hold no such number then",
                joined(&missing.iter().map(String::as_str).collect::<Vec<_>>())
            ));
        }
        if study.design == Design::Crossover && self.query.crossover == Crossover::Parallel {
            conversions.push("a crossover trial taken as two groups of people".to_owned());
        }
        if key.outcome.ends_with("-locf") || key.statistic == Statistic::ChangeCarriedForward {
            conversions.push("last observation carried forward".to_owned());
        }
        if key.statistic == Statistic::Mean && from_baseline.is_none() {
            cautions.extend(self.unlike_baselines(key, of_study));
        }
        let (contrasts, covariance, yi, vi) = self.contrasts(study, &treated, &control, &mut conversions)?;
        let both = treated.iter().chain(&control);
        let n = if study.design == Design::Crossover {
            // The same people twice.
            both.map(|(_, group)| group.people()).reduce(f64::max)
        } else {
            Some(both.map(|(_, group)| group.people()).sum())
        };
        cautions.extend(suspicions.iter().cloned());
        Ok(Gathered {
            contrasts,
            covariance,
            missing: missing
                .into_iter()
                .map(|arm| (arm, "the tables hold no such number of it then".to_owned()))
                .collect(),
            yi,
            vi,
            n,
            outcome: key.outcome.clone(),
            time_h: key.time_h,
            of_changes: !self.query.outcome.event
                && (key.statistic != Statistic::Mean || from_baseline.is_some()),
            conversions,
            cautions: once(cautions),
            suspicions: once(suspicions),
            sources,
            memory,
        })
    }

    fn group(
        &self,
        row: &OutcomeRow,
        arm: &Arm,
        from_baseline: Option<f64>,
        told: &mut Vec<String>,
    ) -> Result<Group, No> {
        if self.query.outcome.event {
            let (events, n) = convert::events(row, arm, told)?;
            Ok(Group::Events { events, n })
        } else {
            convert::score(self.evidence, row, arm, self.query, from_baseline, told).map(Group::Score)
        }
    }

    /// The correlation to turn final scores into changes with, where that is asked and can be done in every arm: a change
    /// in one and a final score in another have no difference.
    fn change_from_baseline(
        &self,
        key: &OutcomeRow,
        of_study: &Arms<'_>,
        told: &mut Vec<String>,
    ) -> Option<f64> {
        let r = self
            .query
            .change_correlation
            .filter(|_| !self.query.outcome.event && key.statistic == Statistic::Mean)?;
        let both = of_study.treated.iter().chain(&of_study.control);
        let without: Vec<&str> = both
            .filter(|arm| self.rows(arm).iter().any(|row| self.alike(row, key)))
            .filter(|arm| convert::baseline(self.evidence, key, arm, self.query).is_none())
            .map(|arm| arm.arm_id.as_str())
            .collect();
        if without.is_empty() {
            return Some(r);
        }
        told.push(format!(
            "final scores, no changes: the tables hold no baseline of arm {}",
            joined(&without)
        ));
        None
    }

    /// The contrasts of treated arms with the controls, their covariances, and their joint effect.
    fn contrasts(
        &self,
        study: &Study,
        treated: &[(String, Group)],
        control: &[(String, Group)],
        told: &mut Vec<String>,
    ) -> Result<(Vec<Contrast>, DMatrix<f64>, f64, f64), String> {
        let names =
            |groups: &[(String, Group)]| groups.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let whole = Group::joined(control).ok_or("no control with a number")?;
        if control.len() > 1 {
            told.push(format!("controls {} joined", joined_names(&names(control))));
        }
        let one = |arms: Vec<String>, group: &Group, control_group: &Group, told: &mut Vec<String>| {
            let numbers = Numbers::of(group, control_group);
            let effect = numbers.effect(self.measure).map_err(|error| error.to_string())?;
            let Some((yi, vi)) = effect else {
                return Err(no_effect(numbers, self.measure));
            };
            let ratio = contrast::of_meta(self.measure).is_some_and(|measure| measure.scale().is_ratio());
            if numbers.has_empty_cell() && (ratio || self.measure == Measure::RiskDifference) {
                told.push(
                    "a group without event (or without anybody else): 1/2 added to each cell".to_owned(),
                );
            }
            let vi = match numbers.shares(self.measure) {
                Some(shares) if study.design == Design::Crossover => {
                    contrast::paired_variance(vi, shares, self.query.crossover)?
                }
                _ => vi,
            };
            Ok(Contrast {
                treated: arms,
                control: names(control),
                numbers,
                yi,
                vi,
            })
        };
        if treated.len() == 1 || self.query.shared == Shared::Combine {
            let group = Group::joined(treated).ok_or("no treated arm with a number")?;
            if treated.len() > 1 {
                told.push(format!(
                    "arms {} joined to one group",
                    joined_names(&names(treated))
                ));
            }
            let found = one(names(treated), &group, &whole, told)?;
            let (yi, vi) = (found.yi, found.vi);
            return Ok((vec![found], DMatrix::from_element(1, 1, vi), yi, vi));
        }
        let parts = treated.len() as f64;
        let divided = match self.query.shared {
            Shared::Split => {
                told.push(format!(
                    "the control divided by {} and the contrasts joined",
                    treated.len()
                ));
                whole.divided(parts)
            }
            _ => {
                told.push(format!(
                    "{} contrasts joined with the covariance of the control they share",
                    treated.len()
                ));
                whole
            }
        };
        let contrasts: Vec<Contrast> = treated
            .iter()
            .map(|(name, group)| one(vec![name.clone()], group, &divided, told))
            .collect::<Result<_, _>>()?;
        let k = contrasts.len();
        let shared = |i: usize, j: usize| {
            let share = |at: usize| {
                contrasts[at]
                    .numbers
                    .shares(self.measure)
                    .map_or(0.0, |(_, control)| control)
            };
            let mut covariance = (share(i) * share(j)).sqrt();
            if self.measure == Measure::StandardisedMeanDifference {
                // Gleser and Olkin 2009: the effects also share the standard deviation they are divided by.
                let people: f64 =
                    whole.people() + treated.iter().map(|(_, group)| group.people()).sum::<f64>();
                covariance += contrasts[i].yi * contrasts[j].yi / (2.0 * people);
            }
            covariance
        };
        let covariance = DMatrix::from_fn(k, k, |i, j| match (i == j, self.query.shared) {
            (true, _) => contrasts[i].vi,
            (false, Shared::Covariance) => shared(i, j),
            (false, _) => 0.0,
        });
        let effects: Vec<f64> = contrasts.iter().map(|one| one.yi).collect();
        let (yi, vi) = contrast::joined(&effects, &covariance).ok_or("its contrasts cannot be joined")?;
        Ok((contrasts, covariance, yi, vi))
    }

    /// Final scores of groups that began unlike.
    fn unlike_baselines(&self, key: &OutcomeRow, of_study: &Arms<'_>) -> Option<String> {
        let (treated, control) = (of_study.treated.first()?, of_study.control.first()?);
        let one = convert::baseline(self.evidence, key, treated, self.query)?;
        let other = convert::baseline(self.evidence, key, control, self.query)?;
        let sd = (0.5 * (one.sd * one.sd + other.sd * other.sd)).sqrt();
        let apart = (one.mean - other.mean).abs();
        (sd > 0.0 && apart > UNLIKE * sd).then(|| {
            format!(
                "the groups began unlike ({} and {}, {} SD apart); final scores do not allow for it \
                 (`--change-correlation` would)",
                one.mean,
                other.mean,
                rounded(apart / sd)
            )
        })
    }
}

fn no_effect(numbers: Numbers, measure: Measure) -> String {
    match numbers {
        Numbers::Counts { ai, ci, .. } if ai + ci == 0.0 => {
            format!(
                "nobody in either group had the event: that says nothing of {}",
                measure.word()
            )
        }
        Numbers::Counts { .. } => format!(
            "everybody in both groups had the event: that says nothing of {}",
            measure.word()
        ),
        _ => "the effect has no variance".to_owned(),
    }
}
