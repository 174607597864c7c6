//! The figure of a forecast: the patient's scores, and where they go under each alternative.

use crate::error::ReportError;
use crate::figure::{
    Axis, Dose, Doses, Figure, Height, Labels, Line, Mark, Panel, Point, Points, Reference, Ribbon, Role,
    Scale, Shape, Stroke, Weight, responsive,
};
use euthymia_therapy::forecast::{Bands, Branch, Forecast, Role as ScoreRole};

/// A panel for every alternative.
pub(super) fn figure(forecast: &Forecast) -> Result<String, ReportError> {
    let end = forecast
        .branches
        .iter()
        .filter_map(|branch| branch.times_h.last())
        .copied()
        .fold(1.0, f64::max);
    let first = forecast
        .scores
        .iter()
        .map(|score| score.time_h)
        .fold(0.0, f64::min);
    let figure = Figure {
        id: "alternatives".to_owned(),
        title: "Scores so far, and where the next are likely to be".to_owned(),
        description: "A panel for every alternative: scores as points, the forecast as bands, the population's forecast behind it in grey."
            .to_owned(),
        stamp: None,
        height: Height::Ordinary,
        panels: forecast
            .branches
            .iter()
            .map(|branch| panel(forecast, branch, (first, end)))
            .collect(),
    };
    Ok(responsive(&figure)?)
}

fn panel(forecast: &Forecast, branch: &Branch, (first, end): (f64, f64)) -> Panel {
    let joined = |past: &[f64], after: &[f64]| -> Vec<f64> {
        // The last time until now is the first from now on.
        let past = &past[..past.len().saturating_sub(1)];
        past.iter().chain(after).copied().collect()
    };
    let x = joined(&forecast.past_h, &branch.times_h);
    let ribbon = |past: &Bands, after: &Bands, outer: bool, role, weight| {
        let (low, high) = if outer {
            (joined(&past.p05, &after.p05), joined(&past.p95, &after.p95))
        } else {
            (joined(&past.p25, &after.p25), joined(&past.p75, &after.p75))
        };
        Mark::Ribbon(Ribbon {
            x: x.clone(),
            lower: low,
            upper: high,
            role,
            weight,
            label: None,
        })
    };
    let line = |past: &Bands, after: &Bands, role, stroke| {
        Mark::Line(Line {
            x: x.clone(),
            y: joined(&past.p50, &after.p50),
            role,
            stroke,
            label: None,
        })
    };
    let (past, usual) = (&forecast.past, &forecast.past_population);
    let mut marks = vec![
        ribbon(usual, &branch.population, true, Role::Soft, Weight::Outer),
        line(usual, &branch.population, Role::Soft, Stroke::Dashed),
        ribbon(past, &branch.patient, true, Role::Blue, Weight::Outer),
        ribbon(past, &branch.patient, false, Role::Blue, Weight::Inner),
        line(past, &branch.patient, Role::Blue, Stroke::Solid),
    ];
    marks.push(Mark::Reference(Reference {
        value: forecast.remission,
        label: "remission".to_owned(),
        stroke: Stroke::Dotted,
    }));
    let items = forecast.scores.iter().map(|score| {
        let own = if score.instrument == forecast.instrument {
            String::new()
        } else {
            format!(", read from {} {}", score.instrument, score.value)
        };
        let role = match score.role {
            ScoreRole::Earlier => ", before the baseline: not used",
            ScoreRole::Baseline => ", baseline",
            ScoreRole::Update => "",
        };
        Point {
            x: score.time_h,
            y: score.shown,
            interval: None,
            title: format!("{}: {:.0}{own}{role}", score.date, score.shown),
        }
    });
    marks.push(Mark::Points(Points {
        items: items.collect(),
        role: Role::Vermillion,
        shape: Shape::Circle,
        filled: true,
        label: "scores".to_owned(),
    }));
    let given = forecast
        .given
        .iter()
        .map(|given| (given.time_h, given.what.clone()));
    let planned = branch
        .sessions_h
        .iter()
        .map(|time_h| (*time_h, "planned".to_owned()));
    let doses = given.chain(planned).map(|(start, title)| Dose {
        start,
        duration: 0.0,
        title,
    });
    Panel {
        title: Some(branch.label.clone()),
        x: Axis {
            title: "Time since the first dose".to_owned(),
            scale: Scale::time(first, end),
        },
        y: Axis {
            title: forecast.abbreviation.clone(),
            scale: Scale::linear(forecast.range[0], forecast.range[1], Labels::Number),
        },
        marks,
        doses: Some(Doses {
            items: doses.collect(),
            names: ("dose".to_owned(), "doses".to_owned()),
        }),
    }
}
