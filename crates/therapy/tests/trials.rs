//! Virtual trials: what the library ships, what is refused, and laws that every design keeps.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use euthymia_diagnostics::Diagnostic;
use euthymia_engine::{Options, Silent};
use euthymia_stats::normal;
use euthymia_therapy::library::Library;
use euthymia_therapy::response::{Designs, Ratings};
use euthymia_therapy::trial::{
    self, Size, Tables, Trial, TrialResult, TrialSettings, World, dataset, published, simulate, studies,
};

fn trial(id: &str, library: &Library) -> Trial {
    let document = library.document(&format!("trials/{id}.toml")).expect("a trial");
    let (trial, diagnostics) = trial::read(id, document, library);
    assert_eq!(diagnostics, [], "{id}");
    trial.expect("a trial")
}

fn settings(sizes: &[u32], replicates: u32) -> TrialSettings {
    TrialSettings {
        sizes: sizes.to_vec(),
        replicates,
        seed: 1,
        threads: 2,
        power: 0.9,
    }
}

fn of_text(text: &str, library: &Library) -> (Option<Trial>, Vec<Diagnostic>) {
    let (document, diagnostics) = support::document("mine.toml", text);
    assert_eq!(diagnostics, []);
    trial::read("mine", &document.expect("TOML"), library)
}

fn text_of(id: &str) -> String {
    std::fs::read_to_string(support::folder().join(format!("trials/{id}.toml"))).expect("a trial")
}

fn size(result: &TrialResult, world: World) -> Size {
    result.of(world).expect("told").sizes[0]
}

/// Nobody differs from anybody: one trial in twenty finds something.
#[test]
fn every_trial_that_ships_keeps_its_level() {
    let library = support::whole_library();
    let stems = library.stems("trials", ".toml");
    assert!(stems.len() >= 5, "{stems:?}");
    for stem in stems {
        let result = simulate(&trial(&stem, &library), &settings(&[90], 600), &library, &Silent);
        let result = result.expect("simulated");
        for world in World::ALL {
            assert_eq!(size(&result, world).analysed, 600, "{stem}");
        }
        let null = size(&result, World::Null);
        // Four Monte Carlo errors; the degrees of freedom of the mixed model are simple ones.
        assert!(
            (null.significant - 0.05).abs() < 4.0 * (0.05f64 * 0.95 / 600.0).sqrt(),
            "{stem}: {null:?}"
        );
        assert!(
            null.mean_estimate.abs() < 4.0 * null.sd_estimate / 600.0f64.sqrt(),
            "{stem}: {null:?}"
        );
        let unblinding = size(&result, World::Unblinding);
        let typical = size(&result, World::Typical);
        assert!(typical.in_favour > unblinding.in_favour - 0.1, "{stem}");
    }
}

/// The power of a comparison of means, from the mean and standard deviation of its estimates in the same replicates.
#[test]
fn power_is_that_of_the_normal_approximation() {
    let library = support::whole_library();
    let mut design = trial("three-dose", &library);
    design.sites = (1, 0.0);
    let result = simulate(&design, &settings(&[160], 1500), &library, &Silent).expect("simulated");
    let typical = size(&result, World::Typical);
    let expected = normal::cdf(-typical.mean_estimate / typical.sd_estimate - normal::quantile(0.975));
    assert!(
        (typical.in_favour - expected).abs() < 0.03,
        "{typical:?} {expected}"
    );
}

#[test]
fn more_people_find_more_and_threads_change_nothing() {
    let library = support::whole_library();
    let design = trial("two-arm-saline", &library);
    let with = |threads| {
        let mut settings = settings(&[40, 160], 200);
        settings.threads = threads;
        simulate(&design, &settings, &library, &Silent).expect("simulated")
    };
    let one = with(1);
    assert_eq!(one.curves, with(2).curves);
    assert_eq!(one.curves, with(3).curves);
    let typical = &one.of(World::Typical).expect("told").sizes;
    assert!(typical[1].in_favour > typical[0].in_favour);
    assert!(one.months[1].1 > one.months[0].1);
}

/// A replicate is the same whoever makes it, and a smaller trial is the beginning of a larger one.
#[test]
fn a_replicate_can_be_made_again_alone() {
    let library = support::whole_library();
    let design = trial("two-arm-midazolam", &library);
    let one = dataset(&design, 99, &settings(&[60], 1), &library).expect("made");
    let other = dataset(&design, 99, &settings(&[20, 60], 500), &library).expect("made");
    assert_eq!(one, other);
    let smaller = dataset(&design, 99, &settings(&[20], 1), &library).expect("made");
    assert_eq!(one.rows[..20], smaller.rows);
    assert_eq!(one.rows.len(), 60);
    assert_ne!(
        one,
        dataset(&design, 98, &settings(&[60], 1), &library).expect("made")
    );
    for row in &one.rows {
        assert!(row.baseline >= 28.0 && row.scores.len() == 3);
        // Nobody is rated after stopping, as if nobody had stopped.
        for (score, visit_h) in row.scores.iter().zip(&design.visits_h) {
            assert_eq!(
                score.is_none(),
                row.stopped_h.is_some_and(|stopped_h| stopped_h <= *visit_h)
            );
        }
    }
    let arms: Vec<usize> = one.rows.iter().map(|row| row.arm).collect();
    assert_eq!(arms.iter().filter(|arm| **arm == 0).count(), 30);
}

/// Perfect blinding leaves nothing for knowing to do; more of it makes more.
#[test]
fn unblinding_does_what_it_is_told() {
    let library = support::whole_library();
    let bias = |unblinding: f64| {
        let text =
            text_of("two-arm-midazolam").replace("unblinding = 1", &format!("unblinding = {unblinding}"));
        let (design, diagnostics) = of_text(&text, &library);
        assert_eq!(diagnostics, []);
        let result = simulate(
            &design.expect("a trial"),
            &settings(&[200], 300),
            &library,
            &Silent,
        );
        size(&result.expect("simulated"), World::Unblinding)
    };
    let (none, usual, twice) = (bias(0.0), bias(1.0), bias(2.0));
    let error = none.sd_estimate / 300.0f64.sqrt();
    assert!(none.mean_estimate.abs() < 4.0 * error, "{none:?}");
    assert!(
        usual.mean_estimate < -error && twice.mean_estimate < usual.mean_estimate,
        "{usual:?} {twice:?}"
    );
}

#[test]
fn bands_hold_what_trials_have_reported() {
    let library = support::whole_library();
    let evidence = library.evidence().expect("tables").expect("trials");
    let designs = Designs::of(&evidence, &library).expect("designs");
    let ratings = Ratings::of(&library).expect("ratings");
    let exposures = designs
        .exposures(&library, &Options::standard())
        .expect("exposures");
    let tables = Tables {
        evidence: &evidence,
        designs: &designs,
        exposures: &exposures,
        ratings: &ratings,
    };
    let all = studies(&evidence, &designs, &ratings);
    assert!(all.len() >= 8, "{all:?}");
    let of =
        |study: &String| published(study, &tables, &settings(&[1], 200), &library, &Silent).expect("bands");
    let bands: Vec<_> = all.iter().flat_map(of).collect();
    let within = bands.iter().filter(|one| one.holds()[0]).count();
    // Nine in ten of fourteen, less two standard deviations of a count.
    assert!(
        within as f64 >= 0.75 * bands.len() as f64,
        "{within} of {}",
        bands.len()
    );
    let error = published("berman-2000", &tables, &settings(&[1], 10), &library, &Silent);
    assert!(error.is_err());
}

#[test]
fn what_is_no_design_is_refused_at_its_place() {
    let library = support::whole_library();
    let text = text_of("two-arm-midazolam");
    let cases = [
        (
            text.replace("name = \"midazolam\"", "name = \"ketamine\""),
            "Y001",
        ),
        (
            text.replace("against = \"midazolam\"", "against = \"ketamine\""),
            "Y001",
        ),
        (text.replace("\"3 d\", \"7 d\"", "\"7 d\", \"3 d\""), "Y002"),
        (text.replace("at = \"24 h\"", "at = \"30 h\""), "Y002"),
        (
            text.replace("analysis = \"mmrm\"", "analysis = \"responder\""),
            "Y003",
        ),
        (
            text.replace("condition = \"trd\"", "condition = \"migraine\""),
            "Y004",
        ),
        (
            text.replace("instrument = \"madrs\"\nat", "instrument = \"caps5\"\nat"),
            "Y004",
        ),
        (text.replace("estimand = \"hypothetical\"\n", ""), "D004"),
        (
            text.replace("estimand = \"hypothetical\"", "estimand = \"hypothesis\""),
            "D007",
        ),
    ];
    for (text, code) in cases {
        let (trial, diagnostics) = of_text(&text, &library);
        assert!(trial.is_none(), "{code}");
        let codes: Vec<_> = diagnostics.iter().map(|one| one.code).collect();
        let found = diagnostics.iter().find(|diagnostic| diagnostic.code == code);
        assert!(
            found.is_some_and(|found| !found.labels.is_empty()),
            "{code}: {codes:?}"
        );
    }
}
