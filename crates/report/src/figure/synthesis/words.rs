//! Numbers of a synthesis as a paper prints them.

use euthymia_meta::synthesis::{Estimate, Heterogeneity, Measure, Moderation, Subgroups, Synthesis};

use super::super::number::{decimals_for, fixed, significant};
use crate::course::words::capitalised;

/// A number that is read on the scale of a measure: two decimals for ratios, for others as many as the precision of the
/// studies deserves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits {
    is_ratio: bool,
    decimals: usize,
}

impl Digits {
    pub(crate) fn of(synthesis: &Synthesis) -> Self {
        let is_ratio = synthesis.measure.is_ratio() && synthesis.measure.null().is_some();
        let shown = synthesis.studies.iter().map(|row| row.shown);
        let mut widths: Vec<f64> = shown
            .chain(synthesis.pooled.iter().map(|row| row.shown))
            .map(|shown| {
                let width = shown.upper - shown.lower;
                // A ratio is as precise as its interval is narrow beside it: near 0 it has small ones for nothing.
                if is_ratio { width / shown.value } else { width }
            })
            .filter(|width| *width > 0.0 && width.is_finite())
            .collect();
        widths.sort_by(f64::total_cmp);
        // Two digits of the narrowest interval.
        let decimals = widths.first().map_or(2, |width| decimals_for(*width, 2));
        Self {
            is_ratio,
            decimals: decimals.clamp(1, 4),
        }
    }

    pub(crate) fn number(self, x: f64) -> String {
        if !x.is_finite() {
            return if x > 0.0 { "∞" } else { "−∞" }.to_owned();
        }
        if !self.is_ratio {
            return fixed(x, self.decimals);
        }
        match x.abs() {
            size if size >= 100.0 => fixed(x, 0),
            size if size >= 10.0 => fixed(x, 1),
            size if size >= 0.0095 => fixed(x, self.decimals.max(2)),
            size if size >= 0.0001 => significant(x, 1),
            _ => "<0.0001".to_owned(),
        }
    }

    pub(crate) fn range(self, lower: f64, upper: f64) -> String {
        format!("{} to {}", self.number(lower), self.number(upper))
    }

    /// `0.49 [0.34, 0.70]`.
    pub(crate) fn estimate(self, estimate: Estimate) -> String {
        format!(
            "{} [{}, {}]",
            self.number(estimate.value),
            self.number(estimate.lower),
            self.number(estimate.upper)
        )
    }
}

/// `0.49 [0.34, 0.70]`, with the digits of the synthesis.
pub(crate) fn estimate_text(synthesis: &Synthesis, estimate: Estimate) -> String {
    Digits::of(synthesis).estimate(estimate)
}

/// `0.34 to 0.70`.
pub(crate) fn interval_text(synthesis: &Synthesis, (lower, upper): (f64, f64)) -> String {
    Digits::of(synthesis).range(lower, upper)
}

/// One number with the digits of the synthesis.
pub(crate) fn number_text(synthesis: &Synthesis, x: f64) -> String {
    Digits::of(synthesis).number(x)
}

/// A probability: `p = 0.032`, `p < 0.0001`.
pub(crate) fn p_text(p: f64) -> String {
    if p.is_nan() {
        String::new()
    } else if p < 0.0001 {
        "p\u{a0}<\u{a0}0.0001".to_owned()
    } else if p < 0.01 {
        format!("p\u{a0}=\u{a0}{}", fixed(p, 4))
    } else if p < 0.1 {
        format!("p\u{a0}=\u{a0}{}", fixed(p, 3))
    } else {
        format!("p\u{a0}=\u{a0}{}", fixed(p, 2))
    }
}

/// The name of what is read, for heads and axes: `Risk ratio`.
pub(crate) fn read_text(measure: &Measure) -> String {
    capitalised(measure.title())
}

/// The name of what is read, for narrow heads: `RR`; an effect of any kind has none.
pub(crate) fn head_text(measure: &Measure) -> &str {
    match measure.name() {
        "GEN" => "Effect",
        name => name,
    }
}

/// The test of all moderators: `F = 7.1, df = 2 and 10, p = 0.012`, or `Q` where the model refers to chi².
pub(crate) fn moderators(moderation: &Moderation) -> Option<String> {
    let (statistic, p) = (fixed(moderation.qm?, 2), p_text(moderation.qm_p?));
    let df = fixed(moderation.qm_df.0, 0);
    Some(match moderation.qm_df.1 {
        Some(second) => format!(
            "F\u{a0}=\u{a0}{statistic}, df\u{a0}=\u{a0}{df} and {}, {p}",
            fixed(second, 0)
        ),
        None => format!("Q\u{a0}=\u{a0}{statistic}, df\u{a0}=\u{a0}{df}, {p}"),
    })
}

/// Heterogeneity in a line: `tau² = 0.31, I² = 92 %, Q = 152.2, df = 12, p < 0.0001`.
pub(crate) fn statistics(heterogeneity: &Heterogeneity) -> String {
    let mut parts = Vec::new();
    if let Some(tau2) = heterogeneity.tau2 {
        parts.push(format!("τ²\u{a0}=\u{a0}{}", significant(tau2, 3)));
    }
    parts.push(format!(
        "I²\u{a0}=\u{a0}{}\u{a0}%",
        fixed(heterogeneity.i2, usize::from(heterogeneity.i2 < 9.95))
    ));
    parts.push(format!(
        "Q\u{a0}=\u{a0}{}, df\u{a0}=\u{a0}{}, {}",
        fixed(heterogeneity.q, 2),
        fixed(heterogeneity.q_df, 0),
        p_text(heterogeneity.q_p)
    ));
    parts.join(", ")
}

/// How groups differ.
pub(super) fn between(subgroups: &Subgroups) -> Option<String> {
    let (q, p) = (subgroups.q?, subgroups.q_p?);
    Some(format!(
        "Between groups: Q\u{a0}=\u{a0}{}, df\u{a0}=\u{a0}{}, {}",
        fixed(q, 2),
        fixed(subgroups.q_df, 0),
        p_text(p)
    ))
}

/// `95 %`.
pub(crate) fn level(synthesis: &Synthesis) -> String {
    format!("{}\u{a0}%", significant(100.0 * synthesis.level, 3))
}
