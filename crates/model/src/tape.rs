//! Straight-line code over registers: what the compiler emits and the engine executes.
//!
//! A register holds one `f64` per lane. A tape is a list of instructions without jumps: a condition becomes a
//! [`Op::Select`]. Every tape of a [`Program`](crate::program::Program) works on one register file, so what a constant layer computed is
//! simply there when a later layer runs.

/// Index into the register file of a [`Program`](crate::program::Program).
pub type Register = u16;

/// What one instruction does. Operands are registers `a`, `b`, `c`; truth is 1.0, falsehood 0.0.
///
/// [`crate::interpret::evaluate`] is the reference for every operation, down to the bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `a`
    Copy,
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `-a`
    Neg,
    /// `a * b + c`, rounded twice (never fused: fused results differ between machines)
    MulAdd,
    /// `c - a * b`, rounded twice
    MulSub,
    /// `e^a`
    Exp,
    /// `ln a`
    Ln,
    /// `log10 a`
    Log10,
    /// `log2 a`
    Log2,
    /// `ln(1 + a)`
    Log1p,
    /// `e^a - 1`
    Expm1,
    /// `a^b` by `exp(b ln a)` with the special cases of C's `pow`
    Pow,
    /// Square root of `a`
    Sqrt,
    /// `|a|`
    Abs,
    /// The smaller of `a` and `b`, NaN if either is
    Min,
    /// The larger of `a` and `b`, NaN if either is
    Max,
    /// Largest integer not above `a`
    Floor,
    /// Smallest integer not below `a`
    Ceil,
    /// `a` rounded half away from zero
    Round,
    /// What is left of `a` after as many `b` as fit into it, with the sign of `a`: C's `fmod`, exact
    Remainder,
    /// Regularised lower incomplete gamma function of shape `a` at `b`
    GammaLower,
    /// Regularised upper incomplete gamma function of shape `a` at `b`
    GammaUpper,
    /// Sine, `a` in radians
    Sin,
    /// Cosine, `a` in radians
    Cos,
    /// Tangent, `a` in radians
    Tan,
    /// Hyperbolic tangent
    Tanh,
    /// Distribution function of the standard normal
    Phi,
    /// Error function
    Erf,
    /// Logarithm of the absolute value of the gamma function
    LogGamma,
    /// `a`, or 2^-52 where it is 0: what rxode2 divides by
    NonZero,
    /// `a`, or 2^-52 where it is 0 or less: what rxode2 takes the logarithm of
    AboveZero,
    /// `a`, or 2^-52 where it is 0 and `b` negative: what rxode2 raises to the power `b`
    PowerBase,
    /// `a < b`
    Less,
    /// `a <= b`
    LessEqual,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a != 0 && b != 0`
    And,
    /// `a != 0 || b != 0`
    Or,
    /// `a == 0`
    Not,
    /// `if a != 0 { b } else { c }`
    Select,
}

impl Op {
    /// How many of the operands `a`, `b`, `c` the operation reads.
    #[must_use]
    pub fn arity(self) -> usize {
        match self {
            Self::Copy
            | Self::Neg
            | Self::Exp
            | Self::Ln
            | Self::Log10
            | Self::Log2
            | Self::Log1p
            | Self::Expm1
            | Self::Sqrt
            | Self::Abs
            | Self::Floor
            | Self::Ceil
            | Self::Round
            | Self::Sin
            | Self::Cos
            | Self::Tan
            | Self::Tanh
            | Self::Phi
            | Self::Erf
            | Self::LogGamma
            | Self::NonZero
            | Self::AboveZero
            | Self::Not => 1,
            Self::MulAdd | Self::MulSub | Self::Select => 3,
            Self::Add
            | Self::Sub
            | Self::Mul
            | Self::Div
            | Self::Pow
            | Self::Remainder
            | Self::PowerBase
            | Self::GammaLower
            | Self::GammaUpper
            | Self::Min
            | Self::Max
            | Self::Less
            | Self::LessEqual
            | Self::Equal
            | Self::NotEqual
            | Self::And
            | Self::Or => 2,
        }
    }
}

impl Op {
    /// Whether its result may jump or bend where its operands do not, so that a derivative does not tell all of it.
    #[must_use]
    pub fn chooses(self) -> bool {
        matches!(self, Self::Abs | Self::Min | Self::Max) || self.jumps()
    }

    /// Whether its result may jump where its operands do not.
    #[must_use]
    pub fn jumps(self) -> bool {
        matches!(
            self,
            Self::Floor
                | Self::Ceil
                | Self::Round
                | Self::Remainder
                | Self::Less
                | Self::LessEqual
                | Self::Equal
                | Self::NotEqual
                | Self::And
                | Self::Or
                | Self::Not
                | Self::Select
        )
    }
}

/// One instruction: `destination = op(a, b, c)`. Operands beyond the arity are 0 and not read. The destination may be
/// one of the operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub op: Op,
    /// Where the result goes.
    pub destination: Register,
    /// First operand.
    pub a: Register,
    /// Second operand.
    pub b: Register,
    /// Third operand.
    pub c: Register,
}

/// Instructions in the order they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tape {
    /// The instructions.
    pub instructions: Vec<Instruction>,
}
