"""Prices in a further currency, written from those that a listing has."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.variants import converted
from marketplace.catalog.services import listings
from marketplace.edge.requests.catalog import Conversion
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import MINOR_UNITS
from marketplace.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written: the ladder, the rate it was converted by, and the fields that wait for review."""

    ladder: Ladder
    rate: Decimal
    waiting: tuple[str, ...]


def bases(draft: ListingDraft) -> dict[str, Ladder]:
    """Return a listing's ladders by what a basis is called: ``CNY FCA CN-NANPENG``."""
    return {" ".join(ladder.basis): ladder for ladder in draft.ladders}


def convert(session: Session, *, actor: Actor, listing_id: UUID, asked: Conversion, now: datetime) -> Converted:
    """Write a listing's prices on a basis in another currency, in the place of those it had there.

    Orders keep the prices that they were placed at, and the new ones stay when rates move. Refused ``basis`` for one
    that the listing does not have, ``currency`` for its own or one that the city has no rate of.
    """
    draft = listings.draft_to_edit(session, actor=actor, listing_id=listing_id)
    known = bases(draft)
    if asked.basis not in known:
        raise Refused.field("basis", "choice", ", ".join(known))
    found = known[asked.basis]
    if asked.currency == found.currency:
        others = sorted(MINOR_UNITS.keys() - {found.currency})
        raise Refused.field("currency", "choice", ", ".join(others))
    rate = asked.rate or rates(session, base=found.currency, on=now.date()).get(asked.currency)
    if rate is None:
        raise Refused.field("rate", "required", "units of the new currency for one of the old")
    ladder = converted(found, rate=rate, currency=asked.currency)
    kept = tuple(each for each in draft.ladders if each.basis != ladder.basis)
    done = listings.edit(
        session, actor=actor, listing_id=listing_id, draft=replace(draft, ladders=(*kept, ladder)), now=now
    )
    return Converted(ladder, rate, tuple(done.waiting))


def rates(session: Session, *, base: str, on: date) -> dict[str, Decimal]:
    """Return the city's rates of a day for one of a currency, by the other one's code, where it has one."""
    pairs = [(base, code) for code in sorted(MINOR_UNITS) if code != base]
    return {quote: row.rate for (_, quote), row in reference.fx_of(session, pairs=pairs, on=on).items()}
