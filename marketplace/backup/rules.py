"""What a manifest says, how backups are named, and in which order rows that name each other go in."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from marketplace.audit.rules import canonical, digest

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
FILE_LIST: Final = "files.txt.gz"
KEY: Final = "secret_key"
_NAME: Final = re.compile(r"\d{8}T\d{6}Z(-\d+)?")


class Unusable(Exception):
    """A backup or a place that cannot be used; says why, for the operator at the terminal."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TablePart(_Said):
    """One table: its columns in the order of each line, how many rows, and the hash of its file."""

    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


class FilesPart(_Said):
    """The files that the rows name; ``missing`` were gone or changed in the city's own store already."""

    count: int
    bytes: int
    sha256: str
    missing: tuple[str, ...]


class KeyPart(_Said):
    """The secret key: a fingerprint always; the hash of its file where the city keeps it beside its data."""

    fingerprint: str
    sha256: str | None


class AuditPart(_Said):
    """The audit chain at that instant; ``head`` is what ``city audit verify --head`` takes."""

    seals: int
    rows: int
    head: str


class Manifest(_Said):
    """What a backup holds; written last, so that one without it is none."""

    format: int
    made_at: datetime
    version: str
    database: str
    revision: str
    tables: tuple[TablePart, ...]
    files: FilesPart
    key: KeyPart
    audit: AuditPart
    breaches: tuple[str, ...] | None


def written(manifest: Manifest) -> str:
    """Return a manifest as its file, with a hash of itself."""
    content = manifest.model_dump(mode="json")
    return json.dumps({"manifest": content, "sha256": digest(content)}, indent=1, sort_keys=True) + "\n"


def read(text: str) -> Manifest:
    """Return the manifest of a file; Unusable when a byte of it changed, or another city's version wrote it."""
    try:
        found = json.loads(text)
        content = found["manifest"]
        is_whole = digest(content) == found["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        is_whole, content = False, None
    if not is_whole:
        raise Unusable(f"{MANIFEST} was changed")
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError:
        raise Unusable(f"{MANIFEST} is of a version that this one does not know") from None
    if manifest.format != FORMAT:
        raise Unusable(f"this backup has format {manifest.format}; this version reads {FORMAT}")
    return manifest


def is_sound(manifest: Manifest) -> bool:
    """Tell whether a backup may take the place of older ones: every file was there, and no invariant known broken."""
    return not manifest.files.missing and not manifest.breaches


def name_of(at: datetime, *, taken: Iterable[str] = ()) -> str:
    """Return the name of a backup of this instant that none has yet."""
    name = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    used = set(taken)
    number = 1
    while name in used:
        number += 1
        name = f"{name.partition('-')[0]}-{number}"
    return name


def is_name(text: str) -> bool:
    """Tell whether a folder is named as a backup."""
    return _NAME.fullmatch(text) is not None


def in_time(names: Iterable[str]) -> list[str]:
    """Return names of backups, the oldest first."""
    return sorted(names, key=lambda name: (name.partition("-")[0], int(name.partition("-")[2] or 1)))


def file_of(table: str) -> str:
    """Return where a table lies in a backup."""
    return f"tables/{table}.jsonl.gz"


def fingerprint(key: str) -> str:
    """Return what tells one key from another and says nothing about it."""
    return hashlib.sha256(b"city backup key\0" + key.encode()).hexdigest()[:16]


def line(values: Iterable[Any]) -> str:
    """Return a row as one line: the same on every database."""
    return canonical(list(values))


def parents_first(rows: Iterable[dict[str, Any]], *, key: str, parents: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield rows of one table that name rows of the same table, each after those it names.

    Only rows with a parent are kept in memory; Unusable when they name each other in a circle.
    """
    waiting: dict[Any, dict[str, Any]] = {}
    for row in rows:
        if any(row[parent] is not None for parent in parents):
            waiting[row[key]] = row
        else:
            yield row
    while waiting:
        ready = [name for name, row in waiting.items() if not any(row[parent] in waiting for parent in parents)]
        if not ready:
            raise Unusable("rows name each other in a circle")
        for name in ready:
            yield waiting.pop(name)
