//! What can be said to `euthymia meta`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(crate) const EXAMPLES: &str = "\
Examples:
  euthymia meta examples/bcg.csv --measure RR --test knha
      risk ratios from columns ai, bi, ci, di, pooled with random effects and Knapp-Hartung intervals
  euthymia meta bcg.csv --measure RR --column ai=tpos bi=tneg ci=cpos di=cneg --mods '~ ablat'
      columns by other names, and a meta-regression
  euthymia meta trials.csv --measure SMD --subgroup drug --plot forest -o forest.svg
      by group, and the figure
  euthymia meta trials.csv --measure HR --column est=hr lower=lo upper=hi --method DL
      hazard ratios and their intervals as papers print them
  euthymia meta bcg.csv --measure OR --mh --save-spec bcg.json
      Mantel-Haenszel; the analysis saved
  euthymia meta --spec bcg.json --json
      the same numbers again, under metafor's names

Measures, columns, methods and tests have metafor's names. Raw data: RR OR RD AS PETO (ai bi ci di, or ai n1i ci n2i), \
IRR IRD IRSD (x1i t1i x2i t2i), MD SMD SMDH ROM (m1i sd1i n1i m2i sd2i n2i), PR PLN PLO PAS PFT (xi ni), IR IRLN IRS (xi ti), \
COR ZCOR (ri ni), MN MNLN (mi sdi ni). Effects computed elsewhere: yi with vi, sei, or ci_lb and ci_ub, on the scale that is \
pooled (logarithms of ratios); est, lower and upper as people read them. GEN is any effect.

Exits with 1 where the data have no answer; the message says which line and why.";

/// Options of `meta`.
#[derive(Args, Debug)]
pub(crate) struct Meta {
    /// A table of studies (CSV with a line of names)
    #[arg(
        value_name = "DATA",
        required_unless_present = "spec",
        conflicts_with = "spec"
    )]
    pub(crate) data: Option<PathBuf>,
    /// Run an analysis, or several, saved as JSON: `kind`, `data` (paths relative to the file), `inputs`
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,
    /// What is computed of each study: RR, OR, RD, MD, SMD, ROM, HR, PLO, ZCOR, IRR, GEN, ... [default: GEN where there is a column yi]
    #[arg(long, value_name = "NAME")]
    pub(crate) measure: Option<String>,
    /// Which column holds what, as ai=tpos; those that have metafor's names need not be said
    #[arg(long, value_name = "ROLE=COLUMN", num_args = 1.., value_delimiter = ',')]
    pub(crate) column: Vec<String>,
    /// How the variance between studies is estimated: REML, DL, PM, ML, EB, HE, HS, HSk, SJ, DLIT, PMM; EE for none
    /// [default: REML, or what another model has]
    #[arg(long, value_name = "NAME")]
    pub(crate) method: Option<String>,
    /// What intervals refer to: z, t, knha (Knapp and Hartung), adhoc (the same, never narrower) [default:
    /// z, or what another model has]
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Option<String>,
    /// Coverage of intervals in per cent
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0, value_parser = percent)]
    pub(crate) level: f64,
    /// Moderators as a formula: '~ year + factor(drug)'
    #[arg(long, value_name = "FORMULA", conflicts_with = "subgroup")]
    pub(crate) mods: Option<String>,
    /// Rows that are used, as a condition: 'year >= 2000'
    #[arg(long, value_name = "CONDITION")]
    pub(crate) filter: Option<String>,
    /// Column of the groups that are pooled one by one and compared
    #[arg(long, value_name = "COLUMN")]
    pub(crate) subgroup: Option<String>,
    /// Groups share one variance between studies instead of having one each
    #[arg(long, requires = "subgroup")]
    pub(crate) common_tau2: bool,
    /// Column or expression of the studies' names [default: author and year, study, trial, ... where there is one]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) slab: Option<String>,
    /// Column that cumulative pooling goes by, as year [default: the order of the table]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) order: Option<String>,
    /// Column with the address of each study
    #[arg(long, value_name = "COLUMN")]
    pub(crate) link: Option<String>,
    /// Names of the two groups of people, for heads: 'BCG,control'
    #[arg(long, value_name = "FIRST,SECOND", value_parser = pair)]
    pub(crate) arms: Option<(String, String)>,
    /// What effects below and above none favour, for figures: 'BCG,control'
    #[arg(long, value_name = "BELOW,ABOVE", value_parser = pair)]
    pub(crate) favours: Option<(String, String)>,
    /// Added to cells where one is zero [default: 0.5 for most measures]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) add: Option<f64>,
    /// To which studies it is added: only0 (those with a zero cell), if0all (all if any has one), all, none [default: only0]
    #[arg(long, value_name = "WHICH")]
    pub(crate) to: Option<String>,
    /// Leave out studies without events, or with events alone, in both groups
    #[arg(long)]
    pub(crate) drop00: bool,
    /// Which sampling variance of several: LS, LS2, UB, AV, HO, ...
    #[arg(long, value_name = "NAME")]
    pub(crate) vtype: Option<String>,
    /// Pool with Mantel and Haenszel's weights (OR, RR, RD, IRR, IRD)
    #[arg(long, group = "pooling")]
    pub(crate) mh: bool,
    /// Pool odds ratios with Peto's method
    #[arg(long, group = "pooling")]
    pub(crate) peto: bool,
    /// Pool counts by a generalised linear mixed model: UM.FS, UM.RS, CM.EL, CM.AL for two groups, one for one
    #[arg(long, value_name = "MODEL", group = "pooling")]
    pub(crate) glmm: Option<String>,
    /// Pool by Bayes, with this prior of the deviation between studies: half-normal:0.5, half-cauchy:1, uniform
    #[arg(long, value_name = "PRIOR", group = "pooling")]
    pub(crate) bayes: Option<String>,
    /// Rows of this column's clusters depend on each other: two levels, and standard errors robust to it (CR2)
    #[arg(long, value_name = "COLUMN", group = "pooling")]
    pub(crate) cluster: Option<String>,
    /// Draw a figure (with -o)
    #[arg(long, value_enum, value_name = "FIGURE", requires = "out")]
    pub(crate) plot: Option<Plot>,
    /// File of the figure (SVG)
    #[arg(long, short, value_name = "FILE", requires = "plot")]
    pub(crate) out: Option<PathBuf>,
    /// Put the studies that trim and fill adds into the funnel and the answer
    #[arg(long, conflicts_with_all = ["mods", "pooling"])]
    pub(crate) trim_fill: bool,
    /// Write the studies with effects, intervals and weights, and the pooled rows, as a table; print it where no FILE is named
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    pub(crate) csv: Option<PathBuf>,
    /// Write the analysis as JSON that `--spec` runs, with the same numbers; several where groups, studies filled in or an
    /// order were asked for
    #[arg(long, value_name = "FILE", conflicts_with = "spec")]
    pub(crate) save_spec: Option<PathBuf>,
}

/// A figure.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plot {
    /// Studies, weights, pooled estimates, prediction interval
    Forest,
    /// Effects against standard errors, with contours of significance
    Funnel,
    /// Contribution to heterogeneity against influence on the estimate
    Baujat,
    /// The estimate as studies came in
    Cumulative,
    /// What leaving each study out does
    Influence,
    /// Events of the two groups against each other
    Labbe,
    /// Standardised effects against precision
    Radial,
}

fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text
        .parse()
        .map_err(|_| "expected a number of per cent, as 95".to_owned())?;
    // 0.95 is what other programs write.
    let value = if value < 1.0 { 100.0 * value } else { value };
    if value > 0.0 && value < 100.0 {
        Ok(value)
    } else {
        Err("expected a number of per cent between 0 and 100, as 95".to_owned())
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once(',') {
        Some((first, second)) => Ok((first.trim().to_owned(), second.trim().to_owned())),
        None => Err("expected two names with a comma between, as 'drug,placebo'".to_owned()),
    }
}
