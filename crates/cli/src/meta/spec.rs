//! Analyses saved as JSON: one, a list, `{"cases": [...]}`, or one a line.
//!
//! One alone prints its values under their names; of several, each prints a line with its id, kind and values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_meta::MetaError;
use euthymia_meta::analysis::{Analysis, Inputs};
use serde_json::{Value as Json, json};

use super::table::{Table, Unread};
use crate::arguments::Shared;
use crate::exit::Failure;

/// Runs the analyses of a file and prints their values.
pub(crate) fn run(path: &Path, shared: &Shared) -> Result<(), Failure> {
    let source = euthymia_io::read_source(path)?;
    let (cases, several) = cases(&source)?;
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let tables = Tables::read(&cases, folder);
    if !several {
        let case = &cases[0];
        let values = match tables.run(case) {
            Ok(values) => values,
            Err(problem) => return Err(tables.failure(problem)),
        };
        if shared.json {
            println!("{values}");
        } else if !shared.quiet {
            print!("{}", text(case, &values));
        }
        return Ok(());
    }
    let mut failed = 0;
    tables.run_all(&cases, |case, result| {
        let line = match result {
            Ok(values) => answer(case, &values),
            Err(problem) => {
                failed += 1;
                let mut line = head(case);
                line.insert("error".to_owned(), json!(tables.text(&problem)));
                Json::Object(line)
            }
        };
        println!("{line}");
    });
    if failed > 0 {
        return Err(Failure::Analyses(failed));
    }
    Ok(())
}

/// The analyses of a text, and whether they are several.
fn cases(source: &Source) -> Result<(Vec<Json>, bool), Failure> {
    let text = source.text();
    let whole = match serde_json::from_str::<Json>(text) {
        Ok(whole) => whole,
        Err(error) => {
            let lines: Option<Vec<Json>> = text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(|line| serde_json::from_str(line).ok().filter(Json::is_object))
                .collect();
            return match lines {
                Some(lines) if lines.len() > 1 => Ok((lines, true)),
                _ => Err(Failure::Input(vec![no_json(source, &error)])),
            };
        }
    };
    let several = match whole {
        Json::Array(cases) => Some(cases),
        Json::Object(mut members) if !members.contains_key("kind") => {
            members.remove("cases").and_then(|cases| match cases {
                Json::Array(cases) => Some(cases),
                _ => None,
            })
        }
        one => return Ok((vec![one], false)),
    };
    let message = match several {
        Some(cases) if !cases.is_empty() => return Ok((cases, true)),
        Some(_) => format!("`{}` holds no analysis: its list is empty", source.name()),
        None => format!("`{}` is no analysis: it has no field `kind`", source.name()),
    };
    let help = "an analysis has `kind`, `data` (a list of files) and `inputs`; several are a list, or `{\"cases\": [...]}`";
    Err(Failure::Input(vec![
        Diagnostic::error("S005", message).help(help),
    ]))
}

fn no_json(source: &Source, error: &serde_json::Error) -> Diagnostic {
    let before: usize = source
        .text()
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = before + error.column().saturating_sub(1);
    let message = format!("`{}` is no JSON: {error}", source.name());
    Diagnostic::error("S005", message).at(source, Span::new(at, at + 1), "here")
}

/// Why a case has no values.
enum Problem {
    /// The table at this place cannot be read.
    Unread(usize),
    /// What is wrong, at its place.
    Told(Box<Diagnostic>),
}

impl Problem {
    fn field(name: &str, reason: &str) -> Self {
        let error = MetaError::field(name, reason);
        Self::Told(Box::new(Diagnostic::error("S005", error.to_string())))
    }
}

/// The tables of all cases, each read once.
struct Tables<'f> {
    folder: &'f Path,
    places: BTreeMap<PathBuf, usize>,
    read: Vec<Result<Table, Unread>>,
}

impl<'f> Tables<'f> {
    fn read(cases: &[Json], folder: &'f Path) -> Self {
        let (mut places, mut read) = (BTreeMap::new(), Vec::new());
        for file in cases.iter().filter_map(files).flatten() {
            places.entry(folder.join(file)).or_insert_with_key(|path| {
                read.push(Table::read(path));
                read.len() - 1
            });
        }
        Self { folder, places, read }
    }

    fn run(&self, case: &Json) -> Result<Json, Problem> {
        let kind = case["kind"]
            .as_str()
            .ok_or_else(|| Problem::field("kind", "expected the kind of analysis, as \"rma_uni\""))?;
        let files = files(case).ok_or_else(|| {
            Problem::field(
                "data",
                "expected the name of a file, or a list of names, as [\"trials.csv\"]",
            )
        })?;
        let mut tables = Vec::new();
        // Every file of every case has a place.
        for place in files
            .into_iter()
            .filter_map(|file| self.places.get(&self.folder.join(file)))
        {
            tables.push(self.read[*place].as_ref().map_err(|_| Problem::Unread(*place))?);
        }
        let analysis = Analysis {
            kind: kind.to_owned(),
            inputs: Inputs::new(case["inputs"].clone()),
            data: tables.iter().map(|table| table.frame.clone()).collect(),
        };
        let values = analysis.run().map_err(|error| {
            Problem::Told(Box::new(match tables.first() {
                Some(table) => table.explain(&error),
                None => Diagnostic::error("S004", error.to_string()),
            }))
        })?;
        Ok(values.to_json())
    }

    /// A problem in a line: the same for every case that has it.
    fn text(&self, problem: &Problem) -> String {
        match problem {
            Problem::Unread(place) => self.read[*place]
                .as_ref()
                .err()
                .map_or_else(String::new, Unread::text),
            Problem::Told(diagnostic) => diagnostic.message.clone(),
        }
    }

    /// A problem of the only case.
    fn failure(mut self, problem: Problem) -> Failure {
        match problem {
            // The place of a table that is there stands in no problem.
            Problem::Unread(place) => match self.read.swap_remove(place) {
                Err(unread) => unread.into(),
                Ok(_) => Failure::Input(Vec::new()),
            },
            Problem::Told(diagnostic) => Failure::Input(vec![*diagnostic]),
        }
    }

    /// All cases, on every processor; `each` is told of them in their order, as soon as those before are done.
    fn run_all(&self, cases: &[Json], mut each: impl FnMut(&Json, Result<Json, Problem>)) {
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..threads.min(cases.len()) {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some(case) = cases.get(place) else { break };
                        if sender.send((place, self.run(case))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut waiting = BTreeMap::new();
            let mut told = 0;
            for (place, result) in receiver {
                waiting.insert(place, result);
                while let Some(result) = waiting.remove(&told) {
                    each(&cases[told], result);
                    told += 1;
                }
            }
        });
    }
}

/// The files that a case names; `None` where `data` holds something else.
fn files(case: &Json) -> Option<Vec<&str>> {
    match &case["data"] {
        Json::String(file) => Some(vec![file]),
        Json::Array(files) => files.iter().map(Json::as_str).collect(),
        Json::Null => Some(Vec::new()),
        _ => None,
    }
}

/// What identifies a case.
fn head(case: &Json) -> serde_json::Map<String, Json> {
    let members = ["id", "kind"].into_iter();
    members
        .filter_map(|name| Some((name.to_owned(), case.get(name)?.clone())))
        .collect()
}

fn answer(case: &Json, values: &Json) -> Json {
    let mut members = head(case);
    members.insert("values".to_owned(), values.clone());
    Json::Object(members)
}

/// One value a line.
fn text(case: &Json, values: &Json) -> String {
    let mut out = String::new();
    for (_, name) in head(case) {
        out.push_str(name.as_str().unwrap_or_default());
        out.push('\n');
    }
    let members = values.as_object();
    let width = members.map_or(0, |members| members.keys().map(String::len).max().unwrap_or(0));
    for (name, value) in members.into_iter().flatten() {
        let value = match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        out.push_str(&format!("{name:width$}  {value}\n"));
    }
    out
}
