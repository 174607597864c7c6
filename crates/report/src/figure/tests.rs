//! Small figures, drawn whole.

use super::*;

fn small() -> Figure {
    let x = vec![0.0, 24.0, 168.0];
    Figure {
        id: "small".to_owned(),
        title: "A <b> title".to_owned(),
        description: "What it shows.".to_owned(),
        stamp: Some("PROVISIONAL".to_owned()),
        height: Height::Ordinary,
        panels: vec![Panel {
            title: None,
            x: Axis {
                title: "Time".to_owned(),
                scale: Scale::time(0.0, 168.0),
            },
            y: Axis {
                title: "Score (points)".to_owned(),
                scale: Scale::linear(0.0, 30.0, Labels::Number),
            },
            marks: vec![
                Mark::Ribbon(Ribbon {
                    x: x.clone(),
                    lower: vec![20.0, 8.0, 12.0],
                    upper: vec![30.0, 20.0, 25.0],
                    role: Role::Blue,
                    weight: Weight::Outer,
                    label: Some("90 % of patients".to_owned()),
                }),
                Mark::Reference(Reference {
                    value: 10.0,
                    label: "remission".to_owned(),
                    stroke: Stroke::Dashed,
                }),
                Mark::Line(Line {
                    x,
                    y: vec![25.0, 14.0, 18.0],
                    role: Role::Blue,
                    stroke: Stroke::Solid,
                    label: Some("average".to_owned()),
                }),
                Mark::Points(Points {
                    items: vec![Point {
                        x: 24.0,
                        y: 15.0,
                        interval: Some((12.0, 18.0)),
                        title: "A trial: 15".to_owned(),
                    }],
                    role: Role::Vermillion,
                    shape: Shape::Circle,
                    filled: true,
                    label: "A trial".to_owned(),
                }),
            ],
            doses: Some(Doses {
                items: vec![Dose {
                    start: 0.0,
                    duration: 0.7,
                    title: "a dose".to_owned(),
                }],
                names: ("dose".to_owned(), "doses".to_owned()),
            }),
        }],
    }
}

#[test]
fn a_small_figure_is_drawn_as_before() {
    insta::assert_snapshot!("small_narrow", broken(&small().svg(Size::Narrow).unwrap()));
    insta::assert_snapshot!("small_wide", broken(&small().svg(Size::Wide).unwrap()));
}

#[test]
fn stacked_bars_are_drawn_as_before() {
    let bars = StackedBars {
        id: "bars".to_owned(),
        title: "Shares".to_owned(),
        description: "Two shares.".to_owned(),
        parts: vec![
            BarPart {
                label: "one".to_owned(),
                role: Role::Blue,
            },
            BarPart {
                label: "other".to_owned(),
                role: Role::Green,
            },
        ],
        rows: vec![
            BarRow {
                label: "first".to_owned(),
                values: vec![3.0, 1.0],
            },
            BarRow {
                label: "nothing".to_owned(),
                values: vec![0.0, 0.0],
            },
        ],
    };
    insta::assert_snapshot!("bars_medium", broken(&bars.svg(Size::Medium).unwrap()));
}

#[test]
fn a_figure_refuses_what_no_axis_has_a_place_for() {
    let mut figure = small();
    if let Mark::Line(line) = &mut figure.panels[0].marks[2] {
        line.y[1] = f64::NAN;
    }
    let expected = FigureError::NotFinite {
        figure: "small".to_owned(),
        mark: "line",
        index: 2,
    };
    assert_eq!(figure.svg(Size::Wide), Err(expected));
    let mut figure = small();
    if let Mark::Line(line) = &mut figure.panels[0].marks[2] {
        line.y.pop();
    }
    assert!(matches!(
        figure.svg(Size::Wide),
        Err(FigureError::Misaligned { .. })
    ));
}

#[test]
fn drawing_twice_gives_the_same_bytes() {
    assert_eq!(responsive(&small()).unwrap(), responsive(&small()).unwrap());
}

/// One element a line, so that a changed snapshot can be read.
fn broken(svg: &str) -> String {
    svg.replace("><", ">\n<")
}

/// WCAG 2.1: 4.5:1 for text (1.4.3), 3:1 for lines and shapes (1.4.11); every colour here is used for both.
#[test]
fn colours_stand_out_in_light_dark_and_print() {
    let schemes: Vec<&str> = STYLE
        .split(":root{")
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap())
        .collect();
    assert_eq!(schemes.len(), 3);
    for scheme in schemes {
        let colour = |name: &str| {
            let (_, after) = scheme.split_once(&format!("--{name}:#")).unwrap();
            luminance(&after[..6])
        };
        for name in [
            "ink",
            "soft",
            "faint",
            "blue",
            "green",
            "vermillion",
            "purple",
            "amber",
            "link",
        ] {
            let (one, other) = (colour(name), colour("paper"));
            let contrast = (f64::max(one, other) + 0.05) / (f64::min(one, other) + 0.05);
            assert!(contrast >= 4.5, "{name}: {contrast:.2} in {scheme}");
        }
    }
}

/// Relative luminance of `rrggbb` as WCAG defines it.
fn luminance(hex: &str) -> f64 {
    [(0, 0.2126), (2, 0.7152), (4, 0.0722)]
        .into_iter()
        .map(|(at, weight)| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            let linear = if value <= 0.04045 {
                value / 12.92
            } else {
                euthymia_vecmath::scalar::pow((value + 0.055) / 1.055, 2.4)
            };
            weight * linear
        })
        .sum()
}
