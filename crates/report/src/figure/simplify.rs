//! Fewer points, same picture: the Ramer-Douglas-Peucker reduction of a polyline already in user units.

/// Keeps the points without which the drawn line would move by more than `tolerance`.
pub(crate) fn simplify(points: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    keep[0] = true;
    keep[points.len() - 1] = true;
    let mut ranges = vec![(0, points.len() - 1)];
    while let Some((first, last)) = ranges.pop() {
        let mut farthest = (tolerance, None);
        for index in first + 1..last {
            let distance = distance_to_segment(points[index], points[first], points[last]);
            if distance > farthest.0 {
                farthest = (distance, Some(index));
            }
        }
        if let Some(index) = farthest.1 {
            keep[index] = true;
            ranges.push((first, index));
            ranges.push((index, last));
        }
    }
    points
        .iter()
        .zip(&keep)
        .filter(|(_, keep)| **keep)
        .map(|(point, _)| *point)
        .collect()
}

fn distance_to_segment(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length_squared = dx * dx + dy * dy;
    let along = if length_squared == 0.0 {
        0.0
    } else {
        (((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length_squared).clamp(0.0, 1.0)
    };
    let (ex, ey) = (point.0 - from.0 - along * dx, point.1 - from.1 - along * dy);
    (ex * ex + ey * ey).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_keeps_its_ends_and_a_peak_stays() {
        let line: Vec<(f64, f64)> = (0..100).map(|i| (f64::from(i), 2.0 * f64::from(i))).collect();
        assert_eq!(simplify(&line, 0.1), vec![(0.0, 0.0), (99.0, 198.0)]);
        let peak = [(0.0, 0.0), (1.0, 0.05), (2.0, 5.0), (3.0, 0.0)];
        assert_eq!(
            simplify(&peak, 0.2),
            vec![(0.0, 0.0), (1.0, 0.05), (2.0, 5.0), (3.0, 0.0)]
        );
    }
}
