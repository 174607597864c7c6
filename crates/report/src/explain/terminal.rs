//! A mechanism in a few lines of a terminal: a block a layer, a line a quantity, and what disagrees with it below.

use euthymia_therapy::explain::{Explained, Explanation, LayerPart};

use super::{NOTICE, curve, quantity_of, times};
use crate::course::{series, words};
use crate::lines::{Lines, Style, pad_right, wrap};
use crate::terminal::Colour;

/// Narrowest width that is laid out for.
const NARROWEST: usize = 40;
/// How far text stands in under a label that has its line alone.
const INDENT: usize = 6;

/// The lines, each ended by a newline and, words permitting, at most `width` columns wide.
#[must_use]
pub fn table(explanation: &Explanation, width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width: width.max(NARROWEST),
        colour,
    };
    let result = &explanation.result;
    out.paragraph(&result.title, Style::Bold);
    out.paragraph(&explanation.score.sentence, Style::Plain);
    for layer in &explanation.layers {
        block(&mut out, explanation, layer);
    }
    out.blank();
    let left_out: Vec<String> = explanation
        .left_out
        .iter()
        .map(|left| format!("{} ({})", left.model, left.missing.join(", ")))
        .collect();
    if !left_out.is_empty() {
        let text = format!(
            "Left out, for nothing in this course defines what is in brackets: {}.",
            words::listed(&left_out)
        );
        out.paragraph(&text, Style::Plain);
    }
    let counted = series::counted_as(result);
    out.paragraph(
        &format!("Medians; in brackets nine in ten {counted}. {NOTICE}"),
        Style::Dim,
    );
    out.text
}

fn block(out: &mut Lines, explanation: &Explanation, layer: &LayerPart) {
    out.blank();
    out.line(layer.name, Style::Bold);
    if layer.quantities.is_empty() && layer.still.is_empty() {
        out.line("  no model of it in this course", Style::Plain);
    }
    let mut lines: Vec<(String, String)> = layer
        .quantities
        .iter()
        .flat_map(|explained| rows(explanation, explained))
        .collect();
    if !layer.still.is_empty() {
        lines.push(("  unmoved".to_owned(), words::listed(&layer.still)));
    }
    aligned(out, &lines);
}

/// Labels in a column of their own; where they would take more than half of the width, above their text.
fn aligned(out: &mut Lines, rows: &[(String, String)]) {
    let columns = |label: &str| label.chars().count();
    let widest = rows.iter().map(|(label, _)| columns(label)).max().unwrap_or(0);
    for (label, text) in rows {
        if widest * 2 > out.width {
            out.line(label, Style::Plain);
            for line in wrap(text, out.width - INDENT) {
                out.line(&format!("{}{line}", " ".repeat(INDENT)), Style::Plain);
            }
            continue;
        }
        for (index, line) in wrap(text, out.width - widest - 2).iter().enumerate() {
            let head = if index == 0 { label } else { "" };
            out.line(&format!("{}  {line}", pad_right(head, widest)), Style::Plain);
        }
    }
}

fn rows(explanation: &Explanation, explained: &Explained) -> Vec<(String, String)> {
    let Some(quantity) = quantity_of(explanation, explained) else {
        return Vec::new();
    };
    let mut told = times::told(explained, quantity);
    if let Some(badge) = explained.badge {
        told.push_str(&format!("; {badge}"));
    }
    let mut rows = vec![(format!("  {}", curve::short_name(quantity)), told)];
    let against = explained.disagreement.iter();
    rows.extend(against.map(|cited| ("    but".to_owned(), format!("{}: {}", cited.key, cited.text))));
    rows
}
