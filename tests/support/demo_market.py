"""The small demo city with an actor of each role, and ids that a part of an address may mean."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

import sqlalchemy as sa
from flask import Flask

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import STAFF
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import Base, reading, unit_of_work
from marketplace.seed import flows, people
from marketplace.seed.extent import Extent
from tests import factories

LOGINS: Final = ("buyer", "merchant", "carrier", "admin", "buyer2", "insurer", "broker", "dc")
UNKNOWN: Final = "01890000-0000-7000-8000-000000000000"
_MOST_ROWS: Final = 4


@dataclass
class DemoMarket:
    """Actors by login, a stranger who has nothing among them, and some ids of each table."""

    actors: dict[str, Actor]
    rows: dict[str, list[str]]

    def ids(self, name: str) -> list[str]:
        """Return ids that a field or a part of an address may mean: of the tables that are called like it."""
        word = name.removesuffix("_id").removesuffix("s")
        called = sorted(
            (table for table in self.rows if f"_{word}_" in f"_{table}_"),
            key=lambda table: (table != word, not table.endswith(word), table),
        )
        mixed = zip_longest(*(self.rows[table] for table in called))
        return [each for row in mixed for each in row if each] or [UNKNOWN]


def fill(app: Flask) -> DemoMarket:
    """Fill the city, give its admin every role of the staff, and add the stranger."""
    flows.seed(app.extensions["city.vault"], store=app.extensions["city.store"], extent=Extent.SMALL, if_empty=True)
    with unit_of_work() as session:
        admin = people.actor(session, "admin@demo.test")
        session.execute(sa.update(Membership).where(Membership.person_id == admin.person).values(roles=sorted(STAFF)))
        actors = {login: people.actor(session, f"{login}@demo.test") for login in LOGINS}
        actors["stranger"] = factories.trader(session, app, name="Stranger", country="VN", now=clock.now()).actor
    rows = {
        name: list(map(str, reading().scalars(sa.select(table.c.id).order_by(table.c.id).limit(_MOST_ROWS))))
        for name, table in Base.metadata.tables.items()
        if "id" in table.c and isinstance(table.c.id.type, sa.Uuid)
    }
    reading().rollback()
    return DemoMarket(actors, rows)
