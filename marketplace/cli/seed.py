"""``city seed``: fill a demo city."""

import click

from marketplace.cli.wiring import City, pass_city
from marketplace.config import Settings
from marketplace.seed import flows


@click.command()
@click.option("--if-empty", is_flag=True, help="do nothing when the city has people already")
@pass_city
def seed(city: City, *, if_empty: bool) -> None:
    """Make the demo city: its people and companies, through the same services as everybody."""
    if Settings().is_production:
        raise click.ClickException("a city in production is not seeded")
    app = city.create_app()
    with app.app_context():
        made = flows.seed(app.extensions["city.vault"], store=app.extensions["city.store"], if_empty=if_empty)
    for line in flows.accounts_text(made):
        click.echo(line)
