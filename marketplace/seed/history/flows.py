"""Live through the weeks before the city is opened."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog import flows as catalog
from marketplace.checkout.models import CheckoutAttempt
from marketplace.files import services as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.money import Money
from marketplace.logistics import flows as lorries
from marketplace.logistics.services import timetable
from marketplace.merchants.services import payees
from marketplace.orders import flows as orders
from marketplace.payments.flows import lapsing as payments
from marketplace.seed import cast, centre_sales, merchants
from marketplace.seed.desk import Desk
from marketplace.seed.history import finance, paying, queues
from marketplace.seed.history.agenda import Agenda
from marketplace.seed.history.deals import Deal
from marketplace.seed.history.driving import drive, fleet
from marketplace.seed.history.stories import STORIES

_HOUR: Final = timedelta(hours=1)


def is_begun(session: Session) -> bool:
    """Tell whether anybody has ever checked out here."""
    return session.execute(sa.select(CheckoutAttempt.id).limit(1)).first() is not None


def run(desk: Desk, *, report: Callable[[str], None]) -> None:
    """Make the timetable, plan every story and every lorry, and let it all happen in its order."""
    for day in (desk.start, desk.now):
        in_unit_of_work(lambda session, day=day: timetable.roll(session, now=day))
    lorries = fleet(desk.now)
    agenda = Agenda(desk)
    slips = _Slips(desk)
    agenda.add(desk.start, lambda at: finance.lend(desk, at), story="Credit")
    for story in STORIES:
        Deal(story, desk, agenda, lorries.find(story.ride), slips.of).begin()
    drive(lorries, agenda, actor=desk.actor(cast.LOGISTICS))
    day = desk.start
    while day <= desk.now:
        agenda.add(day, _keep_house, story=f"The night of {day:%Y-%m-%d}")
        day += timedelta(days=1)
    _plan_desks(desk, agenda)
    report(f"{agenda.run()} acts of {len(STORIES)} orders and {len(lorries.lorries)} departures")
    desk.attempt("Orders at the distribution centre", lambda: centre_sales.sell(desk))
    _keep_house(desk.now)


def _plan_desks(desk: Desk, agenda: Agenda) -> None:
    now = desk.now
    licence = merchants.specimen(desk.store)
    agenda.add(now - 20 * _HOUR, lambda at: queues.fill(desk, licence, at), story="The moderator's queues")
    agenda.add(now - 3 * _HOUR, lambda at: finance.fill(desk, at), story="Credit, approvals and inspections")
    agenda.add(now - 60 * _HOUR, lambda at: paying.pay_out(desk, at), story="Payouts")
    agenda.add(now - _HOUR, lambda at: paying.gather_again(desk, at), story="Payouts")
    for login, amount, note in (
        (cast.PARTS, Money(500_00, "CNY"), "no reference on the slip"),
        (cast.FRUIT, Money(12_500_00, "THB"), "payer writes: fruit June"),
        (cast.CARRIER, Money(310_00, "CNY"), "cash deposit"),
    ):
        agenda.add(
            now - 26 * _HOUR,
            lambda at, login=login, amount=amount, note=note: paying.arrives_unnamed(
                desk.actor(login), amount=amount, note=note, now=at
            ),
            story=f"Money to {login} without a reference",
        )


def _keep_house(now: datetime) -> None:
    """Do what the clock does in a city that runs: let holds, deadlines and silence have their outcome."""
    catalog.expire_holds(now=now)
    lorries.expire_holds(now=now)
    lorries.settle_due(now=now)
    payments.lapse(now=now)
    payments.remind(now=now)
    in_unit_of_work(lambda session: payees.activate_due(session, now=now))
    orders.cancel_unconfirmed_orders(now=now)
    orders.accept_by_silence(now=now)
    orders.lapse_claims(now=now)
    orders.expire_changes(now=now)


class _Slips:
    """The specimen slip, kept once for every payer."""

    def __init__(self, desk: Desk) -> None:
        """Draw it."""
        self._upload = merchants.specimen(desk.store, Purpose.SLIP)
        self._kept: dict[UUID, UUID] = {}

    def of(self, payer: Actor, now: datetime) -> UUID:
        """Return the payer's copy."""
        if payer.company not in self._kept:
            self._kept[payer.company] = in_unit_of_work(
                lambda session: files.keep(session, actor=payer, upload=self._upload, now=now)
            )
        return self._kept[payer.company]
