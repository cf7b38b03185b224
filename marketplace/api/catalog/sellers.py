"""What the API says of a merchant to everybody."""

from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.edge.acts.sellers import Seller


class Merchant(Answer):
    """A merchant: the city has checked its licence, which names ``legal_name`` and is good until ``licence_until``.

    ``proof`` says how far the registration number proves itself: ``checksum``, ``format`` or ``pattern``.
    """

    id: UUID
    name: str
    country: str
    legal_name: str
    licence_until: date | None
    licence_accepted: bool
    checked_by: str | None
    checked_at: Instant | None
    proof: str | None

    @classmethod
    def of(cls, found: Seller) -> "Merchant":
        """Write a merchant."""
        return cls(
            id=found.company_id,
            name=found.name,
            country=found.country,
            legal_name=found.legal_name,
            licence_until=found.licence_until,
            licence_accepted=found.has_licence,
            checked_by=found.checked_by,
            checked_at=found.checked_at,
            proof=found.proof,
        )
