"""What people send about whole lorries."""

from marketplace.edge.parsing import Request
from marketplace.edge.requests.payments import Cursor


class HiresQuery(Request):
    """From where on whole lorries are listed."""

    cursor: Cursor = None
