//! Cross tables from what is reported about them: margins with an odds ratio, a phi coefficient or a chi-square; or
//! sensitivity, specificity and predictive values.

use euthymia_stats::optimize;

/// Margins of a cross table and one number about its association.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margins {
    /// People.
    pub n: f64,
    /// People in the first row.
    pub row: f64,
    /// People in the first column.
    pub column: f64,
    /// The odds ratio.
    pub odds_ratio: Option<f64>,
    /// The phi coefficient.
    pub phi: Option<f64>,
    /// The chi-square statistic; negative for a negative association.
    pub chi_square: Option<f64>,
    /// Whether that was computed with Yates' correction.
    pub corrected: bool,
}

impl Margins {
    /// The four cells, whole numbers (Bonett 2007, doi:10.1080/00031305.2007.10471757 for the odds ratio); `None`
    /// where nothing is known about the association or a cell would be negative.
    ///
    /// # Errors
    /// Margins that cannot be.
    pub fn cells(&self) -> Result<Option<[f64; 4]>, String> {
        let [n, row, column] = [self.n, self.row, self.column].map(f64::round_ties_even);
        if n < 0.0 || row < 0.0 || column < 0.0 {
            return Err("a number of people is negative".to_owned());
        }
        if row > n || column > n {
            return Err(format!(
                "a margin of {} is larger than the {n} people",
                row.max(column)
            ));
        }
        if self.phi.is_some_and(|phi| phi.abs() > 1.0) {
            return Err("the phi coefficient must lie between -1 and 1".to_owned());
        }
        let (p, q) = (row / n, column / n);
        let phi = self.phi.or_else(|| {
            self.chi_square.map(|chi_square| {
                let size = (chi_square.abs() / n).sqrt();
                let yates = n / (2.0 * (row * (n - row) * column * (n - column)).sqrt());
                let sign = if chi_square == 0.0 {
                    0.0
                } else {
                    chi_square.signum()
                };
                sign * (size + if self.corrected { yates } else { 0.0 })
            })
        });
        let share = match self.odds_ratio {
            Some(1.0) => Some(p * q),
            Some(odds) => {
                let x = odds * (p + q) + (1.0 - p) - q;
                let y = (x * x - 4.0 * p * q * odds * (odds - 1.0)).sqrt();
                Some((x - y) / (2.0 * (odds - 1.0)))
            }
            None => phi.map(|phi| p * q + phi * (p * (1.0 - p) * q * (1.0 - q)).sqrt()),
        };
        let Some(a) = share.map(|share| (n * share).round_ties_even()) else {
            return Ok(None);
        };
        let (b, c) = (row - a, column - a);
        Ok(Some([a, b, c, n - a - b - c]).filter(|cells| cells.iter().all(|x| *x >= 0.0)))
    }
}

/// What a diagnostic study reports; three of the four are needed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// People.
    pub n: f64,
    /// Sensitivity.
    pub sensitivity: Option<f64>,
    /// Specificity.
    pub specificity: Option<f64>,
    /// Positive predictive value.
    pub positive: Option<f64>,
    /// Negative predictive value.
    pub negative: Option<f64>,
}

impl Accuracy {
    /// The table: true positives, false positives, false negatives, true negatives. `None` with fewer than three of
    /// the values, or with one that is 0 or 1, which leaves more than one table.
    ///
    /// # Errors
    /// A value outside 0 to 1.
    pub fn cells(&self) -> Result<Option<[f64; 4]>, String> {
        let given = [self.sensitivity, self.specificity, self.positive, self.negative];
        let known: Vec<f64> = given.iter().flatten().copied().collect();
        if known.iter().any(|x| !(0.0..=1.0).contains(x)) {
            return Err("sensitivity, specificity and predictive values must lie between 0 and 1".to_owned());
        }
        if known.len() < 3 || known.iter().any(|x| *x == 0.0 || *x == 1.0) {
            return Ok(None);
        }
        // Odds of the four are bound by one equation, which gives the missing one.
        let odds = |x: f64| x / (1.0 - x);
        let share = |odds: f64| odds / (1.0 + odds);
        let [sens, spec, ppv, npv] = match given {
            [None, Some(spec), Some(ppv), Some(npv)] => {
                [share(odds(ppv) * odds(npv) / odds(spec)), spec, ppv, npv]
            }
            [Some(sens), None, Some(ppv), Some(npv)] => {
                [sens, share(odds(ppv) * odds(npv) / odds(sens)), ppv, npv]
            }
            [Some(sens), Some(spec), None, Some(npv)] => {
                [sens, spec, share(odds(sens) * odds(spec) / odds(npv)), npv]
            }
            [Some(sens), Some(spec), Some(ppv), None] => {
                [sens, spec, ppv, share(odds(sens) * odds(spec) / odds(ppv))]
            }
            [Some(sens), Some(spec), Some(ppv), Some(npv)] => [sens, spec, ppv, npv],
            _ => return Ok(None),
        };
        let fitted = optimize::minimize(&[sens, spec, ppv], |at| {
            let [a, b, c, d] = table(at, self.n);
            let off = [
                sens - a / (a + c),
                spec - d / (b + d),
                ppv - a / (a + b),
                npv - d / (c + d),
                self.n - (a + b + c + d),
            ];
            let inside = at.iter().all(|x| (0.0..=1.0).contains(x));
            if inside {
                off.iter().map(|x| x * x).sum()
            } else {
                f64::INFINITY
            }
        });
        let cells = largest_remainders(table(&fitted.x, self.n), self.n);
        Ok(Some(cells).filter(|cells| cells.iter().all(|x| x.is_finite() && *x >= 0.0)))
    }
}

fn table(at: &[f64], n: f64) -> [f64; 4] {
    let (sens, spec, ppv) = (at[0], at[1], at[2]);
    let factor = n / (sens * (1.0 - ppv) + ppv * (1.0 - spec));
    [
        factor * sens * ppv * (1.0 - spec),
        factor * sens * (1.0 - ppv) * (1.0 - spec),
        factor * (1.0 - sens) * ppv * (1.0 - spec),
        factor * sens * spec * (1.0 - ppv),
    ]
}

/// Whole numbers that add up to `n`: rounded down, then those with the largest rests up.
fn largest_remainders(cells: [f64; 4], n: f64) -> [f64; 4] {
    let mut whole = cells.map(f64::floor);
    let mut order = [0, 1, 2, 3];
    order.sort_by(|i: &usize, j: &usize| (cells[*j] - whole[*j]).total_cmp(&(cells[*i] - whole[*i])));
    let mut rest = n - whole.iter().sum::<f64>();
    for i in order {
        if rest > 0.0 {
            whole[i] += 1.0;
            rest -= 1.0;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_come_back() {
        for [a, b, c, d] in [
            [12.0, 30.0, 5.0, 40.0],
            [3.0, 9.0, 14.0, 8.0],
            [10.0, 10.0, 10.0, 10.0],
        ] {
            let n: f64 = a + b + c + d;
            let bare = Margins {
                n,
                row: a + b,
                column: a + c,
                odds_ratio: None,
                phi: None,
                chi_square: None,
                corrected: false,
            };
            let phi: f64 = (a * d - b * c) / ((a + b) * (c + d) * (a + c) * (b + d)).sqrt();
            let corrected =
                ((a * d - b * c).abs() - n / 2.0) / ((a + b) * (c + d) * (a + c) * (b + d)).sqrt();
            let ways = [
                Margins {
                    odds_ratio: Some(a * d / (b * c)),
                    ..bare
                },
                Margins {
                    phi: Some(phi),
                    ..bare
                },
                Margins {
                    chi_square: Some(n * phi * phi * if phi < 0.0 { -1.0 } else { 1.0 }),
                    ..bare
                },
            ];
            for way in ways {
                assert_eq!(way.cells().unwrap(), Some([a, b, c, d]), "{way:?}");
            }
            if corrected > 0.0 {
                let way = Margins {
                    chi_square: Some(n * corrected * corrected * phi.signum()),
                    corrected: true,
                    ..bare
                };
                assert_eq!(way.cells().unwrap(), Some([a, b, c, d]), "{way:?}");
            }
            assert_eq!(bare.cells().unwrap(), None);
        }
    }

    #[test]
    fn accuracy_comes_back() {
        let [a, b, c, d] = [37.0, 12.0, 8.0, 91.0];
        let whole = Accuracy {
            n: a + b + c + d,
            sensitivity: Some(a / (a + c)),
            specificity: Some(d / (b + d)),
            positive: Some(a / (a + b)),
            negative: Some(d / (c + d)),
        };
        for accuracy in [
            whole,
            Accuracy {
                sensitivity: None,
                ..whole
            },
            Accuracy {
                specificity: None,
                ..whole
            },
            Accuracy {
                positive: None,
                ..whole
            },
            Accuracy {
                negative: None,
                ..whole
            },
        ] {
            assert_eq!(accuracy.cells().unwrap(), Some([a, b, c, d]), "{accuracy:?}");
        }
        let bad = Accuracy {
            positive: Some(1.2),
            ..whole
        };
        assert!(bad.cells().is_err());
    }
}
