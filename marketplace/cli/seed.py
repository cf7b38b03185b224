"""``city seed``: fill a demo city."""

import click

from marketplace.cli.database import has_rows
from marketplace.cli.wiring import City, pass_city
from marketplace.config import Settings
from marketplace.seed.cast import accounts_text
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
    is_there = if_empty and listings is None and is_filled(settings)
    made = not is_there and _fill(city, settings, if_empty=if_empty, extent=Extent(extent), listings=listings)
    tell_logins(made=made)


def is_filled(settings: Settings) -> bool:
    """Tell whether a city has a history, so that it is not seeded again; the application is not loaded for that."""
    return has_rows(settings.database, "checkout_attempt")


def tell_logins(*, made: bool) -> None:
    """Say who can log in."""
    for line in accounts_text(made=made):
        click.echo(line)


def _fill(city: City, settings: Settings, *, if_empty: bool, extent: Extent, listings: int | None) -> bool:
    """Seed, and go on to so many listings; False when the city was there already."""
    app = city.create_app()
    from marketplace.seed import flows

    vault, store = app.extensions["city.vault"], app.extensions["city.store"]
    with app.app_context():
        made = flows.seed(
            vault,
            store=store,
            if_empty=if_empty or listings is not None,
            extent=extent,
            site=settings.site_name,
            report=click.echo,
            strict=False,
        )
        if listings is not None:
            flows.extend(vault, store=store, listings=listings, site=settings.site_name, report=click.echo)
    return made
