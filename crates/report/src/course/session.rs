//! Occupancy of the target and the acute effect during the first session.

use euthymia_therapy::result::{CourseResult, Observation, Quantity, QuantityKind};

use crate::error::ReportError;
use crate::figure::number::{percent, percent_range};
use crate::figure::{Figure, Height, Role, responsive};

use super::series::{self, Track, Window};
use super::tables::{Cell, Table};
use super::view::FigureView;
use super::{exposure, tables, words};

/// Doses closer together than this belong to one session (devices minutes apart), h.
const SAME_SESSION_H: f64 = 6.0;

/// The figure, if occupancy or an acute effect was computed.
pub(crate) fn figure(result: &CourseResult) -> Result<Option<FigureView>, ReportError> {
    let mut quantities = series::of_kind(result, QuantityKind::Occupancy);
    quantities.extend(series::of_kind(result, QuantityKind::AcuteEffect));
    if quantities.is_empty() {
        return Ok(None);
    }
    let window = window(result);
    let several = quantities.len() > 1;
    let roles = [Role::Green, Role::Purple, Role::Blue, Role::Amber];
    let mut tables = Vec::new();
    let mut panels = Vec::new();
    for (index, quantity) in quantities.iter().enumerate() {
        panels.push(exposure::panel(
            result,
            quantity,
            roles[index % roles.len()],
            window,
            several,
        ));
        tables.push(tables::quantity(result, quantity, window));
        let observations = series::observations(result, &quantity.id, window);
        let simulated = |point: &Observation| {
            tables::simulated(result, &quantity.mean, quantity.mean_interval.as_ref(), point)
        };
        let caption = format!("Measured: {}", quantity.label);
        tables.extend(tables::observations(&observations, caption, &simulated));
    }
    tables.extend(peaks(result));
    let finding = finding(result, &quantities, window);
    let figure = Figure {
        id: "session".to_owned(),
        title: "Occupancy and acute effect during the first session".to_owned(),
        description: finding.clone(),
        stamp: quantities
            .iter()
            .any(|quantity| quantity.provisional)
            .then(|| "PROVISIONAL".to_owned()),
        height: Height::Ordinary,
        panels,
    };
    let reading = format!(
        "The first session, {}. Line: median. Bands: the middle 50\u{a0}% and 90\u{a0}% of {}.",
        words::span(window.end_h - window.start_h),
        series::counted_as(result)
    );
    Ok(Some(FigureView::new(
        "session",
        finding,
        reading,
        responsive(&figure)?,
        tables,
    )))
}

/// Peaks session by session; nothing where there is one session.
fn peaks(result: &CourseResult) -> Option<Table> {
    let several = result.sessions.iter().any(|peak| peak.session > 1);
    let rows = result.sessions.iter().map(|peak| {
        vec![
            Cell::text(format!("{}, session {}", peak.label, peak.session)),
            Cell::text(words::short_instant(peak.time_h)),
            Cell::number(percent(peak.p50)),
            Cell::number(percent_range(peak.p05, peak.p95)),
        ]
    });
    several.then(|| Table {
        caption: format!(
            "Peaks, session by session: median and range of nine in ten {}",
            series::counted_as(result)
        ),
        head: ["Session", "Start", "Peak", "Nine in ten"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
        note: "The first session, every one with a dose that was not given before, and the last.".to_owned(),
    })
}

/// From the first dose until three hours after the last dose of the same session; the first day where that would hold
/// fewer than four times.
pub(crate) fn window(result: &CourseResult) -> Window {
    let whole = Window::whole(result);
    let Some(first) = result.doses.first() else {
        return whole.first(24.0);
    };
    let mut end_h = first.time_h + first.duration_h;
    for dose in &result.doses {
        if dose.time_h >= first.time_h && dose.time_h - end_h < SAME_SESSION_H {
            end_h = end_h.max(dose.time_h + dose.duration_h);
        }
    }
    let start_h = first.time_h.max(whole.start_h);
    let length_h = (end_h - start_h + 3.0).ceil();
    let session = Window {
        start_h,
        end_h: whole.end_h.min(start_h + length_h),
    };
    if session.end_h > session.start_h && session.indices(&result.times_h).len() >= 4 {
        session
    } else {
        whole.first(24.0)
    }
}

fn finding(result: &CourseResult, quantities: &[&Quantity], window: Window) -> String {
    let parts: Vec<String> = quantities
        .iter()
        .filter_map(|quantity| {
            let track = Track {
                times_h: &result.times_h,
                values: &quantity.p50,
            };
            let peak = track.peak(window)?;
            let (name, _) = series::name_and_explanation(&quantity.label);
            let label = words::in_sentence(name);
            Some(if quantity.p50[peak] > 0.0 {
                format!(
                    "{label} {} {}",
                    series::in_words(quantity.p50[peak], quantity),
                    words::instant(result.times_h[peak])
                )
            } else {
                format!("{label} 0")
            })
        })
        .collect();
    format!("Peak of the median: {}", words::listed(&parts))
}
