"""When an approved departure is gone: the approval is void, and the next departure with room is named."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.approvals.queries import cases
from marketplace.checkout import queries
from marketplace.checkout.rules.wanted import Wanted
from marketplace.checkout.services import approving
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict

_GONE: Final = frozenset({"capacity", "cutoff", "departure_closed", "departure_missed", "not_alone", "segregation"})
# Of these a lorry refuses some goods and takes others.
_OF_GOODS: Final = frozenset({"capacity", "not_alone", "segregation"})


def void(refusal: Conflict, *, actor: Actor, wanted: Wanted, now: datetime) -> None:
    """Void what the actor asked for by a departure that this refusal says is gone; nothing for any other refusal.

    Conflict ``approved_departure_gone`` then: the facts name the case and the next departure that has room, if any.
    """
    gone = _departure(refusal)
    session = reading()
    session.rollback()
    if gone is None or not cases.has_open(session, company_id=actor.company, requester_id=actor.person):
        return
    facts = _next(session, actor, wanted, gone, now)
    # A lorry without room for these goods may well take others.
    items = _wanted_on(session, actor, wanted) if refusal.code in _OF_GOODS else None
    voided = in_unit_of_work(
        lambda writing: approving.departure_gone(
            writing, actor=actor, departure_id=gone, items=items, facts=facts, now=now
        )
    )
    if voided:
        raise Conflict(
            "approved_departure_gone",
            because=refusal.code,
            departure=str(gone),
            voided=[{"case": str(each.case_id), "reference": each.reference} for each in voided],
            next=facts["next"],
            next_reference=facts["next_reference"],
        ) from refusal


def _wanted_on(session: Session, actor: Actor, wanted: Wanted) -> frozenset[UUID]:
    if wanted.sample is not None:
        return frozenset({wanted.sample.listing_id})
    return queries.listings_in_cart(session, company_id=actor.company, person_id=actor.person)


def _departure(refusal: Conflict) -> UUID | None:
    if refusal.code not in _GONE:
        return None
    facts: Mapping[str, Any] = refusal.facts
    if refusal.code == "departure_missed":
        facts = facts["lines"][0]
    named = facts.get("departure")  # more than any lorry takes is refused without one
    return UUID(str(named)) if named else None


def _next(session: Session, actor: Actor, wanted: Wanted, gone: UUID, now: datetime) -> dict[str, str]:
    """Return the next departure with room for the first line that was to go by the one that is gone."""
    cart = queries.cart(
        session,
        company_id=actor.company,
        person_id=actor.person,
        destination=wanted.to,
        departures={listing: each for listing, each in wanted.departures.items() if each != gone},
        now=now,
    )
    for line in cart.lines:
        chosen = wanted.departures.get(line.item.listing_id) or (line.chosen and line.chosen.departure_id)
        if chosen == gone or gone in {each.departure_id for each in line.options}:
            free = (
                each
                for each in line.options
                if each.fits and each.freight and each.bar is None and each.departure_id != gone
            )
            option = next(free, None)
            if option is not None:
                return {"next": str(option.departure_id), "next_reference": option.reference}
    return {"next": "", "next_reference": "–"}
