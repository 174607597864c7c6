//! `response/ratings.toml`: how ratings of trials are read: what is remission, which baselines are usual, which rows a fit takes.

use crate::library::Library;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use std::collections::BTreeMap;

/// The file.
const PATH: &str = "response/ratings.toml";

/// What is taken of an instrument where a study does not tell its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsualBaseline {
    /// Mean, points.
    pub mean: f64,
    /// Mean of people who were admitted in a crisis, points.
    pub crisis: f64,
    /// Standard deviation between studies, of its logarithm.
    pub between: f64,
    /// Standard deviation between patients, a fraction of the mean.
    pub within: f64,
}

/// A whole score that is remission, and on which instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct Remission {
    /// The instrument.
    pub instrument: String,
    /// The highest score that is.
    pub cut_off: f64,
}

/// What is particular to the ratings of a study.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Particular {
    /// The instrument of its remissions.
    pub instrument: Option<String>,
    /// The highest score that counts as remission.
    pub cut_off: Option<f64>,
    /// Responders were counted at the best of several visits: by how many standard deviations of the residual that is better.
    pub best: f64,
    /// And when that was, h.
    pub at_h: Option<f64>,
    /// The only outcomes that are taken, where not all are.
    pub only: Option<Vec<String>>,
    /// The standard error of a contrast that is published without an interval, and its time, h.
    pub contrast_error: Option<(f64, f64)>,
    /// Why its standard deviations are not taken.
    pub no_sd: Option<String>,
}

/// The file's contents.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    /// Outcomes that are total scores.
    pub scores: BTreeMap<String, UsualBaseline>,
    /// Outcomes that count those who improved by at least a fraction.
    pub responses: BTreeMap<String, f64>,
    /// What remission is unless a study says otherwise.
    pub remission: Remission,
    /// By study.
    pub studies: BTreeMap<String, Particular>,
    /// Studies (`study`) and arms (`study/arm`) that take no part, with the reason.
    pub left_out: BTreeMap<String, String>,
}

impl Ratings {
    /// Those of the library.
    ///
    /// # Errors
    /// The library has none, or what is wrong with them.
    pub fn of(library: &Library) -> Result<Self, Vec<Diagnostic>> {
        let Some(document) = library.document(PATH) else {
            return Err(vec![Diagnostic::error(
                "L053",
                format!("the library has no `{PATH}`"),
            )]);
        };
        Self::read(document)
    }

    fn read(document: &Document) -> Result<Self, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
        let scores = reader.required_table("scores", |table| {
            Some(table.each_other(|name, item| {
                Some((
                    name.to_owned(),
                    item.table(|table| {
                        table.allow(&["source", "grade", "locator"]);
                        table.required_table("baseline", usual)
                    })?,
                ))
            }))
        });
        let responses = reader.required_table("responses", |table| {
            Some(table.each_other(|name, item| {
                Some((
                    name.to_owned(),
                    item.table(|table| {
                        table.allow(&["source", "grade", "locator"]);
                        table.required_number("improvement", 0.01..1.0)
                    })?,
                ))
            }))
        });
        let remission = reader.required_table("remission", |table| {
            table.allow(&["source", "grade", "locator"]);
            let (instrument, cut_off) = (
                table.required_string("instrument"),
                table.required_number("cut_off", 0.0..),
            );
            Some(Remission {
                instrument: instrument?,
                cut_off: cut_off?,
            })
        });
        let studies = reader.optional_table("studies", |table| {
            Some(table.each_other(|name, item| Some((name.to_owned(), item.table(particular)?))))
        });
        let left_out = reader.optional_table("left_out", |table| {
            Some(table.each_other(|name, item| Some((name.to_owned(), item.string()?))))
        });
        reader.finish();
        match (scores, responses, remission) {
            (Some(scores), Some(responses), Some(remission))
                if !diagnostics.iter().any(Diagnostic::is_error) =>
            {
                Ok(Self {
                    scores: scores.into_iter().collect(),
                    responses: responses.into_iter().collect(),
                    remission,
                    studies: studies.into_iter().flatten().collect(),
                    left_out: left_out.into_iter().flatten().collect(),
                })
            }
            _ => Err(diagnostics),
        }
    }

    /// Remission as a study counts it.
    #[must_use]
    pub fn remission_of(&self, study: &str) -> Remission {
        let particular = self.studies.get(study);
        let instrument = particular.and_then(|of| of.instrument.clone());
        Remission {
            cut_off: particular
                .and_then(|of| of.cut_off)
                .unwrap_or(self.remission.cut_off),
            instrument: instrument.unwrap_or_else(|| self.remission.instrument.clone()),
        }
    }
}

fn usual(table: &mut Reader<'_, '_>) -> Option<UsualBaseline> {
    let mean = table.required_number("mean", 1.0..);
    let between = table.required_number("between", 0.0..1.0);
    let within = table.required_number("within", 0.01..1.0);
    let crisis = table.optional_number("crisis", 1.0..);
    Some(UsualBaseline {
        mean: mean?,
        crisis: crisis.or(mean)?,
        between: between?,
        within: within?,
    })
}

fn particular(table: &mut Reader<'_, '_>) -> Option<Particular> {
    table.allow(&["source", "grade", "locator"]);
    Some(Particular {
        instrument: table.optional_string("instrument"),
        cut_off: table.optional_number("remission", 0.0..),
        best: table.optional_number("best", 0.0..3.0).unwrap_or(0.0),
        at_h: table.optional_number("at_h", 0.0..),
        only: table.optional_array("only", |item| item.string()),
        contrast_error: table.optional_table("contrast", |table| {
            let (time_h, error) = (
                table.required_number("time_h", 0.0..),
                table.required_number("error", 0.0..),
            );
            Some((time_h?, error?))
        }),
        no_sd: table.optional_string("no_sd"),
    })
}
