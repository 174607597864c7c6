"""What a case is, and how it is written.

A case is a model text, subjects with records, and a function that says what a subject's variables and compartments are
at a time. The function is closed form in mpmath, or an integration by scipy that two methods agree on.
"""
import json
import pathlib

import mpmath as mp

mp.mp.dps = 40

CASES = {}

#: Every column of the records that has a value in every row, with the value of a row that does not mention it.
COLUMNS = {"id": 1, "time": 0, "amt": 0, "evid": 0, "cmt": 1, "rate": 0, "ii": 0, "addl": 0, "ss": 0}


class Subject:
    """One individual: `rows` in order, `value(t, before)` its answers, `id` as the answers call it.

    `before` counts the rows above the observation, for records at one time keep their order.
    """

    def __init__(self, rows, value, id=1):
        self.rows, self.value, self.id = rows, value, id


def dose(time, amt, cmt=1, **more):
    return {"time": time, "amt": amt, "evid": 1, "cmt": cmt, **more}


def record(time, evid, cmt=1, **more):
    return {"time": time, "evid": evid, "cmt": cmt, **more}


def observe(*times, cmt=1, **more):
    return [{"time": time, "evid": 0, "cmt": cmt, **more} for time in times]


def text(name, parameters, lines):
    """The model as nlmixr2 writes it."""
    ini = "\n".join(f"    {key} <- {value}" for key, value in parameters.items())
    body = "\n".join(f"    {line}" for line in lines)
    return f"{name.replace('-', '_')} <- function() {{\n  ini({{\n{ini}\n  }})\n  model({{\n{body}\n  }})\n}}\n"


def case(name, parameters, lines, subjects, note, relative=1e-8, absolute=1e-9, interpolation="locf", data=None):
    """Registers a case. `data` is the data set where the records need other columns than `COLUMNS`."""
    assert name not in CASES, name
    CASES[name] = dict(
        text=text(name, parameters, lines), subjects=subjects, note=note, relative=relative, absolute=absolute,
        interpolation=interpolation, data=data)


def number(value):
    """Seventeen digits, or `NA` where there is no value."""
    if value is None:
        return "NA"
    if isinstance(value, int):
        return str(value)
    return repr(float(mp.mpf(value)))


def table(subjects):
    """The data set of subjects without special columns."""
    extra = []
    for subject in subjects:
        for row in subject.rows:
            extra += [key for key in row if key not in COLUMNS and key not in extra]
    lines = [",".join([*COLUMNS, *extra])]
    for subject in subjects:
        for row in subject.rows:
            cells = [row.get(key, subject.id if key == "id" else COLUMNS[key]) for key in COLUMNS]
            lines.append(",".join(str(cell) for cell in cells + [row[key] for key in extra]))
    return "\n".join(lines) + "\n"


def answers(subjects):
    several = len(subjects) > 1
    header, lines = None, []
    for subject in subjects:
        for before, row in enumerate(subject.rows):
            if row.get("evid", 0) != 0:
                continue
            time = row.get("answer", row["time"])
            values = subject.value(mp.mpf(time), before)
            names = (["id"] if several else []) + ["time", *values]
            header = header or names
            assert names == header, (names, header)
            cells = ([subject.id] if several else []) + [time, *values.values()]
            lines.append(",".join(number(cell) for cell in cells))
    return "\n".join([",".join(header), *lines]) + "\n"


def write(folder):
    """Writes every case, and removes nothing."""
    for name, case_ in CASES.items():
        here = pathlib.Path(folder) / name
        here.mkdir(exist_ok=True)
        (here / "model.R").write_text(case_["text"])
        (here / "data.csv").write_text(case_["data"] or table(case_["subjects"]))
        (here / "expected.csv").write_text(answers(case_["subjects"]))
        about = {
            "name": name, "covariate_interpolation": case_["interpolation"],
            "relative_tolerance": case_["relative"], "absolute_tolerance": case_["absolute"], "note": case_["note"]}
        (here / "case.json").write_text(json.dumps(about) + "\n")
