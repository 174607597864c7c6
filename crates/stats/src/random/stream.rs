//! Seed, purpose, replicate, subject, draw -> a number.
//!
//! The seed is the Philox key under which the purpose is encrypted; the first 64 bits of that are the key of the
//! purpose's own bijection, and (draw, replicate, subject) is its counter. Two purposes can share a key only by a
//! collision of 64 random bits; within a purpose no two addresses share a counter.

use super::philox::Philox4x32;
use crate::normal;

/// What draws are for: a number that a caller fixes once for each use of randomness and never reuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Purpose(pub u32);

/// All random numbers of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    seed: u64,
}

impl Stream {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The numbers of one purpose, replicate and subject.
    #[must_use]
    pub fn at(&self, purpose: Purpose, replicate: u32, subject: u64) -> Address {
        let [low, high] = halves(self.seed);
        let [k0, k1, _, _] = Philox4x32::new([low, high]).block([purpose.0, 0, 0, 0]);
        Address {
            bijection: Philox4x32::new([k0, k1]),
            replicate,
            subject,
        }
    }
}

/// The lower and the upper 32 bits.
fn halves(x: u64) -> [u32; 2] {
    [x as u32, (x >> 32) as u32]
}

/// A source with 2^32 draws, each asked for by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    bijection: Philox4x32,
    replicate: u32,
    subject: u64,
}

impl Address {
    /// 64 random bits.
    #[must_use]
    #[inline]
    pub fn bits(&self, draw: u32) -> u64 {
        let [low, high] = halves(self.subject);
        let [b0, b1, _, _] = self.bijection.block([draw, self.replicate, low, high]);
        u64::from(b0) | (u64::from(b1) << 32)
    }

    /// Uniform on the open interval (0, 1): an odd multiple of 2^-53, so neither end is ever reached.
    #[must_use]
    #[inline]
    pub fn uniform(&self, draw: u32) -> f64 {
        const UNIT: f64 = 1.0 / 4_503_599_627_370_496.0;
        ((self.bits(draw) >> 12) as f64 + 0.5) * UNIT
    }

    /// Standard normal, by the quantile of [`Self::uniform`]; within +-8.3.
    #[must_use]
    #[inline]
    pub fn normal(&self, draw: u32) -> f64 {
        normal::quantile(self.uniform(draw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_address_matters() {
        let stream = Stream::new(1);
        let base = stream.at(Purpose(2), 3, 4).bits(5);
        assert_eq!(base, Stream::new(1).at(Purpose(2), 3, 4).bits(5));
        for other in [
            Stream::new(1 << 40 | 1).at(Purpose(2), 3, 4).bits(5),
            stream.at(Purpose(1), 3, 4).bits(5),
            stream.at(Purpose(2), 0, 4).bits(5),
            stream.at(Purpose(2), 3, 4 | 1 << 33).bits(5),
            stream.at(Purpose(2), 3, 4).bits(6),
        ] {
            assert_ne!(base, other);
        }
    }

    /// Moments, and the correlation of neighbouring addresses, of 200,000 draws: within 5 standard errors.
    #[test]
    fn draws_have_the_moments_they_should() {
        let n = 200_000u32;
        let stream = Stream::new(20_240_601);
        let at = |i: u32| stream.at(Purpose(9), i % 7, u64::from(i / 50));
        let draws: Vec<(f64, f64)> = (0..n)
            .map(|i| (at(i).uniform(i % 50), at(i).normal(i % 50 + 50)))
            .collect();
        let mean = |f: &dyn Fn(&(f64, f64)) -> f64| draws.iter().map(f).sum::<f64>() / f64::from(n);
        let within = |value: f64, expected: f64, variance: f64| {
            let error = (value - expected) / (variance / f64::from(n)).sqrt();
            assert!(
                error.abs() < 5.0,
                "{value}, not {expected}: {error} standard errors"
            );
        };
        within(mean(&|d| d.0), 0.5, 1.0 / 12.0);
        within(mean(&|d| (d.0 - 0.5).powi(2)), 1.0 / 12.0, 1.0 / 180.0);
        within(mean(&|d| d.1), 0.0, 1.0);
        within(mean(&|d| d.1 * d.1), 1.0, 2.0);
        within(mean(&|d| d.1.powi(3)), 0.0, 15.0);
        within(mean(&|d| d.1.powi(4)), 3.0, 96.0);
        within(mean(&|d| d.1 * (d.0 - 0.5)), 0.0, 1.0 / 12.0);
        let lagged: f64 = draws.windows(2).map(|d| d[0].1 * d[1].1).sum::<f64>() / f64::from(n - 1);
        within(lagged, 0.0, 1.0);
    }
}
