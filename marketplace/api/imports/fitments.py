"""What all parts of a company fit, as a sheet, over the API."""

from typing import Any

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer
from marketplace.api.shared.operations import operation
from marketplace.api.shared.uploads import SheetForm
from marketplace.edge.acts import fitments as acts
from marketplace.kernel.db import in_unit_of_work

api = Blueprint("api_fitments", __name__)

_RUN = Permission.CATALOG_IMPORT_RUN


class FitmentsPut(Answer):
    """How many articles say something else now, how many of them wait for review with it, how many say the same."""

    changed: int
    waiting: int
    unchanged: int


@api.post("/fitment")
@operation(answers={200: FitmentsPut}, tag="imports", permission=_RUN, form=SheetForm)
def bring_in() -> tuple[int, FitmentsPut]:
    """Take in a sheet of vehicles: ``sku``, ``make``, ``model``, ``year_from``, ``year_to``, ``note``, a row each.

    The rows of an article take the place of what was said of it. Whole or not at all: what is wrong is named as
    ``rows.<number in the sheet>.<column>``. The same sheet again changes nothing.
    """
    return 200, FitmentsPut.model_validate(in_unit_of_work(acts.read()))


@api.get("/fitment.csv")
@operation(answers={200: None}, tag="imports", permission=_RUN)
def list_csv() -> tuple[int, Any]:
    """Give what all parts of one's company fit as CSV, in the columns of the import."""
    return 200, acts.list_file("csv")


@api.get("/fitment.xlsx")
@operation(answers={200: None}, tag="imports", permission=_RUN)
def list_workbook() -> tuple[int, Any]:
    """Give what all parts of one's company fit as a workbook, in the columns of the import."""
    return 200, acts.list_file("xlsx")
