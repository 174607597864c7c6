//! A search over schedules of a course: dose, interval, number of sessions, maintenance, infusion; what must hold, what is aimed at, and
//! what nothing beats.
//!
//! Only a session with another dose or infusion costs the engine anything ([`crate::cohort::sessions`]); every other schedule is
//! followed in closed form in the same people, so that thousands are compared, and what they differ by is sharp (`evaluate`). A
//! range is searched twice: at round steps, then half way between what was best and its neighbours (`grid`).
//!
//! The answer is no single schedule. It is the frontier of benefit against burden, with the uncertainty of its parameters and of
//! studies (`judge`), beside the course as it was given.
//!
//! Mistakes on the command line are [`Mistake`]s, which say where; what the course or the library lacks is an
//! [`OptimiseError::Search`] in a sentence.

mod acute;
mod aim;
mod evaluate;
mod frontier;
mod grid;
mod judge;
mod keep;
mod known;
mod monitoring;
mod people;
mod result;
mod scan;
mod schedule;
mod tell;
mod vary;

#[cfg(test)]
mod tests;

pub use aim::{Aim, Goal, aim};
pub use frontier::non_dominated;
pub use keep::{Keep, Measure, Side, keep};
pub use result::{
    Against, AimTold, Benefit, BurdenTold, Estimate, KeepTold, Kept, Optimised, Point, Short, Varied,
};
pub use scan::Mistake;
pub use vary::{DoseUnit, Key, Values, Vary, vary};

use crate::cohort::{Acute, Cohort, sessions};
use crate::course::{Antidepressant, Course, DoseAmount};
use crate::design::FEWEST_FOR_INTERVALS;
use crate::instrument::Direction;
use crate::library::Library;
use crate::simulate::{Settings, SimulateError};
use euthymia_diagnostics::Source;
use euthymia_engine::Progress;
use evaluate::{Evaluated, Evaluator};
use judge::Verdict;
use monitoring::Monitoring;
use people::{Kind, Patients};
use schedule::{MOST_REGIMENS, Pattern, Regimen, Schedule};
use std::collections::BTreeSet;
use thiserror::Error;

/// What is told to the progress in all: a search does not know at its beginning how much there will be to do.
pub const WORK: u64 = 1000;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is varied.
    pub vary: Vec<Vary>,
    /// What must hold.
    pub keep: Vec<Keep>,
    /// What is aimed at; the first decides how the answer is told.
    pub aims: Vec<Aim>,
    /// What benefit is set against.
    pub against: Against,
    /// Probability with which everything must hold; absent: in the mean.
    pub certainty: Option<f64>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum OptimiseError {
    /// The search does not fit the course.
    #[error("{0}")]
    Search(String),
    /// A simulation failed.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
}

/// Searches. The result holds no command, version or hashes: whoever read the files fills in its `provenance`.
///
/// # Errors
/// [`OptimiseError`].
pub fn optimise(
    course: &Course,
    library: &Library,
    request: &Request,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Optimised, OptimiseError> {
    let size = settings.subjects.unwrap_or(course.size);
    let cohort = Cohort::of_course(course, (size, settings.design, settings.seed), library)?;
    let mut search = Search::new(course, &cohort, library, (request, settings))?;
    let given = search.pattern.as_given();
    search.beside(progress)?;
    search.simulate(std::slice::from_ref(&given), (progress, 0, 50))?;
    search.check()?;
    let patients = Patients::new(&cohort, &request.aims, search.background());
    let reference = patients.outcomes(&given, &search.kinds);

    let mut schedules = distinct(std::iter::once(given).chain(search.pattern.all()), &[]);
    search.simulate(&schedules, (progress, 50, 450))?;
    let mut all = search.evaluate(&patients, &reference, &schedules, (progress, 450, 600))?;
    let verdict = search.verdict(&all);
    let best = schedules.iter().zip(&verdict.on_frontier).filter(|(_, on)| **on);
    let near = best.flat_map(|(schedule, _)| search.pattern.beside(schedule));
    let finer = distinct(near, &schedules);
    search.simulate(&finer, (progress, 600, 900))?;
    all.extend(search.evaluate(&patients, &reference, &finer, (progress, 900, WORK))?);
    schedules.extend(finer);
    tell::told(&search, &schedules, &all, &search.verdict(&all))
}

/// What a search reads of the library beside what the course does.
#[must_use]
pub fn inputs(library: &Library) -> Vec<Source> {
    let files = [monitoring::FILE, "response/designs.toml"].into_iter();
    files
        .filter_map(|path| Some(library.document(path)?.source.clone()))
        .collect()
}

/// Schedules that are no others', in their order, without those that are known.
fn distinct(schedules: impl Iterator<Item = Schedule>, known: &[Schedule]) -> Vec<Schedule> {
    let mut seen: BTreeSet<Vec<u64>> = known.iter().map(Schedule::key).collect();
    schedules.filter(|schedule| seen.insert(schedule.key())).collect()
}

/// Everything that stays the same while schedules are tried.
struct Search<'s> {
    course: &'s Course,
    library: &'s Library,
    request: &'s Request,
    settings: &'s Settings,
    cohort: &'s Cohort,
    pattern: Pattern,
    monitoring: Monitoring,
    kinds: Vec<Kind>,
    /// Sessions from here on are not counted, h.
    until_h: f64,
}

impl<'s> Search<'s> {
    fn new(
        course: &'s Course,
        cohort: &'s Cohort,
        library: &'s Library,
        (request, settings): (&'s Request, &'s Settings),
    ) -> Result<Self, OptimiseError> {
        let refuse = |why: String| Err(OptimiseError::Search(why));
        if course.response_model != crate::cohort::MODEL {
            return refuse(format!(
                "a search follows the response model `{}`; this course has `{}`",
                crate::cohort::MODEL,
                course.response_model
            ));
        }
        let Some(until_h) = request.aims.iter().map(|aim| aim.time_h).reduce(f64::max) else {
            return refuse("nothing is aimed at: name an --aim, such as remission@4w".to_owned());
        };
        if let Some(late) = request.aims.iter().find(|aim| aim.time_h > course.horizon_h) {
            return refuse(format!(
                "--aim {} lies after the horizon of the course ({})",
                late.text,
                crate::definition::duration(course.horizon_h)
            ));
        }
        if request.certainty.is_some() && cohort.size() < FEWEST_FOR_INTERVALS {
            return refuse(format!(
                "--certainty: with {} virtual patients how sure a limit is cannot be told from chance; at least \
                 {FEWEST_FOR_INTERVALS} can",
                cohort.size()
            ));
        }
        Ok(Self {
            course,
            library,
            request,
            settings,
            cohort,
            pattern: Pattern::new(course, &request.vary, until_h)?,
            monitoring: Monitoring::of(library).map_err(SimulateError::Files)?,
            kinds: Vec::new(),
            until_h,
        })
    }

    /// Whether an antidepressant is started, and psychotherapy.
    fn background(&self) -> (bool, bool) {
        let antidepressant = self.course.background == Antidepressant::NewlyStarted;
        (antidepressant, self.course.psychotherapy.is_some())
    }

    /// Simulates what is given beside what is varied.
    fn beside(&mut self, progress: &dyn Progress) -> Result<(), OptimiseError> {
        for (at, treatment) in self.course.treatments.iter().enumerate() {
            if self.pattern.same.contains(&at) {
                continue;
            }
            let times_h = treatment
                .times_h
                .iter()
                .copied()
                .filter(|time_h| *time_h < self.until_h);
            let part = Part {
                whole: progress,
                from: 0,
                to: 0,
                of: self.cohort.size(),
            };
            let engine = (&self.settings.engine, &part as &dyn Progress);
            let effects =
                sessions::beside(self.cohort, treatment, &self.course.factors, self.library, engine)?;
            let hours = self.monitoring.hours(treatment, treatment.infusion_h, 1.0);
            let kind = Kind::new(self.cohort, None, (effects, hours), times_h.collect());
            self.kinds.push(kind);
        }
        Ok(())
    }

    /// Simulates sessions of these schedules that have not been.
    fn simulate(
        &mut self,
        schedules: &[Schedule],
        (progress, from, to): (&dyn Progress, u64, u64),
    ) -> Result<(), OptimiseError> {
        let mut missing: Vec<Regimen> = Vec::new();
        for (_, regimen) in schedules.iter().flat_map(|schedule| &schedule.sessions) {
            let known = self.kinds.iter().any(|kind| kind.regimen == Some(*regimen));
            if !known && !missing.contains(regimen) {
                missing.push(*regimen);
            }
        }
        if self.kinds.len() + missing.len() > 2 * MOST_REGIMENS {
            return Err(OptimiseError::Search("too many different sessions".to_owned()));
        }
        let count = missing.len().max(1) as u64;
        let own = &self.course.treatments[self.pattern.treatment];
        for (at, regimen) in (0..).zip(missing) {
            let part = Part {
                whole: progress,
                from: from + (to - from) * at / count,
                to: from + (to - from) * (at + 1) / count,
                of: self.cohort.size(),
            };
            let treatment = crate::course::Treatment {
                dose: Some(regimen.dose),
                infusion_h: regimen.infusion_h,
                ..own.clone()
            };
            let engine = (&self.settings.engine, &part as &dyn Progress);
            let effects = sessions::beside(
                self.cohort,
                &treatment,
                &self.course.factors,
                self.library,
                engine,
            )?;
            let route = own.drug.route(&own.route);
            let device = route.and_then(|route| route.device.as_ref());
            let devices = match (device, regimen.dose) {
                (Some(device), DoseAmount::Fixed(mg)) => mg / device.content_mg,
                _ => 1.0,
            };
            let hours = self.monitoring.hours(own, regimen.infusion_h, devices);
            let kind = Kind::new(self.cohort, Some(regimen), (effects, hours), Vec::new());
            self.kinds.push(kind);
        }
        Ok(())
    }

    /// Refuses what no model and no file of the library tells.
    fn check(&self) -> Result<(), OptimiseError> {
        let own = &self.course.treatments[self.pattern.treatment];
        let refuse = |what: &str, why: String| Err(OptimiseError::Search(format!("{what}: {why}")));
        let varied: Vec<&Kind> = self.kinds.iter().filter(|kind| kind.regimen.is_some()).collect();
        let untold = |effect: Acute| varied.iter().any(|kind| !kind.effects.told[acute::place(effect)]);
        let no_model = |effect: Acute| {
            format!(
                "no model of {} by this route ({}) tells `{}`",
                own.drug.name,
                own.route,
                effect.name()
            )
        };
        let no_hours = || {
            format!(
                "`monitoring.toml` of the library does not say how long people stay ({})",
                own.route
            )
        };
        let hours_untold = self.kinds.iter().any(|kind| kind.hours.is_none());
        for keep in &self.request.keep {
            let what = format!("--keep {}", keep.text);
            match keep.measure {
                Measure::Probability { effect, .. }
                | Measure::Mean { effect, .. }
                | Measure::Quantile { effect, .. }
                    if untold(effect) =>
                {
                    return refuse(&what, no_model(effect));
                }
                Measure::Hours if hours_untold => return refuse(&what, no_hours()),
                _ => {}
            }
        }
        match self.request.against {
            Against::Hours if hours_untold => refuse("--against hours", no_hours()),
            Against::Dissociation if untold(Acute::Cadss) => {
                refuse("--against dissociation", no_model(Acute::Cadss))
            }
            _ => Ok(()),
        }
    }

    fn evaluate(
        &self,
        patients: &Patients<'_>,
        reference: &[Vec<f64>],
        schedules: &[Schedule],
        (progress, from, to): (&dyn Progress, u64, u64),
    ) -> Result<Vec<Evaluated>, OptimiseError> {
        let evaluator = Evaluator {
            patients,
            kinds: &self.kinds,
            keeps: &self.request.keep,
            design: self.settings.design,
            reference,
        };
        let part = Part {
            whole: progress,
            from,
            to,
            of: schedules.len() as u64,
        };
        let all = evaluator.all(schedules, self.settings.engine.threads, &part);
        all.ok_or(OptimiseError::Simulate(SimulateError::Cancelled))
    }

    fn verdict(&self, all: &[Evaluated]) -> Verdict {
        Verdict::new(all, self.request, self.cohort.size(), self.higher_is_worse())
    }

    fn higher_is_worse(&self) -> bool {
        self.cohort.instrument().direction == Direction::HigherIsWorse
    }
}

/// A part of the work.
struct Part<'p> {
    whole: &'p dyn Progress,
    from: u64,
    to: u64,
    of: u64,
}

impl Progress for Part<'_> {
    fn done(&self, subjects: u64) {
        let share = (self.to - self.from) * subjects.min(self.of) / self.of.max(1);
        self.whole.done(self.from + share);
    }

    fn cancelled(&self) -> bool {
        self.whole.cancelled()
    }
}
