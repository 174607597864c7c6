//! What a cell says: nothing, a number, or something else.

use euthymia_document::Cell;

use crate::problems::Problems;

/// The text of a cell; `None` where it is empty or a single `.`.
pub(crate) fn text<'a>(cell: &'a Cell<'_>) -> Option<&'a str> {
    let text = cell.text.trim();
    (!text.is_empty() && text != ".").then_some(text)
}

/// A finite number, and nothing but: `inf` and `nan` are none.
pub(crate) fn parse(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The number in a cell, 0 where it is blank as in NONMEM. `None` after a report.
pub(crate) fn number(cell: &Cell<'_>, column: &str, problems: &mut Problems<'_>) -> Option<f64> {
    let Some(text) = text(cell) else {
        return Some(0.0);
    };
    let value = parse(text);
    if value.is_none() {
        not_a_number(cell, column, problems);
    }
    value
}

pub(crate) fn not_a_number(cell: &Cell<'_>, column: &str, problems: &mut Problems<'_>) {
    let written = cell.text.trim();
    if written.parse().is_ok_and(f64::is_infinite) && written.contains(|at: char| at.is_ascii_digit()) {
        let message = format!("the number `{}` in `{column}` is too large", shown(cell));
        let help = "check the number: none above 1.8e308 can be computed with";
        problems.error("N007", cell.span, message, "too large", help);
        return;
    }
    let message = format!("expected a number in `{column}`, found `{}`", shown(cell));
    let help = if cell.text.contains(',') {
        "write the decimal point as `.`"
    } else {
        "write a number such as 12.5 or 1e3, or `.` for a missing value"
    };
    problems.error("N007", cell.span, message, "expected a number", help);
}

/// The text of a cell, short enough for a message.
pub(crate) fn shown(cell: &Cell<'_>) -> String {
    let text = cell.text.trim();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
