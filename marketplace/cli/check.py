"""``city check``: verify every invariant on the live database."""

import click

from marketplace.cli.wiring import City, pass_city
from marketplace.kernel.db import reading
from marketplace.reports import queries


@click.command()
@pass_city
def check(city: City) -> None:
    """Verify every invariant; name what breaks one and exit non-zero."""
    with city.create_app().app_context():
        breaches = queries.check(reading())
    for breach in breaches:
        click.echo(f"{breach.invariant}: {breach.subject} {breach.subject_id}: {breach.what}", err=True)
    if breaches:
        raise SystemExit(1)
    click.echo("every invariant holds")
