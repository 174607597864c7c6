//! The two benchmark workloads: a model, parameters of 256 subjects, the doses that each receives, and reference solutions
//! of the first 8. `workloads/w1` is three-compartment kinetics with a metabolite (solution by matrix exponential), `workloads/w2`
//! adds an effect site, occupancy and six turnover states (solution by DOP853 at rtol 1e-12, checked with Radau).
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use euthymia_diagnostics::Source;
use euthymia_engine::{Dose, DoseInput, Population, SubjectInputs};
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, PerSubject, compile};
use euthymia_model::program::Program;
use euthymia_model::syntax::parse;

/// Rows of a CSV file without quotes, and its header.
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut rows = text
            .lines()
            .map(|line| line.split(',').map(str::to_owned).collect());
        Self {
            header: rows.next().unwrap(),
            rows: rows.collect(),
        }
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|header| header == name)
    }

    pub fn number(&self, row: usize, name: &str) -> f64 {
        self.rows[row][self.column(name).unwrap()].parse().unwrap()
    }
}

/// The folder of a case.
pub fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../suite/reference")
        .join(case)
}

/// Compiles `model.R` of a folder with these names varying between subjects.
pub fn compiled(folder: &Path, per_subject: PerSubject) -> Program {
    let text = std::fs::read_to_string(folder.join("model.R")).unwrap();
    let (file, problems) = parse(&Source::new("model.R", text.as_str()));
    let (model, more) = check(&file);
    let model = model.unwrap_or_else(|| panic!("{problems:?} {more:?}"));
    compile(
        &model,
        &CompileOptions {
            per_subject,
            ..CompileOptions::default()
        },
    )
    .unwrap()
}

/// A workload of `count` subjects; the parameters repeat after 256.
pub struct Workload {
    pub program: Program,
    pub times: Vec<f64>,
    parameters: Vec<Vec<f64>>,
    doses: Vec<Dose>,
    count: u64,
    solution: BTreeMap<(usize, String), f64>,
    names: Vec<String>,
}

impl Workload {
    pub fn read(case: &str, count: u64) -> Self {
        let folder = folder("workloads").join(case);
        let parameters = Table::read(&folder.join("parameters.csv"));
        let names = parameters.header[1..].to_vec();
        let program = compiled(&folder, PerSubject::All);
        let input = |name: &str| {
            program
                .inputs
                .iter()
                .position(|input| input.name == name)
                .unwrap()
        };
        let order: Vec<usize> = names.iter().map(|name| input(name)).collect();
        let subject = |row: usize| {
            let mut values: Vec<f64> = program
                .inputs
                .iter()
                .map(|input| input.default.unwrap_or(f64::NAN))
                .collect();
            for (name, &place) in names.iter().zip(&order) {
                values[place] = parameters.number(row, name);
            }
            values
        };
        let parameters = (0..parameters.rows.len()).map(subject).collect();
        let events = Table::read(&folder.join("events.csv"));
        let dose = |row: usize| Dose {
            time: events.number(row, "TIME"),
            compartment: 0,
            amount: events.number(row, "AMT"),
            input: DoseInput::Rate(events.number(row, "RATE")),
        };
        let doses = (0..events.rows.len()).map(dose).collect();
        let hours = |last: u32| (0..=last).map(f64::from);
        let times: Vec<f64> = match case {
            "w1" => hours(672).collect(),
            _ => hours(48)
                .chain((3..=56).map(|day| 24.0 * f64::from(day)))
                .collect(),
        };

        let table = Table::read(&folder.join("solution.csv"));
        let mut solution = BTreeMap::new();
        for (row, cells) in table.rows.iter().enumerate() {
            let subject = table.number(row, "ID") as u64 - 1;
            let time = times
                .iter()
                .position(|&time| time == table.number(row, "TIME"))
                .unwrap();
            for (name, cell) in table.header.iter().zip(cells).skip(2) {
                solution.insert(
                    (subject as usize * times.len() + time, name.clone()),
                    cell.parse().unwrap(),
                );
            }
        }
        let states = program.states.iter().map(|state| state.name.clone());
        let outputs = program.outputs_reported.iter().map(|output| output.name.clone());
        let names = states.chain(outputs).collect();
        Self {
            parameters,
            doses,
            count,
            solution,
            names,
            times,
            program,
        }
    }

    /// Largest |x - reference| / (1e-4 + |reference|) over what the reference has; `value(subject, column, time)`.
    pub fn error(&self, value: impl Fn(usize, usize, usize) -> f64) -> f64 {
        let mut worst = 0.0_f64;
        for ((place, name), &expected) in &self.solution {
            let Some(column) = self.names.iter().position(|own| own == name) else {
                continue;
            };
            let found = value(place / self.times.len(), column, place % self.times.len());
            assert!(found.is_finite());
            worst = worst.max((found - expected).abs() / (1e-4 + expected.abs()));
        }
        worst
    }
}

impl Population for Workload {
    fn len(&self) -> u64 {
        self.count
    }

    fn fill(&self, index: u64, into: SubjectInputs<'_>) {
        into.inputs
            .copy_from_slice(&self.parameters[index as usize % self.parameters.len()]);
        into.doses.extend_from_slice(&self.doses);
    }
}

/// The program of what stands within a model function.
pub fn text_program(body: &str) -> Program {
    let text = format!("of <- function() {{\n{body}\n}}\n");
    let (file, problems) = parse(&Source::new("model.R", text.as_str()));
    let (model, more) = check(&file);
    let model = model.unwrap_or_else(|| unreachable!("{problems:?} {more:?}"));
    let options = CompileOptions {
        per_subject: PerSubject::All,
        ..CompileOptions::default()
    };
    compile(&model, &options).unwrap()
}
