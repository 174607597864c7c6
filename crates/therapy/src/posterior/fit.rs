//! `NAME-posterior.toml`: how the draws were made, and which trials inform them.

use crate::condition::CONDITIONS;
use crate::course::DoseAmount;
use crate::course::quantity::{DOSE, TIME, required};
use crate::course::treatment::amount;
use crate::library::Library;
use euthymia_diagnostics::{Diagnostic, Span, nearest};
use euthymia_document::{Document, Item, Reader};
use serde::Serialize;

/// How draws were made, and what they were fitted to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The command that made them.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// When, `YYYY-MM-DD`.
    pub date: String,
    /// SHA-256 of the data that were fitted to, hexadecimal.
    pub data_hash: String,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Chains.
    pub chains: u32,
    /// Draws of each chain after warm-up, before they were thinned.
    pub draws_per_chain: u32,
    /// Draws that were kept.
    pub draws: u32,
    /// Trials fitted to.
    pub studies: u32,
    /// Their arms.
    pub arms: u32,
    /// People in these.
    pub patients: u32,
    /// Arms with an antidepressant that was started with the treatment.
    pub new_antidepressant_arms: u32,
    /// Arms with psychotherapy.
    pub psychotherapy_arms: u32,
    /// What was fitted to, by condition.
    #[serde(rename = "basis")]
    pub conditions: Vec<FromCondition>,
}

/// The trials of one condition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FromCondition {
    /// The condition (`trd`).
    pub condition: String,
    /// Trials.
    pub studies: u32,
    /// Their arms, controls included.
    pub arms: u32,
    /// People in these.
    pub patients: u32,
    /// What was given, by drug and route.
    pub treatments: Vec<FromTreatment>,
}

/// The arms of one condition that received one drug by one route.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FromTreatment {
    /// The drug, a file of `drugs/`.
    pub drug: String,
    /// The route (`iv`), without a variant.
    pub route: String,
    /// The trials, as the evidence tables call them.
    pub trials: Vec<String>,
    /// Arms.
    pub arms: u32,
    /// People in these.
    pub patients: u32,
    /// Range of the doses in mg per kg, where there were such.
    pub per_weight: Option<[f64; 2]>,
    /// Range of the doses in mg, where there were such.
    pub fixed: Option<[f64; 2]>,
    /// Most doses that an arm received.
    pub most_doses: u32,
    /// Latest score after the first dose, h.
    pub longest_h: f64,
    /// Where `trials` and `drug` stand in the file, for what is found out about them later.
    #[serde(skip)]
    pub(crate) places: Places,
}

/// Places in the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    source: Option<euthymia_diagnostics::Source>,
    drug: Span,
    trials: Span,
}

impl PartialEq for Places {
    /// Values that say the same are the same wherever they stand.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

const COUNT: std::ops::RangeInclusive<i64> = 0..=u32::MAX as i64;
const SOME: std::ops::RangeInclusive<i64> = 1..=u32::MAX as i64;

/// Reads the file; `rows` draws stand in the table beside it.
pub(super) fn read(document: &Document, rows: usize) -> (Option<Fit>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
    let fit = fit(&mut reader, rows);
    reader.finish();
    (fit, diagnostics)
}

fn fit(reader: &mut Reader<'_, '_>, rows: usize) -> Option<Fit> {
    let command = reader.required_string("command");
    let version = reader.required_string("version");
    let date = date(reader);
    let data_hash = hash(reader);
    let seed = reader.required_integer("seed", 0..);
    let chains = some(reader, "chains");
    let draws_per_chain = some(reader, "draws_per_chain");
    let draws = some(reader, "draws");
    if let Some(draws) = draws
        && draws as usize != rows
        && rows > 0
    {
        reader.report(
            "draws",
            "L048",
            format!("`draws` is {draws}, and the table beside this file holds {rows}"),
            "not the number of its rows",
        );
    }
    let studies = some(reader, "studies");
    let arms = some(reader, "arms");
    let patients = some(reader, "patients");
    let new_antidepressant_arms = count(reader, "new_antidepressant_arms");
    let psychotherapy_arms = count(reader, "psychotherapy_arms");
    let conditions = reader.required_tables("basis", |table| of_condition(table));
    Some(Fit {
        command: command?,
        version: version?,
        date: date?,
        data_hash: data_hash?,
        seed: u64::try_from(seed?).ok()?,
        chains: chains?,
        draws_per_chain: draws_per_chain?,
        draws: draws?,
        studies: studies?,
        arms: arms?,
        patients: patients?,
        new_antidepressant_arms: new_antidepressant_arms?,
        psychotherapy_arms: psychotherapy_arms?,
        conditions: conditions?,
    })
}

fn of_condition(table: &mut Reader<'_, '_>) -> Option<FromCondition> {
    let words: Vec<(&str, &str)> = CONDITIONS.iter().map(|word| (*word, *word)).collect();
    let condition = table.required_choice("condition", &words);
    let studies = some(table, "studies");
    let arms = some(table, "arms");
    let patients = some(table, "patients");
    let treatments = table.required_tables("treatments", |table| of_treatment(table));
    Some(FromCondition {
        condition: condition?.to_owned(),
        studies: studies?,
        arms: arms?,
        patients: patients?,
        treatments: treatments?,
    })
}

fn of_treatment(table: &mut Reader<'_, '_>) -> Option<FromTreatment> {
    let drug = table.required_string("drug");
    let route = table.required_string("route");
    let trials = table.required_array("trials", |item| item.string());
    let arms = some(table, "arms");
    let patients = some(table, "patients");
    let doses = table.optional_array("doses", dose);
    let given = table.has("doses");
    let most_doses = some(table, "most_doses");
    let longest_h = required(table, "longest", &TIME, "h");
    let [per_weight, fixed] = ranges(doses.as_deref().unwrap_or_default());
    if given {
        doses?;
    }
    let places = Places {
        source: Some(table.source().clone()),
        drug: table.span("drug"),
        trials: table.span("trials"),
    };
    Some(FromTreatment {
        drug: drug?,
        route: route?,
        trials: trials?,
        arms: arms?,
        patients: patients?,
        per_weight,
        fixed,
        most_doses: most_doses?,
        longest_h: longest_h?,
        places,
    })
}

fn dose(item: Item<'_, '_>) -> Option<DoseAmount> {
    amount(&item.quantity(&DOSE)?)
}

/// Lowest and highest dose per weight, then of those in mg.
fn ranges(doses: &[DoseAmount]) -> [Option<[f64; 2]>; 2] {
    let mut ranges = [None; 2];
    for dose in doses {
        let (at, value) = match *dose {
            DoseAmount::PerWeight(value) => (0, value),
            DoseAmount::Fixed(value) => (1, value),
        };
        let [low, high] = ranges[at].unwrap_or([value; 2]);
        ranges[at] = Some([f64::min(low, value), f64::max(high, value)]);
    }
    ranges
}

fn some(reader: &mut Reader<'_, '_>, key: &str) -> Option<u32> {
    u32::try_from(reader.required_integer(key, SOME)?).ok()
}

fn count(reader: &mut Reader<'_, '_>, key: &str) -> Option<u32> {
    u32::try_from(reader.required_integer(key, COUNT)?).ok()
}

fn date(reader: &mut Reader<'_, '_>) -> Option<String> {
    let text = reader.required_string("date")?;
    let is_date = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_date {
        reader.report(
            "date",
            "L048",
            "`date` is no date",
            "expected a date such as \"2026-11-28\"",
        );
        return None;
    }
    Some(text)
}

fn hash(reader: &mut Reader<'_, '_>) -> Option<String> {
    let text = reader.required_string("data_hash")?;
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = "`data_hash` is no SHA-256";
        reader.report("data_hash", "L048", message, "expected 64 hexadecimal digits");
        return None;
    }
    Some(text)
}

impl Fit {
    /// The trials of a condition.
    #[must_use]
    pub fn of(&self, condition: &str) -> Option<&FromCondition> {
        self.conditions.iter().find(|one| one.condition == condition)
    }

    /// Reports drugs that the library has not, and trials that its evidence does not hold.
    pub(crate) fn unknown_names(&self, library: &Library) -> Vec<Diagnostic> {
        let drugs = library.stems("drugs", ".toml");
        let trials: Option<Vec<String>> = match library.evidence() {
            Ok(Some(evidence)) => Some(
                evidence
                    .studies
                    .iter()
                    .map(|study| study.study_id.clone())
                    .collect(),
            ),
            _ => None,
        };
        let mut diagnostics = Vec::new();
        let mut unknown =
            |name: &str, what: &str, known: &[String], treatment: &FromTreatment, span: Span| {
                if known.iter().any(|own| own == name) {
                    return;
                }
                let mut diagnostic = Diagnostic::error("L049", format!("the library has no {what} `{name}`"));
                if let Some(source) = &treatment.places.source {
                    diagnostic = diagnostic.at(source, span, "not there");
                }
                diagnostics.push(match nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => {
                        diagnostic.help("fit the model again: these draws were made with another library")
                    }
                });
            };
        for treatment in self.conditions.iter().flat_map(|one| &one.treatments) {
            unknown(&treatment.drug, "drug", &drugs, treatment, treatment.places.drug);
            for trial in &treatment.trials {
                if let Some(known) = &trials {
                    unknown(trial, "trial", known, treatment, treatment.places.trials);
                }
            }
        }
        diagnostics
    }
}

impl FromTreatment {
    /// Whether a dose lies within what arms received; a dose per weight is put beside doses in mg, and the other way
    /// round, by the weight of a patient. `None` where the arms' doses are not known.
    #[must_use]
    pub fn covers(&self, dose: DoseAmount, weight_kg: f64) -> Option<bool> {
        // Rounding of a dose per weight is no other dose.
        let within = |[low, high]: [f64; 2], value: f64| value >= low * 0.999 && value <= high * 1.001;
        let (own, other, converted) = match dose {
            DoseAmount::PerWeight(value) => ((self.per_weight, value), self.fixed, value * weight_kg),
            DoseAmount::Fixed(value) => ((self.fixed, value), self.per_weight, value / weight_kg),
        };
        match (own, other) {
            ((Some(range), value), _) if within(range, value) => Some(true),
            (_, Some(range)) if within(range, converted) => Some(true),
            ((None, _), None) => None,
            _ => Some(false),
        }
    }
}
