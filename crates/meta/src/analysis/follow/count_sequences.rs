//! `leave1out` and `cumul` of counts: Mantel and Haenszel's and Peto's estimates with fewer studies.

use crate::analysis::counts::options;
use crate::analysis::prepared::prepared;
use crate::analysis::studies::{measure, reported};
use crate::analysis::{Analysis, Inputs, Values};
use crate::counts::{Options, Pooled, mantel_haenszel, peto};
use crate::effect::Measure;
use crate::{Frame, MetaError};

/// The estimator that `model.method` names, if it is one of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    MantelHaenszel,
    Peto,
}

impl Counts {
    /// `rma.mh`, `rma.peto`, or none of them.
    pub(super) fn of(inputs: &Inputs) -> Result<Option<Self>, MetaError> {
        Ok(match inputs.text("model.method")? {
            Some("rma.mh" | "MH") => Some(Self::MantelHaenszel),
            Some("rma.peto" | "PETO" | "Peto") => Some(Self::Peto),
            _ => None,
        })
    }
}

/// Tables of counts and how they are pooled.
pub(super) struct CountModel<'a> {
    inputs: &'a Inputs,
    estimator: Counts,
    measure: Measure,
    options: Options,
    /// The studies with all counts.
    pub(super) frame: Frame,
}

impl<'a> CountModel<'a> {
    pub(super) fn of(analysis: &'a Analysis, estimator: Counts) -> Result<Self, MetaError> {
        let inputs = &analysis.inputs;
        let frame = prepared(inputs, analysis.frame()?)?;
        let mut rows: Vec<usize> = (0..frame.rows()).collect();
        for (_, column) in inputs.pairs("effect.columns")? {
            let cells = frame.numbers(&column)?;
            rows.retain(|row| cells[*row].is_some());
        }
        Ok(Self {
            inputs,
            estimator,
            measure: measure(inputs)?,
            options: options(inputs)?,
            frame: frame.take(&rows),
        })
    }

    /// The estimate of the studies at `rows`; nothing where they have none.
    pub(super) fn of_rows(&self, rows: &[usize]) -> Option<Pooled> {
        let reported = reported(self.inputs, self.measure, &self.frame.take(rows)).ok()?;
        match self.estimator {
            Counts::MantelHaenszel => {
                let found = mantel_haenszel(self.measure, &reported, &self.options).ok()?;
                Some(found.pooled)
            }
            Counts::Peto => Some(peto(&reported, &self.options).ok()?.pooled),
        }
    }

    /// Refuses counts that cannot be, with their line.
    pub(super) fn check(&self) -> Result<(), MetaError> {
        let reported = reported(self.inputs, self.measure, &self.frame)?;
        match self.estimator {
            Counts::MantelHaenszel => mantel_haenszel(self.measure, &reported, &self.options).map(|_| ()),
            Counts::Peto => peto(&reported, &self.options).map(|_| ()),
        }
    }
}

/// The columns of several estimates; missing where there is none.
pub(super) fn columns(all: &[Option<Pooled>]) -> Values {
    let of = |value: fn(&Pooled) -> Option<f64>| -> Vec<Option<f64>> {
        all.iter().map(|one| one.as_ref().and_then(value)).collect()
    };
    Values::new()
        .with("estimate", of(|one| one.estimate))
        .with("se", of(|one| one.se))
        .with("zval", of(|one| one.z))
        .with("pval", of(|one| one.p))
        .with("ci_lb", of(|one| one.interval.map(|bounds| bounds.0)))
        .with("ci_ub", of(|one| one.interval.map(|bounds| bounds.1)))
        .with("Q", of(|one| one.q))
        .with("Qp", of(|one| one.q_p))
        .with("I2", of(|one| one.i2))
        .with("H2", of(|one| one.h2))
}
