//! The vector arithmetic that chains compute with.
//!
//! That of nuts-rs picks the widest instructions of the processor at hand, fuses multiplications with additions and
//! adds in as many lanes as there are: its sums have other bits on other machines. These go from the first to the
//! last, and normal variates come from quantiles of `euthymia_stats`.

use std::collections::HashMap;
use std::fmt;

use euthymia_vecmath::scalar;
use nuts_rs::rand::Rng;
use nuts_rs::{HasDims, LogpError, Math};

use super::arithmetic::{dot, scales, set_scales, standard_normal, stretched, uniform};
use crate::tape::Tape;
use crate::target::LogDensity;

/// A density of 0, or one without a gradient: where a trajectory diverges.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vanished;

impl fmt::Display for Vanished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the log density or its gradient is not finite")
    }
}

impl std::error::Error for Vanished {}

impl LogpError for Vanished {
    fn is_recoverable(&self) -> bool {
        true
    }
}

/// A target, and the memory to take its gradients with.
pub(super) struct Vectors<'a, T> {
    target: &'a T,
    tape: Tape,
}

impl<'a, T: LogDensity> Vectors<'a, T> {
    pub(super) fn new(target: &'a T) -> Self {
        Self {
            target,
            tape: Tape::default(),
        }
    }

    /// The log density at `position`, its gradient left in `gradient`.
    pub(super) fn density(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, Vanished> {
        let target = self.target;
        let value = self.tape.gradient(position, gradient, |x| target.log_density(x));
        let finite = value.is_finite() && gradient.iter().all(|d| d.is_finite());
        if finite { Ok(value) } else { Err(Vanished) }
    }
}

impl<T: LogDensity> HasDims for Vectors<'_, T> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".to_owned(), self.dim() as u64)])
    }
}

/// What only microcanonical dynamics and the transport of whole densities ask for.
macro_rules! never_asked {
    () => {
        unreachable!("only trajectories of Hamilton's equations in straight space are sampled")
    };
}

impl<T: LogDensity> Math for Vectors<'_, T> {
    type Vector = Vec<f64>;
    type EigVectors = Vec<Vec<f64>>;
    type EigValues = Vec<f64>;
    type LogpErr = Vanished;
    type Err = Vanished;
    type FlowParameters = ();
    type ExpandedVector = ();

    fn dim(&self) -> usize {
        self.target.dimension()
    }

    fn new_array(&mut self) -> Vec<f64> {
        vec![0.0; self.dim()]
    }

    fn new_eig_vectors<'a>(&'a mut self, vals: impl ExactSizeIterator<Item = &'a [f64]>) -> Vec<Vec<f64>> {
        vals.map(<[f64]>::to_vec).collect()
    }

    fn new_eig_values(&mut self, vals: &[f64]) -> Vec<f64> {
        vals.to_vec()
    }

    fn logp_array(&mut self, position: &Vec<f64>, gradient: &mut Vec<f64>) -> Result<f64, Vanished> {
        self.density(position, gradient)
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, Vanished> {
        self.density(position, gradient)
    }

    fn init_position<R: Rng + ?Sized>(
        &mut self,
        rng: &mut R,
        position: &mut Vec<f64>,
        gradient: &mut Vec<f64>,
    ) -> Result<f64, Vanished> {
        position.iter_mut().for_each(|x| *x = 2.0 * uniform(rng) - 1.0);
        self.density(position, gradient)
    }

    fn expand_vector<R: Rng + ?Sized>(&mut self, _: &mut R, _: &Vec<f64>) -> Result<(), Vanished> {
        Ok(())
    }

    fn scalar_prods3(
        &mut self,
        positive1: &Vec<f64>,
        negative1: &Vec<f64>,
        positive2: &Vec<f64>,
        x: &Vec<f64>,
        y: &Vec<f64>,
    ) -> (f64, f64) {
        let mut sums = (0.0, 0.0);
        for i in 0..positive1.len() {
            let sum = positive1[i] + positive2[i] - negative1[i];
            sums.0 += sum * x[i];
            sums.1 += sum * y[i];
        }
        sums
    }

    fn scalar_prods2(
        &mut self,
        positive1: &Vec<f64>,
        positive2: &Vec<f64>,
        x: &Vec<f64>,
        y: &Vec<f64>,
    ) -> (f64, f64) {
        let mut sums = (0.0, 0.0);
        for i in 0..positive1.len() {
            let sum = positive1[i] + positive2[i];
            sums.0 += sum * x[i];
            sums.1 += sum * y[i];
        }
        sums
    }

    fn sq_norm_sum(&mut self, x: &Vec<f64>, y: &Vec<f64>) -> f64 {
        x.iter().zip(y).map(|(x, y)| (x + y) * (x + y)).sum()
    }

    fn read_from_slice(&mut self, dest: &mut Vec<f64>, source: &[f64]) {
        dest.copy_from_slice(source);
    }

    fn write_to_slice(&mut self, source: &Vec<f64>, dest: &mut [f64]) {
        dest.copy_from_slice(source);
    }

    fn eigs_as_array(&mut self, source: &Vec<f64>) -> Box<[f64]> {
        source.clone().into()
    }

    fn copy_into(&mut self, array: &Vec<f64>, dest: &mut Vec<f64>) {
        dest.copy_from_slice(array);
    }

    fn axpy_out(&mut self, x: &Vec<f64>, y: &Vec<f64>, a: f64, out: &mut Vec<f64>) {
        for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
            *out = a * x + y;
        }
    }

    fn axpy(&mut self, x: &Vec<f64>, y: &mut Vec<f64>, a: f64) {
        for (y, x) in y.iter_mut().zip(x) {
            *y += a * x;
        }
    }

    fn array_sum_ln(&mut self, array: &Vec<f64>) -> f64 {
        array.iter().map(|&x| scalar::ln(x)).sum()
    }

    fn fill_array(&mut self, array: &mut Vec<f64>, val: f64) {
        array.fill(val);
    }

    fn array_all_finite(&mut self, array: &Vec<f64>) -> bool {
        array.iter().all(|x| x.is_finite())
    }

    fn array_all_finite_and_nonzero(&mut self, array: &Vec<f64>) -> bool {
        array.iter().all(|&x| x.is_finite() && x != 0.0)
    }

    fn array_mult(&mut self, array1: &Vec<f64>, array2: &Vec<f64>, dest: &mut Vec<f64>) {
        for ((dest, x), y) in dest.iter_mut().zip(array1).zip(array2) {
            *dest = x * y;
        }
    }

    fn array_mult_inplace(&mut self, array1: &mut Vec<f64>, array2: &Vec<f64>) {
        for (x, y) in array1.iter_mut().zip(array2) {
            *x *= y;
        }
    }

    fn array_recip(&mut self, array: &Vec<f64>, dest: &mut Vec<f64>) {
        for (dest, x) in dest.iter_mut().zip(array) {
            *dest = x.recip();
        }
    }

    /// `clip * asinh(x / clip)` where that differs from x.
    fn array_softclip(&mut self, array: &mut Vec<f64>, clip: f64) {
        for x in array.iter_mut().filter(|x| x.abs() > 0.1 * clip) {
            let ratio = x.abs() / clip;
            let asinh = scalar::ln(ratio + (ratio * ratio + 1.0).sqrt());
            *x = (clip * asinh).copysign(*x);
        }
    }

    fn apply_lowrank_transform(
        &mut self,
        vecs: &Vec<Vec<f64>>,
        vals: &Vec<f64>,
        rhs: &Vec<f64>,
        dest: &mut Vec<f64>,
    ) {
        dest.copy_from_slice(&stretched(rhs, vecs, vals));
    }

    fn apply_lowrank_transform_inplace(
        &mut self,
        vecs: &Vec<Vec<f64>>,
        vals: &Vec<f64>,
        rhs_and_dest: &mut Vec<f64>,
    ) {
        if !vecs.is_empty() {
            *rhs_and_dest = stretched(rhs_and_dest, vecs, vals);
        }
    }

    fn array_mult_eigs(
        &mut self,
        stds: &Vec<f64>,
        rhs: &Vec<f64>,
        dest: &mut Vec<f64>,
        vecs: &Vec<Vec<f64>>,
        vals: &Vec<f64>,
    ) {
        self.array_mult(stds, rhs, dest);
        *dest = stretched(dest, vecs, vals);
        self.array_mult_inplace(dest, stds);
    }

    fn array_vector_dot(&mut self, array1: &Vec<f64>, array2: &Vec<f64>) -> f64 {
        dot(array1, array2)
    }

    fn array_gaussian<R: Rng + ?Sized>(&mut self, rng: &mut R, dest: &mut Vec<f64>, stds: &Vec<f64>) {
        for (dest, std) in dest.iter_mut().zip(stds) {
            *dest = std * standard_normal(rng);
        }
    }

    fn array_gaussian_eigs<R: Rng + ?Sized>(
        &mut self,
        rng: &mut R,
        dest: &mut Vec<f64>,
        scale: &Vec<f64>,
        vals: &Vec<f64>,
        vecs: &Vec<Vec<f64>>,
    ) {
        dest.iter_mut().for_each(|x| *x = standard_normal(rng));
        *dest = stretched(dest, vecs, vals);
        self.array_mult_inplace(dest, scale);
    }

    fn array_update_variance(
        &mut self,
        mean: &mut Vec<f64>,
        variance: &mut Vec<f64>,
        value: &Vec<f64>,
        diff_scale: f64,
    ) {
        for ((mean, variance), x) in mean.iter_mut().zip(variance).zip(value) {
            let difference = x - *mean;
            *mean += difference * diff_scale;
            *variance += difference * difference;
        }
    }

    fn array_update_var_inv_std_draw(
        &mut self,
        inv_std: &mut Vec<f64>,
        std: &mut Vec<f64>,
        draw_var: &Vec<f64>,
        scale: f64,
        fill_invalid: Option<f64>,
        clamp: (f64, f64),
    ) {
        let variances = draw_var.iter().map(|draw| draw * scale);
        scales((inv_std, std), variances, fill_invalid, clamp);
    }

    fn array_update_var_inv_std_draw_grad(
        &mut self,
        inv_std: &mut Vec<f64>,
        std: &mut Vec<f64>,
        draw_var: &Vec<f64>,
        grad_var: &Vec<f64>,
        fill_invalid: Option<f64>,
        clamp: (f64, f64),
    ) {
        let variances = draw_var
            .iter()
            .zip(grad_var)
            .map(|(draw, grad)| (draw / grad).sqrt());
        scales((inv_std, std), variances, fill_invalid, clamp);
    }

    fn array_update_var_inv_std_grad(
        &mut self,
        inv_std: &mut Vec<f64>,
        std: &mut Vec<f64>,
        gradient: &Vec<f64>,
        fill_invalid: f64,
        clamp: (f64, f64),
    ) {
        for ((inverse, std), gradient) in inv_std.iter_mut().zip(std).zip(gradient) {
            let variance = gradient.abs().clamp(clamp.0, clamp.1).recip();
            let variance = if variance.is_finite() {
                variance
            } else {
                fill_invalid
            };
            set_scales(variance, std, inverse);
        }
    }

    fn std_norm_flow(&mut self, _: &Vec<f64>, _: &mut Vec<f64>, _: &mut Vec<f64>, _: f64) {
        never_asked!()
    }

    fn std_norm_grad_flow(&mut self, _: &Vec<f64>, _: &Vec<f64>, _: &Vec<f64>, _: &mut Vec<f64>, _: f64) {
        never_asked!()
    }

    fn std_norm_grad_flow_inplace(&mut self, _: &Vec<f64>, _: &Vec<f64>, _: &mut Vec<f64>, _: f64) {
        never_asked!()
    }

    fn array_normalize(&mut self, _: &mut Vec<f64>) {
        never_asked!()
    }

    fn esh_momentum_update(&mut self, _: &Vec<f64>, _: &mut Vec<f64>, _: f64) -> f64 {
        never_asked!()
    }

    fn inv_transform_normalize(
        &mut self,
        (): &(),
        _: &Vec<f64>,
        _: &Vec<f64>,
        _: &mut Vec<f64>,
        _: &mut Vec<f64>,
    ) -> Result<f64, Vanished> {
        never_asked!()
    }

    fn init_from_untransformed_position(
        &mut self,
        (): &(),
        _: &Vec<f64>,
        _: &mut Vec<f64>,
        _: &mut Vec<f64>,
        _: &mut Vec<f64>,
        _: Option<f64>,
    ) -> Result<(f64, f64), Vanished> {
        never_asked!()
    }

    fn init_from_transformed_position(
        &mut self,
        (): &(),
        _: &mut Vec<f64>,
        _: &mut Vec<f64>,
        _: &Vec<f64>,
        _: &mut Vec<f64>,
        _: Option<f64>,
    ) -> Result<(f64, f64), Vanished> {
        never_asked!()
    }

    fn update_transformation<'a, R: Rng + ?Sized>(
        &'a mut self,
        _: &mut R,
        _: impl ExactSizeIterator<Item = &'a Vec<f64>>,
        _: impl ExactSizeIterator<Item = &'a Vec<f64>>,
        _: impl ExactSizeIterator<Item = &'a f64>,
        (): &'a mut (),
    ) -> Result<(), Vanished> {
        never_asked!()
    }

    fn new_transformation<R: Rng + ?Sized>(&mut self, _: &mut R, _: usize, _: u64) -> Result<(), Vanished> {
        never_asked!()
    }

    fn init_transformation<R: Rng + ?Sized>(
        &mut self,
        _: &mut R,
        _: &Vec<f64>,
        _: &Vec<f64>,
        _: u64,
    ) -> Result<(), Vanished> {
        never_asked!()
    }

    fn transformation_id(&self, (): &()) -> Result<i64, Vanished> {
        never_asked!()
    }
}
