"""What the API says of an order's terms: basis, parties, roles and who pays what."""

from uuid import UUID

from marketplace.api.shared.answers import Answer
from marketplace.orders.queries.orders import OrderRow


class PriceBasis(Answer):
    """An Incoterms 2020 rule and its named place."""

    incoterm: str
    place: str


class Excluded(Answer):
    """What the amounts do not include, and who pays it."""

    included: bool
    paid_by: str
    role: str


class PartyNamed(Answer):
    """A company as every paper of this order names it, whatever it is called today."""

    company_id: UUID
    name: str
    country: str
    address: str
    registration_number: str
    tax_id: str
    contact: str


class TradeTerms(Answer):
    """Who stands where in customs and on papers, and which side pays what; fixed when the order was placed."""

    exporter_of_record: UUID
    importer_of_record: UUID
    consignee: UUID
    notify_party: UUID
    brokers: list[UUID]
    freight_paid_by: str
    insurance_paid_by: str
    duty_paid_by: str

    @classmethod
    def of(cls, row: OrderRow) -> "TradeTerms":
        """Write an order's terms."""
        return cls(
            exporter_of_record=row.exporter_id,
            importer_of_record=row.importer_id,
            consignee=row.consignee_id,
            notify_party=row.notify_id,
            brokers=list(row.brokers),
            **{f"{cost}_paid_by": side for cost, side in row.costs.items()},
        )
