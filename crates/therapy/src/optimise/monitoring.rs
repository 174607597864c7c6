//! Hours that a session takes in the clinic: `library/monitoring.toml`.

use crate::course::Treatment;
use crate::course::quantity::{DURATION, provenance, required};
use crate::library::Library;
use euthymia_diagnostics::Diagnostic;
use euthymia_document::Reader;
use std::collections::BTreeMap;

/// The file of the library.
pub(super) const FILE: &str = "monitoring.toml";

/// How long people stay after a session, h, by the way into the body.
#[derive(Clone, Debug, Default)]
pub(super) struct Monitoring(BTreeMap<String, f64>);

impl Monitoring {
    /// What the library tells; nothing where it has no such file.
    pub(super) fn of(library: &Library) -> Result<Self, Vec<Diagnostic>> {
        let Some(document) = library.document(FILE) else {
            return Ok(Self::default());
        };
        let mut diagnostics = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
        let all = reader.each_other(|way, item| {
            let after_h = item.table(|table| {
                let _ = provenance(table);
                required(table, "after", &DURATION, "h")
            })?;
            Some((way.to_owned(), after_h))
        });
        reader.finish();
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(diagnostics);
        }
        Ok(Self(all.into_iter().collect()))
    }

    /// Hours of one session of a treatment; none where people do not come for it, unknown where the library does not tell.
    pub(super) fn hours(&self, treatment: &Treatment, infusion_h: Option<f64>, devices: f64) -> Option<f64> {
        if !treatment.drug.expectancy.session {
            return Some(0.0);
        }
        let way = treatment.route.split('-').next().unwrap_or_default();
        let route = treatment.drug.route(&treatment.route);
        let device = route.and_then(|route| route.device.as_ref());
        let giving_h = device.map_or(0.0, |device| (devices - 1.0).max(0.0) * device.spacing_h);
        Some(infusion_h.unwrap_or(0.0) + giving_h + self.0.get(way)?)
    }
}
