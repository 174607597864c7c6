//! The search over schedules: against `simulate`, against laws of the model, and the same bits for any number of threads.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_engine::Silent;
use euthymia_therapy::course::{self, Course};
use euthymia_therapy::library::Library;
use euthymia_therapy::optimise::{
    Against, OptimiseError, Optimised, Point, Request, aim, keep, optimise, vary,
};
use euthymia_therapy::result::Design;
use euthymia_therapy::simulate::{Discard, Settings, simulate};

const DESIGN: Design = Design {
    draws: 10,
    studies_per_draw: 2,
};
const SIZE: u64 = 400;

fn course(stem: &str, library: &Library) -> Course {
    let path = support::folder().join(format!("courses/{stem}.toml"));
    let text = std::fs::read_to_string(path).expect("a course");
    let (document, _) = support::document(stem, &text);
    course::read(&document.expect("TOML"), library)
        .0
        .expect("a course")
}

fn settings(threads: usize) -> Settings {
    let mut settings = Settings {
        subjects: Some(SIZE),
        design: DESIGN,
        ..Settings::standard()
    };
    settings.engine.threads = threads;
    settings
}

fn request(varied: &[&str], kept: &[&str], aimed: &[&str]) -> Request {
    Request {
        vary: varied.iter().map(|text| vary(text).expect("a range")).collect(),
        keep: kept.iter().map(|text| keep(text).expect("a limit")).collect(),
        aims: aimed.iter().map(|text| aim(text).expect("an aim")).collect(),
        against: Against::Sessions,
        certainty: None,
    }
}

fn searched(course: &Course, library: &Library, request: &Request) -> Optimised {
    optimise(course, library, request, &settings(2), &Silent).expect("a result")
}

/// The value of the first aim of the schedule whose words are these.
fn benefit(result: &Optimised, label: &str) -> f64 {
    let found = result.all.iter().find(|one| one.label == label);
    found
        .unwrap_or_else(|| panic!("{label} is not among {:?}", result.all))
        .benefits[0]
}

#[test]
fn the_course_as_given_comes_to_what_a_simulation_does() {
    let library = support::whole_library();
    for stem in ["racemic-iv-twice-weekly", "esketamine-nasal", "one-patient"] {
        let course = course(stem, &library);
        let aimed = ["remission@4w", "response@6w", "response@24h", "score@8w"];
        let request = request(&["sessions=4,6"], &[], &aimed);
        let result = searched(&course, &library, &request);
        let simulated = simulate(&course, &library, &settings(2), &mut Discard, &Silent).expect("a course");
        for (aim, benefit) in request.aims.iter().zip(&result.given.benefits) {
            let at = simulated
                .times_h
                .iter()
                .position(|time_h| *time_h == aim.time_h)
                .expect("a time");
            let outcome = |id: &str| simulated.outcomes.iter().find(|one| one.id == id).expect("told");
            let (expected, error) = match aim.text.split('@').next() {
                // The mean of ratings that were drawn: one for each of 400 people, who lie some 8 points apart with it.
                Some("score") => {
                    let score = simulated.quantities.iter().find(|one| one.id == "score");
                    (score.expect("a score").mean[at], 3.0 * 6.0 / 20.0)
                }
                // The same people, the same ratings averaged over: what is left is the third order of how occupancy is spread.
                Some(id) => (outcome(id).proportion[at], 2e-3),
                None => unreachable!(),
            };
            let found = benefit.estimate.value;
            assert!(
                (found - expected).abs() < error,
                "{stem} {}: {found} {expected}",
                aim.text
            );
        }
    }
}

#[test]
fn threads_change_nothing() {
    let library = support::whole_library();
    let course = course("racemic-iv-twice-weekly", &library);
    let request = request(
        &["dose=0.5,1mg/kg", "interval=2..7d", "maintenance=none,7d"],
        &["P(CADSS>20)<0.5"],
        &["remission@4w", "days-well@4w"],
    );
    let told = |threads| {
        let result = optimise(&course, &library, &request, &settings(threads), &Silent).expect("a result");
        format!("{result:?}")
    };
    let one = told(1);
    assert!(one == told(2) && one == told(3));
}

#[test]
fn more_sessions_help_no_less_and_larger_doses_dissociate_more() {
    let library = support::whole_library();
    let course = course("racemic-iv-twice-weekly", &library);
    let request = request(
        &["sessions=2,4,6,8", "dose=0.25,0.5,1mg/kg", "interval=3d"],
        &["mean(CADSS)<90", "P(CADSS>20)<1"],
        &["remission@4w"],
    );
    let result = searched(&course, &library, &request);
    for dose in ["0.25", "0.5", "1"] {
        let of = |sessions: u32| {
            benefit(
                &result,
                &format!("{dose} mg/kg over 40 min, {sessions} sessions every 3 days"),
            )
        };
        let all = [2, 4, 6, 8].map(of);
        assert!(all.windows(2).all(|pair| pair[0] <= pair[1]), "{dose}: {all:?}");
    }
    // With the dose benefit and dissociation both rise, so that every dose but the largest is beaten where sessions are the burden.
    let mut others = result.frontier.iter().filter(|point| !point.is_given);
    assert!(
        others.all(|point| point.dose == "1 mg/kg"),
        "{:?}",
        result.findings
    );
    let by_dissociation = Request {
        against: Against::Dissociation,
        ..request
    };
    let result = searched(&course, &library, &by_dissociation);
    let burdens: Vec<f64> = result.frontier.iter().map(|point| point.burden).collect();
    assert!(
        burdens.len() > 3 && burdens.windows(2).all(|pair| pair[0] < pair[1]),
        "{burdens:?}"
    );
    let low = result
        .frontier
        .iter()
        .find(|point| point.dose == "0.25 mg/kg")
        .expect("low");
    let of = |point: &Point| (point.keeps[0].value, point.keeps[1].value);
    let (low, high) = (of(low), of(&result.given));
    assert!(low.0 < high.0 && low.1 < high.1, "{low:?} {high:?}");
}

#[test]
fn what_must_hold_takes_schedules_away() {
    let library = support::whole_library();
    let course = course("racemic-iv-twice-weekly", &library);
    let vary = ["dose=0.25..1mg/kg", "sessions=2..8"];
    let free = searched(&course, &library, &request(&vary, &[], &["remission@4w"]));
    let kept = request(
        &vary,
        &["P(CADSS>20)<0.2", "sessions<=6", "hours<=9"],
        &["remission@4w"],
    );
    let result = searched(&course, &library, &kept);
    assert!(result.admitted < result.schedules && free.admitted == free.schedules);
    assert!(!result.given.holds, "eight sessions are more than six");
    for point in &result.frontier {
        assert!(point.sessions <= 6 && point.hours.is_some_and(|hours| hours <= 9.0));
        assert!(point.keeps[0].value.is_some_and(|value| value < 0.2));
        assert!(
            point
                .on_frontier
                .is_some_and(|chance| (0.0..=1.0).contains(&chance))
        );
    }
    // Hours of five infusions: 40 min and 60 min each.
    let five = result
        .frontier
        .iter()
        .find(|point| point.sessions == 5)
        .expect("five sessions");
    assert!((five.hours.unwrap_or(0.0) - 5.0 * 100.0 / 60.0).abs() < 1e-9);
    // Nine hours allow five infusions: a limit of six sessions excludes nothing that they do not.
    assert_eq!(result.keeps[1].excludes_alone, 0);
}

#[test]
fn where_nothing_holds_the_nearest_are_told() {
    let library = support::whole_library();
    let course = course("racemic-iv-twice-weekly", &library);
    let request = request(&["dose=0.5,0.75,1mg/kg"], &["P(CADSS>5)<0.01"], &["remission@4w"]);
    let result = searched(&course, &library, &request);
    assert!(result.frontier.is_empty() && result.admitted == 0);
    assert!(
        result.nearest[0].dose == "0.5 mg/kg",
        "the smallest dose misses by least"
    );
    let last = result.findings.last().expect("a sentence");
    assert!(
        last.starts_with("No schedule holds what must. Nearest comes 0.5 mg/kg"),
        "{last}"
    );
    assert!(last.contains("from its limit"), "{last}");
}

#[test]
fn being_sure_is_harder_than_holding_in_the_mean() {
    let library = support::whole_library();
    let course = course("racemic-iv-twice-weekly", &library);
    let vary = ["dose=0.25:0.05:1mg/kg"];
    let mean = request(&vary, &["P(CADSS>20)<0.3"], &["remission@4w"]);
    let sure = Request {
        certainty: Some(0.9),
        ..mean.clone()
    };
    let (mean, sure) = (
        searched(&course, &library, &mean),
        searched(&course, &library, &sure),
    );
    assert!(
        0 < sure.admitted && sure.admitted < mean.admitted,
        "{} {}",
        sure.admitted,
        mean.admitted
    );
}

#[test]
fn quantiles_and_probabilities_agree() {
    let library = support::whole_library();
    let course = course("racemic-iv-twice-weekly", &library);
    let kept = ["q80(CADSS)<20", "P(CADSS>20)<0.2", "P(any CADSS>20)<0.2"];
    let request = request(&["dose=0.25:0.05:1mg/kg"], &kept, &["remission@4w"]);
    let result = searched(&course, &library, &request);
    for point in result.frontier.iter().chain([&result.given]) {
        let [quantile, share, any] = &point.keeps[..] else {
            panic!("three")
        };
        assert_eq!(quantile.in_the_mean, share.in_the_mean, "{}", point.label);
        // Everybody has the same in every session of one dose.
        assert_eq!(share.value, any.value);
    }
}

#[test]
fn searches_that_do_not_fit_a_course_are_refused_in_a_sentence() {
    let library = support::whole_library();
    let refused = |stem: &str, request: &Request| {
        let course = course(stem, &library);
        match optimise(&course, &library, request, &settings(1), &Silent) {
            Err(OptimiseError::Search(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    let remission = ["remission@4w"];
    for (stem, request, part) in [
        (
            "racemic-iv-single",
            request(&["sessions=2..4"], &[], &remission),
            "add a --vary interval",
        ),
        (
            "racemic-iv-twice-weekly",
            request(&["dose=1mg/kg"], &[], &["score@2y"]),
            "horizon of the course",
        ),
        (
            "racemic-iv-twice-weekly",
            request(&["dose=1mg/kg"], &[], &[]),
            "name an --aim",
        ),
        (
            "racemic-iv-twice-weekly",
            request(&[], &[], &remission),
            "name a --vary",
        ),
        (
            "saline-control",
            request(&["dose=1mg/kg"], &[], &remission),
            "no treatment of this course",
        ),
        (
            "esketamine-nasal",
            request(&["dose=50mg"], &[], &remission),
            "devices of 28 mg",
        ),
        (
            "esketamine-nasal",
            request(&["infusion=40min"], &[], &remission),
            "is not infused",
        ),
        (
            "racemic-iv-twice-weekly",
            request(&["interval=10min,1d"], &[], &remission),
            "has run in",
        ),
        (
            "racemic-iv-twice-weekly",
            request(&["interval=1:0.01:14d", "sessions=1..12"], &[], &remission),
            "more than 10000 schedules",
        ),
    ] {
        let why = refused(stem, &request);
        assert!(why.contains(part), "{stem}: {why}");
    }
}
