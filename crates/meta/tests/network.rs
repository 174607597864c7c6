//! Laws of networks: what permuting, turning, scaling and renaming must not change, closed forms, and the refusals.

#![allow(
    clippy::unwrap_used,
    reason = "a network that cannot be fitted fails the test"
)]

use euthymia_meta::MetaError;
use euthymia_meta::network::{
    Arm, Base, BinaryMethod, Components, Contrast, Covariance, DesignModel, EmptyArms, Heterogeneity,
    Increment, Likelihood, Measure, Model, Multivariate, Network, NetworkOptions, Outcome, Splitting,
    Streams, Where, binary, components, contrasts, contributions, decompose, heat, league, measures, network,
    p_scores, ranks, split,
};

fn near(got: f64, wanted: f64, tolerance: f64) {
    assert!(
        (got - wanted).abs() <= tolerance * (1.0 + wanted.abs()),
        "{got}, expected {wanted}"
    );
}

fn mean(study: &str, treatment: &str, n: f64, mean: f64, sd: f64, line: usize) -> Arm {
    Arm {
        study: study.to_owned(),
        treatment: treatment.to_owned(),
        outcome: Outcome::Mean {
            n: Some(n),
            mean: Some(mean),
            sd: Some(sd),
        },
        line,
    }
}

fn events(study: &str, treatment: &str, events: f64, n: f64, line: usize) -> Arm {
    Arm {
        study: study.to_owned(),
        treatment: treatment.to_owned(),
        outcome: Outcome::Events {
            events: Some(events),
            n: Some(n),
        },
        line,
    }
}

/// Eight made-up studies of four treatments, one with three arms and one with four.
fn arms() -> Vec<Arm> {
    let rows = [
        ("s1", "A", 30.0, 5.1, 2.0),
        ("s1", "B", 32.0, 6.3, 2.2),
        ("s2", "A", 41.0, 4.8, 1.9),
        ("s2", "C", 40.0, 6.9, 2.4),
        ("s3", "B", 25.0, 6.2, 2.1),
        ("s3", "C", 27.0, 5.9, 1.8),
        ("s4", "A", 20.0, 5.5, 2.6),
        ("s4", "B", 22.0, 7.4, 2.0),
        ("s4", "C", 21.0, 6.1, 2.3),
        ("s5", "A", 50.0, 5.0, 2.0),
        ("s5", "B", 48.0, 5.4, 2.1),
        ("s6", "C", 33.0, 6.4, 2.0),
        ("s6", "D", 35.0, 8.1, 2.5),
        ("s7", "A", 28.0, 4.9, 2.2),
        ("s7", "D", 29.0, 8.9, 2.7),
        ("s8", "A", 18.0, 5.2, 2.1),
        ("s8", "B", 19.0, 6.0, 1.7),
        ("s8", "C", 17.0, 6.8, 2.0),
        ("s8", "D", 20.0, 7.9, 2.3),
    ];
    rows.iter()
        .enumerate()
        .map(|(at, (study, treatment, n, of, sd))| mean(study, treatment, *n, *of, *sd, at + 2))
        .collect()
}

fn studies() -> Vec<Contrast> {
    contrasts(&arms(), Measure::MeanDifference, &Increment::default()).unwrap()
}

fn fit(of: &[Contrast]) -> (Network, euthymia_meta::network::NetworkFit) {
    let made = Network::new(of).unwrap();
    let fitted = network(&made, &NetworkOptions::default()).unwrap();
    (made, fitted)
}

#[test]
fn the_order_and_the_direction_of_comparisons_change_nothing() {
    let given = studies();
    let (_, wanted) = fit(&given);
    let mut turned: Vec<Contrast> = given.iter().rev().map(Contrast::reversed).collect();
    turned.rotate_left(5);
    let (_, got) = fit(&turned);
    near(got.tau2.unwrap(), wanted.tau2.unwrap(), 1e-12);
    near(got.total.q, wanted.total.q, 1e-12);
    for a in 0..4 {
        for b in 0..4 {
            near(got.random.effect(a, b), wanted.random.effect(a, b), 1e-12);
            near(got.random.variance(a, b), wanted.random.variance(a, b), 1e-12);
        }
    }
}

#[test]
fn scaling_effects_scales_estimates() {
    let given = studies();
    let (_, one) = fit(&given);
    // The effects of arms add up to rounding; the largest multiple of it is still below what is refused.
    for unit in [7.0, 1e-7, 1e7] {
        let scaled: Vec<Contrast> = given
            .iter()
            .map(|c| Contrast {
                te: c.te.map(|te| unit * te),
                se: c.se.map(|se| unit * se),
                ..c.clone()
            })
            .collect();
        let (_, other) = fit(&scaled);
        near(other.tau2.unwrap() / (unit * unit), one.tau2.unwrap(), 1e-11);
        near(other.total.q, one.total.q, 1e-11);
        near(other.random.effect(0, 3) / unit, one.random.effect(0, 3), 1e-11);
        near(
            other.random.variance(0, 3) / (unit * unit),
            one.random.variance(0, 3),
            1e-11,
        );
    }
}

#[test]
fn other_names_give_the_same_estimates_in_their_order() {
    let renamed: Vec<Contrast> = studies()
        .into_iter()
        .map(|c| {
            let other = |t: &str| match t {
                "A" => "zeta".to_owned(),
                "D" => "Alpha".to_owned(),
                same => same.to_lowercase(),
            };
            Contrast {
                treat1: other(&c.treat1),
                treat2: other(&c.treat2),
                ..c
            }
        })
        .collect();
    let (_, wanted) = fit(&studies());
    let (made, got) = fit(&renamed);
    assert_eq!(made.treatments, ["Alpha", "b", "c", "zeta"]);
    near(got.random.effect(0, 3), wanted.random.effect(3, 0), 1e-12);
    near(got.common.variance(1, 3), wanted.common.variance(1, 0), 1e-12);
}

#[test]
fn two_treatments_are_pooled_by_their_inverse_variances() {
    let given: Vec<Contrast> = studies()
        .into_iter()
        .filter(|c| c.study == "s1" || c.study == "s5")
        .collect();
    let (made, fitted) = fit(&given);
    let weights: Vec<f64> = given
        .iter()
        .map(|c| 1.0 / (c.se.unwrap() * c.se.unwrap()))
        .collect();
    let sum: f64 = weights.iter().sum();
    let te = given
        .iter()
        .zip(&weights)
        .map(|(c, w)| c.te.unwrap() * w)
        .sum::<f64>()
        / sum;
    near(fitted.common.effect(0, 1), te, 1e-13);
    near(fitted.common.variance(0, 1), 1.0 / sum, 1e-13);
    let q: f64 = given
        .iter()
        .zip(&weights)
        .map(|(c, w)| w * (c.te.unwrap() - te) * (c.te.unwrap() - te))
        .sum();
    near(fitted.total.q, q, 1e-12);
    let tau2 = ((q - 1.0) / (sum - weights.iter().map(|w| w * w).sum::<f64>() / sum)).max(0.0);
    near(fitted.tau2.unwrap(), tau2, 1e-12);
    let share = fitted.sources(&made, false).unwrap().share;
    near(share[(0, 1)].unwrap(), 1.0, 1e-13);
    assert_eq!(share[(0, 0)], None);
}

#[test]
fn a_study_of_many_arms_alone_gives_back_what_it_reports() {
    for label in ["s4", "s8"] {
        let given: Vec<Contrast> = studies().into_iter().filter(|c| c.study == label).collect();
        let (made, fitted) = fit(&given);
        for c in &given {
            let (a, b) = (made.place(&c.treat1).unwrap(), made.place(&c.treat2).unwrap());
            near(fitted.common.effect(a, b), c.te.unwrap(), 1e-12);
            near(fitted.common.variance(a, b).sqrt(), c.se.unwrap(), 1e-12);
        }
        assert_eq!(fitted.tau2, None, "nothing tells a variance between one study");
        assert!(fitted.prediction().is_none());
    }
}

#[test]
fn the_regression_and_the_electrical_network_are_one_model() {
    let made = Network::new(&studies()).unwrap();
    for reference in 0..4 {
        let regression = Multivariate::new(&made, reference, Base::Reference, Covariance::Shared);
        let fitted = regression.fit(Likelihood::Restricted).unwrap();
        let model = Model::fit(&made, fitted.tau2.unwrap()).unwrap();
        let others = (0..4).filter(|t| *t != reference);
        for (at, t) in others.enumerate() {
            near(fitted.beta[at], model.effect(t, reference), 1e-10);
            near(fitted.vcov[(at, at)], model.variance(t, reference), 1e-10);
        }
        let common = Model::fit(&made, 0.0).unwrap();
        near(fitted.qe, common.contributions(&made).iter().sum(), 1e-10);
    }
}

#[test]
fn comparisons_that_are_met_exactly_tell_no_variance() {
    let chain: Vec<Contrast> = studies()
        .into_iter()
        .filter(|c| ["s1", "s3", "s6"].contains(&c.study.as_str()))
        .collect();
    let made = Network::new(&chain).unwrap();
    let model = Multivariate::new(&made, 0, Base::Reference, Covariance::Shared);
    for likelihood in [Likelihood::Restricted, Likelihood::Full] {
        let found = model.fit(likelihood).unwrap();
        assert_eq!((found.tau2, found.qe_df), (Some(0.0), 0.0));
    }
}

#[test]
fn the_restricted_likelihood_is_highest_at_its_estimate() {
    let made = Network::new(&studies()).unwrap();
    let options = |heterogeneity| NetworkOptions {
        heterogeneity,
        ..NetworkOptions::default()
    };
    let full = network(&made, &options(Heterogeneity::MaximumLikelihood))
        .unwrap()
        .tau2
        .unwrap();
    let restricted = network(&made, &options(Heterogeneity::Restricted))
        .unwrap()
        .tau2
        .unwrap();
    assert!(restricted > full && full > 0.0, "{restricted} and {full}");
    let preset = network(&made, &options(Heterogeneity::Preset(0.5))).unwrap();
    assert_eq!(preset.tau2, Some(0.25));
}

#[test]
fn parts_of_q_add_up() {
    let made = Network::new(&studies()).unwrap();
    let (_, fitted) = fit(&studies());
    for reference in [None, Some(2)] {
        let parts = decompose(&made, reference).unwrap();
        near(parts.within.q + parts.between.q, fitted.total.q, 1e-10);
        near(parts.within.df + parts.between.df, fitted.total.df, 0.0);
        near(
            parts.between_random.q,
            decompose(&made, None).unwrap().between_random.q,
            1e-10,
        );
    }
    // Detaching a design of two arms from one loop leaves nothing to disagree about.
    let loop_of: Vec<Contrast> = studies()
        .into_iter()
        .filter(|c| ["s1", "s2", "s3"].contains(&c.study.as_str()))
        .collect();
    let model = DesignModel::fit(&Network::new(&loop_of).unwrap(), None, 0.0).unwrap();
    for design in 0..3 {
        let left = model.detached(design).unwrap();
        assert_eq!(left.df, 0.0);
        near(left.q, 0.0, 1e-10);
    }
    let seen = heat(&Network::new(&loop_of).unwrap(), None, 0.0).unwrap();
    near(seen.inconsistency.iter().sum(), model.between().q, 1e-10);
    for (row, q) in seen.inconsistency.iter().enumerate() {
        near(seen.heat[(row, row)].unwrap(), *q, 1e-8);
    }
}

#[test]
fn direct_and_indirect_evidence_make_the_estimate() {
    let (made, fitted) = fit(&studies());
    for random in [false, true] {
        let model = if random { &fitted.random } else { &fitted.common };
        for found in split(&made, &fitted, Splitting::BackCalculation, random, None).unwrap() {
            let (a, b) = found.pair;
            let (direct, indirect) = (found.direct.unwrap(), found.indirect.unwrap());
            let together = found.share * direct.te + (1.0 - found.share) * indirect.te;
            near(together, model.effect(a, b), 1e-10);
        }
    }
    // With one study of two arms for each pair, both ways of splitting are the same.
    let loop_of: Vec<Contrast> = studies()
        .into_iter()
        .filter(|c| ["s1", "s2", "s3"].contains(&c.study.as_str()))
        .collect();
    let (made, fitted) = fit(&loop_of);
    let one = split(&made, &fitted, Splitting::BackCalculation, false, None).unwrap();
    let two = split(&made, &fitted, Splitting::WithoutDesigns, false, None).unwrap();
    for (one, two) in one.iter().zip(&two) {
        near(one.indirect.unwrap().te, two.indirect.unwrap().te, 1e-10);
        near(one.indirect.unwrap().se, two.indirect.unwrap().se, 1e-10);
    }
}

#[test]
fn contributions_add_up_to_one() {
    let (made, fitted) = fit(&studies());
    for streams in [Streams::ShortestPath, Streams::RandomWalk, Streams::LeastSquares] {
        let found = contributions(&made, &fitted.random, streams).unwrap();
        for row in found.weights.row_iter() {
            near(row.sum(), 1.0, 1e-10);
        }
    }
    // In a chain every comparison on the way counts the same, whatever the method.
    let chain: Vec<Contrast> = studies()
        .into_iter()
        .filter(|c| ["s1", "s3", "s6"].contains(&c.study.as_str()))
        .collect();
    let (made, fitted) = fit(&chain);
    for streams in [Streams::ShortestPath, Streams::RandomWalk, Streams::LeastSquares] {
        let found = contributions(&made, &fitted.common, streams).unwrap();
        for column in 0..3 {
            near(found.weights[(2, column)], 1.0 / 3.0, 1e-10);
        }
    }
    let ends = measures(&made, 0.0).unwrap()[2];
    near(ends.mean_path, 3.0, 1e-10);
    near(ends.minimal_parallelism, 1.0, 1e-10);
    assert_eq!(ends.proportion, 0.0);
}

#[test]
fn ranks_by_simulation_agree_with_p_scores() {
    let (_, fitted) = fit(&studies());
    let found = ranks(&fitted.random, false, 7, 20_000).unwrap();
    let scores = p_scores(&fitted.random, false);
    for (t, score) in scores.iter().enumerate() {
        near(found.probabilities.row(t).sum(), 1.0, 1e-12);
        // A mean of 20,000 draws within [0, 1]: five standard errors are below 0.018.
        let sucra = found.sucra[t];
        assert!((sucra - score).abs() < 0.018, "{sucra} and {score}");
    }
    let small = p_scores(&fitted.random, true);
    for (large, small) in scores.iter().zip(small) {
        near(large + small, 1.0, 1e-12);
    }
    assert_eq!(found, ranks(&fitted.random, false, 7, 20_000).unwrap());
    assert!(ranks(&fitted.random, false, 7, 0).is_err());
}

#[test]
fn a_component_for_each_treatment_is_the_network() {
    let (made, fitted) = fit(&studies());
    let parts = Components::read(&made, "+", Some("A")).unwrap();
    assert_eq!(parts.names, ["B", "C", "D"]);
    let found = components(&made, &parts, None).unwrap();
    for a in 0..4 {
        for b in 0..4 {
            near(found.random.effects[(a, b)], fitted.random.effect(a, b), 1e-10);
        }
    }
    near(found.tau2.unwrap(), fitted.tau2.unwrap(), 1e-10);
    let difference = found.difference.unwrap();
    assert_eq!(difference.df, 0.0);
    near(difference.q, 0.0, 1e-8);
}

fn comparison(study: &str, treat1: &str, treat2: &str, te: f64, se: f64) -> Contrast {
    Contrast {
        study: study.to_owned(),
        treat1: treat1.to_owned(),
        treat2: treat2.to_owned(),
        te: Some(te),
        se: Some(se),
        line: 2,
        arms: None,
        shared: None,
    }
}

#[test]
fn common_components_join_the_parts_of_a_network() {
    let given = [
        comparison("1", "A + B", "A", 1.0, 0.5),
        comparison("2", "B + C", "C", 2.0, 0.5),
        comparison("3", "D", "E", 1.0, 0.5),
    ];
    let Err(MetaError::Disconnected { parts }) = Network::new(&given) else {
        panic!("the network is in three parts");
    };
    assert_eq!(parts, "[A, A + B] and [B + C, C] and [D, E]");
    let made = Network::in_parts(&given).unwrap();
    let found = components(&made, &Components::read(&made, "+", None).unwrap(), None).unwrap();
    assert_eq!(found.standard, None);
    near(found.common.te[1].unwrap(), 1.5, 1e-10);
    near(found.common.se[1].unwrap(), 0.125_f64.sqrt(), 1e-10);
    // What always stands on both sides, or only against each other, is not told apart.
    assert_eq!(found.common.te[0], None);
    assert_eq!(found.common.te[3], None);
    near(found.additive.df, 1.0, 0.0);
    assert!(Components::read(&made, "+", Some("F")).is_err());
}

#[test]
fn rare_events_have_closed_forms_with_two_arms() {
    let tables = [
        events("1", "A", 3.0, 50.0, 2),
        events("1", "B", 7.0, 60.0, 3),
        events("2", "A", 0.0, 40.0, 4),
        events("2", "B", 4.0, 45.0, 5),
        events("3", "A", 0.0, 30.0, 6),
        events("3", "B", 0.0, 30.0, 7),
    ];
    let found = binary(&tables, BinaryMethod::MantelHaenszel, EmptyArms::Dropped).unwrap();
    assert_eq!(found.without_information, ["3"]);
    assert_eq!((found.studies, found.comparisons), (2, 2));
    let above = 3.0 * 53.0 / 110.0;
    let below = 7.0 * 47.0 / 110.0 + 4.0 * 40.0 / 85.0;
    near(found.te[(0, 1)], (above / below).ln_of(), 1e-12);
    // One study: the ratio of its risks.
    let one = binary(&tables[..2], BinaryMethod::Hypergeometric, EmptyArms::Dropped).unwrap();
    near(one.te[(1, 0)], (7.0 / 60.0 / (3.0 / 50.0)).ln_of(), 1e-10);
    near(one.se[(1, 0)], (1.0 / 3.0 + 1.0 / 7.0_f64).sqrt(), 1e-8);
    // An arm without events in all studies of its design goes, and with it the design.
    let empty = binary(&tables[2..4], BinaryMethod::MantelHaenszel, EmptyArms::Dropped);
    assert!(matches!(empty, Err(MetaError::NoAnswer(_))));
    let filled = binary(
        &tables[2..4],
        BinaryMethod::MantelHaenszel,
        EmptyArms::Filled(0.5),
    )
    .unwrap();
    near(filled.te[(0, 1)], (0.5 * 41.5 / (40.5 * 4.5)).ln_of(), 1e-12);
}

trait LnOf {
    fn ln_of(self) -> f64;
}

impl LnOf for f64 {
    fn ln_of(self) -> f64 {
        euthymia_vecmath::scalar::ln(self)
    }
}

#[test]
fn increments_go_where_they_are_told() {
    let arms = [
        events("1", "A", 0.0, 10.0, 2),
        events("1", "B", 2.0, 10.0, 3),
        events("1", "C", 3.0, 10.0, 4),
        events("2", "A", 4.0, 10.0, 5),
        events("2", "B", 5.0, 10.0, 6),
        events("3", "B", 0.0, 10.0, 7),
        events("3", "C", 0.0, 10.0, 8),
    ];
    let of = |to: Where, all_studies: bool| {
        let increment = Increment {
            amount: 0.5,
            to,
            all_studies,
        };
        contrasts(&arms, Measure::OddsRatio, &increment).unwrap()
    };
    let odds =
        |a: f64, b: f64, add: f64| ((a + add) / (10.0 - a + add) / ((b + add) / (10.0 - b + add))).ln_of();
    let only = of(Where::Only0, false);
    // All arms of a study with an empty one, also between those that are not.
    near(only[2].te.unwrap(), odds(2.0, 3.0, 0.5), 1e-12);
    near(only[3].te.unwrap(), odds(4.0, 5.0, 0.0), 1e-12);
    assert_eq!((only[4].te, only[4].se), (None, None));
    near(
        of(Where::IfAny0, false)[3].te.unwrap(),
        odds(4.0, 5.0, 0.5),
        1e-12,
    );
    near(of(Where::All, true)[4].te.unwrap(), 0.0, 1e-12);
}

#[test]
fn the_league_table_stands_as_papers_print_it() {
    let (made, fitted) = fit(&studies());
    let table = league(&made, &fitted, true, &[3, 0, 1, 2], false).unwrap();
    assert_eq!(table.treatments, ["D", "A", "B", "C"]);
    near(table.cells[1][0].unwrap().te, fitted.random.effect(3, 0), 1e-12);
    let text = table.text(2);
    assert_eq!(text[0][0], "D");
    assert!(text[1][0].ends_with(']'), "{}", text[1][0]);
    let ratios = league(&made, &fitted, false, &[0, 1, 2, 3], true).unwrap();
    near(
        ratios.cells[1][0].unwrap().te.ln_of(),
        fitted.common.effect(0, 1),
        1e-12,
    );
}

fn refusal(given: &[Contrast]) -> String {
    Network::new(given).unwrap_err().to_string()
}

#[test]
fn networks_that_cannot_be_are_refused() {
    let twice = [comparison("1", "A", "A", 1.0, 0.5)];
    assert_eq!(refusal(&twice), "line 2: `A` is compared with itself");
    let missing = [
        comparison("x", "A", "B", 1.0, 0.5),
        comparison("x", "A", "C", 1.0, 0.5),
    ];
    assert!(refusal(&missing).contains("study `x` compares 3 treatments and has 2 comparisons"));
    let again = [
        comparison("x", "A", "B", 1.0, 0.5),
        comparison("x", "B", "A", 1.0, 0.5),
    ];
    assert!(refusal(&again).contains("each pair is needed once, 1 in all"));
    let mut triangle = [
        comparison("x", "A", "B", 1.0, 0.5),
        comparison("x", "B", "C", 1.0, 0.5),
        comparison("x", "A", "C", 3.0, 0.5),
    ];
    assert!(refusal(&triangle).contains("do not add up"));
    triangle[2].te = Some(2.0);
    assert!(Network::new(&triangle).is_ok());
    triangle[2].se = Some(2.0);
    assert!(refusal(&triangle).contains("cannot belong to independent arms"));
    let nothing = [Contrast {
        se: None,
        ..comparison("1", "A", "B", 1.0, 0.5)
    }];
    assert!(matches!(Network::new(&nothing), Err(MetaError::TooFew { .. })));
}

#[test]
fn arms_that_cannot_be_are_refused_with_their_line() {
    let of = |arms: &[Arm], measure| {
        contrasts(arms, measure, &Increment::default())
            .unwrap_err()
            .to_string()
    };
    let more = [events("1", "A", 3.0, 2.0, 2), events("1", "B", 1.0, 9.0, 3)];
    assert_eq!(
        of(&more, Measure::OddsRatio),
        "line 2: 3 people with the event, but only 2 in the arm"
    );
    let negative = [events("1", "A", -1.0, 20.0, 2)];
    assert!(of(&negative, Measure::OddsRatio).starts_with("line 2: -1 events"));
    let spread = [mean("1", "A", 10.0, 1.0, -2.0, 5)];
    assert!(
        of(&spread, Measure::MeanDifference).starts_with("line 5: 10 people with a standard deviation of -2")
    );
    let same = [events("1", "A", 1.0, 20.0, 2), events("1", "A", 2.0, 20.0, 3)];
    assert!(of(&same, Measure::OddsRatio).contains("two arms with `A`"));
    let other = [events("1", "A", 1.0, 20.0, 2)];
    assert!(of(&other, Measure::MeanDifference).contains("a mean difference cannot be computed"));
}
