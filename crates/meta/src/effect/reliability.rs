//! Cronbach's alpha and its transformations (Bonett 2010, doi:10.1037/a0020142).

use euthymia_vecmath::scalar::{ln, pow};

use super::{Computed, Given, Measure, Reported};
use crate::MetaError;

pub(crate) fn compute(measure: Measure, reported: &Reported) -> Result<Computed, MetaError> {
    let [a, m, n] = [Given::Ai, Given::Mi, Given::Ni].map(|what| reported.get(what));
    reported.need(measure, &[(Given::Ai, &a), (Given::Mi, &m), (Given::Ni, &n)])?;
    reported.refuse(|i| {
        if a[i] > 1.0 {
            return Some(format!("alpha is {}; it cannot be above 1", a[i]));
        }
        if m[i] < 2.0 {
            return Some(format!("alpha of {} items; there must be two", m[i]));
        }
        (n[i] <= 0.0).then(|| format!("there are {} people", n[i]))
    })?;
    let (yi, vi) = (0..a.len())
        .map(|i| {
            let (m, n, rest) = (m[i], n[i], 1.0 - a[i]);
            match measure {
                Measure::Alpha => (a[i], 2.0 * m * rest * rest / ((m - 1.0) * (n - 2.0))),
                Measure::AlphaCubeRoot => {
                    let root = pow(rest, 1.0 / 3.0);
                    let over = 9.0 * n - 11.0;
                    (
                        1.0 - root,
                        18.0 * m * (n - 1.0) * root * root / ((m - 1.0) * over * over),
                    )
                }
                _ => (-ln(rest), 2.0 * m / ((m - 1.0) * (n - 2.0))),
            }
        })
        .unzip();
    Ok(Computed { yi, vi, ni: n })
}
