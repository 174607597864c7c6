//! What each column means, one tiny table a rule.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{lines, names, read, rows};
use euthymia_dataset::{DataSet, Dialect, Interpolation, Observed, Parameters, RecordKind, Reported};
use euthymia_engine::{CourseInputs, Courses, DoseInput, Event, SteadyState};

fn plain(text: &str) -> DataSet {
    read(text, &[], Dialect::default())
}

fn kinds(text: &str) -> Vec<RecordKind> {
    let set = plain(text);
    set.subjects[0].records.iter().map(|record| record.kind).collect()
}

fn times(text: &str) -> Vec<f64> {
    let set = plain(text);
    set.subjects
        .iter()
        .flat_map(|subject| subject.records.iter().map(|record| record.time))
        .collect()
}

fn dose(text: &str) -> euthymia_engine::CourseDose {
    match kinds(text)[0] {
        RecordKind::Dose(dose) | RecordKind::ResetAndDose(dose) => dose,
        other => panic!("{other:?}"),
    }
}

/// What the engine is told of the first subject: inputs, then events with their times.
fn told(set: &DataSet, inputs: usize) -> (Vec<f64>, Vec<(f64, Event)>) {
    let (mut values, mut records) = (vec![f64::NAN; inputs], Vec::new());
    set.fill(
        0,
        CourseInputs {
            inputs: &mut values,
            records: &mut records,
        },
    );
    (
        values,
        records.iter().map(|record| (record.time, record.event)).collect(),
    )
}

#[test]
fn an_individual_is_a_contiguous_run_of_one_id() {
    let set = plain("ID,TIME\n1,0\n1.0,1\n2,0\n");
    let seen: Vec<(&str, usize)> = set
        .subjects
        .iter()
        .map(|subject| (subject.id.as_str(), subject.records.len()))
        .collect();
    assert_eq!(seen, [("1", 2), ("2", 1)]);
    let (set, problems) = DataSet::read(
        &rows("ID,TIME\n1,0\n2,0\n1,5\n"),
        &names(&[]),
        Dialect::default(),
        None,
    );
    assert_eq!(set.unwrap().subjects.len(), 3);
    assert_eq!(problems[0].code, "N010");
}

#[test]
fn columns_are_upper_or_lower_case() {
    assert_eq!(kinds("id,time,amt,evid\n1,0,5,1\n").len(), 1);
    assert_eq!(kinds("C,ID,time,amt,evid,DV\n.,1,0,5,1,.\n").len(), 1);
}

#[test]
fn clock_times_are_hours_from_the_first_record_of_the_individual() {
    let text = "ID,TIME\n1,8:00\n1,14:45\n1,14.75\n2,9:30\n2,10:00\n";
    assert_eq!(times(text), [0.0, 6.75, 6.75, 0.0, 0.5]);
    assert_eq!(times("ID,TIME\n1,8\n1,14.75\n"), [8.0, 14.75]);
    assert_eq!(times("ID,TIME\n1,-2\n1,0\n"), [-2.0, 0.0]);
}

#[test]
fn dates_add_days_in_the_order_that_the_column_says() {
    for (column, first, second) in [
        ("DATE", "2/28/2024", "3/1/2024"),
        ("DAT1", "28/2/24", "1/3/24"),
        ("DAT2", "2024-02-28", "2024-03-01"),
        ("DAT3", "24/28/2", "24/1/3"),
        ("DATE", "10", "12"),
    ] {
        let text = format!("ID,{column},TIME\n1,{first},22:00\n1,{second},1:30\n");
        assert_eq!(times(&text), [0.0, 27.5], "{column} {first}");
    }
}

#[test]
fn an_absent_evid_follows_from_the_row() {
    let found = kinds("ID,TIME,AMT,DV\n1,0,5,.\n1,1,.,3\n1,2,0,.\n");
    assert!(matches!(found[0], RecordKind::Dose(_)));
    assert_eq!(
        found[1..],
        [
            RecordKind::Observation(Observed::Anything),
            RecordKind::Observation(Observed::Anything)
        ]
    );
    let found = kinds("ID,TIME,AMT,MDV\n1,0,5,1\n1,1,0,0\n1,2,0,1\n1,3,0,101\n1,4,0,100\n");
    assert!(matches!(found[0], RecordKind::Dose(_)));
    let observation = RecordKind::Observation(Observed::Anything);
    assert_eq!(
        found[1..],
        [observation, RecordKind::Other, RecordKind::Other, observation]
    );
    // Where both are given, EVID decides.
    assert_eq!(kinds("ID,TIME,EVID,MDV\n1,0,0,1\n"), [observation]);
}

#[test]
fn every_evid_is_a_kind_of_record() {
    let found = kinds(
        "ID,TIME,EVID,AMT,CMT\n1,0,0,0,2\n1,0,1,5,1\n1,0,2,0,0\n1,0,3,0,0\n1,0,4,5,2\n1,0,5,0,2\n1,0,6,0.5,1\n1,0,7,5,1\n",
    );
    assert_eq!(found[0], RecordKind::Observation(Observed::Compartment(1)));
    assert!(matches!(found[1], RecordKind::Dose(dose) if dose.compartment == 0 && dose.amount == 5.0));
    assert_eq!(found[2..4], [RecordKind::Other, RecordKind::Reset]);
    assert!(matches!(found[4], RecordKind::ResetAndDose(dose) if dose.compartment == 1));
    let (compartment, amount) = (1, 0.0);
    assert_eq!(found[5], RecordKind::Replace { compartment, amount });
    let (compartment, factor) = (0, 0.5);
    assert_eq!(
        found[6..],
        [
            RecordKind::Multiply { compartment, factor },
            RecordKind::Phantom {
                compartment: 0,
                amount: 5.0,
                additional: 0,
                interval: 0.0
            }
        ]
    );
}

#[test]
fn rate_and_duration_say_how_a_dose_enters() {
    let input =
        |columns: &str, values: &str| dose(&format!("ID,TIME,AMT,CMT,{columns}\n1,0,5,2,{values}\n")).input;
    assert_eq!(input("RATE", "0"), DoseInput::Bolus);
    assert_eq!(input("RATE", "."), DoseInput::Bolus);
    assert_eq!(input("RATE", "2.5"), DoseInput::Rate(2.5));
    assert_eq!(input("RATE", "-1"), DoseInput::ModelledRate);
    assert_eq!(input("RATE", "-2"), DoseInput::ModelledDuration);
    assert_eq!(input("DUR,RATE", "2,0"), DoseInput::Duration(2.0));
}

#[test]
fn compartments_have_numbers_and_names_and_a_default() {
    let of = |cmt: &str| dose(&format!("ID,TIME,AMT,CMT\n1,0,5,{cmt}\n")).compartment;
    assert_eq!(
        [of("0"), of("."), of("1"), of("2"), of("depot"), of("central")],
        [0, 0, 0, 1, 0, 1]
    );
    assert_eq!(dose("ID,TIME,AMT\n1,0,5\n").compartment, 0);
    for (cmt, observed) in [
        ("3", Observed::Output(0)),
        ("cp", Observed::Output(0)),
        ("100", Observed::Anything),
        ("1000", Observed::Anything),
    ] {
        let text = format!("ID,TIME,CMT\n1,0,{cmt}\n");
        assert_eq!(kinds(&text), [RecordKind::Observation(observed)], "{cmt}");
    }
}

#[test]
fn repeated_doses_have_an_interval_and_a_count_or_a_steady_state() {
    let of = |values: &str| dose(&format!("ID,TIME,AMT,RATE,II,ADDL,SS\n1,0,{values}\n"));
    let repeated = of("5,0,12,3,0");
    assert_eq!((repeated.interval, repeated.additional), (12.0, 3));
    assert_eq!(of("5,0,1:30,3,0").interval, 1.5);
    assert_eq!(of("5,0,12,0,1").steady_state, SteadyState::Replace);
    let added = of("5,1,12,2,2");
    assert_eq!((added.steady_state, added.additional), (SteadyState::Add, 2));
    let constant = of("0,3,0,0,1");
    assert_eq!(
        (constant.amount, constant.interval, constant.input),
        (0.0, 0.0, DoseInput::Rate(3.0))
    );
}

#[test]
fn marked_rows_are_left_out() {
    let set = plain("C,ID,TIME\nC,1,never\n.,1,0\n#,1,x\n,1,1\n");
    assert_eq!(set.subjects[0].records.len(), 2);
    assert_eq!(times("ID,TIME\n#1,first visit\n1,3\n"), [3.0]);
}

#[test]
fn a_reset_may_set_the_clock_back() {
    assert_eq!(
        times("ID,TIME,EVID,AMT\n1,0,1,5\n1,9,0,0\n1,0,3,0\n1,4,0,0\n1,0,4,5\n"),
        [0.0, 9.0, 0.0, 4.0, 0.0]
    );
}

#[test]
fn censoring_is_accepted() {
    assert_eq!(kinds("ID,TIME,DV,CENS,LIMIT\n1,0,3,1,0.5\n").len(), 1);
}

const WEIGHTS: &str = "ID,TIME,EVID,AMT,WT\n1,0,1,5,60\n1,0,0,0,.\n1,4,0,0,70\n1,8,2,0,\n1,9,0,0,80\n";

#[test]
fn covariates_are_carried_forward_or_backward() {
    let weights = |interpolation| {
        let dialect = Dialect {
            interpolation,
            ..Dialect::default()
        };
        let set = read(WEIGHTS, &["WT"], dialect);
        (0..5)
            .map(|at| set.subjects[0].covariates_at(at)[0])
            .collect::<Vec<f64>>()
    };
    assert_eq!(weights(Interpolation::Locf), [60.0, 60.0, 70.0, 70.0, 80.0]);
    assert_eq!(weights(Interpolation::Nocb), [60.0, 70.0, 70.0, 80.0, 80.0]);
    // What is missing on one side is taken from the other.
    let set = read("ID,TIME,WT\n1,0,.\n1,1,60\n2,0,50\n", &["WT"], Dialect::default());
    assert_eq!(set.subjects[0].covariates_at(0), [60.0]);
    assert_eq!(set.subjects[1].covariates_at(0), [50.0]);
}

#[test]
fn the_engine_is_told_in_the_order_of_the_records() {
    let (inputs, events) = told(&read(WEIGHTS, &["WT"], Dialect::default()), 2);
    assert_eq!(inputs[1], 60.0);
    let input = |value| Event::Input { input: 1, value };
    assert!(matches!(events[0], (0.0, Event::Dose(_))));
    let rest = [
        (0.0, Event::Observe),
        (4.0, input(70.0)),
        (4.0, Event::Observe),
        (9.0, input(80.0)),
        (9.0, Event::Observe),
    ];
    assert_eq!(events[1..], rest);
}

#[test]
fn nocb_tells_the_next_value_after_the_record_and_every_record_may_be_reported() {
    let dialect = Dialect {
        interpolation: Interpolation::Nocb,
        reported: Reported::Every,
    };
    let (inputs, events) = told(&read(WEIGHTS, &["WT"], dialect), 2);
    assert_eq!(inputs[1], 60.0);
    let input = |value| Event::Input { input: 1, value };
    let rest = [
        (0.0, Event::ObserveDose(5.0)),
        (0.0, input(70.0)),
        (0.0, Event::Observe),
        (4.0, Event::Observe),
        (4.0, input(80.0)),
        (8.0, Event::Observe),
        (9.0, Event::Observe),
    ];
    assert_eq!(events[1..], rest);
}

#[test]
fn reset_and_dose_is_a_reset_then_a_dose() {
    let (_, events) = told(&plain("ID,TIME,EVID,AMT\n1,3,4,5\n"), 1);
    assert!(matches!(events[..], [(3.0, Event::Reset), (3.0, Event::Dose(_))]));
}

#[test]
fn a_table_of_parameters_goes_before_columns() {
    let names = names(&["WT"]);
    let (table, problems) = Parameters::read(&rows("ID,lcl,WT\n2,0.5,80\n1,0.25,70\n"), &names);
    assert_eq!(problems, []);
    let table = table.unwrap();
    let (set, problems) = DataSet::read(
        &rows("ID,TIME\n1,0\n2,0\n"),
        &names,
        Dialect::default(),
        Some(&table),
    );
    assert_eq!(problems, []);
    assert_eq!(told(&set.unwrap(), 2).0, [0.25, 70.0]);
    let (set, problems) = DataSet::read(&rows("ID,TIME\n3,0\n"), &names, Dialect::default(), Some(&table));
    assert!(set.is_none());
    assert_eq!(problems[0].code, "N060");
}

#[test]
fn a_long_wrong_table_is_told_briefly() {
    let text = format!("ID,TIME\n{}", "1,x\n".repeat(1000));
    let (set, problems) = DataSet::read(&rows(&text), &names(&[]), Dialect::default(), None);
    assert!(set.is_none() && problems.len() <= 201);
    assert_eq!(
        problems.last().unwrap().message,
        "850 more problems of this table are not shown"
    );
}

#[test]
fn a_record_with_evid_2_turns_a_compartment_on_or_off() {
    let of = |cmt: &str| kinds(&format!("ID,TIME,EVID,CMT\n1,0,2,{cmt}\n"))[0];
    let turn = |compartment, on| RecordKind::Turn { compartment, on };
    assert_eq!(
        [of("-1"), of("-central"), of("-2")],
        [turn(0, false), turn(1, false), turn(1, false)]
    );
    assert_eq!([of("1"), of("central")], [turn(0, true), turn(1, true)]);
    assert_eq!(
        [of("0"), of("."), of("-0"), of("cp"), of("3")],
        [RecordKind::Other; 5]
    );
    let (_, events) = told(&plain("ID,TIME,EVID,CMT\n1,3,2,-2\n"), 1);
    let (compartment, on) = (1, false);
    assert_eq!(events, [(3.0, Event::Turn { compartment, on })]);
}

/// A covariate, missing at 4 and 10, and what it is at records and between them.
const DOSES: &str = "ID,TIME,EVID,AMT,WT\n1,0,1,5,60\n1,4,0,0,.\n1,8,0,0,80\n1,9,2,0,70\n1,10,0,0,.\n";

fn along(
    names: &euthymia_dataset::ModelNames,
    interpolation: Interpolation,
    times: Option<Vec<f64>>,
) -> Vec<(f64, Event)> {
    let dialect = Dialect {
        interpolation,
        ..Dialect::default()
    };
    let (set, problems) = DataSet::read(&rows(DOSES), names, dialect, None);
    assert_eq!(problems, []);
    let mut set = set.unwrap();
    if let Some(times) = times {
        set.observe_at(times).unwrap();
    }
    let (inputs, events) = told(&set, names.inputs.len());
    assert_eq!(inputs[1], 60.0);
    events
}

#[test]
fn a_midpoint_is_the_mean_between_records_and_not_at_them() {
    let events = along(
        &names(&["WT"]),
        Interpolation::Midpoint,
        Some(vec![2.0, 4.0, 8.0]),
    );
    let input = |value| Event::Input { input: 1, value };
    let expected = [
        (0.0, input(70.0)),
        (2.0, Event::Observe),
        (4.0, input(60.0)),
        (4.0, Event::Observe),
        (4.0, input(70.0)),
        (8.0, input(80.0)),
        (8.0, Event::Observe),
        (8.0, input(75.0)),
        (9.0, input(70.0)),
    ];
    assert_eq!(events[1..], expected);
}

#[test]
fn a_line_goes_from_told_value_to_told_value() {
    let names = lines(names(&["WT"]));
    let events = along(&names, Interpolation::Linear, None);
    let (value, slope, since) = (
        |value| Event::Input { input: 1, value },
        |value| Event::Input { input: 2, value },
        |value| Event::Input { input: 3, value },
    );
    // From 60 at 0 over the record that has none to 80 at 8, to 70 at 9, and on as that.
    let expected = [
        (0.0, slope(2.5)),
        (4.0, slope(0.0)),
        (4.0, Event::Observe),
        (4.0, slope(2.5)),
        (8.0, value(80.0)),
        (8.0, slope(0.0)),
        (8.0, Event::Observe),
        (8.0, slope(-10.0)),
        (8.0, since(8.0)),
        (9.0, value(70.0)),
        (9.0, slope(0.0)),
        (10.0, Event::Observe),
    ];
    assert!(matches!(events[0].1, Event::Dose(_)));
    assert_eq!(events[1..], expected);
}

#[test]
fn lines_are_for_models_that_are_compiled_for_them() {
    let dialect = Dialect {
        interpolation: Interpolation::Linear,
        ..Dialect::default()
    };
    let (set, problems) = DataSet::read(&rows(DOSES), &names(&["WT"]), dialect, None);
    assert!(set.is_none());
    assert_eq!(problems[0].code, "N029");
    // What does not change needs none.
    let (set, _) = DataSet::read(
        &rows("ID,TIME,WT\n1,0,60\n1,1,60\n"),
        &names(&["WT"]),
        dialect,
        None,
    );
    assert!(set.is_some());
}

/// A covariate that changes where a reset sets the clock back changes after it.
#[test]
fn nothing_of_the_new_time_is_told_before_a_reset() {
    let set = read(
        "ID,TIME,EVID,WT\n1,5,0,60\n1,0,3,70\n1,1,0,70\n",
        &["WT"],
        Dialect::default(),
    );
    let (_, events) = told(&set, 2);
    let input = Event::Input {
        input: 1,
        value: 70.0,
    };
    assert_eq!(events[1..3], [(0.0, Event::Reset), (0.0, input)]);
}
