"""PostgreSQL of the tests learns how much is in its tables."""

import uuid

import pytest
import sqlalchemy as sa

from marketplace.kernel.db import engine_options
from tests.support import growing, postgres

pytestmark = pytest.mark.postgres

# Asked so often, psycopg prepares a statement.
OFTEN = 7


@pytest.fixture
def connection():
    url = postgres.create(f"learning_{uuid.uuid4().hex[:12]}")  # workers of a run have one server
    engine = sa.create_engine(url, **engine_options(url))
    with engine.connect() as found:
        yield found
    engine.dispose()
    postgres.drop(url)


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
