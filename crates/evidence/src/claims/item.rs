//! One number that bears on something: a live pool, or a row of the tables, by name.

use euthymia_document::Reader;

use crate::select::{Crossover, LeftOut, Query, Shared, Time};
use crate::vocabulary::{Measure, Route, Statistic};
use crate::words::Better;

/// What a number is to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It counts for the verdict.
    For,
    /// It is shown beside.
    Context,
}

/// What a claim says a number would show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expects {
    /// It is better with the treatment.
    Better,
    /// It is not worse with it.
    NoWorse,
}

/// What the number of those behind an estimate counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// People.
    #[default]
    People,
    /// Treatments; one person may have had several.
    Treatments,
    /// Studies, of which some have what is counted.
    Studies,
}

/// Which number.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A selection, pooled now.
    Pool(Box<Query>),
    /// A row of `pooled.csv`.
    Published {
        /// The review.
        review: String,
        /// Its contrast.
        contrast: String,
        /// Its outcome.
        outcome: String,
        /// Its time.
        time: Option<String>,
    },
    /// A row of `comparisons.csv`.
    Contrast {
        /// The study.
        study: String,
        /// First arm.
        arm_a: String,
        /// Second arm.
        arm_b: String,
        /// Outcome.
        outcome: String,
        /// Time, h; `None` where the row has none.
        time_h: Option<f64>,
        /// Measure, where several rows differ only by it.
        measure: Option<Measure>,
    },
    /// A row of `outcomes.csv`.
    Value {
        /// The study.
        study: String,
        /// The arm.
        arm: String,
        /// Outcome.
        outcome: String,
        /// Time, h; `None` where the row has none.
        time_h: Option<f64>,
        /// What the value is, where several rows differ only by it.
        statistic: Option<Statistic>,
    },
    /// Number of doses of an arm.
    Doses {
        /// The study.
        study: String,
        /// The arm.
        arm: String,
    },
    /// The dose that most studies of a drug and a route gave.
    UsualDose {
        /// The drug.
        drug: String,
        /// The route.
        route: Route,
    },
}

/// A number by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Key, unique in its file.
    pub key: String,
    /// What it is of, in words.
    pub says: String,
    /// What it is to the claim.
    pub role: Role,
    /// What the claim says it would show.
    pub expects: Expects,
    /// Which side is better; `None`: as the outcome of a pool has it, else nobody knows.
    pub better: Option<Better>,
    /// What the `n` of its row counts.
    pub counted: Counted,
    /// Which number.
    pub kind: Kind,
}

const ROLES: [(&str, Role); 2] = [("for", Role::For), ("context", Role::Context)];
const EXPECTS: [(&str, Expects); 2] = [("better", Expects::Better), ("no-worse", Expects::NoWorse)];
const BETTER: [(&str, Better); 4] = [
    ("lower", Better::Lower),
    ("higher", Better::Higher),
    ("more", Better::More),
    ("fewer", Better::Fewer),
];
const COUNTED: [(&str, Counted); 2] = [("people", Counted::People), ("treatments", Counted::Treatments)];
const KINDS: [(&str, u8); 6] = [
    ("pool", 0),
    ("published", 1),
    ("contrast", 2),
    ("value", 3),
    ("doses", 4),
    ("usual-dose", 5),
];

/// Reads an item.
pub(super) fn read(table: &mut Reader<'_, '_>) -> Option<Definition> {
    let key = table.required_string("key");
    let says = table.required_string("says");
    let role = table.optional_choice("role", &ROLES).unwrap_or(Role::Context);
    let expects = table
        .optional_choice("expects", &EXPECTS)
        .unwrap_or(Expects::Better);
    let better = table.optional_choice("better", &BETTER);
    let counted = table.optional_choice("counted", &COUNTED).unwrap_or_default();
    let kind = match table.required_choice("number", &KINDS)? {
        0 => query(table).map(|query| Kind::Pool(Box::new(query))),
        1 => published(table),
        2 => contrast(table),
        3 => value(table),
        4 => (|| {
            let (study, arm) = (table.required_string("study"), table.required_string("arm"));
            Some(Kind::Doses {
                study: study?,
                arm: arm?,
            })
        })(),
        _ => (|| {
            let drug = table.required_string("drug");
            let route = table.required_choice("route", Route::WORDS);
            Some(Kind::UsualDose {
                drug: drug?,
                route: route?,
            })
        })(),
    };
    Some(Definition {
        key: key?,
        says: says?,
        role,
        expects,
        better,
        counted,
        kind: kind?,
    })
}

fn words(table: &mut Reader<'_, '_>, key: &str) -> Vec<String> {
    table
        .optional_array(key, |item| item.string())
        .unwrap_or_default()
}

fn query(table: &mut Reader<'_, '_>) -> Option<Query> {
    let outcome = table.required_string("outcome");
    let text = table.required_string("time");
    let time = text.as_deref().and_then(Time::parse);
    if text.is_some() && time.is_none() {
        table.report(
            "time",
            "E010",
            "this is no time",
            "expected `24h`, `4wk`, `18h..36h` or `last`",
        );
    }
    let conditions = words(table, "conditions");
    let drugs = words(table, "drugs");
    let controls = words(table, "controls");
    let routes = table
        .optional_array("routes", |item| item.choice(Route::WORDS))
        .unwrap_or_default();
    let measure = table.optional_choice("measure", Measure::WORDS);
    let shared = table
        .optional_choice(
            "shared",
            &[
                ("combine", Shared::Combine),
                ("split", Shared::Split),
                ("covariance", Shared::Covariance),
            ],
        )
        .unwrap_or_default();
    let crossover = table
        .optional_choice(
            "crossover",
            &[("parallel", Crossover::Parallel), ("exclude", Crossover::Exclude)],
        )
        .unwrap_or_default();
    let without = table.optional_tables("without", left_out).unwrap_or_default();
    let studies = words(table, "studies");
    Some(Query {
        conditions,
        drugs,
        controls,
        routes,
        measure,
        shared,
        crossover,
        studies,
        without,
        ..Query::new(outcome?, time?)
    })
}

/// Whoever leaves a study out says why.
fn left_out(table: &mut Reader<'_, '_>) -> Option<LeftOut> {
    let study = table.required_string("study");
    let reason = table.required_string("reason");
    Some(LeftOut {
        study: study?,
        reason: Some(reason?),
    })
}

fn published(table: &mut Reader<'_, '_>) -> Option<Kind> {
    let review = table.required_string("review");
    let contrast = table.required_string("contrast");
    let outcome = table.required_string("outcome");
    let time = table.optional_string("time");
    Some(Kind::Published {
        review: review?,
        contrast: contrast?,
        outcome: outcome?,
        time,
    })
}

/// Hours of a row, written as in a question (`4wk`) or as the row has them.
fn time_h(table: &mut Reader<'_, '_>) -> Option<f64> {
    let text = table.optional_string("time")?;
    match Time::parse(&text) {
        Some(Time::Near { wanted, .. }) => Some(wanted),
        _ => {
            table.report("time", "E010", "this is no time", "expected `24h` or `4wk`");
            None
        }
    }
}

fn contrast(table: &mut Reader<'_, '_>) -> Option<Kind> {
    let study = table.required_string("study");
    let arm_a = table.required_string("arm_a");
    let arm_b = table.required_string("arm_b");
    let outcome = table.required_string("outcome");
    let time_h = time_h(table);
    let measure = table.optional_choice("measure", Measure::WORDS);
    Some(Kind::Contrast {
        study: study?,
        arm_a: arm_a?,
        arm_b: arm_b?,
        outcome: outcome?,
        time_h,
        measure,
    })
}

fn value(table: &mut Reader<'_, '_>) -> Option<Kind> {
    let study = table.required_string("study");
    let arm = table.required_string("arm");
    let outcome = table.required_string("outcome");
    let time_h = time_h(table);
    let statistic = table.optional_choice("statistic", Statistic::WORDS);
    Some(Kind::Value {
        study: study?,
        arm: arm?,
        outcome: outcome?,
        time_h,
        statistic,
    })
}
