//! `exp()`: a number to the power of numbers, save for the logarithms of quantities among its terms.

use euthymia_units::Exponent;

use super::expression::blend;
use super::report::Wrong;
use super::{Inference, Measure, Value};
use crate::model::Symbol;
use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind};

/// Variables in exponents are followed so far, and terms up to this number.
const DEEPEST: usize = 16;
const MOST_TERMS: usize = 64;

/// What the terms of an exponent come to.
#[derive(Default)]
struct Terms<'m> {
    /// Exponentials of terms, each with whether it was added.
    quantities: Vec<(Measure, bool)>,
    /// Parameters without a unit, each with whether it was added.
    free: Vec<(&'m str, bool)>,
    /// Whether something stands there of which nothing can be said, or a number that is a logarithm itself.
    anything: bool,
    values: Vec<Value>,
}

impl<'m> Inference<'m> {
    /// The unit of the exponential of an expression.
    pub(super) fn exponential(&mut self, exponent: &'m Expression) -> Value {
        let mut terms = Terms::default();
        self.exponent_terms(exponent, true, 0, &mut terms);
        let made_of = blend(&terms.values);
        if made_of.literal {
            return made_of;
        }
        let measure = match (terms.quantities.as_slice(), terms.free.as_slice()) {
            _ if terms.anything && terms.quantities.is_empty() => self.unknown(),
            // Beside a quantity the others are factors on it.
            ([(quantity, true)], _) => quantity.clone(),
            ([], []) => Measure::bare(),
            ([], [(name, true)]) => self.free_exponential(name),
            _ => self.unknown(),
        };
        made_of.with(measure)
    }

    fn free_exponential(&mut self, name: &'m str) -> Measure {
        if let Some(known) = self.exponentials.get(name) {
            return known.clone();
        }
        let measure = self.unknown();
        self.exponentials.insert(name, measure.clone());
        measure
    }

    fn exponent_terms(
        &mut self,
        exponent: &'m Expression,
        positive: bool,
        depth: usize,
        found: &mut Terms<'m>,
    ) {
        let mut terms = Vec::new();
        Self::terms(exponent, positive, &mut terms);
        for (term, positive) in terms {
            if found.values.len() > MOST_TERMS {
                found.anything = true;
                found.quantities.clear();
                return;
            }
            self.exponent_term(term, positive, depth, found);
        }
    }

    fn exponent_term(&mut self, term: &'m Expression, positive: bool, depth: usize, found: &mut Terms<'m>) {
        match &term.kind {
            ExpressionKind::Number(_) => {
                found.anything = true;
                found.values.push(Value::literal());
            }
            ExpressionKind::Name(name) => {
                let value = self.value(term);
                match self.symbol(name) {
                    Some(Symbol::Theta(_)) => {
                        if let Some(origin) = self.declarations.thetas.get(name.as_str()) {
                            let quantity = self.declared(&origin.unit);
                            found.quantities.push((quantity, positive));
                        } else if !self.declarations.plain.contains(name.as_str()) {
                            found.free.push((name, positive));
                        }
                    }
                    Some(Symbol::Eta(_)) => {}
                    Some(Symbol::Variable) => match self.declarations.definition(name) {
                        Some((file, definition)) if depth < DEEPEST => {
                            let here = std::mem::replace(&mut self.file, file);
                            self.exponent_terms(definition, positive, depth + 1, found);
                            self.file = here;
                        }
                        _ => found.anything = true,
                    },
                    _ => {
                        self.is_number(Wrong::Argument("exp"), term, &value);
                    }
                }
                found.values.push(value);
            }
            ExpressionKind::Call(function, arguments) if function.text == "log" => {
                let mut value = Value::literal();
                if let Some(quantity) = arguments.first() {
                    value = self.value(quantity);
                    if value.literal {
                        found.anything = true;
                    } else {
                        found.quantities.push((value.measure.clone(), positive));
                    }
                }
                found.values.push(value);
            }
            ExpressionKind::Binary(
                BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Power,
                ..,
            ) => {
                let value = self.value(term);
                if value.literal {
                    found.anything = true;
                } else {
                    self.is_number(Wrong::Argument("exp"), term, &value);
                }
                found.values.push(value);
            }
            _ => {
                let value = self.value(term);
                found.anything = true;
                found.values.push(value);
            }
        }
    }

    /// Whether a parameter with a unit is among the terms of an exponent.
    pub(super) fn has_declared_logarithm(&self, exponent: &'m Expression) -> bool {
        let mut terms = Vec::new();
        Self::terms(exponent, true, &mut terms);
        terms.iter().any(|(term, _)| match &term.kind {
            ExpressionKind::Name(name) => {
                self.declarations.thetas.contains_key(name.as_str())
                    || self.symbol(name) == Some(Symbol::Variable)
            }
            ExpressionKind::Call(function, _) => function.text == "log",
            _ => false,
        })
    }

    /// The unit raised to a literal power.
    pub(super) fn raised(&mut self, value: &Value, exponent: Exponent) -> Measure {
        let measure = value.measure.pow(exponent);
        self.solver.tamed(measure)
    }
}
