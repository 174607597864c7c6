//! The models of the library in a terminal: the shelf as a table, one model, one drug.

mod drug;
mod model;

pub use drug::drug;
pub use model::{Told, model, validated};

use euthymia_therapy::shelf::Entry;

use crate::lines::{pad_right, wrap};

/// Columns between two of the table.
const GAP: usize = 2;
/// Widths of name, drugs and routes, outputs, source and grade in a terminal 100 wide.
const WIDTHS: [usize; 5] = [30, 25, 18, 14, 5];
const HEAD: [&str; 5] = ["model", "drug: routes", "predicts", "source", "grade"];

/// The models, each with drugs and routes, outputs, source and grade (one for each, in the same order). Cells are broken
/// over lines, so that it fits a terminal 100 wide.
#[must_use]
pub fn table(entries: &[Entry], grades: &[String]) -> String {
    let mut text = String::new();
    row(&mut text, &HEAD.map(str::to_owned));
    for (entry, grade) in entries.iter().zip(grades) {
        let uses = entry.uses.iter();
        let uses: Vec<String> = uses
            .map(|use_| format!("{}: {}", use_.drug, use_.routes.join(" ")))
            .collect();
        let outputs: Vec<String> = entry.outputs().into_iter().map(|output| output.name).collect();
        let source = entry.source.as_ref();
        row(
            &mut text,
            &[
                entry.name.clone(),
                uses.join("; "),
                outputs.join(" "),
                source.map_or_else(|| "assumed".to_owned(), |source| source.short.clone()),
                grade.clone(),
            ],
        );
    }
    text
}

fn row(text: &mut String, cells: &[String; 5]) {
    let mut broken: Vec<Vec<String>> = Vec::new();
    for (cell, width) in cells.iter().zip(WIDTHS) {
        broken.push(
            wrap(cell, width)
                .iter()
                .flat_map(|line| hard(line, width))
                .collect(),
        );
    }
    let height = broken.iter().map(Vec::len).max().unwrap_or(0);
    for line in 0..height {
        let mut out = String::new();
        for (cell, width) in broken.iter().zip(WIDTHS) {
            let part = cell.get(line).map_or("", String::as_str);
            out.push_str(&pad_right(part, width + GAP));
        }
        text.push_str(out.trim_end());
        text.push('\n');
    }
}

/// A word longer than its column, cut; hyphens are good places.
fn hard(line: &str, width: usize) -> Vec<String> {
    let mut rest: Vec<char> = line.chars().collect();
    let mut parts = Vec::new();
    while rest.len() > width {
        let at = rest[..width]
            .iter()
            .rposition(|character| matches!(character, '-' | '_'))
            .map_or(width, |hyphen| hyphen + 1);
        let tail = rest.split_off(at);
        parts.push(rest.iter().collect());
        rest = tail;
    }
    parts.push(rest.iter().collect());
    parts
}
