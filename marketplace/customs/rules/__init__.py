"""Measures at a border: what each is, which goods it is for, and when it holds."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused

LANGUAGES: Final = ("en", "zh", "vi")
LONGEST: Final = 500
LONGEST_SOURCE: Final = 300
_PREFIX: Final = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,4}", re.ASCII)
_WEB: Final = re.compile(r"https?://[^\s/]+\.[^\s]+")


class Measure(StrEnum):
    """What a country asks, or that it lets nothing in."""

    PROHIBITED = "prohibited"
    LICENCE = "licence"
    PERMIT = "permit"
    QUARANTINE = "quarantine"
    AGE = "age"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Rule:
    """A measure of a destination for goods under an HS prefix, with its source."""

    country: str
    hs_prefix: str
    measure: Measure
    texts: Mapping[str, str]
    source: str
    source_url: str
    valid_from: date
    valid_to: date | None
    checked_on: date


def check(
    country: str,
    hs_prefix: str,
    measure: str,
    texts: Mapping[str, str],
    source: str,
    source_url: str,
    valid_from: date,
    valid_to: date | None,
    checked_on: date,
    *,
    countries: Collection[str],
    today: date,
) -> Rule:
    """Return the rule, or refuse it naming every wrong field; ``countries`` are those of this city."""
    prefix = hs_prefix.replace(".", "").replace(" ", "")
    errors = [*_wrong_words(texts)]
    if country not in countries:
        errors.append(FieldError("country", "choice", ", ".join(sorted(countries))))
    if not _PREFIX.fullmatch(prefix):
        errors.append(FieldError("hs_prefix", "hs_code", "2, 4, 6, 8 or 10 digits of an HS code"))
    if measure not in set(Measure):
        errors.append(FieldError("measure", "choice", ", ".join(Measure)))
    if not source:
        errors.append(FieldError("source", "required", "the law or page it was read in"))
    elif len(source) > LONGEST_SOURCE:
        errors.append(FieldError("source", "too_long", f"at most {LONGEST_SOURCE} characters"))
    if not _WEB.fullmatch(source_url) or len(source_url) > LONGEST:
        errors.append(FieldError("source_url", "web_address", "https://customs.example/notice"))
    if valid_to is not None and valid_to < valid_from:
        errors.append(FieldError("valid_to", "too_early", "the first day, or a later one"))
    if checked_on > today:
        errors.append(FieldError("checked_on", "too_late", "today, or an earlier day"))
    if errors:
        raise Refused.fields(*errors)
    words = {language: texts[language] for language in LANGUAGES}
    return Rule(country, prefix, Measure(measure), words, source, source_url, valid_from, valid_to, checked_on)


def prefixes(hs_code: str) -> tuple[str, ...]:
    """Return the prefixes under which a rule may name goods of this code, the shortest first."""
    return tuple(hs_code[:length] for length in range(2, len(hs_code) + 1, 2))


def blocks(measures: Iterable[Measure]) -> bool:
    """Tell whether goods under these measures cannot go there."""
    return Measure.PROHIBITED in set(measures)


def _wrong_words(texts: Mapping[str, str]) -> Iterable[FieldError]:
    for language in LANGUAGES:
        text = texts.get(language, "")
        if not text:
            yield FieldError(language, "required", "what is asked, in this language")
        elif len(text) > LONGEST:
            yield FieldError(language, "too_long", f"at most {LONGEST} characters")
