//! From what is asked to a run: the model compiled for it, tables read, columns laid out.

use std::collections::BTreeSet;

use euthymia_dataset::{DataSet, Interpolation, ModelNames, Parameters, times};
use euthymia_diagnostics::{Diagnostic, Span};
use euthymia_document::Rows;
use euthymia_engine::{Options, block_size};
use euthymia_model::compile::{CompileOptions, PerSubject, compile};
use euthymia_model::program::Program;
use euthymia_model::{Level, Model};
use euthymia_stats::random::Stream;

use crate::columns;
use crate::effects::Effects;
use crate::layout::{Column, Layout, outputs, reported};
use crate::plan::{Plan, of_plan, read_doses};
use crate::request::{Request, Schedule};
use crate::settings::{self, OmegaChanges};
use crate::shard::Shard;

/// A block has at least so many rows if it may: each is a row group of a file.
const FEWEST_ROWS: usize = 16 * 1024;
/// It never has more values, which would take tens of megabytes for each thread.
const MOST_VALUES: usize = 2_000_000;
/// Nor more subjects.
const MOST_SUBJECTS: usize = 4096;
/// A run has not many more blocks than these if its blocks may be larger, for its file lists them at the end.
const USUAL_BLOCKS: u64 = 1500;

/// A run, ready for the engine.
#[derive(Clone, Debug)]
pub struct Run {
    pub(crate) program: Program,
    pub(crate) told: Told,
    /// Number of the first subject in the whole population.
    pub(crate) first: u64,
    /// How many there are from it on.
    pub(crate) subjects: u64,
    pub(crate) individuals: u64,
    pub(crate) random: Vec<Random>,
    /// Input that says which occasion it is, where effects differ between them.
    pub(crate) occasion: Option<u16>,
    /// The same input where no equation reads it: without a table that tells occasions apart there is one.
    pub(crate) only_occasion: Option<u16>,
    pub(crate) stream: Stream,
    pub(crate) residual: bool,
    pub(crate) ids: Vec<String>,
    /// The same as numbers, where all of them are whole; else zeros.
    pub(crate) numbers: Vec<i64>,
    pub(crate) layout: Layout,
}

/// What happens to each individual.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    Data(DataSet),
    Plan(Plan),
}

/// Random effects with the inputs they go to; `None` where a table gives the value.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    pub(crate) level: Level,
    pub(crate) effects: Effects,
    pub(crate) inputs: Vec<Option<u16>>,
}

impl Run {
    /// Makes a run of what is asked, and says everything that is wrong with it. `None` where there is an error.
    #[must_use]
    pub fn new(request: &Request<'_>) -> (Option<Self>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let run = prepare(request, &mut diagnostics);
        let failed = diagnostics.iter().any(Diagnostic::is_error);
        (run.filter(|_| !failed), diagnostics)
    }

    /// Its subjects of one shard alone.
    #[must_use]
    pub fn only(mut self, shard: Shard) -> Self {
        let range = shard.range(self.subjects);
        self.first += range.start;
        self.subjects = range.end - range.start;
        self
    }

    /// The number of subject `index` of the engine in the whole population, by which its draws are addressed.
    pub(crate) fn number(&self, index: u64) -> u64 {
        self.first + index
    }

    /// The compiled model.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The columns of the results.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.layout.columns
    }

    /// Whether states are needed of the engine, and not outputs alone.
    #[must_use]
    pub fn needs_states(&self) -> bool {
        self.layout.needs_states
    }

    /// How many subjects to take at a time.
    #[must_use]
    pub fn block(&self, options: &Options) -> usize {
        let observations = match &self.told {
            Told::Plan(plan) => plan.times.len(),
            Told::Data(data) => data.times().map_or_else(
                || {
                    let records = data.subjects.iter().map(|subject| subject.records.len());
                    records.max().unwrap_or(0)
                },
                <[f64]>::len,
            ),
        };
        let columns = self.program.states.len() + self.program.outputs_reported.len();
        let each = observations.max(1).saturating_mul(columns.max(1));
        let even = usize::try_from(self.subjects / USUAL_BLOCKS).unwrap_or(usize::MAX);
        let rows = FEWEST_ROWS.div_ceil(observations.max(1)).next_multiple_of(16);
        let most = (MOST_VALUES / each).clamp(1, MOST_SUBJECTS);
        block_size(&self.program, options, observations)
            .max(rows)
            .max(even)
            .min(most)
    }

    /// The individual behind subject `index` of the engine, and the round, from 1.
    #[must_use]
    pub fn who(&self, index: u64) -> (&str, u64) {
        let (number, individuals) = (self.number(index), self.individuals.max(1));
        let id = usize::try_from(number % individuals)
            .ok()
            .and_then(|at| self.ids.get(at));
        (id.map_or("", String::as_str), number / individuals + 1)
    }
}

fn prepare(request: &Request<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Run> {
    let model = request.model;
    let values = settings::values(request.values, model, diagnostics);
    let changes = settings::omega(request.omega, model, diagnostics);
    let open: Vec<&str> = model
        .covariates()
        .iter()
        .map(|covariate| covariate.name.as_str())
        .filter(|name| values.iter().all(|(given, _)| given != name))
        .collect();
    let columns = match request.columns {
        Some(source) => Some(columns::asked(source, model, &open, diagnostics)?),
        None => None,
    };
    let program = program(request, &values, &open, columns.as_deref(), diagnostics)?;
    let mut names = ModelNames::of(&program);
    let endpoints = outputs(model, &program);
    names.outputs.retain(|output| !endpoints.contains(output));
    names.outputs.splice(0..0, endpoints);
    let occasion = Level::Occasion.word();
    let only_occasion = input(&program, occasion).filter(|_| !open.contains(&occasion));
    if let (Some(at), true) = (only_occasion, changes.none) {
        names.inputs[usize::from(at)].has_default = true;
    }
    let parameters = match request.parameters {
        Some(rows) => {
            let (parameters, problems) = Parameters::read(rows, &names);
            diagnostics.extend(problems);
            Some(parameters?)
        }
        None => None,
    };
    let asked = match request.times {
        Some(source) => {
            let (times, problems) = times(source);
            diagnostics.extend(problems);
            Some(times?)
        }
        None => None,
    };
    let (told, ids) = match request.schedule {
        Schedule::Data(rows) => of_data(request, rows, &names, parameters.as_ref(), asked, diagnostics)?,
        Schedule::Doses(source) => {
            let doses = read_doses(source, model, &names, diagnostics)?;
            of_plan(doses, asked, &names, parameters.as_ref(), diagnostics)?
        }
        Schedule::Nothing => of_plan(Vec::new(), asked, &names, parameters.as_ref(), diagnostics)?,
    };
    let individuals = ids.len() as u64;
    let layout = Layout::new(
        model,
        &program,
        &ids,
        request.subjects.is_some(),
        &open,
        columns.as_deref(),
        diagnostics,
    );
    let given = |name: &str| parameters.as_ref().is_some_and(|table| table.gives(name));
    let random = random(model, &program, &changes, given, diagnostics);
    let occasional = random.iter().any(|block| block.level == Level::Occasion);
    Some(Run {
        only_occasion,
        occasion: occasional
            .then(|| input(&program, Level::Occasion.word()))
            .flatten(),
        program,
        told,
        first: 0,
        subjects: request.subjects.unwrap_or(individuals),
        individuals,
        random,
        stream: Stream::new(request.seed),
        residual: request.residual,
        numbers: ids.iter().map(|id| id.parse().unwrap_or(0)).collect(),
        ids,
        layout,
    })
}

/// The model compiled such that only what differs between subjects is computed for each.
fn program(
    request: &Request<'_>,
    values: &[(String, f64)],
    open: &[&str],
    asked: Option<&[String]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Program> {
    let model = request.model;
    let columns = request.parameters.map_or(&[][..], |rows| &rows.header);
    let mut differs: BTreeSet<String> = open.iter().map(|name| (*name).to_owned()).collect();
    for cell in columns {
        let name = cell.text.trim();
        let source = request.parameters.map(|rows| &rows.source);
        if let (Some(source), true) = (source, values.iter().any(|(given, _)| given == name)) {
            let message = format!("`{name}` is given by subject and for everybody");
            let diagnostic = Diagnostic::error("R003", message)
                .at(source, cell.span, "by subject here")
                .help(format!("leave the column out, or `{name}=` on the command line"));
            diagnostics.push(diagnostic);
        }
        if model.theta(name).is_some() || model.etas().any(|eta| eta == name) {
            differs.insert(name.to_owned());
        }
    }
    let options = CompileOptions {
        outputs: Some(reported(model, open, asked)),
        per_subject: PerSubject::Only(differs),
        values: values.to_vec(),
        interpolated: interpolated(request, open),
        ..CompileOptions::default()
    };
    match compile(model, &options) {
        Ok(program) => Some(program),
        Err(error) => {
            diagnostics
                .push(Diagnostic::error("M011", "the model cannot be compiled").note(error.to_string()));
            None
        }
    }
}

/// Covariates that change along lines: those with a column of the data set, where that is asked for.
fn interpolated(request: &Request<'_>, open: &[&str]) -> BTreeSet<String> {
    let (Interpolation::Linear, Schedule::Data(rows)) = (request.dialect.interpolation, request.schedule)
    else {
        return BTreeSet::new();
    };
    let has = |rows: &Rows, name: &str| rows.header.iter().any(|cell| cell.text.trim() == name);
    let of_subject = |name: &str| request.parameters.is_some_and(|rows| has(rows, name));
    let changes = |name: &&&str| has(rows, name) && !of_subject(name) && **name != Level::Occasion.word();
    open.iter()
        .filter(changes)
        .map(|name| (*name).to_owned())
        .collect()
}

fn of_data(
    request: &Request<'_>,
    rows: &Rows,
    names: &ModelNames,
    parameters: Option<&Parameters>,
    asked: Option<Vec<f64>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Told, Vec<String>)> {
    let (data, problems) = DataSet::read(rows, names, request.dialect, parameters);
    diagnostics.extend(problems);
    let mut data = data?;
    if let Some(times) = asked
        && let Err(back) = data.observe_at(times)
    {
        let message = format!(
            "the clock of ID {} is set back, so a time does not say when",
            back.id
        );
        let diagnostic = Diagnostic::error("R006", message)
            .at(&rows.source, back.record.span, "set back here")
            .help(
                "observe at the records of the data set, without times of your own; or let the clock go on",
            );
        diagnostics.push(diagnostic);
        return None;
    }
    let ids: Vec<String> = data.subjects.iter().map(|subject| subject.id.clone()).collect();
    let observed = data
        .subjects
        .iter()
        .any(|subject| data.times().is_some() || subject.records.iter().any(|record| data.reports(record)));
    if !observed {
        let diagnostic = Diagnostic::error(
            "R005",
            "nothing is observed: the data set has no record with EVID 0",
        )
        .at(
            &rows.source,
            rows.header.first().map_or_else(Span::default, |cell| cell.span),
            "this data set",
        )
        .help("give observation times, or add records with EVID 0");
        diagnostics.push(diagnostic);
        return None;
    }
    Some((Told::Data(data), ids))
}

pub(crate) fn input(program: &Program, name: &str) -> Option<u16> {
    let at = program.inputs.iter().position(|input| input.name == name)?;
    u16::try_from(at).ok()
}

fn random(
    model: &Model,
    program: &Program,
    changes: &OmegaChanges,
    given: impl Fn(&str) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Random> {
    if changes.none {
        return Vec::new();
    }
    let mut random = Vec::new();
    for block in model.omegas() {
        let covariance = changes.covariance(&block.etas, &block.covariance);
        match Effects::with_covariance(block, &covariance) {
            Ok(effects) => {
                // What is given for everybody is no input.
                let inputs = block
                    .etas
                    .iter()
                    .map(|eta| input(program, eta).filter(|_| !given(eta)));
                random.push(Random {
                    level: block.level,
                    inputs: inputs.collect(),
                    effects,
                });
            }
            Err(error) => {
                let message = format!(
                    "the random effects of `{}` are no covariance matrix",
                    block.etas.join("`, `")
                );
                diagnostics.push(Diagnostic::error("M024", message).note(error.to_string()));
            }
        }
    }
    random
}
