"""Connections to PostgreSQL: what was prepared stays so, and a statement that failed leaves nothing in doubt."""

import uuid

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from marketplace.kernel.db import engine_options
from marketplace.kernel.postgres import Connection
from tests.support import growing, postgres

pytestmark = pytest.mark.postgres

# Asked so often, psycopg prepares a statement.
OFTEN = 7
ASKED = sa.text("SELECT 41 + CAST(:n AS INTEGER) AS is_asked_often")


@pytest.fixture
def connection():
    url = postgres.create(f"prepared_{uuid.uuid4().hex[:12]}")  # workers of a run have one server
    engine = sa.create_engine(url, **engine_options(url))
    with engine.connect() as found:
        assert isinstance(found.connection.driver_connection, Connection)
        yield found
    engine.dispose()
    postgres.drop(url)


def prepared(connection):
    """Count what PostgreSQL itself keeps prepared of it, and end the transaction."""
    found = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%is_asked_often%'")
    count = connection.execute(found).scalar_one()
    connection.rollback()
    return count


def test_a_statement_stays_prepared_when_its_transaction_is_rolled_back(connection):
    for n in range(OFTEN):
        assert connection.execute(ASKED, {"n": n}).scalar_one() == 41 + n
        connection.rollback()
    assert prepared(connection) == 1


def test_parameters_are_written_as_postgresql_takes_them(connection):
    heard = []
    sa.event.listen(connection, "before_cursor_execute", lambda *told: heard.append(told[2:4]))
    found = sa.text("SELECT '%' || CAST(:n AS TEXT) || '$1%s' WHERE :n = ANY(:many)")
    assert connection.execute(found, {"n": 7, "many": [7, 8]}).scalar_one() == "%7$1%s"
    assert heard == [("SELECT '%' || CAST($1 AS TEXT) || '$1%s' WHERE $1 = ANY($2)", (7, [7, 8]))]


def test_columns_are_told_as_psycopg_tells_them(connection):
    session = connection.connection.driver_connection
    for asked in ("SELECT 1 AS one, 'x' AS \"other – é\"", "SELECT", "SELECT 1 WHERE false", "SET work_mem = '4MB'"):
        found, plain = session.cursor().execute(asked), psycopg.RawCursor(session).execute(asked)
        if plain.description is None:
            assert found.description is None
            continue
        told = [(each.name, each.type_code) for each in plain.description]
        assert len(found.description) == len(told)
        assert [each[:2] for each in found.description] == told == [each[:2] for each in found.description[:]]
        assert {len(each) for each in found.description} <= {7}
    with pytest.raises(IndexError):
        found.execute("SELECT 1").description[1]
    assert session.cursor().execute("SELECT 1 AS one, 2 AS two").description[-1][0] == "two"


def test_a_statement_stays_prepared_when_a_savepoint_is_rolled_back(connection):
    connection.execute(sa.text("CREATE TABLE kept (n INTEGER)"))
    for n in range(OFTEN):
        with connection.begin_nested() as savepoint:
            assert connection.execute(ASKED, {"n": n}).scalar_one() == 41 + n
            connection.execute(sa.text("INSERT INTO kept VALUES (:n)"), {"n": n})
            savepoint.rollback()
    assert connection.execute(sa.text("SELECT count(*) FROM kept")).scalar_one() == 0
    assert prepared(connection) == 1


def test_after_a_failure_in_a_savepoint_everything_is_forgotten_and_the_rest_stands(connection):
    connection.execute(sa.text("CREATE TABLE kept (n INTEGER)"))
    for n in range(OFTEN):
        connection.execute(ASKED, {"n": n})
    with pytest.raises(ProgrammingError), connection.begin_nested():
        connection.execute(sa.text("SELECT no_such_column"))
    connection.execute(sa.text("INSERT INTO kept VALUES (1)"))
    connection.commit()
    assert prepared(connection) == 0
    assert connection.execute(sa.text("SELECT count(*) FROM kept")).scalar_one() == 1


def test_a_rollback_takes_back_what_was_written(connection):
    connection.execute(sa.text("CREATE TABLE kept (n INTEGER)"))
    connection.commit()
    for n in range(OFTEN):
        connection.execute(sa.text("INSERT INTO kept VALUES (:n)"), {"n": n})
        connection.rollback()
    assert connection.execute(sa.text("SELECT count(*) FROM kept")).scalar_one() == 0


def test_after_a_failure_everything_is_forgotten(connection):
    for n in range(OFTEN):
        connection.execute(ASKED, {"n": n})
    connection.commit()
    assert prepared(connection) == 1
    with pytest.raises(ProgrammingError):
        connection.execute(sa.text("SELECT no_such_column"))
    connection.rollback()
    assert prepared(connection) == 0
    assert connection.execute(ASKED, {"n": 1}).scalar_one() == 42


def test_a_database_of_the_tests_learns_how_much_is_in_its_tables(connection):
    expected = sa.text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('full', 'bare') ORDER BY relname")
    connection.execute(sa.text("CREATE TABLE bare (n INTEGER)"))
    connection.execute(sa.text('CREATE TABLE "full" AS SELECT n FROM generate_series(1, 500) n'))
    connection.commit()
    url = connection.engine.url.render_as_string(hide_password=False)
    postgres.learn(url)
    # Of what was never looked at -1 is said; an empty table's next rows are still guessed from its pages.
    assert connection.execute(expected).all() == [("bare", -1), ("full", 500)]


def test_of_a_table_that_was_emptied_it_is_not_said_that_it_stays_so(connection):
    expected = sa.text("SELECT reltuples FROM pg_class WHERE relname = 'emptied'")
    connection.execute(sa.text("CREATE TABLE emptied AS SELECT n FROM generate_series(1, 500) n"))
    connection.execute(sa.text("DELETE FROM emptied"))
    connection.commit()
    postgres.learn(connection.engine.url.render_as_string(hide_password=False))
    # Of 0 in so many pages, none would be expected of them ever after.
    assert connection.execute(expected).scalar_one() == -1


def test_a_database_that_grows_learns_it_after_a_hundred_commits_and_after_four_times_as_many(connection):
    expected = sa.text("SELECT reltuples FROM pg_class WHERE relname = 'growing'")
    connection.execute(sa.text("CREATE TABLE growing (n INTEGER)"))
    connection.commit()
    growing.begin(connection.engine.url.render_as_string(hide_password=False))
    with growing.watched(connection.engine):
        known = []
        for n in range(401):
            connection.execute(sa.text("INSERT INTO growing VALUES (:n)"), {"n": n})
            connection.commit()
            known.append(connection.execute(expected).scalar_one())
            connection.rollback()
    assert [(n + 1, known[n]) for n in range(1, 401) if known[n] != known[n - 1]] == [(100, 99), (400, 399)]


def test_a_session_that_began_with_a_small_table_does_not_read_all_of_it_when_it_has_grown(connection):
    connection.execute(sa.text("CREATE TABLE sealed AS SELECT n FROM generate_series(1, 20) n"))
    connection.execute(sa.text("ALTER TABLE sealed ADD PRIMARY KEY (n)"))
    connection.execute(sa.text("CREATE TABLE unsealed (n INTEGER REFERENCES sealed)"))
    connection.commit()
    postgres.learn(connection.engine.url.render_as_string(hide_password=False))
    for n in range(1, 1 + OFTEN):
        connection.execute(sa.text("INSERT INTO unsealed VALUES (:n)"), {"n": n})
    connection.execute(sa.text("INSERT INTO sealed SELECT n FROM generate_series(21, 5000) n"))
    connection.commit()
    read = sa.text("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'sealed'")
    before = connection.execute(read).scalar_one()  # to make the key reads it, too
    connection.execute(sa.text("INSERT INTO unsealed VALUES (5000)"))
    assert connection.execute(read).scalar_one() == before
