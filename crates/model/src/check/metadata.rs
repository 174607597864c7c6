//! Metadata statements that the rest relies on.

use euthymia_diagnostics::{Diagnostic, Span, nearest};
use euthymia_units::Unit;

use super::Checker;
use crate::model::Symbol;
use crate::syntax::tree::{MetadataItem, MetadataKind, ModelFile};

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
                _ => {}
            }
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
