//! pharmsol: a subject with infusions and missing observations, whose predictions carry the states. METHOD is bdf, tr_bdf2,
//! esdirk34 or tsit45; the Jacobian is pharmsol's own.

use diffsol::VectorHost;
use peer_common::model::{self, CONSTANTS};
use peer_common::{Solve, Work, Workload, serve};
use pharmsol::equation::{ExplicitRkTableau, OdeSolver, SdirkTableau};
use pharmsol::prelude::*;
use pharmsol::{Cache, Parameters};

fn main() {
    serve(|method, workload, rtol, atol| {
        let solver = match method {
            "bdf" => OdeSolver::Bdf,
            "tr_bdf2" => OdeSolver::Sdirk(SdirkTableau::TrBdf2),
            "esdirk34" => OdeSolver::Sdirk(SdirkTableau::Esdirk34),
            "tsit45" => OdeSolver::ExplicitRk(ExplicitRkTableau::Tsit45),
            other => return Err(format!("no method {other}")),
        };
        let ode = match workload.number {
            1 => ode::<1>(),
            _ => ode::<2>(),
        };
        Ok(solve(
            ode.with_solver(solver).with_tolerances(rtol, atol),
            workload,
        ))
    });
}

const NAMES: [&str; CONSTANTS] = [
    "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10", "k11", "k12", "k13", "k14", "k15",
    "k16",
];
const STATES: [&str; 13] = [
    "A1", "A2", "A3", "M1", "M2", "Ce", "G", "P", "B", "M", "S", "N", "Y",
];

fn ode<const W: usize>() -> equation::ODE {
    let states = model::states(W);
    equation::ODE::new(
        |x, p, _t, dx, _bolus, rate, _cov| {
            model::rhs(W, p.as_slice(), rate[0], x.as_slice(), dx.as_mut_slice());
        },
        |_p, _t, _cov| lag! {},
        |_p, _t, _cov| fa! {},
        |_p, _t, _cov, x| x.as_mut_slice().copy_from_slice(&model::initial(W)),
        |x, _p, _t, _cov, y| y[0] = x[0],
    )
    .with_nstates(states)
    .with_ndrugs(1)
    .with_nout(1)
    .with_metadata(
        equation::metadata::new("workload")
            .parameters(NAMES)
            .states(STATES[..states].iter().copied())
            .outputs(["A1"])
            .route(
                equation::Route::infusion("iv")
                    .to_state("A1")
                    .inject_input_to_destination(),
            ),
    )
    .expect("names and numbers agree")
    .disable_cache()
}

fn solve(ode: equation::ODE, workload: &Workload) -> Solve<'_> {
    let mut builder = Subject::builder("1");
    for dose in &workload.doses {
        builder = builder.infusion(dose.time, dose.amount, "iv", dose.amount / dose.rate);
    }
    for &time in &workload.times {
        builder = builder.missing_observation(time, "A1");
    }
    let subject = builder.build();
    let states = model::states(workload.number);
    Box::new(move |who, table| {
        let constants = model::constants(&workload.parameters[who]);
        let parameters = Parameters::with_model(&ode, NAMES.into_iter().zip(constants))
            .map_err(|error| error.to_string())?;
        let predictions = ode
            .estimate_predictions(&subject, &parameters)
            .map_err(|error| error.to_string())?;
        for (row, prediction) in table.chunks_exact_mut(states).zip(predictions.predictions()) {
            row.copy_from_slice(prediction.state());
        }
        Ok(Work::default())
    })
}
