"""``city replay``: live the published history of the corridor in an empty city."""

import gc
from functools import partial

import click

from marketplace.cli.progress import progress
from marketplace.cli.wiring import City, pass_city
from marketplace.config import Settings

# All of marketplace.seed.replay.published, and the fewest that show every stage; the application is not loaded to say
# what a command takes.
_DEPARTURES, _FEWEST = 5_001, 20


@click.command()
@click.option(
    "--departures",
    type=click.IntRange(_FEWEST, _DEPARTURES),
    default=_DEPARTURES,
    show_default=True,
    help="a shorter history over the same years, its totals in proportion",
)
@click.option("--replan", is_flag=True, help="say how few lorries would have sufficed for what was carried, and end")
@pass_city
def replay(city: City, *, departures: int, replan: bool) -> None:
    """Drive the published history to January 2021 through the same services as everybody, by made-up companies.

    A run that was cut off is taken up by the next.
    """
    settings = Settings()
    if settings.is_production:
        raise click.ClickException("a city in production has a history of its own")
    app = city.create_app()
    with app.app_context():
        if replan:
            _tell_sufficed()
            return
        from marketplace.seed.replay import flows

        # The program itself is never garbage: looking through it again and again is a tenth of a long run.
        gc.freeze()
        try:
            under_way = flows.replay(
                app.extensions["city.vault"],
                store=app.extensions["city.store"],
                departures=departures,
                report=partial(progress, "departures"),
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{under_way:,} of {departures:,} departures were driven; the others were there")


def _tell_sufficed() -> None:
    """Print by line how many lorries ran, and three counts of how many would have done."""
    from marketplace.distribution.statistics.flows import replanned
    from marketplace.distribution.statistics.queries.demand import sufficed
    from marketplace.kernel.db import reading

    rows = sufficed(reading())
    planned = replanned(reading(), report=partial(progress, "weeks"))
    click.echo("Consignments stay whole and may wait for a lorry of their line within their calendar week.")
    click.echo("bound: sum of the loads by a lorry's room, in the dimension that asks for most, rounded up by week")
    click.echo("planned: what the planner of lorries needs for the same weeks; a plan that exists, checked")
    click.echo("first fit: first-fit-decreasing, another; no plan needs fewer than the bound")
    click.echo(f"{'line':<14}{'weeks':>8}{'ran':>8}{'bound':>8}{'planned':>9}{'first fit':>11}")
    for row, count in zip(rows, planned, strict=True):
        click.echo(f"{row.line:<14}{row.weeks:>8}{row.ran:>8}{row.bound:>8}{count:>9}{row.filled:>11}")
    ran, bound, filled = (sum(getattr(row, name) for row in rows) for name in ("ran", "bound", "filled"))
    click.echo(f"{'all':<14}{'':>8}{ran:>8}{bound:>8}{sum(planned):>9}{filled:>11}")
