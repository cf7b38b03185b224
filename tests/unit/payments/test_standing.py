"""How money stands: one reckoning for everybody who looks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import Money
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.standing import Back, Bill, Ended, LetOff, Part, facts, still_owed
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Plan

E, M = MilestoneEvent, MilestoneState
DEPOSIT = preset(Plan.DEPOSIT_30_70, mode=Mode.DIRECT, days=5)
DUE = datetime(2026, 12, 4, 9, tzinfo=UTC)
LATER = DUE + timedelta(days=3)


def cny(minor):
    return Money(minor, "CNY")


def stand(parts, bills=(), mode=Mode.DIRECT):
    found = facts(
        plan=DEPOSIT,
        mode=mode,
        currency="CNY",
        parts=[Part(event, state, cny(minor)) for event, state, minor in parts],
        bills=[Bill(event, cny(minor), *rest) for event, minor, *rest in bills],
    )
    return found, tuple(one.minor for one in (found.total, found.due_now, found.paid, found.balance))


def test_a_deposit_order_stands_the_same_at_each_step():
    pending = (E.HANDED_OVER, M.PENDING, 7_000)
    found, figures = stand([(E.DEPOSIT, M.DUE, 3_000), pending], [(E.DEPOSIT, 3_000, DUE)])
    assert (figures, found.waits, found.event) == ((10_000, 3_000, 0, 10_000), "payment", E.DEPOSIT)
    assert [(one.state, one.due_at) for one in found.stages] == [(M.DUE, DUE), (M.PENDING, None)]
    found, figures = stand([(E.DEPOSIT, M.PAID, 3_000), pending], [(E.DEPOSIT, 0, DUE)])
    assert (figures, found.waits, found.event) == ((10_000, 0, 3_000, 7_000), "event", E.HANDED_OVER)
    let_off = (E.HANDED_OVER, M.CANCELLED, 1_000)
    parts = [(E.DEPOSIT, M.PAID, 3_000), (E.HANDED_OVER, M.PART_PAID, 6_000), let_off]
    found, figures = stand(parts, [(E.DEPOSIT, 0, DUE), (E.HANDED_OVER, 2_000, DUE)])
    assert (figures, found.waits) == ((9_000, 2_000, 7_000, 2_000), "payment")
    assert [one.amount.minor for one in found.stages] == [3_000, 6_000]
    found, figures = stand([(E.DEPOSIT, M.PAID, 3_000), (E.HANDED_OVER, M.PAID, 7_000)])
    assert (figures, found.waits, found.event) == ((10_000, 0, 10_000, 0), None, None)


def test_what_a_provider_holds_is_paid_and_waits_for_its_event():
    parts = [(E.DEPOSIT, M.RELEASED, 3_000), (E.HANDED_OVER, M.HELD, 7_000)]
    found, figures = stand(parts, [(None, 0, None)], Mode.PROVIDER_HELD)
    assert figures == (10_000, 0, 10_000, 0)
    assert (found.held.minor, found.released.minor, found.waits, found.event) == (7_000, 3_000, "event", E.HANDED_OVER)


def test_of_a_cancelled_subject_it_says_what_was_agreed_and_what_is_kept():
    found = facts(
        plan=DEPOSIT,
        mode=Mode.DIRECT,
        currency="CNY",
        parts=[Part(E.DEPOSIT, M.PAID, cny(3_000)), Part(E.HANDED_OVER, M.CANCELLED, cny(7_000))],
        bills=[Bill(E.DEPOSIT, cny(0), None)],
        ended=Ended(agreed=cny(10_000), kept=cny(1_000)),
    )
    assert (found.total, found.still_agreed, found.paid) == (cny(10_000), cny(0), cny(3_000))
    assert (found.kept, found.balance) == (cny(1_000), cny(0))
    parts = [Part(E.DEPOSIT, M.RELEASED, cny(3_000)), Part(E.HANDED_OVER, M.REFUNDED, cny(7_000))]
    held = facts(
        plan=DEPOSIT, mode=Mode.PROVIDER_HELD, currency="CNY", parts=parts, bills=[], ended=Ended(cny(10_000), None)
    )
    assert (held.total, held.kept) == (cny(10_000), cny(3_000))


def test_what_came_of_a_payment_that_ended_with_its_subject_is_paid_and_owed_back():
    found = facts(
        plan=DEPOSIT,
        mode=Mode.DIRECT,
        currency="CNY",
        parts=[Part(E.DEPOSIT, M.CANCELLED, cny(3_000)), Part(E.HANDED_OVER, M.CANCELLED, cny(7_000))],
        bills=[Bill(E.DEPOSIT, cny(0), DUE, lapsed=cny(1_000)), Bill(E.HANDED_OVER, cny(0), DUE, lapsed=cny(0))],
        ended=Ended(agreed=cny(10_000), kept=cny(0)),
        back=Back(owed=cny(1_000), come=cny(0), overpaid=cny(0)),
    )
    assert (found.total, found.still_agreed, found.paid) == (cny(10_000), cny(0), cny(1_000))
    assert (found.owed_back, found.kept, found.balance, found.due_now) == (cny(1_000), cny(0), cny(0), cny(0))
    assert rows(found) == [(M.PAID, 1_000, 1_000, 0, 0, 0, DUE), (M.CANCELLED, 0, 0, 0, 0, 0, DUE)]


def rows(found):
    """Return of each stage its state, its parts as one reads them, and its day."""
    names = ("amount", "paid", "due", "overdue", "pending")
    return [(one.state, *(getattr(one, name).minor for name in names), one.due_at) for one in found.stages]


def test_a_stage_says_how_much_of_it_stands_how_when_lines_come_to_it_at_different_times():
    first, second = (E.HANDED_OVER, M.DUE, 5_000), (E.HANDED_OVER, M.PENDING, 2_000)
    deposit, bill = (E.DEPOSIT, M.PAID, 3_000), (E.DEPOSIT, 0, DUE - timedelta(days=9))
    paid = (M.PAID, 3_000, 3_000, 0, 0, 0, DUE - timedelta(days=9))
    for parts, bills, row, is_mixed in (
        ([first, second], [(E.HANDED_OVER, 5_000, DUE)], (M.DUE, 7_000, 0, 5_000, 0, 2_000, DUE), True),
        ([(E.HANDED_OVER, M.PART_PAID, 5_000), second], [(E.HANDED_OVER, 1_000, DUE)],
         (M.PART_PAID, 7_000, 4_000, 1_000, 0, 2_000, DUE), True),
        ([(E.HANDED_OVER, M.PAID, 5_000), second], [(E.HANDED_OVER, 0, DUE)],
         (M.PART_PAID, 7_000, 5_000, 0, 0, 2_000, None), True),
        ([(E.HANDED_OVER, M.PAID, 5_000), (E.HANDED_OVER, M.OVERDUE, 2_000)],
         [(E.HANDED_OVER, 0, DUE), (E.HANDED_OVER, 2_000, LATER, True)],
         (M.OVERDUE, 7_000, 5_000, 2_000, 2_000, 0, LATER), True),
        ([(E.HANDED_OVER, M.OVERDUE, 5_000), (E.HANDED_OVER, M.DUE, 2_000)],
         [(E.HANDED_OVER, 5_000, DUE, True), (E.HANDED_OVER, 2_000, LATER)],
         (M.OVERDUE, 7_000, 0, 7_000, 5_000, 0, DUE), True),
        ([(E.HANDED_OVER, M.PAID, 5_000), (E.HANDED_OVER, M.PAID, 2_000)],
         [(E.HANDED_OVER, 0, LATER), (E.HANDED_OVER, 0, DUE)], (M.PAID, 7_000, 7_000, 0, 0, 0, LATER), False),
        ([second], [], (M.PENDING, 2_000, 0, 0, 0, 2_000, None), False),
        ([], [], (M.PENDING, 0, 0, 0, 0, 0, None), False),
    ):  # fmt: skip
        found, _figures = stand([deposit, *parts], [bill, *bills])
        assert rows(found) == [paid, row]
        assert found.stages[1].is_mixed is is_mixed


def test_a_stage_that_a_provider_has_in_part_says_what_is_held_and_what_is_released():
    parts = [(E.HANDED_OVER, M.RELEASED, 5_000), (E.HANDED_OVER, M.HELD, 2_000), (E.HANDED_OVER, M.REFUNDED, 1_000)]
    found, _figures = stand(parts, [(None, 0, None)], Mode.PROVIDER_HELD)
    stage = found.stages[1]
    assert (stage.state, stage.amount, stage.paid, stage.came) == (M.HELD, cny(7_000), cny(7_000), cny(0))
    assert (stage.held, stage.released, stage.is_mixed) == (cny(2_000), cny(5_000), True)


def test_what_goes_back_at_a_provider_s_limit_stays_agreed_and_is_neither_paid_nor_to_be_paid():
    parts = [
        Part(E.DEPOSIT, M.RELEASED, cny(3_000)),
        Part(E.HANDED_OVER, M.REFUNDED, cny(6_000), is_sent_back=True),
        Part(E.HANDED_OVER, M.REFUNDED, cny(1_000)),
    ]
    less = LetOff(by_agreement=cny(0), credited=cny(1_000), waived=cny(1_000))
    found = facts(plan=DEPOSIT, mode=Mode.PROVIDER_HELD, currency="CNY", parts=parts, bills=[], let_off=less)
    assert (found.agreed, found.let_off, found.still_agreed) == (cny(10_000), cny(1_000), cny(9_000))
    assert (found.paid, found.balance, found.sent_back, found.taken_back) == (cny(3_000), cny(0), cny(6_000), cny(0))
    stage = found.stages[1]
    assert (stage.state, stage.amount, stage.paid, stage.sent_back) == (M.REFUNDED, cny(6_000), cny(0), cny(6_000))


STATES = st.sampled_from(M)


@given(st.lists(st.tuples(st.sampled_from([E.DEPOSIT, E.HANDED_OVER]), STATES, st.integers(0, 10**9)), max_size=6))
def test_paid_and_balance_make_the_whole(parts):
    open_ = [(event, minor, None) for event, state, minor in parts if state in (M.DUE, M.OVERDUE, M.SLIP_RECEIVED)]
    found, (total, due_now, paid, balance) = stand(parts, open_)
    assert total == paid + balance
    assert 0 <= due_now <= balance
    assert sum(one.amount.minor for one in found.stages) == total
    assert all(one.amount == one.paid + one.due + one.pending for one in found.stages)
    assert tuple(sum(getattr(one, name).minor for one in found.stages) for name in ("due", "paid")) == (due_now, paid)


def test_what_is_owed_back_already_is_taken_from_the_first_payments():
    came = [cny(3_000), cny(2_000), cny(5_000)]
    assert still_owed(came, cny(0)) == tuple(came)
    assert still_owed(came, cny(4_000)) == (cny(0), cny(1_000), cny(5_000))
    assert still_owed(came, cny(10_000)) == (cny(0), cny(0), cny(0))
    assert still_owed([], cny(10_000)) == ()


@given(st.lists(st.integers(0, 10**9), max_size=6), st.integers(0, 10**10))
def test_what_goes_back_at_an_end_and_what_was_owed_back_before_is_all_that_came(came, owed):
    rest = still_owed([cny(minor) for minor in came], cny(owed))
    assert sum(each.minor for each in rest) == max(sum(came) - owed, 0)
    assert all(0 <= each.minor <= minor for each, minor in zip(rest, came, strict=True))
