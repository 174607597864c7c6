//! What a reader must know before believing a result, from the files' own words and from what this run left out.

use super::basis::text;
use super::{Run, describe};
use crate::assembly::{LATENT_INSTRUMENT, felt};
use crate::course::{Blinding, Course, People, Setting};
use crate::design::{FEWEST_FOR_A_SPLIT, FEWEST_FOR_INTERVALS};
use crate::drug::{DrugKind, Felt};
use crate::lint::Grade;

/// What the reader must know before believing: what is provisional, what the drugs' files warn of, what this run left
/// out.
pub(super) fn all(course: &Course, run: &Run<'_>, size: u64) -> Vec<String> {
    let mut cautions: Vec<String> = Vec::new();
    let mut add = |caution: String| {
        if !cautions.contains(&caution) {
            cautions.push(caution);
        }
    };
    let model = &run.assembly.model;
    let uses = |name: &str| {
        model.constants().iter().any(|(constant, _)| constant == name)
            || model.covariates().iter().any(|covariate| covariate.name == name)
    };
    let response = format!("response/{}.R", course.response_model);
    for (file, source) in model.files().zip(&run.assembly.files) {
        if let Some(provisional) = text(file, "provisional") {
            let which = if source.name().ends_with(&response) {
                "The response model".to_owned()
            } else {
                format!("The model `{}`", file.name.text)
            };
            add(format!("{which} is provisional. {provisional}"));
        }
    }
    for treatment in &course.treatments {
        if treatment.drug.kind == DrugKind::Control {
            add(treatment.drug.description.clone());
        }
        treatment.drug.cautions.iter().cloned().for_each(&mut add);
    }
    for left_out in &run.assembly.left_out {
        add(format!(
            "The model `{}` takes no part, for nothing here defines {}. {}",
            left_out.model,
            left_out.missing.join(", "),
            left_out.description
        ));
    }
    of_structure(course).into_iter().for_each(&mut add);
    of_patients(course, &uses).into_iter().for_each(&mut add);
    of_interactions(course, &uses).into_iter().for_each(&mut add);
    of_situation(course, &uses).into_iter().for_each(&mut add);
    if let Some(psychotherapy) = &course.psychotherapy {
        if uses("PSYCH") {
            add(format!(
                "The model knows only that there is psychotherapy: the kind ({}) and the times of its sessions change nothing.",
                psychotherapy.kind
            ));
        } else {
            add(format!(
                "Psychotherapy ({}) is recorded; the response model leaves it out.",
                psychotherapy.kind
            ));
        }
    }
    let instrument = course.people.instrument();
    if let Some(kin) = instrument.kin.iter().find(|kin| kin.id == LATENT_INSTRUMENT) {
        let nearer = instrument.kin.iter().take_while(|nearer| nearer.id != kin.id);
        let mut way: Vec<&str> = nearer.map(|nearer| nearer.abbreviation.as_str()).collect();
        way.reverse();
        let by_way = if way.is_empty() {
            String::new()
        } else {
            format!(", by way of {},", way.join(" and "))
        };
        let assumed = if kin.link.assumed {
            " Part of that link is an assumption."
        } else {
            ""
        };
        add(format!(
            "Scores of {} are read from those of {}{by_way} through linked scores of patients, not simulated.{assumed}",
            instrument.abbreviation, kin.abbreviation
        ));
    }
    if matches!(course.people, People::Patient(_)) {
        add(
            "For one patient the spread shows what cannot be known beforehand, not what will happen."
                .to_owned(),
        );
    }
    if size < FEWEST_FOR_INTERVALS {
        add(format!(
            "With {size} virtual patients the uncertainty of means and proportions cannot be told from chance; intervals \
             need at least {FEWEST_FOR_INTERVALS}."
        ));
    } else if size < FEWEST_FOR_A_SPLIT {
        let studies = u64::from(run.design.studies());
        add(format!(
            "{size} virtual patients are {} in each of {studies} simulated studies: the intervals of means and \
             proportions, and the parts of the variance, are rough (a part may read 0 because it is small). \
             {FEWEST_FOR_A_SPLIT} patients and more tell them apart.",
            size / studies
        ));
    }
    cautions
}

/// What the chosen structure of the kinetics leaves to the reference, and what it does not report.
fn of_structure(course: &Course) -> Vec<String> {
    let Some(structure) = describe::structure(course) else {
        return Vec::new();
    };
    let mut cautions = Vec::new();
    for treatment in &course.treatments {
        let route = treatment.drug.route(&treatment.route);
        if let (None, Some(route)) = (&treatment.structure, route.filter(|route| route.is_modelled())) {
            cautions.push(format!(
                "The kinetics of {structure} do not serve {}, {}: that treatment has the reference model.",
                treatment.drug.name, route.name
            ));
        }
    }
    if !course.report.missing.is_empty() {
        cautions.push(format!(
            "The kinetics of {structure} do not report what the course asks for as {}.",
            course.report.missing.join(", ")
        ));
    }
    cautions
}

/// What is known too little of the patients, or changes nothing here.
fn of_patients(course: &Course, uses: &dyn Fn(&str) -> bool) -> Vec<String> {
    let (hepatic, cyp2b6) = course.people.health();
    let mut cautions = Vec::new();
    if hepatic && !uses("HEPATIC") {
        cautions
            .push("No model of this course knows hepatic impairment: it changes nothing here.".to_owned());
    }
    if cyp2b6 && !uses("CYP2B6_STAR6") {
        cautions.push(
            "No model of this course knows the genotype of CYP2B6: it changes nothing here.".to_owned(),
        );
    } else if cyp2b6 {
        cautions.push(
            "That the genotype of CYP2B6 changes exposure is a scenario: what studies found of the allele *6 contradicts \
             itself."
                .to_owned(),
        );
    }
    cautions
}

/// What is not known of the blinding, or changes nothing here.
fn of_situation(course: &Course, uses: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut cautions = Vec::new();
    if course.blinding == Blinding::OpenLabel && felt(course) != Felt::Drug && uses("EXPECT_OPEN") {
        cautions.push(
            "What people expect of a control that they know to be one is not known: here they expect what those do who know \
             that they are given the drug."
                .to_owned(),
        );
    }
    if course.setting == Setting::Crisis && !uses("CRISIS") {
        cautions.push(
            "The response model does not know people in a crisis: the setting changes nothing here."
                .to_owned(),
        );
    }
    cautions
}

/// What is assumed of drugs taken beside, or changes nothing here.
fn of_interactions(course: &Course, uses: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut cautions = Vec::new();
    for interaction in &course.interactions {
        let name = &interaction.name;
        let changes = interaction.factors.iter().filter(|(_, factor)| **factor != 1.0);
        let (known, unknown): (Vec<&String>, Vec<&String>) =
            changes.map(|(factor, _)| factor).partition(|factor| uses(factor));
        if interaction.factors.values().all(|factor| *factor == 1.0) {
            cautions.push(format!(
                "What is known of {name} changes nothing: {}",
                interaction.description
            ));
            continue;
        }
        if known.is_empty() {
            cautions.push(format!(
                "No model of this course knows what {name} does ({}): it changes nothing here.",
                interaction.factors.keys().cloned().collect::<Vec<_>>().join(", ")
            ));
            continue;
        }
        if !unknown.is_empty() {
            let unknown: Vec<&str> = unknown.into_iter().map(String::as_str).collect();
            cautions.push(format!(
                "Of what {name} does the models of this course leave out {}.",
                unknown.join(", ")
            ));
        }
        if interaction.grade == Grade::Assumed {
            cautions.push(format!(
                "How strongly {name} acts is assumed: {}.",
                interaction.locator.trim_end_matches('.')
            ));
        }
    }
    cautions
}
