//! Subjects that could not be simulated to the end: all are counted, the first are kept, and told in words.

use std::collections::BTreeMap;
use std::fmt::Write;

use euthymia_engine::{Failure, FailureKind};

use crate::prepare::Run;

/// So many are kept with their values; a population of millions may fail.
const KEPT: usize = 1000;
/// So many are told in words.
const TOLD: usize = 10;

/// What is known of the subjects that failed. They are added in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failures {
    count: u64,
    /// How many of each kind.
    kinds: BTreeMap<&'static str, u64>,
    first: Vec<Failure>,
}

impl Failures {
    /// Adds one.
    pub fn add(&mut self, failure: Failure) {
        self.count += 1;
        *self.kinds.entry(what(&failure.kind)).or_default() += 1;
        if self.first.len() < KEPT {
            self.first.push(failure);
        }
    }

    /// How many failed.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first of them, in the order of the subjects, a thousand at most.
    #[must_use]
    pub fn first(&self) -> &[Failure] {
        &self.first
    }
}

/// What failed, for a heading.
fn what(kind: &FailureKind) -> &'static str {
    match kind {
        FailureKind::StepSize { .. } => "no step is small enough",
        FailureKind::Steps { .. } => "the steps that one subject may take are spent",
        FailureKind::Derivative { .. } => "a derivative is not finite",
        FailureKind::NoDose { .. } => "a derivative asks about a dose before there is one",
        FailureKind::Input { .. } | FailureKind::NotCommon { .. } => "an input has no value that can be used",
        FailureKind::Initial { .. } => "an initial value is not finite",
        FailureKind::NoSteadyState { .. }
        | FailureKind::NotSettled { .. }
        | FailureKind::NotPeriodic { .. }
        | FailureKind::SteadyHistory { .. } => "no steady state is found",
        _ => "a record cannot happen",
    }
}

impl Run {
    /// The failures of a run of so many subjects in words, grouped by what failed: the first ten, and how many more. `None`
    /// where nobody failed.
    #[must_use]
    pub fn told(&self, failures: &Failures, subjects: u64) -> Option<String> {
        let who = match failures.count {
            0 => return None,
            count if count < subjects => format!("{count} of {subjects} subjects"),
            1 => "the subject".to_owned(),
            count => format!("not one of the {count} subjects"),
        };
        let none = failures.count == subjects && subjects > 1;
        let could = if none { "could" } else { "could not" };
        let mut text = format!(
            "{who} {could} be simulated to the end; from the failure on, what depends on the compartments is NA\n"
        );
        let told = &failures.first[..failures.first.len().min(TOLD)];
        let mut groups: Vec<(&str, Vec<&Failure>)> = Vec::new();
        for failure in told {
            let what = what(&failure.kind);
            match groups.iter_mut().find(|(known, _)| *known == what) {
                Some((_, group)) => group.push(failure),
                None => groups.push((what, vec![failure])),
            }
        }
        for (what, group) in groups {
            // Writing to a string does not fail.
            let _ = writeln!(text, "  {}: {what}", failures.kinds.get(what).unwrap_or(&0));
            for (at, failure) in group.into_iter().enumerate() {
                text.push_str(&self.one(failure, at == 0));
            }
        }
        let more = failures.count - told.len() as u64;
        if more > 0 {
            let _ = writeln!(text, "  and {more} more");
        }
        Some(text)
    }

    /// A failure with the subject's name in the data set: whole, or its time and state alone.
    fn one(&self, failure: &Failure, whole: bool) -> String {
        let (id, round) = self.who(failure.subject);
        let round = if round > 1 {
            format!(" (sim.id {round})")
        } else {
            String::new()
        };
        let words = failure.to_string();
        let mut lines = words.lines();
        let first = lines.next().unwrap_or_default();
        let rest = first.split_once(": ").map_or(first, |(_, rest)| rest);
        let rest = match failure.kind.time() {
            Some(time) if !whole => format!("t = {time}"),
            _ => rest.to_owned(),
        };
        let mut text = format!("    ID {id}{round}: {rest}\n");
        for line in lines.filter(|line| whole || !line.starts_with("  inputs:")) {
            let _ = writeln!(text, "    {line}");
        }
        text
    }
}
