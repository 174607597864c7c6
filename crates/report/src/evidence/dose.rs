//! Dose and effect in lines: the curve, what it predicts, the arms behind it, and what it cannot tell.

use euthymia_evidence::dose::{DoseAnswer, DosePoint};
use euthymia_meta::dose_response::{Curve, HalfMaximum, Trend, Wald};
use euthymia_meta::synthesis::Measure;

use super::hanging;
use super::pooled::{left_out, remarks};
use crate::course::words::capitalised;
use crate::figure::number::two_decimals;
use crate::figure::p_text;
use crate::lines::{Lines, Style, pad_left, pad_right};
use crate::terminal::Colour;

/// The answer in lines.
#[must_use]
pub fn dose(answer: &DoseAnswer, width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width,
        colour,
    };
    out.paragraph(&answer.selection.question, Style::Bold);
    for rule in &answer.selection.rules {
        hanging(&mut out, "- ", rule, Style::Dim);
    }
    hanging(
        &mut out,
        "- ",
        "an arm has the dose of one time; its control has the dose 0",
        Style::Dim,
    );
    out.blank();
    if let (Some(trend), Some(measure)) = (&answer.trend, answer.measure()) {
        curve(&mut out, answer, trend, &measure);
        predictions(&mut out, answer, trend, &measure);
    }
    for said in &answer.said {
        hanging(&mut out, "! ", said, Style::Bold);
    }
    for warning in &answer.selection.warnings {
        hanging(&mut out, "WARNING: ", warning, Style::Bold);
    }
    out.blank();
    arms(&mut out, answer);
    off(&mut out, answer);
    remarks(&mut out, &answer.selection);
    left_out(&mut out, &answer.selection);
    out.text
}

fn unit(answer: &DoseAnswer) -> &'static str {
    answer.unit.map_or("", |unit| unit.word())
}

fn curve(out: &mut Lines, answer: &DoseAnswer, trend: &Trend, measure: &Measure) {
    let unit = unit(answer);
    let scale = if measure.is_ratio() {
        format!("log {}", measure.title())
    } else {
        measure.title().to_owned()
    };
    let mut studies: Vec<&str> = answer
        .points
        .iter()
        .map(|point| point.study_id.as_str())
        .collect();
    studies.dedup();
    out.paragraph(
        &format!(
            "{} curve in one stage, {scale}{} by dose in {unit}: {} of {}",
            capitalised(answer.curve),
            answer
                .selection
                .instrument
                .as_ref()
                .map_or_else(String::new, |name| format!(" in points of {name}")),
            plural(answer.points.len(), "arm", "arms"),
            plural(studies.len(), "study", "studies"),
        ),
        Style::Bold,
    );
    if let Curve::Spline(knots) = &trend.curve {
        let knots: Vec<String> = knots.iter().map(|knot| two_decimals(*knot)).collect();
        out.paragraph(&format!("knots at {} {unit}", knots.join(", ")), Style::Plain);
    }
    let percent = 100.0 * trend.level;
    for one in &trend.coefficients {
        hanging(
            out,
            "  ",
            &format!(
                "{}: {} [{}, {}] ({percent} %), {}",
                one.name,
                two_decimals(one.estimate),
                two_decimals(one.lower),
                two_decimals(one.upper),
                p_text(one.p)
            ),
            Style::Plain,
        );
    }
    if let Some(half) = &trend.half_maximum {
        hanging(out, "  ", &half_maximum(half, unit), Style::Plain);
    }
    let test = |test: &Wald| {
        format!(
            "chi² = {}, df = {}, {}",
            two_decimals(test.statistic),
            test.df,
            p_text(test.p)
        )
    };
    let mut tests = format!("any effect of the dose: {}", test(&trend.overall));
    if let Some(nonlinear) = &trend.nonlinear {
        tests.push_str(&format!("; no line: {}", test(nonlinear)));
    }
    hanging(out, "  ", &tests, Style::Plain);
    if let Some(psi) = &trend.psi {
        let deviations: Vec<String> = trend
            .coefficients
            .iter()
            .enumerate()
            .map(|(place, one)| {
                format!(
                    "{} {}",
                    one.name,
                    two_decimals(psi[(place, place)].max(0.0).sqrt())
                )
            })
            .collect();
        hanging(
            out,
            "  ",
            &format!("standard deviation between studies: {}", deviations.join(", ")),
            Style::Plain,
        );
    }
    let others: Vec<String> = answer
        .alternatives
        .iter()
        .map(|one| match one.aic {
            Some(aic) => format!("{} {aic:.1}", one.curve),
            None => format!("{} none", one.curve),
        })
        .collect();
    hanging(
        out,
        "  ",
        &format!("AIC by maximum likelihood: {}", others.join(", ")),
        Style::Dim,
    );
    out.blank();
}

fn half_maximum(half: &HalfMaximum, unit: &str) -> String {
    if !half.inside {
        return format!(
            "half of the maximum: not found between {} and {} {unit}",
            two_decimals(half.searched.0),
            two_decimals(half.searched.1)
        );
    }
    let end = |end: Option<f64>| end.map_or_else(|| "unknown".to_owned(), two_decimals);
    format!(
        "half of the maximum at {} {unit} [{}, {}] (profile of the likelihood)",
        two_decimals(half.estimate),
        end(half.lower),
        end(half.upper)
    )
}

fn predictions(out: &mut Lines, answer: &DoseAnswer, trend: &Trend, measure: &Measure) {
    let head = |dose: &str, effect: &str, interval: &str| {
        format!(
            "  {}  {}  {}",
            pad_left(dose, 10),
            pad_left(effect, 10),
            pad_right(interval, 20)
        )
    };
    let name = measure.title();
    out.line(
        &format!(
            "{}  (mean over studies; {} %)",
            head(unit(answer), measure.name(), "interval").trim_end(),
            100.0 * trend.level
        ),
        Style::Bold,
    );
    for at in &answer.predictions {
        let interval = format!(
            "{} to {}",
            two_decimals(measure.shown(at.lower)),
            two_decimals(measure.shown(at.upper))
        );
        let beyond = answer
            .points
            .iter()
            .all(|point| point.dose < at.dose - 1e-9 * at.dose);
        let remark = if at.dose == 0.0 {
            "the control, by definition".to_owned()
        } else if beyond {
            "beyond every dose that was given".to_owned()
        } else {
            let k = answer.points.iter().filter(|point| point.dose == at.dose).count();
            if k == 0 {
                "no arm had this dose".to_owned()
            } else {
                plural(k, "arm", "arms")
            }
        };
        out.line(
            &format!(
                "{}  {remark}",
                head(
                    &number(at.dose),
                    &two_decimals(measure.shown(at.effect)),
                    &interval
                )
            ),
            Style::Plain,
        );
    }
    let none = measure.shown_null().map_or_else(String::new, two_decimals);
    let better = answer.selection.outcome.better.map(|better| {
        if better.sign() < 0.0 {
            format!("; below {none} is better")
        } else {
            format!("; above {none} is better")
        }
    });
    hanging(
        out,
        "  ",
        &format!("{name} against the control{}", better.unwrap_or_default()),
        Style::Dim,
    );
    out.blank();
}

fn arms(out: &mut Lines, answer: &DoseAnswer) {
    let Some(measure) = answer.measure() else { return };
    if answer.points.is_empty() {
        return;
    }
    out.line("Arms by dose", Style::Bold);
    let mut points: Vec<&DosePoint> = answer.points.iter().collect();
    points.sort_by(|a, b| a.dose.total_cmp(&b.dose));
    for point in points {
        hanging(
            out,
            "  ",
            &format!(
                "{} {}: {} [{}, {}]; {}, {}",
                number(point.dose),
                unit(answer),
                two_decimals(measure.shown(point.yi)),
                two_decimals(measure.shown(point.lower)),
                two_decimals(measure.shown(point.upper)),
                point.label,
                point.given
            ),
            Style::Plain,
        );
        if let Some(converted) = &point.converted {
            hanging(out, "      ", converted, Style::Dim);
        }
    }
    out.blank();
}

/// Arms of selected studies that have no place on the curve.
fn off(out: &mut Lines, answer: &DoseAnswer) {
    if answer.left_out.is_empty() {
        return;
    }
    out.line("Arms of these studies that are not on the curve", Style::Bold);
    for arm in &answer.left_out {
        hanging(
            out,
            "  ",
            &format!("{}, {}: {}", arm.label, arm.arm, arm.reason),
            Style::Plain,
        );
    }
    out.blank();
}

/// A dose as it was written: no digits that it does not have.
fn number(dose: f64) -> String {
    format!("{}", (dose * 1e6).round() / 1e6)
}

fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Columns of the arms as a table.
pub const DOSE_COLUMNS: [&str; 14] = [
    "study_id", "arm", "status", "drug", "route", "given", "dose", "unit", "measure", "yi", "vi", "ci_low",
    "ci_high", "remarks",
];

/// A row for each arm on the curve, for each that is not, and for each study that was not selected, with the reason.
#[must_use]
pub fn dose_rows(answer: &DoseAnswer) -> Vec<[String; 14]> {
    let on = answer.points.iter().map(|point| {
        [
            point.study_id.clone(),
            point.arm.clone(),
            "on the curve".to_owned(),
            point.drug.clone(),
            point.route.map_or("", |route| route.word()).to_owned(),
            point.given.clone(),
            format!("{}", point.dose),
            unit(answer).to_owned(),
            answer.selection.measure.word().to_owned(),
            format!("{}", point.yi),
            format!("{}", point.vi),
            format!("{}", point.lower),
            format!("{}", point.upper),
            point.converted.clone().unwrap_or_default(),
        ]
    });
    let off = answer
        .left_out
        .iter()
        .map(|arm| (&arm.study_id, arm.arm.as_str(), "not on the curve", &arm.reason));
    let studies = answer
        .selection
        .excluded
        .iter()
        .map(|study| (&study.study_id, "", "not selected", &study.reason));
    let without = off.chain(studies).map(|(study, arm, status, reason)| {
        let mut cells: [String; 14] = Default::default();
        cells[0].clone_from(study);
        cells[1] = arm.to_owned();
        cells[2] = status.to_owned();
        cells[13].clone_from(reason);
        cells
    });
    on.chain(without).collect()
}
