//! The models of a course, composed: what the routes of its treatments need, of the mechanism what is asked for, and the
//! response model.

mod mechanism;
mod situation;

pub use mechanism::LeftOut;
pub(crate) use mechanism::stem;
pub(crate) use situation::{OfCourse, felt, known};

use crate::course::{Course, PatientSpec, People};
use crate::events::{self, Plan, STATEMENTS};
use crate::library::Library;
use crate::posterior::Posterior;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_model::{Model, check, compose, syntax};
use std::collections::BTreeMap;

/// Name of the symptom score in the models.
pub(crate) const SCORE: &str = "score";
/// Name of the probability of having relapsed in the models.
pub(crate) const RELAPSE: &str = "relapse";
/// Instrument that the response models score on.
pub(crate) const LATENT_INSTRUMENT: &str = "madrs";

/// A characteristic of a patient or of the course that models may ask for by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Characteristic {
    /// Weight, kg.
    Weight,
    /// Age, years.
    Age,
    /// 1 for women.
    Female,
    /// 1 for Asian patients, Japanese included.
    Asian,
    /// 1 for Japanese patients.
    Japanese,
    /// 1 for patients with moderate hepatic impairment.
    Hepatic,
    /// Number of alleles CYP2B6*6, 0 outside of the scenario that the genotype matters.
    Star6,
    /// Score at the start, on the latent instrument.
    Baseline,
    /// 1 where that is true of the course.
    OfCourse(OfCourse),
}

impl Characteristic {
    /// The names that models use.
    pub(crate) const NAMES: [(&str, Self); 20] = [
        ("WT", Self::Weight),
        ("AGE", Self::Age),
        ("FEMALE", Self::Female),
        ("ASIAN", Self::Asian),
        ("JAPANESE", Self::Japanese),
        ("HEPATIC", Self::Hepatic),
        ("CYP2B6_STAR6", Self::Star6),
        ("BASE", Self::Baseline),
        ("AD_NEW", Self::OfCourse(OfCourse::NewAntidepressant)),
        ("AD", Self::OfCourse(OfCourse::Antidepressant)),
        ("PSYCH", Self::OfCourse(OfCourse::Psychotherapy)),
        ("EXPECT_ACTIVE", Self::OfCourse(OfCourse::ExpectActive)),
        ("EXPECT_INACTIVE", Self::OfCourse(OfCourse::ExpectInactive)),
        ("EXPECT_MASKED", Self::OfCourse(OfCourse::ExpectMasked)),
        ("EXPECT_OPEN", Self::OfCourse(OfCourse::ExpectOpen)),
        ("CRISIS", Self::OfCourse(OfCourse::Crisis)),
        ("BIPOLAR", Self::OfCourse(OfCourse::Bipolar)),
        ("PTSD", Self::OfCourse(OfCourse::Ptsd)),
        ("ANXIETY", Self::OfCourse(OfCourse::Anxiety)),
        ("OCD", Self::OfCourse(OfCourse::Ocd)),
    ];

    /// The characteristic of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, characteristic)| *characteristic)
    }
}

/// The composed model of a course and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Assembly {
    /// Everything the course needs, response included.
    pub(crate) model: Model,
    /// The files, in the order of composition.
    pub(crate) files: Vec<Source>,
    /// Doses for anyone, without those into compartments that the response model has not.
    pub(crate) plan: Plan,
    /// What stands behind the parameters of the response model, where it was fitted.
    pub(crate) posterior: Option<Posterior>,
    /// Models of the mechanism that cannot be composed here.
    pub(crate) left_out: Vec<LeftOut>,
}

impl Assembly {
    /// Parameters that differ between draws of a run.
    pub(crate) fn uncertain(&self) -> Vec<String> {
        let errors = self.model.uncertainty().into_iter().map(|(name, _)| name);
        let drawn = self
            .posterior
            .iter()
            .flat_map(|posterior| posterior.names().iter().cloned());
        errors.chain(drawn).collect()
    }
}

/// Composes the models of a course.
pub(crate) fn assemble(course: &Course, library: &Library) -> Result<Assembly, Vec<Diagnostic>> {
    let mut paths: Vec<String> = Vec::new();
    let mut constants: BTreeMap<&str, f64> = BTreeMap::new();
    let mut wrong = Vec::new();
    for treatment in &course.treatments {
        let Some(route) = treatment.drug.route(&treatment.route) else {
            continue;
        };
        merge(
            &mut paths,
            route.models.iter().map(|stem| format!("models/{stem}.R")),
        );
        for (name, value) in &route.constants {
            if *constants.entry(name).or_insert(*value) != *value {
                let message = format!("the routes of these treatments give `{name}` different values");
                wrong.push(
                    Diagnostic::error("C060", message)
                        .at(
                            &course.source,
                            treatment.span,
                            "differs from an earlier treatment",
                        )
                        .help("simulate the treatments in separate courses"),
                );
            }
        }
    }
    paths.push(format!("response/{}.R", course.response_model));
    let mut files = Vec::new();
    let mut models = Vec::new();
    for path in &paths {
        match checked(path, library) {
            Ok(model) => {
                files.extend(library.text(path).cloned());
                models.push(model);
            }
            Err(diagnostics) => wrong.extend(diagnostics),
        }
    }
    let posterior = match library.posterior(&course.response_model) {
        Ok(posterior) => posterior,
        // What is wrong with the model itself was told above.
        Err(diagnostics) if wrong.is_empty() => return Err(diagnostics),
        Err(_) => None,
    };
    if !wrong.is_empty() {
        return Err(wrong);
    }
    // Nothing was wrong, so there is a response model, and it is the last.
    let response = models.len().saturating_sub(1);
    let given: Vec<&str> = constants.keys().copied().collect();
    let chosen = mechanism::choose(course, (&paths[..response], &models), &given, library)?;
    let texts = |more: &[(Source, Model)]| more.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    files.splice(response..response, texts(&chosen.before));
    files.extend(texts(&chosen.after));
    models.splice(
        response..response,
        chosen.before.into_iter().map(|(_, model)| model),
    );
    models.extend(chosen.after.into_iter().map(|(_, model)| model));
    let constants: Vec<(&str, f64)> = constants.into_iter().collect();
    let (model, diagnostics) = compose::compose(&models, &constants);
    let Some(model) = model else {
        return Err(clash(course, diagnostics));
    };
    let plan = events::plan(course);
    let plan = plan
        .into_iter()
        .filter(|dose| {
            let is_statement = STATEMENTS.contains(&dose.compartment.as_str());
            !is_statement || has_compartment(&model, &dose.compartment)
        })
        .collect::<Plan>();
    for dose in &plan {
        if !has_compartment(&model, &dose.compartment) {
            let message = format!(
                "a dose enters `{}`, which no model of its route has",
                dose.compartment
            );
            return Err(vec![Diagnostic::error("L024", message)]);
        }
    }
    Ok(Assembly {
        model,
        files,
        plan,
        posterior,
        left_out: chosen.left_out,
    })
}

/// Adds the models of a route in its order: one that is not there yet comes right after the one before it in the route,
/// so that what a later model uses is defined earlier whichever treatment the course lists first.
fn merge(paths: &mut Vec<String>, route: impl Iterator<Item = String>) {
    let mut next = 0;
    for path in route {
        match paths.iter().position(|known| *known == path) {
            Some(at) => next = next.max(at + 1),
            None => {
                paths.insert(next, path);
                next += 1;
            }
        }
    }
}

fn has_compartment(model: &Model, name: &str) -> bool {
    model
        .compartments()
        .iter()
        .any(|compartment| compartment.name == name)
}

/// One file, parsed and checked.
pub(crate) fn checked(path: &str, library: &Library) -> Result<Model, Vec<Diagnostic>> {
    let Some(text) = library.text(path) else {
        let (folder, stem) = path
            .trim_end_matches(".R")
            .split_once('/')
            .unwrap_or(("models", path));
        return Err(vec![library.missing(folder, stem, ".R")]);
    };
    let (file, mut diagnostics) = syntax::parse(text);
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let (model, more) = check::check(&file);
        diagnostics.extend(more);
        if let Some(model) = model {
            return Ok(model);
        }
    }
    Err(diagnostics)
}

/// What the composition refused; where several treatments have models of their own, that is the likely reason.
fn clash(course: &Course, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.retain(Diagnostic::is_error);
    let ([_, second, ..], Some(first)) = (course.treatments.as_slice(), diagnostics.first()) else {
        return diagnostics;
    };
    let first = format!("the first of {} problems: {}", diagnostics.len(), first.message);
    let message = "the models of these treatments cannot be combined in one course";
    vec![
        Diagnostic::error("C061", message)
            .at(&course.source, second.span, "one of them needs other models")
            .note(first)
            .help("simulate the treatments in separate courses"),
    ]
}

/// Values of covariates that are the same for every patient of a course.
pub(crate) fn common_values(course: &Course, model: &Model) -> Vec<(String, f64)> {
    let indicator = |yes: bool| if yes { 1.0 } else { 0.0 };
    let of_patient = |patient: &PatientSpec, characteristic| match characteristic {
        Characteristic::Weight => Some(patient.weight_kg),
        Characteristic::Age => Some(patient.age_years),
        Characteristic::Female => Some(indicator(patient.female)),
        Characteristic::Asian => Some(indicator(patient.asian)),
        Characteristic::Japanese => Some(indicator(patient.japanese)),
        Characteristic::Hepatic => Some(indicator(patient.hepatic)),
        Characteristic::Star6 => Some(f64::from(patient.cyp2b6.unwrap_or(0))),
        _ => patient
            .instrument
            .to_linked(LATENT_INSTRUMENT, patient.instrument.observed(patient.baseline)),
    };
    let value = |characteristic| match (characteristic, &course.people) {
        (Characteristic::OfCourse(statement), _) => Some(indicator(statement.holds(course))),
        (_, People::Patient(patient)) => of_patient(patient, characteristic),
        (Characteristic::Hepatic, People::Population(population)) if population.hepatic.is_none() => {
            Some(0.0)
        }
        (Characteristic::Star6, People::Population(population)) if population.cyp2b6.is_none() => Some(0.0),
        (_, People::Population(_)) => None,
    };
    let open = model.covariates().iter();
    open.filter_map(|covariate| {
        let name = &covariate.name;
        let value = match Characteristic::named(name) {
            Some(characteristic) => value(characteristic),
            None => course.factors.get(name).copied(),
        };
        Some((name.clone(), value?))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_of_routes_keep_the_order_of_every_route() {
        let merged = |routes: &[&[&str]]| {
            let mut paths = Vec::new();
            routes
                .iter()
                .for_each(|route| merge(&mut paths, route.iter().map(|path| (*path).to_owned())));
            paths
        };
        let (one, other): (&[&str], &[&str]) = (&["s", "r", "total", "site"], &["s", "total", "site"]);
        assert_eq!(merged(&[one, other]), ["s", "r", "total", "site"]);
        assert_eq!(merged(&[other, one]), ["s", "r", "total", "site"]);
        assert_eq!(merged(&[&["a", "b"], &["c"]]), ["c", "a", "b"]);
    }
}
