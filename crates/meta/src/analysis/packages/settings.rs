//! The settings of a kind: its inputs, and what texts among them say in R's way: `incr=0.5, method.incr="only0"`.

use serde_json::Value as Json;

use super::super::inputs::coverage;
use super::super::prepared::numbers;
use super::super::{Analysis, Inputs};
use crate::{Frame, MetaError};

/// Settings under their names, written with `_` where R writes a point.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    found: Vec<Setting>,
}

#[derive(Clone, Debug)]
struct Setting {
    name: String,
    /// Where it stands in the inputs.
    field: String,
    value: Json,
}

/// Inputs that are no settings.
const APART: &[&str] = &[
    "effect", "columns", "note", "cluster", "subgroup", "derived", "filter",
];

/// Settings of every kind, and those that change only what meta prints.
const COMMON: &[&str] = &[
    "sm",
    "method_tau",
    "method_tau_ci",
    "method_I2",
    "method_random_ci",
    "method_common_ci",
    "method_predict",
    "adhoc_hakn_ci",
    "adhoc_hakn_pi",
    "tau_preset",
    "tau_common",
    "level",
    "level_ma",
    "level_predict",
    "level_hetstat",
    "null_effect",
    "prediction",
    "common",
    "random",
    "backtransf",
    "overall",
    "test_subgroup",
    "warn",
    "digits",
];

/// Settings of some kinds that mean nothing to the functions of the others, which take them and go on: no answer changes.
const ELSEWHERE: &[&str] = &[
    "incr",
    "method_incr",
    "allstudies",
    "MH_exact",
    "RR_Cochrane",
    "Q_Cochrane",
    "print_CMH",
    "method_ci",
    "method_smd",
    "exact_smd",
    "sd_glass",
    "pooledvar",
    "rho",
];

impl Settings {
    /// Reads the inputs of an analysis of a kind that has settings of its `own` beside those of every kind.
    ///
    /// # Errors
    /// What is no setting, or one that would change the answer and is not done here.
    pub(crate) fn of(inputs: &Inputs, own: &[&str]) -> Result<Self, MetaError> {
        let mut found = Vec::new();
        let members = inputs.json().as_object();
        for (field, value) in members.into_iter().flatten() {
            if APART.contains(&field.as_str()) || value.is_null() {
                continue;
            }
            match value.as_str().filter(|text| text.contains('=')) {
                Some(text) => arguments(text, field, &mut found)?,
                None => found.push(Setting {
                    name: field.replace('.', "_"),
                    field: field.clone(),
                    value: value.clone(),
                }),
            }
        }
        let known = || COMMON.iter().chain(own);
        let unknown = |field: &str, name: &str| {
            let near = known()
                .min_by_key(|known| strsim::osa_distance(known, name))
                .filter(|known| strsim::osa_distance(known, name) <= 3)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            MetaError::field(
                field,
                format!("`{name}` is no setting of this kind of analysis{near}"),
            )
        };
        for setting in &found {
            // All kinds pool by inverse variances.
            let usual = setting.name == "method" && setting.value == "Inverse";
            let means_nothing = ELSEWHERE.contains(&setting.name.as_str());
            if !usual && !means_nothing && !known().any(|known| *known == setting.name) {
                return Err(unknown(&setting.field, &setting.name));
            }
        }
        if inputs.has("cluster") && !own.contains(&"cluster") {
            return Err(unknown("cluster", "cluster"));
        }
        Ok(Self { found })
    }

    fn get(&self, name: &str) -> Option<&Setting> {
        self.found.iter().find(|setting| setting.name == name)
    }

    /// Whether it is given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A text; of `J (Jackson)` the word before the parenthesis.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, MetaError> {
        self.get(name)
            .map(|setting| {
                let text = setting.value.as_str();
                let text = text.map(|text| text.split(" (").next().unwrap_or(text).trim());
                text.ok_or_else(|| setting.wrong("a text"))
            })
            .transpose()
    }

    /// A number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, MetaError> {
        self.get(name)
            .map(|setting| setting.value.as_f64().ok_or_else(|| setting.wrong("a number")))
            .transpose()
    }

    /// True or false.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, MetaError> {
        self.get(name)
            .map(|setting| {
                setting
                    .value
                    .as_bool()
                    .ok_or_else(|| setting.wrong("true or false"))
            })
            .transpose()
    }

    /// A coverage, written as 0.95 or 95; 0.95 where none is given.
    pub(crate) fn level(&self, name: &str) -> Result<f64, MetaError> {
        coverage(self.number(name)?.unwrap_or(0.95)).map_err(|reason| self.error(name, reason))
    }

    /// One of the values that a setting can have; the first where it is not given.
    pub(crate) fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<T, MetaError> {
        let Some(text) = self.text(name)? else {
            return Ok(choices[0].1);
        };
        let found = choices.iter().find(|(known, _)| known.eq_ignore_ascii_case(text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<String> = choices.iter().map(|(known, _)| format!("`{known}`")).collect();
            self.error(name, format!("`{text}` is none of {}", known.join(", ")))
        })
    }

    /// Says of a setting what is wrong with it.
    pub(crate) fn error(&self, name: &str, reason: impl Into<String>) -> MetaError {
        MetaError::field(self.get(name).map_or(name, |setting| &setting.field), reason)
    }
}

impl Setting {
    fn wrong(&self, expected: &str) -> MetaError {
        MetaError::field(
            &self.field,
            format!("`{}`: expected {expected}, found {}", self.name, self.value),
        )
    }
}

/// Reads arguments as R writes them: `name=value` with numbers, quoted texts, `TRUE` and `FALSE`.
fn arguments(text: &str, field: &str, found: &mut Vec<Setting>) -> Result<(), MetaError> {
    for part in parts(text) {
        let unreadable = || {
            MetaError::field(
                field,
                format!("expected settings as `name=value, name=value`, found {part:?}"),
            )
        };
        let (name, value) = part.split_once('=').ok_or_else(unreadable)?;
        let (name, value) = (name.trim(), value.trim());
        let quoted = ['"', '\'']
            .iter()
            .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        let value = match (quoted, value) {
            (Some(inner), _) => Json::from(inner),
            (None, "TRUE" | "T" | "true") => Json::from(true),
            (None, "FALSE" | "F" | "false") => Json::from(false),
            (None, number) => Json::from(number.parse::<f64>().map_err(|_| unreadable())?),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(unreadable());
        }
        found.push(Setting {
            name: name.replace('.', "_"),
            field: field.to_owned(),
            value,
        });
    }
    Ok(())
}

/// The text cut at commas that are not inside quotes.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, ',' | ';') => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A column of `inputs.columns`: a name or an expression over columns, such as `tpos+tneg`; where it is not named, the
/// column of the name itself.
pub(crate) fn column(analysis: &Analysis, frame: &Frame, name: &str) -> Result<Vec<Option<f64>>, MetaError> {
    let path = format!("columns.{name}");
    let text = analysis.inputs.text(&path)?.unwrap_or(name);
    numbers(text, frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(json: Json) -> Result<Settings, MetaError> {
        Settings::of(&Inputs::new(json), &["incr", "method_incr", "allstudies"])
    }

    #[test]
    fn arguments_as_r_writes_them() {
        let found = settings(json!({
            "sm": "OR",
            "incr": "incr=0.25, method.incr=\"if0all\", allstudies=TRUE",
            "method_tau_ci": "J (Jackson)",
            "note": "x = y"
        }))
        .unwrap();
        assert_eq!(found.number("incr").unwrap(), Some(0.25));
        assert_eq!(found.text("method_incr").unwrap(), Some("if0all"));
        assert_eq!(found.flag("allstudies").unwrap(), Some(true));
        assert_eq!(found.text("method_tau_ci").unwrap(), Some("J"));
        assert_eq!(
            settings(json!({"incr": "incr='TACC'"}))
                .unwrap()
                .text("incr")
                .unwrap(),
            Some("TACC")
        );
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_field() {
        let error = |json| settings(json).unwrap_err().to_string();
        assert_eq!(
            error(json!({"methd_tau": "DL"})),
            "`methd_tau`: `methd_tau` is no setting of this kind of analysis; did you mean `method_tau`?"
        );
        assert!(settings(json!({"options": "pooledvar=TRUE", "digits": 3})).is_ok());
        assert_eq!(
            error(json!({"options": "shrinkage=TRUE"})),
            "`options`: `shrinkage` is no setting of this kind of analysis"
        );
        assert!(error(json!({"cluster": "study"})).starts_with("`cluster`"));
        assert!(error(json!({"options": "exact.smd=maybe"})).starts_with("`options`: expected settings as"));
        let level = settings(json!({"level": 0.0})).unwrap().level("level");
        assert_eq!(
            level.unwrap_err().to_string(),
            "`level`: expected a coverage above 0 and below 1, as 0.95, found 0"
        );
        let choice = settings(json!({"sm": "XX"}))
            .unwrap()
            .choice("sm", &[("OR", 1), ("RR", 2)]);
        assert_eq!(
            choice.unwrap_err().to_string(),
            "`sm`: `XX` is none of `OR`, `RR`"
        );
    }
}
