//! The analyses of a request as they can be saved: that of all studies, of each group, with studies filled in, and as
//! studies came in.

use serde_json::json;

use super::{Pooling, Request};
use crate::analysis::{Analysis, Inputs};
use crate::expression::{Expression, parse};
use crate::synthesis::Synthesis;
use crate::{Frame, MetaError};

impl Request {
    /// What gives the numbers of a synthesis, each with a name: `pooled` first.
    ///
    /// # Errors
    /// As [`Request::analysis`]; a part has no analysis that could be saved.
    pub fn analyses(&self, frame: &Frame, found: &Synthesis) -> Result<Vec<(String, Analysis)>, MetaError> {
        let whole = self.analysis(frame)?;
        let mut all = Vec::new();
        if let (Some(column), Some(subgroups)) = (&self.subgroup, &found.subgroups) {
            for group in subgroups.groups.iter().filter(|group| group.pooled.k > 1) {
                let member = found.studies[group.studies[0]].study.subgroup.as_deref();
                let mut analysis = Self {
                    filter: Some(self.of_group(column, member)?),
                    ..self.clone()
                }
                .analysis(frame)?;
                if self.subgroup_model == crate::synthesis::SubgroupModel::Common {
                    set(&mut analysis, "model", "tau2_fixed", &json!(group.pooled.tau2));
                }
                all.push((format!("{column} {}", group.label), analysis));
            }
        }
        if self.fill {
            let mut analysis = of_kind(&whole, "trimfill");
            set(&mut analysis, "trimfill", "estimator", &json!("L0"));
            all.push(("trim and fill".to_owned(), analysis));
        }
        if let Some(order) = &self.order {
            let mut analysis = of_kind(&whole, "cumul");
            match self.pooling {
                Pooling::InverseVariance => {}
                Pooling::MantelHaenszel => set(&mut analysis, "model", "method", &json!("MH")),
                Pooling::Peto => set(&mut analysis, "model", "method", &json!("PETO")),
                _ => {
                    let reason =
                        "cumulative pooling by this model cannot be saved; leave `order` or the file out";
                    return Err(MetaError::field("order", reason));
                }
            }
            set(&mut analysis, "cumul", "order", &json!(order));
            all.push((format!("cumulative by {order}"), analysis));
        }
        all.insert(0, ("pooled".to_owned(), whole));
        Ok(all)
    }

    /// The filter with the condition that a row belongs to a group.
    fn of_group(&self, column: &str, group: Option<&str>) -> Result<String, MetaError> {
        let unsaid = |reason: String| MetaError::field("subgroup", reason);
        if column.contains('`') {
            return Err(unsaid(format!(
                "the column `{column}` cannot be named in a filter"
            )));
        }
        let belongs = match group {
            None => format!("is.na(`{column}`)"),
            Some(name) => {
                let quote = ['\'', '"']
                    .into_iter()
                    .find(|quote| !name.contains(*quote))
                    .ok_or_else(|| unsaid(format!("the group {name} cannot be named in a filter")))?;
                format!("`{column}` == {quote}{name}{quote}")
            }
        };
        let Some(filter) = &self.filter else {
            return Ok(belongs);
        };
        if !matches!(
            parse(filter),
            Ok(Expression::Binary(..) | Expression::Unary(..) | Expression::Call(..))
        ) {
            return Err(MetaError::field(
                "filter",
                format!("`{filter}` and a group cannot be saved together; write the filter as a condition"),
            ));
        }
        Ok(format!("({filter}) & {belongs}"))
    }
}

/// The same studies and model in another kind of analysis.
fn of_kind(analysis: &Analysis, kind: &str) -> Analysis {
    Analysis {
        kind: kind.to_owned(),
        ..analysis.clone()
    }
}

fn set(analysis: &mut Analysis, part: &str, name: &str, value: &serde_json::Value) {
    let mut inputs = analysis.inputs.json().clone();
    inputs[part][name] = value.clone();
    analysis.inputs = Inputs::new(inputs);
}
