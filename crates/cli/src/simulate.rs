//! `euthymia simulate`: course file -> course -> trajectories -> one result -> page, table and files.

use std::path::{Path, PathBuf};

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_io::IoError;
use euthymia_io::library::Library as Files;
use euthymia_therapy::course::{self, Course};
use euthymia_therapy::kinetics::{self, Unserved};
use euthymia_therapy::library::Library;
use euthymia_therapy::simulate::{self, Settings, SimulateError};

use crate::arguments::{Shared, Simulate};
use crate::exit::{Failure, show};
use crate::output::Output;
use crate::progress::Progress;
use crate::watch::Watch;
use crate::{ensemble, interrupt, library, output};

/// Simulates a course and writes what it came to.
pub(crate) fn run(options: &Simulate, shared: &Shared) -> Result<(), Failure> {
    interrupt::listen();
    let mut watch = Watch::start();

    let files = library::files(shared)?;
    let source = course_source(&options.course, &files)?;
    let library = library::load(&files)?;
    let course = read_course(&source, &library, shared)?;
    let folder = options
        .out
        .clone()
        .unwrap_or_else(|| Path::new("out").join(name_of(&options.course)));
    if options.pk.as_deref() == Some(kinetics::ALL) {
        let asked = ensemble::Asked {
            course: &course,
            source: &source,
            library: &library,
            folder: &folder,
        };
        return ensemble::run(&asked, options, shared, watch);
    }
    let structure = options.pk.as_deref().filter(|key| *key != kinetics::REFERENCE);
    let course = match structure {
        Some(key) => kinetics::with(&course, key, &library).map_err(unserved)?,
        None => course,
    };
    let inputs = simulate::inputs(&course, &library).map_err(Failure::Input)?;
    watch.lap("read");

    let settings = settings(options);
    let provenance = output::provenance(&source, &inputs, options, structure, &settings);
    let mut output = Output::new(&folder, provenance);
    let progress = Progress::new(
        settings.subjects.unwrap_or(course.size),
        "virtual patients",
        shared.quiet || shared.json,
    );
    let outcome = simulate::simulate(&course, &library, &settings, &mut output, &progress);
    progress.finish();
    let mut result = outcome.map_err(failure)?;
    let work = output.work();
    watch.lap_except("simulate", &[("write trajectories", output.time_writing())]);

    output.sign(&mut result);
    output.finish(&result)?;
    watch.lap("write report and summaries");

    if shared.json {
        println!("{}", output::json(&result));
    } else if !shared.quiet {
        print!("{}", output::table(&result));
        println!("\n{}", output::where_it_is(&folder));
    }
    if options.bench {
        eprint!("{}", watch.table(Some(&work)));
    }
    Ok(())
}

/// The text of a course: a file if the argument names one, else a course of the library.
pub(crate) fn course_source(argument: &str, files: &Files) -> Result<Source, IoError> {
    let looks_like_path = argument.ends_with(".toml") || argument.contains(['/', '\\']);
    if looks_like_path {
        euthymia_io::read_source(argument)
    } else {
        files.course(argument)
    }
}

/// The course, if nothing is wrong with it; warnings are shown and do not stop it.
pub(crate) fn read_course(source: &Source, library: &Library, shared: &Shared) -> Result<Course, Failure> {
    let (document, mut diagnostics) = euthymia_io::toml::document(source);
    let course = document.and_then(|document| {
        let (course, more) = course::read(&document, library);
        diagnostics.extend(more);
        course
    });
    match course {
        Some(course) if !diagnostics.iter().any(Diagnostic::is_error) => {
            if !diagnostics.is_empty() && !shared.json {
                show(&diagnostics, shared);
            }
            Ok(course)
        }
        _ => Err(Failure::Input(diagnostics)),
    }
}

fn unserved(why: Unserved) -> Failure {
    match why {
        Unserved::Unknown(message) => Failure::Usage(message),
        Unserved::Files(diagnostics) => Failure::Input(diagnostics),
    }
}

pub(crate) fn settings(options: &Simulate) -> Settings {
    let mut settings = Settings::standard();
    settings.subjects = options.subjects;
    settings.seed = options.seed;
    settings.engine.threads = threads(options.threads);
    settings
}

/// How many threads are asked for; one for each processor where nothing is said.
pub(crate) fn threads(asked: Option<u16>) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(processors, usize::from)
}

/// The name of a course: its file's stem.
pub(crate) fn name_of(argument: &str) -> PathBuf {
    Path::new(argument)
        .file_stem()
        .map_or_else(|| PathBuf::from("course"), PathBuf::from)
}

/// What stopped a command, from why a simulation failed.
pub(crate) fn failure(error: SimulateError) -> Failure {
    match error {
        SimulateError::Cancelled => Failure::Interrupted,
        SimulateError::Files(diagnostics) => Failure::Input(diagnostics),
        SimulateError::Trajectories(error) => match error.downcast::<IoError>() {
            Ok(error) => Failure::Io(*error),
            Err(error) => Failure::Simulation(SimulateError::Trajectories(error)),
        },
        other => Failure::Simulation(other),
    }
}
