//! The cases with the answers of others: rxode2's and closed forms ship with the program, NONMEM's are read from a folder.

use std::path::Path;

use euthymia_dataset::{Dialect, Interpolation, Reported};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::{Row, Rows};
use euthymia_population::conformance::{Authority, Case, Tolerance};
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::csv;
use crate::error::{IoError, IoErrorKind};
use crate::read::read_source;

static RXODE2: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../suite/reference/rxode2");
static CLOSED_FORMS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../suite/reference/closed-forms");
const NONMEM_DOSING: &str = include_str!("../../../suite/reference/nonmem/dosing.R");
const NONMEM_TIME_VARYING: &str = include_str!("../../../suite/reference/nonmem/time-varying.R");

/// What `case.json` says.
#[derive(Deserialize)]
struct Description {
    name: String,
    covariate_interpolation: String,
    relative_tolerance: f64,
    absolute_tolerance: f64,
    #[serde(default)]
    note: String,
}

/// Why the cases cannot be read.
#[derive(Debug)]
pub enum ReferenceError {
    /// A file cannot be read.
    Io(IoError),
    /// A table that is none.
    Table(Vec<Diagnostic>),
}

impl From<IoError> for ReferenceError {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

/// The cases that ship with the program, in the order of their names: rxode2's, then closed forms.
///
/// # Errors
/// A file of a case is missing or not what it should be.
pub fn shipped() -> Result<Vec<Case>, ReferenceError> {
    let folders = [
        (&RXODE2, Authority::Rxode2),
        (&CLOSED_FORMS, Authority::ClosedForm),
    ];
    let mut cases = Vec::new();
    for (folder, authority) in folders {
        let mut own: Vec<&Dir<'_>> = folder.dirs().collect();
        own.sort_by_key(|dir| dir.path());
        for dir in own {
            cases.push(case(dir, authority)?);
        }
    }
    Ok(cases)
}

fn case(dir: &Dir<'_>, authority: Authority) -> Result<Case, ReferenceError> {
    let text = |file: &str| -> Result<Source, IoError> {
        let path = dir.path().join(file);
        let absent = || {
            let kind = IoErrorKind::NotInLibrary {
                kind: "file",
                nearest: None,
            };
            IoError::new("read", &path, kind)
        };
        let found = dir.get_file(&path).and_then(|file| file.contents_utf8());
        Ok(Source::new(path.display().to_string(), found.ok_or_else(absent)?))
    };
    let json = text("case.json")?;
    let description: Description = serde_json::from_str(json.text())
        .map_err(|error| IoError::new("read", json.name(), std::io::Error::from(error)))?;
    let interpolation = Interpolation::WORDS
        .iter()
        .find(|(word, _)| *word == description.covariate_interpolation)
        .map(|(_, interpolation)| *interpolation)
        .ok_or_else(|| {
            let error = std::io::Error::other("its `covariate_interpolation` is unknown");
            IoError::new("read", json.name(), error)
        })?;
    Ok(Case {
        name: description.name,
        authority,
        note: description.note,
        model: text("model.R")?,
        data: table(&text("data.csv")?)?,
        dialect: Dialect {
            interpolation,
            ..Dialect::default()
        },
        expected: columns(&table(&text("expected.csv")?)?, |_| true),
        tolerance: Tolerance::Mixed {
            relative: description.relative_tolerance,
            absolute: description.absolute_tolerance,
        },
    })
}

/// NONMEM's answers to the public set mrgsolve/nmtests, from a folder that holds it: a case for each scenario, then the
/// one with a covariate that changes with time.
///
/// # Errors
/// A file is missing or not what it should be.
pub fn nonmem(folder: &Path) -> Result<Vec<Case>, ReferenceError> {
    let read = |file: &str| -> Result<Rows, ReferenceError> { table(&read_source(folder.join(file))?) };
    let (data, printed, key) = (
        read("dosing-data.csv")?,
        read("dosing-nonmem.csv")?,
        read("dosing-key.csv")?,
    );
    let mut cases = Vec::new();
    for row in key.rows() {
        let (Some(id), Some(words)) = (row.get(0), row.get(1)) else {
            continue;
        };
        let of_scenario = |rows: &Rows| {
            let column = rows.header.iter().position(|cell| cell.text.trim() == "ID");
            rows.filtered(|row| {
                column
                    .and_then(|column| row.get(column))
                    .is_some_and(|cell| cell.text.trim() == id.text.trim())
            })
        };
        let model = Source::new("suite/reference/nonmem/dosing.R", NONMEM_DOSING);
        let name = format!("{}: {}", id.text.trim(), words.text.trim());
        cases.push(printed_case(
            name,
            model,
            of_scenario(&data),
            &of_scenario(&printed),
        ));
    }
    let model = Source::new("suite/reference/nonmem/time-varying.R", NONMEM_TIME_VARYING);
    let (data, printed) = (read("time-varying-data.csv")?, read("time-varying-nonmem.csv")?);
    cases.push(printed_case(
        "weight that changes".to_owned(),
        model,
        data,
        &printed,
    ));
    Ok(cases)
}

fn printed_case(name: String, model: Source, data: Rows, printed: &Rows) -> Case {
    Case {
        name,
        authority: Authority::Nonmem,
        note: String::new(),
        model,
        data,
        dialect: Dialect {
            interpolation: Interpolation::Nocb,
            reported: Reported::Every,
        },
        expected: columns(printed, |name| name == "CP"),
        tolerance: Tolerance::Printed {
            digits: 5,
            absolute: 1e-7,
        },
    }
}

fn table(source: &Source) -> Result<Rows, ReferenceError> {
    let (rows, problems) = csv::rows(source);
    rows.ok_or(ReferenceError::Table(problems))
}

/// The columns of numbers whose names are wanted; what is no number (`NA`) is NaN.
fn columns(rows: &Rows, wanted: impl Fn(&str) -> bool) -> Vec<(String, Vec<f64>)> {
    let header = rows.header.iter().enumerate();
    header
        .filter(|(_, cell)| wanted(cell.text.trim()))
        .map(|(at, cell)| {
            let number = |row: Row<'_>| {
                row.get(at)
                    .and_then(|cell| cell.text.trim().parse().ok())
                    .unwrap_or(f64::NAN)
            };
            (cell.text.trim().to_owned(), rows.rows().map(number).collect())
        })
        .collect()
}
