"""When roles may change: somebody must always be able to lead, and nobody gives himself power over the city."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from marketplace.accounts.rules.permissions import STAFF, CompanyKind, Role, leading_role
from marketplace.kernel.errors import Conflict, NotAllowed

# Who holds one of these moves money, or makes those who do.
TWO_PERSON: Final = frozenset({Role.ADMIN, Role.TREASURY})


def check_still_led(kind: CompanyKind, remaining: Iterable[Iterable[str]]) -> None:
    """Raise Conflict ``last_leader`` unless one of the remaining members' role lists has the leading role."""
    leader: Role = leading_role(kind)
    if not any(leader in roles for roles in remaining):
        raise Conflict("last_leader", role=str(leader))


def check_grant(
    *,
    grantor: UUID | None,
    grantee: UUID,
    inviters: Collection[UUID | None],
    before: Iterable[str],
    after: Iterable[str],
) -> None:
    """Refuse staff roles that somebody gives himself, and treasury or admin from whoever brought the member in.

    So two people stand behind everybody who can move the city's money; where there is one admin only, the command
    line gives these roles.
    """
    gained = frozenset(after) - frozenset(before)
    if gained & STAFF and grantor == grantee:
        raise NotAllowed("own_roles")
    if gained & TWO_PERSON and grantor in inviters:
        raise NotAllowed("second_admin")


def check_invited(roles: Iterable[Role]) -> None:
    """Refuse an invitation straight into a role that a second admin has to give."""
    if TWO_PERSON.intersection(roles):
        raise NotAllowed("second_admin")
