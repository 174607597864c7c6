//! Strategies: what the library ships, what is refused, and laws that every comparison keeps.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::Diagnostic;
use euthymia_engine::{Options, Silent};
use euthymia_therapy::cohort::{Cohort, Plan, sessions};
use euthymia_therapy::library::Library;
use euthymia_therapy::result::Design;
use euthymia_therapy::strategy::{
    self, CompareSettings, Comparison, Economy, Given, Group, Measure, Strategy, compare, read_group,
};

const DESIGN: Design = Design {
    draws: 20,
    studies_per_draw: 2,
};

fn strategy(id: &str, library: &Library) -> Strategy {
    let document = library
        .document(&format!("strategies/{id}.toml"))
        .expect("a strategy");
    let (strategy, diagnostics) = strategy::read(id, document, library);
    assert_eq!(diagnostics, [], "{id}");
    strategy.expect("a strategy")
}

fn group(id: &str, library: &Library) -> Group {
    let document = library.document(&format!("people/{id}.toml")).expect("a group");
    let (group, diagnostics) = read_group(id, document, library);
    assert_eq!(diagnostics, [], "{id}");
    group.expect("a group")
}

fn economy(library: &Library) -> Economy {
    let document = library.document("prices/us-dollars.toml").expect("prices");
    let (economy, diagnostics) = Economy::read(document);
    assert_eq!(diagnostics, []);
    economy.expect("prices")
}

fn settings(subjects: u64) -> CompareSettings {
    CompareSettings {
        subjects,
        design: DESIGN,
        ..CompareSettings::standard()
    }
}

fn compared(
    strategies: &[Strategy],
    people: &str,
    settings: &CompareSettings,
    library: &Library,
) -> Comparison {
    let group = group(people, library);
    compare(strategies, &group, &economy(library), settings, library, &Silent).expect("compared")
}

fn of_text(text: &str, library: &Library) -> (Option<Strategy>, Vec<Diagnostic>) {
    let (document, diagnostics) = support::document("mine.toml", text);
    assert_eq!(diagnostics, []);
    strategy::read("mine", &document.expect("TOML"), library)
}

#[test]
fn every_strategy_that_ships_can_be_followed() {
    let library = support::whole_library();
    let stems = library.stems("strategies", ".toml");
    assert!(stems.len() >= 7, "{stems:?}");
    let strategies: Vec<Strategy> = stems.iter().map(|stem| strategy(stem, &library)).collect();
    for people in library.stems("people", ".toml") {
        let comparison = compared(&strategies, &people, &settings(200), &library);
        for outcomes in &comparison.strategies {
            for (measure, estimate) in &outcomes.measures {
                assert!(
                    estimate.mean.is_finite() && estimate.mean >= 0.0,
                    "{} {measure:?}",
                    outcomes.id
                );
            }
            let parts = [&outcomes.until_response, &outcomes.until_remission];
            for curve in parts {
                assert!(
                    curve.mean.windows(2).all(|pair| pair[1] <= pair[0]),
                    "{}",
                    outcomes.id
                );
                assert!(curve.mean.iter().all(|part| (0.0..=1.0).contains(part)));
            }
            let days = f64::from(comparison.horizon_days);
            // What is left over the days adds up to the days until the event.
            let sum: f64 = outcomes.until_remission.mean[..comparison.horizon_days as usize]
                .iter()
                .sum();
            let until = outcomes.of(Measure::DaysToRemission).expect("told").mean;
            assert!((sum - until).abs() < 1e-6 * days, "{sum} {until}");
            let cost = |measure| outcomes.of(measure).expect("told").mean;
            let both = cost(Measure::DrugCost) + cost(Measure::VisitCost);
            assert!((cost(Measure::Cost) - both).abs() < 1e-6 * both);
        }
    }
}

#[test]
fn the_same_strategy_twice_differs_in_nothing() {
    let library = support::whole_library();
    let one = strategy("ketamine-iv-with-maintenance", &library);
    let comparison = compared(
        &[one.clone(), one],
        "outpatients-depression",
        &settings(300),
        &library,
    );
    for (measure, difference) in &comparison.strategies[1].differences {
        assert_eq!(difference.mean, 0.0, "{measure:?}");
    }
}

#[test]
fn threads_change_no_bit() {
    let library = support::whole_library();
    let all = ["stepwise-antidepressants", "esketamine-after-two-failures"].map(|id| strategy(id, &library));
    let with = |threads| {
        let mut settings = settings(700);
        settings.engine.threads = threads;
        let comparison = compared(&all, "outpatients-depression", &settings, &library);
        comparison.rows().collect::<Vec<_>>()
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(3));
}

/// Of people as ill as those of the trial, as many come into remission as published: 36.8 % at the first step.
#[test]
fn care_comes_to_its_published_proportion() {
    let library = support::whole_library();
    let stepwise = strategy("stepwise-antidepressants", &library);
    let mut settings = settings(6000);
    settings.design = Design {
        draws: 300,
        studies_per_draw: 1,
    };
    for (rates, published) in [("original", 0.368), ("re-analysed", 0.255)] {
        settings.rates = Some(rates.to_owned());
        let comparison = compared(
            std::slice::from_ref(&stepwise),
            "outpatients-depression",
            &settings,
            &library,
        );
        let first = &comparison.strategies[0].checked[0];
        assert_eq!(first.n, 6000);
        assert_eq!(first.published, published);
        // Clinics differ: the logarithm of their effect by about a third, which moves a proportion by a sixth, over 300 of them by a
        // hundredth; and averages over clinics differ from the typical one by the curvature of a proportion, of the same order.
        assert!(
            (first.simulated - published).abs() < 0.03,
            "{rates}: {}",
            first.simulated
        );
    }
}

/// Until relapses begin to count, a course among strategies is the course followed in closed form.
#[test]
fn a_course_is_lived_through_as_it_is_followed() {
    let library = support::whole_library();
    let text = r#"
title = "One course"
summary = "Nothing else."
people = "resistant-depression"
horizon = "5 wk"

[[steps]]
name = "infusions"
course = "racemic-iv-twice-weekly"
"#;
    let (one, diagnostics) = of_text(text, &library);
    assert_eq!(diagnostics, []);
    let one = one.expect("a strategy");
    let mut group = group("resistant-depression", &library);
    group.failed = 0;
    let size = 400;
    let comparison = compare(
        std::slice::from_ref(&one),
        &group,
        &economy(&library),
        &settings(size),
        &library,
        &Silent,
    );
    let comparison = comparison.expect("compared");
    let cohort = Cohort::new(&group.people, &group.condition, (size, DESIGN, 1), &library).expect("a cohort");
    let Given::Course(course) = &one.steps[0].given else {
        panic!("a course");
    };
    let treatment = &course.treatments[0];
    let effects =
        sessions::of(&cohort, treatment, &library, &Options::standard(), &Silent).expect("sessions");
    let plan = Plan {
        // Strategies go by whole days.
        sessions: treatment
            .times_h
            .iter()
            .map(|time_h| ((time_h / 24.0).floor() * 24.0, &effects))
            .collect(),
        ..Plan::default()
    };
    let times_h = [0.0, 168.0, 336.0, 504.0];
    let mut means = [0.0; 4];
    for index in 0..size {
        let (scores, _) = cohort.scores(index, &plan, &times_h);
        for (mean, score) in means.iter_mut().zip(scores) {
            *mean += score / size as f64;
        }
    }
    for (week, mean) in means.iter().enumerate() {
        let lived = comparison.strategies[0].score.mean[week];
        assert!((lived / mean - 1.0).abs() < 1e-9, "week {week}: {lived} {mean}");
    }
}

/// Who cannot relapse in the strategy is not treated again, and more maintenance means fewer relapses.
#[test]
fn maintenance_keeps_people_well() {
    let library = support::whole_library();
    let all =
        ["ketamine-iv-after-two-failures", "ketamine-iv-with-maintenance"].map(|id| strategy(id, &library));
    let comparison = compared(&all, "resistant-depression", &settings(3000), &library);
    let with = &comparison.strategies[1];
    assert!(with.difference(Measure::Relapses).expect("told").mean < 0.0);
    assert!(with.difference(Measure::DaysWell).expect("told").mean > 0.0);
    assert!(with.difference(Measure::Sessions).expect("told").mean > 0.0);
}

const HEAD: &str =
    "title = \"Mine\"\nsummary = \"Mine.\"\npeople = \"resistant-depression\"\nhorizon = \"52 wk\"\n";

#[test]
fn what_cannot_be_followed_is_refused_at_its_rule() {
    let library = support::whole_library();
    let step = |rules: &str| {
        format!(
            "{HEAD}[[steps]]\nname = \"infusions\"\ncourse = \"racemic-iv-single\"\n{rules}\n[[steps]]\nname = \"tablets\"\ncare = \"antidepressant-3\"\n"
        )
    };
    let rule = |lines: &str| step(&format!("[[steps.rules]]\n{lines}\n"));
    let cases = [
        (
            rule("at = \"4 wk\"\nthen = \"switch\"\nto = \"tablet\""),
            "K002",
            "did you mean `tablets`?",
        ),
        (rule("at = \"60 wk\"\nthen = \"stop\""), "K002", ""),
        (rule("at = \"10 h\"\nthen = \"stop\""), "K004", ""),
        (
            rule("at = \"4 wk\"\nif = \"score-at-least\"\nscore = 70\nthen = \"stop\""),
            "K005",
            "",
        ),
        (
            rule("at = \"4 wk\"\nif = \"remission\"\ninstrument = \"caps5\"\nthen = \"stop\""),
            "K005",
            "",
        ),
        (rule("at = \"4 wk\"\nthen = \"swich\""), "D007", ""),
        (
            format!(
                "{HEAD}[[steps]]\nname = \"a\"\ncare = \"ect\"\n[[steps.rules]]\nat = \"4 wk\"\nthen = \"switch\"\n"
            ),
            "K002",
            "`then = \"stop\"`",
        ),
        (
            format!(
                "{HEAD}[[steps]]\nname = \"a\"\ncare = \"ect\"\n[[steps]]\nname = \"a\"\ncare = \"ect\"\n"
            ),
            "K003",
            "",
        ),
        (
            format!("{HEAD}[[steps]]\nname = \"a\"\ncare = \"etc\"\n"),
            "L001",
            "did you mean `ect`?",
        ),
        (
            format!(
                "{HEAD}follow = {{ strategy = \"mine\", steps = 1 }}\n[[steps]]\nname = \"a\"\ncare = \"ect\"\n"
            ),
            "K009",
            "",
        ),
        (
            format!(
                "{HEAD}follow = {{ strategy = \"stepwise-antidepressants\", steps = 9 }}\n[[steps]]\nname = \"a\"\ncare = \"ect\"\n"
            ),
            "K002",
            "",
        ),
    ];
    for (text, code, help) in cases {
        let (strategy, diagnostics) = of_text(&text, &library);
        assert!(strategy.is_none(), "{text}");
        let found = diagnostics.iter().find(|diagnostic| diagnostic.code == code);
        let found = found.unwrap_or_else(|| {
            panic!(
                "no {code} of {text}: {:?}",
                diagnostics
                    .iter()
                    .map(|one| (one.code, &one.message))
                    .collect::<Vec<_>>()
            )
        });
        assert!(!found.labels.is_empty(), "{code} has no place: {}", found.message);
        let told = found.help.join(" ") + &found.notes.join(" ");
        assert!(told.contains(help), "{code}: {told}");
    }
}

#[test]
fn strategies_that_end_at_other_times_are_not_compared() {
    let library = support::whole_library();
    let one = strategy("stepwise-antidepressants", &library);
    let mut other = one.clone();
    other.horizon_days = 100;
    let group = group("outpatients-depression", &library);
    let error = compare(
        &[one, other],
        &group,
        &economy(&library),
        &settings(10),
        &library,
        &Silent,
    );
    let told = error.expect_err("refused").to_string();
    assert!(told.contains("364 days") && told.contains("for 100"), "{told}");
}

#[test]
fn what_has_no_price_or_rates_is_told() {
    let library = support::whole_library();
    let refused = |of: &dyn Fn(&mut Economy, &mut CompareSettings)| {
        let (mut economy, mut settings) = (economy(&library), settings(10));
        of(&mut economy, &mut settings);
        let all = [strategy("ketamine-iv-after-two-failures", &library)];
        let group = group("outpatients-depression", &library);
        compare(&all, &group, &economy, &settings, &library, &Silent)
            .expect_err("refused")
            .to_string()
    };
    let told = refused(&|economy, _| economy.sessions.clear());
    assert!(
        told.contains("no price of a session of racemic ketamine"),
        "{told}"
    );
    let told = refused(&|_, settings| settings.rates = Some("newest".to_owned()));
    assert!(told.contains("no rates called `newest`"), "{told}");
    let told = refused(&|_, settings| settings.failed = Some(9));
    assert!(told.contains("nothing is left of it"), "{told}");
}

/// Mean of a measure of a strategy of one's own, by people whose treatments have not failed.
fn mean_of(text: &str, measure: Measure, library: &Library) -> f64 {
    let (strategy, diagnostics) = of_text(text, library);
    assert_eq!(diagnostics, [], "{text}");
    let all = [strategy.expect("a strategy")];
    let comparison = compared(&all, "outpatients-depression", &settings(200), library);
    comparison.strategies[0].of(measure).expect("told").mean
}

/// Prices and days tell what rules have done: 15 dollars a month for an antidepressant, 55 with quetiapine.
#[test]
fn rules_do_what_they_say() {
    let library = support::whole_library();
    let month = 365.25 / 12.0;
    let head =
        "title = \"Mine\"\nsummary = \"Mine.\"\npeople = \"outpatients-depression\"\nhorizon = \"100 d\"\n";
    let step = format!("{head}[[steps]]\nname = \"tablets\"\ncare = \"antidepressant-1\"\n");
    let with = |rule: &str| format!("{step}[[steps.rules]]\n{rule}\n");
    let close =
        |one: f64, other: f64| assert!((one - other).abs() < 1e-9 * other.abs().max(1.0), "{one} {other}");

    close(mean_of(&step, Measure::DrugCost, &library), 100.0 * 15.0 / month);
    let stop = with("at = \"28 d\"\nthen = \"stop\"");
    // The day of the assessment is still paid for.
    close(mean_of(&stop, Measure::DrugCost, &library), 29.0 * 15.0 / month);
    let therapy = with("at = \"7 d\"\nthen = \"add-psychotherapy\"\nfor = \"12 wk\"");
    close(mean_of(&therapy, Measure::Sessions, &library), 12.0);
    let later = step.replace("name = \"tablets\"", "name = \"tablets\"\nwait = \"10 d\"");
    close(mean_of(&later, Measure::DrugCost, &library), 90.0 * 15.0 / month);

    let second = "[[steps]]\nname = \"more\"\ncare = \"quetiapine-augmentation\"\n";
    let beside = with("at = \"30 d\"\nthen = \"augment\"") + second;
    // The step begins the day after.
    close(
        mean_of(&beside, Measure::DrugCost, &library),
        (100.0 * 15.0 + 69.0 * 55.0) / month,
    );
    let instead = with("at = \"30 d\"\nthen = \"switch\"") + second;
    close(
        mean_of(&instead, Measure::DrugCost, &library),
        (31.0 * 15.0 + 69.0 * 55.0) / month,
    );
    close(mean_of(&instead, Measure::Treatments, &library), 2.0);
    let nobody = with("at = \"30 d\"\nif = \"score-at-least\"\nscore = 60\nthen = \"switch\"") + second;
    assert!(mean_of(&nobody, Measure::Treatments, &library) < 1.2);

    let course = format!(
        "{head}[[steps]]\nname = \"infusion\"\ncourse = \"racemic-iv-single\"\n[[steps.rules]]\nat = \"10 d\"\nthen = \"maintain\"\nevery = \"1 wk\"\nfor = \"4 wk\"\n"
    );
    let sessions = mean_of(&course, Measure::Sessions, &library);
    // One, then four; who relapses misses some.
    assert!(sessions > 4.0 && sessions <= 5.0, "{sessions}");
    close(
        mean_of(&course, Measure::MonitoredHours, &library),
        100.0 / 60.0 * sessions,
    );
}
