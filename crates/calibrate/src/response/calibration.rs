//! Whether predictive intervals hold what they promise: coverage over all probabilities, and where observed numbers lie in
//! their predictions.

use super::held_out::Prediction;
use euthymia_stats::counts::binomial_quantile;
use serde::Serialize;
use std::collections::BTreeMap;

/// Bins of the histogram of ranks.
const BINS: usize = 10;

/// What part of observed numbers central intervals hold; every study counts the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Probabilities that the intervals claim.
    pub nominal: Vec<f64>,
    /// The part that is inside.
    pub observed: Vec<f64>,
    /// Where it would lie nine times in ten if the numbers of a study were one number.
    pub by_study: Vec<[f64; 2]>,
    /// The same if all numbers were independent of each other.
    pub by_number: Vec<[f64; 2]>,
    /// The part of the numbers in each tenth of their predictive distribution.
    pub ranks: Vec<f64>,
    /// Numbers.
    pub count: usize,
    /// Studies.
    pub studies: usize,
}

impl Coverage {
    /// Of predictions; nothing where there are none.
    #[must_use]
    pub fn of(predictions: &[&Prediction]) -> Option<Self> {
        if predictions.is_empty() {
            return None;
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for one in predictions {
            *counts.entry(&one.study).or_default() += 1;
        }
        let (count, studies) = (predictions.len(), counts.len());
        let weight = |one: &Prediction| 1.0 / (counts[one.study.as_str()] * studies) as f64;
        let nominal: Vec<f64> = (1..20).map(|step| f64::from(step) / 20.0).collect();
        let part = |p: f64| {
            let inside = predictions.iter().filter(|one| (2.0 * one.rank - 1.0).abs() <= p);
            inside.map(|one| weight(one)).sum()
        };
        let band = |n: usize| {
            let at = |p: f64, q: f64| binomial_quantile(n as f64, p, q) / n as f64;
            nominal.iter().map(|p| [at(*p, 0.05), at(*p, 0.95)]).collect()
        };
        let mut ranks = vec![0.0; BINS];
        for one in predictions {
            let bin = ((one.rank * BINS as f64) as usize).min(BINS - 1);
            ranks[bin] += weight(one);
        }
        Some(Self {
            observed: nominal.iter().map(|p| part(*p)).collect(),
            by_study: band(studies),
            by_number: band(count),
            nominal,
            ranks,
            count,
            studies,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::held_out::Kind;

    fn ranked(study: &str, rank: f64) -> Prediction {
        Prediction {
            study: study.to_owned(),
            arm: "a".to_owned(),
            time_h: 24.0,
            kind: Kind::Mean,
            has_drug: true,
            observed: 0.0,
            median: 0.0,
            pi50: [0.0, 0.0],
            pi90: [0.0, 0.0],
            rank,
            log_density: 0.0,
            naive: None,
            pooled: None,
            pooled_log_density: None,
        }
    }

    #[test]
    fn every_study_counts_the_same() {
        // One study has a number in the middle; the other three, all far out.
        let all = [
            ranked("a", 0.5),
            ranked("b", 0.99),
            ranked("b", 0.995),
            ranked("b", 0.01),
        ];
        let coverage = Coverage::of(&all.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!((coverage.count, coverage.studies), (4, 2));
        assert!(coverage.observed.iter().all(|part| (part - 0.5).abs() < 1e-12));
        assert!((coverage.ranks[5] - 0.5).abs() < 1e-12);
        assert!((coverage.ranks[9] - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(Coverage::of(&[]), None);
    }

    #[test]
    fn even_ranks_are_covered_as_promised() {
        let all: Vec<Prediction> = (0..1000)
            .map(|at| ranked(&at.to_string(), (f64::from(at) + 0.5) / 1000.0))
            .collect();
        let coverage = Coverage::of(&all.iter().collect::<Vec<_>>()).unwrap();
        for (nominal, observed) in coverage.nominal.iter().zip(&coverage.observed) {
            assert!((nominal - observed).abs() <= 0.0015, "{nominal}: {observed}");
        }
        assert!(coverage.ranks.iter().all(|part| (part - 0.1).abs() < 1e-9));
        for ((nominal, [low, high]), [lowest, highest]) in coverage
            .nominal
            .iter()
            .zip(&coverage.by_study)
            .zip(&coverage.by_number)
        {
            assert!(low <= nominal && nominal <= high);
            assert_eq!((low, high), (lowest, highest));
        }
    }
}
