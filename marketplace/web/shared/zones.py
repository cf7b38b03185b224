"""Moments as people write them: on the clock of a place or of a company."""

from datetime import datetime
from zoneinfo import ZoneInfo


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
