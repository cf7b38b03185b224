"""Who acts: a person in a company with what they may do, as plain values."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Actor:
    """A member (person in a company) or the system itself; carries ids and rights, no personal data."""

    person_id: UUID | None
    company_id: UUID | None
    company_kind: str = ""
    roles: frozenset[str] = field(default_factory=frozenset[str])
    permissions: frozenset[str] = field(default_factory=frozenset[str])

    def may(self, permission: str) -> bool:
        """Tell whether the actor holds this permission."""
        return permission in self.permissions

    def must(self, permission: str) -> None:
        """Raise NotAllowed unless the actor holds this permission."""
        if permission not in self.permissions:
            raise NotAllowed("permission", permission=str(permission))

    @property
    def company(self) -> UUID:
        """The company acted for; NotAllowed for a person who acts for none."""
        if self.company_id is None:
            raise NotAllowed("no_company")
        return self.company_id

    @property
    def person(self) -> UUID:
        """The person acting; NotAllowed for the system."""
        if self.person_id is None:
            raise NotAllowed("no_person")
        return self.person_id


SYSTEM: Final = Actor(person_id=None, company_id=None)
