"""Take a backup, verify one, and make a city of one.

Rows are read in one snapshot, so they agree with each other whatever is written meanwhile. Bytes are copied after it:
they never change under their hash, and those that are in the target already are not copied again. Cut off, a backup
leaves no manifest; the next one reads the rows anew and finds the bytes that were copied.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from obstore.store import ObjectStore
from sqlalchemy.orm import Session

from marketplace.backup import archive, queries, rules, tables
from marketplace.backup.rules import FilesPart, KeyPart, Manifest, TablePart, Unusable
from marketplace.files import queries as files
from marketplace.files import store as bytes_store
from marketplace.kernel.checks import Breach
from marketplace.kernel.db import reading, snapshot, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.kernel.private import private

Report = Callable[[str, int, int], None]
_EVERY: Final = 50
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Key:
    """The city's secret key, and its file where it lies beside the data."""

    value: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class City:
    """What a backup is taken of, or a city is made in."""

    data: Path  # the data folder
    store: ObjectStore
    key: Key
    revision: str  # of the schema that this code was written for
    version: str


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made, and the older ones that were deleted for it."""

    folder: Path
    manifest: Manifest
    deleted: tuple[str, ...]


def back_up(
    target: Path,
    *,
    city: City,
    keep: int | None,
    now: Callable[[], datetime],
    check: Callable[[Session], list[Breach]] | None,
    report: Report,
) -> Made:
    """Write a backup into a target; a sound one leaves only so many there as are kept."""
    archive.expect_apart(target, data=city.data, store=bytes_store.folder_of(city.store))
    with archive.begin(target) as partial:
        attempt = 0
        while True:
            attempt += 1
            manifest, sizes = _dump(partial, city=city, now=now, check=check, report=report)
            missing = _copy(target, sizes, store=city.store, report=report)
            # A person who was erased meanwhile took files along that the snapshot still names.
            session = reading()
            session.rollback()
            erased = [sha256 for sha256 in missing if not files.is_kept(session, sha256=sha256)]
            session.rollback()
            if not erased or attempt == _TRIES:
                break
        part = manifest.files.model_copy(update={"missing": tuple(missing)})
        manifest = manifest.model_copy(update={"files": part})
        made = archive.finish(target, manifest)
        # Still under the target's lock: another backup on its way needs files that no finished one names.
        deleted = archive.prune(target, keep=keep) if keep is not None and rules.is_sound(manifest) else []
        return Made(made, manifest, tuple(deleted))


def verify(backup: Path, manifest: Manifest, *, report: Report) -> None:
    """Read every part of a backup; Unusable names those that are gone or changed."""
    if bad := _changed(backup, manifest, report=report):
        raise Unusable(f"gone or changed: {', '.join(bad)}")


def restore(backup: Path, manifest: Manifest, *, city: City, report: Report) -> None:
    """Make a city of a verified backup in a place without rows; Unusable, and nothing is changed, in any other.

    Bytes come first and rows last, in one transaction: cut off, the place has no rows yet, and it is done again.
    """
    if manifest.revision != city.revision:
        raise Unusable(f"this backup has schema {manifest.revision}, this version of the city {city.revision}")
    known = {table.name: table for table in tables.all_tables()}
    if {part.name for part in manifest.tables} != set(known):
        raise Unusable("this backup has other tables than this version of the city")
    with snapshot() as session:
        _expect_empty(session.connection())
    missing = set(manifest.files.missing)
    for done, (sha256, _) in enumerate(archive.listed(backup), 1):
        if sha256 not in missing and not bytes_store.has(city.store, sha256):
            content = archive.place_of(backup.parent, sha256).read_bytes()
            if bytes_store.put(city.store, content) != sha256:
                raise Unusable(f"the bytes of {sha256} changed while they were read")
        _tell(report, "files restored", done, manifest.files.count)
    if manifest.key.sha256 and city.key.path:
        _take_key(backup, city.key.path)
    _load(backup, manifest, report=report)


def _changed(backup: Path, manifest: Manifest, *, report: Report) -> list[str]:
    parts = {rules.file_of(table.name): table.sha256 for table in manifest.tables}
    parts[rules.FILE_LIST] = manifest.files.sha256
    if manifest.key.sha256:
        parts[rules.KEY] = manifest.key.sha256
    bad = [name for name, sha256 in parts.items() if archive.digest(backup / name) != sha256]
    if rules.FILE_LIST in bad:
        return bad
    missing = set(manifest.files.missing)
    for done, (sha256, _) in enumerate(archive.listed(backup), 1):
        path = archive.place_of(backup.parent, sha256)
        if sha256 not in missing and archive.digest(path) != sha256:
            bad.append(str(path.relative_to(backup.parent)))
        _tell(report, "files verified", done, manifest.files.count)
    return bad


def _take_key(backup: Path, path: Path) -> None:
    partial = path.with_name(f".{path.name}.restored")
    with private(partial) as file:
        file.write((backup / rules.KEY).read_bytes())
    partial.replace(path)


def _load(backup: Path, manifest: Manifest, *, report: Report) -> None:
    total = sum(part.rows for part in manifest.tables)
    done = 0
    with unit_of_work() as session:
        connection = session.connection()
        _expect_empty(connection)
        by_name = {part.name: part for part in manifest.tables}
        for table in tables.all_tables():
            part = by_name[table.name]
            written = archive.read_lines(backup / rules.file_of(table.name))
            before = done
            rows = tables.rows(table, part.columns, written)
            while portion := list(islice(rows, tables.AT_ONCE)):
                tables.insert(connection, table, portion)
                done += len(portion)
                report("rows restored", done, total)
            if done - before != part.rows:
                raise Unusable(f"{table.name} has {done - before} rows, the manifest says {part.rows}")


def _dump(
    partial: Path,
    *,
    city: City,
    now: Callable[[], datetime],
    check: Callable[[Session], list[Breach]] | None,
    report: Report,
) -> tuple[Manifest, dict[str, int]]:
    """Write every row of one snapshot, and return the manifest and what has to be copied."""
    with snapshot() as session:
        connection = session.connection()
        revision = queries.revision(connection)
        if revision != city.revision:
            raise Unusable(
                f"the database has schema {revision}, this version of the city {city.revision}: city db upgrade"
            )
        made_at = now()
        counts = {table.name: tables.counted(connection, table) for table in tables.all_tables()}
        total, before, parts = sum(counts.values()), 0, list[TablePart]()
        for table in tables.all_tables():
            lines = _told(tables.lines(connection, table), report, before, total)
            count, sha256 = archive.write_lines(partial / rules.file_of(table.name), lines)
            columns = tuple(column.name for column in table.columns)
            parts.append(TablePart(name=table.name, columns=columns, rows=count, sha256=sha256))
            before += count
        sizes = queries.sizes(session)
        _, listed = archive.write_lines(
            partial / rules.FILE_LIST, (f"{sha256} {size}" for sha256, size in sizes.items())
        )
        breaches = None if check is None else tuple(map(_breach, check(session)))
        manifest = Manifest(
            format=rules.FORMAT,
            made_at=made_at,
            version=city.version,
            database=connection.dialect.name,
            revision=city.revision,
            tables=tuple(parts),
            files=FilesPart(count=len(sizes), bytes=sum(sizes.values()), sha256=listed, missing=()),
            key=_key(partial, city.key),
            audit=queries.chain(session),
            breaches=breaches,
        )
    return manifest, sizes


def _copy(target: Path, sizes: dict[str, int], *, store: ObjectStore, report: Report) -> list[str]:
    """Copy the bytes that the target lacks; return the hashes of those that are gone or changed at their source."""
    missing: list[str] = []
    for done, (sha256, size) in enumerate(sizes.items(), 1):
        path = archive.place_of(target, sha256)
        if not (path.exists() and path.stat().st_size == size):
            try:
                is_kept = archive.keep(target, sha256, bytes_store.stream(store, sha256))
            except NotFound:
                is_kept = False
            if not is_kept:
                missing.append(sha256)
        _tell(report, "files copied", done, len(sizes))
    return missing


def _key(partial: Path, key: Key) -> KeyPart:
    """Include the key where it lies beside the data: sealed second factors open by no other."""
    sha256 = None
    if key.path is not None:
        with private(partial / rules.KEY) as file:
            file.write(key.value.encode("ascii"))
        sha256 = archive.digest(partial / rules.KEY)
    return KeyPart(fingerprint=rules.fingerprint(key.value), sha256=sha256)


def _expect_empty(connection: sa.Connection) -> None:
    if occupied := queries.occupied(connection):
        raise Unusable(f"this place is a city already: {', '.join(occupied[:5])} have rows; restore into an empty one")


def _breach(breach: Breach) -> str:
    return f"{breach.invariant}: {breach.subject} {breach.subject_id}: {breach.what}"


def _told(lines: Iterator[str], report: Report, before: int, total: int) -> Iterator[str]:
    for done, line in enumerate(lines, before + 1):
        yield line
        if done % tables.AT_ONCE == 0 or done == total:
            report("rows written", done, total)


def _tell(report: Report, what: str, done: int, total: int) -> None:
    if done % _EVERY == 0 or done == total:
        report(what, done, total)
