//! Cost-effectiveness of several options: which are dominated, what one more unit of effect costs, and how often each is best.
//!
//! Costs and effects are means of a group; an option is dominated where another costs no more and does no less, and extendedly dominated
//! where a mixture of two others does (Karlsson and Johannesson 1996, doi:10.2165/00019053-199609020-00004). Acceptability curves: van
//! Hout et al. 1994, doi:10.1002/hec.4730030505; the frontier is of the option that is best on average: Fenwick et al. 2001,
//! doi:10.1002/hec.635.

/// Where an option stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// The cheapest on the frontier.
    Cheapest,
    /// On the frontier: what one more unit of effect costs against the option before it.
    Frontier(f64),
    /// Another costs no more and does no less.
    Dominated,
    /// A mixture of two others does.
    ExtendedlyDominated,
}

/// Where each option stands, in the order they were given. Options with a cost or an effect that is no number are dominated.
#[must_use]
pub fn standings(costs: &[f64], effects: &[f64]) -> Vec<Standing> {
    let mut order: Vec<usize> = (0..costs.len().min(effects.len()))
        .filter(|at| costs[*at].is_finite() && effects[*at].is_finite())
        .collect();
    let mut standings = vec![Standing::Dominated; costs.len()];
    // By cost; of equal costs the better first.
    order.sort_by(|one, other| {
        costs[*one]
            .total_cmp(&costs[*other])
            .then(effects[*other].total_cmp(&effects[*one]))
    });
    let mut frontier: Vec<usize> = Vec::new();
    for at in order {
        if frontier.last().is_some_and(|last| effects[at] <= effects[*last]) {
            continue;
        }
        while let [.., before, last] = frontier.as_slice()
            && ratio(costs, effects, *last, at) <= ratio(costs, effects, *before, *last)
        {
            standings[*last] = Standing::ExtendedlyDominated;
            frontier.pop();
        }
        frontier.push(at);
    }
    for (place, at) in frontier.iter().enumerate() {
        standings[*at] = match place {
            0 => Standing::Cheapest,
            _ => Standing::Frontier(ratio(costs, effects, frontier[place - 1], *at)),
        };
    }
    standings
}

/// What one more unit of effect costs.
fn ratio(costs: &[f64], effects: &[f64], from: usize, to: usize) -> f64 {
    (costs[to] - costs[from]) / (effects[to] - effects[from])
}

/// Net benefit of every option, `[option][draw]`: what its effect is worth less what it costs.
#[must_use]
pub fn net_benefits(costs: &[Vec<f64>], effects: &[Vec<f64>], threshold: f64) -> Vec<Vec<f64>> {
    let of = |(costs, effects): (&Vec<f64>, &Vec<f64>)| {
        let each = costs.iter().zip(effects);
        each.map(|(cost, effect)| threshold * effect - cost).collect()
    };
    costs.iter().zip(effects).map(of).collect()
}

/// The part of draws in which each option has the highest net benefit; the first of equals.
#[must_use]
pub fn acceptability(net: &[Vec<f64>]) -> Vec<f64> {
    let draws = net.iter().map(Vec::len).min().unwrap_or(0);
    let mut counts = vec![0.0; net.len()];
    for draw in 0..draws {
        if let Some(best) = best(net.iter().map(|option| option[draw])) {
            counts[best] += 1.0;
        }
    }
    counts.iter().map(|count| count / draws.max(1) as f64).collect()
}

/// The option with the highest mean.
#[must_use]
pub fn best_on_average(net: &[Vec<f64>]) -> Option<usize> {
    best(
        net.iter()
            .map(|option| option.iter().sum::<f64>() / option.len().max(1) as f64),
    )
}

fn best(values: impl Iterator<Item = f64>) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (at, value) in values.enumerate() {
        if value.is_finite() && best.is_none_or(|(_, known)| value > known) {
            best = Some((at, value));
        }
    }
    best.map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_dominated_by_one_and_by_two() {
        // Costs and effects by hand: B is worse than A, D lies above the line from C to E.
        let costs = [100.0, 120.0, 200.0, 350.0, 400.0];
        let effects = [1.0, 0.9, 1.5, 1.6, 2.0];
        let standings = standings(&costs, &effects);
        assert_eq!(
            standings,
            [
                Standing::Cheapest,
                Standing::Dominated,
                Standing::Frontier(200.0),
                Standing::ExtendedlyDominated,
                Standing::Frontier(400.0),
            ]
        );
    }

    /// How often to test for HIV where one in a hundred has it: Paltiel et al. 2006, doi:10.7326/0003-4819-145-11-200612050-00004,
    /// table 4, cost and quality-adjusted months of life. They find testing every year dominated; the ratios follow from the rounded
    /// numbers of the table.
    #[test]
    fn testing_for_hiv_every_year_is_dominated() {
        let costs = [26_000.0, 27_000.0, 28_020.0, 28_440.0, 29_440.0];
        let years = [277.25, 277.57, 277.78, 277.83, 277.76].map(|months| months / 12.0);
        let standings = standings(&costs, &years);
        assert_eq!(standings[0], Standing::Cheapest);
        assert_eq!(standings[4], Standing::Dominated);
        for (standing, expected) in standings[1..4].iter().zip([37_500.0, 408_000.0 / 7.0, 100_800.0]) {
            let Standing::Frontier(ratio) = standing else {
                panic!("{standing:?}")
            };
            assert!((ratio / expected - 1.0).abs() < 1e-9, "{ratio} {expected}");
        }
    }

    #[test]
    fn the_order_of_options_does_not_matter() {
        let costs = [400.0, 350.0, 100.0, 120.0, 200.0];
        let effects = [2.0, 1.6, 1.0, 0.9, 1.5];
        let standings = standings(&costs, &effects);
        assert_eq!(standings[0], Standing::Frontier(400.0));
        assert_eq!(standings[2], Standing::Cheapest);
        assert_eq!(standings[3], Standing::Dominated);
    }

    #[test]
    fn what_is_no_number_is_dominated() {
        let standings = standings(&[f64::NAN, 10.0], &[1.0, 1.0]);
        assert_eq!(standings, [Standing::Dominated, Standing::Cheapest]);
        assert_eq!(super::standings(&[], &[]), []);
    }

    #[test]
    fn probabilities_add_up_to_one() {
        let costs = [vec![0.0, 0.0, 0.0, 0.0], vec![10.0, 10.0, 10.0, 10.0]];
        let effects = [vec![0.0, 0.0, 0.0, 0.0], vec![0.5, 1.5, 2.5, 0.1]];
        let net = net_benefits(&costs, &effects, 10.0);
        assert_eq!(acceptability(&net), [0.5, 0.5]);
        assert_eq!(best_on_average(&net), Some(1));
    }
}
