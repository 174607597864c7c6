//! The mixed model for repeated measures against nlme of R, and laws that it keeps.

use euthymia_stats::mmrm::{MmrmError, Rated, fit};
use std::path::Path;

struct Person {
    arm: usize,
    baseline: f64,
    complete: Vec<Option<f64>>,
    missing: Vec<Option<f64>>,
}

fn table(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../suite/reference/mmrm")
        .join(name);
    let text = std::fs::read_to_string(path).expect("the reference");
    let split = |line: &str| line.split(',').map(str::to_owned).collect();
    text.lines().skip(1).map(split).collect()
}

fn people() -> Vec<Person> {
    let number = |cell: &String| cell.parse::<f64>().ok();
    let person = |row: Vec<String>| Person {
        arm: row[1].parse().expect("an arm"),
        baseline: number(&row[2]).expect("a baseline"),
        complete: row[3..7].iter().map(number).collect(),
        missing: row[7..11].iter().map(number).collect(),
    };
    table("data.csv").into_iter().map(person).collect()
}

fn rated<'p>(
    people: &'p [Person],
    values: fn(&Person) -> &[Option<f64>],
) -> impl Iterator<Item = Rated<'p>> + Clone {
    people.iter().map(move |person| Rated {
        arm: person.arm,
        baseline: person.baseline,
        values: values(person),
    })
}

#[test]
fn estimates_and_errors_are_those_of_nlme() {
    let people = people();
    let sets = [
        fit(rated(&people, |person| &person.complete), 3, 4).expect("fitted"),
        fit(rated(&people, |person| &person.missing), 3, 4).expect("fitted"),
    ];
    let answers = table("answers.csv");
    assert_eq!(answers.len(), 16);
    for row in answers {
        let model = &sets[usize::from(row[0] == "missing")];
        assert!(model.settled);
        let number = |at: usize| row[at].parse::<f64>().expect("a number");
        let contrast = model
            .contrast(number(1) as usize - 1, number(2) as usize, 0)
            .expect("a contrast");
        // What nlme's optimiser leaves.
        assert!(
            (contrast.estimate - number(3)).abs() < 2e-5 * number(4),
            "{row:?} {contrast:?}"
        );
        assert!(
            (contrast.se / number(4) - 1.0).abs() < 2e-5,
            "{row:?} {contrast:?}"
        );
    }
}

/// Complete data are a regression at each visit: the residual variance over people less effects.
#[test]
fn one_visit_is_the_analysis_of_covariance() {
    let people = people();
    let all = fit(rated(&people, |person| &person.complete), 3, 4).expect("fitted");
    let last = fit(rated(&people, |person| &person.complete[3..]), 3, 1).expect("fitted");
    let (one, other) = (
        all.contrast(3, 1, 0).expect("told"),
        last.contrast(0, 1, 0).expect("told"),
    );
    assert!((one.estimate - other.estimate).abs() < 1e-9);
    assert!((one.se / other.se - 1.0).abs() < 1e-6);
    assert_eq!(one.df, 116.0);
    assert!((one.p - other.p).abs() < 1e-6);
}

#[test]
fn the_order_of_people_does_not_matter() {
    let mut people = people();
    let one = fit(rated(&people, |person| &person.missing), 3, 4).expect("fitted");
    people.reverse();
    let other = fit(rated(&people, |person| &person.missing), 3, 4).expect("fitted");
    let (one, other) = (
        one.contrast(3, 2, 0).expect("told"),
        other.contrast(3, 2, 0).expect("told"),
    );
    assert!((one.estimate - other.estimate).abs() < 1e-7 && (one.se - other.se).abs() < 1e-7);
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let mut people = people();
    people.truncate(3);
    assert_eq!(
        fit(rated(&people, |person| &person.complete), 3, 4),
        Err(MmrmError::Few)
    );
    people[0].complete[0] = Some(f64::NAN);
    assert_eq!(
        fit(rated(&people, |person| &person.complete), 3, 4),
        Err(MmrmError::Malformed)
    );
    let alike: Vec<Person> = (0..20)
        .map(|at| Person {
            arm: at % 2,
            baseline: at as f64,
            complete: vec![Some(1.0); 2],
            missing: Vec::new(),
        })
        .collect();
    assert_eq!(
        fit(rated(&alike, |person| &person.complete), 2, 2),
        Err(MmrmError::Singular)
    );
}
