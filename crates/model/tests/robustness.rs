//! No text makes the parser panic, hang or overflow the stack.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use euthymia_diagnostics::Source;
use euthymia_model::check::check;
use euthymia_model::compile::{CompileOptions, compile};
use euthymia_model::syntax::parse;
use proptest::prelude::*;

/// All stages on any text.
fn all_stages(text: &str) {
    let (file, problems) = parse(&Source::new("any.R", text));
    let (model, more) = check(&file);
    for problem in problems.iter().chain(&more) {
        for label in &problem.labels {
            assert!(
                label.span.start <= label.span.end && label.span.end as usize <= text.len(),
                "{problem:?}"
            );
        }
    }
    if let Some(model) = model {
        let _ = compile(&model, &CompileOptions::default());
    }
}

fn corpus() -> Vec<String> {
    let mut texts: Vec<String> = common::model_paths()
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    texts.push(
        "m <- function() {\n units <- list(time = \"h\", c(1, -2, TRUE))\n ini({\n a <- c(0, 1); label(\"x (L)\") # c\n e1 + e2 ~ fix(c(1, 0.1, 1)) | occ\n })\n model({\n if (a > 1 && !(e1 == 2)) { b <- -a^2 } else b <- 1\n d/dt(x) <- -b*x; f(x) <- 0.5\n x(0) <- e2\n y ~ x\n y ~ add(a) + prop(a) | z\n })\n}"
            .to_owned(),
    );
    texts
}

const PIECES: [&str; 40] = [
    "(", ")", "{", "}", "<-", "~", "=", "+", "-", "*", "/", "^", "|", "||", ",", ";", "\n", "\"", "'", "`",
    "#", "if", "else", "d/dt(x)", "x(0)", "ini({", "model({", "})", "c(", "1e", "1e999", ".5", "%%", "\u{0}",
    "é", "\u{feff}", "\r\n", "label(", "fix(", "function",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn arbitrary_text(text in any::<String>()) {
        all_stages(&text);
        all_stages(&format!("m <- function() {{ ini({{ {text} }}) model({{ {text} }}) }}"));
    }

    #[test]
    fn soups_of_tokens(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..60)) {
        let text = pieces.concat();
        all_stages(&text);
        all_stages(&format!("m <- function() {{\n ini({{\n {text} \n}})\n model({{\n {text} \n}})\n}}"));
    }

    #[test]
    fn damaged_models(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, prop::sample::select(PIECES.to_vec())), 1..6),
    ) {
        let corpus = corpus();
        let mut characters: Vec<char> = which.get(&corpus).chars().collect();
        for (place, kind, piece) in damage {
            let at = place.index(characters.len());
            match kind {
                0 => { characters.remove(at); }
                1 => { characters.splice(at..at, piece.chars()); }
                _ => { characters.truncate(at.max(40)); }
            }
            if characters.is_empty() { break; }
        }
        all_stages(&characters.into_iter().collect::<String>());
    }
}

#[test]
fn deep_and_long_texts() {
    let wrap =
        |equations: &str| format!("m <- function() {{ ini({{ a <- 1 }})\n model({{ {equations}\n }})\n}}");
    let n = 100_000;
    all_stages(&wrap(&format!("y <- {}a{}", "(".repeat(n), ")".repeat(n))));
    all_stages(&wrap(&format!("y <- {}a", "-".repeat(n))));
    all_stages(&wrap(&format!("y <- {}a", "!".repeat(n))));
    all_stages(&wrap(&format!("y <- a{}", " + a".repeat(n))));
    all_stages(&wrap(&format!("y <- a{}", "^a".repeat(n))));
    all_stages(&wrap(&format!("y <- {}a{}", "exp(".repeat(n), ")".repeat(n))));
    all_stages(&wrap(&"if (a) {".repeat(n)));
    all_stages(&wrap(&format!("{}y <- a", "if (a) ".repeat(n))));
    all_stages(&wrap(&format!(
        "if (a) y <- 1{}",
        " else if (a) y <- 1".repeat(2000)
    )));
    all_stages(&format!(
        "m <- function() {{ x <- {}1{} }}",
        "list(".repeat(n),
        ")".repeat(n)
    ));
    // Nested sums, each as long as its depth allows, must not add up to a tree that is too high.
    let mut nested = "a".to_owned();
    for _ in 0..200 {
        nested = format!("({nested}{})", " + a".repeat(200));
    }
    all_stages(&wrap(&format!("y <- {nested}")));
    // A chain of variables is as deep as the model is long, in the graph too.
    let mut chain = "v0 <- a\n".to_owned();
    for step in 1..5000 {
        chain += &format!("v{step} <- v{} * x + {step}\n", step - 1);
    }
    all_stages(&wrap(&format!("{chain}d/dt(x) <- -v4999")));
}

#[test]
fn large_texts_take_little_time_and_memory() {
    // A million characters that mean nothing give a message that ends, not a million messages.
    let (_, problems) = parse(&Source::new(
        "noise.R",
        "m <- function() {\n".to_owned() + &"\u{b7}\n)(".repeat(1_000_000),
    ));
    assert!(problems.len() < 300, "{}", problems.len());
    assert_eq!(
        problems.iter().filter(|problem| problem.code == "M010").count(),
        1
    );
    // Conditions cost what they change, not what there is.
    let variables: String = (0..20_000).map(|at| format!("v{at} <- a + {at}\n")).collect();
    let conditions: String = (0..20_000)
        .map(|at| format!("if (v{at} > 1) w{at} <- 1 else w{at} <- 2\n"))
        .collect();
    all_stages(&format!(
        "m <- function() {{ ini({{ a <- 1 }})\n model({{\n{variables}{conditions}d/dt(x) <- -a\n}}) }}"
    ));
    // Each of a hundred thousand covariates might be a slip for each of a hundred thousand variables.
    let copies: String = (0..100_000)
        .map(|at| format!("value{at} ~ given{at}\n"))
        .collect();
    all_stages(&format!("m <- function() {{ model({{\n{copies}}}) }}"));
}

#[test]
fn line_ends_and_marks() {
    let unix = std::fs::read_to_string(&common::model_paths()[0]).unwrap();
    let read = |text: &str| {
        let (file, problems) = parse(&Source::new("m.R", text));
        assert_eq!(problems, []);
        file
    };
    assert_eq!(read(&unix), read(&unix.replace('\n', "\r\n")));
    assert_eq!(read(&unix), read(&format!("\u{feff}{unix}")));
}
