//! Random effects: blocks that vary together, one standard normal deviate per name, at an address.

use euthymia_model::OmegaBlock;
use euthymia_stats::random::{Address, Purpose};
use euthymia_stats::{Cholesky, CholeskyError};

/// Random effects of a subject.
pub const SUBJECT_EFFECTS: Purpose = Purpose(2);
/// Random effects of a study.
pub const STUDY_EFFECTS: Purpose = Purpose(3);
/// Residual error of an observation.
pub const RESIDUAL: Purpose = Purpose(5);
/// Random effects of an occasion of a subject.
pub(crate) const OCCASION_EFFECTS: Purpose = Purpose(6);

/// The draw that belongs to a name (FNV-1a, 32 bit): an effect keeps its draws when other effects come or go, so that
/// models are compared in the same people.
#[must_use]
pub fn draw_of(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Random effects that vary together, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Effects {
    names: Vec<String>,
    draws: Vec<u32>,
    covariance: Cholesky,
}

impl Effects {
    /// The effects of a block.
    ///
    /// # Errors
    /// The block's values are no covariance matrix.
    pub fn new(block: &OmegaBlock) -> Result<Self, CholeskyError> {
        Self::with_covariance(block, &block.covariance)
    }

    /// The effects of a block with another covariance: the lower triangle by rows.
    ///
    /// # Errors
    /// The values are no covariance matrix.
    pub fn with_covariance(block: &OmegaBlock, triangle: &[f64]) -> Result<Self, CholeskyError> {
        let size = block.etas.len();
        let mut matrix = vec![0.0; size * size];
        let mut values = triangle.iter();
        for row in 0..size {
            for column in 0..=row {
                let value = values.next().copied().unwrap_or(f64::NAN);
                matrix[row * size + column] = value;
                matrix[column * size + row] = value;
            }
        }
        Ok(Self {
            names: block.etas.clone(),
            draws: block.etas.iter().map(|name| draw_of(name)).collect(),
            covariance: Cholesky::new(&matrix, size)?,
        })
    }

    /// Names of the effects.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Hands the value of every effect of the block, in the order of its names, to `each`; `scratch` is room to work in.
    pub fn draw(&self, source: &Address, scratch: &mut Vec<f64>, mut each: impl FnMut(usize, f64)) {
        if let [draw] = self.draws.as_slice() {
            return each(0, self.covariance.lower(0, 0) * source.normal(*draw));
        }
        let size = self.draws.len();
        scratch.clear();
        scratch.extend(self.draws.iter().map(|draw| source.normal(*draw)));
        scratch.resize(2 * size, 0.0);
        let (independent, correlated) = scratch.split_at_mut(size);
        self.covariance.correlate(independent, correlated);
        for (at, value) in correlated.iter().enumerate() {
            each(at, *value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::draw_of;

    #[test]
    fn names_have_their_own_draws() {
        assert_ne!(draw_of("eta_cl_s"), draw_of("eta_v1_s"));
        // FNV-1a, published test vectors.
        assert_eq!(draw_of(""), 0x811c_9dc5);
        assert_eq!(draw_of("a"), 0xe40c_292c);
        assert_eq!(draw_of("foobar"), 0xbf9c_f968);
    }
}
