"""Every pair of our state and the provider's view, and the small decisions around them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.payments.rules import cards, provider_amounts
from marketplace.payments.rules.cards import LIFECYCLE, CardState
from marketplace.payments.rules.provider import (
    IntentSeen,
    IntentState,
    ProviderBroke,
    ProviderBusy,
    ProviderRefused,
    ProviderSilent,
)
from marketplace.payments.rules.terms import Subject, SubjectKind

_TEN = Money.of(10, "CNY")


def _seen(state: IntentState, intent_id: str = "pi_1") -> IntentSeen:
    return IntentSeen(intent_id, None, state, _TEN, Money.zero("CNY"))


@pytest.mark.parametrize("state", CardState)
@pytest.mark.parametrize("seen", IntentState)
def test_steps_towards_a_view_are_drawn_and_never_lead_back(state: CardState, seen: IntentState) -> None:
    rank = [CardState.CREATED, CardState.NEEDS_PAGE, CardState.AUTHORISED, CardState.CAPTURED, CardState.REFUNDED]
    after = state
    for action in cards.actions_towards(state, seen):
        after = LIFECYCLE.apply(after, action)

    assert cards.actions_towards(after, seen) == ()
    if state in rank and after in rank:
        assert rank.index(after) >= rank.index(state)
    if state in (CardState.CAPTURED, CardState.REFUNDED, CardState.DECLINED, CardState.CANCELLED):
        assert after is state


def test_a_capture_can_be_seen_before_its_authorisation() -> None:
    assert cards.actions_towards(CardState.CREATED, IntentState.CAPTURED) == ("authorise", "capture")
    assert cards.actions_towards(CardState.AUTHORISED, IntentState.CAPTURED) == ("capture",)
    assert cards.actions_towards(CardState.AUTHORISED, IntentState.CANCELLED) == ("cancel",)


def test_on_a_page_a_decline_is_not_the_end() -> None:
    assert cards.view(_seen(IntentState.DECLINED), by_page=True) is IntentState.WAITING
    assert cards.view(_seen(IntentState.DECLINED), by_page=False) is IntentState.DECLINED
    over = replace(_seen(IntentState.DECLINED), is_final=True)
    assert cards.view(over, by_page=True) is IntentState.DECLINED


@pytest.mark.parametrize(
    ("state", "ours", "seen", "orphan"),
    [
        (CardState.DECLINED, None, IntentState.AUTHORISED, True),
        (CardState.CANCELLED, "pi_1", IntentState.WAITING, True),
        (CardState.AUTHORISED, "pi_1", IntentState.AUTHORISED, False),
        (CardState.AUTHORISED, "pi_2", IntentState.AUTHORISED, True),
        (CardState.CANCELLED, "pi_1", IntentState.CANCELLED, False),
        (CardState.CREATED, None, IntentState.AUTHORISED, False),
    ],
)
def test_what_is_held_for_nobody(state: CardState, ours: str | None, seen: IntentState, orphan: bool) -> None:
    assert cards.is_orphan(state, ours, _seen(seen)) is orphan


def test_what_is_undone() -> None:
    assert cards.is_undone("capture", IntentState.AUTHORISED)
    assert cards.is_undone("cancel", IntentState.WAITING)
    assert not cards.is_undone("capture", IntentState.WAITING)
    assert not cards.is_undone("cancel", IntentState.CANCELLED)


def test_a_key_keeps_its_amount() -> None:
    cards.check_same(asked=_TEN, known=_TEN, key="k")
    with pytest.raises(Conflict):
        cards.check_same(asked=_TEN, known=Money.of(11, "CNY"), key="k")


@pytest.mark.parametrize(
    "amount", [Money.of(0, "CNY"), Money.of(-1, "CNY"), Money.of("6.01", "CNY"), Money.of(1, "USD")]
)
def test_refunds_keep_within_what_is_left(amount: Money) -> None:
    cards.check_refund(Money.of(6, "CNY"), captured=_TEN, refunding=Money.of(4, "CNY"))
    with pytest.raises(Refused):
        cards.check_refund(amount, captured=_TEN, refunding=Money.of(4, "CNY"))


def test_a_charge_pays_for_something() -> None:
    order, freight = UUID(int=1), UUID(int=2)

    assert cards.subject_of({"checkout": freight, "order": order}) == Subject(SubjectKind.ORDER, order)
    assert cards.subject_of({"freight": freight}) == Subject(SubjectKind.FREIGHT, freight)
    with pytest.raises(ValueError, match="order, freight"):
        cards.subject_of({"checkout": order})


def test_keys_live_a_day() -> None:
    asked = datetime(2026, 11, 25, tzinfo=UTC)

    assert cards.may_send_again(first_asked=asked, now=asked + timedelta(hours=23))
    assert not cards.may_send_again(first_asked=asked, now=asked + timedelta(hours=24))
    assert cards.call_key(UUID(int=1), "capture", 2) == f"city:capture:{UUID(int=1)}:2"


def test_failures_have_codes() -> None:
    assert [error.code for error in (ProviderSilent(), ProviderBusy(), ProviderBroke(), ProviderRefused("x"))] == [
        "payment_unknown",
        "payment_provider_busy",
        "payment_unknown",
        "payment_provider_refused",
    ]


@pytest.mark.parametrize("currency", sorted(MINOR_UNITS))
def test_amounts_go_to_the_provider_and_back(currency: str) -> None:
    amount = Money(2_500_000, currency)

    units, code = provider_amounts.to_provider(amount)

    assert (units, code) == (2_500_000, currency.lower())
    assert provider_amounts.from_provider(units, code) == amount


def test_a_disagreement_about_decimals_is_scaled_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_amounts, "ZERO_DECIMAL", frozenset({"LAK"}))
    assert provider_amounts.to_provider(Money(500, "LAK")) == (5, "lak")
    assert provider_amounts.from_provider(5, "lak") == Money(500, "LAK")
    assert provider_amounts.to_provider(Money(5, "VND")) == (500, "vnd")
    with pytest.raises(ValueError, match="no amount"):
        provider_amounts.to_provider(Money(501, "LAK"))
    with pytest.raises(ValueError, match="finer"):
        provider_amounts.from_provider(501, "vnd")


def test_only_positive_amounts_of_known_currencies() -> None:
    with pytest.raises(ValueError, match="no amount"):
        provider_amounts.to_provider(Money(0, "CNY"))
    with pytest.raises(ValueError, match="unknown"):
        provider_amounts.from_provider(1, "xxx")


def test_all_who_saw_an_attempt_fail_go_on_with_the_same_one():
    assert cards.attempt_after(1, current=1) == 2
    assert cards.attempt_after(1, current=2) == 2


@pytest.mark.parametrize("seen", IntentState)
def test_a_payment_is_with_the_bank_while_it_is_processed_and_its_page_is_over(seen: IntentState) -> None:
    assert cards.is_with_bank(seen, page_is_over=True) is (seen is IntentState.PROCESSING)
    assert not cards.is_with_bank(seen, page_is_over=False)
