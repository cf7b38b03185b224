"""Questions that no single feature can answer."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures, export
from marketplace.accounts.queries import handovers as leavers
from marketplace.approvals.queries import cases as approvals
from marketplace.audit import queries as audit
from marketplace.catalog.imports import queries as imports
from marketplace.catalog.queries import checks as catalog
from marketplace.catalog.queries import personal as personal_offers
from marketplace.catalog.warehouses import queries as warehouses
from marketplace.checkout import queries as checkout
from marketplace.checkout.queries import approving, frozen
from marketplace.distribution import queries as distribution
from marketplace.distribution.centre_sales import queries as centre_sales
from marketplace.distribution.centres import queries as centre_offers
from marketplace.distribution.costs.queries import checks as costs
from marketplace.distribution.costs.queries import personal as personal_costs
from marketplace.distribution.fees.queries import checks as fees
from marketplace.distribution.fees.queries import personal as personal_fees
from marketplace.distribution.hires import queries as hires
from marketplace.distribution.holds.queries import checks as holds
from marketplace.distribution.holds.queries import personal as personal_holds
from marketplace.distribution.onward import queries as onward
from marketplace.distribution.shares import queries as shares
from marketplace.distribution.statistics.queries import closed as closed_months
from marketplace.exchange.queries import enquiries, fairs, leads, lists, notes, remarks, reviews, showroom, storefronts
from marketplace.files import queries as files
from marketplace.kernel.checks import Breach
from marketplace.logistics.centres.queries import checks as centre_lots
from marketplace.logistics.fleet.queries import personal as personal_driving
from marketplace.logistics.handling import queries as personal_handling
from marketplace.logistics.insurance.queries import personal as personal_insurance
from marketplace.logistics.queries import checks as logistics
from marketplace.logistics.queries import personal as personal_cargo
from marketplace.mail import queries as mail
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import checks as merchant_checks
from marketplace.merchants.queries import levels, requirements, screening
from marketplace.moderation import queries as moderation
from marketplace.moderation.queries import appeals
from marketplace.moderation.queries import checks as reviewed
from marketplace.orders.changes import queries as changes
from marketplace.orders.claims import queries as claims
from marketplace.orders.invoices import queries as official_invoices
from marketplace.orders.notes import queries as trade_notes
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.queries import checks as orders
from marketplace.orders.queries import inspections, received
from marketplace.orders.queries import personal as personal_orders
from marketplace.orders.samples import queries as samples
from marketplace.papers import queries as papers
from marketplace.payments.queries import checks as payments
from marketplace.payments.queries import commissions
from marketplace.payments.queries import personal as personal_money
from marketplace.reference import queries as reference
from marketplace.reports.statements import queries as statements
from marketplace.search.queries import sources as search

# Each feature verifies its own promises; this is the list of them all.
CHECKS: Final[tuple[Callable[[Session], list[Breach]], ...]] = (
    audit.breaches,
    samples.breaches,
    closures.breaches,
    leavers.breaches,
    papers.breaches,
    payments.breaches,
    commissions.breaches,
    statements.breaches,
    merchant_checks.breaches,
    requirements.breaches,
    levels.breaches,
    catalog.breaches,
    warehouses.breaches,
    imports.breaches,
    reviewed.breaches,
    remarks.breaches,
    notes.breaches,
    reviews.breaches,
    received.breaches,
    orders.breaches,
    purchases.breaches,
    claims.breaches,
    changes.breaches,
    trade_notes.breaches,
    official_invoices.breaches,
    inspections.breaches,
    distribution.breaches,
    onward.breaches,
    shares.breaches,
    hires.breaches,
    costs.breaches,
    centre_lots.breaches,
    centre_offers.breaches,
    centre_sales.breaches,
    fees.breaches,
    holds.breaches,
    checkout.breaches,
    frozen.breaches,
    approvals.breaches,
    approving.breaches,
    logistics.breaches,
    closed_months.breaches,
    reference.breaches,
    showroom.breaches,
    fairs.breaches,
    search.breaches,
)


def check(session: Session) -> list[Breach]:
    """Return every broken invariant of the live database."""
    return [breach for find in CHECKS for breach in find(session)]


# Each feature hands out what it keeps of a person by that person's id.
PERSONAL: Final[tuple[Callable[..., dict[str, list[dict[str, Any]]]], ...]] = (
    personal_orders.of_person,
    checkout.of_person,
    approvals.of_person,
    personal_cargo.of_person,
    personal_driving.of_person,
    personal_handling.of_person,
    distribution.of_person,
    personal_costs.of_person,
    personal_insurance.of_person,
    personal_fees.of_person,
    personal_holds.of_person,
    personal_money.of_person,
    personal_offers.of_person,
    imports.of_person,
    merchants.of_person,
    requirements.of_person,
    levels.of_person,
    screening.of_person,
    moderation.of_person,
    leads.of_person,
    enquiries.of_person,
    fairs.of_person,
    appeals.of_person,
    storefronts.of_person,
    remarks.of_person,
    notes.of_person,
    lists.of_person,
    files.of_person,
    audit.of_person,
)


def person_data(session: Session, *, person_id: UUID) -> dict[str, Any]:
    """Return everything that is kept about a person, as JSON values."""
    person = accounts.get_person(session, person_id=person_id)
    addresses = [address for address in (person.email, person.phone) if address]
    found: dict[str, Any] = {
        "account": export.export_person(session, person_id=person_id),
        "messages": [
            {"to": message.to, "template": message.template, "sent_at": str(message.sent_at or "")}
            for message in mail.to_addresses(session, addresses=addresses)
        ],
    }
    for of_person in PERSONAL:
        found |= of_person(session, person_id=person_id)
    return found
