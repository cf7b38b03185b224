"""The page of a week: figures alike on the page and over the API, to each what he may see to; and its letter."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services import membership
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.mail.models import MailMessage
from marketplace.notices import flows
from marketplace.notices.models import WeekLetter
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Visitor
from tests.support.ways import Way


def topics(call, trader):
    found = call(trader, "GET", "/week", expect=200)
    return {row["topic"]: (row["count"], Decimal(row["amount"]["amount"])) for row in found["topics"]}


def test_both_sides_and_the_operator_read_their_week(app, call, market, operator):
    with unit_of_work() as session:
        seller = factories.colleague(session, app, market.merchant, role=Role.SALES, now=clock.now())
    assert topics(call, market.buyer) == {}
    few = statements_of(lambda: topics(call, market.buyer))
    way = Way(call, market, operator)
    deposit = Decimal(way.order()["payments"][0]["amount"]["amount"])
    assert topics(call, market.buyer)["to_pay"] == topics(call, market.merchant)["to_receive"] == (1, deposit)
    assert "to_receive" not in topics(call, seller)  # who sells sees no money of the whole company
    assert "city_late" not in topics(call, market.buyer)
    assert statements_of(lambda: topics(call, market.buyer)) == few
    (stranger,) = factories.more_buyers(app, 1)
    assert topics(call, stranger) == {}

    page = Visitor(app)
    page.log_in(market.buyer.login)
    page.open("/account/week")
    assert f"{deposit:,.2f} CNY" in page.text().replace("\xa0", " ")

    # On its way it is coming to one side, going from the other, and on the way in the city.
    way.secure()
    way.pack()
    way.hand_over()
    for act, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"}), ("depart", {})):
        way.act(act, **body)
    total = Decimal(way.order()["total"]["amount"])
    assert topics(call, market.buyer)["coming"] == topics(call, market.merchant)["going"] == (1, total)
    assert topics(call, operator)["city_on_the_way"] == (1, total)


def sent():
    session = reading()
    session.rollback()
    query = sa.select(MailMessage).where(MailMessage.template == "week").order_by(MailMessage.created_at)
    return session.scalars(query).all()


def due(call, trader):
    return datetime.fromisoformat(call(trader, "GET", "/week", expect=200)["letter"]["next_at"])


@pytest.mark.both_databases
def test_whoever_asks_for_it_is_sent_the_week_once_a_week(app, call, market, operator):
    page = Visitor(app)
    page.log_in(market.buyer.login)
    assert call(market.buyer, "GET", "/week", expect=200)["letter"] is None
    page.open("/account/week")
    page.send("/account/week/letter", {"day": "monday"})
    first = due(call, market.buyer)
    here = first.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (here.weekday(), here.hour, first > clock.now()) == (0, 7, True)
    assert flows.send_week_letters(now=first - timedelta(seconds=1)) == 0

    assert flows.send_week_letters(now=first) == 1
    (quiet,) = sent()
    assert (quiet.to, quiet.context["rows"]) == (market.buyer.login, [])
    assert quiet.context["first"] == here.date().isoformat()
    # A second run, and a day that is moved within the same week, write nothing more.
    assert flows.send_week_letters(now=first + timedelta(hours=1)) == 0
    assert due(call, market.buyer) == first + timedelta(days=7)

    deposit = Way(call, market, operator).order()["payments"][0]["amount"]
    assert flows.send_week_letters(now=first + timedelta(days=9)) == 1  # nobody ran for two days
    row = sent()[-1].context["rows"][0]
    assert (row["topic"], row["amount"]) == ("to_pay", f"{deposit['amount']} {deposit['currency']}")
    assert due(call, market.buyer) == first + timedelta(days=14)

    call(market.buyer, "PUT", "/week/letter", json={"day": "never"}, expect=204)
    assert flows.send_week_letters(now=first + timedelta(days=30)) == 0
    refused = call(market.buyer, "PUT", "/week/letter", json={"day": "someday"}, expect=422)
    assert refused["errors"][0]["field"] == "day"


def test_a_letter_tells_what_its_reader_may_see_to_and_ends_with_the_right(app, call, market, operator):
    with unit_of_work() as session:
        seller = factories.colleague(session, app, market.merchant, role=Role.SALES, now=clock.now())
    for trader in (seller, market.merchant, operator):
        call(trader, "PUT", "/week/letter", json={"day": "friday"}, expect=204)
    Way(call, market, operator)
    at = max(due(call, trader) for trader in (seller, market.merchant, operator))
    assert flows.send_week_letters(now=at) == 3
    told = {each.to: {row["topic"] for row in each.context["rows"]} for each in sent()}
    assert "to_receive" in told[market.merchant.login]
    assert "to_receive" not in told[seller.login]

    # Whoever leaves is forgotten at once, whoever reads nothing of it any more as the next one is due.
    with unit_of_work() as session:
        membership.end_all_memberships(session, actor=SYSTEM, person_id=seller.actor.person, now=at)
        session.execute(
            sa.update(Membership)
            .where(Membership.person_id == operator.actor.person)
            .values(roles=[Role.CUSTOMS.value])
        )
    assert flows.send_week_letters(now=at + timedelta(days=7)) == 1
    with unit_of_work() as session:
        left = session.scalars(sa.select(WeekLetter)).all()
        assert [row.person_id for row in left] == [market.merchant.actor.person]
        assert left[0].told_week > date(2026, 1, 1)
    refused = call(operator, "PUT", "/week/letter", json={"day": "monday"}, expect=403)
    assert refused["type"].endswith("no_topic")
    assert call(operator, "GET", "/week", expect=200)["letter"] is None
