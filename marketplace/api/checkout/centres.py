"""What the API says of goods of a cart that are taken from a distribution centre."""

from uuid import UUID

from marketplace.api.shared.answers import Answer
from marketplace.distribution.centre_sales.rules import Lying


class TakenFrom(Answer):
    """The distribution centre that a line is taken from: where it is handed over, and what may be promised there now.

    ``status``: ``bonded``, sold as an import, with ``days_left`` that the first of it may stay in bond (0: today is the
    last), or ``free``, sold inside the country; null where it is not sold from there any more.
    """

    id: UUID
    place: str
    name: str
    country: str
    status: str | None
    left: int
    days_left: int | None

    @classmethod
    def of(cls, found: Lying | None) -> "TakenFrom | None":
        """Write a centre, None for goods that come by lorry."""
        if found is None:
            return None
        return cls(
            id=found.centre_id,
            place=found.place_code,
            name=found.place_name,
            country=found.country,
            status=found.status and str(found.status),
            left=found.left,
            days_left=found.days_left,
        )
