"""Saved lists over the API."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.api.lists import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import lists as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import lists as requests
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_lists", __name__)

_EDIT = Permission.TRADE_CART_EDIT


@api.get("/lists")
@operation(answers={200: Items[answers.SavedList]}, tag="lists", permission=_EDIT, query=requests.Which)
def many(query: requests.Which) -> tuple[int, Items[answers.SavedList]]:
    """List the asker's lists and those that colleagues share, changed last first; those put aside where asked."""
    rows = acts.mine(reading(), is_archived=query.archived)
    return 200, Items[answers.SavedList](items=[answers.SavedList.of(row) for row in rows], next=None)


@api.post("/lists")
@operation(answers={201: Created}, tag="lists", permission=_EDIT, body=requests.NewList)
def create(body: requests.NewList) -> tuple[int, Created]:
    """Make a list, the asker's alone or shared with the company."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.create(session, body)))


@api.get("/lists/<uuid:list_id>")
@operation(answers={200: answers.ListDetail}, tag="lists", permission=_EDIT)
def one(list_id: UUID) -> tuple[int, answers.ListDetail]:
    """Show a list: each line with its price when saved and now, and why it cannot be bought if it cannot."""
    return 200, answers.ListDetail.of(acts.look(reading(), list_id))


@api.patch("/lists/<uuid:list_id>")
@operation(answers={204: None}, tag="lists", permission=_EDIT, body=requests.ListChange)
def change(list_id: UUID, body: requests.ListChange) -> tuple[int, None]:
    """Rename a list, share it or share it no longer, put it aside or take it up again."""
    in_unit_of_work(lambda session: acts.change(session, list_id, body))
    return 204, None


@api.delete("/lists/<uuid:list_id>")
@operation(answers={204: None}, tag="lists", permission=_EDIT)
def remove(list_id: UUID) -> tuple[int, None]:
    """Throw a list away with what is on it."""
    in_unit_of_work(lambda session: acts.remove(session, list_id))
    return 204, None


@api.post("/lists/<uuid:list_id>/copy")
@operation(answers={201: Created}, tag="lists", permission=_EDIT, body=requests.Copy)
def copy(list_id: UUID, body: requests.Copy) -> tuple[int, Created]:
    """Make a list of the asker's own with the lines of another, at the prices that were saved there."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.copy(session, list_id, body)))


@api.post("/lists/<uuid:list_id>/items")
@operation(answers={200: answers.OnList}, tag="lists", permission=_EDIT, body=requests.Source)
def add(list_id: UUID, body: requests.Source) -> tuple[int, answers.OnList]:
    """Put the lines of the cart, or of an order of the company's, on a list; each that cannot be says why."""

    def work(session: Session) -> answers.OnList:
        return answers.OnList.of(acts.add(session, list_id, body, language=_language(session)))

    return 200, in_unit_of_work(work)


@api.put("/lists/<uuid:list_id>/items/<uuid:listing_id>")
@operation(answers={204: None}, tag="lists", permission=_EDIT, body=requests.Item)
def put(list_id: UUID, listing_id: UUID, body: requests.Item) -> tuple[int, None]:
    """Put goods on a list, or set their quantity and note; the price is kept as it is now."""

    def work(session: Session) -> None:
        acts.put(session, list_id, listing_id, body, language=_language(session))

    in_unit_of_work(work)
    return 204, None


@api.delete("/lists/<uuid:list_id>/items/<uuid:listing_id>")
@operation(answers={204: None}, tag="lists", permission=_EDIT)
def take_off(list_id: UUID, listing_id: UUID) -> tuple[int, None]:
    """Take goods off a list."""
    in_unit_of_work(lambda session: acts.take_off(session, list_id, listing_id))
    return 204, None


@api.post("/lists/<uuid:list_id>/cart")
@operation(answers={200: answers.InCart}, tag="lists", permission=_EDIT, body=requests.Ticked)
def buy(list_id: UUID, body: requests.Ticked) -> tuple[int, answers.InCart]:
    """Put the list, or lines of it, into the cart: each that cannot be says why, and what lies there already stays.

    Goods that are not on the list are refused, and nothing is put.
    """
    return 200, answers.InCart.of(in_unit_of_work(lambda session: acts.buy(session, list_id, body)))


def _language(session: Session) -> str:
    return accounts.get_person(session, person_id=require_actor().person).locale
