"""Groups of variants of before are called by their first article."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import command

from marketplace.cli.database import alembic_config, upgrade
from marketplace.kernel.ids import new_id
from tests.integration.merchants.test_migration import filled, url

BEFORE = "b6c4f3249393"
__all__ = ["url"]


def test_groups_of_before_are_called_by_their_first_article(url):
    command.upgrade(alembic_config(url), BEFORE)
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine)

    def key(made: UUID) -> Any:  # as the reflected column keeps it
        return made.hex if url.startswith("sqlite") else made

    company, category, group, empty = (new_id() for _ in range(4))
    listings = [new_id() for _ in range(2)]
    with engine.begin() as connection:
        connection.execute(filled(tables.tables["company"], id=key(company)))
        connection.execute(filled(tables.tables["category"], id=key(category)))
        of_seller = {"company_id": key(company), "category_id": key(category)}
        for made, sku in zip(listings, ("SECOND", "FIRST"), strict=True):
            row = filled(tables.tables["listing"], id=key(made), sku=sku, **of_seller)
            connection.execute(row)
        for made in (group, empty):
            row = {"id": key(made), "company_id": key(company), "axes": ["Size"]}
            connection.execute(sa.insert(tables.tables["variant_group"]).values(row))
        for made, position in zip(listings, (1, 0), strict=True):
            row = {"listing_id": key(made), "group_id": key(group), "position": position, "values": ["x"]}
            connection.execute(sa.insert(tables.tables["listing_variant"]).values(row))
    engine.dispose()
    upgrade(url)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = connection.scalars(sa.text("SELECT name FROM variant_group ORDER BY name")).all()
    assert "FIRST" in names
    assert len(set(names)) == 2
    engine.dispose()
