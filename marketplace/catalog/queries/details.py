"""Read what merchants say of goods beside the offer."""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import ChangeSet, Listing, ListingCard, ListingDetail
from marketplace.catalog.rules.details import MATERIAL_DETAILS, PAPERS, DetailKind, flat
from marketplace.catalog.rules.states import ChangeState

_DOCUMENTS: Final = (
    sa.select(ListingDetail.listing_id, ListingDetail.kind, ListingDetail.document)
    .where(ListingDetail.listing_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(ListingDetail.listing_id, ListingDetail.kind)
)


def documents(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the documents of listings by kind, as they are up, for a caller that has shown its right."""
    found: dict[UUID, dict[str, Any]] = {}
    for row in session.execute(_DOCUMENTS, {"ids": list(listing_ids)}):
        found.setdefault(row.listing_id, {})[row.kind.value] = row.document
    return found


def edited(session: Session, *, listing_ids: Collection[UUID], kind: DetailKind) -> dict[UUID, Any]:
    """Return what listings say of one kind as their merchant edits it: what is up, a waiting edit laid over it."""
    rows = session.execute(
        sa.select(ListingDetail.listing_id, ListingDetail.document).where(
            ListingDetail.listing_id.in_(listing_ids), ListingDetail.kind == kind
        )
    )
    found = {row.listing_id: row.document for row in rows}
    waiting = sa.select(ChangeSet.listing_id, ChangeSet.changes).where(
        ChangeSet.listing_id.in_(listing_ids), ChangeSet.state == ChangeState.PENDING
    )
    laid = {row.listing_id: row.changes[kind]["new"] for row in session.execute(waiting) if kind in row.changes}
    return {key: document for key, document in (found | laid).items() if document is not None}


def is_paper(
    session: Session, *, listing_id: UUID, file_id: UUID, company_id: UUID | None, reviews: bool = False
) -> bool:
    """Tell whether a paper of a listing may be read: what is up by all, else by its company and by reviewers.

    A letter of a brand's owner is no paper for all: it is between companies.
    """
    found = session.execute(
        sa.select(Listing.company_id, ListingCard.listing_id)
        .outerjoin(ListingCard, ListingCard.listing_id == Listing.id)
        .where(Listing.id == listing_id)
    ).one_or_none()
    if found is None:
        return False
    up = documents(session, listing_ids=[listing_id]).get(listing_id, {})
    if reviews or found[0] == company_id:
        # A reviewer looks at what was declined, too: an appeal is about it, and at what stood before.
        shown = sa.select(ChangeSet.changes).where(ChangeSet.listing_id == listing_id)
        if not reviews:
            shown = shown.where(ChangeSet.state == ChangeState.PENDING)
        found_in = (changes.items() for changes in session.scalars(shown))
        parts = [part for changes in found_in for name, part in changes if name in MATERIAL_DETAILS]
        sides = ("old", "new") if reviews else ("new",)
        proposed = [part[side] for part in parts for side in sides if part[side]]
        return str(file_id) in _papers([*up.values(), *proposed], PAPERS)
    return found[1] is not None and str(file_id) in _papers(up.values(), PAPERS - {"letter"})


def _papers(said: Iterable[Any], names: Collection[str]) -> set[str]:
    return {text for document in said for name, text in flat(document).items() if name.rpartition(".")[2] in names}
