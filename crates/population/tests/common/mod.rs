//! Whole runs in memory: model text and tables to columns of results by name.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

use euthymia_dataset::Dialect;
use euthymia_diagnostics::{Diagnostic, Source, render};
use euthymia_document::Rows;
use euthymia_engine::Options;
use euthymia_model::{Model, check::check, syntax::parse};
use euthymia_population::{Column, Request, Run, Schedule, Values};

pub fn text(diagnostics: &[Diagnostic]) -> String {
    let style = render::Style {
        colour: false,
        width: 100,
    };
    render::text(diagnostics, style)
}

pub fn model(text_of: &str) -> Model {
    let (file, problems) = parse(&Source::new("model.R", text_of));
    let (model, more) = check(&file);
    model.unwrap_or_else(|| panic!("{}{}", text(&problems), text(&more)))
}

pub fn rows(name: &str, csv: &str) -> Rows {
    let (rows, problems) = euthymia_io::csv::rows(&Source::new(name, csv));
    rows.unwrap_or_else(|| panic!("{}", text(&problems)))
}

/// What everybody asks for who says nothing more.
pub fn request<'a>(model: &'a Model, schedule: Schedule<'a>) -> Request<'a> {
    Request {
        model,
        schedule,
        times: None,
        parameters: None,
        values: &[],
        omega: &[],
        residual: true,
        dialect: Dialect::default(),
        subjects: None,
        columns: None,
        seed: 1,
    }
}

/// Rows of results.
pub struct Table {
    pub columns: Vec<Column>,
    pub values: Vec<Values<'static>>,
}

impl Table {
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    pub fn get(&self, name: &str) -> Vec<f64> {
        let at = self.columns.iter().position(|column| column.name == name);
        let at = at.unwrap_or_else(|| panic!("no column `{name}` among {:?}", self.names()));
        self.values[at].numbers()
    }
}

/// Runs what is asked.
pub fn table(request: &Request<'_>, options: &Options) -> Result<Table, String> {
    let (run, problems) = Run::new(request);
    let run = run.ok_or_else(|| text(&problems))?;
    let all = run.all(options).map_err(|error| error.to_string())?;
    let mut batches = all.into_iter();
    let mut whole = batches.next().ok_or("no rows")?;
    for batch in batches {
        whole.append(batch);
    }
    Ok(Table {
        columns: run.columns().to_vec(),
        values: whole.columns,
    })
}
