//! A data set as the engine is told of it: what each record does, and how covariates change on the way.

use euthymia_engine::{CourseInputs, Courses, Event, Record as Told};

use crate::covariates::Line;
use crate::set::{DataSet, RecordKind, Subject};

impl Courses for DataSet {
    fn len(&self) -> u64 {
        self.subjects.len() as u64
    }

    fn fill(&self, index: u64, into: CourseInputs<'_>) {
        let Some(subject) = usize::try_from(index).ok().and_then(|at| self.subjects.get(at)) else {
            return;
        };
        for &(input, value) in &subject.parameters {
            into.inputs[usize::from(input)] = value;
        }
        for (&input, &value) in self.covariates.iter().zip(subject.covariates_at(0)) {
            into.inputs[usize::from(input)] = value;
        }
        let mut telling = Telling {
            set: self,
            told: into.records,
            now: subject
                .covariates_at(0)
                .iter()
                .copied()
                .map(Line::constant)
                .collect(),
            waiting: self.times().unwrap_or_default(),
        };
        telling.tell(subject);
    }
}

/// One subject on its way to the engine.
struct Telling<'a> {
    set: &'a DataSet,
    told: &'a mut Vec<Told>,
    /// What was told of each covariate last.
    now: Vec<Line>,
    /// Common observation times that are still to come.
    waiting: &'a [f64],
}

impl Telling<'_> {
    fn push(&mut self, time: f64, event: Event) {
        self.told.push(Told { time, event });
    }

    fn tell(&mut self, subject: &Subject) {
        for (at, record) in subject.records.iter().enumerate() {
            let time = record.time;
            self.observe_while(|other| other < time);
            // A reset may set the clock back, so nothing of the new time is told before it.
            if let RecordKind::Reset | RecordKind::ResetAndDose(_) = record.kind {
                self.push(time, Event::Reset);
            }
            let own = subject.covariates_at(at).iter().copied().map(Line::constant);
            self.change(time, own);
            match record.kind {
                RecordKind::Observation(_) | RecordKind::Other | RecordKind::Reset => {}
                RecordKind::Dose(dose) | RecordKind::ResetAndDose(dose) => self.push(time, Event::Dose(dose)),
                RecordKind::Phantom {
                    compartment,
                    amount,
                    additional,
                    interval,
                } => self.push(
                    time,
                    Event::Phantom {
                        compartment,
                        amount,
                        additional,
                        interval,
                    },
                ),
                RecordKind::Replace { compartment, amount } => {
                    self.push(time, Event::Replace { compartment, amount });
                }
                RecordKind::Multiply { compartment, factor } => {
                    self.push(time, Event::Multiply { compartment, factor });
                }
                RecordKind::Turn { compartment, on } => self.push(time, Event::Turn { compartment, on }),
            }
            if self.set.reports(record) {
                self.push(
                    time,
                    match record.kind {
                        RecordKind::Dose(dose) | RecordKind::ResetAndDose(dose) => {
                            Event::ObserveDose(dose.amount)
                        }
                        _ => Event::Observe,
                    },
                );
            }
            let next = subject.records.get(at + 1);
            if next.is_none_or(|next| next.time > time) {
                self.observe_while(|other| other <= time);
            }
            if next.is_some() {
                self.change(time, subject.lines_after(at).iter().copied());
            }
        }
        self.observe_while(|_| true);
    }

    fn observe_while(&mut self, before: impl Fn(f64) -> bool) {
        let (now, later) = self
            .waiting
            .split_at(self.waiting.partition_point(|&time| before(time)));
        self.waiting = later;
        now.iter().for_each(|&time| self.push(time, Event::Observe));
    }

    /// Covariates go along these lines from here on.
    fn change(&mut self, time: f64, lines: impl Iterator<Item = Line>) {
        let set = self.set;
        for (place, line) in lines.enumerate() {
            let now = self.now[place];
            let mut tell = |input: u16, value: f64, before: f64| {
                if value != before {
                    self.told.push(Told {
                        time,
                        event: Event::Input { input, value },
                    });
                }
            };
            tell(set.covariates[place], line.value, now.value);
            let mut since = now.since;
            if let Some((of_slope, of_since)) = set.lines[place] {
                tell(of_slope, line.slope, now.slope);
                // Of a slope of 0 it does not matter.
                if line.slope != 0.0 {
                    tell(of_since, line.since, now.since);
                    since = line.since;
                }
            }
            self.now[place] = Line { since, ..line };
        }
    }
}
