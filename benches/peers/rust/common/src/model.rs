//! W1 and W2 as a careful person writes them: what is constant for a subject is computed once, powers of 1.5 and 2 are
//! roots and products. States and parameters are in the order of `suite/reference/workloads/w2/model.R`.

const FM: f64 = 0.8;
const QM: f64 = 50.0;
const VPM: f64 = 100.0;
const HILL: f64 = 1.6;
const WM: f64 = 0.25;
const KG: f64 = 12.0;
const KP: f64 = 2.0;
const GP: f64 = 1.3;
const KB: f64 = 0.35;
const GB: f64 = 0.8;
const EM: f64 = 4.0;
const B50_2: f64 = 1.5 * 1.5;
const KS: f64 = 0.025;
const Y0: f64 = 32.0;
const IMAX: f64 = 0.85;
const KY: f64 = 0.02;

pub const STATES: [usize; 2] = [5, 13];

pub fn states(workload: usize) -> usize {
    STATES[workload - 1]
}

/// States at time 0.
pub fn initial(workload: usize) -> Vec<f64> {
    let mut x = vec![0.0; states(workload)];
    if workload == 2 {
        x[6..12].fill(1.0);
        x[12] = Y0;
    }
    x
}

/// Numbers that [`constants`] gives.
pub const CONSTANTS: usize = 17;

/// What the right-hand sides need of a subject: `CL, V1, Q2, V2, Q3, V3, CLm, Vm`, then for W2 `ke0, EC50, SG, kM, kN, N50`.
pub fn constants(p: &[f64]) -> [f64; CONSTANTS] {
    let mut k = [0.0; CONSTANTS];
    let [cl, v1, q2, v2, q3, v3, clm, vm] = p[..8] else {
        panic!("8 parameters")
    };
    k[..9].copy_from_slice(&[
        (cl + q2 + q3) / v1,
        q2 / v1,
        q2 / v2,
        q3 / v1,
        q3 / v3,
        FM * cl / v1,
        (clm + QM) / vm,
        QM / vm,
        QM / VPM,
    ]);
    if let [ke0, ec50, sg, km, kn, n50] = p[8..] {
        k[9..].copy_from_slice(&[ke0, ke0 / v1, WM / vm, ec50.powf(HILL), sg, km, kn, n50]);
    }
    k
}

/// dx/dt while drug is infused at `rate` (mg/h).
#[inline]
pub fn rhs(workload: usize, k: &[f64], rate: f64, x: &[f64], dx: &mut [f64]) {
    kinetics(k, rate, x, dx);
    if workload == 2 {
        response(k, x, dx);
    }
}

/// The Jacobian of [`rhs`] times `v`.
#[inline]
pub fn jacobian_times(workload: usize, k: &[f64], x: &[f64], v: &[f64], y: &mut [f64]) {
    kinetics(k, 0.0, v, y);
    if workload == 2 {
        response_jacobian_times(k, x, v, y);
    }
}

#[inline]
fn kinetics(k: &[f64], rate: f64, x: &[f64], dx: &mut [f64]) {
    let (k, x, dx) = (&k[..9], &x[..5], &mut dx[..5]);
    dx[0] = rate - k[0] * x[0] + k[2] * x[1] + k[4] * x[2];
    dx[1] = k[1] * x[0] - k[2] * x[1];
    dx[2] = k[3] * x[0] - k[4] * x[2];
    dx[3] = k[5] * x[0] - k[6] * x[3] + k[8] * x[4];
    dx[4] = k[7] * x[3] - k[8] * x[4];
}

#[inline]
fn response(k: &[f64], x: &[f64], dx: &mut [f64]) {
    let (k, x, dx) = (&k[..17], &x[..13], &mut dx[..13]);
    let [ce, g, p, b, m, s, n, y] = x[5..] else {
        unreachable!()
    };
    let hill = (positive(ce) + k[11] * positive(x[3])).powf(HILL);
    let b2 = b * b;
    dx[5] = k[10] * x[0] - k[9] * ce;
    dx[6] = KG * (1.0 + k[13] * hill / (k[12] + hill) - g);
    dx[7] = KP * (g.powf(GP) - p);
    dx[8] = KB * (p.powf(GB) - b);
    dx[9] = k[14] * (1.0 + EM * (b2 / (B50_2 + b2) - 1.0 / (B50_2 + 1.0)) - m);
    dx[10] = KS * (m * m.sqrt() - s);
    dx[11] = k[15] * (s * s - n);
    dx[12] = KY * (Y0 * (1.0 - IMAX * (n - 1.0) / (k[16] + n - 1.0)) - y);
}

#[inline]
fn response_jacobian_times(k: &[f64], x: &[f64], v: &[f64], out: &mut [f64]) {
    let (k, x, v, out) = (&k[..17], &x[..13], &v[..13], &mut out[..13]);
    let [ce, g, p, b, m, s, n, _] = x[5..] else {
        unreachable!()
    };
    let c = positive(ce) + k[11] * positive(x[3]);
    let dc = v[5] * above(ce) + k[11] * v[3] * above(x[3]);
    let slope = if c == 0.0 { 0.0 } else { c.powf(HILL - 1.0) };
    let sum = k[12] + slope * c;
    let share = B50_2 + b * b;
    let left = k[16] + n - 1.0;
    out[5] = k[10] * v[0] - k[9] * v[5];
    out[6] = KG * (k[13] * HILL * slope * k[12] / (sum * sum) * dc - v[6]);
    out[7] = KP * (GP * g.powf(GP - 1.0) * v[6] - v[7]);
    out[8] = KB * (GB * p.powf(GB - 1.0) * v[7] - v[8]);
    out[9] = k[14] * (EM * 2.0 * b * B50_2 / (share * share) * v[8] - v[9]);
    out[10] = KS * (1.5 * m.sqrt() * v[9] - v[10]);
    out[11] = k[15] * (2.0 * s * v[10] - v[11]);
    out[12] = KY * (-Y0 * IMAX * k[16] / (left * left) * v[11] - v[12]);
}

/// `max(x, 0)` that lets NaN through: diffsol finds the Jacobian's pattern by it.
#[inline]
fn positive(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

#[inline]
fn above(x: f64) -> f64 {
    if x.is_nan() {
        x
    } else {
        f64::from(u8::from(x > 0.0))
    }
}
