"""Hand in and decide storefronts, and compose a country's pavilion, by whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from marketplace.accounts.rules.closures import Notice
from marketplace.catalog.queries import sections as sections_of
from marketplace.catalog.queries import shelf
from marketplace.catalog.queries.sections import SectionRow
from marketplace.catalog.rules.rows import CardRow
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.edge.acts import closing, files
from marketplace.edge.identity import reading_company, require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.requests import storefronts as requests
from marketplace.exchange.queries import fairs, pavilions
from marketplace.exchange.queries.fairs import FairRow
from marketplace.exchange.queries.pavilions import ExhibitorRow
from marketplace.exchange.rules.storefronts import Front
from marketplace.exchange.services import storefronts
from marketplace.files.rules import Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.reference.rules import RCEP

_NEWEST: Final = 8
_LORRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Pavilion:
    """What a country shows in the city: its merchants, shelves and newest goods, and the lorries that leave there."""

    country: str
    exhibitors: Page[ExhibitorRow]
    sections: tuple[SectionRow, ...]
    newest: tuple[CardRow, ...]
    closed: Mapping[UUID, Notice]
    lorries: tuple[DepartureRow, ...]
    fairs: tuple[FairRow, ...]


def submit(session: Session, body: requests.Front, *, banner: Upload | None = None) -> UUID:
    """Hand in a storefront with a picture handed in before or received with it."""
    front = Front(
        headlines=body.headlines,
        texts=body.texts,
        source_locale=body.locale,
        banner_file_id=body.banner_file_id if banner is None else files.keep(session, banner),
        banner_alt=" ".join(body.banner_alt.split()),
    )
    return storefronts.submit(session, actor=require_actor(), front=front, now=clock.now())


def from_form() -> tuple[requests.Front, Upload | None]:
    """Read the page's form: a headline and a text by language, and a picture where one was chosen."""
    form = request.form
    data: dict[str, Any] = {name: form[name] for name in ("locale", "banner_alt") if name in form}
    for name in ("headlines", "texts"):
        typed = {code: form.get(f"{name}.{code}", "") for code in LANGUAGES}
        data[name] = {code: text for code, text in typed.items() if text.strip()}
    if not form.get("without_banner"):
        data["banner_file_id"] = form.get("banner_file_id")
    body = parse(requests.Front, data)
    chosen = request.files.get("banner")
    return body, files.received("banner", Purpose.PICTURE) if chosen and chosen.filename else None


def withdraw(session: Session) -> None:
    """Take the storefront of the asker's company down."""
    storefronts.withdraw(session, actor=require_actor(), now=clock.now())


def decide(session: Session, version_id: UUID, body: requests.FrontDecision) -> None:
    """Decide a version of a storefront."""
    storefronts.decide(
        session,
        actor=require_actor(),
        version_id=version_id,
        decision=body.decision,
        reason=body.reason or "",
        now=clock.now(),
    )


def pavilion(session: Session, *, country: str, cursor: str | None, now: datetime) -> Pavilion:
    """Return a country's pavilion; NotFound for a country that has none."""
    code = country.upper()
    if code not in RCEP:
        raise NotFound("pavilion")
    newest = shelf.shelf(session, origin=code, viewer=reading_company(), size=_NEWEST).items
    return Pavilion(
        country=code,
        exhibitors=pavilions.exhibitors(session, country=code, cursor=cursor),
        sections=sections_of.sections(session, origin=code),
        newest=newest,
        closed=closing.notices(session, newest, now=now),
        lorries=departures.departures(session, after=now, now=now, from_country=code, size=_LORRIES).items,
        fairs=fairs.coming(session, now=now, country=code),
    )
