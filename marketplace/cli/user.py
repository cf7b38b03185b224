"""``city user``: tokens for people, from the command line."""

import click

from marketplace.accounts.queries import members, people
from marketplace.accounts.services import tokens
from marketplace.app import create_app
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work


@click.group()
def user() -> None:
    """Look after people."""


@user.command()
@click.argument("login")
def token(login: str) -> None:
    """Print a bearer token for a person, named by e-mail or phone number."""
    with create_app().app_context(), unit_of_work() as session:
        person = people.find_person(session, login=login)
        if person is None:
            raise click.ClickException("nobody has this e-mail or phone number")
        memberships = members.memberships_of(session, person_id=person.id)
        company_id = memberships[0].company_id if memberships else None
        click.echo(tokens.issue_token(session, person_id=person.id, company_id=company_id, now=clock.now()))
