//! Generalised linear mixed models of counts: logistic for odds, Poisson for rates.
//!
//! Two groups are modelled with an intercept for each study, fixed or random, or conditionally on the events of both
//! groups together, exactly (a non-central hypergeometric distribution) or approximately (a binomial one); one group with
//! its log odds or log rate (Stijnen et al. 2010, doi:10.1002/sim.4040; Jackson et al. 2018, doi:10.1002/sim.7588).
//!
//! Random effects are integrated out by adaptive Gauss-Hermite quadrature, around each study's conditional mode; one
//! point is Laplace's approximation. Values are comparable to those of metafor's `rma.glmm`, which fits with lme4: 7
//! points for one random effect, one for two, and the log-likelihood that each of its models reports.

mod conditional;
mod fit;
mod linear;
mod one_group;
mod optimum;
mod study;
mod unconditional;

pub use fit::{Fit, Heterogeneity};

use nalgebra::DMatrix;

use crate::MetaError;
use crate::effect::{Effects, Family, Given, Measure, Reported, Tables, of_two_groups};

/// How two groups are modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Model {
    /// Unconditionally, with a fixed intercept for each study (`UM.FS`).
    #[default]
    FixedStudies,
    /// Unconditionally, with random intercepts (`UM.RS`).
    RandomStudies,
    /// Conditionally, by the exact likelihood (`CM.EL`).
    ConditionalExact,
    /// Conditionally, by the approximate likelihood (`CM.AL`).
    ConditionalApproximate,
}

/// Whether effects differ between studies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// One effect (given the moderators).
    EqualEffects,
    /// Normally distributed effects, by maximum likelihood.
    #[default]
    MaximumLikelihood,
}

/// How the model is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How two groups are modelled.
    pub model: Model,
    /// Whether effects differ between studies.
    pub method: Method,
    /// Points of the quadrature; two random effects are always integrated with one.
    pub points: usize,
    /// Whether studies without events in both groups, or with nothing else, are left out.
    pub drop00: bool,
    /// How the effect sizes of single studies are had, which only I² needs.
    pub single: crate::effect::Options,
    /// Coverage of intervals, as 0.95.
    pub level: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            model: Model::default(),
            method: Method::default(),
            points: 7,
            drop00: true,
            single: crate::effect::Options {
                drop00: true,
                ..crate::effect::Options::default()
            },
            level: 0.95,
        }
    }
}

/// Moderators of the studies; the first column is usually the intercept.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// A row for each study.
    pub x: DMatrix<f64>,
    /// Names of the columns.
    pub names: Vec<String>,
}

impl Design {
    /// An intercept alone.
    #[must_use]
    pub fn intercept(studies: usize) -> Self {
        Self {
            x: DMatrix::from_element(studies, 1, 1.0),
            names: vec!["intrcpt".to_owned()],
        }
    }
}

/// Counts of a study: events and, for odds, people; for rates the log of the person-time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) events: f64,
    pub(crate) trials: f64,
    pub(crate) offset: f64,
}

/// Fits the model of `OR`, `IRR`, `PLO` or `IRLN`.
///
/// # Errors
/// Another measure, rows that cannot be, fewer studies than coefficients, moderators that cannot be told apart, or a
/// likelihood without a maximum.
pub fn glmm(
    measure: Measure,
    reported: &Reported,
    design: &Design,
    options: &Options,
) -> Result<Fit, MetaError> {
    let known = [
        Measure::OddsRatio,
        Measure::IncidenceRateRatio,
        Measure::ProportionLogit,
        Measure::IncidenceRateLog,
    ];
    if !known.contains(&measure) {
        let reason = format!("mixed models of counts pool OR, IRR, PLO and IRLN, not `{measure}`");
        return Err(MetaError::field("measure", reason));
    }
    if design.x.nrows() != reported.rows() {
        let reason = format!(
            "{} rows of moderators for {} studies",
            design.x.nrows(),
            reported.rows()
        );
        return Err(MetaError::field("mods", reason));
    }
    let effects = Effects::of(measure, reported, &options.single)?;
    let studies = Studies::of(measure, reported, options)?;
    let p = design.x.ncols();
    let needed = if options.method == Method::EqualEffects {
        p
    } else {
        p + 1
    };
    if studies.rows.len() < needed {
        return Err(MetaError::TooFew {
            what: "this mixed model of counts",
            needed,
            found: studies.rows.len(),
        });
    }
    let x = design.x.select_rows(studies.rows.iter());
    crate::linear::check_rank(&x, &design.names)?;
    let exact = options.model == Model::ConditionalExact;
    if exact && measure.family() == Family::TwoByTwo {
        check_whole(&studies, reported)?;
    }
    let found = match (measure.family(), options.model) {
        (Family::Proportion | Family::Rate, _) => one_group::fit(studies.family, &studies.first, &x, options),
        (Family::TwoByTwo, _) if exact => conditional::exact(&studies, &x, options),
        (_, Model::ConditionalExact | Model::ConditionalApproximate) => one_group::fit(
            study::Likelihood::Binomial,
            &conditional::approximate(&studies),
            &x,
            options,
        ),
        (_, Model::FixedStudies) => unconditional::fixed(&studies, &x, options),
        (_, Model::RandomStudies) => unconditional::random(&studies, &x, options),
    }?;
    Ok(Fit::new(found, design, &effects, options))
}

/// The exact conditional distribution is one of whole numbers.
fn check_whole(studies: &Studies, reported: &Reported) -> Result<(), MetaError> {
    let pairs = studies.rows.iter().zip(studies.first.iter().zip(&studies.second));
    for (row, (first, second)) in pairs {
        let counts = [first.events, first.trials, second.events, second.trials];
        if let Some(x) = counts.into_iter().find(|x| x.fract() != 0.0) {
            return Err(MetaError::Row {
                line: reported.line(*row),
                reason: format!("a number of people is {x}; the exact conditional model needs whole numbers"),
            });
        }
    }
    Ok(())
}

/// The counts of the studies that are modelled.
pub(crate) struct Studies {
    pub(crate) family: study::Likelihood,
    /// Their rows.
    pub(crate) rows: Vec<usize>,
    /// Counts of the first or only group.
    pub(crate) first: Vec<Count>,
    /// Counts of the second.
    pub(crate) second: Vec<Count>,
}

impl Studies {
    fn of(measure: Measure, reported: &Reported, options: &Options) -> Result<Self, MetaError> {
        let trials = |events: f64, others: f64| Count {
            events,
            trials: events + others,
            offset: 0.0,
        };
        let timed = |events: f64, time: f64| Count {
            events,
            trials: f64::NAN,
            offset: euthymia_vecmath::scalar::ln(time),
        };
        let rows = 0..reported.rows();
        let (family, first, second): (_, Vec<Count>, Vec<Count>) = match measure.family() {
            Family::TwoByTwo => {
                let none = crate::effect::Options {
                    to: crate::effect::Addition::None,
                    drop00: options.drop00,
                    ..crate::effect::Options::default()
                };
                let t = Tables::of(measure, reported)?.adjusted(measure, &none);
                let (first, second) = rows
                    .clone()
                    .map(|i| (trials(t.a[i], t.b[i]), trials(t.c[i], t.d[i])))
                    .unzip();
                (study::Likelihood::Binomial, first, second)
            }
            Family::Rates => {
                let [x1, x2, t1, t2] = of_two_groups(measure, reported)?;
                let (first, second) = rows
                    .clone()
                    .map(|i| {
                        let none = options.drop00 && x1[i] == 0.0 && x2[i] == 0.0;
                        let events = |x: f64| if none { f64::NAN } else { x };
                        (timed(events(x1[i]), t1[i]), timed(events(x2[i]), t2[i]))
                    })
                    .unzip();
                (study::Likelihood::Poisson, first, second)
            }
            Family::Rate => {
                let [x, t] = [Given::Xi, Given::Ti].map(|what| reported.get(what));
                let first = rows.clone().map(|i| timed(x[i], t[i])).collect();
                (study::Likelihood::Poisson, first, Vec::new())
            }
            _ => {
                let [x, m, n] = [Given::Xi, Given::Mi, Given::Ni].map(|what| reported.get(what));
                let first = rows
                    .clone()
                    .map(|i| trials(x[i], if m[i].is_nan() { n[i] - x[i] } else { m[i] }))
                    .collect();
                (study::Likelihood::Binomial, first, Vec::new())
            }
        };
        let known = |count: &Count| {
            let trials = if family == study::Likelihood::Binomial {
                count.trials
            } else {
                0.0
            };
            !(count.events + count.offset + trials).is_nan()
        };
        let rows: Vec<usize> = rows
            .filter(|i| known(&first[*i]) && second.get(*i).is_none_or(known))
            .collect();
        let take = |counts: &[Count]| -> Vec<Count> {
            rows.iter().filter_map(|i| counts.get(*i).copied()).collect()
        };
        Ok(Self {
            family,
            first: take(&first),
            second: take(&second),
            rows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [[f64; 4]; 6] = [
        [12.0, 38.0, 5.0, 41.0],
        [0.0, 20.0, 3.0, 17.0],
        [7.0, 90.0, 9.0, 80.0],
        [15.0, 60.0, 6.0, 70.0],
        [4.0, 12.0, 1.0, 20.0],
        [22.0, 70.0, 25.0, 75.0],
    ];

    fn table(rows: &[[f64; 4]]) -> Reported {
        let column = |at: usize| rows.iter().map(|row| row[at]).collect::<Vec<_>>();
        Reported::new(rows.len())
            .with(Given::Ai, &column(0))
            .with(Given::Bi, &column(1))
            .with(Given::Ci, &column(2))
            .with(Given::Di, &column(3))
    }

    fn with(rows: &[[f64; 4]], model: Model, method: Method) -> Result<Fit, MetaError> {
        let options = Options {
            model,
            method,
            ..Options::default()
        };
        glmm(
            Measure::OddsRatio,
            &table(rows),
            &Design::intercept(rows.len()),
            &options,
        )
    }

    const MODELS: [Model; 4] = [
        Model::FixedStudies,
        Model::RandomStudies,
        Model::ConditionalExact,
        Model::ConditionalApproximate,
    ];

    #[test]
    fn the_order_of_studies_changes_nothing() {
        let mut turned = ROWS;
        turned.reverse();
        for model in MODELS {
            let there = with(&ROWS, model, Method::MaximumLikelihood).unwrap();
            let back = with(&turned, model, Method::MaximumLikelihood).unwrap();
            assert!((there.beta[0] - back.beta[0]).abs() < 1e-6, "{model:?}");
            assert!((there.tau2 - back.tau2).abs() < 1e-6, "{model:?}");
            assert!((there.ll - back.ll).abs() < 1e-6, "{model:?}");
        }
    }

    #[test]
    fn the_groups_are_opposites() {
        let turned = ROWS.map(|[a, b, c, d]| [c, d, a, b]);
        for model in [Model::FixedStudies, Model::ConditionalExact] {
            for method in [Method::EqualEffects, Method::MaximumLikelihood] {
                let there = with(&ROWS, model, method).unwrap();
                let back = with(&turned, model, method).unwrap();
                assert!((there.beta[0] + back.beta[0]).abs() < 1e-6, "{model:?}");
                assert!((there.se[0] - back.se[0]).abs() < 1e-6, "{model:?}");
            }
        }
    }

    #[test]
    fn equal_studies_have_no_variance_between_them() {
        let rows = [[10.0, 30.0, 5.0, 35.0]; 4];
        for model in MODELS {
            let equal = with(&rows, model, Method::EqualEffects).unwrap();
            let random = with(&rows, model, Method::MaximumLikelihood).unwrap();
            assert_eq!(random.tau2, 0.0, "{model:?}");
            assert!((equal.beta[0] - random.beta[0]).abs() < 1e-5, "{model:?}");
            assert!(random.heterogeneity.unwrap().ratio < 1e-6, "{model:?}");
        }
    }

    #[test]
    fn bad_studies_are_told() {
        let bad = with(
            &[[3.0, -1.0, 2.0, 4.0], ROWS[0]],
            Model::FixedStudies,
            Method::EqualEffects,
        );
        assert!(
            bad.unwrap_err()
                .to_string()
                .starts_with("line 2: the number of people without event")
        );
        let none = [[0.0, 10.0, 0.0, 10.0]; 3];
        assert!(matches!(
            with(&none, Model::FixedStudies, Method::EqualEffects),
            Err(MetaError::TooFew { found: 0, .. })
        ));
        let one = with(&ROWS[..1], Model::ConditionalExact, Method::MaximumLikelihood);
        assert!(matches!(one, Err(MetaError::TooFew { needed: 2, .. })));
        let half = with(
            &[[2.5, 7.5, 1.0, 9.0], ROWS[0]],
            Model::ConditionalExact,
            Method::EqualEffects,
        );
        assert!(
            half.unwrap_err()
                .to_string()
                .starts_with("line 2: a number of people is 2.5")
        );
        let wrong = glmm(
            Measure::RiskRatio,
            &table(&ROWS),
            &Design::intercept(6),
            &Options::default(),
        );
        assert!(wrong.unwrap_err().to_string().contains("not `RR`"));
        // Nobody of the second group ever had an event: the odds ratio is infinite.
        let infinite = [[3.0, 7.0, 0.0, 10.0], [5.0, 5.0, 0.0, 10.0]];
        for model in [
            Model::ConditionalExact,
            Model::ConditionalApproximate,
            Model::FixedStudies,
        ] {
            let error = with(&infinite, model, Method::EqualEffects);
            assert!(
                matches!(error, Err(MetaError::NotConverged { .. })),
                "{model:?}: {error:?}"
            );
        }
    }
}
