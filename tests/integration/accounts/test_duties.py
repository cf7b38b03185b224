"""Who acts is in charge from then on, in the place of whoever was."""

from datetime import timedelta

import sqlalchemy as sa

from marketplace.accounts.models import Duty
from marketplace.accounts.rules.handovers import Kind
from marketplace.accounts.services import duties
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.ids import new_id
from tests.integration.accounts.conftest import NOW


def test_who_acts_is_in_charge_in_the_place_of_whoever_was(city):
    owner, order_id = city.register(), new_id()
    colleague = Actor(new_id(), owner.company_id)

    def taken(actor, days):
        now = NOW + timedelta(days=days)
        duties.take(city.session, actor=actor, kind=Kind.SALE, subject_id=order_id, now=now)
        return city.session.execute(sa.select(Duty.id, Duty.person_id, Duty.since)).one()

    first = taken(owner, 0)
    assert first[1:] == (owner.person_id, NOW)
    assert taken(owner, 1) == first
    second = taken(colleague, 2)
    assert second[1:] == (colleague.person_id, NOW + timedelta(days=2))
    assert second.id != first.id
    assert taken(SYSTEM, 3) == second
