"""``city user``: tokens and roles for people, from the command line."""

from uuid import UUID

import click
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.accounts import queries
from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services import membership, tokens
from marketplace.cli import people
from marketplace.cli.wiring import City, pass_city
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict, Refused


@click.group()
def user() -> None:
    """Look after people."""


@user.command()
@click.argument("login")
@pass_city
def token(city: City, login: str) -> None:
    """Print a bearer token for a person, named by e-mail or phone number."""
    app = city.create_app()
    with app.app_context(), unit_of_work() as session:
        person = _person(app, session, login)
        memberships = queries.memberships_of(session, person_id=person.id)
        company_id = memberships[0].company_id if memberships else None
        click.echo(tokens.issue_token(session, person_id=person.id, company_id=company_id, now=clock.now()))


@user.command()
@click.argument("login")
@click.argument("roles", nargs=-1, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--company", type=click.UUID, help="Id of the company, for a member of several.")
@pass_city
def roles(city: City, login: str, roles: tuple[str, ...], company: UUID | None) -> None:
    """Give a member exactly these roles, also those that one admin alone cannot give."""
    app = city.create_app()
    with app.app_context(), unit_of_work() as session:
        person = _person(app, session, login)
        companies = [row.company_id for row in queries.memberships_of(session, person_id=person.id)]
        chosen = [company_id for company_id in companies if company in (None, company_id)]
        if len(chosen) != 1:
            raise click.ClickException(f"choose with --company one of: {', '.join(map(str, companies)) or 'none'}")
        try:
            membership.appoint(
                session, actor=SYSTEM, company_id=chosen[0], person_id=person.id, roles=roles, now=clock.now()
            )
        except Refused as refusal:
            raise click.ClickException(f"roles of this company: {refusal.errors[0].accepted}") from None
        except Conflict:
            raise click.ClickException("somebody has to lead the company") from None
        click.echo(f"{login}: {', '.join(sorted(set(roles)))}")


def _person(app: Flask, session: Session, login: str) -> queries.PersonRow:
    person = people.find(app, session, login)
    if person is None:
        raise click.ClickException("nobody has this e-mail or phone number")
    return person
