//! How many subjects make a block.

use euthymia_model::program::Program;

use crate::options::{Options, Solver};
use crate::plan::can_be_solved;

/// Values of a block that fit into what a processor keeps at hand.
const AT_HAND: usize = 1 << 17;
/// Values of a block that fit into some tens of megabytes.
const AT_MOST: usize = 2_000_000;

/// How many subjects a block should have when each is observed so often; [`Options::block`] at most.
///
/// Lanes that step go through many subjects, so that few wait for the last of the block. Those that are solved take less time
/// than memory does to receive their values: what fits into the processor's cache is read, and written to a file, from there.
#[must_use]
pub fn block_size(program: &Program, options: &Options, observations: usize) -> usize {
    let columns = program.states.len() + program.outputs_reported.len();
    let each = observations.max(1).saturating_mul(columns.max(1));
    let solved = options.solver == Solver::Auto && can_be_solved(program);
    let subjects = if solved {
        (AT_HAND / each)
            .next_multiple_of(16)
            .max(16)
            .min((AT_MOST / each).max(1))
    } else {
        (AT_MOST / each).max(1)
    };
    subjects.min(options.block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::linear;

    #[test]
    fn what_is_solved_comes_in_smaller_blocks() {
        let program = linear(2, &[(0, 1), (1, 0), (1, 2)]);
        let solved = Options::standard();
        let stepped = Options {
            solver: Solver::Rodas5p,
            ..solved
        };
        let sizes =
            |observations| [solved, stepped].map(|options| block_size(&program, &options, observations));
        assert_eq!(sizes(0), [256, 256]);
        assert_eq!(sizes(1000), [80, 256]);
        assert_eq!(sizes(100_000), [10, 10]);
        assert_eq!(sizes(usize::MAX), [1, 1]);
    }
}
