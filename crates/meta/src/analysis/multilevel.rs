//! `rma_mv` and what follows from it, `robust`, `robumeta`, `vcalc`, `aggregate`, `multivariate`, `dose_response`, and
//! the accuracy of diagnostic tests.

mod accuracy;
mod dose_response;
pub(crate) mod model;
mod multivariate;
mod prep;
mod reading;
mod robust;
mod sampling;

use super::{Analysis, Runner, Value, Values};
use crate::MetaError;
use crate::multilevel::{self, ComponentKind, Fit, aggregate};
use euthymia_stats::gamma;
use model::Model;

/// Kinds of this family.
pub(crate) const KINDS: &[(&str, Runner)] = &[
    ("rma_mv", rma_mv),
    ("rma_mv_confint", confint),
    ("rma_mv_lrt", lrt),
    ("rma_mv_ranef", ranef),
    ("vcalc", vcalc),
    ("aggregate", aggregated),
    ("robust", robust::robust),
    ("robumeta", robust::robumeta),
    ("multivariate", multivariate::multivariate),
    ("dose_response", dose_response::dose_response),
    ("dose_response_cov", dose_response::dose_response_cov),
    ("dta_bivariate", accuracy::dta_bivariate),
    ("dta_descriptives", accuracy::dta_descriptives),
];

fn rma_mv(analysis: &Analysis) -> Result<Values, MetaError> {
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let mut values = Values::new()
        .with("k", fit.k)
        .with("p", fit.p)
        .with("coef_names", model.data.names.clone())
        .with("beta", &fit.beta)
        .with("se", fit.se.clone())
        .with("zval", fit.zval.clone())
        .with("pval", fit.pval.clone())
        .with("ci_lb", fit.ci_lb.clone())
        .with("ci_ub", fit.ci_ub.clone())
        .with("vcov", &fit.vcov);
    let groups = |name: &str| -> usize {
        let term = fit.random.iter().find(|term| term.name == name);
        term.map_or(0, |term| {
            let mut codes = term.group.clone();
            codes.sort_unstable();
            codes.dedup();
            codes.len()
        })
    };
    let plain = fit.random.iter().filter(|term| term.is_intercept());
    let nlevels: Vec<usize> = plain.map(|term| groups(&term.name)).collect();
    if !nlevels.is_empty() {
        values.push("sigma2", fit.sigma2());
        values.push("sigma2_nlevels", nlevels);
    }
    for ((term, components), names) in fit
        .structured()
        .zip([["tau2", "rho", "G_levels"], ["gamma2", "phi", "H_levels"]])
    {
        values.push(names[0], components.variances.clone());
        let correlations = if components.correlations.is_empty() {
            vec![0.0]
        } else {
            components.correlations.clone()
        };
        values.push(names[1], correlations);
        if let multilevel::Loading::Level { names: levels, .. } = &term.loading {
            values.push(names[2], levels.clone());
        }
    }
    values.push("QE", fit.qe);
    values.push("QEp", fit.qe_p);
    if let Some(qm) = fit.qm {
        let second = fit.qm_df.1;
        values.push("QM", qm);
        values.push("QMdf", vec![Some(fit.qm_df.0 as f64), second]);
        values.push("QMp", fit.qm_p);
    }
    values.push("ll", fit.ll);
    values.push("AIC", fit.aic);
    values.push("BIC", fit.bic);
    values.push("AICc", fit.aicc);
    if let Some(ddf) = fit.ddf.clone() {
        values.push("ddf", ddf);
    }
    if let Some([.., pi_lb, pi_ub]) = fit.prediction() {
        values.push("pi_lb", pi_lb);
        values.push("pi_ub", pi_ub);
    }
    Ok(values)
}

fn confint(analysis: &Analysis) -> Result<Values, MetaError> {
    let model = Model::of(analysis)?;
    let fit = model.fit()?;
    let inputs = &analysis.inputs;
    let level = inputs.level("ci.level", model.options.level)?;
    let profiles = multilevel::profile_intervals(&model.data, &fit, level);
    let components = profiles
        .into_iter()
        .map(|profile| {
            Values::new()
                .with("parameter", parameter_name(&fit, &profile))
                .with("estimate", profile.estimate)
                .with("ci_lb", profile.lower)
                .with("ci_ub", profile.upper)
        })
        .collect::<Vec<_>>();
    Ok(Values::new().with("components", components))
}

/// `sigma^2.1`, `tau^2`, `rho`: with a number where there are several.
fn parameter_name(fit: &Fit, profile: &multilevel::ComponentProfile) -> String {
    let intercept = fit.random[profile.term].is_intercept();
    let before = fit.random[..profile.term]
        .iter()
        .filter(|term| term.is_intercept() == intercept)
        .count();
    let (name, place, count) = if intercept {
        (
            "sigma^2",
            before,
            fit.random.iter().filter(|term| term.is_intercept()).count(),
        )
    } else {
        let components = &fit.components[profile.term];
        match profile.kind {
            ComponentKind::Variance => {
                let name = if before == 0 { "tau^2" } else { "gamma^2" };
                (name, profile.place, components.variances.len())
            }
            ComponentKind::Correlation => {
                let name = if before == 0 { "rho" } else { "phi" };
                (name, profile.place, components.correlations.len())
            }
        }
    };
    if count > 1 {
        format!("{name}.{}", place + 1)
    } else {
        name.to_owned()
    }
}

fn lrt(analysis: &Analysis) -> Result<Values, MetaError> {
    let full = Model::with_random(analysis, "full")?.fit()?;
    let reduced = Model::with_random(analysis, "reduced")?.fit()?;
    if full.k != reduced.k {
        let reason = format!(
            "the reduced model is of {} rows, the full one of {}: likelihoods of other rows cannot be compared; leave the \
             rows without a group out with `filter`",
            reduced.k, full.k
        );
        return Err(analysis.inputs.error("reduced", reason));
    }
    let df = full.parameters as f64 - reduced.parameters as f64;
    if df <= 0.0 {
        let reason = format!(
            "the reduced model has {} parameters, the full one {}: nothing is tested",
            reduced.parameters, full.parameters
        );
        return Err(analysis.inputs.error("reduced", reason));
    }
    let statistic = (2.0 * (full.ll - reduced.ll)).max(0.0);
    Ok(Values::new()
        .with("LRT", statistic)
        .with("df", df)
        .with("pval", gamma::chi_square_above(df, statistic))
        .with("ll_full", full.ll)
        .with("ll_reduced", reduced.ll))
}

fn ranef(analysis: &Analysis) -> Result<Values, MetaError> {
    let fit = Model::of(analysis)?.fit()?;
    let mut values = Values::new();
    for predicted in multilevel::blups(&fit) {
        let name: String = predicted
            .term
            .chars()
            .map(|c| if c.is_alphanumeric() || c == '.' { c } else { '_' })
            .collect();
        let effects = Values::new()
            .with("intrcpt", predicted.effects)
            .with("se", predicted.se)
            .with("pi_lb", predicted.lower)
            .with("pi_ub", predicted.upper);
        values.push(&name, Value::Values(effects));
        values.push(&format!("{name}_names"), predicted.names);
    }
    Ok(values)
}

fn vcalc(analysis: &Analysis) -> Result<Values, MetaError> {
    let studies = model::studies(analysis)?;
    let part = analysis.inputs.part("vcalc");
    let sampling = sampling::covariances(&part, &studies.vi, &studies.frame)?;
    Ok(Values::new()
        .with("n", studies.k())
        .with("V", &sampling.to_matrix()))
}

fn aggregated(analysis: &Analysis) -> Result<Values, MetaError> {
    let studies = model::studies(analysis)?;
    let part = analysis.inputs.part("aggregate");
    let name = part.required_text("cluster")?.to_owned();
    let (clusters, names) = model::codes_as_they_come(&name, &studies.frame)?;
    let sampling = aggregation_covariances(&part, &clusters, &studies)?;
    let weighted = part.flag("weighted")?.unwrap_or(true);
    let found = aggregate(&studies.yi, &sampling, &clusters, weighted)?;
    let numbers: Option<Vec<f64>> = names.iter().map(|name| name.parse().ok()).collect();
    let mut values = Values::new();
    let labels: Value = numbers.map_or_else(|| names.into(), Into::into);
    values.push(&name, labels.clone());
    if name != "cluster" {
        values.push("cluster", labels);
    }
    Ok(values.with("yi", found.yi).with("vi", found.vi))
}

/// `struct` of an aggregation: CS with `rho`, ID, CAR with `phi` over `time`, CS+CAR, CS*CAR with `obs`.
fn aggregation_covariances(
    part: &super::Inputs,
    clusters: &[usize],
    studies: &super::studies::Studies,
) -> Result<multilevel::Sampling, MetaError> {
    use euthymia_vecmath::scalar::pow;
    let vi = &studies.vi;
    let structure = part.text("struct")?.unwrap_or("CS");
    if structure == "ID" {
        return Ok(multilevel::Sampling::independent(vi));
    }
    let each = |field: &str, least: f64| -> Result<Vec<f64>, MetaError> {
        let given = part.numbers(field)?.ok_or_else(|| {
            part.error(
                field,
                format!("expected a correlation beside `{structure}`, found nothing"),
            )
        })?;
        let count = clusters.iter().max().map_or(0, |most| most + 1);
        let all = if given.len() == 1 {
            vec![given[0]; count]
        } else {
            given
        };
        if all.len() != count || all.iter().any(|r| !(least..=1.0).contains(r)) {
            return Err(part.error(
                field,
                format!("expected one correlation, or one for each of {count} clusters"),
            ));
        }
        Ok(all)
    };
    let rho = if structure.contains("CS") {
        Some(each("rho", -1.0)?)
    } else {
        None
    };
    let over_time = if structure.contains("CAR") {
        Some((
            each("phi", 0.0)?,
            model::numbers(part.text("time")?.unwrap_or("time"), &studies.frame)?,
        ))
    } else {
        None
    };
    let obs = match structure {
        "CS*CAR" => Some(model::codes(part.text("obs")?.unwrap_or("obs"), &studies.frame)?.0),
        "CS" | "CAR" | "CS+CAR" => None,
        other => {
            return Err(part.error(
                "struct",
                format!("`{other}` is none of ID, CS, CAR, CS+CAR, CS*CAR"),
            ));
        }
    };
    let correlation = |a: usize, b: usize| -> f64 {
        let cluster = clusters[a];
        let constant = rho.as_ref().map(|rho| match &obs {
            Some(obs) if obs[a] == obs[b] => 1.0,
            _ => rho[cluster],
        });
        let falling = over_time
            .as_ref()
            .map(|(phi, times)| pow(phi[cluster], (times[a] - times[b]).abs()));
        match (constant, falling) {
            (Some(c), Some(f)) if structure == "CS+CAR" => c + (1.0 - c) * f,
            (Some(c), Some(f)) => c * f,
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => 0.0,
        }
    };
    let count = clusters.iter().max().map_or(0, |most| most + 1);
    let blocks = (0..count)
        .map(|cluster| {
            let rows: Vec<usize> = (0..vi.len()).filter(|row| clusters[*row] == cluster).collect();
            let n = rows.len();
            multilevel::CovarianceBlock {
                matrix: nalgebra::DMatrix::from_fn(n, n, |i, j| {
                    let (a, b) = (rows[i], rows[j]);
                    let r = if i == j { 1.0 } else { correlation(a, b) };
                    r * (vi[a] * vi[b]).sqrt()
                }),
                rows,
            }
        })
        .collect();
    multilevel::Sampling::of_blocks(blocks, vi.len())
}
