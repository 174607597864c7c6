//! `euthymia optimise`: course and what is asked of it -> schedules in the same people -> one result -> page, table and files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use euthymia_diagnostics::Source;
use euthymia_io::{atomic, csv};
use euthymia_report::optimise as report;
use euthymia_therapy::optimise::{
    self, Against, Mistake, OptimiseError, Optimised, Request, WORK, aim, keep, vary,
};
use euthymia_therapy::simulate::{self as runs, Settings};

use crate::arguments::Shared;
use crate::exit::Failure;
use crate::progress::Progress;
use crate::{interrupt, library, output, simulate};

pub(crate) const EXAMPLES: &str = "\
Examples:
  euthymia optimise racemic-iv-twice-weekly --vary dose=0.25..1.0mg/kg interval=2..14d --keep 'P(CADSS>20)<0.3' --aim remission@4w
  euthymia optimise racemic-iv-twice-weekly --vary sessions=4..12 maintenance=none,7d,14d,28d --aim days-well@12w --against hours
  euthymia optimise esketamine-nasal --vary dose=28,56,84mg --keep 'P(systolic_pressure>40)<0.05' 'hours<=40' --aim response@4w score@8w
  euthymia optimise my-course.toml --vary dose=0.25:0.05:1mg/kg infusion=40min,60min --keep 'q95(CADSS)<40' --aim remission@4w --certainty 0.9

--vary KEY=VALUES: dose, infusion, interval, sessions, maintenance (after these sessions, or none). A range LOW..HIGH is searched at round \
steps and then finer where it is best; LOW:STEP:HIGH and lists A,B,C are taken as they are. What is not varied stays as the course has it.
--keep LIMIT: P(CADSS>20)<0.3 (people whose peak in a session passes 20), P(any CADSS>20)<0.5 (in any session), mean(systolic_pressure)<20, \
q95(CADSS)<40, P(sedation)<0.4, sessions<=12, hours<=40.
--aim GOAL@TIME: remission, response, score, days-well. With several, nothing on the frontier is beaten in all of them.

Writes DIR/report.html, DIR/summary.json and DIR/summary.csv (every schedule that was tried).";

/// What benefit is set against.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Burden {
    /// Number of sessions
    Sessions,
    /// Hours that people are watched in the clinic
    Hours,
    /// Sessions with a CADSS score above 20
    Dissociation,
}

/// Options of `optimise`.
#[derive(Args, Debug)]
pub(crate) struct Optimise {
    /// A course file, or the name of a course of the library
    #[arg(value_name = "COURSE")]
    course: String,
    /// What is varied: dose=0.25..1.0mg/kg, interval=2..14d, sessions=4..12, maintenance=none,7d,14d, infusion=40min,60min
    #[arg(long, value_name = "KEY=VALUES", num_args = 1.., required = true)]
    vary: Vec<String>,
    /// What must hold, such as 'P(CADSS>20)<0.3'
    #[arg(long, value_name = "LIMIT", num_args = 1..)]
    keep: Vec<String>,
    /// What is aimed at, such as remission@4w
    #[arg(long, value_name = "GOAL@TIME", num_args = 1.., required = true)]
    aim: Vec<String>,
    /// What benefit is set against
    #[arg(long, value_enum, default_value_t = Burden::Sessions)]
    against: Burden,
    /// Probability with which everything must hold, 0 to 1 [default: it must in the mean]
    #[arg(long, value_name = "P")]
    certainty: Option<f64>,
    /// Number of virtual patients [default: what the course says]
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    subjects: Option<u64>,
    /// Seed of the random streams: the same seed gives the same bits on any machine
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder to write into
    #[arg(long, short, value_name = "DIR", default_value = "out/optimise")]
    out: PathBuf,
}

/// Searches and writes what it came to.
pub(crate) fn run(options: &Optimise, shared: &Shared) -> Result<(), Failure> {
    let request = request(options)?;
    interrupt::listen();
    let files = library::files(shared)?;
    let source = simulate::course_source(&options.course, &files)?;
    let library = library::load(&files)?;
    let course = simulate::read_course(&source, &library, shared)?;
    let mut inputs = runs::inputs(&course, &library).map_err(Failure::Input)?;
    inputs.extend(optimise::inputs(&library));
    let mut settings = Settings::standard();
    settings.subjects = options.subjects;
    settings.seed = options.seed;
    settings.engine.threads = simulate::threads(options.threads);

    let progress = Progress::new(WORK, "steps of the search", shared.quiet || shared.json);
    let outcome = optimise::optimise(&course, &library, &request, &settings, &progress);
    progress.finish();
    let mut result = outcome.map_err(|error| match error {
        OptimiseError::Search(why) => Failure::Usage(why),
        OptimiseError::Simulate(error) => simulate::failure(error),
    })?;
    result.provenance = output::made_by(command(options, &source), &inputs, settings.seed);

    let page = report::page(&result).map_err(Failure::Report)?;
    let names = rows_head(&result);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    csv::write_table(options.out.join("summary.csv"), &names, rows(&result))?;
    atomic::write(options.out.join("summary.json"), output::json(&result).as_bytes())?;
    let path = options.out.join("report.html");
    atomic::write(&path, page.as_bytes())?;
    if shared.json {
        println!("{}", output::json(&result));
    } else if !shared.quiet {
        let (width, colour) = output::terminal();
        print!("{}", report::table(&result, width, colour));
        println!("\n{} (also summary.json, summary.csv)", path.display());
    }
    Ok(())
}

fn request(options: &Optimise) -> Result<Request, Failure> {
    if options
        .certainty
        .is_some_and(|certainty| !(0.0..=1.0).contains(&certainty))
    {
        return Err(Failure::Usage(
            "--certainty is a probability, from 0 to 1".to_owned(),
        ));
    }
    Ok(Request {
        vary: read(&options.vary, vary)?,
        keep: read(&options.keep, keep)?,
        aims: read(&options.aim, aim)?,
        against: match options.against {
            Burden::Sessions => Against::Sessions,
            Burden::Hours => Against::Hours,
            Burden::Dissociation => Against::Dissociation,
        },
        certainty: options.certainty,
    })
}

fn read<T>(texts: &[String], read: impl Fn(&str) -> Result<T, Mistake>) -> Result<Vec<T>, Failure> {
    let read = |text: &String| read(text).map_err(|mistake| Failure::Usage(mistake.to_string()));
    texts.iter().map(read).collect()
}

/// The command that makes the result again.
fn command(options: &Optimise, course: &Source) -> String {
    let quoted = |text: &String| {
        let plain = |character: char| character.is_ascii_alphanumeric() || "-_./=,:@".contains(character);
        if text.chars().all(plain) {
            text.clone()
        } else {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
    };
    let mut words = vec![format!(
        "euthymia optimise {}",
        output::course_argument(course, &options.course)
    )];
    for (option, texts) in [
        ("--vary", &options.vary),
        ("--keep", &options.keep),
        ("--aim", &options.aim),
    ] {
        if !texts.is_empty() {
            let texts: Vec<String> = texts.iter().map(quoted).collect();
            words.push(format!("{option} {}", texts.join(" ")));
        }
    }
    match options.against {
        Burden::Sessions => {}
        Burden::Hours => words.push("--against hours".to_owned()),
        Burden::Dissociation => words.push("--against dissociation".to_owned()),
    }
    if let Some(certainty) = options.certainty {
        words.push(format!("--certainty {certainty}"));
    }
    words.push(format!("--seed {}", options.seed));
    if let Some(subjects) = options.subjects {
        words.push(format!("--subjects {subjects}"));
    }
    words.join(" ")
}

/// Names of the columns of the table of all schedules.
fn rows_head(result: &Optimised) -> Vec<String> {
    let mut names = vec!["schedule".to_owned(), "burden".to_owned()];
    names.extend(result.aims.iter().map(|aim| aim.text.clone()));
    names.extend(["holds".to_owned(), "on_frontier".to_owned()]);
    names
}

fn rows(result: &Optimised) -> impl Iterator<Item = Vec<String>> + '_ {
    result.all.iter().map(|one| {
        let mut cells = vec![one.label.clone(), one.burden.to_string()];
        cells.extend(one.benefits.iter().map(f64::to_string));
        cells.extend([one.holds.to_string(), one.on_frontier.to_string()]);
        cells
    })
}
