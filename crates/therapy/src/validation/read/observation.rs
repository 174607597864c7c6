//! One `[[observations]]` table: what was measured, which number of it, after which treatment, and for whom it counts.

use super::{Known, own_origin, value, words};
use crate::course::{interactions, quantity, treatment};
use crate::moiety::Moiety;
use crate::validation::study::{Analyte, Given, Measure, Observation, Origin};
use euthymia_diagnostics::Diagnostic;
use euthymia_document::Reader;

/// Longest course of a treatment, h: a year.
const LONGEST_H: f64 = 365.25 * 24.0;

/// The word of a measure, before the keys beside it are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Cmax,
    Tmax,
    Auc,
    Concentration,
    HalfLife,
    Clearance,
    Peak,
    Trough,
    Change,
    Bioavailability,
    AucRatio,
    CmaxRatio,
    MetaboliteRatio,
}

const WORDS: [(&str, Word); 13] = [
    ("cmax", Word::Cmax),
    ("tmax", Word::Tmax),
    ("auc", Word::Auc),
    ("concentration", Word::Concentration),
    ("half-life", Word::HalfLife),
    ("clearance", Word::Clearance),
    ("peak", Word::Peak),
    ("trough", Word::Trough),
    ("change", Word::Change),
    ("bioavailability", Word::Bioavailability),
    ("auc-ratio", Word::AucRatio),
    ("cmax-ratio", Word::CmaxRatio),
    ("metabolite-ratio", Word::MetaboliteRatio),
];

impl Word {
    /// The key without which it means nothing, and how it may be written.
    fn needs(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Concentration => Some(("at", "at = \"40 min\"")),
            Self::HalfLife => Some(("terminal", "terminal = [\"4 h\", \"12 h\"]")),
            Self::MetaboliteRatio => Some(("over", "over = \"s-ketamine\"")),
            Self::Bioavailability | Self::AucRatio | Self::CmaxRatio => Some((
                "against",
                "against = { drug = \"esketamine\", route = \"iv\", dose = \"20 mg\", infusion = \"20 min\" }",
            )),
            _ => None,
        }
    }

    fn takes_until(self) -> bool {
        !matches!(
            self,
            Self::Concentration | Self::HalfLife | Self::Clearance | Self::Tmax
        )
    }

    /// Whether it is of concentrations alone.
    fn of_concentrations(self) -> bool {
        !matches!(
            self,
            Self::Concentration | Self::Peak | Self::Trough | Self::Change
        )
    }

    fn said(self) -> &'static str {
        WORDS
            .iter()
            .find(|(_, word)| *word == self)
            .map_or("", |(said, _)| said)
    }
}

/// Reads one observation; every mistake is reported, whatever else is wrong.
pub(super) fn read(
    reader: &mut Reader<'_, '_>,
    known: &Known<'_>,
    inherited: &Origin,
) -> Option<Observation> {
    let span = reader.table().span;
    let name = reader.required_string("name");
    let what = what(reader, known);
    let word = reader.required_choice("measure", &WORDS);
    let given = reader.required_table("treatment", |table| given(table, known));
    let against_given = reader.has("against");
    let against = reader.optional_table("against", |table| self::given(table, known));
    let until_given = reader.has("until");
    let until_h = quantity::optional(reader, "until", &quantity::DURATION, "h");
    let measure = match word {
        Some(word) => measure(reader, word, known),
        None => {
            reader.allow(&["at", "terminal", "over"]);
            None
        }
    };
    let measure = match (word, &what) {
        (Some(word), Some(Analyte::Effect(name))) if word.of_concentrations() => {
            let message = format!("`{}` is of concentrations, and `{name}` is none", word.said());
            reader.report(
                "measure",
                "V003",
                message,
                "for an effect: peak, trough, change, concentration",
            );
            None
        }
        _ => measure,
    };
    let values = match (&measure, &what) {
        (Some(measure), Some(what)) => value::read(reader, measure, what),
        _ => {
            value::skip(reader);
            None
        }
    };
    let spread = reader.optional_string("spread");
    let tests = listed(reader, "tests", &known.structures);
    let used_for = listed(reader, "used-for", &known.models);
    let independent = reader.optional_string("independent");
    let origin = own_origin(reader, known, inherited);
    let (given, used_for) = (given?, used_for?);
    if independent.is_none() && !names_reference(&given, &used_for) {
        unexplained(reader);
        return None;
    }
    if against_given && against.is_none() || until_given && until_h.is_none() {
        return None;
    }
    let (value, sd, interval) = values?;
    Some(Observation {
        name: name?,
        what: what?,
        measure: measure?,
        until_h,
        value,
        sd,
        interval,
        spread,
        given,
        against,
        tests: tests?,
        used_for,
        independent,
        origin: origin?,
        span,
    })
}

fn what(reader: &mut Reader<'_, '_>, known: &Known<'_>) -> Option<Analyte> {
    let moieties = known.moieties.iter();
    let words: Vec<(&str, Analyte)> = moieties
        .map(|moiety| (moiety.id.as_str(), Analyte::Moiety(moiety.clone())))
        .chain(
            known
                .outputs
                .iter()
                .map(|name| (name.as_str(), Analyte::Effect(name.clone()))),
        )
        .collect();
    reader.required_choice("what", &words)
}

/// The measure with the keys it needs; keys that say nothing about it are reported.
fn measure(reader: &mut Reader<'_, '_>, word: Word, known: &Known<'_>) -> Option<Measure> {
    let needs = word.needs();
    let mut right = true;
    for key in ["at", "terminal", "over", "against"] {
        let needed = needs.is_some_and(|(needed, _)| needed == key);
        if reader.has(key) && !needed {
            let message = format!("`{key}` says nothing about a {}", word.said());
            reader.report(key, "V002", message, "remove this line");
            reader.allow(&[key]);
            right = false;
        }
    }
    if reader.has("until") && !word.takes_until() {
        let message = format!("`until` says nothing about a {}", word.said());
        reader.report("until", "V002", message, "remove this line");
        right = false;
    }
    if let Some((key, example)) = needs
        && !reader.has(key)
    {
        let diagnostic = Diagnostic::error("V001", format!("a {} needs `{key}`", word.said()))
            .at(
                reader.source(),
                reader.span("measure"),
                format!("`{key}` is missing"),
            )
            .help(format!("add a line such as `{example}`"));
        reader.push(diagnostic);
        reader.allow(&[key]);
        right = false;
    }
    let measure = match word {
        Word::Cmax => Some(Measure::Cmax),
        Word::Tmax => Some(Measure::Tmax),
        Word::Auc => Some(Measure::Auc),
        Word::Concentration => {
            quantity::optional(reader, "at", &quantity::TIME, "h").map(|at_h| Measure::Concentration { at_h })
        }
        Word::HalfLife => value::stretch(reader).map(|(from_h, to_h)| Measure::HalfLife { from_h, to_h }),
        Word::Clearance => Some(Measure::Clearance),
        Word::Peak => Some(Measure::Peak),
        Word::Trough => Some(Measure::Trough),
        Word::Change => Some(Measure::Change),
        Word::Bioavailability => Some(Measure::Bioavailability),
        Word::AucRatio => Some(Measure::AucRatio),
        Word::CmaxRatio => Some(Measure::CmaxRatio),
        Word::MetaboliteRatio => over(reader, known).map(|over| Measure::MetaboliteRatio { over }),
    };
    // Known keys of the table, whether or not this measure has them.
    reader.allow(&["at", "terminal", "over"]);
    measure.filter(|_| right)
}

fn over(reader: &mut Reader<'_, '_>, known: &Known<'_>) -> Option<Moiety> {
    let moieties = known.moieties.iter();
    let words: Vec<(&str, &Moiety)> = moieties.map(|moiety| (moiety.id.as_str(), moiety)).collect();
    reader.optional_choice("over", &words).cloned()
}

/// A list of words that may be absent; `None` if a word is wrong.
fn listed(reader: &mut Reader<'_, '_>, key: &str, known: &[String]) -> Option<Vec<String>> {
    if !reader.has(key) {
        reader.allow(&[key]);
        return Some(Vec::new());
    }
    let known = words(known);
    reader.optional_array(key, |item| item.choice(&known).map(str::to_owned))
}

fn given(reader: &mut Reader<'_, '_>, known: &Known<'_>) -> Option<Given> {
    let interactions = interactions::read(reader, known.library);
    let treatment = treatment::read(reader, known.library, Some(LONGEST_H));
    let (interactions, factors) = interactions?;
    Some(Given {
        treatment: treatment?,
        interactions,
        factors,
    })
}

/// Whether a model of the reference composition of the route was made with the row.
fn names_reference(given: &Given, used_for: &[String]) -> bool {
    let route = given.treatment.drug.route(&given.treatment.route);
    route.is_some_and(|route| route.models.iter().any(|stem| used_for.contains(stem)))
}

fn unexplained(reader: &mut Reader<'_, '_>) {
    let span = reader.table().span;
    let diagnostic = Diagnostic::error("V004", "this row does not say why it is independent of the reference model")
        .at(reader.source(), span, "`independent` is missing in this table")
        .help("say why no parameter was set by it: `independent = \"...\"`, or name the models that were: `used-for = [\"...\"]`");
    reader.push(diagnostic);
}
