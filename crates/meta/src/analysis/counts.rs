//! `rma_mh`, `rma_peto`, `rma_glmm`: counts pooled as counts.

use super::studies::{measure, prepared, reported};
use super::{Analysis, Inputs, Runner, Values};
use crate::MetaError;
use crate::counts::{Options, Pooled, mantel_haenszel, peto};
use crate::effect::{Addition, Measure, Reported};

mod mixed;

pub(crate) const KINDS: &[(&str, Runner)] = &[
    ("rma_mh", rma_mh),
    ("rma_peto", rma_peto),
    ("rma_glmm", mixed::rma_glmm),
];

/// One or two items: the first for the effect sizes of single studies, the second for what is pooled.
fn pair<T: Clone>(items: Option<Vec<T>>, first: T, second: T) -> (T, T) {
    match items.as_deref() {
        None | Some([]) => (first, second),
        Some([one]) => (one.clone(), second),
        Some([one, two, ..]) => (one.clone(), two.clone()),
    }
}

/// `add`, `to`, `drop00`, `correct`, `level` of a part of the inputs.
pub(crate) fn options(inputs: &Inputs) -> Result<Options, MetaError> {
    let addition = |name: &str| {
        Addition::parse(name).ok_or_else(|| {
            inputs.error(
                "model.to",
                format!("`{name}` is none of only0, all, if0all, none"),
            )
        })
    };
    let (add, add_pooled) = pair(inputs.numbers("model.add")?, 0.5, 0.0);
    let (to, to_pooled) = pair(inputs.texts("model.to")?, "only0".to_owned(), "none".to_owned());
    let flags = match inputs.get("model.drop00") {
        None => None,
        Some(found @ serde_json::Value::Array(items)) => {
            let flags: Option<Vec<bool>> = items.iter().map(serde_json::Value::as_bool).collect();
            Some(flags.ok_or_else(|| {
                inputs.error(
                    "model.drop00",
                    format!("expected true or false, once or twice, found {found}"),
                )
            })?)
        }
        Some(_) => inputs.flag("model.drop00")?.map(|flag| vec![flag]),
    };
    let (drop00, drop00_pooled) = pair(flags, true, false);
    let single = crate::effect::Options {
        add: Some(add),
        to: addition(&to)?,
        drop00,
        ..crate::effect::Options::default()
    };
    Ok(Options {
        single,
        add: add_pooled,
        to: addition(&to_pooled)?,
        drop00: drop00_pooled,
        correct: inputs.flag("model.correct")?.unwrap_or(true),
        level: inputs.level("model.level", 0.95)?,
    })
}

/// The counts of the studies of an analysis.
pub(crate) fn counts(analysis: &Analysis) -> Result<(Measure, Reported), MetaError> {
    let measure = measure(&analysis.inputs)?;
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    Ok((measure, reported(&analysis.inputs, measure, &frame)?))
}

fn values(pooled: &Pooled) -> Values {
    Values::new()
        .with("k", pooled.k)
        .with("beta", pooled.estimate)
        .with("se", pooled.se)
        .with("zval", pooled.z)
        .with("pval", pooled.p)
        .with("ci_lb", pooled.interval.map(|bounds| bounds.0))
        .with("ci_ub", pooled.interval.map(|bounds| bounds.1))
        .with("QE", pooled.q)
        .with("QEp", pooled.q_p)
        .with("I2", pooled.i2)
        .with("H2", pooled.h2)
}

fn rma_mh(analysis: &Analysis) -> Result<Values, MetaError> {
    let (measure, reported) = counts(analysis)?;
    let fit = mantel_haenszel(measure, &reported, &options(&analysis.inputs)?)?;
    let mut values = values(&fit.pooled);
    if matches!(measure, Measure::OddsRatio | Measure::IncidenceRateRatio) {
        values.push("MH", fit.association.map(|test| test.mantel_haenszel));
        values.push("MHp", fit.association.map(|test| test.p));
    }
    if measure == Measure::OddsRatio {
        let test = fit.homogeneity;
        values.push("TA", test.map(|test| test.tarone));
        values.push("TAp", test.and_then(|test| test.tarone_p));
        values.push("BD", test.map(|test| test.breslow_day));
        values.push("BDp", test.and_then(|test| test.breslow_day_p));
        values.push("k_used", test.map_or(0, |test| test.k));
    }
    Ok(values)
}

fn rma_peto(analysis: &Analysis) -> Result<Values, MetaError> {
    let (_, reported) = counts(analysis)?;
    let fit = peto(&reported, &options(&analysis.inputs)?)?;
    Ok(values(&fit.pooled).with("k_used", fit.k_informative))
}
