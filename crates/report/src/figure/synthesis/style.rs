//! Colours of the figures: by the page's custom properties, or resolved for a file that stands alone, since programs that
//! typeset papers know no custom properties.

use super::super::STYLE;

/// The style sheet that figures of a synthesis need on a page, beside [`STYLE`].
pub const SYNTHESIS_STYLE: &str = include_str!("../../../templates/synthesis.css");

/// The figure with its colours, on paper of its own.
pub(super) fn standing_alone(svg: &str) -> String {
    let light = resolved(&palette(STYLE.find(":root{").unwrap_or(0)));
    let dark = resolved(&palette(STYLE.find("(prefers-color-scheme:dark)").unwrap_or(0)));
    let style =
        format!("<style>{light}@media (prefers-color-scheme:dark){{{dark}}}@media print{{{light}}}</style>");
    // Behind everything else, and as large as the drawing.
    let paper = "<g class=\"synthesis\"><rect class=\"sheet\" x=\"-16\" y=\"-16\" width=\"100%\" height=\"100%\"/></g>";
    match svg.find("</desc>") {
        Some(at) => {
            let at = at + "</desc>".len();
            let sized = with_size(&svg[..at]);
            format!("{sized}{style}{paper}{}\n", &svg[at..])
        }
        None => svg.to_owned(),
    }
}

/// Paper around a figure that stands alone.
const MARGIN: f64 = 16.0;

/// Width and height beside the view box, which many programs ask for, and a margin.
fn with_size(head: &str) -> String {
    let view = head
        .split("viewBox=\"0 0 ")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .and_then(|view| view.split_once(' '));
    let sides =
        view.and_then(|(width, height)| Some((width.parse::<f64>().ok()?, height.parse::<f64>().ok()?)));
    let Some((width, height)) = sides else {
        return head.to_owned();
    };
    let old = format!("viewBox=\"0 0 {width} {height}\"");
    let (width, height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    let corner = -MARGIN;
    let new = format!("width=\"{width}\" height=\"{height}\" viewBox=\"{corner} {corner} {width} {height}\"");
    head.replacen(&old, &new, 1)
}

/// The custom properties of the first `:root` block from a place of the style sheet.
fn palette(from: usize) -> Vec<(&'static str, &'static str)> {
    let block = STYLE[from..]
        .split_once(":root{")
        .and_then(|(_, rest)| rest.split_once('}'))
        .map_or("", |(block, _)| block);
    block
        .split(';')
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'))
        .collect()
}

fn resolved(palette: &[(&str, &str)]) -> String {
    let mut style = SYNTHESIS_STYLE.replace(
        "var(--sans,Helvetica,Arial,sans-serif)",
        "Helvetica,Arial,sans-serif",
    );
    for (name, value) in palette {
        style = style.replace(&format!("var(--{name})"), value);
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_its_own_knows_no_custom_properties() {
        let svg = standing_alone("<svg viewBox=\"0 0 10 20\"><title>t</title><desc>d</desc></svg>");
        assert!(!svg.contains("var("), "{svg}");
        assert!(
            svg.contains("width=\"42\" height=\"52\" viewBox=\"-16 -16 42 52\""),
            "{svg}"
        );
    }
}
