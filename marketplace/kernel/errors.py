"""The one family of expected refusals: a code and facts, never a translated sentence.

The edge maps each class to an HTTP status and each code to a text in the reader's language.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that was refused: its name, the reason's code, the values that would be accepted, and facts."""

    field: str
    code: str
    accepted: str = ""
    facts: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])


class DomainError(Exception):
    """A refusal that the caller can understand and mend."""

    def __init__(self, code: str, *, errors: Sequence[FieldError] = (), **facts: Any) -> None:
        """Keep the reason's code, the facts for its text and the fields it concerns."""
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors)
        self.facts = facts

    def __str__(self) -> str:
        """Show code and facts for logs."""
        return f"{self.code} {self.facts}" if self.facts else self.code


class Malformed(DomainError):
    """The request cannot be read at all (400)."""


class Unauthenticated(DomainError):
    """Nobody is logged in, or the token is unknown (401)."""


class NotAllowed(DomainError):
    """The thing is yours to see, not to do this with (403)."""


class NotFound(DomainError):
    """Unknown, or somebody else's: the two answer alike (404)."""

    def __init__(self, thing: str, **facts: Any) -> None:
        """Name the kind of thing only; the id given would be an echo."""
        super().__init__("not_found", thing=thing, **facts)


class Conflict(DomainError):
    """The state, stock, capacity or total moved, so the act is refused as it stands (409)."""


class TooLarge(DomainError):
    """More bytes, rows or pixels than are read (413)."""


class Refused(DomainError):
    """Fields that can be read but not accepted (422)."""

    @classmethod
    def fields(cls, *errors: FieldError) -> "Refused":
        """Refuse these fields."""
        return cls("fields", errors=errors)

    @classmethod
    def field(cls, name: str, code: str, accepted: str = "", **facts: Any) -> "Refused":
        """Refuse one field."""
        return cls("fields", errors=(FieldError(name, code, accepted, facts),))


class TooMany(DomainError):
    """Asked too often; ``retry_after`` seconds are among the facts (429)."""


class Unavailable(DomainError):
    """Something we depend on does not answer; nothing was done (503)."""
