"""What differs between the card provider's books and the city's, for the operator's finance people."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import bookings as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import bookings as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.web.shared import acts as forms
from marketplace.web.treasury.blueprint import pages


@pages.get("/operator/provider-bookings")
@requires(Permission.OPERATOR_PAYOUT_READ, twin="GET /api/v1/provider-bookings")
def bookings() -> str:
    """List what differs."""
    return _bookings()


@pages.post("/operator/provider-bookings/<uuid:booking_id>/resolution")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/provider-bookings/{id}/resolution")
def resolve_booking(booking_id: UUID) -> Any:
    """Say why a line is right all the same."""

    def work(session: Any) -> str:
        acts.resolve(session, booking_id, parse_form(requests.Resolution, request.form))
        return url_for("treasury.bookings")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _bookings)
    flash(_("Written down."), "good")
    return done


def _bookings(**shown: Any) -> str:
    session = reading()
    search = parse(requests.BookingsQuery, request.args.to_dict())
    return render_template(
        "payments/bookings.html",
        page=acts.many(session, search),
        search=search,
        run=acts.latest(session),
        money_of=_money,
        zone=house_clock(session),
        **{"refusal": None, "errors": {}, "values": {}, **shown},
    )


def _money(minor: int | None, currency: str) -> Money | str:
    """Return an amount; a dash for nothing, digits alone for a currency that nobody trades in here."""
    if minor is None:
        return "–"
    return Money(minor, currency) if currency in MINOR_UNITS else f"{minor} {currency}"
