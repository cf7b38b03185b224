"""Read where a page of listings begins."""

from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import decode_cursor


def listing_after(cursor: str) -> UUID:
    """Return the listing that the page before ended with; refuses a cursor that is none of ours."""
    (key,) = decode_cursor(cursor, str)
    try:
        return UUID(hex=key)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None
