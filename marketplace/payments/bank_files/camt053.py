"""CAMT.053, the bank-to-customer statement of ISO 20022, in any of its versions.

Elements are found by their local names, so that neither the version nor a prefix matters; a document that declares
entities or a document type is refused before anything in it is read. Only booked entries count.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.payments.rules.statements import Line, Statement, check_size, reference_of

_OPENING: Final = ("OPBD", "PRCD")
# ISO 20022 marks decimals with a point, up to five of them, and groups nothing.
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,5})?", re.ASCII)


def read(content: bytes) -> tuple[Statement, ...]:
    """Return every statement of a document; Refused ``file`` for what is none or says what cannot be."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Refused.field("file", "statement_xml", "CAMT.053", reason=type(error).__name__) from None
    found = [node for node in _inside(root, 3) if _name(node) == "Stmt"]
    check_size(statements=len(found), entries=sum(len(_all(node, "Ntry")) for node in found))
    return tuple(_statement(node) for node in found)


def _statement(node: Element) -> Statement:
    account = _at(node, "Acct")
    balances = {_text(each, "Tp", "CdOrPrtry", "Cd"): each for each in _all(node, "Bal")}
    entries = [entry for entry in _all(node, "Ntry") if _status(entry) == "BOOK"]
    first = next(iter(balances.values()), None) if balances else next(iter(entries), None)
    currency = _text(account, "Ccy") or _currency(first)
    if currency not in MINOR_UNITS:
        raise Refused.field("file", "statement_money", ", ".join(MINOR_UNITS), statement=_text(node, "Id"))
    lines = tuple(_line(entry, row, currency) for row, entry in enumerate(entries, 1))
    opening = next((balances[kind] for kind in _OPENING if kind in balances), None)
    closing = balances.get("CLBD")
    days: list[date] = [line.booked_on for line in lines]
    if not days:
        days = [_day(each, 0) for each in (opening, closing) if each is not None]
    days += [day for day in _period(node) if day is not None]
    return Statement(
        account=_text(account, "Id", "IBAN") or _text(account, "Id", "Othr", "Id"),
        currency=currency,
        lines=lines,
        number=(_text(node, "ElctrncSeqNb") or _text(node, "LglSeqNb")).lstrip("0"),
        opening=_signed(opening, 0, currency) if opening is not None else None,
        closing=_signed(closing, 0, currency) if closing is not None else None,
        since=min(days, default=date.min),
        until=max(days, default=date.min),
    )


def _line(entry: Element, row: int, currency: str) -> Line:
    """Return one entry of the bank's books; what a batch consists of stays one entry, its texts one after another."""
    if _currency(entry) != currency:
        raise Refused.field("file", "statement_currency", currency, row=row)
    details = [each for part in _all(entry, "NtryDtls") for each in _all(part, "TxDtls")]
    minor = _signed(entry, row, currency)
    payer = "Dbtr" if minor > 0 else "Cdtr"
    texts = [_text(entry, "AddtlNtryInf")]
    for each in details:
        texts += [_plain(text) for text in _each(each, "RmtInf", "Ustrd")]
        texts += [_text(ref, "CdtrRefInf", "Ref") for ref in _each(each, "RmtInf", "Strd")]
        texts += [_text(each, "RtrInf", "AddtlInf"), _text(each, "AddtlTxInf"), _text(each, "Refs", "InstrId")]
    only = details[0] if len(details) == 1 else None
    parties = _at(only, "RltdPties")
    name = _text(parties, payer, "Nm") or _text(parties, payer, "Pty", "Nm")
    account = _at(parties, f"{payer}Acct", "Id")
    agent = _at(only, "RltdAgts", f"{payer}Agt", "FinInstnId")
    return Line(
        row=row,
        minor=minor,
        booked_on=_day(_at(entry, "BookgDt") if _at(entry, "BookgDt") is not None else _at(entry, "ValDt"), row),
        bank_reference=reference_of(_text(entry, "AcctSvcrRef") or _text(only, "Refs", "AcctSvcrRef")),
        end_to_end=reference_of(" ".join(filter(None, (_text(each, "Refs", "EndToEndId") for each in details)))),
        text=" ".join(filter(None, dict.fromkeys(texts)))[:1_000],
        party_name=name[:140],
        party_account=(_text(account, "IBAN") or _text(account, "Othr", "Id"))[:34],
        party_bic=(_text(agent, "BICFI") or _text(agent, "BIC"))[:11],
        is_return=_text(entry, "RvslInd") == "true" or any(_at(each, "RtrInf") is not None for each in details),
    )


def _status(entry: Element) -> str:
    """Return whether an entry is booked; from version 4 on the code stands in an element of its own."""
    return _text(entry, "Sts", "Cd") or _text(entry, "Sts")


def _signed(node: Element, row: int, currency: str) -> int:
    minor = _minor(_text(node, "Amt"), currency)
    side = _text(node, "CdtDbtInd")
    if minor is None or side not in ("CRDT", "DBIT"):
        raise Refused.field("file", "statement_number", "Amt, CdtDbtInd", row=row)
    return minor if side == "CRDT" else -minor


def _minor(text: str, currency: str) -> int | None:
    try:
        return Money.of(text, currency).minor if _AMOUNT.fullmatch(text) else None
    except ValueError:  # finer than the currency
        return None


def _currency(node: Element | None) -> str:
    amount = _at(node, "Amt")
    return amount.get("Ccy", "") if amount is not None else ""


def _day(node: Element | None, row: int) -> date:
    ways = (("Dt",), ("DtTm",), ("Dt", "Dt"), ("Dt", "DtTm"))
    text = next(filter(None, (_text(node, *way) for way in ways)), "")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Refused.field("file", "statement_date", "2026-11-25", row=row) from None


def _period(node: Element) -> tuple[date | None, date | None]:
    """Return the days that a statement says it covers, None where it does not."""
    found: list[date | None] = []
    for name in ("FrDtTm", "ToDtTm"):
        try:
            found.append(date.fromisoformat(_text(node, "FrToDt", name)[:10]))
        except ValueError:
            found.append(None)
    return found[0], found[1]


def _name(node: Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _all(node: Element | None, name: str) -> list[Element]:
    return [child for child in node if _name(child) == name] if node is not None else []


def _each(node: Element, name: str, below: str) -> list[Element]:
    return [child for part in _all(node, name) for child in _all(part, below)]


def _at(node: Element | None, *names: str) -> Element | None:
    for name in names:
        node = next(iter(_all(node, name)), None)
    return node


def _text(node: Element | None, *names: str) -> str:
    found = _at(node, *names)
    return _plain(found) if found is not None else ""


def _plain(node: Element) -> str:
    return " ".join((node.text or "").split())


def _inside(root: Element, levels: int) -> Iterator[Element]:
    yield root
    if levels:
        for child in root:
            yield from _inside(child, levels - 1)
