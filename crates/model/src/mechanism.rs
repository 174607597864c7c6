//! What a file says of itself as a part of a mechanism: its layer, what its outputs rest on, and what speaks against them.
//!
//! The words are metadata statements (`layer`, `badges`, `anchors`, `disagreement`); the check has refused others before
//! anything here is asked, so what is not understood is left out.

use euthymia_diagnostics::Span;

use crate::syntax::tree::{MetadataItem, MetadataValue, ModelFile};

/// Where between dose and score a file stands; the order is that in which one feeds the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The drug in the body.
    Kinetics,
    /// What it binds to.
    Target,
    /// What is felt or measured within hours.
    Acute,
    /// What follows in cells and circuits over hours to weeks.
    Cascade,
    /// The symptoms.
    Response,
}

impl Layer {
    /// The layers in their order, with the words for them.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("kinetics", Self::Kinetics),
        ("target", Self::Target),
        ("acute", Self::Acute),
        ("cascade", Self::Cascade),
        ("response", Self::Response),
    ];

    /// The word for it in a model.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize].0
    }
}

/// What a quantity rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Badge {
    /// Somebody measured it, or what it is computed from, in people.
    Measured,
    /// Measured in animals and carried over.
    Scaled,
    /// Chosen; nobody measured it.
    Assumed,
}

impl Badge {
    /// The badges from the best to the worst, with the words for them.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("measured in people", Self::Measured),
        ("scaled from animals", Self::Scaled),
        ("assumed", Self::Assumed),
    ];

    /// The words for it in a model.
    #[must_use]
    pub fn words(self) -> &'static str {
        Self::WORDS[self as usize].0
    }
}

/// A finding about a quantity: `key: what was found`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Key of the source.
    pub key: String,
    /// What was found.
    pub text: String,
    /// Where the text that holds it stands.
    pub span: Span,
}

/// Between two findings of one quantity.
const SEPARATOR: &str = " | ";

/// The findings in a text; `None` for a part that is not `key: what was found`.
pub(crate) fn findings(text: &str, span: Span) -> Vec<Option<Finding>> {
    let one = |part: &str| {
        let (key, found) = part.split_once(':')?;
        let (key, found) = (key.trim(), found.trim());
        let is_key = !key.is_empty() && !key.contains(char::is_whitespace);
        (is_key && !found.is_empty()).then(|| Finding {
            key: key.to_owned(),
            text: found.to_owned(),
            span,
        })
    };
    text.split(SEPARATOR).map(one).collect()
}

/// Statements whose entries are findings about outputs.
pub const FINDINGS: [&str; 2] = ["anchors", "disagreement"];

impl ModelFile {
    /// The layer of the file, where it names one.
    #[must_use]
    pub fn layer(&self) -> Option<Layer> {
        let word = self.statement("layer")?.as_text()?;
        meaning(&Layer::WORDS, word)
    }

    /// What an output rests on, where the file says.
    #[must_use]
    pub fn badge(&self, output: &str) -> Option<Badge> {
        let words = self.statement("badges")?.get(output)?.as_text()?;
        meaning(&Badge::WORDS, words)
    }

    /// Findings about an output in one of the statements [`FINDINGS`].
    #[must_use]
    pub fn findings(&self, statement: &str, output: &str) -> Vec<Finding> {
        let value = self.statement(statement).and_then(|list| list.get(output));
        let text = value.and_then(|value| Some((value.as_text()?, value.span)));
        text.map(|(text, span)| findings(text, span).into_iter().flatten().collect())
            .unwrap_or_default()
    }

    /// Every finding that the file names, whatever it is about.
    pub fn all_findings(&self) -> impl Iterator<Item = Finding> {
        let lists = FINDINGS.iter().filter_map(|statement| self.statement(statement));
        lists
            .flat_map(MetadataValue::items)
            .filter_map(|item| Some((item.value.as_text()?, item.value.span)))
            .flat_map(|(text, span)| findings(text, span).into_iter().flatten())
    }

    /// Names of what the file reports, in its order.
    pub fn output_names(&self) -> impl Iterator<Item = &str> {
        let items: &[MetadataItem] = self.statement("outputs").map_or(&[], MetadataValue::items);
        items
            .iter()
            .filter_map(|item| item.name.as_ref())
            .map(|name| name.text.as_str())
    }

    /// The value of a metadata statement.
    #[must_use]
    pub fn statement(&self, name: &str) -> Option<&MetadataValue> {
        let found = self.metadata.iter().find(|metadata| metadata.name.text == name);
        found.map(|metadata| &metadata.value)
    }
}

/// What a word stands for.
fn meaning<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_a_key_and_a_text_each() {
        let found = |text| {
            let parts = findings(text, Span::default()).into_iter();
            parts
                .map(|part| part.map(|finding| (finding.key, finding.text)))
                .collect::<Vec<_>>()
        };
        let pair = |key: &str, text: &str| Some((key.to_owned(), text.to_owned()));
        assert_eq!(
            found("a-2022: no change: 24 h | b-2020:less"),
            [pair("a-2022", "no change: 24 h"), pair("b-2020", "less")]
        );
        assert_eq!(found("no change"), [None]);
        assert_eq!(found("Smith 2022: no change | a:"), [None, None]);
    }

    #[test]
    fn words_stand_where_their_meaning_says() {
        assert!(Layer::WORDS.iter().all(|(word, layer)| layer.word() == *word));
        assert!(Badge::WORDS.iter().all(|(words, badge)| badge.words() == *words));
    }
}
