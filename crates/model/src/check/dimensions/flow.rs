//! Statements in order: what each assignment states about units.

use std::collections::{BTreeMap, BTreeSet};

use euthymia_units::Exponent;

use super::report::{Side, Wrong};
use super::{Bound, Inference, Measure, Value};
use crate::check::equations::key;
use crate::model::Symbol;
use crate::syntax::tree::{
    BinaryOperator, Block, ErrorCall, Expression, ExpressionKind, Name, Statement, StatementKind, Target,
    TargetKind,
};

/// Values of one variable in different branches that are compared; more are left alone.
const MOST_BRANCHES: usize = 64;

impl<'m> Inference<'m> {
    pub(super) fn block(&mut self, block: &'m Block) {
        for statement in &block.statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'m Statement) {
        match &statement.kind {
            StatementKind::Assign { target, value, .. } => self.assign(target, value),
            StatementKind::Endpoint { variable, terms, .. } => self.endpoint(variable, terms),
            StatementKind::Compartment(_) => {}
            StatementKind::If { branches, otherwise } => {
                let mut ends = Vec::new();
                for (condition, inner) in branches {
                    self.value(condition);
                    self.scope.enter();
                    self.block(inner);
                    ends.push(self.scope.leave());
                }
                self.scope.enter();
                if let Some(inner) = otherwise {
                    self.block(inner);
                }
                ends.push(self.scope.leave());
                self.merge(&ends);
            }
        }
    }

    /// Binds what branches have assigned to all of their values.
    fn merge(&mut self, ends: &[BTreeMap<String, Bound>]) {
        let names: BTreeSet<&String> = ends.iter().flat_map(BTreeMap::keys).collect();
        for name in names {
            let before = self.scope.get(name).cloned();
            let mut values = ends
                .iter()
                .filter_map(|end| end.get(name).cloned().or_else(|| before.clone()));
            let Some(mut merged) = values.next() else {
                continue;
            };
            for value in values {
                merged.value.covariates &= value.value.covariates;
                merged.value.converted |= value.value.converted;
                merged.value.moving |= value.value.moving;
                if value.site != merged.site {
                    merged.others.push((value.value.measure, value.site));
                    merged.others.extend(value.others);
                    merged.others.truncate(MOST_BRANCHES);
                }
            }
            self.scope.insert(name.clone(), merged);
        }
    }

    fn assign(&mut self, target: &'m Target, expression: &'m Expression) {
        let value = self.value(expression);
        let name = target.name.text.as_str();
        if target.kind.is_variable() {
            let measure = match target.kind {
                TargetKind::ModelTime => self.time(),
                _ if value.literal => self.unknown(),
                _ => value.measure.clone(),
            };
            let bound = Bound {
                value: value.clone().with(measure),
                site: self.site(expression.span),
                others: Vec::new(),
            };
            self.scope.insert(name.to_owned(), bound);
        }
        if value.literal {
            return;
        }
        let needed = match target.kind {
            TargetKind::Derivative => self.rate(name),
            TargetKind::Initial => self.state(name),
            TargetKind::Lag | TargetKind::Duration | TargetKind::ModelTime => self.time(),
            TargetKind::Rate => {
                let time = self.time();
                let Some(dose) = self.dose() else { return };
                dose.times(&time, Exponent::whole(-1))
            }
            TargetKind::Bioavailability => {
                let Some(needed) = self.bioavailability(name, &value, expression) else {
                    return;
                };
                needed
            }
            TargetKind::Variable => return,
        };
        let found = self.side(expression, &value.measure);
        let needed = Side {
            text: key(target.kind, name),
            site: self.site(target.span.0),
            measure: needed,
        };
        self.same(Wrong::Assigned, found, needed);
    }

    pub(super) fn dose(&self) -> Option<Measure> {
        let dosing = self.declarations.dosing.get(self.file)?.as_ref()?;
        Some(self.declared(&dosing.unit))
    }

    /// What a bioavailability must be: what the compartment holds, over what the doses are. Where the compartment is
    /// unknown too a quotient may change the unit (`f(central) <- 1/v`); anything else is a fraction.
    fn bioavailability(&mut self, name: &'m str, value: &Value, expression: &Expression) -> Option<Measure> {
        let dose = self.dose()?;
        let state = self.state(name);
        let is_quotient = matches!(
            expression.kind,
            ExpressionKind::Binary(BinaryOperator::Divide, ..)
        );
        let known = self.solver.resolve(&value.measure).is_known();
        if !is_quotient && !known {
            self.solver.equate(&value.measure, &Measure::bare());
        }
        Some(state.times(&dose, Exponent::whole(-1)))
    }

    /// An additive error is in the unit of what is observed, a proportional one is a number.
    fn endpoint(&mut self, variable: &'m Name, terms: &'m [ErrorCall]) {
        let is_scale = |term: &&ErrorCall| !matches!(term.function.text.as_str(), "add" | "prop");
        if terms.iter().any(|term| {
            is_scale(&term) && !matches!(term.function.text.as_str(), "combined1" | "combined2" | "pow")
        }) {
            return;
        }
        let observed = match self.symbol(&variable.text) {
            Some(Symbol::State(_)) => self.state(&variable.text),
            _ => match self.read(&variable.text) {
                Some(value) => value.measure,
                None => return,
            },
        };
        for term in terms {
            let Some(argument) = term.arguments.first() else {
                continue;
            };
            let needed = match term.function.text.as_str() {
                "add" => observed.clone(),
                "prop" => Measure::bare(),
                _ => continue,
            };
            let value = self.value(argument);
            if value.literal {
                continue;
            }
            let found = self.side(argument, &value.measure);
            let needed = Side {
                text: match term.function.text.as_str() {
                    "add" => variable.text.clone(),
                    _ => "prop()".to_owned(),
                },
                site: self.site(if needed.is_none() {
                    term.function.span
                } else {
                    variable.span
                }),
                measure: needed,
            };
            self.same(Wrong::Assigned, found, needed);
        }
    }

    /// What a variable is bound to. Reading it states that the values of all branches have one unit.
    pub(super) fn read(&mut self, name: &str) -> Option<Value> {
        let mut bound = self.scope.get(name)?.clone();
        if !bound.others.is_empty() {
            let mut agree = true;
            for (measure, site) in &bound.others {
                let one = self.side_at(bound.site, &bound.value.measure);
                let other = self.side_at(*site, measure);
                agree &= self.same(Wrong::Together, one, other);
            }
            if !agree {
                bound.value.measure = self.unknown();
            }
            if let Some(known) = self.scope.get_mut(name) {
                known.others.clear();
                known.value = bound.value.clone();
            }
        }
        Some(bound.value)
    }

    /// States what `outputs` and `units` say of variables: of the value they end with.
    pub(super) fn outputs(&mut self) {
        let mut outputs: Vec<_> = self.declarations.outputs.iter().collect();
        outputs.sort_by_key(|(name, origin)| (origin.file, origin.span.start, **name));
        for (name, origin) in outputs {
            if self.symbol(name) != Some(Symbol::Variable) {
                continue;
            }
            let Some(site) = self.scope.get(name).map(|bound| bound.site) else {
                continue;
            };
            let Some(value) = self.read(name) else { continue };
            let found = self.side_at(site, &value.measure);
            let needed = Side {
                text: (*name).to_owned(),
                site: super::Site {
                    file: origin.file,
                    span: origin.span,
                },
                measure: self.declared(&origin.unit),
            };
            self.same(Wrong::Assigned, found, needed);
        }
    }
}
