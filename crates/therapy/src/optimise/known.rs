//! What the trials had, and what of a schedule goes beyond them.

use super::schedule::{Pattern, Schedule};
use crate::course::Course;
use crate::definition::duration;
use crate::library::Library;
use crate::posterior::Fit;
use crate::response::Designs;
use crate::simulate::SimulateError;
use crate::simulate::certainty::extrapolated;

/// What is known of a drug by a route.
pub(super) struct Known {
    fit: Option<Fit>,
    /// Shortest and longest time between sessions of an arm, h.
    apart_h: Option<[f64; 2]>,
    what: String,
}

impl Known {
    pub(super) fn new(course: &Course, pattern: &Pattern, library: &Library) -> Result<Self, SimulateError> {
        let fit = match library.posterior(&course.response_model) {
            Ok(posterior) => posterior.map(|posterior| posterior.fit),
            Err(diagnostics) => return Err(SimulateError::Files(diagnostics)),
        };
        let own = &course.treatments[pattern.treatment];
        let way = |route: &str| route.split('-').next().unwrap_or_default().to_owned();
        let mut apart_h: Option<[f64; 2]> = None;
        if let Some(evidence) = library.evidence().map_err(SimulateError::Files)? {
            let designs = Designs::of(&evidence, library).map_err(SimulateError::Files)?;
            let is_like = |regimen: usize| {
                let given = &designs.regimens[regimen];
                given.drug == own.drug.id && way(&given.route) == way(&own.route)
            };
            for arm in &designs.arms {
                let sessions = arm.sessions.iter();
                let like = sessions.filter(|session| session.regimen.is_some_and(is_like));
                let times_h: Vec<f64> = like.map(|session| session.time_h).collect();
                for pair in times_h.windows(2).filter(|pair| pair[1] > pair[0]) {
                    let apart = pair[1] - pair[0];
                    let [least, most] = apart_h.unwrap_or([apart; 2]);
                    apart_h = Some([f64::min(least, apart), f64::max(most, apart)]);
                }
            }
        }
        let route = own.drug.route(&own.route);
        Ok(Self {
            fit,
            apart_h,
            what: format!(
                "{} {}",
                own.drug.name,
                route.map_or(own.route.as_str(), |route| route.name.as_str())
            ),
        })
    }

    /// What of a schedule no trial had, in sentences.
    pub(super) fn beyond(
        &self,
        course: &Course,
        pattern: &Pattern,
        schedule: &Schedule,
        until_h: f64,
    ) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(fit) = &self.fit {
            let course = as_course(course, pattern, schedule, until_h);
            found.extend(extrapolated(&course, fit).into_iter().map(|one| one.sentence));
        }
        let apart = schedule.sessions.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let shortest = apart.clone().reduce(f64::min);
        let longest = apart.reduce(f64::max);
        if let ([Some(shortest), Some(longest)], Some([least, most])) = ([shortest, longest], self.apart_h) {
            if shortest < least * 0.999 {
                found.push(format!(
                    "No arm of a trial had sessions of {} less than {} apart; here they are {}.",
                    self.what,
                    duration(least),
                    duration(shortest)
                ));
            }
            if longest > most * 1.001 {
                found.push(format!(
                    "No arm of a trial had sessions of {} more than {} apart; here they are {}.",
                    self.what,
                    duration(most),
                    duration(longest)
                ));
            }
        } else if let (Some(_), None) = (longest, self.apart_h) {
            found.push(format!(
                "No arm of a trial had more than one session of {}.",
                self.what
            ));
        }
        found
    }
}

/// The course with this schedule, up to a time.
pub(super) fn as_course(course: &Course, pattern: &Pattern, schedule: &Schedule, until_h: f64) -> Course {
    let mut changed = course.clone();
    changed.horizon_h = until_h;
    let own = &course.treatments[pattern.treatment];
    let mut groups: Vec<crate::course::Treatment> = Vec::new();
    for (time_h, regimen) in &schedule.sessions {
        let is_same = |one: &&mut crate::course::Treatment| {
            one.dose == Some(regimen.dose) && one.infusion_h == regimen.infusion_h
        };
        if let Some(group) = groups.iter_mut().find(is_same) {
            group.times_h.push(*time_h);
            continue;
        }
        groups.push(crate::course::Treatment {
            dose: Some(regimen.dose),
            infusion_h: regimen.infusion_h,
            times_h: vec![*time_h],
            ..own.clone()
        });
    }
    let mut at = 0;
    changed.treatments.retain(|_| {
        at += 1;
        !pattern.same.contains(&(at - 1))
    });
    groups.append(&mut changed.treatments);
    changed.treatments = groups;
    changed
}
