"""Tariff versions of lines, as operators keep them, and freight quotes."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.pricing import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import pricing as acts
from marketplace.edge.requests import pricing as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.pricing.queries import quotes
from marketplace.logistics.pricing.queries.versions import versions

api = Blueprint("api_pricing", __name__)

_EDIT = Permission.OPERATOR_NETWORK_EDIT


@api.get("/network/lines/<uuid:network_line_id>/tariffs")
@operation(answers={200: Items[answers.Version]}, tag="network", permission=_EDIT)
def tariffs(network_line_id: UUID) -> tuple[int, Items[answers.Version]]:
    """List every version of what a line charges, by place, the latest first."""
    session, now = reading(), clock.now()
    line = acts.line_of(session, network_line_id)
    return 200, Items[answers.Version](
        items=[answers.Version.of(row, now) for row in versions(session, line_id=line.id)]
    )


@api.post("/network/lines/<uuid:network_line_id>/tariffs")
@operation(answers={201: Created}, tag="network", permission=_EDIT, body=requests.TariffBody)
def enter(network_line_id: UUID, body: requests.TariffBody) -> tuple[int, Created]:
    """Let a line charge so much to a place from a day on; the version before ends then and stays on record."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.enter(session, network_line_id, body)))


@api.post("/freight-quotes")
@operation(
    answers={201: answers.Quote},
    tag="cart",
    permission=Permission.TRADE_CART_EDIT,
    body=requests.QuoteBody,
    idempotent=True,
)
def give_quote(body: requests.QuoteBody, session: Session) -> tuple[int, answers.Quote]:
    """Quote the freight of goods or of a load on a departure: it binds until it expires."""
    row = acts.quote(session, body)
    return 201, answers.Quote.of(row, quotes.rates_of_quote(session, tariff_id=row.tariff_id), clock.now())


@api.get("/freight-quotes/<uuid:freight_quote_id>")
@operation(answers={200: answers.Quote}, tag="cart", permission=Permission.TRADE_CART_EDIT)
def quote(freight_quote_id: UUID) -> tuple[int, answers.Quote]:
    """Show a freight quote that one's company was given."""
    return 200, answers.Quote.of(*acts.shown(freight_quote_id), clock.now())


@api.post("/departures/<uuid:departure_id>/whole-lorry")
@operation(answers={201: Created}, tag="orders", permission=Permission.TRADE_ORDER_PLACE, idempotent=True)
def take_whole(departure_id: UUID, session: Session) -> tuple[int, Created]:
    """Take the whole of a departure that carries nothing but confirmed goods whose freight one's company pays.

    Its price is shared over the lines aboard, what they were to pay beyond is credited; nobody else gets room on it.
    """
    return 201, Created(id=acts.take_whole(session, departure_id))
