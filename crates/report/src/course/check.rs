//! Refuses a result that cannot be drawn honestly: empty, misaligned or not finite.

use euthymia_therapy::result::{CourseResult, Durability, Interval, Share};

use crate::error::ReportError;

/// Checks every number that the page shows.
pub(crate) fn check(result: &CourseResult) -> Result<(), ReportError> {
    let times = &result.times_h;
    if times.is_empty() {
        return Err(ReportError::NoTimes);
    }
    finite("times_h", times)?;
    for (index, pair) in times.windows(2).enumerate() {
        if pair[1] <= pair[0] {
            return Err(ReportError::TimesNotIncreasing {
                index: index + 1,
                time_h: pair[1],
                before_h: pair[0],
            });
        }
    }
    finite("horizon_h", &[result.horizon_h])?;
    let series = |name: String, values: &[f64]| {
        if values.len() == times.len() {
            finite(&name, values)
        } else {
            Err(ReportError::Misaligned {
                series: name,
                expected: times.len(),
                found: values.len(),
            })
        }
    };
    let interval = |name: &str, interval: Option<&Interval>| match interval {
        Some(interval) => {
            series(format!("{name}, lower end"), &interval.lower)?;
            series(format!("{name}, upper end"), &interval.upper)
        }
        None => Ok(()),
    };
    for quantity in &result.quantities {
        let id = &quantity.id;
        for (name, values) in [
            ("p05", &quantity.p05),
            ("p25", &quantity.p25),
            ("p50", &quantity.p50),
            ("p75", &quantity.p75),
            ("p95", &quantity.p95),
            ("mean", &quantity.mean),
        ] {
            series(format!("{id}, {name}"), values)?;
        }
        interval(
            &format!("{id}, interval of the mean"),
            quantity.mean_interval.as_ref(),
        )?;
        for values in &quantity.individuals {
            series(format!("{id}, an individual"), values)?;
        }
    }
    for exposure in &result.exposures {
        finite(&exposure.label, &[exposure.p05, exposure.p50, exposure.p95])?;
    }
    for peak in &result.sessions {
        finite(&peak.label, &[peak.time_h, peak.p05, peak.p50, peak.p95])?;
    }
    for assumption in &result.assumptions {
        let ends = [assumption.lower.unwrap_or(0.0), assumption.upper.unwrap_or(0.0)];
        finite(&assumption.parameter, &[assumption.value, ends[0], ends[1]])?;
    }
    for outcome in &result.outcomes {
        series(outcome.id.clone(), &outcome.proportion)?;
        series(
            format!("{}, Monte Carlo error", outcome.id),
            &outcome.monte_carlo_se,
        )?;
        interval(&format!("{}, interval", outcome.id), outcome.interval.as_ref())?;
    }
    if let Some(soon) = &result.time_to_response {
        series("responded".to_owned(), &soon.responded)?;
        interval("responded, interval", soon.interval.as_ref())?;
        let until = [soon.median.time_h, soon.median_of_responders_h];
        finite("time to response", &until.map(|time_h| time_h.unwrap_or(0.0)))?;
        shares("responded", &[soon.ever])?;
    }
    if let Some(lasting) = &result.durability {
        kept(lasting)?;
    }
    for observation in &result.observations {
        let bounds = [observation.lower.unwrap_or(0.0), observation.upper.unwrap_or(0.0)];
        finite(
            &observation.label,
            &[observation.time_h, observation.value, bounds[0], bounds[1]],
        )?;
    }
    for dose in &result.doses {
        finite(&dose.label, &[dose.time_h, dose.duration_h])?;
    }
    for frequency in [result.answer.response, result.answer.remission] {
        finite(
            "answer",
            &[
                frequency.of_100,
                frequency.lower.unwrap_or(0.0),
                frequency.upper.unwrap_or(0.0),
            ],
        )?;
    }
    finite("answer", &[result.answer.time_h])?;
    for part in &result.variance {
        finite(
            "variance",
            &[
                part.time_h,
                part.parameters,
                part.between_studies,
                part.between_patients,
                part.residual,
            ],
        )?;
    }
    let instrument = &result.instrument;
    finite(
        "instrument",
        &[
            instrument.minimum,
            instrument.maximum,
            instrument.remission_at_most,
        ],
    )
}

fn shares(name: &str, shares: &[Share]) -> Result<(), ReportError> {
    shares.iter().try_for_each(|share| {
        finite(
            name,
            &[
                share.value,
                share.lower.unwrap_or(0.0),
                share.upper.unwrap_or(0.0),
            ],
        )
    })
}

/// The series after the last dose has times of its own.
fn kept(lasting: &Durability) -> Result<(), ReportError> {
    finite("kept, times", &lasting.times_h)?;
    let mut all = vec![("kept", &lasting.kept)];
    if let Some(interval) = &lasting.interval {
        all.extend([
            ("kept, lower end", &interval.lower),
            ("kept, upper end", &interval.upper),
        ]);
    }
    for (name, values) in all {
        finite(name, values)?;
        if values.len() != lasting.times_h.len() {
            return Err(ReportError::Misaligned {
                series: name.to_owned(),
                expected: lasting.times_h.len(),
                found: values.len(),
            });
        }
    }
    let after: Vec<Share> = lasting.after.iter().map(|one| one.share).collect();
    shares("kept", &after)?;
    shares("in response", &[lasting.responders])?;
    finite(
        "kept, times",
        &[
            lasting.last_dose_h,
            lasting.from_h,
            lasting.median.time_h.unwrap_or(0.0),
        ],
    )
}

fn finite(name: &str, values: &[f64]) -> Result<(), ReportError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(ReportError::NotFinite {
            series: name.to_owned(),
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}
