"""What may be proposed, what it changes, and that no sequence of changes loses a unit or a coin."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.changes import rules
from marketplace.orders.changes.rules import CHANGES, WHILE, ChangeKind, ChangeState, Terms, terms_of
from marketplace.orders.rules import cancelling
from marketplace.orders.rules.states import LineState, OrderKind, OrderState
from marketplace.payments.rules.plans import Counted, Stage
from marketplace.payments.rules.terms import MilestoneEvent, Rail

L = LineState
PRICE = UnitPrice.of("27.40", "CNY")


def refusal(work, *arguments, **named):
    with pytest.raises((Refused, Conflict)) as caught:
        work(*arguments, **named)
    error = caught.value
    return [(one.field, one.code) for one in error.errors] if isinstance(error, Refused) else error.code


def test_a_change_resolves_once():
    answers = ["accept", "agree", "decline", "withdraw", "expire", "void", "stop"]
    assert CHANGES.actions(ChangeState.PROPOSED) == answers
    # Agreed, it waits for the day from which it binds: nobody accepts or declines it again.
    assert CHANGES.actions(ChangeState.AGREED) == ["bind", "withdraw", "void", "stop"]
    assert all(not CHANGES.actions(state) for state in ChangeState if state not in rules.OPEN)


def test_a_kind_names_what_it_needs_and_nothing_else():
    Terms(kind=ChangeKind.CANCEL).check()
    Terms(kind=ChangeKind.ADD, line=new_id(), quantity=1, departure=new_id()).check()
    assert refusal(Terms(kind=ChangeKind.REDUCE, quantity=1).check) == [("line", "required")]
    assert refusal(Terms(kind=ChangeKind.CANCEL, line=new_id()).check) == [("line", "unknown_field")]
    wrong = Terms(kind=ChangeKind.DISCOUNT, line=new_id(), quantity=1)
    assert refusal(wrong.check) == [("unit_price", "required"), ("quantity", "unknown_field")]
    assert refusal(Terms(kind=ChangeKind.PLAN).check) == [("stages", "required")]
    assert refusal(Terms(kind=ChangeKind.PAYEE, line=new_id()).check) == [
        ("payee", "required"), ("line", "unknown_field")
    ]  # fmt: skip


def test_what_a_proposal_about_paying_binds_to():
    terms = Terms(kind=ChangeKind.PAYEE, payee=new_id())
    bound = rules.binding_of_payment(order="ORD-1", terms=terms, about={"now": 1})
    assert bound == rules.binding_of_payment(order="ORD-1", terms=terms, about={"now": 1})
    assert bound != rules.binding_of_payment(order="ORD-2", terms=terms, about={"now": 1})
    assert bound != rules.binding_of_payment(order="ORD-1", terms=terms, about={"now": 2})
    other = Terms(kind=ChangeKind.PAYEE, payee=new_id())
    assert bound != rules.binding_of_payment(order="ORD-1", terms=other, about={"now": 1})


@pytest.mark.parametrize(
    "terms",
    [
        Terms(kind=ChangeKind.CANCEL),
        Terms(kind=ChangeKind.REDUCE, line=new_id(), quantity=3),
        Terms(kind=ChangeKind.DISCOUNT, line=new_id(), unit_price=PRICE),
        Terms(kind=ChangeKind.ADD, line=new_id(), quantity=3, departure=new_id()),
        Terms(kind=ChangeKind.PLAN, stages=(Stage(MilestoneEvent.ACCEPTED, 10_000, 3, Counted.CALENDAR),)),
        Terms(kind=ChangeKind.PAYEE, payee=new_id()),
    ],
)
def test_terms_are_kept_and_read_again(terms):
    assert terms_of(terms.kind, terms.line, terms.as_json(), "CNY") == terms


def test_an_order_that_is_past_it_is_not_changed():
    for kind in ChangeKind:
        for state in OrderState:
            if state in WHILE[kind]:
                rules.check_state(kind, state)
            else:
                assert refusal(rules.check_state, kind, state) == "state"


def test_fewer_units_cost_less_by_what_they_add_to_the_rounded_whole():
    left = PRICE.times(400)
    assert rules.reduced(PRICE, {L.OPEN: 400}, 100, left) == PRICE.times(100)
    assert rules.reduced(PRICE, {L.OPEN: 300, L.CANCELLED: 100}, 300, Money(7, "CNY")) == Money(7, "CNY")
    assert rules.reduced(PRICE, {L.OPEN: 400}, 100, Money(5, "CNY")) == Money(5, "CNY")
    for quantity in (0, 401):
        assert refusal(rules.reduced, PRICE, {L.OPEN: 400}, quantity, left) == [("quantity", "range")]
    assert refusal(rules.reduced, PRICE, {L.PACKED: 400}, 1, left) == "nothing_unpacked"


def test_a_lower_price_is_lower_and_leaves_something():
    parts, left = {L.OPEN: 10, L.ACCEPTED: 5}, PRICE.times(15)
    assert rules.discounted(PRICE, UnitPrice.of("27", "CNY"), parts, left) == Money(4_00, "CNY")
    same, more = PRICE, UnitPrice.of("28", "CNY")
    nothing, hair = UnitPrice(0, "CNY"), UnitPrice(PRICE.micro - 1, "CNY")
    for new in (same, more, nothing):
        assert refusal(rules.discounted, PRICE, new, parts, left) == [("unit_price", "range")]
    assert refusal(rules.discounted, PRICE, hair, parts, left) == [("unit_price", "changes_nothing")]
    assert refusal(rules.discounted, PRICE, UnitPrice.of("1", "CNY"), parts, Money(1, "CNY")) == [
        ("unit_price", "costs_nothing")
    ]
    assert refusal(rules.discounted, PRICE, UnitPrice.of("1", "THB"), parts, left) == [("currency", "currency")]
    over = {L.ACCEPTED: 5, L.CANCELLED: 1}
    assert refusal(rules.discounted, PRICE, UnitPrice.of("1", "CNY"), over, left) == "nothing_unpriced"


def test_more_units_cost_something():
    assert rules.added(PRICE, 2) == Money(54_80, "CNY")
    for quantity in (0, LARGEST_QUANTITY + 1):
        assert refusal(rules.added, PRICE, quantity) == [("quantity", "range")]
    assert refusal(rules.added, UnitPrice(1, "CNY"), 1) == [("quantity", "range")]
    assert refusal(rules.added, UnitPrice.of(10**9, "CNY"), LARGEST_QUANTITY) == [("quantity", "range")]


def test_only_an_order_by_bank_with_its_deposit_is_added_to():
    secured = {"kind": OrderKind.BULK, "owes_deposit": True, "rail": Rail.BANK, "is_secured": True}
    waits = secured | {"is_secured": False}
    rules.check_addable(**secured)
    rules.check_addable(**waits | {"owes_deposit": False})
    assert refusal(rules.check_addable, **waits) == "deposit_first"
    assert refusal(rules.check_addable, **secured | {"rail": Rail.CARD}) == "order_anew"
    assert refusal(rules.check_addable, **secured | {"kind": OrderKind.SAMPLE}) == "sample_anew"


def test_the_end_is_proposed_where_one_alone_may_not():
    rules.check_cancellable(cancelling.Stage.PRODUCTION, "buyer")
    rules.check_cancellable(cancelling.Stage.PACKED, "merchant")
    assert refusal(rules.check_cancellable, cancelling.Stage.PRODUCTION, "merchant") == "cancel_alone"
    assert refusal(rules.check_cancellable, cancelling.Stage.GONE, "buyer") == "goods_gone"


def test_a_proposal_binds_to_all_it_is_about():
    terms = Terms(kind=ChangeKind.REDUCE, line=new_id(), quantity=3)
    base = {
        "order": "ORD-1", "state": OrderState.CONFIRMED, "lines": [{"parts": {"open": 4}}], "terms": terms,
        "delta": Money(-3, "CNY"),
    }  # fmt: skip
    bound = rules.binding(**base)
    assert bound == rules.binding(**base | {"state": OrderState.IN_FULFILMENT})
    others = [
        {"order": "ORD-2"}, {"state": OrderState.PLACED}, {"lines": [{"parts": {"packed": 4}}]},
        {"terms": Terms(kind=ChangeKind.REDUCE, line=terms.line, quantity=2)}, {"delta": Money(-2, "CNY")},
        {"delta": Money(-3, "USD")}, {"terms": Terms(kind=ChangeKind.CANCEL)},
    ]  # fmt: skip
    assert len({bound, *(rules.binding(**base | other) for other in others)}) == len(others) + 1


STEPS = st.lists(st.tuples(st.sampled_from(["reduce", "discount"]), st.integers(1, 10**9)), max_size=12)


@given(units=st.integers(1, 5_000), micro=st.integers(1, 10**10), steps=STEPS)
def test_no_sequence_of_changes_loses_a_unit_or_a_coin(units, micro, steps):
    """What is left is always the price of what is left, and all of it is gone with the last unit."""
    price = UnitPrice(micro, "THB")
    left = price.times(units)
    parts: dict[LineState, int] = {L.OPEN: units}
    for kind, seed in steps:
        before = left
        try:
            if kind == "reduce":
                quantity = 1 + seed % max(rules.unpacked(parts), 1)
                left -= rules.reduced(price, parts, quantity, left)
                parts = _taken(parts, quantity)
            else:
                new = UnitPrice(1 + seed % price.micro, "THB")
                left -= rules.discounted(price, new, parts, left)
                price = new
        except (Refused, Conflict):
            continue
        assert sum(parts.values()) == units
        assert 0 <= left.minor <= before.minor
        assert left == price.times(parts.get(L.OPEN, 0))


def _taken(parts: Mapping[LineState, int], quantity: int) -> dict[LineState, int]:
    after = {L.OPEN: parts[L.OPEN] - quantity, L.CANCELLED: parts.get(L.CANCELLED, 0) + quantity}
    return {state: number for state, number in after.items() if number}
