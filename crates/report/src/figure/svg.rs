//! Writes well-formed SVG: every name is ours, every value and text is escaped.

use super::number::coordinate;

/// Escapes text for element content and for attribute values, in XML and in HTML.
///
/// Control characters that XML forbids are dropped.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            control if control.is_control() => {}
            '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

/// An SVG text under construction.
#[derive(Debug, Default)]
pub(crate) struct Svg {
    text: String,
    open: Vec<&'static str>,
}

impl Svg {
    /// Opens an element; [`Svg::close`] closes it.
    pub(crate) fn open(&mut self, tag: &'static str, attributes: &[(&str, &str)]) {
        self.tag(tag, attributes, ">");
        self.open.push(tag);
    }

    /// Closes the element opened last.
    pub(crate) fn close(&mut self) {
        if let Some(tag) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(tag);
            self.text.push('>');
        }
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, tag: &'static str, attributes: &[(&str, &str)]) {
        self.tag(tag, attributes, "/>");
    }

    /// An element whose content is text.
    pub(crate) fn leaf(&mut self, tag: &'static str, attributes: &[(&str, &str)], content: &str) {
        self.tag(tag, attributes, ">");
        self.text.push_str(&escape(content));
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push('>');
    }

    /// A text label at a point.
    pub(crate) fn label(&mut self, class: &str, x: f64, y: f64, content: &str) {
        self.leaf(
            "text",
            &[("class", class), ("x", &coordinate(x)), ("y", &coordinate(y))],
            content,
        );
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.empty(
            "line",
            &[
                ("class", class),
                ("x1", &coordinate(from.0)),
                ("y1", &coordinate(from.1)),
                ("x2", &coordinate(to.0)),
                ("y2", &coordinate(to.1)),
            ],
        );
    }

    /// A rectangle.
    pub(crate) fn rectangle(&mut self, class: &str, area: Area) {
        self.empty(
            "rect",
            &[
                ("class", class),
                ("x", &coordinate(area.left)),
                ("y", &coordinate(area.top)),
                ("width", &coordinate(area.width())),
                ("height", &coordinate(area.height())),
            ],
        );
    }

    /// A path.
    pub(crate) fn path(&mut self, class: &str, data: &str) {
        self.empty("path", &[("class", class), ("d", data)]);
    }

    /// Another drawing, as content of the open element.
    pub(crate) fn append(&mut self, other: Self) {
        self.text.push_str(&other.finish());
    }

    /// The text, all elements closed.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn tag(&mut self, tag: &str, attributes: &[(&str, &str)], end: &str) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.text.push_str(&escape(value));
            self.text.push('"');
        }
        self.text.push_str(end);
    }
}

/// A rectangle in user units, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    /// Left edge.
    pub(crate) left: f64,
    /// Top edge.
    pub(crate) top: f64,
    /// Right edge.
    pub(crate) right: f64,
    /// Bottom edge.
    pub(crate) bottom: f64,
}

impl Area {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Whether two areas share a point.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether `other` lies inside.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.right >= other.right
            && self.top <= other.top
            && self.bottom >= other.bottom
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped_and_elements_closed() {
        let mut svg = Svg::default();
        svg.open("g", &[("class", "a\"b")]);
        svg.leaf("text", &[], "<script>&\u{0}'");
        assert_eq!(
            svg.finish(),
            "<g class=\"a&quot;b\"><text>&lt;script&gt;&amp;&#39;</text></g>"
        );
    }
}
