"""A buying company of several people in the demo: one orders, another approves what is above a sum."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services.vault import Vault
from marketplace.approvals.rules.policy import Condition, Step, Tier
from marketplace.approvals.services import policies
from marketplace.kernel.money import Money
from marketplace.seed import cast, people

_FROM, _FROM_BOTH = Money(3_000_00, "CNY"), Money(50_000_00, "CNY")


def employ(session: Session, *, vault: Vault, now: datetime) -> None:
    """Let colleagues join the company, and let it want an approval of what its purchasing orders above a sum."""
    if people.is_in(session, cast.COLLEAGUES[-1].login):
        return  # they came with a run that was cut off
    owner = people.actor(session, cast.EMPLOYER)
    for colleague in cast.COLLEAGUES:
        people.join(session, owner, colleague, vault=vault, now=now)
    approver, chief = Step(roles=frozenset({Role.APPROVER})), Step(roles=frozenset({Role.OWNER}))
    policies.put_rule(
        session,
        actor=owner,
        rule_id=None,
        name="Purchasing above 3,000 yuan",
        condition=Condition(roles=frozenset({Role.PURCHASING})),
        currency=_FROM.currency,
        tiers=(
            Tier(from_minor=0, steps=()),
            Tier(from_minor=_FROM.minor, steps=(approver,)),
            Tier(from_minor=_FROM_BOTH.minor, steps=(approver, chief)),
        ),
        now=now,
    )
