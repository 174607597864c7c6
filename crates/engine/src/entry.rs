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

/// The changes of one compartment's total rate. Each total is a sum over what runs, in the order of the doses, so that no
/// rounding is carried on, and it is exactly 0 when nothing runs.
pub(crate) fn rates(infusions: &[Infusion], mut total_at: impl FnMut(f64, f64)) {
    let mut times: Vec<f64> = infusions
        .iter()
        .flat_map(|infusion| [infusion.start, infusion.stop])
        .collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let by = |key: fn(&Infusion) -> f64| {
        let mut order: Vec<usize> = (0..infusions.len()).collect();
        order.sort_by(|&a, &b| key(&infusions[a]).total_cmp(&key(&infusions[b])));
        order
    };
    let (starts, stops) = (by(|infusion| infusion.start), by(|infusion| infusion.stop));
    let (mut started, mut stopped) = (0, 0);
    let mut running = Sum::of_zeros(infusions.len());
    for time in times {
        while let Some(&index) = starts
            .get(started)
            .filter(|&&index| infusions[index].start <= time)
        {
            started += 1;
            running.set(index, infusions[index].rate);
        }
        while let Some(&index) = stops.get(stopped).filter(|&&index| infusions[index].stop <= time) {
            stopped += 1;
            running.set(index, 0.0);
        }
        total_at(time, running.total());
    }
}

/// A sum whose terms change one at a time: of pairs, of pairs of pairs and so on, so that a change costs little however
/// many terms there are, and the sum does not depend on what the terms were before.
struct Sum {
    /// Twice as many as the terms, which are the second half; before them, each the sum of two.
    nodes: Vec<f64>,
}

impl Sum {
    fn of_zeros(terms: usize) -> Self {
        Self {
            nodes: vec![0.0; 2 * terms.next_power_of_two()],
        }
    }

    fn set(&mut self, term: usize, value: f64) {
        let mut at = self.nodes.len() / 2 + term;
        self.nodes[at] = value;
        while at > 1 {
            at /= 2;
            self.nodes[at] = self.nodes[2 * at] + self.nodes[2 * at + 1];
        }
    }

    fn total(&self) -> f64 {
        self.nodes[1]
    }
}

#[cfg(test)]
mod tests {
    use super::{Infusion, rates};

    fn infusion(start: f64, stop: f64, rate: f64) -> Infusion {
        Infusion {
            segment: 0,
            compartment: 0,
            start,
            stop,
            rate,
            place: 0,
            until: f64::INFINITY,
            follows: None,
        }
    }

    #[test]
    fn totals_are_of_what_runs_and_nothing_is_left_over() {
        let told = [(0.0, 3.0, 0.1), (1.0, 2.0, 0.2), (1.0, 3.0, 0.3), (2.5, 2.5, 9.0)];
        let infusions: Vec<Infusion> = told.iter().map(|&(a, b, rate)| infusion(a, b, rate)).collect();
        let mut totals = Vec::new();
        rates(&infusions, |time, total| totals.push((time, total)));
        let (two, three) = (0.1 + 0.3, (0.1 + 0.2) + 0.3);
        assert_eq!(
            totals,
            [(0.0, 0.1), (1.0, three), (2.0, two), (2.5, two), (3.0, 0.0)]
        );
    }

    /// Taking each total anew from all that runs once took the square of their number.
    #[test]
    fn many_infusions_at_once_are_soon_added() {
        let many = 1 << 18;
        let at = |count: usize| count as f64;
        let infusions: Vec<Infusion> = (0..many)
            .map(|count| infusion(at(count), at(count + many), 1.0))
            .collect();
        let (mut most, mut last) = (0.0_f64, f64::NAN);
        rates(&infusions, |_, total| {
            most = most.max(total);
            last = total;
        });
        assert_eq!((most, last), (at(many), 0.0));
    }
}
