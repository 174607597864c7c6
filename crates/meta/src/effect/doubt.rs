//! Doubts about what was typed in, told aloud: a standard error in the place of a standard deviation, and the reverse.
//!
//! Deviations of scores on one instrument differ little between studies of like people, while a standard error is
//! smaller by the root of the people. A deviation that is far from those of the other studies, and would be close to
//! them if it were the other quantity, is doubted; nothing is changed.

use euthymia_vecmath::scalar::{exp, ln};

/// A deviation of one group on one instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The line in which it was written.
    pub line: usize,
    /// What was entered as the standard deviation.
    pub sd: f64,
    /// People.
    pub n: f64,
}

/// What a number seems to be instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// A standard error was entered as a standard deviation.
    ErrorAsDeviation,
    /// A standard deviation was entered as a standard error, and multiplied by the root of the people.
    DeviationAsError,
}

/// A doubt about one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// The line.
    pub line: usize,
    /// What is doubted.
    pub mistake: Mistake,
    /// The number as it was entered.
    pub entered: f64,
    /// What it would be.
    pub instead: f64,
    /// The middle of the other studies.
    pub usual: f64,
}

impl core::fmt::Display for Doubt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let seems = match self.mistake {
            Mistake::ErrorAsDeviation => "a standard error entered as a standard deviation",
            Mistake::DeviationAsError => "a standard deviation entered as a standard error",
        };
        write!(
            f,
            "line {}: {:.3} looks like {seems}: other studies on this instrument have {:.3}, and as such it would be {:.3}",
            self.line, self.entered, self.usual, self.instead
        )
    }
}

/// Other studies that are needed for a doubt.
const FEWEST: usize = 3;
/// Factor within which deviations of one instrument are always taken to be alike.
const ALIKE: f64 = 1.8;

/// The deviations that look like something else, given that all are of one instrument.
#[must_use]
pub fn doubts(deviations: &[Deviation]) -> Vec<Doubt> {
    let known = |d: &Deviation| d.sd > 0.0 && d.n > 1.0 && d.sd.is_finite() && d.n.is_finite();
    let logs: Vec<Option<f64>> = deviations.iter().map(|d| known(d).then(|| ln(d.sd))).collect();
    let mut found = Vec::new();
    for (i, deviation) in deviations.iter().enumerate() {
        let Some(own) = logs[i] else { continue };
        let others: Vec<f64> = (0..logs.len())
            .filter(|j| *j != i)
            .filter_map(|j| logs[j])
            .collect();
        if others.len() < FEWEST {
            continue;
        }
        let middle = median(others.clone());
        let apart: Vec<f64> = others.iter().map(|x| (x - middle).abs()).collect();
        // The median absolute distance as a standard deviation.
        let spread = 1.4826 * median(apart);
        let root = 0.5 * ln(deviation.n);
        let (mistake, instead) = if own < middle {
            (Mistake::ErrorAsDeviation, own + root)
        } else {
            (Mistake::DeviationAsError, own - root)
        };
        let far = (own - middle).abs();
        if far > ln(ALIKE) && far > 3.0 * spread && (instead - middle).abs() < 0.5 * far {
            found.push(Doubt {
                line: deviation.line,
                mistake,
                entered: deviation.sd,
                instead: exp(instead),
                usual: exp(middle),
            });
        }
    }
    found
}

fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    let half = x.len() / 2;
    if x.len() % 2 == 1 {
        x[half]
    } else {
        0.5 * (x[half - 1] + x[half])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deviations(sds: &[f64]) -> Vec<Deviation> {
        let row = |(i, sd): (usize, &f64)| Deviation {
            line: i + 2,
            sd: *sd,
            n: 36.0,
        };
        sds.iter().enumerate().map(row).collect()
    }

    #[test]
    fn errors_and_deviations_are_told_apart() {
        assert_eq!(doubts(&deviations(&[9.1, 10.4, 8.7, 11.9, 7.5])), []);
        let found = doubts(&deviations(&[9.1, 10.4, 1.6, 11.9, 7.5]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].mistake), (4, Mistake::ErrorAsDeviation));
        assert!((found[0].instead - 9.6).abs() < 1e-12);
        assert!(
            found[0]
                .to_string()
                .starts_with("line 4: 1.600 looks like a standard error")
        );
        let found = doubts(&deviations(&[9.1, 10.4, 55.0, 11.9, 7.5]));
        assert_eq!(found[0].mistake, Mistake::DeviationAsError);
    }

    #[test]
    fn scale_and_order_do_not_matter_and_few_studies_say_nothing() {
        let small = doubts(&deviations(&[0.91, 1.04, 0.16, 1.19, 0.75]));
        assert_eq!(small.len(), 1);
        let turned = doubts(&deviations(&[7.5, 1.6, 9.1, 11.9, 10.4]));
        assert_eq!(turned[0].entered, 1.6);
        assert_eq!(doubts(&deviations(&[9.1, 1.6, 10.4])), []);
        // Small, but not what a standard error would be: a difference between people, which is not ours to doubt.
        assert_eq!(doubts(&deviations(&[9.1, 10.4, 4.9, 11.9, 7.5])), []);
        // Nothing is asked of what is no deviation.
        assert_eq!(doubts(&deviations(&[9.1, 10.4, 0.0, f64::NAN, 7.5])), []);
    }
}
