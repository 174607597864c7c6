//! Figures of made-up strategies. With `FIGURES` a folder, they are left there to be looked at.

use super::*;
use euthymia_stats::economic::{acceptability, net_benefits};
use euthymia_stats::random::{Purpose, Stream};

const BAND: &str = "nine in ten draws";
const NAMES: [&str; 7] = [
    "Esketamine with an oral antidepressant",
    "Ketamine by infusion",
    "Aripiprazole augmentation",
    "Lithium augmentation",
    "Switch of antidepressant",
    "Electroconvulsive therapy",
    "Cognitive behavioural therapy",
];

/// For each strategy the part left at 53 times, its lower and its upper end.
fn falling(count: usize, times: f64) -> (Vec<f64>, Vec<[Vec<f64>; 3]>) {
    let x: Vec<f64> = (0..=52).map(|at| f64::from(at) * times).collect();
    let of = |at: usize| {
        let rate = 0.03 + 0.02 * at as f64;
        let part = |shift: f64| -> Vec<f64> {
            let left = |at: u32| 1.0 / (1.0 + rate * f64::from(at)) + shift * f64::from(at) / 52.0;
            (0..=52).map(|at| left(at).clamp(0.0, 1.0)).collect()
        };
        [part(0.0), part(-0.12), part(0.12)]
    };
    (x, (0..count).map(of).collect())
}

fn named<'a>(x: &'a [f64], parts: &'a [[Vec<f64>; 3]]) -> Vec<Curve<'a>> {
    let curve = |(name, [y, lower, upper]): (&'static str, &'a [Vec<f64>; 3])| Curve {
        name,
        x,
        y,
        lower,
        upper,
    };
    NAMES.into_iter().zip(parts).map(curve).collect()
}

/// Draws of differences of effect and cost.
fn differences(at: u64) -> (Vec<f64>, Vec<f64>) {
    let stream = Stream::new(3);
    let of = |draw: u32| {
        let source = stream.at(Purpose(1), draw, at);
        let (a, b) = (source.normal(0), source.normal(1));
        let place = at as f64;
        (
            0.02 * place - 0.03 + 0.015 * a,
            1500.0 * place - 1800.0 + 600.0 * b - 300.0 * a,
        )
    };
    (0..200).map(of).unzip()
}

fn kept(name: &str, figure: &str) {
    if let Ok(folder) = std::env::var("FIGURES") {
        let page = format!("<!doctype html><style>{}</style>{figure}", crate::figure::STYLE);
        std::fs::write(format!("{folder}/{name}.html"), page).unwrap();
    }
}

fn panels(figure: &str) -> usize {
    figure.matches("<clipPath").count() / 3
}

#[test]
fn few_strategies_share_a_panel_and_many_do_not() {
    let (days, parts) = falling(7, 7.0);
    let drawn = |count: usize| {
        let curves = named(&days, &parts[..count]);
        let figure = survival_figure("left", "Left", "Part not well yet", BAND, &curves).unwrap();
        kept(&format!("survival-{count}"), &figure);
        panels(&figure)
    };
    assert_eq!(
        [drawn(1), drawn(2), drawn(3), drawn(4), drawn(7)],
        [1, 1, 1, 4, 7]
    );
}

#[test]
fn means_keep_zero_on_the_axis() {
    let (weeks, mut scores) = falling(7, 1.0);
    scores
        .iter_mut()
        .flatten()
        .flatten()
        .for_each(|score| *score *= 30.0);
    for count in [3, 7] {
        let curves = named(&weeks, &scores[..count]);
        let figure = curves_figure(
            "scores",
            "Scores",
            "MADRS (points)",
            BAND,
            Labels::Number,
            &curves,
        )
        .unwrap();
        kept(&format!("curves-{count}"), &figure);
        assert!(figure.contains(">0</text>") && figure.contains(">30</text>"));
    }
}

#[test]
fn a_curve_without_a_band_has_none_and_a_short_one_is_refused() {
    let curve = Curve {
        name: NAMES[0],
        x: &[0.0, 1.0],
        y: &[1.0, 0.5],
        lower: &[],
        upper: &[],
    };
    let figure = survival_figure("one", "One", "Part", BAND, &[curve]).unwrap();
    assert!(!figure.contains("ribbon"));
    let short = Curve { y: &[1.0], ..curve };
    assert!(matches!(
        curves_figure("one", "One", "Part", BAND, Labels::Percent, &[short]),
        Err(FigureError::Misaligned { mark: "line", .. })
    ));
    assert!(survival_figure("none", "None", "Part", BAND, &[]).is_ok());
}

#[test]
fn the_plane_shows_draws_and_means() {
    let draws: Vec<_> = (0..6).map(differences).collect();
    let named = NAMES[1..].iter().zip(&draws);
    let options: Vec<Draws<'_>> = named
        .map(|(name, (effect, cost))| Draws { name, effect, cost })
        .collect();
    let axes = ("QALYs gained", "Additional cost (USD)");
    for count in [1, 6] {
        let threshold = Some((50_000.0, "50,000 USD per QALY"));
        let figure = plane_figure("plane", "Plane", axes, threshold, &options[6 - count..]).unwrap();
        kept(&format!("plane-{count}"), &figure);
        assert_eq!(figure.matches("class=\"cloud").count(), 3 * count);
        assert_eq!(figure.matches("class=\"point\"").count(), 3 * count);
        assert!(figure.contains("50,000"));
    }
    let wrong = Draws {
        name: "no number",
        effect: &[f64::NAN],
        cost: &[1.0],
    };
    assert!(matches!(
        plane_figure("plane", "Plane", axes, None, &[wrong]),
        Err(FigureError::NotFinite { mark: "cloud", .. })
    ));
    assert!(plane_figure("plane", "Plane", axes, Some((0.0, "free")), &[]).is_ok());
}

#[test]
fn acceptability_has_a_line_for_every_option() {
    let zero = vec![0.0; 200];
    let (mut effects, mut costs) = (vec![zero.clone()], vec![zero]);
    for (effect, cost) in (0..6).map(differences) {
        effects.push(effect);
        costs.push(cost);
    }
    let thresholds: Vec<f64> = (0..=40).map(|step| f64::from(step) * 5000.0).collect();
    let mut parts = vec![Vec::new(); 7];
    for threshold in &thresholds {
        let best = acceptability(&net_benefits(&costs, &effects, *threshold));
        parts.iter_mut().zip(best).for_each(|(to, part)| to.push(part));
    }
    let options: Vec<(&str, &[f64])> = NAMES.into_iter().zip(parts.iter().map(Vec::as_slice)).collect();
    let marked = Some((50_000.0, "50,000 USD"));
    let figure = acceptability_figure(
        "best",
        "Best",
        "What a QALY is worth (USD)",
        &thresholds,
        &options,
        marked,
    );
    let figure = figure.unwrap();
    kept("acceptability", &figure);
    for class in ["blue", "green", "purple", "amber", "vermillion", "ink", "soft"] {
        assert!(figure.contains(&format!("c-{class}")), "{class}");
    }
}

#[test]
fn values_of_information_are_bars_on_one_axis() {
    let row = |name, value, se, told| Information {
        name,
        value,
        se,
        of_nothing: (se > 0.0).then_some(6.0),
        everything: se == 0.0,
        told,
    };
    let rows = [
        row("Everything", 820.0, 0.0, "820 USD"),
        row("Effect of esketamine on relapse", 310.0, 42.0, "310 USD"),
        row(
            "Spread of the response to electroconvulsive therapy between studies",
            120.0,
            30.0,
            "120 USD",
        ),
        row("Utility in remission", 14.0, 9.0, "14 USD"),
    ];
    let figure =
        value_of_information_figure("value", "Value", "Value of knowing it, per person (USD)", &rows);
    let figure = figure.unwrap();
    kept("value", &figure);
    assert_eq!(figure.matches("segment solid c-blue").count(), 3 * 3);
    let wrong = [row("no number", f64::NAN, 1.0, "")];
    assert!(value_of_information_figure("value", "Value", "", &wrong).is_err());
    assert!(value_of_information_figure("value", "Value", "", &[]).is_ok());
}
