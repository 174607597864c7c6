//! `response/priors.toml`: what is believed of each parameter before the fit.

use crate::prior::Prior;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use euthymia_therapy::response::Theta;
use std::collections::BTreeMap;

/// The file.
pub(crate) const PATH: &str = "response/priors.toml";

/// How a parameter is believed to lie.
#[derive(Clone, Debug, PartialEq)]
pub enum Placed {
    /// By itself.
    Alone(Prior),
    /// As far from a common centre as others of its kind are.
    Pooled {
        /// The name of their standard deviation, which is found out too.
        by: String,
        /// The name of their centre, which is found out too; otherwise it is 0.
        around: Option<String>,
    },
}

impl Placed {
    /// What it shares with others.
    fn shared(&self) -> impl Iterator<Item = &String> {
        let (by, around) = match self {
            Self::Alone(_) => (None, None),
            Self::Pooled { by, around } => (Some(by), around.as_ref()),
        };
        by.into_iter().chain(around)
    }
}

/// The priors of all parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Priors {
    /// Of each [`Theta`], in their order.
    thetas: Vec<(Placed, String)>,
    /// Standard deviations and centres that pooled parameters share, by name.
    pub shared: BTreeMap<String, (Prior, String)>,
}

impl Priors {
    /// How a parameter is placed.
    #[must_use]
    pub fn of(&self, theta: Theta) -> &Placed {
        &self.thetas[theta as usize].0
    }

    /// The prior of the parameter in that place, where it is placed by itself.
    pub(crate) fn alone(&self, place: usize) -> Option<Prior> {
        match self.thetas.get(place)?.0 {
            Placed::Alone(prior) => Some(prior),
            Placed::Pooled { .. } => None,
        }
    }

    /// What a parameter is, in words.
    #[must_use]
    pub fn label(&self, theta: Theta) -> &str {
        &self.thetas[theta as usize].1
    }

    /// The same with one prior replaced; nothing where no parameter or shared deviation has that name.
    #[must_use]
    pub fn with(&self, name: &str, prior: Prior) -> Option<Self> {
        let mut changed = self.clone();
        if let Some(theta) = Theta::named(name) {
            changed.thetas[theta as usize].0 = Placed::Alone(prior);
        } else {
            changed.shared.get_mut(name)?.0 = prior;
        }
        Some(changed)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// A parameter without a prior, a prior without a parameter, numbers that are no prior.
    pub fn read(document: &Document) -> Result<Self, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
        let read = reader.each_other(|name, item| {
            let span = item.span();
            item.table(|table| {
                table.allow(&["source", "grade", "locator"]);
                let placed = table.required_table("prior", placed);
                let label = table.required_string("label");
                Some((name.to_owned(), placed?, label?, span))
            })
        });
        reader.finish();
        let mut found: BTreeMap<String, (Placed, String)> = BTreeMap::new();
        let mut spans = BTreeMap::new();
        for (name, placed, label, span) in read {
            spans.insert(name.clone(), span);
            found.insert(name, (placed, label));
        }
        let mut problem = |name: &str, message: String, label: &str| {
            let diagnostic = Diagnostic::error("R001", message);
            diagnostics.push(match spans.get(name) {
                Some(span) => diagnostic.at(&document.source, *span, label),
                None => diagnostic.help(format!("add `[{name}]` to {PATH}")),
            });
        };
        let mut thetas = Vec::new();
        for theta in Theta::ALL {
            match found.remove(theta.name()) {
                Some(entry) => thetas.push(entry),
                None => problem(theta.name(), format!("`{}` has no prior", theta.name()), ""),
            }
        }
        let mut shared = BTreeMap::new();
        for (name, (placed, label)) in found {
            match placed {
                Placed::Alone(prior) => {
                    shared.insert(name, (prior, label));
                }
                Placed::Pooled { .. } => problem(&name, format!("`{name}` is no parameter"), "pools nothing"),
            }
        }
        for (theta, (placed, _)) in Theta::ALL.iter().zip(&thetas) {
            for name in placed.shared() {
                if !shared.contains_key(name) {
                    problem(theta.name(), format!("`{name}` has no prior"), "pooled by it");
                }
            }
        }
        let used = |name: &String| {
            let mut all = thetas.iter().flat_map(|(placed, _)| placed.shared());
            all.any(|used| used == name)
        };
        for name in shared.keys().filter(|name| !used(name)) {
            problem(
                name,
                format!("`{name}` is no parameter of the response model"),
                "nothing uses it",
            );
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(diagnostics);
        }
        Ok(Self { thetas, shared })
    }
}

fn placed(reader: &mut Reader<'_, '_>) -> Option<Placed> {
    let kind = reader.exactly_one_of(&["normal", "log-normal", "half-normal", "pooled"])?;
    let pair = |reader: &mut Reader<'_, '_>| {
        let numbers = reader.required_array(kind, |item| item.number(..))?;
        match numbers[..] {
            [first, second] => Some((first, second)),
            _ => {
                reader.report(kind, "R002", "two numbers are wanted", "as `[0.5, 0.2]`");
                None
            }
        }
    };
    let prior = match kind {
        "normal" => pair(reader).map(|(mean, sd)| Prior::Normal { mean, sd })?,
        "log-normal" => pair(reader).map(|(median, sd)| Prior::LogNormal { median, sd })?,
        "half-normal" => Prior::HalfNormal {
            sd: reader.required_number(kind, ..)?,
        },
        _ => {
            let around = reader.optional_string("around");
            return reader
                .required_string(kind)
                .map(|by| Placed::Pooled { by, around });
        }
    };
    match prior.check() {
        Ok(()) => Some(Placed::Alone(prior)),
        Err(error) => {
            reader.report(kind, "R003", error.to_string(), "no prior");
            None
        }
    }
}
