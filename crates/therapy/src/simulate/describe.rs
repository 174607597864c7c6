//! The course, its people and its scale in words.

use crate::course::{Antidepressant, Blinding, Course, PatientSpec, People, PopulationSpec, Setting};
use crate::definition::in_words;
use crate::events::label;
use crate::instrument::Instrument;
use crate::population::Sampler;
use crate::result::{InstrumentSummary, PopulationRow};
use crate::sources::Sources;
use euthymia_stats::quantile::Sketch;

/// Patients that are drawn to describe a population; more would not change a printed digit.
const DESCRIBED: u64 = 20_000;

/// Genotypes by their number of alleles *6.
const GENOTYPES: [&str; 3] = ["*1/*1", "*1/*6", "*6/*6"];

/// What is simulated, in one sentence.
pub(crate) fn course(course: &Course) -> String {
    let mut parts: Vec<String> = Vec::new();
    for treatment in &course.treatments {
        let start = match treatment.times_h.first() {
            Some(first) if *first > 0.0 => format!(" from day {}", in_words(first / 24.0)),
            _ => String::new(),
        };
        parts.push(format!("{}, {}{start}", label(treatment), treatment.schedule));
    }
    let mut sentence = parts.join("; then ");
    sentence.push_str(match course.background {
        Antidepressant::None => "; no antidepressant",
        Antidepressant::Stable => "; on a stable antidepressant",
        Antidepressant::NewlyStarted => "; with an antidepressant started at the same time",
    });
    if let Some(psychotherapy) = &course.psychotherapy {
        sentence.push_str(&format!("; {}, {}", psychotherapy.kind, psychotherapy.schedule));
    }
    if !course.interactions.is_empty() {
        let names: Vec<&str> = course.interactions.iter().map(|one| one.name.as_str()).collect();
        sentence.push_str(&format!("; together with {}", names.join(" and ")));
    }
    sentence.push_str(match course.blinding {
        Blinding::OpenLabel => "; open label",
        Blinding::DoubleBlind => "; double blind",
        Blinding::Masked => "; patients cannot feel the drug",
    });
    if course.setting == Setting::Crisis {
        sentence.push_str("; admitted in a crisis");
    }
    if let Some(structure) = structure(course) {
        sentence.push_str(&format!("; kinetics of {structure}"));
    }
    sentence.push('.');
    let mut characters = sentence.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => sentence,
    }
}

/// Name of the structure that was chosen for the kinetics, where one was.
pub(crate) fn structure(course: &Course) -> Option<&str> {
    course.treatments.iter().find_map(|treatment| {
        let route = treatment.drug.route(&treatment.route)?;
        let alternative = route.alternative(treatment.structure.as_deref()?)?;
        Some(alternative.name.as_str())
    })
}

/// The scale in a few words.
pub(crate) fn instrument(instrument: &Instrument) -> InstrumentSummary {
    InstrumentSummary {
        id: instrument.id.clone(),
        name: instrument.name.clone(),
        minimum: instrument.minimum,
        maximum: instrument.maximum,
        remission_at_most: instrument.remission_cut_off,
    }
}

/// The population, a row per characteristic, as it was drawn.
pub(crate) fn population(
    course: &Course,
    sampler: &Sampler,
    size: u64,
    sources: &Sources,
) -> Vec<PopulationRow> {
    let mut rows = match &course.people {
        People::Population(population) => drawn(population, sampler, size.min(DESCRIBED), sources),
        People::Patient(patient) => known(patient),
    };
    rows.extend(course.interactions.iter().map(|interaction| PopulationRow {
        label: "Taken beside".to_owned(),
        value: interaction.name.clone(),
        source: cited(sources, &interaction.source),
    }));
    rows
}

fn cited(sources: &Sources, key: &str) -> String {
    sources
        .get(key)
        .map_or_else(|| key.to_owned(), |source| source.citation.clone())
}

fn drawn(population: &PopulationSpec, sampler: &Sampler, size: u64, sources: &Sources) -> Vec<PopulationRow> {
    let (mut weight, mut age, mut baseline) = (Sketch::new(), Sketch::new(), Sketch::new());
    let (mut female, mut asian, mut japanese) = (0_u64, 0_u64, 0_u64);
    let (mut hepatic, mut genotypes) = (0_u64, [0_u64; 3]);
    for subject in 0..size {
        let patient = sampler.characteristics(subject);
        weight.insert(patient.weight_kg);
        age.insert(patient.age_years);
        baseline.insert(patient.baseline);
        female += u64::from(patient.female);
        asian += u64::from(patient.asian);
        japanese += u64::from(patient.japanese);
        hepatic += u64::from(patient.hepatic);
        // 0, 1 or 2 alleles.
        genotypes[usize::from(patient.star6)] += 1;
    }
    let range = |sketch: &Sketch, unit: &str| {
        let [low, middle, high] = sketch.quantiles([0.05, 0.5, 0.95]);
        format!("{}{unit} ({} to {})", middle.round(), low.round(), high.round())
    };
    let percent = |count: u64| format!("{} %", (100.0 * count as f64 / size as f64).round());
    let row = |label: &str, value: String, key: &str| PopulationRow {
        label: label.to_owned(),
        value,
        source: cited(sources, key),
    };
    let instrument = &population.baseline.instrument;
    let mut rows = vec![
        row("Weight", range(&weight, " kg"), &population.weight_female.source),
        row("Age", range(&age, " years"), &population.age.source),
        row("Women", percent(female), &population.female_source),
    ];
    if population.asian > 0.0 {
        rows.push(row("Asian", percent(asian), &population.ancestry_source));
    }
    if population.japanese > 0.0 {
        rows.push(row(
            "Japanese, of these",
            percent(japanese),
            &population.ancestry_source,
        ));
    }
    if let Some((_, key)) = &population.hepatic {
        rows.push(row("Moderate hepatic impairment", percent(hepatic), key));
    }
    if let Some((_, key)) = &population.cyp2b6 {
        let shares: Vec<String> = GENOTYPES
            .iter()
            .zip(genotypes)
            .map(|(genotype, count)| format!("{genotype} {}", percent(count)))
            .collect();
        rows.push(row("CYP2B6 (scenario)", shares.join(", "), key));
    }
    rows.push(row(
        &format!("{} before treatment", instrument.abbreviation),
        range(&baseline, " points"),
        &population.baseline.distribution.source,
    ));
    rows
}

fn known(patient: &PatientSpec) -> Vec<PopulationRow> {
    let row = |label: &str, value: String| PopulationRow {
        label: label.to_owned(),
        value,
        source: "the course file".to_owned(),
    };
    let ancestry = match (patient.japanese, patient.asian) {
        (true, _) => "Japanese",
        (false, true) => "Asian",
        (false, false) => "other",
    };
    let mut rows = vec![
        row("Weight", format!("{} kg", in_words(patient.weight_kg))),
        row("Age", format!("{} years", in_words(patient.age_years))),
        row("Sex", if patient.female { "female" } else { "male" }.to_owned()),
        row("Ancestry", ancestry.to_owned()),
    ];
    if patient.hepatic {
        rows.push(row("Hepatic impairment", "moderate".to_owned()));
    }
    if let Some(alleles) = patient.cyp2b6 {
        let genotype = GENOTYPES[usize::from(alleles.min(2))];
        rows.push(row("CYP2B6 (scenario)", genotype.to_owned()));
    }
    rows.push(row(
        &format!("{} before treatment", patient.instrument.abbreviation),
        format!(
            "{} points",
            in_words(patient.instrument.observed(patient.baseline))
        ),
    ));
    rows
}
