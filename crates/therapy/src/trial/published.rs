//! Bands of real designs beside what the trials have reported.
//!
//! A study of the evidence tables becomes a trial of its arms as they were, with its numbers of people and its scores before treatment;
//! the band is that of the difference in mean change between the drug and its control. The fitted model has seen most of these trials:
//! the bands say whether the machinery reproduces what it was fitted to, not how it does on others (`calibrate --leave-one-out` does).

use super::people::{Draws, Ready, ReadyArm, Truth};
use super::run::{TrialSettings, of_exposure, prepared};
use super::{Analysis, Arm, Blinding, Endpoint, EndpointKind, Estimand, Trial};
use crate::assembly::LATENT_INSTRUMENT;
use crate::course::{Antidepressant, People};
use crate::drug::Felt;
use crate::library::Library;
use crate::response::{ArmDesign, Background, Blinding as Knows, Designs, Exposure, Ratings, USUAL_PEOPLE};
use crate::simulate::SimulateError;
use crate::strategy::read_group;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_engine::Progress;
use euthymia_evidence::{Evidence, Statistic, Verified};
use euthymia_stats::quantile::type7;
use euthymia_vecmath::scalar::ln;
use serde::Serialize;

/// Latest time of a result that is taken, h: four weeks and a few days.
const LATEST_H: f64 = 750.0;
/// Fewest people of an arm.
const FEWEST: u32 = 10;
/// A group of the library whose ages and weights are taken; only the baseline matters.
const PEOPLE: &str = "resistant-depression";

/// Percentiles of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// 5th.
    pub p05: f64,
    /// 25th.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// 75th.
    pub p75: f64,
    /// 95th.
    pub p95: f64,
}

/// A trial as it was and as it is predicted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Published {
    /// The study.
    pub study: String,
    /// The arm with the drug and its control.
    pub arms: [String; 2],
    /// People of each.
    pub n: [u32; 2],
    /// The scale.
    pub instrument: String,
    /// When, h.
    pub time_h: f64,
    /// Difference in mean change as published, points; below 0 in favour of the drug.
    pub published: f64,
    /// As predicted.
    pub band: Band,
}

impl Published {
    /// Whether what was published lies within the band of nine in ten, and within that of one in two.
    #[must_use]
    pub fn holds(&self) -> [bool; 2] {
        let within = |low: f64, high: f64| (low..=high).contains(&self.published);
        [
            within(self.band.p05, self.band.p95),
            within(self.band.p25, self.band.p75),
        ]
    }
}

/// A comparison that a study has reported.
struct Reported<'d> {
    arms: [&'d ArmDesign; 2],
    n: [u32; 2],
    instrument: String,
    baseline: [(f64, f64); 2],
    time_h: f64,
    difference: f64,
}

/// Studies whose design allows it, by rule: double-blind, of depression, arms with the drug and one with a control, ten people or more
/// in each, mean changes (or means and scores before) of both that somebody has read, at the same time within four weeks of the first
/// session. Of several times the last is taken; every arm with the drug is compared. Scores before that are not told are the usual ones.
#[must_use]
pub fn studies(evidence: &Evidence, designs: &Designs, ratings: &Ratings) -> Vec<String> {
    let all = evidence.studies.iter().map(|study| study.study_id.clone());
    all.filter(|study| !reported(study, evidence, designs, ratings).is_empty())
        .collect()
}

/// The tables that a band is laid beside.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'t> {
    /// The trials.
    pub evidence: &'t Evidence,
    /// Their designs.
    pub designs: &'t Designs,
    /// What sessions of each of their regimens bring.
    pub exposures: &'t [Exposure],
    /// Which scores before treatment are usual.
    pub ratings: &'t Ratings,
}

/// The bands of one study, one for every arm with the drug.
///
/// # Errors
/// The study does not fulfil the rule of [`studies`], or an occupancy cannot be computed, or the run was ended.
pub fn published(
    study: &str,
    tables: &Tables<'_>,
    settings: &TrialSettings,
    library: &Library,
    progress: &dyn Progress,
) -> Result<Vec<Published>, SimulateError> {
    let all = reported(study, tables.evidence, tables.designs, tables.ratings);
    if all.is_empty() {
        let message = format!("`{study}` has no comparison that can be laid beside a band");
        let help = "it has to be double-blind, of depression, with verified mean changes of the drug and a control at one time within four \
                    weeks; `euthymia trial --published` lists those that are";
        return Err(SimulateError::Files(vec![
            Diagnostic::error("Y001", message).help(help),
        ]));
    }
    let one = |reported: &Reported<'_>| {
        let trial = trial(study, reported, library)?;
        let settings = TrialSettings {
            sizes: vec![reported.n.iter().sum()],
            ..settings.clone()
        };
        let (mut ready, draws) = prepared(&trial, &settings, library)?;
        let arms = reported.arms.iter();
        ready.arms = arms.map(|design| ready_arm(design, tables.exposures)).collect();
        // As the fit has it.
        let people = reported.arms[0].study_people;
        ready.ln_size = people.map_or(0.0, |n| ln(f64::from(n) / USUAL_PEOPLE));
        let mut differences = Vec::new();
        for replicate in 0..settings.replicates {
            if progress.cancelled() {
                return Err(SimulateError::Cancelled);
            }
            differences.extend(difference(&ready, replicate, &draws));
            progress.done(u64::from(replicate) + 1);
        }
        differences.sort_by(f64::total_cmp);
        let at = |p| {
            if differences.is_empty() {
                0.0
            } else {
                type7(&differences, p)
            }
        };
        Ok(Published {
            study: study.to_owned(),
            arms: reported.arms.map(|design| design.arm.clone()),
            n: reported.n,
            instrument: trial.endpoint.instrument.abbreviation.clone(),
            time_h: reported.time_h,
            published: reported.difference,
            band: Band {
                p05: at(0.05),
                p25: at(0.25),
                p50: at(0.5),
                p75: at(0.75),
                p95: at(0.95),
            },
        })
    };
    all.iter().map(one).collect()
}

/// The difference in mean change of those who were rated, in one replicate.
fn difference(ready: &Ready<'_>, replicate: u32, draws: &[crate::response::Thetas<f64>]) -> Option<f64> {
    let data = ready.replicate(replicate, Draws::Uncertain(draws), Truth::Model);
    let mean = |arm: usize| {
        let rows = data.rows.iter().filter(|row| row.arm == arm);
        let changes: Vec<f64> = rows
            .filter_map(|row| Some(row.scores[0]? - row.baseline))
            .collect();
        (!changes.is_empty()).then(|| changes.iter().sum::<f64>() / changes.len() as f64)
    };
    Some(mean(0)? - mean(1)?)
}

fn reported<'d>(
    study: &str,
    evidence: &Evidence,
    designs: &'d Designs,
    ratings: &Ratings,
) -> Vec<Reported<'d>> {
    let usable = |design: &&ArmDesign| {
        !design.is_subset
            && design.selected.is_none()
            && design.n.is_some_and(|n| n >= FEWEST)
            && ["mdd", "trd", "bipolar-depression"].contains(&design.condition.as_str())
    };
    let arms: Vec<&ArmDesign> = designs.arms_of(study).filter(usable).collect();
    let drug = |design: &&&ArmDesign| design.blinding == Knows::Drug && design.drug_chance < 1.0;
    let control =
        |design: &&&ArmDesign| matches!(design.blinding, Knows::ActiveControl | Knows::InactiveControl);
    let mut instruments: Vec<&String> = ratings.scores.keys().collect();
    instruments.sort_by_key(|instrument| *instrument != LATENT_INSTRUMENT);
    let compared = |one: &&'d ArmDesign| {
        let mut found: Option<Reported<'d>> = None;
        for other in arms.iter().filter(control) {
            for instrument in &instruments {
                if found
                    .as_ref()
                    .is_some_and(|known| known.instrument != **instrument)
                {
                    break;
                }
                let before = [*one, *other].map(|design| before(design, instrument, ratings));
                let [Some(first), Some(second)] = before else {
                    continue;
                };
                let of_control = changes(other, instrument, second.0, evidence);
                for (time_h, change) in changes(one, instrument, first.0, evidence) {
                    let same = of_control
                        .iter()
                        .find(|(other_h, _)| (other_h - time_h).abs() < 1.0);
                    let (Some((_, other_change)), Some(n), Some(other_n)) = (same, one.n, other.n) else {
                        continue;
                    };
                    if found.as_ref().is_none_or(|known| known.time_h < time_h) {
                        found = Some(Reported {
                            arms: [*one, *other],
                            n: [n, other_n],
                            instrument: (*instrument).clone(),
                            baseline: [first, second],
                            time_h,
                            difference: change - other_change,
                        });
                    }
                }
            }
        }
        found
    };
    arms.iter().filter(drug).filter_map(compared).collect()
}

/// Mean and standard deviation of the scores before treatment: the study's, else the usual ones.
fn before(design: &ArmDesign, instrument: &str, ratings: &Ratings) -> Option<(f64, f64)> {
    let usual = ratings.scores.get(instrument)?;
    let own = design
        .baseline
        .as_ref()
        .filter(|baseline| baseline.instrument == instrument);
    let mean = own.and_then(|baseline| baseline.mean).unwrap_or(usual.mean);
    let sd = own
        .and_then(|baseline| baseline.sd)
        .unwrap_or(usual.within * mean);
    Some((mean, sd))
}

/// Mean changes of an arm on an instrument that somebody has read, by time.
fn changes(design: &ArmDesign, instrument: &str, before: f64, evidence: &Evidence) -> Vec<(f64, f64)> {
    let rows = evidence.outcomes.iter().filter(|row| {
        row.study_id == design.study
            && row.arm_id == design.arm
            && row.outcome == instrument
            && row.verified == Verified::Yes
    });
    rows.filter_map(|row| {
        let time_h = design.time_h(row.time_basis, row.time_h?)?;
        let change = match row.statistic {
            Statistic::Change
            | Statistic::ChangeModelled
            | Statistic::ChangeCarriedForward
            | Statistic::ChangeApproximate => row.value,
            Statistic::Mean => row.value - before,
            _ => return None,
        };
        (time_h > 0.0 && time_h <= LATEST_H).then_some((time_h, change))
    })
    .collect()
}

/// The trial that a study was.
fn trial(study: &str, reported: &Reported<'_>, library: &Library) -> Result<Trial, SimulateError> {
    let missing = || SimulateError::Files(vec![library.missing("people", PEOPLE, ".toml")]);
    let document = library
        .document(&format!("people/{PEOPLE}.toml"))
        .ok_or_else(missing)?;
    let (group, diagnostics) = read_group(PEOPLE, document, library);
    let mut group = group.ok_or(SimulateError::Files(diagnostics))?;
    let instrument = library
        .instrument(&reported.instrument)
        .map_err(SimulateError::Files)?;
    if let People::Population(population) = &mut group.people {
        let [(one, one_sd), (other, other_sd)] = reported.baseline;
        let distribution = &mut population.baseline.distribution;
        distribution.mean = (one + other) / 2.0;
        distribution.sd = (one_sd + other_sd) / 2.0;
        distribution.minimum = instrument.minimum;
        distribution.maximum = instrument.maximum;
        population.baseline.instrument = instrument.clone();
    }
    let arm = |at: usize| Arm {
        name: reported.arms[at].arm.clone(),
        share: reported.n[at],
        treatments: Vec::new(),
        antidepressant: Antidepressant::None,
        psychotherapy: false,
    };
    Ok(Trial {
        id: study.to_owned(),
        title: study.to_owned(),
        summary: String::new(),
        condition: reported.arms[0].condition.clone(),
        people: group.people,
        arms: vec![arm(0), arm(1)],
        blinding: Blinding::Double { unblinding: 1.0 },
        sites: (1, 0.0),
        visits_h: vec![reported.time_h],
        endpoint: Endpoint {
            kind: EndpointKind::Change,
            instrument,
            visit: 0,
            arms: (0, 1),
        },
        estimand: Estimand::Hypothetical,
        analysis: Analysis::Ancova,
        leaving: 1.0,
        followed: 0.0,
        recruitment: 1.0,
        alpha: 0.05,
        source: Source::new(study, ""),
    })
}

/// An arm as it was.
fn ready_arm(design: &ArmDesign, exposures: &[Exposure]) -> ReadyArm {
    let sessions = design.sessions.iter().map(|session| {
        let exposure = session.regimen.and_then(|regimen| exposures.get(regimen));
        let effect = exposure.map(of_exposure).unwrap_or_default();
        (session.time_h, effect, session.attended)
    });
    ReadyArm {
        sessions: sessions.filter(|(time_h, ..)| *time_h >= 0.0).collect(),
        new_antidepressant: matches!(
            design.background,
            Background::Started { .. } | Background::Augmented { .. }
        ),
        psychotherapy: design.therapy.is_some(),
        felt: if design.blinding == Knows::ActiveControl {
            Felt::Active
        } else {
            Felt::Inactive
        },
        has_drug: design.blinding == Knows::Drug,
    }
}
