"""Columns and records: clock times, dates, MDV without EVID, individuals, extra predictions, compartments off and on."""
import mpmath as mp

from .cases import Subject, case, dose, observe, record
from .linear import disposition, total

m = mp.mpf
one = disposition("0.2")
ONE = ["d/dt(central) <- -k*central"]


def central(function):
    return lambda t, before: {"central": function(t, before)[0]}


def at(*answers):
    """Observation rows of which only the time of the answer counts."""
    return [{"time": answer, "evid": 0, "answer": answer} for answer in answers]


case("clock-times", {"k": "0.2"}, ONE, [
    Subject([record(0, 1), *at(m("6.75"), m("6.75"), 16)], central(lambda t, before: one.bolus(0, 100, t)), 1),
    Subject([record(0, 1), *at(1, 13), *at(14, 20)],
            central(lambda t, before: total(one.bolus(0, 100, t - m("1.5") * i) for i in range(3))), 2),
], "a `:` in TIME anywhere makes every TIME a clock time, counted from the individual's first record (8:00, 14:45, 14.75 -> "
   "0, 6.75, 6.75); II may be a clock time; NONMEM TIME, II", data="""\
ID,TIME,AMT,EVID,CMT,II,ADDL
1,8:00,100,1,1,0,0
1,14:45,0,0,1,0,0
1,14.75,0,0,1,0,0
1,24:00,0,0,1,0,0
2,7:30,100,1,1,1:30,2
2,8:30,0,0,1,0,0
2,20:30,0,0,1,0,0
2,21.5,0,0,1,0,0
2,27:30,0,0,1,0,0
""")

case("dates", {"k": "0.02"}, ONE, [
    Subject([record(0, 1), *at(4, 24, m("48.5")), record(57, 1), *at(64)],
            central(lambda t, before: (slow := disposition("0.02")).bolus(0, 100, t) + slow.bolus(0, 50, t - 57))),
], "DATE is month/day/year; 2024 is a leap year; 28 February 20:00 is 0; NONMEM DATE", data="""\
ID,DATE,TIME,AMT,EVID,CMT
1,2/28/2024,20:00,100,1,1
1,2/29/2024,0:00,0,0,1
1,2/29/2024,20:00,0,0,1
1,3/1/2024,20:30,0,0,1
1,3/2/2024,5:00,50,1,1
1,3/2/2024,12:00,0,0,1
""")

case("dates-day-first", {"k": "0.02"}, ONE, [
    Subject([record(0, 1), *at(24, 744)], central(lambda t, before: disposition("0.02").bolus(0, 100, t))),
], "DAT1 is day/month/year: 3/2/2023 is the third of February; NONMEM DATE", data="""\
ID,DAT1,TIME,AMT,EVID,CMT
1,1/2/2023,6:00,100,1,1
1,2/2/2023,6:00,0,0,1
1,4/3/2023,6:00,0,0,1
""")

case("mdv-without-evid", {"k": "0.2"}, ONE, [
    Subject([record(0, 1), *at(1), record(2, 2), *at(3), record(4, 1), *at(5)],
            central(lambda t, before: one.bolus(0, 100, t) + one.infusion(0, 20, 2, t - 4))),
], "without EVID a dose record is 1 and other records are observations, but those with MDV 1 are EVID 2 and not reported "
   "(NONMEM 7 EVID)", data="""\
ID,TIME,AMT,RATE,MDV,DV
1,0,100,0,1,.
1,1,0,0,0,3.5
1,2,0,0,1,.
1,3,0,0,0,2.5
1,4,40,20,1,.
1,5,0,0,0,1
""")

case("neither-mdv-nor-evid", {"k": "0.2"}, ONE, [
    Subject([record(0, 1), *at(1, 2), record(3, 1), *at(4)],
            central(lambda t, before: one.bolus(0, 100, t) + one.bolus(0, 50, t - 3))),
], "without EVID and MDV a record with an amount is a dose, all others are observations; `.` is 0 (NONMEM EVID)", data="""\
ID,TIME,AMT,DV
1,0,100,.
1,1,.,3.5
1,2,0,2.5
1,3,50,.
1,4,.,1
""")

case("id-that-comes-again", {"k": "0.2"}, ONE, [
    Subject([record(0, 1), *at(1, 2)], central(lambda t, before: one.bolus(0, 100, t)), 1),
    Subject([record(0, 1), *at(1)], central(lambda t, before: one.bolus(0, 10, t)), 2),
    Subject([*at(0, 1), record(1, 1), *at(3)], central(lambda t, before: one.bolus(0, 7, t - 1) if before > 1 else one.zero), 1),
], "an individual is a run of equal ID: the same ID later is another individual who starts anew (NONMEM ID)", data="""\
id,time,amt,evid,cmt
1,0,100,1,1
1,1,0,0,1
1,2,0,0,1
2,0,10,1,1
2,1,0,0,1
1,0,0,0,1
1,1,0,0,1
1,1,7,1,1
1,3,0,0,1
""")

def stepped(t, before):
    # The rate constant is that of the last record: 0.1 from 0, 0.3 from 4 (EVID 2), 0.05 from 7.
    area = m("0.1") * min(t, 4) + m("0.3") * max(0, min(t, 7) - 4) + m("0.05") * max(0, t - 7)
    return {"central": 100 * mp.exp(-area)}


case("extra-records-evid2", {"scale": 1}, ["d/dt(central) <- -scale*K*central"], [
    Subject([dose(0, 100, K=0.1), *observe(2, K=0.1), record(4, 2, 0, K=0.3), *observe(5, K=0.3), *observe(7, K=0.05),
             record(8, 2, 0, K=0.05), *observe(10, K=0.05)], stepped)],
     "EVID 2 brings a covariate and no answer; with CMT 0 no compartment is turned on or off (NONMEM EVID, CMT)")

# Off: what is there is gone and nothing flows in or out; a dose or EVID 2 with a positive number turns it on, empty.
ka, k = m("0.9"), m("0.15")
oral = disposition(k, ka=ka)


def off_and_on(t, before):
    x = oral.bolus(0, 100, t)
    if before > 2:                      # central off from 3 to 6: the depot goes on emptying, central stays 0
        x = mp.matrix([100 * mp.exp(-ka * t), 0])
    if before > 4:                      # on again, empty at 6
        x = oral.start([100 * mp.exp(-ka * 6), 0], t - 6)
    return {"depot": x[0], "central": x[1]}


def depot_off(t, before):
    x = oral.bolus(0, 100, t)
    if before > 2:                      # depot off at 3: gone, central only falls
        x = mp.matrix([0, oral.bolus(0, 100, m(3))[1] * mp.exp(-k * (t - 3))])
    if before > 4:                      # a dose turns it on
        x = oral.start([0, oral.bolus(0, 100, m(3))[1]], t - 3) + oral.bolus(0, 40, t - 6)
    return {"depot": x[0], "central": x[1]}


def reset_turns_on(t, before):
    x = mp.matrix([100 * mp.exp(-ka * t), 0]) if before < 3 else oral.bolus(0, 40, t - 6)
    return {"depot": x[0], "central": x[1]}


case("compartments-off-and-on", {"ka": "0.9", "k": "0.15"},
     ["d/dt(depot) <- -ka*depot", "d/dt(central) <- ka*depot - k*central"], [
    Subject([dose(0, 100), *observe(1), record(3, 2, -2), *observe(5), record(6, 2, 2), *observe(7, 12)], off_and_on, 1),
    Subject([dose(0, 100), *observe(1), record(3, 2, -1), *observe(5), dose(6, 40), *observe(7, 12)], depot_off, 2),
    Subject([record(0, 2, -2), dose(0, 100), *observe(1), record(6, 3), dose(6, 40), *observe(7, 12)], reset_turns_on, 3),
], "EVID 2 with a negative CMT empties a compartment and turns it off: nothing flows into it (what flows to it is lost) or "
   "out of it; a dose or EVID 2 with its number turns it on; EVID 3 turns all on (NONMEM CMT, EVID; rxode2 EVID0_OFF)")

case("columns-in-capitals-with-others", {"k": "0.2", "v": 4}, [*ONE, "cp <- central/v"], [
    Subject([record(0, 1), *at(1, 2)], lambda t, before: {"cp": one.bolus(0, 100, t)[0] / 4, "central": one.bolus(0, 100, t)[0]}),
], "upper-case names, DV, CENS and LIMIT beside; MDV and EVID both given", data="""\
ID,TIME,DV,AMT,EVID,MDV,CMT,RATE,SS,II,ADDL,CENS,LIMIT
1,0,.,100,1,1,1,0,0,0,0,0,.
1,1,3.5,0,0,0,1,0,0,0,0,0,.
1,2,2.5,0,0,0,1,0,0,0,0,1,0.5
""")


def infusion_into_off(t, before):
    # Central is fed at 10 from 0 to 8; off at 3 ends the infusion; the additional dose of 30 at 5 turns it on.
    x = (oral.infusion(1, 10, 8, t) + oral.bolus(1, 30, t - 0))[1] if before < 3 else m(0)
    if t >= 5:
        x = 30 * mp.exp(-k * (t - 5))
    return {"depot": m(0), "central": x}


case("compartment-off-during-infusion", {"ka": "0.9", "k": "0.15"},
     ["d/dt(depot) <- -ka*depot", "d/dt(central) <- ka*depot - k*central"], [
    Subject([dose(0, 80, cmt=2, rate=10), dose(0, 30, cmt=2, ii=5, addl=1), *observe(1), record(3, 2, -2), *observe(4), *observe(6, 9)],
            lambda t, before: infusion_into_off(t, 1 if before < 3 else 3)),
], "turning a compartment off ends the infusion into it (rxode2 EVID0_OFF sets its rate to 0); a dose to come turns it on again")

case("records-at-one-time-with-covariates", {"one": 1}, ["d/dt(central) <- -one*K*central"], [
    Subject([dose(0, 100, K="0.1"), *observe(4, K="0.1"), *observe(4, K="0.3"), record(4, 2, 0, K="0.2"), *observe(6, K="0.4"), *observe(8, K="0.4")],
            lambda t, before: {"central": 100 * mp.exp(-m("0.1") * min(t, 4) - m("0.2") * (min(max(t, 4), 6) - 4) - m("0.4") * max(0, t - 6))}),
], "of several records at one time the last holds from there on")

case("records-at-one-time-with-covariates-nocb", {"one": 1}, ["d/dt(central) <- -one*K*central"], [
    Subject([dose(0, 100, K="0.7"), *observe(4, K="0.1"), *observe(4, K="0.3"), record(4, 2, 0, K="0.2"), *observe(6, K="0.4"), *observe(8, K="0.5")],
            lambda t, before: {"central": 100 * mp.exp(-m("0.1") * min(t, 4) - m("0.4") * (min(max(t, 4), 6) - 4) - m("0.5") * max(0, t - 6))}),
], "of several records at one time the first holds up to there", interpolation="nocb")

case("covariate-through-a-reset", {"one": 1}, ["d/dt(central) <- -one*K*central"], [
    Subject([dose(0, 100, K="0.1"), *observe(4, K="0.3"), record(1, 3, 0, K="0.5"), dose(1, 60, K="0.2"), *observe(3, K="0.7"), *observe(4, K="0.7")],
            lambda t, before: {"central": 100 * mp.exp(-m("0.1") * t) if before < 2 else
                               60 * mp.exp(-m("0.2") * (min(t, 3) - 1) - m("0.7") * max(0, t - 3))}),
], "a reset that sets the clock back: the covariates of the records after it hold, not those of the same time before")
