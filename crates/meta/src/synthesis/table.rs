//! The synthesis as a table: a row for each study, then one for each pooled estimate.

use super::{Estimate, PooledRow, Synthesis};

impl Synthesis {
    /// Names of the columns of [`Synthesis::table`].
    pub const COLUMNS: [&'static str; 17] = [
        "row", "label", "line", "subgroup", "k", "yi", "vi", "ci_lb", "ci_ub", "weight", "estimate", "lower",
        "upper", "pi_lb", "pi_ub", "tau2", "notes",
    ];

    /// Rows of texts; `yi`, `vi`, `ci_lb` and `ci_ub` are on the scale that is pooled, `estimate` and what follows as they
    /// are read.
    #[must_use]
    pub fn table(&self) -> Vec<Vec<String>> {
        let mut rows: Vec<Vec<String>> = self
            .studies
            .iter()
            .map(|row| {
                let study = &row.study;
                let mut cells = vec![
                    "study".to_owned(),
                    study.label.clone(),
                    study.line.map_or_else(String::new, |line| line.to_string()),
                    study.subgroup.clone().unwrap_or_default(),
                    String::new(),
                    number(Some(study.yi)),
                    number(Some(study.vi)),
                ];
                cells.extend(numbers(row.estimate, row.weight, row.shown));
                cells.extend([
                    String::new(),
                    String::new(),
                    String::new(),
                    study.notes.join("; "),
                ]);
                cells
            })
            .collect();
        let groups = self.subgroups.iter().flat_map(|subgroups| &subgroups.groups);
        rows.extend(groups.map(|row| pooled("group", row)));
        rows.extend(self.pooled.iter().map(|row| pooled("all", row)));
        rows.extend(
            self.filled
                .iter()
                .map(|filled| pooled("trim and fill", &filled.row)),
        );
        rows.extend(self.dropped.iter().map(|one| {
            let mut cells = vec![String::new(); Self::COLUMNS.len()];
            cells[0] = "left out".to_owned();
            cells[1].clone_from(&one.label);
            cells[2] = one.line.map_or_else(String::new, |line| line.to_string());
            cells[16].clone_from(&one.reason);
            cells
        }));
        rows
    }
}

fn pooled(kind: &str, row: &PooledRow) -> Vec<String> {
    let pooled = &row.pooled;
    let subgroup = if kind == "group" {
        row.label.clone()
    } else {
        String::new()
    };
    let mut cells = vec![
        kind.to_owned(),
        row.label.clone(),
        String::new(),
        subgroup,
        pooled.k.to_string(),
        number(Some(pooled.estimate.value)),
        number(Some(pooled.se * pooled.se)),
    ];
    cells.extend(numbers(pooled.estimate, None, row.shown));
    cells.push(number(row.shown_prediction.map(|(lower, _)| lower)));
    cells.push(number(row.shown_prediction.map(|(_, upper)| upper)));
    cells.push(number(pooled.tau2));
    cells.push(String::new());
    cells
}

fn numbers(estimate: Estimate, weight: Option<f64>, shown: Estimate) -> [String; 6] {
    [
        Some(estimate.lower),
        Some(estimate.upper),
        weight,
        Some(shown.value),
        Some(shown.lower),
        Some(shown.upper),
    ]
    .map(number)
}

/// All digits; empty where there is no number.
fn number(x: Option<f64>) -> String {
    x.filter(|x| !x.is_nan())
        .map_or_else(String::new, |x| x.to_string())
}
