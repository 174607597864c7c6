//! `euthymia models`: the shelf, one model with its equations, parameters, sources and grade, or what a drug composes.

use std::path::Path;

use euthymia_diagnostics::{Diagnostic, Source, nearest};
use euthymia_io::library::Library as Files;
use euthymia_model::{Model, check, syntax};
use euthymia_report::shelf as report;
use euthymia_therapy::drug::Drug;
use euthymia_therapy::library::Library;
use euthymia_therapy::posterior::Posterior;
use euthymia_therapy::shelf::{self, Entry, FOLDERS};
use euthymia_therapy::validation::{self, Graded, ModelGrade, Settings, Validation, Wanted};

use crate::arguments::{Models, Shared, WhichModels};
use crate::exit::Failure;
use crate::{library, output, posterior, simulate};

/// Lists the models, or shows one.
pub(crate) fn run(options: &Models, shared: &Shared) -> Result<(), Failure> {
    let files = library::files(shared)?;
    match &options.which {
        None => list(&files, shared),
        Some(WhichModels::Show { name }) => show(name, &files, shared),
    }
}

fn list(files: &Files, shared: &Shared) -> Result<(), Failure> {
    let library = library::load(files)?;
    let entries = shelf::shelf(&library).map_err(Failure::Input)?;
    let validation = validated(&library)?;
    let graded: Vec<_> = entries.iter().map(|entry| graded(entry, &validation)).collect();
    if shared.json {
        let list = entries.iter().zip(&graded).map(|(entry, graded)| {
            serde_json::json!({
                "name": entry.name,
                "description": entry.model.description(),
                "uses": entry.uses,
                "outputs": outputs(&entry.model),
                "source": entry.source,
                "validation": graded,
            })
        });
        println!("{}", list.collect::<serde_json::Value>());
    } else {
        let word = |grade: ModelGrade| match grade {
            ModelGrade::NotValidated => "-".to_owned(),
            grade => grade.to_string(),
        };
        let grades: Vec<String> = graded.iter().map(|graded| word(graded.grade)).collect();
        print!("{}", report::table(&entries, &grades));
    }
    Ok(())
}

/// The grade of a model; a response model answers for no row, whatever its name.
fn graded(entry: &Entry, validation: &Validation) -> Graded {
    match entry.folder {
        "models" => validation.grade(&entry.name),
        folder => validation.grade(&format!("{folder}/{}", entry.name)),
    }
}

/// Every row of the library against the models, without draws: grades need none.
fn validated(library: &Library) -> Result<Validation, Failure> {
    let studies = validation::read_all(library).map_err(Failure::Input)?;
    let settings = Settings {
        draws: 0,
        ..Settings::standard()
    };
    validation::validate(&studies, &Wanted::All, library, &settings).map_err(simulate::failure)
}

fn show(name: &str, files: &Files, shared: &Shared) -> Result<(), Failure> {
    if is_path(name) {
        let source = euthymia_io::read_source(name)?;
        let model = checked(&source)?;
        let posterior = posterior::beside(Path::new(name), &model)?;
        tell(name, &source, &model, posterior.as_ref(), None, shared);
        return Ok(());
    }
    let library = library::load(files)?;
    let entries = shelf::shelf(&library).map_err(Failure::Input)?;
    if let Some(entry) = entries.iter().find(|entry| entry.name == name) {
        let source = files.read(&format!("{}/{name}.R", entry.folder))?;
        let validation = validated(&library)?;
        let posterior = entry.posterior.as_ref();
        tell(
            name,
            &source,
            &entry.model,
            posterior,
            Some((entry, &validation)),
            shared,
        );
        return Ok(());
    }
    if library.stems("drugs", ".toml").iter().any(|stem| stem == name) {
        let drug = library.drug(name).map_err(Failure::Input)?;
        if shared.json {
            println!("{}", drug_as_json(&drug));
        } else {
            let (width, colour) = output::terminal();
            print!("{}", report::drug(&drug, &entries, width, colour));
        }
        return Ok(());
    }
    let drugs = library.stems("drugs", ".toml");
    let names = entries.iter().map(|entry| entry.name.as_str());
    Err(unknown(name, names.chain(drugs.iter().map(String::as_str))))
}

fn unknown<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Failure {
    let hint = nearest(name, names).map_or_else(
        || "`euthymia models` lists them".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Failure::Usage(format!("the library has no model `{name}`; {hint}"))
}

/// Whether an argument names a file and not a model of the library.
pub(crate) fn is_path(argument: &str) -> bool {
    argument.contains(['/', '\\', '.']) || Path::new(argument).is_file()
}

/// The text of a model of the library.
pub(crate) fn find(name: &str, files: &Files) -> Result<Source, Failure> {
    let mut names = Vec::new();
    for folder in FOLDERS {
        for path in files.list(folder, "R")? {
            let stem = path
                .trim_start_matches(folder)
                .trim_start_matches('/')
                .trim_end_matches(".R");
            if stem == name {
                return Ok(files.read(&path)?);
            }
            names.push(stem.to_owned());
        }
    }
    Err(unknown(name, names.iter().map(String::as_str)))
}

fn checked(source: &Source) -> Result<Model, Failure> {
    let (file, mut diagnostics) = syntax::parse(source);
    let (model, more) = check::check(&file);
    diagnostics.extend(more);
    match model {
        Some(model) if !diagnostics.iter().any(Diagnostic::is_error) => Ok(model),
        _ => Err(Failure::Input(diagnostics)),
    }
}

/// Shows a model; one of the library with who uses it and what it was validated on.
fn tell(
    name: &str,
    source: &Source,
    model: &Model,
    posterior: Option<&Posterior>,
    known: Option<(&Entry, &Validation)>,
    shared: &Shared,
) {
    if shared.json {
        println!("{}", as_json(name, source, model, posterior, known));
        return;
    }
    let told = report::Told {
        source,
        facts: facts(model),
        parameters: shelf::parameters(model, posterior),
        fit: posterior.map(|posterior| &posterior.fit),
        variability: variability(model),
        limits: limits(model),
        uses: known.map_or(&[], |(entry, _)| entry.uses.as_slice()),
        graded: known.map(|(entry, validation)| graded(entry, validation)),
    };
    let (width, colour) = output::terminal();
    print!("{}", report::model(&told, width, colour));
}

/// What the model is, what it needs and gives.
fn facts(model: &Model) -> Vec<(String, String)> {
    let joined = |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<_>>().join(", ");
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut facts = vec![
        ("model".to_owned(), model.name().to_owned()),
        ("what".to_owned(), text(model.description())),
        ("reference".to_owned(), text(model.reference())),
        ("sampling".to_owned(), text(model.text("sampling"))),
        ("provisional".to_owned(), text(model.text("provisional"))),
        ("time in".to_owned(), text(model.unit_text("time"))),
        ("doses in".to_owned(), text(model.unit_text("dosing"))),
        (
            "compartments".to_owned(),
            joined(&mut model.compartments().iter().map(|state| state.name.as_str())),
        ),
        (
            "needs".to_owned(),
            joined(&mut model.covariates().iter().map(|covariate| covariate.name.as_str())),
        ),
    ];
    for output in model.outputs() {
        let unit = output
            .unit_text
            .map(|unit| format!(" ({unit})"))
            .unwrap_or_default();
        facts.push((
            "gives".to_owned(),
            format!("{}: {}{unit}", output.name, output.label),
        ));
    }
    facts
}

/// Random effects with their covariance and where it comes from.
fn variability(model: &Model) -> Vec<(String, String)> {
    let told = |block: &euthymia_model::OmegaBlock| {
        let values: Vec<String> = block.covariance.iter().map(f64::to_string).collect();
        let comment = block.comment.as_deref().unwrap_or_default().trim();
        (
            block.etas.join(" + "),
            format!("{}; {comment}", values.join(", ")),
        )
    };
    model.omegas().iter().map(told).collect()
}

/// What the model does not know, in its own words.
fn limits(model: &Model) -> Vec<String> {
    let entries = model.entries("limits");
    entries
        .filter_map(|(_, value)| value.as_text().map(str::to_owned))
        .collect()
}

fn outputs(model: &Model) -> Vec<serde_json::Value> {
    let one = |output: euthymia_model::OutputLabel| serde_json::json!({ "name": output.name, "label": output.label, "unit": output.unit_text });
    model.outputs().into_iter().map(one).collect()
}

fn as_json(
    name: &str,
    source: &Source,
    model: &Model,
    posterior: Option<&Posterior>,
    known: Option<(&Entry, &Validation)>,
) -> serde_json::Value {
    let variability: Vec<_> = model
        .omegas()
        .iter()
        .map(|block| {
            serde_json::json!({
                "etas": block.etas,
                "covariance": block.covariance,
                "level": block.level.word(),
                "source": block.comment,
            })
        })
        .collect();
    serde_json::json!({
        "name": name,
        "description": model.description(),
        "reference": model.reference(),
        "compartments": model.compartments().iter().map(|state| &state.name).collect::<Vec<_>>(),
        "covariates": model.covariates().iter().map(|covariate| &covariate.name).collect::<Vec<_>>(),
        "outputs": outputs(model),
        "parameters": shelf::parameters(model, posterior),
        "posterior": posterior.map(|posterior| &posterior.fit),
        "variability": variability,
        "limits": limits(model),
        "uses": known.map(|(entry, _)| &entry.uses),
        "source": known.map(|(entry, _)| &entry.source),
        "validation": known.map(|(entry, validation)| graded(entry, validation)),
        "text": source.text(),
    })
}

fn drug_as_json(drug: &Drug) -> serde_json::Value {
    let routes: Vec<_> = drug
        .routes
        .iter()
        .map(|(key, route)| {
            serde_json::json!({
                "key": key,
                "name": route.name,
                "models": route.models,
                "constants": route.constants,
                "alternatives": route.alternatives.iter().map(|(key, other)| {
                    serde_json::json!({ "key": key, "name": other.name, "models": other.models })
                }).collect::<Vec<_>>(),
                "compartments": route.inputs.iter().map(|input| &input.compartment).collect::<Vec<_>>(),
            })
        })
        .collect();
    serde_json::json!({
        "name": drug.id,
        "description": drug.description,
        "cautions": drug.cautions,
        "mechanism": drug.mechanism,
        "routes": routes,
    })
}
