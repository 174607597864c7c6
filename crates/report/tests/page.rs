//! The page of a course: what it says, what it refuses, and that it is one well-formed file.

#![allow(clippy::panic, clippy::unwrap_used)]

mod fixture;
mod xml;

use std::collections::BTreeSet;

use euthymia_report::course::page;
use euthymia_report::error::ReportError;
use euthymia_therapy::result::{CourseResult, Quantity, QuantityKind, VarianceComponents};

/// The page is also left where a person can look at it.
#[test]
fn the_page_is_one_file_that_loads_nothing() {
    let html = page(&fixture::course()).unwrap();
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/course.html"), &html).unwrap();
    assert!(html.trim_start().starts_with("<!doctype html>"));
    for forbidden in [
        "<script", "<link", "<img", "<iframe", " src=", "@import", "<object", "<embed", "<base",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    for (at, _) in html.match_indices("url(") {
        assert!(html[at..].starts_with("url(#"), "{}", &html[at..at + 30]);
    }
    for (at, _) in html.match_indices("://") {
        let before = &html[..at];
        let allowed = before.ends_with("<a href=\"https") || before.ends_with("xmlns=\"http");
        assert!(
            allowed || before.rfind('>') > before.rfind('<'),
            "{}",
            &html[at - 40..at + 20]
        );
    }
    assert!(html.len() < 400_000, "{} bytes", html.len());
}

#[test]
fn every_drawing_is_well_formed_and_named() {
    let html = page(&fixture::course()).unwrap();
    let drawings = xml::svgs(&html);
    assert!(drawings.len() >= 15, "{}", drawings.len());
    for svg in drawings {
        let elements = xml::elements(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
        assert_eq!(elements[..3], ["svg", "title", "desc"]);
        assert!(svg.contains("role=\"img\"") && svg.contains("aria-labelledby="));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}

#[test]
fn identifiers_are_unique_and_references_lead_somewhere() {
    let html = page(&fixture::course()).unwrap();
    let mut ids = BTreeSet::new();
    for id in quoted(&html, " id=\"") {
        assert!(ids.insert(id), "{id} twice");
    }
    for list in quoted(&html, "aria-labelledby=\"") {
        assert!(list.split(' ').all(|id| ids.contains(id)), "{list}");
    }
    for id in html
        .match_indices("url(#")
        .map(|(at, _)| &html[at + 5..at + html[at..].find(')').unwrap()])
    {
        assert!(ids.contains(id), "{id}");
    }
}

#[test]
fn the_sections_come_in_the_order_in_which_a_reader_asks() {
    let html = page(&fixture::course()).unwrap();
    let order = [
        "<h1>",
        "class=\"sentence\"",
        "id=\"icons-response",
        "not a medical device",
        "How sure this is, and why",
        "What was simulated",
        "id=\"score\"",
        "id=\"trials\"",
        "id=\"outcomes\"",
        "id=\"lasting\"",
        "id=\"concentration\"",
        "id=\"session\"",
        "id=\"variance\"",
        "The virtual patients",
        "What every curve rests on",
        "What is assumed",
        "Before believing this",
        "euthymia simulate library/courses",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|text| html.find(text).unwrap_or_else(|| panic!("{text}")))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(html.matches("not a medical device").count(), 1);
}

#[test]
fn the_twins_hold_the_numbers_of_the_result() {
    let result = fixture::course();
    let html = page(&result).unwrap();
    let mut compared = 0;
    for quantity in &result.quantities {
        let unit = if quantity.unit.is_empty() {
            "fraction"
        } else {
            &quantity.unit
        };
        let caption = format!("<caption>{} ({unit}): percentiles", quantity.label);
        let at = html.find(&caption).unwrap_or_else(|| panic!("{caption}"));
        let table = &html[at..at + html[at..].find("</table>").unwrap()];
        let rows: Vec<&str> = table.split("<tr>").skip(2).collect();
        assert!((4..=40).contains(&rows.len()), "{} rows", rows.len());
        for row in rows {
            let cells: Vec<f64> = row.split("<td class=\"number\">").skip(1).map(number).collect();
            let index = result
                .times_h
                .iter()
                .position(|time| (time - cells[0]).abs() < 6e-4)
                .unwrap();
            let mut expected = vec![
                quantity.p05[index],
                quantity.p25[index],
                quantity.p50[index],
                quantity.p75[index],
                quantity.p95[index],
                quantity.mean[index],
            ];
            if let Some(interval) = &quantity.mean_interval {
                expected.extend([interval.lower[index], interval.upper[index]]);
            }
            assert_eq!(cells.len(), expected.len() + 1);
            let largest = quantity.p95.iter().copied().fold(0.0, f64::max);
            for (shown, exact) in cells[1..].iter().zip(expected) {
                // Three significant digits of the largest number of the column.
                assert!(
                    (shown - exact).abs() <= largest * 0.005 + 1e-12,
                    "{shown} for {exact}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 500);
}

/// Times a few minutes apart, each with its own error, are not a curve of twelve weeks.
#[test]
fn curves_hold_what_their_axis_can_show() {
    let mut result = fixture::course();
    fixture::rough(&mut result);
    let html = page(&result).unwrap();
    let at = html.find("id=\"score\"").unwrap();
    let figure = &html[at..at + html[at..].find("</figure>").unwrap()];
    let lines: Vec<&str> = quoted(figure, "class=\"line c-blue\" d=\"");
    assert!(!lines.is_empty());
    for line in lines {
        let points = line.split(['M', 'L']).filter(|point| !point.is_empty()).count();
        // Of 175 times, all days, and of the first two days, with 93 times, a few.
        assert!((80..=110).contains(&points), "{points}");
    }
}

#[test]
fn what_all_trials_gave_is_said_once() {
    let mut result = fixture::course();
    for (index, observation) in result.observations.iter_mut().enumerate() {
        observation.label = format!("Trial {index}, ketamine 0.5 mg/kg IV");
    }
    let html = page(&result).unwrap();
    assert!(html.contains("measured in trials (ketamine 0.5 mg/kg IV)"));
    assert!(html.contains(">Trial 0</text>") && !html.contains("IV</text>"));
}

#[test]
fn a_control_says_that_no_exposure_is_modelled() {
    let mut result = fixture::course();
    result
        .quantities
        .retain(|quantity| quantity.kind == QuantityKind::Score);
    let reported = page(&result).unwrap();
    assert!(reported.contains("This course does not ask for any concentration in the body."));
    let label = result.quantities[0].label.clone();
    result.basis.retain(|basis| basis.curves.contains(&label));
    let html = page(&result).unwrap();
    assert_eq!(html.matches("No exposure is modelled in this course").count(), 2);
    assert!(!html.contains("id=\"concentration\"") && !html.contains("id=\"session\""));
}

#[test]
fn one_patient_is_not_a_crowd() {
    let mut result = fixture::course();
    result.answer.sentence = "Of 100 patients like this one, about 48 respond.".to_owned();
    let html = page(&result).unwrap();
    assert!(html.contains("possible courses of one patient"));
    assert!(html.contains("Of 100 patients like this one, how many respond") && !html.contains("100 people"));
    assert!(html.contains(">The patient</h2>") && !html.contains("The virtual patients"));
    assert!(!html.contains("virtual patients;") && !html.contains("% of patients"));
}

#[test]
fn the_variance_is_drawn_at_six_times_and_listed_at_all() {
    let mut result = fixture::course();
    let pattern = result.variance[0].clone();
    result.variance = [2.0, 24.0, 72.0]
        .into_iter()
        .chain((1..=12).map(|week| f64::from(week) * 168.0))
        .map(|time_h| VarianceComponents {
            time_h,
            ..pattern.clone()
        })
        .collect();
    let html = page(&result).unwrap();
    let at = html.find("id=\"variance\"").unwrap();
    let figure = &html[at..at + html[at..].find("</figure>").unwrap()];
    let (drawings, table) = figure.split_once("<details>").unwrap();
    let bars: Vec<&str> = drawings
        .split("class=\"row-label\"")
        .skip(1)
        .map(|text| &text[text.find('>').unwrap() + 1..text.find('<').unwrap()])
        .collect();
    assert_eq!(bars.len(), 18);
    assert_eq!(
        bars[..6].join(", ").replace('\u{a0}', " "),
        "2 h, 24 h, 7 days, 4 weeks, 8 weeks, 12 weeks"
    );
    assert_eq!(table.matches("<tr>").count(), 16);
}

#[test]
fn text_from_files_is_escaped_everywhere() {
    let mut result = fixture::course();
    let hostile = "<script>alert('x')</script>\"&\u{1b}[31m";
    result.title = hostile.to_owned();
    result.description = hostile.to_owned();
    result.answer.sentence = hostile.to_owned();
    result.answer.time_words = hostile.to_owned();
    result.provenance.command = hostile.to_owned();
    result.instrument.name = hostile.to_owned();
    result.cautions.push(hostile.to_owned());
    for quantity in &mut result.quantities {
        quantity.label = hostile.to_owned();
        quantity.unit = hostile.to_owned();
        quantity.sampling_site = Some(hostile.to_owned());
    }
    for outcome in &mut result.outcomes {
        outcome.label = hostile.to_owned();
        outcome.definition = hostile.to_owned();
    }
    for dose in &mut result.doses {
        dose.label = hostile.to_owned();
    }
    for observation in &mut result.observations {
        observation.label = hostile.to_owned();
        observation.source_url = "javascript:alert(1)".to_owned();
    }
    for basis in &mut result.basis {
        basis.citation = hostile.to_owned();
        basis.url = Some("javascript:alert(1)".to_owned());
    }
    for row in &mut result.population {
        row.source = hostile.to_owned();
    }
    let html = page(&result).unwrap();
    assert!(!html.contains("<script") && !html.contains("href=\"javascript") && !html.contains('\u{1b}'));
    assert!(html.contains("&lt;script&gt;"));
    for svg in xml::svgs(&html) {
        xml::elements(svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    }
}

#[test]
fn a_hole_in_the_result_is_refused() {
    let refused = |change: fn(&mut CourseResult)| {
        let mut result = fixture::course();
        change(&mut result);
        page(&result).unwrap_err()
    };
    assert!(matches!(
        refused(|r| r.quantities[0].p95[3] = f64::NAN),
        ReportError::NotFinite { index: 3, .. }
    ));
    assert!(matches!(
        refused(|r| r.quantities[4].individuals[2][7] = f64::INFINITY),
        ReportError::NotFinite { index: 7, .. }
    ));
    assert!(matches!(
        refused(|r| r.outcomes[0].proportion[0] = f64::NAN),
        ReportError::NotFinite { .. }
    ));
    assert!(matches!(
        refused(|r| r.observations[0].value = f64::NAN),
        ReportError::NotFinite { .. }
    ));
    assert!(matches!(
        refused(|r| r.answer.response.of_100 = f64::NAN),
        ReportError::NotFinite { .. }
    ));
    assert!(matches!(
        refused(|r| r.variance[0].residual = f64::NAN),
        ReportError::NotFinite { .. }
    ));
    assert!(matches!(refused(|r| r.times_h.clear()), ReportError::NoTimes));
    assert!(matches!(
        refused(|r| r.times_h[2] = 0.0),
        ReportError::TimesNotIncreasing { index: 2, .. }
    ));
    let error = refused(|r| {
        r.quantities[1].mean.pop();
    });
    assert!(error.to_string().contains("`norketamine, mean`"), "{error}");
}

#[test]
fn unusual_results_still_make_a_page() {
    let busy = page(&fixture::busy()).unwrap();
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/busy.html"), &busy).unwrap();
    assert!(busy.contains("hollow ones are the trials&#39; control arms"));
    assert!(busy.contains(">control arm</td>"));
    type Change = fn(&mut CourseResult);
    let unusual: [(&str, Change); 8] = [
        ("no observations", |r| r.observations.clear()),
        ("a single time", |r| fixture::keep_times(r, 1)),
        ("two times", |r| fixture::keep_times(r, 2)),
        ("nothing but zeros", |r| {
            for quantity in &mut r.quantities {
                for series in [
                    &mut quantity.p05,
                    &mut quantity.p25,
                    &mut quantity.p50,
                    &mut quantity.p75,
                    &mut quantity.p95,
                ] {
                    series.fill(0.0);
                }
                quantity.mean.fill(0.0);
            }
        }),
        ("a huge population", |r| r.subjects = u64::MAX),
        ("huge values", |r| r.quantities[0].p95.fill(1e15)),
        ("no doses, no parts", |r| {
            r.doses.clear();
            r.variance.clear();
            r.basis.clear();
            r.population.clear();
            r.cautions.clear();
            r.provenance.files.clear();
        }),
        ("no quantities, no outcomes", |r| {
            r.quantities.clear();
            r.outcomes.clear();
        }),
    ];
    for (name, change) in unusual {
        let mut result = fixture::course();
        change(&mut result);
        let html = page(&result).unwrap_or_else(|error| panic!("{name}: {error}"));
        for svg in xml::svgs(&html) {
            xml::elements(svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
            assert!(!svg.contains("NaN"), "{name}: {svg}");
        }
    }
    let mut huge = fixture::course();
    huge.subjects = u64::MAX;
    assert!(page(&huge).unwrap().contains("18,446,744,073,709,551,615"));
}

#[test]
fn provisional_curves_are_stamped_and_others_are_not() {
    let mut result = fixture::course();
    assert!(!page(&result).unwrap().contains("PROVISIONAL"));
    let scores = |quantity: &&mut Quantity| quantity.kind == QuantityKind::Score;
    result
        .quantities
        .iter_mut()
        .filter(scores)
        .for_each(|quantity| quantity.provisional = true);
    let html = page(&result).unwrap();
    assert!(html.contains(">PROVISIONAL<") && html.contains("class=\"provisional\""));
}

#[test]
fn the_sampling_site_stands_in_the_axis_title() {
    let mut result = fixture::course();
    assert!(page(&result).unwrap().contains("Arterial plasma (ng/mL)"));
    result
        .quantities
        .retain(|quantity| quantity.kind != QuantityKind::Concentration || quantity.id == "ketamine");
    assert!(
        page(&result)
            .unwrap()
            .contains("Ketamine, arterial plasma (ng/mL)")
    );
}

#[test]
fn the_same_result_gives_the_same_bytes() {
    assert_eq!(
        page(&fixture::course()).unwrap(),
        page(&fixture::course()).unwrap()
    );
}

fn number(cell: &str) -> f64 {
    let text = cell.split("</td>").next().unwrap_or_default();
    text.replace(',', "")
        .replace('\u{2212}', "-")
        .parse()
        .unwrap_or_else(|_| panic!("{text}"))
}

fn quoted<'a>(html: &'a str, before: &str) -> Vec<&'a str> {
    html.match_indices(before)
        .map(|(at, _)| {
            let start = at + before.len();
            &html[start..start + html[start..].find('"').unwrap()]
        })
        .collect()
}

/// What is assumed is counted, and each number is there with its range and its reason.
#[test]
fn what_is_assumed_is_said() {
    let html = page(&fixture::course()).unwrap();
    assert!(html.contains("2 numbers of the models have no source"));
    assert!(html.contains("1 of them is drawn anew"));
    for words in [
        "1.1 to 5.5",
        "taken as known",
        "made_up_response: lload_half",
        "made up for the page",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let mut result = fixture::course();
    result.assumptions.clear();
    assert!(!page(&result).unwrap().contains("What is assumed"));
}
