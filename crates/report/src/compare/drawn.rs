//! The figures of a comparison: who is well when, how long until remission, cost against effect, how often each is best.

use super::words;
use crate::course::FigureView;
use crate::error::ReportError;
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Point, Points, Ribbon, Role, Scale, Shape, Stroke,
    Weight, responsive,
};
use euthymia_therapy::strategy::{Comparison, Curve, Outcomes};

/// Draws of the cloud that are shown.
const SHOWN: usize = 60;

/// All of them, in the order of the page.
pub(super) fn all(comparison: &Comparison) -> Result<Vec<FigureView>, ReportError> {
    let mut all = vec![
        over_time(
            comparison,
            "well",
            "Who is in remission, week by week",
            "The part of people in remission under each strategy, with the band of nine in ten draws of what is uncertain; the faint line is \
             the first strategy.",
            "Part of people in remission",
            &weeks_h(comparison),
            |strategy| &strategy.well,
        )?,
        over_time(
            comparison,
            "until-remission",
            "How long until the first remission",
            "The part of people who have not been in remission yet (Kaplan-Meier; nobody is lost, so that it is the part itself), with the \
             band of nine in ten draws; the faint line is the first strategy.",
            "Part not in remission yet",
            &days_h(comparison),
            |strategy| &strategy.until_remission,
        )?,
        over_time(
            comparison,
            "until-response",
            "How long until the first response",
            "The part of people who have not responded yet, with the band of nine in ten draws; the faint line is the first strategy.",
            "Part without a response yet",
            &days_h(comparison),
            |strategy| &strategy.until_response,
        )?,
    ];
    if comparison.strategies.len() > 1 {
        all.push(plane(comparison)?);
        all.push(acceptability(comparison)?);
    }
    Ok(all)
}

fn weeks_h(comparison: &Comparison) -> Vec<f64> {
    comparison
        .weeks
        .iter()
        .map(|week| 168.0 * f64::from(*week))
        .collect()
}

fn days_h(comparison: &Comparison) -> Vec<f64> {
    comparison.days.iter().map(|day| 24.0 * f64::from(*day)).collect()
}

/// A panel for every strategy, the first behind all others.
fn over_time(
    comparison: &Comparison,
    id: &str,
    finding: &str,
    reading: &str,
    axis: &str,
    times_h: &[f64],
    of: impl Fn(&Outcomes) -> &Curve,
) -> Result<FigureView, ReportError> {
    let end = times_h.last().copied().unwrap_or(1.0);
    let line = |strategy: &Outcomes, role, stroke| {
        Mark::Line(Line {
            x: times_h[..of(strategy).mean.len()].to_vec(),
            y: of(strategy).mean.clone(),
            role,
            stroke,
            label: None,
        })
    };
    let first = comparison.strategies.first();
    let panel = |(at, strategy): (usize, &Outcomes)| {
        let curve = of(strategy);
        let mut marks = vec![Mark::Ribbon(Ribbon {
            x: times_h[..curve.mean.len()].to_vec(),
            lower: curve.p05.clone(),
            upper: curve.p95.clone(),
            role: Role::Blue,
            weight: Weight::Outer,
            label: None,
        })];
        marks.extend(
            first
                .filter(|_| at > 0)
                .map(|first| line(first, Role::Ink, Stroke::Dotted)),
        );
        marks.push(line(strategy, Role::Blue, Stroke::Solid));
        Panel {
            title: Some(strategy.title.clone()),
            x: Axis {
                title: "Time".to_owned(),
                scale: Scale::time(0.0, end),
            },
            y: Axis {
                title: axis.to_owned(),
                scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
            },
            marks,
            doses: None,
        }
    };
    let figure = Figure {
        id: id.to_owned(),
        title: finding.to_owned(),
        description: reading.to_owned(),
        stamp: None,
        height: Height::Ordinary,
        panels: comparison.strategies.iter().enumerate().map(panel).collect(),
    };
    view(&figure)
}

fn view(figure: &Figure) -> Result<FigureView, ReportError> {
    Ok(FigureView::new(
        &figure.id,
        figure.title.clone(),
        figure.description.clone(),
        responsive(figure)?,
        Vec::new(),
    ))
}

/// Quality-adjusted life-years and costs by draw.
type Cloud = (Vec<f64>, Vec<f64>);

/// Cost and quality-adjusted life-years of each strategy less those of the first.
fn plane(comparison: &Comparison) -> Result<FigureView, ReportError> {
    let Some((first, others)) = comparison.strategies.split_first() else {
        return Err(ReportError::NoTimes);
    };
    let less = |values: &[f64], of_first: &[f64]| -> Vec<f64> {
        values
            .iter()
            .zip(of_first)
            .map(|(value, first)| value - first)
            .collect()
    };
    let clouds: Vec<Cloud> = others
        .iter()
        .map(|other| {
            (
                less(&other.qaly_by_draw, &first.qaly_by_draw),
                less(&other.cost_by_draw, &first.cost_by_draw),
            )
        })
        .collect();
    let ends = |of: fn(&Cloud) -> &Vec<f64>| {
        let all = clouds
            .iter()
            .flat_map(of)
            .copied()
            .filter(|value| value.is_finite());
        all.fold((0.0_f64, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    };
    let (least, most) = ends(|cloud| &cloud.0);
    let (cheap, dear) = ends(|cloud| &cloud.1);
    let threshold = comparison.decision.threshold;
    let x = Scale::linear(least, most, Labels::Number);
    let y = Scale::linear(cheap, dear, Labels::Number);
    let (from, to) = x.domain();
    let (bottom, top) = y.domain();
    // The part of the line that lies in the panel.
    let (left, right) = (
        from.max(bottom / threshold.max(1.0)),
        to.min(top / threshold.max(1.0)),
    );
    let panel = |(other, (effects, costs)): (&Outcomes, &Cloud)| {
        let every = effects.len().div_ceil(SHOWN).max(1);
        let point = |(x, y): (&f64, &f64)| Point {
            x: *x,
            y: *y,
            interval: None,
            title: String::new(),
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let mut marks = Vec::new();
        if right > left {
            marks.push(Mark::Line(Line {
                x: vec![left, right],
                y: vec![threshold * left, threshold * right],
                role: Role::Ink,
                stroke: Stroke::Dashed,
                label: Some(format!(
                    "{} per life-year",
                    words::money(threshold, &comparison.currency)
                )),
            }));
        }
        marks.push(Mark::Points(Points {
            items: effects.iter().zip(costs).step_by(every).map(point).collect(),
            role: Role::Soft,
            shape: Shape::Circle,
            filled: false,
            label: "draws of what is uncertain".to_owned(),
        }));
        marks.push(Mark::Points(Points {
            items: vec![Point {
                x: mean(effects),
                y: mean(costs),
                interval: None,
                title: other.title.clone(),
            }],
            role: Role::Vermillion,
            shape: Shape::Diamond,
            filled: true,
            label: "mean".to_owned(),
        }));
        Panel {
            title: Some(other.title.clone()),
            x: Axis {
                title: "Quality-adjusted life-years less those of the first".to_owned(),
                scale: x.clone(),
            },
            y: Axis {
                title: format!("Cost less that of the first ({})", comparison.currency),
                scale: y.clone(),
            },
            marks,
            doses: None,
        }
    };
    let figure = Figure {
        id: "plane".to_owned(),
        title: "Cost against what it brings".to_owned(),
        description: format!(
            "Each strategy against {}: to the right it brings more, above it costs more. Below the dashed line it is worth its cost if a \
             quality-adjusted life-year may cost {}.",
            first.title,
            words::money(threshold, &comparison.currency),
        ),
        stamp: None,
        height: Height::Ordinary,
        panels: others.iter().zip(&clouds).map(panel).collect(),
    };
    view(&figure)
}

/// How often each strategy has the highest net benefit.
fn acceptability(comparison: &Comparison) -> Result<FigureView, ReportError> {
    const LOOKS: [(Role, Stroke); 8] = [
        (Role::Ink, Stroke::Solid),
        (Role::Blue, Stroke::Solid),
        (Role::Vermillion, Stroke::Solid),
        (Role::Green, Stroke::Solid),
        (Role::Purple, Stroke::Dashed),
        (Role::Amber, Stroke::Dashed),
        (Role::Blue, Stroke::Dotted),
        (Role::Vermillion, Stroke::Dotted),
    ];
    let decision = &comparison.decision;
    let line = |(at, (strategy, parts)): (usize, (&Outcomes, &Vec<f64>))| {
        let (role, stroke) = LOOKS[at % LOOKS.len()];
        Mark::Line(Line {
            x: comparison.thresholds.clone(),
            y: parts.clone(),
            role,
            stroke,
            label: Some(strategy.title.clone()),
        })
    };
    let end = comparison.thresholds.iter().copied().fold(1.0, f64::max);
    let figure = Figure {
        id: "acceptability".to_owned(),
        title: "How likely each is the best choice".to_owned(),
        description: "The probability that a strategy has the highest net benefit, by what a quality-adjusted life-year may cost. A low \
                      curve does not say that a strategy is bad, but that it is not known to be the best."
            .to_owned(),
        stamp: None,
        height: Height::Ordinary,
        panels: vec![Panel {
            title: None,
            x: Axis {
                title: format!("What a quality-adjusted life-year may cost ({})", comparison.currency),
                scale: Scale::linear(0.0, end, Labels::Number),
            },
            y: Axis {
                title: "Probability of being best".to_owned(),
                scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
            },
            marks: comparison
                .strategies
                .iter()
                .zip(&decision.acceptability)
                .enumerate()
                .map(line)
                .collect(),
            doses: None,
        }],
    };
    view(&figure)
}
