//! Contours of a surface over a square grid, each with the line through its points.

use nalgebra::DMatrix;

/// A contour: the regression of its points' second coordinate on the first, both between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) points: usize,
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(super) adjusted_r2: f64,
}

/// About `count` round numbers that cover a range and the next ones inside of it (as R's `pretty`).
pub(super) fn pretty(low: f64, high: f64, count: usize) -> Vec<f64> {
    let width = high - low;
    if !(width > 0.0 && width.is_finite()) {
        return Vec::new();
    }
    let cell = width / count.max(1) as f64;
    let base = euthymia_vecmath::scalar::pow(10.0, euthymia_vecmath::scalar::log10(cell).floor());
    let bias = 1.5;
    let mut unit = base;
    if 2.0 * base - cell < bias * (cell - unit) {
        unit = 2.0 * base;
        if 5.0 * base - cell < 2.75 * (cell - unit) {
            unit = 5.0 * base;
            if 10.0 * base - cell < bias * (cell - unit) {
                unit = 10.0 * base;
            }
        }
    }
    let (first, last) = ((low / unit + 1e-7).floor(), (high / unit - 1e-7).ceil());
    let steps = (last - first) as usize;
    (0..=steps)
        .map(|i| (first + i as f64) * unit)
        .filter(|level| *level > low && *level < high)
        .collect()
}

/// An edge of the grid: its lower left corner and whether it goes along the first axis.
type Edge = (usize, usize, bool);

/// The contours of a level: chains of the edges that the level crosses.
pub(super) fn contours(surface: &DMatrix<f64>, level: f64) -> Vec<Line> {
    let (rows, columns) = surface.shape();
    let above = |i: usize, j: usize| surface[(i, j)] >= level;
    let mut segments: Vec<(Edge, Edge)> = Vec::new();
    for i in 0..rows - 1 {
        for j in 0..columns - 1 {
            let edges = [(i, j, true), (i + 1, j, false), (i, j + 1, true), (i, j, false)];
            let crossed: Vec<Edge> = edges
                .into_iter()
                .filter(|(a, b, along)| {
                    let other = if *along {
                        above(a + 1, *b)
                    } else {
                        above(*a, b + 1)
                    };
                    above(*a, *b) != other
                })
                .collect();
            match crossed.as_slice() {
                [a, b] => segments.push((*a, *b)),
                [bottom, right, top, left] => {
                    // A saddle: the centre says which corners belong together.
                    let center = 0.25
                        * (surface[(i, j)]
                            + surface[(i + 1, j)]
                            + surface[(i, j + 1)]
                            + surface[(i + 1, j + 1)]);
                    if (center >= level) == above(i, j) {
                        segments.extend([(*bottom, *right), (*top, *left)]);
                    } else {
                        segments.extend([(*bottom, *left), (*right, *top)]);
                    }
                }
                _ => {}
            }
        }
    }
    let mut lines = Vec::new();
    while let Some((first, last)) = segments.pop() {
        let mut chain = std::collections::VecDeque::from([first, last]);
        while let (Some(front), Some(back)) = (chain.front().copied(), chain.back().copied()) {
            let next = segments
                .iter()
                .position(|(a, b)| [front, back].contains(a) || [front, back].contains(b));
            let Some(place) = next.filter(|_| front != back) else {
                break;
            };
            let (a, b) = segments.swap_remove(place);
            if a == back {
                chain.push_back(b);
            } else if b == back {
                chain.push_back(a);
            } else if a == front {
                chain.push_front(b);
            } else {
                chain.push_front(a);
            }
        }
        let points: Vec<(f64, f64)> = chain.iter().map(|edge| crossing(surface, level, *edge)).collect();
        lines.push(line(&points));
    }
    lines
}

/// Where the level crosses an edge, in coordinates between 0 and 1.
fn crossing(surface: &DMatrix<f64>, level: f64, (i, j, along): Edge) -> (f64, f64) {
    let (rows, columns) = surface.shape();
    let here = surface[(i, j)];
    let there = if along {
        surface[(i + 1, j)]
    } else {
        surface[(i, j + 1)]
    };
    let part = (level - here) / (there - here);
    let (x, y) = (i as f64, j as f64);
    let (x, y) = if along { (x + part, y) } else { (x, y + part) };
    (x / (rows - 1) as f64, y / (columns - 1) as f64)
}

fn line(points: &[(f64, f64)]) -> Line {
    let n = points.len() as f64;
    let mx = points.iter().map(|p| p.0).sum::<f64>() / n;
    let my = points.iter().map(|p| p.1).sum::<f64>() / n;
    let sxx: f64 = points.iter().map(|p| (p.0 - mx) * (p.0 - mx)).sum();
    let sxy: f64 = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
    let syy: f64 = points.iter().map(|p| (p.1 - my) * (p.1 - my)).sum();
    let slope = sxy / sxx;
    let rest = syy - slope * sxy;
    let adjusted = 1.0 - rest / (n - 2.0) / (syy / (n - 1.0));
    Line {
        points: points.len(),
        slope,
        intercept: my - slope * mx,
        adjusted_r2: if adjusted.is_nan() || slope.is_nan() {
            -100.0
        } else {
            adjusted
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contours_of_a_plane_are_lines() {
        let plane = DMatrix::from_fn(20, 20, |i, j| i as f64 / 19.0 + 2.0 * j as f64 / 19.0);
        let levels = pretty(plane.min(), plane.max(), 10);
        assert!(levels == [0.5, 1.0, 1.5, 2.0, 2.5], "{levels:?}");
        for level in levels {
            let found = contours(&plane, level);
            assert_eq!(found.len(), 1, "{level}");
            assert!(
                (found[0].slope + 0.5).abs() < 1e-9
                    && (found[0].intercept - 0.5 * level).abs() < 1e-9
                    && found[0].adjusted_r2 > 0.999,
                "{found:?}"
            );
        }
    }

    #[test]
    fn round_numbers() {
        assert_eq!(pretty(0.05, 0.95, 5), [0.2, 0.4, 0.6000000000000001, 0.8]);
        assert!(pretty(1.0, 1.0, 5).is_empty());
    }

    #[test]
    fn two_hills_have_two_contours_and_a_ring_is_closed() {
        let bump = |x: f64, y: f64| 1.0 / (1.0 + x * x + y * y);
        let hills = DMatrix::from_fn(21, 21, |i, j| {
            let (x, y) = (i as f64, j as f64);
            bump(x - 5.0, y - 5.0) + bump(x - 15.0, y - 15.0)
        });
        let mut found = contours(&hills, 0.5);
        assert_eq!(found.len(), 2);
        found.sort_by(|one, other| one.intercept.total_cmp(&other.intercept));
        // A line by least squares goes through the mean of its points: the tops of the hills, a quarter and three
        // quarters along.
        for (line, top) in found.iter().zip([0.25, 0.75]) {
            assert!(
                line.points > 4 && (line.intercept + line.slope * top - top).abs() < 0.03,
                "{found:?}"
            );
        }
    }
}
