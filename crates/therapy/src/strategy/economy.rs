//! What things cost, how long they take, and what a severity is worth: a table that a user can replace.

use crate::course::DoseAmount;
use crate::course::Treatment;
use crate::course::quantity::{MASS, optional, provenance, required};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::{Document, Item, Reader, Wanted};
use std::collections::BTreeMap;
use std::ops::Bound;

const HOURS: Wanted = Wanted::new("a time", &["2 h", "90 min"]).not_negative();

/// Prices, burden and utilities.
#[derive(Clone, Debug)]
pub struct Economy {
    /// Currency and year, as printed.
    pub currency: String,
    /// Of a visit.
    pub visit: f64,
    /// Hours of a visit.
    pub visit_hours: f64,
    /// Of a session of psychotherapy.
    pub psychotherapy: f64,
    /// Hours of a session of psychotherapy.
    pub psychotherapy_hours: f64,
    /// Of a medication a month, by the stem of its care; `antidepressant` is what goes on beside a course.
    pub medications: BTreeMap<String, f64>,
    /// Of a session of a procedure, by the stem of its care.
    pub procedures: BTreeMap<String, f64>,
    /// Of a session of a drug, by drug and route.
    pub sessions: BTreeMap<(String, String), SessionPrice>,
    /// What states are worth.
    pub utilities: Utilities,
    /// What a quality-adjusted life-year may cost, as acceptability curves show it.
    pub thresholds: Vec<f64>,
    /// Citation keys, each once.
    pub sources: Vec<String>,
    /// The text it came from.
    pub source: Source,
}

/// What a session of a drug costs and takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionPrice {
    /// Of the room and the people who watch.
    pub clinic: f64,
    /// Of the drug.
    pub drug: f64,
    /// For so many mg; absent: for any session.
    pub per_mg: Option<f64>,
    /// Hours in the clinic.
    pub in_clinic_h: f64,
    /// Hours of them that somebody watches.
    pub monitored_h: f64,
}

/// Utilities: mean and standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Utilities {
    /// In remission.
    pub remission: (f64, f64),
    /// In response without remission.
    pub response: (f64, f64),
    /// Otherwise.
    pub ill: (f64, f64),
}

impl SessionPrice {
    /// Of what nobody comes for.
    pub(super) const NOTHING: Self = Self {
        clinic: 0.0,
        drug: 0.0,
        per_mg: None,
        in_clinic_h: 0.0,
        monitored_h: 0.0,
    };

    /// What the drug of a session costs somebody of this weight.
    #[must_use]
    pub fn of_drug(&self, dose: Option<DoseAmount>, weight_kg: f64) -> f64 {
        match (self.per_mg, dose) {
            (Some(per_mg), Some(dose)) => self.drug * (dose.milligrams(weight_kg) / per_mg).ceil(),
            _ => self.drug,
        }
    }
}

impl Economy {
    /// Of a session of a treatment.
    ///
    /// # Errors
    /// The table does not have it.
    pub(super) fn session(&self, treatment: &Treatment) -> Result<SessionPrice, Diagnostic> {
        let key = (treatment.drug.id.clone(), treatment.route.clone());
        self.sessions.get(&key).copied().ok_or_else(|| {
            self.lacks(
                &format!("a session of {} by `{}`", treatment.drug.name, treatment.route),
                &format!("[sessions.{}.{}]", treatment.drug.id, treatment.route),
            )
        })
    }

    /// That a price is missing, and the table that would give it.
    pub(super) fn lacks(&self, what: &str, table: &str) -> Diagnostic {
        Diagnostic::error("K008", format!("`{}` has no price of {what}", self.source.name()))
            .help(format!("add a table `{table}` to it"))
    }

    /// Reads a table.
    #[must_use]
    pub fn read(document: &Document) -> (Option<Self>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
        let economy = economy(&mut reader);
        reader.finish();
        let economy = economy.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
        document.leave_out_reported(&mut diagnostics);
        (economy, diagnostics)
    }
}

fn economy(reader: &mut Reader<'_, '_>) -> Option<Economy> {
    let mut sources = Vec::new();
    let currency = reader.required_string("currency");
    let visit = reader.required_table("visit", |table| of_hours(table, &mut sources));
    let psychotherapy = reader.required_table("psychotherapy", |table| of_hours(table, &mut sources));
    let medications = reader.required_table("medications", |table| {
        Some(named(table, |_, item| {
            item.table(|table| {
                sources.push(provenance(table));
                money(table, "month")
            })
        }))
    });
    let procedures = reader.required_table("procedures", |table| {
        Some(named(table, |_, item| {
            item.table(|table| {
                sources.push(provenance(table));
                money(table, "session")
            })
        }))
    });
    let sessions = reader.required_table("sessions", |table| {
        Some(named(table, |_, item| {
            item.table(|table| {
                Some(named(table, |_, item| {
                    item.table(|table| session(table, &mut sources))
                }))
            })
        }))
    });
    let utilities = reader.required_table("utilities", |table| {
        let mut of = |key: &str| {
            table.required_table(key, |table| {
                sources.push(provenance(table));
                let mean = table.required_number("mean", -1.0..=1.0);
                let se = table.required_number("se", 0.0..=1.0);
                Some((mean?, se?))
            })
        };
        let (remission, response, ill) = (of("remission"), of("response"), of("ill"));
        Some(Utilities {
            remission: remission?,
            response: response?,
            ill: ill?,
        })
    });
    let thresholds = reader.required_table("thresholds", |table| {
        sources.push(provenance(table));
        table.required_array("values", |item| item.number(0.0..))
    });
    let (visit, visit_hours) = visit?;
    let (psychotherapy, psychotherapy_hours) = psychotherapy?;
    let sessions = sessions?.into_iter().flat_map(|(drug, routes)| {
        routes
            .into_iter()
            .map(move |(route, price)| ((drug.clone(), route), price))
    });
    let sessions = sessions.collect();
    sources.retain(|source| !source.is_empty());
    sources.sort();
    sources.dedup();
    Some(Economy {
        currency: currency?,
        visit,
        visit_hours,
        psychotherapy,
        psychotherapy_hours,
        medications: medications?.into_iter().collect(),
        procedures: procedures?.into_iter().collect(),
        sessions,
        utilities: utilities?,
        thresholds: thresholds?,
        sources,
        source: reader.source().clone(),
    })
}

/// Every entry of a table whose keys are names.
fn named<'t, T>(
    reader: &mut Reader<'t, '_>,
    mut read: impl FnMut(&str, Item<'t, '_>) -> Option<T>,
) -> Vec<(String, T)> {
    reader.each_other(|name, item| read(name, item).map(|value| (name.to_owned(), value)))
}

fn money(reader: &mut Reader<'_, '_>, key: &str) -> Option<f64> {
    reader.required_number(key, (Bound::Included(0.0), Bound::Unbounded))
}

fn of_hours(reader: &mut Reader<'_, '_>, sources: &mut Vec<String>) -> Option<(f64, f64)> {
    sources.push(provenance(reader));
    let amount = money(reader, "amount");
    let hours = required(reader, "hours", &HOURS, "h");
    Some((amount?, hours?))
}

fn session(reader: &mut Reader<'_, '_>, sources: &mut Vec<String>) -> Option<SessionPrice> {
    let drug = reader.required_table("drug", |table| {
        sources.push(provenance(table));
        let amount = money(table, "amount");
        let per_given = table.has("per");
        let per = optional(table, "per", &MASS, "mg");
        if per_given && per.is_none() {
            return None;
        }
        Some((amount?, per))
    });
    let clinic = reader.required_table("clinic", |table| {
        sources.push(provenance(table));
        money(table, "amount")
    });
    let time = reader.required_table("time", |table| {
        sources.push(provenance(table));
        let in_clinic = required(table, "in_clinic", &HOURS, "h");
        let monitored = required(table, "monitored", &HOURS, "h");
        Some((in_clinic?, monitored?))
    });
    let (drug, per_mg) = drug?;
    let (in_clinic_h, monitored_h) = time?;
    Some(SessionPrice {
        clinic: clinic?,
        drug,
        per_mg,
        in_clinic_h,
        monitored_h,
    })
}
