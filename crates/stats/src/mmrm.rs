//! Mixed model for repeated measures: the change at each visit by arm and baseline, an unstructured covariance over visits, REML, and
//! people who were not rated at every visit.
//!
//! Every visit has its own effect of every arm and its own slope of the baseline (centred), so that complete data are a multivariate
//! regression and REML is in closed form. Where ratings are missing the restricted likelihood is climbed by EM with the fixed effects
//! integrated out (Laird, Lange and Stram 1987, doi:10.1080/01621459.1987.10478395). People who were rated at the same visits enter by
//! their sums alone, so that an iteration costs the same for any number of them. With one visit this is the analysis of covariance.

use crate::student;
use thiserror::Error;

/// Most iterations; with a tenth of the ratings missing a few dozen are taken.
const MOST: usize = 2000;
/// Relative change of the covariance at which the iteration ends; EM goes on by a fraction of its last step for each.
const SETTLED: f64 = 1e-9;
/// More visits than this are no trial.
const MOST_VISITS: usize = 32;

/// A person's ratings.
#[derive(Clone, Copy, Debug)]
pub struct Rated<'r> {
    /// Arm, from 0.
    pub arm: usize,
    /// Score before treatment.
    pub baseline: f64,
    /// Change at each visit; `None` where nobody rated.
    pub values: &'r [Option<f64>],
}

/// Why a model cannot be fitted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum MmrmError {
    /// Fewer people at a visit than it has effects, or an arm without people at a visit.
    #[error("too few people are rated at a visit")]
    Few,
    /// Ratings that do not vary, or visits that say the same.
    #[error("the covariance of the visits cannot be told")]
    Singular,
    /// Something that is no number, an arm beyond the last, or ratings of other visits.
    #[error("a rating is not a number, or of no arm or visit")]
    Malformed,
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Mmrm {
    arms: usize,
    visits: usize,
    /// Effects of the arms and the slope, visit by visit.
    effects: Vec<f64>,
    /// Their covariance, row by row.
    covariance: Vec<f64>,
    /// Covariance of the visits, row by row.
    sigma: Vec<f64>,
    rated: Vec<usize>,
    /// Whether the iteration settled.
    pub settled: bool,
}

/// A difference between arms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// Estimate.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Degrees of freedom: people rated at the visit less effects of a visit. Exact for complete data; with missing ratings it is simple
    /// rather than Satterthwaite's.
    pub df: f64,
    /// Two-sided.
    pub p: f64,
}

/// Sums over people who were rated at the same visits.
struct Pattern {
    visits: Vec<usize>,
    people: f64,
    /// Products of the covariates.
    covariates: Vec<f64>,
    /// Of the values with the covariates, visit by visit.
    mixed: Vec<f64>,
    /// Of the values.
    values: Vec<f64>,
}

/// Fits the model.
///
/// # Errors
/// [`MmrmError`].
pub fn fit<'r>(
    people: impl Iterator<Item = Rated<'r>> + Clone,
    arms: usize,
    visits: usize,
) -> Result<Mmrm, MmrmError> {
    let terms = arms + 1;
    if arms == 0 || visits == 0 || visits > MOST_VISITS {
        return Err(MmrmError::Malformed);
    }
    let (mut count, mut sum) = (0.0, 0.0);
    for person in people.clone() {
        count += 1.0;
        sum += person.baseline;
    }
    let centre = sum / f64::max(count, 1.0);
    let mut patterns: Vec<(u32, Pattern)> = Vec::new();
    let mut rated = vec![0; visits];
    let mut in_arm = vec![0usize; visits * arms];
    let mut covariates = vec![0.0; terms];
    for person in people {
        let finite = person.baseline.is_finite() && person.values.iter().flatten().all(|x| x.is_finite());
        if !finite || person.arm >= arms || person.values.len() != visits {
            return Err(MmrmError::Malformed);
        }
        let mask = person
            .values
            .iter()
            .enumerate()
            .fold(0u32, |mask, (at, value)| mask | u32::from(value.is_some()) << at);
        if mask == 0 {
            continue;
        }
        covariates.fill(0.0);
        covariates[person.arm] = 1.0;
        covariates[arms] = person.baseline - centre;
        let place = match patterns.iter().position(|(known, _)| *known == mask) {
            Some(place) => place,
            None => {
                let visits: Vec<usize> = (0..visits).filter(|at| mask >> at & 1 == 1).collect();
                let observed = visits.len();
                patterns.push((
                    mask,
                    Pattern {
                        visits,
                        people: 0.0,
                        covariates: vec![0.0; terms * terms],
                        mixed: vec![0.0; observed * terms],
                        values: vec![0.0; observed * observed],
                    },
                ));
                patterns.len() - 1
            }
        };
        let pattern = &mut patterns[place].1;
        pattern.people += 1.0;
        for (at, one) in covariates.iter().enumerate() {
            for (other, value) in covariates.iter().enumerate() {
                pattern.covariates[at * terms + other] += one * value;
            }
        }
        let observed = pattern.visits.len();
        for at in 0..observed {
            let visit = pattern.visits[at];
            // Every visit of the pattern was rated.
            let value = person.values[visit].unwrap_or(0.0);
            rated[visit] += 1;
            in_arm[visit * arms + person.arm] += 1;
            for (term, covariate) in covariates.iter().enumerate() {
                pattern.mixed[at * terms + term] += value * covariate;
            }
            for other in 0..observed {
                let second = person.values[pattern.visits[other]].unwrap_or(0.0);
                pattern.values[at * observed + other] += value * second;
            }
        }
    }
    if rated.iter().any(|rated| *rated <= terms) || in_arm.contains(&0) {
        return Err(MmrmError::Few);
    }
    // In the order of the visits that were rated, whatever the order of the people.
    patterns.sort_by_key(|(mask, _)| *mask);
    let patterns: Vec<Pattern> = patterns.into_iter().map(|(_, pattern)| pattern).collect();
    Fitting {
        arms,
        visits,
        terms,
        patterns: &patterns,
    }
    .climbed(rated)
}

/// What an iteration works with.
struct Fitting<'p> {
    arms: usize,
    visits: usize,
    terms: usize,
    patterns: &'p [Pattern],
}

impl Fitting<'_> {
    fn climbed(&self, rated: Vec<usize>) -> Result<Mmrm, MmrmError> {
        let visits = self.visits;
        let mut sigma = self.start()?;
        let mut settled = false;
        let (mut effects, mut covariance) = self.effects(&sigma)?;
        for _ in 0..MOST {
            let next = self.next(&sigma, &effects, &covariance)?;
            let scale = (0..visits).map(|at| next[at * visits + at]).fold(0.0, f64::max);
            let change = next
                .iter()
                .zip(&sigma)
                .map(|(next, sigma)| (next - sigma).abs())
                .fold(0.0, f64::max);
            sigma = next;
            (effects, covariance) = self.effects(&sigma)?;
            if change <= SETTLED * scale {
                settled = true;
                break;
            }
        }
        Ok(Mmrm {
            arms: self.arms,
            visits,
            effects,
            covariance,
            sigma,
            rated,
            settled,
        })
    }

    /// Residual variances of each visit by itself.
    fn start(&self) -> Result<Vec<f64>, MmrmError> {
        let (visits, terms) = (self.visits, self.terms);
        let mut sigma = vec![0.0; visits * visits];
        for visit in 0..visits {
            let (mut products, mut right) = (vec![0.0; terms * terms], vec![0.0; terms]);
            let (mut squares, mut people) = (0.0, 0.0);
            for pattern in self.patterns {
                let Some(at) = pattern.visits.iter().position(|own| *own == visit) else {
                    continue;
                };
                let observed = pattern.visits.len();
                add(&mut products, &pattern.covariates);
                add(&mut right, &pattern.mixed[at * terms..(at + 1) * terms]);
                squares += pattern.values[at * observed + at];
                people += pattern.people;
            }
            let inverse = inverted(&products, terms).ok_or(MmrmError::Singular)?;
            let explained: f64 = (0..terms)
                .map(|term| {
                    let row = &inverse[term * terms..(term + 1) * terms];
                    let effect: f64 = row.iter().zip(&right).map(|(x, y)| x * y).sum();
                    effect * right[term]
                })
                .sum();
            let variance = (squares - explained) / (people - terms as f64);
            if variance <= 1e-12 * (squares / people).max(1e-300) {
                return Err(MmrmError::Singular);
            }
            sigma[visit * visits + visit] = variance;
        }
        Ok(sigma)
    }

    /// Inverse of the covariance of some visits.
    fn precision(&self, sigma: &[f64], of: &[usize]) -> Result<Vec<f64>, MmrmError> {
        let size = of.len();
        let mut part = vec![0.0; size * size];
        for (at, one) in of.iter().enumerate() {
            for (other, second) in of.iter().enumerate() {
                part[at * size + other] = sigma[one * self.visits + second];
            }
        }
        inverted(&part, size).ok_or(MmrmError::Singular)
    }

    /// Effects by generalised least squares, and their covariance.
    fn effects(&self, sigma: &[f64]) -> Result<(Vec<f64>, Vec<f64>), MmrmError> {
        let (visits, terms) = (self.visits, self.terms);
        let size = visits * terms;
        let (mut products, mut right) = (vec![0.0; size * size], vec![0.0; size]);
        for pattern in self.patterns {
            let precision = self.precision(sigma, &pattern.visits)?;
            let observed = pattern.visits.len();
            for (at, visit) in pattern.visits.iter().enumerate() {
                for (other, second) in pattern.visits.iter().enumerate() {
                    let weight = precision[at * observed + other];
                    for term in 0..terms {
                        right[visit * terms + term] += weight * pattern.mixed[other * terms + term];
                        let row = (visit * terms + term) * size + second * terms;
                        for column in 0..terms {
                            products[row + column] += weight * pattern.covariates[term * terms + column];
                        }
                    }
                }
            }
        }
        let covariance = inverted(&products, size).ok_or(MmrmError::Singular)?;
        let effects = (0..size)
            .map(|at| {
                let row = &covariance[at * size..(at + 1) * size];
                row.iter().zip(&right).map(|(x, y)| x * y).sum()
            })
            .collect();
        Ok((effects, covariance))
    }

    /// The covariance of the visits after a step of EM.
    fn next(&self, sigma: &[f64], effects: &[f64], covariance: &[f64]) -> Result<Vec<f64>, MmrmError> {
        let (visits, terms) = (self.visits, self.terms);
        let size = visits * terms;
        let mut sums = vec![0.0; visits * visits];
        let mut people = 0.0;
        for pattern in self.patterns {
            people += pattern.people;
            let of = &pattern.visits;
            let observed = of.len();
            let precision = self.precision(sigma, of)?;
            // Expected products of the residuals of visits that were rated, the effects being uncertain too.
            let mut products = vec![0.0; observed * observed];
            for (at, visit) in of.iter().enumerate() {
                for (other, second) in of.iter().enumerate() {
                    let mut sum = pattern.values[at * observed + other];
                    for term in 0..terms {
                        sum -= pattern.mixed[at * terms + term] * effects[second * terms + term];
                        sum -= pattern.mixed[other * terms + term] * effects[visit * terms + term];
                        for column in 0..terms {
                            let between = effects[visit * terms + term] * effects[second * terms + column]
                                + covariance[(visit * terms + term) * size + second * terms + column];
                            sum += between * pattern.covariates[term * terms + column];
                        }
                    }
                    products[at * observed + other] = sum;
                }
            }
            // How all visits follow from those that were rated.
            let mut follow = vec![0.0; visits * observed];
            for visit in 0..visits {
                for at in 0..observed {
                    follow[visit * observed + at] = match of.iter().position(|own| *own == visit) {
                        Some(own) => f64::from(u8::from(own == at)),
                        None => (0..observed)
                            .map(|other| sigma[visit * visits + of[other]] * precision[other * observed + at])
                            .sum(),
                    };
                }
            }
            for visit in 0..visits {
                for second in 0..visits {
                    let mut sum = 0.0;
                    for at in 0..observed {
                        for other in 0..observed {
                            sum += follow[visit * observed + at]
                                * products[at * observed + other]
                                * follow[second * observed + other];
                        }
                    }
                    if !of.contains(&visit) && !of.contains(&second) {
                        let known: f64 = (0..observed)
                            .map(|at| follow[visit * observed + at] * sigma[of[at] * visits + second])
                            .sum();
                        sum += pattern.people * (sigma[visit * visits + second] - known);
                    }
                    sums[visit * visits + second] += sum;
                }
            }
        }
        sums.iter_mut().for_each(|sum| *sum /= people);
        Ok(sums)
    }
}

impl Mmrm {
    /// The difference of an arm to another at a visit.
    #[must_use]
    pub fn contrast(&self, visit: usize, arm: usize, against: usize) -> Option<Contrast> {
        if visit >= self.visits || arm >= self.arms || against >= self.arms {
            return None;
        }
        let terms = self.arms + 1;
        let size = self.visits * terms;
        let (one, other) = (visit * terms + arm, visit * terms + against);
        let of = |row: usize, column: usize| self.covariance[row * size + column];
        let variance = of(one, one) + of(other, other) - 2.0 * of(one, other);
        let estimate = self.effects[one] - self.effects[other];
        let df = self.rated[visit] as f64 - terms as f64;
        let se = variance.max(0.0).sqrt();
        let p = if se > 0.0 {
            2.0 * student::cdf(df, -(estimate / se).abs())
        } else {
            f64::from(u8::from(estimate == 0.0))
        };
        Some(Contrast { estimate, se, df, p })
    }

    /// The covariance of two visits.
    #[must_use]
    pub fn covariance(&self, visit: usize, other: usize) -> Option<f64> {
        let within = visit < self.visits && other < self.visits;
        within.then(|| self.sigma[visit * self.visits + other])
    }
}

fn add(sum: &mut [f64], other: &[f64]) {
    sum.iter_mut().zip(other).for_each(|(sum, other)| *sum += other);
}

/// The inverse of a symmetric matrix by its Cholesky factor; nothing where it is not positive definite.
fn inverted(matrix: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut factor = matrix.to_vec();
    for at in 0..size {
        for other in 0..=at {
            let mut sum = factor[at * size + other];
            for before in 0..other {
                sum -= factor[at * size + before] * factor[other * size + before];
            }
            if at == other {
                if sum <= 1e-13 * matrix[at * size + at].abs() {
                    return None;
                }
                factor[at * size + at] = sum.sqrt();
            } else {
                factor[at * size + other] = sum / factor[other * size + other];
            }
        }
    }
    // The inverse of the factor, in the lower triangle.
    let mut inverse = vec![0.0; size * size];
    for column in 0..size {
        inverse[column * size + column] = 1.0 / factor[column * size + column];
        for row in column + 1..size {
            let sum: f64 = (column..row)
                .map(|at| factor[row * size + at] * inverse[at * size + column])
                .sum();
            inverse[row * size + column] = -sum / factor[row * size + row];
        }
    }
    let mut whole = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..=row {
            let sum: f64 = (row..size)
                .map(|at| inverse[at * size + row] * inverse[at * size + column])
                .sum();
            whole[row * size + column] = sum;
            whole[column * size + row] = sum;
        }
    }
    Some(whole)
}
