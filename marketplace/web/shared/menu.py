"""The menu: what this reader may open, in the order of a working day."""

from typing import Any, NamedTuple

from flask import url_for
from flask_babel import lazy_gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel.actor import Actor


class Entry(NamedTuple):
    """A link of the menu and the permission it needs, None for everybody."""

    label: Any
    endpoint: str
    permission: Permission | None


ENTRIES: list[Entry] = [
    Entry(_("Products"), "catalog.products", None),
    Entry(_("Departures"), "logistics.departures", None),
    Entry(_("Selling"), "merchants.desk", Permission.CATALOG_LISTING_EDIT),
    Entry(_("Cart"), "checkout.cart", Permission.TRADE_CART_EDIT),
    Entry(_("Orders"), "orders.many", Permission.TRADE_ORDER_READ),
    Entry(_("Documents"), "documents.many", Permission.TRADE_DOCUMENT_READ),
    Entry(_("My listings"), "catalog.own", Permission.CATALOG_LISTING_EDIT),
    Entry(_("Bring a price list"), "imports.overview", Permission.CATALOG_IMPORT_RUN),
    Entry(_("Merchants"), "merchants.queue", Permission.OPERATOR_MERCHANT_REVIEW),
    Entry(_("Reviews"), "moderation.queue", Permission.OPERATOR_LISTING_MODERATE),
    Entry(_("To pack and hand over"), "operations.fulfilment", Permission.TRADE_ORDER_FULFIL),
    Entry(_("Consignments"), "operations.consignments", Permission.PARTNER_CONSIGNMENT_READ),
    Entry(_("Running departures"), "operations.departures", Permission.LOGISTICS_DEPARTURE_OPERATE),
    Entry(_("To pay"), "payments.to_pay", Permission.TRADE_PAYMENT_PAY),
    Entry(_("Money received"), "payments.received", Permission.TRADE_PAYMENT_CONFIRM),
    Entry(_("Claims"), "claims.many", Permission.TRADE_CLAIM_READ),
    Entry(_("Claims to decide"), "claims.many", Permission.OPERATOR_CLAIM_DECIDE),
    Entry(_("Owed back"), "payouts.returns", Permission.TRADE_PAYMENT_CONFIRM),
    Entry(_("Payouts"), "payouts.many", Permission.OPERATOR_PAYOUT_READ),
    Entry(_("Ledger"), "payments.books", Permission.OPERATOR_LEDGER_READ),
    Entry(_("Styleguide"), "operator.styleguide", Permission.OPERATOR_STYLEGUIDE_READ),
]


def menu_for(actor: Actor | None, path: str) -> list[dict[str, Any]]:
    """Return the links this reader may follow, the present one marked."""
    shown: list[dict[str, Any]] = []
    for entry in ENTRIES:
        if entry.permission is None or (actor is not None and actor.may(entry.permission)):
            href = url_for(entry.endpoint)
            shown.append({"label": entry.label, "href": href, "active": href.endswith(path) and path != "/"})
    return shown
