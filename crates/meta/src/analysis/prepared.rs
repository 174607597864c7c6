//! The table of an analysis before anything is computed from it: `derived` columns, and the rows that a `filter` keeps.
//!
//! Both are expressions as in R, or one of a few phrases that people write instead: `row number`, `column study with
//! everything from ' - ' removed`, `study in 1,3,6`, `complete cases`, `studies 1, 6 dropped`.

use super::Inputs;
use crate::expression::{self, evaluate, filter, parse};
use crate::{Column, Frame, MetaError};

/// The table with the columns that `derived` adds and the rows that `filter` keeps.
pub(crate) fn prepared(inputs: &Inputs, frame: &Frame) -> Result<Frame, MetaError> {
    let mut frame = frame.clone();
    for (name, text) in inputs.pairs("derived")? {
        let column = derived(&text, &frame).map_err(|error| in_field(&format!("derived.{name}"), error))?;
        frame.set(&name, column);
    }
    match inputs.text("filter")? {
        Some(text) => {
            let rows = kept(text, &frame).map_err(|error| in_field("filter", error))?;
            Ok(frame.take(&rows))
        }
        None => Ok(frame),
    }
}

fn in_field(field: &str, error: MetaError) -> MetaError {
    match error {
        MetaError::Expression { .. } | MetaError::NoColumn { .. } => {
            MetaError::field(field, error.to_string())
        }
        other => other,
    }
}

/// The column that a text stands for.
pub(crate) fn derived(text: &str, frame: &Frame) -> Result<Column, MetaError> {
    let text = text.trim();
    if text == "row number" {
        return Ok(Column::Numbers(
            (1..=frame.rows()).map(|row| Some(row as f64)).collect(),
        ));
    }
    if let Some((name, mark)) = shortened(text) {
        let cells = frame.column(name)?.to_texts();
        let cut = |cell: String| cell.split(mark).next().unwrap_or_default().to_owned();
        return Ok(Column::Texts(
            cells.into_iter().map(|cell| cell.map(cut)).collect(),
        ));
    }
    evaluate(&parse(text)?, frame)
}

/// A column by its name, or what an expression or a phrase makes of columns.
pub(crate) fn column(text: &str, frame: &Frame) -> Result<Column, MetaError> {
    if frame.has(text) {
        return frame.column(text).cloned();
    }
    derived(text, frame)
}

/// The same where numbers are needed.
pub(crate) fn numbers(text: &str, frame: &Frame) -> Result<Vec<Option<f64>>, MetaError> {
    if frame.has(text) {
        return Ok(frame.numbers(text)?.to_vec());
    }
    expression::numbers(&parse(text)?, frame)
}

/// `study with everything from ' - ' removed`: the column and the mark.
fn shortened(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(" with everything from ")?;
    let mark = rest.trim().strip_suffix("removed")?.trim();
    let quotes = ['\'', '"'];
    let mark = mark.strip_prefix(quotes)?.strip_suffix(quotes)?;
    let name = name.trim();
    Some((name.strip_prefix("column ").unwrap_or(name), mark))
}

/// The rows that a filter keeps.
pub(crate) fn kept(text: &str, frame: &Frame) -> Result<Vec<usize>, MetaError> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("complete cases") {
        let complete: Vec<usize> = (0..frame.rows()).filter(|row| is_complete(frame, *row)).collect();
        let rest = rest.trim_start_matches([',', ' ']);
        if rest.is_empty() {
            return Ok(complete);
        }
        let rows = kept(rest, frame)?;
        return Ok(complete.into_iter().filter(|row| rows.contains(row)).collect());
    }
    if let Some(rest) = text.strip_suffix("dropped") {
        let list = rest.split('(').next().unwrap_or_default();
        let list = list
            .trim()
            .trim_start_matches("studies")
            .trim_start_matches("study");
        let cells = frame.column("study")?.to_texts();
        let known = |item: &str| cells.iter().flatten().any(|cell| cell == item);
        // A label may hold an `and` of its own.
        let named: Vec<&str> = items(list)
            .into_iter()
            .flat_map(|item| match known(item) {
                true => vec![item],
                false => item.split(" and ").map(str::trim).collect(),
            })
            .collect();
        if let Some(item) = named.iter().find(|item| !known(item)) {
            return Err(MetaError::field(
                "filter",
                format!("`{text}`: there is no study `{item}` in the column `study`"),
            ));
        }
        let kept = |row: &usize| !cells[*row].as_deref().is_some_and(|cell| named.contains(&cell));
        return Ok((0..frame.rows()).filter(kept).collect());
    }
    if let Some((name, list)) = text.split_once(" in ")
        && frame.has(name.trim())
    {
        return listed(name.trim(), list, frame);
    }
    filter(&parse(text)?, frame)
}

/// What a list with commas holds.
fn items(list: &str) -> Vec<&str> {
    // Brackets only where somebody put them around the whole list.
    let list = list
        .trim()
        .trim_start_matches("c(")
        .trim_matches(['(', ')', '{', '}', '[', ']']);
    list.split(',')
        .map(|item| item.trim().trim_matches(['\'', '"']))
        .collect()
}

/// The rows whose cell is in a list.
fn listed(name: &str, list: &str, frame: &Frame) -> Result<Vec<usize>, MetaError> {
    let items = items(list);
    let cells = frame.column(name)?.to_texts();
    let found = |row: &usize| cells[*row].as_deref().is_some_and(|cell| items.contains(&cell));
    Ok((0..frame.rows()).filter(found).collect())
}

fn is_complete(frame: &Frame, row: usize) -> bool {
    frame.names().all(|name| match frame.column(name) {
        Ok(Column::Numbers(cells)) => cells[row].is_some(),
        Ok(Column::Texts(cells)) => cells[row].is_some(),
        Err(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Frame {
        Frame::new(vec![
            ("study".to_owned(), Column::of_texts(&["1", "2", "3", "4"])),
            ("x".to_owned(), Column::of_texts(&["5", "", "7", "8"])),
            (
                "name".to_owned(),
                Column::of_texts(&["a - b", "c", "d - e - f", "g"]),
            ),
        ])
    }

    #[test]
    fn phrases_and_expressions() {
        let kept = |text: &str| kept(text, &table()).unwrap();
        assert_eq!(kept("study in 1,3"), [0, 2]);
        assert_eq!(kept("study <= 2"), [0, 1]);
        assert_eq!(kept("complete cases"), [0, 2, 3]);
        assert_eq!(kept("complete cases, study > 2"), [2, 3]);
        assert_eq!(kept("studies 1, 4 (two groups) dropped"), [1, 2]);
        assert_eq!(kept("studies 1 and 4 dropped"), [1, 2]);
        let texts = |text: &str| derived(text, &table()).unwrap().to_texts();
        assert_eq!(
            texts("column name with everything from ' - ' removed"),
            ["a", "c", "d", "g"].map(|text| Some(text.to_owned()))
        );
        assert_eq!(texts("row number")[3].as_deref(), Some("4"));
        assert_eq!(texts("x - 5")[2].as_deref(), Some("2"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_field() {
        let inputs = Inputs::new(serde_json::json!({"filter": "stdy == 1"}));
        let error = prepared(&inputs, &table()).unwrap_err().to_string();
        assert!(
            error.starts_with("`filter`: there is no column `stdy`"),
            "{error}"
        );
        let inputs = Inputs::new(serde_json::json!({"filter": "studies 1, 9 dropped"}));
        let error = prepared(&inputs, &table()).unwrap_err().to_string();
        assert_eq!(
            error,
            "`filter`: `studies 1, 9 dropped`: there is no study `9` in the column `study`"
        );
    }
}
