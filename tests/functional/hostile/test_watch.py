"""What keeps a besieged city as it was sees every write, and puts it back."""

from uuid import UUID

import sqlalchemy as sa

from marketplace.accounts.models import Company, Membership
from marketplace.kernel.db import db, unit_of_work
from tests.functional.hostile.siege import Siege


def _write(session, siege: Siege) -> None:
    mate = UUID(siege.city.ids["person.mate"])
    session.execute(sa.update(Company).values(name="Another"))
    session.execute(sa.delete(Membership).where(Membership.person_id == mate))


def test_a_write_is_seen_and_put_back(siege: Siege) -> None:
    for _ in range(3):
        assert not siege.watch.is_touched()
        with unit_of_work() as session:
            _write(session, siege)
        assert siege.watch.is_touched()
        assert {"company", "membership"} <= set(siege.watch.changed_tables())
        siege.watch.restore()
        assert siege.watch.changed_tables() == []
        assert not siege.watch.is_moved()


def test_what_was_taken_back_is_no_write(siege: Siege) -> None:
    with db.session.begin_nested() as inner:
        _write(db.session, siege)
        inner.rollback()
    db.session.rollback()
    assert not siege.watch.is_touched()
