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
import threading

from .precision import Point

PATIENCE = 90  # seconds for an answer; the first includes what the peer compiles when it starts
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
        arguments = [method, described, self.solution, effort.seconds, effort.repeats]
        self.command = [str(word) for word in (*ready.command, *arguments)]
        self.environment = {**os.environ, **ONE_THREAD, **ready.environment}
        self.log = open(scratch / "log", "w+")
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end()
        self.log.close()

    def point(self, rtol, atol):
        answer = self._ask(f"{rtol:g} {atol:g}")
        if not answer:
            raise Failed(self._end())
        told = json.loads(answer)
        if "failed" in told:
            raise Failed(told["failed"])
        error = self.workload.error_of_states(self.solution)
        return Point(rtol, atol, error, told["subjects"], told["seconds"], told["right_hand_sides"], told["steps"])

    def _ask(self, line):
        """The answer, or nothing if the program ended or had to be ended."""
        if self.process is None:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log,
                text=True,
                env=self.environment,
            )
        patience = threading.Timer(PATIENCE, self.process.kill)
        patience.start()
        try:
            print(line, file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
            while answer and not answer.startswith("{"):  # a library's own remark
                answer = self.process.stdout.readline()
            return answer
        except BrokenPipeError:
            return ""
        finally:
            patience.cancel()

    def _end(self):
        """Ends the program; its last words."""
        if self.process is None:
            return ""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        code = self.process.wait()
        self.process = None
        if code == -9:
            return f"no answer within {PATIENCE} s"
        self.log.seek(0)
        lines = self.log.read().strip().splitlines()
        return f"its program ended: {lines[-1] if lines else f'exit code {code}'}"
