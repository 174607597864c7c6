//! Trajectories to summaries, block by block: percentiles, means with the variance between draws and studies, response
//! and remission.
//!
//! Three readings of the score are kept apart. *Latent*: what the response model computes. *Rated*: with the residual of
//! a rating, moved into the range of the scale: percentiles and means are of this. *Observed*: the rated score as a whole
//! number, as it is written down: response and remission are of this, against the baseline as written down. Of these two
//! the expectation over the residual is summed up, given the latent score: the same proportions with less noise.

use super::exposures::Measures;
use super::sessions::Peaks;
use super::spells::Spells;
use super::{Run, SimulateError, Trajectories};
use crate::assembly::LATENT_INSTRUMENT;
use crate::design::FEWEST_FOR_INTERVALS;
use crate::instrument::Scatter;
use crate::population::{ScoreResidual, Subjects};
use crate::result::{
    Durability, Exposure, Interval, Measure, Outcome, Quantity, QuantityKind, SessionPeak, TimeToResponse,
    VarianceComponents,
};
use euthymia_engine::{Block, Failure, Sink};
use euthymia_stats::moments::Moments;
use euthymia_stats::quantile::Sketch;
use euthymia_stats::variance::NestedSums;

/// Coverage of the intervals of means and proportions.
pub(super) const COVERAGE: f64 = 0.9;
/// Patients whose curves are kept.
const INDIVIDUALS: u64 = 20;
/// Times at which the variance of the score is split, h; weeks are added up to the horizon.
const VARIANCE_TIMES_H: [f64; 3] = [2.0, 24.0, 72.0];
/// Most weeks of them.
const VARIANCE_WEEKS: u32 = 52;

/// What is known of one quantity at one time.
struct Cell {
    sketch: Sketch,
    sums: NestedSums,
}

/// All of one quantity.
struct Series {
    cells: Vec<Cell>,
    measures: Measures,
    peaks: Peaks,
    individuals: Vec<Vec<f64>>,
}

impl Series {
    fn new(times: usize, kind: QuantityKind, run: &Run<'_>) -> Self {
        let cell = || Cell {
            sketch: Sketch::new(),
            sums: sums(run),
        };
        Self {
            cells: (0..times).map(|_| cell()).collect(),
            measures: Measures::new(kind),
            peaks: Peaks::new(kind, run),
            individuals: Vec::new(),
        }
    }
}

/// Sums for the design of a run.
pub(super) fn sums(run: &Run<'_>) -> NestedSums {
    NestedSums::new(
        run.design.draws.max(1) as usize,
        run.design.studies_per_draw.max(1) as usize,
    )
}

/// Everything that is summed up.
pub(crate) struct Collected {
    series: Vec<Series>,
    /// Of the rated less the latent score, by time.
    deviation: Vec<Moments>,
    response: Vec<NestedSums>,
    remission: Vec<NestedSums>,
    /// Who has responded, and who still is in response; absent without a score.
    spells: Option<Spells>,
}

/// Sums blocks up and hands them on.
pub(crate) struct Collector<'r, T> {
    run: &'r Run<'r>,
    subjects: &'r Subjects,
    residual: &'r ScoreResidual,
    trajectories: &'r mut T,
    collected: Collected,
}

impl<'r, T> Collector<'r, T> {
    pub(crate) fn new(
        run: &'r Run<'r>,
        subjects: &'r Subjects,
        residual: &'r ScoreResidual,
        trajectories: &'r mut T,
    ) -> Self {
        let times = run.times_h.len();
        let empty = || (0..times).map(|_| sums(run)).collect::<Vec<_>>();
        let collected = Collected {
            series: run
                .reported
                .iter()
                .map(|reported| Series::new(times, reported.kind, run))
                .collect(),
            deviation: vec![Moments::new(); times],
            response: empty(),
            remission: empty(),
            spells: run
                .reported
                .iter()
                .any(|reported| reported.kind == QuantityKind::Score)
                .then(|| Spells::new(run)),
        };
        Self {
            run,
            subjects,
            residual,
            trajectories,
            collected,
        }
    }

    pub(crate) fn finish(self) -> Collected {
        self.collected
    }

    /// Takes in the scores of one patient.
    fn score(&mut self, at: usize, subject: u64, latent: &[f64]) {
        let run = self.run;
        let study = run.design.study_of(subject) as usize;
        let instrument = run.course.people.instrument();
        let response_cut_off = instrument.response_cut_off(self.subjects.baseline(subject));
        let collected = &mut self.collected;
        for (time, latent) in latent.iter().enumerate() {
            let time_h = run.times_h[time];
            let rated = run.on_scale(self.residual.rating(*latent, subject, time_h));
            let cell = &mut collected.series[at].cells[time];
            cell.sketch.insert(rated);
            cell.sums.push(study, rated);
            collected.deviation[time].push(rated - run.on_scale(*latent));
            let scatter = self.residual.scatter(subject, time_h);
            let probability =
                |cut_off| instrument.probability_at_or_beyond(cut_off, LATENT_INSTRUMENT, *latent, scatter);
            collected.response[time].push(study, response_cut_off.map_or(0.0, probability));
            collected.remission[time].push(study, probability(instrument.remission_cut_off));
        }
        if let Some(spells) = &mut collected.spells {
            let responds = |latent: &f64| {
                let certain = |cut_off| {
                    instrument.probability_at_or_beyond(cut_off, LATENT_INSTRUMENT, *latent, Scatter::NONE)
                        > 0.5
                };
                response_cut_off.is_some_and(certain)
            };
            let in_response: Vec<bool> = latent.iter().map(responds).collect();
            spells.push(study, &in_response);
        }
        if subject < INDIVIDUALS {
            let curve = latent.iter().map(|latent| run.on_scale(*latent)).collect();
            collected.series[at].individuals.push(curve);
        }
    }

    fn other(&mut self, at: usize, subject: u64, values: &[f64]) {
        let study = self.run.design.study_of(subject) as usize;
        let series = &mut self.collected.series[at];
        for (cell, value) in series.cells.iter_mut().zip(values) {
            cell.sketch.insert(*value);
            cell.sums.push(study, *value);
        }
        series.measures.insert(&self.run.times_h, values);
        series.peaks.insert(values);
        if subject < INDIVIDUALS {
            series.individuals.push(values.to_vec());
        }
    }
}

impl<T: Trajectories> Sink for Collector<'_, T> {
    type Error = SimulateError;

    fn block(&mut self, block: Block) -> Result<(), SimulateError> {
        for subject in 0..block.subjects {
            let index = block.first + subject as u64;
            for (at, reported) in self.run.reported.iter().enumerate() {
                let values = block.trajectory(reported.column, subject);
                if let Some(time) = values.iter().position(|value| !value.is_finite()) {
                    return Err(SimulateError::Undefined {
                        quantity: reported.name.clone(),
                        subject: index,
                        time_h: self.run.times_h[time],
                    });
                }
                match reported.kind {
                    QuantityKind::Score => self.score(at, index, values),
                    _ => self.other(at, index, values),
                }
            }
        }
        self.trajectories
            .block(&block)
            .map_err(|error| SimulateError::Trajectories(Box::new(error)))
    }

    /// A patient who cannot be simulated ends the run. Percentiles and proportions over the others would be of other people
    /// than were asked for, and not of such as chance has left over: whose equations fail is at the edge of the population,
    /// where the strongest effects are.
    fn failed(&mut self, failure: Box<Failure>) -> Result<(), Box<Failure>> {
        Err(failure)
    }
}

impl Collected {
    /// Every quantity over time.
    pub(crate) fn quantities(&self, run: &Run<'_>, size: u64) -> Vec<Quantity> {
        let described = run.reported.iter().zip(&self.series);
        described
            .map(|(reported, series)| {
                let mut quantity = Quantity {
                    id: reported.name.clone(),
                    label: reported.label.clone(),
                    unit: reported.unit.clone(),
                    kind: reported.kind,
                    sampling_site: reported.sampling_site.clone(),
                    provisional: reported.provisional,
                    p05: Vec::new(),
                    p25: Vec::new(),
                    p50: Vec::new(),
                    p75: Vec::new(),
                    p95: Vec::new(),
                    mean: series.cells.iter().map(|cell| cell.sums.mean()).collect(),
                    mean_interval: None,
                    individuals: series.individuals.clone(),
                };
                for cell in &series.cells {
                    let [p05, p25, p50, p75, p95] = cell.sketch.quantiles([0.05, 0.25, 0.5, 0.75, 0.95]);
                    quantity.p05.push(p05);
                    quantity.p25.push(p25);
                    quantity.p50.push(p50);
                    quantity.p75.push(p75);
                    quantity.p95.push(p95);
                }
                quantity.mean_interval = interval(
                    size,
                    series.cells.iter().map(|cell| cell.sums.mean_interval(COVERAGE)),
                );
                quantity
            })
            .collect()
    }

    /// What each patient came to, in the order of the quantities.
    pub(crate) fn exposures(&self, run: &Run<'_>) -> Vec<Exposure> {
        let mut exposures = Vec::new();
        for (reported, series) in run.reported.iter().zip(&self.series) {
            exposures.extend(series.measures.exposures(reported, run));
            if let (QuantityKind::Score, Some(last)) = (reported.kind, series.cells.last()) {
                let [p05, p50, p95] = last.sketch.quantiles([0.05, 0.5, 0.95]);
                exposures.push(Exposure {
                    quantity: reported.name.clone(),
                    label: reported.label.clone(),
                    kind: reported.kind,
                    measure: Measure::AtEnd,
                    until_h: run.course.horizon_h,
                    unit: reported.unit.clone(),
                    p05,
                    p50,
                    p95,
                });
            }
        }
        exposures
    }

    /// Peaks of single sessions, quantity by quantity.
    pub(crate) fn sessions(&self, run: &Run<'_>) -> Vec<SessionPeak> {
        let all = run.reported.iter().zip(&self.series);
        all.flat_map(|(reported, series)| series.peaks.told(reported))
            .collect()
    }

    /// Response, then remission.
    pub(crate) fn outcomes(&self, run: &Run<'_>, size: u64) -> Vec<Outcome> {
        let instrument = run.course.people.instrument();
        let cited = |key: &str| {
            run.sources
                .get(key)
                .map_or_else(|| key.to_owned(), |source| source.citation.clone())
        };
        let outcome = |id: &str, label: &str, definition: String, sums: &[NestedSums]| Outcome {
            id: id.to_owned(),
            label: label.to_owned(),
            definition,
            proportion: sums.iter().map(NestedSums::mean).collect(),
            interval: interval(size, sums.iter().map(|sums| sums.proportion_interval(COVERAGE))),
            monte_carlo_se: sums.iter().map(monte_carlo_error).collect(),
        };
        let response = format!(
            "{} ({})",
            instrument.response_in_words(),
            cited(&instrument.response_source)
        );
        let remission = format!(
            "{} ({})",
            instrument.remission_in_words(),
            cited(&instrument.remission_source)
        );
        vec![
            outcome("response", "Response", response, &self.response),
            outcome("remission", "Remission", remission, &self.remission),
        ]
    }

    /// When patients respond for the first time.
    pub(crate) fn time_to_response(&self, run: &Run<'_>, size: u64) -> Option<TimeToResponse> {
        Some(self.spells.as_ref()?.time_to_response(run, size))
    }

    /// How long a response lasts after the last dose.
    pub(crate) fn durability(&self, run: &Run<'_>, size: u64) -> Option<Durability> {
        self.spells.as_ref()?.durability(run, size)
    }

    /// Where the variance of the rated score comes from, at a few times.
    pub(crate) fn variance(&self, run: &Run<'_>) -> Vec<VarianceComponents> {
        let Some(score) = run
            .reported
            .iter()
            .position(|reported| reported.kind == QuantityKind::Score)
        else {
            return Vec::new();
        };
        let weeks = (1..=VARIANCE_WEEKS).map(|week| f64::from(week) * 168.0);
        let mut times: Vec<f64> = VARIANCE_TIMES_H
            .into_iter()
            .chain(weeks)
            .chain([run.answer_h])
            .collect();
        times.retain(|time| *time <= run.course.horizon_h);
        times.sort_by(f64::total_cmp);
        let mut indices: Vec<usize> = times
            .iter()
            .map(|time| crate::grid::nearest(&run.times_h, *time))
            .collect();
        indices.dedup();
        let split = |at: usize| {
            let rated = self.series[score].cells[at].sums.components();
            let within = rated.between_patients?;
            // What a rating adds to the score it rates; bounded by the scale, so not quite the residual of the model.
            let residual = self.deviation[at].variance().min(within);
            Some(VarianceComponents {
                time_h: run.times_h[at],
                parameters: rated.parameters?,
                between_studies: rated.between_studies?,
                between_patients: within - residual,
                residual,
            })
        };
        indices.into_iter().filter_map(split).collect()
    }
}

/// Standard error of a proportion from the finite number of patients.
fn monte_carlo_error(sums: &NestedSums) -> f64 {
    let binomial = || {
        let proportion = sums.mean();
        (proportion * (1.0 - proportion) / sums.count() as f64).sqrt()
    };
    sums.monte_carlo_error().unwrap_or_else(binomial)
}

/// Intervals at all times, or none where the run is too small or one of them cannot be told.
pub(super) fn interval(
    size: u64,
    ends: impl Iterator<Item = Option<euthymia_stats::proportion::Interval>>,
) -> Option<Interval> {
    if size < FEWEST_FOR_INTERVALS {
        return None;
    }
    let ends: Vec<_> = ends.collect::<Option<_>>()?;
    Some(Interval {
        lower: ends.iter().map(|end| end.lower).collect(),
        upper: ends.iter().map(|end| end.upper).collect(),
    })
}
