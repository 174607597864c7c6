//! Syntax tree to checked model: every name resolved, every call of a known function, every number finite.

mod constant;
mod dimensions;
mod endpoint;
mod equations;
mod expression;
mod history;
mod ini;
mod linear;
mod metadata;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use euthymia_diagnostics::{Diagnostic, Severity, Source, Span, nearest};

use crate::history::question_of;
use crate::model::{Compartment, Covariate, Model, Symbol};
use crate::syntax::MOST_PROBLEMS;
use crate::syntax::tree::{Block, ModelFile, Name, Statement, StatementKind, TargetKind};

pub(crate) use constant::constant;
pub(crate) use equations::key;

/// What becomes of units that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitCheck {
    /// They are errors.
    Enforced,
    /// They are warnings: the numbers are computed as they are written.
    Reported,
}

/// Codes of the check of units.
pub const UNIT_CODES: &[&str] = &["M070", "M071", "M072"];

/// Checks a model. The model is absent if there are errors, or were when the file was parsed; warnings come with it.
///
/// A file that was not understood wholly is checked too, so that every problem is told at once, save for what may only
/// be a consequence of what is missing.
#[must_use]
pub fn check(file: &ModelFile) -> (Option<Model>, Vec<Diagnostic>) {
    check_with(file, UnitCheck::Enforced)
}

/// [`check`], with what becomes of units that contradict each other.
#[must_use]
pub fn check_with(file: &ModelFile, units: UnitCheck) -> (Option<Model>, Vec<Diagnostic>) {
    let (expanded, problems) = linear::expand(file);
    let files = [Arc::new(expanded)];
    let mut checker = Checker::new(&files, &[]);
    checker.diagnostics = problems;
    checker.run();
    if units == UnitCheck::Reported {
        for diagnostic in &mut checker.diagnostics {
            if UNIT_CODES.contains(&diagnostic.code) {
                diagnostic.severity = Severity::Warning;
            }
        }
    }
    checker.warn_unused();
    checker.finish()
}

/// Covariates are held against other names for slips up to so many comparisons: a model written by hand has far fewer.
const MOST_COMPARED: usize = 4_000_000;

/// Codes that say that something is missing, which it may not be once the rest of the file can be read.
const ABSENCES: &[&str] = &[
    "M029", "M040", "M045", "M047", "M049", "M050", "M051", "M053", "M054", "M055",
];

/// Codes that say that a name or an equation may mean something else than it seems to.
const UNCERTAINTIES: &[&str] = &[
    "M020", "M040", "M044", "M046", "M055", "M056", "M060", "M061", "M062",
];

/// What a name was declared as, and where.
#[derive(Clone)]
pub(crate) struct Declared {
    pub(crate) what: &'static str,
    pub(crate) file: usize,
    pub(crate) span: Span,
}

/// The state of a check over the files of a model, one after the other.
pub(crate) struct Checker<'m> {
    pub(crate) files: &'m [Arc<ModelFile>],
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Which file is being checked.
    pub(crate) file: usize,
    pub(crate) model: Model,
    /// Thetas, etas and compartments by name.
    pub(crate) declared: HashMap<String, Declared>,
    /// First assignment of every variable of all files.
    pub(crate) assigned: HashMap<String, (usize, Span)>,
    /// Names the equations and endpoints read.
    pub(crate) used: HashSet<String>,
    /// Problems with names already reported: said once per name, not once per use.
    pub(crate) complained: HashSet<String>,
}

impl<'m> Checker<'m> {
    pub(crate) fn new(files: &'m [Arc<ModelFile>], constants: &[(String, f64)]) -> Self {
        let model = Model {
            files: files.to_vec(),
            thetas: Vec::new(),
            omegas: Vec::new(),
            covariates: Vec::new(),
            compartments: Vec::new(),
            variables: Vec::new(),
            endpoints: Vec::new(),
            constants: constants.to_vec(),
            symbols: HashMap::new(),
        };
        Self {
            files,
            diagnostics: Vec::new(),
            file: 0,
            model,
            declared: HashMap::new(),
            assigned: HashMap::new(),
            used: HashSet::new(),
            complained: HashSet::new(),
        }
    }

    /// Runs every check.
    pub(crate) fn run(&mut self) {
        for (index, file) in self.files.iter().enumerate() {
            self.file = index;
            self.ini(&file.ini);
        }
        for (index, file) in self.files.iter().enumerate() {
            self.file = index;
            for name in linear::numbered(&file.equations) {
                self.collect_compartment(&name);
            }
            self.collect_targets(&file.equations);
        }
        self.equations();
        for (index, file) in self.files.iter().enumerate() {
            self.file = index;
            self.metadata(file);
        }
        self.dimensions();
    }

    /// Checks units, unless something is wrong that leaves in doubt what a name or an equation means.
    fn dimensions(&mut self) {
        let complete = self.files.iter().all(|file| file.complete);
        let in_doubt = |diagnostic: &Diagnostic| UNCERTAINTIES.contains(&diagnostic.code);
        if complete && !self.diagnostics.iter().any(in_doubt) {
            for diagnostic in dimensions::check(self.files, &self.model) {
                self.report(diagnostic);
            }
        }
    }

    /// The model, if nothing was wrong, and what was said.
    pub(crate) fn finish(mut self) -> (Option<Model>, Vec<Diagnostic>) {
        if self.files.iter().any(|file| !file.complete) {
            self.diagnostics
                .retain(|diagnostic| !ABSENCES.contains(&diagnostic.code));
        }
        let complete = self.files.iter().all(|file| file.complete);
        let failed = !complete || self.diagnostics.iter().any(Diagnostic::is_error);
        self.diagnostics
            .sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
        ((!failed).then_some(self.model), self.diagnostics)
    }

    pub(crate) fn source(&self) -> &'m Source {
        self.source_of(self.file)
    }

    pub(crate) fn source_of(&self, file: usize) -> &'m Source {
        // Indices come from enumerating the files.
        &self.files[file].source
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MOST_PROBLEMS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Registers a name of which there may be only one, or reports the clash.
    pub(crate) fn declare(&mut self, name: &Name, what: &'static str, symbol: Symbol) -> bool {
        if crate::functions::is_reserved(&name.text) {
            let diagnostic = Diagnostic::error("M044", format!("`{}` has a meaning of its own", name.text))
                .at(self.source(), name.span, format!("cannot be a {what}"))
                .help("choose another name");
            self.report(diagnostic);
            return false;
        }
        if let Some(first) = self.declared.get(&name.text).cloned() {
            self.clash(name, what, &first);
            return false;
        }
        self.declared.insert(
            name.text.clone(),
            Declared {
                what,
                file: self.file,
                span: name.span,
            },
        );
        self.model.symbols.insert(name.text.clone(), symbol);
        true
    }

    /// Reports that two things have one name.
    pub(crate) fn clash(&mut self, name: &Name, what: &str, first: &Declared) {
        let across = first.file != self.file;
        let code = if across { "M060" } else { "M020" };
        let mut diagnostic = Diagnostic::error(code, format!("`{}` is defined twice", name.text))
            .at(self.source(), name.span, format!("{what} here"))
            .at(
                self.source_of(first.file),
                first.span,
                format!("{} here", first.what),
            );
        diagnostic = if across {
            diagnostic
                .note("the files of a composed model share their names")
                .help("rename one of them; a name that a file only uses is linked to the file before that defines it")
        } else {
            diagnostic.help("rename one of them")
        };
        self.report(diagnostic);
    }

    /// Finds compartments and assigned variables before any equation is looked at.
    fn collect_targets(&mut self, block: &Block) {
        for Statement { kind, .. } in &block.statements {
            match kind {
                StatementKind::Assign { target, .. } => match target.kind {
                    TargetKind::Derivative => self.collect_compartment(&target.name),
                    TargetKind::Variable | TargetKind::ModelTime => self.collect_variable(&target.name),
                    _ => {}
                },
                StatementKind::If { branches, otherwise } => {
                    for inner in branches.iter().map(|(_, block)| block).chain(otherwise) {
                        self.collect_targets(inner);
                    }
                }
                StatementKind::Endpoint { .. } | StatementKind::Compartment(_) => {}
            }
        }
    }

    fn collect_compartment(&mut self, name: &Name) {
        let known = matches!(self.model.symbols.get(&name.text), Some(Symbol::State(_)))
            && self
                .declared
                .get(&name.text)
                .is_some_and(|first| first.file == self.file);
        let index = self.model.compartments.len();
        if !known && self.declare(name, "compartment", Symbol::State(index)) {
            self.model.compartments.push(Compartment {
                name: name.text.clone(),
            });
        }
    }

    fn collect_variable(&mut self, name: &Name) {
        let first = self.assigned.get(&name.text).copied();
        match first {
            Some((file, span)) if file != self.file => {
                if self.complained.insert(name.text.clone()) {
                    self.clash(
                        name,
                        "variable",
                        &Declared {
                            what: "variable",
                            file,
                            span,
                        },
                    );
                }
            }
            Some(_) => {}
            None => {
                self.assigned.insert(name.text.clone(), (self.file, name.span));
            }
        }
    }

    /// Warns of parameters that nothing reads and of covariates that look like mistyped names.
    fn warn_unused(&mut self) {
        // What an equation with an error in it uses is not known.
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        let mut unused = Vec::new();
        let words = |symbol: &Symbol| match symbol {
            Symbol::Theta(_) => Some("parameter"),
            Symbol::Eta(_) => Some("random effect"),
            _ => None,
        };
        for (name, symbol) in &self.model.symbols {
            if let (Some(what), false) = (words(symbol), self.used.contains(name))
                && let Some(declared) = self.declared.get(name)
            {
                unused.push((declared.span, declared.file, what, name.clone()));
            }
        }
        unused.sort_by_key(|(span, ..)| span.start);
        for (span, file, what, name) in unused {
            let diagnostic = Diagnostic::warning("M029", format!("{what} `{name}` is never used"))
                .at(self.source_of(file), span, "declared here")
                .help("use it in an equation, or remove it");
            self.report(diagnostic);
        }
        let covariates: Vec<Covariate> = self.model.covariates.clone();
        let entries = self.model.entries("covariateData");
        let documented: HashSet<String> = entries.map(|(known, _)| known.to_owned()).collect();
        let names = self.declared.len() + self.assigned.len();
        let few = covariates.len().saturating_mul(names) <= MOST_COMPARED;
        for covariate in covariates {
            if !documented.contains(&covariate.name) {
                self.warn_mistyped(&covariate, few);
            }
        }
    }

    /// A covariate that nothing describes; `compare` with the names there are.
    fn warn_mistyped(&mut self, covariate: &Covariate, compare: bool) {
        let name = covariate.name.as_str();
        if question_of(name).is_some() {
            let diagnostic = Diagnostic::warning(
                "M054",
                format!("nothing defines `{name}`: it is taken as a covariate"),
            )
            .at(&covariate.source, covariate.span, "first used here")
            .help(format!(
                "write `{name}()` to ask about the doses; else name it in `covariateData`"
            ));
            self.report(diagnostic);
            return;
        }
        if !compare || name.len() < 4 || !name.chars().any(char::is_lowercase) {
            return;
        }
        let candidates: Vec<&str> = self
            .declared
            .keys()
            .chain(self.assigned.keys())
            .map(String::as_str)
            .collect();
        let slips = |candidate: &&str| edit_distance_is_one(name, candidate);
        let close: Vec<&str> = candidates.into_iter().filter(slips).collect();
        let Some(meant) = nearest(name, close.iter().copied()) else {
            return;
        };
        let diagnostic = Diagnostic::warning(
            "M054",
            format!("nothing defines `{name}`: it is taken as a covariate"),
        )
        .at(&covariate.source, covariate.span, "first used here")
        .help(format!(
            "if it was meant to be `{meant}`, correct it; else name it in `covariateData`"
        ));
        self.report(diagnostic);
    }
}

/// Whether one insertion, deletion or swap of letters turns one into the other, or one replacement in a long name.
/// Names that differ in a digit (`q2`, `q3`), or short ones in a letter (`cp_s`, `ce_s`), are meant to differ.
fn edit_distance_is_one(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let end = a[start..]
        .iter()
        .rev()
        .zip(b[start..].iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (left, right) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    let letters = left
        .iter()
        .chain(right)
        .all(|character| character.is_alphabetic());
    let swapped = left.len() == 2 && right.len() == 2 && left[0] == right[1] && left[1] == right[0];
    let replaced = left.len() == 1 && right.len() == 1;
    letters && (swapped || left.len() + right.len() == 1 || (replaced && a.len() >= 6))
}

/// `1 value`, `2 values`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
