//! What a curve cannot tell: few doses, doses of one study alone, shapes that fit alike, things that vary beside the dose.

use euthymia_meta::dose_response::Trend;

use super::{Alternative, ArmLeftOut, CurveChoice, DosePoint, distinct};
use crate::select::Selection;
use crate::vocabulary::DoseUnit;

/// Curves whose criteria differ by less fit alike.
const ALIKE: f64 = 2.0;

/// Why there is no curve at all.
pub(super) fn nothing(selection: &Selection, left_out: &[ArmLeftOut]) -> String {
    let near = selection.excluded.len();
    let mut said = format!("no arm with a dose answers this: {}", selection.question);
    if !left_out.is_empty() {
        said.push_str(&format!(
            "; {} of the selected studies have no place on a curve, each listed with its reason",
            count(left_out.len(), "arm", "arms")
        ));
    }
    if near > 0 {
        said.push_str(&format!(
            "; {} near, each listed with what keeps it out",
            if near == 1 {
                "1 study comes".to_owned()
            } else {
                format!("{near} studies come")
            }
        ));
    }
    for wider in &selection.wider {
        said.push_str(&format!(
            "; without `{}` there would be {}",
            wider.without,
            count(wider.k, "study", "studies")
        ));
    }
    said
}

/// What must be said of the points and of the curve through them.
pub(super) fn of(
    points: &[DosePoint],
    fitted: Option<&Trend>,
    alternatives: &[Alternative],
    curve: &CurveChoice,
    unit: Option<DoseUnit>,
) -> Vec<String> {
    if points.is_empty() {
        return Vec::new();
    }
    let doses = distinct(points);
    let unit = unit.map_or("", DoseUnit::word);
    let mut said = Vec::new();
    said.extend(few_doses(&doses, unit));
    said.extend(within_studies(points, &doses));
    said.extend(alone(points, &doses, unit));
    if let Some(fitted) = fitted {
        said.extend(shape(fitted, &doses, unit));
    }
    if doses.len() > 1 {
        said.extend(alike(alternatives, curve));
    }
    said.extend(other_things(points));
    let k = studies(points).len();
    if k == 2 {
        said.push("two studies: how far studies differ can hardly be told".to_owned());
    } else if (3..10).contains(&k) && fitted.is_some_and(|fitted| fitted.psi.is_some()) {
        said.push(format!(
            "intervals refer to the normal distribution: with {k} studies they are narrower than they should be"
        ));
    }
    said
}

fn few_doses(doses: &[f64], unit: &str) -> Option<String> {
    match doses {
        [only] => Some(format!(
            "every arm received {only} {unit}: a curve through 0 and one dose shows no shape; that the effect grows with \
             the dose is assumed here, not found"
        )),
        [first, second] => Some(format!(
            "two doses, {first} and {second} {unit}: whether a curve bends between them cannot be told"
        )),
        _ => None,
    }
}

/// Only people of one study who drew different doses differ by nothing else.
fn within_studies(points: &[DosePoint], doses: &[f64]) -> Option<String> {
    let studies = studies(points);
    let several: Vec<&str> = studies
        .iter()
        .filter(|study| {
            let of_study: Vec<DosePoint> = points
                .iter()
                .filter(|point| point.study_id == **study)
                .cloned()
                .collect();
            distinct(&of_study).len() > 1
        })
        .copied()
        .collect();
    if doses.len() < 2 {
        return None;
    }
    Some(match (several.len(), studies.len()) {
        (_, 1) => {
            "all doses are of one study: what it found, not what studies find; nothing tells how they would \
                   differ"
                .to_owned()
        }
        (0, all) => format!(
            "none of the {all} studies gave more than one dose: whatever the curve says of the dose comes from comparing \
             different studies with different people"
        ),
        (some, all) if some < all => format!(
            "{some} of {all} studies gave more than one dose ({}); the others tell of the dose only by comparing different \
             studies with different people",
            several.join(", ")
        ),
        _ => return None,
    })
}

/// Doses that a single study gave.
fn alone(points: &[DosePoint], doses: &[f64], unit: &str) -> Vec<String> {
    let all = studies(points);
    if all.len() < 2 {
        return Vec::new();
    }
    let mut by_study: Vec<(String, Vec<String>)> = Vec::new();
    for dose in doses {
        let with: Vec<DosePoint> = points
            .iter()
            .filter(|point| point.dose == *dose)
            .cloned()
            .collect();
        if let [only] = studies(&with).as_slice() {
            match by_study.iter_mut().find(|(study, _)| study == only) {
                Some((_, doses)) => doses.push(dose.to_string()),
                None => by_study.push(((*only).to_owned(), vec![dose.to_string()])),
            }
        }
    }
    by_study
        .into_iter()
        .map(|(study, doses)| format!("{} {unit} was given in {study} alone", doses.join(", ")))
        .collect()
}

fn shape(fitted: &Trend, doses: &[f64], unit: &str) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(half) = fitted.half_maximum {
        let (low, high) = half.searched;
        if !half.inside {
            let lowest = half.estimate < (low * high).sqrt();
            said.push(if lowest {
                format!(
                    "no dose of half the maximum is found: the effect is all there at the lowest dose given, {} {unit}; the \
                     band takes it as {} {unit}",
                    doses.first().copied().unwrap_or(0.0),
                    rounded(half.estimate)
                )
            } else {
                format!(
                    "no maximum is found: up to the highest dose given, {} {unit}, nothing levels off, and the curve is as \
                     good as a line; the band takes the dose of half the maximum as {} {unit}",
                    doses.last().copied().unwrap_or(0.0),
                    rounded(half.estimate)
                )
            });
        } else if !half.followed {
            said.push(format!(
                "how well the dose of half the maximum is known cannot be told: the curve has no fit at some of the doses \
                 searched, {} to {} {unit}",
                rounded(low),
                rounded(high)
            ));
        } else if half.lower.is_none() || half.upper.is_none() {
            said.push(format!(
                "the dose of half the maximum is hardly known: the likelihood does not fall {} within the doses searched, {} \
                 to {} {unit}",
                match (half.lower, half.upper) {
                    (None, None) => "on either side",
                    (None, _) => "below it",
                    _ => "above it",
                },
                rounded(low),
                rounded(high)
            ));
        }
        if half.inside && !fitted.half_maximum_in_band {
            said.push(format!(
                "the band takes the dose of half the maximum as {} {unit} and is too narrow: the doses do not tell it from \
                 the maximum",
                rounded(half.estimate)
            ));
        }
    }
    let (numbers, n) = (
        fitted.coefficients.len() + usize::from(fitted.half_maximum.is_some()),
        doses.len(),
    );
    if numbers == n && n > 1 {
        said.push(format!(
            "the curve has {numbers} numbers and there are {n} doses: any such doses are met, the fit does not bear the shape \
             out"
        ));
    }
    said
}

/// Shapes that fit alike.
fn alike(alternatives: &[Alternative], curve: &CurveChoice) -> Option<String> {
    let known: Vec<(&str, f64)> = alternatives
        .iter()
        .filter_map(|one| Some((one.curve, one.aic?)))
        .collect();
    let best = known.iter().map(|(_, aic)| *aic).fold(f64::INFINITY, f64::min);
    let near: Vec<&str> = known
        .iter()
        .filter(|(_, aic)| aic - best < ALIKE)
        .map(|(name, _)| *name)
        .collect();
    let own = known.iter().find(|(name, _)| *name == curve.name());
    if let Some((name, aic)) = own.filter(|(_, aic)| aic - best >= ALIKE) {
        return Some(format!(
            "by Akaike's criterion, which counts the variances between studies too, {} fits better than {name} (lower by {})",
            near.join(" or "),
            rounded(aic - best)
        ));
    }
    (near.len() > 1).then(|| format!("these shapes fit alike (AIC within 2): {}", near.join(", ")))
}

/// What differs between arms beside the dose.
fn other_things(points: &[DosePoint]) -> Vec<String> {
    let mut said = Vec::new();
    let mut drugs: Vec<&str> = points.iter().map(|point| point.drug.as_str()).collect();
    drugs.sort_unstable();
    drugs.dedup();
    if drugs.len() > 1 {
        said.push(format!(
            "{} stand on one axis as if equal amounts were equal doses (`--drug` asks one alone)",
            drugs.join(" and ")
        ));
    }
    let mut routes: Vec<&str> = points
        .iter()
        .filter_map(|point| point.route.map(|route| route.label()))
        .collect();
    routes.sort_unstable();
    routes.dedup();
    if routes.len() > 1 {
        said.push(format!(
            "routes stand on one axis ({}) although less of a dose arrives by some of them (`--route` asks one alone)",
            routes.join(", ")
        ));
    }
    let counts: Vec<u32> = points.iter().filter_map(|point| point.n_doses).collect();
    let (fewest, most) = (counts.iter().min(), counts.iter().max());
    let unknown = points.iter().filter(|point| point.n_doses.is_none()).count();
    if let (Some(fewest), Some(most)) = (fewest, most)
        && (fewest < most || unknown > 0)
    {
        said.push(format!(
            "the dose is that of one time; {} planned{}, not all of them before the measurement",
            if fewest == most {
                count(*most as usize, "dose was", "doses were")
            } else {
                format!("{fewest} to {most} doses were")
            },
            if unknown > 0 {
                format!(" (not told of {})", count(unknown, "arm", "arms"))
            } else {
                String::new()
            }
        ));
    }
    let assumed = points.iter().filter(|point| point.weight_assumed).count();
    if assumed > 0 {
        said.push(format!(
            "{} with a dose worked back from a weight that is ASSUMED",
            count(assumed, "arm", "arms")
        ));
    }
    said
}

fn studies(points: &[DosePoint]) -> Vec<&str> {
    let mut studies: Vec<&str> = Vec::new();
    for point in points {
        if !studies.contains(&point.study_id.as_str()) {
            studies.push(&point.study_id);
        }
    }
    studies
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn rounded(value: f64) -> f64 {
    crate::select::three_digits(value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use euthymia_meta::dose_response::{Contrasts, Shape, trend};
    use euthymia_meta::multivariate::Method;
    use nalgebra::DMatrix;

    use super::*;

    #[test]
    fn an_emax_curve_says_what_its_band_and_its_bounds_leave_out() {
        let doses = [0.5, 1.0, 2.0, 4.0];
        let study = Contrasts {
            doses: doses.to_vec(),
            effects: doses.iter().map(|x| -6.0 * x / (x + 1.5)).collect(),
            covariance: DMatrix::from_fn(4, 4, |i, j| if i == j { 0.02 } else { 0.01 }),
        };
        let mut fitted = trend(&[study], &Shape::Emax, Method::MaximumLikelihood, 0.95).unwrap();
        assert_eq!(shape(&fitted, &doses, "mg/kg"), Vec::<String>::new());
        fitted.half_maximum_in_band = false;
        let said = shape(&fitted, &doses, "mg/kg");
        assert!(said.len() == 1 && said[0].contains("too narrow"), "{said:?}");
        fitted.half_maximum_in_band = true;
        let half = fitted.half_maximum.as_mut().unwrap();
        (half.lower, half.followed) = (None, false);
        let said = shape(&fitted, &doses, "mg/kg");
        assert!(said.len() == 1 && said[0].contains("cannot be told"), "{said:?}");
    }
}
