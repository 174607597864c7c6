"""Covariates that change: in a rate constant by each interpolation, in lag, bioavailability and initial values."""
import mpmath as mp

from .cases import Subject, case, dose, observe, record
from .linear import Linear, disposition, total

m = mp.mpf

#: (time, K, kind of record) of the covariate that is the rate constant itself.
RECORDS = ((0, "0.10", "dose"), (0.5, "0.10", "observation"), (2, "0.30", "observation"), (3.5, "0.05", "other"),
           (5, "0.22", "observation"), (8, "0.22", "dose"), (9, "0.40", "observation"), (14, "0.02", "observation"),
           (20, "0.12", "observation"))


def area(t, shape):
    """Integral of K from 0 to t."""
    whole = m(0)
    for (start, k0, _), (end, k1, _) in zip(RECORDS, RECORDS[1:]):
        length = min(t, m(end)) - m(start)
        if length <= 0:
            break
        k0, k1 = m(k0), m(k1)
        whole += shape(k0, k1, length, m(end) - m(start))
    return whole


SHAPES = {
    "locf": (lambda k0, k1, d, w: k0 * d, "the value of the record before"),
    "nocb": (lambda k0, k1, d, w: k1 * d, "the value of the record after (NONMEM)"),
    "linear": (lambda k0, k1, d, w: k0 * d + (k1 - k0) * d**2 / (2 * w), "a straight line between the records"),
    "midpoint": (lambda k0, k1, d, w: (k0 + k1) / 2 * d,
                 "half the sum of the two values all the way between their records, as rx_approxP in rxode2 src/approx.cpp "
                 "computes; its manual speaks of locf to the midpoint and nocb after it"),
}

for interpolation, (shape, meaning) in SHAPES.items():
    def value(t, before, shape=shape):
        total_ = 100 * mp.exp(-area(t, shape))
        if t >= 8:
            total_ += 50 * mp.exp(-(area(t, shape) - area(m(8), shape)))
        return {"twice": 2 * m(RECORDS[before][1]), "central": total_}

    rows = []
    for time, k, kind in RECORDS:
        rows.append(dose(time, 100 if time == 0 else 50, K=k) if kind == "dose" else
                    record(time, 2, 0, K=k) if kind == "other" else observe(time, K=k)[0])
    case(f"covariate-in-rate-{interpolation}", {"scale": 1}, ["twice <- 2*K", "d/dt(central) <- -scale*K*central"],
         [Subject(rows, value)],
         f"central is dose exp(-integral of K); K between two records is {meaning}; at a record it is the record's own",
         interpolation=interpolation)

one = disposition("0.2")
F_ROWS = [dose(0, 100, ii=6, addl=2, FC="0.5"), *observe(4, FC="0.5"), record(5, 2, 0, FC="0.8"), *observe(7, FC="0.8"),
          record(11, 2, 0, FC="0.2"), *observe(14, FC="0.3"), *observe(20, FC="0.3")]
for interpolation, fractions, meaning in (
        ("locf", ("0.5", "0.8", "0.2"), "the record before it"),
        ("nocb", ("0.5", "0.8", "0.3"), "the record after it"),
        ("linear", ("0.5", "0.8", "0.2"),
         "the record before it: rxode2 makes it a record without a value, which `naInterpolation` (locf by default) fills")):
    case(f"covariate-in-f-{interpolation}", {"k": "0.2"}, ["d/dt(central) <- -k*central", "f(central) <- FC"],
         [Subject(F_ROWS, lambda t, before, fractions=fractions: {"central": total(
             one.bolus(0, 100 * m(f), t - 6 * i) for i, f in enumerate(fractions))[0]})],
         f"bioavailability of an additional dose at its own time, by the covariate of {meaning} (rxode2 addlKeepsCov FALSE)",
         interpolation=interpolation)

case("covariate-in-lag-and-f", {"k": "0.2"},
     ["d/dt(central) <- -k*central", "alag(central) <- 0.5 + WT/140", "f(central) <- 0.4 + 0.2*SEX"], [
    Subject([dose(0, 100, WT=70, SEX=1), *observe(2, WT=70, SEX=1), dose(3, 50, WT=140, SEX=1), *observe(4, 8, WT=140, SEX=1)],
            lambda t, before: {"central": (one.bolus(0, 60, t - 1) + one.bolus(0, 30, t - m("4.5")))[0]}, 1),
    Subject([dose(0, 100, rate=50, WT=35, SEX=0), *observe(2, 3, WT=35, SEX=0)],
            lambda t, before: {"central": one.infusion(0, 50, m("0.8"), t - m("0.75"))[0]}, 2),
], "the covariate of the dose record decides on its lag and bioavailability; matrix exponentials at 40 digits")

turnover = m("0.25")


def started(wt, age):
    base = m(age) / 10 + 2
    link = Linear([[-m("0.1"), 0], [m("0.1"), -turnover]])

    def value(t, before):
        x = link.start([base * wt / 70, 3], t)
        return {"base": base, "a": x[0], "b": x[1]}
    return value


case("initial-values-of-parameters-and-covariates", {"start": 3, "kab": "0.1", "kout": "0.25"},
     ["base <- AGE/10 + 2", "d/dt(a) <- -kab*a", "d/dt(b) <- kab*a - kout*b", "a(0) <- base*WT/70", "b(0) <- start"],
     [Subject(observe(0, 1, 4, 10, WT=wt, AGE=age), started(wt, age), i + 1) for i, (wt, age) in enumerate(((70, 30), (50, 62)))],
     "x(0) by a variable, a covariate and a parameter; matrix exponentials at 40 digits")

case("initial-value-of-first-covariate", {"k": "0.1"}, ["d/dt(a) <- -k*a", "a(0) <- BASE"],
     [Subject([observe(0, BASE=8)[0], observe(1, BASE=5)[0], observe(4, BASE=2)[0]],
              lambda t, before: {"a": 8 * mp.exp(-t / 10)})],
     "x(0) knows the covariate of the first record")

DURATIONS = [dose(0, 60, rate=-2, ii=6, addl=2, D="2"), *observe(3, D="2"), record(5, 2, 0, D="4"), *observe(8, D="4"),
             record(11, 2, 0, D="1"), *observe(12.5, 14, D="1")]
case("covariate-in-duration-of-additional-doses", {"k": "0.2"}, ["d/dt(central) <- -k*central", "dur(central) <- D"],
     [Subject(DURATIONS, lambda t, before: {"central": total(
         one.infusion(0, m(60) / d, m(d), t - 6 * i) for i, d in enumerate((2, 4, 1)))[0]})],
     "the modelled duration of an additional dose is that of its own time, by the record before it (rxode2 addlKeepsCov FALSE); it stays "
     "what it is while the infusion runs (NONMEM RATE -2)")

CLEARANCES = [dose(0, 100, CLEAR="2"), *observe(2, CLEAR="2"), *observe(4, CLEAR="6"), dose(6, 50, CLEAR="6"), *observe(9, CLEAR="1"), *observe(12, CLEAR="1")]


def cleared(edges):
    def value(t, before):
        def area(t):
            return sum(m(cl) / 10 * max(0, min(t, end) - start) for start, end, cl in edges)
        x = 100 * mp.exp(-area(t)) + (50 * mp.exp(-(area(t) - area(m(6)))) if t >= 6 else 0)
        return {"cp": x / 10, "central": x}
    return value


for interpolation, edges in (("locf", ((0, 4, 2), (4, 9, 6), (9, 12, 1))), ("nocb", ((0, 2, 2), (2, 6, 6), (6, 12, 1)))):
    case(f"covariate-in-lincmt-{interpolation}", {"v": 10}, ["cl <- CLEAR", "cp <- linCmt()"],
         [Subject(CLEARANCES, cleared(edges))],
         "linCmt() with a clearance that changes: the amounts stay, the rates change (rxode2, NONMEM): exponentials in pieces",
         interpolation=interpolation)

case("covariate-at-steady-state", {"v": 10}, ["d/dt(central) <- -CL/v*central"], [
    Subject([*observe(0, CL="5"), dose(1, 100, ii=8, ss=1, CL="2"), *observe(3, CL="2"), *observe(5, CL="4"), *observe(9, CL="4")],
            lambda t, before: {"central": 0 if before < 1 else 100 / (1 - mp.exp(-m("1.6"))) * mp.exp(
                -m("0.2") * (min(t, 5) - 1) - m("0.4") * max(0, t - 5))})],
     "the steady state is that of the covariates of its record (rxode2 ssTime, NONMEM)")

case("covariate-in-lag-of-additional-doses", {"k": "0.2"}, ["d/dt(central) <- -k*central", "alag(central) <- LATE"], [
    Subject([dose(0, 100, ii=4, addl=2, LATE=6), *observe(3, LATE=6), record(3.5, 2, 0, LATE=1), *observe(5.5, LATE=1), *observe(6.5, LATE=1),
             record(7, 2, 0, LATE=2), *observe(9, LATE=2), *observe(11, LATE=2)],
            lambda t, before: {"central": (one.bolus(0, 100, t - 6) + one.bolus(0, 100, t - 5) + one.bolus(0, 100, t - 10))[0]})],
     "the lag of an additional dose is that of the time at which it is given: the second arrives before the first (rxode2 getLag)")
