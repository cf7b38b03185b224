"""A departure that its partners work, each in its own account: haulier, Vietnamese broker, merchant and buyer."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Flask

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from tests import factories
from tests.support.ways import Way

SIDES = NEAR, FAR = ("CN-YOUYIGUAN", "VN-HUUNGHI")
NUMBER = "106512345678"
BOX = {"length_cm": "40", "width_cm": "40", "height_cm": "60"}


class Lorry:
    """The first departure that an order is booked on, and everybody who has to do with it."""

    def __init__(self, app: Flask, call: Any, market: factories.Market, operator: factories.Trader) -> None:
        self.app, self.call, self.market, self.operator, now = app, call, market, operator, clock.now()
        self.haulier = market.carrier
        with unit_of_work() as session:
            self.broker = factories.trader(
                session, app, name="Hanoi Customs", country="VN", kind=CompanyKind.BROKER, now=now
            )
            self.strangers = {
                kind: factories.trader(session, app, name=f"Other {kind}", country="VN", kind=kind, now=now)
                for kind in (CompanyKind.BROKER, CompanyKind.CARRIER, CompanyKind.TRADE)
            }
        self.ways: list[Way] = []

    @property
    def id(self) -> str:
        """The departure's id."""
        return self.ways[0].booking["departure_id"]

    def order(self, *, pack: bool = True, secure: bool = True, **more: Any) -> Way:
        """Return an order whose room is confirmed, packed by its merchant."""
        way = Way(self.call, self.market, self.operator, **more)
        if secure:
            way.secure()
        if pack:
            way.pack()
        self.ways.append(way)
        return way

    def declares(self, who: factories.Trader, side: str = "import") -> None:
        """Let a broker declare what the lorry carries on a side."""
        self.operate("brokers", side=side, company=str(who.company))

    def operate(self, name: str, expect: int = 204, trader: factories.Trader | None = None, **body: Any) -> Any:
        """Act on the departure, as its operator where nobody is named."""
        return self.call(trader or self.operator, "POST", f"/departures/{self.id}/{name}", json=body, expect=expect)

    def report(self, who: factories.Trader, name: str, expect: int = 204, **body: Any) -> Any:
        """Act on the lorry as somebody who works on it."""
        return self.call(who, "POST", f"/lorries/{self.id}/{name}", json=body, expect=expect)

    def phone(self, kind: str, way: Way | None = None, *, minutes: int = 0, **said: Any) -> str:
        """Let the haulier's phone send what was done so many minutes ago; return what it is answered."""
        return self.answer(kind, way, minutes=minutes, **said)["answer"]

    def answer(self, kind: str, way: Way | None = None, *, minutes: int = 0, **said: Any) -> Any:
        """Let the haulier's phone send what was done; return the whole answer."""
        done_at = (clock.now() - timedelta(minutes=minutes)).isoformat()
        act = {"id": str(uuid4()), "kind": kind, "departure": self.id, "device": "haulier-1", "done_at": done_at}
        act |= {} if way is None else {"booking": way.booking["id"]}
        sent = self.call(self.haulier, "POST", "/handling-acts", json={"acts": [act | said]}, expect=200)
        return sent["answers"][0]

    def gate_in(self, way: Way, **said: Any) -> Any:
        """Let the haulier count, weigh and measure a consignment at the gate."""
        pieces = said.pop("pieces", 10)
        return self.answer("receive", way, pieces=pieces, **{"gross_kg": str(12.5 * pieces), **BOX, **said})

    def leave(self, *, seal: str = "CQ-204417") -> None:
        """Let the haulier load all that is at the hub, seal and go."""
        if self.seen()["departure"]["state"] == "open":
            self.operate("close")
        for way in self.ways:
            if way.booking["departure_id"] == self.id and way.booking["state"] == "cargo_received":
                assert self.phone("load", way, pieces=10) == "applied"
        assert self.phone("seal", seals=[seal], confirmed=True) == "applied"
        assert self.phone("gate_out") == "applied"

    def declare(self, way: Way, who: factories.Trader | None = None, expect: int = 201, **said: Any) -> Any:
        """Let the Vietnamese broker record the import declaration of a consignment."""
        day = closures.local_day("VN", clock.now()) - timedelta(days=1)
        body = {"side": "import", "number": NUMBER, "lodged_on": day.isoformat(), "cartons": 10} | said
        path = f"/bookings/{way.booking['id']}/declarations"
        return self.call(who or self.broker, "POST", path, json=body, expect=expect)

    def seen(self, who: factories.Trader | None = None) -> Any:
        """Return the lorry as somebody sees it, the haulier where nobody is named."""
        return self.call(who or self.haulier, "GET", f"/lorries/{self.id}", expect=200)

    def reached(self, who: factories.Trader | None = None) -> list[str]:
        """Return the places at which the lorry was."""
        return [stop["place"] for stop in self.seen(who)["way"] if stop["reached"]]

    def asked_of_others(self, way: Way, declaration_id: str) -> Iterator[tuple[str, str, str, dict[str, Any] | None]]:
        """Yield method, path with ``{}``, id and body of everything that belongs to the companies on this lorry."""
        booking, line = way.booking["id"], way.line_id
        yield from (("GET", path, self.id, None) for path in ("/lorries/{}", "/departures/{}/work"))
        yield "GET", "/fleet/departures/{}/crews", self.id, None
        for name, body in (
            ("at-border", {}), ("clear", {}), ("resume", {}), ("hold", {"cause": "customs"}),
            ("expected-arrival", {"place": factories.HANOI, "expected_at": _soon()}),
        ):  # fmt: skip
            yield "POST", f"/lorries/{{}}/{name}", self.id, body
        swap = {"place": factories.HUB, "cause": "breakdown", "seal_number": "S-1"}
        yield "POST", "/departures/{}/swaps", self.id, swap
        declared = {"side": "import", "number": NUMBER, "lodged_on": "2026-01-05", "cartons": 1}
        yield "POST", "/bookings/{}/declarations", booking, declared
        yield "POST", "/declarations/{}/amendments", declaration_id, {"change": "roll", "number": "A-001"}
        yield "POST", "/bookings/{}/receipt", booking, {"cartons": 1}
        yield "GET", "/bookings/{}/tracking-links", booking, None
        yield "POST", "/order-lines/{}/handover", line, {"cartons_received": 1, "gross_kg": "1", "m3": "0.1"}
        yield "POST", "/order-lines/{}/packing", line, {"cartons": 1}
        yield "GET", "/orders/{}", way.order_id, None
        for document in way.order()["documents"]:
            yield "GET", "/documents/{}", document["id"], None

    def is_as_unknown(self, who: factories.Trader, asked: tuple[str, str, str, dict[str, Any] | None]) -> bool:
        """Tell whether somebody is answered about an id as about one that was never given: 404, or 403 for all ids."""
        method, path, real, body = asked
        there, nowhere = (
            self.call(who, method, path.format(each), **({} if body is None else {"json": body}))
            for each in (real, str(new_id()))
        )
        same = [(one["status"], one["type"], one["title"]) for one in (there, nowhere)]
        return same[0] == same[1] and same[0][0] in (403, 404)


def _soon() -> str:
    return (clock.now() + timedelta(days=3)).isoformat()
