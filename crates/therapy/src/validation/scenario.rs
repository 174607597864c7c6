//! One person, one treatment, one structure: the engine's run of it, for the estimates of the parameters and for draws of
//! those that are uncertain. Rows about the same scenario share its run.

use super::curve::Curve;
use super::grid;
use super::structure::Reading;
use crate::course::DoseAmount;
use crate::events::{Plan, PlannedInput};
use crate::population::Columns;
use crate::simulate::SimulateError;
use euthymia_engine::{
    Block, Dose, DoseInput, Failure, Options, Population, Silent, SimulationError, Sink, SubjectInputs,
};
use euthymia_model::program::Program;

/// Time after the last dose that is looked at where nothing asks for more, h.
const DAY_H: f64 = 24.0;
/// First guess of when a curve has ended, h after the last dose.
const FIRST_END_H: f64 = 48.0;
/// Longest that anything is followed, h: two years.
const LAST_END_H: f64 = 2.0 * 365.25 * 24.0;
/// Largest part of an area that may lie beyond the last time.
const MOST_BEYOND: f64 = 0.005;

/// What is given to whom.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scenario {
    /// Which of the compiled structures.
    pub(crate) structure: usize,
    /// Values of the names that models leave open.
    pub(crate) characteristics: Vec<(String, f64)>,
    /// Weight, kg.
    pub(crate) weight_kg: f64,
    /// What enters which compartment.
    pub(crate) plan: Plan,
    /// Times at which a dose was given, h; a dose of several devices is one.
    pub(crate) doses_h: Vec<f64>,
    /// mg given in all.
    pub(crate) total_mg: f64,
}

/// What the rows of a scenario ask of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Times that must be on the grid, h.
    pub(crate) times_h: Vec<f64>,
    /// Everything whose area is asked for to the end.
    pub(crate) whole: Vec<Reading>,
}

/// The curves of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Curves {
    pub(crate) times_h: Vec<f64>,
    /// Names of the columns.
    names: Vec<String>,
    /// By column, then person, then time. The first person is the typical one, the others are draws.
    values: Vec<Vec<f64>>,
}

impl Curves {
    /// The sum of some names, each times a factor, for one person.
    pub(crate) fn sum(&self, names: &[(String, f64)], person: usize) -> Option<Vec<f64>> {
        let count = self.times_h.len();
        let mut sum = vec![0.0; count];
        for (name, factor) in names {
            let column = self.names.iter().position(|known| known == name)?;
            let values = self.values[column].get(person * count..(person + 1) * count)?;
            for (total, value) in sum.iter_mut().zip(values) {
                *total += factor * value;
            }
        }
        Some(sum)
    }
}

/// A compiled structure and the draws of its uncertain parameters.
pub(crate) struct Compiled {
    pub(crate) program: Program,
    pub(crate) draws: Columns,
    /// How many draws.
    pub(crate) count: u32,
}

impl Scenario {
    /// When something begins or ends, h.
    pub(crate) fn changes_h(&self) -> Vec<f64> {
        let mut changes = self.doses_h.clone();
        for dose in &self.plan {
            changes.push(dose.time_h);
            if let PlannedInput::Over(hours) = dose.input {
                changes.push(dose.time_h + hours);
            }
        }
        changes
    }

    /// The end of what a highest or lowest value is looked for in, h.
    pub(crate) fn day_after_h(&self) -> f64 {
        let end = self.changes_h().into_iter().fold(0.0, f64::max);
        end + DAY_H
    }

    /// Runs the typical person and the draws, far enough that what is asked for to the end has ended.
    pub(crate) fn run(
        &self,
        compiled: &Compiled,
        asked: &Asked,
        names: &[String],
        options: &Options,
    ) -> Result<Curves, SimulateError> {
        let changes = self.changes_h();
        let last = changes.iter().copied().fold(0.0, f64::max);
        let wanted = asked.times_h.iter().copied().fold(self.day_after_h(), f64::max);
        let mut horizon_h = wanted;
        if !asked.whole.is_empty() {
            let mut after = FIRST_END_H;
            loop {
                horizon_h = f64::max(wanted, last + after);
                let times = grid::times_h(&changes, &asked.times_h, horizon_h);
                let curves = self.people(compiled, 1, times, names, options)?;
                if after >= LAST_END_H || asked.whole.iter().all(|reading| has_ended(&curves, reading)) {
                    break;
                }
                after *= 2.0;
            }
        }
        let times = grid::times_h(&changes, &asked.times_h, horizon_h);
        self.people(compiled, 1 + u64::from(compiled.count), times, names, options)
    }

    /// Runs the typical person and draws, on these times.
    pub(crate) fn people(
        &self,
        compiled: &Compiled,
        count: u64,
        times_h: Vec<f64>,
        names: &[String],
        options: &Options,
    ) -> Result<Curves, SimulateError> {
        let people = People::new(self, compiled, count)?;
        let (names, columns): (Vec<String>, Vec<usize>) = names
            .iter()
            .filter_map(|name| Some((name.clone(), crate::simulate::column(&compiled.program, name)?)))
            .unzip();
        let mut keep = Keep {
            values: vec![Vec::new(); columns.len()],
            columns,
        };
        euthymia_engine::simulate(&compiled.program, &people, &times_h, options, &mut keep, &Silent)
            .map_err(from_engine)?;
        Ok(Curves {
            times_h,
            names,
            values: keep.values,
        })
    }
}

fn from_engine(error: SimulationError<std::convert::Infallible>) -> SimulateError {
    SimulateError::Engine(error.to_string())
}

/// Whether little enough of the typical person's area lies beyond the last time.
fn has_ended(curves: &Curves, reading: &Reading) -> bool {
    let names: Vec<(String, f64)> = reading.names.iter().map(|name| (name.clone(), 1.0)).collect();
    let Some(values) = curves.sum(&names, 0) else {
        return true;
    };
    let curve = Curve {
        times_h: &curves.times_h,
        values: &values,
        bends_h: &[],
    };
    let area = curve.whole_area();
    area.is_some_and(|area| area.beyond.abs() <= MOST_BEYOND * area.total.abs())
}

/// Where the value of one input comes from.
enum Fill {
    /// The estimate, or no random effect.
    Default,
    /// A draw of an uncertain parameter, by its column.
    Draw(usize),
    /// The same for all.
    Value(f64),
}

/// The typical person, then the draws.
struct People<'c> {
    count: u64,
    fills: Vec<Fill>,
    draws: &'c Columns,
    doses: Vec<Dose>,
}

impl<'c> People<'c> {
    fn new(scenario: &Scenario, compiled: &'c Compiled, count: u64) -> Result<Self, SimulateError> {
        let open = |name: &str| SimulateError::Engine(format!("nothing gives `{name}` a value"));
        let fill = |input: &euthymia_model::program::Input| {
            let drawn = compiled.draws.iter().position(|(name, _)| *name == input.name);
            let given = scenario
                .characteristics
                .iter()
                .find(|(name, _)| *name == input.name);
            match (drawn, given) {
                (Some(column), _) => Ok(Fill::Draw(column)),
                (None, Some((_, value))) => Ok(Fill::Value(*value)),
                (None, None) if input.default.is_some() => Ok(Fill::Default),
                (None, None) => Err(open(&input.name)),
            }
        };
        let fills: Result<Vec<Fill>, SimulateError> = compiled.program.inputs.iter().map(fill).collect();
        let dose = |dose: &crate::events::PlannedDose| {
            let mut states = compiled.program.states.iter();
            let compartment = states
                .position(|state| state.name == dose.compartment)
                .and_then(|at| u16::try_from(at).ok())
                .ok_or_else(|| open(&dose.compartment))?;
            Ok(Dose {
                time: dose.time_h,
                compartment,
                amount: dose.amount.milligrams(scenario.weight_kg),
                input: match dose.input {
                    PlannedInput::Bolus => DoseInput::Bolus,
                    PlannedInput::Over(hours) => DoseInput::Duration(hours),
                    PlannedInput::ModelledDuration => DoseInput::ModelledDuration,
                },
            })
        };
        let doses: Result<Vec<Dose>, SimulateError> = scenario.plan.iter().map(dose).collect();
        Ok(Self {
            count,
            fills: fills?,
            draws: &compiled.draws,
            doses: doses?,
        })
    }
}

impl Population for People<'_> {
    fn len(&self) -> u64 {
        self.count
    }

    fn fill(&self, index: u64, into: SubjectInputs<'_>) {
        for (input, fill) in into.inputs.iter_mut().zip(&self.fills) {
            match fill {
                Fill::Value(value) => *input = *value,
                // The number of draws fits a u32.
                Fill::Draw(column) if index > 0 => *input = self.draws[*column].1[index as usize - 1],
                Fill::Draw(_) | Fill::Default => {}
            }
        }
        into.doses.extend_from_slice(&self.doses);
    }
}

/// Keeps some columns of every block. Whoever cannot be computed to the end is NaN from then on, and has no measure.
struct Keep {
    columns: Vec<usize>,
    values: Vec<Vec<f64>>,
}

impl Sink for Keep {
    type Error = std::convert::Infallible;

    fn block(&mut self, block: Block) -> Result<(), Self::Error> {
        for (values, column) in self.values.iter_mut().zip(&self.columns) {
            for person in 0..block.subjects {
                values.extend_from_slice(block.trajectory(*column, person));
            }
        }
        Ok(())
    }

    fn failed(&mut self, _: Box<Failure>) -> Result<(), Box<Failure>> {
        Ok(())
    }
}

/// mg of one dose for a person of a weight.
pub(crate) fn milligrams(dose: Option<DoseAmount>, weight_kg: f64) -> f64 {
    dose.map_or(0.0, |dose| dose.milligrams(weight_kg))
}
