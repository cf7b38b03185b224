"""A bank's statement as facts: what must add up, which of its entries are news, and where one is missing.

An entry is one line of the bank's books: positive came, negative went. Amounts are minor units of the account.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import LARGEST_MINOR, MINOR_UNITS, Money

MOST_ENTRIES: Final = 2_000
MOST_STATEMENTS: Final = 100
# Banks write these where there is nothing to say.
_NOTHING: Final = frozenset({"NONREF", "NOTPROVIDED", "NOTAVAILABLE"})
_OTHER: Final = re.compile(r"[^0-9A-Z]", re.ASCII)
# MT940 has no room for more of a bank's reference.
_SHORTEST_CUT: Final = 16
# Formats differ in which day they print; a bank uses a reference again much later, if ever.
NEAR: Final = timedelta(days=10)
_MOST_BALANCES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a file tells it; ``row`` is where it stands there, counted from 1."""

    row: int
    minor: int
    booked_on: date
    bank_reference: str = ""
    end_to_end: str = ""
    text: str = ""
    party_name: str = ""
    party_account: str = ""
    party_bic: str = ""
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account; balances are None where the file has none."""

    account: str
    currency: str
    lines: tuple[Line, ...]
    number: str = ""
    opening: int | None = None
    closing: int | None = None
    since: date = field(default=date.min)
    until: date = field(default=date.min)
    is_table: bool = False  # somebody's own table, not what a bank signs with its format

    @property
    def digest(self) -> str:
        """Return what tells this statement from every other of its account."""
        said = repr((self.currency, self.number, self.opening, self.closing, self.since, self.until, self.lines))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """What is kept of a statement: where it begins and ends, in days and in money."""

    since: date
    until: date
    opening: int | None
    closing: int | None
    number: str


@dataclass(frozen=True, slots=True)
class Known:
    """An entry that was imported before, and the span of the statement that brought it."""

    minor: int
    booked_on: date
    bank_reference: str
    span: Span


def compact(text: str) -> str:
    """Return a number or a reference as it is compared: capitals and digits only."""
    return _OTHER.sub("", text.upper())


def reference_of(text: str | None) -> str:
    """Return a bank's reference, nothing for the words that banks write instead of one."""
    found = (text or "").strip()
    return "" if compact(found) in _NOTHING else found[:100]


def span_of(statement: Statement) -> Span:
    """Return where a statement begins and ends."""
    return Span(statement.since, statement.until, statement.opening, statement.closing, statement.number)


def is_account(written: str, number: str, currency: str) -> bool:
    """Tell whether a file's account is this one: alone, behind its bank's code, or before its currency."""
    own = compact(number)
    return any(compact(part) in (own, own + currency) for part in (written, *re.split(r"[/\s]", written)))


def check_size(*, statements: int, entries: int) -> None:
    """Refuse a file of more than is taken in at once, before anything in it is looked at."""
    if statements > MOST_STATEMENTS:
        raise Refused.field("file", "statement_many", str(MOST_STATEMENTS))
    if entries > MOST_ENTRIES:
        raise Refused.field("file", "statement_rows", str(MOST_ENTRIES))


def check_statement(statement: Statement, *, first: date, last: date) -> None:
    """Refuse a statement that does not add up, or entries that cannot be; each by its row.

    ``first`` to ``last`` are the days on which an entry can have been booked.
    """
    refused: list[FieldError] = []
    check_size(statements=1, entries=len(statement.lines))
    most = Money(LARGEST_MINOR, statement.currency)
    for line in statement.lines:
        if not 0 < abs(line.minor) <= LARGEST_MINOR:
            refused.append(FieldError("file", "statement_amount", f"more than 0, at most {most}", {"row": line.row}))
        if not first <= line.booked_on <= last:
            refused.append(FieldError("file", "statement_day", f"{first} to {last}", {"row": line.row}))
    if refused:
        raise Refused.fields(*refused[:50])
    if statement.opening is not None and statement.closing is not None:
        sums = statement.opening + sum(line.minor for line in statement.lines)
        if sums != statement.closing:
            closing, counted = (Money(each, statement.currency) for each in (statement.closing, sums))
            raise Refused.field("file", "statement_sum", str(closing), statement=statement.number, sum=str(counted))


def news(statement: Statement, known: Iterable[Known]) -> tuple[Line, ...]:
    """Return the entries that no earlier statement brought, whatever the formats and however the two overlap.

    The bank's own reference and the amount tell an entry. Where one side has no reference, day and amount do, as often
    as they stand there. What statements before or after this one in the bank's own numbering brought is another entry
    in any case; so is what those without a number brought whose balances join on to this one's and never meet them.
    """
    kept = list(known)
    beside = _beside(span_of(statement), {entry.span for entry in kept}) | _apart(statement, kept)
    left: defaultdict[int, list[Known]] = defaultdict(list)
    for entry in kept:
        if entry.span not in beside:
            left[entry.minor].append(entry)
    untold = [line for line in statement.lines if not _take(left[line.minor], line, _is_told)]
    return tuple(line for line in untold if not _take(left[line.minor], line, _is_alike))


def occurrence_keys(lines: Sequence[Line], taken: Iterable[str]) -> list[str]:
    """Return a key for each new entry, none of which its account has taken."""
    counts: defaultdict[str, int] = defaultdict(int)
    for key in taken:
        counts[key.rpartition("|")[0]] += 1
    keys: list[str] = []
    for line in lines:
        stem = f"{line.booked_on}|{line.minor}|{compact(line.bank_reference)}"
        counts[stem] += 1
        keys.append(f"{stem}|{counts[stem]}")
    return keys


def first_opening(spans: Sequence[Span]) -> int:
    """Return the balance before the earliest entry: of the statements of the first day, the one that follows none."""
    bearing = [each for each in spans if each.opening is not None]
    first = [each for each in bearing if each.since == min(each.since for each in bearing)]
    starts = [each for each in first if all(each.opening != other.closing for other in first if other is not each)]
    return next((each.opening or 0 for each in starts or first), 0)


def amount_of(text: str, currency: str) -> int | None:
    """Read an amount as banks write it, in minor units; None for what is none.

    No currency here has three decimals, so a mark before three digits groups them and one before fewer begins the
    decimals.
    """
    digits = re.sub(r"[\s\u00a0\u202f'’]", "", text)
    sign = -1 if digits.startswith("-") or (digits.startswith("(") and digits.endswith(")")) else 1
    digits = digits.strip("+-()")
    found = re.fullmatch(r"([0-9]{1,15}|[0-9]{1,3}(?:[.,][0-9]{3})+)(?:[.,]([0-9]{1,2}))?", digits, re.ASCII)
    if found is None:
        return None
    whole, decimals = re.sub(r"[.,]", "", found[1]), (found[2] or "")
    places = MINOR_UNITS[currency]
    if len(whole) > 15 or decimals[places:].strip("0"):
        return None
    return sign * (int(whole) * 10**places + int(decimals[:places].ljust(places, "0") or "0"))


def _beside(here: Span, spans: Collection[Span]) -> set[Span]:
    """Return the statements that the bank's own numbering and balances put before or behind one: they share no entry.

    One with the same days and balances may be the same under another number, so that it is none of them.
    """
    found: set[Span] = set()
    for forwards in (False, True):
        edge = {here}
        while edge:
            pairs = ((one, each) for one in edge for each in spans if each not in found)
            edge = {each for one, each in pairs if (_follows(each, one) if forwards else _follows(one, each))}
            found |= edge
    return {each for each in found if replace(each, number="") != replace(here, number="")}


def _follows(here: Span, there: Span) -> bool:
    """Tell whether one statement begins where the other ends."""
    is_numbered = bool(here.number and there.number) and here.number != there.number
    return is_numbered and here.opening is not None and here.opening == there.closing and there.since <= here.since


def _apart(statement: Statement, kept: Iterable[Known]) -> set[Span]:
    """Return the statements without a number that join on to one, directly or by others, and share no entry with it.

    Statements with an entry in common have the balances before and behind it in common: two figures, not one.
    """
    here = span_of(statement)
    brought: defaultdict[Span, list[tuple[date, int]]] = defaultdict(list)
    for entry in kept:
        brought[entry.span].append((entry.booked_on, entry.minor))
    own = _balances(here, [(line.booked_on, line.minor) for line in statement.lines])
    if own is None:
        return set()
    found: set[Span] = set()
    edge = {here}
    while edge:
        edge = {each for each in brought if each not in found and any(_joins(one, each) for one in edge)}
        found |= edge
    balances = {span: _balances(span, brought[span]) for span in found}
    return {span for span, theirs in balances.items() if theirs is not None and len(own & theirs) <= 1}


def _joins(one: Span, other: Span) -> bool:
    """Tell whether one of two statements begins with the balance with which the other ends, and has no number."""
    if None in (one.opening, one.closing, other.opening, other.closing) or (one.number and other.number):
        return False
    return one.opening == other.closing or one.closing == other.opening


def _balances(span: Span, moves: Iterable[tuple[date, int]]) -> set[int] | None:
    """Return every balance that there can have been in a statement, whatever the order within a day.

    None where it has no balances, where others brought some of its entries before, and where there are too many.
    """
    balance = span.opening
    if balance is None or span.closing is None:
        return None
    found = {balance}
    days: defaultdict[date, list[int]] = defaultdict(list)
    for day, minor in moves:
        days[day].append(minor)
    for day in sorted(days):
        within = {balance}
        for minor in days[day]:
            within |= {each + minor for each in within}
            if len(within) > _MOST_BALANCES:
                return None
        found |= within
        balance += sum(days[day])
    return found if balance == span.closing else None


def _is_told(entry: Known, line: Line) -> bool:
    """Tell whether the bank's reference says that these are one entry; the amounts are the same."""
    shorter, longer = sorted((compact(entry.bank_reference), compact(line.bank_reference)), key=len)
    is_same = bool(shorter) and (shorter == longer or (len(shorter) >= _SHORTEST_CUT and longer.startswith(shorter)))
    return is_same and abs(entry.booked_on - line.booked_on) <= NEAR


def _is_alike(entry: Known, line: Line) -> bool:
    """Tell whether two entries of one amount may be one: of one day, and told apart by no reference."""
    told_apart = bool(entry.bank_reference and line.bank_reference)
    return not told_apart and entry.booked_on == line.booked_on


def _take(left: list[Known], line: Line, fits: Callable[[Known, Line], bool]) -> bool:
    """Take the first entry that fits out of what is left, and tell whether there was one."""
    for index, entry in enumerate(left):
        if fits(entry, line):
            del left[index]
            return True
    return False
