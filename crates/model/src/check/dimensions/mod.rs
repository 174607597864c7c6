//! Units through the equations: what is declared (labels, `units`, `outputs`, `covariateData`) must agree with what the
//! equations do with it.
//!
//! Inference, not annotation: what nothing is said of is an unknown that takes the unit it needs ([`solver`]), and an
//! error needs two declarations that exclude each other. Only dimensions are compared: `mg` and `ng` agree, for a factor
//! between them may stand in a number of the data. The rules:
//!
//! - What is added, subtracted, compared or chosen between has one unit; `d/dt(x)` has that of `x` per time; `t`,
//!   `alag(x)` and `dur(x)` are times; `x` is a dose times `f(x)` where `x` is given doses.
//! - The label of a parameter that is a logarithm (`lcl <- log(5); label("Clearance (L/h)")`) gives the unit of its
//!   exponential; etas and effects of covariates beside it in the exponent have none.
//! - A literal that is added or compared takes the unit of what it stands beside. In a product it is a number where it
//!   can only be one (`1000*central/v`, `0.8*ka*depot`) and of any unit where it may be a coefficient (`0.7*WT`,
//!   `central/20`, `5*(WT/70)^0.75`); a divisor of a single covariate (`WT/70`) takes the covariate's unit ([`product`]).
//! - A power with a literal exponent raises the unit; with another, a ratio must be a number, and anything else is a unit
//!   of its own that equals the same power of the same unit (`ce^hill/(ec50^hill + ce^hill)`).
//! - Exponents, angles and the like are numbers. A logarithm is taken of anything.
//!
//! Whether a literal is a number depends on the units beside it, which may follow from a later equation. The equations
//! are therefore gone through twice: first with such literals of any unit, then knowing what the first time has found.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_units::{Dimension, Exponent, Unit};

use crate::bindings::Bindings;
use crate::model::{Model, Symbol};
use crate::syntax::tree::ModelFile;

mod declared;
mod exponent;
mod expression;
mod flow;
mod power;
mod product;
mod report;
mod solver;

use declared::Declarations;
use power::Raised;
use solver::{Measure, Solver};

/// What is wrong with the units of files that are one model.
pub(super) fn check(files: &[Arc<ModelFile>], model: &Model) -> Vec<Diagnostic> {
    let declared = Declarations::read(files, model);
    let nothing_declared = declared.thetas.is_empty()
        && declared.covariates.is_empty()
        && declared.outputs.is_empty()
        && declared.dosed.is_empty();
    if nothing_declared {
        return Vec::new();
    }
    let first = Inference::new(files, model, &declared, None).run();
    Inference::new(files, model, &declared, Some(first.findings()))
        .run()
        .diagnostics
}

/// What the first way through the equations has found.
struct Findings {
    /// Of the factors of every product: a dimension where there is no unknown.
    products: Vec<Vec<Option<Dimension>>>,
    /// Whether "per kg" is said without a meaning.
    body_is_number: bool,
}

fn per_kilogram() -> Unit {
    // A literal that is a unit.
    Unit::parse("1/kg").unwrap_or(Unit::BARE)
}

/// A place in one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Site {
    file: usize,
    span: Span,
}

/// The unit of an expression and what it is made of.
#[derive(Clone, Debug)]
struct Value {
    measure: Measure,
    /// Whether it is made of literals only, which take any unit.
    literal: bool,
    /// Whether it is made of covariates and literals only.
    covariates: bool,
    /// Whether a literal among those may have made another quantity of them: `0.7*WT`, which is no weight.
    converted: bool,
    /// Whether it changes with time or with a compartment.
    moving: bool,
}

impl Value {
    fn literal() -> Self {
        Self {
            measure: Measure::bare(),
            literal: true,
            covariates: true,
            converted: false,
            moving: false,
        }
    }

    /// One with that unit that is made of the same.
    fn with(self, measure: Measure) -> Self {
        let literal = false;
        Self {
            measure,
            literal,
            ..self
        }
    }

    /// A number made of the same.
    fn number(self) -> Self {
        self.with(Measure::bare())
    }
}

/// What a variable is bound to.
#[derive(Clone, Debug)]
struct Bound {
    value: Value,
    /// Where that was computed.
    site: Site,
    /// Values of other branches: of the same unit, if anything reads the variable.
    others: Vec<(Measure, Site)>,
}

/// One way through the equations.
struct Inference<'m> {
    files: &'m [Arc<ModelFile>],
    model: &'m Model,
    declarations: &'m Declarations<'m>,
    file: usize,
    solver: Solver,
    /// Parameters, effects, covariates and compartments.
    names: HashMap<&'m str, Measure>,
    /// Exponentials of parameters that are logarithms and have no unit.
    exponentials: HashMap<&'m str, Measure>,
    scope: Bindings<Bound>,
    raised: Vec<Raised>,
    /// Factors of every product, in the order in which products are met.
    products: Vec<Vec<Measure>>,
    known: Option<Findings>,
    /// What "per kg" in a declared unit stands for. Many a text says `L/kg` of a volume and `L/h` of the clearance beside
    /// it, so it is first taken for an unknown, and then for what the equations make of it: per kg, or nothing at all.
    body: Measure,
    diagnostics: Vec<Diagnostic>,
    reported: HashSet<Site>,
    /// What has been said once, at whatever place.
    said: HashSet<String>,
}

impl<'m> Inference<'m> {
    fn new(
        files: &'m [Arc<ModelFile>],
        model: &'m Model,
        declarations: &'m Declarations<'m>,
        known: Option<Findings>,
    ) -> Self {
        let mut solver = Solver::default();
        let body = match &known {
            None => solver.unknown(),
            Some(found) if found.body_is_number => Measure::bare(),
            Some(_) => Measure::of(per_kilogram()),
        };
        Self {
            files,
            model,
            declarations,
            file: 0,
            solver,
            names: HashMap::new(),
            exponentials: HashMap::new(),
            scope: Bindings::new(),
            raised: Vec::new(),
            products: Vec::new(),
            known,
            body,
            diagnostics: Vec::new(),
            reported: HashSet::new(),
            said: HashSet::new(),
        }
    }

    fn run(mut self) -> Self {
        for (index, file) in self.files.iter().enumerate() {
            self.file = index;
            self.block(&file.equations);
        }
        self.outputs();
        self.settle_powers();
        self.diagnostics
            .sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
        self
    }

    fn findings(&self) -> Findings {
        let dimension = |measure: &Measure| {
            let resolved = self.solver.resolve(measure);
            resolved.is_known().then(|| resolved.unit.dimension())
        };
        let of_product = |factors: &Vec<Measure>| factors.iter().map(dimension).collect();
        Findings {
            products: self.products.iter().map(of_product).collect(),
            body_is_number: self.solver.resolve(&self.body).is_none(),
        }
    }

    /// A declared unit.
    fn declared(&self, unit: &Unit) -> Measure {
        let per_kilogram = per_kilogram();
        match unit.without_body_weight() {
            Some(rest) if unit / &rest == per_kilogram => Measure::of(rest).times(&self.body, Exponent::ONE),
            _ => Measure::of(unit.clone()),
        }
    }

    fn site(&self, span: Span) -> Site {
        Site {
            file: self.file,
            span,
        }
    }

    fn unknown(&mut self) -> Measure {
        self.solver.unknown()
    }

    /// The unit of time, known or not.
    fn time(&mut self) -> Measure {
        match &self.declarations.time {
            Some(origin) => self.declared(&origin.unit),
            None => self.named("t", &None),
        }
    }

    /// The unit of a name that is no variable: as declared, or an unknown that is its own.
    fn named(&mut self, name: &'m str, declared: &Option<Unit>) -> Measure {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let measure = match declared {
            Some(unit) => self.declared(unit),
            None => self.unknown(),
        };
        self.names.insert(name, measure.clone());
        measure
    }

    fn symbol(&self, name: &str) -> Option<Symbol> {
        self.model.symbols.get(name).copied()
    }

    fn state(&mut self, name: &'m str) -> Measure {
        let declared = self
            .declarations
            .outputs
            .get(name)
            .or_else(|| self.declarations.dosed.get(name));
        let unit = declared.map(|origin| origin.unit.clone());
        self.named(name, &unit)
    }

    /// A compartment's unit per time.
    fn rate(&mut self, name: &'m str) -> Measure {
        let time = self.time();
        self.state(name).times(&time, Exponent::whole(-1))
    }
}
