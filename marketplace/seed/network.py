"""The demo network: lines named as the operator's are, services on invented days, tariffs that are fictitious.

Hours and kilometres of whole relations are published figures where the source says so; how they are spread over the
legs, and everything marked *derived* or *assumed*, is our own arithmetic for the demo and shown as an assumption.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.services import closures
from marketplace.logistics.floor import queries as floors
from marketplace.logistics.floor.rules.measures import Measures
from marketplace.logistics.floor.services import vehicles
from marketplace.logistics.models.network import BorderCrossing
from marketplace.logistics.rules.freight import STANDARD_FACTORS, Rates
from marketplace.logistics.rules.states import Carriage, Mode
from marketplace.logistics.services import building, timetable
from marketplace.logistics.services.building import LinePlan, NetworkPlan, VehiclePlan
from marketplace.logistics.services.network import LegPlan
from marketplace.reference import queries as reference_queries
from marketplace.reference import services as reference
from marketplace.reference.queries import PlaceRow
from marketplace.seed import tariffs
from marketplace.seed.borders import CROSSINGS

EARTH_KM: Final = 6_371
# Roads and rails between places of the corridor are longer than the great circle, by what published lengths say.
ROAD_FACTOR: Final = 1.4
TARIFF_NOTE: Final = "demo tariff: fictitious"
_SCIO: Final = "english.scio.gov.cn 2020-12-07: about 45 h to Hanoi, 98 h to Bangkok; spread over legs: derived"
_VNA: Final = "vietnamplus fr 91961: 2,800 km to Yangon; hours derived"
_DERIVED: Final = "derived: great circle via the border × 1.4, 50 km/h and rests"
_RAIL: Final = "assumed: hours by rail are not published for this line"
_QINZHOU: Final = "chinadaily 2018-03-22: Chongqing-Qinzhou by rail, 1,450 km, 2 days"
_LINCANG: Final = "assumed: china-railway.com.cn, gnlm.com.mm (2022): 15 days, 2,000 km for the whole; spread over legs"
_SEA: Final = "businesstimes.com.sg 2018-04-13: 6 days from Qinzhou to Singapore; km by searoute"


@dataclass(frozen=True, slots=True)
class Stop:
    """The next place of a line: hours to it, and the price of a chargeable kg where cargo leaves the lorry there.

    ``source`` and ``km`` where they are published for this leg alone.
    """

    code: str
    hours: int
    per_kg: str = ""
    crossing: str | None = None
    mode: Mode = Mode.ROAD
    carriage: Carriage = Carriage.THROUGH
    km: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class DemoLine:
    """A line of the demo: its tariff's currency and least charge, its stops, its weekly runs as (weekday, hour)."""

    code: str
    name: str
    zh: str
    vi: str
    hub: str
    currency: str
    minimum: str
    stops: tuple[Stop, ...]
    runs: tuple[tuple[int, int], ...]
    source: str
    vehicle: str = "SEMI-13.7"


VEHICLES: Final[tuple[tuple[str, str, Load, str, int, bool], ...]] = (
    (
        "SEMI-13.7",
        "Semi-trailer 13.7 m",
        Load(24_000_000, 80_000_000, 13_600, 33),
        "vendors' figures, editable",
        225,
        False,
    ),
    (
        "BOX-40HQ",
        "Container 40 ft high cube",
        Load(26_500_000, 68_000_000, 12_000, 30),
        "cnctnr.com: 68 m³ usual load",
        200,
        False,
    ),
    (
        "REEFER-13.7",
        "Refrigerated semi-trailer 13.7 m",
        Load(22_000_000, 76_000_000, 13_400, 32),
        "assumption: semi-trailer 13.7 m less the cooler, editable",
        225,
        True,
    ),
)
# The inside of the 40HQ is read, that of the trailer is the one our packing was measured with; no source gives axles,
# so they are assumptions: kingpin and bogie, and the container's tare alone. Both are edited on the page of lorries.
INSIDES: Final = (
    (
        "SEMI-13.7", Measures(13_600, 2_450, 2_700, 1_500, 18_000_000, 9_700, 24_000_000, 7_000_000),
        "vendors' figures, editable; 13.6 × 2.45 × 2.70 m inside, axles and tare assumed",
    ),
    (
        "BOX-40HQ", Measures(12_032, 2_352, 2_690, 1_000, 15_000_000, 9_400, 24_000_000, 3_900_000),
        "cnctnr.com: 68 m³ usual load, 12.032 × 2.352 × 2.69 m inside, tare 3.86-4.2 t; axles assumed",
    ),
)  # fmt: skip
LINES: Final = (
    DemoLine(
        "EAST", "East line", "东线", "Tuyến Đông", "CN-NANPENG", "CNY", "260",
        (
            Stop("CNNIN", 18, "0.55"),
            Stop("CN-YOUYIGUAN", 5),
            Stop("VN-HUUNGHI", 14, crossing="YOUYIGUAN-HUUNGHI"),
            Stop("VNBNH", 6, "0.94"),
            Stop("VNHAN", 2, "0.98"),
            Stop("VNHPH", 4, "1.06"),
        ),
        ((0, 16), (2, 16), (4, 16), (5, 10)), _SCIO,
    ),
    DemoLine(
        "EAST-S", "East line to Ho Chi Minh City", "东线（胡志明市）", "Tuyến Đông đi TP. Hồ Chí Minh",
        "CN-NANPENG", "CNY", "420",
        (
            Stop("CN-YOUYIGUAN", 23),
            Stop("VN-HUUNGHI", 14, crossing="YOUYIGUAN-HUUNGHI"),
            Stop("VNDAD", 24, "1.48"),
            Stop("VNBDU", 22, "1.86"),
            Stop("VNSGN", 2, "1.90"),
            Stop("VNVCA", 5, "2.02"),
        ),
        ((1, 16), (5, 16)), _DERIVED,
    ),
    DemoLine(
        "MIDDLE", "Middle line", "中线", "Tuyến Trung", "CN-NANPENG", "CNY", "380",
        (
            Stop("CNKNM", 20, "0.62"),
            Stop("CNMHN", 14),
            Stop("LABTN", 8, crossing="MOHAN-BOTEN"),
            Stop("LALPQ", 8, "1.32"),
            Stop("LAVTE", 11, "1.44"),
            Stop("LATHG", 2),
            Stop("THNOK", 8, crossing="THANALENG-NONGKHAI"),
            Stop("THKKC", 4, "1.58"),
            Stop("THBKK", 15, "1.76"),
        ),
        ((1, 14), (3, 14), (6, 10)), _SCIO,
    ),
    DemoLine(
        "WEST", "West line", "西线", "Tuyến Tây", "CN-NANPENG", "CNY", "460",
        (
            Stop("CNKNM", 20, "0.62"),
            Stop("CNRUI", 18),
            Stop("MM-MUSE", 10, crossing="RUILI-MUSE"),
            Stop("MMMDL", 16, "2.10"),
            Stop("MMRGN", 18, "2.48"),
        ),
        ((3, 18),), _VNA,
    ),
    DemoLine(
        "LINCANG", "Lincang line by rail and road", "临沧线（公铁联运）", "Tuyến Lâm Thương (đường sắt – bộ)",
        "CN-NANPENG", "CNY", "420",
        (
            Stop("CN-LINCANG", 156, "0.90", mode=Mode.RAIL),
            Stop("CN-MENGDING", 36, carriage=Carriage.TRANSHIP),
            Stop("MM-CHINSHWEHAW", 72, crossing="QINGSHUIHE-CHINSHWEHAW", carriage=Carriage.SWAP),
            Stop("MMMDL", 96, "1.75"),
        ),
        ((4, 12),), _LINCANG, "BOX-40HQ",
    ),
    DemoLine(
        "SINGAPORE", "Singapore line", "新加坡线", "Tuyến Singapore", "CN-NANPENG", "CNY", "520",
        (
            Stop("CNMHN", 34),
            Stop("LABTN", 8, crossing="MOHAN-BOTEN"),
            Stop("LATHG", 21),
            Stop("THNOK", 8, crossing="THANALENG-NONGKHAI"),
            Stop("TH-SADAO", 38),
            Stop("MYBKH", 8, crossing="SADAO-BUKITKAYUHITAM"),
            Stop("MYKUL", 12, "2.74"),
            Stop("MYJHB", 8, "2.90"),
            Stop("MY-TUAS2", 1),
            Stop("SG-TUAS2", 5, crossing="SECOND-LINK"),
            Stop("SGSIN", 1, "3.05"),
        ),
        ((2, 18), (5, 18)), _DERIVED, "BOX-40HQ",
    ),
    DemoLine(
        "EAST-N", "East line, northbound", "东线（北上）", "Tuyến Đông, chiều bắc", "VNHAN", "VND", "950000",
        (
            Stop("VN-HUUNGHI", 6),
            Stop("CN-YOUYIGUAN", 14, crossing="YOUYIGUAN-HUUNGHI"),
            Stop("CNNIN", 5, "2150"),
            Stop("CN-NANPENG", 20, "3300"),
            Stop("CNCQI", 2, "3450"),
        ),
        ((0, 15), (2, 15), (4, 15)), _SCIO,
    ),
    DemoLine(
        "EAST-S-N", "East line, northbound from Ho Chi Minh City", "东线（胡志明市北上）",
        "Tuyến Đông, từ TP. Hồ Chí Minh", "VNSGN", "VND", "1500000",
        (
            Stop("VN-HUUNGHI", 50),
            Stop("CN-YOUYIGUAN", 14, crossing="YOUYIGUAN-HUUNGHI"),
            Stop("CNNIN", 5, "5100"),
            Stop("CN-NANPENG", 20, "6300"),
            Stop("CNCQI", 2, "6450"),
        ),
        ((1, 15), (4, 15)), _DERIVED,
    ),
    DemoLine(
        "MIDDLE-N", "Middle line, northbound", "中线（北上）", "Tuyến Trung, chiều bắc", "THBKK", "THB", "1900",
        (
            Stop("THNOK", 18),
            Stop("LATHG", 8, crossing="THANALENG-NONGKHAI"),
            Stop("LAVTE", 2, "3.10"),
            Stop("LABTN", 18),
            Stop("CNMHN", 8, crossing="MOHAN-BOTEN"),
            Stop("CNKNM", 14, "6.70"),
            Stop("CN-NANPENG", 22, "8.40"),
            Stop("CNCQI", 2, "8.70"),
        ),
        ((0, 18), (3, 18), (5, 18)), _SCIO,
    ),
    DemoLine(
        "FRUIT-N", "Middle line, northbound from Chanthaburi", "中线（尖竹汶北上）", "Tuyến Trung, từ Chanthaburi",
        "THCHA", "THB", "2100",
        (
            Stop("THNOK", 20),
            Stop("LATHG", 8, crossing="THANALENG-NONGKHAI"),
            Stop("LABTN", 19),
            Stop("CNMHN", 8, crossing="MOHAN-BOTEN"),
            Stop("CNKNM", 14, "7.10"),
            Stop("CN-NANPENG", 22, "8.90"),
            Stop("CNCQI", 2, "9.20"),
        ),
        ((1, 20), (3, 20), (5, 20)), _DERIVED,
    ),
    DemoLine(
        "LAOS-N", "Middle line, northbound from Vientiane", "中线（万象北上）", "Tuyến Trung, từ Viêng Chăn",
        "LAVTE", "LAK", "1150000",
        (
            Stop("LABTN", 18),
            Stop("CNMHN", 8, crossing="MOHAN-BOTEN"),
            Stop("CNKNM", 14, "3300"),
            Stop("CN-NANPENG", 22, "4400"),
            Stop("CNCQI", 2, "4550"),
        ),
        ((2, 16),), _DERIVED,
    ),
    DemoLine(
        "WEST-N", "West line, northbound", "西线（北上）", "Tuyến Tây, chiều bắc", "MMRGN", "MMK", "165000",
        (
            Stop("MM-MUSE", 34),
            Stop("CNRUI", 10, crossing="RUILI-MUSE"),
            Stop("CNKNM", 18, "620"),
            Stop("CN-NANPENG", 22, "740"),
            Stop("CNCQI", 2, "760"),
        ),
        ((5, 8),), _DERIVED,
    ),
    DemoLine(
        "MALAYSIA-N", "Singapore line, northbound from Kuala Lumpur", "新加坡线（吉隆坡北上）",
        "Tuyến Singapore, từ Kuala Lumpur", "MYKUL", "MYR", "330",
        (
            Stop("MYBKH", 12),
            Stop("TH-SADAO", 8, crossing="SADAO-BUKITKAYUHITAM"),
            Stop("THNOK", 38),
            Stop("LATHG", 8, crossing="THANALENG-NONGKHAI"),
            Stop("LABTN", 21),
            Stop("CNMHN", 8, crossing="MOHAN-BOTEN"),
            Stop("CN-NANPENG", 34, "1.72"),
            Stop("CNCQI", 2, "1.78"),
        ),
        ((0, 20), (4, 20)), _DERIVED, "BOX-40HQ",
    ),
    DemoLine(
        "SINGAPORE-N", "Singapore line, northbound", "新加坡线（北上）", "Tuyến Singapore, chiều bắc",
        "SGSIN", "SGD", "115",
        (
            Stop("SG-TUAS2", 1),
            Stop("MY-TUAS2", 5, crossing="SECOND-LINK"),
            Stop("MYBKH", 20),
            Stop("TH-SADAO", 8, crossing="SADAO-BUKITKAYUHITAM"),
            Stop("THNOK", 38),
            Stop("LATHG", 8, crossing="THANALENG-NONGKHAI"),
            Stop("LABTN", 21),
            Stop("CNMHN", 8, crossing="MOHAN-BOTEN"),
            Stop("CN-NANPENG", 34, "0.59"),
            Stop("CNCQI", 2, "0.61"),
        ),
        ((3, 9),), _DERIVED, "BOX-40HQ",
    ),
    DemoLine(
        "RAIL-SEA", "Rail-sea line via Qinzhou", "铁海联运线（经钦州）", "Tuyến đường sắt – biển qua Khâm Châu",
        "CN-NANPENG", "CNY", "300",
        (
            Stop("CN-QINZHOU-PORT", 48, mode=Mode.RAIL, km=1_450, source=_QINZHOU),
            Stop("SG-PORT", 144, crossing="QINZHOU-SINGAPORE", mode=Mode.SEA, carriage=Carriage.TRANSHIP, source=_SEA),
            Stop("SGSIN", 3, "1.35"),
        ),
        ((2, 20),), _DERIVED, "BOX-40HQ",
    ),
    DemoLine(
        "RAIL-LAOS", "Rail line to Vientiane", "国际铁路线（万象）", "Tuyến đường sắt đi Viêng Chăn",
        "CN-NANPENG", "CNY", "320",
        (
            Stop("CN-MOHAN-RAIL", 48, mode=Mode.RAIL),
            Stop("LA-BOTEN-RAIL", 14, crossing="MOHAN-BOTEN-RAIL", mode=Mode.RAIL),
            Stop("LAVTE", 16, "1.22", mode=Mode.RAIL),
        ),
        ((1, 18),), _RAIL, "BOX-40HQ",
    ),
    DemoLine(
        "RAIL-VIETNAM", "Rail line to Hanoi", "国际铁路线（河内）", "Tuyến đường sắt đi Hà Nội",
        "CN-NANPENG", "CNY", "240",
        (
            Stop("CN-PINGXIANG-RAIL", 40, mode=Mode.RAIL),
            Stop(
                "VN-DONGDANG-RAIL", 14, crossing="PINGXIANG-DONGDANG-RAIL", mode=Mode.RAIL, carriage=Carriage.TRANSHIP,
            ),
            Stop("VNHAN", 8, "0.84", mode=Mode.RAIL),
        ),
        ((2, 18),), _RAIL, "BOX-40HQ",
    ),
)  # fmt: skip


def seed_network(session: Session, *, carrier_company_id: UUID, now: datetime) -> None:
    """Make places, rates, lines, tariffs and the departures of the coming weeks; what is there already stays."""
    reference.load_places(session)
    reference.load_rates(session)
    places = {place.code: place for place in reference_queries.places(session)}
    building.build(
        session,
        actor=SYSTEM,
        plan=NetworkPlan(
            CROSSINGS,
            tuple(VehiclePlan(*vehicle) for vehicle in VEHICLES),
            tuple(planned(line, carrier_company_id, places) for line in LINES),
        ),
        # Valid before the first order of the demo, whose history lies in the past.
        valid_from=now - timedelta(days=400),
        now=now,
    )
    _measure(session, now)
    timetable.roll(session, now=now)
    busiest = session.scalars(sa.select(BorderCrossing.id).where(BorderCrossing.code == "YOUYIGUAN-HUUNGHI")).one()
    closures.propose(session, actor=SYSTEM, crossing_id=busiest, now=now)


def _measure(session: Session, now: datetime) -> None:
    """Write down the insides of the lorries that nobody has measured yet."""
    known = {row.code: row for row in floors.vehicle_types(session)}
    for code, measures, source in INSIDES:
        if known[code].inner_length_mm is None:
            vehicles.measure(
                session, actor=SYSTEM, vehicle_type_id=known[code].id, measures=measures, source=source, now=now
            )


def planned(line: DemoLine, carrier_company_id: UUID, places: Mapping[str, PlaceRow]) -> LinePlan:
    """Return a line of the demo as the network takes it."""
    m3_factor, ldm_factor = STANDARD_FACTORS
    way = {
        "crosses": any(stop.crossing for stop in line.stops),
        "tranships": any(stop.carriage is Carriage.TRANSHIP for stop in line.stops),
    }
    minimum = Money.of(line.minimum, line.currency)
    return LinePlan(
        code=line.code,
        name=line.name,
        names={"zh": line.zh, "vi": line.vi},
        hub_code=line.hub,
        carrier_company_id=carrier_company_id,
        vehicle=line.vehicle,
        legs=tuple(
            _leg(line, places[before], stop, places[stop.code])
            for before, stop in zip((line.hub, *(stop.code for stop in line.stops)), line.stops, strict=False)
        ),
        runs=tuple((weekday, hour * 60) for weekday, hour in line.runs),
        rates={
            stop.code: Rates(
                UnitPrice.of(stop.per_kg, line.currency),
                minimum,
                m3_factor,
                ldm_factor,
                tariffs.terms(stop.per_kg, line.currency, **way),
            )
            for stop in line.stops
            if stop.per_kg
        },
        note=TARIFF_NOTE,
    )


def _leg(line: DemoLine, start: PlaceRow, stop: Stop, end: PlaceRow) -> LegPlan:
    """Return a leg; its length is derived where nobody publishes it, a ship's is measured when the line is added."""
    is_derived = stop.km is None and stop.mode is not Mode.SEA
    source = stop.source or line.source
    return LegPlan(
        to_code=stop.code,
        minutes=stop.hours * 60,
        source=f"{source}; km derived: great circle × {ROAD_FACTOR}" if is_derived else source,
        km=_kilometres(start, end) if is_derived else stop.km,
        crossing=stop.crossing,
        mode=stop.mode,
        carriage=stop.carriage,
        is_assumed=not stop.source,
    )


def _kilometres(start: PlaceRow, end: PlaceRow) -> int:
    """Return the great circle between two places times the factor of roads, rounded."""
    north, other = (math.radians(place.latitude_e6 / 1e6) for place in (start, end))
    east = math.radians((end.longitude_e6 - start.longitude_e6) / 1e6)
    half = math.sin((other - north) / 2) ** 2 + math.cos(north) * math.cos(other) * math.sin(east / 2) ** 2
    return round(2 * EARTH_KM * math.asin(math.sqrt(half)) * ROAD_FACTOR)
