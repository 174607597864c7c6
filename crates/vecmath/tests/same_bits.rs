//! The promise of the crate: one result for every instruction set, for every number of lanes, and for a scalar.

use euthymia_vecmath::{Isa, Kernel, Lanes, scalar};

/// Numbers with every kind of bit pattern: of moderate size, of any exponent, special values and their neighbours.
struct Numbers(u64);

impl Numbers {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn next(&mut self) -> f64 {
        const SPECIAL: [f64; 16] = [
            0.0,
            1.0,
            2.0,
            0.5,
            f64::INFINITY,
            f64::NAN,
            f64::MIN_POSITIVE,
            f64::MAX,
            5e-324,
            709.782_712_893_384,
            745.133_219_101_941_1,
            std::f64::consts::FRAC_PI_2,
            std::f64::consts::SQRT_2,
            0.346_573_590_279_972_65,
            4_503_599_627_370_496.0,
            3.0,
        ];
        let bits = self.bits();
        let uniform = (self.bits() >> 11) as f64 / 9_007_199_254_740_992.0;
        let sign = if bits & 8 == 0 { 1.0 } else { -1.0 };
        match bits & 7 {
            0 => {
                let special = SPECIAL[(bits >> 8) as usize % SPECIAL.len()];
                let neighbour = special.to_bits().wrapping_add((bits >> 20) % 3);
                sign * f64::from_bits(if special.is_nan() {
                    special.to_bits()
                } else {
                    neighbour
                })
            }
            1 => f64::from_bits(self.bits()),
            2 => sign * uniform * 1000.0,
            3 => uniform * 3.0,
            _ => sign * uniform * 40.0,
        }
    }
}

/// A function of two numbers on any number of lanes (most look only at the first).
trait Function: Copy {
    const NAME: &'static str;
    fn lanes<const L: usize>(x: Lanes<L>, y: Lanes<L>) -> Lanes<L>;
    fn scalar(x: f64, y: f64) -> f64;
}

struct Pass<'a, F: Function, const L: usize> {
    function: std::marker::PhantomData<F>,
    x: &'a [f64],
    y: &'a [f64],
    out: &'a mut Vec<f64>,
}

impl<F: Function, const L: usize> Kernel for Pass<'_, F, L> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (x, y) in self.x.as_chunks::<L>().0.iter().zip(self.y.as_chunks::<L>().0) {
            self.out.extend(F::lanes(Lanes(*x), Lanes(*y)).0);
        }
    }
}

fn evaluate<F: Function, const L: usize>(isa: Isa, x: &[f64], y: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(x.len());
    isa.dispatch(Pass::<F, L> {
        function: std::marker::PhantomData,
        x,
        y,
        out: &mut out,
    });
    out
}

fn assert_same<F: Function>(what: &str, x: &[f64], y: &[f64], one: &[f64], other: &[f64]) {
    assert_eq!(one.len(), other.len());
    for (i, (a, b)) in one.iter().zip(other).enumerate() {
        let same = a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        assert!(
            same,
            "{} {what} at ({:e}, {:e}): {a:e} and {b:e}",
            F::NAME,
            x[i],
            y[i]
        );
    }
}

fn check<F: Function>(_: F) {
    let mut numbers = Numbers(1);
    for _ in 0..64 {
        let x: Vec<f64> = (0..4096).map(|_| numbers.next()).collect();
        let y: Vec<f64> = (0..4096).map(|_| numbers.next()).collect();
        let reference: Vec<f64> = x.iter().zip(&y).map(|(x, y)| F::scalar(*x, *y)).collect();
        for isa in Isa::ALL {
            let what = format!("{isa:?}");
            assert_same::<F>(&what, &x, &y, &reference, &evaluate::<F, 1>(isa, &x, &y));
            assert_same::<F>(&what, &x, &y, &reference, &evaluate::<F, 2>(isa, &x, &y));
            assert_same::<F>(&what, &x, &y, &reference, &evaluate::<F, 4>(isa, &x, &y));
            assert_same::<F>(&what, &x, &y, &reference, &evaluate::<F, 8>(isa, &x, &y));
            assert_same::<F>(&what, &x, &y, &reference, &evaluate::<F, 16>(isa, &x, &y));
        }
    }
}

/// One test for each function, on 2^18 pairs of numbers, with all instruction sets and five numbers of lanes.
macro_rules! same_bits {
    ($($name:ident: ($x:ident, $y:ident) $lanes:expr, $scalar:expr;)*) => {$(
        #[test]
        fn $name() {
            #[derive(Clone, Copy)]
            struct This;
            impl Function for This {
                const NAME: &'static str = stringify!($name);
                #[inline(always)]
                #[allow(unused_variables)]
                fn lanes<const L: usize>($x: Lanes<L>, $y: Lanes<L>) -> Lanes<L> {
                    $lanes
                }
                #[allow(unused_variables)]
                fn scalar($x: f64, $y: f64) -> f64 {
                    $scalar
                }
            }
            check(This);
        }
    )*};
}

same_bits! {
    arithmetic: (x, y) (x + y) * (x - y) / -y, (x + y) * (x - y) / -y;
    mul_add_twice: (x, y) x.mul_add_twice(y, x), x * y + x;
    sqrt: (x, y) x.sqrt(), x.sqrt();
    floor: (x, y) x.floor(), x.floor();
    ceil: (x, y) x.ceil(), x.ceil();
    round: (x, y) x.round(), x.round();
    min: (x, y) x.min(y), if x.is_nan() || y.is_nan() { f64::NAN } else if x < y { x } else { y };
    max: (x, y) x.max(y), if x.is_nan() || y.is_nan() { f64::NAN } else if x > y { x } else { y };
    select: (x, y) Lanes::select(x.less(y), x, y * y), if x < y { x } else { y * y };
    logic: (x, y) x.less_equal(y).or(!x).and(x.not_equal(y)),
        f64::from(u8::from((x <= y || x == 0.0) && x != y));
    exp: (x, y) x.exp(), scalar::exp(x);
    expm1: (x, y) x.expm1(), scalar::exp_m1(x);
    ln: (x, y) x.ln(), scalar::ln(x);
    log1p: (x, y) x.log1p(), scalar::ln_1p(x);
    log10: (x, y) x.log10(), scalar::log10(x);
    log2: (x, y) x.log2(), scalar::log2(x);
    pow: (x, y) x.pow(y), scalar::pow(x, y);
    tanh: (x, y) x.tanh(), scalar::tanh(x);
    sin: (x, y) x.sin(), scalar::sin(x);
    cos: (x, y) x.cos(), scalar::cos(x);
    tan: (x, y) x.tan(), scalar::tan(x);
    erf: (x, y) x.erf(), scalar::erf(x);
    phi: (x, y) x.phi(), scalar::phi(x);
    log_gamma: (x, y) x.log_gamma(), scalar::log_gamma(x);
}

#[test]
fn select_is_not_disturbed_by_what_it_leaves() {
    let chosen = Lanes::select(
        Lanes([1.0, 0.0, f64::NAN, -2.0]),
        Lanes::splat(3.0),
        Lanes::splat(f64::NAN),
    );
    assert_eq!(chosen.0[0], 3.0);
    assert!(chosen.0[1].is_nan());
    // Whatever is not 0 is true, also NaN, as in C.
    assert_eq!(chosen.0[2], 3.0);
    assert_eq!(chosen.0[3], 3.0);
}

#[test]
fn any_and_all() {
    assert!(Lanes([0.0, 1.0]).any() && !Lanes([0.0, 1.0]).all());
    assert!(!Lanes([0.0, -0.0]).any() && Lanes([1.0, f64::NAN]).all());
}

/// The bits themselves, so that every machine that runs the tests compares with the one that wrote them.
#[test]
fn checksum_of_the_bits() {
    let mut numbers = Numbers(7);
    let mut sum = 0xcbf2_9ce4_8422_2325u64;
    let mut absorb = |value: f64| {
        let bits = if value.is_nan() { 1 } else { value.to_bits() };
        sum = (sum ^ bits).wrapping_mul(0x0000_0100_0000_01b3);
    };
    for _ in 0..20_000 {
        let (x, y) = (numbers.next(), numbers.next());
        for function in [
            scalar::exp,
            scalar::exp_m1,
            scalar::ln,
            scalar::ln_1p,
            scalar::log10,
            scalar::log2,
            scalar::tanh,
            scalar::sin,
            scalar::cos,
            scalar::tan,
            scalar::erf,
            scalar::erfc,
            scalar::phi,
            scalar::log_gamma,
        ] {
            absorb(function(x));
        }
        absorb(scalar::pow(x, y));
    }
    assert_eq!(sum, 0x6e23_3394_c2d9_b84d, "{sum:#x}");
}
