"""Who owes the carrier under which rule."""

from uuid import uuid4

from marketplace.distribution.rules.freight import FreightAgreement, FreightLine, payer_of
from marketplace.kernel.money import Money
from marketplace.orders.rules.incoterms import is_included
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.terms import Mode, Rail

BUYER, MERCHANT = uuid4(), uuid4()


def test_the_rule_says_who_owes_the_carrier():
    assert payer_of("FCA", buyer_id=BUYER, merchant_id=MERCHANT) == BUYER
    assert payer_of("DAP", buyer_id=BUYER, merchant_id=MERCHANT) == MERCHANT
    assert (is_included("FCA"), is_included("DAP")) == (False, True)


def test_a_contract_is_the_sum_of_its_lines():
    lines = tuple(
        FreightLine(line_id=uuid4(), amount=Money(minor, "CNY"), chargeable_g=1, binding="gross") for minor in (5, 7)
    )
    agreement = FreightAgreement(
        id=uuid4(), reference="FRT-AAAA-AAAA", order_id=uuid4(), payer_id=BUYER, carrier_id=MERCHANT,
        carrier=Party(name="Lorry", country="CN"),
        tariff_id=uuid4(), terms={}, mode=Mode.DIRECT, rail=Rail.BANK, payee=None, lines=lines,
    )  # fmt: skip
    assert agreement.total == Money(12, "CNY")
