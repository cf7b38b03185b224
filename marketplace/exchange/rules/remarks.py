"""Remarks: what a person says about goods for a company, in what language, and what no public one may hold.

What the public reads names no way to reach its author: who asks is the author's secret, as rivals must not learn who
buys, and a deal that leaves the city has neither hold nor claim. So it is refused with what was found in it, never
changed or dropped in silence. A private question goes to its merchant alone and may hold anything.
"""

import re
from enum import StrEnum
from typing import Final

from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.kernel.errors import FieldError, Refused

LONGEST: Final = 2_000
LONGEST_REASON: Final = 500
_TELLING: Final = 4


class RemarkKind(StrEnum):
    """What a remark is."""

    QUESTION = "question"
    ANSWER = "answer"
    REVIEW = "review"
    REPLY = "reply"


# Something at something with a dot; the sign may be fullwidth, as a Chinese keyboard types it.
_EMAIL: Final = re.compile(r"[\w.+-]+\s?[@＠]\s?[\w-]+(?:\.[\w-]+)+")
_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|cn|vn|th|io|info|asia|shop)\b", re.IGNORECASE
)
# With the sign of a country; or a mobile number as China and Viet Nam write theirs, which no barcode is as long as.
_PHONE: Final = re.compile(
    r"[+＋]\d(?:[\s().-]?\d){7,14}|(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)0[35789]\d{2}[\s-]?\d{3}[\s-]?\d{3}(?!\d)"
)
_CONTACTS: Final = (_EMAIL, _LINK, _PHONE)


def contact_in(text: str) -> str | None:
    """Return the first e-mail address, web address or phone number in a text, None where there is none."""
    found = [match for pattern in _CONTACTS if (match := pattern.search(text))]
    return min(found, key=lambda match: match.start()).group() if found else None


def check_text(text: str, *, language: str, field: str = "text", is_needed: bool = True) -> None:
    """Refuse a remark that is missing or too long, or in a language that nobody reads here."""
    errors: list[FieldError] = []
    if is_needed and not text.strip():
        errors.append(FieldError(field, "required", "a few words"))
    if len(text) > LONGEST:
        errors.append(FieldError(field, "too_long", f"at most {LONGEST} characters"))
    if language not in LANGUAGES:
        errors.append(FieldError("language", "choice", ", ".join(LANGUAGES)))
    if errors:
        raise Refused.fields(*errors)


def check_public(text: str, *, secret: str | None = None, field: str = "text") -> None:
    """Refuse a public remark that says how to reach somebody, or names the company whose ``secret`` it is to ask."""
    if found := contact_in(text):
        raise Refused.field(field, "contact_data", "text without e-mail, phone and web address", found=found)
    # A name of three letters stands in too many words.
    if secret and len(secret) >= _TELLING and secret.casefold() in text.casefold():
        raise Refused.field(field, "names_author", "text without your company's name", company=secret)


def check_reason(reason: str) -> str:
    """Return why a remark is hidden without its margins; Refused when it is missing or too long."""
    text = reason.strip()
    if not text:
        raise Refused.field("reason", "required", "why, in words its author can act on")
    if len(text) > LONGEST_REASON:
        raise Refused.field("reason", "too_long", f"at most {LONGEST_REASON} characters")
    return text
