//! A fit as files of the library: the model text with the posterior medians, the draws, and what they were fitted to.

use super::inputs::Inputs;
use super::target::Target;
use crate::sampler::{Draws, Settings};
use euthymia_stats::quantile;
use euthymia_therapy::course::DoseAmount;
use euthymia_therapy::response::{ArmDesign, Background, Kind, Theta};
use std::collections::{BTreeMap, BTreeSet};

/// Draws that are shipped.
const SHIPPED: usize = 500;

/// The files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// `NAME.R`.
    pub model: String,
    /// `NAME-draws.csv`.
    pub draws: String,
    /// `NAME-posterior.toml`.
    pub posterior: String,
}

/// How a fit was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The command.
    pub command: String,
    /// The version of the program.
    pub version: String,
    /// The day, `2026-11-28`.
    pub date: String,
}

/// Puts a fit into files; `model` is the text of the model, whose numbers are replaced.
#[must_use]
pub fn ship(
    inputs: &Inputs,
    target: &Target,
    draws: &Draws,
    settings: &Settings,
    made: &Made,
    model: &str,
) -> Shipped {
    let positions: Vec<&[f64]> = draws.positions().collect();
    let step = positions.len().div_ceil(SHIPPED).max(1);
    let kept: Vec<_> = positions
        .iter()
        .step_by(step)
        .map(|position| target.thetas(position))
        .collect();
    let mut table = Theta::ALL.map(Theta::name).join(",");
    table.push('\n');
    for thetas in &kept {
        let cells: Vec<String> = Theta::ALL
            .iter()
            .map(|theta| significant(thetas[*theta]))
            .collect();
        table.push_str(&cells.join(","));
        table.push('\n');
    }
    let medians: BTreeMap<&str, f64> = Theta::ALL
        .iter()
        .map(|theta| {
            let mut values: Vec<f64> = kept.iter().map(|thetas| thetas[*theta]).collect();
            values.sort_by(f64::total_cmp);
            (theta.name(), quantile::type7(&values, 0.5))
        })
        .collect();
    Shipped {
        model: with_medians(model, &medians),
        draws: table,
        posterior: about(inputs, target, settings, made, kept.len()),
    }
}

/// Five digits: more than a posterior knows.
fn significant(value: f64) -> String {
    let text = format!("{value:.4e}");
    text.parse::<f64>().map_or(text, |rounded| format!("{rounded}"))
}

/// Model text with the values of its parameters replaced: lines `name <- number; label(...)`.
fn with_medians(model: &str, medians: &BTreeMap<&str, f64>) -> String {
    let mut text = String::with_capacity(model.len());
    for line in model.lines() {
        let assigned = line.split_once(" <- ").and_then(|(name, rest)| {
            let median = medians.get(name.trim())?;
            let (_, label) = rest.split_once("; label(")?;
            Some(format!("{name} <- {}; label({label}", significant(*median)))
        });
        text.push_str(&assigned.unwrap_or_else(|| line.to_owned()));
        text.push('\n');
    }
    text
}

fn studies<'a>(arms: &[&'a ArmDesign]) -> BTreeSet<&'a str> {
    arms.iter().map(|design| design.study.as_str()).collect()
}

fn about(inputs: &Inputs, target: &Target, settings: &Settings, made: &Made, draws: usize) -> String {
    let designs: Vec<&ArmDesign> = target
        .data
        .arms
        .iter()
        .filter_map(|(study, arm, _)| inputs.designs.arm(study, arm))
        .collect();
    let people = |arms: &[&ArmDesign]| arms.iter().filter_map(|design| design.n).sum::<u32>();
    let started = designs
        .iter()
        .filter(|design| {
            matches!(
                design.background,
                Background::Started { .. } | Background::Augmented { .. }
            )
        })
        .count();
    let therapy = designs.iter().filter(|design| design.therapy.is_some()).count();
    let mut text = String::new();
    let mut line = |content: String| {
        text.push_str(&content);
        text.push('\n');
    };
    line(format!("command = \"{}\"", made.command));
    line(format!("version = \"{}\"", made.version));
    line(format!("date = \"{}\"", made.date));
    line(format!("data_hash = \"{}\"", inputs.hash));
    line(format!("seed = {}", settings.seed));
    line(format!("chains = {}", settings.chains));
    line(format!("draws_per_chain = {}", settings.draws));
    line(format!("draws = {draws}"));
    line(format!("studies = {}", studies(&designs).len()));
    line(format!("arms = {}", designs.len()));
    line(format!("patients = {}", people(&designs)));
    line(format!("new_antidepressant_arms = {started}"));
    line(format!("psychotherapy_arms = {therapy}"));
    let mut conditions: BTreeMap<&str, Vec<&ArmDesign>> = BTreeMap::new();
    for design in &designs {
        conditions.entry(&design.condition).or_default().push(design);
    }
    for (condition, arms) in &conditions {
        line(String::new());
        line("[[basis]]".to_owned());
        line(format!("condition = \"{condition}\""));
        line(format!("studies = {}", studies(arms).len()));
        line(format!("arms = {}", arms.len()));
        line(format!("patients = {}", people(arms)));
        for ((drug, route), arms) in treatments(inputs, arms) {
            line(String::new());
            line("[[basis.treatments]]".to_owned());
            line(format!("drug = \"{drug}\""));
            line(format!("route = \"{route}\""));
            let trials: Vec<String> = studies(&arms)
                .iter()
                .map(|study| format!("\"{study}\""))
                .collect();
            line(format!("trials = [{}]", trials.join(", ")));
            line(format!("arms = {}", arms.len()));
            line(format!("patients = {}", people(&arms)));
            let doses = doses(inputs, &arms);
            if !doses.is_empty() {
                let quoted: Vec<String> = doses.iter().map(|dose| format!("\"{dose}\"")).collect();
                line(format!("doses = [{}]", quoted.join(", ")));
            }
            let most = arms.iter().map(|design| design.sessions.len()).max().unwrap_or(0);
            line(format!("most_doses = {}", most.max(1)));
            line(format!("longest = \"{} h\"", longest_h(target, &arms)));
        }
    }
    text
}

/// Arms by drug and route, those of controls whose drug the library knows among them.
fn treatments<'a>(inputs: &Inputs, arms: &[&'a ArmDesign]) -> BTreeMap<(String, String), Vec<&'a ArmDesign>> {
    let mut found: BTreeMap<(String, String), Vec<&ArmDesign>> = BTreeMap::new();
    for design in arms {
        let given = design
            .sessions
            .iter()
            .find_map(|session| inputs.designs.regimens.get(session.regimen?));
        let key = match given {
            Some(given) => Some((given.drug.clone(), plain(&given.route))),
            None if matches!(design.kind, Kind::ActiveControl | Kind::InactiveControl) => {
                let known = inputs.drugs.contains(&design.drug);
                let route = inputs
                    .evidence
                    .arm(&design.study, &design.arm)
                    .and_then(|arm| arm.route);
                known
                    .then_some(route)
                    .flatten()
                    .map(|route| (design.drug.clone(), route.word().to_owned()))
            }
            None => None,
        };
        if let Some(key) = key {
            found.entry(key).or_default().push(design);
        }
    }
    found
}

/// A route without its variant.
fn plain(route: &str) -> String {
    route.split('-').next().unwrap_or(route).to_owned()
}

/// Lowest and highest dose of a session, of each kind of unit.
fn doses(inputs: &Inputs, arms: &[&ArmDesign]) -> Vec<String> {
    let (mut fixed, mut per_weight) = (Vec::new(), Vec::new());
    let sessions = arms.iter().flat_map(|design| &design.sessions);
    for given in sessions.filter_map(|session| inputs.designs.regimens.get(session.regimen?)) {
        let (mut mg, mut mg_per_kg) = (0.0, 0.0);
        for portion in &given.portions {
            match portion.dose {
                DoseAmount::Fixed(amount) => mg += amount,
                DoseAmount::PerWeight(amount) => mg_per_kg += amount,
            }
        }
        fixed.push(mg);
        per_weight.push(mg_per_kg);
    }
    let range = |doses: &[f64], unit: &str| {
        let known: Vec<f64> = doses.iter().copied().filter(|dose| *dose > 0.0).collect();
        let lowest = known.iter().copied().reduce(f64::min)?;
        let highest = known.iter().copied().reduce(f64::max)?;
        Some([format!("{lowest} {unit}"), format!("{highest} {unit}")])
    };
    let ranges = [range(&per_weight, "mg/kg"), range(&fixed, "mg")];
    ranges.into_iter().flatten().flatten().collect()
}

/// The latest rating of arms, h.
fn longest_h(target: &Target, arms: &[&ArmDesign]) -> f64 {
    let data = &target.data;
    let times = data.visits.iter().filter(|rated| {
        let (study, arm, _) = &data.arms[rated.arm];
        arms.iter()
            .any(|design| design.study == *study && design.arm == *arm)
    });
    times.map(|rated| rated.visit.time_h).fold(0.0, f64::max)
}
