//! Which column plays which role in a measure, and what of it a reader is shown.

use serde_json::{Map, Value as Json, json};

use crate::effect::Measure;
use crate::{Frame, MetaError};
use euthymia_vecmath::scalar::ln;

/// Sets of roles that a measure can be computed from; the first set whose columns are there is used.
fn sets(measure: &str) -> &'static [&'static [&'static str]] {
    match measure {
        "RR" | "OR" | "RD" | "AS" | "PETO" | "PHI" | "YUQ" | "YUY" | "RTET" | "ZTET" | "PBIT" | "OR2D"
        | "OR2DN" | "OR2DL" => &[&["ai", "bi", "ci", "di"], &["ai", "n1i", "ci", "n2i"]],
        "IRR" | "IRD" | "IRSD" => &[&["x1i", "t1i", "x2i", "t2i"]],
        "MD" | "SMD" | "SMDH" | "SMD1" | "SMD1H" | "ROM" | "VR" | "CVR" | "D2OR" | "D2ORN" | "D2ORL"
        | "RPB" | "RBIS" | "ZPB" | "ZBIS" => &[&["m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"]],
        "PR" | "PLN" | "PLO" | "PAS" | "PFT" => &[&["xi", "ni"], &["xi", "mi"]],
        "IR" | "IRLN" | "IRS" | "IRFT" => &[&["xi", "ti"]],
        "COR" | "UCOR" | "ZCOR" => &[&["ri", "ni"]],
        "MN" | "SMN" | "MNLN" | "SDLN" | "CVLN" => &[&["mi", "sdi", "ni"]],
        "MC" | "SMCC" | "SMCR" | "SMCRH" | "SMCRP" | "SMCRPH" | "ROMC" => &[
            &["m1i", "m2i", "sd1i", "sd2i", "ni", "ri"],
            &["m1i", "m2i", "sd1i", "ni", "ri"],
        ],
        _ => &[],
    }
}

/// Roles of effects that were computed elsewhere: on the scale that is pooled, but for `hr` and `est` and their bounds,
/// which are as people read them.
const GIVEN: &[&[&str]] = &[
    &["yi", "vi"],
    &["yi", "sei"],
    &["yi", "ci_lb", "ci_ub"],
    &["hr", "hr_lb", "hr_ub"],
    &["est", "lower", "upper"],
];

fn column(columns: &[(String, String)], frame: &Frame, role: &str) -> Option<String> {
    let named = columns.iter().find(|(found, _)| found == role);
    match named {
        Some((_, name)) => Some(name.clone()),
        None => frame.has(role).then(|| role.to_owned()),
    }
}

/// Roles with their columns, as far as they are there: of the measure, or of effects computed elsewhere.
pub(super) fn roles(measure: &str, columns: &[(String, String)], frame: &Frame) -> Vec<(String, String)> {
    let named = |role: &str| columns.iter().any(|(found, _)| found == role);
    // What was named says what is meant; of unnamed columns raw data come first.
    let wanted = GIVEN.iter().filter(|set| set.iter().any(|role| named(role)));
    let all = wanted.chain(sets(measure)).chain(GIVEN);
    for set in all {
        let found: Option<Vec<(String, String)>> = set
            .iter()
            .map(|role| Some(((*role).to_owned(), column(columns, frame, role)?)))
            .collect();
        if let Some(found) = found {
            return found;
        }
    }
    columns.to_vec()
}

/// `inputs.effect`.
pub(super) fn effect(
    measure: &str,
    columns: &[(String, String)],
    level: f64,
    frame: &Frame,
) -> Result<Map<String, Json>, MetaError> {
    let roles = roles(measure, columns, frame);
    for (_, name) in columns {
        frame.column(name)?;
    }
    let of = |role: &str| {
        roles
            .iter()
            .find(|(found, _)| found == role)
            .map(|(_, name)| name.as_str())
    };
    let mut effect = Map::new();
    effect.insert("measure".to_owned(), json!(measure));
    if let (Some(est), Some(lower), Some(upper)) = (of("est"), of("lower"), of("upper")) {
        let through = |name: &str| {
            if is_ratio(measure) {
                format!("log({})", quoted(name))
            } else {
                quoted(name)
            }
        };
        let derived =
            json!({ "effect_yi": through(est), "effect_lb": through(lower), "effect_ub": through(upper) });
        effect.insert("derived".to_owned(), derived);
        let columns = json!({ "yi": "effect_yi", "ci_lb": "effect_lb", "ci_ub": "effect_ub" });
        effect.insert("columns".to_owned(), columns);
        effect.insert("level".to_owned(), json!(level));
        return Ok(effect);
    }
    let given = GIVEN
        .iter()
        .any(|set| set.len() == roles.len() && set.iter().all(|role| of(role).is_some()));
    // Statistics of tests and the like stand for raw data too; whether they suffice the measure itself says.
    let in_sets = |role: &str| sets(measure).iter().any(|set| set.contains(&role));
    let otherwise = columns.iter().any(|(role, _)| !in_sets(role))
        || ["di", "ti", "fi", "pi", "r2i"]
            .iter()
            .any(|role| !in_sets(role) && frame.has(role));
    let missing = |set: &&'static [&'static str]| -> Vec<&'static str> {
        let absent = set.iter().filter(|role| column(columns, frame, role).is_none());
        absent.copied().collect()
    };
    let nearest = sets(measure).iter().map(missing).min_by_key(Vec::len);
    if let Some(missing) = nearest.filter(|missing| !missing.is_empty() && !given && !otherwise) {
        let named: Vec<String> = missing.iter().map(|role| format!("`{role}`")).collect();
        let examples: Vec<String> = missing.iter().map(|role| format!("{role}=NAME")).collect();
        return Err(MetaError::field(
            "columns",
            format!(
                "`{measure}` is computed from {}; the table has no {}: say which columns they are, as `--column {}`",
                any_of(sets(measure)),
                named.join(", "),
                examples.join(" "),
            ),
        ));
    }
    let mut named = Map::new();
    for (role, name) in roles.iter().chain(columns) {
        named.insert(role.clone(), json!(name));
    }
    effect.insert("columns".to_owned(), Json::Object(named));
    Ok(effect)
}

fn is_ratio(measure: &str) -> bool {
    Measure::parse(measure).is_ok_and(|measure| measure.scale().is_ratio())
}

fn any_of(sets: &[&[&str]]) -> String {
    let texts: Vec<String> = sets.iter().map(|set| set.join(", ")).collect();
    texts.join(" or ")
}

/// A column in an expression: in backticks where its name is no name there.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == '.' || c == '_';
    if name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        name.to_owned()
    } else {
        format!("`{name}`")
    }
}

/// Refuses an interval that does not hold its estimate, and bounds that a ratio cannot have.
pub(super) fn check_intervals(
    columns: &[(String, String)],
    measure: &str,
    frame: &Frame,
    labels: &[String],
) -> Result<(), MetaError> {
    let roles = roles(measure, columns, frame);
    let of = |role: &str| {
        roles
            .iter()
            .find(|(found, _)| found == role)
            .map(|(_, name)| name.as_str())
    };
    let (Some(est), Some(lower), Some(upper)) = (of("est"), of("lower"), of("upper")) else {
        return Ok(());
    };
    let [ests, lowers, uppers] = [frame.numbers(est)?, frame.numbers(lower)?, frame.numbers(upper)?];
    for row in 0..frame.rows() {
        let (Some(e), Some(l), Some(u)) = (ests[row], lowers[row], uppers[row]) else {
            continue;
        };
        let reason = if !(l < u && l <= e && e <= u) {
            format!(
                "`{}`: the interval from `{lower}` = {l} to `{upper}` = {u} does not hold the estimate `{est}` = {e}; \
                 look the three up again",
                labels[row]
            )
        } else if is_ratio(measure) && l <= 0.0 {
            format!(
                "`{}`: a ratio is above 0 and so are its bounds, `{lower}` is {l}; logarithms go into `yi` and `sei`",
                labels[row]
            )
        } else {
            continue;
        };
        return Err(MetaError::Row {
            line: frame.line(row),
            reason,
        });
    }
    Ok(())
}

/// Events and people of the first group, then of the second.
pub(super) fn arms(columns: &[(String, String)], frame: &Frame, row: usize) -> Option<[f64; 4]> {
    let cell = |role: &str| frame.numbers(&column(columns, frame, role)?).ok()?[row];
    let (a, c) = (cell("ai")?, cell("ci")?);
    let n1 = cell("n1i").or_else(|| Some(a + cell("bi")?))?;
    let n2 = cell("n2i").or_else(|| Some(c + cell("di")?))?;
    Some([a, n1, c, n2])
}

/// What a reader sees of the data.
pub(super) struct Shown {
    /// Roles and their columns.
    pub(super) roles: Vec<(String, String)>,
    /// Heads of the columns.
    pub(super) heads: Vec<String>,
    cells: Vec<Vec<String>>,
    arms: Vec<Option<[f64; 4]>>,
    is_ratio: bool,
    skewed: Vec<bool>,
}

impl Shown {
    pub(super) fn of(
        measure: &str,
        columns: &[(String, String)],
        names: Option<&(String, String)>,
        frame: &Frame,
    ) -> Self {
        let roles = roles(measure, columns, frame);
        let has = |role: &str| roles.iter().any(|(found, _)| found == role);
        let cell = |role: &str, row: usize| {
            let (_, name) = roles.iter().find(|(found, _)| found == role)?;
            frame.numbers(name).ok()?[row]
        };
        let text = |x: Option<f64>| x.map_or_else(|| "?".to_owned(), |x| format!("{x}"));
        let arm = |place: usize| match (names, place) {
            (Some((first, _)), 1) => first.clone(),
            (Some((_, second)), _) => second.clone(),
            (None, place) => format!("group {place}"),
        };
        let rows = 0..frame.rows();
        let is_two_by_two = has("ai");
        let arms: Vec<Option<[f64; 4]>> = rows
            .clone()
            .map(|row| is_two_by_two.then(|| arms(columns, frame, row))?)
            .collect();
        type Cell<'c> = Box<dyn Fn(usize) -> String + 'c>;
        let arms_ref = &arms;
        let shown: Vec<(String, Cell<'_>)> = if is_two_by_two {
            let part = move |row: usize, first: usize| {
                arms_ref[row].map_or_else(
                    || "?".to_owned(),
                    |arms| format!("{}/{}", arms[first], arms[first + 1]),
                )
            };
            vec![
                (
                    format!("{}, events/n", arm(1)),
                    Box::new(move |row| part(row, 0)) as Cell<'_>,
                ),
                (format!("{}, events/n", arm(2)), Box::new(move |row| part(row, 2))),
            ]
        } else if has("x1i") {
            let part = |x, t, row| format!("{}/{}", text(cell(x, row)), text(cell(t, row)));
            vec![
                (
                    format!("{}, events/time", arm(1)),
                    Box::new(move |row| part("x1i", "t1i", row)) as Cell<'_>,
                ),
                (
                    format!("{}, events/time", arm(2)),
                    Box::new(move |row| part("x2i", "t2i", row)),
                ),
            ]
        } else if has("m2i") && has("n1i") {
            let part = |m, sd, n, row| {
                format!(
                    "{} ({}), {}",
                    text(cell(m, row)),
                    text(cell(sd, row)),
                    text(cell(n, row))
                )
            };
            vec![
                (
                    format!("{}, mean (SD), n", arm(1)),
                    Box::new(move |row| part("m1i", "sd1i", "n1i", row)) as Cell<'_>,
                ),
                (
                    format!("{}, mean (SD), n", arm(2)),
                    Box::new(move |row| part("m2i", "sd2i", "n2i", row)),
                ),
            ]
        } else if has("xi") && (has("ni") || has("ti")) {
            let (by, head) = if has("ni") {
                ("ni", "events/n")
            } else {
                ("ti", "events/time")
            };
            vec![(
                head.to_owned(),
                Box::new(move |row| format!("{}/{}", text(cell("xi", row)), text(cell(by, row)))) as Cell<'_>,
            )]
        } else if has("ri") && has("ni") && !has("m1i") {
            vec![(
                "n".to_owned(),
                Box::new(move |row| text(cell("ni", row))) as Cell<'_>,
            )]
        } else {
            Vec::new()
        };
        let is_ratio = is_ratio(measure);
        let is_skewed = |row: usize| {
            let through = |x: f64| if is_ratio { ln(x) } else { x };
            let (Some(e), Some(l), Some(u)) = (cell("est", row), cell("lower", row), cell("upper", row))
            else {
                return false;
            };
            let (e, l, u) = (through(e), through(l), through(u));
            (e - (l + u) / 2.0).abs() > 0.15 * (u - l) / 2.0
        };
        Self {
            heads: shown.iter().map(|(head, _)| head.clone()).collect(),
            cells: rows
                .clone()
                .map(|row| shown.iter().map(|(_, cell)| cell(row)).collect())
                .collect(),
            skewed: rows.map(is_skewed).collect(),
            is_ratio,
            roles: roles.clone(),
            arms: arms.clone(),
        }
    }

    pub(super) fn cells(&self, row: usize) -> Vec<String> {
        self.cells[row].clone()
    }

    pub(super) fn arms(&self, row: usize) -> Option<[f64; 4]> {
        self.arms[row]
    }

    /// What a reader should know of a row.
    pub(super) fn notes(&self, row: usize) -> Vec<String> {
        match self.arms[row] {
            Some([a, _, c, _]) if a == 0.0 && c == 0.0 => vec!["no event in either group".to_owned()],
            Some([a, n1, c, n2]) if a == n1 && c == n2 => {
                vec!["everybody has the event in both groups".to_owned()]
            }
            _ => Vec::new(),
        }
    }

    /// Rows of which a reader must be warned.
    pub(super) fn warnings(&self, rows: &[usize], frame: &Frame, labels: &[String]) -> Vec<String> {
        let mut told = Vec::new();
        for row in rows {
            let place = format!("line {}, {}", frame.line(*row), labels[*row]);
            if self.is_ratio
                && let Some(note) = self.notes(*row).first()
            {
                told.push(format!(
                    "{place}: {note}; it says nothing about the ratio and is pooled for what was added to its cells"
                ));
            }
            if self.skewed[*row] {
                told.push(format!(
                    "{place}: the estimate is far from the middle of its interval on the scale that is pooled; the \
                     bounds may be of another scale or another estimate"
                ));
            }
        }
        told
    }
}
