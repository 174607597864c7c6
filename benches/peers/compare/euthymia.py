"""Euthymia, measured through its command line."""

import json
import re
import subprocess

from .driver import Failed
from .precision import Point
from .workload import CHECKED, ROOT

# A new choice of `run --solver` is added here; `auto` solves W1 by its exponentials (W4).
SOLVERS = ("auto", "collocation", "rodas5p")
ATOL = 1e-3  # times rtol, as in the standard options
COURSE = "racemic-iv-twice-weekly"
# A large table of results is written for each measurement.
MOST_ROWS = 8_000_000


def build():
    """The path of the release binary."""
    command = ["cargo", "build", "--release", "--message-format=json-render-diagnostics", "--package", "euthymia"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        raise Failed("`cargo build --release` failed")
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "euthymia":
            return message["executable"]
    raise Failed("`cargo build --release` named no executable")


class Euthymia:
    """`euthymia run` with a solver and a workload."""

    def __init__(self, binary, solver, workload, scratch, effort):
        self.binary, self.solver, self.workload, self.scratch, self.effort = binary, solver, workload, scratch, effort
        self.table = scratch / f"{workload.name}-parameters.csv"
        columns = ["ID", *workload.parameter_names]
        lines = [",".join(columns), *(",".join(row[name] for name in columns) for row in workload.parameters)]
        self.table.write_text("\n".join(lines) + "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def point(self, rtol, atol):
        checked = self.scratch / "checked.csv"
        self._run(rtol, atol, CHECKED, checked)
        error = self.workload.error_of_rows(checked)
        # The second run is long enough to tell how many subjects the measurement takes.
        for count in (64, 1024):
            told = self._measure(rtol, atol, count)
            if told["solve"] > 0.1:
                break
        wanted = int(self.effort.seconds / max(told["solve"] / count, 1e-9))
        count = max(CHECKED, min(wanted, MOST_ROWS // len(self.workload.times)))
        runs = [self._measure(rtol, atol, count) for _ in range(self.effort.repeats)]
        best = min(runs, key=lambda run: run["solve"])
        calls, steps = best["right_hand_sides"] / count, best["steps"] / count
        return Point(rtol, atol, error, count, best["solve"], calls, steps)

    def _measure(self, rtol, atol, count):
        out = self.scratch / "rows.parquet"
        described, phases = self._run(rtol, atol, count, out)
        out.unlink()
        return {**described, **phases}

    def _run(self, rtol, atol, count, out):
        workload = self.workload
        dose = ", ".join(
            f"{dose['AMT']} mg at {dose['TIME']} over {float(dose['AMT']) / float(dose['RATE']):.17g} h into A1"
            for dose in workload.doses
        )
        command = [self.binary, "run", workload.model, "--params", self.table, "--dose", dose]
        command += ["--times", ",".join(f"{time:g}" for time in workload.times), "--solver", self.solver]
        command += ["--rtol", f"{rtol:g}", "--atol", f"{atol:g}", "--subjects", count, "--threads", 1]
        ran = run(command + ["--out", out, "--bench", "--json"])
        return json.loads(ran.stdout), phases(ran.stderr)


def course(binary, scratch, effort):
    """Virtual patients per second of a whole course (W3): in solving, and in all."""
    best = None
    for count in [1000] + [4000] * effort.repeats:
        command = [binary, "simulate", COURSE, "--subjects", count, "--threads", 1, "--bench", "--quiet"]
        found = phases(run(command + ["--out", scratch / "course"]).stderr)
        if count == 4000 and (best is None or found["simulate"] < best["simulate"]):
            best = found
    return {"subjects": 4000, "solve_seconds": best["simulate"], "total_seconds": best["total"]}


def run(command):
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if ran.returncode:
        raise Failed((ran.stderr.strip() or ran.stdout.strip() or f"exit code {ran.returncode}").splitlines()[-1])
    return ran


def phases(table):
    """Processor seconds by phase, as `--bench` prints them."""
    found = re.findall(r"^(\S.*?) +[\d.]+ s +([\d.]+) s of processors$", table, re.MULTILINE)
    if not found:
        raise Failed("`--bench` tells no processor time on this system")
    return {name: float(seconds) for name, seconds in found}
