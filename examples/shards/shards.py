"""Computes a population in shards that Dask hands out, merges the Parquet files, and checks that the merge is the whole.

    python3 -m venv out/venv && out/venv/bin/pip install -r examples/shards/requirements.txt
    cargo build --release
    out/venv/bin/python examples/shards/shards.py --shards 8 --subjects 20000

Every shard is the same command with another `--shard i/n`. A subject's random draws are addressed by its number in the
whole population, so it makes no difference who computes it, or how many shards there are. On a cluster, give `Client` the
address of its scheduler and a folder that all machines see.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from dask.distributed import Client, LocalCluster

ROOT = Path(__file__).resolve().parents[2]
# `euthymia run` ends with this code where subjects failed: what is known of them, and everybody else, is written.
SUBJECTS_FAILED = 5


def compute(command, shard, path):
    """Runs one shard; where it is."""
    done = subprocess.run(
        [*command, "--threads", "1", "--quiet", "--shard", shard, "-o", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, SUBJECTS_FAILED):
        raise RuntimeError(f"shard {shard}: {done.stderr.strip()}")
    if done.returncode == SUBJECTS_FAILED:
        print(f"shard {shard}: {done.stderr.strip()}", file=sys.stderr)
    return path


def merge(parts, path):
    """Writes the rows of the parts, in order, into one file; memory holds one row group."""
    schema = pq.read_schema(parts[0])
    about = {key: value for key, value in schema.metadata.items() if key != b"shard"}
    with pq.ParquetWriter(path, schema.with_metadata(about)) as writer:
        for part in parts:
            for batch in pq.ParquetFile(part).iter_batches():
                writer.write_batch(batch)


def differences(one, other):
    """Names of the columns in which two files differ, by bits: a value that does not exist equals itself."""
    first, second = pq.ParquetFile(one), pq.ParquetFile(other)
    names = first.schema_arrow.names
    if names != second.schema_arrow.names:
        return sorted(set(names) ^ set(second.schema_arrow.names)) or ["the order of the columns"]
    if first.metadata.num_rows != second.metadata.num_rows:
        return ["the number of rows"]

    def bits(file, name):
        column = file.read([name]).column(0).combine_chunks()
        return column.view(pa.int64()) if pa.types.is_float64(column.type) else column

    return [name for name in names if not bits(first, name).equals(bits(second, name))]


def main():
    """Shards, merge, check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--euthymia", default=str(ROOT / "target/release/euthymia"), help="the command")
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--subjects", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=ROOT / "out/shards")
    options = parser.parse_args()

    command = [
        *(options.euthymia, "run", "examples/warfarin.R", "--data", "examples/warfarin.csv"),
        *("--times", "0:1:120", "--subjects", str(options.subjects), "--seed", str(options.seed)),
    ]
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with (
        LocalCluster(n_workers=options.workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        numbers = range(1, options.shards + 1)
        parts = client.gather(
            [
                client.submit(compute, command, f"{number}/{options.shards}", out / f"part-{number}.parquet", pure=False)
                for number in numbers
            ]
        )
    merge(parts, out / "merged.parquet")

    whole = compute(command, "1/1", out / "whole.parquet")
    different = differences(out / "merged.parquet", whole)
    if different:
        sys.exit(f"the merged shards differ from the whole run in {', '.join(different)}")
    rows = pq.read_metadata(whole).num_rows
    print(f"{out / 'merged.parquet'}: {rows} rows from {options.shards} shards, the bits of the whole run")


if __name__ == "__main__":
    main()
