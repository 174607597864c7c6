use super::*;

/// An autoregression of uniform noise from a congruential generator, the first chain shifted, all rounded down to parts of
/// `steps` where that is not 0.
fn chains(chains: usize, draws: usize, correlation: f64, shift: f64, steps: f64) -> Vec<Vec<f64>> {
    let mut state: u64 = 12_345;
    let mut next = || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        state as f64 / 2_147_483_648.0 - 0.5
    };
    let mut chain = |c: usize| {
        let mut x = 0.0;
        let mut draw = |_| {
            x = correlation * x + next();
            let shifted = x + if c == 0 { shift } else { 0.0 };
            if steps > 0.0 {
                (shifted * steps).floor() / steps
            } else {
                shifted
            }
        };
        (0..draws).map(&mut draw).collect()
    };
    (0..chains).map(&mut chain).collect()
}

/// `_rhat_rank`, `_ess_bulk`, `_ess_tail` of (0.05, 0.95), `_ess_mean`, `_ess_quantile` of 0.1, `_mcse_mean`,
/// `_mcse_quantile` of 0.1 and 0.5 and `_bfmi` of the first chain, of `arviz_stats.base.array_stats` 0.8.0 (Python, NumPy
/// 2.4.6), of the same chains.
#[test]
fn agrees_with_arviz() {
    #[rustfmt::skip]
    let cases: [(Vec<Vec<f64>>, [f64; 9]); 5] = [
        (chains(4, 100, 0.7, 0.0, 0.0), [
            1.0315095528630431, 68.90142658415017, 160.00956708921308, 70.17477679320949, 80.61883515406332,
            0.04810998774644865, 0.05267059976908617, 0.06675405515853859, 0.8006531474712728,
        ]),
        (chains(4, 101, 0.7, 0.75, 0.0), [
            1.3252140126406227, 11.098314860083795, 53.206463162184065, 10.636647952281637, 81.57268646393392,
            0.16077263320081342, 0.05913603128062242, 0.18591095954590553, 0.8067507401942349,
        ]),
        (chains(2, 250, -0.5, 0.0, 0.0), [
            0.9976711444861588, 1349.4850021680093, 457.76922070215454, 1349.4850021680093, 616.1021421945845,
            0.009329942070322426, 0.024777643239542818, 0.01979232997208611, 2.9971793689545967,
        ]),
        (chains(3, 64, 0.9, 0.0, 4.0), [
            1.206064571759195, 12.295927756025668, 34.51919983688635, 11.137123618373453, 32.0896106706278,
            0.18335648596346005, 0.125, 0.125, 0.3782234957020057,
        ]),
        // Of one chain, arviz tells no R-hat.
        (chains(1, 200, 0.3, 0.0, 0.0), [
            f64::NAN, 118.95214033985387, 114.83190292730795, 124.09577359768008, 183.35025368189727,
            0.027634955663714187, 0.015329508207548415, 0.04151696815466503, 1.3918977074700492,
        ]),
    ];
    for (i, (chains, expected)) in cases.iter().enumerate() {
        let ours = [
            r_hat(chains),
            ess_bulk(chains),
            ess_tail(chains),
            ess_mean(chains),
            ess_quantile(chains, 0.1),
            mcse_mean(chains),
            mcse_quantile(chains, 0.1),
            mcse_quantile(chains, 0.5),
            e_bfmi(&chains[0]),
        ];
        for (j, (ours, expected)) in ours.iter().zip(expected).enumerate() {
            let ours = ours.unwrap();
            // The autocovariances there come from Fourier transforms.
            let near = (ours - expected).abs() <= 1e-10 * expected.abs();
            assert!(
                near || expected.is_nan(),
                "case {i}, number {j}: {ours}, not {expected}"
            );
        }
    }
}

#[test]
fn what_cannot_be_judged_has_no_answer() {
    let short = [vec![1.0, 2.0, 3.0], vec![2.0, 1.0, 3.0]];
    let unequal = [vec![1.0, 2.0, 3.0, 4.0], vec![2.0, 1.0, 3.0]];
    let infinite = [vec![1.0, f64::INFINITY, 3.0, 4.0, 5.0, 6.0]];
    let constant = [vec![0.1; 10], vec![0.1; 10]];
    let none: [Vec<f64>; 0] = [];
    for chains in [&short[..], &unequal, &infinite, &constant, &none] {
        assert_eq!(r_hat(chains), None);
        assert_eq!(ess_bulk(chains), None);
        assert_eq!(ess_tail(chains), None);
        assert_eq!(mcse_mean(chains), None);
        assert_eq!(mcse_quantile(chains, 0.5), None);
    }
    assert_eq!(e_bfmi(&[1.0; 10]), None);
    // Constant within, different between: as far apart as can be.
    assert_eq!(r_hat(&[vec![0.0; 10], vec![1.0; 10]]), None);
}

/// Ranks do not care about the scale, nor do ratios of variances.
#[test]
fn a_monotone_scale_changes_no_rank() {
    let chains = chains(4, 80, 0.5, 0.3, 0.0);
    let stretched: Vec<Vec<f64>> = chains
        .iter()
        .map(|chain| chain.iter().map(|x| x * x * x * 8.0).collect())
        .collect();
    assert_eq!(ess_bulk(&chains), ess_bulk(&stretched));
    assert_eq!(ess_tail(&chains), ess_tail(&stretched));
}

/// An autoregression's draws are worth `(1 - phi) / (1 + phi)` of independent ones.
#[test]
fn effective_draws_are_those_of_theory() {
    for (correlation, tolerance) in [(0.0, 0.1), (0.6, 0.15), (0.9, 0.2)] {
        let chains = chains(4, 5000, correlation, 0.0, 0.0);
        let expected = 20_000.0 * (1.0 - correlation) / (1.0 + correlation);
        let ours = ess_mean(&chains).unwrap();
        assert!(
            (ours / expected - 1.0).abs() < tolerance,
            "{ours}, not {expected}"
        );
    }
}
