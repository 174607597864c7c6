//! `euthymia evidence pool`: a question, the trials that answer it, and what they say together.

use std::path::Path;

use euthymia_evidence::select::{Crossover, Design, Query, QueryError, Shared as SharedArms, Time};
use euthymia_evidence::{Answer, How, Measure, Route, answer};
use euthymia_io::{atomic, csv};
use euthymia_meta::pool::{Method, Test};
use euthymia_report::evidence as report;
use euthymia_report::figure::{SynthesisFigure, of_synthesis};

use super::arguments::{Crossovers, Pool, SharedControl};
use super::{load, print_json};
use crate::arguments::Shared;
use crate::exit::Failure;
use crate::output;

/// Answers the question and shows the answer.
pub(crate) fn run(options: &Pool, layer: Option<&Path>, shared: &Shared) -> Result<(), Failure> {
    let (evidence, words) = load::load(layer, shared)?;
    let (query, how) = (query(options)?, how(options)?);
    let found = answer(&evidence, &words, &query, &how).map_err(wrong)?;
    if let Some(path) = &options.csv {
        csv::write_table(path, &report::COLUMNS, report::rows(&found))?;
    }
    if shared.json {
        print_json(&found.to_json());
    } else if !shared.quiet {
        let (width, colour) = output::terminal();
        print!("{}", report::pool(&found, width, colour));
    }
    draw(options, &found)
}

/// Draws the figure that is wanted.
fn draw(options: &Pool, found: &Answer) -> Result<(), Failure> {
    let (Some(plot), Some(out)) = (&options.plot, &options.out) else {
        return Ok(());
    };
    let kinds = SynthesisFigure::ALL.map(|figure| (figure.name(), figure));
    let figure = words(std::slice::from_ref(plot), &kinds, "figure")?;
    let synthesis = found.synthesis.as_ref().ok_or_else(|| {
        Failure::Usage("there is nothing to draw: no study answers the question".to_owned())
    })?;
    for figure in figure {
        let svg = of_synthesis(figure, synthesis)
            .map_err(|reason| Failure::Usage(format!("no such figure of these studies: {reason}")))?;
        atomic::write(out, svg.as_bytes())?;
    }
    Ok(())
}

/// A word that the tables do not have is a mistake on the command line.
pub(crate) fn wrong(error: QueryError) -> Failure {
    Failure::Usage(error.to_string())
}

fn query(options: &Pool) -> Result<Query, Failure> {
    let time = Time::parse(&options.time).ok_or_else(|| {
        Failure::Usage(format!(
            "`--time {}` is no time: write 24h, 7d, 4wk, 6mo, a window such as 18h..36h, or `last`",
            options.time
        ))
    })?;
    let correlation = |value: Option<f64>, name: &str| match value {
        Some(r) if !(-1.0..=1.0).contains(&r) => Err(Failure::Usage(format!(
            "`--{name} {r}` is no correlation: it must be from -1 to 1"
        ))),
        other => Ok(other),
    };
    let between = correlation(options.correlation, "correlation")?;
    let crossover = match (options.crossover, between) {
        (Crossovers::Parallel, None) => Crossover::Parallel,
        (Crossovers::Exclude, None) => Crossover::Exclude,
        (Crossovers::Paired, Some(r)) => Crossover::Paired(r),
        (Crossovers::Paired, None) => {
            return Err(Failure::Usage(
                "`--crossover paired` needs `--correlation R`, the correlation between the periods: nothing is assumed unasked"
                    .to_owned(),
            ));
        }
        (_, Some(_)) => {
            return Err(Failure::Usage(
                "`--correlation` is of paired crossover trials: add `--crossover paired`".to_owned(),
            ));
        }
    };
    Ok(Query {
        conditions: options.condition.clone(),
        drugs: options.drug.clone(),
        controls: options.control.clone(),
        routes: words(&options.route, Route::WORDS, "route")?,
        designs: designs(&options.design)?,
        measure: measure(options.measure.as_deref())?,
        include_memory: options.include_memory,
        shared: match options.shared {
            SharedControl::Combine => SharedArms::Combine,
            SharedControl::Split => SharedArms::Split,
            SharedControl::Covariance => SharedArms::Covariance,
        },
        crossover,
        change_correlation: correlation(options.change_correlation, "change-correlation")?,
        impute_sd: options.impute_sd,
        published: !options.arms_only,
        studies: options.study.clone(),
        without: options.without.clone(),
        ..Query::new(options.outcome.clone(), time)
    })
}

fn how(options: &Pool) -> Result<How, Failure> {
    let usage = |error: euthymia_meta::MetaError| Failure::Usage(error.to_string());
    if !(50.0..100.0).contains(&options.level) {
        return Err(Failure::Usage(format!(
            "`--level {}` is no coverage: it must be from 50 to below 100",
            options.level
        )));
    }
    Ok(How {
        method: Method::parse(&options.method).map_err(usage)?,
        test: options
            .test
            .as_deref()
            .map(Test::parse)
            .transpose()
            .map_err(usage)?,
        level: options.level / 100.0,
    })
}

/// Designs by their words.
pub(crate) fn designs(asked: &[String]) -> Result<Vec<Design>, Failure> {
    words(asked, Design::WORDS, "design")
}

fn words<T: Copy>(asked: &[String], known: &[(&str, T)], what: &str) -> Result<Vec<T>, Failure> {
    let one = |word: &String| {
        let found = known
            .iter()
            .find(|(name, _)| name == word)
            .map(|(_, value)| *value);
        found.ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let hint = euthymia_diagnostics::nearest(word, names.iter().copied()).map_or_else(
                || format!("there are {}", names.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            Failure::Usage(format!("no {what} is called `{word}`; {hint}"))
        })
    };
    asked.iter().map(one).collect()
}

fn measure(asked: Option<&str>) -> Result<Option<Measure>, Failure> {
    let Some(word) = asked else { return Ok(None) };
    let known: Vec<(&str, Measure)> = Measure::WORDS
        .iter()
        .copied()
        .filter(|(name, _)| ["OR", "RR", "RD", "HR", "MD", "SMD"].contains(name))
        .collect();
    Ok(words(&[word.to_uppercase()], &known, "measure")?.first().copied())
}
