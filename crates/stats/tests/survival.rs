//! Kaplan-Meier curves against R's `survival`.
#![allow(clippy::unwrap_used, clippy::panic)]

use euthymia_stats::survival::{KaplanMeier, Symmetry};

const DATA: &str = include_str!("../../../suite/reference/survival/data.csv");
const REFERENCE: &str = include_str!("../../../suite/reference/survival/reference.csv");

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().skip(1).map(|line| line.split(',').collect())
}

fn curve(set: &str) -> KaplanMeier {
    let people = rows(DATA).filter(|row| row[0] == set);
    let (times, events): (Vec<f64>, Vec<bool>) = people
        .map(|row| (row[1].parse::<f64>().unwrap(), row[2] == "1"))
        .unzip();
    KaplanMeier::new(&times, &events).unwrap()
}

fn symmetry(key: &str) -> Symmetry {
    match key {
        _ if key.ends_with("log-log") => Symmetry::LogLog,
        _ if key.ends_with("plain") => Symmetry::Plain,
        _ => Symmetry::Log,
    }
}

/// What is computed for a row of the reference.
fn computed(curve: &KaplanMeier, key: &str, at: f64) -> Option<f64> {
    let step = || {
        curve
            .steps()
            .iter()
            .find(|step| step.time == at)
            .copied()
            .unwrap()
    };
    let interval = || step().interval(0.95, symmetry(key));
    let quantile = |part: f64| curve.quantile(part, 0.95, symmetry(key));
    match key {
        "survival" => Some(step().survival),
        "se" => step().se(),
        "at-risk" => Some(step().at_risk as f64),
        "quantile" => quantile(at).time,
        "restricted-mean" => Some(curve.restricted_mean(at).unwrap().mean),
        "restricted-mean-se" => Some(curve.restricted_mean(at).unwrap().se),
        _ if key.starts_with("median-lower") => quantile(at).lower,
        _ if key.starts_with("median-upper") => quantile(at).upper,
        _ if key.starts_with("lower") => interval().map(|(low, _)| low),
        _ if key.starts_with("upper") => interval().map(|(_, high)| high),
        _ => panic!("{key}"),
    }
}

#[test]
fn curves_are_those_of_r() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows(REFERENCE) {
        let (set, key, at) = (row[0], row[1], row[2].parse().unwrap());
        let expected: Option<f64> = (!row[3].is_empty()).then(|| row[3].parse().unwrap());
        let computed = computed(&curve(set), key, at);
        let agree = match (computed, expected) {
            (None, None) => true,
            (Some(one), Some(other)) => (one - other).abs() <= 1e-11 * other.abs().max(1e-3),
            _ => false,
        };
        if !agree {
            wrong.push(format!("{set} {key} {at}: {computed:?}, not {expected:?}"));
        }
        count += 1;
    }
    assert!(count > 300, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
