"""A line from Chongqing to Hanoi with a small lorry, and companies that send and receive."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import CapacityEntry, Departure
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.rules.freight import Rates
from marketplace.logistics.services import freight, network, timetable
from marketplace.logistics.services.network import LegPlan
from marketplace.logistics.services.space import claims, holding
from marketplace.merchants.services import requirements
from marketplace.reference import services as reference

# A Monday morning in Chongqing.
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=15)
LORRY = Load(grams=24_000_000, cm3=80_000_000, ldm_mm=20_000, pallets=50)
PALLET = Load(grams=400_000, cm3=1_500_000, ldm_mm=400, pallets=1)


def company(session: Session, kind=CompanyKind.TRADE) -> UUID:
    row = Company(
        id=new_id(), kind=kind, name="Demo Forwarding Co.", country="CN", registration_number=str(new_id()),
        created_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


@dataclass
class Road:
    """A line that runs on Wednesdays and Fridays, its next departures first, and two companies."""

    line_id: UUID
    departures: list[UUID]
    shipper: UUID
    consignee: UUID

    def hold(self, session: Session, load=PALLET, *, number=0, subject=None, now=NOW, **changes) -> BookingRow:
        facts = {
            "departure_id": self.departures[number],
            "to_place": "VNHAN",
            "load": load,
            "subject": subject or new_id(),
            "shipper": self.shipper,
            "consignee": self.consignee,
            "expires_at": now + timedelta(minutes=15),
            "now": now,
        }
        return holding.hold(session, **facts | changes)

    def target(self, session: Session, load=PALLET, *, number=0, subject=None) -> BookingRow:
        return holding.target(
            session, departure_id=self.departures[number], to_place="VNHAN", load=load, subject=subject or new_id(),
            shipper=self.shipper, consignee=self.consignee, now=NOW,
        )  # fmt: skip

    def confirmed(self, session: Session, load=PALLET, *, number=0) -> BookingRow:
        row = self.hold(session, load, number=number)
        claims.confirm(session, subject=row.subject, now=NOW)
        return row


def build(session: Session, capacity: Load = LORRY) -> Road:
    reference.load_places(session)
    network.add_crossing(session, code="YOUYIGUAN", one_side="CN-YOUYIGUAN", other_side="VN-HUUNGHI")
    vehicle = network.add_vehicle_type(session, code="TEST", name="Test lorry", capacity=capacity, source="test")
    carrier = company(session, CompanyKind.CARRIER)
    line_id = network.add_line(
        session,
        actor=SYSTEM,
        code="EAST",
        name="East line",
        names={"zh": "东线"},
        hub_code="CN-NANPENG",
        carrier_company_id=carrier,
        legs=[
            LegPlan("CN-YOUYIGUAN", 23 * 60, "test"),
            LegPlan("VN-HUUNGHI", 14 * 60, "test", crossing="YOUYIGUAN"),
            LegPlan("VNHAN", 8 * 60, "test"),
            LegPlan("VNHPH", 4 * 60, "test"),
        ],
        now=NOW,
    )
    for weekday in (2, 4):
        network.add_service(session, line_id=line_id, vehicle_type_id=vehicle, weekday=weekday, minute_of_day=16 * 60)
    for place, price in (("VNHAN", "0.98"), ("VNHPH", "1.06")):
        freight.set_tariff(
            session,
            actor=SYSTEM,
            line_id=line_id,
            to_place=place,
            rates=Rates(UnitPrice.of(price, "CNY"), Money.of(260, "CNY"), m3_factor=333, ldm_factor=1_850),
            valid_from=NOW,
            note="demo tariff: fictitious",
            now=NOW,
        )
    requirements.vouch(session, company_id=carrier, reason="Of the tests.", now=NOW)
    timetable.roll(session, now=NOW)
    found = session.scalars(sa.select(Departure.id).order_by(Departure.departs_at)).all()
    return Road(line_id, list(found), company(session), company(session))


def taken(session: Session, departure_id: UUID) -> Load:
    columns = [getattr(Departure, f"taken_{name}") for name in DIMENSIONS]
    return Load(*session.execute(sa.select(*columns).where(Departure.id == departure_id)).one())


def entered(session: Session, departure_id: UUID) -> Load:
    sums = [sa.func.coalesce(sa.func.sum(getattr(CapacityEntry, name)), 0) for name in DIMENSIONS]
    row = session.execute(sa.select(*sums).where(CapacityEntry.departure_id == departure_id)).one()
    return Load(*map(int, row))


@pytest.fixture
def road(session: Session) -> Road:
    return build(session)
