"""Build and let the showroom, show exhibits, and follow leads, by whoever asks."""

import secrets
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import segno
from flask import current_app, request
from flask import session as browser
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.logins import parse_email, parse_phone
from marketplace.edge import door, limits
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.requests import showroom as requests
from marketplace.exchange.queries import leads as lead_queries
from marketplace.exchange.queries.leads import LeadRow
from marketplace.exchange.rules.leads import Card
from marketplace.exchange.rules.showroom import is_visitor
from marketplace.exchange.services import halls, labels, leads, showroom
from marketplace.kernel import clock
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import TooMany
from marketplace.kernel.pages import Page

# Cards a minute that one address leaves, and label visits that are counted of it.
CARDS_A_MINUTE: Final = 6
_VISITS_A_MINUTE: Final = 60
_VISIT: Final = "visit"
_COLUMNS: Final = (
    "id", "state", "came_at", "due_at", "booth", "sku", "company", "country", "name", "email", "phone", "message",
)  # fmt: skip


def add_hall(session: Session, body: requests.HallBody) -> UUID:
    """Add a hall."""
    return showroom.add_hall(session, actor=require_actor(), code=body.code, names=body.names, now=clock.now())


def add_booth(session: Session, hall_id: UUID, body: requests.BoothBody) -> UUID:
    """Add a booth to a hall."""
    place = {"code": body.code, "area_m2": body.area_m2, "column": body.column, "row": body.row}
    return showroom.add_booth(session, actor=require_actor(), hall_id=hall_id, **place, now=clock.now())


def change_hall(session: Session, hall_id: UUID, body: requests.HallBody) -> None:
    """Give a hall another code and other names."""
    given = {"hall_id": hall_id, "code": body.code, "names": body.names}
    halls.change_hall(session, actor=require_actor(), **given, now=clock.now())


def change_booth(session: Session, booth_id: UUID, body: requests.BoothBody) -> None:
    """Give a booth another code, ground or cell of the plan."""
    place = {"code": body.code, "area_m2": body.area_m2, "column": body.column, "row": body.row}
    halls.change_booth(session, actor=require_actor(), booth_id=booth_id, **place, now=clock.now())


def retire_hall(session: Session, hall_id: UUID) -> None:
    """Close a hall."""
    halls.retire_hall(session, actor=require_actor(), hall_id=hall_id, now=clock.now())


def retire_booth(session: Session, booth_id: UUID) -> None:
    """Take a booth from its hall."""
    halls.retire_booth(session, actor=require_actor(), booth_id=booth_id, now=clock.now())


def bring_hall_back(session: Session, hall_id: UUID) -> None:
    """Open a closed hall again."""
    halls.bring_hall_back(session, actor=require_actor(), hall_id=hall_id, now=clock.now())


def bring_booth_back(session: Session, booth_id: UUID, body: requests.CellBody) -> None:
    """Put a retired booth back into its hall."""
    place = {"column": body.column, "row": body.row}
    halls.bring_booth_back(session, actor=require_actor(), booth_id=booth_id, **place, now=clock.now())


def let(session: Session, booth_id: UUID, body: requests.TenancyBody) -> UUID:
    """Let a booth."""
    period = {"from_on": body.from_on, "until_on": body.until_on}
    given = {"booth_id": booth_id, "company_id": body.company_id, **period}
    return showroom.let(session, actor=require_actor(), **given, now=clock.now())


def end(session: Session, tenancy_id: UUID, body: requests.EndBody) -> None:
    """End a tenancy sooner."""
    showroom.end(session, actor=require_actor(), tenancy_id=tenancy_id, until_on=body.until_on, now=clock.now())


def show(session: Session, tenancy_id: UUID, body: requests.ExhibitBody) -> UUID:
    """Put a listing on a booth."""
    given = {"tenancy_id": tenancy_id, "listing_id": body.listing_id}
    return showroom.show(session, actor=require_actor(), **given, now=clock.now())


def remove(session: Session, exhibit_id: UUID) -> None:
    """Take an exhibit from its booth."""
    showroom.remove(session, actor=require_actor(), exhibit_id=exhibit_id, now=clock.now())


def listed_leads(asked: requests.LeadsQuery) -> Page[LeadRow]:
    """Return the leads of the asker's company that are asked for."""
    actor = require_actor()
    return lead_queries.leads(
        reading(),
        merchant_id=actor.company,
        state=asked.state,
        is_followed=asked.open,
        owner_id=actor.person_id if asked.owner == "me" else None,
        is_unowned=asked.owner == "nobody",
        cursor=asked.cursor,
    )


def opened(code: str) -> None:
    """Count that a person opened a label, once a day and browser; a company that is logged in becomes a lead."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    if request.method != "GET" or not is_visitor(request.headers.get("User-Agent", ""), purpose):
        return
    try:
        limits.brake("visit", most=_VISITS_A_MINUTE)
    except TooMany:
        return
    token = browser.setdefault(_VISIT, secrets.token_urlsafe(12))
    actor, now = current_actor(), clock.now()

    def note(session: Session) -> None:
        showroom.count_visit(session, code=code, browser=token, now=now)
        if actor is not None:
            leads.visit(session, actor=actor, code=code, now=now)

    in_unit_of_work(note)


def leave_card(code: str, body: requests.CardBody, *, key: str | None = None) -> UUID:
    """Leave a card for a tenant; of whoever is logged in the card says the company's country for the phone."""
    limits.brake("card", most=CARDS_A_MINUTE)
    actor = current_actor()
    card = Card(
        name=body.name,
        email=read_email(body.email),
        phone=read_phone(body.phone),
        message=body.message or "",
        has_consented=body.consent,
    )
    return in_unit_of_work(
        lambda session: leads.leave_card(session, actor=actor, code=code, card=card, key=key, now=clock.now())
    )


def read_email(text: str | None) -> str:
    """Return an address as logins are read, empty for none."""
    return parse_email(text, allow_test=door.vault().policy.allow_test_mail) if text else ""


def read_phone(text: str | None) -> str:
    """Return a number in E.164, empty for none; a national number is read in the country of the asker's company."""
    if not text:
        return ""
    actor = current_actor()
    known = accounts.get_company(reading(), company_id=actor.company_id) if actor and actor.company_id else None
    return parse_phone(text, country=known.country if known else None)


def take(session: Session, lead_id: UUID) -> None:
    """Take a lead."""
    leads.take(session, actor=require_actor(), lead_id=lead_id, now=clock.now())


def assign(session: Session, lead_id: UUID, body: requests.LeadOwner) -> None:
    """Give a lead to a colleague."""
    leads.assign(session, actor=require_actor(), lead_id=lead_id, person_id=body.person_id, now=clock.now())


def act(session: Session, lead_id: UUID, body: requests.LeadAct) -> None:
    """Say how it goes with a lead."""
    given = {"action": body.action, "text": body.text or ""}
    leads.act(session, actor=require_actor(), lead_id=lead_id, **given, now=clock.now())


def erase_card(session: Session, lead_id: UUID) -> None:
    """Delete what a visitor left."""
    leads.erase_card(session, actor=require_actor(), lead_id=lead_id, now=clock.now())


def as_table() -> bytes:
    """Return the leads of the asker's company as CSV whose cells no sheet program takes for formulas."""
    rows = lead_queries.all_leads(reading(), merchant_id=require_actor().company)
    return ("\ufeff" + as_csv((_COLUMNS, *map(_cells, rows)))).encode()


def _cells(row: LeadRow) -> Iterable[Any]:
    times = {"came_at": row.came_at.isoformat(), "due_at": row.due_at.isoformat()}
    return [times.get(name, getattr(row, name)) for name in _COLUMNS]


def issue_labels(session: Session, tenancy_id: UUID, body: requests.LabelsBody, *, locale: str) -> UUID:
    """Issue the labels of a booth as a paper and return it."""
    given = {"tenancy_id": tenancy_id, "size": body.size, "locale": locale, "address_of": address_of}
    return labels.issue(session, actor=require_actor(), **given, now=clock.now())


def address_of(code: str) -> str:
    """Return what a label says: the address that opens its exhibit."""
    base: str = current_app.extensions["city.settings"].base_url
    return f"{base}/x/{code}"


def drawn(code: str) -> str:
    """Draw a label's address as a QR code, in SVG."""
    return segno.make(address_of(code), micro=False, error="m").svg_inline(scale=4, omitsize=True)
