"""Tells whether anything was written, and puts everything back as it was."""

import hashlib
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from marketplace.kernel.db import Base, db
from tests.conftest import Database
from tests.support import postgres

# Counters of the door remember the refused too; they hold nothing that anybody entered.
_DOOR: Final = frozenset({"login_counter"})
# So often only what was written to is put back, before dead rows slow everything down.
_ANEW_EVERY: Final = 100


class Watch:
    """The content of a database as it was when the watch began."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Keep a copy of the database."""
        self._database = database
        self._files = folder / "files"
        # The card provider's stand-in remembers too.
        self._double = folder / "stripe_double.sqlite3"
        shutil.copyfile(self._double, f"{self._double}.kept")
        self._kept = database.keep()
        self._turn = 0
        self._rows = self._digest()
        self._versions = self._newest()
        self._mark = self._moment()
        self._stored = self._bytes()

    @property
    def database(self) -> str:
        """Which of the two databases it is."""
        return self._database.name

    def is_moved(self) -> bool:
        """Tell whether anything at all was written since, be it a counter."""
        return self._moment() != self._mark

    def is_touched(self) -> bool:
        """Tell whether anything but counters was written since."""
        if not self.is_moved():
            return False
        # What was taken back leaves nothing; only what stands is worth reading whole.
        if self._newest() != self._versions and self._digest() != self._rows:
            return True
        self._mark = self._moment()
        return False

    def restore(self) -> None:
        """Put the database back as it was."""
        db.session.remove()
        self._turn += 1
        if self._database.name == "sqlite" or self._turn % _ANEW_EVERY == 1:
            db.engine.dispose()
            self._database.refresh(self._kept)
        else:
            now = self._newest()
            written = [name for name, version in now.items() if version != self._versions[name]]
            postgres.put_back(self._database.url, self._kept, [*written, *_DOOR])
        for path in self._bytes() - self._stored:
            path.unlink()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._double}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(f"{self._double}.kept", self._double)
        self._versions = self._newest()
        self._mark = self._moment()

    def changed_tables(self) -> list[str]:
        """Name what was written to, for the message of a failed test."""
        now = self._digest()
        return [name for name in now if now[name] != self._rows[name]]

    def _moment(self) -> Any:
        """Return what is another value after any write, cheaply."""
        if self._database.name == "sqlite":
            path = Path(self._database.url.removeprefix("sqlite:///"))
            wal = Path(f"{path}-wal")
            return [(each.stat().st_mtime_ns, each.stat().st_size) for each in (path, wal) if each.exists()]
        with db.engine.connect() as connection:
            return connection.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").scalar()

    def _newest(self) -> dict[str, Any]:
        """Return, on PostgreSQL, how many rows each table has and which transaction wrote the last of them."""
        with db.engine.connect() as connection:
            if self._database.name == "sqlite":
                # Whoever reads first makes a file beside the database; that is no write.
                connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar()
                return {"": self._moment()}
            names = [name for name in Base.metadata.tables if name not in _DOOR]
            asked = (f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM {name}" for name in names)
            rows = connection.exec_driver_sql(" UNION ALL ".join(asked)).all()
            return {name: tuple(version) for name, *version in rows}

    def _digest(self) -> dict[str, str]:
        """Return a hash of every table's rows."""
        found: dict[str, str] = {}
        # Rows as the driver gives them: what they mean is asked of nobody, and asking takes ten times as long.
        with db.engine.connect() as connection, closing(connection.connection.cursor()) as cursor:
            for name, table in Base.metadata.tables.items():
                if name not in _DOOR:
                    cursor.execute(f"SELECT * FROM {table.fullname}")
                    rows = sorted(map(repr, cursor.fetchall()))
                    found[name] = hashlib.blake2b("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()
        return found

    def _bytes(self) -> set[Path]:
        return {path for path in self._files.rglob("*") if path.is_file()}
