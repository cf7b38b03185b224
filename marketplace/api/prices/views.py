"""Customer groups, price lists, who reads prices and who asks for them, over the API."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.prices import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.catalog.customer_prices.queries import lists
from marketplace.catalog.customer_prices.queries import requests as asked
from marketplace.catalog.customer_prices.services import groups, showing
from marketplace.catalog.customer_prices.services import lists as price_lists
from marketplace.catalog.queries import own
from marketplace.edge.acts import prices as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import prices as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_prices", __name__)

_EDIT = Permission.CATALOG_LISTING_EDIT
_TAG = "prices"


@api.get("/price-visibility")
@operation(answers={200: answers.Showing}, tag=_TAG, permission=_EDIT)
def shown() -> tuple[int, answers.Showing]:
    """Say to whom the prices of one's listings are shown."""
    session, company_id = reading(), require_actor().company
    counts = lists.counted(session, merchant_id=company_id)
    return 200, answers.Showing(
        listings={str(visibility): count for visibility, count in counts.items()},
        named=[answers.Named.of(row) for row in lists.named(session, subject=company_id)],
    )


@api.put("/price-visibility")
@operation(answers={200: answers.ShownAll}, tag=_TAG, permission=_EDIT, body=requests.ShownAll)
def show_all(body: requests.ShownAll) -> tuple[int, answers.ShownAll]:
    """Let the prices of all one's listings, or of a category, be public, for verified buyers, named, or on request."""
    return 200, answers.ShownAll(listings=in_unit_of_work(lambda session: acts.show_all(session, body)))


@api.post("/price-visibility/named")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT, body=requests.Naming)
def welcome(body: requests.Naming) -> tuple[int, None]:
    """Let a company or a customer group read all prices that are for those one names."""
    in_unit_of_work(lambda session: acts.welcome(session, body))
    return 204, None


@api.delete("/price-visibility/named/<uuid:audience_id>")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT)
def dismiss(audience_id: UUID) -> tuple[int, None]:
    """Let one of them read them no more; what was ordered keeps its price."""
    in_unit_of_work(
        lambda session: showing.dismiss(session, audience_id=audience_id, actor=require_actor(), now=clock.now())
    )
    return 204, None


@api.get("/listings/<uuid:listing_id>/price-visibility")
@operation(answers={200: answers.Shown}, tag=_TAG, permission=_EDIT)
def shown_of(listing_id: UUID) -> tuple[int, answers.Shown]:
    """Say who reads the prices of one of one's listings."""
    return 200, _shown(listing_id)


@api.put("/listings/<uuid:listing_id>/price-visibility")
@operation(answers={200: answers.Shown}, tag=_TAG, permission=_EDIT, body=requests.Shown)
def show(listing_id: UUID, body: requests.Shown) -> tuple[int, answers.Shown]:
    """Let the prices of a listing be read by these from now on; whoever was named before and is not now, no more."""
    in_unit_of_work(lambda session: acts.show(session, listing_id, body))
    return 200, _shown(listing_id)


@api.get("/customer-groups")
@operation(answers={200: Items[answers.Group]}, tag=_TAG, permission=_EDIT)
def many_groups() -> tuple[int, Items[answers.Group]]:
    """List one's customer groups by name."""
    rows = lists.groups(reading(), merchant_id=require_actor().company)
    return 200, Items[answers.Group](items=[answers.Group.of(row) for row in rows])


@api.post("/customer-groups")
@operation(answers={201: Created}, tag=_TAG, permission=_EDIT, body=requests.Group)
def make_group(body: requests.Group) -> tuple[int, Created]:
    """Make a customer group; its name is read by nobody else."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.make_group(session, body)))


@api.get("/customer-groups/<uuid:customer_group_id>")
@operation(answers={200: answers.Members}, tag=_TAG, permission=_EDIT)
def group(customer_group_id: UUID) -> tuple[int, answers.Members]:
    """Show a customer group with its companies."""
    row, companies = lists.members(reading(), merchant_id=require_actor().company, group_id=customer_group_id)
    found = [answers.Customer.of(each) for each in companies]
    return 200, answers.Members(id=row.id, name=row.name, members=row.members, companies=found)


@api.delete("/customer-groups/<uuid:customer_group_id>")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT)
def dissolve(customer_group_id: UUID) -> tuple[int, None]:
    """Give a group up that no price list and no listing names."""
    in_unit_of_work(
        lambda session: groups.dissolve(session, group_id=customer_group_id, actor=require_actor(), now=clock.now())
    )
    return 204, None


@api.post("/customer-groups/<uuid:customer_group_id>/members")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT, body=requests.Customer)
def join(customer_group_id: UUID, body: requests.Customer) -> tuple[int, None]:
    """Put a company into a group."""
    in_unit_of_work(lambda session: acts.join(session, customer_group_id, body))
    return 204, None


@api.delete("/customer-groups/<uuid:customer_group_id>/members/<uuid:company_id>")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT)
def leave(customer_group_id: UUID, company_id: UUID) -> tuple[int, None]:
    """Take a company out of a group."""
    in_unit_of_work(
        lambda session: groups.remove(
            session, group_id=customer_group_id, company_id=company_id, actor=require_actor(), now=clock.now()
        )
    )
    return 204, None


@api.get("/price-lists")
@operation(answers={200: Items[answers.PriceList]}, tag=_TAG, permission=_EDIT, query=CursorQuery)
def many_lists(query: CursorQuery) -> tuple[int, Items[answers.PriceList]]:
    """List one's price lists, the newest first."""
    page = lists.price_lists(reading(), merchant_id=require_actor().company, cursor=query.cursor)
    return 200, Items[answers.PriceList](items=[answers.PriceList.of(row) for row in page.items], next=page.next)


@api.post("/price-lists")
@operation(answers={201: Created}, tag=_TAG, permission=_EDIT, body=requests.PriceListBody, idempotent=True)
def make_list(body: requests.PriceListBody, session: Session) -> tuple[int, Created]:
    """Make a price list in one currency on one basis for a company or a customer group; more can be named later."""
    return 201, Created(id=acts.make_list(session, body))


@api.get("/price-lists/<uuid:price_list_id>")
@operation(answers={200: answers.NamedList}, tag=_TAG, permission=_EDIT)
def one_list(price_list_id: UUID) -> tuple[int, answers.NamedList]:
    """Show a price list and whom it is for."""
    return 200, _list(price_list_id)


@api.put("/price-lists/<uuid:price_list_id>")
@operation(answers={200: answers.NamedList}, tag=_TAG, permission=_EDIT, body=requests.PriceListChange)
def change_list(price_list_id: UUID, body: requests.PriceListChange) -> tuple[int, answers.NamedList]:
    """Give a list another name and period; with ``version`` only if nobody changed it since."""
    in_unit_of_work(lambda session: acts.change_list(session, price_list_id, body))
    return 200, _list(price_list_id)


@api.post("/price-lists/<uuid:price_list_id>/end")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT)
def end_list(price_list_id: UUID) -> tuple[int, None]:
    """Let a list hold no longer; what was ordered keeps its price."""
    in_unit_of_work(
        lambda session: price_lists.end(session, list_id=price_list_id, actor=require_actor(), now=clock.now())
    )
    return 204, None


@api.get("/price-lists/<uuid:price_list_id>/entries")
@operation(answers={200: Items[answers.Entry]}, tag=_TAG, permission=_EDIT, query=CursorQuery)
def entries(price_list_id: UUID, query: CursorQuery) -> tuple[int, Items[answers.Entry]]:
    """List the listings on a price list with their prices."""
    session = reading()
    found = lists.price_list(session, merchant_id=require_actor().company, list_id=price_list_id)
    page = lists.entries(session, of=found, cursor=query.cursor)
    return 200, Items[answers.Entry](items=[answers.Entry.of(row) for row in page.items], next=page.next)


@api.post("/price-lists/<uuid:price_list_id>/entries")
@operation(answers={200: answers.NamedList}, tag=_TAG, permission=_EDIT, body=requests.Entries, idempotent=True)
def put_entries(price_list_id: UUID, body: requests.Entries, session: Session) -> tuple[int, answers.NamedList]:
    """Write prices of up to 500 listings, all of them or none; those on the list already are written anew."""
    acts.price(session, price_list_id, body.entries)
    return 200, _list(price_list_id, session)


@api.delete("/price-lists/<uuid:price_list_id>/entries/<uuid:listing_id>")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT)
def take_entry(price_list_id: UUID, listing_id: UUID) -> tuple[int, None]:
    """Take a listing off a price list."""
    in_unit_of_work(
        lambda session: price_lists.take(
            session, list_id=price_list_id, listing_id=listing_id, actor=require_actor(), now=clock.now()
        )
    )
    return 204, None


@api.post("/price-lists/<uuid:price_list_id>/named")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT, body=requests.Naming)
def name(price_list_id: UUID, body: requests.Naming) -> tuple[int, None]:
    """Let a list be for a company or a customer group, too."""
    in_unit_of_work(lambda session: acts.name(session, price_list_id, body))
    return 204, None


@api.delete("/price-lists/<uuid:price_list_id>/named/<uuid:audience_id>")
@operation(answers={204: None}, tag=_TAG, permission=_EDIT)
def forget(price_list_id: UUID, audience_id: UUID) -> tuple[int, None]:
    """Let a list be for one of them no more."""
    in_unit_of_work(
        lambda session: price_lists.forget(
            session, list_id=price_list_id, audience_id=audience_id, actor=require_actor(), now=clock.now()
        )
    )
    return 204, None


@api.post("/listings/<uuid:listing_id>/price-requests")
@operation(answers={201: Created}, tag=_TAG, permission=Permission.TRADE_CART_EDIT, body=requests.Asking)
def ask(listing_id: UUID, body: requests.Asking) -> tuple[int, Created]:
    """Ask a merchant for prices that are not shown to one's company; asked again, the open request is answered."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.ask(session, listing_id, body)))


@api.get("/price-requests")
@operation(answers={200: Items[answers.Request]}, tag=_TAG, permission=_EDIT, query=requests.Requests)
def received(query: requests.Requests) -> tuple[int, Items[answers.Request]]:
    """List who asks for the prices of one's listings, the newest first."""
    company_id = require_actor().company
    page = asked.of_merchant(reading(), merchant_id=company_id, state=query.state, cursor=query.cursor)
    return 200, Items[answers.Request](items=[answers.Request.of(row) for row in page.items], next=page.next)


@api.get("/price-requests/sent")
@operation(
    answers={200: Items[answers.Request]}, tag=_TAG, permission=Permission.TRADE_CART_EDIT, query=requests.Requests
)
def sent(query: requests.Requests) -> tuple[int, Items[answers.Request]]:
    """List the prices that one's company asked for, the newest first."""
    company_id = require_actor().company
    page = asked.of_buyer(reading(), company_id=company_id, state=query.state, cursor=query.cursor)
    return 200, Items[answers.Request](items=[answers.Request.of(row) for row in page.items], next=page.next)


@api.post("/price-requests/<uuid:price_request_id>/answer")
@operation(answers={200: answers.Answered}, tag=_TAG, permission=_EDIT, body=requests.Answering)
def answer(price_request_id: UUID, body: requests.Answering) -> tuple[int, answers.Answered]:
    """Grant a request, so that its company reads the prices from now on, or decline it."""
    state = in_unit_of_work(lambda session: acts.answer(session, price_request_id, body))
    return 200, answers.Answered(id=price_request_id, state=state)


@api.delete("/price-requests/<uuid:price_request_id>")
@operation(answers={204: None}, tag=_TAG, permission=Permission.TRADE_CART_EDIT)
def withdraw(price_request_id: UUID) -> tuple[int, None]:
    """Take back a request that is not answered yet."""
    in_unit_of_work(
        lambda session: showing.withdraw(session, request_id=price_request_id, actor=require_actor(), now=clock.now())
    )
    return 204, None


def _shown(listing_id: UUID) -> answers.Shown:
    session = reading()
    row = own.own_listing(session, company_id=require_actor().company, listing_id=listing_id)
    named = [answers.Named.of(each) for each in lists.named(session, subject=listing_id)]
    return answers.Shown(visibility=row.visibility, named=named)


def _list(price_list_id: UUID, session: Session | None = None) -> answers.NamedList:
    found = session or reading()
    row = lists.price_list(found, merchant_id=require_actor().company, list_id=price_list_id)
    named = [answers.Named.of(each) for each in lists.named(found, subject=price_list_id)]
    return answers.NamedList(**answers.PriceList.of(row).model_dump(), named=named)
