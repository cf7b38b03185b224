"""``city serve`` and ``city worker``: run the city."""

import click

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.worker.consumer import consume
from marketplace.worker.supervisor import supervise


@click.command()
def serve() -> None:
    """Serve the pages and run the jobs, until stopped."""
    supervise(Settings())


@click.command()
def worker() -> None:
    """Run jobs only; any number of these may run beside each other on PostgreSQL or Redis."""
    consume(create_app())
