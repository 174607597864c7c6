//! One figure: the median curves of all structures, of concentrations and acute effects over the first day or session and
//! of the score over the whole course.

use euthymia_therapy::ensemble::{Ensemble, Member};
use euthymia_therapy::result::{Quantity, QuantityKind};

use super::words::finding;
use crate::course::{FigureView, Window, axis_title, bare_label, dose_strip, drawn, session_window, words};
use crate::error::ReportError;
use crate::figure::{Axis, Figure, Height, Labels, Line, Mark, Panel, Role, Scale, Stroke, responsive};

/// Colours and strokes in the order in which structures take them; the sixteenth looks like the first.
const ROLES: [Role; 5] = [
    Role::Blue,
    Role::Vermillion,
    Role::Green,
    Role::Purple,
    Role::Amber,
];
const STROKES: [Stroke; 3] = [Stroke::Solid, Stroke::Dashed, Stroke::Dotted];
/// Most concentrations that are drawn.
const MOST_CONCENTRATIONS: usize = 2;

/// The figure, if there is anything over time.
pub(super) fn figure(ensemble: &Ensemble) -> Result<Option<FigureView>, ReportError> {
    let panels: Vec<Panel> = shown(ensemble)
        .into_iter()
        .map(|quantity| panel(ensemble, quantity))
        .collect();
    if panels.is_empty() {
        return Ok(None);
    }
    let provisional = ensemble
        .members
        .iter()
        .flat_map(|member| &member.result.quantities)
        .any(|quantity| quantity.provisional && quantity.kind == QuantityKind::Score);
    let figure = Figure {
        id: "structures".to_owned(),
        title: "Median curves of every structure".to_owned(),
        description: finding(ensemble),
        stamp: provisional.then(|| "PROVISIONAL".to_owned()),
        height: Height::Ordinary,
        panels,
    };
    let reading = format!(
        "Each line is the median of {} with one structure, of the score their average; the same people for all. \
         Concentrations over the first day, occupancy over the first session, the score over the whole course.",
        words::counted(ensemble.subjects, "virtual patient", "virtual patients"),
    );
    Ok(Some(FigureView::new(
        "structures",
        "The same course, the same people, other kinetics".to_owned(),
        reading,
        responsive(&figure)?,
        Vec::new(),
    )))
}

/// The quantities that are drawn, as the first member that reports each has it: concentrations in the laboratory's mass
/// units where there are any, occupancy, score.
fn shown(ensemble: &Ensemble) -> Vec<&Quantity> {
    let mut all: Vec<&Quantity> = Vec::new();
    for quantity in ensemble
        .members
        .iter()
        .flat_map(|member| &member.result.quantities)
    {
        if !all.iter().any(|known| known.id == quantity.id) {
            all.push(quantity);
        }
    }
    let of = |kind| all.iter().copied().filter(move |quantity| quantity.kind == kind);
    let in_mass_units = |quantity: &&Quantity| quantity.unit.contains("g/");
    let mut concentrations: Vec<&Quantity> = of(QuantityKind::Concentration).filter(in_mass_units).collect();
    if concentrations.is_empty() {
        concentrations = of(QuantityKind::Concentration).collect();
    }
    concentrations.truncate(MOST_CONCENTRATIONS);
    let others = of(QuantityKind::Occupancy).chain(of(QuantityKind::Score).take(1));
    concentrations.into_iter().chain(others).collect()
}

fn panel(ensemble: &Ensemble, quantity: &Quantity) -> Panel {
    let own = |member: &Member| -> Option<Quantity> {
        member
            .result
            .quantities
            .iter()
            .find(|own| own.id == quantity.id)
            .filter(|own| own.kind != QuantityKind::Concentration || own.p95.iter().any(|value| *value > 0.0))
            .cloned()
    };
    let window = |member: &Member| match quantity.kind {
        QuantityKind::Concentration => Window::whole(&member.result).first(24.0),
        QuantityKind::Score => Window::whole(&member.result),
        _ => session_window(&member.result),
    };
    let is_score = quantity.kind == QuantityKind::Score;
    let (mut marks, mut lowest, mut highest) = (Vec::new(), f64::INFINITY, 0.0_f64);
    let mut axis: Option<(Window, Option<crate::figure::Doses>)> = None;
    for (at, member) in ensemble.members.iter().enumerate() {
        let Some(own) = own(member) else { continue };
        let window = window(member);
        let (steps, values) = if is_score {
            // Its median is a whole number for long stretches and then jumps.
            (drawn::COARSE, &own.mean)
        } else {
            (drawn::FINE, &own.p50)
        };
        let times = drawn::drawn(&member.result, window, steps, &[values]);
        let y = drawn::at(values, &times);
        lowest = y.iter().copied().fold(lowest, f64::min);
        highest = y.iter().copied().fold(highest, f64::max);
        marks.push(Mark::Line(Line {
            x: drawn::at(&member.result.times_h, &times),
            y,
            role: ROLES[at % ROLES.len()],
            stroke: STROKES[at / ROLES.len() % STROKES.len()],
            label: Some(member.structure.name.clone()),
        }));
        axis.get_or_insert_with(|| (window, dose_strip(&member.result)));
    }
    let (window, doses) = axis.unwrap_or((
        Window {
            start_h: 0.0,
            end_h: 1.0,
        },
        None,
    ));
    let y = match quantity.kind {
        QuantityKind::Score => Scale::linear(lowest.min(highest), highest, Labels::Number),
        _ if quantity.unit.is_empty() => {
            let top = (highest * 10.0).ceil().clamp(1.0, 10.0) / 10.0;
            Scale::linear_exact(0.0, top, Labels::Percent)
        }
        _ => Scale::linear(0.0, highest, Labels::Number),
    };
    let title = match quantity.kind {
        QuantityKind::Score => format!("Average of {}", axis_title(quantity)),
        _ if quantity.unit.is_empty() => "Median share".to_owned(),
        _ => format!("Median ({})", quantity.unit),
    };
    Panel {
        title: Some(words::capitalised(bare_label(quantity))),
        x: Axis {
            title: "Time since the first dose".to_owned(),
            scale: Scale::time(window.start_h, window.end_h),
        },
        y: Axis { title, scale: y },
        marks,
        doses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fifteen structures can be told apart.
    #[test]
    fn no_two_of_fifteen_look_alike() {
        let look = |at: usize| {
            (
                ROLES[at % ROLES.len()].class(),
                STROKES[at / ROLES.len() % STROKES.len()].class(),
            )
        };
        let looks: std::collections::BTreeSet<_> = (0..15).map(look).collect();
        assert_eq!(looks.len(), 15);
    }
}
