"""Restrictions as rows of a sheet: what each would do to those that are kept, or why it cannot be read.

A rule is known by its country, prefix, measure and first day; a row of a known one says all the rest anew. A rule that
the sheet lacks is left alone.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from marketplace.customs.rules import LANGUAGES, Rule, check
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.texts import UNSTORABLE

MOST_ROWS: Final = 2_000
_DAYS: Final = ("valid_from", "valid_to", "checked_on")
# What the columns may be called; the first is ours.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "country": ("country", "国家", "目的国", "nước"),
    "hs_prefix": ("hs_prefix", "hs", "hs code", "海关编码", "mã hs"),
    "measure": ("measure", "措施", "biện pháp"),
    "en": ("en", "english", "英文", "tiếng anh"),
    "zh": ("zh", "chinese", "中文", "tiếng trung"),
    "vi": ("vi", "vietnamese", "越南文", "tiếng việt"),
    "source": ("source", "来源", "nguồn"),
    "source_url": ("source_url", "来源网址", "địa chỉ nguồn"),
    "valid_from": ("valid_from", "生效日期", "từ ngày"),
    "valid_to": ("valid_to", "失效日期", "đến ngày"),
    "checked_on": ("checked_on", "核对日期", "ngày đối chiếu"),
}
COLUMNS: Final = tuple(NAMES)
_HEADER_WITHIN: Final = 30
_NOISE: Final = re.compile(r"[*:\s]+")
_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:T00:00:00)?", re.ASCII)

Cell = str | Decimal
Key = tuple[str, str, str, date]


class Outcome(StrEnum):
    """What a row does."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Change:
    """What a row changes of a rule: a column, its text before and after."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number in the sheet: the rule that it says, or what is wrong with it."""

    number: int
    rule: Rule | None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a row does, and what it changes of the rule that is there."""

    row: Row
    outcome: Outcome
    changes: tuple[Change, ...] = ()


def key_of(rule: Rule) -> Key:
    """Return what a rule is known by."""
    return rule.country, rule.hs_prefix, rule.measure.value, rule.valid_from


def cells_of(rule: Rule) -> dict[str, str]:
    """Return a rule as the cells of a row."""
    days = {"valid_from": rule.valid_from, "valid_to": rule.valid_to, "checked_on": rule.checked_on}
    return {
        "country": rule.country,
        "hs_prefix": rule.hs_prefix,
        "measure": rule.measure.value,
        **{language: rule.texts.get(language, "") for language in LANGUAGES},
        "source": rule.source,
        "source_url": rule.source_url,
        **{name: day.isoformat() if day else "" for name, day in days.items()},
    }


def read(sheet: Sequence[Sequence[Cell]], *, countries: Collection[str], today: date) -> tuple[Row, ...]:
    """Return the rows below the headers that are not blank; Refused ``file`` without all headers, and for too many."""
    headers = ((at, _places(line)) for at, line in enumerate(sheet[:_HEADER_WITHIN]))
    top, places = next(((at, found) for at, found in headers if found.keys() == NAMES.keys()), (0, None))
    if places is None:
        raise Refused.field("file", "restriction_header", ", ".join(COLUMNS))
    lines = [
        (number, {name: line[at] if at < len(line) else "" for name, at in places.items()})
        for number, line in enumerate(sheet[top + 1 :], start=top + 2)
    ]
    lines = [(number, cells) for number, cells in lines if any(_text(cell) for cell in cells.values())]
    if not 1 <= len(lines) <= MOST_ROWS:
        raise Refused.field("file", "restriction_rows", f"1 to {MOST_ROWS}")
    found: list[Row] = []
    seen: dict[Key, int] = {}
    for number, cells in lines:
        row = _row(number, cells, countries, today)
        first = seen.setdefault(key_of(row.rule), number) if row.rule else number
        if first != number:
            row = Row(number, None, (FieldError("hs_prefix", "restriction_twice", "", {"row": first}),))
        found.append(row)
    return tuple(found)


def judge(rows: Sequence[Row], known: Mapping[Key, Rule]) -> tuple[Judged, ...]:
    """Say what each row does to the rules that are kept."""
    return tuple(_judged(row, known) for row in rows)


def _judged(row: Row, known: Mapping[Key, Rule]) -> Judged:
    if row.rule is None:
        return Judged(row, Outcome.WRONG)
    before = known.get(key_of(row.rule))
    if before is None:
        return Judged(row, Outcome.NEW)
    old, new = cells_of(before), cells_of(row.rule)
    changes = tuple(Change(name, old[name], new[name]) for name in COLUMNS if old[name] != new[name])
    return Judged(row, Outcome.CHANGED if changes else Outcome.UNCHANGED, changes)


def _row(number: int, cells: Mapping[str, Cell], countries: Collection[str], today: date) -> Row:
    texts = {name: _text(cell) for name, cell in cells.items()}
    errors = [
        FieldError(name, "control_characters", "text without control characters")
        for name, text in texts.items()
        if UNSTORABLE.search(text)
    ]
    days = {name: _day(name, texts[name], errors) for name in _DAYS}
    if isinstance(cells["hs_prefix"], Decimal):
        texts["hs_prefix"] = _digits(cells["hs_prefix"])
    try:
        rule = check(
            texts["country"].upper(),
            texts["hs_prefix"],
            texts["measure"].lower(),
            {language: texts[language] for language in LANGUAGES},
            " ".join(texts["source"].split()),
            texts["source_url"],
            # A day that cannot be read is named once, and not taken for too early or too late as well.
            days["valid_from"] or date.min,
            days["valid_to"],
            days["checked_on"] or today,
            countries=countries,
            today=today,
        )
    except Refused as refusal:
        named = {error.field for error in errors}
        errors += [error for error in refusal.errors if error.field not in named]
        rule = None
    return Row(number, None if errors else rule, tuple(errors))


def _day(name: str, text: str, errors: list[FieldError]) -> date | None:
    """Read a day as sheet programs write it; one whose month could be its day is refused."""
    if not text:
        if name != "valid_to":
            errors.append(FieldError(name, "required", "a day such as 2026-11-25"))
        return None
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else _refuse(name, errors)
    except ValueError:
        return _refuse(name, errors)


def _refuse(name: str, errors: list[FieldError]) -> None:
    errors.append(FieldError(name, "calendar_day", "a day such as 2026-11-25"))


def _digits(number: Decimal) -> str:
    """Return an HS code that a sheet program took for a number: the zero that chapters 01 to 09 begin with is lost."""
    if number != number.to_integral_value():
        return "?"  # of 8714.10 the last zero is lost, too: nobody knows which code was meant
    text = f"{number:f}".partition(".")[0]
    return text.zfill(len(text) + len(text) % 2)


def _text(cell: Cell) -> str:
    text = f"{cell:f}" if isinstance(cell, Decimal) else cell
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()


def _places(line: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(line):
        if (name := _BY_NAME.get(_folded(_text(cell)))) is not None:
            found.setdefault(name, at)
    return found


def _folded(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


_BY_NAME: Final = {_folded(written): name for name, names in NAMES.items() for written in names}
