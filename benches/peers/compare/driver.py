"""The conversation with a peer's program.

It is started as `... METHOD WORKLOAD SOLUTION SECONDS REPEATS`: WORKLOAD is a file of numbers apart by blanks (workload,
parameters, subjects, times, doses; the times; a time, an amount and a rate for each dose; a row of parameters for each
subject). For every line `rtol atol` on its standard input it solves the first 8 subjects and writes their states to SOLUTION
(64-bit numbers, `[subject][time][state]`); from the time this took it chooses how many subjects take about SECONDS of
processor time on one thread, solves them REPEATS times, a table of observations each, and answers with a line of JSON:
`subjects`, `seconds` (the least of the repeats), `right_hand_sides` and `steps` (per subject, or null), or `failed` with a
reason."""

import json
import os
import subprocess

from .precision import Point

ONE_THREAD = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")
}


class Failed(Exception):
    """A contestant could not be measured."""


class Driver:
    """A peer's program with a method and a workload."""

    def __init__(self, ready, method, workload, scratch, effort):
        self.workload = workload
        self.solution = scratch / "solution.bin"
        described = scratch / f"{workload.name}.txt"
        if not described.exists():
            described.write_text(workload.described())
        self.log = open(scratch / "log", "w+")
        arguments = [method, described, self.solution, effort.seconds, effort.repeats]
        self.process = subprocess.Popen(
            [*map(str, ready.command), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env={**os.environ, **ONE_THREAD, **ready.environment},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.log.close()

    def point(self, rtol, atol):
        try:
            print(f"{rtol:g} {atol:g}", file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
            while answer and not answer.startswith("{"):  # a library's own remark
                answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise Failed(f"its program ended: {self.last_words()}")
        told = json.loads(answer)
        if "failed" in told:
            raise Failed(told["failed"])
        error = self.workload.error_of_states(self.solution)
        return Point(rtol, atol, error, told["subjects"], told["seconds"], told["right_hand_sides"], told["steps"])

    def last_words(self):
        self.process.wait()
        self.log.seek(0)
        lines = self.log.read().strip().splitlines()
        return lines[-1] if lines else f"exit code {self.process.returncode}"
