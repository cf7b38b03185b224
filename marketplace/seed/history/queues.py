"""What waits at the desks of the demo city: offers to look at, applications, a merchant that was stopped."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from marketplace.catalog.models import Listing
from marketplace.catalog.rules.pricing import Tier
from marketplace.catalog.services import listings
from marketplace.files.services import Upload
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.money import UnitPrice
from marketplace.merchants.services import applications
from marketplace.moderation import queries as moderation
from marketplace.moderation import services as reviews
from marketplace.seed import cast, houses, merchants, people
from marketplace.seed.desk import Desk
from marketplace.seed.goods.offers import Offer, draft_of, offers

# Further offers of a house, and what became of each: what its merchant or the moderator did last.
_ENDS: Final = ("", "", "", "", "draft", "request_changes", "reject", "pause", "delist", "sell_out")
_REASONS: Final = {
    "request_changes": "The title names a size that the description does not: please make both say the same.",
    "reject": "The same goods are up already under another article number.",
}


def fill(desk: Desk, licence: Upload, now: datetime) -> None:
    """Fill the moderator's queues."""
    _offer_more(desk, now)
    _edit(desk, now)
    _apply(desk, licence, now)


def _offer_more(desk: Desk, now: datetime) -> None:
    actor, moderator = desk.actor("cq-lamp@demo.test"), desk.actor(cast.MODERATOR)
    for end, offer in zip(_ENDS, _new_offers(), strict=False):
        made = in_unit_of_work(
            lambda session, offer=offer: listings.create(session, actor=actor, draft=draft_of(offer), now=now)
        )
        if end == "draft":
            continue
        in_unit_of_work(lambda session, made=made: listings.submit(session, actor=actor, listing_id=made, now=now))
        if not end:
            continue
        case = next(row for row in moderation.queue(reading(), size=1_000).items if row.listing_id == made)
        decision = end if end in _REASONS else "approve"
        in_unit_of_work(
            lambda session, case=case, decision=decision: reviews.decide(
                session, actor=moderator, case_id=case.id, decision=decision, reason=_REASONS.get(decision, ""), now=now
            )
        )
        if end in ("pause", "delist", "sell_out"):
            in_unit_of_work(
                lambda session, made=made, end=end: listings.act(
                    session, actor=actor, listing_id=made, action=end, now=now
                )
            )


def _new_offers() -> Sequence[Offer]:
    """Return what the lamp maker brings out next."""
    maker = [house for house in houses.HOUSES if house.key == "cq-lamp"]
    return [replace(offer, series="-26") for offer in offers(maker)][: len(_ENDS)]


def _edit(desk: Desk, now: datetime) -> None:
    """Let the demo merchants edit what is up: two titles, and a price that more than doubles."""
    for login, sku, title in ((cast.PARTS, "CQ-CB-PZ27", "OEM"), (cast.FRUIT, "CTB-LNG-AA", "GAP")):
        actor, listing_id = desk.actor(login), _listing(sku)
        draft = listings.draft_of(reading(), actor=actor, listing_id=listing_id)
        renamed = replace(draft, titles={locale: f"{text} ({title})" for locale, text in draft.titles.items()})
        in_unit_of_work(
            lambda session, actor=actor, listing_id=listing_id, renamed=renamed: listings.edit(
                session, actor=actor, listing_id=listing_id, draft=renamed, now=now
            )
        )
    actor, listing_id = desk.actor(cast.PARTS), _listing("CQ-CL150")
    draft = listings.draft_of(reading(), actor=actor, listing_id=listing_id)
    dearer = tuple(
        replace(one, tiers=tuple(Tier(tier.from_quantity, _times(tier.price, "1.45")) for tier in one.tiers))
        for one in draft.ladders
    )
    in_unit_of_work(
        lambda session: listings.edit(
            session, actor=actor, listing_id=listing_id, draft=replace(draft, ladders=dearer), now=now
        )
    )


def _apply(desk: Desk, licence: Upload, now: datetime) -> None:
    moderator = desk.actor(cast.MODERATOR)
    for house, decision, reason in houses.APPLICANTS:
        in_unit_of_work(lambda session, house=house: people.settle(session, house, vault=desk.vault, now=now))
        actor = desk.actor(house.login)
        application = in_unit_of_work(
            lambda session, house=house, actor=actor: merchants.apply(
                session, house, actor=actor, licence=licence, now=now
            )
        )
        if decision is not None:
            in_unit_of_work(
                lambda session, application=application, decision=decision, reason=reason: (
                    applications.decide_application(
                        session, actor=moderator, application_id=application, decision=decision, reason=reason, now=now
                    )
                )
            )
    house, reason = houses.SUSPENDED
    in_unit_of_work(lambda session: people.settle(session, house, vault=desk.vault, now=now))
    actor = desk.actor(house.login)
    in_unit_of_work(
        lambda session: merchants.admit(session, house, actor=actor, moderator=moderator, licence=licence, now=now)
    )
    in_unit_of_work(
        lambda session: applications.set_standing(
            session, actor=moderator, company_id=actor.company, action="suspend", reason=reason, now=now
        )
    )


def _listing(sku: str) -> UUID:
    return reading().scalars(sa.select(Listing.id).where(Listing.sku == sku)).one()


def _times(price: UnitPrice, factor: str) -> UnitPrice:
    return UnitPrice(int(price.micro * Decimal(factor)), price.currency)
