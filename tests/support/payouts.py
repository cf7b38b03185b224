"""What a bank says of a payout, as the operator's people write it down."""

import itertools
from datetime import date, datetime
from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.merchants.models import Payee, ScreeningEntry, ScreeningHit, ScreeningList
from marketplace.merchants.rules.screening import HitState, Likeness, ListKind
from marketplace.merchants.rules.screening import SubjectKind as ListedSubject
from marketplace.merchants.rules.states import PayeeState
from marketplace.payments.queries import ledger
from marketplace.payments.queries import payouts as queries
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import ledger as books
from tests.integration.payments.conftest import NOW


def said(result: str, now: datetime | None = None) -> dict[str, str]:
    """Return the body of a result: the operator's day, and a reference."""
    day = accounts.house_day(reading(), now=now or clock.now())
    return {"result": result, "booked_on": day.isoformat(), "bank_reference": "FT2611 2800 01"}


def told(result: str, now: datetime) -> dict[str, Any]:
    """Return the same for the service."""
    body = said(result, now)
    return body | {"booked_on": date.fromisoformat(body["booked_on"])}


PAYABLE = AccountKind.MERCHANT_PAYABLE


_serial = itertools.count(1)


class Till:
    """A company with an account, and money that was released to it."""

    def __init__(self, company_id, currency="CNY"):
        self.company_id, self.currency = company_id, currency
        self.released = 0

    def release(self, minor, kind=PAYABLE):
        subject = Subject(SubjectKind.ORDER, new_id())
        held = AccountRef(AccountKind.HELD, None, self.currency, subject)
        clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, self.currency)
        amount = Money(minor, self.currency)
        steps = (
            (TransferKind.CARD_CAPTURED, (clearing, held)),
            (TransferKind.RELEASED, (held, AccountRef(kind, self.company_id, self.currency))),
        )
        for step, sides in steps:
            in_unit_of_work(
                lambda session, step=step, sides=sides: books.post(
                    session,
                    kind=step,
                    key=f"{step}:{next(_serial)}",
                    entries=pair(*sides, amount),
                    subject=subject,
                    now=NOW,
                )
            )
        self.released += minor
        return self

    def balance(self, kind):
        owner = None if kind is AccountKind.PROVIDER_CLEARING else self.company_id
        session = reading()
        session.rollback()
        return ledger.balance(session, account=AccountRef(kind, owner, self.currency)).minor

    def payouts(self):
        session = reading()
        session.rollback()
        return queries.payouts(session, company_id=self.company_id).items


def name_payee(company_id, state=PayeeState.ACTIVE, number="6222000000000001", name="=cmd|' /C calc'!A0", now=NOW):
    with unit_of_work() as session:
        session.add(
            Payee(
                id=new_id(), company_id=company_id, currency="CNY", state=state, account_name=name,
                bank_name="Example Bank", account_number=number, bic="EXAMCNBJ", country="CN", created_at=now,
                active_from=now,
            )
        )  # fmt: skip


def confirm_hit(company_id, state=HitState.CONFIRMED):
    version = ScreeningList(
        id=new_id(), kind=ListKind.OWN, name="Own", sha256="0" * 64, entries=1, imported_by=None, imported_at=NOW
    )
    entry = ScreeningEntry(id=new_id(), list_id=version.id, name="Listed", country="", aliases=[], numbers=[], mark="m")
    hit = ScreeningHit(
        id=new_id(), subject_kind=ListedSubject.COMPANY, subject_id=company_id, company_id=company_id,
        entry_id=entry.id, entry_mark="m", mark=entry.id.hex, likeness=Likeness.LOOK, state=state, reason="",
        found_at=NOW,
    )  # fmt: skip
    with unit_of_work() as session:
        for row in (version, entry, hit):
            session.add(row)
            session.flush()
    return hit.id


def clear_hit(hit_id):
    with unit_of_work() as session:
        session.get_one(ScreeningHit, hit_id).state = HitState.CLEARED


def bill(market, minor):
    owner = market.merchant.actor.company
    with unit_of_work() as session:
        entries = pair(
            AccountRef(AccountKind.COMMISSION_RECEIVABLE, owner, "CNY"),
            AccountRef(AccountKind.COMMISSION_INCOME, None, "CNY"),
            Money(minor, "CNY"),
        )
        books.post(
            session, kind=TransferKind.COMMISSION_BILLED, key=f"t:{new_id()}", entries=entries, subject=None,
            now=clock.now(),
        )  # fmt: skip
    return owner
