//! `metaprop`, `metarate`, `metamean`, `metacor`: proportions, rates, means and correlations of one group.

use euthymia_stats::proportion::{self, Interval as Limits};

use super::super::studies::prepared;
use super::super::{Analysis, Values};
use super::binary::{addition, amount};
use super::pooled::{Bounds, Report, Rows, both, options};
use super::settings::{Settings, column};
use crate::effect::{Addition, Effects, Given, Measure, Options, Reported, Scale};
use crate::pool::Method;
use crate::{Frame, MetaError};

fn plain() -> Options {
    Options {
        to: Addition::None,
        ..Options::default()
    }
}

fn reported(frame: &Frame, columns: &[(Given, &[Option<f64>])]) -> Reported {
    let lines = (0..frame.rows()).map(|row| frame.line(row)).collect();
    let empty = Reported::new(frame.rows()).with_lines(lines);
    columns
        .iter()
        .fold(empty, |reported, (what, cells)| reported.with_cells(*what, cells))
}

/// Cells with amounts added.
fn more(cells: &[Option<f64>], amounts: &[f64]) -> Vec<Option<f64>> {
    cells
        .iter()
        .zip(amounts)
        .map(|(x, add)| x.map(|x| x + add))
        .collect()
}

/// The harmonic mean of what is known.
fn harmonic_mean(cells: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = cells.iter().flatten().copied().collect();
    let inverse: f64 = known.iter().map(|x| 1.0 / x).sum();
    (!known.is_empty() && inverse > 0.0).then(|| known.len() as f64 / inverse)
}

/// `metaprop`.
pub(super) fn metaprop(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(&analysis.inputs, &["method", "incr", "method_incr", "method_ci"])?;
    settings.choice("method", &[("Inverse", ())])?;
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let event = column(analysis, &frame, "event")?;
    let n = column(analysis, &frame, "n")?;
    let measure = settings.choice(
        "sm",
        &[
            ("PLOGIT", Measure::ProportionLogit),
            ("PLN", Measure::ProportionLog),
            ("PAS", Measure::ProportionArcsine),
            ("PFT", Measure::ProportionDoubleArcsine),
            ("PRAW", Measure::Proportion),
        ],
    )?;
    let rows = proportions(&settings, &frame, measure, &event, &n)?;
    let level = settings.level("level")?;
    type Method = fn(f64, f64, f64) -> Option<Limits>;
    let method: Option<Method> = settings.choice(
        "method_ci",
        &[
            ("CP", Some(proportion::clopper_pearson as Method)),
            ("WS", Some(proportion::wilson)),
            ("WSCC", Some(proportion::wilson_corrected)),
            ("AC", Some(proportion::agresti_coull)),
            ("SA", Some(|x, n, level| proportion::simple(x, n, level, false))),
            ("SACC", Some(|x, n, level| proportion::simple(x, n, level, true))),
            ("NAsm", None),
        ],
    )?;
    let bounds = match method {
        None => rows.intervals(level, |_| f64::INFINITY),
        Some(method) => limits(
            &event,
            &n,
            |x, n| method(x, n, level),
            |p, n| measure.scale().forth(p, n),
        ),
    };
    let mean = harmonic_mean(&n);
    report_with_back(&settings, &rows, bounds, measure.scale(), mean, |values| {
        values.with("event", event.clone()).with("n", n.clone())
    })
}

fn proportions(
    settings: &Settings,
    frame: &Frame,
    measure: Measure,
    event: &[Option<f64>],
    n: &[Option<f64>],
) -> Result<Rows, MetaError> {
    let given = reported(frame, &[(Given::Xi, event), (Given::Ni, n)]);
    // What is reported is checked before anything is added to it.
    let raw = Effects::of(measure, &given, &plain())?;
    if matches!(
        measure,
        Measure::ProportionArcsine | Measure::ProportionDoubleArcsine
    ) {
        let more = if measure == Measure::ProportionArcsine {
            0.0
        } else {
            2.0
        };
        let mut rows = Rows::new(&raw.yi, &raw.vi);
        rows.complete_se(&both(n, n, |n, _| (1.0 / (4.0 * n + more)).sqrt()));
        return Ok(rows);
    }
    let others = both(n, event, |n, x| n - x);
    let zero: Vec<bool> = event
        .iter()
        .zip(&others)
        .map(|(x, m)| *x == Some(0.0) || *m == Some(0.0))
        .collect();
    let amounts = addition(settings)?.amounts(amount(settings)?, &zero);
    let nothing = vec![0.0; amounts.len()];
    let added = |to_others: &[f64]| {
        let (x, m) = (more(event, &amounts), more(&others, to_others));
        let all = both(&x, &m, |x, m| x + m);
        Effects::of(
            measure,
            &reported(frame, &[(Given::Xi, &x), (Given::Ni, &all)]),
            &plain(),
        )
    };
    // A logarithm needs the correction of the events alone; the raw proportion only one of its variance.
    let mut effects = added(if measure == Measure::ProportionLog {
        &nothing
    } else {
        &amounts
    })?;
    if measure == Measure::Proportion {
        effects.yi = both(event, n, |x, n| x / n);
    }
    if measure == Measure::ProportionLog {
        for (row, v) in effects.vi.iter_mut().enumerate() {
            if let (Some(x), Some(n)) = (event[row], n[row])
                && x == n
            {
                *v = Some(1.0 / x - 1.0 / (n + amounts[row]));
            }
        }
    }
    Ok(Rows::new(&effects.yi, &effects.vi))
}

/// Limits of each study on the scale of its measure.
fn limits(
    event: &[Option<f64>],
    size: &[Option<f64>],
    limits: impl Fn(f64, f64) -> Option<Limits>,
    scale: impl Fn(f64, f64) -> f64,
) -> Bounds {
    event
        .iter()
        .zip(size)
        .map(|(x, n)| {
            let (Some(x), Some(n)) = (x, n) else {
                return (None, None);
            };
            let found = limits(*x, *n);
            (
                found.map(|found| scale(found.lower, *n)),
                found.map(|found| scale(found.upper, *n)),
            )
        })
        .unzip()
}

/// The values of a pooled measure, with what the pooled estimates mean on the scale on which people read.
fn report_with_back(
    settings: &Settings,
    rows: &Rows,
    bounds: Bounds,
    scale: Scale,
    size: Option<f64>,
    more: impl Fn(Values) -> Values,
) -> Result<Values, MetaError> {
    let mut options = options(settings)?;
    if !settings.has("method_tau") {
        options.method = Method::DerSimonianLaird;
    }
    let pooled = rows.pool(&options)?;
    let report = Report::new(rows, &pooled, bounds);
    Ok(more(report.values())
        .with("harmonic_mean", size)
        .with("p_common", scale.back(pooled.common.estimate, size))
        .with("p_random", scale.back(pooled.random.estimate, size)))
}

/// `metarate`.
pub(super) fn metarate(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(&analysis.inputs, &["method", "incr", "method_incr", "method_ci"])?;
    settings.choice("method", &[("Inverse", ())])?;
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let event = column(analysis, &frame, "event")?;
    let time = column(analysis, &frame, "time")?;
    let measure = settings.choice(
        "sm",
        &[
            ("IRLN", Measure::IncidenceRateLog),
            ("IR", Measure::IncidenceRate),
            ("IRS", Measure::IncidenceRateRoot),
            ("IRFT", Measure::IncidenceRateDoubleRoot),
        ],
    )?;
    let effects = |event: &[Option<f64>]| {
        let given = reported(&frame, &[(Given::Xi, event), (Given::Ti, &time)]);
        Effects::of(measure, &given, &plain())
    };
    let mut found = effects(&event)?;
    if matches!(measure, Measure::IncidenceRate | Measure::IncidenceRateLog) {
        let zero: Vec<bool> = event.iter().map(|x| *x == Some(0.0)).collect();
        let amounts = addition(&settings)?.amounts(amount(&settings)?, &zero);
        found = effects(&more(&event, &amounts))?;
    }
    let mut rows = Rows::new(&found.yi, &found.vi);
    if matches!(
        measure,
        Measure::IncidenceRateRoot | Measure::IncidenceRateDoubleRoot
    ) {
        rows.complete_se(&both(&time, &time, |t, _| 0.5 / t.sqrt()));
    }
    let level = settings.level("level")?;
    let exact = settings.choice("method_ci", &[("NAsm", false), ("Poisson", true)])?;
    let bounds = if exact {
        limits(
            &event,
            &time,
            |x, t| proportion::poisson_rate(x, t, level),
            |rate, t| measure.scale().forth(rate, t),
        )
    } else {
        rows.intervals(level, |_| f64::INFINITY)
    };
    let mean = harmonic_mean(&time);
    report_with_back(&settings, &rows, bounds, measure.scale(), mean, |values| {
        values.with("event", event.clone()).with("time", time.clone())
    })
}

/// `metamean`.
pub(super) fn metamean(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(&analysis.inputs, &["method_ci"])?;
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let read = |name: &str| column(analysis, &frame, name);
    let (n, mean, sd) = (read("n")?, read("mean")?, read("sd")?);
    let measure = settings.choice("sm", &[("MRAW", Measure::Mean), ("MLN", Measure::MeanLog)])?;
    let given = reported(&frame, &[(Given::Ni, &n), (Given::Mi, &mean), (Given::Sdi, &sd)]);
    let effects = Effects::of(measure, &given, &plain())?;
    let rows = Rows::new(&effects.yi, &effects.vi);
    let by_t = settings.choice("method_ci", &[("z", false), ("t", true)])? && measure == Measure::Mean;
    let bounds = rows.intervals(settings.level("level")?, |row| match n[row] {
        Some(n) if by_t => n - 1.0,
        _ => f64::INFINITY,
    });
    let pooled = rows.pool(&options(&settings)?)?;
    Ok(Report::new(&rows, &pooled, bounds).values())
}

/// `metacor`.
pub(super) fn metacor(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(&analysis.inputs, &[])?;
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let cor = column(analysis, &frame, "cor")?;
    let n = column(analysis, &frame, "n")?;
    let measure = settings.choice(
        "sm",
        &[("ZCOR", Measure::CorrelationZ), ("COR", Measure::Correlation)],
    )?;
    let given = reported(&frame, &[(Given::Ri, &cor), (Given::Ni, &n)]);
    let effects = Effects::of(measure, &given, &plain())?;
    let mut rows = Rows::new(&effects.yi, &effects.vi);
    if measure == Measure::CorrelationZ {
        let known = n.iter().map(|n| n.filter(|n| *n > 3.0));
        rows.complete_se(
            &known
                .map(|n| n.map(|n| 1.0 / (n - 3.0).sqrt()))
                .collect::<Vec<_>>(),
        );
    }
    let bounds = rows.intervals(settings.level("level")?, |_| f64::INFINITY);
    let pooled = rows.pool(&options(&settings)?)?;
    Ok(Report::new(&rows, &pooled, bounds).values())
}
