//! What the template of a virtual trial is given.

use super::table::suffices;
use crate::course::{Cell, Fact, FigureView, Table, files, provenance};
use crate::error::ReportError;
use crate::figure::number::{count, fixed, percent};
use crate::figure::{
    Axis, Figure, Height, Labels, Line, Mark, Panel, Reference, Ribbon, Role, STYLE, Scale, Stroke, Weight,
    responsive,
};
use euthymia_therapy::trial::{Curve, TrialResult, World};
use serde::Serialize;

/// The page.
#[derive(Serialize)]
pub(super) struct View {
    title: String,
    summary: String,
    finding: Vec<String>,
    figure_style: &'static str,
    page_style: &'static str,
    design: Vec<Fact>,
    power: FigureView,
    numbers: Table,
    fooled: Table,
    assumptions: Vec<String>,
    provenance: Vec<Fact>,
    files: Table,
}

impl View {
    pub(super) fn new(result: &TrialResult) -> Result<Self, ReportError> {
        if result.months.is_empty() {
            return Err(ReportError::NoTimes);
        }
        Ok(Self {
            title: result.title.clone(),
            summary: result.summary.clone(),
            finding: finding(result),
            figure_style: STYLE,
            page_style: include_str!("../../templates/course.css"),
            design: result
                .design
                .iter()
                .map(|(term, words)| Fact::new(term, words.clone()))
                .collect(),
            power: power(result)?,
            numbers: numbers(result),
            fooled: fooled(result),
            assumptions: result.assumptions.clone(),
            provenance: provenance(&result.provenance),
            files: files(&result.provenance),
        })
    }
}

fn finding(result: &TrialResult) -> Vec<String> {
    let mut said = vec![format!(
        "With all that is uncertain, {}; were the typical study true, {}.",
        suffices(result, World::Uncertain),
        suffices(result, World::Typical)
    )];
    if let Some(size) = result.of(World::Unblinding).and_then(|curve| curve.sizes.last()) {
        said.push(format!(
            "Did the drug nothing, {} people would still find it better in {} of trials, by {} on average, because people can tell what \
             they got.",
            count(u64::from(size.n)),
            percent(size.in_favour),
            fixed(size.mean_estimate, 2),
        ));
    }
    said
}

fn power(result: &TrialResult) -> Result<FigureView, ReportError> {
    let curve = |world: World, role: Role, label: &str, marks: &mut Vec<Mark>| {
        let Some(Curve { sizes, .. }) = result.of(world) else {
            return;
        };
        let x: Vec<f64> = sizes.iter().map(|size| f64::from(size.n)).collect();
        let y: Vec<f64> = sizes.iter().map(|size| size.in_favour).collect();
        let end = |sign: f64| {
            let at = |size: &euthymia_therapy::trial::Size| {
                (size.in_favour + sign * 1.96 * size.error).clamp(0.0, 1.0)
            };
            sizes.iter().map(at).collect()
        };
        marks.push(Mark::Ribbon(Ribbon {
            x: x.clone(),
            lower: end(-1.0),
            upper: end(1.0),
            role,
            weight: Weight::Inner,
            label: None,
        }));
        marks.push(Mark::Line(Line {
            x,
            y,
            role,
            stroke: if world == World::Unblinding {
                Stroke::Dashed
            } else {
                Stroke::Solid
            },
            label: Some(label.to_owned()),
        }));
    };
    let mut marks = vec![Mark::Reference(Reference {
        value: result.power,
        label: "wanted".to_owned(),
        stroke: Stroke::Dotted,
    })];
    curve(World::Typical, Role::Blue, "power, typical study", &mut marks);
    curve(World::Uncertain, Role::Green, "assurance", &mut marks);
    curve(
        World::Unblinding,
        Role::Vermillion,
        "no drug effect, unblinded",
        &mut marks,
    );
    let most = result.months.last().map_or(1.0, |(n, _)| f64::from(*n));
    let least = result.months.first().map_or(0.0, |(n, _)| f64::from(*n));
    let figure = Figure {
        id: "power".to_owned(),
        title: "How often the trial finds the drug better".to_owned(),
        description: "The part of trials with a significant difference in favour, by the number of people; bands are the Monte Carlo error \
                      (95 %). Assurance averages over all that is uncertain of the effect, so that it need not reach 1."
            .to_owned(),
        stamp: None,
        height: Height::Ordinary,
        panels: vec![Panel {
            title: None,
            x: Axis {
                title: "People in all arms together".to_owned(),
                scale: Scale::linear(least.min(most - 1.0), most, Labels::Number),
            },
            y: Axis {
                title: "Part of trials".to_owned(),
                scale: Scale::linear_exact(0.0, 1.0, Labels::Percent),
            },
            marks,
            doses: None,
        }],
    };
    Ok(FigureView::new(
        &figure.id,
        figure.title.clone(),
        figure.description.clone(),
        responsive(&figure)?,
        Vec::new(),
    ))
}

fn numbers(result: &TrialResult) -> Table {
    let rows = result.months.iter().enumerate().map(|(at, (n, months))| {
        let of = |world: World| result.of(world).and_then(|curve| curve.sizes.get(at));
        let cell = |world: World| {
            Cell::number(of(world).map_or_else(String::new, |size| {
                format!(
                    "{} (\u{b1} {} %)",
                    percent(size.in_favour),
                    fixed(196.0 * size.error, 1)
                )
            }))
        };
        let estimate = of(World::Uncertain).map_or_else(String::new, |size| {
            format!(
                "{} ({} to {})",
                fixed(size.mean_estimate, 2),
                fixed(size.quantiles[0], 2),
                fixed(size.quantiles[4], 2)
            )
        });
        vec![
            Cell::number(count(u64::from(*n))),
            cell(World::Uncertain),
            cell(World::Typical),
            Cell::number(estimate),
            Cell::number(of(World::Uncertain).map_or_else(String::new, |size| percent(size.stopped))),
            Cell::number(fixed(*months, 1)),
        ]
    });
    Table {
        caption: "By the number of people".to_owned(),
        head: [
            "People",
            "Assurance",
            "Power of the typical study",
            "Estimate, and where nine in ten lie",
            "Stop early",
            "Months",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
        note: "Months: until all are admitted, and the last visit of the last.".to_owned(),
    }
}

fn fooled(result: &TrialResult) -> Table {
    let rows = result.months.iter().enumerate().map(|(at, (n, _))| {
        let of = |world: World| result.of(world).and_then(|curve| curve.sizes.get(at));
        let part = |world: World| {
            Cell::number(of(world).map_or_else(String::new, |size| {
                format!(
                    "{} (\u{b1} {} %)",
                    percent(size.significant),
                    fixed(196.0 * size.error, 1)
                )
            }))
        };
        let bias = of(World::Unblinding).map_or_else(String::new, |size| fixed(size.mean_estimate, 2));
        vec![
            Cell::number(count(u64::from(*n))),
            part(World::Null),
            part(World::Unblinding),
            Cell::number(bias),
        ]
    });
    Table {
        caption: "How often it would be fooled".to_owned(),
        head: [
            "People",
            "Significant, no arm differs (type I error)",
            "Significant, no drug effect but people can tell",
            "Difference that unblinding alone makes",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
        note: format!("Either way; the level is {}.", fixed(result.alpha, 3)),
    }
}
