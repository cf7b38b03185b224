"""Who may read a listing's prices; the listing itself is there for everybody to see."""

from enum import StrEnum


class Visibility(StrEnum):
    """Who reads the prices of a listing beside its own company.

    ``verified``: verified buyers, and whom its merchant showed it on request. ``named``: the companies he names.
    ``on_request``: the same, and whoever else asks may be named then.
    """

    PUBLIC = "public"
    VERIFIED = "verified"
    NAMED = "named"
    ON_REQUEST = "on_request"
