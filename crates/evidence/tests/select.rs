//! Questions to the library's trials: what is selected, how it is made comparable, what is left out and why.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::LazyLock;

use euthymia_evidence::select::{
    Crossover, Included, Numbers, Query, QueryError, Selection, Shared, Time, select,
};
use euthymia_evidence::{Evidence, How, Measure, Reading, Verified, Words, answer};

static EVIDENCE: LazyLock<Evidence> = LazyLock::new(support::evidence);
static WORDS: LazyLock<Words> = LazyLock::new(support::words);

fn ask(query: &Query) -> Selection {
    select(&EVIDENCE, &WORDS, query).unwrap()
}

fn query(outcome: &str, time: &str, conditions: &[&str]) -> Query {
    Query {
        conditions: conditions.iter().map(|word| (*word).to_owned()).collect(),
        ..Query::new(outcome, Time::parse(time).unwrap())
    }
}

fn ids(selection: &Selection) -> Vec<&str> {
    selection
        .included
        .iter()
        .map(|study| study.study_id.as_str())
        .collect()
}

fn study<'s>(selection: &'s Selection, id: &str) -> &'s Included {
    selection
        .included
        .iter()
        .find(|study| study.study_id == id)
        .unwrap()
}

fn reason<'s>(selection: &'s Selection, id: &str) -> &'s str {
    let found = selection.excluded.iter().find(|study| study.study_id == id);
    let Some(found) = found else {
        panic!("{id} is not left out; pooled are {:?}", ids(selection))
    };
    &found.reason
}

#[test]
fn every_study_of_the_question_is_pooled_or_left_out_with_the_reason() {
    let selection = ask(&query("depression", "24h", &["depression-and-suicidality"]));
    assert!(ids(&selection).contains(&"chen-2023"));
    assert_eq!(selection.measure, Measure::MeanDifference);
    assert_eq!(selection.instrument.as_deref(), Some("MADRS"));
    assert_eq!(reason(&selection, "popova-2019"), "measured at 4 wk");
    assert_eq!(reason(&selection, "anand-2023"), "its control is ect");
    assert!(reason(&selection, "murrough-2013").contains("memory"));
    assert!(reason(&selection, "feifel-2017").contains("no control"));
    let mut all: Vec<&str> = ids(&selection);
    all.extend(selection.excluded.iter().map(|study| study.study_id.as_str()));
    let drugs = ["racemic-ketamine", "esketamine", "arketamine"];
    for study in EVIDENCE
        .studies
        .iter()
        .filter(|study| ["mdd", "trd", "suicidality"].contains(&study.condition.as_str()))
    {
        let treated = EVIDENCE
            .arms_of(&study.study_id)
            .any(|arm| drugs.contains(&arm.drug.as_str()));
        assert_eq!(
            all.contains(&study.study_id.as_str()),
            treated,
            "{}",
            study.study_id
        );
    }
}

#[test]
fn nobody_is_pooled_twice() {
    for outcome in [
        "depression",
        "response",
        "remission",
        "suicidal-ideation",
        "dissociation",
    ] {
        for time in ["4h", "24h", "7d", "4wk", "last"] {
            let selection = ask(&Query {
                include_memory: true,
                controls: vec!["any".to_owned()],
                ..query(outcome, time, &[])
            });
            for one in &selection.included {
                let row = EVIDENCE.study(&one.study_id).unwrap();
                for other in &row.overlaps_with {
                    assert!(
                        !ids(&selection).contains(&other.as_str()),
                        "{} and {other}",
                        one.study_id
                    );
                }
                for arm in one
                    .contrasts
                    .iter()
                    .flat_map(|contrast| contrast.treated.iter().chain(&contrast.control))
                {
                    let arm = EVIDENCE.arm(&one.study_id, arm).unwrap();
                    assert!(!arm.is_subset() || arm.is_joint(), "{arm:?}");
                }
            }
        }
    }
}

#[test]
fn a_report_of_the_same_people_gives_way() {
    // Phillips 2020 lists Phillips 2019; both get a number here.
    let mut evidence = EVIDENCE.clone();
    let template = evidence
        .outcomes
        .iter()
        .find(|row| row.study_id == "lii-2023" && row.outcome == "response")
        .unwrap()
        .clone();
    for (study, arm, value) in [
        ("phillips-2019", "ket-single", 11.0),
        ("phillips-2019", "mid-single", 4.0),
        ("phillips-2020", "ketamine", 9.0),
        ("phillips-2020", "midazolam", 3.0),
    ] {
        let mut row = template.clone();
        (row.study_id, row.arm_id, row.value, row.n, row.time_h) =
            (study.to_owned(), arm.to_owned(), value, Some(37), Some(24.0));
        evidence.outcomes.push(row);
    }
    let selection = select(&evidence, &WORDS, &query("response", "24h", &[])).unwrap();
    assert!(ids(&selection).contains(&"phillips-2019"));
    assert!(reason(&selection, "phillips-2020").starts_with("the same people as in `phillips-2019`"));
}

#[test]
fn memory_counts_only_when_asked() {
    let asked = Query {
        controls: vec!["midazolam".to_owned()],
        ..query("response", "24h", &["trd"])
    };
    let without = ask(&asked);
    assert_eq!(ids(&without), [""; 0]);
    assert!(reason(&without, "murrough-2013").contains("`--include-memory`"));
    let with = ask(&Query {
        include_memory: true,
        ..asked
    });
    assert_eq!(ids(&with), ["murrough-2013"]);
    let found = study(&with, "murrough-2013");
    assert!(found.memory);
    // 64 % of 47 and 28 % of 25.
    assert_eq!(
        found.contrasts[0].numbers,
        Numbers::Counts {
            ai: 30.0,
            n1i: 47.0,
            ci: 7.0,
            n2i: 25.0
        }
    );
    assert!(
        found
            .conversions
            .iter()
            .any(|told| told.contains("64 % of 47 people"))
    );
}

#[test]
fn a_question_without_an_answer_says_why_and_what_would_have_one() {
    let asked = Query {
        controls: vec!["midazolam".to_owned()],
        ..query("response", "24h", &["trd"])
    };
    let found = answer(&EVIDENCE, &WORDS, &asked, &How::default()).unwrap();
    assert_eq!(
        (found.reading, found.synthesis.is_none()),
        (Reading::Nothing, true)
    );
    assert!(
        found.said[0].starts_with("no study answers this"),
        "{:?}",
        found.said
    );
    let without: Vec<&str> = found
        .selection
        .wider
        .iter()
        .map(|wider| wider.without.as_str())
        .collect();
    assert!(without.contains(&"--control"), "{without:?}");
    // One study: its own effect, and no word of how studies differ.
    let one = answer(
        &EVIDENCE,
        &WORDS,
        &query("ptsd-response", "2wk", &["ptsd"]),
        &How::default(),
    )
    .unwrap();
    assert!(one.said[0].starts_with("one study"));
    let pooled = one.pooled().unwrap();
    assert_eq!((pooled.k, pooled.tau2, pooled.prediction), (1, None, None));
    // 10 of 15 against 3 of 15.
    assert!((one.shown().unwrap().value - 10.0 / 3.0).abs() < 1e-12);
}

#[test]
fn standard_errors_become_deviations_and_arms_are_joined() {
    let selection = ask(&query("depression", "24h", &["trd"]));
    let daly = study(&selection, "daly-2018");
    // SE 1.79 of 33 people.
    let Numbers::Scores { sd2i, n1i, .. } = daly.contrasts[0].numbers else {
        panic!()
    };
    assert!((sd2i - 1.79 * 33.0_f64.sqrt()).abs() < 1e-12);
    assert_eq!(n1i, 34.0);
    assert!(
        daly.conversions
            .iter()
            .any(|told| told == "pbo: SD 10.3 from the SE 1.79 of 33 people")
    );
    assert!(
        daly.conversions
            .iter()
            .any(|told| told.contains("esk28, esk56 and esk84 joined"))
    );
}

#[test]
fn a_shared_control_is_counted_once() {
    let asked = |shared| {
        let selection = ask(&Query {
            shared,
            studies: vec!["takahashi-2021".to_owned()],
            ..query("response", "4wk", &["trd"])
        });
        let found = study(&selection, "takahashi-2021");
        (found.yi, found.vi, found.contrasts.len(), found.n)
    };
    let (combined, split, covered) = (
        asked(Shared::Combine),
        asked(Shared::Split),
        asked(Shared::Covariance),
    );
    assert_eq!((combined.2, split.2, covered.2), (1, 3, 3));
    // 13, 12 and 17 of 39, 34 and 39 against 27 of 72: log(42/112 / (27/72)) = 0.
    assert!(combined.0.abs() < 1e-12);
    for other in [split, covered] {
        assert!((other.0 - combined.0).abs() < 0.1, "{other:?}");
        // Whole controls for each arm without the covariance would have too small a variance.
        assert!(
            (other.1 / combined.1 - 1.0).abs() < 0.15,
            "{other:?} {combined:?}"
        );
        assert_eq!(other.3, combined.3);
    }
}

#[test]
fn crossover_trials_are_told_and_treated_as_asked() {
    let base = query("response", "24h", &["mdd"]);
    let parallel = ask(&base);
    let lapidus = study(&parallel, "lapidus-2014");
    assert!(lapidus.conversions.iter().any(|told| told.contains("crossover")));
    assert_eq!(lapidus.n, Some(18.0));
    let paired = ask(&Query {
        crossover: Crossover::Paired(0.5),
        ..base.clone()
    });
    assert!(study(&paired, "lapidus-2014").vi < lapidus.vi);
    assert_eq!(study(&paired, "lii-2023").vi, study(&parallel, "lii-2023").vi);
    let none = ask(&Query {
        crossover: Crossover::Exclude,
        ..base
    });
    assert!(reason(&none, "lapidus-2014").contains("crossover"));
    // Dwyer 2021 prints its contrast within people: SD of differences 15.08 of 16.
    let scores = ask(&query("depression", "24h", &["trd"]));
    let dwyer = study(&scores, "dwyer-2021");
    assert!((dwyer.vi.sqrt() - 15.08 / 4.0).abs() < 0.01, "{dwyer:?}");
}

#[test]
fn instruments_are_pooled_in_points_or_in_deviations() {
    let points = ask(&query("depression", "4wk", &["trd"]));
    assert_eq!(points.measure, Measure::MeanDifference);
    let deviations = ask(&Query {
        measure: Some(Measure::StandardisedMeanDifference),
        ..query("depression", "4wk", &["trd"])
    });
    assert_eq!(deviations.instrument, None);
    assert!(deviations.included.iter().all(|study| study.yi.abs() < 2.0));
    assert!(reason(&deviations, "janik-2025").contains("neither interval, standard error"));
    // Two scales at three days: points of one of them, or both as deviations, which is one study more.
    let both = ask(&query("depression", "72h", &["mdd"]));
    assert_eq!(
        (both.measure, ids(&both)),
        (
            Measure::StandardisedMeanDifference,
            vec!["lii-2023", "berman-2000"]
        )
    );
    let one = ask(&Query {
        measure: Some(Measure::MeanDifference),
        ..query("depression", "72h", &["mdd"])
    });
    assert_eq!(ids(&one), ["lii-2023"]);
    assert!(reason(&one, "berman-2000").contains("measured by hamd"));
    let refused = select(
        &EVIDENCE,
        &WORDS,
        &Query {
            measure: Some(Measure::RiskRatio),
            ..query("depression", "4wk", &[])
        },
    );
    assert!(matches!(refused, Err(QueryError::Measure(_))));
}

#[test]
fn signs_of_published_contrasts_are_put_right() {
    // Phillips 2020 prints d = 0.83, positive favours the drug; lower scores of suicidal ideation are better.
    let mut evidence = EVIDENCE.clone();
    for row in &mut evidence.comparisons {
        if row.study_id == "phillips-2020" {
            (row.ci_low, row.ci_high) = (Some(0.4), Some(1.26));
        }
    }
    let asked = Query {
        measure: Some(Measure::StandardisedMeanDifference),
        ..query("suicidal-ideation", "7d", &["suicidality"])
    };
    let selection = select(&evidence, &WORDS, &asked).unwrap();
    let found = study(&selection, "phillips-2020");
    assert_eq!(found.yi, -0.83);
    assert!(
        found
            .conversions
            .iter()
            .any(|told| told.starts_with("sign turned"))
    );
}

#[test]
fn a_standard_error_entered_as_a_deviation_is_suspected_aloud() {
    let mut evidence = EVIDENCE.clone();
    for row in &mut evidence.outcomes {
        if row.study_id == "chen-2023"
            && row.arm_id == "esk"
            && row.time_h == Some(672.0)
            && let Some(dispersion) = row.dispersion.as_mut()
        {
            dispersion.value /= f64::from(row.n.unwrap_or(109)).sqrt();
        }
    }
    let asked = query("depression", "4wk", &["trd"]);
    let selection = select(&evidence, &WORDS, &asked).unwrap();
    assert!(
        selection
            .warnings
            .iter()
            .any(|told| told.contains("chen-2023") && told.contains("STANDARD ERROR")),
        "{:?}",
        selection.warnings
    );
    assert_eq!(ask(&asked).warnings, [""; 0]);
    // In the tables: Feifel 2017, BDI 16.8 (3.1) of 41 where it was 8.4 before; no control, so it is never pooled.
}

#[test]
fn imputation_is_never_silent() {
    let asked = query("depression", "24h", &["trd"]);
    assert!(reason(&ask(&asked), "singh-2016a").contains("no number of people"));
    let mut evidence = EVIDENCE.clone();
    for row in &mut evidence.outcomes {
        if row.study_id == "chen-2023" && row.time_h == Some(24.0) {
            row.dispersion = None;
        }
    }
    evidence.comparisons.retain(|row| row.study_id != "chen-2023");
    let without = select(&evidence, &WORDS, &asked).unwrap();
    assert!(reason(&without, "chen-2023").contains("`--impute-sd`"));
    let with = select(
        &evidence,
        &WORDS,
        &Query {
            impute_sd: true,
            ..asked.clone()
        },
    )
    .unwrap();
    assert!(
        study(&with, "chen-2023")
            .conversions
            .iter()
            .any(|told| told.contains("IMPUTED"))
    );
    // A change computed from final scores needs a correlation, which is called assumed.
    let masked = Query {
        change_correlation: Some(0.5),
        ..query("depression", "24h", &["mdd"])
    };
    let selection = ask(&masked);
    let lii = study(&selection, "lii-2023");
    assert!(lii.conversions.iter().any(|told| told.contains("ASSUMED")));
    // 12.7 - 25.1 less 16.4 - 29.9.
    assert!((lii.yi - 1.1).abs() < 1e-9, "{}", lii.yi);
}

#[test]
fn words_that_are_not_there_are_refused_with_the_nearest() {
    let refused = |query: Query| select(&EVIDENCE, &WORDS, &query).unwrap_err().to_string();
    assert_eq!(
        refused(query("respons", "24h", &[])),
        "no outcome is called `respons`; did you mean `response`?"
    );
    assert_eq!(
        refused(query("response", "24h", &["ptds"])),
        "no condition is called `ptds`; did you mean `ptsd`?"
    );
    let control = Query {
        controls: vec!["midazolan".to_owned()],
        ..query("response", "24h", &[])
    };
    assert_eq!(
        refused(control),
        "no control is called `midazolan`; did you mean `midazolam`?"
    );
}

/// Laws: the order of the tables is of no consequence, nor is a stretch of the scale.
#[test]
fn permuting_and_scaling() {
    let how = How::default();
    let asked = query("depression", "4wk", &["trd"]);
    let first = answer(&EVIDENCE, &WORDS, &asked, &how).unwrap();
    let mut reversed = EVIDENCE.clone();
    reversed.outcomes.reverse();
    reversed.studies.reverse();
    reversed.arms.reverse();
    reversed.comparisons.reverse();
    let second = answer(&reversed, &WORDS, &asked, &how).unwrap();
    assert_eq!(first.selection.included.len(), second.selection.included.len());
    let (a, b) = (first.pooled().unwrap(), second.pooled().unwrap());
    assert!((a.estimate.value - b.estimate.value).abs() < 1e-9, "{a:?} {b:?}");
    assert!((a.tau2.unwrap() - b.tau2.unwrap()).abs() < 1e-6);

    let mut stretched = EVIDENCE.clone();
    for row in stretched.outcomes.iter_mut().filter(|row| row.outcome == "madrs") {
        row.value *= 2.0;
        if let Some(dispersion) = row.dispersion.as_mut() {
            dispersion.value *= 2.0;
        }
    }
    let of_arms = Query {
        published: false,
        ..asked
    };
    let plain = answer(&EVIDENCE, &WORDS, &of_arms, &how).unwrap();
    let double = answer(&stretched, &WORDS, &of_arms, &how).unwrap();
    let (a, b) = (plain.shown().unwrap(), double.shown().unwrap());
    assert!(
        (2.0 * a.value - b.value).abs() < 1e-9 && (2.0 * a.lower - b.lower).abs() < 1e-6,
        "{a:?} {b:?}"
    );
}

#[test]
fn a_free_note_changes_no_number() {
    let asked = Query {
        studies: vec!["chen-2023".to_owned()],
        measure: Some(Measure::MeanDifference),
        ..query("madrs", "4wk", &[])
    };
    let strip = |note: Option<&str>| {
        let mut evidence = EVIDENCE.clone();
        evidence.outcomes.retain(|row| row.study_id != "chen-2023");
        for row in &mut evidence.comparisons {
            if row.study_id == "chen-2023" {
                row.note = note.map(str::to_owned);
            }
        }
        let selection = select(&evidence, &WORDS, &asked).unwrap();
        let chen = study(&selection, "chen-2023");
        (chen.yi, chen.vi)
    };
    let plain = strip(None);
    assert_eq!(
        strip(Some(
            "90% of people completed; no SE 2 sites; positive favours nobody"
        )),
        plain
    );
    let wider = strip(Some("CI is 90%"));
    assert!(
        wider.0 == plain.0 && wider.1 > 1.3 * plain.1,
        "{wider:?} {plain:?}"
    );
}

#[test]
fn an_arm_that_the_paper_does_not_contrast_is_named() {
    let mut evidence = EVIDENCE.clone();
    evidence.outcomes.retain(|row| row.study_id != "janik-2025");
    evidence
        .comparisons
        .retain(|row| row.study_id != "janik-2025" || row.arm_a != "esk84");
    let asked = Query {
        studies: vec!["janik-2025".to_owned()],
        measure: Some(Measure::MeanDifference),
        ..query("madrs", "4wk", &[])
    };
    let selection = select(&evidence, &WORDS, &asked).unwrap();
    let told = &study(&selection, "janik-2025").conversions;
    assert!(
        told.iter().any(|line| line.starts_with("without arm esk84: ")),
        "{told:?}"
    );
}

#[test]
fn a_change_in_one_arm_is_never_held_against_a_final_score_in_another() {
    let final_scores = query("depression", "24h", &["mdd"]);
    let changes = Query {
        change_correlation: Some(0.5),
        ..final_scores.clone()
    };
    let mut evidence = EVIDENCE.clone();
    evidence
        .outcomes
        .retain(|row| row.study_id != "lii-2023" || row.arm_id != "pbo" || row.time_h != Some(0.0));
    for arm in &mut evidence.arms {
        if arm.study_id == "lii-2023" && arm.arm_id == "pbo" {
            arm.baseline = None;
        }
    }
    let of = |query: &Query| {
        let selection = select(&evidence, &WORDS, query).unwrap();
        study(&selection, "lii-2023").clone()
    };
    let (asked, plain) = (of(&changes), of(&final_scores));
    assert_eq!((asked.yi, asked.vi), (plain.yi, plain.vi));
    let told = "final scores, no changes: the tables hold no baseline of arm pbo";
    assert!(asked.conversions.iter().any(|line| line == told), "{asked:?}");
}

#[test]
fn a_baseline_from_memory_is_used_only_where_memory_was_asked_for() {
    let changes = Query {
        change_correlation: Some(0.5),
        ..query("depression", "24h", &["mdd"])
    };
    let mut evidence = EVIDENCE.clone();
    for row in &mut evidence.outcomes {
        if row.study_id == "lii-2023" && row.time_h == Some(0.0) {
            row.verified = Verified::Memory;
        }
    }
    for arm in &mut evidence.arms {
        if arm.study_id == "lii-2023" {
            arm.baseline = None;
        }
    }
    let of = |query: &Query| {
        let selection = select(&evidence, &WORDS, query).unwrap();
        study(&selection, "lii-2023").clone()
    };
    let read = of(&changes);
    assert!(!read.memory, "{read:?}");
    let told = "final scores, no changes: the tables hold no baseline of arm ket and pbo";
    assert!(read.conversions.iter().any(|line| line == told), "{read:?}");
    let remembered = of(&Query {
        include_memory: true,
        ..changes
    });
    assert!(
        remembered.memory && (remembered.yi - read.yi).abs() > 1.0,
        "{remembered:?}"
    );
}

#[test]
fn words_of_a_note_are_no_findings() {
    let asked = query("depression", "24h", &["mdd"]);
    let plain = ask(&asked);
    let mut evidence = EVIDENCE.clone();
    for row in &mut evidence.outcomes {
        row.note = Some("the SD looks like a STANDARD ERROR: change `--impute-sd`".to_owned());
    }
    let noted = select(&evidence, &WORDS, &asked).unwrap();
    assert_eq!(noted.warnings, plain.warnings);
    assert_eq!(noted.excluded, plain.excluded);
}
