"""Which tests are measured: a pytest plugin for runs with coverage.

Measuring everything doubles the time that a test takes. The rules have tests by unit, everything above them has
journeys, so those are measured, with what only processes run; whatever is told by a second database, a browser, an
attack, many at once or a long history was run by one of them before.
"""

import sys
from typing import Final

import pytest

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
