"""A small city in the middle of its trade: for every act there is something that it can be done to."""

import io
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask
from PIL import Image

from marketplace.accounts.models import Company, Membership, Person
from marketplace.accounts.queries import acting, closures
from marketplace.accounts.rules.permissions import STAFF, CompanyKind, Role
from marketplace.accounts.services import sessions
from marketplace.distribution.fees.models import BookingFee, FeeWaiver
from marketplace.distribution.fees.rules.states import FeeState, WaiverCause
from marketplace.distribution.fees.services import charging
from marketplace.distribution.holds.models import HoldAboard, HoldCase, HoldShare, HoldWaiver
from marketplace.distribution.holds.rules.bearing import DEFAULT
from marketplace.distribution.holds.services import publishing
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.logistics.events import CargoReceived
from marketplace.logistics.floor import flows as floors
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.queries import bookings as lorry_bookings
from marketplace.logistics.road.models.lorries import ReeferExcursion
from marketplace.logistics.rules.states import HoldCause
from marketplace.logistics.services import timetable
from marketplace.logistics.tracing.rules import signing
from marketplace.merchants.models import Payee
from marketplace.merchants.rules.states import PayeeState
from marketplace.merchants.services import screening
from marketplace.moderation.services import wording
from marketplace.orders.changes.services import payees as payee_changes
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from marketplace.papers.models import IssuedDocument
from marketplace.papers.rules.documents import PaperState
from marketplace.payments.flows import bookings, lapsing
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.holds import CardHold
from marketplace.payments.models.ledger import LedgerAccount
from marketplace.payments.models.plans import Payment, TransferMatch
from marketplace.payments.models.remitting import ProviderAccount
from marketplace.payments.rules.house_money import Part, Purpose
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.remitting import AccountState
from marketplace.payments.services import house_money, house_reversing, ledger, sender_returns, write_offs
from marketplace.seed import fees as fees_seed
from marketplace.stripe_double.resources import balance
from marketplace.worker.runner import run_due
from tests import factories
from tests.factories import HANOI, HUB, Trader
from tests.integration.orders.test_claims import bring
from tests.integration.payments.test_payouts import name_payee
from tests.support.bank import Booked, Day, camt053
from tests.support.cards import bring_notices, double_of
from tests.support.pdfs import pdf
from tests.support.sheets import row, table, workbook
from tests.support.visitors import PASSWORD, TERMS, Town, app_code

# When the city is besieged: the codes of the apps that were used are over.
MINUTES = 240
NEWCOMER = "newcomer@demo.test"
COLLEAGUE = "colleague@demo.test"
PDF = pdf("a slip")
HOUSE_ACCOUNT = "6230000000009999"
ACCOUNT = {
    "currency": "CNY",
    "account_name": "Chongqing Chains Co.",
    "bank_name": "Bank of China",
    "country": "CN",
    "account_number": "6217 0000 1234 5678",
    "bic": "BKCHCNBJ",
}
_PACKED = ("ready", "pack")
_ON_THE_WAY = (
    ("close", {}),
    ("load", {}),
    ("seal", {"seal_number": "CN-1"}),
    ("depart", {}),
    ("at-border", {}),
    ("clear", {}),
    ("arrive", {}),
)


def picture(colour: str = "red") -> bytes:
    """Return a small picture."""
    file = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(file, "PNG")
    return file.getvalue()


# A sheet of restrictions of which one row is right and one is wrong.
RULES: Final = (
    b"country,hs_prefix,measure,en,zh,vi,source,source_url,valid_from,valid_to,checked_on\n"
    b"LA,8716,permit,A permit.,A permit.,A permit.,Law 1,https://law.test/1,2026-01-01,,2026-01-02\n"
    b"LA,87,tax,,,,,law,soon,,later\n"
)


MEASURES: Final = {
    "inner_length_mm": 13_600,
    "inner_width_mm": 2_450,
    "inner_height_mm": 2_700,
    "front_axle_mm": 1_500,
    "front_axle_limit_kg": "18000",
    "rear_axle_mm": 9_700,
    "rear_axle_limit_kg": "24000",
    "tare_kg": "7000",
    "source": "Of the tests.",
}
# What a whole lorry costs is less than what ten cartons pay, so that they may take one.
TARIFF: Final = {
    "to": HANOI,
    "currency": "CNY",
    "per_kg": "1.20",
    "least_charge": "150",
    "m3_factor": 333,
    "ldm_factor": 1_850,
    "breaks": [{"from_kg": "5000", "per_kg": "1.10"}],
    "surcharges": [{"kind": "fuel", "basis": "percent", "value": "1"}],
    "lorry_kg": 25_000,
    "lorry_price": "10",
    "free_hours": 2,
    "waiting_per_hour": "80",
    "note": "fictitious",
    "fictitious": True,
}
BEARING: Final = {
    "cause": "weather", "waiting": "goods", "off_loading": "goods", "transfer": "goods", "rest": "platform",
    "shared_by": "chargeable", "source": "The board.",
}  # fmt: skip
BORDER_HOURS: Final = {
    "weekdays": ["mon", "sun"],
    "opens": "00:00",
    "closes": "24:00",
    "source": "a notice",
}
LANE_RULE: Final = {"lane": "two-way", "rule": "one_company", "valid_from": "2026-01-01", "source": "a notice"}


@dataclass
class City:
    """People by name, ids by what they are for, and secrets of the second factor."""

    app: Flask
    people: dict[str, Trader]
    ids: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        """Return who somebody is."""
        return self.people[who].actor

    def call(self, who: str, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Call the API as somebody and return the answer's body."""
        headers = {**self.people[who].headers, "Idempotency-Key": str(uuid4())}
        if body is not None:
            options["json"] = body
        answer = self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **options)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer.get_json() if answer.is_json and answer.data else None

    def upload(self, who: str, content: bytes, name: str, purpose: str) -> str:
        """Hand in a file and return its id."""
        sent = {"file": (io.BytesIO(content), name), "purpose": purpose}
        return self.call(who, "POST", "/files", data=sent)["id"]


def _market(app: Flask) -> factories.Market:
    """Open the market, with lorries over the border in both directions."""
    border = ("CN-YOUYIGUAN", "VN-HUUNGHI")
    market, now = factories.open_market(app, over=border, capacity=factories.LORRY + factories.LORRY), clock.now()
    with unit_of_work() as session:
        factories.line(session, market.carrier.actor, code="HAN-CQ", hub=HANOI, to=HUB, over=border[::-1], now=now)
        timetable.roll(session, now=now)
    return market


def build(app: Flask) -> City:
    """Let the city trade until every kind of thing is there, each in a state in which it can be acted on."""
    market = _market(app)
    now = clock.now()
    with unit_of_work() as session:
        wording.load_reasons(session)
        office = factories.trader(session, app, name="City", country="CN", kind=CompanyKind.OPERATOR, now=now)
        for membership in session.query(Membership).filter_by(company_id=office.company):
            membership.roles = sorted(STAFF)
        treasurer = factories.staff(session, app, role=Role.TREASURY, now=now)
        rival = factories.trader(session, app, name="Rival", country="VN", now=now)
        insurer, haulier = (
            factories.trader(session, app, name=name, country=country, kind=kind, now=now)
            for name, country, kind in (
                ("Marine", "CN", CompanyKind.INSURER), ("Haulier", "VN", CompanyKind.CARRIER),
            )
        )  # fmt: skip
        made_to_order = factories.listing(
            session, market.merchant.actor, sku="CH-MADE", stock=None, lead_days=20, now=now
        )
    people = {
        "buyer": market.buyer,
        "merchant": market.merchant,
        "thai": market.thai,
        "carrier": market.carrier,
        "operator": office,
        "treasurer": treasurer,
        "rival": rival,
        "insurer": insurer,
        "haulier": haulier,
    }
    city = City(app, people)
    city.ids |= {
        "setting": "HOLD_CARD_MINUTES",
        "mode": "rail",
        "country": "KH",
        "requirement": "tax_id",
        "reason": "unclear_title",
    }
    with unit_of_work() as session:
        for name in ("offered", "packed", "sent", "received", "decided"):
            made = factories.listing(session, market.merchant.actor, sku=f"CH-{name}", stock=1_000, now=now)
            city.ids[f"sampled.{name}"] = str(made)
    city.ids |= {"live": str(market.chains), "made": str(made_to_order), "pads": str(market.pads)}
    for name, trader in people.items():
        city.ids[f"company.{name}"] = str(trader.company)
    for begin in (_store, _depart, _order, _inspect):
        begin(city)
    _sample(city)
    name_payee(office.company, number=HOUSE_ACCOUNT, name="City")
    _settle(city)
    _invoice(city)
    _track(city)
    _refuse(city)
    _bank(city)
    _write_off(city)
    _dispute(city)
    _offer(city)
    _restrict(city)
    _border(city)
    _show(city)
    _close(city)
    _offer_plan(city)
    _sell_on(city)
    _talk(city)
    _admit(city)
    _keep_centres(city)
    _price(city)
    _work(city)
    _papers(city)
    _insure(city)
    for go_on in (_change_lorry, _receive, _cost, _charge_late, _hold_a_lorry, _fail, _wait, _ride):
        go_on(city)
    session = reading()
    session.rollback()
    for name, trader in list(city.people.items()):
        epoch = city.epochs[name] = session.get_one(Person, trader.actor.person).auth_epoch
        actor = acting.session_actor(session, person_id=trader.actor.person, company_id=trader.company, epoch=epoch)
        assert actor is not None
        city.people[name] = replace(trader, actor=actor)
    return city


def _store(city: City) -> None:
    """Let the merchant's chains lie in one of its two warehouses."""
    for name in ("warehouse.full", "warehouse"):
        city.ids[name] = city.call("merchant", "POST", "/warehouses", {"name": name, "place": "Chongqing"})["id"]
    full = {"warehouse_id": city.ids["warehouse.full"], "on_hand": 20_000}
    city.call("merchant", "PUT", f"/listings/{city.ids['live']}/stock", {"places": [full]})


CENTRE = {
    "weekdays": ["mon"], "opens": "08:00", "closes": "18:00", "licence_number": "BW-1", "licence_until": "2100-01-01",
    "source": "test", "country": "VN", "zone": "Asia/Ho_Chi_Minh", "latitude": "21", "longitude": "105",
}  # fmt: skip


def _keep_centres(city: City) -> None:
    """Let goods of two merchants lie in two centres of the operator, in bond and cleared, on the way and counted."""
    for name in ("centre", "centre.other"):
        body = CENTRE | {"place": f"VN-{name}", "name": name}
        city.ids[name] = city.call("operator", "POST", "/distribution-centres", body)["id"]
    at_home = CENTRE | {"place": "CN-centre", "name": "centre.home", "country": "CN", "zone": "Asia/Shanghai"}
    city.ids["centre.home"] = city.call("operator", "POST", "/distribution-centres", at_home)["id"]
    broker = {"centre": city.ids["centre"], "broker": city.ids["company.empty"]}
    for name, who, goods in (
        ("pads", "thai", "pads"), ("bonded", "merchant", "live"), ("", "merchant", "live")
    ):  # fmt: skip
        said = broker | {"listing": city.ids[goods], "quantity": 100}
        arrival = city.call(who, "POST", "/centre-stock/announcements", said)["id"]
        if not name:
            city.ids["centre-arrival"] = arrival
            break
        lot = city.call("operator", "POST", f"/centres/arrivals/{arrival}/receipt", bonded_lot())["id"]
        city.ids[f"lot.{name}"] = lot
    city.ids["lot.free"] = city.call("operator", "POST", f"/lots/{lot}/releases", released_line())["id"]
    sent = {"to_centre": city.ids["centre.other"], "quantity": 5, "transit_reference": "T-1"}
    city.ids["lot-transfer"] = city.call("operator", "POST", f"/lots/{lot}/transfers", sent)["id"]
    for name in ("centre-count", "centre-count.waiting"):
        city.ids[name] = city.call("operator", "POST", f"/centres/{city.ids['centre']}/counts")["id"]
    found = {"lots": [{"lot": lot, "units": 1, "reason": "lost"}]}
    city.call("operator", "POST", f"/centres/counts/{city.ids['centre-count.waiting']}/figures", found)
    offer = {"listing": city.ids["pads"], "centre": city.ids["centre"], "status": "bonded"}
    city.call("thai", "PUT", "/centre-offers", offer)
    offer = {"listing": city.ids["live"], "centre": city.ids["centre.home"], "status": "free"}
    city.call("merchant", "PUT", "/centre-offers", offer)
    _sell_from_centres(city)


def _sell_from_centres(city: City) -> None:
    """Let goods that lie in centres be ordered there: one waits in bond, one to be fetched, two are on the way."""
    day = (clock.now() - timedelta(days=1)).date().isoformat()
    cleared = {
        "quantity": 400, "status": "free", "declaration_number": "D-2", "declaration_line": 1, "declared_on": day,
    }  # fmt: skip
    said = {"centre": city.ids["centre.home"], "listing": city.ids["live"], "quantity": 400}
    arrival = city.call("merchant", "POST", "/centre-stock/announcements", said)["id"]
    city.call("operator", "POST", f"/centres/arrivals/{arrival}/receipt", cleared)
    for name, seller, goods, centre in (
        ("bonded", "thai", "pads", "centre"), ("moving", "thai", "pads", "centre"),
        ("ready", "merchant", "live", "centre.home"), ("handed", "merchant", "live", "centre.home"),
        ("partly", "merchant", "live", "centre.home"),
    ):  # fmt: skip
        line = {"quantity": 40, "centre": city.ids[centre]}
        cart = city.call("buyer", "PUT", f"/cart/lines/{city.ids[goods]}", line)
        payment = {"rail": "bank", "plan": "acceptance_100"}
        body = {"expected_totals": cart["totals"], "payment": payment}
        (order_id,) = city.call("buyer", "POST", "/checkout", body)["order_ids"]
        city.call(seller, "POST", f"/orders/{order_id}/confirmation")
        (sale, *_) = city.call("buyer", "GET", "/centre-sales")["items"]
        city.ids[f"centre-sale.{name}"] = sale["id"]
    moved = transit_of_sale()
    city.call("operator", "POST", f"/centre-sales/{city.ids['centre-sale.moving']}/transit", moved)
    for name, units in (("handed", 40), ("partly", 10)):
        handed = {"quantity": units, "number": "N-1"}
        city.call("operator", "POST", f"/centre-sales/{city.ids[f'centre-sale.{name}']}/handover", handed)


def transit_of_sale() -> dict[str, Any]:
    """Return a transit movement of a sale's bonded goods, within the country."""
    day = clock.now().date()
    return {
        "regime": "national", "to_place": "VNSGN", "discharge_by": (day + timedelta(days=8)).isoformat(),
        "guarantee": "single", "guarantee_reference": "G-2026-9", "guarantee_amount": "2500", "currency": "VND",
        "guarantee_until": (day + timedelta(days=30)).isoformat(),
    }  # fmt: skip


def bonded_lot() -> dict[str, Any]:
    """Return under which papers goods are taken in."""
    day = (clock.now() - timedelta(days=1)).date()
    until = (day + timedelta(days=50)).isoformat()
    return {
        "quantity": 100, "status": "bonded", "entry_number": "E-1", "bonded_since": day.isoformat(),
        "bonded_until": until,
    }  # fmt: skip


def released_line() -> dict[str, Any]:
    """Return the line of an import declaration."""
    day = (clock.now() - timedelta(days=1)).date().isoformat()
    return {
        "quantity": 10, "declaration_number": "D-1", "declaration_line": 1, "declared_on": day, "duty_paid": True,
    }  # fmt: skip


def _haul(city: City, runs: list[str], until: str) -> None:
    """Offer ranges of departures to another carrier: one waits, one is taken, one is under way."""
    rig = {}
    for name, facts in (("tractor", {}), ("trailer", {"vehicle_type": city.ids["vehicle-type"]})):
        facts |= {"kind": name, "plates": f"VN 29{name[3].upper()}1"}
        rig[name] = city.ids[f"haul-{name}"] = city.call("haulier", "POST", "/fleet/vehicles", facts)["id"]
        for kind in ("inspection", "insurance", "gms_permit"):
            city.call("haulier", "POST", f"/fleet/vehicles/{rig[name]}/papers", {"kind": kind, "valid_until": until})
    driver = city.call("haulier", "POST", "/fleet/drivers", {"name": "Le Van", "country": "VN"})["id"]
    for kind in ("driving_licence", "passport"):
        city.call("haulier", "POST", f"/fleet/drivers/{driver}/papers", {"kind": kind, "valid_until": until})
    city.ids["haul-driver"] = driver
    offer = {"carrier": city.ids["company.haulier"], "from_stop": "CN-YOUYIGUAN"}
    city.ids["departure.to-haul"] = runs[0]
    for name, departure in (("offered", runs[1]), ("taken", runs[2]), ("driven", city.ids["departure.clear"])):
        made = city.call("operator", "POST", f"/departures/{departure}/hauls", offer)["id"]
        city.ids[f"haul.{name}"] = made
        if name != "offered":
            city.call("haulier", "POST", f"/hauls/{made}/acceptance")


def _depart(city: City) -> None:
    """Keep a departure for each act, empty, and one that carries cargo."""
    session = reading()
    session.rollback()
    found = session.scalars(
        sa.select(Departure.id)
        .where(Departure.hub_code == HUB, Departure.departs_at > clock.now() + timedelta(days=4))
        .order_by(Departure.departs_at)
    ).all()
    names = (
        "carrying",
        "arriving",
        "close",
        "load",
        "seal",
        "depart",
        "at-border",
        "clear",
        "arrive",
        "strip",
        "cancel",
        "resume",
        "floor",
        "whole",
        "unload",
        "hired",
    )
    city.ids |= {f"departure.{name}": str(each) for name, each in zip(names, found, strict=False)}
    done = [name for name, _ in _ON_THE_WAY]
    for act, body in (*_ON_THE_WAY[: done.index("depart")], ("hold", {"cause": "customs"})):
        city.call("operator", "POST", f"/departures/{city.ids['departure.resume']}/{act}", body)
    for name in (*done[1:], "strip"):
        for act, body in _ON_THE_WAY[: done.index(name) if name in done else None]:
            city.call("operator", "POST", f"/departures/{city.ids[f'departure.{name}']}/{act}", body)
    _drive(city)
    _charge(city)


def _change_lorry(city: City) -> None:
    """Order goods that change lorry in Da Nang: of one the second lorry is lost, of the other the goods are there."""
    carrier, now = city.people["carrier"].actor, clock.now()
    with unit_of_work() as session:
        border = ("CN-YOUYIGUAN", "VN-HUUNGHI")
        factories.line(session, carrier, code="CQ-DAD", hub=HUB, to="VNDAD", over=border, now=now)
        factories.line(session, carrier, code="DAD-SGN", hub="VNDAD", to="VNSGN", now=now)
        timetable.roll(session, now=now)
    for name, at in (("lost", 0), ("goes", 0), ("there", -1)):
        city.call("buyer", "PUT", "/cart", {"to": "VNSGN"})
        city.call("buyer", "PUT", f"/cart/lines/{city.ids['live']}", {"quantity": 400})
        cart = city.call("buyer", "GET", "/cart?changes=1")
        change = cart["bundles"][0]["lines"][0]["changes"][at]
        way = {half: change[half]["id"] for half in ("first", "second")}
        goods = [one for one in cart["totals"] if one["kind"] == "goods"]
        freight = [{"kind": "freight", **change[half]["freight"]} for half in ("first", "second")]
        payment = {"rail": "bank", "plan": "acceptance_100"}
        body = {"expected_totals": goods + freight, "payment": payment, "departures": {city.ids["live"]: way}}
        order_id = city.call("buyer", "POST", "/checkout", body)["order_ids"][0]
        city.call("merchant", "POST", f"/orders/{order_id}/confirmation")
        order = city.call("buyer", "GET", f"/orders/{order_id}")
        city.ids[f"ride.{name}"] = order["rides"][0]["id"]
        if name == "goes":
            city.ids["order.riding"], city.ids["line.riding"] = order_id, order["lines"][0]["id"]
            continue
        if name == "lost":
            city.call("operator", "POST", f"/bookings/{order['bookings'][-1]['id']}/decline", {"reason": "no room"})
            continue
        line = f"/order-lines/{order['lines'][0]['id']}"
        city.call("merchant", "POST", f"{line}/packing", {"cartons": 10})
        city.call("carrier", "POST", f"{line}/handover", {"cartons_received": 10, "gross_kg": "125", "m3": "0.6"})
        for act, sent in _ON_THE_WAY:
            city.call("operator", "POST", f"/departures/{way['first']}/{act}", sent)
    city.call("buyer", "PUT", "/cart", {"to": HANOI})


def _charge(city: City) -> None:
    """Let the line to Hanoi have a price for a whole lorry, and quote the freight of a tonne."""
    lines = city.call("operator", "GET", "/network/lines")["items"]
    city.ids["network-line"] = line = next(row["id"] for row in lines if row["code"] == "CQ-HAN")
    city.call("operator", "POST", f"/network/lines/{line}/tariffs", {**TARIFF, "valid_from": _hub_day()})
    asked = {"departure_id": city.ids["departure.whole"], "to": HANOI, "kg": "1000"}
    city.ids["freight-quote"] = city.call("buyer", "POST", "/freight-quotes", asked)["id"]


def _hub_day() -> str:
    return closures.local_day("CN", clock.now()).isoformat()


def _drive(city: City) -> None:
    """Let the carrier keep vehicles and drivers, spare ones among them, and the operator assign some of them."""
    session = reading()
    session.rollback()
    later = sa.select(Departure.id).where(
        Departure.hub_code == HUB, Departure.departs_at > clock.now() + timedelta(days=20)
    )
    runs = [str(each) for each in session.scalars(later.order_by(Departure.departs_at)).all()]
    city.ids |= {"departure.manned": runs[0], "run.first": runs[10], "run.next": runs[20], "departure.crewed": runs[30]}
    kinds = {row["code"]: row["id"] for row in city.call("operator", "GET", "/vehicle-types")["items"]}
    city.ids |= {"departure.other-lorry": runs[35], "lorry.other": kinds["BKK-HAN-lorry"]}
    city.ids["vehicle-type"] = next(iter(kinds.values()))
    until = (clock.now() + timedelta(days=400)).date().isoformat()
    tractor, trailer = {"kind": "tractor"}, {"kind": "trailer", "vehicle_type": city.ids["vehicle-type"]}
    for place, (name, facts) in enumerate(
        {"vehicle": tractor, "vehicle.trailer": trailer, "vehicle.spare": trailer, "vehicle.second": tractor}.items()
    ):
        made = city.call("carrier", "POST", "/fleet/vehicles", {**facts, "plates": f"CN 渝A{place}"})["id"]
        city.ids[name] = made
        for kind in ("inspection", "insurance", "gms_permit"):
            shown = {"kind": kind, "valid_until": until}
            shown["file_id"] = city.upload("carrier", PDF, "paper.pdf", "licence")
            city.ids["fleet-paper"] = city.call("carrier", "POST", f"/fleet/vehicles/{made}/papers", shown)["id"]
    for name in ("driver", "driver.spare", "driver.second"):
        made = city.call("carrier", "POST", "/fleet/drivers", {"name": "Li Lei", "country": "CN"})["id"]
        city.ids[name] = made
        for kind in ("driving_licence", "passport"):
            city.call("carrier", "POST", f"/fleet/drivers/{made}/papers", {"kind": kind, "valid_until": until})
    crew = {"tractor": city.ids["vehicle"], "trailer": city.ids["vehicle.trailer"], "drivers": [city.ids["driver"]]}
    (city.ids["service"], *_others) = [row["id"] for row in city.call("operator", "GET", "/network/services")["items"]]
    city.ids["crew"] = city.call("operator", "POST", f"/departures/{city.ids['departure.crewed']}/crews", crew)["id"]
    city.call("operator", "POST", f"/departures/{city.ids['departure.at-border']}/crews", crew)
    _haul(city, runs[40:43], until)
    begun = {"vehicle": city.ids["vehicle"], "departures": [city.ids["run.first"]]}
    city.ids["rotation"] = city.call("operator", "POST", "/rotations", begun)["id"]


def _place(
    city: City,
    name: str,
    *,
    goods: str = "live",
    departure: str = "carrying",
    plan: str = "acceptance_100",
    card: str = "",
    confirmed: bool = True,
    mode: str = "",
) -> None:
    listing = city.ids[goods]
    city.call("buyer", "PUT", "/cart", {"to": HANOI})
    cart = city.call("buyer", "PUT", f"/cart/lines/{listing}", {"quantity": 400})
    payment = {"rail": "bank", "plan": plan} | ({"rail": "card", "payment_method": card} if card else {})
    payment |= {"mode": mode} if mode else {}
    body: dict[str, Any] = {"expected_totals": cart["totals"], "payment": payment}
    if goods == "live":
        body["departures"] = {listing: city.ids[f"departure.{departure}"]}
    done = city.call("buyer", "POST", "/checkout", body)
    city.ids[f"order.{name}"] = done["order_ids"][0]
    city.ids.setdefault("checkout.done", done["id"])
    city.ids.setdefault("group", done["group_id"])
    if confirmed:
        city.call("merchant", "POST", f"/orders/{city.ids[f'order.{name}']}/confirmation")
    _note(city, name)


def _fill_lorry(city: City) -> None:
    """Let all of a lorry be the buyer's goods, and all of another be hired."""
    _place(city, "whole", departure="whole")
    _place(city, "hired", departure="hired")
    path = f"/departures/{city.ids['departure.hired']}/whole-lorry"
    city.ids["hire"] = city.call("buyer", "POST", path)["id"]


def _draw_floor(city: City) -> None:
    """Take cargo in for a lorry, write down what it measures, and have its floor plan drawn."""
    _place(city, "floored", departure="floor")
    city.call("merchant", "POST", f"/order-lines/{city.ids['line.floored']}/packing", {"cartons": 10})
    counted = {"cartons_received": 10, "gross_kg": "125", "length_cm": "120", "width_cm": "80", "height_cm": "100"}
    taken = city.call("carrier", "POST", f"/order-lines/{city.ids['line.floored']}/handover", counted)
    for lorry in city.call("operator", "GET", "/vehicle-types")["items"]:
        city.ids |= {"sscc": taken["sscc"], "vehicle-type": lorry["id"]}
        city.call("operator", "POST", f"/vehicle-types/{lorry['id']}/measures", MEASURES)
    plan = city.call("operator", "POST", f"/departures/{city.ids['departure.floor']}/floor-plan", {})
    floors.pack(UUID(plan["id"]))


def _load_lorry(city: City) -> None:
    """Let a lorry that is not sealed yet have a consignment aboard."""
    before = set(city.ids)
    _place(city, "loaded", departure="unload")
    city.call("merchant", "POST", f"/order-lines/{city.ids['line.loaded']}/packing", {"cartons": 10})
    counted = {"cartons_received": 10, "gross_kg": "125", "m3": "0.96"}
    city.call("carrier", "POST", f"/order-lines/{city.ids['line.loaded']}/handover", counted)
    for act in ("close", "load"):
        city.call("operator", "POST", f"/departures/{city.ids['departure.unload']}/{act}", {})
    loaded = city.ids["booking.loaded"]
    for name in set(city.ids) - before:
        del city.ids[name]
    city.ids["loaded"] = loaded


def _handle(city: City) -> None:
    """Have a line ready to be handled, and lines above their booking whose payer is asked."""
    before = set(city.ids)
    for name in ("waived-here", "waived", "refused", "consented", "refused-here", "consented-here", "handled"):
        lorry, weight = ("carrying", "125") if name == "handled" else ("floor", "900")
        _place(city, name, departure=lorry)
        city.call("merchant", "POST", f"/order-lines/{city.ids[f'line.{name}']}/packing", {"cartons": 10})
        act = handling_act(city, f"booking.{name}", pieces=9, gross_kg=weight, m3="0.9")
        act["departure"] = city.ids[f"departure.{lorry}"]
        told = city.call("carrier", "POST", "/handling-acts", {"acts": [act]})["answers"][0]
        assert told["answer"] == "applied", told
    kept = {"handled-booking": city.ids["booking.handled"]}
    asked = city.call("buyer", "GET", "/freight-surcharges")["items"]
    lines = {city.ids[name]: name.removeprefix("line.") for name in city.ids if name.startswith("line.")}
    kept |= {f"surcharge.{lines[one['order_line_id']]}": one["id"] for one in asked}
    for name in ("waived-here", "consented-here"):
        city.call("buyer", "POST", f"/freight-surcharges/{kept[f'surcharge.{name}']}/refusal")
    photo = city.upload("carrier", picture(), "box.png", "evidence")
    act = handling_act(city, "booking.handled", first=10, pieces=1, photos=[photo])
    city.call("carrier", "POST", "/handling-acts", {"acts": [act]})
    for name in set(city.ids) - before:
        del city.ids[name]
    city.ids |= kept | {"handling-act": act["id"], "handled-file": photo}


def handling_act(city: City, booking: str, **changes: Any) -> dict[str, Any]:
    """Return an act about cartons with everything that it can say."""
    return {
        "id": str(uuid4()), "kind": "receive", "departure": city.ids["departure.carrying"], "device": "手机 1",
        "done_at": clock.now().isoformat(), "base": 0, "booking": city.ids[booking], "label": None, "first": 1,
        "pieces": 1, "gross_kg": "12.5", "length_cm": None, "width_cm": None, "height_cm": None, "m3": "0.1",
        "damaged": 0, "damage": None, "position": "A1", "seals": None, "place": None, "complete": False,
        "confirmed": False, "late": False, "signed": False, "remarks": "干", "photos": [], "signature": None,
    } | changes  # fmt: skip


def _note(city: City, name: str) -> None:
    seen = city.call("buyer", "GET", f"/orders/{city.ids[f'order.{name}']}")
    city.ids[f"line.{name}"] = seen["lines"][0]["id"]
    if seen["bookings"]:
        city.ids[f"booking.{name}"] = seen["bookings"][-1]["id"]
    for payment in seen["payments"]:
        city.ids[f"payment.{name}.{payment['subject']}"] = payment["id"]


def _move_account(city: City) -> None:
    """Let two orders name an account that the merchant has no longer; for one of them the present one is proposed."""
    for name in ("accounted", "moved"):
        _place(city, name)
    # What is asked for by the names of the first checkout is one of the orders that come after.
    del city.ids["checkout.done"], city.ids["group"]
    merchant = city.people["merchant"]
    with unit_of_work() as session:
        session.execute(
            sa.update(Payee)
            .where(Payee.company_id == merchant.company, Payee.currency == "CNY")
            .values(state=PayeeState.RETIRED, ended_at=clock.now())
        )
    name_payee(merchant.company, number="6222000000000099", name="Jialing")
    city.ids["payee.active"] = city.call("merchant", "GET", "/payees")["items"][0]["id"]
    with unit_of_work() as session:
        (change_id,) = payee_changes.propose(
            session, order_ids=[UUID(city.ids["order.moved"])], payee_id=UUID(city.ids["payee.active"]),
            actor=merchant.actor, now=clock.now(),
        )  # fmt: skip
    city.ids["payee-change"] = str(change_id)


def _propose_change(city: City) -> None:
    body = {"kind": "reduce", "line": city.ids["line.changed"], "quantity": 40}
    made = city.call("buyer", "POST", f"/orders/{city.ids['order.changed']}/changes", body)
    city.ids |= {"change": made["id"], "change-hash": made["content_hash"]}


def _order(city: City) -> None:
    """Place orders and bring each to another point of its way."""
    _move_account(city)
    _fill_lorry(city)
    _draw_floor(city)
    _load_lorry(city)
    _place(city, "placed", plan="deposit_30_70", confirmed=False)
    _place(city, "deposit", plan="deposit_30_70")
    _place(city, "confirmed")
    _place(city, "packed")
    _place(city, "arrived", departure="arriving")
    _place(city, "later", goods="made")
    _place(city, "dated", goods="made")
    ready = (clock.now() + timedelta(days=12)).date().isoformat()
    city.call("merchant", "PUT", f"/order-lines/{city.ids['line.dated']}/ready-date", {"ready_date": ready})
    _handle(city)
    _place(city, "lost")
    city.call("operator", "POST", f"/bookings/{city.ids['booking.lost']}/decline", {"reason": "no room"})
    _place(city, "changed")
    _propose_change(city)
    for name in ("packed", "arrived"):
        city.call("merchant", "POST", f"/order-lines/{city.ids[f'line.{name}']}/packing", {"cartons": 10})
    counted = {"cartons_received": 10, "gross_kg": "125", "m3": "0.6"}
    city.call("carrier", "POST", f"/order-lines/{city.ids['line.arrived']}/handover", counted)
    for act, body in (*_ON_THE_WAY, ("strip", {})):
        city.call("operator", "POST", f"/departures/{city.ids['departure.arriving']}/{act}", body)
    for name in ("delivered", "claimed", "offered", "escalated", "sending", "sent", "back", "booked"):
        _place(city, name)
        bring(city.ids[f"order.{name}"])
    evidence = city.upload("buyer", picture(), "evidence.png", "evidence")
    city.ids["file.evidence"] = evidence
    for name in ("claimed", "offered", "escalated"):
        body = {"reason": "defective", "quantity": 40, "text": "Links break.", "evidence": [evidence]}
        made = city.call("buyer", "POST", f"/order-lines/{city.ids[f'line.{name}']}/claims", body)
        city.ids[f"claim.{name}"] = made["id"]
    for name in ("offered", "escalated"):
        city.call("merchant", "POST", f"/claims/{city.ids[f'claim.{name}']}/answer", {"amount": "100.00"})
    city.call("buyer", "POST", f"/claims/{city.ids['claim.escalated']}/escalation")
    for name in ("sending", "sent"):
        body = {"reason": "defective", "quantity": 40, "text": "Links break.", "evidence": [evidence]}
        claim = city.call("buyer", "POST", f"/order-lines/{city.ids[f'line.{name}']}/claims", body)["id"]
        city.ids[f"claim.{name}"] = claim
        city.call("merchant", "POST", f"/claims/{claim}/answer", {"amount": "100.00", "remedy": "repair"})
        city.call("buyer", "POST", f"/claims/{claim}/settlement", {})
    city.call("merchant", "POST", f"/claims/{city.ids['claim.sent']}/sending", {"text": "By the lorry."})
    for name in ("back", "booked"):
        body = {"reason": "defective", "quantity": 40, "text": "Not to be sold here.", "evidence": [evidence]}
        claim = city.call("buyer", "POST", f"/order-lines/{city.ids[f'line.{name}']}/claims", body)["id"]
        city.ids[f"claim.{name}"] = claim
        body = {"amount": "100.00", "remedy": "return", "text": "Send them back."}
        city.call("merchant", "POST", f"/claims/{claim}/answer", body)
        city.call("buyer", "POST", f"/claims/{claim}/settlement", {})
        ahead = city.call("buyer", "GET", f"/claims/{claim}/departures")["items"]
        city.ids["way-back"] = ahead[0]["id"]
    body = {"departure": city.ids["way-back"]}
    city.call("buyer", "POST", f"/claims/{city.ids['claim.booked']}/booking", body)
    city.ids["file.photo"] = photo = city.upload("buyer", picture("green"), "photo.png", "evidence")
    city.call("buyer", "POST", f"/bookings/{city.ids['booking.delivered']}/arrival", {"photos": [photo]})


def _inspect(city: City) -> None:
    """Ask the operator's people to look at goods, each inspection in a state in which it can be acted on."""
    today = closures.local_day("CN", clock.now()).isoformat()
    terms = {"inspector_id": city.ids["company.operator"], "planned_on": today, "fee": "10.00"}
    city.ids["file.lot"] = lot = city.upload("operator", picture("grey"), "lot.png", "evidence")
    for name in ("asked", "wanted", "appointed", "failed"):
        _place(city, f"inspected.{name}")
        path = f"/order-lines/{city.ids[f'line.inspected.{name}']}/inspections"
        city.ids[f"inspection.{name}"] = city.call("buyer", "POST", path, terms)["id"]
    for name in ("wanted", "appointed", "failed"):
        answer = {"answer": "no" if name == "wanted" else "yes"}
        city.call("operator", "POST", f"/inspections/{city.ids[f'inspection.{name}']}/answer", answer)
    points = ("quantity", "workmanship", "packing", "marks", "labels", "dimensions", "function")
    found = {"critical": 1, "major": 0, "minor": 0, "checklist": dict.fromkeys(points, "ok"), "photos": [lot]}
    city.call("operator", "POST", f"/inspections/{city.ids['inspection.failed']}/report", found)


def _sample(city: City) -> None:
    """Order samples by courier, each in a state in which it can be acted on."""
    city.ids["file.sample"] = city.upload("buyer", picture("brown"), "sample.png", "evidence")
    offer = {"price": "12", "currency": "CNY", "lead_days": 2, "courier_fee": "30", "courier_days": 3}
    packing = {"cartons": 1, "gross_kg": "3", "length_cm": "30", "width_cm": "20", "height_cm": "10"}
    today = clock.now().date().isoformat()
    for name in ("offered", "packed", "sent", "received", "decided"):
        listing = f"/listings/{city.ids[f'sampled.{name}']}"
        city.call("merchant", "PATCH", f"{listing}/details", {"sample": offer})
        if name == "offered":
            continue
        wish = {"quantity": 1, "way": "courier", "to": HANOI, "payment": {"rail": "bank", "plan": "sample_100"}}
        wish["expected_totals"] = [{"amount": "42.00", "currency": "CNY", "kind": "goods"}]
        (order,) = city.call("buyer", "POST", f"{listing}/sample-orders", wish)["order_ids"]
        city.call("merchant", "POST", f"/orders/{order}/confirmation")
        seen = city.call("buyer", "GET", f"/orders/{order}")
        paid = {"amount": "42.00", "received_on": today}
        city.call("merchant", "POST", f"/payments/{seen['payments'][0]['id']}/confirmation", paid)
        city.call("merchant", "POST", f"/order-lines/{seen['lines'][0]['id']}/packing", packing)
        sample = next(one for one in city.call("buyer", "GET", "/samples")["items"] if one["order_id"] == order)
        city.ids |= {f"sample.{name}": sample["id"], f"hash.{name}": sample["content_hash"]}
        if name != "packed":
            sent = {"courier": "Friendship Express", "tracking": "FX-1"}
            city.call("merchant", "POST", f"/samples/{sample['id']}/dispatch", sent)
        if name in ("received", "decided"):
            city.call("buyer", "POST", f"/samples/{sample['id']}/receipt")
        if name == "decided":
            word = {"decision": "approve", "content_hash": sample["content_hash"], "photos": [city.ids["file.sample"]]}
            city.call("buyer", "POST", f"/samples/{sample['id']}/decision", word)


def _work(city: City) -> None:
    """Do the jobs that are due; of the papers one is set, for each takes its time."""
    with unit_of_work() as session:
        contract = session.scalars(
            sa.select(IssuedDocument.id).where(IssuedDocument.kind == "sales_contract").order_by(IssuedDocument.id)
        ).first()
        for job in session.query(OutboxJob).filter_by(name="render_document"):
            if job.args["document"] != str(contract):
                job.run_at = clock.now() + timedelta(days=365)
    run_due(city.app)


def _settle(city: City) -> None:
    """Let money move: a slip, a return, a transfer without a name, two payouts."""
    today = clock.now().date().isoformat()
    slip = {"file": (io.BytesIO(PDF), "slip.pdf")}
    city.call("buyer", "POST", f"/payments/{city.ids['payment.placed.order']}/slip", data=slip)
    paid = {"amount": "3288.00", "received_on": today}
    for name in ("returned", "sent", "denied"):
        _place(city, name, plan="deposit_30_70")
        city.call("merchant", "POST", f"/payments/{city.ids[f'payment.{name}.order']}/confirmation", paid)
        city.call("merchant", "POST", f"/orders/{city.ids[f'order.{name}']}/cancellation")
    owed, sent, denied = city.call("merchant", "GET", "/returns")["items"]
    city.ids |= {"return.owed": owed["id"], "return.sent": sent["id"], "return.denied": denied["id"]}
    for said in (sent, denied):
        city.call("merchant", "POST", f"/returns/{said['id']}/confirmation")
    _place(city, "billed")
    bring(city.ids["order.billed"])
    city.call("buyer", "POST", f"/order-lines/{city.ids['line.billed']}/acceptance", {})
    came = city.call("merchant", "POST", "/transfers", {"amount": "3288.00", "currency": "CNY", "received_on": today})
    city.ids["transfer"] = came["id"]
    for name in ("sent", "due"):
        _place(city, f"card.{name}", card="pm_card_visa")
        bring(city.ids[f"order.card.{name}"])
        city.call("buyer", "POST", f"/order-lines/{city.ids[f'line.card.{name}']}/acceptance", {})
        _work(city)
        city.call("operator", "POST", "/payouts")
        due = next(one for one in city.call("operator", "GET", "/payouts")["items"] if one["state"] == "due")
        city.ids[f"payout.{name}"] = due["id"]
        if name == "sent":
            sent = city.call("operator", "POST", f"/payouts/{due['id']}/approval")
            city.ids["file.payout"] = sent["file_id"]
    session = reading()
    session.rollback()
    city.ids["account"] = str(session.scalars(sa.select(LedgerAccount.id).order_by(LedgerAccount.id)).first())


def _track(city: City) -> None:
    """Let the carrier's programs report and be told, a port report, and a party share where its goods are."""
    key = city.call("carrier", "POST", "/tracking/keys")
    city.ids["reporting-key"], city.secrets["reporting"] = key["id"], f"{key['key']} {key['secret']}"
    city.ids["tracking-hook"] = city.call("carrier", "POST", "/tracking/hooks", {"url": "http://127.0.0.1:9/"})["id"]
    many = city.call("operator", "POST", f"/departures/{city.ids['departure.arriving']}/bulk", {"act": "told"})
    city.ids["bulk-note"] = many["id"]
    link = city.call("buyer", "POST", f"/bookings/{city.ids['booking.arrived']}/tracking-links")
    city.ids |= {"tracking-link": link["id"], "tracking-token": link["url"].rpartition("/")[2]}
    post = {"company": city.ids["company.carrier"], "place": "VN-HUUNGHI"}
    city.ids["tracking-post"] = city.call("operator", "POST", "/tracking/posts", post)["id"]
    departure = f"/departures/{city.ids['departure.arriving']}"
    city.ids["departure-reference"] = city.call("operator", "GET", f"{departure}/operations")["reference"]
    city.ids["transport-event"] = city.call("operator", "POST", f"{departure}/events", {"code": 31})["id"]


def _ride(city: City) -> None:
    """Let a broker be named, a consignment be declared, transit be drafted, and a case of cold goods be open."""
    named = {"side": "export", "company": city.ids["company.empty"]}
    city.call("operator", "POST", f"/departures/{city.ids['departure.arriving']}/brokers", named)
    today = (clock.now() - timedelta(days=3)).date().isoformat()
    declared = {"side": "export", "number": "530020260000", "lodged_on": today, "cartons": 5000}
    path = f"/bookings/{city.ids['booking.arrived']}/declarations"
    city.ids["declaration"] = city.call("operator", "POST", path, declared)["id"]
    drafted = {
        "regime": "gms",
        "from_stop": HUB,
        "to_stop": HANOI,
        "guarantee": "single",
        "guarantee_reference": "G-2026-0",
        "guarantee_amount": "100",
        "currency": "CNY",
        "guarantee_until": (clock.now() + timedelta(days=200)).date().isoformat(),
        "discharge_by": (clock.now() + timedelta(days=20)).isoformat(),
    }
    path = f"/departures/{city.ids['departure.carrying']}/transits"
    city.ids["transit"] = city.call("operator", "POST", path, drafted)["id"]
    now = clock.now()
    case = ReeferExcursion(
        id=new_id(),
        booking_id=UUID(city.ids["booking.arrived"]),
        logger="L-1",
        began_at=now,
        last_at=now,
        worst=90,
        opened_at=now,
    )
    with unit_of_work() as session:
        session.add(case)
        city.ids["excursion"] = str(case.id)


def signed(city: City, content: bytes) -> dict[str, str]:
    """Return the headers of a report that the carrier's program sends now, each a message of its own."""
    name, secret = city.secrets["reporting"].split()
    message_id, at = f"evt_{uuid4().hex}", int(clock.now().timestamp())
    return {
        "webhook-key": name,
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signing.sign(secret, message_id=message_id, at=at, body=content),
    }


def _invoice(city: City) -> None:
    """Record an official invoice that is for no line yet."""
    order = city.call("merchant", "GET", f"/orders/{city.ids['order.delivered']}")
    invoice = {
        "order": order["reference"],
        "country": "CN",
        "type": "fapiao_special",
        "number": "25507000000000000001",
        "issued_on": (clock.now() - timedelta(days=1)).date().isoformat(),
        "amount": "100.00",
        "tax": "13.00",
        "currency": "CNY",
        "file_id": city.upload("merchant", pdf("fapiao"), "fapiao.pdf", "official_invoice"),
    }
    city.ids["official-invoice"] = city.call("merchant", "POST", "/official-invoices", invoice)["id"]
    city.ids["invoiced-reference"] = order["reference"]


# Money goes back by bank, to this account of its payer.
RETURNING = {"way": "bank", "account_name": "Buyer 买方", "account_number": "6222000000000088", "bic": "BFTVVNVX"}


def _refuse(city: City) -> None:
    """Let a card's bank refuse what is given back: nobody looked at one return, one person chose the way of another.

    The third two people agreed to, and it is to be sent by bank.
    """
    names = ("new", "agreed", "chosen")
    for name in names:
        _place(city, f"refused.{name}", card="pm_card_refundFail")
        city.call("merchant", "POST", f"/orders/{city.ids[f'order.refused.{name}']}/cancellation")
    _work(city)
    double = double_of(city.app)
    double.pass_time()
    bring_notices(double)
    for name, found in zip(names, city.call("operator", "GET", "/card-returns")["items"], strict=False):
        city.ids[f"card-return.{name}"] = found["id"]
    for who in ("operator", "treasurer"):
        city.call(who, "POST", f"/card-returns/{city.ids['card-return.agreed']}/approval", RETURNING)
    city.call("treasurer", "POST", f"/card-returns/{city.ids['card-return.chosen']}/approval", RETURNING)


_HOUSE_LINES = (5_00, 1_00, 60_000_00, 70_000_00, 2_00, 3_00, 4_00)


_LINE_NAMES = ("kept", "doubted", "placed", "refused", "agreed", "new", "back")


def _bank(city: City) -> None:
    """Let statements come: a merchant's, and the house's with lines that wait, two of them for a second person."""
    day = clock.now().date()
    lines = tuple(
        Booked(minor, "for nothing here", f"FT{minor}", "Somebody", "1903000999", "BFTVVNVX") for minor in _HOUSE_LINES
    )
    own = Day(day, "6222000011112222", lines[:1])
    told = {"file": (io.BytesIO(camt053(own)), "own.xml")}
    city.ids["bank-statement"] = city.call("merchant", "POST", "/bank-statements", data=told)["statements"][0]["id"]
    told = {"file": (io.BytesIO(camt053(Day(day, HOUSE_ACCOUNT, lines))), "house.xml")}
    city.call("operator", "POST", "/bank-statements", data=told)
    found = city.call("operator", "GET", "/house-entries")["items"]
    city.ids |= {f"bank-entry.{name}": one["entry"]["id"] for name, one in zip(_LINE_NAMES, found, strict=True)}
    other = Actor(person_id=uuid4(), company_id=city.people["operator"].company, company_kind="operator")
    for name, minor in (("refused", 70_000_00), ("agreed", 60_000_00)):
        entry_id, part = UUID(city.ids[f"bank-entry.{name}"]), Part(Purpose.OWN, None, minor)
        with unit_of_work() as session:
            house_money.propose(session, actor=other, entry_id=entry_id, parts=[part], now=clock.now())
    for name, minor in (("kept", 4_00), ("doubted", 3_00), ("placed", 2_00)):
        entry_id, part = UUID(city.ids[f"bank-entry.{name}"]), Part(Purpose.OWN, None, minor)
        with unit_of_work() as session:
            house_money.propose(session, actor=other, entry_id=entry_id, parts=[part], now=clock.now())
            if name != "placed":
                house_reversing.doubt(session, actor=other, entry_id=entry_id, reason="Wrong.", now=clock.now())
    entry_id, part = UUID(city.ids["bank-entry.back"]), Part(Purpose.SENDER, None, 5_00)
    told = {"bic": "BFTVVNVX", "bank_name": "VCB"}
    with unit_of_work() as session:
        house_money.propose(session, actor=other, entry_id=entry_id, parts=[part], sender=told, now=clock.now())
    with unit_of_work() as session:
        house_money.approve(session, actor=city.people["operator"].actor, entry_id=entry_id, now=clock.now())
        (back,) = sender_returns.sending(session)
        sender_returns.move(session, back, "send", actor=other, now=clock.now())
    city.ids["sender-return"] = str(back.id)
    paid = {"amount": "1.00", "currency": "CNY", "bank_reference": "FT 2026 001"}
    city.call("operator", "POST", f"/commissions/{city.ids['company.merchant']}/receipts", paid)
    city.ids["commission-receipt"] = city.call("operator", "GET", "/commission-receipts")["items"][0]["id"]


def _write_off(city: City) -> None:
    """Let companies owe money after a payout, and somebody propose to write some of it off."""
    other = Actor(person_id=uuid4(), company_id=city.people["operator"].company, company_kind="operator")
    kind = TransferKind.RECEIVABLE_BOOKED
    debts = (
        ("agreed", "merchant", "CNY"),
        ("refused", "merchant", "THB"),
        ("new", "buyer", "CNY"),
        ("on a page", "buyer", "THB"),
    )
    for name, who, currency in debts:
        company_id, amount = city.people[who].company, Money(30_00, currency)
        owed = AccountRef(AccountKind.MERCHANT_RECEIVABLE, company_id, currency)
        entries = pair(owed, AccountRef(AccountKind.MERCHANT_PAYABLE, company_id, currency), amount)
        with unit_of_work() as session:
            ledger.post(session, kind=kind, key=f"{kind}:{name}", entries=entries, subject=None, now=clock.now())
        if who == "buyer":
            continue
        with unit_of_work() as session:
            found = write_offs.propose(
                session, actor=other, company_id=company_id, amount=amount, reason="Gone.", now=clock.now()
            )
        city.ids[f"write-off.{name}"] = str(found)


def _dispute(city: City) -> None:
    """Let a card's holder dispute an order, and its merchant have an account at the provider."""
    _place(city, "disputed", card="pm_card_visa")
    _work(city)
    double = double_of(city.app)
    charged = next(one for one in double.all("payment_intent") if one["status"] == "succeeded")
    double.dispute(charged["id"], reason="product_not_received")
    bring_notices(double)
    city.ids["card-dispute"] = city.call("operator", "GET", "/card-disputes")["items"][0]["id"]
    double.act(lambda call: balance.book(call, "topup", "tu_hostile", 100, "cny"))
    holds = {"card-hold": "held", "card-hold.chosen": "held.chosen"}
    for name in holds.values():
        _place(city, name, card="pm_card_visa")
    lapsing.escalate(now=clock.now())
    with unit_of_work() as session:
        for hold, name in holds.items():
            waiting = session.scalars(
                sa.select(CardHold)
                .join(CardCharge, CardCharge.id == CardHold.charge_id)
                .where(CardCharge.subject_id == UUID(city.ids[f"order.{name}"]))
            ).one()
            waiting.escalated_at = clock.now()
            city.ids[hold] = str(waiting.id)
    city.call("treasurer", "POST", f"/card-holds/{city.ids['card-hold.chosen']}/decision", {"way": "release"})
    bookings.reconcile(now=clock.now() + timedelta(hours=1))
    city.ids["booked"] = city.call("operator", "GET", "/provider-bookings")["items"][0]["id"]
    with unit_of_work() as session:
        # The provider pays companies of Singapore.
        session.get_one(Company, city.people["carrier"].company).country = "SG"
        session.add(
            ProviderAccount(
                id=new_id(),
                company_id=city.people["merchant"].company,
                country="CN",
                state=AccountState.ACTIVE,
                active_from=clock.now(),
                due=1,
                attempt=1,
                created_at=clock.now(),
                changed_at=clock.now(),
            )
        )


def _wait(city: City) -> None:
    """Leave a checkout on its payment page."""
    cart = city.call("buyer", "PUT", f"/cart/lines/{city.ids['live']}", {"quantity": 400})
    body = {"expected_totals": cart["totals"], "payment": {"rail": "card", "plan": "acceptance_100"}}
    city.ids["checkout.waiting"] = city.call("buyer", "POST", "/checkout", body)["id"]
    city.ids["load-plan"] = city.call("operator", "POST", "/load-plans", {"hub": HUB, "seconds": 1})["id"]


def _offer(city: City) -> None:
    """Write a draft, change what is live, bring pictures and price lists."""
    draft = {
        "sku": "NEW-1",
        "title": "Chain",
        "hs": "8714.10",
        "origin": "CN",
        "unit": "H87",
        "currency": "CNY",
        "incoterm": "FCA",
        "place": HUB,
        "price": "11.80",
        "moq": 40,
        "multiple": 40,
        "carton_units": 40,
        "carton_l": "50",
        "carton_w": "40",
        "carton_h": "30",
        "gross_kg": "12.5",
        "net_kg": "11",
        "stock": 100,
        "hub": HUB,
    }
    city.ids["draft"] = city.call("merchant", "POST", "/listings", draft)["id"]
    for name, colour in (("first", "red"), ("second", "blue")):
        file_id = city.upload("merchant", picture(colour), "chain.png", "picture")
        city.ids[f"file.picture.{name}"] = file_id
        made = city.call("merchant", "POST", f"/listings/{city.ids['draft']}/pictures", {"file_id": file_id})
        city.ids[f"picture.{name}"] = made["id"]
    city.ids["file.free"] = city.upload("merchant", picture("green"), "more.png", "picture")
    changing = city.call("merchant", "POST", "/listings", draft | {"sku": "NEW-2", "title": "Waiting"})["id"]
    city.call("merchant", "POST", f"/listings/{changing}/submission")
    city.ids["submitted"] = changing
    declined = city.call("merchant", "POST", "/listings", draft | {"sku": "NEW-3", "title": "Declined"})["id"]
    city.call("merchant", "POST", f"/listings/{declined}/submission")
    for case in city.call("operator", "GET", "/moderation")["items"]:
        if case["listing_id"] == declined:
            city.call("operator", "POST", f"/moderation/{case['id']}/decision", {"decision": "reject", "reason": "No."})
    city.ids["declined"] = declined
    city.ids["case"] = city.call("operator", "GET", "/moderation")["items"][0]["id"]
    for name, query in (("preview", "?dry_run=1"), ("done", "?dry_run=1")):
        lines = [row(sku=f"{name}-1", Remarks="as seen"), row(sku=f"{name}-2", hs="1", Remarks="")]
        sheet = workbook(table(lines))
        sent = {"file": (io.BytesIO(sheet), "list.xlsx")}
        city.ids[f"import.{name}"] = city.call("merchant", "POST", f"/imports{query}", data=sent)["id"]
    _work(city)
    city.call("merchant", "POST", f"/imports/{city.ids['import.done']}/commit")
    sheet = workbook(table([row(sku="pictured-1", pictures="nowhere.jpg")]))
    made = city.call("merchant", "POST", "/imports", data={"file": (io.BytesIO(sheet), "list.xlsx")})
    city.ids["import.pictures"] = made["id"]
    _work(city)
    _share(city)


def _share(city: City) -> None:
    """Make a shared page, let its category ask for something, and let a merchant wish for another page."""
    city.ids |= {"category": "motorcycle-parts", "slug": "motorcycle-chain", "attribute": "speed"}
    wish = {"category": "motorcycle-parts", "hs6": "871410"}
    for name in ("Motorcycle chain", "Brake disc"):
        made = city.call("merchant", "POST", "/commodity-proposals", wish | {"name": name})["id"]
        city.ids[f"proposal.{'done' if name == 'Motorcycle chain' else 'new'}"] = made
    decision = {"action": "accept", "slug": city.ids["slug"]}
    city.call("operator", "POST", f"/commodity-proposals/{city.ids['proposal.done']}/decision", decision)
    members = [{"sku": "CH-428-116", "values": ["116", "gold"]}, {"sku": "CH-MADE", "values": ["120", "gold"]}]
    together = {"axes": ["Size", "Colour"], "members": members}
    city.call("merchant", "PUT", f"/listings/{city.ids['live']}/variants", together)
    city.ids["language"] = "vi"
    city.ids["brand"] = city.call("operator", "POST", "/brands", {"name": "Jialing"})["id"]
    asked = {"name": "Speed", "kind": "choice", "choices": {"fast": {"en": "Fast"}, "slow": {"en": "Slow"}}}
    city.call("operator", "PUT", "/categories/motorcycle-parts/attributes/speed", asked)


def _restrict(city: City) -> None:
    """Let a country ask something of goods that nobody sends there."""
    rule = {
        "country": "LA",
        "hs_prefix": "8715",
        "measure": "permit",
        "en": "A permit.",
        "zh": "需要许可。",
        "vi": "Cần giấy phép.",
        "source": "Law 1",
        "source_url": "https://law.test/1",
        "valid_from": "2026-01-01",
        "checked_on": "2026-01-02",
    }
    city.ids["restriction"] = city.call("operator", "POST", "/restrictions", rule)["id"]
    city.ids["sheet"] = city.upload("operator", RULES, "rules.csv", "workbook")


def _border(city: City) -> None:
    """Open a border by the clock, close it once, propose its feasts, and keep a leg to change."""
    crossing = city.call("operator", "GET", "/network/crossings")["items"][0]
    city.ids["crossing"], address = crossing["id"], f"/network/crossings/{crossing['id']}"
    for name, valid_from in (("border-hours", "2026-01-01"), ("border-hours.later", "2099-01-01")):
        hours = BORDER_HOURS | {"place": crossing["sides"][0]["place"], "valid_from": valid_from}
        city.ids[name] = city.call("operator", "POST", f"{address}/hours", hours)["id"]
    city.ids["lane-rule"] = city.call("operator", "POST", f"{address}/rules", LANE_RULE)["id"]
    closed = {"starts_at": "2098-01-01T08:00", "ends_at": "2098-01-02T08:00", "reason": "works", "source": "a notice"}
    made = city.call("operator", "POST", f"{address}/closures", closed)
    city.ids["border-closure.confirmed"] = made["closure"]["id"]
    city.call("operator", "POST", f"{address}/closure-proposals")
    found = city.call("operator", "GET", address)["closures"]
    city.ids["border-closure.proposed"] = next(row["id"] for row in found if row["state"] == "proposed")
    city.ids["leg"] = city.call("operator", "GET", "/network/lines")["items"][0]["legs"][0]["id"]


def _show(city: City) -> None:
    """Hand a storefront in."""
    front = {"locale": "en", "headlines": {"en": "Chains"}, "banner_file_id": city.ids["file.free"]}
    city.ids["storefront"] = city.call("merchant", "POST", "/merchant/storefront", front)["id"]
    hall = city.call("operator", "POST", "/halls", {"code": "A", "names": {"en": "Hall A"}})["id"]
    place = {"code": "A-1", "area_m2": "36", "column": 1, "row": 1}
    booth = city.call("operator", "POST", f"/halls/{hall}/booths", place)["id"]
    _rebuild(city, place)
    today = clock.now().date()
    period = {"from_on": str(today - timedelta(days=9)), "until_on": str(today + timedelta(days=90))}
    let = {"company_id": city.ids["company.merchant"], **period}
    tenancy = city.call("operator", "POST", f"/booths/{booth}/tenancies", let)["id"]
    exhibits = f"/merchant/tenancies/{tenancy}"
    exhibit = city.call("merchant", "POST", f"{exhibits}/exhibits", {"listing_id": city.ids["live"]})["id"]
    label = city.call("merchant", "GET", exhibits)["exhibits"][0]["code"]
    card = {"name": "A Visitor", "email": "visitor@demo.test", "consent": True}
    lead = city.call("buyer", "POST", f"/exhibits/{label}/cards", card)["id"]
    question = {"kind": "investor", "name": "A Fund", "email": "fund@demo.test", "text": "How?", "consent": True}
    city.ids["enquiry"] = city.call("buyer", "POST", "/enquiries", question)["id"]
    begins = today + timedelta(days=30)
    plan = {
        "kind": "fair",
        "titles": {"en": "Durian week"},
        "place": HUB,
        "starts_at": f"{begins}T09:00",
        "ends_at": f"{begins}T17:00",
        "register_until": f"{begins}T08:00",
        "capacity": 20,
        "merchants": [city.ids["company.merchant"]],
    }
    for name in ("draft", "open"):
        city.ids[f"fair.{name}"] = city.call("operator", "POST", "/events", plan)["id"]
    fair = f"/events/{city.ids['fair.open']}"
    city.call("operator", "POST", f"{fair}/acts", {"action": "open"})
    guest = {"name": "A Guest", "email": "guest@demo.test", "follow_up": True}
    city.ids["ticket"] = city.call("buyer", "POST", f"{fair}/registrations", guest)["code"]
    city.ids |= {"hall": hall, "booth": booth, "tenancy": tenancy, "exhibit": exhibit, "label": label, "lead": lead}


def _rebuild(city: City, place: dict[str, Any]) -> None:
    """Add a hall that nobody rented anything in, with a booth that was taken away, and one that is closed."""
    free = city.call("operator", "POST", "/halls", {"code": "S", "names": {"en": "Spare hall"}})["id"]
    booth = city.call("operator", "POST", f"/halls/{free}/booths", place)["id"]
    away = city.call("operator", "POST", f"/halls/{free}/booths", place | {"code": "S-2", "column": 2})["id"]
    city.call("operator", "POST", f"/booths/{away}/retirement")
    closed = city.call("operator", "POST", "/halls", {"code": "T", "names": {"en": "Closed hall"}})["id"]
    city.call("operator", "POST", f"/halls/{closed}/retirement")
    city.ids |= {"hall.free": free, "booth.free": booth, "booth.away": away, "hall.closed": closed}


def _close(city: City) -> None:
    """Let the merchant close its factory for some days, and the operator a day in China."""
    city.ids["closed.day"] = (clock.now() + timedelta(days=31)).date().isoformat()
    city.call("operator", "POST", "/closures", {"country": "CN", "day": city.ids["closed.day"], "reason": "Feast"})
    days = [(clock.now() + timedelta(days=each)).date().isoformat() for each in (60, 64)]
    closed = {"parts": ["factory"], "first_day": days[0], "last_day": days[1]}
    city.ids["closure"] = city.call("merchant", "POST", "/merchant/closures", closed)["id"]


def _offer_plan(city: City) -> None:
    """Let the merchant offer a plan of its own."""
    stages = [{"event": "deposit", "percent": "20", "days": 5}, {"event": "accepted", "percent": "80", "days": 30}]
    city.call(
        "merchant", "POST", "/payment-plans", {"code": "own_plan", "name": "Own", "stages": stages, "rails": ["bank"]}
    )
    city.ids["plan"] = "own_plan"
    wish = {"merchant_id": city.ids["company.merchant"], "amount": "5000", "currency": "CNY", "note": "Regular orders."}
    city.ids["credit"] = city.call("buyer", "POST", "/credit-lines", wish)["id"]
    given = {"decision": "grant", "amount": "90000", "days": 90, "until": "2028-06-30", "reason": "A year of orders."}
    city.call("merchant", "POST", f"/credit-lines/{city.ids['credit']}/decision", given)
    net = {"name": "Net", "stages": [{"event": "delivered", "percent": "100", "days": 30}], "rails": ["bank"]}
    city.call("merchant", "POST", "/payment-plans", net | {"code": "net_30", "credit": True})
    _place(city, "credit", plan="net_30")
    bring(city.ids["order.credit"])
    city.call("buyer", "POST", f"/order-lines/{city.ids['line.credit']}/acceptance", {})
    _note(city, "credit")
    with unit_of_work() as session:
        late = sa.update(Payment).where(Payment.id == UUID(city.ids["payment.credit.order"]))
        session.execute(late.values(due_at=clock.now() - timedelta(days=30)))
    lapsing.lapse(now=clock.now())


def _sell_on(city: City) -> None:
    """Let the operator's trading company sell: a payment to it that waits, one that came, and one that is owed back."""
    with unit_of_work() as session:
        trader = factories.trader(session, city.app, name="City Trading", country="CN", now=clock.now())
        company = session.get_one(Company, trader.company)
        company.tax_id, company.street, company.city = "91500000MA60DEM24W", "1 Trading Road", "Chongqing"
        maker = factories.trader(session, city.app, name="Chengdu Wheels", country="CN", now=clock.now())
        factories.approve(session, maker.actor, name="Chengdu Wheels", country="CN", now=clock.now())
    city.ids |= {"company.trader": str(trader.company), "company.maker": str(maker.company)}
    city.call("operator", "POST", "/trading-company", {"company_id": city.ids["company.trader"]})
    for who, name in (("merchant", "first"), ("thai", "agreed")):
        offer = {"merchant_id": city.ids[f"company.{who}"], "margin_basis_points": 250}
        city.ids[f"agreement.{name}"] = city.call("operator", "POST", "/trading-agreements", offer)["id"]
        city.call(who, "POST", f"/trading-agreements/{city.ids[f'agreement.{name}']}/answer", {"agree": True})
    for name in ("sold", "sold-paid", "sold-back"):
        _place(city, name, plan="deposit_30_70", mode="operator_sells")
    slip = city.upload("buyer", PDF, "slip.pdf", "slip")
    city.call("buyer", "POST", f"/payments/{city.ids['payment.sold.order']}/slip", {"file_id": slip})
    later = {"kind": "plan", "stages": [{"event": "delivered", "percent": "100", "days": "10", "counted": "working"}]}
    made = city.call("buyer", "POST", f"/orders/{city.ids['order.sold']}/changes", later)
    city.ids |= {"change.sold": made["id"], "change.sold-hash": made["content_hash"]}
    # A receipt that secured its order could not be withdrawn.
    for name, amount in (("sold-back", "3288.00"), ("sold-paid", "1000.00")):
        path = f"/trading-payments/{city.ids[f'payment.{name}.order']}/confirmation"
        city.call("operator", "POST", path, {"amount": amount, "received_on": clock.now().date().isoformat()})
    city.call("buyer", "POST", f"/orders/{city.ids['order.sold-back']}/cancellation")
    (owed,) = city.call("operator", "GET", "/trading-returns")["items"]
    city.ids["return.sold"] = owed["id"]
    paid = sa.select(TransferMatch.transfer_id).where(
        TransferMatch.payment_id == UUID(city.ids["payment.sold-paid.order"])
    )
    session = reading()
    city.ids["receipt.sold"] = str(session.scalars(paid).one())
    session.rollback()  # what others do from here on must be seen
    city.call("merchant", "POST", f"/trading-agreements/{city.ids['agreement.first']}/end")
    again = {"merchant_id": city.ids["company.merchant"], "margin_basis_points": 300}
    city.ids["agreement.offered"] = city.call("operator", "POST", "/trading-agreements", again)["id"]


def _admit(city: City) -> None:
    """Bring in a newcomer who applies to sell, an invitation, a code, second factors, accounts that wait."""
    town = Town(city.app)
    newcomer = town.company(NEWCOMER, country="CN", registration_number="91110000600037341L")
    program = town.program(NEWCOMER)
    actor = factories.bearer(reading(), token=program.token, now=clock.now())
    assert actor is not None
    city.people["newcomer"] = Trader(actor, program.token, NEWCOMER)
    city.ids["company.newcomer"] = newcomer["company_id"]
    licence = city.upload("newcomer", PDF, "licence.pdf", "licence")
    apply = {"legal_name": "Newcomer Co.", "registration_number": "91110000600037341L", "licence_file_id": licence}
    city.secrets["newcomer"] = city.call("newcomer", "POST", "/me/second-factor")["secret"]
    confirmed = {"code": app_code(city.secrets["newcomer"])}
    proof = {"code": city.call("newcomer", "POST", "/me/second-factor/confirmation", confirmed)["codes"][0]}
    city.ids["application.new"] = city.call("newcomer", "POST", "/merchant-applications", apply | ACCOUNT | proof)["id"]
    for each in city.call("merchant", "GET", "/merchant-applications")["items"]:
        city.ids["application.merchant"] = each["id"]
    shown = city.call("operator", "GET", f"/merchants/{city.ids['company.newcomer']}/requirements")["items"]
    city.ids["paper"] = next(row["paper_id"] for row in shown if row["item"] == "licence")
    entry = {"name": "Newcomer", "numbers": ["91110000600037341L"]}
    city.call("operator", "POST", "/screening-lists", {"kind": "own", "name": "Of the tests", "entries": [entry]})
    sheet = {"file": (io.BytesIO(b"name,hs\nFlux,853229\n"), "list.csv"), "kind": "own", "name": "A sheet of the tests"}
    city.ids["screening-list"] = city.call("operator", "POST", "/screening-lists/sheet", data=sheet)["id"]
    in_unit_of_work(lambda session: screening.screen(session, company_id=UUID(newcomer["company_id"]), now=clock.now()))
    city.ids["hit"] = city.call("operator", "GET", "/screening-hits")["items"][0]["id"]
    city.ids["file.licence.merchant"] = city.upload("merchant", PDF, "licence.pdf", "licence")
    city.ids["file.licence.rival"] = city.upload("rival", PDF, "licence.pdf", "licence")
    invited = {"login": COLLEAGUE, "roles": ["sales"]}
    city.call("buyer", "POST", f"/companies/{city.ids['company.buyer']}/invitations", invited)
    city.ids["invitation"] = town.invitation(COLLEAGUE)
    city.call("thai", "POST", "/codes", {"login": city.people["thai"].login, "purpose": "reset_password"})
    city.ids["code"] = town.code(city.people["thai"].login)
    _join(city, town)
    for who in ("merchant", "thai", "operator", "rival", "carrier"):
        city.secrets[who] = city.call(who, "POST", "/me/second-factor")["secret"]
        if who != "thai":
            city.call(who, "POST", "/me/second-factor/confirmation", {"code": app_code(city.secrets[who])})
    clock.set_offset(60)
    named = ACCOUNT | {
        "currency": "USD",
        "account_number": "1111222233334444",
        "code": app_code(city.secrets["merchant"]),
    }
    city.ids["payee"] = city.call("merchant", "POST", "/payees", named)["id"]
    # A code of the app is taken once: what comes later is in another half minute.
    clock.set_offset(MINUTES)


def _talk(city: City) -> None:
    """Let a buyer ask: one question waits, of one the answer is read by everybody and the other is hidden."""
    for name in ("asked", "answered", "hidden"):
        asked = city.call("buyer", "POST", f"/listings/{city.ids['live']}/questions", {"text": f"Is it {name}?"})
        city.ids[f"question.{name}"] = asked["id"]
        if name != "asked":
            city.call("merchant", "POST", f"/questions/{asked['id']}/answer", {"text": f"Yes, {name}."})
    answers = {row["text"]: row["id"] for row in city.call("operator", "GET", "/remarks")["items"]}
    city.ids["remark.shown"], city.ids["remark.hidden"] = answers["Yes, answered."], answers["Yes, hidden."]
    city.call("operator", "POST", f"/remarks/{city.ids['remark.hidden']}/hiding", {"reason": "Of another."})
    marks = {"goods": 5, "packing": 4, "on_time": 3, "text": "As described."}
    reviewed = city.call("buyer", "PUT", f"/order-lines/{city.ids['line.billed']}/review", marks)
    city.ids["review.written"] = reviewed["id"]
    for name in ("own", "spare"):
        city.ids[f"list.{name}"] = city.call("buyer", "POST", "/lists", {"name": name.title()})["id"]
        city.call("buyer", "PUT", f"/lists/{city.ids[f'list.{name}']}/items/{city.ids['live']}", {"quantity": 400})


def _price(city: City) -> None:
    """Give some buyers prices of their own, and let goods hide theirs from others."""
    company = {"company": city.ids["company.buyer"]}
    group = {"name": "Customers", "companies": [city.ids["company.buyer"]]}
    city.ids["customer-group"] = city.call("merchant", "POST", "/customer-groups", group)["id"]
    listed = {"name": "Spring", "currency": "CNY", "incoterm": "FCA", "place": HUB} | company
    city.ids["price-list"] = city.call("merchant", "POST", "/price-lists", listed)["id"]
    path = f"/price-lists/{city.ids['price-list']}"
    priced = {"entries": [{"sku": "CH-428-116", "price": "27.40"}]}
    city.ids["audience.list"] = city.call("merchant", "POST", f"{path}/entries", priced)["named"][0]["id"]
    city.call("merchant", "POST", "/price-visibility/named", {"company": city.ids["company.thai"]})
    city.ids["audience.all"] = city.call("merchant", "GET", "/price-visibility")["named"][0]["id"]
    with unit_of_work() as session:
        hidden = factories.listing(session, city.actor("merchant"), sku="HIDDEN-1", now=clock.now())
    city.ids["hidden"] = str(hidden)
    city.call("merchant", "PUT", f"/listings/{hidden}/price-visibility", {"visibility": "on_request"})
    asked = city.call("buyer", "POST", f"/listings/{hidden}/price-requests", {"quantity": 40})
    city.ids["price-request"] = asked["id"]


def _join(city: City, town: Town) -> None:
    """Let two colleagues join the buyer, one of them shut out later; admit a partner that nobody leads yet."""
    joining = {"person_name": "Colleague", "password": PASSWORD, "accepted_terms": TERMS}
    for name in ("mate", "shut"):
        login = f"{name}@demo.test"
        city.call(
            "buyer", "POST", f"/companies/{city.ids['company.buyer']}/invitations", {"login": login, "roles": ["sales"]}
        )
        came = town.program().call("POST", f"/invitations/{town.invitation(login)}/acceptance", 201, joining)
        city.ids[f"person.{name}"] = came["person_id"]
    city.call("operator", "POST", f"/people/{city.ids['person.shut']}/disablement")
    unit = city.call("buyer", "POST", f"/companies/{city.ids['company.buyer']}/units", {"name": "North"})
    city.ids["unit"] = unit["id"]
    with unit_of_work() as session:
        listed = sessions.begin(
            session, person_id=city.actor("buyer").person, agent="Browser", address="192.0.2.1", now=clock.now()
        )
    city.ids["session"] = str(listed)
    leaving = {"leaver_id": city.ids["person.mate"], "successor_id": str(city.actor("buyer").person)}
    begun = city.call("buyer", "POST", f"/companies/{city.ids['company.buyer']}/handovers", leaving)
    city.ids["handover"] = begun["id"]
    _ask(city, town)
    city.call(
        "rival",
        "POST",
        f"/companies/{city.people['rival'].company}/invitations",
        {"login": NEWCOMER, "roles": ["sales"]},
    )
    town.program().call("POST", f"/invitations/{town.invitation(NEWCOMER)}/acceptance", 201, joining)
    partner = {
        "kind": "broker",
        "company_name": "Clear",
        "country": "CN",
        "registration_number": "1",
        "login": "b@demo.test",
    }
    city.ids["company.empty"] = city.call("operator", "POST", "/partners", partner)["company_id"]
    city.ids["token.rival"] = city.call("rival", "GET", "/me/tokens")["items"][0]["id"]


def _ask(city: City, town: Town) -> None:
    """Let a colleague of the buyer ask for approval of what he wants to order, and have rules, a limit, a stand-in."""
    city.call(
        "buyer",
        "POST",
        f"/companies/{city.ids['company.buyer']}/invitations",
        {"login": "asker@demo.test", "roles": ["purchasing"]},
    )
    joining = {"person_name": "Asker", "password": PASSWORD, "accepted_terms": TERMS}
    came = town.program().call("POST", f"/invitations/{town.invitation('asker@demo.test')}/acceptance", 201, joining)
    city.ids["person.asker"] = came["person_id"]
    asker = town.program("asker@demo.test")
    steps = [{"roles": ["owner"]}]
    rule = {"name": "New colleague", "currency": "CNY", "people": [city.ids["person.asker"]]}
    rule["tiers"] = [{"from": "0", "steps": steps}]
    city.ids["rule"] = city.call("buyer", "POST", "/approval-rules", rule)["id"]
    limit = {"kind": "unit", "holder": city.ids["unit"], "period": "month", "amount": "5000", "currency": "CNY"}
    city.ids["limit"] = city.call("buyer", "PUT", "/spending-limits", limit | {"steps": steps})["id"]
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    away = {"delegate_id": city.ids["person.asker"], "first_day": tomorrow, "last_day": tomorrow}
    city.ids["delegation"] = city.call("buyer", "POST", "/approval-delegations", away)["id"]
    asker.call("PUT", "/cart", 200, {"to": HANOI})
    cart = asker.call("PUT", f"/cart/lines/{city.ids['live']}", 200, {"quantity": 400})
    wanted = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
    city.ids["approval"] = asker.call("POST", "/checkout", 409, wanted)["facts"]["case"]


def _receive(city: City) -> None:
    """Have a matter of the buyer's inbox open, one taken and one done."""
    matters = city.call("buyer", "GET", "/inbox")["items"]
    for name, matter in zip(("open", "taken", "done"), matters, strict=False):
        city.ids[f"matter.{name}"] = matter["id"]
    city.call("buyer", "POST", f"/inbox/{city.ids['matter.taken']}/taking")
    city.call("buyer", "POST", f"/inbox/{city.ids['matter.done']}/completion")


COVER: Final = {
    "clauses": "A",
    "rate_permille": "1.25",
    "currency": "CNY",
    "minimum": "50",
    "limit": "100000000",
    "valid_from": "2026-01-01",
}


def _insure(city: City) -> None:
    """Let goods be insured, and claims against the insurer stand in each state in which they can be acted on."""
    body = COVER | {"insurer": city.ids["company.insurer"], "policy_number": "OC-1"}
    city.ids["cover"] = city.call("operator", "POST", "/insurance-covers", body)["id"]
    counted = {"cartons_received": 10, "gross_kg": "125", "m3": "0.6"}
    for name in ("insurable", "insured", "claimable", "surveyed", "accepted"):
        _place(city, name)
        if name == "insurable":
            continue
        path = f"/orders/{city.ids[f'order.{name}']}/insurance"
        insurance = city.call("buyer", "POST", path, {"cover": city.ids["cover"]})["id"]
        city.ids[f"insurance.{name}"] = insurance
        if name == "insured":
            continue
        city.call("merchant", "POST", f"/order-lines/{city.ids[f'line.{name}']}/packing", {"cartons": 10})
        city.call("carrier", "POST", f"/order-lines/{city.ids[f'line.{name}']}/handover", counted)
        if name == "claimable":
            continue
        claim = {"line_id": city.ids[f"line.{name}"], "amount": "100.00", "said": "Wet."}
        made = city.call("buyer", "POST", f"/insurances/{insurance}/claims", claim)["id"]
        city.ids[f"insurance-claim.{name}"] = made
        survey = {"surveyed_on": "2026-11-01", "surveyor": "SGS", "findings": "Wet."}
        city.call("insurer", "POST", f"/insurance-claims/{made}/survey", survey)
        for kind in ("survey_report", "protest"):
            shown = {"evidence": kind, "file_id": city.upload("insurer", PDF, "report.pdf", "evidence")}
            city.call("insurer", "POST", f"/insurance-claims/{made}/files", shown)
        seen = city.call("insurer", "GET", f"/insurance-claims/{made}")
        city.ids["insurance-file"] = seen["files"][-1]["id"]
    city.ids["insurance-evidence"] = city.upload("insurer", PDF, "photo.pdf", "evidence")
    path = f"/insurance-claims/{city.ids['insurance-claim.accepted']}/decision"
    city.call("insurer", "POST", path, {"accepted": "90.00"})


def _cost(city: City) -> None:
    """Plan what lorries cost, and let the carrier ask for it: not yet, as planned, otherwise, accepted, too early."""
    rates = {"line": "CQ-HAN", "currency": "CNY", "source": "a test's own", "valid_from": "2026-01-01"}
    for kind, unit in (("haulage", "trip"), ("toll", "leg"), ("fuel", "trip"), ("permit", "trip")):
        city.call("operator", "POST", "/costs/rates", rates | {"kind": kind, "unit": unit, "price": "100"})
    for name in ("arriving", "strip", "depart"):
        city.call("operator", "POST", f"/departures/{city.ids[f'departure.{name}']}/costs/plan")
    cost = {"kind": "fuel", "amount": "90.00", "currency": "CNY"}
    cost["file_id"] = city.upload("operator", PDF, "fuel.pdf", "scan")
    path = f"/departures/{city.ids['departure.arriving']}/costs/items"
    city.ids["cost"] = city.call("operator", "POST", path, cost)["id"]
    city.call("operator", "POST", f"/departures/{city.ids['departure.strip']}/costs/close")
    scan = city.upload("carrier", PDF, "invoice.pdf", "scan")
    for name, departure, kind, amount in (
        ("draft", "depart", "haulage", "100.00"),
        ("matched", "depart", "toll", "300.00"),
        ("differs", "depart", "fuel", "170.00"),
        ("accepted", "depart", "permit", "100.00"),
        ("early", "cancel", "haulage", "100.00"),
    ):
        seen = city.call("operator", "GET", f"/departures/{city.ids[f'departure.{departure}']}/costs")
        body = partner_invoice(seen["lorry"]["departure"], kind=kind, amount=amount, number=f"P-{name}")
        body |= {"file_id": scan, "submit": name != "draft"}
        city.ids[f"partner-invoice.{name}"] = city.call("carrier", "POST", "/partner-invoices", body)["id"]
    city.ids["costed"] = city.call("operator", "GET", f"/departures/{city.ids['departure.depart']}/costs")["lorry"][
        "departure"
    ]
    city.call("operator", "POST", f"/costs/invoices/{city.ids['partner-invoice.accepted']}/acceptance")
    differs = city.call("operator", "GET", f"/costs/invoices/{city.ids['partner-invoice.differs']}")
    city.ids["partner-invoice-line"] = differs["lines"][0]["id"]


def _charge_late(city: City) -> None:
    """Let goods come late: one fee is owed, one waits for a second person, one for the carrier's account."""
    carrier = city.people["carrier"].company
    accounts_of = sa.update(Payee).where(Payee.company_id == carrier, Payee.currency == "CNY")
    with unit_of_work() as session:
        fees_seed.publish(session, now=clock.now())
    for name, booking in (("owed", "confirmed"), ("asked", "packed"), ("waiting", "deposit")):
        with unit_of_work() as session:
            if name == "waiting":
                session.execute(accounts_of.values(state=PayeeState.RETIRED, ended_at=clock.now()))
            row = lorry_bookings.booking(session, booking_id=UUID(city.ids[f"booking.{booking}"]))
            late = row.cutoff_cargo_at + timedelta(hours=2)
            came = CargoReceived(
                at=late, booking_id=row.id, subject=row.subject, happened_at=late, cartons=1, grams=1, cm3=1
            )
            charging.on_cargo_received(session, came)
            fee = session.scalars(sa.select(BookingFee).where(BookingFee.booking_id == row.id)).one()
            city.ids[f"fee.{name}"] = str(fee.id)
            if name == "asked":
                fee.state = FeeState.WAIVER_ASKED
                person = city.actor("treasurer").person
                session.add(
                    FeeWaiver(fee_id=fee.id, cause=WaiverCause.CUSTOMS, body="Held.", person_id=person, at=late)
                )
            if name == "waiting":
                session.execute(accounts_of.values(state=PayeeState.ACTIVE, ended_at=None))


def _hold_a_lorry(city: City) -> None:
    """Let a lorry have been held: one charge is owed, one waits for a second person, one for the carrier's account."""
    accounts_of = sa.update(Payee).where(Payee.company_id == city.people["carrier"].company, Payee.currency == "CNY")
    with unit_of_work() as session:
        row = lorry_bookings.booking(session, booking_id=UUID(city.ids["booking.confirmed"]))
        ended = {HoldCause.PAPERS: clock.now(), HoldCause.CUSTOMS: None}
        cases = {
            cause: HoldCase(
                id=new_id(),
                departure_id=row.departure_id,
                cause=cause,
                booking_id=row.id,
                began_at=clock.now() - timedelta(hours=2),
                ended_at=ended_at,
            )
            for cause, ended_at in ended.items()
        }
        session.add_all(cases.values())
        session.flush()
        session.add_all(HoldAboard(case_id=case.id, booking_id=row.id, chargeable_g=1) for case in cases.values())
        city.ids["lorry-hold"] = str(cases[HoldCause.CUSTOMS].id)
        city.ids["lorry-hold.booking"] = row.reference
        city.ids["departure.held-once"] = str(row.departure_id)
    cost = {"kind": "waiting", "amount": "12.00", "currency": "CNY", "cause": "papers"}
    for name in ("owed", "asked", "waiting"):
        if name == "waiting":
            with unit_of_work() as session:
                session.execute(accounts_of.values(state=PayeeState.RETIRED, ended_at=clock.now()))
        city.call("operator", "POST", f"/departures/{city.ids['departure.held-once']}/costs/items", cost)
        with unit_of_work() as session:
            share = session.scalars(sa.select(HoldShare).order_by(HoldShare.id.desc()).limit(1)).one()
            city.ids[f"held-charge.{name}"] = str(share.id)
            if name == "asked":
                share.state, person = FeeState.WAIVER_ASKED, city.actor("treasurer").person
                words = {"cause": WaiverCause.CUSTOMS, "body": "Held.", "person_id": person, "at": clock.now()}
                session.add(HoldWaiver(share_id=share.id, **words))
            if name == "waiting":
                session.execute(accounts_of.values(state=PayeeState.ACTIVE, ended_at=None))
    with unit_of_work() as session:
        day = closures.local_day("CN", clock.now())
        rule = {"cause": HoldCause.WEATHER, "bearing": DEFAULT[HoldCause.WEATHER], "valid_from": day, "today": day}
        made = publishing.propose(session, source="test", actor=city.actor("treasurer"), now=clock.now(), **rule)
        city.ids["bearing-rule"] = str(made)


def partner_invoice(
    departure: str, *, kind: str = "haulage", amount: str = "1.00", number: str = "P-9"
) -> dict[str, Any]:
    """Return an invoice about one departure."""
    return {
        "number": number,
        "issued_on": (clock.now() - timedelta(days=1)).date().isoformat(),
        "currency": "CNY",
        "departures": [departure],
        "kinds": [kind],
        "amounts": [amount],
    }


def _fail(city: City) -> None:
    """Give up a job, and let a paper not be set."""
    with unit_of_work() as session:
        job = session.scalars(sa.select(OutboxJob).where(OutboxJob.state == "done").limit(1)).one()
        job.state = JobState.FAILED
        paper = session.scalars(sa.select(IssuedDocument).order_by(IssuedDocument.id.desc()).limit(1)).one()
        paper.state, paper.file_id, paper.pdf_sha256 = PaperState.FAILED, None, None
        city.ids |= {"job.failed": str(job.id), "document.failed": str(paper.id)}


def _papers(city: City) -> None:
    """Find the papers that were set, and one to sign."""
    his = {paper["id"] for paper in city.call("merchant", "GET", "/documents")["items"]}
    for paper in city.call("buyer", "GET", "/documents")["items"]:
        # The contract is signed by the merchant, too: those of the trading company are none of his.
        if paper["kind"] != "sales_contract" or paper["id"] in his:
            city.ids.setdefault(f"document.{paper['kind']}", paper["id"])
    contract = city.call("buyer", "GET", f"/documents/{city.ids['document.sales_contract']}")
    city.ids["hash"] = contract["data_sha256"]
    city.ids["file.slip"] = city.upload("buyer", PDF, "slip.pdf", "slip")
    city.ids["file.scan"] = city.upload("buyer", PDF, "signed.pdf", "scan")
    signed = {"document_sha256": contract["data_sha256"], "file_id": city.upload("merchant", PDF, "s.pdf", "scan")}
    city.call("merchant", "POST", f"/documents/{city.ids['document.sales_contract']}/signature", signed)
