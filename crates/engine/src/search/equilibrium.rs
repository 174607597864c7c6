//! The equilibrium of a constant infusion. The system is run through windows of time, each twice as long as the one before,
//! until Newton's method on the derivatives with their compiled Jacobian says that the equilibrium is near; it is then gone
//! to, and another window confirms it.

use euthymia_vecmath::Lanes;

use super::{AT_REST, MOST_SLOPES, Search, Trouble};
use crate::executor::execute;
use crate::matrix::{SMALLEST_PIVOT, solve};
use crate::steady::Steady;

/// Windows that are run through.
const MOST_WINDOWS: u32 = 60;
/// The distance, relative to the state, from which Newton's method goes to an equilibrium.
const NEAR: f64 = 1e-2;

impl Search<'_> {
    /// The equilibrium with a constant infusion.
    pub(super) fn equilibrium(&mut self, steady: &Steady) -> Result<Vec<f64>, Trouble> {
        let into = usize::from(steady.compartment);
        let mut state = self.initial.to_vec();
        let mut window = 1.0;
        for _ in 0..MOST_WINDOWS {
            self.intervals += 1;
            self.place(&state, into, steady.rate);
            self.advance(steady.time, steady.time + window)?;
            let end = self.state();
            self.note(&state, &end);
            state = end;
            if let Some(found) = self.rest(steady, &state) {
                self.intervals += 1;
                self.place(&found, into, steady.rate);
                self.advance(steady.time, steady.time + window)?;
                let after = self.state();
                if self.size(&found, &after) <= AT_REST {
                    return Ok(found);
                }
                self.note(&found, &after);
                if self.plan.timed {
                    return Err(Trouble::Timed);
                }
            }
            window *= 2.0;
        }
        Err(Trouble::Unsettled)
    }

    /// Where the derivatives vanish, if that is near.
    fn rest(&mut self, steady: &Steady, from: &[f64]) -> Option<Vec<f64>> {
        let (plan, n) = (self.plan, from.len());
        let mut x = from.to_vec();
        for _ in 0..MOST_SLOPES {
            self.place(&x, usize::from(steady.compartment), steady.rate);
            self.registers[usize::from(plan.program.time)] = Lanes([steady.time]);
            for state in 0..n {
                self.registers[plan.arguments[state]] = self.registers[plan.current + state];
            }
            let tape = &plan.program.jacobian.instructions;
            execute(self.options.isa, tape, self.registers);
            let mut jacobian = vec![0.0; n * n];
            for entry in &plan.program.jacobian_entries {
                jacobian[usize::from(entry.row) * n + usize::from(entry.column)] =
                    -self.registers[usize::from(entry.register)].0[0];
            }
            let slope = |state: usize| {
                self.registers[plan.derivatives[state]].0[0] + self.registers[plan.infusions + state].0[0]
            };
            let mut slopes: Vec<f64> = (0..n).map(slope).collect();
            for state in (0..n).filter(|&state| self.is_off(state)) {
                jacobian[state * n..][..n].fill(0.0);
                jacobian[state * n + state] = 1.0;
                slopes[state] = 0.0;
            }
            let distance = solve(jacobian, slopes, SMALLEST_PIVOT).ok()?;
            if (x.iter().zip(&distance))
                .any(|(x, distance)| distance.abs() > NEAR * x.abs() + self.options.atol)
            {
                return None;
            }
            let goal: Vec<f64> = x
                .iter()
                .zip(&distance)
                .map(|(x, distance)| x + distance)
                .collect();
            let arrived = self.size(&x, &goal) <= AT_REST * AT_REST;
            x = goal;
            if arrived {
                return Some(x);
            }
        }
        None
    }
}
