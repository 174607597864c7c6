//! The data sets that other programs have run are read without an error.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::path::{Path, PathBuf};

use common::in_words;
use euthymia_dataset::{CompartmentName, DataSet, Dialect, InputName, ModelNames, RecordKind};
use euthymia_diagnostics::Source;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::{check::check, syntax::parse};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path, names: &ModelNames) -> DataSet {
    let text = std::fs::read_to_string(path).unwrap();
    let (rows, problems) = euthymia_io::csv::rows(&Source::new(path.display().to_string(), text));
    assert_eq!(problems, []);
    let (set, problems) = DataSet::read(&rows.unwrap(), names, Dialect::default(), None);
    let errors: Vec<String> = problems
        .iter()
        .filter(|problem| problem.is_error())
        .map(in_words)
        .collect();
    assert!(errors.is_empty(), "{}:\n{}", path.display(), errors.join("\n"));
    set.unwrap()
}

#[test]
fn every_data_set_of_rxode2() {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("suite/reference/rxode2"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 20);
    for folder in folders {
        let text = std::fs::read_to_string(folder.join("model.R")).unwrap();
        let (file, _) = parse(&Source::new("model.R", text));
        let (model, problems) = check(&file);
        let model = model.unwrap_or_else(|| panic!("{}: {problems:?}", folder.display()));
        let program = compile(&model, &CompileOptions::default()).unwrap();
        let set = read(&folder.join("data.csv"), &ModelNames::of(&program));
        let expected = std::fs::read_to_string(folder.join("expected.csv")).unwrap();
        let observed = set.subjects.iter().flat_map(|subject| &subject.records);
        let observed = observed.filter(|record| matches!(record.kind, RecordKind::Observation(_)));
        assert_eq!(
            observed.count(),
            expected.lines().count() - 1,
            "{}",
            folder.display()
        );
    }
}

/// The names of the model that NONMEM's answers are of.
fn nmtests_names(covariates: &[&str]) -> ModelNames {
    let compartment = |name: &str, modelled| CompartmentName {
        name: name.to_owned(),
        rate: modelled,
        duration: modelled,
    };
    let input = |name: &&str| InputName {
        name: (*name).to_owned(),
        covariate: true,
        has_default: false,
    };
    ModelNames {
        compartments: vec![compartment("depot", false), compartment("central", true)],
        inputs: covariates.iter().map(input).collect(),
        outputs: vec!["CP".to_owned()],
    }
}

/// NONMEM's data sets stand beside the repository, since their licence is not ours; `None`, said aloud, without them.
fn nmtests(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared/reference/engine/nmtests").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no {name} beside the repository");
    None
}

#[test]
fn nonmem_dosing_scenarios() {
    let Some(path) = nmtests("dosing-data.csv") else {
        return;
    };
    let set = read(&path, &nmtests_names(&["LAGT", "MODE", "DUR2", "RAT2", "BIOAV"]));
    assert_eq!(set.subjects.len(), 29);
}

#[test]
fn nonmem_covariates_that_change_with_time() {
    let Some(path) = nmtests("time-varying-data.csv") else {
        return;
    };
    let set = read(
        &path,
        &nmtests_names(&["WT", "LAGT", "MODE", "DUR2", "RAT2", "BIOAV"]),
    );
    assert_eq!(set.subjects[0].covariates_at(2)[0], 79.43);
}
