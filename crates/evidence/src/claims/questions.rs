//! Questions a person asks, answered in plain words: sentences are templates, every number in them is looked up or pooled
//! now, and which sentence is said depends on what the number says.

use std::collections::BTreeSet;

use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use serde::Serialize;

use crate::pooling::{How, Reading};
use crate::select::Source;
use crate::tables::Evidence;
use crate::vocabulary::Measure;
use crate::words::Words;

use super::definition::Definitions;
use super::item::{self, Definition};
use super::resolve::{self, Item};
use super::wording::figure;

/// A sentence as a template.
#[derive(Clone, Debug, PartialEq)]
struct Template {
    /// Keys of the numbers it is about.
    about: Vec<String>,
    /// Whatever the numbers say.
    text: Option<String>,
    /// Where the intervals are on the better side, all that there are.
    better: Option<String>,
    /// Where they are on the worse side.
    worse: Option<String>,
    /// Where they hold no difference.
    unclear: Option<String>,
    /// Where there is no interval.
    nothing: Option<String>,
}

/// A question with its sentences.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionDefinition {
    id: String,
    asks: String,
    sentences: Vec<Template>,
}

/// `questions.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Questions {
    items: Vec<Definition>,
    questions: Vec<QuestionDefinition>,
}

/// A sentence with the numbers behind it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sentence {
    /// In plain words.
    pub text: String,
    /// The numbers, as they are named in claims and questions.
    pub numbers: Vec<Number>,
}

/// A number behind a sentence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Number {
    /// Its name.
    pub key: String,
    /// What it is of, with the number.
    pub says: String,
    /// What it shows.
    pub reading: Reading,
    /// Where it was read.
    pub sources: Vec<Source>,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reply {
    /// Name to ask by.
    pub id: String,
    /// The question.
    pub asks: String,
    /// The answer.
    pub sentences: Vec<Sentence>,
}

impl Questions {
    /// Reads the file.
    #[must_use]
    pub fn read(document: &Document) -> (Option<Self>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut found);
        let items = reader.optional_tables("item", item::read).unwrap_or_default();
        let questions = reader.required_tables("question", question);
        reader.finish();
        let questions = questions.map(|questions| Self { items, questions });
        (questions, found)
    }
}

fn question(table: &mut Reader<'_, '_>) -> Option<QuestionDefinition> {
    let id = table.required_string("id");
    let asks = table.required_string("asks");
    let sentences = table.required_tables("sentence", template);
    Some(QuestionDefinition {
        id: id?,
        asks: asks?,
        sentences: sentences?,
    })
}

fn template(table: &mut Reader<'_, '_>) -> Option<Template> {
    let about = table.required_array("about", |item| item.string());
    let mut texts = ["text", "better", "worse", "unclear", "nothing"].map(|key| {
        let text = table.optional_string(key);
        // A number in the words would be one without a source.
        if text.as_deref().is_some_and(has_bare_digit) {
            table.report(
                key,
                "E011",
                "a number that no row backs",
                "write it as a placeholder, as {key.estimate}",
            );
        }
        // A size has lost its sign, which only these words give back.
        if !["better", "worse"].contains(&key) && text.as_deref().is_some_and(has_size) {
            table.report(
                key,
                "E011",
                "a size without its direction",
                "`size`, `least` and `most` are for `better` and `worse`; write `estimate`, `low`, `high`",
            );
        }
        text
    });
    let about = about?;
    if about.is_empty() {
        table.report(
            "about",
            "E011",
            "a sentence without a number behind it",
            "name at least one",
        );
        return None;
    }
    if texts.iter().all(Option::is_none) {
        table.report(
            "about",
            "E011",
            "a sentence without words",
            "add `text`, or `better`, `worse`, `unclear`",
        );
        return None;
    }
    Some(Template {
        about,
        text: texts[0].take(),
        better: texts[1].take(),
        worse: texts[2].take(),
        unclear: texts[3].take(),
        nothing: texts[4].take(),
    })
}

/// Digits outside of placeholders and of names such as `5-HT`.
fn has_bare_digit(text: &str) -> bool {
    let mut depth = 0_u32;
    text.chars().any(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c.is_ascii_digit()
    })
}

/// Whether a placeholder takes a number without its sign.
fn has_size(text: &str) -> bool {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .any(|name| SIZES.contains(&name.rsplit('.').next().unwrap_or_default()))
}

/// Answers every question.
///
/// # Errors
/// A sentence names a number that is nowhere defined or defined twice, or a placeholder that means nothing.
pub fn answer_questions(
    evidence: &Evidence,
    words: &Words,
    claims: &Definitions,
    questions: &Questions,
    how: &How,
) -> Result<Vec<Reply>, String> {
    claims.check(evidence)?;
    let mut names = BTreeSet::new();
    let of_claims = claims.claims.iter().flat_map(|claim| &claim.items);
    for item in questions.items.iter().chain(of_claims) {
        if !names.insert(item.key.as_str()) {
            return Err(format!("two numbers are called `{}`", item.key));
        }
    }
    let mut known: Vec<Item> = Vec::new();
    let mut replies = Vec::new();
    for question in &questions.questions {
        let mut sentences = Vec::new();
        for template in &question.sentences {
            let mut numbers = Vec::new();
            for key in &template.about {
                if !known.iter().any(|item| item.key == *key) {
                    let own = questions.items.iter().map(|item| (item, &[][..]));
                    let of_claims = claims
                        .claims
                        .iter()
                        .flat_map(|claim| claim.items.iter().map(|item| (item, claim.by_hand.as_slice())));
                    let (definition, by_hand) = own
                        .chain(of_claims)
                        .find(|(item, _)| item.key == *key)
                        .ok_or_else(|| format!("question `{}`: no number is called `{key}`", question.id))?;
                    known.push(resolve::resolve(evidence, words, definition, by_hand, how)?);
                }
                numbers.extend(known.iter().find(|item| item.key == *key).cloned());
            }
            let Some(text) = template.words(&numbers) else {
                continue;
            };
            let filled = fill(text, &numbers).map_err(|why| format!("question `{}`: {why}", question.id))?;
            sentences.extend(filled.map(|text| Sentence {
                text,
                numbers: numbers.iter().map(number).collect(),
            }));
        }
        replies.push(Reply {
            id: question.id.clone(),
            asks: question.asks.clone(),
            sentences,
        });
    }
    Ok(replies)
}

fn number(item: &Item) -> Number {
    Number {
        key: item.key.clone(),
        says: super::wording::sentence(item),
        reading: item.reading,
        sources: item.sources.clone(),
    }
}

impl Template {
    /// The words for what the numbers say, where they all say the same.
    fn words(&self, numbers: &[Item]) -> Option<&str> {
        let mut readings = numbers
            .iter()
            .map(|item| item.reading)
            .filter(|reading| *reading != Reading::Nothing);
        let first = readings.next();
        let chosen = match first {
            Some(first) if readings.any(|other| other != first) => &None,
            Some(Reading::Better) => &self.better,
            Some(Reading::Worse) => &self.worse,
            Some(Reading::Unclear) => &self.unclear,
            Some(Reading::Nothing) | None => &self.nothing,
        };
        chosen.as_deref().or(self.text.as_deref())
    }
}

/// Placeholders that take a number without its sign.
const SIZES: [&str; 3] = ["size", "least", "most"];

/// Replaces `{key.field}`; `{field}` is of the first number. `None`: a number that is wanted is not there, and the sentence
/// cannot be said.
fn fill(text: &str, numbers: &[Item]) -> Result<Option<String>, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let close = rest[open..]
            .find('}')
            .ok_or_else(|| format!("a placeholder of {text:?} has no end"))?;
        let name = &rest[open + 1..open + close];
        let (key, field) = name
            .split_once('.')
            .map_or((None, name), |(key, field)| (Some(key), field));
        let item = match key {
            Some(key) => numbers.iter().find(|item| item.key == key),
            None => numbers.first(),
        };
        let item = item.ok_or_else(|| format!("`{{{name}}}` is of no number that the sentence is about"))?;
        let Some(value) = field_of(item, field).map_err(|why| format!("`{{{name}}}`: {why}"))? else {
            return Ok(None);
        };
        filled.push_str(&value);
        rest = &rest[open + close + 1..];
    }
    filled.push_str(rest);
    Ok(Some(filled))
}

/// A field of a number in words; `None` where it has none.
///
/// # Errors
/// There is no such field.
fn field_of(item: &Item, field: &str) -> Result<Option<String>, String> {
    let percent = |value: Option<f64>| value.map(|value| format!("{:.0}", 100.0 * value));
    // A size stands for a number whose side is known.
    let sided = matches!(item.reading, Reading::Better | Reading::Worse);
    let ends = item.low.zip(item.high).filter(|_| sided);
    let smaller = |(low, high): (f64, f64)| low.abs().min(high.abs());
    let larger = |(low, high): (f64, f64)| low.abs().max(high.abs());
    Ok(match field {
        "k" => item.k.map(|k| k.to_string()),
        "n" => item.n.map(|n| format!("{n:.0}")),
        "estimate" => item.estimate.map(figure),
        "size" => item.estimate.filter(|_| sided).map(|size| figure(size.abs())),
        "low" => item.low.map(figure),
        "high" => item.high.map(figure),
        // The interval of an effect that is negative where it is good, as sizes.
        "least" => ends.map(smaller).map(figure),
        "most" => ends.map(larger).map(figure),
        "percent" => percent(item.estimate),
        "percent_low" => percent(item.low),
        "percent_high" => percent(item.high),
        "measure" => Some(item.measure.clone()),
        "unit" => item.unit.clone(),
        // So many times as often; odds are not.
        "times" => {
            let ratio = [Measure::RiskRatio, Measure::HazardRatio];
            let is_ratio = ratio.iter().any(|measure| measure.word() == item.measure);
            item.estimate.filter(|_| is_ratio).map(figure)
        }
        "i2" => item.i2.map(|i2| format!("{i2:.0}")),
        "certainty" => item.grade.as_ref().map(|grade| grade.certainty.to_owned()),
        "prediction_low" => item.prediction.map(|(low, _)| figure(low)),
        "prediction_high" => item.prediction.map(|(_, high)| figure(high)),
        "studies" => item.k.map(|k| match k {
            1 => "one study".to_owned(),
            k => format!("{k} studies"),
        }),
        _ => return Err(format!("a number has no {field}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_found_in_placeholders() {
        assert!(has_size("lower by {size} points") && has_size("by {day.least} at least"));
        assert!(!has_size("a size of {estimate} ({low} to {high})"));
    }

    #[test]
    fn numbers_belong_into_placeholders() {
        assert!(!has_bare_digit("after one dose {a.k} trials found {estimate}"));
        assert!(has_bare_digit("after 24 hours"));
    }
}
