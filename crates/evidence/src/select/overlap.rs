//! The same people in several reports are pooled once.

use crate::study::Study;
use crate::tables::Evidence;

use super::{Excluded, Included};

/// Moves studies whose people another included study already has from the included to the excluded. Of two reports the
/// one that lists the other is the later or the secondary one and goes; of two that list each other, the one with fewer
/// people.
pub(super) fn once(evidence: &Evidence, included: &mut Vec<Included>, excluded: &mut Vec<Excluded>) {
    let lists = |one: &str, other: &str| {
        evidence
            .study(one)
            .is_some_and(|study| study.overlaps_with.iter().any(|listed| listed == other))
    };
    loop {
        let goes = included.iter().enumerate().find_map(|(at, study)| {
            let other = included.iter().find(|other| {
                let (own, theirs) = (study.study_id.as_str(), other.study_id.as_str());
                let both = lists(own, theirs) && lists(theirs, own);
                let smaller = || {
                    let key = |study: &Included| study.n.unwrap_or(0.0);
                    key(study) < key(other) || (key(study) == key(other) && own > theirs)
                };
                own != theirs && lists(own, theirs) && (!both || smaller())
            })?;
            Some((at, other.study_id.clone()))
        });
        let Some((at, other)) = goes else { return };
        let study = included.remove(at);
        let row = evidence.study(&study.study_id);
        let remark = row
            .and_then(|row| row.overlap_remark.as_deref())
            .map_or_else(String::new, |remark| format!(" ({remark})"));
        excluded.push(Excluded {
            reason: format!("the same people as in `{other}`, which is pooled{remark}"),
            source_url: row.map_or_else(String::new, |row| row.source_url.clone()),
            study_id: study.study_id,
            label: study.label,
            may_be_asked: true,
        });
    }
}

/// Studies with one registration that the tables do not call overlapping: told, not decided.
pub(super) fn shared_registrations(evidence: &Evidence, included: &[Included]) -> Vec<String> {
    let studies: Vec<&Study> = included
        .iter()
        .filter_map(|study| evidence.study(&study.study_id))
        .collect();
    let mut told = Vec::new();
    for (at, study) in studies.iter().enumerate() {
        for other in &studies[at + 1..] {
            if study.registration.is_some() && study.registration == other.registration {
                told.push(format!(
                    "`{}` and `{}` share the registration {}: check that nobody is in both (`--without` leaves one out)",
                    study.study_id,
                    other.study_id,
                    study.registration.as_deref().unwrap_or_default()
                ));
            }
        }
    }
    told
}
