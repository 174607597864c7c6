//! `dose_response` and `dose_response_cov`.

use nalgebra::DMatrix;
use serde_json::Value as Json;

use super::model::{codes_as_they_come, numbers};
use super::multivariate::method;
use super::reading::word_after;
use crate::analysis::prepared::prepared;
use crate::analysis::{Analysis, Inputs, Values};
use crate::dose_response::{
    Counts, CovarianceMethod, Curve, Procedure, RiskDesign, Study, covariances, fit, fit_emax, quantile_knots,
};
use crate::expression::Expression;
use crate::formula::Formula;
use crate::{Frame, MetaError};

/// The doses of a study: rows of the table, the reference first.
struct Group {
    label: String,
    rows: Vec<usize>,
    effects: Vec<f64>,
    se: Vec<f64>,
    counts: Counts,
}

struct Doses {
    frame: Frame,
    groups: Vec<Group>,
    design: RiskDesign,
    method: CovarianceMethod,
}

/// The table, its studies in the order of the table and the doses of each in rising order; as they come where no column
/// of doses is known and none is needed.
fn doses(analysis: &Analysis, needed: bool) -> Result<Doses, MetaError> {
    let inputs = &analysis.inputs;
    let frame = prepared(&expressions_only(inputs), analysis.frame()?)?;
    let design = match inputs.text("type")?.unwrap_or("ci") {
        "cc" => RiskDesign::CaseControl,
        "ir" => RiskDesign::IncidenceRate,
        "ci" => RiskDesign::CumulativeIncidence,
        other => return Err(inputs.error("type", format!("`{other}` is none of cc, ir, ci"))),
    };
    let covariance = inputs.text("covariance")?.unwrap_or("gl").to_lowercase();
    let method = match covariance.as_str() {
        "gl" | "greenland-longnecker" => CovarianceMethod::GreenlandLongnecker,
        // The kind answers as dosresmeta does; the equations of the paper have a name of their own.
        "h" | "hamling" => CovarianceMethod::HamlingExchanged,
        "hamling-2008" => CovarianceMethod::Hamling,
        "indep" | "independent" => CovarianceMethod::Independent,
        other => {
            return Err(inputs.error(
                "covariance",
                format!("`{other}` is none of gl, hamling, hamling-2008, indep"),
            ));
        }
    };
    let name = |field: &str, usual: &[&str]| -> Result<String, MetaError> {
        if let Some(name) = inputs.text(field)? {
            return Ok(name.to_owned());
        }
        let found = usual.iter().find(|name| frame.has(name));
        found.map(|name| (*name).to_owned()).ok_or_else(|| {
            inputs.error(
                field,
                format!("expected a column, as {}; found nothing", usual.join(", ")),
            )
        })
    };
    let (studies, labels) = codes_as_they_come(&name("id", &["study", "id"])?, &frame)?;
    let dose = match dose_name(inputs, &frame) {
        Ok(name) => Some(numbers(&name, &frame)?),
        Err(error) if needed => return Err(error),
        Err(_) => None,
    };
    let cases = numbers(&name("cases", &["cases"])?, &frame)?;
    // Time that people were followed is no number of people.
    let totals: &[&str] = match design {
        RiskDesign::IncidenceRate => &["total", "n", "peryears"],
        _ => &["total", "n"],
    };
    let total = numbers(&name("n", totals)?, &frame)?;
    for row in 0..frame.rows() {
        let beyond = design != RiskDesign::IncidenceRate && cases[row] > total[row];
        if !(cases[row] >= 0.0 && total[row] > 0.0) || beyond {
            return Err(MetaError::Row {
                line: frame.line(row),
                reason: format!("{} cases of {} cannot be", cases[row], total[row]),
            });
        }
    }
    let mut groups = Vec::new();
    for (study, label) in labels.iter().enumerate() {
        let mut rows: Vec<usize> = (0..frame.rows()).filter(|row| studies[*row] == study).collect();
        if let Some(dose) = &dose {
            rows.sort_by(|a, b| dose[*a].total_cmp(&dose[*b]));
        }
        if rows.len() < 2 {
            return Err(MetaError::Row {
                line: frame.line(rows[0]),
                reason: format!("study {label} has one dose; a curve needs a reference and another"),
            });
        }
        let pick = |cells: &[f64]| rows.iter().map(|row| cells[*row]).collect::<Vec<f64>>();
        let counts = Counts {
            cases: pick(&cases),
            total: pick(&total),
        };
        let (effects, se) = effects(inputs, &frame, &rows, &counts, design)?;
        groups.push(Group {
            label: label.clone(),
            rows,
            effects,
            se,
            counts,
        });
    }
    Ok(Doses {
        frame,
        groups,
        design,
        method,
    })
}

/// The inputs without columns that are described in words and follow from the counts.
fn expressions_only(inputs: &Inputs) -> Inputs {
    let mut json = inputs.json().clone();
    if let Some(derived) = json.get_mut("derived").and_then(Json::as_object_mut) {
        derived.retain(|_, text| !text.as_str().is_some_and(is_of_counts));
    }
    Inputs::new(json)
}

fn is_of_counts(text: &str) -> bool {
    ["against the lowest", "against the reference", "reference row"]
        .iter()
        .any(|phrase| text.contains(phrase))
}

/// The column of doses: `dose`, or the first name on the right of the formula.
fn dose_name(inputs: &Inputs, frame: &Frame) -> Result<String, MetaError> {
    if let Some(name) = inputs.text("dose")? {
        return Ok(name.to_owned());
    }
    let named = Formula::parse(inputs.text("formula")?.unwrap_or(""))
        .ok()
        .and_then(|formula| formula.columns().into_iter().next());
    let described = inputs
        .text("derived.logrr")?
        .and_then(|text| {
            word_after(text, "against the lowest-").or_else(|| word_after(text, "against the lowest "))
        })
        .and_then(|name| {
            frame
                .names()
                .find(|found| found.eq_ignore_ascii_case(&name))
                .map(str::to_owned)
        });
    [named, described, Some("dose".to_owned())]
        .into_iter()
        .flatten()
        .find(|name| frame.has(name))
        .ok_or_else(|| inputs.error("dose", "expected the column of doses, found nothing"))
}

/// Log relative risks and standard errors of a study: columns of the table (the left of the formula, and `se`), or
/// against its lowest dose from the counts.
fn effects(
    inputs: &Inputs,
    frame: &Frame,
    rows: &[usize],
    counts: &Counts,
    design: RiskDesign,
) -> Result<(Vec<f64>, Vec<f64>), MetaError> {
    use euthymia_vecmath::scalar::ln;
    let left = match inputs.text("formula")? {
        Some(text) => Formula::parse(text)?.left,
        None => None,
    };
    let response = match left {
        Some(Expression::Name(name)) => name,
        _ => "logrr".to_owned(),
    };
    let se_name = inputs.text("se")?.unwrap_or("se");
    if frame.has(&response) && frame.has(se_name) {
        let (y, se) = (frame.numbers(&response)?, frame.numbers(se_name)?);
        // The reference has no effect and no error: a standard error of 0, neither number, or an effect of 0 alone.
        let marked = |row: &usize| se[*row] == Some(0.0) || (y[*row].is_none() && se[*row].is_none());
        let none_marked = !rows.iter().any(marked);
        let of = |row: &usize| match (y[*row], se[*row]) {
            (Some(_), Some(s)) if s < 0.0 => Err(MetaError::Row {
                line: frame.line(*row),
                reason: format!("`{se_name}` is {s}: a standard error cannot be negative"),
            }),
            (Some(y), Some(s)) => Ok((y, s)),
            (None, Some(0.0)) | (None, None) => Ok((0.0, 0.0)),
            (Some(0.0), None) if none_marked => Ok((0.0, 0.0)),
            (found, _) => Err(MetaError::Row {
                line: frame.line(*row),
                reason: format!(
                    "`{}` is empty; only at the reference dose may both be, leave the row out",
                    if found.is_none() { &response } else { se_name }
                ),
            }),
        };
        let pairs: Vec<(f64, f64)> = rows.iter().map(of).collect::<Result<_, _>>()?;
        return Ok(pairs.into_iter().unzip());
    }
    if let Some(place) = (0..rows.len()).find(|i| counts.cases[*i] == 0.0) {
        return Err(MetaError::Row {
            line: frame.line(rows[place]),
            reason: "no cases at this dose: its log relative risk is infinite".to_owned(),
        });
    }
    let (a, n) = (&counts.cases, &counts.total);
    let log = |i: usize| match design {
        RiskDesign::CaseControl => ln(a[i] / (n[i] - a[i])),
        _ => ln(a[i] / n[i]),
    };
    let variance = |i: usize| match design {
        RiskDesign::CaseControl => 1.0 / a[i] + 1.0 / (n[i] - a[i]),
        RiskDesign::IncidenceRate => 1.0 / a[i],
        RiskDesign::CumulativeIncidence => 1.0 / a[i] - 1.0 / n[i],
    };
    let of = |i: usize| {
        if i == 0 {
            (0.0, 0.0)
        } else {
            (log(i) - log(0), (variance(i) + variance(0)).sqrt())
        }
    };
    Ok((0..rows.len()).map(of).unzip())
}

impl Doses {
    fn covariance(&self, group: &Group) -> Result<DMatrix<f64>, MetaError> {
        let v: Vec<f64> = group.se.iter().map(|se| se * se).collect();
        covariances(&group.effects, &v, &group.counts, self.design, self.method).map_err(
            |error| match error {
                MetaError::NoAnswer(reason) => MetaError::Row {
                    line: self.frame.line(group.rows[0]),
                    reason,
                },
                other => other,
            },
        )
    }

    /// Leaves out, and tells, the studies with too few doses for a curve of so many terms.
    fn leave_out(&mut self, terms: usize) -> Vec<String> {
        let (kept, out) = core::mem::take(&mut self.groups)
            .into_iter()
            .partition(|group| group.rows.len() > terms);
        self.groups = kept;
        let out: Vec<Group> = out;
        out.into_iter().map(|group| group.label).collect()
    }

    /// Studies for columns that hold what each row of the table contributes to each coefficient.
    fn studies(&self, columns: &DMatrix<f64>) -> Result<Vec<Study>, MetaError> {
        self.groups
            .iter()
            .map(|group| {
                let v: Vec<f64> = group.se.iter().map(|se| se * se).collect();
                let own = columns.select_rows(group.rows.iter());
                Study::new(&own, &group.effects, &v, self.covariance(group)?)
            })
            .collect()
    }
}

pub(super) fn dose_response(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let mut doses = doses(analysis, true)?;
    let method = method(inputs)?;
    let procedure = match inputs.text("proc")?.unwrap_or("2stage") {
        "1stage" => Procedure::OneStage,
        "2stage" => Procedure::TwoStage,
        other => return Err(inputs.error("proc", format!("`{other}` is neither 1stage nor 2stage"))),
    };
    // Two stages need a curve of each study; where studies with two doses are said to be dropped, they are in one, too.
    let drops = procedure == Procedure::TwoStage
        || inputs
            .text("filter")?
            .is_some_and(|text| text.contains("two dose"));
    let mut left_out = Vec::new();
    let (found, names) = match inputs.text("curve")? {
        None => {
            let text = inputs.text("formula")?.unwrap_or("logrr ~ dose");
            let mut formula = Formula::parse(text)?;
            formula.intercept = false;
            let design = formula.design(&doses.frame)?;
            if design.rows.len() != doses.frame.rows() {
                return Err(inputs.error("formula", "a dose is missing; leave its row out with `filter`"));
            }
            if drops {
                left_out = doses.leave_out(design.x.ncols());
            }
            let studies = doses.studies(&design.x)?;
            (fit(&studies, method, procedure)?, design.names)
        }
        Some(name) => {
            let dose = numbers(&dose_name(inputs, &doses.frame)?, &doses.frame)?;
            let curve = match name {
                "linear" => Curve::Linear,
                "quadratic" => Curve::Quadratic,
                "spline" => Curve::Spline(knots(inputs, &dose)?),
                "emax" => {
                    if inputs.text("proc")? == Some("2stage") {
                        return Err(
                            inputs.error("proc", "an Emax curve is fitted in one stage; ask for 1stage")
                        );
                    }
                    let highest = dose.iter().fold(0.0_f64, |most, x| most.max(*x));
                    let bounds = (highest / 1000.0, highest * 10.0);
                    let found = fit_emax(bounds, method, |curve| doses.studies(&curve.columns(&dose)?))?;
                    return Ok(values(&found.fit, vec!["emax".to_owned()])
                        .with("ED50", found.ed50)
                        .with("ED50_inside", f64::from(u8::from(found.inside))));
                }
                other => {
                    let reason = format!("`{other}` is none of linear, quadratic, spline, emax");
                    return Err(inputs.error("curve", reason));
                }
            };
            let names = (1..=curve.terms()).map(|term| format!("{name}{term}")).collect();
            if drops {
                left_out = doses.leave_out(curve.terms());
            }
            (
                fit(&doses.studies(&curve.columns(&dose)?)?, method, procedure)?,
                names,
            )
        }
    };
    let mut values = values(&found, names).with("studies", doses.groups.len());
    if !left_out.is_empty() {
        values.push("left_out", left_out);
    }
    Ok(values)
}

/// `knots`: where they are, or how many at quantiles of the doses.
fn knots(inputs: &Inputs, dose: &[f64]) -> Result<Vec<f64>, MetaError> {
    match inputs.numbers("knots")? {
        Some(places) if places.len() > 1 => Ok(places),
        given => {
            let count = given.map_or(Some(3.0), |count| count.first().copied());
            count
                .filter(|count| count.fract() == 0.0)
                .and_then(|count| quantile_knots(dose, count as usize))
                .ok_or_else(|| inputs.error("knots", "expected places of knots, or 3 to 7 of them"))
        }
    }
}

fn values(found: &crate::dose_response::Fit, names: Vec<String>) -> Values {
    let mut values = Values::new()
        .with("coef_names", names)
        .with("coef", &found.coefficients)
        .with("vcov", &found.vcov);
    if let Some(psi) = &found.psi {
        values.push("Psi", psi);
    }
    if !found.q.is_empty() {
        values.push("Q", found.q.iter().map(|q| q.q).collect::<Vec<f64>>());
    }
    if let Some(ll) = found.ll {
        values.push("ll", ll);
    }
    values
}

pub(super) fn dose_response_cov(analysis: &Analysis) -> Result<Values, MetaError> {
    let doses = doses(analysis, false)?;
    let [group] = doses.groups.as_slice() else {
        let reason = format!(
            "covariances are of one study, the table has {}",
            doses.groups.len()
        );
        return Err(analysis.inputs.error("filter", reason));
    };
    Ok(Values::new()
        .with("S", &doses.covariance(group)?)
        .with("logrr", group.effects.clone())
        .with("se", group.se.clone()))
}
