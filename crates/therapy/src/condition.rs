//! What people are treated for, in the words of courses and of the evidence tables.

/// Words of the column `condition` of `evidence/studies.csv`.
pub const CONDITIONS: [&str; 11] = [
    "mdd",
    "trd",
    "bipolar-depression",
    "ptsd",
    "gad-sad",
    "suicidality",
    "ocd",
    "aud",
    "oud",
    "mixed",
    "perioperative",
];

/// Unipolar depression, with and without resistance to treatment: studies of either are about comparable people.
const UNIPOLAR: [&str; 2] = ["mdd", "trd"];

/// Conditions of people that can be compared with those of a course; everything but unipolar depression only with
/// itself.
pub(crate) fn comparable(condition: &str) -> Vec<String> {
    if UNIPOLAR.contains(&condition) {
        UNIPOLAR.map(str::to_owned).to_vec()
    } else {
        vec![condition.to_owned()]
    }
}
