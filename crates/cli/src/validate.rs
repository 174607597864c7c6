//! `euthymia validate`: the models beside what papers observed, as a table, a page and files.

use euthymia_engine::Options;
use euthymia_io::{atomic, csv};
use euthymia_report::validation::{self as report, Made};
use euthymia_therapy::library::Library;
use euthymia_therapy::validation::{self, Settings, Study, Validation, ValidationRow, Wanted};

use crate::arguments::{Shared, Validate};
use crate::exit::Failure;
use crate::{library, output, simulate};

/// Predicts every row that is wanted, shows how the predictions agree, and writes the page.
pub(crate) fn run(options: &Validate, shared: &Shared) -> Result<(), Failure> {
    let library = library::load(&library::files(shared)?)?;
    let studies = validation::read_all(&library).map_err(Failure::Input)?;
    let wanted = wanted(options, &studies, &library)?;
    let settings = Settings {
        draws: options.draws,
        seed: options.seed,
        engine: Options {
            threads: simulate::threads(options.threads),
            ..Settings::standard().engine
        },
    };
    let validation =
        validation::validate(&studies, &wanted, &library, &settings).map_err(simulate::failure)?;

    let made = Made {
        command: command(options),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let page = report::page(&validation, &made).map_err(Failure::Report)?;
    atomic::write(&options.out, page.as_bytes())?;
    if let Some(path) = &options.csv {
        let rows = validation.table().map(|row| row.cells());
        csv::write_table(path, &ValidationRow::COLUMNS, rows)?;
    }
    if shared.json {
        println!("{}", as_json(&validation));
    } else if !shared.quiet {
        let (width, colour) = output::terminal();
        print!("{}", report::table(&validation, width, colour));
        println!("\n{}", options.out.display());
    }
    if options.strict && validation.summary().target_met != Some(true) {
        return Err(Failure::Validation);
    }
    Ok(())
}

fn wanted(options: &Validate, studies: &[Study], library: &Library) -> Result<Wanted, Failure> {
    let Some(name) = &options.name else {
        return Ok(Wanted::All);
    };
    Wanted::named(name, studies, library).map_err(|near| {
        let hint = near.map_or_else(
            || "`euthymia models` lists models and drugs".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Failure::Usage(format!(
            "no model, drug or paper of the library is called `{name}`; {hint}"
        ))
    })
}

fn command(options: &Validate) -> String {
    let name = options
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" {name}"));
    format!(
        "euthymia validate{name} --seed {} --draws {}",
        options.seed, options.draws
    )
}

fn as_json(validation: &Validation) -> String {
    let value = serde_json::json!({ "validation": validation, "summary": validation.summary() });
    value.to_string()
}
