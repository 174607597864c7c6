//! `conv`: five-number summaries to means, tables from their margins, Wald tests to variances, the delta method.
//!
//! Which of them is meant is told by what the rows hold.

use serde_json::Value as Json;

use super::super::{Analysis, Inputs, Values, prepared};
use crate::MetaError;
use crate::effect::convert::{
    Accuracy, Distribution, FiveNumbers, Margins, MeanMethod, SdMethod, Transformation, Wald, delta,
};

/// Rows of `inputs.rows`, or of the table: numbers under names.
struct Rows {
    cells: Vec<Vec<(String, f64)>>,
    /// The line of each row in the table, or its number in `inputs.rows`.
    lines: Vec<usize>,
}

/// Names that a conversion reads.
const NUMBERS: &[&str] = &[
    "min", "q1", "median", "q3", "max", "n", "ni", "mean", "sd", "ci_lb", "ci.lb", "lb", "ci_ub", "ci.ub",
    "ub", "zval", "z", "pval", "p", "vi", "sei", "sens", "spec", "ppv", "npv", "n1i", "n2i", "ori", "ri",
    "phi", "x2i", "x2",
];

impl Rows {
    fn of(analysis: &Analysis) -> Result<Self, MetaError> {
        let inputs = &analysis.inputs;
        if let Some(found) = inputs.get("rows") {
            let wrong = || {
                inputs.error(
                    "rows",
                    format!("expected rows of numbers under names, found {found}"),
                )
            };
            let row = |row: &Json| -> Option<Vec<(String, f64)>> {
                let cells = row.as_object()?.iter().filter(|(_, cell)| !cell.is_null());
                cells
                    .map(|(name, cell)| cell.as_f64().map(|x| (name.clone(), x)))
                    .collect()
            };
            let rows: Option<Vec<_>> = found.as_array().ok_or_else(wrong)?.iter().map(row).collect();
            let cells: Vec<_> = rows.ok_or_else(wrong)?;
            return Ok(Self {
                lines: (1..=cells.len()).collect(),
                cells,
            });
        }
        let frame = prepared(inputs, analysis.frame()?)?;
        let mut rows = vec![Vec::new(); frame.rows()];
        for name in frame.names() {
            let cells = match frame.numbers(name) {
                Ok(cells) => cells,
                Err(error) if NUMBERS.contains(&name) || ESTIMATES.contains(&name) => return Err(error),
                // Labels.
                Err(_) => continue,
            };
            for (row, cell) in rows.iter_mut().zip(cells) {
                row.extend(cell.map(|x| (name.to_owned(), x)));
            }
        }
        Ok(Self {
            cells: rows,
            lines: (0..frame.rows()).map(|row| frame.line(row)).collect(),
        })
    }

    fn has(&self, names: &[&str]) -> bool {
        self.cells
            .iter()
            .flatten()
            .any(|(found, _)| names.contains(&found.as_str()))
    }

    /// What is wrong with the row at a place.
    fn error(&self, place: usize, reason: impl Into<String>) -> MetaError {
        MetaError::Row {
            line: self.lines[place],
            reason: reason.into(),
        }
    }
}

/// The number of a row under the first of the names that it has.
fn get(row: &[(String, f64)], names: &[&str]) -> Option<f64> {
    names
        .iter()
        .find_map(|name| row.iter().find(|(found, _)| found == name))
        .map(|(_, x)| *x)
}

pub(super) fn run(analysis: &Analysis) -> Result<Values, MetaError> {
    let rows = Rows::of(analysis)?;
    let inputs = &analysis.inputs;
    if rows.has(&["median"]) {
        five_numbers(&rows, inputs)
    } else if rows.has(&["ci_lb", "ci.lb", "ci_ub", "ci.ub", "zval", "pval"]) {
        wald(&rows, inputs)
    } else if rows.has(&["ori", "ri", "phi", "x2i", "x2", "sens", "spec", "ppv", "npv"]) {
        tables(&rows, inputs)
    } else if rows.has(&["yi"]) && rows.has(&["vi", "sei"]) {
        on_another_scale(&rows, inputs)
    } else {
        Err(inputs.error(
            "rows",
            "hold neither a median with quartiles or minimum and maximum (means), nor ci_lb, ci_ub, zval or pval \
             (variances), nor ori, phi, x2i, sens, spec, ppv or npv (tables), nor yi and vi (another scale)",
        ))
    }
}

/// The text of an option in which words are searched, lower case.
fn words(inputs: &Inputs, path: &str) -> Result<String, MetaError> {
    let texts = inputs.texts(path)?.unwrap_or_default();
    Ok(texts.join(" ").to_lowercase())
}

fn five_numbers(rows: &Rows, inputs: &Inputs) -> Result<Values, MetaError> {
    let method = words(inputs, "method")?;
    let names: Vec<String> = inputs.texts("method")?.unwrap_or_default();
    let (for_mean, for_sd) = match names.as_slice() {
        [] => (String::new(), String::new()),
        [one] => (one.to_lowercase(), one.to_lowercase()),
        [first, second, ..] => (first.to_lowercase(), second.to_lowercase()),
    };
    let unknown = |name: &str| {
        inputs.error(
            "method",
            format!(
                "`{name}` is none of default, luo/wan/shi, hozo2005, wan2014, bland2015, luo2016, shi2020, walter2007"
            ),
        )
    };
    let starts = |name: &str, stems: &[&str]| stems.iter().any(|stem| name.starts_with(stem));
    let mean = match for_mean.as_str() {
        name if name.is_empty() || starts(name, &["default", "luo"]) => MeanMethod::Luo,
        name if starts(name, &["hozo"]) => MeanMethod::Hozo,
        name if starts(name, &["wan"]) => MeanMethod::Wan,
        name if starts(name, &["bland"]) => MeanMethod::Bland,
        name if starts(name, &["walter"]) => MeanMethod::Walter,
        name => return Err(unknown(name)),
    };
    let sd = match for_sd.as_str() {
        name if name.is_empty() || starts(name, &["default", "luo"]) => SdMethod::WanShi,
        name if starts(name, &["hozo"]) => SdMethod::Hozo,
        name if starts(name, &["wan"]) => SdMethod::Wan,
        name if starts(name, &["bland"]) => SdMethod::Bland,
        name if starts(name, &["shi"]) => SdMethod::Shi,
        name if starts(name, &["walter"]) => SdMethod::Walter,
        name => return Err(unknown(name)),
    };
    let distribution = match inputs.text("dist")? {
        Some("lnorm") => Distribution::LogNormal,
        None if method.contains("dist=lnorm") => Distribution::LogNormal,
        None | Some("norm") => Distribution::Normal,
        Some(other) => return Err(inputs.error("dist", format!("`{other}` is none of norm, lnorm"))),
    };
    let test = inputs.flag("test")?.unwrap_or(false);
    let (mut means, mut sds) = (Vec::new(), Vec::new());
    let mut how = Vec::new();
    for (place, row) in rows.cells.iter().enumerate() {
        let numbers = FiveNumbers {
            min: get(row, &["min"]),
            q1: get(row, &["q1"]),
            median: get(row, &["median"]),
            q3: get(row, &["q3"]),
            max: get(row, &["max"]),
            n: get(row, &["n", "ni"]),
        };
        let moments = numbers
            .moments(mean, sd, distribution)
            .map_err(|reason| rows.error(place, reason))?
            .filter(|moments| !(test && moments.skewed));
        let (reported_mean, reported_sd) = (get(row, &["mean"]), get(row, &["sd"]));
        means.push(reported_mean.or_else(|| moments.as_ref().map(|moments| moments.mean)));
        sds.push(reported_sd.or_else(|| moments.as_ref().and_then(|moments| moments.sd)));
        how.push(
            match (&moments, reported_mean.is_some() && reported_sd.is_some()) {
                (_, true) => "reported".to_owned(),
                (Some(moments), false) => moments.how.clone(),
                (None, false) => "none: too skewed, too few people, or too few numbers".to_owned(),
            },
        );
    }
    Ok(Values::new().with("mean", means).with("sd", sds).with("how", how))
}

/// What a column of estimates may be called.
const ESTIMATES: &[&str] = &[
    "yi", "out", "est", "estimate", "or", "rr", "hr", "irr", "rd", "md", "smd", "r",
];

fn wald(rows: &Rows, inputs: &Inputs) -> Result<Values, MetaError> {
    let transformation = transformation(inputs)?;
    let level = inputs.level("level", 0.95)?;
    let (mut yi, mut vi, mut how) = (Vec::new(), Vec::new(), Vec::new());
    for (place, row) in rows.cells.iter().enumerate() {
        let scaled = |names: &[&str]| {
            let x = get(row, names)?;
            Some(transformation.map_or(x, |transformation| transformation.of(x))).filter(|x| !x.is_nan())
        };
        let p = get(row, &["pval", "p"]);
        if let Some(p) = p.filter(|p| !(0.0..=1.0).contains(p)) {
            return Err(rows.error(place, format!("the p value is {p}; it must lie between 0 and 1")));
        }
        let wald = Wald {
            estimate: scaled(ESTIMATES),
            low: scaled(&["ci_lb", "ci.lb", "lb"]),
            high: scaled(&["ci_ub", "ci.ub", "ub"]),
            z: get(row, &["zval", "z"]),
            p,
            level,
        };
        if let (Some(low), Some(high)) = (wald.low, wald.high)
            && (low > high || wald.estimate.is_some_and(|y| y < low || y > high))
        {
            return Err(rows.error(place, "the interval does not contain the estimate"));
        }
        let variance = wald.variance();
        yi.push(wald.estimate);
        vi.push(variance.map(|(v, _)| v));
        how.push(variance.map_or("none", |(_, way)| way.how()).to_owned());
    }
    Ok(Values::new().with("yi", yi).with("vi", vi).with("how", how))
}

fn transformation(inputs: &Inputs) -> Result<Option<Transformation>, MetaError> {
    let Some(text) = inputs.text("transf")? else {
        return Ok(None);
    };
    // `ilogit (delta method)`: the first word is the name.
    let name = text.split_whitespace().next().unwrap_or_default();
    let found = Transformation::parse(name).ok_or_else(|| {
        let known = Transformation::names().join(", ");
        inputs.error("transf", format!("`{name}` is none of {known}"))
    })?;
    Ok(Some(found))
}

fn on_another_scale(rows: &Rows, inputs: &Inputs) -> Result<Values, MetaError> {
    let transformation = transformation(inputs)?
        .ok_or_else(|| inputs.error("transf", "the delta method needs a transformation"))?;
    let (mut yi, mut vi) = (Vec::new(), Vec::new());
    for row in &rows.cells {
        let y = get(row, &["yi"]);
        let v = get(row, &["vi"]).or_else(|| get(row, &["sei"]).map(|se| se * se));
        let (there, spread) = delta(transformation, y.unwrap_or(f64::NAN), v.unwrap_or(f64::NAN));
        yi.push(Some(there).filter(|y| y.is_finite()));
        vi.push(Some(spread).filter(|v| v.is_finite()));
    }
    // Under both pairs of names, since the analysis does not say how it calls them.
    Ok(Values::new()
        .with("y", yi.clone())
        .with("v", vi.clone())
        .with("yi", yi)
        .with("vi", vi))
}

fn tables(rows: &Rows, inputs: &Inputs) -> Result<Values, MetaError> {
    let corrected = inputs.flag("correct")?.unwrap_or(true);
    let mut cells: [Vec<Option<f64>>; 4] = Default::default();
    for (place, row) in rows.cells.iter().enumerate() {
        let n = get(row, &["ni", "n"]);
        let accuracy = n.map(|n| Accuracy {
            n,
            sensitivity: get(row, &["sens"]),
            specificity: get(row, &["spec"]),
            positive: get(row, &["ppv"]),
            negative: get(row, &["npv"]),
        });
        let table = match accuracy {
            None => None,
            Some(accuracy) => match accuracy.cells().map_err(|reason| rows.error(place, reason))? {
                Some(table) => Some(table),
                None => match (get(row, &["n1i"]), get(row, &["n2i"])) {
                    (Some(row_margin), Some(column)) => Margins {
                        n: accuracy.n,
                        row: row_margin,
                        column,
                        odds_ratio: get(row, &["ori", "or"]),
                        phi: get(row, &["ri", "phi"]),
                        chi_square: get(row, &["x2i", "x2"]),
                        corrected,
                    }
                    .cells()
                    .map_err(|reason| rows.error(place, reason))?,
                    _ => None,
                },
            },
        };
        for (column, cells) in cells.iter_mut().enumerate() {
            cells.push(table.map(|table| table[column]));
        }
    }
    let [a, b, c, d] = cells;
    Ok(Values::new()
        .with("ai", a)
        .with("bi", b)
        .with("ci", c)
        .with("di", d))
}
