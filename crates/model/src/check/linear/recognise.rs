//! Which linear model names describe: clearances and volumes, rate constants, or exponentials, each turned into rate
//! constants and a volume.

use std::collections::BTreeMap;

use super::formula::Formula;
use super::{Problem, ambiguous, missing};

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

/// Whether a name in upper case can be a parameter of a linear model.
pub(super) fn is_role(name: &str) -> bool {
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
pub(super) struct Rates {
    pub(super) volume: Formula,
    pub(super) elimination: Formula,
    /// From the central compartment to each peripheral one, and back.
    pub(super) transfers: Vec<(Formula, Formula)>,
}

/// The model that names describe (by what they are in upper case), and its rate of absorption if there is one.
pub(super) fn recognise(names: &BTreeMap<String, String>) -> Result<(Rates, Option<Formula>), Problem> {
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
    Ok((rates, known.formula("KA")))
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
