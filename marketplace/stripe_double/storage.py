"""The stand-in's own SQLite file: objects as JSON, answers by key, deliveries, switches.

One writer at a time, queued on a file lock as in the city's own database; a reader needs no turn.
"""

import fcntl
import json
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS object (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, sequence);
CREATE INDEX IF NOT EXISTS object_status ON object (kind, json_extract(body, '$.status'));
CREATE INDEX IF NOT EXISTS object_intent ON object (kind, json_extract(body, '$.payment_intent'));
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, started REAL NOT NULL, status INTEGER, body TEXT);
CREATE INDEX IF NOT EXISTS answer_started ON answer (started);
CREATE TABLE IF NOT EXISTS delivery (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL, endpoint TEXT NOT NULL, due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'pending');
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due);
CREATE TABLE IF NOT EXISTS switch (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    fault TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, value TEXT NOT NULL, remaining INTEGER NOT NULL);
"""


class Transaction:
    """One transaction on the file; only ``Storage.write`` gives one that may write."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on an open connection."""
        self.sql = connection

    def get(self, kind: str, object_id: str) -> dict[str, Any] | None:
        """Return an object, None for an unknown id."""
        found = self.sql.execute("SELECT body FROM object WHERE id = ? AND kind = ?", (object_id, kind)).fetchone()
        return json.loads(found[0]) if found else None

    def put(self, thing: dict[str, Any]) -> None:
        """Write an object, new or changed."""
        self.sql.execute(
            "INSERT INTO object (id, kind, created, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], thing.get("created", 0), json.dumps(thing, ensure_ascii=False)),
        )

    def remove(self, object_id: str) -> None:
        """Delete an object."""
        self.sql.execute("DELETE FROM object WHERE id = ?", (object_id,))

    def all(
        self, kind: str, *, intent: str | None = None, status: str | None = None, since: int = 0
    ) -> list[dict[str, Any]]:
        """Return the objects of a kind, newest first, of one PaymentIntent, in one state or made since."""
        where = "kind = ? AND created >= ?"
        values: list[str | int] = [kind, since]
        if intent is not None:
            where += " AND json_extract(body, '$.payment_intent') = ?"
            values.append(intent)
        if status is not None:
            where += " AND json_extract(body, '$.status') = ?"
            values.append(status)
        rows = self.sql.execute(f"SELECT body FROM object WHERE {where} ORDER BY sequence DESC", values)  # noqa: S608  fixed texts
        return [json.loads(row[0]) for row in rows]

    @contextmanager
    def savepoint(self, *, kept: Callable[[BaseException], bool]) -> Generator[None]:
        """Undo what is done inside when it fails, and only that, unless ``kept`` says that it stays."""
        self.sql.execute("SAVEPOINT act")
        try:
            yield
        except BaseException as error:
            if not kept(error):
                self.sql.execute("ROLLBACK TO act")
            self.sql.execute("RELEASE act")
            raise
        self.sql.execute("RELEASE act")


class Storage:
    """The file; made on first use."""

    def __init__(self, path: Path) -> None:
        """Prepare the file."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._turn(), closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_SCHEMA)

    @contextmanager
    def write(self) -> Generator[Transaction]:
        """Open the one writing transaction."""
        with self._turn(), closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def read(self) -> Generator[Transaction]:
        """Open a reading transaction: one snapshot."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield Transaction(connection)
            connection.execute("ROLLBACK")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        # Killed processes lose nothing; a lost machine may lose the last moments of a demo.
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextmanager
    def _turn(self) -> Generator[None]:
        with Path(f"{self._path}.lock").open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
