"""Prove that the battery can fail: take one lock or guard at a time out of a copy, and demand that its tests notice.

``make mutants`` copies the tree for each mutation of ``tests/mutations.py``, runs the tests that it names ten times
over, each time on a fresh database, and fails when less than nine of ten do. Names given on the command line choose
mutations; ``--runs`` says how often.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.mutations import MUTANTS, Mutant  # noqa: E402  run by path

# A race is lost by chance: it may be won now and then.
ENOUGH: Final = 0.9
_AT_ONCE: Final = 2
_LONGEST: Final = 1_800
_COPIED: Final = ("babel.cfg", "marketplace", "migrations", "pyproject.toml", "static", "templates", "tests", "wsgi.py")
_LINKED: Final = (".venv", "node_modules")
_NOT_COPIED: Final = shutil.ignore_patterns("var", ".pytest_cache", ".hypothesis")


def main(given: list[str]) -> int:
    """Run the mutants, and return 1 when one lived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args(given)
    if unknown := set(asked.names) - {mutant.name for mutant in MUTANTS}:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    chosen = [mutant for mutant in MUTANTS if not asked.names or mutant.name in asked.names]
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        killed = list(workers.map(lambda mutant: _killed(mutant, asked.runs), chosen))
    lived = [
        mutant.name for mutant, times in zip(chosen, killed, strict=True) if times < math.ceil(ENOUGH * asked.runs)
    ]
    for name in lived:
        print(f"lived: {name}")
    print(f"{len(chosen)} mutants, {len(lived)} lived")
    return 1 if lived else 0


def _killed(mutant: Mutant, runs: int) -> int:
    """Return in how many runs the tests failed on a copy with the mutation; they pass without it, as CI sees."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = _copy(mutant, Path(folder) / "city")
        tally = Path(folder) / "tally.json"
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.support.repeated",
            f"--db={mutant.database}", f"--repeat={runs}", f"--tally={tally}", "-k", mutant.only, mutant.tests,
        ]  # fmt: skip
        environment = os.environ | {"PYTHONPATH": str(copy), "CITY_TEST_SCHEMA": "models"}
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=_LONGEST
        )
        ends = json.loads(tally.read_text()) if tally.exists() else {}
    # A run that could not begin, or none at all, proves nothing.
    if len(ends) != runs or any("broken" in one for one in ends.values()):
        print(f"BROKEN: {mutant.name}\n{done.stdout[-3_000:]}{done.stderr[-1_000:]}", flush=True)
        return 0
    killed = sum("failed" in one for one in ends.values())
    seconds = time.monotonic() - begun
    print(f"{killed}/{runs} {mutant.of:9} {mutant.name} ({mutant.database}, {seconds:.0f} s)", flush=True)
    return killed


def _copy(mutant: Mutant, copy: Path) -> Path:
    """Copy what runs, its compiled files too, and apply the mutation; what is installed is shared."""
    copy.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=_NOT_COPIED)
        else:
            shutil.copy2(source, copy / name)
    for name in _LINKED:
        if (ROOT / name).exists():
            (copy / name).symlink_to(ROOT / name)
    for path, text, replacement in mutant.changes:
        target = copy / path
        found = target.read_text(encoding="utf-8")
        if found.count(text) != 1:
            msg = f"{mutant.name}: {path} does not hold the guard once"
            raise SystemExit(msg)
        target.write_text(found.replace(text, replacement), encoding="utf-8")
    return copy


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
