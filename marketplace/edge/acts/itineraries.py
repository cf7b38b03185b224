"""How pages and API look for ways to get a load there, and how an admin says what carriers emit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.checkout.rules.cart import CartLine
from marketplace.edge.acts.checkout import CartSeen
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import itineraries as requests
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.logistics.itineraries import services
from marketplace.logistics.itineraries.queries import factors as factor_queries
from marketplace.logistics.itineraries.queries import search
from marketplace.logistics.itineraries.queries.search import FoundRow
from marketplace.logistics.itineraries.queries.ways import Road, WayRow, ways
from marketplace.logistics.itineraries.rules.emissions import Factor
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.states import Mode


@dataclass(frozen=True, slots=True)
class FactorsSeen:
    """The factor of each mode now, and those that come."""

    now: Mapping[Mode, Factor]
    coming: tuple[tuple[Mode, Factor], ...]


def find(session: Session, *, asked: requests.Itineraries, now: datetime) -> FoundRow:
    """Return the ways that were asked for; a hub or place that no lorry serves is refused by its field."""
    hubs, cities = departures.hubs(session), departures.destinations(session)
    errors = [
        FieldError(field, "choice", ", ".join(known))
        for field, code, known in (("from", asked.hub, hubs), ("to", asked.to, cities))
        if code not in known
    ]
    if not errors and asked.hub == asked.to:
        errors.append(FieldError("to", "same_place"))
    if errors:
        raise Refused.fields(*errors)
    return search.itineraries(
        session,
        from_code=asked.hub,
        to_code=asked.to,
        load=asked.load,
        after=asked.after or now,
        now=now,
        currency=asked.compared_in,
    )


def ways_of(session: Session, seen: CartSeen) -> dict[Road, WayRow]:
    """Return how the departures that a cart can choose among bring its goods there."""
    lines: list[CartLine] = [line for bundle in seen.cart.bundles for line in bundle.lines]
    roads = {(option.line_code, option.to_place) for line in lines for option in line.options}
    roads |= {
        (option.line_code, option.to_place)
        for line in lines
        for change in line.changes
        for option in (change.first, change.second)
    }
    return ways(session, roads=roads, now=seen.now)


def factors(session: Session) -> FactorsSeen:
    """Return what carrying emits by each mode, now and later."""
    now = clock.now()
    return FactorsSeen(factor_queries.factors(session, at=now), factor_queries.coming(session, after=now))


def set_factor(session: Session, mode: str, body: requests.Factor) -> FactorsSeen:
    """Let a mode emit otherwise, now or from an instant on."""
    now = clock.now()
    services.set_factor(
        session,
        actor=require_actor(),
        mode=_known(mode),
        mg_per_tkm=int(body.grams_per_tkm.scaleb(3)),
        source=body.source,
        valid_from=body.valid_from or now,
        now=now,
    )
    return factors(session)


def _known(mode: str) -> Mode:
    try:
        return Mode(mode)
    except ValueError:
        raise NotFound("mode") from None
