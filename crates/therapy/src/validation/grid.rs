//! When a scenario is looked at: often after every change of what is given, then ever more seldom, as the curve flattens.

/// Time before the first dose at which what was there is read, h.
const BEFORE_H: f64 = 0.1;
/// First step after a change, h: 18 s.
const FIRST_H: f64 = 0.005;
/// Growth of the time since the last change of all, from one look to the next.
const GROWTH_LAST: f64 = 1.02;
/// The same between changes.
const GROWTH_BETWEEN: f64 = 1.06;
/// The same where changes are many.
const GROWTH_MANY: f64 = 1.25;
/// So many changes are many.
const MANY: usize = 12;

/// Times from before the first dose to `horizon_h`, increasing, each once, h. `changes` are the times at which something
/// begins or ends; `wanted` are asked for besides.
pub(crate) fn times_h(changes: &[f64], wanted: &[f64], horizon_h: f64) -> Vec<f64> {
    let mut starts: Vec<f64> = changes.iter().copied().filter(|time| *time < horizon_h).collect();
    starts.push(0.0);
    tidy(&mut starts);
    let mut times = vec![-BEFORE_H];
    for (index, start) in starts.iter().enumerate() {
        let (end, growth) = match starts.get(index + 1) {
            None => (horizon_h, GROWTH_LAST),
            Some(next) if starts.len() > MANY => (*next, GROWTH_MANY),
            Some(next) => (*next, GROWTH_BETWEEN),
        };
        times.push(*start);
        let mut since = FIRST_H;
        while start + since < end {
            times.push(start + since);
            since *= growth;
        }
    }
    times.push(horizon_h);
    times.extend(wanted.iter().copied().filter(|time| *time <= horizon_h));
    tidy(&mut times);
    times
}

fn tidy(times: &mut Vec<f64>) {
    times.sort_by(f64::total_cmp);
    times.dedup();
}
