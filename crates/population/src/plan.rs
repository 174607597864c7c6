//! Runs without a data set: the same doses and times for everybody, told on the command line.

use euthymia_dataset::{ModelNames, Parameters, PlannedDose, doses};
use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_engine::{Event, Record};
use euthymia_model::{Level, Model};
use euthymia_units::Unit;

use crate::prepare::Told;

/// The same doses and times for everybody.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) doses: Vec<PlannedDose>,
    pub(crate) times: Vec<f64>,
    /// Inputs of each individual that differ from the model's own.
    pub(crate) inputs: Vec<Vec<(u16, f64)>>,
}

impl Plan {
    /// Inputs of an individual.
    pub(crate) fn fill_inputs(&self, individual: u64, inputs: &mut [f64]) {
        let own = usize::try_from(individual)
            .ok()
            .and_then(|at| self.inputs.get(at));
        for &(input, value) in own.into_iter().flatten() {
            inputs[usize::from(input)] = value;
        }
    }

    /// Everybody's records.
    pub(crate) fn fill_records(&self, records: &mut Vec<Record>) {
        let mut doses = self.doses.iter().peekable();
        for &time in &self.times {
            while let Some(dose) = doses.next_if(|dose| dose.time <= time) {
                let event = Event::Dose(dose.dose);
                records.push(Record {
                    time: dose.time,
                    event,
                });
            }
            let event = Event::Observe;
            records.push(Record { time, event });
        }
    }
}

/// The individuals of a plan: a row of a table of parameters each, or one.
pub(crate) fn of_plan(
    mut doses: Vec<PlannedDose>,
    asked: Option<Vec<f64>>,
    names: &ModelNames,
    parameters: Option<&Parameters>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Told, Vec<String>)> {
    let Some(times) = asked else {
        let diagnostic = Diagnostic::error("R005", "nothing says when to observe")
            .help("give observation times, such as 0:1:48");
        diagnostics.push(diagnostic);
        return None;
    };
    doses.sort_by(|a, b| a.time.total_cmp(&b.time));
    let given = |name: &str| parameters.is_some_and(|table| table.gives(name));
    let occasion = Level::Occasion.word();
    let missing = |input: &&euthymia_dataset::InputName| {
        !input.has_default && input.name != occasion && !given(&input.name)
    };
    let mut complete = true;
    for input in names.inputs.iter().filter(missing) {
        let message = format!("the model needs a value of the covariate `{}`", input.name);
        let help = format!(
            "give `{0}=...` for everybody, or a column `{0}` in a table of parameters or a data set",
            input.name
        );
        diagnostics.push(Diagnostic::error("R008", message).help(help));
        complete = false;
    }
    if !complete {
        return None;
    }
    let (ids, inputs) = match parameters {
        None => (vec!["1".to_owned()], vec![Vec::new()]),
        Some(table) => {
            let ids = table.ids().to_vec();
            let inputs = ids.iter().map(|id| table.of(id, names).unwrap_or_default());
            let inputs = inputs.collect();
            (ids, inputs)
        }
    };
    if ids.is_empty() {
        diagnostics.push(
            Diagnostic::error("R008", "the table of parameters has no row")
                .help("write a row for each subject"),
        );
        return None;
    }
    Some((Told::Plan(Plan { doses, times, inputs }), ids))
}

/// Doses of a line, in the units of the model. Where the model does not say them, numbers are taken as they are, and units
/// as if the model counted in hours and milligrams, which is told.
pub(crate) fn read_doses(
    source: &Source,
    model: &Model,
    names: &ModelNames,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<PlannedDose>> {
    let said = |of: &str| model.unit_text(of).and_then(|text| Unit::parse(text).ok());
    let (time, amount) = (said("time"), said("dosing"));
    let silent = time.is_none() || amount.is_none();
    let read = |time_otherwise: &str, amount_otherwise: &str| {
        let unit = |said: &Option<Unit>, otherwise| match said {
            Some(unit) => Some(unit.clone()),
            None => Unit::parse(otherwise).ok(),
        };
        let (time, amount) = (unit(&time, time_otherwise)?, unit(&amount, amount_otherwise)?);
        Some(doses(source, names, &time, &amount))
    };
    let (doses, problems) = read("1", "1")?;
    if doses.is_some() || !silent {
        diagnostics.extend(problems);
        return doses;
    }
    let (doses, problems) = read("h", "mg")?;
    if doses.is_some() {
        let message = "the model does not say its units of time and dose: taken as hours and milligrams";
        let whole = Span::new(0, source.text().len());
        let warning = Diagnostic::warning("R009", message)
            .at(source, whole, "with units")
            .help("add `units <- list(time = \"h\", dosing = \"mg\")` to the model, or write numbers alone");
        diagnostics.push(warning);
    }
    diagnostics.extend(problems);
    doses
}
