//! What may be done from now on: the course as it is, another dose, another interval, nothing more, sessions after its end.

use super::timeline::{Event, Regimens, Timeline, scheduled};
use crate::course::{Course, DoseAmount};
use crate::definition::{duration, in_words};
use crate::drug::DrugKind;
use crate::library::Library;
use crate::response::Session;
use euthymia_diagnostics::Diagnostic;
use serde::Serialize;

/// Which kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The course goes on as planned.
    Continue,
    /// Another dose from the next session on.
    Dose,
    /// Another interval from the next session on.
    Interval,
    /// Nothing more is given.
    Stop,
    /// The course goes on as planned, and after it sessions at an interval.
    Maintenance,
}

/// What changes are asked about; none of a kind: an example of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Doses.
    pub doses: Vec<DoseAmount>,
    /// Intervals, h.
    pub intervals_h: Vec<f64>,
    /// Intervals of maintenance, h.
    pub maintenance_h: Vec<f64>,
}

/// One thing that may be done.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Alternative {
    pub(super) change: Change,
    pub(super) label: String,
    pub(super) description: String,
    /// From now on, by time.
    pub(super) events: Vec<Event>,
}

impl Alternative {
    /// Everything given, until now and after.
    pub(super) fn sessions(&self, timeline: &Timeline) -> Vec<Session> {
        let all = timeline.events.iter().chain(&self.events);
        all.map(|event| event.session).collect()
    }
}

/// Interval of maintenance where none is named, h: weekly.
const MAINTENANCE_H: f64 = 168.0;

/// All of them; sessions after `until_h` are left out.
///
/// # Errors
/// A dose is none that the device of the course gives.
pub(super) fn all(
    timeline: &mut Timeline,
    course: &Course,
    changes: &Changes,
    until_h: f64,
    library: &Library,
) -> Result<Vec<Alternative>, Vec<Diagnostic>> {
    let planned = rest(timeline, course);
    let mut found = vec![Alternative {
        change: Change::Continue,
        label: "continue".to_owned(),
        description: describe(&planned, "as the course says"),
        events: planned.clone(),
    }];
    for dose in doses(&planned, &timeline.regimens, changes, library) {
        let events = redosed(&planned, &mut timeline.regimens, dose, library)?;
        let words = in_dose(dose);
        found.push(Alternative {
            change: Change::Dose,
            label: format!("dose {words}"),
            description: describe(&events, &format!("{words} each from the next on")),
            events,
        });
    }
    for interval_h in intervals(&planned, changes) {
        let events = respaced(timeline, &planned, interval_h);
        found.push(Alternative {
            change: Change::Interval,
            label: format!("every {}", duration(interval_h)),
            description: describe(
                &events,
                &format!("one every {} from the next on", duration(interval_h)),
            ),
            events,
        });
    }
    found.push(Alternative {
        change: Change::Stop,
        label: "stop now".to_owned(),
        description: "nothing more is given".to_owned(),
        events: Vec::new(),
    });
    let maintained = match changes.maintenance_h.as_slice() {
        [] => vec![MAINTENANCE_H],
        named => named.to_vec(),
    };
    for interval_h in maintained {
        let events = maintained_events(timeline, &planned, interval_h, until_h);
        let words = format!("every {} after the end of the course", duration(interval_h));
        found.push(Alternative {
            change: Change::Maintenance,
            label: format!("maintenance every {}", duration(interval_h)),
            description: describe(&events, &words),
            events,
        });
    }
    for alternative in &mut found {
        alternative.events.retain(|event| event.session.time_h <= until_h);
    }
    Ok(found)
}

fn describe(events: &[Event], how: &str) -> String {
    match events.iter().filter(|event| event.session.attended).count() {
        0 => format!("{how}: no session is left"),
        1 => format!("{how}: 1 session from now"),
        count => format!("{how}: {count} sessions from now"),
    }
}

/// What is left of the course: of each drug as many sessions as have not been given, as far after the last one as in the course; what
/// would be before now begins now.
fn rest(timeline: &mut Timeline, course: &Course) -> Vec<Event> {
    let planned = scheduled(course, &mut timeline.regimens);
    let mut drugs: Vec<&str> = planned.iter().map(|event| event.drug.as_str()).collect();
    drugs.sort_unstable();
    drugs.dedup();
    let mut rest = Vec::new();
    for drug in drugs {
        let of_drug: Vec<&Event> = planned.iter().filter(|event| event.drug == drug).collect();
        let given: Vec<&Event> = timeline
            .events
            .iter()
            .filter(|event| event.drug == drug)
            .collect();
        let left = of_drug.get(given.len()..).unwrap_or_default();
        let Some(next) = left.first() else { continue };
        let shift_h = match (
            given.last(),
            given.len().checked_sub(1).and_then(|at| of_drug.get(at)),
        ) {
            (Some(last), Some(as_planned)) => last.session.time_h - as_planned.session.time_h,
            _ => 0.0,
        };
        let late_h = (timeline.now_h - next.session.time_h - shift_h).max(0.0);
        rest.extend(
            left.iter()
                .map(|event| moved(event, event.session.time_h + shift_h + late_h)),
        );
    }
    sorted(rest)
}

fn moved(event: &Event, time_h: f64) -> Event {
    Event {
        session: Session {
            time_h,
            ..event.session
        },
        drug: event.drug.clone(),
    }
}

fn sorted(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by(|a, b| a.session.time_h.total_cmp(&b.session.time_h));
    events
}

/// The first dose that is left of a drug that people come for.
fn next_dose(planned: &[Event], regimens: &Regimens) -> Option<(DoseAmount, String, String)> {
    let next = planned
        .iter()
        .find(|event| event.session.attended && event.session.regimen.is_some())?;
    let given = regimens.0.get(next.session.regimen?)?;
    Some((
        given.portions.first()?.dose,
        given.drug.clone(),
        given.route.clone(),
    ))
}

/// Doses to ask about: those named, or half as much again; of devices one more.
fn doses(planned: &[Event], regimens: &Regimens, changes: &Changes, library: &Library) -> Vec<DoseAmount> {
    if !changes.doses.is_empty() {
        return changes.doses.clone();
    }
    let Some((dose, drug, route)) = next_dose(planned, regimens) else {
        return Vec::new();
    };
    let device = library
        .drug(&drug)
        .ok()
        .and_then(|drug| drug.route(&route)?.device);
    vec![match (dose, device) {
        (DoseAmount::Fixed(mg), Some(device)) => DoseAmount::Fixed(mg + device.content_mg),
        (DoseAmount::Fixed(mg), None) => DoseAmount::Fixed(1.5 * mg),
        (DoseAmount::PerWeight(mg), _) => DoseAmount::PerWeight(1.5 * mg),
    }]
}

fn redosed(
    planned: &[Event],
    regimens: &mut Regimens,
    dose: DoseAmount,
    library: &Library,
) -> Result<Vec<Event>, Vec<Diagnostic>> {
    let mut events = planned.to_vec();
    for event in &mut events {
        let given = event
            .session
            .regimen
            .and_then(|regimen| regimens.0.get(regimen).cloned());
        let Some(mut given) = given.filter(|_| event.session.attended) else {
            continue;
        };
        let drug = library.drug(&given.drug)?;
        if drug.kind == DrugKind::Control {
            continue;
        }
        super::csv::check_devices(&drug, &given.route, dose)
            .map_err(|why| vec![Diagnostic::error("F012", why).help("name another `--dose`")])?;
        given.portions.truncate(1);
        for portion in &mut given.portions {
            portion.dose = dose;
        }
        event.session.regimen = Some(regimens.place(given));
    }
    Ok(events)
}

/// Intervals to ask about: those named, or twice that of the course.
fn intervals(planned: &[Event], changes: &Changes) -> Vec<f64> {
    if !changes.intervals_h.is_empty() {
        return changes.intervals_h.clone();
    }
    let attended: Vec<f64> = planned
        .iter()
        .filter(|event| event.session.attended)
        .map(|event| event.session.time_h)
        .collect();
    match attended.as_slice() {
        [first, .., last] => {
            // Of weekdays the mean.
            let mean_h = (last - first) / (attended.len() - 1) as f64;
            vec![(2.0 * mean_h / 12.0).round().max(1.0) * 12.0]
        }
        _ => Vec::new(),
    }
}

fn respaced(timeline: &Timeline, planned: &[Event], interval_h: f64) -> Vec<Event> {
    let last = timeline.events.iter().rev().find(|event| event.session.attended);
    let first_h = last.map_or(timeline.now_h, |last| {
        (last.session.time_h + interval_h).max(timeline.now_h)
    });
    let (attended, mut events): (Vec<Event>, Vec<Event>) =
        planned.iter().cloned().partition(|event| event.session.attended);
    let respaced = attended.iter().enumerate();
    events.extend(respaced.map(|(at, event)| moved(event, first_h + at as f64 * interval_h)));
    sorted(events)
}

fn maintained_events(timeline: &Timeline, planned: &[Event], interval_h: f64, until_h: f64) -> Vec<Event> {
    let mut events = planned.to_vec();
    let mut all = timeline.events.iter().chain(planned);
    let Some(last) = all.rfind(|event| event.session.attended) else {
        return events;
    };
    let mut time_h = last.session.time_h + interval_h;
    if time_h < timeline.now_h {
        time_h = timeline.now_h;
    }
    while time_h <= until_h {
        events.push(moved(last, time_h));
        time_h += interval_h;
    }
    sorted(events)
}

/// A dose in words.
pub(super) fn in_dose(dose: DoseAmount) -> String {
    match dose {
        DoseAmount::Fixed(mg) => format!("{} mg", in_words(mg)),
        DoseAmount::PerWeight(mg) => format!("{} mg/kg", in_words(mg)),
    }
}
