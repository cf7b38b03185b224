"""What a sheet is made of; ``templates/papers/paper.typ`` sets each of these.

A *cell* is a list of texts with the language each is in, the leading language first, equal ones once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.papers.layout import formats
from marketplace.papers.layout import labels as words
from marketplace.papers.rules.documents import spoken

Cell = list[dict[str, str]]
Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Voice:
    """The one or two languages of a sheet; labels and dates stand in those that have labels, goods in all."""

    locales: tuple[str, ...]

    @property
    def spoken(self) -> tuple[str, ...]:
        """The languages of labels, dates and figures."""
        return spoken(self.locales)

    def cell(self, write: Callable[[str], str], locales: tuple[str, ...] = ()) -> Cell:
        """Return what ``write`` makes of each language."""
        texts: dict[str, str] = {}
        for locale in locales or self.spoken:
            texts.setdefault(formats.shown(write(locale)), locale)
        return [{"lang": locale, "text": text} for text, locale in texts.items() if text]

    def word(self, code: str, **facts: str) -> Cell:
        """Return a label."""
        return self.cell(lambda locale: words.word(code, locale, **facts))

    def same(self, text: str) -> Cell:
        """Return a text that is the same in every language: a name, a number, a code."""
        return self.cell(lambda _: text)

    def texts(self, value: Mapping[str, str]) -> Cell:
        """Return a text that exists by language; English, else any, stands in for a missing one."""
        stand_in = value.get("en") or next(iter(value.values()), "")
        return self.cell(lambda locale: value.get(locale) or stand_in, self.locales)

    def first(self, write: Callable[[str], str]) -> Cell:
        """Return what ``write`` makes of the leading language: figures in two notations invite misreading."""
        return self.cell(lambda _: write(self.spoken[0]))

    def money(self, value: Any, *, code: bool = True) -> Cell:
        """Return an amount."""
        return self.first(lambda locale: formats.money(value, locale, code=code))

    def day(self, value: str) -> Cell:
        """Return a day."""
        return self.cell(lambda locale: formats.day(value, locale))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, whether it holds numbers."""

    heading: Cell
    width: int
    numeric: bool = False


def parties(columns: Sequence[tuple[Cell, Sequence[Cell]]]) -> Block:
    """Companies side by side: each one's role and lines, the name first."""
    return {"block": "parties", "parties": [{"role": role, "lines": list(lines)} for role, lines in columns]}


def facts(title: Cell, rows: Sequence[tuple[Cell, Cell]], *, note: Cell | None = None) -> Block:
    """Names and values under a title."""
    return {
        "block": "facts",
        "title": title,
        "rows": [{"name": name, "value": value} for name, value in rows if value],
        "note": note or [],
    }


def table(
    title: Cell, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, sums: Sequence[Cell] | None = None
) -> Block:
    """Rows under headings, and a last row of sums."""
    return {
        "block": "table",
        "title": title,
        "columns": [
            {"heading": column.heading, "width": column.width, "numeric": column.numeric} for column in columns
        ],
        "rows": [list(row) for row in rows],
        "sums": list(sums or []),
    }


def clauses(title: Cell, items: Sequence[Mapping[str, Any]], voice: Voice) -> Block:
    """Numbered clauses, the languages side by side."""
    return {
        "block": "clauses",
        "title": title,
        "langs": list(voice.spoken),
        "items": [{"heading": _each(item["heading"], voice), "text": _each(item["text"], voice)} for item in items],
    }


def _each(texts: Mapping[str, str], voice: Voice) -> list[str]:
    return [formats.shown(texts.get(locale) or texts["en"]) for locale in voice.spoken]


def marks(title: Cell, labels: Sequence[Sequence[str]]) -> Block:
    """Shipping marks as they stand on the cartons, one label for each line of goods."""
    return {"block": "marks", "title": title, "labels": [[formats.shown(row) for row in rows] for rows in labels]}


def labels(size: str, sheets: Sequence[Mapping[str, Any]]) -> Block:
    """Labels, each on a page of this size; ``code`` is a drawing in SVG."""
    return {"block": "labels", "size": size, "sheets": [dict(sheet) for sheet in sheets]}


def signatures(title: Cell, parties: Sequence[tuple[Cell, Cell]], caption: Cell) -> Block:
    """A place to sign and seal for each party."""
    return {
        "block": "signatures",
        "title": title,
        "parties": [{"role": role, "name": name} for role, name in parties],
        "caption": caption,
    }
