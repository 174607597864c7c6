//! Nanoseconds per element of every function, in lanes of 16 compiled for each instruction set, beside the standard
//! library: `cargo bench -p euthymia-vecmath`.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::Instant;

use euthymia_vecmath::{Isa, Kernel, Lanes};

const GROUPS: usize = 256;
const WIDTH: usize = 16;
type Group = Lanes<WIDTH>;

/// Best time of one pass, ns per element.
fn best(mut pass: impl FnMut()) -> f64 {
    let elements = (GROUPS * WIDTH) as f64;
    let mut best = f64::INFINITY;
    for _ in 0..200 {
        let start = Instant::now();
        pass();
        best = best.min(start.elapsed().as_nanos() as f64 / elements);
    }
    best
}

/// Numbers spread evenly over an interval in a scrambled order.
fn spread(low: f64, high: f64) -> Vec<Group> {
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((seed >> 11) as f64 / 9_007_199_254_740_992.0)
    };
    (0..GROUPS)
        .map(|_| Lanes(std::array::from_fn(|_| next())))
        .collect()
}

macro_rules! row {
    ($name:literal, $low:expr, $high:expr, $lane:ident => $vector:expr, $x:ident => $standard:expr) => {{
        struct Pass<'a>(&'a [Group], &'a mut [Group]);
        impl Kernel for Pass<'_> {
            type Output = ();
            #[inline(always)]
            fn run(self) {
                for (input, output) in self.0.iter().zip(self.1.iter_mut()) {
                    let $lane = *input;
                    *output = $vector;
                }
            }
        }
        let input = spread($low, $high);
        let mut output = vec![Group::default(); GROUPS];
        let [portable, avx2, avx512] =
            Isa::ALL.map(|isa| best(|| isa.dispatch(Pass(black_box(&input), &mut output))));
        let standard = best(|| {
            for (input, output) in black_box(&input).iter().zip(output.iter_mut()) {
                for ($x, out) in input.0.into_iter().zip(output.0.iter_mut()) {
                    *out = $standard;
                }
            }
        });
        black_box(&output);
        println!(
            "{:<22} {avx512:>8.2} {avx2:>8.2} {portable:>8.2} {standard:>8.2}",
            $name
        );
    }};
}

fn main() {
    // `cargo test --benches` runs this too, without the flag; there is nothing to test here.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!(
        "{:<22} {:>8} {:>8} {:>8} {:>8}   detected: {:?}",
        "ns per element",
        "avx512",
        "avx2",
        "portable",
        "std",
        Isa::detect()
    );
    row!("exp", -20.0, 20.0, x => x.exp(), x => x.exp());
    row!("expm1", -20.0, 20.0, x => x.expm1(), x => x.exp_m1());
    row!("ln", 1e-3, 1e3, x => x.ln(), x => x.ln());
    row!("log1p", -0.9, 10.0, x => x.log1p(), x => x.ln_1p());
    row!("log10", 1e-3, 1e3, x => x.log10(), x => x.log10());
    row!("pow(x, 0.75)", 1e-3, 1e3, x => x.pow(Lanes::splat(0.75)), x => x.powf(black_box(0.75)));
    row!("pow(x or 0, 0.75)", -10.0, 1e3, x => x.max(Lanes::splat(0.0)).pow(Lanes::splat(0.75)),
        x => x.max(0.0).powf(black_box(0.75)));
    row!("pow(x, 8.5)", 1e-3, 1e3, x => x.pow(Lanes::splat(8.5)), x => x.powf(black_box(8.5)));
    row!("tanh", -3.0, 3.0, x => x.tanh(), x => x.tanh());
    row!("sqrt", 1e-3, 1e3, x => x.sqrt(), x => x.sqrt());
    row!("division", 1e-3, 1e3, x => Lanes::splat(1.5) / x, x => 1.5 / x);
    row!("min", -1.0, 1.0, x => x.min(Lanes::splat(0.5)), x => x.min(0.5));
    row!("floor", -9.0, 9.0, x => x.floor(), x => x.floor());
    row!("round", -9.0, 9.0, x => x.round(), x => x.round());
    row!("select(x < 0.5)", -1.0, 1.0, x => Lanes::select(x.less(Lanes::splat(0.5)), x, x * x),
        x => if x < 0.5 { x } else { x * x });
    row!("sin", -10.0, 10.0, x => x.sin(), x => x.sin());
    row!("tan", -10.0, 10.0, x => x.tan(), x => x.tan());
    row!("erf", -3.0, 3.0, x => x.erf(), x => black_box(x));
    row!("phi", -5.0, 5.0, x => x.phi(), x => black_box(x));
    row!("log_gamma", 0.1, 30.0, x => x.log_gamma(), x => black_box(x));
}
