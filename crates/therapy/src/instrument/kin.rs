//! Which instruments a scale descends from: the chain of links from its own to the scale that has none.

use super::{Instrument, Link};
use euthymia_diagnostics::{Diagnostic, Source};

/// Code of what is wrong with a link that only the other file shows.
pub(crate) const WRONG_LINK: &str = "L050";

/// An instrument that another one is read from, directly or through others.
#[derive(Clone, Debug, PartialEq)]
pub struct Kin {
    /// Identifier: the stem of its file.
    pub id: String,
    /// Short name.
    pub abbreviation: String,
    /// Smallest possible score.
    pub minimum: f64,
    /// Largest possible score.
    pub maximum: f64,
    /// How the other one is read from it.
    pub link: Link,
    /// The file it came from.
    pub source: Source,
}

impl Instrument {
    /// Follows the links of the files to the scale that is read from none; `find` reads an instrument, or says why not.
    ///
    /// # Errors
    /// A link leads to no instrument, in a circle, to a scale on which the other direction is worse, or off its range.
    pub(crate) fn trace(
        &mut self,
        find: impl Fn(&str) -> Result<Instrument, Vec<Diagnostic>>,
    ) -> Result<(), Vec<Diagnostic>> {
        self.kin.clear();
        let Some(mut to_self) = self.link.clone() else {
            return Ok(());
        };
        loop {
            if to_self.from == self.id || self.kin.iter().any(|kin| kin.id == to_self.from) {
                let message = format!("the links of `{}` lead in a circle", self.id);
                return Err(vec![self.at_link(message, "leads back to where it came from")]);
            }
            let parent = find(&to_self.from).map_err(|wrong| self.not_found(&to_self.from, wrong))?;
            if parent.direction != self.direction {
                let message = format!(
                    "`{}` and `{}` cannot be linked: worse is up on one and down on the other",
                    self.id, parent.id
                );
                return Err(vec![self.at_link(message, "worse in the other direction")]);
            }
            if self.kin.is_empty() {
                self.on_range(&parent)?;
            }
            let next = parent.link.clone();
            self.kin.push(Kin {
                id: parent.id,
                abbreviation: parent.abbreviation,
                minimum: parent.minimum,
                maximum: parent.maximum,
                link: to_self.clone(),
                source: parent.source,
            });
            match next.and_then(|next| next.then(&to_self)) {
                Some(further) => to_self = further,
                None => return Ok(()),
            }
        }
    }

    fn on_range(&self, parent: &Instrument) -> Result<(), Vec<Diagnostic>> {
        let range = parent.minimum..=parent.maximum;
        let points = self.link.iter().flat_map(|link| &link.points);
        match points
            .map(|[score, _]| score)
            .find(|score| !range.contains(score))
        {
            None => Ok(()),
            Some(score) => {
                let message = format!(
                    "the link of `{}` has {} {score}, and {} is from {} to {}",
                    self.id, parent.abbreviation, parent.abbreviation, parent.minimum, parent.maximum
                );
                Err(vec![self.at_link(message, "has scores that are not on it")])
            }
        }
    }

    /// What is wrong with the file of a link's other end; that it is not there is told at the link.
    fn not_found(&self, id: &str, wrong: Vec<Diagnostic>) -> Vec<Diagnostic> {
        wrong
            .into_iter()
            .map(|diagnostic| {
                if diagnostic.code != "L001" {
                    return diagnostic;
                }
                let message = format!("`{}` is linked to `{id}`, which is not there", self.id);
                Diagnostic {
                    help: diagnostic.help,
                    ..self.at_link(message, "no such instrument")
                }
            })
            .collect()
    }

    fn at_link(&self, message: String, label: &str) -> Diagnostic {
        Diagnostic::error(WRONG_LINK, message).at(&self.source, self.link_at, label)
    }
}
