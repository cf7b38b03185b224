"""A small demo city: made once through the services, with everything in it that visitors shall find.

States that this slice cannot reach from outside, and that no demo can therefore show:

* order lines ``returned``, ``lost`` as a whole line, and lines as a whole ``closed`` or ``rejected`` in part: nothing
  takes goods back yet, and a line shows its least advanced part (parts of lines are ``lost`` and ``closed``);
* departures ``planned``: the timetable opens every departure as it makes it;
* bookings ``rejected`` and ``declined``: carriers have no such act yet;
* payouts ``failed`` and ``returned``: only a bank says so.
"""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company
from marketplace.approvals.models import ApprovalCase
from marketplace.approvals.queries import policies
from marketplace.catalog.models import ChangeSet, Listing
from marketplace.checkout.queries import samples
from marketplace.distribution.centre_sales.models import CentreSale
from marketplace.distribution.centres.models import CentreOffer
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict
from marketplace.logistics.centres.models import CentreArrival
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.merchants.models import Merchant, MerchantApplication
from marketplace.moderation.models import Case
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.invoices.models import OfficialInvoice
from marketplace.orders.models import Claim, Inspection, LinePart, Order, OrderLine
from marketplace.payments.models.bank import BankEntry
from marketplace.payments.models.credit import CreditLine, Dunning
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.plans import IncomingTransfer, Milestone, Payment, PaymentTerms
from marketplace.reports import queries as reports
from marketplace.search import flows as search
from marketplace.seed import cast, flows, people
from marketplace.seed.extent import Extent
from marketplace.seed.history import deals
from tests.support.invariants import fresh

SEEN = {
    Order: "placed confirmed in_fulfilment delivered completed rejected cancelled",
    OrderLine: "open in_production ready packed handed_over in_transit delivered accepted rejected cancelled",
    LinePart: "short damaged wrong lost closed",
    Booking: "target held confirmed cargo_received loaded in_transit arrived completed cancelled",
    Departure: "open closed loading sealed departed at_border cleared arrived stripped settled held cancelled",
    Milestone: "pending due slip_received part_paid paid held released refunded overdue",
    Payment: "due slip_received part_paid paid overdue captured refunded",
    Payout: "due approved sent settled",
    IncomingTransfer: "matched unmatched",
    Listing: "draft submitted live paused delisted sold_out changes_requested",
    ChangeSet: "pending",
    Case: "pending confirmed declined changes_requested",
    MerchantApplication: "submitted approved rejected changes_requested",
    Merchant: "submitted onboarding approved rejected suspended",
    Claim: "negotiating escalated settled",
    ApprovalCase: "pending approved rejected",
    Inspection: "ordered passed",
    OrderChange: "proposed",
    CreditLine: "requested granted",
    BankEntry: "unmatched matched",
    OfficialInvoice: "recorded",
    CentreSale: "promised to_release partly_handed ready delivered",
}
# Moments at which a city could not be made once, then one of each weekday, month's end and holidays for the soak.
MOMENTS = (datetime(2026, 12, 7, 9, 35, tzinfo=UTC), datetime(2027, 2, 8, 8, tzinfo=UTC))
FURTHER = [
    datetime(*moment, tzinfo=UTC)
    for moment in (
        (2026, 12, 8, 3, 10), (2026, 12, 9, 10, 0), (2026, 12, 10, 23, 50), (2026, 12, 11, 17, 0), (2026, 12, 12, 5, 0),
        (2026, 12, 13, 12, 0), (2026, 12, 14, 0, 30), (2026, 12, 31, 15, 58), (2027, 1, 1, 0, 5), (2028, 2, 29, 0, 10),
    )
]  # fmt: skip
COUNTED = (Company, Listing, Order, OrderLine, Booking, Departure, Payment, Payout, Case, Claim, MerchantApplication)


@pytest.fixture
def city(app):
    """A small city, and how to seed it again."""

    def again(**how):
        store = app.extensions["city.store"]
        return flows.seed(app.extensions["city.vault"], store=store, extent=Extent.SMALL, if_empty=True, **how)

    again.app = app
    return again


@pytest.mark.parametrize(
    "moment", [*MOMENTS, *(pytest.param(moment, marks=pytest.mark.slow) for moment in FURTHER)], ids=str
)
def test_a_city_shows_every_state_and_holds_every_invariant_on_any_day(city, later, moment):
    later((moment - datetime.now(UTC)).total_seconds())
    assert city()
    session = reading()
    missing = {
        table.__name__: sorted(set(wanted.split()) - set(map(str, session.scalars(sa.select(table.state).distinct()))))
        for table, wanted in SEEN.items()
    }
    assert {name: states for name, states in missing.items() if states} == {}
    countries = set(session.scalars(sa.select(Company.country).join(Merchant, Merchant.company_id == Company.id)))
    assert countries == {"CN", "VN", "TH", "MY", "SG", "ID", "PH", "MM", "LA", "KH", "BN"}
    for titles, own in session.execute(sa.select(Listing.titles, Listing.source_locale)):
        assert {"en", own} <= titles.keys()
    assert max(session.scalars(sa.select(Dunning.level))) >= 1  # somebody was reminded of what is overdue on credit
    assert session.scalar(sa.select(sa.func.count()).where(PaymentTerms.credit_id.is_not(None))) == 2
    assert reports.check(session) == []


@pytest.mark.slow
def test_a_small_city_is_made_once_and_can_grow(city):
    assert city()
    session = reading()
    # What is ordered in a centre was there, and sold from there, before.
    lines = sa.select(OrderLine.listing_id).join(CentreSale, CentreSale.line_id == OrderLine.id)
    first = session.scalars(sa.select(sa.func.min(CentreSale.placed_at))).one()
    for table, at in ((CentreOffer, CentreOffer.offered_at), (CentreArrival, CentreArrival.announced_at)):
        assert session.scalars(sa.select(sa.func.max(at)).where(table.listing_id.in_(lines))).one() < first
    # Samples can be ordered, and one who buys needs a colleague's word above a sum.
    for sku in ("CQ-CH428-116", "CQ-BP125-F", "CQ-LED-9W"):
        listing_id = session.scalars(sa.select(Listing.id).where(Listing.sku == sku)).one()
        offered = samples.offer_for(session, listing_id=listing_id)
        assert offered is not None
        assert set(offered.ways) == {"courier", "lorry"}
    purchasing, approver = (people.actor(session, colleague.login) for colleague in cast.COLLEAGUES)
    assert purchasing.company == approver.company == people.actor(session, cast.EMPLOYER).company
    (rule,) = policies.rules_of(session, company_id=purchasing.company)
    assert rule.condition.roles == {"purchasing"}

    before = _counts()
    assert not city()
    assert _counts() == before

    found = []
    app, there = city.app, _live()
    flows.extend(
        app.extensions["city.vault"], store=app.extensions["city.store"], listings=there + 40, report=found.append
    )
    flows.extend(
        app.extensions["city.vault"], store=app.extensions["city.store"], listings=there + 60, report=found.append
    )
    assert _live() == there + 60
    assert reports.check(reading()) == []
    search.rebuild(index=app.extensions["city.search"], now=flows.clock.now())


@pytest.mark.slow
def test_a_city_of_which_the_run_was_cut_off_is_finished_by_the_next(app, monkeypatch):
    vault, store = app.extensions["city.vault"], app.extensions["city.store"]

    def cut_off(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(flows.fill, "put_up", cut_off)
    monkeypatch.setattr(flows.history, "run", lambda *_, **__: None)
    with pytest.raises(KeyboardInterrupt):
        flows.seed(vault, store=store, extent=Extent.SMALL, if_empty=True)
    monkeypatch.undo()
    monkeypatch.setattr(flows.history, "run", lambda *_, **__: None)
    assert flows.seed(vault, store=store, extent=Extent.SMALL, if_empty=True)
    first = _live()
    assert first > 60
    assert flows.seed(vault, store=store, extent=Extent.SMALL, if_empty=True)
    assert _live() == first


@pytest.mark.slow
def test_stories_that_are_refused_do_not_close_the_city(city, monkeypatch):
    def refuse(*_, **__):
        raise Conflict("cutoff", departure=1)

    told = []
    monkeypatch.setattr(deals.handover, "hand_over", refuse)
    assert city(strict=False, report=told.append)
    assert "Order PO-SEALED was left where it is: Conflict cutoff {'departure': 1}" in told
    assert reports.check(fresh()) == []


def _counts():
    session = fresh()
    return {table.__name__: session.scalar(sa.select(sa.func.count()).select_from(table)) for table in COUNTED}


def _live():
    session = fresh()
    return session.scalar(sa.select(sa.func.count()).select_from(Listing))
