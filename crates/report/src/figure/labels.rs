//! Places labels so that they do not cover each other.

use super::mark::Points;
use super::svg::Area;
use super::text;

/// Labels at the ends of lines, pushed apart: takes the wished heights of their middles and half their own heights, and
/// returns the given ones, same order.
pub(crate) fn spread(wished: &[f64], halves: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wished.len()).collect();
    order.sort_by(|a, b| wished[*a].total_cmp(&wished[*b]).then(a.cmp(b)));
    let mut placed = wished.to_vec();
    let mut floor = top;
    for index in &order {
        placed[*index] = placed[*index].max(floor + halves[*index]);
        floor = placed[*index] + halves[*index];
    }
    let mut ceiling = bottom;
    for index in order.iter().rev() {
        placed[*index] = placed[*index].min(ceiling - halves[*index]);
        ceiling = placed[*index] - halves[*index];
    }
    placed
}

/// A drawn point: where its symbol and its error bar are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) bar: (f64, f64),
}

impl Placed {
    pub(crate) fn area(&self) -> Area {
        let (low, high) = self.bar;
        Area {
            left: self.x - 6.0,
            right: self.x + 6.0,
            top: low.min(high).min(self.y - 6.0),
            bottom: low.max(high).max(self.y + 6.0),
        }
    }
}

/// Widest that points of one time are spread, in user units and as a share of the plot: beyond it they would be read as
/// other times.
const WIDEST: f64 = 28.0;
const WIDEST_SHARE: f64 = 0.1;

/// Moves points of one time apart, side by side, within the frame. Points of different times stay where they belong,
/// even where they overlap.
pub(crate) fn dodge(points: &mut [&mut Placed], width: f64, frame: Area) {
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut start = 0;
    while start < points.len() {
        let mut end = start + 1;
        while end < points.len() && points[end].x - points[start].x < 0.5 {
            end += 1;
        }
        let gaps = (end - start) as f64 - 1.0;
        if gaps > 0.0 {
            let width = width.min(WIDEST.min(WIDEST_SHARE * frame.width()) / gaps);
            let left = (points[start].x - width * gaps / 2.0).max(frame.left + 4.0);
            let first = left.min(frame.right - 4.0 - width * gaps);
            for (offset, point) in points[start..end].iter_mut().enumerate() {
                point.x = first + width * offset as f64;
            }
        }
        start = end;
    }
}

/// Where a name is written: an end of its baseline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Whether the text ends there: left of its point, so that a font that is wider than estimated does not cover it.
    pub(crate) ends: bool,
}

/// Where the name of each source is written beside one of its points; `None` unless there is room for all of them, since
/// half a legend confuses.
pub(crate) fn name_points(
    sources: &[(&Points, Vec<Placed>)],
    obstacles: &[Area],
    frame: Area,
    font: f64,
) -> Option<Vec<Name>> {
    let mut taken: Vec<Area> = obstacles.to_vec();
    taken.extend(
        sources
            .iter()
            .flat_map(|(_, placed)| placed.iter().map(Placed::area)),
    );
    let mut out = Vec::with_capacity(sources.len());
    for (points, placed) in sources {
        let width = text::width(&points.label, font) + 4.0;
        let place = placed.iter().rev().find_map(|point| {
            let area = point.area();
            let candidates = [
                (area.right + 3.0, point.y - font * 0.55),
                (area.right + 3.0, area.bottom - font * 1.2),
                (area.right + 3.0, area.top),
                (area.left - 3.0 - width, point.y - font * 0.55),
                (point.x - width / 2.0, area.top - font * 1.3),
                (point.x - width / 2.0, area.bottom + 2.0),
                (area.left, area.bottom + 2.0),
                (area.left, area.top - font * 1.3),
            ];
            candidates.into_iter().find_map(|(left, top)| {
                let label = Area {
                    left,
                    top,
                    right: left + width,
                    bottom: top + font * 1.15,
                };
                let free = frame.contains(&label) && !taken.iter().any(|other| other.overlaps(&label));
                free.then_some((label, label.right < point.x))
            })
        });
        let (area, ends) = place?;
        taken.push(area);
        out.push(Name {
            x: if ends { area.right - 2.0 } else { area.left + 2.0 },
            y: area.top + font * 0.9,
            ends,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_keeps_order_gap_and_bounds() {
        let placed = spread(&[50.0, 52.0, 10.0, 99.0], &[7.5; 4], 2.0, 100.0);
        assert_eq!(placed[2], 10.0);
        assert!(placed[1] - placed[0] >= 15.0);
        assert!(placed.iter().all(|y| (9.5..=92.5).contains(y)));
    }

    #[test]
    fn points_at_one_time_stand_side_by_side() {
        let frame = Area {
            left: 0.0,
            right: 100.0,
            top: 0.0,
            bottom: 100.0,
        };
        let mut points = [
            Placed {
                x: 2.0,
                y: 5.0,
                bar: (1.0, 9.0),
            },
            Placed {
                x: 2.0,
                y: 6.0,
                bar: (1.0, 9.0),
            },
        ];
        let mut references: Vec<&mut Placed> = points.iter_mut().collect();
        dodge(&mut references, 10.0, frame);
        assert_eq!((points[0].x, points[1].x), (4.0, 14.0));
    }
}
