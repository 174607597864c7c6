//! From `library/validation/*.toml` to [`Study`], with everything that is wrong reported in one pass.

mod observation;
mod value;

use super::study::{Observation, Origin, Sampling, Study, Subject};
use crate::assembly::Characteristic;
use crate::course::people::{GENOTYPES, IMPAIRMENTS};
use crate::course::plausible::{AGES_YEARS, WEIGHTS_KG, of_a_person};
use crate::course::quantity::{AGE, WEIGHT, required};
use crate::library::Library;
use crate::lint::{self, GRADES, Grade};
use crate::moiety::Moiety;
use crate::sources::Sources;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};

/// Reads one file; `id` is its stem.
#[must_use]
pub fn read(id: &str, document: &Document, library: &Library) -> (Option<Study>, Vec<Diagnostic>) {
    match Known::of(library) {
        Ok(known) => file(id, document, &known),
        Err(diagnostics) => (None, diagnostics),
    }
}

/// Reads every file of the library.
///
/// # Errors
/// One of them, or a file that they refer to, is wrong.
pub fn read_all(library: &Library) -> Result<Vec<Study>, Vec<Diagnostic>> {
    let stems = library.stems("validation", ".toml");
    if stems.is_empty() {
        return Ok(Vec::new());
    }
    let known = Known::of(library)?;
    let mut studies = Vec::new();
    let mut wrong = Vec::new();
    for stem in stems {
        let Some(document) = library.document(&format!("validation/{stem}.toml")) else {
            continue;
        };
        let (study, diagnostics) = file(&stem, document, &known);
        studies.extend(study);
        wrong.extend(diagnostics);
    }
    if wrong.iter().any(Diagnostic::is_error) {
        Err(wrong)
    } else {
        Ok(studies)
    }
}

/// What files may refer to.
struct Known<'l> {
    library: &'l Library,
    sources: Sources,
    moieties: Vec<Moiety>,
    /// What models report besides.
    outputs: Vec<String>,
    /// Stems of the model files.
    models: Vec<String>,
    /// Keys of other structures of a route, and stems of model files.
    structures: Vec<String>,
}

impl<'l> Known<'l> {
    fn of(library: &'l Library) -> Result<Self, Vec<Diagnostic>> {
        let moieties = library.moieties()?;
        let models = library.stems("models", ".R");
        let mut outputs = Vec::new();
        for stem in &models {
            let model = crate::assembly::checked(&format!("models/{stem}.R"), library)?;
            for output in model.outputs() {
                let is_moiety = |moiety: &Moiety| moiety.id == output.name || moiety.output == output.name;
                if !moieties.iter().any(is_moiety) && !outputs.contains(&output.name) {
                    outputs.push(output.name);
                }
            }
        }
        let mut structures = models.clone();
        for stem in library.stems("drugs", ".toml") {
            let drug = library.drug(&stem)?;
            let keys = drug
                .routes
                .iter()
                .flat_map(|(_, route)| super::structure::keys(route));
            for key in keys {
                if !structures.contains(&key) {
                    structures.push(key);
                }
            }
        }
        Ok(Self {
            library,
            sources: library.sources()?,
            moieties,
            outputs,
            models,
            structures,
        })
    }
}

/// The words of a list, each as itself.
fn words(list: &[String]) -> Vec<(&str, &str)> {
    list.iter().map(|word| (word.as_str(), word.as_str())).collect()
}

fn file(id: &str, document: &Document, known: &Known<'_>) -> (Option<Study>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let study = study(id, &mut reader, known);
    reader.finish();
    document.leave_out_reported(&mut diagnostics);
    let study = study.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    (study, diagnostics)
}

fn study(id: &str, reader: &mut Reader<'_, '_>, known: &Known<'_>) -> Option<Study> {
    let source = reader.source().clone();
    let title = reader.required_string("title");
    let origin = required_origin(reader, known);
    let people = reader.required_string("people");
    let n_given = reader.has("n");
    let n = reader.optional_integer("n", 1..=1_000_000);
    let sampling = reader.required_choice("sampling", &Sampling::WORDS);
    let subject = reader.required_table("subject", |table| subject(table, known));
    // Rows are read without it too, so that their mistakes are not hidden behind one of the file.
    let inherited = origin.clone().unwrap_or(Origin {
        source: String::new(),
        grade: Grade::Assumed,
        locator: None,
    });
    let observations: Option<Vec<Observation>> = reader.required_tables("observations", |table| {
        observation::read(table, known, &inherited)
    });
    origin?;
    let n = if n_given {
        Some(u32::try_from(n?).ok()?)
    } else {
        None
    };
    Some(Study {
        id: id.to_owned(),
        title: title?,
        people: people?,
        n,
        sampling: sampling?,
        subject: subject?,
        observations: observations?,
        source,
    })
}

/// `source`, `grade` and `locator` of a table that must have them.
fn required_origin(reader: &mut Reader<'_, '_>, known: &Known<'_>) -> Option<Origin> {
    let source = reader.required_string("source");
    let grade = reader.required_choice("grade", &grades());
    let locator = reader.optional_string("locator");
    let source = source.and_then(|key| known_source(reader, key, known));
    Some(Origin {
        source: source?,
        grade: grade?,
        locator,
    })
}

/// The same of a table that inherits what it has not.
fn own_origin(reader: &mut Reader<'_, '_>, known: &Known<'_>, inherited: &Origin) -> Option<Origin> {
    let given = (reader.has("source"), reader.has("grade"));
    let source = reader.optional_string("source");
    let grade = reader.optional_choice("grade", &grades());
    let locator = reader.optional_string("locator");
    let source = match source {
        Some(key) => known_source(reader, key, known)?,
        None if given.0 => return None,
        None => inherited.source.clone(),
    };
    let grade = match grade {
        Some(grade) => grade,
        None if given.1 => return None,
        None => inherited.grade,
    };
    // A place is one of its own source.
    let around = || inherited.locator.clone().filter(|_| source == inherited.source);
    Some(Origin {
        locator: locator.or_else(around),
        source,
        grade,
    })
}

fn grades() -> Vec<(&'static str, Grade)> {
    GRADES.into_iter().zip(Grade::ALL).collect()
}

/// The key, where `sources.toml` holds it.
fn known_source(reader: &mut Reader<'_, '_>, key: String, known: &Known<'_>) -> Option<String> {
    match lint::unknown_key(&key, &known.sources) {
        None => Some(key),
        Some(wrong) => {
            let wrong = wrong.at(reader.source(), reader.span("source"), "unknown key");
            reader.push(wrong);
            None
        }
    }
}

fn subject(reader: &mut Reader<'_, '_>, known: &Known<'_>) -> Option<Subject> {
    const SEXES: [(&str, f64); 2] = [("male", 0.0), ("female", 1.0)];
    const ANCESTRIES: [(&str, (f64, f64)); 3] = [
        ("other", (0.0, 0.0)),
        ("asian", (1.0, 0.0)),
        ("japanese", (1.0, 1.0)),
    ];
    let origin = required_origin(reader, known);
    let weight = required(reader, "weight", &WEIGHT, "kg");
    let weight = of_a_person(reader, "weight", weight, &WEIGHTS_KG, "kg");
    let age = required(reader, "age", &AGE, "y");
    let age = of_a_person(reader, "age", age, &AGES_YEARS, "y");
    let female = reader.required_choice("sex", &SEXES);
    let given = reader.has("ancestry");
    let ancestry = reader.optional_choice("ancestry", &ANCESTRIES);
    let (asian, japanese) = if given { ancestry? } else { (0.0, 0.0) };
    let hepatic_given = reader.has("hepatic");
    let hepatic = reader.optional_choice("hepatic", &IMPAIRMENTS);
    let hepatic = if hepatic_given { hepatic? } else { false };
    let cyp2b6_given = reader.has("cyp2b6");
    let cyp2b6 = reader.optional_choice("cyp2b6", &GENOTYPES);
    let cyp2b6 = if cyp2b6_given { cyp2b6? } else { 0 };
    origin?;
    let (weight, age, female) = (weight?, age?, female?);
    let value = |characteristic| match characteristic {
        Characteristic::Weight => Some(weight),
        Characteristic::Age => Some(age),
        Characteristic::Female => Some(female),
        Characteristic::Asian => Some(asian),
        Characteristic::Japanese => Some(japanese),
        Characteristic::Hepatic => Some(if hepatic { 1.0 } else { 0.0 }),
        Characteristic::Star6 => Some(f64::from(cyp2b6)),
        // Of a course with a score, which no paper of this kind has.
        Characteristic::Baseline | Characteristic::OfCourse(_) => None,
    };
    let characteristics = Characteristic::NAMES.iter();
    Some(Subject {
        weight_kg: weight,
        characteristics: characteristics
            .filter_map(|(name, characteristic)| Some(((*name).to_owned(), value(*characteristic)?)))
            .collect(),
    })
}
