//! Endpoints: `cp ~ add(sd) + prop(sd)`.

use euthymia_diagnostics::Diagnostic;

use super::expression::Scope;
use super::{Checker, counted};
use crate::model::{Endpoint, ErrorArgument, ErrorKind, ErrorTerm, Symbol};
use crate::syntax::tree::{ErrorCall, Expression, ExpressionKind, Name, UnaryOperator};

/// Error functions that are taken: name, meaning, numbers of arguments, form.
const ERRORS: &[(&str, ErrorKind, &[usize], &str)] = &[
    ("add", ErrorKind::Additive, &[1], "add(sd)"),
    ("norm", ErrorKind::Additive, &[1], "norm(sd)"),
    ("dnorm", ErrorKind::Additive, &[1], "dnorm(sd)"),
    ("prop", ErrorKind::Proportional, &[1], "prop(sd)"),
    ("pow", ErrorKind::Power, &[2], "pow(sd, exponent)"),
    ("lnorm", ErrorKind::LogNormal, &[1], "lnorm(sd)"),
    ("dlnorm", ErrorKind::LogNormal, &[1], "dlnorm(sd)"),
    ("logn", ErrorKind::LogNormal, &[1], "logn(sd)"),
    ("dlogn", ErrorKind::LogNormal, &[1], "dlogn(sd)"),
    (
        "logitNorm",
        ErrorKind::LogitNormal,
        &[1, 3],
        "logitNorm(sd, low, high)",
    ),
    (
        "probitNorm",
        ErrorKind::ProbitNormal,
        &[1, 3],
        "probitNorm(sd, low, high)",
    ),
    ("t", ErrorKind::Student, &[1], "t(df)"),
    ("dt", ErrorKind::Student, &[1], "dt(df)"),
    ("pois", ErrorKind::Poisson, &[1], "pois(lambda)"),
    ("dpois", ErrorKind::Poisson, &[1], "dpois(lambda)"),
    ("binom", ErrorKind::Binomial, &[2], "binom(n, p)"),
    ("dbinom", ErrorKind::Binomial, &[2], "dbinom(n, p)"),
    ("bern", ErrorKind::Bernoulli, &[1], "bern(p)"),
    ("dbern", ErrorKind::Bernoulli, &[1], "dbern(p)"),
    ("combined1", ErrorKind::Combined1, &[0], "combined1()"),
    ("combined2", ErrorKind::Combined2, &[0], "combined2()"),
];

/// Whether a kind is the whole distribution of what is observed.
fn is_whole(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Poisson | ErrorKind::Binomial | ErrorKind::Bernoulli
    )
}

/// Whether a kind is additive on another scale, of which there can be one only.
fn is_scale(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::LogNormal | ErrorKind::LogitNormal | ErrorKind::ProbitNormal
    )
}

impl Checker<'_> {
    pub(crate) fn endpoint(
        &mut self,
        variable: &Name,
        terms: &[ErrorCall],
        condition: Option<&Name>,
        scope: &mut Scope,
    ) {
        let is_state = matches!(self.model.symbols.get(&variable.text), Some(Symbol::State(_)));
        let is_defined = scope.get(&variable.text).map(|defined| defined.certain);
        if !is_state && is_defined != Some(true) {
            let (message, help) = match is_defined {
                Some(_) => (
                    "may have no value here",
                    "give it a value whatever the conditions",
                ),
                None => (
                    "is observed before it has a value",
                    "assign it before its `~`; a value that is not to be reported has no residual error after its `~`",
                ),
            };
            let diagnostic = Diagnostic::error("M050", format!("`{}` {message}", variable.text))
                .at(self.source(), variable.span, "expected a variable of the model")
                .help(help);
            self.report(diagnostic);
        }
        if let Some(defined) = scope.get_mut(&variable.text) {
            defined.read = true;
        }
        let terms: Vec<Option<ErrorTerm>> = terms.iter().map(|term| self.error_term(term, scope)).collect();
        let Some(terms) = terms.into_iter().collect::<Option<Vec<ErrorTerm>>>() else {
            return;
        };
        let has_size = |term: &ErrorTerm| {
            !matches!(
                term.kind,
                ErrorKind::Combined1 | ErrorKind::Combined2 | ErrorKind::Student
            )
        };
        if !terms.iter().any(has_size) {
            let diagnostic = Diagnostic::error("M051", "a residual error without a size")
                .at(self.source(), variable.span, "observed here")
                .help("add `add(sd)` or `prop(sd)`");
            self.report(diagnostic);
        }
        let clash = if terms.len() > 1 && terms.iter().any(|term| is_whole(term.kind)) {
            Some(("a distribution beside other terms", "keep the distribution alone"))
        } else if terms.iter().filter(|term| is_scale(term.kind)).count() > 1 {
            Some(("a residual error on two scales", "keep one of the scales"))
        } else {
            None
        };
        if let Some((message, help)) = clash {
            let diagnostic = Diagnostic::error("M051", message)
                .at(self.source(), variable.span, "observed here")
                .help(help);
            self.report(diagnostic);
        }
        self.model.endpoints.push(Endpoint {
            variable: variable.text.clone(),
            terms,
            condition: condition.map(|name| name.text.clone()),
        });
    }

    fn error_term(&mut self, call: &ErrorCall, scope: &mut Scope) -> Option<ErrorTerm> {
        let name = &call.function;
        let Some((_, kind, counts, form)) = ERRORS.iter().find(|(known, ..)| *known == name.text) else {
            let diagnostic = Diagnostic::error(
                "M052",
                format!("residual error `{}()` is not taken yet", name.text),
            )
            .at(self.source(), name.span, "here")
            .help(
                "the ones there are: add, prop, pow, lnorm, logitNorm, probitNorm, t, dpois, dbinom, dbern, combined1, \
                 combined2",
            );
            self.report(diagnostic);
            return None;
        };
        let expected: Vec<String> = counts.iter().map(usize::to_string).collect();
        if !counts.contains(&call.arguments.len()) {
            let diagnostic = Diagnostic::error(
                "M042",
                format!(
                    "`{}` with {}",
                    name.text,
                    counted(call.arguments.len(), "argument")
                ),
            )
            .at(
                self.source(),
                name.span,
                format!("expected {}", expected.join(" or ")),
            )
            .help(format!("write `{form}`"));
            self.report(diagnostic);
            return None;
        }
        let arguments: Vec<Option<ErrorArgument>> = call
            .arguments
            .iter()
            .map(|argument| self.error_argument(argument, scope))
            .collect();
        Some(ErrorTerm {
            kind: *kind,
            arguments: arguments.into_iter().collect::<Option<_>>()?,
        })
    }

    fn error_argument(&mut self, argument: &Expression, scope: &mut Scope) -> Option<ErrorArgument> {
        match &argument.kind {
            ExpressionKind::Number(value) => return Some(ErrorArgument::Number(*value)),
            ExpressionKind::Unary(UnaryOperator::Minus, inner) => {
                if let ExpressionKind::Number(value) = inner.kind {
                    return Some(ErrorArgument::Number(-value));
                }
            }
            ExpressionKind::Name(name) => {
                let known = matches!(
                    self.model.symbols.get(name),
                    Some(Symbol::Theta(_) | Symbol::Variable)
                );
                self.expression(argument, scope);
                if known {
                    return Some(ErrorArgument::Name(name.clone()));
                }
            }
            _ => {}
        }
        let diagnostic = Diagnostic::error("M051", "not the size of a residual error")
            .at(
                self.source(),
                argument.span,
                "expected a parameter, a variable or a number",
            )
            .help("declare it in `ini({ ... })`, as `sd <- 0.2`; compute it in a variable of its own");
        self.report(diagnostic);
        None
    }
}
