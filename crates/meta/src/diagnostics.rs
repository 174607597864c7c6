//! What follows a fit: how sure tau2 is, what each study adds and bends, tests of coefficients, permutations, refits.

mod blup;
mod bootstrap;
mod comparison;
mod coordinates;
mod deletion;
mod inflation;
#[cfg(test)]
mod laws;
mod permutation;
mod residuals;
mod sequence;
mod subsets;
mod variance_interval;

pub use blup::{Blup, blup};
pub use bootstrap::{Bootstrap, Replicate, bootstrap, percentiles};
pub use comparison::{Contrast, LikelihoodRatio, Wald, contrasts, likelihood_ratio, wald};
pub(crate) use coordinates::baujat_of;
pub use coordinates::{Points, baujat, quantile_quantile, radial};
pub use deletion::{Influence, influence};
pub use inflation::variance_inflation;
pub use permutation::{
    Alternative, Permutation, PermutationOptions, Statistic, permutation_count, permutation_test,
};
pub use residuals::{Residuals, hat_values, residuals};
pub use sequence::{cumulative, leave_one_out};
pub use subsets::{SubsetFit, subset_fits};
pub use variance_interval::{Interval, IntervalMethod, variance_interval};

use crate::pool::{Data, Options, Test};

/// The model of the studies at `rows` alone.
pub(crate) fn subset(data: &Data, options: &Options, rows: &[usize]) -> (Data, Options) {
    let taken = Data {
        yi: rows.iter().map(|i| data.yi[*i]).collect(),
        vi: rows.iter().map(|i| data.vi[*i]).collect(),
        x: data.x.select_rows(rows),
        names: data.names.clone(),
        intercept: data.intercept,
    };
    let weights = options
        .weights
        .as_ref()
        .map(|weights| rows.iter().map(|i| weights[*i]).collect());
    // A single study leaves no degrees of freedom: what is known of its error is all there is.
    let test = if rows.len() == 1 { Test::Z } else { options.test };
    (
        taken,
        Options {
            weights,
            test,
            ..options.clone()
        },
    )
}

/// Whether the model is a mean and nothing else.
pub(crate) fn is_mean(data: &Data) -> bool {
    data.x.ncols() == 1 && data.x.iter().all(|x| *x == 1.0)
}
