"""Every branch of every rule is tested: a pytest plugin that fails a measured run below 100 %.

Measuring doubles the time that a test takes. The rules have tests by unit, everything above them has journeys, so those
are measured, with what only processes run; whatever is told by a second database, a browser, an attack, many at once
or a long history was run by one of them before.
"""

import io
import sys
from pathlib import Path
from typing import Final

import coverage
import pytest
from coverage.exceptions import NoDataError

_RULES: Final = ["marketplace/*/rules.py", "marketplace/*/rules/*.py", "marketplace/*/rules/*/*.py"]
_MEASURED: Final = (
    "tests/unit/",
    "tests/functional/",
    "tests/integration/backup/",
    "tests/integration/cli/",
    "tests/integration/outbox/",
    "tests/integration/worker/",
)
# Of the journeys, those of which others run all the lines but a few.
_UNMEASURED: Final = (
    "tests/functional/hostile/",
    "tests/functional/test_departures.py",
    "tests/functional/test_erasure.py",
    "tests/functional/test_inbox.py",
    "tests/functional/test_late_orders.py",
    "tests/functional/test_letters.py",
    "tests/functional/test_made_to_order.py",
    "tests/functional/test_many_listings.py",
    "tests/functional/test_operations.py",
    "tests/functional/test_partners.py",
    "tests/functional/test_path_bank.py",
    "tests/functional/test_registration.py",
    "tests/functional/test_search_and_documents.py",
    "tests/functional/test_whole_path.py",
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """Pause the measuring for a test that runs what others run."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    control = plugin and plugin.cov_controller
    is_first = item.nodeid.startswith(_MEASURED) and not item.nodeid.startswith(_UNMEASURED)
    if not control or (is_first and "[postgresql" not in item.nodeid):
        return (yield)
    control.pause()
    try:
        return (yield)
    finally:
        _forget()
        control.resume()


def _forget() -> None:
    """Let rules forget what they keep: what was worked out unmeasured is worked out again when somebody measures."""
    for name, module in list(sys.modules.items()):
        if name.startswith("marketplace.") and "rules" in name.split("."):
            for kept in vars(module).values():
                if hasattr(kept, "cache_clear"):
                    kept.cache_clear()


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config):
    """Report the rules once coverage has gathered its data, above the closing line."""
    result = yield
    if hasattr(config, "workerinput") or not Path(config.rootpath, ".coverage").exists():
        return result
    measured = coverage.Coverage(config_file=str(config.rootpath / "pyproject.toml"))
    measured.load()
    table = io.StringIO()
    try:
        percent = measured.report(include=_RULES, show_missing=True, skip_covered=True, file=table)
    except NoDataError:
        return result
    if percent < 100:
        terminalreporter.write(table.getvalue())
        terminalreporter.write_line(f"FAIL rules must be covered whole, and are at {percent:.2f}%", red=True)
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return result
