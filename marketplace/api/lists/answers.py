"""What the API says of saved lists."""

from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge import messages
from marketplace.edge.acts.filling import why
from marketplace.edge.acts.lists import Bought, ListSeen, Saved
from marketplace.exchange.queries.lists import ItemRow, ListRow


class SavedList(Answer):
    """A list; ``mine`` where the asker made it, ``items`` how many lines it has, ``archived`` where it is put aside."""

    id: UUID
    name: str
    shared: bool
    mine: bool
    items: int
    changed_at: Instant
    archived: bool

    @classmethod
    def of(cls, row: ListRow) -> "SavedList":
        """Write a list."""
        return cls(
            id=row.id,
            name=row.name,
            shared=row.is_shared,
            mine=row.is_mine,
            items=row.items,
            changed_at=row.changed_at,
            archived=row.is_archived,
        )


class Obstacle(Answer):
    """Why a line cannot go into the cart as it stands."""

    code: str
    message: str
    accepted: str


class Item(Answer):
    """Goods on a list, ``live`` while they are offered.

    ``price``: of the quantity now, None where it is gone; ``saved_price``: None where it was not shown.
    """

    listing_id: UUID
    title: str
    language: str
    quantity: int
    unit: str
    note: str
    currency: str
    incoterm: str
    place: str
    saved_price: Amount | None
    saved_at: Instant
    live: bool
    price: Amount | None
    in_cart: bool
    obstacle: Obstacle | None

    @classmethod
    def of(cls, row: ItemRow, *, in_cart: bool) -> "Item":
        """Write a line."""
        wrong = row.obstacle
        return cls(
            listing_id=row.listing_id,
            title=row.title,
            language=row.language,
            quantity=row.quantity,
            unit=row.unit,
            note=row.note,
            currency=row.currency,
            incoterm=row.incoterm,
            place=row.place_code,
            saved_price=Amount.of(row.saved_price) if row.saved_price else None,
            saved_at=row.saved_at,
            live=row.offer is not None,
            price=Amount.of(row.price) if row.price else None,
            in_cart=in_cart,
            obstacle=Obstacle(code=wrong.code, message=messages.field_sentence(wrong), accepted=wrong.accepted)
            if wrong
            else None,
        )


class ListDetail(Answer):
    """A list with its goods."""

    about: SavedList
    lines: list[Item]

    @classmethod
    def of(cls, seen: ListSeen) -> "ListDetail":
        """Write a list."""
        items = [Item.of(row, in_cart=row.listing_id in seen.in_cart) for row in seen.items]
        return cls(about=SavedList.of(seen.row), lines=items)


class Left(Answer):
    """A line that did not go into the cart, and why."""

    listing_id: UUID
    title: str
    field: str
    code: str
    message: str
    accepted: str


class InCart(Answer):
    """What of a list went into the cart, and what did not; nothing leaves the list."""

    put: list[UUID]
    left: list[Left]

    @classmethod
    def of(cls, done: Bought) -> "InCart":
        """Write what was done."""
        left = [Left(listing_id=key, title=title, **why(refusal)) for key, title, refusal in done.left]
        return cls(put=list(done.put), left=left)


class Unsaved(Answer):
    """A line that is not on the list, and why."""

    listing_id: UUID
    field: str
    code: str
    message: str
    accepted: str


class OnList(Answer):
    """What of a cart or an order is on the list now, and what is not."""

    put: list[UUID]
    left: list[Unsaved]

    @classmethod
    def of(cls, done: Saved) -> "OnList":
        """Write what was done."""
        left = [Unsaved(listing_id=each.listing_id, **why(each.refusal)) for each in done.left]
        return cls(put=list(done.put), left=left)
