"""What people send about the papers of a consignment."""

from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.distribution.waybills.rules.completeness import Maker, Need
from marketplace.distribution.waybills.rules.wood import Wood
from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, blank_is_none

_Marks = Annotated[Annotated[Text, Field(max_length=500)] | None, BeforeValidator(blank_is_none)]
_Mark = Annotated[Annotated[Line, Field(max_length=60)] | None, BeforeValidator(blank_is_none)]
NEEDS = {
    Need.PACKING_LIST: _("Packing list"),
    Need.COMMERCIAL_INVOICE: _("Commercial invoice"),
    Need.HOUSE_WAYBILL: _("House waybill"),
    Need.CARRIAGE_TERMS: _("Carrier's terms accepted"),
    Need.SHIPPING_MARKS: _("Shipping marks on the cartons"),
    Need.WOOD_MARK: _("Marks of treated wood (ISPM 15)"),
    Need.DANGEROUS_GOODS_NOTE: _("Dangerous goods note"),
    Need.INSURANCE_CERTIFICATE: _("Insurance certificate"),
    Need.MANIFEST_ENTRY: _("Weighed and measured for the manifest"),
}
MAKERS = {
    Maker.MERCHANT: _("the merchant, on the papers of the order line"),
    Maker.HUB: _("the hub, when it takes the goods in"),
    Maker.BUYER: _("the buyer, at checkout"),
    Maker.INSURER: _("the insurer"),
}


class Statement(Request):
    """What the papers of a line say beside its order: marks, wood with its ISPM 15 marks, the proper shipping name."""

    marks: _Marks = None
    wood: Annotated[Wood | None, BeforeValidator(blank_is_none)] = None
    wood_marks: list[_Mark] = Field(default_factory=list, max_length=40)
    shipping_name: Annotated[Annotated[Line, Field(max_length=200)] | None, BeforeValidator(blank_is_none)] = None


messages.register(
    codes={"papers": {str(need): word for need, word in NEEDS.items()}},
    errors={
        "papers_missing": _(
            "Papers are missing, so the doors stay open: %(papers)s. Of: %(waybills)s. The page of the departure says"
            " where each is made."
        ),
        "papers_sealed": _("The lorry is sealed: what its papers say stays as it is."),
        "marks_fixed": _("The cartons are at the hub with their marks: the marks stay as they are."),
        "carrier_terms": _("The carrier's terms have changed since you saw them. Read version %(version)s and decide."),
    },
    fields={
        "wood_mark": _("Write the mark as it is burnt into the wood, such as %(accepted)s."),
        "wood_none": _("Marks of wood go with wood: %(accepted)s."),
        "too_many_marks": _("Too many marks: %(accepted)s."),
        "by_the_merchant": _("The merchant packs, and says this: you may write %(accepted)s."),
    },
)
