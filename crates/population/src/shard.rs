//! Parts of a population, each computed by itself: on another machine, or at another time.
//!
//! A subject's draws are addressed by its number in the whole population, so the parts put together are the whole, bit for
//! bit.

use std::ops::Range;
use std::str::FromStr;

use thiserror::Error;

/// One of several parts of a population, which are as even as whole subjects allow and follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `of`.
    number: u64,
    of: u64,
}

/// Why a text names no shard.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ShardError {
    /// It is not two whole numbers.
    #[error("expected two whole numbers such as `2/8`, the second of eight shards")]
    Form,
    /// There are none.
    #[error("there must be at least one shard; `1/1` is everybody")]
    None,
    /// The first number is not one of them.
    #[error("shards are counted from 1, so the first is `1/{of}` and the last is `{of}/{of}`")]
    Number {
        /// How many shards there are.
        of: u64,
    },
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (number, of) = text.split_once('/').ok_or(ShardError::Form)?;
        let whole = |text: &str| text.trim().parse::<u64>().map_err(|_| ShardError::Form);
        match (whole(number)?, whole(of)?) {
            (_, 0) => Err(ShardError::None),
            (number, of) if number == 0 || number > of => Err(ShardError::Number { of }),
            (number, of) => Ok(Self { number, of }),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// Its subjects, of so many in all. None, where there are more shards than subjects.
    #[must_use]
    pub fn range(self, subjects: u64) -> Range<u64> {
        let end = |number: u64| {
            let end = u128::from(number) * u128::from(subjects) / u128::from(self.of);
            // At most `subjects`, as `number` is at most `of`.
            end as u64
        };
        end(self.number - 1)..end(self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::{Shard, ShardError};

    #[test]
    fn shards_follow_each_other_and_are_even() {
        for subjects in [0, 1, 2, 7, 8, 1000, 1_000_003, u64::MAX] {
            for of in [1, 2, 3, 7, 16] {
                let shard = |number| Shard { number, of }.range(subjects);
                let mut next = 0;
                for number in 1..=of {
                    let range = shard(number);
                    assert_eq!(range.start, next);
                    let size = range.end - range.start;
                    assert!(size == subjects / of || size == subjects / of + 1);
                    next = range.end;
                }
                assert_eq!(next, subjects);
            }
        }
    }

    #[test]
    fn what_names_no_shard_is_refused() {
        let parse = |text: &str| text.parse::<Shard>();
        assert_eq!(parse("2/3").map(|shard| shard.to_string()), Ok("2/3".to_owned()));
        for text in ["", "3", "a/b", "1/", "/2", "-1/2", "1.5/2", "1/2/3"] {
            assert_eq!(parse(text), Err(ShardError::Form), "{text}");
        }
        assert_eq!(parse("1/0"), Err(ShardError::None));
        assert_eq!(parse("0/3"), Err(ShardError::Number { of: 3 }));
        assert_eq!(parse("4/3"), Err(ShardError::Number { of: 3 }));
    }
}
