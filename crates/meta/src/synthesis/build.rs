//! From studies to everything that is said of them.

use nalgebra::DMatrix;

use super::{
    Dropped, Estimate, Filled, Measure, Pooled, PooledRow, SmallStudy, Study, StudyRow, Subgroups, Synthesis,
    heterogeneity, influence, moderation, small_study, suspicion,
};
use crate::MetaError;
use crate::bias::Stopping;
use crate::bias::trim_fill::{Estimator, trim_and_fill};
use crate::pool::{self, Data, Fit, Test};
use crate::review::{cochran_q, residual_tau2};
use euthymia_stats::{gamma, normal};

/// Pools the studies at these places by another model than inverse variances.
pub type Pooler<'p> = &'p dyn Fn(&[usize]) -> Result<Pooled, MetaError>;

/// Moderators: a row for each study.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// The formula that it came from.
    pub formula: String,
    /// As many rows as studies.
    pub x: DMatrix<f64>,
    /// Names of its columns.
    pub names: Vec<String>,
    /// Whether its first column is the intercept.
    pub intercept: bool,
}

/// How groups of studies are pooled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SubgroupModel {
    /// Each group with a variance between studies of its own.
    #[default]
    Separate,
    /// All with the variance that is left within the groups together.
    Common,
}

/// What is wanted.
#[derive(Clone, Default)]
pub struct Options<'p> {
    /// The inverse-variance model; its level holds for all intervals.
    pub pool: pool::Options,
    /// Another model, in words, and how it pools.
    pub pooler: Option<(String, Pooler<'p>)>,
    /// Moderators.
    pub design: Option<Design>,
    /// What [`Study::subgroup`] is, as a column or a property; nothing for no groups.
    pub subgroup_by: Option<String>,
    /// How groups are pooled.
    pub subgroup_model: SubgroupModel,
    /// Whether studies are added by trim and fill.
    pub fill: bool,
    /// Whom effects below and above none favour, as `BCG`, `control`.
    pub favours: Option<(String, String)>,
    /// Heads of [`Study::raw`].
    pub raw_columns: Vec<String>,
    /// Rows that were left out before.
    pub dropped: Vec<Dropped>,
    /// Suspicions and notes from before.
    pub warnings: Vec<String>,
}

/// Everything about these studies.
///
/// # Errors
/// There is no study, a variance that is none, or the model has no answer.
pub fn synthesize(
    studies: Vec<Study>,
    measure: impl Into<Measure>,
    options: &Options<'_>,
) -> Result<Synthesis, MetaError> {
    check(&studies, options)?;
    let people: Vec<Option<f64>> = studies.iter().map(|study| study.ni).collect();
    let measure = measure.into().of_people(&people);
    let level = options.pool.level;
    let builder = Builder {
        studies: &studies,
        measure: &measure,
        options,
    };
    let all: Vec<usize> = (0..studies.len()).collect();
    let mut warnings = options.warnings.clone();
    if measure.is_without_way_back() {
        warnings.push(format!(
            "the people of some studies are not known, so nothing is turned back from the {} that is pooled",
            measure.title()
        ));
    }

    let fit = match (&options.pooler, studies.len()) {
        (None, 2..) => Some(pool::fit(&builder.data(&all, true), &options.pool)?),
        _ => None,
    };
    let pooled = match options.design {
        None => Some(builder.row("All studies", &all, fit.as_ref().map(of_fit))?),
        Some(_) => None,
    };
    let heterogeneity = match (&fit, &pooled) {
        (Some(fit), _) => Some(heterogeneity::of(fit, &builder.data(&all, true), &mut warnings)),
        (None, Some(row)) => heterogeneity::of_pooled(&row.pooled),
        (None, None) => None,
    };
    let weights = pooled.as_ref().map_or_else(
        || fit.as_ref().map_or_else(Vec::new, |fit| shares(&fit.weights)),
        |row| row.pooled.weights.clone(),
    );

    let (mut leave_one_out, mut cumulative) = (Vec::new(), Vec::new());
    if options.design.is_none() && studies.len() > 1 {
        leave_one_out = builder.leave_one_out(&mut warnings);
        cumulative = builder.cumulative(&mut warnings);
    }
    let influence = match &fit {
        Some(fit) => influence::of(fit, &builder.data(&all, true))?,
        None => Vec::new(),
    };
    let subgroups = match &options.subgroup_by {
        Some(by) if options.design.is_none() => Some(builder.subgroups(by)?),
        _ => None,
    };
    let small_study = match (&options.design, &fit) {
        (Some(_), _) => SmallStudy::NotTested("the model has moderators".to_owned()),
        (None, Some(_)) => small_study::of(&builder.data(&all, false), &options.pool),
        (None, None) => SmallStudy::NotTested("the test is of the inverse-variance model".to_owned()),
    };
    warnings.extend(suspicion::of_effects(&studies, &influence));

    let filled = match (&fit, &options.design) {
        (Some(_), None) if options.fill => Some(builder.fill(&all)?),
        _ => None,
    };
    let rows = studies.iter().enumerate().map(|(i, study)| {
        let half = normal::quantile(0.5 + level / 2.0) * study.vi.sqrt();
        let estimate = Estimate {
            value: study.yi,
            lower: study.yi - half,
            upper: study.yi + half,
        };
        StudyRow {
            study: study.clone(),
            estimate,
            shown: estimate.map(|x| measure.shown_for(x, study.ni)),
            weight: weights.get(i).copied(),
        }
    });
    Ok(Synthesis {
        model: builder.words(),
        level,
        favours: options.favours.clone(),
        raw_columns: options.raw_columns.clone(),
        dropped: options.dropped.clone(),
        moderation: match (&options.design, &fit) {
            (Some(design), Some(fit)) => Some(moderation::of(design, fit, &measure)),
            _ => None,
        },
        studies: rows.collect(),
        pooled,
        fit,
        heterogeneity,
        small_study,
        leave_one_out,
        cumulative,
        influence,
        subgroups,
        filled,
        warnings,
        measure,
    })
}

fn check(studies: &[Study], options: &Options<'_>) -> Result<(), MetaError> {
    if studies.is_empty() {
        return Err(MetaError::TooFew {
            what: "a synthesis",
            needed: 1,
            found: 0,
        });
    }
    if let Some(design) = &options.design
        && design.x.nrows() != studies.len()
    {
        let (found, wanted) = (design.x.nrows(), studies.len());
        return Err(MetaError::field(
            "mods",
            format!("{found} rows of moderators for {wanted} studies"),
        ));
    }
    for study in studies {
        let wrong = if !study.yi.is_finite() {
            format!("its effect is {}", study.yi)
        } else if !(study.vi.is_finite() && study.vi > 0.0) {
            format!("its sampling variance is {}, it must be above 0", study.vi)
        } else {
            continue;
        };
        let reason = format!("`{}` cannot be pooled: {wrong}", study.label);
        return Err(match study.line {
            Some(line) => MetaError::Row { line, reason },
            None => MetaError::NoAnswer(reason),
        });
    }
    Ok(())
}

struct Builder<'b> {
    studies: &'b [Study],
    measure: &'b Measure,
    options: &'b Options<'b>,
}

impl Builder<'_> {
    fn data(&self, places: &[usize], with_design: bool) -> Data {
        let yi = places.iter().map(|i| self.studies[*i].yi).collect();
        let vi = places.iter().map(|i| self.studies[*i].vi).collect();
        match &self.options.design {
            Some(design) if with_design => Data {
                yi,
                vi,
                x: design.x.select_rows(places),
                names: design.names.clone(),
                intercept: design.intercept,
            },
            _ => Data::without_moderators(yi, vi),
        }
    }

    fn words(&self) -> String {
        match &self.options.pooler {
            Some((words, _)) => words.clone(),
            None => words(&self.options.pool),
        }
    }

    /// These studies pooled by the model, or by what was pooled already.
    fn row(&self, label: &str, places: &[usize], pooled: Option<Pooled>) -> Result<PooledRow, MetaError> {
        let pooled = match (pooled, &self.options.pooler) {
            (Some(pooled), _) => pooled,
            (None, Some((_, pooler))) if places.len() > 1 => pooler(places)?,
            (None, _) => self.inverse_variance(places, &self.options.pool)?,
        };
        Ok(self.shown(label, places, pooled))
    }

    fn shown(&self, label: &str, places: &[usize], pooled: Pooled) -> PooledRow {
        let shown = |x: f64| self.measure.shown(x);
        PooledRow {
            label: label.to_owned(),
            studies: places.to_vec(),
            shown: pooled.estimate.map(shown),
            shown_prediction: pooled
                .prediction
                .map(|(lower, upper)| (shown(lower), shown(upper))),
            pooled,
        }
    }

    fn inverse_variance(&self, places: &[usize], options: &pool::Options) -> Result<Pooled, MetaError> {
        match places {
            [only] => Ok(alone(&self.studies[*only], options.level)),
            _ => Ok(of_fit(&pool::fit(
                &self.data(places, false),
                &self.for_some(options, places),
            )?)),
        }
    }

    /// With the studies that seem to be missing (Duval and Tweedie 2000, doi:10.1111/j.0006-341X.2000.00455.x).
    fn fill(&self, all: &[usize]) -> Result<Filled, MetaError> {
        let found = trim_and_fill(
            &self.data(all, false),
            &self.options.pool,
            Estimator::L0,
            None,
            Stopping::Exact,
        )?;
        let points = found.yi.iter().zip(&found.vi).map(|(yi, vi)| (*yi, vi.sqrt()));
        let label = format!("with {} filled in", found.k0);
        Ok(Filled {
            points: points.collect(),
            row: self.shown(&label, all, of_fit(&found.fit)),
        })
    }

    /// The options with the weights of these studies alone.
    fn for_some(&self, options: &pool::Options, places: &[usize]) -> pool::Options {
        let weights = options.weights.as_ref();
        pool::Options {
            weights: weights.map(|weights| places.iter().map(|i| weights[*i]).collect()),
            ..options.clone()
        }
    }

    fn leave_one_out(&self, warnings: &mut Vec<String>) -> Vec<PooledRow> {
        let mut rows = Vec::new();
        for (out, study) in self.studies.iter().enumerate() {
            let places: Vec<usize> = (0..self.studies.len()).filter(|i| *i != out).collect();
            match self.row(&format!("without {}", study.label), &places, None) {
                Ok(row) => rows.push(row),
                Err(error) => {
                    warnings.push(format!("without `{}` there is no estimate: {error}", study.label))
                }
            }
        }
        rows
    }

    /// In the order that studies give, else in that of the table.
    fn cumulative(&self, warnings: &mut Vec<String>) -> Vec<PooledRow> {
        let mut order: Vec<usize> = (0..self.studies.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (self.studies[*a].order, self.studies[*b].order);
            a.unwrap_or(f64::INFINITY).total_cmp(&b.unwrap_or(f64::INFINITY))
        });
        let mut rows = Vec::new();
        for (place, last) in order.iter().enumerate() {
            let label = &self.studies[*last].label;
            let mut places = order[..=place].to_vec();
            places.sort_unstable();
            let head = if place == 0 {
                label.clone()
            } else {
                format!("+ {label}")
            };
            match self.row(&head, &places, None) {
                Ok(row) => rows.push(row),
                Err(error) => warnings.push(format!(
                    "up to `{label}` there is no cumulative estimate: {error}"
                )),
            }
        }
        rows
    }

    fn subgroups(&self, by: &str) -> Result<Subgroups, MetaError> {
        let name = |study: &Study| study.subgroup.as_deref().unwrap_or("not stated").to_owned();
        let labels: Vec<String> = self.studies.iter().map(name).collect();
        let mut names: Vec<&String> = Vec::new();
        for label in &labels {
            if !names.contains(&label) {
                names.push(label);
            }
        }
        let places_of =
            |name: &String| -> Vec<usize> { (0..labels.len()).filter(|i| labels[*i] == *name).collect() };
        let tau2 = match self.options.subgroup_model {
            SubgroupModel::Common if self.options.pooler.is_none() && names.len() > 1 => {
                let all: Vec<usize> = (0..labels.len()).collect();
                let Data { yi, vi, .. } = self.data(&all, false);
                let options = &self.options.pool;
                let within = || residual_tau2(&yi, &vi, &labels, &names, options.method);
                Some(options.tau2.map_or_else(within, Ok)?)
            }
            _ => None,
        };
        let (mut groups, mut unpooled) = (Vec::new(), Vec::new());
        for name in names {
            let places = places_of(name);
            let given = match tau2 {
                None => None,
                Some(tau2) => {
                    let options = pool::Options {
                        tau2: Some(tau2),
                        ..self.options.pool.clone()
                    };
                    Some(self.inverse_variance(&places, &options))
                }
            };
            let row = given.transpose().and_then(|given| self.row(name, &places, given));
            match row {
                Ok(row) => groups.push(row),
                Err(error) => unpooled.push((name.clone(), error.to_string())),
            }
        }
        let (q, q_df) = between(&groups);
        Ok(Subgroups {
            by: by.to_owned(),
            groups,
            unpooled,
            q,
            q_df,
            q_p: q.map(|q| gamma::chi_square_above(q_df, q)),
        })
    }
}

/// Cochran's Q between pooled groups, with its degrees of freedom.
fn between(groups: &[PooledRow]) -> (Option<f64>, f64) {
    let df = groups.len().saturating_sub(1) as f64;
    if groups.len() < 2 {
        return (None, df);
    }
    let means: Vec<f64> = groups.iter().map(|row| row.pooled.estimate.value).collect();
    let variances: Vec<f64> = groups.iter().map(|row| row.pooled.se * row.pooled.se).collect();
    let q = cochran_q(&means, &variances, None);
    (q.is_finite().then_some(q), df)
}

/// Weights in per cent of their sum.
pub(super) fn shares(weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| 100.0 * weight / total).collect()
}

/// One study with its own interval: there is nothing to pool.
fn alone(study: &Study, level: f64) -> Pooled {
    let se = study.vi.sqrt();
    let half = normal::quantile(0.5 + level / 2.0) * se;
    let statistic = study.yi / se;
    Pooled {
        k: 1,
        estimate: Estimate {
            value: study.yi,
            lower: study.yi - half,
            upper: study.yi + half,
        },
        se,
        statistic,
        p: normal::two_sided(statistic),
        prediction: None,
        tau2: None,
        q: None,
        q_df: 0.0,
        q_p: None,
        i2: None,
        h2: None,
        weights: vec![100.0],
    }
}

/// A fit without moderators as a pooled estimate.
pub(super) fn of_fit(fit: &Fit) -> Pooled {
    let random = fit.options.method.is_random();
    Pooled {
        k: fit.k,
        estimate: Estimate {
            value: fit.beta[0],
            lower: fit.ci_lb[0],
            upper: fit.ci_ub[0],
        },
        se: fit.se[0],
        statistic: fit.zval[0],
        p: fit.pval[0],
        prediction: random.then(|| fit.prediction_interval()),
        tau2: random.then_some(fit.tau2),
        q: Some(fit.qe),
        q_df: (fit.k - fit.p) as f64,
        q_p: Some(fit.qe_p),
        i2: Some(fit.i2),
        h2: Some(fit.h2),
        weights: shares(&fit.weights),
    }
}

/// The model in words.
pub(super) fn words(options: &pool::Options) -> String {
    let test = test_words(options.test);
    if options.method.is_random() {
        format!("random effects ({}){test}", options.method.name())
    } else {
        format!("equal effects, inverse variance{test}")
    }
}

fn test_words(test: Test) -> &'static str {
    match test {
        Test::Z => "",
        Test::T => ", t intervals",
        Test::KnappHartung => ", Knapp-Hartung intervals",
        Test::AdHoc => ", Knapp-Hartung intervals, never narrower",
    }
}
