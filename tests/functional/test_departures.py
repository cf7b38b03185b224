"""Anybody reads the timetable, as pages and over the API."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import departures as departure_queries
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.services.departures import closing
from marketplace.logistics.services.space import holding
from marketplace.merchants.services import requirements
from marketplace.seed.network import seed_network
from tests.integration.logistics.conftest import company
from tests.support import kept
from tests.support.statements import statements

API = "/api/v1/departures"


@pytest.fixture
def carrier(app):
    return kept.once(app, "network", _open_lines)


def _open_lines():
    with unit_of_work() as session:
        made = company(session, CompanyKind.CARRIER)
        requirements.vouch(session, company_id=made, reason="Of the tests.", now=clock.now())
        seed_network(session, carrier_company_id=made, now=clock.now())
    return made


def listed(client, **query):
    answer = client.get(API, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_the_timetable_goes_page_by_page_and_repeats_nothing(client, carrier):
    seen, cursor = [], None
    while True:
        page = listed(client, **{"from": "CN-NANPENG"}, **({"cursor": cursor} if cursor else {}))
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len({item["id"] for item in seen}) == len(seen) > 48
    assert [item["departs_at"] for item in seen] == sorted(item["departs_at"] for item in seen)
    assert max(item["departs_at"] for item in seen) > (datetime.now(UTC) + timedelta(days=28)).isoformat()


@pytest.mark.parametrize(
    ("hub", "to"),
    [
        ("CN-NANPENG", "VNHAN"), ("CN-NANPENG", "VNSGN"), ("CN-NANPENG", "THBKK"), ("CN-NANPENG", "LAVTE"),
        ("CN-NANPENG", "MYKUL"), ("CN-NANPENG", "SGSIN"), ("THBKK", "CNCQI"), ("THCHA", "CNCQI"), ("VNHAN", "CNCQI"),
        ("VNSGN", "CNCQI"), ("LAVTE", "CNCQI"), ("MYKUL", "CNCQI"), ("SGSIN", "CNCQI"),
    ],
)  # fmt: skip
def test_lorries_run_both_ways(client, carrier, hub, to):
    found = listed(client, **{"from": hub, "to": to})["items"]
    assert found
    for item in found:
        assert item["hub"] == hub
        assert to in [stop["place"] for stop in item["stops"]]
        assert item["left"] == item["capacity"]


def test_one_departure_says_what_is_left_in_each_dimension(client, carrier):
    later = (clock.now() + timedelta(days=7)).isoformat().replace("+00:00", "Z")
    item = listed(client, to="VNHAN", after=later)["items"][0]
    assert item["bookable"]
    with unit_of_work() as session:
        row = holding.hold(
            session, departure_id=uuid.UUID(item["id"]), to_place="VNHAN", load=Load(1_500_000, 4_200_000, 1_200, 3),
            subject=new_id(), shipper=carrier, consignee=carrier, expires_at=clock.now() + timedelta(minutes=15),
            now=clock.now(),
        )  # fmt: skip
    shown = client.get(f"{API}/{item['id']}").get_json()
    assert shown["left"] == {"kg": "22500.000", "m3": "75.800000", "ldm": "12.400", "pallets": 30}
    page = client.get(f"/departures/{item['id']}").text
    assert item["reference"] in page
    assert "30 free" in page
    with unit_of_work() as session:
        closing.close(session, actor=SYSTEM, departure_id=row.departure_id, now=clock.now())
    assert client.get(f"{API}/{item['id']}").get_json()["bookable"] is False
    assert "takes no more bookings" in client.get(f"/departures/{item['id']}").text


@pytest.mark.parametrize("locale", ["", "/zh", "/vi"])
def test_the_page_shows_cards_and_filters(client, carrier, locale):
    answer = client.get(f"{locale}/departures?from=CN-NANPENG&to=THBKK")
    assert answer.status_code == 200
    name = {"": "Bangkok", "/zh": "曼谷", "/vi": "Bangkok"}[locale]
    assert name in answer.text
    assert 'class="departure"' in answer.text
    assert "UTC+08" in answer.text
    assert client.get(f"{locale}/departures").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"to": "ATLANTIS"}, "to"),
        ({"from": "VNHPH"}, "from"),
        ({"to": "VN-HUUNGHI"}, "to"),
        ({"to": "x" * 5_000}, "to"),
        ({"after": "soon"}, "after"),
        ({"after": "2026-13-01"}, "after"),
        ({"after": "2026-11-25T08:00:00"}, "after"),
        ({"after": "9999-12-31T23:59:59Z"}, "after"),
        ({"cursor": "AAAA"}, "cursor"),
        ({"cursor": "WyJub3ciLCJ4Il0"}, "cursor"),
        ({"sort": "price"}, "sort"),
    ],
)
def test_what_cannot_be_read_is_named(client, carrier, query, field):
    answer = client.get(API, query_string=query)
    assert answer.status_code == 422
    assert [item["field"] for item in answer.get_json()["errors"]] == [field]
    assert client.get("/departures", query_string=query).status_code in (200, 422)


def test_a_cancelled_departure_leaves_the_timetable_and_an_unknown_one_is_not_found(client, carrier):
    item = listed(client)["items"][-1]
    with unit_of_work() as session:
        closing.cancel(
            session, actor=SYSTEM, departure_id=uuid.UUID(item["id"]), reason="border_closed", now=clock.now()
        )
    assert item["id"] not in [row["id"] for row in listed(client)["items"]]
    assert client.get(f"{API}/{item['id']}").get_json()["state"] == "cancelled"
    assert "Cancelled" in client.get(f"/departures/{item['id']}").text
    for path in (f"{API}/{uuid.uuid4()}", f"/departures/{uuid.uuid4()}", "/departures/1"):
        assert client.get(path).status_code == 404


def test_the_list_asks_the_database_a_fixed_number_of_times(app, carrier):
    now = clock.now()
    asked = []
    for size in (2, 40):
        with unit_of_work() as session, statements() as seen:
            departure_queries.departures(session, after=now, now=now, size=size)
        asked.append(len(seen))
    with unit_of_work() as session:
        load = Load(1_000, 1_000, 0, 1)
        wants = {number: ("CN-NANPENG", to, load, now) for number, to in enumerate(["VNHAN", "THBKK", "SGSIN"] * 5)}
        with statements() as options:
            found = option_queries.options_for(session, wants=wants, now=now)
    assert asked == [3, 3]
    assert len(options) == 1
    assert all(found.values())
