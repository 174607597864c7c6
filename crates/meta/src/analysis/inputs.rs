//! The inputs of an analysis: JSON, read by path, every mistake told with the path.

use serde_json::Value as Json;

use crate::MetaError;

/// The inputs, or a part of them.
#[derive(Clone, Debug)]
pub struct Inputs {
    json: Json,
    /// Where this part stands in the whole, for messages.
    path: String,
}

impl Inputs {
    /// All inputs.
    #[must_use]
    pub fn new(json: Json) -> Self {
        Self {
            json,
            path: String::new(),
        }
    }

    fn full(&self, path: &str) -> String {
        if self.path.is_empty() {
            path.to_owned()
        } else {
            format!("{}.{path}", self.path)
        }
    }

    /// What stands at a dotted path; `null` counts as nothing.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Json> {
        let mut at = &self.json;
        for name in path.split('.') {
            at = at.get(name)?;
        }
        (!at.is_null()).then_some(at)
    }

    /// Whether something stands at a path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.get(path).is_some()
    }

    /// The part at a path, empty where nothing is.
    #[must_use]
    pub fn part(&self, path: &str) -> Self {
        Self {
            json: self
                .get(path)
                .cloned()
                .unwrap_or_else(|| Json::Object(serde_json::Map::new())),
            path: self.full(path),
        }
    }

    /// The whole as JSON.
    #[must_use]
    pub fn json(&self) -> &Json {
        &self.json
    }

    fn wrong(&self, path: &str, expected: &str, found: &Json) -> MetaError {
        MetaError::field(self.full(path), format!("expected {expected}, found {found}"))
    }

    /// Says of a field what is wrong with it.
    #[must_use]
    pub fn error(&self, path: &str, reason: impl Into<String>) -> MetaError {
        MetaError::field(self.full(path), reason)
    }

    /// A text, if there is one.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn text(&self, path: &str) -> Result<Option<&str>, MetaError> {
        self.get(path)
            .map(|found| found.as_str().ok_or_else(|| self.wrong(path, "a text", found)))
            .transpose()
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// Nothing or something else stands there.
    pub fn required_text(&self, path: &str) -> Result<&str, MetaError> {
        self.text(path)?
            .ok_or_else(|| self.error(path, "expected a text, found nothing"))
    }

    /// A number, if there is one.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn number(&self, path: &str) -> Result<Option<f64>, MetaError> {
        self.get(path)
            .map(|found| found.as_f64().ok_or_else(|| self.wrong(path, "a number", found)))
            .transpose()
    }

    /// A coverage as a fraction, written so or in per cent; `usual` where none is given.
    ///
    /// # Errors
    /// No number stands there, or no coverage.
    pub fn level(&self, path: &str, usual: f64) -> Result<f64, MetaError> {
        match self.number(path)? {
            None => Ok(usual),
            Some(level) => coverage(level).map_err(|reason| self.error(path, reason)),
        }
    }

    /// A probability of error; `usual` where none is given.
    ///
    /// # Errors
    /// No number stands there, or none between 0 and 1.
    pub fn alpha(&self, path: &str, usual: f64) -> Result<f64, MetaError> {
        match self.number(path)? {
            None => Ok(usual),
            Some(alpha) if alpha > 0.0 && alpha < 1.0 => Ok(alpha),
            Some(alpha) => {
                let reason =
                    format!("expected a probability of error above 0 and below 1, as 0.05, found {alpha}");
                Err(self.error(path, reason))
            }
        }
    }

    /// A truth value, if there is one.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn flag(&self, path: &str) -> Result<Option<bool>, MetaError> {
        self.get(path)
            .map(|found| {
                found
                    .as_bool()
                    .ok_or_else(|| self.wrong(path, "true or false", found))
            })
            .transpose()
    }

    /// Numbers in a row, or one number.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn numbers(&self, path: &str) -> Result<Option<Vec<f64>>, MetaError> {
        self.list(path, "numbers", Json::as_f64)
    }

    /// Texts in a row, or one text.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn texts(&self, path: &str) -> Result<Option<Vec<String>>, MetaError> {
        self.list(path, "texts", |json| json.as_str().map(str::to_owned))
    }

    /// Rows of numbers.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn matrix(&self, path: &str) -> Result<Option<Vec<Vec<f64>>>, MetaError> {
        self.list(path, "rows of numbers", |row| {
            row.as_array()?.iter().map(Json::as_f64).collect()
        })
    }

    fn list<T>(
        &self,
        path: &str,
        what: &str,
        one: impl Fn(&Json) -> Option<T>,
    ) -> Result<Option<Vec<T>>, MetaError> {
        let Some(found) = self.get(path) else {
            return Ok(None);
        };
        let items = match found {
            Json::Array(items) => items.iter().map(&one).collect(),
            single => one(single).map(|single| vec![single]),
        };
        items.map(Some).ok_or_else(|| self.wrong(path, what, found))
    }

    /// Names and texts of an object, as `columns`.
    ///
    /// # Errors
    /// Something else stands there.
    pub fn pairs(&self, path: &str) -> Result<Vec<(String, String)>, MetaError> {
        let Some(found) = self.get(path) else {
            return Ok(Vec::new());
        };
        let object = found
            .as_object()
            .ok_or_else(|| self.wrong(path, "names and texts", found))?;
        object
            .iter()
            .map(|(name, text)| {
                let text = text
                    .as_str()
                    .ok_or_else(|| self.wrong(path, "names and texts", found))?;
                Ok((name.clone(), text.to_owned()))
            })
            .collect()
    }
}

/// A coverage as a fraction, from one written as 0.95 or, as metafor's manual has it, 95.
pub(super) fn coverage(written: f64) -> Result<f64, String> {
    let level = if written > 1.0 { written / 100.0 } else { written };
    if level > 0.0 && level < 1.0 {
        Ok(level)
    } else {
        Err(format!(
            "expected a coverage above 0 and below 1, as 0.95, found {written}"
        ))
    }
}
