"""The conversation of a Python peer with `benches/compare`: arguments METHOD WORKLOAD SOLUTION SECONDS REPEATS, then for every
line `rtol atol` on standard input one line of JSON. `benches/peers/compare/driver.py` says what is exchanged."""

import json
import sys
import time
from dataclasses import dataclass

import numpy

CHECKED = 8


@dataclass
class Stretch:
    """Time with one infusion rate, and the observations after its start up to its end."""

    start: float
    end: float
    rate: float
    first: int
    behind: int

    def grid(self, times):
        """Its start, the observations, its end."""
        inner = list(times[self.first : self.behind])
        return [self.start, *inner] if inner and inner[-1] == self.end else [self.start, *inner, self.end]


class Workload:
    """Subjects, when they are dosed, when they are observed."""

    def __init__(self, path):
        numbers = numpy.array(open(path).read().split(), dtype=float)
        self.number, parameters, subjects, times, doses = (int(size) for size in numbers[:5])
        parts = numpy.split(numbers[5:], numpy.cumsum([times, 3 * doses]))
        self.times = parts[0]
        self.doses = parts[1].reshape(doses, 3)
        self.parameters = parts[2].reshape(subjects, parameters)
        self.states = 5 if self.number == 1 else 13

    def stretches(self):
        changes = []
        for begin, amount, rate in self.doses:
            changes += [(begin, rate), (begin + amount / rate, 0.0)]
        ends = [begin for begin, _ in changes[1:]] + [self.times[-1]]
        found = []
        for (start, rate), end in zip(changes, ends):
            first, behind = numpy.searchsorted(self.times, [start, end], side="right")
            found.append(Stretch(start, end, rate, int(first), int(behind)))
        return found


def serve(make):
    """`make(method, workload)` gives `solve(rtol, atol, subject, table) -> right-hand sides or None`, which fills
    `table[time, state]`."""
    method, path, solution, seconds, repeats = sys.argv[1:]
    workload = Workload(path)
    solve = make(method, workload)
    for line in sys.stdin:
        rtol, atol = (float(word) for word in line.split())
        try:
            answer = point(solve, workload, rtol, atol, solution, float(seconds), int(repeats))
        except Exception as problem:  # whatever a peer raises is this point's answer
            answer = {"failed": f"{type(problem).__name__}: {problem}"}
        print(json.dumps(answer), flush=True)


def point(solve, workload, rtol, atol, solution, seconds, repeats):
    table = numpy.zeros((len(workload.times), workload.states))
    solve(rtol, atol, 0, table)  # compiles
    started = time.process_time()
    with open(solution, "wb") as file:
        for subject in range(CHECKED):
            solve(rtol, atol, subject, table)
            file.write(table.tobytes())
    each = (time.process_time() - started) / CHECKED
    count = max(CHECKED, int(seconds / each))
    subjects = len(workload.parameters)
    best = float("inf")
    for _ in range(repeats):
        started = time.process_time()
        calls = [solve(rtol, atol, subject % subjects, table) for subject in range(count)]
        best = min(best, time.process_time() - started)
    told = None if None in calls else sum(calls) / count
    return {"subjects": count, "seconds": best, "right_hand_sides": told, "steps": None}
