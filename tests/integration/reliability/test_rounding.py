"""One basket of seven merchants with commission and the provider's fee, in dong and Singapore dollars: S2, exact."""

import random
from itertools import pairwise

import pytest

from marketplace.kernel.db import unit_of_work
from marketplace.kernel.money import Money
from marketplace.payments.queries import checks
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.plans import AgreedPlan, Stage, share_line
from marketplace.payments.rules.terms import WHOLE, MilestoneEvent
from marketplace.reference.rules import Setting
from marketplace.reference.services import change_setting
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, SYSTEM
from tests.support.cards import charge
from tests.support.held import HeldDeal
from tests.support.invariants import fresh

MERCHANTS, AMOUNTS, BOOKED = 7, 10_000 if SOAK else 500, 40 if SOAK else 1
EVENTS = (MilestoneEvent.DEPOSIT, MilestoneEvent.HANDED_OVER, MilestoneEvent.DELIVERED, MilestoneEvent.ACCEPTED)
ODD = AgreedPlan("odd", tuple(Stage(e, bp, 3) for e, bp in zip(EVENTS, (3_333, 1_667, 1, 4_999), strict=True)), "Odd")
COMMISSION, BORNE = 333, 3_333
LEAST, MOST = 20_000, 99_000_000  # what the provider charges at once, in minor units
CLEARING, FEES, INCOME = AccountKind.PROVIDER_CLEARING, AccountKind.PROVIDER_FEES, AccountKind.COMMISSION_INCOME


def baskets(currency, count, seed, most=10**9):
    """Draw amounts of every size up to the most, and divide each in seven parts of which none is nothing."""
    chance = random.Random(f"{currency}{seed}")
    for _ in range(count):
        whole = chance.randint(7, min(10 ** chance.randint(2, 9), most))
        cuts = sorted(chance.sample(range(1, whole), MERCHANTS - 1))
        yield Money(whole, currency), [Money(b - a, currency) for a, b in pairwise([0, *cuts, whole])]


@pytest.mark.soak
@pytest.mark.parametrize("currency", ["VND", "SGD"])
def test_s2_the_parts_of_ten_thousand_amounts_are_the_whole(currency):
    nothing = Money.zero(currency)
    for whole, parts in baskets(currency, AMOUNTS, 1):
        assert sum(parts, nothing) == whole
        fee = whole.portion(290, WHOLE)
        fees = fee.share([part.minor for part in parts])
        assert sum(fees, nothing) == fee
        for part, cost in zip(parts, fees, strict=True):
            shares = share_line(part, plan=ODD, commission_bp=COMMISSION)
            commission = part.portion(COMMISSION, WHOLE)
            assert sum((one.amount for one in shares), nothing) == part
            assert sum((one.commission for one in shares), nothing) == commission
            assert all(nothing <= one.commission <= one.amount for one in shares)
            borne = cost.portion(BORNE, WHOLE)
            assert (part - commission - borne) + commission + (borne + (cost - borne)) == part + (cost - borne)


@pytest.mark.soak
@pytest.mark.parametrize("currency", ["VND", "SGD"])
def test_s2_merchants_house_and_provider_have_what_was_captured(app, currency):
    """The same through provider and ledger: charged apart, released in odd milestones, the fee borne in part."""
    with unit_of_work() as session:
        borne = {"key": Setting.PROVIDER_FEE_PAYEE_BASIS_POINTS, "value": BORNE}
        change_setting(session, **borne, valid_from=NOW, actor=SYSTEM, now=NOW)
    for whole, parts in baskets(currency, BOOKED, 2, most=MOST):
        charged = [Money(part.minor + LEAST, currency) for part in parts]  # the provider takes no less
        deals = [HeldDeal(fresh(), currency) for _ in charged]
        before = {kind: deals[0].balance(kind) for kind in (CLEARING, FEES, INCOME)}
        for deal, part in zip(deals, charged, strict=True):
            deal.place((part.minor,), plan=ODD, commission_bp=COMMISSION).capture()
            for event in EVENTS:
                deal.reach(event)
            assert charge(deal.key).captured == part
        clearing, fees, income = (deals[0].balance(kind) - before[kind] for kind in (CLEARING, FEES, INCOME))
        captured = whole.minor + LEAST * MERCHANTS
        payable = -sum(deal.balance(AccountKind.MERCHANT_PAYABLE) for deal in deals)
        borne = captured - clearing - fees
        assert [deal.balance(AccountKind.HELD) for deal in deals] == [0] * MERCHANTS
        assert payable + -income + borne == captured
        assert -income == sum(part.portion(COMMISSION, WHOLE).minor for part in charged)
    assert checks.breaches(fresh()) == []
