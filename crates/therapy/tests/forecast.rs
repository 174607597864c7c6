//! Forecasts for one patient: laws that hold whatever the model says, mistakes of files, and how often forecasts of patients made by the
//! model are right.

mod support;

use euthymia_diagnostics::{Diagnostic, Source};
use euthymia_engine::Silent;
use euthymia_therapy::course::{self, Course, DoseAmount};
use euthymia_therapy::forecast::{
    Change, Date, Dose, Forecast, Records, Role, Score, Settings, calibrate, csv, forecast,
};
use euthymia_therapy::library::Library;
use euthymia_therapy::simulate::SimulateError;

const COURSE: &str = "courses/racemic-iv-twice-weekly.toml";

fn shipped(library: &Library) -> Course {
    let document = library.document(COURSE).expect("it ships");
    let (course, diagnostics) = course::read(document, library);
    assert!(!diagnostics.iter().any(Diagnostic::is_error), "{diagnostics:?}");
    course.expect("a course")
}

fn small() -> Settings {
    Settings {
        draws: 40,
        studies: 5,
        ..Settings::standard()
    }
}

fn score(date: &str, instrument: &str, value: f64) -> Score {
    Score {
        date: Date::parse(date).expect("a date"),
        instrument: instrument.to_owned(),
        value,
        place: date.to_owned(),
    }
}

fn dose(date: &str) -> Dose {
    Dose {
        date: Date::parse(date).expect("a date"),
        drug: "racemic-ketamine".to_owned(),
        route: "iv".to_owned(),
        amount: Some(DoseAmount::PerWeight(0.5)),
        place: date.to_owned(),
    }
}

/// Two doses, and scores after the first.
fn records(scores: &[(&str, f64)]) -> Records {
    let mut records = Records {
        scores: vec![score("2026-03-02", "madrs", 34.0)],
        doses: vec![dose("2026-03-02"), dose("2026-03-05")],
        ..Records::default()
    };
    let later = scores.iter().map(|(date, value)| score(date, "madrs", *value));
    records.scores.extend(later);
    records
}

fn made(records: &Records, settings: &Settings, library: &Library) -> Forecast {
    forecast(records, &shipped(library), settings, library, &Silent).expect("a forecast")
}

#[test]
fn laws_hold_whatever_the_model_says() {
    let library = support::whole_library();

    // Without scores it is the forecast of the population.
    let none = made(&records(&[]), &small(), &library);
    assert_eq!((none.updates, none.verdict.better), (0, false));
    assert_eq!(none.effective.round(), 200.0);
    for branch in &none.branches {
        assert_eq!(branch.patient, branch.population);
        assert!(
            branch
                .at
                .iter()
                .all(|at| at.patient == at.population && at.width == 1.0)
        );
    }

    // The order of the file and the number of threads change no bit.
    let told = records(&[("2026-03-04", 20.0), ("2026-03-07", 24.0), ("2026-03-07", 23.0)]);
    let first = made(&told, &small(), &library);
    let mut turned = told.clone();
    turned.scores.reverse();
    turned.doses.reverse();
    let mut threads = small();
    threads.engine.threads = 3;
    assert_eq!(first, made(&turned, &small(), &library));
    assert_eq!(first, made(&told, &threads, &library));

    // Scores make it narrower; better ones make it better.
    let well = made(
        &records(&[("2026-03-04", 6.0), ("2026-03-08", 5.0)]),
        &small(),
        &library,
    );
    let ill = made(
        &records(&[("2026-03-04", 33.0), ("2026-03-08", 34.0)]),
        &small(),
        &library,
    );
    assert!(
        well.verdict.better && well.verdict.width < 0.95,
        "{:?}",
        well.verdict
    );
    let of = |forecast: &Forecast| forecast.branches[0].at[0].patient;
    let usual = well.branches[0].at[0].population;
    assert!(of(&well).median < usual.median && usual.median < of(&ill).median);
    assert!(of(&well).remission > usual.remission && usual.remission > of(&ill).remission);

    // The population's forecast knows nothing of the scores.
    let population = |forecast: &Forecast| forecast.branches[0].at[0].population.median;
    assert!((population(&well) - population(&ill)).abs() < 1e-12);
}

#[test]
fn what_may_be_done_is_what_is_said() {
    let library = support::whole_library();
    let told = made(&records(&[("2026-03-06", 20.0)]), &small(), &library);
    let of = |change| {
        told.branches
            .iter()
            .find(|branch| branch.change == change)
            .expect("a branch")
    };
    let hours = |change| of(change).sessions_h.clone();
    // Mondays and Thursdays: two of eight are given, on days 0 and 3.
    let days: Vec<f64> = hours(Change::Continue).iter().map(|hours| hours / 24.0).collect();
    assert_eq!(days, [7.0, 10.0, 14.0, 17.0, 21.0, 24.0]);
    assert_eq!(hours(Change::Dose), hours(Change::Continue));
    assert_eq!(hours(Change::Stop), Vec::<f64>::new());
    assert_eq!(hours(Change::Interval).len(), 6);
    let spaced = hours(Change::Interval);
    assert!(
        spaced
            .windows(2)
            .all(|pair| pair[1] - pair[0] == spaced[1] - spaced[0])
    );
    let maintained = hours(Change::Maintenance);
    assert!(maintained.starts_with(&hours(Change::Continue)));
    assert!(maintained.len() > 6 && maintained[6] == 31.0 * 24.0);
    // Later and fewer sessions do less; more do more.
    let last = |change| of(change).at.last().expect("four weeks").population.median;
    assert!(last(Change::Stop) > last(Change::Continue));
    assert!(last(Change::Dose) < last(Change::Continue));
    let end = |change| *of(change).population.p50.last().expect("an end");
    assert!(end(Change::Maintenance) < end(Change::Continue));
}

#[test]
fn scores_find_their_place() {
    let library = support::whole_library();
    let mut told = records(&[("2026-03-06", 20.0)]);
    told.scores.push(score("2026-02-20", "madrs", 38.0));
    told.scores.push(score("2026-03-08", "phq9", 0.0));
    told.scores.push(score("2026-03-08", "gad7", 9.0));
    let found = made(&told, &small(), &library);
    let roles: Vec<Role> = found.scores.iter().map(|score| score.role).collect();
    assert_eq!(roles, [Role::Earlier, Role::Baseline, Role::Update, Role::Update]);
    assert_eq!((found.instrument.as_str(), found.updates), ("phq9", 2));
    assert_eq!(found.unused.len(), 1);
    assert!(found.unused[0].what.contains("GAD-7"), "{:?}", found.unused);
    assert!(found.assumptions.iter().any(|one| one.contains("half a point")));

    // Without doses the schedule of the course is taken, from the first score on.
    told.doses.clear();
    let assumed = made(&told, &small(), &library);
    assert_eq!(assumed.start, "2026-02-20");
    assert!(assumed.given.len() > 3);
    assert!(
        assumed
            .assumptions
            .iter()
            .any(|one| one.contains("schedule of the course"))
    );

    // No score before the first dose.
    told.scores
        .retain(|score| score.date.words() > "2026-03-03".to_owned());
    told.doses.push(dose("2026-03-02"));
    let wrong = forecast(&told, &shipped(&library), &small(), &library, &Silent);
    assert_eq!(code(wrong), "F011");
    let nothing = forecast(
        &Records::default(),
        &shipped(&library),
        &small(),
        &library,
        &Silent,
    );
    assert_eq!(code(nothing), "F010");
}

fn code(outcome: Result<Forecast, SimulateError>) -> &'static str {
    match outcome {
        Err(SimulateError::Files(diagnostics)) => diagnostics[0].code,
        other => panic!("{other:?}"),
    }
}

fn read(text: &str, library: &Library) -> (Option<Records>, Vec<Diagnostic>) {
    let (rows, diagnostics) = euthymia_io::csv::rows(&Source::new("patient.csv", text));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    csv::read(&rows.expect("rows"), library)
}

#[test]
fn every_mistake_of_a_table_is_told_at_its_place() {
    let library = support::whole_library();
    let head = "date,kind,what,value,unit,route";
    for (row, wanted, column) in [
        ("2.3.2026,score,madrs,34,,", "F001", 1),
        ("2026-03-02,score,mardrs,34,,", "F002", 18),
        ("2026-03-02,score,madrs,34,mg,", "F003", 27),
        ("2026-03-02,score,madrs,61,,", "F004", 24),
        ("2026-03-02,dose,ketamin,0.5,mg/kg,iv", "F005", 17),
        ("2026-03-02,dose,racemic-ketamine,0.5,mg/kg,nose", "F006", 44),
        ("2026-03-02,dose,racemic-ketamine,0.5,ml,iv", "F007", 38),
        ("2026-03-02,dose,racemic-ketamine,0,mg,iv", "F007", 34),
        ("2026-03-02,dose,esketamine,50,mg,in", "F008", 28),
        ("2026-03-02,weight,madrs,34,,", "D007", 12),
        ("2026-03-02,score,madrs,many,,", "D003", 24),
        ("2026-03-02,score,madrs,,,", "D009", 24),
    ] {
        let (records, diagnostics) = read(&format!("{head}\n{row}\n"), &library);
        assert_eq!(records, None, "{row}");
        let first = &diagnostics[0];
        let place = first.labels[0].source.position(first.labels[0].span.start);
        assert_eq!((place.line, place.column), (2, column), "{row}: {first:?}");
        assert_eq!(first.code, wanted, "{row}: {first:?}");
    }
    let example = include_str!("../../../examples/forecast/patient.csv");
    let (records, diagnostics) = read(example, &library);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let records = records.expect("records");
    assert_eq!((records.scores.len(), records.doses.len()), (4, 4));
}

/// Patients made by the model: intervals hold as often as they say, whatever the number of scores, and scores help.
#[test]
fn forecasts_of_made_up_patients_are_right_as_often_as_they_say() {
    let library = support::whole_library();
    let settings = Settings {
        draws: 100,
        studies: 4,
        ..Settings::standard()
    };
    let course = shipped(&library);
    let found = calibrate::calibrate(&course, 300, &settings, &library, &Silent).expect("a calibration");
    assert_eq!(found.rows.len(), 5);
    assert!(found.holds(), "{:#?}", found.rows);
    let widths: Vec<f64> = found.rows.iter().map(|row| row.width).collect();
    assert!(widths.is_sorted_by(|a, b| a > b), "{widths:?}");
    let last = found.rows[4];
    assert!(last.gain_remission[0] > 2.0 * last.gain_remission[1], "{last:?}");
    let mut threads = settings.clone();
    threads.engine.threads = 2;
    let again = calibrate::calibrate(&course, 300, &threads, &library, &Silent).expect("a calibration");
    assert_eq!(found, again);
}
