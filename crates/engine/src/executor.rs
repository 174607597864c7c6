//! Runs a tape over a lane group: one `match` an instruction pays for all lanes.

use std::array::from_fn;

use euthymia_model::interpret::evaluate;
use euthymia_model::tape::{Instruction, Op};
use euthymia_vecmath::{Isa, Kernel, Lanes};

/// Number of registers that a [`Register`](euthymia_model::tape::Register) can address.
pub(crate) const ADDRESSABLE: usize = 1 << 16;

/// All values of a lane group: the program's registers, then the workspace of the integrator (see `plan`).
///
/// As long as every `u16` is a valid index, no access to it needs a bounds check.
pub(crate) type Registers<const L: usize> = [Lanes<L>; ADDRESSABLE];

/// A register file of zeros.
pub(crate) fn registers<const L: usize>() -> Box<Registers<L>> {
    let Ok(registers) = vec![Lanes::splat(0.0); ADDRESSABLE].into_boxed_slice().try_into() else {
        unreachable!("the slice has exactly ADDRESSABLE elements")
    };
    registers
}

/// A run of a tape as a piece of work of its own: called from code that is already compiled for an instruction set, it
/// keeps the executor a single function instead of a copy at every call.
struct Execute<'a, const L: usize> {
    tape: &'a [Instruction],
    registers: &'a mut Registers<L>,
}

/// Runs the tape.
#[inline(always)]
pub(crate) fn execute<const L: usize>(isa: Isa, tape: &[Instruction], registers: &mut Registers<L>) {
    if !tape.is_empty() {
        isa.dispatch(Execute { tape, registers });
    }
}

impl<const L: usize> Kernel for Execute<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let r = self.registers;
        for instruction in self.tape {
            let a = usize::from(instruction.a);
            let b = usize::from(instruction.b);
            let c = usize::from(instruction.c);
            let to = usize::from(instruction.destination);
            match instruction.op {
                Op::Copy => r[to] = r[a],
                Op::Add => r[to] = r[a] + r[b],
                Op::Sub => r[to] = r[a] - r[b],
                Op::Mul => r[to] = r[a] * r[b],
                Op::Div => r[to] = r[a] / r[b],
                Op::Neg => r[to] = -r[a],
                Op::MulAdd => r[to] = r[a].mul_add_twice(r[b], r[c]),
                Op::MulSub => r[to] = r[a].mul_sub_twice(r[b], r[c]),
                Op::Exp => r[to] = r[a].exp(),
                Op::Ln => r[to] = r[a].ln(),
                Op::Log10 => r[to] = r[a].log10(),
                Op::Log2 => r[to] = r[a].log2(),
                Op::Log1p => r[to] = r[a].log1p(),
                Op::Expm1 => r[to] = r[a].expm1(),
                Op::Pow => r[to] = r[a].pow(r[b]),
                Op::Sqrt => r[to] = r[a].sqrt(),
                Op::Abs => r[to] = r[a].abs(),
                Op::Min => r[to] = r[a].min(r[b]),
                Op::Max => r[to] = r[a].max(r[b]),
                Op::Floor => r[to] = r[a].floor(),
                Op::Ceil => r[to] = r[a].ceil(),
                Op::Round => r[to] = r[a].round(),
                // The reference itself: these are rare.
                Op::Remainder | Op::GammaLower | Op::GammaUpper => {
                    let (x, y) = (r[a], r[b]);
                    r[to] = Lanes(from_fn(|lane| {
                        evaluate(instruction.op, x.0[lane], y.0[lane], 0.0)
                    }));
                }
                Op::Sin => r[to] = r[a].sin(),
                Op::Cos => r[to] = r[a].cos(),
                Op::Tan => r[to] = r[a].tan(),
                Op::Tanh => r[to] = r[a].tanh(),
                Op::Phi => r[to] = r[a].phi(),
                Op::Erf => r[to] = r[a].erf(),
                Op::LogGamma => r[to] = r[a].log_gamma(),
                Op::NonZero => {
                    let zero = r[a].equal(Lanes::splat(0.0));
                    r[to] = Lanes::select(zero, Lanes::splat(f64::EPSILON), r[a]);
                }
                Op::AboveZero => {
                    let none = r[a].less_equal(Lanes::splat(0.0));
                    r[to] = Lanes::select(none, Lanes::splat(f64::EPSILON), r[a]);
                }
                Op::PowerBase => {
                    let zero = Lanes::splat(0.0);
                    let pole = r[a].equal(zero).and(r[b].less(zero));
                    r[to] = Lanes::select(pole, Lanes::splat(f64::EPSILON), r[a]);
                }
                Op::Less => r[to] = r[a].less(r[b]),
                Op::LessEqual => r[to] = r[a].less_equal(r[b]),
                Op::Equal => r[to] = r[a].equal(r[b]),
                Op::NotEqual => r[to] = r[a].not_equal(r[b]),
                Op::And => r[to] = r[a].and(r[b]),
                Op::Or => r[to] = r[a].or(r[b]),
                Op::Not => r[to] = !r[a],
                Op::Select => r[to] = Lanes::select(r[a], r[b], r[c]),
            }
        }
    }
}
