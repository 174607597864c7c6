//! The models of the library as a reader looks for them: which drugs and routes use each, what it reports, whose it is.

mod parameter;

pub use parameter::{Parameter, parameters};

use crate::assembly::checked;
use crate::library::Library;
use crate::lint::{self, Grade};
use crate::posterior::{self, Posterior};
use crate::sources::Sources;
use euthymia_diagnostics::Diagnostic;
use euthymia_model::{Model, OutputLabel};
use serde::Serialize;

/// Folders of the library that hold models.
pub const FOLDERS: [&str; 2] = ["models", "response"];

/// A model of the library.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Stem of its file.
    pub name: String,
    /// Folder of its file.
    pub folder: &'static str,
    /// The model.
    pub model: Model,
    /// Which drugs use it.
    pub uses: Vec<Use>,
    /// Whose it is; nothing where all of it is assumed.
    pub source: Option<Origin>,
    /// Draws of its parameters, where it was fitted.
    pub posterior: Option<Posterior>,
}

/// A drug that uses a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Use {
    /// The drug.
    pub drug: String,
    /// Its routes that do: keys, or `all routes`; `mechanism` where it is composed when asked for.
    pub routes: Vec<String>,
}

/// The source that most numbers of a model come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Key of `sources.toml`.
    pub key: String,
    /// First author and year.
    pub short: String,
    /// As cited.
    pub citation: String,
    /// Digital object identifier.
    pub doi: Option<String>,
}

impl Entry {
    /// What it reports, with labels and units.
    #[must_use]
    pub fn outputs(&self) -> Vec<OutputLabel> {
        self.model.outputs()
    }
}

/// Every model of the library, sorted within its folder.
///
/// # Errors
/// A model or a drug is wrong.
pub fn shelf(library: &Library) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let sources = library.sources()?;
    let mut drugs = Vec::new();
    for stem in library.stems("drugs", ".toml") {
        drugs.push(library.drug(&stem)?);
    }
    let mut entries = Vec::new();
    for folder in FOLDERS {
        for name in library.stems(folder, ".R") {
            let path = format!("{folder}/{name}.R");
            let uses = if folder == "models" {
                drugs.iter().filter_map(|drug| uses(drug, &name)).collect()
            } else {
                Vec::new()
            };
            entries.push(Entry {
                model: checked(&path, library)?,
                source: library.text(&path).and_then(|text| origin(text, &sources)),
                posterior: match folder {
                    posterior::FOLDER => library.posterior(&name)?,
                    _ => None,
                },
                uses,
                folder,
                name,
            });
        }
    }
    Ok(entries)
}

/// What stands for every route of a drug.
const ALL: &str = "all routes";
/// What stands for the routes of a drug that composes a model whatever the route, and only when asked for it.
const MECHANISM: &str = "mechanism";

/// The routes of a drug that use a model, alternatives included; for what it sets going, a word.
fn uses(drug: &crate::drug::Drug, model: &str) -> Option<Use> {
    let uses_it = |route: &crate::drug::Route| {
        let mut structures = crate::validation::structures(route);
        structures.any(|(_, route)| route.models.iter().any(|stem| stem == model))
    };
    let routes = drug.routes.iter().filter(|(_, route)| uses_it(route));
    let mut routes: Vec<String> = routes.map(|(key, _)| key.clone()).collect();
    if routes.len() > 1 && routes.len() == drug.routes.len() {
        routes = vec![ALL.to_owned()];
    }
    if drug.mechanism.iter().any(|stem| stem == model) {
        routes.push(MECHANISM.to_owned());
    }
    (!routes.is_empty()).then(|| Use {
        drug: drug.id.clone(),
        routes,
    })
}

/// The source that most numbers come from, our own assumptions aside.
fn origin(text: &euthymia_diagnostics::Source, sources: &Sources) -> Option<Origin> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for comment in lint::comments(text) {
        if comment.grade == Grade::Assumed || comment.key == OWN {
            continue;
        }
        match counts.iter_mut().find(|(key, _)| *key == comment.key) {
            Some((_, count)) => *count += 1,
            None => counts.push((comment.key, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    let (key, _) = counts.into_iter().find(|(_, count)| *count == most)?;
    let citation = sources.get(&key)?;
    Some(Origin {
        short: short(&citation.citation, &key),
        citation: citation.citation.clone(),
        doi: citation.doi.clone(),
        key,
    })
}

/// Key of our own assumptions and definitions.
const OWN: &str = "euthymia";

/// First author and year of a citation; the key where it begins with no name or has no year.
fn short(citation: &str, key: &str) -> String {
    let author = citation.split([' ', ',']).next().unwrap_or_default();
    let year = citation
        .split(|character: char| !character.is_ascii_digit())
        .find(|digits| digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")));
    match year {
        // A key is called after the first author; a citation may begin with a title.
        Some(year) if !author.is_empty() && key.starts_with(&author.to_lowercase()) => {
            format!("{author} {year}")
        }
        _ => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn sources_are_told_by_author_and_year() {
        let citation = "Simons P, Olofsen E, et al. S-ketamine oral thin film. Front Pain Res 2022;3:946486";
        assert_eq!(short(citation, "simons-2022"), "Simons 2022");
        assert_eq!(
            short("Perez-Ruixo C, et al. 2021", "perez-ruixo-2021"),
            "Perez-Ruixo 2021"
        );
        assert_eq!(
            short("An overview, 2001", "ketamine-overview"),
            "ketamine-overview"
        );
    }
}
