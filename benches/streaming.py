#!/usr/bin/env python3
"""Shows when the first rows of a large run are on disk, and that its memory does not grow with the number of subjects.

    cargo build --release && python3 benches/streaming.py
    python3 benches/streaming.py --whole        # lets the largest runs come to their end (20 GB each)

Runs `euthymia run` on both workloads for 10,000, 100,000 and 1,000,000 subjects, and looks at the file that grows beside the
place of the result. Runs that take longer than `--seconds` are interrupted, which must leave nothing behind.
"""

import argparse
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKLOADS = ROOT / "suite/reference/workloads"
TIMES = {"w1": "0:1:672", "w2": "0:1:48,72:24:1344"}
# What a file holds before it holds rows.
HEADER = 4096


def arguments(name, subjects, target):
    """The command for a workload."""
    with open(WORKLOADS / name / "events.csv", encoding="utf-8") as file:
        header, *rows = (line.strip().split(",") for line in file)
    doses = (dict(zip(header, row, strict=True)) for row in rows)
    doses = [
        f"{dose['AMT']} mg over {float(dose['AMT']) / float(dose['RATE']) * 60:.6g} min at {dose['TIME']} into {dose['CMT']}"
        for dose in doses
    ]
    return [
        *("run", str(WORKLOADS / name / "model.R"), "--params", str(WORKLOADS / name / "parameters.csv")),
        *("--dose", ", ".join(doses), "--times", TIMES[name], "--subjects", str(subjects)),
        *("--omega", "0", "--rtol", "1e-5", "--atol", "1e-8", "--quiet", "-o", str(target)),
    ]


def peak_mib(process):
    """The largest resident size of a process so far."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    lines = (line.split() for line in status.splitlines() if line.startswith("VmHWM:"))
    return max((int(line[1]) / 1024 for line in lines), default=0.0)


def watch(command, folder, seconds):
    """Runs a command: seconds until there are rows, seconds in all, bytes, peak memory, and whether it came to its end."""
    began = time.monotonic()
    first, size, peak = None, 0, 0.0
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            size = max([size, *(os.path.getsize(path) for path in folder.iterdir() if path.exists())])
            peak = max(peak, peak_mib(process.pid))
            if first is None and size > HEADER:
                first = time.monotonic() - began
            if time.monotonic() - began > seconds:
                process.send_signal(signal.SIGINT)
                process.wait()
                assert process.returncode == 130, process.returncode
                assert not list(folder.iterdir()), "an interrupted run leaves nothing"
                return first, time.monotonic() - began, size, peak, False
            time.sleep(0.002)
    assert process.returncode == 0, process.returncode
    return first, time.monotonic() - began, size, peak, True


def main():
    """A line for each workload and size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--euthymia", default=str(ROOT / "target/release/euthymia"), help="the command")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--format", default="parquet", choices=["parquet", "arrow", "csv"])
    parser.add_argument("--seconds", type=float, default=30.0, help="interrupt after so many")
    parser.add_argument("--whole", action="store_true", help="interrupt nothing")
    parser.add_argument("--folder", help="where to write [default: the system's temporary folder]")
    options = parser.parse_args()
    print("workload   subjects  first rows     in all        file  peak memory")
    for name in TIMES:
        for subjects in (10_000, 100_000, 1_000_000):
            folder = Path(tempfile.mkdtemp(dir=options.folder))
            command = [options.euthymia, *arguments(name, subjects, folder / f"rows.{options.format}")]
            command += ["--threads", options.threads]
            seconds = float("inf") if options.whole else options.seconds
            first, total, size, peak, ended = watch(command, folder, seconds)
            shutil.rmtree(folder)
            shown = "-" if first is None else f"{first:.3f} s"
            end = "" if ended else "  (interrupted)"
            print(f"{name:8} {subjects:>10,} {shown:>11} {total:>8.1f} s {size / 1e6:>8.1f} MB {peak:>8.1f} MiB{end}")


if __name__ == "__main__":
    main()
