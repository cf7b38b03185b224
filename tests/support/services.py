"""What a test run needs beside Python: named when it is not there, and a failure where all must run.

A pytest plugin: the closing lines of the run list every service that was missing and count the tests that were left
out, and with `CI=1` in the environment a missing service fails the tests that asked for it.
"""

import os
import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import pytest

EVERYTHING_MUST_RUN: Final = os.environ.get("CI", "").lower() in {"1", "true"}
_MISSING: Final = re.compile(r"could not run: (?P<service>[^(]+) \((?P<reason>.*)\)", re.DOTALL)

_LEFT_OUT: Final = pytest.StashKey[int]()


def missing(service: str, reason: str) -> NoReturn:
    """Leave the test because this service is not here: a failure with CI=1, a named skip otherwise."""
    message = f"could not run: {service} ({reason})"
    if EVERYTHING_MUST_RUN:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count what the marks of this run leave out."""
    config = items[0].config
    config.stash[_LEFT_OUT] = config.stash.get(_LEFT_OUT, 0) + len(items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell it to the process that prints, which collects nothing itself."""
    if output := getattr(session.config, "workeroutput", None):
        output["left_out"] = session.config.stash.get(_LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the number of one worker: each leaves out the same."""
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what could not run and how many tests that cost, just above the closing line."""
    cost: dict[tuple[str, str], int] = {}
    for outcome in ("skipped", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            found = _MISSING.search(told)
            if found:
                key = (found["service"], found["reason"].strip())
                cost[key] = cost.get(key, 0) + 1
    for (service, reason), tests in sorted(cost.items()):
        terminalreporter.write_line(f"Could not run: {service}, {tests} tests ({reason})", yellow=True)
    if left_out := terminalreporter.config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(f"{left_out} tests left out by their marks (`make soak` runs those marked slow)")
