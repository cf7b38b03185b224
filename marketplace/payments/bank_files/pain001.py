"""pain.001.001.09, the customer credit transfer initiation of ISO 20022: instructions as banks take them.

Every message is checked against ISO's own schema, of which the library sepaxml has a copy, before it is kept. Accounts
are written as IBAN or, as most here, as the number that the bank knows; amounts in any currency.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import xmlschema
from stdnum import iban

from marketplace.kernel.texts import UNSTORABLE
from marketplace.payments.rules.payouts import Instruction
from marketplace.payments.rules.terms import PayeeAccount

VERSION: Final = "pain.001.001.09"
NAMESPACE: Final = f"urn:iso:std:iso:20022:tech:xsd:{VERSION}"


def write(
    instructions: Sequence[Instruction],
    *,
    debtors: Mapping[str, PayeeAccount],
    message_id: str,
    remittance: str,
    executed_on: date,
    now: datetime,
) -> str:
    """Return the message: a batch for each currency, from the account that ``debtors`` has for it.

    ``executed_on`` is the day on which the bank is asked to pay, by its own calendar; ``now`` when this was written.

    Raises ValueError when the schema refuses what was written: our own mistake, and nothing is sent.
    """
    root = Element("Document", {"xmlns": NAMESPACE})
    message = SubElement(root, "CstmrCdtTrfInitn")
    header = SubElement(message, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", f"{now:%Y-%m-%dT%H:%M:%S}Z")
    _sums(header, instructions)
    _add(SubElement(header, "InitgPty"), "Nm", _name(next(iter(debtors.values())).account_name))
    for currency in sorted({one.amount.currency for one in instructions}):
        batch = [one for one in instructions if one.amount.currency == currency]
        _batch(
            message,
            batch,
            debtors[currency],
            f"{message_id}-{currency}",
            remittance=remittance,
            executed_on=executed_on,
        )
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")
    check(text)
    return text


def check(text: str) -> None:
    """Raise ValueError for a message that ISO's schema refuses, saying where."""
    problem = next(_schema().iter_errors(text), None)
    if problem is not None:
        msg = f"{VERSION}: {problem.reason} at {problem.path}"
        raise ValueError(msg)


@cache
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema((resources.files("sepaxml") / "schemas" / f"{VERSION}.xsd").read_text("utf-8"))


def _batch(
    message: Element,
    batch: Sequence[Instruction],
    debtor: PayeeAccount,
    batch_id: str,
    *,
    remittance: str,
    executed_on: date,
) -> None:
    node = SubElement(message, "PmtInf")
    _add(node, "PmtInfId", batch_id)
    _add(node, "PmtMtd", "TRF")
    _add(node, "BtchBookg", "false")  # a line of the statement for each: it is matched by its reference
    _sums(node, batch)
    _add(SubElement(node, "ReqdExctnDt"), "Dt", executed_on.isoformat())
    _add(SubElement(node, "Dbtr"), "Nm", _name(debtor.account_name))
    _account(node, "DbtrAcct", debtor, batch[0].amount.currency)
    _agent(node, "DbtrAgt", debtor)
    _add(node, "ChrgBr", "SHAR")
    for one in batch:
        transfer = SubElement(node, "CdtTrfTxInf")
        ids = SubElement(transfer, "PmtId")
        _add(ids, "InstrId", one.reference)
        _add(ids, "EndToEndId", one.reference)
        amount = SubElement(SubElement(transfer, "Amt"), "InstdAmt", {"Ccy": one.amount.currency})
        amount.text = f"{one.amount.amount:f}"
        _agent(transfer, "CdtrAgt", one.account)
        _add(SubElement(transfer, "Cdtr"), "Nm", _name(one.account.account_name))
        _account(transfer, "CdtrAcct", one.account, None)
        _add(SubElement(transfer, "RmtInf"), "Ustrd", _name(f"{remittance} {one.reference}"))


def _sums(node: Element, instructions: Sequence[Instruction]) -> None:
    """Write how many there are and the sum of their figures, of whichever currency."""
    _add(node, "NbOfTxs", str(len(instructions)))
    _add(node, "CtrlSum", f"{sum(one.amount.amount for one in instructions):f}")


def _account(node: Element, name: str, account: PayeeAccount, currency: str | None) -> None:
    found = SubElement(node, name)
    number = SubElement(found, "Id")
    if iban.is_valid(account.account_number):
        _add(number, "IBAN", account.account_number)
    else:
        _add(SubElement(number, "Othr"), "Id", account.account_number)
    if currency:
        _add(found, "Ccy", currency)


def _agent(node: Element, name: str, account: PayeeAccount) -> None:
    bank = SubElement(SubElement(node, name), "FinInstnId")
    _add(bank, "BICFI", account.bic)
    _add(bank, "Nm", _name(account.bank_name))


def _add(node: Element, name: str, text: str) -> None:
    SubElement(node, name).text = text


def _name(text: str) -> str:
    """Return a text of people as it is written, without what no message holds."""
    return " ".join(UNSTORABLE.sub(" ", text).split())[:140]
