//! The answer as JSON.

use euthymia_meta::dose_response::{Curve, Prediction, Trend, Wald};
use serde_json::{Value, json};

use super::DoseAnswer;

impl DoseAnswer {
    /// As JSON: the selection with every study, the arms with their doses, the curve and what it predicts. Effects are on
    /// the scale that is pooled; predictions stand beside it as they are read.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let shown = |x: f64| self.measure().map_or(x, |measure| measure.shown(x));
        let prediction = |at: &Prediction| {
            json!({
                "dose": at.dose,
                "effect": at.effect, "se": at.se, "lower": at.lower, "upper": at.upper,
                "shown": {"value": shown(at.effect), "lower": shown(at.lower), "upper": shown(at.upper)},
            })
        };
        json!({
            "selection": self.selection,
            "unit": self.unit.map(|unit| unit.word()),
            "curve": self.curve,
            "arms": self.points,
            "covariances": self.contrasts.iter().map(|study| rows(&study.covariance)).collect::<Vec<_>>(),
            "arms_left_out": self.left_out,
            "fit": self.trend.as_ref().map(fit),
            "predictions": self.predictions.iter().map(prediction).collect::<Vec<_>>(),
            "curves": self.alternatives,
            "said": self.said,
        })
    }
}

fn fit(trend: &Trend) -> Value {
    let wald = |test: &Wald| json!({"chi2": test.statistic, "df": test.df, "p": test.p});
    let coefficient = |one: &euthymia_meta::dose_response::Coefficient| {
        json!({
            "name": one.name, "estimate": one.estimate, "se": one.se,
            "lower": one.lower, "upper": one.upper, "p": one.p,
        })
    };
    json!({
        "coefficients": trend.coefficients.iter().map(coefficient).collect::<Vec<_>>(),
        "covariance": rows(&trend.vcov),
        "between_studies": trend.psi.as_ref().map(rows),
        "log_likelihood": trend.ll,
        "aic": trend.aic,
        "overall": wald(&trend.overall),
        "nonlinear": trend.nonlinear.as_ref().map(wald),
        "half_maximum": trend.half_maximum.map(|half| json!({
            "estimate": half.estimate, "lower": half.lower, "upper": half.upper,
            "searched": [half.searched.0, half.searched.1], "inside": half.inside,
            "followed": half.followed, "in_band": trend.half_maximum_in_band,
        })),
        "knots": match &trend.curve {
            Curve::Spline(knots) => Some(knots),
            _ => None,
        },
        "level": trend.level,
    })
}

fn rows(matrix: &nalgebra::DMatrix<f64>) -> Vec<Vec<f64>> {
    let cells = matrix.row_iter().map(|row| row.iter().copied().collect());
    cells.collect()
}
