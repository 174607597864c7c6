//! `rcalc`: correlations of the same people with their covariances.

use super::super::studies::prepared;
use super::super::{Analysis, Values};
use crate::MetaError;
use crate::effect::dependent::{Pair, People, covariances};

/// Columns `ri`, `var1`, `var2`, `study`, `ni`, or the names under `columns`; `rtoz` (or a note that says so) for
/// Fisher's z; `nfun` for whose number of people counts.
pub(super) fn run(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let frame = prepared(inputs, analysis.frame()?)?;
    let name = |what: &'static str| -> Result<String, MetaError> {
        Ok(inputs
            .text(&format!("columns.{what}"))?
            .unwrap_or(what)
            .to_owned())
    };
    let texts = |what| -> Result<Vec<String>, MetaError> {
        let name = name(what)?;
        let cells = frame.column(&name)?.to_texts();
        cells
            .into_iter()
            .enumerate()
            .map(|(row, cell)| {
                cell.ok_or_else(|| MetaError::Row {
                    line: frame.line(row),
                    reason: format!("`{name}` is missing"),
                })
            })
            .collect()
    };
    let (first, second) = (texts("var1")?, texts("var2")?);
    let study = if inputs.has("columns.study") || frame.has("study") {
        texts("study")?
    } else {
        vec!["1".to_owned(); frame.rows()]
    };
    let (r, n) = (frame.numbers(&name("ri")?)?, frame.numbers(&name("ni")?)?);
    let pairs: Vec<Pair> = (0..frame.rows())
        .map(|row| Pair {
            study: study[row].clone(),
            first: first[row].clone(),
            second: second[row].clone(),
            r: r[row],
            n: n[row],
        })
        .collect();
    let note = inputs.text("note")?.unwrap_or_default().to_lowercase();
    let z = inputs
        .flag("rtoz")?
        .unwrap_or_else(|| note.contains("r-to-z") || note.contains("fisher"));
    let people = match inputs.text("nfun")? {
        None | Some("min") => People::Fewest,
        Some("harmonic") => People::Harmonic,
        Some("mean") => People::Mean,
        Some(other) => return Err(inputs.error("nfun", format!("`{other}` is none of min, harmonic, mean"))),
    };
    let (y, v) = covariances(&pairs, z, people).map_err(|(row, reason)| MetaError::Row {
        line: frame.line(row),
        reason,
    })?;
    let pair = |pair: &Pair| {
        let (a, b) = (pair.first.as_str(), pair.second.as_str());
        format!("{}.{}", a.min(b), a.max(b))
    };
    Ok(Values::new()
        .with("yi", y)
        .with("V", &v)
        .with("pair", pairs.iter().map(pair).collect::<Vec<_>>())
        .with("study", study))
}
