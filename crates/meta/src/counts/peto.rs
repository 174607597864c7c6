//! Peto's one-step odds ratio (Yusuf et al. 1985, doi:10.1016/S0033-0620(85)80003-7).

use super::pooled::{Options, Pooled, complete, effects, some};
use crate::MetaError;
use crate::effect::{Measure, Reported, Tables};

/// What Peto's method gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Peto {
    /// The estimate and the heterogeneity around it.
    pub pooled: Pooled,
    /// Studies in which some but not all had an event.
    pub k_informative: usize,
}

/// The common log odds ratio.
///
/// # Errors
/// Rows that cannot be, no study, or nobody (or everybody) with an event.
pub fn peto(reported: &Reported, options: &Options) -> Result<Peto, MetaError> {
    let measure = Measure::PetoOddsRatio;
    let t = Tables::of(measure, reported)?.adjusted(measure, &options.of_pooled());
    let rows = complete(&[&t.a, &t.b, &t.c, &t.d]);
    some("Peto's method", &rows)?;
    let (mut off, mut v, mut q, mut informative) = (0.0, 0.0, 0.0, 0);
    for i in &rows {
        let (a, b, c, d) = (t.a[*i], t.b[*i], t.c[*i], t.d[*i]);
        let (n1, n2) = (a + b, c + d);
        let n = n1 + n2;
        // One person alone cannot be told from the expectation.
        if n <= 1.0 {
            continue;
        }
        let expected = (a + c) * n1 / n;
        let spread = (a + c) * (b + d) * (n1 / n) * (n2 / n) / (n - 1.0);
        off += a - expected;
        v += spread;
        if spread > 0.0 {
            q += (a - expected) * (a - expected) / spread;
            informative += 1;
        }
    }
    if v <= 0.0 || v.is_nan() {
        return Err(MetaError::NoAnswer(
            "Peto's method needs a study in which some but not all people had an event".to_owned(),
        ));
    }
    let mut pooled = Pooled::new(rows.len(), off / v, (1.0 / v).sqrt(), options.level);
    pooled.k_effects = effects(measure, reported, options)?.complete().len();
    let q = (q - off * off / v).max(0.0);
    let mut pooled = pooled.with_q(q, informative > 1);
    pooled.q = Some(q);
    Ok(Peto {
        pooled,
        k_informative: informative,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::Given;

    #[test]
    fn a_study_without_events_adds_nothing() {
        let with = |n: usize| {
            let take = |cells: [f64; 3]| cells[..n].to_vec();
            Reported::new(n)
                .with(Given::Ai, &take([4.0, 7.0, 0.0]))
                .with(Given::N1i, &take([40.0, 50.0, 30.0]))
                .with(Given::Ci, &take([9.0, 6.0, 0.0]))
                .with(Given::N2i, &take([41.0, 52.0, 31.0]))
        };
        let two = peto(&with(2), &Options::default()).unwrap();
        let three = peto(&with(3), &Options::default()).unwrap();
        assert_eq!(two.pooled.estimate, three.pooled.estimate);
        assert_eq!((two.k_informative, three.k_informative), (2, 2));
        let none = Reported::new(1)
            .with(Given::Ai, &[0.0])
            .with(Given::N1i, &[10.0])
            .with(Given::Ci, &[0.0])
            .with(Given::N2i, &[12.0]);
        assert!(peto(&none, &Options::default()).is_err());
    }
}
