"""What a smoke runs: of each module of journeys one, and nothing that takes minutes.

`make test` is done in a quarter of an hour on two processors. Rules and structure are tested whole; of what is told of
pages, databases and processes each module tells one thing, the same in every run, so that nothing in the city is
without any. `make coverage` runs every test, those beside one that counts more in a soak on both databases; `make soak`
runs that one, with its full counts. What is named on the command line runs whole, too.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import pytest

from tests.support import counting

_TOLD_IN_PART: Final = ("tests/browser/", "tests/functional/", "tests/integration/")
# What a newcomer runs first, and the beginning of the published history.
_ALWAYS: Final = (
    "tests/integration/cli/test_demo.py::test_an_empty_city_is_filled",
    "tests/integration/seed/test_replay.py::test_a_history_that_was_cut_off",
)
# Each takes minutes, or needs what is minutes in the making.
_LONG: Final = (
    # A server that is killed again and again, and a backup beside writers: by themselves and in the soak.
    "tests/integration/backup/test_backups.py::test_a_backup_is_one_instant_while_others_write",
    "tests/integration/backup/test_backups.py::test_a_city_with_everything_in_it_moves",
    "tests/integration/backup/test_backups.py::test_old_backups_and_files",
    "tests/integration/checkout/test_crash.py",
    "tests/integration/imports/test_crashes.py",
    # The demo city whole; tests/integration/cli fills one, too.
    "tests/browser/test_pages.py",
    "tests/integration/seed/test_city.py",
    # Whole lives of deals and lorries by chance, of which shorter ones are told elsewhere.
    "tests/integration/checkout/test_baskets.py",
    "tests/integration/model/test_model.py",
    "tests/integration/payments/test_held_sequences.py",
    "tests/integration/payments/test_sequences.py",
    # An attack on every field and form; what is left attacks every address and query.
    "tests/functional/hostile/test_fields.py::test_choices",
    "tests/functional/hostile/test_fields.py::test_fields",
    "tests/functional/hostile/test_fields.py::test_summaries",
    "tests/functional/hostile/test_surface.py::test_every_form",
    "tests/functional/hostile/test_surface.py::test_no_id",
    "tests/functional/hostile/test_surface.py::test_what_is_in_order",
    # By hand what functional tests do over HTTP.
    "tests/browser/test_becoming_a_merchant.py",
    "tests/browser/test_company_by_hand.py",
    "tests/browser/test_departure_by_hand.py",
    "tests/browser/test_fulfilled_by_hand.py",
    "tests/browser/test_held_by_hand.py",
    "tests/browser/test_listing_by_hand.py",
    "tests/browser/test_lorry_by_hand.py",
    "tests/browser/test_moderation_by_hand.py",
    "tests/browser/test_money_by_hand.py",
    "tests/browser/test_offline_work.py",
    "tests/browser/test_price_list_by_hand.py",
    "tests/browser/test_saved_goods.py",
    "tests/browser/test_whole_path.py",
)


def left_out(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests that a smoke leaves to the soak."""
    return [item for module in _modules(items) for item in _left_out(module)]


def counting_nothing(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests that ask nowhere for a soak: they count the same in every run."""
    return [item for item in items if _function(item) not in counting.asking(item.path)]


def _modules(items: Iterable[pytest.Item]) -> Iterator[list[pytest.Item]]:
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.split("::")[0], []).append(item)
    yield from modules.values()


def _left_out(module: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Leave out of a module what is long and, where it tells journeys, all but one of the others."""
    names = {_name(item) for item in module if not _is_long(item)}
    if module[0].nodeid.startswith(_TOLD_IN_PART) and names:
        names = {min(names, key=lambda name: (not name.startswith(_ALWAYS), zlib.crc32(name.encode())))}
    yield from (item for item in module if _is_long(item) or _name(item) not in names)


def _is_long(item: pytest.Item) -> bool:
    return item.nodeid.startswith(_LONG)


def _name(item: pytest.Item) -> str:
    return item.nodeid.split("[")[0]


def _function(item: pytest.Item) -> str:
    return _name(item).split("::")[1]
