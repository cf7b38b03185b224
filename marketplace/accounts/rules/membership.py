"""When roles may change: somebody must always be able to lead the company."""

from collections.abc import Iterable

from marketplace.accounts.rules.permissions import CompanyKind, Role, leading_role
from marketplace.kernel.errors import Conflict


def check_still_led(kind: CompanyKind, remaining: Iterable[Iterable[str]]) -> None:
    """Raise Conflict ``last_leader`` unless one of the remaining members' role lists has the leading role."""
    leader: Role = leading_role(kind)
    if not any(leader in roles for roles in remaining):
        raise Conflict("last_leader", role=str(leader))
