"""Equations that know the time or decide: forcing, switches at times, conditions, transit(), suppressed variables."""
import mpmath as mp

from .cases import Subject, case, dose, observe, record
from .linear import disposition, total

m = mp.mpf


def forced(t, before):
    # x' = a (1 + b sin(w t)) - k x from x0
    a, b, w, k, x0 = m(4), m("0.6"), 2 * mp.pi / 24, m("0.3"), m(5)
    wave = lambda s: a * b * (k * mp.sin(w * s) - w * mp.cos(w * s)) / (k**2 + w**2)  # noqa: E731
    return {"x": a / k + wave(t) + (x0 - a / k - wave(m(0))) * mp.exp(-k * t)}


case("forcing-by-time", {"a": 4, "b": "0.6", "k": "0.3"}, ["x(0) <- 5", "d/dt(x) <- a*(1 + b*sin(2*pi*time/24)) - k*x"],
     [Subject(observe(0, 1, 7.3, 24, 100, 1000), forced)],
     "linear equation with a sine in time: closed form")


def switched(edges, rates, x0=100):
    """x' = -k x with k constant between edges."""
    def value(t, before):
        area, last = m(0), m(0)
        for edge, rate in zip([*edges, mp.inf], rates):
            area += m(rate) * (min(t, edge) - last)
            if t <= edge:
                break
            last = edge
        return x0 * mp.exp(-area)
    return value


steps = switched([m("3.3"), m("7.9")], ["0.1", "0.3", "0.1"])
case("switch-by-if", {"on": "3.3", "off": "7.9", "k1": "0.1", "k2": "0.3"},
     ["if (t > on && t < off) {", "  k <- k2", "} else {", "  k <- k1", "}", "d/dt(x) <- -k*x"],
     [Subject([dose(0, 100), *observe(1, 3.2, 3.4, 5, 8, 12)],
              lambda t, before: {"k": m("0.3") if m("3.3") < t < m("7.9") else m("0.1"), "x": steps(t, before)})],
     "the rate constant is another between two times: an exponential in pieces")

case("switch-by-mtime", {"start": "3.3", "span": "4.6", "k1": "0.1", "k2": "0.3"},
     ["mtime(on) <- start", "mtime(off) <- start + span", "k <- k1 + (k2 - k1)*(t >= on)*(t < off)", "d/dt(x) <- -k*x"],
     [Subject([dose(0, 100), *observe(1, 3.2, 3.4, 5, 8, 12)],
              lambda t, before: {"k": m("0.3") if m("3.3") <= t < m("7.9") else m("0.1"), "x": steps(t, before)})],
     "the same with mtime(), that makes the solver stop at a time (rxode2)")

clock = switched([m(8), m(24), m(32), m(48), m(56)], ["0.1", "0.02", "0.1", "0.02", "0.1", "0.02"])
case("switch-by-remainder", {"day": "0.1", "night": "0.02"},
     ["k <- ifelse(t %% 24 < 8, day, night)", "d/dt(x) <- -k*x"],
     [Subject([dose(0, 100), *observe(4, 12, 23, 30, 40, 50, 60)],
              lambda t, before: {"k": m("0.1") if t % 24 < 8 else m("0.02"), "x": clock(t, before)})],
     "a rate constant by the time of day, with the remainder of time; an exponential in pieces; nothing tells a solver of these jumps, "
     "hence the tolerance", relative=1e-7)


def ramped(t, before):
    # x' = r(t) - k x: 2 until 4, rising by 1.5 per hour until 6, then nothing; pieces with x at each edge.
    k = m("0.5")
    flat = lambda x, r, s: r / k + (x - r / k) * mp.exp(-k * s)  # noqa: E731
    slope = lambda x, r, b, s: (r + b * s) / k - b / k**2 + (x - r / k + b / k**2) * mp.exp(-k * s)  # noqa: E731
    if t <= 4:
        return {"x": flat(m(0), m(2), t)}
    if t <= 6:
        return {"x": slope(flat(m(0), m(2), m(4)), m(2), m("1.5"), t - 4)}
    return {"x": slope(flat(m(0), m(2), m(4)), m(2), m("1.5"), m(2)) * mp.exp(-k * (t - 6))}


case("switch-else-if-chain", {"k": "0.5"},
     ["if (t <= 4) {", "  r <- 2", "} else if (t <= 6) {", "  r <- 2 + 1.5*(t - 4)", "} else {", "  r <- 0", "}", "d/dt(x) <- r - k*x"],
     [Subject(observe(0, 1, 3.9, 4.5, 6.5, 9, 15), ramped)],
     "an input by a chain of conditions on the time: closed form in pieces")


def truth(row):
    wt, sex, age = row["WT"], row["SEX"], row["AGE"]
    if wt > 80 and sex == 1:
        group = 1
    elif wt > 80 or age >= 65:
        group = 2
    elif not (sex == 0) and age != 40:
        group = 3
    else:
        group = 4
    return {"group": group, "young": int(age < 40), "pick": m("1.5") if wt <= 60 else m("2.5"),
            "score": 10 * int(wt > 80) + int(sex == 1) * int(age >= 65), "nested": 7 if sex == 1 and age > 50 else 8 if sex == 1 else 9}


people = [{"WT": wt, "SEX": sex, "AGE": age} for wt in (60, 80, 81) for sex in (0, 1) for age in (39, 40, 65)]
rows = [observe(i, **person)[0] for i, person in enumerate(people)]
case("conditions-on-covariates", {"k": "0.1"}, [
    "if (WT > 80 && SEX == 1) {", "  group <- 1", "} else if (WT > 80 || AGE >= 65) {", "  group <- 2",
    "} else if (!(SEX == 0) & AGE != 40) {", "  group <- 3", "} else {", "  group <- 4", "}",
    "young <- AGE < 40", "pick <- ifelse(WT <= 60, 1.5, 2.5)", "score <- 10*(WT > 80) + (SEX == 1)*(AGE >= 65)",
    "if (SEX == 1) {", "  if (AGE > 50) {", "    nested <- 7", "  } else {", "    nested <- 8", "  }", "} else {", "  nested <- 9", "}",
    "d/dt(x) <- -k*x"],
     [Subject(rows, lambda t, before: {**truth(people[before]), "x": 0})],
     "conditions, logical operators and their values as numbers, on every row's covariates")

two = disposition("0.2", ka="0.7")
case("suppressed-variables-and-states", {"ka": "0.7", "cl": 2, "v": 10},
     ["k ~ cl/v", "scaled ~ 1000/v", "d/dt(depot) ~ -ka*depot", "d/dt(central) = ka*depot - k*central", "cp = scaled*central"],
     [Subject([dose(0, 100), *observe(1, 5)], lambda t, before: (lambda x: {"cp": 100 * x, "central": x})(two.bolus(0, 100, t)[1]))],
     "`~` keeps a variable or a state from the answers and leaves its meaning (rxode2)")

case("variables-that-change-their-value", {"a": 2},
     ["y <- a", "y <- y*3", "z <- y + 1", "y <- y - 1", "d/dt(x) <- -0.1*y*x"],
     [Subject([dose(0, 10), *observe(1, 3)], lambda t, before: {"y": 5, "z": 7, "x": 10 * mp.exp(-t / 2)})],
     "a variable may be given again; each use knows the value so far")

# Savic's input as rxode2 computes it: each dose makes the input anew and ends what came of the dose before.
N, MTT, BIO, KA, K = m("2.7"), m(3), m("0.8"), m("0.6"), m("0.15")
KTR = (N + 1) / MTT


def passed(dose_, a, until, t):
    """Integral over s to `until` of the input at s times exp(-a (t - s))."""
    return (dose_ * BIO * (KTR / (KTR - a)) ** (N + 1) * mp.exp(-a * t)
            * mp.gammainc(N + 1, 0, (KTR - a) * until, regularized=True))


def transit(doses):
    """`doses`: (time, amount), each ended by the next."""
    def value(t, before):
        depot = fast = slow = m(0)
        for (at, amount), (end, _) in zip(doses, [*doses[1:], (mp.inf, 0)]):
            if t > at:
                until = min(t, end) - at
                fast += passed(amount, KA, until, t - at)
                slow += passed(amount, K, until, t - at)
        depot = fast
        return {"depot": depot, "central": KA / (KA - K) * (slow - fast)}
    return value


TRANSIT = {"n": "2.7", "mtt": 3, "bio": "0.8", "ka": "0.6", "k": "0.15"}
SAVIC = ("transit(n, mtt, bio): bio dose ktr (ktr tad)^n exp(-ktr tad)/gamma(n + 1) with ktr = (n + 1)/mtt and the dose and time of "
         "the last dose into the compartment of the equation (rxode2 _transit4P); depot and central by the incomplete gamma "
         "function; a later dose ends the input of the one before")
LINES = ["d/dt(depot) <- transit(n, mtt, bio) - ka*depot", "d/dt(central) <- ka*depot - k*central"]
case("transit-phantom-dose", TRANSIT, LINES, [
    Subject([record(0, 7, amt=100), *observe(0.5, 2, 6, 12, 30)], transit([(0, 100)]), 1),
    Subject([record(0, 7, amt=100), *observe(3), record(5, 7, amt=60), *observe(6, 8, 20)], transit([(0, 100), (5, 60)]), 2),
], SAVIC, relative=1e-7)
case("transit-dose-without-bioavailability", TRANSIT, [*LINES, "f(depot) <- 0"], [
    Subject([dose(0, 100, ii=24, addl=1), *observe(0.5, 2, 6, 12, 23.5, 25, 30)], transit([(0, 100), (24, 100)])),
], f"f(depot) 0 keeps the bolus out, the dose stays what it was; {SAVIC}", relative=1e-7)
case("transit-with-lag", TRANSIT, [*LINES, "f(depot) <- 0", "alag(depot) <- 1.5"], [
    Subject([dose(0, 100), *observe(1, 2, 6, 12)], transit([(m("1.5"), 100)])),
], f"with a lag the input begins when the dose arrives; {SAVIC}", relative=1e-7)

case("derivative-as-a-value", {"k": "0.25"}, ["d/dt(x) <- -k*x", "speed <- d/dt(x)", "d/dt(y) <- -2*d/dt(x) - k*y", "sum_ <- speed + d/dt(y)"],
     [Subject([dose(0, 100), *observe(1, 6)], lambda t, before: (lambda x, y: {
         "speed": -x / 4, "sum_": -x / 4 + x / 2 - y / 4, "x": x, "y": y})(100 * mp.exp(-t / 4), 50 * t * mp.exp(-t / 4)))],
     "d/dt(x) to the right of an equation is its value (rxode2 der_rhs); y is k-equal: 2 k dose t exp(-k t)")
case("transit-phantom-additional", TRANSIT, LINES, [
    Subject([record(0, 7, amt=100, ii=8, addl=2), *observe(2, 7, 9, 15, 17, 30)], transit([(0, 100), (8, 100), (16, 100)])),
], f"phantom doses by ADDL; {SAVIC}", relative=1e-7)


def by_age(age):
    edge = 2 + m(age) / 10
    course = switched([edge], ["0.1", "0.4"])
    return lambda t, before: {"x": course(t, before)}


case("switch-by-mtime-of-covariates", {"k1": "0.1", "k2": "0.4"},
     ["mtime(on) <- 2 + AGE/10", "k <- ifelse(t >= on, k2, k1)", "d/dt(x) <- -k*x"],
     [Subject([dose(0, 100, AGE=age), *observe(1, 4, 6, 9, AGE=age)], by_age(age), i + 1) for i, age in enumerate((20, 37, 65))],
     "a time of one's own for every individual")


def transit_of(n):
    """The same for another number of transits."""
    def value(t, before):
        ktr = (m(n) + 1) / MTT

        def held(a):
            # The incomplete gamma function by Kummer's, for ktr - a may be negative.
            lower = t ** (m(n) + 1) / (m(n) + 1) * mp.hyp1f1(m(n) + 1, m(n) + 2, -(ktr - a) * t)
            return 100 * BIO * ktr ** (m(n) + 1) / mp.gamma(m(n) + 1) * mp.exp(-a * t) * lower
        return {"depot": held(KA), "central": KA / (KA - K) * (held(K) - held(KA))}
    return value


for name, n, note in (("few", "0.4", "less than one transit: the input rises from nothing with an infinite slope"), ("many", "60", "sixty transits")):
    case(f"transit-{name}", {**TRANSIT, "n": n}, LINES, [Subject([record(0, 7, amt=100), *observe(0.5, 2, 3, 4, 12)], transit_of(n))],
         f"{note}; {SAVIC}", relative=1e-6 if name == "few" else 1e-7)

OSC = 2 * mp.pi / 3
case("oscillator", {"w": mp.nstr(OSC, 20)}, ["x(0) <- 100", "d/dt(x) <- w*y", "d/dt(y) <- -w*x"],
     [Subject(observe(0, 0.75, 30, 150.5), lambda t, before: {"x": 100 * mp.cos(OSC * t), "y": -100 * mp.sin(OSC * t)})],
     "fifty periods without damping: what a step errs in phase stays, hence the tolerance", relative=1e-6, absolute=1e-4)
