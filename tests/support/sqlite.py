"""A SQLite under attack: it notes which rows were written to, and a hand makes them again what they were."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

_NOTED: Final = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def note_writes(path: Path, *, into: str) -> None:
    """Let each table note its name and the row in a table whenever one is written; what is taken back is not.

    While a hand is at work neither these triggers nor those of the city act: they are for whoever lives there.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as books:
        parts = books.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'trigger') AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        unless = f" WHEN NOT EXISTS (SELECT 1 FROM {into}_hand) BEGIN "
        books.execute("BEGIN")
        books.execute(f"CREATE TABLE {into} (name TEXT, row INTEGER)")
        books.execute(f"CREATE TABLE {into}_hand (at_work INTEGER)")
        for kind, name, written in parts:
            if kind == "trigger":
                books.execute(f'DROP TRIGGER "{name}"')
                books.execute(written.replace(" BEGIN ", unless, 1))
                continue
            for verb, sides in _NOTED.items():
                notes = "".join(f"INSERT INTO {into} VALUES ('{name}', {side}.rowid); " for side in sides)
                trigger = f"{into}_{name}_{verb.lower()}"
                books.execute(f'CREATE TRIGGER "{trigger}" AFTER {verb} ON "{name}"{unless}{notes}END')
        books.execute("COMMIT")


class Hand:
    """Puts back the rows that were noted, as they are in a file beside; who else has the database open may keep it."""

    def __init__(self, path: Path, kept: Path, *, into: str) -> None:
        """Open both files; close it before anything lays another file over the database."""
        self._into = into
        self._books = sqlite3.connect(path.as_uri(), uri=True, timeout=30, isolation_level=None)
        self._books.execute("PRAGMA synchronous=OFF")
        self._books.execute(f"ATTACH '{kept.as_uri()}?immutable=1' AS kept")
        self._columns: dict[str, str] = {}

    def put_back(self) -> None:
        """Let every row that was noted be what it was, and forget the notes."""
        books, rows = self._books, dict[str, list[tuple[int]]]()
        with books:
            books.execute("BEGIN IMMEDIATE")
            books.execute(f"INSERT INTO {self._into}_hand VALUES (1)")
            for name, row in books.execute(f"SELECT DISTINCT name, row FROM {self._into}"):
                rows.setdefault(name, []).append((row,))
            for name, noted in rows.items():
                books.executemany(f'DELETE FROM main."{name}" WHERE rowid = ?', noted)
            # Only then: until all that is new is gone, it may have what only one row can have.
            for name, noted in rows.items():
                columns = self._columns_of(name)
                put = f'INSERT INTO main."{name}" ({columns}) SELECT {columns} FROM kept."{name}" WHERE rowid = ?'
                books.executemany(put, noted)
            books.execute(f"DELETE FROM {self._into}")
            books.execute(f"DELETE FROM {self._into}_hand")

    def close(self) -> None:
        """Close both files."""
        self._books.close()

    def _columns_of(self, table: str) -> str:
        if table not in self._columns:
            names = [row[1] for row in self._books.execute(f'PRAGMA main.table_info("{table}")')]
            self._columns[table] = ", ".join(("rowid", *(f'"{name}"' for name in names)))
        return self._columns[table]
