//! A table of parameters: a column `ID`, and columns named as inputs of the model.

use std::collections::HashMap;

use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_document::Rows;

use crate::cell::{not_a_number, parse, text};
use crate::names::ModelNames;
use crate::problems::Problems;
use crate::subjects::identity;

/// Values of parameters, random effects and covariates by subject.
#[derive(Clone, Debug)]
pub struct Parameters {
    source: Source,
    names: Vec<String>,
    /// In the order of the table.
    ids: Vec<String>,
    rows: HashMap<String, Vec<f64>>,
}

impl Parameters {
    /// Reads a table for a model. `None` where there is an error.
    #[must_use]
    pub fn read(rows: &Rows, names: &ModelNames) -> (Option<Self>, Vec<Diagnostic>) {
        let mut problems = Problems::new(&rows.source);
        let whole = rows
            .header
            .iter()
            .map(|cell| cell.span)
            .reduce(Span::to)
            .unwrap_or_default();
        let is_id = |text: &str| matches!(text, "ID" | "id");
        let Some(id) = rows.header.iter().position(|cell| is_id(cell.text.trim())) else {
            let help = "add a column `ID` with the subjects of the data set";
            problems.error(
                "N001",
                whole,
                "the column `ID` is missing",
                "in this header",
                help,
            );
            return (None, problems.finish());
        };
        let known = || names.inputs.iter().map(|input| input.name.as_str());
        let mut columns: Vec<(usize, &str)> = Vec::new();
        for (at, cell) in rows.header.iter().enumerate().filter(|(at, _)| *at != id) {
            let name = cell.text.trim();
            if is_id(name) || columns.iter().any(|(_, other)| *other == name) {
                let message = format!("the column `{name}` stands twice");
                let help = "rename one of them or leave it out";
                problems.error("N003", cell.span, message, "again here", help);
            } else if known().any(|known| known == name) {
                columns.push((at, name));
            } else {
                let message = format!("the model has no parameter or covariate `{name}`");
                let help = match nearest(name, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "leave the column out".to_owned(),
                };
                problems.error("N061", cell.span, message, "unknown name", help);
            }
        }
        let mut read: HashMap<String, Vec<f64>> = HashMap::new();
        let mut ids = Vec::new();
        for row in rows.rows() {
            let Some(cell) = row.get(id) else { continue };
            let Some(subject) = text(&cell).map(identity) else {
                problems.error(
                    "N008",
                    cell.span,
                    "`ID` is blank",
                    "expected an ID",
                    "write whose row it is",
                );
                continue;
            };
            let mut values = Vec::with_capacity(columns.len());
            for &(at, name) in &columns {
                let Some(cell) = row.get(at) else { continue };
                match text(&cell) {
                    None => {
                        let message = format!("`{name}` of ID {subject} is blank");
                        let help = format!("write its value, or leave the column `{name}` out");
                        problems.error("N008", cell.span, message, "expected a number", help);
                    }
                    Some(text) => match parse(text) {
                        Some(value) => values.push(value),
                        None => not_a_number(&cell, name, &mut problems),
                    },
                }
            }
            if read.contains_key(&subject) {
                let message = format!("ID {subject} has a second row");
                let help = "leave one of them out: a subject has one row";
                problems.error("N062", cell.span, message, "again here", help);
            }
            ids.push(subject.clone());
            read.insert(subject, values);
        }
        let table = (!problems.any_error()).then(|| Self {
            source: rows.source.clone(),
            names: columns.iter().map(|(_, name)| (*name).to_owned()).collect(),
            ids,
            rows: read,
        });
        (table, problems.finish())
    }

    /// Whether it has a column of this name.
    #[must_use]
    pub fn gives(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Its subjects, in the order of the table.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> &str {
        self.source.name()
    }

    /// The values of a subject, each with the index of its input.
    #[must_use]
    pub fn of(&self, id: &str, names: &ModelNames) -> Option<Vec<(u16, f64)>> {
        let values = self.rows.get(id)?.iter();
        let index = |name: &String| {
            let at = names.inputs.iter().position(|input| input.name == *name)?;
            u16::try_from(at).ok()
        };
        let pairs = self.names.iter().zip(values);
        Some(
            pairs
                .filter_map(|(name, value)| Some((index(name)?, *value)))
                .collect(),
        )
    }
}
