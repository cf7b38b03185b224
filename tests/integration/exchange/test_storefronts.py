"""Storefronts in the database: one waits, one is shown, each is decided once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.exchange.flows import storefronts as flows
from marketplace.exchange.models.storefronts import StorefrontVersion
from marketplace.exchange.queries import storefronts as queries
from marketplace.exchange.rules.storefronts import Front, FrontState
from marketplace.exchange.services import storefronts
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.kernel.ids import new_id
from tests import factories
from tests.factories import moderator
from tests.support.racing import units_at_once


def hand_in(trader, headline):
    def work(session):
        return storefronts.submit(session, actor=trader.actor, front=Front({"en": headline}, {}, "en"), now=clock.now())

    return work


def decide(version_id, decision="show", reason="", actor=None):
    def work(session):
        given = {"decision": decision, "reason": reason, "now": clock.now()}
        storefronts.decide(session, actor=actor or moderator(), version_id=version_id, **given)

    return work


def states(company_id):
    session = reading()
    session.rollback()
    wanted = sa.select(StorefrontVersion.state).where(StorefrontVersion.company_id == company_id)
    return [str(state) for state in session.scalars(wanted.order_by(StorefrontVersion.id))]


def test_the_old_version_stays_until_the_new_one_is_shown(market):
    company_id = market.merchant.company
    first = in_unit_of_work(hand_in(market.merchant, "Chains"))
    assert queries.shown(reading(), company_id=company_id) is None
    in_unit_of_work(decide(first))
    second = in_unit_of_work(hand_in(market.merchant, "Better chains"))
    assert queries.shown(reading(), company_id=company_id).headlines == {"en": "Chains"}
    in_unit_of_work(decide(second))
    assert states(company_id) == ["superseded", "shown"]
    assert queries.shown(reading(), company_id=company_id).id == second
    in_unit_of_work(decide(second, "hide", "A telephone number."))
    assert queries.shown(reading(), company_id=company_id) is None
    assert queries.last(reading(), company_id=company_id).reason == "A telephone number."


def test_of_several_handed_in_at_once_one_waits(app, market):
    results = units_at_once(app, *[hand_in(market.merchant, f"Chains {number}") for number in range(4)])
    assert not [result for result in results if isinstance(result, DomainError)]
    assert sorted(states(market.merchant.company)) == ["pending", "withdrawn", "withdrawn", "withdrawn"]


def test_two_reviewers_decide_once(app, market):
    version = in_unit_of_work(hand_in(market.merchant, "Chains"))
    results = units_at_once(app, decide(version), decide(version, "decline", "No."))
    assert [result.code for result in results if isinstance(result, DomainError)] == ["state"]
    assert states(market.merchant.company)[0] in {"shown", "declined"}


def test_nobody_decides_about_their_own(app, market):
    version = in_unit_of_work(hand_in(market.merchant, "Chains"))
    own = factories.insider(app, role=Role.MODERATOR, company_id=market.merchant.company, now=clock.now())
    with pytest.raises(NotAllowed):
        in_unit_of_work(decide(version, actor=own.actor))
    with pytest.raises(NotAllowed):
        in_unit_of_work(decide(version, actor=market.thai.actor))
    assert states(market.merchant.company) == ["pending"]


def test_who_does_not_sell_has_no_storefront_and_no_picture_of_others(market):
    with pytest.raises(Conflict, match="merchant_not_active"):
        in_unit_of_work(hand_in(market.buyer, "We buy"))
    foreign = Front({"en": "Chains"}, {}, "en", banner_file_id=new_id())
    with pytest.raises(NotFound):
        in_unit_of_work(
            lambda session: storefronts.submit(session, actor=market.merchant.actor, front=foreign, now=clock.now())
        )
    with pytest.raises(NotFound):
        in_unit_of_work(lambda session: storefronts.withdraw(session, actor=market.merchant.actor, now=clock.now()))


def test_what_waits_too_long_is_told_of_once(market):
    in_unit_of_work(hand_in(market.merchant, "Chains"))
    later = clock.now() + timedelta(hours=25)
    assert [flows.escalate(now=at) for at in (clock.now(), later, later)] == [0, 1, 0]
    (row,) = queries.queue(reading(), state=FrontState.PENDING).items
    assert row.escalated_at == later
