//! What the evidence tables measured, as the response model is fitted to it.

mod missing;

use super::leaving::{Gone, Leavers, Left};
use super::rating::{Known, Rated, Rating};
use super::relapses::Relapses;
use euthymia_evidence::{
    Comparison, DispersionType, Evidence, Measure, OutcomeRow, Statistic, Subset, TimeBasis, Verified,
};
use euthymia_therapy::response::{
    ArmDesign, Designs, Exposure, Ratings, Setting, Situation, UsualBaseline, Visit,
};
use euthymia_vecmath::scalar::ln;
use std::collections::{BTreeMap, BTreeSet};

/// 95 % intervals reach so many standard errors to either side.
pub(super) const TWO_SIDED_95: f64 = 1.959_963_984_540_054;
/// The instrument of published contrasts in points, and of arms that do not tell theirs.
const USUAL_INSTRUMENT: &str = "madrs";

/// A study or an arm that takes no part, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The study.
    pub study: String,
    /// The arm.
    pub arm: String,
    /// Why.
    pub why: String,
}

/// What the fit is to.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Studies with ratings.
    pub studies: Vec<String>,
    /// Their arms: study, arm, number of people.
    pub arms: Vec<(String, String, Option<u32>)>,
    /// Arms at times.
    pub visits: Vec<Rated>,
    /// What was measured there.
    pub ratings: Vec<Rating>,
    /// How many left.
    pub left: Vec<Left>,
    /// How much those who left had improved.
    pub leavers: Vec<Leavers>,
    /// Relapses of those who had responded.
    pub relapses: Relapses,
    /// Arms with results that take no part.
    pub left_out: Vec<LeftOut>,
}

impl Data {
    /// The rows that `ratings` admits, of all studies but `without`.
    #[must_use]
    pub fn new(
        evidence: &Evidence,
        designs: &Designs,
        exposures: &[Exposure],
        ratings: &Ratings,
        without: &[&str],
    ) -> Self {
        let mut taker = Taker {
            evidence,
            designs,
            exposures,
            ratings,
            data: Self::default(),
            places: BTreeMap::new(),
            left_out: BTreeSet::new(),
        };
        let studies = evidence
            .studies
            .iter()
            .filter(|study| !without.contains(&study.study_id.as_str()));
        for study in studies {
            taker.outcomes(&study.study_id);
            taker.contrasts(&study.study_id);
        }
        taker.data.left_out = taker.left_out.into_iter().collect();
        taker.data
    }

    /// Number of people in the arms.
    #[must_use]
    pub fn people(&self) -> u32 {
        self.arms.iter().filter_map(|(_, _, n)| *n).sum()
    }
}

struct Taker<'a> {
    evidence: &'a Evidence,
    designs: &'a Designs,
    exposures: &'a [Exposure],
    ratings: &'a Ratings,
    data: Data,
    /// Visits by arm and time (in bits, to be a key).
    places: BTreeMap<(String, String, u64), usize>,
    left_out: BTreeSet<LeftOut>,
}

impl Taker<'_> {
    /// The design of an arm that takes part; otherwise it is told why not.
    fn admitted(&mut self, study: &str, arm: &str, in_contrast: bool) -> Option<(ArmDesign, Situation)> {
        match self.admits(study, arm, in_contrast) {
            Ok(found) => Some(found),
            Err(why) => {
                self.left_out.insert(LeftOut {
                    study: study.to_owned(),
                    arm: arm.to_owned(),
                    why,
                });
                None
            }
        }
    }

    fn admits(&self, study: &str, arm: &str, in_contrast: bool) -> Result<(ArmDesign, Situation), String> {
        let left_out = &self.ratings.left_out;
        if let Some(why) = left_out
            .get(study)
            .or_else(|| left_out.get(&format!("{study}/{arm}")))
        {
            return Err(why.clone());
        }
        let Some(design) = self.designs.arm(study, arm) else {
            let refused = self
                .designs
                .refused
                .iter()
                .find(|refused| refused.study == study && refused.arm == arm);
            return Err(
                refused.map_or_else(|| "it has no design".to_owned(), |refused| refused.reason.clone())
            );
        };
        if design.is_subset {
            return Err("its people are in another arm".to_owned());
        }
        if design.selected.is_some() && !in_contrast {
            return Err("its people are chosen by how they did before".to_owned());
        }
        let situation = Situation::of(design)
            .ok_or_else(|| format!("no rating scale of the model is about `{}`", design.condition))?;
        Ok((design.clone(), situation))
    }

    fn visit(&mut self, design: &ArmDesign, situation: Situation, time_h: f64) -> usize {
        let key = (design.study.clone(), design.arm.clone(), time_h.to_bits());
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        let data = &mut self.data;
        let study = data
            .studies
            .iter()
            .position(|known| *known == design.study)
            .unwrap_or_else(|| {
                data.studies.push(design.study.clone());
                data.studies.len() - 1
            });
        let known = |arm: &(String, String, Option<u32>)| arm.0 == design.study && arm.1 == design.arm;
        let arm = data.arms.iter().position(known).unwrap_or_else(|| {
            data.arms
                .push((design.study.clone(), design.arm.clone(), design.n));
            data.arms.len() - 1
        });
        let visit = Visit::of(design, situation, self.exposures, time_h);
        data.visits.push(Rated {
            study,
            arm,
            visit,
            gone: Gone::Usual,
        });
        self.places.insert(key, data.visits.len() - 1);
        data.visits.len() - 1
    }

    /// The baseline of an arm on an instrument.
    fn baseline(&self, design: &ArmDesign, instrument: &str) -> Option<Known> {
        let usual = self.ratings.scores.get(instrument)?;
        let told = design
            .baseline
            .as_ref()
            .filter(|told| told.instrument == instrument);
        let mean = told.and_then(|told| told.mean);
        let sd = told.and_then(|told| told.sd);
        Some(known(usual, design.setting == Setting::Crisis, mean, sd))
    }

    fn outcomes(&mut self, study: &str) {
        let evidence = self.evidence;
        for arm in evidence.arms_of(study) {
            let rows: Vec<&OutcomeRow> = evidence
                .outcomes_of(arm)
                .filter(|row| row.verified == Verified::Yes && row.time_basis == TimeBasis::AfterFirstDose)
                .filter(|row| row.time_h.is_some_and(|time_h| time_h > 0.0))
                .filter(|row| self.is_taken(row))
                .collect();
            if rows.is_empty() {
                continue;
            }
            let Some((design, situation)) = self.admitted(study, &arm.arm_id, false) else {
                continue;
            };
            let mut with_means = BTreeSet::new();
            for row in best_of_each_time(&rows, &self.ratings.scores) {
                if self.mean(&design, situation, row) {
                    with_means.extend(row.time_h.map(f64::to_bits));
                }
            }
            for row in &rows {
                let repeated = row.statistic == Statistic::Proportion
                    && rows.iter().any(|other| {
                        other.statistic == Statistic::Events
                            && other.outcome == row.outcome
                            && other.time_h == row.time_h
                    });
                if !repeated {
                    self.count(&design, situation, row, &with_means);
                }
            }
            let verified = evidence
                .outcomes_of(arm)
                .filter(|row| row.verified == Verified::Yes);
            self.leaving(&design, situation, &verified.collect::<Vec<_>>());
        }
    }

    /// Whether a row is of an outcome that the fit is about.
    fn is_taken(&self, row: &OutcomeRow) -> bool {
        let only = self
            .ratings
            .studies
            .get(&row.study_id)
            .and_then(|of| of.only.as_ref());
        if only.is_some_and(|only| !only.contains(&row.outcome)) {
            return false;
        }
        match row.statistic {
            Statistic::Mean | Statistic::Change | Statistic::ChangeModelled => {
                self.ratings.scores.contains_key(&row.outcome)
            }
            Statistic::Events | Statistic::Proportion => {
                row.outcome == "remission" || self.ratings.responses.contains_key(&row.outcome)
            }
            _ => false,
        }
    }

    fn mean(&mut self, design: &ArmDesign, situation: Situation, row: &OutcomeRow) -> bool {
        let (Some(time_h), Some(baseline)) = (row.time_h, self.baseline(design, &row.outcome)) else {
            return false;
        };
        let Some(n) = row.n.or(design.n).map(f64::from).filter(|n| *n > 0.0) else {
            return false;
        };
        let sd = row
            .dispersion
            .filter(|of| of.kind == DispersionType::StandardDeviation && of.value > 0.0);
        let particular = self.ratings.studies.get(&design.study);
        let sd = sd.filter(|_| particular.is_none_or(|of| of.no_sd.is_none()));
        let error = row
            .dispersion
            .filter(|of| of.kind == DispersionType::StandardError && of.value > 0.0);
        let is_change = row.statistic != Statistic::Mean;
        let visit = self.visit(design, situation, time_h);
        self.missing(visit, design, row);
        self.data.ratings.push(Rating::Mean {
            visit,
            value: row.value,
            error: error
                .map(|of| of.value)
                .or_else(|| sd.map(|of| of.value / n.sqrt())),
            n,
            is_change,
            baseline,
        });
        if let Some(sd) = sd.filter(|_| n > 1.0) {
            self.data.ratings.push(Rating::Deviation {
                visit,
                ln_sd: ln(sd.value),
                n,
                is_change,
                baseline,
            });
        }
        true
    }

    fn count(
        &mut self,
        design: &ArmDesign,
        situation: Situation,
        row: &OutcomeRow,
        with_means: &BTreeSet<u64>,
    ) {
        let (Some(time_h), Some(n)) = (row.time_h, row.n.or(design.n)) else {
            return;
        };
        let n = f64::from(n);
        let events = match row.statistic {
            Statistic::Events => row.value,
            Statistic::Proportion => (row.value * n).round(),
            _ => return,
        };
        if n <= 0.0 || events > n {
            return;
        }
        // Of the same people at the same time: most of it is told by the mean already.
        let weight = if with_means.contains(&time_h.to_bits()) {
            0.5
        } else {
            1.0
        };
        let particular = self.ratings.studies.get(&design.study);
        if row.outcome == "remission" {
            let remission = self.ratings.remission_of(&design.study);
            let Some(baseline) = self.baseline(design, &remission.instrument) else {
                return;
            };
            let visit = self.visit(design, situation, time_h);
            self.missing(visit, design, row);
            let cut_off = remission.cut_off;
            self.data.ratings.push(Rating::Remission {
                visit,
                events,
                n,
                cut_off,
                baseline,
                weight,
            });
        } else if let Some(fraction) = self.ratings.responses.get(&row.outcome).copied() {
            let best = particular.map_or(0.0, |of| of.best);
            let time_h = particular.and_then(|of| of.at_h).unwrap_or(time_h);
            let visit = self.visit(design, situation, time_h);
            self.missing(visit, design, row);
            self.data.ratings.push(Rating::Response {
                visit,
                events,
                n,
                fraction,
                best,
                weight,
            });
        }
    }

    fn contrasts(&mut self, study: &str) {
        let evidence = self.evidence;
        for row in evidence.comparisons.iter().filter(|row| row.study_id == study) {
            self.contrast(row);
        }
    }

    fn contrast(&mut self, row: &Comparison) {
        let is_standardised = match row.measure {
            Measure::MeanDifference => false,
            Measure::StandardisedMeanDifference => true,
            _ => return,
        };
        let whole = row.subset.is_none_or(|subset| subset == Subset::All);
        if row.verified != Verified::Yes || !whole || row.outcome != USUAL_INSTRUMENT {
            return;
        }
        let (Some(time_h), Some(value)) = (row.time_h.filter(|time_h| *time_h > 0.0), row.estimate) else {
            return;
        };
        let told = self
            .ratings
            .studies
            .get(&row.study_id)
            .and_then(|of| of.contrast_error);
        let told = told.filter(|(at_h, _)| *at_h == time_h).map(|(_, error)| error);
        let interval = row
            .ci_low
            .zip(row.ci_high)
            .map(|(low, high)| (high - low) / (2.0 * TWO_SIDED_95));
        let Some(error) = told.or(interval).filter(|error| *error > 0.0) else {
            return;
        };
        let means = |arm: &str| {
            let place = self
                .places
                .get(&(row.study_id.clone(), arm.to_owned(), time_h.to_bits()));
            place.is_some_and(|place| {
                let of_it = |rating: &Rating| matches!(rating, Rating::Mean { visit, .. } if visit == place);
                self.data.ratings.iter().any(of_it)
            })
        };
        if means(&row.arm_a) && means(&row.arm_b) {
            return;
        }
        let (Some(a), Some(b)) = (
            self.admitted(&row.study_id, &row.arm_a, true),
            self.admitted(&row.study_id, &row.arm_b, true),
        ) else {
            return;
        };
        let (Some(first), Some(second)) = (
            self.baseline(&a.0, USUAL_INSTRUMENT),
            self.baseline(&b.0, USUAL_INSTRUMENT),
        ) else {
            return;
        };
        let visits = [self.visit(&a.0, a.1, time_h), self.visit(&b.0, b.1, time_h)];
        let baselines = [first, second];
        self.data.ratings.push(Rating::Contrast {
            visits,
            value,
            error,
            is_standardised,
            baselines,
        });
    }
}

fn known(usual: &UsualBaseline, in_crisis: bool, mean: Option<f64>, sd: Option<f64>) -> Known {
    let usual_mean = if in_crisis { usual.crisis } else { usual.mean };
    let (mean, uncertain) = mean.map_or((usual_mean, usual.between), |mean| (mean, 0.0));
    Known {
        mean,
        sd: sd.filter(|sd| *sd > 0.0).unwrap_or(usual.within * mean),
        uncertain,
    }
}

/// Of several rows about the scores of one time the one that says most: a change as observed, as modelled, a mean.
fn best_of_each_time<'r>(
    rows: &[&'r OutcomeRow],
    scores: &BTreeMap<String, UsualBaseline>,
) -> Vec<&'r OutcomeRow> {
    let rank = |row: &OutcomeRow| match row.statistic {
        Statistic::Change => 0,
        Statistic::ChangeModelled => 1,
        _ => 2,
    };
    let mut best: Vec<&OutcomeRow> = Vec::new();
    for row in rows.iter().filter(|row| scores.contains_key(&row.outcome)) {
        match best.iter_mut().find(|known| known.time_h == row.time_h) {
            Some(known) if rank(row) < rank(known) => *known = row,
            Some(_) => {}
            None => best.push(row),
        }
    }
    best
}
