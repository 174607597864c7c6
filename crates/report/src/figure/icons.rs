//! One hundred people: how many of them, and how sure that is.

use super::number::coordinate;
use super::svg::Svg;
use super::{Draw, FigureError, Role, Size};

/// A hundred people, of whom some are marked.
///
/// Filled: as many as the lower end of the interval. Hatched: from there to the best estimate. Outlined in colour: from
/// the best estimate to the upper end. The rest are outlined in grey. It holds no text, so one layout fits all
/// widths.
#[derive(Clone, Debug)]
pub struct IconArray {
    /// Identifier, unique on the page.
    pub id: String,
    /// What is counted, for a screen reader.
    pub title: String,
    /// The counts in words, for a screen reader.
    pub description: String,
    /// Best estimate, of 100.
    pub estimate: f64,
    /// Interval, of 100.
    pub interval: Option<(f64, f64)>,
    /// Colour.
    pub role: Role,
}

const COLUMNS: usize = 20;
const CELL: (f64, f64) = (24.0, 31.0);

impl IconArray {
    /// How many icons are filled, filled or hatched, and in colour at all.
    fn counts(&self) -> (usize, usize, usize) {
        let whole = |value: f64| value.clamp(0.0, 100.0).round() as usize;
        let estimate = whole(self.estimate);
        let (lower, upper) = self.interval.map_or((estimate, estimate), |(lower, upper)| {
            (whole(lower), whole(upper))
        });
        (lower.min(estimate), estimate, upper.max(estimate))
    }

    /// The array as one SVG element.
    ///
    /// # Errors
    /// When a count is not finite.
    pub fn draw(&self) -> Result<String, FigureError> {
        let (low, high) = self.interval.unwrap_or((0.0, 0.0));
        if !(self.estimate.is_finite() && low.is_finite() && high.is_finite()) {
            return Err(FigureError::NotFinite {
                figure: self.id.clone(),
                mark: "icon",
                index: 0,
            });
        }
        let (sure, estimate, possible) = self.counts();
        let (title, description) = (format!("{}-title", self.id), format!("{}-desc", self.id));
        let hatch = format!("{}-hatch", self.id);
        let person = format!("{}-person", self.id);
        let mut svg = Svg::default();
        let view = format!(
            "0 0 {} {}",
            coordinate(CELL.0 * COLUMNS as f64),
            coordinate(CELL.1 * (100 / COLUMNS) as f64)
        );
        svg.open(
            "svg",
            &[
                ("xmlns", "http://www.w3.org/2000/svg"),
                ("class", &format!("icons {}", self.role.class())),
                ("viewBox", &view),
                ("role", "img"),
                ("aria-labelledby", &format!("{title} {description}")),
            ],
        );
        svg.leaf("title", &[("id", &title)], &self.title);
        svg.leaf("desc", &[("id", &description)], &self.description);
        svg.open("defs", &[]);
        svg.open("g", &[("id", &person)]);
        svg.empty("circle", &[("cx", "12"), ("cy", "6.6"), ("r", "4.1")]);
        svg.path("", "M4.6 28v-7.6a7.4 7.4 0 0 1 14.8 0V28Z");
        svg.close();
        svg.open(
            "pattern",
            &[
                ("id", &hatch),
                ("width", "4"),
                ("height", "4"),
                ("patternUnits", "userSpaceOnUse"),
                ("patternTransform", "rotate(45)"),
            ],
        );
        svg.line("hatch", (1.0, 0.0), (1.0, 4.0));
        svg.close();
        svg.close();
        for index in 0..100 {
            let at = [
                ("x", coordinate((index % COLUMNS) as f64 * CELL.0)),
                ("y", coordinate((index / COLUMNS) as f64 * CELL.1)),
                ("href", format!("#{person}")),
            ];
            let mut person = |class: &str, fill: Option<&str>| {
                let mut attributes: Vec<(&str, &str)> = vec![("class", class)];
                attributes.extend(at.iter().map(|(name, value)| (*name, value.as_str())));
                attributes.extend(fill.map(|fill| ("fill", fill)));
                svg.empty("use", &attributes);
            };
            let pattern = format!("url(#{hatch})");
            if index < sure {
                person("person sure", None);
            } else if index < estimate {
                person("person likely", None);
                person("person edge", Some(&pattern));
            } else if index < possible {
                person("person possible", None);
            } else {
                person("person rest", None);
            }
        }
        Ok(svg.finish())
    }
}

impl Draw for IconArray {
    fn svg(&self, _size: Size) -> Result<String, FigureError> {
        self.draw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(estimate: f64, interval: Option<(f64, f64)>) -> IconArray {
        IconArray {
            id: "i".to_owned(),
            title: String::new(),
            description: String::new(),
            estimate,
            interval,
            role: Role::Blue,
        }
    }

    #[test]
    fn a_hundred_icons_always() {
        for (estimate, interval) in [
            (52.4, Some((38.0, 66.0))),
            (0.0, None),
            (100.0, Some((99.0, 104.0))),
        ] {
            let svg = array(estimate, interval).draw().unwrap();
            let doubled = svg.matches("person likely").count();
            assert_eq!(svg.matches("<use").count() - doubled, 100);
            assert_eq!(
                svg.matches("person sure").count() + doubled,
                estimate.round() as usize
            );
        }
        assert!(array(f64::NAN, None).draw().is_err());
    }
}
