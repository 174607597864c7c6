//! The way of a data table, from bytes to trajectories, and of the shorter texts beside it.
//!
//! The first byte says what the rest is (`d` a data set, `p` a table of parameters beside a fixed data set, `o` doses,
//! `t` times), the second how a data set is read (`l`, `n`, `i`, `m`: LOCF, NOCB, along lines, at midpoints; upper case: every
//! record reported).
#![no_main]

mod said;

use std::convert::Infallible;
use std::sync::LazyLock;

use euthymia_dataset::{DataSet, Dialect, Interpolation, ModelNames, Parameters, Reported, doses, times};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Rows;
use euthymia_engine::{CourseBlock, CourseSink, LaneWidth, Options, Silent, simulate_courses};
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::program::Program;
use euthymia_model::syntax::parse;
use euthymia_units::Unit;
use libfuzzer_sys::fuzz_target;

const MODEL: &str = "m <- function() {
  ini({
    ka <- 1.1
    cl <- 4
    tlag <- 0.25
    eta.cl ~ 0.09
  })
  model({
    v <- 20 * (WT/70)
    k <- cl * exp(eta.cl) / v
    cp <- central / v
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central - 0.3*central + 0.1*peripheral
    d/dt(peripheral) <- 0.3*central - 0.1*peripheral
    d/dt(effect) <- 0.5*(cp/(1 + cp) - effect)
    f(depot) <- FDEP
    alag(depot) <- tlag
    dur(central) <- DUR2
    rate(peripheral) <- 10 + WT
    effect(0) <- 0.1
    cp ~ add(0.1)
  })
}";

/// Records that a table of parameters is read for.
const RECORDS: &str = "ID,TIME,AMT,EVID,CMT,WT,FDEP,DUR2\n1,0,100,1,1,70,1,2\n1,1,0,0,2,70,1,2\n2,0,50,1,2,60,1,2\n2,3,0,0,2,60,1,2\n";

static PROGRAM: LazyLock<Program> = LazyLock::new(|| {
    let (file, problems) = parse(&Source::new("model.R", MODEL));
    assert_eq!(problems, []);
    let (model, problems) = check(&file);
    let model = model.unwrap_or_else(|| panic!("{problems:?}"));
    let options = CompileOptions {
        interpolated: ["WT".to_owned()].into(),
        ..CompileOptions::default()
    };
    compile(&model, &options).unwrap()
});

static NAMES: LazyLock<ModelNames> = LazyLock::new(|| ModelNames::of(&PROGRAM));

/// Amounts are numbers: a subject that cannot be simulated is refused, NaN is not handed on.
struct Finite;

impl CourseSink for Finite {
    type Error = Infallible;

    fn block(&mut self, block: CourseBlock) -> Result<(), Infallible> {
        let observations = block.offsets[block.subjects()];
        let amounts = &block.values[..PROGRAM.states.len() * observations];
        assert!(amounts.iter().all(|value| value.is_finite()), "{amounts:?}");
        Ok(())
    }
}

fn simulate(set: &DataSet) {
    let options = Options {
        max_steps: 300,
        lanes: LaneWidth::Eight,
        ..Options::standard()
    };
    // Whatever cannot be simulated is an error that says so.
    if let Err(error) = simulate_courses(&PROGRAM, set, &options, &mut Finite, &Silent) {
        assert!(!error.to_string().is_empty());
    }
}

fn data_set(rows: &Rows, dialect: Dialect, parameters: Option<&Parameters>) {
    let (set, problems) = DataSet::read(rows, &NAMES, dialect, parameters);
    assert_eq!(set.is_none(), problems.iter().any(Diagnostic::is_error), "{problems:?}");
    said::hold(&problems);
    if let Some(set) = set {
        simulate(&set);
    }
}

fn table(name: &str, text: &str) -> Option<Rows> {
    let (rows, problems) = euthymia_io::csv::rows(&Source::new(name, text));
    assert_eq!(rows.is_none(), problems.iter().any(Diagnostic::is_error));
    said::hold(&problems);
    rows
}

fuzz_target!(|bytes: &[u8]| {
    let [kind, how, rest @ ..] = bytes else { return };
    let Some(text) = said::text(rest) else { return };
    let dialect = Dialect {
        interpolation: match how.to_ascii_lowercase() {
            b'n' => Interpolation::Nocb,
            b'i' => Interpolation::Linear,
            b'm' => Interpolation::Midpoint,
            _ => Interpolation::Locf,
        },
        reported: if how.is_ascii_uppercase() { Reported::Every } else { Reported::Observations },
    };
    match kind {
        b'p' => {
            let Some(rows) = table("parameters.csv", text) else { return };
            let (parameters, problems) = Parameters::read(&rows, &NAMES);
            assert_eq!(parameters.is_none(), problems.iter().any(Diagnostic::is_error));
            said::hold(&problems);
            let records = table("data.csv", RECORDS).unwrap();
            data_set(&records, dialect, parameters.as_ref());
        }
        b'o' => {
            let (hour, milligram) = (Unit::parse("h").unwrap(), Unit::parse("mg").unwrap());
            let (read, problems) = doses(&Source::new("--dose", text), &NAMES, &hour, &milligram);
            assert_eq!(read.is_none(), !problems.is_empty());
            said::hold(&problems);
            for planned in read.into_iter().flatten() {
                let dose = planned.dose;
                assert!(planned.time.is_finite() && dose.amount.is_finite() && dose.interval.is_finite());
            }
        }
        b't' => {
            let (read, problems) = times(&Source::new("--times", text));
            assert_eq!(read.is_none(), !problems.is_empty());
            said::hold(&problems);
            assert!(read.into_iter().flatten().all(f64::is_finite));
        }
        _ => {
            if let Some(rows) = table("data.csv", text) {
                data_set(&rows, dialect, None);
            }
        }
    }
});
