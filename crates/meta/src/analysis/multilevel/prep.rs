//! `prep`: a line or two of R that prepare a table, read as `derived` columns and as `effect`.
//!
//! `dat <- escalc(measure="OR", ai=a, n1i=n, ...)`, `dat$paper <- sub(' - .*','',dat$study)`,
//! `dat$esid <- seq_len(nrow(dat))`, `dat$x <- year - 1983`.

use serde_json::{Map, Value as Json, json};

use crate::MetaError;
use crate::analysis::{Analysis, Inputs};

/// The analysis with what `prep` says among its inputs.
pub(super) fn prepared(analysis: &Analysis) -> Result<Analysis, MetaError> {
    let Some(text) = analysis.inputs.text("prep")? else {
        return Ok(analysis.clone());
    };
    let mut members = object(&analysis.inputs);
    let mut derived = Map::new();
    for line in text
        .split([';', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let unread = || {
            let reason = format!("`{line}` is neither an assignment to a column nor a call of escalc");
            analysis.inputs.error("prep", reason)
        };
        let (target, value) = line
            .split_once("<-")
            .map(|(target, value)| (target.trim(), value.trim()))
            .ok_or_else(unread)?;
        if let Some(arguments) = value
            .strip_prefix("escalc(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            members.insert("effect".to_owned(), effect(arguments).ok_or_else(unread)?);
        } else if let Some((_, name)) = target.split_once('$') {
            derived.insert(name.trim().to_owned(), json!(column(value)));
        } else {
            return Err(unread());
        }
    }
    if !derived.is_empty() {
        members.insert("derived".to_owned(), Json::Object(derived));
    }
    Ok(Analysis {
        kind: analysis.kind.clone(),
        inputs: Inputs::new(Json::Object(members)),
        data: analysis.data.clone(),
    })
}

/// Inputs whose `method`, `test`, ... stand also under `model`, where the univariate model looks for them.
pub(super) fn under_model(inputs: &Inputs) -> Inputs {
    let mut members = object(inputs);
    if !members.contains_key("model") {
        let own = ["method", "test", "mods", "weights", "weighted", "level"];
        let moved = own
            .iter()
            .filter_map(|name| {
                members
                    .get(*name)
                    .map(|value| ((*name).to_owned(), value.clone()))
            })
            .collect();
        members.insert("model".to_owned(), Json::Object(moved));
    }
    Inputs::new(Json::Object(members))
}

fn object(inputs: &Inputs) -> Map<String, Json> {
    inputs.json().as_object().cloned().unwrap_or_default()
}

fn effect(arguments: &str) -> Option<Json> {
    let mut measure = None;
    let mut columns = Map::new();
    for argument in arguments.split(',') {
        let (name, value) = argument.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        match name.trim() {
            "data" => {}
            "measure" => measure = Some(value.to_owned()),
            name => {
                columns.insert(name.to_owned(), json!(value));
            }
        }
    }
    Some(json!({"measure": measure?, "columns": columns}))
}

/// An expression of columns as `derived` reads it.
fn column(value: &str) -> String {
    if value.starts_with("seq_len(") {
        return "row number".to_owned();
    }
    let plain = value.replace("dat$", "");
    if let Some(inside) = plain.strip_prefix("sub(").and_then(|rest| rest.strip_suffix(')')) {
        let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
        if let [pattern, "''" | "\"\"", name] = parts.as_slice()
            && let Some(mark) = pattern.trim_matches(['"', '\'']).strip_suffix(".*")
        {
            return format!("column {name} with everything from '{mark}' removed");
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_r_become_fields() {
        let prep =
            "dat <- escalc(measure=\"OR\", ai=a, n1i=n, data=dat); dat$paper <- sub(' - .*','',dat$study)";
        let analysis = Analysis {
            kind: "robumeta".to_owned(),
            inputs: Inputs::new(json!({ "prep": prep })),
            data: Vec::new(),
        };
        let inputs = prepared(&analysis).unwrap().inputs;
        assert_eq!(inputs.text("effect.measure").unwrap(), Some("OR"));
        assert_eq!(inputs.text("effect.columns.ai").unwrap(), Some("a"));
        assert_eq!(
            inputs.text("derived.paper").unwrap(),
            Some("column study with everything from ' - ' removed")
        );
    }
}
