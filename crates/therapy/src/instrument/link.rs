//! Straight lines from the scores of one instrument to those of another, there and back, and one after the other.

/// How scores of one instrument are read on another: straight lines through points, both coordinates increasing. Beyond
/// the outermost points the outermost line goes on, so that every score has exactly one counterpart; the ranges of the
/// scales are kept by [`super::Instrument`], not here.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Identifier of the instrument that is read from.
    pub from: String,
    /// Identifier of the instrument that is read on.
    pub to: String,
    /// `[score on `from`, score on `to`]`, at least two, strictly increasing in both.
    pub points: Vec<[f64; 2]>,
    /// Keys of the sources of the tables, in the order in which they are used.
    pub sources: Vec<String>,
    /// Whether a table in it is an assumption.
    pub assumed: bool,
}

impl Link {
    /// A score of the instrument `from` on the instrument `to`.
    #[must_use]
    pub fn read(&self, score: f64) -> f64 {
        interpolate(&self.points, 0, 1, score)
    }

    /// A score of the instrument `to` on the instrument `from`: the inverse of [`Self::read`].
    #[must_use]
    pub fn read_back(&self, score: f64) -> f64 {
        interpolate(&self.points, 1, 0, score)
    }

    /// The link in the other direction.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            from: self.to.clone(),
            to: self.from.clone(),
            points: self.points.iter().map(|[x, y]| [*y, *x]).collect(),
            sources: self.sources.iter().rev().cloned().collect(),
            assumed: self.assumed,
        }
    }

    /// This link and then another, which reads from the instrument that this one reads on; `None` where it does not.
    #[must_use]
    pub fn then(&self, next: &Self) -> Option<Self> {
        if self.to != next.from {
            return None;
        }
        // Between two corners of either the way through both is one straight line, and beyond the last corner of both
        // it goes on as between the last two.
        let own = self.points.iter().map(|[x, _]| *x);
        let of_next = next.points.iter().map(|[x, _]| self.read_back(*x));
        let mut corners: Vec<f64> = own.chain(of_next).collect();
        corners.sort_by(f64::total_cmp);
        let mut points: Vec<[f64; 2]> = Vec::with_capacity(corners.len());
        for corner in corners {
            let point = [corner, next.read(self.read(corner))];
            // One corner of both, told apart by rounding alone, would make a line of any slope.
            let apart = |last: &[f64; 2]| point[0] - last[0] > CORNER && point[1] - last[1] > CORNER;
            if points.last().is_none_or(apart) {
                points.push(point);
            }
        }
        let sources = self.sources.iter().chain(&next.sources).cloned().collect();
        Some(Self {
            from: self.from.clone(),
            to: next.to.clone(),
            points,
            sources,
            assumed: self.assumed || next.assumed,
        })
    }
}

/// Corners nearer than this are one, in points of a scale.
const CORNER: f64 = 1e-9;

/// Straight lines through `points`, from coordinate `x` to coordinate `y`.
fn interpolate(points: &[[f64; 2]], x: usize, y: usize, at: f64) -> f64 {
    let segment = points
        .windows(2)
        .find(|pair| at <= pair[1][x])
        .or_else(|| points.windows(2).next_back());
    // A link has two points or more; what had fewer would know of no score.
    segment.map_or(f64::NAN, |pair| {
        let (low, high) = (pair[0], pair[1]);
        low[y] + (at - low[x]) * (high[y] - low[y]) / (high[x] - low[x])
    })
}
