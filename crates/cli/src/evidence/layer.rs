//! `euthymia evidence add` and `remove`: the user's own trials.

use std::path::{Path, PathBuf};

use euthymia_io::{atomic, layer, read_source};

use super::arguments::{Add, Remove};
use super::{load, print_json};
use crate::arguments::Shared;
use crate::exit::Failure;
use crate::library;

/// Checks a trial and keeps it.
pub(crate) fn add(options: &Add, own: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let folder = folder(own)?;
    let known = load::evidence(own, false, &library::files(shared)?)?;
    let text = read_source(&options.file)?;
    let trial = load::trial(&load::own_document(&text)?, &known, &[])?;
    let id = &trial.study.study_id;
    let path = folder.join(format!("{id}.toml"));
    atomic::write(&path, text.text().as_bytes())?;
    if shared.json {
        print_json(&serde_json::json!({
            "added": id,
            "file": path,
            "arms": trial.arms.len(),
            "outcomes": trial.outcomes.len(),
            "comparisons": trial.comparisons.len(),
        }));
    } else if !shared.quiet {
        println!(
            "added {id}: {} arms, {} values, {} contrasts ({})",
            trial.arms.len(),
            trial.outcomes.len(),
            trial.comparisons.len(),
            path.display()
        );
    }
    Ok(())
}

/// Takes a trial away.
pub(crate) fn remove(options: &Remove, own: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let folder = folder(own)?;
    let files = layer::files(&folder, own.is_some())?;
    let stem = |path: &PathBuf| path.file_stem()?.to_str().map(str::to_owned);
    let Some(path) = files
        .iter()
        .find(|path| stem(path).as_deref() == Some(&options.study))
    else {
        let names: Vec<String> = files.iter().filter_map(stem).collect();
        let near = euthymia_diagnostics::nearest(&options.study, names.iter().map(String::as_str));
        let hint = match (near, names.as_slice()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, []) => "there is none of yours".to_owned(),
            (None, names) => format!("there are {}", names.join(", ")),
        };
        return Err(Failure::Usage(format!(
            "no trial of yours in `{}` is called `{}`; {hint}",
            folder.display(),
            options.study
        )));
    };
    layer::remove(path)?;
    if shared.json {
        print_json(&serde_json::json!({ "removed": options.study, "file": path }));
    } else if !shared.quiet {
        println!("removed {} ({})", options.study, path.display());
    }
    Ok(())
}

fn folder(own: Option<&Path>) -> Result<PathBuf, Failure> {
    load::folder(own).ok_or_else(|| {
        Failure::Usage(
            "nothing says where your own trials are kept; name a folder with `--layer DIR`".to_owned(),
        )
    })
}
