"""Terms that fit together."""

import uuid
from itertools import product

import pytest

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules import terms
from marketplace.payments.rules.terms import Mode, Plan, Rail, Subject, SubjectKind

ORDER = Subject(SubjectKind.ORDER, uuid.UUID(int=1))
FREIGHT = Subject(SubjectKind.FREIGHT, uuid.UUID(int=2))


def _check(**changed):
    facts = {
        "subject": ORDER,
        "plan": Plan.DEPOSIT_30_70,
        "mode": Mode.DIRECT,
        "rail": Rail.BANK,
        "lines": [(uuid.UUID(int=7), Money(100, "THB"))],
        "commission_bp": 300,
    }
    return terms.check_terms(**{**facts, **changed})


def test_terms_that_fit_name_their_currency():
    assert _check() == "THB"
    assert _check(subject=FREIGHT, plan=Plan.FREIGHT_HANDOVER_100, commission_bp=0) == "THB"


@pytest.mark.parametrize(("rail", "mode"), list(product(Rail, Mode)))
def test_bank_is_direct_and_card_is_held(rail, mode):
    if mode is Mode.OPERATOR_SELLS:  # by either rail, and without a commission
        assert _check(rail=rail, mode=mode, commission_bp=0) == "THB"
        _refused("commission_bp", rail=rail, mode=mode, commission_bp=1)
    elif terms.MODE_OF_RAIL[rail] is mode:
        assert _check(rail=rail, mode=mode) == "THB"
    else:
        _refused("rail", rail=rail, mode=mode)


def test_a_purchase_is_the_trading_companys_and_paid_by_bank():
    sells = {"mode": Mode.OPERATOR_SELLS, "commission_bp": 0}
    purchase = {"subject": Subject(SubjectKind.PURCHASE, uuid.UUID(int=3))}
    assert _check(**purchase, **sells) == "THB"
    _refused("mode", **purchase, **sells, rail=Rail.CARD)
    _refused("mode", **purchase)
    _refused("mode", subject=FREIGHT, plan=Plan.FREIGHT_HANDOVER_100, **sells)


def _refused(field, **changed):
    with pytest.raises(Refused) as refusal:
        _check(**changed)
    assert [error.field for error in refusal.value.errors] == [field]


def test_a_plan_belongs_to_a_kind_of_subject():
    _refused("plan", plan=Plan.FREIGHT_HANDOVER_100)
    _refused("plan", subject=FREIGHT, plan=Plan.ACCEPTANCE_100, commission_bp=0)
    assert set(terms.plans_for(SubjectKind.ORDER)) == {Plan.DEPOSIT_30_70, Plan.ACCEPTANCE_100}


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("commission_bp", {"commission_bp": -1}),
        ("commission_bp", {"commission_bp": 10_001}),
        ("commission_bp", {"subject": FREIGHT, "plan": Plan.FREIGHT_HANDOVER_100, "commission_bp": 1}),
        ("lines", {"lines": []}),
        ("lines", {"lines": [(uuid.UUID(int=7), Money(0, "THB"))]}),
        ("lines", {"lines": [(uuid.UUID(int=7), Money(1, "THB")), (uuid.UUID(int=8), Money(1, "CNY"))]}),
        ("lines", {"lines": [(uuid.UUID(int=7), Money(1, "THB")), (uuid.UUID(int=7), Money(1, "THB"))]}),
    ],
)
def test_terms_that_do_not_fit_are_refused(field, changed):
    _refused(field, **changed)
