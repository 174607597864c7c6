//! `netsplit`, `net_decomp_design`, `netheat`, `netcontrib`, `netmeasures`, `netcomb`: where a network's estimates come from
//! and whether they agree.

use super::estimates::{fitted, pair_names, test};
use super::read::{Given, options, reference};
use crate::MetaError;
use crate::analysis::{Analysis, Value, Values};
use crate::network::{
    Additive, Components, DesignModel, Estimate, Network, QTest, Split, Splitting, Streams, components,
    contributions, decompose, heat, measures, split,
};

fn estimate_values(of: &[Option<Estimate>]) -> Values {
    let column = |part: fn(&Estimate) -> f64| -> Vec<Option<f64>> {
        of.iter().map(|estimate| estimate.as_ref().map(part)).collect()
    };
    Values::new()
        .with("TE", column(|estimate| estimate.te))
        .with("seTE", column(|estimate| estimate.se))
        .with("statistic", column(Estimate::z))
        .with("p", column(Estimate::p))
}

/// Direct against indirect evidence of all pairs.
pub(super) fn netsplit(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let how = match inputs.text("method")?.map(str::to_lowercase).as_deref() {
        None | Some("back-calculation") => Splitting::BackCalculation,
        Some("sidde") => Splitting::WithoutDesigns,
        Some(other) => {
            return Err(inputs.error(
                "method",
                format!("`{other}` is neither back-calculation nor SIDDE"),
            ));
        }
    };
    let (_, network, fit) = fitted(analysis)?;
    let only = inputs.number("tol_direct")?;
    let common = split(&network, &fit, how, false, only)?;
    let random = split(&network, &fit, how, true, only)?;
    let name = |split: &Split| network.pair(split.pair.0, split.pair.1);
    let mut values = Values::new();
    values.push("comparison", common.iter().map(name).collect::<Vec<_>>());
    values.push("k", common.iter().map(|split| split.studies).collect::<Vec<_>>());
    values.push(
        "prop_common",
        common.iter().map(|split| split.share).collect::<Vec<_>>(),
    );
    values.push(
        "prop_random",
        random.iter().map(|split| split.share).collect::<Vec<_>>(),
    );
    for (name, splits) in [("common", &common), ("random", &random)] {
        let of = |part: fn(&Split) -> Option<Estimate>| -> Values {
            estimate_values(&splits.iter().map(part).collect::<Vec<_>>())
        };
        values.push(&format!("direct_{name}"), of(|split| split.direct));
        values.push(&format!("indirect_{name}"), of(|split| split.indirect));
        values.push(&format!("compare_{name}"), of(|split| split.difference));
    }
    Ok(values)
}

fn tests(tests: &[QTest]) -> Values {
    Values::new()
        .with("Q", tests.iter().map(|test| test.q).collect::<Vec<_>>())
        .with("df", tests.iter().map(|test| test.df).collect::<Vec<_>>())
        .with("pval", tests.iter().map(QTest::p).collect::<Vec<_>>())
}

fn several_designs(network: &Network) -> Result<(), MetaError> {
    if network.n() > 2 {
        return Ok(());
    }
    Err(MetaError::NoAnswer(
        "with two treatments there is one design, and nothing to compare it with".to_owned(),
    ))
}

/// Q by designs.
pub(super) fn decomposition(analysis: &Analysis) -> Result<Values, MetaError> {
    let network = Given::of(analysis)?.network()?;
    several_designs(&network)?;
    let reference = reference(&analysis.inputs, &network)?;
    let parts = decompose(&network, reference)?;
    let model = DesignModel::fit(&network, reference, 0.0)?;
    let named = |names: Vec<String>, found: &[QTest]| -> Values {
        let mut values = Values::new().with("design", names);
        values.extend(tests(found));
        values
    };
    let within: Vec<QTest> = model.designs.iter().map(|design| design.heterogeneity).collect();
    let mut values = Values::new();
    values.push("Q_decomp", tests(&[parts.total, parts.within, parts.between]));
    let rows = ["Total", "Within designs", "Between designs"];
    values.push("Q_decomp_rows", rows.map(str::to_owned).to_vec());
    values.push(
        "Q_het_design",
        named(
            model.designs.iter().map(|design| design.name.clone()).collect(),
            &within,
        ),
    );
    let (names, detached): (Vec<String>, Vec<QTest>) = model
        .designs
        .iter()
        .enumerate()
        .filter_map(|(at, design)| model.detached(at).map(|test| (design.name.clone(), test)))
        .unzip();
    values.push("Q_inc_detach", named(names, &detached));
    values.push(
        "Q_inc_random",
        tests(&[parts.between_random]).with("tau_within", vec![parts.tau_within]),
    );
    let preset = options(&analysis.inputs, &network)?.heterogeneity;
    if let crate::network::Heterogeneity::Preset(tau) = preset {
        let between = DesignModel::fit(&network, reference, tau * tau)?.between();
        values.push(
            "Q_inc_random_preset",
            tests(&[between]).with("tau_preset", vec![tau]),
        );
    }
    Ok(values)
}

/// The net heat plot as numbers.
pub(super) fn netheat(analysis: &Analysis) -> Result<Values, MetaError> {
    let network = Given::of(analysis)?.network()?;
    several_designs(&network)?;
    let inputs = &analysis.inputs;
    let reference = reference(inputs, &network)?;
    let tau = match inputs.number("tau_preset")? {
        Some(tau) => tau,
        None if inputs.flag("random")? == Some(true) => decompose(&network, reference)?.tau_within,
        None => 0.0,
    };
    let found = heat(&network, reference, tau * tau)?;
    Ok(Values::new()
        .with("comparison", found.comparisons)
        .with("design", found.designs)
        .with("tau", tau)
        .with("contribution", &found.contribution)
        .with("Q_inc_design", found.inconsistency)
        .with("heat", super::estimates::cells(&found.heat)))
}

/// Contributions of direct comparisons.
pub(super) fn netcontrib(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let streams = match inputs.text("method")? {
        None | Some("shortestpath") => Streams::ShortestPath,
        Some("randomwalk") => Streams::RandomWalk,
        Some("pseudoinverse") => Streams::LeastSquares,
        Some(other) => {
            return Err(inputs.error(
                "method",
                format!("`{other}` is none of shortestpath, randomwalk, pseudoinverse"),
            ));
        }
    };
    let (_, network, fit) = fitted(analysis)?;
    let common = contributions(&network, &fit.common, streams)?;
    let random = contributions(&network, &fit.random, streams)?;
    let columns = common.comparisons.iter().map(|(a, b)| network.pair(*a, *b));
    Ok(Values::new()
        .with("rows", pair_names(&network))
        .with("cols", columns.collect::<Vec<_>>())
        .with("common", &common.weights)
        .with("random", &random.weights))
}

/// Properties of all estimates.
pub(super) fn netmeasures(analysis: &Analysis) -> Result<Values, MetaError> {
    let (_, network, fit) = fitted(analysis)?;
    let inputs = &analysis.inputs;
    let tau2 = match (inputs.number("tau_preset")?, inputs.flag("random")?) {
        (Some(tau), _) => tau * tau,
        (None, Some(false)) => 0.0,
        (None, _) => fit.tau2.unwrap_or(0.0),
    };
    let found = measures(&network, tau2)?;
    Ok(Values::new()
        .with("comparisons", pair_names(&network))
        .with(
            "proportion",
            found.iter().map(|m| m.proportion).collect::<Vec<_>>(),
        )
        .with("meanpath", found.iter().map(|m| m.mean_path).collect::<Vec<_>>())
        .with(
            "minpar",
            found.iter().map(|m| m.minimal_parallelism).collect::<Vec<_>>(),
        ))
}

/// Effects of components.
pub(super) fn netcomb(analysis: &Analysis) -> Result<Values, MetaError> {
    let inputs = &analysis.inputs;
    let network = Network::in_parts(&Given::of(analysis)?.contrasts)?;
    let separator = match inputs.text("sep")? {
        Some(separator) => separator,
        None => inputs.text("sep_comps")?.unwrap_or("+"),
    };
    let parts = Components::read(&network, separator, inputs.text("inactive")?)?;
    let tau = inputs.number("tau_preset")?;
    let fit = components(&network, &parts, tau)?;
    let level = options(inputs, &network)?.level;
    let reach = euthymia_stats::normal::quantile(0.5 + 0.5 * level);
    let mut values = Values::new().with("comps", parts.names.clone());
    for (name, model) in [("common", &fit.common), ("random", &fit.random)] {
        let estimates: Vec<Option<Estimate>> = model
            .te
            .iter()
            .zip(&model.se)
            .map(|(te, se)| te.zip(*se).map(|(te, se)| Estimate { te, se }))
            .collect();
        let of = |part: &dyn Fn(&Estimate) -> f64| -> Value {
            Value::Numbers(
                estimates
                    .iter()
                    .map(|estimate| estimate.as_ref().map(part))
                    .collect(),
            )
        };
        values.push(&format!("Comp_{name}"), of(&|e| e.te));
        values.push(&format!("seComp_{name}"), of(&|e| e.se));
        values.push(&format!("lower_Comp_{name}"), of(&|e| e.te - reach * e.se));
        values.push(&format!("upper_Comp_{name}"), of(&|e| e.te + reach * e.se));
        values.push(&format!("pval_Comp_{name}"), of(&Estimate::p));
    }
    values.push("tau2", fit.tau2);
    values.push("tau", fit.tau2.map(f64::sqrt));
    test(
        &mut values,
        ["Q_additive", "df_Q_additive", "pval_Q_additive"],
        Some(&fit.additive),
    );
    test(
        &mut values,
        ["Q_standard", "df_Q_standard", "pval_Q_standard"],
        fit.standard.as_ref(),
    );
    test(
        &mut values,
        ["Q_diff", "df_Q_diff", "pval_Q_diff"],
        fit.difference.as_ref(),
    );
    values.push("trts", network.treatments.clone());
    let push = |values: &mut Values, name: &str, model: &Additive| {
        values.push(&format!("TE_{name}"), &model.effects);
        values.push(&format!("seTE_{name}"), &model.standard_errors);
    };
    push(&mut values, "common", &fit.common);
    push(&mut values, "random", &fit.random);
    Ok(values)
}
