//! diffsol: closures with the Jacobian's action, dense nalgebra matrices, outputs from dense output, a restart where the
//! infusion rate changes. METHOD is bdf, tr_bdf2, esdirk34 or tsit45.

use std::cell::RefCell;

use diffsol::error::DiffsolError;
use diffsol::{
    BdfState, NalgebraContext, NalgebraLU, NalgebraMat, NalgebraVec, OdeBuilder, OdeEquations,
    OdeEquationsImplicit, OdeSolverMethod, OdeSolverProblem, OdeSolverState, OdeSolverStopReason, Op,
    RkState, Vector,
};
use peer_common::model::{self, CONSTANTS};
use peer_common::{Solve, Work, Workload, serve};

type M = NalgebraMat<f64>;
type V = NalgebraVec<f64>;
type Lu = NalgebraLU<f64>;

fn main() {
    serve(|method, workload, rtol, atol| match workload.number {
        1 => solve::<1>(method, workload, rtol, atol),
        _ => solve::<2>(method, workload, rtol, atol),
    });
}

fn solve<'w, const W: usize>(
    method: &str,
    workload: &'w Workload,
    rtol: f64,
    atol: f64,
) -> Result<Solve<'w>, String> {
    let problem = OdeBuilder::<M>::new()
        .rtol(rtol)
        .atol(vec![atol; model::states(W)])
        .h0(0.01)
        .p(vec![1.0; CONSTANTS + 1])
        .use_coloring(true)
        .rhs_implicit(
            |x, p, _t, y| model::rhs(W, p, p[CONSTANTS], x, y),
            |x, p, _t, v, y| model::jacobian_times(W, p, x, v, y),
        )
        .init(
            |_p, _t, y: &mut [f64]| y.copy_from_slice(&model::initial(W)),
            model::states(W),
        )
        .build()
        .map_err(text)?;
    Ok(match method {
        "bdf" => Box::new(subject::<_, BdfState<V>, W>(problem, workload, 1, bdf)),
        "tr_bdf2" => Box::new(subject::<_, RkState<V>, W>(problem, workload, 2, tr_bdf2)),
        "esdirk34" => Box::new(subject::<_, RkState<V>, W>(problem, workload, 3, esdirk34)),
        "tsit45" => Box::new(subject::<_, RkState<V>, W>(problem, workload, 5, tsit45)),
        other => return Err(format!("no method {other}")),
    })
}

/// A stretch of constant infusion rate: from a state to its end.
type Stretch<Eqn, S> = fn(&OdeSolverProblem<Eqn>, S, f64, &mut Observed) -> Result<S, String>;

macro_rules! stretch {
    ($name:ident, $state:ty, $($method:tt)+) => {
        fn $name<Eqn>(
            problem: &OdeSolverProblem<Eqn>,
            state: $state,
            end: f64,
            observed: &mut Observed,
        ) -> Result<$state, String>
        where
            Eqn: OdeEquationsImplicit<T = f64, V = V, M = M, C = NalgebraContext>,
        {
            let solver = problem.$($method)+(state).map_err(text)?;
            advance(solver, end, observed)
        }
    };
}

stretch!(bdf, BdfState<V>, bdf_solver::<Lu>);
stretch!(tr_bdf2, RkState<V>, tr_bdf2_solver::<Lu>);
stretch!(esdirk34, RkState<V>, esdirk34_solver::<Lu>);
stretch!(tsit45, RkState<V>, tsit45_solver);

fn text(error: DiffsolError) -> String {
    error.to_string()
}

/// Where in the table of observations a subject is.
struct Observed<'a> {
    times: &'a [f64],
    table: &'a mut [f64],
    next: usize,
    at: &'a mut V,
    steps: u64,
}

fn advance<'p, Eqn, Solver>(
    mut solver: Solver,
    end: f64,
    observed: &mut Observed,
) -> Result<Solver::State, String>
where
    Eqn: OdeEquations<T = f64, V = V, M = M, C = NalgebraContext> + 'p,
    Solver: OdeSolverMethod<'p, Eqn>,
{
    let states = observed.at.len();
    solver.set_stop_time(end).map_err(text)?;
    loop {
        let reached = matches!(solver.step().map_err(text)?, OdeSolverStopReason::TstopReached);
        let now = if reached { end } else { solver.state().t };
        while let Some(&time) = observed.times.get(observed.next).filter(|&&time| time <= now) {
            solver
                .interpolate_inplace(time.min(solver.state().t), observed.at)
                .map_err(text)?;
            let row = observed.next * states;
            observed.table[row..row + states].copy_from_slice(observed.at.batch_as_slice(0));
            observed.next += 1;
        }
        if reached {
            break;
        }
    }
    observed.steps += solver.get_statistics().number_of_steps as u64;
    Ok(solver.into_state())
}

/// The number of right-hand sides so far, which diffsol counts in the equations.
fn right_hand_sides<Eqn: OdeEquations>(equations: &Eqn) -> u64 {
    equations.rhs().statistics().number_of_calls as u64
}

fn subject<'w, Eqn, S, const W: usize>(
    problem: OdeSolverProblem<Eqn>,
    workload: &'w Workload,
    order: usize,
    stretch: Stretch<Eqn, S>,
) -> impl FnMut(usize, &mut [f64]) -> Result<Work, String> + 'w
where
    Eqn: OdeEquationsImplicit<T = f64, V = V, M = M, C = NalgebraContext> + 'w,
    S: OdeSolverState<V> + 'w,
{
    let problem = RefCell::new(problem);
    let stretches = workload.stretches();
    let mut at = V::zeros(model::states(W), NalgebraContext::default());
    let mut before = 0;
    move |who, table| {
        let problem = &mut *problem.borrow_mut();
        let mut parameters = [0.0; CONSTANTS + 1];
        parameters[..CONSTANTS].copy_from_slice(&model::constants(&workload.parameters[who]));
        let mut x = model::initial(W);
        table[..x.len()].copy_from_slice(&x);
        let mut observed = Observed {
            times: &workload.times,
            table,
            next: 1,
            at: &mut at,
            steps: 0,
        };
        for &(start, end, rate) in &stretches {
            parameters[CONSTANTS] = rate;
            problem
                .eqn_mut()
                .set_params(&V::from_vec(parameters.to_vec(), NalgebraContext::default()));
            problem.t0 = start;
            let mut state = S::new_without_initialise(problem).map_err(text)?;
            {
                let state = state.as_mut();
                state.y.batch_as_mut_slice(0).copy_from_slice(&x);
                model::rhs(W, &parameters, rate, &x, state.dy.batch_as_mut_slice(0));
            }
            state
                .as_mut()
                .set_step_size(problem.h0, &problem.atol, problem.rtol, &problem.eqn, order);
            let ended = stretch(problem, state, end, &mut observed)?;
            x.copy_from_slice(ended.as_ref().y.batch_as_slice(0));
        }
        let calls = right_hand_sides(&problem.eqn);
        let work = Work {
            right_hand_sides: Some(calls.wrapping_sub(before)),
            steps: Some(observed.steps),
        };
        before = calls;
        Ok(work)
    }
}
