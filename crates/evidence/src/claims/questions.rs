//! Questions a person asks, answered in plain words: sentences are templates, every number in them is looked up or pooled
//! now, and which sentence is said depends on what the number says.

use euthymia_diagnostics::Diagnostic;
use euthymia_document::{Document, Reader};
use serde::Serialize;

use crate::pooling::{How, Reading};
use crate::select::Source;
use crate::tables::Evidence;
use crate::words::Words;

use super::definition::Definitions;
use super::item::{self, Definition};
use super::resolve::{self, Item};
use super::wording::figure;

/// A sentence as a template.
#[derive(Clone, Debug, PartialEq)]
struct Template {
    /// Keys of the numbers it is about; the first decides which words are said.
    about: Vec<String>,
    /// Whatever the number says.
    text: Option<String>,
    /// Where the interval is on the better side.
    better: Option<String>,
    /// Where it is on the worse side.
    worse: Option<String>,
    /// Where it holds no difference.
    unclear: Option<String>,
    /// Where there is no number.
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

/// Answers every question.
///
/// # Errors
/// A sentence names a number that is nowhere defined, or a placeholder that means nothing.
pub fn answer_questions(
    evidence: &Evidence,
    words: &Words,
    claims: &Definitions,
    questions: &Questions,
    how: &How,
) -> Result<Vec<Reply>, String> {
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
            if let Some(text) = template.words(&numbers) {
                sentences.push(Sentence {
                    text: fill(text, &numbers).map_err(|why| format!("question `{}`: {why}", question.id))?,
                    numbers: numbers.iter().map(number).collect(),
                });
            }
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
    /// The words for what the first number says.
    fn words(&self, numbers: &[Item]) -> Option<&str> {
        let first = numbers.first()?;
        let chosen = match first.reading {
            Reading::Better => &self.better,
            Reading::Worse => &self.worse,
            Reading::Unclear => &self.unclear,
            Reading::Nothing => &self.nothing,
        };
        let text = chosen.as_deref().or(self.text.as_deref());
        // Words with placeholders need the number.
        text.filter(|text| first.estimate.is_some() || !text.contains('{'))
    }
}

/// Replaces `{key.field}`; `{field}` is of the first number.
fn fill(text: &str, numbers: &[Item]) -> Result<String, String> {
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
        let value =
            field_of(item, field).ok_or_else(|| format!("`{{{name}}}`: `{}` has no {field}", item.key))?;
        filled.push_str(&value);
        rest = &rest[open + close + 1..];
    }
    filled.push_str(rest);
    Ok(filled)
}

fn field_of(item: &Item, field: &str) -> Option<String> {
    let percent = |value: Option<f64>| value.map(|value| format!("{:.0}", 100.0 * value));
    Some(match field {
        "k" => item.k?.to_string(),
        "n" => format!("{:.0}", item.n?),
        "estimate" => figure(item.estimate?),
        "size" => figure(item.estimate?.abs()),
        "low" => figure(item.low?),
        "high" => figure(item.high?),
        // The interval of an effect that is negative where it is good, as sizes.
        "least" => figure(item.low?.abs().min(item.high?.abs())),
        "most" => figure(item.low?.abs().max(item.high?.abs())),
        "percent" => percent(item.estimate)?,
        "percent_low" => percent(item.low)?,
        "percent_high" => percent(item.high)?,
        "measure" => item.measure.clone(),
        "i2" => format!("{:.0}", item.i2?),
        "certainty" => item.grade.as_ref()?.certainty.to_owned(),
        "prediction_low" => figure(item.prediction?.0),
        "prediction_high" => figure(item.prediction?.1),
        "studies" => match item.k? {
            1 => "one study".to_owned(),
            k => format!("{k} studies"),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_belong_into_placeholders() {
        assert!(!has_bare_digit("after one dose {a.k} trials found {estimate}"));
        assert!(has_bare_digit("after 24 hours"));
    }
}
