//! Records of one patient and a course -> a forecast.

use super::alternatives::{self, Alternative, Changes, in_dose};
use super::date::Date;
use super::parallel;
use super::particles::{Particles, situation};
use super::records::Records;
use super::result::{At, Bands, Branch, Forecast, GivenAt, Role, Shown, Verdict};
use super::timeline::Timeline;
use super::weighted::{Scales, Weighted, compared, lines_at};
use crate::assembly::LATENT_INSTRUMENT;
use crate::cohort::{Known, MODEL};
use crate::course::Course;
use crate::definition::{duration, in_words};
use crate::library::Library;
use crate::posterior::rows_of;
use crate::response::{Disorder, Exposure, Session, Situation, Thetas};
use crate::simulate::SimulateError;
use euthymia_diagnostics::Diagnostic;
use euthymia_engine::{Options, Progress};
use euthymia_stats::random::Stream;

/// A forecast from as few effective particles as this is rough.
pub const FEW_PARTICLES: f64 = 200.0;
/// Scores that leave the standard deviation at so much of the population's, or more, have changed nothing worth telling.
pub const NO_BETTER: f64 = 0.95;
/// Times that are nearer than this are one, h.
const MOMENT_H: f64 = 1e-9;
/// How many parts of the work progress is told of.
pub const PARTS: u64 = 1000;
/// Most points of a band.
const MOST_TIMES: f64 = 44.0;

/// How a forecast is made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Seed of the particles.
    pub seed: u64,
    /// Draws of the parameters: all that there are, if there are fewer.
    pub draws: u32,
    /// Studies for each of them.
    pub studies: u32,
    /// How sessions are computed, and on how many threads the rest.
    pub engine: Options,
    /// The day of the first dose where the file tells of none.
    pub start: Option<Date>,
    /// How far the forecast goes from now, h: to the end of the course where it is not said, and to the last named time in any case.
    pub horizon_h: Option<f64>,
    /// Times from now at which chances are told, h.
    pub at_h: Vec<f64>,
    /// Instrument that is shown: that of the last score, where none is named.
    pub instrument: Option<String>,
    /// What is asked about.
    pub changes: Changes,
}

impl Settings {
    /// 500 draws with 20 studies each.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            seed: 1,
            draws: 500,
            studies: 20,
            engine: Options::standard(),
            start: None,
            horizon_h: None,
            at_h: vec![168.0, 336.0, 672.0],
            instrument: None,
            changes: Changes::default(),
        }
    }
}

/// What everything is computed with.
pub(super) struct Model {
    pub(super) particles: Particles,
    pub(super) situation: Situation,
}

impl Model {
    pub(super) fn new(
        course: &Course,
        settings: &Settings,
        library: &Library,
    ) -> Result<Self, SimulateError> {
        let disorder = Disorder::of(&course.condition).filter(|_| course.response_model == MODEL);
        let Some(disorder) = disorder else {
            let message = format!(
                "a forecast is made by the response model `{MODEL}`, which the course does not use, or not for `{}`",
                course.condition
            );
            let help = format!("it is about {}", crate::CONDITIONS.join(", "));
            return Err(files(Diagnostic::error("F013", message).help(help)));
        };
        let known = Known::of(library)?;
        Ok(Self {
            particles: Particles::new(thetas(settings, library)?, settings.studies, settings.seed),
            situation: situation(course, disorder, known.ln_size),
        })
    }
}

/// Draws of the parameters that the settings ask for.
pub(super) fn thetas(settings: &Settings, library: &Library) -> Result<Vec<Thetas<f64>>, SimulateError> {
    let all = library.response_draws(MODEL).map_err(SimulateError::Files)?;
    let count = settings
        .draws
        .clamp(1, u32::try_from(all.len()).unwrap_or(u32::MAX).max(1));
    let rows = rows_of(Stream::new(settings.seed), all.len(), count);
    Ok(rows.into_iter().filter_map(|row| all.get(row).copied()).collect())
}

fn files(diagnostic: Diagnostic) -> SimulateError {
    SimulateError::Files(vec![diagnostic])
}

/// Forecasts.
///
/// # Errors
/// The records do not fit the course or the library, or the run was ended.
pub fn forecast(
    records: &Records,
    course: &Course,
    settings: &Settings,
    library: &Library,
    progress: &dyn Progress,
) -> Result<Forecast, SimulateError> {
    let model = Model::new(course, settings, library)?;
    let wanted = settings.instrument.as_deref();
    let mut timeline =
        Timeline::new(records, course, wanted, settings.start, library).map_err(SimulateError::Files)?;
    if !timeline.instrument.descends_from(&timeline.scale) {
        let message = format!(
            "scores on {} cannot be shown on `{}`: no table reads one on the other",
            timeline.scale, timeline.instrument.id
        );
        return Err(files(
            Diagnostic::error("F014", message).help("leave `--instrument` out"),
        ));
    }
    let longest_h = settings.at_h.iter().copied().fold(24.0, f64::max);
    let until_h = match settings.horizon_h {
        Some(horizon_h) => timeline.now_h + horizon_h.max(longest_h),
        None => course.horizon_h.max(timeline.now_h + longest_h),
    };
    let found = alternatives::all(&mut timeline, course, &settings.changes, until_h, library)
        .map_err(SimulateError::Files)?;
    let exposures: Vec<Exposure> = timeline
        .regimens
        .0
        .iter()
        .map(|given| Exposure::of(given, library, &settings.engine))
        .collect::<Result<_, _>>()?;
    let scale_top = library
        .instrument(&timeline.scale)
        .map_err(SimulateError::Files)?
        .maximum;
    let work = Work {
        model: &model,
        timeline: &timeline,
        exposures: &exposures,
        threads: settings.engine.threads,
        progress,
        top: scale_top,
    };
    work.forecast(course, &found, settings, until_h)
}

struct Work<'w> {
    model: &'w Model,
    timeline: &'w Timeline,
    exposures: &'w [Exposure],
    threads: usize,
    progress: &'w dyn Progress,
    top: f64,
}

/// One time of one alternative.
#[derive(Clone, Copy, Debug)]
struct Task {
    /// None: until now.
    branch: Option<usize>,
    time_h: f64,
    /// From now, h, of a time that chances are told of.
    after_h: Option<f64>,
}

/// What a task comes to.
#[derive(Clone, Debug)]
struct Done {
    task: Task,
    patient: [f64; 5],
    population: [f64; 5],
    at: Option<At>,
}

impl Work<'_> {
    fn lines(&self, sessions: &[Session], time_h: f64) -> Vec<super::update::Line> {
        let with = (self.model.situation, self.exposures);
        lines_at(&self.model.particles, sessions, with, time_h)
    }

    fn scales(&self) -> Scales<'_> {
        Scales {
            scale: &self.timeline.scale,
            top: self.top,
            instrument: &self.timeline.instrument,
            baseline: self.timeline.baseline,
            baseline_shown: self.timeline.baseline_shown,
        }
    }

    fn forecast(
        &self,
        course: &Course,
        found: &[Alternative],
        settings: &Settings,
        until_h: f64,
    ) -> Result<Forecast, SimulateError> {
        let count = self.model.particles.len();
        let before: Vec<Session> = self.timeline.events.iter().map(|event| event.session).collect();
        let rated = self.timeline.rated();
        let lines: Vec<_> = rated
            .iter()
            .map(|(time_h, _)| self.lines(&before, *time_h))
            .collect();
        let ratings: Vec<_> = rated.iter().map(|(_, rated)| *rated).collect();
        let patient = Weighted::given(&lines, &ratings, count);
        let population = Weighted::population(count);

        let now_h = self.timeline.now_h;
        let step_h = ((until_h / MOST_TIMES / 24.0).ceil() * 24.0).max(24.0);
        let grid = |from_h: f64, to_h: f64| {
            let mut times = vec![from_h];
            let first = (from_h / step_h).floor() as u32 + 1;
            let inner = (first..)
                .map(|k| f64::from(k) * step_h)
                .take_while(|time| *time < to_h - 1.0);
            times.extend(inner);
            if to_h > from_h {
                times.push(to_h);
            }
            times
        };
        let task = |branch, after_h| {
            move |time_h| Task {
                branch,
                time_h,
                after_h,
            }
        };
        let mut tasks: Vec<Task> = grid(0.0, now_h).into_iter().map(task(None, None)).collect();
        for branch in 0..found.len() {
            tasks.extend(grid(now_h, until_h).into_iter().map(task(Some(branch), None)));
            let named = settings
                .at_h
                .iter()
                .copied()
                .filter(|after_h| now_h + after_h <= until_h + MOMENT_H);
            tasks.extend(named.map(|after_h| Task {
                branch: Some(branch),
                time_h: now_h + after_h,
                after_h: Some(after_h),
            }));
        }
        let sessions: Vec<Vec<Session>> = found.iter().map(|one| one.sessions(self.timeline)).collect();
        let scales = self.scales();
        let of = |at: usize| {
            let task = tasks[at];
            let given = task.branch.map_or(&before, |branch| &sessions[branch]);
            let lines = self.lines(given, task.time_h);
            let (own, usual) = (patient.parts(&lines), population.parts(&lines));
            let told = task.after_h.map(|after_h| {
                let (width, shift) = compared(&own, &usual);
                At {
                    after_h,
                    time_h: task.time_h,
                    patient: scales.chance(&own),
                    population: scales.chance(&usual),
                    width,
                    shift,
                }
            });
            Done {
                task,
                patient: scales.quantiles(&own),
                population: scales.quantiles(&usual),
                at: told,
            }
        };
        let done = parallel::each(tasks.len(), self.threads, (self.progress, PARTS), of)?;
        Ok(self.told(
            course,
            found,
            (&done, &patient, settings),
            rated.iter().map(|(_, one)| one.count as usize).sum(),
        ))
    }

    fn told(
        &self,
        course: &Course,
        found: &[Alternative],
        (done, patient, settings): (&[Done], &Weighted, &Settings),
        updates: usize,
    ) -> Forecast {
        let timeline = self.timeline;
        let bands = |branch: Option<usize>| {
            let own = done
                .iter()
                .filter(move |one| one.task.branch == branch && one.at.is_none());
            let times: Vec<f64> = own.clone().map(|one| one.task.time_h).collect();
            (
                times,
                gathered(own.clone().map(|one| one.patient)),
                gathered(own.map(|one| one.population)),
            )
        };
        let branches: Vec<Branch> = found
            .iter()
            .enumerate()
            .map(|(branch, one)| {
                let (times_h, own, population) = bands(Some(branch));
                let at = done.iter().filter(|done| done.task.branch == Some(branch));
                Branch {
                    change: one.change,
                    label: one.label.clone(),
                    description: one.description.clone(),
                    sessions_h: one.events.iter().map(|event| event.session.time_h).collect(),
                    times_h,
                    patient: own,
                    population,
                    at: at.filter_map(|done| done.at).collect(),
                }
            })
            .collect();
        let (past_h, past, past_population) = bands(None);
        let effective = patient.effective();
        let mut warnings = Vec::new();
        if updates > 0 && effective < FEW_PARTICLES {
            warnings.push(format!(
                "only {} of {} particles count: the scores are far from what the model expects, and the bands are rough; \
                 `--studies` takes more",
                in_words(effective.round()),
                self.model.particles.len()
            ));
        }
        if timeline.scale != LATENT_INSTRUMENT {
            warnings.push(format!(
                "scores on {} are told relative to their own baseline, as trials of this condition report them",
                timeline.instrument.abbreviation
            ));
        }
        let words = |time_h: f64| Date::of_hours(timeline.origin + time_h).words();
        Forecast {
            course: course.title.clone(),
            instrument: timeline.instrument.id.clone(),
            abbreviation: timeline.instrument.abbreviation.clone(),
            range: [timeline.instrument.minimum, timeline.instrument.maximum],
            definitions: [
                timeline.instrument.response_in_words(),
                timeline.instrument.remission_in_words(),
            ],
            remission: timeline.instrument.remission_cut_off,
            start: words(0.0),
            today: words(timeline.now_h),
            now_h: timeline.now_h,
            baseline: timeline.baseline_shown,
            scores: self.shown(),
            updates,
            given: self.given(),
            past_h,
            past,
            past_population,
            verdict: verdict(&branches, updates),
            branches,
            particles: self.model.particles.len(),
            effective,
            warnings,
            assumptions: self.assumptions(course),
            unused: timeline.unused.clone(),
            seed: settings.seed,
        }
    }

    fn shown(&self) -> Vec<Shown> {
        let timeline = self.timeline;
        let last = timeline.scores.iter().filter(|score| score.time_h <= 0.0);
        let baseline_h = last.map(|score| score.time_h).fold(f64::NEG_INFINITY, f64::max);
        let shown = |score: &super::timeline::Scored| {
            let read = timeline.instrument.from_linked(&timeline.scale, score.latent);
            Shown {
                date: score.date.words(),
                time_h: score.time_h,
                instrument: score.instrument.clone(),
                value: score.value,
                shown: if score.instrument == timeline.instrument.id {
                    score.value
                } else {
                    read.unwrap_or(f64::NAN)
                },
                role: if score.time_h > 0.0 {
                    Role::Update
                } else if score.time_h == baseline_h {
                    Role::Baseline
                } else {
                    Role::Earlier
                },
            }
        };
        timeline.scores.iter().map(shown).collect()
    }

    fn given(&self) -> Vec<GivenAt> {
        let timeline = self.timeline;
        let of = |event: &super::timeline::Event| {
            let regimen = event
                .session
                .regimen
                .and_then(|regimen| timeline.regimens.0.get(regimen));
            let doses = regimen.map(|given| {
                let doses: Vec<String> = given
                    .portions
                    .iter()
                    .map(|portion| in_dose(portion.dose))
                    .collect();
                format!(" {} {}", doses.join(" + "), given.route)
            });
            GivenAt {
                date: Date::of_hours(timeline.origin + event.session.time_h).words(),
                time_h: event.session.time_h,
                what: format!("{}{}", event.drug, doses.unwrap_or_default()),
            }
        };
        timeline.events.iter().map(of).collect()
    }

    fn assumptions(&self, course: &Course) -> Vec<String> {
        let mut told = vec![
            "the response model of Euthymia, fitted to arms of published trials, holds for this patient; it has not been tested on \
             real people's own courses"
                .to_owned(),
            "occupancy of the receptor is that of the typical person of 75 kg; how this patient differs is part of the drug's effect, \
             which the scores inform"
                .to_owned(),
            "bands are of ratings: where a rater's next score is likely to be, scatter of the rating included".to_owned(),
            "nothing else changes: no other treatment, no relapse out of the blue, no end of an antidepressant or of psychotherapy"
                .to_owned(),
        ];
        let blinding = course.blinding.word();
        told.push(format!(
            "what the patient knows about the drug is as in the course: {blinding}"
        ));
        if self
            .timeline
            .scores
            .iter()
            .any(|score| score.instrument != self.timeline.scale)
        {
            told.push(format!(
                "scores on other scales are read on the {} by the tables of the library, as if those were exact",
                self.timeline.scale
            ));
        }
        told.extend(self.timeline.assumptions.iter().cloned());
        told
    }
}

fn gathered(quantiles: impl Iterator<Item = [f64; 5]>) -> Bands {
    let mut bands = Bands::default();
    for [p05, p25, p50, p75, p95] in quantiles {
        bands.p05.push(p05);
        bands.p25.push(p25);
        bands.p50.push(p50);
        bands.p75.push(p75);
        bands.p95.push(p95);
    }
    bands
}

/// Whether scores changed anything, of the course going on, at the last named time.
fn verdict(branches: &[Branch], updates: usize) -> Verdict {
    let last = branches.first().and_then(|branch| branch.at.last());
    let (width, shift) = last.map_or((1.0, 0.0), |at| (at.width, at.shift));
    let better = updates > 0 && width < NO_BETTER;
    let percent = |part: f64| in_words((100.0 * part).round());
    let when = last.map_or_else(String::new, |at| format!(" {} from now", duration(at.after_h)));
    let count = if updates == 1 {
        "1 score".to_owned()
    } else {
        format!("{updates} scores")
    };
    let sentence = if updates == 0 {
        "There is no score after the first dose: this is the forecast of the population with this baseline."
            .to_owned()
    } else if better {
        let direction = if shift > 0.0 { "worse" } else { "better" };
        let moved = in_words((shift.abs() * 100.0).round() / 100.0);
        format!(
            "{count} after the first dose made the forecast{when} narrower, to {} % of the population's spread, and moved it {moved} \
             of that spread to the {direction}.",
            percent(width)
        )
    } else {
        format!(
            "No better than the population: {count} after the first dose left {} % of the spread of the forecast{when} (a forecast \
             counts as better below {} %).",
            percent(width),
            percent(NO_BETTER)
        )
    };
    Verdict {
        better,
        width,
        shift,
        sentence,
    }
}
