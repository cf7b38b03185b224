"""Codes of refusals as sentences in the reader's language."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from marketplace.edge.accepted import in_words
from marketplace.edge.written import written
from marketplace.kernel.errors import DomainError, FieldError

FIELD_TEXTS: Final[dict[str, Any]] = {
    "required": _("This field is needed."),
    "only_with": _("Only together: %(accepted)s."),
    "unknown_field": _("This field is not known here."),
    "too_short": _("Too short: %(accepted)s."),
    "too_long": _("Too long: %(accepted)s."),
    "too_small": _("Too small: %(accepted)s."),
    "too_large": _("Too large: %(accepted)s."),
    "too_fine": _("Too many decimals: %(accepted)s."),
    "choice": _("Choose one of: %(accepted)s."),
    "range": _("Out of range: %(accepted)s."),
    "positive": _("Write an amount above zero: %(accepted)s."),
    "setting": _("This setting takes %(accepted)s."),
    "address": _("No message can be sent there. Write %(accepted)s."),
    "file_other": _("This file was handed in for something else. Choose %(accepted)s."),
    "currency": _("Choose a currency of: %(accepted)s."),
    "country": _("Choose a country: %(accepted)s."),
    "whole_number": _("Write a whole number."),
    "decimal": _("Write a number such as 1234.50."),
    "text": _("Write text."),
    "one_line": _("Write it on one line."),
    "control_characters": _("Remove the control characters."),
    "invisible": _("Write something that can be seen."),
    "id": _("This is not an id of this site."),
    "cursor": _("This page of the list does not exist."),
    "taken": _("This is already in use."),
    "unknown": _("This is not known."),
    "tick": _("Write true or false."),
    "list": _("Write a list."),
    "object": _("Write an object with named fields."),
    "file_empty": _("This file is empty. We take %(accepted)s."),
    "file_kind": _("This file is none of the kinds we take here: %(accepted)s."),
    "picture_pixels": _("This picture is too large: %(accepted)s."),
    "picture_broken": _("This picture cannot be read. Save it anew as %(accepted)s."),
    "pdf_broken": _("This PDF cannot be opened or has no page. Save it anew; we take %(accepted)s."),
    "pdf_locked": _("This PDF opens by a password only. Hand it in without one; we take %(accepted)s."),
    "key_malformed": _("Send a key of %(accepted)s."),
    "key_reused": _("This key was used with another request. Send %(accepted)s."),
}

ERROR_TEXTS: Final[dict[str, Any]] = {
    "fields": _("Some fields need another look."),
    "not_found": _("There is no such page, or it is not yours to see."),
    "login_needed": _("Please log in."),
    "token_unknown": _("The bearer token is not known, or no longer valid."),
    "permission": _("Your role does not allow this."),
    "no_company": _("Choose the company you act for."),
    "state": _("This is no longer possible: the state has changed. Possible now: %(possible)s."),
    "state_final": _("This is no longer possible: the state has changed, and nothing more can be done here."),
    "retracted": _("This event was taken back already."),
    "setting_past": _("A setting changes from now on or later; what was, was."),
    "setting_taken": _("This setting changes at that instant already. Choose another instant."),
    "tariff_later": _("A later tariff is there already. Let this one begin after it."),
    "refund_failed": _("The card provider could not send this money back. Begin a new refund."),
    "no_person": _("This needs a person who is logged in."),
    "database_value": _("Some value is larger than this city keeps. Nothing was written."),
    "signature": _("The signature does not fit what was sent."),
    "event": _("This is no event that we know."),
    "event_version": _("This event speaks another version of the interface."),
    "mail": _("The message could not be handed on. We try again."),
    "files": _("The store of files does not answer. Try again in a moment."),
    "ledger_key": _("This was booked already, with other amounts."),
    "key_missing": _("Send an Idempotency-Key header: 1 to 255 printable ASCII characters."),
    "key_reused": _("This Idempotency-Key was used with another request."),
    "form_sent": _("This form was sent already, with other content. Look at what was done before you send it again."),
    "form_running": _(
        "This form was sent a moment ago and is at work. Look at what came of it before you send it again."
    ),
    "key_running": _("The first request with this Idempotency-Key is still running."),
    "csrf": _("The form is too old or was not ours. Reload the page and send it again."),
    "body": _("The request body cannot be read as JSON."),
    "too_large": _("Too large: %(accepted)s."),
    "file_too_large": _("This file is too large. We take %(accepted)s."),
    "too_many": _("Too many tries. Wait %(retry_after)s seconds."),
    "raced": _("Somebody did the same a moment ago. Nothing of yours was done; look again and repeat it if needed."),
    "busy": _("The city is busy. Nothing was done; try again in a moment."),
    "internal": _("Something broke on our side. Nothing was half done; the fault is noted."),
}


# What the codes that a fact lists are called, by the fact.
CODES: Final[dict[str, dict[str, Any]]] = {}


def sentence(error: DomainError) -> str:
    """Return the refusal as a sentence."""
    code = error.code
    if code == "state" and not error.facts.get("possible"):
        code = "state_final"
    elif code == "capacity" and error.facts.get("reference"):
        code = "capacity_together" if error.facts.get("skus") else "capacity_on"
    elif code == "capacity" and "most" in error.facts:
        code = _capacity_code(error.facts)
    elif code == "segregation" and error.facts.get("skus"):
        code = "segregation_of"
    return _fill(ERROR_TEXTS.get(code, code), error.facts)


def _capacity_code(facts: Mapping[str, Any]) -> str:
    """Return the code of the sentence that says how much goes by one lorry, ever or now."""
    if "lorries" in facts:
        return "capacity_most_whole" if "whole_lorry" in facts else "capacity_most"
    if facts["quantity"] > facts["most"]:
        return "capacity_none"
    return "capacity_free" if facts["free"] else "capacity_full"


def field_sentence(error: FieldError) -> str:
    """Return one field's refusal as a sentence."""
    text = FIELD_TEXTS.get(error.code) or ERROR_TEXTS.get(error.code, error.code)
    accepted = error.facts.get("in_languages", {}).get(_language(), error.accepted)
    return _fill(text, {"accepted": accepted, **error.facts})


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "en"


def register(
    *,
    errors: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
    codes: dict[str, dict[str, Any]] | None = None,
) -> None:
    """Add a feature's texts; a code has one text in the whole city. ``codes``: what a fact lists, in words."""
    for table, more in ((ERROR_TEXTS, errors or {}), (FIELD_TEXTS, fields or {}), (CODES, codes or {})):
        if double := table.keys() & more.keys():
            msg = f"texts given twice: {sorted(double)}"
            raise ValueError(msg)
        table.update(more)


def _fill(text: Any, facts: dict[str, Any]) -> str:
    shown = {
        name: ", ".join(_worded(name, each) for each in cast("list[Any]", value))
        if isinstance(value, list | tuple)
        else written(value)
        for name, value in facts.items()
    }
    if "accepted" in shown:
        shown["accepted"] = in_words(facts["accepted"] if isinstance(facts["accepted"], str) else shown["accepted"])
    try:
        said = str(text) % shown
    except (KeyError, ValueError, TypeError):
        return str(text)
    # A name may end in a point of its own, such as that of "Chongqing Motor Co.".
    return _POINTS.sub(".", said)


def _worded(fact: str, value: Any) -> str:
    """Return one of several values of a fact, in words where its codes have some."""
    return str(CODES[fact].get(value, value) if fact in CODES else value)


# Two at the end of a word; inside of one, as in "../file", they are what somebody wrote.
_POINTS: Final = re.compile(r"(?<!\.)\.\.(?=[\s\"”)]|$)")

__all__ = ["ERROR_TEXTS", "FIELD_TEXTS", "field_sentence", "register", "sentence"]
