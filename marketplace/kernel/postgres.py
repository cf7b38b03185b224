"""A connection to PostgreSQL whose statements stay prepared, and that notices when it is over."""

import select
from collections.abc import Sequence
from typing import Any, Final, Self

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

# So many statements PostgreSQL keeps prepared for a connection: an order alone asks more than the hundred that psycopg
# keeps, and would have each prepared anew when its turn comes again.
_PREPARED: Final = 1_000
# How SQLAlchemy calls the parameters that the cursors here take: the engine has to write them so.
PARAMETERS: Final = "numeric_dollar"
_ROWS: Final = (ExecStatus.TUPLES_OK, ExecStatus.SINGLE_TUPLE)


class _Columns(Sequence[Any]):
    """Name and type of the columns of an answer, each worked out when somebody asks for it.

    SQLAlchemy asks for those of a statement once and then only whether there are any; psycopg looks up name, types
    and sizes of each column of every answer.
    """

    def __init__(self, answer: PGresult) -> None:
        """Keep the answer."""
        self._answer = answer

    def __len__(self) -> int:
        """Count the columns."""
        return self._answer.nfields

    def __getitem__(self, at: Any) -> Any:
        """Return the seven fields of PEP 249, or those of several columns."""
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        name = self._answer.fname(at % len(self)) or b""
        return name.decode(), self._answer.ftype(at % len(self)), None, None, None, None, None


class Cursor(psycopg.RawCursor[Any]):
    """A cursor that takes statements as PostgreSQL does, and goes back to a savepoint without forgetting the prepared.

    Parameters are written ``$1``, ``$2``: of any others psycopg searches each statement anew, as it remembers a hundred
    short ones, and an order alone asks more and longer ones.
    """

    @property
    def description(self) -> Any:
        """Name and type of each column; None after what answers by no rows."""
        answer = self.pgresult
        return _Columns(answer) if answer is not None and answer.status in _ROWS else None

    def execute(self, query: Any, *arguments: Any, **options: Any) -> Self:
        """Execute as psycopg does, but for a way back to a savepoint."""
        connection = self.connection
        if not _goes_back(query) or connection.pgconn.transaction_status != TransactionStatus.INTRANS:
            return super().execute(query, *arguments, **options)
        with connection.lock:
            _done(connection.pgconn.exec_(query.encode()))
        return self


class Connection(psycopg.Connection[Any]):
    """A connection whose statements stay prepared when a transaction, or a part of one, is rolled back.

    Every reading ends by ROLLBACK, what is refused by ROLLBACK TO SAVEPOINT, and psycopg forgets with each of them all
    that it had prepared, in case it named a table that was made since; so nothing would ever stay prepared. Tables are
    made by migrations only. After a statement that failed it may be in doubt what is prepared: then everything is
    forgotten, as psycopg does.
    """

    def rollback(self) -> None:
        """Roll the transaction back; without one, do nothing."""
        if self.pgconn.transaction_status != TransactionStatus.INTRANS:
            super().rollback()
            return
        with self.lock:
            _done(self.pgconn.exec_(b"ROLLBACK"))

    def is_over(self) -> bool:
        """Tell whether PostgreSQL has closed it: one that has something to say unasked says that it is over.

        A question just to find that out, as ``pool_pre_ping`` asks it, costs as much as what is asked then.
        """
        mouth = select.poll()
        mouth.register(self.fileno(), select.POLLIN)
        return bool(mouth.poll(0))


def connect(*arguments: Any, **options: Any) -> Connection:
    """Connect as psycopg does, for an engine that writes parameters in the style of ``PARAMETERS``."""
    connection = Connection.connect(*arguments, **options)
    connection.prepared_max = _PREPARED
    connection.cursor_factory = Cursor
    connection.server_cursor_factory = psycopg.RawServerCursor
    return connection


def _goes_back(query: object) -> bool:
    return isinstance(query, str) and query.startswith("ROLLBACK TO SAVEPOINT ")


def _done(result: PGresult) -> None:
    if result.status != ExecStatus.COMMAND_OK:
        raise psycopg.OperationalError(result.get_error_message())
