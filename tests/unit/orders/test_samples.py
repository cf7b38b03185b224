"""What a sample takes off a bulk line, which one a contract names, and that what was said of it binds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import Money
from marketplace.orders.rules.samples import (
    CAME,
    OPEN,
    SAMPLE,
    Conforming,
    Had,
    SampleState,
    conforming_of,
    content_hash,
    credit_left,
    credit_of,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
AMOUNT = Money.of("1000", "CNY")


def had(reference="SMP-A", credit="90", *, currency="CNY", days=5, least=1, approved=None, code="a"):
    return Had(
        id=uuid4(),
        reference=reference,
        credit=None if credit is None else Money.of(credit, currency),
        credit_until=None if days is None else NOW + timedelta(days=days),
        credit_least=least,
        approved_at=None if approved is None else NOW - timedelta(days=approved),
        content_hash=code,
    )


def credit(*all_had, amount=AMOUNT, quantity=400):
    return credit_of(all_had, amount=amount, quantity=quantity, now=NOW)


def test_the_sample_whose_time_ends_first_is_credited():
    first, second = had("SMP-B", "40", days=3), had("SMP-A", "90", days=9)
    found = credit(second, first)
    assert (found.sample_id, found.reference, found.amount) == (first.id, "SMP-B", Money.of("40", "CNY"))


def test_nothing_is_credited_too_late_for_too_few_in_another_currency_twice_or_for_nothing():
    assert credit() is None
    assert credit(had(days=0)) is None
    assert credit(had(days=None)) is None
    assert credit(had(least=401)) is None
    assert credit(had(currency="USD")) is None
    assert credit(had(credit=None)) is None
    assert credit(had(credit="0")) is None
    assert credit(replace(had(), held_by=uuid4())) is None
    assert credit(had(), amount=Money(1, "CNY")) is None


def left(goods, courier, lessened, let_off):
    parts = {"goods": goods, "courier": courier, "lessened": lessened, "let_off": let_off}
    return credit_left(**{name: Money(minor, "CNY") for name, minor in parts.items()}).minor


def test_what_is_let_off_is_taken_from_the_couriers_fee_first_and_what_is_lessened_from_both():
    assert left(9_000, 12_000, 0, 0) == 9_000
    assert left(9_000, 12_000, 0, 12_000) == 9_000
    assert left(9_000, 12_000, 0, 15_000) == 6_000
    assert left(9_000, 12_000, 0, 21_000) == 0
    assert left(9_000, 0, 0, 4_000) == 5_000
    assert left(9_000, 12_000, 10_500, 0) == 4_500
    assert left(9_000, 12_000, 10_500, 8_000) == 2_500
    assert left(9_000, 12_000, 21_000, 0) == 0
    assert left(0, 0, 0, 0) == 0


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.lists(st.one_of(st.just("use"), st.just("cancel"), st.integers(0, 10**6)), max_size=8),
)
def test_in_whatever_order_it_is_claimed_used_and_cancelled_nobody_gains_or_loses_by_a_credit(
    goods, courier, lessened, acts
):
    lessened = min(lessened, goods + courier)
    paid, credited, let_off = goods + courier - lessened, 0, 0
    for act in acts:
        if act == "use":
            credited = credited or left(goods, courier, lessened, let_off)
        elif act == "cancel":
            credited = 0
        else:  # a claim, of at most what is left
            let_off += min(act, paid - credited - let_off)
        assert 0 <= credited + let_off <= paid
    price = goods * paid // (goods + courier) if paid else 0
    again = left(goods, courier, lessened, let_off)
    assert min(price, paid - let_off) <= again <= min(price + 1, paid - let_off, goods)


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(-3, 30), st.integers(1, 1_000)), max_size=6),
    st.integers(1, 10**6),
    st.integers(1, 1_000),
)
def test_a_credit_is_of_one_sample_and_leaves_something_to_pay(rows, minor, quantity):
    samples = [
        Had(
            id=UUID(int=place),
            reference=f"SMP-{place}",
            credit=Money(amount, "CNY"),
            credit_until=NOW + timedelta(days=days),
            credit_least=least,
        )
        for place, (amount, days, least) in enumerate(rows)
    ]
    found = credit(*samples, amount=Money(minor, "CNY"), quantity=quantity)
    usable = [one for one in samples if one.credit.minor and one.credit_until > NOW and quantity >= one.credit_least]
    assert (found is not None) == (bool(usable) and minor > 1)
    if found is not None:
        (one,) = [one for one in usable if one.id == found.sample_id]
        assert 0 < found.amount.minor <= min(one.credit.minor, minor - 1)


def test_a_contract_names_the_sample_that_was_approved_last():
    assert conforming_of([had()]) is None
    older, newer = had("SMP-A", approved=9, code="a"), had("SMP-B", approved=2, code="b")
    assert conforming_of([newer, had("SMP-C"), older]) == Conforming(
        reference="SMP-B", approved_at=NOW - timedelta(days=2), content_hash="b"
    )


def test_a_word_binds_to_all_that_it_is_a_sample_of():
    content = {"listing": "1", "version": 3, "titles": {"en": "Chain"}}
    assert content_hash(content) == content_hash(dict(reversed(content.items())))
    assert content_hash(content) != content_hash(content | {"version": 4})


def test_what_came_can_be_credited_and_what_is_open_waits_for_somebody():
    assert set(OPEN) == {state for state in SampleState if SAMPLE.actions(state)}
    assert set(CAME) & {SampleState.VOID, SampleState.ORDERED, SampleState.SENT} == set()
