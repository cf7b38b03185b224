"""Prove that tests can fail: take one guard at a time out of a copy of the tree, and demand that a test notices.

``make mutants`` runs all; names given on the command line choose some.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
_COPIED: Final = ("babel.cfg", "marketplace", "migrations", "pyproject.toml", "static", "templates", "tests", "wsgi.py")
_LINKED: Final = (".venv", "node_modules")
_NOT_COPIED: Final = shutil.ignore_patterns("var", ".pytest_cache", ".hypothesis")
_FAILED: Final = 1  # pytest's exit code where tests ran and failed


@dataclass(frozen=True)
class Mutant:
    """A file whose ``guard``, found once, is replaced, and the test that must fail."""

    name: str
    path: str
    guard: str
    replacement: str
    test: str


MUTANTS: Final = (
    Mutant(
        "money",  # more is refunded than was taken
        "marketplace/payments/rules/cards.py",
        "    if amount.minor <= 0 or left < amount:\n",
        "    if amount.minor <= 0:\n",
        "tests/integration/payments/test_cards.py::test_no_more_is_refunded_than_was_taken",
    ),
    Mutant(
        "stock",  # the last unit has many buyers
        "marketplace/catalog/services/stock.py",
        "    return _STOCK.c.on_hand - _STOCK.c.allocated - _STOCK.c.held\n",
        "    return sa.literal(10**15)\n",
        "tests/integration/reliability/test_over_http.py::test_c1_the_last_unit_has_one_buyer",
    ),
    Mutant(
        "room",  # pallet places are sold twice
        "marketplace/logistics/services/space/room.py",
        "return sa.and_(*(taken_of(name) + more[name] <= capacity_of(name) for name in DIMENSIONS))",
        "return sa.true()",
        "tests/integration/reliability/test_over_http.py::test_c3_a_lorry_takes_what_it_holds_in_every_dimension",
    ),
    Mutant(
        "capacity",  # more is loaded than the lorry holds
        "marketplace/logistics/services/departures/overbooking.py",
        "    if split.go and named:\n",
        "    if False:\n",
        "tests/integration/logistics/test_other_lorry.py"
        "::test_what_was_sold_beyond_the_lorry_and_nothing_takes_is_shown_and_not_loaded",
    ),
    Mutant(
        "approval",  # a requester approves their own case
        "marketplace/approvals/rules/cases.py",
        "        if person_id == self.requester_id or person_id not in self.members or person_id in taken:\n",
        "        if person_id not in self.members or person_id in taken:\n",
        "tests/unit/approvals/test_cases.py::test_who_stands_in_decides_in_the_others_place_and_for_no_requester",
    ),
)


def main(given: list[str]) -> int:
    """Run the mutants, and return 1 when one lived or could not be tried."""
    chosen = [mutant for mutant in MUTANTS if not given or mutant.name in given]
    killed = [_is_killed(mutant) for mutant in chosen]
    return 0 if killed and all(killed) else 1


def _is_killed(mutant: Mutant) -> bool:
    """Return whether the test fails on a copy with the mutation."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = _copy(mutant, Path(folder) / "city")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--db=sqlite", mutant.test],
            cwd=copy, env=os.environ | {"PYTHONPATH": str(copy), "CITY_TEST_SCHEMA": "models"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode not in (0, _FAILED):  # nothing ran, which proves nothing
        print(done.stdout[-3_000:], done.stderr[-1_000:])
    print(f"{mutant.name}: {({0: 'lived', _FAILED: 'killed'}).get(done.returncode, 'broken')}", flush=True)
    return done.returncode == _FAILED


def _copy(mutant: Mutant, copy: Path) -> Path:
    """Copy what runs, and apply the mutation; what is installed is shared."""
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
    target = copy / mutant.path
    found = target.read_text(encoding="utf-8")
    if found.count(mutant.guard) != 1:
        msg = f"{mutant.name}: {mutant.path} does not hold the guard once"
        raise SystemExit(msg)
    target.write_text(found.replace(mutant.guard, mutant.replacement), encoding="utf-8")
    return copy


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
