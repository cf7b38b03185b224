"""Distribution centres: kept by their keepers, with the stock of owners in them, released by brokers."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.centres import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import centre_work as work_acts
from marketplace.edge.acts import centres as acts
from marketplace.edge.acts.files import attached
from marketplace.edge.requests import centres as requests
from marketplace.edge.requests.centre_work import WorkQuery
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.centres.queries import centres as centre_queries

api = Blueprint("api_centres", __name__)

_NETWORK = Permission.OPERATOR_NETWORK_EDIT
_KEEP = Permission.PARTNER_CENTRE_KEEP
_RELEASE = Permission.PARTNER_RELEASE_RECORD
_READ = Permission.TRADE_DOCUMENT_READ
_OWN = Permission.CATALOG_LISTING_EDIT
_TAG = "centres"


@api.get("/distribution-centres")
@operation(answers={200: Items[answers.Centre]}, tag=_TAG, public_because="where centres are is there to be read")
def many() -> tuple[int, Items[answers.Centre]]:
    """List the distribution centres with their hours and licences."""
    return 200, Items[answers.Centre](items=[answers.Centre.of(row) for row in acts.every_centre()])


@api.post("/distribution-centres")
@operation(answers={201: Created}, tag=_TAG, permission=_NETWORK, body=requests.NewCentreBody, idempotent=True)
def open_centre(body: requests.NewCentreBody, session: Session) -> tuple[int, Created]:
    """Open a centre; a place that is new comes with its name, country, zone and position."""
    return 201, Created(id=acts.open_centre(session, body))


@api.get("/distribution-centres/<uuid:centre_id>")
@operation(answers={200: answers.CentreWithHistory}, tag=_TAG, permission=_NETWORK)
def one(centre_id: UUID) -> tuple[int, answers.CentreWithHistory]:
    """Show a centre, and what was said of it before."""
    row = centre_queries.centre(reading(), centre_id=centre_id)
    history = [answers.CentreVersion.of(each) for each in centre_queries.history(reading(), centre_id=centre_id)]
    return 200, answers.CentreWithHistory(centre=answers.Centre.of(row), history=history)


@api.put("/distribution-centres/<uuid:centre_id>")
@operation(answers={204: None}, tag=_TAG, permission=_NETWORK, body=requests.ChangedCentreBody)
def change(centre_id: UUID, body: requests.ChangedCentreBody) -> tuple[int, None]:
    """Say something else of a centre from now on."""
    in_unit_of_work(lambda session: acts.change_centre(session, centre_id, body))
    return 204, None


@api.get("/centres/lots")
@operation(answers={200: Items[answers.Lot]}, tag=_TAG, permission=_KEEP, query=CursorQuery)
def kept(query: CursorQuery) -> tuple[int, Items[answers.Lot]]:
    """List what lies in the centres that one keeps."""
    page = acts.kept_lots(query.cursor).map(answers.Lot.of)
    return 200, Items[answers.Lot](items=list(page.items), next=page.next)


@api.get("/centres/work")
@operation(answers={200: Items[answers.CentreTask]}, tag=_TAG, permission=_KEEP, query=WorkQuery)
def work(query: WorkQuery) -> tuple[int, Items[answers.CentreTask]]:
    """List what is to be done in the centres that one keeps, by task; in one ``centre`` or of one ``task`` alone."""
    found = work_acts.many(query, [row.id for row in work_acts.own(query)]).map(answers.CentreTask.of)
    return 200, Items[answers.CentreTask](items=list(found.items), next=found.next)


@api.get("/centres/arrivals")
@operation(answers={200: Items[answers.Arrival]}, tag=_TAG, permission=_KEEP, query=CursorQuery)
def arrivals(query: CursorQuery) -> tuple[int, Items[answers.Arrival]]:
    """List what is announced to the centres that one keeps."""
    page = acts.arrivals(query.cursor).map(answers.Arrival.of)
    return 200, Items[answers.Arrival](items=list(page.items), next=page.next)


@api.post("/centres/arrivals/<uuid:arrival_id>/receipt")
@operation(answers={201: Created}, tag=_TAG, permission=_KEEP, body=requests.TakingBody, idempotent=True)
def take_in(arrival_id: UUID, body: requests.TakingBody, session: Session) -> tuple[int, Created]:
    """Put announced goods into a lot; ``not_stripped`` while their consignment is on its lorry."""
    return 201, Created(id=acts.take_in(session, arrival_id, body))


@api.get("/centres/transfers")
@operation(answers={200: Items[answers.CentreTransfer]}, tag=_TAG, permission=_KEEP, query=CursorQuery)
def transfers(query: CursorQuery) -> tuple[int, Items[answers.CentreTransfer]]:
    """List what is on its way from or to the centres that one keeps."""
    page = acts.transfers(query.cursor).map(answers.CentreTransfer.of)
    return 200, Items[answers.CentreTransfer](items=list(page.items), next=page.next)


@api.post("/centres/transfers/<uuid:lot_transfer_id>/receipt")
@operation(answers={200: answers.Received}, tag=_TAG, permission=_KEEP, body=requests.ReceiptBody, idempotent=True)
def receive(lot_transfer_id: UUID, body: requests.ReceiptBody, session: Session) -> tuple[int, answers.Received]:
    """Take in what arrived of a transfer; the goods keep their status and their last day in bond."""
    return 200, answers.Received(lot_id=acts.receive(session, lot_transfer_id, body))


@api.get("/centres/<uuid:centre_id>/counts")
@operation(answers={200: Items[answers.Count]}, tag=_TAG, permission=_KEEP)
def counts(centre_id: UUID) -> tuple[int, Items[answers.Count]]:
    """List the count sheets of a centre that are not ended."""
    return 200, Items[answers.Count](items=[answers.Count.of(row) for row in acts.counts(centre_id)])


@api.post("/centres/<uuid:centre_id>/counts")
@operation(answers={201: Created}, tag=_TAG, permission=_KEEP, idempotent=True)
def open_sheet(centre_id: UUID, session: Session) -> tuple[int, Created]:
    """Begin to count a centre; ``count_empty`` where nothing lies."""
    return 201, Created(id=acts.open_sheet(session, centre_id))


@api.post("/centres/counts/<uuid:count_id>/figures")
@operation(answers={200: answers.CountEntered}, tag=_TAG, permission=_KEEP, body=requests.FiguresBody, idempotent=True)
def enter(count_id: UUID, body: requests.FiguresBody, session: Session) -> tuple[int, answers.CountEntered]:
    """Enter what was found; large differences wait for a second person."""
    return 200, answers.CountEntered(state=acts.enter(session, count_id, body).value)


@api.post("/centres/counts/<uuid:count_id>/decision")
@operation(answers={204: None}, tag=_TAG, permission=_KEEP, body=requests.DecisionBody, idempotent=True)
def decide(count_id: UUID, body: requests.DecisionBody, session: Session) -> tuple[int, None]:
    """Book the differences of a sheet that waits, as its second person, or drop a sheet."""
    acts.decide(session, count_id, body)
    return 204, None


@api.get("/lots/to-release")
@operation(answers={200: Items[answers.Lot]}, tag=_TAG, permission=_RELEASE, query=CursorQuery)
def to_release(query: CursorQuery) -> tuple[int, Items[answers.Lot]]:
    """List the bonded lots that one's company was named for as broker."""
    page = acts.to_release(query.cursor).map(answers.Lot.of)
    return 200, Items[answers.Lot](items=list(page.items), next=page.next)


@api.get("/lots/<uuid:lot_id>")
@operation(answers={200: answers.LotWithMovements}, tag=_TAG, permission=_READ)
def lot(lot_id: UUID) -> tuple[int, answers.LotWithMovements]:
    """Show a lot to its owner, keeper or broker, with everything that happened to it."""
    return 200, answers.LotWithMovements.of(acts.lot(lot_id))


@api.post("/lots/<uuid:lot_id>/movements")
@operation(answers={204: None}, tag=_TAG, permission=_KEEP, body=requests.MovementBody, idempotent=True)
def move(lot_id: UUID, body: requests.MovementBody, session: Session) -> tuple[int, None]:
    """Let units leave: free ones handed out, broken ones written off, bonded ones out of the country again."""
    acts.move(session, lot_id, body)
    return 204, None


@api.post("/lots/<uuid:lot_id>/transfers")
@operation(answers={201: Created}, tag=_TAG, permission=_KEEP, body=requests.TransferBody, idempotent=True)
def send(lot_id: UUID, body: requests.TransferBody, session: Session) -> tuple[int, Created]:
    """Send units to another centre: bonded ones under a transit, free ones inside their country."""
    return 201, Created(id=acts.send(session, lot_id, body))


@api.post("/lots/<uuid:lot_id>/releases")
@operation(answers={201: Created}, tag=_TAG, permission=_RELEASE, body=requests.ReleaseBody, idempotent=True)
def release(lot_id: UUID, body: requests.ReleaseBody, session: Session) -> tuple[int, Created]:
    """Record the line of an import declaration by which units leave bond; the id is that of the free lot."""
    return 201, Created(id=acts.release(session, lot_id, body))


@api.put("/lots/<uuid:lot_id>/broker")
@operation(answers={204: None}, tag=_TAG, permission=_OWN, body=requests.BrokerBody)
def name_broker(lot_id: UUID, body: requests.BrokerBody) -> tuple[int, None]:
    """Let a broker see and release a lot of one's own."""
    in_unit_of_work(lambda session: acts.name_broker(session, lot_id, body))
    return 204, None


@api.get("/centre-stock")
@operation(answers={200: Items[answers.Lot]}, tag=_TAG, permission=_OWN, query=CursorQuery)
def stock(query: CursorQuery) -> tuple[int, Items[answers.Lot]]:
    """List what one's company has in distribution centres."""
    page = acts.own_stock(query.cursor).map(answers.Lot.of)
    return 200, Items[answers.Lot](items=list(page.items), next=page.next)


@api.get("/centre-stock.csv")
@operation(answers={200: None}, tag=_TAG, permission=_OWN)
def stock_table() -> tuple[int, Any]:
    """Give what one's company has in distribution centres as CSV."""
    return 200, attached(acts.table(), media_type="text/csv; charset=utf-8", name="centre-stock.csv")


@api.get("/centre-stock/announcements")
@operation(answers={200: Items[answers.Arrival]}, tag=_TAG, permission=_OWN)
def announcements() -> tuple[int, Items[answers.Arrival]]:
    """List what one's company has announced to centres."""
    return 200, Items[answers.Arrival](items=[answers.Arrival.of(row) for row in acts.own_announcements()])


@api.post("/centre-stock/announcements")
@operation(answers={201: Created}, tag=_TAG, permission=_OWN, body=requests.AnnouncementBody, idempotent=True)
def announce(body: requests.AnnouncementBody, session: Session) -> tuple[int, Created]:
    """Announce goods of one's own listing to a centre, perhaps a consignment's."""
    return 201, Created(id=acts.announce(session, body))


@api.post("/centre-stock/announcements/<uuid:arrival_id>/withdrawal")
@operation(answers={204: None}, tag=_TAG, permission=_OWN, idempotent=True)
def withdraw(arrival_id: UUID, session: Session) -> tuple[int, None]:
    """Take an announcement back before the goods are taken in."""
    acts.withdraw(session, arrival_id)
    return 204, None


@api.get("/origin-proofs")
@operation(answers={200: Items[answers.OriginProof]}, tag=_TAG, permission=_OWN)
def proofs() -> tuple[int, Items[answers.OriginProof]]:
    """List one's origin proofs with what is left of each."""
    return 200, Items[answers.OriginProof](items=[answers.OriginProof.of(row) for row in acts.own_proofs()])


@api.post("/origin-proofs")
@operation(answers={201: Created}, tag=_TAG, permission=_OWN, body=requests.ProofBody, idempotent=True)
def show_proof(body: requests.ProofBody, session: Session) -> tuple[int, Created]:
    """Enter an origin proof for a listing."""
    return 201, Created(id=acts.show_proof(session, body))


@api.get("/centre-offers")
@operation(answers={200: Items[answers.CentreOffer]}, tag=_TAG, permission=_OWN)
def offers() -> tuple[int, Items[answers.CentreOffer]]:
    """List from which centres one's listings are sold."""
    return 200, Items[answers.CentreOffer](items=[answers.CentreOffer.of(row) for row in acts.own_offers()])


@api.put("/centre-offers")
@operation(answers={204: None}, tag=_TAG, permission=_OWN, body=requests.OfferBody)
def offer(body: requests.OfferBody) -> tuple[int, None]:
    """Sell a listing from a centre: bonded as an import, free ones by a domestic seller in local currency."""
    in_unit_of_work(lambda session: acts.offer(session, body))
    return 204, None


@api.delete("/centre-offers/<uuid:listing_id>/<uuid:centre_id>")
@operation(answers={204: None}, tag=_TAG, permission=_OWN)
def end_offer(listing_id: UUID, centre_id: UUID) -> tuple[int, None]:
    """Sell a listing from a centre no more."""
    in_unit_of_work(lambda session: acts.end_offer(session, listing_id, centre_id))
    return 204, None
