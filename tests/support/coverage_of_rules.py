"""Every branch of every rule is tested: a pytest plugin that fails a measured run below 100 %.

Measuring makes a test half as slow again. Whatever is told by a second database, a browser, an attack, many at once or
a long history was run by another test before, so those are not measured.
"""

import io
from pathlib import Path
from typing import Final

import coverage
import pytest
from coverage.exceptions import NoDataError

_RULES: Final = ["marketplace/*/rules.py", "marketplace/*/rules/*.py"]
_UNMEASURED: Final = (
    "tests/browser/",
    "tests/functional/hostile/",
    "tests/functional/test_operations.py",
    "tests/functional/test_whole_path.py",
    "tests/integration/checkout/test_crash.py",
    "tests/integration/checkout/test_race.py",
    "tests/integration/payments/test_card_properties.py",
    "tests/integration/payments/test_sequences.py",
    "tests/integration/payments/test_withdrawals.py",
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):
    """Pause the measuring for a test that runs what others run."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    control = plugin and plugin.cov_controller
    again = item.nodeid.startswith(_UNMEASURED) or "[postgresql" in item.nodeid
    if not (control and again):
        return (yield)
    control.pause()
    try:
        return (yield)
    finally:
        control.resume()


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
