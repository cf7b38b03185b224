"""Compare listings with the goods that lists name: whenever one is handed in or says something else, and all anew."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.events import ChangeProposed, ListingRewritten, ListingSubmitted
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.states import ENDED, ListingState
from marketplace.catalog.services import content
from marketplace.kernel.events import together
from marketplace.merchants.queries import screening as lists
from marketplace.merchants.queries.screening import FoundRow
from marketplace.merchants.rules.goods_screening import Goods
from marketplace.merchants.rules.screening import SubjectKind
from marketplace.merchants.services import screening


@together
def on_listings(session: Session, news: Sequence[ListingSubmitted | ListingRewritten | ChangeProposed]) -> None:
    """Compare what was handed in, and what says something else from now on or would after review."""
    screen(session, listing_ids={event.listing_id for event in news}, now=news[-1].at)


def screen(session: Session, *, listing_ids: Collection[UUID], now: datetime) -> int:
    """Note which of these listings are like an entry; return how many hits are new.

    What was cleared comes back only when what it was found by, or the entry, says something else.
    """
    found = like(session, listing_ids=listing_ids)
    return sum(
        screening.note(
            session,
            kind=SubjectKind.GOODS,
            subject_id=listing_id,
            company_id=company_id,
            found=row,
            mark=mark,
            now=now,
        )
        for (listing_id, company_id), hits in found.items()
        for row, mark in hits
    )


def like(session: Session, *, listing_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], list[tuple[FoundRow, str]]]:
    """Return, by listing and its company, the entries that each is like with the mark of what it is found by.

    Of a listing that is up, a waiting edit is read with it; drafts and what is off the shelf are not compared.
    """
    entries = lists.goods(session)
    if not entries or not listing_ids:
        return {}
    compared = Listing.state.not_in({ListingState.DRAFT, *ENDED})
    wanted = sa.select(Listing.id, Listing.company_id, Listing.hs_code, Listing.titles, Listing.descriptions)
    listings = session.execute(wanted.where(Listing.id.in_(listing_ids), compared).order_by(Listing.id)).all()
    waiting = content.pending_changes(session, [listing.id for listing in listings])
    found: dict[tuple[UUID, UUID], list[tuple[FoundRow, str]]] = {}
    for listing in listings:
        laid = waiting[listing.id].changes if listing.id in waiting else {}
        hs_code, titles, texts = (
            laid[name]["new"] if name in laid else getattr(listing, name)
            for name in ("hs_code", "titles", "descriptions")
        )
        goods = Goods(hs_code, (*titles.values(), *texts.values()))
        hits = [
            (FoundRow(entry_id, entry.mark, why.likeness), why.mark)
            for entry_id, entry in entries.items()
            if (why := goods.like(entry)) is not None
        ]
        if hits:
            found[listing.id, listing.company_id] = hits
    return found
