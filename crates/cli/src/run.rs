//! `euthymia run`: model text and data set -> run -> engine -> rows of results in a file.

use euthymia_dataset::{Dialect, Interpolation, Reported};
use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_document::Rows;
use euthymia_engine::{Failure as SubjectFailure, Options, SimulationError, simulate_prepared};
use euthymia_io::IoError;
use euthymia_io::results::ResultsWriter;
use euthymia_model::check::{self, UnitCheck};
use euthymia_model::{Model, syntax};
use euthymia_population::{Failures, Request, Run as Prepared, Schedule};

use crate::arguments::{Covariates, Run, Shared, Units};
use crate::exit::{Failure, show};
use crate::progress::Progress;
use crate::rows::{Encoding, Output};
use crate::watch::Watch;
use crate::{interrupt, library, models, simulate};

/// Runs a model and writes what is observed.
pub(crate) fn run(options: &Run, shared: &Shared) -> Result<(), Failure> {
    interrupt::listen();
    if shared.json && options.out.is_none() {
        let message =
            "`--json` describes the run on standard output, where the rows go too; name a file with `-o`";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut watch = Watch::start();
    let source = model_source(&options.model, shared)?;
    let data = options
        .data
        .as_deref()
        .map(euthymia_io::read_source)
        .transpose()?;
    let parameters = options
        .params
        .as_deref()
        .map(euthymia_io::read_source)
        .transpose()?;
    let data = data.as_ref().map(|source| table(source, shared)).transpose()?;
    let parameters = parameters
        .as_ref()
        .map(|source| table(source, shared))
        .transpose()?;
    watch.lap("read");

    let model = read_model(&source, options.units, shared)?;
    let prepared = prepare(options, &model, data.as_ref(), parameters.as_ref(), shared)?;
    watch.lap("compile");

    let engine = engine_options(options, &prepared);
    let writer = match &options.out {
        Some(path) => ResultsWriter::create(path, prepared.columns(), &provenance(options, &engine))?,
        None => ResultsWriter::standard_output(prepared.columns())?,
    };
    let mut output = Output::new(writer);
    let progress = Progress::new(
        euthymia_engine::Courses::len(&prepared),
        "subjects",
        shared.quiet || shared.json || options.out.is_none(),
    );
    let encoding = Encoding {
        run: &prepared,
        encoder: output.writer.encoder(),
    };
    let outcome = simulate_prepared(
        prepared.program(),
        &prepared,
        &engine,
        &encoding,
        &mut output,
        &progress,
    );
    progress.finish();
    let statistics = match outcome {
        // Who reads the rows has seen enough of them.
        Err(SimulationError::Sink(error)) if error.is_broken_pipe() => return Ok(()),
        outcome => outcome.map_err(failure)?,
    };
    let Output {
        writer,
        rows,
        writing,
        encoding,
        failures,
    } = output;
    // Threads encode what they have solved, in turn.
    let encoding = encoding.shared_by(engine.threads);
    watch.lap_except("solve", &[("encode", encoding), ("write", writing)]);
    writer.finish()?;
    watch.lap("finish the file");
    if let Some(size) = options.out.as_ref().and_then(|path| std::fs::metadata(path).ok()) {
        watch.note("file", format!("{:.1} MB", size.len() as f64 / 1e6));
    }

    if statistics.undefined_outputs > 0 && !shared.quiet && !shared.json {
        eprintln!(
            "warning: {} values are not numbers, such as 0/0 or the logarithm of a negative one; they are written as NA",
            statistics.undefined_outputs
        );
    }
    if shared.json {
        let columns: Vec<&str> = prepared
            .columns()
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let described = serde_json::json!({
            "model": model.name(),
            "file": options.out.as_ref().map(|path| path.display().to_string()),
            "subjects": statistics.subjects,
            "shard": options.shard.map(|shard| shard.to_string()),
            "rows": rows,
            "columns": columns,
            "seed": options.seed,
            "not_a_number": statistics.undefined_outputs,
            "failed": failures.count(),
            "failures": listed(&failures, &prepared),
            "steps": statistics.accepted,
            "rejected_steps": statistics.rejected,
            "right_hand_sides": statistics.derivatives,
        });
        println!("{described}");
    } else if let (Some(path), false) = (&options.out, shared.quiet) {
        println!(
            "{}: {} of {}",
            path.display(),
            counted(rows, "row"),
            counted(statistics.subjects, "subject")
        );
    }
    if options.bench {
        eprint!("{}", watch.table(Some(&statistics)));
    }
    match prepared.told(&failures, statistics.subjects) {
        Some(told) => Err(Failure::Subjects(told)),
        None => Ok(()),
    }
}

/// The first failures, for programs.
fn listed(failures: &Failures, run: &Prepared) -> serde_json::Value {
    let values = |named: &[(String, f64)]| {
        let named = named
            .iter()
            .map(|(name, value)| (name.clone(), serde_json::json!(value)));
        serde_json::Value::Object(named.collect())
    };
    let one = |failure: &SubjectFailure| {
        let (id, round) = run.who(failure.subject);
        serde_json::json!({
            "id": id,
            "sim.id": round,
            "time": failure.kind.time(),
            "kind": failure.kind.name(),
            "message": failure.kind.to_string(),
            "state": values(&failure.states),
            "inputs": values(&failure.inputs),
        })
    };
    failures.first().iter().map(one).collect()
}

/// `1 row`, `2 rows`.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The text of a model: a file if the argument names one, else a model of the library.
fn model_source(argument: &str, shared: &Shared) -> Result<Source, Failure> {
    if models::is_path(argument) {
        Ok(euthymia_io::read_source(argument)?)
    } else {
        models::find(argument, &library::files(shared)?)
    }
}

fn table(source: &Source, shared: &Shared) -> Result<Rows, Failure> {
    let (rows, diagnostics) = euthymia_io::csv::rows(source);
    settle(rows, diagnostics, shared)
}

fn read_model(source: &Source, units: Units, shared: &Shared) -> Result<Model, Failure> {
    let (file, mut diagnostics) = syntax::parse(source);
    let units = match units {
        Units::Enforced => UnitCheck::Enforced,
        Units::Reported => UnitCheck::Reported,
    };
    let (model, more) = check::check_with(&file, units);
    diagnostics.extend(more);
    for diagnostic in &mut diagnostics {
        if diagnostic.is_error() && check::UNIT_CODES.contains(&diagnostic.code) {
            let way_out = "to compute with the numbers as they are written, add `--units reported`";
            diagnostic.help.push(way_out.to_owned());
        }
    }
    settle(model, diagnostics, shared)
}

/// What was made, if nothing was wrong; warnings are shown and do not stop it.
fn settle<T>(made: Option<T>, diagnostics: Vec<Diagnostic>, shared: &Shared) -> Result<T, Failure> {
    match made {
        Some(made) if !diagnostics.iter().any(Diagnostic::is_error) => {
            if !diagnostics.is_empty() && !shared.json && !shared.quiet {
                show(&diagnostics, shared);
            }
            Ok(made)
        }
        _ => Err(Failure::Input(diagnostics)),
    }
}

fn prepare(
    options: &Run,
    model: &Model,
    data: Option<&Rows>,
    parameters: Option<&Rows>,
    shared: &Shared,
) -> Result<Prepared, Failure> {
    let told = |name: &str, texts: &[String]| -> Vec<Source> {
        texts
            .iter()
            .map(|text| Source::new(name, text.as_str()))
            .collect()
    };
    let times = options.times.as_deref().map(|text| Source::new("--times", text));
    let columns = (options.columns.as_deref()).map(|text| Source::new("--columns", text));
    let doses = (!options.dose.is_empty()).then(|| Source::new("--dose", options.dose.join(", ")));
    let schedule = match (data, &doses) {
        (Some(rows), _) => Schedule::Data(rows),
        (None, Some(doses)) => Schedule::Doses(doses),
        (None, None) => Schedule::Nothing,
    };
    let request = Request {
        model,
        schedule,
        times: times.as_ref(),
        parameters,
        values: &told("--theta", &options.theta),
        omega: &told("--omega", &options.omega),
        residual: options.sigma.is_none(),
        dialect: Dialect {
            interpolation: match options.covariates {
                Covariates::Locf => Interpolation::Locf,
                Covariates::Nocb => Interpolation::Nocb,
                Covariates::Linear => Interpolation::Linear,
                Covariates::Midpoint => Interpolation::Midpoint,
            },
            reported: if options.all_records {
                Reported::Every
            } else {
                Reported::Observations
            },
        },
        subjects: options.subjects,
        columns: columns.as_ref(),
        seed: options.seed,
    };
    let (prepared, diagnostics) = Prepared::new(&request);
    let prepared = settle(prepared, diagnostics, shared)?;
    Ok(match options.shard {
        Some(shard) => prepared.only(shard),
        None => prepared,
    })
}

fn engine_options(options: &Run, run: &Prepared) -> Options {
    let precise = Options::precise();
    let mut engine = Options {
        solver: options.solver.into(),
        rtol: options.rtol.unwrap_or(precise.rtol),
        atol: options.atol.unwrap_or(precise.atol),
        max_steps: options.max_steps.unwrap_or(precise.max_steps),
        threads: simulate::threads(options.threads),
        states: run.needs_states(),
        ..precise
    };
    engine.block = run.block(&engine);
    engine
}

/// How the file is made.
fn provenance(options: &Run, engine: &Options) -> Vec<(String, String)> {
    let mut made = vec![
        ("model".to_owned(), options.model.clone()),
        ("seed".to_owned(), options.seed.to_string()),
        ("rtol".to_owned(), format!("{:e}", engine.rtol)),
        ("atol".to_owned(), format!("{:e}", engine.atol)),
        ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    if let Some(data) = &options.data {
        made.push(("data".to_owned(), data.display().to_string()));
    }
    if let Some(shard) = options.shard {
        made.push(("shard".to_owned(), shard.to_string()));
    }
    made
}

fn failure(error: SimulationError<IoError>) -> Failure {
    match error {
        SimulationError::Cancelled => Failure::Interrupted,
        SimulationError::Sink(error) => Failure::Io(error),
        SimulationError::Option { .. } => Failure::Usage(error.to_string()),
        other => Failure::Run(other.to_string()),
    }
}
