//! Times on one line: `0:1:48,72:24:1344` joins ranges (first:step:last) and single values.

use euthymia_diagnostics::{Diagnostic, Source, Span};

use crate::cell::parse;

/// More times than this are taken for a slip.
const MOST: usize = 10_000_000;

/// The times of a line, ascending and each once. The unit is the model's. `None` where there is an error.
#[must_use]
pub fn times(source: &Source) -> (Option<Vec<f64>>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut times = Vec::new();
    let mut start = 0;
    for part in source.text().split(',') {
        let span = trimmed(part, start);
        start += part.len() + 1;
        if let Err(problem) = one(part.trim(), source, span, &mut times) {
            problems.push(problem);
        }
    }
    if !problems.is_empty() {
        return (None, problems);
    }
    times.sort_by(f64::total_cmp);
    times.dedup();
    (Some(times), problems)
}

/// The span of a part of a text without surrounding blanks.
pub(crate) fn trimmed(part: &str, start: usize) -> Span {
    let before = part.len() - part.trim_start().len();
    Span::new(start + before, start + before + part.trim().len().max(1))
}

fn one(text: &str, source: &Source, span: Span, times: &mut Vec<f64>) -> Result<(), Diagnostic> {
    let wrong = |message: String, label: &str, help: &str| {
        Diagnostic::error("N050", message)
            .at(source, span, label)
            .help(help)
    };
    let parts: Option<Vec<f64>> = text.split(':').map(|part| parse(part.trim())).collect();
    let (first, step, last) = match parts.as_deref() {
        Some(&[single]) => {
            times.push(single + 0.0);
            return Ok(());
        }
        Some(&[first, last]) => (first, 1.0, last),
        Some(&[first, step, last]) => (first, step, last),
        _ => {
            let message = match text {
                "" => "a time is missing".to_owned(),
                _ => format!("`{text}` is no time and no range of times"),
            };
            let help = "write a number without a unit, or first:step:last such as 0:0.5:48; join several with commas";
            return Err(wrong(message, "expected a time or a range", help));
        }
    };
    if step <= 0.0 {
        let message = format!("the step of `{text}` is {step}");
        return Err(wrong(
            message,
            "expected a positive step",
            "write first:step:last, such as 0:0.5:48",
        ));
    }
    if last < first {
        let message = format!("the range `{text}` ends before it begins");
        return Err(wrong(
            message,
            "ends before it begins",
            "write the earlier time first: first:step:last",
        ));
    }
    // A last time that rounding puts just beyond the range still belongs to it.
    let count = ((last - first) / step + 1e-9).floor();
    if count >= (MOST - times.len().min(MOST)) as f64 {
        let message = format!("`{text}` makes more than {MOST} times");
        return Err(wrong(message, "too many times", "write a longer step"));
    }
    for at in 0..=(count as usize) {
        let time = first + at as f64 * step;
        times.push(if time > last { last } else { time });
    }
    Ok(())
}
