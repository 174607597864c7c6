//! Schedules: what is varied of a course, laid out in time.

use super::OptimiseError;
use super::grid::{Also, Axis};
use super::vary::{DoseUnit, Key, Vary};
use crate::course::{Course, DoseAmount, Treatment};
use crate::definition::duration;
use crate::drug::DrugKind;
use crate::events::devices;

/// Most sessions of one schedule.
const MOST_SESSIONS: usize = 1000;
/// Most schedules of one search.
pub(super) const MOST_SCHEDULES: usize = 10_000;
/// Most different sessions that are simulated.
pub(super) const MOST_REGIMENS: usize = 200;

/// One session as it is given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Regimen {
    pub(super) dose: DoseAmount,
    pub(super) infusion_h: Option<f64>,
}

impl Regimen {
    /// A number for each that differs.
    fn bits(&self) -> [u64; 3] {
        let (kind, dose) = match self.dose {
            DoseAmount::Fixed(mg) => (0, mg),
            DoseAmount::PerWeight(mg_per_kg) => (1, mg_per_kg),
        };
        [kind, dose.to_bits(), self.infusion_h.unwrap_or(-1.0).to_bits()]
    }
}

/// A schedule.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Schedule {
    /// The value of each axis; absent where the course's own is kept.
    pub(super) place: Vec<Option<Option<f64>>>,
    /// When, h after the first session, and what.
    pub(super) sessions: Vec<(f64, Regimen)>,
    /// Sessions of these that are maintenance.
    pub(super) maintenance: usize,
    /// From one session to the next of the induction, h; absent where they are not regular.
    pub(super) interval_h: Option<f64>,
    /// The same of maintenance.
    pub(super) maintenance_h: Option<f64>,
}

impl Schedule {
    /// What is the same for schedules that are the same.
    pub(super) fn key(&self) -> Vec<u64> {
        let of = |(time_h, regimen): &(f64, Regimen)| {
            let [kind, dose, infusion] = regimen.bits();
            [time_h.to_bits(), kind, dose, infusion]
        };
        self.sessions.iter().flat_map(of).collect()
    }
}

/// What is varied, as the course has it.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// Place of the treatment among those of the course that stands for all of the same drug by the same route.
    pub(super) treatment: usize,
    /// The others of them.
    pub(super) same: Vec<usize>,
    /// Sessions, by time.
    sessions: Vec<(f64, Regimen)>,
    /// Sessions before this are counted, h.
    end_h: f64,
    pub(super) axes: Vec<Axis>,
}

impl Pattern {
    /// Of a course, with what is varied; sessions from `end_h` on change nothing that is asked for.
    pub(super) fn new(course: &Course, vary: &[Vary], end_h: f64) -> Result<Self, OptimiseError> {
        let modelled = |treatment: &Treatment| {
            let route = treatment.drug.route(&treatment.route);
            treatment.drug.kind == DrugKind::Active
                && treatment.dose.is_some()
                && route.is_some_and(crate::drug::Route::is_modelled)
        };
        let Some(first) = course.treatments.iter().position(modelled) else {
            return Err(OptimiseError::Search(
                "nothing to vary: no treatment of this course has a dose that a model takes up".to_owned(),
            ));
        };
        let own = &course.treatments[first];
        let is_same =
            |other: &Treatment| other.drug.id == own.drug.id && other.route == own.route && modelled(other);
        let places = course.treatments.iter().enumerate();
        let same: Vec<usize> = places.filter(|(_, one)| is_same(one)).map(|(at, _)| at).collect();
        let mut sessions = Vec::new();
        for one in same.iter().map(|at| &course.treatments[*at]) {
            let Some(dose) = one.dose else { continue };
            let regimen = Regimen {
                dose,
                infusion_h: one.infusion_h,
            };
            sessions.extend(one.times_h.iter().map(|time_h| (*time_h, regimen)));
        }
        sessions.sort_by(|one, other| one.0.total_cmp(&other.0));
        if sessions.first().is_none_or(|(first_h, _)| *first_h >= end_h) {
            return Err(OptimiseError::Search(format!(
                "no session of {} begins before the last aim, at {}",
                own.drug.name,
                duration(end_h)
            )));
        }
        let mut pattern = Self {
            treatment: first,
            same,
            sessions,
            end_h,
            axes: Vec::new(),
        };
        for one in vary {
            if pattern.axes.iter().any(|axis| axis.key == one.key) {
                return Err(OptimiseError::Search(format!(
                    "--vary {} is given twice",
                    one.key.word()
                )));
            }
            let axis = pattern.axis(one, own)?;
            pattern.axes.push(axis);
        }
        pattern.check(own)?;
        Ok(pattern)
    }

    fn axis(&self, vary: &Vary, own: &Treatment) -> Result<Axis, OptimiseError> {
        let route = own.drug.route(&own.route);
        let refuse = |why: String| Err(OptimiseError::Search(format!("--vary {}: {why}", vary.text)));
        let mut also = Also::default();
        match vary.key {
            Key::Infusion if !route.is_some_and(crate::drug::Route::infuses) => {
                let name = route.map_or("", |route| route.name.as_str());
                return refuse(format!("a dose by this route ({name}) is not infused"));
            }
            Key::Dose => {
                also.own = self
                    .sessions
                    .first()
                    .and_then(|(_, regimen)| match (regimen.dose, vary.unit) {
                        (DoseAmount::Fixed(value), DoseUnit::Milligrams)
                        | (DoseAmount::PerWeight(value), DoseUnit::PerWeight) => Some(value),
                        _ => None,
                    });
                also.device_mg = route
                    .and_then(|route| route.device.as_ref())
                    .map(|device| device.content_mg);
            }
            Key::Infusion => also.own = own.infusion_h,
            Key::Interval => also.own = self.interval(),
            Key::Sessions | Key::Maintenance => {}
        }
        let axis = Axis::new(vary, also);
        if let (Key::Dose, Some(content)) = (vary.key, also.device_mg) {
            if vary.unit == DoseUnit::PerWeight {
                return refuse(format!(
                    "this dose comes in devices of {content} mg: write it in mg"
                ));
            }
            let odd = axis
                .values
                .iter()
                .flatten()
                .find(|mg| devices(**mg, content).is_none());
            if let Some(odd) = odd {
                return refuse(format!(
                    "{} is no whole number of devices of {content} mg",
                    axis.said(Some(*odd))
                ));
            }
        }
        Ok(axis)
    }

    fn check(&self, own: &Treatment) -> Result<(), OptimiseError> {
        let of = |key: Key| self.axes.iter().find(|axis| axis.key == key);
        let refuse = |why: String| Err(OptimiseError::Search(why));
        if self.axes.is_empty() {
            return refuse("nothing is varied: name a --vary, such as dose=0.25..1.0mg/kg".to_owned());
        }
        let most = |key: Key| of(key).and_then(|axis| axis.values.last().copied().flatten());
        if most(Key::Sessions).is_some_and(|most| most > 1.0)
            && self.sessions.len() == 1
            && of(Key::Interval).is_none()
        {
            return refuse(
                "a course of one session has no interval for more of them: add a --vary interval=2..14d"
                    .to_owned(),
            );
        }
        if most(Key::Sessions).is_some_and(|most| most > MOST_SESSIONS as f64) {
            return refuse(format!("more than {MOST_SESSIONS} sessions are too many"));
        }
        let least = |key: Key| of(key).and_then(|axis| axis.values.iter().copied().flatten().next());
        let shortest = [least(Key::Interval), least(Key::Maintenance)]
            .into_iter()
            .flatten()
            .reduce(f64::min);
        let longest_infusion = most(Key::Infusion).or(own.infusion_h).unwrap_or(0.0);
        if let Some(shortest) = shortest {
            if shortest <= longest_infusion {
                return refuse(format!(
                    "sessions {} apart begin before the one before them has run in ({})",
                    duration(shortest),
                    duration(longest_infusion)
                ));
            }
            if self.end_h / shortest > MOST_SESSIONS as f64 {
                return refuse(format!(
                    "sessions {} apart are more than {MOST_SESSIONS} until {}",
                    duration(shortest),
                    duration(self.end_h)
                ));
            }
        }
        let count = self
            .axes
            .iter()
            .map(|axis| axis.values.len())
            .try_fold(1_usize, usize::checked_mul);
        if count.is_none_or(|count| count > MOST_SCHEDULES) {
            let of = |axis: &Axis| format!("{} {}", axis.values.len(), axis.key.word());
            let all: Vec<String> = self.axes.iter().map(of).collect();
            return refuse(format!(
                "{} are more than {MOST_SCHEDULES} schedules: give shorter ranges or lists, or larger steps \
                 (dose=0.25:0.25:1mg/kg)",
                all.join(" x ")
            ));
        }
        let simulated = |axis: &&Axis| matches!(axis.key, Key::Dose | Key::Infusion);
        let regimens: usize = self
            .axes
            .iter()
            .filter(simulated)
            .map(|axis| axis.values.len())
            .product();
        if regimens > MOST_REGIMENS {
            return refuse(format!(
                "{regimens} different sessions are more than {MOST_REGIMENS}: give fewer doses or infusions"
            ));
        }
        Ok(())
    }

    /// The course as it is.
    pub(super) fn as_given(&self) -> Schedule {
        Schedule {
            place: vec![None; self.axes.len()],
            sessions: self
                .sessions
                .iter()
                .copied()
                .filter(|(time_h, _)| *time_h < self.end_h)
                .collect(),
            maintenance: 0,
            interval_h: self.interval(),
            maintenance_h: None,
        }
    }

    /// From one session to the next, where all are as far apart, h.
    fn interval(&self) -> Option<f64> {
        let mut apart = self.sessions.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let first = apart.next()?;
        apart.all(|other| (other - first).abs() < 1e-6).then_some(first)
    }

    /// Every combination of the values, the last axis running fastest.
    pub(super) fn all(&self) -> Vec<Schedule> {
        let mut places: Vec<Vec<Option<Option<f64>>>> = vec![Vec::new()];
        for axis in &self.axes {
            let longer = |place: &Vec<Option<Option<f64>>>| {
                let place = place.clone();
                axis.values.iter().map(move |value| {
                    let mut longer = place.clone();
                    longer.push(Some(*value));
                    longer
                })
            };
            places = places.iter().flat_map(longer).collect();
        }
        places.into_iter().map(|place| self.at(place)).collect()
    }

    /// Schedules that differ from this one in one value, by half of the way to the next that was tried.
    pub(super) fn beside(&self, schedule: &Schedule) -> Vec<Schedule> {
        let mut found = Vec::new();
        for (at, axis) in self.axes.iter().enumerate() {
            let Some(value) = schedule.place[at] else { continue };
            for other in axis.beside(value) {
                let mut place = schedule.place.clone();
                place[at] = Some(Some(other));
                found.push(self.at(place));
            }
        }
        found
    }

    /// The schedule at these values.
    fn at(&self, place: Vec<Option<Option<f64>>>) -> Schedule {
        let value = |key: Key| {
            let at = self.axes.iter().position(|axis| axis.key == key)?;
            Some((&self.axes[at], place[at]?))
        };
        let number = |key: Key| value(key).and_then(|(_, value)| value);
        let dose = value(Key::Dose).and_then(|(axis, value)| Some(axis.amount(value?)));
        let infusion_h = number(Key::Infusion);
        let count = number(Key::Sessions).map_or(self.sessions.len(), |count| count as usize);
        let interval_h = number(Key::Interval);
        let first_h = self.sessions[0].0;
        let mut sessions: Vec<(f64, Regimen)> = Vec::new();
        let mut time_h = first_h;
        let mut push = |time_h: f64| {
            let own = self.sessions[sessions.len().min(self.sessions.len() - 1)].1;
            let regimen = Regimen {
                dose: dose.unwrap_or(own.dose),
                infusion_h: infusion_h.or(own.infusion_h),
            };
            sessions.push((time_h, regimen));
        };
        for at in 0..count.max(1) {
            time_h = match interval_h {
                Some(interval_h) => first_h + at as f64 * interval_h,
                None => self.time_h(at),
            };
            if time_h >= self.end_h {
                break;
            }
            push(time_h);
        }
        let mut maintenance = 0;
        let maintenance_h = number(Key::Maintenance);
        if let Some(every_h) = maintenance_h {
            let mut next_h = time_h + every_h;
            while next_h < self.end_h {
                push(next_h);
                maintenance += 1;
                next_h += every_h;
            }
        }
        Schedule {
            place,
            sessions,
            maintenance,
            interval_h: interval_h.or_else(|| self.interval()),
            maintenance_h: maintenance_h.filter(|_| maintenance > 0),
        }
    }

    /// When the session at a place begins, h; after the last of the course it goes on as its intervals repeat.
    fn time_h(&self, at: usize) -> f64 {
        if let Some((time_h, _)) = self.sessions.get(at) {
            return *time_h;
        }
        let apart: Vec<f64> = self
            .sessions
            .windows(2)
            .map(|pair| pair[1].0 - pair[0].0)
            .collect();
        let last_h = self.sessions.last().map_or(0.0, |(time_h, _)| *time_h);
        if apart.is_empty() {
            return last_h;
        }
        let repeats = |period: &usize| {
            let later = apart.iter().skip(*period);
            apart
                .iter()
                .zip(later)
                .all(|(one, other)| (one - other).abs() < 1e-6)
        };
        let period = (1..=apart.len()).find(repeats).unwrap_or(1);
        let next = |at: usize| apart[at % period];
        let beyond = apart.len()..apart.len() + at + 1 - self.sessions.len();
        last_h + beyond.map(next).sum::<f64>()
    }
}
