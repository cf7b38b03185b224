"""Questions that no single feature can answer."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import queries as audit
from marketplace.catalog.imports import queries as imports
from marketplace.catalog.queries import checks as catalog
from marketplace.checkout import queries as checkout
from marketplace.distribution import queries as distribution
from marketplace.kernel.checks import Breach
from marketplace.logistics.queries import checks as logistics
from marketplace.mail import queries as mail
from marketplace.merchants import queries as merchants
from marketplace.moderation import queries as moderation
from marketplace.orders.claims import queries as claims
from marketplace.orders.queries import checks as orders
from marketplace.papers import queries as papers
from marketplace.payments.queries import checks as payments
from marketplace.reference import queries as reference
from marketplace.search.queries import sources as search

# Each feature verifies its own promises; this is the list of them all.
CHECKS: Final[tuple[Callable[[Session], list[Breach]], ...]] = (
    audit.breaches,
    papers.breaches,
    payments.breaches,
    merchants.breaches,
    catalog.breaches,
    imports.breaches,
    moderation.breaches,
    orders.breaches,
    claims.breaches,
    distribution.breaches,
    checkout.breaches,
    logistics.breaches,
    reference.breaches,
    search.breaches,
)


def check(session: Session) -> list[Breach]:
    """Return every broken invariant of the live database."""
    return [breach for find in CHECKS for breach in find(session)]


def person_data(session: Session, *, person_id: UUID) -> dict[str, Any]:
    """Return everything that is kept about a person, as JSON values."""
    person = accounts.get_person(session, person_id=person_id)
    addresses = [address for address in (person.email, person.phone) if address]
    return {
        "account": accounts.export_person(session, person_id=person_id),
        "messages": [
            {"to": message.to, "template": message.template, "sent_at": str(message.sent_at or "")}
            for message in mail.to_addresses(session, addresses=addresses)
        ],
    }
