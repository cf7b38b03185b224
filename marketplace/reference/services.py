"""Load the published tables and change settings."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import forget_remembered, insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.reference import rules
from marketplace.reference.models import Closure, DatedSetting, FxRate, Place
from marketplace.reference.queries import REMEMBERED_DATED, REMEMBERED_PLACES
from marketplace.reference.rules import PlaceKind, Value

_DATA: Final = Path(__file__).parent / "data"
_LOCALES: Final = ("zh", "vi", "local")


def load_places(session: Session) -> int:
    """Add the places of the published table that are missing; return how many."""
    return sum(
        add_place(
            session,
            code=row["code"],
            name=row["name"],
            names={locale: row[locale] for locale in _LOCALES if row[locale]},
            country=row["country"],
            kind=PlaceKind(row["kind"]),
            zone=row["zone"],
            unlocode=row["unlocode"] or None,
            latitude=Decimal(row["latitude"]),
            longitude=Decimal(row["longitude"]),
            source=row["source"],
        )
        for row in _table("places.csv")
    )


def add_place(
    session: Session,
    *,
    code: str,
    name: str,
    names: Mapping[str, str],
    country: str,
    kind: PlaceKind,
    zone: str,
    unlocode: str | None,
    latitude: Decimal,
    longitude: Decimal,
    source: str,
) -> bool:
    """Add a place; False when the city has one with this code, which stays."""
    forget_remembered(session, REMEMBERED_PLACES)
    return insert_if_new(
        session,
        Place,
        code=code,
        name=name,
        names=dict(names),
        country=country,
        kind=kind,
        zone=zone,
        unlocode=unlocode,
        latitude_e6=int(latitude.scaleb(6)),
        longitude_e6=int(longitude.scaleb(6)),
        source=source,
    )


def load_rates(session: Session) -> int:
    """Add the exchange rates of the published table that are missing; return how many."""
    return sum(
        add_rate(
            session,
            base=row["base"],
            quote=row["quote"],
            rate=Decimal(row["rate"]),
            source=row["source"],
            effective_date=date.fromisoformat(row["effective_date"]),
        )
        for row in _table("fx.csv")
    )


def add_rate(session: Session, *, base: str, quote: str, rate: Decimal, source: str, effective_date: date) -> bool:
    """Note a published rate; False when the pair has one of that day, which stays."""
    rules.check_rate(base, quote, rate)
    return insert_if_new(
        session,
        FxRate,
        id=new_id(),
        base=base,
        quote=quote,
        rate=rules.to_places(rate),
        source=source,
        effective_date=effective_date,
    )


def close_day(session: Session, *, country: str, day: date, source: str) -> bool:
    """Note that nobody works in a country on a day; False when that was known."""
    forget_remembered(session, REMEMBERED_DATED)
    return insert_if_new(session, Closure, country=country, day=day, source=source)


def publish_rate(
    session: Session,
    *,
    actor: Actor,
    base: str,
    quote: str,
    rate: Decimal,
    source: str,
    effective_date: date,
    now: datetime,
) -> None:
    """Let the operator note a rate; Conflict ``rate_taken`` when the pair has one of that day."""
    if not add_rate(session, base=base, quote=quote, rate=rate, source=source, effective_date=effective_date):
        raise Conflict("rate_taken")
    facts = {"base": base, "quote": quote, "rate": str(rules.to_places(rate)), "day": effective_date.isoformat()}
    _tell(session, actor, "rate.published", facts, now)


def publish_closure(session: Session, *, actor: Actor, country: str, day: date, source: str, now: datetime) -> None:
    """Let the operator close a day; again changes nothing. Deadlines that were set before stay.

    Refused ``country`` for one that takes no part here, ``day`` for one that is over there or too far ahead.
    """
    rules.check_closed_day(country, day, now=now)
    if close_day(session, country=country, day=day, source=source):
        _tell(session, actor, "day.closed", {"country": country, "day": day.isoformat()}, now)


def withdraw_closure(session: Session, *, actor: Actor, country: str, day: date, now: datetime) -> None:
    """Let the operator take a closed day back: people work then. Deadlines that were set before stay.

    NotFound for a day that is not closed, Conflict ``closed_day_over`` for one that is over in that country.
    """
    row = session.get(Closure, (country, day), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("closure")
    if day < rules.local_day(country, now):
        raise Conflict("closed_day_over")
    session.delete(row)
    session.flush()
    forget_remembered(session, REMEMBERED_DATED)
    _tell(session, actor, "day.reopened", {"country": country, "day": day.isoformat()}, now)


def _tell(session: Session, actor: Actor, action: str, facts: dict[str, str], now: datetime) -> None:
    audit.record(session, actor=actor, action=action, subject="company", subject_id=actor.company, facts=facts, now=now)


def change_setting(
    session: Session, *, actor: Actor, key: str, value: Value, valid_from: datetime, now: datetime
) -> None:
    """Let a setting have another value from an instant on, which is not before now: what was, was."""
    known = rules.setting_key(key)
    if valid_from < now:
        raise Conflict("setting_past")
    row_id = new_id()
    kept = rules.stored(known, value)
    if not insert_if_new(session, DatedSetting, id=row_id, key=known.value, value=kept, valid_from=valid_from):
        raise Conflict("setting_taken")
    forget_remembered(session, REMEMBERED_DATED)
    audit.record(
        session,
        actor=actor,
        action="setting.changed",
        subject="dated_setting",
        subject_id=row_id,
        facts={"key": known.value, "value": value.minor if isinstance(value, Money) else value},
        now=now,
    )


def _table(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
