"""Where staff and partners begin, and what the address of an act shows to somebody who reloads it."""

import pytest

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.visitors import Visitor, visitor


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (Role.MODERATOR, ("/operator/merchants", "/operator/moderation"), ("/claims", "/operator/ledger")),
        (Role.OPERATIONS, ("/operator/departures", "/claims"), ("/operator/merchants", "/operator/ledger")),
        (Role.TREASURY, ("/account/payouts", "/operator/ledger", "/claims"), ("/operator/moderation",)),
        (Role.CUSTOMS, ("/documents",), ("/operator/moderation", "/claims", "/operator/ledger")),
    ],
)
def test_the_operators_desk_links_what_the_role_may_see(app, market, role, shown, hidden):
    with unit_of_work() as session:
        office = factories.staff(session, app, role=role, now=clock.now())
        for membership in session.query(Membership).filter_by(company_id=office.company):
            membership.roles = [role.value]
    page = visitor(app, office)
    main = page.open("/operator").partition("<main")[2]
    for path in shown:
        assert f'href="{path}"' in main, path
        page.open(path)
    for path in hidden:
        assert f'href="{path}"' not in main, path


def test_what_waits_is_counted(app, market):
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.MODERATOR, now=clock.now())
        made = factories.listings.create(
            session, actor=market.merchant.actor, draft=factories.replace(factories.DRAFT, sku="NEW"), now=clock.now()
        )
        factories.listings.submit(session, actor=market.merchant.actor, listing_id=made, now=clock.now())
    page = visitor(app, office)
    page.open("/operator")
    words = " ".join(page.text().split())
    assert "Listings to review 1" in words
    assert "Applications to sell 0" in words


def test_partners_begin_at_their_consignments_and_others_nowhere(app, market):
    carrier = visitor(app, market.carrier)
    assert carrier.client.get("/partner").headers["Location"] == "/partner/consignments"
    assert visitor(app, market.buyer).client.get("/operator").status_code == 403


def test_everybody_begins_where_the_work_lies(app, market):
    for trader, begins in ((market.buyer, "/orders"), (market.merchant, "/merchant"), (market.carrier, "/partner")):
        assert Visitor(app).log_in(trader.login).location == begins
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.MODERATOR, now=clock.now())
    page = visitor(app, office)
    assert 'href="/operator"' in page.open("/products").partition("<main")[0]


@pytest.mark.parametrize(
    ("act", "page"),
    [
        ("/merchant/transfers", "/merchant/money"),
        ("/merchant/transfers/00000000-0000-7000-8000-000000000000/match", "/merchant/money"),
        ("/operator/payouts", "/account/payouts"),
        ("/account/password", "/account"),
        ("/merchant/payees/00000000-0000-7000-8000-000000000000/withdrawal", "/merchant/payees"),
        ("/zh/merchant/transfers", "/zh/merchant/money"),
        ("/vi/cart/destination", "/vi/cart"),
        ("/login/code", "/login"),
        ("/logout", "/"),
    ],
)
def test_the_address_of_an_act_leads_to_its_page(client, act, page):
    answer = client.get(act)
    assert (answer.status_code, answer.headers["Location"]) == (303, page)


def test_a_refused_form_can_be_opened_again_at_its_address(app, market):
    merchant = visitor(app, market.merchant)
    merchant.open("/merchant/money")
    merchant.send("/merchant/transfers", {"amount": "many", "currency": "CNY"}, 422)
    again = merchant.client.get("/merchant/transfers", follow_redirects=True)
    assert (again.status_code, again.request.path) == (200, "/merchant/money")


def test_machines_are_told_plainly(client):
    assert client.get("/webhooks/stripe").status_code == 405
    assert client.get("/api/v1/checkout").status_code == 405
    assert client.delete("/merchant/transfers").status_code == 405
