//! Models other than inverse variances: their inputs, and their values as a pooled estimate.

use serde_json::{Map, Value as Json, json};

use super::{Request, columns};
use crate::synthesis::build::shares;
use crate::synthesis::{Estimate, Pooled};
use crate::{Frame, MetaError};
use euthymia_stats::{gamma, normal};

/// The model that pools.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Pooling {
    /// Inverse variances, with or without a variance between studies.
    #[default]
    InverseVariance,
    /// Mantel and Haenszel.
    MantelHaenszel,
    /// Peto.
    Peto,
    /// A generalised linear mixed model, by its name: `UM.FS`, `UM.RS`, `CM.EL`, `CM.AL`; empty for one sample.
    Glmm(String),
    /// Bayes, with the prior of tau as the analysis names it: `half-normal scale 0.5`.
    Bayes(String),
    /// A multilevel model with standard errors robust to dependence within the clusters of this column.
    Cluster(String),
}

impl Pooling {
    /// Whether every row that is pooled belongs to a cluster.
    pub(super) fn check_clusters(&self, frame: &Frame, rows: &[usize]) -> Result<(), MetaError> {
        let Self::Cluster(name) = self else {
            return Ok(());
        };
        let cells = frame.column(name)?.to_texts();
        match rows.iter().find(|row| cells[**row].is_none()) {
            Some(row) => Err(MetaError::Row {
                line: frame.line(*row),
                reason: format!(
                    "`{name}` is empty; say which cluster the study belongs to, or leave the row out"
                ),
            }),
            None => Ok(()),
        }
    }

    /// The kind of analysis and its inputs, from those of the inverse-variance model.
    pub(super) fn inputs(&self, mut inputs: Map<String, Json>) -> (&'static str, Map<String, Json>) {
        let field = |inputs: &Map<String, Json>, part: &str, name: &str| -> Option<Json> {
            inputs.get(part)?.get(name).cloned()
        };
        let method = field(&inputs, "model", "method").unwrap_or_else(|| json!("REML"));
        let level = field(&inputs, "model", "level").unwrap_or_else(|| json!(0.95));
        let (kind, model) = match self {
            Self::InverseVariance => return ("rma_uni", inputs),
            Self::MantelHaenszel => ("rma_mh", exact(&inputs, &level)),
            Self::Peto => ("rma_peto", exact(&inputs, &level)),
            Self::Glmm(model) => {
                let equal = ["EE", "FE", "CE"].iter().any(|name| method == *name);
                let method = if equal { "EE" } else { "ML" };
                let mut fields = json!({ "method": method, "nAGQ": 7, "level": level });
                if !model.is_empty() {
                    fields["model"] = json!(model);
                }
                ("rma_glmm", fields)
            }
            Self::Bayes(prior) => {
                inputs.remove("model");
                inputs.insert("tau_prior".to_owned(), json!(prior));
                inputs.insert("mu_prior".to_owned(), json!("improper uniform"));
                let percent = 100.0 * level.as_f64().unwrap_or(0.95);
                inputs.insert("interval".to_owned(), json!(format!("central {percent}%")));
                return ("bayes_re", inputs);
            }
            Self::Cluster(column) => {
                inputs.remove("model");
                inputs.insert("derived".to_owned(), json!({ "effect_row": "row number" }));
                inputs.insert("random".to_owned(), json!(format!("~ 1 | {column}/effect_row")));
                inputs.insert(
                    "method".to_owned(),
                    json!(if method == json!("ML") { "ML" } else { "REML" }),
                );
                inputs.insert("level".to_owned(), level);
                inputs.insert("cluster".to_owned(), json!(column));
                inputs.insert(
                    "robust".to_owned(),
                    json!({ "type": "CR2 with Satterthwaite df (clubSandwich)", "clubSandwich": true }),
                );
                return ("robust", inputs);
            }
        };
        if let Some(effect) = inputs.get_mut("effect").and_then(Json::as_object_mut) {
            if *self == Self::Peto {
                effect.insert("measure".to_owned(), json!("PETO"));
            }
            for name in ["add", "to", "drop00"] {
                effect.remove(name);
            }
        }
        inputs.insert("model".to_owned(), model);
        (kind, inputs)
    }

    /// In words; nothing for inverse variances, whose options say more.
    pub(super) fn words(&self) -> Option<String> {
        Some(match self {
            Self::InverseVariance => return None,
            Self::MantelHaenszel => "Mantel-Haenszel".to_owned(),
            Self::Peto => "Peto".to_owned(),
            Self::Glmm(model) if model.is_empty() => "generalised linear mixed model".to_owned(),
            Self::Glmm(model) => format!("generalised linear mixed model ({model})"),
            Self::Bayes(prior) => format!("Bayesian random effects, prior of tau: {prior}"),
            Self::Cluster(column) => {
                format!(
                    "random effects of `{column}` and of each row, standard errors robust to clusters (CR2)"
                )
            }
        })
    }

    /// Shares in the pooled estimate, where the model is a weighted mean.
    pub(super) fn weights(&self, frame: &Frame, request: &Request) -> Vec<f64> {
        let arms: Option<Vec<[f64; 4]>> = (0..frame.rows())
            .map(|row| columns::arms(&request.columns, frame, row))
            .collect();
        let Some(arms) = arms else {
            return Vec::new();
        };
        let weight = |[a, n1, c, n2]: &[f64; 4]| {
            let (b, n) = (n1 - a, n1 + n2);
            match (self, request.measure.as_str()) {
                (Self::MantelHaenszel, "OR") => b * c / n,
                (Self::MantelHaenszel, "RR") => c * n1 / n,
                (Self::MantelHaenszel, "RD") => n1 * n2 / n,
                (Self::Peto, _) => n1 * n2 * (a + c) * (n - a - c) / (n * n * (n - 1.0)),
                _ => f64::NAN,
            }
        };
        let weights: Vec<f64> = arms.iter().map(weight).collect();
        if weights.iter().all(|weight| weight.is_finite()) {
            shares(&weights)
        } else {
            Vec::new()
        }
    }
}

/// Corrections for the effects of single studies; the pooled estimate is made of the counts as they are.
fn exact(inputs: &Map<String, Json>, level: &Json) -> Json {
    let of = |name: &str| inputs.get("effect").and_then(|effect| effect.get(name)).cloned();
    json!({
        "add": [of("add").unwrap_or_else(|| json!(0.5)), 0],
        "to": of("to").unwrap_or_else(|| json!("only0")),
        "drop00": of("drop00").unwrap_or(json!(true)),
        "correct": true,
        "level": level,
    })
}

/// A pooled estimate of `k` studies from the values of an analysis.
pub(super) fn read(values: &Json, level: f64, k: usize) -> Option<Pooled> {
    let number = |name: &str| match &values[name] {
        Json::Array(cells) => cells.first()?.as_f64(),
        cell => cell.as_f64(),
    };
    if let Some(mu) = values["mu"].as_array() {
        return bayes(values, mu, k);
    }
    let (value, se) = (number("beta")?, number("se")?);
    let half = normal::quantile(0.5 + level / 2.0) * se;
    let statistic = number("zval").or_else(|| number("tval")).unwrap_or(value / se);
    // A t interval is the model's own.
    let (lower, upper) = if values.get("tval").is_some() {
        (number("ci_lb")?, number("ci_ub")?)
    } else {
        (value - half, value + half)
    };
    let (q, p) = match (number("QE"), number("QEp")) {
        (Some(q), p) => (Some(q), p),
        _ => (number("QE_Wld"), None),
    };
    let q_df = number("QE_Wld_df").unwrap_or(k as f64 - 1.0);
    let tau2 = number("tau2");
    Some(Pooled {
        k,
        estimate: Estimate { value, lower, upper },
        se,
        statistic,
        p: number("pval").unwrap_or_else(|| normal::two_sided(statistic)),
        prediction: tau2.filter(|tau2| *tau2 > 0.0).map(|tau2| {
            let half = normal::quantile(0.5 + level / 2.0) * (se * se + tau2).sqrt();
            (value - half, value + half)
        }),
        tau2,
        q,
        q_df,
        q_p: p.or_else(|| q.map(|q| gamma::chi_square_above(q_df, q))),
        i2: number("I2"),
        h2: number("H2"),
        weights: Vec::new(),
    })
}

/// Median and central interval of the posterior.
fn bayes(values: &Json, mu: &[Json], k: usize) -> Option<Pooled> {
    let at = |row: &[Json], place: usize| row.get(place).and_then(Json::as_f64);
    let new = values["predictive"].as_array();
    let tau = values["tau"].as_array().and_then(|tau| at(tau, 1));
    let (value, se) = (at(mu, 1)?, at(mu, 3)?);
    Some(Pooled {
        k,
        estimate: Estimate {
            value,
            lower: at(mu, 4)?,
            upper: at(mu, 5)?,
        },
        se,
        // A posterior is no test.
        statistic: f64::NAN,
        p: f64::NAN,
        prediction: new.and_then(|new| at(new, 4).zip(at(new, 5))),
        tau2: tau.map(|tau| tau * tau),
        q: None,
        q_df: 0.0,
        q_p: None,
        i2: None,
        h2: None,
        weights: Vec::new(),
    })
}
