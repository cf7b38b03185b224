"""What the operator's bank sent a buyer of the trading company back, as its people write it down: by reference and day.

From the four-eyes threshold on it counts once a second person read the same at the bank.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.kernel.actor import Actor
from marketplace.payments.models.ledger import ReturnNotice
from marketplace.payments.queries import payouts as queries
from marketplace.payments.queries.payouts import ReturnRow
from marketplace.payments.rules.house_money import check_second
from marketplace.payments.rules.payouts import check_result
from marketplace.payments.services import by_hand, returns


@dataclass(frozen=True, slots=True)
class Sent:
    """What the bank's paper says: on which day it left, and under which reference."""

    booked_on: date
    bank_reference: str


def say(session: Session, *, actor: Actor, return_id: UUID, sent: Sent, now: datetime) -> ReturnRow:
    """Say, for the trading company that ``actor`` stands for, that what it owes back has left; again changes nothing.

    Where it takes two people the first word is written down, and the same word of another person makes it count; other
    words take the place of the first and wait in turn. Once it counts nothing changes it.

    NotFound for what this company does not owe, NotAllowed ``own_money`` for whoever's it is, Refused ``booked_on`` for
    a day before it was owed or to come, Conflict ``same_person`` for a second word of one person.
    """
    row = returns.owed_by(session, actor=actor, return_id=return_id)
    if row.made_at is not None:
        return row
    since, today = (accounts.house_day(session, now=moment) for moment in (row.due_since, now))
    check_result(booked_on=sent.booked_on, sent_on=since, today=today)
    notice = session.get(ReturnNotice, row.id, with_for_update=True, populate_existing=True)
    needs_two = by_hand.approvals_of_return(session, row=row, now=now) > 1
    said = (sent.booked_on, sent.bank_reference)
    if needs_two and notice is not None and (notice.booked_on, notice.bank_reference) == said:
        check_second(person_id=actor.person, first_by=notice.person_id)
        notice.second_by = actor.person
    else:
        notice = notice or ReturnNotice(return_id=row.id)
        notice.person_id, notice.at, notice.second_by = actor.person, now, None
        notice.booked_on, notice.bank_reference = said
        session.add(notice)
    session.flush()
    facts = {"booked_on": sent.booked_on.isoformat(), "bank_reference": digest(sent.bank_reference)}
    waits = needs_two and notice.second_by is None
    audit.record(
        session,
        actor=actor,
        action="return.first_word" if waits else "return.agreed",
        subject="ledger_transfer",
        subject_id=row.id,
        facts=facts,
        now=now,
    )
    if not waits:
        return returns.record_made(session, actor=actor, return_id=return_id, now=now)
    return queries.returns(session, company_id=actor.company, transfer_id=return_id)[0]
