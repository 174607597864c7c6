//! From a table and what is asked of it to studies: the way of the command line.
//!
//! A request becomes an [`Analysis`], as a person would write it; the studies, the model and the saved file all come from
//! that one analysis, so that what is saved gives the numbers that were shown.

mod checks;
mod columns;
mod pooler;
mod saved;

use serde_json::{Map, Value as Json, json};

use super::{Design, Dropped, Options, Study, SubgroupModel, Synthesis, suspicions, synthesize};
use crate::analysis::{Analysis, Inputs, Model, prepared};
use crate::effect;
use crate::expression::{self, Expression};
use crate::{Column, Frame, MetaError};

pub use pooler::Pooling;

/// What is asked of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Name of the measure, as `RR`.
    pub measure: String,
    /// Roles and columns, as (`ai`, `tpos`); a role whose column has its own name may be left out.
    pub columns: Vec<(String, String)>,
    /// Further fields of `inputs.effect`: `add`, `to`, `drop00`, `correct`, `vtype`.
    pub effect: Map<String, Json>,
    /// Fields of `inputs.model`: `method`, `test`, `level`, `mods`, `weights`.
    pub model: Map<String, Json>,
    /// The model that pools.
    pub pooling: Pooling,
    /// Which rows are used, as a condition.
    pub filter: Option<String>,
    /// Column or expression of the studies' names.
    pub label: Option<String>,
    /// Column of the groups.
    pub subgroup: Option<String>,
    /// How groups are pooled.
    pub subgroup_model: SubgroupModel,
    /// Column that cumulative pooling goes by.
    pub order: Option<String>,
    /// Column with where a study can be read.
    pub link: Option<String>,
    /// Names of the two groups of people.
    pub arms: Option<(String, String)>,
    /// What effects below and above none favour.
    pub favours: Option<(String, String)>,
    /// Whether studies are added by trim and fill.
    pub fill: bool,
}

impl Request {
    /// The analysis that gives the pooled numbers, as it can be saved and run again.
    ///
    /// # Errors
    /// Columns that the measure needs are not there, or the model does not do what is asked for.
    pub fn analysis(&self, frame: &Frame) -> Result<Analysis, MetaError> {
        self.check()?;
        let (kind, mut inputs) = self.pooling.inputs(self.inputs(frame)?);
        if let Some(filter) = &self.filter {
            inputs.insert("filter".to_owned(), json!(filter));
        }
        Ok(Analysis {
            kind: kind.to_owned(),
            inputs: Inputs::new(Json::Object(inputs)),
            data: vec![frame.clone()],
        })
    }

    /// `effect` and `model` of the inverse-variance model.
    fn inputs(&self, frame: &Frame) -> Result<Map<String, Json>, MetaError> {
        let level = self.level();
        let mut effect = columns::effect(&self.measure, &self.columns, level, frame)?;
        for (name, value) in &self.effect {
            effect.insert(name.clone(), value.clone());
        }
        let mut model = self.model.clone();
        for (name, usual) in [
            ("method", json!("REML")),
            ("test", json!("z")),
            ("level", json!(level)),
        ] {
            model.entry(name).or_insert(usual);
        }
        let mut inputs = Map::new();
        inputs.insert("effect".to_owned(), Json::Object(effect));
        inputs.insert("model".to_owned(), Json::Object(model));
        Ok(inputs)
    }

    fn level(&self) -> f64 {
        self.model.get("level").and_then(Json::as_f64).unwrap_or(0.95)
    }

    /// Everything that the table says.
    ///
    /// # Errors
    /// A column is missing, a row cannot be, a single study is left, or the model has no answer.
    pub fn run(&self, frame: &Frame) -> Result<Synthesis, MetaError> {
        let measure = effect::Measure::parse(&self.measure)?;
        self.check()?;
        let filtered = self.filtered(frame)?;
        let frame = &filtered;
        let labels = self.labels(frame)?;
        columns::check_intervals(&self.columns, &self.measure, frame, &labels)?;
        let base = Analysis {
            kind: "rma_uni".to_owned(),
            inputs: Inputs::new(Json::Object(self.inputs(frame)?)),
            data: vec![frame.clone()],
        };
        let model = Model::of(&base)?;
        let dropped = self.dropped(frame, &labels, &model.studies.rows);
        self.pooling.check_clusters(frame, &model.studies.rows)?;
        match model.studies.rows.as_slice() {
            [] => return Err(none_left(&dropped)),
            [only] => return Err(one_left(frame, *only, &labels[*only], &dropped)),
            _ => {}
        }
        let shown = columns::Shown::of(&self.measure, &self.columns, self.arms.as_ref(), frame);
        let cells = Cells {
            subgroup: texts(frame, self.subgroup.as_deref())?,
            order: self
                .order
                .as_deref()
                .map(|name| frame.numbers(name))
                .transpose()?,
            link: texts(frame, self.link.as_deref())?,
        };
        let studies: Vec<Study> = model
            .studies
            .rows
            .iter()
            .enumerate()
            .map(|(i, row)| Study {
                label: labels[*row].clone(),
                line: Some(frame.line(*row)),
                link: cells.link.as_ref().and_then(|cells| cells[*row].clone()),
                raw: shown.cells(*row),
                yi: model.studies.yi[i],
                vi: model.studies.vi[i],
                ni: model.studies.ni[i],
                subgroup: cells.subgroup.as_ref().and_then(|cells| cells[*row].clone()),
                order: cells.order.and_then(|cells| cells[*row]),
                notes: shown.notes(*row),
                arms: shown.arms(*row),
            })
            .collect();

        let mut warnings = suspicions(frame, &shown.roles, &|row| labels[row].clone());
        warnings.extend(shown.warnings(&model.studies.rows, frame, &labels));
        // What is left without moderators is a model of one mean.
        let is_mean = model.data.intercept && model.data.x.ncols() == 1;
        warnings.extend(model.dropped.iter().map(|name| {
            if is_mean {
                format!("`{name}` is the same in all studies and is left out, so no moderator is left")
            } else {
                format!("`{name}` repeats what other moderators say and is left out")
            }
        }));
        let rows = &model.studies.rows;
        let pool = |places: &[usize]| self.pooling.pool(self, frame, rows, places);
        let design = self
            .model
            .get("mods")
            .and_then(Json::as_str)
            .filter(|_| !is_mean)
            .map(|formula| Design {
                formula: formula.to_owned(),
                x: model.data.x.clone(),
                names: model.data.names.clone(),
                intercept: model.data.intercept,
            });
        let options = Options {
            pool: model.options.clone(),
            pooler: self
                .pooling
                .words()
                .map(|words| (words, &pool as super::Pooler<'_>)),
            design,
            subgroup_by: self.subgroup.clone(),
            subgroup_model: self.subgroup_model,
            favours: self.favours.clone(),
            fill: self.fill,
            raw_columns: shown.heads.clone(),
            dropped,
            warnings,
        };
        synthesize(studies, measure, &options)
    }

    /// The rows that are used.
    fn filtered(&self, frame: &Frame) -> Result<Frame, MetaError> {
        let filter = json!({ "filter": self.filter });
        prepared(&Inputs::new(filter), frame)
    }

    /// How the rows are called: the column or expression that was asked for, else an author with a year, else a column
    /// that usually holds names, else the line.
    fn labels(&self, frame: &Frame) -> Result<Vec<String>, MetaError> {
        let cells = match &self.label {
            Some(text) => expression::evaluate(&expression::parse(text)?, frame)?.to_texts(),
            None => usual_labels(frame)?,
        };
        let line = |row: usize| format!("line {}", frame.line(row));
        Ok(cells
            .into_iter()
            .enumerate()
            .map(|(row, cell)| cell.filter(|cell| !cell.is_empty()).unwrap_or_else(|| line(row)))
            .collect())
    }

    /// The rows without an effect size, and why.
    fn dropped(&self, frame: &Frame, labels: &[String], kept: &[usize]) -> Vec<Dropped> {
        let mut needed: Vec<String> = columns::roles(&self.measure, &self.columns, frame)
            .into_iter()
            .map(|(_, column)| column)
            .collect();
        if let Some(formula) = self.model.get("mods").and_then(Json::as_str)
            && let Ok(formula) = crate::formula::Formula::parse(formula)
        {
            needed.extend(formula.columns());
        }
        let empty = |row: usize| {
            needed.iter().find(|name| match frame.column(name) {
                Ok(Column::Numbers(cells)) => cells[row].is_none(),
                Ok(Column::Texts(cells)) => cells[row].is_none(),
                Err(_) => false,
            })
        };
        (0..frame.rows())
            .filter(|row| !kept.contains(row))
            .map(|row| Dropped {
                label: labels[row].clone(),
                line: Some(frame.line(row)),
                reason: match (empty(row), columns::arms(&self.columns, frame, row)) {
                    (Some(name), _) => format!("`{name}` is empty"),
                    (None, Some([a, n1, c, n2])) if (a == 0.0 && c == 0.0) || (a == n1 && c == n2) => {
                        "both groups have the same: nobody or everybody with the event".to_owned()
                    }
                    _ => "its numbers give no effect size".to_owned(),
                },
            })
            .collect()
    }
}

struct Cells<'f> {
    subgroup: Option<Vec<Option<String>>>,
    order: Option<&'f [Option<f64>]>,
    link: Option<Vec<Option<String>>>,
}

fn texts(frame: &Frame, name: Option<&str>) -> Result<Option<Vec<Option<String>>>, MetaError> {
    name.map(|name| frame.column(name).map(Column::to_texts))
        .transpose()
}

fn usual_labels(frame: &Frame) -> Result<Vec<Option<String>>, MetaError> {
    if frame.has("author") && frame.has("year") {
        let names = ["author", "year"].map(|name| Expression::Name(name.to_owned()));
        let joined = Expression::Call("paste".to_owned(), names.to_vec());
        return Ok(expression::evaluate(&joined, frame)?.to_texts());
    }
    let usual = ["slab", "label", "study", "trial", "author", "name", "id"];
    match usual.iter().find(|name| frame.has(name)) {
        Some(name) => Ok(frame.column(name)?.to_texts()),
        None => Ok(vec![None; frame.rows()]),
    }
}

fn none_left(dropped: &[Dropped]) -> MetaError {
    match dropped.first() {
        Some(first) => MetaError::NoAnswer(format!(
            "no row has an effect size; line {}, {}: {}",
            first.line.unwrap_or(0),
            first.label,
            first.reason
        )),
        None => MetaError::NoAnswer("the table has no rows".to_owned()),
    }
}

fn one_left(frame: &Frame, row: usize, label: &str, dropped: &[Dropped]) -> MetaError {
    let others = if dropped.is_empty() {
        String::new()
    } else {
        let list: Vec<String> = dropped
            .iter()
            .map(|one| format!("line {}: {}", one.line.unwrap_or(0), one.reason))
            .collect();
        format!(" ({})", list.join("; "))
    };
    MetaError::Row {
        line: frame.line(row),
        reason: format!(
            "`{label}` is the only study with an effect size{others}: there is nothing to pool; add studies"
        ),
    }
}

impl Pooling {
    /// The studies at these places of `rows`, pooled by this model.
    fn pool(
        &self,
        request: &Request,
        frame: &Frame,
        rows: &[usize],
        places: &[usize],
    ) -> Result<super::Pooled, MetaError> {
        let kept: Vec<usize> = places.iter().map(|place| rows[*place]).collect();
        let part = frame.take(&kept);
        // These rows have passed the filter.
        let whole = Request {
            filter: None,
            ..request.clone()
        };
        let analysis = whole.analysis(&part)?;
        let values = analysis.run()?.to_json();
        let level = request.level();
        let mut pooled = pooler::read(&values, level, places.len()).ok_or_else(|| {
            MetaError::NoAnswer(format!(
                "{} has no estimate for these {} studies",
                self.words().unwrap_or_else(|| "the model".to_owned()),
                places.len()
            ))
        })?;
        pooled.weights = self.weights(&part, request);
        Ok(pooled)
    }
}
