"""What the API says of reviews."""

from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.exchange.queries.reviews import ReceivedReview, ReviewRow, ShownReview


class PublicReview(Answer):
    """A review as everybody reads it: marks 1 to 5; ``company`` is told only where it says so."""

    id: UUID
    goods: int
    packing: int
    on_time: int
    text: str
    language: str
    at: Instant
    version: int
    company: str | None
    country: str
    verified: bool
    reply: str | None
    reply_language: str | None
    replied_at: Instant | None
    reply_is_older: bool

    @classmethod
    def of(cls, row: ShownReview) -> "PublicReview":
        """Write a review."""
        other = {"text": row.body, "verified": row.is_verified, "reply_is_older": row.is_reply_older}
        return cls(**other, **{name: getattr(row, name) for name in cls.model_fields if name not in other})


class Received(Answer):
    """A review of the company's goods; ``hidden_because`` while a moderator hides it."""

    review: PublicReview
    listing_id: UUID
    titles: dict[str, str]
    hidden_because: str | None
    reply_hidden_because: str | None

    @classmethod
    def of(cls, row: ReceivedReview) -> "Received":
        """Write a review."""
        told = {name: getattr(row, name) for name in cls.model_fields if name != "review"}
        return cls(review=PublicReview.of(row.shown), **told)


class Review(Answer):
    """What the company received of an order line and may review; ``version`` is 0 while it has not."""

    line_id: UUID
    listing_id: UUID
    titles: dict[str, str]
    merchant_id: UUID
    merchant: str
    granted_at: Instant
    review_id: UUID | None
    version: int
    written_at: Instant | None
    goods: int | None
    packing: int | None
    on_time: int | None
    named: bool
    text: str
    language: str | None
    hidden_because: str | None
    reply: str | None
    reply_language: str | None

    @classmethod
    def of(cls, row: ReviewRow) -> "Review":
        """Write a right to review, with its review."""
        other = {"text": row.body, "named": row.is_named}
        return cls(**other, **{name: getattr(row, name) for name in cls.model_fields if name not in other})
