//! Which published structure of the kinetics a course is run with.
//!
//! The main block of a route is the reference; a drug's file may name other structures that serve the same route. A
//! structure chosen here replaces the models, constants and inputs of every route that has it, so that nothing behind
//! needs to know that there was a choice.

use crate::assembly::assemble;
use crate::course::{Course, models};
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, nearest};
use serde::Serialize;

/// The word for the main block of every route.
pub const REFERENCE: &str = "reference";
/// The word for all structures, one after the other.
pub const ALL: &str = "all";

/// A structure by the key that it is chosen by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Structure {
    /// Key (`otto-2021`).
    pub key: String,
    /// Name in running text (`Otto 2021, venous`).
    pub name: String,
}

impl Structure {
    fn new(key: &str, name: &str) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// A structure that takes no part, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The structure.
    #[serde(flatten)]
    pub structure: Structure,
    /// Why, in words.
    pub why: String,
}

/// Why a course cannot be run with a structure.
#[derive(Clone, Debug, PartialEq)]
pub enum Unserved {
    /// None of its treatments has it; what to say of that.
    Unknown(String),
    /// Its models do not go together with the rest of the course.
    Files(Vec<Diagnostic>),
}

impl Unserved {
    /// The reason in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Unknown(message) => message.clone(),
            Self::Files(diagnostics) => diagnostics
                .iter()
                .find(|diagnostic| diagnostic.is_error())
                .map_or_else(String::new, |first| match first.notes.first() {
                    Some(note) => format!("{} ({note})", first.message),
                    None => first.message.clone(),
                }),
        }
    }
}

/// The structures that a course can be run with: the reference, then every alternative of a route of its treatments.
#[must_use]
pub fn offered(course: &Course) -> Vec<Structure> {
    let mut offered = vec![Structure::new(REFERENCE, "Reference")];
    for treatment in &course.treatments {
        let route = treatment.drug.route(&treatment.route);
        for (key, alternative) in route.iter().flat_map(|route| &route.alternatives) {
            if !offered.iter().any(|known| known.key == *key) {
                offered.push(Structure::new(key, &alternative.name));
            }
        }
    }
    offered
}

/// Structures of the course's drugs that serve none of its treatments, each with the routes that it does serve.
#[must_use]
pub fn of_other_routes(course: &Course) -> Vec<LeftOut> {
    let offered = offered(course);
    let mut others: Vec<(Structure, Vec<String>)> = Vec::new();
    for (_, route) in course
        .treatments
        .iter()
        .flat_map(|treatment| &treatment.drug.routes)
    {
        for (key, alternative) in &route.alternatives {
            if offered.iter().any(|known| known.key == *key) {
                continue;
            }
            match others.iter_mut().find(|(known, _)| known.key == *key) {
                Some((_, names)) if names.contains(&route.name) => {}
                Some((_, names)) => names.push(route.name.clone()),
                None => others.push((Structure::new(key, &alternative.name), vec![route.name.clone()])),
            }
        }
    }
    let left_out = |(structure, names): (Structure, Vec<String>)| LeftOut {
        structure,
        why: format!("it serves other routes only: {}", names.join(", ")),
    };
    others.into_iter().map(left_out).collect()
}

/// The course with one structure wherever a treatment has it; other treatments keep the reference. What the structure
/// does not report is taken off the list of quantities and remembered as missing.
///
/// # Errors
/// No treatment has it, or its models do not fit the rest of the course.
pub fn with(course: &Course, key: &str, library: &Library) -> Result<Course, Unserved> {
    if key == REFERENCE {
        return Ok(course.clone());
    }
    let mut chosen = course.clone();
    let mut served = false;
    for treatment in &mut chosen.treatments {
        let routes = treatment.drug.routes.iter_mut();
        for (_, route) in routes.filter(|(own, _)| *own == treatment.route) {
            if let Some(other) = route.served_by(key) {
                *route = other;
                treatment.structure = Some(key.to_owned());
                served = true;
            }
        }
    }
    if !served {
        return Err(Unserved::Unknown(unknown(course, key)));
    }
    let quantities = std::mem::take(&mut chosen.report.quantities);
    // First what there is without any question, then with what of it is asked.
    let whole = chosen.clone().with_whole_mechanism();
    let assembly = assemble(&whole, library).or_else(|_| assemble(&chosen, library));
    let assembly = assembly.map_err(Unserved::Files)?;
    let reports = |name: &str| models::reported(&assembly.model).any(|known| known == name);
    let asked = !quantities.is_empty();
    let (kept, missing): (Vec<_>, Vec<_>) = quantities.into_iter().partition(|(name, _)| reports(name));
    chosen.report.quantities = kept;
    chosen.report.missing = missing.into_iter().map(|(name, _)| name).collect();
    if asked && chosen.report.quantities.is_empty() {
        let names = chosen.report.missing.join(", ");
        let message = format!("it reports nothing that the course asks for ({names})");
        return Err(Unserved::Files(vec![Diagnostic::error("C064", message)]));
    }
    let mut wrong = models::check(&chosen, library);
    wrong.retain(Diagnostic::is_error);
    if wrong.is_empty() {
        Ok(chosen)
    } else {
        Err(Unserved::Files(wrong))
    }
}

/// That no treatment has a structure, with what there is.
fn unknown(course: &Course, key: &str) -> String {
    let offered = offered(course);
    if let Some(other) = of_other_routes(course)
        .into_iter()
        .find(|other| other.structure.key == key)
    {
        return format!(
            "no treatment of this course has the kinetics `{key}`: {}",
            other.why
        );
    }
    let keys: Vec<&str> = offered.iter().map(|structure| structure.key.as_str()).collect();
    if keys.len() == 1 {
        return format!(
            "no treatment of this course has the kinetics `{key}`: it offers the reference alone"
        );
    }
    let near = nearest(key, keys.iter().copied());
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!(
        "no treatment of this course has the kinetics `{key}`: it offers {}{near}",
        keys.join(", ")
    )
}
