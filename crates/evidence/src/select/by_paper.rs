//! A study's contrast, as its paper prints it.

use nalgebra::DMatrix;

use crate::arm::Arm;
use crate::study::Study;
use crate::vocabulary::{Design, Verified};

use super::arms::Arms;
use super::contrast::{self, Contrast};
use super::query::Shared;
use super::study::{Asked, Gathered, No, once};
use super::{Source, published};

impl Asked<'_> {
    /// The contrast as the paper prints it.
    pub(super) fn by_paper(&self, study: &Study, of_study: &Arms<'_>) -> Result<Gathered, Option<No>> {
        let mut found = Vec::new();
        let mut why: Option<No> = None;
        let mut missing: Vec<(String, String)> = Vec::new();
        let (treated, control) = self.with_pooled_arms(study, of_study);
        for treated in &treated {
            for control in &control {
                let arms = (study.study_id.as_str(), treated.as_str(), control.as_str());
                match published::find(self.evidence, self.query, self.measure, self.word, arms) {
                    Ok(published) => found.push(published),
                    Err(no) => {
                        let told = no.as_ref().map(|no| no.reason.clone());
                        let told =
                            told.unwrap_or_else(|| "its paper prints no such contrast then".to_owned());
                        missing.push((treated.clone(), told));
                        why = why.or(no);
                    }
                }
            }
        }
        let Some(first) = found.first() else {
            return Err(why);
        };
        let (outcome, time_h) = (first.row.outcome.clone(), first.row.time_h);
        for one in &found {
            if one.row.outcome != outcome || one.row.time_h != time_h {
                let told = "its paper prints a contrast of another scale or time".to_owned();
                missing.extend(one.contrast.treated.iter().map(|arm| (arm.clone(), told.clone())));
            }
        }
        found.retain(|one| one.row.outcome == outcome && one.row.time_h == time_h);
        missing.retain(|(arm, _)| found.iter().all(|one| !one.contrast.treated.contains(arm)));
        missing.sort();
        missing.dedup_by(|a, b| a.0 == b.0);
        let mut conversions: Vec<String> = found.iter().flat_map(|one| one.conversions.clone()).collect();
        conversions.extend(
            missing
                .iter()
                .map(|(arm, why)| format!("without arm {arm}: {why}")),
        );
        let contrasts: Vec<Contrast> = found.iter().map(|one| one.contrast.clone()).collect();
        let (covariance, yi, vi) = self
            .joined_published(study, &contrasts, &mut conversions)
            .map_err(|reason| Some(No::because(reason)))?;
        let sources: Vec<Source> = once(
            found
                .iter()
                .map(|one| Source {
                    url: one.row.source_url.clone(),
                    locator: one.row.source_locator.clone(),
                })
                .collect(),
        );
        let cautions = found
            .iter()
            .filter_map(|one| {
                one.row
                    .note
                    .as_ref()
                    .map(|note| format!("{}: {note}", one.row.arm_a))
            })
            .collect();
        let mut arms: Vec<&String> = contrasts
            .iter()
            .flat_map(|one| one.treated.iter().chain(&one.control))
            .collect();
        arms.sort();
        arms.dedup();
        let people: Option<Vec<f64>> = arms
            .iter()
            .map(|arm| self.evidence.arm(&study.study_id, arm)?.n.map(f64::from))
            .collect();
        let n = people.map(|people| {
            if study.design == Design::Crossover {
                people.into_iter().fold(0.0, f64::max)
            } else {
                people.into_iter().sum()
            }
        });
        Ok(Gathered {
            contrasts,
            covariance,
            missing,
            yi,
            vi,
            n: n.or_else(|| study.n_randomised.map(f64::from)),
            outcome,
            time_h,
            of_changes: false,
            conversions,
            cautions: once(cautions),
            suspicions: Vec::new(),
            sources,
            memory: found.iter().any(|one| one.row.verified != Verified::Yes),
        })
    }

    /// The arms by name; where a paper contrasts all its treated people at once, under the name of that joint group.
    fn with_pooled_arms(&self, study: &Study, of_study: &Arms<'_>) -> (Vec<String>, Vec<String>) {
        let names = |arms: &[&Arm]| arms.iter().map(|arm| arm.arm_id.clone()).collect::<Vec<_>>();
        let (mut treated, mut control) = (names(&of_study.treated), names(&of_study.control));
        let pooled = |side: &[&Arm]| {
            let drugs: Vec<&str> = side.iter().map(|arm| arm.drug.as_str()).collect();
            self.evidence
                .arms_of(&study.study_id)
                .find(|arm| arm.is_joint() && drugs.contains(&arm.drug.as_str()))
                .map(|arm| arm.arm_id.clone())
        };
        if treated.len() > 1 {
            // The joint contrast alone: the arms' own would count the same people again.
            let joint = pooled(&of_study.treated);
            let joint_control = pooled(&of_study.control);
            let has = |a: &str, b: &str| {
                let one = published::find(
                    self.evidence,
                    self.query,
                    self.measure,
                    self.word,
                    (&study.study_id, a, b),
                );
                one.is_ok()
            };
            if let Some(joint) = joint {
                let other = joint_control.clone().or_else(|| control.first().cloned());
                // Arms that are to stay apart do so wherever the paper contrasts them one by one.
                let apart = self.query.shared == Shared::Covariance
                    && treated
                        .iter()
                        .all(|arm| control.iter().any(|control| has(arm, control)));
                if !apart && other.as_deref().is_some_and(|other| has(&joint, other)) {
                    treated = vec![joint];
                    control = other.into_iter().collect();
                }
            }
        }
        (treated, control)
    }

    fn joined_published(
        &self,
        study: &Study,
        contrasts: &[Contrast],
        told: &mut Vec<String>,
    ) -> Result<(DMatrix<f64>, f64, f64), String> {
        if let [only] = contrasts {
            return Ok((DMatrix::from_element(1, 1, only.vi), only.yi, only.vi));
        }
        let people = |arm: &str| self.evidence.arm(&study.study_id, arm)?.n.map(f64::from);
        let mut assumed = false;
        let k = contrasts.len();
        let mut covariance = DMatrix::zeros(k, k);
        for i in 0..k {
            for j in 0..k {
                let (one, other) = (&contrasts[i], &contrasts[j]);
                covariance[(i, j)] = if i == j {
                    one.vi
                } else if one.control == other.control {
                    // The control's part of each variance, by the numbers of people; a half where they are not known.
                    let part = |of: &Contrast| {
                        let (t, c) = (people(&of.treated[0])?, people(&of.control[0])?);
                        Some((1.0 / c) / (1.0 / t + 1.0 / c))
                    };
                    let parts = part(one).zip(part(other));
                    assumed |= parts.is_none();
                    let (a, b) = parts.unwrap_or((0.5, 0.5));
                    (one.vi * a * other.vi * b).sqrt()
                } else if one.treated == other.treated {
                    assumed = true;
                    0.5 * (one.vi * other.vi).sqrt()
                } else {
                    0.0
                };
            }
        }
        let effects: Vec<f64> = contrasts.iter().map(|one| one.yi).collect();
        let found = contrast::joined(&effects, &covariance);
        told.push(format!(
            "{k} published contrasts joined with the covariance of what they share{}",
            if assumed {
                " (a half of the variance ASSUMED)"
            } else {
                ""
            }
        ));
        let (yi, vi) = found.ok_or_else(|| "its published contrasts cannot be joined".to_owned())?;
        Ok((covariance, yi, vi))
    }
}
