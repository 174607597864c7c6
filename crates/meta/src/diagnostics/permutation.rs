//! Permutation tests: signs of the effects for a mean, rows of the moderators for a regression (Higgins and Thompson
//! 2004, doi:10.1002/sim.1752).

use euthymia_stats::random::{Purpose, Stream};

use super::is_mean;
use crate::MetaError;
use crate::pool::{Data, Fit, Options, estimate, fit, mean};

/// What the draws are for.
const PERMUTATIONS: Purpose = Purpose(41);

/// Most permutations of an exact test.
const MOST_PERMUTATIONS: f64 = 20_000_000.0;

/// Statistics that differ by less count as equal: they are the same but for rounding.
const TOLERANCE: f64 = 1.490_116_119_384_765_6e-8;

/// Which results count as extreme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Alternative {
    /// Those as far from 0.
    #[default]
    TwoSided,
    /// Those as small.
    Less,
    /// Those as large.
    Greater,
}

/// What is compared between permutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Statistic {
    /// The test statistic.
    #[default]
    Test,
    /// The coefficient.
    Coefficient,
}

/// How the test is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermutationOptions {
    /// All permutations, whatever their number.
    pub exact: bool,
    /// How many are drawn where not all are taken; if there are no more than these, all are.
    pub iterations: u32,
    /// Seed of the draws.
    pub seed: u64,
    /// Which results count.
    pub alternative: Alternative,
    /// What is compared.
    pub statistic: Statistic,
}

impl Default for PermutationOptions {
    fn default() -> Self {
        Self {
            exact: false,
            iterations: 1000,
            seed: 1,
            alternative: Alternative::TwoSided,
            statistic: Statistic::Test,
        }
    }
}

/// Result of a permutation test.
#[derive(Clone, Debug, PartialEq)]
pub struct Permutation {
    /// Probability of each coefficient.
    pub pval: Vec<f64>,
    /// Probability of the test of all moderators together.
    pub qm_p: Option<f64>,
    /// How many permutations were fitted.
    pub iterations: u64,
    /// Whether these are all.
    pub exact: bool,
}

/// How many different permutations there are: `2^k` of signs, or those of the rows of moderators.
#[must_use]
pub fn permutation_count(data: &Data) -> f64 {
    let k = data.yi.len();
    if is_mean(data) {
        return 2.0_f64.powi(k as i32);
    }
    let (groups, _) = row_groups(data);
    let mut sizes = vec![0_u64; k];
    for group in &groups {
        sizes[*group] += 1;
    }
    // A product of binomials: exact as long as the whole is.
    let (mut count, mut placed) = (1.0_f64, 0_u64);
    for size in sizes {
        for i in 1..=size {
            placed += 1;
            count = count * placed as f64 / i as f64;
        }
    }
    count.round()
}

/// Rows of moderators that are the same share a number; with the first row of each number.
fn row_groups(data: &Data) -> (Vec<usize>, Vec<usize>) {
    let mut firsts: Vec<usize> = Vec::new();
    let groups = (0..data.x.nrows())
        .map(|i| {
            let same = firsts
                .iter()
                .position(|first| data.x.row(*first) == data.x.row(i));
            same.unwrap_or_else(|| {
                firsts.push(i);
                firsts.len() - 1
            })
        })
        .collect();
    (groups, firsts)
}

/// Counts the permutations that are as extreme as what was seen.
struct Tally<'f> {
    seen: &'f Fit,
    options: PermutationOptions,
    extreme: Vec<u64>,
    qm_extreme: u64,
    qm_fitted: u64,
    fitted: u64,
}

impl<'f> Tally<'f> {
    fn new(seen: &'f Fit, options: PermutationOptions) -> Self {
        Self {
            seen,
            options,
            extreme: vec![0; seen.p],
            qm_extreme: 0,
            qm_fitted: 0,
            fitted: 0,
        }
    }

    fn add(&mut self, beta: impl Iterator<Item = f64>, z: impl Iterator<Item = f64>, qm: Option<f64>) {
        self.fitted += 1;
        let of_test = self.options.statistic == Statistic::Test;
        for (c, (beta, z)) in beta.zip(z).enumerate() {
            let (got, seen) = if of_test {
                (z, self.seen.zval[c])
            } else {
                (beta, self.seen.beta[c])
            };
            let extreme = match self.options.alternative {
                Alternative::TwoSided => got.abs() >= seen.abs() - TOLERANCE,
                Alternative::Less => got <= seen + TOLERANCE,
                Alternative::Greater => got >= seen - TOLERANCE,
            };
            self.extreme[c] += u64::from(extreme);
        }
        if let (Some(got), Some(seen)) = (qm, self.seen.qm) {
            self.qm_fitted += 1;
            self.qm_extreme += u64::from(got >= seen - TOLERANCE);
        }
    }

    fn add_fit(&mut self, fit: &Fit) {
        self.add(fit.beta.iter().copied(), fit.zval.iter().copied(), fit.qm);
    }

    fn result(self, iterations: u64, exact: bool) -> Permutation {
        let fitted = self.fitted as f64;
        Permutation {
            pval: self.extreme.iter().map(|n| *n as f64 / fitted).collect(),
            qm_p: (self.qm_fitted > 0).then(|| self.qm_extreme as f64 / self.qm_fitted as f64),
            iterations,
            exact,
        }
    }
}

/// Tests a fit against its permutations.
///
/// # Errors
/// There are more permutations than anybody waits for, or the coefficients of none can be fitted.
pub fn permutation_test(
    data: &Data,
    seen: &Fit,
    options: &PermutationOptions,
) -> Result<Permutation, MetaError> {
    let count = permutation_count(data);
    let exact = options.exact || count <= f64::from(options.iterations);
    if exact && count > MOST_PERMUTATIONS {
        return Err(MetaError::field(
            "exact",
            format!(
                "there are {count:.0} permutations, more than the {MOST_PERMUTATIONS:.0} that are fitted"
            ),
        ));
    }
    let mut tally = Tally::new(seen, *options);
    match (is_mean(data), exact) {
        (true, true) => all_signs(data, seen, &mut tally),
        (true, false) => some_signs(data, seen, &mut tally),
        (false, true) => all_rows(data, seen, &mut tally),
        (false, false) => some_rows(data, seen, &mut tally),
    }
    if tally.fitted == 0 {
        return Err(MetaError::NotConverged {
            what: "the permutation test",
            reason: "the model could not be fitted to any permutation".to_owned(),
        });
    }
    let iterations = if exact {
        count as u64
    } else {
        u64::from(options.iterations)
    };
    Ok(tally.result(iterations, exact))
}

/// Fits a mean to effects with other signs.
struct Signs<'d> {
    options: &'d Options,
    short: bool,
    changed: Data,
}

impl<'d> Signs<'d> {
    fn new(data: &Data, seen: &'d Fit) -> Self {
        let options = &seen.options;
        let standard = options.weighted && options.weights.is_none() && !options.test.is_scaled();
        let short = standard && mean(&data.yi, &data.vi, options.method, options.tau2).is_some();
        Self {
            options,
            short,
            changed: data.clone(),
        }
    }

    /// Estimate and test statistic.
    fn fit(&self) -> Option<(f64, f64)> {
        let Data { yi, vi, .. } = &self.changed;
        if self.short {
            let found = mean(yi, vi, self.options.method, self.options.tau2)?;
            return Some((found.mu, found.mu / found.variance.sqrt()));
        }
        let found = fit(&self.changed, self.options).ok()?;
        Some((found.beta[0], found.zval[0]))
    }

    fn add(found: Option<(f64, f64)>, sign: f64, tally: &mut Tally<'_>) {
        if let Some((beta, z)) = found {
            let once = core::iter::once;
            tally.add(once(sign * beta), once(sign * z), Some(z * z));
        }
    }
}

fn all_signs(data: &Data, seen: &Fit, tally: &mut Tally<'_>) {
    let mut signs = Signs::new(data, seen);
    let k = data.yi.len();
    // The other half has all signs changed, and so the estimate's.
    for bits in 0..1_u64 << (k - 1) {
        for (i, y) in signs.changed.yi.iter_mut().enumerate() {
            *y = if bits >> i & 1 == 1 {
                -data.yi[i]
            } else {
                data.yi[i]
            };
        }
        let found = signs.fit();
        Signs::add(found, 1.0, tally);
        Signs::add(found, -1.0, tally);
    }
}

fn some_signs(data: &Data, seen: &Fit, tally: &mut Tally<'_>) {
    let mut signs = Signs::new(data, seen);
    let stream = Stream::new(tally.options.seed);
    // The first permutation is what was seen: no probability is 0.
    tally.add_fit(seen);
    for iteration in 1..tally.options.iterations {
        let draws = stream.at(PERMUTATIONS, iteration, 0);
        for (i, y) in signs.changed.yi.iter_mut().enumerate() {
            let turned = draws.bits(i as u32) >> 63 == 1;
            *y = if turned { -data.yi[i] } else { data.yi[i] };
        }
        let found = signs.fit();
        Signs::add(found, 1.0, tally);
    }
}

fn set_rows(changed: &mut Data, data: &Data, rows: impl Iterator<Item = usize>) {
    for (i, from) in rows.enumerate() {
        changed.x.set_row(i, &data.x.row(from));
    }
}

fn all_rows(data: &Data, seen: &Fit, tally: &mut Tally<'_>) {
    let (mut groups, firsts) = row_groups(data);
    groups.sort_unstable();
    let mut changed = data.clone();
    let options = &seen.options;
    loop {
        set_rows(&mut changed, data, groups.iter().map(|group| firsts[*group]));
        if let Some(found) = refit(&changed, options) {
            tally.add_fit(&found);
        }
        if !next_arrangement(&mut groups) {
            break;
        }
    }
}

fn some_rows(data: &Data, seen: &Fit, tally: &mut Tally<'_>) {
    let stream = Stream::new(tally.options.seed);
    let mut changed = data.clone();
    let k = data.yi.len();
    let mut rows: Vec<usize> = (0..k).collect();
    tally.add_fit(seen);
    for iteration in 1..tally.options.iterations {
        let draws = stream.at(PERMUTATIONS, iteration, 1);
        rows.sort_unstable();
        for i in (1..k).rev() {
            let j = (draws.uniform(i as u32) * (i as f64 + 1.0)) as usize;
            rows.swap(i, j.min(i));
        }
        set_rows(&mut changed, data, rows.iter().copied());
        if let Some(found) = refit(&changed, &seen.options) {
            tally.add_fit(&found);
        }
    }
}

/// The fit with its tau2 estimated once: what the moderators explain, which nobody asks of a permutation, would need a
/// second estimate.
fn refit(data: &Data, options: &Options) -> Option<Fit> {
    if !options.method.is_random() || options.tau2.is_some() {
        return fit(data, options).ok();
    }
    let known = Options {
        tau2: Some(estimate(data, options).ok()?.tau2),
        ..options.clone()
    };
    fit(data, &known).ok()
}

/// The next arrangement of `items` in dictionary order; false after the last.
fn next_arrangement(items: &mut [usize]) -> bool {
    let Some(pivot) = (1..items.len()).rev().find(|i| items[i - 1] < items[*i]) else {
        return false;
    };
    let swap = (pivot..items.len())
        .rev()
        .find(|i| items[*i] > items[pivot - 1])
        .unwrap_or(pivot);
    items.swap(pivot - 1, swap);
    items[pivot..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrangements_are_all_there() {
        let mut items = [0, 0, 1, 2];
        let mut count = 1;
        while next_arrangement(&mut items) {
            count += 1;
        }
        assert_eq!(count, 12);
        assert_eq!(items, [2, 1, 0, 0]);
    }
}
