"""The peers: which there are, how each is made ready, what to install where one is absent."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Callable

from .workload import ROOT

FOLDER = ROOT / "benches/peers"
BUILT = FOLDER / "built"
ENVIRONMENT = FOLDER / ".venv"


class Absent(Exception):
    """A peer is not here; the text says what would install it."""


@dataclass
class Ready:
    """How a peer is started."""

    command: list
    version: str
    environment: dict = field(default_factory=dict)


@dataclass
class Peer:
    name: str
    methods: dict  # by workload; method -> absolute tolerance as a multiple of the relative one
    make_ready: Callable[[], Ready]


def rust(crate):
    """A program of the workspace benches/peers/rust."""

    def ready():
        if not shutil.which("cargo"):
            raise Absent("install a Rust toolchain")
        workspace = FOLDER / "rust"
        command = ["cargo", "build", "--release", "--quiet", "--locked", "--package", f"peer-{crate}"]
        # The processor's own instructions, as the C compiler below is allowed.
        environment = {**os.environ, "RUSTFLAGS": "-C target-cpu=native", "CARGO_TARGET_DIR": str(BUILT / "rust")}
        built = subprocess.run(command, cwd=workspace, env=environment)
        if built.returncode:
            raise Absent(f"`cargo build --release -p peer-{crate}` failed in {workspace}")
        versions = re.findall(rf'^name = "{crate}"\nversion = "(.*)"$', (workspace / "Cargo.lock").read_text(), re.MULTILINE)
        newest = max(versions, key=lambda version: [int(part) for part in version.split(".")])
        return Ready([BUILT / "rust/release" / f"peer-{crate}"], newest)

    return ready


def python(script, package):
    """A script in the virtual environment that is made of requirements.txt."""

    def ready():
        wanted = FOLDER / "python/requirements.txt"
        made_of = ENVIRONMENT / "requirements.txt"
        interpreter = ENVIRONMENT / "bin/python"
        if not made_of.exists() or made_of.read_text() != wanted.read_text():
            for command in (
                [sys.executable, "-m", "venv", "--clear", ENVIRONMENT],
                [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", wanted],
            ):
                if subprocess.run(command, stdout=sys.stderr).returncode:
                    raise Absent(f"`{' '.join(map(str, command))}` failed; it needs Python's venv and a package index")
            shutil.copy(wanted, made_of)
        version = re.search(rf"^{package}==(.*)$", wanted.read_text(), re.MULTILINE)[1]
        return Ready([interpreter, FOLDER / "python" / script], version)

    return ready


def r(script, package, install, libraries=None):
    """A script for R, where the package is installed."""

    def ready():
        if not shutil.which("Rscript"):
            raise Absent(install)
        asked = f'if (!requireNamespace("{package}", quietly = TRUE)) quit(status = 1); cat(format(packageVersion("{package}")))'
        told = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True)
        if told.returncode:
            raise Absent(install)
        return Ready(["Rscript", FOLDER / "r" / script], told.stdout, libraries() if libraries else {})

    return ready


def desolve_library():
    folder = BUILT / "desolve"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("model.h", "desolve.c"):
        shutil.copy(FOLDER / "c" / name, folder)
    command = ["R", "CMD", "SHLIB", "desolve.c"]
    flags = {**os.environ, "PKG_CFLAGS": "-O3 -march=native"}
    if subprocess.run(command, cwd=folder, env=flags, capture_output=True).returncode:
        raise Absent("`R CMD SHLIB` failed: apt-get install r-base-dev")
    made = next(path for path in folder.iterdir() if path.suffix in (".so", ".dll"))
    return {"DESOLVE_LIBRARY": str(made)}


def cvode():
    install = "apt-get install gcc libsundials-dev"
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if not compiler:
        raise Absent(install)
    BUILT.mkdir(parents=True, exist_ok=True)
    program = BUILT / "cvode"
    libraries = ("cvode", "nvecserial", "sunmatrixdense", "sunlinsoldense")
    source = FOLDER / "c/cvode.c"
    command = [compiler, "-O3", "-march=native", "-o", program, source, *(f"-lsundials_{name}" for name in libraries)]
    built = subprocess.run([*command, "-lm"], capture_output=True, text=True)
    if built.returncode and "SUNContext_Create" in built.stderr:
        # From version 7 on what they share is a library of its own.
        built = subprocess.run([*command, "-lsundials_core", "-lm"], capture_output=True, text=True)
    if built.returncode:
        raise Absent(install)
    version = subprocess.run([program], capture_output=True, text=True).stdout.strip()
    return Ready([program], f"(SUNDIALS {version})")


def both(**methods):
    return {"w1": methods, "w2": methods}


PEERS = [
    Peer("diffsol", {"w1": {"bdf": 1e-3, "tsit45": 1e-4}, "w2": {"bdf": 1e-3}}, rust("diffsol")),
    Peer("pharmsol", {"w1": {"bdf": 1e-4, "tsit45": 1e-3}, "w2": {"bdf": 1e-4}}, rust("pharmsol")),
    Peer("numbalsoda", both(lsoda=1e-4), python("numbalsoda_lsoda.py", "numbalsoda")),
    Peer("scipy", both(lsoda=1e-3), python("scipy_lsoda.py", "scipy")),
    Peer("libroadrunner", both(cvode=1e-4), python("libroadrunner_cvode.py", "libroadrunner")),
    Peer("deSolve", both(lsoda=1e-4), r("desolve.R", "deSolve", "apt-get install r-base-dev r-cran-desolve", desolve_library)),
    Peer("cvode", both(bdf=1e-4), cvode),
    Peer("mrgsolve", both(lsoda=1e-4), r("mrgsolve.R", "mrgsolve", "Rscript -e 'install.packages(\"mrgsolve\")'")),
    Peer("rxode2", both(lsoda=1e-4), r("rxode2.R", "rxode2", "Rscript -e 'install.packages(\"rxode2\")'")),
]
