"""Linear systems with constant rates, by superposition: the response to each dose is a matrix exponential.

Nothing here steps from event to event. A dose of any kind is a function of the time since it, a steady state the sum of
a geometric series, and a subject's amounts the sum over the doses that count.
"""
import mpmath as mp


class Linear:
    """x' = A x, with `rates[i][j]` the entry of row i and column j."""

    def __init__(self, rates):
        self.a = mp.matrix(rates)
        self.n = self.a.rows
        self.zero = mp.matrix(self.n, 1)

    def unit(self, compartment):
        unit = mp.matrix(self.n, 1)
        unit[compartment] = 1
        return unit

    def decay(self, t):
        return mp.expm(self.a * t, method="taylor")

    def held(self, compartment, t):
        """What an input of rate 1 leaves after a time t."""
        wide = mp.matrix(self.n + 1, self.n + 1)
        for i in range(self.n):
            for j in range(self.n):
                wide[i, j] = self.a[i, j] * t
        wide[compartment, self.n] = t
        return mp.expm(wide, method="taylor")[: self.n, self.n]

    def start(self, amounts, t):
        """Amounts at time 0, after t."""
        return self.zero if t < 0 else self.decay(t) * mp.matrix(amounts)

    def bolus(self, compartment, amount, t):
        return self.zero if t < 0 else self.decay(t) * self.unit(compartment) * amount

    def infusion(self, compartment, rate, duration, t):
        if t <= 0:
            return self.zero
        if t <= duration:
            return self.held(compartment, t) * rate
        return self.decay(t - duration) * self.held(compartment, duration) * rate

    def geometric(self, interval):
        """(1 - exp(A interval))^-1"""
        return mp.inverse(mp.eye(self.n) - self.decay(interval))

    def steady_boluses(self, compartment, amount, interval, t, lag=0):
        """Boluses every `interval` since ever, the last one `lag` after the record from which t counts.

        Doses arrive at lag, lag - interval, lag - 2 interval ...; those that have arrived at t count.
        """
        since = t - lag
        while since < 0:
            since += interval
        return self.decay(since) * self.geometric(interval) * self.unit(compartment) * amount

    def steady_infusions(self, compartment, rate, duration, interval, t, lag=0):
        """The same for infusions, which may be longer than the interval."""
        since = t - lag
        while since < 0:
            since += interval
        total = self.zero
        while since < duration:
            total = total + self.infusion(compartment, rate, duration, since)
            since += interval
        tail = self.decay(since - duration) * self.geometric(interval) * self.held(compartment, duration) * rate
        return total + tail

    def steady_rate(self, compartment, rate, t):
        """A constant input since ever that ends where t counts from."""
        return self.decay(t) * mp.lu_solve(-self.a, self.unit(compartment) * rate)


def total(parts):
    parts = list(parts)
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole


def disposition(k, k12=0, k21=0, k13=0, k31=0, ka=None):
    """Central with up to two peripheral compartments, behind a depot where there is `ka`."""
    names = (["depot"] if ka is not None else []) + ["central"]
    names += ["peripheral1"] if k12 else []
    names += ["peripheral2"] if k13 else []
    at = {name: i for i, name in enumerate(names)}
    a = [[mp.mpf(0)] * len(names) for _ in names]

    def flow(rate, source, target=None):
        a[at[source]][at[source]] -= rate
        if target:
            a[at[target]][at[source]] += rate

    flow(mp.mpf(k), "central")
    if ka is not None:
        flow(mp.mpf(ka), "depot", "central")
    if k12:
        flow(mp.mpf(k12), "central", "peripheral1")
        flow(mp.mpf(k21), "peripheral1", "central")
    if k13:
        flow(mp.mpf(k13), "central", "peripheral2")
        flow(mp.mpf(k31), "peripheral2", "central")
    system = Linear(a)
    system.names = names
    return system
