//! How one dose enters its compartment: its amount, lag and pace with what the model says of the compartment.

use crate::course::CourseDose;
use crate::error::FailureKind;
use crate::population::DoseInput;

/// A compartment as a dose sees it, for one subject.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compartment<'a> {
    pub(crate) name: &'a str,
    pub(crate) bioavailability: f64,
    pub(crate) lag: f64,
    pub(crate) duration: Option<f64>,
    pub(crate) rate: Option<f64>,
}

impl Compartment<'_> {
    pub(crate) fn refuse(
        &self,
        time: f64,
        quantity: &'static str,
        value: f64,
        expected: &'static str,
    ) -> FailureKind {
        FailureKind::Dose {
            time,
            compartment: self.name.to_owned(),
            quantity,
            value,
            expected,
        }
    }
}

/// How a dose enters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// When it begins to.
    pub(crate) start: f64,
    /// How much of it does.
    pub(crate) amount: f64,
    /// Rate and duration of an infusion.
    pub(crate) pace: Option<(f64, f64)>,
}

/// An infusion on its way in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Infusion {
    /// How many times the course was cleared before.
    pub(crate) segment: u32,
    pub(crate) compartment: u16,
    pub(crate) start: f64,
    pub(crate) stop: f64,
    pub(crate) rate: f64,
    /// Place among what happens when it begins.
    pub(crate) place: i64,
    /// Where its compartment is turned off, if it still runs then.
    pub(crate) until: f64,
    /// Of a modelled rate, which follows the inputs: the next row of them.
    pub(crate) follows: Option<usize>,
}

/// When a dose enters, how much of it, and for an infusion its rate and duration.
pub(crate) fn entry(time: f64, dose: &CourseDose, into: Compartment<'_>) -> Result<Entry, FailureKind> {
    let refuse = |quantity, value, expected| Err(into.refuse(time, quantity, value, expected));
    let finite = |value: f64| value.is_finite();
    let not_negative = |value: f64| value.is_finite() && value >= 0.0;
    let positive = |value: f64| value.is_finite() && value > 0.0;
    if !finite(time) {
        return refuse("time", time, "finite");
    }
    if !not_negative(dose.amount) {
        return refuse("amount", dose.amount, "finite and not negative");
    }
    if !not_negative(into.bioavailability) {
        return refuse(
            "bioavailability f()",
            into.bioavailability,
            "finite and not negative",
        );
    }
    if !not_negative(into.lag) {
        return refuse("lag time alag()", into.lag, "finite and not negative");
    }
    let start = time + into.lag;
    let amount = dose.amount * into.bioavailability;
    let (quantity, value) = match dose.input {
        DoseInput::Bolus => {
            return Ok(Entry {
                start,
                amount,
                pace: None,
            });
        }
        DoseInput::Rate(rate) => ("rate", Some(rate)),
        DoseInput::Duration(duration) => ("duration", Some(duration)),
        DoseInput::ModelledRate => ("rate()", into.rate),
        DoseInput::ModelledDuration => ("dur()", into.duration),
    };
    let is_rate = matches!(dose.input, DoseInput::Rate(_) | DoseInput::ModelledRate);
    let Some(value) = value else {
        let attribute = if is_rate { "rate" } else { "dur" };
        return Err(FailureKind::Attribute {
            time,
            compartment: into.name.to_owned(),
            attribute,
        });
    };
    if !positive(value) {
        return refuse(
            quantity,
            value,
            "finite and positive; a dose that enters at once is a bolus",
        );
    }
    let (rate, duration) = if is_rate {
        (value, amount / value)
    } else {
        (amount / value, value)
    };
    if !finite(rate) || !finite(duration) {
        return refuse(quantity, value, "such that rate and duration are finite");
    }
    Ok(Entry {
        start,
        amount,
        pace: Some((rate, duration)),
    })
}

/// The changes of one compartment's total rate. Each total is summed anew over what runs, in the order of the doses,
/// so that no rounding is carried on, and it is exactly 0 when nothing runs.
pub(crate) fn rates(infusions: &[Infusion], mut total_at: impl FnMut(f64, f64)) {
    let mut times: Vec<f64> = infusions
        .iter()
        .flat_map(|infusion| [infusion.start, infusion.stop])
        .collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut waiting: Vec<usize> = (0..infusions.len()).collect();
    waiting.sort_by(|&a, &b| infusions[b].start.total_cmp(&infusions[a].start));
    let mut running: Vec<usize> = Vec::new();
    for time in times {
        running.retain(|&index| infusions[index].stop > time);
        while let Some(&index) = waiting.last().filter(|&&index| infusions[index].start <= time) {
            waiting.pop();
            if infusions[index].stop > time {
                let place = running.partition_point(|&other| other < index);
                running.insert(place, index);
            }
        }
        let total = running
            .iter()
            .fold(0.0, |total, &index| total + infusions[index].rate);
        total_at(time, total);
    }
}
