//! The last stage: infusions become changes of rates, and everything is put in order.

use std::collections::BTreeMap;

use super::{Change, Effect, Expanded, Expansion, Item, Observation, PACED, What};
use crate::entry::{Compartment, Infusion, rates};
use crate::error::FailureKind;

impl<'a, F: Fn(u32, usize) -> Compartment<'a>> Expansion<F> {
    pub(super) fn finish(mut self, into: &mut Expanded) -> Result<(), FailureKind> {
        self.turn_on();
        let mut infusions = self.follow()?;
        let Self {
            mut items,
            cleared,
            steady,
            ..
        } = self;
        let of = |infusion: &Infusion| (infusion.segment, infusion.compartment);
        infusions.sort_by_key(of);
        for same in infusions.chunk_by(|a, b| of(a) == of(b)) {
            let (segment, compartment) = of(&same[0]);
            rates(same, |time, total| {
                items.push(Item {
                    segment,
                    time,
                    place: PACED,
                    what: What::Change(compartment, Effect::Rate(total)),
                });
            });
        }
        items.retain(|item| {
            cleared
                .get(item.segment as usize)
                .is_none_or(|&end| item.time <= end)
        });
        items.sort_by(|a, b| {
            (a.segment.cmp(&b.segment))
                .then(a.time.total_cmp(&b.time))
                .then(a.place.cmp(&b.place))
        });
        into.steady.extend(steady);
        let first = into.changes.len();
        for item in items {
            let time = item.time;
            match item.what {
                What::Change(compartment, effect) => into.changes.push(Change {
                    time,
                    compartment,
                    effect,
                }),
                What::Observe(row, amount) => {
                    into.times.push(time);
                    into.observations.push(Observation {
                        before: (into.changes.len() - first) as u32,
                        row,
                        history: 0,
                        amount,
                    });
                }
            }
        }
        Ok(())
    }

    /// The infusions, those at a modelled rate in parts wherever the rate becomes another: what has not entered yet enters
    /// at the new one.
    fn follow(&mut self) -> Result<Vec<Infusion>, FailureKind> {
        let mut parts = Vec::new();
        for mut infusion in std::mem::take(&mut self.infusions) {
            let next = infusion.follows.unwrap_or(self.rows.len());
            let later = self.rows.get(next..).unwrap_or_default();
            let segment = infusion.segment;
            let same = later.iter().take_while(|row| row.segment == segment);
            let end = self.cleared.get(segment as usize);
            let end = end.map_or(self.last_time, |end| end.min(self.last_time));
            for row in same.take_while(|row| row.time <= end) {
                if row.time >= infusion.stop {
                    break;
                }
                let into = (self.compartment)(row.row, usize::from(infusion.compartment));
                let rate = into.rate.unwrap_or(f64::NAN);
                if rate == infusion.rate {
                    continue;
                }
                if !(rate.is_finite() && rate > 0.0) {
                    let expected = "finite and positive as long as an infusion runs at it";
                    return Err(into.refuse(row.time, "rate()", rate, expected));
                }
                let from = row.time.max(infusion.start);
                let stop = from + (infusion.stop - from) * infusion.rate / rate;
                if from > infusion.start {
                    parts.push(Infusion {
                        stop: from,
                        ..infusion
                    });
                }
                infusion = Infusion {
                    start: from,
                    stop,
                    rate,
                    ..infusion
                };
            }
            parts.push(infusion);
        }
        for part in &mut parts {
            part.stop = part.stop.min(part.until);
        }
        parts.retain(|part| part.stop > part.start);
        Ok(parts)
    }

    /// An infusion turns its compartment on where it begins, and ends where that is turned off.
    fn turn_on(&mut self) {
        if self.offs.is_empty() {
            return;
        }
        let mut offs: BTreeMap<(u32, u16), Vec<(f64, i64)>> = BTreeMap::new();
        for off in &self.offs {
            let same = offs.entry((off.segment, off.compartment)).or_default();
            same.push((off.time, off.place));
        }
        for infusion in &mut self.infusions {
            self.items.push(Item {
                segment: infusion.segment,
                time: infusion.start,
                place: infusion.place,
                what: What::Change(infusion.compartment, Effect::Turn(true)),
            });
            // Records, and so these, are in order.
            let same = offs.get(&(infusion.segment, infusion.compartment));
            let same = same.map_or(&[][..], Vec::as_slice);
            let before = |off: &(f64, i64)| *off <= (infusion.start, infusion.place);
            if let Some(&(time, _)) = same.get(same.partition_point(before)) {
                infusion.until = time;
            }
        }
    }
}
