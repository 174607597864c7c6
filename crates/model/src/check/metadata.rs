//! Metadata statements that the rest relies on.

use euthymia_diagnostics::{Diagnostic, Span, nearest};
use euthymia_units::Unit;

use super::Checker;
use crate::mechanism::{Badge, FINDINGS, Layer, findings};
use crate::model::Symbol;
use crate::syntax::tree::{MetadataItem, MetadataKind, MetadataValue, ModelFile};

impl Checker<'_> {
    pub(crate) fn metadata(&mut self, file: &ModelFile) {
        for metadata in &file.metadata {
            match metadata.name.text.as_str() {
                "description" | "reference" if metadata.value.as_text().is_none() => {
                    let message = format!("`{}` is not a text", metadata.name.text);
                    self.expected(message, metadata.value.span, "expected a text in quotes");
                }
                "units" => self.units(metadata.value.items()),
                "outputs" => self.outputs(metadata.value.items()),
                "uncertainty" => self.uncertainty(metadata.value.items()),
                "layer" => self.word("layer", &Layer::WORDS, &metadata.value),
                "badges" => self.about_outputs(file, "badge", &metadata.value, |checker, item| {
                    checker.word("badge", &Badge::WORDS, &item.value);
                }),
                name if FINDINGS.contains(&name) => {
                    self.about_outputs(file, "finding", &metadata.value, Self::findings);
                }
                _ => {}
            }
        }
        self.badges_of_cascade(file);
    }

    /// One of a few words.
    fn word<T>(&mut self, what: &str, words: &[(&str, T)], value: &MetadataValue) {
        let found = value.as_text().unwrap_or_default();
        if words.iter().any(|(known, _)| *known == found) {
            return;
        }
        let known = words.iter().map(|(word, _)| *word);
        let help = match nearest(found, known.clone()) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => format!("write one of \"{}\"", known.collect::<Vec<_>>().join("\", \"")),
        };
        let diagnostic = Diagnostic::error("M009", format!("no such {what}"))
            .at(self.source(), value.span, format!("expected a {what}"))
            .help(help);
        self.report(diagnostic);
    }

    /// A list with an entry for each of some outputs.
    fn about_outputs(
        &mut self,
        file: &ModelFile,
        what: &str,
        list: &MetadataValue,
        entry: impl Fn(&mut Self, &MetadataItem),
    ) {
        if !matches!(
            list.kind,
            MetadataKind::List(_) | MetadataKind::Vector(_) | MetadataKind::Missing
        ) {
            let message = format!("a {what} of nothing");
            self.expected(message, list.span, "expected `list(output = \"...\")`");
        }
        for item in list.items() {
            let Some(name) = &item.name else {
                let message = format!("a {what} of nothing");
                self.expected(message, item.value.span, "expected `output = \"...\"`");
                continue;
            };
            if !file.output_names().any(|output| output == name.text) {
                let help = match nearest(&name.text, file.output_names()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "name an output of `outputs <- list(...)`".to_owned(),
                };
                let message = format!("a {what} of `{}`, which is no output", name.text);
                let diagnostic = Diagnostic::error("M053", message)
                    .at(self.source(), name.span, "no such output")
                    .help(help);
                self.report(diagnostic);
            }
            entry(self, item);
        }
    }

    fn findings(&mut self, item: &MetadataItem) {
        let text = item.value.as_text().unwrap_or_default();
        if findings(text, item.value.span).iter().any(Option::is_none) {
            self.expected(
                "a finding without its source".to_owned(),
                item.value.span,
                "expected `key: what was found`, several separated by ` | `",
            );
        }
    }

    /// Nothing of the cascade is shown without saying whether anybody measured it in people.
    fn badges_of_cascade(&mut self, file: &ModelFile) {
        if file.layer() != Some(Layer::Cascade) {
            return;
        }
        let badges = file.statement("badges");
        for output in file.statement("outputs").map_or(&[][..], MetadataValue::items) {
            let Some(name) = &output.name else { continue };
            if badges.is_some_and(|badges| badges.get(&name.text).is_some()) {
                continue;
            }
            let words = Badge::WORDS.map(|(words, _)| words).join("\", \"");
            let diagnostic =
                Diagnostic::error("M057", format!("`{}` of the cascade has no badge", name.text))
                    .at(self.source(), name.span, "what does it rest on?")
                    .help(format!(
                        "add `badges <- list({} = \"...\")` with one of \"{words}\"",
                        name.text
                    ));
            self.report(diagnostic);
        }
    }

    fn expected(&mut self, message: String, span: Span, label: &str) {
        let diagnostic = Diagnostic::error("M009", message).at(self.source(), span, label);
        self.report(diagnostic);
    }

    fn units(&mut self, items: &[MetadataItem]) {
        for item in items {
            let Some(text) = item.value.as_text() else {
                self.expected(
                    "a unit is a text".to_owned(),
                    item.value.span,
                    "expected a unit in quotes",
                );
                continue;
            };
            if let Err(error) = Unit::parse(text) {
                let mut diagnostic = Diagnostic::warning("M026", format!("unit not understood: {error}")).at(
                    self.source(),
                    item.value.span,
                    "here",
                );
                if let Some(help) = error.help() {
                    diagnostic = diagnostic.help(help);
                }
                self.report(diagnostic);
            }
        }
    }

    fn outputs(&mut self, items: &[MetadataItem]) {
        for item in items {
            let Some(name) = &item.name else {
                self.expected(
                    "an output without a name".to_owned(),
                    item.value.span,
                    "expected `name = \"Label\"`",
                );
                continue;
            };
            if item.value.as_text().is_none() {
                let message = format!("the label of `{}` is not a text", name.text);
                self.expected(message, item.value.span, "expected a text in quotes");
            }
            let known = self.model.symbols.get(&name.text);
            if !matches!(known, Some(Symbol::Variable | Symbol::State(_))) {
                let variables = self.model.variables.iter().map(|variable| variable.name.as_str());
                let all = variables.chain(self.model.compartments.iter().map(|state| state.name.as_str()));
                let help = match nearest(&name.text, all) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "name a variable or a compartment of the model".to_owned(),
                };
                let diagnostic = Diagnostic::error("M053", format!("output `{}` is not computed", name.text))
                    .at(self.source(), name.span, "no such variable")
                    .help(help);
                self.report(diagnostic);
            }
        }
    }

    fn uncertainty(&mut self, items: &[MetadataItem]) {
        for item in items {
            let Some(name) = &item.name else {
                let message = "an uncertainty without a name".to_owned();
                self.expected(message, item.value.span, "expected `parameter = standard error`");
                continue;
            };
            match item.value.kind {
                MetadataKind::Number(value) if value >= 0.0 => {}
                _ => {
                    let message = format!("the uncertainty of `{}` is not a standard error", name.text);
                    self.expected(message, item.value.span, "expected a number of 0 or more");
                }
            }
            if !matches!(self.model.symbols.get(&name.text), Some(Symbol::Theta(_))) {
                let help = match nearest(
                    &name.text,
                    self.model.thetas.iter().map(|theta| theta.name.as_str()),
                ) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "name a population parameter of `ini({ ... })`".to_owned(),
                };
                let diagnostic =
                    Diagnostic::error("M053", format!("`{}` is no population parameter", name.text))
                        .at(self.source(), name.span, "no such parameter")
                        .help(help);
                self.report(diagnostic);
            }
        }
    }
}
