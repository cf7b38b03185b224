"""Versioned clauses of the sales contract; a version that was issued is never edited, a change is a new version."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from marketplace.papers.rules import (
    clauses_2026_11,
    clauses_2026_12,
    clauses_2027_01,
    clauses_2027_01_2,
    clauses_2027_01_3,
)

LOCALES: Final = ("en", "zh", "vi")
LATEST: Final = "2027-01.3"
LAW: Final = clauses_2026_11.LAW
ARBITRATION: Final = clauses_2026_11.ARBITRATION

_VERSIONS: Final = {
    "2026-11": clauses_2026_11.CLAUSES,
    "2026-12": clauses_2026_12.CLAUSES,
    "2027-01": clauses_2027_01.CLAUSES,
    "2027-01.2": clauses_2027_01_2.CLAUSES,
    "2027-01.3": clauses_2027_01_3.CLAUSES,
}


class Clause(NamedTuple):
    """A clause in every language; ``mode`` restricts it to one settlement mode, empty to none."""

    code: str
    mode: str
    heading: Mapping[str, str]
    text: Mapping[str, str]


def clauses(version: str, *, mode: str) -> tuple[Clause, ...]:
    """Return the clauses of a version for a settlement mode, in their order; KeyError for an unknown version."""
    return tuple(
        Clause(code, only, heading, text) for code, only, heading, text in _VERSIONS[version] if only in ("", mode)
    )


def filled(
    version: str, *, mode: str, facts: Mapping[str, Mapping[str, str]], without: Collection[str] = ()
) -> list[dict[str, object]]:
    """Return the clauses with the order's facts in place, as paper data: code, heading and text by locale.

    ``without`` names those that are about nothing here: a sale inside one country knows no import duty.
    """
    said = {locale: {name: _in(texts, locale) for name, texts in facts.items()} for locale in LOCALES}
    return [
        {
            "code": clause.code,
            "heading": {locale: clause.heading[locale] for locale in LOCALES},
            "text": {locale: clause.text[locale].format_map(said[locale]) for locale in LOCALES},
        }
        for clause in clauses(version, mode=mode)
        if clause.code not in without
    ]


def _in(texts: Mapping[str, str], locale: str) -> str:
    """Return a fact in a language, else in English, else in the first it has."""
    return texts.get(locale) or texts.get("en") or next(iter(texts.values()), "")
