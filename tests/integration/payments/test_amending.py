"""Payment terms amended after placement: nothing paid is touched, nothing is lost, and the books agree, on both."""

from datetime import date
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel import events
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, largest_remainder
from marketplace.merchants.models import Payee
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.merchants.rules.states import PayeeState
from marketplace.payments.models.credit import CreditLine
from marketplace.payments.models.plans import Payment
from marketplace.payments.queries import checks, payments
from marketplace.payments.queries import credit as credit_queries
from marketplace.payments.rules.credit import CreditState
from marketplace.payments.rules.paying import MilestoneState, PaymentState
from marketplace.payments.rules.plans import AgreedPlan, Stage
from marketplace.payments.rules.terms import WHOLE, MilestoneEvent
from marketplace.payments.services import amending
from marketplace.payments.services.payments import locked
from tests.conftest import SOAK
from tests.integration.payments.conftest import ACCOUNT, NOW, Deal, exist
from tests.support.held import HeldDeal
from tests.support.racing import at_once, codes

E, M = MilestoneEvent, MilestoneState
OTHER = PayeeAccount("Chongqing Example Trading Co., Ltd.", "Second Bank", "6222000000000002", "SECDCNBJ", "CN")


def replan(deal, *shares, days=5):
    stages = tuple(Stage(event, points, days) for event, points in shares)
    amending.replan(deal.session, subject=deal.subject, stages=stages, cause_id=new_id(), actor=deal.merchant, now=NOW)


def rebind(deal, account=OTHER):
    exist(deal.session, deal.merchant)
    payee_id = new_id()
    deal.session.add(
        Payee(
            id=payee_id, company_id=deal.merchant.company, currency="CNY", state=PayeeState.RETIRED, created_at=NOW,
            active_from=NOW, ended_at=NOW, **account.as_json(),
        )
    )  # fmt: skip
    deal.session.flush()
    return amending.rebind(
        deal.session, subject=deal.subject, payee_id=payee_id, account=account, cause_id=new_id(),
        actor=deal.merchant, now=NOW,
    )  # fmt: skip


def stands(deal):
    return [(str(row.event), str(row.state), row.amount.minor) for row in deal.milestones()]


def numbers(deal):
    return [row.payee_account.account_number[-1] for row in deal.payments()]


def test_the_rest_of_a_direct_plan_falls_due_by_the_new_events(deal):
    deal.open()
    deal.confirm(300_000)
    replan(deal, (E.READY, 2_500), (E.DELIVERED, 7_500), days=9)
    assert stands(deal) == [
        ("deposit", "paid", 210_000), ("deposit", "paid", 90_000), ("ready", "pending", 122_500),
        ("delivered", "pending", 367_500), ("ready", "pending", 52_500), ("delivered", "pending", 157_500),
    ]  # fmt: skip
    terms = payments.terms_of(deal.session, subjects=[deal.subject])[deal.subject]
    assert [(one.event, one.basis_points, one.days) for one in terms.plan.stages] == [
        (E.DEPOSIT, 3_000, 5), (E.READY, 1_750, 9), (E.DELIVERED, 5_250, 9)
    ]  # fmt: skip
    deal.happens(E.HANDED_OVER)
    assert (deal.payment().event, deal.payment().amount.minor) == (E.READY, 175_000)
    deal.happens(E.ACCEPTED)
    assert (deal.payment().event, deal.payment().amount.minor) == (E.DELIVERED, 525_000)
    with pytest.raises(Conflict, match="nothing_to_come"):
        replan(deal, (E.ACCEPTED, WHOLE))


def test_what_is_cancelled_is_amended_no_more(deal):
    deal.open()
    deal.cancel()
    with pytest.raises(Conflict, match="plan_ended"):
        replan(deal, (E.ACCEPTED, WHOLE))
    with pytest.raises(Conflict, match="plan_ended"):
        rebind(deal)


def test_what_is_paid_in_part_or_by_a_slip_keeps_its_account(deal):
    deal.open()
    first, _second = deal.lines[0][0], deal.lines[1][0]
    deal.happens(E.HANDED_OVER, [first])
    deal.confirm(1_000)
    assert [row.state for row in deal.payments()] == [PaymentState.DUE, PaymentState.PART_PAID]
    assert rebind(deal) == 1
    assert numbers(deal) == ["2", "1"]
    deal.happens(E.HANDED_OVER)
    assert numbers(deal) == ["2", "1", "2"]
    assert rebind(deal, ACCOUNT) == 2
    assert numbers(deal) == ["1", "1", "1"]


def test_a_payment_to_an_account_that_nobody_agreed_to_is_found(deal):
    deal.open()
    rebind(deal)
    (payment,) = payments_of(deal)
    payment.payee_account = ACCOUNT.as_json()
    deal.session.flush()
    (found,) = checks.breaches(deal.session)
    assert found.what == "still names an account that was agreed away"
    payment.payee_account = ACCOUNT.as_json() | {"account_number": "6666"}
    deal.session.flush()
    assert {one.what for one in checks.breaches(deal.session)} == {
        "is to be paid to another payee than the contract names", "still names an account that was agreed away"
    }  # fmt: skip
    payment.payee_account = OTHER.as_json()
    terms = amending.hold(deal.session, subject=deal.subject)
    terms.amended_account = ACCOUNT.as_json()
    deal.session.flush()
    assert "follows what was never agreed" in {one.what for one in checks.breaches(deal.session)}
    terms.amended_account = OTHER.as_json()
    deal.session.flush()


def payments_of(deal):
    return locked(deal.session, Payment.subject_id == deal.subject.id)


def test_a_held_plan_changes_only_what_is_not_released(app):
    deal = HeldDeal(reading()).place().capture()
    deal.reach(E.DEPOSIT)
    with deal.writing():
        replan(deal, (E.DELIVERED, 5_000), (E.ACCEPTED, 5_000))
    assert stands(deal) == [
        ("deposit", "released", 210_000), ("deposit", "released", 90_000), ("delivered", "held", 245_000),
        ("accepted", "held", 245_000), ("delivered", "held", 105_000), ("accepted", "held", 105_000),
    ]  # fmt: skip
    deal.reach(E.HANDED_OVER)
    assert {state for _event, state, _minor in stands(deal)} == {"released", "held"}
    deal.reach(E.DELIVERED, [deal.lines[0][0]])
    assert [one for one in stands(deal) if one[:2] == ("delivered", "released")] == [("delivered", "released", 245_000)]
    deal.reach(E.ACCEPTED)
    assert {state for _event, state, _minor in stands(deal)} == {"released"}
    assert checks.breaches(deal.session) == []
    with deal.writing(), pytest.raises(Conflict, match="account_follows"):
        rebind(deal)


PLAN_STEPS = st.tuples(
    st.just("replan"),
    st.lists(st.sampled_from(list(E)[1:]), unique=True, min_size=1, max_size=4),
    st.lists(st.integers(1, 50), min_size=4, max_size=4),
)
STEPS = st.lists(
    st.one_of(
        PLAN_STEPS,
        st.tuples(st.just("happens"), st.sampled_from(list(E)), st.integers(0, 2)),
        st.tuples(st.just("pay"), st.integers(1, 900_000), st.just(0)),
        st.tuples(st.just("rebind"), st.booleans(), st.just(0)),
    ),
    min_size=3, max_size=10,
)  # fmt: skip


@pytest.mark.soak
@settings(
    max_examples=200 if SOAK else 12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=STEPS, minors=st.tuples(st.integers(1, 900_000), st.integers(1, 900_000)))
def test_no_sequence_of_plans_loses_a_coin_or_touches_what_was_due(session, steps, minors):
    deal = Deal(session).open(minors=minors)
    for name, what, how in steps:
        fixed = [one for one in _rows(deal) if one[2] is not M.PENDING]
        try:
            _take(deal, name, what, how)
        except DomainError:
            continue
        rows = _rows(deal)
        assert sum(one[3] for one in rows) == sum(minors)
        for line_id, amount in deal.lines:
            assert sum(one[3] for one in rows if one[1] == line_id) == amount.minor
            fees = sum(row.commission.minor for row in deal.milestones() if row.line_id == line_id)
            assert fees == amount.portion(300, WHOLE).minor
        if name in ("replan", "rebind"):
            assert [one for one in rows if one[2] is not M.PENDING] == fixed
        asked = sum(row.amount.minor for row in deal.payments())
        assert asked == sum(one[3] for one in rows if one[2] is not M.PENDING)
    assert checks.breaches(session) == []
    events.forget(session)


def _rows(deal):
    return sorted((row.id, row.line_id, row.state, row.amount.minor) for row in deal.milestones())


def _take(deal, name, what, how):
    if name == "replan":
        chosen = sorted(what, key=list(E).index)
        points = [1 + part for part in largest_remainder(WHOLE - len(chosen), how[: len(chosen)])]
        replan(deal, *zip(chosen, points, strict=True))
    elif name == "happens":
        deal.happens(what, None if how == 2 else [deal.lines[how][0]])
    elif name == "rebind":
        rebind(deal, OTHER if what else ACCOUNT)
    elif deal.payments() and deal.payment().outstanding:
        deal.confirm(min(what, deal.payment().outstanding.minor))


def together(app, *works):
    def run(work):
        with unit_of_work() as session:
            work(session)
            events.forget(session)
        return "done"

    return codes(at_once(app, [partial(run, work) for work in works]))


@pytest.mark.soak
@pytest.mark.both_databases
def test_a_plan_and_an_event_at_once_lose_nothing(app):
    """Whichever is first, what happened is due in full: by the old plan, or by the new one."""
    for turn in range(6 if SOAK else 3):
        with unit_of_work() as session:
            deal = Deal(session)
            for actor in (deal.buyer, deal.merchant):
                exist(session, actor)
            deal.open()
            events.forget(session)

        def happens(session, deal=deal):
            Deal(session, subject=deal.subject, buyer=deal.buyer, merchant=deal.merchant).happens(E.HANDED_OVER)

        def amends(session, deal=deal):
            stages = (Stage(E.HANDED_OVER, 4_000, 5), Stage(E.ACCEPTED, 6_000, 5))
            amending.replan(
                session, subject=deal.subject, stages=stages, cause_id=new_id(), actor=deal.merchant, now=NOW
            )

        ends = together(app, *((happens, amends) if turn % 2 else (amends, happens)))
        session = reading()
        session.rollback()
        rows = payments.milestones_of(session, subjects=[deal.subject])[deal.subject]
        assert sum(row.amount.minor for row in rows) == 1_000_000
        due = sum(row.amount.minor for row in rows if row.state is M.DUE)
        assert (due, set(ends)) in [(580_000, {"done"}), (1_000_000, {"done", "nothing_to_come"})]
        assert checks.breaches(session) == []


def test_another_plan_on_credit_must_fit_the_credit(session):
    deal = Deal(session)
    for actor in (deal.buyer, deal.merchant):
        exist(session, actor)

    row = CreditLine(
        id=new_id(), merchant_id=deal.merchant.company, buyer_id=deal.buyer.company, currency="CNY",
        state=CreditState.GRANTED, wanted_minor=1, note="x", limit_minor=1_000_000, days=30,
        until=date(2030, 1, 1), reason="x", created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    plan = AgreedPlan("net_30", (Stage(E.HANDED_OVER, WHOLE, 30),), "Net 30", credit=True)
    deal.open(plan)

    def exposure():
        return credit_queries.credit(session, company_id=deal.buyer.company, credit_id=row.id, now=NOW).taken.exposure

    assert exposure() == Money(1_000_000, "CNY")
    replan(deal, (E.HANDED_OVER, 5_000), (E.ACCEPTED, 5_000), days=30)
    assert exposure() == Money(1_000_000, "CNY")
    with pytest.raises(Conflict, match="credit_days"):
        replan(deal, (E.ACCEPTED, WHOLE), days=31)
    row.limit_minor = 999_999
    session.flush()
    with pytest.raises(Conflict, match="credit_limit"):
        replan(deal, (E.ACCEPTED, WHOLE))
    events.forget(session)
