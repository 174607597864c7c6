//! Every number that a fit is to, and every arm that takes no part: a change of the tables or of the rules shows here.

use super::super::{Data, Rating, Reported};
use super::INPUTS;
use std::fmt::Write;

/// Relapses, and who left.
fn listed_afterwards(data: &Data, text: &mut String) {
    text.push_str("\nrelapses\n");
    let name = |group: usize| {
        let of = &data.relapses.groups[group];
        format!("{} by {} h", of.label, of.time_h)
    };
    for reported in &data.relapses.reported {
        match reported {
            Reported::Events { groups, events } => {
                let names: Vec<String> = groups.iter().map(|group| name(*group)).collect();
                let n: f64 = groups.iter().map(|group| data.relapses.groups[*group].n).sum();
                writeln!(text, "{}: {events}/{n}", names.join(" and "))
            }
            Reported::Later { groups, n, events } => {
                writeln!(
                    text,
                    "{} after {}: {events}/{n}",
                    name(groups[1]),
                    name(groups[0])
                )
            }
            Reported::Ratio {
                groups,
                ln_ratio,
                error,
            } => writeln!(
                text,
                "{} over {}: hazard ratio exp({ln_ratio:.4}) error {error:.4}",
                name(groups[0]),
                name(groups[1])
            ),
        }
        .unwrap();
    }
    text.push_str("\nleft the trial\n");
    for left in &data.left {
        writeln!(text, "{}/{} by {} h", left.events, left.n, left.time_h).unwrap();
    }
    for leavers in &data.leavers {
        let (study, arm, _) = &data.arms[data.visits[leavers.visit].arm];
        writeln!(
            text,
            "{study}/{arm}: change {:.3} error {:.3}",
            leavers.change, leavers.error
        )
        .unwrap();
    }
}

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
    listed_afterwards(data, &mut text);
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
