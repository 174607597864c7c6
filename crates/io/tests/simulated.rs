//! From model text through the engine into a file: the columns hold the trajectories of the states and outputs they are
//! named after.

use std::fs::File;

use euthymia_diagnostics::Source;
use euthymia_engine::{Dose, DoseInput, Options, Population, Silent, SubjectInputs, simulate};
use euthymia_io::parquet::{Layout, TrajectoryWriter, columns};
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::{check, syntax};
use parquet::file::reader::SerializedFileReader;
use parquet::record::RowAccessor;

const MODEL: &str = "one <- function() {
  ini({ k <- fix(0.1) })
  model({
    d/dt(central) <- -k * central
    conc <- central / 2
  })
}
";

/// Subject `i` gets `i + 1` mg at once.
struct Patients;

impl Population for Patients {
    fn len(&self) -> u64 {
        6
    }

    fn fill(&self, index: u64, into: SubjectInputs<'_>) {
        let amount = (index + 1) as f64;
        into.doses.push(Dose {
            time: 0.0,
            compartment: 0,
            amount,
            input: DoseInput::Bolus,
        });
    }
}

#[test]
fn a_simulated_population_is_read_back() {
    let (file, _) = syntax::parse(&Source::new("one.R", MODEL));
    let model = check::check(&file).0.expect("a model");
    let program = compile(&model, &CompileOptions::default()).expect("a program");
    let states = program.states.iter().map(|state| &state.name);
    let described = states.chain(program.outputs_reported.iter().map(|output| &output.name));
    let columns = columns(described.map(|name| (name.clone(), "mg/L".to_owned(), format!("The {name}"))));
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["central", "conc"]);
    let times = vec![0.0, 1.0, 24.0];
    let layout = Layout {
        block_columns: program.states.len() + program.outputs_reported.len(),
        columns,
        times: times.clone(),
        time_unit: "h".to_owned(),
        simulations: 2,
        provenance: Vec::new(),
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trajectories.parquet");
    let mut writer = TrajectoryWriter::create(&path, layout).expect("created");
    let options = Options {
        rtol: 1e-9,
        block: 4,
        ..Options::standard()
    };
    simulate(&program, &Patients, &times, &options, &mut writer, &Silent).expect("simulated");
    writer.finish().expect("finished");

    let reader = SerializedFileReader::new(File::open(&path).expect("opened")).expect("Parquet");
    let rows: Vec<_> = reader.into_iter().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 18);
    for (at, row) in rows.iter().enumerate() {
        let (subject, time) = (at / 3, times[at % 3]);
        let ids = (row.get_long(0).expect("sim.id"), row.get_long(1).expect("id"));
        assert_eq!(ids, ((subject % 2 + 1) as i64, (subject / 2 + 1) as i64));
        assert_eq!(row.get_double(2).expect("time"), time);
        // The closed form of first-order loss; the tolerance is that of the solver.
        let expected = (subject + 1) as f64 * euthymia_vecmath::scalar::exp(-0.1 * time);
        let (central, conc) = (
            row.get_double(3).expect("central"),
            row.get_double(4).expect("conc"),
        );
        assert!((central - expected).abs() < 1e-7, "{central} {expected}");
        assert_eq!(conc, central / 2.0);
    }
}
