"""Cities of before requirements: their licences become papers, and what was approved was accepted."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.orm import Session

from marketplace.cli.database import alembic_config, upgrade
from marketplace.kernel.ids import new_id
from marketplace.merchants.queries import levels
from marketplace.merchants.queries import requirements as asked
from marketplace.merchants.rules.requirements import CHOSEN, FIXED, Kind, Verdict
from tests.support import postgres

BEFORE = "b3d0c1f5a9e2"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


RULES_BEFORE = "51af83f0412f"


@pytest.fixture
def url(database, tmp_path):
    """The address of an empty database of the same kind as the tests'."""
    if database.name == "sqlite":
        return f"sqlite:///{tmp_path / 'old.sqlite3'}"
    return postgres.create(f"old_{uuid4().hex[:12]}")


def filled(table: sa.Table, **given: Any) -> sa.Insert:
    """Return a row with what is given, and something for every other column that has to have a value."""
    somethings = {sa.Boolean: False, sa.Integer: 1, sa.BigInteger: 1, sa.DateTime: NOW, sa.Date: NOW.date()}

    def something(column: sa.Column[Any]) -> Any:
        return next((value for kind, value in somethings.items() if isinstance(column.type, kind)), "x")

    needed = {
        column.name: something(column)
        for column in table.columns
        if not column.nullable and column.server_default is None and column.name not in given
    }
    return sa.insert(table).values(needed | given)


def test_licences_of_before_are_papers_and_approvals_accepted_them(url):
    command.upgrade(alembic_config(url), BEFORE)
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine)

    def key(made: UUID) -> Any:  # as the reflected column keeps it
        return made.hex if url.startswith("sqlite") else made

    ids = {name: new_id() for name in ("seller", "waiting", "file", "approved", "refused", "open", "yes", "no")}
    with engine.begin() as connection:
        for company in ("seller", "waiting"):
            connection.execute(filled(tables.tables["company"], id=key(ids[company]), name_skeleton=company))
        file = {"id": key(ids["file"]), "company_id": key(ids["seller"])}
        connection.execute(filled(tables.tables["stored_file"], **file))
        for company, state in (("seller", "approved"), ("waiting", "submitted")):
            row = {"company_id": key(ids[company]), "state": state, "licence_file_id": key(ids["file"])}
            connection.execute(filled(tables.tables["merchant"], registration_number=company, **row))
        applications = (
            ("refused", "seller", "rejected", None),
            ("approved", "seller", "approved", date(2027, 5, 1)),
            ("open", "waiting", "submitted", None),
        )
        for name, company, state, until in applications:
            row = {"id": key(ids[name]), "company_id": key(ids[company]), "state": state, "licence_until": until}
            connection.execute(filled(tables.tables["merchant_application"], licence_file_id=key(ids["file"]), **row))
        for name, of, reason in (("no", "refused", "Blurred."), ("yes", "approved", "In order.")):
            row = {"id": key(ids[name]), "application_id": key(ids[of]), "company_id": key(ids["seller"])}
            connection.execute(filled(tables.tables["merchant_decision"], reason=reason, action=of, **row))
    engine.dispose()

    upgrade(url)

    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine, only=["requirement_paper", "requirement_ruling"])
    paper, ruling = tables.tables["requirement_paper"], tables.tables["requirement_ruling"]
    with engine.connect() as connection:
        papers = connection.execute(sa.select(paper.c.id, paper.c.item, paper.c.valid_until)).all()
        assert {(row.id, row.item, row.valid_until) for row in papers} == {
            (key(ids["refused"]), "licence", None),
            (key(ids["approved"]), "licence", date(2027, 5, 1)),
            (key(ids["open"]), "licence", None),
        }
        (said,) = connection.execute(sa.select(ruling)).all()
        assert (said.paper_id, said.mark) == (key(ids["approved"]), str(ids["approved"]))
        assert (said.verdict, said.reason) == ("accept", "In order.")
        with pytest.raises(sa.exc.DatabaseError, match="insert-only"):
            connection.execute(sa.delete(ruling))
    engine.dispose()


def test_what_countries_asked_for_before_was_asked_of_who_sells(url):
    command.upgrade(alembic_config(url), RULES_BEFORE)
    engine = sa.create_engine(url)
    rule = sa.Table("requirement_rule", sa.MetaData(), autoload_with=engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(rule).values(country="KH", item="bank_letter", asked="required"))
    engine.dispose()

    upgrade(url)

    engine = sa.create_engine(url)
    rule = sa.Table("requirement_rule", sa.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        (row,) = connection.execute(sa.select(rule)).all()
    assert (row.country, row.kind, row.item, row.asked) == ("KH", "merchant", "bank_letter", "required")
    engine.dispose()


def test_partners_of_before_go_on_working_by_waivers_that_say_so(url):
    command.upgrade(alembic_config(url), "835e85ab936d")
    engine = sa.create_engine(url)
    tables = sa.MetaData()
    tables.reflect(engine, only=["company"])
    carrier, trader = new_id(), new_id()

    def key(made: UUID) -> Any:
        return made.hex if url.startswith("sqlite") else made

    with engine.begin() as connection:
        for made, kind in ((carrier, "carrier"), (trader, "trade")):
            connection.execute(filled(tables.tables["company"], id=key(made), kind=kind, name_skeleton=kind))
    engine.dispose()

    upgrade(url)

    engine = sa.create_engine(url)
    with Session(engine) as session:
        assert levels.admitted(session, company_ids=(carrier, trader), now=NOW) == {carrier}
        found = asked.rulings_of(session, company_id=carrier)
        assert {row.item for row in found} == {*FIXED[Kind.CARRIER], *CHOSEN[Kind.CARRIER]}
        assert all(row.verdict is Verdict.WAIVE and "before" in row.reason for row in found)
        assert asked.rulings_of(session, company_id=trader) == ()
    engine.dispose()
