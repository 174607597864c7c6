//! `pairwise`, `netmeta`, `netmeta_rmamv`, and the league table and the ranks of a network.

use nalgebra::DMatrix;

use super::read::{Given, options, small_is_good};
use crate::MetaError;
use crate::analysis::{Analysis, Inputs, Value, Values};
use crate::network::{
    Base, Contrast, Covariance, Likelihood, Multivariate, Network, NetworkFit, QTest, league, network,
    p_scores, ranks,
};

/// A matrix with missing cells.
pub(super) fn cells(matrix: &DMatrix<Option<f64>>) -> Value {
    Value::Matrix(
        matrix
            .row_iter()
            .map(|row| row.iter().copied().collect())
            .collect(),
    )
}

/// A network with its fit.
pub(super) fn fitted(analysis: &Analysis) -> Result<(Given, Network, NetworkFit), MetaError> {
    let given = Given::of(analysis)?;
    let network_of = given.network()?;
    let options = options(&analysis.inputs, &network_of)?;
    let fit = network(&network_of, &options)?;
    Ok((given, network_of, fit))
}

pub(super) fn pair_names(network: &Network) -> Vec<String> {
    network.pairs().map(|(a, b)| network.pair(a, b)).collect()
}

/// Labels and estimates of comparisons.
fn contrast_values(contrasts: &[Contrast]) -> Values {
    let texts =
        |of: fn(&Contrast) -> &String| -> Vec<String> { contrasts.iter().map(|c| of(c).clone()).collect() };
    Values::new()
        .with("studlab", texts(|c| &c.study))
        .with("treat1", texts(|c| &c.treat1))
        .with("treat2", texts(|c| &c.treat2))
        .with("TE", contrasts.iter().map(|c| c.te).collect::<Vec<_>>())
        .with("seTE", contrasts.iter().map(|c| c.se).collect::<Vec<_>>())
}

/// From arms to comparisons.
pub(super) fn pairwise(analysis: &Analysis) -> Result<Values, MetaError> {
    Ok(contrast_values(&Given::of(analysis)?.contrasts))
}

pub(super) fn test(values: &mut Values, names: [&str; 3], test: Option<&QTest>) {
    let [q, df, p] = names;
    values.push(q, test.map(|test| test.q));
    values.push(df, test.map(|test| test.df));
    values.push(p, test.and_then(QTest::p));
}

/// Estimates of a network.
pub(super) fn netmeta(analysis: &Analysis) -> Result<Values, MetaError> {
    let (_, network, fit) = fitted(analysis)?;
    values(&analysis.inputs, &network, &fit)
}

/// What is said of a network and its fit.
pub(super) fn values(inputs: &Inputs, network: &Network, fit: &NetworkFit) -> Result<Values, MetaError> {
    let level = fit.options.level;
    let n = network.n();
    let none = || Value::Matrix(vec![vec![None; n]; n]);
    let mut values = Values::new();
    let direct = fit.sources(network, false)?;
    let direct_random = fit.sources(network, true)?;
    let mut designs: Vec<Vec<usize>> = network
        .studies
        .iter()
        .map(|study| study.treatments.clone())
        .collect();
    designs.sort();
    designs.dedup();
    let named = |design: &Vec<usize>| {
        let names: Vec<&str> = design.iter().map(|t| network.treatments[*t].as_str()).collect();
        names.join(":")
    };
    let compared = network.pairs().filter(|pair| direct.direct.studies[*pair] > 0);
    values.push("trts", network.treatments.clone());
    values.push("k", network.studies.len());
    values.push("m", network.comparisons.len());
    values.push("n", n);
    values.push("d", designs.len());
    values.push(
        "comparisons",
        compared.map(|(a, b)| network.pair(a, b)).collect::<Vec<_>>(),
    );
    values.push("designs", designs.iter().map(named).collect::<Vec<_>>());
    for (name, model) in [("common", &fit.common), ("random", &fit.random)] {
        let intervals = model.intervals(level);
        values.push(&format!("TE_{name}"), &model.effects());
        values.push(&format!("seTE_{name}"), &model.standard_errors());
        values.push(&format!("lower_{name}"), &intervals.lower);
        values.push(&format!("upper_{name}"), &intervals.upper);
        values.push(&format!("pval_{name}"), cells(&intervals.p));
    }
    match fit.prediction() {
        Some(prediction) => {
            values.push("lower_predict", &prediction.lower);
            values.push("upper_predict", &prediction.upper);
        }
        None => {
            values.push("lower_predict", none());
            values.push("upper_predict", none());
        }
    }
    values.push("tau2", fit.tau2);
    values.push("tau", fit.tau2.map(f64::sqrt));
    values.push("I2", fit.i2.map(|i2| i2.i2));
    values.push("lower_I2", fit.i2.and_then(|i2| i2.bounds).map(|bounds| bounds.0));
    values.push("upper_I2", fit.i2.and_then(|i2| i2.bounds).map(|bounds| bounds.1));
    test(&mut values, ["Q", "df_Q", "pval_Q"], Some(&fit.total));
    let parts = if designs.len() > 1 {
        Some(crate::network::decompose(network, fit.options.reference)?)
    } else {
        None
    };
    test(
        &mut values,
        ["Q_heterogeneity", "df_Q_heterogeneity", "pval_Q_heterogeneity"],
        parts.as_ref().map(|parts| &parts.within),
    );
    test(
        &mut values,
        ["Q_inconsistency", "df_Q_inconsistency", "pval_Q_inconsistency"],
        parts.as_ref().map(|parts| &parts.between),
    );
    let small_is_good = small_is_good(inputs)?;
    values.push("pscore_common", p_scores(&fit.common, small_is_good));
    values.push("pscore_random", p_scores(&fit.random, small_is_good));
    for (name, sources) in [("common", &direct), ("random", &direct_random)] {
        values.push(&format!("TE_direct_{name}"), cells(&sources.direct.te));
        values.push(&format!("seTE_direct_{name}"), cells(&sources.direct.se));
        values.push(&format!("TE_indirect_{name}"), cells(&sources.indirect_te));
        values.push(&format!("seTE_indirect_{name}"), cells(&sources.indirect_se));
        let share: Vec<Option<f64>> = network.pairs().map(|pair| sources.share[pair]).collect();
        values.push(&format!("prop_direct_{name}"), share);
    }
    values.push("prop_direct_names", pair_names(network));
    let two_arms = |at: usize| network.studies[network.comparisons[at].study].treatments.len() == 2;
    for (name, model) in [("common", &fit.common), ("random", &fit.random)] {
        let estimates: Vec<f64> = network
            .comparisons
            .iter()
            .map(|c| model.effect(c.a, c.b))
            .collect();
        let leverages: Vec<Option<f64>> = model
            .leverages(network)
            .into_iter()
            .enumerate()
            // The weights of an arm of several comparisons are not its own.
            .map(|(at, leverage)| two_arms(at).then_some(leverage))
            .collect();
        let adjusted: Vec<f64> = model.weights.iter().map(|w| (1.0 / w).sqrt()).collect();
        values.push(&format!("TE_nma_{name}"), estimates);
        values.push(&format!("leverage_{name}"), leverages);
        values.push(&format!("seTE_adj_{name}"), adjusted);
        values.push(&format!("Q_{name}"), model.contributions(network));
    }
    Ok(values)
}

/// The same network as a multivariate regression.
pub(super) fn multivariate(analysis: &Analysis) -> Result<Values, MetaError> {
    let network = Given::of(analysis)?.network()?;
    let options = options(&analysis.inputs, &network)?;
    let reference = options.reference.unwrap_or(0);
    let likelihood = match analysis.inputs.text("method")? {
        None | Some("REML") => Likelihood::Restricted,
        Some("ML") => Likelihood::Full,
        Some(other) => {
            return Err(analysis
                .inputs
                .error("method", format!("`{other}` is neither ML nor REML")));
        }
    };
    let fit = Multivariate::new(&network, reference, Base::First, Covariance::Arms).fit(likelihood)?;
    let others = network
        .treatments
        .iter()
        .enumerate()
        .filter(|(t, _)| *t != reference);
    Ok(Values::new()
        .with(
            "trts_vs_reference",
            others.map(|(_, name)| name.clone()).collect::<Vec<_>>(),
        )
        .with("reference", network.treatments[reference].clone())
        .with("beta", &fit.beta)
        .with(
            "se",
            fit.vcov.diagonal().iter().map(|v| v.sqrt()).collect::<Vec<_>>(),
        )
        .with("tau2", fit.tau2)
        .with("QE", fit.qe)
        .with("QE_df", fit.qe_df)
        .with("ll", fit.ll))
}

/// Whether an analysis asks for the random effects model: it does unless it says otherwise.
fn random(analysis: &Analysis) -> Result<bool, MetaError> {
    Ok(analysis.inputs.flag("random")?.unwrap_or(true))
}

/// Every treatment against every other, as a table.
pub(super) fn netleague(analysis: &Analysis) -> Result<Values, MetaError> {
    let (given, network, fit) = fitted(analysis)?;
    let inputs = &analysis.inputs;
    let order: Vec<usize> = match inputs.texts("seq")? {
        None => (0..network.n()).collect(),
        Some(names) => {
            let places: Vec<usize> = names
                .iter()
                .map(|name| {
                    let place = network.place(name);
                    place.ok_or_else(|| inputs.error("seq", format!("`{name}` is no treatment")))
                })
                .collect::<Result<_, _>>()?;
            let mut sorted = places.clone();
            sorted.sort_unstable();
            if !sorted.iter().copied().eq(0..network.n()) {
                return Err(inputs.error("seq", "expected each treatment once"));
            }
            places
        }
    };
    let ratio = inputs.flag("backtransf")?.unwrap_or(true) && given.measure.is_ratio();
    let table = league(&network, &fit, random(analysis)?, &order, ratio)?;
    let digits = inputs.number("digits")?.unwrap_or(2.0).clamp(0.0, 12.0) as usize;
    let of = |part: fn(&crate::network::Cell) -> f64| -> Value {
        let rows = table.cells.iter();
        Value::Matrix(
            rows.map(|row| row.iter().map(|cell| cell.as_ref().map(part)).collect())
                .collect(),
        )
    };
    let mut values = Values::new();
    values.push("trts", table.treatments.clone());
    values.push("TE", of(|cell| cell.te));
    values.push("lower", of(|cell| cell.lower));
    values.push("upper", of(|cell| cell.upper));
    let rows = table.text(digits);
    values.push(
        "table",
        rows.iter().map(|row| row.join(" | ")).collect::<Vec<_>>(),
    );
    Ok(values)
}

/// P-scores and ranks by simulation.
pub(super) fn netrank(analysis: &Analysis) -> Result<Values, MetaError> {
    let (_, network, fit) = fitted(analysis)?;
    let inputs = &analysis.inputs;
    let small_is_good = small_is_good(inputs)?;
    let whole = |path: &str, default: f64, most: f64| -> Result<f64, MetaError> {
        let found = inputs.number(path)?.unwrap_or(default);
        if found >= 0.0 && found.fract() == 0.0 && found <= most {
            Ok(found)
        } else {
            Err(inputs.error(
                path,
                format!("expected a whole number up to {most}, found {found}"),
            ))
        }
    };
    let seed = whole("seed", 1.0, 9.0e15)? as u64;
    let draws = whole("nsim", 10_000.0, 1.0e8)? as u32;
    let mut values = Values::new().with("trts", network.treatments.clone());
    for (name, model) in [("common", &fit.common), ("random", &fit.random)] {
        let found = ranks(model, small_is_good, seed, draws)?;
        values.push(&format!("pscore_{name}"), p_scores(model, small_is_good));
        values.push(&format!("sucra_{name}"), found.sucra);
        values.push(&format!("rankogram_{name}"), &found.probabilities);
        values.push(&format!("meanrank_{name}"), found.mean);
        values.push(&format!("medianrank_{name}"), found.median);
    }
    Ok(values)
}
