//! The studies of a network as an analysis describes them: arms in rows or in columns, or contrasts.

use std::collections::BTreeMap;

use crate::analysis::{Analysis, Inputs, prepared};
use crate::formula::collate;
use crate::network::{
    Arm, Contrast, Heterogeneity, Increment, Measure, Network, NetworkOptions, Outcome, Where, contrasts,
};
use crate::{Column, Frame, MetaError};

/// What an analysis gives about a network.
pub(super) struct Given {
    /// The arms, where it gives arms.
    pub(super) arms: Vec<Arm>,
    /// The comparisons, in the order of the data.
    pub(super) contrasts: Vec<Contrast>,
    /// Measure of effect.
    pub(super) measure: Measure,
}

impl Given {
    pub(super) fn of(analysis: &Analysis) -> Result<Self, MetaError> {
        let inputs = &analysis.inputs;
        let frame = &prepared(inputs, analysis.frame()?)?;
        if inputs.has("contrasts") {
            let name = inputs.text("sm")?.unwrap_or("");
            return Ok(Self {
                arms: Vec::new(),
                contrasts: given_contrasts(inputs, frame)?,
                measure: Measure::named(name).unwrap_or(Measure::Given { ratio: false }),
            });
        }
        if !inputs.has("arms") {
            return Err(inputs.error(
                "arms",
                "expected the columns of arms, or `contrasts` with those of comparisons",
            ));
        }
        given_arms(inputs, frame)
    }

    pub(super) fn network(&self) -> Result<Network, MetaError> {
        Network::new(&self.contrasts)
    }
}

/// What the model of an analysis asks for.
pub(super) fn options(inputs: &Inputs, network: &Network) -> Result<NetworkOptions, MetaError> {
    let preset = match inputs.number("tau_preset")? {
        Some(tau) => Some(tau),
        None => inputs.number("tau.preset")?,
    };
    if preset.is_some_and(|tau| tau < 0.0) {
        return Err(inputs.error("tau_preset", "a standard deviation cannot be below 0"));
    }
    let heterogeneity = match (preset, inputs.text("method_tau")?) {
        (Some(tau), _) => Heterogeneity::Preset(tau),
        (None, None | Some("DL")) => Heterogeneity::DerSimonianLaird,
        (None, Some("ML")) => Heterogeneity::MaximumLikelihood,
        (None, Some("REML")) => Heterogeneity::Restricted,
        (None, Some(other)) => {
            return Err(inputs.error("method_tau", format!("`{other}` is none of DL, ML, REML")));
        }
    };
    let level = inputs.level("level", inputs.level("level_ma", 0.95)?)?;
    Ok(NetworkOptions {
        heterogeneity,
        reference: reference(inputs, network)?,
        level,
    })
}

pub(super) fn reference(inputs: &Inputs, network: &Network) -> Result<Option<usize>, MetaError> {
    let Some(name) = inputs.text("reference")?.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let place = network.place(name.trim());
    place.map(Some).ok_or_else(|| {
        inputs.error(
            "reference",
            format!(
                "`{name}` is none of the treatments {}",
                network.treatments.join(", ")
            ),
        )
    })
}

/// Whether small values are good: as netmeta has it, unless it is said that they are not.
pub(super) fn small_is_good(inputs: &Inputs) -> Result<bool, MetaError> {
    match inputs.text("small_values")? {
        None | Some("desirable" | "good") => Ok(true),
        Some("undesirable" | "bad") => Ok(false),
        Some(other) => Err(inputs.error(
            "small_values",
            format!("`{other}` is neither desirable nor undesirable"),
        )),
    }
}

/// A column by its name, or an expression of columns.
fn column(inputs: &Inputs, path: &str, text: &str, frame: &Frame) -> Result<Column, MetaError> {
    prepared::column(text, frame).map_err(|error| match error {
        MetaError::NoColumn { name, .. } => inputs.error(
            path,
            format!(
                "there is no column `{name}`; there are {}",
                frame.names().collect::<Vec<_>>().join(", ")
            ),
        ),
        MetaError::Expression { .. } | MetaError::NoAnswer(_) => inputs.error(path, error.to_string()),
        other => other,
    })
}

fn numbers(inputs: &Inputs, path: &str, text: &str, frame: &Frame) -> Result<Vec<Option<f64>>, MetaError> {
    match column(inputs, path, text, frame)? {
        Column::Numbers(cells) => Ok(cells),
        Column::Texts(_) => frame.numbers(text).map(<[_]>::to_vec),
    }
}

fn texts(inputs: &Inputs, path: &str, text: &str, frame: &Frame) -> Result<Vec<Option<String>>, MetaError> {
    let cells = column(inputs, path, text, frame)?.to_texts();
    Ok(cells
        .into_iter()
        .map(|cell| cell.map(|cell| cell.trim().to_owned()))
        .collect())
}

fn given_contrasts(inputs: &Inputs, frame: &Frame) -> Result<Vec<Contrast>, MetaError> {
    let named = |name: &str| -> Result<(String, String), MetaError> {
        let path = format!("contrasts.{name}");
        let text = inputs.text(&path)?.unwrap_or(name).to_owned();
        Ok((path, text))
    };
    let labels = |name: &str| -> Result<Vec<Option<String>>, MetaError> {
        let (path, text) = named(name)?;
        texts(inputs, &path, &text, frame)
    };
    let values = |name: &str| -> Result<Vec<Option<f64>>, MetaError> {
        let (path, text) = named(name)?;
        numbers(inputs, &path, &text, frame)
    };
    let (studies, treat1, treat2) = (labels("studlab")?, labels("treat1")?, labels("treat2")?);
    let (te, se) = (values("TE")?, values("seTE")?);
    (0..frame.rows())
        .map(|row| {
            let line = frame.line(row);
            let said = |cells: &[Option<String>], what: &str| {
                cells[row].clone().ok_or_else(|| MetaError::Row {
                    line,
                    reason: format!("{what} is missing"),
                })
            };
            if let Some(se) = se[row].filter(|se| *se < 0.0) {
                return Err(MetaError::Row {
                    line,
                    reason: format!("a standard error of {se}: it cannot be below 0"),
                });
            }
            Ok(Contrast {
                study: said(&studies, "the label of the study")?,
                treat1: said(&treat1, "the first treatment")?,
                treat2: said(&treat2, "the second treatment")?,
                te: te[row],
                se: se[row],
                line,
                arms: None,
                shared: None,
            })
        })
        .collect()
}

/// Columns of the arms: a row of arms for each of `treat`, of which there is one where arms are in rows.
struct Columns {
    study: Option<Vec<Option<String>>>,
    treatments: Vec<Vec<Option<String>>>,
    values: BTreeMap<&'static str, Vec<Vec<Option<f64>>>>,
}

const VALUES: [&str; 7] = ["event", "n", "mean", "sd", "time", "TE", "seTE"];

impl Columns {
    fn read(inputs: &Inputs, frame: &Frame) -> Result<Self, MetaError> {
        let list = |name: &str| -> Result<Option<(String, Vec<String>)>, MetaError> {
            let path = format!("arms.columns.{name}");
            Ok(inputs.texts(&path)?.map(|columns| (path, columns)))
        };
        let Some((path, columns)) = list("treat")? else {
            return Err(inputs.error(
                "arms.columns.treat",
                "expected the column of the treatments, found nothing",
            ));
        };
        let treatments: Vec<Vec<Option<String>>> = columns
            .iter()
            .map(|name| texts(inputs, &path, name, frame))
            .collect::<Result<_, _>>()?;
        let mut values = BTreeMap::new();
        for name in VALUES {
            if let Some((path, columns)) = list(name)? {
                if columns.len() != treatments.len() {
                    return Err(inputs.error(
                        &path,
                        format!(
                            "expected as many columns as treatments, {}, found {}",
                            treatments.len(),
                            columns.len()
                        ),
                    ));
                }
                let read: Vec<Vec<Option<f64>>> = columns
                    .iter()
                    .map(|column| numbers(inputs, &path, column, frame))
                    .collect::<Result<_, _>>()?;
                values.insert(name, read);
            }
        }
        let study = match list("studlab")? {
            Some((path, columns)) => match columns.as_slice() {
                [one] => Some(texts(inputs, &path, one, frame)?),
                _ => return Err(inputs.error(&path, "expected one column")),
            },
            None => None,
        };
        if study.is_none() && treatments.len() == 1 {
            return Err(inputs.error(
                "arms.columns.studlab",
                "arms in rows need the column with the labels of their studies",
            ));
        }
        Ok(Self {
            study,
            treatments,
            values,
        })
    }

    fn label(&self, row: usize, line: usize) -> Result<String, MetaError> {
        match &self.study {
            None => Ok((row + 1).to_string()),
            Some(labels) => labels[row].clone().ok_or_else(|| MetaError::Row {
                line,
                reason: "the label of the study is missing".to_owned(),
            }),
        }
    }

    fn outcome(&self, inputs: &Inputs, arm: usize, row: usize) -> Result<Outcome, MetaError> {
        let has = |name: &str| self.values.contains_key(name);
        let value = |name: &str| self.values.get(name).and_then(|columns| columns[arm][row]);
        if has("TE") && has("seTE") {
            Ok(Outcome::Estimate {
                te: value("TE"),
                se: value("seTE"),
            })
        } else if has("event") && has("time") {
            Ok(Outcome::Rate {
                events: value("event"),
                time: value("time"),
            })
        } else if has("event") && has("n") {
            Ok(Outcome::Events {
                events: value("event"),
                n: value("n"),
            })
        } else if has("mean") && has("sd") && has("n") {
            Ok(Outcome::Mean {
                n: value("n"),
                mean: value("mean"),
                sd: value("sd"),
            })
        } else {
            Err(inputs.error(
                "arms.columns",
                "expected `event` and `n`, or `n`, `mean` and `sd`, or `event` and `time`, or `TE` and `seTE`",
            ))
        }
    }
}

fn given_arms(inputs: &Inputs, frame: &Frame) -> Result<Given, MetaError> {
    let columns = Columns::read(inputs, frame)?;
    let mut arms = Vec::new();
    for row in 0..frame.rows() {
        let line = frame.line(row);
        let label = columns.label(row, line)?;
        for (at, treatments) in columns.treatments.iter().enumerate() {
            let outcome = columns.outcome(inputs, at, row)?;
            let Some(treatment) = treatments[row].clone() else {
                continue;
            };
            arms.push(Arm {
                study: label.clone(),
                treatment,
                outcome,
                line,
            });
        }
    }
    let measure = measure(inputs, arms.first().map(|arm| &arm.outcome))?;
    let increment = increment(inputs, measure)?;
    let contrasts = match columns.treatments.len() {
        1 => {
            let mut made = contrasts(&arms, measure, &increment)?;
            made.sort_by(|a, b| {
                let first = |contrast: &Contrast| contrast.arms.map(|(first, _)| first);
                first(a)
                    .cmp(&first(b))
                    .then_with(|| collate(Some(&a.treat2), Some(&b.treat2)))
            });
            made
        }
        2 => by_rows(&mut arms, measure, &increment)?,
        _ => contrasts(&arms, measure, &increment)?,
    };
    Ok(Given {
        arms,
        contrasts,
        measure,
    })
}

/// A comparison in each row: arms of a study that stand in several rows are one.
fn by_rows(arms: &mut Vec<Arm>, measure: Measure, increment: &Increment) -> Result<Vec<Contrast>, MetaError> {
    let rows: Vec<(Arm, Arm)> = arms
        .chunk_by(|a, b| a.line == b.line)
        .filter_map(|pair| match pair {
            [one, two] => Some((one.clone(), two.clone())),
            _ => None,
        })
        .collect();
    let mut once: Vec<Arm> = Vec::new();
    for arm in arms.drain(..) {
        let same = |found: &Arm| {
            found.study == arm.study && found.treatment == arm.treatment && found.outcome == arm.outcome
        };
        if !once.iter().any(same) {
            once.push(arm);
        }
    }
    let made = contrasts(&once, measure, increment)?;
    *arms = once;
    let mut ordered = Vec::new();
    for (one, two) in &rows {
        let of = |contrast: &&Contrast, a: &Arm, b: &Arm| {
            contrast.study == a.study && contrast.treat1 == a.treatment && contrast.treat2 == b.treatment
        };
        if let Some(found) = made.iter().find(|contrast| of(contrast, one, two)) {
            ordered.push(found.clone());
        } else if let Some(found) = made.iter().find(|contrast| of(contrast, two, one)) {
            ordered.push(found.reversed());
        }
    }
    Ok(ordered)
}

fn measure(inputs: &Inputs, first: Option<&Outcome>) -> Result<Measure, MetaError> {
    let name = match inputs.text("sm")? {
        Some(name) => Some(name),
        None => inputs.text("arms.columns.sm")?,
    };
    match name {
        Some(name) => match Measure::named(name) {
            Some(Measure::OddsRatio) if inputs.text("arms.columns.method")? == Some("Peto") => {
                Ok(Measure::Peto)
            }
            Some(measure) => Ok(measure),
            None if matches!(first, Some(Outcome::Estimate { .. })) => Ok(Measure::Given { ratio: false }),
            None => Err(inputs.error(
                "sm",
                format!("`{name}` is none of OR, PETO, RR, RD, ASD, MD, SMD, ROM, IRR, IRD, IRSD"),
            )),
        },
        None => Ok(match first {
            Some(Outcome::Events { .. }) => Measure::RiskRatio,
            Some(Outcome::Mean { .. }) => Measure::MeanDifference,
            Some(Outcome::Rate { .. }) => Measure::RateRatio,
            _ => Measure::Given { ratio: false },
        }),
    }
}

/// `incr`, `method.incr` and `allstudies`, wherever an analysis has them.
fn increment(inputs: &Inputs, measure: Measure) -> Result<Increment, MetaError> {
    let mut increment = Increment::default();
    if matches!(measure, Measure::ArcsineDifference | Measure::Peto) {
        return Ok(increment);
    }
    for part in ["", "arms.", "arms.columns."] {
        let at = |name: &str| format!("{part}{name}");
        if let Some(found) = inputs.get(&at("incr")) {
            let amount = found
                .as_f64()
                .or_else(|| found.as_str().and_then(|text| text.parse().ok()));
            increment.amount = amount
                .filter(|amount| *amount >= 0.0 && amount.is_finite())
                .ok_or_else(|| {
                    inputs.error(&at("incr"), format!("expected a number from 0, found {found}"))
                })?;
        }
        for name in ["method.incr", "method_incr"] {
            // A name with a point is no path.
            let found = match inputs.part(part.trim_end_matches('.')).json().get(name) {
                Some(found) => found.as_str().map(str::to_owned),
                None if part.is_empty() => inputs
                    .json()
                    .get(name)
                    .and_then(|found| found.as_str())
                    .map(str::to_owned),
                None => None,
            };
            if let Some(found) = found {
                increment.to = match found.as_str() {
                    "only0" => Where::Only0,
                    "if0all" => Where::IfAny0,
                    "all" => Where::All,
                    other => {
                        return Err(
                            inputs.error(&at(name), format!("`{other}` is none of only0, if0all, all"))
                        );
                    }
                };
            }
        }
        if let Some(all) = inputs.flag(&at("allstudies"))? {
            increment.all_studies = all;
        }
    }
    Ok(increment)
}
