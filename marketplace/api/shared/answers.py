"""The shapes that many answers share."""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer

from marketplace.kernel.money import Money, UnitPrice

Item = TypeVar("Item", bound=BaseModel)

Instant = Annotated[
    datetime,
    PlainSerializer(lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str),
]


class Answer(BaseModel):
    """The base of every answer body."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Amount(Answer):
    """An amount of money: whole units as text with the currency's decimals, ISO 4217 code."""

    amount: str
    currency: str

    @classmethod
    def of(cls, value: Money | UnitPrice) -> "Amount":
        """Write money or a unit price."""
        return cls(amount=f"{value.amount:f}", currency=value.currency)


class Created(Answer):
    """The id of what was made."""

    id: UUID


class Items(Answer, Generic[Item]):
    """A page of a list; ``next`` is the cursor of the following page."""

    items: list[Item]
    next: str | None = None


class FieldProblem(Answer):
    """One refused field."""

    field: str
    code: str
    message: str
    accepted: str


class Problem(Answer):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem]
    facts: dict[str, object] = {}
