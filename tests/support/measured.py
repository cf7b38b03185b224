"""Which tests are measured: a pytest plugin for runs with coverage.

Measuring doubles the time that a test takes. Rules are measured in their tests by unit, which run every branch of
them. Everything above has journeys, so with it those are measured, too, and what only processes run; whatever is told
by a second database, a browser, an attack, many at once or a long history was run by one of them before.
"""

import sys
from typing import Final

import pytest

_OF_RULES: Final = "tests/unit/"
_MEASURED: Final = (
    _OF_RULES,
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
    if not control or _is_measured(item):
        return (yield)
    control.pause()
    try:
        return (yield)
    finally:
        _forget()
        control.resume()


def _is_measured(item: pytest.Item) -> bool:
    if item.config.getoption("cov_config").endswith("rules.coveragerc"):
        return item.nodeid.startswith(_OF_RULES)
    is_first = item.nodeid.startswith(_MEASURED) and not item.nodeid.startswith(_UNMEASURED)
    return is_first and "[postgresql" not in item.nodeid


def _forget() -> None:
    """Let rules forget what they keep: what was worked out unmeasured is worked out again when somebody measures."""
    for name, module in list(sys.modules.items()):
        if name.startswith("marketplace.") and "rules" in name.split("."):
            for kept in vars(module).values():
                if hasattr(kept, "cache_clear"):
                    kept.cache_clear()
