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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course;
    use crate::library::Library;
    use euthymia_diagnostics::Source;
    use proptest::prelude::*;

    fn course(rest: &str) -> Course {
        let mut library = Library::new();
        for path in ["drugs/racemic-ketamine.toml", "instruments/madrs.toml"] {
            let file = format!("{}/../../library/{path}", env!("CARGO_MANIFEST_DIR"));
            let source = Source::new(path, std::fs::read_to_string(file).unwrap());
            library.add_document(path, euthymia_io::toml::document(&source).0.unwrap());
        }
        let text = format!(
            "title = \"T\"\ncondition = \"trd\"\nhorizon = \"12 wk\"\n[patient]\nage = \"40 y\"\nweight = \"80 kg\"\n\
             sex = \"male\"\nbaseline = {{ instrument = \"madrs\", score = 30 }}\n[[treatments]]\n\
             drug = \"racemic-ketamine\"\nroute = \"iv\"\ndose = \"0.5 mg/kg\"\ninfusion = \"37 min\"\n{rest}"
        );
        let document = euthymia_io::toml::document(&Source::new("course.toml", text))
            .0
            .unwrap();
        let (course, diagnostics) = course::read::without_models(&document, &library);
        assert_eq!(diagnostics, []);
        course.unwrap()
    }

    #[test]
    fn fine_at_first_then_hourly_then_daily() {
        let times = times_h(&course(""), &[]);
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= SAME_H));
        assert_eq!((times[0], times[times.len() - 1]), (0.0, 2016.0));
        for hour in 0..=48 {
            assert!(times.contains(&f64::from(hour)), "hour {hour}");
        }
        for day in 0..=84 {
            assert!(times.contains(&(24.0 * f64::from(day))), "day {day}");
        }
        assert!(times.contains(&(37.0 / 60.0)), "the end of the infusion");
        assert!(times.len() < 250, "{} times", times.len());
    }

    #[test]
    fn a_grid_of_the_course_replaces_what_follows_the_first_day() {
        let times = times_h(
            &course("[report]\ngrid = [{ every = \"7 d\", until = \"12 wk\" }]\n"),
            &[30.0],
        );
        let late: Vec<f64> = times.into_iter().filter(|time| *time > 24.0).collect();
        let weeks = (1..=12).map(|week| 168.0 * f64::from(week));
        assert_eq!(late, [30.0].into_iter().chain(weeks).collect::<Vec<_>>());
        let times = times_h(&course("[report]\ntimes = [\"3 d\"]\n"), &[]);
        assert_eq!(
            times.into_iter().filter(|time| *time > 24.0).collect::<Vec<_>>(),
            [72.0, 2016.0]
        );
    }

    proptest! {
        #[test]
        fn the_nearest_time_is_nearest(
            mut times in proptest::collection::vec(0.0..100.0_f64, 1..30),
            wanted in -10.0..110.0_f64,
        ) {
            times.sort_by(f64::total_cmp);
            let found = times[nearest(&times, wanted)];
            prop_assert!(times.iter().all(|time| (found - wanted).abs() <= (time - wanted).abs()));
        }
    }
}
