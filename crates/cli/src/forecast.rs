//! `euthymia forecast`: one patient's scores and doses -> where the score goes under each alternative -> page, table and files.

use std::path::{Path, PathBuf};

use clap::Args;
use euthymia_diagnostics::{Diagnostic, Source, Span};
use euthymia_io::{atomic, csv};
use euthymia_report::forecast as report;
use euthymia_therapy::course::{Course, DoseAmount};
use euthymia_therapy::forecast::{self, Changes, Date, Forecast, Records, Settings, calibrate, fhir};
use euthymia_therapy::library::Library;
use euthymia_therapy::result::Provenance;
use euthymia_units::{Quantity, Unit};

use crate::arguments::Shared;
use crate::exit::{Failure, show};
use crate::progress::Progress;
use crate::{interrupt, library, output, simulate};

/// The shipped report of how often forecasts are right.
const CALIBRATION: &str = "response/forecast.md";

pub(crate) const EXAMPLES: &str = "\
Examples:
  euthymia forecast examples/forecast/patient.csv --course racemic-iv-twice-weekly
  euthymia forecast patient.csv --course my-course.toml --dose 0.75mg/kg,1mg/kg --interval 7d --maintenance 14d
  euthymia forecast bundle.json --course esketamine-nasal --at 2wk,8wk --json    a FHIR R4 bundle instead of a table
  euthymia forecast --calibrate 1000 --course racemic-iv-twice-weekly            how often forecasts of made-up patients are right

A table (CSV) has a line for every score and dose, oldest or newest first:
  date,kind,what,value,unit,route
  2026-03-02,score,madrs,34,,
  2026-03-02,dose,racemic-ketamine,0.5,mg/kg,iv
`date` is 2026-03-02 or 2026-03-02T10:30; `what` an instrument or a drug of the library. The last score before the first dose is the \
baseline; one of the day of a dose, without a time, is before it. A drug without a dose in the file is given as the course says. A \
bundle (JSON) is of one patient: Observation and MedicationAdministration, by the codes of library/fhir.toml.

Every alternative is shown with the forecast that ignores the scores, so that what they changed can be seen. Without --dose, --interval \
and --maintenance half as much again (one device more), twice the interval and weekly sessions after the course are examples, not advice. \
Writes DIR/report.html, DIR/summary.json and DIR/summary.csv.";

/// Options of `forecast`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Scores and doses of one patient: a table (.csv) or a FHIR R4 bundle (.json)
    #[arg(value_name = "PATIENT", required_unless_present = "calibrate")]
    patient: Option<PathBuf>,
    /// The course: a file, or the name of a course of the library
    #[arg(long, value_name = "COURSE")]
    course: String,
    /// Other doses from the next session on, separated by commas
    #[arg(long, value_name = "DOSES", value_delimiter = ',')]
    dose: Vec<String>,
    /// Other intervals from the next session on
    #[arg(long, value_name = "TIMES", value_delimiter = ',')]
    interval: Vec<String>,
    /// Intervals of sessions after the end of the course
    #[arg(long, value_name = "TIMES", value_delimiter = ',')]
    maintenance: Vec<String>,
    /// Times from now at which chances are told
    #[arg(
        long,
        value_name = "TIMES",
        value_delimiter = ',',
        default_value = "1wk,2wk,4wk"
    )]
    at: Vec<String>,
    /// How far the forecast goes from now, to the last of --at at least [default: to the end of the course]
    #[arg(long, value_name = "TIME")]
    horizon: Option<String>,
    /// Instrument that is shown [default: that of the last score]
    #[arg(long, value_name = "NAME")]
    instrument: Option<String>,
    /// Day of the first dose, where the file tells no doses [default: that of the first score]
    #[arg(long, value_name = "DATE")]
    start: Option<String>,
    /// Forecast so many patients that the model makes, and tell how often that was right
    #[arg(long, value_name = "N", conflicts_with = "patient", value_parser = clap::value_parser!(u64).range(10..=1_000_000))]
    calibrate: Option<u64>,
    /// Draws of the parameters
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(2..=5000))]
    draws: u32,
    /// Studies drawn for each of them
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    studies: u32,
    /// Seed of the random streams: the same seed gives the same bits on any machine
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder to write into
    #[arg(long, short, value_name = "DIR", default_value = "out/forecast")]
    out: PathBuf,
}

/// Forecasts and writes what it came to.
pub(crate) fn run(options: &Options, shared: &Shared) -> Result<(), Failure> {
    interrupt::listen();
    let settings = settings(options)?;
    let files = library::files(shared)?;
    let library = library::load(&files)?;
    let source = simulate::course_source(&options.course, &files)?;
    let course = simulate::read_course(&source, &library, shared)?;
    if let Some(instrument) = &options.instrument {
        library.instrument(instrument).map_err(Failure::Input)?;
    }
    if let Some(patients) = options.calibrate {
        return calibrated(options, patients, (&course, &source), &settings, &library, shared);
    }
    let Some(path) = &options.patient else {
        return Err(Failure::Usage("no patient is named".to_owned()));
    };
    let patient = euthymia_io::read_source(path)?;
    let records = records(&patient, &library, shared)?;
    let progress = Progress::new(forecast::PARTS, "parts", shared.quiet || shared.json);
    let outcome = forecast::forecast(&records, &course, &settings, &library, &progress);
    progress.finish();
    let told = outcome.map_err(simulate::failure)?;
    let mut inputs = vec![patient, source];
    inputs.extend(read_by(&course, &library));
    let provenance = output::made_by(command(options), &inputs, options.seed);
    let calibration = if files.has(CALIBRATION) {
        Some(files.read(CALIBRATION)?)
    } else {
        None
    };
    let page =
        report::page(&told, &provenance, calibration.as_ref().map(Source::text)).map_err(Failure::Report)?;
    let json = json(&told, &provenance);
    csv::write_table(options.out.join("summary.csv"), &COLUMNS, rows(&told))?;
    atomic::write(options.out.join("summary.json"), json.as_bytes())?;
    let page_path = options.out.join("report.html");
    atomic::write(&page_path, page.as_bytes())?;
    if shared.json {
        println!("{json}");
    } else if !shared.quiet {
        print!("{}", report::table(&told));
        println!("\n{} (also summary.json, summary.csv)", page_path.display());
    }
    Ok(())
}

/// Patients that the model makes.
fn calibrated(
    options: &Options,
    patients: u64,
    (course, source): (&Course, &Source),
    settings: &Settings,
    library: &Library,
    shared: &Shared,
) -> Result<(), Failure> {
    let progress = Progress::new(patients, "patients", shared.quiet || shared.json);
    let outcome = calibrate::calibrate(course, patients, settings, library, &progress);
    progress.finish();
    let found = outcome.map_err(simulate::failure)?;
    let mut inputs = vec![source.clone()];
    inputs.extend(read_by(course, library));
    let provenance = output::made_by(command(options), &inputs, options.seed);
    let text = report::calibration_text(&found, &provenance.command);
    let json = json(&found, &provenance);
    let path = options.out.join("calibration.md");
    atomic::write(&path, text.as_bytes())?;
    atomic::write(options.out.join("calibration.json"), json.as_bytes())?;
    if shared.json {
        println!("{json}");
    } else if !shared.quiet {
        print!("{}", report::calibration_table(&found));
        println!("\n{} (also calibration.json)", path.display());
    }
    Ok(())
}

/// Files of the library that a forecast rests on.
fn read_by(course: &Course, library: &Library) -> Vec<Source> {
    let drugs = course.treatments.iter().map(|one| one.drug.source.clone());
    let text = library.text("response/ketamine.R").cloned();
    let draws = library
        .rows("response/ketamine-draws.csv")
        .map(|rows| rows.source.clone());
    let mut files: Vec<Source> = drugs.chain(text).chain(draws).collect();
    files.sort_by(|a, b| a.name().cmp(b.name()));
    files.dedup_by(|a, b| a.name() == b.name());
    files
}

/// Scores and doses, by the kind of the file.
fn records(source: &Source, library: &Library, shared: &Shared) -> Result<Records, Failure> {
    let extension = Path::new(source.name())
        .extension()
        .and_then(|extension| extension.to_str());
    let (records, diagnostics) = if extension == Some("json") {
        let bundle = serde_json::from_str(source.text())
            .map_err(|error| Failure::Input(vec![broken(source, &error)]))?;
        let codes = fhir::Codes::of(library).map_err(Failure::Input)?;
        fhir::read(source.name(), &bundle, &codes, library)
    } else {
        let (rows, mut diagnostics) = csv::rows(source);
        let records = rows.and_then(|rows| {
            let (records, more) = forecast::csv::read(&rows, library);
            diagnostics.extend(more);
            records
        });
        (records, diagnostics)
    };
    match records {
        Some(records) if !diagnostics.iter().any(Diagnostic::is_error) => {
            if !diagnostics.is_empty() && !shared.json {
                show(&diagnostics, shared);
            }
            Ok(records)
        }
        _ => Err(Failure::Input(diagnostics)),
    }
}

/// Where a text is no JSON.
fn broken(source: &Source, error: &serde_json::Error) -> Diagnostic {
    let before: usize = source
        .text()
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let end = source.text().len();
    let at = (before + error.column().saturating_sub(1)).min(end);
    let message = format!("this is no JSON: {error}");
    Diagnostic::error("F020", message)
        .at(source, Span::new(at, (at + 1).min(end)), "here")
        .help("a bundle is JSON (`application/fhir+json`); XML is not read")
}

fn settings(options: &Options) -> Result<Settings, Failure> {
    let mut settings = Settings::standard();
    settings.seed = options.seed;
    settings.draws = options.draws;
    settings.studies = options.studies;
    settings.engine.threads = simulate::threads(options.threads);
    settings.instrument.clone_from(&options.instrument);
    let times = |name: &str, texts: &[String]| {
        texts
            .iter()
            .map(|text| hours(name, text))
            .collect::<Result<Vec<f64>, _>>()
    };
    settings.at_h = times("--at", &options.at)?;
    settings.at_h.sort_by(f64::total_cmp);
    settings.horizon_h = options
        .horizon
        .as_ref()
        .map(|text| hours("--horizon", text))
        .transpose()?;
    settings.start = options
        .start
        .as_ref()
        .map(|text| Date::parse(text).map_err(|why| Failure::Usage(format!("--start `{text}`: {why}"))))
        .transpose()?;
    settings.changes = Changes {
        doses: options
            .dose
            .iter()
            .map(|text| dose(text))
            .collect::<Result<_, _>>()?,
        intervals_h: times("--interval", &options.interval)?,
        maintenance_h: times("--maintenance", &options.maintenance)?,
    };
    Ok(settings)
}

fn hours(name: &str, text: &str) -> Result<f64, Failure> {
    let usage = |why: String| Failure::Usage(format!("{name} `{text}`: {why}; as 24h, 7d or 4wk"));
    let quantity = Quantity::parse(text.trim()).map_err(|error| usage(error.to_string()))?;
    let hour = Unit::parse("h").map_err(|error| usage(error.to_string()))?;
    let hours = quantity
        .in_unit(&hour)
        .map_err(|error| usage(error.to_string()))?;
    // A session every hour is none, and decades are no forecast.
    if (1.0..=87_660.0).contains(&hours) {
        Ok(hours)
    } else {
        Err(usage("must be from an hour to ten years".to_owned()))
    }
}

fn dose(text: &str) -> Result<DoseAmount, Failure> {
    let usage = |why: String| Failure::Usage(format!("--dose `{text}`: {why}; as 56mg or 0.5mg/kg"));
    let quantity = Quantity::parse(text.trim()).map_err(|error| usage(error.to_string()))?;
    let amount = |unit: &str| {
        let unit = Unit::parse(unit).ok()?;
        quantity
            .in_unit(&unit)
            .ok()
            .filter(|amount| *amount > 0.0 && amount.is_finite())
    };
    let fixed = amount("mg").map(DoseAmount::Fixed);
    fixed
        .or_else(|| amount("mg/kg").map(DoseAmount::PerWeight))
        .ok_or_else(|| usage("is no dose above 0".to_owned()))
}

fn json<T: serde::Serialize>(result: &T, provenance: &Provenance) -> String {
    // A structure of strings, numbers and lists always has a JSON form.
    let mut value = serde_json::to_value(result).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("provenance".to_owned(), serde_json::json!(provenance));
    }
    output::json(&value)
}

const COLUMNS: [&str; 12] = [
    "alternative",
    "time_h",
    "p05",
    "p25",
    "p50",
    "p75",
    "p95",
    "population_p05",
    "population_p25",
    "population_p50",
    "population_p75",
    "population_p95",
];

/// A row for every alternative and time.
fn rows(told: &Forecast) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for branch in &told.branches {
        for (at, time_h) in branch.times_h.iter().enumerate() {
            let mut row = vec![branch.label.clone(), time_h.to_string()];
            for bands in [&branch.patient, &branch.population] {
                let of = [&bands.p05, &bands.p25, &bands.p50, &bands.p75, &bands.p95];
                row.extend(of.map(|values| values[at].to_string()));
            }
            rows.push(row);
        }
    }
    rows
}

fn command(options: &Options) -> String {
    let mut words = vec!["euthymia forecast".to_owned()];
    words.extend(options.patient.as_ref().map(|path| path.display().to_string()));
    words.extend(
        options
            .calibrate
            .map(|patients| format!("--calibrate {patients}")),
    );
    words.push(format!("--course {}", options.course));
    let lists = [
        ("--dose", &options.dose),
        ("--interval", &options.interval),
        ("--maintenance", &options.maintenance),
    ];
    for (name, list) in lists {
        if !list.is_empty() {
            words.push(format!("{name} '{}'", list.join(",")));
        }
    }
    if options.calibrate.is_none() {
        words.push(format!("--at {}", options.at.join(",")));
    }
    let texts = [
        ("--horizon", &options.horizon),
        ("--instrument", &options.instrument),
        ("--start", &options.start),
    ];
    for (name, text) in texts {
        words.extend(text.as_ref().map(|text| format!("{name} {text}")));
    }
    words.push(format!(
        "--draws {} --studies {} --seed {}",
        options.draws, options.studies, options.seed
    ));
    words.join(" ")
}
