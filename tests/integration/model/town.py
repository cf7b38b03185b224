"""Open the market that a life begins with: who sells what in which currency, on which plans, to whom on credit."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.payments.flows import provider_accounts
from marketplace.payments.queries import remitting
from marketplace.reference.services import add_rate
from marketplace.stripe_double.calls import Call
from marketplace.stripe_double.resources import accounts
from marketplace.worker.jobs import JOBS
from tests import factories
from tests.integration.model.world import World

# Every life begins on this Monday, so that its working days are the same whenever it is lived.
BEGINS = datetime(2026, 11, 30, 2, tzinfo=UTC)
# Two goods in each currency, three of which have no small coins, or coins that nobody uses.
PRICES = {
    "CNY": ("27.40", "3.15"), "USD": ("3.95", "12.50"), "VND": ("95500", "48700"), "THB": ("138.25", "85"),
    "LAK": ("86250.75", "13450"),
}  # fmt: skip
_PER_DOLLAR = {"CNY": "7.2", "THB": "34", "VND": "25000", "LAK": "21500"}
_PLANS = (
    ("thirds", (("deposit", "30", 5), ("handed_over", "40", 5), ("delivered", "30", 3)), False, ["bank", "card"]),
    ("ready50", (("deposit", "20", 5), ("ready", "50", 4), ("accepted", "30", 7)), False, ["bank", "card"]),
    ("net30", (("delivered", "100", 30),), True, ["bank"]),
    ("net7", (("handed_over", "100", 7),), True, ["bank"]),
)
_WAITED = timedelta(days=6)  # longer than a newly named account waits
# What the trading company keeps of the sales of each merchant, in basis points; none of it divides evenly.
_MARGINS = (500, 333, 1_275)


def build(app: Flask, seed: int) -> World:
    """Open the market of a seed."""
    offset = int((BEGINS - datetime.now(UTC)).total_seconds())
    clock.set_offset(offset)
    market = factories.open_market(app, stock=10**6)
    buyers = [market.buyer, *factories.more_buyers(app, 2)]
    now = clock.now()
    with unit_of_work() as session:
        for quote, rate in _PER_DOLLAR.items():
            add_rate(
                session, base="USD", quote=quote, rate=Decimal(rate), source="test", effective_date=date(2026, 11, 1)
            )
        island = _join(session, app, "Island Parts", "SG", CompanyKind.TRADE)
        factories.approve(session, island.actor, name="Island Parts", country="SG", now=now)
        staff = {"hub": factories.staff(session, app, role=Role.OPERATIONS, now=now)}
        for name in ("treasury", "treasury2"):
            staff[name] = factories.colleague(session, app, staff["hub"], role=Role.TREASURY, name=name, now=now)
        staff["trader"] = _trading_company(session, app)
        staff["inspector"] = _join(session, app, "Delta Survey", "CN", CompanyKind.INSPECTOR)
        sellers = {"CNY": market.merchant, "VND": market.merchant, "LAK": market.merchant, "THB": market.thai}
        sellers["USD"] = island
        goods: dict[str, list[tuple[factories.Trader, str]]] = {}
        for currency, prices in PRICES.items():
            seller = sellers[currency]
            _name_account(session, seller, currency)
            _name_account(session, staff["treasury"], currency)
            goods[currency] = [(seller, str(_goods(session, seller, currency, price, now))) for price in prices]
    app.extensions["city.double"].switches.clear()
    JOBS["activate_payees"]({})
    world = World(app, Random(seed), market, buyers, [market.merchant, market.thai, island], staff, goods, offset)
    world.mark = f"{seed}-"
    for currency, seller in sellers.items():
        _offer_plans(world, seller, currency)
    _take_transfers(world, island)
    _sell_on(world)
    return world


def _join(session: Session, app: Flask, name: str, country: str, kind: CompanyKind) -> factories.Trader:
    return factories.trader(session, app, name=name, country=country, kind=kind, now=clock.now())


def _trading_company(session: Session, app: Flask) -> factories.Trader:
    trader = _join(session, app, "City Trading", "CN", CompanyKind.TRADE)
    company = session.get_one(Company, trader.company)
    company.tax_id, company.street, company.city = "91500000MA60DEM24U", "1 Trading Road", "Chongqing"
    return trader


def _sell_on(world: World) -> None:
    """Let the operator's trading company buy of every merchant, each at a margin of its own."""
    office, trader = world.staff["hub"], world.staff["trader"]
    world.must(office, "/trading-company", {"company_id": str(trader.company)})
    for seller, margin in zip(world.sellers, _MARGINS, strict=True):
        offer = {"merchant_id": str(seller.company), "margin_basis_points": margin}
        made = world.must(office, "/trading-agreements", offer)
        world.must(seller, f"/trading-agreements/{made['id']}/answer", {"agree": True})


def _name_account(session: Session, trader: factories.Trader, currency: str) -> None:
    """Name the account of a company in a currency, if it has none; as it is long ago, it counts."""
    country = session.get_one(Company, trader.company).country
    has = sa.text("SELECT 1 FROM payee WHERE company_id = :company AND currency = :currency")
    bound = has.bindparams(sa.bindparam("company", trader.company, sa.Uuid), currency=currency)
    if session.execute(bound).first() is None:
        factories.payee(session, trader.actor, currency=currency, country=country, now=clock.now() - _WAITED)


def _goods(session: Session, seller: factories.Trader, currency: str, price: str, now: datetime) -> Any:
    is_thai = currency == "THB"
    rule = "DAP" if currency in ("VND", "THB") or price == "3.15" else "FCA"
    place = factories.HANOI if rule == "DAP" else factories.HUB
    more: dict[str, Any] = {"hub_code": factories.THAI_HUB, "origin": "TH"} if is_thai else {}
    return factories.listing(
        session,
        seller.actor,
        sku=f"M-{currency}-{price}",
        stock=10**6,
        ladders=(factories.ladder(currency, rule, place, price=price),),
        now=now,
        **more,
    )


def _offer_plans(world: World, seller: factories.Trader, currency: str) -> None:
    """Let a merchant offer plans of its own, one of them on credit that the first two buyers have."""
    for code, stages, credit, rails in _PLANS:
        body = {
            "code": code,
            "name": code,
            "credit": credit,
            "rails": rails,
            "stages": [{"event": event, "percent": share, "days": days} for event, share, days in stages],
        }
        world.act(seller, "/payment-plans", body, again=0)  # a merchant of several currencies has them already
    limit = str(4_000 * int(Decimal(_PER_DOLLAR.get(currency, "1")) + 1))
    for buyer in world.buyers[:2]:
        about = {"merchant_id": str(seller.company), "amount": limit, "currency": currency, "note": "for the season"}
        asked = world.must(buyer, "/credit-lines", about)
        until = (clock.now() + timedelta(days=300)).date().isoformat()
        grant = {"decision": "grant", "amount": limit, "currency": currency, "days": 30, "until": until}
        world.must(seller, f"/credit-lines/{asked['id']}/decision", grant | {"reason": "known for long"})


def _set_up(call: Call, account_id: str) -> None:
    """Set an account up that pays out by hand: of one that is emptied every day no transfer is ever taken back."""
    accounts.set_up(call, account_id, bank="ok")
    account = call.get("account", account_id)
    account["settings"]["payouts"]["schedule"]["interval"] = "manual"
    call.put(account)


def _take_transfers(world: World, seller: factories.Trader) -> None:
    """Let a merchant have an account at the card provider, to which its payouts go by transfer."""
    with world.app.app_context():
        provider_accounts.set_up(actor=seller.actor, return_url="http://127.0.0.1/account", now=clock.now() - _WAITED)
        found = remitting.account_of(reading(), company_id=seller.company)
        assert found is not None
        world.double.act(lambda call: _set_up(call, str(found.provider_id)))
        provider_accounts.refresh(account=found, now=clock.now() - _WAITED)
        reading().rollback()
