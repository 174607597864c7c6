//! The fits of all subsets of the studies (Olkin, Dahabreh and Trikalinos 2012, doi:10.1002/jrsm.1053).

use super::{is_mean, subset};
use crate::MetaError;
use crate::pool::{Data, Method, Options, fit, mean};

/// Most subsets that are fitted.
const MOST_SUBSETS: u64 = 10_000_000;

/// The fit of one subset.
#[derive(Clone, Debug, PartialEq)]
pub struct SubsetFit {
    /// The studies in it, a bit each.
    pub members: u64,
    /// How many.
    pub k: usize,
    /// Coefficients; none where the subset cannot be fitted.
    pub beta: Option<Vec<f64>>,
    /// Cochran's Q.
    pub q: Option<f64>,
    /// In per cent; from Q where the model is one of DerSimonian and Laird or of equal effects without moderators.
    pub i2: Option<f64>,
    /// Total over sampling variance, likewise.
    pub h2: Option<f64>,
    /// Variance between studies.
    pub tau2: Option<f64>,
}

/// Fits every subset with at least as many studies as coefficients, in the order of their bits.
///
/// # Errors
/// There are more subsets than anybody waits for, or lengths differ.
pub fn subset_fits(data: &Data, options: &Options) -> Result<Vec<SubsetFit>, MetaError> {
    data.check(options)?;
    let (k, p) = (data.yi.len(), data.x.ncols());
    let count = 1_u64
        .checked_shl(k as u32)
        .filter(|count| *count <= MOST_SUBSETS && k < 64);
    let count = count.ok_or_else(|| {
        MetaError::NoAnswer(format!(
            "{k} studies have more subsets than the {MOST_SUBSETS} that are fitted"
        ))
    })?;
    let standard = is_mean(data) && options.weighted && options.weights.is_none();
    let of_q = matches!(options.method, Method::EqualEffects | Method::DerSimonianLaird);
    let mut yi = Vec::with_capacity(k);
    let mut vi = Vec::with_capacity(k);
    let mut rows = Vec::with_capacity(k);
    let mut all = Vec::new();
    for members in 0..count {
        rows.clear();
        rows.extend((0..k).filter(|i| members >> i & 1 == 1));
        if rows.len() < p.max(1) {
            continue;
        }
        let short = if standard {
            yi.clear();
            vi.clear();
            yi.extend(rows.iter().map(|i| data.yi[*i]));
            vi.extend(rows.iter().map(|i| data.vi[*i]));
            mean(&yi, &vi, options.method, options.tau2)
        } else {
            None
        };
        let found = match short {
            Some(found) => {
                let free = rows.len() as f64 - 1.0;
                let (i2, h2) = if rows.len() == 1 {
                    (0.0, 1.0)
                } else if of_q {
                    let i2 = if found.q > 0.0 {
                        100.0 * (found.q - free) / found.q
                    } else {
                        0.0
                    };
                    (i2.max(0.0), found.q / free)
                } else {
                    (
                        100.0 * found.tau2 / (found.vt + found.tau2),
                        found.tau2 / found.vt + 1.0,
                    )
                };
                SubsetFit {
                    members,
                    k: rows.len(),
                    beta: Some(vec![found.mu]),
                    q: Some(found.q),
                    i2: Some(i2),
                    h2: Some(h2),
                    tau2: Some(found.tau2),
                }
            }
            None => {
                let (rest, options) = subset(data, options, &rows);
                let fitted = fit(&rest, &options).ok();
                let of = |value: fn(&crate::pool::Fit) -> f64| fitted.as_ref().map(value);
                SubsetFit {
                    members,
                    k: rows.len(),
                    beta: fitted.as_ref().map(|fit| fit.beta.iter().copied().collect()),
                    q: of(|fit| fit.qe),
                    i2: of(|fit| fit.i2),
                    h2: of(|fit| fit.h2),
                    tau2: of(|fit| fit.tau2),
                }
            }
        };
        all.push(found);
    }
    Ok(all)
}
