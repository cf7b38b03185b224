"""``city serve``, ``city worker`` and ``city demo``: run the city."""

import subprocess
import sys

import click

from marketplace import paths
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


@click.command()
@pass_city
@click.pass_context
def demo(context: click.Context, _city: City) -> None:
    """Bring the schema up to date, fill a city that is empty, and serve it."""
    from marketplace.cli.database import upgrade_command
    from marketplace.cli.seed import is_filled, tell_logins

    settings = Settings()
    if settings.is_production:
        raise click.ClickException("a city in production is no demo")
    context.invoke(upgrade_command)
    if is_filled(settings):
        tell_logins(made=False)
    else:
        # In a process of its own: the one that serves holds nothing of what filling needs.
        filling = [sys.executable, "-m", "marketplace", "seed", "--if-empty"]
        if status := subprocess.run(filling, cwd=paths.ROOT, check=False).returncode:  # noqa: S603  our own program
            raise SystemExit(status)
    context.invoke(serve)
