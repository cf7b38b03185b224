"""Goods in two distribution centres that are ordered there: brake pads in bond in Hanoi, cleared chains at home.

The pads are a Thai company's and sold as an import to a Vietnamese one; the chains are sold on by a Chinese company in
yuan to another one.
"""

from datetime import timedelta

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from tests import factories
from tests.support.ways import caller

# Every clock of the city has reached it.
TODAY = (clock.now() - timedelta(days=1)).date()
HOURS = {
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat"], "opens": "08:00", "closes": "18:00",
    "licence_number": "BW-1", "licence_until": (TODAY + timedelta(days=400)).isoformat(), "source": "test",
    "assumed": True, "latitude": "21", "longitude": "105.8",
}  # fmt: skip
HANOI = HOURS | {"place": "VN-DC-HAN", "name": "Hanoi DC", "country": "VN", "zone": "Asia/Ho_Chi_Minh"}
CHONGQING = HOURS | {"place": "CN-DC-CQ", "name": "Chongqing DC", "country": "CN", "zone": "Asia/Shanghai"}
BOND = {
    "quantity": 400, "status": "bonded", "entry_number": "E-1", "bonded_since": TODAY.isoformat(),
    "bonded_until": (TODAY + timedelta(days=20)).isoformat(),
}  # fmt: skip
CLEARED = {
    "quantity": 400, "status": "free", "declaration_number": "D-9", "declaration_line": 1,
    "declared_on": TODAY.isoformat(),
}  # fmt: skip
DECLARED = {
    "declaration_number": "D-1", "declaration_line": 2, "declared_on": TODAY.isoformat(), "duty_paid": True,
}  # fmt: skip
AFTER_ACCEPTANCE = {"rail": "bank", "plan": "acceptance_100"}


def company(app, name, kind=CompanyKind.TRADE, country="VN"):
    with unit_of_work() as session:
        return factories.trader(session, app, name=name, country=country, kind=kind, now=clock.now())


class CentreMarket:
    """The market with a keeper in Hanoi, the operator's centre in Chongqing, a broker of the buyer, a Chinese buyer."""

    def __init__(self, app, client, market, operator):
        ask = caller(client)

        def call(who, method, path, body=None, expect=None, key=None):
            options = {} if body is None else {"json": body}
            return ask(
                who, method, path, key=key or (None if method == "GET" else str(new_id())), expect=expect, **options
            )

        self.call, self.market, self.operator = call, market, operator
        self.keeper = company(app, "Hanoi Stores", CompanyKind.DC)
        self.broker = company(app, "Hanoi Customs Broker", CompanyKind.BROKER)
        self.stranger = company(app, "Saigon Stores", CompanyKind.DC)
        self.wholesale = company(app, "Yuzhou Wholesale", country="CN")
        self.hanoi = self._open(HANOI, self.keeper)
        self.chongqing = self._open(CHONGQING, operator)
        self.pads, self.chains = str(market.pads), str(market.chains)
        self.bonded = self._store(market.thai, self.pads, self.hanoi, self.keeper, BOND)
        self.cleared = self._store(market.merchant, self.chains, self.chongqing, operator, CLEARED)

    def _open(self, place, keeper):
        return self.call(
            self.operator, "POST", "/distribution-centres", place | {"keeper": str(keeper.company)}, expect=201
        )["id"]

    def _store(self, owner, listing, centre, keeper, papers):
        said = {"centre": centre, "listing": listing, "quantity": papers["quantity"]}
        arrival = self.call(owner, "POST", "/centre-stock/announcements", said, expect=201)["id"]
        lot = self.call(keeper, "POST", f"/centres/arrivals/{arrival}/receipt", papers, expect=201)["id"]
        offer = {"listing": listing, "centre": centre, "status": papers["status"]}
        self.call(owner, "PUT", "/centre-offers", offer, expect=204)
        return lot

    def put(self, buyer, listing, centre, quantity, expect=200, **more):
        body = {"quantity": quantity, "centre": centre} | more
        return self.call(buyer, "PUT", f"/cart/lines/{listing}", body, expect=expect)

    def check_out(self, buyer, payment=None, expect=201, key=None):
        cart = self.call(buyer, "GET", "/cart", expect=200)
        body = {"expected_totals": cart["totals"], "payment": payment or AFTER_ACCEPTANCE}
        return self.call(buyer, "POST", "/checkout", body, expect=expect, key=key)

    def order(self, buyer, listing, centre, quantity, payment=None, confirm=None):
        """Order so many units, confirmed where a merchant is given; return the order's id and its sale."""
        self.put(buyer, listing, centre, quantity)
        (order_id,) = self.check_out(buyer, payment)["order_ids"]
        if confirm is not None:
            self.call(confirm, "POST", f"/orders/{order_id}/confirmation", expect=204)
        (sale,) = (
            row for row in self.call(buyer, "GET", "/centre-sales", expect=200)["items"] if row["order_id"] == order_id
        )
        return order_id, sale

    def import_pads(self, quantity=80, payment=None):
        return self.order(self.market.buyer, self.pads, self.hanoi, quantity, payment, confirm=self.market.thai)

    def buy_chains(self, quantity=80, payment=None):
        return self.order(self.wholesale, self.chains, self.chongqing, quantity, payment, confirm=self.market.merchant)

    def sale(self, sale, who=None):
        return self.call(who or self.operator, "GET", f"/centre-sales/{sale['id']}", expect=200)["sale"]

    def lot(self, lot):
        row = self.call(self.operator, "GET", f"/lots/{lot}", expect=200)["lot"]
        return row["on_hand"], row["promised"]

    def act(self, who, sale, act, body, expect=204):
        return self.call(who, "POST", f"/centre-sales/{sale['id']}/{act}", body, expect=expect)

    def name_broker(self, sale, who=None, expect=204):
        body = {"broker": str(self.broker.company)}
        return self.call(who or self.market.buyer, "PUT", f"/centre-sales/{sale['id']}/broker", body, expect=expect)
