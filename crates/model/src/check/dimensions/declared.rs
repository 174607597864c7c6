//! Where units come from: labels of parameters, `units`, `outputs` and `covariateData`.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use euthymia_diagnostics::Span;
use euthymia_units::{Dimension, Unit};

use crate::model::{Model, Symbol, split_unit};
use crate::syntax::tree::{
    BinaryOperator, Block, Expression, ExpressionKind, IniKind, MetadataValue, ModelFile, StatementKind,
    TargetKind, UnaryOperator,
};

/// Names that `units <- list(concentration = ...)` is taken to speak of.
const CONCENTRATIONS: [&str; 4] = ["Cc", "cp", "Cp", "CP"];

/// Units of one letter that stand in labels for a quantity as often as for a unit: "Elimination rate (K)".
const SYMBOLS: [&str; 6] = ["K", "N", "M", "J", "a", "m"];

/// A unit with the place where it was given.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) unit: Unit,
    pub(super) file: usize,
    pub(super) span: Span,
}

/// What the text says of units, by name.
#[derive(Debug, Default)]
pub(super) struct Declarations<'m> {
    /// Units in the labels of parameters. One without a dimension is [`Self::plain`].
    pub(super) thetas: HashMap<&'m str, Origin>,
    /// Parameters said to have no unit: "(fraction)", "(unitless)", "(%)". That is often said of the coefficient of a
    /// covariate too, without a thought of its years or kilograms: it counts in exponents only.
    pub(super) plain: HashSet<&'m str>,
    /// Parameters that are logarithms: given as one, called one, or used as the exponent of `exp()`.
    pub(super) logarithms: HashSet<&'m str>,
    pub(super) covariates: HashMap<&'m str, Origin>,
    /// Of variables and compartments. Points and percents are left out: they count whatever the model says.
    pub(super) outputs: HashMap<&'m str, Origin>,
    /// Of compartments that are given doses.
    pub(super) dosed: HashMap<&'m str, Origin>,
    /// Of the doses of each file.
    pub(super) dosing: Vec<Option<Origin>>,
    pub(super) time: Option<Origin>,
    /// Every value of every variable.
    pub(super) definitions: HashMap<&'m str, Vec<(usize, &'m Expression)>>,
}

impl<'m> Declarations<'m> {
    pub(super) fn read(files: &'m [Arc<ModelFile>], model: &Model) -> Self {
        let mut found = Self::default();
        for (index, file) in files.iter().enumerate() {
            found.read_labels(index, file, model);
            found.read_metadata(index, file);
            found.read_definitions(index, &file.equations);
        }
        for (index, file) in files.iter().enumerate() {
            found.read_dosing(index, file);
        }
        let mut visited = BTreeSet::new();
        for file in files {
            found.find_logarithms(&file.equations, model, &mut visited);
        }
        found
    }

    fn read_labels(&mut self, index: usize, file: &'m ModelFile, model: &Model) {
        for statement in &file.ini {
            let (IniKind::Theta(theta), Some(label)) = (&statement.kind, &statement.label) else {
                continue;
            };
            let name = theta.name.text.as_str();
            if is_logarithm(&theta.estimate) || says_logarithm(&label.text) {
                self.logarithms.insert(name);
            }
            let Some(unit) = model.theta(name).and_then(|theta| theta.unit.clone()) else {
                continue;
            };
            let written = split_unit(&label.text).1.unwrap_or_default();
            if SYMBOLS.contains(&written) {
                continue;
            }
            if unit.dimension().is_none() {
                self.plain.insert(name);
                continue;
            }
            let (file, span) = (index, label.span);
            self.thetas.insert(name, Origin { unit, file, span });
        }
    }

    fn read_metadata(&mut self, index: usize, file: &'m ModelFile) {
        self.dosing.push(None);
        for metadata in &file.metadata {
            match metadata.name.text.as_str() {
                "units" => {
                    let entry = |name: &str| origin(index, metadata.value.get(name)?);
                    if let Some(time) = entry("time").filter(|unit| unit.unit.dimension() == Dimension::TIME)
                    {
                        self.time.get_or_insert(time);
                    }
                    let amounts = [Dimension::MASS, Dimension::AMOUNT];
                    self.dosing[index] =
                        entry("dosing").filter(|unit| amounts.contains(&unit.unit.dimension()));
                    let concentrations = [Dimension::MASS_CONCENTRATION, Dimension::MOLAR_CONCENTRATION];
                    if let Some(unit) =
                        entry("concentration").filter(|unit| concentrations.contains(&unit.unit.dimension()))
                    {
                        let assigned = |name: &&str| assigns(&file.equations, name);
                        for name in CONCENTRATIONS.into_iter().filter(assigned) {
                            self.outputs.entry(name).or_insert_with(|| unit.clone());
                        }
                    }
                }
                "outputs" => {
                    for item in metadata.value.items() {
                        let unit = item
                            .value
                            .as_text()
                            .and_then(|text| Unit::parse(split_unit(text).1?).ok());
                        if let (Some(name), Some(unit)) = (&item.name, unit)
                            && !unit.dimension().is_none()
                        {
                            let (file, span) = (index, item.value.span);
                            self.outputs.insert(&name.text, Origin { unit, file, span });
                        }
                    }
                }
                "covariateData" => {
                    for item in metadata.value.items() {
                        let unit = ["units", "unit"].iter().find_map(|key| item.value.get(key));
                        if let (Some(name), Some(unit)) =
                            (&item.name, unit.and_then(|unit| origin(index, unit)))
                            && !unit.unit.dimension().is_none()
                        {
                            self.covariates.insert(&name.text, unit);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Compartments with a lag, a duration or a rate, and `depot`; if there are none, `central`. One with a
    /// bioavailability is given doses too, but its unit is that of their product.
    fn read_dosing(&mut self, index: usize, file: &'m ModelFile) {
        let Some(dosing) = self.dosing[index].clone() else {
            return;
        };
        let mut own = BTreeSet::new();
        let mut scaled = BTreeSet::new();
        let mut dosed = BTreeSet::new();
        each_target(&file.equations, &mut |kind, name| {
            match kind {
                TargetKind::Derivative => own.insert(name),
                TargetKind::Bioavailability => scaled.insert(name),
                TargetKind::Lag | TargetKind::Duration | TargetKind::Rate => dosed.insert(name),
                TargetKind::Variable | TargetKind::Initial | TargetKind::ModelTime => false,
            };
        });
        dosed.extend(own.get("depot"));
        if dosed.is_empty() && scaled.is_empty() {
            dosed.extend(own.get("central"));
        }
        for name in dosed {
            if own.contains(name) && !scaled.contains(name) {
                self.dosed.insert(name, dosing.clone());
            }
        }
    }

    fn read_definitions(&mut self, index: usize, block: &'m Block) {
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Assign { target, value, .. } if target.kind.is_variable() => {
                    let known = self.definitions.entry(&target.name.text).or_default();
                    known.push((index, value));
                }
                StatementKind::If { branches, otherwise } => {
                    for inner in branches.iter().map(|(_, block)| block).chain(otherwise) {
                        self.read_definitions(index, inner);
                    }
                }
                _ => {}
            }
        }
    }

    /// The only value of a variable, with its file.
    pub(super) fn definition(&self, name: &str) -> Option<(usize, &'m Expression)> {
        match self.definitions.get(name)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    fn find_logarithms(&mut self, block: &'m Block, model: &Model, visited: &mut BTreeSet<&'m str>) {
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Assign { value, .. } => self.exponents_in(value, model, visited),
                StatementKind::If { branches, otherwise } => {
                    for (condition, inner) in branches {
                        self.exponents_in(condition, model, visited);
                        self.find_logarithms(inner, model, visited);
                    }
                    if let Some(inner) = otherwise {
                        self.find_logarithms(inner, model, visited);
                    }
                }
                StatementKind::Endpoint { .. } | StatementKind::Compartment(_) => {}
            }
        }
    }

    fn exponents_in(&mut self, expression: &'m Expression, model: &Model, visited: &mut BTreeSet<&'m str>) {
        if let ExpressionKind::Call(function, arguments) = &expression.kind
            && matches!(
                function.text.as_str(),
                "exp" | "expit" | "phi" | "pnorm" | "probitInv"
            )
            && let Some(exponent) = arguments.first()
        {
            self.mark(exponent, model, visited);
        }
        for child in expression.children() {
            self.exponents_in(child, model, visited);
        }
    }

    /// Marks the parameters that are terms of an exponent, also through variables.
    fn mark(&mut self, exponent: &'m Expression, model: &Model, visited: &mut BTreeSet<&'m str>) {
        match &exponent.kind {
            ExpressionKind::Name(name) => match model.symbols.get(name.as_str()) {
                Some(Symbol::Theta(_)) => {
                    self.logarithms.insert(name);
                }
                Some(Symbol::Variable) if visited.insert(name) => {
                    for (_, value) in self.definitions.get(name.as_str()).cloned().unwrap_or_default() {
                        self.mark(value, model, visited);
                    }
                }
                _ => {}
            },
            ExpressionKind::Unary(UnaryOperator::Plus | UnaryOperator::Minus, inner) => {
                self.mark(inner, model, visited);
            }
            ExpressionKind::Binary(BinaryOperator::Add | BinaryOperator::Subtract, left, right) => {
                self.mark(left, model, visited);
                self.mark(right, model, visited);
            }
            ExpressionKind::Call(function, arguments)
                if matches!(function.text.as_str(), "ifelse" | "min" | "max") =>
            {
                for argument in arguments {
                    self.mark(argument, model, visited);
                }
            }
            _ => {}
        }
    }

    /// The declaration of a name.
    pub(super) fn origin(&self, name: &str) -> Option<&Origin> {
        if matches!(name, "t" | "time") {
            return self.time.as_ref();
        }
        [&self.thetas, &self.covariates, &self.outputs, &self.dosed]
            .into_iter()
            .find_map(|table| table.get(name))
    }
}

fn origin(file: usize, value: &MetadataValue) -> Option<Origin> {
    let (unit, span) = (Unit::parse(value.as_text()?).ok()?, value.span);
    Some(Origin { unit, file, span })
}

fn is_logarithm(expression: &Expression) -> bool {
    let called = |name: &str| name.starts_with("log") || name.starts_with("probit");
    matches!(&expression.kind, ExpressionKind::Call(function, _) if called(&function.text))
        || expression.children().into_iter().any(is_logarithm)
}

fn says_logarithm(label: &str) -> bool {
    let label = label.to_lowercase();
    label
        .split(|character: char| !character.is_alphabetic())
        .any(|word| word == "ln" || word.starts_with("log"))
}

fn each_target<'m>(block: &'m Block, report: &mut dyn FnMut(TargetKind, &'m str)) {
    for statement in &block.statements {
        match &statement.kind {
            StatementKind::Assign { target, .. } => report(target.kind, &target.name.text),
            StatementKind::If { branches, otherwise } => {
                for inner in branches.iter().map(|(_, block)| block).chain(otherwise) {
                    each_target(inner, report);
                }
            }
            StatementKind::Endpoint { .. } | StatementKind::Compartment(_) => {}
        }
    }
}

fn assigns(block: &Block, name: &str) -> bool {
    let mut found = false;
    each_target(block, &mut |kind, target| {
        found |= kind.is_variable() && target == name;
    });
    found
}
