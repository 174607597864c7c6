//! What the template of a comparison is given: sentences and tables, everything decided.

use super::{drawn, words};
use crate::course::{Cell, Fact, FigureView, Table, files, provenance};
use crate::error::ReportError;
use crate::figure::STYLE;
use crate::figure::number::{count, percent};
use euthymia_therapy::strategy::{Comparison, Measure, Outcomes};
use serde::Serialize;

/// The page.
#[derive(Serialize)]
pub(super) struct View {
    title: String,
    finding: String,
    followed: String,
    figure_style: &'static str,
    page_style: &'static str,
    overview: Table,
    burden: Table,
    figures: Vec<FigureView>,
    decision: Option<Table>,
    worth: Option<FigureView>,
    worth_sentence: String,
    checks: Table,
    steps: Vec<Steps>,
    assumptions: Vec<String>,
    sources: Table,
    provenance: Vec<Fact>,
    files: Table,
}

/// A strategy in words.
#[derive(Serialize)]
struct Steps {
    title: String,
    summary: String,
    table: Table,
}

/// What a person who must decide looks at first.
const OVERVIEW: [Measure; 6] = [
    Measure::NeverWell,
    Measure::DaysToResponse,
    Measure::DaysToRemission,
    Measure::DaysWell,
    Measure::Relapsed,
    Measure::Qaly,
];

/// What it takes.
const BURDEN: [Measure; 10] = [
    Measure::Treatments,
    Measure::Visits,
    Measure::Sessions,
    Measure::ClinicHours,
    Measure::MonitoredHours,
    Measure::Dissociation,
    Measure::Pressure,
    Measure::Sedation,
    Measure::DrugCost,
    Measure::Cost,
];

impl View {
    pub(super) fn new(comparison: &Comparison, figures: Vec<FigureView>) -> Result<Self, ReportError> {
        if comparison.strategies.is_empty() {
            return Err(ReportError::NoTimes);
        }
        Ok(Self {
            title: comparison.group.clone(),
            finding: words::finding(comparison),
            followed: words::followed(comparison),
            figure_style: STYLE,
            page_style: include_str!("../../templates/course.css"),
            overview: measures("What becomes of people", &OVERVIEW, comparison),
            burden: measures("What it takes", &BURDEN, comparison),
            figures,
            decision: (comparison.strategies.len() > 1).then(|| decision(comparison)),
            worth: drawn::worth(comparison, worth(comparison))?,
            worth_sentence: words::worth(comparison),
            checks: checks(comparison),
            steps: comparison.strategies.iter().map(steps).collect(),
            assumptions: comparison.assumptions.clone(),
            sources: sources(comparison),
            provenance: provenance(&comparison.provenance),
            files: files(&comparison.provenance),
        })
    }
}

/// A row for every strategy and, below it, its difference to the first.
fn measures(caption: &str, told: &[Measure], comparison: &Comparison) -> Table {
    let head =
        std::iter::once("Strategy".to_owned()).chain(told.iter().map(|one| words::capital(one.label())));
    let mut rows = Vec::new();
    for (at, strategy) in comparison.strategies.iter().enumerate() {
        let mut row = vec![Cell::text(strategy.title.clone())];
        row.extend(told.iter().map(|measure| {
            let estimate = strategy.of(*measure);
            Cell::number(estimate.map_or_else(String::new, |one| words::estimate(*measure, one, comparison)))
        }));
        rows.push(row);
        if at > 0 {
            let mut row = vec![Cell::text("\u{2003}less the first")];
            row.extend(told.iter().map(|measure| {
                let other = strategy.difference(*measure);
                Cell::number(
                    other.map_or_else(String::new, |one| words::difference(*measure, one, comparison)),
                )
            }));
            rows.push(row);
        }
    }
    Table {
        caption: caption.to_owned(),
        head: head.collect(),
        rows,
        note: "Means over people; in brackets where they lie nine times in ten as far as parameters and clinics are uncertain. Differences \
               are of the same patients, with the same luck."
            .to_owned(),
    }
}

/// Where each strategy stands.
fn decision(comparison: &Comparison) -> Table {
    let decision = &comparison.decision;
    let at = comparison
        .thresholds
        .iter()
        .position(|threshold| *threshold == decision.threshold);
    let rows = comparison.strategies.iter().enumerate().map(|(place, strategy)| {
        let told = |measure: Measure| {
            strategy
                .of(measure)
                .map_or_else(String::new, |one| words::value(measure, one.mean, comparison))
        };
        let best = at.and_then(|at| decision.acceptability.get(place)?.get(at));
        vec![
            Cell::text(strategy.title.clone()),
            Cell::number(told(Measure::Cost)),
            Cell::number(told(Measure::Qaly)),
            Cell::text(
                decision
                    .places
                    .get(place)
                    .map_or_else(String::new, |place| words::place(place, &comparison.currency)),
            ),
            Cell::number(best.map_or_else(String::new, |part| percent(*part))),
        ]
    });
    Table {
        caption: "Cost-effectiveness".to_owned(),
        head: vec![
            "Strategy".to_owned(),
            "Cost".to_owned(),
            "Quality-adjusted life-years".to_owned(),
            "What one more costs".to_owned(),
            format!("Best at {}", words::money(decision.threshold, &comparison.currency)),
        ],
        rows: rows.collect(),
        note: "Over the days that were followed, from the side of who pays for drugs and visits; nothing is discounted within a year."
            .to_owned(),
    }
}

fn worth(comparison: &Comparison) -> Table {
    let money = |value: f64| Cell::number(words::money(value, &comparison.currency));
    let rows = comparison.decision.worth.iter().map(|one| {
        vec![
            Cell::text(words::capital(&one.label)),
            money(one.value),
            money(one.se),
            money(one.of_nothing),
        ]
    });
    Table {
        caption: "Worth a person".to_owned(),
        head: ["Unknown", "Worth", "Standard error", "Found where it is shuffled"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
        note: String::new(),
    }
}

fn checks(comparison: &Comparison) -> Table {
    let row = |strategy: &Outcomes| {
        let title = strategy.title.clone();
        strategy
            .checked
            .iter()
            .map(|check| {
                vec![
                    Cell::text(check.step.clone()),
                    Cell::text(title.clone()),
                    Cell::number(percent(check.published)),
                    Cell::number(percent(check.simulated)),
                    Cell::number(count(check.n)),
                    Cell::text(check.sources.join(", ")),
                ]
            })
            .collect::<Vec<_>>()
    };
    Table {
        caption: "Remission, as published and as it came out".to_owned(),
        head: ["Step", "Strategy", "Published", "Here", "Virtual patients", "Sources"]
            .map(str::to_owned)
            .to_vec(),
        rows: comparison.strategies.iter().flat_map(row).collect(),
        note: "Effects are set so that people as ill as those of the trial come to the published proportion. Who arrives at a step here may \
               be more or less ill."
            .to_owned(),
    }
}

fn steps(strategy: &Outcomes) -> Steps {
    let rows = strategy
        .steps
        .iter()
        .zip(&strategy.reached)
        .map(|(step, (_, reached))| {
            vec![
                Cell::text(step.name.clone()),
                Cell::text(step.given.clone()),
                Cell::text(step.rules.join("; ")),
                Cell::number(percent(*reached)),
            ]
        });
    Steps {
        title: strategy.title.clone(),
        summary: strategy.summary.clone(),
        table: Table {
            caption: "Steps and rules".to_owned(),
            head: [
                "Step",
                "What is given",
                "Rules, the first that applies",
                "Who comes to it",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: rows.collect(),
            note: String::new(),
        },
    }
}

fn sources(comparison: &Comparison) -> Table {
    let rows = comparison.sources.iter();
    Table {
        caption: "Where prices, utilities and proportions come from".to_owned(),
        head: ["Key", "Source"].map(str::to_owned).to_vec(),
        rows: rows
            .map(|(key, citation)| vec![Cell::text(key.clone()), Cell::text(citation.clone())])
            .collect(),
        note: "What was read, what was computed and what is from memory stands beside every number in the library.".to_owned(),
    }
}
