//! `linCmt()`: which linear model the names before it describe, written out as its differential equations.
//!
//! Names are recognised in upper and lower case as rxode2 does: clearances and volumes (`cl`, `v`, `q`, `vp` ...),
//! rate constants (`k`, `k12`, `k21` ...), or the constants of the exponentials (`alpha`, `beta`, `aob`, or `A`,
//! `alpha`, `B`, `beta` ...), with `ka` for a depot. The compartments are the last ones of the file, as in rxode2. Whether
//! they are solved or integrated is for the engine to find out, as of any other compartment.

use std::collections::{BTreeMap, BTreeSet};

use euthymia_diagnostics::{Diagnostic, Span};

use crate::syntax::tree::{
    Block, Comments, Expression, ExpressionKind, IniKind, ModelFile, Name, Place, Statement, StatementKind,
    Target, TargetKind, UnaryOperator,
};

mod formula;
mod recognise;

use formula::Formula;
use recognise::{Rates, is_role, recognise};

/// The compartments there can be, in their order.
const COMPARTMENTS: [&str; 4] = ["depot", "central", "peripheral1", "peripheral2"];

/// The function this is about.
const FUNCTION: &str = "linCmt";

/// The file with `linCmt()` written out, and what is wrong with it. Without a call the file is given back as it is.
pub(crate) fn expand(file: &ModelFile) -> (ModelFile, Vec<Diagnostic>) {
    let mut expanded = file.clone();
    let mut diagnostics = Vec::new();
    let Some((at, call)) = first_call(&file.equations) else {
        return (expanded, diagnostics);
    };
    let span = call.span;
    let found = candidates(file, at, &call);
    let system =
        found.and_then(|names| recognise(&names).map(|(rates, absorption)| write_out(&rates, absorption)));
    let system = system.unwrap_or_else(|problem| {
        let diagnostic = Diagnostic::error(problem.code, problem.message)
            .at(&file.source, span, "here")
            .help(problem.help);
        diagnostics.push(diagnostic);
        System::unknown(&file.equations)
    });
    if let Some((name, place)) = changed_later(&file.equations, at, &system.used) {
        let diagnostic = Diagnostic::error("M055", format!("`{name}` changes after `linCmt()` has used it"))
            .at(&file.source, place, "assigned here")
            .at(&file.source, span, "used here")
            .help("call `linCmt()` after the last assignment, or give the later value another name");
        diagnostics.push(diagnostic);
    }
    let own = own_compartments(&file.equations);
    for (name, _) in &system.rates {
        if let Some(place) = own.get(*name) {
            let diagnostic = Diagnostic::error("M046", format!("`{name}` is a compartment of `linCmt()`"))
                .at(&file.source, *place, "given here too")
                .at(&file.source, span, "called here")
                .help("rename the compartment, or write all of them as `d/dt()` equations");
            diagnostics.push(diagnostic);
        }
    }
    let mut seen = 0;
    for statement in &mut expanded.equations.statements {
        if let StatementKind::Assign { value, .. } = &mut statement.kind {
            replace(value, &system.concentration, &mut seen, &mut |second| {
                let diagnostic = Diagnostic::error("M046", "`linCmt()` is given twice")
                    .at(&file.source, second, "second")
                    .at(&file.source, span, "first")
                    .help("give its value to a variable and use that");
                diagnostics.push(diagnostic);
            });
        }
    }
    for (name, rate) in system.rates {
        if own.contains_key(name) {
            continue;
        }
        expanded.equations.statements.push(Statement {
            kind: StatementKind::Assign {
                target: Target {
                    kind: TargetKind::Derivative,
                    name: Name {
                        text: name.to_owned(),
                        span,
                    },
                    span: Place(span),
                },
                suppressed: false,
                value: rate.at(span),
            },
            comments: Comments::default(),
            span: Place(span),
        });
    }
    (expanded, diagnostics)
}

/// A linear model, written out.
struct System {
    /// Compartments with their right-hand sides.
    rates: Vec<(&'static str, Formula)>,
    /// What the call stands for.
    concentration: Formula,
    /// Names in it that are not compartments.
    used: BTreeSet<String>,
}

impl System {
    /// Every compartment there might be, so that what is said of them elsewhere is not a problem of its own.
    fn unknown(equations: &Block) -> Self {
        let own = own_compartments(equations);
        let others = COMPARTMENTS.iter().filter(|name| !own.contains_key(**name));
        Self {
            rates: others.map(|name| (*name, Formula::number(0.0))).collect(),
            concentration: Formula::name("central"),
            used: BTreeSet::new(),
        }
    }
}

/// Why a call cannot be written out.
struct Problem {
    code: &'static str,
    message: String,
    help: String,
}

fn missing(what: &str, help: &str) -> Problem {
    Problem {
        code: "M055",
        message: format!("`linCmt()` lacks {what}"),
        help: help.to_owned(),
    }
}

fn ambiguous(one: &str, other: &str) -> Problem {
    Problem {
        code: "M056",
        message: format!("`linCmt()` cannot use `{one}` and `{other}` together"),
        help: "name those that are meant, as in `linCmt(cl, v)`, or rename one of them".to_owned(),
    }
}

/// The first call outside of conditions, with the index of its statement.
fn first_call(block: &Block) -> Option<(usize, Expression)> {
    block
        .statements
        .iter()
        .enumerate()
        .find_map(|(at, statement)| match &statement.kind {
            StatementKind::Assign { value, .. } => find(value).map(|call| (at, call.clone())),
            _ => None,
        })
}

fn is_call(expression: &Expression) -> bool {
    matches!(&expression.kind, ExpressionKind::Call(function, _) if function.text == FUNCTION)
}

fn find(expression: &Expression) -> Option<&Expression> {
    if is_call(expression) {
        return Some(expression);
    }
    expression.children().into_iter().find_map(find)
}

/// Puts the concentration in the place of every call; all but the first are reported.
fn replace(
    expression: &mut Expression,
    concentration: &Formula,
    seen: &mut usize,
    report: &mut dyn FnMut(Span),
) {
    if is_call(expression) {
        *seen += 1;
        if *seen > 1 {
            report(expression.span);
        }
        *expression = concentration.clone().at(expression.span);
        return;
    }
    match &mut expression.kind {
        ExpressionKind::Unary(_, operand) => replace(operand, concentration, seen, report),
        ExpressionKind::Binary(_, left, right) => {
            replace(left, concentration, seen, report);
            replace(right, concentration, seen, report);
        }
        ExpressionKind::Call(_, arguments) => {
            for argument in arguments {
                replace(argument, concentration, seen, report);
            }
        }
        _ => {}
    }
}

/// Names by what they are in upper case: the arguments of the call, or else everything known before it.
fn candidates(file: &ModelFile, at: usize, call: &Expression) -> Result<BTreeMap<String, String>, Problem> {
    let mut names = BTreeSet::new();
    if let ExpressionKind::Call(_, arguments) = &call.kind
        && !arguments.is_empty()
    {
        for argument in arguments {
            let ExpressionKind::Name(name) = &argument.kind else {
                let help = "write `linCmt()`, or name the parameters that are meant, as in `linCmt(cl, v)`";
                return Err(missing("a name among its arguments", help));
            };
            names.insert(name.clone());
        }
    } else {
        for statement in &file.ini {
            if let IniKind::Theta(theta) = &statement.kind {
                names.insert(theta.name.text.clone());
            }
        }
        for statement in &file.equations.statements[..at] {
            collect(statement, &mut names);
        }
    }
    let mut by_role: BTreeMap<String, String> = BTreeMap::new();
    for name in names {
        if let Some(other) = by_role.insert(name.to_uppercase(), name.clone())
            && is_role(&name.to_uppercase())
        {
            return Err(ambiguous(&other, &name));
        }
    }
    Ok(by_role)
}

/// Variables a statement assigns and names it reads.
fn collect(statement: &Statement, names: &mut BTreeSet<String>) {
    match &statement.kind {
        StatementKind::Assign { target, value, .. } => {
            if target.kind.is_variable() {
                names.insert(target.name.text.clone());
            }
            collect_names(value, names);
        }
        StatementKind::If { branches, otherwise } => {
            for (condition, _) in branches {
                collect_names(condition, names);
            }
            for block in branches.iter().map(|(_, block)| block).chain(otherwise) {
                for inner in &block.statements {
                    collect(inner, names);
                }
            }
        }
        StatementKind::Endpoint { .. } | StatementKind::Compartment(_) => {}
    }
}

fn collect_names(expression: &Expression, names: &mut BTreeSet<String>) {
    if let ExpressionKind::Name(name) = &expression.kind {
        names.insert(name.clone());
    }
    for child in expression.children() {
        collect_names(child, names);
    }
}

/// Compartments with an equation of their own, with its place.
fn own_compartments(block: &Block) -> BTreeMap<String, Span> {
    let mut own = BTreeMap::new();
    for statement in &block.statements {
        match &statement.kind {
            StatementKind::Assign { target, .. } if target.kind == TargetKind::Derivative => {
                own.insert(target.name.text.clone(), target.span.0);
            }
            StatementKind::If { branches, otherwise } => {
                for inner in branches.iter().map(|(_, block)| block).chain(otherwise) {
                    own.extend(own_compartments(inner));
                }
            }
            _ => {}
        }
    }
    own
}

/// Compartments in the order that `cmt()` and the equations give them: each at the first of the two. One that has no
/// equation is left to the checks.
pub(crate) fn numbered(block: &Block) -> Vec<Name> {
    fn visit(block: &Block, own: &BTreeMap<String, Span>, names: &mut Vec<Name>) {
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Compartment(name) if own.contains_key(&name.text) => names.push(name.clone()),
                StatementKind::Assign { target, .. } if target.kind == TargetKind::Derivative => {
                    names.push(target.name.clone());
                }
                StatementKind::If { branches, otherwise } => {
                    for inner in branches.iter().map(|(_, block)| block).chain(otherwise) {
                        visit(inner, own, names);
                    }
                }
                _ => {}
            }
        }
    }
    let mut names = Vec::new();
    if block
        .statements
        .iter()
        .any(|statement| matches!(statement.kind, StatementKind::Compartment(_)))
    {
        visit(block, &own_compartments(block), &mut names);
    }
    names
}

/// A name of the system that is assigned again once the call has used it.
fn changed_later(block: &Block, at: usize, used: &BTreeSet<String>) -> Option<(String, Span)> {
    fn search(statements: &[Statement], used: &BTreeSet<String>) -> Option<(String, Span)> {
        statements.iter().find_map(|statement| match &statement.kind {
            StatementKind::Assign { target, .. } => (target.kind.is_variable()
                && used.contains(&target.name.text))
            .then(|| (target.name.text.clone(), target.span.0)),
            StatementKind::If { branches, otherwise } => branches
                .iter()
                .map(|(_, block)| block)
                .chain(otherwise)
                .find_map(|block| search(&block.statements, used)),
            StatementKind::Endpoint { .. } | StatementKind::Compartment(_) => None,
        })
    }
    search(&block.statements[at..], used)
}

fn write_out(rates: &Rates, absorption: Option<Formula>) -> System {
    let mut equations = Vec::new();
    let central = Formula::name("central");
    let mut balance = Formula(ExpressionKind::Unary(
        UnaryOperator::Minus,
        Box::new((rates.elimination.clone() * central.clone()).at(Span::default())),
    ));
    let mut peripherals = Vec::new();
    for ((there, back), name) in rates.transfers.iter().zip(["peripheral1", "peripheral2"]) {
        let out = there.clone() * central.clone();
        let home = back.clone() * Formula::name(name);
        balance = balance - out.clone() + home.clone();
        peripherals.push((name, out - home));
    }
    if let Some(absorption) = absorption {
        let absorbed = absorption * Formula::name("depot");
        balance = absorbed.clone() + balance;
        equations.push(("depot", Formula::number(0.0) - absorbed));
    }
    equations.push(("central", balance));
    equations.extend(peripherals);
    let concentration = central / rates.volume.clone();
    let mut used = BTreeSet::new();
    for (_, formula) in &equations {
        collect_names(&formula.clone().at(Span::default()), &mut used);
    }
    collect_names(&concentration.clone().at(Span::default()), &mut used);
    used.retain(|name| !COMPARTMENTS.contains(&name.as_str()));
    System {
        rates: equations,
        concentration,
        used,
    }
}
