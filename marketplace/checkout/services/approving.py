"""Ask the company's approvals for what a checkout is about to place, and use them up."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.approvals.services import asking, cases
from marketplace.approvals.services.asking import Answer
from marketplace.checkout.queries import approving as queries
from marketplace.checkout.rules.approving import order_numbers, purchase_of
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class Waits:
    """A checkout that places nothing: its case waits to be decided."""

    answer: Answer

    def refusal(self) -> Conflict:
        """Return what the buyer is told: the case, its page, and what an earlier case was voided for."""
        voided = [
            {"case": str(each.case_id), "reference": each.reference, "moved": list(each.moved)}
            for each in self.answer.voided
        ]
        return Conflict(
            "approval_needed",
            case=str(self.answer.case_id),
            reference=self.answer.reference,
            page=f"/account/approvals/{self.answer.case_id}",
            voided=voided,
        )


def settle(
    session: Session, *, plan: CheckoutPlan, ending: frozenset[UUID], actor: Actor, now: datetime
) -> CheckoutPlan | Waits:
    """Return the plan with the approval that it uses, or that its case waits; one query where there are no rules.

    ``ending``: the checkouts that end for this one, and count against no limit beside it.
    """
    answer = asking.ask(
        session,
        actor=actor,
        wanted=lambda: purchase_of(plan),
        about=lambda: queries.about(session, plan=plan),
        spent=lambda since: queries.spent(session, company_id=actor.company, since=since, without=ending),
        subject=plan.group.id,
        unit_id=plan.group.unit.id if plan.group.unit else None,
        beside=order_numbers(plan),
        now=now,
    )
    if answer.case_id is None:
        return plan
    if not answer.is_approved:
        return Waits(answer)
    return replace(plan, group=replace(plan.group, approval_id=answer.case_id))


def use(session: Session, *, plan: CheckoutPlan, actor: Actor, now: datetime) -> None:
    """Use up the approval of what was placed, if it has one."""
    group = plan.group
    if group.approval_id is not None:
        cases.consume(session, case_id=group.approval_id, subject=group.id, actor=actor, now=now)


def give_back(session: Session, *, plan: CheckoutPlan) -> None:
    """Let go of the approval of a checkout that was given up."""
    if plan.group.approval_id is not None:
        cases.give_back(session, case_id=plan.group.approval_id, subject=plan.group.id)


def departure_gone(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    items: frozenset[UUID] | None,
    facts: dict[str, str],
    now: datetime,
) -> tuple[asking.Voided, ...]:
    """Void what the actor asked for by a departure that takes it no more; ``facts``: the next one that does."""
    return asking.departure_gone(session, actor=actor, departure_id=departure_id, items=items, facts=facts, now=now)
