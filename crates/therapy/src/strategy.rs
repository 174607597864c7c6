//! Strategies: courses one after the other, with rules that say what follows from how a patient does.
//!
//! `read` turns `library/strategies/*.toml` into a [`Strategy`]. A step is a course of the library (or treatments of its own), which
//! the response model simulates, or *care* ([`Care`]): a treatment that is known by the proportion of people who come into remission
//! with it (antidepressants one after the other, electroconvulsive therapy), whose effect is drawn so that it comes to that proportion
//! (`calibrated`). [`compare`] lets every patient of a cohort live through every strategy (`life`), with the same traits and the same
//! luck in each, and sums up what a person who must decide asks for ([`Comparison`]).
//!
//! | code | what is wrong |
//! |---|---|
//! | K001 | a condition that the response model is not about |
//! | K002 | a rule that cannot be followed: no step of that name, none after the last, a time beyond the end |
//! | K003 | two steps of one name, or a step without anything that is given |
//! | K004 | a time that is not a whole number of days |
//! | K005 | a score that the instrument does not have, or an instrument without a link to the response model |
//! | K006 | care that has no rates of that name |
//! | K007 | strategies whose people or horizons are not the same |
//! | K008 | a price, utility or burden that is missing |
//! | K009 | strategies that follow each other in a circle |

mod calibrated;
mod care;
mod comparison;
mod decision;
mod economy;
mod life;
mod lives;
mod origins;
mod people;
mod read;
mod ready;
mod run;
mod summary;
mod tally;
mod words;

pub use care::{Care, Entry, Rates, RelapseRates};
pub use comparison::{Checked, Comparison, Curve, Estimate, Measure, Outcomes, StepWords, Unknown};
pub use decision::{Decision, Place, Worth};
pub use economy::{Economy, SessionPrice, Utilities};
pub use origins::inputs;
pub use people::{Group, read_group};
pub use read::read;
pub use run::{CompareSettings, compare, work};

use crate::course::{Antidepressant, Treatment};
use crate::instrument::Instrument;
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_document::Document;

/// What is wrong with a file of strategies, care, people or prices; nothing where it is none of them, which its keys tell.
#[must_use]
pub fn diagnose(stem: &str, document: &Document, library: &Library) -> Option<Vec<Diagnostic>> {
    let has = |key: &str| document.root.get(key).is_some();
    if has("steps") || has("follow") {
        Some(read(stem, document, library).1)
    } else if has("rates") && has("assessed") {
        Some(care::read(stem, document, library, &[]).1)
    } else if has("utilities") && has("thresholds") {
        Some(Economy::read(document).1)
    } else if has("population") && !has("treatments") && !has("horizon") && !has("arms") {
        Some(read_group(stem, document, library).1)
    } else {
        None
    }
}

/// A sequence of steps with rules.
#[derive(Clone, Debug)]
pub struct Strategy {
    /// Stem of its file.
    pub id: String,
    /// Title.
    pub title: String,
    /// One or two sentences for the reader of the page.
    pub summary: String,
    /// Stem of the file that says who is treated.
    pub people: String,
    /// How long it is followed, days.
    pub horizon_days: u32,
    /// In order.
    pub steps: Vec<Step>,
    /// The text it came from.
    pub source: Source,
}

/// One step: what is given, and what follows from how the patient does.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name, once in a strategy.
    pub name: String,
    /// What is given.
    pub given: Given,
    /// Days until it begins.
    pub wait_days: u32,
    /// The first that applies is followed.
    pub rules: Vec<Rule>,
    /// Place in the file.
    pub span: Span,
}

/// What is given in a step.
#[derive(Clone, Debug)]
pub enum Given {
    /// Something known by its proportion of remission.
    Care(Box<Care>),
    /// Something that the response model simulates.
    Course(Course),
}

/// Sessions of drugs, and what goes on beside them.
#[derive(Clone, Debug)]
pub struct Course {
    /// What is given in sessions.
    pub treatments: Vec<Treatment>,
    /// Antidepressant beside them.
    pub antidepressant: Antidepressant,
    /// Days of psychotherapy sessions after the beginning, if there is any.
    pub psychotherapy_days: Option<Vec<u32>>,
}

/// When something is looked at, of whom, and what then.
#[derive(Clone, Debug)]
pub struct Rule {
    /// When.
    pub when: When,
    /// Of whom it holds.
    pub of: Condition,
    /// What is done.
    pub then: Action,
    /// Place in the file.
    pub span: Span,
}

/// When a rule is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At an assessment, days after the step began.
    At(u32),
    /// At an assessment, and again every so many days.
    From {
        /// The first, days after the step began.
        first: u32,
        /// Days between.
        every: u32,
    },
    /// At a relapse.
    Relapse,
}

/// Of whom a rule holds.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Of everybody.
    Everybody,
    /// In remission on the instrument, or not.
    Remission(Box<Instrument>, bool),
    /// In response on the instrument, or not, against the score at the beginning of the strategy.
    Response(Box<Instrument>, bool),
    /// At this score of the instrument or worse.
    AtLeast(Box<Instrument>, f64),
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing changes.
    Continue,
    /// Another step, in the place of this one.
    Switch(usize),
    /// Another step, beside what is taken now.
    Augment(usize),
    /// Psychotherapy, weekly for so many days.
    AddPsychotherapy {
        /// How long, days.
        days: u32,
    },
    /// Nothing more is given.
    Stop,
    /// Sessions go on.
    Maintain {
        /// Days between them.
        every: u32,
        /// How long, days; absent: to the end.
        days: Option<u32>,
    },
    /// The step from its beginning.
    Retreat {
        /// Most times.
        most: u32,
        /// Days until it begins.
        after: u32,
    },
}
