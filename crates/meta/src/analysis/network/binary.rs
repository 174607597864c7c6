//! `netmetabin`: networks of rare events.

use euthymia_stats::normal;

use super::estimates::{cells, fitted, test};
use super::read::Given;
use crate::MetaError;
use crate::analysis::{Analysis, Values};
use crate::network::{BinaryMethod, EmptyArms, binary};

pub(super) fn netmetabin(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let method = match inputs.text("method")? {
        None | Some("MH") => BinaryMethod::MantelHaenszel,
        Some("NCH") => BinaryMethod::Hypergeometric,
        Some("Inverse") => return inverse(analysis),
        Some(other) => {
            return Err(inputs.error("method", format!("`{other}` is none of MH, NCH, Inverse")));
        }
    };
    let pooled = match inputs.flag("cc_pooled")? {
        Some(pooled) => pooled,
        None => inputs
            .json()
            .get("cc.pooled")
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false),
    };
    let empty = match inputs.number("incr")?.unwrap_or(0.5) {
        amount if pooled && amount > 0.0 => EmptyArms::Filled(amount),
        _ => EmptyArms::Dropped,
    };
    let given = Given::of(analysis)?;
    if given.arms.is_empty() {
        return Err(inputs.error("arms", "expected the columns of arms with events and people"));
    }
    let fit = binary(&given.arms, method, empty)?;
    let level = inputs.level("level", 0.95)?;
    let reach = normal::quantile(0.5 + 0.5 * level);
    let mut values = Values::new();
    values.push("trts", fit.treatments.clone());
    values.push("k", fit.studies);
    values.push("m", fit.comparisons);
    values.push("n", fit.treatments.len());
    values.push("d", fit.designs);
    values.push("TE_common", &fit.te);
    values.push("seTE_common", &fit.se);
    values.push("lower_common", &fit.te.zip_map(&fit.se, |te, se| te - reach * se));
    values.push("upper_common", &fit.te.zip_map(&fit.se, |te, se| te + reach * se));
    let p = fit
        .te
        .zip_map(&fit.se, |te, se| (se > 0.0).then(|| normal::two_sided(te / se)));
    values.push("pval_common", cells(&p));
    test(
        &mut values,
        ["Q_inconsistency", "df_Q_inconsistency", "pval_Q_inconsistency"],
        fit.inconsistency.as_ref(),
    );
    values.push("excluded_studies", fit.without_information);
    let arms = fit
        .empty_arms
        .into_iter()
        .map(|(arm, design)| format!("{arm} in {design}"));
    values.push("excluded_arms", arms.collect::<Vec<_>>());
    Ok(values)
}

/// The classic way, with increments in empty cells.
fn inverse(analysis: &Analysis) -> Result<Values, MetaError> {
    let (given, network, fit) = fitted(analysis)?;
    let mut values = super::estimates::values(&analysis.inputs, &network, &fit)?;
    let mut excluded: Vec<String> = Vec::new();
    for contrast in &given.contrasts {
        let used = network.studies.iter().any(|study| study.label == contrast.study);
        if !used && !excluded.contains(&contrast.study) {
            excluded.push(contrast.study.clone());
        }
    }
    values.push("excluded_studies", excluded);
    Ok(values)
}
