"""Write the instructions of payouts and of returns to senders into a file for the operator's bank."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel.ids import new_id, new_reference
from marketplace.merchants import queries as merchants
from marketplace.payments.bank_files import pain001
from marketplace.payments.models.payouts import PayoutFile
from marketplace.payments.rules.payouts import FILE_PREFIX, Instruction, instruction_file
from marketplace.payments.rules.terms import PayeeAccount


def write(session: Session, instructions: Sequence[Instruction], *, remittance: str, now: datetime) -> PayoutFile:
    """Write instructions once, as CSV and, where every currency has an account to pay from, as pain.001."""
    content = instruction_file(instructions, remittance=remittance)
    reference = new_reference(FILE_PREFIX)
    debtors = _debtors(session, {one.amount.currency for one in instructions})
    message = (
        pain001.write(
            instructions,
            debtors=debtors,
            message_id=reference,
            remittance=remittance,
            executed_on=accounts.house_working_day(session, now=now),
            now=now,
        )
        if debtors
        else None
    )
    file = PayoutFile(
        id=new_id(),
        reference=reference,
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        pain001=message,
        pain001_sha256=hashlib.sha256(message.encode()).hexdigest() if message else None,
        created_at=now,
    )
    session.add(file)
    session.flush()
    return file


def _debtors(session: Session, currencies: Collection[str]) -> dict[str, PayeeAccount]:
    """Return the operator's account of each currency; none at all where one is missing: a part would look like all."""
    houses = accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)
    found = (
        {
            currency: merchants.payee(session, company_id=houses[0].id, currency=currency)
            for currency in sorted(currencies)
        }
        if houses
        else {}
    )
    named = {currency: account for currency, account in found.items() if account is not None}
    return named if named.keys() == set(currencies) else {}
