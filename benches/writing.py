#!/usr/bin/env python3
"""What it costs to write the results of a run: processor time, size of the file, bytes that a table of doubles would have.

    cargo build --release && python3 benches/writing.py
    python3 benches/writing.py --against path/to/another/euthymia

Runs `euthymia run` on workload W1 (673 times, seven columns that change, eight covariates) by its exponentials. The best of a
few runs counts; processor time is that of the whole command, so what is not spent on rows is in it, too.
"""

import argparse
import os
import resource
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
W1 = ROOT / "suite/reference/workloads/w1"
TIMES = 673
COLUMNS = 7


def arguments(subjects, threads, target):
    """The command for W1."""
    with open(W1 / "events.csv", encoding="utf-8") as file:
        header, *rows = (line.strip().split(",") for line in file)
    doses = (dict(zip(header, row, strict=True)) for row in rows)
    doses = [
        f"{dose['AMT']} mg over {float(dose['AMT']) / float(dose['RATE']) * 60:.6g} min at {dose['TIME']} into {dose['CMT']}"
        for dose in doses
    ]
    return [
        *("run", str(W1 / "model.R"), "--params", str(W1 / "parameters.csv"), "--dose", ", ".join(doses)),
        *("--times", f"0:1:{TIMES - 1}", "--subjects", str(subjects), "--threads", str(threads)),
        *("--quiet", "-o", str(target)),
    ]


def processor_seconds(command):
    """What the command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime


def main():
    """A line for each format, number of threads and command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--euthymia", default=str(ROOT / "target/release/euthymia"), help="the command")
    parser.add_argument("--against", help="another command to compare with")
    parser.add_argument("--subjects", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", help="where to write [default: the system's temporary folder]")
    options = parser.parse_args()
    commands = [command for command in (options.euthymia, options.against) if command]
    raw = options.subjects * TIMES * COLUMNS * 8
    print(f"{options.subjects} subjects; their changing columns are {raw / 1e6:.1f} MB")
    print("format   threads   user    system    subjects/s    MB/s of them        file")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for suffix in ("parquet", "arrow", "csv"):
            for threads in (1, 2):
                for command in commands:
                    target = Path(folder) / f"rows.{suffix}"
                    asked = [command, *arguments(options.subjects, threads, target)]
                    user, system = min((processor_seconds(asked) for _ in range(options.repeats)), key=sum)
                    seconds = user + system
                    print(
                        f"{suffix:8} {threads:>7} {user:>6.2f} s {system:>6.2f} s {options.subjects / seconds:>13,.0f}"
                        f" {raw / seconds / 1e6:>15,.0f} {os.path.getsize(target) / 1e6:>8.1f} MB  {command}"
                    )


if __name__ == "__main__":
    main()
