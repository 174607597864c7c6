//! Nanoseconds per recorded operation, sweep included: `cargo bench -p euthymia-calibrate`.

use euthymia_calibrate::tape::Tape;
use euthymia_stats::real::Real;

fn main() {
    divan::main();
}

/// Inputs of every formula.
const INPUTS: usize = 64;
/// Recorded operations of a pass, about.
const OPERATIONS: [usize; 3] = [1_000, 10_000, 100_000];

fn pass(bencher: divan::Bencher<'_, '_>, operations: usize, formula: impl Formula) {
    let position: Vec<f64> = (0..INPUTS).map(|i| 0.5 + i as f64 / 128.0).collect();
    let mut gradient = vec![0.0; INPUTS];
    let mut tape = Tape::default();
    tape.gradient(&position, &mut gradient, |x| formula.of(x, operations));
    let recorded = tape.recorded();
    bencher
        .counter(divan::counter::ItemsCount::new(recorded))
        .bench_local(|| tape.gradient(&position, &mut gradient, |x| formula.of(x, operations)));
}

trait Formula {
    fn of<R: Real>(&self, x: &[R], operations: usize) -> R;
}

/// Sums of products.
struct Products;

impl Formula for Products {
    fn of<R: Real>(&self, x: &[R], operations: usize) -> R {
        let mut sum = x[0];
        for i in 0..operations / 2 {
            sum = sum + x[i % INPUTS] * x[(i * 7 + 1) % INPUTS];
        }
        sum
    }
}

/// Normal log densities, as a likelihood has them: 5 recorded operations each.
struct Normals;

impl Formula for Normals {
    fn of<R: Real>(&self, x: &[R], operations: usize) -> R {
        let mut sum = x[0];
        for i in 0..operations / 5 {
            let z = (x[i % INPUTS] - x[(i * 3 + 1) % INPUTS]) / x[(i * 5 + 2) % INPUTS];
            sum = sum + z * z * -0.5;
        }
        sum
    }
}

/// Sums of exponentials.
struct Exponentials;

impl Formula for Exponentials {
    fn of<R: Real>(&self, x: &[R], operations: usize) -> R {
        let mut sum = x[0];
        for i in 0..operations / 2 {
            sum = sum + x[i % INPUTS].exp();
        }
        sum
    }
}

#[divan::bench(args = OPERATIONS)]
fn products(bencher: divan::Bencher<'_, '_>, operations: usize) {
    pass(bencher, operations, Products);
}

#[divan::bench(args = OPERATIONS)]
fn normals(bencher: divan::Bencher<'_, '_>, operations: usize) {
    pass(bencher, operations, Normals);
}

#[divan::bench(args = OPERATIONS)]
fn exponentials(bencher: divan::Bencher<'_, '_>, operations: usize) {
    pass(bencher, operations, Exponentials);
}
