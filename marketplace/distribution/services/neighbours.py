"""Nobody is sold room beside goods that theirs must not stand with, though no cargo is there yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.rules.freight import LineSpace
from marketplace.kernel.errors import Conflict
from marketplace.logistics.planning.services import standing
from marketplace.logistics.planning.services.standing import CargoFacts
from marketplace.logistics.queries.bookings import BookingRow


def stand(session: Session, *, spaces: Sequence[LineSpace], bookings: Mapping[UUID, BookingRow], now: datetime) -> None:
    """Say what new bookings of one departure carry, and refuse them where it must not stand with what is booked there.

    ``bookings`` by line. Ask after their room was claimed: the departure's row is locked then, so of two that come
    together one reads the other. Plain goods stand with everything but on lanes with rules of their own, which
    planning and loading ask; nothing is asked for them. Conflict ``segregation`` with the ``lines`` that do not stand
    there and why (``rule``), never with whose goods they would stand beside.
    """
    odd = [space for space in spaces if not space.cargo.is_plain]
    if not odd:
        return
    standing.describe(session, cargo={bookings[space.line_id].id: _facts(space) for space in odd})
    coming = {bookings[space.line_id].id: bookings[space.line_id].reference for space in odd}
    departure_id = odd[0].departure_id
    try:
        standing.check(session, departure_id=departure_id, coming=coming, now=now)
    except Conflict as refusal:
        named = {refusal.facts.get("booking"), *refusal.facts.get("pair", ())}
        lines = [space.line_id for space in odd if bookings[space.line_id].reference in named]
        raise Conflict("segregation", departure=departure_id, lines=lines, rule=refusal.facts["rule"]) from refusal


def _facts(space: LineSpace) -> CargoFacts:
    cargo = space.cargo
    return CargoFacts(
        un_number=cargo.un_number,
        labels=cargo.labels,
        packing_group=cargo.packing_group,
        product=space.hs_code,
        food=cargo.food,
        fresh=cargo.fresh,
        temp_min=cargo.temp_min,
        temp_max=cargo.temp_max,
    )
