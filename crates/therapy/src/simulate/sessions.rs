//! What single sessions do: peaks of the occupancy and of acute effects, session by session.
//!
//! Every dose is another session unless it follows within hours. Observing all of them as finely as the first would multiply
//! the work of a long course; told are the first, every one with a dose that was not given before, and the last.

use super::Run;
use super::quantities::Reported;
use crate::course::Course;
use crate::events::label;
use crate::result::{QuantityKind, SessionPeak};
use euthymia_stats::quantile::Sketch;
use std::ops::Range;

/// Doses closer together than this are of one session (devices minutes apart), h.
const SAME_SESSION_H: f64 = 6.0;
/// How long a session is looked at, h.
const LENGTH_H: f64 = 4.0;
/// Most sessions that are told.
const MOST: usize = 6;
/// Where the grid is fine anyway, h.
const FIRST_DAY_H: f64 = 24.0;

/// A session that is told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Session {
    /// Its number, from 1.
    number: u32,
    start_h: f64,
    /// When the next one starts, h.
    next_h: f64,
}

/// The sessions of a course that are told.
pub(super) fn told(course: &Course) -> Vec<Session> {
    let mut doses: Vec<(f64, String)> = Vec::new();
    for treatment in &course.treatments {
        doses.extend(treatment.times_h.iter().map(|time_h| (*time_h, label(treatment))));
    }
    doses.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    // Start and what is given, session by session.
    let mut sessions: Vec<(f64, Vec<String>)> = Vec::new();
    let mut last_h = f64::NEG_INFINITY;
    for (time_h, given) in doses {
        match sessions.last_mut() {
            Some((_, all)) if time_h - last_h < SAME_SESSION_H => all.push(given),
            _ => sessions.push((time_h, vec![given])),
        }
        last_h = time_h;
    }
    // A grid of the course's own says which times are wanted; only the first day is finer.
    let own_grid = !course.report.grid.is_empty() || !course.report.times_h.is_empty();
    let is_told = |at: usize| {
        let (start_h, given) = &sessions[at];
        let new = !sessions[..at].iter().any(|(_, before)| before == given);
        let fine = *start_h + LENGTH_H <= FIRST_DAY_H || !own_grid;
        (new || at + 1 == sessions.len()) && fine && *start_h < course.horizon_h
    };
    let mut places: Vec<usize> = (0..sessions.len()).filter(|at| is_told(*at)).collect();
    if places.len() > MOST {
        let last = places.pop();
        places.truncate(MOST - 1);
        places.extend(last);
    }
    let session = |at: usize| Session {
        number: u32::try_from(at + 1).unwrap_or(u32::MAX),
        start_h: sessions[at].0,
        next_h: sessions
            .get(at + 1)
            .map_or(f64::INFINITY, |(start_h, _)| *start_h),
    };
    places.into_iter().map(session).collect()
}

/// Times at which the told sessions after the first day have to be observed, h.
pub(super) fn times_h(sessions: &[Session]) -> Vec<f64> {
    let late = sessions
        .iter()
        .filter(|session| session.start_h + LENGTH_H > FIRST_DAY_H);
    let minutes = (0..=90).step_by(5).chain((105..=240).step_by(15));
    let offsets: Vec<f64> = minutes.map(|minutes| f64::from(minutes) / 60.0).collect();
    late.flat_map(|session| offsets.iter().map(|offset| session.start_h + offset))
        .collect()
}

/// Peaks of one quantity.
pub(super) struct Peaks {
    /// For every told session the places of its times.
    sessions: Vec<(Session, Range<usize>)>,
    sketches: Vec<Sketch>,
}

impl Peaks {
    pub(super) fn new(kind: QuantityKind, run: &Run<'_>) -> Self {
        let of_sessions = matches!(kind, QuantityKind::Occupancy | QuantityKind::AcuteEffect);
        let place = |time_h: f64| run.times_h.partition_point(|own| *own < time_h);
        let sessions: Vec<_> = run
            .sessions
            .iter()
            .filter(|_| of_sessions)
            .map(|session| {
                let end_h = session.next_h.min(session.start_h + LENGTH_H + 1e-6);
                (session.clone(), place(session.start_h)..place(end_h))
            })
            .filter(|(_, places)| !places.is_empty())
            .collect();
        Self {
            sketches: sessions.iter().map(|_| Sketch::new()).collect(),
            sessions,
        }
    }

    /// Takes in the curve of one patient.
    pub(super) fn insert(&mut self, values: &[f64]) {
        for ((_, places), sketch) in self.sessions.iter().zip(&mut self.sketches) {
            let peak = values[places.clone()]
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, f64::max);
            sketch.insert(peak);
        }
    }

    pub(super) fn told(&self, reported: &Reported) -> Vec<SessionPeak> {
        let each = self.sessions.iter().zip(&self.sketches);
        each.map(|((session, _), sketch)| {
            let [p05, p50, p95] = sketch.quantiles([0.05, 0.5, 0.95]);
            SessionPeak {
                session: session.number,
                time_h: session.start_h,
                quantity: reported.name.clone(),
                label: reported.label.clone(),
                kind: reported.kind,
                p05,
                p50,
                p95,
            }
        })
        .collect()
    }
}
