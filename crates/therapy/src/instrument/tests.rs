use super::*;
use crate::library::Library;
use proptest::prelude::*;
use std::sync::LazyLock;

mod links;

/// The shipped instruments, and none of the other files.
fn shelf() -> &'static Library {
    static SHELF: LazyLock<Library> = LazyLock::new(|| {
        let folder = format!("{}/../../library/instruments", env!("CARGO_MANIFEST_DIR"));
        let mut library = Library::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            add(&mut library, stem, &text);
        }
        library
    });
    &SHELF
}

fn add(library: &mut Library, id: &str, text: &str) {
    let source = Source::new(format!("{id}.toml"), text.to_owned());
    let (document, diagnostics) = euthymia_io::toml::document(&source);
    assert_eq!(diagnostics, []);
    library.add_document(format!("instruments/{id}.toml"), document.unwrap());
}

fn instrument(id: &str) -> Instrument {
    shelf().instrument(id).unwrap()
}

#[test]
fn response_is_half_of_the_baseline() {
    let madrs = instrument("madrs");
    assert!(madrs.is_response(34.0, 17.0));
    assert!(!madrs.is_response(34.0, 18.0));
    assert!(!madrs.is_response(33.0, 17.0));
    assert!(!madrs.is_response(0.0, 0.0), "nothing to improve");
    assert!(!madrs.is_response(34.0, f64::NAN));
    assert!(!madrs.is_response(f64::NAN, 10.0));
}

#[test]
fn response_on_a_scale_where_less_is_worse() {
    let upside_down = Instrument {
        direction: Direction::LowerIsWorse,
        ..instrument("madrs")
    };
    assert!(
        upside_down.is_response(20.0, 40.0),
        "half of the 40 points to the top"
    );
    assert!(!upside_down.is_response(20.0, 39.0));
    assert!(upside_down.is_remission(60.0) && !upside_down.is_remission(0.0));
}

#[test]
fn remission_is_the_cut_off_of_the_file_itself_included() {
    let madrs = instrument("madrs");
    assert!(madrs.is_remission(madrs.remission_cut_off));
    assert!(!madrs.is_remission(madrs.remission_cut_off + 1.0));
    assert!(!madrs.is_remission(f64::NAN));
}

#[test]
fn severity_by_band() {
    let madrs = instrument("madrs");
    assert_eq!(madrs.severity(6.0), Some("none"));
    assert_eq!(madrs.severity(7.0), Some("mild"));
    assert_eq!(madrs.severity(34.0), Some("moderate"));
    assert_eq!(madrs.severity(60.0), Some("severe"));
    assert_eq!(madrs.severity(f64::NAN), None);
}

#[test]
fn observed_scores_are_whole_and_on_the_scale() {
    let madrs = instrument("madrs");
    assert_eq!(madrs.observed(-3.0), 0.0);
    assert_eq!(madrs.observed(10.49), 10.0);
    assert_eq!(madrs.observed(63.0), 60.0);
    assert!(madrs.observed(f64::NAN).is_nan());
}

#[test]
fn hamd_from_madrs_goes_through_the_points_of_the_link() {
    let hamd = instrument("hamd17");
    // Leucht 2018: HAM-D 10, 20, 30 at MADRS 13, 26, 39.
    for (madrs, points) in [(13.0, 10.0), (26.0, 20.0), (39.0, 30.0), (0.0, 0.0)] {
        assert_eq!(hamd.from_linked("madrs", madrs), Some(points));
        assert_eq!(hamd.to_linked("madrs", points), Some(madrs));
    }
    assert_eq!(hamd.from_linked("phq9", 10.0), None);
    assert_eq!(hamd.from_linked("hamd17", 10.0), Some(10.0));
}

#[test]
fn cut_offs_of_response_are_whole_scores() {
    let madrs = instrument("madrs");
    assert_eq!(madrs.response_cut_off(34.0), Some(17.0));
    assert_eq!(madrs.response_cut_off(33.0), Some(16.0));
    assert_eq!(madrs.response_cut_off(1.0), Some(0.0));
    assert_eq!(madrs.response_cut_off(0.0), None);
    assert_eq!(madrs.response_cut_off(f64::NAN), None);
}

#[test]
fn the_probability_of_a_rating_counts_what_rounds_to_it() {
    let madrs = instrument("madrs");
    let one = |mean, sd| madrs.probability_at_or_beyond(12.0, "madrs", mean, Scatter::Points(sd));
    assert_eq!(one(12.5, 5.0), 0.5);
    assert_eq!(
        (one(12.4, 0.0), one(12.6, 0.0)),
        (1.0, 0.0),
        "without a residual the rating decides"
    );
    assert!(
        (one(7.5, 5.0) - 0.841_344_746).abs() < 1e-8,
        "one standard deviation below"
    );
    assert_eq!(
        madrs.probability_at_or_beyond(60.0, "madrs", 80.0, Scatter::Points(5.0)),
        1.0,
        "no rating is above the scale"
    );
    assert!(one(f64::NAN, 5.0).is_nan() && one(f64::NAN, 0.0).is_nan());
    // HAM-D 7.5 is MADRS 9.75 on the line from 0 to HAM-D 10 at MADRS 13.
    let hamd = instrument("hamd17");
    assert_eq!(
        hamd.probability_at_or_beyond(7.0, "madrs", 9.75, Scatter::Points(3.0)),
        0.5
    );
}

proptest! {
    #[test]
    fn a_response_is_at_or_below_its_cut_off(baseline in 0_u32..=60, score in 0_u32..=60) {
        let madrs = instrument("madrs");
        let (baseline, score) = (f64::from(baseline), f64::from(score));
        let below = madrs.response_cut_off(baseline).is_some_and(|cut_off| score <= cut_off);
        prop_assert_eq!(madrs.is_response(baseline, score), below);
    }

    #[test]
    fn a_lower_score_is_never_worse(baseline in 0_u32..=60, score in 0_u32..=60) {
        let madrs = instrument("madrs");
        let (baseline, score) = (f64::from(baseline), f64::from(score));
        if score > 0.0 && madrs.is_response(baseline, score) {
            prop_assert!(madrs.is_response(baseline, score - 1.0));
        }
        if score > 0.0 && madrs.is_remission(score) {
            prop_assert!(madrs.is_remission(score - 1.0));
        }
    }
}
