//! `linCmt()`: which linear model the names before it describe, written out as its differential equations.
//!
//! Names are recognised in upper and lower case as rxode2 does: clearances and volumes (`cl`, `v`, `q`, `vp` ...),
//! rate constants (`k`, `k12`, `k21` ...), or the constants of the exponentials (`alpha`, `beta`, `aob`, or `A`,
//! `alpha`, `B`, `beta` ...), with `ka` for a depot. The compartments are the last ones of the file, as in rxode2. They
//! are integrated like any other compartment.

use std::collections::{BTreeMap, BTreeSet};

use euthymia_diagnostics::{Diagnostic, Span};

use crate::syntax::tree::{
    BinaryOperator, Block, Comments, Expression, ExpressionKind, IniKind, ModelFile, Name, Place, Statement,
    StatementKind, Target, TargetKind, UnaryOperator,
};

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
    let system = found.and_then(|names| recognise(&names));
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
            if target.kind == TargetKind::Variable {
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
            StatementKind::Assign { target, .. } => (target.kind == TargetKind::Variable
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

const CENTRAL_VOLUMES: &[&str] = &["V", "VC", "V1"];
const ELIMINATIONS: &[&str] = &["K", "KE", "KEL", "K10", "K20"];
const NUMBERED: &[&str] = &["V1", "V2", "V3", "V4"];
const PERIPHERAL: &[&str] = &["VP", "VP1", "VP2", "VP3"];
const TISSUE: &[&str] = &["VT", "VT1", "VT2", "VT3"];
const FLOWS: &[&str] = &["Q", "Q1", "Q2", "Q3", "Q4"];
const DISTRIBUTION: &[&str] = &["CLD", "CLD1", "CLD2", "CLD3"];
/// Rate constants by the numbers that NONMEM gives compartments with a depot.
const OTHER_NUMBERS: &[&str] = &["K23", "K32", "K24", "K42"];
const TRANSFERS: &[&str] = &["K12", "K21", "K13", "K31"];

fn is_role(name: &str) -> bool {
    let tables = [
        CENTRAL_VOLUMES,
        ELIMINATIONS,
        NUMBERED,
        PERIPHERAL,
        TISSUE,
        FLOWS,
        DISTRIBUTION,
        OTHER_NUMBERS,
        TRANSFERS,
    ];
    tables.iter().any(|table| table.contains(&name))
        || ["KA", "CL", "VSS", "ALPHA", "BETA", "GAMMA", "AOB", "A", "B", "C"].contains(&name)
}

/// The names there are, by role.
struct Known<'n> {
    names: &'n BTreeMap<String, String>,
}

impl Known<'_> {
    fn get(&self, role: &str) -> Option<&str> {
        self.names.get(role).map(String::as_str)
    }

    fn formula(&self, role: &str) -> Option<Formula> {
        self.get(role).map(Formula::name)
    }

    /// Those of a table that there are, in its order.
    fn all(&self, table: &[&'static str]) -> Vec<&'static str> {
        table
            .iter()
            .copied()
            .filter(|role| self.get(role).is_some())
            .collect()
    }

    /// The one of a table that there is.
    fn only(&self, table: &[&'static str]) -> Result<Option<&'static str>, Problem> {
        match self.all(table).as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            [one, other, ..] => Err(self.conflict(one, other)),
        }
    }

    fn conflict(&self, one: &str, other: &str) -> Problem {
        ambiguous(self.get(one).unwrap_or(one), self.get(other).unwrap_or(other))
    }

    /// Reports any of a table beside a name it does not go with.
    fn none_of(&self, table: &[&'static str], beside: &str) -> Result<(), Problem> {
        match self.all(table).first() {
            Some(other) => Err(self.conflict(beside, other)),
            None => Ok(()),
        }
    }

    fn central_volume(&self) -> Result<Formula, Problem> {
        self.only(CENTRAL_VOLUMES)?
            .and_then(|role| self.formula(role))
            .ok_or_else(|| missing("the central volume", "define `v`, `vc` or `v1` before it"))
    }
}

/// Rate constants of a linear model and the volume its concentration is in.
struct Rates {
    volume: Formula,
    elimination: Formula,
    /// From the central compartment to each peripheral one, and back.
    transfers: Vec<(Formula, Formula)>,
}

fn recognise(names: &BTreeMap<String, String>) -> Result<System, Problem> {
    let known = Known { names };
    let elimination = known.only(ELIMINATIONS)?;
    let rates = match (known.get("CL"), elimination, known.get("ALPHA")) {
        (Some(one), Some(other), _) => return Err(ambiguous(one, known.get(other).unwrap_or(other))),
        (Some(one), _, Some(other)) => return Err(ambiguous(one, other)),
        (_, Some(one), Some(other)) => return Err(ambiguous(known.get(one).unwrap_or(one), other)),
        (Some(_), None, None) => clearances(&known)?,
        (None, Some(role), None) => constants(&known, role)?,
        (None, None, Some(_)) => exponentials(&known)?,
        (None, None, None) => {
            let help = "define `cl` and `v`, or `k` and `v`, or `alpha` and `v` before it, by these names";
            return Err(missing("a clearance or a rate of elimination", help));
        }
    };
    Ok(write_out(&rates, known.formula("KA")))
}

/// Clearances and volumes.
fn clearances(known: &Known<'_>) -> Result<Rates, Problem> {
    let clearance = Formula::name(known.get("CL").unwrap_or("cl"));
    known.none_of(TRANSFERS, "CL")?;
    known.none_of(OTHER_NUMBERS, "CL")?;
    let mut numbered = known.all(NUMBERED);
    let central = match known.only(&["V", "VC"])? {
        Some(role) => {
            if numbered.first() == Some(&"V1") {
                return Err(known.conflict(role, "V1"));
            }
            role
        }
        None => match numbered.as_slice() {
            ["V1", "V3" | "V4", ..] => {
                return Err(missing(
                    "`v2`",
                    "number the volumes one after the other: `v1`, `v2`, `v3`",
                ));
            }
            [first @ ("V1" | "V2"), ..] => {
                let first = *first;
                numbered.remove(0);
                first
            }
            _ => {
                return Err(missing(
                    "the central volume",
                    "define `v`, `vc` or `v1` before it",
                ));
            }
        },
    };
    let volume = Formula::name(known.get(central).unwrap_or(central));
    let styles = [
        numbered,
        known.all(PERIPHERAL),
        known.all(TISSUE),
        known.all(&["VSS"]),
    ];
    let peripherals = one_style(known, &styles)?;
    let flows = one_style(known, &[known.all(FLOWS), known.all(DISTRIBUTION)])?;
    if flows.len() > 2 || peripherals.len() > 2 {
        return Err(missing(
            "a solution for four compartments",
            "write the compartments as `d/dt()` equations",
        ));
    }
    if flows.len() > peripherals.len() {
        let flow = flows
            .get(peripherals.len())
            .and_then(|role| known.get(role))
            .unwrap_or("q");
        let name = if peripherals.is_empty() { "vp" } else { "vp2" };
        return Err(missing(
            &format!("the peripheral volume that `{flow}` flows to"),
            &format!("define `{name}` before it"),
        ));
    }
    if peripherals.len() > flows.len() {
        let there = peripherals
            .get(flows.len())
            .and_then(|role| known.get(role))
            .unwrap_or("vp");
        let name = if flows.is_empty() { "q" } else { "q2" };
        return Err(missing(
            &format!("the clearance between the central volume and `{there}`"),
            &format!("define `{name}` before it"),
        ));
    }
    let transfers = flows.iter().zip(&peripherals).map(|(flow, peripheral)| {
        let flow = Formula::name(known.get(flow).unwrap_or(flow));
        let there = Formula::name(known.get(peripheral).unwrap_or(peripheral));
        let there = if *peripheral == "VSS" {
            there - volume.clone()
        } else {
            there
        };
        (flow.clone() / volume.clone(), flow / there)
    });
    Ok(Rates {
        elimination: clearance / volume.clone(),
        transfers: transfers.collect(),
        volume,
    })
}

/// The names of the only style of naming that is used.
fn one_style(known: &Known<'_>, styles: &[Vec<&'static str>]) -> Result<Vec<&'static str>, Problem> {
    let mut used = styles.iter().filter(|style| !style.is_empty());
    let first = used.next().cloned().unwrap_or_default();
    match (first.first(), used.next().and_then(|second| second.first())) {
        (Some(one), Some(other)) => Err(known.conflict(one, other)),
        _ => Ok(first),
    }
}

/// Rate constants between compartments.
fn constants(known: &Known<'_>, elimination: &'static str) -> Result<Rates, Problem> {
    let volume = known.central_volume()?;
    for table in [
        &["V2", "V3", "V4", "VSS"],
        PERIPHERAL,
        TISSUE,
        FLOWS,
        DISTRIBUTION,
    ] {
        known.none_of(table, elimination)?;
    }
    if let Some(other) = known.all(OTHER_NUMBERS).first() {
        return Err(missing(
            &format!("a meaning for `{}`", known.get(other).unwrap_or(other)),
            "the central compartment is 1 and the peripheral ones are 2 and 3: `k12`, `k21`, `k13`, `k31`",
        ));
    }
    let mut transfers = Vec::new();
    for (there, back) in [("K12", "K21"), ("K13", "K31")] {
        match (known.formula(there), known.formula(back)) {
            (Some(out), Some(home)) if there == "K12" || transfers.len() == 1 => transfers.push((out, home)),
            (Some(_), Some(_)) => return Err(missing("`k12` and `k21`", "define them before it")),
            (Some(_), None) => return Err(lacks(back)),
            (None, Some(_)) => return Err(lacks(there)),
            (None, None) => {}
        }
    }
    Ok(Rates {
        volume,
        elimination: known.formula(elimination).unwrap_or_else(|| Formula::name("k")),
        transfers,
    })
}

fn lacks(role: &str) -> Problem {
    missing(
        &format!("`{}`", role.to_lowercase()),
        "define it before it is called",
    )
}

/// Exponents of the disposition with their coefficients.
fn exponentials(known: &Known<'_>) -> Result<Rates, Problem> {
    let need = |role: &'static str| known.formula(role).ok_or_else(|| lacks(role));
    known.none_of(&["K12", "K13", "K31"], "ALPHA")?;
    for table in [
        &["V2", "V3", "V4", "VSS"],
        PERIPHERAL,
        TISSUE,
        FLOWS,
        DISTRIBUTION,
        OTHER_NUMBERS,
    ] {
        known.none_of(table, "ALPHA")?;
    }
    let alpha = need("ALPHA")?;
    if known.get("A").is_some() {
        known.none_of(CENTRAL_VOLUMES, "A")?;
        known.none_of(&["AOB", "K21"], "A")?;
        return coefficients(known, need("A")?, alpha);
    }
    known.none_of(&["B", "C", "GAMMA"], "ALPHA")?;
    let volume = known.central_volume()?;
    let back = known.only(&["AOB", "K21"])?;
    let Some(beta) = known.formula("BETA") else {
        if back.is_some() {
            return Err(lacks("BETA"));
        }
        return Ok(Rates {
            volume,
            elimination: alpha,
            transfers: Vec::new(),
        });
    };
    let back = match back {
        Some("K21") => need("K21")?,
        Some(_) => {
            let ratio = need("AOB")?;
            (ratio.clone() * beta.clone() + alpha.clone()) / (ratio + Formula::number(1.0))
        }
        None => return Err(missing("`aob` or `k21`", "define one of them before it")),
    };
    Ok(two_exponents(volume, &alpha, &beta, back))
}

/// `A e^(-alpha t) + B e^(-beta t) + C e^(-gamma t)` after one unit of dose.
fn coefficients(known: &Known<'_>, a: Formula, alpha: Formula) -> Result<Rates, Problem> {
    let pair = |coefficient: &'static str, exponent: &'static str| match (
        known.formula(coefficient),
        known.formula(exponent),
    ) {
        (Some(coefficient), Some(exponent)) => Ok(Some((coefficient, exponent))),
        (Some(_), None) => Err(lacks(exponent)),
        (None, Some(_)) => Err(lacks(coefficient)),
        (None, None) => Ok(None),
    };
    let one = Formula::number(1.0);
    match (pair("B", "BETA")?, pair("C", "GAMMA")?) {
        (None, None) => Ok(Rates {
            volume: one / a,
            elimination: alpha,
            transfers: Vec::new(),
        }),
        (None, Some(_)) => Err(missing("`b` and `beta`", "define them before it")),
        (Some((b, beta)), None) => {
            let sum = a.clone() + b.clone();
            let back = (a * beta.clone() + b * alpha.clone()) / sum.clone();
            Ok(two_exponents(one / sum, &alpha, &beta, back))
        }
        (Some((b, beta)), Some((c, gamma))) => Ok(three_exponents([a, b, c], [alpha, beta, gamma])),
    }
}

fn two_exponents(volume: Formula, alpha: &Formula, beta: &Formula, back: Formula) -> Rates {
    let elimination = alpha.clone() * beta.clone() / back.clone();
    let there = alpha.clone() + beta.clone() - back.clone() - elimination.clone();
    Rates {
        volume,
        elimination,
        transfers: vec![(there, back)],
    }
}

/// The rates back are the roots of the polynomial over the common denominator of the transformed exponentials; the
/// others follow from the sum of the exponents and of their products.
fn three_exponents([a, b, c]: [Formula; 3], [alpha, beta, gamma]: [Formula; 3]) -> Rates {
    let total = a.clone() + b.clone() + c.clone();
    let sum = (a.clone() * (beta.clone() + gamma.clone())
        + b.clone() * (alpha.clone() + gamma.clone())
        + c.clone() * (alpha.clone() + beta.clone()))
        / total.clone();
    let product = (a * (beta.clone() * gamma.clone())
        + b * (alpha.clone() * gamma.clone())
        + c * (alpha.clone() * beta.clone()))
        / total.clone();
    let root = (sum.clone() * sum.clone() - Formula::number(4.0) * product.clone()).root();
    let half = Formula::number(0.5);
    let first = half.clone() * (sum.clone() + root.clone());
    let second = half * (sum.clone() - root);
    let elimination = alpha.clone() * beta.clone() * gamma.clone() / product.clone();
    let both = alpha.clone() + beta.clone() + gamma.clone() - elimination.clone() - sum.clone();
    let pairs = alpha.clone() * beta.clone() + alpha * gamma.clone() + beta * gamma;
    let rest = pairs - elimination.clone() * sum - product;
    let to_first = (rest - both.clone() * first.clone()) / (second.clone() - first.clone());
    Rates {
        volume: Formula::number(1.0) / total,
        elimination,
        transfers: vec![(to_first.clone(), first), (both - to_first, second)],
    }
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

/// An expression that is being put together; its parts get their place when it is done.
#[derive(Clone)]
struct Formula(ExpressionKind);

impl Formula {
    fn name(text: &str) -> Self {
        Self(ExpressionKind::Name(text.to_owned()))
    }

    fn number(value: f64) -> Self {
        Self(ExpressionKind::Number(value))
    }

    fn root(self) -> Self {
        let span = Span::default();
        let text = "sqrt".to_owned();
        Self(ExpressionKind::Call(Name { text, span }, vec![self.at(span)]))
    }

    fn binary(self, operator: BinaryOperator, other: Self) -> Self {
        let operand = |formula: Self| Box::new(formula.at(Span::default()));
        Self(ExpressionKind::Binary(operator, operand(self), operand(other)))
    }

    /// The expression, all of it at one place.
    fn at(self, span: Span) -> Expression {
        let place = |inner: Box<Expression>| Box::new(Self(inner.kind).at(span));
        let kind = match self.0 {
            ExpressionKind::Unary(operator, operand) => ExpressionKind::Unary(operator, place(operand)),
            ExpressionKind::Binary(operator, left, right) => {
                ExpressionKind::Binary(operator, place(left), place(right))
            }
            ExpressionKind::Call(function, arguments) => {
                let arguments = arguments.into_iter().map(|argument| Self(argument.kind).at(span));
                ExpressionKind::Call(Name { span, ..function }, arguments.collect())
            }
            other => other,
        };
        Expression { kind, span }
    }
}

impl std::ops::Add for Formula {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.binary(BinaryOperator::Add, other)
    }
}

impl std::ops::Sub for Formula {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.binary(BinaryOperator::Subtract, other)
    }
}

impl std::ops::Mul for Formula {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.binary(BinaryOperator::Multiply, other)
    }
}

impl std::ops::Div for Formula {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.binary(BinaryOperator::Divide, other)
    }
}
