//! From records to one patient's clock: the first dose is hour 0, what was scored before it is the baseline, what was given since is
//! a list of sessions.

use super::date::Date;
use super::records::{Dose, Records, Unused};
use super::update::Rated;
use crate::assembly::LATENT_INSTRUMENT;
use crate::course::{Course, DoseAmount, Treatment};
use crate::drug::DrugKind;
use crate::instrument::Instrument;
use crate::library::Library;
use crate::response::{Disorder, Given, Kind, Portion, Session};
use euthymia_diagnostics::Diagnostic;
use euthymia_vecmath::scalar::{exp, ln};

/// Least score that has a logarithm, points: a score of 0 stands for less than half a point.
pub(super) const LEAST: f64 = 0.5;
/// Doses of a drug within so many hours of the first of them are one session: sprays one after the other.
const SESSION_H: f64 = 4.0;
/// When scores and doses are taken to have been, of days without a time: hours since midnight.
const SCORES_AT: f64 = 9.0;
const DOSES_AT: f64 = 10.0;

/// A score on the patient's clock.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scored {
    pub(super) time_h: f64,
    pub(super) date: Date,
    pub(super) instrument: String,
    pub(super) value: f64,
    /// On the scale that the model works on.
    pub(super) latent: f64,
    /// Variance of the logarithm of that by rounding to whole points of the instrument.
    pub(super) rounding: f64,
}

/// What is given, each kind once, and what the sessions refer to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Regimens(pub(super) Vec<Given>);

impl Regimens {
    /// The place of a regimen.
    pub(super) fn place(&mut self, given: Given) -> usize {
        let known = self.0.iter().position(|known| *known == given);
        known.unwrap_or_else(|| {
            self.0.push(given);
            self.0.len() - 1
        })
    }
}

/// One session, and of which drug it was.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) session: Session,
    pub(super) drug: String,
}

/// One patient until now.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timeline {
    /// Hours since 1970 of the first dose.
    pub(super) origin: f64,
    /// The last thing known, h after the first dose; 0 where nothing has been given.
    pub(super) now_h: f64,
    /// Identifier of the scale that the model works on.
    pub(super) scale: String,
    pub(super) instrument: Instrument,
    /// Before the first dose, on the scale and on the instrument.
    pub(super) baseline: f64,
    pub(super) baseline_shown: f64,
    pub(super) scores: Vec<Scored>,
    pub(super) events: Vec<Event>,
    pub(super) regimens: Regimens,
    /// Drugs of the course whose doses the file does not tell: the schedule of the course is taken.
    pub(super) untold: Vec<String>,
    pub(super) assumptions: Vec<String>,
    pub(super) unused: Vec<Unused>,
}

impl Timeline {
    /// # Errors
    /// There is no score before the first dose, or none that the model can work with.
    pub(super) fn new(
        records: &Records,
        course: &Course,
        wanted: Option<&str>,
        start: Option<Date>,
        library: &Library,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut assumptions = Vec::new();
        let mut unused = records.unused.clone();
        let times = times(records, &mut assumptions);
        let origin = match (times.doses.iter().copied().reduce(f64::min), start) {
            (Some(first), _) => first,
            (None, Some(start)) => start.day as f64 * 24.0 + start.hour.unwrap_or(DOSES_AT),
            (None, None) => {
                let first = times.scores.iter().copied().reduce(f64::min);
                first.ok_or_else(|| vec![nothing_scored()])? + (DOSES_AT - SCORES_AT)
            }
        };
        let (scale, mut scores) = scale(records, &times.scores, origin, course, library, &mut unused)?;
        scores.sort_by(|a, b| {
            let by_time = a.time_h.total_cmp(&b.time_h);
            by_time
                .then_with(|| a.instrument.cmp(&b.instrument))
                .then(a.value.total_cmp(&b.value))
        });
        let (id, baseline) = baseline(&scores, wanted, origin)?;
        let instrument = library.instrument(&id)?;
        let own = scores
            .iter()
            .rev()
            .find(|score| score.time_h <= 0.0 && score.instrument == id);
        let baseline_shown = match own {
            Some(score) => score.value,
            None => instrument
                .from_linked(&scale, baseline)
                .map_or(baseline, f64::round),
        };
        if scores.iter().any(|score| score.latent <= LEAST) {
            assumptions.push(format!(
                "a score below half a point is taken as half a point: 0 has no logarithm ({LEAST} on {scale})"
            ));
        }
        let mut timeline = Self {
            origin,
            now_h: scores.iter().map(|score| score.time_h).fold(0.0, f64::max),
            scale,
            instrument,
            baseline,
            baseline_shown,
            scores,
            events: Vec::new(),
            regimens: Regimens::default(),
            untold: Vec::new(),
            assumptions,
            unused,
        };
        timeline.take(&records.doses, &times.doses, course);
        timeline.assume_untold(course, records.doses.is_empty());
        Ok(timeline)
    }

    /// Takes the doses in as sessions.
    fn take(&mut self, doses: &[Dose], times: &[f64], course: &Course) {
        let mut order: Vec<usize> = (0..doses.len()).collect();
        order.sort_by(|a, b| {
            let by_time = times[*a].total_cmp(&times[*b]);
            let by_drug = doses[*a].drug.cmp(&doses[*b].drug);
            by_drug.then(by_time)
        });
        let mut open: Option<(f64, &Dose, Given)> = None;
        for at in order {
            let (dose, time_h) = (&doses[at], times[at] - self.origin);
            self.now_h = self.now_h.max(time_h);
            let portion = |from_h: f64| {
                let infusion_h = infusion_h(dose, course);
                dose.amount.map(|amount| Portion {
                    after_h: time_h - from_h,
                    dose: amount,
                    infusion_h,
                })
            };
            match &mut open {
                Some((from_h, first, given))
                    if first.drug == dose.drug
                        && first.route == dose.route
                        && time_h - *from_h < SESSION_H =>
                {
                    given.portions.extend(portion(*from_h));
                }
                _ => {
                    if let Some((from_h, first, given)) = open.take() {
                        self.session(from_h, first, given, course);
                    }
                    let given = Given {
                        drug: dose.drug.clone(),
                        route: dose.route.clone(),
                        portions: portion(time_h).into_iter().collect(),
                    };
                    open = Some((time_h, dose, given));
                }
            }
        }
        if let Some((from_h, first, given)) = open.take() {
            self.session(from_h, first, given, course);
        }
        self.events
            .sort_by(|a, b| a.session.time_h.total_cmp(&b.session.time_h));
    }

    fn session(&mut self, time_h: f64, dose: &Dose, given: Given, course: &Course) {
        let in_course = course.treatments.iter().find(|one| one.drug.id == dose.drug);
        let attended = in_course.is_none_or(|one| one.drug.expectancy.session);
        let is_control = in_course.is_some_and(|one| one.drug.kind == DrugKind::Control);
        let regimen = (!given.portions.is_empty()).then(|| self.regimens.place(given));
        self.events.push(Event {
            session: Session {
                time_h,
                kind: if is_control {
                    Kind::InactiveControl
                } else {
                    Kind::Drug
                },
                regimen,
                attended,
            },
            drug: dose.drug.clone(),
        });
    }

    /// Of drugs without a dose in the file the schedule of the course is taken, up to now.
    fn assume_untold(&mut self, course: &Course, all: bool) {
        let mut untold: Vec<String> = course.treatments.iter().map(|one| one.drug.id.clone()).collect();
        untold.sort();
        untold.dedup();
        untold.retain(|drug| !self.events.iter().any(|event| event.drug == *drug));
        let now_h = self.now_h;
        let mut taken = 0;
        for event in scheduled(course, &mut self.regimens) {
            if untold.contains(&event.drug) && event.session.time_h < now_h {
                self.events.push(event);
                taken += 1;
            }
        }
        self.events
            .sort_by(|a, b| a.session.time_h.total_cmp(&b.session.time_h));
        if taken > 0 {
            let what = if all {
                "no doses".to_owned()
            } else {
                format!("no dose of {}", untold.join(", "))
            };
            self.assumptions.push(format!(
                "the file tells {what}: the schedule of the course is taken as given, {taken} times until now"
            ));
        }
        if all {
            self.assumptions.push(format!(
                "the first dose is taken to be on {}: `--start DATE` says otherwise",
                Date::of_hours(self.origin).words()
            ));
        }
        self.untold = untold;
    }

    /// Ratings after the first dose, those of one time together.
    pub(super) fn rated(&self) -> Vec<(f64, Rated)> {
        let mut rated: Vec<(f64, Rated)> = Vec::new();
        let after: Vec<&Scored> = self.scores.iter().filter(|score| score.time_h > 0.0).collect();
        for group in after.chunk_by(|a, b| a.time_h == b.time_h) {
            let of = |score: &&Scored| ln(self.baseline / score.latent);
            let count = group.len() as f64;
            let mean = group.iter().map(of).sum::<f64>() / count;
            let squares = group.iter().map(|score| {
                let off = of(score) - mean;
                off * off
            });
            rated.push((
                group[0].time_h,
                Rated {
                    count,
                    improvement: mean,
                    squares: squares.sum(),
                    rounding: group.iter().map(|score| score.rounding).sum::<f64>() / count,
                },
            ));
        }
        rated
    }
}

/// Everything the course plans, by time.
pub(super) fn scheduled(course: &Course, regimens: &mut Regimens) -> Vec<Event> {
    let mut events = Vec::new();
    for treatment in &course.treatments {
        let regimen = treatment.dose.map(|dose| regimens.place(given(treatment, dose)));
        for time_h in &treatment.times_h {
            events.push(Event {
                session: Session {
                    time_h: *time_h,
                    kind: match treatment.drug.kind {
                        DrugKind::Active => Kind::Drug,
                        DrugKind::Control => Kind::InactiveControl,
                    },
                    regimen,
                    attended: treatment.drug.expectancy.session,
                },
                drug: treatment.drug.id.clone(),
            });
        }
    }
    events.sort_by(|a, b| a.session.time_h.total_cmp(&b.session.time_h));
    events
}

/// What a treatment gives in one session.
fn given(treatment: &Treatment, dose: DoseAmount) -> Given {
    Given {
        drug: treatment.drug.id.clone(),
        route: treatment.route.clone(),
        portions: vec![Portion {
            after_h: 0.0,
            dose,
            infusion_h: treatment.infusion_h,
        }],
    }
}

/// How long a dose ran in: as the course says of its drug and route.
fn infusion_h(dose: &Dose, course: &Course) -> Option<f64> {
    let same = |one: &&Treatment| one.drug.id == dose.drug && one.route == dose.route;
    course.treatments.iter().find(same).and_then(|one| one.infusion_h)
}

/// Hours since 1970 of scores and doses.
struct Times {
    scores: Vec<f64>,
    doses: Vec<f64>,
}

fn times(records: &Records, assumptions: &mut Vec<String>) -> Times {
    let at = |date: &Date, usual: f64| date.day as f64 * 24.0 + date.hour.unwrap_or(usual);
    let doses: Vec<f64> = records
        .doses
        .iter()
        .map(|dose| at(&dose.date, DOSES_AT))
        .collect();
    let score = |date: &Date| {
        let usual = at(date, SCORES_AT);
        if date.hour.is_some() {
            return usual;
        }
        let same_day = records
            .doses
            .iter()
            .zip(&doses)
            .filter(|(dose, _)| dose.date.day == date.day);
        same_day
            .map(|(_, time)| time - (DOSES_AT - SCORES_AT))
            .fold(usual, f64::min)
    };
    let scores: Vec<f64> = records.scores.iter().map(|one| score(&one.date)).collect();
    let untimed = |one: &super::records::Score| {
        one.date.hour.is_none() && records.doses.iter().any(|dose| dose.date.day == one.date.day)
    };
    if records.scores.iter().any(untimed) {
        assumptions.push(
            "a score of the day of a dose, without the time of day, is taken as before the dose".to_owned(),
        );
    }
    Times { scores, doses }
}

fn nothing_scored() -> Diagnostic {
    Diagnostic::error("F010", "there is no score that the forecast can use").help(
        "it needs at least one score before the first dose: a row such as `2026-03-02,score,madrs,34,,`",
    )
}

/// The scale the model works on, and the scores on it; what is on no scale in common is put aside.
fn scale(
    records: &Records,
    times: &[f64],
    origin: f64,
    course: &Course,
    library: &Library,
    unused: &mut Vec<Unused>,
) -> Result<(String, Vec<Scored>), Vec<Diagnostic>> {
    let depression = Disorder::of(&course.condition).is_none_or(Disorder::is_depression);
    let mut found: Vec<(String, Scored, &str)> = Vec::new();
    for (score, time) in records.scores.iter().zip(times) {
        let instrument = library.instrument(&score.instrument)?;
        let scale = if instrument.descends_from(LATENT_INSTRUMENT) {
            LATENT_INSTRUMENT.to_owned()
        } else {
            instrument.id.clone()
        };
        if depression && scale != LATENT_INSTRUMENT {
            let why = instrument
                .unlinked
                .as_deref()
                .unwrap_or("it is not linked to the MADRS");
            unused.push(Unused {
                place: score.place.clone(),
                what: format!("{} {}", instrument.abbreviation, score.value),
                reason: format!("{why}; the course is about depression"),
                help: "use a scale of depression, or a course whose condition the scale is about".to_owned(),
            });
            continue;
        }
        let latent = instrument
            .to_linked(&scale, score.value)
            .unwrap_or(score.value)
            .max(LEAST);
        let scored = Scored {
            time_h: time - origin,
            date: score.date,
            instrument: score.instrument.clone(),
            value: score.value,
            latent,
            rounding: rounding(&instrument, &scale, score.value, latent),
        };
        found.push((scale, scored, &score.place));
    }
    // Of several scales that do not read each other, the one with most scores that has a baseline.
    let mut scales: Vec<&String> = found.iter().map(|(scale, ..)| scale).collect();
    scales.sort();
    scales.dedup();
    let weight = |scale: &&&String| {
        let own = found.iter().filter(|(of, ..)| of == **scale);
        let has_baseline = own.clone().any(|(_, scored, _)| scored.time_h <= 0.0);
        (has_baseline, own.count())
    };
    let chosen = scales.iter().max_by_key(weight).map(|scale| (*scale).clone());
    let chosen = chosen.ok_or_else(|| vec![nothing_scored()])?;
    let mut scores = Vec::new();
    for (scale, scored, place) in found {
        if scale == chosen {
            scores.push(scored);
        } else {
            unused.push(Unused {
                place: place.to_owned(),
                what: format!("{} {}", scored.instrument, scored.value),
                reason: format!("no table reads it on {chosen}, which most of the scores are on"),
                help: format!("forecast it alone, in a file without the scores on {chosen}"),
            });
        }
    }
    Ok((chosen, scores))
}

/// The variance of the logarithm of a score by rounding to whole points: that of a uniform distribution over a point.
pub(super) fn rounding(instrument: &Instrument, scale: &str, value: f64, latent: f64) -> f64 {
    let read = |value: f64| {
        instrument
            .to_linked(scale, instrument.bounded(value))
            .unwrap_or(value)
    };
    let point = read(value + 0.5) - read(value - 0.5);
    point * point / (12.0 * latent * latent)
}

/// The instrument that is shown, and the baseline on the scale: the mean logarithm of the last time before the first dose.
fn baseline(scores: &[Scored], wanted: Option<&str>, origin: f64) -> Result<(String, f64), Vec<Diagnostic>> {
    let Some(last) = scores.iter().rev().find(|score| score.time_h <= 0.0) else {
        let first = Date::of_hours(origin).words();
        let diagnostic = Diagnostic::error(
            "F011",
            format!("there is no score before the first dose, on {first}"),
        )
        .help("add the last score before it: what follows is told relative to it")
        .help("a score of the same day counts as before the dose where no time of day is told");
        return Err(vec![diagnostic]);
    };
    let same: Vec<&Scored> = scores
        .iter()
        .filter(|score| score.time_h == last.time_h)
        .collect();
    let mean = same.iter().map(|score| ln(score.latent)).sum::<f64>() / same.len() as f64;
    let shown = match wanted {
        Some(wanted) => wanted.to_owned(),
        None => scores.last().unwrap_or(last).instrument.clone(),
    };
    // The mean of one is that one.
    let value = if same.len() == 1 { last.latent } else { exp(mean) };
    Ok((shown, value))
}
