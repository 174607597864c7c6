//! Which times of a series a figure draws: what its axis can show, and nothing less where something happens.

use euthymia_therapy::result::CourseResult;

use super::series::Window;

/// Steps along the axis of a quantity that a reader follows through a dose.
pub(crate) const FINE: f64 = 500.0;
/// Steps along the axis of a rated quantity: every time has its own error of measurement, and drawn closer together these
/// errors are a hatching and not a curve.
pub(crate) const COARSE: f64 = 100.0;

/// Times that come of different sums are the same when less than a second apart, h.
const SAME_H: f64 = 1.0 / 3600.0;

/// Positions of the times that a figure of the window draws: at least `window / steps` apart, but always the ends, the
/// start and the end of every dose, the answer's time, and where the `tracks` are lowest and highest. With one time
/// beyond each end, so that curves reach the edges.
pub(crate) fn drawn(result: &CourseResult, window: Window, steps: f64, tracks: &[&[f64]]) -> Vec<usize> {
    let mut moments = vec![result.answer.time_h];
    for dose in &result.doses {
        moments.extend([dose.time_h, dose.time_h + dose.duration_h]);
    }
    positions(&result.times_h, window, steps, &moments, tracks)
}

fn positions(times_h: &[f64], window: Window, steps: f64, moments: &[f64], tracks: &[&[f64]]) -> Vec<usize> {
    let inside = window.indices(times_h);
    let (Some(first), Some(last)) = (inside.first().copied(), inside.last().copied()) else {
        return inside;
    };
    let beyond = (first.saturating_sub(1), (last + 1).min(times_h.len() - 1));
    let mut keep = vec![beyond.0, first, last, beyond.1];
    for moment_h in moments {
        let after = times_h.partition_point(|time| *time < moment_h - SAME_H);
        if times_h.get(after).is_some_and(|time| *time > moment_h + SAME_H) {
            keep.push(after.saturating_sub(1));
        }
        keep.push(after);
    }
    for values in tracks {
        let by_value = |a: &&usize, b: &&usize| values[**a].total_cmp(&values[**b]);
        keep.extend(inside.iter().min_by(by_value));
        keep.extend(inside.iter().max_by(by_value));
    }
    keep.retain(|index| (beyond.0..=beyond.1).contains(index));
    keep.sort_unstable();
    keep.dedup();

    let step_h = (window.end_h - window.start_h) / steps - SAME_H;
    let mut before_h = times_h[first];
    let mut out = Vec::with_capacity(keep.len());
    for index in inside {
        let kept = keep.binary_search(&index);
        let next = keep[kept.unwrap_or_else(|place| place).min(keep.len() - 1)];
        let free = times_h[index] - before_h >= step_h && times_h[next] - times_h[index] >= step_h;
        if free || kept.is_ok() {
            out.push(index);
            before_h = times_h[index];
        }
    }
    out.extend(keep);
    out.sort_unstable();
    out.dedup();
    out
}

/// The values at the positions.
pub(crate) fn at(values: &[f64], positions: &[usize]) -> Vec<f64> {
    positions.iter().map(|index| values[*index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_wide_and_what_happens_between_them_stays() {
        let times: Vec<f64> = (0..=1000).map(f64::from).collect();
        let mut values = vec![5.0; times.len()];
        values[333] = 9.0;
        values[444] = 1.0;
        let window = Window {
            start_h: 100.0,
            end_h: 900.0,
        };
        let shown = positions(&times, window, 8.0, &[250.0, 250.7, 5000.0], &[&values]);
        for index in [99, 100, 250, 251, 333, 444, 900, 901] {
            assert!(shown.contains(&index), "{index} in {shown:?}");
        }
        assert!(shown.len() <= 9 + 8, "{shown:?}");
        let happens = [99, 100, 250, 251, 333, 444, 900, 901];
        for pair in shown.windows(2) {
            let given = happens.contains(&pair[0]) && happens.contains(&pair[1]);
            assert!(given || pair[1] - pair[0] >= 99, "{pair:?}");
        }
    }

    #[test]
    fn a_window_without_times_and_one_with_few_are_whole() {
        let window = Window {
            start_h: 0.0,
            end_h: 10.0,
        };
        assert_eq!(
            positions(&[20.0, 30.0], window, 100.0, &[], &[]),
            Vec::<usize>::new()
        );
        assert_eq!(positions(&[0.0], window, 100.0, &[3.0], &[&[1.0]]), [0]);
        assert_eq!(positions(&[0.0, 4.0, 10.0], window, 100.0, &[], &[]), [0, 1, 2]);
    }
}
