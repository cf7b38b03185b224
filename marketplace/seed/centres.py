"""Distribution centres of the demo and what lies in them: one lot must leave bond soon.

The sources say that there are over thirty overseas warehouses in Laos, Thailand and Viet Nam; which, where exactly and
with which hours and licences they do not say: those are assumed, and every number of a paper is fictitious.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.catalog.models import Listing, PriceLadder
from marketplace.catalog.rules.states import ListingState
from marketplace.distribution.centres.services import announcing, selling
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.logistics.centres.models import Centre
from marketplace.logistics.centres.rules.centres import Figures
from marketplace.logistics.centres.rules.lots import Papers, Status
from marketplace.logistics.centres.rules.proofs import Proof, ProofKind
from marketplace.logistics.centres.services import arriving, keeping, releasing
from marketplace.logistics.centres.services.releasing import Declared
from marketplace.reference import services as reference
from marketplace.reference.models import Place
from marketplace.reference.rules import PlaceKind

SOURCE: Final = "overseas warehouses in Laos, Thailand, Viet Nam (people.cn 2022); place, hours, licence assumed"
# Code, name, Chinese, Vietnamese, country, clock, latitude, longitude.
_PLACES: Final = (
    (
        "CN-DC-NANPENG", "Chongqing DC (Nanpeng)", "重庆分拨中心（南彭）", "TTPP Trùng Khánh (Nam Bành)",
        "CN", "Asia/Shanghai", "29.36", "106.62",
    ),
    ("VN-DC-HANOI", "Hanoi DC", "河内分拨中心", "TTPP Hà Nội", "VN", "Asia/Ho_Chi_Minh", "21.05", "105.9"),
    ("LA-DC-VIENTIANE", "Vientiane DC", "万象分拨中心", "TTPP Viêng Chăn", "LA", "Asia/Vientiane", "17.9", "102.7"),
    ("TH-DC-BANGKOK", "Bangkok DC", "曼谷分拨中心", "TTPP Băng Cốc", "TH", "Asia/Bangkok", "13.7", "100.75"),
)  # fmt: skip
_HANOI: Final = "VN-DC-HANOI"
# Units, and days for which they may still stay in bond.
_LOTS: Final = ((240, 6), (1_200, 75))
_MONTH: Final = timedelta(days=30)


def open_centres(session: Session, *, keeper: UUID, operator: UUID, now: datetime) -> None:
    """Open the centres; the one in Hanoi is a partner's, the others the operator's; those that are there stay."""
    for code, name, zh, vi, country, zone, latitude, longitude in _PLACES:
        reference.add_place(
            session,
            code=code,
            name=name,
            names={"zh": zh, "vi": vi},
            country=country,
            kind=PlaceKind.DC,
            zone=zone,
            unlocode=None,
            latitude=Decimal(latitude),
            longitude=Decimal(longitude),
            source=SOURCE,
        )
        until = date(now.year + 2, 12, 31)
        figures = Figures(0b111111, 480, 1_080, f"DEMO-{country}", until, SOURCE, is_assumed=True)
        keeper_id = keeper if code == _HANOI else operator
        keeping.provide(session, actor=SYSTEM, place_code=code, keeper_id=keeper_id, figures=figures, now=now)


def store_goods(
    session: Session, *, owners: tuple[Actor, ...], keeper: Actor, operator: Actor, broker: Actor, now: datetime
) -> None:
    """Let goods of merchants lie in the first centre in whose country they have a price; twice is once."""
    for owner in owners:
        goods = _goods(session, owner)
        if goods is not None:
            listing_id, centre_id, is_partners = goods
            _store(session, owner, keeper if is_partners else operator, broker, listing_id, centre_id, now)


def _goods(session: Session, owner: Actor) -> tuple[UUID, UUID, bool] | None:
    """Return a listing of an owner with a price at a place where a centre is, the centre, and whether a partner's."""
    there = aliased(Place)
    found = session.execute(
        sa.select(Listing.id, Centre.id, Centre.place_code)
        .join(PriceLadder, PriceLadder.listing_id == Listing.id)
        .join(Place, Place.code == PriceLadder.place_code)
        .join(there, there.country == Place.country)
        .join(Centre, Centre.place_code == there.code)
        .where(Listing.company_id == owner.company, Listing.state == ListingState.LIVE)
        .order_by(Centre.place_code == _HANOI, Listing.sku)
        .limit(1)
    ).first()
    return None if found is None else (found[0], found[1], found[2] == _HANOI)


def _store(
    session: Session, owner: Actor, keeper: Actor, broker: Actor, listing_id: UUID, centre_id: UUID, now: datetime
) -> None:
    lots: list[UUID] = []
    announced = {"centre_id": centre_id, "listing_id": listing_id, "house_waybill": None, "now": now}
    for place, (units, days) in enumerate(_LOTS, start=1):
        papers = Papers(
            Status.BONDED,
            entry_number=f"DEMO-E{place}",
            bonded_since=(now - _MONTH).date(),
            bonded_until=(now + timedelta(days=days)).date(),
        )
        arrival = announcing.announce(session, actor=owner, quantity=units, broker_id=broker.company, **announced)
        lots.append(arriving.take_in(session, actor=keeper, arrival_id=arrival, quantity=units, papers=papers, now=now))
    # One that is still to come.
    announcing.announce(session, actor=owner, quantity=600, broker_id=None, **announced)
    issued, until = (now - _MONTH).date(), (now + 10 * _MONTH).date()
    origin = session.scalars(sa.select(Listing.origin).where(Listing.id == listing_id)).one()
    proof = Proof(ProofKind.RCEP, f"DEMO-{origin}-1", origin, issued, until, 1_000)
    proof_id = announcing.show_proof(session, actor=owner, listing_id=listing_id, proof=proof, now=now)
    line = Declared("DEMO-D1", 1, issued, duty_paid=True, proof_id=proof_id)
    releasing.release(session, actor=broker, lot_id=lots[-1], quantity=200, declared=line, now=now)
    selling.offer(session, actor=owner, listing_id=listing_id, centre_id=centre_id, status=Status.BONDED, now=now)
