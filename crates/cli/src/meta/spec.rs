//! Analyses saved as JSON: one, a list, `{"cases": [...]}`, or one a line.
//!
//! One alone prints its values under their names; of several, each prints a line with its id, kind and values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_meta::MetaError;
use euthymia_meta::analysis::{Analysis, Inputs};
use serde_json::{Value as Json, json};

use super::table::Table;
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
        let values = tables.run(case).map_err(|problem| problem.failure())?;
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
                line.insert("error".to_owned(), json!(problem.text()));
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
    several.map(|cases| (cases, true)).ok_or_else(|| {
        let message = format!("`{}` is no analysis: it has no field `kind`", source.name());
        let help = "an analysis has `kind`, `data` (a list of files) and `inputs`; several are a list, or `{\"cases\": [...]}`";
        Failure::Input(vec![Diagnostic::error("S005", message).help(help)])
    })
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
    /// Its file is wrong or has no answer.
    Failure(Failure),
    /// What is wrong, at its place.
    Told(Box<Diagnostic>),
}

impl Problem {
    fn failure(self) -> Failure {
        match self {
            Self::Failure(failure) => failure,
            Self::Told(diagnostic) => Failure::Input(vec![*diagnostic]),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Failure(Failure::Io(error)) => error.to_string(),
            Self::Failure(Failure::Input(diagnostics)) => {
                let told: Vec<&str> = diagnostics.iter().map(|one| one.message.as_str()).collect();
                told.join("; ")
            }
            Self::Failure(other) => format!("{other:?}"),
            Self::Told(diagnostic) => diagnostic.message.clone(),
        }
    }
}

/// The tables of all cases, each read once.
struct Tables<'f> {
    folder: &'f Path,
    read: BTreeMap<PathBuf, Result<Table, Mutex<Option<Failure>>>>,
}

impl<'f> Tables<'f> {
    fn read(cases: &[Json], folder: &'f Path) -> Self {
        let mut read = BTreeMap::new();
        for file in cases.iter().flat_map(files) {
            let path = folder.join(file);
            read.entry(path)
                .or_insert_with_key(|path| Table::read(path).map_err(|failure| Mutex::new(Some(failure))));
        }
        Self { folder, read }
    }

    fn run(&self, case: &Json) -> Result<Json, Problem> {
        let field = |name: &str, reason: &str| {
            let error = MetaError::field(name, reason);
            Problem::Told(Box::new(Diagnostic::error("S005", error.to_string())))
        };
        let kind = case["kind"]
            .as_str()
            .ok_or_else(|| field("kind", "expected the kind of analysis, as \"rma_uni\""))?;
        let mut tables = Vec::new();
        for file in files(case) {
            match self.read.get(&self.folder.join(file)) {
                Some(Ok(table)) => tables.push(table),
                Some(Err(failure)) => {
                    let taken = failure.lock().ok().and_then(|mut failure| failure.take());
                    return Err(match taken {
                        Some(failure) => Problem::Failure(failure),
                        None => field("data", &format!("`{file}` cannot be read, as said before")),
                    });
                }
                None => return Err(field("data", "expected a list of files")),
            }
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

/// The files that a case names.
fn files(case: &Json) -> Vec<&str> {
    match &case["data"] {
        Json::String(file) => vec![file],
        Json::Array(files) => files.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
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
