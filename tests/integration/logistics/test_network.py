"""The timetable rolls on by itself; freight follows the tariff of the day."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import ServicePattern, Tariff
from marketplace.logistics.queries import bookings, departures, options, tariffs
from marketplace.logistics.rules.freight import Binding, Rates
from marketplace.logistics.services import freight, network, timetable
from tests.integration.logistics.conftest import LORRY, NOW, PALLET

RATES = Rates(UnitPrice.of("1.20", "CNY"), Money.of(300, "CNY"), m3_factor=333, ldm_factor=1_850)


def test_departures_are_made_once_and_ever_further(session, road):
    assert len(road.departures) == 26
    assert timetable.roll(session, now=NOW) == 0
    assert timetable.roll(session, now=NOW + timedelta(days=7)) == 2
    first = departures.departure(session, departure_id=road.departures[0], now=NOW)
    assert first.departs_at.isoformat() == "2026-03-04T08:00:00+00:00"
    assert first.departs_at - first.cutoff_documents_at == timedelta(hours=24)
    assert first.departs_at - first.cutoff_cargo_at == timedelta(hours=6)
    assert [stop.place.code for stop in first.stops] == ["CN-NANPENG", "CN-YOUYIGUAN", "VN-HUUNGHI", "VNHAN", "VNHPH"]
    assert first.border_eta == first.departs_at + timedelta(hours=23)
    assert first.arrives_at == first.departs_at + timedelta(hours=49)
    assert first.capacity == first.room == LORRY


def test_a_service_that_ends_makes_no_more_departures(session, road):
    session.execute(sa.update(ServicePattern).values(ended_at=NOW + timedelta(days=94)))
    assert timetable.roll(session, now=NOW + timedelta(days=10)) == 1
    assert timetable.roll(session, now=NOW + timedelta(days=98)) == 0
    latest = session.scalars(sa.select(sa.func.max(Departure.departs_at))).one()
    assert latest < NOW + timedelta(days=94)


def test_options_are_those_that_take_the_load_in_time(session, road):
    def found(load=PALLET, after=NOW, now=NOW, to_place="VNHAN", hub_code="CN-NANPENG"):
        return options.options(session, hub_code=hub_code, to_place=to_place, load=load, after=after, now=now)

    everything = found()
    assert [row.departure_id for row in everything] == road.departures[: options._MOST_OPTIONS]
    assert everything[0].zones == ("Asia/Shanghai", "Asia/Ho_Chi_Minh")
    assert everything[0].freight == Money.of("725.20", "CNY")
    assert (everything[0].chargeable_g, everything[0].binding) == (740_000, Binding.LOADING_METRES)
    road.hold(session, LORRY)
    assert found()[0].departure_id == road.departures[1]
    assert found(now=NOW + timedelta(minutes=15))[0].departure_id == road.departures[0]
    assert found(after=everything[0].cutoff_cargo_at)[0].departure_id == road.departures[1]
    assert found(now=everything[0].cutoff_documents_at, after=NOW)[0].departure_id == road.departures[1]
    assert found(Load(pallets=51)) == ()
    assert found(to_place="THBKK") == found(hub_code="VNHAN") == ()
    asked = {"a": ("CN-NANPENG", "VNHAN", Load(pallets=51), NOW), "b": ("CN-NANPENG", "THBKK", PALLET, NOW)}
    both = options.options_for(session, wants=asked, now=NOW)
    assert (len(both["a"]), both["b"]) == (options._MOST_OPTIONS, ())
    assert options.options_for(session, wants={}, now=NOW) == {}


def test_a_load_finds_the_first_with_room_however_many_are_full_before(session, road, monkeypatch):
    monkeypatch.setattr(options, "_MOST_OPTIONS", 3)
    for number in range(5):
        road.hold(session, LORRY, number=number)
    want = {"a": ("CN-NANPENG", "VNHAN", PALLET, NOW)}
    whatever = options.options_for(session, wants=want, now=NOW)["a"]
    assert [row.departure_id for row in whatever] == road.departures[:3]
    roomy = options.options_for(session, wants=want, now=NOW, with_room=True)["a"]
    assert [row.departure_id for row in roomy] == road.departures[5:8]


def test_freight_is_explained_and_keeps_its_tariff(session, road):
    facts = {"departure_id": road.departures[0], "to_place": "VNHAN", "load": PALLET}
    price = freight.price(session, **facts, now=NOW)
    assert price.amount == Money.of("725.20", "CNY")
    assert price.terms["note"] == "demo tariff: fictitious"
    assert (price.terms["per_kg"], price.terms["chargeable_kg"]) == ("0.98", "740.000")
    assert freight.price(session, **facts | {"load": Load(grams=1_000)}, now=NOW).amount == Money.of(260, "CNY")
    with pytest.raises(Conflict, match="no_tariff"):
        freight.price(session, **facts | {"to_place": "THBKK"}, now=NOW)
    with pytest.raises(NotFound):
        freight.price(session, **facts | {"departure_id": new_id()}, now=NOW)


def test_a_new_tariff_counts_from_its_day_on(session, road):
    change = NOW + timedelta(days=10)
    facts = {"actor": SYSTEM, "line_id": road.line_id, "to_place": "VNHAN", "note": "demo", "now": NOW}
    made = freight.set_tariff(session, **facts, rates=RATES, valid_from=change)
    with pytest.raises(Conflict, match="tariff_later"):
        freight.set_tariff(session, **facts, rates=RATES, valid_from=change)
    with pytest.raises(Refused):
        freight.set_tariff(
            session, **facts, rates=Rates(RATES.per_kg, Money.of(1, "THB"), 333, 1_850), valid_from=change
        )
    for now, expected in ((change - timedelta(seconds=1), "0.98"), (change, "1.20")):
        found = tariffs.tariff(session, line_id=road.line_id, to_place="VNHAN", now=now)
        assert found.rates.per_kg == UnitPrice.of(expected, "CNY")
    assert found.id == made
    assert session.scalars(sa.select(sa.func.count()).select_from(Tariff)).one() == 3


def test_a_line_needs_a_way(session, road):
    with pytest.raises(Refused):
        network.add_line(
            session, actor=SYSTEM, code="NOWHERE", name="", names={}, hub_code="CN-NANPENG",
            carrier_company_id=road.shipper, legs=[], now=NOW,
        )  # fmt: skip


def test_bookings_of_a_departure_are_listed(session, road):
    row, aimed = road.confirmed(session), road.target(session)
    assert {found.id for found in bookings.bookings_on(session, departure_id=road.departures[0])} == {row.id, aimed.id}
    assert departures.hubs(session) == ("CN-NANPENG",)
    assert departures.destinations(session) == ("VNHAN", "VNHPH")
    with pytest.raises(NotFound):
        bookings.booking(session, booking_id=new_id())
