//! Which names of a model are computed from which: for saying what a quantity rests on.
//!
//! A variable depends on every name in the expressions that are assigned to it and in the conditions around them; a
//! compartment on those of its derivative, its initial value and its other properties. A name that is assigned twice
//! depends on what both assignments use: rather too much than too little.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Model;
use crate::syntax::tree::{Block, Expression, ExpressionKind, IniKind, ModelFile, StatementKind, TargetKind};

/// The names that the names of a model are computed from.
#[derive(Clone, Debug, Default)]
pub struct Dependencies<'m> {
    direct: BTreeMap<&'m str, BTreeSet<&'m str>>,
    /// Index of the file that defines a name.
    files: BTreeMap<&'m str, usize>,
}

impl Model {
    /// Which names are computed from which.
    #[must_use]
    pub fn dependencies(&self) -> Dependencies<'_> {
        let mut dependencies = Dependencies::default();
        for (index, file) in self.files().enumerate() {
            dependencies.parameters(index, file);
            dependencies.block(self, index, &file.equations, &BTreeSet::new());
        }
        dependencies
    }
}

impl<'m> Dependencies<'m> {
    /// Names that a name is computed from, without those that these are computed from in turn.
    pub fn direct(&self, name: &str) -> impl Iterator<Item = &'m str> {
        self.direct.get(name).into_iter().flatten().copied()
    }

    /// Index of the file that defines a name; none of a covariate.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<usize> {
        self.files.get(name).copied()
    }

    /// Every name that is met on the way back from `names`, without going beyond those at which `ends` says so. The names
    /// themselves are among them only if something leads back to them.
    #[must_use]
    pub fn reached(&self, names: &[&str], ends: impl Fn(&str) -> bool) -> BTreeSet<&'m str> {
        let mut met: BTreeSet<&'m str> = BTreeSet::new();
        let mut waiting: Vec<&'m str> = names.iter().flat_map(|name| self.direct(name)).collect();
        while let Some(name) = waiting.pop() {
            if met.insert(name) && !ends(name) {
                waiting.extend(self.direct(name));
            }
        }
        met
    }

    fn parameters(&mut self, index: usize, file: &'m ModelFile) {
        for statement in &file.ini {
            match &statement.kind {
                IniKind::Theta(theta) => {
                    self.files.insert(&theta.name.text, index);
                }
                IniKind::Omega(omega) => {
                    let names = omega.etas.iter().map(|name| (name.text.as_str(), index));
                    self.files.extend(names);
                }
            }
        }
    }

    fn block(&mut self, model: &Model, index: usize, block: &'m Block, conditions: &BTreeSet<&'m str>) {
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Assign { target, value, .. } => {
                    let name = target.name.text.as_str();
                    if target.kind.is_variable() || target.kind == TargetKind::Derivative {
                        self.files.entry(name).or_insert(index);
                    }
                    let direct = self.direct.entry(name).or_default();
                    direct.extend(conditions);
                    names(model, value, direct);
                }
                StatementKind::If { branches, otherwise } => {
                    let mut around = conditions.clone();
                    for (condition, inner) in branches {
                        names(model, condition, &mut around);
                        self.block(model, index, inner, &around);
                    }
                    if let Some(inner) = otherwise {
                        self.block(model, index, inner, &around);
                    }
                }
                StatementKind::Endpoint { .. } | StatementKind::Compartment(_) => {}
            }
        }
    }
}

/// Adds the names in an expression that stand for something of the model.
fn names<'m>(model: &Model, expression: &'m Expression, into: &mut BTreeSet<&'m str>) {
    match &expression.kind {
        ExpressionKind::Name(name) if model.symbols.contains_key(name) => {
            into.insert(name);
        }
        ExpressionKind::Derivative(name) => {
            into.insert(&name.text);
        }
        _ => expression
            .children()
            .into_iter()
            .for_each(|child| names(model, child, into)),
    }
}
