//! Covariances of correlations that come from the same people (Olkin and Finn 1995, doi:10.1037/0033-2909.118.1.155;
//! Steiger 1980, doi:10.1037/0033-2909.87.2.245).

use nalgebra::DMatrix;

use super::correlation::fisher_z;

/// A correlation between two variables of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The study.
    pub study: String,
    /// One variable.
    pub first: String,
    /// The other.
    pub second: String,
    /// Their correlation, where it is known.
    pub r: Option<f64>,
    /// People.
    pub n: Option<f64>,
}

/// How many people stand behind a study whose correlations have different numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum People {
    /// The fewest.
    #[default]
    Fewest,
    /// The harmonic mean.
    Harmonic,
    /// The mean.
    Mean,
}

/// Correlations (or Fisher's z of them) and their covariance matrix; NaN where correlations that it needs are missing.
///
/// # Errors
/// The place of a pair that cannot be, and why.
pub fn covariances(
    pairs: &[Pair],
    z: bool,
    people: People,
) -> Result<(Vec<f64>, DMatrix<f64>), (usize, String)> {
    for (place, pair) in pairs.iter().enumerate() {
        if pair.first == pair.second {
            return Err((place, format!("`{}` is correlated with itself", pair.first)));
        }
        if let Some(r) = pair.r.filter(|r| r.abs() > 1.0) {
            return Err((
                place,
                format!("the correlation is {r}; it must lie between -1 and 1"),
            ));
        }
        if let Some(n) = pair.n.filter(|n| *n <= 0.0) {
            return Err((place, format!("there are {n} people")));
        }
        let same = |other: &&Pair| {
            other.study == pair.study
                && ((other.first == pair.first && other.second == pair.second)
                    || (other.first == pair.second && other.second == pair.first))
        };
        if pairs[..place].iter().any(|other| same(&other)) {
            return Err((
                place,
                format!(
                    "study `{}` has `{}` with `{}` twice",
                    pair.study, pair.first, pair.second
                ),
            ));
        }
    }
    let r = |study: &str, a: &str, b: &str| -> f64 {
        if a == b {
            return 1.0;
        }
        pairs
            .iter()
            .find(|pair| {
                pair.study == study
                    && ((pair.first == a && pair.second == b) || (pair.first == b && pair.second == a))
            })
            .and_then(|pair| pair.r)
            .unwrap_or(f64::NAN)
    };
    let k = pairs.len();
    let mut v = DMatrix::zeros(k, k);
    for row in 0..k {
        let study = &pairs[row].study;
        let n = behind(pairs, study, people);
        let degrees = if z { n - 3.0 } else { n - 1.0 };
        for column in 0..k {
            if pairs[column].study != *study {
                continue;
            }
            let [i, j] = [&pairs[row].first, &pairs[row].second];
            let [a, b] = [&pairs[column].first, &pairs[column].second];
            let [ij, ab] = [r(study, i, j), r(study, a, b)];
            let [ia, ib, ja, jb] = [r(study, i, a), r(study, i, b), r(study, j, a), r(study, j, b)];
            let mut covariance = 0.5 * ij * ab * (ia * ia + ib * ib + ja * ja + jb * jb) + ia * jb + ib * ja
                - (ij * ia * ib + ij * ja * jb + ia * ja * ab + ib * jb * ab);
            if z {
                covariance /= (1.0 - ij * ij) * (1.0 - ab * ab);
            }
            v[(row, column)] = if n >= 5.0 { covariance / degrees } else { f64::NAN };
        }
    }
    let y = pairs
        .iter()
        .map(|pair| pair.r.map_or(f64::NAN, |r| if z { fisher_z(r) } else { r }))
        .collect();
    Ok((y, v))
}

fn behind(pairs: &[Pair], study: &str, people: People) -> f64 {
    let all: Vec<f64> = pairs
        .iter()
        .filter(|pair| pair.study == study)
        .filter_map(|pair| pair.n)
        .collect();
    let count = all.len() as f64;
    match people {
        _ if all.is_empty() => f64::NAN,
        People::Fewest => all.iter().copied().fold(f64::INFINITY, f64::min),
        People::Harmonic => count / all.iter().map(|n| 1.0 / n).sum::<f64>(),
        People::Mean => all.iter().sum::<f64>() / count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(first: &str, second: &str, r: f64) -> Pair {
        Pair {
            study: "a".to_owned(),
            first: first.to_owned(),
            second: second.to_owned(),
            r: Some(r),
            n: Some(41.0),
        }
    }

    #[test]
    fn a_variance_is_the_known_one_and_order_does_not_matter() {
        let pairs = [pair("x", "y", 0.5), pair("z", "x", 0.3), pair("y", "z", -0.2)];
        let (_, v) = covariances(&pairs, false, People::Fewest).unwrap();
        assert!((v[(0, 0)] - 0.75 * 0.75 / 40.0).abs() < 1e-15);
        let (_, z) = covariances(&pairs, true, People::Fewest).unwrap();
        assert!((z[(1, 1)] - 1.0 / 38.0).abs() < 1e-15);
        let turned = [pair("z", "y", -0.2), pair("y", "x", 0.5), pair("x", "z", 0.3)];
        let (_, other) = covariances(&turned, false, People::Fewest).unwrap();
        assert!((other[(1, 2)] - v[(0, 1)]).abs() < 1e-16);
        assert!(v.clone().cholesky().is_some());
    }

    #[test]
    fn what_cannot_be() {
        let twice = [pair("x", "y", 0.5), pair("y", "x", 0.5)];
        assert_eq!(covariances(&twice, false, People::Fewest).unwrap_err().0, 1);
        assert!(covariances(&[pair("x", "x", 0.5)], false, People::Fewest).is_err());
    }
}
