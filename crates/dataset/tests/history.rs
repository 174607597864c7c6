//! What equations see of the doses of a table, from its text to the values that are reported.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::rows;
use euthymia_dataset::{DataSet, Dialect, ModelNames};
use euthymia_diagnostics::Source;
use euthymia_engine::{CourseBlock, CourseSink, Options, Silent, simulate_courses};
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::{check::check, syntax::parse};

#[derive(Default)]
struct Kept(Vec<Vec<f64>>);

impl CourseSink for Kept {
    type Error = std::convert::Infallible;

    fn block(&mut self, block: CourseBlock) -> Result<(), Self::Error> {
        for subject in 0..block.subjects() {
            self.0
                .extend((0..block.columns).map(|column| block.trajectory(column, subject).to_vec()));
        }
        Ok(())
    }
}

/// States, then outputs, of the only subject of a table.
fn reported(equations: &str, table: &str) -> Vec<Vec<f64>> {
    let text = format!("m <- function() {{\nini({{\none <- 1\n}})\nmodel({{\n{equations}\n}})\n}}\n");
    let (file, problems) = parse(&Source::new("model.R", text));
    assert_eq!(problems, []);
    let (model, problems) = check(&file);
    let program = compile(
        &model.unwrap_or_else(|| panic!("{problems:?}")),
        &CompileOptions::default(),
    )
    .unwrap();
    let (set, problems) = DataSet::read(&rows(table), &ModelNames::of(&program), Dialect::default(), None);
    assert_eq!(problems, []);
    let mut kept = Kept::default();
    simulate_courses(&program, &set.unwrap(), &Options::standard(), &mut kept, &Silent).unwrap();
    kept.0
}

#[test]
fn phantom_doses_reset_the_time_since_the_dose() {
    let columns = reported(
        "d/dt(depot) <- -one*depot\nd/dt(central) <- depot - central\nalag(central) <- 0.5*one
         tad <- tad0()\npodo <- podo0()\ncount <- dosenum()",
        "ID,TIME,EVID,AMT,CMT,II,ADDL\n1,0,0,0,1,0,0\n1,1,7,30,2,4,2\n1,2,0,0,1,0,0\n1,3,1,20,1,0,0\n\
         1,4,0,0,1,0,0\n1,6,0,0,1,0,0\n1,7,2,0,1,0,0\n1,8,0,0,1,0,0\n1,9.75,0,0,1,0,0\n",
    );
    assert_eq!(columns[0][..2], [0.0, 0.0], "nothing entered");
    // Arrivals: 1.5, 3, 5.5, 9.5.
    assert_eq!(columns[2], [0.0, 0.5, 1.0, 0.5, 2.5, 0.25]);
    assert_eq!(columns[3], [0.0, 30.0, 20.0, 30.0, 30.0, 30.0]);
    assert_eq!(columns[4], [0.0, 1.0, 2.0, 3.0, 3.0, 4.0]);
}

#[test]
fn a_reset_and_dose_counts_from_itself() {
    let columns = reported(
        "d/dt(x) <- -one*x\nlast <- tlast\nfirst <- tfirst()\nnew <- newind",
        "ID,TIME,EVID,AMT,CMT\n1,0,1,10,1\n1,2,0,0,1\n1,1,4,20,1\n1,3,0,0,1\n",
    );
    assert_eq!(
        (&columns[1][..], &columns[2][..], &columns[3][..]),
        (&[0.0, 1.0][..], &[0.0, 0.0][..], &[2.0, 2.0][..])
    );
}
