"""What is solved: models, parameters, doses and reference solutions of suite/reference/workloads."""

import csv
import math
from array import array
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WORKLOADS = ROOT / "suite/reference/workloads"
CHECKED = 8  # subjects that have a reference solution
STATES = ["A1", "A2", "A3", "M1", "M2", "Ce", "G", "P", "B", "M", "S", "N", "Y"]


class Workload:
    """`w1` or `w2`, with the parameters of `table` (a CSV file) or of the suite's 256 subjects."""

    def __init__(self, name, table=None):
        self.name = name
        self.folder = WORKLOADS / name
        self.number = int(name[1:])
        self.states = STATES[:5] if self.number == 1 else STATES
        hours = list(range(673)) if self.number == 1 else [*range(49), *range(72, 1345, 24)]
        self.times = [float(hour) for hour in hours]
        self.model = self.folder / "model.R"
        self.doses = [{key: row[key] for key in ("TIME", "AMT", "RATE")} for row in rows(self.folder / "events.csv")]
        self.parameter_names = list(rows(self.folder / "parameters.csv")[0])[1:]
        self.parameters = rows(table or self.folder / "parameters.csv")
        missing = [column for column in ("ID", *self.parameter_names) if column not in self.parameters[0]]
        if missing:
            raise ValueError(f"{table}: {name} needs a column {', '.join(missing)}")
        self.reference = rows(self.folder / "solution.csv")
        known = rows(self.folder / "parameters.csv")
        for own, theirs in zip(self.parameters[:CHECKED], known):
            if any(float(own[name]) != float(theirs[name]) for name in self.parameter_names):
                raise ValueError(f"{table}: the first {CHECKED} subjects are not those of the reference solution")

    def described(self):
        """All numbers, as the peers read them: sizes, times, doses, parameters."""
        lines = [[self.number, len(self.parameter_names), len(self.parameters), len(self.times), len(self.doses)], self.times]
        lines += [[dose["TIME"], dose["AMT"], dose["RATE"]] for dose in self.doses]
        lines += [[row[name] for name in self.parameter_names] for row in self.parameters]
        return "\n".join(" ".join(map(str, line)) for line in lines) + "\n"

    def error_of_states(self, path):
        """The error of a file of 64-bit numbers `[subject][time][state]`; outputs are computed from the states."""
        numbers = array("d")
        with open(path, "rb") as file:
            numbers.frombytes(file.read())
        width = len(self.states)
        if len(numbers) != CHECKED * len(self.times) * width:
            return math.nan
        at = {time: place for place, time in enumerate(self.times)}

        def value(subject, time):
            first = (subject * len(self.times) + at[time]) * width
            found = dict(zip(self.states, numbers[first : first + width]))
            p = {name: float(text) for name, text in self.parameters[subject].items()}
            found["cp"], found["cm"] = found["A1"] / p["V1"], found["M1"] / p["Vm"]
            if self.number == 2:
                # The model's constants hill and wm.
                effect = (max(found["Ce"], 0.0) + 0.25 * max(found["M1"], 0.0) / p["Vm"]) ** 1.6
                found["RO"] = effect / (p["EC50"] ** 1.6 + effect)
            return found

        return self._error(value)

    def error_of_rows(self, path):
        """The error of a CSV file that `euthymia run` wrote."""
        found = {(int(row["id"]) - 1, float(row["time"])): row for row in rows(path)}
        return self._error(lambda subject, time: found[subject, time])

    def _error(self, value):
        """The largest `|x - reference| / (1e-4 + |reference|)` over all that the reference has."""
        worst = 0.0
        for row in self.reference:
            found = value(int(row["ID"]) - 1, float(row["TIME"]))
            for name, text in row.items():
                if name not in ("ID", "TIME"):
                    expected = float(text)
                    off = abs(float(found[name]) - expected) / (1e-4 + abs(expected))
                    if math.isnan(off):
                        return off
                    worst = max(worst, off)
        return worst


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))
