//! Powers. A literal exponent raises the unit. With another exponent the unit would depend on a value: what can be said
//! is that equal units to one power are equal, as in `ce^hill/(ec50^hill + ce^hill)`.

use euthymia_units::Exponent;

use super::expression::blend;
use super::report::Wrong;
use super::{Inference, Measure, Site, Value};
use crate::model::Symbol;
use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind, UnaryOperator};

/// Powers that are compared with one another; the units of more are unknown.
const MOST_POWERS: usize = 256;

/// A unit to a power that is no literal.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    /// The text of the exponent.
    pub(super) exponent: String,
    pub(super) base: Measure,
    /// What it is; an unknown.
    measure: Measure,
    site: Site,
}

impl<'m> Inference<'m> {
    pub(super) fn power(
        &mut self,
        whole: &'m Expression,
        base: &'m Expression,
        exponent: &'m Expression,
    ) -> Value {
        let value = self.value(base);
        let power = self.value(exponent);
        let made_of = blend(&[value.clone(), power.clone()]);
        if value.literal {
            // `10^lcl` is an exponential like any other, of which nothing is known.
            return if power.literal {
                made_of
            } else {
                let any = self.unknown();
                made_of.with(any)
            };
        }
        if let Some(exponent) = rational(exponent) {
            // `(WT/60)^0.75`: a ratio to such a power is a number, whatever the divisor is.
            if exponent.as_whole().is_none() && value.covariates && Self::is_quotient_by_literal(base) {
                return made_of.number();
            }
            // `exp(lcl)*WT^0.75` with a clearance in L/h: the weight is a number of kilograms.
            if exponent.as_whole().is_none() && value.covariates {
                let any = self.unknown();
                return made_of.with(any);
            }
            let measure = self.raised(&value, exponent);
            return made_of.with(measure);
        }
        if power.literal {
            // A literal that is no short fraction.
            let any = self.unknown();
            return made_of.with(any);
        }
        self.is_number(Wrong::Exponent, exponent, &power);
        if value.covariates && Self::is_quotient_by_literal(base) {
            return made_of.number();
        }
        let by_covariate = matches!(&exponent.kind, ExpressionKind::Name(name)
            if matches!(self.symbol(name), Some(Symbol::Covariate(_) | Symbol::Constant(_))));
        if Self::is_ratio(base) || by_covariate {
            self.is_number(Wrong::Base, base, &value);
            return made_of.number();
        }
        let resolved = self.solver.resolve(&value.measure);
        if resolved.is_none() {
            return made_of.number();
        }
        let text: String = self.files[self.file]
            .source
            .slice(exponent.span)
            .split_whitespace()
            .collect();
        let measure = self.unknown();
        if self.raised.len() < MOST_POWERS {
            self.raised.push(Raised {
                exponent: text,
                base: value.measure,
                measure: measure.clone(),
                site: self.site(whole.span),
            });
        }
        made_of.with(measure)
    }

    fn is_quotient_by_literal(base: &'m Expression) -> bool {
        matches!(&base.kind, ExpressionKind::Binary(BinaryOperator::Divide, _, divisor)
            if matches!(divisor.kind, ExpressionKind::Number(_)))
    }

    /// The power that a measure is, if it is nothing else.
    pub(super) fn raised_as(&self, measure: &Measure) -> Option<&Raised> {
        let unknown = measure.as_unknown()?;
        self.raised
            .iter()
            .find(|raised| raised.measure.as_unknown() == Some(unknown))
    }

    /// The bases of two powers that are stated to be equal, if they are of one exponent.
    pub(super) fn bases(&self, left: &Measure, right: &Measure) -> Option<(Measure, Measure)> {
        let (left, right) = (self.raised_as(left)?, self.raised_as(right)?);
        (left.exponent == right.exponent).then(|| (left.base.clone(), right.base.clone()))
    }

    /// States of powers what follows from their bases, now that these are known.
    pub(super) fn settle_powers(&mut self) {
        let raised = std::mem::take(&mut self.raised);
        for (at, one) in raised.iter().enumerate() {
            let base = self.solver.resolve(&one.base);
            if base.is_none() {
                let found = self.side_at(one.site, &one.measure);
                let needed = super::report::Side {
                    measure: Measure::bare(),
                    ..found.clone()
                };
                self.same(Wrong::Together, found, needed);
                continue;
            }
            let equal = |other: &&Raised| {
                other.exponent == one.exponent && {
                    let ratio = base.times(&self.solver.resolve(&other.base), Exponent::whole(-1));
                    ratio.is_none()
                }
            };
            if let Some(other) = raised[..at].iter().find(equal) {
                let found = self.side_at(one.site, &one.measure);
                let needed = self.side_at(other.site, &other.measure);
                self.same(Wrong::Together, found, needed);
            }
        }
    }
}

/// A literal exponent as a short fraction: `2`, `-0.75`, `1/3`.
fn rational(exponent: &Expression) -> Option<Exponent> {
    match &exponent.kind {
        ExpressionKind::Number(number) => {
            for denominator in [1, 2, 3, 4, 5, 10, 20, 100, 1000] {
                let numerator = number * f64::from(denominator);
                let nearest = numerator.round();
                if (numerator - nearest).abs() < 1e-9 && nearest.abs() < 1e4 {
                    // Whole and small, so exact.
                    return Exponent::ratio(nearest as i32, denominator);
                }
            }
            None
        }
        ExpressionKind::Unary(UnaryOperator::Minus, inner) => rational(inner).map(|inner| -inner),
        ExpressionKind::Unary(UnaryOperator::Plus, inner) => rational(inner),
        ExpressionKind::Binary(BinaryOperator::Divide, above, below) => {
            let below = rational(below)?;
            Some(rational(above)? * Exponent::ratio(below.denominator(), below.numerator())?)
        }
        _ => None,
    }
}
