"""What keeps a besieged city as it was sees every write, and puts it back."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company, Membership
from marketplace.audit.models import AuditUnsealed
from marketplace.distribution.models import FreightContractLine, LineBooking
from marketplace.kernel.db import db, reading, unit_of_work
from marketplace.logistics.models.departures import Departure
from marketplace.orders.models import LinePart, OrderLine
from marketplace.payments.models.plans import Milestone
from marketplace.reports import queries as reports
from tests.functional.hostile.siege import Siege

BREAKING = {
    "audit_unsealed": sa.delete(AuditUnsealed),
    "departure": sa.update(Departure).where(Departure.taken_grams > 0).values(taken_grams=Departure.taken_grams - 1),
    "freight_contract_line": sa.update(FreightContractLine).values(amount_minor=FreightContractLine.amount_minor + 1),
    "line_booking": sa.delete(LineBooking),
    "milestone": sa.update(Milestone).values(amount_minor=Milestone.amount_minor + 1),
    "order_line_part": sa.update(LinePart).values(quantity=LinePart.quantity + 1),
    "order_line": sa.update(OrderLine).values(unit_price_micro=OrderLine.unit_price_micro + 1),
}


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


@pytest.mark.parametrize("table", BREAKING)
def test_promises_that_read_of_what_was_written_are_all_asked_for(siege: Siege, table: str) -> None:
    with unit_of_work() as session:
        session.execute(BREAKING[table].execution_options(synchronize_session=False))
    written = siege.watch.written_tables()
    session = reading()
    everything = reports.check(session)
    asked = siege.promises.broken(session, written=written)
    session.rollback()
    siege.watch.restore()
    assert table in written
    assert everything
    assert set(asked) == set(everything)
