//! A data set that has been read.

use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_document::Rows;
use euthymia_engine::CourseDose;

use crate::covariates::{Line, LineInputs};
use crate::names::ModelNames;
use crate::parameters::Parameters;
use crate::subjects;

/// Which value a covariate has between two records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// The earlier record's (last observation carried forward), as rxode2 has it.
    #[default]
    Locf,
    /// The later record's (next observation carried backward), as NONMEM has it.
    Nocb,
    /// That of the line from the earlier record's to the later's. At a record where it is missing it is the earlier
    /// record's, as rxode2 has it. Between records, what doses need to know (such as bioavailability) is computed from the
    /// earlier record's. Only for models compiled with
    /// [`interpolated`](euthymia_model::compile::CompileOptions::interpolated) covariates.
    Linear,
    /// The mean of the two; at a record its own.
    Midpoint,
}

impl Interpolation {
    /// The ways with the words for them.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("locf", Self::Locf),
        ("nocb", Self::Nocb),
        ("linear", Self::Linear),
        ("midpoint", Self::Midpoint),
    ];
}

/// Which records are reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reported {
    /// Observations: `EVID` 0.
    #[default]
    Observations,
    /// Every record, after what happens at it: what NONMEM's tables have.
    Every,
}

/// Where programs read the same table differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// Covariates between records.
    pub interpolation: Interpolation,
    /// Which records are reported.
    pub reported: Reported,
}

/// What an observation record observes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// It does not say.
    Anything,
    /// A compartment, as an index.
    Compartment(u16),
    /// A computed variable, as an index into [`ModelNames::outputs`].
    Output(u16),
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RecordKind {
    /// `EVID` 0.
    Observation(Observed),
    /// `EVID` 2: nothing happens, covariates may change.
    Other,
    /// `EVID` 2 with a compartment: it is turned on, or with a minus off.
    Turn {
        /// Index among the model's compartments.
        compartment: u16,
        /// Whether on.
        on: bool,
    },
    /// `EVID` 1.
    Dose(CourseDose),
    /// `EVID` 3: all compartments return to their initial values.
    Reset,
    /// `EVID` 4: [`RecordKind::Reset`], then a dose.
    ResetAndDose(CourseDose),
    /// `EVID` 5: the compartment's amount becomes this.
    Replace {
        /// Index among the model's compartments.
        compartment: u16,
        /// New amount.
        amount: f64,
    },
    /// `EVID` 6: the compartment's amount is multiplied.
    Multiply {
        /// Index among the model's compartments.
        compartment: u16,
        /// By what.
        factor: f64,
    },
    /// `EVID` 7: a dose that adds nothing and that only `tad()` and its kin see.
    Phantom {
        /// Index among the model's compartments.
        compartment: u16,
        /// Amount.
        amount: f64,
        /// How many more follow.
        additional: u32,
        /// Time from one to the next.
        interval: f64,
    },
}

/// One row of a data set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// In the data set's time unit; hours from the subject's first record where times are clock times or dates.
    pub time: f64,
    /// What it is.
    pub kind: RecordKind,
    /// Position among the rows of the table.
    pub row: usize,
    /// Where the row is written.
    pub span: Span,
}

/// One individual: a contiguous run of rows with the same `ID`.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// As the table has it.
    pub id: String,
    /// In the order of the rows.
    pub records: Vec<Record>,
    /// Values at each record, in the order of [`DataSet::covariates`]: record after record.
    pub(crate) covariates: Vec<f64>,
    /// Lines from each record to the next, in the same order.
    pub(crate) between: Vec<Line>,
    /// Inputs from a table of parameters.
    pub(crate) parameters: Vec<(u16, f64)>,
}

/// Subjects in the order of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// Who.
    pub subjects: Vec<Subject>,
    /// Inputs of the model that columns give.
    pub(crate) covariates: Vec<u16>,
    /// Of each, the inputs of its line.
    pub(crate) lines: Vec<LineInputs>,
    pub(crate) dialect: Dialect,
    /// Common times at which subjects are observed in place of their own records.
    pub(crate) times: Option<Vec<f64>>,
}

/// A subject whose clock is set back, so that a time does not say when.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockSetBack {
    /// Who.
    pub id: String,
    /// The record that sets it back.
    pub record: Record,
}

impl DataSet {
    /// Reads a table for a model. Values in `parameters` go before columns of the same name. `None` where there is an error.
    #[must_use]
    pub fn read(
        rows: &Rows,
        names: &ModelNames,
        dialect: Dialect,
        parameters: Option<&Parameters>,
    ) -> (Option<Self>, Vec<Diagnostic>) {
        subjects::read(rows, names, dialect, parameters)
    }

    /// Inputs of the model that columns of the table give, as indices into [`ModelNames::inputs`].
    #[must_use]
    pub fn covariates(&self) -> &[u16] {
        &self.covariates
    }

    /// Has every subject observed at these times, ascending, and not at records of its own; what happens at the time of an
    /// observation happens before it.
    ///
    /// # Errors
    /// A subject whose clock is set back by a reset.
    pub fn observe_at(&mut self, times: Vec<f64>) -> Result<(), ClockSetBack> {
        for subject in &self.subjects {
            let back = subject
                .records
                .windows(2)
                .find(|pair| pair[1].time < pair[0].time);
            if let Some(&[_, record]) = back {
                let id = subject.id.clone();
                return Err(ClockSetBack { id, record });
            }
        }
        self.times = Some(times);
        Ok(())
    }

    /// Common observation times, if they were given.
    #[must_use]
    pub fn times(&self) -> Option<&[f64]> {
        self.times.as_deref()
    }

    /// Whether a record is reported: there is one observation of the engine for each such record, in order.
    #[must_use]
    pub fn reports(&self, record: &Record) -> bool {
        self.times.is_none()
            && (self.dialect.reported == Reported::Every || matches!(record.kind, RecordKind::Observation(_)))
    }
}

impl Subject {
    /// The values of the covariates at a record, in the order of [`DataSet::covariates`]; empty beyond the last.
    #[must_use]
    pub fn covariates_at(&self, record: usize) -> &[f64] {
        let count = self.covariates.len() / self.records.len().max(1);
        self.covariates
            .get(record * count..(record + 1) * count)
            .unwrap_or_default()
    }

    /// The lines from a record to the next.
    pub(crate) fn lines_after(&self, record: usize) -> &[Line] {
        let count = self.between.len() / self.records.len().max(1);
        self.between
            .get(record * count..(record + 1) * count)
            .unwrap_or_default()
    }
}
