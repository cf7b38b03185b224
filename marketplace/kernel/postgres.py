"""A connection to PostgreSQL whose statements stay prepared, and that notices when it is over."""

import select
from typing import Any, Final

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

# So many statements PostgreSQL keeps prepared for a connection: an order alone asks more than the hundred that psycopg
# keeps, and would have each prepared anew when its turn comes again.
_PREPARED: Final = 1_000


class Connection(psycopg.Connection[Any]):
    """A connection whose statements stay prepared when a transaction is rolled back.

    Every reading ends by ROLLBACK, and psycopg forgets with each of them all that it had prepared, in case it named a
    table that was made in that transaction; so nothing would ever stay prepared. Tables are made by migrations only.
    After a statement that failed it may be in doubt what is prepared: then everything is forgotten, as psycopg does.
    """

    def rollback(self) -> None:
        """Roll the transaction back; without one, do nothing."""
        if self.pgconn.transaction_status != TransactionStatus.INTRANS:
            super().rollback()
            return
        with self.lock:
            result = self.pgconn.exec_(b"ROLLBACK")
        if result.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(result.get_error_message())

    def is_over(self) -> bool:
        """Tell whether PostgreSQL has closed it: one that has something to say unasked says that it is over.

        A question just to find that out, as ``pool_pre_ping`` asks it, costs as much as what is asked then.
        """
        mouth = select.poll()
        mouth.register(self.fileno(), select.POLLIN)
        return bool(mouth.poll(0))


def connect(*arguments: Any, **options: Any) -> Connection:
    """Connect as psycopg does."""
    connection = Connection.connect(*arguments, **options)
    connection.prepared_max = _PREPARED
    return connection
