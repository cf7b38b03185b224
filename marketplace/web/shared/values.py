"""What a page says would be accepted: the words that its form shows for codes; programs are told the codes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from marketplace.edge.messages import sentence
from marketplace.kernel.errors import Conflict, DomainError
from marketplace.reference.rules import UNITS
from marketplace.web.shared import details, goods
from marketplace.web.shared.choices import language_names

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


_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "country": goods.country,
    "language": lambda code: language_names([code]),
    "locale": lambda code: language_names([code]),
    "net_unit": _unit,
    "origin": goods.country,
    "scheme": _scheme,
    "unit": _unit,
}


def reworded(item: Mapping[str, Any]) -> str:
    """Return the sentence about a refused field with words for codes."""
    said, accepted = str(item["message"]), str(item["accepted"])
    if item["code"] == "terms":
        return gettext("Please accept the current terms and the privacy notice.")
    word = _WORDS.get(str(item["field"]).rpartition(".")[2])
    if word is None or item["code"] != "choice" or not accepted:
        return said
    return said.replace(accepted, ", ".join(word(code) for code in accepted.split(", ")))


def detail(error: DomainError) -> str:
    """Return a refusal as a sentence; what is possible instead by its words, or not at all where it has none."""
    possible = list(error.facts.get("possible") or ())
    if error.code != "state" or not possible:
        return sentence(error)
    if error.facts.get("thing") == "listing" and LISTING_ACTS.keys() >= set(possible):
        return sentence(Conflict("state", possible=[str(LISTING_ACTS[act]) for act in possible]))
    return gettext("This is no longer possible: the state has changed. Load the page anew to see what is possible.")


__all__ = ["LISTING_ACTS", "detail", "reworded"]
