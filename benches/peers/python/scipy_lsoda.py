"""LSODA of scipy (`odeint`) with a right-hand side compiled by numba; a call for each stretch of one infusion rate."""

import numba
import numpy
from scipy.integrate import odeint

import model
from conversation import serve


@numba.njit("float64[::1](float64, float64[::1], float64[::1], float64)")
def rhs_w1(t, x, k, rate):
    dx = numpy.empty(5)
    model.w1(k, rate, x, dx)
    return dx


@numba.njit("float64[::1](float64, float64[::1], float64[::1], float64)")
def rhs_w2(t, x, k, rate):
    dx = numpy.empty(13)
    model.w2(k, rate, x, dx)
    return dx


def make(_, workload):
    stretches = [(stretch, numpy.array(stretch.grid(workload.times))) for stretch in workload.stretches()]
    rhs = rhs_w1 if workload.number == 1 else rhs_w2
    k = model.constants(workload.number, workload.parameters)
    x0 = model.initial(workload.number)

    def solve(rtol, atol, subject, table):
        x, calls = x0, 0
        table[0] = x
        for stretch, grid in stretches:
            found, told = odeint(
                rhs, x, grid, (k[subject], stretch.rate), tfirst=True, rtol=rtol, atol=atol, mxstep=1000000, full_output=True
            )
            if told["message"] != "Integration successful.":
                raise RuntimeError(told["message"])
            table[stretch.first : stretch.behind] = found[1 : 1 + stretch.behind - stretch.first]
            x = found[-1]
            calls += int(told["nfe"][-1])
        return calls

    return solve


serve(make)
