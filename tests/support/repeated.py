"""Run each chosen test so many times, each time anew, and note how often it failed: a plugin of ``tests/mutants.py``.

``-p tests.support.repeated --repeat 10 --tally FILE``.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest

_ENDS = defaultdict[int, set[str]](set)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say how often, and where the count goes."""
    parser.addoption("--repeat", type=int, default=1)
    parser.addoption("--tally", type=Path)


@pytest.fixture(autouse=True)
def which_time(request: pytest.FixtureRequest) -> int:
    """The number of this time."""
    return int(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take every test so often."""
    metafunc.parametrize("which_time", range(metafunc.config.getoption("repeat")), indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Note how this time ended: a test that could not even begin proves nothing."""
    report = yield
    if report.failed:
        _ENDS[item.callspec.params["which_time"]].add("broken" if report.when == "setup" else "failed")  # type: ignore[attr-defined]
    elif report.when == "call":
        _ENDS[item.callspec.params["which_time"]].add("passed")  # type: ignore[attr-defined]
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the count."""
    if target := session.config.getoption("tally"):
        target.write_text(json.dumps({number: sorted(ends) for number, ends in _ENDS.items()}))
