"""Who is written to when something happens, in which language and with what in it; once, however often the job runs."""

import io
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.logistics.events import BookingRolled, DepartureArrived, DepartureDeparted
from marketplace.logistics.services.space import claims
from marketplace.mail.models import MailMessage
from marketplace.merchants.events import MerchantSuspended
from marketplace.notices.rules import local
from marketplace.notices.services import hearing, hearing_lorries, passing, writing
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import returns
from marketplace.worker import runner
from tests import factories
from tests.support.claims import bring
from tests.support.letters import letters, place, subjects
from tests.support.payouts import name_payee
from tests.support.pdfs import pdf

pytestmark = pytest.mark.both_databases


@pytest.fixture
def order(town, call, market):
    return place(call, market)


def test_both_sides_hear_of_an_order_and_what_becomes_of_it(town, call, market, order):
    name = order["reference"]
    assert f"New order {name} from Hanoi Trading" in subjects(town, market.merchant)
    letter = next(one for one in letters(town, market.merchant) if name in one.subject)
    assert "10,960.00" in letter.body or "10960.00" in letter.body
    assert "(UTC+08:00)" in letter.body
    assert f"/orders/{order['id']}" in letter.body
    assert f"Your order {name} is placed" in subjects(town, market.buyer)
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", expect=204)
    assert any("confirmed order " + name in one for one in subjects(town, market.buyer))
    call(market.buyer, "POST", f"/orders/{order['id']}/cancellation", key="x", expect=204)
    for side in (market.buyer, market.merchant):
        assert f"Order {name} is cancelled" in subjects(town, side)
    assert not any("No lorry" in one for one in subjects(town, market.buyer))


@pytest.fixture
def two_lines(town, call, market):
    """An order of two lines that waits for its merchant, of which nobody has been written to."""
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="M-2", now=clock.now())
    call(market.buyer, "PUT", f"/cart/lines/{other}", json={"quantity": 400}, expect=200)
    return place(call, market)


def test_of_a_line_that_is_rejected_nobody_is_told_that_it_has_no_lorry(town, call, market, two_lines):
    order = two_lines
    body = {"rejected_lines": [{"line": order["lines"][1]["id"], "reason": "out_of_stock"}]}
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", json=body, expect=204)
    order = call(market.buyer, "GET", f"/orders/{order['id']}", expect=200)
    assert [one["state"] for one in order["bookings"]] == ["held", "cancelled"]
    confirmed = next(one for one in letters(town, market.buyer) if "confirmed order" in one.subject)
    assert f"These were rejected and are not paid for: {order['lines'][1]['sku']}." in confirmed.body
    for side in (market.buyer, market.merchant):
        assert [one for one in subjects(town, side) if "No lorry" in one] == []


def test_of_goods_whose_lorry_does_not_go_both_are_told_that_they_have_none(town, call, market, two_lines):
    booking = two_lines["bookings"][0]
    with unit_of_work() as session:
        claims.cancel(session, booking_id=UUID(booking["id"]), reason="departure_cancelled", now=clock.now())
    for side in (market.buyer, market.merchant):
        assert f"No lorry for goods of {two_lines['reference']}" in subjects(town, side)


def test_no_letter_says_that_an_order_waits_once_it_is_confirmed(town, call, market, two_lines):
    order = two_lines
    body = {"rejected_lines": [{"line": order["lines"][1]["id"], "reason": "out_of_stock"}]}
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", json=body, expect=204)
    told = subjects(town, market.buyer)
    assert f"Your order {order['reference']} is placed" not in told
    assert [one for one in told if "confirmed order" in one] != []


def test_payers_hear_what_is_due_and_that_it_came(town, call, market, order):
    due = next(one for one in order["payments"] if one["subject"] == "order")
    amount = due["amount"]["amount"]
    assert any(one.startswith("To be paid: ") for one in subjects(town, market.buyer))
    paid = {"amount": amount, "currency": "CNY", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{due['id']}/confirmation", key="p", json=paid, expect=200)
    assert any("arrived" in one for one in subjects(town, market.buyer))


def test_both_sides_hear_of_claims(town, call, market):
    order = place(call, market, plan="acceptance_100")
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", expect=204)
    bring(order["id"])
    line_id = order["lines"][0]["id"]
    body = {"reason": "defective", "quantity": 40, "text": "Links break."}
    call(market.buyer, "POST", f"/order-lines/{line_id}/claims", key="claim", json=body, expect=201)
    for side in (market.buyer, market.merchant):
        assert any("Claim" in one and order["reference"] in one for one in subjects(town, side))


def test_who_is_owed_something_back_hears_that_it_was_sent_and_who_owes_it_that_it_did_not_come(town, call, market):
    payee, payer = market.merchant, market.buyer
    with unit_of_work() as session:
        returns.owe(
            session, subject=Subject(SubjectKind.ORDER, new_id()), payee_id=payee.company, payer_id=payer.company,
            amount=Money(5_000, "CNY"), cause_id=new_id(), now=clock.now(),
        )  # fmt: skip
    name_payee(payer.company, number="6222000000000123")
    (owed,) = call(payer, "GET", "/returns", expect=200)["items"]
    said = call(payee, "POST", f"/returns/{owed['id']}/confirmation", key="sent", expect=200)
    letter = letters(town, payer)[-1]
    assert letter.subject == "Jialing Parts says that it sent 50.00 CNY back to you"
    assert local(datetime.fromisoformat(said["answer_by"]), "Asia/Ho_Chi_Minh") in letter.body
    call(payer, "POST", f"/returns/{owed['id']}/denial", key="denied", expect=200)
    letter = letters(town, payee)[-1]
    assert letter.subject == "50.00 CNY for Hanoi Trading has not come"
    assert "/account/returns" in letter.body
    assert [one for one in subjects(town, payer) if "has not come" in one] == []


def claimed(call, market, order, quantity):
    body = {"reason": "defective", "quantity": quantity, "text": "Links break."}
    return call(
        market.buyer, "POST", f"/order-lines/{order['lines'][0]['id']}/claims", key=str(quantity), json=body, expect=201
    )["id"]


def answered(call, market, claim_id, **answer):
    body = {"text": "We are sorry."} | answer
    call(market.merchant, "POST", f"/claims/{claim_id}/answer", key=f"a{claim_id}", json=body, expect=200)
    call(market.buyer, "POST", f"/claims/{claim_id}/settlement", key=f"s{claim_id}", json={}, expect=200)


def test_both_sides_read_in_the_letter_how_a_claim_is_made_good(town, call, market):
    with unit_of_work() as session:
        session.get_one(Person, market.buyer.actor.person_id).locale = "vi"
    order = place(call, market, plan="acceptance_100")
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", expect=204)
    bring(order["id"])
    money = claimed(call, market, order, 100)
    answered(call, market, money, amount="1200.50", currency="CNY", remedy="refund")
    goods = claimed(call, market, order, 40)
    answered(call, market, goods, remedy="replacement")
    told = [one.body for one in letters(town, market.merchant) if "Claim" in one.subject]
    assert any("The claim was answered. 1,200.50 CNY are paid back, or taken off" in one for one in told)
    (settled,) = [one for one in told if "settled as it was offered" in one]
    assert "1,200.50 CNY" in settled
    note = call(market.merchant, "GET", "/documents", expect=200)["items"]
    numbers = [one["number"] for one in note if one["kind"] == "credit_note"]
    assert f"The credit note {numbers[0]} is" in settled
    (sent,) = [one for one in told if "how the claim is made good" in one]
    assert "Other goods come free of charge" in sent
    # The buyer reads the same in his language, with its digits.
    assert any("1.200,50 CNY" in one.body for one in letters(town, market.buyer))


def test_both_sides_hear_where_their_goods_are(town, call, market, order):
    (booking,) = order["bookings"]
    line, lorry = UUID(order["lines"][0]["id"]), UUID(booking["departure_id"])
    with unit_of_work() as session:
        hearing_lorries.on_departed(session, DepartureDeparted(departure_id=lorry, subjects=(line,), at=clock.now()))
        hearing_lorries.on_arrived(
            session, DepartureArrived(departure_id=lorry, subjects=(line,), place_code=factories.HANOI, at=clock.now())
        )
        rolled = {"booking_id": UUID(booking["id"]), "subject": line, "departure_id": lorry}
        hearing_lorries.on_booking_rolled(
            session, BookingRolled(**rolled, new_booking_id=UUID(booking["id"]), reason="no_cargo", at=clock.now())
        )
    for side in (market.buyer, market.merchant):
        told = subjects(town, side)
        for start in ("On the way: ", "Arrived: ", "Another lorry for "):
            assert any(one.startswith(start + order["reference"]) for one in told), start
    jobs = reading().scalars(sa.select(OutboxJob.state).where(OutboxJob.name == passing.JOB)).all()
    reading().rollback()
    assert set(jobs) == {JobState.DONE}


def test_payees_hear_of_slips(town, call, market, order):
    due = next(one for one in order["payments"] if one["subject"] == "order")
    slip = {"file": (io.BytesIO(pdf()), "slip.pdf")}
    call(market.buyer, "POST", f"/payments/{due['id']}/slip", key="s", data=slip, expect=200)
    assert any(one.startswith("A bank slip for") for one in subjects(town, market.merchant))


def test_a_letter_is_in_its_readers_language_and_written_once(town, call, market):
    with unit_of_work() as session:
        session.get_one(Person, market.merchant.actor.person_id).locale = "zh"
    place(call, market)
    session = reading()
    session.rollback()
    jobs = session.scalars(sa.select(OutboxJob.args).where(OutboxJob.name == passing.JOB)).all()
    session.rollback()
    for _ in range(3):
        for args in jobs:
            with unit_of_work() as session:
                writing.tell(session, job=args, now=clock.now())
    runner.run_due(town.app)
    told = reading().scalars(sa.select(MailMessage.template).where(MailMessage.to == market.merchant.login)).all()
    assert sorted(told) == ["listings_decided", "order_placed"]
    reading().rollback()
    assert {one.locale for one in letters(town, market.merchant)} == {"zh"}


def test_only_those_are_told_who_can_act(town, call, market, order):
    assert subjects(town, market.thai) == ["Your listings were reviewed"]
    assert not any(order["reference"] in one for one in subjects(town, market.carrier))


def test_what_happened_long_ago_is_not_told(market):
    then = clock.now() - timedelta(days=3)
    with unit_of_work() as session:
        before = session.scalars(sa.select(OutboxJob.id).where(OutboxJob.name == passing.JOB)).all()
        hearing.on_suspended(session, MerchantSuspended(company_id=market.merchant.company, at=then))
        assert session.scalars(sa.select(OutboxJob.id).where(OutboxJob.name == passing.JOB)).all() == before
