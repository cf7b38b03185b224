"""``city export``: listings, orders and the ledger as CSV or JSON lines."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import click

from marketplace.cli.progress import progress
from marketplace.cli.wiring import City, pass_city
from marketplace.kernel import lines
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import reading

_AT_ONCE: Final = 500
_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_SHAPES: Final = click.Choice(["csv", "jsonl"])


@click.command()
@click.argument("what", type=click.Choice(["listings", "orders", "ledger"]))
@click.argument("file", type=_FILE)
@click.option("--company", type=click.UUID, help="id of the company; needed for listings, else the whole city")
@click.option("--since", type=click.DateTime(), help="only what was changed, placed or booked since this instant, UTC")
@click.option("--as", "shape", type=_SHAPES, help="else by the ending of the file, CSV for any other than .jsonl")
@pass_city
def export(
    city: City, what: str, file: Path, *, company: UUID | None, since: datetime | None, shape: str | None
) -> None:
    """Write rows to a file, there whole or not at all; cut off, the same command goes on where it stopped.

    Listings have the columns of the import, with the first price basis of each: brought in again they change nothing.
    In CSV a text that a sheet program would run has an apostrophe before it, which the import takes off again.
    Orders have a row a line, the ledger a row an entry, a debit positive.
    """
    if what == "listings" and company is None:
        raise click.UsageError("listings need --company: an article number is a merchant's own")
    shape = shape or ("jsonl" if file.suffix == ".jsonl" else "csv")
    after_utc = since.replace(tzinfo=UTC) if since else None
    with city.create_app().app_context():
        columns, count, portion = _source(what, company, after_utc)
        total = count()
        header = as_csv([columns], end="\n") if shape == "csv" else ""

        def portions(cursor: Any) -> Iterator[tuple[Any, Sequence[str]]]:
            after = UUID(cursor["id"]) if cursor else None
            done = cursor["done"] if cursor else 0
            while found := portion(after):
                after = found[-1][0]
                done += len(found)
                rows = [row for _, row in found]
                if header:
                    _expect_known(columns, rows)
                written = (
                    [as_csv([[row.get(name, "") for name in columns] for row in rows], end="\n")]
                    if shape == "csv"
                    else [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
                )
                yield {"id": str(after), "done": done}, written
                progress("rows", done, max(done, total))

        of = f"{what} {company} {since} {shape}"
        if lines.write(file, portions, of=of, header=header):
            click.echo("went on where it was cut off", err=True)
    click.echo(f"{file}: {what}")


def _source(
    what: str, company_id: Any, since: datetime | None
) -> tuple[Sequence[str], Callable[[], int], Callable[[UUID | None], list[tuple[UUID, dict[str, Any]]]]]:
    from marketplace.catalog.imports import price_list
    from marketplace.orders.queries import exports as orders
    from marketplace.payments.queries import exports as ledger

    module: Any = {"listings": price_list, "orders": orders, "ledger": ledger}[what]
    facts = {"company_id": company_id, "since": since}
    is_list = module is price_list
    columns = price_list.columns(reading(), company_id=company_id) if is_list else module.COLUMNS

    def portion(after: UUID | None) -> Any:
        session = reading()
        session.rollback()  # no transaction stays open for as long as the export takes
        return module.portion(session, **facts, after=after, size=_AT_ONCE)

    return columns, lambda: module.count(reading(), **facts), portion


def _expect_known(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Refuse cells that the header, written first, has no column for: a price for another quantity came meanwhile."""
    if late := sorted({name for row in rows for name in row}.difference(columns)):
        raise click.ClickException(
            f"{', '.join(late)} came to the list while it was written; the same command begins it anew"
        )
