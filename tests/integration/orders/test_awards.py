"""Whatever is claimed of a line, by whom and in which order, never brings more than the line's price."""

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.orders import flows
from marketplace.orders.models import Acceptance, Claim, OrderLine
from marketplace.orders.rules.claims import Carrier, Respondent
from marketplace.orders.services import acceptance, claims
from marketplace.payments.models.payouts import Allowance
from marketplace.reports import queries as reports
from tests.support.claims import LATER, line_of, place, receive

CHECKED = True
REASONS = ("short", "damaged", "wrong", "late", "defective", "lost")
ACTS = some.lists(
    some.tuples(some.sampled_from((*REASONS, "late", "damaged", "accept")), some.integers(1, 400), some.integers(0, 4)),
    min_size=2,
    max_size=10,
)


def attempt(act):
    """Do something; a refusal is an answer too, and leaves nothing behind."""
    try:
        with unit_of_work() as session:
            return act(session)
    except DomainError:
        return None


# Each example is a whole order: a failing one is shown as it is.
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(acts=ACTS, silent=some.booleans())
def test_awards_never_exceed_the_price(call, market, acts, silent):
    order_id = place(call, market)
    receive(order_id, damage=40, lose=20)
    line_id, now = line_of(order_id), clock.now()
    carrier = Carrier(market.carrier.company, new_id())
    answering = []
    for reason, quantity, fifths in acts:
        if reason == "accept":
            attempt(
                lambda session, units=quantity: acceptance.accept_line(
                    session, line_id=line_id, quantity=units, actor=market.buyer.actor, now=now
                )
            )
            continue
        claim_id = attempt(
            lambda session, why=reason, units=quantity: claims.open_claim(
                session, line_id=line_id, reason=why, quantity=units, text="", evidence=[], carrier=carrier,
                actor=market.buyer.actor, now=now,
            )
        )  # fmt: skip
        if claim_id is None:
            continue
        answering.append((claim_id, fifths))
        if fifths > 1:
            end(market, *answering.pop(), now)
    for claim_id, fifths in reversed(answering):
        end(market, claim_id, fifths, now)
    if silent:
        flows.accept_by_silence(now=now + LATER)
        for _step in range(2):
            flows.lapse_claims(now=now + LATER * (_step + 1))
    session = reading()
    session.rollback()
    price = session.scalars(sa.select(OrderLine.amount_minor).where(OrderLine.id == line_id)).one()
    carried = sa.select(sa.func.sum(Claim.awarded_minor)).where(
        Claim.line_id == line_id, Claim.respondent == Respondent.CARRIER
    )
    let_off = sa.select(sa.func.sum(Allowance.amount_minor)).where(Allowance.line_id == line_id)
    assert (session.scalar(carried) or 0) + (session.scalar(let_off) or 0) <= price
    assert reports.check(session) == []


def end(market, claim_id, fifths, now):
    """Answer a claim with some part of its value and take the offer."""
    with unit_of_work() as session:
        found = session.get_one(Claim, claim_id)
        respondent = market.carrier if found.respondent is Respondent.CARRIER else market.merchant
        offer = Money(found.value_minor, found.currency).portion(min(fifths + 1, 5), 5)
        claims.answer(session, claim_id=claim_id, offer=offer, text="", actor=respondent.actor, now=now)
        claims.settle(session, claim_id=claim_id, amount=None, actor=market.buyer.actor, now=now)


def test_an_acceptance_that_binds_to_something_else_is_found(call, market):
    order_id = place(call, market)
    receive(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/acceptance", json={}, expect=204)
    with unit_of_work() as session:
        (made,) = session.scalars(sa.select(Acceptance))
        forged = Acceptance(
            id=new_id(), line_id=made.line_id, quantity=1, content_hash=made.content_hash, person_id=None, at=made.at
        )
        session.add(forged)
        session.flush()
        found = [(one.invariant, one.subject_id) for one in reports.check(session)]
        assert found == [("7 acceptance", forged.id)]
        session.rollback()
