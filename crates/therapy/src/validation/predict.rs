//! From curves to the number that a row observed, in its unit.

use super::curve::{Curve, half_life};
use super::scenario::{Curves, Scenario};
use super::structure::Reading;
use super::study::{Analyte, Measure, Observation};
use euthymia_model::Model;
use euthymia_units::{Dimension, Quantity, Unit};

/// Concentrations are compared as mass per volume, as laboratories report them.
const CONCENTRATION: &str = "ng/mL";
/// So many times of the stretch of a half-life.
const STRETCH_TIMES: u32 = 25;

/// Columns of a composition that add up to an analyte, each with its factor, and the unit of the sum.
#[derive(Clone, Debug)]
pub(crate) struct Scaled {
    names: Vec<(String, f64)>,
    unit: Unit,
}

impl Scaled {
    /// How a reading becomes a number with a unit.
    pub(crate) fn new(reading: &Reading, what: &Analyte, model: &Model) -> Result<Self, String> {
        let labels = model.outputs();
        let unit_of = |name: &String| labels.iter().find(|label| label.name == *name)?.unit.clone();
        let said = |error: euthymia_units::UnitError| error.to_string();
        match what {
            Analyte::Effect(_) => {
                let unit = reading.names.first().and_then(unit_of).unwrap_or(Unit::BARE);
                let names = reading.names.iter().map(|name| (name.clone(), 1.0));
                Ok(Self {
                    names: names.collect(),
                    unit,
                })
            }
            Analyte::Moiety(moiety) => {
                let unit = Unit::parse(CONCENTRATION).map_err(said)?;
                let factor = |name: &String| {
                    let own = unit_of(name)
                        .ok_or_else(|| format!("no model gives the unit of `{name}` in its `outputs`"))?;
                    let factor = Quantity::new(1.0, own)
                        .in_unit_by_molar_mass(&unit, &moiety.molar_mass)
                        .map_err(said)?;
                    Ok((name.clone(), factor))
                };
                let names: Result<Vec<(String, f64)>, String> = reading.names.iter().map(factor).collect();
                Ok(Self { names: names?, unit })
            }
        }
    }
}

/// One treatment of a row, computed.
pub(crate) struct Side<'s> {
    pub(crate) scenario: &'s Scenario,
    pub(crate) curves: &'s Curves,
    pub(crate) what: &'s Scaled,
    /// The moiety below the line of a metabolite ratio.
    pub(crate) over: Option<&'s Scaled>,
    /// Part of the dose that is the moiety; of a metabolite none.
    pub(crate) share: Option<f64>,
    /// Whether there are draws; if not, every draw is the typical person.
    pub(crate) drawn: bool,
}

/// Times that a measure needs on the grid, h.
pub(crate) fn times_h(observation: &Observation) -> Vec<f64> {
    let mut times: Vec<f64> = observation.until_h.into_iter().collect();
    match observation.measure {
        Measure::Concentration { at_h } => times.push(at_h),
        Measure::HalfLife { from_h, to_h } => times.extend(stretch(from_h, to_h)),
        // The lowest value of an interval between doses is at its end.
        Measure::Trough => {
            if let [.., before, last] = observation.given.treatment.times_h.as_slice() {
                times.push(last + (last - before));
            }
        }
        _ => {}
    }
    times
}

/// Whether a measure follows the curve to its end.
pub(crate) fn to_the_end(observation: &Observation) -> bool {
    let whole = matches!(
        observation.measure,
        Measure::Auc
            | Measure::Clearance
            | Measure::Bioavailability
            | Measure::AucRatio
            | Measure::MetaboliteRatio { .. }
    );
    whole && observation.until_h.is_none()
}

fn stretch(from_h: f64, to_h: f64) -> impl Iterator<Item = f64> {
    let step = (to_h - from_h) / f64::from(STRETCH_TIMES - 1);
    (0..STRETCH_TIMES).map(move |k| from_h + f64::from(k) * step)
}

/// The factor to the unit in which numbers of the same kind are drawn together, and that unit.
pub(crate) fn common(observation: &Observation, weight_kg: f64) -> Option<(f64, &'static str)> {
    let unit = match (&observation.measure, &observation.what) {
        (Measure::Tmax | Measure::HalfLife { .. }, _) => "h",
        (Measure::Clearance, _) => "L/h",
        (
            Measure::Bioavailability
            | Measure::AucRatio
            | Measure::CmaxRatio
            | Measure::MetaboliteRatio { .. },
            _,
        ) => "1",
        (_, Analyte::Effect(_)) => return None,
        (Measure::Auc, _) => "ng*h/mL",
        _ => CONCENTRATION,
    };
    let own = &observation.value.unit;
    let (own, times) = match own.without_body_weight() {
        Some(whole) if matches!(observation.measure, Measure::Clearance) => (whole, weight_kg),
        _ => (own.clone(), 1.0),
    };
    let one = Quantity::new(times, own);
    let into = if unit == "1" {
        Unit::BARE
    } else {
        Unit::parse(unit).ok()?
    };
    let factor = match &observation.what {
        Analyte::Moiety(moiety) => one.in_unit_by_molar_mass(&into, &moiety.molar_mass),
        Analyte::Effect(_) => one.in_unit(&into),
    };
    Some((factor.ok()?, unit))
}

/// What a row would have observed of one person, in its unit.
pub(crate) fn predicted(
    observation: &Observation,
    main: &Side<'_>,
    against: Option<&Side<'_>>,
    person: usize,
) -> Result<f64, String> {
    let until_h = observation.until_h;
    let other = || against.ok_or_else(|| "there is no other treatment".to_owned());
    let quantity = match &observation.measure {
        Measure::Cmax | Measure::Peak => main.with_curve(main.what, person, |curve| {
            let end = main.end_h(until_h);
            Ok(Quantity::new(highest(curve, end)?.1, main.what.unit.clone()))
        }),
        Measure::Tmax => main.with_curve(main.what, person, |curve| {
            let (time, _) = highest(curve, main.end_h(until_h))?;
            hours(time - main.dose_before_h(time))
        }),
        Measure::Auc => main.area(main.what, person, until_h),
        Measure::Concentration { at_h } => main.with_curve(main.what, person, |curve| {
            let value = curve.at(*at_h).ok_or("the time is not on the grid")?;
            Ok(Quantity::new(value, main.what.unit.clone()))
        }),
        Measure::HalfLife { from_h, to_h } => main.with_curve(main.what, person, |curve| {
            let times: Vec<f64> = stretch(*from_h, *to_h).collect();
            let rate = curve
                .rate_through(&times)
                .ok_or("it does not fall within `terminal`")?;
            hours(half_life(rate))
        }),
        Measure::Clearance => main.clearance(person, &observation.value.unit),
        Measure::Trough => main.with_curve(main.what, person, |curve| {
            let (from_h, to_h) = main.last_interval_h(until_h);
            let (_, value) = curve.lowest(from_h, to_h).ok_or("nothing is computed then")?;
            Ok(Quantity::new(value, main.what.unit.clone()))
        }),
        Measure::Change => main.with_curve(main.what, person, |curve| {
            let change = curve
                .change(main.end_h(until_h))
                .ok_or("nothing is known of the time before the dose")?;
            let relative = observation.value.unit.dimension() == Dimension::NONE
                && main.what.unit.dimension() != Dimension::NONE;
            let before = curve.before().unwrap_or(f64::NAN);
            Ok(if relative {
                Quantity::new(change / before, Unit::BARE)
            } else {
                Quantity::new(change, main.what.unit.clone())
            })
        }),
        Measure::Bioavailability => {
            let other = other()?;
            let above = main.area(main.what, person, until_h)?.value / main.dose_mg();
            let below = other.area(other.what, person, until_h)?.value / other.dose_mg();
            Ok(Quantity::new(above / below, Unit::BARE))
        }
        Measure::AucRatio => {
            let other = other()?;
            let below = other.area(other.what, person, until_h)?.value;
            let above = main.area(main.what, person, until_h)?.value;
            Ok(Quantity::new(above / below, Unit::BARE))
        }
        Measure::CmaxRatio => {
            let other = other()?;
            let of = |side: &Side<'_>| {
                side.with_curve(side.what, person, |curve| {
                    Ok(highest(curve, side.end_h(until_h))?.1)
                })
            };
            Ok(Quantity::new(of(main)? / of(other)?, Unit::BARE))
        }
        Measure::MetaboliteRatio { .. } => {
            let over = main.over.ok_or("the other moiety is not computed")?;
            let above = main.area(main.what, person, until_h)?.value;
            let below = main.area(over, person, until_h)?.value;
            Ok(Quantity::new(above / below, Unit::BARE))
        }
    }?;
    in_unit_of(observation, &quantity)
}

fn highest(curve: Curve<'_>, end_h: f64) -> Result<(f64, f64), String> {
    curve
        .highest(end_h)
        .ok_or_else(|| "nothing is computed then".to_owned())
}

fn hours(value: f64) -> Result<Quantity, String> {
    let unit = Unit::parse("h").map_err(|error| error.to_string())?;
    Ok(Quantity::new(value, unit))
}

/// The number in the unit that the paper has.
fn in_unit_of(observation: &Observation, quantity: &Quantity) -> Result<f64, String> {
    let unit = &observation.value.unit;
    let converted = match &observation.what {
        Analyte::Moiety(moiety) => quantity.in_unit_by_molar_mass(unit, &moiety.molar_mass),
        Analyte::Effect(_) => quantity.in_unit(unit),
    };
    let value = converted.map_err(|error| error.to_string())?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err("it has no finite value".to_owned())
    }
}

impl Side<'_> {
    fn with_curve<T>(
        &self,
        scaled: &Scaled,
        person: usize,
        read: impl FnOnce(Curve<'_>) -> Result<T, String>,
    ) -> Result<T, String> {
        let values = self
            .curves
            .sum(&scaled.names, if self.drawn { person } else { 0 });
        let values = values.ok_or("it is not computed")?;
        read(Curve {
            times_h: &self.curves.times_h,
            values: &values,
            bends_h: &self.scenario.changes_h(),
        })
    }

    fn area(&self, scaled: &Scaled, person: usize, until_h: Option<f64>) -> Result<Quantity, String> {
        let hours = Unit::parse("h").map_err(|error| error.to_string())?;
        let value = self.with_curve(scaled, person, |curve| match until_h {
            Some(until_h) => Ok(curve.area(until_h)),
            None => curve
                .whole_area()
                .map(|area| area.total)
                .ok_or_else(|| "its tail does not fall".to_owned()),
        })?;
        Ok(Quantity::new(value, &scaled.unit * &hours))
    }

    /// The end of what a highest value is looked for in, h.
    fn end_h(&self, until_h: Option<f64>) -> f64 {
        until_h.unwrap_or_else(|| self.scenario.day_after_h())
    }

    /// The last dose that came before a time, h.
    fn dose_before_h(&self, time_h: f64) -> f64 {
        let before = self.scenario.doses_h.iter().copied();
        before.filter(|dose| *dose <= time_h).fold(0.0, f64::max)
    }

    /// The interval after the last of several doses; of one dose all that is looked at.
    fn last_interval_h(&self, until_h: Option<f64>) -> (f64, f64) {
        match self.scenario.doses_h.as_slice() {
            [.., before, last] => (*last, until_h.unwrap_or(last + (last - before))),
            _ => (0.0, self.end_h(until_h)),
        }
    }

    /// mg of the moiety that were given; of a metabolite the whole dose.
    fn dose_mg(&self) -> f64 {
        self.scenario.total_mg * self.share.unwrap_or(1.0)
    }

    /// Dose over area; for a unit per body weight divided by the weight.
    fn clearance(&self, person: usize, unit: &Unit) -> Result<Quantity, String> {
        let said = |error: euthymia_units::UnitError| error.to_string();
        if self.share.is_none() {
            return Err("the drug does not hold it, so that no dose of it is known".to_owned());
        }
        let area = self.area(self.what, person, None)?;
        let dose = Quantity::new(self.dose_mg(), Unit::parse("mg").map_err(said)?);
        let clearance = &dose / &area;
        if unit.without_body_weight().is_none() {
            return Ok(clearance);
        }
        let weight = Quantity::new(self.scenario.weight_kg, Unit::parse("kg").map_err(said)?);
        Ok(&clearance / &weight)
    }
}
