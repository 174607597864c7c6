//! The model report: what it shows of a small made-up fit. Nothing here is an estimate of anything.

#![allow(clippy::unwrap_used)]

mod xml;

use euthymia_report::calibration::{
    Calibration, Chains, Coverage, Kind, LeftOut, Made, Measured, Parameter, Predicted, Predictions, Score,
    Typical, page,
};

fn made() -> Made {
    Made {
        command: "euthymia calibrate --page report.html".to_owned(),
        version: "0.0.0".to_owned(),
        date: "2026-01-31".to_owned(),
        data_hash: "0123abcd".to_owned(),
    }
}

fn predicted(kind: Kind, at: f64, has_drug: bool) -> Predicted {
    let scale = if kind == Kind::Mean { -20.0 } else { 1.0 };
    let number = |fraction: f64| scale * fraction;
    let mut pi50 = [number(at - 0.05), number(at + 0.05)];
    let mut pi90 = [number(at - 0.1), number(at + 0.1)];
    pi50.sort_by(f64::total_cmp);
    pi90.sort_by(f64::total_cmp);
    Predicted {
        study: "made-up <2026>".to_owned(),
        arm: if has_drug { "drug" } else { "placebo" }.to_owned(),
        time_h: 24.0,
        kind,
        has_drug,
        observed: number(at + 0.02),
        median: number(at),
        pi50,
        pi90,
    }
}

fn predictions() -> Predictions {
    let coverage = |kind| Coverage {
        kind,
        nominal: vec![0.25, 0.5, 0.75, 0.9],
        observed: vec![0.3, 0.55, 0.8, 1.0],
        by_study: vec![[0.0, 0.5], [0.2, 0.8], [0.5, 1.0], [0.7, 1.0]],
        by_number: vec![[0.1, 0.4], [0.3, 0.7], [0.6, 0.9], [0.8, 1.0]],
        ranks: vec![0.25, 0.5, 0.25, 0.0],
        count: 12,
        studies: 4,
    };
    Predictions {
        numbers: vec![
            predicted(Kind::Mean, 0.5, true),
            predicted(Kind::Mean, 0.2, false),
            predicted(Kind::Response, 0.4, true),
        ],
        coverage: vec![coverage(Kind::Mean), coverage(Kind::Response)],
    }
}

fn calibration(with_left_out: bool) -> Calibration {
    let quantiles = |middle: f64| [0.5, 0.8, 1.0, 1.2, 1.5].map(|factor| vec![middle * factor; 3]);
    let measured = |value: f64| Measured {
        name: "made-up, drug".to_owned(),
        time_h: 24.0,
        value,
        interval: Some((value - 0.1, value + 0.1)),
    };
    let parameter = |name: &str, posterior: [f64; 3]| Parameter {
        name: name.to_owned(),
        label: format!("What {name} is"),
        prior: [-1.0, 0.0, 1.0],
        posterior,
        r_hat: Some(1.0012),
        ess_bulk: Some(1234.5),
        ess_tail: None,
    };
    Calibration {
        studies: 4,
        arms: 8,
        people: 1204,
        numbers: 30,
        parameters: vec![
            parameter("lemax", [-0.2, 0.3, 0.8]),
            parameter("tau_drug", [1.5, 2.0, 2.5]),
        ],
        chains: Chains {
            count: 4,
            draws: 4000,
            tune: 2000,
            divergences: usize::from(!with_left_out),
            worst_r_hat: 1.004,
            fewest_effective: 812.0,
            problems: if with_left_out {
                Vec::new()
            } else {
                vec!["1 trajectories diverged".to_owned()]
            },
        },
        by_priors: predictions(),
        typical: vec![Typical {
            title: "One infusion".to_owned(),
            of: "made-up, drug (20 people)".to_owned(),
            arms: 3,
            times_h: vec![2.0, 24.0, 168.0],
            score: [quantiles(0.7), quantiles(0.6)],
            response: [quantiles(0.3), quantiles(0.5)],
            scores: vec![measured(0.5)],
            responses: vec![measured(0.4)],
        }],
        left_out: with_left_out.then(|| LeftOut {
            predictions: predictions(),
            scores: vec![Score {
                studies: "all (4)".to_owned(),
                kind: Kind::Mean,
                count: 12,
                within_50: 0.55,
                within_90: 0.92,
                error: 3.0,
                naive_error: 5.0,
                pooled_error: 4.0,
                log_density: -2.5,
                pooled_log_density: -2.9,
            }],
        }),
        not_used: vec![(
            "other, arm".to_owned(),
            "its people are in another arm".to_owned(),
        )],
    }
}

/// The page with its style sheets left out, and each drawing replaced by what it is called and how many elements it has.
fn skeleton(page: &str) -> String {
    let (mut out, mut rest) = (String::new(), page);
    while let Some(at) = rest.find("<svg").into_iter().chain(rest.find("<style>")).min() {
        out.push_str(&rest[..at]);
        let is_svg = rest[at..].starts_with("<svg");
        let end = if is_svg { "</svg>" } else { "</style>" };
        let to = at + rest[at..].find(end).unwrap() + end.len();
        if is_svg {
            let svg = &rest[at..to];
            let elements = xml::elements(svg).unwrap();
            let name = svg.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
            out.push_str(&format!("[{name}: {} elements]\n", elements.len()));
        }
        rest = &rest[to..];
    }
    out.push_str(rest);
    out
}

#[test]
fn the_report_with_studies_left_out() {
    insta::assert_snapshot!(skeleton(&page(&calibration(true), &made()).unwrap()));
}

#[test]
fn without_them_there_is_no_word_of_them_and_problems_are_told() {
    let page = page(&calibration(false), &made()).unwrap();
    assert!(!page.contains("id=\"left-out\""));
    assert!(!page.contains("predicted by a fit to the others"));
    assert!(page.contains("The chains do not agree"));
    assert!(page.contains("<p class=\"problem\">1 trajectories diverged</p>"));
}

#[test]
fn text_of_trials_is_escaped_and_ids_are_unique() {
    let page = page(&calibration(true), &made()).unwrap();
    assert!(page.contains("made-up &lt;2026&gt;") && !page.contains("<2026>"));
    let mut ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .map(|part| part.split('"').next().unwrap())
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn a_hole_in_the_numbers_is_refused() {
    let mut holed = calibration(true);
    holed.parameters[1].posterior[2] = f64::NAN;
    let error = page(&holed, &made()).unwrap_err();
    assert!(error.to_string().contains("interval number 1"), "{error}");
}
