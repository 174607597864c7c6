//! `euthymia models`: the models that ship, and one of them with its equations, parameters and sources.

use std::fmt::Write;
use std::path::Path;

use euthymia_diagnostics::{Diagnostic, Source, nearest};
use euthymia_io::library::Library as Files;
use euthymia_model::{Model, check, syntax};

use crate::arguments::{Models, Shared, WhichModels};
use crate::exit::Failure;
use crate::library;

/// Folders of the library that hold models.
const FOLDERS: [&str; 2] = ["models", "response"];

/// Lists the models, or shows one.
pub(crate) fn run(options: &Models, shared: &Shared) -> Result<(), Failure> {
    let files = library::files(shared)?;
    match &options.which {
        None => list(&files, shared),
        Some(WhichModels::Show { name }) => show(name, &files, shared),
    }
}

fn list(files: &Files, shared: &Shared) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for (name, path) in names(files)? {
        let model = checked(&files.read(&path)?)?;
        rows.push((name, model.description().unwrap_or_default().to_owned()));
    }
    if shared.json {
        let list: Vec<_> = rows
            .iter()
            .map(|(name, description)| serde_json::json!({ "name": name, "description": description }))
            .collect();
        println!("{}", serde_json::Value::from(list));
    } else {
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, description) in rows {
            println!("{name:width$}  {description}");
        }
    }
    Ok(())
}

fn show(name: &str, files: &Files, shared: &Shared) -> Result<(), Failure> {
    let source = if is_path(name) {
        euthymia_io::read_source(name)?
    } else {
        find(name, files)?
    };
    let model = checked(&source)?;
    if shared.json {
        println!("{}", as_json(name, &source, &model));
    } else {
        print!("{}", as_text(&source, &model));
    }
    Ok(())
}

/// Whether an argument names a file and not a model of the library.
pub(crate) fn is_path(argument: &str) -> bool {
    argument.contains(['/', '\\', '.']) || Path::new(argument).is_file()
}

/// The text of a model of the library.
pub(crate) fn find(name: &str, files: &Files) -> Result<Source, Failure> {
    let names = names(files)?;
    if let Some((_, path)) = names.iter().find(|(known, _)| known == name) {
        return Ok(files.read(path)?);
    }
    let near = nearest(name, names.iter().map(|(known, _)| known.as_str()));
    let hint = near.map_or_else(
        || "`euthymia models` lists them".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(Failure::Usage(format!(
        "the library has no model `{name}`; {hint}"
    )))
}

/// Names and paths of all models, sorted within their folder.
fn names(files: &Files) -> Result<Vec<(String, String)>, Failure> {
    let mut names = Vec::new();
    for folder in FOLDERS {
        for path in files.list(folder, "R")? {
            let stem = path
                .trim_start_matches(folder)
                .trim_start_matches('/')
                .trim_end_matches(".R");
            names.push((stem.to_owned(), path.clone()));
        }
    }
    Ok(names)
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

/// What the model is, what it needs and gives, then its parameters with their sources and its equations as written.
fn as_text(source: &Source, model: &Model) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name:12} {value}");
        }
    };
    line("model", model.name());
    line("what", model.description().unwrap_or_default());
    line("reference", model.reference().unwrap_or_default());
    line("sampling", model.text("sampling").unwrap_or_default());
    line("time in", model.unit_text("time").unwrap_or_default());
    line("doses in", model.unit_text("dosing").unwrap_or_default());
    let joined = |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<_>>().join(", ");
    line(
        "compartments",
        &joined(&mut model.compartments().iter().map(|state| state.name.as_str())),
    );
    line(
        "needs",
        &joined(&mut model.covariates().iter().map(|covariate| covariate.name.as_str())),
    );
    for output in model.outputs() {
        let unit = output
            .unit_text
            .map(|unit| format!(" ({unit})"))
            .unwrap_or_default();
        line("gives", &format!("{}: {}{unit}", output.name, output.label));
    }
    let _ = writeln!(text, "\n{}", source.text().trim_end());
    text
}

fn as_json(name: &str, source: &Source, model: &Model) -> serde_json::Value {
    let uncertainty = model.uncertainty();
    let standard_error = |theta: &str| {
        uncertainty
            .iter()
            .find(|(known, _)| known == theta)
            .map(|(_, error)| *error)
    };
    let parameters: Vec<_> = model
        .thetas()
        .iter()
        .map(|theta| {
            serde_json::json!({
                "name": theta.name,
                "value": theta.value,
                "fixed": theta.fixed,
                "label": theta.label,
                "standard_error": standard_error(&theta.name),
                "source": theta.comment,
            })
        })
        .collect();
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
    let outputs: Vec<_> = model
        .outputs()
        .into_iter()
        .map(|output| serde_json::json!({ "name": output.name, "label": output.label, "unit": output.unit_text }))
        .collect();
    serde_json::json!({
        "name": name,
        "description": model.description(),
        "reference": model.reference(),
        "compartments": model.compartments().iter().map(|state| &state.name).collect::<Vec<_>>(),
        "covariates": model.covariates().iter().map(|covariate| &covariate.name).collect::<Vec<_>>(),
        "outputs": outputs,
        "parameters": parameters,
        "variability": variability,
        "text": source.text(),
    })
}
