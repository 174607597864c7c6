//! The same people in several reports are pooled once.

use crate::study::Study;
use crate::tables::Evidence;

use super::{Excluded, Included};

/// Moves studies whose people another included study already has from the included to the excluded. Of two reports the
/// one that lists the other is the later or the secondary one and goes; of reports that list each other, the one with the
/// most people stays. A report goes only where one that it lists stays.
pub(super) fn once(evidence: &Evidence, included: &mut Vec<Included>, excluded: &mut Vec<Excluded>) {
    let k = included.len();
    let lists: Vec<Vec<usize>> = included
        .iter()
        .map(|study| {
            let listed = evidence
                .study(&study.study_id)
                .map_or(&[][..], |row| row.overlaps_with.as_slice());
            (0..k)
                .filter(|at| {
                    included[*at].study_id != study.study_id && listed.contains(&included[*at].study_id)
                })
                .collect()
        })
        .collect();
    let larger = |a: usize, b: usize| {
        let people = |at: usize| included[at].n.unwrap_or(0.0);
        let first = || included[a].study_id < included[b].study_id;
        people(a) > people(b) || (people(a) == people(b) && first())
    };
    let fates = fates(&lists, &larger);
    let named = |fate: &Fate| match fate {
        Fate::Stays => None,
        Fate::Goes(other) => Some(included[*other].study_id.clone()),
    };
    let others: Vec<Option<String>> = fates.iter().map(named).collect();
    let (mut kept, mut at) = (Vec::new(), 0);
    for study in included.drain(..) {
        let other = others[at].as_ref();
        at += 1;
        let Some(other) = other else {
            kept.push(study);
            continue;
        };
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
    *included = kept;
}

/// What becomes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is counted.
    Stays,
    /// That other one, which it lists, is counted in its stead.
    Goes(usize),
}

/// Which reports stay, by which others each lists. One that lists none that may still stay does; one that lists a staying
/// one goes; where they all list each other in a circle, the largest of it stays.
pub(crate) fn fates(lists: &[Vec<usize>], larger: &dyn Fn(usize, usize) -> bool) -> Vec<Fate> {
    let mut fates: Vec<Option<Fate>> = vec![None; lists.len()];
    loop {
        let open = |fates: &[Option<Fate>], at: usize| fates[at].is_none();
        let stays = |fates: &[Option<Fate>], at: &usize| fates[*at] == Some(Fate::Stays);
        let mut changed = false;
        for at in 0..lists.len() {
            if !open(&fates, at) {
                continue;
            }
            if let Some(other) = lists[at].iter().find(|other| stays(&fates, other)) {
                fates[at] = Some(Fate::Goes(*other));
                changed = true;
            } else if lists[at].iter().all(|other| !open(&fates, *other)) {
                fates[at] = Some(Fate::Stays);
                changed = true;
            }
        }
        if changed {
            continue;
        }
        // Only circles, and what lists them, are left: of a circle that lists nothing outside of it the largest stays.
        let reached = |from: usize| {
            let (mut seen, mut todo) = (Vec::new(), vec![from]);
            while let Some(at) = todo.pop() {
                for other in lists[at].iter().filter(|other| open(&fates, **other)) {
                    if !seen.contains(other) {
                        seen.push(*other);
                        todo.push(*other);
                    }
                }
            }
            seen
        };
        let in_circle = |at: &usize| reached(*at).iter().all(|other| reached(*other).contains(at));
        let candidates = (0..lists.len()).filter(|at| open(&fates, *at)).filter(in_circle);
        let largest = candidates.reduce(|best, at| if larger(at, best) { at } else { best });
        let Some(largest) = largest else { break };
        fates[largest] = Some(Fate::Stays);
        for other in lists[largest].iter().filter(|other| **other != largest) {
            fates[*other].get_or_insert(Fate::Goes(largest));
        }
    }
    fates
        .into_iter()
        .map(|fate| fate.unwrap_or(Fate::Stays))
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lists: &[&[usize]], people: &[f64]) -> Vec<Fate> {
        let lists: Vec<Vec<usize>> = lists.iter().map(|listed| listed.to_vec()).collect();
        fates(&lists, &|a, b| people[a] > people[b])
    }

    #[test]
    fn a_report_goes_only_where_one_that_it_lists_stays() {
        use Fate::{Goes, Stays};
        // A lists B, B lists C: B goes for C, and nobody has the people of A.
        assert_eq!(of(&[&[1], &[2], &[]], &[1.0; 3]), [Stays, Goes(2), Stays]);
        // The same chain in another order of the tables.
        assert_eq!(of(&[&[], &[0], &[1]], &[1.0; 3]), [Stays, Goes(0), Stays]);
        // Two that list each other: the larger stays, whoever lists it goes.
        assert_eq!(
            of(&[&[1], &[0], &[1]], &[1.0, 2.0, 9.0]),
            [Goes(1), Stays, Goes(1)]
        );
        // Two reports of one third.
        assert_eq!(
            of(&[&[2], &[2], &[]], &[5.0, 5.0, 1.0]),
            [Goes(2), Goes(2), Stays]
        );
        // A circle of three.
        assert_eq!(
            of(&[&[1], &[2], &[0]], &[1.0, 1.0, 2.0]),
            [Goes(2), Goes(2), Stays]
        );
    }
}
