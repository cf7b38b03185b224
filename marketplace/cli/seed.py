"""``city seed``: fill a demo city."""

import click

from marketplace.cli.wiring import City, pass_city
from marketplace.config import Settings
from marketplace.seed import flows
from marketplace.seed.extent import Extent


@click.command()
@click.option("--if-empty", is_flag=True, help="do nothing when the city is seeded already")
@click.option(
    "--extent",
    type=click.Choice([extent.value for extent in Extent]),
    default=Extent.FULL.value,
    show_default=True,
    help="start: the demo accounts and a few goods; small: every country and state; full: the whole city",
)
@click.option(
    "--listings",
    type=click.IntRange(1, 1_000_000),
    help="go on to so many listings with further series of the same goods; a run that was cut off is taken up again",
)
@pass_city
def seed(city: City, *, if_empty: bool, extent: str, listings: int | None) -> None:
    """Make the demo city: people, goods, lorries and orders, through the same services as everybody."""
    settings = Settings()
    if settings.is_production:
        raise click.ClickException("a city in production is not seeded")
    app = city.create_app()
    vault, store = app.extensions["city.vault"], app.extensions["city.store"]
    with app.app_context():
        made = flows.seed(
            vault,
            store=store,
            if_empty=if_empty or listings is not None,
            extent=Extent(extent),
            site=settings.site_name,
            report=click.echo,
        )
        if listings is not None:
            flows.extend(vault, store=store, listings=listings, site=settings.site_name, report=click.echo)
    for line in flows.accounts_text(made):
        click.echo(line)
