"""What live listings are indexed by, from the cards that the catalogue publishes."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import ListingCard
from marketplace.catalog.rules.details import fitment, parts
from marketplace.catalog.rules.pricing import Ladder, Tier
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.money import MINOR_UNITS, UnitPrice
from marketplace.reference import queries as reference
from marketplace.search.models import SearchEntry, StaleListing

# A commit of the index costs as much as many documents, and every commit leaves a segment to be merged.
BATCH: Final = 4_000
_PIVOT: Final = "USD"


@dataclass(frozen=True, slots=True)
class Source:
    """One live listing: its titles, the other texts it is found by, and its facts."""

    listing_id: UUID
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    hs_code: str
    category: str
    origin: str
    hub_code: str
    lead_days: int | None
    ladders: tuple[Ladder, ...]
    # The columns it was read from: a card that still says them need not be read again.
    columns: tuple[str, ...] = field(compare=False, repr=False)

    @property
    def mark(self) -> str:
        """The mark of what the index is given of it: the same for the same texts."""
        texts = json.dumps([self.titles, self.texts, self.hs_code], ensure_ascii=False)
        return hashlib.sha256(texts.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Changes that wait: their rows, and the listings they name."""

    ids: tuple[UUID, ...]
    listing_ids: tuple[UUID, ...]


def sources(session: Session, *, listing_ids: Collection[UUID], read: Iterable[Source] = ()) -> tuple[Source, ...]:
    """Return those of these listings that are live; as they were ``read`` where their cards still say the same."""
    known = {source.listing_id: source for source in read}
    rows = session.execute(_CARDS.where(ListingCard.listing_id.in_(listing_ids)))
    return tuple(
        before if (before := known.get(row.listing_id)) and before.columns == tuple(row[1:]) else _source(row)
        for row in rows
    )


def sources_after(session: Session, *, after: UUID | None, size: int = BATCH) -> tuple[Source, ...]:
    """Return the next live listings by id."""
    wanted = _CARDS if after is None else _CARDS.where(ListingCard.listing_id > after)
    return tuple(map(_source, session.execute(wanted.order_by(ListingCard.listing_id).limit(size))))


def given(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the marks of the documents that the index was last given of these listings, where that is known."""
    rows = sa.select(SearchEntry.listing_id, SearchEntry.document)
    return dict(session.execute(rows.where(SearchEntry.listing_id.in_(listing_ids), SearchEntry.document != "")).all())


def count(session: Session) -> int:
    """Count the live listings."""
    return session.scalar(sa.select(sa.func.count()).select_from(ListingCard)) or 0


def waiting(session: Session, *, size: int = BATCH) -> Waiting:
    """Return the oldest changes that are not indexed yet."""
    rows = session.execute(sa.select(StaleListing.id, StaleListing.listing_id).order_by(StaleListing.id).limit(size))
    found = rows.all()
    return Waiting(tuple(row.id for row in found), tuple(dict.fromkeys(row.listing_id for row in found)))


def dollar_rates(session: Session, *, currencies: Collection[str], on: date) -> dict[str, Decimal]:
    """Return the US dollars for one unit of each currency that has a rate."""
    pairs = [(code, _PIVOT) for code in currencies if code in MINOR_UNITS and code != _PIVOT]
    found = reference.fx_of(session, pairs=pairs, on=on) if pairs else {}
    own = {_PIVOT: Decimal(1)} if _PIVOT in currencies else {}
    return own | {code: row.rate for (code, _), row in found.items()}


def breaches(session: Session) -> list[Breach]:
    """Return live listings that search neither counts nor has waiting."""
    return _PROMISES.breaches(session)


def _missing() -> sa.Select[UUID]:
    return sa.select(ListingCard.listing_id).where(
        ~sa.exists().where(SearchEntry.listing_id == ListingCard.listing_id),
        ~sa.exists().where(StaleListing.listing_id == ListingCard.listing_id),
    )


_PROMISES: Final = Promises("search", Promise("listing", "live, but neither indexed nor waiting", _missing))


_CARDS: Final = sa.select(
    ListingCard.listing_id,
    sa.cast(ListingCard.face, sa.Text).label("face"),
    sa.cast(ListingCard.page, sa.Text).label("page"),
    ListingCard.hs_code,
    ListingCard.origin,
    Company.name,
).join(Company, Company.id == ListingCard.company_id)


def _source(row: Any) -> Source:
    face, page = json.loads(row.face), json.loads(row.page)
    details: dict[str, Any] = page.get("details", {})
    commodity = page["commodity"] or {"names": {}}
    return Source(
        listing_id=row.listing_id,
        titles=tuple(face["titles"].values()),
        texts=(
            face["sku"],
            row.name,
            page["grade"],
            *page["category"]["names"].values(),
            *commodity["names"].values(),
            # Before the descriptions: of a long text the end is not indexed.
            *(parts.search_texts(details["parts"]) if details.get("parts") else ()),
            *(fitment.search_texts(details["fitment"]) if details.get("fitment") else ()),
            *page["descriptions"].values(),
        ),
        hs_code=row.hs_code,
        category=page["category"]["code"],
        origin=row.origin,
        hub_code=page["hub"],
        lead_days=face["lead_days"],
        ladders=tuple(
            Ladder(
                each["currency"],
                each["incoterm"],
                each["place"],
                tuple(Tier(quantity, UnitPrice(micro, each["currency"])) for quantity, micro in each["tiers"]),
            )
            for each in page["ladders"]
        ),
        columns=tuple(row[1:]),
    )
