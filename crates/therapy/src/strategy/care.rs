//! Treatments that are known by the proportion of people who come into remission with them: `library/care/*.toml`.

use crate::course::quantity::{
    DURATION, TIME, element, optional_days, provenance, required, required_days, tell,
};
use crate::instrument::Instrument;
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::{Document, Reader, Wanted};
use std::ops::Bound;

const HOURS: Wanted = Wanted::new("a time", &["2 h", "90 min"]).not_negative();

/// A treatment known by its proportion of remission.
#[derive(Clone, Debug)]
pub struct Care {
    /// Stem of its file.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When people were rated for the proportion, d after it began.
    pub assessed_days: u32,
    /// Time of half of the improvement, d, where it is not that of an antidepressant in the response model.
    pub half_days: Option<f64>,
    /// Scores of those who begin with it.
    pub entry: Entry,
    /// Proportions of remission by the name of the analysis, the usual one first.
    pub rates: Vec<(String, Rates)>,
    /// Relapse of those who had come into remission or response.
    pub relapse: Option<RelapseRates>,
    /// Sessions, d, with hours in the clinic and monitored, each.
    pub sessions: Option<(Vec<u32>, f64, f64)>,
    /// Visits, d; after the last, again every so many days.
    pub visits: (Vec<u32>, u32),
    /// Citation keys of its numbers, each once.
    pub sources: Vec<String>,
    /// The text it came from.
    pub source: Source,
}

/// Who begins with it.
#[derive(Clone, Debug)]
pub enum Entry {
    /// People whose scores on an instrument have this mean and standard deviation.
    Scores(Box<Instrument>, f64, f64),
    /// Those whom another treatment has not brought into remission, as ill as before it.
    After(Box<Care>),
}

/// A proportion of remission.
#[derive(Clone, Debug)]
pub struct Rates {
    /// Part of those who began.
    pub proportion: f64,
    /// Of so many.
    pub n: f64,
    /// The instrument it was counted on.
    pub instrument: Box<Instrument>,
    /// The worst score that counts.
    pub cut_off: f64,
}

/// Proportions of relapse within a time.
#[derive(Clone, Debug)]
pub struct RelapseRates {
    /// The time, d.
    pub within_days: u32,
    /// Of those in remission: part, and of how many.
    pub remitted: (f64, f64),
    /// Of those better without remission.
    pub responded: (f64, f64),
}

impl Care {
    /// Its file and those of what comes before it.
    #[must_use]
    pub fn files(&self) -> Vec<Source> {
        let mut files = match &self.entry {
            Entry::Scores(instrument, ..) => vec![instrument.source.clone()],
            Entry::After(before) => before.files(),
        };
        files.push(self.source.clone());
        files
    }

    /// The rates of that name; the only ones where there are no others.
    #[must_use]
    pub fn rates(&self, name: Option<&str>) -> Option<&Rates> {
        match (name, self.rates.as_slice()) {
            (_, [(_, only)]) | (None, [(_, only), ..]) => Some(only),
            (Some(name), all) => all.iter().find(|(own, _)| own == name).map(|(_, rates)| rates),
            (None, []) => None,
        }
    }
}

/// The care of that name.
pub(super) fn of_library(stem: &str, library: &Library) -> Result<Care, Vec<Diagnostic>> {
    within(stem, library, &[])
}

/// The same, where others follow it already.
fn within(stem: &str, library: &Library, followers: &[&str]) -> Result<Care, Vec<Diagnostic>> {
    let Some(document) = library.document(&format!("care/{stem}.toml")) else {
        return Err(vec![library.missing("care", stem, ".toml")]);
    };
    match read(stem, document, library, followers) {
        (Some(care), diagnostics) if !diagnostics.iter().any(Diagnostic::is_error) => Ok(care),
        (_, diagnostics) => Err(diagnostics),
    }
}

/// Reads care; `id` is the stem of its file.
pub(super) fn read(
    id: &str,
    document: &Document,
    library: &Library,
    followers: &[&str],
) -> (Option<Care>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let care = care(id, &mut reader, library, followers);
    reader.finish();
    (care, diagnostics)
}

fn care(id: &str, reader: &mut Reader<'_, '_>, library: &Library, followers: &[&str]) -> Option<Care> {
    let mut sources = Vec::new();
    let name = reader.required_string("name");
    let assessed = reader.required_table("assessed", |table| {
        let source = provenance(table);
        let after = required_days(table, "after", &DURATION);
        let half = optional_days(table, "half", &DURATION);
        Some((after?, half?.map(f64::from), source))
    });
    let entry = reader.required_table("entry", |table| entry(id, table, library, followers));
    let rates = reader.required_table("rates", |table| {
        let mut whole = true;
        let all = table.each_other(|name, item| {
            let read = item.table(|table| rates(table, library));
            whole &= read.is_some();
            read.map(|(rates, source)| (name.to_owned(), rates, source))
        });
        if all.is_empty() && whole {
            let message = "`rates` holds no proportion of remission";
            table.push(Diagnostic::error("K006", message).at(table.source(), table.table().span, "empty"));
        }
        (whole && !all.is_empty()).then_some(all)
    });
    let relapse_given = reader.has("relapse");
    let relapse = reader.optional_table("relapse", |table| {
        let source = provenance(table);
        let within = required_days(table, "within", &DURATION);
        let remitted = table.required_table("remitted", part);
        let responded = table.required_table("responded", part);
        let rates = RelapseRates {
            within_days: within?,
            remitted: remitted?,
            responded: responded?,
        };
        Some((rates, source))
    });
    let sessions_given = reader.has("sessions");
    let sessions = reader.optional_table("sessions", |table| {
        let source = provenance(table);
        let days = table.required_array("days", |item| element(item, &TIME, "d"));
        let in_clinic = required(table, "in_clinic", &HOURS, "h");
        let monitored = required(table, "monitored", &HOURS, "h");
        Some(((whole_days(&days?), in_clinic?, monitored?), source))
    });
    let visits = reader.required_table("visits", |table| {
        let source = provenance(table);
        let days = table.required_array("days", |item| element(item, &TIME, "d"));
        let every = required_days(table, "then_every", &DURATION);
        Some(((whole_days(&days?), every?), source))
    });
    if relapse_given && relapse.is_none() || sessions_given && sessions.is_none() {
        return None;
    }
    let (assessed_days, half_days, source) = assessed?;
    sources.push(source);
    let (entry, source) = entry?;
    sources.push(source);
    let rates = rates?.into_iter().map(|(name, rates, source)| {
        sources.push(source);
        (name, rates)
    });
    let rates = rates.collect();
    let relapse = relapse.map(|(rates, source)| {
        sources.push(source);
        rates
    });
    let sessions = sessions.map(|(sessions, source)| {
        sources.push(source);
        sessions
    });
    let (visits, source) = visits?;
    sources.push(source);
    sources.retain(|source| !source.is_empty());
    sources.sort();
    sources.dedup();
    Some(Care {
        id: id.to_owned(),
        name: name?,
        assessed_days,
        half_days,
        entry,
        rates,
        relapse,
        sessions,
        visits,
        sources,
        source: reader.source().clone(),
    })
}

fn entry(
    id: &str,
    reader: &mut Reader<'_, '_>,
    library: &Library,
    followers: &[&str],
) -> Option<(Entry, String)> {
    let source = provenance(reader);
    if reader.exactly_one_of(&["instrument", "after"])? == "instrument" {
        let instrument = instrument(reader, library);
        let mean = reader.required_number("mean", positive());
        let sd = reader.required_number("sd", positive());
        return Some((Entry::Scores(Box::new(instrument?), mean?, sd?), source));
    }
    let before = reader.required_string("after")?;
    let mut followers = followers.to_vec();
    followers.push(id);
    if followers.contains(&before.as_str()) {
        let message = format!("`{before}` comes after this treatment already");
        reader.report("after", "K009", message, "a circle");
        return None;
    }
    match within(&before, library, &followers) {
        Ok(care) => Some((Entry::After(Box::new(care)), source)),
        Err(diagnostics) => {
            tell(reader, "after", diagnostics);
            None
        }
    }
}

fn positive() -> (Bound<f64>, Bound<f64>) {
    (Bound::Excluded(0.0), Bound::Unbounded)
}

fn whole_days(days: &[f64]) -> Vec<u32> {
    days.iter().map(|day| day.floor() as u32).collect()
}

fn instrument(reader: &mut Reader<'_, '_>, library: &Library) -> Option<Instrument> {
    let id = reader.required_string("instrument")?;
    match library.linked_instrument(&id, "K005") {
        Ok(instrument) => Some(instrument),
        Err(diagnostics) => {
            tell(reader, "instrument", diagnostics);
            None
        }
    }
}

fn rates(reader: &mut Reader<'_, '_>, library: &Library) -> Option<(Rates, String)> {
    let source = provenance(reader);
    let instrument = instrument(reader, library);
    let proportion = reader.required_number("proportion", (Bound::Excluded(0.0), Bound::Excluded(1.0)));
    let n = reader.required_number("n", positive());
    let cut_off = reader.optional_number("cut_off", ..);
    let instrument = Box::new(instrument?);
    Some((
        Rates {
            proportion: proportion?,
            n: n?,
            cut_off: cut_off.unwrap_or(instrument.remission_cut_off),
            instrument,
        },
        source,
    ))
}

fn part(reader: &mut Reader<'_, '_>) -> Option<(f64, f64)> {
    let _ = provenance(reader);
    let proportion = reader.required_number("proportion", (Bound::Excluded(0.0), Bound::Excluded(1.0)));
    let n = reader.required_number("n", positive());
    Some((proportion?, n?))
}
