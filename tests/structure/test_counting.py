"""A soak runs what counts more in it, by whatever way it asks, and nothing else."""

import re

from marketplace import paths
from tests.support.counting import asking

MODULE = """
from tests.conftest import SOAK

RUNS = 10_000 if SOAK else 50
(FEW, MANY), KEPT = (1, 2) if SOAK else (3, 4), 5
PLAIN = 7

@settings(max_examples=RUNS)
def test_by_its_mark(): ...

def helper():
    return [MANY]

def test_by_a_helper():
    helper()

@pytest.fixture
def crowd():
    return helper()

def test_by_a_fixture(crowd): ...

@pytest.mark.usefixtures("crowd")
def test_by_the_name_of_a_fixture(): ...

@pytest.mark.parametrize("seed", range(RUNS))
def test_by_its_parameters(seed): ...

def test_of_something_else():
    SOAKED = PLAIN
    assert SOAKED
"""


def test_every_way_to_ask_is_seen_and_nothing_else(tmp_path):
    module = tmp_path / "test_asking.py"
    module.write_text(MODULE)
    told = {name for name in asking(module) if name.startswith("test_")}
    assert told == {
        "test_by_its_mark",
        "test_by_a_helper",
        "test_by_a_fixture",
        "test_by_the_name_of_a_fixture",
        "test_by_its_parameters",
    }


def test_a_module_that_asks_nowhere_has_nothing_to_count(tmp_path):
    module = tmp_path / "test_silent.py"
    module.write_text("RUNS = 50\n\ndef test_it():\n    assert RUNS\n")
    assert not any(name.startswith("test_") for name in asking(module))


def test_what_tests_share_asks_only_where_a_siege_takes_its_values():
    """Whoever asks through another module is not seen: such a module stands here, and its tests name ``SOAK``."""
    shared = (path for path in (paths.ROOT / "tests").rglob("*.py") if not path.name.startswith("test_"))
    asked = {path.name for path in shared if re.search(r"import .*\bSOAK\b", path.read_text())}
    assert asked == {"siege.py"}
