"""A merchant as the public sees it: what is verified of it, and its offers."""

from datetime import datetime

import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.merchants.models import MerchantDecision
from tests import factories
from tests.support.visitors import Program, Visitor


def test_goods_lead_to_their_merchant_and_the_merchant_to_its_goods(app, market):
    public = Visitor(app)
    address = f"/merchants/{market.merchant.company}"
    assert f'href="{address}"' in public.open("/products")
    assert f'href="{address}"' in public.open(f"/products/{market.chains}")
    page = public.open(address)
    text = public.text()
    for words in ("Jialing Parts", "China", "verified merchant", "What the city has verified"):
        assert words in text
    assert f"/products/{market.chains}" in page
    assert f"/products/{market.pads}" not in page
    assert f'href="/zh/products/{market.chains}"' in public.open(f"/zh{address}")


def test_a_program_reads_a_merchant_and_its_offers(app, market):
    public = Program(app)
    found = public.call("GET", f"/merchants/{market.thai.company}", 200)
    assert (found["name"], found["country"]) == ("Siam Parts", "TH")
    offers = public.call("GET", f"/listings?merchant={market.thai.company}", 200)["items"]
    assert [each["id"] for each in offers] == [str(market.pads)]
    assert public.call("GET", f"/listings?merchant={new_id()}", 200)["items"] == []
    assert public.problem("GET", "/listings?merchant=x", 422)[1] == {"merchant"}


def test_the_mark_says_who_checked_what_and_when(app, market):
    public = Visitor(app)
    with unit_of_work() as session:
        factories.trader(session, app, name="City Operations", country="CN", kind=CompanyKind.OPERATOR, now=clock.now())
    found = Program(app).call("GET", f"/merchants/{market.merchant.company}", 200)
    approved = reading().scalars(
        sa.select(MerchantDecision.decided_at).where(MerchantDecision.company_id == market.merchant.company)
    )
    assert found["checked_by"] == "City Operations"
    assert datetime.fromisoformat(found["checked_at"]) == approved.one()
    assert found["proof"] == "pattern"
    public.open(f"/merchants/{market.merchant.company}")
    for words in ("City Operations", "Compared with the licence by eye", "It cannot be bought"):
        assert words in public.text()


def test_who_sells_nothing_here_is_unknown(app, market):
    for company_id in (market.buyer.company, market.carrier.company, new_id()):
        Visitor(app).open(f"/merchants/{company_id}", 404)
        Program(app).call("GET", f"/merchants/{company_id}", 404)
