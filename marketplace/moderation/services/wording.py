"""Write the reasons that reviewers choose from."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.ids import new_id
from marketplace.moderation.models import ReviewReason
from marketplace.moderation.rules.reasons import LANGUAGES, SHIPPED, check


def load_reasons(session: Session) -> int:
    """Write the reasons that a city begins with; those that are there stay as they are. Return how many were new."""
    return sum(
        insert_if_new(
            session,
            ReviewReason,
            id=new_id(),
            code=each.code,
            texts=dict(each.texts),
            kinds=[kind.value for kind in each.kinds],
            position=each.position,
            retired=False,
        )
        for each in SHIPPED
    )


def put_reason(
    session: Session,
    *,
    actor: Actor,
    code: str,
    texts: Mapping[str, str],
    kinds: Collection[str],
    position: int,
    retired: bool,
    now: datetime,
) -> None:
    """Write a reason, or let it say something else from now on: what was told before stays as it read."""
    actor.must(Permission.OPERATOR_SETTINGS_EDIT)
    wanted = check(code, texts, kinds)
    values = {
        "texts": {language: texts[language] for language in LANGUAGES},
        "kinds": [kind.value for kind in wanted],
        "position": position,
        "retired": retired,
    }
    if not insert_if_new(session, ReviewReason, id=new_id(), code=code, **values):
        session.execute(sa.update(ReviewReason).where(ReviewReason.code == code).values(**values))
    row_id = session.scalars(sa.select(ReviewReason.id).where(ReviewReason.code == code)).one()
    facts = {"code": code, "kinds": values["kinds"], "position": position, "retired": retired}
    audit.record(
        session, actor=actor, action="review_reason.put", subject="review_reason", subject_id=row_id, facts=facts,
        now=now,
    )  # fmt: skip
