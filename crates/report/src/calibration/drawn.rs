//! The figures of a model report.

use super::{Coverage, Kind, Measured, Predictions, Quantiles, Typical, words};
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Point, Points, Reference, Ribbon, Role, Scale, Shape,
    Stroke, Weight,
};

/// Scores beyond this fraction of the baseline are not shown: priors allow them, trials never came near.
const HIGHEST_LEFT: f64 = 1.25;

/// Mean score and response over time, by the priors (0) or the posterior (1), with the numbers of trials.
pub(super) fn typical(typical: &Typical, which: usize, at: usize) -> Figure {
    let name = ["prior", "model"][which];
    let role = [Role::Purple, Role::Blue][which];
    let panel =
        |title: &str, axis: &str, top: f64, bands: &Quantiles, points: &[Measured], low_is_good: bool| {
            let end = typical.times_h.last().copied().unwrap_or(1.0);
            let mut marks = bands_of(&typical.times_h, bands, role, top);
            if low_is_good {
                marks.push(Mark::Reference(Reference {
                    value: 0.5,
                    label: "half the baseline".to_owned(),
                    stroke: Stroke::Dotted,
                }));
            }
            marks.push(Mark::Points(measured(points, end, top)));
            Panel {
                title: Some(title.to_owned()),
                x: Axis {
                    title: "Time after the first session".to_owned(),
                    scale: Scale::time(0.0, end),
                },
                y: Axis {
                    title: axis.to_owned(),
                    scale: Scale::linear_exact(0.0, top, Labels::Percent),
                },
                marks,
                doses: None,
            }
        };
    Figure {
        id: format!("{name}-{at}"),
        title: typical.title.clone(),
        description: format!(
            "Mean score as a part of the baseline, and the proportion of people with half the baseline or less, over time: bands by \
             the {}, points by trials.",
            ["priors alone", "fitted model"][which]
        ),
        stamp: None,
        height: Height::Ordinary,
        panels: vec![
            panel(
                "Mean score",
                "Part of the baseline",
                HIGHEST_LEFT,
                &typical.score[which],
                &typical.scores,
                true,
            ),
            panel(
                "Response",
                "Part of the people",
                1.0,
                &typical.response[which],
                &typical.responses,
                false,
            ),
        ],
    }
}

/// Bands of 90 % and 50 % and the median. Before the first time there is nothing to draw: the curve begins there.
fn bands_of(
    times_h: &[f64],
    [low, lower, middle, upper, high]: &Quantiles,
    role: Role,
    top: f64,
) -> Vec<Mark> {
    let within = |values: &[f64]| {
        values
            .iter()
            .map(|value| value.min(2.0 * top))
            .collect::<Vec<_>>()
    };
    let band = |lower: &[f64], upper: &[f64], weight, label: &str| {
        Mark::Ribbon(Ribbon {
            x: times_h.to_vec(),
            lower: within(lower),
            upper: within(upper),
            role,
            weight,
            label: Some(label.to_owned()),
        })
    };
    vec![
        band(low, high, Weight::Outer, "90\u{a0}% of trials"),
        band(lower, upper, Weight::Inner, "50\u{a0}% of trials"),
        Mark::Line(Line {
            x: times_h.to_vec(),
            y: within(middle),
            role,
            stroke: Stroke::Solid,
            label: Some("median".to_owned()),
        }),
    ]
}

fn measured(points: &[Measured], end_h: f64, top: f64) -> Points {
    let item = |one: &Measured| Point {
        x: one.time_h,
        y: one.value.min(top),
        interval: one.interval,
        title: format!(
            "{}, {}: {}",
            one.name,
            words::time(one.time_h),
            crate::figure::number::percent(one.value)
        ),
    };
    Points {
        items: points
            .iter()
            .filter(|one| one.time_h <= end_h)
            .map(item)
            .collect(),
        role: Role::Vermillion,
        shape: Shape::Circle,
        filled: false,
        label: "trials".to_owned(),
    }
}

/// Observed against predicted, a panel for each kind.
pub(super) fn predicted(id: &str, predictions: &Predictions) -> Figure {
    let panels = Kind::ALL.into_iter().filter_map(|kind| {
        let own: Vec<_> = predictions
            .numbers
            .iter()
            .filter(|one| one.kind == kind)
            .collect();
        if own.is_empty() {
            return None;
        }
        let axis = |word: &str, start: f64, end: f64| Axis {
            title: word.to_owned(),
            scale: match kind {
                Kind::Mean => Scale::linear(start, end, Labels::Number),
                Kind::Response | Kind::Remission => Scale::linear_exact(0.0, 1.0, Labels::Percent),
            },
        };
        let least = own
            .iter()
            .map(|one| one.observed.min(one.median))
            .fold(0.0, f64::min);
        let most = own
            .iter()
            .map(|one| one.observed.max(one.median))
            .fold(0.0, f64::max);
        let (x, y) = (axis("Observed", least, most), axis("Predicted", least, most));
        let (start, end) = x.scale.domain();
        let set = |has_drug: bool, role, shape, label: &str| {
            let of = own.iter().filter(|one| one.has_drug == has_drug);
            Points {
                items: of
                    .map(|one| Point {
                        x: one.observed,
                        y: one.median,
                        interval: Some((one.pi90[0], one.pi90[1])),
                        title: words::told(one),
                    })
                    .collect(),
                role,
                shape,
                filled: has_drug,
                label: label.to_owned(),
            }
        };
        let mut marks = vec![Mark::Line(Line {
            x: vec![start, end],
            y: vec![start, end],
            role: Role::Soft,
            stroke: Stroke::Solid,
            label: Some("identity".to_owned()),
        })];
        let sets = [
            set(true, Role::Blue, Shape::Circle, "with the drug"),
            set(false, Role::Amber, Shape::Square, "without"),
        ];
        marks.extend(
            sets.into_iter()
                .filter(|set| !set.items.is_empty())
                .map(Mark::Points),
        );
        Some(Panel {
            title: Some(title(kind).to_owned()),
            x,
            y,
            marks,
            doses: None,
        })
    });
    Figure {
        id: id.to_owned(),
        title: "Observed against predicted".to_owned(),
        description: "Every number of a trial is a point: observed on the horizontal axis, the median of its prediction on the \
                      vertical one, with the 90 % interval as a bar."
            .to_owned(),
        stamp: None,
        height: Height::Tall,
        panels: panels.collect(),
    }
}

/// A kind of number, as a heading.
fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Mean => "Mean change (points)",
        Kind::Response => "Response",
        Kind::Remission => "Remission",
    }
}

/// Coverage against what the intervals claim.
pub(super) fn coverage(id: &str, predictions: &Predictions) -> Figure {
    let axis = |title: &str| Axis {
        title: title.to_owned(),
        scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
    };
    let panel = |coverage: &Coverage| {
        let band = |of: &[[f64; 2]], weight, label: &str| {
            Mark::Ribbon(Ribbon {
                x: coverage.nominal.clone(),
                lower: of.iter().map(|ends| ends[0]).collect(),
                upper: of.iter().map(|ends| ends[1]).collect(),
                role: Role::Soft,
                weight,
                label: Some(label.to_owned()),
            })
        };
        Panel {
            title: Some(title(coverage.kind).to_owned()),
            x: axis("Probability of the interval"),
            y: axis("Numbers inside"),
            marks: vec![
                band(&coverage.by_study, Weight::Outer, "chance, a study as one number"),
                band(
                    &coverage.by_number,
                    Weight::Inner,
                    "chance, all numbers independent",
                ),
                Mark::Line(Line {
                    x: vec![0.0, 1.0],
                    y: vec![0.0, 1.0],
                    role: Role::Soft,
                    stroke: Stroke::Dashed,
                    label: None,
                }),
                Mark::Line(Line {
                    x: coverage.nominal.clone(),
                    y: coverage.observed.clone(),
                    role: Role::Blue,
                    stroke: Stroke::Solid,
                    label: Some("observed".to_owned()),
                }),
            ],
            doses: None,
        }
    };
    Figure {
        id: id.to_owned(),
        title: "Calibration".to_owned(),
        description:
            "The part of the numbers within central intervals, against the probability that these claim."
                .to_owned(),
        stamp: None,
        height: Height::Ordinary,
        panels: predictions.coverage.iter().map(panel).collect(),
    }
}

/// Where observed numbers lie in their predictions: as many in each tenth if predictions are right.
pub(super) fn ranks(id: &str, predictions: &Predictions) -> Figure {
    let panel = |coverage: &Coverage| {
        let bins = coverage.ranks.len().max(1) as f64;
        let (mut x, mut upper) = (Vec::new(), Vec::new());
        for (at, part) in coverage.ranks.iter().enumerate() {
            x.extend([at as f64 / bins, (at as f64 + 1.0) / bins]);
            upper.extend([*part, *part]);
        }
        let top = coverage.ranks.iter().copied().fold(2.0 / bins, f64::max);
        Panel {
            title: Some(title(coverage.kind).to_owned()),
            x: Axis {
                title: "Predictive probability below the number".to_owned(),
                scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
            },
            y: Axis {
                title: "Part of the numbers".to_owned(),
                scale: Scale::linear(0.0, top, Labels::Percent),
            },
            marks: vec![
                Mark::Ribbon(Ribbon {
                    lower: vec![0.0; x.len()],
                    x,
                    upper,
                    role: Role::Blue,
                    weight: Weight::Core,
                    label: None,
                }),
                Mark::Reference(Reference {
                    value: 1.0 / bins,
                    label: "even".to_owned(),
                    stroke: Stroke::Dashed,
                }),
            ],
            doses: None,
        }
    };
    Figure {
        id: id.to_owned(),
        title: "Ranks".to_owned(),
        description:
            "Histogram of the predictive probability below each number; flat where predictions are right."
                .to_owned(),
        stamp: None,
        height: Height::Ordinary,
        panels: predictions.coverage.iter().map(panel).collect(),
    }
}
