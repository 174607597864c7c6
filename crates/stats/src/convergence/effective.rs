//! Effective numbers of draws: Geyer's (1992) initial monotone sequence over several chains.

use euthymia_vecmath::scalar::log10;

/// How many independent draws would tell the mean as well as those of `chains`.
pub(super) fn effective(chains: &[Vec<f64>]) -> Option<f64> {
    let draws = chains.first()?.len();
    if draws < 3 {
        // Chains of 4 or 5 draws have halves of 2: nothing can be said of how they hang together.
        return None;
    }
    let first = chains[0][0];
    if chains.iter().flatten().all(|&x| x == first) {
        return None;
    }
    let n = draws as f64;
    let means: Vec<f64> = chains.iter().map(|chain| super::mean(chain)).collect();
    let centred: Vec<Vec<f64>> = chains
        .iter()
        .zip(&means)
        .map(|(chain, mean)| chain.iter().map(|x| x - mean).collect())
        .collect();
    let covariance = |lag: usize| {
        let of = |x: &Vec<f64>| x.iter().zip(&x[lag..]).map(|(x, y)| x * y).sum::<f64>() / n;
        centred.iter().map(of).sum::<f64>() / chains.len() as f64
    };
    let at_once = covariance(0);
    let within = at_once * n / (n - 1.0);
    let between = if chains.len() > 1 {
        super::variance(&means)
    } else {
        0.0
    };
    let all = at_once + between;
    let correlation = |lag: usize| 1.0 - (within - covariance(lag)) / all;

    // Sums of neighbours are positive for every reversible chain: with the first that is not, noise begins.
    let mut pairs = vec![[1.0, correlation(1)]];
    let mut sum = 1.0 + pairs[0][1];
    while sum > 0.0 && 2 * pairs.len() + 2 < draws {
        let pair = [correlation(2 * pairs.len()), correlation(2 * pairs.len() + 1)];
        sum = pair[0] + pair[1];
        pairs.push(pair);
    }
    // Of the last pair only the first counts, and only once.
    let last = pairs.pop()?;
    let rest = if sum >= 0.0 { last[0] } else { last[0].max(0.0) };
    for k in 1..pairs.len() {
        let before = pairs[k - 1][0] + pairs[k - 1][1];
        if pairs[k][0] + pairs[k][1] > before {
            pairs[k] = [0.5 * before; 2];
        }
    }
    let total = n * chains.len() as f64;
    let time = -1.0 + 2.0 * pairs.iter().map(|pair| pair[0] + pair[1]).sum::<f64>() + rest;
    // Draws that alternate may be worth more than independent ones, but not without bound.
    Some(total / time.max(1.0 / log10(total)))
}
