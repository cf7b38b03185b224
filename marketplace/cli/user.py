"""``city user``: tokens for people, from the command line."""

import click

from marketplace.accounts import queries
from marketplace.accounts.services import tokens
from marketplace.cli.wiring import City, pass_city
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work


@click.group()
def user() -> None:
    """Look after people."""


@user.command()
@click.argument("login")
@pass_city
def token(city: City, login: str) -> None:
    """Print a bearer token for a person, named by e-mail or phone number."""
    with city.create_app().app_context(), unit_of_work() as session:
        person = queries.find_person(session, login=login)
        if person is None:
            raise click.ClickException("nobody has this e-mail or phone number")
        memberships = queries.memberships_of(session, person_id=person.id)
        company_id = memberships[0].company_id if memberships else None
        click.echo(tokens.issue_token(session, person_id=person.id, company_id=company_id, now=clock.now()))
