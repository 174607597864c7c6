//! Everything that is wrong with a model, by one call.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write;

use euthymia_diagnostics::Source;
use euthymia_model::diagnose;

fn codes(text: &str) -> Vec<&'static str> {
    let diagnostics = diagnose(&Source::new("model.R", text));
    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn problems_of_every_stage_in_the_order_of_the_text() {
    assert_eq!(
        codes(
            "m <- function() {\nini({\na <- 1\n})\nmodel({\ny <- z2(a)\nw <- a %in% 2\nx <- exp(a, a)\n})\n}\n"
        ),
        ["M041", "M008", "M042"]
    );
    assert!(codes("m <- function() {\nini({\na <- 1\n})\nmodel({\ny <- a\n})\n}\n").is_empty());
}

#[test]
fn a_model_that_is_too_large() {
    let mut text = "m <- function() {\nini({\na <- 1\n})\nmodel({\nd/dt(x) <- -a*x\n".to_owned();
    for index in 0..70_000 {
        writeln!(text, "y{index} <- x + {index}.5").unwrap();
    }
    text.push_str("})\n}\n");
    assert_eq!(codes(&text), ["M011"]);
}
