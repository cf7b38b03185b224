"""A letter, before it is written to each of its readers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a company is told, or these people of it alone; instants are written in its own zone."""

    company_id: UUID
    facts: dict[str, Any]
    people: frozenset[UUID] | None = None
