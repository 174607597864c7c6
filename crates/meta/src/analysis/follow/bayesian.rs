//! `bayes_re`.

use crate::MetaError;
use crate::analysis::studies::Studies;
use crate::analysis::{Analysis, Values};
use crate::bayes::{IntervalKind, MeanPrior, Posterior, Summary, TauPrior};

pub(super) fn bayes_re(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let studies = Studies::of(analysis)?;
    let tau_prior = TauPrior::parse(inputs.text("tau_prior")?.unwrap_or("improper uniform on tau"))?;
    let mean_prior = MeanPrior::parse(inputs.text("mu_prior")?.unwrap_or("improper uniform"))?;
    let text = inputs.text("interval")?.unwrap_or("shortest 95%");
    let (kind, level) = interval(text).ok_or_else(|| {
        inputs.error(
            "interval",
            format!("`{text}`: expected `central 95%` or `shortest 95%`"),
        )
    })?;
    let posterior = Posterior::new(&studies.yi, &studies.vi, tau_prior, mean_prior)?;
    let row = |summary: Summary| -> Vec<Option<f64>> {
        vec![
            Some(summary.mode),
            Some(summary.median),
            summary.mean,
            summary.sd,
            Some(summary.lower),
            Some(summary.upper),
        ]
    };
    let names = [
        "mode".to_owned(),
        "median".to_owned(),
        "mean".to_owned(),
        "sd".to_owned(),
        format!("{}% lower", 100.0 * level),
        format!("{}% upper", 100.0 * level),
    ];
    let (joint_tau, joint_mu) = posterior.joint_maximum_likelihood();
    let (tau, mu) = posterior.marginal_maximum_likelihood();
    let (map_tau, map_mu) = posterior.joint_mode();
    let theta = posterior.theta();
    let mut values = Values::new()
        .with("k", studies.k())
        .with("summary_rows", names.to_vec())
        .with("tau", row(posterior.tau(kind, level)))
        .with("mu", row(posterior.mean(kind, level)))
        .with("predictive", row(posterior.predictive(kind, level)))
        .with("ML", vec![joint_tau, tau, joint_mu, mu])
        .with("MAP", vec![map_tau, map_mu])
        .with(
            "theta_mean",
            theta.iter().map(|one| one.mean).collect::<Vec<f64>>(),
        )
        .with("theta_sd", theta.iter().map(|one| one.sd).collect::<Vec<f64>>());
    if let Some(value) = posterior.ln_marginal_likelihood() {
        values.push("log_marginal_likelihood", value);
    }
    Ok(values)
}

/// `central 95%`, `shortest 90 %`, `HPD 0.95`.
fn interval(text: &str) -> Option<(IntervalKind, f64)> {
    let lower = text.to_lowercase();
    let kind = if lower.contains("short") || lower.contains("hpd") || lower.contains("highest") {
        IntervalKind::Shortest
    } else if lower.contains("central") || lower.contains("equal") {
        IntervalKind::Central
    } else {
        return None;
    };
    let digits: String = lower
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    if digits.is_empty() {
        return Some((kind, 0.95));
    }
    let number: f64 = digits.parse().ok()?;
    let level = if number > 1.0 { number / 100.0 } else { number };
    (level > 0.0 && level < 1.0).then_some((kind, level))
}
