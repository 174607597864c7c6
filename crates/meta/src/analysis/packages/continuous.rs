//! `metacont`: means and standard deviations of two groups.

use super::super::studies::prepared;
use super::super::{Analysis, Values};
use super::pooled::{Report, Rows, options};
use super::settings::{Settings, column};
use crate::MetaError;
use crate::effect::standardized::{Group, Standardized, standardized};
use crate::effect::{Addition, Effects, Given, Measure, Options, Reported};

/// What two groups report; `None` where something is missing.
type Pair = Option<(Group, Group)>;

/// `metacont`.
pub(super) fn metacont(analysis: &Analysis) -> Result<Values, MetaError> {
    let settings = Settings::of(
        &analysis.inputs,
        &["method_ci", "method_smd", "exact_smd", "sd_glass", "pooledvar"],
    )?;
    let frame = prepared(&analysis.inputs, analysis.frame()?)?;
    let read = |name: &str| column(analysis, &frame, name);
    let (n_e, mean_e, sd_e) = (read("n_e")?, read("mean_e")?, read("sd_e")?);
    let (n_c, mean_c, sd_c) = (read("n_c")?, read("mean_c")?, read("sd_c")?);
    let pairs: Vec<Pair> = (0..frame.rows())
        .map(|row| {
            let group = |n: &[Option<f64>], mean: &[Option<f64>], sd: &[Option<f64>]| {
                Some(Group {
                    n: n[row]?,
                    mean: mean[row]?,
                    sd: sd[row]?,
                })
            };
            Some((group(&n_e, &mean_e, &sd_e)?, group(&n_c, &mean_c, &sd_c)?))
        })
        .collect();
    for (row, pair) in pairs.iter().enumerate() {
        let groups = pair
            .iter()
            .flat_map(|(e, c)| [("experimental", e), ("control", c)]);
        for (name, group) in groups {
            let reason = if group.n <= 0.0 {
                format!("the {name} group has {} people", group.n)
            } else if group.sd < 0.0 {
                format!(
                    "the standard deviation of the {name} group is {}; it cannot be negative",
                    group.sd
                )
            } else {
                continue;
            };
            return Err(MetaError::Row {
                line: frame.line(row),
                reason,
            });
        }
    }
    let rows = effects(&settings, &pairs)?;
    let by_t = settings.choice("method_ci", &[("z", false), ("t", true)])?
        && settings.text("sm")?.is_none_or(|sm| sm == "MD");
    let df = |row: usize| match pairs[row] {
        Some((e, c)) if by_t => e.n + c.n - 2.0,
        _ => f64::INFINITY,
    };
    let pooled = rows.pool(&options(&settings)?)?;
    let bounds = rows.intervals(settings.level("level")?, df);
    Ok(Report::new(&rows, &pooled, bounds).values())
}

fn effects(settings: &Settings, pairs: &[Pair]) -> Result<Rows, MetaError> {
    let measure = settings.choice(
        "sm",
        &[
            ("MD", Measure::MeanDifference),
            ("SMD", Measure::StandardizedMeanDifference),
            ("ROM", Measure::RatioOfMeans),
        ],
    )?;
    let exact = settings.flag("exact_smd")?.unwrap_or(true);
    let of_control = settings.choice("sd_glass", &[("control", true), ("experimental", false)])?;
    let method = settings.choice(
        "method_smd",
        &[
            ("Hedges", Standardized::Hedges),
            ("Cohen", Standardized::Cohen),
            (
                "Glass",
                if of_control {
                    Standardized::GlassControl
                } else {
                    Standardized::GlassExperimental
                },
            ),
        ],
    )?;
    if measure == Measure::StandardizedMeanDifference {
        let found = pairs
            .iter()
            .map(|pair| pair.and_then(|(e, c)| standardized(e, c, method, exact)));
        let (yi, vi): (Vec<_>, Vec<_>) = found
            .map(|found| (found.map(|x| x.0), found.map(|x| x.1)))
            .unzip();
        return Ok(Rows::new(&yi, &vi));
    }
    let pooled_variance = settings.flag("pooledvar")?.unwrap_or(false);
    // Groups of one variance: the standard deviation of both together stands for each.
    let shared: Vec<Pair> = pairs
        .iter()
        .map(|pair| {
            pair.map(|(e, c)| {
                if !pooled_variance {
                    return (e, c);
                }
                let square = (e.n - 1.0) * e.sd * e.sd + (c.n - 1.0) * c.sd * c.sd;
                let sd = (square / (e.n + c.n - 2.0)).sqrt();
                (Group { sd, ..e }, Group { sd, ..c })
            })
        })
        // Ratios of means need means above 0.
        .map(|pair| pair.filter(|(e, c)| measure != Measure::RatioOfMeans || (e.mean > 0.0 && c.mean > 0.0)))
        .collect();
    let take = |f: fn(&(Group, Group)) -> f64| -> Vec<Option<f64>> {
        shared.iter().map(|pair| pair.as_ref().map(f)).collect()
    };
    let reported = Reported::new(pairs.len())
        .with_cells(Given::N1i, &take(|pair| pair.0.n))
        .with_cells(Given::M1i, &take(|pair| pair.0.mean))
        .with_cells(Given::Sd1i, &take(|pair| pair.0.sd))
        .with_cells(Given::N2i, &take(|pair| pair.1.n))
        .with_cells(Given::M2i, &take(|pair| pair.1.mean))
        .with_cells(Given::Sd2i, &take(|pair| pair.1.sd));
    let plain = Options {
        to: Addition::None,
        correct: false,
        ..Options::default()
    };
    let mut effects = Effects::of(measure, &reported, &plain)?;
    for (v, pair) in effects.vi.iter_mut().zip(pairs) {
        // Without spread in one of its groups a study has an effect, but no weight.
        *v = v.filter(|_| pair.is_some_and(|(e, c)| e.sd > 0.0 && c.sd > 0.0));
    }
    Ok(Rows::new(&effects.yi, &effects.vi))
}
