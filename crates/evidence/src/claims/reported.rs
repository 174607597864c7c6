//! A claim that prints a proportion of so many people: what that number of people can tell.

use euthymia_stats::{beta, proportion};
use serde::Serialize;

/// A proportion as a claim prints it, with its intervals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reported {
    /// People.
    pub n: u32,
    /// As printed, per cent.
    pub percent: f64,
    /// Numbers of events that would be printed so.
    pub events: Vec<u32>,
    /// Wilson's 95 % interval of the middle one, 0 to 1.
    pub wilson: (f64, f64),
    /// The exact interval of Clopper and Pearson.
    pub exact: (f64, f64),
}

const COVERAGE: f64 = 0.95;

impl Reported {
    /// Finds `n=102` and `70%` in the words of a claim.
    #[must_use]
    pub fn of(claim: &str) -> Option<Self> {
        let n: u32 = {
            let at = claim.find("n=")? + 2;
            let digits: String = claim[at..].chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok().filter(|n| *n > 0)?
        };
        let percent: f64 = {
            let end = claim.find('%')?;
            let number: String = claim[..end]
                .chars()
                .rev()
                .take_while(|c| c.is_ascii_digit() || *c == '.')
                .collect();
            let number: String = number.chars().rev().collect();
            number
                .parse()
                .ok()
                .filter(|percent| (0.0..=100.0).contains(percent))?
        };
        let decimals = claim[..claim.find('%')?]
            .rsplit(|c: char| !(c.is_ascii_digit() || c == '.'))
            .next()
            .and_then(|number| number.split_once('.'))
            .map_or(0, |(_, decimals)| decimals.len());
        let unit = (0..decimals).fold(1.0, |unit, _| unit * 10.0);
        let people = f64::from(n);
        let prints_so = |events: &u32| {
            let exact = 100.0 * f64::from(*events) / people;
            (exact * unit).round() == (percent * unit).round()
        };
        let events: Vec<u32> = (0..=n).filter(prints_so).collect();
        let middle = events
            .get(events.len() / 2)
            .map_or(people * percent / 100.0, |x| f64::from(*x));
        let wilson = proportion::wilson(middle, people, COVERAGE)?;
        Some(Self {
            n,
            percent,
            events,
            wilson: (wilson.lower, wilson.upper),
            exact: exact(middle, people),
        })
    }
}

/// Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404.
fn exact(events: f64, n: f64) -> (f64, f64) {
    let tail = 0.5 - 0.5 * COVERAGE;
    let low = if events > 0.0 {
        beta::quantile(events, n - events + 1.0, tail)
    } else {
        0.0
    };
    let high = if events < n {
        beta::quantile(events + 1.0, n - events, 1.0 - tail)
    } else {
        1.0
    };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: binom.test(71, 102)$conf.int, binom.test(40, 50)$conf.int; prop.test(..., correct = FALSE) for Wilson's.
    #[test]
    fn intervals_agree_with_r() {
        let first = Reported::of("a study 2018, n=102, an effect in 70% of patients").unwrap();
        assert_eq!(
            (first.n, first.percent, first.events.as_slice()),
            (102, 70.0, [71].as_slice())
        );
        assert!((first.exact.0 - 0.597_133_579_8).abs() < 1e-9, "{first:?}");
        assert!((first.exact.1 - 0.783_283_391_6).abs() < 1e-9, "{first:?}");
        let second = Reported::of("n=50, fewer symptoms in 80% (of whom)").unwrap();
        assert_eq!(second.events, [40]);
        assert!((second.exact.0 - 0.662_816_891_6).abs() < 1e-9, "{second:?}");
        assert!((second.exact.1 - 0.899_697_762_5).abs() < 1e-9, "{second:?}");
        assert!((first.wilson.0 - 0.601_047_953_1).abs() < 1e-9, "{first:?}");
        assert!((second.wilson.1 - 0.887_562_499_8).abs() < 1e-9, "{second:?}");
        assert_eq!(Reported::of("it works"), None);
    }
}
