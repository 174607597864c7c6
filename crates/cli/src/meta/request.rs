//! The options of `euthymia meta` as a request of the statistics, and the analysis as a file.

use std::path::{Component, Path, PathBuf};

use euthymia_meta::Frame;
use euthymia_meta::analysis::Analysis;
use euthymia_meta::synthesis::{Pooling, Request, SubgroupModel};
use serde_json::{Map, Value as Json, json};

use super::Meta;
use crate::exit::Failure;

/// What is asked for.
pub(crate) fn of(options: &Meta, frame: &Frame) -> Result<Request, Failure> {
    let columns = options
        .column
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((role, name)) => Ok((role.trim().to_owned(), name.trim().to_owned())),
            None => Err(Failure::Usage(format!(
                "`--column {pair}`: expected a role and a column, as `ai=events_drug`; a file stands before the options"
            ))),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let gives = |role: &str| frame.has(role) || columns.iter().any(|(found, _)| found == role);
    let measure = match &options.measure {
        Some(measure) => measure.clone(),
        None if gives("yi") => "GEN".to_owned(),
        None if gives("hr") => "HR".to_owned(),
        None => {
            return Err(Failure::Usage(
                "say what is computed of each study, as `--measure RR`; a table with a column `yi` needs none".to_owned(),
            ));
        }
    };
    let mut effect = Map::new();
    let mut add = |name: &str, value: Option<Json>| value.map(|value| effect.insert(name.to_owned(), value));
    add("add", options.add.map(|add| json!(add)));
    add("to", options.to.as_ref().map(|to| json!(to)));
    add("drop00", options.drop00.then_some(json!(true)));
    add("vtype", options.vtype.as_ref().map(|vtype| json!(vtype)));

    let mut model = Map::new();
    model.insert("level".to_owned(), json!(options.level / 100.0));
    for (name, given) in [
        ("method", &options.method),
        ("test", &options.test),
        ("mods", &options.mods),
    ] {
        if let Some(given) = given {
            model.insert(name.to_owned(), json!(given));
        }
    }
    Ok(Request {
        measure,
        columns,
        effect,
        model,
        pooling: pooling(options)?,
        filter: options.filter.clone(),
        label: options.slab.clone(),
        subgroup: options.subgroup.clone(),
        subgroup_model: if options.common_tau2 {
            SubgroupModel::Common
        } else {
            SubgroupModel::Separate
        },
        order: options.order.clone(),
        link: options.link.clone(),
        arms: options.arms.clone(),
        favours: options.favours.clone(),
        fill: options.trim_fill,
    })
}

fn pooling(options: &Meta) -> Result<Pooling, Failure> {
    if options.mh {
        return Ok(Pooling::MantelHaenszel);
    }
    if options.peto {
        return Ok(Pooling::Peto);
    }
    if let Some(model) = &options.glmm {
        let model = if model == "one" {
            String::new()
        } else {
            model.to_uppercase()
        };
        return Ok(Pooling::Glmm(model));
    }
    if let Some(prior) = &options.bayes {
        return bayes(prior).map(Pooling::Bayes).ok_or_else(|| {
            Failure::Usage(format!(
                "`--bayes {prior}`: expected a prior of the deviation between studies: half-normal:0.5, half-cauchy:1 or \
                 uniform"
            ))
        });
    }
    Ok(options
        .cluster
        .clone()
        .map_or(Pooling::InverseVariance, Pooling::Cluster))
}

/// The prior as analyses name it.
fn bayes(text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("uniform") {
        return Some("improper uniform on tau".to_owned());
    }
    let (family, scale) = text.split_once(':')?;
    let scale: f64 = scale
        .trim()
        .parse()
        .ok()
        .filter(|scale: &f64| *scale > 0.0 && scale.is_finite())?;
    let family = match family.trim().to_lowercase().as_str() {
        "half-normal" | "halfnormal" => "half-normal",
        "half-cauchy" | "halfcauchy" => "half-Cauchy",
        _ => return None,
    };
    Some(format!("{family} scale {scale}"))
}

/// The analyses as JSON, one alone or several as `cases`, their table named relative to the file that they are saved in.
pub(crate) fn saved(analyses: &[(String, Analysis)], data: &Path, spec: &Path) -> String {
    let data = relative(data, spec).display().to_string();
    let one = |analysis: &Analysis| json!({ "kind": analysis.kind, "data": [data], "inputs": analysis.inputs.json() });
    let value = match analyses {
        [(_, only)] => one(only),
        several => {
            let case = |(id, analysis): &(String, Analysis)| {
                let mut case = one(analysis);
                case["id"] = json!(id);
                case
            };
            json!({ "cases": several.iter().map(case).collect::<Json>() })
        }
    };
    format!("{value:#}\n")
}

/// The way from the folder of `spec` to `data`, if both are written from the same place.
fn relative(data: &Path, spec: &Path) -> PathBuf {
    let folder = spec.parent().unwrap_or_else(|| Path::new(""));
    if data.is_absolute() || folder.as_os_str().is_empty() {
        return data.to_path_buf();
    }
    let goes_up = |path: &Path| path.components().any(|part| part == Component::ParentDir);
    if folder.is_absolute() || goes_up(folder) {
        return std::path::absolute(data).unwrap_or_else(|_| data.to_path_buf());
    }
    let (data, folder): (Vec<_>, Vec<_>) = (normal(data), normal(folder));
    let shared = data.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = folder[shared..].iter().map(|_| Component::ParentDir);
    up.chain(data[shared..].iter().copied()).collect()
}

fn normal(path: &Path) -> Vec<Component<'_>> {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}
