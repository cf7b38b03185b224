"""Goods of before get the numbers they are ordered by, orders of before the words of their units."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command

from marketplace.catalog.rules.details.parts import numbers_of
from marketplace.cli.database import alembic_config, upgrade
from marketplace.kernel.ids import new_id
from tests.integration.merchants.test_migration import filled, url

BEFORE = "fbfe69ef4026"
PART = {"manufacturer": "KMC", "number": "428-116", "crosses": [{"brand": "DID", "number": "428 H"}]}
__all__ = ["url"]


def test_what_is_there_gets_numbers_and_words(url):
    command.upgrade(alembic_config(url), BEFORE)
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine)

    def key(made: UUID) -> Any:  # as the reflected column keeps it
        return made.hex if url.startswith("sqlite") else made

    company, category, unit, group = (key(new_id()) for _ in range(4))
    part, plain, draft = (key(new_id()) for _ in range(3))
    with engine.begin() as connection:
        connection.execute(filled(tables.tables["company"], id=company))
        connection.execute(filled(tables.tables["category"], id=category))
        of_seller = {"company_id": company, "category_id": category}
        for made, sku in ((part, "CH-428"), (plain, "--"), (draft, "DRAFT")):
            connection.execute(filled(tables.tables["listing"], id=made, sku=sku, **of_seller))
        for made in (part, plain):
            connection.execute(filled(tables.tables["listing_card"], listing_id=made, **of_seller))
        connection.execute(filled(tables.tables["listing_detail"], listing_id=part, kind="parts", document=PART))
        connection.execute(
            filled(tables.tables["company_unit"], id=unit, company_id=company, name="North", cost_centre="4711")
        )
        connection.execute(
            filled(
                tables.tables["order_group"],
                id=group,
                person_id=group,
                checkout_id=group,
                buyer_id=company,
                unit_id=unit,
            )
        )
    engine.dispose()
    upgrade(url)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        numbers = connection.scalars(sa.text("SELECT number FROM listing_number ORDER BY number")).all()
        words = connection.execute(sa.text("SELECT unit_name, cost_centre FROM order_group")).one()
    assert sorted(numbers) == sorted([*numbers_of("CH-428", PART), *numbers_of("--", None)])
    assert tuple(words) == ("North", "4711")
    engine.dispose()
