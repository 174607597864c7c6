//! Tapes that work at the start and at all stages of a step at once: one `match` an instruction pays for all of them.

use euthymia_model::tape::Op;
use euthymia_vecmath::{Isa, Kernel};

use super::coefficients::STAGES;
use crate::executor::{Registers, apply};

/// The start and the stages.
pub(crate) const POINTS: usize = STAGES + 1;

/// An instruction that works at all points: its result takes [`POINTS`] registers, and each operand is either as many
/// registers or one that holds at all points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wide {
    op: Op,
    to: u16,
    from: [u16; 3],
    strides: [u8; 3],
}

impl Wide {
    /// Operands as places and whether they differ between the points. `None` where a place cannot be addressed.
    pub(crate) fn new(op: Op, to: usize, from: [(usize, bool); 3]) -> Option<Self> {
        let place = |place: usize| u16::try_from(place).ok();
        Some(Self {
            op,
            to: place(to)?,
            from: [place(from[0].0)?, place(from[1].0)?, place(from[2].0)?],
            strides: from.map(|(_, differs)| u8::from(differs)),
        })
    }
}

/// A run of a tape at all points.
struct Everywhere<'a, const L: usize> {
    tape: &'a [Wide],
    registers: &'a mut Registers<L>,
}

/// Runs the tape at all points.
#[inline(always)]
pub(crate) fn execute_wide<const L: usize>(isa: Isa, tape: &[Wide], registers: &mut Registers<L>) {
    if !tape.is_empty() {
        isa.dispatch(Everywhere { tape, registers });
    }
}

impl<const L: usize> Kernel for Everywhere<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for wide in self.tape {
            let (from, strides) = (wide.from.map(usize::from), wide.strides.map(usize::from));
            apply::<L, POINTS>(wide.op, usize::from(wide.to), from, strides, self.registers);
        }
    }
}
