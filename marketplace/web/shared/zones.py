"""Moments as people write them: on the clock of a place or of a company."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from marketplace.edge.requests.operations import BOUNDED_INSTANTS
from marketplace.kernel.errors import DomainError, FieldError
from marketplace.web.shared import render


def in_zone(form: dict[str, str], name: str, zone: str) -> dict[str, str]:
    """Read a time that a person wrote without a zone as the time at a place; what is no time is left for parsing."""
    try:
        at = datetime.fromisoformat(form.get(name, ""))
    except ValueError:
        return form
    return form if at.tzinfo else {**form, name: at.replace(tzinfo=ZoneInfo(zone)).isoformat()}


def local(instant: datetime, zone: str) -> str:
    """Write an instant as the control for a time shows it on the clock of a zone."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def on_the_clock(refusal: DomainError, zone: str) -> DomainError:
    """Return the refusal with the bound of an instant on the clock that the person wrote it by."""
    return type(refusal)(refusal.code, errors=[_said_in(error, zone) for error in refusal.errors], **refusal.facts)


def _said_in(error: FieldError, zone: str) -> FieldError:
    at, space, side = error.accepted.partition(" ")
    if error.code not in BOUNDED_INSTANTS or "T" not in at:  # a day is one on every clock
        return error
    return replace(error, accepted=f"{render.datetime_in(datetime.fromisoformat(at), zone)}{space}{side}")
