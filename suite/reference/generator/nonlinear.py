"""Systems that are not linear and have a closed form, and three that have none."""
import mpmath as mp
import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

from .cases import Subject, case, dose, observe
from .linear import disposition

m = mp.mpf
VMAX, KM = m(10), m(40)
MM = ["d/dt(central) <- -vmax*central/(km + central)"]
PARAMETERS = {"vmax": 10, "km": 40}


def decay(x0, t):
    """Michaelis-Menten elimination alone: km ln x + x falls by vmax t (Lambert W)."""
    return KM * mp.lambertw(x0 / KM * mp.exp((x0 - VMAX * t) / KM)).real


def fed(x0, rate, t):
    """The same with a constant input, from the implicit solution of dx/dt = ((rate - vmax) x + rate km)/(km + x)."""
    a, b = rate - VMAX, rate * KM

    def passed(x):
        return (x - x0) / a + (KM - b / a) / a * mp.log((a * x + b) / (a * x0 + b))

    guess = solve_ivp(lambda t, x: float(rate) - 10 * x / (40 + x), (0, float(t)), [float(x0)], rtol=1e-11, atol=1e-11).y[0, -1]
    return mp.findroot(lambda x: passed(x) - t, (m(guess), m(guess) * (1 + m("1e-6")) + m("1e-6")))


LAMBERT = "x = km W(x0/km exp((x0 - vmax t)/km))"

case("michaelis-menten-boluses", PARAMETERS, MM, [
    Subject([dose(0, 200), *observe(5, 11), dose(12, 100), *observe(15, 40, 60)],
            lambda t, before: {"central": decay(m(200), t) if t < 12 else decay(decay(m(200), m(12)) + 100, t - 12)}, 1),
    Subject([dose(0, 60, rate=12), *observe(2, 4.5, 8, 20)],
            lambda t, before: {"central": fed(m(0), m(12), t) if t <= 5 else decay(fed(m(0), m(12), m(5)), t - 5)}, 2),
], f"{LAMBERT}; under a constant input the implicit solution; the tolerance allows for an error of the peak that is 60 times as large in what "
   "is left of it at 60", relative=5e-7)

# x0 - x(ii) = dose and km ln(x0/x(ii)) + dose = vmax ii.
ratio = mp.exp((VMAX * 12 - 100) / KM)
peak = 100 * ratio / (ratio - 1)
case("michaelis-menten-bolus-ss", PARAMETERS, MM, [
    Subject([dose(0, 100, ii=12, ss=1), *observe(0, 3, 11.5, 30)], lambda t, before: {"central": decay(peak, t)}, 1),
    Subject([dose(0, 100, ii=12, ss=1, addl=1), *observe(0, 13, 20)],
            lambda t, before: {"central": decay(peak, t if t < 12 else t - 12)}, 2),
], "repeated boluses into Michaelis-Menten elimination: the peak is dose q/(q - 1) with q = exp((vmax ii - dose)/km), for "
   f"km ln(peak/trough) + dose = vmax ii; then {LAMBERT}", relative=1e-7)

slow = mp.exp((VMAX * 12 - m("119.5")) / KM)
case("michaelis-menten-bolus-ss-near-capacity", PARAMETERS, MM, [
    Subject([dose(0, 119.5, ii=12, ss=1), *observe(0, 11)],
            lambda t, before: {"central": decay(m("119.5") * slow / (slow - 1), t)}),
], "the same where the dose is 0.4 % below what can be eliminated in an interval: thousands of doses to the steady state, "
   "and its height is sensitive by a factor 240 to the dose", relative=1e-6)

case("michaelis-menten-constant-infusion-ss", PARAMETERS, MM, [
    Subject([dose(0, 0, rate=8, ss=1), *observe(0, 5, 30)], lambda t, before: {"central": decay(KM * 8 / (VMAX - 8), t)}, 1),
    Subject([dose(0, 0, rate=8, ss=1), dose(0, 80, rate=8), *observe(0, 5, 10, 30)],
            lambda t, before: {"central": KM * 8 / (VMAX - 8) if t <= 10 else decay(KM * 8 / (VMAX - 8), t - 10)}, 2),
], f"constant infusion into Michaelis-Menten elimination: km R/(vmax - R), then {LAMBERT}", relative=1e-7)


def trough_of_infusions(rate, duration, interval):
    guess = fsolve(lambda x: float(decay(fed(m(x[0]), rate, duration), interval - duration)) - x[0], [20.0], xtol=1e-12)[0]
    return mp.findroot(lambda x: decay(fed(x, rate, duration), interval - duration) - x, (m(guess), m(guess) + m("1e-5")))


low = trough_of_infusions(m(30), m(3), m(12))
case("michaelis-menten-infusion-ss", PARAMETERS, MM, [
    Subject([dose(0, 90, rate=30, ii=12, ss=1), *observe(0, 2, 3, 7, 11.5)],
            lambda t, before: {"central": fed(low, m(30), t) if 0 < t <= 3 else low if t == 0 else decay(fed(low, m(30), m(3)), t - 3)}),
], "repeated infusions into Michaelis-Menten elimination: the fixed point of the implicit solution over an interval, at 40 "
   "digits", relative=1e-7)

# Turnover behind a linear compartment: r' = kin inhibition(c(t)) - kout r, an integral over a known function of time.
KIN, KOUT, IMAX, IC50 = m(10), m("0.25"), m("0.9"), m(2)
IDR = {"ka": "0.8", "k": "0.2", "kin": 10, "kout": "0.25", "imax": "0.9", "ic50": 2}
IDR_LINES = ["d/dt(depot) <- -ka*depot", "d/dt(central) <- ka*depot - k*central", "r(0) <- kin/kout",
             "d/dt(r) <- kin*(1 - imax*central/(ic50 + central)) - kout*r"]
oral = disposition("0.2", ka="0.8")


def two_exponentials(start, t):
    """Amounts of depot and central from (depot, central) at 0, written out."""
    d, c = start
    ka, k = m("0.8"), m("0.2")
    return (d * mp.exp(-ka * t), c * mp.exp(-k * t) + d * ka / (ka - k) * (mp.exp(-k * t) - mp.exp(-ka * t)))


def turnover(r0, start, t):
    def formed(s):
        c = two_exponentials(start, s)[1]
        return KIN * (1 - IMAX * c / (IC50 + c)) * mp.exp(-KOUT * (t - s))

    if t == 0:
        return r0
    return r0 * mp.exp(-KOUT * t) + mp.quad(formed, mp.linspace(0, t, max(2, int(t) + 2)))


def responded(r0, start):
    def value(t, before):
        d, c = two_exponentials(start, t)
        return {"depot": d, "central": c, "r": turnover(r0, start, t)}
    return value


css = m(3) / m("0.2")
rss = KIN / KOUT * (1 - IMAX * css / (IC50 + css))
interval = oral.steady_boluses(0, 20, m(8), m(0))
periodic = turnover(m(0), list(interval), m(8)) / (1 - mp.exp(-KOUT * 8))
case("indirect-response-ss", IDR, IDR_LINES, [
    Subject([dose(0, 0, cmt=2, rate=3, ss=1), *observe(0, 1, 6, 20)], responded(rss, (m(0), css)), 1),
    Subject([dose(0, 20, ii=8, ss=1), *observe(0, 1, 7.5, 20)], responded(periodic, list(interval)), 2),
    Subject([dose(0, 20), *observe(0, 1, 7.5, 20)], responded(KIN / KOUT, (m(20), m(0))), 3),
], "turnover inhibited by a compartment known in closed form: kin/kout (1 - I) under a constant infusion, otherwise the "
   "integral over the inhibition at 40 digits; at steady state its value over an interval divided by 1 - exp(-kout ii)",
   relative=1e-7)

case("gompertz-and-logistic-growth", {"g": "0.3", "cap": 50, "n0": 2}, [
    "a(0) <- n0", "b(0) <- n0", "d/dt(a) <- g*a*(1 - a/cap)", "d/dt(b) <- g*b*log(cap/b)"], [
    Subject(observe(0, 1, 5, 12, 40), lambda t, before: {
        "a": 50 / (1 + 24 * mp.exp(-m("0.3") * t)), "b": 50 * mp.exp(mp.log(m(2) / 50) * mp.exp(-m("0.3") * t))}),
], "logistic and Gompertz growth, closed forms", relative=1e-7)

case("second-order-binding", {"kon": "0.5", "koff": 0, "total": 8}, [
    "free(0) <- total", "target(0) <- total/2", "d/dt(free) <- -kon*free*target + koff", "d/dt(target) <- -kon*free*target + koff"], [
    Subject(observe(0, 0.1, 0.5, 2, 6), lambda t, before: (lambda q: {
        "free": 4 / (1 - q), "target": 4 * q / (1 - q)})(m("0.5") * mp.exp(-m("0.5") * 4 * t))),
], "free and target bind irreversibly: their difference stays, their ratio falls exponentially", relative=1e-7)


def integrate(rhs, pieces):
    """States at times, by DOP853 and by Radau at rtol 1e-12, starting anew at every piece.

    `pieces`: (start, end, jump or None, input); the two methods must agree to 1e-9.
    """
    def run(method):
        y, found = None, {}
        for start, end, jump, given, times in pieces:
            y = jump(y)
            sol = solve_ivp(lambda t, y: rhs(t, y, given), (start, end), y, method=method, rtol=1e-12, atol=1e-13,
                            t_eval=sorted({*times, end}))
            assert sol.success
            for t, column in zip(sol.t, sol.y.T):
                if t in times:
                    found[t] = column
            y = sol.y[:, -1]
        return found, y

    (explicit, last), (implicit, _) = run("DOP853"), run("Radau")
    for t in explicit:
        worst = np.max(np.abs(explicit[t] - implicit[t]) / (np.abs(explicit[t]) + 1e-3))
        assert worst < 1e-9, (t, worst)
    return explicit, last


def oral_mm(t, y, given):
    return [-0.9 * y[0] + given, 0.9 * y[0] - 10 * y[1] / (40 + y[1])]


def after_interval(y):
    return integrate(oral_mm, [(0.0, 12.0, lambda _: [y[0] + 90, y[1]], 0.0, [])])[1]


fixed = fsolve(lambda y: after_interval(y) - y, [0.002, 60.0], xtol=1e-13)
course, _ = integrate(oral_mm, [(0.0, 30.0, lambda _: [fixed[0] + 90, fixed[1]], 0.0, [0.0, 2.0, 11.5, 30.0])])
case("oral-michaelis-menten-ss", {"ka": "0.9", **PARAMETERS},
     ["d/dt(depot) <- -ka*depot", "d/dt(central) <- ka*depot - vmax*central/(km + central)"],
     [Subject([dose(0, 90, ii=12, ss=1), *observe(0, 2, 11.5, 30)],
              lambda t, before: dict(zip(("depot", "central"), map(float, course[float(t)]))))],
     "no closed form: the fixed point of an interval (Newton), DOP853 and Radau at rtol 1e-12 agree to 1e-9", relative=1e-7)


def tmdd(t, y, given):
    c, target, bound = y
    bind = 50.0 * c * target - 0.05 * bound
    return [given - 0.1 * c - bind, 2.0 - 0.2 * target - bind, bind - 0.03 * bound]


path, _ = integrate(tmdd, [
    (0.0, 5.0, lambda _: [100.0, 10.0, 0.0], 0.0, [0.01, 1.0]),
    (5.0, 9.0, lambda y: y, 20.0, [8.0]),
    (9.0, 150.0, lambda y: y, 0.0, [20.0, 60.0, 150.0])])
case("target-mediated-disposition", {"kel": "0.1", "kon": 50, "koff": "0.05", "kint": "0.03", "kdeg": "0.2", "ksyn": 2}, [
    "target(0) <- ksyn/kdeg", "bind <- kon*c*target - koff*bound", "d/dt(c) <- -kel*c - bind",
    "d/dt(target) <- ksyn - kdeg*target - bind", "d/dt(bound) <- bind - kint*bound"],
     [Subject([dose(0, 100, cmt="c"), *observe(0.01, 1, cmt="c"), dose(5, 80, cmt="c", rate=20), *observe(8, 20, 60, 150, cmt="c")],
              lambda t, before: dict(zip(("c", "target", "bound"), map(float, path[float(t)]))))],
     "stiff binding, no closed form: DOP853 and Radau at rtol 1e-12, started anew at every event, agree to 1e-9", relative=1e-7)

case("michaelis-menten-ss2", PARAMETERS, MM, [
    Subject([dose(0, 200), dose(6, 100, ii=12, ss=2), *observe(6, 10, 30)],
            lambda t, before: {"central": decay(decay(m(200), m(6)) + peak, t - 6)}),
], f"SS 2 adds the steady state found from nothing to what there is, linear or not (rxode2); {LAMBERT}", relative=1e-7)


def rooted(t, before):
    d, c = two_exponentials((m(20), m(0)), t)
    e = mp.quad(lambda s: mp.sqrt(two_exponentials((m(20), m(0)), s)[1]) * mp.exp(-m("0.3") * (t - s)), [0, t / 8, t]) if t else m(0)
    return {"depot": d, "central": c, "e": e}


case("power-below-one-from-zero", {"ka": "0.8", "k": "0.2", "kout": "0.3", "hill": "0.5"},
     ["d/dt(depot) <- -ka*depot", "d/dt(central) <- ka*depot - k*central", "d/dt(e) <- central^hill - kout*e"],
     [Subject([dose(0, 20), *observe(0.01, 1, 6, 20)], rooted, 1),
      Subject([*observe(0, 1), dose(1, 20), *observe(1.01, 2, 7)], lambda t, before: rooted(t - 1, before) if before > 2 else {"depot": 0, "central": 0, "e": 0}, 2)],
     "the derivative of the right-hand side is infinite where the central compartment is empty; the effect is an integral over a known "
     "function", relative=1e-6)

case("root-of-what-is-left", {"k": 2}, ["x(0) <- 100", "d/dt(x) <- -k*sqrt(x)"],
     [Subject(observe(0, 1, 5, 9, 9.9), lambda t, before: {"x": (10 - t) ** 2})],
     "elimination of order one half ends in finite time, at 10: x = (sqrt(x0) - k t/2)^2", relative=1e-6)
