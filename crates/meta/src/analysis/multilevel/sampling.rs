//! `V` and `vcalc`: sampling covariances from phrases, from columns, and from what effect sizes share.

use nalgebra::DMatrix;
use serde_json::Value as Json;

use super::model::{Term, codes, codes_as_they_come, column, numbers};
use super::reading::{number_after, word_after};
use crate::analysis::Inputs;
use crate::analysis::studies::Studies;
use crate::multilevel::{Correlation, CovarianceBlock, Dependence, Sampling, approximate_covariances};
use crate::{Frame, MetaError};

/// `V`: how sampling errors are correlated.
pub(super) fn sampling(inputs: &Inputs, terms: &[Term], studies: &Studies) -> Result<Sampling, MetaError> {
    let frame = &studies.frame;
    let vi = &studies.vi;
    let text = match inputs.get("V") {
        None => return Ok(Sampling::independent(vi)),
        Some(Json::String(text)) => text.as_str(),
        Some(Json::Object(_)) => return covariances(&inputs.part("V"), vi, frame),
        Some(other) => return Err(inputs.error("V", format!("expected a text, found {other}"))),
    };
    if text == "vi" {
        return Ok(Sampling::independent(vi));
    }
    let structured = terms.iter().find(|term| term.inner.is_some());
    let cluster = || -> Result<Vec<usize>, MetaError> {
        let named = ["within ", "by ", "cluster="]
            .iter()
            .filter_map(|before| word_after(text, before))
            .find(|word| frame.has(word));
        let name = named
            .or_else(|| {
                structured
                    .or_else(|| terms.first())
                    .map(|term| term.columns[0].clone())
            })
            .or_else(|| frame.has("study").then(|| "study".to_owned()))
            .ok_or_else(|| inputs.error("V", format!("`{text}` does not say which rows belong together")))?;
        Ok(codes(&name, frame)?.0)
    };
    if text.contains("block") && text.contains("diagonal") {
        return blocks(inputs, text, &cluster()?, frame);
    }
    if let Some(phi) = number_after(text, "phi=").or_else(|| number_after(text, "AR(1) with ")) {
        let time = structured
            .and_then(|term| term.inner.clone())
            .unwrap_or_else(|| "time".to_owned());
        let times = numbers(&time, frame)?;
        return approximate_covariances(
            vi,
            &Dependence {
                clusters: cluster()?,
                times: Some((times.clone(), times, phi)),
                ..Dependence::default()
            },
        );
    }
    let rho = number_after(text, "rho=").or_else(|| number_after(text, "correlation "));
    let rho = rho.or_else(|| number_after(text, "correlation of "));
    let Some(rho) = rho else {
        let reason = format!(
            "`{text}` is none of: vcalc rho=0.6 within study; within-study correlation 0.5 between outcomes; block \
             diagonal by trial from columns v1i, v2i; AR(1) with phi=0.9 within study"
        );
        return Err(inputs.error("V", reason));
    };
    let each = (0..vi.len()).collect();
    let between = word_after(text, "between ").and_then(|word| {
        let one = word.strip_suffix('s').unwrap_or(&word).to_owned();
        [word, one].into_iter().find(|name| frame.has(name))
    });
    let observations = match between {
        Some(name) => codes(&name, frame)?.0,
        None => each,
    };
    approximate_covariances(
        vi,
        &Dependence {
            clusters: cluster()?,
            observations: Some((observations, Correlation::One(rho))),
            ..Dependence::default()
        },
    )
}

/// Each row's covariances with the rows of its cluster stand in columns: those named, or `v1i`, `v2i`, ...
fn blocks(inputs: &Inputs, text: &str, clusters: &[usize], frame: &Frame) -> Result<Sampling, MetaError> {
    let named: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .filter(|word| frame.has(word) && is_numbered(word))
        .map(str::to_owned)
        .collect();
    let columns = if named.is_empty() {
        frame
            .names()
            .filter(|name| is_numbered(name))
            .map(str::to_owned)
            .collect()
    } else {
        named
    };
    let count = clusters.iter().max().map_or(0, |most| most + 1);
    let mut all = Vec::with_capacity(count);
    for cluster in 0..count {
        let rows: Vec<usize> = (0..frame.rows())
            .filter(|row| clusters[*row] == cluster)
            .collect();
        let n = rows.len();
        if n > columns.len() {
            let reason = format!(
                "line {} and those that belong to it are {n} rows, but there are {} columns of covariances: {}",
                frame.line(rows[0]),
                columns.len(),
                columns.join(", ")
            );
            return Err(inputs.error("V", reason));
        }
        let mut matrix = DMatrix::zeros(n, n);
        for (j, name) in columns.iter().take(n).enumerate() {
            let cells = frame.numbers(name)?;
            for (i, row) in rows.iter().enumerate() {
                matrix[(i, j)] = cells[*row].ok_or_else(|| MetaError::Row {
                    line: frame.line(*row),
                    reason: format!("the covariance `{name}` is missing"),
                })?;
            }
        }
        let symmetric = 0.5 * (&matrix + matrix.transpose());
        if (&symmetric - &matrix).amax() > 1e-6 * symmetric.amax() {
            return Err(MetaError::Row {
                line: frame.line(rows[0]),
                reason: "the covariances of this and the rows that belong to it are not symmetric".to_owned(),
            });
        }
        all.push(CovarianceBlock {
            rows,
            matrix: symmetric,
        });
    }
    Sampling::of_blocks(all, frame.rows())
}

/// `v1i`, `v2`, `cov3`: letters with a number in them.
fn is_numbered(name: &str) -> bool {
    let lower = name.to_lowercase();
    let rest = lower.trim_start_matches(char::is_alphabetic);
    let letters = &lower[..lower.len() - rest.len()];
    ["v", "c", "cov"].contains(&letters) && rest.starts_with(|c: char| c.is_ascii_digit())
}

/// Numbers of both groups of each contrast.
type TwoColumns = (Vec<f64>, Vec<f64>);

/// A `vcalc` object: `cluster`, `subgroup`, `type`, `obs`, `rho`, `grp1`, `grp2`, `time1`, `time2`, `phi`, `w1`, `w2`.
pub(super) fn covariances(inputs: &Inputs, vi: &[f64], frame: &Frame) -> Result<Sampling, MetaError> {
    let name = |field: &str| inputs.text(field).map(|text| text.map(str::to_owned));
    let mut clusters = codes(inputs.required_text("cluster")?, frame)?.0;
    if let Some(subgroup) = name("subgroup")? {
        let (inner, levels) = codes(&subgroup, frame)?;
        clusters = clusters
            .iter()
            .zip(inner)
            .map(|(a, b)| a * levels.len() + b)
            .collect();
    }
    let rho = correlations(inputs)?;
    let (observations, constructs) = match (name("obs")?, name("type")?, rho.as_slice()) {
        (None, None, _) => (None, None),
        (Some(obs), None, [one]) => (Some((codes_as_they_come(&obs, frame)?.0, one.clone())), None),
        (None, Some(kind), [one]) => (None, Some((codes_as_they_come(&kind, frame)?.0, one.clone()))),
        (Some(obs), Some(kind), [within, between]) => (
            Some((codes_as_they_come(&obs, frame)?.0, within.clone())),
            Some((codes_as_they_come(&kind, frame)?.0, between.clone())),
        ),
        _ => {
            let reason =
                "expected one correlation for `obs` or `type`, and two for both: within and between types";
            return Err(inputs.error("rho", reason));
        }
    };
    let pair = |first: &str, second: &str| -> Result<Option<(String, Option<String>)>, MetaError> {
        name(first)?
            .map(|found| name(second).map(|other| (found, other)))
            .transpose()
    };
    let groups = match pair("grp1", "grp2")? {
        None => None,
        Some((first, second)) => {
            let first = column(&first, frame)?.to_texts();
            // Without a second column every contrast is against the same group, which is none of the first.
            let second = match second {
                Some(name) => column(&name, frame)?.to_texts(),
                None => vec![None; first.len()],
            };
            let mut seen: Vec<Option<String>> = Vec::new();
            let mut code = |cell: &Option<String>| {
                seen.iter().position(|found| found == cell).unwrap_or_else(|| {
                    seen.push(cell.clone());
                    seen.len() - 1
                })
            };
            Some((
                first.iter().map(&mut code).collect(),
                second.iter().map(&mut code).collect(),
            ))
        }
    };
    let two = |first: &str, second: &str| -> Result<Option<TwoColumns>, MetaError> {
        let Some((first, second)) = pair(first, second)? else {
            return Ok(None);
        };
        let first = numbers(&first, frame)?;
        let second = match second {
            Some(name) => numbers(&name, frame)?,
            None => first.clone(),
        };
        Ok(Some((first, second)))
    };
    let times = match two("time1", "time2")? {
        None => None,
        Some((first, second)) => {
            let phi = inputs
                .number("phi")?
                .ok_or_else(|| inputs.error("phi", "expected a number beside `time1`, found nothing"))?;
            Some((first, second, phi))
        }
    };
    let shared = Dependence {
        clusters,
        constructs,
        observations,
        groups,
        times,
        sizes: two("w1", "w2")?,
    };
    approximate_covariances(vi, &shared)
}

fn correlations(inputs: &Inputs) -> Result<Vec<Correlation>, MetaError> {
    let one = |json: &Json| -> Option<Correlation> {
        if let Some(r) = json.as_f64() {
            return Some(Correlation::One(r));
        }
        let rows: Vec<Vec<f64>> = json
            .as_array()?
            .iter()
            .map(|row| row.as_array()?.iter().map(Json::as_f64).collect())
            .collect::<Option<_>>()?;
        let n = rows.len();
        rows.iter()
            .all(|row| row.len() == n)
            .then(|| Correlation::Matrix(DMatrix::from_fn(n, n, |i, j| rows[i][j])))
    };
    let wrong = || {
        inputs.error(
            "rho",
            "expected a correlation, a matrix of them, or one or the other twice",
        )
    };
    match inputs.get("rho") {
        None => Ok(Vec::new()),
        Some(json) => match one(json) {
            Some(single) => Ok(vec![single]),
            None => {
                let items = json.as_array().ok_or_else(wrong)?;
                items.iter().map(one).collect::<Option<_>>().ok_or_else(wrong)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_covariances_are_letters_with_a_number() {
        assert!(["v1i", "V2", "c3", "cov3"].iter().all(|name| is_numbered(name)));
        assert!(
            !["v", "vi", "cov", "count3", "x1", "3"]
                .iter()
                .any(|name| is_numbered(name))
        );
    }
}
