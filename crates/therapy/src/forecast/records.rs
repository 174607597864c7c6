//! What is known of one patient: scores and doses with their dates, from whatever file.

use super::date::Date;
use crate::course::DoseAmount;
use euthymia_diagnostics::Diagnostic;
use serde::Serialize;

/// A score as it was written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// When.
    pub date: Date,
    /// Identifier of the instrument.
    pub instrument: String,
    /// Points.
    pub value: f64,
    /// Where it stands in the file (`line 3`, `entry[3].resource.valueQuantity`).
    pub place: String,
}

/// A dose as it was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Dose {
    /// When.
    pub date: Date,
    /// Identifier of the drug.
    pub drug: String,
    /// Key of the route in the drug's file.
    pub route: String,
    /// How much; none of a control.
    pub amount: Option<DoseAmount>,
    /// Where it stands in the file.
    pub place: String,
}

/// Something in a file that a forecast does not use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unused {
    /// Where it stands in the file.
    pub place: String,
    /// What it is, as far as that can be told.
    pub what: String,
    /// Why it is not used.
    pub reason: String,
    /// What to do, if it should be.
    pub help: String,
}

/// Everything that a file tells of one patient.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// Scores, in the order of the file.
    pub scores: Vec<Score>,
    /// Doses, in the order of the file.
    pub doses: Vec<Dose>,
    /// What is not used.
    pub unused: Vec<Unused>,
}

/// Records, and everything that is wrong with the file; none where something is.
pub type Read = (Option<Records>, Vec<Diagnostic>);
