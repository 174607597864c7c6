//! `response/relapses.toml`: whom reports of relapse are about, and the numbers of the tables that they stand for.

use super::data::TWO_SIDED_95;
use euthymia_diagnostics::{Diagnostic, Source, Span, nearest};
use euthymia_document::{Document, Reader};
use euthymia_evidence::{Evidence, Measure, OutcomeRow, Statistic, Verified};
use euthymia_therapy::response::{Designs, Exposure, Followed};
use euthymia_vecmath::scalar::ln;

/// The file.
pub(crate) const PATH: &str = "response/relapses.toml";
/// Nobody is followed for longer, days.
const LONGEST: u16 = 1000;

/// How a follow-up is known that no page tells: its median, h, and the standard deviation of its logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
struct FollowUp {
    time_h: f64,
    sd: f64,
}

/// People whose relapses a study reports.
#[derive(Clone, Debug, PartialEq)]
struct Facts {
    name: String,
    arm: Option<String>,
    like: Option<String>,
    reads: Option<f64>,
    remitted: f64,
    people: Option<f64>,
    /// Where it is written, and where `like` is.
    spans: [Span; 2],
}

impl Facts {
    /// The arm of the tables.
    fn arm(&self) -> &str {
        self.arm.as_deref().unwrap_or(&self.name)
    }

    /// The arm whose design it has: study and arm.
    fn design<'f>(&'f self, study: &'f str) -> (&'f str, &'f str) {
        match &self.like {
            // Without an arm it names none, and is refused.
            Some(like) => like.split_once('/').unwrap_or((like, "")),
            None => (study, self.arm()),
        }
    }
}

/// A study of the file.
#[derive(Clone, Debug, PartialEq)]
struct Study {
    name: String,
    from_start: bool,
    follow_up: Option<FollowUp>,
    groups: Vec<Facts>,
}

/// The file's contents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RelapseFacts(Vec<Study>);

/// People followed until a time.
#[derive(Clone, Debug)]
pub struct Group {
    /// The study and the group.
    pub label: String,
    /// Place of the study in [`Relapses::studies`].
    pub study: usize,
    /// The people.
    pub people: Followed,
    /// How many.
    pub n: f64,
    /// Until when, h.
    pub time_h: f64,
    /// How uncertain that is: standard deviation of its logarithm.
    pub uncertain: f64,
}

/// A number that was reported; groups are places in [`Relapses::groups`].
#[derive(Clone, Debug, PartialEq)]
pub enum Reported {
    /// Relapses in one or more groups together.
    Events {
        /// The groups.
        groups: Vec<usize>,
        /// How many relapsed.
        events: f64,
    },
    /// Relapses of those of a group who had not relapsed at an earlier time.
    Later {
        /// The same people until the earlier time, and until the later.
        groups: [usize; 2],
        /// How many were left at the earlier.
        n: f64,
        /// How many of them relapsed.
        events: f64,
    },
    /// A hazard ratio.
    Ratio {
        /// The two groups.
        groups: [usize; 2],
        /// Its logarithm.
        ln_ratio: f64,
        /// Its standard error.
        error: f64,
    },
}

/// Everything reported of relapse.
#[derive(Clone, Debug, Default)]
pub struct Relapses {
    /// The studies.
    pub studies: Vec<String>,
    /// The groups.
    pub groups: Vec<Group>,
    /// What was reported of them.
    pub reported: Vec<Reported>,
}

impl RelapseFacts {
    /// Reads the file, whose groups are arms of the tables with a usable design.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(
        document: &Document,
        evidence: &Evidence,
        designs: &Designs,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let mut reader = Reader::new(&document.root, &document.source, &mut diagnostics);
        let studies = reader.each_other(|name, item| item.table(|table| study(name, table)));
        reader.finish();
        for study in &studies {
            diagnostics.extend(study.strangers(&document.source, evidence, designs));
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(diagnostics);
        }
        Ok(Self(studies))
    }
}

impl Study {
    /// Groups that are no arm of the tables, or of whose treatment nothing is known.
    fn strangers(&self, source: &Source, evidence: &Evidence, designs: &Designs) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut tell = |message: String, span: Span, near: Option<&str>| {
            let diagnostic = Diagnostic::error("L054", message).at(source, span, "not among the arms");
            found.push(match near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        };
        for group in &self.groups {
            let [written, like] = group.spans;
            if evidence.arm(&self.name, group.arm()).is_none() {
                let near = nearest(
                    group.arm(),
                    evidence.arms_of(&self.name).map(|arm| arm.arm_id.as_str()),
                );
                tell(
                    format!("`{}` has no arm `{}`", self.name, group.arm()),
                    written,
                    near,
                );
            }
            let (study, arm) = group.design(&self.name);
            if designs.arm(study, arm).is_none() {
                let near = nearest(arm, designs.arms_of(study).map(|design| design.arm.as_str()));
                tell(
                    format!("`{study}/{arm}` has no usable design; `like` names an arm that has"),
                    like,
                    near,
                );
            }
        }
        found
    }
}

fn study(name: &str, table: &mut Reader<'_, '_>) -> Option<Study> {
    table.allow(&["source", "grade", "locator"]);
    let from_start = table.optional_choice("from", &[("start", true), ("last-session", false)]);
    let follow_up = table.optional_table("follow_up", |table| {
        let (days, sd) = (
            table.required_number("days", 1.0..1000.0),
            table.required_number("sd", 0.0..2.0),
        );
        Some(FollowUp {
            time_h: 24.0 * days?,
            sd: sd?,
        })
    });
    let groups = table.required_table("groups", |table| {
        Some(table.each_other(|name, item| item.table(|table| group(name, table))))
    });
    Some(Study {
        name: name.to_owned(),
        from_start: from_start.unwrap_or(false),
        follow_up,
        groups: groups?,
    })
}

fn group(name: &str, table: &mut Reader<'_, '_>) -> Option<Facts> {
    table.allow(&["source", "grade", "locator"]);
    let remitted = table.required_number("remitted", 0.0..=1.0);
    Some(Facts {
        name: name.to_owned(),
        arm: table.optional_string("arm"),
        like: table.optional_string("like"),
        reads: table.optional_number("reads", ..),
        people: table.optional_number("people", 1.0..),
        spans: [table.table().span, table.span("like")],
        remitted: remitted?,
    })
}

impl Relapses {
    /// What the tables report of the groups of the file, of all studies but `without`.
    #[must_use]
    pub fn new(
        evidence: &Evidence,
        designs: &Designs,
        exposures: &[Exposure],
        facts: &RelapseFacts,
        without: &[&str],
    ) -> Self {
        let mut found = Self::default();
        for study in facts
            .0
            .iter()
            .filter(|study| !without.contains(&study.name.as_str()))
        {
            found.study(evidence, designs, exposures, study);
        }
        found
    }

    fn study(&mut self, evidence: &Evidence, designs: &Designs, exposures: &[Exposure], study: &Study) {
        let place = self.studies.len();
        let mut of_arms: Vec<(&str, usize, f64)> = Vec::new();
        for facts in &study.groups {
            let arm = facts.arm();
            let (of_study, of_arm) = facts.design(&study.name);
            // The file was checked for them.
            let (Some(design), Some(row)) = (designs.arm(of_study, of_arm), evidence.arm(&study.name, arm))
            else {
                continue;
            };
            let from_h = if study.from_start {
                0.0
            } else {
                design.sessions.last().map_or(0.0, |session| session.time_h)
            };
            let people = Followed::of(design, exposures, from_h, LONGEST, facts.remitted);
            let mut rows: Vec<&OutcomeRow> = evidence
                .outcomes_of(row)
                .filter(|row| row.verified == Verified::Yes)
                .filter(|row| facts.reads.is_none_or(|value| (row.value - value).abs() < 1e-9))
                .collect();
            rows.sort_by(|a, b| a.time_h.unwrap_or(0.0).total_cmp(&b.time_h.unwrap_or(0.0)));
            // The group until the time before, and how many were left of it.
            let mut before: Option<(usize, f64)> = None;
            for row in rows {
                let Some((part, time_h, uncertain)) = part(row, study.follow_up) else {
                    continue;
                };
                let Some(n) = row.n.map(f64::from).or(facts.people) else {
                    continue;
                };
                let group = self.groups.len();
                self.groups.push(Group {
                    label: format!("{}/{}", study.name, facts.name),
                    study: place,
                    people: people.clone(),
                    n,
                    time_h,
                    uncertain,
                });
                let events = if row.statistic == Statistic::Events {
                    row.value
                } else {
                    part * n
                };
                match before {
                    None => of_arms.push((arm, group, events)),
                    Some((earlier, left)) => self.reported.push(Reported::Later {
                        groups: [earlier, group],
                        n: left,
                        events: left - (n - events),
                    }),
                }
                before = Some((group, n - events));
            }
        }
        self.ratios(evidence, study, &mut of_arms);
        self.reported
            .extend(of_arms.into_iter().map(|(_, group, events)| Reported::Events {
                groups: vec![group],
                events,
            }));
        if self.groups.iter().any(|group| group.study == place) {
            self.studies.push(study.name.clone());
        }
    }

    /// Takes those groups out that a hazard ratio compares: it tells their difference, and their events together the level.
    fn ratios(&mut self, evidence: &Evidence, study: &Study, of_arms: &mut Vec<(&str, usize, f64)>) {
        let rows = evidence.comparisons.iter().filter(|row| {
            row.study_id == study.name && row.measure == Measure::HazardRatio && row.outcome == "relapse"
        });
        for row in rows {
            let place =
                |arm: &str, of: &[(&str, usize, f64)]| of.iter().position(|(known, ..)| *known == arm);
            let (Some(a), Some(b)) = (place(&row.arm_a, of_arms), place(&row.arm_b, of_arms)) else {
                continue;
            };
            let (Some(ratio), Some(low), Some(high)) = (row.estimate, row.ci_low, row.ci_high) else {
                continue;
            };
            let ((_, first, events), (_, second, others)) = (of_arms[a], of_arms[b]);
            self.reported.push(Reported::Ratio {
                groups: [first, second],
                ln_ratio: ln(ratio),
                error: ln(high / low) / (2.0 * TWO_SIDED_95),
            });
            self.reported.push(Reported::Events {
                groups: vec![first, second],
                events: events + others,
            });
            of_arms.retain(|(_, group, _)| *group != first && *group != second);
        }
    }
}

/// The part that had relapsed by a time, h, and how uncertain that is.
fn part(row: &OutcomeRow, follow_up: Option<FollowUp>) -> Option<(f64, f64, f64)> {
    let at = row
        .time_h
        .map(|time_h| (time_h, 0.0))
        .or_else(|| follow_up.map(|of| (of.time_h, of.sd)));
    let (part, (time_h, uncertain)) = match (row.outcome.as_str(), row.statistic) {
        ("time-to-relapse", Statistic::MedianDays) => (0.5, (24.0 * row.value, 0.0)),
        ("relapse", Statistic::Events | Statistic::Proportion) => (row.value, at?),
        ("response-sustained-km", Statistic::Proportion) => (1.0 - row.value, at?),
        _ => return None,
    };
    Some((part, time_h, uncertain))
}
