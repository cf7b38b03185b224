"""Contracts print what governs them: the English text, the warranty in their languages, and how the freight adds up."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.distribution.fees.rules.terms import Basis, FeeKind, FeeTerms
from marketplace.distribution.fees.services import publishing
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.models.network import Line
from marketplace.logistics.pricing.rules import terms as pricing
from marketplace.logistics.rules.freight import Rates
from marketplace.logistics.services import freight
from marketplace.papers import queries
from tests import factories
from tests.support.documents import documents
from tests.support.remedies import say

LEAST = Money.of(900, "CNY")


@pytest.fixture
def published(market):
    """A tariff with surcharges to Hanoi, and what a booking there costs on top."""
    now = clock.now()
    added = (
        pricing.Surcharge(pricing.Extra.FUEL, pricing.Basis.PERCENT, Decimal(8), "CNY"),
        pricing.Surcharge(pricing.Extra.BORDER, pricing.Basis.PER_KG, Decimal("0.05"), "CNY"),
        pricing.Surcharge(pricing.Extra.DC_HANDLING, pricing.Basis.PER_SHIPMENT, Decimal(45), "CNY"),
    )
    facts = {"share_bp": 1_500, "per_kg": None, "minimum": Money.of(80, "CNY"), "basis": Basis.PERCENT}
    with unit_of_work() as session:
        line_id = session.scalars(sa.select(Line.id).where(Line.code == "CQ-HAN")).one()
        freight.set_tariff(
            session, actor=SYSTEM, line_id=line_id, to_place=factories.HANOI, valid_from=now, now=now, note="a test's",
            rates=Rates(UnitPrice.of("1.20", "CNY"), LEAST, 333, 1_850, pricing.Terms(surcharges=added)),
        )  # fmt: skip
        for kind, grace, free in ((FeeKind.LATE_CARGO, 45, 0), (FeeKind.CANCELLATION, 0, 3)):
            terms = FeeTerms(kind=kind, grace=timedelta(minutes=grace), free_until=timedelta(days=free), **facts)
            publishing.publish(
                session, terms=terms, valid_from=now.date(), today=now.date(), source="a test's", is_fictitious=True,
                actor=SYSTEM, now=now,
            )  # fmt: skip


def printed(call, market, pdf_of, kind, quantity):
    """Return what a contract of a new order says, as data and as text in one line."""
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": quantity}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
    call(market.buyer, "POST", "/checkout", json=body, expect=201)
    found = documents(call, market.buyer, kind)[0]
    text = pdf_of(market.buyer, found["id"])
    return queries.manuscript(reading(), document_id=UUID(found["id"])).data, text


def test_a_contract_prints_the_english_text_that_prevails_and_the_warranty_in_its_languages(call, market, pdf_of):
    say(call, market, market.chains, warranty={
        "months": 12, "covers": "Links and pins", "covers_zh": "链节和销轴", "covers_vi": "Mắt xích và chốt",
    })  # fmt: skip
    data, text = printed(call, market, pdf_of, "sales_contract", 40)
    assert data["clauses"]
    text = text.replace("ị", "i")  # the paper's font names the two glyphs alike
    solid = "".join(text.split())
    for clause in data["clauses"]:
        for locale in ("zh", "en"):
            assert "".join(clause["text"][locale].split())[:40] in solid, (clause["code"], locale)
    assert "链节和销轴" in text
    assert "Mắt xích và chốt" in text
    assert "the English text, printed in it, prevails" in text
    assert "Links and pins" in text


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(("quantity", "carriage"), [(40, "base_minimum"), (2_000, "base")])
def test_a_freight_contract_prints_parts_that_add_up_and_the_published_charges(
    call, market, pdf_of, quantity, carriage
):
    data, text = printed(call, market, pdf_of, "freight_contract", quantity)
    parts = {one["kind"]: Decimal(one["amount"]["amount"]) for one in data["parts"]}
    assert list(parts) == [carriage, "fuel", "border", "dc_handling"]
    assert sum(parts.values()) == Decimal(data["total"]["amount"])
    assert (parts[carriage] == LEAST.amount) is (carriage == "base_minimum")
    shown = text.replace(",", "").replace(".", "")
    for amount in parts.values():
        assert f"{amount:f}".replace(".", "") in shown
    for words in ("燃油", "Nhiên liệu", "15 %", "80.00", "45", "3"):
        assert words in text, words
    assert [(one["kind"], one["grace_minutes"], one["free_days"]) for one in data["fees"]] == [
        ("late_cargo", "45", "0"), ("cancellation", "0", "3"),
    ]  # fmt: skip
