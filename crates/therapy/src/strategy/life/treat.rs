//! Sessions and visits of a day.

use super::{DISSOCIATED, PRESSED, Patient, ReadyKind};
use crate::course::DoseAmount;
use crate::strategy::comparison::Measure;
use crate::strategy::economy::SessionPrice;

/// What was held: its price, its dose and its acute effects where they are told.
type Held = (SessionPrice, Option<DoseAmount>, Option<[f64; 3]>);

impl Patient<'_> {
    /// Sessions and visits of today.
    pub(super) fn treat(&mut self, day: u32) {
        let Some(phase) = &mut self.phase else {
            return;
        };
        let ready = &self.ready.steps[phase.step];
        let age = day - phase.since;
        let is_visit = match (&ready.visits, ready.visits.0.last()) {
            ((days, Some(every)), Some(last)) if age > *last => {
                (age - last).is_multiple_of(*every) && !days.is_empty()
            }
            ((days, _), _) => days.contains(&age),
        };
        let own = |days: &Option<Vec<u32>>| days.as_ref().is_some_and(|days| days.contains(&age));
        let therapy = own(&ready.psychotherapy_days)
            || phase
                .added
                .is_some_and(|(from, to)| day > from && day <= to && (day - from).is_multiple_of(7));
        let mut held: Option<Held> = None;
        if !phase.stopped && self.relapsed.is_none() {
            match &ready.kind {
                ReadyKind::Care {
                    sessions, session, ..
                } => {
                    if sessions.contains(&age) {
                        held = Some((*session, None, None));
                    }
                }
                ReadyKind::Course { sessions, .. } => {
                    let maintained = phase.maintain.is_some_and(|(from, every, end)| {
                        day > from && day <= end && (day - from).is_multiple_of(every)
                    });
                    let planned = sessions.iter().find(|(at, _)| *at == age).map(|(_, kind)| *kind);
                    let kind = match phase.maintain {
                        // What maintains takes the place of what is left of the course.
                        Some((from, ..)) if day > from => {
                            sessions.last().map(|(_, kind)| *kind).filter(|_| maintained)
                        }
                        _ => planned,
                    };
                    if let Some(kind) = kind {
                        let kind = &self.world.kinds[kind];
                        let effect = kind.effects.of_patient(self.person.index);
                        phase.body.session(&effect, kind.effects.attended, self.level);
                        if kind.effects.attended {
                            held = Some((kind.price, kind.dose, Some(effect.peaks)));
                        }
                    }
                }
            }
        }
        if is_visit {
            self.visit();
        }
        if therapy {
            let (price, hours) = self.world.psychotherapy;
            self.add(Measure::Sessions, 1.0);
            self.add(Measure::VisitCost, price);
            self.add(Measure::ClinicHours, hours);
        }
        if let Some((price, dose, peaks)) = held {
            self.add(Measure::Sessions, 1.0);
            self.add(Measure::DrugCost, price.of_drug(dose, self.person.weight_kg));
            self.add(Measure::VisitCost, price.clinic);
            self.add(Measure::ClinicHours, price.in_clinic_h);
            self.add(Measure::MonitoredHours, price.monitored_h);
            if let Some([cadss, pressure, sedation]) = peaks {
                self.add(Measure::Dissociation, f64::from(u8::from(cadss > DISSOCIATED)));
                self.add(Measure::Pressure, f64::from(u8::from(pressure > PRESSED)));
                self.add(Measure::Sedation, sedation);
            }
        }
    }
}
