"""Every kind of dose, into equations: rates, durations, lags, bioavailability, steady states, resets, replacements."""
import mpmath as mp

from .cases import Subject, case, dose, observe, record
from .linear import Linear, disposition, total

m = mp.mpf
SOURCE = "amounts by matrix exponential at 40 digits, doses by superposition; rules: NONMEM help"
GRID = (0.5, 1.5, 3, 4.5, 7, 9.5, 11.75, 13, 16.5, 21, 26.5, 34)
ORAL = ["d/dt(depot) <- -ka*depot", "d/dt(central) <- ka*depot - k*central"]
PARAMETERS = {"ka": "0.9", "k": "0.15"}
oral = disposition("0.15", ka="0.9")


def amounts(function, names=("depot", "central")):
    def value(t, before):
        x = function(t, before)
        return {name: x[i] for i, name in enumerate(names)}
    return value


def oral_case(name, subjects, note, lines=(), more=None, source=SOURCE, **rest):
    made = [Subject(rows, amounts(function), id=i + 1) for i, (rows, function) in enumerate(subjects)]
    case(name, {**PARAMETERS, **(more or {})}, [*ORAL, *lines], made, f"{note}; {source}", **rest)


oral_case("infusion-lag-addl-f", [
    ([dose(0, 60, cmt=2, rate=20, ii=9, addl=2), *observe(*GRID)],
     lambda t, before: total(oral.infusion(1, 20, m("1.5"), t - m("2.25") - 9 * i) for i in range(3))),
], "the lag shifts start and end of each infusion, bioavailability shortens it (the rate is given)",
    ["alag(central) <- tlag", "f(central) <- fc"], {"tlag": "2.25", "fc": "0.5"})

oral_case("lag-longer-than-interval", [
    ([dose(0, 60, ii=4, addl=3), *observe(*GRID)],
     lambda t, before: total(oral.bolus(0, 60, t - 10 - 4 * i) for i in range(4))),
    ([dose(0, 60), dose(6, 30), *observe(*GRID[4:])], lambda t, before: oral.bolus(0, 60, t - 10) + oral.bolus(0, 30, t - 16)),
], "several doses are under way at once", ["alag(depot) <- 10"])

oral_case("infusions-overlapping", [
    ([dose(0, 100, cmt=2, rate=10), dose(2, 30, cmt=2, rate=15), dose(3, 50, cmt=1, rate=5, ii=5, addl=2), *observe(*GRID[2:])],
     lambda t, before: oral.infusion(1, 10, 10, t) + oral.infusion(1, 15, 2, t - 2)
     + total(oral.infusion(0, 5, 10, t - 3 - 5 * i) for i in range(3))),
    ([dose(0, 20, cmt=2, rate=10), dose(2, 20, cmt=2, rate=10), dose(2, 7, cmt=2), *observe(*GRID[2:])],
     lambda t, before: oral.infusion(1, 10, 2, t) + oral.infusion(1, 10, 2, t - 2) + oral.bolus(1, 7, t - 2)),
], "infusions into one compartment add up, into several run beside each other; one begins as another ends")

oral_case("rate-modelled-addl-f", [
    ([dose(0, 60, cmt=2, rate=-1, ii=10, addl=2), *observe(*GRID)],
     lambda t, before: total(oral.infusion(1, 12, 3, t - 10 * i) for i in range(3))),
    ([dose(0, 60, cmt=2, rate=-1, ii=10, ss=1), *observe(*GRID)], lambda t, before: oral.steady_infusions(1, 12, m(3), m(10), t)),
], "RATE -1: the rate is modelled, the duration is F AMT / rate", ["rate(central) <- r2", "f(central) <- fc"],
    {"r2": 12, "fc": "0.6"})

oral_case("duration-modelled-addl-f-lag", [
    ([dose(0, 60, cmt=2, rate=-2, ii=10, addl=2), *observe(*GRID)],
     lambda t, before: total(oral.infusion(1, 9, 4, t - m("0.25") - 10 * i) for i in range(3))),
    ([dose(0, 60, cmt=2, rate=-2, ii=10, ss=1, addl=1), *observe(*GRID)],
     lambda t, before: oral.steady_infusions(1, 9, m(4), m(10), t, m("0.25")) + oral.infusion(1, 9, 4, t - m("10.25"))),
], "RATE -2: the duration is modelled, the rate is F AMT / duration; at steady state the lag means that the record stands "
   "II - ALAG after the dose before (NONMEM SS)", ["dur(central) <- d2", "f(central) <- fc", "alag(central) <- 0.25"],
    {"d2": 4, "fc": "0.6"})

rows = [dose(0, 60, cmt=2, dur=4, ii=10, addl=1), dose(1, 40, cmt=1), *observe(*GRID[1:])]
dur = "id,time,amt,evid,cmt,dur,ii,addl,ss\n" + "".join(
    f"1,{r['time']},{r.get('amt', 0)},{r['evid']},{r['cmt']},{r.get('dur', 0)},{r.get('ii', 0)},{r.get('addl', 0)},0\n" for r in rows)
case("duration-column", {**PARAMETERS, "fc": "0.6"}, [*ORAL, "f(central) <- fc"], [Subject(rows, amounts(
    lambda t, before: oral.infusion(1, 9, 4, t) + oral.infusion(1, 9, 4, t - 10) + oral.bolus(0, 40, t - 1)))],
    "DUR column (rxode2): the duration stays, the rate is F AMT / DUR, other than with RATE where the duration is "
    f"F AMT / RATE; {SOURCE}; rxode2 inst/include/rxode2parseHandleEvid.h", data=dur)

oral_case("ss1-cancels-what-was-before", [
    ([dose(0, 50, ii=4, addl=9), dose(0, 100, cmt=2, rate=5), dose(6, 80, ii=8, ss=1), *observe(*GRID[4:])],
     lambda t, before: oral.steady_boluses(0, 80, m(8), t - 6)),
    ([dose(0, 50), *observe(3), dose(6, 40, cmt=2, rate=10, ii=8, ss=1, addl=1), *observe(*GRID[4:])],
     lambda t, before: oral.bolus(0, 50, t) if before < 3 else
     oral.steady_infusions(1, 10, m(4), m(8), t - 6) + oral.infusion(1, 10, 4, t - 14)),
], "SS 1 replaces amounts, running infusions and additional doses to come (NONMEM SS)")

oral_case("ss2-adds-to-running-infusion", [
    ([dose(0, 100, cmt=2, rate=5), dose(0, 30, ii=7, addl=2), dose(6, 80, ii=8, ss=2), *observe(*GRID[4:])],
     lambda t, before: oral.infusion(1, 5, 20, t) + total(oral.bolus(0, 30, t - 7 * i) for i in range(3))
     + oral.steady_boluses(0, 80, m(8), t - 6)),
], "SS 2: what is there, runs and is to come stays, the steady state is added (NONMEM SS: the system is advanced to the "
   "time and the steady state amounts added). rxode2 ends infusions that began before; NONMEM's rule is ours")

oral_case("ss-lag", [
    ([dose(0, 80, ii=12, ss=1), *observe(*GRID)], lambda t, before: oral.steady_boluses(0, 80, m(12), t, m("2.75"))),
    ([dose(0, 80, ii=12, ss=1, addl=2), *observe(*GRID)],
     lambda t, before: oral.steady_boluses(0, 80, m(12), t, m("2.75"))
     + total(oral.bolus(0, 80, t - m("2.75") - 12 * i) for i in (1, 2))),
    ([dose(0, 100, rate=20, ii=3, ss=1), *observe(*GRID)],
     lambda t, before: oral.steady_infusions(0, 20, m(5), m(3), t, m("2.75"))),
], "steady state with a lag: at the record the last dose is II - ALAG ago; in the third subject infusions overlap",
    ["alag(depot) <- tlag"], {"tlag": "2.75"})

oral_case("constant-infusion-f", [
    ([dose(0, 0, cmt=2, rate=6, ss=1), dose(0, 30, cmt=2, rate=6), *observe(*GRID)],
     lambda t, before: oral.steady_rate(1, 6, t) + oral.infusion(1, 6, m("2.5"), t)),
    ([dose(2, 0, cmt=1, rate=6, ss=1), *observe(*GRID[2:])], lambda t, before: oral.steady_rate(0, 6, t - 2)),
], "a constant infusion ends at its record and does not know bioavailability, the infusion after it does (NONMEM SS, F)",
    ["f(central) <- 0.5"])

oral_case("evid3-cancels-all", [
    ([dose(0, 50, ii=4, addl=9), dose(1, 100, cmt=2, rate=5), *observe(1.5), record(6, 3), *observe(7, 9.5), dose(10, 20),
      *observe(11.75, 16.5)],
     lambda t, before: (total(oral.bolus(0, 50, t - m("1.25") - 4 * i) for i in range(2)) + oral.infusion(1, 5, 20, t - 1))
     if before < 3 else oral.bolus(0, 20, t - m("11.25"))),
    ([dose(0, 50), record(1, 3), *observe(2, 3)], lambda t, before: oral.zero),
], "EVID 3: amounts 0, infusions stopped, additional doses and doses under way (lag 1.25) gone", ["alag(depot) <- 1.25"])

oral_case("evid4-resets-then-doses", [
    ([dose(0, 50, cmt=2, rate=2), *observe(3), dose(6, 40, evid=4, ii=5, addl=1), *observe(*GRID[4:])],
     lambda t, before: oral.infusion(1, 2, 25, t) if before < 2 else oral.bolus(0, 40, t - 6) + oral.bolus(0, 40, t - 11)),
    ([dose(0, 50, ii=5, addl=9), dose(6, 40, cmt=2, evid=4, rate=20, ii=8, ss=1), *observe(*GRID[4:])],
     lambda t, before: oral.steady_infusions(1, 20, m(2), m(8), t - 6)),
], "EVID 4: a reset, then the dose with all that belongs to it")

init = Linear([[-m("0.9"), 0], [m("0.9"), -m("0.15")]])
oral_case("evid3-initial-values-and-time-back", [
    ([*observe(0, 2), dose(2, 50), *observe(5), record(0, 3), *observe(0, 2), dose(3, 10), *observe(4)],
     lambda t, before: (init.start([0, 12], t) + (oral.bolus(0, 50, t - 2) if before > 2 else oral.zero))
     if before < 4 else init.start([0, 12], t) + oral.bolus(0, 10, t - 3)),
    ([dose(0, 50, cmt=2), *observe(5), record(10, 3), *observe(12)],
     lambda t, before: init.start([0, 12], t) + oral.bolus(1, 50, t) if before < 2 else init.start([0, 12], t - 10)),
], "EVID 3 starts again from the initial values at its own time, which may lie before what was (NONMEM TIME; rxode2 "
   "handleEvid3)", ["central(0) <- 12"])

oral_case("initial-values-at-time-zero", [
    ([*observe(3, 5), dose(6, 50), *observe(7)],
     lambda t, before: init.start([0, 12], t) + (oral.bolus(0, 50, t - 6) if before > 2 else oral.zero)),
    ([*observe(-2, 0, 3)], lambda t, before: init.start([0, 12], t + 2)),
], "a course whose first record is later than 0 begins at 0 (rxode2 rxSetIni0, TRUE by default; NONMEM begins at the first "
   "record; rxode2's meaning is ours), one whose first record is earlier begins there", ["central(0) <- 12"])


def replaced(t, before):
    if before < 3:
        return oral.bolus(1, 100, t) + oral.infusion(0, 5, 10, t)
    at = oral.bolus(1, 100, m(4)) + oral.infusion(0, 5, 10, m(4))
    at[1] = 30 * m("0.5")
    rest = oral.infusion(0, 5, 6, t - 4)
    return oral.decay(t - 4) * at + rest


def multiplied(t, before):
    if before < 3:
        return oral.bolus(1, 100, t) + oral.infusion(0, 5, 10, t)
    at = oral.bolus(1, 100, m(4)) + oral.infusion(0, 5, 10, m(4))
    at[1] *= m("1.5")
    at = oral.decay(m(3)) * at + oral.infusion(0, 5, 6, m(3))
    at[0] *= m("0.25")
    return oral.decay(t - 7) * at + oral.infusion(0, 5, 3, t - 7)


oral_case("evid5-replaces", [
    ([dose(0, 200, cmt=2), dose(0, 50, rate=5), *observe(3), record(4, 5, 2, amt=30), *observe(4.5, 7, 11.75, 16.5)], replaced),
], "EVID 5 (rxode2): the amount becomes F AMT, what runs goes on; rxode2 EVIDF_REPLACE", ["f(central) <- 0.5"])

oral_case("evid6-multiplies", [
    ([dose(0, 200, cmt=2), dose(0, 50, rate=5), *observe(3), record(4, 6, 2, amt=3), record(7, 6, 1, amt=0.25),
      *observe(7, 11.75, 16.5)], multiplied),
], "EVID 6 (rxode2): the amount is multiplied by F AMT, what runs goes on; rxode2 EVIDF_MULT", ["f(central) <- 0.5"])

oral_case("evid5-evid6-with-lag", [
    ([dose(0, 100, cmt=2), *observe(2), record(3, 5, 2, amt=30), *observe(4), record(6, 6, 2, amt=2), *observe(7, 9)],
     lambda t, before: oral.bolus(1, 100, t - m("1.5")) if t < 4.5 else oral.bolus(1, 30, t - m("4.5")) if t < 7.5
     else oral.bolus(1, 30, t - m("4.5")) * 2),
], "the lag delays EVID 5 and 6 as it does doses (rxode2 getTime__ asks for the lag of all but observations and resets)",
    ["alag(central) <- 1.5"])

oral_case("evid7-gives-nothing", [
    ([dose(0, 100), record(3, 7, amt=50), *observe(*GRID[3:])], lambda t, before: oral.bolus(0, 100, t)),
], "EVID 7 (rxode2): a phantom dose is known to the questions about doses and adds nothing")

oral_case("negative-times", [
    ([*observe(-5), dose(-4, 50), *observe(-3.5, -1), dose(0, 20, cmt=2, rate=10), *observe(0, 1, 5)],
     lambda t, before: oral.bolus(0, 50, t + 4) + oral.infusion(1, 10, 2, t)),
    ([dose(-24, 50, ii=12, addl=3), *observe(-20, -1.5, 3, 20)], lambda t, before: total(oral.bolus(0, 50, t + 24 - 12 * i) for i in range(4))),
], "times before zero (NONMEM 7.4)")

oral_case("records-at-one-time-keep-their-order", [
    ([*observe(0), dose(0, 100, cmt=2), *observe(0), dose(6, 50, cmt=2), *observe(6), *observe(8), dose(8, 30, cmt=2), *observe(8, 9)],
     lambda t, before: (oral.bolus(1, 100, t) if before > 1 else oral.zero) + (oral.bolus(1, 50, t - 6) if before > 3 else oral.zero)
     + (oral.bolus(1, 30, t - 8) if before > 6 else oral.zero)),
    ([dose(0, 100, cmt=2), *observe(4), record(4, 3), *observe(4), dose(4, 50, cmt=2), dose(4, 20, cmt=2), *observe(4, 5)],
     lambda t, before: oral.bolus(1, 100, t) if before < 3 else oral.bolus(1, 70, t - 4) if before > 4 else oral.zero),
], "an observation above the dose is a trough, below it a peak (NONMEM; rxode2 gives the dose first)")

oral_case("additional-and-lagged-doses-before-records", [
    ([dose(0, 100, cmt=2, ii=6, addl=2), *observe(0, 6, 12, 13)],
     lambda t, before: total(oral.bolus(1, 100, t - 6 * i) for i in range(3))),
], "an additional dose at the time of an observation is given before it, as NONMEM's answers to scenario 15 of nmtests show")

oral_case("lagged-dose-at-the-time-of-a-record", [
    ([dose(0, 100, cmt=2), *observe(0, 2, 4), dose(4, 50, cmt=2), *observe(4, 6, 7)],
     lambda t, before: oral.bolus(1, 100, t - 2) + oral.bolus(1, 50, t - 6)),
], "a dose that arrives at the time of an observation after a lag is given before it", ["alag(central) <- 2"])

oral_case("year-of-daily-doses", [
    ([dose(0, 100, ii=24, addl=364), *observe(1, 23, 24.5, 4380.5, 8735.5, 8736.5, 8742, 8760.5, 8800)],
     lambda t, before: total([oral.zero] + [oral.bolus(0, 100, t - 24 * i) for i in range(365) if t - 24 * i < 400])),
], "365 doses by ADDL; doses more than 400 h ago have left less than 1e-25 of their amount")

for name, fast in (("stiff-linear", "1e4"), ("stiff-linear-extreme", "1e8")):
    F = m(fast)
    stiff = Linear([[-F, F, 0], [F, -F - m("0.001"), 0], [0, m("0.001"), -m("0.0005")]])
    case(name, {"fast": fast, "slow": "1e-3"},
         ["d/dt(a) <- fast*(b - a)", "d/dt(b) <- fast*(a - b) - slow*b", "d/dt(c) <- slow*b - slow/2*c"],
         [Subject([dose(0, 100), dose(500, 40, cmt="b", rate=4), *observe(500, 505, 510.0001, 600, 2000, 10000)],
                  amounts(lambda t, before, s=stiff: s.bolus(0, 100, t) + s.infusion(1, 4, 10, t - 500), "abc"))],
         f"rates of {fast} and 1e-3 in one system over 10000: a rounding of the fast rate is no error of the slow one; {SOURCE}")


chain = Linear([[-m("0.5") if i == j else m("0.5") if i == j + 1 else 0 for j in range(5)] for i in range(5)])
for i in range(4):
    assert mp.almosteq(chain.bolus(0, 1, m(3))[i], m("1.5") ** i / mp.factorial(i) * mp.exp(-m("1.5"))), "Erlang"
case("transit-chain-equal-rates", {"ktr": "0.5"},
     ["d/dt(a1) <- -ktr*a1", "d/dt(a2) <- ktr*(a1 - a2)", "d/dt(a3) <- ktr*(a2 - a3)", "d/dt(a4) <- ktr*(a3 - a4)",
      "d/dt(out) <- ktr*a4 - ktr*out"],
     [Subject([dose(0, 100, cmt="a1"), dose(2, 10, cmt="a3"), *observe(*GRID[2:], cmt="out")],
              amounts(lambda t, before: chain.bolus(0, 100, t) + chain.bolus(2, 10, t - 2), ("a1", "a2", "a3", "a4", "out")), 1),
      Subject([dose(0, 100, cmt="a1", ii=6, ss=1), *observe(*GRID, cmt="out")],
              amounts(lambda t, before: chain.steady_boluses(0, 100, m(6), t), ("a1", "a2", "a3", "a4", "out")), 2)],
     "five compartments of one rate: after a bolus the i-th holds dose (kt)^i/i! exp(-kt) (Erlang); the eigenvalues are all "
     f"equal; doses by name; {SOURCE}")

meta = Linear([[-m("0.3"), 0, 0], [m("0.21"), -m("0.3"), 0], [m("0.09"), m("0.3"), 0]])
case("metabolite-equal-rate-cumulative", {"k": "0.3", "fm": "0.7"},
     ["d/dt(parent) <- -k*parent", "d/dt(metabolite) <- fm*k*parent - k*metabolite",
      "d/dt(gone) <- (1 - fm)*k*parent + k*metabolite", "balance <- parent + metabolite + gone"],
     [Subject([dose(0, 100), dose(5, 30, cmt="metabolite", rate=6), *observe(*GRID[4:])], lambda t, before: (lambda x: {
         "balance": x[0] + x[1] + x[2], "parent": x[0], "metabolite": x[1], "gone": x[2]})(
             meta.bolus(0, 100, t) + meta.infusion(1, 6, 5, t - 5)))],
     f"parent and metabolite leave at one rate, what has left is kept (a rate of zero); {SOURCE}")


case("default-compartment-without-cmt-column", PARAMETERS, ORAL, [Subject(
    [dose(0, 100), *observe(1, 5), dose(6, 50), *observe(7)],
    amounts(lambda t, before: oral.bolus(0, 100, t) + oral.bolus(0, 50, t - 6)))],
    f"without CMT doses go into the first compartment; {SOURCE}",
    data="ID,TIME,AMT,EVID\n1,0,100,1\n1,1,0,0\n1,5,0,0\n1,6,50,1\n1,7,0,0\n")

case("cmt-statement-numbers-compartments", PARAMETERS, ["cmt(central)", *ORAL], [Subject(
    [dose(0, 100, cmt=2), dose(2, 50, cmt=1), *observe(3, 5)],
    lambda t, before: {"central": (x := oral.bolus(0, 100, t) + oral.bolus(1, 50, t - 2))[1], "depot": x[0]})],
    f"cmt(central) makes central the first compartment (rxode2); {SOURCE}")

oral_case("bioavailability-zero", [
    ([dose(0, 100, cmt=2), dose(0, 50, cmt=1), dose(1, 30, cmt=2, rate=10), dose(2, 30, cmt=2, rate=-2), *observe(3, 5)],
     lambda t, before: oral.bolus(0, 50, t)),
], "a dose of which nothing arrives: bolus, infusion of given rate (of no duration) and of modelled duration (of no rate)",
    ["f(central) <- 0", "dur(central) <- 2"])

oral_case("constant-infusion-modelled-rate", [
    ([dose(0, 0, cmt=2, rate=-1, ss=1), *observe(0, 1, 5)], lambda t, before: oral.steady_rate(1, 7, t)),
], "AMT 0, RATE -1, SS 1: the constant infusion has the modelled rate (NONMEM SS)", ["rate(central) <- r2"], {"r2": 7})

oral_case("infusions-very-short-and-very-long", [
    ([dose(0, 100, cmt=2, rate=1e7), dose(1, 20, cmt=2, rate=0.001), *observe(2, 9)],
     lambda t, before: oral.infusion(1, m(10) ** 7, m(10) ** -5, t) + oral.infusion(1, m("0.001"), m(20000), t - 1)),
], "an infusion over 36 ms beside one over two years")

oral_case("amounts-tiny-and-huge", [
    ([dose(0, 1e-9, ii=6, addl=1), *observe(1, 5, 9)], lambda t, before: total(oral.bolus(0, m(10) ** -9, t - 6 * i) for i in range(2))),
    ([dose(0, 1e12, ii=6, addl=1), *observe(1, 5, 9)], lambda t, before: total(oral.bolus(0, m(10) ** 12, t - 6 * i) for i in range(2))),
], "doses in mol (1e-9) and in molecules (1e12): held absolutely to a millionth of the smaller dose, for the unit of amounts is the "
   "user's", absolute=1e-15)

oral_case("steady-state-then-reset-then-steady-state", [
    ([dose(0, 80, ii=8, ss=1, addl=5), *observe(1), record(10, 3), *observe(11), dose(12, 40, cmt=2, rate=20, ii=6, ss=1), *observe(13, 17)],
     lambda t, before: oral.steady_boluses(0, 80, m(8), t) if t < 8 else oral.zero if t < 12
     else oral.steady_infusions(1, 20, m(2), m(6), t - 12)),
], "a reset ends the additional doses of a steady state")

oral_case("ss2-infusion-overlapping", [
    ([dose(0, 50), dose(3, 60, cmt=2, rate=10, ii=4, ss=2, addl=1), *observe(4, 6, 8, 12, 20)],
     lambda t, before: oral.bolus(0, 50, t) + oral.steady_infusions(1, 10, m(6), m(4), t - 3) + oral.infusion(1, 10, 6, t - 7)),
], "SS 2 with infusions longer than the interval: those still running at the record run on")


def crowd():
    """Thirty-seven individuals, no two with the same course, of one to thirty records."""
    for i in range(37):
        interval, amount, lag_free = m(3) + i % 5, m(40) + 3 * i, i % 4
        times = [m(j) * (1 + i % 3) / 2 + m(1) / 4 for j in range(1 + (7 * i) % 29)]
        seen = observe(*[float(t) for t in times])
        if i == 11:
            yield [*observe(0.5), *observe(3)], lambda t, before: oral.zero
            continue
        first = dose(0, int(amount), cmt=1 + i % 2)
        at = i % 2
        if lag_free == 0:
            rows, answer = [first | {"ii": int(interval), "addl": i % 7}] if i % 7 else [first], None
            answer = lambda t, before, n=i % 7, a=amount, ii=interval, c=at: total(  # noqa: E731
                oral.bolus(c, a, t - ii * j) for j in range(n + 1))
        elif lag_free == 1:
            rows = [first | {"rate": 8}]
            answer = lambda t, before, a=amount, c=at: oral.infusion(c, 8, a / 8, t)  # noqa: E731
        elif lag_free == 2:
            rows = [first | {"ii": int(interval), "ss": 1}]
            answer = lambda t, before, a=amount, ii=interval, c=at: oral.steady_boluses(c, a, ii, t)  # noqa: E731
        else:
            rows = [first | {"rate": 20, "ii": int(interval), "ss": 1, "addl": 1}]
            answer = lambda t, before, a=amount, ii=interval, c=at: (  # noqa: E731
                oral.steady_infusions(c, 20, a / 20, ii, t) + oral.infusion(c, 20, a / 20, t - ii))
        yield [*rows, *seen], answer


oral_case("crowd-of-different-courses", list(crowd()),
          "individuals of very different length beside each other, one without a dose; nobody's course may reach a neighbour's")

LONG = 120
names = [f"a{i + 1}" for i in range(LONG)]


def erlang(t, before):
    def held(i, x):
        return m(0) if x < 0 or i < 0 else 100 * (2 * x) ** i / mp.factorial(i) * mp.exp(-2 * x)
    return {name: held(i, t) + held(i - 117, t - 3) / 2 for i, name in enumerate(names)}


case("chain-of-120-compartments", {"k": 2},
     ["d/dt(a1) <- -k*a1", *(f"d/dt(a{i}) <- k*a{i - 1} - k*a{i}" for i in range(2, LONG + 1))],
     [Subject([dose(0, 100, cmt=1), *observe(2), dose(3, 50, cmt=118), *observe(4, 20, 60)], erlang)],
     "a hundred and twenty compartments of one rate, the later dose by the number of its compartment: dose (kt)^i/i! exp(-kt)")

oral_case("times-far-from-zero", [
    ([*observe(1000000), dose(1000000.25, 100, ii=6, addl=1), *observe(1000000.5, 1000001, 1000010)],
     lambda t, before: total(oral.bolus(0, 100, t - m("1000000.25") - 6 * i) for i in range(2))),
], "hours since long ago")
