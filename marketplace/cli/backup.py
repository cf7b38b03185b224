"""``city backup`` and ``city restore``: a whole copy of the city, and a city of it."""

from functools import partial
from importlib.metadata import version
from pathlib import Path

import click
from flask import Flask

from marketplace.backup import archive, flows, rules
from marketplace.cli.database import revision_of, upgrade
from marketplace.cli.progress import progress
from marketplace.cli.wiring import City, pass_city
from marketplace.config import Settings
from marketplace.edge import schema
from marketplace.kernel import clock
from marketplace.kernel.db import snapshot
from marketplace.kernel.errors import Unavailable
from marketplace.reports import flows as reports
from marketplace.reports import queries

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("target", type=_FOLDER)
@click.option(
    "--keep", type=click.IntRange(1), help="keep so many backups here; one that found nothing wrong deletes older ones"
)
@click.option("--check/--no-check", "checks", default=True, help="note in the manifest what city check says")
@pass_city
def backup(city: City, target: Path, *, keep: int | None, checks: bool) -> None:
    """Copy the running city into a folder: rows of one instant, and the files that it does not have yet.

    The same folder takes any number of backups. One that was cut off counts for nothing; run it again.
    """
    app = city.create_app()
    with app.app_context():
        try:
            made = flows.back_up(
                target,
                city=_place(app),
                keep=keep,
                now=clock.now,
                check=queries.check if checks else None,
                report=progress,
            )
        except (rules.Unusable, Unavailable) as error:
            raise click.ClickException(str(error)) from None
    manifest = made.manifest
    _describe(made.folder, manifest)
    for name in made.deleted:
        click.echo(f"deleted {target / name}")
    for sha256 in manifest.files.missing:
        click.echo(f"the bytes of {sha256} are gone or changed in the city's store", err=True)
    for breach in manifest.breaches or ():
        click.echo(breach, err=True)
    if not rules.is_sound(manifest):
        if keep is not None:
            click.echo("no older backup was deleted", err=True)
        raise SystemExit(1)


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="only verify that the backup is whole")
@pass_city
def restore(city: City, source: Path, *, dry_run: bool) -> None:
    """Make a city of a backup (of the newest in a folder) in an empty place, on either database.

    Everything is verified before anything is changed. A city that has rows is never overwritten: give
    CITY_DATA_DIR and CITY_DATABASE_URL of a place that has none. The search index is written anew.
    """
    try:
        folder, manifest = archive.find(source)
        flows.verify(folder, manifest, report=progress)
        _describe(folder, manifest)
        if dry_run:
            return
        _migrate(manifest)
        app = city.create_app()
        with app.app_context():
            flows.restore(folder, manifest, city=_place(app), report=progress)
            _finish(app, manifest)
    except (rules.Unusable, Unavailable) as error:
        raise click.ClickException(str(error)) from None


def _place(app: Flask) -> flows.City:
    settings: Settings = app.extensions["city.settings"]
    return flows.City(
        data=settings.data_dir,
        store=app.extensions["city.store"],
        key=flows.Key(str(app.secret_key), settings.secret_key_file),
        revision=schema.head() or "",
        version=version("asean-commodity-city"),
    )


def _migrate(manifest: rules.Manifest) -> None:
    """Give a database without a schema the backup's; one that has another is not touched."""
    settings = Settings()
    if manifest.revision != schema.head():
        raise rules.Unusable(
            f"this backup has schema {manifest.revision}, this version of the city {schema.head()}: "
            f"restore it with version {manifest.version}, then upgrade"
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    found = revision_of(settings.database)
    if found is None:
        upgrade(settings.database)
    elif found != manifest.revision:
        raise rules.Unusable(f"the database has schema {found}, the backup {manifest.revision}")


def _finish(app: Flask, manifest: rules.Manifest) -> None:
    from marketplace.search import flows as search

    settings: Settings = app.extensions["city.settings"]
    path = settings.secret_key_file
    key = path.read_text("ascii") if path else str(app.secret_key)
    if rules.fingerprint(key) != manifest.key.fingerprint:
        click.echo(
            "! CITY_SECRET_KEY is another than the backed up city's: everybody needs a new second factor", err=True
        )
    count = search.rebuild(index=app.extensions["city.search"], now=clock.now(), report=partial(progress, "listings"))
    click.echo(f"{count:,} listings are in the search index")
    with snapshot() as session:
        breaches = queries.check(session)
        store = app.extensions["city.store"]
        breaches += reports.check_bytes(session, store=store, report=partial(progress, "files read"))
    for breach in breaches:
        click.echo(f"{breach.invariant}: {breach.subject} {breach.subject_id}: {breach.what}", err=True)
    if breaches:
        raise SystemExit(1)
    click.echo("restored; every invariant holds")


def _describe(folder: Path, manifest: rules.Manifest) -> None:
    rows = sum(part.rows for part in manifest.tables)
    click.echo(f"{folder}: {rows:,} rows of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, {manifest.files.count:,} files")
    click.echo(f"schema {manifest.revision}; audit trail {manifest.audit.seals} seals, head {manifest.audit.head}")
    click.echo("the secret key is in it" if manifest.key.sha256 else "CITY_SECRET_KEY is not in it: keep it elsewhere")
