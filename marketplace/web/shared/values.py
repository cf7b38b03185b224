"""What a page says would be accepted: the words that its form shows for codes; programs are told the codes."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from marketplace.checkout.rules.limits import refusal_of
from marketplace.checkout.rules.problems import Problem
from marketplace.edge.accepted import is_phrase
from marketplace.edge.messages import FIELD_TEXTS, sentence
from marketplace.kernel.errors import Conflict, DomainError
from marketplace.reference.rules import UNITS
from marketplace.web.shared import details, goods
from marketplace.web.shared.choices import language_names

# A code of a language, with its script or country.
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")
# What a choice of one of several codes accepts, as the readers of bodies write it.
_QUOTED: Final = re.compile(r"'([^']*)'")
# Codes and ids say nothing to a reader; names, amounts and codes of currencies do.
_INNER: Final = re.compile(r"[a-z][a-z0-9]*([_.-][a-z0-9]+)*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Of these a reader named the values, as the sheets of a file.
_OWN_NAMES: Final = frozenset({"sheet", "rows"})
# How a value is refused whose form is wrong; where there is none, the field was left empty.
_OF_FORM: Final = frozenset(
    {"calendar_day", "clock", "country", "currency", "decimal", "id", "instant", "moment", "whole_number", "zone"}
)
# What a merchant may do with a listing, as its page calls it.
LISTING_ACTS: Final[dict[str, Any]] = {
    "pause": _("Pause"),
    "resume": _("Resume"),
    "sell_out": _("Mark as sold out"),
    "withdraw": _("Take back from review"),
    "delist": _("Take down"),
    "reopen": _("Begin again as a draft"),
}


def _unit(code: str) -> str:
    return str(goods.unit(code)) if code in UNITS else code


def _scheme(code: str) -> str:
    return str(details.SCHEMES.get(code, code))


def _language(code: str) -> str:
    """Return a language's name; what is accepted may also be said in words, which stay."""
    return language_names([code]) if _LANGUAGE.fullmatch(code) else code


_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "country": goods.country,
    "language": _language,
    "locale": _language,
    "net_unit": _unit,
    "origin": goods.country,
    "scheme": _scheme,
    "unit": _unit,
}


def reworded(item: Mapping[str, Any], typed: str | None = None) -> str:
    """Return the sentence about a refused field with words for codes. ``typed``: what its control sent, if it did."""
    said, accepted = str(item["message"]), str(item["accepted"])
    if item["code"] == "terms":
        return gettext("Please accept the current terms and the privacy notice.")
    if item["code"] in _OF_FORM and typed is not None and not typed.strip():
        return str(FIELD_TEXTS["required"])
    if item["code"] != "choice" or not accepted or is_phrase(accepted):
        return said
    field, codes = str(item["field"]), _QUOTED.findall(accepted) or accepted.split(", ")
    word = _WORDS.get(field.rpartition(".")[2])
    # Rates of costs have units of their own, which their form calls.
    if word is not None and (word is not _unit or UNITS.keys() & set(codes)):
        return said.replace(accepted, ", ".join(map(word, codes)))
    return _offered(field, said, codes)


def _offered(field: str, said: str, codes: list[str]) -> str:
    """Return a sentence that the page fills with what its own form calls these codes; without a form it names none."""
    is_readable = field in _OWN_NAMES or not any(map(_INNER.fullmatch, codes))
    text = said if is_readable else gettext("Choose one of those offered here.")
    return Markup('<span data-choices="{}" data-among="{}">{}</span>').format(field, "|".join(codes), text)


def quantity_limit(problem: Problem) -> str:
    """Return why so many cannot be ordered, as a sentence."""
    return sentence(refusal_of(problem))


def detail(error: DomainError) -> str:
    """Return a refusal as a sentence; what is possible instead by its words, or not at all where it has none."""
    possible = list(error.facts.get("possible") or ())
    if error.code != "state" or not possible:
        return sentence(error)
    if error.facts.get("thing") == "listing" and LISTING_ACTS.keys() >= set(possible):
        return sentence(Conflict("state", possible=[str(LISTING_ACTS[act]) for act in possible]))
    return gettext("This is no longer possible: the state has changed. Load the page anew to see what is possible.")


__all__ = ["LISTING_ACTS", "detail", "reworded"]
