//! The answer of a run in one sentence: of 100 people, how many respond and how many are in remission.

use crate::definition::{duration, in_words};
use crate::result::{Answer, NaturalFrequency, Outcome};

const DAY_H: f64 = 24.0;
const WEEK_H: f64 = 168.0;

/// When the answer is about, h. The end of treatment: of its last week where there are doses in every week (the end of
/// week 4 of a four-week course), else as long after the last dose as the doses were apart, and 24 h after a single dose;
/// never beyond the horizon. `dose_times_h` are increasing, each once.
pub(crate) fn answer_time_h(dose_times_h: &[f64], horizon_h: f64) -> f64 {
    let end = match dose_times_h {
        [] => horizon_h,
        [only] => only + DAY_H,
        [.., before, last] => {
            let apart = (last - before).max(DAY_H);
            let first = dose_times_h[0];
            if apart <= WEEK_H && last + apart - first >= WEEK_H {
                first + ((last + DAY_H - first) / WEEK_H).ceil() * WEEK_H
            } else {
                last + apart
            }
        }
    };
    end.min(horizon_h)
}

/// The time of the answer as people say it.
pub(crate) fn time_in_words(time_h: f64, doses: usize) -> String {
    let whole = |value: f64| value >= 1.0 && (value - value.round()).abs() < 1e-9;
    if doses == 1 && time_h <= 48.0 {
        format!("{} after the dose", duration(time_h))
    } else if whole(time_h / WEEK_H) {
        format!("at the end of week {}", in_words(time_h / WEEK_H))
    } else if whole(time_h / DAY_H) {
        format!("at the end of day {}", in_words(time_h / DAY_H))
    } else {
        format!("{} after the first dose", duration(time_h))
    }
}

/// Proportion and interval of `outcome` at time index `at`, of 100 people.
pub(crate) fn of_100(outcome: &Outcome, at: usize) -> NaturalFrequency {
    let percent = |values: &[f64]| values.get(at).map(|value| 100.0 * value);
    NaturalFrequency {
        of_100: percent(&outcome.proportion).unwrap_or(f64::NAN),
        lower: outcome
            .interval
            .as_ref()
            .and_then(|interval| percent(&interval.lower)),
        upper: outcome
            .interval
            .as_ref()
            .and_then(|interval| percent(&interval.upper)),
    }
}

/// The whole answer. `one_patient` says whether the 100 people are copies of one patient.
pub(crate) fn answer(
    time_h: f64,
    doses: usize,
    response: NaturalFrequency,
    remission: NaturalFrequency,
    one_patient: bool,
) -> Answer {
    let time_words = time_in_words(time_h, doses);
    let who = if one_patient {
        "Of 100 patients like this one"
    } else {
        "Of 100 people like these"
    };
    let sentence = format!(
        "{who}, {} respond and {} are in remission {time_words}.",
        about(&response, " (90 % interval "),
        about(&remission, " (")
    );
    Answer {
        time_h,
        time_words,
        response,
        remission,
        sentence,
    }
}

/// `about 52 (31 to 70)`.
fn about(frequency: &NaturalFrequency, open: &str) -> String {
    let whole = |value: f64| format!("{}", value.round());
    match (frequency.lower, frequency.upper) {
        (Some(lower), Some(upper)) => {
            format!(
                "about {}{open}{} to {})",
                whole(frequency.of_100),
                whole(lower),
                whole(upper)
            )
        }
        _ => format!("about {}", whole(frequency.of_100)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frequency(of_100: f64, range: Option<(f64, f64)>) -> NaturalFrequency {
        NaturalFrequency {
            of_100,
            lower: range.map(|r| r.0),
            upper: range.map(|r| r.1),
        }
    }

    #[test]
    fn sentence_in_natural_frequencies() {
        let answer = answer(
            672.0,
            8,
            frequency(52.4, Some((31.2, 70.1))),
            frequency(19.6, Some((8.0, 38.0))),
            false,
        );
        assert_eq!(
            answer.sentence,
            "Of 100 people like these, about 52 (90 % interval 31 to 70) respond and about 20 (8 to 38) are in \
             remission at the end of week 4."
        );
    }

    #[test]
    fn sentence_without_an_interval_for_one_patient() {
        let answer = answer(24.0, 1, frequency(40.0, None), frequency(10.0, None), true);
        assert_eq!(
            answer.sentence,
            "Of 100 patients like this one, about 40 respond and about 10 are in remission 24 h after the dose."
        );
    }

    #[test]
    fn the_answer_is_about_the_end_of_treatment() {
        let every_3_5_days: Vec<f64> = (0..8).map(|k| 84.0 * f64::from(k)).collect();
        assert_eq!(answer_time_h(&every_3_5_days, 2016.0), 672.0);
        assert_eq!(answer_time_h(&[0.0], 2016.0), 24.0);
        assert_eq!(answer_time_h(&[0.0, 168.0], 200.0), 200.0);
        let mondays_and_thursdays: Vec<f64> = (0..4)
            .flat_map(|week| [168.0 * f64::from(week), 168.0 * f64::from(week) + 72.0])
            .collect();
        assert_eq!(answer_time_h(&mondays_and_thursdays, 2016.0), 672.0);
        assert_eq!(answer_time_h(&[0.0, 84.0], 2016.0), 168.0, "twice in one week");
        assert_eq!(answer_time_h(&[0.0, 24.0, 48.0], 2016.0), 72.0, "three days");
        assert_eq!(answer_time_h(&[0.0, 336.0], 2016.0), 672.0, "every second week");
        assert_eq!(time_in_words(696.0, 8), "at the end of day 29");
    }
}
