"""Which column of a bank's table is which of ours, and how its cells are read."""

import re
import unicodedata
from collections.abc import Mapping as Map
from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import Any, Final, cast

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money
from marketplace.kernel.texts import UNSTORABLE
from marketplace.payments.rules.statements import Line, Statement, amount_of, reference_of

Mapping = Map[str, str]  # our column to the header of theirs

# What banks call our columns; the first is the one that we print ourselves.
NAMES: Final[Map[str, tuple[str, ...]]] = {
    "day": ("记账日期", "day", "交易日期", "入账日期", "交易时间", "日期", "booking date", "date", "posting date",
            "transaction date", "ngày giao dịch", "ngày"),
    "amount": ("金额", "amount", "交易金额", "发生额", "số tiền"),
    "credit": ("贷方金额", "credit", "收入", "收入金额", "贷方发生额", "贷方", "credit amount", "deposits", "money in",
               "ghi có", "phát sinh có"),
    "debit": ("借方金额", "debit", "支出", "支出金额", "借方发生额", "借方", "debit amount", "withdrawals", "money out",
              "ghi nợ", "phát sinh nợ"),
    "balance": ("余额", "balance", "账户余额", "running balance", "số dư"),
    "reference": ("流水号", "reference", "交易流水号", "银行流水号", "凭证号", "bank reference", "transaction id",
                  "reference no", "số tham chiếu", "số giao dịch"),
    "text": ("摘要", "text", "附言", "用途", "备注", "交易摘要", "remittance information", "description", "details",
             "narrative", "diễn giải", "nội dung"),
    "party": ("对方户名", "party", "对方名称", "对方账户名称", "counterparty", "name", "payer", "tên đối tác"),
    "party_account": ("对方账号", "party_account", "对方账户", "counterparty account", "account", "tài khoản đối ứng"),
    "currency": ("币种", "currency", "货币", "loại tiền"),
}  # fmt: skip
ACCEPTED: Final = ", ".join(NAMES)
_MOST_ABOVE: Final = 30  # banks print name and account above the table
_MOST_COLUMNS: Final = 200
_LONGEST: Final = 200
# A bracket ends at the next one of either kind, so that a cell of nothing else is read once.
_BRACKETS: Final = re.compile(r"[(\[【][^(\[【)\]】]*[)\]】]")
_DAYS: Final = (
    (re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T].*)?", re.ASCII), "ymd"),
    (re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[ T].*)?", re.ASCII), "ymd"),
    (re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?:[ T].*)?", re.ASCII), "dmy"),
)
_SLASHED: Final = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})(?:[ T].*)?", re.ASCII)
_MONTHS: Final = 12
_FIGURES: Final = frozenset({"day", "amount", "credit", "debit", "balance"})
Cells = Sequence[Sequence[str]]


def read_mapping(given: object) -> dict[str, str]:
    """Return a mapping of our columns to headers, or refuse ``mapping`` naming what is wrong in it."""
    if not isinstance(given, dict):
        raise Refused.field("mapping", "mapping", ACCEPTED)
    parts = cast("dict[Any, Any]", given)
    wrong = [
        FieldError("mapping", "mapping", ACCEPTED, {"part": str(name)[:60]})
        for name, header in parts.items()
        if name not in NAMES or not _is_header(header)
    ]
    if wrong:
        raise Refused.fields(*wrong)
    return {str(name): str(header) for name, header in parts.items()}


def _is_header(given: object) -> bool:
    return isinstance(given, str) and 0 < len(given) <= _LONGEST and not UNSTORABLE.search(given)


def read_table(
    rows: Cells, *, account: str, currency: str, mapping: Mapping, opening: int | None = None
) -> tuple[Statement, ...]:
    """Return a table of a bank as the one statement it is; refused is every cell that cannot be read, by its row.

    Balances come from the column of balances, in whichever direction the days run; else from ``opening`` alone.
    """
    top, columns = _columns(rows, mapping)
    body = [(number, row) for number, row in enumerate(rows[top + 1 :], top + 2) if any(cell.strip() for cell in row)]
    read = _Reader(columns, currency, day_first=_day_first([_cell(row, columns, "day") for _, row in body]))
    lines = tuple(line for number, row in body if (line := read.line(number, row)) is not None)
    if read.errors:
        raise Refused.fields(*read.errors[:50])
    if not lines:
        raise Refused.field("file", "statement_empty", ACCEPTED)
    first, last = _balances(lines, read.balances, currency)
    total = sum(line.minor for line in lines)
    if first is None and opening is not None:
        first, last = opening, opening + total
    days = [line.booked_on for line in lines]
    return (Statement(account, currency, lines, "", first, last, min(days), max(days), is_table=True),)


def _balances(lines: Sequence[Line], balances: Sequence[int | None], currency: str) -> tuple[int | None, int | None]:
    """Return the balances before and after, None where a row has none; refused is a column that does not add up.

    Days run either way, and so do the entries within a day. Named is the row up to which the best of these fits.
    """
    told = [(line, balance) for line, balance in zip(lines, balances, strict=True) if balance is not None]
    if len(told) < len(lines):
        return None, None
    by_day = [sorted(each, key=lambda one: one[0].booked_on) for each in (told, told[::-1])]
    breaks: list[tuple[int, int, int, int]] = []
    for rows in (told, told[::-1], *by_day):
        before = rows[0][1] - rows[0][0].minor
        sums = list(accumulate((line.minor for line, _ in rows), initial=before))[1:]
        at = next((at for at, (_, balance) in enumerate(rows) if balance != sums[at]), None)
        if at is None:
            return before, sums[-1]
        breaks.append((at, rows[at][0].row, rows[at][1], sums[at]))
    _, row, balance, counted = max(breaks, key=lambda one: one[0])
    told_there, sum_there = Money(balance, currency), Money(counted, currency)
    raise Refused.field("file", "statement_balance", str(told_there), row=row, sum=str(sum_there))


class _Reader:
    """Reads rows, and keeps what is wrong with them."""

    def __init__(self, columns: Map[str, int], currency: str, *, day_first: bool | None) -> None:
        self.columns, self.currency, self.day_first = columns, currency, day_first
        self.errors: list[FieldError] = []
        self.balances: list[int | None] = []

    def line(self, number: int, row: Sequence[str]) -> Line | None:
        """Return one row as an entry; None for one that is wrong or moves nothing."""
        own = _cell(row, self.columns, "currency").upper()
        if own and own != self.currency:
            self._wrong("statement_currency", self.currency, number)
            return None
        day = _day(_cell(row, self.columns, "day"), day_first=self.day_first)
        if day is None:
            self._wrong("statement_date", "2026-11-25", number)
        minor = self._minor(number, row)
        if day is None or not minor:
            return None
        self.balances.append(amount_of(_cell(row, self.columns, "balance"), self.currency))
        return Line(
            row=number,
            minor=minor,
            booked_on=day,
            bank_reference=reference_of(_cell(row, self.columns, "reference")),
            text=_cell(row, self.columns, "text")[:1_000],
            party_name=_cell(row, self.columns, "party")[:140],
            party_account=_cell(row, self.columns, "party_account")[:34],
        )

    def _minor(self, number: int, row: Sequence[str]) -> int | None:
        """Return what a row moves: its signed amount, or what came less what went."""
        total = 0
        for name, sign in (("amount", 1), ("credit", 1), ("debit", -1)):
            text = _cell(row, self.columns, name)
            minor = amount_of(text, self.currency) if text and text != "-" else 0
            if minor is None:
                self._wrong("statement_number", "1234.50", number)
                return None
            # Some banks print a minus in the column of what went, too.
            total += sign * (minor if name == "amount" else abs(minor))
        return total

    def _wrong(self, code: str, accepted: str, number: int) -> None:
        self.errors.append(FieldError("file", code, accepted, {"row": number}))


def _columns(rows: Cells, mapping: Mapping) -> tuple[int, dict[str, int]]:
    """Return the row of the headers and where each of our columns is."""
    for top, row in enumerate(rows[:_MOST_ABOVE]):
        headers = [_folded(cell) if len(cell) <= _LONGEST else "" for cell in row[:_MOST_COLUMNS]]
        found = {
            name: headers.index(wanted)
            for name, names in NAMES.items()
            if (wanted := _wanted(name, names, headers, mapping)) is not None
        }
        if "day" in found and ("amount" in found or {"credit", "debit"} & found.keys()):
            return top, found
    raise Refused.field("file", "statement_header", ACCEPTED)


def _wanted(name: str, names: Sequence[str], headers: Sequence[str], mapping: Mapping) -> str | None:
    if name in mapping:
        return folded if (folded := _folded(mapping[name])) in headers else None
    taken = {_folded(header) for header in mapping.values()}
    return next((each for each in map(_folded, names) if each in headers and each not in taken), None)


def _day_first(texts: Sequence[str]) -> bool | None:
    """Return whether 03/04/2026 is the third of April in this column, None while no other day of it tells."""
    found = [match for text in texts if (match := _SLASHED.fullmatch(text))]
    first = any(int(match[1]) > _MONTHS for match in found)
    second = any(int(match[2]) > _MONTHS for match in found)
    return first if first != second else None


def _day(text: str, *, day_first: bool | None) -> date | None:
    for pattern, order in _DAYS:
        if found := pattern.fullmatch(text):
            return _date(*(found.groups() if order == "ymd" else found.groups()[::-1]))
    found = _SLASHED.fullmatch(text)
    if found is None or (day_first is None and found[1] != found[2]):
        return None
    day, month = (found[1], found[2]) if day_first else (found[2], found[1])
    return _date(found[3], month, day)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _cell(row: Sequence[str], columns: Map[str, int], name: str) -> str:
    at = columns.get(name, -1)
    text = row[at] if 0 <= at < len(row) else ""
    return " ".join(
        unicodedata.normalize("NFKC" if name in ("day", "amount", "credit", "debit") else "NFC", text).split()
    )


def _folded(text: str) -> str:
    """Return a header as headers are compared: without brackets, blanks and marks."""
    plain = _BRACKETS.sub("", unicodedata.normalize("NFKC", text))
    return re.sub(r"[\s_:：*#.\"'\ufeff]+", " ", plain).strip().casefold()
