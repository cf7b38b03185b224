"""From which distribution centre goods are sold, as buyers read it."""

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.distribution.centres import queries
from marketplace.distribution.centres.queries import Sold
from marketplace.logistics.centres.rules.lots import Status
from marketplace.web.shared import goods, locale

Lying: TypeAlias = Mapping[UUID, tuple[Sold, ...]]


def lying(session: Session, listing_ids: Collection[UUID]) -> Lying:
    """Return from which centres goods are sold, by listing."""
    return queries.sold_from(session, listing_ids=listing_ids)


def facts(found: Lying) -> tuple[Any, ...]:
    """Return what a page that says it is made from."""
    return tuple((row.listing_id, row.centre_id, row.status, row.left) for rows in found.values() for row in rows)


def on_cards(cards: list[dict[str, Any]], found: Lying) -> list[dict[str, Any]]:
    """Say on the cards of a shelf where their goods lie."""
    for card in cards:
        if card["id"] in found:
            card["lies"] = [said(row) for row in found[card["id"]]]
    return cards


def said(row: Sold) -> str:
    """Return where goods lie, under which status, and as what they are sold."""
    name = row.place.called(locale.current())
    if row.status is Status.BONDED:
        return _("In bond at %(centre)s – sold as an import", centre=name)
    country = goods.country(row.place.country)
    words = {"centre": name, "country": country, "currency": row.currency}
    return _("Cleared, in %(country)s at %(centre)s – sold in %(currency)s", **words)


def whole(row: Sold) -> dict[str, Any]:
    """Return the same for a listing's own page, with what is left and what is still to come."""
    return {
        "said": said(row),
        "left": row.left,
        "is_bonded": row.status is Status.BONDED,
        "centre_id": row.centre_id,
        "name": row.place.called(locale.current()),
    }
