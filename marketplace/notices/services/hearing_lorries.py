"""Hear what happened to goods on lorries and note whom to tell."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import events as distribution
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.returning import GIVEN_UP
from marketplace.logistics import events as logistics
from marketplace.logistics.tracing import events as tracing
from marketplace.notices.rules import News
from marketplace.notices.services.passing import later, once


def on_booking_rolled(session: Session, event: logistics.BookingRolled) -> None:
    """Tell both sides by which lorry the goods go now, and why where a rule chose them."""
    later(
        session,
        event,
        News.BOOKING_ROLLED,
        lines=_lines(session, [event.subject]),
        departure=event.departure_id,
        why=event.reason,
    )


def on_booking_cancelled(session: Session, event: logistics.BookingCancelled) -> None:
    """Tell both sides that goods have no lorry; of an order or a line that ended they are told anyway."""
    # Of a second lorry that is lost ``on_ride_lost`` tells; with the first one the goods have none.
    if event.reason != GIVEN_UP and not rides.of_subjects(session, subjects=[event.subject]):
        later(session, event, News.BOOKING_LOST, lines=[event.subject])


def on_departed(session: Session, event: logistics.DepartureDeparted) -> None:
    """Tell both sides of everything aboard."""
    later(session, event, News.DEPARTED, lines=_lines(session, event.subjects), departure=event.departure_id)


def on_held(session: Session, event: logistics.DepartureHeld) -> None:
    """Tell both sides of everything aboard why the lorry stands, those with perishables first."""
    later(
        session,
        event,
        News.LORRY_HELD,
        lines=_lines(session, event.subjects),
        departure=event.departure_id,
        cause=event.cause,
    )


def on_resumed(session: Session, event: logistics.DepartureResumed) -> None:
    """Tell the same that it goes on."""
    later(session, event, News.LORRY_RESUMED, lines=_lines(session, event.subjects), departure=event.departure_id)


def on_swapped(session: Session, event: logistics.LorrySwapped) -> None:
    """Tell both sides of everything aboard of a breakdown or accident; of a change as planned the senders alone."""
    later(
        session,
        event,
        News.LORRY_SWAPPED,
        lines=_lines(session, event.subjects),
        departure=event.departure_id,
        cause=event.cause,
    )


def on_arrived(session: Session, event: logistics.DepartureArrived) -> None:
    """Tell both sides of everything for this place; what only changes lorry here is for another."""
    changing = rides.of_lines(session, line_ids=event.subjects)
    there = [subject for subject in event.subjects if subject not in changing]
    if there:
        later(session, event, News.ARRIVED, lines=_lines(session, there), departure=event.departure_id)


def on_ride_lost(session: Session, event: distribution.RideLost) -> None:
    """Tell both sides, and the operator's people who run the lorries, that no second lorry takes goods on."""
    for news in (News.RIDE_LOST, News.RIDE_WAITS):
        later(session, event, news, lines=[event.line_id])


def on_ride_late(session: Session, event: distribution.RideLate) -> None:
    """Tell both sides and the operator's people, once of each second lorry, that the first comes too late for it."""
    for news in (News.RIDE_LATE, News.RIDE_AT_RISK):
        once(session, event, news, line=event.line_id, departure=event.departure_id)


def _lines(session: Session, subjects: Sequence[UUID]) -> list[UUID]:
    """Return what bookings are for: of a second lorry the line that it takes on."""
    found = rides.lines_of(session, subjects=subjects)
    return list(dict.fromkeys(found[subject] for subject in subjects))


def on_arrival_late(session: Session, event: distribution.ArrivalLate) -> None:
    """Tell the consignee by when the goods are expected now."""
    later(
        session,
        event,
        News.ARRIVAL_LATE,
        lines=[event.line_id],
        departure=event.departure_id,
        promised=event.promised_at.isoformat(),
        expected=event.expected_at.isoformat(),
    )


def on_hook_given_up(session: Session, event: tracing.HookGivenUp) -> None:
    """Tell the company that an address of its own gets no events any more."""
    later(session, event, News.HOOK_GIVEN_UP, company=event.company_id, hook=event.hook_id)
