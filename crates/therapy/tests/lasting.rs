//! When patients respond, how long it lasts and how sure that is, against the closed forms of the made-up fitted model: a
//! session sets the improvement `exp(lgain + spread x eta)` on the logarithm of the score, and time halves it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and is held to the platform's mathematics"
)]

mod support;

use euthymia_engine::Silent;
use euthymia_stats::normal;
use euthymia_stats::proportion::beta_moments;
use euthymia_therapy::course;
use euthymia_therapy::library::Library;
use euthymia_therapy::result::{Beyond, CourseResult, Design, Durability};
use euthymia_therapy::simulate::{Discard, Settings, simulate};

/// A rating of 15 stands for scores up to 15.5, and 15 is half of 30.
const EDGE: f64 = 15.5;
const PATIENTS: u64 = 8000;

fn run(library: &Library, change: impl Fn(String) -> String) -> CourseResult {
    let text = "title = \"T\"\ncondition = \"trd\"\nhorizon = \"12 wk\"\nresponse = \"fitted\"\n[patient]\nage = \"40 y\"\n\
                weight = \"70 kg\"\nsex = \"female\"\nbaseline = { instrument = \"madrs\", score = 30 }\n[[treatments]]\n\
                drug = \"potion\"\nroute = \"iv\"\ndose = \"100 mg\"\n[report]\nquantities = [\"score\"]\n";
    let (document, _) = support::document("course.toml", &change(text.to_owned()));
    let (course, diagnostics) = course::read(&document.unwrap(), library);
    assert_eq!(diagnostics, []);
    let settings = Settings {
        subjects: Some(PATIENTS),
        design: Design {
            draws: 40,
            studies_per_draw: 1,
        },
        ..Settings::standard()
    };
    simulate(&course.unwrap(), library, &settings, &mut Discard, &Silent).unwrap()
}

/// Half-life (h), logarithm of the gain over that of a response, and spread, by draw.
fn draws(library: &Library) -> Vec<[f64; 3]> {
    let posterior = library.posterior("fitted").unwrap().unwrap();
    let threshold = (30.0_f64 / EDGE).ln().ln();
    let of_row = |row: usize| {
        let [lgain, lhalf, spread, _] = *posterior.draw(row) else {
            panic!("four parameters")
        };
        [lhalf.exp(), lgain - threshold, spread]
    };
    (0..posterior.len()).map(of_row).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// Four standard errors of a proportion of so many patients.
fn tolerance(proportion: f64, patients: f64) -> f64 {
    4.0 * (proportion * (1.0 - proportion) / patients).sqrt()
}

/// Who is in response so long after the one session, of a draw.
fn in_response([half_h, over, spread]: [f64; 3], time_h: f64) -> f64 {
    normal::cdf((over - 2.0_f64.ln() * time_h / half_h) / spread)
}

fn lasting(result: &CourseResult) -> &Durability {
    result.durability.as_ref().unwrap()
}

#[test]
fn a_response_is_kept_as_long_as_the_closed_form_says() {
    let library = support::made_up_library();
    let draws = draws(&library);
    let result = run(&library, |text| text);
    let lasting = lasting(&result);
    let at = |time_h: f64| mean(draws.iter().map(|draw| in_response(*draw, time_h)));
    let responders = at(24.0);
    assert_eq!((lasting.last_dose_h, lasting.from_h), (0.0, 24.0));
    assert!((lasting.responders.value - responders).abs() < tolerance(responders, PATIENTS as f64));
    assert_eq!(lasting.kept[0], 1.0);
    let people = responders * PATIENTS as f64;
    for (time_h, kept) in lasting.times_h.iter().zip(&lasting.kept) {
        let expected = at(*time_h) / responders;
        assert!(
            (kept - expected).abs() <= tolerance(expected, people) + 1e-9,
            "{kept} {expected} at {time_h}"
        );
    }
    let weeks: Vec<u32> = lasting.after.iter().map(|one| one.weeks).collect();
    assert_eq!(weeks, [1, 2, 4, 8]);
    for one in &lasting.after {
        let expected = at(168.0 * f64::from(one.weeks)) / responders;
        assert!((one.share.value - expected).abs() <= tolerance(expected, people) + 1e-9);
        assert!(one.share.lower.unwrap() <= one.share.value && one.share.value <= one.share.upper.unwrap());
    }
    // Half of them: where the closed form crosses, by halving.
    let (mut low, mut high) = (24.0, 2016.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if at(middle) > 0.5 * responders {
            low = middle
        } else {
            high = middle
        }
    }
    let median = lasting.median.time_h.unwrap();
    assert!((median - low).abs() < 12.0, "{median} {low}");
    let [early, late] = lasting.median.interval_h.unwrap();
    assert!(early.unwrap() < median && late.unwrap() > median);
}

#[test]
fn the_first_response_comes_when_the_closed_form_says() {
    // An improvement that grows with time instead of one that a session sets.
    let library = support::made_up_with(|_, text| text.replace("* expectancy\n", "* t / 168\n"));
    let draws = draws(&library);
    let result = run(&library, |text| text);
    let soon = result.time_to_response.as_ref().unwrap();
    let of_draw =
        |[_, over, spread]: [f64; 3], time_h: f64| normal::cdf((over + (time_h / 168.0).ln()) / spread);
    for (at, time_h) in result.times_h.iter().enumerate().skip(1) {
        let shares: Vec<f64> = draws.iter().map(|draw| of_draw(*draw, *time_h)).collect();
        let expected = mean(shares.iter().copied());
        let found = soon.responded[at];
        assert!(
            (found - expected).abs() <= tolerance(expected, PATIENTS as f64) + 2e-4,
            "{found} {expected} at {time_h}"
        );
        // The interval: a beta distribution with the mean and the variance over draws.
        if *time_h == 96.0 {
            let square = mean(shares.iter().map(|share| (share - expected) * (share - expected)));
            let interval = beta_moments(expected, square, 0.9).unwrap();
            let ends = soon.interval.as_ref().unwrap();
            assert!(
                (ends.lower[at] - interval.lower).abs() < 0.03,
                "{} {interval:?}",
                ends.lower[at]
            );
            assert!(
                (ends.upper[at] - interval.upper).abs() < 0.03,
                "{} {interval:?}",
                ends.upper[at]
            );
        }
    }
    assert!(soon.ever.value > 0.99);
    let median = soon.median.time_h.unwrap();
    let share = mean(draws.iter().map(|draw| of_draw(*draw, median)));
    assert!((share - 0.5).abs() < 0.025, "{median}: {share}");
    let [early, late] = soon.median.interval_h.unwrap();
    assert!(early.unwrap() < median && median < late.unwrap());
    assert!(soon.median_of_responders_h.unwrap() <= median);
}

#[test]
fn without_enough_patients_or_time_nothing_is_made_up() {
    let library = support::made_up_library();
    let near = run(&library, |text| text.replace("12 wk", "20 h"));
    assert!(near.durability.is_none(), "the horizon ends within the first day");
    let hopeless = support::made_up_with(|_, text| {
        text.replace("exp(lgain + spread * eta_gain)", "0 * lgain * spread * eta_gain")
    });
    let nobody = run(&hopeless, |text| text);
    assert!(nobody.durability.is_none(), "nobody is in response");
    let soon = nobody.time_to_response.unwrap();
    assert_eq!(
        (soon.ever.value, soon.median.time_h, soon.median_of_responders_h),
        (0.0, None, None)
    );
}

fn beyond(result: &CourseResult) -> Vec<Beyond> {
    result.certainty.extrapolated.iter().map(|one| one.what).collect()
}

#[test]
fn what_no_trial_had_is_said() {
    let library = support::made_up_library();
    let with = |from: &str, to: &str| {
        let result = run(&library, |text| {
            text.replace("horizon = \"12 wk\"", "horizon = \"4 wk\"")
                .replace(from, to)
        });
        assert!(
            result
                .certainty
                .extrapolated
                .iter()
                .all(|one| result.certainty.paragraph.contains(&one.sentence))
        );
        result
    };
    let inside = with("", "");
    assert_eq!(beyond(&inside), []);
    assert_eq!(inside.certainty.posterior_draws, Some(40));
    assert_eq!(inside.certainty.trials, ["able-2001", "baker-2004"]);
    let said = &inside.certainty.paragraph;
    assert!(
        said.contains(
            "fitted to 27 arms of 12 trials (1240 people), of which 9 were in this condition (trd)"
        ),
        "{said}"
    );
    assert!(
        said.contains("2 gave potion intravenous: Able 2001, Baker 2004."),
        "{said}"
    );
    assert!(said.contains("with a probability of 90 %"), "{said}");
    assert!(said.contains("all within what these trials had"), "{said}");
    assert_eq!(beyond(&with("100 mg", "200 mg")), [Beyond::Dose]);
    // 2 mg/kg is 140 mg here: the range in mg goes on where that per weight ends.
    assert_eq!(beyond(&with("100 mg", "2.1 mg/kg")), []);
    assert_eq!(
        beyond(&with(
            "dose = \"100 mg\"",
            "dose = \"100 mg\"\nevery = \"2 d\"\ncount = 7"
        )),
        [Beyond::Doses]
    );
    assert_eq!(beyond(&with("4 wk", "5 wk")), [Beyond::Horizon]);
    let oral = with(
        "route = \"iv\"\ndose = \"100 mg\"",
        "route = \"oral-pr\"\ndose = \"15 mg\"",
    );
    assert_eq!(beyond(&oral), [Beyond::Route]);
    assert!(
        oral.certainty.paragraph.contains("3 arms in others did"),
        "{}",
        oral.certainty.paragraph
    );
    let other = with("\"trd\"", "\"mdd\"");
    assert_eq!(beyond(&other), [Beyond::Route]);
    let psychotherapy = with(
        "[report]",
        "[psychotherapy]\nkind = \"cbt\"\nstart = \"0 d\"\n[report]",
    );
    assert_eq!(beyond(&psychotherapy), [Beyond::Psychotherapy]);
}

#[test]
fn a_model_without_a_fit_says_so() {
    let library = support::made_up_library();
    let result = run(&library, |text| text.replace("\"fitted\"", "\"ketamine\""));
    assert_eq!(result.certainty.posterior_draws, None);
    assert!(
        result
            .certainty
            .paragraph
            .contains("No draws of a fit stand behind"),
        "{}",
        result.certainty.paragraph
    );
}

/// A drug that stays for weeks adds up from session to session, and a larger dose does more; the sessions that are told are the
/// first, the one with another dose, and the last.
#[test]
fn sessions_are_told_one_by_one() {
    let library = support::made_up_with(|_, text| {
        text.replace("lcl <- log(20)", "lcl <- log(0.2)")
            .replace("eta_v ~ 0.04", "eta_v ~ 0.0001")
    });
    let text = "title = \"T\"\ncondition = \"trd\"\nhorizon = \"30 d\"\nresponse = \"fitted\"\n[patient]\nage = \"40 y\"\n\
                weight = \"70 kg\"\nsex = \"female\"\nbaseline = { instrument = \"madrs\", score = 30 }\n[[treatments]]\n\
                drug = \"potion\"\nroute = \"iv\"\ndose = \"100 mg\"\nevery = \"2 d\"\ncount = 4\n[[treatments]]\n\
                drug = \"potion\"\nroute = \"iv\"\ndose = \"200 mg\"\nstart = \"8 d\"\nevery = \"2 d\"\ncount = 4\n";
    let course = course::read(&support::document("course.toml", text).0.unwrap(), &library)
        .0
        .unwrap();
    let settings = Settings {
        subjects: Some(200),
        ..Settings::standard()
    };
    let result = simulate(&course, &library, &settings, &mut Discard, &Silent).unwrap();
    let of_occupancy: Vec<_> = result
        .sessions
        .iter()
        .filter(|peak| peak.quantity == "occupancy")
        .collect();
    let told: Vec<(u32, f64)> = of_occupancy
        .iter()
        .map(|peak| (peak.session, peak.time_h))
        .collect();
    assert_eq!(told, [(1, 0.0), (5, 192.0), (8, 336.0)]);
    // 100 L and 0.2 L/h: what is left of each dose after so many hours, and half occupancy at 1 mg/L.
    let after = |doses: &[(f64, f64)], time_h: f64| {
        let amount: f64 = doses
            .iter()
            .map(|(at, mg)| mg * (-0.002 * (time_h - at)).exp())
            .sum();
        let concentration = amount / 100.0;
        concentration / (concentration + 1.0)
    };
    let doses: Vec<(f64, f64)> = (0..8)
        .map(|k| (48.0 * f64::from(k), if k < 4 { 100.0 } else { 200.0 }))
        .collect();
    for (peak, count) in of_occupancy.iter().zip([1, 5, 8]) {
        let expected = after(&doses[..count], peak.time_h);
        assert!((peak.p50 - expected).abs() < 0.01, "{} {expected}", peak.p50);
        assert!(peak.p05 <= peak.p50 && peak.p50 <= peak.p95);
    }
}
