//! `euthymia simulate --pk all`: one course with every structure of the kinetics, side by side.

use std::path::Path;

use euthymia_diagnostics::Source;
use euthymia_engine::Statistics;
use euthymia_therapy::course::Course;
use euthymia_therapy::ensemble::{self, Ensemble, Member};
use euthymia_therapy::kinetics::{ALL, LeftOut, REFERENCE};
use euthymia_therapy::library::Library;
use euthymia_therapy::simulate::{self, SimulateError};

use crate::arguments::{Shared, Simulate};
use crate::exit::Failure;
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::simulate::{failure, settings};
use crate::watch::{Spent, Watch};

/// What is simulated, with what, and where the files go.
pub(crate) struct Asked<'a> {
    pub(crate) course: &'a Course,
    pub(crate) source: &'a Source,
    pub(crate) library: &'a Library,
    pub(crate) folder: &'a Path,
}

/// Runs the course with every structure; files are put in place once all of them are simulated.
pub(crate) fn run(
    asked: &Asked<'_>,
    options: &Simulate,
    shared: &Shared,
    mut watch: Watch,
) -> Result<(), Failure> {
    let settings = settings(options);
    let (planned, mut left_out) = ensemble::planned(asked.course, asked.library);
    watch.lap("read");

    let size = settings.subjects.unwrap_or(asked.course.size);
    let total = size.saturating_mul(planned.len() as u64);
    let progress = Progress::new(total, "virtual patients", shared.quiet || shared.json);
    let mut members: Vec<(Member, Output)> = Vec::new();
    let mut inputs: Vec<Source> = Vec::new();
    let (mut work, mut writing) = (Statistics::default(), Spent::default());
    for (at, (structure, course)) in planned.into_iter().enumerate() {
        let own = simulate::inputs(&course, asked.library).map_err(Failure::Input)?;
        let key = Some(structure.key.as_str()).filter(|key| *key != REFERENCE);
        let provenance = output::provenance(asked.source, &own, options, key, &settings);
        let mut output = Output::new(&asked.folder.join(&structure.key), provenance);
        let part = progress.after(size.saturating_mul(at as u64));
        match simulate::simulate(&course, asked.library, &settings, &mut output, &part) {
            Ok(mut result) => {
                output.sign(&mut result);
                work.add(&output.work());
                writing += output.time_writing();
                let new = own.into_iter().filter(|file| !inputs.contains(file));
                inputs.extend(new.collect::<Vec<_>>());
                members.push((Member { structure, result }, output));
            }
            // What an alternative cannot do is said; everything else ends the run.
            Err(error @ (SimulateError::Patient(_) | SimulateError::Undefined { .. }))
                if structure.key != REFERENCE =>
            {
                left_out.push(LeftOut {
                    structure,
                    why: error.to_string(),
                });
            }
            Err(error) => {
                progress.finish();
                return Err(failure(error));
            }
        }
    }
    progress.finish();
    watch.lap_except("simulate", &[("write trajectories", writing)]);

    let provenance = output::provenance(asked.source, &inputs, options, Some(ALL), &settings);
    let (members, outputs): (Vec<Member>, Vec<Output>) = members.into_iter().unzip();
    let ensemble = Ensemble::new(asked.course, members, left_out, provenance);
    let results = ensemble.members.iter().map(|member| &member.result);
    for (output, result) in outputs.into_iter().zip(results) {
        output.finish(result)?;
    }
    output::write_ensemble(asked.folder, &ensemble)?;
    watch.lap("write report and summaries");

    if shared.json {
        println!("{}", output::json(&ensemble));
    } else if !shared.quiet {
        print!("{}", output::ensemble_table(&ensemble));
        println!("\n{}", output::where_ensemble_is(asked.folder));
    }
    if options.bench {
        eprint!("{}", watch.table(Some(&work)));
    }
    Ok(())
}
