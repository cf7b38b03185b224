"""What people do beside reviewers: report a listing, signed in or not."""

from datetime import datetime
from uuid import UUID

from marketplace.accounts.rules.logins import parse_email
from marketplace.accounts.services import throttle
from marketplace.edge import door
from marketplace.edge.requests.moderation import Report
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, unit_of_work
from marketplace.kernel.errors import FieldError, Refused
from marketplace.moderation.services import reporting
from marketplace.moderation.services.reporting import Said


def report(actor: Actor | None, *, listing_id: UUID, body: Report, locale: str, now: datetime) -> UUID:
    """Hand in what is wrong with a listing; those of strangers are counted by network address, failed ones too."""
    if actor is None:
        with unit_of_work() as session:
            buckets = throttle.asking_buckets(door.vault(), address=door.address())
            throttle.check(session, buckets=buckets, now=now)
            throttle.count_failure(session, buckets=buckets, now=now)
    said = Said(body.kind, body.text, _contact(body.contact), locale)
    return in_unit_of_work(
        lambda session: reporting.report(session, actor=actor, listing_id=listing_id, said=said, now=now)
    )


def _contact(typed: str | None) -> str | None:
    if typed is None:
        return None
    try:
        return parse_email(typed, allow_test=door.vault().policy.allow_test_mail)
    except Refused as refusal:
        wrong = [FieldError("contact", error.code, error.accepted, error.facts) for error in refusal.errors]
        raise Refused.fields(*wrong) from None
