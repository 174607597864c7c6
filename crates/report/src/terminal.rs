//! The answer of a simulated course in a dozen lines of a terminal.

mod ensemble;
mod synthesis;

pub use ensemble::ensemble;
pub use synthesis::synthesis;

use euthymia_therapy::result::{CourseResult, Quantity, QuantityKind};

use crate::course::{self, Track, Window, lasting, words};
use crate::figure::number::{fixed, percent};
use crate::lines::{Lines, Style, pad_left, pad_right};

/// Whether lines carry ANSI styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Plain,
    /// Bold and dim.
    Ansi,
}

/// Narrowest width that is laid out for.
const NARROWEST: usize = 40;

/// The lines that answer the question, each ended by a newline and, words permitting, at most `width` columns wide.
///
/// First the sentence in natural frequencies, then the score at key times, peaks, the time to return and the split of
/// the variance. A result that [`course::page`] would refuse gives the sentence alone.
#[must_use]
pub fn table(result: &CourseResult, width: usize, colour: Colour) -> String {
    let width = width.max(NARROWEST);
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    out.paragraph(&result.answer.sentence, Style::Bold);
    if course::check(result).is_err() {
        return out.text;
    }
    out.blank();
    if let Some(score) = of_kind(result, QuantityKind::Score).first() {
        score_rows(&mut out, result, score);
        out.blank();
    }
    let mut rows = peaks(result);
    let score = of_kind(result, QuantityKind::Score).first().copied();
    rows.extend(
        score
            .and_then(|score| time_to_return(result, score))
            .map(|text| ("Return".to_owned(), text)),
    );
    if let Some(soon) = &result.time_to_response {
        rows.push(("Response".to_owned(), lasting::onset(result, soon)));
    }
    if let Some(after) = &result.durability {
        rows.push(("Kept".to_owned(), lasting::staying(after)));
    }
    if let Some((time_h, shares)) = course::variance_shares(result) {
        let parts: Vec<String> = shares
            .iter()
            .map(|(name, share)| format!("{}\u{a0}{}", short_part(name), percent(*share)))
            .collect();
        rows.push((
            format!("Spread, {}", words::short_instant(time_h)),
            parts.join(", "),
        ));
    }
    rows.extend(provisional(result).map(|text| ("Provisional".to_owned(), text)));
    out.rows(&rows);
    if !result.certainty.paragraph.is_empty() {
        out.blank();
        out.paragraph(&result.certainty.paragraph, Style::Plain);
    }
    out.text
}

/// What comes from a model that says of itself that it is provisional; the outcomes are counted from the score.
fn provisional(result: &CourseResult) -> Option<String> {
    let quantities = || result.quantities.iter().filter(|quantity| quantity.provisional);
    let mut names: Vec<String> = quantities()
        .map(|quantity| words::in_sentence(&quantity.label))
        .collect();
    if quantities().any(|quantity| quantity.kind == QuantityKind::Score) {
        let outcomes = result.outcomes.iter();
        names.extend(outcomes.map(|outcome| words::in_sentence(&outcome.label)));
        return Some(format!(
            "the {}: the response model says so of itself",
            words::listed(&names)
        ));
    }
    (!names.is_empty()).then(|| format!("{}: the model says so of itself", words::listed(&names)))
}

/// A week either side is not what a reader asks about; these moments are.
fn key_times(result: &CourseResult) -> Vec<f64> {
    let window = Window::whole(result);
    let mut times = vec![window.start_h];
    for time_h in [24.0, 168.0, result.answer.time_h, window.end_h] {
        if time_h > window.start_h
            && time_h <= window.end_h
            && !times.iter().any(|seen| (seen - time_h).abs() < 1.0)
        {
            times.push(time_h);
        }
    }
    times.sort_by(f64::total_cmp);
    times
}

fn score_rows(out: &mut Lines, result: &CourseResult, score: &Quantity) {
    let times_h = &result.times_h;
    let at = |values: &[f64], time_h: f64| fixed(Track { times_h, values }.at(time_h), 1);
    let whole = |values: &[f64], time_h: f64| fixed(Track { times_h, values }.at(time_h), 0);
    let range = |lower: String, upper: String| {
        if lower == upper {
            lower
        } else {
            format!("{lower} to {upper}")
        }
    };
    let mut rows = vec![[
        score.label.clone(),
        "average".to_owned(),
        "90\u{a0}% interval".to_owned(),
        format!("half of {}", course::counted_as(result)),
        "nine in ten".to_owned(),
    ]];
    for time_h in key_times(result) {
        let interval = score.mean_interval.as_ref().map_or_else(
            || "unknown".to_owned(),
            |interval| range(at(&interval.lower, time_h), at(&interval.upper, time_h)),
        );
        rows.push([
            words::capitalised(&words::short_instant(time_h)),
            at(&score.mean, time_h),
            interval,
            range(whole(&score.p25, time_h), whole(&score.p75, time_h)),
            range(whole(&score.p05, time_h), whole(&score.p95, time_h)),
        ]);
    }
    let widths: Vec<usize> = (0..5)
        .map(|column| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    // Where the terminal is too narrow the last columns go, never the average.
    let mut columns = 5;
    while columns > 2 && widths[..columns].iter().sum::<usize>() + 2 * (columns - 1) > out.width {
        columns -= 1;
    }
    for (index, row) in rows.iter().enumerate() {
        let mut line = pad_right(&row[0], widths[0]);
        for column in 1..columns {
            line.push_str("  ");
            line.push_str(&pad_left(&row[column], widths[column]));
        }
        out.line(&line, if index == 0 { Style::Dim } else { Style::Plain });
    }
}

/// Peak of the median of a concentration (the first in the laboratory's mass units, if any is), of the occupancy and of the acute effect, over the first session.
fn peaks(result: &CourseResult) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let concentrations = of_kind(result, QuantityKind::Concentration);
    let session = course::session_window(result);
    let day = Window::whole(result).first(24.0);
    let mut push = |quantity: &Quantity, window: Window| {
        let track = Track {
            times_h: &result.times_h,
            values: &quantity.p50,
        };
        let Some(peak) = track.peak(window) else { return };
        let (name, _) = course::name_and_explanation(course::bare_label(quantity));
        let mut label = words::capitalised(name);
        if let Some(site) = &quantity.sampling_site {
            label.push_str(&format!(", {}", site.trim_end_matches(" plasma")));
        }
        out.push((
            label,
            format!(
                "peak {} at {}; nine in ten {}",
                course::in_words(quantity.p50[peak], quantity),
                words::short_instant(result.times_h[peak]),
                course::range(quantity.p05[peak], quantity.p95[peak], quantity),
            ),
        ));
    };
    let in_mass_units = |quantity: &&&Quantity| quantity.unit.contains("g/");
    if let Some(shown) = concentrations
        .iter()
        .find(in_mass_units)
        .or(concentrations.first())
    {
        push(shown, day);
    }
    for kind in [QuantityKind::Occupancy, QuantityKind::AcuteEffect] {
        for quantity in of_kind(result, kind) {
            push(quantity, session);
        }
    }
    out
}

/// When half of the average improvement is lost after the last dose.
fn time_to_return(result: &CourseResult, score: &Quantity) -> Option<String> {
    let last_dose_h = result
        .doses
        .iter()
        .map(|dose| dose.time_h + dose.duration_h)
        .reduce(f64::max)?;
    let window = Window {
        start_h: last_dose_h,
        ..Window::whole(result)
    };
    let start = *score.mean.first()?;
    let after = window.indices(&result.times_h);
    let best = after.iter().copied().reduce(|best, index| {
        if score.mean[index] < score.mean[best] {
            index
        } else {
            best
        }
    })?;
    let gain = start - score.mean[best];
    if gain < 1.0 {
        return None;
    }
    let half = start - gain / 2.0;
    let back = after
        .into_iter()
        .find(|index| *index > best && score.mean[*index] >= half);
    Some(match back {
        Some(index) => format!(
            "half of the improvement is lost {} after the last dose",
            words::span(whole_days(result.times_h[index] - last_dose_h))
        ),
        None => format!(
            "more than half of the improvement is left at the end, {} after the last dose",
            words::span(whole_days(window.end_h - last_dose_h))
        ),
    })
}

/// A fraction of a day says nothing after three days.
fn whole_days(hours: f64) -> f64 {
    if hours > 72.0 {
        (hours / 24.0).round() * 24.0
    } else {
        hours
    }
}

/// A part of the variance in a word.
fn short_part(name: &str) -> &str {
    match name {
        "uncertain parameters" => "parameters",
        "measurement and day to day" => "rating",
        _ => name.strip_prefix("differences between ").unwrap_or(name),
    }
}

fn of_kind(result: &CourseResult, kind: QuantityKind) -> Vec<&Quantity> {
    result
        .quantities
        .iter()
        .filter(|quantity| quantity.kind == kind)
        .collect()
}
