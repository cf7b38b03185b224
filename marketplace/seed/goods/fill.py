"""Put the houses' offers up; what a house has already stays as it is, so that a fill that was cut off goes on."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.texts import How
from marketplace.catalog.services import bulk, details
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.moderation import services as reviews
from marketplace.moderation.models import Case
from marketplace.moderation.rules import CaseState, Decision
from marketplace.seed.desk import Desk
from marketplace.seed.goods.offers import Offer, draft_of

_AT_ONCE: Final = 500


def put_up(desk: Desk, wanted: Iterable[Offer], *, moderator: Actor, now: datetime) -> Iterator[int]:
    """Write, hand in and approve the offers that are missing; yield how many each batch made.

    Offers of one house that follow each other are a batch. A batch is two units of work: what a run that was cut off
    has handed in is approved by the next.
    """
    for _, of_house in groupby(wanted, key=lambda offer: offer.house.key):
        actor: Actor | None = None
        while batch := list(islice(of_house, _AT_ONCE)):
            actor = actor or desk.actor(batch[0].house.login)
            yield in_unit_of_work(lambda session, who=actor, what=batch: _hand_in(session, who, what, now))
            in_unit_of_work(lambda session, who=actor, what=batch: _approve(session, moderator, who, what, now))


def _hand_in(session: Session, actor: Actor, batch: Sequence[Offer], now: datetime) -> int:
    known = bulk.find_by_sku(session, company_id=actor.company, skus=[offer.sku for offer in batch])
    drafts = [draft_of(offer) for offer in batch if offer.sku not in known]
    made = bulk.create_listings(session, actor=actor, drafts=drafts, now=now)
    for refusal in made:
        if isinstance(refusal, DomainError):  # a table with a mistake in it must not pass unseen
            raise refusal
    ids = [each for each in made if not isinstance(each, DomainError)]
    translated = {
        listing_id: [language for language in draft.titles if language != draft.source_locale]
        for listing_id, draft in zip(ids, drafts, strict=True)
    }
    documents = {
        listing_id: {DetailKind.TEXTS: {"marks": dict.fromkeys(sorted(languages), How.PERSON.value)}}
        for listing_id, languages in translated.items()
        if languages
    }
    details.put_read(session, actor=actor, documents=documents, now=now)
    bulk.submit_listings(session, actor=actor, listing_ids=ids, now=now)
    return len(ids)


def _approve(session: Session, moderator: Actor, merchant: Actor, batch: Sequence[Offer], now: datetime) -> None:
    waiting = session.scalars(
        sa.select(Case.id)
        .join(Listing, Listing.id == Case.listing_id)
        .where(
            Case.company_id == merchant.company,
            Case.state == CaseState.PENDING,
            Listing.sku.in_([offer.sku for offer in batch]),
        )
        .order_by(Case.id)
    )
    seen = dict.fromkeys(waiting)
    reviews.decide_all(session, actor=moderator, seen=seen, decision=Decision.APPROVE, now=now)
