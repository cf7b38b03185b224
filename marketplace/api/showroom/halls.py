"""Halls, booths, exhibits and leads over the API."""

from typing import Any
from uuid import UUID

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.api.showroom import places as answers
from marketplace.api.showroom.blueprint import api
from marketplace.edge.acts import showroom as acts
from marketplace.edge.acts.files import attached
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import showroom as requests
from marketplace.exchange.queries import leads as lead_queries
from marketplace.exchange.queries import showroom as queries
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading

_RUN = Permission.OPERATOR_SHOWROOM_RUN
_EDIT = Permission.CATALOG_LISTING_EDIT
_ANSWER = Permission.TRADE_LEAD_ANSWER
_OPEN = "what the city shows is there to be seen"


@api.get("/showroom")
@operation(answers={200: Items[answers.Hall]}, tag="showroom", public_because=_OPEN, query=requests.HallsQuery)
def halls(query: requests.HallsQuery) -> tuple[int, Items[answers.Hall]]:
    """List the halls with their booths and who stands there today; only booths of a ``country`` or ``category``."""
    session = reading()
    today = queries.today_at(session, now=clock.now())
    found = queries.halls(session, today=today, country=query.country, category=query.category)
    return 200, Items[answers.Hall](items=[answers.Hall.of(row) for row in found], next=None)


@api.get("/showroom/booths/<uuid:booth_id>")
@operation(answers={200: answers.ShownBooth}, tag="showroom", public_because=_OPEN)
def booth(booth_id: UUID) -> tuple[int, answers.ShownBooth]:
    """Show who stands on a booth today, and what is shown there."""
    session = reading()
    today = queries.today_at(session, now=clock.now())
    row = queries.standing_booth(session, booth_id=booth_id, today=today)
    rows = queries.exhibits(session, tenancy_id=row.tenancy_id, today=today, live=True) if row.tenancy_id else ()
    listings = [each.listing_id for each in rows]
    return 200, answers.ShownBooth(**answers.Booth.of(row).model_dump(), hall=row.hall_code, listings=listings)


@api.post("/halls")
@operation(answers={201: Created}, tag="showroom", permission=_RUN, body=requests.HallBody)
def add_hall(body: requests.HallBody) -> tuple[int, Created]:
    """Add a hall."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.add_hall(session, body)))


@api.post("/halls/<uuid:hall_id>/booths")
@operation(answers={201: Created}, tag="showroom", permission=_RUN, body=requests.BoothBody)
def add_booth(hall_id: UUID, body: requests.BoothBody) -> tuple[int, Created]:
    """Add a booth to a hall."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.add_booth(session, hall_id, body)))


@api.put("/halls/<uuid:hall_id>")
@operation(answers={204: None}, tag="showroom", permission=_RUN, body=requests.HallBody)
def change_hall(hall_id: UUID, body: requests.HallBody) -> tuple[int, None]:
    """Give a hall another code and other names."""
    in_unit_of_work(lambda session: acts.change_hall(session, hall_id, body))
    return 204, None


@api.put("/booths/<uuid:booth_id>")
@operation(answers={204: None}, tag="showroom", permission=_RUN, body=requests.BoothBody)
def change_booth(booth_id: UUID, body: requests.BoothBody) -> tuple[int, None]:
    """Give a booth another code, ground or cell of the plan; whoever rented it keeps it."""
    in_unit_of_work(lambda session: acts.change_booth(session, booth_id, body))
    return 204, None


@api.post("/halls/<uuid:hall_id>/retirement")
@operation(answers={204: None}, tag="showroom", permission=_RUN)
def retire_hall(hall_id: UUID) -> tuple[int, None]:
    """Close a hall with its booths; ``booth_tenanted`` while one of them is rented."""
    in_unit_of_work(lambda session: acts.retire_hall(session, hall_id))
    return 204, None


@api.post("/booths/<uuid:booth_id>/retirement")
@operation(answers={204: None}, tag="showroom", permission=_RUN)
def retire_booth(booth_id: UUID) -> tuple[int, None]:
    """Take a booth from its hall; ``booth_tenanted`` while it is rented."""
    in_unit_of_work(lambda session: acts.retire_booth(session, booth_id))
    return 204, None


@api.post("/halls/<uuid:hall_id>/return")
@operation(answers={204: None}, tag="showroom", permission=_RUN)
def bring_hall_back(hall_id: UUID) -> tuple[int, None]:
    """Open a closed hall again; each of its booths is brought back by itself."""
    in_unit_of_work(lambda session: acts.bring_hall_back(session, hall_id))
    return 204, None


@api.post("/booths/<uuid:booth_id>/return")
@operation(answers={204: None}, tag="showroom", permission=_RUN, body=requests.CellBody)
def bring_booth_back(booth_id: UUID, body: requests.CellBody) -> tuple[int, None]:
    """Put a booth that was taken away into a free cell of its hall's plan."""
    in_unit_of_work(lambda session: acts.bring_booth_back(session, booth_id, body))
    return 204, None


@api.get("/booths/<uuid:booth_id>/tenancies")
@operation(answers={200: Items[answers.Tenancy]}, tag="showroom", permission=_RUN)
def tenancies(booth_id: UUID) -> tuple[int, Items[answers.Tenancy]]:
    """List who stands, stood and will stand on a booth, the latest first."""
    session = reading()
    queries.booth(session, booth_id=booth_id, today=queries.today_at(session, now=clock.now()))
    rows = queries.tenancies(session, booth_id=booth_id)
    return 200, Items[answers.Tenancy](items=[answers.Tenancy.of(row) for row in rows], next=None)


@api.post("/booths/<uuid:booth_id>/tenancies")
@operation(answers={201: Created}, tag="showroom", permission=_RUN, body=requests.TenancyBody, idempotent=True)
def let(booth_id: UUID, body: requests.TenancyBody, session: Any) -> tuple[int, Created]:
    """Let a booth to a merchant; ``booth_let`` when a day of it is somebody else's."""
    return 201, Created(id=acts.let(session, booth_id, body))


@api.post("/tenancies/<uuid:tenancy_id>/end")
@operation(answers={200: answers.Tenancy}, tag="showroom", permission=_RUN, body=requests.EndBody)
def end(tenancy_id: UUID, body: requests.EndBody) -> tuple[int, answers.Tenancy]:
    """End a tenancy sooner; the days after are free again."""
    in_unit_of_work(lambda session: acts.end(session, tenancy_id, body))
    return 200, answers.Tenancy.of(queries.tenancy(reading(), tenancy_id=tenancy_id))


@api.get("/merchant/tenancies")
@operation(answers={200: Items[answers.Tenancy]}, tag="showroom", permission=_EDIT)
def own_tenancies() -> tuple[int, Items[answers.Tenancy]]:
    """List where the asker's company stands, stood and will stand."""
    rows = queries.tenancies(reading(), company_id=require_actor().company)
    return 200, Items[answers.Tenancy](items=[answers.Tenancy.of(row) for row in rows], next=None)


@api.get("/merchant/tenancies/<uuid:tenancy_id>")
@operation(answers={200: answers.OwnTenancy}, tag="showroom", permission=_EDIT)
def own_tenancy(tenancy_id: UUID) -> tuple[int, answers.OwnTenancy]:
    """Show what stands on a booth of the asker's company, with the address of each label and its visits."""
    session = reading()
    row = queries.tenancy(session, tenancy_id=tenancy_id, company_id=require_actor().company)
    today = queries.today_at(session, now=clock.now())
    rows = queries.exhibits(session, tenancy_id=tenancy_id, today=today)
    exhibits = [answers.Exhibit.of(each, acts.address_of(each.code)) for each in rows]
    return 200, answers.OwnTenancy(**answers.Tenancy.of(row).model_dump(), exhibits=exhibits)


@api.post("/merchant/tenancies/<uuid:tenancy_id>/exhibits")
@operation(answers={201: Created}, tag="showroom", permission=_EDIT, body=requests.ExhibitBody)
def show(tenancy_id: UUID, body: requests.ExhibitBody) -> tuple[int, Created]:
    """Put a listing on a booth; what stands there already is answered with its id."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.show(session, tenancy_id, body)))


@api.post("/merchant/tenancies/<uuid:tenancy_id>/labels")
@operation(answers={201: Created}, tag="showroom", permission=_EDIT, body=requests.LabelsBody)
def issue_labels(tenancy_id: UUID, body: requests.LabelsBody) -> tuple[int, Created]:
    """Issue the labels of a booth; ``GET /documents/{id}.pdf`` gives them, one a page, as soon as they are set."""
    locale = accounts.get_person(reading(), person_id=require_actor().person).locale
    made = in_unit_of_work(lambda session: acts.issue_labels(session, tenancy_id, body, locale=locale))
    return 201, Created(id=made)


@api.delete("/merchant/exhibits/<uuid:exhibit_id>")
@operation(answers={204: None}, tag="showroom", permission=_EDIT)
def remove(exhibit_id: UUID) -> tuple[int, None]:
    """Take an exhibit from its booth; its label goes on opening the offer."""
    in_unit_of_work(lambda session: acts.remove(session, exhibit_id))
    return 204, None


@api.get("/exhibits/<code>")
@operation(answers={200: answers.Label}, tag="showroom", public_because="whoever has a label may read it")
def label(code: str) -> tuple[int, answers.Label]:
    """Say what a label opens, and whether its booth still stands; a program's call is no visit."""
    session = reading()
    row = queries.exhibit(session, code=code, today=queries.today_at(session, now=clock.now()))
    return 200, answers.Label.of(row)


@api.post("/exhibits/<code>/cards")
@operation(
    answers={201: Created}, tag="showroom", public_because="visitors of a booth have no account", body=requests.CardBody
)
def leave_card(code: str, body: requests.CardBody) -> tuple[int, Created]:
    """Leave a card for the tenant of a booth, with the consent to be written to."""
    return 201, Created(id=acts.leave_card(code, body))


@api.get("/leads")
@operation(answers={200: Items[answers.Lead]}, tag="showroom", permission=_ANSWER, query=requests.LeadsQuery)
def leads(query: requests.LeadsQuery) -> tuple[int, Items[answers.Lead]]:
    """List the leads of the asker's company, the newest first."""
    page = acts.listed_leads(query)
    return 200, Items[answers.Lead](items=[answers.Lead.of(row) for row in page.items], next=page.next)


@api.get("/leads.csv")
@operation(answers={200: None}, tag="showroom", permission=_ANSWER)
def lead_table() -> tuple[int, Any]:
    """Give the leads as CSV."""
    return 200, attached(acts.as_table(), media_type="text/csv; charset=utf-8", name="leads.csv")


@api.get("/leads/<uuid:lead_id>")
@operation(answers={200: answers.LeadWithNotes}, tag="showroom", permission=_ANSWER)
def lead(lead_id: UUID) -> tuple[int, answers.LeadWithNotes]:
    """Show a lead and what was noted of it."""
    return 200, _lead(lead_id)


@api.post("/leads/<uuid:lead_id>/taking")
@operation(answers={200: answers.LeadWithNotes}, tag="showroom", permission=_ANSWER)
def take(lead_id: UUID) -> tuple[int, answers.LeadWithNotes]:
    """Take a lead; ``lead_taken`` for whoever comes second."""
    in_unit_of_work(lambda session: acts.take(session, lead_id))
    return 200, _lead(lead_id)


@api.put("/leads/<uuid:lead_id>/owner")
@operation(answers={200: answers.LeadWithNotes}, tag="showroom", permission=_ANSWER, body=requests.LeadOwner)
def assign(lead_id: UUID, body: requests.LeadOwner) -> tuple[int, answers.LeadWithNotes]:
    """Give a lead to a colleague who answers leads."""
    in_unit_of_work(lambda session: acts.assign(session, lead_id, body))
    return 200, _lead(lead_id)


@api.post("/leads/<uuid:lead_id>/acts")
@operation(answers={200: answers.LeadWithNotes}, tag="showroom", permission=_ANSWER, body=requests.LeadAct)
def act(lead_id: UUID, body: requests.LeadAct) -> tuple[int, answers.LeadWithNotes]:
    """Say that the visitor was contacted, wants to buy, that it is over and why, or note something."""
    in_unit_of_work(lambda session: acts.act(session, lead_id, body))
    return 200, _lead(lead_id)


@api.post("/leads/<uuid:lead_id>/erasure")
@operation(answers={204: None}, tag="showroom", permission=_ANSWER)
def erase_card(lead_id: UUID) -> tuple[int, None]:
    """Delete what a visitor left and what was noted of it, because the visitor asks."""
    in_unit_of_work(lambda session: acts.erase_card(session, lead_id))
    return 204, None


def _lead(lead_id: UUID) -> answers.LeadWithNotes:
    session = reading()
    row = lead_queries.lead(session, lead_id=lead_id, merchant_id=require_actor().company)
    return answers.LeadWithNotes.of_noted(row, lead_queries.notes(session, lead_id=lead_id))
