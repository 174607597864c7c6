//! Names and calls in expressions.

use euthymia_diagnostics::{Diagnostic, Span, nearest};

use super::{Checker, counted};
use crate::bindings::Bindings;
use crate::functions::{self, FUNCTIONS};
use crate::history::{QUESTIONS, TRANSIT, kind_of_name, question_of};
use crate::model::{Covariate, Symbol};
use crate::syntax::tree::{Expression, ExpressionKind, Name};

/// What is known of a variable at a point of the equations.
#[derive(Clone, Debug)]
pub(crate) struct Defined {
    /// File in which it was assigned last.
    pub(crate) file: usize,
    /// Where it was assigned last.
    pub(crate) span: Span,
    /// Whether it has a value whatever the conditions.
    pub(crate) certain: bool,
    /// Whether the value changes with time or with a state.
    pub(crate) varies: bool,
    /// Whether anything has read the value.
    pub(crate) read: bool,
}

/// Variables, derivatives, initial values and properties by their key (see [`super::equations::key`]).
pub(crate) type Scope = Bindings<Defined>;

impl Checker<'_> {
    /// Checks an expression and says whether its value changes with time or with a state.
    pub(crate) fn expression(&mut self, expression: &Expression, scope: &mut Scope) -> bool {
        let mut varies = false;
        match &expression.kind {
            ExpressionKind::Number(_) => {}
            ExpressionKind::Name(name) => varies = self.name(name, expression.span, scope),
            ExpressionKind::Derivative(name) => {
                self.derivative_value(name, scope);
                varies = true;
            }
            ExpressionKind::Call(function, arguments) => {
                if let Some(question) = question_of(&function.text) {
                    self.question(question, arguments, expression.span);
                    return true;
                }
                if function.text == TRANSIT {
                    self.transit(arguments.len(), expression.span);
                    varies = true;
                } else {
                    self.call(function, arguments.len(), expression.span);
                }
            }
            ExpressionKind::Unary(..) | ExpressionKind::Binary(..) => {}
        }
        for child in expression.children() {
            varies |= self.expression(child, scope);
        }
        varies
    }

    fn name(&mut self, name: &str, span: Span, scope: &mut Scope) -> bool {
        if functions::is_meant(name) {
            return matches!(name, "t" | "time") || kind_of_name(name).is_some();
        }
        if let Some(instead) = functions::instead_of_name(name) {
            let diagnostic = Diagnostic::error("M043", format!("`{name}` is not taken"))
                .at(self.source(), span, "here")
                .help(instead);
            self.report(diagnostic);
            return false;
        }
        self.used.insert(name.to_owned());
        if let Some(symbol) = self.model.symbols.get(name)
            && !matches!(symbol, Symbol::Variable)
        {
            return matches!(symbol, Symbol::State(_));
        }
        if let Some(defined) = scope.get_mut(name) {
            defined.read = true;
            let (certain, varies, file, at) = (defined.certain, defined.varies, defined.file, defined.span);
            if !certain && self.complained.insert(name.to_owned()) {
                let diagnostic = Diagnostic::error("M047", format!("`{name}` may have no value here"))
                    .at(self.source(), span, "used here")
                    .at(self.source_of(file), at, "assigned only under a condition")
                    .help(format!(
                        "add an `else` that gives `{name}` a value, or give it one before the `if`"
                    ));
                self.report(diagnostic);
            }
            return varies;
        }
        if let Some(&(file, at)) = self.assigned.get(name) {
            self.too_early(name, span, file, at);
            return false;
        }
        self.covariate(name, span);
        false
    }

    fn too_early(&mut self, name: &str, span: Span, file: usize, at: Span) {
        if !self.complained.insert(name.to_owned()) {
            return;
        }
        let (code, help) = if file == self.file {
            (
                "M040",
                format!("move the assignment of `{name}` before this line"),
            )
        } else {
            (
                "M061",
                "put the file that defines it before the one that uses it".to_owned(),
            )
        };
        let diagnostic = Diagnostic::error(code, format!("`{name}` is used before it has a value"))
            .at(self.source(), span, "used here")
            .at(self.source_of(file), at, "assigned here")
            .help(help);
        self.report(diagnostic);
    }

    fn covariate(&mut self, name: &str, span: Span) {
        let symbol = match self.model.constants.iter().find(|(closed, _)| closed == name) {
            Some((_, value)) => Symbol::Constant(*value),
            None => {
                let source = self.source().clone();
                self.model.covariates.push(Covariate {
                    name: name.to_owned(),
                    source,
                    span,
                });
                Symbol::Covariate(self.model.covariates.len() - 1)
            }
        };
        self.model.symbols.insert(name.to_owned(), symbol);
    }

    fn derivative_value(&mut self, name: &Name, scope: &mut Scope) {
        self.known_compartment(name);
        if let Some(defined) = scope.get_mut(&format!("d/dt({})", name.text)) {
            defined.read = true;
        } else if matches!(self.model.symbols.get(&name.text), Some(Symbol::State(_))) {
            let diagnostic = Diagnostic::error(
                "M040",
                format!("`d/dt({})` is used before it has a value", name.text),
            )
            .at(self.source(), name.span, "used here")
            .help("move its equation before this line");
            self.report(diagnostic);
        }
    }

    /// Reports a compartment without a differential equation.
    pub(crate) fn known_compartment(&mut self, name: &Name) -> bool {
        if matches!(self.model.symbols.get(&name.text), Some(Symbol::State(_))) {
            return true;
        }
        let known: Vec<&str> = self
            .model
            .compartments
            .iter()
            .map(|known| known.name.as_str())
            .collect();
        let suggestion = nearest(&name.text, known.iter().copied());
        let help = match suggestion {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("add `d/dt({}) <- ...`", name.text),
        };
        let diagnostic = Diagnostic::error("M045", format!("compartment `{}` has no `d/dt()`", name.text))
            .at(self.source(), name.span, "no such compartment")
            .help(help);
        self.report(diagnostic);
        false
    }

    /// Checks that a function exists and takes that many arguments.
    pub(crate) fn call(&mut self, name: &Name, count: usize, span: Span) {
        if let Some(signature) = functions::function(&name.text) {
            if (signature.least..=signature.most).contains(&count) {
                return;
            }
            let expected = match (signature.least, signature.most) {
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) if least == most => least.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            let diagnostic = Diagnostic::error(
                "M042",
                format!("`{}` with {}", name.text, counted(count, "argument")),
            )
            .at(self.source(), span, format!("expected {expected}"))
            .help(format!("write `{}`", signature.form));
            self.report(diagnostic);
            return;
        }
        let diagnostic = if let Some(instead) = functions::instead_of_function(&name.text) {
            Diagnostic::error("M043", format!("`{}()` is not taken yet", name.text))
                .at(self.source(), name.span, "here")
                .help(instead)
        } else {
            let questions = QUESTIONS.iter().map(|question| question.name);
            let known = FUNCTIONS.iter().map(|signature| signature.name).chain(questions);
            let help = match nearest(&name.text, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if name.text == "ln" => "write `log` for the natural logarithm".to_owned(),
                None => "write it out with the functions there are: exp, log, sqrt, max, ...".to_owned(),
            };
            Diagnostic::error("M041", format!("unknown function `{}`", name.text))
                .at(self.source(), name.span, "no such function")
                .help(help)
        };
        self.report(diagnostic);
    }
}
