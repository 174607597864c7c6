//! The figures of a comparison: who is well when, how long until remission, cost against effect, how often each is best.

use super::figures::{
    self, Draws, Information, acceptability_figure, curves_figure, plane_figure, survival_figure,
    value_of_information_figure,
};
use super::words;
use crate::course::{FigureView, Table};
use crate::error::ReportError;
use crate::figure::Labels;
use euthymia_therapy::strategy::{Comparison, Curve, Outcomes};

/// What the bands are.
const BAND: &str = "nine in ten draws of what is uncertain";

/// All of them, in the order of the page.
pub(super) fn all(comparison: &Comparison) -> Result<Vec<FigureView>, ReportError> {
    let mut all = vec![
        over_time(
            comparison,
            "well",
            "Who is in remission, week by week",
            "The part of people in remission under each strategy, with the band of nine in ten draws of what is uncertain; the faint line is \
             the first strategy.",
            "Part of people in remission",
            Told::Weekly,
            |strategy| &strategy.well,
        )?,
        over_time(
            comparison,
            "until-remission",
            "How long until the first remission",
            "The part of people who have not been in remission yet (Kaplan-Meier; nobody is lost, so that it is the part itself), with the \
             band of nine in ten draws; the faint line is the first strategy.",
            "Part not in remission yet",
            Told::Daily,
            |strategy| &strategy.until_remission,
        )?,
        over_time(
            comparison,
            "until-response",
            "How long until the first response",
            "The part of people who have not responded yet, with the band of nine in ten draws; the faint line is the first strategy.",
            "Part without a response yet",
            Told::Daily,
            |strategy| &strategy.until_response,
        )?,
    ];
    if comparison.strategies.len() > 1 {
        all.push(plane(comparison)?);
        all.push(acceptability(comparison)?);
    }
    Ok(all)
}

/// When a curve is told.
#[derive(Clone, Copy)]
enum Told {
    /// At some weeks, as a line.
    Weekly,
    /// At some days, as steps.
    Daily,
}

/// The curves of all strategies.
fn over_time(
    comparison: &Comparison,
    id: &str,
    finding: &str,
    reading: &str,
    axis: &str,
    told: Told,
    of: impl Fn(&Outcomes) -> &Curve,
) -> Result<FigureView, ReportError> {
    let times: Vec<f64> = match told {
        Told::Weekly => comparison.weeks.iter().map(|week| f64::from(*week)).collect(),
        Told::Daily => comparison.days.iter().map(|day| f64::from(*day)).collect(),
    };
    let curve = |strategy| {
        let curve: &Curve = of(strategy);
        figures::Curve {
            name: &strategy.title,
            x: times.get(..curve.mean.len()).unwrap_or(&times),
            y: &curve.mean,
            lower: &curve.p05,
            upper: &curve.p95,
        }
    };
    let curves: Vec<figures::Curve<'_>> = comparison.strategies.iter().map(curve).collect();
    let svg = match told {
        Told::Weekly => curves_figure(id, finding, axis, BAND, Labels::Percent, &curves)?,
        Told::Daily => survival_figure(id, finding, axis, BAND, &curves)?,
    };
    Ok(view(id, finding, reading, svg))
}

fn view(id: &str, finding: &str, reading: &str, svg: String) -> FigureView {
    FigureView::new(id, finding.to_owned(), reading.to_owned(), svg, Vec::new())
}

/// Cost and quality-adjusted life-years of each strategy less those of the first.
fn plane(comparison: &Comparison) -> Result<FigureView, ReportError> {
    let Some((first, others)) = comparison.strategies.split_first() else {
        return Err(ReportError::NoTimes);
    };
    let less = |values: &[f64], of_first: &[f64]| -> Vec<f64> {
        let each = values.iter().zip(of_first);
        each.map(|(value, first)| value - first).collect()
    };
    let clouds: Vec<(&Outcomes, Vec<f64>, Vec<f64>)> = others
        .iter()
        .map(|other| {
            let effect = less(&other.qaly_by_draw, &first.qaly_by_draw);
            (other, effect, less(&other.cost_by_draw, &first.cost_by_draw))
        })
        .collect();
    let draws = clouds.iter().map(|(other, effect, cost)| Draws {
        name: &other.title,
        effect,
        cost,
    });
    let draws: Vec<Draws<'_>> = draws.collect();
    let threshold = comparison.decision.threshold;
    let money = words::money(threshold, &comparison.currency);
    let (id, finding) = ("plane", "Cost against what it brings");
    let svg = plane_figure(
        id,
        finding,
        (
            "Quality-adjusted life-years less those of the first",
            &format!("Cost less that of the first ({})", comparison.currency),
        ),
        Some((threshold, &format!("{money} per life-year"))),
        &draws,
    )?;
    let reading = format!(
        "Each strategy against {}: to the right it brings more, above it costs more. Dots are draws of what is uncertain, large symbols \
         their means. Below the dashed line a strategy is worth its cost if a quality-adjusted life-year may cost {money}.",
        first.title,
    );
    Ok(view(id, finding, &reading, svg))
}

/// What single unknowns are worth to know; nothing where none is worth more than what a regression finds in nothing.
pub(super) fn worth(comparison: &Comparison, numbers: Table) -> Result<Option<FigureView>, ReportError> {
    let decision = &comparison.decision;
    if decision.worth.is_empty() {
        return Ok(None);
    }
    let named = decision.worth.iter().map(|one| {
        (
            words::capital(&one.label),
            words::money(one.value, &comparison.currency),
            one,
        )
    });
    let named: Vec<_> = named.collect();
    let rows = named.iter().map(|(name, told, one)| Information {
        name,
        value: one.value,
        se: one.se,
        of_nothing: Some(one.of_nothing),
        everything: false,
        told,
    });
    let rows: Vec<Information<'_>> = rows.collect();
    let (id, finding) = ("worth", "What it is worth to know more");
    let axis = format!("Worth a person ({})", comparison.currency);
    let svg = value_of_information_figure(id, finding, &axis, &rows)?;
    let reading = format!(
        "One thing known and the others not, by regression over the draws, if a quality-adjusted life-year may cost {}.",
        words::money(decision.doubtful, &comparison.currency)
    );
    Ok(Some(FigureView::new(
        id,
        finding.to_owned(),
        reading,
        svg,
        vec![numbers],
    )))
}

/// How often each strategy has the highest net benefit.
fn acceptability(comparison: &Comparison) -> Result<FigureView, ReportError> {
    let decision = &comparison.decision;
    let each = comparison.strategies.iter().zip(&decision.acceptability);
    let options: Vec<(&str, &[f64])> = each
        .map(|(strategy, parts)| (strategy.title.as_str(), parts.as_slice()))
        .collect();
    let (id, finding) = ("acceptability", "How likely each is the best choice");
    let svg = acceptability_figure(
        id,
        finding,
        &format!(
            "What a quality-adjusted life-year may cost ({})",
            comparison.currency
        ),
        &comparison.thresholds,
        &options,
        Some((
            decision.threshold,
            &words::money(decision.threshold, &comparison.currency),
        )),
    )?;
    let reading = "The probability that a strategy has the highest net benefit, by what a quality-adjusted life-year may cost. A low curve \
                   does not say that a strategy is bad, but that it is not known to be the best.";
    Ok(view(id, finding, reading, svg))
}
