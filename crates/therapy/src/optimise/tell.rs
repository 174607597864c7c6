//! The result of a search: points with their words, and what was found in sentences.

use super::aim::Goal;
use super::evaluate::Evaluated;
use super::grid::dose_in_words;
use super::judge::{Verdict, benefits, sign};
use super::keep::Measure;
use super::known::Known;
use super::result::{
    Against, AimTold, BurdenTold, Estimate, KeepTold, Kept, Optimised, Point, Short, Varied,
};
use super::schedule::Schedule;
use super::{Aim, OptimiseError, Search, acute};
use crate::cohort::Acute;
use crate::definition::{duration, in_words};
use crate::result::Provenance;
use crate::simulate::{before_believing, describe};

/// How many are told that come nearest, where nothing holds.
const NEAREST: usize = 5;

pub(super) fn told(
    search: &Search<'_>,
    schedules: &[Schedule],
    all: &[Evaluated],
    verdict: &Verdict,
) -> Result<Optimised, OptimiseError> {
    let known = Known::new(search.course, &search.pattern, search.library)?;
    let points = Points {
        search,
        schedules,
        all,
        verdict,
        known: &known,
    };
    let mut best: Vec<usize> = (0..all.len()).filter(|at| verdict.on_frontier[*at]).collect();
    best.sort_by(|one, other| verdict.burdens[*one].total_cmp(&verdict.burdens[*other]));
    let frontier: Vec<Point> = best.into_iter().map(|at| points.point(at)).collect();
    let nearest = if frontier.is_empty() {
        points.nearest()
    } else {
        Vec::new()
    };
    let mut asked = search.course.clone();
    asked.report.quantities = std::iter::once("occupancy")
        .chain(Acute::ALL.map(Acute::name))
        .map(|name| (name.to_owned(), euthymia_diagnostics::Span::default()))
        .collect();
    let size = search.cohort.size();
    let (assumptions, mut cautions) =
        before_believing(&asked, search.library, (size, search.settings.design))?;
    cautions.splice(0..0, own_cautions(search));
    let mut result = Optimised {
        title: search.course.title.clone(),
        description: describe::course(search.course),
        findings: Vec::new(),
        subjects: size,
        design: search.settings.design,
        aims: search
            .request
            .aims
            .iter()
            .map(|aim| aim_told(search, aim))
            .collect(),
        against: BurdenTold {
            kind: search.request.against,
            label: match search.request.against {
                Against::Sessions => "Sessions".to_owned(),
                Against::Hours => "Hours watched".to_owned(),
                Against::Dissociation => {
                    format!("Sessions with a CADSS score above {} points", acute::MARKED_CADSS)
                }
            },
        },
        keeps: keeps(search, verdict),
        certainty: search.request.certainty,
        varied: search
            .pattern
            .axes
            .iter()
            .zip(&search.request.vary)
            .map(varied)
            .collect(),
        until_h: search.until_h,
        schedules: all.len(),
        admitted: verdict.holds.iter().filter(|holds| **holds).count(),
        sessions_simulated: search.kinds.len(),
        given: points.point(0),
        frontier,
        nearest,
        all: (0..all.len()).map(|at| points.short(at)).collect(),
        cautions,
        assumptions,
        provenance: Provenance {
            command: String::new(),
            version: String::new(),
            seed: search.settings.seed,
            input_hash: String::new(),
            files: Vec::new(),
        },
    };
    result.findings = findings(&result);
    Ok(result)
}

fn varied((axis, vary): (&super::grid::Axis, &super::Vary)) -> Varied {
    Varied {
        key: axis.key,
        text: vary.text.clone(),
        values: axis.values.iter().map(|value| axis.said(*value)).collect(),
    }
}

fn keeps(search: &Search<'_>, verdict: &Verdict) -> Vec<KeepTold> {
    let fails = |kept: &Kept| match (search.request.certainty, kept.probability) {
        (Some(certainty), Some(probability)) => probability < certainty,
        _ => !kept.in_the_mean,
    };
    let told = |(at, keep): (usize, &super::Keep)| {
        let failing = verdict.kept.iter().filter(|kept| fails(&kept[at]));
        let alone = |kept: &&Vec<Kept>| kept.iter().filter(|one| fails(one)).count() == 1;
        KeepTold {
            text: keep.text.clone(),
            label: keep.measure.label(),
            limit: keep.limit,
            excludes: failing.clone().count(),
            excludes_alone: failing.filter(alone).count(),
        }
    };
    search.request.keep.iter().enumerate().map(told).collect()
}

fn aim_told(search: &Search<'_>, aim: &Aim) -> AimTold {
    let instrument = search.cohort.instrument();
    let when = duration(aim.time_h);
    let (label, definition) = match aim.goal {
        Goal::Remission => (
            format!("In remission after {when}"),
            instrument.remission_in_words(),
        ),
        Goal::Response => (
            format!("In response after {when}"),
            instrument.response_in_words(),
        ),
        Goal::Score => (
            format!("Mean {} after {when}", instrument.abbreviation),
            format!("mean rating of everybody on the {}", instrument.abbreviation),
        ),
        Goal::DaysWell => (
            format!("Days in remission within {when}"),
            format!("{}, looked at every day", instrument.remission_in_words()),
        ),
    };
    AimTold {
        text: aim.text.clone(),
        goal: aim.goal,
        time_h: aim.time_h,
        label,
        definition,
        more_is_better: sign(aim.goal, search.higher_is_worse()) > 0.0,
    }
}

struct Points<'p> {
    search: &'p Search<'p>,
    schedules: &'p [Schedule],
    all: &'p [Evaluated],
    verdict: &'p Verdict,
    known: &'p Known,
}

impl Points<'_> {
    fn point(&self, at: usize) -> Point {
        let (schedule, one) = (&self.schedules[at], &self.all[at]);
        let search = self.search;
        let of = (search.cohort.size(), search.higher_is_worse(), at == 0);
        Point {
            label: label(schedule),
            dose: doses(schedule),
            infusion_h: schedule
                .sessions
                .first()
                .and_then(|(_, regimen)| regimen.infusion_h),
            interval_h: schedule.interval_h,
            induction: schedule.sessions.len() - schedule.maintenance,
            maintenance_h: schedule.maintenance_h,
            sessions: one.sessions,
            times_h: schedule.sessions.iter().map(|(time_h, _)| *time_h).collect(),
            hours: one.hours,
            dissociations: one.dissociations,
            burden: self.verdict.burdens[at],
            benefits: benefits(one, &search.request.aims, of),
            keeps: self.verdict.kept[at].clone(),
            holds: self.verdict.holds[at],
            on_frontier: self.verdict.probability[at],
            beyond: self
                .known
                .beyond(search.course, &search.pattern, schedule, search.until_h),
            is_given: at == 0,
        }
    }

    fn short(&self, at: usize) -> Short {
        Short {
            label: label(&self.schedules[at]),
            burden: self.verdict.burdens[at],
            benefits: self.all[at].outcomes.iter().map(|sums| sums.mean()).collect(),
            holds: self.verdict.holds[at],
            on_frontier: self.verdict.on_frontier[at],
        }
    }

    /// Those that miss what must hold by least: the sum of how far each is beyond its limit, in parts of the limit. Of those that miss it
    /// alike, the first with the greatest benefit.
    fn nearest(&self) -> Vec<Point> {
        let request = self.search.request;
        let missed = |at: usize| -> f64 {
            let pairs = request.keep.iter().zip(&self.verdict.kept[at]);
            let miss = pairs.map(|(keep, kept)| {
                let beyond = match kept.value {
                    Some(value) if !kept.in_the_mean => (value - keep.limit).abs(),
                    _ => 0.0,
                };
                let uncertain = match (request.certainty, kept.probability) {
                    (Some(certainty), Some(probability)) => (certainty - probability).max(0.0),
                    _ => 0.0,
                };
                beyond / keep.limit.abs().max(1e-3) + uncertain
            });
            miss.sum()
        };
        let benefit = |at: usize| {
            let sign = request
                .aims
                .first()
                .map_or(1.0, |aim| sign(aim.goal, self.search.higher_is_worse()));
            self.all[at]
                .outcomes
                .first()
                .map_or(0.0, |sums| sign * sums.mean())
        };
        let mut order: Vec<(usize, f64, f64)> = (0..self.all.len())
            .map(|at| (at, missed(at), benefit(at)))
            .collect();
        order.sort_by(|one, other| one.1.total_cmp(&other.1).then(other.2.total_cmp(&one.2)));
        order
            .into_iter()
            .take(NEAREST)
            .map(|(at, ..)| self.point(at))
            .collect()
    }
}

/// The doses of a schedule, in words.
fn doses(schedule: &Schedule) -> String {
    let mut words: Vec<String> = Vec::new();
    for (_, regimen) in &schedule.sessions {
        let said = dose_in_words(regimen.dose);
        if words.last() != Some(&said) {
            words.push(said);
        }
    }
    words.join(", then ")
}

/// `0.5 mg/kg over 40 min, 8 sessions every 3.5 days, then every 7 days`.
fn label(schedule: &Schedule) -> String {
    let mut label = doses(schedule);
    let infusion_h = schedule
        .sessions
        .first()
        .and_then(|(_, regimen)| regimen.infusion_h);
    if let Some(infusion_h) = infusion_h.filter(|infusion_h| *infusion_h > 0.0) {
        label.push_str(&format!(" over {}", duration(infusion_h)));
    }
    let induction = schedule.sessions.len() - schedule.maintenance;
    let plural = if induction == 1 { "" } else { "s" };
    label.push_str(&format!(", {induction} session{plural}"));
    let apart = schedule.sessions.windows(2).take(induction.saturating_sub(1));
    let times: Vec<f64> = apart.map(|pair| pair[1].0 - pair[0].0).collect();
    match (schedule.interval_h, times.as_slice()) {
        (_, []) => {}
        (Some(interval_h), _) => label.push_str(&format!(" every {}", duration(interval_h))),
        (None, times) => {
            let least = times.iter().copied().fold(f64::INFINITY, f64::min);
            let most = times.iter().copied().fold(0.0, f64::max);
            if least == most {
                label.push_str(&format!(" every {}", duration(least)));
            } else {
                label.push_str(&format!(" {} to {} apart", duration(least), duration(most)));
            }
        }
    }
    if let Some(maintenance_h) = schedule.maintenance_h {
        label.push_str(&format!(", then every {}", duration(maintenance_h)));
    }
    label
}

/// What the search itself leaves out.
fn own_cautions(search: &Search<'_>) -> Vec<String> {
    let mut cautions = vec![
        "A session less than a day before the time that is aimed at counts as if its occupancy were over, which flatters it a little; and \
         what counts is that time alone: a schedule whose last session comes shortly before it looks better than one that has ended."
            .to_owned(),
        format!(
            "Sessions from {} after the first on are not counted: nothing that was asked for depends on them.",
            duration(search.until_h)
        ),
        "Acute effects are those of a session alone. The model has no tolerance and no differences between the sessions of one \
         person: who passes a limit in one session passes it in all of the same dose."
            .to_owned(),
        "Nobody stops, and nobody relapses beyond what the fading of the effect brings: the burden of a schedule does not change who \
         goes on with it."
            .to_owned(),
        "A schedule was picked among many because its mean came out best. Beside it stand others that differ from it by less than is \
         known; see how likely each is to be on the frontier."
            .to_owned(),
    ];
    let keeps = search.request.keep.iter();
    if keeps.clone().any(|keep| keep.measure == Measure::Hours) || search.request.against == Against::Hours {
        cautions.push(
            "Hours are those that giving a dose takes and those after it that `monitoring.toml` of the library tells; clinics differ."
                .to_owned(),
        );
    }
    cautions
}

/// What was found, in sentences.
fn findings(result: &Optimised) -> Vec<String> {
    let Some(aim) = result.aims.first() else {
        return Vec::new();
    };
    let said = |value: f64| match aim.goal {
        goal if goal.is_share() => format!("{:.0} %", 100.0 * value),
        Goal::DaysWell => format!("{value:.1} days"),
        _ => format!("{value:.1} points"),
    };
    let with = |estimate: &Estimate| match estimate.interval {
        Some([low, high]) => {
            format!(
                "{} (90 % interval {} to {})",
                said(estimate.value),
                bare(aim, low),
                bare(aim, high)
            )
        }
        None => said(estimate.value),
    };
    let mut found = Vec::new();
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let tried = count(result.schedules, "schedule");
    if result.keeps.is_empty() {
        found.push(format!("{tried} were tried."));
    } else {
        let texts: Vec<&str> = result.keeps.iter().map(|keep| keep.text.as_str()).collect();
        let sure = result.certainty.map_or_else(String::new, |certainty| {
            format!(" with a probability of {} %", in_words(100.0 * certainty))
        });
        found.push(format!(
            "{tried} were tried; in {} {} holds{sure}.",
            result.admitted,
            texts.join(" and ")
        ));
    }
    let given = &result.given.benefits[0].estimate;
    let holds = if result.given.holds {
        ""
    } else {
        "; it does not hold what must"
    };
    found.push(format!(
        "The course as given ({}): {}, {}{holds}.",
        result.given.label,
        lower_first(&aim.label),
        with(given)
    ));
    if result.frontier.is_empty() {
        found.push(none_holds(result));
        return found;
    }
    let [least, .., most] = result.frontier.as_slice() else {
        let only = &result.frontier[0];
        found.push(format!(
            "One schedule beats all others: {}: {}.",
            only.label,
            with(&only.benefits[0].estimate)
        ));
        return found;
    };
    let burden = lower_first(&result.against.label);
    found.push(format!(
        "{} are on the frontier, from {} with {} {burden} ({}) to {} with {} ({}).",
        count(result.frontier.len(), "schedule"),
        least.label,
        in_words(least.burden),
        with(&least.benefits[0].estimate),
        most.label,
        in_words(most.burden),
        with(&most.benefits[0].estimate),
    ));
    let sign = if aim.more_is_better { 1.0 } else { -1.0 };
    let beats = |point: &&Point| {
        let benefit = &point.benefits[0];
        !point.is_given && point.burden <= result.given.burden && sign * benefit.difference.value > 0.0
    };
    let no_more = result.frontier.iter().filter(beats);
    let best = no_more.max_by(|one, other| {
        let value = |point: &Point| sign * point.benefits[0].estimate.value;
        value(one).total_cmp(&value(other))
    });
    if let Some(best) = best {
        let benefit = &best.benefits[0];
        let difference = &benefit.difference;
        let points = |value: f64| match aim.goal {
            goal if goal.is_share() => format!("{:+.0}", 100.0 * value),
            _ => format!("{value:+.1}"),
        };
        let unit = match aim.goal {
            Goal::DaysWell => "days",
            goal if goal.is_share() => "percentage points",
            _ => "points",
        };
        let interval = difference.interval.map_or_else(String::new, |[low, high]| {
            format!(", 90 % interval {} to {}", points(low), points(high))
        });
        let chance = benefit.better.map_or_else(String::new, |better| {
            format!("; it is better with a probability of {:.0} %", 100.0 * better)
        });
        found.push(format!(
            "For no more {burden} than the course as given the best is {}: {} ({} {unit}{interval}{chance}).",
            best.label,
            said(benefit.estimate.value),
            points(difference.value),
        ));
    } else {
        found.push(format!(
            "For no more {burden} nothing that was tried beats the course as given."
        ));
    }
    found
}

fn none_holds(result: &Optimised) -> String {
    let Some(nearest) = result.nearest.first() else {
        return "Nothing holds what must.".to_owned();
    };
    let missed = result
        .keeps
        .iter()
        .zip(&nearest.keeps)
        .filter(|(_, kept)| !kept.in_the_mean);
    let missed = missed.map(|(keep, kept)| match kept.value {
        Some(value) => format!(
            "{} is {} there, {} from its limit",
            keep.text,
            in_words(value),
            in_words((value - keep.limit).abs())
        ),
        None => format!("{} is not told", keep.text),
    });
    let mut missed: Vec<String> = missed.collect();
    if missed.is_empty() {
        let sure = result.keeps.iter().zip(&nearest.keeps);
        let sure = sure.filter_map(|(keep, kept)| {
            let probability = kept.probability?;
            (probability < result.certainty?).then(|| {
                format!(
                    "{} holds there with a probability of {:.0} %",
                    keep.text,
                    100.0 * probability
                )
            })
        });
        missed = sure.collect();
    }
    format!(
        "No schedule holds what must. Nearest comes {}: {}.",
        nearest.label,
        missed.join("; ")
    )
}

fn bare(aim: &AimTold, value: f64) -> String {
    if aim.goal.is_share() {
        format!("{:.0}", 100.0 * value)
    } else {
        format!("{value:.1}")
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}
