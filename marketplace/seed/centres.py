"""Distribution centres of the demo and what lies in them: one lot must leave bond soon.

The sources say that there are over thirty overseas warehouses in Laos, Thailand and Viet Nam; which, where exactly and
with which hours and licences they do not say: those are assumed, and every number of a paper is fictitious.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing
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
HANOI: Final = "VN-DC-HANOI"
CHONGQING: Final = "CN-DC-NANPENG"
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
        keeper_id = keeper if code == HANOI else operator
        keeping.provide(session, actor=SYSTEM, place_code=code, keeper_id=keeper_id, figures=figures, now=now)


def store_goods(
    session: Session, *, parts: Actor, fruit: Actor, keeper: Actor, operator: Actor, broker: Actor, now: datetime
) -> None:
    """Let parts lie in Hanoi, and fruit in Chongqing, from where it is sold as an import."""
    _store(session, parts, keeper, broker, HANOI, now)
    listing_id, centre_id = _store(session, fruit, operator, broker, CHONGQING, now)
    selling.offer(session, actor=fruit, listing_id=listing_id, centre_id=centre_id, status=Status.BONDED, now=now)


def _store(
    session: Session, owner: Actor, keeper: Actor, broker: Actor, place_code: str, now: datetime
) -> tuple[UUID, UUID]:
    """Announce, take in and release some goods of an owner; return the listing and the centre."""
    mine = sa.select(Listing).where(Listing.company_id == owner.company, Listing.state == ListingState.LIVE)
    listing = session.scalars(mine.order_by(Listing.sku).limit(1)).one()
    listing_id = listing.id
    centre_id = session.scalars(sa.select(Centre.id).where(Centre.place_code == place_code)).one()
    lots: list[UUID] = []
    # They were there before anything of them was ordered.
    came_at = now - timedelta(days=1)
    announced = {"centre_id": centre_id, "listing_id": listing_id, "house_waybill": None, "now": came_at}
    for place, (units, days) in enumerate(_LOTS, start=1):
        papers = Papers(
            Status.BONDED,
            entry_number=f"DEMO-E{place}",
            bonded_since=(now - _MONTH).date(),
            bonded_until=(now + timedelta(days=days)).date(),
        )
        arrival = announcing.announce(session, actor=owner, quantity=units, broker_id=broker.company, **announced)
        lots.append(
            arriving.take_in(session, actor=keeper, arrival_id=arrival, quantity=units, papers=papers, now=came_at)
        )
    # One that is still to come.
    announcing.announce(session, actor=owner, quantity=600, broker_id=None, **announced)
    issued, until = (now - _MONTH).date(), (now + 10 * _MONTH).date()
    proof = Proof(ProofKind.RCEP, f"DEMO-{listing.origin}-1", listing.origin, issued, until, 1_000)
    proof_id = announcing.show_proof(session, actor=owner, listing_id=listing_id, proof=proof, now=now)
    line = Declared("DEMO-D1", 1, issued, duty_paid=True, proof_id=proof_id)
    releasing.release(session, actor=broker, lot_id=lots[-1], quantity=200, declared=line, now=now)
    return listing_id, centre_id
