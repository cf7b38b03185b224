"""``city check``: verify every invariant on the live database."""

from functools import partial

import click

from marketplace.cli.progress import progress
from marketplace.cli.wiring import City, pass_city
from marketplace.kernel.db import snapshot
from marketplace.reports import flows, queries


@click.command()
@pass_city
def check(city: City) -> None:
    """Verify every invariant; name what breaks one and exit non-zero."""
    app = city.create_app()
    with app.app_context(), snapshot() as session:
        breaches = queries.check(session)
        breaches += flows.check_bytes(
            session, store=app.extensions["city.store"], report=partial(progress, "files read")
        )
    for breach in breaches:
        click.echo(f"{breach.invariant}: {breach.subject} {breach.subject_id}: {breach.what}", err=True)
    if breaches:
        raise SystemExit(1)
    click.echo("every invariant holds")
