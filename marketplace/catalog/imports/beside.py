"""What rows say beside the offer: read from listings, checked against files, and written where it is something else."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.catalog.customer_prices.services import showing
from marketplace.catalog.models import Category, ChangeSet, Commodity, Listing, ListingDetail
from marketplace.catalog.queries import goods
from marketplace.catalog.rules.details import DetailKind, ending
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.imported import Shelves
from marketplace.catalog.rules.sheet_details import FIELDS, HOW, PLACES, VISIBILITY, Beside
from marketplace.catalog.rules.states import ChangeState
from marketplace.catalog.services import details, listings
from marketplace.catalog.warehouses import queries as warehouses
from marketplace.catalog.warehouses.rules import name_key
from marketplace.catalog.warehouses.services import places
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import FieldError


def shelves_of(session: Session, *, company_id: UUID) -> Shelves:
    """Return what every category asks of its goods, how goods find theirs, and where the company's may lie."""
    rows = session.execute(
        sa.select(Category.id, Category.code, Category.hs_chapters).order_by(Category.position)
    ).all()
    asked = goods.attributes_of(session, category_ids=[row.id for row in rows])
    commodities = sa.select(Commodity.slug, Category.code).join(Category, Category.id == Commodity.category_id)
    return Shelves(
        asked={row.code: asked.get(row.id, ()) for row in rows},
        chapters={row.code: row.hs_chapters for row in rows},
        commodities=dict(session.execute(commodities).all()),
        warehouses=warehouses.names(session, company_id=company_id),
    )


def columns_of(session: Session, *, company_id: UUID) -> tuple[str, ...]:
    """Return the columns of what a company says beside its offers: all of each kind that any of them says.

    What categories ask of its goods is among them, also where nobody answered yet.
    """
    mine = Listing.company_id == company_id
    said = sa.select(ListingDetail.kind).join(Listing, Listing.id == ListingDetail.listing_id).where(mine).distinct()
    kinds = {kind.value for kind in session.scalars(said)}
    waiting = sa.select(ChangeSet.changes).join(Listing, Listing.id == ChangeSet.listing_id)
    codes: dict[str, None] = {}
    for changes in session.scalars(waiting.where(mine, ChangeSet.state == ChangeState.PENDING)):
        kinds |= changes.keys()
        codes |= dict.fromkeys(changes.get(DetailKind.ATTRIBUTES.value, {}).get("new") or ())
    stated = sa.select(ListingDetail.document).join(Listing, Listing.id == ListingDetail.listing_id)
    for document in session.scalars(stated.where(mine, ListingDetail.kind == DetailKind.ATTRIBUTES)):
        codes |= dict.fromkeys(document)
    shelves = set(session.scalars(sa.select(Listing.category_id).where(mine).distinct()))
    for asked in goods.attributes_of(session, category_ids=shelves).values():
        codes |= dict.fromkeys(each.code for each in asked)
    return (
        VISIBILITY,
        *((PLACES,) if warehouses.has_places(session, company_id=company_id) else ()),
        *(column for kind, columns in FIELDS.items() if kind.value in kinds for column in columns.values()),
        *(HOW if DetailKind.TEXTS.value in kinds else ()),
        *(f"attribute@{code}" for code in codes),
    )


def laid_beside(
    session: Session, found: Collection[Listing], drafts: Mapping[UUID, ListingDraft]
) -> dict[UUID, ListingDraft]:
    """Return drafts of listings with what is said of them beside the offer, as it is edited."""
    ids = [listing.id for listing in found]
    said, lying = details.said_by(session, listing_ids=ids), warehouses.places_by_name(session, listing_ids=ids)
    return {
        listing.id: replace(
            drafts[listing.id],
            beside=Beside(said[listing.id], listing.price_visibility, lying.get(listing.id, {})),
        )
        for listing in found
    }


def wrong_papers(
    session: Session, *, company_id: UUID, before: ListingDraft | None, after: ListingDraft
) -> list[FieldError]:
    """Return the columns of what a row says anew that name papers of others, or papers that are over already."""
    said = {kind: document for kind, document in changed(before, after).items() if kind in FIELDS}
    old = before.beside.documents if before is not None and before.beside is not None else {}
    wrong = [
        (kind, each)
        for kind in said
        for each in details.wrong_papers(session, company_id=company_id, document=said[kind])
    ]
    if said.keys() & ending.ENDING:
        today = closures.day_of(session, company_id=company_id, now=clock.now())
        wrong += [
            (kind, each)
            for kind in said
            for each in ending.over_from_the_start(kind, old.get(kind.value), said[kind], today)
        ]
    return [
        FieldError(FIELDS[kind][each.field.partition(".")[0]], each.code, each.accepted, each.facts)
        for kind, each in wrong
    ]


def changed(before: ListingDraft | None, after: ListingDraft) -> dict[DetailKind, Any]:
    """Return the documents that are to be something else than before."""
    old = before.beside.documents if before is not None and before.beside is not None else {}
    new = after.beside.documents if after.beside is not None else {}
    return {DetailKind(name): document for name, document in new.items() if old.get(name) != document}


def write(
    session: Session,
    *,
    actor: Actor,
    edits: Mapping[UUID, tuple[ListingDraft | None, ListingDraft]],
    now: datetime,
) -> set[UUID]:
    """Say what rows say of listings beside their offers, each before and after; return those that it changed."""
    documents = {key: changed(before, after) for key, (before, after) in edits.items()}
    documents = {key: kinds for key, kinds in documents.items() if kinds}
    done = details.put_read(session, actor=actor, documents=documents, now=now) if documents else set[UUID]()
    shown = {
        key: after.beside.visibility
        for key, (before, after) in edits.items()
        if after.beside is not None
        and after.beside.visibility is not (before.beside if before and before.beside else Beside()).visibility
    }
    if shown:
        showing.show_each(session, visibility=shown, actor=actor, now=now)
    return done | shown.keys() | _lay(session, actor, edits, now)


def _lay(
    session: Session, actor: Actor, edits: Mapping[UUID, tuple[ListingDraft | None, ListingDraft]], now: datetime
) -> set[UUID]:
    """Let units lie where rows say, the totals being written; return the listings of which some lie elsewhere now."""
    wanted = {
        key: after.beside.places
        for key, (before, after) in edits.items()
        if after.beside is not None
        and after.beside.places
        and after.beside.places != (before.beside if before and before.beside else Beside()).places
    }
    if wanted:
        open_ones = places.hold_open(session, company_ids=[actor.company]).get(actor.company, {})
        ids = {key: warehouse_id for warehouse_id, key in open_ones.items()}
        named = {
            listing_id: {ids[name_key(name)]: units for name, units in lying.items()}
            for listing_id, lying in wanted.items()
        }
        places.put(session, places=named)
        acts = [Act("listing.places_set", key, {"on_hand": sum(lying.values())}) for key, lying in named.items()]
        audit.record_all(session, actor=actor, subject="listing", acts=acts, now=now)
    return set(wanted)


def lacking(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, list[FieldError]]:
    """Return why listings cannot be handed in yet: the columns of what their category requires."""
    return {
        key: [FieldError(f"attribute@{code}", "required", "a value") for code in codes]
        for key, codes in listings.lacking(session, listing_ids=listing_ids).items()
    }
