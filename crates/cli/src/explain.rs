//! `euthymia explain`: course file -> course -> the whole mechanism simulated -> a page and a few lines.

use std::path::Path;

use euthymia_diagnostics::Source;
use euthymia_io::atomic;
use euthymia_therapy::explain;
use euthymia_therapy::result::Provenance;
use euthymia_therapy::simulate::Settings;

use crate::arguments::{Explain, Shared};
use crate::exit::Failure;
use crate::progress::Progress;
use crate::simulate::{course_source, failure, name_of, read_course, threads};
use crate::{interrupt, library, output};

/// Explains a course and writes its page.
pub(crate) fn run(options: &Explain, shared: &Shared) -> Result<(), Failure> {
    interrupt::listen();
    let files = library::files(shared)?;
    let source = course_source(&options.course, &files)?;
    let library = library::load(&files)?;
    let course = read_course(&source, &library, shared)?;
    let inputs = explain::inputs(&course, &library).map_err(Failure::Input)?;

    let mut settings = Settings::standard();
    settings.subjects = options.subjects;
    settings.seed = options.seed;
    settings.engine.threads = threads(options.threads);
    let progress = Progress::new(
        settings.subjects.unwrap_or(course.size),
        "virtual patients",
        shared.quiet || shared.json,
    );
    let outcome = explain::explain(&course, &library, &settings, &progress);
    progress.finish();
    let mut explanation = outcome.map_err(failure)?;
    explanation.result.provenance = provenance(&source, &inputs, options, &settings);

    let page = euthymia_report::explain::page(&explanation).map_err(Failure::Report)?;
    let out = options.out.clone().unwrap_or_else(|| {
        Path::new("out")
            .join(name_of(&options.course))
            .join("mechanism.html")
    });
    atomic::write(&out, page.as_bytes())?;
    if shared.json {
        println!("{}", output::json(&explanation));
    } else if !shared.quiet {
        let (width, colour) = output::terminal();
        print!("{}", euthymia_report::explain::table(&explanation, width, colour));
        println!("\n{}", out.display());
    }
    Ok(())
}

/// The command that explains it again, and what was read.
fn provenance(course: &Source, inputs: &[Source], options: &Explain, settings: &Settings) -> Provenance {
    let mut command = format!(
        "euthymia explain {} --seed {}",
        output::course_argument(course, &options.course),
        settings.seed
    );
    if let Some(subjects) = settings.subjects {
        command.push_str(&format!(" --subjects {subjects}"));
    }
    output::made_by(command, inputs, settings.seed)
}
