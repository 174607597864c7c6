//! Inversion of distribution functions.

/// The x in [low, high], 0 <= low, where the non-decreasing `cdf` first reaches `p`: bisection over the numbers
/// themselves (their bit patterns), so small quantiles come out as accurately as large ones. At most 64 evaluations.
pub(crate) fn invert(p: f64, low: f64, high: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    let (mut below, mut above) = (low.to_bits(), high.to_bits());
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if cdf(f64::from_bits(middle)) < p {
            below = middle
        } else {
            above = middle
        }
    }
    f64::from_bits(above)
}
