"""The coverage-guided fuzzer: `make fuzz` runs this program.

    python -m tests.unit.fuzz                   runs each fuzz test for a minute
    python -m tests.unit.fuzz NAME…             runs these, `--seconds N` for another time
    python -m tests.unit.fuzz NAME --input FILE  repeats one input, with the debugger of your choice

Inputs that reach new code are kept in `build/fuzz/NAME/`, and the next run begins with them.
"""

import argparse
import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from devtools.authorization_servers.installation import run_installer
from devtools.local.cached_folder import cached_folder, progress
from tests.support.fuzzing import LONGEST_INPUT, TARGETS

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements" / "fuzz.lock"
INPUTS = ROOT / "build" / "fuzz"
LIMITS = ("-timeout=20", "-rss_limit_mb=1500", f"-max_len={LONGEST_INPUT}", "-print_final_stats=0", "-verbosity=0")
"""Seconds that one input may take, and megabytes of the whole process: more is a failure, too."""


def main(arguments: Sequence[str]) -> int:
    """Run fuzz tests; return 1 if one of them failed."""
    given = _parser().parse_args(arguments)
    import_targets()
    if given.input is not None:
        TARGETS[given.names[0]].run(given.input.read_bytes())
        return 0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path[1:], str(ROOT), str(_install_atheris())])}
    failed = [name for name in given.names or sorted(TARGETS) if not _fuzz(name, given.seconds, environment)]
    print(f"fuzz: failed: {', '.join(failed)}" if failed else "fuzz: all passed")
    return bool(failed)


def import_targets() -> None:
    """Import the fuzz tests of this folder."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        importlib.import_module(f"tests.unit.fuzz.{path.stem}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.unit.fuzz", description="Fuzz, guided by coverage.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="fuzz tests; default: all")
    parser.add_argument("--seconds", type=int, default=60, metavar="N", help="for each of them")
    parser.add_argument("--input", type=Path, metavar="FILE", help="repeat this input")
    return parser


def _fuzz(name: str, seconds: int, environment: dict[str, str]) -> bool:
    """Run the fuzzer in a process of its own, which ends at the first failure; return whether there was none."""
    folder = INPUTS / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    print(f"fuzz: {name}, {seconds} s", flush=True)
    options = (*LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={folder}/", str(corpus))
    program = str(Path(__file__).with_name("guided.py"))
    done = subprocess.run([sys.executable, program, name, *options], cwd=ROOT, env=environment, check=False)  # noqa: S603  # our own program
    return done.returncode == 0


def _install_atheris() -> Path:
    key = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    return cached_folder(f"atheris-{key}", _install)


def _install(folder: Path) -> None:
    progress(f"Installing the fuzzer into {folder} (once)")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--require-hashes")
    run_installer("the fuzzer", (*pip, "--target", str(folder), "--requirement", str(LOCK)), folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
