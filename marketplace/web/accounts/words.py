"""Roles as people call them."""

from collections.abc import Iterable
from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.accounts.rules.permissions import Role

ROLES: Final[dict[Role, Any]] = {
    Role.OWNER: _("Owner"),
    Role.SALES: _("Sales"),
    Role.PURCHASING: _("Purchasing"),
    Role.APPROVER: _("Approver"),
    Role.LOGISTICS: _("Logistics"),
    Role.FINANCE: _("Finance"),
    Role.MODERATOR: _("Moderator"),
    Role.OPERATIONS: _("Operations"),
    Role.CUSTOMS: _("Customs desk"),
    Role.TREASURY: _("Treasury"),
    Role.ADMIN: _("Administrator"),
}


def role_names(roles: Iterable[Role]) -> str:
    """Write roles in the reader's language."""
    return ", ".join(str(ROLES[role]) for role in roles)
