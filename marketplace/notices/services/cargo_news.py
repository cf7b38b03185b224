"""Hear of cargo above its booking and of cold goods outside their range, and write of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.handling.events import SurchargeProposed
from marketplace.distribution.handling.queries import surcharges
from marketplace.distribution.onward import queries as rides
from marketplace.kernel import clock
from marketplace.kernel.events import Event
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import ExcursionOpened
from marketplace.logistics.queries import bookings
from marketplace.logistics.queries import departures as lorries
from marketplace.logistics.road.queries import cooling
from marketplace.notices.rules import News, is_fresh
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.claims import queries as claimed
from marketplace.orders.queries import lines as order_lines
from marketplace.orders.queries import orders
from marketplace.outbox import services as outbox

JOB: Final = "tell"


def on_surcharge_proposed(session: Session, event: SurchargeProposed) -> None:
    """Tell both sides of the order that goods wait for consent."""
    _later(session, event, News.SURCHARGE_WAITS, surcharge=event.surcharge_id)


def on_excursion_opened(session: Session, event: ExcursionOpened) -> None:
    """Tell both sides and the carrier."""
    _later(session, event, News.TEMPERATURE_OUT, excursion=event.excursion_id)


def above_booking(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Ask the payer, and tell the other side for what its goods wait; nothing once it is answered."""
    row = surcharges.surcharge(session, surcharge_id=UUID(job["surcharge"]))
    if not row.is_open:
        return
    order = orders.by_id(session, order_ids=[row.order_id])[row.order_id]
    facts: dict[str, Any] = {
        "order": order.reference,
        "amount": str(row.amount),
        "lorry": row.departure_reference,
        "until": row.due_at,
    }
    yield Letter(row.payer_id, facts | {"is_payer": True, "path": "/account/surcharges"})
    for company_id in {order.buyer_id, order.merchant_id} - {row.payer_id}:
        yield Letter(company_id, facts | {"is_payer": False, "path": f"/orders/{order.id}"})


def out_of_range(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell both sides and the carrier which consignment was outside its range, and how far."""
    case = cooling.case(session, excursion_id=UUID(job["excursion"]))
    if case is None or case.closed_at is not None:
        return
    booking = bookings.booking(session, booking_id=case.booking_id)
    departure = lorries.departure(session, departure_id=booking.departure_id, now=now)
    facts: dict[str, Any] = {
        "number": case.booking,
        "lorry": case.departure,
        "before": case.began_at,
        "level": f"{case.worst / 10:.1f} °C",
    }
    for company_id in sorted({*_sides(session, booking.subject), departure.carrier_company_id}):
        is_carrier = company_id == departure.carrier_company_id
        path = f"/lorries/{booking.departure_id}" if is_carrier else "/excursions"
        yield Letter(company_id, facts | {"path": path})


def _sides(session: Session, subject: UUID) -> set[UUID]:
    """Return both sides of what a booking is for: an order's line, or a claim whose goods go back."""
    line_id = rides.lines_of(session, subjects=[subject])[subject]
    order_id = order_lines.orders_of_lines(session, line_ids=[line_id]).get(line_id)
    if order_id is not None:
        order = orders.by_id(session, order_ids=[order_id])[order_id]
        return {order.buyer_id, order.merchant_id}
    found = claimed.some(session, claim_ids=[subject]).values()
    return {company_id for claim in found for company_id in (claim.claimant_id, claim.respondent_id)}


def _later(session: Session, event: Event, news: News, **ids: UUID) -> None:
    if is_fresh(event.at, clock.now()):
        args = {"id": str(new_id()), "news": news.value} | {name: str(value) for name, value in ids.items()}
        outbox.enqueue(session, JOB, args, now=event.at)
