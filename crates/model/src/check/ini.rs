//! Parameters and random effects.

use euthymia_diagnostics::{Diagnostic, nearest};
use euthymia_units::Unit;

use super::{Checker, constant, counted};
use crate::functions::constant as constant_of;
use crate::history::{TRANSIT, question_of};
use crate::model::{Level, OmegaBlock, Symbol, Theta, split_unit};
use crate::syntax::tree::{
    Expression, ExpressionKind, IniKind, IniStatement, Label, Name, OmegaSyntax, ThetaSyntax,
};

/// What labels put in their last parentheses when the number has no unit.
const UNITLESS: &[&str] = &[
    "fraction",
    "unitless",
    "dimensionless",
    "no unit",
    "ratio",
    "proportion",
    "probability",
    "log scale",
    "logit scale",
    "sd",
    "cv",
    "cv%",
    "variance",
    "points",
];

impl Checker<'_> {
    pub(crate) fn ini(&mut self, statements: &[IniStatement]) {
        for statement in statements {
            let comment = statement.comments.text_beside();
            match &statement.kind {
                IniKind::Theta(theta) => self.theta(theta, statement.label.as_ref(), comment),
                IniKind::Omega(omega) => {
                    if let (Some(label), true) = (&statement.label, omega.etas.len() > 1) {
                        let diagnostic = Diagnostic::error("M025", "one label for several random effects")
                            .at(self.source(), label.span, "cannot tell which it is for")
                            .help("put what it says into a comment");
                        self.report(diagnostic);
                    }
                    self.omega(omega, comment);
                }
            }
        }
    }

    fn theta(&mut self, syntax: &ThetaSyntax, label: Option<&Label>, comment: Option<String>) {
        let index = self.model.thetas.len();
        let is_new = self.declare(&syntax.name, "parameter", Symbol::Theta(index));
        let lower = syntax
            .lower
            .as_ref()
            .map_or(Some(f64::NEG_INFINITY), |bound| self.value(bound));
        let upper = syntax
            .upper
            .as_ref()
            .map_or(Some(f64::INFINITY), |bound| self.value(bound));
        let value = self.value(&syntax.estimate);
        let unit = label.and_then(|label| self.unit_of(label));
        let (Some(lower), Some(value), Some(upper)) = (lower, value, upper) else {
            return;
        };
        if !value.is_finite() {
            self.not_finite(&syntax.estimate);
            return;
        }
        if !(lower <= value && value <= upper) {
            let diagnostic =
                Diagnostic::error("M022", format!("`{}` is outside of its bounds", syntax.name.text))
                    .at(
                        self.source(),
                        syntax.estimate.span,
                        format!("{value} is not within {lower} to {upper}"),
                    )
                    .help("write `c(lower, estimate, upper)` with lower <= estimate <= upper");
            self.report(diagnostic);
        }
        if is_new {
            let (name, fixed) = (syntax.name.text.clone(), syntax.fixed);
            let label = label.map(|label| label.text.clone());
            self.model.thetas.push(Theta {
                name,
                value,
                lower,
                upper,
                fixed,
                label,
                unit,
                comment,
            });
        }
    }

    /// The value of an expression of `ini({})`, or what is wrong with it.
    fn value(&mut self, expression: &Expression) -> Option<f64> {
        let before = self.diagnostics.len();
        self.constants_only(expression);
        if self.diagnostics.len() > before {
            return None;
        }
        let value = constant(expression)?;
        if value.is_nan() {
            self.not_finite(expression);
            return None;
        }
        Some(value)
    }

    fn not_finite(&mut self, expression: &Expression) {
        let diagnostic = Diagnostic::error("M027", "the value is not a finite number")
            .at(self.source(), expression.span, "expected a finite number")
            .help("check what the logarithm or the division is of");
        self.report(diagnostic);
    }

    fn constants_only(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Name(name)
                if matches!(name.as_str(), "Inf" | "TRUE" | "FALSE") || constant_of(name).is_some() => {}
            ExpressionKind::Name(name) => {
                let diagnostic = Diagnostic::error("M021", format!("`{name}` in the value of a parameter"))
                    .at(self.source(), expression.span, "expected a number")
                    .help("write the number; parameters are combined in `model({ ... })`");
                self.report(diagnostic);
            }
            ExpressionKind::Derivative(_) => {
                let diagnostic = Diagnostic::error("M021", "a derivative in the value of a parameter").at(
                    self.source(),
                    expression.span,
                    "expected a number",
                );
                self.report(diagnostic);
            }
            ExpressionKind::Call(name, _) if question_of(&name.text).is_some() || name.text == TRANSIT => {
                let message = format!("`{}()` in the value of a parameter", name.text);
                let diagnostic = Diagnostic::error("M021", message)
                    .at(self.source(), expression.span, "expected a number")
                    .help("doses are asked about in `model({ ... })`");
                self.report(diagnostic);
                return;
            }
            ExpressionKind::Call(name, arguments) => self.call(name, arguments.len(), expression.span),
            ExpressionKind::Number(_) | ExpressionKind::Unary(..) | ExpressionKind::Binary(..) => {}
        }
        for child in expression.children() {
            self.constants_only(child);
        }
    }

    fn unit_of(&mut self, label: &Label) -> Option<Unit> {
        let (_, unit) = split_unit(&label.text);
        let unit = unit?;
        if UNITLESS.contains(&unit.to_lowercase().as_str()) {
            return Some(Unit::BARE);
        }
        match Unit::parse(unit) {
            Ok(unit) => Some(unit),
            Err(error) => {
                let diagnostic = Diagnostic::warning(
                    "M026",
                    format!("the label's unit is not understood: {error}"),
                )
                .at(self.source(), label.span, "in the last parentheses");
                self.report(match error.help() {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic.help("write a unit such as `L/h`, or `fraction` for a bare number"),
                });
                None
            }
        }
    }

    fn omega(&mut self, syntax: &OmegaSyntax, comment: Option<String>) {
        let first = self
            .model
            .omegas
            .iter()
            .map(|block| block.etas.len())
            .sum::<usize>();
        let mut names = Vec::new();
        for (offset, eta) in syntax.etas.iter().enumerate() {
            if self.declare(eta, "random effect", Symbol::Eta(first + offset)) {
                names.push(eta.text.clone());
            }
        }
        let level = self.level(syntax.level.as_ref());
        let values: Vec<Option<f64>> = syntax.values.iter().map(|value| self.value(value)).collect();
        let Some(covariance) = values.into_iter().collect::<Option<Vec<f64>>>() else {
            return;
        };
        let size = syntax.etas.len();
        let expected = size * (size + 1) / 2;
        if covariance.len() != expected {
            let diagnostic = Diagnostic::error(
                "M023",
                format!(
                    "{} for {}",
                    counted(covariance.len(), "value"),
                    counted(size, "random effect")
                ),
            )
            .at(
                self.source(),
                syntax.values_span.0,
                format!("expected {expected}"),
            )
            .note("the lower triangle of the covariance matrix by rows: var1, cov21, var2, cov31, ...")
            .help(if size == 1 {
                "write one variance"
            } else {
                "write them in `c(...)`"
            });
            self.report(diagnostic);
            return;
        }
        if let Some(why) = not_a_covariance(&covariance, size) {
            let diagnostic = Diagnostic::error("M024", "not a covariance matrix")
                .at(self.source(), syntax.values_span.0, why)
                .note("variances on the diagonal, and no correlation beyond 1")
                .help("check the order: var1, cov21, var2, cov31, cov32, var3, ...");
            self.report(diagnostic);
            return;
        }
        if names.len() == size {
            let fixed = syntax.fixed;
            self.model.omegas.push(OmegaBlock {
                etas: names,
                covariance,
                fixed,
                level,
                comment,
            });
        }
    }

    fn level(&mut self, name: Option<&Name>) -> Level {
        let Some(name) = name else { return Level::Subject };
        if let Some((_, level)) = Level::WORDS.iter().find(|(word, _)| *word == name.text) {
            return *level;
        }
        let words = Level::WORDS.iter().map(|(word, _)| *word);
        let help = match nearest(&name.text, words) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "write `| id`, `| occ` or `| study`".to_owned(),
        };
        let diagnostic = Diagnostic::error("M028", format!("unknown level `{}`", name.text))
            .at(self.source(), name.span, "expected `id`, `occ` or `study`")
            .help(help);
        self.report(diagnostic);
        Level::Subject
    }
}

/// Why a lower triangle is no covariance matrix, if it is none. An effect may have no variance at all.
fn not_a_covariance(lower: &[f64], size: usize) -> Option<String> {
    let mut factor = vec![0.0; lower.len()];
    let at = |row: usize, column: usize| row * (row + 1) / 2 + column;
    for row in 0..size {
        let variance = lower[at(row, row)];
        if !variance.is_finite() || variance < 0.0 {
            return Some(format!("variance {} is {variance}", row + 1));
        }
        for column in 0..=row {
            let mut rest = lower[at(row, column)];
            for inner in 0..column {
                rest -= factor[at(row, inner)] * factor[at(column, inner)];
            }
            if row == column {
                // Rounding of a matrix printed with few digits must not make a perfect correlation an error.
                if rest < -1e-9 * variance {
                    return Some(format!(
                        "correlations of effect {} with those before exceed 1",
                        row + 1
                    ));
                }
                factor[at(row, row)] = rest.max(0.0).sqrt();
            } else if factor[at(column, column)] > 0.0 {
                factor[at(row, column)] = rest / factor[at(column, column)];
            } else if rest.abs() > 1e-12 * variance.max(1.0) {
                return Some(format!("effect {} varies with one that has no variance", row + 1));
            }
        }
    }
    None
}
