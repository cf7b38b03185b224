"""Keep what listings are alike: prints of pictures and texts, and the pairs that are near each other."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.events import ChangeProposed, ListingRewritten, ListingSubmitted
from marketplace.kernel.db import insert_new
from marketplace.kernel.events import together
from marketplace.moderation.models import Case, ListingBand, ListingMatch, ListingPrint, PictureBand, PicturePrint
from marketplace.moderation.queries import likeness as queries
from marketplace.moderation.queries.likeness import LookRow
from marketplace.moderation.rules import CaseState
from marketplace.moderation.rules.likeness import (
    TEXT_PERCENT,
    Likeness,
    picture_bands,
    picture_nearness,
    said,
    shingles,
    signed,
    text_bands,
    text_nearness,
)
from marketplace.moderation.services import weighing
from marketplace.outbox import services as outbox

JOB: Final = "compare_listings"
# A sheet of thousands of listings is compared in several jobs.
_AT_ONCE: Final = 200
# Of each listing the nearest are kept: more nobody reads.
_KEPT: Final = 20
# The name of their turn among PostgreSQL's advisory locks: "like" in ASCII.
_TURN: Final = 0x6C696B65


def keep_prints(session: Session, *, bits: Mapping[str, int | None], now: datetime) -> None:
    """Keep the hashes of pictures by that of their bytes; made again they are the same, and kept once."""
    rows = [
        {"sha256": sha256, "bits": None if value is None else signed(value), "made_at": now}
        for sha256, value in bits.items()
    ]
    new = insert_new(session, PicturePrint, rows)
    bands = [
        {"band": band, "value": part, "sha256": sha256}
        for sha256, value in bits.items()
        if sha256 in new and value is not None
        for band, part in enumerate(picture_bands(value))
    ]
    if bands:
        session.execute(sa.insert(PictureBand), bands)


def compare(session: Session, *, listing_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Find what these listings are like, if what they say or show changed; return all whose likenesses may differ.

    Two jobs take turns: side by side neither would find the listings of the other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
    touched: set[UUID] = set()
    known = sa.select(ListingPrint).where(ListingPrint.listing_id.in_(listing_ids)).order_by(ListingPrint.listing_id)
    prints = {row.listing_id: row for row in session.scalars(known.with_for_update())}
    for look in queries.looks(session, listing_ids=listing_ids).values():
        digest, print_ = _digest(look), prints.get(look.listing_id)
        if print_ is None or print_.digest != digest:
            touched |= {look.listing_id} | _rematch(session, look)
        if print_ is None:
            row = {"listing_id": look.listing_id, "version": look.version, "digest": digest, "made_at": now}
            insert_new(session, ListingPrint, [row])
        else:
            print_.version, print_.digest, print_.made_at = look.version, digest, now
    session.flush()
    return touched


def is_current(session: Session, *, listing_id: UUID) -> bool:
    """Tell whether a listing was compared as it says and shows now."""
    print_ = session.get(ListingPrint, listing_id)
    look = queries.looks(session, listing_ids=[listing_id]).get(listing_id)
    return print_ is not None and look is not None and print_.digest == _digest(look)


def weigh(session: Session, *, listing_ids: Collection[UUID], now: datetime) -> int:
    """Weigh the waiting cases of these listings anew."""
    waiting = sa.select(Case.id).where(Case.listing_id.in_(listing_ids), Case.state == CaseState.PENDING)
    return weighing.weigh_again(session, case_ids=session.scalars(waiting).all(), now=now)


@together
def on_rewritten(session: Session, news: Sequence[ListingRewritten | ListingSubmitted | ChangeProposed]) -> None:
    """Have listings compared with others that say or show something else now."""
    ids = sorted({event.listing_id for event in news})
    for start in range(0, len(ids), _AT_ONCE):
        args = {"listings": [str(listing_id) for listing_id in ids[start : start + _AT_ONCE]]}
        outbox.enqueue(session, JOB, args, now=news[-1].at)


def _rematch(session: Session, look: LookRow) -> set[UUID]:
    """Write anew what a listing is like; return the others, of before and of now."""
    pairs = sa.or_(ListingMatch.listing_id == look.listing_id, ListingMatch.other_id == look.listing_id)
    gone = sa.delete(ListingMatch).where(pairs).returning(ListingMatch.listing_id, ListingMatch.other_id)
    former = {listing_id for row in session.execute(gone) for listing_id in row}
    session.execute(sa.delete(ListingBand).where(ListingBand.listing_id == look.listing_id))
    found = {Likeness.PICTURE: _by_picture(session, look), Likeness.TEXT: _by_text(session, look)}
    rows = [
        {"listing_id": one, "other_id": other, "by": by, "nearness": nearness}
        for by, near in found.items()
        for match, nearness in near.items()
        for one, other in ((look.listing_id, match), (match, look.listing_id))
    ]
    insert_new(session, ListingMatch, sorted(rows, key=lambda row: (row["listing_id"], row["other_id"], row["by"])))
    return {*former, *(match for near in found.values() for match in near)} - {look.listing_id}


def _by_picture(session: Session, look: LookRow) -> dict[UUID, int]:
    if not look.pictures:
        return {}
    found = queries.like_pictures(session, hashes=look.pictures, listing_id=look.listing_id)
    return _nearest(session, look, {other: picture_nearness(bits) for other, bits in found.items()})


def _by_text(session: Session, look: LookRow) -> dict[UUID, int]:
    mine = shingles(said(look.titles, look.descriptions, look.locale))
    bands = text_bands(mine)
    candidates = queries.like_texts(session, bands=bands, listing_id=look.listing_id)
    others = queries.looks(session, listing_ids=candidates) if candidates else {}
    near = {
        other.listing_id: text_nearness(mine, shingles(said(other.titles, other.descriptions, other.locale)))
        for other in others.values()
    }
    if bands:
        rows = [{"band": band, "value": value, "listing_id": look.listing_id} for band, value in enumerate(bands)]
        session.execute(sa.insert(ListingBand), rows)
    return _nearest(session, look, {other: percent for other, percent in near.items() if percent >= TEXT_PERCENT})


def _nearest(session: Session, look: LookRow, near: Mapping[UUID, int]) -> dict[UUID, int]:
    """Keep the nearest, other companies' first: that a merchant shows a picture twice is his own affair."""
    own = queries.of_company(session, company_id=look.company_id, listing_ids=near)
    ranked = sorted(near, key=lambda other: (other in own, -near[other], other))
    return {other: near[other] for other in ranked[:_KEPT]}


def _digest(look: LookRow) -> str:
    content: list[Any] = [said(look.titles, look.descriptions, look.locale), sorted(look.pictures)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
