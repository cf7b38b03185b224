"""Every blueprint of pages, in one list."""

from flask import Flask
from flask_babel import Babel

from marketplace import paths
from marketplace.config import Settings
from marketplace.web.accounts import access, company, entry, handovers, inbox, members, units, views
from marketplace.web.accounts.blueprint import pages as accounts
from marketplace.web.approvals import cases as approval_cases
from marketplace.web.approvals import policies as approval_policies
from marketplace.web.approvals import ranges as approval_ranges
from marketplace.web.approvals.blueprint import pages as approvals
from marketplace.web.bank.views import pages as bank
from marketplace.web.boards.views import pages as boards
from marketplace.web.cash.views import pages as cash
from marketplace.web.catalog import commodities as catalog_commodities
from marketplace.web.catalog import currencies as catalog_currencies
from marketplace.web.catalog import details as catalog_details
from marketplace.web.catalog import ending as catalog_ending
from marketplace.web.catalog import figures as catalog_figures
from marketplace.web.catalog import grid as catalog_grid
from marketplace.web.catalog import merchant as catalog_merchant
from marketplace.web.catalog import notes as catalog_notes
from marketplace.web.catalog import texts as catalog_texts
from marketplace.web.catalog import variants as catalog_variants
from marketplace.web.catalog import views as catalog_views
from marketplace.web.catalog import warehouses as catalog_warehouses
from marketplace.web.catalog.blueprint import pages as catalog
from marketplace.web.centres import keeper as centre_keeper
from marketplace.web.centres import operator as centre_operator
from marketplace.web.centres import owner as centre_owner
from marketplace.web.centres import sales as centre_sales
from marketplace.web.centres import work as centre_work
from marketplace.web.centres.blueprint import pages as centres
from marketplace.web.checkout import again as checkout_again
from marketplace.web.checkout import quick as checkout_quick
from marketplace.web.checkout import views as checkout_views
from marketplace.web.checkout.blueprint import pages as checkout
from marketplace.web.claims.views import pages as claims
from marketplace.web.comparison.views import pages as comparison
from marketplace.web.costs import invoices as cost_invoices
from marketplace.web.costs import views as cost_views
from marketplace.web.costs.blueprint import pages as costs
from marketplace.web.customs.views import pages as customs
from marketplace.web.discovery.views import pages as discovery
from marketplace.web.documents.views import pages as documents
from marketplace.web.fees.views import pages as fees
from marketplace.web.fleet import crews as fleet_crews
from marketplace.web.fleet import hauls as fleet_hauls
from marketplace.web.fleet import operator as fleet_operator
from marketplace.web.fleet import own_crews as fleet_own_crews
from marketplace.web.fleet import partner as fleet_partner
from marketplace.web.fleet import rotations as fleet_rotations
from marketplace.web.fleet.blueprint import pages as fleet
from marketplace.web.handling import surcharges as handling_surcharges
from marketplace.web.handling.views import pages as handling
from marketplace.web.hires.views import pages as hires
from marketplace.web.home.views import pages as home
from marketplace.web.imports.fitments import pages as fitments
from marketplace.web.imports.views import pages as imports
from marketplace.web.inspections.views import pages as inspections
from marketplace.web.insurance.views import pages as insurance
from marketplace.web.invoices.views import pages as official_invoices
from marketplace.web.itineraries.views import pages as itineraries
from marketplace.web.jobs.views import pages as jobs
from marketplace.web.lists import adding as list_adding
from marketplace.web.lists import views as list_views
from marketplace.web.lists.blueprint import pages as lists
from marketplace.web.logistics.views import pages as logistics
from marketplace.web.merchants import closures as merchant_closures
from marketplace.web.merchants import desk, levels, requirements, review, screening
from marketplace.web.merchants.blueprint import pages as merchants
from marketplace.web.moderation import many as moderated_many
from marketplace.web.moderation import reporting as moderated_reporting
from marketplace.web.moderation import views as moderated_views
from marketplace.web.moderation.blueprint import pages as moderation
from marketplace.web.operations import bookings as operated_bookings
from marketplace.web.operations import departures as operated_departures
from marketplace.web.operations import floor as operated_floors
from marketplace.web.operations import lines as operated_lines
from marketplace.web.operations import other_lorry as operated_lorry
from marketplace.web.operations import planning as operated_plans
from marketplace.web.operations import returns as operated_returns
from marketplace.web.operations import rides as operated_rides
from marketplace.web.operations.blueprint import pages as operations
from marketplace.web.operator import lines as operator_lines
from marketplace.web.operator import network as operator_network
from marketplace.web.operator import people as operator_people
from marketplace.web.operator import tariffs as operator_tariffs
from marketplace.web.operator import views as operator_views
from marketplace.web.operator.blueprint import pages as operator
from marketplace.web.orders import changes as order_changes
from marketplace.web.orders import notes as order_notes
from marketplace.web.orders import payees as order_payees
from marketplace.web.orders.readiness import pages as readiness
from marketplace.web.orders.views import pages as orders
from marketplace.web.payments.credit import pages as credit
from marketplace.web.payments.plans import pages as plans
from marketplace.web.payments.trading import pages as trading
from marketplace.web.payments.views import pages as payments
from marketplace.web.payouts import account as payout_account
from marketplace.web.payouts import views as payout_views
from marketplace.web.payouts.blueprint import pages as payouts
from marketplace.web.prices import groups as price_groups
from marketplace.web.prices import lists as price_lists
from marketplace.web.prices import readers as price_readers
from marketplace.web.prices import wishes as price_wishes
from marketplace.web.prices.blueprint import pages as prices
from marketplace.web.questions.views import pages as questions
from marketplace.web.reconciliation.views import pages as reconciliation
from marketplace.web.remarks.views import pages as remarks
from marketplace.web.reviews.views import pages as reviews
from marketplace.web.road.views import pages as road
from marketplace.web.samples.views import pages as samples
from marketplace.web.search.views import pages as search
from marketplace.web.settings.views import pages as settings
from marketplace.web.shared import discovery as discoveries
from marketplace.web.shared import locale, moulds, render, returning, words
from marketplace.web.showroom import booths as showroom_booths
from marketplace.web.showroom import enquiries as showroom_enquiries
from marketplace.web.showroom import fairs as showroom_fairs
from marketplace.web.showroom import halls as showroom_halls
from marketplace.web.showroom import labels as showroom_labels
from marketplace.web.showroom import leads as showroom_leads
from marketplace.web.showroom import pavilions as showroom_pavilions
from marketplace.web.showroom import storefronts as showroom_storefronts
from marketplace.web.showroom import tenants as showroom_tenants
from marketplace.web.showroom.blueprint import pages as showroom
from marketplace.web.statements.views import pages as statements
from marketplace.web.statistics.views import pages as statistics
from marketplace.web.tracking.views import pages as tracking
from marketplace.web.treasury import bookings as treasury_bookings
from marketplace.web.treasury import disputes as treasury_disputes
from marketplace.web.treasury import views as treasury_views
from marketplace.web.treasury.blueprint import pages as treasury
from marketplace.web.waybills.views import pages as waybills
from marketplace.web.week.views import pages as week

BLUEPRINTS = (
    home,
    accounts,
    approvals,
    catalog,
    customs,
    discovery,
    documents,
    jobs,
    boards,
    centres,
    fleet,
    handling,
    itineraries,
    logistics,
    imports,
    fitments,
    merchants,
    moderation,
    operations,
    operator,
    payments,
    cash,
    reconciliation,
    week,
    plans,
    credit,
    trading,
    payouts,
    questions,
    remarks,
    prices,
    reviews,
    road,
    samples,
    lists,
    comparison,
    costs,
    fees,
    hires,
    statements,
    statistics,
    official_invoices,
    tracking,
    waybills,
    insurance,
    treasury,
    search,
    settings,
    showroom,
    checkout,
    bank,
    claims,
    inspections,
    orders,
    readiness,
)
# The modules that hang their views on a blueprint which several share.
VIEWS = (
    centre_keeper,
    centre_operator,
    centre_owner,
    centre_sales,
    centre_work,
    fleet_crews,
    fleet_hauls,
    fleet_operator,
    fleet_own_crews,
    fleet_partner,
    fleet_rotations,
    approval_cases,
    approval_policies,
    approval_ranges,
    cost_invoices,
    cost_views,
    handling_surcharges,
    company,
    entry,
    views,
    members,
    handovers,
    access,
    inbox,
    units,
    merchant_closures,
    catalog_notes,
    order_changes,
    order_payees,
    order_notes,
    checkout_again,
    checkout_quick,
    list_adding,
    list_views,
    checkout_views,
    catalog_views,
    catalog_warehouses,
    catalog_merchant,
    catalog_commodities,
    catalog_details,
    catalog_ending,
    catalog_texts,
    catalog_currencies,
    catalog_variants,
    catalog_figures,
    catalog_grid,
    desk,
    screening,
    levels,
    requirements,
    review,
    moderated_many,
    moderated_reporting,
    moderated_views,
    operated_bookings,
    operated_departures,
    operated_floors,
    operated_lines,
    operated_lorry,
    operated_plans,
    operated_returns,
    operated_rides,
    operator_lines,
    operator_network,
    operator_people,
    operator_tariffs,
    operator_views,
    price_groups,
    price_lists,
    price_readers,
    price_wishes,
    showroom_booths,
    showroom_enquiries,
    showroom_fairs,
    showroom_halls,
    showroom_labels,
    showroom_leads,
    showroom_pavilions,
    showroom_storefronts,
    showroom_tenants,
    payout_account,
    payout_views,
    treasury_bookings,
    treasury_disputes,
    treasury_views,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Mount the pages, their languages and what their templates are given."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(paths.TRANSLATIONS)
    Babel(app, locale_selector=locale.babel_locale)
    render.init_app(app, settings)
    words.init_app(app)
    moulds.init_app(app)
    returning.init_app(app)
    discoveries.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.wsgi_app = locale.LocalePrefix(app.wsgi_app)
