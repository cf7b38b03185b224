"""What goods cost a reader who has prices of its own for them: compared in dollars, as everybody's are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import shelf as catalog
from marketplace.catalog.rules.pricing import Ladder, Tier
from marketplace.search.queries.sources import dollar_rates
from marketplace.search.rules.prices import in_dollars


@dataclass(frozen=True, slots=True)
class Compared:
    """The lowest price in millionths of a dollar, None without a rate, and on what bases and in what currencies."""

    usd_micro: int | None
    bases: tuple[str, ...]
    currencies: tuple[str, ...]


def compared(
    session: Session, *, listing_ids: Collection[UUID], viewer: UUID, quantity: int | None, now: datetime
) -> dict[UUID, Compared]:
    """Return for these listings what a company's own prices come to; the number of queries does not depend on them."""
    if not listing_ids:
        return {}
    offers = catalog.offers(session, listing_ids=listing_ids, viewer=viewer, now=now)
    currencies = {ladder.currency for offer in offers.values() for ladder in offer.ladders}
    rates = dollar_rates(session, currencies=currencies, on=now.date())
    return {
        listing_id: Compared(
            usd_micro=min(
                (
                    in_dollars(tier.price.micro, rates[ladder.currency])
                    for ladder in offer.ladders
                    if ladder.currency in rates
                    for tier in _reached(ladder, quantity)
                ),
                default=None,
            ),
            bases=tuple(sorted({ladder.incoterm for ladder in offer.ladders})),
            currencies=tuple(sorted({ladder.currency for ladder in offer.ladders})),
        )
        for listing_id, offer in offers.items()
    }


def _reached(ladder: Ladder, quantity: int | None) -> Sequence[Tier]:
    """Return the tiers that a quantity reaches, all without one; the first holds for fewer, too."""
    if quantity is None:
        return ladder.tiers
    return [ladder.tiers[0], *(tier for tier in ladder.tiers[1:] if tier.from_quantity <= quantity)]
