//! `metabin`: events of two groups.

use super::super::studies::prepared;
use super::super::{Analysis, Values};
use super::pooled::{Report, Rows, both, options, spread};
use super::settings::{Settings, column};
use crate::MetaError;
use crate::counts::stratified::{
    Cells, DifferenceVariance, Stratified, odds_ratio, risk_difference, risk_ratio,
};
use crate::effect::continuity::{Amount, Continuity, Corrected, Tables};
use crate::effect::{Addition, Measure};
use crate::pool::Method;
use crate::review::CommonInterval;
use crate::review::Interval;
use crate::review::RandomInterval;

/// How studies are pooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pooling {
    Inverse,
    MantelHaenszel,
    Peto,
    SampleSize,
}

/// What is added, to which studies.
pub(super) fn addition(settings: &Settings) -> Result<Addition, MetaError> {
    settings.choice(
        "method_incr",
        &[
            ("only0", Addition::OnlyZero),
            ("if0all", Addition::IfZeroAll),
            ("all", Addition::All),
        ],
    )
}

/// The amount that is added, a number.
pub(super) fn amount(settings: &Settings) -> Result<f64, MetaError> {
    let amount = settings.number("incr")?.unwrap_or(0.5);
    if amount >= 0.0 && amount.is_finite() {
        Ok(amount)
    } else {
        Err(settings.error("incr", format!("{amount} cannot be added to a cell")))
    }
}

fn continuity(settings: &Settings) -> Result<Continuity, MetaError> {
    let by_arm = settings.has("incr") && settings.number("incr").is_err();
    Ok(Continuity {
        amount: if by_arm {
            settings.choice("incr", &[("TACC", Amount::TreatmentArm)])?
        } else {
            Amount::Fixed(amount(settings)?)
        },
        to: addition(settings)?,
        all_studies: settings.flag("allstudies")?.unwrap_or(false),
        both_rows: settings.flag("RR_Cochrane")?.unwrap_or(false),
    })
}

/// `metabin`.
pub(super) fn metabin(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(
        &analysis.inputs,
        &[
            "method",
            "incr",
            "method_incr",
            "allstudies",
            "MH_exact",
            "RR_Cochrane",
            "Q_Cochrane",
            "print_CMH",
        ],
    )?;
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let tables = Tables {
        event_e: column(analysis, &frame, "event_e")?,
        n_e: column(analysis, &frame, "n_e")?,
        event_c: column(analysis, &frame, "event_c")?,
        n_c: column(analysis, &frame, "n_c")?,
        lines: (0..frame.rows()).map(|row| frame.line(row)).collect(),
    };
    let named = settings.choice(
        "sm",
        &[
            ("RR", Measure::RiskRatio),
            ("OR", Measure::OddsRatio),
            ("RD", Measure::RiskDifference),
            ("ASD", Measure::ArcsineDifference),
        ],
    )?;
    let mut pooling = settings.choice(
        "method",
        &[
            ("MH", Pooling::MantelHaenszel),
            ("Inverse", Pooling::Inverse),
            ("Peto", Pooling::Peto),
            ("SSW", Pooling::SampleSize),
        ],
    )?;
    let pooling_named = pooling;
    if named == Measure::ArcsineDifference {
        pooling = Pooling::Inverse;
    }
    if matches!(pooling, Pooling::Peto | Pooling::SampleSize) && named != Measure::OddsRatio {
        return Err(settings.error("method", "this method pools odds ratios; `sm` must be `OR`"));
    }
    let measure = if pooling == Pooling::Peto {
        Measure::PetoOddsRatio
    } else {
        named
    };
    let corrected = tables.corrected(measure, &continuity(&settings)?)?;
    let effects = corrected.effects()?;
    let mut rows = Rows::new(&effects.yi, &effects.vi);
    if measure == Measure::OddsRatio {
        for (se, nothing) in rows.se.iter_mut().zip(&corrected.uninformative) {
            // The variance of a log odds ratio without events has no bound.
            if *nothing {
                *se = Some(f64::INFINITY);
            }
        }
    }
    if measure == Measure::ArcsineDifference {
        rows.complete_se(&both(&tables.n_e, &tables.n_c, |e, c| {
            (0.25 / e + 0.25 / c).sqrt()
        }));
    }
    let mut options = options(&settings)?;
    if pooling_named != Pooling::Inverse {
        options.common = CommonInterval::Classic;
    }
    let stratified = match pooling {
        Pooling::MantelHaenszel => Some(mantel_haenszel(&settings, &corrected, &rows)?),
        _ => None,
    };
    if let Some(stratified) = &stratified
        && options.method == Method::DerSimonianLaird
        && settings.flag("Q_Cochrane")?.unwrap_or(true)
    {
        options.around = Some(stratified.estimate);
    }
    let pooled = rows.pool(&options)?;
    let bounds = rows.intervals(settings.level("level")?, |_| f64::INFINITY);
    let mut report = Report::new(&rows, &pooled, bounds);
    if let Some(Stratified {
        estimate,
        se,
        weights,
    }) = stratified
    {
        report.common = Interval::normal(estimate, se, options.level);
        let kept: Vec<usize> = (0..rows.te.len())
            .filter(|row| corrected.cells[*row].is_some())
            .collect();
        report.common_weights = spread(&weights, &kept, rows.te.len());
    }
    if pooling == Pooling::SampleSize {
        let weights = sample_size_weights(&tables);
        let tau2 = pooled.heterogeneity.tau2.unwrap_or(0.0);
        let df = match options.random {
            RandomInterval::HartungKnapp(_) => pooled.k as f64 - 1.0,
            _ => f64::INFINITY,
        };
        let common = weighted(&rows, &weights, 0.0);
        let random = weighted(&rows, &weights, tau2);
        report.common = Interval::normal(common.0, common.1, options.level);
        report.random = Interval::new(random.0, random.1, df, options.level, 0.0);
        report.common_weights.clone_from(&weights);
        report.random_weights = weights;
    }
    Ok(report.values().with("Q_CMH", corrected.cochran_mantel_haenszel()))
}

fn mantel_haenszel(settings: &Settings, corrected: &Corrected, rows: &Rows) -> Result<Stratified, MetaError> {
    let exact = settings.flag("MH_exact")?.unwrap_or(false);
    let cells: Vec<Cells> = if exact {
        corrected.cells.iter().flatten().copied().collect()
    } else {
        corrected.all_cells().into_iter().flatten().collect()
    };
    Ok(match settings.text("sm")? {
        Some("OR") => odds_ratio(&cells),
        Some("RD") => {
            let differences: Vec<f64> = rows.te.iter().flatten().copied().collect();
            risk_difference(&cells, &differences, DifferenceVariance::Greenland)
        }
        _ => risk_ratio(&cells),
    })
}

/// Weights by sample size, `n_e n_c / (n_e + n_c)`, of all studies whose numbers are known.
fn sample_size_weights(tables: &Tables) -> Vec<f64> {
    let weights = both(&tables.n_e, &tables.n_c, |e, c| e * c / (e + c));
    weights.iter().map(|weight| weight.unwrap_or(0.0)).collect()
}

/// The weighted mean of the studies that have an effect, and its standard error. A study without one counts in the
/// standard error with what it says, which is nothing: it is then infinite.
fn weighted(rows: &Rows, weights: &[f64], tau2: f64) -> (f64, f64) {
    let (mut sum, mut known, mut total, mut variance) = (0.0, 0.0, 0.0, 0.0);
    for ((te, se), w) in rows.te.iter().zip(&rows.se).zip(weights) {
        if let Some(te) = te {
            sum += w * te;
            known += w;
        }
        if let Some(se) = se {
            variance += w * w * (se * se + tau2);
        }
        total += w;
    }
    (sum / known, variance.sqrt() / total)
}
