"""Found the city that the history happens in: its people, its lines and goods; what is there already stays."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.services import terms
from marketplace.accounts.services.vault import Vault
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.services import bulk
from marketplace.files.services import Upload
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.rules.terms import PLAIN
from marketplace.logistics.services import building
from marketplace.logistics.services.building import NetworkPlan, VehiclePlan
from marketplace.moderation import services as reviews
from marketplace.moderation.models import Case
from marketplace.moderation.rules import CaseState, Decision
from marketplace.reference import queries as reference_queries
from marketplace.reference import services as reference
from marketplace.reference.rules import Setting
from marketplace.seed import merchants, network, people
from marketplace.seed.borders import CROSSINGS
from marketplace.seed.desk import Desk
from marketplace.seed.goods import shelves
from marketplace.seed.houses import House
from marketplace.seed.replay import cast
from marketplace.seed.replay.cast import Goods
from marketplace.seed.replay.published import CHEAP_YUAN, DEAR_YUAN

# Of each merchant's three goods, so much lies ready: more than the whole history takes.
_STOCK: Final = 10_000_000


def found(desk: Desk) -> None:
    """Make what the city lacks, on its first day; ValueError for a city that somebody uses."""
    now = desk.start
    if not people.is_in(reading(), cast.OPERATOR.login):
        if reading().execute(sa.select(Company.id).limit(1)).first() is not None:
            msg = "history is replayed in a city of its own: this one is in use"
            raise ValueError(msg)
        licence = merchants.specimen(desk.store)
        in_unit_of_work(lambda session: _settle(session, desk.vault, licence, now))
    in_unit_of_work(lambda session: _list(session, desk, now))
    in_unit_of_work(lambda session: _approve(session, desk.actor(cast.MODERATOR), now))


# The houses are known, and order lorries full of goods.
_TRUSTED: Final = {
    Setting.UNVERIFIED_ORDERS: 10_000,
    Setting.UNVERIFIED_VALUE: Money(10**12, "USD"),
    Setting.UNVERIFIED_STOCK_PERCENT: 100,
    Setting.UNVERIFIED_HOLD_HOURS: 720,
}


def sku(house: House, kind: str) -> str:
    """Return the article number of a house's goods of a kind."""
    return f"{house.key}-{kind}".upper()


def _settle(session: Session, vault: Vault, licence: Upload, now: datetime) -> None:
    terms.publish_shipped(session, now=now)
    operator = people.found(session, cast.OPERATOR, vault=vault, now=now)
    staff = {one.login: people.join(session, operator, one, vault=vault, now=now) for one in cast.STAFF}
    carrier = people.found(session, cast.CARRIER, vault=vault, now=now)
    moderator = staff[cast.MODERATOR]
    merchants.qualify(session, company=carrier, items=merchants.CARRYING, moderator=moderator, licence=licence, now=now)
    merchants.name_accounts(session, carrier=carrier, now=now)
    reference.load_places(session)
    reference.load_rates(session)
    for key, value in _TRUSTED.items():
        reference.change_setting(session, actor=SYSTEM, key=key.value, value=value, valid_from=now, now=now)
    _build(session, carrier, now)
    shelves.fill_shelves(session)
    for house, _ in cast.houses():
        actor = people.settle(session, house, vault=vault, now=now)
        merchants.admit(session, house, actor=actor, moderator=moderator, licence=licence, now=now)


def _build(session: Session, carrier: Actor, now: datetime) -> None:
    """Build the lines without weekly services: which lorries ran is what is replayed."""
    wanted = {route.line for route in cast.ROUTES}
    places = {place.code: place for place in reference_queries.places(session)}
    plans = [network.planned(line, carrier.company, places) for line in network.LINES if line.code in wanted]
    # At plain tariffs: what was published says nothing of breaks and surcharges.
    plain = [{place: replace(rates, terms=PLAIN) for place, rates in plan.rates.items()} for plan in plans]
    lines = [replace(plan, runs=(), rates=rates) for plan, rates in zip(plans, plain, strict=True)]
    building.build(
        session,
        actor=SYSTEM,
        plan=NetworkPlan(
            CROSSINGS,
            (VehiclePlan(*cast.LORRY), VehiclePlan(*cast.CONTAINER, teu_hundredths=200)),
            tuple(lines),
        ),
        valid_from=now,
        now=now,
    )


def _list(session: Session, desk: Desk, now: datetime) -> None:
    for house, goods in cast.houses():
        actor = desk.actor(house.login)
        drafts = _drafts(house, goods)
        known = bulk.find_by_sku(session, company_id=actor.company, skus=[draft.sku for draft in drafts])
        missing = [draft for draft in drafts if draft.sku not in known]
        made = bulk.create_listings(session, actor=actor, drafts=missing, now=now)
        for refusal in made:
            if isinstance(refusal, DomainError):  # a mistake in the cast must not pass unseen
                raise refusal
        ids = [each for each in made if not isinstance(each, DomainError)]
        bulk.submit_listings(session, actor=actor, listing_ids=ids, now=now)


def _drafts(house: House, goods: Goods) -> list[ListingDraft]:
    kinds = (
        (cast.DEAR, goods.dear, DEAR_YUAN),
        (cast.CHEAP, goods.cheap, CHEAP_YUAN),
        (cast.CHEAP_TOO, goods.cheap_too, CHEAP_YUAN),
    )
    return [
        ListingDraft(
            sku=sku(house, kind),
            # Whoever writes neither English nor Chinese names its goods in English.
            titles={house.locale: english, "en": english, "zh": chinese},
            source_locale=house.locale,
            hs=hs,
            origin=house.country,
            unit="CT",
            moq=1,
            multiple=1,
            ladders=(make_ladder("CNY", "FCA", house.hub, price=Decimal(yuan)),),
            stock=_STOCK,
            packing=cast.CARTON,
            hub_code=house.hub,
        )
        for kind, (hs, english, chinese), yuan in kinds
    ]


def _approve(session: Session, moderator: Actor, now: datetime) -> None:
    waiting = session.scalars(
        sa.select(Case.id)
        .join(Listing, Listing.id == Case.listing_id)
        .where(Case.state == CaseState.PENDING)
        .order_by(Case.id)
    )
    reviews.decide_all(session, actor=moderator, seen=dict.fromkeys(waiting), decision=Decision.APPROVE, now=now)
