"""``city import``: bring in a merchant's workbook."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NoReturn
from uuid import UUID

import click
from flask import Flask

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import acting
from marketplace.catalog.imports import flows, queries, services
from marketplace.catalog.rules.imported import Outcome
from marketplace.cli import people
from marketplace.cli.wiring import City, pass_city
from marketplace.edge.acts.imports import called, explain
from marketplace.files import flows as files
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError, FieldError

# Should this process be ended, a job runner goes on where it stopped.
_TAKE_OVER: Final = timedelta(minutes=10)
_SHOWN: Final = 20
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--merchant", "login", required=True, help="e-mail or phone number of the merchant's member")
@click.option("--dry-run", is_flag=True, help="only say what would be done")
@click.option("--mapping", type=_FILE, help="JSON: our column to the header of the sheet")
@click.option("--sheet", help="name of the sheet; else the first with headers that are known")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="where to write the bad rows (XLSX)")
@click.option("--drafts", is_flag=True, help="leave new listings as drafts instead of handing them in for review")
@pass_city
def import_sheet(
    city: City,
    file: Path,
    *,
    login: str,
    dry_run: bool,
    mapping: Path | None,
    sheet: str | None,
    errors: Path | None,
    drafts: bool,
) -> None:
    """Bring in a price list: good rows land, bad rows come back with reasons; the same file again changes nothing."""
    app = city.create_app()
    with app.app_context():
        actor, locale = _member(app, login)
        store = app.extensions["city.store"]
        try:
            options = services.Options(sheet, _read_mapping(mapping), locale, dry_run=dry_run, submit=not drafts)
            import_id = _begin(actor, file, options, store)
            flows.run(import_id, store=store, explain=explain, called=called, progress=_progress)
        except DomainError as error:
            _refuse(error, locale)
        view = queries.get_import(reading(), company_id=actor.company, import_id=import_id)
        _report(view, locale)
        if errors is not None and view.errors_file_id is not None:
            errors.write_bytes(flows.errors_of(reading(), import_id=import_id, store=store))
    if view.failure is not None:
        raise SystemExit(1)


def _member(app: Flask, login: str) -> tuple[Actor, str]:
    person = people.find(app, reading(), login)
    memberships = accounts.memberships_of(reading(), person_id=person.id) if person else ()
    actor = next(
        (
            found
            for row in memberships
            if person and (found := acting.actor_of(reading(), person_id=person.id, company_id=row.company_id))
        ),
        None,
    )
    if person is None or actor is None:
        raise click.ClickException("nobody who acts for a company has this e-mail or phone number")
    return actor, person.locale


def _read_mapping(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError:
        raise click.ClickException(f"{path} holds no JSON") from None


def _begin(actor: Actor, file: Path, options: services.Options, store: Any) -> UUID:
    now = clock.now()
    with file.open("rb") as stream:
        file_id = files.upload(
            actor=actor, stream=stream, declared_name=file.name, purpose=Purpose.WORKBOOK, store=store, now=now
        )
    return in_unit_of_work(
        lambda session: services.begin(
            session, actor=actor, file_id=file_id, options=options, now=now, run_at=now + _TAKE_OVER
        )
    )


def _progress(done: int, total: int) -> None:
    click.echo(f"\r{done:,} of {total:,} rows", nl=False, err=True)


def _report(view: queries.ImportView, locale: str) -> None:
    click.echo(err=True)
    click.echo(f"import {view.id}: {view.state}; sheet {view.sheet} of {', '.join(view.sheets)}")
    click.echo(", ".join(f"{count:,} {outcome}" for outcome, count in view.counts.items()))
    for warning in (*view.warnings, *([view.failure] if view.failure else [])):
        click.echo(f"! {called(warning.field, locale)}: {explain(warning, locale)}", err=True)
    bad = queries.rows(reading(), import_id=view.id, outcome=Outcome.ERROR, size=_SHOWN)
    for row in bad.items:
        click.echo(f"row {row.line} {row.sku or ''}: {_reasons(row.errors, locale)}", err=True)
    if bad.next:
        click.echo("… the rest is in the file of bad rows (--errors)", err=True)


def _reasons(errors: tuple[FieldError, ...], locale: str) -> str:
    return "; ".join(f"{called(error.field, locale)}: {explain(error, locale)}" for error in errors)


def _refuse(error: DomainError, locale: str) -> NoReturn:
    reasons = _reasons(error.errors, locale) if error.errors else str(error)
    raise click.ClickException(reasons)
