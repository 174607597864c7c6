"""LSODA (numbalsoda's C++) with right-hand side and loop compiled by numba; a call for each stretch of one infusion rate."""

import numba
import numpy
from numbalsoda import lsoda, lsoda_sig

import model
from conversation import serve

RATE, CALLS = model.CONSTANTS, model.CONSTANTS + 1


@numba.cfunc(lsoda_sig)
def rhs_w1(t, x, dx, data):
    k = numba.carray(data, (CALLS + 1,))
    k[CALLS] += 1.0
    model.w1(k, k[RATE], x, dx)


@numba.cfunc(lsoda_sig)
def rhs_w2(t, x, dx, data):
    k = numba.carray(data, (CALLS + 1,))
    k[CALLS] += 1.0
    model.w2(k, k[RATE], x, dx)


@numba.njit
def one(address, k, x0, grid, start, behind, rates, first, count, rtol, atol, table):
    data = numpy.zeros(CALLS + 1)
    data[:RATE] = k
    x = x0.copy()
    table[0] = x
    for i in range(len(rates)):
        data[RATE] = rates[i]
        found, success = lsoda(address, x, grid[start[i] : behind[i]], data, rtol, atol, 1000000)
        if not success:
            raise RuntimeError("LSODA failed")
        table[first[i] : first[i] + count[i]] = found[1 : 1 + count[i]]
        x = found[-1].copy()
    return data[CALLS]


def make(_, workload):
    grid, start, behind = [], [], []
    stretches = workload.stretches()
    for stretch in stretches:
        start.append(len(grid))
        grid += stretch.grid(workload.times)
        behind.append(len(grid))
    rates = [stretch.rate for stretch in stretches]
    first = [stretch.first for stretch in stretches]
    count = [stretch.behind - stretch.first for stretch in stretches]
    grid, start, behind, rates, first, count = map(numpy.array, (grid, start, behind, rates, first, count))
    address = (rhs_w1 if workload.number == 1 else rhs_w2).address
    k = model.constants(workload.number, workload.parameters)
    x0 = model.initial(workload.number)

    def solve(rtol, atol, subject, table):
        return one(address, k[subject], x0, grid, start, behind, rates, first, count, rtol, atol, table)

    return solve


serve(make)
