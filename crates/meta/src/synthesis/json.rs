//! The synthesis as JSON.

use super::{Estimate, Heterogeneity, PooledRow, SmallStudy, StudyRow, Synthesis};
use crate::analysis::number;
use serde_json::{Value as Json, json};

fn optional(x: Option<f64>) -> Json {
    x.map_or(Json::Null, number)
}

fn bounds(x: Option<(f64, f64)>) -> Json {
    x.map_or(Json::Null, |(lower, upper)| json!([number(lower), number(upper)]))
}

impl Estimate {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({ "value": number(self.value), "lower": number(self.lower), "upper": number(self.upper) })
    }
}

impl StudyRow {
    fn to_json(&self) -> Json {
        let study = &self.study;
        json!({
            "label": study.label,
            "line": study.line,
            "link": study.link,
            "raw": study.raw,
            "yi": number(study.yi),
            "vi": number(study.vi),
            "ni": optional(study.ni),
            "subgroup": study.subgroup,
            "order": optional(study.order),
            "notes": study.notes,
            "estimate": self.estimate.to_json(),
            "shown": self.shown.to_json(),
            "weight": optional(self.weight),
        })
    }
}

impl PooledRow {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let pooled = &self.pooled;
        json!({
            "label": self.label,
            "studies": self.studies,
            "k": pooled.k,
            "estimate": pooled.estimate.to_json(),
            "se": number(pooled.se),
            "statistic": number(pooled.statistic),
            "p": number(pooled.p),
            "prediction": bounds(pooled.prediction),
            "shown": self.shown.to_json(),
            "shown_prediction": bounds(self.shown_prediction),
            "tau2": optional(pooled.tau2),
            "Q": optional(pooled.q),
            "Q_df": number(pooled.q_df),
            "Q_p": optional(pooled.q_p),
            "I2": optional(pooled.i2),
            "H2": optional(pooled.h2),
        })
    }
}

impl Heterogeneity {
    fn to_json(&self) -> Json {
        json!({
            "Q": number(self.q),
            "Q_df": number(self.q_df),
            "Q_p": number(self.q_p),
            "tau2": optional(self.tau2),
            "tau2_interval": bounds(self.tau2_interval),
            "I2": number(self.i2),
            "I2_interval": bounds(self.i2_interval),
            "H2": number(self.h2),
            "H2_interval": bounds(self.h2_interval),
        })
    }
}

impl Synthesis {
    /// Everything, with the numbers that the table and the figures show.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let rows = |rows: &[PooledRow]| rows.iter().map(PooledRow::to_json).collect::<Json>();
        let influence: Json = self
            .influence
            .iter()
            .zip(&self.studies)
            .map(|(row, study)| {
                json!({
                    "label": study.study.label,
                    "rstudent": optional(row.rstudent),
                    "dffits": optional(row.dffits),
                    "cook": optional(row.cook),
                    "cov_ratio": optional(row.cov_ratio),
                    "tau2": optional(row.tau2),
                    "Q": optional(row.q),
                    "hat": number(row.hat),
                    "weight": number(row.weight),
                    "baujat": bounds(row.baujat),
                    "influential": row.is_influential,
                })
            })
            .collect();
        json!({
            "measure": { "name": self.measure.name(), "title": self.measure.title(), "ratio": self.measure.is_ratio() },
            "model": self.model,
            "level": self.level,
            "raw_columns": self.raw_columns,
            "studies": self.studies.iter().map(StudyRow::to_json).collect::<Json>(),
            "dropped": self.dropped.iter().map(|one| {
                json!({ "label": one.label, "line": one.line, "reason": one.reason })
            }).collect::<Json>(),
            "pooled": self.pooled.as_ref().map(PooledRow::to_json),
            "heterogeneity": self.heterogeneity.as_ref().map(Heterogeneity::to_json),
            "small_study": self.small_study.to_json(),
            "leave_one_out": rows(&self.leave_one_out),
            "cumulative": rows(&self.cumulative),
            "influence": influence,
            "subgroups": self.subgroups.as_ref().map(|subgroups| json!({
                "by": subgroups.by,
                "groups": rows(&subgroups.groups),
                "not_pooled": subgroups.unpooled.iter().map(|(group, reason)| {
                    json!({ "group": group, "reason": reason })
                }).collect::<Json>(),
                "Q": optional(subgroups.q),
                "Q_df": number(subgroups.q_df),
                "Q_p": optional(subgroups.q_p),
            })),
            "moderators": self.moderation.as_ref().map(super::Moderation::to_json),
            "filled": self.filled.as_ref().map(|filled| json!({
                "points": filled.points.iter().map(|point| bounds(Some(*point))).collect::<Json>(),
                "pooled": filled.row.to_json(),
            })),
            "warnings": self.warnings,
        })
    }
}

impl SmallStudy {
    fn to_json(&self) -> Json {
        match self {
            Self::Tested {
                statistic,
                df,
                p,
                limit,
            } => json!({
                "test": "Egger",
                "statistic": number(*statistic),
                "df": optional(*df),
                "p": number(*p),
                "limit": limit.to_json(),
            }),
            Self::NotTested(reason) => json!({ "test": null, "reason": reason }),
        }
    }
}

impl super::Moderation {
    fn to_json(&self) -> Json {
        json!({
            "formula": self.formula,
            "coefficients": self.coefficients.iter().map(|one| json!({
                "name": one.name,
                "estimate": one.estimate.to_json(),
                "se": number(one.se),
                "statistic": number(one.statistic),
                "p": number(one.p),
            })).collect::<Json>(),
            "fitted": self.fitted.iter().map(Estimate::to_json).collect::<Json>(),
            "fitted_shown": self.fitted_shown.iter().map(Estimate::to_json).collect::<Json>(),
            "QM": optional(self.qm),
            "QM_df": [number(self.qm_df.0), optional(self.qm_df.1)],
            "QM_p": optional(self.qm_p),
            "R2": optional(self.r2),
        })
    }
}
