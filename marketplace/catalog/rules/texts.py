"""Texts in several languages: the reader's, else English, which trade reads, else the merchant's own, else any."""

from collections.abc import Mapping
from typing import Final

from marketplace.kernel.errors import FieldError

# The languages a merchant may write in: those of the corridor.
LANGUAGES: Final = ("en", "zh", "vi", "th", "lo", "km", "my", "ms", "id")
LONGEST_TITLE: Final = 160
LONGEST_DESCRIPTION: Final = 10_000


def in_language(texts: Mapping[str, str], locale: str, source: str = "en") -> str:
    """Return the text in a language, or the best there is."""
    for wanted in (locale, "en", source):
        if texts.get(wanted):
            return texts[wanted]
    return next((text for text in texts.values() if text), "")


def language_of(texts: Mapping[str, str], locale: str, source: str = "en") -> str:
    """Return the language that ``in_language`` answers in, for the page's ``lang``."""
    found = in_language(texts, locale, source)
    return next((name for name in (locale, "en", source) if texts.get(name) == found), source)


def check_texts(field: str, texts: Mapping[str, str], *, source: str, longest: int, needed: bool) -> list[FieldError]:
    """Return what is wrong with the texts of one field."""
    errors: list[FieldError] = []
    if needed and not texts.get(source):
        errors.append(FieldError(field, "required", f"a text in {source}"))
    if unknown := texts.keys() - set(LANGUAGES):
        errors.append(FieldError(field, "choice", ", ".join(LANGUAGES), {"unknown": sorted(unknown)}))
    if any(len(text) > longest for text in texts.values()):
        errors.append(FieldError(field, "too_long", f"at most {longest} characters"))
    return errors
