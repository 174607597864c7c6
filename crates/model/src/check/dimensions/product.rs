//! Products and quotients, and what a literal in one of them may be.
//!
//! A literal could hide any mistake if it could always carry a unit, and many a correct model would be refused if it
//! never could. So it is a number where models write numbers: a power of ten that converts (`1000*central/v`), a small
//! round factor beside two things with units, or beside parameters (`0.8*ka*depot`, `exp(lcl)*1.4`, `4/mtt`). Where a
//! number may be a coefficient somebody has estimated, a reference value or a molar mass, it takes what unit it needs.

use euthymia_units::{Dimension, Exponent};

use super::expression::blend;
use super::{Inference, Measure, Value};
use crate::model::Symbol;
use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind, UnaryOperator};

/// Numbers that convert units of time or scale, beside the powers of ten. As divisors of a covariate they may be a
/// reference value as well (60 kg).
const CONVERSIONS: [f64; 13] = [
    7.0, 12.0, 24.0, 28.0, 30.0, 52.0, 60.0, 168.0, 365.0, 365.25, 720.0, 1440.0, 3600.0,
];

/// Literal factors below this are taken for numbers; above it stand molar masses and the like.
const LARGEST_FACTOR: f64 = 50.0;

/// A factor with the side of the line that it stands on.
struct Factor<'m> {
    expression: &'m Expression,
    above: bool,
}

impl<'m> Inference<'m> {
    fn factors(expression: &'m Expression, above: bool, factors: &mut Vec<Factor<'m>>) {
        match &expression.kind {
            ExpressionKind::Unary(UnaryOperator::Plus | UnaryOperator::Minus, inner) => {
                Self::factors(inner, above, factors);
            }
            ExpressionKind::Binary(BinaryOperator::Multiply, left, right) => {
                Self::factors(left, above, factors);
                Self::factors(right, above, factors);
            }
            ExpressionKind::Binary(BinaryOperator::Divide, left, right) => {
                Self::factors(left, above, factors);
                Self::factors(right, !above, factors);
            }
            ExpressionKind::Call(name, arguments) if name.text == "prod" => {
                for argument in arguments {
                    Self::factors(argument, above, factors);
                }
            }
            _ => factors.push(Factor { expression, above }),
        }
    }

    pub(super) fn has_literal_factor(expression: &'m Expression) -> bool {
        let mut factors = Vec::new();
        Self::factors(expression, true, &mut factors);
        factors.len() > 1
            && factors
                .iter()
                .any(|factor| matches!(factor.expression.kind, ExpressionKind::Number(_)))
    }

    /// Whether something is divided by what is no literal.
    pub(super) fn is_ratio(expression: &'m Expression) -> bool {
        let mut factors = Vec::new();
        Self::factors(expression, true, &mut factors);
        factors
            .iter()
            .any(|factor| !factor.above && !matches!(factor.expression.kind, ExpressionKind::Number(_)))
            && factors.iter().any(|factor| factor.above)
    }

    pub(super) fn product(&mut self, expression: &'m Expression) -> Value {
        let mut factors = Vec::new();
        Self::factors(expression, true, &mut factors);
        let values: Vec<Value> = factors
            .iter()
            .map(|factor| self.factor(factor.expression))
            .collect();
        let mut made_of = blend(&values);
        if made_of.literal {
            return made_of;
        }
        made_of.converted |= factors.iter().any(|factor| {
            factor.above && matches!(factor.expression.kind, ExpressionKind::Number(number) if number != 1.0)
        });
        let measures: Vec<Measure> = values.iter().map(|value| value.measure.clone()).collect();
        let known = self
            .known
            .as_ref()
            .and_then(|found| found.products.get(self.products.len()))
            .cloned();
        self.products.push(measures.clone());
        let mut measure = Measure::bare();
        for (at, factor) in factors.iter().enumerate() {
            let own = if values[at].literal {
                self.literal(at, &factors, &values, known.as_deref())
            } else {
                measures[at].clone()
            };
            measure = measure.times(&own, Exponent::whole(if factor.above { 1 } else { -1 }));
            measure = self.solver.tamed(measure);
        }
        made_of.with(measure)
    }

    /// A factor. In `1 + e*x` and the like, 1 is a number if there is something beside it whose unit is free.
    fn factor(&mut self, expression: &'m Expression) -> Value {
        let value = self.value(expression);
        let mut terms = Vec::new();
        Self::terms(expression, true, &mut terms);
        let is_one =
            |term: &&'m Expression| matches!(term.kind, ExpressionKind::Number(value) if value == 1.0);
        let others: Vec<&'m Expression> = terms
            .iter()
            .map(|(term, _)| *term)
            .filter(|term| !is_one(term))
            .collect();
        if others.len() + 1 == terms.len() && others.iter().any(|term| self.has_free_coefficient(term)) {
            self.solver.equate(&value.measure, &Measure::bare());
        }
        value
    }

    /// Whether one of the factors is a parameter or an effect that nothing is said of.
    fn has_free_coefficient(&self, expression: &'m Expression) -> bool {
        let mut factors = Vec::new();
        Self::factors(expression, true, &mut factors);
        let is_free = |factor: &Factor<'m>| match &factor.expression.kind {
            ExpressionKind::Number(_) => factors.len() > 1,
            ExpressionKind::Name(name) => match self.symbol(name) {
                Some(Symbol::Theta(_)) => !self.declarations.thetas.contains_key(name.as_str()),
                Some(Symbol::Eta(_)) => true,
                _ => false,
            },
            ExpressionKind::Call(name, arguments) if name.text == "exp" => arguments
                .iter()
                .all(|exponent| !self.has_declared_logarithm(exponent)),
            _ => false,
        };
        factors.iter().any(is_free)
    }

    /// What a literal among the factors is.
    fn literal(
        &mut self,
        at: usize,
        factors: &[Factor<'m>],
        values: &[Value],
        known: Option<&[Option<Dimension>]>,
    ) -> Measure {
        let number = match &factors[at].expression.kind {
            ExpressionKind::Number(number) => Some(number.abs()),
            _ => None,
        };
        if number == Some(1.0) {
            return Measure::bare();
        }
        let converts = number.is_some_and(|number| CONVERSIONS.contains(&number) || is_power_of_ten(number));
        if !factors[at].above && !converts {
            let mut covariates =
                (0..factors.len()).filter(|other| values[*other].covariates && !values[*other].literal);
            if let (Some(only), None) = (covariates.next(), covariates.next())
                && factors[only].above
                && !values[only].converted
            {
                return values[only].measure.clone();
            }
        }
        let is_number = known.is_some_and(|known| {
            number.is_some_and(|number| is_plain_number(number, at, factors, values, known))
        });
        if is_number {
            Measure::bare()
        } else {
            self.unknown()
        }
    }
}

/// Whether a literal is taken for a number, knowing the units of the other factors.
fn is_plain_number(
    number: f64,
    at: usize,
    factors: &[Factor<'_>],
    values: &[Value],
    known: &[Option<Dimension>],
) -> bool {
    let has_unit = |other: &usize| {
        !values[*other].literal
            && known
                .get(*other)
                .is_some_and(|dimension| dimension.is_some_and(|dimension| !dimension.is_none()))
    };
    let dimensioned: Vec<usize> = (0..factors.len()).filter(has_unit).collect();
    let something_above = dimensioned.iter().any(|other| factors[*other].above);
    let converts = is_power_of_ten(number) && (number >= 1000.0 || number <= 0.001);
    if !factors[at].above {
        return converts && something_above && dimensioned.len() > 1;
    }
    if dimensioned.is_empty() {
        return false;
    }
    if converts && something_above {
        return true;
    }
    let small = (number < LARGEST_FACTOR && has_few_digits(number)) || CONVERSIONS.contains(&number);
    let of_covariates = dimensioned.iter().all(|other| values[*other].covariates);
    let coefficient = dimensioned.len() == 1 && dimensioned.iter().all(|other| values[*other].moving);
    small && !of_covariates && !coefficient
}

fn is_power_of_ten(number: f64) -> bool {
    number > 0.0 && format!("{number:e}").starts_with("1e")
}

/// At most three digits, so that it is no molar mass in some unit.
fn has_few_digits(number: f64) -> bool {
    let written = format!("{number:e}");
    let digits = written
        .split('e')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit);
    digits.count() <= 3
}
