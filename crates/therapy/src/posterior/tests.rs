use super::*;
use euthymia_model::{check, syntax};
use euthymia_stats::random::Stream;

const MODEL: &str = "m <- function() {
  uncertainty <- list(gone = 0.1)
  ini({
    a <- 1
    b <- c(0, 2, 9)
    gone <- fix(3)
    sd <- 1
  })
  model({
    score <- a * b * gone * BASE
    score ~ add(sd)
  })
}
";
const ABOUT_IT: &str = include_str!("../../tests/made-up/response/fitted-posterior.toml");

fn model(text: &str) -> Model {
    let (model, diagnostics) = check::check(&syntax::parse(&Source::new("response/m.R", text)).0);
    assert_eq!(diagnostics, []);
    model.unwrap()
}

/// The posterior or the diagnostics, of some draws and what is said of them.
fn read_both(model_text: &str, draws: &str, about: &str) -> (Option<Posterior>, Vec<Diagnostic>) {
    let rows = euthymia_io::csv::rows(&Source::new("response/m-draws.csv", draws))
        .0
        .unwrap();
    let about = euthymia_io::toml::document(&Source::new("response/m-posterior.toml", about))
        .0
        .unwrap();
    read(&model(model_text), &rows, &about)
}

fn about(draws: usize) -> String {
    ABOUT_IT.replace("draws = 40", &format!("draws = {draws}"))
}

/// Code, message and the text pointed at.
fn wrong(draws: &str) -> Vec<(&'static str, String, String)> {
    let (posterior, diagnostics) = read_both(
        MODEL,
        draws,
        &about(draws.lines().count().saturating_sub(1).max(1)),
    );
    assert_eq!(posterior.is_some(), !diagnostics.iter().any(Diagnostic::is_error));
    let told = diagnostics.iter().map(|diagnostic| {
        assert!(
            !diagnostic.help.is_empty(),
            "a way out of `{}`",
            diagnostic.message
        );
        let label = &diagnostic.labels[0];
        (
            diagnostic.code,
            diagnostic.message.clone(),
            label.source.slice(label.span).to_owned(),
        )
    });
    told.collect()
}

#[test]
fn draws_are_read_in_the_order_of_the_table() {
    let (posterior, diagnostics) = read_both(MODEL, "b,a,sd\n2,1,1\n3,0,2\n4,5,1.5\n", &about(3));
    assert_eq!(diagnostics, []);
    let posterior = posterior.unwrap();
    assert_eq!(posterior.names(), ["b", "a", "sd"]);
    assert_eq!(posterior.len(), 3);
    assert_eq!(posterior.draw(1), [3.0, 0.0, 2.0]);
    assert_eq!(posterior.draw(3), [0.0; 0]);
    assert_eq!(posterior.values_of("a"), Some(vec![1.0, 0.0, 5.0]));
    assert_eq!(posterior.values_of("gone"), None);
    let b = posterior.marginal("b").unwrap();
    assert_eq!((b.p50, b.sd), (3.0, 1.0));
    // Type 7: 2 + 0.1 x (4 - 2) / 2 of the way.
    assert!((b.p05 - 2.1).abs() < 1e-12 && (b.p95 - 3.9).abs() < 1e-12);
}

#[test]
fn a_wrong_header_says_which_column() {
    let one = |draws: &str| wrong(draws).into_iter().next().unwrap();
    let (code, message, at) = one("a,bb,sd\n1,2,1\n");
    assert_eq!((code, at.as_str()), ("L046", "bb"));
    assert_eq!(message, "`bb` is no parameter of the model `m`");
    let (code, message, at) = one("a,sd\n1,1\n");
    assert_eq!((code, at.as_str()), ("L046", "a,sd"));
    assert_eq!(message, "the parameter `b` of the model has no column");
    let (code, message, at) = one("a,b,sd,a\n1,2,1,1\n");
    assert_eq!((code, at.as_str()), ("L046", "a"));
    assert_eq!(message, "the column `a` stands twice");
    let (code, message, at) = one("a,b,sd,\n1,2,1,1\n");
    assert_eq!(code, "L046", "{message} {at:?}");
}

#[test]
fn a_fixed_parameter_has_no_draws_and_an_uncertain_one_no_standard_error() {
    let found = wrong("a,b,sd,gone\n1,2,1,3\n");
    assert_eq!(found[0].0, "L045");
    assert_eq!(found[0].2, "gone");
    assert_eq!(found[1].1, "`gone` is fixed in the model, so it has no draws");
    let both = MODEL.replace("list(gone = 0.1)", "list(a = 0.1)");
    let (_, diagnostics) = read_both(&both, "a,b,sd\n1,2,1\n", &about(1));
    assert_eq!(diagnostics[0].message, "`a` has both draws and a standard error");
    let places: Vec<_> = diagnostics[0]
        .labels
        .iter()
        .map(|label| label.source.name())
        .collect();
    assert_eq!(places, ["response/m.R", "response/m-draws.csv"]);
}

#[test]
fn a_wrong_cell_is_told_at_its_place() {
    let one = |draws: &str| wrong(draws).into_iter().next().unwrap();
    assert_eq!(
        one("a,b,sd\n1,2,1\n1,NaN,1\n").1,
        "`b` is not finite in this draw"
    );
    assert_eq!(one("a,b,sd\n1,2,1\ninf,2,1\n").2, "inf");
    assert_eq!(one("a,b,sd\n1,2,1\n1,x,1\n").1, "`b` is no number in this draw");
    assert_eq!(one("a,b,sd\n1,2,1\n1,,1\n").1, "`b` is blank in this draw");
    assert_eq!(
        one("a,b,sd\n1,2,1\n1,9.5,1\n").1,
        "`b` is out of its bounds in this draw"
    );
    assert_eq!(one("a,b,sd\n").1, "the table holds no draw");
    // A row of another width never becomes a table.
    let ragged = euthymia_io::csv::rows(&Source::new("m-draws.csv", "a,b,sd\n1,2\n"));
    assert!(ragged.0.is_none() && ragged.1[0].code == "D013");
    let many = format!("a,b,sd\n{}", "x,2,1\n".repeat(60));
    let (_, diagnostics) = read_both(MODEL, &many, &about(60));
    assert_eq!(diagnostics.len(), 51);
}

#[test]
fn draws_of_another_version_of_the_model_are_noticed() {
    let (posterior, diagnostics) = read_both(MODEL, "a,b,sd\n4,2,1\n5,2,1\n6,2,1\n", &about(3));
    assert!(posterior.is_some());
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(
        diagnostics[0].message,
        "the estimate of `a` in the model lies outside of all its draws"
    );
}

#[test]
fn what_is_said_of_the_draws_is_checked() {
    let draws = "a,b,sd\n1,2,1\n2,2,1\n";
    let code = |about: &str| {
        let (posterior, diagnostics) = read_both(MODEL, draws, about);
        assert!(posterior.is_none());
        let first = diagnostics.iter().find(|one| one.is_error()).unwrap();
        (
            first.code,
            first.labels[0].source.slice(first.labels[0].span).to_owned(),
        )
    };
    let good = about(2);
    assert!(read_both(MODEL, draws, &good).0.is_some());
    assert_eq!(code(&about(3)), ("L048", "3".to_owned()));
    assert_eq!(
        code(&good.replace("2026-11-28", "28.11.2026")),
        ("L048", "\"28.11.2026\"".to_owned())
    );
    assert_eq!(code(&good.replace("9f86d0", "9f86")).0, "L048");
    assert_eq!(
        code(&good.replace("condition = \"trd\"", "condition = \"trt\"")),
        ("D007", "\"trt\"".to_owned())
    );
    assert_eq!(
        code(&good.replace("longest = \"8 wk\"", "longest = \"8 mg\"")).1,
        "mg"
    );
    assert_eq!(
        code(&good.replace("chains = 4", "chain = 4")),
        ("D005", "chain".to_owned())
    );
}

#[test]
fn doses_are_put_beside_those_that_arms_received() {
    use crate::course::DoseAmount::{Fixed, PerWeight};
    let (posterior, _) = read_both(MODEL, "a,b,sd\n1,2,1\n2,2,1\n", &about(2));
    let fit = posterior.unwrap().fit;
    let [potion, syrup] = fit.of("trd").unwrap().treatments.as_slice() else {
        panic!("two treatments")
    };
    assert_eq!(
        (potion.per_weight, potion.fixed),
        (Some([0.5, 2.0]), Some([50.0, 150.0]))
    );
    assert_eq!(potion.longest_h, 672.0);
    assert_eq!(potion.covers(Fixed(100.0), 70.0), Some(true));
    // Beyond the doses in mg, and within those per weight: 2 mg/kg.
    assert_eq!(potion.covers(Fixed(160.0), 80.0), Some(true));
    assert_eq!(potion.covers(PerWeight(3.0), 70.0), Some(false));
    assert_eq!(syrup.covers(Fixed(1.0), 70.0), None);
}

#[test]
fn no_draw_is_taken_twice_before_all_were() {
    let rows = rows_of(Stream::new(3), 40, 100);
    for round in rows.chunks(40) {
        let mut sorted = round.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), round.len());
    }
    assert!(rows.iter().all(|row| *row < 40));
    assert_ne!(rows[..40], rows[40..80], "every round has its own order");
    for draws in [1, 7, 40, 41, 99] {
        assert_eq!(rows_of(Stream::new(3), 40, draws), rows[..draws as usize]);
    }
    assert_ne!(rows_of(Stream::new(4), 40, 40), rows[..40], "the seed decides");
    assert_eq!(rows_of(Stream::new(3), 1, 3), [0, 0, 0]);
}

#[test]
fn every_row_is_equally_likely() {
    // First taken, over seeds: a multinomial, whose chi-square with 9 degrees of freedom exceeds 33.7 once in 10,000.
    let mut counts = [0.0_f64; 10];
    for seed in 0..5000 {
        counts[rows_of(Stream::new(seed), 10, 4)[3]] += 1.0;
    }
    let chi_square: f64 = counts
        .iter()
        .map(|count| (count - 500.0) * (count - 500.0) / 500.0)
        .sum();
    assert!(chi_square < 33.7, "{chi_square} {counts:?}");
}
