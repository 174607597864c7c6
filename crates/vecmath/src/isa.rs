//! Which instructions to use, decided at run time: the one place with `unsafe`.
#![allow(unsafe_code)]

/// An instruction set that a [`Kernel`] can be compiled for. Results have the same bits on all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isa {
    /// What every processor of the target has.
    #[default]
    Portable,
    /// 256-bit vectors of x86-64, without fused multiply-add.
    Avx2,
    /// 512-bit vectors of x86-64 (foundation, double and quad words, all vector lengths), without fused multiply-add.
    Avx512,
}

/// A piece of work that is compiled once for each [`Isa`].
///
/// `run` and everything hot that it calls must be `#[inline(always)]`: only what is inlined into the body is compiled
/// for the instruction set.
pub trait Kernel {
    /// What the work returns.
    type Output;
    /// Does the work.
    fn run(self) -> Self::Output;
}

impl Isa {
    /// All of them, whether this processor has them or not.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The best instruction set of this processor.
    #[must_use]
    pub fn detect() -> Self {
        if has_avx512() {
            Self::Avx512
        } else if has_avx2() {
            Self::Avx2
        } else {
            Self::Portable
        }
    }

    /// Runs the kernel compiled for this instruction set; where the processor lacks it, portably.
    #[inline]
    pub fn dispatch<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 if has_avx512() => {
                // SAFETY: the processor was just found to have what `run_avx512` requires.
                unsafe { run_avx512(kernel) }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 if has_avx2() => {
                // SAFETY: the processor was just found to have AVX2, the only thing `run_avx2` requires.
                unsafe { run_avx2(kernel) }
            }
            _ => kernel.run(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx512f") && has!("avx512dq") && has!("avx512vl")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2() -> bool {
    false
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx512() -> bool {
    false
}

/// The kernel, compiled with AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

/// The kernel, compiled with AVX-512.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl")]
fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
