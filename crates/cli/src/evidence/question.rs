//! A question from the command line: which trials, and how their numbers may be made comparable.

use euthymia_evidence::select::{Crossover, Design, LeftOut, Query, QueryError, Time};
use euthymia_evidence::{Measure, Route};

use super::arguments::{Crossovers, Question};
use crate::exit::Failure;

/// A word that the tables do not have is a mistake on the command line.
pub(crate) fn wrong(error: QueryError) -> Failure {
    Failure::Usage(error.to_string())
}

/// The question about an outcome.
pub(crate) fn query(outcome: &str, options: &Question) -> Result<Query, Failure> {
    let time = Time::parse(&options.time).ok_or_else(|| {
        Failure::Usage(format!(
            "`--time {}` is no time: write 24h, 7d, 4wk, 6mo, a window such as 18h..36h, or `last`",
            options.time
        ))
    })?;
    let correlation = |value: Option<f64>, name: &str| match value {
        // At -1 and 1 a difference would have no variance at all.
        Some(r) if !(r > -1.0 && r < 1.0) => Err(Failure::Usage(format!(
            "`--{name} {r}` is no correlation of measurements: it must be above -1 and below 1"
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
        crossover,
        change_correlation: correlation(options.change_correlation, "change-correlation")?,
        impute_sd: options.impute_sd,
        published: !options.arms_only,
        studies: options.study.clone(),
        without: options
            .without
            .iter()
            .map(|study| LeftOut {
                study: study.clone(),
                reason: None,
            })
            .collect(),
        ..Query::new(outcome, time)
    })
}

/// Designs by their words.
pub(crate) fn designs(asked: &[String]) -> Result<Vec<Design>, Failure> {
    words(asked, Design::WORDS, "design")
}

/// Words of the command line among those that are known.
pub(crate) fn words<T: Copy>(asked: &[String], known: &[(&str, T)], what: &str) -> Result<Vec<T>, Failure> {
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

/// Coverage as a part of one.
pub(crate) fn level(percent: f64) -> Result<f64, Failure> {
    if (50.0..100.0).contains(&percent) {
        return Ok(percent / 100.0);
    }
    Err(Failure::Usage(format!(
        "`--level {percent}` is no coverage: it must be from 50 to below 100"
    )))
}
