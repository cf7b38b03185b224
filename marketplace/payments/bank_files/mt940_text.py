"""MT940, the customer statement of SWIFT, read by the library mt-940.

The library is given an open text, never a name: it would open a file of that name. What it logs holds the text of
payments, so it is told to be silent.
"""

import io
import logging
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import mt940
from mt940.models import Balance

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.kernel.texts import UNSTORABLE
from marketplace.payments.rules.statements import Line, Statement, check_size, reference_of

# Each part takes what it can and gives nothing back: a file of blanks is read once, not once for every blank.
_MARK: Final = re.compile(rb"(?m)^[ \t]*+(?:\{[^}\n]*+\})*+\{?(?:4:)?[ \t]*+:20:")
_ENTRY: Final = re.compile(r"(?m)^:\n?61:")
_BEGINNING: Final = re.compile(r"(?m)^:20:")
_RETURNED: Final = frozenset({"NRTI"})
_STRUCTURED: Final = ("purpose", "end_to_end_reference", "additional_purpose", "transaction_details", "extra_details")

for _logger in ("mt940", "mt940.tags", "mt940.models", "mt940.parser"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL + 1)


def is_mt940(content: bytes) -> bool:
    """Tell whether a file has the first field of a statement at the beginning of a line."""
    return _MARK.search(content[:4_000].replace(b"\r", b"\n")) is not None


def read(content: bytes) -> tuple[Statement, ...]:
    """Return every statement of a file; Refused ``file`` for what cannot be read."""
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"(?m)^\{.*?\{4:\n?|^-\}.*$", "", text)
    if UNSTORABLE.search(text):
        raise Refused.field("file", "statement_mt940", "MT940", reason="control characters")
    check_size(statements=len(_BEGINNING.findall(text)), entries=len(_ENTRY.findall(text)))
    try:
        found = mt940.parse_statements(io.StringIO(text), options=mt940.Options.all())
        return tuple(_statement(each) for each in found)
    except (RuntimeError, ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as error:
        raise Refused.field("file", "statement_mt940", "MT940", reason=type(error).__name__) from None


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _statement(found: Any) -> Statement:
    data: Mapping[str, Any] = found.data
    opening, closing = (
        data.get(f"final_{name}_balance") or data.get(f"intermediate_{name}_balance") for name in ("opening", "closing")
    )
    currency = str(found.currency or "")
    if currency not in MINOR_UNITS:
        raise Refused.field("file", "statement_money", ", ".join(MINOR_UNITS), statement=str(_number(data)))
    lines = tuple(_line(each.data, row, currency) for row, each in enumerate(found, 1))
    days = [line.booked_on for line in lines] or [each.date for each in (opening, closing) if each]
    return Statement(
        account=str(data.get("account_identification") or ""),
        currency=currency,
        lines=lines,
        number=_number(data),
        opening=_minor(opening, currency),
        closing=_minor(closing, currency),
        since=min(days, default=date.min),
        until=max(days, default=date.min),
    )


def _number(data: Mapping[str, Any]) -> str:
    """Return the bank's own number of a statement with the number of its page, where it has several."""
    page = str(data.get("sequence_number") or "").lstrip("0")
    number = str(data.get("statement_number") or "").lstrip("0")
    return f"{number}/{page}" if number and page not in ("", "1") else number


def _line(data: Mapping[str, Any], row: int, currency: str) -> Line:
    amount = data["amount"].amount
    told = [str(data[name]) for name in _STRUCTURED if data.get(name)]
    customer = reference_of(str(data.get("customer_reference") or ""))
    day = data.get("entry_date") or data["date"]
    return Line(
        row=row,
        minor=_whole(amount, currency),
        booked_on=date(day.year, day.month, day.day),
        bank_reference=reference_of(str(data.get("bank_reference") or "")),
        end_to_end=customer,
        text=" ".join(" ".join(told).split())[:1_000],
        party_name=str(data.get("applicant_name") or "")[:140],
        party_account=str(data.get("applicant_iban") or "")[:34],
        party_bic=str(data.get("applicant_bin") or "")[:11],
        is_return=str(data.get("status") or "").startswith("R") or str(data.get("id") or "") in _RETURNED,
    )


def _minor(balance: Balance | None, currency: str) -> int | None:
    if balance is None or isinstance(balance.amount, str | None):
        return None
    return _whole(balance.amount.amount, currency)


def _whole(amount: Any, currency: str) -> int:
    return Money.of(amount, currency).minor
