//! What follows a fit: predictions, intervals, influence, tests, refits, and models with intervals of their own.

mod bayesian;
mod count_sequences;
mod estimates;
mod expectations;
mod influences;
mod location_scale;
mod sequences;
mod tests;

use super::Runner;

/// Kinds of this family.
pub(crate) const KINDS: &[(&str, Runner)] = &[
    ("predict", expectations::predict),
    ("blup", expectations::blup),
    ("confint_tau2", estimates::confint_tau2),
    ("henmi_copas", estimates::henmi_copas),
    ("prediction_pimeta", estimates::prediction_pimeta),
    ("prediction_bootstrap", estimates::prediction_bootstrap),
    ("pvalue_combination", estimates::pvalue_combination),
    ("residuals", influences::residuals),
    ("influence", influences::influence),
    ("plot_coords", influences::plot_coords),
    ("leave1out", sequences::leave1out),
    ("cumul", sequences::cumul),
    ("gosh", sequences::gosh),
    ("anova", tests::anova),
    ("vif", tests::vif),
    ("permutest", tests::permutest),
    ("bayes_re", bayesian::bayes_re),
    ("location_scale", location_scale::location_scale),
];
