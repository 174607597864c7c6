"""Arguments, and the way through workloads and contestants."""

import argparse
import json
import math
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import euthymia, report
from .driver import Driver, Failed
from .peers import PEERS, Absent
from .precision import LADDER, QUICK_LADDER, TARGETS
from .workload import Workload

ENOUGH = min(TARGETS)


@dataclass
class Effort:
    """Processor seconds of one measurement, and how many there are of each."""

    seconds: float
    repeats: int


def arguments():
    names = ["euthymia", *(peer.name for peer in PEERS)]
    parser = argparse.ArgumentParser(
        prog="benches/compare",
        description="Measures Euthymia and its peers on the benchmark workloads, one after another on one thread, in seconds "
        "of processor time. A peer that is not installed is skipped, with what would install it.",
        epilog="An error is the largest |x - reference| / (1e-4 + |reference|) over all states, outputs and times of the "
        "first 8 subjects.",
    )
    parser.add_argument("--only", metavar="NAME,...", help=f"these alone: {', '.join(names)}")
    parser.add_argument("--workload", choices=["w1", "w2"], help="this alone [default: both]")
    parser.add_argument("--subjects", type=int, metavar="N", help="use the first N rows of the parameters")
    parser.add_argument("--params", type=Path, metavar="FILE", help="other parameters (CSV) than the suite's 256 subjects")
    parser.add_argument("--quick", action="store_true", help="every other tolerance, each measured once and briefly")
    parser.add_argument("--atol", type=float, metavar="RATIO", help="absolute tolerance as a multiple of the relative, for all")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--euthymia", metavar="FILE", help="measure this binary instead of building one")
    given = parser.parse_args()
    given.only = given.only.split(",") if given.only else names
    unknown = [name for name in given.only if name not in names]
    if unknown:
        parser.error(f"no contestant `{unknown[0]}`; there are {', '.join(names)}")
    return given


def say(words):
    print(words, file=sys.stderr, flush=True)


def main():
    given = arguments()
    effort = Effort(0.2, 1) if given.quick else Effort(0.7, 3)
    ladder = QUICK_LADDER if given.quick else LADDER
    try:
        workloads = [Workload(name, given.params) for name in ("w1", "w2") if given.workload in (None, name)]
    except (OSError, ValueError) as problem:
        say(f"error: {problem}")
        return 2
    for workload in workloads:
        workload.parameters = workload.parameters[: given.subjects]
    told = {"workloads": [], "absent": {}}
    scratch = Path(tempfile.mkdtemp(prefix="compare-"))
    try:
        contestants, binary = ready(given, told["absent"])
        for workload in workloads:
            entries = []
            for name, atol, open_it in contestants[workload.name]:
                say(f"{workload.name}  {name}")
                points, failed = climb(lambda: open_it(workload, scratch, effort), ladder, given.atol or atol)
                entries.append({"name": name, "points": points, "failed": failed})
            told["workloads"].append({"name": workload.name, "contestants": entries})
        if binary and not given.workload:
            say(f"w3  euthymia simulate {euthymia.COURSE}")
            told["course"] = {"name": euthymia.COURSE, **euthymia.course(binary, scratch, effort)}
    except Failed as problem:
        say(f"error: {problem}")
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(json.dumps(report.data(told), indent=1) if given.json else report.text(told))
    return 0


def ready(given, absent):
    """Whoever takes part, by workload, as (name, atol / rtol, how to start it); and Euthymia's binary."""
    contestants, binary = {"w1": [], "w2": []}, None
    if "euthymia" in given.only:
        say("build  euthymia")
        binary = given.euthymia or euthymia.build()
        for solver in euthymia.SOLVERS:
            open_it = lambda *where, solver=solver: euthymia.Euthymia(binary, solver, *where)
            for entries in contestants.values():
                entries.append((f"euthymia {solver}", euthymia.ATOL, open_it))
    for peer in PEERS:
        if peer.name not in given.only:
            continue
        say(f"build  {peer.name}")
        try:
            found = peer.make_ready()
        except Absent as problem:
            say(f"       absent: {problem}")
            absent[peer.name] = str(problem)
            continue
        for workload, methods in peer.methods.items():
            for method, atol in methods.items():
                open_it = lambda *where, found=found, method=method: Driver(found, method, *where)
                contestants[workload].append((f"{peer.name} {found.version} {method}", atol, open_it))
    return contestants, binary


def climb(open_it, ladder, ratio):
    """Points of smaller and smaller tolerance, until the error is small enough; and why it ended before, if it did."""
    points = []
    with open_it() as contestant:
        for rtol in ladder:
            try:
                point = contestant.point(rtol, ratio * rtol)
                if math.isnan(point.error):
                    raise Failed("results are not numbers")
            except Failed as problem:
                # A tolerance that is too coarse for a solver is no reason to give it up.
                if points or rtol < 1e-4:
                    return points, f"at rtol {rtol:.0e}: {problem}"
                continue
            points.append(point)
            say(f"       rtol {rtol:.0e}  error {point.error:.1e}  {report.number(point.speed)} subjects/s")
            if point.error <= ENOUGH:
                break
    return points, None
