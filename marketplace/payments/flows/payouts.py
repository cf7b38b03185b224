"""Pay out week by week: gather what was released, send what is agreed to. Each step is a transaction of its own."""

from datetime import datetime
from typing import Final
from uuid import UUID

from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import in_unit_of_work
from marketplace.payments.flows import remitting
from marketplace.payments.services import payouts

GATHER: Final = "gather_payouts"
SEND: Final = "send_payouts"


def gather(*, actor: Actor = SYSTEM, now: datetime) -> int:
    """Make payouts of all released balances; return how many."""
    return in_unit_of_work(lambda session: payouts.gather(session, actor=actor, now=now))


def approve(*, payout_id: UUID, actor: Actor, remittance: str, now: datetime) -> None:
    """Agree to a payout; once enough people did, its instruction or transfer goes out with all others that wait.

    After a crash in between the jobs send what is approved.
    """
    in_unit_of_work(lambda session: payouts.approve(session, payout_id=payout_id, actor=actor, now=now))
    send(actor=actor, remittance=remittance, now=now)
    remitting.send(actor=actor, now=now)


def send(*, actor: Actor = SYSTEM, remittance: str, now: datetime) -> UUID | None:
    """Write the instruction file of what is approved and return its id; None when nothing is."""
    return in_unit_of_work(lambda session: payouts.send(session, actor=actor, remittance=remittance, now=now))
