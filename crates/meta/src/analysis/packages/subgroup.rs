//! `subgroup`: studies pooled group by group, and whether the groups differ.

use super::super::{Analysis, Values};
use super::generic::{labels, studies};
use super::pooled::options;
use super::settings::Settings;
use crate::MetaError;
use crate::review::InverseVariance;
use crate::review::{TauAcross, subgroups};

/// `subgroup`.
pub(super) fn subgroup(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(&analysis.inputs, &[])?;
    let name = analysis.inputs.required_text("subgroup")?;
    let (frame, rows) = studies(analysis)?;
    let kept = rows.pooled();
    let labels = labels(&frame, name, &kept, "group")?;
    let (yi, vi) = rows.studies(&kept);
    let across = if settings.flag("tau_common")?.unwrap_or(false) {
        TauAcross::Common
    } else {
        TauAcross::Separate
    };
    let found = subgroups(&yi, &vi, &labels, &options(&settings)?, across)?;
    // Groups whose studies have no effect size stand among the others, without values.
    let mut levels: Vec<String> = Vec::new();
    for label in frame.column(name)?.to_texts().into_iter().flatten() {
        if !levels.contains(&label) {
            levels.push(label);
        }
    }
    let pooled: Vec<Option<&InverseVariance>> = levels
        .iter()
        .map(|level| {
            let group = found.groups.iter().find(|group| group.label == *level);
            group.map(|group| &group.pooled)
        })
        .collect();
    let each = |f: fn(&InverseVariance) -> Option<f64>| -> Vec<Option<f64>> {
        pooled.iter().map(|pooled| pooled.and_then(f)).collect()
    };
    let sizes: Vec<usize> = pooled
        .iter()
        .map(|pooled| pooled.map_or(0, |pooled| pooled.k))
        .collect();
    Ok(Values::new()
        .with("levels", levels)
        .with("k_w", sizes)
        .with("TE_common_w", each(|pooled| Some(pooled.common.estimate)))
        .with("seTE_common_w", each(|pooled| Some(pooled.common.se)))
        .with("lower_common_w", each(|pooled| Some(pooled.common.lower)))
        .with("upper_common_w", each(|pooled| Some(pooled.common.upper)))
        .with("TE_random_w", each(|pooled| Some(pooled.random.estimate)))
        .with("seTE_random_w", each(|pooled| Some(pooled.random.se)))
        .with("lower_random_w", each(|pooled| Some(pooled.random.lower)))
        .with("upper_random_w", each(|pooled| Some(pooled.random.upper)))
        .with("tau2_w", each(|pooled| pooled.heterogeneity.tau2))
        .with("Q_w", each(|pooled| Some(pooled.heterogeneity.q)))
        .with("I2_w", each(|pooled| pooled.heterogeneity.i2.value))
        .with("Q_b_common", found.common.q)
        .with("df_Q_b", found.common.df)
        .with("pval_Q_b_common", found.common.p)
        .with("Q_b_random", found.random.q)
        .with("pval_Q_b_random", found.random.p)
        .with("TE_common", found.whole.common.estimate)
        .with("TE_random", found.whole.random.estimate)
        .with("tau2", found.whole.heterogeneity.tau2))
}
