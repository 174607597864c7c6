//! Fewer columns hold the same bits as they do among all, whatever advances the subjects.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Table, model, request, text};
use euthymia_diagnostics::Source;
use euthymia_engine::{LaneWidth, Options, Solver};
use euthymia_model::Model;
use euthymia_population::{Request, Run, Schedule};

/// What follows the first two states alone, and what is not linear beside it.
const MODEL: &str = "m <- function() {
  ini({
    lcl <- log(5)
    eta.cl ~ 0.09
    sd.prop <- 0.1
  })
  model({
    cl <- exp(lcl + eta.cl)
    d/dt(depot) <- -0.8 * depot
    d/dt(central) <- 0.8 * depot - (cl / 50 + 0.1) * central + 0.05 * tissue
    d/dt(tissue) <- 0.1 * central - 0.05 * tissue
    d/dt(effect) <- 0.2 * central - 0.1 * effect
    cp <- central / 50
    e <- effect
    cp ~ prop(sd.prop)
  })
}";

fn run(model: &Model, columns: Option<&str>, options: Options) -> (Table, bool) {
    let doses = Source::new("--dose", "100 at 0 every 12 x 4 into depot");
    let times = Source::new("--times", "0:0.5:60");
    let columns = columns.map(|names| Source::new("--columns", names));
    let request = Request {
        times: Some(&times),
        columns: columns.as_ref(),
        subjects: Some(40),
        ..request(model, Schedule::Doses(&doses))
    };
    let (run, problems) = Run::new(&request);
    let run = run.unwrap_or_else(|| panic!("{}", text(&problems)));
    let options = Options {
        states: run.needs_states(),
        ..options
    };
    let mut batches = run.all(&options).unwrap().into_iter();
    let mut whole = batches.next().unwrap();
    batches.for_each(|batch| whole.append(batch));
    let table = Table {
        columns: run.columns().to_vec(),
        values: whole.columns,
    };
    (table, run.needs_states())
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn fewer_columns_have_the_same_bits() {
    let model = model(MODEL);
    for solver in [Solver::Auto, Solver::Collocation, Solver::Rodas5p] {
        for lanes in [LaneWidth::One, LaneWidth::Sixteen] {
            let options = Options {
                solver,
                lanes,
                ..Options::standard()
            };
            let (whole, _) = run(&model, None, options);
            for (asked, names, states) in [
                ("cp", vec!["sim.id", "id", "time", "cp"], false),
                ("e, sim", vec!["sim.id", "id", "time", "e", "sim"], false),
                ("id,tissue,cp", vec!["sim.id", "id", "time", "cp", "tissue"], true),
            ] {
                let (table, needs_states) = run(&model, Some(asked), options);
                assert_eq!(table.names(), names);
                assert_eq!(needs_states, states, "{asked}");
                for name in names {
                    let (own, all) = (table.get(name), whole.get(name));
                    assert_eq!(bits(&own), bits(&all), "{name} of {asked}, {solver:?}");
                }
            }
        }
    }
}

#[test]
fn a_column_that_is_none_is_named_with_the_nearest() {
    let model = model(MODEL);
    let columns = Source::new("--columns", "cp, efect,");
    let request = Request {
        columns: Some(&columns),
        ..request(&model, Schedule::Nothing)
    };
    let (run, problems) = Run::new(&request);
    assert!(run.is_none());
    let said = text(&problems);
    assert!(said.contains("R010") && said.contains("1:5"), "{said}");
    assert!(said.contains("the results have no column `efect`"), "{said}");
    assert!(said.contains("did you mean `effect`?"), "{said}");
    assert!(said.contains("expected the name of a column"), "{said}");
}
