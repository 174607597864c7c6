//! How certain a body of evidence is: the five domains of GRADE that take certainty away.
//!
//! Inconsistency, imprecision and publication bias are judged from the numbers by the rules below; risk of bias and
//! indirectness are entered by hand with a reason, and so may the others be, in place of what the rules say. Rules:
//! Guyatt et al. 2011, doi:10.1016/j.jclinepi.2011.01.012 (imprecision), 10.1016/j.jclinepi.2011.03.017
//! (inconsistency), 10.1016/j.jclinepi.2011.01.011 (publication bias).

use core::fmt;

use euthymia_stats::normal;

/// How certain it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Very low.
    VeryLow,
    /// Low.
    Low,
    /// Moderate.
    Moderate,
    /// High.
    High,
}

impl Certainty {
    /// In words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::VeryLow => "very low",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }

    fn lowered(self, steps: u8) -> Self {
        (0..steps).fold(self, |level, _| match level {
            Self::High => Self::Moderate,
            Self::Moderate => Self::Low,
            Self::Low | Self::VeryLow => Self::VeryLow,
        })
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What may take certainty away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// How the studies were done.
    RiskOfBias,
    /// How much they disagree.
    Inconsistency,
    /// Whether they are about what is asked.
    Indirectness,
    /// How wide the interval is and how few the people are.
    Imprecision,
    /// Whether studies that found less stayed unpublished.
    PublicationBias,
}

impl Domain {
    /// All five, in the usual order.
    pub const ALL: [Self; 5] = [
        Self::RiskOfBias,
        Self::Inconsistency,
        Self::Indirectness,
        Self::Imprecision,
        Self::PublicationBias,
    ];

    /// In words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::RiskOfBias => "risk of bias",
            Self::Inconsistency => "inconsistency",
            Self::Indirectness => "indirectness",
            Self::Imprecision => "imprecision",
            Self::PublicationBias => "publication bias",
        }
    }
}

/// How much a domain takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// Nothing.
    NotSerious,
    /// One step.
    Serious,
    /// Two steps.
    VerySerious,
}

impl Concern {
    /// In words.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotSerious => "not serious",
            Self::Serious => "serious",
            Self::VerySerious => "very serious",
        }
    }

    fn steps(self) -> u8 {
        match self {
            Self::NotSerious => 0,
            Self::Serious => 1,
            Self::VerySerious => 2,
        }
    }
}

/// What was judged of a domain, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The domain.
    pub domain: Domain,
    /// What it takes away.
    pub concern: Concern,
    /// Why.
    pub reason: String,
    /// Whether the numbers said so; else somebody did, or nobody.
    pub computed: bool,
}

/// What the rules look at; effects on the scale that is pooled.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// Whether people were assigned by chance.
    pub randomised: bool,
    /// Studies.
    pub k: usize,
    /// People.
    pub people: Option<f64>,
    /// Pooled interval.
    pub interval: (f64, f64),
    /// Prediction interval.
    pub prediction: Option<(f64, f64)>,
    /// I squared, per cent.
    pub i2: Option<f64>,
    /// The smallest effect that matters, above 0, on the scale that is pooled.
    pub important: f64,
    /// People that one trial would need to find it.
    pub optimal_size: Option<f64>,
    /// Probability of Egger's test.
    pub egger_p: Option<f64>,
    /// What somebody judged, in place of what the rules say.
    pub by_hand: Vec<Judgement>,
}

/// The certainty, with every judgement kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// Where it began: high for randomised studies, else low.
    pub start: Certainty,
    /// Where it ended.
    pub certainty: Certainty,
    /// The five domains.
    pub judgements: Vec<Judgement>,
}

/// Studies below which asymmetry is not tested (Sterne et al. 2011, doi:10.1136/bmj.d4002).
pub const EGGER_NEEDS: usize = 10;

/// Grades a body of evidence.
#[must_use]
pub fn grade(body: &Body) -> Grade {
    let start = if body.randomised {
        Certainty::High
    } else {
        Certainty::Low
    };
    let judgements: Vec<Judgement> = Domain::ALL
        .iter()
        .map(|domain| {
            let own = body.by_hand.iter().find(|judgement| judgement.domain == *domain);
            own.cloned().unwrap_or_else(|| computed(*domain, body))
        })
        .collect();
    let steps = judgements.iter().map(|judgement| judgement.concern.steps()).sum();
    Grade {
        start,
        certainty: start.lowered(steps),
        judgements,
    }
}

fn computed(domain: Domain, body: &Body) -> Judgement {
    let (concern, reason, computed) = match domain {
        Domain::RiskOfBias | Domain::Indirectness => {
            (Concern::NotSerious, "nobody has judged it here".to_owned(), false)
        }
        Domain::Inconsistency => inconsistency(body),
        Domain::Imprecision => imprecision(body),
        Domain::PublicationBias => publication(body),
    };
    Judgement {
        domain,
        concern,
        reason,
        computed,
    }
}

fn holds((low, high): (f64, f64), value: f64) -> bool {
    low <= value && value <= high
}

fn inconsistency(body: &Body) -> (Concern, String, bool) {
    if body.k < 2 {
        return (Concern::NotSerious, "one study cannot disagree".to_owned(), true);
    }
    let Some(i2) = body.i2 else {
        return (Concern::NotSerious, "I2 is not known".to_owned(), false);
    };
    let open = body
        .prediction
        .is_some_and(|prediction| holds(prediction, 0.0) && !holds(body.interval, 0.0));
    let wide = body
        .prediction
        .is_some_and(|(low, high)| low <= -body.important && high >= body.important);
    let i2_words = format!("I2 is {i2:.0} %");
    if i2 >= 75.0 && wide {
        let reason =
            format!("{i2_words}, and a new study may find an important benefit as well as an important harm");
        return (Concern::VerySerious, reason, true);
    }
    if i2 >= 50.0 {
        return (Concern::Serious, i2_words, true);
    }
    if open {
        let reason = format!("{i2_words}; the pooled effect is clear, that of a new study need not be");
        return (Concern::Serious, reason, true);
    }
    (Concern::NotSerious, i2_words, true)
}

fn imprecision(body: &Body) -> (Concern, String, bool) {
    let (low, high) = body.interval;
    if !(low.is_finite() && high.is_finite()) {
        return (Concern::VerySerious, "there is no interval".to_owned(), false);
    }
    if low <= -body.important && high >= body.important {
        let reason = "the interval holds important benefit and important harm".to_owned();
        return (Concern::VerySerious, reason, true);
    }
    let few = body
        .people
        .zip(body.optimal_size)
        .filter(|(people, size)| people < size);
    let few_words = few.map(|(people, size)| {
        format!(
            "{people:.0} people, where one trial would need {size:.0} to find the smallest important effect"
        )
    });
    let very_few = few.is_some_and(|(people, size)| people < 0.3 * size);
    match (holds(body.interval, 0.0), few_words) {
        (true, Some(words)) if very_few => (
            Concern::VerySerious,
            format!("the interval holds no effect; {words}"),
            true,
        ),
        (true, _) => (Concern::Serious, "the interval holds no effect".to_owned(), true),
        (false, Some(words)) if very_few => (Concern::VerySerious, words, true),
        (false, Some(words)) => (Concern::Serious, words, true),
        (false, None) if body.people.is_none() || body.optimal_size.is_none() => (
            Concern::NotSerious,
            "the interval is clear of no effect; whether there are enough people is not known".to_owned(),
            false,
        ),
        (false, None) => (
            Concern::NotSerious,
            "the interval is clear of no effect, and there are enough people".to_owned(),
            true,
        ),
    }
}

fn publication(body: &Body) -> (Concern, String, bool) {
    match body.egger_p {
        Some(p) if body.k >= EGGER_NEEDS && p < 0.1 => (
            Concern::Serious,
            format!("results depend on the size of the studies (Egger's test, p {p:.3})"),
            true,
        ),
        Some(p) if body.k >= EGGER_NEEDS => (
            Concern::NotSerious,
            format!("no sign that results depend on the size of the studies (Egger's test, p {p:.2})"),
            true,
        ),
        None if body.k >= EGGER_NEEDS => (
            Concern::NotSerious,
            "Egger's test has no answer".to_owned(),
            false,
        ),
        _ => (
            Concern::NotSerious,
            format!("cannot be tested with fewer than {EGGER_NEEDS} studies"),
            false,
        ),
    }
}

/// People (both groups) that one trial needs to find a standardised difference with 80 % power, two-sided 5 %.
#[must_use]
pub fn optimal_size_of_difference(standardised: f64) -> Option<f64> {
    let z = quantiles();
    (standardised > 0.0).then(|| (4.0 * z * z / (standardised * standardised)).ceil())
}

/// The same for a risk of `control` against one that is `ratio` times it.
#[must_use]
pub fn optimal_size_of_ratio(control: f64, ratio: f64) -> Option<f64> {
    let treated = control * ratio;
    let valid = control > 0.0 && control < 1.0 && treated > 0.0 && treated < 1.0 && treated != control;
    valid.then(|| {
        let z = quantiles();
        let spread = control * (1.0 - control) + treated * (1.0 - treated);
        (2.0 * z * z * spread / ((treated - control) * (treated - control))).ceil()
    })
}

fn quantiles() -> f64 {
    normal::quantile(0.975) + normal::quantile(0.8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Body {
        Body {
            randomised: true,
            k: 8,
            people: Some(1000.0),
            interval: (-0.6, -0.3),
            prediction: Some((-0.8, -0.1)),
            i2: Some(20.0),
            important: 0.2,
            optimal_size: Some(785.0),
            egger_p: None,
            by_hand: Vec::new(),
        }
    }

    fn concern(body: &Body, domain: Domain) -> Concern {
        let grade = grade(body);
        grade
            .judgements
            .iter()
            .find(|judgement| judgement.domain == domain)
            .unwrap()
            .concern
    }

    #[test]
    fn nothing_takes_away_from_many_people_who_agree() {
        assert_eq!(grade(&body()).certainty, Certainty::High);
        let followed = Body {
            randomised: false,
            ..body()
        };
        assert_eq!(grade(&followed).certainty, Certainty::Low);
    }

    #[test]
    fn disagreement_takes_away() {
        let i2 = |i2, prediction| Body {
            i2: Some(i2),
            prediction: Some(prediction),
            ..body()
        };
        assert_eq!(
            concern(&i2(60.0, (-1.0, 0.1)), Domain::Inconsistency),
            Concern::Serious
        );
        assert_eq!(
            concern(&i2(30.0, (-1.0, 0.1)), Domain::Inconsistency),
            Concern::Serious
        );
        assert_eq!(
            concern(&i2(80.0, (-1.3, 0.4)), Domain::Inconsistency),
            Concern::VerySerious
        );
    }

    #[test]
    fn wide_intervals_and_few_people_take_away() {
        let interval = |interval, people| Body {
            interval,
            people: Some(people),
            ..body()
        };
        assert_eq!(
            concern(&interval((-0.5, 0.1), 1000.0), Domain::Imprecision),
            Concern::Serious
        );
        assert_eq!(
            concern(&interval((-0.5, 0.3), 1000.0), Domain::Imprecision),
            Concern::VerySerious
        );
        assert_eq!(
            concern(&interval((-0.6, -0.3), 500.0), Domain::Imprecision),
            Concern::Serious
        );
        assert_eq!(
            concern(&interval((-0.6, -0.3), 100.0), Domain::Imprecision),
            Concern::VerySerious
        );
    }

    #[test]
    fn small_studies_that_found_more_take_away_where_there_are_ten() {
        let egger = |k, p| Body {
            k,
            egger_p: Some(p),
            ..body()
        };
        assert_eq!(
            concern(&egger(12, 0.01), Domain::PublicationBias),
            Concern::Serious
        );
        assert_eq!(
            concern(&egger(9, 0.01), Domain::PublicationBias),
            Concern::NotSerious
        );
    }

    #[test]
    fn what_is_entered_by_hand_stands_in_place_of_the_rule() {
        let by_hand = Judgement {
            domain: Domain::RiskOfBias,
            concern: Concern::VerySerious,
            reason: "people knew what they were given".to_owned(),
            computed: false,
        };
        let body = Body {
            by_hand: vec![by_hand.clone()],
            ..body()
        };
        let grade = grade(&body);
        assert_eq!(grade.certainty, Certainty::Low);
        assert_eq!(grade.judgements[0], by_hand);
    }

    /// 393 a group for d = 0.2 and 64 for 0.5 (Cohen 1992, table 2, there for t: 393 and 64).
    #[test]
    fn sizes_of_one_trial() {
        assert_eq!(optimal_size_of_difference(0.2), Some(785.0));
        let medium = optimal_size_of_difference(0.5).unwrap();
        assert!((126.0..=128.0).contains(&medium), "{medium}");
        // 20 % against 40 %: 79 a group without continuity correction.
        let ratio = optimal_size_of_ratio(0.2, 2.0).unwrap();
        assert!((156.0..=160.0).contains(&ratio), "{ratio}");
        assert_eq!(optimal_size_of_ratio(0.9, 1.25), None);
    }
}
