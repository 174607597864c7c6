//! Laws of a synthesis, and what it says of bad tables.

use super::*;
use crate::effect;
use crate::pool::{self, Method};
use crate::{Column, Frame};
use serde_json::json;

/// Effects and variances of a small made-up set.
fn studies() -> Vec<Study> {
    [
        (-0.9, 0.33),
        (-1.6, 0.19),
        (-1.3, 0.41),
        (-1.4, 0.02),
        (-0.2, 0.05),
        (-0.8, 0.01),
        (0.4, 0.3),
    ]
    .into_iter()
    .enumerate()
    .map(|(i, (yi, vi))| Study {
        label: format!("study {i}"),
        line: Some(i + 2),
        yi,
        vi,
        subgroup: Some(if i % 2 == 0 { "even" } else { "odd" }.to_owned()),
        order: Some(10.0 - i as f64),
        ..Study::default()
    })
    .collect()
}

fn by_group() -> Options<'static> {
    Options {
        subgroup_by: Some("parity".to_owned()),
        ..Options::default()
    }
}

#[test]
fn the_order_of_studies_changes_nothing_but_rounding() {
    let one = synthesize(studies(), effect::Measure::RiskRatio, &by_group()).unwrap();
    let mut reversed = studies();
    reversed.reverse();
    let other = synthesize(reversed, effect::Measure::RiskRatio, &by_group()).unwrap();
    let (a, b) = (one.pooled.unwrap(), other.pooled.unwrap());
    assert!((a.pooled.estimate.value - b.pooled.estimate.value).abs() < 1e-9);
    assert!((a.pooled.se - b.pooled.se).abs() < 1e-9);
    let (a, b) = (one.subgroups.unwrap(), other.subgroups.unwrap());
    assert!((a.q.unwrap() - b.q.unwrap()).abs() < 1e-7);
    // By `order`, the same studies enter in the same order.
    let last = |rows: &[PooledRow]| rows[3].pooled.estimate.value;
    assert!((last(&one.cumulative) - last(&other.cumulative)).abs() < 1e-9);
}

#[test]
fn every_part_is_of_the_same_studies() {
    let synthesis = synthesize(studies(), effect::Measure::OddsRatio, &by_group()).unwrap();
    let total: f64 = synthesis.studies.iter().filter_map(|row| row.weight).sum();
    assert!((total - 100.0).abs() < 1e-9);
    assert_eq!(synthesis.leave_one_out.len(), 7);
    let whole = synthesis.cumulative.last().unwrap();
    assert_eq!(
        Some(&whole.pooled),
        synthesis.pooled.as_ref().map(|row| &row.pooled)
    );
    let without = &synthesis.leave_one_out[2].pooled;
    assert_eq!(synthesis.influence[2].tau2, without.tau2);
    assert_eq!(synthesis.influence[2].q, without.q);
    let heterogeneity = synthesis.heterogeneity.unwrap();
    let (lower, upper) = heterogeneity.tau2_interval.unwrap();
    assert!(lower <= heterogeneity.tau2.unwrap() && heterogeneity.tau2.unwrap() <= upper);
    assert!(matches!(synthesis.small_study, SmallStudy::NotTested(reason) if reason.contains("7 studies")));
}

#[test]
fn equal_effects_show_no_variance_between_studies() {
    let options = Options {
        pool: pool::Options {
            method: Method::EqualEffects,
            ..pool::Options::default()
        },
        ..Options::default()
    };
    let synthesis = synthesize(studies(), effect::Measure::MeanDifference, &options).unwrap();
    let pooled = synthesis.pooled.unwrap();
    assert_eq!((pooled.pooled.tau2, pooled.pooled.prediction), (None, None));
    assert_eq!(synthesis.heterogeneity.unwrap().tau2_interval, None);
}

#[test]
fn a_variance_that_is_none_is_told_with_its_line() {
    let mut bad = studies();
    bad[3].vi = 0.0;
    let error = synthesize(bad, effect::Measure::MeanDifference, &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 5: `study 3` cannot be pooled: its sampling variance is 0, it must be above 0"
    );
}

fn table(columns: &[(&str, &[f64])]) -> Frame {
    let column = |cells: &[f64]| Column::Numbers(cells.iter().map(|x| x.is_finite().then_some(*x)).collect());
    Frame::new(
        columns
            .iter()
            .map(|(name, cells)| ((*name).to_owned(), column(cells)))
            .collect(),
    )
}

fn request(measure: &str, columns: &[(&str, &str)]) -> Request {
    Request {
        measure: measure.to_owned(),
        columns: columns
            .iter()
            .map(|(role, name)| ((*role).to_owned(), (*name).to_owned()))
            .collect(),
        ..Request::default()
    }
}

#[test]
fn hazard_ratios_come_from_their_intervals() {
    let frame = table(&[
        ("hr", &[0.8, 0.5, 1.1]),
        ("lo", &[0.6, 0.3, 0.8]),
        ("hi", &[1.0666667, 0.8333333, 1.5125]),
    ]);
    let request = request("HR", &[("est", "hr"), ("lower", "lo"), ("upper", "hi")]);
    let synthesis = request.run(&frame).unwrap();
    let shown = synthesis.studies[0].shown;
    assert!((shown.value - 0.8).abs() < 1e-12 && (shown.lower - 0.6).abs() < 1e-6);
    let saved = request.analysis(&frame).unwrap().run().unwrap().to_json();
    assert_eq!(
        saved["beta"][0],
        json!(synthesis.pooled.unwrap().pooled.estimate.value)
    );
}

#[test]
fn an_interval_that_does_not_hold_its_estimate_is_told_with_its_line() {
    let frame = table(&[
        ("est", &[0.8, 1.2]),
        ("lower", &[0.6, 0.5]),
        ("upper", &[1.1, 0.9]),
    ]);
    let error = request("HR", &[]).run(&frame).unwrap_err().to_string();
    assert!(
        error.starts_with("line 3: `line 3`: the interval from `lower` = 0.5"),
        "{error}"
    );
}

#[test]
fn one_study_is_told_with_what_became_of_the_others() {
    let frame = table(&[("yi", &[0.8, 1.2]), ("vi", &[0.6, f64::NAN])]);
    let error = request("GEN", &[]).run(&frame).unwrap_err().to_string();
    assert!(error.starts_with("line 2: `line 2` is the only study"), "{error}");
    assert!(error.contains("line 3: `vi` is empty"), "{error}");
}

#[test]
fn a_standard_error_among_standard_deviations_is_suspected() {
    let frame = table(&[
        ("m1i", &[10.0, 11.0, 9.0, 12.0]),
        ("sd1i", &[5.0, 6.0, 0.9, 5.5]),
        ("n1i", &[30.0, 40.0, 36.0, 50.0]),
        ("m2i", &[14.0, 15.0, 12.0, 15.0]),
        ("sd2i", &[5.5, 6.5, 0.95, 6.0]),
        ("n2i", &[30.0, 41.0, 35.0, 52.0]),
    ]);
    let columns: Vec<(String, String)> = ["m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"]
        .map(|name| (name.to_owned(), name.to_owned()))
        .to_vec();
    let told = suspicions(&frame, &columns, &|row| format!("row {row}"));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("line 4, row 2: `sd1i` is 0.9"), "{told:?}");
    assert!(
        told[0].contains("may be a standard error, of which the deviation is 5.4"),
        "{told:?}"
    );
}

#[test]
fn the_same_numbers_twice_are_suspected() {
    let frame = table(&[("yi", &[0.8, 1.2, 0.8]), ("vi", &[0.6, 0.1, 0.6])]);
    let synthesis = request("GEN", &[]).run(&frame).unwrap();
    assert!(
        synthesis
            .warnings
            .iter()
            .any(|told| told.starts_with("lines 2 and 4")),
        "{:?}",
        synthesis.warnings
    );
}

#[test]
fn what_is_asked_for_is_what_is_saved() {
    let frame = table(&[
        ("tpos", &[4.0, 6.0, 3.0]),
        ("tneg", &[119.0, 300.0, 228.0]),
        ("cpos", &[11.0, 29.0, 11.0]),
        ("cneg", &[128.0, 274.0, 209.0]),
    ]);
    let columns = [("ai", "tpos"), ("bi", "tneg"), ("ci", "cpos"), ("di", "cneg")];
    let mut request = request("RR", &columns);
    for (pooling, measure) in [
        (Pooling::InverseVariance, "RR"),
        (Pooling::MantelHaenszel, "RR"),
        (Pooling::Peto, "OR"),
    ] {
        request.pooling = pooling;
        request.measure = measure.to_owned();
        let synthesis = request.run(&frame).unwrap();
        let saved = request.analysis(&frame).unwrap().run().unwrap().to_json();
        let beta = if saved["beta"].is_array() {
            &saved["beta"][0]
        } else {
            &saved["beta"]
        };
        assert_eq!(*beta, json!(synthesis.pooled.unwrap().pooled.estimate.value));
    }
    let missing = self::request("RR", &columns[..3])
        .run(&frame)
        .unwrap_err()
        .to_string();
    assert!(missing.contains("--column di=NAME"), "{missing}");
}

#[test]
fn peto_pools_nothing_but_odds_ratios() {
    let frame = table(&[
        ("ai", &[4.0, 6.0, 3.0]),
        ("bi", &[119.0, 300.0, 228.0]),
        ("ci", &[11.0, 29.0, 11.0]),
        ("di", &[128.0, 274.0, 209.0]),
    ]);
    for measure in ["RR", "RD"] {
        let mut request = request(measure, &[]);
        request.pooling = Pooling::Peto;
        for error in [
            request.run(&frame).unwrap_err(),
            request.analysis(&frame).unwrap_err(),
        ] {
            let error = error.to_string();
            assert!(
                error.starts_with("`measure`: Peto's method pools odds ratios, not"),
                "{error}"
            );
        }
    }
}

#[test]
fn a_study_of_no_cluster_is_told_with_its_line() {
    let mut frame = table(&[
        ("yi", &[0.8, 1.2, 0.5, 0.3, 0.9, 0.7]),
        ("vi", &[0.6, 0.1, 0.2, 0.3, 0.4, 0.2]),
        ("g", &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]),
    ]);
    let mut request = request("GEN", &[]);
    request.pooling = Pooling::Cluster("g".to_owned());
    let pooled = request.run(&frame).unwrap().pooled.unwrap().pooled;
    assert_eq!((pooled.k, pooled.q_df), (6, 5.0));
    frame.set("g", Column::of_texts(&["1", "1", "2", "", "3", "3"]));
    let error = request.run(&frame).unwrap_err().to_string();
    assert!(error.starts_with("line 5: `g` is empty"), "{error}");
}

#[test]
fn double_arcsines_without_people_are_not_called_proportions() {
    let mut given = studies();
    let (known, unknown) = (Some(80.0), None);
    for (i, study) in given.iter_mut().enumerate() {
        (study.yi, study.vi) = (0.5 + 0.05 * i as f64, 0.01);
        study.ni = known;
    }
    let measure = effect::Measure::ProportionDoubleArcsine;
    let whole = synthesize(given.clone(), measure, &Options::default()).unwrap();
    assert_eq!(whole.measure.title(), "proportion");
    assert!(whole.studies[0].shown.value < 0.3);
    given[3].ni = unknown;
    let part = synthesize(given, measure, &Options::default()).unwrap();
    assert_eq!(part.measure.title(), "double arcsine of the proportion");
    // All on one scale: those whose people are known, too.
    assert_eq!(part.studies[0].shown, part.studies[0].estimate);
    assert!(
        part.warnings
            .iter()
            .any(|told| told.contains("nothing is turned back"))
    );
}

#[test]
fn an_interval_of_tau2_that_is_empty_is_told() {
    let same: Vec<Study> = studies()
        .into_iter()
        .map(|study| Study {
            yi: 0.3,
            vi: 0.1,
            ..study
        })
        .collect();
    let synthesis = synthesize(same, effect::Measure::Generic, &Options::default()).unwrap();
    let told = |words: &str| synthesis.warnings.iter().any(|told| told.contains(words));
    assert!(told("no tau2 agrees with them"), "{:?}", synthesis.warnings);
    assert_eq!(synthesis.heterogeneity.unwrap().tau2_interval, Some((0.0, 0.0)));
}

#[test]
fn groups_of_one_study_each_share_no_variance() {
    let mut alone = studies();
    for (i, study) in alone.iter_mut().enumerate() {
        study.subgroup = Some(format!("group {i}"));
    }
    let options = Options {
        subgroup_model: SubgroupModel::Common,
        ..by_group()
    };
    let found = synthesize(alone, effect::Measure::RiskRatio, &options).unwrap();
    assert_eq!(found.subgroups.unwrap().groups.len(), 7);
}

fn clustered() -> Frame {
    table(&[
        ("yi", &[0.8, 1.2, 0.5, 0.3, 0.9, 0.7]),
        ("vi", &[0.6, 0.1, 0.2, 0.3, 0.4, 0.2]),
        ("g", &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]),
        ("year", &[1990.0, 1980.0, 2000.0, 2010.0, 1970.0, 1960.0]),
    ])
}

fn counts() -> Frame {
    table(&[
        ("ai", &[4.0, 6.0, 3.0, 62.0, 33.0, 18.0]),
        ("bi", &[119.0, 300.0, 228.0, 1244.0, 473.0, 136.0]),
        ("ci", &[11.0, 29.0, 11.0, 248.0, 47.0, 37.0]),
        ("di", &[128.0, 274.0, 209.0, 1014.0, 461.0, 141.0]),
        ("year", &[1948.0, 1949.0, 1960.0, 1977.0, 1973.0, 1953.0]),
        ("place", &[1.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
    ])
}

#[test]
fn every_model_has_the_level_that_is_asked_for() {
    let frame = counts();
    for pooling in [
        Pooling::InverseVariance,
        Pooling::MantelHaenszel,
        Pooling::Peto,
        Pooling::Glmm(String::new()),
        Pooling::Bayes("half-normal scale 0.5".to_owned()),
        Pooling::Cluster("place".to_owned()),
    ] {
        let width = |level: f64| {
            let mut request = request("OR", &[]);
            request.pooling = pooling.clone();
            request.model.insert("level".to_owned(), json!(level));
            let estimate = request.run(&frame).unwrap().pooled.unwrap().pooled.estimate;
            estimate.upper - estimate.lower
        };
        assert!(width(0.8) < 0.9 * width(0.95), "{pooling:?}");
    }
}

#[test]
fn no_option_of_another_model_goes_unread() {
    let frame = counts();
    let ask = |pooling: &Pooling, name: &str, value: &str| {
        let mut request = request("OR", &[]);
        request.pooling = pooling.clone();
        request.model.insert(name.to_owned(), json!(value));
        request.run(&frame).map_err(|error| error.to_string())
    };
    let glmm = Pooling::Glmm(String::new());
    let bayes = Pooling::Bayes("half-normal scale 0.5".to_owned());
    let cluster = Pooling::Cluster("place".to_owned());
    for (pooling, name, value) in [
        (&Pooling::MantelHaenszel, "method", "DL"),
        (&Pooling::MantelHaenszel, "test", "knha"),
        (&Pooling::Peto, "method", "REML"),
        (&Pooling::Peto, "test", "t"),
        (&glmm, "method", "DL"),
        (&glmm, "test", "knha"),
        (&bayes, "method", "REML"),
        (&bayes, "test", "z"),
        (&cluster, "method", "DL"),
        (&cluster, "test", "z"),
        (&cluster, "mods", "~ year"),
    ] {
        let told = ask(pooling, name, value).unwrap_err();
        assert!(told.starts_with(&format!("`{name}`: ")), "{told}");
    }
    for (pooling, name, value) in [
        (&Pooling::MantelHaenszel, "method", "EE"),
        (&Pooling::Peto, "test", "z"),
        (&glmm, "method", "ML"),
        (&cluster, "method", "ML"),
        (&cluster, "test", "t"),
    ] {
        assert!(ask(pooling, name, value).is_ok(), "{pooling:?} {name}");
    }
    let mut request = request("OR", &[]);
    request.pooling = Pooling::MantelHaenszel;
    request.subgroup = Some("place".to_owned());
    request.subgroup_model = SubgroupModel::Common;
    assert!(
        request
            .run(&frame)
            .unwrap_err()
            .to_string()
            .starts_with("`common_tau2`")
    );
    request.pooling = Pooling::InverseVariance;
    assert!(request.run(&frame).is_ok());
    request.model.insert("mods".to_owned(), json!("~ year"));
    assert!(
        request
            .run(&frame)
            .unwrap_err()
            .to_string()
            .starts_with("`subgroup`")
    );
}

#[test]
fn a_moderator_that_is_the_same_everywhere_leaves_the_mean() {
    let mut frame = clustered();
    frame.set("same", Column::Numbers(vec![Some(2.0); 6]));
    let plain = request("GEN", &[]).run(&frame).unwrap();
    let mut request = request("GEN", &[]);
    request.model.insert("mods".to_owned(), json!("~ same"));
    let found = request.run(&frame).unwrap();
    assert_eq!((found.moderation, found.pooled), (None, plain.pooled));
    assert!(
        found.warnings[0].starts_with("`same` is the same in all studies"),
        "{:?}",
        found.warnings
    );
}

#[test]
fn all_parts_of_a_request_are_saved() {
    let frame = counts();
    let close = |a: &serde_json::Value, b: f64| assert!((a.as_f64().unwrap() - b).abs() < 1e-5, "{a} {b}");
    for pooling in [Pooling::InverseVariance, Pooling::MantelHaenszel, Pooling::Peto] {
        for model in [SubgroupModel::Separate, SubgroupModel::Common] {
            let mut request = request("OR", &[]);
            request.fill = pooling == Pooling::InverseVariance;
            if !request.fill && model == SubgroupModel::Common {
                continue;
            }
            request.pooling = pooling.clone();
            request.subgroup = Some("place".to_owned());
            request.subgroup_model = model;
            request.order = Some("year".to_owned());
            request.filter = Some("year > 1948 | place == 1".to_owned());
            let found = request.run(&frame).unwrap();
            let saved = request.analyses(&frame, &found).unwrap();
            let names: Vec<&str> = saved.iter().map(|(name, _)| name.as_str()).collect();
            let mut wanted = vec!["pooled", "place 1", "place 2"];
            wanted.extend(request.fill.then_some("trim and fill"));
            wanted.push("cumulative by year");
            assert_eq!(names, wanted);
            let mut values = saved
                .iter()
                .map(|(_, analysis)| analysis.run().unwrap().to_json());
            let mut next = |name: &str| match values.next().unwrap()[name].take() {
                serde_json::Value::Array(cells) => cells,
                cell => vec![cell],
            };
            close(&next("beta")[0], found.pooled.unwrap().pooled.estimate.value);
            for group in found.subgroups.unwrap().groups {
                close(&next("beta")[0], group.pooled.estimate.value);
            }
            if let Some(filled) = found.filled {
                close(&next("beta")[0], filled.row.pooled.estimate.value);
            }
            let cumulative = next("estimate");
            assert_eq!(cumulative.len(), 6);
            for (cell, row) in cumulative.iter().zip(&found.cumulative).skip(1) {
                close(cell, row.pooled.estimate.value);
            }
        }
    }
    let mut request = request("OR", &[]);
    request.subgroup = Some("place".to_owned());
    request.filter = Some("complete cases".to_owned());
    let found = request.run(&frame).unwrap();
    let told = request.analyses(&frame, &found).unwrap_err().to_string();
    assert!(told.starts_with("`filter`"), "{told}");
}
