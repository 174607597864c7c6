//! exp, ln, pow and friends over lanes: the same bits on every machine.
//!
//! This is the floor under everything numerical. A result must not depend on the platform's mathematics library, on
//! the vector instructions a processor has, or on how many subjects are advanced together. So every transcendental
//! function is written here, out of additions, multiplications, divisions and square roots, which IEEE 754 fixes to
//! the last bit; no fused multiply-add is used, and sums are taken in one written order.
//!
//! - [`Lanes`]: `L` numbers that are worked on together, with arithmetic, comparisons and functions;
//! - [`scalar`]: the same functions on one number, with the same bits as a lane;
//! - [`Isa`] and [`Kernel`]: run one piece of code compiled for AVX-512 or AVX2 where the processor has it, and portably
//!   elsewhere, with the same bits.
//!
//! The payload and sign of a NaN is the one thing IEEE 754 leaves open, and so do we: NaN is the same as NaN.
//!
//! # Accuracy
//!
//! Bounds on the errors found at 400,000 arguments of each function against mpmath with 400 bits, in units in the
//! last place of the correctly rounded result (half an ulp is the best possible). `tests/accuracy.rs` holds the
//! functions to them at 170 arguments each.
//!
//! | function | error | where |
//! |---|---|---|
//! | `exp` | 0.68 | everywhere; 0.8 where the result is subnormal |
//! | `expm1` | 1.1 | everywhere |
//! | `ln`, `log1p` | 0.8 | everywhere |
//! | `log10`, `log2` | 0.5001 | everywhere |
//! | `pow` | 0.7 | everywhere; 1 where the result is subnormal |
//! | `sin`, `cos` | 0.8 | everywhere, also for huge arguments |
//! | `tan` | 2.0 | everywhere |
//! | `tanh` | 2.5 | everywhere |
//! | `erf`, `erfc`, `phi` | 1.0, 2.6, 3.0 | everywhere; subnormal results of the last two aside |
//! | `log_gamma` | 2.5 | arguments above 0; below, relative to 1 near the zeros |
//!
//! # Speed
//!
//! `cargo bench -p euthymia-vecmath` prints nanoseconds per element. In lanes of 16 on an AMD EPYC (Zen 4) with AVX-512,
//! AVX2 and the standard library: `exp` 1.3, 1.9 and 4.5, `ln` 1.6, 2.4 and 3.7, `expm1` 2.0, 2.7 and 6.9, `log1p` 1.8, 2.9
//! and 5.3, `pow` 3.0, 4.3 and 9.9 (with an exponent beyond 8 in one of the lanes 9, 12 and 10), `tanh` 4.0, 6.2 and 9.4.
//! `sin`, `cos`, `tan`, `erf`, `phi` and `log_gamma` are not vectorised: 13 to 32.

mod error_function;
mod exponential;
mod gamma;
mod isa;
mod lanes;
mod logarithm;
mod logarithm_table;
mod numbers;
mod power;
mod power_table;
pub mod scalar;
mod trigonometric;

pub use isa::{Isa, Kernel};
pub use lanes::Lanes;
