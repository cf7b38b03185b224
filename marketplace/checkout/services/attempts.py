"""The claim row of a checkout: taken once per key, moved along its states, settled when no charge is left to end."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules import plan as plans
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.checkout.rules.states import LIFECYCLE, AttemptState
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import NotFound


def claim(
    session: Session, *, attempt_id: UUID, plan: CheckoutPlan, key: str, return_url: str | None,
    expires_at: datetime, now: datetime,
) -> bool:  # fmt: skip
    """Write the attempt of a key; False when the company has one under this key: the guard against ordering twice.

    One without charges is ordered in the same transaction and settled with it.
    """
    held = AttemptState.HELD
    return insert_if_new(
        session,
        CheckoutAttempt,
        id=attempt_id,
        company_id=plan.group.buyer_id,
        person_id=plan.group.person_id,
        key=key,
        state=held if plan.charges else LIFECYCLE.apply(held, "order"),
        plan=plans.to_json(plan),
        group_id=plan.group.id,
        return_url=return_url,
        created_at=now,
        expires_at=expires_at,
        settled_at=None if plan.charges else now,
    )


def locked(session: Session, *, attempt_id: UUID) -> CheckoutAttempt:
    """Return an attempt with its row locked, so that one who finishes it and one who gives it up take turns."""
    found = session.scalars(
        sa.select(CheckoutAttempt)
        .where(CheckoutAttempt.id == attempt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("checkout")
    return found


def move(session: Session, *, attempt: CheckoutAttempt, action: str, refusal: dict[str, Any] | None = None) -> None:
    """Take an attempt along a drawn transition; ``refusal`` says why it is abandoned."""
    attempt.state = LIFECYCLE.apply(attempt.state, action)
    attempt.refusal = refusal
    session.flush()


def settle(session: Session, *, attempt_id: UUID, now: datetime) -> None:
    """Note that every charge of an attempt has come to its end."""
    session.execute(
        sa.update(CheckoutAttempt)
        .where(CheckoutAttempt.id == attempt_id, CheckoutAttempt.settled_at.is_(None))
        .values(settled_at=now),
        execution_options={"synchronize_session": False},
    )
