"""Note that a listing changed; keep what search counts and sorts by."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.events import ListingPublished, ListingUnpublished
from marketplace.catalog.models import ListingCard
from marketplace.kernel.db import write
from marketplace.kernel.events import together
from marketplace.kernel.ids import new_id
from marketplace.outbox import services as outbox
from marketplace.search.models import SearchEntry, SearchPrice, StaleListing
from marketplace.search.queries import sources
from marketplace.search.queries.sources import Source
from marketplace.search.rules.documents import plain_text
from marketplace.search.rules.prices import in_dollars

JOB: Final = "index_listings"
REBUILD: Final = "rebuild_index"
_ASKED: Final = "search.asked"
# A broken index is rebuilt once; queries that find it broken meanwhile ask in vain.
_REBUILD_EVERY: Final = 60  # seconds
# The name of the writers' turn among PostgreSQL's advisory locks: "find" in ASCII.
_TURN: Final = 0x66696E64


def touch(session: Session, *, listing_id: UUID, now: datetime) -> None:
    """Have a listing re-indexed, or taken out of the index, soon after the commit."""
    touch_all(session, listing_ids=(listing_id,), now=now)


def touch_all(session: Session, *, listing_ids: Collection[UUID], now: datetime) -> None:
    """Have several listings re-indexed; one job for all that a unit of work touches."""
    if not listing_ids:
        return
    rows = [{"id": new_id(), "listing_id": listing_id, "touched_at": now} for listing_id in listing_ids]
    write(session, StaleListing, rows)
    transaction = session.get_transaction()
    # A job of an earlier transaction may be running already, before this one commits: it does not count.
    if session.info.get(_ASKED) is not transaction:
        session.info[_ASKED] = transaction
        outbox.enqueue(session, JOB, {}, now=now)


@together
def on_published(session: Session, news: Sequence[ListingPublished]) -> None:
    """Index what became public or changed."""
    touch_all(session, listing_ids=[event.listing_id for event in news], now=news[-1].at)


@together
def on_unpublished(session: Session, news: Sequence[ListingUnpublished]) -> None:
    """Take what is public no longer out of the index; it is not shown from this moment on."""
    touch_all(session, listing_ids=[event.listing_id for event in news], now=news[-1].at)


def ask_for_rebuild(session: Session, *, now: datetime) -> UUID:
    """Have the whole index written anew, once a minute at most."""
    minute = int(now.timestamp()) // _REBUILD_EVERY
    return outbox.enqueue_once(session, REBUILD, {}, now=now, key=f"{REBUILD}:{minute}")


def settle(session: Session, *, ids: Collection[UUID]) -> None:
    """Forget changes that are in the index now."""
    session.execute(sa.delete(StaleListing).where(StaleListing.id.in_(ids)))


def keep(
    session: Session,
    *,
    listing_ids: Collection[UUID],
    now: datetime,
    given: Mapping[UUID, str] | None = None,
    read: Iterable[Source] = (),
) -> None:
    """Write what is counted and sorted by for those of these listings that are live, and take it away for others.

    Read and written in one turn, so that of two jobs at the same listing the later has what is newest. ``given`` are
    the marks of the documents that the index holds of them now; of others it is not known. ``read`` is what was just
    read of them: taken where it still holds.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
    live = sources.sources(session, listing_ids=listing_ids, read=read)
    for table in (SearchPrice, SearchEntry):
        session.execute(sa.delete(table).where(table.listing_id.in_(listing_ids)))
    if not live:
        return
    write(session, SearchEntry, [_entry(source, (given or {}).get(source.listing_id, "")) for source in live])
    currencies = {ladder.currency for source in live for ladder in source.ladders}
    rates = sources.dollar_rates(session, currencies=currencies, on=now.date())
    prices = [row for source in live for row in _prices(source, rates)]
    write(session, SearchPrice, prices)


def doubt(session: Session, *, listing_ids: Collection[UUID]) -> None:
    """Note that what the index holds of these listings is about to change: until it is kept, nobody knows."""
    session.execute(
        sa.update(SearchEntry)
        .where(SearchEntry.listing_id.in_(listing_ids), SearchEntry.document != "")
        .values(document="")
        .execution_options(synchronize_session=False)
    )


def sweep(session: Session) -> None:
    """Take away what is kept of listings that are live no more."""
    dead = sa.select(SearchEntry.listing_id).where(~sa.exists().where(ListingCard.listing_id == SearchEntry.listing_id))
    for table in (SearchPrice, SearchEntry):
        session.execute(sa.delete(table).where(table.listing_id.in_(dead)).execution_options(synchronize_session=False))


def _entry(source: Source, document: str) -> dict[str, object]:
    return {
        "listing_id": source.listing_id,
        "category": source.category,
        "origin": source.origin,
        "hub_code": source.hub_code,
        "lead_days": source.lead_days,
        "bases": _barred(ladder.incoterm for ladder in source.ladders),
        "currencies": _barred(ladder.currency for ladder in source.ladders),
        "text": plain_text((*source.titles, *source.texts, source.hs_code)),
        "document": document,
    }


def _barred(codes: Iterable[str]) -> str:
    return f"|{'|'.join(sorted(set(codes)))}|"


def _prices(source: Source, rates: Mapping[str, Decimal]) -> list[dict[str, object]]:
    return [
        {
            "listing_id": source.listing_id,
            "ladder": position,
            "from_quantity": tier.from_quantity if place else 0,
            "usd_micro": in_dollars(tier.price.micro, rates[ladder.currency]),
        }
        for position, ladder in enumerate(source.ladders)
        if ladder.currency in rates
        for place, tier in enumerate(ladder.tiers)
    ]
