"""Lines of before keep the windows that the settings gave when they were ordered."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command

from marketplace.cli.database import alembic_config, upgrade
from marketplace.kernel.ids import new_id
from marketplace.orders.rules.classes import stored_windows
from tests.integration.merchants.test_migration import filled, url

BEFORE = "d0109316e4ca"
__all__ = ["url"]
pytestmark = pytest.mark.both_databases
# What is kept, the tariff code, whether it is fresh, and the days for hidden defects that it has afterwards.
LINES = {
    "of_before": (None, "871410", False, 20),
    "machine": (None, "841391", False, 60),
    "fresh": (None, "080450", True, 3),
    "kept": ({"commodity": "standard", "hours": None, "days": 7, "hidden_days": 9, "late_day_bp": 1, "late_most_bp": 2},
             "871410", False, 9),
}  # fmt: skip


def test_lines_of_before_get_the_windows_of_their_placement(url):
    command.upgrade(alembic_config(url), BEFORE)
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine)

    def key(made: UUID) -> Any:  # as the reflected column keeps it
        return made.hex if url.startswith("sqlite") else made

    company, group, order = (key(new_id()) for _ in range(3))
    with engine.begin() as connection:
        connection.execute(filled(tables.tables["company"], id=company))
        connection.execute(
            filled(tables.tables["order_group"], id=group, person_id=group, checkout_id=group, buyer_id=company)
        )
        parties = dict.fromkeys(("buyer_id", "merchant_id", "importer_id", "consignee_id"), company)
        placed = datetime(2026, 6, 1, tzinfo=UTC)
        connection.execute(filled(tables.tables["trade_order"], id=order, group_id=group, placed_at=placed, **parties))
        for day, value in ((datetime(2026, 5, 1, tzinfo=UTC), 20), (datetime(2026, 7, 1, tzinfo=UTC), 90)):
            kept = {"key": "HIDDEN_DEFECT_DAYS", "value": value, "valid_from": day}
            connection.execute(filled(tables.tables["dated_setting"], id=key(new_id()), **kept))
        for number, (sku, (windows, hs_code, fresh, _days)) in enumerate(LINES.items()):
            row = {"sku": sku, "windows": windows, "hs_code": hs_code, "fresh": fresh, "position": number + 1}
            connection.execute(
                filled(tables.tables["order_line"], id=key(new_id()), order_id=order, listing_id=company, **row)
            )
    engine.dispose()
    upgrade(url)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT sku, CAST(windows AS TEXT) AS document FROM order_line")).all()
    engine.dispose()
    kept = {sku: stored_windows(json.loads(document)) for sku, document in rows}
    assert {sku: windows.hidden_days for sku, windows in kept.items()} == {sku: row[3] for sku, row in LINES.items()}
    assert (kept["fresh"].hours, kept["fresh"].days) == (24, None)
    assert str(kept["machine"].commodity) == "machinery"
