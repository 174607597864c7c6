//! One course with several published structures of the kinetics: what they agree on, and how far they part.
//!
//! The structures are run with the same seed, so with the same people; what differs between the results is the model.
//! One [`Ensemble`] feeds page, table and JSON.

use crate::assembly::assemble;
use crate::course::Course;
use crate::kinetics::{self, LeftOut, Structure};
use crate::library::Library;
use crate::result::{CourseResult, Design, Exposure, Measure, Provenance, QuantityKind};
use euthymia_vecmath::scalar;
use serde::Serialize;

/// What a course came to with every structure that serves it.
#[derive(Clone, Debug, Serialize)]
pub struct Ensemble {
    /// Title of the course.
    pub title: String,
    /// What was simulated, in one sentence.
    pub description: String,
    /// Number of virtual patients of each structure.
    pub subjects: u64,
    /// The nested design of each run.
    pub design: Design,
    /// How far the structures part beside how far patients do, a row for each measure.
    pub spreads: Vec<Spread>,
    /// Structures that took no part.
    pub left_out: Vec<LeftOut>,
    /// The structures with their results, the reference first.
    pub members: Vec<Member>,
    /// How to make it again.
    pub provenance: Provenance,
}

/// One structure and what the course came to with it.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// The structure.
    #[serde(flatten)]
    pub structure: Structure,
    /// The result.
    pub result: CourseResult,
}

/// One measure: the median patient of every structure, and how wide structures and patients lie apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The quantity's `id`.
    pub quantity: String,
    /// The quantity's name for people.
    pub label: String,
    /// The quantity's family.
    pub kind: QuantityKind,
    /// What was taken of each patient's curve.
    pub measure: Measure,
    /// From the start until this time, h; of the score at the end, that time.
    pub until_h: f64,
    /// Unit as printed; empty for a fraction.
    pub unit: String,
    /// The median patient of each member, in their order; absent where the structure does not report the quantity, or
    /// reports a concentration that is 0 in everybody because it does not model it.
    pub medians: Vec<Option<f64>>,
    /// How widths are taken.
    pub scale: WidthScale,
    /// From the lowest to the highest median of a structure; absent where fewer than two report the quantity.
    pub between_models: Option<Width>,
    /// From the 5th to the 95th percentile of patients, of the first member that reports the quantity.
    pub between_patients: Width,
    /// Width between models over the width between patients, where both can be told. On the scale of ratios both are
    /// logarithms.
    pub models_to_patients: Option<f64>,
}

/// How widths of a measure are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WidthScale {
    /// Upper end over lower end: concentrations and what is computed from them.
    Ratio,
    /// Upper end less lower end: fractions and scores.
    Difference,
}

/// Two ends and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Width {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Upper over lower end, or upper less lower end; absent where the lower end of a ratio is 0.
    pub width: Option<f64>,
}

impl Width {
    fn new(scale: WidthScale, lower: f64, upper: f64) -> Self {
        let width = match scale {
            WidthScale::Ratio => (lower > 0.0).then(|| upper / lower),
            WidthScale::Difference => Some(upper - lower),
        };
        Self { lower, upper, width }
    }
}

impl Ensemble {
    /// Puts results of the same course side by side; `provenance` is left to whoever read the files.
    #[must_use]
    pub fn new(
        course: &Course,
        members: Vec<Member>,
        left_out: Vec<LeftOut>,
        provenance: Provenance,
    ) -> Self {
        let first = members.first().map(|member| &member.result);
        Self {
            title: course.title.clone(),
            description: first.map_or_else(String::new, |result| result.description.clone()),
            subjects: first.map_or(0, |result| result.subjects),
            design: first.map_or(Design::DEFAULT, |result| result.design),
            spreads: spreads(&members),
            left_out,
            members,
            provenance,
        }
    }
}

/// A row for every measure that any member has, in the order of the first that has it.
fn spreads(members: &[Member]) -> Vec<Spread> {
    let mut rows: Vec<&Exposure> = Vec::new();
    for exposure in members.iter().flat_map(|member| &member.result.exposures) {
        match rows.iter_mut().find(|known| same(known, exposure)) {
            Some(known) if !is_modelled(known) => *known = exposure,
            Some(_) => {}
            None => rows.push(exposure),
        }
    }
    rows.into_iter().map(|first| spread(first, members)).collect()
}

fn same(one: &Exposure, other: &Exposure) -> bool {
    one.quantity == other.quantity && one.measure == other.measure
}

/// A constant may close a name that a structure does not model: a concentration of 0 in everybody is no prediction.
fn is_modelled(exposure: &Exposure) -> bool {
    exposure.kind != QuantityKind::Concentration || exposure.p95 > 0.0
}

fn spread(first: &Exposure, members: &[Member]) -> Spread {
    let of = |member: &Member| {
        let own = member.result.exposures.iter().find(|own| same(own, first));
        own.filter(|own| is_modelled(own)).map(|own| own.p50)
    };
    let medians: Vec<Option<f64>> = members.iter().map(of).collect();
    let scale = match first.kind {
        QuantityKind::Concentration | QuantityKind::Other => WidthScale::Ratio,
        QuantityKind::Occupancy | QuantityKind::AcuteEffect | QuantityKind::Score => WidthScale::Difference,
    };
    let known = || medians.iter().copied().flatten();
    let between_models = (known().count() > 1).then(|| {
        let lowest = known().fold(f64::INFINITY, f64::min);
        let highest = known().fold(f64::NEG_INFINITY, f64::max);
        Width::new(scale, lowest, highest)
    });
    let between_patients = Width::new(scale, first.p05, first.p95);
    let size = |width: f64| match scale {
        WidthScale::Ratio => scalar::ln(width),
        WidthScale::Difference => width,
    };
    let widths = between_models
        .and_then(|models| models.width)
        .zip(between_patients.width);
    let models_to_patients = widths
        .map(|(models, patients)| size(models) / size(patients))
        .filter(|ratio| ratio.is_finite());
    Spread {
        quantity: first.quantity.clone(),
        label: first.label.clone(),
        kind: first.kind,
        measure: first.measure,
        until_h: first.until_h,
        unit: first.unit.clone(),
        medians,
        scale,
        between_models,
        between_patients,
        models_to_patients,
    }
}

/// Which structures a course is run with, one after the other, as courses of their own; and which take no part. A
/// structure that knows less of the people and of what they take beside than the reference does would differ by that and
/// not by its kinetics, so it takes no part.
#[must_use]
pub fn planned(course: &Course, library: &Library) -> (Vec<(Structure, Course)>, Vec<LeftOut>) {
    let (mut planned, mut left_out) = (Vec::new(), Vec::new());
    let beyond = unknown_to(course, library);
    for structure in kinetics::offered(course) {
        let why = match kinetics::with(course, &structure.key, library) {
            Ok(chosen) => {
                let mut unknown = unknown_to(&chosen, library);
                unknown.retain(|what| !beyond.contains(what));
                if unknown.is_empty() {
                    planned.push((structure, chosen));
                    continue;
                }
                format!("it knows nothing of {}", unknown.join(", "))
            }
            Err(why) => why.in_words(),
        };
        left_out.push(LeftOut { structure, why });
    }
    left_out.extend(kinetics::of_other_routes(course));
    (planned, left_out)
}

/// What a course says of its people and of what they take beside, and no model of it asks for.
fn unknown_to(course: &Course, library: &Library) -> Vec<String> {
    let Ok(assembly) = assemble(course, library) else {
        return Vec::new();
    };
    let open = assembly.model.covariates();
    let asks = |name: &str| open.iter().any(|covariate| covariate.name == name);
    let (hepatic, cyp2b6) = course.people.health();
    let mut unknown = Vec::new();
    if hepatic && !asks("HEPATIC") {
        unknown.push("hepatic impairment".to_owned());
    }
    if cyp2b6 && !asks("CYP2B6_STAR6") {
        unknown.push("the genotype of CYP2B6".to_owned());
    }
    for interaction in &course.interactions {
        let changed = interaction.factors.iter().filter(|(_, factor)| **factor != 1.0);
        if changed.map(|(name, _)| name).any(|name| !asks(name)) {
            unknown.push(interaction.name.clone());
        }
    }
    unknown
}
