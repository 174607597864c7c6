"""Writes every case of this folder: `python3 make.py` (needs mpmath, numpy and scipy)."""
import importlib
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent))

from generator import cases  # noqa: E402

for module in ("lincmt", "doses", "records", "covariates", "nonlinear", "asked", "switches", "functions"):
    importlib.import_module(f"generator.{module}")

if __name__ == "__main__":
    cases.write(HERE)
    print(len(cases.CASES), "cases")
