//! Laws of the posterior, on the library's own trials and on made-up ones.

use super::{
    Data, Gone, Inputs, Known, Made, Priors, Rated, Rating, RelapseFacts, Target, held_out, sensitivity, ship,
};
use crate::sampler::{self, Chain, Draws, Settings};
use crate::tape::Tape;
use crate::target::LogDensity;
use euthymia_diagnostics::Source;
use euthymia_engine::Options;
use euthymia_stats::random::{Purpose, Stream};
use euthymia_therapy::library::Library;
use euthymia_therapy::response::{Blinding, Disorder, Piece, Situation, Theta, Visit};
use euthymia_vecmath::scalar::exp;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

mod golden;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library")
}

fn paths(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            paths(&entry.path(), &format!("{name}/"), found);
        } else {
            found.push(name);
        }
    }
}

fn add(library: &mut Library, path: &str, text: String) {
    let source = Source::new(format!("library/{path}"), text);
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("toml") => library.add_document(path, euthymia_io::toml::document(&source).0.unwrap()),
        Some("csv") => library.add_rows(path, euthymia_io::csv::rows(&source).0.unwrap()),
        Some("R") => library.add_text(path, source),
        _ => {}
    }
}

/// The repository's library, as the program reads it.
fn library() -> Library {
    let mut found = Vec::new();
    paths(&folder(), "", &mut found);
    let mut library = Library::new();
    for path in found {
        if [".toml", ".csv", ".R"].iter().any(|end| path.ends_with(end)) {
            let text = fs::read_to_string(folder().join(&path)).unwrap();
            add(&mut library, &path, text);
        }
    }
    library
}

/// Occupancies take seconds: they are computed once.
static INPUTS: LazyLock<Inputs> = LazyLock::new(|| Inputs::of(&library(), &Options::standard()).unwrap());

/// What the library holds.
pub(super) fn real_inputs() -> &'static Inputs {
    &INPUTS
}

/// The posterior of the library.
pub(super) fn real_target() -> Target {
    INPUTS.target()
}

/// A position that the priors allow, not at the centre of anything.
fn somewhere(target: &Target) -> Vec<f64> {
    let address = Stream::new(3).at(Purpose(1), 0, 0);
    (0..target.dimension())
        .map(|at| 0.5 * address.normal(at as u32))
        .collect()
}

#[test]
fn the_gradient_is_that_of_differences() {
    let target = real_target();
    let mut position = somewhere(&target);
    let mut gradient = vec![0.0; position.len()];
    Tape::default().gradient(&position, &mut gradient, |x| target.log_density(x));
    let step = 1e-5;
    for place in 0..position.len() {
        let here = position[place];
        let mut at = |x: f64| {
            position[place] = x;
            target.log_density(&position)
        };
        let difference = (at(here + step) - at(here - step)) / (2.0 * step);
        position[place] = here;
        // The density, about -2000, has 12 digits behind a difference of 1e-5: 1e-7 of it is rounding; the third
        // derivative contributes step^2 / 6 of itself.
        let tolerance = 1e-6 * (1.0 + gradient[place].abs()) + 2e-6;
        assert!(
            (gradient[place] - difference).abs() < tolerance,
            "{}: {}, by differences {difference}",
            target.names()[place],
            gradient[place]
        );
    }
}

#[test]
fn the_order_of_studies_changes_the_density_by_rounding_only() {
    let target = real_target();
    let position = somewhere(&target);
    let mut inputs = INPUTS.clone();
    inputs.evidence.studies.reverse();
    let other = inputs.target();
    let names = target.names();
    assert_ne!(other.names(), names);
    let moved: Vec<f64> = other
        .names()
        .iter()
        .map(|name| position[names.iter().position(|known| known == name).unwrap()])
        .collect();
    let (before, after) = (target.log_density(&position), other.log_density(&moved));
    assert!((before - after).abs() < 1e-11 * before.abs(), "{before}, {after}");
}

#[test]
fn without_data_the_density_is_that_of_the_priors() {
    let target = real_target();
    let position = somewhere(&target);
    let mut data = target.data.clone();
    data.ratings.clear();
    data.left.clear();
    data.leavers.clear();
    data.relapses.reported.clear();
    let empty = Target::new(data, target.priors.clone());
    let prior = target.without_data();
    assert_eq!(prior.log_density(&position), empty.log_density(&position));
}

/// Priors with two parameters that are found out; all others are all but known.
fn priors_of_two() -> Priors {
    let mut text = String::new();
    for theta in Theta::ALL {
        let prior = match theta {
            Theta::Emax => "[-0.5, 0.6]",
            Theta::Trust => "[-1.2, 0.5]",
            Theta::OmegaExpectancy | Theta::OmegaDrug | Theta::OmegaAntidepressant => "[0.6, 1e-9]",
            Theta::Sigma | Theta::OmegaNatural => "[0.2, 1e-9]",
            Theta::HalfTrust | Theta::HalfCare | Theta::HalfAntidepressant => "[6, 1e-9]",
            Theta::HalfOffset => "[4.5, 1e-9]",
            Theta::Hope | Theta::Care | Theta::A50 | Theta::Antidepressant => "[-1.5, 1e-9]",
            _ => "[0, 1e-9]",
        };
        writeln!(
            text,
            "[{}]\nprior = {{ normal = {prior} }}\nlabel = \"x\"\nsource = \"euthymia\"\ngrade = \"assumed\"\nlocator = \"made up\"\n",
            theta.name()
        )
        .unwrap();
    }
    let source = Source::new("priors.toml", text);
    Priors::read(&euthymia_io::toml::document(&source).0.unwrap()).unwrap()
}

/// One trial of 20 and 20 people, a day after one session.
fn tiny() -> Target {
    let visit = |drug: bool| Visit {
        time_h: 24.0,
        situation: Situation {
            blinding: Blinding::Drug,
            crisis: false,
            disorder: Disorder::Depression,
            ln_size: 0.0,
            antidepressant_from_h: None,
            psychotherapy_from_h: None,
        },
        hope: 0.2,
        ages_h: vec![24.0],
        pieces: if drug {
            vec![Piece {
                area_h: 0.5,
                ago_h: 23.0,
                variance_h2: 0.0,
            }]
        } else {
            Vec::new()
        },
    };
    let rated = |arm: usize| Rated {
        study: 0,
        arm,
        visit: visit(arm == 0),
        gone: Gone::Usual,
    };
    let baseline = Known {
        mean: 33.0,
        sd: 5.0,
        uncertain: 0.0,
    };
    let mean = |visit: usize, value: f64, error: Option<f64>| Rating::Mean {
        visit,
        value,
        error,
        n: 20.0,
        is_change: true,
        baseline,
    };
    let ratings = vec![
        mean(0, -14.0, Some(2.2)),
        mean(1, -6.0, None),
        Rating::Response {
            visit: 0,
            events: 9.0,
            n: 20.0,
            fraction: 0.5,
            best: 0.0,
            weight: 0.5,
        },
        Rating::Remission {
            visit: 1,
            events: 2.0,
            n: 20.0,
            cut_off: 12.0,
            baseline,
            weight: 1.0,
        },
    ];
    let data = Data {
        studies: vec!["made-up".to_owned()],
        arms: ["drug", "placebo"]
            .map(|arm| ("made-up".to_owned(), arm.to_owned(), Some(20)))
            .to_vec(),
        visits: vec![rated(0), rated(1)],
        ratings,
        ..Data::default()
    };
    Target::new(data, priors_of_two())
}

#[test]
fn a_small_posterior_is_that_of_a_grid() {
    let target = tiny();
    let names = target.names();
    let places = ["lemax", "ltrust"].map(|name| names.iter().position(|known| known == name).unwrap());
    // By the trapezoid rule over six standard deviations of the priors, 0.05 apart: exact to rounding for a density that is
    // smooth at that distance and 0 at the ends.
    let grid: Vec<f64> = (-120..=120).map(|step| f64::from(step) * 0.05).collect();
    let mut position = vec![0.0; target.dimension()];
    let top = target.log_density(&position);
    let (mut mass, mut sums, mut squares) = (0.0, [0.0; 2], [0.0; 2]);
    for first in &grid {
        for second in &grid {
            position[places[0]] = *first;
            position[places[1]] = *second;
            let density = exp(target.log_density(&position) - top);
            mass += density;
            for (at, value) in [first, second].into_iter().enumerate() {
                sums[at] += density * value;
                squares[at] += density * value * value;
            }
        }
    }
    let settings = Settings {
        chains: 4,
        tune: 1000,
        draws: 4000,
        spread: 0.5,
        ..Settings::for_target(&target, 8)
    };
    let draws = sampler::sample(&target, &settings, &()).unwrap();
    assert_eq!(draws.divergences(), 0);
    for (at, place) in places.into_iter().enumerate() {
        let mean = sums[at] / mass;
        let sd = (squares[at] / mass - mean * mean).sqrt();
        let chains = draws.quantity(|position| position[place]);
        let effective = euthymia_stats::convergence::ess_bulk(&chains).unwrap();
        let all: Vec<f64> = chains.into_iter().flatten().collect();
        let n = all.len() as f64;
        let drawn = all.iter().sum::<f64>() / n;
        let drawn_sd = (all.iter().map(|x| (x - drawn) * (x - drawn)).sum::<f64>() / n).sqrt();
        assert!(
            (drawn - mean).abs() < 4.0 * sd / effective.sqrt(),
            "{drawn}, not {mean}"
        );
        assert!(
            (drawn_sd / sd - 1.0).abs() < 4.0 / (2.0 * effective).sqrt(),
            "{drawn_sd}, not {sd}"
        );
        // The data say something: else the grid would only be the prior.
        assert!(sd < 0.9, "{sd}");
    }
}

#[test]
fn what_is_shipped_is_read_back() {
    let target = real_target();
    let stream = Stream::new(12);
    let mut chain = Chain::with_room(target.dimension(), 7);
    let mut thetas = Vec::new();
    for at in 0..7 {
        let position = target.prior_position(&stream.at(Purpose(2), 0, at));
        thetas.push(target.thetas(&position));
        chain.positions.extend(position);
    }
    let draws = Draws {
        names: target.names(),
        chains: vec![chain],
    };
    let settings = Settings::for_target(&target, 5);
    let made = Made {
        command: "euthymia calibrate".to_owned(),
        version: "0.0.0".to_owned(),
        date: "2026-01-31".to_owned(),
    };
    let model = fs::read_to_string(folder().join("response/ketamine.R")).unwrap();
    let shipped = ship(&INPUTS, &target, &draws, &settings, &made, &model);
    let mut library = library();
    add(&mut library, "response/ketamine.R", shipped.model);
    add(&mut library, "response/ketamine-draws.csv", shipped.draws);
    add(
        &mut library,
        "response/ketamine-posterior.toml",
        shipped.posterior,
    );
    let posterior = library.posterior("ketamine").unwrap().unwrap();
    assert_eq!(posterior.names(), Theta::ALL.map(|theta| theta.name().to_owned()));
    assert_eq!(posterior.len(), 7);
    for (at, thetas) in thetas.iter().enumerate() {
        for (theta, value) in Theta::ALL.iter().zip(posterior.draw(at)) {
            // Five digits are kept.
            assert!(
                (value - thetas[*theta]).abs() <= 6e-5 * thetas[*theta].abs(),
                "{}",
                theta.name()
            );
        }
    }
    let fit = &posterior.fit;
    assert_eq!(
        (fit.command.as_str(), fit.date.as_str()),
        ("euthymia calibrate", "2026-01-31")
    );
    assert_eq!(fit.data_hash, INPUTS.hash);
    assert_eq!(fit.studies as usize, target.data.studies.len());
    assert_eq!(fit.arms as usize, target.data.arms.len());
    assert_eq!(fit.patients, target.data.people());
}

/// Weights and a fit of its own tell the same of a prior half as wide; where a prior twice as wide reaches to where there are no draws,
/// the model is fitted again.
#[test]
fn weighted_draws_tell_what_another_fit_does() {
    let target = tiny();
    let fit = |target: &Target, chains: usize, draws: usize| {
        let settings = Settings {
            chains,
            tune: draws / 4,
            draws,
            spread: 0.5,
            ..Settings::for_target(target, 8)
        };
        sampler::sample(target, &settings, &())
    };
    let draws = fit(&target, 4, 4000).unwrap();
    let median = |target: &Target, draws: &Draws| {
        let mut values: Vec<f64> = draws
            .positions()
            .map(|position| target.thetas(position)[Theta::Trust])
            .collect();
        values.sort_by(f64::total_cmp);
        let at = |p: f64| euthymia_stats::quantile::type7(&values, p);
        (at(0.5), (at(0.95) - at(0.05)) / 3.29)
    };
    let moved = sensitivity(&target, &draws, |other| fit(other, 2, 40)).unwrap();
    let found = |name: &str, factor: f64| {
        let one = moved
            .iter()
            .find(|one| one.prior == name && (one.factor - factor).abs() < 1e-9);
        one.unwrap()
    };
    let half = found("ltrust", 0.5);
    assert!(!half.fitted_again);
    assert_eq!(half.moves_most, "ltrust");
    let narrow = crate::prior::Prior::Normal { mean: -1.2, sd: 0.25 };
    let other = Target::new(target.data.clone(), target.priors.with("ltrust", narrow).unwrap());
    let (before, sd) = median(&target, &draws);
    let (after, _) = median(&other, &fit(&other, 4, 4000).unwrap());
    // Medians of 16,000 draws, of which a fifth is independent, to two standard errors.
    assert!(
        (half.by_sd - (after - before) / sd).abs() < 0.06,
        "{half:?} {}",
        (after - before) / sd
    );
    // The data say nothing of the half-life of an antidepressant that nobody takes.
    assert!(found("lhalf_ad", 2.0).fitted_again);
}

/// What a study reports of its own sampling error is a result, and no part of its prediction.
#[test]
fn a_prediction_does_not_know_the_standard_error_that_the_study_found() {
    let target = tiny();
    let thetas = [target.thetas(&vec![0.0; target.dimension()])];
    let mut wider = target.data.clone();
    for rating in &mut wider.ratings {
        if let Rating::Mean {
            error: Some(error), ..
        } = rating
        {
            *error *= 10.0;
        }
    }
    assert_ne!(wider.ratings, target.data.ratings);
    let predict = |held: &Data| held_out::predict(held, &target.data, &thetas, 3);
    for (one, other) in predict(&target.data).iter().zip(&predict(&wider)) {
        assert_eq!(
            (one.median, one.pi50, one.pi90),
            (other.median, other.pi50, other.pi90)
        );
        assert_eq!(one.log_density, other.log_density);
    }
}

/// A group that is in no table would be left out of the fit without a word.
#[test]
fn a_group_of_nobody_is_refused_with_the_nearest_arm() {
    let read = |text: &str| {
        let document = euthymia_io::toml::document(&Source::new("relapses.toml", text))
            .0
            .unwrap();
        RelapseFacts::read(&document, &INPUTS.evidence, &INPUTS.designs)
    };
    assert!(read("[feder-2021.groups.ket]\nremitted = 0.4\n").is_ok());
    let problems = read("[feder-2021.groups.kett]\nremitted = 0.4\nlike = \"feder-2021/ket\"\n").unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "`feder-2021` has no arm `kett`");
    assert_eq!(problems[0].help, ["did you mean `ket`?"]);
    let problems = read("[feder-2021.groups.ket]\nremitted = 0.4\nlike = \"nobody\"\n").unwrap_err();
    assert_eq!(problems.len(), 1, "`like` without an arm");
}
