//! Who is treated: `[population]` with its distributions, or `[patient]`.

use super::plausible::{AGES_YEARS, WEIGHTS_KG, of_a_person};
use super::quantity::{AGE, WEIGHT, optional_proportion, provenance, required, required_proportion};
use super::{Baseline, Distribution, PatientSpec, People, PopulationSpec};
use crate::instrument::Instrument;
use crate::library::Library;
use crate::population::truncation;
use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_document::{Reader, Wanted};

/// Whether somebody has moderate hepatic impairment.
pub(crate) const IMPAIRMENTS: [(&str, bool); 2] = [("none", false), ("moderate", true)];
/// Numbers of alleles CYP2B6*6.
pub(crate) const GENOTYPES: [(&str, u8); 3] = [("*1/*1", 0), ("*1/*6", 1), ("*6/*6", 2)];
/// Virtual patients when neither the course nor the run says how many.
const DEFAULT_SIZE: u64 = 2000;
/// Most virtual patients of one run.
const MOST: i64 = 100_000_000;
/// Fewest of a distribution that must lie within its cut-offs: fewer are a mistake of the file.
const LEAST_MASS: f64 = 1e-3;

/// Reads whichever of the two tables is there.
pub(crate) fn read(reader: &mut Reader<'_, '_>, library: &Library) -> Option<(u64, People)> {
    match reader.exactly_one_of(&["population", "patient"]) {
        Some("population") => reader.required_table("population", |table| population(table, library)),
        Some(_) => reader.required_table("patient", |table| patient(table, library)),
        None => None,
    }
}

fn size(reader: &mut Reader<'_, '_>) -> Option<u64> {
    let given = reader.has("size");
    match reader.optional_integer("size", 1..=MOST) {
        Some(size) => u64::try_from(size).ok(),
        None if given => None,
        None => Some(DEFAULT_SIZE),
    }
}

fn population(reader: &mut Reader<'_, '_>, library: &Library) -> Option<(u64, People)> {
    let size = size(reader);
    let age = reader.required_table("age", |table| normal(table, &AGE, "y", &AGES_YEARS));
    let female = reader.required_table("female", |table| {
        let source = provenance(table);
        Some((required_proportion(table, "proportion")?, source))
    });
    let ancestry_given = reader.has("ancestry");
    let ancestry = reader.optional_table("ancestry", ancestry);
    let hepatic = share(reader, "hepatic", "moderate");
    let cyp2b6 = share(reader, "cyp2b6", "star6");
    let weight = reader.required_table("weight", weight);
    let baseline = reader.required_table("baseline", |table| baseline(table, library));
    let correlation = correlation(reader);
    let (asian, japanese, ancestry_source) = match ancestry {
        Some(ancestry) => ancestry,
        None if ancestry_given => return None,
        None => (0.0, 0.0, String::new()),
    };
    let (female, female_source) = female?;
    let (weight_female, weight_male) = weight?;
    let people = People::Population(Box::new(PopulationSpec {
        age: age?,
        female,
        female_source,
        weight_female,
        weight_male,
        asian,
        japanese,
        ancestry_source,
        hepatic: hepatic?,
        cyp2b6: cyp2b6?,
        baseline: baseline?,
        correlation: correlation?,
    }));
    Some((size?, people))
}

/// A truncated normal of a dimension: `mean`, `sd`, `min`, `max` as strings with a unit.
fn normal(
    reader: &mut Reader<'_, '_>,
    wanted: &Wanted,
    unit: &str,
    possible: &std::ops::RangeInclusive<f64>,
) -> Option<Distribution> {
    let source = provenance(reader);
    let mean = required(reader, "mean", wanted, unit);
    let mean = of_a_person(reader, "mean", mean, possible, unit);
    let sd = required(reader, "sd", wanted, unit);
    let minimum = required(reader, "min", wanted, unit);
    let minimum = of_a_person(reader, "min", minimum, possible, unit);
    let maximum = required(reader, "max", wanted, unit);
    let maximum = of_a_person(reader, "max", maximum, possible, unit);
    let distribution = Distribution {
        mean: mean?,
        sd: sd?,
        minimum: minimum?,
        maximum: maximum?,
        source,
    };
    checked(reader, distribution, truncation::normal_mass)
}

/// Reports cut-offs in the wrong order, or that leave (nearly) nobody.
fn checked(
    reader: &mut Reader<'_, '_>,
    distribution: Distribution,
    mass: fn(&Distribution) -> f64,
) -> Option<Distribution> {
    if distribution.minimum >= distribution.maximum {
        let diagnostic = Diagnostic::error("C030", "`min` must be below `max`")
            .at(reader.source(), reader.span("min"), "not below `max`")
            .at(reader.source(), reader.span("max"), "`max` is here");
        reader.push(diagnostic);
        return None;
    }
    if !(distribution.minimum..=distribution.maximum).contains(&distribution.mean) {
        let diagnostic = Diagnostic::error("C031", "`mean` must lie between `min` and `max`")
            .at(reader.source(), reader.span("mean"), "outside the cut-offs")
            .at(reader.source(), reader.span("min"), "`min` is here")
            .at(reader.source(), reader.span("max"), "`max` is here");
        reader.push(diagnostic);
        return None;
    }
    if mass(&distribution) < LEAST_MASS {
        reader.report(
            "mean",
            "C031",
            "less than one in a thousand of this distribution lies between `min` and `max`",
            "far from the cut-offs",
        );
        return None;
    }
    Some(distribution)
}

/// Weight of women and of men: lognormal, with common cut-offs.
fn weight(reader: &mut Reader<'_, '_>) -> Option<(Distribution, Distribution)> {
    let source = provenance(reader);
    let minimum = required(reader, "min", &WEIGHT, "kg");
    let minimum = of_a_person(reader, "min", minimum, &WEIGHTS_KG, "kg");
    let maximum = required(reader, "max", &WEIGHT, "kg");
    let maximum = of_a_person(reader, "max", maximum, &WEIGHTS_KG, "kg");
    let of_sex = |table: &mut Reader<'_, '_>| {
        let own = provenance(table);
        let mean = required(table, "mean", &WEIGHT, "kg");
        let mean = of_a_person(table, "mean", mean, &WEIGHTS_KG, "kg");
        let sd = required(table, "sd", &WEIGHT, "kg");
        Some((mean?, sd?, own))
    };
    let female = reader.required_table("female", of_sex);
    let male = reader.required_table("male", of_sex);
    let (minimum, maximum, female, male) = (minimum?, maximum?, female?, male?);
    let of = |(mean, sd, own): (f64, f64, String)| Distribution {
        mean,
        sd,
        minimum,
        maximum,
        source: if own.is_empty() { source.clone() } else { own },
    };
    let (female, male) = (of(female), of(male));
    if minimum >= maximum {
        return checked(reader, female, truncation::lognormal_mass).map(|female| (female, male));
    }
    for (key, distribution) in [("female", &female), ("male", &male)] {
        if truncation::lognormal_mass(distribution) < LEAST_MASS {
            reader.report(
                key,
                "C031",
                "less than one in a thousand of this distribution lies between `min` and `max`",
                "far from the cut-offs",
            );
            return None;
        }
    }
    Some((female, male))
}

fn ancestry(reader: &mut Reader<'_, '_>) -> Option<(f64, f64, String)> {
    let source = provenance(reader);
    let asian_given = reader.has("asian");
    let asian = optional_proportion(reader, "asian");
    let japanese_given = reader.has("japanese");
    let japanese = optional_proportion(reader, "japanese");
    let asian = if asian_given { asian? } else { 0.0 };
    let japanese = if japanese_given { japanese? } else { 0.0 };
    if japanese > asian {
        let diagnostic = Diagnostic::error("C032", "`japanese` must not be above `asian`")
            .at(
                reader.source(),
                reader.span("japanese"),
                "more Japanese than Asian people",
            )
            .note("Japanese people are counted in `asian`");
        reader.push(diagnostic);
        return None;
    }
    Some((asian, japanese, source))
}

/// An optional proportion in a table of its own, with its source; the outer `None` is a mistake.
fn share(reader: &mut Reader<'_, '_>, key: &str, of: &str) -> Option<Option<(f64, String)>> {
    let given = reader.has(key);
    let value = reader.optional_table(key, |table| {
        let source = provenance(table);
        Some((required_proportion(table, of)?, source))
    });
    if given { value.map(Some) } else { Some(None) }
}

fn instrument(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Instrument> {
    let ids = library.stems("instruments", ".toml");
    let words: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
    let id = reader.required_choice("instrument", &words)?;
    match library.instrument(id) {
        Ok(instrument) => Some(instrument),
        Err(diagnostics) => {
            diagnostics
                .into_iter()
                .for_each(|diagnostic| reader.push(diagnostic));
            None
        }
    }
}

fn baseline(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Baseline> {
    let source = provenance(reader);
    let instrument = instrument(reader, library);
    let mean = score(reader, "mean", instrument.as_ref());
    let sd = reader.required_number("sd", (std::ops::Bound::Excluded(0.0), std::ops::Bound::Unbounded));
    let minimum = score(reader, "min", instrument.as_ref());
    let maximum = score(reader, "max", instrument.as_ref());
    let distribution = Distribution {
        mean: mean?,
        sd: sd?,
        minimum: minimum?,
        maximum: maximum?,
        source,
    };
    let distribution = checked(reader, distribution, truncation::normal_mass)?;
    Some(Baseline {
        instrument: instrument?,
        distribution,
    })
}

/// A score within the instrument's range.
fn score(reader: &mut Reader<'_, '_>, key: &str, instrument: Option<&Instrument>) -> Option<f64> {
    let score = reader.required_number(key, ..)?;
    let Some(instrument) = instrument else {
        return Some(score);
    };
    if (instrument.minimum..=instrument.maximum).contains(&score) {
        return Some(score);
    }
    let message = format!(
        "`{key}` must be from {} to {}, the range of {}, found {score}",
        instrument.minimum, instrument.maximum, instrument.abbreviation
    );
    reader.report(key, "C033", message, "outside the range of the instrument");
    None
}

/// The correlation matrix of weight, age and baseline.
fn correlation(reader: &mut Reader<'_, '_>) -> Option<[[f64; 3]; 3]> {
    const WORDS: [(&str, usize); 3] = [("weight", 0), ("age", 1), ("baseline", 2)];
    let mut matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    if !reader.has("correlations") {
        reader.allow(&["correlations"]);
        return Some(matrix);
    }
    let pairs = reader.optional_tables("correlations", |table| {
        let _ = provenance(table);
        let between = table.required_array("between", |item| item.choice(&WORDS));
        let span = table.span("between");
        let r = table.required_number("r", -1.0..=1.0);
        match between?.as_slice() {
            [a, b] if a != b => Some((*a, *b, r?, span)),
            _ => {
                table.report(
                    "between",
                    "C034",
                    "`between` must name two different characteristics",
                    "expected two",
                );
                None
            }
        }
    })?;
    let mut given: Vec<(usize, usize, Span)> = Vec::new();
    for (a, b, r, span) in pairs {
        let same = |(one, other, _): &&(usize, usize, Span)| (*one, *other) == (a.min(b), a.max(b));
        if let Some((.., first)) = given.iter().find(same) {
            let diagnostic = Diagnostic::error("C034", "the correlation of these two is given twice")
                .at(reader.source(), span, "again here")
                .at(reader.source(), *first, "first here")
                .help("keep one of them");
            reader.push(diagnostic);
            return None;
        }
        given.push((a.min(b), a.max(b), span));
        matrix[a][b] = r;
        matrix[b][a] = r;
    }
    let [[_, a, b], [_, _, c], _] = matrix;
    // Determinants of the leading minors of a symmetric 3 x 3 matrix with a unit diagonal.
    if 1.0 - a * a > 1e-9 && 1.0 + 2.0 * a * b * c - a * a - b * b - c * c > 1e-9 {
        return Some(matrix);
    }
    let diagnostic = Diagnostic::error("C035", "these correlations cannot hold together")
        .at(
            reader.source(),
            reader.span("correlations"),
            "the correlation matrix is not positive definite",
        )
        .help("bring the values of `r` nearer to 0");
    reader.push(diagnostic);
    None
}

fn patient(reader: &mut Reader<'_, '_>, library: &Library) -> Option<(u64, People)> {
    const SEXES: [(&str, bool); 2] = [("female", true), ("male", false)];
    const ANCESTRIES: [(&str, (bool, bool)); 3] = [
        ("other", (false, false)),
        ("asian", (true, false)),
        ("japanese", (true, true)),
    ];
    let size = size(reader);
    let age = required(reader, "age", &AGE, "y");
    let age = of_a_person(reader, "age", age, &AGES_YEARS, "y");
    let weight = required(reader, "weight", &WEIGHT, "kg");
    let weight = of_a_person(reader, "weight", weight, &WEIGHTS_KG, "kg");
    let sex = reader.required_choice("sex", &SEXES);
    let ancestry_given = reader.has("ancestry");
    let ancestry = reader.optional_choice("ancestry", &ANCESTRIES);
    let hepatic_given = reader.has("hepatic");
    let hepatic = reader.optional_choice("hepatic", &IMPAIRMENTS);
    let cyp2b6_given = reader.has("cyp2b6");
    let cyp2b6 = reader.optional_choice("cyp2b6", &GENOTYPES);
    let baseline = reader.required_table("baseline", |table| {
        let _ = provenance(table);
        let instrument = instrument(table, library);
        let score = score(table, "score", instrument.as_ref());
        Some((instrument?, score?))
    });
    let (asian, japanese) = if ancestry_given { ancestry? } else { (false, false) };
    let (instrument, baseline) = baseline?;
    let patient = PatientSpec {
        age_years: age?,
        weight_kg: weight?,
        female: sex?,
        asian,
        japanese,
        hepatic: if hepatic_given { hepatic? } else { false },
        cyp2b6: if cyp2b6_given { Some(cyp2b6?) } else { None },
        instrument,
        baseline,
    };
    Some((size?, People::Patient(Box::new(patient))))
}
