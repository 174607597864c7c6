//! The times at which a run is observed.
//!
//! Without a word in the course: fine over the first session and the first day (what a figure of concentrations
//! needs), hourly for two days, daily to the horizon. A grid or times in the course replace the part after the first
//! session. Starts and ends of infusions on the first day, the time of the answer and the horizon are always there.

use crate::course::{Course, GridStretch};

/// Stretches of the first session and day, then days: fine enough for the peaks of an infusion or a spray.
const FIRST_DAY: [GridStretch; 4] = [
    GridStretch {
        every_h: 1.0 / 30.0,
        until_h: 1.5,
    },
    GridStretch {
        every_h: 1.0 / 12.0,
        until_h: 3.0,
    },
    GridStretch {
        every_h: 0.25,
        until_h: 6.0,
    },
    GridStretch {
        every_h: 0.5,
        until_h: 24.0,
    },
];
const AFTERWARDS: [GridStretch; 2] = [
    GridStretch {
        every_h: 1.0,
        until_h: 48.0,
    },
    GridStretch {
        every_h: 24.0,
        until_h: f64::INFINITY,
    },
];

/// Times closer than this (h) are one time: 1 ms, far below any duration a course can name.
const SAME_H: f64 = 2.8e-7;

/// All observation times of a course, increasing, h. `also` are times that must be there.
pub(crate) fn times_h(course: &Course, also: &[f64]) -> Vec<f64> {
    let horizon = course.horizon_h;
    let mut times = Vec::new();
    append(&mut times, &FIRST_DAY, horizon.min(24.0));
    if course.report.grid.is_empty() && course.report.times_h.is_empty() {
        append(&mut times, &AFTERWARDS, horizon);
    }
    append(&mut times, &course.report.grid, horizon);
    times.extend(&course.report.times_h);
    times.extend(also);
    for treatment in &course.treatments {
        for start in treatment.times_h.iter().take_while(|start| **start <= 24.0) {
            times.push(*start);
            times.extend(treatment.infusion_h.map(|duration| start + duration));
        }
    }
    times.extend([0.0, horizon]);
    times.retain(|time| (0.0..=horizon).contains(time));
    times.sort_by(f64::total_cmp);
    times.dedup_by(|next, kept| *next - *kept < SAME_H);
    times
}

/// Appends the times of `stretches` from 0 to `end`.
fn append(times: &mut Vec<f64>, stretches: &[GridStretch], end: f64) {
    let mut from = 0.0;
    for stretch in stretches {
        let until = stretch.until_h.min(end);
        // Multiples of the step are computed afresh, so that daily times fall on whole days to the last bit.
        let mut step = (from / stretch.every_h - 1e-9).ceil().max(0.0);
        while step * stretch.every_h <= until * (1.0 + 1e-12) {
            times.push((step * stretch.every_h).min(until));
            step += 1.0;
        }
        from = until;
    }
}

/// Index of the time nearest to `time_h` in increasing `times_h`.
pub(crate) fn nearest(times_h: &[f64], time_h: f64) -> usize {
    let after = times_h.partition_point(|time| *time < time_h);
    match (after.checked_sub(1), times_h.get(after)) {
        (Some(before), Some(next)) if time_h - times_h[before] <= next - time_h => before,
        (Some(before), None) => before,
        _ => after,
    }
}
