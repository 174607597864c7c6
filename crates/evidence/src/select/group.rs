//! A group of people: some with an event, or with a mean score; groups joined and divided.

use super::contrast::Numbers;
use super::convert::Score;

/// One group of people.
#[derive(Clone, Copy, Debug)]
pub(super) enum Group {
    /// With an event or without.
    Events {
        /// With it.
        events: f64,
        /// All.
        n: f64,
    },
    /// With a score.
    Score(Score),
}

impl Group {
    pub(super) fn people(&self) -> f64 {
        match self {
            Self::Events { n, .. } => *n,
            Self::Score(score) => score.n,
        }
    }

    /// Groups as one: events add up; means and deviations as of all people together.
    pub(super) fn joined(groups: &[(String, Self)]) -> Option<Self> {
        let mut joint = groups.first()?.1;
        for (_, other) in &groups[1..] {
            joint = match (joint, other) {
                (Self::Events { events, n }, Self::Events { events: e, n: m }) => Self::Events {
                    events: events + e,
                    n: n + m,
                },
                (Self::Score(a), Self::Score(b)) => {
                    let n = a.n + b.n;
                    let mean = (a.n * a.mean + b.n * b.mean) / n;
                    let within = (a.n - 1.0) * a.sd * a.sd + (b.n - 1.0) * b.sd * b.sd;
                    let between = a.n * b.n / n * (a.mean - b.mean) * (a.mean - b.mean);
                    let sd = ((within + between) / (n - 1.0)).sqrt();
                    Self::Score(Score { mean, sd, n })
                }
                (joint, _) => joint,
            };
        }
        Some(joint)
    }

    /// A part of it.
    pub(super) fn divided(self, parts: f64) -> Self {
        match self {
            Self::Events { events, n } => Self::Events {
                events: events / parts,
                n: n / parts,
            },
            Self::Score(score) => Self::Score(Score {
                n: score.n / parts,
                ..score
            }),
        }
    }
}

impl Numbers {
    pub(super) fn of(treated: &Group, control: &Group) -> Self {
        match (treated, control) {
            (Group::Score(a), Group::Score(b)) => Self::Scores {
                m1i: a.mean,
                sd1i: a.sd,
                n1i: a.n,
                m2i: b.mean,
                sd2i: b.sd,
                n2i: b.n,
            },
            (a, b) => {
                let counts = |group: &Group| match group {
                    Group::Events { events, n } => (*events, *n),
                    Group::Score(score) => (0.0, score.n),
                };
                let ((ai, n1i), (ci, n2i)) = (counts(a), counts(b));
                Self::Counts { ai, n1i, ci, n2i }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_scores_are_those_of_all_people() {
        // 1, 2, 3 and 5, 9: together mean 4, SD sqrt(40 / 4).
        let group = |mean: f64, sd: f64, n: f64| (String::new(), Group::Score(Score { mean, sd, n }));
        let both = Group::joined(&[group(2.0, 1.0, 3.0), group(7.0, 8.0_f64.sqrt(), 2.0)]);
        let Some(Group::Score(score)) = both else { panic!() };
        assert!((score.mean - 4.0).abs() < 1e-14 && (score.sd - 10.0_f64.sqrt()).abs() < 1e-14);
        assert_eq!(score.n, 5.0);
    }
}
