"""``city serve`` and ``city worker``: run the city."""

import click

from marketplace import worker as jobs
from marketplace.app import create_app
from marketplace.config import Settings


@click.command()
def serve() -> None:
    """Serve the pages and run the jobs, until stopped."""
    jobs.supervise(Settings())


@click.command()
def worker() -> None:
    """Run jobs only; any number of these may run beside each other on PostgreSQL or Redis."""
    jobs.consume(create_app())
