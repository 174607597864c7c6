//! Benefit against burden: the frontier with its intervals, the course as given, what else was tried.

use euthymia_therapy::optimise::{AimTold, Goal, Optimised, Short};

use super::words;
use crate::course::FigureView;
use crate::error::ReportError;
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Point, Points, Role, Scale, Shape, Stroke, responsive,
};

/// Most schedules that are drawn behind the frontier.
const MOST_BEHIND: usize = 160;

/// A panel an aim; nothing where nothing holds.
pub(super) fn frontier(result: &Optimised) -> Result<Option<FigureView>, ReportError> {
    if result.frontier.is_empty() {
        return Ok(None);
    }
    let panels = result
        .aims
        .iter()
        .enumerate()
        .map(|(at, aim)| panel(result, at, aim));
    let figure = Figure {
        id: "frontier".to_owned(),
        title: "Benefit against burden".to_owned(),
        description: result.findings.join(" "),
        stamp: None,
        height: if result.aims.len() == 1 {
            Height::Tall
        } else {
            Height::Ordinary
        },
        panels: panels.collect(),
    };
    let reading = "Each point is a schedule; bars hold nine in ten groups of such people. The bars of neighbours overlap because what is \
                   not known is common to them: how they differ is known better, and stands in the table. Faint points are schedules that \
                   hold what must and are beaten.";
    Ok(Some(FigureView::new(
        "frontier",
        "Nothing that was tried gives more for less".to_owned(),
        reading.to_owned(),
        responsive(&figure)?,
        Vec::new(),
    )))
}

fn panel(result: &Optimised, at: usize, aim: &AimTold) -> Panel {
    let is_share = matches!(aim.goal, Goal::Remission | Goal::Response);
    let point = |point: &euthymia_therapy::optimise::Point| {
        let estimate = &point.benefits[at].estimate;
        Point {
            x: point.burden,
            y: estimate.value,
            interval: estimate.interval.map(|[low, high]| (low, high)),
            title: format!(
                "{}: {} {}, {}",
                point.label,
                words::burden(point.burden),
                result.against.label.to_lowercase(),
                words::estimate(aim, estimate)
            ),
        }
    };
    let best: Vec<Point> = result.frontier.iter().map(point).collect();
    let given = point(&result.given);
    let behind: Vec<&Short> = result
        .all
        .iter()
        .filter(|one| one.holds && !one.on_frontier)
        .collect();
    let every = behind.len().div_ceil(MOST_BEHIND).max(1);
    let behind = behind.into_iter().step_by(every).map(|one| Point {
        x: one.burden,
        y: one.benefits[at],
        interval: None,
        title: format!("{}: {}", one.label, words::value(aim, one.benefits[at])),
    });
    let behind: Vec<Point> = behind.collect();
    let ends = |point: &Point| point.interval.map_or([point.y; 2], |(low, high)| [low, high]);
    let all = best.iter().chain([&given]).chain(&behind);
    let (mut low, mut high, mut right) = (f64::INFINITY, f64::NEG_INFINITY, 0.0_f64);
    for point in all {
        let [lower, upper] = ends(point);
        low = low.min(lower);
        high = high.max(upper);
        right = right.max(point.x);
    }
    let y = if is_share {
        Scale::linear(0.0, high.min(1.0), Labels::Percent)
    } else {
        let from = if aim.goal == Goal::DaysWell { 0.0 } else { low };
        Scale::linear(from, high, Labels::Number)
    };
    let mut marks = Vec::new();
    if !behind.is_empty() {
        marks.push(Mark::Points(Points {
            items: behind,
            role: Role::Soft,
            shape: Shape::Circle,
            filled: false,
            label: "tried".to_owned(),
        }));
    }
    // With several aims what is best for one need not be for another: a line would promise an order.
    if result.aims.len() == 1 {
        marks.push(Mark::Line(Line {
            x: best.iter().map(|point| point.x).collect(),
            y: best.iter().map(|point| point.y).collect(),
            role: Role::Blue,
            stroke: Stroke::Solid,
            label: None,
        }));
    }
    marks.push(Mark::Points(Points {
        items: best,
        role: Role::Blue,
        shape: Shape::Circle,
        filled: true,
        label: "frontier".to_owned(),
    }));
    marks.push(Mark::Points(Points {
        items: vec![given],
        role: Role::Green,
        shape: Shape::Diamond,
        filled: true,
        label: "as given".to_owned(),
    }));
    let unit = match aim.goal {
        Goal::Score => " (points)",
        Goal::DaysWell => " (days)",
        Goal::Remission | Goal::Response => "",
    };
    Panel {
        title: (result.aims.len() > 1).then(|| aim.label.clone()),
        x: Axis {
            title: result.against.label.clone(),
            scale: Scale::linear(0.0, right, Labels::Number),
        },
        y: Axis {
            title: format!("{}{unit}", aim.label),
            scale: y,
        },
        marks,
        doses: None,
    }
}
