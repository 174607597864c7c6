//! How soon patients respond, and how long a response lasts after the last dose.

use euthymia_therapy::result::{
    CourseResult, Durability, Interval, QuantityKind, Relapse, Share, SomeWeeksAfter, TimeToResponse, Until,
};

use crate::error::ReportError;
use crate::figure::number::{percent, percent_range};
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Ribbon, Role, Scale, Stroke, Weight, responsive,
};

use super::series::{self, Window};
use super::tables::{self, Cell, Table};
use super::view::FigureView;
use super::{drawn, words};

/// The figure, if there is a score.
pub(crate) fn figure(result: &CourseResult) -> Result<Option<FigureView>, ReportError> {
    let Some(soon) = &result.time_to_response else {
        return Ok(None);
    };
    let mut panels = vec![responded(result, soon)];
    panels.extend(result.durability.as_ref().map(|lasting| kept(result, lasting)));
    let mut finding = onset(result, soon);
    finding.push_str(&match &result.durability {
        Some(lasting) => format!("; {}", staying(lasting)),
        None => String::new(),
    });
    if let Some(relapse) = &result.relapse {
        finding.push_str(&format!("; {}", relapsing(relapse)));
    }
    let finding = words::capitalised(&finding);
    let provisional = series::of_kind(result, QuantityKind::Score)
        .iter()
        .any(|score| score.provisional);
    let figure = Figure {
        id: "lasting".to_owned(),
        title: "First response, and response kept after the last dose".to_owned(),
        description: finding.clone(),
        stamp: provisional.then(|| "PROVISIONAL".to_owned()),
        height: Height::Ordinary,
        panels,
    };
    let mut reading = format!("First response: {}.", soon.definition);
    if let Some(lasting) = &result.durability {
        reading.push_str(&format!(
            " Kept: {}; of {} for whom that holds at first.",
            lasting.definition,
            shown(lasting.responders)
        ));
    }
    if let Some(relapse) = &result.relapse {
        reading.push_str(&format!(" Relapse: {}.", relapse.definition));
    }
    let mut tables = vec![tables::responded(result, soon, Window::whole(result))];
    tables.extend(result.durability.as_ref().map(table));
    tables.extend(result.relapse.as_ref().map(relapses));
    Ok(Some(FigureView::new(
        "lasting",
        finding,
        reading,
        responsive(&figure)?,
        tables,
    )))
}

/// When they respond, in a clause.
pub(crate) fn onset(result: &CourseResult, soon: &TimeToResponse) -> String {
    let horizon = words::span(result.horizon_h);
    let mut text = format!("{} respond at least once within {horizon}", shown(soon.ever));
    if let Some(time_h) = soon.median_of_responders_h {
        text.push_str(&format!(", half of these within {}", about(time_h)));
    }
    if soon.median.time_h.is_some() {
        text.push_str(&format!(
            "; half of all {} within {}",
            series::counted_as(result),
            until(&soon.median)
        ));
    }
    text
}

/// How long it lasts, in a clause.
pub(crate) fn staying(lasting: &Durability) -> String {
    let settled = words::span(lasting.from_h - lasting.last_dose_h);
    let after = weeks_after(&lasting.after);
    let mut text = format!("of those in response {settled} after the last dose ");
    if !lasting.after.is_empty() {
        text.push_str(&format!("{after} still are; "));
    }
    text.push_str(&match lasting.median.time_h {
        Some(_) => format!("half have lost it {} after that dose", until(&lasting.median)),
        None => "fewer than half have lost it by the end".to_owned(),
    });
    text
}

/// Who relapses, in a clause.
pub(crate) fn relapsing(relapse: &Relapse) -> String {
    format!(
        "of those in response at the end of the course ({}) these have relapsed: {}",
        words::instant(relapse.from_h),
        weeks_after(&relapse.after)
    )
}

/// `40 % (30 to 50 %) after 1 week and 20 % (10 to 30 %) after 2 weeks`.
fn weeks_after(after: &[SomeWeeksAfter]) -> String {
    let one = |one: &SomeWeeksAfter| {
        let weeks = words::counted(u64::from(one.weeks), "week", "weeks");
        format!("{} after {weeks}", shown(one.share))
    };
    words::listed(&after.iter().map(one).collect::<Vec<_>>())
}

/// `62 % (45 to 78 %)`.
fn shown(share: Share) -> String {
    match share.lower.zip(share.upper) {
        Some((lower, upper)) => format!("{} ({})", percent(share.value), percent_range(lower, upper)),
        None => percent(share.value),
    }
}

/// A time with its interval, an end beyond the horizon said so.
fn until(until: &Until) -> String {
    let Some(time_h) = until.time_h else {
        return "later than the horizon".to_owned();
    };
    let ends = match until.interval_h {
        Some([Some(early), Some(late)]) => format!(" ({} to {})", about(early), about(late)),
        Some([Some(early), None]) => format!(" ({} to beyond the horizon)", about(early)),
        _ => String::new(),
    };
    format!("{}{ends}", about(time_h))
}

/// A span without digits that the grid of times does not bear.
fn about(hours: f64) -> String {
    words::span(if hours > 72.0 {
        (hours / 24.0).round() * 24.0
    } else {
        hours.round().max(1.0)
    })
}

fn curve(x: Vec<f64>, y: Vec<f64>, ends: Option<(Vec<f64>, Vec<f64>)>, role: Role) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some((lower, upper)) = ends {
        marks.push(Mark::Ribbon(Ribbon {
            x: x.clone(),
            lower,
            upper,
            role,
            weight: Weight::Inner,
            label: Some("90\u{a0}% interval".to_owned()),
        }));
    }
    marks.push(Mark::Line(Line {
        x,
        y,
        role,
        stroke: Stroke::Solid,
        label: Some("best estimate".to_owned()),
    }));
    marks
}

fn responded(result: &CourseResult, soon: &TimeToResponse) -> Panel {
    let window = Window::whole(result);
    let times = drawn::drawn(result, window, drawn::COARSE, &[&soon.responded]);
    let at = |values: &[f64]| drawn::at(values, &times);
    let ends = soon
        .interval
        .as_ref()
        .map(|Interval { lower, upper }| (at(lower), at(upper)));
    Panel {
        title: Some("Responded at least once".to_owned()),
        x: Axis {
            title: "Time since the first dose".to_owned(),
            scale: Scale::time(window.start_h, window.end_h),
        },
        y: share_axis(format!("Share of {}", series::counted_as(result))),
        marks: curve(at(&result.times_h), at(&soon.responded), ends, Role::Blue),
        doses: series::dose_strip(result),
    }
}

fn kept(result: &CourseResult, lasting: &Durability) -> Panel {
    let since = |time_h: f64| time_h - lasting.last_dose_h;
    let ends = lasting
        .interval
        .as_ref()
        .map(|Interval { lower, upper }| (lower.clone(), upper.clone()));
    let x = lasting.times_h.iter().map(|time_h| since(*time_h)).collect();
    Panel {
        title: Some("Response kept".to_owned()),
        x: Axis {
            title: "Time since the last dose".to_owned(),
            scale: Scale::time(0.0, since(result.horizon_h)),
        },
        y: share_axis("Share of those in response".to_owned()),
        marks: curve(x, lasting.kept.clone(), ends, Role::Green),
        doses: None,
    }
}

fn share_axis(title: String) -> Axis {
    Axis {
        title,
        scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
    }
}

fn table(lasting: &Durability) -> Table {
    Table {
        caption: "Of those in response after the last dose, who has kept it".to_owned(),
        head: ["After the last dose", "Kept", "Low end", "High end"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows(&lasting.after),
        note: match lasting.median.time_h {
            Some(_) => format!(
                "Half have lost it {} after the last dose.",
                until(&lasting.median)
            ),
            None => "Fewer than half have lost it by the end.".to_owned(),
        },
    }
}

fn relapses(relapse: &Relapse) -> Table {
    Table {
        caption: "Of those in response at the end of the course, who has relapsed".to_owned(),
        head: ["After the course", "Relapsed", "Low end", "High end"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows(&relapse.after),
        note: format!("The course ends {}.", words::instant(relapse.from_h)),
    }
}

fn rows(after: &[SomeWeeksAfter]) -> Vec<Vec<Cell>> {
    let end = |value: Option<f64>| Cell::number(value.map_or_else(|| "unknown".to_owned(), percent));
    let row = |one: &SomeWeeksAfter| {
        vec![
            Cell::text(words::counted(u64::from(one.weeks), "week", "weeks")),
            Cell::number(percent(one.share.value)),
            end(one.share.lower),
            end(one.share.upper),
        ]
    };
    after.iter().map(row).collect()
}
