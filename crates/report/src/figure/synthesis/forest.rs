//! The forest: a row for each study with its interval, groups and everything pooled below.

use euthymia_meta::synthesis::{Estimate, PooledRow, StudyRow, Synthesis};

use super::super::is_address;
use super::super::number::{fixed, with_minus};
use super::super::svg::Svg;
use super::super::{Head, Size, document, text};
use super::axis::Effects;
use super::canvas::{Data, diamond, whisker};
use super::words::{self, Digits};

/// A line of the forest.
enum Row<'s> {
    Group(&'s str),
    Study(usize, &'s StudyRow),
    Pooled(&'s PooledRow, bool),
    Prediction(&'s PooledRow),
}

/// What is where, from left to right.
struct Columns {
    raw: Vec<Column>,
    effects: Effects,
    estimate: f64,
    weight: Option<f64>,
    label_width: f64,
}

struct Column {
    /// Right end.
    x: f64,
    head: Vec<String>,
}

pub(super) fn draw(synthesis: &Synthesis, id: &str, size: Size) -> String {
    let rows = rows(synthesis);
    let digits = Digits::of(synthesis);
    let font = size.font();
    let stacked = size == Size::Narrow;
    let columns = columns(synthesis, size, digits);
    let height = if stacked { 2.9 * font } else { 1.62 * font };

    let mut svg = Svg::default();
    svg.open("g", &[("class", "synthesis")]);
    let top = heads(&mut svg, synthesis, &columns, size, font);
    let mut marks = Svg::default();
    let mut y = top + 0.35 * font;
    for (place, row) in rows.iter().enumerate() {
        // Air before a group, and before everything together.
        y += match row {
            Row::Group(_) if place > 0 => 0.6 * font,
            Row::Pooled(_, false) => 0.7 * font,
            _ => 0.0,
        };
        let tall = match row {
            Row::Group(_) => 1.62 * font,
            _ => height,
        };
        let line = Line {
            middle: if stacked { y + 2.1 * font } else { y + tall / 2.0 },
            words: if stacked {
                y + font
            } else {
                y + tall / 2.0 + 0.35 * font
            },
            font,
            stacked,
        };
        one(&mut marks, row, &line, synthesis, &columns, digits);
        y += tall;
    }
    let bottom = y + 0.35 * font;
    if let Some(null) = synthesis.measure.shown_null() {
        let x = columns.effects.x(null);
        svg.line("null", (x, top), (x, bottom));
    }
    if let Some(pooled) = &synthesis.pooled {
        let x = columns.effects.x(pooled.shown.value);
        svg.line("pooled-line", (x, top), (x, bottom));
    }
    svg.append(marks);
    let title = format!(
        "{} ({} CI){}",
        words::read_text(&synthesis.measure),
        words::level(synthesis),
        if synthesis.measure.is_ratio() {
            ", log axis"
        } else {
            ""
        }
    );
    let mut y = columns.effects.draw(&mut svg, bottom, font, &title);
    y = favours(&mut svg, synthesis, &columns.effects, y, font);
    y = notes(&mut svg, synthesis, size.width(), y, font);
    svg.close();
    let prefix = format!("{id}-{}", size.name());
    let head = Head {
        prefix: &prefix,
        title: &format!("Forest plot: {}", synthesis.measure.title()),
        description: &description(synthesis, digits),
        has_points: true,
    };
    document(&head, size, y + 4.0, svg)
}

/// In words what is drawn, for who cannot see it.
pub(super) fn description(synthesis: &Synthesis, digits: Digits) -> String {
    let mut out = format!("{} studies, {}.", synthesis.studies.len(), synthesis.model);
    if let Some(row) = &synthesis.pooled {
        out.push_str(&format!(
            " Pooled {} {}.",
            synthesis.measure.title(),
            digits.estimate(row.shown)
        ));
        if let Some((lower, upper)) = row.shown_prediction {
            out.push_str(&format!(" Prediction interval {}.", digits.range(lower, upper)));
        }
    }
    if let Some(heterogeneity) = &synthesis.heterogeneity {
        out.push_str(&format!(" Heterogeneity: {}.", words::statistics(heterogeneity)));
    }
    out
}

fn rows(synthesis: &Synthesis) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    match &synthesis.subgroups {
        Some(subgroups) => {
            for group in &subgroups.groups {
                rows.push(Row::Group(&group.label));
                rows.extend(
                    group
                        .studies
                        .iter()
                        .map(|i| Row::Study(*i, &synthesis.studies[*i])),
                );
                if group.pooled.k > 1 {
                    rows.push(Row::Pooled(group, true));
                }
            }
            for (name, _) in &subgroups.unpooled {
                rows.push(Row::Group(name));
                let of_group = synthesis.studies.iter().enumerate();
                rows.extend(
                    of_group
                        .filter(|(_, row)| row.study.subgroup.as_deref().unwrap_or("not stated") == name)
                        .map(|(i, row)| Row::Study(i, row)),
                );
            }
        }
        None => rows.extend(
            synthesis
                .studies
                .iter()
                .enumerate()
                .map(|(i, row)| Row::Study(i, row)),
        ),
    }
    if let Some(pooled) = &synthesis.pooled {
        rows.push(Row::Pooled(pooled, false));
        if pooled.shown_prediction.is_some() {
            rows.push(Row::Prediction(pooled));
        }
    }
    rows
}

fn weight_text(weight: f64) -> String {
    format!("{}\u{a0}%", fixed(weight, 1))
}

fn pooled_label(row: &PooledRow, is_part: bool) -> String {
    let k = row.pooled.k;
    let i2 = row.pooled.i2.map_or_else(String::new, |i2| {
        format!("; I²\u{a0}=\u{a0}{}\u{a0}%", fixed(i2, 0))
    });
    if is_part {
        format!("Pooled (k\u{a0}=\u{a0}{k}{i2})")
    } else {
        format!("{} (k\u{a0}=\u{a0}{k}{i2})", row.label)
    }
}

fn columns(synthesis: &Synthesis, size: Size, digits: Digits) -> Columns {
    let (width, font) = (size.width(), size.font());
    let has_weights = synthesis.studies.iter().all(|row| row.weight.is_some());
    if size == Size::Narrow {
        let right = if has_weights { width - 50.0 } else { width - 8.0 };
        return Columns {
            raw: Vec::new(),
            effects: Effects::of(synthesis, &[], 8.0, right),
            estimate: width,
            weight: has_weights.then_some(width),
            label_width: width * 0.55,
        };
    }
    let widest = |texts: &mut dyn Iterator<Item = String>| {
        texts.map(|text| text::width(&text, font)).fold(0.0_f64, f64::max)
    };
    let pooled_rows = synthesis
        .subgroups
        .iter()
        .flat_map(|subgroups| &subgroups.groups)
        .map(|row| pooled_label(row, true))
        .chain(synthesis.pooled.iter().map(|row| pooled_label(row, false)));
    let mut labels = synthesis
        .studies
        .iter()
        .map(|row| row.study.label.clone())
        .chain(pooled_rows);
    let label_width = widest(&mut labels).clamp(90.0, 0.34 * width);
    let shown = synthesis.studies.iter().map(|row| row.shown);
    let mut estimates = shown
        .chain(synthesis.pooled.iter().map(|row| row.shown))
        .map(|estimate| digits.estimate(estimate));
    let estimate_width = widest(&mut estimates).max(text::width("Prediction", font));
    let weight_width = text::width("Weight", font);

    let weight = has_weights.then_some(width);
    let estimate = if has_weights {
        width - weight_width - 14.0
    } else {
        width
    };
    let right = estimate - estimate_width - 18.0;
    let mut raw = Vec::new();
    let mut x = label_width;
    for (place, head) in synthesis.raw_columns.iter().enumerate() {
        let mut cells = synthesis
            .studies
            .iter()
            .filter_map(|row| row.study.raw.get(place).map(|cell| with_minus(cell)));
        let cells = widest(&mut cells);
        let head = text::wrap(head, font, cells.max(74.0));
        let wide = widest(&mut head.iter().cloned()).max(cells);
        x += 16.0 + wide;
        raw.push(Column { x, head });
    }
    // A plot that shows something comes before the numbers behind it.
    if right - x < 190.0 {
        raw.clear();
        x = label_width;
    }
    Columns {
        raw,
        effects: Effects::of(synthesis, &[], x + 18.0, right),
        estimate,
        weight,
        label_width,
    }
}

fn heads(svg: &mut Svg, synthesis: &Synthesis, columns: &Columns, size: Size, font: f64) -> f64 {
    let read = format!(
        "{} [{} CI]",
        words::head_text(&synthesis.measure),
        words::level(synthesis)
    );
    if size == Size::Narrow {
        svg.label("head", 0.0, font, "Study");
        svg.label("head end", columns.estimate, font, &read);
        svg.line("rule", (0.0, 1.5 * font), (size.width(), 1.5 * font));
        return 1.5 * font;
    }
    let lines = columns
        .raw
        .iter()
        .map(|column| column.head.len())
        .max()
        .unwrap_or(1)
        .max(1);
    let base = font * (1.0 + 1.2 * (lines as f64 - 1.0));
    svg.label("head", 0.0, base, "Study");
    for column in &columns.raw {
        for (place, line) in column.head.iter().rev().enumerate() {
            svg.label("head end", column.x, base - 1.2 * font * place as f64, line);
        }
    }
    svg.label("head end", columns.estimate, base, &read);
    if let Some(x) = columns.weight {
        svg.label("head end", x, base, "Weight");
    }
    svg.line(
        "rule",
        (0.0, base + 0.5 * font),
        (size.width(), base + 0.5 * font),
    );
    base + 0.5 * font
}

/// Where a row is.
struct Line {
    /// Height of its marks.
    middle: f64,
    /// Base of its words.
    words: f64,
    font: f64,
    stacked: bool,
}

fn one(svg: &mut Svg, row: &Row<'_>, line: &Line, synthesis: &Synthesis, columns: &Columns, digits: Digits) {
    let effects = &columns.effects;
    let half = 0.42 * line.font;
    match row {
        Row::Group(name) => svg.label("group", 0.0, line.words, name),
        Row::Study(place, row) => {
            let estimate = digits.estimate(row.shown);
            let link = row.study.link.as_deref().filter(|link| is_address(link));
            if let Some(link) = link {
                svg.open("a", &[("href", link)]);
            }
            Data::new("study")
                .text("label", &row.study.label)
                .estimate(row.shown)
                .number("weight", row.weight)
                .number("yi", row.study.yi)
                .number("vi", row.study.vi)
                .open(svg, &study_title(row, synthesis, &estimate));
            svg.label(
                "",
                0.0,
                line.words,
                &shortened(&row.study.label, line.font, columns.label_width),
            );
            for (column, cell) in columns.raw.iter().zip(&row.study.raw) {
                svg.label("end", column.x, line.words, &with_minus(cell));
            }
            if let Some(moderation) = &synthesis.moderation {
                let fitted = moderation.fitted_shown[*place];
                diamond(
                    svg,
                    "diamond fitted",
                    line.middle,
                    0.6 * line.font,
                    x_of(effects, fitted),
                    effects.frame(),
                );
            }
            let [low, middle, high] = x_of(effects, row.shown);
            whisker(svg, line.middle, (low, high), effects.frame(), "whisker");
            // Area by weight: the side of the largest square is a line of text.
            let largest = synthesis
                .studies
                .iter()
                .filter_map(|row| row.weight)
                .fold(0.0, f64::max);
            let share = row
                .weight
                .map_or(0.35, |weight| if largest > 0.0 { weight / largest } else { 0.35 });
            let side = line.font * share.max(0.0).sqrt().clamp(0.22, 1.0);
            if middle >= effects.left && middle <= effects.right {
                svg.rectangle(
                    "square",
                    super::super::svg::Area {
                        left: middle - side / 2.0,
                        right: middle + side / 2.0,
                        top: line.middle - side / 2.0,
                        bottom: line.middle + side / 2.0,
                    },
                );
            }
            svg.label("end", columns.estimate, line.words, &estimate);
            if let (Some(x), Some(weight)) = (columns.weight, row.weight) {
                let y = if line.stacked {
                    line.middle + 0.35 * line.font
                } else {
                    line.words
                };
                svg.label(
                    if line.stacked { "end quiet small" } else { "end" },
                    x,
                    y,
                    &weight_text(weight),
                );
            }
            svg.close();
            if link.is_some() {
                svg.close();
            }
        }
        Row::Pooled(row, is_part) => {
            let estimate = digits.estimate(row.shown);
            // The two columns of a phone have no room for I² too; it is in the title.
            let whole = pooled_label(row, *is_part);
            let label = match whole.split_once(';') {
                Some((head, _)) if line.stacked => format!("{head})"),
                _ => whole.clone(),
            };
            Data::new(if *is_part { "pooled part" } else { "pooled all" })
                .text("label", &row.label)
                .number("k", row.pooled.k as f64)
                .estimate(row.shown)
                .number("tau2", row.pooled.tau2)
                .number("i2", row.pooled.i2)
                .number("q", row.pooled.q)
                .number("p", row.pooled.p)
                .open(
                    svg,
                    &format!("{whole}: {estimate}, {}", words::p_text(row.pooled.p)),
                );
            svg.label("total", 0.0, line.words, &label);
            let class = if *is_part { "diamond part" } else { "diamond" };
            diamond(
                svg,
                class,
                line.middle,
                half,
                x_of(effects, row.shown),
                effects.frame(),
            );
            svg.label("total end", columns.estimate, line.words, &estimate);
            svg.close();
        }
        Row::Prediction(row) => {
            let Some((lower, upper)) = row.shown_prediction else {
                return;
            };
            let range = format!("[{}, {}]", digits.number(lower), digits.number(upper));
            Data::new("prediction-row")
                .number("lower", lower)
                .number("upper", upper)
                .open(
                    svg,
                    &format!("Prediction interval: {}", digits.range(lower, upper)),
                );
            svg.label("", 0.0, line.words, "Prediction interval");
            whisker(
                svg,
                line.middle,
                (effects.x(lower), effects.x(upper)),
                effects.frame(),
                "prediction",
            );
            svg.label("end", columns.estimate, line.words, &range);
            svg.close();
        }
    }
}

fn study_title(row: &StudyRow, synthesis: &Synthesis, estimate: &str) -> String {
    let mut out = format!("{}: {} {estimate}", row.study.label, synthesis.measure.title());
    for (head, cell) in synthesis.raw_columns.iter().zip(&row.study.raw) {
        out.push_str(&format!("; {head}: {}", with_minus(cell)));
    }
    if let Some(weight) = row.weight {
        out.push_str(&format!("; weight {}", weight_text(weight)));
    }
    for note in &row.study.notes {
        out.push_str(&format!("; {note}"));
    }
    out
}

fn x_of(effects: &Effects, estimate: Estimate) -> [f64; 3] {
    [estimate.lower, estimate.value, estimate.upper].map(|x| effects.x(x))
}

/// A label that fits; its whole is in the title of its row.
pub(super) fn shortened(label: &str, font: f64, width: f64) -> String {
    if text::width(label, font) <= width + 1.0 {
        return label.to_owned();
    }
    let mut out = String::new();
    for letter in label.chars() {
        if text::width(&out, font) + 2.0 * font * 0.56 > width {
            break;
        }
        out.push(letter);
    }
    format!("{}…", out.trim_end())
}

/// Whom effects on either side of none favour.
pub(super) fn favours(svg: &mut Svg, synthesis: &Synthesis, effects: &Effects, y: f64, font: f64) -> f64 {
    let (Some((below, above)), Some(null)) = (&synthesis.favours, synthesis.measure.shown_null()) else {
        return y;
    };
    let x = effects.x(null).clamp(effects.left, effects.right);
    let line = y + font;
    svg.label("quiet end", x - 10.0, line, &format!("← favours {below}"));
    svg.label("quiet", x + 10.0, line, &format!("favours {above} →"));
    line + 0.6 * font
}

/// Model, heterogeneity and differences between groups below the plot.
pub(super) fn notes(svg: &mut Svg, synthesis: &Synthesis, width: f64, y: f64, font: f64) -> f64 {
    let mut lines = vec![format!("Model: {}.", synthesis.model)];
    if let Some(heterogeneity) = &synthesis.heterogeneity {
        lines.push(format!("Heterogeneity: {}.", words::statistics(heterogeneity)));
    }
    if let Some(row) = synthesis.pooled.as_ref().filter(|row| row.pooled.p.is_finite()) {
        lines.push(format!(
            "Test of no effect: {}\u{a0}=\u{a0}{}, {}.",
            if synthesis.fit.as_ref().is_some_and(|fit| fit.ddf.is_some()) {
                "t"
            } else {
                "z"
            },
            fixed(row.pooled.statistic, 2),
            words::p_text(row.pooled.p)
        ));
    }
    if let Some(between) = synthesis.subgroups.as_ref().and_then(words::between) {
        lines.push(format!("{between}."));
    }
    if let Some(moderation) = &synthesis.moderation {
        let test = words::moderators(moderation).map_or_else(String::new, |test| format!(": {test}"));
        lines.push(format!(
            "Moderators {}{test}. Shaded diamonds are fitted effects.",
            moderation.formula
        ));
    }
    let mut y = y + 0.5 * font;
    for line in text::wrap(&lines.join(" "), font * 0.9, width) {
        y += 1.25 * font;
        svg.label("quiet small", 0.0, y, &line);
    }
    y + 0.4 * font
}
