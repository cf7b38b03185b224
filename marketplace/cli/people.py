"""People named on the command line, by e-mail address or phone number as they type it."""

import click
from flask import Flask
from sqlalchemy.orm import Session

from marketplace.accounts import queries
from marketplace.accounts.rules.logins import parse_login
from marketplace.kernel.errors import Refused


def find(app: Flask, session: Session, login: str) -> queries.PersonRow | None:
    """Return the person with this login name, None when nobody has it; an error for what is no login name."""
    try:
        found = parse_login(login, allow_test=app.extensions["city.vault"].policy.allow_test_mail)
    except Refused as refusal:
        msg = f"{login!r} is no e-mail address or phone number such as {refusal.errors[0].accepted}"
        raise click.ClickException(msg) from None
    return queries.find_person(session, login=found.address)
