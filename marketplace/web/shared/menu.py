"""The menu: what this reader may open, in the order of a working day; what belongs together under one station."""

from functools import lru_cache
from typing import Any, Final, NamedTuple

from flask import request, url_for
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel.actor import Actor
from marketplace.web.shared import locale

SELLS: Final = "sells"  # the company is, or asked to become, a merchant; or it is no trader at all
LETTERS: Final = "letters"  # what is sent lands here and reaches nobody


class Entry(NamedTuple):
    """A link of the menu, the permission it needs (None for everybody), and the fact that gives it a sense.

    ``beside``: pages that belong to it though their addresses do not lie below its own.
    """

    label: Any
    endpoint: str
    permission: Permission | None
    given: str = ""
    beside: tuple[str, ...] = ()


class Group(NamedTuple):
    """Links that share a station; with one of them to follow it stands alone."""

    label: Any
    entries: tuple[Entry, ...]


_OWN: Final = ("catalog.grid", "catalog.figures", "catalog.ending_papers")
MENU: tuple[Entry | Group, ...] = (
    Entry(_("Products"), "catalog.products", None),
    Entry(_("Departures"), "logistics.departures", None),
    Group(
        _("On site"),
        (
            Entry(_("Showroom"), "showroom.halls", None),
            Entry(_("Pavilions"), "showroom.pavilions", None),
            Entry(_("Events"), "showroom.fairs", None),
            Entry(_("Ask the city"), "showroom.enquiry_form", None),
        ),
    ),
    Entry(_("Cart"), "checkout.cart", Permission.TRADE_CART_EDIT),
    Entry(_("Orders"), "orders.many", Permission.TRADE_ORDER_READ),
    Entry(_("Approvals"), "approvals.desk", Permission.COMPANY_APPROVAL_DECIDE),
    Group(
        _("Saved and said"),
        (
            Entry(_("Saved lists"), "lists.many", Permission.TRADE_CART_EDIT),
            Entry(_("Your questions"), "questions.mine", Permission.EXCHANGE_QUESTION_ASK),
            Entry(_("Your reviews"), "reviews.mine", Permission.TRADE_ORDER_ACCEPT),
        ),
    ),
    Group(
        _("Selling"),
        (
            Entry(_("Sell"), "merchants.desk", Permission.CATALOG_LISTING_EDIT),
            Entry(_("My listings"), "catalog.own", Permission.CATALOG_LISTING_EDIT, given=SELLS, beside=_OWN),
            Entry(_("Storefront"), "showroom.storefront", Permission.CATALOG_LISTING_EDIT, given=SELLS),
            Entry(_("My booths"), "showroom.own_booths", Permission.CATALOG_LISTING_EDIT, given=SELLS),
            Entry(_("Leads"), "showroom.leads", Permission.TRADE_LEAD_ANSWER, given=SELLS),
            Entry(_("Events we take part in"), "showroom.own_fairs", Permission.CATALOG_LISTING_EDIT, given=SELLS),
            Entry(_("Shared pages"), "catalog.proposals", Permission.CATALOG_LISTING_EDIT, given=SELLS),
            Entry(_("Prices and customers"), "prices.desk", Permission.CATALOG_LISTING_EDIT, given=SELLS),
            Entry(_("Bring a price list"), "imports.overview", Permission.CATALOG_IMPORT_RUN, given=SELLS),
            Entry(_("Stock in distribution centres"), "centres.stock", Permission.CATALOG_LISTING_EDIT, given=SELLS),
            Entry(_("To pack and hand over"), "operations.fulfilment", Permission.TRADE_ORDER_FULFIL, given=SELLS),
            Entry(_("Questions"), "questions.owed", Permission.EXCHANGE_ANSWER_WRITE, given=SELLS),
            Entry(_("Reviews of goods"), "reviews.received", Permission.EXCHANGE_ANSWER_WRITE, given=SELLS),
        ),
    ),
    Entry(_("Consignments"), "operations.consignments", Permission.PARTNER_CONSIGNMENT_READ),
    Entry(_("Cargo insurance"), "insurance.insured", Permission.PARTNER_INSURANCE_ANSWER),
    Entry(_("Lorries on the road"), "road.lorries", Permission.LOGISTICS_ROAD_RECORD),
    Group(
        _("Fleet"),
        (
            Entry(_("Vehicles and drivers"), "fleet.own", Permission.PARTNER_FLEET_KEEP),
            Entry(_("Hauls for others"), "fleet.own_hauls", Permission.PARTNER_FLEET_KEEP),
            Entry(_("Invoices for departures"), "costs.mine", Permission.PARTNER_INVOICE_SEND),
        ),
    ),
    Group(
        _("Centres"),
        (
            Entry(_("Work in your centres"), "centres.work", Permission.PARTNER_CENTRE_KEEP),
            Entry(_("Distribution centres"), "centres.desk", Permission.PARTNER_CENTRE_KEEP),
        ),
    ),
    Entry(_("To release from bond"), "centres.releases", Permission.PARTNER_RELEASE_RECORD),
    Entry(_("Desk"), "operator.desk", Permission.OPERATOR_DESK_READ),
    Group(
        _("Merchants"),
        (
            Entry(_("Applications"), "merchants.queue", Permission.OPERATOR_MERCHANT_REVIEW),
            Entry(_("Papers to look at"), "merchants.board", Permission.OPERATOR_MERCHANT_REVIEW),
            Entry(_("Like an entry of a list"), "merchants.hits", Permission.OPERATOR_MERCHANT_REVIEW),
            Entry(_("Asked of companies"), "merchants.rules", Permission.OPERATOR_SETTINGS_EDIT),
            Entry(_("Reasons for decisions"), "moderation.review_reasons", Permission.OPERATOR_SETTINGS_EDIT),
        ),
    ),
    Group(
        _("Reviews"),
        (
            Entry(_("Listings"), "moderation.queue", Permission.OPERATOR_LISTING_MODERATE),
            Entry(_("Storefronts"), "showroom.storefronts", Permission.OPERATOR_LISTING_MODERATE),
            Entry(_("What companies say"), "remarks.said", Permission.OPERATOR_LISTING_MODERATE),
            Entry(_("Proposed shared pages"), "catalog.wishes", Permission.OPERATOR_LISTING_MODERATE),
            Entry(_("Attributes"), "catalog.attributes", Permission.OPERATOR_LISTING_MODERATE),
            Entry(_("Brands"), "catalog.brands", Permission.OPERATOR_LISTING_MODERATE),
        ),
    ),
    Entry(_("Restricted goods"), "customs.restrictions", Permission.OPERATOR_CUSTOMS_EDIT),
    Group(
        _("Run the site"),
        (
            Entry(_("Halls and booths"), "showroom.run_halls", Permission.OPERATOR_SHOWROOM_RUN),
            Entry(_("Run events"), "showroom.run_fairs", Permission.OPERATOR_SHOWROOM_RUN),
            Entry(_("Enquiries"), "showroom.enquiries", Permission.OPERATOR_SHOWROOM_RUN),
        ),
    ),
    Group(
        _("Lorries"),
        (
            Entry(
                _("Running departures"),
                "operations.departures",
                Permission.LOGISTICS_DEPARTURE_OPERATE,
                beside=("operations.vehicle_types", "boards.lorry_days", "operations.plans"),
            ),
            Entry(_("What departures cost"), "costs.month", Permission.OPERATOR_COST_READ),
            Entry(_("Cargo insurance"), "insurance.every", Permission.LOGISTICS_DEPARTURE_OPERATE),
            Entry(_("Fees for lorries"), "fees.desk", Permission.OPERATOR_COST_READ, beside=("fees.rules",)),
            Entry(_("Charges of held lorries"), "holds.desk", Permission.OPERATOR_COST_READ, beside=("holds.rules",)),
            Entry(_("Whole lorries"), "hires.desk", Permission.OPERATOR_COST_READ),
            Entry(_("Corridor statistics"), "statistics.figures", Permission.LOGISTICS_DEPARTURE_OPERATE),
            Entry(_("Vehicles and drivers"), "fleet.everything", Permission.LOGISTICS_DEPARTURE_OPERATE),
            Entry(_("Lines and borders"), "operator.network", Permission.OPERATOR_NETWORK_EDIT),
            Entry(_("Where the centres are"), "centres.many", Permission.OPERATOR_NETWORK_EDIT),
            Entry(_("Emission factors"), "itineraries.desk", Permission.OPERATOR_SETTINGS_EDIT),
            Entry(_("What insurers offer"), "insurance.covers", Permission.OPERATOR_SETTINGS_EDIT),
        ),
    ),
    Entry(_("Claims to decide"), "claims.many", Permission.OPERATOR_CLAIM_DECIDE),
    Group(
        _("Money"),
        (
            Entry(_("Overview"), "cash.overview", Permission.TRADE_STATEMENT_READ),
            Entry(_("The week"), "week.week", Permission.TRADE_STATEMENT_READ),
            Entry(_("To pay"), "payments.to_pay", Permission.TRADE_PAYMENT_PAY),
            Entry(_("Surcharges for freight"), "handling.surcharges", Permission.TRADE_PAYMENT_PAY),
            Entry(_("Fees for lorries"), "fees.mine", Permission.TRADE_PAYMENT_READ),
            Entry(_("Charges of held lorries"), "holds.mine", Permission.TRADE_PAYMENT_READ),
            Entry(_("Whole lorries"), "hires.mine", Permission.TRADE_PAYMENT_READ),
            Entry(_("Money received"), "payments.received", Permission.TRADE_PAYMENT_CONFIRM),
            Entry(_("Bank statements"), "bank.statements", Permission.TRADE_TRANSFER_RECORD),
            Entry(_("The house's bank"), "bank.house", Permission.OPERATOR_PAYOUT_READ),
            Entry(_("Trading company"), "trading.desk", Permission.OPERATOR_LEDGER_READ),
            Entry(_("Owed directly"), "payouts.returns", Permission.TRADE_PAYMENT_CONFIRM),
            Entry(_("Payouts"), "payouts.many", Permission.TRADE_PAYOUT_READ),
            Entry(_("Reconciliation"), "reconciliation.board", Permission.OPERATOR_PAYOUT_READ),
            Entry(_("Money to look after"), "treasury.desk", Permission.OPERATOR_PAYOUT_READ),
            Entry(_("Other accounts for placed orders"), "orders.payee_changes", Permission.OPERATOR_PAYOUT_APPROVE),
            Entry(_("The card provider's books"), "treasury.bookings", Permission.OPERATOR_PAYOUT_READ),
            Entry(_("Card disputes"), "treasury.disputes", Permission.OPERATOR_PAYOUT_READ),
            Entry(_("Credit of buyers"), "merchants.buyers", Permission.OPERATOR_CREDIT_EDIT),
            Entry(_("Statement"), "payments.statement", Permission.TRADE_STATEMENT_READ),
            Entry(_("Official invoices"), "invoices.many", Permission.TRADE_INVOICE_RECORD),
            Entry(_("Accounts"), "merchants.payees", Permission.COMPANY_PAYEE_EDIT, given=SELLS),
            Entry(_("Credit with merchants"), "credit.had", Permission.TRADE_PAYMENT_PAY),
            Entry(_("Credit for buyers"), "credit.given", Permission.TRADE_PLAN_EDIT, given=SELLS),
            Entry(_("Payment plans"), "plans.many", Permission.TRADE_PLAN_EDIT, given=SELLS),
            Entry(_("Selling to the trading company"), "trading.mine", Permission.TRADE_PLAN_EDIT, given=SELLS),
            Entry(_("Ledger"), "payments.books", Permission.OPERATOR_LEDGER_READ),
        ),
    ),
    Entry(_("Documents"), "documents.many", Permission.TRADE_DOCUMENT_READ),
    Entry(_("Claims"), "claims.many", Permission.TRADE_CLAIM_READ),
    Entry(_("Inspections"), "inspections.many", Permission.TRADE_INSPECTION_READ),
    Entry(_("Samples"), "samples.many", Permission.TRADE_ORDER_READ),
    Group(
        _("City"),
        (
            Entry(_("People"), "operator.people", Permission.OPERATOR_PERSON_MANAGE),
            Entry(_("Partner companies"), "operator.partners", Permission.OPERATOR_COMPANY_ADMIT),
            Entry(_("Audit trail"), "operator.trail", Permission.OPERATOR_AUDIT_READ),
        ),
    ),
    Entry(_("Messages"), "operator.messages", Permission.OPERATOR_MAIL_READ, given=LETTERS),
    Entry(_("Styleguide"), "operator.styleguide", Permission.OPERATOR_STYLEGUIDE_READ),
)


class _Station(NamedTuple):
    """The links of a station by address, and its own label where it has one besides theirs."""

    label: Any
    links: dict[str, Any]


class _Offer(NamedTuple):
    """What readers with the same rights are offered, and where the pages of each link begin, with its address."""

    stations: tuple[_Station, ...]
    begins: dict[str, str]


def menu_for(actor: Actor | None, path: str, facts: frozenset[str]) -> list[dict[str, Any]]:
    """Return the links this reader may follow, each page once under its first name, the present one marked.

    ``path``: the address that is shown, with its language; a page below an entry's marks that entry.
    """
    offer = _offer(request.script_root, locale.current(), actor.permissions if actor else None, facts)
    above = [start for start in offer.begins if path == start or path.startswith(f"{start}/")]
    here = offer.begins[max(above, key=len)] if above else None
    shown: list[dict[str, Any]] = []
    for label, links in offer.stations:
        items = [{"label": word, "href": href, "active": href == here} for href, word in links.items()]
        if label is not None and len(items) > 1:
            shown.append({"label": label, "href": items[0]["href"], "active": here in links, "items": items})
        else:
            shown.extend(items)
    return shown


@lru_cache(maxsize=512)
def _offer(_script_root: str, _language: str, permissions: frozenset[str] | None, facts: frozenset[str]) -> _Offer:
    """Return the menu of these rights in the language of the path, put together once: it is made of nothing else."""

    def word(label: Any) -> Markup:
        return Markup(label)  # noqa: S704  a catalogue's

    seen: set[str] = set()
    stations: list[_Station] = []
    beside: dict[str, str] = {}
    for station in MENU:
        label, entries = (word(station.label), station.entries) if isinstance(station, Group) else (None, (station,))
        open_to = [(url_for(entry.endpoint), entry) for entry in entries if _may(entry, permissions, facts)]
        links = {href: word(entry.label) for href, entry in open_to if href not in seen}
        stations.append(_Station(label, links))
        for entry in entries:
            if entry.beside and (href := url_for(entry.endpoint)) in links:
                beside |= dict.fromkeys(map(url_for, entry.beside), href)
        seen.update(href for href, _ in open_to)
    return _Offer(tuple(stations), {href: href for station in stations for href in station.links} | beside)


def _may(entry: Entry, permissions: frozenset[str] | None, facts: frozenset[str]) -> bool:
    if entry.given and entry.given not in facts:
        return False
    return entry.permission is None or (permissions is not None and entry.permission in permissions)
