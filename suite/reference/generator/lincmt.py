"""`linCmt()` by every set of parameters that it knows."""
import mpmath as mp

from .cases import Subject, case, dose, observe
from .linear import Linear, disposition, total

m = mp.mpf
SOURCE = ("amounts by matrix exponential at 40 digits, doses by superposition; the meaning of the parameters is that of "
          "rxode2 src/macros2micros.h")
GRID = (0.25, 1, 2.5, 6, 9.75, 13, 17.5, 23.75, 25.5, 31, 40)


def lincmt(name, parameters, system, volume, subjects, note, ini=None, lines=(), relative=1e-8, observed="central"):
    """`parameters` are constants of `ini` under their own names; `subjects` are (rows, amounts(t, before))."""
    v = m(volume)

    def value_of(amounts):
        def value(t, before):
            x = amounts(t, before)
            held = {name: x[i] for i, name in enumerate(system.names)}
            return {"cp": held["central"] / v, **held}
        return value

    by_time = lambda rows: sorted(rows, key=lambda row: row["time"])  # noqa: E731  (stable: doses above observations)
    made = [Subject(by_time(rows), value_of(amounts), id=i + 1) for i, (rows, amounts) in enumerate(subjects)]
    case(name, ini or parameters, [*lines, "cp <- linCmt()"], made, f"{note}; {SOURCE}", relative=relative)


def every(system, compartment, amount, interval, count, first=0):
    """Boluses that arrive at first, first + interval ... Those at the very time of an observation count."""
    def amounts(t, before):
        return total(system.bolus(compartment, amount, t - first - i * interval) for i in range(count))
    return amounts


one = disposition(m(3) / 25)
lincmt("lincmt-1-cl-v-bolus", {"cl": 3, "v": 25}, one, 25, [
    ([dose(0, 100, ii=8, addl=3), *observe(*GRID)], every(one, 0, 100, 8, 4)),
    ([*observe(0), dose(1, 50), dose(2.5, 25), *observe(*GRID[2:])],
     lambda t, before: one.bolus(0, 50, t - 1) + one.bolus(0, 25, t - m("2.5")) if before else one.zero),
], "one compartment by clearance and volume, boluses")

lincmt("lincmt-1-kel-v-infusion-lag-f", {"kel": "0.15", "v": 12, "tlag": "0.75", "fc": "0.6"},
       (k := disposition("0.15")), 12, [
    ([dose(0, 120, rate=24, ii=12, addl=1), *observe(*GRID)],
     lambda t, before: total(k.infusion(0, 24, m(120) * m("0.6") / 24, t - m("0.75") - 12 * i) for i in range(2))),
], "rate constant and volume; an infusion of given rate is shortened by bioavailability (NONMEM RATE, F1); the lag "
   "belongs to the additional dose too", lines=["alag(central) <- tlag", "f(central) <- fc"])

lincmt("lincmt-1-alpha-v", {"alpha": "0.21", "v": 8}, (al := disposition("0.21")), 8, [
    ([dose(0, 40), *observe(*GRID[:8])], every(al, 0, 40, 1, 1)),
], "one exponential and a volume (trans 11)")

eq = disposition("0.2", ka="0.2")
assert mp.almosteq(eq.bolus(0, 100, m(5))[1], 100 * m("0.2") * 5 * mp.exp(-1)), "confluent: ka dose t exp(-ka t)"
lincmt("lincmt-1-ka-equals-k", {"ka": "0.2", "cl": 4, "v": 20}, eq, 20, [
    ([dose(0, 100, ii=12, addl=2), *observe(*GRID)], every(eq, 0, 100, 12, 3)),
    ([dose(0, 100, ii=12, ss=1), *observe(*GRID)], lambda t, before: eq.steady_boluses(0, 100, m(12), t)),
    ([dose(0, 100, rate=20, ii=12, ss=1, addl=1), *observe(*GRID)],
     lambda t, before: eq.steady_infusions(0, 20, m(5), m(12), t) + eq.infusion(0, 20, m(5), t - 12)),
], "absorption as fast as elimination: central is ka dose t exp(-ka t)")

near = disposition(m(4) / 20, ka="0.20000001")
lincmt("lincmt-1-ka-nearly-k", {"ka": "0.20000001", "cl": 4, "v": 20}, near, 20, [
    ([dose(0, 100, ii=12, addl=2), *observe(*GRID)], every(near, 0, 100, 12, 3)),
], "absorption as fast as elimination but for 5e-8, where a difference of exponentials loses eight digits")

lincmt("lincmt-1-dose-into-both", {"ka": "1.3", "cl": "2.2", "vc": 17}, (b := disposition(m("2.2") / 17, ka="1.3")), 17, [
    ([dose(0, 80, cmt="depot"), dose(0, 20, cmt="central"), dose(4, 60, cmt="central", rate=15), *observe(*GRID)],
     lambda t, before: b.bolus(0, 80, t) + b.bolus(1, 20, t) + b.infusion(1, 15, m(4), t - 4)),
], "doses by the name of the compartment into depot and central")

p = dict(cl=5, v=20, q=8, v2=60)
two = disposition(m(5) / 20, m(8) / 20, m(8) / 60, ka="0.9")
lincmt("lincmt-2-cl-v-q-v2-oral", {"ka": "0.9", **p}, two, 20, [
    ([dose(0, 100, ii=12, addl=3), *observe(*GRID)], every(two, 0, 100, 12, 4)),
    ([dose(0, 100, ii=8, ss=1, addl=1), *observe(*GRID)],
     lambda t, before: two.steady_boluses(0, 100, m(8), t) + two.bolus(0, 100, t - 8)),
], "two compartments by clearances, `v` the central and `v2` the peripheral volume, with absorption")

iv2 = disposition(m(5) / 20, m(8) / 20, m(8) / 60)
lincmt("lincmt-2-cl-v1-q-v2-overlapping-infusions", dict(cl=5, v1=20, q=8, v2=60), iv2, 20, [
    ([dose(0, 100, rate=10), dose(3, 90, rate=9, ii=6, addl=2), *observe(*GRID)],
     lambda t, before: iv2.infusion(0, 10, m(10), t) + total(iv2.infusion(0, 9, m(10), t - 3 - 6 * i) for i in range(3))),
    ([dose(0, 100, rate=10, ii=6, ss=1, addl=1), *observe(*GRID)],
     lambda t, before: iv2.steady_infusions(0, 10, m(10), m(6), t) + iv2.infusion(0, 10, m(10), t - 6)),
], "two compartments, `v1` central; infusions that overlap, as records, as additional doses and at steady state with a "
   "duration longer than the interval")

kk = disposition("0.11", "0.3", "0.05")
lincmt("lincmt-2-k12-k21-ss1-ss2", dict(k="0.11", v=15, k12="0.3", k21="0.05"), kk, 15, [
    ([dose(0, 60, ii=12, ss=1), dose(6, 30, ii=24, ss=2), *observe(6.5, *GRID[4:])],
     lambda t, before: kk.steady_boluses(0, 60, m(12), t) + kk.steady_boluses(0, 30, m(24), t - 6)),
    ([dose(0, 60, ii=12, ss=1), dose(7, 30, ii=8, ss=1), *observe(7.5, *GRID[4:])],
     lambda t, before: kk.steady_boluses(0, 30, m(8), t - 7)),
], "rate constants; SS 2 adds a steady state to what there is, SS 1 takes its place (NONMEM SS)")

alpha, beta, A, B = m("1.2"), m("0.08"), m("0.06"), m("0.02")
vol = 1 / (A + B)
k21 = (A * beta + B * alpha) * vol
macro = disposition(alpha * beta / k21, alpha + beta - k21 - alpha * beta / k21, k21)
assert mp.almosteq(macro.bolus(0, 1, m(3))[0] / vol, A * mp.exp(-alpha * 3) + B * mp.exp(-beta * 3))
lincmt("lincmt-2-coefficients", {"alpha": "1.2", "beta": "0.08", "A": "0.06", "B": "0.02"}, macro, vol, [
    ([dose(0, 100), dose(12, 50), *observe(*GRID)], lambda t, before: macro.bolus(0, 100, t) + macro.bolus(0, 50, t - 12)),
], "`A`, `alpha`, `B`, `beta`: cp after a bolus is dose (A exp(-alpha t) + B exp(-beta t))")

aob, v = m(3), m(10)
k21 = (aob * beta + alpha) / (aob + 1)
ab = disposition(alpha * beta / k21, alpha + beta - k21 - alpha * beta / k21, k21)
assert mp.almosteq(ab.bolus(0, 1, m(3))[0], (3 * mp.exp(-alpha * 3) + mp.exp(-beta * 3)) / 4)
lincmt("lincmt-2-aob", {"alpha": "1.2", "beta": "0.08", "aob": 3, "v": 10}, ab, 10, [
    ([dose(0, 100), *observe(*GRID)], every(ab, 0, 100, 1, 1)),
], "`aob` is the ratio of the coefficients of the two exponentials of a bolus")

k21 = m("0.3")
ak = disposition(alpha * beta / k21, alpha + beta - k21 - alpha * beta / k21, k21)
lincmt("lincmt-2-alpha-beta-k21", {"alpha": "1.2", "beta": "0.08", "k21": "0.3", "v": 10}, ak, 10, [
    ([dose(0, 100, rate=50), *observe(*GRID)], lambda t, before: ak.infusion(0, 50, m(2), t)),
], "exponents with k21 (trans 4)")

vs = disposition(m(5) / 20, m(8) / 20, m(8) / 60)
lincmt("lincmt-2-vss", {"cl": 5, "v": 20, "q": 8, "vss": 80}, vs, 20, [
    ([dose(0, 100), *observe(*GRID)], every(vs, 0, 100, 1, 1)),
], "`vss`: the peripheral volume is vss - v (trans 3)")

three = disposition(m(6) / 15, m(9) / 15, m(9) / 30, m(2) / 15, m(2) / 120, ka="0.7")
lincmt("lincmt-3-clearances-oral", {"ka": "0.7", "cl": 6, "v": 15, "q": 9, "v2": 30, "q2": 2, "v3": 120}, three, 15, [
    ([dose(0, 100, ii=12, addl=2), dose(5, 30, cmt=2, rate=10), *observe(*GRID)],
     lambda t, before: total(three.bolus(0, 100, t - 12 * i) for i in range(3)) + three.infusion(1, 10, m(3), t - 5)),
    ([dose(0, 100, ii=24, ss=1), *observe(*GRID)], lambda t, before: three.steady_boluses(0, 100, m(24), t)),
], "three compartments by clearances, with absorption and an infusion beside")

iv3 = disposition("0.4", "0.6", "0.3", "0.13", "0.017")
lincmt("lincmt-3-rate-constants-infusion-ss", {"k": "0.4", "v": 15, "k12": "0.6", "k21": "0.3", "k13": "0.13", "k31": "0.017"},
       iv3, 15, [
    ([dose(0, 100, rate=25, ii=24, ss=1), *observe(*GRID)], lambda t, before: iv3.steady_infusions(0, 25, m(4), m(24), t)),
    ([dose(0, 0, rate=25, ss=1), *observe(0, *GRID)], lambda t, before: iv3.steady_rate(0, 25, t)),
], "three compartments by rate constants; infusions at steady state, and a constant infusion that ends at its record "
   "(NONMEM SS with AMT 0)")

al3, co3 = (m("1.5"), m("0.3"), m("0.02")), (m("0.05"), m("0.015"), m("0.004"))
v3 = 1 / sum(co3)
# The poles of the transfer function are the exponents; its zeros are the rate constants out of the periphery.
sums = sum(c * (sum(al3) - a) for c, a in zip(co3, al3)) * v3
prods = sum(c * mp.fprod(b for b in al3 if b != a) for c, a in zip(co3, al3)) * v3
root = mp.sqrt(sums**2 - 4 * prods)
k21, k31 = (sums + root) / 2, (sums - root) / 2
k10 = mp.fprod(al3) / k21 / k31
pairs = al3[0] * al3[1] + al3[0] * al3[2] + al3[1] * al3[2]
k12 = (pairs - k21 * sum(al3) - k10 * k31 + k21**2) / (k31 - k21)
k13 = sum(al3) - k10 - k12 - k21 - k31
tri = disposition(k10, k12, k21, k13, k31)
assert mp.almosteq(tri.bolus(0, 1, m(4))[0] / v3, sum(c * mp.exp(-a * 4) for c, a in zip(co3, al3)))
lincmt("lincmt-3-coefficients", {"alpha": "1.5", "beta": "0.3", "gamma": "0.02", "A": "0.05", "B": "0.015", "C": "0.004"},
       tri, v3, [
    ([dose(0, 100), *observe(*GRID)], every(tri, 0, 100, 1, 1)),
], "`A`, `B`, `C` with `alpha`, `beta`, `gamma`: cp after a bolus is the sum of three exponentials; the first peripheral "
   "compartment is the faster one")

d = disposition("0.1", ka="0.8")
effect = Linear([[-m("0.8"), 0, 0], [m("0.8"), -m("0.1"), 0], [0, m("0.25") / 10, -m("0.25")]])


def with_effect(t, before):
    x = effect.bolus(0, 100, t) + effect.bolus(0, 100, t - 12)
    return {"cp": x[1] / 10, "ce": x[2], "depot": x[0], "central": x[1]}


case("lincmt-with-equations", {"ka": "0.8", "cl": 1, "v": 10, "ke0": "0.25"},
     ["cp <- linCmt()", "d/dt(ce) <- ke0*(cp - ce)"],
     [Subject([dose(0, 100, cmt="depot", ii=12, addl=1), *observe(*GRID, cmt="ce")], with_effect)],
     f"linCmt() beside an equation that uses its value; {SOURCE}")

CLD = disposition(m(5) / 20, m(8) / 20, m(8) / 60)
for name, parameters, note in (
        ("lincmt-names-cl-vc-cld-vt", {"CL": 5, "VC": 20, "CLD": 8, "VT": 60}, "`CLD` and `VT`"),
        ("lincmt-names-cl-v-q-vp", {"CL": 5, "V": 20, "Q": 8, "VP": 60}, "`Q` and `VP` in capitals"),
        ("lincmt-names-k10-vc-k12-k21", {"k10": "0.25", "vc": 20, "k12": "0.4", "k21": m(8) / 60}, "`k10` and `vc`")):
    written = {key: mp.nstr(value, 20) if isinstance(value, mp.mpf) else value for key, value in parameters.items()}
    lincmt(name, written, CLD, 20, [([dose(0, 100), *observe(*GRID)], every(CLD, 0, 100, 1, 1))], f"{note} (rxode2 src/parseLinCmtCl.h)")
case("lincmt-with-arguments", {"clearance": 5, "volume": 20},
     ["cl <- clearance", "vc <- volume", "unrelated <- 3", "cp <- linCmt(cl, vc)"],
     [Subject([dose(0, 100), *observe(1, 7)], lambda t, before: {
         "cp": 5 * mp.exp(-t / 4), "central": 100 * mp.exp(-t / 4)})], f"linCmt() told its parameters; {SOURCE}")
