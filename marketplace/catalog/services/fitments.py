"""What many parts of a merchant fit, in one act, under the rule that holds for one: reviewed where they are up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.catalog.models import ChangeSet, Listing
from marketplace.catalog.queries import details as queries
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.states import APPROVED
from marketplace.catalog.services import bulk, cards, changes, content
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict

_KIND: Final = DetailKind.FITMENT


@dataclass(frozen=True, slots=True)
class Put:
    """How many articles say something else now, how many wait for review with it, how many said the same before."""

    changed: int
    waiting: int
    unchanged: int


def put_all(session: Session, *, actor: Actor, fitments: Mapping[str, dict[str, Any] | None], now: datetime) -> Put:
    """Say what the actor's articles fit, each whole, None for nothing more; Conflict when one is not there any more.

    The documents are in order already (``rules.fitment_rows``). What says the same as before is left alone.
    """
    actor.must(Permission.CATALOG_IMPORT_RUN)
    wanted = sa.select(Listing).where(Listing.company_id == actor.company, Listing.sku.in_(fitments))
    listings = session.scalars(wanted.order_by(Listing.id).with_for_update().execution_options(populate_existing=True))
    by_id = {listing.id: listing for listing in listings}
    if len(by_id) < len(fitments):
        raise Conflict("fitment_articles")
    up = queries.documents(session, listing_ids=by_id)
    waiting = content.pending_changes(session, by_id)
    news = {
        listing_id: fitments[listing.sku]
        for listing_id, listing in by_id.items()
        if _said(up.get(listing_id, {}), waiting.get(listing_id)) != fitments[listing.sku]
    }
    reviewed = {key: document for key, document in news.items() if by_id[key].state in APPROVED}
    back = _propose(session, actor, reviewed, up, waiting, now)
    for key in news.keys() - reviewed.keys():
        changes.write_detail(session, listing_id=key, kind=_KIND, document=news[key], now=now)
        bulk.touch(by_id[key], now)
    cards.refresh(session, listings=[by_id[key] for key in news.keys() - reviewed.keys()], now=now)
    waits = reviewed.keys() - back
    acts = [Act("listing.detail_set", key, {"kind": _KIND.value, "waiting": key in waits}) for key in sorted(news)]
    audit.record_all(session, actor=actor, subject="listing", acts=acts, now=now)
    return Put(changed=len(news), waiting=len(waits), unchanged=len(by_id) - len(news))


def _said(up: Mapping[str, Any], waiting: ChangeSet | None) -> Any:
    """Return what a listing says as its merchant edits it: a waiting edit lies over what is up."""
    if waiting is not None and _KIND.value in waiting.changes:
        return waiting.changes[_KIND.value]["new"]
    return up.get(_KIND.value)


def _propose(
    session: Session,
    actor: Actor,
    news: Mapping[UUID, Any],
    up: Mapping[UUID, Mapping[str, Any]],
    waiting: Mapping[UUID, ChangeSet],
    now: datetime,
) -> set[UUID]:
    """Let what is new wait beside what waits already; return those that say what is up again, and wait no longer."""
    material: dict[UUID, dict[str, Any]] = {}
    back: set[UUID] = set()
    for listing_id, document in news.items():
        before = dict(waiting[listing_id].changes) if listing_id in waiting else {}
        old = up.get(listing_id, {}).get(_KIND.value)
        material[listing_id] = {name: part for name, part in before.items() if name != _KIND.value}
        if document == old:
            back.add(listing_id)
        else:
            material[listing_id][_KIND.value] = {"old": old, "new": document}
    # A proposal keeps what is edited elsewhere, so what is taken back has to go before.
    changes.withdraw(session, listing_ids=back, now=now)
    changes.propose(session, actor=actor, material=material, now=now)
    return back
