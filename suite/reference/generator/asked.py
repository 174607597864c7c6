"""Questions about doses: tad(), tafd(), tlast(), tfirst(), podo(), dosenum()."""
import mpmath as mp

from .cases import Subject, case, dose, observe, record

m = mp.mpf
SOURCE = "rxode2 handleTlastInline and handleEvid3: a dose is known when it arrives, with its amount before bioavailability"
LINES = ["d/dt(depot) <- -0.5*depot", "d/dt(central) <- 0.5*depot - 0.1*central", "ago <- tad()", "ago0 <- tad0()",
         "ago_depot <- tad(depot)", "ago_central <- tad0(central)", "since <- tafd()", "since0 <- tafd0(depot)", "last_at <- tlast()",
         "first_at <- tfirst()", "size <- dose()", "size_depot <- podo(depot)", "size_central <- podo0(central)", "count <- dosenum()"]


def asked(given, forgotten=(), counted=True):
    """`given`: (time, compartment, amount, rows above which it stands); `forgotten`: (time, rows above) of resets."""
    def value(t, before):
        heard = [d for d in given if d[0] < t or (d[0] == t and d[3] < before)]
        resets = [r for r in forgotten if r[0] < t or (r[0] == t and r[1] < before)]
        edge = max((r[1] for r in resets), default=-1)
        kept = [d for d in heard if d[3] > edge]
        last = lambda only: max((d for d in kept if d[1] in only), key=lambda d: (d[0], d[3]), default=None)  # noqa: E731
        every, depot, central = last((1, 2)), last((1,)), last((2,))
        begun = min((d[0] for d in heard), default=None)
        begun_depot = min((d[0] for d in heard if d[1] == 1), default=None)
        back = lambda d: None if d is None else t - d[0]  # noqa: E731
        return {"ago": back(every), "ago0": back(every) or 0, "ago_depot": back(depot), "ago_central": back(central) or 0,
                "since": None if begun is None else t - begun, "since0": 0 if begun_depot is None else t - begun_depot,
                "last_at": every and every[0], "first_at": begun, "size": every and every[2], "size_depot": depot and depot[2],
                "size_central": central[2] if central else 0, "count": len(heard)}
    return value


def question(name, subjects, note, lines=(), **more):
    case(name, {"unused": 1}, [*LINES, "keep <- unused", *lines], [
        Subject(rows, value, i + 1) for i, (rows, value) in enumerate(subjects)], f"{note}; {SOURCE}", **more)


question("tad-before-and-after-doses", [
    ([*observe(0, 1), dose(2, 100), *observe(2, 3), dose(5, 40, cmt=2), *observe(5.5), dose(8, 30, cmt=2, rate=10), *observe(8, 9, 12)],
     asked([(2, 1, 100, 2), (5, 2, 40, 5), (8, 2, 30, 7)])),
    ([dose(0, 100, ii=6, addl=2), *observe(0, 5, 7, 13, 20)],
     asked([(0, 1, 100, 0), (6, 1, 100, 0), (12, 1, 100, 0)])),
], "before the first dose there is no answer (NA), with `0` in the name there is 0; dose() is the amount of an infusion, not "
   "its rate; its end is no dose")

question("tad-lag-addl", [
    ([dose(0, 100, ii=6, addl=2), *observe(0, 1, 1.5, 5, 7.4, 7.6, 20)],
     asked([(m("1.5") + 6 * i, 1, 100, 0) for i in range(3)])),
    ([dose(0, 100), dose(0.5, 7, cmt=2), *observe(1, 2)], asked([(m("1.5"), 1, 100, 0), (m("0.5"), 2, 7, 1)])),
], "with a lag a dose is known when it arrives, and dose() tells it without bioavailability",
    ["alag(depot) <- 1.5", "f(depot) <- 0.5"])

question("tad-resets", [
    ([dose(0, 100), *observe(1), record(2, 3), *observe(3), dose(4, 50), *observe(5), dose(6, 20, cmt=2, evid=4), *observe(6, 8)],
     asked([(0, 1, 100, 0), (4, 1, 50, 4), (6, 2, 20, m("6.5"))], [(2, 2), (6, 6)])),
], "EVID 3 and 4 forget the last dose and keep the number of doses and the time of the first")

question("tad-phantom-replace-multiply", [
    ([dose(0, 100), record(2, 7, amt=30), *observe(3), record(4, 5, 2, amt=8), *observe(5), record(6, 6, 1, amt=0.5), *observe(7),
      record(8, 2, 0), *observe(9)],
     asked([(0, 1, 100, 0), (2, 1, 30, 1), (4, 2, 8, 3), (6, 1, m("0.5"), 5)])),
], "EVID 5, 6 and 7 count as doses and EVID 2 does not (rxode2)")

K1, K2 = m("0.4"), m("0.1")


def fast_after_dose(t, before):
    doses = [(m(0), 100), (m(6), 50)]

    def area(t):
        return sum(((K1 - K2) * max(0, min(t - at, 2)) for at, _ in doses)) + K2 * t
    return {"x": sum(amount * mp.exp(-(area(t) - area(at))) for at, amount in doses if t >= at)}


case("tad-in-equations", {"k1": "0.4", "k2": "0.1"}, ["if (tad() < 2) {", "  k <- k1", "} else {", "  k <- k2", "}", "d/dt(x) <- -k*x"],
     [Subject([dose(0, 100), *observe(1, 3, 5.9), dose(6, 50), *observe(6.5, 9, 12)], fast_after_dose)],
     f"elimination is another for two hours after every dose: exponentials in pieces; {SOURCE}")


def in_steady_state(t, before):
    return {"ago": t if before < 3 else t - 7, "last_at": 0 if before < 3 else 7, "size": 100 if before < 3 else 30}


case("tad-steady-state", {"k": "0.5"}, ["d/dt(x) <- -k*x", "ago <- tad()", "last_at <- tlast()", "size <- dose()"],
     [Subject([dose(0, 100, ii=6, ss=1), *observe(1, 5), dose(7, 30, ii=4, ss=2, rate=10), *observe(8, 12)], in_steady_state)],
     f"the dose of a steady state is the one at its record; {SOURCE}")

question("tad-lag-reset-pending", [
    ([dose(0, 100, ii=6, addl=9), *observe(1, 2), dose(7, 20, cmt=2), *observe(7.2), record(7.3, 3), *observe(8, 20)],
     asked([(m("1.5"), 1, 100, 0), (7, 2, 20, 3)], [(m(float(7.3)), 5)])),
], "a dose under way at a reset never arrives and is not counted; additional doses to come are gone",
    ["alag(depot) <- 1.5"])


def fast_after_arrival(t, before):
    doses = [(m("1.5"), 100), (m("7.5"), 100), (m("13.5"), 100)]

    def area(t):
        return sum(((K1 - K2) * max(0, min(t - at, 2)) for at, _ in doses)) + K2 * t
    return {"x": sum(amount * mp.exp(-(area(t) - area(at))) for at, amount in doses if t >= at)}


case("tad-in-equations-lag-addl", {"k1": "0.4", "k2": "0.1"}, ["k <- k2", "if (tad0(x) < 2 && dosenum() > 0) {", "  k <- k1", "}",
                                                         "d/dt(x) <- -k*x", "alag(x) <- 1.5"],
     [Subject([dose(0, 100, ii=6, addl=2), *observe(1, 3, 5.9, 8, 12, 14, 20)], fast_after_arrival)],
     f"the same with doses that arrive late and by ADDL; {SOURCE}")
