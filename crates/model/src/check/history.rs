//! Calls that ask about the doses: their compartments, and how many arguments they have.

use euthymia_diagnostics::{Diagnostic, Span};

use super::{Checker, counted};
use crate::history::{Doses, Question};
use crate::syntax::tree::{Expression, ExpressionKind, Name};

impl Checker<'_> {
    /// Checks the argument of a question.
    pub(crate) fn question(&mut self, question: &Question, arguments: &[Expression], span: Span) {
        let name = question.name;
        match arguments {
            [] if self.model.compartments.is_empty() => {
                let diagnostic =
                    Diagnostic::error("M045", format!("`{name}()` in a model without compartments"))
                        .at(
                            self.source(),
                            span,
                            "asks about doses, of which there can be none",
                        )
                        .help("add `d/dt(depot) <- ...`");
                self.report(diagnostic);
            }
            [] => {}
            [argument] if question.doses != Doses::All => {
                if let ExpressionKind::Name(text) = &argument.kind {
                    self.known_compartment(&Name {
                        text: text.clone(),
                        span: argument.span,
                    });
                } else {
                    let diagnostic =
                        Diagnostic::error("M004", format!("`{name}()` is about the doses of a compartment"))
                            .at(self.source(), argument.span, "expected the name of a compartment")
                            .help(format!("write `{name}()` or `{name}(compartment)`"));
                    self.report(diagnostic);
                }
            }
            _ => {
                let (expected, form) = if question.doses == Doses::All {
                    ("none", format!("{name}()"))
                } else {
                    ("none or a compartment", format!("{name}(compartment)"))
                };
                let count = counted(arguments.len(), "argument");
                let diagnostic = Diagnostic::error("M042", format!("`{name}` with {count}"))
                    .at(self.source(), span, format!("expected {expected}"))
                    .help(format!("write `{form}`"));
                self.report(diagnostic);
            }
        }
    }

    /// Checks how many arguments `transit()` has.
    pub(crate) fn transit(&mut self, count: usize, span: Span) {
        if !(2..=3).contains(&count) {
            let message = format!("`transit` with {}", counted(count, "argument"));
            let diagnostic = Diagnostic::error("M042", message)
                .at(self.source(), span, "expected 2 to 3")
                .help("write `transit(n, mtt)` or `transit(n, mtt, bio)`");
            self.report(diagnostic);
        }
        if self.model.compartments.is_empty() {
            let diagnostic = Diagnostic::error("M045", "`transit()` in a model without compartments")
                .at(
                    self.source(),
                    span,
                    "asks about doses, of which there can be none",
                )
                .help("add `d/dt(depot) <- transit(n, mtt) - ka*depot`");
            self.report(diagnostic);
        }
    }
}
