"""What every template is given: site, reader, menu, languages, and filters for money and time."""

from datetime import date as day_type
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request

from marketplace.accounts.queries import acting
from marketplace.accounts.rules.permissions import Permission
from marketplace.config import Settings
from marketplace.edge.identity import current_actor
from marketplace.edge.labels import label_of
from marketplace.edge.permissions import may, may_open
from marketplace.edge.written import written
from marketplace.kernel import clock, figures, moments
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import MINOR_UNITS, Money, UnitPrice
from marketplace.merchants import queries as merchants
from marketplace.reference.rules import zone_of
from marketplace.web.shared import goods, locale, summaries, values
from marketplace.web.shared.choices import language_names
from marketplace.web.shared.menu import LETTERS, SELLS, menu_for

# By how many places a dimension of room is larger than what it is counted in, and its unit.
_ROOM: Final = {"grams": (3, "kg"), "cm3": (6, "m³"), "ldm_mm": (3, "m")}
_ONE: Final = Decimal(1)
# Where the city stands: whose own country is not known reads its clock.
_HOME: Final = "CN"


def init_app(app: Flask, settings: Settings) -> None:
    """Give templates their context and filters."""
    app.context_processor(_context)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        money=money,
        quantity=quantity,
        date=date,
        datetime_in=datetime_in,
        decimal=decimal,
        utc=utc,
        kg=kilograms,
        room=room,
        rate=rate,
        percent=percent,
        country=goods.country,
        language_names=language_names,
        written=written,
    )
    app.add_template_global(may)
    app.add_template_global(may_open)
    app.add_template_global(form_key)
    app.add_template_global(label_of, "field_label")
    app.add_template_global(values.reworded)
    app.add_template_global(values.quantity_limit)
    app.after_request(summaries.name_fields)
    app.extensions["city.site"] = _site(settings)


def _site(settings: Settings) -> dict[str, Any]:
    return {
        "name": settings.site_name,
        "operator": settings.operator_name,
        "licence": settings.operator_licence,
        "filing": settings.operator_filing,
        "contact_email": settings.operator_contact_email,
        "contact_phone": settings.operator_contact_phone,
        "demo": settings.env == "demo",
        "provider": settings.provider,
        "payments_demo": settings.payments_are_demo,
        "mfa_waived": settings.mfa_waived,
        "letters": not (settings.is_production or settings.smtp_url),
    }


def _context() -> dict[str, Any]:
    actor = current_actor()
    code = locale.current()
    return {
        "site": current_app.extensions["city.site"],
        "actor": reader(actor) if actor else None,
        "menu": menu_for(actor, request.script_root + request.path, facts(actor)),
        "locale": code,
        "locales": [
            {"code": other, "name": name, "href": locale.path_in(other), "active": other == code}
            for other, name in locale.LOCALES.items()
        ],
    }


def reader(actor: Actor) -> Any:
    """Return names for the account menu, read once a request and only by pages that are rendered."""
    if "city_reader" not in g:
        g.city_reader = acting.reader(reading(), actor=actor)
    return g.city_reader


def facts(actor: Actor | None) -> frozenset[str]:
    """Return what makes entries of the menu worth showing; read once a request."""
    if "city_facts" not in g:
        site = current_app.extensions["city.site"]
        sells = actor is None or not actor.may(Permission.CATALOG_LISTING_EDIT) or _has_applied(actor)
        g.city_facts = frozenset(name for name, is_so in ((SELLS, sells), (LETTERS, site["letters"])) if is_so)
    return g.city_facts


def _has_applied(actor: Actor) -> bool:
    known: bool | None = reader(actor).fact
    return merchants.has_applied(reading(), company_id=actor.company) if known is None else known


def form_key(action: str = "") -> str:
    """Return the key of a form as shown: two clicks on it are one act; that of the form that was sent may be kept."""
    kept: str | None = g.get("city_kept_key")
    is_sent = kept is not None and urlsplit(action).path == request.script_root + request.path
    return kept if kept and is_sent else str(new_id())


def keep_key(key: str) -> None:
    """Let the form that was sent keep its key when it is shown again."""
    g.city_kept_key = key


def decimal(value: Decimal | int) -> str:
    """Write a number in the reader's language, keeping its decimals."""
    return figures.number(str(value), locale.babel_locale())


def money(value: Money | UnitPrice) -> str:
    """Write an amount with all its decimals and its ISO code: in trade between countries ¥ says nothing."""
    exact = value.amount
    if isinstance(value, Money):
        exact = exact.quantize(Decimal(1).scaleb(-MINOR_UNITS[value.currency]))
    return f"{decimal(exact)}\u00a0{value.currency}"


def quantity(value: Decimal | int, unit: str = "") -> str:
    """Write a quantity with its unit, without zeros that say nothing: 16.2 kg, 0.6 m³, 2 cartons."""
    if isinstance(value, Decimal):
        value = value.quantize(_ONE) if value == value.to_integral_value() else value.normalize()
    if isinstance(unit, goods.Unit):
        unit = unit.behind(value)
    return f"{decimal(value)}\u00a0{unit}" if unit else decimal(value)


def kilograms(grams: int) -> str:
    """Write a weight in kilograms."""
    return quantity(Decimal(grams).scaleb(-3), "kg")


def room(value: int, dimension: str) -> str:
    """Write what a load has of one dimension: of grams, cubic centimetres, millimetres of loading metre, or pallets."""
    places, unit = _ROOM.get(dimension, (0, ""))
    return quantity(Decimal(value).scaleb(-places), unit)


def rate(value: Decimal) -> str:
    """Write an exchange rate with six digits that count: more say nothing of an amount that is not charged."""
    digits = _ONE.scaleb(value.adjusted() - 5)
    return quantity(value.quantize(min(digits, _ONE)))


def percent(basis_points: int) -> str:
    """Write hundredths of a per cent as per cent."""
    return quantity(Decimal(basis_points).scaleb(-2), "%")


def date(value: day_type | datetime | str, zone: str | None = None) -> str:
    """Write a day in the reader's language; of an instant the day at a place, on the reader's own clock if none.

    A day that facts hold as text is written alike.
    """
    if isinstance(value, str):
        value = day_type.fromisoformat(value)
    if isinstance(value, datetime):
        return moments.day_at(value, zone or own_clock(), locale.babel_locale())
    return moments.day(value, locale.babel_locale())


def datetime_in(value: datetime, zone: str | None = None) -> str:
    """Write an instant at a place, on the reader's own clock if none, with the distance from UTC."""
    return moments.instant(value, zone or own_clock(), locale.babel_locale())


def own_clock() -> str:
    """Return the zone that the reader's company lives by; the city's for a stranger and who acts for no company."""
    actor = current_actor()
    country = reader(actor).country if actor else None
    return zone_of(country or _HOME)


def own_day() -> day_type:
    """Return the day that it is where the reader's company is."""
    return clock.now().astimezone(ZoneInfo(own_clock())).date()


def utc(value: datetime) -> str:
    """Write an instant for machines, RFC 3339."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
