"""Every API blueprint, in one list."""

from flask import Flask, Response, jsonify

from marketplace.api.accounts.handovers import api as handovers
from marketplace.api.accounts.inbox import api as inbox
from marketplace.api.accounts.members import api as members
from marketplace.api.accounts.people import api as people
from marketplace.api.accounts.views import api as accounts
from marketplace.api.approvals.views import api as approvals
from marketplace.api.bank.views import api as bank
from marketplace.api.boards.views import api as boards
from marketplace.api.cash.views import api as cash
from marketplace.api.catalog import currencies as catalog_currencies
from marketplace.api.catalog import figures as catalog_figures
from marketplace.api.catalog import variants as catalog_variants
from marketplace.api.catalog import warehouses as catalog_warehouses
from marketplace.api.catalog.commodities import api as commodities
from marketplace.api.catalog.ending import api as ending
from marketplace.api.catalog.views import api as catalog
from marketplace.api.centre_sales.views import api as centre_sales
from marketplace.api.centres.views import api as centres
from marketplace.api.checkout.views import api as checkout
from marketplace.api.claims.views import api as claims
from marketplace.api.comparison.views import api as comparison
from marketplace.api.costs.invoices import api as partner_invoices
from marketplace.api.costs.views import api as costs
from marketplace.api.customs.views import api as customs
from marketplace.api.documents.views import api as documents
from marketplace.api.fees.views import api as fees
from marketplace.api.files.views import api as files
from marketplace.api.fleet.hauls import api as hauls
from marketplace.api.fleet.own import api as own_crews
from marketplace.api.fleet.views import api as fleet
from marketplace.api.handling import surcharges as handling_surcharges
from marketplace.api.handling.views import api as handling
from marketplace.api.hires.views import api as hires
from marketplace.api.holds.views import api as holds
from marketplace.api.imports.fitments import api as fitments
from marketplace.api.imports.views import api as imports
from marketplace.api.inspections.views import api as inspections
from marketplace.api.insurance.views import api as insurance
from marketplace.api.invoices.views import api as official_invoices
from marketplace.api.itineraries.views import api as itineraries
from marketplace.api.jobs.views import api as jobs
from marketplace.api.lists.views import api as lists
from marketplace.api.logistics.views import api as logistics
from marketplace.api.merchants.closures import api as closures
from marketplace.api.merchants.levels import api as levels
from marketplace.api.merchants.screening import api as screening
from marketplace.api.merchants.views import api as merchants
from marketplace.api.moderation.views import api as moderation
from marketplace.api.network.lines import api as network_lines
from marketplace.api.network.views import api as network
from marketplace.api.operations import other_lorry
from marketplace.api.operations import planning as operated_plans
from marketplace.api.operations.floor import api as floor
from marketplace.api.operations.views import api as operations
from marketplace.api.orders.changes import api as order_changes
from marketplace.api.orders.notes import api as notes
from marketplace.api.orders.payees import api as payee_changes
from marketplace.api.orders.readiness import api as readiness
from marketplace.api.orders.views import api as orders
from marketplace.api.payments.credit import api as credit
from marketplace.api.payments.plans import api as plans
from marketplace.api.payments.trading import api as trading
from marketplace.api.payments.views import api as payments
from marketplace.api.payments.webhooks import api as webhooks
from marketplace.api.payouts import remitting as payout_accounts
from marketplace.api.payouts import views as payout_views
from marketplace.api.payouts.blueprint import api as payouts
from marketplace.api.prices.views import api as prices
from marketplace.api.pricing.views import api as pricing
from marketplace.api.reconciliation.views import api as reconciliation
from marketplace.api.remarks.views import api as remarks
from marketplace.api.reviews.views import api as reviews
from marketplace.api.rides.views import api as rides
from marketplace.api.road.views import api as road
from marketplace.api.samples.views import api as samples
from marketplace.api.search.views import api as search
from marketplace.api.settings.views import api as settings
from marketplace.api.shared.operations import spec
from marketplace.api.showroom import enquiries as showroom_enquiries
from marketplace.api.showroom import fairs as showroom_fairs
from marketplace.api.showroom import halls as showroom_halls
from marketplace.api.showroom import storefronts as showroom_storefronts
from marketplace.api.showroom.blueprint import api as showroom
from marketplace.api.statements.views import api as statements
from marketplace.api.statistics.views import api as statistics
from marketplace.api.tracking.views import api as tracking
from marketplace.api.treasury import bookings as treasury_bookings
from marketplace.api.treasury import disputes as treasury_disputes
from marketplace.api.treasury import holds as treasury_holds
from marketplace.api.treasury import views as treasury_views
from marketplace.api.treasury.blueprint import api as treasury
from marketplace.api.waybills.views import api as waybills
from marketplace.api.week.views import api as week
from marketplace.config import Settings
from marketplace.edge.http import csrf
from marketplace.edge.permissions import public

BLUEPRINTS = (
    accounts,
    approvals,
    catalog,
    checkout,
    bank,
    boards,
    claims,
    inspections,
    closures,
    commodities,
    comparison,
    costs,
    fees,
    holds,
    hires,
    partner_invoices,
    documents,
    files,
    handling,
    handovers,
    ending,
    imports,
    fitments,
    inbox,
    insurance,
    itineraries,
    jobs,
    levels,
    screening,
    lists,
    fleet,
    centre_sales,
    hauls,
    centres,
    own_crews,
    logistics,
    members,
    merchants,
    customs,
    moderation,
    notes,
    network,
    network_lines,
    pricing,
    operations,
    rides,
    floor,
    orders,
    readiness,
    order_changes,
    payee_changes,
    payments,
    cash,
    reconciliation,
    week,
    plans,
    credit,
    trading,
    payouts,
    people,
    remarks,
    prices,
    reviews,
    road,
    samples,
    search,
    settings,
    showroom,
    statements,
    statistics,
    official_invoices,
    tracking,
    waybills,
    treasury,
)
# The modules that hang their calls on a blueprint which several share.
VIEWS = (
    handling_surcharges,
    catalog_currencies,
    catalog_figures,
    catalog_variants,
    catalog_warehouses,
    showroom_enquiries,
    showroom_fairs,
    showroom_halls,
    showroom_storefronts,
    payout_accounts,
    operated_plans,
    other_lorry,
    payout_views,
    treasury_bookings,
    treasury_disputes,
    treasury_holds,
    treasury_views,
)


def init_app(app: Flask, _settings: Settings) -> None:
    """Mount the API; it takes no cookies, so it needs no CSRF token."""
    for blueprint in BLUEPRINTS:
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint, url_prefix="/api/v1")
    # The card provider knows one address, without a version of ours in it.
    csrf.exempt(webhooks)
    app.register_blueprint(webhooks)
    # Not spec.register(): it would leave everything under its own path out of the document.
    spec.app = app
    app.add_url_rule("/api/v1/openapi.json", "openapi", _describe)


@public("integrators read it before they have an account")
def _describe() -> Response:
    """Give the OpenAPI document of the API."""
    return jsonify(spec.spec)
