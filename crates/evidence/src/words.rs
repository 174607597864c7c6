//! `words.toml`: what the words of the tables mean. This crate knows no drug, no illness and no scale by name.

use std::collections::BTreeMap;

use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_document::{Document, Reader};
use serde::Serialize;

/// What is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// A lower score.
    Lower,
    /// A higher score.
    Higher,
    /// More people with the event.
    More,
    /// Fewer of them.
    Fewer,
}

impl Better {
    const WORDS: [(&'static str, Self); 4] = [
        ("lower", Self::Lower),
        ("higher", Self::Higher),
        ("more", Self::More),
        ("fewer", Self::Fewer),
    ];

    /// -1 where a negative effect (of a ratio: its logarithm) is the better one, else 1.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Lower | Self::Fewer => -1.0,
            Self::Higher | Self::More => 1.0,
        }
    }
}

/// Outcomes that answer one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutcomeGroup {
    /// Its name (`response`).
    pub name: String,
    /// In running text.
    pub label: String,
    /// Whether people have it or not; else it is a score.
    pub event: bool,
    /// What is better, where that is known.
    pub better: Option<Better>,
    /// Words of the column `outcome`, the preferred one first.
    pub words: Vec<String>,
}

/// A rating scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scale {
    /// In running text.
    pub label: String,
    /// The smallest difference that people notice, points, and the key of its source.
    pub smallest_important: Option<(f64, String)>,
}

/// What counts as important where a scale has no number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Important {
    /// Standardised difference.
    pub smd: f64,
    /// Ratio above 1; below 1 its inverse.
    pub ratio: f64,
    /// Difference of proportions.
    pub risk_difference: f64,
}

/// What the words of the tables mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// Groups of conditions, in the order written.
    pub conditions: Vec<(String, Vec<String>)>,
    /// Groups of drugs.
    pub drugs: Vec<(String, Vec<String>)>,
    /// Groups of controls.
    pub controls: Vec<(String, Vec<String>)>,
    /// Groups of outcomes.
    pub outcomes: Vec<OutcomeGroup>,
    /// Scales by their word.
    pub scales: BTreeMap<String, Scale>,
    /// What counts as important.
    pub important: Important,
    /// The drug whose doses are compared where none is named: milligrams of different drugs are not the same dose.
    pub dose_drug: String,
}

impl Words {
    /// Reads the file.
    #[must_use]
    pub fn read(document: &Document) -> (Option<Self>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut found);
        let conditions = reader.required_table("conditions", groups);
        let drugs = reader.required_table("drugs", groups);
        let controls = reader.required_table("controls", groups);
        let outcomes = reader.required_table("outcomes", |reader| {
            Some(reader.each_other(|name, item| item.table(|table| outcome(name, table))))
        });
        let scales = reader.required_table("scales", |reader| {
            Some(reader.each_other(|name, item| Some((name.to_owned(), item.table(scale)?))))
        });
        let important = reader.required_table("important", important);
        let dose_drug = reader.required_table("dose", |table| table.required_string("drug"));
        reader.finish();
        let words = (|| {
            Some(Self {
                conditions: conditions?,
                drugs: drugs?,
                controls: controls?,
                outcomes: outcomes?,
                scales: scales?.into_iter().collect(),
                important: important?,
                dose_drug: dose_drug?,
            })
        })();
        (words, found)
    }

    /// The outcomes that a person means by a word: a group by its name, else the word alone as the tables have it.
    #[must_use]
    pub fn outcome(&self, word: &str) -> OutcomeGroup {
        if let Some(group) = self.outcomes.iter().find(|group| group.name == word) {
            return group.clone();
        }
        let of = self
            .outcomes
            .iter()
            .find(|group| group.words.iter().any(|known| known == word));
        OutcomeGroup {
            name: word.to_owned(),
            label: self.scale_label(word),
            event: of.is_some_and(|group| group.event),
            better: of.and_then(|group| group.better),
            words: vec![word.to_owned()],
        }
    }

    /// A scale as it stands in running text.
    #[must_use]
    pub fn scale_label(&self, word: &str) -> String {
        self.scales
            .get(word)
            .map_or_else(|| word.to_owned(), |scale| scale.label.clone())
    }

    /// The words that `asked` (groups or words, joined by commas) stands for, in order and once each.
    ///
    /// # Errors
    /// A word that is neither a group nor one of `known`, with the nearest that is.
    pub fn expand<'k>(
        groups: &'k [(String, Vec<String>)],
        known: impl Iterator<Item = &'k str> + Clone,
        asked: &[String],
    ) -> Result<Vec<String>, UnknownWord> {
        let mut words: Vec<String> = Vec::new();
        for word in asked {
            let group = groups.iter().find(|(name, _)| name == word);
            let members: Vec<String> = match group {
                Some((_, members)) => members.clone(),
                None if known.clone().any(|known| known == word) => vec![word.clone()],
                None => {
                    let names = groups.iter().map(|(name, _)| name.as_str()).chain(known.clone());
                    return Err(UnknownWord {
                        word: word.clone(),
                        near: nearest(word, names).map(str::to_owned),
                    });
                }
            };
            for member in members {
                if !words.contains(&member) {
                    words.push(member);
                }
            }
        }
        Ok(words)
    }
}

/// A word that the tables do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// It.
    pub word: String,
    /// The nearest that they have.
    pub near: Option<String>,
}

fn groups(reader: &mut Reader<'_, '_>) -> Option<Vec<(String, Vec<String>)>> {
    Some(reader.each_other(|name, item| Some((name.to_owned(), item.array(|item| item.string())?))))
}

fn outcome(name: &str, table: &mut Reader<'_, '_>) -> Option<OutcomeGroup> {
    let label = table.required_string("label");
    let event = table.required_choice("kind", &[("score", false), ("event", true)]);
    let better = table.required_choice("better", &Better::WORDS);
    let words = table.required_array("words", |item| item.string());
    Some(OutcomeGroup {
        name: name.to_owned(),
        label: label?,
        event: event?,
        better: Some(better?),
        words: words?,
    })
}

fn scale(table: &mut Reader<'_, '_>) -> Option<Scale> {
    table.allow(&["grade", "locator"]);
    let label = table.required_string("label");
    let smallest = table.optional_number("smallest_important", 0.0..);
    let source = table.optional_string("source");
    Some(Scale {
        label: label?,
        smallest_important: smallest.zip(source),
    })
}

fn important(table: &mut Reader<'_, '_>) -> Option<Important> {
    table.allow(&["grade", "locator", "source"]);
    let smd = table.required_number("smd", 0.0..=5.0);
    let ratio = table.required_number("ratio", 1.0..=100.0);
    let risk_difference = table.required_number("risk_difference", 0.0..=1.0);
    Some(Important {
        smd: smd?,
        ratio: ratio?,
        risk_difference: risk_difference?,
    })
}
