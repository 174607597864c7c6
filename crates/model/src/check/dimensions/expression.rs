//! The unit of an expression.

use euthymia_units::Exponent;

use super::report::{Side, Wrong};
use super::{Inference, Measure, Value};
use crate::functions::{Function, constant, function};
use crate::history::{TRANSIT, kind_of_name, question_of};
use crate::model::Symbol;
use crate::program::HistoryKind;
use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind, Name, UnaryOperator};

impl<'m> Inference<'m> {
    pub(super) fn value(&mut self, expression: &'m Expression) -> Value {
        match &expression.kind {
            ExpressionKind::Number(_) => Value::literal(),
            ExpressionKind::Name(name) => self.name(name),
            ExpressionKind::Derivative(name) => Value {
                measure: self.rate(&name.text),
                literal: false,
                covariates: false,
                converted: false,
                moving: true,
            },
            ExpressionKind::Unary(UnaryOperator::Not, operand) => self.value(operand).number(),
            ExpressionKind::Unary(_, operand) => self.value(operand),
            ExpressionKind::Binary(operator, left, right) => match operator {
                BinaryOperator::Multiply | BinaryOperator::Divide => self.product(expression),
                BinaryOperator::Power => self.power(expression, left, right),
                BinaryOperator::Add | BinaryOperator::Subtract => self.sum(expression),
                BinaryOperator::Remainder => self.together(&[left, right]),
                BinaryOperator::Or | BinaryOperator::And => {
                    let values = [self.value(left), self.value(right)];
                    blend(&values).number()
                }
                _ => self.together(&[left, right]).number(),
            },
            ExpressionKind::Call(name, arguments) => self.call(expression, name, arguments),
        }
    }

    fn name(&mut self, name: &'m str) -> Value {
        let made_of = |measure, covariates, moving| Value {
            measure,
            literal: false,
            covariates,
            converted: false,
            moving,
        };
        match name {
            "t" | "time" => {
                let time = self.time();
                return made_of(time, false, true);
            }
            "TRUE" | "FALSE" => return Value::literal(),
            _ if constant(name).is_some() => return made_of(Measure::bare(), true, false),
            _ => {}
        }
        if let Some(kind) = kind_of_name(name) {
            let measure = self.history(kind);
            return made_of(measure, false, true);
        }
        match self.symbol(name) {
            Some(Symbol::Theta(_)) => {
                let unit = (!self.declarations.logarithms.contains(name))
                    .then(|| self.declarations.thetas.get(name))
                    .flatten()
                    .map(|origin| origin.unit.clone());
                made_of(self.named(name, &unit), false, false)
            }
            Some(Symbol::Eta(_)) => made_of(self.named(name, &None), false, false),
            Some(Symbol::State(_)) => made_of(self.state(name), false, true),
            Some(Symbol::Covariate(_) | Symbol::Constant(_)) => {
                let unit = self
                    .declarations
                    .covariates
                    .get(name)
                    .map(|origin| origin.unit.clone());
                made_of(self.named(name, &unit), true, false)
            }
            Some(Symbol::Variable) | None => match self.read(name) {
                Some(value) => value,
                None => made_of(self.unknown(), false, true),
            },
        }
    }

    /// Terms with their signs, through parentheses.
    pub(super) fn terms(expression: &'m Expression, positive: bool, terms: &mut Vec<(&'m Expression, bool)>) {
        match &expression.kind {
            ExpressionKind::Unary(UnaryOperator::Plus, inner) => Self::terms(inner, positive, terms),
            ExpressionKind::Unary(UnaryOperator::Minus, inner) => Self::terms(inner, !positive, terms),
            ExpressionKind::Binary(BinaryOperator::Add, left, right) => {
                Self::terms(left, positive, terms);
                Self::terms(right, positive, terms);
            }
            ExpressionKind::Binary(BinaryOperator::Subtract, left, right) => {
                Self::terms(left, positive, terms);
                Self::terms(right, !positive, terms);
            }
            _ => terms.push((expression, positive)),
        }
    }

    fn sum(&mut self, expression: &'m Expression) -> Value {
        let mut terms = Vec::new();
        Self::terms(expression, true, &mut terms);
        let terms: Vec<&'m Expression> = terms.into_iter().map(|(term, _)| term).collect();
        let value = self.together(&terms);
        // `0.5 + WT/70`: the numbers may make anything of the covariate.
        let calibrated = value.covariates
            && terms
                .iter()
                .any(|term| matches!(term.kind, ExpressionKind::Number(value) if value != 1.0))
            && terms.iter().any(|term| Self::has_literal_factor(term));
        if calibrated && !value.literal {
            let any = self.unknown();
            let converted = true;
            return Value {
                converted,
                ..value.with(any)
            };
        }
        value
    }

    /// States that expressions have one unit. Literals take it, and the first other expression gives it.
    fn together(&mut self, expressions: &[&'m Expression]) -> Value {
        let values: Vec<Value> = expressions.iter().map(|one| self.value(one)).collect();
        self.one_unit(expressions, &values)
    }

    fn one_unit(&mut self, expressions: &[&'m Expression], values: &[Value]) -> Value {
        let mut measured = expressions.iter().zip(values).filter(|(_, value)| !value.literal);
        let Some((first, value)) = measured.next() else {
            return Value::literal();
        };
        let mut measure = value.measure.clone();
        for (other, its) in measured {
            let one = self.side(first, &value.measure);
            let other = self.side(other, &its.measure);
            if !self.same(Wrong::Together, one, other) {
                // What follows from a sum that has been reported is not a problem of its own.
                measure = self.unknown();
            }
        }
        blend(values).with(measure)
    }

    /// The unit of what is known of the doses.
    fn history(&mut self, kind: HistoryKind) -> Measure {
        match kind {
            HistoryKind::LastTime | HistoryKind::FirstTime => self.time(),
            HistoryKind::LastAmount | HistoryKind::RecordAmount => {
                self.dose().unwrap_or_else(|| self.unknown())
            }
            HistoryKind::Count | HistoryKind::Newness => Measure::bare(),
        }
    }

    /// A dose per time.
    fn transit(&mut self, name: &'m Name, arguments: &'m [Expression]) -> Value {
        let values: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
        if let (Some(number), Some(value)) = (arguments.first(), values.first()) {
            self.is_number(Wrong::Argument(&name.text), number, value);
        }
        let time = self.time();
        let dose = self.history(HistoryKind::LastAmount);
        let measure = match values.get(2) {
            None => dose.times(&time, Exponent::whole(-1)),
            Some(_) => self.unknown(),
        };
        Value {
            literal: false,
            moving: true,
            ..blend(&values).with(measure)
        }
    }

    fn call(&mut self, expression: &'m Expression, name: &'m Name, arguments: &'m [Expression]) -> Value {
        if let Some(question) = question_of(&name.text) {
            return Value {
                measure: self.history(question.kind),
                literal: false,
                covariates: false,
                converted: false,
                moving: true,
            };
        }
        if name.text == TRANSIT {
            return self.transit(name, arguments);
        }
        let Some(signature) = function(&name.text) else {
            let values: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
            let any = self.unknown();
            return blend(&values).with(any);
        };
        let all: Vec<&'m Expression> = arguments.iter().collect();
        let Some((first, rest)) = all.split_first() else {
            return Value::literal();
        };
        match signature.function {
            Function::Exp => self.exponential(first),
            Function::Expit | Function::Phi | Function::ProbitInverse => {
                self.exponential(first);
                if signature.function == Function::Phi || rest.is_empty() {
                    let values: Vec<Value> = rest.iter().map(|argument| self.value(argument)).collect();
                    let inner = self.made_of(first);
                    return blend(&[vec![inner], values].concat()).number();
                }
                let inner = self.made_of(first);
                let bounds = self.together(rest);
                let any = self.unknown();
                let measure = if bounds.literal {
                    any
                } else {
                    bounds.measure.clone()
                };
                blend(&[inner, bounds]).with(measure)
            }
            Function::Ln | Function::Log10 | Function::Log2 | Function::Log1p => {
                let value = self.value(first);
                if value.literal {
                    return value.number();
                }
                let any = self.unknown();
                value.with(any)
            }
            Function::Logit | Function::Probit | Function::NormalQuantile => {
                let values: Vec<Value> = all.iter().map(|argument| self.value(argument)).collect();
                let any = self.unknown();
                blend(&values).with(any)
            }
            Function::Sqrt => {
                let value = self.value(first);
                if value.literal {
                    return value;
                }
                let half = Exponent::ratio(1, 2).unwrap_or(Exponent::ONE);
                let measure = value.measure.pow(half);
                let measure = self.solver.tamed(measure);
                value.with(measure)
            }
            Function::Power => match rest.first() {
                Some(exponent) => self.power(expression, first, exponent),
                None => Value::literal(),
            },
            Function::Product => self.product(expression),
            Function::Min | Function::Max | Function::Sum => self.together(&all),
            Function::Abs
            | Function::Floor
            | Function::Ceiling
            | Function::Round
            | Function::Truncate
            | Function::Rectified => self.value(first),
            Function::LeakyRectified | Function::TransferSign => {
                for other in rest {
                    self.value(other);
                }
                self.value(first)
            }
            Function::Sign | Function::IsMissing | Function::IsFinite | Function::IsInfinite => {
                self.value(first).number()
            }
            Function::IfElse => {
                let condition = self.value(first);
                let chosen = self.together(rest);
                let literal = chosen.literal;
                let measure = chosen.measure.clone();
                let mut value = blend(&[condition, chosen]).with(measure);
                value.literal = literal;
                value
            }
            Function::Atan2 => self.together(&all).number(),
            _ => {
                let values: Vec<Value> = all.iter().map(|argument| self.value(argument)).collect();
                for (argument, value) in all.iter().zip(&values) {
                    self.is_number(Wrong::Argument(&name.text), argument, value);
                }
                blend(&values).number()
            }
        }
    }

    /// What an expression that has been looked at is made of, without stating anything again.
    pub(super) fn made_of(&mut self, expression: &'m Expression) -> Value {
        let mut value = Value::literal();
        let mut rest = vec![expression];
        while let Some(next) = rest.pop() {
            match &next.kind {
                ExpressionKind::Name(_) | ExpressionKind::Derivative(_) => {
                    let inner = self.value(next);
                    value = blend(&[value, inner]);
                }
                _ => rest.extend(next.children()),
            }
        }
        value
    }

    /// States that something is a number.
    pub(super) fn is_number(&mut self, wrong: Wrong<'_>, expression: &'m Expression, value: &Value) -> bool {
        if value.literal {
            return true;
        }
        let found = self.side(expression, &value.measure);
        let needed = Side {
            text: String::new(),
            site: found.site,
            measure: Measure::bare(),
        };
        self.same(wrong, found, needed)
    }
}

/// What several values are made of together.
pub(super) fn blend(values: &[Value]) -> Value {
    Value {
        measure: Measure::bare(),
        literal: values.iter().all(|value| value.literal),
        covariates: values.iter().all(|value| value.covariates),
        converted: values.iter().any(|value| value.converted),
        moving: values.iter().any(|value| value.moving),
    }
}
