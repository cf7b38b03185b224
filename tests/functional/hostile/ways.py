"""For each API call somebody who may make it, something it can be made for, and a body that is in order."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from marketplace.accounts import queries as accounts
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from tests.factories import HANOI, HUB, PASSWORD
from tests.functional.hostile.city import (
    ACCOUNT,
    BEARING,
    BORDER_HOURS,
    CENTRE,
    COVER,
    LANE_RULE,
    MEASURES,
    RETURNING,
    RULES,
    TARIFF,
    City,
    bonded_lot,
    handling_act,
    partner_invoice,
    released_line,
    transit_of_sale,
)
from tests.support.payouts import said as bank_said
from tests.support.visitors import TERMS, app_code

Body = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """Who calls, for which of the city's ids in the order of the path, with what."""

    who: str = ""
    ids: tuple[str, ...] = ()
    body: Callable[[City], Body] | None = None
    query: str = ""
    succeeds: bool = True
    is_signed: bool = False  # by the carrier's reporting key, not by a person's token


def _now() -> str:
    return clock.now().isoformat()


def _today() -> str:
    return clock.now().date().isoformat()


def _house_day() -> str:
    return accounts.house_day(reading(), now=clock.now()).isoformat()


def _in(days: int) -> Callable[[City], str]:
    return lambda _: (clock.now() + timedelta(days=days)).date().isoformat()


def _tomorrow() -> str:
    return (clock.now() + timedelta(days=1)).date().isoformat()


def _crew(city: City) -> Body:
    return {
        "tractor": city.ids["vehicle"],
        "trailer": city.ids["vehicle.trailer"],
        "drivers": [city.ids["driver"]],
        "from_stop": HUB,
        "to_stop": HANOI,
        "returns_at": (clock.now() + timedelta(days=120)).isoformat(),
        "is_cooled": False,
        "is_dangerous": False,
    }


def _later() -> str:
    return (clock.now() + timedelta(hours=12)).isoformat()


def _transit(_: City) -> Body:
    return {
        "regime": "gms",
        "from_stop": HUB,
        "to_stop": HANOI,
        "guarantee": "single",
        "guarantee_reference": "G-2026-1",
        "guarantee_amount": "250000",
        "currency": "CNY",
        "guarantee_until": _in(200)(_),
        "discharge_by": (clock.now() + timedelta(days=20)).isoformat(),
    }


def _fee_rule(_city: City) -> Body:
    return {
        "kind": "no_show",
        "basis": "percent",
        "percent": "10.00",
        "per_kg": None,
        "minimum": "1.00",
        "currency": "CNY",
        "grace_minutes": 30,
        "free_days": 0,
        "valid_from": _tomorrow(),
        "source": "The board.",
        "fictitious": False,
    }


def _crew_form(city: City) -> Body:
    return {
        "tractor": city.ids["vehicle"],
        "trailer": city.ids["vehicle.trailer"],
        "drivers": city.ids["driver"],
        "from_stop": "",
        "to_stop": "",
        "returns_at": "",
        "is_cooled": "",
        "is_dangerous": "",
    }


def _haul_crew(city: City) -> Body:
    return {
        "tractor": city.ids["haul-tractor"],
        "trailer": city.ids["haul-trailer"],
        "drivers": [city.ids["haul-driver"]],
    }


def _rotation(city: City) -> Body:
    return {"vehicle": city.ids["vehicle.trailer"], "departures": [city.ids["run.first"]]}


def _vehicle(city: City) -> Body:
    return {
        "kind": "trailer",
        "plates": "CN 渝A77777; VN 29R77777",
        "vehicle_type": city.ids["vehicle-type"],
        "is_reefer": "1",
        "euro_class": 6,
        "co2_grams_km": 800,
    }


def _paper_of(kind: str) -> Callable[[City], Body]:
    return lambda _: {
        "kind": kind,
        "number": "N-7",
        "country": "VN",
        "valid_from": _today(),
        "valid_until": (clock.now() + timedelta(days=700)).date().isoformat(),
    }


def _swap(city: City) -> Body:
    return {
        "place": HUB,
        "cause": "hours",
        "seal_number": "CN-1",
        "tractor": city.ids["vehicle.second"],
        "drivers": [city.ids["driver.second"]],
    }


def _service(_city: City) -> Body:
    return {"line": "CQ-HAN", "vehicle": "CQ-HAN-lorry", "weekday": "sun", "time": "03:15"}


def _type_figures(_: City) -> Body:
    return {
        "name": "Semi-trailer",
        "kg": "24000",
        "m3": "80",
        "ldm": "13.6",
        "pallets": 33,
        "teu": "2.25",
        "source": "papers",
        "is_reefer": "1",
    }


def _listing(city: City) -> Body:
    return {
        "sku": "H-1",
        "title": "Chain",
        "titles": {"zh": "链条"},
        "description": "Strong.",
        "descriptions": {"zh": "强"},
        "locale": "en",
        "hs": "8714.10",
        "origin": "CN",
        "unit": "H87",
        "grade": "A",
        "category": "motorcycle-parts",
        "moq": 40,
        "multiple": 40,
        "ladders": [
            {
                "currency": "CNY",
                "incoterm": "FCA",
                "place": HUB,
                "price": "11.80",
                "tiers": [{"quantity": 400, "price": "11.20"}],
            }
        ],
        "carton_units": 40,
        "carton_l": "50",
        "carton_w": "40",
        "carton_h": "30",
        "gross_kg": "12.5",
        "net_kg": "11",
        "stackable": True,
        "stock": 1000,
        "hub": HUB,
    }


def _cost_rate(city: City) -> Body:
    return {
        "line": "CQ-HAN", "vehicle": "CQ-HAN-lorry", "company_id": city.ids["company.carrier"], "kind": "waiting",
        "unit": "hour", "price": "12.5", "currency": "CNY", "free_hours": 8, "valid_from": _today(), "source": "合同",
    }  # fmt: skip


def _cost(city: City) -> Body:
    return {
        "kind": "waiting", "amount": "40000", "currency": "VND", "incurred_on": _today(),
        "company_id": city.ids["company.carrier"], "place": HANOI, "cause": "customs", "booking": None,
        "file_id": None, "note": "口岸 waited.",
    }  # fmt: skip


def _appointment(city: City) -> Body:
    return {
        "inspector_id": city.ids["company.operator"], "planned_on": _tomorrow(), "fee": "10.00", "currency": "CNY",
    }  # fmt: skip


def _report(city: City) -> Body:
    points = ("quantity", "workmanship", "packing", "marks", "labels", "dimensions", "function")
    return {
        "critical": 0,
        "major": 0,
        "minor": 1,
        "checklist": dict.fromkeys(points, "ok"),
        "remarks": "链条 Fine.",
        "photos": [city.ids["file.lot"]],
    }


def _details(city: City) -> Body:
    paper = city.ids["file.licence.merchant"]
    return {
        "attributes": {"speed": "fast"},
        "parts": {"manufacturer": "KMC", "number": "428-116", "crosses": [{"brand": "DID", "number": "428 H"}]},
        "fitment": {
            "vehicles": [{"make": "Toyota", "model": "Hilux", "year_from": 2012, "year_to": 2020, "note": "2.5 D"}]
        },
        "brand": {"relation": "licensed", "brand": "KMC", "letter": paper, "until": "2030-01-01"},
        "dangerous": {
            "answer": "dangerous",
            "confirmed": True,
            "un_number": "3480",
            "hazard_class": "9",
            "net_quantity": "5",
            "net_unit": "KGM",
            "battery": "lithium_ion",
            "watt_hours": "48.8",
            "test_summary": paper,
            "test_summary_on": "2025-01-01",
            "safety_sheet": paper,
            "safety_sheet_on": "2025-01-01",
        },
        "food": {
            "shelf_days": 30,
            "least_celsius": "-18",
            "most_celsius": "4",
            "lot": "L1",
            "facility": "C1",
            "scheme": "gacc",
            "allergens": ["fish"],
        },
        "certificates": {
            "items": [
                {
                    "kind": "ccc",
                    "number": "A-1",
                    "issuer": "CQC",
                    "file": paper,
                    "valid_from": "2025-01-01",
                    "valid_until": "2030-01-01",
                }
            ]
        },
        "warranty": {"months": 12, "kilometres": 10_000, "covers": "Links and pins."},
        "sample": {
            "price": "12.50",
            "currency": "CNY",
            "lead_days": 3,
            "customs_value": "12.50",
            "least": 1,
            "most": 2,
            "per_buyer": 4,
            "lorry": True,
            "courier_fee": "30",
            "courier_days": 3,
            "credit_days": 90,
            "credit_least": 400,
        },
        "pallet": {"units": 400, "height_mm": 1_600},
    }


def _stock(city: City) -> Body:
    places = [
        {"warehouse_id": city.ids["warehouse"], "on_hand": 19_000, "was": 0},
        {"warehouse_id": city.ids["warehouse.full"], "on_hand": 1_000},
    ]
    return {"places": places, "low_below": 200}


def _checkout(city: City) -> Body:
    cart = city.call("buyer", "GET", "/cart")
    key = cart["bundles"][0]["key"]
    payment = {"rail": "bank", "plan": "deposit_30_70"}
    return {
        "expected_totals": cart["totals"],
        "departures": {city.ids["live"]: city.ids["departure.carrying"]},
        "payment": payment,
        "payments": {key: payment},
        "purchase_order_number": "PO-1",
        "purchase_order_numbers": {key: "PO-2"},
        "unit_id": None,
    }


def _application(city: City) -> Body:
    return (
        {
            "legal_name": "Rival Co.",
            "registration_number": "0100109106",
            "licence_file_id": city.ids["file.licence.rival"],
            "licence_until": "2030-01-01",
        }
        | ACCOUNT
        | {"currency": "VND", "country": "VN", "bic": "BFTVVNVX", "code": app_code(city.secrets["rival"])}
    )


def _tenancy(city: City) -> Body:
    later = clock.now().date() + timedelta(days=200)
    return {
        "company_id": city.ids["company.merchant"],
        "from_on": later.isoformat(),
        "until_on": (later + timedelta(days=30)).isoformat(),
    }


def _fair(city: City) -> Body:
    begins = clock.now().date() + timedelta(days=40)
    return {
        "kind": "matchmaking",
        "titles": {"en": "Meet your buyers", "zh": "对接会"},
        "texts": {"en": "Ten minutes each."},
        "place": HUB,
        "hall_id": city.ids["hall"],
        "country": "TH",
        "starts_at": f"{begins}T09:00",
        "ends_at": f"{begins}T17:00",
        "register_until": f"{begins}T08:00",
        "capacity": 20,
        "merchants": [city.ids["company.merchant"]],
    }


def _fair_form(city: City) -> Body:
    fair = _fair(city)
    return {name: value for name, value in fair.items() if name not in {"titles", "texts", "merchants"}} | {
        "titles.en": "Meet your buyers",
        "capacity": "20",
    }


def _registration(_city: City) -> Body:
    return {
        "company_name": "Lanxang",
        "country": "LA",
        "registration_number": "01-99",
        "person_name": "Somsy",
        "login": "fresh@demo.test",
        "password": PASSWORD,
        "accepted_terms": TERMS,
    }


def _centre_changed(_city: City) -> Body:
    said = ("weekdays", "opens", "closes", "licence_number", "licence_until")
    return {**{name: CENTRE[name] for name in said}, "source": "a visit", "version": 1}


def _found(city: City) -> Body:
    return {"lots": [{"lot": city.ids["lot.free"], "units": 9, "reason": "lost"}]}


def _declared() -> Body:
    return {name: value for name, value in released_line().items() if name != "quantity"}


def _sent_on(city: City) -> Body:
    return {"to_centre": city.ids["centre.other"], "quantity": 3, "transit_reference": "T-2"}


def _proof(city: City) -> Body:
    return {
        "listing": city.ids["live"],
        "kind": "rcep",
        "number": "R-1",
        "origin": "CN",
        "issued_on": "2026-01-01",
        "valid_until": "2100-01-01",
        "quantity": 10,
    }


def _partner(_city: City) -> Body:
    return {
        "kind": "carrier",
        "company_name": "Second Lorry",
        "country": "VN",
        "registration_number": "02-77",
        "login": "lorry@demo.test",
    }


def _payee(city: City) -> Body:
    return ACCOUNT | {"currency": "THB", "code": app_code(city.secrets["merchant"])}


def _by_form(city: City) -> Body:
    return {
        "id": str(uuid4()), "kind": "receive", "booking": city.ids["handled-booking"], "label": "", "first": "",
        "pieces": "1", "gross_kg": "12.5", "length_cm": "", "width_cm": "", "height_cm": "", "m3": "0.1", "damaged": "",
        "damage": "", "remarks": "dry", "done_at": "",
    }  # fmt: skip


def _passing(_city: City) -> Body:
    return {"happened_at": (clock.now() - timedelta(seconds=5)).isoformat()}


def _removal(city: City) -> Body:
    return {"code": app_code(city.secrets["merchant"])}


def _payee_proposal(city: City) -> Body:
    return {
        "order_ids": [city.ids["order.accounted"]],
        "current_password": PASSWORD,
        "code": app_code(city.secrets["merchant"]),
    }


def _carriers_code(city: City) -> Body:
    return {"code": app_code(city.secrets["carrier"])}


def _onward(city: City) -> Body:
    """Return a second lorry that takes a ride on which lost its own."""
    found = city.call("operator", "GET", f"/rides/{city.ids['ride.lost']}/departures")["items"]
    return {"departure": found[0]["departure_id"] if found else city.ids["departure.cancel"]}


def _other_second(city: City) -> Body:
    """Return another second lorry of a line that has one."""
    found = city.call("buyer", "GET", f"/order-lines/{city.ids['line.riding']}/second-lorry")["items"]
    return {"departure": found[0]["departure_id"]}


def body(**given: Any) -> Callable[[City], Body]:
    """Return a body that needs nothing of the city; what is callable is asked."""
    return lambda city: {name: value(city) if callable(value) else value for name, value in given.items()}


def _of(name: str) -> Callable[[City], str]:
    return lambda city: city.ids[name]


_HALVES: Final[Body] = {
    "name": "Half and half",
    "stages": [{"event": "deposit", "percent": "50", "days": 5}, {"event": "accepted", "percent": "50", "days": 5}],
    "rails": ["bank"],
    "minimum": {"amount": "10", "currency": "CNY"},
    "active": True,
    "default": False,
}


def _plan_form(city: City) -> Body:
    return {
        "code": "form_plan",
        "name": "Half and half",
        "rails": ["bank"],
        "minimum": "10",
        "currency": "CNY",
        "percent.deposit": "50",
        "days.deposit": "5",
        "percent.accepted": "50",
        "days.accepted": "5",
        "counted.accepted": "calendar",
        "credit": "",
        "active": "1",
    }


_PACKED: Final = body(cartons=10, gross_kg="125", length_cm="50", width_cm="40", height_cm="30", marks="HT 1-10")
_COUNTED: Final = body(
    cartons_received=10, gross_kg="125", length_cm="120", width_cm="80", height_cm="100", remarks="dry"
)
_CONFIRMED: Final = body(amount="3288.00", currency="CNY", received_on=lambda _: _today())
_AMOUNT: Final = body(amount="10.00", currency="CNY", text="As agreed.")


def _leaving(city: City) -> Body:
    return {"leaver_id": city.ids["person.shut"], "successor_id": str(city.actor("buyer").person)}


def _listed(city: City) -> Body:
    path = f"/companies/{city.ids['company.buyer']}/handovers/{city.ids['handover']}"
    return {"content_hash": city.call("buyer", "GET", path)["content_hash"]}


# As its page sends it: rows of text, and numbers as they are typed.
TARIFF_FORM: Final = TARIFF | {"breaks": "5000 1.10", "surcharges": "fuel percent 1", "fill": "", "fictitious": "1"}
_STOP: Final = {"place": "CNNIN", "hours": "18", "km": 960, "carriage": "through"}
_LINE: Final = {"code": "NEW-LINE", "name": "New line", "hub": HUB, "transport": "road", "source": "a survey"}
_LED: Final = {"code": "LED-LINE", "transport": "road", "source": "a survey"}
_LEG: Final = {"transport": "road", "carriage": "through", "hours": "12", "km": 300, "source": "a survey"}
_HOURS: Final = BORDER_HOURS | {"place": "CN-YOUYIGUAN", "valid_from": "2026-02-01", "replaces": True}
_CLOSED: Final = {
    "place": "VN-HUUNGHI",
    "starts_at": "2097-01-01T08:00",
    "ends_at": "2097-01-02T08:00",
    "reason": "weather",
    "source": "a notice",
}
_RESTRICTION: Final = body(
    country="LA",
    hs_prefix="8715",
    measure="permit",
    en="A permit.",
    zh="需要许可。",
    vi="Cần giấy phép.",
    source="Law 1",
    source_url="https://law.test/1",
    valid_from="2026-01-01",
    valid_to="2030-01-01",
    checked_on="2026-01-02",
)

_STEPS: Final = [{"roles": ["owner"], "people": [], "count": 1}]


def _approved(city: City) -> Body:
    seen = city.call("buyer", "GET", f"/approvals/{city.ids['approval']}")
    return {"verdict": "approve", "content_hash": seen["content_hash"], "note": "Good price."}


def _rule(city: City) -> Body:
    return {
        "name": "Far away",
        "currency": "CNY",
        "categories": ["motorcycle-parts"],
        "merchants": [city.ids["company.thai"]],
        "destinations": ["VNHAN"],
        "units": [city.ids["unit"]],
        "roles": ["purchasing"],
        "people": [city.ids["person.asker"]],
        "departs_within": 3,
        "tiers": [{"from": "100.50", "steps": _STEPS}],
    }


def _limit(city: City) -> Body:
    return {
        "kind": "person",
        "holder": city.ids["person.asker"],
        "period": "week",
        "amount": "7000.00",
        "currency": "CNY",
        "steps": _STEPS,
    }


def _stand_in(city: City) -> Body:
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    return {
        "person_id": str(city.actor("buyer").person),
        "delegate_id": city.ids["person.asker"],
        "first_day": day,
        "last_day": day,
    }


def _official(city: City, number: str) -> Body:
    """Return an official invoice as its seller or its buyer writes it down."""
    return {
        "order": city.ids["invoiced-reference"],
        "country": "CN",
        "type": "fapiao_special",
        "code": "A",
        "number": number,
        "issued_on": "2026-11-01",
        "amount": "10.00",
        "tax": "1.30",
        "currency": "CNY",
    }


def _table(row: Body) -> tuple[list[str], list[str]]:
    return list(row), list(row.values())


WAYS: Final[dict[str, Way]] = {
    "GET /approvals": Way("buyer", query="show=all"),
    "GET /approvals/{}": Way("buyer", ("approval",)),
    "POST /approval-ranges": Way(
        "buyer",
        body=lambda city: {
            "listing_id": city.ids["live"],
            "most_quantity": 400,
            "most_price": "30.00",
            "currency": "CNY",
            "until": _in(40)(city),
        },
    ),
    "POST /approvals/{}/decision": Way("buyer", ("approval",), _approved),
    "POST /approvals/{}/withdrawal": Way("buyer", ("approval",)),
    "GET /approval-rules": Way("buyer"),
    "POST /approval-rules": Way("buyer", (), _rule),
    "PUT /approval-rules/{}": Way("buyer", ("rule",), _rule),
    "PUT /approval-rules/{}/position": Way("buyer", ("rule",), body(position=1)),
    "DELETE /approval-rules/{}": Way("buyer", ("rule",)),
    "GET /spending-limits": Way("buyer"),
    "PUT /spending-limits": Way("buyer", (), _limit),
    "DELETE /spending-limits/{}": Way("buyer", ("limit",)),
    "GET /approval-delegations": Way("buyer"),
    "POST /approval-delegations": Way("buyer", (), _stand_in),
    "DELETE /approval-delegations/{}": Way("buyer", ("delegation",)),
    "GET /listings/{}/questions": Way("", ("live",)),
    "POST /listings/{}/questions": Way(
        "buyer", ("live",), body(text="Which steel is it made of?", language="en", private=True)
    ),
    "GET /questions": Way("buyer"),
    "POST /questions/{}/withdrawal": Way("buyer", ("question.asked",)),
    "GET /questions/received": Way("merchant", query="state=answered"),
    "POST /questions/{}/answer": Way("merchant", ("question.asked",), body(text="40Mn steel.", language="en")),
    "GET /listings/{}/reviews": Way("", ("live",)),
    "GET /merchants/{}/reviews": Way("", ("company.merchant",)),
    "GET /reviews": Way("buyer"),
    "GET /reviews/received": Way("merchant"),
    "PUT /order-lines/{}/review": Way(
        "buyer", ("line.claimed",), body(goods=5, packing=4, on_time=3, text="Good steel.", language="en", named=True)
    ),
    "POST /reviews/{}/reply": Way("merchant", ("review.written",), body(text="Thank you.", language="en")),
    "GET /comparison": Way("", query="ids=018f0000-0000-7000-8000-000000000001&quantity=400&currency=CNY&to=VNHAN"),
    "GET /lists": Way("buyer"),
    "POST /lists": Way("buyer", (), body(name="Spring", shared=True)),
    "GET /lists/{}": Way("buyer", ("list.own",)),
    "POST /lists/{}/copy": Way("buyer", ("list.own",), body(name="Copy")),
    "POST /lists/{}/items": Way("buyer", ("list.own",), body(order=_of("order.arrived"))),
    "PATCH /lists/{}": Way("buyer", ("list.own",), body(name="Summer", shared=False, archived=False)),
    "DELETE /lists/{}": Way("buyer", ("list.spare",)),
    "PUT /lists/{}/items/{}": Way(
        "buyer",
        ("list.own", "live"),
        body(quantity=80, note="for the new year", currency="CNY", incoterm="FCA", place=HUB),
    ),
    "DELETE /lists/{}/items/{}": Way("buyer", ("list.own", "live")),
    "POST /lists/{}/cart": Way("buyer", ("list.own",), lambda city: {"listings": [city.ids["live"]]}),
    "GET /remarks": Way("operator", query="hidden=0"),
    "POST /remarks/{}/hiding": Way("operator", ("remark.shown",), body(reason="It names a rival.")),
    "DELETE /remarks/{}/hiding": Way("operator", ("remark.hidden",)),
    "GET /load-plans": Way("operator"),
    "POST /load-plans": Way("operator", (), body(hub=HUB, seconds=1)),
    "GET /load-plans/{}": Way("operator", ("load-plan",)),
    "POST /load-plans/{}/move": Way("operator", ("load-plan",), body(booking=_of("booking.confirmed"))),
    "POST /load-plans/{}/apply": Way("operator", ("load-plan",)),
    "GET /rides": Way("operator"),
    "GET /rides/{}": Way("operator", ("ride.there",)),
    "GET /rides/{}/departures": Way("operator", ("ride.lost",)),
    "POST /rides/{}/change": Way("operator", ("ride.there",), body(cartons=9, damaged=1, remarks="wet, 湿")),
    "GET /order-lines/{}/second-lorry": Way("buyer", ("line.riding",)),
    "PUT /order-lines/{}/second-lorry": Way("buyer", ("line.riding",), _other_second),
    "POST /rides/{}/booking": Way("operator", ("ride.lost",), _onward),
    "POST /bookings/{}/pin": Way("operator", ("booking.confirmed",), body(departure=_of("departure.cancel"))),
    "POST /bookings/{}/decline": Way("operator", ("booking.confirmed",), body(reason="no room")),
    "POST /bookings/{}/roll": Way("operator", ("booking.confirmed",), body(departure=_of("departure.cancel"))),
    "POST /bookings/{}/receipt": Way(
        "buyer", ("booking.arrived",), body(cartons=9, damaged=1, remarks="wet", complete=True)
    ),
    "POST /bookings/{}/arrival": Way(
        "buyer",
        ("booking.delivered",),
        lambda city: {
            "photos": [city.ids["file.photo"]],
            "temperature_least": "2.5",
            "temperature_most": "7",
            "temperature_unit": "C",
            "logger": "TT-9",
        },
    ),
    "GET /order-lines/{}/arrival/{}": Way("buyer", ("line.delivered", "file.photo")),
    "GET /card-disputes": Way("operator"),
    "GET /card-disputes/{}": Way("operator", ("card-dispute",)),
    "POST /card-disputes/{}/answer": Way(
        "operator", ("card-dispute",), body(told="Delivered, 已签收.", carrier="Lorry")
    ),
    "GET /provider-bookings": Way("operator"),
    "GET /provider-bookings/runs": Way("operator"),
    "POST /provider-bookings/{}/resolution": Way("operator", ("booked",), body(reason="A top-up, 充值.")),
    "GET /card-holds": Way("operator"),
    "POST /card-holds/{}/decision": Way("operator", ("card-hold",), body(way="release")),
    "POST /card-holds/{}/refusal": Way("operator", ("card-hold.chosen",)),
    "GET /card-returns": Way("operator"),
    "POST /card-returns/{}/approval": Way("operator", ("card-return.new",), body(**RETURNING)),
    "POST /card-returns/{}/bounce": Way("operator", ("card-return.agreed",)),
    "POST /card-returns/{}/refusal": Way("operator", ("card-return.chosen",)),
    "POST /card-returns/{}/result": Way("operator", ("card-return.agreed",), body(bank_reference="FT 2026 001, 汇款")),
    "GET /cart": Way("buyer"),
    "PUT /cart": Way("buyer", (), body(to="VNHAN")),
    "POST /cart/lines": Way(
        "buyer",
        (),
        lambda city: {
            "lines": [
                {"sku": "CH-428-116", "quantity": 400, "merchant": "Nanpeng Chains", "price_basis": "FCA"},
                {"listing_id": city.ids["live"], "quantity": 40, "currency": "CNY"},
            ],
            "to": "VNHAN",
        },
    ),
    "DELETE /cart/lines/{}": Way("buyer", ("live",)),
    "PUT /cart/lines/{}": Way(
        "buyer", ("live",), body(quantity=80, currency="CNY", price_basis={"incoterm": "FCA", "place": HUB})
    ),
    "POST /checkout": Way("buyer", (), _checkout),
    "GET /categories": Way(""),
    "GET /categories/{}/attributes": Way("", ("category",)),
    "PUT /categories/{}/attributes/{}": Way(
        "operator",
        ("category", "attribute"),
        body(
            name="Speed",
            names={"zh": "速度"},
            kind="choice",
            wanted="wanted",
            choices={"fast": {"en": "Fast", "zh": "快"}, "slow": {"en": "Slow"}},
            position=1,
        ),
    ),
    "PUT /categories/{}/dangerous": Way("operator", ("category",), body(asks=False)),
    "GET /brands": Way(""),
    "POST /brands": Way("operator", (), body(name="Wuyang")),
    "DELETE /brands/{}": Way("operator", ("brand",)),
    "GET /commodities": Way(""),
    "GET /commodities/{}": Way("", ("slug",)),
    "GET /commodity-proposals": Way("merchant"),
    "GET /operator/commodity-proposals": Way("operator"),
    "POST /commodity-proposals": Way(
        "merchant",
        (),
        body(name="Sprocket", names={"zh": "链轮"}, category="motorcycle-parts", hs6="8714.10", grade="A"),
    ),
    "POST /commodity-proposals/{}/decision": Way(
        "operator", ("proposal.new",), body(action="accept", slug="sprocket", reason="Thank you.")
    ),
    "GET /checkout/{}": Way("buyer", ("checkout.waiting",)),
    "POST /checkout/{}/completion": Way("buyer", ("checkout.waiting",)),
    "GET /inspectors": Way("buyer"),
    "GET /inspections": Way("operator"),
    "GET /inspections/{}": Way("operator", ("inspection.appointed",)),
    "GET /inspections/{}/photos/{}": Way("buyer", ("inspection.failed", "file.lot")),
    "POST /inspections/{}/answer": Way("operator", ("inspection.asked",), body(answer="yes")),
    "POST /inspections/{}/appointment": Way("buyer", ("inspection.wanted",), _appointment),
    "POST /inspections/{}/report": Way("operator", ("inspection.appointed",), _report),
    "POST /inspections/{}/repetition": Way("merchant", ("inspection.failed",), body(planned_on=lambda _: _tomorrow())),
    "POST /inspections/{}/waiver": Way("buyer", ("inspection.failed",)),
    "POST /order-lines/{}/inspections": Way(
        "buyer",
        ("line.confirmed",),
        lambda city: _appointment(city) | {"level": "II", "major_aql": "2.5", "minor_aql": "4.0"},
    ),
    "GET /listings/{}/sample": Way("buyer", ("sampled.offered",), query=f"quantity=1&way=courier&to={HANOI}"),
    "POST /listings/{}/sample-orders": Way(
        "buyer",
        ("sampled.offered",),
        body(
            quantity=1,
            way="courier",
            to=HANOI,
            expected_totals=[{"amount": "42.00", "currency": "CNY", "kind": "goods"}],
            payment={"rail": "bank", "plan": "sample_100"},
            purchase_order_number="PO-1",
        ),
    ),
    "GET /samples": Way("merchant"),
    "GET /samples/{}": Way("buyer", ("sample.received",)),
    "GET /samples/{}/photos/{}": Way("merchant", ("sample.decided", "file.sample")),
    "POST /samples/{}/dispatch": Way("merchant", ("sample.packed",), body(courier="Friendship Express", tracking="1")),
    "POST /samples/{}/receipt": Way("buyer", ("sample.sent",)),
    "POST /samples/{}/decision": Way(
        "buyer",
        ("sample.received",),
        lambda city: {
            "decision": "refuse",
            "content_hash": city.ids["hash.received"],
            "words": "Too thin, 太薄.",
            "photos": [city.ids["file.sample"]],
        },
    ),
    "GET /claims": Way("merchant"),
    "GET /claims/{}": Way("merchant", ("claim.offered",)),
    "POST /claims/{}/answer": Way("merchant", ("claim.claimed",), _AMOUNT),
    "POST /claims/{}/decision": Way("operator", ("claim.escalated",), _AMOUNT),
    "GET /claims/{}/bundle": Way("merchant", ("claim.claimed",)),
    "POST /claims/{}/evidence": Way(
        "buyer", ("claim.offered",), lambda city: {"evidence": [city.ids["file.evidence"]], "text": "See 照片."}
    ),
    "POST /claims/{}/escalation": Way("buyer", ("claim.claimed",)),
    "GET /claims/{}/evidence/{}": Way("merchant", ("claim.claimed", "file.evidence")),
    "POST /claims/{}/settlement": Way("buyer", ("claim.offered",), body(amount="100.00", currency="CNY")),
    "POST /claims/{}/withdrawal": Way("buyer", ("claim.claimed",)),
    "POST /claims/{}/sending": Way("merchant", ("claim.sending",), body(text="By the lorry, 汽运.")),
    "GET /claims/stranded": Way("operator"),
    "GET /claims/{}/departures": Way("buyer", ("claim.back",)),
    "POST /claims/{}/booking": Way("buyer", ("claim.back",), body(departure=_of("way-back"))),
    "POST /claims/{}/booking/cancellation": Way("buyer", ("claim.booked",)),
    "POST /claims/{}/handover": Way("carrier", ("claim.booked",), _COUNTED),
    "POST /claims/{}/confirmation": Way("buyer", ("claim.sent",)),
    "POST /claims/{}/contest": Way("buyer", ("claim.sent",), body(text="It does not fit, 不合.")),
    "POST /codes": Way("", (), body(login="buyer@demo.test", purpose="sign_in")),
    "GET /commissions": Way("merchant"),
    "POST /commissions/{}/receipts": Way(
        "operator", ("company.merchant",), body(amount="10.00", currency="CNY", bank_reference="FT 2026 002, 汇款")
    ),
    "POST /companies": Way("", (), _registration),
    "GET /companies/{}": Way("buyer", ("company.buyer",)),
    "GET /companies/{}/members": Way("buyer", ("company.buyer",)),
    "GET /companies/{}/units": Way("buyer", ("company.buyer",)),
    "GET /companies/{}/cost-centres": Way("buyer", ("company.buyer",)),
    "PUT /companies/{}/cost-centres": Way("buyer", ("company.buyer",), body(printed=True)),
    "POST /companies/{}/units": Way("buyer", ("company.buyer",), body(name="South", cost_centre="12")),
    "POST /companies/{}/units/{}/closure": Way("buyer", ("company.buyer", "unit")),
    "PUT /companies/{}/members/{}/unit": Way("buyer", ("company.buyer", "person.mate"), body(unit_id=_of("unit"))),
    "GET /companies/{}/handovers": Way("buyer", ("company.buyer",)),
    "POST /companies/{}/handovers": Way("buyer", ("company.buyer",), _leaving),
    "GET /companies/{}/handovers/{}": Way("buyer", ("company.buyer", "handover")),
    "POST /companies/{}/handovers/{}/confirmation": Way("buyer", ("company.buyer", "handover"), _listed),
    "POST /companies/{}/handovers/{}/withdrawal": Way("buyer", ("company.buyer", "handover")),
    "DELETE /companies/{}/members/{}": Way("buyer", ("company.buyer", "person.mate")),
    "PUT /companies/{}/members/{}": Way("buyer", ("company.buyer", "person.mate"), body(roles=["sales"])),
    "GET /audit": Way("operator", query="subject=company"),
    "PATCH /companies/{}": Way(
        "buyer",
        ("company.buyer",),
        body(
            version=1,
            name="Hanoi Trading",
            tax_id="0100109106",
            street="1 Harbour Road",
            city="Hanoi",
            region="Hanoi",
            postcode="100000",
            contact="Import desk",
        ),
    ),
    "POST /companies/{}/invitations": Way("buyer", ("company.buyer",), body(login="x@demo.test", roles=["sales"])),
    "GET /consignments": Way("carrier"),
    "GET /departures/running": Way("operator"),
    "GET /departures": Way(""),
    "GET /corridor": Way(""),
    "GET /lorry-days": Way("operator"),
    "GET /departures/{}/cutoffs": Way("", ("departure.carrying",)),
    "GET /departures/{}/crews": Way("operator", ("departure.manned",)),
    "GET /lorries": Way("carrier"),
    "GET /lorries/{}": Way("carrier", ("departure.carrying",)),
    "POST /lorries/{}/hold": Way("operator", ("departure.depart",), body(cause="customs")),
    "POST /lorries/{}/resume": Way("operator", ("departure.resume",)),
    "POST /lorries/{}/at-border": Way("carrier", ("departure.at-border",), body(place="CN-YOUYIGUAN")),
    "POST /lorries/{}/clear": Way("carrier", ("departure.clear",), body()),
    "POST /lorries/{}/expected-arrival": Way(
        "carrier", ("departure.at-border",), lambda _: {"place": HANOI, "expected_at": _later()}
    ),
    "POST /departures/{}/brokers": Way(
        "operator", ("departure.carrying",), body(side="export", company=_of("company.empty"))
    ),
    "POST /departures/{}/brokers/dismissal": Way("operator", ("departure.arriving",), body(side="export")),
    "POST /bookings/{}/declarations": Way(
        "operator",
        ("booking.arrived",),
        lambda _: {"side": "import", "number": "530020261111", "lodged_on": _in(-3)(_), "cartons": 5000},
    ),
    "POST /declarations/{}/amendments": Way("operator", ("declaration",), body(change="roll", number="A-77")),
    "POST /departures/{}/transits": Way("operator", ("departure.carrying",), _transit),
    "GET /transits/overdue": Way("operator"),
    "GET /transits/{}": Way("operator", ("transit",)),
    "POST /transits/{}/steps": Way("operator", ("transit",), body(step="cancel")),
    "POST /departures/{}/swaps": Way("carrier", ("departure.at-border",), _swap),
    "POST /bookings/{}/cooling": Way("operator", ("booking.confirmed",), body(set_point="4", least="2", most="8")),
    "POST /departures/{}/pre-cooling": Way("carrier", ("departure.carrying",), body(celsius="4", logger="L-1")),
    "POST /departures/{}/readings": Way(
        "carrier", ("departure.carrying",), body(readings="time,°C\n2026-01-01T08:00:00Z,4\n", logger="L-1")
    ),
    "GET /excursions": Way("buyer"),
    "GET /excursions/open": Way("operator"),
    "POST /excursions/{}/closing": Way("operator", ("excursion",)),
    "GET /departures/{}/held-options": Way("operator", ("departure.resume",)),
    "POST /departures/{}/held-choices": Way(
        "operator", ("departure.resume",), lambda _: {"option": "wait", "until": _later()}
    ),
    "GET /departures/{}/bulk": Way("operator", ("departure.arriving",)),
    "POST /departures/{}/bulk": Way("operator", ("departure.arriving",), body(act="told")),
    "POST /bulk-notes/{}/withdrawal": Way("operator", ("bulk-note",)),
    "POST /departures/{}/crews": Way("operator", ("departure.manned",), _crew),
    "POST /crews/{}/withdrawal": Way("operator", ("crew",)),
    "GET /rotations": Way("operator"),
    "POST /rotations": Way("operator", (), _rotation),
    "GET /rotations/{}": Way("operator", ("rotation",)),
    "POST /rotations/{}/departures": Way(
        "operator", ("rotation",), lambda city: {"departures": [city.ids["run.next"]]}
    ),
    "DELETE /rotations/{}/departures/{}": Way("operator", ("rotation", "run.first")),
    "GET /vehicle-types": Way(""),
    "GET /network/services": Way("operator"),
    "POST /network/services": Way("operator", body=_service),
    "POST /network/services/{}/end": Way("operator", ("service",)),
    "POST /vehicle-types": Way("operator", body=lambda city: {**_type_figures(city), "code": "BOX-1"}),
    "PUT /vehicle-types/{}": Way("operator", ("vehicle-type",), _type_figures),
    "GET /distribution-centres": Way(""),
    "POST /distribution-centres": Way("operator", (), body(**CENTRE, place="VN-NEW", name="New DC")),
    "GET /distribution-centres/{}": Way("operator", ("centre",)),
    "PUT /distribution-centres/{}": Way("operator", ("centre",), _centre_changed),
    "GET /centres/lots": Way("operator"),
    "GET /centres/work": Way("operator"),
    "GET /centres/arrivals": Way("operator"),
    "POST /centres/arrivals/{}/receipt": Way("operator", ("centre-arrival",), lambda _: bonded_lot()),
    "GET /centres/transfers": Way("operator"),
    "POST /centres/transfers/{}/receipt": Way("operator", ("lot-transfer",), body(quantity=4, entry_number="E-2")),
    "GET /centres/{}/counts": Way("operator", ("centre",)),
    "POST /centres/{}/counts": Way("operator", ("centre",)),
    "POST /centres/counts/{}/figures": Way("operator", ("centre-count",), _found),
    "POST /centres/counts/{}/decision": Way("operator", ("centre-count",), body(act="drop")),
    "GET /lots/to-release": Way("operator"),
    "GET /lots/{}": Way("merchant", ("lot.bonded",)),
    "POST /lots/{}/movements": Way("operator", ("lot.free",), body(kind="out", quantity=1, number="N-1")),
    "POST /lots/{}/transfers": Way("operator", ("lot.bonded",), _sent_on),
    "POST /lots/{}/releases": Way("operator", ("lot.bonded",), lambda _: released_line()),
    "PUT /lots/{}/broker": Way("merchant", ("lot.bonded",), body(broker=_of("company.empty"))),
    "GET /centre-stock": Way("merchant"),
    "GET /centre-stock.csv": Way("merchant"),
    "GET /centre-stock/announcements": Way("merchant"),
    "POST /centre-stock/announcements": Way(
        "merchant", (), body(centre=_of("centre"), listing=_of("live"), quantity=7, broker=_of("company.empty"))
    ),
    "POST /centre-stock/announcements/{}/withdrawal": Way("merchant", ("centre-arrival",)),
    "GET /origin-proofs": Way("merchant"),
    "POST /origin-proofs": Way("merchant", (), _proof),
    "GET /centre-offers": Way("thai"),
    "PUT /centre-offers": Way("thai", (), body(listing=_of("pads"), centre=_of("centre.other"), status="bonded")),
    "DELETE /centre-offers/{}/{}": Way("thai", ("pads", "centre")),
    "GET /centre-sales": Way("buyer"),
    "GET /centre-sales/{}": Way("buyer", ("centre-sale.bonded",)),
    "PUT /centre-sales/{}/broker": Way("buyer", ("centre-sale.bonded",), body(broker=_of("company.empty"))),
    "POST /centre-sales/{}/release": Way("operator", ("centre-sale.bonded",), lambda _: _declared()),
    "POST /centre-sales/{}/transit": Way("operator", ("centre-sale.bonded",), lambda _: transit_of_sale()),
    "POST /centre-sales/{}/transit/steps": Way("operator", ("centre-sale.moving",), body(step="cancel")),
    "POST /centre-sales/{}/handover": Way("operator", ("centre-sale.ready",), body(quantity=40, number="N-2")),
    "POST /centre-sales/{}/shortage": Way("operator", ("centre-sale.partly",)),
    "POST /centre-sales/{}/delivery": Way("buyer", ("centre-sale.handed",), body(damaged=1)),
    "GET /fleets/vehicles": Way("operator"),
    "GET /fleets/drivers": Way("operator"),
    "GET /fleet/vehicles": Way("carrier"),
    "POST /fleet/vehicles": Way("carrier", (), _vehicle),
    "GET /fleet/vehicles/{}": Way("carrier", ("vehicle",)),
    "POST /fleet/vehicles/{}/retirement": Way("carrier", ("vehicle.spare",)),
    "POST /fleet/vehicles/{}/papers": Way("carrier", ("vehicle",), _paper_of("permit")),
    "GET /fleet/drivers": Way("carrier"),
    "POST /fleet/drivers": Way("carrier", (), body(name="Han Mei", country="CN", phone="+86 23 0000 0000")),
    "GET /fleet/drivers/{}": Way("carrier", ("driver",)),
    "POST /fleet/drivers/{}/retirement": Way("carrier", ("driver.spare",)),
    "POST /fleet/drivers/{}/papers": Way("carrier", ("driver",), _paper_of("visa")),
    "POST /fleet/papers/{}/withdrawal": Way("carrier", ("fleet-paper",)),
    "GET /fleet/papers/{}/file": Way("carrier", ("fleet-paper",)),
    "GET /fleets/papers/{}/file": Way("operator", ("fleet-paper",)),
    "GET /fleet/departures": Way("carrier"),
    "GET /fleet/departures/{}/crews": Way("carrier", ("departure.manned",)),
    "POST /fleet/departures/{}/crews": Way("carrier", ("departure.manned",), _crew),
    "POST /fleet/crews/{}/withdrawal": Way("carrier", ("crew",)),
    "GET /departures/{}/hauls": Way("carrier", ("departure.to-haul",)),
    "POST /departures/{}/hauls": Way(
        "carrier",
        ("departure.to-haul",),
        body(carrier=_of("company.haulier"), from_stop="CN-YOUYIGUAN", to_stop=HANOI),
    ),
    "GET /hauls": Way("haulier"),
    "GET /hauls/{}": Way("haulier", ("haul.taken",)),
    "POST /hauls/{}/acceptance": Way("haulier", ("haul.offered",)),
    "POST /hauls/{}/refusal": Way("haulier", ("haul.offered",)),
    "POST /hauls/{}/withdrawal": Way("carrier", ("haul.offered",)),
    "POST /hauls/{}/crews": Way("haulier", ("haul.taken",), _haul_crew),
    "POST /hauls/{}/events": Way("haulier", ("haul.driven",), body(code=31, place=HANOI)),
    "GET /departures/{}": Way("", ("departure.carrying",)),
    "GET /itineraries": Way("", query=f"from={HUB}&to={HANOI}&kg=800&m3=2.5"),
    "GET /emission-factors": Way(""),
    "PUT /emission-factors/{}": Way(
        "operator",
        ("mode",),
        body(grams_per_tkm="22.5", source="Railway, own figures 铁路", valid_from=lambda _: _tomorrow()),
    ),
    "POST /departures/{}/cancel": Way("operator", ("departure.cancel",), body(reason="flood")),
    "GET /departures/{}/vehicle": Way("operator", ("departure.other-lorry",)),
    "POST /departures/{}/vehicle": Way("operator", ("departure.other-lorry",), body(vehicle_type=_of("lorry.other"))),
    "POST /departures/{}/hold": Way("operator", ("departure.depart",), body(cause="customs")),
    "POST /departures/{}/resume": Way("operator", ("departure.resume",)),
    "POST /departures/{}/reopen": Way("operator", ("departure.load",)),
    "POST /departures/{}/load": Way("operator", ("departure.load",), body(bookings=[])),
    "POST /departures/{}/unload": Way(
        "operator", ("departure.unload",), lambda city: {"bookings": [city.ids["loaded"]]}
    ),
    "POST /departures/{}/seal": Way("operator", ("departure.seal",), body(seal_number="CN-1")),
    "POST /departures/{}/close": Way("operator", ("departure.close",)),
    "GET /departures/{}/floor-plan": Way("carrier", ("departure.floor",)),
    "GET /departures/{}/work": Way("carrier", ("departure.floor",)),
    "POST /handling-acts": Way("carrier", (), lambda city: {"acts": [handling_act(city, "handled-booking")]}),
    "GET /handling-acts/{}/files/{}": Way("carrier", ("handling-act", "handled-file")),
    "GET /freight-surcharges": Way("buyer"),
    "GET /surcharge-desk": Way("operator"),
    "POST /freight-surcharges/{}/consent": Way("buyer", ("surcharge.consented",)),
    "POST /freight-surcharges/{}/refusal": Way("buyer", ("surcharge.refused",)),
    "POST /freight-surcharges/{}/waiver": Way("carrier", ("surcharge.waived",)),
    "POST /departures/{}/floor-plan": Way(
        "operator",
        ("departure.floor",),
        body(effort="fast", apart=lambda city: [{"one": city.ids["sscc"], "other": "0" * 18, "mm": 800}]),
    ),
    "POST /departures/{}/floor-plan/moves": Way(
        "operator",
        ("departure.floor",),
        body(version=1, number=1, x_mm=100, y_mm=0, z_mm=0, turned=False, pinned=True, repack=False),
    ),
    "POST /departures/{}/floor-plan/stackable": Way(
        "operator", ("departure.floor",), body(sscc=_of("sscc"), stackable=True)
    ),
    "GET /vehicle-types/measures": Way("operator"),
    "POST /vehicle-types/{}/measures": Way("operator", ("vehicle-type",), body(**MEASURES)),
    "GET /departures/{}/operations": Way("operator", ("departure.arriving",)),
    "POST /departures/{}/events": Way(
        "operator", ("departure.arriving",), body(code=31, classifier="actual", place=HUB, event_at=lambda _: _now())
    ),
    "POST /departures/{}/events/{}/retraction": Way("operator", ("departure.arriving", "transport-event")),
    "GET /track/{}": Way("", ("tracking-token",)),
    "GET /tracking/events": Way("buyer"),
    "POST /tracking/events": Way(
        "",
        (),
        body(
            code=31,
            classifier="actual",
            place=HUB,
            event_at=lambda _: _now(),
            departure=_of("departure-reference"),
        ),
        is_signed=True,
    ),
    "GET /bookings/{}/tracking-links": Way("buyer", ("booking.arrived",)),
    "POST /bookings/{}/tracking-links": Way("buyer", ("booking.arrived",)),
    "DELETE /tracking-links/{}": Way("merchant", ("tracking-link",)),
    "GET /tracking/keys": Way("carrier"),
    "POST /tracking/keys": Way("carrier"),
    "DELETE /tracking/keys/{}": Way("carrier", ("reporting-key",)),
    "GET /tracking/hooks": Way("carrier"),
    "POST /tracking/hooks": Way("carrier", (), body(url="https://example.com/events")),
    "DELETE /tracking/hooks/{}": Way("carrier", ("tracking-hook",)),
    "GET /tracking/deliveries": Way("carrier"),
    "GET /tracking/posts": Way("operator"),
    "POST /tracking/posts": Way("operator", (), body(company=_of("company.carrier"), place=HANOI)),
    "DELETE /tracking/posts/{}": Way("operator", ("tracking-post",)),
    "GET /tracking/reporters": Way("operator"),
    **{
        f"POST /departures/{{}}/{act}": Way("operator", (f"departure.{act}",), _passing)
        for act in ("depart", "at-border", "clear", "arrive", "strip")
    },
    "GET /documents": Way("buyer"),
    "GET /documents/{}": Way("buyer", ("document.sales_contract",)),
    "GET /documents/{}.pdf": Way("buyer", ("document.sales_contract",)),
    "POST /documents/{}/signature": Way(
        "buyer", ("document.sales_contract",), body(document_sha256=_of("hash"), file_id=_of("file.scan"))
    ),
    "GET /documents/{}/signatures/{}": Way("buyer", ("document.sales_contract", "company.merchant")),
    "POST /files": Way("merchant"),
    "GET /files/{}": Way("buyer", ("file.evidence",)),
    "GET /payment-plans": Way("merchant"),
    "GET /payment-plans/{}": Way("merchant", ("plan",)),
    "POST /payment-plans": Way("merchant", (), body(code="half_half", **_HALVES)),
    "PUT /payment-plans/{}": Way("merchant", ("plan",), body(**_HALVES)),
    "GET /credit-lines": Way("buyer"),
    "GET /credit-lines/{}": Way("buyer", ("credit",)),
    "POST /credit-lines": Way(
        "buyer",
        (),
        body(merchant_id=_of("company.merchant"), amount="5000", currency="THB", note="Regular orders."),
    ),
    "POST /credit-lines/{}/decision": Way(
        "merchant",
        ("credit",),
        body(decision="grant", amount="5000", currency="CNY", days=30, until=_in(90), reason="A year of orders."),
    ),
    "GET /overdue-credit": Way("merchant", query="side=gives"),
    "POST /payments/{}/reminder-pause": Way(
        "merchant", ("payment.credit.order",), body(until=_in(5), reason="They have paid.")
    ),
    "GET /orders/{}/money": Way("operator", ("order.placed",)),
    "GET /merchant/closures": Way("merchant"),
    "POST /merchant/closures": Way(
        "merchant", (), body(parts=["factory"], first_day=_in(40), last_day=_in(45), words_en="A fair.")
    ),
    "POST /merchant/closures/{}/withdrawal": Way("merchant", ("closure",)),
    "GET /imports": Way("merchant"),
    "POST /imports": Way("merchant"),
    "GET /imports/{}": Way("merchant", ("import.preview",)),
    "POST /imports/{}/cancellation": Way("merchant", ("import.preview",)),
    "POST /imports/{}/commit": Way("merchant", ("import.preview",)),
    "POST /imports/{}/retry": Way("merchant", ("import.done",)),
    "GET /imports/{}/pictures": Way("merchant", ("import.pictures",)),
    "POST /imports/{}/pictures": Way("merchant", ("import.pictures",)),
    "POST /imports/{}/rows": Way(
        "merchant", ("import.done",), body(rows=lambda _: [{"row": 3, "cells": {"hs": "871410"}}])
    ),
    "GET /imports/template": Way("merchant"),
    "POST /imports/{}/mapping": Way("merchant", ("import.preview",), body(mapping=lambda _: {"grade": {"value": "A"}})),
    "GET /imports/{}/errors": Way("merchant", ("import.preview",)),
    "POST /invitations/{}/acceptance": Way(
        "", ("invitation",), body(person_name="Colleague", password=PASSWORD, accepted_terms=TERMS)
    ),
    "GET /jobs": Way("operator"),
    "POST /jobs/{}/revival": Way("operator", ("job.failed",)),
    "GET /documents/failed": Way("operator"),
    "POST /documents/{}/rendering": Way("operator", ("document.failed",)),
    "GET /ledger/accounts": Way("operator", query="kind=commission_income&currency=CNY"),
    "GET /ledger": Way("operator"),
    "GET /ledger/accounts/{}/entries": Way("operator", ("account",)),
    "GET /listings": Way("merchant"),
    "GET /listings.csv": Way("merchant"),
    "POST /fitment": Way("merchant"),
    "GET /fitment.csv": Way("merchant"),
    "GET /fitment.xlsx": Way("merchant"),
    "GET /listings.xlsx": Way("merchant"),
    "GET /listings/{}": Way("", ("live",)),
    "GET /merchants/{}": Way("", ("company.merchant",)),
    "PATCH /listings": Way(
        "merchant",
        (),
        body(rows=lambda city: [{"id": city.ids["draft"], "version": 1, "price": "12.10", "stock": 7}]),
    ),
    "GET /listings/{}/price-history": Way("merchant", ("live",)),
    "POST /listings/{}/conversions": Way(
        "merchant", ("live",), body(basis=f"CNY FCA {HUB}", currency="USD", rate="0.14")
    ),
    "GET /listings/{}/figures": Way("merchant", ("live",)),
    "GET /figures": Way("merchant"),
    "GET /figures/listings": Way("merchant", query="days=30&sort=views&order=desc"),
    "POST /listings": Way("merchant", (), _listing),
    "PATCH /listings/{}": Way("merchant", ("draft",), _listing),
    "PUT /listings/{}/texts/{}": Way(
        "merchant", ("draft", "language"), body(title="Xích", description="Bền.", how="person")
    ),
    "PATCH /listings/{}/pictures/{}": Way("merchant", ("draft", "picture.first"), body(alt="A chain", position=2)),
    "GET /listings/{}/variants": Way("merchant", ("live",)),
    "PUT /listings/{}/variants": Way(
        "merchant",
        ("live",),
        body(
            name="Chains",
            axes=["Size", "Colour"],
            members=[{"sku": "CH-428-116", "values": ["116", "gold"]}, {"sku": "NEW-1", "values": ["120", "gold"]}],
        ),
    ),
    "DELETE /listings/{}/variants": Way("merchant", ("live",)),
    "POST /listings/{}/variants": Way("merchant", ("live",), body(sku="V-3", values=["98", "gold"], percent="-5")),
    "GET /ending-papers": Way("merchant"),
    "GET /listings/{}/details": Way("merchant", ("draft",)),
    "PATCH /listings/{}/details": Way("merchant", ("draft",), _details),
    "POST /listings/{}/acts": Way("merchant", ("live",), body(action="pause")),
    "POST /listings/{}/pictures": Way("merchant", ("draft",), body(file_id=_of("file.free"), alt="A chain")),
    "DELETE /listings/{}/pictures/{}": Way("merchant", ("draft", "picture.first")),
    "POST /listings/{}/pictures/{}/lead": Way("merchant", ("draft", "picture.second")),
    "GET /listings/{}/stock": Way("merchant", ("live",)),
    "PUT /listings/{}/stock": Way("merchant", ("live",), _stock),
    "DELETE /listings/{}/stock/places": Way("merchant", ("live",)),
    "GET /warehouses": Way("merchant"),
    "POST /warehouses": Way("merchant", (), body(name="Hanoi", place="12 Port Road")),
    "PUT /warehouses/{}": Way("merchant", ("warehouse",), body(name="Nanning", place="12 Port Road")),
    "POST /warehouses/{}/rise": Way("merchant", ("warehouse",)),
    "POST /warehouses/{}/retirement": Way("merchant", ("warehouse",)),
    "POST /listings/{}/submission": Way("merchant", ("draft",)),
    "GET /listings/{}/price-visibility": Way("merchant", ("live",)),
    "PUT /listings/{}/price-visibility": Way(
        "merchant",
        ("live",),
        body(
            visibility="named",
            companies=lambda city: [city.ids["company.rival"]],
            groups=lambda city: [city.ids["customer-group"]],
        ),
    ),
    "POST /listings/{}/price-requests": Way("rival", ("hidden",), body(quantity=40)),
    "GET /me": Way("buyer"),
    "PATCH /me": Way("buyer", (), body(name="Nguyen Thi Hoa", locale="vi")),
    "GET /orders/{}/notes": Way("buyer", ("order.placed",)),
    "POST /orders/{}/notes": Way("buyer", ("order.placed",), body(text="Call the desk first.", shared=True)),
    "GET /listings/{}/notes": Way("merchant", ("live",)),
    "POST /listings/{}/notes": Way("merchant", ("live",), body(text="Ask the factory.")),
    "GET /inbox": Way("buyer"),
    "POST /inbox/look": Way("buyer", (), body(matter_id=_of("matter.open"))),
    "POST /inbox/{}/taking": Way("buyer", ("matter.open",)),
    "POST /inbox/{}/release": Way("buyer", ("matter.open",)),
    "POST /inbox/{}/completion": Way("buyer", ("matter.open",)),
    "POST /inbox/{}/reopening": Way("buyer", ("matter.done",)),
    "POST /inbox/{}/giving": Way(
        "buyer", ("matter.open",), body(person_id=lambda city: str(city.actor("buyer").person))
    ),
    "GET /me/tokens": Way("buyer"),
    "POST /me/tokens": Way("buyer", (), body(name="ERP", scopes=["trade:order:read"], days=30)),
    "GET /me/sessions": Way("buyer"),
    "DELETE /me/sessions/{}": Way("buyer", ("session",)),
    "DELETE /me/tokens/{}": Way("rival", ("token.rival",)),
    "GET /me/data": Way("buyer"),
    "POST /me/erasure": Way("rival", (), body(current_password=PASSWORD)),
    "POST /me/password": Way("rival", (), body(current_password=PASSWORD, new_password="over the Pearl River")),
    "POST /me/second-factor": Way("buyer"),
    "POST /me/second-factor/confirmation": Way("thai", (), lambda city: {"code": app_code(city.secrets["thai"])}),
    "POST /me/second-factor/removal": Way("merchant", (), _removal),
    "POST /me/sessions/end": Way("rival"),
    "POST /me/terms": Way("buyer", (), body(accepted_terms=TERMS)),
    "GET /merchant": Way("merchant"),
    "GET /merchant-applications": Way("operator"),
    "POST /merchant-applications": Way("rival", (), _application),
    "GET /merchant-applications/{}": Way("operator", ("application.new",)),
    "POST /merchant-applications/{}/decision": Way(
        "operator", ("application.new",), body(decision="approve", reason="In order.")
    ),
    "GET /merchant-applications/{}/licence": Way("operator", ("application.new",)),
    "GET /merchant-applications/{}/lookalikes": Way("operator", ("application.new",)),
    "POST /merchant/papers": Way(
        "merchant", (), body(item="licence", file_id=_of("file.licence.merchant"), until=lambda _: _tomorrow())
    ),
    "GET /merchant/papers/{}": Way("operator", ("paper",)),
    "GET /merchants/{}/requirements": Way("operator", ("company.newcomer",)),
    "GET /merchants/{}/rulings": Way("operator", ("company.newcomer",)),
    "POST /merchants/{}/rulings": Way(
        "operator",
        ("company.newcomer",),
        body(item="licence", verdict="waive", reason="Seen.", until=lambda _: _tomorrow(), mark=_of("paper")),
    ),
    "GET /qualification": Way("buyer"),
    "GET /screening-lists": Way("operator"),
    "POST /screening-lists": Way(
        "operator",
        (),
        body(
            kind="own",
            name="Ours, 自己的",
            entries=[{"name": "Nobody Here", "aliases": ["No One"], "country": "CN", "numbers": ["12345678"]}],
            goods=[{"name": "Flux", "hs": ["8532.29"], "words": ["flux capacitor"]}],
        ),
    ),
    "POST /screening-lists/sheet": Way("operator"),
    "GET /screening-lists/{}/sheet": Way("operator", ("screening-list",)),
    "GET /screening-hits": Way("operator"),
    "GET /screening-hits/{}": Way("operator", ("hit",)),
    "POST /screening-hits/{}/decision": Way("operator", ("hit",), body(decision="clear", reason="Another.")),
    "PUT /qualification/warehouse": Way(
        "buyer", (), body(street="7 Veng Sreng Blvd", city="Phnom Penh", region="", postcode="120404")
    ),
    "GET /verified-buyers": Way("operator"),
    "GET /companies/{}/credit-limits": Way("operator", ("company.buyer",)),
    "PUT /companies/{}/credit-limits": Way(
        "operator",
        ("company.buyer",),
        body(amount="0.00", currency="USD", until=lambda _: _tomorrow(), reason="Taken back."),
    ),
    "GET /requirements": Way("operator"),
    "GET /requirement-rules": Way(""),
    "PUT /requirement-rules/{}/{}": Way("operator", ("country", "requirement"), body(asked="required")),
    "GET /price-visibility": Way("merchant"),
    "PUT /price-visibility": Way("merchant", (), body(visibility="verified", category="motorcycle-parts")),
    "POST /price-visibility/named": Way("merchant", (), body(company=_of("company.rival"))),
    "DELETE /price-visibility/named/{}": Way("merchant", ("audience.all",)),
    "GET /customer-groups": Way("merchant"),
    "POST /customer-groups": Way(
        "merchant", (), body(name="Hanoi", companies=lambda city: [city.ids["company.buyer"]])
    ),
    "GET /customer-groups/{}": Way("merchant", ("customer-group",)),
    "DELETE /customer-groups/{}": Way("merchant", ("customer-group",)),
    "POST /customer-groups/{}/members": Way("merchant", ("customer-group",), body(company=_of("company.rival"))),
    "DELETE /customer-groups/{}/members/{}": Way("merchant", ("customer-group", "company.buyer")),
    "GET /price-lists": Way("merchant"),
    "POST /price-lists": Way(
        "merchant",
        (),
        body(
            name="Autumn",
            currency="CNY",
            incoterm="FCA",
            place=HUB,
            company=_of("company.rival"),
            valid_from="2026-01-01T08:00:00Z",
            valid_until="2030-01-01T08:00:00Z",
        ),
    ),
    "GET /price-lists/{}": Way("merchant", ("price-list",)),
    "PUT /price-lists/{}": Way(
        "merchant", ("price-list",), body(name="Winter", valid_from="2026-01-01T08:00:00Z", valid_until="", version=2)
    ),
    "POST /price-lists/{}/end": Way("merchant", ("price-list",)),
    "GET /price-lists/{}/entries": Way("merchant", ("price-list",)),
    "POST /price-lists/{}/entries": Way(
        "merchant",
        ("price-list",),
        body(entries=lambda _: [{"sku": "CH-428-116", "price": "26.00", "tiers": [{"quantity": 400, "price": "25"}]}]),
    ),
    "DELETE /price-lists/{}/entries/{}": Way("merchant", ("price-list", "live")),
    "POST /price-lists/{}/named": Way("merchant", ("price-list",), body(group=_of("customer-group"))),
    "DELETE /price-lists/{}/named/{}": Way("merchant", ("price-list", "audience.list")),
    "GET /price-requests": Way("merchant", query="state=open"),
    "GET /price-requests/sent": Way("buyer", query="state=open"),
    "POST /price-requests/{}/answer": Way("merchant", ("price-request",), body(action="grant")),
    "DELETE /price-requests/{}": Way("buyer", ("price-request",)),
    "POST /merchants/{}/standing": Way("operator", ("company.merchant",), body(action="suspend", reason="Late.")),
    "GET /moderation": Way("operator"),
    "GET /moderation/{}": Way("operator", ("case",)),
    "POST /moderation/{}/decision": Way("operator", ("case",), body(decision="approve", reason="Good.")),
    "POST /moderation/decisions": Way(
        "operator", (), lambda city: {"decision": "approve", "reason": "Good.", "cases": [{"id": city.ids["case"]}]}
    ),
    "GET /review-reasons": Way(""),
    "GET /restrictions": Way(""),
    "POST /restrictions": Way("operator", (), lambda city: _RESTRICTION(city) | {"hs_prefix": "8716"}),
    "POST /restrictions/sheet": Way("operator"),
    "GET /restrictions.csv": Way("operator", query="country=LA"),
    "PUT /restrictions/{}": Way("operator", ("restriction",), _RESTRICTION),
    "GET /network/lines": Way("operator"),
    "POST /network/lines": Way(
        "operator", (), body(**_LINE, stops=[_STOP], first_day=_in(30), carrier=_of("company.carrier"))
    ),
    "GET /network/lines/{}": Way("operator", ("network-line",)),
    "PUT /network/lines/{}": Way("operator", ("network-line",), body(name="Hanoi line", name_zh="河内线")),
    "POST /network/lines/{}/ways": Way("operator", ("network-line",), body(**_LED, stops=[_STOP], first_day=_in(30))),
    "POST /network/lines/{}/end": Way("operator", ("network-line",), body(last_day=_in(30))),
    "GET /network/lines/{}/tariffs": Way("operator", ("network-line",)),
    "POST /network/lines/{}/tariffs": Way("operator", ("network-line",), body(**TARIFF | {"valid_from": _in(30)})),
    "POST /freight-quotes": Way("buyer", (), body(departure_id=_of("departure.whole"), to="VNHAN", kg="1000")),
    "GET /freight-quotes/{}": Way("buyer", ("freight-quote",)),
    "POST /departures/{}/whole-lorry": Way("buyer", ("departure.whole",)),
    "GET /network/legs/{}": Way("operator", ("leg",)),
    "PUT /network/legs/{}": Way("operator", ("leg",), body(**_LEG)),
    "GET /network/crossings": Way("operator"),
    "GET /network/crossings/{}": Way("operator", ("crossing",)),
    "POST /network/crossings/{}/hours": Way("operator", ("crossing",), body(**_HOURS)),
    "POST /network/hours/{}/end": Way("operator", ("border-hours",), body(last_day=_in(30))),
    "POST /network/crossings/{}/closures": Way("operator", ("crossing",), body(**_CLOSED)),
    "POST /network/crossings/{}/closure-proposals": Way("operator", ("crossing",)),
    "GET /network/closures/{}": Way("operator", ("border-closure.confirmed",)),
    "POST /network/closures/{}/confirm": Way("operator", ("border-closure.proposed",)),
    "POST /network/closures/{}/drop": Way("operator", ("border-closure.proposed",)),
    "POST /network/closures/{}/withdraw": Way("operator", ("border-closure.confirmed",)),
    "POST /network/crossings/{}/rules": Way(
        "operator", ("crossing",), body(**LANE_RULE | {"rule": "max_stay_hours", "hours": 36})
    ),
    "POST /network/rules/{}/end": Way("operator", ("lane-rule",), body(last_day=_in(30))),
    "POST /listings/{}/reports": Way(
        "", ("live",), body(kind="counterfeit", text="A copy.", contact="witness@demo.test")
    ),
    "POST /listings/{}/takedown": Way("operator", ("live",), body(reason="A copy.", canned="not_traded_here")),
    "GET /listings/{}/appeal": Way("merchant", ("declined",)),
    "POST /listings/{}/appeal": Way("merchant", ("declined",), body(text="It is ours.")),
    "PUT /review-reasons/{}": Way(
        "operator", ("reason",), body(en="No.", zh="不。", vi="Không.", kinds=["listing"], position=3, retired=False)
    ),
    "GET /order-lines/unbooked": Way("operator"),
    "POST /order-lines/{}/booking": Way("merchant", ("line.lost",), body(departure=_of("departure.cancel"))),
    "POST /order-lines/{}/acceptance": Way("buyer", ("line.delivered",), body(quantity=40)),
    "POST /order-lines/{}/claims": Way(
        "buyer",
        ("line.delivered",),
        lambda city: {
            "reason": "defective",
            "quantity": 40,
            "text": "Broken.",
            "evidence": [city.ids["file.evidence"]],
        },
    ),
    "POST /order-lines/{}/handover": Way("carrier", ("line.packed",), _COUNTED),
    "POST /order-lines/{}/packing": Way("merchant", ("line.confirmed",), _PACKED),
    "POST /order-lines/{}/ready": Way("merchant", ("line.confirmed",)),
    "GET /order-lines/{}/ready-date": Way("buyer", ("line.dated",)),
    "GET /order-lines/{}/ready-date/departures": Way("merchant", ("line.dated",), query="ready_date=2099-01-01"),
    "POST /order-lines/{}/ready-date/confirmation": Way("merchant", ("line.dated",)),
    "GET /ready-dates": Way("operator"),
    "PUT /order-lines/{}/ready-date": Way(
        "merchant",
        ("line.later",),
        body(ready_date=lambda _: (clock.now() + timedelta(days=12)).date().isoformat()),
    ),
    "GET /merchant/storefront": Way("merchant"),
    "POST /merchant/storefront": Way(
        "merchant",
        (),
        body(
            locale="en",
            headlines=lambda _: {"en": "Chains", "zh": "链条"},
            texts=lambda _: {"en": "Since 1998."},
            banner_file_id=_of("file.free"),
            banner_alt="Our hall",
        ),
    ),
    "POST /merchant/storefront/withdrawal": Way("merchant"),
    "GET /storefronts": Way("operator"),
    "POST /storefronts/{}/decision": Way("operator", ("storefront",), body(decision="decline", reason="Too loud.")),
    "GET /showroom": Way(""),
    "GET /showroom/booths/{}": Way("", ("booth",)),
    "POST /halls": Way("operator", (), body(code="B", names=lambda _: {"en": "Hall B", "zh": "乙馆"})),
    "POST /halls/{}/booths": Way("operator", ("hall",), body(code="A-2", area_m2="12.5", column=2, row=1)),
    "POST /merchant/tenancies/{}/labels": Way("merchant", ("tenancy",), body(size="a5")),
    "PUT /halls/{}": Way("operator", ("hall",), body(code="A", names=lambda _: {"en": "Hall A", "zh": "甲馆"})),
    "PUT /booths/{}": Way("operator", ("booth",), body(code="A-1", area_m2="12.5", column=1, row=1)),
    "POST /halls/{}/retirement": Way("operator", ("hall.free",)),
    "POST /booths/{}/retirement": Way("operator", ("booth.free",)),
    "POST /halls/{}/return": Way("operator", ("hall.closed",)),
    "POST /booths/{}/return": Way("operator", ("booth.away",), body(column=3, row=1)),
    "GET /booths/{}/tenancies": Way("operator", ("booth",)),
    "POST /booths/{}/tenancies": Way("operator", ("booth",), _tenancy),
    "POST /tenancies/{}/end": Way("operator", ("tenancy",), body(until_on=lambda _: _tomorrow())),
    "GET /merchant/tenancies": Way("merchant"),
    "GET /merchant/tenancies/{}": Way("merchant", ("tenancy",)),
    "POST /merchant/tenancies/{}/exhibits": Way("merchant", ("tenancy",), body(listing_id=_of("made"))),
    "DELETE /merchant/exhibits/{}": Way("merchant", ("exhibit",)),
    "GET /exhibits/{}": Way("", ("label",)),
    "POST /exhibits/{}/cards": Way(
        "",
        ("label",),
        body(name="Somsy Vong", email="somsy@demo.test", phone="+86 138 0013 8000", message="How much?", consent=True),
    ),
    "POST /enquiries": Way(
        "",
        (),
        body(
            kind="exhibitor",
            name="Somsy Vong",
            email="somsy@demo.test",
            company="Lanxang",
            country="LA",
            text="How much is a booth?",
            consent=True,
        ),
    ),
    "GET /enquiries": Way("operator"),
    "GET /enquiries/{}": Way("operator", ("enquiry",)),
    "POST /enquiries/{}/taking": Way("operator", ("enquiry",)),
    "PUT /enquiries/{}/owner": Way(
        "operator", ("enquiry",), body(person_id=lambda city: str(city.people["operator"].actor.person))
    ),
    "POST /enquiries/{}/acts": Way("operator", ("enquiry",), body(action="answer", text="Gladly.")),
    "POST /enquiries/{}/erasure": Way("operator", ("enquiry",)),
    "GET /events": Way(""),
    "GET /events/all": Way("operator"),
    "GET /events/{}": Way("", ("fair.open",)),
    "POST /events": Way("operator", (), _fair),
    "POST /events/{}/acts": Way("operator", ("fair.open",), body(action="cancel", reason="Flood.")),
    "GET /events/{}/registrations": Way("operator", ("fair.open",)),
    "POST /events/{}/registrations": Way(
        "buyer", ("fair.open",), body(name="Somsy Vong", email="somsy@demo.test", follow_up=True)
    ),
    "GET /event-tickets/{}": Way("", ("ticket",)),
    "POST /event-tickets/{}/cancellation": Way("", ("ticket",)),
    "POST /events/{}/check-ins": Way("operator", ("fair.open",), body(code=_of("ticket"))),
    "GET /merchant/events": Way("merchant"),
    "GET /merchant/events/{}/visitors": Way("merchant", ("fair.open",)),
    "GET /leads": Way("merchant"),
    "GET /leads.csv": Way("merchant"),
    "GET /leads/{}": Way("merchant", ("lead",)),
    "POST /leads/{}/taking": Way("merchant", ("lead",)),
    "PUT /leads/{}/owner": Way(
        "merchant", ("lead",), body(person_id=lambda city: str(city.people["merchant"].actor.person))
    ),
    "POST /leads/{}/acts": Way("merchant", ("lead",), body(action="contact", text="Called.")),
    "POST /leads/{}/erasure": Way("merchant", ("lead",)),
    "GET /pavilions": Way(""),
    "GET /pavilions/{}": Way("", ("country",)),
    "GET /desk": Way("buyer"),
    "GET /orders": Way("buyer"),
    "GET /orders/{}": Way("buyer", ("order.arrived",)),
    "GET /orders/{}/again": Way("buyer", ("order.arrived",)),
    "POST /orders/{}/again": Way(
        "buyer", ("order.arrived",), lambda city: {"lines": [{"line_id": city.ids["line.arrived"], "quantity": 40}]}
    ),
    "POST /orders/{}/cancellation": Way("buyer", ("order.placed",), body(reason=None)),
    "POST /orders/{}/confirmation": Way(
        "merchant",
        ("order.placed",),
        lambda city: {"rejected_lines": [{"line": city.ids["line.placed"], "reason": "out_of_stock"}]},
    ),
    "GET /orders/{}/changes": Way("merchant", ("order.changed",)),
    "POST /orders/{}/changes": Way(
        "buyer",
        ("order.confirmed",),
        lambda city: {
            "kind": "add",
            "line": city.ids["line.confirmed"],
            "quantity": 40,
            "departure": city.ids["departure.carrying"],
        },
    ),
    "POST /orders/{}/changes/preview": Way(
        "buyer",
        ("order.confirmed",),
        lambda city: {"kind": "reduce", "line": city.ids["line.confirmed"], "quantity": 40},
    ),
    "POST /order-changes/{}/acceptance": Way("merchant", ("change",), body(content_hash=_of("change-hash"))),
    "POST /order-changes/{}/refusal": Way("merchant", ("change",)),
    "POST /order-changes/{}/withdrawal": Way("buyer", ("change",)),
    "POST /password-resets": Way(
        "",
        (),
        lambda city: {
            "login": city.people["thai"].login,
            "code": city.ids["code"],
            "new_password": "over the Pearl River",
        },
    ),
    "GET /partners": Way("operator"),
    "POST /partners": Way("operator", (), _partner),
    "POST /partners/{}/invitations": Way("operator", ("company.empty",), body(login="lead@demo.test")),
    "GET /people": Way("operator", query="q=demo"),
    "POST /people/{}/disablement": Way("operator", ("person.mate",)),
    "POST /people/{}/enablement": Way("operator", ("person.shut",)),
    "GET /payees": Way("merchant"),
    "POST /payees": Way("merchant", (), _payee),
    "GET /payees/{}/orders": Way("merchant", ("payee.active",)),
    "POST /payees/{}/orders": Way("merchant", ("payee.active",), _payee_proposal),
    "GET /payee-changes": Way("operator"),
    "POST /payee-changes/{}/stop": Way("operator", ("payee-change",), body(reason="Nobody there knows it.")),
    "POST /payees/{}/withdrawal": Way("merchant", ("payee",), _removal),
    "GET /payments": Way("buyer"),
    "GET /payments/overdue": Way("operator"),
    "GET /payments/unanswered": Way("operator"),
    "GET /payments/{}": Way("buyer", ("payment.deposit.order",)),
    "POST /payments/{}/dispute": Way("merchant", ("payment.placed.order",)),
    "POST /payments/{}/confirmation": Way("merchant", ("payment.deposit.order",), _CONFIRMED),
    "GET /payments/{}/slip": Way("merchant", ("payment.placed.order",)),
    "POST /payments/{}/slip": Way("buyer", ("payment.deposit.order",), lambda city: {"file_id": city.ids["file.slip"]}),
    "GET /payout-account": Way("merchant"),
    "POST /payout-account": Way("carrier", (), _carriers_code),
    "POST /payout-account/stop": Way("merchant", (), _removal),
    "GET /payout-reversals": Way("merchant"),
    "GET /receivables": Way("merchant"),
    "GET /payout-files/{}": Way("operator", ("file.payout",)),
    "GET /payout-files/{}.xml": Way("operator", ("file.payout",)),
    "GET /payout-waits": Way("merchant"),
    "GET /payouts": Way("merchant"),
    "POST /payouts": Way("operator"),
    "POST /payout-files": Way("operator"),
    "GET /payouts/{}": Way("merchant", ("payout.sent",)),
    "POST /payouts/{}/approval": Way("operator", ("payout.due",)),
    "POST /payouts/{}/result": Way(
        "operator",
        ("payout.sent",),
        lambda _city: bank_said("settled") | {"bank_reference": "FT 2026 003, 汇款"},
    ),
    "GET /returns": Way("buyer"),
    "POST /returns/{}/confirmation": Way("merchant", ("return.owed",)),
    "POST /returns/{}/receipt": Way("buyer", ("return.sent",)),
    "POST /returns/{}/denial": Way("buyer", ("return.denied",)),
    "GET /search": Way(""),
    "GET /settings": Way(""),
    "PUT /settings/{}": Way("operator", ("setting",), body(value="20", valid_from=lambda _: _tomorrow())),
    "GET /fx-rates": Way(""),
    "POST /fx-rates": Way(
        "operator", (), body(base="GBP", quote="CNY", rate="9.12", source="HMRC", effective_date=lambda _: _today())
    ),
    "GET /closures": Way(""),
    "POST /closures": Way("operator", (), body(country="CN", day=_in(30), reason="Flood")),
    "POST /closures/withdrawal": Way("operator", (), body(country="CN", day=_of("closed.day"))),
    "GET /account-statements": Way("merchant"),
    "GET /account-statements/accounts": Way("merchant"),
    "GET /account-statements/{}/{}": Way(
        "merchant", ("company.merchant", "company.buyer"), query="kind=account_statement&currency=CNY"
    ),
    "POST /account-statements/{}/{}/papers": Way(
        "merchant",
        ("company.merchant", "company.buyer"),
        lambda _: {
            "kind": "account_statement",
            "currency": "CNY",
            "from": "2026-01-01",
            "to": "2026-01-31",
        },
    ),
    "GET /carriage-terms": Way(""),
    "GET /order-lines/{}/papers": Way("buyer", ("line.packed",)),
    "PUT /order-lines/{}/papers": Way(
        "merchant",
        ("line.insured",),
        body(marks="KEEP DRY 防潮", wood="wood", wood_marks=["CN-440001-HT"], shipping_name="BATTERIES"),
    ),
    "GET /order-lines/{}/labels": Way("buyer", ("line.packed",)),
    "GET /departures/{}/papers": Way("operator", ("departure.carrying",)),
    "GET /cart/insurance": Way("buyer"),
    "GET /orders/{}/insurance": Way("buyer", ("order.insured",)),
    "POST /orders/{}/insurance": Way("buyer", ("order.insurable",), body(cover=_of("cover"))),
    "GET /insurances": Way("buyer"),
    "GET /partner/insurances": Way("insurer"),
    "GET /operator/insurances": Way("operator"),
    "POST /insurances/{}/void": Way("buyer", ("insurance.insured",)),
    "POST /insurances/{}/claims": Way(
        "buyer",
        ("insurance.claimable",),
        body(line_id=_of("line.claimable"), amount="100.00", said="Two cartons wet, 湿了."),
    ),
    "GET /insurance-claims": Way("insurer"),
    "GET /insurance-claims/{}": Way("insurer", ("insurance-claim.surveyed",)),
    "GET /insurance-claims/{}/files/{}": Way("buyer", ("insurance-claim.accepted", "insurance-file")),
    "POST /insurance-claims/{}/files": Way(
        "insurer",
        ("insurance-claim.surveyed",),
        body(evidence="photo", file_id=_of("insurance-evidence")),
    ),
    "POST /insurance-claims/{}/survey": Way(
        "insurer",
        ("insurance-claim.surveyed",),
        body(surveyed_on=lambda _: _today(), surveyor="SGS Hà Nội", findings="One carton wet, 一箱湿."),
    ),
    "POST /insurance-claims/{}/decision": Way(
        "insurer", ("insurance-claim.surveyed",), body(accepted="90.00", said="Agreed.")
    ),
    "POST /insurance-claims/{}/payment": Way(
        "insurer", ("insurance-claim.accepted",), body(reference="TT-1", paid_on=lambda _: _today())
    ),
    "GET /insurance-covers": Way("operator"),
    "POST /insurance-covers": Way(
        "operator",
        (),
        lambda city: (
            COVER
            | {
                "insurer": city.ids["company.insurer"],
                "policy_number": "OC-9",
                "excluded": ["71"],
                "valid_to": _tomorrow(),
            }
        ),
    ),
    "GET /costs": Way("operator", query="month=2026-11&line=CQ-HAN"),
    "GET /costs.xlsx": Way("operator", query="month=2026-11"),
    "GET /costs/months": Way("operator", query="month=2026-11"),
    "GET /costs/rates": Way("operator", query="line=CQ-HAN"),
    "POST /costs/rates": Way("operator", body=_cost_rate),
    "GET /departures/{}/costs": Way("operator", ("departure.arriving",)),
    "GET /departures/{}/costs.xlsx": Way("operator", ("departure.arriving",)),
    "POST /departures/{}/costs/plan": Way("operator", ("departure.arriving",)),
    "POST /departures/{}/costs/items": Way("operator", ("departure.arriving",), _cost),
    "POST /departures/{}/costs/close": Way("operator", ("departure.arriving",)),
    "POST /departures/{}/costs/reopen": Way("operator", ("departure.strip",)),
    "POST /costs/items/{}/void": Way("operator", ("cost",)),
    "GET /costs/items/{}/file": Way("operator", ("cost",)),
    "GET /costs/invoices": Way("operator", query="state=matched"),
    "POST /costs/invoices": Way(
        "operator",
        body=lambda city: (
            partner_invoice(city.ids["costed"]) | {"company_id": city.ids["company.carrier"], "file_id": None}
        ),
    ),
    "GET /costs/invoices/{}": Way("operator", ("partner-invoice.matched",)),
    "GET /costs/invoices/{}/file": Way("operator", ("partner-invoice.matched",)),
    "POST /costs/invoices/{}/match": Way("operator", ("partner-invoice.early",)),
    "POST /costs/invoices/{}/acceptance": Way("operator", ("partner-invoice.matched",)),
    "POST /costs/invoices/{}/settlement": Way("operator", ("partner-invoice.accepted",)),
    "POST /costs/invoice-lines/{}/decision": Way(
        "operator", ("partner-invoice-line",), body(decision="split", amount="90.00", reason="wrong_rate", note="不对")
    ),
    "GET /fee-rules": Way(),
    "POST /fee-rules": Way("operator", body=_fee_rule),
    "GET /fees": Way("merchant"),
    "GET /fees/{}": Way("merchant", ("fee.owed",)),
    "GET /whole-lorries": Way("buyer"),
    "GET /whole-lorries/{}": Way("buyer", ("hire",)),
    "GET /whole-lorry-desk": Way("operator"),
    "GET /whole-lorry-desk/{}": Way("operator", ("hire",)),
    "GET /held-cost-rules": Way(),
    "GET /held-cost-rules/versions": Way(),
    "GET /held-cost-rules/proposals": Way("operator"),
    "POST /held-cost-rules": Way("operator", body=body(**BEARING, valid_from=_in(2))),
    "POST /held-cost-rules/{}/publication": Way("operator", ("bearing-rule",)),
    "POST /held-cost-rules/{}/refusal": Way("operator", ("bearing-rule",)),
    "GET /departures/{}/holds": Way("operator", ("departure.held-once",)),
    "PUT /holds/{}/consignment": Way("operator", ("lorry-hold",), body(booking=_of("lorry-hold.booking"))),
    "GET /held-charges": Way("merchant"),
    "GET /held-charges/{}": Way("merchant", ("held-charge.owed",)),
    "GET /held-charge-desk": Way("operator", query="state=charged"),
    "GET /held-charge-desk/{}": Way("operator", ("held-charge.owed",)),
    "POST /held-charges/{}/waiver": Way("operator", ("held-charge.owed",), body(cause="customs", reason="Held.")),
    "POST /held-charges/{}/waiver/approval": Way("operator", ("held-charge.asked",)),
    "POST /held-charges/{}/waiver/refusal": Way("operator", ("held-charge.asked",)),
    "POST /held-charges/{}/charge": Way("operator", ("held-charge.waiting",)),
    "GET /fee-desk": Way("operator", query="state=charged"),
    "GET /fee-desk/{}": Way("operator", ("fee.owed",)),
    "POST /fees/{}/waiver": Way("operator", ("fee.owed",), body(cause="customs", reason="Held at the border.")),
    "POST /fees/{}/waiver/approval": Way("operator", ("fee.asked",)),
    "POST /fees/{}/waiver/refusal": Way("operator", ("fee.asked",)),
    "POST /fees/{}/charge": Way("operator", ("fee.waiting",)),
    "GET /partner-invoices": Way("carrier", query="state=matched"),
    "POST /partner-invoices": Way(
        "carrier", body=lambda city: partner_invoice(city.ids["costed"]) | {"file_id": None, "submit": True}
    ),
    "GET /partner-invoices/{}": Way("carrier", ("partner-invoice.matched",)),
    "GET /partner-invoices/{}/file": Way("carrier", ("partner-invoice.matched",)),
    "POST /partner-invoices/{}/submission": Way("carrier", ("partner-invoice.draft",)),
    "POST /partner-invoices/{}/discard": Way("carrier", ("partner-invoice.draft",)),
    "GET /official-invoices": Way("merchant"),
    "POST /official-invoices": Way(
        "merchant", body=lambda city: _official(city, "7") | {"refers_to": None, "file_id": None}
    ),
    "GET /official-invoices/missing": Way("merchant", query="side=seller"),
    "GET /official-invoices/to-issue.xlsx": Way("merchant"),
    "POST /official-invoices/import": Way("merchant"),
    "GET /official-invoices/{}": Way("merchant", ("official-invoice",)),
    "GET /official-invoices/{}/file": Way("merchant", ("official-invoice",)),
    "POST /official-invoices/{}/lines": Way(
        "merchant",
        ("official-invoice",),
        lambda city: {"line_ids": [city.ids["line.delivered"]], "amounts": ["5.00"]},
    ),
    "POST /official-invoices/{}/cancellation": Way("merchant", ("official-invoice",)),
    "GET /statements": Way("merchant", query="currency=CNY&from=2026-01-01&to=2026-12-31"),
    "GET /week": Way("buyer"),
    "PUT /week/letter": Way("buyer", (), body(day="friday")),
    "GET /statistics": Way("", query="year="),
    "GET /statistics/figures": Way("operator", query="by=line&from_month=2026-01&direction=out"),
    "GET /statistics.xlsx": Way("operator", query="by=chapter&country=VN"),
    "GET /statistics/closes": Way("operator"),
    "POST /statistics/closes": Way("operator", (), body(month="2026-01")),
    "GET /reconciliation": Way("operator"),
    "GET /reconciliation.csv": Way("operator", query="late=1"),
    "GET /reconciliation.xlsx": Way("operator", query="kind=obligation"),
    "GET /cash-flow": Way("buyer"),
    "GET /cash-flow.csv": Way("buyer", query="table=weeks"),
    "GET /cash-flow.xlsx": Way("merchant"),
    "GET /statements.csv": Way("merchant", query="currency=CNY&from=2026-01-01&to=2026-12-31"),
    "GET /terms": Way(""),
    "POST /tokens": Way("", (), body(login=lambda city: city.people["buyer"].login, password=PASSWORD)),
    "DELETE /tokens/current": Way("rival"),
    "GET /transfers": Way("merchant"),
    "POST /transfers": Way(
        "merchant",
        (),
        body(
            amount="5.00", currency="CNY", received_on=lambda _: _today(), reference="RF18 货款", note="By hand, 手写."
        ),
    ),
    "POST /transfers/{}/match": Way(
        "merchant", ("transfer",), lambda city: {"payment_ids": [city.ids["payment.deposit.order"]]}
    ),
    "POST /transfers/{}/dismissal": Way("merchant", ("transfer",)),
    "POST /bank-statements": Way("merchant"),
    "GET /bank-statements": Way("merchant"),
    "GET /bank-statements/{}": Way("merchant", ("bank-statement",)),
    "GET /bank-statements/{}/entries": Way("merchant", ("bank-statement",)),
    "GET /house-bank": Way("operator"),
    "GET /house-entries": Way("operator", query="state=unmatched"),
    "POST /house-entries/{}/match": Way(
        "operator", ("bank-entry.new",), body(parts=lambda _: [{"purpose": "own", "amount": "1.00", "currency": "CNY"}])
    ),
    "POST /house-entries/{}/approval": Way("operator", ("bank-entry.agreed",)),
    "POST /house-entries/{}/refusal": Way("operator", ("bank-entry.refused",)),
    "POST /house-entries/{}/reversal": Way(
        "operator", ("bank-entry.placed",), body(reason="It was another company's, 放错了.")
    ),
    "POST /house-entries/{}/reversal/approval": Way("operator", ("bank-entry.doubted",)),
    "POST /house-entries/{}/reversal/refusal": Way("operator", ("bank-entry.kept",)),
    "GET /receivable-write-offs": Way("operator"),
    "POST /receivable-write-offs": Way(
        "operator",
        (),
        body(company_id=_of("company.buyer"), amount="30.00", currency="CNY", reason="Closed down, 倒闭了."),
    ),
    "POST /receivable-write-offs/{}/approval": Way("operator", ("write-off.agreed",)),
    "POST /receivable-write-offs/{}/refusal": Way("operator", ("write-off.refused",)),
    "GET /sender-returns": Way("operator"),
    "POST /sender-returns/{}/failure": Way("operator", ("sender-return",)),
    "GET /commission-receipts": Way("operator"),
    "POST /commission-receipts/{}/withdrawal": Way(
        "operator", ("commission-receipt",), body(reason="It never came, 没到账.")
    ),
    "GET /trading-company": Way("operator"),
    "POST /trading-company": Way("operator", (), body(company_id=_of("company.trader"))),
    "GET /trading-agreements": Way("merchant"),
    "POST /trading-agreements": Way(
        "operator", (), body(merchant_id=_of("company.maker"), margin_basis_points=250, words="As said.")
    ),
    "POST /trading-agreements/{}/answer": Way("merchant", ("agreement.offered",), body(agree=True)),
    "POST /trading-agreements/{}/end": Way("thai", ("agreement.agreed",)),
    "POST /trading-agreements/{}/withdrawal": Way("operator", ("agreement.offered",)),
    "GET /trading-sales": Way("operator"),
    "GET /trading-payments": Way("operator"),
    "POST /trading-payments/{}/confirmation": Way("operator", ("payment.sold.order",), _CONFIRMED),
    "GET /trading-payments/{}/slip": Way("operator", ("payment.sold.order",)),
    "POST /trading-payments/{}/dispute": Way("operator", ("payment.sold.order",)),
    "POST /trading-receipts/{}/withdrawal": Way("operator", ("receipt.sold",), body(mistake="never_came")),
    "GET /trading-returns": Way("operator"),
    "POST /trading-returns/{}/confirmation": Way(
        "operator", ("return.sold",), body(booked_on=lambda _: _house_day(), bank_reference="TT 77")
    ),
    "GET /trading-changes": Way("operator"),
    "POST /trading-changes/{}/acceptance": Way(
        "operator", ("change.sold",), body(content_hash=_of("change.sold-hash"))
    ),
    "POST /trading-changes/{}/refusal": Way("operator", ("change.sold",)),
    "POST /transfers/{}/withdrawal": Way("merchant", ("transfer",), body(mistake="never_came")),
}

_DECIDE: Final = body(decision="approve", reason="In order.")

# What a visitor writes into a form beyond what it begins with.
FORMS: Final[dict[str, Callable[[City], Body]]] = {
    "approvals.add_rule": lambda city: {
        "name": "Far",
        "bands.0.from": "10",
        "bands.0.steps.0.people": str(city.actor("buyer").person),
        "bands.1.from": "900",
    },
    "approvals.put_rule": body(**{"bands.1.from": "900"}),
    "approvals.put_limit": lambda city: {
        "amount": "100",
        "steps.0.people": str(city.actor("buyer").person),
    },
    "approvals.delegate": body(delegate_id=_of("person.asker"), first_day=_in(40), last_day=_in(40)),
    "approvals.decide": body(note="Good price."),
    "approvals.ask_range": body(most_quantity="400", most_price="30.00", until=_in(40)),
    "prices.make_group": body(name="Hai Phong", companies=_of("company.rival")),
    "prices.join": body(company=_of("company.rival")),
    "prices.make_list": body(
        name="Summer", currency="CNY", incoterm="FCA", place=HUB, company=_of("company.rival"), group=""
    ),
    "prices.put_entries": body(lines="CH-428-116; 26.00; 25.00@400"),
    "prices.welcome": body(company=_of("company.rival"), group=""),
    "prices.name": body(company=_of("company.rival"), group=""),
    "trading.name": body(company_id=_of("company.trader")),
    "trading.offer": body(merchant_id=_of("company.maker"), margin_percent="2.5", begins_on="", ends_on="", words=""),
    "trading.confirm": body(amount="100.00", received_on=lambda _: _today()),
    "credit.ask": body(amount="5000", currency="USD", note="Regular orders."),
    "credit.decide": body(decision="grant", amount="5000", days="30", until=_in(90), reason="A year of orders."),
    "credit.pause": body(until=_in(5), reason="They have paid."),
    "plans.make": _plan_form,
    "plans.change": _plan_form,
    "waybills.state": body(marks="KEEP DRY", wood="wood", wood_marks="CN-440001-HT", shipping_name=""),
    "insurance.take": body(declared_value=""),
    "insurance.open_claim": body(amount="100.00", said="Wet."),
    "insurance.show": body(evidence="photo"),
    "insurance.survey": body(surveyed_on=lambda _: _today(), surveyor="SGS", findings="Wet."),
    "insurance.decide": body(accepted="90.00", said="Agreed."),
    "insurance.pay": body(reference="TT-1", paid_on=lambda _: _today()),
    "insurance.write_cover": lambda city: (
        COVER | {"insurer": city.ids["company.insurer"], "policy_number": "OC-8", "excluded": "71 9701", "valid_to": ""}
    ),
    "costs.set_rate": lambda city: {**_cost_rate(city), "unit": "hour"},
    "road.step": body(step="cancel"),
    "costs.enter": body(amount="12.00", place="", booking="", note="By the road."),
    "costs.send": lambda city: partner_invoice(city.ids["costed"]),
    "costs.send_for": lambda city: partner_invoice(city.ids["costed"]) | {"company_id": city.ids["company.carrier"]},
    "costs.decide": body(decision="accept", amount="", reason=""),
    "logistics.give_quote": body(to="VNHAN", kg="1000", m3="", ldm="", pallets=""),
    "fees.publish": body(
        percent="10", per_kg="", minimum="", grace_minutes="", free_days="", valid_from=_in(2), source="The board."
    ),
    "fees.waive": body(cause="customs", reason="Held at the border."),
    "holds.propose": body(**BEARING, valid_from=_in(2)),
    "holds.name": body(booking=_of("lorry-hold.booking")),
    "holds.waive": body(cause="customs", reason="Held at the border."),
    "questions.ask": body(text="Which steel is it made of?"),
    "questions.answer": body(text="40Mn steel."),
    "reviews.write": body(goods="5", packing="4", on_time="3", text="Good steel.", version="0"),
    "reviews.reply": body(text="Thank you."),
    "lists.create": body(name="Spring"),
    "lists.add": body(order=_of("order.arrived"), list="", name="Again"),
    "lists.copy": body(name="Copy"),
    "lists.buy": lambda city: {"listings": [city.ids["live"]]},
    "centres.open_centre": body(**{**CENTRE, "weekdays": "mon"}, place="VN-NEW", name="New DC", keeper=""),
    "centres.change": lambda city: {**_centre_changed(city), "weekdays": "mon", "keeper": ""},
    "centres.take_in": lambda _: {**bonded_lot(), "declaration_number": "", "declared_on": ""},
    "centres.receive": body(quantity="4", entry_number="E-2"),
    "centres.move": body(kind="damaged", quantity="1", number="P-1"),
    "centres.send": _sent_on,
    "centres.release": lambda _: {**released_line(), "duty_paid": "1", "origin_proof": ""},
    "centres.name_broker": body(broker=_of("company.empty")),
    "centres.name_sale_broker": body(broker=_of("company.empty")),
    "centres.release_sale": lambda _: {**_declared(), "duty_paid": "1", "origin_proof": ""},
    "centres.draft_transit": lambda _: transit_of_sale(),
    "centres.step_transit": body(step="cancel", mrn="", place="", remark=""),
    "centres.hand_over_sale": body(quantity="40", number="N-2"),
    "centres.deliver_sale": body(damaged="1", collection=""),
    "centres.enter": lambda city: {
        f"lots.{city.ids['lot.free']}": "9",
        f"reason.{city.ids['lot.free']}": "lost",
    },
    "centres.announce": body(
        centre=_of("centre"), listing=_of("live"), quantity="7", house_waybill="", broker=_of("company.empty")
    ),
    "centres.show_proof": _proof,
    "centres.offer": body(listing=_of("live"), centre=_of("centre.home"), status="free"),
    "fleet.add_type": lambda city: {**_type_figures(city), "code": "BOX-2"},
    "operator.begin_service": body(time="03:15"),
    "road.declare": body(
        booking=_of("booking.arrived"), side="import", number="530020261112", lodged_on=_in(-3), cartons="5000"
    ),
    "road.amend": body(declaration=_of("declaration"), change="roll", number="A-78", cartons=""),
    "road.draft": body(
        from_stop=HUB,
        to_stop=HANOI,
        guarantee_reference="G-2026-2",
        guarantee_amount="100",
        guarantee_until=_in(200),
        discharge_by=lambda _: (clock.now() + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M"),
    ),
    "road.swap": lambda city: {**_swap(city), "new_seal": "", "seal_reason": "", "odometer_km": "", "happened_at": ""},
    "road.cool": body(set_point="4", least="2", most="8"),
    "road.pre_cool": body(celsius="4", logger="L-1"),
    "road.upload": body(logger="L-1"),
    "road.expect": body(place=HANOI, expected_at=lambda _: _later()),
    "road.note_many": body(code="31", bookings=_of("booking.arrived"), place=""),
    "fleet.add_vehicle": lambda city: {
        "kind": "trailer",
        "plates": "CN 渝A88888",
        "vehicle_type": city.ids["vehicle-type"],
        "contractor": "",
    },
    "fleet.add_driver": body(name="Han Mei", country="CN", person="", contractor=""),
    "fleet.show_vehicle_paper": lambda city: {**_paper_of("permit")(city), "scan": (io.BytesIO(b""), "")},
    "fleet.show_driver_paper": lambda city: {**_paper_of("visa")(city), "scan": (io.BytesIO(b""), "")},
    "fleet.assign": _crew_form,
    "fleet.assign_own": _crew_form,
    "fleet.offer_haul": body(carrier=_of("company.haulier"), from_stop="CN-YOUYIGUAN", to_stop=""),
    "fleet.man_haul": lambda city: (
        _haul_crew(city)
        | {
            "drivers": city.ids["haul-driver"],
            "from_stop": "",
            "to_stop": "",
            "returns_at": "",
            "is_cooled": "",
            "is_dangerous": "",
        }
    ),
    "fleet.report_haul": body(code="31", place=HANOI, event_at=""),
    "fleet.chain": lambda city: {"vehicle": city.ids["vehicle.trailer"], "departures": city.ids["run.first"]},
    "handling.operate": _by_form,
    "handling.carry": _by_form,
    "fleet.extend": lambda city: {"departures": city.ids["run.next"]},
    "checkout.put_again": lambda city: {"lines": [city.ids["line.arrived"]]},
    "lists.save": body(quantity="80", name="Spring", note="for the new year"),
    "remarks.hide": body(reason="It names a rival."),
    "accounts.accept_terms": body(accepted_terms=lambda _: TERMS),
    "accounts.change_company": body(street="1 Harbour Road", city="Hanoi", postcode="100000", contact="Desk"),
    "accounts.check_second_factor": lambda city: {"code": app_code(city.secrets["merchant"])},
    "accounts.confirm_second_factor": lambda city: {"code": app_code(city.secrets["thai"])},
    "accounts.accept_invitation": body(person_name="Colleague", password=PASSWORD, accepted_terms=lambda _: TERMS),
    "accounts.change_password": body(current_password=PASSWORD, new_password="over the Pearl River"),
    "accounts.erase": body(current_password=PASSWORD),
    "merchants.enter_closure": body(first_day=_in(50), last_day=_in(52), words_en="A fair."),
    "merchants.rule": body(reason="As the register says."),
    "fitments.bring_in": body(
        file=lambda _: (io.BytesIO(b"sku,make,model,year_from\nCH-428-116,Toyota,Hilux,2012\n"), "fitment.csv")
    ),
    "imports.read_anew": lambda _: {"column.0": "grade"},
    "accounts.begin_handover": _leaving,
    "orders.write_note": body(text="Call the desk first."),
    "catalog.write_note": body(text="Ask the factory."),
    "accounts.issue_token": body(name="ERP"),
    "week.choose_letter": body(day="friday"),
    "accounts.print_cost_centres": body(printed="1"),
    "accounts.open_unit": body(name="South", cost_centre="12"),
    "accounts.invite": body(login="x@demo.test"),
    "operator.admit": _partner,
    "operator.invite_leader": body(login="lead@demo.test"),
    "accounts.log_in": body(login=lambda city: city.people["buyer"].login, password=PASSWORD),
    "accounts.register_company": _registration,
    "accounts.remove_second_factor": _removal,
    "accounts.reset_password": lambda city: {
        "login": city.people["thai"].login,
        "code": city.ids["code"],
        "new_password": "over the Pearl River",
    },
    "accounts.send_code": body(login="rival@demo.test"),
    "catalog.create": lambda city: (
        {name: value for name, value in _listing(city).items() if isinstance(value, str | int) and name != "stackable"}
        | {"price": "11.80", "currency": "CNY", "incoterm": "FCA", "place": HUB, "tiers": "11.20@400"}
    ),
    "catalog.set_stock": body(stock="19000", low_below="200"),
    "catalog.set_places": lambda city: {f"units.{city.ids['warehouse']}": "9000"},
    "catalog.add_warehouse": body(name="Hanoi", place="12 Port Road"),
    "catalog.rename_warehouse": body(name="Nanning", place="12 Port Road"),
    "catalog.ask": body(code="width", name="Width", kind="number", unit="MMT", wanted="wanted", position="2"),
    "catalog.decide_wish": body(action="merge", slug="motorcycle-chain"),
    "catalog.propose": body(name="Pedal", hs6="871410", category="motorcycle-parts"),
    "catalog.save_detail": lambda _: {
        "dangerous.answer": "not_dangerous",
        "dangerous.confirmed": "1",
        "dangerous.hazard_class": "",
        "dangerous.un_number": "",
        "dangerous.packing_group": "",
        "dangerous.net_quantity": "",
        "dangerous.battery": "",
        "dangerous.watt_hours": "",
    },
    "catalog.register_brand": body(name="Lifan"),
    "catalog.arrange_picture": body(position="1"),
    "catalog.convert": body(basis=f"CNY FCA {HUB}", currency="USD", rate="0.14"),
    "catalog.save_text": body(title="Xích", how="machine"),
    "catalog.put_variants": body(name="Chains", axes="Size; Colour", members="CH-428-116; 116; gold\nNEW-1; 120; gold"),
    "catalog.add_variant": body(sku="V-4", values="98; gold", percent="-5"),
    "checkout.change": body(to="VNHAN"),
    "checkout.order_quickly": lambda _: {
        "lines": "CH-428-116\t400",
        "file": (io.BytesIO(b"sku,quantity\n"), "order.csv"),
        "to": "VNHAN",
    },
    "documents.sign": body(kind="scan"),
    "settings.change": body(value="20", valid_from=lambda _: _tomorrow()),
    "itineraries.change": body(
        transport_mode="rail", grams_per_tkm="22.5", source="Railway, own figures", valid_from=_in(4)
    ),
    "settings.publish_rate": body(
        base="USD", quote="CNY", rate="9.12", source="HMRC", effective_date=lambda _: _today()
    ),
    "operator.change_leg": body(**_LEG),
    "operator.make_line": body(
        **_LINE,
        first_day=_in(30),
        **{"stops.0.place": "CNNIN", "stops.0.hours": "18", "stops.0.transport": ""},
        **{f"stops.{number}.place": "" for number in range(1, 12)},
    ),
    "operator.rename_line": body(name="Hanoi line", name_zh="", name_vi=""),
    "operator.lead_line": body(**_LED, first_day=_in(30), **{f"stops.{number}.place": "" for number in range(3, 7)}),
    "operator.end_line": body(last_day=_in(30)),
    "operator.enter_tariff": body(**TARIFF_FORM | {"valid_from": _in(40)}),
    "operator.add_hours": body(**_HOURS | {"replaces": "1"}),
    "operator.end_hours": body(last_day=_in(30)),
    "operator.close_border": body(**_CLOSED),
    "operator.add_lane_rule": body(**LANE_RULE),
    "operator.end_lane_rule": body(last_day=_in(30)),
    "settings.publish_closure": body(day=_in(30), reason="Flood"),
    "treasury.approve": body(**RETURNING),
    "treasury.decide_hold": body(way="release"),
    "treasury.resolve_booking": body(reason="A top-up, 充值."),
    "treasury.answer_dispute": body(told="Delivered, 已签收."),
    "payouts.set_up_account": _carriers_code,
    "payouts.record_result": body(
        booked_on=lambda _: bank_said("settled")["booked_on"], bank_reference="FT 2026 004, 汇款"
    ),
    "payouts.stop_account": _removal,
    "treasury.receive": body(bank_reference="FT 2026 002, 汇款"),
    "trading.send_back": body(booked_on=lambda _: _house_day(), bank_reference="TT 78"),
    "treasury.record_sent": body(bank_reference="FT 2026 001, 汇款"),
    "claims.add_evidence": body(text="See 照片."),
    "inspections.ask": body(
        planned_on=lambda _: _tomorrow(), fee="10.00", level="II", major_aql="2.5", minor_aql="4.0"
    ),
    "inspections.answer": body(answer="yes"),
    "tracking.add_hook": body(url="https://example.com/events"),
    "samples.send": body(courier="Friendship Express", tracking="1"),
    "samples.decide": body(decision="refuse", words="Too thin."),
    "samples.order": body(purchase_order_number="PO-1"),
    "inspections.appoint": body(planned_on=lambda _: _tomorrow(), fee="10.00"),
    "inspections.repeat": body(planned_on=lambda _: _tomorrow()),
    "inspections.report": body(critical="0", major="0", minor="1"),
    "claims.answer": body(amount="10.00"),
    "claims.send": body(text="By courier, SF 4471."),
    "claims.contest": body(text="Nothing came."),
    # Of the unit that the form begins with, somebody else would have to approve.
    "checkout.place": body(unit_id=""),
    "claims.decide": body(amount="10.00", text="So be it."),
    "claims.open_claim": body(text="Broken.", quantity="40"),
    "showroom.ask": body(name="Somsy", email="somsy@demo.test", text="How much is a booth?", consent="1"),
    "showroom.act_on_enquiry": body(action="answer", text="Gladly."),
    "showroom.register": body(name="Somsy", email="somsy@demo.test"),
    "showroom.plan_fair": _fair_form,
    "showroom.act_on_fair": body(action="cancel", reason="Flood."),
    "showroom.check_in": body(code=_of("ticket")),
    "showroom.add_hall": lambda _: {"code": "B", "names.en": "Hall B"},
    "showroom.add_booth": body(code="A-2", area_m2="12.5", column="2", row="1"),
    "showroom.let_booth": _tenancy,
    "showroom.change_hall": lambda _: {"code": "A", "names.en": "Hall A"},
    "showroom.change_booth": body(code="A-1", area_m2="12.5", column="1", row="1"),
    "showroom.bring_booth_back": body(column="3", row="1"),
    "showroom.end_tenancy": body(until_on=lambda _: _tomorrow()),
    "showroom.show_exhibit": body(listing_id=_of("made")),
    "showroom.leave_card": body(name="Somsy Vong", email="somsy@demo.test", consent="1"),
    "showroom.act_on_lead": body(action="contact", text="Called."),
    "showroom.submit_storefront": lambda _: {"locale": "en", "headlines.en": "Chains"},
    "showroom.decide_storefront": body(decision="decline", reason="Too loud."),
    "merchants.decide": _DECIDE,
    "merchants.set_standing": body(action="suspend", reason="Late."),
    "merchants.name_payee": _payee,
    "merchants.withdraw_payee": _removal,
    "orders.propose_payee": _payee_proposal,
    "orders.stop_payee": body(reason="Nobody there knows it."),
    "merchants.send_application": lambda city: {
        name: value for name, value in _application(city).items() if name != "licence_file_id"
    },
    "moderation.decide": _DECIDE,
    "moderation.decide_many": lambda city: {**_DECIDE(city), "cases": [city.ids["case"]]},
    "customs.take_sheet": lambda _: {"file": (io.BytesIO(RULES), "rules.csv")},
    "customs.put_restriction": lambda city: _RESTRICTION(city) | {"hs_prefix": "8713"},
    "moderation.put_reason": body(code="no", en="No.", zh="不。", vi="Không.", position="5"),
    "moderation.report": body(kind="other", text="A copy."),
    "moderation.take_down": body(reason="A copy."),
    "moderation.appeal": body(text="It is ours."),
    "operations.hand_over": body(cartons_received="10", gross_kg="125", m3="0.6"),
    "operations.hand_back": body(cartons_received="1", gross_kg="12.5", m3="0.06"),
    "operations.pack": body(cartons="10"),
    "operations.receive": body(cartons="9"),
    "operations.show_arrival": body(temperature_least="2", temperature_most="7", logger="TT-9"),
    "operations.decline": body(reason="no room"),
    "operations.plan": body(hub=HUB, line="", seconds="1"),
    "operations.move_planned": body(booking=_of("booking.confirmed"), departure=""),
    "operations.pin_planned": body(booking=_of("booking.confirmed"), departure=_of("departure.cancel")),
    "operations.hold": body(cause="customs"),
    "operations.unload": lambda city: {"bookings": [city.ids["loaded"]]},
    "operations.seal": body(seal_number="CN-1"),
    "operations.cancel": body(reason="flood"),
    "orders.set_ready_date": body(ready_date=lambda _: (clock.now() + timedelta(days=12)).date().isoformat()),
    "payments.confirm": _CONFIRMED,
    "invoices.record": lambda city: _official(city, "8"),
    "invoices.bring_in": lambda city: {
        "file": (io.BytesIO("\n".join(map(",".join, _table(_official(city, "9")))).encode()), "invoices.csv")
    },
    "bank.take_in": body(file=lambda _: (io.BytesIO(b"day,amount\n2026-11-25,1.00\n"), "day.csv"), mapping="{}"),
    "operations.change": body(cartons="10"),
    "bank.doubt": body(reason="Of another company, 放错了."),
    "payouts.propose_write_off": body(
        company_id=_of("company.buyer"), amount="30.00", currency="THB", reason="Closed down, 倒闭了."
    ),
    "bank.withdraw_receipt": body(reason="It never came, 没到账."),
    "bank.match": body(what="own", amount="", what2="", what3=""),
    "merchants.decide_hit": body(decision="clear", reason="Another."),
    "merchants.import_list": body(
        kind="own", name="Ours", file=lambda _: (io.BytesIO(b"name,country\nNobody Here,CN\n"), "list.csv")
    ),
    "merchants.name_warehouse": body(street="7 Veng Sreng Blvd", city="Phnom Penh", region="", postcode="120404"),
    "merchants.set_limit": body(amount="0", currency="USD", until=lambda _: _tomorrow(), reason="Taken back."),
    "payments.record": body(amount="5.00", currency="CNY", received_on=lambda _: _today()),
}

# Who can send a form that others see too, and for what, where a page shows it for more than it can be sent for.
SENT_FOR: Final[dict[str, tuple[str, str]]] = {
    "accounts.end_membership": ("buyer", "person.mate"),
    "fleet.assign": ("operator", "departure.manned"),
    "fleet.assign_own": ("carrier", "departure.manned"),
    "fleet.offer_haul": ("carrier", "departure.to-haul"),
    "fleet.man_haul": ("haulier", "haul.taken"),
    "fleet.report_haul": ("haulier", "haul.driven"),
    "fleet.retire_vehicle": ("carrier", "vehicle.spare"),
    "fleet.retire_driver": ("carrier", "driver.spare"),
    "centres.announce": ("merchant", ""),
    "centres.show_proof": ("merchant", ""),
    "centres.open_sheet": ("", "centre"),
    "centres.offer": ("merchant", ""),
    "centres.end_offer": ("merchant", ""),
    "fees.waive": ("operator", "fee.owed"),
    "holds.waive": ("operator", "held-charge.owed"),
    "holds.name": ("operator", "departure.held-once"),
    "road.declare": ("operator", "departure.arriving"),
    "road.amend": ("operator", "departure.arriving"),
    "road.draft": ("operator", "departure.carrying"),
    "road.swap": ("carrier", "departure.at-border"),
    "road.cool": ("operator", "departure.carrying"),
    "road.pre_cool": ("operator", "departure.carrying"),
    "road.upload": ("operator", "departure.carrying"),
    "road.note_many": ("operator", "departure.arriving"),
    "road.at_border": ("carrier", "departure.at-border"),
    "road.clear": ("carrier", "departure.clear"),
    "road.expect": ("carrier", "departure.at-border"),
    "catalog.add_variant": ("", "live"),
    "catalog.part_variants": ("", "live"),
    "catalog.put_variants": ("", "live"),
    "catalog.rename_warehouse": ("", "warehouse"),
    "catalog.set_places": ("", "live"),
    "checkout.put_again": ("buyer", "order.arrived"),
    "claims.open_claim": ("buyer", "line.delivered"),
    "insurance.open_claim": ("buyer", "order.claimable"),
    "insurance.survey": ("insurer", "insurance-claim.surveyed"),
    "insurance.decide": ("insurer", "insurance-claim.surveyed"),
    "insurance.pay": ("insurer", "insurance-claim.accepted"),
    "waybills.state": ("merchant", "line.insured"),
    "costs.close": ("operator", "departure.arriving"),
    "costs.enter": ("operator", "departure.arriving"),
    "costs.plan": ("operator", "departure.arriving"),
    "inspections.ask": ("buyer", "line.confirmed"),
    "fitments.bring_in": ("merchant", ""),
    "merchants.name_payee": ("merchant", ""),
    "showroom.act_on_fair": ("operator", "fair.open"),
    "showroom.register": ("buyer", "fair.open"),
    "showroom.retire_hall": ("operator", "hall.free"),
    "showroom.retire_booth": ("operator", "booth.free"),
    "merchants.send_application": ("rival", ""),
    "payouts.set_up_account": ("carrier", ""),
    "operations.change_lorry": ("operator", "departure.other-lorry"),
    "operations.hand_over": ("", "line.packed"),
    "operations.change": ("", "ride.there"),
    "operations.find": ("", "ride.lost"),
    "operations.choose": ("buyer", "line.riding"),
    "operations.hand_back": ("", "claim.booked"),
    "operations.pack": ("merchant", "line.confirmed"),
    "operations.receive": ("", "booking.arrived"),
    "operations.show_arrival": ("buyer", "booking.delivered"),
    "claims.send": ("merchant", "claim.sending"),
    "claims.confirm": ("buyer", "claim.sent"),
    "claims.book": ("buyer", "claim.back"),
    "claims.give_up_booking": ("buyer", "claim.booked"),
    "claims.contest": ("buyer", "claim.sent"),
}
