//! Every number that a fit is to, and every arm that takes no part: a change of the tables or of the rules shows here.

use super::super::{Data, Rating};
use super::INPUTS;
use std::fmt::Write;

fn listed(data: &Data) -> String {
    let mut text = format!(
        "{} studies, {} arms, {} people, {} visits, {} numbers\n\n",
        data.studies.len(),
        data.arms.len(),
        data.people(),
        data.visits.len(),
        data.ratings.len()
    );
    for rating in &data.ratings {
        let rated = &data.visits[rating.visit()];
        let (study, arm, _) = &data.arms[rated.arm];
        write!(text, "{study}/{arm} {} h: ", rated.visit.time_h).unwrap();
        let of = |is_change: bool| if is_change { "change" } else { "score" };
        match rating {
            Rating::Mean {
                value,
                error,
                n,
                is_change,
                baseline,
                ..
            } => writeln!(
                text,
                "mean {} {value} error {} n {n} baseline {}{}",
                of(*is_change),
                error.map_or_else(|| "-".to_owned(), |error| format!("{error:.4}")),
                baseline.mean,
                if baseline.uncertain > 0.0 { " (usual)" } else { "" }
            ),
            Rating::Deviation {
                ln_sd, n, is_change, ..
            } => writeln!(text, "sd of {} exp({ln_sd:.4}) n {n}", of(*is_change)),
            Rating::Response {
                events,
                n,
                fraction,
                best,
                weight,
                ..
            } => writeln!(
                text,
                "response {events}/{n} fraction {fraction} best {best} weight {weight}"
            ),
            Rating::Remission {
                events,
                n,
                cut_off,
                weight,
                ..
            } => writeln!(text, "remission {events}/{n} at most {cut_off} weight {weight}"),
            Rating::Contrast {
                visits,
                value,
                error,
                is_standardised,
                ..
            } => {
                let (_, other, _) = &data.arms[data.visits[visits[1]].arm];
                writeln!(
                    text,
                    "less {other} {value} error {error:.4}{}",
                    if *is_standardised { " in SDs" } else { "" }
                )
            }
        }
        .unwrap();
    }
    text.push_str("\nleft out\n");
    for left in &data.left_out {
        writeln!(text, "{}/{}: {}", left.study, left.arm, left.why).unwrap();
    }
    text
}

#[test]
fn the_data_of_the_fit() {
    insta::assert_snapshot!(listed(&INPUTS.data(&[])));
}
