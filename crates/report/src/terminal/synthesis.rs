//! A synthesis in a terminal: studies, groups, the pooled line, heterogeneity, and what a reader must know.

use euthymia_meta::synthesis::{PooledRow, SmallStudy, StudyRow, Synthesis};

use super::Colour;
use crate::figure::number::{fixed, significant, with_minus};
use crate::figure::{estimate_text, head_text, interval_text, moderators, number_text, p_text, read_text};
use crate::lines::{Lines, Style, pad_left, pad_right};

/// A line of the table: its cells, the first to the left, and how it looks.
struct Row {
    cells: Vec<String>,
    style: Style,
}

/// The lines, each ended by a newline and, names permitting, at most `width` columns wide.
#[must_use]
pub fn synthesis(synthesis: &Synthesis, width: usize, colour: Colour) -> String {
    let mut out = Lines {
        text: String::new(),
        width: width.max(super::NARROWEST),
        colour,
    };
    let k = synthesis.studies.len();
    out.paragraph(
        &format!(
            "{} of {k} {}, {}",
            read_text(&synthesis.measure),
            if k == 1 { "study" } else { "studies" },
            synthesis.model
        ),
        Style::Bold,
    );
    out.blank();
    table(&mut out, synthesis);
    out.blank();
    if let Some(moderation) = &synthesis.moderation {
        coefficients(&mut out, moderation);
        out.blank();
    }
    let rows = findings(synthesis);
    out.rows(&rows);
    out.text
}

fn table(out: &mut Lines, synthesis: &Synthesis) {
    let level = format!("{} %", significant(100.0 * synthesis.level, 3));
    let has_weights = synthesis.studies.iter().all(|row| row.weight.is_some());
    let mut head = vec!["Study".to_owned()];
    head.extend(synthesis.raw_columns.iter().cloned());
    head.push(format!("{} [{level} CI]", head_text(&synthesis.measure)));
    if has_weights {
        head.push("Weight".to_owned());
    }
    let raw = synthesis.raw_columns.len();
    let mut rows = vec![Row {
        cells: head,
        style: Style::Dim,
    }];
    match &synthesis.subgroups {
        Some(subgroups) => {
            for group in &subgroups.groups {
                rows.push(plain(&group.label, Style::Bold));
                rows.extend(
                    group
                        .studies
                        .iter()
                        .map(|i| study(synthesis, &synthesis.studies[*i])),
                );
                if group.pooled.k > 1 {
                    rows.extend(pooled(synthesis, group, raw, "Pooled"));
                }
            }
            for (name, reason) in &subgroups.unpooled {
                rows.push(plain(&format!("{name}: not pooled, {reason}"), Style::Bold));
            }
        }
        None => rows.extend(synthesis.studies.iter().map(|row| study(synthesis, row))),
    }
    if let Some(row) = &synthesis.pooled {
        rows.extend(pooled(synthesis, row, raw, &row.label));
    }
    if let Some(filled) = &synthesis.filled {
        let label = format!("With {} by trim and fill", filled.points.len());
        rows.extend(pooled(synthesis, &filled.row, raw, &label));
    }
    write(out, &rows, raw);
}

fn plain(text: &str, style: Style) -> Row {
    Row {
        cells: vec![text.to_owned()],
        style,
    }
}

fn study(synthesis: &Synthesis, row: &StudyRow) -> Row {
    let mut cells = vec![row.study.label.clone()];
    let raw = synthesis.raw_columns.iter().zip(&row.study.raw);
    cells.extend(raw.map(|(_, cell)| with_minus(cell)));
    cells.push(estimate_text(synthesis, row.shown));
    cells.extend(row.weight.map(|weight| format!("{} %", fixed(weight, 1))));
    Row {
        cells,
        style: Style::Plain,
    }
}

/// The estimate, and where a new study is expected.
fn pooled(synthesis: &Synthesis, row: &PooledRow, raw: usize, label: &str) -> Vec<Row> {
    let blank = || std::iter::repeat_n(String::new(), raw);
    let i2 = row.pooled.i2.map_or_else(String::new, |i2| {
        format!(", I²\u{a0}=\u{a0}{}\u{a0}%", fixed(i2, 0))
    });
    let mut cells = vec![format!("{label} (k\u{a0}=\u{a0}{}{i2})", row.pooled.k)];
    cells.extend(blank());
    cells.push(estimate_text(synthesis, row.shown));
    cells.push(p_text(row.pooled.p));
    let mut rows = vec![Row {
        cells,
        style: Style::Bold,
    }];
    if let Some((lower, upper)) = row.shown_prediction {
        let mut cells = vec!["  prediction interval".to_owned()];
        cells.extend(blank());
        cells.push(format!(
            "[{}, {}]",
            number_text(synthesis, lower),
            number_text(synthesis, upper)
        ));
        rows.push(Row {
            cells,
            style: Style::Plain,
        });
    }
    rows
}

/// Columns of one width; where the terminal is too narrow long names are cut first, then the data behind the effects go,
/// then weights.
fn write(out: &mut Lines, rows: &[Row], raw: usize) {
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(1);
    let widest = |column: usize| {
        let cells = rows
            .iter()
            .filter(|row| row.cells.len() > 1)
            .filter_map(|row| row.cells.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    let mut kept: Vec<usize> = (0..columns).collect();
    // What names may take at least before others give way.
    let least = widths[0].min(out.width / 3);
    let others = |kept: &[usize]| {
        kept.iter()
            .skip(1)
            .map(|column| widths[*column] + 2)
            .sum::<usize>()
    };
    if least + others(&kept) > out.width {
        kept.retain(|column| *column == 0 || *column > raw);
    }
    if least + others(&kept) > out.width && kept.len() > 2 {
        kept.truncate(2);
    }
    widths[0] = widths[0].min(out.width.saturating_sub(others(&kept)).max(least));
    for row in rows {
        let mut line = if row.cells.len() > 1 {
            pad_right(&cut(&row.cells[0], widths[0]), widths[0])
        } else {
            cut(&row.cells[0], out.width)
        };
        for column in kept.iter().skip(1).filter(|column| **column < row.cells.len()) {
            line.push_str("  ");
            line.push_str(&pad_left(&row.cells[*column], widths[*column]));
        }
        out.line(line.trim_end(), row.style);
    }
}

/// A text of at most so many letters, the last of them `…` where there are more.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn coefficients(out: &mut Lines, moderation: &euthymia_meta::synthesis::Moderation) {
    let mut rows = vec![Row {
        cells: ["Coefficient", "estimate", "SE", "interval", "p"]
            .map(str::to_owned)
            .to_vec(),
        style: Style::Dim,
    }];
    for one in &moderation.coefficients {
        rows.push(Row {
            cells: vec![
                one.name.clone(),
                significant(one.estimate.value, 4),
                significant(one.se, 3),
                format!(
                    "{} to {}",
                    significant(one.estimate.lower, 4),
                    significant(one.estimate.upper, 4)
                ),
                p_text(one.p),
            ],
            style: Style::Plain,
        });
    }
    write(out, &rows, 0);
}

/// What is said beside the table, each with its name.
fn findings(synthesis: &Synthesis) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut push = |name: &str, text: String| rows.push((name.to_owned(), text));
    if let Some(found) = &synthesis.heterogeneity {
        let range = |bounds: Option<(f64, f64)>, text: &dyn Fn(f64) -> String| {
            bounds.map_or_else(String::new, |(lower, upper)| {
                format!(" ({} to {})", text(lower), text(upper))
            })
        };
        let digits = |x: f64| significant(x, 3);
        let whole = |x: f64| fixed(x, 1);
        let mut text = String::new();
        if let Some(tau2) = found.tau2 {
            text.push_str(&format!(
                "τ²\u{a0}=\u{a0}{}{}, ",
                digits(tau2),
                range(found.tau2_interval, &digits)
            ));
        }
        text.push_str(&format!(
            "I²\u{a0}=\u{a0}{}\u{a0}%{}, ",
            whole(found.i2),
            range(found.i2_interval, &whole)
        ));
        text.push_str(&format!(
            "H²\u{a0}=\u{a0}{}{}, ",
            digits(found.h2),
            range(found.h2_interval, &digits)
        ));
        text.push_str(&format!(
            "Q\u{a0}=\u{a0}{}, df\u{a0}=\u{a0}{}, {}",
            fixed(found.q, 2),
            fixed(found.q_df, 0),
            p_text(found.q_p)
        ));
        push("Heterogeneity", text);
    }
    if let Some(subgroups) = &synthesis.subgroups
        && let (Some(q), Some(p)) = (subgroups.q, subgroups.q_p)
    {
        let text = format!(
            "by {}: Q\u{a0}=\u{a0}{}, df\u{a0}=\u{a0}{}, {}",
            subgroups.by,
            fixed(q, 2),
            fixed(subgroups.q_df, 0),
            p_text(p)
        );
        push("Groups differ", text);
    }
    if let Some(moderation) = &synthesis.moderation {
        let mut text = moderation.formula.clone();
        if let Some(test) = moderators(moderation) {
            text.push_str(&format!(": {test}"));
        }
        if let Some(r2) = moderation.r2 {
            text.push_str(&format!(", R² = {} %", fixed(r2, 1)));
        }
        push("Moderators", text);
    }
    push("Small studies", small_study(synthesis));
    if let Some(range) = leave_one_out(synthesis) {
        push("Leaving one out", range);
    }
    let marked: Vec<&str> = synthesis
        .studies
        .iter()
        .zip(&synthesis.influence)
        .filter(|(_, row)| row.is_influential)
        .map(|(study, _)| study.study.label.as_str())
        .collect();
    if !marked.is_empty() {
        push("Influential", marked.join(", "));
    }
    for one in &synthesis.dropped {
        let place = one.line.map_or_else(String::new, |line| format!("line {line}, "));
        push("Left out", format!("{place}{}: {}", one.label, one.reason));
    }
    for warning in &synthesis.warnings {
        push("Look at", warning.clone());
    }
    rows
}

fn small_study(synthesis: &Synthesis) -> String {
    match &synthesis.small_study {
        SmallStudy::NotTested(reason) => format!("not tested: {reason}"),
        SmallStudy::Tested {
            statistic,
            df,
            p,
            limit,
        } => {
            let name = if df.is_some() { "t" } else { "z" };
            let shown = limit.map(|x| synthesis.measure.shown(x));
            format!(
                "Egger's regression {name} = {}, {}; without sampling error {}",
                fixed(*statistic, 2),
                p_text(*p),
                estimate_text(synthesis, shown)
            )
        }
    }
}

/// The estimates without one study, from least to most.
fn leave_one_out(synthesis: &Synthesis) -> Option<String> {
    let rows = &synthesis.leave_one_out;
    let value = |row: &&PooledRow| row.shown.value;
    let least = rows.iter().min_by(|a, b| value(a).total_cmp(&value(b)))?;
    let most = rows.iter().max_by(|a, b| value(a).total_cmp(&value(b)))?;
    if rows.len() < 3 {
        return None;
    }
    Some(format!(
        "{}, {} and {}",
        interval_text(synthesis, (least.shown.value, most.shown.value)),
        least.label,
        most.label
    ))
}
