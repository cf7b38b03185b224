"""Every mutation finds the guard that it takes out: a change of a guard changes its mutation in the same commit."""

from pathlib import Path

import pytest

from tests.mutations import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_finds_its_guard(mutant: Mutant) -> None:
    for path, text, replacement in mutant.changes:
        assert (ROOT / path).read_text(encoding="utf-8").count(text) == 1, f"{path}: {text!r}"
        assert text != replacement


def test_names_are_unique() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_names_a_test_there_is(mutant: Mutant) -> None:
    path, _, name = mutant.tests.partition("::")
    source = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else ""
    assert not name or f"def {name.partition('[')[0]}(" in source
