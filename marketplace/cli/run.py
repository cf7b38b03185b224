"""``city serve`` and ``city worker``: run the city."""

import click

from marketplace.cli.wiring import City, pass_city
from marketplace.config import Settings


@click.command()
@pass_city
def serve(city: City) -> None:
    """Serve the pages and run the jobs, until stopped."""
    settings = Settings()
    click.echo(f"The city opens at {settings.base_url}")
    city.supervise(settings)


@click.command()
@pass_city
def worker(city: City) -> None:
    """Run jobs only; any number of these may run beside each other on PostgreSQL or Redis."""
    city.consume(city.create_app())
