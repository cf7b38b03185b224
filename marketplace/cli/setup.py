"""``city setup`` and ``city company``: make an empty city one that companies can join, and let partners in."""

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.codes import Purpose
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.services import admission, registration, sign_in, terms
from marketplace.accounts.services.vault import Vault
from marketplace.cli import network
from marketplace.cli.wiring import City, pass_city
from marketplace.customs import services as restrictions
from marketplace.edge.messages import field_sentence
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.logistics.centres.services import keeping
from marketplace.logistics.services import building, timetable
from marketplace.merchants.services import requirements
from marketplace.moderation.services import wording as reviews
from marketplace.reference import queries as reference
from marketplace.reference import services as tables
from marketplace.reference.rules import PlaceKind, Setting
from marketplace.seed.goods import shelves

Result = TypeVar("Result")
PARTNERS = tuple(kind.value for kind in CompanyKind if kind not in (CompanyKind.TRADE, CompanyKind.OPERATOR))


@click.command()
@click.option("--operator", help="name of the company that runs the city")
@click.option("--country", help="where it is registered, two letters of ISO 3166-1")
@click.option("--registration-number", help="its registration number there")
@click.option("--admin-name", help="name of the first admin")
@click.option("--admin", help="e-mail address of the first admin")
@click.option("--locale", type=click.Choice(["en", "zh", "vi"]), default="en", show_default=True)
@click.option("--mail-code", is_flag=True, help="ask no password: mail the admin a code to choose one with")
@click.option(
    "--network",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML or JSON file of carriers, lines and tariffs, see docs/network.toml",
)
@pass_city
def setup(city: City, *, path: Path | None, mail_code: bool, **typed: str | None) -> None:
    """Make an empty city ready: terms, places, exchange rates, shelves, the operator and its first admin.

    What is there already is left alone, so a run that was cut off is simply repeated, and a network file that has
    grown or changed its prices is given again.
    """
    app = city.create_app()
    now = clock.now()
    with app.app_context():
        file = _said(lambda: network.read(path)) if path else None
        _furnish(now)
        _operator(app, typed, mail_code=mail_code, now=now)
        if file is not None:
            _said(lambda: _build(app, file, now))


@click.group()
def company() -> None:
    """Look after companies."""


@company.command()
@click.argument("kind", type=click.Choice(PARTNERS))
@click.option("--name", required=True, help="name of the company")
@click.option("--country", required=True, help="two letters of ISO 3166-1")
@click.option("--registration-number", required=True)
@click.option("--login", required=True, help="e-mail address or phone number of who shall lead it")
@click.option("--locale", type=click.Choice(["en", "zh", "vi"]), default="en", show_default=True)
@pass_city
def admit(city: City, kind: str, **facts: str) -> None:
    """Invite a partner: a carrier, broker, bank and so on. It is given work once it showed what it is asked for."""
    app = city.create_app()
    with app.app_context():
        company_id = _said(
            lambda: in_unit_of_work(lambda session: _admit_partner(session, app, kind, now=clock.now(), **facts))
        )
    click.echo(f"{company_id}: {facts['name']}")
    click.echo(f"an invitation is on its way to {facts['login']}")


def _furnish(now: datetime) -> None:
    """Put up what every city has."""

    def work(session: Session) -> tuple[int, int, int]:
        shelves.fill_shelves(session)
        reviews.load_reasons(session)
        restrictions.load_restrictions(session)
        return terms.publish_shipped(session, now=now), tables.load_places(session), tables.load_rates(session)

    published, places, rates = in_unit_of_work(work)
    click.echo(f"{published} texts put in force, {places} places, {rates} exchange rates; shelves are up to date")


def _operator(app: Flask, typed: dict[str, str | None], *, mail_code: bool, now: datetime) -> None:
    """Found the operator's company with its first admin, unless there is one."""
    known = accounts.companies_of_kind(reading(), kind=CompanyKind.OPERATOR)
    if known:
        click.echo(f"the operator is {known[0].name}")
        return
    name = typed["operator"] or click.prompt("Name of the company that runs the city")
    country = typed["country"] or click.prompt("Its country (ISO 3166-1)")
    number = typed["registration_number"] or click.prompt("Its registration number")
    person = typed["admin_name"] or click.prompt("Name of the first admin")
    login = typed["admin"] or click.prompt("E-mail address of the first admin")
    password = (
        None if mail_code else click.prompt("Password of the first admin", hide_input=True, confirmation_prompt=True)
    )
    _said(
        lambda: in_unit_of_work(
            lambda session: _found(
                session,
                app,
                name=name,
                country=country,
                registration_number=number,
                person=person,
                login=login,
                password=password,
                locale=typed["locale"] or "en",
                now=now,
            )
        )
    )
    click.echo(f"the operator is {name}; its admin logs in as {login}")
    if mail_code:
        click.echo(_how(app, login))


def _found(
    session: Session,
    app: Flask,
    *,
    name: str,
    country: str,
    registration_number: str,
    person: str,
    login: str,
    locale: str,
    password: str | None,
    now: datetime,
) -> None:
    """Found the operator's company; an admin without a password is sent a code, and accepts the terms on coming."""
    vault: Vault = app.extensions["city.vault"]
    registration.admit_company(
        session,
        actor=SYSTEM,
        kind=CompanyKind.OPERATOR,
        name=name,
        country=country,
        registration_number=registration_number,
        person_name=person,
        login=login,
        password=password or secrets.token_urlsafe(32),
        accepted_terms=None,
        locale=locale,
        vault=vault,
        now=now,
    )
    if password is None:
        sign_in.request_code(session, login=login, purpose=Purpose.RESET_PASSWORD, address="", vault=vault, now=now)


def _admit_partner(session: Session, app: Flask, kind: str, *, now: datetime, **facts: str) -> UUID:
    """Admit a partner and invite who shall lead it."""
    vault: Vault = app.extensions["city.vault"]
    return admission.admit_partner(session, actor=SYSTEM, kind=kind, vault=vault, now=now, **facts).company_id


def _how(app: Flask, login: str) -> str:
    address = f"{app.extensions['city.settings'].base_url}/login/reset"
    return f"{login} chooses a password at {address}: a code is on its way, another one can be asked for there"


def _build(app: Flask, file: network.NetworkFile, now: datetime) -> None:
    """Add places, carriers, lines and tariffs of a file, and the departures of the coming weeks, in one go."""

    def work(session: Session) -> tuple[building.Built, int]:
        network.check(file, places=[row.code for row in reference.places(session)])
        for place in file.places:
            tables.add_place(
                session,
                **place.model_dump() | {"kind": PlaceKind(place.kind), "names": dict(place.names), "unlocode": None},
            )
        plan = network.plan(
            file,
            carriers={entry.code: _carrier(session, app, entry, now) for entry in file.carriers},
            m3_factor=reference.setting(session, Setting.M3_FACTOR, at=now),
            ldm_factor=reference.setting(session, Setting.LDM_FACTOR, at=now),
        )
        built = building.build(session, actor=SYSTEM, plan=plan, valid_from=now, now=now)
        for entry in file.centres:
            keeper_id = _keeper(session, entry)
            keeping.provide(
                session, actor=SYSTEM, place_code=entry.place, keeper_id=keeper_id, figures=entry.figures, now=now
            )
        return built, timetable.roll(session, now=now)

    built, departures = in_unit_of_work(work)
    click.echo(
        f"{built.lines} lines, {built.services} weekly services, {built.tariffs} tariffs, {departures} departures"
    )


def _carrier(session: Session, app: Flask, entry: network.CarrierEntry, now: datetime) -> UUID:
    """Return the carrier with this registration number, admitted now if nobody has it."""
    for row in accounts.companies_of_kind(session, kind=CompanyKind.CARRIER):
        if (row.country, row.registration_number) == (entry.country, entry.registration_number):
            return row.id
    found = _admit_partner(session, app, CompanyKind.CARRIER, now=now, **entry.model_dump(exclude={"code"}))
    requirements.vouch(session, company_id=found, reason="Named in the file of the operator's lines.", now=now)
    return found


def _keeper(session: Session, entry: network.CentreEntry) -> UUID:
    """Return who keeps a centre: the partner with this registration number, the operator where none is named."""
    if entry.keeper is None:
        return accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)[0].id
    partners = accounts.companies_of_kind(session, kind=CompanyKind.DC)
    numbers = {row.registration_number: row.id for row in partners}
    if entry.keeper not in numbers:
        raise Refused.field("centres.keeper", "unknown", ", ".join(sorted(numbers)) or "a partner of kind dc")
    return numbers[entry.keeper]


def _said(work: Callable[[], Result]) -> Result:
    """Do the work, or end the command by naming every field that was refused."""
    try:
        return work()
    except Refused as refusal:
        for error in refusal.errors:
            click.echo(f"{error.field}: {_sentence(error)}", err=True)
        raise click.ClickException("nothing of this was done") from None
    except Conflict as conflict:
        raise click.ClickException(f"nothing of this was done: {conflict}") from None


def _sentence(error: FieldError) -> str:
    with force_locale("en"):
        return field_sentence(error)
