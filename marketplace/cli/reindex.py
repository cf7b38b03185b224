"""``city reindex``: write the search index anew."""

import click

from marketplace.cli.wiring import City, pass_city
from marketplace.kernel import clock


@click.command()
@pass_city
def reindex(city: City) -> None:
    """Write the search index anew from what is live; the city may go on serving."""
    from marketplace.search import flows

    app = city.create_app()
    with app.app_context():
        count = flows.rebuild(index=app.extensions["city.search"], now=clock.now())
    click.echo(f"{count} listings are in the index")
