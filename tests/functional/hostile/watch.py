"""Tells whether anything was written, and puts everything back as it was."""

import hashlib
import shutil
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from contextlib import closing
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from marketplace.kernel.db import Base, db
from tests.conftest import Database
from tests.support import postgres, sqlite

# Counters of the door remember the refused too; they hold nothing that anybody entered.
_DOOR: Final = frozenset({"login_counter"})
# Where the database notes which tables were written to.
_WRITTEN: Final = "besieged_writes"
# Where PostgreSQL keeps every row as it was.
_BESIDE: Final = "besieged"
_TIDIED_EVERY: Final = 50
_ANY: Final = frozenset({"any"})


class Watch:
    """The content of a database as it was when the watch began."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Keep a copy of the database."""
        self._database = database
        self._files = folder / "files"
        # The card provider's stand-in remembers too.
        self._double = folder / "stripe_double.sqlite3"
        shutil.copyfile(self._double, f"{self._double}.kept")
        self._provided = _written(self._double)
        self._hand: sqlite.Hand | postgres.Hand | None = None
        if database.name == "sqlite":
            db.session.remove()
            db.engine.dispose()
            sqlite.note_writes(self._path, into=_WRITTEN)
        self._kept = database.keep()
        if database.name == "sqlite":
            self._beside.write_bytes(self._kept)
        self._rows = self._digest()
        self._stored = self._bytes()
        self._turn = 0
        self._begin()

    @property
    def database(self) -> str:
        """Which of the two databases it is."""
        return self._database.name

    def is_moved(self) -> bool:
        """Tell whether anything at all was written since, be it a counter."""
        return bool(self.written_tables())

    def is_touched(self) -> bool:
        """Tell whether anything but counters was written since."""
        written = self.written_tables() - _DOOR
        if not written:
            return False
        if any(rows != self._rows[name] for name, rows in self._digest(written).items()):
            return True
        self._look_anew()
        return False

    def arrive(self) -> None:
        """Put the whole database back, whatever other tests made of it, and keep a hand on it until ``leave``."""
        db.session.remove()
        is_sqlite = self._database.name == "sqlite"
        if is_sqlite or not sa.inspect(db.engine).has_table(_WRITTEN):
            db.engine.dispose()
            self._database.refresh(self._kept)
            self._begin()
        if is_sqlite:
            self._hand = sqlite.Hand(self._path, self._beside, into=_WRITTEN)
        else:
            self._hand = postgres.Hand(self._database.url, schema=_BESIDE)
        self.restore()

    def leave(self) -> None:
        """Put everything back for the last time, and see that it is."""
        self.restore()
        changed = self.changed_tables()
        if self._hand is not None:
            self._hand.close()
            self._hand = None
        assert changed == [], changed

    def restore(self) -> None:
        """Put the database back as it was."""
        db.session.remove()
        self._turn += 1
        if isinstance(self._hand, postgres.Hand):
            written = [*self.written_tables(), *_DOOR, _WRITTEN]
            self._hand.put_back(written, is_tidied=self._turn % _TIDIED_EVERY == 0)
        elif self._hand is not None:
            self._hand.put_back()
            self._look_anew()
        for path in self._bytes() - self._stored:
            path.unlink()
        self._restore_provider()

    def changed_tables(self) -> list[str]:
        """Name what was written to, for the message of a failed test."""
        now = self._digest()
        return [name for name in now if now[name] != self._rows[name]]

    def written_tables(self) -> AbstractSet[str]:
        """Name the tables that were written to since."""
        if self._database.name == "sqlite" and self._moment() == self._mark:
            return frozenset()
        if isinstance(self._hand, postgres.Hand):
            return self._hand.noted(_WRITTEN)
        with db.engine.connect() as connection:
            return set(connection.exec_driver_sql(f"SELECT DISTINCT name FROM {_WRITTEN}").scalars())

    @property
    def _path(self) -> Path:
        return Path(self._database.url.removeprefix("sqlite:///"))

    @property
    def _beside(self) -> Path:
        return Path(f"{self._path}.{_BESIDE}")

    def _restore_provider(self) -> None:
        if _written(self._double) == self._provided:
            return
        for suffix in ("-wal", "-shm"):
            Path(f"{self._double}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(f"{self._double}.kept", self._double)
        self._provided = _written(self._double)

    def _begin(self) -> None:
        if self._database.name == "postgresql":
            postgres.keep_beside(self._database.url, schema=_BESIDE)
            postgres.note_writes(self._database.url, into=_WRITTEN)
        self._look_anew()

    def _look_anew(self) -> None:
        with db.engine.connect() as connection:
            # Whoever reads first from SQLite makes a file beside the database; that is no write.
            if connection.exec_driver_sql(f"SELECT count(*) FROM {_WRITTEN}").scalar():
                connection.exec_driver_sql(f"DELETE FROM {_WRITTEN}")
                connection.commit()
            self._mark = self._moment()

    def _moment(self) -> list[tuple[int, int]] | None:
        """Return what is another value after any write to SQLite, cheaply; PostgreSQL tells nothing so."""
        if self._database.name == "postgresql":
            return None
        return _written(self._path)

    def _digest(self, written: Collection[str] = _ANY) -> dict[str, str]:
        """Return a hash of every table's rows, or of those that were written to where that is known."""
        found: dict[str, str] = {}
        # Rows as the driver gives them: what they mean is asked of nobody, and asking takes ten times as long.
        with db.engine.connect() as connection, closing(connection.connection.cursor()) as cursor:
            for name, table in Base.metadata.tables.items():
                if name not in _DOOR and (written == _ANY or name in written):
                    cursor.execute(f"SELECT * FROM {table.fullname}")
                    rows = sorted(map(repr, cursor.fetchall()))
                    found[name] = hashlib.blake2b("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()
        return found

    def _bytes(self) -> set[Path]:
        return {path for path in self._files.rglob("*") if path.is_file()}


def _written(path: Path) -> list[tuple[int, int]]:
    """Return when a file of SQLite and its log were written to, and how long they are."""
    return [(each.stat().st_mtime_ns, each.stat().st_size) for each in (path, Path(f"{path}-wal")) if each.exists()]
