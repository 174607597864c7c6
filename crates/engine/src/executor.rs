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
        for instruction in self.tape {
            let from = [instruction.a, instruction.b, instruction.c].map(usize::from);
            let to = usize::from(instruction.destination);
            apply::<L, 1>(instruction.op, to, from, [0; 3], self.registers);
        }
    }
}

/// Runs an operation for `P` registers from `to` on, with operands that are as many registers apart as `strides` says.
#[inline(always)]
pub(crate) fn apply<const L: usize, const P: usize>(
    op: Op,
    to: usize,
    [a, b, c]: [usize; 3],
    strides: [usize; 3],
    r: &mut Registers<L>,
) {
    macro_rules! each {
        ($x:ident => $value:expr) => {
            for point in 0..P {
                let $x = r[at(a + point * strides[0])];
                r[at(to + point)] = $value;
            }
        };
        ($x:ident, $y:ident => $value:expr) => {
            for point in 0..P {
                let $x = r[at(a + point * strides[0])];
                let $y = r[at(b + point * strides[1])];
                r[at(to + point)] = $value;
            }
        };
        ($x:ident, $y:ident, $z:ident => $value:expr) => {
            for point in 0..P {
                let $x = r[at(a + point * strides[0])];
                let $y = r[at(b + point * strides[1])];
                let $z = r[at(c + point * strides[2])];
                r[at(to + point)] = $value;
            }
        };
    }
    let (zero, least) = (Lanes::splat(0.0), Lanes::splat(f64::EPSILON));
    match op {
        Op::Copy => each!(x => x),
        Op::Add => each!(x, y => x + y),
        Op::Sub => each!(x, y => x - y),
        Op::Mul => each!(x, y => x * y),
        Op::Div => each!(x, y => x / y),
        Op::Neg => each!(x => -x),
        Op::MulAdd => each!(x, y, z => x.mul_add_twice(y, z)),
        Op::MulSub => each!(x, y, z => x.mul_sub_twice(y, z)),
        Op::Exp => each!(x => x.exp()),
        Op::Ln => each!(x => x.ln()),
        Op::Log10 => each!(x => x.log10()),
        Op::Log2 => each!(x => x.log2()),
        Op::Log1p => each!(x => x.log1p()),
        Op::Expm1 => each!(x => x.expm1()),
        Op::Pow => each!(x, y => x.pow(y)),
        Op::Sqrt => each!(x => x.sqrt()),
        Op::Abs => each!(x => x.abs()),
        Op::Min => each!(x, y => x.min(y)),
        Op::Max => each!(x, y => x.max(y)),
        Op::Floor => each!(x => x.floor()),
        Op::Ceil => each!(x => x.ceil()),
        Op::Round => each!(x => x.round()),
        // The reference itself: these are rare.
        Op::Remainder | Op::GammaLower | Op::GammaUpper => {
            each!(x, y => Lanes(from_fn(|lane| evaluate(op, x.0[lane], y.0[lane], 0.0))));
        }
        Op::Sin => each!(x => x.sin()),
        Op::Cos => each!(x => x.cos()),
        Op::Tan => each!(x => x.tan()),
        Op::Tanh => each!(x => x.tanh()),
        Op::Phi => each!(x => x.phi()),
        Op::Erf => each!(x => x.erf()),
        Op::LogGamma => each!(x => x.log_gamma()),
        Op::NonZero => each!(x => Lanes::select(x.equal(zero), least, x)),
        Op::AboveZero => each!(x => Lanes::select(x.less_equal(zero), least, x)),
        Op::PowerBase => each!(x, y => Lanes::select(x.equal(zero).and(y.less(zero)), least, x)),
        Op::Less => each!(x, y => x.less(y)),
        Op::LessEqual => each!(x, y => x.less_equal(y)),
        Op::Equal => each!(x, y => x.equal(y)),
        Op::NotEqual => each!(x, y => x.not_equal(y)),
        Op::And => each!(x, y => x.and(y)),
        Op::Or => each!(x, y => x.or(y)),
        Op::Not => each!(x => !x),
        Op::Select => each!(x, y, z => Lanes::select(x, y, z)),
    }
}

/// The index itself, in a form that needs no bounds check: whoever plans the registers makes sure that all places can be
/// addressed.
#[inline(always)]
pub(crate) fn at(index: usize) -> usize {
    index & (ADDRESSABLE - 1)
}
