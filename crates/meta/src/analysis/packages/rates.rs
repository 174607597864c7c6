//! `metainc`: events in the person-time of two groups.

use super::super::studies::prepared;
use super::super::{Analysis, Values};
use super::binary::{addition, amount};
use super::pooled::{Report, Rows, options, spread};
use super::settings::{Settings, column};
use crate::MetaError;
use crate::counts::stratified::{Rates, Stratified, cochran_rate_ratio, rate_difference, rate_ratio};
use crate::effect::{Addition, Effects, Given, Measure, Options, Reported};
use crate::review::Interval;

/// How studies are pooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pooling {
    Inverse,
    MantelHaenszel,
    Cochran,
}

/// `metainc`.
pub(super) fn metainc(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(&analysis.inputs, &["method", "incr", "method_incr"])?;
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let read = |name: &str| column(analysis, &frame, name);
    let (event_e, time_e) = (read("event_e")?, read("time_e")?);
    let (event_c, time_c) = (read("event_c")?, read("time_c")?);
    let measure = settings.choice(
        "sm",
        &[
            ("IRR", Measure::IncidenceRateRatio),
            ("IRD", Measure::IncidenceRateDifference),
            ("IRSD", Measure::RootRateDifference),
        ],
    )?;
    let pooling = settings.choice(
        "method",
        &[
            ("MH", Pooling::MantelHaenszel),
            ("Inverse", Pooling::Inverse),
            ("Cochran", Pooling::Cochran),
        ],
    )?;
    if pooling == Pooling::Cochran && measure != Measure::IncidenceRateRatio {
        return Err(settings.error("method", "`Cochran` pools rate ratios; `sm` must be `IRR`"));
    }
    if pooling == Pooling::MantelHaenszel && measure == Measure::RootRateDifference {
        return Err(settings.error("method", "`MH` pools rate ratios and rate differences"));
    }

    let zero: Vec<bool> = event_e
        .iter()
        .zip(&event_c)
        .map(|(e, c)| *e == Some(0.0) || *c == Some(0.0))
        .collect();
    let amounts = match measure {
        Measure::RootRateDifference => vec![0.0; zero.len()],
        _ => addition(&settings)?.amounts(amount(&settings)?, &zero),
    };
    let more = |events: &[Option<f64>]| -> Vec<Option<f64>> {
        events
            .iter()
            .zip(&amounts)
            .map(|(x, add)| x.map(|x| x + add))
            .collect()
    };
    let lines: Vec<usize> = (0..frame.rows()).map(|row| frame.line(row)).collect();
    let effects = |e: &[Option<f64>], c: &[Option<f64>]| {
        let reported = Reported::new(frame.rows())
            .with_lines(lines.clone())
            .with_cells(Given::X1i, e)
            .with_cells(Given::T1i, &time_e)
            .with_cells(Given::X2i, c)
            .with_cells(Given::T2i, &time_c);
        let plain = Options {
            to: Addition::None,
            ..Options::default()
        };
        Effects::of(measure, &reported, &plain)
    };
    // What is reported is checked before anything is added to it.
    let plain = effects(&event_e, &event_c)?;
    let corrected = effects(&more(&event_e), &more(&event_c))?;
    let yi = if measure == Measure::IncidenceRateDifference {
        &plain.yi
    } else {
        &corrected.yi
    };
    let rows = Rows::new(yi, &corrected.vi);
    let options = options(&settings)?;
    let pooled = rows.pool(&options)?;
    let bounds = rows.intervals(settings.level("level")?, |_| f64::INFINITY);
    let mut report = Report::new(&rows, &pooled, bounds);
    if pooling != Pooling::Inverse {
        let (mut kept, mut rates, mut ratios): (Vec<usize>, Vec<Rates>, Vec<f64>) = Default::default();
        for row in 0..frame.rows() {
            let all = [event_e[row], time_e[row], event_c[row], time_c[row]];
            if let ([Some(x), Some(t), Some(y), Some(u)], Some(ratio)) = (all, rows.te[row]) {
                kept.push(row);
                rates.push([x, t, y, u]);
                ratios.push(ratio);
            }
        }
        let Stratified {
            estimate,
            se,
            weights,
        } = match (pooling, measure) {
            (Pooling::Cochran, _) => cochran_rate_ratio(&rates, &ratios),
            (_, Measure::IncidenceRateDifference) => rate_difference(&rates),
            _ => rate_ratio(&rates),
        };
        report.common = Interval::normal(estimate, se, options.level);
        report.common_weights = spread(&weights, &kept, frame.rows());
    }
    Ok(report.values())
}
