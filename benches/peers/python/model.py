"""W1 and W2 compiled by numba, as a careful person writes them: what is constant for a subject is computed once, powers of
1.5 and 2 are roots and products. States and parameters are in the order of suite/reference/workloads/w2/model.R."""

from math import sqrt

import numba
import numpy

HILL, WM = 1.6, 0.25
KG, KP, GP, KB, GB, EM, B50_2 = 12.0, 2.0, 1.3, 0.35, 0.8, 4.0, 2.25
KS, Y0, IMAX, KY = 0.025, 32.0, 0.85, 0.02
CONSTANTS = 17


def initial(workload):
    x = numpy.zeros(5 if workload == 1 else 13)
    if workload == 2:
        x[6:12] = 1.0
        x[12] = Y0
    return x


def constants(workload, p):
    """What the right-hand sides need of all subjects, a row each."""
    fm, qm, vpm = 0.8, 50.0, 100.0
    cl, v1, q2, v2, q3, v3, clm, vm = p[:, :8].T
    k = numpy.zeros((len(p), CONSTANTS))
    k[:, :9] = numpy.stack(
        [(cl + q2 + q3) / v1, q2 / v1, q2 / v2, q3 / v1, q3 / v3, fm * cl / v1, (clm + qm) / vm, qm / vm, qm / vpm + 0 * vm], 1
    )
    if workload == 2:
        ke0, ec50, sg, km, kn, n50 = p[:, 8:].T
        k[:, 9:] = numpy.stack([ke0, ke0 / v1, WM / vm, ec50**HILL, sg, km, kn, n50], 1)
    return k


@numba.njit(inline="always")
def w1(k, rate, x, dx):
    dx[0] = rate - k[0] * x[0] + k[2] * x[1] + k[4] * x[2]
    dx[1] = k[1] * x[0] - k[2] * x[1]
    dx[2] = k[3] * x[0] - k[4] * x[2]
    dx[3] = k[5] * x[0] - k[6] * x[3] + k[8] * x[4]
    dx[4] = k[7] * x[3] - k[8] * x[4]


@numba.njit(inline="always")
def w2(k, rate, x, dx):
    w1(k, rate, x, dx)
    ce, g, p, b, m, s, n, y = x[5], x[6], x[7], x[8], x[9], x[10], x[11], x[12]
    hill = (max(ce, 0.0) + k[11] * max(x[3], 0.0)) ** HILL
    b2 = b * b
    dx[5] = k[10] * x[0] - k[9] * ce
    dx[6] = KG * (1.0 + k[13] * hill / (k[12] + hill) - g)
    dx[7] = KP * (g**GP - p)
    dx[8] = KB * (p**GB - b)
    dx[9] = k[14] * (1.0 + EM * (b2 / (B50_2 + b2) - 1.0 / (B50_2 + 1.0)) - m)
    dx[10] = KS * (m * sqrt(m) - s)
    dx[11] = k[15] * (s * s - n)
    dx[12] = KY * (Y0 * (1.0 - IMAX * (n - 1.0) / (k[16] + n - 1.0)) - y)
