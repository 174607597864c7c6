//! The dose that most studies of a drug and a route gave.

use std::collections::BTreeSet;

use crate::arm::Arm;
use crate::select::{Fate, fates};
use crate::tables::Evidence;
use crate::vocabulary::{Route, Verified};

use super::item::{Counted, Definition};
use super::resolve::{Item, empty, source};

/// Estimate is the dose, `k` the studies that gave it, `n` those that tell a single dose. A study counts once, however many
/// of its arms had the dose one after the other, and not at all where another that is counted has its people.
pub(super) fn of(
    evidence: &Evidence,
    definition: &Definition,
    drug: &str,
    route: Route,
) -> Result<Item, String> {
    let arms = evidence.arms.iter().filter(|arm| {
        arm.drug == drug && arm.route == Some(route) && !arm.is_subset() && arm.verified == Verified::Yes
    });
    let mut single: Vec<(&Arm, f64, &'static str)> = arms
        .filter_map(|arm| {
            let dose = arm.dose.filter(|dose| dose.minimum == dose.maximum)?;
            let remembered = arm.memory_fields.iter().any(|field| field == "dose");
            (!remembered).then_some((arm, dose.minimum, dose.unit.word()))
        })
        .collect();
    let counted = once(evidence, single.iter().map(|(arm, ..)| arm.study_id.as_str()));
    single.retain(|(arm, ..)| counted.contains(arm.study_id.as_str()));
    let count = |dose: f64, unit: &str| {
        let given = single.iter().filter(|(_, d, u)| *d == dose && *u == unit);
        given
            .map(|(arm, ..)| arm.study_id.as_str())
            .collect::<BTreeSet<_>>()
            .len()
    };
    let most = single
        .iter()
        .max_by_key(|(_, dose, unit)| count(*dose, unit))
        .ok_or_else(|| format!("no arm of `{drug}` by this route has a single dose"))?;
    let (dose, unit) = (most.1, most.2);
    let mut item = empty(definition, "usual dose", unit);
    item.unit = Some(unit.to_owned());
    item.estimate = Some(dose);
    item.k = u32::try_from(count(dose, unit)).ok();
    item.n = Some(counted.len() as f64);
    item.counted = Counted::Studies;
    for (arm, ..) in single.iter().filter(|(_, d, u)| *d == dose && *u == unit) {
        let source = source(&arm.source_url, None);
        if !item.sources.contains(&source) {
            item.sources.push(source);
        }
    }
    Ok(item)
}

/// The studies without those whose people another of them has.
fn once<'e>(evidence: &Evidence, studies: impl Iterator<Item = &'e str>) -> BTreeSet<&'e str> {
    let studies: Vec<&str> = studies.collect::<BTreeSet<_>>().into_iter().collect();
    let lists: Vec<Vec<usize>> = studies
        .iter()
        .map(|study| {
            let listed = evidence
                .study(study)
                .map_or(&[][..], |row| row.overlaps_with.as_slice());
            let of = |at: &usize| studies[*at] != *study && listed.iter().any(|other| other == studies[*at]);
            (0..studies.len()).filter(of).collect()
        })
        .collect();
    let people = |at: usize| evidence.study(studies[at]).and_then(|row| row.n_randomised);
    let fates = fates(&lists, &|a, b| people(a) > people(b));
    let stays = studies.into_iter().zip(fates);
    stays
        .filter_map(|(study, fate)| (fate == Fate::Stays).then_some(study))
        .collect()
}
