"""Showing how goods came, by whoever asks: pictures and temperatures beside a receipt, an acceptance, or alone."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.distribution.services import access
from marketplace.edge.acts import files as file_acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import arrivals as requests
from marketplace.files import queries as files
from marketplace.files import store
from marketplace.files.rules import MediaType, Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.orders.arrivals import queries, services
from marketplace.orders.arrivals.services import Shown
from marketplace.orders.queries import lines
from marketplace.orders.queries.lines import Care
from marketplace.orders.rules import temperatures
from marketplace.orders.rules.temperatures import Measured, Unit


class Sent:
    """What came with a form of a page: pictures and a logger's file, in the store and not yet written down."""

    def __init__(self, line_id: UUID, logger: str | None) -> None:
        """Read and check what the request brings, outside any transaction."""
        self.photos = file_acts.all_received("photos", Purpose.EVIDENCE)
        self.files: Sequence[Upload] = file_acts.all_received("temperature", Purpose.EVIDENCE)
        self.measured: Measured | None = None
        for upload in self.files[:1]:
            self.measured = _read(line_id, upload.media_type, upload.sha256, logger)

    def keep(self, session: Session, body: requests.Arrival) -> Shown:
        """Write the files down and return what is shown, the form's own numbers where no file came."""
        photos = [*body.photos, *(file_acts.keep(session, each) for each in self.photos)]
        if self.measured is None:
            return Shown(photos, stated(body))
        return Shown(photos, self.measured, file_acts.keep(session, self.files[0]))


def stated(body: requests.Arrival) -> Measured | None:
    """Return what somebody read off a logger, None where nothing is said of it."""
    least, most = body.temperature_least, body.temperature_most
    if least is None and most is None:
        return None
    if least is None or most is None:
        both = (("temperature_least", least), ("temperature_most", most))
        codes = {name: "required" if value is None else "only_with" for name, value in both}
        raise Refused.fields(*(FieldError(name, code, "the coldest and the warmest") for name, code in codes.items()))
    unit = Unit(body.temperature_unit or Unit.CELSIUS)
    return temperatures.stated(least=least, most=most, unit=unit, logger=body.logger or "")


def shown(body: requests.Arrival) -> Shown:
    """Return what a request without files shows."""
    return Shown(body.photos, stated(body))


def show(booking_id: UUID, body: requests.ArrivalShown) -> None:
    """Show how the goods of a booking came, as whoever may count them; the logger's file was handed in before."""
    actor, session = require_actor(), reading()
    _booking, line_id = access.booking_to_receive(session, booking_id=booking_id, actor=actor, now=clock.now())
    given = shown(body)
    if body.temperature_file is not None:
        file = files.get_file(session, company_id=actor.company, file_id=body.temperature_file)
        if not file.serves(Purpose.EVIDENCE):
            raise Refused.field("temperature_file", "file_other", "a file handed in with the purpose evidence")
        given = Shown(body.photos, _read(line_id, file.media_type, file.sha256, body.logger), file.id)
    _need(given)
    with unit_of_work() as writing:
        services.record(writing, line_id=line_id, shown=given, actor=actor, now=clock.now())


def show_by_form(session: Session, booking_id: UUID, given: Shown) -> None:
    """Show the same with the files of a form."""
    actor, now = require_actor(), clock.now()
    _booking, line_id = access.booking_to_receive(session, booking_id=booking_id, actor=actor, now=now)
    _need(given)
    services.record(session, line_id=line_id, shown=given, actor=actor, now=now)


def file(line_id: UUID, file_id: UUID) -> Response:
    """Answer with a file that shows how goods came, to buyer and merchant of the line; NotFound for others."""
    session = reading()
    lines.line(session, company_id=require_actor().company, line_id=line_id)
    if file_id not in queries.arrivals(session, line_ids=[line_id]).get(line_id, queries.NOTHING).files:
        raise NotFound("file")
    return file_acts.give(files.get_any(session, file_id=file_id))


def care_of(line_id: UUID) -> Care:
    """Return how the goods of a line are to be treated that was read before."""
    return lines.care_of(reading(), line_id=line_id)


def _need(given: Shown) -> None:
    if not given:
        raise Refused.field("photos", "nothing_of_arrival")


def _read(line_id: UUID, media_type: str, sha256: str, logger: str | None) -> Measured:
    if media_type != MediaType.CSV:
        raise Refused.field("temperature", "file_kind", "CSV")
    if not logger:
        raise Refused.field("logger", "required", "the number of the logger")
    kept_at = lines.care_of(reading(), line_id=line_id).kept_at
    return temperatures.read(store.read(file_acts.bytes_store(), sha256), logger=logger, kept_at=kept_at)
