"""A city whose operator sells: its trading company, its bank, and a merchant who agreed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Flask

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from tests import factories
from tests.support.ways import Way

BANK = {"rail": "bank", "plan": "deposit_30_70", "mode": "operator_sells"}
MARGIN = 500


class House:
    """The operator's people, its trading company, and what they do about money."""

    def __init__(self, app: Flask, call: Any, market: factories.Market) -> None:
        self.app, self.call, self.market, now = app, call, market, clock.now()
        with unit_of_work() as session:
            self.office = factories.staff(session, app, role=Role.OPERATIONS, now=now)
            self.treasurer = factories.colleague(session, app, self.office, role=Role.TREASURY, now=now)
            factories.payee(session, self.treasurer.actor, currency="CNY", country="CN", now=now)
            self.trader = factories.trader(session, app, name="City Trading", country="CN", now=now)
            company = session.get_one(Company, self.trader.company)
            company.tax_id, company.street, company.city = "91500000MA60DEM24U", "1 Trading Road", "Chongqing"

    def name(self) -> None:
        body = {"company_id": str(self.trader.company)}
        named = self.call(self.office, "POST", "/trading-company", json=body, expect=200)
        assert (named["name"], named["currencies"]) == ("City Trading", ["CNY"])

    def agree(self, margin: int = MARGIN) -> str:
        body = {"merchant_id": str(self.market.merchant.company), "margin_basis_points": margin}
        made = self.call(self.office, "POST", "/trading-agreements", json=body, expect=201)
        path = f"/trading-agreements/{made['id']}/answer"
        agreed = self.call(self.market.merchant, "POST", path, json={"agree": True}, expect=200)
        assert agreed["state"] == "agreed"
        return made["id"]

    def way(self, payment: Any = BANK, **more: Any) -> Way:
        """Return an order that the trading company sells, confirmed by its merchant."""
        return Way(self.call, self.market, self.office, payment=payment, **more)

    def receive(self, way: Way, amount: str | None = None) -> None:
        """Write down what came for the newest payment of an order, all that is open where nothing is said."""
        payment = [one for one in way.order()["payments"] if one["subject"] == "order"][-1]
        left = Decimal(payment["amount"]["amount"]) - Decimal(payment["paid"]["amount"])
        body = {
            "amount": amount or str(left),
            "received_on": clock.now().date().isoformat(),
            "confirmed": True,
        }
        path = f"/trading-payments/{payment['id']}/confirmation"
        self.call(self.treasurer, "POST", path, json=body, expect=200)

    def day(self, days: int = 0) -> str:
        """Return today, or the day so many days from now, by the operator's calendar."""
        return accounts.house_day(reading(), now=clock.now() + timedelta(days=days)).isoformat()

    def sale(self, way: Way) -> Any:
        """Return what the order came to on both sides."""
        found = self.call(self.treasurer, "GET", "/trading-sales", expect=200)["items"]
        row = next(row for row in found if row["order_id"] == way.order_id)
        figures = (row["sale"], row["purchase_price"], row["margin"], row["sold"], row["bought"])
        return tuple(figure["amount"] for figure in figures)
