//! Statements of `model({})` in order: what is defined where, on every path.

use std::collections::BTreeMap;

use euthymia_diagnostics::Diagnostic;

use super::Checker;
use super::expression::{Defined, Scope};
use crate::model::{Symbol, Variable};
use crate::syntax::tree::{Block, Expression, Statement, StatementKind, Target, TargetKind};

/// Under which name a scope knows what an assignment defines.
pub(crate) fn key(kind: TargetKind, name: &str) -> String {
    match kind {
        TargetKind::Variable => name.to_owned(),
        TargetKind::Derivative => format!("d/dt({name})"),
        TargetKind::Initial => format!("{name}(0)"),
        TargetKind::Bioavailability => format!("f({name})"),
        TargetKind::Lag => format!("alag({name})"),
        TargetKind::Duration => format!("dur({name})"),
        TargetKind::Rate => format!("rate({name})"),
        TargetKind::ModelTime => format!("mtime({name})"),
    }
}

impl Checker<'_> {
    /// All equations of all files.
    pub(crate) fn equations(&mut self) {
        let mut scope = Scope::new();
        for (index, file) in self.files.iter().enumerate() {
            self.file = index;
            self.block(&file.equations, &mut scope, true);
        }
        self.check_chosen(&scope);
        self.check_partial(&scope);
    }

    fn block(&mut self, block: &Block, scope: &mut Scope, certain: bool) {
        for statement in &block.statements {
            self.statement(statement, scope, certain);
        }
    }

    fn statement(&mut self, statement: &Statement, scope: &mut Scope, certain: bool) {
        match &statement.kind {
            StatementKind::Assign {
                target,
                suppressed,
                value,
            } => {
                let varies = self.expression(value, scope);
                self.assign(target, *suppressed, value, varies, scope, certain);
            }
            StatementKind::Endpoint {
                variable,
                terms,
                condition,
            } => {
                if certain {
                    self.endpoint(variable, terms, condition.as_ref(), scope);
                } else {
                    let diagnostic = Diagnostic::error("M050", "an endpoint under a condition")
                        .at(self.source(), variable.span, "observed here")
                        .help("choose the value of the variable by the condition, and observe it after the `if`");
                    self.report(diagnostic);
                }
            }
            StatementKind::Compartment(name) => {
                if self.known_compartment(name) && !certain {
                    let diagnostic = Diagnostic::error("M043", "`cmt()` under a condition is not taken")
                        .at(self.source(), name.span, "numbered here")
                        .help("put it before the first equation");
                    self.report(diagnostic);
                }
            }
            StatementKind::If { branches, otherwise } => self.condition(branches, otherwise.as_ref(), scope),
        }
    }

    fn assign(
        &mut self,
        target: &Target,
        suppressed: bool,
        value: &Expression,
        varies: bool,
        scope: &mut Scope,
        certain: bool,
    ) {
        let name = &target.name;
        let is_property = !matches!(target.kind, TargetKind::Variable | TargetKind::Derivative);
        if target.kind.is_variable() {
            if !self.may_be_assigned(target) {
                return;
            }
            self.note_variable(&name.text, suppressed);
        } else {
            if suppressed && is_property {
                let diagnostic = Diagnostic::error("M004", "`~` for a property of a compartment")
                    .at(self.source(), target.span.0, "expected `<-`")
                    .help("write `<-`");
                self.report(diagnostic);
            }
            if is_property {
                self.known_compartment(name);
            }
        }
        if varies && is_property {
            self.property_varies(target, value);
        }
        let own = key(target.kind, &name.text);
        if let Some(first) = scope.get(&own).cloned() {
            self.assigned_again(target, &first, &own, certain);
        }
        let defined = Defined {
            file: self.file,
            span: target.span.0,
            certain: true,
            varies,
            read: false,
        };
        if target.kind == TargetKind::ModelTime {
            scope.insert(name.text.clone(), defined.clone());
        }
        // A property that varies has been reported; what is left is the condition it may stand under.
        let varies = varies && !is_property;
        scope.insert(own, Defined { varies, ..defined });
    }

    /// Reports an assignment to something that is no variable.
    fn may_be_assigned(&mut self, target: &Target) -> bool {
        let name = &target.name;
        if crate::functions::is_reserved(&name.text) {
            let diagnostic = Diagnostic::error("M044", format!("`{}` has a meaning of its own", name.text))
                .at(self.source(), name.span, "cannot be assigned to")
                .help("choose another name");
            self.report(diagnostic);
            return false;
        }
        match self.model.symbols.get(&name.text) {
            Some(Symbol::Variable) | None => true,
            Some(Symbol::Covariate(_) | Symbol::Constant(_)) => {
                // Only a clash of files leads here: the file itself would have said it is used too early.
                false
            }
            Some(Symbol::Theta(_) | Symbol::Eta(_) | Symbol::State(_)) => {
                if let Some(first) = self.declared.get(&name.text).cloned()
                    && self.complained.insert(name.text.clone())
                {
                    let code = if first.file == self.file { "M044" } else { "M060" };
                    let diagnostic = Diagnostic::error(code, format!("`{}` is a {}", name.text, first.what))
                        .at(self.source(), name.span, "cannot be assigned to")
                        .at(
                            self.source_of(first.file),
                            first.span,
                            format!("{} here", first.what),
                        )
                        .help("choose another name for the variable");
                    self.report(diagnostic);
                }
                false
            }
        }
    }

    fn note_variable(&mut self, name: &str, suppressed: bool) {
        let reported = !suppressed;
        let is_new = self
            .model
            .symbols
            .insert(name.to_owned(), Symbol::Variable)
            .is_none();
        let variables = &mut self.model.variables;
        let known = if is_new {
            None
        } else {
            variables.iter_mut().find(|variable| variable.name == name)
        };
        match known {
            Some(variable) => variable.reported |= reported,
            None => variables.push(Variable {
                name: name.to_owned(),
                reported,
            }),
        }
    }

    fn property_varies(&mut self, target: &Target, value: &Expression) {
        let what = key(target.kind, &target.name.text);
        let diagnostic = Diagnostic::error(
            "M048",
            format!("`{what}` changes with time or with a compartment"),
        )
        .at(
            self.source(),
            value.span,
            "expected a value that is constant for a subject",
        )
        .at(self.source(), target.span.0, "given here")
        .help("compute it from parameters and covariates only");
        self.report(diagnostic);
    }

    fn assigned_again(&mut self, target: &Target, first: &Defined, key: &str, certain: bool) {
        if target.kind != TargetKind::Variable {
            let elsewhere = self
                .declared
                .get(&target.name.text)
                .is_some_and(|declared| declared.file != self.file);
            if elsewhere && target.kind == TargetKind::Derivative {
                // The clash of the files has been reported.
                return;
            }
            let diagnostic = Diagnostic::error("M046", format!("`{key}` is given twice"))
                .at(self.source(), target.span.0, "second")
                .at(self.source(), first.span, "first")
                .help("keep one of them; terms are added in one equation");
            self.report(diagnostic);
        } else if certain && first.certain && !first.read {
            let diagnostic = Diagnostic::warning("M049", format!("the first value of `{key}` is never used"))
                .at(self.source(), target.span.0, "assigned again here")
                .at(self.source(), first.span, "first assigned here")
                .help("remove one of the assignments, or give them different names");
            self.report(diagnostic);
        }
    }

    fn condition(&mut self, branches: &[(Expression, Block)], otherwise: Option<&Block>, scope: &mut Scope) {
        let mut varies = false;
        let mut ends = Vec::new();
        for (condition, block) in branches {
            varies |= self.expression(condition, scope);
            scope.enter();
            self.block(block, scope, false);
            ends.push(scope.leave());
        }
        scope.enter();
        if let Some(block) = otherwise {
            self.block(block, scope, false);
        }
        ends.push(scope.leave());
        for (name, defined) in merge(&ends, scope, varies) {
            scope.insert(name, defined);
        }
    }

    /// Reports properties whose value a condition chooses that changes with time.
    fn check_chosen(&mut self, scope: &Scope) {
        let is_variable = |name: &str| matches!(self.model.symbols.get(name), Some(Symbol::Variable));
        let mut chosen: Vec<(String, Defined)> = scope
            .iter()
            .filter(|(key, defined)| defined.varies && !key.starts_with("d/dt(") && !is_variable(key))
            .map(|(key, defined)| (key.clone(), defined.clone()))
            .collect();
        chosen.sort_by_key(|(_, defined)| defined.span.start);
        for (key, defined) in chosen {
            let message = format!("`{key}` changes with time or with a compartment");
            let diagnostic = Diagnostic::error("M048", message)
                .at(
                    self.source_of(defined.file),
                    defined.span,
                    "given under a condition that changes",
                )
                .help("choose it by parameters and covariates only");
            self.report(diagnostic);
        }
    }

    /// Reports what is left without a value on some path at the end.
    fn check_partial(&mut self, scope: &Scope) {
        let mut partial: Vec<(&String, &Defined)> =
            scope.iter().filter(|(_, defined)| !defined.certain).collect();
        partial.sort_by_key(|(_, defined)| defined.span.start);
        for (name, defined) in partial {
            let variable = self
                .model
                .variables
                .iter()
                .position(|variable| variable.name == **name);
            let file = defined.file;
            match variable {
                Some(index) => {
                    let warn =
                        self.model.variables[index].reported && !self.complained.contains(name.as_str());
                    self.model.variables[index].reported = false;
                    if warn {
                        let diagnostic = Diagnostic::warning(
                            "M047",
                            format!("`{name}` has no value in some cases: not reported"),
                        )
                        .at(
                            self.source_of(file),
                            defined.span,
                            "assigned only under a condition",
                        )
                        .help("add an `else` that gives it a value to have it reported");
                        self.report(diagnostic);
                    }
                }
                None => {
                    let diagnostic =
                        Diagnostic::error("M047", format!("`{name}` has no value in some cases"))
                            .at(self.source_of(file), defined.span, "given only under a condition")
                            .help("add an `else` that gives it a value");
                    self.report(diagnostic);
                }
            }
        }
    }
}

/// What is bound anew after branches that changed so much, having begun with `before`.
fn merge(ends: &[BTreeMap<String, Defined>], before: &Scope, varies: bool) -> BTreeMap<String, Defined> {
    let mut merged = BTreeMap::new();
    for name in ends.iter().flat_map(BTreeMap::keys) {
        if merged.contains_key(name) {
            continue;
        }
        let values: Vec<Option<&Defined>> = ends
            .iter()
            .map(|end| end.get(name).or_else(|| before.get(name)))
            .collect();
        // The last branch that assigned it, to point at.
        let Some(last) = ends.iter().rev().find_map(|end| end.get(name)) else {
            continue;
        };
        let defined = Defined {
            certain: values
                .iter()
                .all(|value| value.is_some_and(|value| value.certain)),
            varies: varies || values.iter().flatten().any(|value| value.varies),
            read: true,
            ..last.clone()
        };
        merged.insert(name.clone(), defined);
    }
    merged
}
