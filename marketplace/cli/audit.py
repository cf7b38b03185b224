"""``city audit``: take the audit trail out, and verify it without the database."""

from functools import partial
from pathlib import Path

import click

from marketplace.audit import flows
from marketplace.audit.rules import VerifyResult
from marketplace.cli.progress import progress
from marketplace.cli.wiring import City, pass_city

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """Look after the audit trail."""


@audit.command()
@click.argument("path", type=_FILE)
@pass_city
def export(city: City, path: Path) -> None:
    """Write the audit trail and its seals as JSON lines; cut off, the same command goes on where it stopped."""
    with city.create_app().app_context():
        _report(flows.export_chain(path, report=partial(progress, "rows")))


@audit.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--head", help="hash of a seal noted earlier; the chain must contain it")
def verify(path: Path, head: str | None) -> None:
    """Verify an exported trail; needs the file alone."""
    _report(flows.verify_file(path, head=head))


def _report(found: VerifyResult) -> None:
    click.echo(f"{found.seals} seals, {found.rows} rows, {found.unsealed} not sealed yet; head {found.head}")
    for fault in found.faults:
        click.echo(str(fault), err=True)
    if not found.ok:
        raise SystemExit(1)
