"""What a transfer of each kind may touch, and in which account released money is kept."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import Money
from marketplace.payments.rules.ledger import (
    ACCOUNTS,
    CASH,
    MEMO,
    TOUCHES,
    AccountKind,
    AccountRef,
    TransferKind,
    check_entries,
    pair,
    payable_of,
    turn_key,
)
from marketplace.payments.rules.terms import Mode, Subject, SubjectKind

OWNER = uuid.UUID(int=9)
SUBJECT = Subject(SubjectKind.ORDER, uuid.UUID(int=1))


def ref(kind, currency="CNY", owner=OWNER):
    account = ACCOUNTS[kind]
    return AccountRef(kind, owner if account.owned else None, currency, SUBJECT if account.per_subject else None)


def test_the_tables_are_complete():
    assert ACCOUNTS.keys() == set(AccountKind)
    assert TOUCHES.keys() == set(TransferKind)


def test_memorandum_and_the_citys_money_never_meet_in_one_transfer():
    for kind, touched in TOUCHES.items():
        assert touched <= MEMO or touched.isdisjoint(MEMO), kind
    assert CASH.isdisjoint(MEMO)


@given(st.lists(st.tuples(st.sampled_from(["CNY", "THB", "VND"]), st.integers(-1000, 1000)), max_size=6))
def test_only_what_balances_per_currency_passes(sides):
    entries = [(ref(AccountKind.HELD, currency), Money(minor, currency)) for currency, minor in sides]
    sums = {currency: sum(minor for other, minor in sides if other == currency) for currency, _minor in sides}
    good = bool(sides) and not any(sums.values()) and all(minor for _currency, minor in sides)
    if good:
        check_entries(TransferKind.CARD_CAPTURED, entries)
    else:
        with pytest.raises(ValueError, match="card_captured"):
            check_entries(TransferKind.CARD_CAPTURED, entries)


@pytest.mark.parametrize("kind", list(TransferKind))
@pytest.mark.parametrize("account", list(AccountKind))
def test_a_transfer_touches_only_the_accounts_of_its_kind(kind, account):
    entries = pair(ref(account), ref(account, owner=uuid.UUID(int=8)), Money(5, "CNY"))
    if account in TOUCHES[kind]:
        check_entries(kind, entries)
    else:
        with pytest.raises(ValueError, match="may not touch"):
            check_entries(kind, entries)


@pytest.mark.parametrize(
    "wrong",
    [
        AccountRef(AccountKind.HELD, uuid.UUID(int=3), "CNY", SUBJECT),
        AccountRef(AccountKind.HELD, None, "CNY"),
        AccountRef(AccountKind.PROVIDER_CLEARING, None, "CNY", SUBJECT),
    ],
)
def test_an_account_has_the_owner_and_subject_of_its_kind(wrong):
    with pytest.raises(ValueError, match="is kept otherwise"):
        check_entries(TransferKind.CARD_CAPTURED, pair(wrong, ref(AccountKind.HELD), Money(5, "CNY")))


def test_every_account_has_a_key_of_its_own():
    refs = [ref(kind, currency) for kind in AccountKind for currency in ("CNY", "THB")]
    refs += [ref(kind, owner=uuid.UUID(int=8)) for kind in AccountKind if ACCOUNTS[kind].owned]
    assert len({one.key for one in refs}) == len(refs)
    assert max(len(one.key) for one in refs) <= 160


def test_each_turn_of_a_milestone_has_a_key_of_its_own():
    milestone = uuid.uuid4()
    keys = [turn_key(TransferKind.RELEASED, milestone, before=before) for before in range(3)]
    assert keys == [f"released:{milestone}", f"released:{milestone}:2", f"released:{milestone}:3"]


@pytest.mark.parametrize(
    ("kind", "mode", "account"),
    [
        (SubjectKind.ORDER, Mode.PROVIDER_HELD, AccountKind.MERCHANT_PAYABLE),
        (SubjectKind.FREIGHT, Mode.PROVIDER_HELD, AccountKind.CARRIER_PAYABLE),
        (SubjectKind.PURCHASE, Mode.DIRECT, AccountKind.TRADE_PAYABLE),
        (SubjectKind.PURCHASE, Mode.OPERATOR_SELLS, AccountKind.TRADE_PAYABLE),
    ],
)
def test_released_money_is_kept_for_its_payee(kind, mode, account):
    found = payable_of(Subject(kind, SUBJECT.id), mode=mode, payee_id=OWNER, currency="CNY")
    assert found == AccountRef(account, OWNER, "CNY")
    assert ACCOUNTS[account].owned


def test_who_sells_itself_has_earned_what_is_released():
    found = payable_of(SUBJECT, mode=Mode.OPERATOR_SELLS, payee_id=OWNER, currency="CNY")
    assert found == AccountRef(AccountKind.TRADE_SALES, None, "CNY", SUBJECT)
