//! Trials of two arms by the names that the package meta gives their columns.

use crate::analysis::Inputs;
use crate::analysis::prepared::numbers;
use crate::bias::small_study::{Arms, Binary, Trials};
use crate::{Frame, MetaError};
use euthymia_vecmath::scalar::{exp, ln, log_gamma};

/// Cells of a column or an expression of columns under one of several names.
fn cells(inputs: &Inputs, frame: &Frame, names: &[&str]) -> Result<Option<Vec<Option<f64>>>, MetaError> {
    for folder in ["columns", "effect.columns"] {
        for name in names {
            let path = format!("{folder}.{name}");
            if let Some(text) = inputs.text(&path)? {
                return numbers(text, frame).map(Some);
            }
        }
    }
    Ok(None)
}

fn required(inputs: &Inputs, frame: &Frame, names: &[&str]) -> Result<Vec<Option<f64>>, MetaError> {
    cells(inputs, frame, names)?.ok_or_else(|| {
        let path = format!("columns.{}", names[0]);
        inputs.error(
            &path,
            format!("expected a column ({}), found nothing", names.join(" or ")),
        )
    })
}

/// People of an arm: a column of them, or events and those without an event.
fn people(
    inputs: &Inputs,
    frame: &Frame,
    names: &[&str],
    events: &[Option<f64>],
    without: &str,
) -> Result<Vec<Option<f64>>, MetaError> {
    if let Some(found) = cells(inputs, frame, names)? {
        return Ok(found);
    }
    let Some(rest) = cells(inputs, frame, &[without])? else {
        return required(inputs, frame, names);
    };
    Ok(events
        .iter()
        .zip(rest)
        .map(|(a, b)| a.zip(b).map(|(a, b)| a + b))
        .collect())
}

/// Events and people of the rows that have all four, with the rows.
pub(super) fn arms(inputs: &Inputs, frame: &Frame) -> Result<(Vec<usize>, Vec<Arms>), MetaError> {
    let event_e = required(inputs, frame, &["event_e", "ai"])?;
    let event_c = required(inputs, frame, &["event_c", "ci"])?;
    let n_e = people(inputs, frame, &["n_e", "n1i"], &event_e, "bi")?;
    let n_c = people(inputs, frame, &["n_c", "n2i"], &event_c, "di")?;
    let mut rows = Vec::new();
    let mut arms = Vec::new();
    for row in 0..frame.rows() {
        let (Some(event_e), Some(n_e), Some(event_c), Some(n_c)) =
            (event_e[row], n_e[row], event_c[row], n_c[row])
        else {
            continue;
        };
        let trial = Arms {
            event_e,
            n_e,
            event_c,
            n_c,
        };
        if let Some(problem) = trial.problem() {
            return Err(MetaError::Row {
                line: frame.line(row),
                reason: problem.to_owned(),
            });
        }
        rows.push(row);
        arms.push(trial);
    }
    Ok((rows, arms))
}

/// The measure of a binary outcome that `sm` names.
pub(super) fn binary(inputs: &Inputs, default: &str) -> Result<Binary, MetaError> {
    let path = if inputs.has("sm") { "sm" } else { "effect.measure" };
    match inputs.text(path)?.unwrap_or(default) {
        "OR" | "DOR" => Ok(Binary::OddsRatio),
        "RR" => Ok(Binary::RiskRatio),
        "RD" => Ok(Binary::RiskDifference),
        other => Err(inputs.error(path, format!("`{other}` is none of OR, RR, RD"))),
    }
}

/// The trials of `columns`: with events, or with means and standard deviations.
pub(super) fn trials(inputs: &Inputs, frame: &Frame) -> Result<Trials, MetaError> {
    if cells(inputs, frame, &["mean_e", "m1i"])?.is_some() {
        return continuous(inputs, frame);
    }
    let measure = binary(inputs, "OR")?;
    let (_, arms) = arms(inputs, frame)?;
    let mut trials = Trials {
        yi: Vec::new(),
        vi: Vec::new(),
        arms: None,
        sizes: None,
        risk_ratio: measure == Binary::RiskRatio,
    };
    let (mut kept, mut sizes) = (Vec::new(), Vec::new());
    for trial in arms {
        let Some((y, v)) = trial.effect(measure) else {
            continue;
        };
        trials.yi.push(y);
        trials.vi.push(v);
        sizes.push((trial.n_e, trial.n_c));
        kept.push(trial);
    }
    trials.arms = Some(kept);
    trials.sizes = Some(sizes);
    Ok(trials)
}

/// Mean differences, standardised ones (Hedges' g with the exact correction, and its variance after White and Thomas 2005),
/// and log ratios of means.
fn continuous(inputs: &Inputs, frame: &Frame) -> Result<Trials, MetaError> {
    let measure = inputs.text("sm")?.unwrap_or("MD");
    let names = [
        ["n_e", "n1i"],
        ["mean_e", "m1i"],
        ["sd_e", "sd1i"],
        ["n_c", "n2i"],
        ["mean_c", "m2i"],
        ["sd_c", "sd2i"],
    ];
    let columns = names
        .iter()
        .map(|names| required(inputs, frame, names))
        .collect::<Result<Vec<_>, _>>()?;
    let mut trials = Trials {
        yi: Vec::new(),
        vi: Vec::new(),
        arms: None,
        sizes: None,
        risk_ratio: false,
    };
    let mut sizes = Vec::new();
    for row in 0..frame.rows() {
        let Some(values) = columns
            .iter()
            .map(|column| column[row])
            .collect::<Option<Vec<f64>>>()
        else {
            continue;
        };
        let [n_e, m_e, s_e, n_c, m_c, s_c] = values[..] else {
            continue;
        };
        if !(n_e > 1.0 && n_c > 1.0 && s_e > 0.0 && s_c > 0.0) {
            return Err(MetaError::Row {
                line: frame.line(row),
                reason: "each arm needs more than one person and a standard deviation above 0".to_owned(),
            });
        }
        let (y, v) = match measure {
            "MD" => (m_e - m_c, s_e * s_e / n_e + s_c * s_c / n_c),
            "SMD" => {
                let df = n_e + n_c - 2.0;
                let pooled = (((n_e - 1.0) * s_e * s_e + (n_c - 1.0) * s_c * s_c) / df).sqrt();
                let correction = exp(log_gamma(0.5 * df) - 0.5 * ln(0.5 * df) - log_gamma(0.5 * (df - 1.0)));
                let g = correction * (m_e - m_c) / pooled;
                let share = 1.0 - (df - 2.0) / (df * correction * correction);
                (g, 1.0 / n_e + 1.0 / n_c + g * g * share)
            }
            "ROM" => {
                if !(m_e > 0.0 && m_c > 0.0) {
                    return Err(MetaError::Row {
                        line: frame.line(row),
                        reason: "a ratio of means needs means above 0".to_owned(),
                    });
                }
                let part = |s: f64, n: f64, m: f64| s * s / (n * m * m);
                (ln(m_e / m_c), part(s_e, n_e, m_e) + part(s_c, n_c, m_c))
            }
            other => return Err(inputs.error("sm", format!("`{other}` is none of MD, SMD, ROM"))),
        };
        trials.yi.push(y);
        trials.vi.push(v);
        sizes.push((n_e, n_c));
    }
    trials.sizes = Some(sizes);
    Ok(trials)
}
