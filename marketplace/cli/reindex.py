"""``city reindex``: write the search index anew."""

from functools import partial

import click

from marketplace.cli.progress import progress
from marketplace.cli.wiring import City, pass_city
from marketplace.kernel import clock


@click.command()
@pass_city
def reindex(city: City) -> None:
    """Write the search index anew from what is live.

    The city may go on serving: it searches the old index until the new one is whole. Cut off, run it again.
    """
    from marketplace.search import flows

    app = city.create_app()
    with app.app_context():
        count = flows.rebuild(
            index=app.extensions["city.search"], now=clock.now(), report=partial(progress, "listings")
        )
    click.echo(f"{count} listings are in the index")
