//! The evidence in a terminal: studies, pooled answers, doses, claims, questions, rebuilt numbers.

mod claims;
mod dose;
mod pooled;
mod studies;

pub use claims::{claims, questions, rebuilt};
pub use dose::{DOSE_COLUMNS, dose, dose_rows};
pub use pooled::{COLUMNS, pool, rows};
pub use studies::studies;

use crate::lines::{Lines, Style, wrap};

/// A text behind a head, its further lines indented as the head is wide.
fn hanging(out: &mut Lines, head: &str, text: &str, style: Style) {
    let indent = head.chars().count();
    for (at, line) in wrap(text, out.width.saturating_sub(indent).max(20))
        .iter()
        .enumerate()
    {
        let lead = if at == 0 {
            head.to_owned()
        } else {
            " ".repeat(indent)
        };
        out.line(&format!("{lead}{line}"), style);
    }
}
