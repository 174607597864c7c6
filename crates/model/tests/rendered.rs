//! What a person sees: diagnostics as text.

#![allow(clippy::unwrap_used, clippy::panic)]

use euthymia_diagnostics::{Source, render};
use euthymia_model::check::check;
use euthymia_model::syntax::parse;

fn shown(text: &str) -> String {
    let (file, mut problems) = parse(&Source::new("model.R", text));
    problems.extend(check(&file).1);
    render::text(
        &problems,
        render::Style {
            colour: false,
            width: 100,
        },
    )
}

#[test]
fn problems_of_syntax() {
    insta::assert_snapshot!(shown(
        "m <- function() {
  ini({
    lcl <- log(5; label(\"Clearance (L/h)\")
    lv <-
    etalcl ~ 0.1
  })
  model({
    cl <- exp(lcl + etalcl
    v <- exp(lv))
    if (SEX = 1) {
      cl <- 2*cl
    }
    d/dt(central) <- -cl/v*central %in% 2
  })
}
"
    ));
}

#[test]
fn problems_of_meaning() {
    insta::assert_snapshot!(shown(
        "m <- function() {
  ini({
    lcl <- log(5); label(\"Clearance (L/hh)\")
    lv <- c(5, log(30))
    etalcl + etalv ~ c(0.1, 0.2)
    lcl <- 3
  })
  model({
    cl <- exp(lcl + etalcl)
    v <- expp(lv + etalv)
    d/dt(central) <- -kel*central
    kel <- cl/v
    f(centrl) <- 0.5
    alag(central) <- ifelse(t > 3, 1, 2)
    cp <- linCmt(cl, v)
    cp ~ boxCox(lambda)
  })
}
"
    ));
}
