"""The provider's books against ours: a clean night, what is missing, what differs, and a person's word."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.flows import bookings as flows
from marketplace.payments.flows import cards, remitting
from marketplace.payments.models.bookings import ProviderBooking
from marketplace.payments.queries import bookings as queries
from marketplace.payments.queries import checks, ledger
from marketplace.payments.rules.bookings import BookingState
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.provider import BookingKind, BookingSeen
from marketplace.payments.rules.terms import Plan
from marketplace.payments.services import bookings as services
from marketplace.stripe_double.resources import balance
from tests.integration.payments.conftest import NOW, clerk
from tests.integration.payments.test_disputes import Disputed
from tests.integration.payments.test_remitting import cancelled, shop  # noqa: F401  a fixture
from tests.support.cards import bring_notices, charge, double_of
from tests.support.invariants import fresh

HOUR = timedelta(hours=1)


@pytest.fixture
def double(app):
    """The provider, of whose books all was read before."""
    found = double_of(app)
    flows.reconcile(now=clock.now() + timedelta(minutes=2))
    for row in queries.open_bookings(fresh()):
        resolve(row.id, "before this test")
    return found


def resolve(booking_id, reason, actor=None):
    with unit_of_work() as session:
        services.resolve(session, booking_id=booking_id, reason=reason, actor=actor or clerk(), now=NOW)


def night():
    """Read the provider's books, as tomorrow; return how many lines are not as ours."""
    return flows.reconcile(now=clock.now() + HOUR)


def states(intent_id):
    return {
        (str(row.kind), str(row.state))
        for row in fresh().scalars(sa.select(ProviderBooking).where(ProviderBooking.intent_id == intent_id))
    }


def test_a_night_in_which_everything_is_alike(app, double, shop):  # noqa: F811
    shop.set_up()
    deal = cancelled(shop)
    deal.call_off()
    won = Disputed(reading()).place(plan=Plan.ACCEPTANCE_100).capture()
    won.decided(double, won.dispute(double), won=True)
    assert night() == 1  # the provider's balance was filled by hand
    (only,) = queries.bookings(fresh()).items
    assert (only.kind, only.state) == (BookingKind.OTHER, BookingState.UNMATCHED)
    matched = {row.kind for row in queries.bookings(fresh(), state=BookingState.MATCHED).items}
    wanted = {BookingKind.CHARGE, BookingKind.REFUND, BookingKind.TRANSFER, BookingKind.REVERSAL, BookingKind.DISPUTE}
    assert wanted <= matched
    run = queries.latest_run(fresh())
    assert run is not None
    assert (run.read > 5, run.differences) == (True, 1)
    assert night() == 1
    assert queries.runs(fresh()).items[0].read == 0


def test_what_no_notice_told_is_found_at_night(app, double):
    deal = Disputed(reading()).place(plan=Plan.ACCEPTANCE_100).capture()
    double.switches.arm("drop", times=-1)
    double.dispute(charge(deal.key).intent_id, amount=100)
    bring_notices(double)
    double.switches.clear()
    assert night() == 0
    assert deal.row.amount.minor == 100


def test_a_refund_of_the_same_night_on_the_providers_pages_is_booked_by_it(app, double):
    deal = Disputed(reading()).place(plan=Plan.ACCEPTANCE_100).capture()
    cards.refund(key=deal.key, amount=Money(500, "CNY"), reason="claim", now=NOW)
    assert night() == 0
    assert states(charge(deal.key).intent_id) == {("charge", "matched"), ("refund", "matched")}


def test_what_differs_stands_until_somebody_says_why(app, double):
    Disputed(reading()).place(plan=Plan.ACCEPTANCE_100).capture()
    booked = next(one for one in double.all("balance_transaction") if one["type"] == "charge")
    double.act(lambda call: call.put({**booked, "fee": booked["fee"] + 1}))
    assert night() == 1
    (row,) = queries.bookings(fresh()).items
    assert (row.state, row.booked_minor, row.booked_fee_minor) == (BookingState.DIFFERS, 1_000_000, -booked["fee"])
    with pytest.raises(Refused):
        resolve(row.id, " ")
    actor = clerk()
    resolve(row.id, "The provider corrects it next month", actor)
    resolve(row.id, "The provider corrects it next month", actor)
    with pytest.raises(Conflict):
        resolve(row.id, "Something else")
    with pytest.raises(NotFound):
        resolve(new_id(), "Nothing")
    assert night() == 0


def test_a_transfer_that_is_not_in_our_books_is_missing_until_it_is(app, double, shop):  # noqa: F811
    shop.set_up().sell()
    shop.fund()
    double.switches.arm("timeout_after", method="POST", path="/v1/transfers", times=3)
    shop.pay_out()
    assert night() == 2  # and what the balance was filled with
    assert {row.state for row in queries.bookings(fresh()).items} == {BookingState.MISSING, BookingState.UNMATCHED}
    remitting.reconcile(now=NOW + HOUR)
    assert night() == 1


def test_a_charge_of_somebody_else_is_nobodys_here(app, double):
    double.act(lambda call: balance.book(call, "charge", "ch_other", 100, "cny"))
    assert night() == 1
    assert queries.bookings(fresh(), state=BookingState.UNMATCHED).items[0].amount_minor == 100


def test_money_that_the_provider_changes_is_booked_in_each_currency_and_its_difference_stands(app, double):
    """Came at 0.19 and went back at 0.20: the books show what the provider has, and what the rates cost."""
    before = {name: at_provider(name) for name in ("CNY", "SGD")}
    exchange = {name: house(AccountKind.PROVIDER_EXCHANGE, name) for name in ("CNY", "SGD")}
    double.act(lambda call: balance.settle_in(call, "sgd", {"cny": "0.19"}))
    deal = Disputed(reading()).place(plan=Plan.ACCEPTANCE_100).capture()
    assert night() == 0
    (row,) = fresh().scalars(sa.select(ProviderBooking).where(ProviderBooking.intent_id == charge(deal.key).intent_id))
    assert (row.amount_minor, row.currency, row.settled_minor, row.fee_currency, row.rate) == (
        1_000_000, "CNY", 190_000, "SGD", "0.19",
    )  # fmt: skip
    assert at_provider("CNY") == before["CNY"]
    assert at_provider("SGD") - before["SGD"] == 190_000 - row.fee_minor
    double.act(lambda call: balance.settle_in(call, "sgd", {"cny": "0.20"}))
    cards.refund(key=deal.key, amount=Money(1_000_000, "CNY"), reason="claim", now=NOW)
    assert night() == 0
    assert night() == 0
    assert at_provider("CNY") == before["CNY"]
    assert at_provider("SGD") - before["SGD"] == -10_000 - row.fee_minor
    assert house(AccountKind.PROVIDER_EXCHANGE, "CNY") == exchange["CNY"]
    assert house(AccountKind.PROVIDER_EXCHANGE, "SGD") - exchange["SGD"] == 10_000
    shown = double.act(lambda call: balance._sums(call, ""))  # what the provider itself says
    assert sum(side.get("sgd", 0) for side in shown) == at_provider("SGD")
    assert checks.breaches(fresh()) == []


def at_provider(currency):
    return house(AccountKind.PROVIDER_CLEARING, currency)


def house(kind, currency):
    return ledger.balance(fresh(), account=AccountRef(kind, None, currency)).minor


def test_of_two_lines_about_one_refund_or_transfer_only_one_is_as_ours(app, double, shop):  # noqa: F811
    shop.set_up()
    deal = cancelled(shop)
    cards.refund(key=deal.key, amount=Money(500, "CNY"), reason="claim", refund_key=deal.key, now=NOW)
    assert night() == 1  # the provider's balance was filled by hand
    for kind in (BookingKind.REFUND, BookingKind.TRANSFER):
        (row,) = [one for one in queries.bookings(fresh(), state=BookingState.MATCHED).items if one.kind is kind][:1]
        ours = fresh().get_one(ProviderBooking, row.id).our_id
        seen = BookingSeen(
            provider_id=f"txn_{new_id().hex}",
            kind=kind,
            source_id=f"another_{new_id().hex}",
            intent_id=row.intent_id,
            our_id=ours,
            currency=row.currency,
            amount=row.amount_minor,
            fee_currency=row.fee_currency,
            fee=0,
            settled=None,
            rate=None,
            created_at=NOW,
        )
        for source_id in (seen.source_id, row.source_id):
            second = replace(seen, provider_id=f"txn_{new_id().hex}", source_id=source_id)
            with unit_of_work() as session:
                assert services.read(session, seen=second, now=NOW) is BookingState.UNMATCHED
    assert night() == 5
