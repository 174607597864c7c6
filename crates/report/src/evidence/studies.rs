//! A list of studies.

use euthymia_evidence::StudyRow;

use crate::lines::{Lines, Style, pad_left, pad_right};
use crate::terminal::Colour;

/// A line or two for each study, and how many there are.
#[must_use]
pub fn studies(studies: &[StudyRow], width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    let longest = |text: fn(&StudyRow) -> usize| studies.iter().map(text).max().unwrap_or(0);
    let id = longest(|study| study.study_id.chars().count());
    let condition = longest(|study| study.condition.chars().count());
    for study in studies {
        let n = study.n.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let head = format!(
            "{}  {}  {}  {} people  {} values, {} contrasts{}",
            pad_right(&study.study_id, id),
            pad_right(&study.condition, condition),
            pad_right(study.design.word(), 10),
            pad_left(&n, 5),
            study.outcomes,
            study.contrasts,
            if study.layer { "  (yours)" } else { "" }
        );
        out.line(&head, Style::Plain);
        let told = format!("{}: {}", study.title, study.arms.join("; "));
        for line in crate::lines::wrap(&told, width.saturating_sub(4).max(20)) {
            out.line(&format!("    {line}"), Style::Dim);
        }
    }
    let own = studies.iter().filter(|study| study.layer).count();
    let count = if studies.len() == 1 {
        "1 study".to_owned()
    } else {
        format!("{} studies", studies.len())
    };
    let told = if own > 0 {
        format!("{count}, {own} of them yours")
    } else {
        count
    };
    out.line(&told, Style::Bold);
    out.text
}
