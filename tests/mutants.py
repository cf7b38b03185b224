"""Prove that the race and crash tests can fail: take the guards out of a copy, one at a time, and demand failure.

``make mutants`` copies the tree, replaces one line of one guard, runs the tests that should notice, and fails when
they pass. Names given on the command line choose mutants.
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
RACE: Final = "tests/integration/checkout/test_race.py"
_NOT_COPIED: Final = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "var", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis"
)


@dataclass(frozen=True)
class Mutant:
    """A guard without its effect, and the test that must notice; every (file, line, replacement) is applied."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    test: str


MUTANTS: Final = (
    Mutant(
        "stock is sold twice",
        (
            (
                "marketplace/catalog/services/stock.py",
                "    return Stock.on_hand - Stock.allocated - Stock.held\n",
                "    return sa.literal(10**15)\n",
            ),
            # The CHECK constraint stands behind the guard: refused by it, a buyer gets a fault, not an answer.
            (
                "marketplace/catalog/models.py",
                'sa.CheckConstraint("on_hand - allocated - held >= 0", name="available")',
                'sa.CheckConstraint("on_hand >= 0", name="available")',
            ),
        ),
        f"{RACE}::test_the_last_units_are_sold_once",
    ),
    Mutant(
        "the stock guard alone",
        (
            (
                "marketplace/catalog/services/stock.py",
                "    return Stock.on_hand - Stock.allocated - Stock.held\n",
                "    return sa.literal(10**15)\n",
            ),
        ),
        f"{RACE}::test_the_last_units_are_sold_once",
    ),
    Mutant(
        "pallet places are sold twice",
        (
            (
                "marketplace/logistics/services/space/room.py",
                "return sa.and_(*(taken_of(name) + more[name] <= capacity_of(name) for name in DIMENSIONS))",
                "return sa.true()",
            ),
            (
                "marketplace/logistics/models/departures.py",
                '" AND ".join(f"taken_{name} <= capacity_{name}" for name in DIMENSIONS), name="room"',
                '"taken_grams >= 0", name="room"',
            ),
        ),
        f"{RACE}::test_the_last_pallet_places_are_sold_once",
    ),
    Mutant(
        "a key is claimed twice",
        (
            (
                "marketplace/idempotency/services.py",
                "    if is_new:\n        return Fresh(attempt=1)\n",
                "    return Fresh(attempt=1)\n",
            ),
            (
                "marketplace/checkout/flows/placing.py",
                "    known = queries.begun(session, company_id=actor.company, person_id=actor.person, key=key)\n",
                '    known, key = queries.Begun(None, ()), f"{key}{new_id()}"\n',
            ),
        ),
        f"{RACE}::test_many_posts_under_one_key_are_one_order",
    ),
    Mutant(
        "declined cards keep their holds",
        (
            (
                "marketplace/checkout/services/giving_up.py",
                "        holding.release(session, plan=plans.from_json(attempt.plan), now=now)\n",
                "        del now\n",
            ),
        ),
        "tests/functional/test_path_card.py::test_a_declined_card_leaves_nothing_behind",
    ),
    Mutant(
        "declined cards leave the other charges authorised",
        (
            (
                "marketplace/checkout/flows/finishing.py",
                "        _cancel_charges(attempt, now=now)\n",
                "        del now\n",
            ),
        ),
        "tests/functional/test_path_card.py::test_a_declined_card_leaves_nothing_behind",
    ),
    Mutant(
        "somebody stands in and approves what he asked for himself",
        (
            (
                "marketplace/approvals/rules/cases.py",
                "        if person_id == self.requester_id or person_id not in self.members or person_id in taken:\n",
                "        if person_id not in self.members or person_id in taken:\n",
            ),
        ),
        "tests/unit/approvals/test_cases.py::test_whoever_speaks_in_whatever_order_nobody_approves_his_own",
    ),
)


def main(wanted: list[str]) -> int:
    """Run the mutants and return the number that lived."""
    lived = [mutant.name for mutant in MUTANTS if (not wanted or mutant.name in wanted) and not _dies(mutant)]
    for name in lived:
        print(f"lived: {name}")
    print(f"{len(lived)} mutants lived")
    return 1 if lived else 0


def _dies(mutant: Mutant) -> bool:
    """Tell whether the tests fail on a copy with the mutation; they must pass on one without it, which CI sees."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "city"
        shutil.copytree(ROOT, copy, ignore=_NOT_COPIED)
        for name in (".venv", "node_modules"):
            if (ROOT / name).exists():
                (copy / name).symlink_to(ROOT / name)
        for path, line, replacement in mutant.changes:
            target = copy / path
            text = target.read_text(encoding="utf-8")
            if text.count(line) != 1:
                msg = f"{mutant.name}: {path} does not hold the guard once"
                raise SystemExit(msg)
            target.write_text(text.replace(line, replacement), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--db=sqlite", mutant.test]
        environment = os.environ | {"PYTHONPATH": str(copy), "CITY_TEST_SCHEMA": "models"}
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    # 1: tests ran and failed; anything else (no tests, a broken copy) proves nothing.
    print(f"{'died' if done.returncode == 1 else 'LIVED'}: {mutant.name}", flush=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout + done.stderr)
    return done.returncode == 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
